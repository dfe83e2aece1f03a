//! Functions and placeholders at the tip, as tables.

use serde::{Deserialize, Serialize};

use crate::history::CommitIdx;
use crate::syntax::{Function, PlaceholderKind};

/// What stands at the tip in files that count and whose language is parsed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionsFacts {
    /// Files that were parsed.
    pub files: u64,
    /// Files that were not, because they are too large, minified or too much work: what
    /// is in them is not known.
    pub not_parsed: u64,
    /// Lines of code and imports that test no other code.
    pub product_lines: u64,
    /// Those of them of which it is known who wrote them, by the commit that did and the
    /// mainline number of the one that brought them in.
    pub product_origins: Vec<(CommitIdx, u32, u64)>,
    /// Lines of code and imports that do.
    pub test_lines: u64,
    /// Those of them that stand in files that are no tests as a whole.
    pub inline_test_lines: u64,
    /// The functions, by path and by where they begin.
    pub functions: Vec<FunctionFacts>,
    /// The placeholders, by path and in the order of the text.
    pub placeholders: Vec<PlaceholderFacts>,
}

/// A function at the tip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionFacts {
    /// The number of the path.
    pub path: u32,
    /// What it is, and how long and complex. Whether it is test code, by its path too.
    pub function: Function,
    /// Where its lines came from; `None` when that is not known.
    pub landings: Option<StandingLandings>,
}

/// The landings that brought in what stands in a function. Others touched it, too: those
/// of whose lines none are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingLandings {
    /// How many there are.
    pub n: u32,
    /// The mainline number of the first.
    pub first: u32,
    /// The mainline number of the last.
    pub last: u32,
}

/// A placeholder at the tip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceholderFacts {
    /// The number of the path.
    pub path: u32,
    /// The line it begins on, counted from 0.
    pub line: u32,
    /// What sort it is.
    pub kind: PlaceholderKind,
    /// Whether it stands in code that tests other code, by its path too.
    pub is_test: bool,
    /// The commit that wrote the line and the mainline number of the one that brought it
    /// in; `None` when unknown.
    pub origin: Option<(CommitIdx, u32)>,
}
