//! A ratio of sums over people, such as durable lines per dollar.

use crate::stats::clusters::{effective_number, why_no_interval};
use crate::stats::jackknife;
use crate::stats::survival::ends;
use crate::stats::why_none::WhyNone;
use crate::units::len_to_u64;

/// One person's part of both sums.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatioPart {
    /// What they add above the line, such as durable lines.
    pub numerator: f64,
    /// What they add below the line, such as dollars.
    pub denominator: f64,
}

/// A ratio of sums, never a mean of ratios.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// Sum of numerators over sum of denominators; `None` if nothing was spent.
    pub value: Option<f64>,
    /// The lower end of its 95% interval.
    pub low: Option<f64>,
    /// The upper end of its 95% interval.
    pub high: Option<f64>,
    /// The people behind it.
    pub n_people: u64,
    /// The effective number of people, by numerator.
    pub effective_people: f64,
    /// The largest share of the numerator that one person holds, 0..1; `None` if
    /// the numerator is zero.
    pub largest_share: Option<f64>,
    /// Why the value, or else the interval, is missing.
    pub reason: Option<WhyNone>,
}

/// Estimates a ratio of sums, with an interval by leaving out one person at a time
/// on the log scale.
pub fn ratio_jackknife(parts: &[RatioPart]) -> Ratio {
    let numerators: Vec<f64> = parts.iter().map(|part| part.numerator).collect();
    let above: f64 = numerators.iter().sum();
    let below: f64 = parts.iter().map(|part| part.denominator).sum();
    let largest = numerators.iter().copied().fold(0.0, f64::max);
    let is_sound = |x: f64| x.is_finite() && x >= 0.0;
    let sound = parts.iter().all(|p| is_sound(p.numerator) && is_sound(p.denominator));
    let n_people = len_to_u64(parts.len());
    let effective_people = effective_number(&numerators);
    let mut ratio = Ratio {
        value: (sound && below > 0.0).then(|| above / below),
        low: None,
        high: None,
        n_people,
        effective_people,
        largest_share: (sound && above > 0.0).then(|| largest / above),
        reason: None,
    };
    ratio.reason = match ratio.value {
        _ if !sound => Some(WhyNone::NotComputable),
        None => Some(WhyNone::NothingSpent),
        Some(value) if value <= 0.0 => Some(WhyNone::NothingDurable),
        Some(_) => why_no_interval(n_people, effective_people),
    };
    if let (Some(value), None) = (ratio.value, ratio.reason) {
        let interval = match ratios_without_one(parts) {
            Some(left_out) => jackknife::ratio_interval(value, &left_out),
            None => Err(WhyNone::NothingSpent),
        };
        (ratio.low, ratio.high, ratio.reason) = ends(interval);
    }
    ratio
}

/// The ratio without each person; `None` if one of them spent all there is.
fn ratios_without_one(parts: &[RatioPart]) -> Option<Vec<f64>> {
    // Sums from both sides: subtracting a person from the total would leave
    // rounding errors where zero is meant.
    let before = running_sums(parts.iter());
    let after = running_sums(parts.iter().rev());
    let without = |i: usize| {
        let rest = after[parts.len() - 1 - i];
        let numerator = before[i].numerator + rest.numerator;
        let denominator = before[i].denominator + rest.denominator;
        (denominator > 0.0).then(|| numerator / denominator)
    };
    (0..parts.len()).map(without).collect()
}

/// The sum of all parts before each.
fn running_sums<'a>(parts: impl Iterator<Item = &'a RatioPart>) -> Vec<RatioPart> {
    let zero = RatioPart { numerator: 0.0, denominator: 0.0 };
    let add = |sum: &mut RatioPart, part: &RatioPart| {
        let before = *sum;
        sum.numerator += part.numerator;
        sum.denominator += part.denominator;
        Some(before)
    };
    parts.scan(zero, add).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(pairs: &[(f64, f64)]) -> Vec<RatioPart> {
        let part =
            |&(numerator, denominator): &(f64, f64)| RatioPart { numerator, denominator };
        pairs.iter().map(part).collect()
    }

    const SEVEN: [(f64, f64); 7] = [
        (120.0, 10.0),
        (80.0, 12.0),
        (200.0, 9.0),
        (50.0, 11.0),
        (160.0, 20.0),
        (90.0, 5.0),
        (110.0, 0.0),
    ];

    #[test]
    fn it_is_a_ratio_of_sums_with_people_left_out_one_by_one() {
        let ratio = ratio_jackknife(&parts(&SEVEN));
        assert!((ratio.value.unwrap() - 810.0 / 67.0).abs() < 1e-12);
        assert!((ratio.largest_share.unwrap() - 200.0 / 810.0).abs() < 1e-12);
        // The definition, spelled out.
        let logs: Vec<f64> =
            SEVEN.iter().map(|(d, c)| ((810.0 - d) / (67.0 - c)).ln()).collect();
        let mean = logs.iter().sum::<f64>() / 7.0;
        let squares: f64 = logs.iter().map(|f| (f - mean).powi(2)).sum();
        let half_width = 2.446_911_85 * (6.0 / 7.0 * squares).sqrt();
        let expected = ((810.0_f64 / 67.0).ln() - half_width).exp();
        assert!((ratio.low.unwrap() - expected).abs() < 1e-6);
        assert!(ratio.high.unwrap() > ratio.value.unwrap());
        assert_eq!(ratio.reason, None);
    }

    #[test]
    fn few_or_uneven_people_get_no_interval() {
        let ratio = ratio_jackknife(&parts(&SEVEN[..5]));
        assert!(ratio.value.is_some() && ratio.low.is_none());
        assert_eq!(ratio.reason, Some(WhyNone::TooFewClusters));
        let mut uneven = SEVEN;
        uneven[0].0 = 1e6;
        let ratio = ratio_jackknife(&parts(&uneven));
        assert_eq!((ratio.low, ratio.reason), (None, Some(WhyNone::UnevenClusters)));
    }

    #[test]
    fn nothing_spent_is_no_ratio_and_nothing_durable_is_zero() {
        let ratio = ratio_jackknife(&parts(&[(5.0, 0.0); 9]));
        assert_eq!((ratio.value, ratio.reason), (None, Some(WhyNone::NothingSpent)));
        let ratio = ratio_jackknife(&parts(&[(0.0, 2.0); 9]));
        let nothing = Some(WhyNone::NothingDurable);
        assert_eq!((ratio.value, ratio.low, ratio.reason), (Some(0.0), None, nothing));
        let mut one_pays = vec![(5.0, 0.0); 9];
        one_pays[4].1 = 3.0;
        let ratio = ratio_jackknife(&parts(&one_pays));
        assert_eq!((ratio.low, ratio.reason), (None, Some(WhyNone::NothingSpent)));
        let ratio = ratio_jackknife(&parts(&[(f64::NAN, 2.0); 9]));
        assert_eq!((ratio.value, ratio.reason), (None, Some(WhyNone::NotComputable)));
    }
}
