//! Landings that forges squashed: who wrote their lines is told by the commits of the
//! pull request, while its head is kept as a ref.

use std::collections::HashSet;

use crate::facts::SquashFacts;
use crate::history::commit::{self, RawCommit};
use crate::history::objects::{ObjectKind, ObjectReader};
use crate::history::pulls::{self, PullHeads};
use crate::history::tree::{self, TreeCache, TreeChanges};
use crate::history::walk::{self, Commit, History, Squashed};
use crate::history::{ObjectId, ObjectMap, ObjectSet};
use crate::limits;
use crate::lines::schedule::Progress;
use crate::problem::{GapKind, Gaps};
use crate::units::len_to_u64;

/// Where heads are looked for.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    /// The commits that a shallow clone ends at.
    pub(super) shallow: &'p [ObjectId],
    /// The heads.
    pub(super) pulls: &'p PullHeads,
    /// Shows how far the work has come.
    pub(super) progress: &'p (dyn Fn(Progress) + Sync),
}

/// Finds the mainline commits that stand for a pull request and places its commits
/// before them. A head counts where it left a file as the landing has it, and its
/// commits branch off from what had landed by then.
pub(super) fn recover(
    reader: &mut ObjectReader<'_>,
    place: Place<'_>,
    history: History,
    gaps: &mut Gaps,
) -> (History, SquashFacts) {
    let mut facts = SquashFacts::default();
    let landings = history.landings();
    let known = history.commits.iter().zip(landings);
    let mut search = Search {
        reader,
        cache: TreeCache::default(),
        shallow: place.shallow.iter().copied().collect(),
        known: known.map(|(commit, landing)| (commit.id, landing)).collect(),
        n_read: 0,
    };
    let mut found = Vec::new();
    for (landing, &idx) in (0..).zip(&history.mainline) {
        let commit = &history.commits[idx.at()];
        let parent = commit.first_parent().filter(|_| commit.n_parents == 1);
        let Some((pull, parent)) = number_in(&commit.message).zip(parent) else {
            continue;
        };
        facts.landings += 1;
        let Some(&head) = place.pulls.get(&pull) else { continue };
        facts.with_head += 1;
        let parent = &history.commits[parent.at()];
        let commits = search
            .commits(head, landing)
            .and_then(|commits| search.check(parent, commit, &commits).map(|()| commits));
        match commits {
            Ok(commits) => {
                search.known.extend(commits.iter().map(|(id, _)| (*id, landing)));
                found.push(Squashed { landing: idx, pull, commits });
            }
            Err(why) => {
                gaps.add(GapKind::PullHead, why, commit.id.to_string().as_bytes());
            }
        }
        (place.progress)(Progress::Commits(search.n_read));
    }
    facts.recovered = len_to_u64(found.len());
    (walk::with_squashed(history, found), facts)
}

/// Whether a commit of the mainline stands for a pull request that a forge squashed.
pub(super) fn is_squash(commit: &Commit) -> bool {
    commit.n_parents == 1 && number_in(&commit.message).is_some()
}

/// The number of the pull request at the end of a subject: `Add a thing (#12)`.
fn number_in(message: &[u8]) -> Option<u64> {
    pulls::split_subject(message.split(|&byte| byte == b'\n').next()?).1
}

struct Search<'s, 'r> {
    reader: &'s mut ObjectReader<'r>,
    cache: TreeCache,
    shallow: ObjectSet,
    /// The landing of each commit that is known.
    known: ObjectMap<u32>,
    /// How many commits were read.
    n_read: u64,
}

/// What stands in the way of believing a head, for people.
type WhyNot = &'static str;

const UNREADABLE: WhyNot =
    "squash kept as it is: objects of the pull request are not here, or are damaged";

