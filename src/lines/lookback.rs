//! Lines that land and stood before: copies of what still stands, and re-landings of
//! what is gone.

use std::ops::Range;

use crate::lines::marks::LineMark;
use crate::lines::marks::grams::{GRAM_LINES, grams};
use crate::units::{len_to_u32, len_to_u64};

/// The least letters and digits of a run that is no accident.
const LEAST_LETTERS: u64 = 40;
/// How many earlier places are compared with one place at most.
const MOST_PLACES: u32 = 64;

/// Neighbouring lines that landed.
#[derive(Debug, Clone, Copy)]
pub struct Landed<'a> {
    /// When: a number that grows along the mainline.
    pub landing: u32,
    /// The lines.
    pub marks: &'a [LineMark],
}

/// Lines that repeat lines that landed earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    /// The block they are part of.
    pub block: u32,
    /// The first of them, from the start of the block.
    pub start: u32,
    /// How many.
    pub lines: u32,
    /// The earlier block, and the first of the lines there.
    pub of: (u32, u32),
    /// Whether the earlier lines still stood at the landing of the later ones, all of
    /// them; else all of them were gone. A line that goes in the landing itself is gone.
    pub alive: bool,
}

/// What looking back cost, and what it left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LookbackWork {
    /// Lines that landed.
    pub lines: u64,
    /// Pairs of lines that were compared.
    pub steps: u64,
    /// Places whose lines landed too often to look at all of it: the newest were.
    pub crowded: u64,
}

/// Returns the lines that repeat lines of earlier landings, in order, each once at most.
/// `blocks` are in the order of their landings. Lines that are not new, because they
/// moved, take no part. `death_of` says in which landing a line went, if it did.
///
/// Each block is read from its start. At each countable line, of the runs around it that
/// stand earlier, too, the one with the most countable lines is taken, if it has three and forty letters and
/// digits; of equals the one with more lines, then one that still stands, then the
/// first that landed. A run of which a part still stands is returned in pieces.
///
/// Takes at most twelve bytes of memory for a line, and 64 comparisons for a line that
/// repeats.
pub fn repeats(
    blocks: &[Landed<'_>],
    is_new: impl Fn(u32, u32) -> bool,
    death_of: impl Fn(u32, u32) -> Option<u32>,
) -> Vec<Repeat> {
    repeats_counted(blocks, is_new, death_of, &mut LookbackWork::default())
}

/// As [`repeats`], and says what it cost and left out.
pub fn repeats_counted(
    blocks: &[Landed<'_>],
    is_new: impl Fn(u32, u32) -> bool,
    death_of: impl Fn(u32, u32) -> Option<u32>,
    work: &mut LookbackWork,
) -> Vec<Repeat> {
    let mut past = Past::new(blocks, is_new, death_of);
    let mut found = Vec::new();
    let mut first = 0;
    for landing in blocks.chunk_by(|one, two| one.landing == two.landing) {
        let numbers = first..first + len_to_u32(landing.len());
        // Lines of one landing do not repeat each other, so all are looked up first.
        let seeds: Vec<Seeds> =
            numbers.clone().map(|block| past.seeds_of(block)).collect();
        for (block, seeds) in numbers.clone().zip(&seeds) {
            past.look_up(block, seeds, &mut found);
        }
        for (block, seeds) in numbers.zip(&seeds) {
            past.add(block, seeds);
        }
        first += len_to_u32(landing.len());
    }
    work.lines += len_to_u64(past.next.len());
    work.steps += past.steps;
    work.crowded += past.crowded;
    found
}

/// Lines where a run may begin, with the hashes of what stands there.
type Seeds = Vec<(u32, u64)>;

/// The same lines in a block and in an earlier one.
#[derive(Debug, Clone, Copy)]
struct Run {
    start: u32,
    lines: u32,
    of: (u32, u32),
    countable: u32,
    letters: u64,
    /// Whether the first line still stands.
    alive: bool,
}

/// What landed so far.
struct Past<'a, N, D> {
    blocks: &'a [Landed<'a>],
    is_new: N,
    death_of: D,
    /// The number of the first line of each block, among all lines.
    firsts: Vec<u32>,
    /// For the low bits of a hash one more than the newest line with a seed; zero if
    /// there is none.
    newest: Vec<u32>,
    /// For each line one more than the line with a seed before it.
    next: Vec<u32>,
    steps: u64,
    crowded: u64,
}

