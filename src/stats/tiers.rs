//! Light, medium and heavy use: words for tables. Estimates use spend itself.

use std::collections::BTreeSet;

use crate::stats::outliers::percentile;
use crate::stats::person_week::is_sound;
use crate::stats::why_none::WhyNone;
use crate::units::{len_to_f64, len_to_u64};

/// The fewest person-weeks with spend that make tiers.
pub const MIN_SPENDING_WEEKS: usize = 20;

/// How much a person-week has of what was spent before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Not covered, or more was paid back than spent.
    Unknown,
    /// Known to be zero.
    None,
    /// Up to the median of person-weeks with spend.
    Light,
    /// Above it, and up to their 90th percentile.
    Medium,
    /// Above that.
    Heavy,
}

/// The tiers of person-weeks.
#[derive(Debug, Clone, PartialEq)]
pub struct Tiers {
    /// The median and the 90th percentile of person-weeks with spend.
    pub bounds: Option<(f64, f64)>,
    /// The tier of each person-week, in the order given; `None` if it has spend and
    /// there are no tiers.
    pub tiers: Vec<Option<Tier>>,
    /// Person-weeks with spend.
    pub n_spending: u64,
    /// Why there are none.
    pub reason: Option<WhyNone>,
}

/// Sorts person-weeks by what was spent in the weeks before each; `None` is not
/// covered. What equals a bound is in the lower tier, so a tier may be empty.
pub fn tiers(spend_before: &[Option<f64>]) -> Tiers {
    let known = |spend: &Option<f64>| spend.filter(|&spend| is_sound(spend));
    let spending: Vec<f64> =
        spend_before.iter().filter_map(known).filter(|&spend| spend > 0.0).collect();
    let bounds = percentile(&spending, 0.5).zip(percentile(&spending, 0.9));
    let reason = match bounds {
        _ if spending.len() < MIN_SPENDING_WEEKS => Some(WhyNone::TooFewWeeks),
        Some((median, upper)) if upper > median => None,
        _ => Some(WhyNone::NoSpread),
    };
    let bounds = bounds.filter(|_| reason.is_none());
    let tier = |spend: &Option<f64>| match (known(spend), bounds) {
        (None, _) => Some(Tier::Unknown),
        (Some(spend), _) if spend <= 0.0 => Some(Tier::None),
        (Some(_), None) => None,
        (Some(spend), Some((median, _))) if spend <= median => Some(Tier::Light),
        (Some(spend), Some((_, upper))) if spend <= upper => Some(Tier::Medium),
        (Some(_), Some(_)) => Some(Tier::Heavy),
    };
    Tiers {
        bounds,
        tiers: spend_before.iter().map(tier).collect(),
        n_spending: len_to_u64(spending.len()),
        reason,
    }
}

/// One person in one covered week.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpendingWeek {
    /// The person.
    pub person: u32,
    /// What was spent.
    pub spend: f64,
    /// Lines that were durable.
    pub durable_lines: f64,
}

/// How much of spend, and of durable lines, is in the tenth of person-weeks with most
/// spend. Concentration is not waste.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Concentration {
    /// The share of spend; `None` if nothing was spent.
    pub spend_share: Option<f64>,
    /// The share of durable lines; `None` if there are none.
    pub lines_share: Option<f64>,
    /// Person-weeks in all.
    pub n_rows: u64,
    /// Persons with a person-week in that tenth, those at its edge included.
    pub n_persons_in_tenth: u64,
    /// Rows left out because a number is negative or not finite.
    pub rows_left_out: u64,
    /// Why a share is missing.
    pub reason: Option<WhyNone>,
}

