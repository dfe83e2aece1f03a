//! Everything that is said of how spend and durable lines go together, in one go: the
//! estimate that was fixed in advance, and what is printed beside it so that nobody
//! need choose among estimates.

use std::collections::BTreeMap;

use crate::stats::circular_shift::{CircularShift, circular_shift};
use crate::stats::elasticity::{Elasticity, elasticity};
use crate::stats::equivalence::{BOUND, Equivalence, equivalence};
use crate::stats::mundlak::{Slope, mundlak};
use crate::stats::person_week::{PersonWeek, sound};
use crate::stats::rank_association::{
    RankAssociation, rank_association, rank_association_beside,
};
use crate::stats::why_none::WhyNone;
use crate::units::len_to_u64;

/// One person in one week, with what the other readings need; `None` is not given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AssociationRow {
    /// The person.
    pub person: u32,
    /// The week.
    pub week: i32,
    /// The spend that counts for this week, as fixed in advance.
    pub spend: f64,
    /// Lines written in this week that were durable, at the age fixed in advance.
    pub durable_lines: f64,
    /// The same at another age.
    pub lines_at_other_age: Option<f64>,
    /// The same without bulk changes.
    pub lines_without_bulk: Option<f64>,
    /// The same without bulk changes and the largest landings.
    pub lines_without_largest: Option<f64>,
    /// Spend of this week alone.
    pub spend_this_week: Option<f64>,
    /// Spend of the week before.
    pub spend_week_before: Option<f64>,
    /// Spend of this week and the one before.
    pub spend_two_weeks: Option<f64>,
    /// Spend of this week and the three before.
    pub spend_four_weeks: Option<f64>,
    /// Spend of the four weeks after this one, which cannot have helped.
    pub spend_next_month: Option<f64>,
    /// Days of the week with any trace of work. Who is there for two days of five spends
    /// less and writes less.
    pub days: Option<f64>,
}

/// What is looked at beside the primary estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// All rows together, persons' levels and all.
    Pooled,
    /// The slope within persons.
    Within,
    /// The slope between persons.
    Between,
    /// The primary estimate without the person with most durable lines.
    WithoutLargestPerson,
    /// Spend of the week itself.
    SpendThisWeek,
    /// Spend of the week before.
    SpendWeekBefore,
    /// Spend of two weeks.
    SpendTwoWeeks,
    /// Spend of four weeks.
    SpendFourWeeks,
    /// Lines durable at another age.
    OtherAge,
    /// Lines without bulk changes.
    WithoutBulk,
    /// Lines without bulk changes and the largest landings.
    WithoutLargest,
    /// Spend and lines with what goes along with days of work taken out of both. Time at
    /// work drives both; what is left of an association is not that time.
    BesideDays,
    /// Weeks with no fewer days of work than a person's median week. Days without a trace
    /// are not seen, so taking days out does not take all of them out.
    FullWeeks,
    /// Next month's spend against this week's lines. Spend that depends on its own past
    /// carries a true association over to it.
    Placebo,
    /// The same, with this week's spend taken out of both: what is left is common
    /// shocks.
    PlaceboBesideSpend,
}

impl Check {
    /// The name used in machine-readable output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pooled => "pooled",
            Self::Within => "within",
            Self::Between => "between",
            Self::WithoutLargestPerson => "without_largest_person",
            Self::SpendThisWeek => "spend_this_week",
            Self::SpendWeekBefore => "spend_week_before",
            Self::SpendTwoWeeks => "spend_two_weeks",
            Self::SpendFourWeeks => "spend_four_weeks",
            Self::OtherAge => "other_age",
            Self::WithoutBulk => "without_bulk",
            Self::WithoutLargest => "without_largest_landings",
            Self::BesideDays => "beside_days",
            Self::FullWeeks => "full_weeks",
            Self::Placebo => "placebo",
            Self::PlaceboBesideSpend => "placebo_beside_spend",
        }
    }

    /// Whether the primary estimate must have its sign to be called robust. Persons
    /// may differ in other ways than their weeks, and a placebo should be nothing.
    pub fn is_about_the_sign(self) -> bool {
        use Check::{Between, Placebo, PlaceboBesideSpend, Pooled};
        !matches!(self, Pooled | Between | Placebo | PlaceboBesideSpend)
    }
}

