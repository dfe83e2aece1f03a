//! Fresh work that a change takes back, and code that was taken back and comes back.

use std::collections::{BTreeMap, BTreeSet};

use super::Reading;
use super::facts::{Returned, TakenBack};
use super::files::Changed;
use super::landings::{Landing, Landings, read_commit};
use super::range::Range;
use super::texts::Bag;
use super::young::{self, Young};
use crate::history::ObjectId;
use crate::history::commit::RawCommit;
use crate::reverts::{Intent, said};
use crate::units::{count_to_f64, len_to_u64};
use crate::untrusted::Untrusted;

/// Of what a landing added so much must go for it to be taken back, and of what it deleted
/// so much must be back.
const WHOLE: f64 = 0.95;
/// Fewer lines tell nothing.
const LEAST_LINES: u64 = 5;
/// Of what was taken back so much must come back, and so many lines, for it to be known.
const SHARE_BACK: f64 = 0.6;
const LEAST_BACK: u64 = 8;

/// The landings of the last weeks that a change takes back, by what its messages say or by
/// what becomes of the lines.
pub(super) fn taken_back(
    reading: &mut Reading<'_>,
    landings: &Landings,
    range: &Range,
    young: &Young,
    files: &[Changed],
) -> Vec<TakenBack> {
    let list = landings.young();
    let mut found: BTreeMap<usize, bool> = BTreeMap::new();
    let brought = brought(reading, landings);
    let ids: BTreeMap<String, usize> =
        brought.iter().map(|(id, _, at)| (id.to_string(), *at)).collect();
    for commit in range.commits.values().filter(|it| it.parents.len() < 2) {
        let Some(said) = said(&commit.message) else { continue };
        if said.intent != Intent::Revert || said.is_step {
            continue;
        }
        let by_id = said.names.ids.iter().filter_map(|id| {
            let (known, at) = ids.range(id.clone()..).next()?;
            known.starts_with(id.as_str()).then_some(*at)
        });
        found.extend(by_id.map(|at| (at, true)));
        if let Some(subject) = &said.subject {
            let quoted =
                brought.iter().find(|(_, its, _)| its.as_slice() == subject.as_slice());
            found.extend(quoted.map(|(_, _, at)| (*at, true)));
        }
    }
    let mut added = bag(files);
    for (&at, &lost) in young.lost_of.iter().filter(|(_, lost)| **lost >= LEAST_LINES) {
        if found.contains_key(&at) {
            continue;
        }
        let Some(effect) = young::effect(reading, &list[at]) else { continue };
        let n_deleted = len_to_u64(effect.deleted.len());
        let n_back =
            len_to_u64(effect.deleted.iter().filter(|it| added.take(**it)).count());
        let is_gone = count_to_f64(lost) >= WHOLE * count_to_f64(effect.added);
        let is_back =
            n_deleted < 3 || count_to_f64(n_back) >= WHOLE * count_to_f64(n_deleted);
        if is_gone && is_back {
            found.insert(at, false);
        }
    }
    let row = |(at, is_said): (usize, bool)| TakenBack {
        landing: list[at].id,
        age_seconds: list[at].age_seconds,
        is_said,
        path: most_deleted(files),
    };
    found.into_iter().map(row).collect()
}

/// The commits of the last weeks: the id and the subject of each, and the landing that
/// brought it in, by its place. A revert names most often what a merge brought, not the merge.
fn brought(
    reading: &mut Reading<'_>,
    landings: &Landings,
) -> Vec<(ObjectId, Vec<u8>, usize)> {
    /// How many commits of one merge are looked at.
    const MOST_COMMITS: usize = 200;
    let mainline: BTreeSet<ObjectId> = landings.list.iter().map(|one| one.id).collect();
    let oldest = landings.list.iter().filter_map(|one| seconds(&one.commit)).min();
    let mut found = Vec::new();
    for (at, landing) in landings.young().iter().enumerate() {
        found.push((landing.id, subject_of(&landing.commit), at));
        let mut next = landing.commit.parents.get(1).copied();
        for _ in 0..MOST_COMMITS {
            let Some(id) = next.take().filter(|id| !mainline.contains(id)) else { break };
            let Some(commit) = read_commit(reading, id) else { break };
            // What is older may have been on the mainline before.
            if seconds(&commit) < oldest {
                break;
            }
            found.push((id, subject_of(&commit), at));
            next = commit.parents.first().copied();
        }
    }
    found
}

