//! Lines of which a record says who wrote them: by commit and path, as plain numbers.
//! What the numbers stand for is the business of whoever made them.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::history::CommitIdx;
use crate::lines::book::{Mark, MarkedRun, Stand};
use crate::lines::origins::Origin;
use crate::lines::runs::Runs;
use crate::lines::versions::Graph;

/// Neighbouring lines of a file with the same mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkedLines {
    /// The first, counted from 0.
    pub start: u32,
    /// The line after the last.
    pub end: u32,
    /// Who wrote them.
    pub mark: Mark,
}

/// What records say of a commit: for each path the lines as the commit left them, in order
/// and apart from each other.
pub type MarkedFiles = BTreeMap<Vec<u8>, Vec<MarkedLines>>;

/// What records say of all commits.
pub type Attested = FxHashMap<CommitIdx, MarkedFiles>;

/// How many lines a commit with a record wrote, and with which marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Written {
    /// The commit.
    pub commit: CommitIdx,
    /// Who wrote them.
    pub mark: Mark,
    /// How many.
    pub lines: u64,
}

/// The marks of each version that was written by a commit with a record; without any
/// where the record does not name the file.
pub(crate) fn by_version<'a>(
    attested: &'a Attested,
    graph: &Graph,
) -> FxHashMap<u32, &'a [MarkedLines]> {
    if attested.is_empty() {
        return FxHashMap::default();
    }
    let of = |version: &crate::lines::versions::Version| {
        let path = graph.paths[version.path as usize].as_slice();
        let files = attested.get(&version.commit)?;
        Some(files.get(path).map_or(&[][..], Vec::as_slice))
    };
    let numbered = (0..).zip(&graph.versions);
    numbered.filter_map(|(number, version)| Some((number, of(version)?))).collect()
}

/// Marks the lines of a version that its commit wrote: `own`. Tells of each mark how many
/// lines have it.
pub(crate) fn marked(
    origins: &Runs<Origin>,
    own: Origin,
    marks: &[MarkedLines],
) -> (Runs<Origin>, Vec<Written>) {
    let mut result = Runs::default();
    let mut written = Vec::new();
    let mut push = |lines: u32, label: Origin, is_own: bool| {
        result.push(lines, label);
        if is_own && lines > 0 {
            let lines = u64::from(lines);
            written.push(Written { commit: own.commit, mark: label.mark, lines });
        }
    };
    let mut marks = marks.iter().copied().peekable();
    let mut at = 0;
    for run in &origins.0 {
        let end = at + run.lines;
        if run.label != own {
            push(run.lines, run.label, false);
            at = end;
            continue;
        }
        while at < end {
            while marks.next_if(|lines| lines.end <= at).is_some() {}
            let next = marks.peek().copied().filter(|lines| lines.start < end);
            let (until, mark) = match next {
                None => (end, 0),
                Some(lines) if lines.start > at => (lines.start, 0),
                Some(lines) => (lines.end.min(end), lines.mark),
            };
            push(until - at, Origin { mark, ..own }, true);
            at = until;
        }
    }
    (result, written)
}

/// The lines that `origins` gives to another commit than they had so far, with the marks
/// they have there.
pub(crate) fn changed(lives: &Runs<Stand>, origins: &Runs<Origin>) -> Vec<MarkedRun> {
    let mut found = Vec::new();
    let mut reader = lives.reader();
    let mut end = 0;
    for run in &origins.0 {
        end += run.lines;
        let Origin { commit, mark, .. } = run.label;
        reader.take(end, |lines, stand| {
            if stand.origin != commit {
                found.push(MarkedRun { first: stand.line, lines, mark });
            }
        });
    }
    found
}

/// The mark of each line that landed; empty where none has one. What was said last holds.
pub(crate) fn by_line(runs: &[MarkedRun], n_lines: usize) -> Vec<Mark> {
    if runs.iter().all(|run| run.mark == 0) {
        return Vec::new();
    }
    let mut marks = vec![0; n_lines];
    for run in runs {
        let first = run.first as usize;
        marks[first..first + run.lines as usize].fill(run.mark);
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(commit: u32, mark: Mark) -> Origin {
        Origin { commit: CommitIdx(commit), unknown: false, mark }
    }

    fn runs(parts: &[(u32, Origin)]) -> Runs<Origin> {
        let mut runs = Runs::default();
        parts.iter().for_each(|&(lines, label)| runs.push(lines, label));
        runs
    }

    fn lines(start: u32, end: u32, mark: Mark) -> MarkedLines {
        MarkedLines { start, end, mark }
    }

    #[test]
    fn only_lines_that_the_commit_wrote_take_its_marks() {
        let own = origin(7, 0);
        let before = runs(&[(2, own), (3, origin(1, 0)), (4, own)]);
        let marks = [lines(1, 4, 1), lines(6, 7, 2), lines(8, 100, 1)];
        let (after, written) = marked(&before, own, &marks);
        let expected = runs(&[
            (1, own),
            (1, origin(7, 1)),
            (3, origin(1, 0)),
            (1, own),
            (1, origin(7, 2)),
            (1, own),
            (1, origin(7, 1)),
        ]);
        assert_eq!(after, expected);
        let of = |mark| {
            let of_mark = written.iter().filter(|one| one.mark == mark);
            of_mark.map(|one| one.lines).sum::<u64>()
        };
        assert_eq!((of(0), of(1), of(2)), (3, 2, 1));
    }

    #[test]
    fn lines_without_marks_are_counted_too() {
        let own = origin(3, 0);
        let (after, written) = marked(&runs(&[(5, own)]), own, &[]);
        assert_eq!(after, runs(&[(5, own)]));
        assert_eq!(written, [Written { commit: CommitIdx(3), mark: 0, lines: 5 }]);
    }

    #[test]
    fn a_line_takes_the_mark_of_the_commit_that_wrote_it_after_all() {
        let stand = |line, commit| Stand { line, origin: CommitIdx(commit) };
        let mut lives = Runs::default();
        lives.push(4, stand(10, 5));
        let found = changed(&lives, &runs(&[(1, origin(5, 2)), (3, origin(4, 1))]));
        assert_eq!(found, [MarkedRun { first: 11, lines: 3, mark: 1 }]);
        let landed = MarkedRun { first: 10, lines: 4, mark: 2 };
        assert_eq!(by_line(&[landed, found[0]], 15)[9..], [0, 2, 1, 1, 1, 0]);
    }
}