/// The unit of a check's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// A mean rank correlation within persons, as the primary estimate.
    RankCorrelation,
    /// A slope of ln(1 + lines) on ln(1 + spend).
    LogSlope,
}

/// One reading beside the primary estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CheckLine {
    /// What it is.
    pub check: Check,
    /// The unit of its values.
    pub scale: Scale,
    /// The estimate.
    pub value: Option<f64>,
    /// The lower end of its 95% interval.
    pub low: Option<f64>,
    /// The upper end of its 95% interval.
    pub high: Option<f64>,
    /// Two-sided p.
    pub p: Option<f64>,
    /// Persons that enter.
    pub n_persons: u64,
    /// Person-weeks that were given and could be used.
    pub n_rows: u64,
    /// Why the value, or else the interval, is missing.
    pub reason: Option<WhyNone>,
}

/// How spend and durable lines go together.
#[derive(Debug, Clone, PartialEq)]
pub struct Association {
    /// The estimate that was fixed in advance.
    pub primary: RankAssociation,
    /// How large the association is.
    pub elasticity: Elasticity,
    /// Whether the elasticity is none worth speaking of.
    pub equivalence: Equivalence,
    /// What is printed beside it, all of it always.
    pub checks: Vec<CheckLine>,
    /// A second opinion on the primary p.
    pub circular_shift: CircularShift,
}

/// Estimates everything. `seed` decides the signs and turns that are drawn.
pub fn association(rows: &[AssociationRow], seed: u64) -> Association {
    let main = columns(rows, |row| Some(row.spend), |row| Some(row.durable_lines));
    let elasticity = elasticity(&main, seed);
    Association {
        primary: rank_association(&main, seed),
        equivalence: equivalence(
            elasticity.value,
            elasticity.standard_error,
            elasticity.n_persons,
            BOUND,
        ),
        elasticity,
        checks: checks(rows, &main, seed),
        circular_shift: circular_shift(&main, seed),
    }
}

fn columns(
    rows: &[AssociationRow],
    spend: impl Fn(&AssociationRow) -> Option<f64>,
    lines: impl Fn(&AssociationRow) -> Option<f64>,
) -> Vec<PersonWeek> {
    let one = |row: &AssociationRow| {
        let (spend, durable_lines) = (spend(row)?, lines(row)?);
        Some(PersonWeek { person: row.person, week: row.week, spend, durable_lines })
    };
    rows.iter().filter_map(one).collect()
}

fn checks(rows: &[AssociationRow], main: &[PersonWeek], seed: u64) -> Vec<CheckLine> {
    let split = mundlak(main);
    let slope =
        |check, slope: Slope| slope_line(check, slope, (split.n_persons, split.n_rows));
    let spend = |check, of: fn(&AssociationRow) -> Option<f64>| {
        rank_line(check, &columns(rows, of, |row| Some(row.durable_lines)), seed)
    };
    let lines = |check, of: fn(&AssociationRow) -> Option<f64>| {
        rank_line(check, &columns(rows, |row| Some(row.spend), of), seed)
    };
    vec![
        slope(Check::Pooled, split.pooled),
        slope(Check::Within, split.within),
        slope(Check::Between, split.between),
        rank_line(Check::WithoutLargestPerson, &without_largest(main), seed),
        spend(Check::SpendThisWeek, |row| row.spend_this_week),
        spend(Check::SpendWeekBefore, |row| row.spend_week_before),
        spend(Check::SpendTwoWeeks, |row| row.spend_two_weeks),
        spend(Check::SpendFourWeeks, |row| row.spend_four_weeks),
        lines(Check::OtherAge, |row| row.lines_at_other_age),
        lines(Check::WithoutBulk, |row| row.lines_without_bulk),
        lines(Check::WithoutLargest, |row| row.lines_without_largest),
        beside_days(rows, seed),
        rank_line(Check::FullWeeks, &full_weeks(rows), seed),
        spend(Check::Placebo, |row| row.spend_next_month),
        placebo_beside_spend(rows, seed),
    ]
}

