//! Places in the code where spend left unusually few, or unusually many, durable lines: a
//! question about a workstream, asked with the same bar both ways, and never about people.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use serde::Serialize;

use super::small_groups::LEAST_PEOPLE;
use crate::cohorts::{self, CommitRef, Scope};
use crate::facts::{LifetimeFacts, RevertKind};
use crate::file_class::{self, FileClass};
use crate::identity::IdentityId;
use crate::panel::{Allocated, Measure, Panel};
use crate::stats::outliers::{Flag, MIN_UNITS, RATE};
use crate::stats::{Unit, UnitOutlier, UnitWindow, outliers};
use crate::units::{IsoWeek, count_to_f64, len_to_u64};

/// What was looked for, and found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutliersReport {
    /// What a unit is.
    pub unit: &'static str,
    /// The Mondays of the first and last week of the two windows.
    pub windows: Option<[(String, String); 2]>,
    /// Units with five people or more, that anything could be expected of.
    pub n_units_tested: u64,
    /// Units of which nothing could be expected, by reason.
    pub not_tested: BTreeMap<&'static str, u64>,
    /// Tests: both directions of each.
    pub n_tests: u64,
    /// The false discovery rate over all of them.
    pub rate: f64,
    /// The questions.
    pub flags: Vec<FlagReport>,
    /// Why none could be asked.
    pub reason: Option<&'static str>,
    /// What else explains spend with few lines, printed with every flag.
    pub innocent_reasons: &'static [&'static str],
}

/// A question that a place raises.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FlagReport {
    /// The repository.
    pub repository: String,
    /// The top-level directory.
    pub area: String,
    /// `little_durable_code` or `unusually_durable`.
    pub flag: &'static str,
    /// Durable lines over what the other places let expect, in the later window, to one
    /// digit.
    pub ratio: Option<f64>,
    /// People behind it.
    pub people: u64,
    /// Commits to look at: those whose lines last most, of a place that is unusually
    /// durable.
    pub exemplars: Vec<String>,
}

/// What spend with few durable lines may be.
const INNOCENT_REASONS: &[&str] = &[
    "review or support work",
    "work in other repositories",
    "branches that have not landed",
    "research and spikes",
    "migrations and removals: lines removed are work, too",
    "documentation and infrastructure, which are not code lines",
    "accounts that are matched to nobody",
    "pairs whose work somebody else committed",
];

/// Why nothing is expected of a place.
const UNDECIDED: &str = "of none of its lines it is known yet whether they last";

/// Weeks of one window.
const WINDOW_WEEKS: usize = 8;
/// How many commits are shown.
const MOST_EXEMPLARS: usize = 3;

type Area = (usize, Vec<u8>);

/// Looks at the areas of all repositories.
pub(super) fn report(scope: &Scope<'_>, panel: &Panel) -> OutliersReport {
    let none = |reason| OutliersReport {
        unit: "top-level directory of a repository, with five people or more",
        windows: None,
        n_units_tested: 0,
        not_tested: BTreeMap::new(),
        n_tests: 0,
        rate: RATE,
        flags: Vec::new(),
        reason: Some(reason),
        innocent_reasons: INNOCENT_REASONS,
    };
    let Some(windows) = windows(panel) else {
        return none("fewer than sixteen covered weeks are mature");
    };
    let [earlier, later] = windows.each_ref().map(|weeks| allocated(panel, weeks));
    let areas: Vec<(Area, [Allocated; 2])> = later
        .into_iter()
        .filter_map(|(area, later)| {
            Some((area.clone(), [earlier.get(&area)?.clone(), later]))
        })
        .filter(|(_, both)| both.iter().all(|one| one.people.len() >= LEAST_PEOPLE))
        .collect();
    let n_areas = areas.len();
    let areas: Vec<(Area, [Allocated; 2])> = areas
        .into_iter()
        .filter(|(_, both)| both.iter().all(|one| one.durable_lines().is_some()))
        .collect();
    let n_undecided = len_to_u64(n_areas - areas.len());
    if areas.len() < MIN_UNITS {
        let reason = "fewer than eight places in the code have five people with usage in \
                      both windows";
        return OutliersReport { windows: Some(mondays(&windows)), ..none(reason) };
    }
    let traits = Traits::of(scope);
    let units: Vec<Unit> = (0..)
        .zip(&areas)
        .map(|(number, (area, both))| unit(number, (area, both), panel, &traits))
        .collect();
    let found = outliers(&units, floor(panel.measure));
    let flagged = areas.iter().zip(&found.units);
    let mut not_tested = BTreeMap::new();
    if n_undecided > 0 {
        not_tested.insert(UNDECIDED, n_undecided);
    }
    for one in &found.units {
        let reason = one.earlier.reason.or(one.later.reason);
        if let Some(reason) = reason {
            *not_tested.entry(reason.message()).or_insert(0) += 1;
        }
    }
    OutliersReport {
        windows: Some(mondays(&windows)),
        n_units_tested: found.n_units_tested,
        not_tested,
        n_tests: found.n_tests,
        flags: flagged
            .filter_map(|((area, both), one)| {
                flag((scope, panel), (area, both), one, &windows[1])
            })
            .collect(),
        reason: None,
        ..none("")
    }
}

