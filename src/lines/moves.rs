//! Lines that went in one place and came in another within one step: they moved.
//!
//! The rule: of the longest runs of lines that went in one place and came in another,
//! the longest is taken, then the longest of what is left, and so on. A run must be
//! long enough to be no accident; the least numbers of letters are those of `git blame
//! -M` and `-C`. Lines are compared without white space.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::lines::marks::LineMark;
use crate::units::len_to_u64;

mod seeds;
mod side;
mod frayed;

use side::Side;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod naive_tests;
#[cfg(test)]
mod planted_tests;

/// The least countable lines of a run.
const LEAST_LINES: u32 = 3;
/// The least letters and digits of a run inside a file.
const LEAST_LETTERS_IN_FILE: u64 = 20;
/// The least letters and digits of a run from one file to another.
const LEAST_LETTERS_ACROSS: u64 = 40;
/// How often each line may be looked at, on the whole.
const STEPS_PER_LINE: u64 = 1_024;

/// Neighbouring lines of one file that went, or came, in one step.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    /// Which file it is; a renamed file is the same.
    pub file: u32,
    /// Where the file lies.
    pub path: &'a [u8],
    /// The first line, in the version it belongs to.
    pub start: u32,
    /// The lines.
    pub marks: &'a [LineMark],
}

/// Lines that moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moved {
    /// The block they were part of and the first of them, from the start of the block.
    pub from: (u32, u32),
    /// The block they are part of and the first of them, from the start of the block.
    pub to: (u32, u32),
    /// How many lines.
    pub lines: u32,
}

/// What a search for moves cost, and what it left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MoveWork {
    /// Lines that went or came.
    pub lines: u64,
    /// Pairs of lines that were compared.
    pub steps: u64,
    /// Triples of lines in too many places to say which of them went where: runs made
    /// of nothing else were looked for inside each file only, and not even there if the
    /// file alone has too many.
    pub crowded: u64,
    /// Searches that ended at their bound on work, with moves left to find.
    pub unfinished: u64,
}

/// Returns the lines that moved, in the order of the blocks they went from; each line
/// once at most.
///
/// A run has three countable lines at least, and twenty letters and digits inside a file
/// or forty across files. It is as long as its countable lines are many. Of two that are
/// equally long, one inside a file goes first, then one inside a directory, then the one
/// with the smallest distance between line numbers, then the first by path and line.
/// Lines that do not count move with the run they stand in or beside.
///
/// Beside a run that moved, even a single countable line moves with it when no more than
/// one line on each side stands between. A run that is too short alone, but not together
/// with what stands beside it in this way, moves after all others.
///
/// A line is compared with 1,024 others at most, in the mean of all.
pub fn find_moves(went: &[Block<'_>], came: &[Block<'_>]) -> Vec<Moved> {
    find_moves_counted(went, came, &mut MoveWork::default())
}

/// As [`find_moves`], and says what it cost and left out.
pub fn find_moves_counted(
    went: &[Block<'_>],
    came: &[Block<'_>],
    work: &mut MoveWork,
) -> Vec<Moved> {
    let mut search = Search::new(went, came);
    work.lines += search.lines;
    if search.from.is_too_short() || search.to.is_too_short() {
        return Vec::new();
    }
    let (seeds, crowded) = seeds::seeds(&search.from, &search.to);
    work.crowded += crowded;
    let mut taken = Vec::new();
    for measure in [Measure::Run, Measure::Frayed] {
        search.measure = measure;
        let mut runs = search.grow(&seeds);
        let n_taken = taken.len();
        taken.extend(search.take_longest_first(&mut runs));
        search.add_frayed(&mut taken, n_taken);
    }
    work.steps += search.steps;
    work.unfinished += u64::from(search.is_exhausted());
    let mut moves: Vec<Moved> = taken.iter().map(|run| search.as_moved(*run)).collect();
    moves.sort_unstable();
    moves
}

/// Equal lines on both sides, by their places there.
#[derive(Debug, Clone, Copy)]
struct Run {
    from: u32,
    to: u32,
    lines: u32,
}

/// A run that may be taken. The greatest is taken first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    countable: u32,
    closeness: Closeness,
    distance: Reverse<u32>,
    from: Reverse<u32>,
    to: Reverse<u32>,
    lines: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    Apart,
    Directory,
    File,
}

/// One search. Lines that are taken lose their keys, so that they equal no other.
#[derive(Debug)]
struct Search<'a> {
    from: Side<'a>,
    to: Side<'a>,
    lines: u64,
    steps: u64,
    measure: Measure,
}

/// What must be long enough to be no accident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    /// The run.
    Run,
    /// The run together with those beside it, behind one line that differs.
    Frayed,
}

