//! Annotations as runs: what many neighbouring lines have in common is said once, so
//! that a commit costs its hunks and not its file.

use serde::{Deserialize, Serialize};

use crate::lines::diff::Hunk;

/// What a run says of its lines: of all of them the same, or numbers that count up.
pub trait Label: Copy + PartialEq {
    /// The label of the line that stands `lines` lines below.
    #[must_use]
    fn below(self, lines: u32) -> Self {
        let _ = lines;
        self
    }
}

impl<T: Label> Label for Option<T> {
    fn below(self, lines: u32) -> Self {
        self.map(|label| label.below(lines))
    }
}

/// `lines` neighbouring lines with the same label, or labels that count up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run<T> {
    /// How many; never zero.
    pub lines: u32,
    /// What is said of the first of them.
    pub label: T,
}

/// Labels of all lines of a file, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runs<T>(pub Vec<Run<T>>);

impl<T> Default for Runs<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Label> Runs<T> {
    /// All `lines` lines with one label.
    pub fn uniform(lines: u32, label: T) -> Self {
        let mut runs = Self::default();
        runs.push(lines, label);
        runs
    }

    /// Adds lines at the end.
    pub fn push(&mut self, lines: u32, label: T) {
        if lines == 0 {
            return;
        }
        match self.0.last_mut() {
            Some(last) if last.label.below(last.lines) == label => last.lines += lines,
            _ => self.0.push(Run { lines, label }),
        }
    }

    /// How many lines there are.
    pub fn lines(&self) -> u32 {
        self.0.iter().map(|run| run.lines).sum()
    }

    /// Returns the labels after `hunks`: kept lines keep theirs, lines that came are
    /// asked of `born(first line, lines, labels)`, lines that went are shown to
    /// `died(hunk, lines, label)`.
    pub fn after(
        &self,
        hunks: &[Hunk],
        mut born: impl FnMut(u32, u32, &mut Self),
        mut died: impl FnMut(&Hunk, u32, T),
    ) -> Self {
        let mut result = Self(Vec::with_capacity(self.0.len() + 2 * hunks.len()));
        let mut reader = self.reader();
        for hunk in hunks {
            reader.copy(hunk.before.start, &mut result);
            reader.take(hunk.before.end, |lines, label| died(hunk, lines, label));
            if !hunk.after.is_empty() {
                born(hunk.after.start, hunk.after.lines(), &mut result);
            }
        }
        reader.copy(u32::MAX, &mut result);
        result
    }

    /// Where each run starts, from 0 on, and the label there.
    pub fn starts(&self) -> Vec<(u32, T)> {
        let mut at = 0;
        let start = |run: &Run<T>| {
            at += run.lines;
            (at - run.lines, run.label)
        };
        self.0.iter().map(start).collect()
    }

    /// Reads the labels from the first line on.
    pub fn reader(&self) -> RunReader<'_, T> {
        RunReader { runs: &self.0, at: 0, used: 0, line: 0 }
    }

    /// Adds runs at the end.
    fn append(&mut self, runs: &[Run<T>]) {
        if let Some((first, rest)) = runs.split_first() {
            // Only the first can have the label of what stands before it.
            self.push(first.lines, first.label);
            self.0.extend_from_slice(rest);
        }
    }
}

/// Reads runs from the first line to the last, and never back, so that reading a file
/// piece by piece costs as much as reading it once.
#[derive(Debug, Clone)]
pub struct RunReader<'a, T> {
    runs: &'a [Run<T>],
    at: usize,
    used: u32,
    line: u32,
}

