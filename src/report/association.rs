//! Whether weeks of more spend went with more durable lines: the estimate that was fixed in
//! advance, everything printed beside it, and what may be said of it.

use serde::Serialize;

use super::grain::{self, Grain};
use super::small_groups::LEAST_PEOPLE;
use crate::panel::{AGES_DAYS, Panel, Row};
use crate::stats::{
    Association, AssociationRow, Decision, GatesSeen, Scale, WhyNone, association, decide,
};
use crate::units::{count_to_f64, len_to_f64};
use crate::verdict::Gate;

/// The seed of drawn signs and shifts: any number, but always the same one.
const SEED: u64 = 1;

/// Whether spend and durable lines go together.
#[derive(Debug, Clone, Serialize)]
pub struct AssociationReport {
    /// `not_computable`, `gates_failed` or `estimated`.
    pub status: &'static str,
    /// What is asked before anything is said.
    pub gates: Vec<Gate>,
    /// Which spend is held against the lines of a week.
    pub exposure: &'static str,
    /// Whether most lines were squashed, so that the day they were written is not known.
    pub squash_clock: bool,
    /// The age at which a line counts.
    pub window_days: u32,
    /// People who enter: with at least eight weeks, and spend and lines that vary.
    pub n_people: u64,
    /// Weeks that enter.
    pub n_weeks: u64,
    /// Weeks between a person's first and last trace without any: absences, left out; rounded.
    pub absent_weeks: u64,
    /// Weeks with a trace of a person that exports of some tool of theirs do not reach: what
    /// was spent in them is not known, and they are left out; rounded.
    pub untold_weeks: u64,
    /// The mean within-person rank correlation, week by week, people and weeks levelled out.
    pub rank_association: EstimateReport,
    /// By how much lines go up with spend: the slope on ln(1 + spend).
    pub elasticity: EstimateReport,
    /// Elasticities within this distance from zero are called none.
    pub equivalence_bound: f64,
    /// Whether the interval of the elasticity lies within it.
    pub is_within_bound: Option<bool>,
    /// What is printed beside, all of it always.
    pub checks: Vec<CheckReport>,
    /// p when each person's spend is turned round in time.
    pub circular_shift_p: Option<f64>,
    /// What the values are rounded to, so that nobody's part can be told.
    pub rounded_to: Option<f64>,
    /// What bore on the verdict, in the order it was looked at.
    pub reasons: Vec<String>,
    /// Whether the estimate, before it was rounded, is below zero.
    #[serde(skip)]
    pub(super) is_negative: bool,
}

/// A number with its interval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct EstimateReport {
    /// The estimate.
    pub value: Option<f64>,
    /// The lower end of its 95% interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// Two-sided p, rounded up to one digit.
    pub p: Option<f64>,
    /// The smallest true value that 80 of 100 such studies would have seen.
    pub mde: Option<f64>,
    /// People that enter.
    pub n_people: u64,
    /// Why the value or the interval is missing.
    pub reason: Option<&'static str>,
}

/// A reading beside the estimate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CheckReport {
    /// What it is.
    pub id: &'static str,
    /// `rank_correlation` or `log_slope`.
    pub scale: &'static str,
    /// The number.
    #[serde(flatten)]
    pub estimate: EstimateReport,
    /// Person-weeks in it, rounded.
    pub n_person_weeks: u64,
}

/// An association and what may be said of it.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) report: AssociationReport,
    pub(super) decision: Option<Decision>,
}