/// Spend below this raises no question, however little is left of it.
fn floor(measure: Measure) -> f64 {
    match measure {
        Measure::BilledUsd | Measure::ListUsd => 100.0,
        Measure::WeightedTokens => 50e6,
    }
}

/// The last two spans of eight covered mature weeks.
fn windows(panel: &Panel) -> Option<[RangeInclusive<IsoWeek>; 2]> {
    let last = panel.last_mature(panel.age);
    let mature: Vec<IsoWeek> =
        panel.coverage.weeks().iter().copied().filter(|week| *week <= last).collect();
    let start = mature.len().checked_sub(2 * WINDOW_WEEKS)?;
    let weeks = &mature[start..];
    Some([
        weeks[0]..=weeks[WINDOW_WEEKS - 1],
        weeks[WINDOW_WEEKS]..=weeks[2 * WINDOW_WEEKS - 1],
    ])
}

fn mondays(windows: &[RangeInclusive<IsoWeek>; 2]) -> [(String, String); 2] {
    let monday = |week: &IsoWeek| week.monday().to_iso().unwrap_or_default();
    windows.each_ref().map(|weeks| (monday(weeks.start()), monday(weeks.end())))
}

/// Spend and lines of one window by area.
fn allocated(
    panel: &Panel,
    weeks: &RangeInclusive<IsoWeek>,
) -> BTreeMap<Area, Allocated> {
    let area =
        |place: &crate::panel::CodePlace| (place.repository, place.area.bytes().to_vec());
    let mut groups = panel.allocate_told(weeks, |place, _| area(place)).groups;
    // Only people who spent count: theirs is the spend that is held against the lines.
    let people: BTreeMap<Area, BTreeSet<_>> =
        groups.iter().map(|(area, group)| (area.clone(), group.people.clone())).collect();
    panel.add_lines_to(weeks, &mut groups, area);
    for (area, group) in &mut groups {
        group.people = people.get(area).cloned().unwrap_or_default();
    }
    groups
}

fn unit(
    number: u32,
    (area, both): (&Area, &[Allocated; 2]),
    panel: &Panel,
    traits: &Traits,
) -> Unit {
    let [earlier, later] = both.each_ref().map(|one| UnitWindow {
        spend: one.amount,
        durable_lines: one.durable_lines().unwrap_or(0.0),
        person_weeks: count_to_f64(len_to_u64(one.person_weeks.len())),
    });
    Unit {
        unit: number,
        earlier,
        later,
        spend_coverage: panel.spend_coverage(),
        churn: traits.churn(area),
        revert_rate: traits.revert_rate(area),
        duplication: traits.duplication(area),
    }
}

