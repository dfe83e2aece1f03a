//! Churn by our definition, split by who removed the lines.

use std::collections::BTreeMap;

use serde::Serialize;

use super::filter::Filter;
use super::rework::{self, ReworkReport};
use super::survival::SurvivalPoint;
use crate::cohorts::{Cohort, RemovedBy};
use crate::facts::LifetimeFacts;
use crate::stats::{Curve, cumulative_incidence};

/// The share of lines that is gone by an age.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChurnReport {
    /// The share gone, by age in days: 1 less survival.
    #[serde(flatten)]
    pub points: BTreeMap<String, SurvivalPoint>,
    /// The same share by who removed the lines; the parts add up to it.
    pub by_whom: BTreeMap<String, ByWhom>,
    /// Rework as others define it, for the whole time looked at and for its last year.
    pub rework: Vec<ReworkReport>,
}

/// A share by who removed the lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct ByWhom {
    /// By the person who wrote them.
    pub same_author: f64,
    /// By another person, of whatever team.
    pub others: f64,
    /// By another person of the same team, which is part of [`Self::others`]; `None`
    /// where no teams are known.
    pub same_team: Option<f64>,
    /// By a commit that takes back the one that brought them in.
    pub revert: f64,
    /// Nobody can tell: by a merge of several people's work, by automation, or by nobody
    /// known.
    pub unknown: f64,
}

impl ByWhom {
    /// The shares, in the order of [`RemovedBy::ALL`].
    pub(super) fn of(shares: [f64; 5], has_teams: bool) -> Self {
        let [same_author, same_team, others, revert, unknown] = shares;
        Self {
            same_author,
            others: same_team + others,
            same_team: has_teams.then_some(same_team),
            revert,
            unknown,
        }
    }
}

/// The ages churn is reported for.
const CHURN_DAYS: [u32; 4] = [7, 14, 21, 30];

/// Reports the churn of a cohort, given its curve and survival.
pub(super) fn report(
    filter: &Filter<'_>,
    cohort: &Cohort,
    (curve, survival): (&Curve, &BTreeMap<String, SurvivalPoint>),
    wanted: &impl Fn(usize, &LifetimeFacts) -> bool,
) -> ChurnReport {
    let points: BTreeMap<String, SurvivalPoint> = survival
        .iter()
        .filter(|(_, point)| CHURN_DAYS.contains(&point.window_days))
        .map(|(key, point)| (key.clone(), point.churned()))
        .collect();
    let whom: Vec<usize> = cohort.removed_by.iter().map(|one| place(*one)).collect();
    let ages = CHURN_DAYS.map(f64::from);
    let lives = (cohort.lifespans.as_slice(), whom.as_slice());
    let shares = cumulative_incidence(lives, RemovedBy::ALL.len(), curve, &ages);
    let has_teams = filter.scope.has_teams();
    let split = |(days, shares): (u32, Vec<f64>)| {
        let key = days.to_string();
        let is_observed = points.get(&key)?.value.is_some();
        let shares: [f64; 5] = shares.try_into().ok()?;
        is_observed.then(|| (key, ByWhom::of(shares, has_teams)))
    };
    let by_whom = CHURN_DAYS.into_iter().zip(shares).filter_map(split).collect();
    ChurnReport { points, by_whom, rework: rework::report(filter, wanted) }
}

/// The place among [`RemovedBy::ALL`].
pub(super) fn place(removed_by: RemovedBy) -> usize {
    match removed_by {
        RemovedBy::SameAuthor => 0,
        RemovedBy::SameTeam => 1,
        RemovedBy::Others => 2,
        RemovedBy::Revert => 3,
        RemovedBy::Unknown => 4,
    }
}
