//! The difference of two versions of a file, line by line, as git computes it.
//!
//! The result is that of git's default: the linear-space algorithm of Myers
//! (*An O(ND) Difference Algorithm and Its Variations*, 1986) with git's bounds on
//! effort, followed by git's choice among the positions a block can slide to. An
//! origin can equal `git blame`'s only if the hunks are the same, ties included.
//!
//! Lines are compared by their numbers. Equal ends are cut off, and the search runs on
//! what is left. Lines outside are looked at only for how often they repeat a line
//! inside, because git's effort bounds depend on that.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::limits;
use crate::lines::myers;
use crate::lines::slide;
use crate::lines::tokens::{self, Lexicon, Lines, Records, Text};
use crate::units::len_to_u32;

/// A range of lines of one version, 0-based and half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LineRange {
    /// The first line.
    pub start: u32,
    /// The line after the last.
    pub end: u32,
}

impl LineRange {
    /// How many lines the range holds.
    pub fn lines(self) -> u32 {
        self.end - self.start
    }

    /// Whether the range holds no line.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// One run of lines of the older version replaced by one of the newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunk {
    /// The lines that went.
    pub before: LineRange,
    /// The lines that came.
    pub after: LineRange,
}

/// Whether lines that differ in white space alone are the same line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhiteSpace {
    /// They are not: `git blame`.
    Exact,
    /// They are: `git blame -w`.
    Ignored,
}

/// What a comparison cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffWork {
    /// Bytes of both versions that were compared.
    pub bytes_compared: u64,
    /// Lines that were hashed.
    pub lines_hashed: u64,
    /// Comparisons that were over the limit: all lines between the equal ends then
    /// count as replaced.
    pub given_up: u64,
}

/// Returns how many lines git counts in `bytes`: one for each `\n`, and one for a
/// last line without it.
pub fn count_lines(bytes: &[u8]) -> u32 {
    let newlines = memchr::memchr_iter(b'\n', bytes).count();
    let open_end = usize::from(bytes.last().is_some_and(|&byte| byte != b'\n'));
    len_to_u32(newlines + open_end)
}

/// Returns the hunks between two versions, in order, none touching the next.
pub fn diff(
    before: &[u8],
    after: &[u8],
    space: WhiteSpace,
    work: &mut DiffWork,
) -> Vec<Hunk> {
    let mut lexicons = [Lexicon::new(space)];
    let before = Text::read(Arc::new(before.to_vec()), None, &mut lexicons);
    let after = Text::read(Arc::new(after.to_vec()), Some(&before), &mut lexicons);
    let [mut lexicon] = lexicons;
    let (before, after) = (before.lines(0), after.lines(0));
    let hunks = compare(before, after, Tail::Cut, &mut lexicon, work);
    work.lines_hashed += lexicon.lines_hashed;
    hunks
}

/// Whether long equal tails are cut off before versions are compared. In rare cases
/// the hunks depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tail {
    /// As git does without context: `git blame`, `git diff -U0`.
    Cut,
    /// As git does with context: `git diff`, `git diff --numstat`.
    Kept,
}

/// As [`diff`], of two versions whose lines have numbers of `lexicon`.
pub(crate) fn compare(
    before: Lines<'_>,
    after: Lines<'_>,
    tail: Tail,
    lexicon: &mut Lexicon,
    work: &mut DiffWork,
) -> Vec<Hunk> {
    work.bytes_compared += (before.bytes.len() + after.bytes.len()) as u64;
    let (before, after) = match tail {
        Tail::Cut => trim_common_tail(before, after, lexicon.space()),
        Tail::Kept => (before, after),
    };
    let first = common_start(before.tokens, after.tokens);
    let (old, new) = (&before.tokens[first..], &after.tokens[first..]);
    let last = common_end(old, new);
    let (old, new) = (&old[..old.len() - last], &new[..new.len() - last]);
    let start = len_to_u32(first);
    let range =
        |tokens: &[u32]| LineRange { start, end: start + len_to_u32(tokens.len()) };
    let middle = Hunk { before: range(old), after: range(new) };
    if old.is_empty() || new.is_empty() {
        return one_sided(before, after, middle);
    }
    let counts = lexicon.counts.as_mut_slice();
    let outside = [&before.tokens[..first], &before.tokens[first + old.len()..]];
    let mut hunks = vec![middle];
    // With no line in both there is nothing to align; and a block cannot slide away from
    // the block that it replaces, so the position is settled too.
    if count_middle(counts, old, new) {
        count_outside(counts, old, new, outside);
        let ends = |range: LineRange| (range.start, range.end);
        let mut old_file = Records::new(before, ends(middle.before));
        let mut new_file = Records::new(after, ends(middle.after));
        let most = limits::DIFF_STEPS.value;
        if myers::mark_changes(&mut old_file, &mut new_file, counts, most) {
            slide::settle(&mut old_file, &mut new_file);
            hunks = collect(&old_file, &new_file);
        } else {
            work.given_up += 1;
        }
    }
    for &token in old.iter().chain(new) {
        counts[token as usize] = [0, 0];
    }
    hunks
}

/// Counts the lines between the equal ends; true when one is in both versions.
fn count_middle(counts: &mut [[u32; 2]], old: &[u32], new: &[u32]) -> bool {
    for &token in old {
        counts[token as usize][0] += 1;
    }
    let mut shared = false;
    for &token in new {
        let count = &mut counts[token as usize];
        count[1] += 1;
        shared |= count[0] > 0;
    }
    shared
}

