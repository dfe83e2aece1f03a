//! The gamma function, and the gamma and beta distributions by it.

use std::f64::consts::PI;

/// ln Γ(x) for x > 0, to about 1e-13 of its size: Stirling's series from 10 on, and
/// Γ(x + 1) = x Γ(x) below.
pub(super) fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut below) = (x, 0.0);
    while x < 10.0 {
        below -= x.ln();
        x += 1.0;
    }
    let inverse = x.recip();
    let square = inverse * inverse;
    // Abramowitz and Stegun 6.1.41.
    let terms = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0];
    let series = terms.iter().rev().fold(0.0, |sum, term| sum * square + term) * inverse;
    below + (x - 0.5) * x.ln() - x + 0.5 * (2.0 * PI).ln() + series
}

/// P(X <= x) for a gamma distribution of this shape and scale 1.
pub(super) fn gamma_at_most(x: f64, shape: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let front = (shape * x.ln() - x - ln_gamma(shape)).exp();
    if x < shape + 1.0 {
        (front * series(x, shape)).min(1.0)
    } else {
        (1.0 - front * continued_fraction(x, shape)).max(0.0)
    }
}

/// Enough terms for shapes of a thousand million: they grow with its square root.
const MAX_TERMS: u32 = 1_000_000;

/// Abramowitz and Stegun 6.5.29.
fn series(x: f64, shape: f64) -> f64 {
    let (mut term, mut sum, mut next) = (shape.recip(), shape.recip(), shape);
    for _ in 0..MAX_TERMS {
        next += 1.0;
        term *= x / next;
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

/// Abramowitz and Stegun 6.5.31, evaluated forwards by Lentz's method.
fn continued_fraction(x: f64, shape: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut b = x + 1.0 - shape;
    let mut c = TINY.recip();
    let mut d = guard(b).recip();
    let mut result = d;
    for i in 1..MAX_TERMS {
        let i = f64::from(i);
        let a = -i * (i - shape);
        b += 2.0;
        d = guard(a * d + b).recip();
        c = guard(b + a / c);
        result *= c * d;
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    result
}

/// The x with P(X <= x) = `p` for a gamma distribution of this shape and scale 1;
/// `None` unless 0 < `p` < 1 and the shape is positive and finite.
pub fn gamma_quantile(p: f64, shape: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0 && shape > 0.0 && shape.is_finite()) {
        return None;
    }
    // P(X <= x) is at most x^shape / Γ(shape + 1), so the quantile is no smaller.
    let mut low = (p.ln() + ln_gamma(shape + 1.0)) / shape;
    let mut high = low.max(shape.ln()) + 1.0;
    while gamma_at_most(high.exp(), shape) < p {
        high += 1.0;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if high - low < 1e-14 || middle <= low || middle >= high {
            break;
        }
        match gamma_at_most(middle.exp(), shape) < p {
            true => low = middle,
            false => high = middle,
        }
    }
    Some((0.5 * (low + high)).exp())
}

/// The regularised incomplete beta function I_x(a, b) for 0 <= x <= 1.
pub(super) fn beta_at_most(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    let front =
        ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p();
    let fraction = crate::stats::student_t::continued_fraction;
    if x < (a + 1.0) / (a + b + 2.0) {
        (front.exp() * fraction(x, a, b) / a).min(1.0)
    } else {
        (1.0 - front.exp() * fraction(1.0 - x, b, a) / b).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gamma_quantiles_equal_those_of_scipy() {
        let mut n = 0;
        for line in include_str!("../../fixtures/stats/gamma.tsv").lines() {
            if line.starts_with('#') {
                continue;
            }
            let [shape, p, expected] = line
                .split('\t')
                .map(|text| text.parse::<f64>().unwrap())
                .collect::<Vec<_>>()[..]
            else {
                panic!("{line}");
            };
            let got = gamma_quantile(p, shape).unwrap();
            assert!((got / expected - 1.0).abs() < 1e-8, "{line}: {got}");
            n += 1;
        }
        assert_eq!(n, 120);
    }

    #[test]
    fn factorials_are_found() {
        let mut factorial = 1.0_f64;
        for n in 1..30_u32 {
            assert!((ln_gamma(f64::from(n)) - factorial.ln()).abs() < 1e-12, "{n}");
            factorial *= f64::from(n);
        }
        assert!((ln_gamma(0.5) - PI.sqrt().ln()).abs() < 1e-12);
    }

    #[test]
    fn there_is_no_quantile_outside_the_distribution() {
        assert_eq!(gamma_quantile(1.0, 2.0), None);
        assert_eq!(gamma_quantile(0.5, 0.0), None);
        assert_eq!(gamma_quantile(f64::NAN, 2.0), None);
        assert_eq!(gamma_quantile(0.5, f64::INFINITY), None);
    }
}
