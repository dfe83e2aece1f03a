//! Do a person's weeks of higher spend go with more durable lines? A rank
//! correlation within persons, with the ups and downs of weeks taken out.
//!
//! Neither people nor raw totals are compared: those who spend more may write more
//! for any reason, and so may a week. The unit of evidence is a person.

use std::collections::BTreeSet;

use crate::stats::cholesky::dot;
use crate::stats::jackknife::minimal_detectable_effect;
use crate::stats::person_week::{PersonWeek, dense, is_sound, sound, sound_indexes};
use crate::stats::sign_flip::sign_flip;
use crate::stats::spearman::{n_distinct, spearman};
use crate::stats::student_t;
use crate::stats::two_way;
use crate::stats::why_none::WhyNone;
use crate::units::{len_to_f64, len_to_u32, len_to_u64};

/// A person enters with at least so many weeks,
pub const MIN_WEEKS: u64 = 8;
/// and at least so many distinct values of spend, and of lines.
pub const MIN_DISTINCT: u64 = 3;
/// The fewest persons an interval is shown for.
pub const MIN_PERSONS: u64 = 6;

/// The association of spend and durable lines within persons.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankAssociation {
    /// The mean rank correlation of persons, averaged by Fisher's z; -1..1.
    pub value: Option<f64>,
    /// The lower end of its 95% interval.
    pub low: Option<f64>,
    /// The upper end of its 95% interval.
    pub high: Option<f64>,
    /// p of the sign-flip test over persons.
    pub p: Option<f64>,
    /// Whether all signs were tried.
    pub p_is_exact: bool,
    /// The standard error on the scale of Fisher's z.
    pub standard_error: Option<f64>,
    /// The smallest true correlation that would have been seen in 80 of 100 such
    /// studies.
    pub smallest_visible: Option<f64>,
    /// Persons that enter.
    pub n_persons: u64,
    /// Persons left out for too few weeks.
    pub persons_with_few_weeks: u64,
    /// Persons left out because their spend or lines hardly vary.
    pub persons_without_variation: u64,
    /// Distinct weeks.
    pub n_weeks: u64,
    /// Person-weeks with some spend.
    pub n_spending_weeks: u64,
    /// Rows left out because a number is negative or not finite.
    pub rows_left_out: u64,
    /// Why the value, or else the interval, is missing.
    pub reason: Option<WhyNone>,
}

/// Estimates the association. `seed` is for the sign flips of many persons.
///
/// y = ln(1 + lines) and z = ln(1 + spend) are freed of person and week levels;
/// r is their rank correlation within each person, a = atanh(r) with r held within
/// ±.99; the estimate is tanh(mean a), its interval comes from the spread of a over
/// persons, and p from flipping the signs of a.
pub fn rank_association(rows: &[PersonWeek], seed: u64) -> RankAssociation {
    let panel = sound(rows);
    let mut result = count(rows, &panel);
    match within_persons(&panel, None) {
        Some(within) => summarise(&mut result, &within, seed),
        None => result.reason = Some(WhyNone::NotComputable),
    }
    result
}

/// As [`rank_association`], with what goes along with another column taken out of
/// both spend and lines: `beside` has a number for each row.
pub fn rank_association_beside(
    rows: &[PersonWeek],
    beside: &[f64],
    seed: u64,
) -> RankAssociation {
    let paired = |index: &usize| beside.get(*index).is_some_and(|&x| is_sound(x));
    let kept: Vec<usize> = sound_indexes(rows).into_iter().filter(paired).collect();
    let panel: Vec<PersonWeek> = kept.iter().map(|&index| rows[index]).collect();
    let beside: Vec<f64> = kept.iter().map(|&index| beside[index]).collect();
    let mut result = count(rows, &panel);
    match within_persons(&panel, Some(&beside)) {
        Some(within) => summarise(&mut result, &within, seed),
        None => result.reason = Some(WhyNone::NotComputable),
    }
    result
}

/// What persons tell, one by one.
#[derive(Debug, Default)]
pub(super) struct WithinPersons {
    /// Those that enter.
    pub(super) persons: Vec<OnePerson>,
    few_weeks: u64,
    without_variation: u64,
}

/// Spend and lines of one person, week by week, without levels.
#[derive(Debug)]
pub(super) struct OnePerson {
    pub(super) spend: Vec<f64>,
    pub(super) lines: Vec<f64>,
    /// atanh of their rank correlation.
    pub(super) score: f64,
}

