//! How long lines live by when they landed, where, in which language and in what kind of
//! file. Groups that fewer than five people wrote are put together.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::LinesReport;
use super::filter::Filter;
use super::small_groups;
use super::survival::{self, SurvivalPoint};
use crate::cohorts::{Cohort, Reading};
use crate::facts::{Facts, LifetimeFacts};
use crate::identity::IdentityId;
use crate::stats::Weighting;
use crate::units::{Timestamp, count_to_f64, len_to_u64};

/// Survival by four keys. Descriptions, no comparison: groups differ in more than their
/// key.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BreakdownReport {
    /// Groups that fewer people wrote are put together.
    pub least_people: u64,
    /// By the quarter lines landed in, in order of time.
    pub by_landing_quarter: GroupsReport,
    /// By repository and top-level directory, the largest first.
    pub by_area: GroupsReport,
    /// By language, or the ending of files whose language is not parsed.
    pub by_language: GroupsReport,
    /// By what files are for.
    pub by_file_class: GroupsReport,
}

/// All groups of one key.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupsReport {
    /// Groups of at least five people.
    pub rows: Vec<GroupReport>,
    /// The others as one, if at least five people wrote it.
    pub put_together: Option<GroupReport>,
    /// How many groups have no row of their own.
    pub n_without_row: u64,
}

/// Lines that have something in common.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupReport {
    /// What they have in common.
    pub name: String,
    /// Lines that landed in the time looked at.
    pub lines: LinesReport,
    /// The share still there after 30 and 90 days.
    pub survival: BTreeMap<String, SurvivalPoint>,
    /// Lines that died, by why.
    pub deaths_by_cause: BTreeMap<&'static str, u64>,
    /// The shares of those causes.
    pub death_shares: BTreeMap<&'static str, f64>,
}

/// The ages survival is broken down at.
const AGES_DAYS: [u32; 2] = [30, 90];

/// Breaks survival down.
pub(super) fn report(filter: &Filter<'_>) -> BreakdownReport {
    let repositories = filter.scope.repositories;
    let several = repositories.len() > 1;
    let landed: Vec<Vec<Option<String>>> = repositories
        .iter()
        .map(|facts| facts.mainline.iter().map(|landing| quarter(landing.time)).collect())
        .collect();
    let quarter = |at: usize, one: &LifetimeFacts| {
        let landed = || landed[at].get(one.landing as usize)?.as_deref();
        filter.takes(at, one).then(landed).flatten()
    };
    let areas = PathKeys::new(repositories, |facts, path| {
        let area = String::from_utf8_lossy(crate::file_class::area_of(path)).into_owned();
        let repository = if several { facts.path.to_json_text() } else { "".into() };
        (repository.into_owned(), area)
    });
    let area_name = |&number: &usize| match &areas.keys[number] {
        (repository, area) if repository.is_empty() => area.clone(),
        (repository, area) => format!("{repository}: {area}"),
    };
    let area = |at: usize, one: &LifetimeFacts| areas.of(at, one);
    let languages = PathKeys::new(repositories, |_, path| language(path));
    let language_name = |&number: &usize| languages.keys[number].clone();
    let language = |at: usize, one: &LifetimeFacts| languages.of(at, one);
    let class = |_: usize, one: &LifetimeFacts| Some(one.class.as_str());
    let mut by_landing_quarter = groups(filter, quarter, |name| (*name).to_owned());
    by_landing_quarter.rows.sort_by(|one, other| one.name.cmp(&other.name));
    BreakdownReport {
        least_people: len_to_u64(small_groups::LEAST_PEOPLE),
        by_landing_quarter,
        by_area: groups_within(filter, area, area_name, |&number: &usize| {
            areas.keys[number].0.clone()
        }),
        by_language: groups(filter, language, language_name),
        by_file_class: groups(filter, class, |name| (*name).to_owned()),
    }
}

/// Keys that follow from paths, found once for each path and numbered in order.
pub(super) struct PathKeys<K> {
    pub(super) keys: Vec<K>,
    numbers: Vec<Vec<usize>>,
}

