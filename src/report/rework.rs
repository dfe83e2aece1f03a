//! Rework as vendors and studies define it, side by side, so that a figure heard
//! elsewhere can be looked at here. The definitions differ in window, unit and
//! denominator: none may be held against another.

use std::collections::BTreeMap;

use serde::Serialize;

use super::churn::{ByWhom, place};
use super::filter::Filter;
use crate::cohorts::{self, RemovedBy};
use crate::facts::{Facts, LifetimeFacts};
use crate::lines::instances::DeathCause;
use crate::units::{SECONDS_PER_DAY, Timestamp, count_to_f64, len_to_f64, len_to_u64};

/// Rework in a period by each definition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReworkReport {
    /// What the period is: `all` that was looked at, or its `last_365_days`.
    pub period: &'static str,
    /// Where it begins, RFC 3339.
    pub start: Option<String>,
    /// Where it ends.
    pub end: Option<String>,
    /// Lines that landed in it.
    pub added_lines: u64,
    /// Lines that were removed in it, rewritten ones among them.
    pub removed_lines: u64,
    /// Removed lines of which nobody knows the age: in denominators only.
    pub unknown_age_lines: u64,
    /// Each definition.
    pub shares: Vec<ReworkShare>,
    /// Definitions that lines cannot answer.
    pub not_computed: &'static [NotComputed],
    /// What the figures are not.
    pub warning: &'static str,
}

/// Rework by one definition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReworkShare {
    /// Its name for programs.
    pub id: &'static str,
    /// What it is like.
    pub like: &'static str,
    /// What is counted, for people.
    pub definition: &'static str,
    /// The age up to which a removal counts; `None` for any age.
    pub window_days: Option<u32>,
    /// What it is a share of.
    pub denominator: &'static str,
    /// Lines that count.
    pub numerator_lines: u64,
    /// Lines it is a share of.
    pub denominator_lines: u64,
    /// The share; `None` without a denominator.
    pub value: Option<f64>,
    /// The parts of the share by who removed the lines.
    pub by_whom: Option<ByWhom>,
    /// Whose definition it is like.
    pub source: &'static str,
}

/// A definition that is not computed here.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct NotComputed {
    /// What it is.
    pub like: &'static str,
    /// Why not.
    pub why: &'static str,
}

/// What the figures are not.
const WARNING: &str = "These definitions differ in window, unit and denominator; ours run on the \
                       landing clock, leave out moves and white space, and see no rework \
                       inside a branch. None is comparable with another, or with a figure \
                       of a vendor.";

const NOT_COMPUTED: &[NotComputed] = &[NotComputed {
    like: "Greptile churn",
    why: "counts files touched again within 7 days, not lines",
}];

const ADDED_AND_REMOVED: &str = "lines added and removed in the period";
const ADDED: &str = "lines added in the period";

/// Which removed lines a definition counts.
#[derive(Debug, Clone, Copy)]
struct Definition {
    id: &'static str,
    like: &'static str,
    definition: &'static str,
    window_days: Option<u32>,
    denominator: &'static str,
    source: &'static str,
    counts: fn(DeathCause, RemovedBy) -> bool,
}

fn any(_: DeathCause, _: RemovedBy) -> bool {
    true
}

/// The definitions, in the order they are shown.
const DEFINITIONS: [Definition; 5] = [
    Definition {
        id: "gitclear_like_14",
        like: "GitClear churn",
        definition: "changed or deleted within 14 days",
        window_days: Some(14),
        denominator: ADDED_AND_REMOVED,
        source: "GitClear, help pages (two weeks after commit and push)",
        counts: any,
    },
    Definition {
        id: "linearb_like_21",
        like: "LinearB rework",
        definition: "changed or deleted while younger than 21 days",
        window_days: Some(21),
        denominator: ADDED_AND_REMOVED,
        source: "LinearB, work breakdown (lines of a branch)",
        counts: any,
    },
    Definition {
        id: "code_climate_like_21",
        like: "Code Climate rework",
        definition: "updated, not deleted, within 21 days",
        window_days: Some(21),
        denominator: ADDED_AND_REMOVED,
        source: "Code Climate Velocity, rework (past three weeks; it ignores merges, \
                 which are how work lands here)",
        counts: |cause, _| {
            matches!(cause, DeathCause::ModifiedSelf | DeathCause::ModifiedOther)
        },
    },
    Definition {
        id: "hatica_like_21",
        like: "Hatica churn",
        definition: "rewritten or deleted by their author within 21 days",
        window_days: Some(21),
        denominator: ADDED,
        source: "Hatica, churn (of merging; by others it is \"helping others\")",
        counts: |_, by| by == RemovedBy::SameAuthor,
    },
    Definition {
        id: "faros_like",
        like: "Faros churn",
        definition: "removed, at any age",
        window_days: None,
        denominator: ADDED,
        source: "Faros AI, churn (lines deleted over lines added in merged pull requests)",
        counts: any,
    },
];

