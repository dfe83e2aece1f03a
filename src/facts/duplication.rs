//! Code that stands in several places, as a table.

use serde::{Deserialize, Serialize};

use crate::clones::{BirthCounts, Density};
use crate::history::CommitIdx;
use crate::lines::book::Mark;

/// Code that stands in several places at the tip.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuplicationFacts {
    /// What counts as a clone.
    pub preset: String,
    /// Files that were compared.
    pub files: u64,
    /// Lines of code that tests no other code.
    pub product: Density,
    /// Lines of code that does.
    pub tests: Density,
    /// The pieces.
    pub classes: Vec<CloneFacts>,
    /// What other presets count of the same files. None of them goes into any other
    /// number.
    pub others: Vec<PresetFacts>,
    /// Who wrote the lines compared, and when they landed, in order; they sum up to
    /// `product` and `tests`.
    pub debt: Vec<DebtFacts>,
}

/// What one preset counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresetFacts {
    /// What counts as a clone.
    pub preset: String,
    /// Lines of code that tests no other code.
    pub product: Density,
    /// Lines of code that does.
    pub tests: Density,
}

/// Lines that stand at the tip, of one commit and one landing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebtFacts {
    /// The mainline number of the commit that brought them in.
    pub landing: u32,
    /// The commit that wrote them.
    pub origin: CommitIdx,
    /// Who wrote them by a record; 0 where none says.
    pub mark: Mark,
    /// Whether they are code that tests other code.
    pub is_test: bool,
    /// How many, and how many of them stand elsewhere too.
    pub lines: Density,
}

/// A piece of code that stands in several places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloneFacts {
    /// 1 where the places differ in layout and comments alone, 2 where in names, strings or
    /// numbers too.
    pub clone_type: u8,
    /// Its tokens.
    pub tokens: u32,
    /// The places, at least two.
    pub places: Vec<ClonePlace>,
}

/// A place of a clone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClonePlace {
    /// The number of the path.
    pub path: u32,
    /// The first whole line, counted from 0.
    pub start: u32,
    /// The line after the last.
    pub end: u32,
    /// Lines with a letter or digit among them.
    pub countable: u32,
    /// Whether it begins in code that tests other code.
    pub is_test: bool,
}

/// What one landing did to duplication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloneBirthFacts {
    /// Its mainline number.
    pub landing: u32,
    /// Lines of code that tests no other code.
    pub product: BirthCounts,
    /// Lines of code that does.
    pub tests: BirthCounts,
}

impl CloneBirthFacts {
    /// Whether it added a line that is compared, or resolved one.
    pub fn says_something(&self) -> bool {
        let both = self.product.and(self.tests);
        both.added_lines + both.resolved_lines() > 0
    }
}
