//! Lines that land and stood before: copies of what still stands, and re-landings of
//! what is gone.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::lines::marks::LineMark;
use crate::lines::marks::grams::{GRAM_LINES, grams};
use crate::units::{len_to_u32, len_to_u64};

/// The least letters and digits of a run that is no accident.
const LEAST_LETTERS: u64 = 40;
/// How many earlier places are compared with one place at most.
const MOST_PLACES: u32 = 64;
/// How often each line may be looked at, in the mean of all that landed.
const STEPS_PER_LINE: u64 = 256;
/// After how many steps progress is told.
const STEPS_PER_TICK: u64 = 1 << 22;

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

/// How a line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// The landing in which it did.
    pub landing: u32,
    /// Whether it is known to be gone. One that went out of sight may live on: what is
    /// like it then is neither a copy nor a re-landing.
    pub is_death: bool,
}

/// What had become of a line when another landed. What is greater is taken first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Was {
    OutOfSight,
    Gone,
    Standing,
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
    /// Places that were not looked up, because the search had ended at its bound on work.
    pub unfinished: u64,
}

/// Returns the lines that repeat lines of earlier landings, in order, each once at most.
/// `blocks` are in the order of their landings. Lines that are not new, because they
/// moved, take no part. `end_of` says how a line ended, if it did.
///
/// Each block is read from its start. At each countable line, of the runs around it that
/// stand earlier, too, the one with the most countable lines is taken, if it has three and forty letters and
/// digits; of equals the one with more lines, then one that still stands, then the
/// first that landed. A run of which a part still stands is returned in pieces.
///
/// Takes at most twelve bytes of memory for a line. Each place is compared with 64 at
/// most, and a line with 256 others, in the mean of all.
pub fn repeats(
    blocks: &[Landed<'_>],
    is_new: impl Fn(u32, u32) -> bool,
    end_of: impl Fn(u32, u32) -> Option<End>,
) -> Vec<Repeat> {
    repeats_counted(blocks, is_new, end_of, &|| {}, &mut LookbackWork::default())
}

/// As [`repeats`], and says what it cost and left out. Calls `tick` after each landing
/// and every few million steps.
pub fn repeats_counted(
    blocks: &[Landed<'_>],
    is_new: impl Fn(u32, u32) -> bool,
    end_of: impl Fn(u32, u32) -> Option<End>,
    tick: &dyn Fn(),
    work: &mut LookbackWork,
) -> Vec<Repeat> {
    let mut past = Past::new(blocks, is_new, end_of, tick);
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
        tick();
    }
    work.lines += len_to_u64(past.next.len());
    work.steps += past.steps;
    work.crowded += past.crowded;
    work.unfinished += past.unfinished;
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
    /// What had become of the first line.
    was: Was,
}

/// Runs with too few letters that were found for one block: by the earlier block and by
/// how far apart the lines are, where they end. A run is met again at each of its lines.
type Refused = FxHashMap<(u32, i64), u32>;

/// What landed so far.
struct Past<'a, N, E> {
    blocks: &'a [Landed<'a>],
    is_new: N,
    end_of: E,
    tick: &'a dyn Fn(),
    /// The number of the first line of each block, among all lines.
    firsts: Vec<u32>,
    /// For the low bits of a hash one more than the newest line with a seed; zero if
    /// there is none.
    newest: Vec<u32>,
    /// For each line one more than the line with a seed before it.
    next: Vec<u32>,
    refused: Refused,
    steps: u64,
    crowded: u64,
    unfinished: u64,
}