/// A line that was removed in the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Removed {
    /// Its age in seconds; `None` when unknown.
    age: Option<i64>,
    cause: DeathCause,
    by: RemovedBy,
}

/// What happened in a period.
#[derive(Debug, Default)]
struct Period {
    added_lines: u64,
    removed: BTreeMap<Removed, u64>,
}

/// The length of the second period.
const YEAR_DAYS: i64 = 365;

/// Reports rework among the lines that `wanted` takes, if they count.
pub(super) fn report(
    filter: &Filter<'_>,
    wanted: &impl Fn(usize, &LifetimeFacts) -> bool,
) -> Vec<ReworkReport> {
    let repositories = filter.scope.repositories;
    let first = |facts: &Facts| facts.mainline.first().map(|one| one.time);
    let all = |facts: &Facts| filter.since.max(first(facts));
    let last_year =
        |facts: &Facts| Some(Timestamp(facts.as_of?.0 - YEAR_DAYS * SECONDS_PER_DAY));
    let mut reports = vec![over(filter, wanted, "all", &all)];
    if repositories.iter().any(|facts| all(facts) < last_year(facts)) {
        reports.push(over(filter, wanted, "last_365_days", &|facts| {
            all(facts).max(last_year(facts))
        }));
    }
    reports
}

fn over(
    filter: &Filter<'_>,
    wanted: &impl Fn(usize, &LifetimeFacts) -> bool,
    name: &'static str,
    start: &dyn Fn(&Facts) -> Option<Timestamp>,
) -> ReworkReport {
    let scope = filter.scope;
    let takes =
        |at: usize, one: &LifetimeFacts| filter.counts(at, one) && wanted(at, one);
    let period = period(filter, &takes, start);
    let sum = |is: &dyn Fn(&Removed) -> bool| {
        period.removed.iter().filter(|(one, _)| is(one)).map(|(_, lines)| lines).sum()
    };
    let mut shares: Vec<_> = DEFINITIONS
        .iter()
        .map(|one| share(&period, one, filter.scope.has_teams()))
        .collect();
    shares.push(per_change(filter, &takes, start));
    let text = |time: Option<Timestamp>| time.and_then(Timestamp::to_rfc3339);
    ReworkReport {
        period: name,
        start: text(scope.repositories.iter().filter_map(start).min()),
        end: text(scope.repositories.iter().filter_map(|facts| facts.as_of).max()),
        added_lines: period.added_lines,
        removed_lines: sum(&|_| true),
        unknown_age_lines: sum(&|one| one.age.is_none()),
        shares,
        not_computed: NOT_COMPUTED,
        warning: WARNING,
    }
}

fn period(
    filter: &Filter<'_>,
    takes: &impl Fn(usize, &LifetimeFacts) -> bool,
    start: &dyn Fn(&Facts) -> Option<Timestamp>,
) -> Period {
    let mut period = Period::default();
    for (at, lifetime) in filter.scope.lifetimes() {
        if !takes(at, lifetime) {
            continue;
        }
        let facts = &filter.scope.repositories[at];
        let start = start(facts);
        let landed = cohorts::landing_time(facts, lifetime);
        if landed >= start && !lifetime.birth_unknown {
            period.added_lines += lifetime.lines;
        }
        let Some(died) = cohorts::death_time(facts, lifetime) else { continue };
        let Some((_, cause)) = lifetime.death.filter(|_| Some(died) >= start) else {
            continue;
        };
        let age = landed.filter(|_| !lifetime.birth_unknown);
        let age = age.map(|landed| (died.0 - landed.0).max(0));
        let removed = Removed { age, cause, by: filter.scope.removed_by(at, lifetime) };
        *period.removed.entry(removed).or_insert(0) += lifetime.lines;
    }
    period
}

