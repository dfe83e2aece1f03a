//! Marks in a file → its definitions and the lines of its test code.

use std::cmp::Reverse;
use std::ops::Range;

use super::Definition;
use super::marks::{MarkedDefinition, Marks};
use crate::untrusted::Untrusted;

/// Returns the definitions, by where they begin, the outer ones first. Code that several
/// patterns take is named by the first of them.
pub(super) fn definitions(bytes: &[u8], marks: &mut Marks) -> Vec<Definition> {
    let marked = &mut marks.definitions;
    marked.sort_by_key(|it| (it.bytes.start, Reverse(it.bytes.end), it.pattern));
    marked.dedup_by(|later, kept| later.bytes == kept.bytes);
    marked.iter().map(|marked| definition(bytes, marked)).collect()
}

fn definition(bytes: &[u8], marked: &MarkedDefinition) -> Definition {
    Definition {
        kind: marked.kind,
        name: Untrusted::from(&bytes[marked.name.clone()]),
        lines: lines(&marked.rows),
    }
}

/// Returns the lines of test code: ranges in order, apart from each other.
pub(super) fn tests(marks: &mut Marks) -> Vec<Range<u32>> {
    marks.tests.sort_by_key(|rows| (rows.start, rows.end));
    let mut merged: Vec<Range<u32>> = Vec::new();
    for rows in marks.tests.iter().map(lines) {
        match merged.last_mut() {
            Some(last) if rows.start <= last.end => last.end = last.end.max(rows.end),
            _ => merged.push(rows),
        }
    }
    merged
}

pub(super) fn lines(rows: &Range<usize>) -> Range<u32> {
    // The parser itself counts rows in 32 bits, so nothing is cut.
    let line = |row| u32::try_from(row).unwrap_or(u32::MAX);
    line(rows.start)..line(rows.end)
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn test_ranges_that_touch_are_one() {
        let mut marks = Marks { tests: vec![7..9, 1..4, 2..3, 4..6], ..Marks::default() };
        assert_eq!(tests(&mut marks), [1..6, 7..9]);
    }
}