impl Search<'_, '_> {
    /// The commits of a head that are not known, parents first.
    fn commits(
        &mut self,
        head: ObjectId,
        landing: u32,
    ) -> Result<Vec<(ObjectId, RawCommit)>, WhyNot> {
        let mut waiting: Vec<(ObjectId, RawCommit, usize)> = Vec::new();
        let mut seen = ObjectSet::default();
        let mut done = Vec::new();
        let mut next = Some(head);
        loop {
            if let Some(id) = next.take()
                && seen.insert(id)
                && !self.has_landed(id, landing)?
            {
                if len_to_u64(seen.len()) > limits::PULL_COMMITS.value {
                    return Err(
                        "squash kept as it is: the pull request has more commits than the limit",
                    );
                }
                waiting.push((id, self.read(id)?, 0));
            }
            let Some((_, raw, at)) = waiting.last_mut() else { break };
            *at += 1;
            next = raw.parents.get(*at - 1).copied();
            if next.is_none()
                && let Some((id, raw, _)) = waiting.pop()
            {
                done.push((id, raw));
            }
        }
        if done.is_empty() {
            return Err(
                "squash kept as it is: its pull request has no commits of its own",
            );
        }
        Ok(done)
    }

    /// Whether a commit is known and landed before.
    fn has_landed(&self, id: ObjectId, landing: u32) -> Result<bool, WhyNot> {
        match self.known.get(&id) {
            None => Ok(false),
            Some(&before) if before < landing => Ok(true),
            Some(_) => Err(
                "squash kept as it is: the pull request holds commits that landed later",
            ),
        }
    }

    /// Reads a commit that must branch off from something.
    fn read(&mut self, id: ObjectId) -> Result<RawCommit, WhyNot> {
        self.n_read += 1;
        if self.n_read + len_to_u64(self.known.len()) > limits::COMMITS.value {
            return Err("squash kept as it is: more commits than the limit");
        }
        let data = self.reader.read(id, ObjectKind::Commit).map_err(|_| UNREADABLE)?;
        let raw = commit::parse(&data).ok_or(UNREADABLE)?;
        if raw.lost_parents || self.shallow.contains(&id) {
            return Err(UNREADABLE);
        }
        if raw.parents.is_empty() {
            return Err("squash kept as it is: its pull request is of another history");
        }
        Ok(raw)
    }

    /// Holds that the head has a file that landed, as it landed, and that the trees of
    /// its commits can be compared.
    fn check(
        &mut self,
        parent: &Commit,
        squash: &Commit,
        commits: &[(ObjectId, RawCommit)],
    ) -> Result<(), WhyNot> {
        let Some((_, head)) = commits.last() else { return Err(UNREADABLE) };
        let landed = self.compare(parent.tree, squash.tree)?;
        let others = self.compare(head.tree, squash.tree)?;
        let others: HashSet<&[u8]> =
            others.changes.iter().map(|change| change.path.as_slice()).collect();
        let is_equal = |change: &tree::PathChange| {
            change.new_file().is_some() && !others.contains(change.path.as_slice())
        };
        if !landed.changes.iter().any(is_equal) {
            return Err(
                "squash kept as it is: no file landed as its pull request has it",
            );
        }
        let trees: ObjectMap<ObjectId> =
            commits.iter().map(|(id, raw)| (*id, raw.tree)).collect();
        for (_, raw) in commits {
            let before = raw.parents.first().and_then(|parent| trees.get(parent));
            if let Some(&before) = before {
                self.compare(before, raw.tree)?;
            }
        }
        Ok(())
    }

    fn compare(&mut self, old: ObjectId, new: ObjectId) -> Result<TreeChanges, WhyNot> {
        let found = tree::compare(self.reader, &mut self.cache, Some(old), Some(new));
        found.ok().filter(|found| found.unreadable.is_empty()).ok_or(UNREADABLE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_pull_request_ends_the_subject() {
        for (message, expected) in [
            ("Add a thing (#12)", Some(12)),
            ("Add a thing (#12) \r\n\nand more (#13)", Some(12)),
            ("Revert \"Add a thing (#12)\" (#14)", Some(14)),
            ("Revert \"Add a thing (#12)\"", None),
            ("Add a thing\n\n(#12)", None),
            ("Add a thing #12", None),
            ("Add a thing (12)", None),
            ("Add a thing (#)", None),
            ("Add a thing (#12", None),
            ("", None),
        ] {
            assert_eq!(number_in(message.as_bytes()), expected, "{message}");
        }
    }
}