/// Estimates the association of a panel, given the gates and whether anything is missing.
pub(super) fn report(panel: Option<&Panel>, gates: Vec<Gate>, own: bool) -> Judged {
    let Some(panel) = panel else { return not_computable(gates) };
    let found = panel.rows();
    let squash_clock = panel.is_squash_clock();
    let rows: Vec<AssociationRow> = found
        .rows
        .iter()
        .filter_map(|row| association_row(row, panel.age, squash_clock))
        .collect();
    let estimated = association(&rows, SEED);
    let failed: Vec<&'static str> =
        gates.iter().filter(|gate| !gate.passed).map(|gate| gate.id).collect();
    let seen = GatesSeen { missing: Vec::new(), failed };
    let decision = decide(&seen, &estimated, None);
    let status = if seen.failed.is_empty() { "estimated" } else { "gates_failed" };
    let weeks = Grain::of_weeks(panel, own);
    let rounding = Rounding { weeks, ..Rounding::of(estimated.primary.n_persons, own) };
    let report = AssociationReport {
        status,
        exposure: exposure(squash_clock),
        squash_clock,
        window_days: panel.durable_days(),
        n_people: estimated.primary.n_persons,
        n_weeks: estimated.primary.n_weeks,
        absent_weeks: weeks.round_count(found.absent_weeks),
        untold_weeks: weeks.round_count(found.untold_weeks),
        checks: checks(&estimated, rounding),
        circular_shift_p: estimated.circular_shift.p.and_then(|p| rounding.p(p)),
        reasons: Vec::new(),
        is_negative: estimated.primary.value.is_some_and(|value| value < 0.0),
        ..estimates(&estimated, gates, rounding)
    };
    Judged { report, decision: Some(decision) }
}

/// The two estimates; the other fields are empty.
fn estimates(
    estimated: &Association,
    gates: Vec<Gate>,
    rounding: Rounding,
) -> AssociationReport {
    let (primary, elasticity) = (&estimated.primary, &estimated.elasticity);
    AssociationReport {
        rank_association: rounding.estimate(Estimated {
            value: primary.value,
            low: primary.low,
            high: primary.high,
            p: primary.p,
            mde: primary.smallest_visible,
            n_people: primary.n_persons,
            reason: primary.reason,
        }),
        elasticity: rounding.estimate(Estimated {
            value: elasticity.value,
            low: elasticity.low,
            high: elasticity.high,
            p: elasticity.p,
            mde: elasticity.smallest_visible,
            n_people: elasticity.n_persons,
            reason: elasticity.reason,
        }),
        is_within_bound: estimated.equivalence.is_within,
        equivalence_bound: estimated.equivalence.bound,
        rounded_to: rounding.step,
        ..not_computable(gates).report
    }
}

fn not_computable(gates: Vec<Gate>) -> Judged {
    let report = AssociationReport {
        status: "not_computable",
        gates,
        exposure: exposure(false),
        squash_clock: false,
        window_days: 0,
        n_people: 0,
        n_weeks: 0,
        absent_weeks: 0,
        untold_weeks: 0,
        rank_association: EstimateReport::default(),
        elasticity: EstimateReport::default(),
        equivalence_bound: crate::stats::equivalence::BOUND,
        is_within_bound: None,
        checks: Vec::new(),
        circular_shift_p: None,
        rounded_to: None,
        reasons: Vec::new(),
        is_negative: false,
    };
    Judged { report, decision: None }
}

fn exposure(squash_clock: bool) -> &'static str {
    if squash_clock {
        "spend of the week and the three before, since most lines were squashed and the day \
         they were written is not known"
    } else {
        "spend of the week and the one before"
    }
}

/// A row as the statistics take it; `None` where spend or lines are not known.
fn association_row(row: &Row, age: usize, squash_clock: bool) -> Option<AssociationRow> {
    let exposure = row.exposure;
    let spend =
        if squash_clock { exposure.trailing_4_weeks } else { exposure.trailing_2_weeks };
    Some(AssociationRow {
        person: row.person.0,
        week: row.week.0,
        spend: spend?,
        durable_lines: count_to_f64(row.durable_lines[age]?),
        lines_at_other_age: row.durable_lines[other_age(age)].map(count_to_f64),
        lines_without_bulk: row.durable_lines_without_bulk[age].map(count_to_f64),
        lines_without_largest: row.durable_lines_without_largest[age].map(count_to_f64),
        spend_this_week: exposure.this_week,
        spend_week_before: exposure.last_week,
        spend_two_weeks: exposure.trailing_2_weeks,
        spend_four_weeks: exposure.trailing_4_weeks,
        spend_next_month: exposure.next_4_weeks,
        days: Some(f64::from(row.active_days)),
    })
}

/// The age printed beside: 90 days, or 7 where the history is too short for 30.
fn other_age(age: usize) -> usize {
    if AGES_DAYS[age] >= 30 { AGES_DAYS.len() - 1 } else { 0 }
}

