//! How much of one cohort has anything comparable in the other: lines of the same
//! language, kind of file, top-level directory and quarter of landing. Where little has,
//! a difference between the two is one between different code.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::breakdown::{self, PathKeys};
use super::filter::Filter;
use crate::cohorts::{Cohort, Reading};
use crate::facts::LifetimeFacts;
use crate::stats::{Lifespan, StratumLifespan};
use crate::units::{count_to_f64, len_to_u64};

/// Lines that both cohorts need in a stratum.
const LEAST_LINES: u64 = 50;

/// Groups that may live and die together, which both need.
const LEAST_GROUPS: usize = 2;

/// Below this share, the cohorts do not work on comparable code.
const LEAST_SHARE: f64 = 0.6;

/// How much of the first cohort has comparable lines in the second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OverlapReport {
    /// The share of its lines; `None` when it has none.
    pub share: Option<f64>,
    /// Its lines in strata that both cohorts have.
    pub comparable_lines: u64,
    /// All its lines.
    pub lines: u64,
    /// Strata (language, kind of file, top-level directory, quarter) that both have.
    pub strata: u64,
    /// Lines and groups each needs in a stratum.
    pub least: (u64, u64),
}

impl OverlapReport {
    /// What is to be said where the two are not comparable.
    pub(super) fn warning(&self) -> Option<String> {
        let share = self.share.filter(|share| *share < LEAST_SHARE)?;
        Some(format!(
            " The two do not work on comparable code: only {:.0} % of the first have \
             counterparts in the second of the same language, kind of file, directory and quarter.",
            share * 100.0
        ))
    }
}

/// Lines of both cohorts, each with the number of its stratum.
pub(super) type Strata = [Vec<StratumLifespan>; 2];

/// Compares the cohorts, into which `is_first` divides lines; `None` for those in neither.
/// Returns their lines by stratum, too.
pub(super) fn report(
    filter: &Filter<'_>,
    is_first: impl Fn(usize, &LifetimeFacts) -> Option<bool>,
) -> (OverlapReport, Strata) {
    let repositories = filter.scope.repositories;
    let places = PathKeys::new(repositories, |facts, path| {
        let area = crate::file_class::area_of(path).to_vec();
        (facts.path.bytes().to_vec(), area, breakdown::language(path))
    });
    let quarters: Vec<Vec<Option<String>>> = repositories
        .iter()
        .map(|facts| {
            let landings = facts.mainline.iter();
            landings.map(|landing| breakdown::quarter(landing.time)).collect()
        })
        .collect();
    let cohorts = filter.scope.cohorts_by(filter.view(Reading::Exact), |at, one| {
        let is_first = is_first(at, one).filter(|_| filter.watches(at, one))?;
        let quarter = quarters[at].get(one.landing as usize)?.as_deref()?;
        Some(((places.of(at, one)?, one.class, quarter), is_first))
    });
    let mut strata: BTreeMap<_, [Option<&Cohort>; 2]> = BTreeMap::new();
    for ((stratum, is_first), cohort) in &cohorts {
        strata.entry(stratum).or_default()[usize::from(!is_first)] = Some(cohort);
    }
    let (mut lines, mut comparable_lines, mut shared) = (0, 0, 0);
    let mut by_stratum: Strata = Strata::default();
    for (stratum, cohorts) in (0..).zip(strata.into_values()) {
        for (lines, cohort) in by_stratum.iter_mut().zip(cohorts) {
            let lifespans = cohort.map_or(&[][..], |cohort| &cohort.lifespans);
            let numbered = |one: &Lifespan| StratumLifespan { stratum, lifespan: *one };
            lines.extend(lifespans.iter().map(numbered));
        }
        let [first, second] = cohorts;
        let Some(first) = first else { continue };
        lines += n_lines(first);
        if is_enough(first) && second.is_some_and(is_enough) {
            comparable_lines += n_lines(first);
            shared += 1;
        }
    }
    let report = OverlapReport {
        share: (lines > 0).then(|| count_to_f64(comparable_lines) / count_to_f64(lines)),
        comparable_lines,
        lines,
        strata: shared,
        least: (LEAST_LINES, len_to_u64(LEAST_GROUPS)),
    };
    (report, by_stratum)
}

fn n_lines(cohort: &Cohort) -> u64 {
    cohort.lifespans.iter().map(|one| one.lines).sum()
}

fn is_enough(cohort: &Cohort) -> bool {
    let groups: BTreeSet<u32> = cohort.lifespans.iter().map(|one| one.cluster).collect();
    n_lines(cohort) >= LEAST_LINES && groups.len() >= LEAST_GROUPS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohorts::Scope;
    use crate::cohorts::tests::{history, lines, people};

    #[test]
    fn only_strata_that_both_cohorts_have_are_comparable() {
        // Four authors by turns; the first 90 days are one quarter.
        let mut facts = history(120, 4);
        facts.lifetimes = (0..60)
            .map(|day| LifetimeFacts { lines: 10, ..lines(day, None) })
            .chain((100..110).map(|day| LifetimeFacts { lines: 10, ..lines(day, None) }))
            .collect();
        let repositories = [facts];
        let people = people(&repositories);
        let scope = Scope::new(&repositories, &people);
        let filter = Filter { scope: &scope, since: None };
        let of = |is_first: fn(u32) -> Option<bool>| {
            report(&filter, |_, one| is_first(one.landing)).0
        };
        let by_turns = of(|day| Some(day % 4 < 2));
        assert_eq!((by_turns.lines, by_turns.comparable_lines), (360, 300));
        assert!(by_turns.warning().is_none());
        let by_time = of(|day| Some(day >= 100));
        assert_eq!((by_time.share, by_time.strata), (Some(0.0), 0));
        assert!(by_time.warning().is_some_and(|text| text.contains("only 0 %")));
        let nobody = of(|_| Some(false));
        assert_eq!((nobody.share, nobody.lines), (None, 0));
    }
}