impl<'a, N: Fn(u32, u32) -> bool, D: Fn(u32, u32) -> Option<u32>> Past<'a, N, D> {
    fn new(blocks: &'a [Landed<'a>], is_new: N, death_of: D) -> Self {
        let mut lines = 0;
        let mut firsts = Vec::with_capacity(blocks.len());
        for block in blocks {
            firsts.push(len_to_u32(lines));
            lines += block.marks.len();
        }
        let newest = vec![0; lines.next_power_of_two()];
        let next = vec![0; lines];
        Self { blocks, is_new, death_of, firsts, newest, next, steps: 0, crowded: 0 }
    }

    fn marks(&self, block: u32) -> &'a [LineMark] {
        self.blocks[block as usize].marks
    }

    fn seeds_of(&self, block: u32) -> Seeds {
        let marks = self.marks(block);
        let mut seeds = Vec::new();
        for part in new_parts(len_to_u32(marks.len()), |line| (self.is_new)(block, line))
        {
            let part_marks = &marks[part.start as usize..part.end as usize];
            seeds.extend(grams(part_marks).map(|(at, hash)| (part.start + at, hash)));
        }
        seeds
    }

    fn slot(&self, hash: u64) -> usize {
        // The length is a power of two, so that its low bits are all there is to keep.
        let mask = self.newest.len() - 1;
        usize::try_from(hash & len_to_u64(mask)).unwrap_or(0)
    }

    fn add(&mut self, block: u32, seeds: &Seeds) {
        for &(line, hash) in seeds {
            let number = self.firsts[block as usize] + line;
            let slot = self.slot(hash);
            self.next[number as usize] = self.newest[slot];
            self.newest[slot] = number + 1;
        }
    }

    fn look_up(&mut self, block: u32, seeds: &Seeds, found: &mut Vec<Repeat>) {
        let mut done = 0;
        for &(line, hash) in seeds {
            if line < done {
                continue;
            }
            if let Some(run) = self.best_run(block, line, hash, done)
                && run.letters >= LEAST_LETTERS
            {
                self.tell(block, run, found);
                done = run.start + run.lines;
            }
        }
    }

    /// The run to take around a line; nothing before line `done`.
    fn best_run(&mut self, block: u32, line: u32, hash: u64, done: u32) -> Option<Run> {
        let mut best: Option<Run> = None;
        let mut next = self.newest[self.slot(hash)];
        for _ in 0..MOST_PLACES {
            let Some(number) = next.checked_sub(1) else { return best };
            next = self.next[number as usize];
            let run = self.run_around((block, line), self.place_of(number), done);
            let rank = |run: &Run| (run.countable, run.lines, run.alive);
            if (run.countable as usize) >= GRAM_LINES
                && best.is_none_or(|best| rank(&run) >= rank(&best))
            {
                best = Some(run);
            }
        }
        self.crowded += u64::from(next > 0);
        best
    }

    fn place_of(&self, number: u32) -> (u32, u32) {
        // Of blocks without lines that begin at the same number, the last has it.
        let block = self.firsts.partition_point(|&first| first <= number) - 1;
        (len_to_u32(block), number - self.firsts[block])
    }

    fn is_equal(&mut self, one: (u32, u32), two: (u32, u32)) -> bool {
        self.steps += 1;
        let mark = |at: (u32, u32)| self.marks(at.0).get(at.1 as usize);
        mark(one).is_some()
            && mark(one) == mark(two)
            && (self.is_new)(one.0, one.1)
            && (self.is_new)(two.0, two.1)
    }

    fn run_around(&mut self, at: (u32, u32), of: (u32, u32), done: u32) -> Run {
        let (mut start, mut of_start) = (at.1, of.1);
        while start > done
            && of_start > 0
            && self.is_equal((at.0, start - 1), (of.0, of_start - 1))
        {
            start -= 1;
            of_start -= 1;
        }
        let mut end = at.1;
        while self.is_equal((at.0, end), (of.0, of_start + (end - start))) {
            end += 1;
        }
        let marks = &self.marks(at.0)[start as usize..end as usize];
        Run {
            start,
            lines: end - start,
            of: (of.0, of_start),
            countable: len_to_u32(marks.iter().filter(|m| m.is_countable()).count()),
            letters: marks.iter().map(|mark| u64::from(mark.letters())).sum(),
            alive: self.stood((of.0, of_start), at.0),
        }
    }

    /// Whether an earlier line still stood when a block had landed.
    fn stood(&self, line: (u32, u32), block: u32) -> bool {
        let landing = self.blocks[block as usize].landing;
        (self.death_of)(line.0, line.1).is_none_or(|death| death > landing)
    }

    /// Adds a run, in pieces that stood or were gone.
    fn tell(&self, block: u32, run: Run, found: &mut Vec<Repeat>) {
        let first = found.len();
        for line in 0..run.lines {
            let of = (run.of.0, run.of.1 + line);
            let alive = self.stood(of, block);
            match found[first..].last_mut() {
                Some(last) if last.alive == alive => last.lines += 1,
                _ => {
                    let start = run.start + line;
                    found.push(Repeat { block, start, lines: 1, of, alive });
                }
            }
        }
    }
}

/// The ranges of lines that are new.
fn new_parts(lines: u32, is_new: impl Fn(u32) -> bool) -> Vec<Range<u32>> {
    let mut parts: Vec<Range<u32>> = Vec::new();
    for line in (0..lines).filter(|&line| is_new(line)) {
        match parts.last_mut() {
            Some(part) if part.end == line => part.end += 1,
            _ => parts.push(line..line + 1),
        }
    }
    parts
}

#[cfg(test)]
mod tests;