fn checks(estimated: &Association, rounding: Rounding) -> Vec<CheckReport> {
    let check = |line: &crate::stats::CheckLine| CheckReport {
        id: line.check.as_str(),
        scale: match line.scale {
            Scale::RankCorrelation => "rank_correlation",
            Scale::LogSlope => "log_slope",
        },
        estimate: rounding.estimate(Estimated {
            value: line.value,
            low: line.low,
            high: line.high,
            p: line.p,
            mde: None,
            n_people: line.n_persons,
            reason: line.reason,
        }),
        n_person_weeks: rounding.weeks.round_count(line.n_rows),
    };
    estimated.checks.iter().map(check).collect()
}

/// How coarsely estimates are shown: one person moves a mean over n of them by about one
/// n-th of the scale, so nothing finer is shown.
#[derive(Debug, Clone, Copy)]
struct Rounding {
    /// Whether anything is shown: five people at least.
    is_shown: bool,
    step: Option<f64>,
    /// Of numbers of person-weeks.
    weeks: Grain,
}

/// A number with its interval, as it was estimated.
#[derive(Clone, Copy)]
struct Estimated {
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    p: Option<f64>,
    mde: Option<f64>,
    n_people: u64,
    reason: Option<WhyNone>,
}

impl Rounding {
    fn of(n_people: u64, own: bool) -> Self {
        const STEPS: [f64; 5] = [0.01, 0.02, 0.05, 0.1, 0.2];
        let people = usize::try_from(n_people).unwrap_or(usize::MAX);
        let least = 1.0 / len_to_f64(people.max(1));
        let step = STEPS.into_iter().find(|step| *step >= least).unwrap_or(0.2);
        let is_shown = own || people >= LEAST_PEOPLE;
        Self { is_shown, step: (!own).then_some(step), weeks: Grain::Exact }
    }

    fn estimate(self, one: Estimated) -> EstimateReport {
        let shown = |value: Option<f64>| value.filter(|_| self.is_shown);
        let value = |value: Option<f64>| shown(value).map(|value| self.value(value));
        EstimateReport {
            value: value(one.value),
            low: value(one.low),
            high: value(one.high),
            p: shown(one.p).and_then(|p| self.p(p)),
            mde: value(one.mde),
            n_people: one.n_people,
            reason: match (self.is_shown, one.reason) {
                (true, reason) => reason.map(WhyNone::message),
                (false, _) => Some("fewer than five people enter"),
            },
        }
    }

    fn value(self, value: f64) -> f64 {
        match self.step {
            None => value,
            // Steps divide one, so that this gives the number that is written so; adding
            // zero leaves no negative one.
            Some(step) => (value / step).round() / (1.0 / step).round() + 0.0,
        }
    }

    /// p, up to the next number of one digit; at least 0.001.
    fn p(self, p: f64) -> Option<f64> {
        let p = if self.step.is_some() { grain::round_up_to_a_digit(p) } else { p };
        self.is_shown.then(|| p.clamp(0.001, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_are_as_coarse_as_one_person_moves_them() {
        let rounding = Rounding::of(12, false);
        assert_eq!(rounding.step, Some(0.1));
        assert!((rounding.value(0.234) - 0.2).abs() < 1e-12);
        assert_eq!(rounding.value(-0.04).to_bits(), 0.0_f64.to_bits());
        assert_eq!(Rounding::of(200, false).step, Some(0.01));
        assert_eq!(Rounding::of(3, true).step, None);
    }

    #[test]
    fn nothing_is_shown_of_four_people() {
        let one = || Estimated {
            value: Some(0.3),
            low: Some(0.1),
            high: Some(0.5),
            p: Some(0.01),
            mde: Some(0.4),
            n_people: 4,
            reason: None,
        };
        let shown = Rounding::of(4, false).estimate(one());
        assert_eq!((shown.value, shown.p, shown.mde), (None, None, None));
        assert!(shown.reason.is_some());
        assert_eq!(Rounding::of(4, true).estimate(one()).value, Some(0.3));
    }

    #[test]
    fn p_is_rounded_up() {
        let p = |p: f64| Rounding::of(10, false).p(p).unwrap();
        assert!((p(0.0131) - 0.02).abs() < 1e-12);
        assert!((p(0.91) - 1.0).abs() < 1e-12);
        assert!((p(0.00002) - 0.001).abs() < 1e-12);
        assert!((p(0.05) - 0.05).abs() < 1e-12);
    }
}
