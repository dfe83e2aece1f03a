//! What a change does, judged by rules: the types that the rules make, the policy sorts
//! and the writers show.
//!
//! ```text
//! base and head ─scan─▶ what changed ─rules─▶ findings ─policy─▶ verdict ─render─▶ bytes
//! ```
//!
//! A change is judged, never a person, never spend, never whether a machine wrote it.

mod answer;
mod copied;
pub mod examples;
mod judge;
mod jobs;
mod lifetimes;
mod page;
mod rules;
mod shape;
mod whole;

use serde::Serialize;

use crate::report::{GapReport, Tool};
use crate::untrusted::Untrusted;

pub use answer::{Settled, countable_size, report};
pub use judge::{Thresholds, judge, least_lines_for_shares};
pub use page::page;
pub use rules::{RULES, Rule, Threshold};

/// The version of the answer's shape.
pub const CHECK_SCHEMA: &str = "slopnexus.check/1";

/// What a broken rule leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The rule is not looked at.
    Off,
    /// Said, and no more.
    Note,
    /// Said with weight; the change passes.
    Warning,
    /// The change is stopped.
    Error,
}

/// Lines of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file's path from the top of the tree.
    pub path: Untrusted,
    /// Its first line, from 1; `None` for the whole file.
    pub first_line: Option<u32>,
    /// Its last line, no less than the first.
    pub last_line: Option<u32>,
}

/// Where a finding is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// In the tree that the change leads to.
    Head,
    /// In the tree before: what is spoken of is gone.
    Base,
}

/// One thing that a rule has against a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The id of the rule, as in [`crate::check`]'s table: `new-duplication`.
    pub rule: &'static str,
    /// Where it is shown.
    pub place: Place,
    /// In which tree that is.
    pub side: Side,
    /// The function or definition that it is about, if it is about one.
    pub symbol: Option<Untrusted>,
    /// What is wrong, in one sentence of our own words and numbers. Names from outside
    /// stand in `place`, `symbol` and `related` only.
    pub message: String,
    /// What was measured, and what the rule lets pass.
    pub measured: Option<Measured>,
    /// What else belongs to it: the other places of a copy, the commits taken back.
    pub related: Vec<Related>,
    /// What the finding is, without line numbers, so that it is known again when lines
    /// move: 32 hexadecimal digits, alike on every machine.
    pub fingerprint: String,
}

/// A number against its threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measured {
    /// What was found.
    pub value: f64,
    /// What the rule lets pass.
    pub threshold: f64,
    /// The unit of both.
    pub unit: &'static str,
}

/// Something that belongs to a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Related {
    /// Other lines.
    Lines(Place, Side),
    /// A commit, by its full id.
    Commit(String),
}

/// What became of a finding under the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It counts.
    Counts(Level),
    /// It was there before, by the baseline.
    Baselined,
    /// A comment in the code lets it pass, for this reason.
    Suppressed {
        /// The reason given.
        reason: Untrusted,
    },
    /// The change is too small for this rule.
    Exempt,
}

/// The answer of a check.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckReport {
    /// The program.
    pub tool: Tool,
    /// The repository as it was named.
    pub repository: String,
    /// The commit the change is for.
    pub base: String,
    /// The commit it ends at.
    pub head: String,
    /// Where they part: what is judged is the way from here to the head.
    pub merge_base: String,
    /// What was looked at.
    pub size: ChangeSize,
    /// Every finding with its standing, in the order of rule, path and line.
    pub findings: Vec<(Finding, Standing)>,
    /// What to know of how it was judged: the small-change exemption, a policy that the
    /// change itself changes, a baseline with entries that are no longer found.
    pub notes: Vec<String>,
    /// What could not be looked at.
    pub gaps: Vec<GapReport>,
    /// Whether every changed file that counts was looked at; else the change is not judged.
    pub complete: bool,
}

/// What a change is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ChangeSize {
    /// Files changed.
    pub files: u64,
    /// Lines added.
    pub added_lines: u64,
    /// Lines deleted.
    pub deleted_lines: u64,
    /// Commits between the merge base and the head.
    pub commits: u64,
}

impl CheckReport {
    /// Whether a rule is broken that stops the change.
    pub fn is_broken(&self) -> bool {
        self.findings
            .iter()
            .any(|(_, standing)| *standing == Standing::Counts(Level::Error))
    }
}
