//! Durable lines for what was spent, by group: never a target, and comparable only
//! within one family of repositories and one period.

use std::collections::BTreeMap;

use crate::stats::person_week::is_sound;
use crate::stats::ratio::{Ratio, RatioPart, ratio_jackknife};
use crate::units::len_to_u64;

/// The share of spend that must be matched to people before anything is joined,
pub const MIN_MATCHED: f64 = 0.80;
/// and the share up to which bounds are shown.
pub const BOUNDS_BELOW: f64 = 0.95;

/// One person in one mature week.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct YieldWeek {
    /// The person.
    pub person: u32,
    /// What was spent.
    pub spend: f64,
    /// Lines that landed.
    pub landed_lines: f64,
    /// Those of them that were durable.
    pub durable_lines: f64,
}

/// Durable lines for what was spent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DurableYield {
    /// Sum of durable lines over sum of spend.
    pub durable: Ratio,
    /// Sum of landed lines over sum of spend.
    pub landed: Ratio,
    /// The share of spend in person-weeks without any landed line; `None` if nothing was
    /// spent. Review, reading and research leave no lines.
    pub unattributed: Option<f64>,
    /// Rows that enter.
    pub n_rows: u64,
    /// Rows left out because a number is negative or not finite.
    pub rows_left_out: u64,
}

/// Estimates both ratios of sums, each with an interval by leaving out one person at a
/// time on the log scale.
pub fn durable_yield(rows: &[YieldWeek]) -> DurableYield {
    let keep = |row: &&YieldWeek| {
        [row.spend, row.landed_lines, row.durable_lines].into_iter().all(is_sound)
    };
    let kept: Vec<&YieldWeek> = rows.iter().filter(keep).collect();
    let ratio = |of: fn(&YieldWeek) -> f64| {
        let mut persons: BTreeMap<u32, RatioPart> = BTreeMap::new();
        for row in &kept {
            let zero = RatioPart { numerator: 0.0, denominator: 0.0 };
            let part = persons.entry(row.person).or_insert(zero);
            part.numerator += of(row);
            part.denominator += row.spend;
        }
        ratio_jackknife(&persons.into_values().collect::<Vec<_>>())
    };
    let spend: f64 = kept.iter().map(|row| row.spend).sum();
    let without = kept.iter().filter(|row| row.landed_lines <= 0.0);
    let unattributed: f64 = without.map(|row| row.spend).sum();
    DurableYield {
        durable: ratio(|row| row.durable_lines),
        landed: ratio(|row| row.landed_lines),
        unattributed: (spend > 0.0).then(|| (unattributed / spend).min(1.0)),
        n_rows: len_to_u64(kept.len()),
        rows_left_out: len_to_u64(rows.len() - kept.len()),
    }
}

/// What a yield may be when some spend belongs to nobody known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct YieldBounds {
    /// All unmatched spend belongs to these lines.
    pub low: f64,
    /// None of it does.
    pub high: f64,
    /// The share of spend that is matched.
    pub matched: f64,
}

/// Returns the bounds; `None` if nothing matched was spent or an amount is unusable.
pub fn yield_bounds(
    durable_lines: f64,
    matched_spend: f64,
    unmatched_spend: f64,
) -> Option<YieldBounds> {
    let sound = [durable_lines, matched_spend, unmatched_spend].into_iter().all(is_sound);
    let all = matched_spend + unmatched_spend;
    (sound && matched_spend > 0.0 && all.is_finite()).then(|| YieldBounds {
        low: durable_lines / all,
        high: durable_lines / matched_spend,
        matched: matched_spend / all,
    })
}

/// What the share of matched spend allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchedSpend {
    /// Too little is matched to join anything.
    TooLittle,
    /// Bounds must be shown.
    WithBounds,
    /// Nearly all is matched.
    Plenty,
}

/// Judges the share of spend that is matched to people; what is unknown is too little.
pub fn matched_spend(share: Option<f64>) -> MatchedSpend {
    match share {
        Some(share) if share >= BOUNDS_BELOW => MatchedSpend::Plenty,
        Some(share) if share >= MIN_MATCHED => MatchedSpend::WithBounds,
        Some(_) | None => MatchedSpend::TooLittle,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::why_none::WhyNone;

    fn rows() -> Vec<YieldWeek> {
        (0..40_u32)
            .map(|i| YieldWeek {
                person: i % 8,
                spend: f64::from(1 + i % 5),
                landed_lines: f64::from(20 * (i % 4)),
                durable_lines: f64::from(15 * (i % 4)),
            })
            .collect()
    }

    #[test]
    fn it_is_a_ratio_of_sums_over_persons() {
        let found = durable_yield(&rows());
        // 120 is spent; 10 weeks each have 0, 15, 30 and 45 durable lines.
        assert!((found.durable.value.unwrap() - 900.0 / 120.0).abs() < 1e-12);
        assert!((found.landed.value.unwrap() - 1200.0 / 120.0).abs() < 1e-12);
        assert!((found.unattributed.unwrap() - 0.25).abs() < 1e-12);
        assert_eq!((found.durable.n_people, found.n_rows), (8, 40));
    }

    #[test]
    fn amounts_paid_back_are_left_out_and_counted() {
        let mut rows = rows();
        rows[0].spend = -10.0;
        rows[1].durable_lines = f64::NAN;
        let found = durable_yield(&rows);
        assert_eq!((found.rows_left_out, found.n_rows), (2, 38));
        assert!(found.durable.value.unwrap().is_finite());
        let nothing = durable_yield(&[]);
        assert_eq!(nothing.unattributed, None);
        assert_eq!(nothing.durable.reason, Some(WhyNone::NothingSpent));
    }

    #[test]
    fn bounds_hold_the_yield_whoever_the_rest_belongs_to() {
        let bounds = yield_bounds(900.0, 90.0, 30.0).unwrap();
        assert!((bounds.low - 7.5).abs() < 1e-12 && (bounds.high - 10.0).abs() < 1e-12);
        assert!((bounds.matched - 0.75).abs() < 1e-12);
        assert_eq!(yield_bounds(900.0, 0.0, 30.0), None);
        assert_eq!(yield_bounds(900.0, 5.0, -1.0), None);
        assert_eq!(yield_bounds(f64::NAN, 5.0, 1.0), None);
    }

    #[test]
    fn the_share_that_is_matched_decides_what_is_shown() {
        assert_eq!(matched_spend(Some(0.79)), MatchedSpend::TooLittle);
        assert_eq!(matched_spend(Some(0.80)), MatchedSpend::WithBounds);
        assert_eq!(matched_spend(Some(0.95)), MatchedSpend::Plenty);
        assert_eq!(matched_spend(None), MatchedSpend::TooLittle);
    }
}