impl<'a, N: Fn(u32, u32) -> bool, E: Fn(u32, u32) -> Option<End>> Past<'a, N, E> {
    fn new(blocks: &'a [Landed<'a>], is_new: N, end_of: E, tick: &'a dyn Fn()) -> Self {
        let mut lines = 0;
        let mut firsts = Vec::with_capacity(blocks.len());
        for block in blocks {
            firsts.push(len_to_u32(lines));
            lines += block.marks.len();
        }
        let newest = vec![0; lines.next_power_of_two()];
        let next = vec![0; lines];
        Self {
            blocks,
            is_new,
            end_of,
            tick,
            firsts,
            newest,
            next,
            refused: Refused::default(),
            steps: 0,
            crowded: 0,
            unfinished: 0,
        }
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
        self.refused.clear();
        let most_steps = len_to_u64(self.next.len()) * STEPS_PER_LINE;
        let mut done = 0;
        for (at, &(line, hash)) in seeds.iter().enumerate() {
            if line < done {
                continue;
            }
            if self.steps > most_steps {
                self.unfinished += len_to_u64(seeds.len() - at);
                return;
            }
            if let Some(run) = self.best_run(block, line, hash, done) {
                self.tell(block, run, found);
                done = run.start + run.lines;
            }
        }
    }

    /// The run to take around a line; nothing before line `done`.
    fn best_run(&mut self, block: u32, line: u32, hash: u64, done: u32) -> Option<Run> {
        let mut best: Option<Run> = None;
        let mut next = self.newest[self.slot(hash)];
        let mut n_places = 0;
        while let Some(number) = next.checked_sub(1) {
            next = self.next[number as usize];
            let of = self.place_of(number);
            let diagonal = (of.0, i64::from(of.1) - i64::from(line));
            let is_refused = self.refused.get(&diagonal).is_some_and(|&end| line < end);
            self.count_step();
            let mut run = None;
            if !is_refused {
                // Other lines can have a hash with the same low bits.
                run = self.run_around((block, line), of, done);
                if run.is_none() {
                    continue;
                }
            }
            if n_places == MOST_PLACES {
                self.crowded += 1;
                break;
            }
            n_places += 1;
            let Some(run) = run else { continue };
            if run.letters < LEAST_LETTERS {
                self.refuse(diagonal, line, run.start + run.lines);
                continue;
            }
            let rank = |run: &Run| (run.countable, run.lines, run.was);
            if best.is_none_or(|best| rank(&run) >= rank(&best)) {
                best = Some(run);
            }
        }
        best
    }

    /// Remembers a run with too few letters. It has fewer lines that count than it must
    /// have letters, so only so many of them can hold one line.
    fn refuse(&mut self, diagonal: (u32, i64), line: u32, end: u32) {
        const MOST_REFUSED: usize = 1 << 13;
        if self.refused.len() >= MOST_REFUSED {
            self.refused.retain(|_, end| line < *end);
        }
        self.refused.insert(diagonal, end);
    }

    fn count_step(&mut self) {
        self.steps += 1;
        if self.steps.is_multiple_of(STEPS_PER_TICK) {
            (self.tick)();
        }
    }

    fn place_of(&self, number: u32) -> (u32, u32) {
        // Of blocks without lines that begin at the same number, the last has it.
        let block = self.firsts.partition_point(|&first| first <= number) - 1;
        (len_to_u32(block), number - self.firsts[block])
    }

    fn is_equal(&mut self, one: (u32, u32), two: (u32, u32)) -> bool {
        self.count_step();
        let mark = |at: (u32, u32)| self.marks(at.0).get(at.1 as usize);
        mark(one).is_some()
            && mark(one) == mark(two)
            && (self.is_new)(one.0, one.1)
            && (self.is_new)(two.0, two.1)
    }

    /// The run around two places; `None` when these begin no run of three countable
    /// lines, and so have different hashes.
    fn run_around(&mut self, at: (u32, u32), of: (u32, u32), done: u32) -> Option<Run> {
        let mut end = at.1;
        while self.is_equal((at.0, end), (of.0, of.1 + (end - at.1))) {
            end += 1;
        }
        let all_marks = self.marks(at.0);
        let countable = |lines: Range<u32>| {
            let marks = &all_marks[lines.start as usize..lines.end as usize];
            marks.iter().filter(|mark| mark.is_countable()).count()
        };
        if countable(at.1..end) < GRAM_LINES {
            return None;
        }
        let (mut start, mut of_start) = (at.1, of.1);
        while start > done
            && of_start > 0
            && self.is_equal((at.0, start - 1), (of.0, of_start - 1))
        {
            start -= 1;
            of_start -= 1;
        }
        let marks = &all_marks[start as usize..end as usize];
        Some(Run {
            start,
            lines: end - start,
            of: (of.0, of_start),
            countable: len_to_u32(countable(start..end)),
            letters: marks.iter().map(|mark| u64::from(mark.letters())).sum(),
            was: self.was((of.0, of_start), at.0),
        })
    }

    /// What had become of an earlier line when a block had landed.
    fn was(&self, line: (u32, u32), block: u32) -> Was {
        let landing = self.blocks[block as usize].landing;
        match (self.end_of)(line.0, line.1) {
            Some(end) if end.landing <= landing && end.is_death => Was::Gone,
            Some(end) if end.landing <= landing => Was::OutOfSight,
            _ => Was::Standing,
        }
    }

    /// Adds a run, in pieces that stood or were gone.
    fn tell(&self, block: u32, run: Run, found: &mut Vec<Repeat>) {
        let mut last = Was::OutOfSight;
        for line in 0..run.lines {
            let of = (run.of.0, run.of.1 + line);
            let before = std::mem::replace(&mut last, self.was(of, block));
            if last == Was::OutOfSight {
                continue;
            }
            match found.last_mut() {
                Some(piece) if before == last => piece.lines += 1,
                _ => {
                    let (start, alive) = (run.start + line, last == Was::Standing);
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
