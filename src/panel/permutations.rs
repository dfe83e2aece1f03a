//! Marks and usage that mean nothing, on real histories: how often they seem to. Run by
//! hand, with folders of repositories:
//!
//! ```sh
//! JOIN_REPOSITORIES=/tmp/one:/tmp/other cargo test --release --lib panel::permutations -- --ignored --nocapture
//! ```

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use crate::cohorts::{self, CommitRef, Reading, Scope, View};
use crate::facts::{Facts, LifetimeFacts};
use crate::file_class;
use crate::history::CommitIdx;
use crate::identity;
use crate::scan::{ScanOptions, scan};
use crate::stats::person_week::PersonWeek;
use crate::stats::rng::Rng;
use crate::stats::{
    Lifespan, StratumLifespan, Weighting, log_rank, rank_association,
    standardised_difference, survival_difference,
};
use crate::units::{count_to_f64, len_to_f64, len_to_u64};

/// How often marks are shuffled and usage is turned.
const TIMES: u64 = 400;
/// The age at which lines are compared.
const DAYS: u32 = 30;

/// The lines of one change, where and when it landed, and whether it is marked.
#[derive(Default)]
struct Change {
    lifespans: Vec<Lifespan>,
    lines: BTreeMap<Vec<u8>, u64>,
    quarter: i64,
    person: u32,
    marked_lines: u64,
    all_lines: u64,
}

impl Change {
    fn stratum(&self) -> (i64, u32, Vec<u8>) {
        let largest = self.lines.iter().max_by_key(|(_, lines)| **lines);
        (self.quarter, 0, largest.map(|(area, _)| area.clone()).unwrap_or_default())
    }

    fn person_stratum(&self) -> (i64, u32, Vec<u8>) {
        (self.quarter, self.person, Vec::new())
    }
}

fn changes(scope: &Scope<'_>, facts: &Facts) -> Vec<Change> {
    let mut changes: BTreeMap<u32, Change> = BTreeMap::new();
    let view = View { since: None, reading: Reading::Exact };
    // The lines of marked and unmarked commits by their landing.
    let key = |_: usize, one: &LifetimeFacts| {
        let area = file_class::area_of(facts.paths[one.path as usize].bytes()).to_vec();
        let is_marked = facts.commits[one.origin.at()].provenance.class.is_marked();
        one.is_countable().then_some((one.landing, area, is_marked))
    };
    for ((landing, area, is_marked), cohort) in scope.cohorts_by(view, key) {
        let change = changes.entry(landing).or_default();
        let lines: u64 = cohort.lifespans.iter().map(|one| one.lines).sum();
        change.quarter = facts.mainline[landing as usize].time.0 / (91 * 86_400);
        change.person = cohort.lifespans.first().map_or(0, |one| one.cluster);
        change.all_lines += lines;
        change.marked_lines += if is_marked { lines } else { 0 };
        *change.lines.entry(area).or_default() += lines;
        change.lifespans.extend(cohort.lifespans);
    }
    changes.into_values().collect()
}

/// p of the log-rank by changes or people, and whether the interval of the difference leaves
/// zero out. It asks nothing of strata, so that marks have to be shuffled over all.
fn compared(changes: &[Change], marked: &[bool]) -> (Option<f64>, Option<bool>) {
    let of = |wanted: bool| -> Vec<Lifespan> {
        let chosen = changes.iter().zip(marked).filter(|(_, one)| **one == wanted);
        chosen.flat_map(|(change, _)| change.lifespans.iter().copied()).collect()
    };
    let (first, second) = (of(true), of(false));
    let difference = survival_difference(&first, &second, DAYS, Weighting::Lines);
    (log_rank(&first, &second, 1).p, leaves_zero_out(difference.low, difference.high))
}

fn leaves_zero_out(low: Option<f64>, high: Option<f64>) -> Option<bool> {
    low.zip(high).map(|(low, high)| low > 0.0 || high < 0.0)
}