fn flag(
    (scope, panel): (&Scope<'_>, &Panel),
    (area, both): (&Area, &[Allocated; 2]),
    one: &UnitOutlier,
    later: &RangeInclusive<IsoWeek>,
) -> Option<FlagReport> {
    let flag = one.flag?;
    Some(FlagReport {
        repository: scope.repositories[area.0].path.to_json_text().into_owned(),
        area: String::from_utf8_lossy(&area.1).into_owned(),
        flag: match flag {
            Flag::LittleDurable => "little_durable_code",
            Flag::UnusuallyDurable => "unusually_durable",
        },
        ratio: one.later.ratio.map(|ratio| (ratio * 10.0).round() / 10.0),
        people: len_to_u64(both[1].people.len()),
        exemplars: match flag {
            Flag::LittleDurable => Vec::new(),
            Flag::UnusuallyDurable => {
                exemplars((scope, panel), (area, &both[1].people), later)
            }
        },
    })
}

/// The landings of a window with most product code that still stands, of people whose
/// spend is held against the place, written in weeks of use.
fn exemplars(
    (scope, panel): (&Scope<'_>, &Panel),
    (area, people): (&Area, &BTreeSet<IdentityId>),
    weeks: &RangeInclusive<IsoWeek>,
) -> Vec<String> {
    let facts = &scope.repositories[area.0];
    let mut standing: BTreeMap<u32, u64> = BTreeMap::new();
    let is_product =
        |one: &&LifetimeFacts| one.is_countable() && one.class == FileClass::Product;
    for one in facts.lifetimes.iter().filter(is_product) {
        let at = CommitRef { repository: area.0, commit: one.origin };
        let written = facts.commits[one.origin.at()].author_time;
        let week = written.map(|time| time.day().week());
        let is_use = scope.person(at).zip(week).is_some_and(|(person, week)| {
            weeks.contains(&week)
                && people.contains(&person)
                && panel.spent_by(person, week)
        });
        if is_use
            && one.death.is_none()
            && !scope.is_bulk(area.0, one)
            && area_of(scope, area.0, one) == *area
        {
            *standing.entry(one.landing).or_default() += one.lines;
        }
    }
    let mut landings: Vec<(u32, u64)> = standing.into_iter().collect();
    landings.sort_by_key(|(landing, lines)| (std::cmp::Reverse(*lines), *landing));
    landings
        .into_iter()
        .take(MOST_EXEMPLARS)
        .map(|(landing, _)| {
            let commit = facts.mainline[landing as usize].commit;
            facts.commits[commit.at()].id.to_string()
        })
        .collect()
}

fn area_of(scope: &Scope<'_>, repository: usize, one: &LifetimeFacts) -> Area {
    let path = scope.repositories[repository].paths[one.path as usize].bytes();
    (repository, file_class::area_of(path).to_vec())
}

/// What else is known of areas: counter-metrics beside every yield.
#[derive(Debug, Default)]
struct Traits {
    /// Lines followed for 21 days, and those of them that died by then.
    churned: BTreeMap<Area, (u64, u64)>,
    /// Landings, and those of them that were taken back.
    landings: BTreeMap<Area, (u64, u64)>,
    /// Standing lines, and lines in places of clones.
    cloned: BTreeMap<Area, (u64, u64)>,
}

impl Traits {
    fn of(scope: &Scope<'_>) -> Self {
        const CHURN_DAYS: u32 = 21;
        let mut traits = Self::default();
        let mut landed: BTreeSet<(Area, u32)> = BTreeSet::new();
        for (repository, one) in scope.lifetimes() {
            if !one.is_countable() {
                continue;
            }
            let area = area_of(scope, repository, one);
            let facts = &scope.repositories[repository];
            landed.insert((area.clone(), one.landing));
            if let Some(stands) = cohorts::stands_at(facts, one, CHURN_DAYS) {
                let (all, died) = traits.churned.entry(area.clone()).or_default();
                *all += one.lines;
                *died += if stands { 0 } else { one.lines };
            }
            if one.death.is_none() {
                traits.cloned.entry(area).or_default().0 += one.lines;
            }
        }
        let reverted: BTreeSet<(usize, u32)> = reverted(scope);
        for (area, landing) in landed {
            let is_reverted = reverted.contains(&(area.0, landing));
            let (all, back) = traits.landings.entry(area).or_default();
            *all += 1;
            *back += u64::from(is_reverted);
        }
        for (repository, facts) in scope.repositories.iter().enumerate() {
            let classes = facts.duplication.iter().flat_map(|one| &one.classes);
            for place in classes.flat_map(|class| &class.places) {
                let path = facts.paths[place.path as usize].bytes();
                let area = (repository, file_class::area_of(path).to_vec());
                traits.cloned.entry(area).or_default().1 += u64::from(place.countable);
            }
        }
        traits
    }

    fn churn(&self, area: &Area) -> Option<f64> {
        share(self.churned.get(area))
    }

    fn revert_rate(&self, area: &Area) -> Option<f64> {
        share(self.landings.get(area))
    }

    /// Lines in places of clones, of which one line may be in several, over standing lines.
    fn duplication(&self, area: &Area) -> Option<f64> {
        share(self.cloned.get(area))
    }
}

fn share(counts: Option<&(u64, u64)>) -> Option<f64> {
    let (all, part) = counts.filter(|(all, _)| *all > 0)?;
    Some(count_to_f64(*part) / count_to_f64(*all))
}

/// The landings that were taken back.
fn reverted(scope: &Scope<'_>) -> BTreeSet<(usize, u32)> {
    let mut found = BTreeSet::new();
    for (repository, facts) in scope.repositories.iter().enumerate() {
        for one in &facts.reverts {
            let is_revert = matches!(one.kind, RevertKind::Revert | RevertKind::Silent);
            if let Some(target) = one.target.filter(|_| is_revert) {
                found.insert((repository, facts.commits[target.at()].landing));
            }
        }
    }
    found
}