impl<K: Ord + Clone> PathKeys<K> {
    pub(super) fn new(repositories: &[Facts], key: impl Fn(&Facts, &[u8]) -> K) -> Self {
        let of_path: Vec<Vec<K>> = repositories
            .iter()
            .map(|facts| {
                facts.paths.iter().map(|path| key(facts, path.bytes())).collect()
            })
            .collect();
        let keys: BTreeSet<&K> = of_path.iter().flatten().collect();
        let keys: Vec<K> = keys.into_iter().cloned().collect();
        let number = |key: &K| keys.partition_point(|known| known < key);
        let numbers =
            of_path.iter().map(|paths| paths.iter().map(number).collect()).collect();
        Self { keys, numbers }
    }

    pub(super) fn of(
        &self,
        repository: usize,
        lifetime: &LifetimeFacts,
    ) -> Option<usize> {
        self.numbers[repository].get(lifetime.path as usize).copied()
    }
}

/// `2026-Q1`.
pub(super) fn quarter(landed: Timestamp) -> Option<String> {
    let day = landed.day().to_iso()?;
    let (year, rest) = day.rsplit_once('-')?.0.rsplit_once('-')?;
    let month: u32 = rest.parse().ok()?;
    Some(format!("{year}-Q{}", month.div_ceil(3)))
}

/// The language of a path, or its ending.
pub(super) fn language(path: &[u8]) -> String {
    if let Some(language) = crate::syntax::language_of(path) {
        return language.language().name.to_owned();
    }
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
    match name.iter().rposition(|&byte| byte == b'.') {
        Some(dot) if dot > 0 => {
            String::from_utf8_lossy(&name[dot..]).to_ascii_lowercase()
        }
        _ => "no ending".to_owned(),
    }
}

/// What is known of one group, or of several together.
#[derive(Debug, Clone, Default)]
struct Group {
    cohort: Cohort,
    lines: LinesReport,
    deaths: BTreeMap<&'static str, u64>,
}

/// Groups of everything that is looked at.
fn groups<K: Ord + Clone>(
    filter: &Filter<'_>,
    key: impl Fn(usize, &LifetimeFacts) -> Option<K>,
    name: impl Fn(&K) -> String,
) -> GroupsReport {
    groups_within(filter, key, name, |_| ())
}

/// Groups of several wholes that are shown beside them, such as repositories; `whole` says
/// of which.
fn groups_within<K: Ord + Clone, W: Ord>(
    filter: &Filter<'_>,
    key: impl Fn(usize, &LifetimeFacts) -> Option<K>,
    name: impl Fn(&K) -> String,
    whole: impl Fn(&K) -> W,
) -> GroupsReport {
    let key = |at: usize, one: &LifetimeFacts| {
        filter.watches(at, one).then(|| key(at, one)).flatten()
    };
    let mut groups: BTreeMap<K, Group> = BTreeMap::new();
    for (key, cohort) in filter.scope.cohorts_by(filter.view(Reading::Exact), key) {
        groups.entry(key).or_default().cohort = cohort;
    }
    for (at, lifetime) in filter.scope.lifetimes() {
        // A group none of whose lines can be followed has nothing to say of survival.
        let group = key(at, lifetime).and_then(|key| groups.get_mut(&key));
        let Some(group) = group else { continue };
        if filter.takes(at, lifetime) {
            group.lines.add(lifetime);
        }
        if let Some((_, cause)) = lifetime.death {
            *group.deaths.entry(cause.as_str()).or_insert(0) += lifetime.lines;
        }
    }
    let groups: Vec<(K, Group)> = groups.into_iter().collect();
    let people: Vec<&BTreeSet<IdentityId>> =
        groups.iter().map(|(_, group)| &group.cohort.people).collect();
    let wholes = groups.iter().map(|(key, _)| whole(key));
    let members: Vec<(W, &BTreeSet<IdentityId>)> =
        wholes.zip(people.iter().copied()).collect();
    let (shown, hidden) = small_groups::divide_within(&members);
    let row = |at: usize| group_report(name(&groups[at].0), &groups[at].1);
    let mut rows: Vec<GroupReport> = shown.into_iter().map(row).collect();
    rows.sort_by(|one, other| {
        other.lines.births.cmp(&one.lines.births).then_with(|| one.name.cmp(&other.name))
    });
    let is_enough =
        small_groups::together(&people, &hidden) >= small_groups::LEAST_PEOPLE;
    let put_together = is_enough.then(|| {
        let parts = hidden.iter().map(|&at| &groups[at].1);
        group_report("groups put together".to_owned(), &sum(parts))
    });
    GroupsReport { rows, put_together, n_without_row: len_to_u64(hidden.len()) }
}

