//! Annotations as runs: what many neighbouring lines have in common is said once, so
//! that a commit costs its hunks and not its file.

use crate::lines::diff::Hunk;

/// `lines` neighbouring lines with the same label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run<T> {
    /// How many; never zero.
    pub lines: u32,
    /// What they have in common.
    pub label: T,
}

/// Labels of all lines of a file, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runs<T>(pub Vec<Run<T>>);

impl<T> Default for Runs<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy + PartialEq> Runs<T> {
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
            Some(last) if last.label == label => last.lines += lines,
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
        let mut reader = RunReader { runs: &self.0, at: 0, used: 0, line: 0 };
        for hunk in hunks {
            reader.take(hunk.before.start, |lines, label| result.push(lines, label));
            reader.take(hunk.before.end, |lines, label| died(hunk, lines, label));
            if !hunk.after.is_empty() {
                born(hunk.after.start, hunk.after.lines(), &mut result);
            }
        }
        reader.take(u32::MAX, |lines, label| result.push(lines, label));
        result
    }

    /// Shows the labels of the lines from `start` on, `lines` of them.
    pub fn slice(&self, start: u32, lines: u32, mut show: impl FnMut(u32, T)) {
        let mut reader = RunReader { runs: &self.0, at: 0, used: 0, line: 0 };
        reader.take(start, |_, _| {});
        reader.take(start.saturating_add(lines), &mut show);
    }
}

/// Reads runs from the first line to the last.
struct RunReader<'a, T> {
    runs: &'a [Run<T>],
    at: usize,
    used: u32,
    line: u32,
}

impl<T: Copy> RunReader<'_, T> {
    /// Shows everything up to line `end`.
    fn take(&mut self, end: u32, mut show: impl FnMut(u32, T)) {
        while self.line < end {
            let Some(run) = self.runs.get(self.at) else { return };
            let lines = (run.lines - self.used).min(end - self.line);
            show(lines, run.label);
            self.line += lines;
            self.used += lines;
            if self.used == run.lines {
                self.at += 1;
                self.used = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::diff::LineRange;

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
    fn equal_neighbours_become_one_run() {
        let mut runs = Runs::uniform(1, 1);
        runs.push(2, 1);
        assert_eq!(runs.0.len(), 1);
    }
}
