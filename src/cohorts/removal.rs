//! Who removed lines: the person who wrote them, somebody else, or a revert.

use serde::Serialize;

use super::{CommitRef, Scope};
use crate::facts::{Facts, LifetimeFacts};
use crate::identity::IdentityId;
use crate::lines::instances::DeathCause;

/// Who removed lines, as far as a history shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum RemovedBy {
    /// The person who wrote them.
    SameAuthor,
    /// Another person of the same team, where teams are known.
    SameTeam,
    /// Another person.
    Others,
    /// A commit that takes back the one that brought them in, whoever made it.
    Revert,
    /// Nobody can tell: a merge of several people's work, automation, or nobody known.
    Unknown,
}

impl RemovedBy {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 5] =
        [Self::SameAuthor, Self::SameTeam, Self::Others, Self::Revert, Self::Unknown];
}

/// For each landing the one person whose work it brought in; `None` when there are
/// several, or none is known.
pub(super) fn landing_persons(
    facts: &Facts,
    persons: &[Option<IdentityId>],
) -> Vec<Option<IdentityId>> {
    let mut landed: Vec<Option<Option<IdentityId>>> = vec![None; facts.mainline.len()];
    // Merges bring in what others wrote; where nothing else landed, they are the work.
    for wants_merges in [false, true] {
        let empty: Vec<bool> = landed.iter().map(Option::is_none).collect();
        for commit in &facts.commits {
            let at = commit.landing as usize;
            let is_merge = commit.parents.len() > 1;
            if is_merge != wants_merges || !empty.get(at).copied().unwrap_or(false) {
                continue;
            }
            let number = commit.operator.or(commit.author);
            let person = number.and_then(|number| persons[number as usize]);
            landed[at] = match landed[at] {
                None => Some(person),
                Some(before) => Some(before.filter(|_| before == person)),
            };
        }
    }
    landed.into_iter().map(Option::flatten).collect()
}

impl Scope<'_> {
    /// Whether two people are known to be of one team.
    fn same_team(&self, one: IdentityId, other: IdentityId) -> bool {
        let team = |id: IdentityId| self.teams.get(id.0 as usize).copied().flatten();
        team(one).is_some_and(|known| team(other) == Some(known))
    }

    /// Who removed these lines; of lines that stand it says [`RemovedBy::Unknown`].
    pub fn removed_by(&self, repository: usize, lifetime: &LifetimeFacts) -> RemovedBy {
        let Some((death, cause)) = lifetime.death else { return RemovedBy::Unknown };
        let overwriter = || {
            let number = lifetime.overwritten_by?;
            self.persons[repository].get(number as usize).copied().flatten()
        };
        let remover =
            || self.landed_by[repository].get(death as usize).copied().flatten();
        let writer = self.person(CommitRef { repository, commit: lifetime.origin });
        let compare = |other: Option<IdentityId>, else_it_is| match (writer, other) {
            (Some(writer), Some(other)) if writer == other => RemovedBy::SameAuthor,
            (Some(writer), Some(other)) if self.same_team(writer, other) => {
                RemovedBy::SameTeam
            }
            (Some(_), Some(_)) => RemovedBy::Others,
            _ => else_it_is,
        };
        match cause {
            DeathCause::Reverted => RemovedBy::Revert,
            // One person may have several names in one history, which only the map of
            // people knows; without it the cause has the answer.
            DeathCause::ModifiedSelf => compare(overwriter(), RemovedBy::SameAuthor),
            DeathCause::ModifiedOther => compare(overwriter(), RemovedBy::Others),
            DeathCause::Deleted | DeathCause::FileDeleted | DeathCause::Bulk => {
                compare(remover(), RemovedBy::Unknown)
            }
            DeathCause::Unreadable | DeathCause::Reformatted => RemovedBy::Unknown,
        }
    }
}