impl<'a> Search<'a> {
    fn new(went: &'a [Block<'a>], came: &'a [Block<'a>]) -> Self {
        let n_lines = |blocks: &[Block<'_>]| {
            blocks.iter().map(|block| len_to_u64(block.marks.len())).sum::<u64>()
        };
        let lines = n_lines(went) + n_lines(came);
        // No key is that large, and these two are not equal.
        let (from, to) = (Side::new(went, u64::MAX), Side::new(came, u64::MAX - 1));
        Self { from, to, lines, steps: 0, measure: Measure::Run }
    }

    fn is_exhausted(&self) -> bool {
        self.steps > self.lines * STEPS_PER_LINE
    }

    fn is_equal(&mut self, from: u32, to: u32) -> bool {
        self.steps += 1;
        self.from.key(from) == self.to.key(to)
    }

    /// How many lines are equal from two places on; blocks end at lines that equal none.
    fn equal_lines(&mut self, from: u32, to: u32) -> u32 {
        let mut lines = 0;
        while self.is_equal(from + lines, to + lines) {
            lines += 1;
        }
        lines
    }

    /// How many lines are equal before two places.
    fn equal_lines_before(&mut self, from: u32, to: u32) -> u32 {
        let mut lines = 0;
        while self.is_equal(from - lines - 1, to - lines - 1) {
            lines += 1;
        }
        lines
    }

    /// The longest runs around seeds, those that may be taken. Seeds are in the order
    /// of their diagonal, so that a run is found once however many seeds it holds.
    fn grow(&mut self, seeds: &[seeds::Seed]) -> BinaryHeap<Candidate> {
        let mut runs = BinaryHeap::new();
        let mut done = None;
        for &seed in seeds {
            if done.is_some_and(|(diagonal, end)| {
                diagonal == seed.diagonal && seed.from < end
            }) {
                continue;
            }
            let (from, to) = (seed.from, seed.to());
            let before = self.equal_lines_before(from, to);
            let lines = before + self.equal_lines(from, to);
            let run = Run { from: from - before, to: to - before, lines };
            done = Some((seed.diagonal, run.from + lines));
            runs.extend(self.candidate(run));
            if self.is_exhausted() {
                break;
            }
        }
        runs
    }

    /// The run, if it is long enough to be no accident.
    fn candidate(&mut self, run: Run) -> Option<Candidate> {
        let closeness = self.closeness(run);
        let least_letters = match closeness {
            Closeness::File => LEAST_LETTERS_IN_FILE,
            Closeness::Directory | Closeness::Apart => LEAST_LETTERS_ACROSS,
        };
        let (countable, letters) = self.from.size(run.from, run.lines);
        if countable == 0 {
            return None;
        }
        let (mut all_countable, mut all_letters) = (countable, letters);
        if self.measure == Measure::Frayed {
            for beside in [self.run_before(run), self.run_behind(run)].iter().flatten() {
                let (countable, letters) = self.from.size(beside.from, beside.lines);
                all_countable += countable;
                all_letters += letters;
            }
        }
        if all_countable < LEAST_LINES || all_letters < least_letters {
            return None;
        }
        let lines = (self.from.line_at(run.from), self.to.line_at(run.to));
        Some(Candidate {
            countable,
            closeness,
            distance: Reverse(lines.0.abs_diff(lines.1)),
            from: Reverse(run.from),
            to: Reverse(run.to),
            lines: run.lines,
        })
    }

    fn closeness(&self, run: Run) -> Closeness {
        let (from, to) = (self.from.block_at(run.from), self.to.block_at(run.to));
        if from.file == to.file {
            Closeness::File
        } else if directory(from.path) == directory(to.path) {
            Closeness::Directory
        } else {
            Closeness::Apart
        }
    }

    /// Takes the longest run, then the longest of what is left of all, and so on.
    fn take_longest_first(&mut self, runs: &mut BinaryHeap<Candidate>) -> Vec<Run> {
        let mut taken = Vec::new();
        while let Some(best) = runs.pop() {
            if self.is_exhausted() {
                break;
            }
            let run = Run { from: best.from.0, to: best.to.0, lines: best.lines };
            let pieces = self.pieces(run);
            if let [whole] = pieces[..]
                && whole.lines == run.lines
            {
                self.take(run);
                taken.push(run);
            } else {
                for piece in pieces {
                    runs.extend(self.candidate(piece));
                }
            }
        }
        taken
    }

    /// What is left of a run when the lines that were taken are left out.
    fn pieces(&mut self, run: Run) -> Vec<Run> {
        let mut pieces = Vec::new();
        let mut at = 0;
        while at < run.lines {
            let (from, to) = (run.from + at, run.to + at);
            let lines = self.equal_lines(from, to).min(run.lines - at);
            if lines > 0 {
                pieces.push(Run { from, to, lines });
            }
            at += lines + 1;
        }
        pieces
    }

    fn take(&mut self, run: Run) {
        self.from.take(run.from, run.lines);
        self.to.take(run.to, run.lines);
    }

    fn as_moved(&self, run: Run) -> Moved {
        let (from, to) = (self.from.place_of(run.from), self.to.place_of(run.to));
        Moved { from, to, lines: run.lines }
    }
}

/// The path without the name of the file.
fn directory(path: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', path).map_or(&[], |slash| &path[..slash])
}