/// Counts how often lines outside repeat lines of the middle, as far as the search
/// asks: whether a line without a match inside has one outside, and, among so many
/// lines without a match that they can prevail, how frequent every line is.
fn count_outside(
    counts: &mut [[u32; 2]],
    old: &[u32],
    new: &[u32],
    outside: [&[u32]; 2],
) {
    let lone = |counts: &[[u32; 2]], tokens: &[u32], other: usize| {
        tokens.iter().filter(|&&token| counts[token as usize][other] == 0).count()
    };
    if lone(counts, old, 1).max(lone(counts, new, 0)) >= myers::LEAST_PREVAILING {
        for &token in outside.into_iter().flatten() {
            let count = &mut counts[token as usize];
            if *count != [0, 0] {
                *count = count.map(|count| count + 1);
            }
        }
        return;
    }
    for (tokens, other) in [(old, 1), (new, 0)] {
        for &token in tokens {
            if counts[token as usize][other] == 0 {
                let equal =
                    |side: &[u32]| side.iter().filter(|&&known| known == token).count();
                let found = len_to_u32(equal(outside[0]) + equal(outside[1]));
                let count = &mut counts[token as usize];
                *count = count.map(|count| count + found);
            }
        }
    }
}

/// Cuts the tails of both versions where whole blocks of 1,024 bytes are equal, up to
/// the end of the line a block begins in. Git does so before a comparison without
/// context; lines cut off here do not count for its effort bounds and no block can
/// slide into them.
fn trim_common_tail<'a>(
    before: Lines<'a>,
    after: Lines<'a>,
    space: WhiteSpace,
) -> (Lines<'a>, Lines<'a>) {
    const BLOCK: usize = 1_024;
    // Lines with one number have the same bytes, unless white space is ignored.
    let lines = match space {
        WhiteSpace::Exact => common_end(before.tokens, after.tokens),
        WhiteSpace::Ignored => 0,
    };
    let start = |file: Lines<'_>| file.starts[file.tokens.len() - lines] as usize;
    let (old_start, new_start) = (start(before), start(after));
    let equal = before.bytes.len() - old_start
        + tokens::common_suffix(&before.bytes[..old_start], &after.bytes[..new_start]);
    let trimmed = equal / BLOCK * BLOCK;
    let tail = &before.bytes[before.bytes.len() - trimmed..];
    let kept = memchr::memchr(b'\n', tail).map_or(trimmed, |newline| newline + 1);
    let cut = trimmed - kept;
    (before.up_to(before.bytes.len() - cut), after.up_to(after.bytes.len() - cut))
}

fn common_start(one: &[u32], two: &[u32]) -> usize {
    const BLOCK: usize = 64;
    let limit = one.len().min(two.len());
    let mut at = 0;
    while at + BLOCK <= limit && one[at..at + BLOCK] == two[at..at + BLOCK] {
        at += BLOCK;
    }
    at + one[at..limit].iter().zip(&two[at..limit]).take_while(|(a, b)| a == b).count()
}

fn common_end(one: &[u32], two: &[u32]) -> usize {
    const BLOCK: usize = 64;
    let limit = one.len().min(two.len());
    let (one, two) = (&one[one.len() - limit..], &two[two.len() - limit..]);
    let mut left = limit;
    while left >= BLOCK && one[left - BLOCK..left] == two[left - BLOCK..left] {
        left -= BLOCK;
    }
    let rest = one[..left].iter().rev().zip(two[..left].iter().rev());
    limit - left + rest.take_while(|(a, b)| a == b).count()
}

/// Lines were only added or only removed: one block, which may still slide.
fn one_sided(before: Lines<'_>, after: Lines<'_>, middle: Hunk) -> Vec<Hunk> {
    let place = |file: Lines<'_>, block: LineRange| {
        let start = slide::place_block(file, block);
        (LineRange { start, end: start }, LineRange { start, end: start + block.lines() })
    };
    if !middle.after.is_empty() {
        let (empty, filled) = place(after, middle.after);
        vec![Hunk { before: empty, after: filled }]
    } else if !middle.before.is_empty() {
        let (empty, filled) = place(before, middle.before);
        vec![Hunk { before: filled, after: empty }]
    } else {
        Vec::new()
    }
}

/// Reads the hunks off the marked lines.
fn collect(old: &Records<'_>, new: &Records<'_>) -> Vec<Hunk> {
    let mut hunks = Vec::new();
    let (mut at_old, mut at_new) = (0, 0);
    loop {
        // Lines that are not changed stand side by side.
        let unchanged = old.unchanged_from(at_old).min(new.unchanged_from(at_new));
        at_old += unchanged;
        at_new += unchanged;
        let (from_old, from_new) = (at_old, at_new);
        while old.is_changed(at_old) {
            at_old += 1;
        }
        while new.is_changed(at_new) {
            at_new += 1;
        }
        if at_old == from_old && at_new == from_new {
            return hunks;
        }
        hunks.push(Hunk {
            before: LineRange { start: from_old, end: at_old },
            after: LineRange { start: from_new, end: at_new },
        });
    }
}

#[cfg(test)]
mod tests;
