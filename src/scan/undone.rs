//! Reverts, relands and mends of a repository: what messages say, beside what became of
//! the lines.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{RevertFacts, RevertKind};
use crate::history::CommitIdx;
use crate::history::walk::History;
use crate::lines::undone::{Effect, HOTFIX_HOURS};
use crate::problem::{GapKind, Gaps};
use crate::reverts::{self, Intent, Row, Taken};
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
    let landings = history.landings();
    let by_pair: BTreeMap<(u32, u32), Effect> =
        effects.iter().map(|one| ((one.target, one.by), *one)).collect();
    let mut rows = Vec::new();
    let mut said = BTreeSet::new();
    for one in taken {
        let pair = one.target.map(|(target, _)| (landings[target], landings[one.by]));
        let effect = pair.and_then(|pair| by_pair.get(&pair).copied());
        let is_undone = effect.is_some_and(|effect| effect.undo().is_some());
        let kind = match one.intent {
            Intent::Revert => RevertKind::Revert,
            Intent::Reland => RevertKind::Reland,
            Intent::Candidate if is_undone => RevertKind::Revert,
            Intent::Candidate => continue,
        };
        said.extend(pair);
        rows.push(RevertFacts {
            kind,
            by: place(one.by),
            target: one.target.map(|(target, _)| place(target)),
            found_by: one.target.map(|(_, found_by)| found_by),
            effect,
        });
    }
    for effect in effects.iter().filter(|one| !said.contains(&(one.target, one.by))) {
        rows.extend(unsaid(history, effect));
    }
    for (by, target, found_by) in with_rows(history, reverts::resolve_links) {
        rows.push(RevertFacts {
            kind: RevertKind::BugLink,
            by: place(by),
            target: Some(place(target)),
            found_by: Some(found_by),
            effect: by_pair.get(&(landings[target], landings[by])).copied(),
        });
    }
    rows.sort_by_key(|row| (row.by, row.kind, row.target));
    rows
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
    let kind = match effect.undo() {
        Some(_) => RevertKind::Silent,
        None if is_hotfix => RevertKind::Hotfix,
        None => return None,
    };
    let (target, effect) = (Some(target), Some(*effect));
    Some(RevertFacts { kind, by, target, found_by: None, effect })
}

fn place(at: usize) -> CommitIdx {
    CommitIdx(len_to_u32(at))
}
