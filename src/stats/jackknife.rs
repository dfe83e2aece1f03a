//! Intervals by leaving out one cluster at a time.
//!
//! With G clusters and the statistic f, f_g without cluster g and their mean m,
//! se = sqrt((G - 1) / G * sum (f_g - m)^2), compared with Student's t on G - 1
//! degrees of freedom: the delete-one-cluster jackknife, "CV3" in MacKinnon,
//! Nielsen and Webb (2023).

use crate::stats::student_t;
use crate::stats::why_none::WhyNone;
use crate::units::{len_to_f64, len_to_u64};

/// The level of every interval.
pub const LEVEL: f64 = 0.95;

/// A range that holds the truth in 95 of 100 such studies, if the model is right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The jackknife standard error of a statistic from its values with one cluster
/// left out at a time; `None` with fewer than two.
pub fn standard_error(left_out: &[f64]) -> Option<f64> {
    let n = len_to_f64(left_out.len());
    if left_out.len() < 2 {
        return None;
    }
    let mean = left_out.iter().sum::<f64>() / n;
    let squares: f64 = left_out.iter().map(|f| (f - mean) * (f - mean)).sum();
    Some(((n - 1.0) / n * squares).sqrt())
}

/// The interval of a survival probability, on the scale log(-log s), on which it
/// is nearly normal and cannot leave 0..1 (Kalbfleisch and Prentice 1980).
///
/// # Errors
///
/// There is none if the probability, or one of those with a cluster left out, is
/// 0 or 1: that scale has no such point, and a made-up one would decide the width.
pub fn survival_interval(survival: f64, left_out: &[f64]) -> Result<Interval, WhyNone> {
    let transform = |s: f64| (-s.ln()).ln();
    let back = |f: f64| (-f.exp()).exp();
    if survival >= 1.0 {
        return Err(WhyNone::NoDeaths);
    } else if survival <= 0.0 {
        return Err(WhyNone::NoSurvivors);
    } else if left_out.iter().any(|&s| s <= 0.0 || s >= 1.0) {
        return Err(WhyNone::OneClusterDecides);
    }
    let left_out: Vec<f64> = left_out.iter().map(|&s| transform(s)).collect();
    let wide = natural_interval(transform(survival), &left_out)?;
    // The scale turns the order round.
    Ok(Interval { low: back(wide.high), high: back(wide.low) })
}

/// The interval of a positive ratio, on the log scale.
///
/// # Errors
///
/// There is none if the ratio, or one of those with a cluster left out, is zero.
pub fn ratio_interval(ratio: f64, left_out: &[f64]) -> Result<Interval, WhyNone> {
    if ratio <= 0.0 || left_out.iter().any(|&r| r <= 0.0) {
        return Err(WhyNone::NothingDurable);
    }
    let left_out: Vec<f64> = left_out.iter().map(|r| r.ln()).collect();
    let wide = natural_interval(ratio.ln(), &left_out)?;
    Ok(Interval { low: wide.low.exp(), high: wide.high.exp() })
}

/// The interval of a statistic on its own scale.
///
/// # Errors
///
/// There is none with fewer than two clusters, or if a value is not finite.
pub fn natural_interval(value: f64, left_out: &[f64]) -> Result<Interval, WhyNone> {
    interval_on(value, left_out, len_to_u64(left_out.len()).saturating_sub(1))
}

/// The interval of a difference of two cohorts, the thinner of which has so many
/// `effective_clusters`.
///
/// # Errors
///
/// As [`natural_interval`].
pub fn difference_interval(
    value: f64,
    left_out: &[f64],
    effective_clusters: f64,
) -> Result<Interval, WhyNone> {
    let df = difference_df(len_to_u64(left_out.len()), effective_clusters);
    interval_on(value, left_out, df)
}

