//! What was taken back: reverts by what messages say and by what became of the lines, how
//! soon, and how many landings of those followed long enough. Mends are beside them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::filter::Filter;
use crate::cohorts::CommitRef;
use crate::facts::{Facts, RevertFacts, RevertKind};
use crate::history::CommitIdx;
use crate::identity::IdentityId;
use crate::lines::undone::Undo;
use crate::provenance::EvidenceLevel;
use crate::stats::{RatioPart, ratio_jackknife, wilson};
use crate::units::{count_to_f64, len_to_u64};

/// The ages at which the rate is reported, in days.
const AGES_DAYS: [u32; 2] = [30, 90];

/// The people from whom on landings count as independent.
const MIN_PEOPLE: usize = 8;

/// Why there is no interval.
const FEW_PEOPLE: &str = "fewer than eight people, or too few of them were taken back";

/// What was taken back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RevertsReport {
    /// Commits that say they take back another that had landed: not steps within one change.
    pub said: u64,
    /// Those of which it is known which.
    pub resolved: u64,
    /// How that was found, by the first way that led there.
    pub found_by: BTreeMap<&'static str, u64>,
    /// What became of the lines of landings that messages say are taken back, or that were
    /// undone without a word: `full`, `partial`, `removal`.
    pub by_effect: BTreeMap<&'static str, u64>,
    /// Landings undone, in full or by half, of which no message says so.
    pub silent: u64,
    /// Landings whose lines all went with their files, of which no message says so: undone,
    /// or done with. In no rate.
    pub removals: u64,
    /// Commits that say they bring back what was taken back, as it was or with changes.
    pub relands: u64,
    /// Mends within three days: beside reverts, never added to them.
    pub hotfixes: u64,
    /// Commits that name what brought in the fault they mend: as suspected by those who wrote
    /// so, and not judged here.
    pub bug_links: u64,
    /// The most reverts of reverts in a row.
    pub longest_chain: u64,
    /// Days from a landing to what took it back; `None` without any.
    pub latency_days: Option<LatencyReport>,
    /// How many landings were taken back, and stayed so at an age.
    pub rates: BTreeMap<String, RevertRate>,
    /// The same of landings with AI-marked commits, as a description.
    pub ai_marked: BTreeMap<String, RevertRate>,
    /// The same of all others.
    pub unmarked: BTreeMap<String, RevertRate>,
}

/// How soon landings were taken back.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LatencyReport {
    /// How many.
    pub n: u64,
    /// Half of them within so many days.
    pub median: f64,
    /// Nine of ten.
    pub p90: f64,
}

/// How many landings were taken back.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RevertRate {
    /// By this age, in days.
    pub window_days: u32,
    /// Landings with lines that count and that were followed so long; those that take
    /// back others, and bulk events, are left out.
    pub landings: u64,
    /// Those taken back by then, in full or by half, and not brought back.
    pub reverted: u64,
    /// Per 1,000 landings.
    pub per_1000: Option<f64>,
    /// The interval's lower end.
    pub low: Option<f64>,
    /// The interval's upper end.
    pub high: Option<f64>,
    /// People whose landings they are.
    pub n_people: u64,
    /// What the interval is by: `wilson` over landings of eight people or more, else
    /// `jackknife` over people.
    pub interval: &'static str,
    /// Why the value or its interval is missing.
    pub reason: Option<&'static str>,
}

/// Makes the report.
pub(super) fn report(filter: &Filter<'_>) -> RevertsReport {
    let all: Vec<(usize, &RevertFacts)> = filter
        .scope
        .repositories
        .iter()
        .enumerate()
        .flat_map(|(at, facts)| facts.reverts.iter().map(move |one| (at, one)))
        .filter(|(at, one)| is_recent(filter, *at, one) && is_landed(filter, *at, one))
        .collect();
    let of = |kind: RevertKind| {
        let kinds = all.iter().filter(|(_, one)| one.kind == kind);
        kinds.map(|(at, one)| (*at, one.by)).collect::<BTreeSet<_>>()
    };
    let reverts: Vec<_> =
        all.iter().filter(|(_, one)| one.kind == RevertKind::Revert).collect();
    let mut found_by = BTreeMap::new();
    for way in reverts.iter().filter_map(|(_, one)| one.found_by) {
        *found_by.entry(way.as_str()).or_insert(0) += 1;
    }
    let mut by_effect = BTreeMap::new();
    let undoing =
        |one: &RevertFacts| matches!(one.kind, RevertKind::Revert | RevertKind::Silent);
    let undone = all.iter().filter(|(_, one)| undoing(one));
    for undo in undone.filter_map(|(_, one)| one.undo) {
        *by_effect.entry(undo.as_str()).or_insert(0) += 1;
    }
    let silent = all.iter().filter(|(_, one)| one.kind == RevertKind::Silent);
    let (removals, silent): (Vec<_>, Vec<_>) =
        silent.map(|(_, one)| one.undo).partition(|undo| *undo == Some(Undo::Removal));
    let resolved = reverts.iter().filter(|(_, one)| one.target.is_some());
    let resolved: BTreeSet<_> = resolved.map(|(at, one)| (*at, one.by)).collect();
    let landings = landings(filter);
    let rates = |wanted: Option<bool>| {
        let rate = |(at, days): (usize, u32)| {
            let wanted =
                landings.iter().filter(|one| wanted.is_none_or(|is| one.is_marked == is));
            (days.to_string(), rate((at, days), wanted))
        };
        AGES_DAYS.into_iter().enumerate().map(rate).collect()
    };
    RevertsReport {
        said: len_to_u64(of(RevertKind::Revert).len()),
        resolved: len_to_u64(resolved.len()),
        found_by,
        by_effect,
        silent: len_to_u64(silent.len()),
        removals: len_to_u64(removals.len()),
        relands: len_to_u64(of(RevertKind::Reland).len()),
        hotfixes: len_to_u64(of(RevertKind::Hotfix).len()),
        bug_links: len_to_u64(of(RevertKind::BugLink).len()),
        longest_chain: longest_chain(&all),
        latency_days: latency(filter, &all),
        rates: rates(None),
        ai_marked: rates(Some(true)),
        unmarked: rates(Some(false)),
    }
}