fn share(period: &Period, definition: &Definition, has_teams: bool) -> ReworkShare {
    let window = definition.window_days.map(|days| i64::from(days) * SECONDS_PER_DAY);
    let mut by_whom = [0_u64; 5];
    for (removed, lines) in &period.removed {
        let is_young =
            window.is_none_or(|window| removed.age.is_some_and(|age| age <= window));
        if is_young && (definition.counts)(removed.cause, removed.by) {
            by_whom[place(removed.by)] += lines;
        }
    }
    let removed: u64 = period.removed.values().sum();
    let others = if definition.denominator == ADDED { 0 } else { removed };
    let denominator_lines = period.added_lines + others;
    let numerator_lines = by_whom.iter().sum();
    let part = |lines: u64| count_to_f64(lines) / count_to_f64(denominator_lines);
    let is_known = denominator_lines > 0;
    ReworkShare {
        id: definition.id,
        like: definition.like,
        definition: definition.definition,
        window_days: definition.window_days,
        denominator: definition.denominator,
        numerator_lines,
        denominator_lines,
        value: is_known.then(|| part(numerator_lines)),
        by_whom: is_known.then(|| ByWhom::of(by_whom.map(part), has_teams)),
        source: definition.source,
    }
}

/// The age at which lines of a change are looked at again.
const PER_CHANGE_DAYS: u32 = 21;

/// The mean over changes of the share of their lines that is gone at a fixed age, of
/// changes that were followed so far.
fn per_change(
    filter: &Filter<'_>,
    takes: &impl Fn(usize, &LifetimeFacts) -> bool,
    start: &dyn Fn(&Facts) -> Option<Timestamp>,
) -> ReworkShare {
    let mut changes: BTreeMap<(usize, u32), ([u64; 5], u64)> = BTreeMap::new();
    for (at, lifetime) in filter.scope.lifetimes() {
        let facts = &filter.scope.repositories[at];
        let landed = cohorts::landing_time(facts, lifetime);
        let age = facts.as_of.zip(landed).map(|(end, landed)| end.days_since(landed));
        let is_followed = age.is_some_and(|age| age >= f64::from(PER_CHANGE_DAYS));
        let is_new = landed >= start(facts) && !lifetime.birth_unknown;
        if !(is_followed && is_new && takes(at, lifetime)) {
            continue;
        }
        // Lines whose file became unreadable before that age are nowhere counted.
        let stands = cohorts::stands_at(facts, lifetime, PER_CHANGE_DAYS);
        let Some(stands) = stands else { continue };
        let (gone, added) = changes.entry((at, lifetime.landing)).or_default();
        *added += lifetime.lines;
        if !stands {
            gone[place(filter.scope.removed_by(at, lifetime))] += lifetime.lines;
        }
    }
    let n = len_to_f64(changes.len());
    let mean = |part: usize| {
        let share = |(gone, added): &([u64; 5], u64)| {
            count_to_f64(gone[part]) / count_to_f64(*added)
        };
        changes.values().map(share).sum::<f64>() / n
    };
    let by_whom = (len_to_u64(changes.len()) > 0).then(|| [0, 1, 2, 3, 4].map(mean));
    ReworkShare {
        id: "popescu_like_21",
        like: "Popescu et al. churn",
        definition: "gone 21 days after landing: mean over changes",
        window_days: Some(PER_CHANGE_DAYS),
        denominator: "lines added by a change that was followed so far",
        numerator_lines: changes.values().flat_map(|(gone, _)| gone).sum(),
        denominator_lines: changes.values().map(|(_, added)| added).sum(),
        value: by_whom.map(|shares| shares.iter().sum()),
        by_whom: by_whom.map(|shares| ByWhom::of(shares, filter.scope.has_teams())),
        source: "Popescu et al. 2026, arXiv 2604.00917 (pull requests, fixed horizons)",
    }
}

#[cfg(test)]
mod tests;
