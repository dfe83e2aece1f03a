//! Who changed a unit, and when. Who they are is never told: numbers stand for people.

use std::collections::{BTreeMap, BTreeSet};

use super::unit::Unit;
use crate::file_class::FileClass;
use crate::history::CommitIdx;
use crate::units::{SECONDS_PER_DAY, Timestamp};

/// What happened to a unit.
#[derive(Debug, Clone, Default)]
pub struct Activity {
    /// Each change by a person: who, when it landed.
    pub changes: Vec<(u64, Timestamp, CommitIdx)>,
    /// Lines of code landed on each day, by days since the epoch.
    pub landed: BTreeMap<i64, u64>,
    /// Changes of which it is not known whose they are.
    pub nobodys: u64,
}

/// Gathers what happened to a unit until its history was no longer looked at.
pub fn of(unit: &Unit<'_>) -> Activity {
    let mut activity = Activity::default();
    let mut changes: BTreeSet<(u32, CommitIdx)> = BTreeSet::new();
    for one in &unit.lifetimes {
        let day = unit.landing(one.landing).time.0.div_euclid(SECONDS_PER_DAY);
        if one.class != FileClass::Docs && one.class != FileClass::Config {
            *activity.landed.entry(day).or_default() += one.lines;
        }
        changes.insert((one.landing, one.origin));
        if let Some((death, cause)) = one.death
            && cause.is_death()
        {
            changes.insert((death, unit.landing(death).commit));
        }
    }
    for (landing, commit) in changes {
        match person(unit, commit) {
            Some(Some(person)) => {
                activity.changes.push((person, unit.landing(landing).time, commit));
            }
            Some(None) => {}
            None => activity.nobodys += 1,
        }
    }
    activity
}

/// Whose change it is; an inner `None` is a machine, and nobody's.
fn person(unit: &Unit<'_>, commit: CommitIdx) -> Option<Option<u64>> {
    let commit = unit.facts.commits.get(commit.at())?;
    unit.person_of.get(commit.operator.or(commit.author)? as usize).copied()
}

impl Activity {
    /// Lines that landed.
    pub fn landed_lines(&self) -> u64 {
        self.landed.values().sum()
    }

    /// The most lines that landed within so many days, and the first of these.
    pub fn best_window(&self, days: i64) -> (u64, i64) {
        let rows: Vec<(i64, u64)> = self.landed.iter().map(|(a, b)| (*a, *b)).collect();
        let (mut best, mut sum, mut from) = ((0, 0), 0, 0);
        for &(day, lines) in &rows {
            sum += lines;
            while rows[from].0 <= day - days {
                sum -= rows[from].1;
                from += 1;
            }
            if sum > best.0 {
                best = (sum, rows[from].0);
            }
        }
        best
    }

    /// How many changes each person made, most first.
    pub fn by_person(&self) -> Vec<u64> {
        counts(self.changes.iter().map(|one| one.0))
    }
}

/// How often each is there, most first.
pub(super) fn counts(people: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
    people.for_each(|who| *counts.entry(who).or_default() += 1);
    let mut counts: Vec<u64> = counts.into_values().collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    counts
}