fn is_recent(filter: &Filter<'_>, at: usize, one: &RevertFacts) -> bool {
    let facts = &filter.scope.repositories[at];
    let time = facts.mainline[facts.commits[one.by.at()].landing as usize].time;
    filter.since.is_none_or(|since| time >= since)
}

/// Whether a row is about what had landed, and not about steps within one change.
fn is_landed(filter: &Filter<'_>, at: usize, one: &RevertFacts) -> bool {
    let facts = &filter.scope.repositories[at];
    let by = &facts.commits[one.by.at()];
    match one.target {
        Some(target) => facts.commits[target.at()].landing != by.landing,
        None => by.pull.is_none(),
    }
}

/// Whether a row says that it takes back what it names, or did so without a word.
fn is_said(one: &RevertFacts) -> bool {
    matches!(one.kind, RevertKind::Revert | RevertKind::Reland) || takes_back(one)
}

/// Whether what landed was taken back, in full or by half: messages alone prove nothing.
/// What brings back does so in full, or it is a change of its own.
fn takes_back(one: &RevertFacts) -> bool {
    match one.kind {
        RevertKind::Revert => one.undo.is_some(),
        RevertKind::Silent => matches!(one.undo, Some(Undo::Full | Undo::Partial)),
        RevertKind::Reland => one.undo == Some(Undo::Full),
        RevertKind::Hotfix | RevertKind::BugLink => false,
    }
}

/// How many rows follow one another, each taking back the one before.
fn longest_chain(rows: &[(usize, &RevertFacts)]) -> u64 {
    let mut depth: BTreeMap<(usize, CommitIdx), u64> = BTreeMap::new();
    for (at, one) in rows.iter().filter(|(_, one)| is_said(one)) {
        let Some(target) = one.target else { continue };
        let before = depth.get(&(*at, target)).copied().unwrap_or(0);
        let now = depth.entry((*at, one.by)).or_insert(0);
        *now = (*now).max(before + 1);
    }
    depth.into_values().max().unwrap_or(0)
}

fn latency(filter: &Filter<'_>, rows: &[(usize, &RevertFacts)]) -> Option<LatencyReport> {
    let days = |at: usize, one: &RevertFacts| {
        let facts = &filter.scope.repositories[at];
        let time = |commit: CommitIdx| {
            facts.mainline[facts.commits[commit.at()].landing as usize].time
        };
        Some(time(one.by).days_since(time(one.target?)))
    };
    let reverts =
        rows.iter().filter(|(_, one)| takes_back(one) && one.kind != RevertKind::Reland);
    let mut days: Vec<f64> = reverts.filter_map(|(at, one)| days(*at, one)).collect();
    days.sort_by(f64::total_cmp);
    // The smallest number that so many of a hundred do not exceed.
    let quantile = |percent: usize| {
        let rank = (days.len() * percent).div_ceil(100).max(1);
        days.get(rank - 1).copied()
    };
    Some(LatencyReport {
        n: len_to_u64(days.len()),
        median: quantile(50)?,
        p90: quantile(90)?,
    })
}

/// A landing with lines that count.
struct Landed {
    person: Option<IdentityId>,
    is_marked: bool,
    followed_days: f64,
    /// Whether it is taken back at each of [`AGES_DAYS`].
    is_undone: [bool; AGES_DAYS.len()],
}

fn landings(filter: &Filter<'_>) -> Vec<Landed> {
    let repositories = filter.scope.repositories.iter().enumerate();
    repositories.flat_map(|(at, facts)| landings_of(filter, at, facts)).collect()
}

