//! Is an effect small enough to call it none? Two one-sided tests.

use crate::stats::student_t;
use crate::stats::why_none::WhyNone;

/// Elasticities within this distance from zero are none worth speaking of: doubling
/// spend goes with at most 7% more or fewer lines.
pub const BOUND: f64 = 0.10;

/// Whether an effect lies within a bound on either side of zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Equivalence {
    /// The bound.
    pub bound: f64,
    /// p of an effect at the bound or beyond it: the larger of the two tests'
    /// (Schuirmann 1987).
    pub p: Option<f64>,
    /// Whether the 95% interval lies within the bound, which asks more than p < 0.05.
    pub is_within: Option<bool>,
    /// Why it cannot be told.
    pub reason: Option<WhyNone>,
}

/// Tests `value` with its standard error over so many clusters.
pub fn equivalence(
    value: Option<f64>,
    standard_error: Option<f64>,
    n_clusters: u64,
    bound: f64,
) -> Equivalence {
    let tested = || {
        let (value, error) = (value?, standard_error?);
        let df = n_clusters.checked_sub(1)?;
        let half_width = student_t::quantile(0.975, df)? * error;
        let t = (bound - value.abs()) / error;
        let p = 0.5 * student_t::two_sided_p(t, df)?;
        let p = if t < 0.0 { 1.0 - p } else { p };
        Some((p, value.abs() + half_width <= bound))
    };
    let tested = tested();
    Equivalence {
        bound,
        p: tested.map(|(p, _)| p),
        is_within: tested.map(|(_, is_within)| is_within),
        reason: tested.is_none().then_some(WhyNone::NotComputable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_within_the_bound_is_equivalence_and_one_beyond_is_not() {
        // t of 19: .975 is 2.093; (.1 - .02) / .03 = 2.667 has an upper tail of .0076.
        let small = equivalence(Some(-0.02), Some(0.03), 20, BOUND);
        assert_eq!(small.is_within, Some(true));
        assert!((small.p.unwrap() - 0.007_615).abs() < 1e-4, "{small:?}");
        let wide = equivalence(Some(-0.02), Some(0.05), 20, BOUND);
        assert_eq!(wide.is_within, Some(false));
        let far = equivalence(Some(0.3), Some(0.05), 20, BOUND);
        assert!(far.p.unwrap() > 0.99 && far.is_within == Some(false));
    }

    #[test]
    fn without_an_error_nothing_is_equivalent() {
        let none = equivalence(Some(0.0), None, 20, BOUND);
        assert_eq!((none.p, none.is_within), (None, None));
        assert_eq!(none.reason, Some(WhyNone::NotComputable));
        let no_spread = equivalence(Some(0.0), Some(0.0), 20, BOUND);
        assert!(no_spread.p.is_none_or(f64::is_finite));
    }
}