/// Whether the interval of the difference with strata held equal leaves zero out: marks
/// shuffled within strata are still more of them in some strata than in others.
fn standardised<K: Ord>(
    changes: &[Change],
    strata: &[K],
    marked: &[bool],
) -> Option<bool> {
    let numbers: BTreeMap<&K, u32> = strata.iter().zip(0..).collect();
    let of = |wanted: bool| -> Vec<StratumLifespan> {
        let all = changes.iter().zip(strata).zip(marked);
        let chosen = all.filter(|(_, one)| **one == wanted);
        let lines = chosen.flat_map(|((change, stratum), _)| {
            let stratum = numbers[stratum];
            change
                .lifespans
                .iter()
                .map(move |&lifespan| StratumLifespan { stratum, lifespan })
        });
        lines.collect()
    };
    let found = standardised_difference(&of(true), &of(false), f64::from(DAYS));
    leaves_zero_out(found.low, found.high)
}

/// Shuffles marks among the changes of each stratum.
fn shuffled<K: Ord>(strata: &[K], marked: &[bool], rng: &mut Rng) -> Vec<bool> {
    let mut members: BTreeMap<&K, Vec<usize>> = BTreeMap::new();
    for (at, stratum) in strata.iter().enumerate() {
        members.entry(stratum).or_default().push(at);
    }
    let mut result = marked.to_vec();
    for places in members.values() {
        for at in (1..places.len()).rev() {
            let other = usize::try_from(rng.below(len_to_u64(at + 1))).unwrap();
            result.swap(places[at], places[other]);
        }
    }
    result
}

/// Person-weeks with durable code, and what was spent: made up from the marked commits, or
/// from all where there are few marks.
fn person_weeks(scope: &Scope<'_>, facts: &Facts) -> Vec<PersonWeek> {
    let n_marked =
        facts.commits.iter().filter(|one| one.provenance.class.is_marked()).count();
    let uses_marks = n_marked > 500;
    let mut weeks: BTreeMap<(u32, i32), (f64, f64)> = BTreeMap::new();
    for (at, commit) in (0..).zip(&facts.commits) {
        let at = CommitRef { repository: 0, commit: CommitIdx(at) };
        let (Some(person), Some(time)) = (scope.person(at), commit.author_time) else {
            continue;
        };
        let is_counted = !uses_marks || commit.provenance.class.is_marked();
        let week = weeks.entry((person.0, time.day().week().0)).or_default();
        week.0 += if is_counted { 10.0 } else { 0.0 };
    }
    let last = facts.as_of.map_or(0, |as_of| as_of.day().week().0) - 9;
    for one in facts.lifetimes.iter().filter(|one| super::is_panel_line(one)) {
        let at = CommitRef { repository: 0, commit: one.origin };
        let time = facts.commits[one.origin.at()].author_time;
        let (Some(person), Some(time)) = (scope.person(at), time) else { continue };
        if cohorts::stands_at(facts, one, DAYS) == Some(true) {
            let week = weeks.entry((person.0, time.day().week().0)).or_default();
            week.1 += count_to_f64(one.lines);
        }
    }
    let row = |((person, week), (spend, durable_lines))| PersonWeek {
        person,
        week,
        spend,
        durable_lines,
    };
    // The last three years.
    weeks
        .into_iter()
        .filter(|((_, week), _)| (last - 156..=last).contains(week))
        .map(row)
        .collect()
}

/// Turns the spend of each person round by a number of weeks of their own.
fn turned(rows: &[PersonWeek], rng: &mut Rng) -> Vec<PersonWeek> {
    let mut result = Vec::new();
    for of_person in rows.chunk_by(|one, next| one.person == next.person) {
        let by = usize::try_from(rng.below(len_to_u64(of_person.len()))).unwrap();
        let spend = of_person.iter().cycle().skip(by).map(|one| one.spend);
        result.extend(
            of_person.iter().zip(spend).map(|(one, spend)| PersonWeek { spend, ..*one }),
        );
    }
    result
}