/// The degrees of freedom of a difference: one less than the effective clusters of the
/// thinner cohort, and than all clusters. It is Welch's cautious choice, the smaller n less
/// one, with effective numbers for n (Carter, Schnepel and Steigerwald 2017): a thousand
/// clusters on one side say nothing of how sure five on the other are.
pub fn difference_df(n_clusters: u64, effective_clusters: f64) -> u64 {
    let n_effective = (1..=u32::MAX).take_while(|&n| f64::from(n) <= effective_clusters);
    let n_effective = n_effective.last().map_or(0, u64::from);
    n_effective.min(n_clusters).saturating_sub(1)
}

fn interval_on(value: f64, left_out: &[f64], df: u64) -> Result<Interval, WhyNone> {
    let se = standard_error(left_out).ok_or(WhyNone::TooFewClusters)?;
    let t = student_t::quantile(0.5 + LEVEL / 2.0, df).ok_or(WhyNone::TooFewClusters)?;
    let half_width = t * se;
    if !(value.is_finite() && half_width.is_finite()) {
        return Err(WhyNone::NotComputable);
    }
    Ok(Interval { low: value - half_width, high: value + half_width })
}

/// The smallest true effect that 80 of 100 such studies would tell from none, for
/// a statistic with this standard error over so many clusters:
/// (t_.975 + t_.80) * se on G - 1 degrees of freedom (Bloom 1995). `None` with
/// fewer than two clusters.
pub fn minimal_detectable_effect(standard_error: f64, n_clusters: u64) -> Option<f64> {
    detectable_on(standard_error, n_clusters.checked_sub(1)?)
}

/// The same on other degrees of freedom; `None` on none.
pub fn detectable_on(standard_error: f64, df: u64) -> Option<f64> {
    let t = student_t::quantile(0.975, df)? + student_t::quantile(0.80, df)?;
    Some(t * standard_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_jackknife_of_a_mean_is_its_textbook_error() {
        let values = [1.0, 4.0, 7.0, 10.0, 3.0];
        let sum: f64 = values.iter().sum();
        let left_out = values.map(|x| (sum - x) / 4.0);
        let variance = values.iter().map(|x| (x - 5.0_f64).powi(2)).sum::<f64>() / 4.0;
        let se = standard_error(&left_out).unwrap();
        assert!((se - (variance / 5.0).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn a_survival_interval_holds_its_estimate_and_stays_in_range() {
        let interval =
            survival_interval(0.97, &[0.975, 0.97, 0.96, 0.98, 0.955]).unwrap();
        assert!(interval.low > 0.0 && interval.low < 0.97);
        assert!(interval.high > 0.97 && interval.high < 1.0);
    }

    #[test]
    fn there_is_no_interval_where_the_scale_has_no_point() {
        let some = [0.5, 0.6];
        assert_eq!(survival_interval(1.0, &some), Err(WhyNone::NoDeaths));
        assert_eq!(survival_interval(0.0, &some), Err(WhyNone::NoSurvivors));
        let decided = Err(WhyNone::OneClusterDecides);
        assert_eq!(survival_interval(0.5, &[0.5, 1.0]), decided);
        assert_eq!(survival_interval(0.5, &[0.0, 0.4]), decided);
        assert_eq!(survival_interval(0.5, &[0.5]), Err(WhyNone::TooFewClusters));
        assert_eq!(ratio_interval(2.0, &[0.0, 2.0]), Err(WhyNone::NothingDurable));
        let wild = Err(WhyNone::NotComputable);
        assert_eq!(natural_interval(f64::NAN, &[0.0, 2.0]), wild);
    }

    #[test]
    fn the_smallest_visible_effect_adds_two_quantiles() {
        // 2.364624 + 0.896030 for eight clusters, from any table of t.
        let effect = minimal_detectable_effect(0.1, 8).unwrap();
        assert!((effect - 0.326_065_4).abs() < 1e-6);
        assert_eq!(minimal_detectable_effect(0.1, 1), None);
        assert_eq!(minimal_detectable_effect(0.1, 0), None);
    }
}
