//! What moved beside a run that moved, but with a line changed, added or left out in
//! between.

use super::{Run, Search};

/// How many lines may stand between on each side, in the order they are tried: a line
/// that was changed, one that was added, one that was left out.
const GAPS: [(u32, u32); 3] = [(1, 1), (0, 1), (1, 0)];

impl Search<'_> {
    /// Adds to the runs that were taken, from one of them on, those beside them. Earlier
    /// runs go first.
    pub(super) fn add_frayed(&mut self, taken: &mut Vec<Run>, first: usize) {
        for at in first..taken.len() {
            let mut last = taken[at];
            while let Some(run) = self.run_behind(last) {
                self.take(run);
                taken.push(run);
                last = run;
            }
            let mut first = taken[at];
            while let Some(run) = self.run_before(first) {
                self.take(run);
                taken.push(run);
                first = run;
            }
        }
    }

    pub(super) fn run_behind(&mut self, run: Run) -> Option<Run> {
        let (end_from, end_to) = (run.from + run.lines, run.to + run.lines);
        GAPS.into_iter().find_map(|(gap_from, gap_to)| {
            let is_open = (gap_from == 0 || self.from.is_free(end_from))
                && (gap_to == 0 || self.to.is_free(end_to));
            if !is_open {
                return None;
            }
            let (from, to) = (end_from + gap_from, end_to + gap_to);
            let lines = self.equal_lines(from, to);
            self.if_countable(Run { from, to, lines })
        })
    }

    pub(super) fn run_before(&mut self, run: Run) -> Option<Run> {
        GAPS.into_iter().find_map(|(gap_from, gap_to)| {
            let is_open = (gap_from == 0 || self.from.is_free(run.from - 1))
                && (gap_to == 0 || self.to.is_free(run.to - 1));
            if !is_open {
                return None;
            }
            let (from, to) = (run.from - gap_from, run.to - gap_to);
            let lines = self.equal_lines_before(from, to);
            self.if_countable(Run { from: from - lines, to: to - lines, lines })
        })
    }

    fn if_countable(&self, run: Run) -> Option<Run> {
        (self.from.size(run.from, run.lines).0 > 0).then_some(run)
    }
}
