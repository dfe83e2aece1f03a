//! What commits say they take back, and which commits that are: messages in, pairs out.
//!
//! A revert names its target by an id, by the number of a pull request, or by its subject;
//! after a squash the id is often on no branch. So all are read, and what resolves first
//! in that order counts.

mod bug_links;
mod index;
mod message;
mod names;
mod targets;

use serde::{Deserialize, Serialize};

pub use bug_links::{BugLinks, bug_links, says_mend};
pub use message::{Said, said};
pub use names::{IdRange, Names, PullName};
pub use targets::{Row, Taken, resolve, resolve_links};

/// What a commit says it does to another.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Intent {
    /// It takes it back.
    Revert,
    /// It brings back what was taken back.
    Reland,
    /// It may: `back out`, `roll back` or `undo`, without a name. What it does decides.
    Candidate,
}

impl Intent {
    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Revert => "revert",
            Self::Reland => "reland",
            Self::Candidate => "candidate",
        }
    }
}

/// How a target was found.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum FoundBy {
    /// By its id.
    Id,
    /// By the id of a commit of its pull request.
    PullCommit,
    /// By the number of its pull request.
    PullNumber,
    /// By its subject: the latest earlier commit that has it.
    Subject,
    /// By what became of the lines: it names none that is here, and undid this one.
    Lines,
}

impl FoundBy {
    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::PullCommit => "pull_commit",
            Self::PullNumber => "pull_number",
            Self::Subject => "subject",
            Self::Lines => "lines",
        }
    }
}