impl<T: Label> RunReader<'_, T> {
    /// Passes over everything up to line `end`.
    pub fn skip(&mut self, end: u32) {
        self.take(end, |_, _| {});
    }

    /// Shows everything up to line `end`.
    pub fn take(&mut self, end: u32, mut show: impl FnMut(u32, T)) {
        while self.line < end {
            let Some(run) = self.runs.get(self.at) else { return };
            let lines = (run.lines - self.used).min(end - self.line);
            show(lines, run.label.below(self.used));
            self.line += lines;
            self.used += lines;
            if self.used == run.lines {
                self.at += 1;
                self.used = 0;
            }
        }
    }

    /// The label of the next line.
    pub fn peek(&self) -> Option<T> {
        self.runs.get(self.at).map(|run| run.label.below(self.used))
    }

    /// Copies everything up to line `end`, whole runs at once.
    fn copy(&mut self, end: u32, result: &mut Runs<T>) {
        if self.used > 0
            && let Some(run) = self.runs.get(self.at)
        {
            let rest = run.lines - self.used;
            self.take(end.min(self.line + rest), |lines, label| {
                result.push(lines, label);
            });
        }
        if self.used == 0 {
            let first = self.at;
            while let Some(run) = self.runs.get(self.at)
                && self.line < end
                && run.lines <= end - self.line
            {
                self.line += run.lines;
                self.at += 1;
            }
            result.append(&self.runs[first..self.at]);
        }
        self.take(end, |lines, label| result.push(lines, label));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::diff::LineRange;

    impl Label for char {}

    /// A number that counts up.
    impl Label for u32 {
        fn below(self, lines: u32) -> Self {
            self + lines
        }
    }

    fn hunk(before: (u32, u32), after: (u32, u32)) -> Hunk {
        let range = |(start, end)| LineRange { start, end };
        Hunk { before: range(before), after: range(after) }
    }

    #[test]
    fn kept_lines_keep_their_label_and_the_others_are_told_apart() {
        // a a b b b  →  a X X b b
        let mut runs = Runs::uniform(2, 'a');
        runs.push(3, 'b');
        let mut dead = Vec::new();
        let after = runs.after(
            &[hunk((1, 3), (1, 3))],
            |_, lines, result| result.push(lines, 'X'),
            |_, lines, label| dead.push((lines, label)),
        );
        assert_eq!(dead, vec![(1, 'a'), (1, 'b')]);
        let run = |lines, label| Run { lines, label };
        assert_eq!(after.0, vec![run(1, 'a'), run(2, 'X'), run(2, 'b')]);
        assert_eq!(after.lines(), 5);
    }

    #[test]
    fn a_reader_that_goes_on_sees_what_a_new_one_would() {
        let mut runs = Runs::uniform(2, 'a');
        runs.push(3, 'b');
        runs.push(1, 'c');
        let mut reader = runs.reader();
        reader.skip(1);
        assert_eq!(reader.peek(), Some('a'));
        let mut seen = Vec::new();
        reader.take(4, |lines, label| seen.push((lines, label)));
        reader.skip(5);
        reader.take(9, |lines, label| seen.push((lines, label)));
        assert_eq!(seen, vec![(1, 'a'), (2, 'b'), (1, 'c')]);
        assert_eq!(reader.peek(), None);
    }

    #[test]
    fn a_copy_in_pieces_is_the_whole() {
        let mut runs = Runs::uniform(2, 'a');
        runs.push(3, 'b');
        runs.push(4, 'c');
        for cut in 0..=9 {
            let unchanged = hunk((cut, cut), (cut, cut));
            let after = runs.after(&[unchanged, unchanged], |_, _, _| {}, |_, _, _| {});
            assert_eq!(after, runs, "cut at {cut}");
        }
    }

    #[test]
    fn equal_neighbours_become_one_run() {
        let mut runs = Runs::uniform(1, 'a');
        runs.push(2, 'a');
        assert_eq!(runs.0.len(), 1);
    }

    #[test]
    fn numbers_count_up_in_a_run_and_go_on_after_a_cut() {
        let mut runs = Runs::uniform(2, 10_u32);
        runs.push(3, 12);
        runs.push(2, 40);
        assert_eq!(runs.0.len(), 2);
        let mut reader = runs.reader();
        reader.skip(4);
        assert_eq!(reader.peek(), Some(14));
        let cut = runs.after(&[hunk((1, 3), (1, 1))], |_, _, _| {}, |_, _, _| {});
        let run = |lines, label| Run { lines, label };
        assert_eq!(cut.0, vec![run(1, 10), run(2, 13), run(2, 40)]);
    }
}
