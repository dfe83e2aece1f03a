//! Whose line stands in the place of one that went.

use crate::history::CommitIdx;
use crate::lines::book::Left;
use crate::lines::diff::{Hunk, LineRange};
use crate::lines::origins::Origin;
use crate::units::len_to_u32;

/// For each hunk the first line that came, by its place and its number among all lines.
pub(crate) fn numbers_of(hunks: &[Hunk], first: u32) -> Vec<(u32, u32)> {
    let mut next = first;
    let number = |lines: LineRange| {
        next += lines.lines();
        (lines.start, next - lines.lines())
    };
    hunks.iter().map(|hunk| hunk.after).map(number).collect()
}

/// The number of a line that came.
pub(crate) fn number_of(numbers: &[(u32, u32)], line: u32) -> u32 {
    let (start, number) = numbers[numbers.partition_point(|at| at.0 <= line) - 1];
    number + (line - start)
}

/// What came with a step, to tell whose line stands in the place of one that went.
pub(crate) struct Heirs {
    /// Lines that went and the lines that they were edited into, in order.
    pub(crate) edited: Vec<(u32, u32)>,
    /// For each hunk the first line that came, by place and number.
    pub(crate) numbers: Vec<(u32, u32)>,
    /// Where the lines of each commit start, and who wrote them.
    pub(crate) origins: Vec<(u32, Origin)>,
    /// How many lines there are.
    pub(crate) lines: u32,
}

impl Heirs {
    /// How a line left that went with a hunk, and how many lines from it on, none of
    /// them `end` or behind it, left in the same way. A line was replaced by the one
    /// that it was edited into, or else by the one as far down among those that came, or
    /// by the last of them.
    pub(crate) fn of(&self, hunk: &Hunk, line: u32, end: u32) -> (Left, u32) {
        if hunk.after.is_empty() {
            return (Left::Deleted, end - line);
        }
        let came = number_of(&self.numbers, hunk.after.start);
        let left = |by: Option<CommitIdx>| {
            by.map_or(Left::Deleted, |by| Left::Replaced { by, came })
        };
        let first = self.writer_at(hunk.after.start);
        if first.is_none_or(|(run_end, _)| run_end >= hunk.after.end) {
            return (left(first.map(|(_, by)| by)), end - line);
        }
        let by = self.heir(hunk, line);
        let is_same = |next: &u32| self.heir(hunk, *next) == by;
        let same = (line + 1..end).take_while(is_same).count();
        (left(by), len_to_u32(same) + 1)
    }

    /// Who wrote the line in the place of one that went.
    fn heir(&self, hunk: &Hunk, line: u32) -> Option<CommitIdx> {
        let edited = self.edited.binary_search_by_key(&line, |&(went, _)| went);
        let beside = hunk.after.start + (line - hunk.before.start);
        let heir = edited.map_or(beside.min(hunk.after.end - 1), |at| self.edited[at].1);
        self.writer_at(heir).map(|(_, by)| by)
    }

    /// Who wrote a line, and the first line behind it that another commit wrote.
    fn writer_at(&self, line: u32) -> Option<(u32, CommitIdx)> {
        let after = self.origins.partition_point(|run| run.0 <= line);
        let end = self.origins.get(after).map_or(self.lines, |run| run.0);
        Some((end, self.origins.get(after.checked_sub(1)?)?.1.commit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten lines that came for those from 20 on, the first with the number 100: five by
    /// commit 1, five by commit 2.
    fn heirs(edited: &[(u32, u32)]) -> (Heirs, Hunk) {
        let before = LineRange { start: 20, end: 35 };
        let hunk = Hunk { before, after: LineRange { start: 40, end: 50 } };
        let by = |commit| Origin { commit: CommitIdx(commit), unknown: false, mark: 0 };
        let heirs = Heirs {
            edited: edited.to_vec(),
            numbers: numbers_of(&[hunk], 100),
            origins: vec![(0, by(0)), (40, by(1)), (45, by(2)), (50, by(0))],
            lines: 60,
        };
        (heirs, hunk)
    }

    fn by(commit: u32) -> Left {
        Left::Replaced { by: CommitIdx(commit), came: 100 }
    }

    #[test]
    fn a_line_is_replaced_by_the_one_as_far_down_or_by_the_last() {
        let (heirs, hunk) = heirs(&[]);
        assert_eq!(heirs.of(&hunk, 20, 35), (by(1), 5));
        assert_eq!(heirs.of(&hunk, 25, 35), (by(2), 10));
        assert_eq!(heirs.of(&hunk, 22, 24), (by(1), 2));
    }

    #[test]
    fn a_line_is_replaced_by_the_one_it_was_edited_into() {
        let (heirs, hunk) = heirs(&[(21, 46), (30, 47)]);
        assert_eq!(heirs.of(&hunk, 20, 35), (by(1), 1));
        assert_eq!(heirs.of(&hunk, 21, 35), (by(2), 1));
        assert_eq!(heirs.of(&hunk, 22, 35), (by(1), 3));
    }

    #[test]
    fn a_line_in_whose_place_nothing_came_was_deleted() {
        let (heirs, hunk) = heirs(&[]);
        let nothing = Hunk { after: LineRange { start: 40, end: 40 }, ..hunk };
        assert_eq!(heirs.of(&nothing, 20, 35), (Left::Deleted, 15));
    }
}