/// Measures the concentration. Person-weeks that spent the same at the edge of the
/// tenth share what is left of it.
pub fn concentration(rows: &[SpendingWeek]) -> Concentration {
    let keep = |row: &&SpendingWeek| is_sound(row.spend) && is_sound(row.durable_lines);
    let mut kept: Vec<SpendingWeek> = rows.iter().filter(keep).copied().collect();
    kept.sort_by(|a, b| b.spend.total_cmp(&a.spend));
    let mut room = len_to_f64(kept.len()) / 10.0;
    let (mut spend, mut lines, mut persons) = (0.0, 0.0, BTreeSet::new());
    for equal in kept.chunk_by(|a, b| a.spend <= b.spend) {
        if room <= 0.0 {
            break;
        }
        let share = (room / len_to_f64(equal.len())).min(1.0);
        spend += share * equal.iter().map(|row| row.spend).sum::<f64>();
        lines += share * equal.iter().map(|row| row.durable_lines).sum::<f64>();
        persons.extend(equal.iter().map(|row| row.person));
        room -= len_to_f64(equal.len());
    }
    let total = |of: fn(&SpendingWeek) -> f64| kept.iter().map(of).sum::<f64>();
    let (all_spend, all_lines) = (total(|row| row.spend), total(|row| row.durable_lines));
    let share = |part: f64, all: f64| (all > 0.0).then(|| (part / all).min(1.0));
    let reason = match (all_spend > 0.0, all_lines > 0.0) {
        (false, _) => Some(WhyNone::NothingSpent),
        (true, false) => Some(WhyNone::NoLines),
        (true, true) => None,
    };
    Concentration {
        spend_share: share(spend, all_spend),
        lines_share: share(lines, all_lines),
        n_rows: len_to_u64(kept.len()),
        n_persons_in_tenth: len_to_u64(persons.len()),
        rows_left_out: len_to_u64(rows.len() - kept.len()),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_equals_a_bound_is_in_the_lower_tier() {
        let mut spend: Vec<Option<f64>> = (1..=21).map(|i| Some(f64::from(i))).collect();
        spend.extend([Some(0.0), None, Some(-2.0), Some(f64::NAN)]);
        let found = tiers(&spend);
        assert_eq!((found.bounds, found.reason), (Some((11.0, 19.0)), None));
        let tier = |i: usize| found.tiers[i].unwrap();
        assert_eq!([tier(10), tier(11)], [Tier::Light, Tier::Medium]);
        assert_eq!([tier(18), tier(19)], [Tier::Medium, Tier::Heavy]);
        assert_eq!(tier(21), Tier::None);
        assert!((22..25).all(|i| tier(i) == Tier::Unknown));
        assert_eq!(found.n_spending, 21);
    }

    #[test]
    fn few_weeks_or_weeks_alike_make_no_tiers() {
        let few: Vec<Option<f64>> = (1..20).map(|i| Some(f64::from(i))).collect();
        let found = tiers(&few);
        assert_eq!((found.bounds, found.reason), (None, Some(WhyNone::TooFewWeeks)));
        assert_eq!(found.tiers[3], None);
        let alike = vec![Some(7.0); 40];
        assert_eq!(tiers(&alike).reason, Some(WhyNone::NoSpread));
        assert_eq!(tiers(&[]).reason, Some(WhyNone::TooFewWeeks));
        let zero = vec![Some(0.0); 40];
        assert_eq!(tiers(&zero).tiers[0], Some(Tier::None));
    }

    fn week(person: u32, spend: f64, durable_lines: f64) -> SpendingWeek {
        SpendingWeek { person, spend, durable_lines }
    }

    #[test]
    fn a_tenth_of_the_weeks_may_hold_most_of_the_spend() {
        let mut rows: Vec<SpendingWeek> =
            (0..18_u32).map(|i| week(i % 6, 1.0, 10.0)).collect();
        rows.extend([week(7, 100.0, 10.0), week(8, 62.0, 10.0)]);
        let found = concentration(&rows);
        assert!((found.spend_share.unwrap() - 0.9).abs() < 1e-12);
        assert!((found.lines_share.unwrap() - 0.1).abs() < 1e-12);
        assert_eq!((found.n_rows, found.n_persons_in_tenth), (20, 2));
    }

    #[test]
    fn equal_weeks_at_the_edge_share_it_whatever_their_order() {
        let mut rows: Vec<SpendingWeek> =
            (0..15_u32).map(|i| week(i, 4.0, f64::from(i))).collect();
        let once = concentration(&rows);
        assert!((once.spend_share.unwrap() - 0.1).abs() < 1e-12);
        assert!((once.lines_share.unwrap() - 0.1).abs() < 1e-12);
        rows.reverse();
        assert_eq!(concentration(&rows), once);
        assert_eq!(once.n_persons_in_tenth, 15);
    }

    #[test]
    fn nothing_spent_has_no_concentration() {
        let found = concentration(&[week(1, 0.0, 3.0), week(2, -1.0, 3.0)]);
        assert_eq!((found.spend_share, found.rows_left_out), (None, 1));
        assert_eq!(found.reason, Some(WhyNone::NothingSpent));
        assert_eq!(concentration(&[]).reason, Some(WhyNone::NothingSpent));
        assert_eq!(concentration(&[week(1, 2.0, 0.0)]).reason, Some(WhyNone::NoLines));
    }
}