fn beside_days(rows: &[AssociationRow], seed: u64) -> CheckLine {
    let given: Vec<AssociationRow> =
        rows.iter().filter(|row| row.days.is_some()).copied().collect();
    let main = columns(&given, |row| Some(row.spend), |row| Some(row.durable_lines));
    let beside: Vec<f64> = given.iter().filter_map(|row| row.days).collect();
    let result = rank_association_beside(&main, &beside, seed);
    line_of(Check::BesideDays, &result, &main)
}

/// The weeks in which a person worked as many days as in their median week, or more.
fn full_weeks(rows: &[AssociationRow]) -> Vec<PersonWeek> {
    let mut days: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for row in rows {
        days.entry(row.person).or_default().extend(row.days);
    }
    let median = |mut days: Vec<f64>| {
        days.sort_by(f64::total_cmp);
        days.get(days.len() / 2).copied()
    };
    let medians: BTreeMap<u32, Option<f64>> =
        days.into_iter().map(|(person, days)| (person, median(days))).collect();
    let is_full = |row: &&AssociationRow| {
        let median = medians.get(&row.person).copied().flatten();
        row.days.zip(median).is_some_and(|(days, median)| days >= median)
    };
    let full: Vec<AssociationRow> = rows.iter().filter(is_full).copied().collect();
    columns(&full, |row| Some(row.spend), |row| Some(row.durable_lines))
}

fn placebo_beside_spend(rows: &[AssociationRow], seed: u64) -> CheckLine {
    let given: Vec<AssociationRow> =
        rows.iter().filter(|row| row.spend_next_month.is_some()).copied().collect();
    let next = columns(&given, |row| row.spend_next_month, |row| Some(row.durable_lines));
    let beside: Vec<f64> = given.iter().map(|row| row.spend).collect();
    let result = rank_association_beside(&next, &beside, seed);
    line_of(Check::PlaceboBesideSpend, &result, &next)
}

fn rank_line(check: Check, rows: &[PersonWeek], seed: u64) -> CheckLine {
    line_of(check, &rank_association(rows, seed), rows)
}

fn line_of(check: Check, result: &RankAssociation, rows: &[PersonWeek]) -> CheckLine {
    let reason = if rows.is_empty() { Some(WhyNone::NotGiven) } else { result.reason };
    CheckLine {
        check,
        scale: Scale::RankCorrelation,
        value: result.value,
        low: result.low,
        high: result.high,
        p: result.p,
        n_persons: result.n_persons,
        n_rows: len_to_u64(rows.len()) - result.rows_left_out,
        reason,
    }
}

fn slope_line(check: Check, slope: Slope, (n_persons, n_rows): (u64, u64)) -> CheckLine {
    CheckLine {
        check,
        scale: Scale::LogSlope,
        value: slope.value,
        low: slope.low,
        high: slope.high,
        p: slope.p,
        n_persons,
        n_rows,
        reason: slope.reason,
    }
}

/// The rows of all but the person with most durable lines; of several the first.
fn without_largest(rows: &[PersonWeek]) -> Vec<PersonWeek> {
    let mut sums: BTreeMap<u32, f64> = BTreeMap::new();
    for row in sound(rows) {
        *sums.entry(row.person).or_default() += row.durable_lines;
    }
    let largest = sums.iter().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(a.0)));
    let largest = largest.map(|(person, _)| *person);
    rows.iter().filter(|row| Some(row.person) != largest).copied().collect()
}

#[cfg(test)]
pub(in crate::stats) mod tests;
