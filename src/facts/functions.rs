//! Functions and placeholders at the tip, and what landings did to functions, as tables.

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

/// What landings did to functions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionHistoryFacts {
    /// The mainline number of the first landing that was followed.
    pub from: u32,
    /// The functions at the tip that a landing touched, in the order of their table.
    pub changes: Vec<FunctionChangeFacts>,
    /// The landings that touched any file, in their order.
    pub landings: Vec<LandingFunctionsFacts>,
}

/// A function at the tip that was touched. It is followed by its name, with all that it
/// stands in, in its file, whatever that was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionChangeFacts {
    /// Which of the functions at the tip it is.
    pub function: u32,
    /// How many landings brought lines into it or removed some.
    pub landings: u32,
    /// Lines that they brought in.
    pub added: u64,
    /// Lines that they removed.
    pub deleted: u64,
    /// The mainline number of the first of them.
    pub first: u32,
    /// The mainline number of the last.
    pub last: u32,
    /// What it was before the first.
    pub before: Before,
    /// How old half of the lines at most were that they removed for good, in days;
    /// `None` without any of a known age.
    pub removed_median_days: Option<u32>,
    /// How many such lines there were.
    pub removed_lines: u64,
}

/// What a function was before it was touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Before {
    /// Not there.
    New,
    /// Unknown: the version before could not be read or parsed.
    Unknown,
    /// As complex and long as this.
    Was {
        /// Cyclomatic complexity.
        cyclomatic: u32,
        /// Cognitive complexity.
        cognitive: u32,
        /// Lines that are code or import.
        code_lines: u32,
    },
}

/// Where the lines that a landing brought in or removed stand or stood.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LandingFunctionsFacts {
    /// The mainline number of the landing.
    pub landing: u32,
    /// Lines that it brought in.
    pub added: LinesByPlace,
    /// Lines that it removed.
    pub deleted: LinesByPlace,
    /// Whether lines of code that test no other code were born or died.
    pub product: bool,
    /// Whether lines of code that do were.
    pub tests: bool,
}

impl LandingFunctionsFacts {
    /// A landing that did nothing.
    #[must_use]
    pub fn of(landing: u32) -> Self {
        Self { landing, ..Self::default() }
    }
}

/// Lines by where they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinesByPlace {
    /// In functions; in one inside another, once.
    pub functions: u64,
    /// In files that are parsed, outside of functions.
    pub outside: u64,
    /// In all other files.
    pub not_parsed: u64,
}