fn seconds(commit: &RawCommit) -> Option<i64> {
    commit.committer.as_ref()?.seconds
}

fn subject_of(commit: &RawCommit) -> Vec<u8> {
    let subject = commit.message.split(|&byte| byte == b'\n').next();
    subject.unwrap_or_default().to_vec()
}

/// The file that loses most.
fn most_deleted(files: &[Changed]) -> Untrusted {
    let most = files.iter().filter(|file| file.class.is_countable()).max_by_key(|file| {
        let n: u32 = file.deleted.iter().map(|range| range.end - range.start).sum();
        (n, std::cmp::Reverse(file.path().to_vec()))
    });
    Untrusted::from(most.or(files.first()).map_or(&b""[..], Changed::path))
}

/// The words of the lines that a change adds, moved or not: what a landing moved goes back
/// by a move.
fn bag(files: &[Changed]) -> Bag {
    let mut bag = Bag::default();
    for (.., digest) in added(files) {
        bag.add(digest);
    }
    bag
}

/// The lines of product code, with its comments, that a change adds, and their words.
fn added(files: &[Changed]) -> impl Iterator<Item = (&Changed, u32, u64)> {
    files.iter().filter(|file| file.is_judged() && !file.is_test()).flat_map(|file| {
        let text = file.new.as_ref().and_then(|new| new.text.as_ref());
        let digest = move |line: u32| {
            let text = text.filter(|text| text.counts(line))?;
            Some((file, line, text.digest(line)))
        };
        file.added.iter().cloned().flatten().filter_map(digest)
    })
}

/// Code that landings of the last months took back and that the change brings back.
pub(super) fn returned(
    reading: &mut Reading<'_>,
    landings: &Landings,
    files: &[Changed],
) -> Vec<Returned> {
    let mut where_added: BTreeMap<u64, BTreeSet<&[u8]>> = BTreeMap::new();
    let stays = |file: &Changed, line: u32| file.moved_here.binary_search(&line).is_err();
    for (file, _, digest) in added(files).filter(|(file, line, _)| stays(file, *line)) {
        where_added.entry(digest).or_default().insert(file.path());
    }
    if len_to_u64(where_added.len()) < LEAST_BACK {
        return Vec::new();
    }
    let mut found = Vec::new();
    for landing in &landings.list {
        if !takes_back(reading, landing) {
            continue;
        }
        let Some(effect) = young::effect(reading, landing) else { continue };
        let taken: BTreeSet<u64> = effect.deleted.into_iter().collect();
        let back = taken.iter().filter_map(|digest| where_added.get(digest));
        let mut by_path: BTreeMap<&[u8], u64> = BTreeMap::new();
        let mut lines = 0;
        for paths in back {
            lines += 1;
            for path in paths {
                *by_path.entry(path).or_default() += 1;
            }
        }
        let taken_lines = len_to_u64(taken.len());
        let is_back = count_to_f64(lines) >= SHARE_BACK * count_to_f64(taken_lines);
        if lines < LEAST_BACK || !is_back {
            continue;
        }
        let most =
            by_path.iter().max_by_key(|(path, n)| (**n, std::cmp::Reverse(**path)));
        found.push(Returned {
            taken_by: landing.id,
            age_seconds: landing.age_seconds,
            taken_lines,
            lines,
            path: Untrusted::from(most.map_or(&b""[..], |(path, _)| *path)),
        });
    }
    found
}

/// Whether a landing says that it takes something back: of a merge, what it brought in.
fn takes_back(reading: &mut Reading<'_>, landing: &Landing) -> bool {
    let says = |message: &[u8]| {
        said(message).is_some_and(|said| said.intent == Intent::Revert && !said.is_step)
    };
    match landing.commit.parents.get(1) {
        Some(&brought) => {
            read_commit(reading, brought).is_some_and(|commit| says(&commit.message))
        }
        None => says(&landing.commit.message),
    }
}