/// The largest distance from the uniform distribution, its p (Stephens 1970), and the share
/// of p below .05.
fn uniformity(mut p: Vec<f64>) -> String {
    if p.is_empty() {
        return "no p-value".to_owned();
    }
    p.sort_by(f64::total_cmp);
    let n = len_to_f64(p.len());
    let at = |(rank, p): (usize, &f64)| {
        (p - len_to_f64(rank) / n).max(len_to_f64(rank + 1) / n - p)
    };
    let distance = p.iter().enumerate().map(at).fold(0.0, f64::max);
    let scaled = (n.sqrt() + 0.12 + 0.11 / n.sqrt()) * distance;
    let tail = |j: i32| {
        let sign = if j % 2 == 1 { 2.0 } else { -2.0 };
        sign * (-2.0 * (f64::from(j) * scaled).powi(2)).exp()
    };
    let ks = (1..100).map(tail).sum::<f64>().clamp(0.0, 1.0);
    let small = p.iter().filter(|p| **p < 0.05).count();
    let share = len_to_f64(small) / n;
    format!("{n} p-values, KS {distance:.3}, its p {ks:.3}, below .05 {share:.3}")
}

#[test]
#[ignore = "reads the repositories that JOIN_REPOSITORIES names"]
fn marks_and_usage_that_mean_nothing_seldom_seem_to() {
    let folders = std::env::var("JOIN_REPOSITORIES").expect("it names folders");
    let mut out = std::io::stderr();
    for folder in folders.split(':') {
        let options = ScanOptions::default();
        let path = Path::new(folder);
        let facts = scan(path, &[path.to_path_buf()], &options, &|_| {});
        let facts = [facts.expect("it is a repository")];
        let people = identity::resolve(&cohorts::git_people(&facts), &[], &[]);
        let scope = Scope::new(&facts, &people);
        let rows = person_weeks(&scope, &facts[0]);
        let mut rng = Rng::seeded(1);
        let p =
            (0..TIMES).filter_map(|_| rank_association(&turned(&rows, &mut rng), 1).p);
        let p: Vec<f64> = p.collect();
        let n_people = rank_association(&rows, 1).n_persons;
        writeln!(out, "{folder}: usage turned, {n_people} people: {}", uniformity(p))
            .unwrap();
        let changes = changes(&scope, &facts[0]);
        let marked: Vec<bool> =
            changes.iter().map(|one| one.marked_lines * 2 > one.all_lines).collect();
        let n_marked = marked.iter().filter(|one| **one).count();
        let by_place: Vec<_> = changes.iter().map(Change::stratum).collect();
        let by_person: Vec<_> = changes.iter().map(Change::person_stratum).collect();
        let everywhere = vec![(); changes.len()];
        let seen: Vec<_> = (0..TIMES)
            .map(|_| compared(&changes, &shuffled(&everywhere, &marked, &mut rng)))
            .collect();
        let p: Vec<f64> = seen.iter().filter_map(|one| one.0).collect();
        let told: Vec<bool> = seen.iter().filter_map(|one| one.1).collect();
        let n_apart = told.iter().filter(|one| **one).count();
        let p = uniformity(p);
        writeln!(
            out,
            "{folder}: {n_marked} of {} changes marked, shuffled over all: {p}; intervals of \
             S({DAYS}) without zero {n_apart} of {}",
            changes.len(),
            told.len()
        )
        .unwrap();
        for (name, strata) in [("place", by_place), ("person", by_person)] {
            let told: Vec<bool> = (0..TIMES)
                .filter_map(|_| {
                    let marked = shuffled(&strata, &marked, &mut rng);
                    standardised(&changes, &strata, &marked)
                })
                .collect();
            let n_apart = told.iter().filter(|one| **one).count();
            writeln!(
                out,
                "{folder}: shuffled in quarter and {name}, which are held equal: intervals \
                 without zero {n_apart} of {}",
                told.len()
            )
            .unwrap();
        }
    }
}
