//! Code that stands in several places, as a table.

use serde::{Deserialize, Serialize};

use crate::clones::Density;

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
