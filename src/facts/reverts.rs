//! What commits did to the work of others, as a table.

use serde::{Deserialize, Serialize};

use crate::history::CommitIdx;
use crate::lines::undone::{Effect, Undo};
use crate::reverts::FoundBy;

/// What one commit did to the work of another.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum RevertKind {
    /// It says that it takes it back.
    Revert,
    /// It says that it brings back what was taken back.
    Reland,
    /// It says nothing of the kind, and undid it.
    Silent,
    /// It mended it within three days: beside reverts, never added to them.
    Hotfix,
    /// It says that it mends a fault that the other brought in.
    BugLink,
}

impl RevertKind {
    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Revert => "revert",
            Self::Reland => "reland",
            Self::Silent => "silent",
            Self::Hotfix => "hotfix",
            Self::BugLink => "bug_link",
        }
    }
}

/// One commit took back, mended or brought back the work of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevertFacts {
    /// What it did.
    pub kind: RevertKind,
    /// The commit that did it: that of the landing, where its message says nothing.
    pub by: CommitIdx,
    /// What it did it to; `None` when a message names what is not found.
    pub target: Option<CommitIdx>,
    /// How the target was found; `None` where it was not, or no message was asked.
    pub found_by: Option<FoundBy>,
    /// Whether the lines agree that it was taken back, and how far.
    pub undo: Option<Undo>,
    /// What became of the lines; `None` where too little did.
    pub effect: Option<Effect>,
}
