//! Versions of a file as lines: what a change added and deleted of them, and what only
//! moved.

use std::collections::BTreeMap;
use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use crate::history::objects::ObjectBytes;
use crate::lines::diff::{DiffWork, Hunk, WhiteSpace, diff};
use crate::syntax::text_kind;
use crate::units::len_to_u32;

/// A version of a file, cut into lines.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) bytes: ObjectBytes,
    /// Where each line begins, and where the last one ends.
    starts: Vec<usize>,
}

impl Text {
    pub(super) fn new(bytes: ObjectBytes) -> Self {
        let ends = memchr::memchr_iter(b'\n', &bytes).map(|at| at + 1);
        let mut starts: Vec<usize> = std::iter::once(0).chain(ends).collect();
        if starts.last() != Some(&bytes.len()) {
            starts.push(bytes.len());
        }
        Self { bytes, starts }
    }

    pub(super) fn n_lines(&self) -> u32 {
        len_to_u32(self.starts.len() - 1)
    }

    /// Whether it has NUL bytes, as binary files and UTF-16 have.
    pub(super) fn is_binary(&self) -> bool {
        memchr::memchr(0, &self.bytes).is_some()
    }

    /// A line, 0-based, with its end.
    pub(super) fn line(&self, number: u32) -> &[u8] {
        let at = number as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(&start), Some(&end)) => &self.bytes[start..end],
            _ => &[],
        }
    }

    /// Whether a carriage return stands in a line otherwise than before its end: to many
    /// languages a line ends there.
    pub(super) fn has_lone_return(&self, number: u32) -> bool {
        let line = self.line(number);
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        memchr::memchr(b'\r', line).is_some()
    }

    /// Whether a line has a letter or a digit.
    pub(super) fn counts(&self, number: u32) -> bool {
        text_kind(self.line(number)).is_countable()
    }

    /// A hash of a line without its white space.
    pub(super) fn digest(&self, number: u32) -> u64 {
        let inked: Vec<u8> = self
            .line(number)
            .iter()
            .copied()
            .filter(|it| !it.is_ascii_whitespace())
            .collect();
        xxh3_64(&inked)
    }
}

/// What differs between two versions; white space alone makes no difference.
pub(super) fn hunks(before: &Text, after: &Text) -> Vec<Hunk> {
    diff(&before.bytes, &after.bytes, WhiteSpace::Ignored, &mut DiffWork::default())
}

/// Lines added and deleted as git counts them.
pub(super) fn numstat(before: &Text, after: &Text) -> (u64, u64) {
    let hunks =
        diff(&before.bytes, &after.bytes, WhiteSpace::Exact, &mut DiffWork::default());
    let sum =
        |it: &dyn Fn(&Hunk) -> u32| hunks.iter().map(|one| u64::from(it(one))).sum();
    (sum(&|one| one.after.lines()), sum(&|one| one.before.lines()))
}

/// The lines of one side of some hunks.
pub(super) fn ranges(hunks: &[Hunk], is_after: bool) -> Vec<Range<u32>> {
    let side = |hunk: &Hunk| if is_after { hunk.after } else { hunk.before };
    let range = |hunk: &Hunk| side(hunk).start..side(hunk).end;
    hunks.iter().map(range).filter(|range| !range.is_empty()).collect()
}

/// Whether one of some ranges, which are in order, holds a line.
pub(super) fn holds(ranges: &[Range<u32>], line: u32) -> bool {
    let next = ranges.partition_point(|range| range.end <= line);
    ranges.get(next).is_some_and(|range| range.contains(&line))
}

/// Lines by their words, and how many there are of each.
#[derive(Debug, Default)]
pub(super) struct Bag(BTreeMap<u64, u32>);

impl Bag {
    pub(super) fn add(&mut self, digest: u64) {
        *self.0.entry(digest).or_default() += 1;
    }

    /// Takes a line out; false if there is none left.
    pub(super) fn take(&mut self, digest: u64) -> bool {
        match self.0.get_mut(&digest) {
            Some(n) if *n > 0 => {
                *n -= 1;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn text(text: &str) -> Text {
        Text::new(Arc::new(text.as_bytes().to_vec()))
    }

    #[test]
    fn lines_are_counted_as_git_counts_them() {
        for (bytes, n) in [("", 0), ("a", 1), ("a\n", 1), ("a\n\nb", 3)] {
            assert_eq!(text(bytes).n_lines(), n, "{bytes:?}");
        }
        assert_eq!(text("a\n\nb").line(2), b"b");
        assert_eq!(text("a").line(9), b"");
    }

    #[test]
    fn a_line_that_is_indented_anew_is_no_other_line() {
        let (before, after) = (text("a\nb c\n"), text("a\n   b  c\nd\n"));
        let added = ranges(&hunks(&before, &after), true);
        assert_eq!((added.len(), added.first()), (1, Some(&(2..3))));
        assert_eq!(numstat(&before, &after), (2, 1));
        assert_eq!(before.digest(1), after.digest(1));
    }
}
