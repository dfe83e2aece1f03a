//! Marks in a file → what stands in for code that is not written, and what hides that it
//! failed.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::marks::Marks;
use crate::units::len_to_u32;

/// What sort of placeholder.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum PlaceholderKind {
    /// Code that says it is not written yet.
    Stub,
    /// A failure that nothing is done about.
    Swallowed,
    /// A value that is taken for granted; the program ends where it is missing.
    Unwrap,
    /// A comment that says something is left to do.
    Todo,
}

impl PlaceholderKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Stub, Self::Swallowed, Self::Unwrap, Self::Todo];

    /// The word for it in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stub => "stub",
            Self::Swallowed => "swallowed",
            Self::Unwrap => "unwrap",
            Self::Todo => "todo",
        }
    }
}

/// A placeholder in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Placeholder {
    /// The line that it begins on, 0-based.
    pub line: u32,
    /// What sort it is.
    pub kind: PlaceholderKind,
    /// Whether it stands in code that tests other code, apart from what the path says.
    pub is_test: bool,
}

/// Returns the placeholders, in the order of the text.
pub(super) fn placeholders(marks: &mut Marks, tests: &[Range<u32>]) -> Vec<Placeholder> {
    let allowed = outermost(&mut marks.allowed);
    let is_allowed = |at: usize| {
        let next = allowed.partition_point(|range| range.end <= at);
        allowed.get(next).is_some_and(|range| range.start <= at)
    };
    let found = &mut marks.placeholders;
    found.sort_by_key(|(range, _, kind)| (range.start, range.end, *kind));
    found.dedup();
    let placeholder = |(_, row, kind): &(Range<usize>, usize, PlaceholderKind)| {
        let line = len_to_u32(*row);
        Placeholder { line, kind: *kind, is_test: is_in(tests, line) }
    };
    found
        .iter()
        .filter(|(range, _, kind)| {
            *kind != PlaceholderKind::Stub || !is_allowed(range.start)
        })
        .map(placeholder)
        .collect()
}

/// Whether a line is in one of some ranges that are in order.
pub(super) fn is_in(ranges: &[Range<u32>], line: u32) -> bool {
    let next = ranges.partition_point(|range| range.end <= line);
    ranges.get(next).is_some_and(|range| range.start <= line)
}

/// Ranges of a tree, without those that lie in others.
fn outermost(ranges: &mut [Range<usize>]) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut outer: Vec<Range<usize>> = Vec::new();
    for range in ranges.iter() {
        if outer.last().is_none_or(|last| last.end <= range.start) {
            outer.push(range.clone());
        }
    }
    outer
}