/// Takes levels out of a sound panel, and tells who is left; `None` if the levels
/// cannot be found.
pub(super) fn within_persons(
    panel: &[PersonWeek],
    beside: Option<&[f64]>,
) -> Option<WithinPersons> {
    let (spend, lines) = two_way_residuals(panel, beside)?;
    let mut within = WithinPersons::default();
    let mut start = 0;
    for weeks in panel.chunk_by(|a, b| a.person == b.person) {
        let own = start..start + weeks.len();
        start = own.end;
        let (spend, lines) = (spend[own.clone()].to_vec(), lines[own].to_vec());
        if len_to_u64(weeks.len()) < MIN_WEEKS {
            within.few_weeks += 1;
        } else if let Some(r) = spearman(&spend, &lines).filter(|_| varies(weeks)) {
            let score = fisher(r);
            within.persons.push(OnePerson { spend, lines, score });
        } else {
            within.without_variation += 1;
        }
    }
    Some(within)
}

/// Fisher's z of a correlation, which is held within ±.99.
pub(super) fn fisher(r: f64) -> f64 {
    r.clamp(-0.99, 0.99).atanh()
}

fn count(rows: &[PersonWeek], panel: &[PersonWeek]) -> RankAssociation {
    let weeks: BTreeSet<i32> = panel.iter().map(|row| row.week).collect();
    let n_spending = panel.iter().filter(|row| row.spend > 0.0).count();
    RankAssociation {
        value: None,
        low: None,
        high: None,
        p: None,
        p_is_exact: false,
        standard_error: None,
        smallest_visible: None,
        n_persons: 0,
        persons_with_few_weeks: 0,
        persons_without_variation: 0,
        n_weeks: len_to_u64(weeks.len()),
        n_spending_weeks: len_to_u64(n_spending),
        rows_left_out: len_to_u64(rows.len() - panel.len()),
        reason: None,
    }
}

fn varies(weeks: &[PersonWeek]) -> bool {
    let spend: Vec<f64> = weeks.iter().map(|week| week.spend).collect();
    let lines: Vec<f64> = weeks.iter().map(|week| week.durable_lines).collect();
    n_distinct(&spend) >= MIN_DISTINCT && n_distinct(&lines) >= MIN_DISTINCT
}

/// Logs of spend and lines without person and week levels.
fn two_way_residuals(
    panel: &[PersonWeek],
    beside: Option<&[f64]>,
) -> Option<(Vec<f64>, Vec<f64>)> {
    let persons = dense(panel.iter().map(|row| row.person));
    let weeks = dense(panel.iter().map(|row| row.week));
    let free = |values: &mut dyn Iterator<Item = f64>| {
        let logs: Vec<f64> = values.map(f64::ln_1p).collect();
        two_way::residuals(&persons, &weeks, &logs)
    };
    let mut spend = free(&mut panel.iter().map(|row| row.spend))?;
    let mut lines = free(&mut panel.iter().map(|row| row.durable_lines))?;
    if let Some(beside) = beside {
        let beside = free(&mut beside.iter().copied())?;
        take_out(&mut spend, &beside);
        take_out(&mut lines, &beside);
    }
    Some((rounded(spend), rounded(lines)))
}

/// Takes out of the values what goes along with the others, by least squares.
fn take_out(values: &mut [f64], others: &[f64]) {
    let size = dot(others, others);
    let slope = if size > 0.0 { dot(values, others) / size } else { 0.0 };
    values.iter_mut().zip(others).for_each(|(value, other)| *value -= slope * other);
}

/// Values equal on paper must tie: what the sweeps leave undecided is rounded away.
fn rounded(values: Vec<f64>) -> Vec<f64> {
    values.into_iter().map(|value| (value * 1e6).round()).collect()
}

fn summarise(result: &mut RankAssociation, within: &WithinPersons, seed: u64) {
    result.persons_with_few_weeks = within.few_weeks;
    result.persons_without_variation = within.without_variation;
    let scores: Vec<f64> = within.persons.iter().map(|person| person.score).collect();
    result.n_persons = len_to_u64(scores.len());
    let Some(test) = sign_flip(&scores, seed) else {
        result.reason = Some(WhyNone::TooFewClusters);
        return;
    };
    let n = len_to_f64(scores.len());
    let mean = scores.iter().sum::<f64>() / n;
    result.value = Some(mean.tanh());
    if result.n_persons < MIN_PERSONS {
        result.reason = Some(WhyNone::TooFewClusters);
        return;
    }
    let squares: f64 = scores.iter().map(|a| (a - mean) * (a - mean)).sum();
    let se = (squares / (n - 1.0) / n).sqrt();
    let df = u64::from(len_to_u32(scores.len()) - 1);
    if let Some(t) = student_t::quantile(0.975, df) {
        result.low = Some((mean - t * se).tanh());
        result.high = Some((mean + t * se).tanh());
    }
    (result.p, result.p_is_exact) = (Some(test.p), test.is_exact);
    result.standard_error = Some(se);
    result.smallest_visible =
        minimal_detectable_effect(se, result.n_persons).map(f64::tanh);
}

#[cfg(test)]
mod tests;
