//! Reverts, relands and mends of a repository: what messages say, beside what became of
//! the lines.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{RevertFacts, RevertKind};
use crate::history::CommitIdx;
use crate::history::walk::History;
use crate::lines::undone::{Effect, HOTFIX_HOURS, Undo};
use crate::problem::{GapKind, Gaps};
use crate::reverts::{self, FoundBy, Intent, Row, Taken};
use crate::units::len_to_u32;

/// What the messages of a history say is taken back.
pub(super) fn taken(history: &History, gaps: &mut Gaps) -> Vec<Taken> {
    let (taken, n_left_out) = with_rows(history, reverts::resolve);
    let why = "ranges of commits that messages say are taken back, left out since they lead to \
               too many";
    gaps.add_many(GapKind::SearchLimit, why, b"", n_left_out);
    taken
}

fn with_rows<T>(history: &History, of: impl FnOnce(&[Row<'_>]) -> T) -> T {
    let ids: Vec<String> = history.commits.iter().map(|one| one.id.to_string()).collect();
    let landings = history.landings();
    let rows: Vec<Row<'_>> = history
        .commits
        .iter()
        .zip(&ids)
        .zip(&landings)
        .enumerate()
        .map(|(at, ((commit, id), &landing))| Row {
            id,
            message: &commit.message,
            landing,
            is_landing: history.mainline[landing as usize].at() == at,
            is_of_pull: commit.pull.is_some(),
            is_merge: commit.n_parents > 1,
        })
        .collect();
    of(&rows)
}

/// All that commits did to the work of others. `effects` says what became of the lines, by
/// landing.
pub(super) fn rows(
    history: &History,
    taken: &[Taken],
    effects: &[Effect],
) -> Vec<RevertFacts> {
    let mut found = Found {
        landings: history.landings(),
        mainline: &history.mainline,
        by_pair: effects.iter().map(|one| ((one.target, one.by), *one)).collect(),
        told: BTreeSet::new(),
        says: BTreeMap::new(),
        may: BTreeMap::new(),
        rows: Vec::new(),
    };
    let (sure, unsure): (Vec<&Taken>, Vec<&Taken>) =
        taken.iter().partition(|one| one.intent != Intent::Candidate);
    sure.into_iter().for_each(|one| found.add_sure(one));
    unsure.into_iter().for_each(|one| found.add_unsure(one));
    effects.iter().for_each(|effect| found.add_by_lines(effect));
    found.add_redone(effects);
    let untold = effects.iter().filter(|one| !found.told.contains(&(one.target, one.by)));
    let unsaid: Vec<RevertFacts> =
        untold.filter_map(|effect| unsaid(history, effect)).collect();
    let mut rows = found.rows;
    rows.extend(unsaid);
    for (by, target, found_by) in with_rows(history, reverts::resolve_links) {
        let pair = (found.landings[target], found.landings[by]);
        rows.push(RevertFacts {
            kind: RevertKind::BugLink,
            by: place(by),
            target: Some(place(target)),
            found_by: Some(found_by),
            undo: None,
            effect: found.by_pair.get(&pair).copied(),
        });
    }
    rows.sort_by_key(|row| (row.by, row.kind, row.target));
    rows
}

/// What messages say, together with what became of the lines.
struct Found<'h> {
    /// For each commit the landing that brought it in.
    landings: Vec<u32>,
    /// For each landing the commit.
    mainline: &'h [CommitIdx],
    /// What became of the lines, by landings.
    by_pair: BTreeMap<(u32, u32), Effect>,
    /// Pairs that have a row.
    told: BTreeSet<(u32, u32)>,
    /// Landings that say they take back or bring back something: the first row that does.
    says: BTreeMap<u32, usize>,
    /// Landings that may: the commit that may say so.
    may: BTreeMap<u32, CommitIdx>,
    rows: Vec<RevertFacts>,
}

impl Found<'_> {
    fn add_sure(&mut self, one: &Taken) {
        let landing = self.landings[one.by];
        let pair = one.target.map(|(target, _)| (self.landings[target], landing));
        let is_within = pair.is_some_and(|(target, by)| target == by);
        if !is_within {
            let at = self.rows.len();
            let first = *self.says.entry(landing).or_insert(at);
            // What names none that is here takes the lines for an answer.
            if pair.is_none()
                && self.rows.get(first).is_some_and(|row| row.target.is_some())
            {
                self.says.insert(landing, at);
            }
        }
        self.told.extend(pair);
        let effect = pair.and_then(|pair| self.by_pair.get(&pair).copied());
        let kind = match one.intent {
            Intent::Reland => RevertKind::Reland,
            Intent::Revert | Intent::Candidate => RevertKind::Revert,
        };
        self.rows.push(RevertFacts {
            kind,
            by: place(one.by),
            target: one.target.map(|(target, _)| place(target)),
            found_by: one.target.map(|(_, found_by)| found_by),
            undo: effect.and_then(|effect| effect.undo_as_said()),
            effect,
        });
    }

    /// What may be meant so is meant so if the lines say the same.
    fn add_unsure(&mut self, one: &Taken) {
        let landing = self.landings[one.by];
        let target = one
            .target
            .map(|(target, found_by)| (self.landings[target], place(target), found_by));
        let pair = target.map(|(target, ..)| (target, landing));
        let effect = pair.and_then(|pair| self.by_pair.get(&pair).copied());
        match (target, effect.and_then(|effect| effect.undo())) {
            (Some((_, target, found_by)), Some(undo)) => {
                if self.told.insert((self.landings[target.at()], landing)) {
                    self.says.entry(landing).or_insert(self.rows.len());
                    self.rows.push(RevertFacts {
                        kind: RevertKind::Revert,
                        by: place(one.by),
                        target: Some(target),
                        found_by: Some(found_by),
                        undo: Some(undo),
                        effect,
                    });
                }
            }
            _ => {
                self.may.entry(landing).or_insert(place(one.by));
            }
        }
    }

    /// A landing that says it takes something back, and undid another than it names, took
    /// back that one.
    fn add_by_lines(&mut self, effect: &Effect) {
        let Some(undo) = effect.undo() else { return };
        let pair = (effect.target, effect.by);
        if self.told.contains(&pair) {
            return;
        }
        let says = self.says.get(&effect.by).map(|&at| (at, self.rows[at]));
        let row = |kind, by| RevertFacts {
            kind,
            by,
            target: None,
            found_by: Some(FoundBy::Lines),
            undo: Some(undo),
            effect: Some(*effect),
        };
        let target = Some(self.mainline[effect.target as usize]);
        match (says, self.may.get(&effect.by)) {
            (Some((at, said)), _) if said.target.is_none() => {
                self.rows[at] = RevertFacts { target, ..row(said.kind, said.by) };
            }
            (Some((_, said)), _) => {
                self.rows.push(RevertFacts { target, ..row(said.kind, said.by) });
            }
            (None, Some(&by)) => {
                self.rows.push(RevertFacts { target, ..row(RevertKind::Revert, by) });
            }
            (None, None) => return,
        }
        self.told.insert(pair);
    }

    /// Several landings may have taken back one. What says that it brings that back, or
    /// takes back one of them, has undone each of whose work all came back.
    fn add_redone(&mut self, effects: &[Effect]) {
        let undoing = effects.iter().filter(|one| one.undo().is_some()).map(|one| one.by);
        let said = self.rows.iter().filter(|row| row.undo.is_some());
        let said = said.map(|row| self.landings[row.by.at()]);
        let takers: BTreeSet<u32> = undoing.chain(said).collect();
        for effect in effects.iter().filter(|one| takers.contains(&one.target)) {
            let undo = effect.undo_as_said().filter(|undo| *undo == Undo::Full);
            let pair = (effect.target, effect.by);
            let (Some(&at), Some(_)) = (self.says.get(&effect.by), undo) else {
                continue;
            };
            if effect.restored > 0 && self.told.insert(pair) {
                let RevertFacts { kind, by, .. } = self.rows[at];
                let target = Some(self.mainline[effect.target as usize]);
                let (found_by, effect) = (Some(FoundBy::Lines), Some(*effect));
                self.rows.push(RevertFacts { kind, by, target, found_by, undo, effect });
            }
        }
    }
}
/// What a landing did that its message says nothing of: it undid another, or mended it
/// soon after.
fn unsaid(history: &History, effect: &Effect) -> Option<RevertFacts> {
    let (by, target) =
        (history.mainline[effect.by as usize], history.mainline[effect.target as usize]);
    let seconds =
        history.clock[effect.by as usize].0 - history.clock[effect.target as usize].0;
    let message = &history.commits[by.at()].message;
    let subject = message.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let is_hotfix = seconds <= HOTFIX_HOURS * 3_600
        && effect.killed * 10 >= effect.died * 3
        && reverts::says_mend(subject);
    let undo = effect.undo();
    let kind = match undo {
        Some(_) => RevertKind::Silent,
        None if is_hotfix => RevertKind::Hotfix,
        None => return None,
    };
    let (target, effect) = (Some(target), Some(*effect));
    Some(RevertFacts { kind, by, target, found_by: None, undo, effect })
}

fn place(at: usize) -> CommitIdx {
    CommitIdx(len_to_u32(at))
}
