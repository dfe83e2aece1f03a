//! Code that stands in several places: token streams of files in, classes of clones out.
//!
//! A clone is of *type 1* when the places differ in layout and comments only, of *type 2*
//! when also in names, strings and numbers. A *class* is a sequence of tokens that cannot
//! be made longer without losing a place, with all its places: never all pairs of them.
//! Code that is alike with statements added or changed, and code that does the same in
//! other words, is not looked for.
//!
//! Places are found by fingerprints: of all sequences of `k` tokens a few are kept, by
//! winnowing (Schleimer, Wilkerson, Aiken 2003), so that any two equal sequences of the
//! length asked for have one in common. Tokens are compared then, and not fingerprints.
//!
//! Duplication is told in lines that have a letter or digit:
//!
//! - *density*: lines all of whose tokens are in a clone, of all lines; a line counts once,
//!   and of a string that spans lines the first line does;
//! - *copied*: added lines in a clone of code that stood before the change and stands
//!   after it; *repeated*: added lines in a clone of others that the change added;
//! - *moved*, *edited*: added lines in a clone of text that the change removed, word for
//!   word or in other names; these are no copies, even when others stand;
//! - *new duplication*: copied and repeated lines, of the lines added; *copy share*:
//!   copied lines, of those copied or moved;
//! - *resolved*: lines of clones before the change that are gone and did not move, or
//!   stand in none any more.
//!
//! [`Index`] holds the fingerprints of a tree and is kept up to date file by file;
//! [`Index::duplication`] says what of the tree is duplicated, [`births()`] what a change
//! does to that.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::problem::Gaps;
use crate::untrusted::Untrusted;

mod tokens;
mod collapse;
mod fingerprints;
mod index;
mod classes;
mod blocks;
mod matches;
mod births;

#[cfg(test)]
mod tests;

pub use births::{BirthCounts, Births, FileChange, Origin, Partner, births};
pub use index::{Index, IndexedFile};
pub use matches::SearchSteps;
pub use tokens::TokenStream;

/// What counts as a clone. Results of different presets are never compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Preset {
    /// At least 50 tokens on 5 countable lines; names, strings and numbers may differ,
    /// what is called may not.
    Default,
    /// At least 100 tokens on 10 countable lines; strings and numbers may differ, names
    /// may not. After what SonarQube documents.
    Sonar,
    /// At least 5 countable lines that are equal but for white space. After what
    /// GitClear documents.
    GitClear,
}

impl Preset {
    /// All presets.
    pub const ALL: [Self; 3] = [Self::Default, Self::Sonar, Self::GitClear];

    /// The word for it in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Sonar => "sonar",
            Self::GitClear => "gitclear",
        }
    }

    pub(crate) fn rule(self) -> Rule {
        match self {
            Self::Default => Rule { tokens: 50, lines: 5, gram: 25 },
            Self::Sonar => Rule { tokens: 100, lines: 10, gram: 25 },
            Self::GitClear => Rule { tokens: 5, lines: 5, gram: 3 },
        }
    }
}

/// How long a clone must be, and how it is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    /// The least tokens.
    pub(crate) tokens: usize,
    /// The least countable lines of a place.
    pub(crate) lines: u32,
    /// How many tokens a fingerprint is made of.
    pub(crate) gram: usize,
}

impl Rule {
    /// How many neighbouring sequences one fingerprint is kept of: any two equal
    /// sequences of `tokens` tokens have such neighbours in common.
    pub(crate) fn window(&self) -> usize {
        self.tokens - self.gram + 1
    }
}

/// In what the places of a class differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CloneType {
    /// In layout and comments alone.
    One,
    /// In names, strings or numbers as well.
    Two,
}

/// A place of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// The place of the file in [`Duplication::files`].
    pub file: u32,
    /// From the first line all of whose tokens are in it to the last: 0-based, half-open.
    /// Where it ends in a sequence that repeats in a row, to the end of the row.
    pub lines: Range<u32>,
    /// Countable lines all of whose tokens are in it.
    pub countable_lines: u32,
    /// Whether it begins in code that tests other code.
    pub is_test: bool,
    /// Which instances of the class say the same: those with one number, the first of
    /// them having it as its place in the class.
    pub same_as: u32,
}

/// A sequence of tokens that stands in several places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloneClass {
    /// In what they differ; the type of the two that differ most.
    pub clone_type: CloneType,
    /// How many tokens it has.
    pub tokens: u32,
    /// The places, at least two, by file and line.
    pub instances: Vec<Instance>,
}

impl CloneClass {
    /// Whether all of it is code that tests other code.
    pub fn is_test(&self) -> bool {
        self.instances.iter().all(|instance| instance.is_test)
    }
}

/// Lines, and how many of them stand elsewhere, too. A line counts once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Density {
    /// Lines with a letter or digit.
    pub countable_lines: u64,
    /// Of these, lines all of whose tokens are in a clone. Comments in a clone do not count.
    pub duplicated_lines: u64,
}

impl Density {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            countable_lines: self.countable_lines + other.countable_lines,
            duplicated_lines: self.duplicated_lines + other.duplicated_lines,
        }
    }

    /// Counts lines of one sort.
    pub fn add(&mut self, lines: u64, are_duplicated: bool) {
        self.countable_lines += lines;
        self.duplicated_lines += if are_duplicated { lines } else { 0 };
    }
}

/// What a line of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineUse {
    /// It has no letter and no digit.
    Uncounted,
    /// It counts, and stands alone.
    Alone,
    /// It counts, and all of its tokens are in a clone.
    Duplicated,
    /// As [`LineUse::Alone`], in code that tests other code.
    AloneInTest,
    /// As [`LineUse::Duplicated`], in code that tests other code.
    DuplicatedInTest,
}

impl LineUse {
    /// Whether it is code that tests other code.
    pub fn is_test(self) -> bool {
        matches!(self, Self::AloneInTest | Self::DuplicatedInTest)
    }

    /// Whether it counts.
    pub fn is_countable(self) -> bool {
        self != Self::Uncounted
    }

    /// Whether it is in a clone.
    pub fn is_duplicated(self) -> bool {
        matches!(self, Self::Duplicated | Self::DuplicatedInTest)
    }
}

/// What of a tree is duplicated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Duplication {
    /// The files compared, in the order of their paths.
    pub files: Vec<Untrusted>,
    /// For each of them what its lines are.
    pub lines: Vec<Vec<LineUse>>,
    /// The classes, by their first instances; of two, the longer one first.
    pub classes: Vec<CloneClass>,
    /// Lines of code that does not test other code.
    pub product: Density,
    /// Lines of code that does.
    pub tests: Density,
    /// What the search cost.
    pub work: CloneWork,
    /// What was left out.
    pub gaps: Gaps,
}

/// What a search cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CloneWork {
    /// Tokens of all files.
    pub tokens: u64,
    /// Fingerprints kept.
    pub fingerprints: u64,
    /// Tokens compared.
    pub steps: u64,
    /// Sequences that overlap themselves, cut to their period or left out.
    pub periodic: u64,
}
