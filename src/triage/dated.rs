//! What the day of the audit decides: how old something is, and how long ago it changed.
//! The day is known when all of a fleet was read, and the facts are let go before that.

use std::collections::BTreeSet;

use super::Thresholds;
use super::activity::{self, Activity};
use super::shape::{largest, percent};
use super::signal::{Evidence, Signal, SignalId, State};
use super::sprawl;
use super::unit::Unit;
use crate::units::{
    SECONDS_PER_DAY, Timestamp, UtcDay, count_to_f64, len_to_f64, len_to_u64,
};

/// The days of a burst.
const BURST_DAYS: i64 = 14;
/// The days within which programs are counted twice.
const GROWTH_DAYS: i64 = 90;
/// The days within which people are counted.
const PEOPLE_DAYS: i64 = 180;
/// A year; a twelfth of it is a month.
const YEAR_SECONDS: i64 = 365 * SECONDS_PER_DAY;

/// What has to be known of a unit to ask on any day after its last change.
#[derive(Debug, Clone, Default)]
pub struct Dated {
    /// When its first line landed; `None` without any.
    pub begun: Option<Timestamp>,
    /// When its last line landed or died; `None` without any.
    pub last_changed: Option<Timestamp>,
    landed_lines: u64,
    burst: (u64, i64),
    largest: Vec<Evidence>,
    last_by_person: Option<(Timestamp, String)>,
    nobodys: u64,
    /// Who changed it when, in the year before its last change. Nothing before that is
    /// within a year of any later day.
    recent: Vec<(u64, Timestamp)>,
    programs: Vec<(Evidence, Option<Timestamp>)>,
}

impl Dated {
    /// Gathers it.
    pub fn of(unit: &Unit<'_>, activity: &Activity) -> Self {
        let last = activity.changes.iter().max_by_key(|one| (one.1, one.2));
        let id = |commit: crate::history::CommitIdx| {
            unit.facts.commits[commit.at()].id.to_string()
        };
        let newest = last.map_or(Timestamp(0), |one| one.1);
        let is_recent = |one: &Timestamp| newest.0.saturating_sub(one.0) <= YEAR_SECONDS;
        let changes = activity.changes.iter().map(|one| (one.0, one.1));
        let programs = sprawl::programs(unit).into_iter().map(|(one, born)| {
            let word = one.word.to_json_text();
            (Evidence::file(&unit.path(one.path), one.line, word), born)
        });
        Self {
            begun: unit.begun(),
            last_changed: unit.last_changed(),
            landed_lines: activity.landed_lines(),
            burst: activity.best_window(BURST_DAYS),
            largest: largest(unit, 1),
            last_by_person: last.map(|one| (one.1, id(one.2))),
            nobodys: activity.nobodys,
            recent: changes.filter(|one| is_recent(&one.1)).collect(),
            programs: programs.collect(),
        }
    }

    /// When a person last changed it, as far as is known: where it is not known whose later
    /// changes are, any change. What machines do keeps nothing alive.
    pub fn last_touched(&self) -> Option<Timestamp> {
        match &self.last_by_person {
            Some((last, _)) if self.nobodys == 0 => Some(*last),
            _ => self.last_changed,
        }
    }

    /// Asks for P1, P2, W1, Z1 and Z2.
    pub fn signals(&self, as_of: Timestamp, at: &Thresholds) -> Vec<Signal> {
        vec![
            self.bursts(as_of, at),
            self.silence(as_of, at),
            self.growth(as_of, at),
            self.people(as_of, at),
            self.months(as_of, at),
        ]
    }

    fn bursts(&self, as_of: Timestamp, at: &Thresholds) -> Signal {
        let (share, age) = (at.get("p1_burst_share"), at.get("p1_least_age_days"));
        let total = self.landed_lines;
        let Some(begun) = self.begun.filter(|_| total > 0) else {
            return Signal::unknown(SignalId::P1, "no line landed");
        };
        let own = count_to_f64(self.burst.0) / count_to_f64(total);
        let days = as_of.days_since(begun);
        let value = format!(
            "{} of {total} lines landed in the 14 days from {}; {days:.0} days old",
            percent(own),
            day(self.burst.1)
        );
        let threshold = format!("{} and {age:.0} days", percent(share));
        let state = State::of(own >= share && days >= age);
        Signal::new(SignalId::P1, state, value, threshold, self.largest.clone())
    }

