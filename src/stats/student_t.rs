//! Student's t distribution with whole degrees of freedom.

use std::f64::consts::PI;

use crate::units::count_to_f64;

/// Returns the t with P(T <= t) = `p`, or `None` unless 0 < `p` < 1 and there is
/// at least one degree of freedom.
pub fn quantile(p: f64, df: u64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) || df == 0 {
        return None;
    }
    let beta = beta_half(df);
    let tail = p.min(1.0 - p);
    let magnitude = solve_tail(tail, df, beta);
    Some(if p < 0.5 { -magnitude } else { magnitude })
}

/// Returns P(|T| >= |t|), or `None` without a degree of freedom or with a `t`
/// that is not a number.
pub fn two_sided_p(t: f64, df: u64) -> Option<f64> {
    if df == 0 || t.is_nan() {
        return None;
    }
    Some((2.0 * upper_tail(t.abs(), df, beta_half(df))).min(1.0))
}

// The tail falls strictly, so halving a bracket always finds the quantile; it is
// asked for once an interval, and 200 halvings cost microseconds.
fn solve_tail(tail: f64, df: u64, beta: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while upper_tail(high, df, beta) > tail && high < 1e300 {
        low = high;
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if upper_tail(middle, df, beta) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

// P(T > t) for t >= 0 is half the regularised incomplete beta function
// I_x(df/2, 1/2) at x = df / (df + t^2): Abramowitz and Stegun 26.7.1.
fn upper_tail(t: f64, df: u64, beta: f64) -> f64 {
    if t.is_infinite() {
        return 0.0;
    }
    let df = count_to_f64(df);
    let a = 0.5 * df;
    let ratio = t * t / df;
    let x = 1.0 / (1.0 + ratio);
    let rest = ratio * x;
    let front = (a * -ratio.ln_1p()).exp() * rest.sqrt() / beta;
    if x < (a + 1.0) / (a + 2.5) {
        0.5 * front * continued_fraction(x, a, 0.5) / a
    } else {
        0.5 - front * continued_fraction(rest, 0.5, a)
    }
}

// B(df/2, 1/2) from B(1/2, 1/2) = pi or B(1, 1/2) = 2 by
// B(a + 1, 1/2) = B(a, 1/2) * a / (a + 1/2): no gamma function is needed.
fn beta_half(df: u64) -> f64 {
    let (mut beta, first) = if df % 2 == 1 { (PI, 1) } else { (2.0, 2) };
    for twice_a in (first..df).step_by(2) {
        let a = 0.5 * count_to_f64(twice_a);
        beta *= a / (a + 0.5);
    }
    beta
}

// The continued fraction of the incomplete beta function (Abramowitz and Stegun
// 26.5.8), evaluated forwards by Lentz's method.
pub(super) fn continued_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut result = d;
    for m in 1..1_000_000_u32 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for coefficient in [even, odd] {
            d = 1.0 / guard(1.0 + coefficient * d);
            c = guard(1.0 + coefficient / c);
            change = c * d;
            result *= change;
        }
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_equal_those_of_scipy() {
        let mut n = 0;
        for line in include_str!("../../fixtures/stats/student_t.tsv").lines() {
            if line.starts_with('#') {
                continue;
            }
            let mut columns = line.split('\t').map(|text| text.parse::<f64>().unwrap());
            let df = columns.next().unwrap();
            for p in [0.975, 0.95, 0.8] {
                let expected = columns.next().unwrap();
                let got = quantile(p, format!("{df}").parse().unwrap()).unwrap();
                assert!((got - expected).abs() < 1e-9, "df {df}, p {p}: {got}");
                n += 1;
            }
        }
        assert_eq!(n, 3_000);
    }

    #[test]
    fn one_degree_of_freedom_is_the_cauchy_distribution() {
        let t = quantile(0.975, 1).unwrap();
        assert!((t - (PI * 0.475).tan()).abs() < 1e-10);
        assert!((quantile(0.025, 1).unwrap() + t).abs() < 1e-10);
        assert!(quantile(0.5, 3).unwrap().abs() < 1e-12);
    }

    #[test]
    fn the_two_sided_p_value_turns_the_quantile_back() {
        for df in [1, 2, 7, 30, 400, 100_000] {
            for p in [0.6, 0.8, 0.975, 0.9999] {
                let t = quantile(p, df).unwrap();
                let back = two_sided_p(t, df).unwrap();
                assert!((back - 2.0 * (1.0 - p)).abs() < 1e-10, "df {df}, p {p}");
            }
        }
        assert!((two_sided_p(0.0, 5).unwrap() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn there_is_no_quantile_outside_the_distribution() {
        assert_eq!(quantile(0.975, 0), None);
        assert_eq!(quantile(1.0, 5), None);
        assert_eq!(quantile(f64::NAN, 5), None);
        assert_eq!(two_sided_p(f64::NAN, 5), None);
    }
}