fn sum<'g>(parts: impl Iterator<Item = &'g Group>) -> Group {
    let mut all = Group::default();
    for part in parts {
        all.cohort.lifespans.extend(&part.cohort.lifespans);
        all.cohort.removed_by.extend(&part.cohort.removed_by);
        all.cohort.people.extend(&part.cohort.people);
        all.lines.births += part.lines.births;
        all.lines.deaths += part.lines.deaths;
        all.lines.alive += part.lines.alive;
        all.lines.unknown_birth += part.lines.unknown_birth;
        for (cause, lines) in &part.deaths {
            *all.deaths.entry(cause).or_insert(0) += lines;
        }
    }
    all
}

fn group_report(name: String, group: &Group) -> GroupReport {
    let total: u64 = group.deaths.values().sum();
    let share = |(cause, lines): (&&'static str, &u64)| {
        (*cause, count_to_f64(*lines) / count_to_f64(total))
    };
    GroupReport {
        name,
        lines: group.lines,
        survival: survival::points(&group.cohort, &AGES_DAYS, Weighting::Lines),
        deaths_by_cause: group.deaths.clone(),
        death_shares: group.deaths.iter().map(share).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohorts::Scope;
    use crate::cohorts::tests::{history, lines, on_day, people};
    use crate::lines::instances::DeathCause;

    /// Six people write code, and the first two of them documentation.
    fn facts() -> Vec<Facts> {
        let mut facts = history(300, 6);
        let line = |day: u32| {
            let death = day.is_multiple_of(2).then_some((day + 20, DeathCause::Deleted));
            let is_docs = day % 6 < 2 && day.is_multiple_of(4);
            LifetimeFacts { path: u32::from(is_docs), ..lines(day, death) }
        };
        facts.lifetimes = (0..270).map(line).collect();
        vec![facts]
    }

    #[test]
    fn a_group_of_two_people_is_no_row_and_cannot_be_had_by_subtraction() {
        let facts = facts();
        let people = people(&facts);
        let scope = Scope::new(&facts, &people);
        let report = report(&Filter { scope: &scope, since: None });
        // Rust and Markdown: were Rust shown, all less Rust would be the two people's.
        assert_eq!(report.by_language.rows, []);
        assert_eq!(report.by_language.n_without_row, 2);
        let together = report.by_language.put_together.expect("six people wrote it");
        assert_eq!(together.lines.births, 2_700);
        assert_eq!(together.deaths_by_cause["deleted"], 1_350);
        assert_eq!(report.by_area.rows, []);
        let class = &report.by_file_class.rows[0];
        assert_eq!((class.name.as_str(), class.lines.births), ("product", 2_700));
        assert_eq!(class.survival["30"].n_people, 6);
    }

    #[test]
    fn quarters_are_in_order_of_time_and_add_up() {
        let facts = facts();
        let people = people(&facts);
        let scope = Scope::new(&facts, &people);
        let report = report(&Filter { scope: &scope, since: None });
        let rows = &report.by_landing_quarter.rows;
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["1970-Q1", "1970-Q2", "1970-Q3"]);
        let births: u64 = rows.iter().map(|row| row.lines.births).sum();
        assert_eq!(births, 2_700);
        // Even days are gone after 20.
        let quarter = &rows[0].survival["30"];
        assert!((quarter.value.expect("followed") - 0.5).abs() < 0.02, "{quarter:?}");
    }

    #[test]
    fn older_lines_are_in_groups_by_where_they_stand_and_in_no_quarter() {
        let facts = facts();
        let people = people(&facts);
        let scope = Scope::new(&facts, &people);
        let report = report(&Filter { scope: &scope, since: Some(on_day(181)) });
        let rows = &report.by_landing_quarter.rows;
        assert!(rows.iter().all(|row| row.name == "1970-Q3"), "{rows:?}");
        let class = &report.by_file_class.rows[0];
        assert_eq!(class.lines.births, 890);
        assert!(class.survival["30"].n_lines > 890, "those that stood before are in it");
    }

    #[test]
    fn languages_are_by_name_or_by_ending() {
        let of = |path: &str| language(path.as_bytes());
        assert_eq!(of("src/main.rs"), "Rust");
        assert_eq!(of("a/b.GO"), ".go");
        assert_eq!(
            (of("Makefile"), of(".gitignore")),
            ("no ending".into(), "no ending".into())
        );
    }
}