    fn silence(&self, as_of: Timestamp, at: &Thresholds) -> Signal {
        let least = at.get("p2_silent_days");
        let Some((last, id)) = &self.last_by_person else {
            return Signal::unknown(SignalId::P2, "nobody is known to have changed it");
        };
        let days = as_of.days_since(*last);
        let is_last = self.last_changed.is_none_or(|changed| changed <= *last);
        if days >= least && self.nobodys > 0 && !is_last {
            let why = "later changes are there, of which it is not known whose they are";
            return Signal::unknown(SignalId::P2, why);
        }
        let evidence = vec![Evidence::commit(id.clone(), "the last change by a person")];
        let value = format!("{days:.0} days until the day of the audit");
        let threshold = format!("{least:.0} days");
        Signal::new(SignalId::P2, State::of(days >= least), value, threshold, evidence)
    }

    /// What programs became within the window.
    fn growth(&self, as_of: Timestamp, at: &Thresholds) -> Signal {
        let least = at.get("w1_entry_points");
        let before = days_before(as_of, GROWTH_DAYS);
        let is_older = |born: &Option<Timestamp>| born.is_none_or(|at| at <= before);
        let older = self.programs.iter().filter(|one| is_older(&one.1)).count();
        let n = self.programs.len();
        // All at once is how a project begins, and no growth.
        let is = len_to_f64(n) >= least && older > 0 && n >= 2 * older;
        let evidence = self.programs.iter().map(|one| one.0.clone()).collect();
        let value = format!(
            "{n} now; {older} of them {GROWTH_DAYS} days ago, by the oldest of the lines \
             that stand"
        );
        let threshold =
            format!("{least:.0}, and twice as many as {GROWTH_DAYS} days ago");
        Signal::new(SignalId::W1, State::of(is), value, threshold, evidence)
    }

    fn people(&self, as_of: Timestamp, at: &Thresholds) -> Signal {
        let (people, changes) = (at.get("z1_people"), at.get("z1_changes"));
        let from = days_before(as_of, PEOPLE_DAYS);
        let recent = self.recent.iter().filter(|one| one.1 >= from);
        let counts = activity::counts(recent.map(|one| one.0));
        let many = counts.iter().filter(|&&n| count_to_f64(n) >= changes).count();
        let is = count_to_f64(len_to_u64(many)) >= people;
        let threshold =
            format!("{people:.0} people with {changes:.0} changes in 180 days");
        if !is && self.nobodys > 0 {
            let why = "it is not known whose all changes are";
            return Signal::unknown(SignalId::Z1, why);
        }
        let value = format!("{many} of {} people", counts.len());
        Signal::new(SignalId::Z1, State::of(is), value, threshold, Vec::new())
    }

    fn months(&self, as_of: Timestamp, at: &Thresholds) -> Signal {
        let least = at.get("z2_months");
        let months: BTreeSet<i64> = self
            .recent
            .iter()
            .map(|one| (as_of.0 - one.1.0).div_euclid(YEAR_SECONDS / 12))
            .filter(|month| (0..12).contains(month))
            .collect();
        let n = len_to_u64(months.len());
        let is = State::of(count_to_f64(n) >= least);
        let value = format!("{n} of the last 12 months");
        Signal::new(SignalId::Z2, is, value, format!("{least:.0} months"), Vec::new())
    }
}

fn day(day: i64) -> String {
    let day = i32::try_from(day).unwrap_or(i32::MAX);
    UtcDay(day).to_iso().unwrap_or_else(|| "an unknown day".to_owned())
}

fn days_before(time: Timestamp, days: i64) -> Timestamp {
    Timestamp(time.0.saturating_sub(days * SECONDS_PER_DAY))
}
