//! Before anybody left a mark of AI: did the lines of those who later did live as long as
//! the lines of those who never did? In neither is AI at work, as far as marks tell, so what
//! differs there differs between people and their tasks, and AI-marked and unmarked lines
//! would differ by as much without any AI.

use std::collections::{BTreeMap, BTreeSet};

use super::comparison::{self, ComparisonReport};
use super::filter::Filter;
use super::small_groups::LEAST_PEOPLE;
use crate::cohorts::{self, Cohort, CommitRef, Reading};
use crate::facts::LifetimeFacts;
use crate::identity::IdentityId;
use crate::units::{SECONDS_PER_DAY, Timestamp};

/// How long before the first mark lines are looked at: long enough for many, and short
/// enough for those people to be the same.
const MOST_DAYS: i64 = 730;

/// The names of the two.
const LATER: &str = "later marked people's";
const NEVER: &str = "never marked people's";

/// Compares the two; `None` where no person left a mark, or nothing landed before.
pub(super) fn report(filter: &Filter<'_>) -> Option<ComparisonReport> {
    let (adopters, start) = adopters(filter)?;
    let scope = filter.scope;
    let is_before = |at: usize, one: &LifetimeFacts| {
        let landed = cohorts::landing_time(&scope.repositories[at], one);
        landed.is_some_and(|landed| {
            landed < start && start.0 - landed.0 <= MOST_DAYS * SECONDS_PER_DAY
        })
    };
    let cohorts = scope.cohorts_by(filter.view(Reading::Exact), |at, one| {
        if scope.is_bulk(at, one) || !filter.watches(at, one) || !is_before(at, one) {
            return None;
        }
        let author = CommitRef { repository: at, commit: one.origin };
        Some(adopters.contains(&scope.person(author)?))
    });
    let [later, never] = [true, false]
        .map(|side| cohorts.get(&side).cloned().unwrap_or_else(Cohort::default));
    if later.lifespans.is_empty() || never.lifespans.is_empty() {
        return None;
    }
    let compared = comparison::report((LATER, &later), (NEVER, &never), None);
    let is_few = later.people.len().min(never.people.len()) < LEAST_PEOPLE;
    Some(if is_few { compared.withheld() } else { compared })
}

/// The people who left marks, and when the first of them did.
fn adopters(filter: &Filter<'_>) -> Option<(BTreeSet<IdentityId>, Timestamp)> {
    let scope = filter.scope;
    let mut first: BTreeMap<IdentityId, Timestamp> = BTreeMap::new();
    for (at, one) in scope.lifetimes() {
        let facts = &scope.repositories[at];
        if !facts.is_ai_marked(one) {
            continue;
        }
        let author = CommitRef { repository: at, commit: one.origin };
        let landed = cohorts::landing_time(facts, one);
        let (Some(person), Some(landed)) = (scope.person(author), landed) else {
            continue;
        };
        first
            .entry(person)
            .and_modify(|time| *time = landed.min(*time))
            .or_insert(landed);
    }
    let start = *first.values().min()?;
    Some((first.into_keys().collect(), start))
}