fn landings_of(filter: &Filter<'_>, at: usize, facts: &Facts) -> Vec<Landed> {
    let mut counted: BTreeSet<u32> = BTreeSet::new();
    let mut marked: BTreeSet<u32> = BTreeSet::new();
    for one in facts.lifetimes.iter().filter(|one| filter.takes(at, one)) {
        counted.insert(one.landing);
        if facts.is_ai_marked(one) {
            marked.insert(one.landing);
        }
    }
    for commit in &facts.commits {
        if commit.provenance.level != EvidenceLevel::E0 {
            marked.insert(commit.landing);
        }
    }
    let landing = |commit: CommitIdx| facts.commits[commit.at()].landing;
    // What takes back, or brings back as it was, is no new work that could be taken back.
    for one in facts.reverts.iter().filter(|one| takes_back(one)) {
        if one.target.is_some_and(|target| landing(target) != landing(one.by)) {
            counted.remove(&landing(one.by));
        }
    }
    let mut undone = Undoings::new();
    for one in facts.reverts.iter().filter(|one| takes_back(one)) {
        let Some(target) = one.target.map(landing) else { continue };
        let by = landing(one.by);
        if target < by {
            undone.entry(target).or_default().push((by, one.undo == Some(Undo::Full)));
        }
    }
    let row = |&landed: &u32| {
        let commit = facts.mainline[landed as usize];
        let age = |by: u32| facts.mainline[by as usize].time.days_since(commit.time);
        let is_undone = AGES_DAYS
            .map(|days| is_undone(landed, &undone, &|by| age(by) <= f64::from(days)));
        Landed {
            person: filter
                .scope
                .person(CommitRef { repository: at, commit: commit.commit }),
            is_marked: marked.contains(&landed),
            followed_days: facts.as_of.map_or(0.0, |end| end.days_since(commit.time)),
            is_undone,
        }
    };
    counted
        .iter()
        .filter(|&&one| !facts.mainline[one as usize].is_bulk)
        .map(row)
        .collect()
}

/// For each landing those that took it back, and whether in full.
type Undoings = BTreeMap<u32, Vec<(u32, bool)>>;

/// Whether a landing is taken back by those that `is_by_then` picks, and that were not taken
/// back themselves, a few levels deep. To take back in full what took it back by half leaves
/// the other half; to take back a part of what took it back brings back nothing as it was.
fn is_undone(landed: u32, undone: &Undoings, is_by_then: &dyn Fn(u32) -> bool) -> bool {
    const LEVELS: usize = 8;
    let by = |one: u32| undone.get(&one).into_iter().flatten().copied();
    let mut reached = BTreeSet::from([landed]);
    let mut level = reached.clone();
    for _ in 0..LEVELS {
        level = level.iter().flat_map(|&one| by(one)).map(|(by, _)| by).collect();
        reached.extend(&level);
    }
    let mut state: BTreeMap<u32, bool> = BTreeMap::new();
    for &one in reached.iter().rev() {
        let stands = |by: u32| !state.get(&by).copied().unwrap_or(false);
        let is = by(one).any(|(by, is_full)| {
            (is_full || one == landed) && is_by_then(by) && stands(by)
        });
        state.insert(one, is);
    }
    state.get(&landed).copied().unwrap_or(false)
}

fn rate<'l>(
    (at, days): (usize, u32),
    landings: impl Iterator<Item = &'l Landed>,
) -> RevertRate {
    let age = f64::from(days);
    let mut people: BTreeMap<Option<IdentityId>, (u64, u64)> = BTreeMap::new();
    for one in landings.filter(|one| one.followed_days >= age) {
        let counts = people.entry(one.person).or_default();
        counts.0 += 1;
        counts.1 += u64::from(one.is_undone[at]);
    }
    let landings: u64 = people.values().map(|counts| counts.0).sum();
    let reverted: u64 = people.values().map(|counts| counts.1).sum();
    let n_people = people.keys().flatten().count();
    let parts: Vec<RatioPart> = people
        .values()
        .map(|&(landings, reverted)| RatioPart {
            numerator: count_to_f64(reverted),
            denominator: count_to_f64(landings),
        })
        .collect();
    let by_person = ratio_jackknife(&parts);
    let (interval, ends) = match n_people >= MIN_PEOPLE {
        true => ("wilson", wilson(reverted, landings)),
        false => ("jackknife", by_person.low.zip(by_person.high)),
    };
    let reason = match (landings, ends) {
        (0, _) => Some("no landing was followed so long"),
        (_, None) => Some(FEW_PEOPLE),
        _ => None,
    };
    RevertRate {
        window_days: days,
        landings,
        reverted,
        per_1000: (landings > 0)
            .then(|| 1_000.0 * count_to_f64(reverted) / count_to_f64(landings)),
        low: ends.map(|ends| 1_000.0 * ends.0),
        high: ends.map(|ends| 1_000.0 * ends.1),
        n_people: len_to_u64(n_people),
        interval,
        reason,
    }
}
