//! The difference of two versions of a file, line by line, as git computes it.
//!
//! The result is that of git's default: the linear-space algorithm of Myers
//! (*An O(ND) Difference Algorithm and Its Variations*, 1986) with git's bounds on
//! effort, followed by git's choice among the positions a block can slide to. An
//! origin can equal `git blame`'s only if the hunks are the same, ties included.
//!
//! What did not change is not hashed: equal ends are found by comparing bytes, and
//! the search runs on what is left. Lines outside are looked at only for how often
//! they repeat a line inside, because git's effort bounds depend on that.

use serde::{Deserialize, Serialize};

use crate::lines::myers;
use crate::lines::slide;
use crate::lines::tokens::{self, Records};
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
    work.bytes_compared += (before.len() + after.len()) as u64;
    let (before, after) = trim_common_tail(before, after);
    let Some(ends) = common_ends(before, after) else { return Vec::new() };
    let old = &before[ends.prefix..before.len() - ends.suffix];
    let new = &after[ends.prefix..after.len() - ends.suffix];
    let first_line = count_lines(&before[..ends.prefix]);
    if old.is_empty() || new.is_empty() {
        return one_sided(before, after, &ends, first_line, space);
    }
    let middle = tokens::Middle::new(old, new, space);
    work.lines_hashed += middle.lines();
    if !middle.shares_a_line() {
        // Nothing to align; and a block cannot slide away from the block that it
        // replaces, so the position is settled too.
        let range = |lines: u32| LineRange { start: first_line, end: first_line + lines };
        let (old_lines, new_lines) = (middle.old_lines(), middle.new_lines());
        return vec![Hunk { before: range(old_lines), after: range(new_lines) }];
    }
    let (mut old_file, mut new_file) =
        middle.into_records(before, after, ends.prefix, ends.suffix);
    work.lines_hashed += u64::from(old_file.len() + new_file.len());
    myers::mark_changes(&mut old_file, &mut new_file);
    slide::settle(&mut old_file, &mut new_file);
    collect(&old_file, &new_file)
}

/// How many bytes at the start and at the end of both versions are whole equal lines.
struct Ends {
    prefix: usize,
    suffix: usize,
}

/// Cuts the tails of both versions where whole blocks of 1,024 bytes are equal, up to
/// the end of the line a block begins in. Git does so before a comparison without
/// context; lines cut off here do not count for its effort bounds and no block can
/// slide into them.
fn trim_common_tail<'a>(before: &'a [u8], after: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    const BLOCK: usize = 1_024;
    let trimmed = common_suffix(before, after) / BLOCK * BLOCK;
    let tail = &before[before.len() - trimmed..];
    let kept = memchr::memchr(b'\n', tail).map_or(trimmed, |newline| newline + 1);
    let cut = trimmed - kept;
    (&before[..before.len() - cut], &after[..after.len() - cut])
}

fn common_ends(before: &[u8], after: &[u8]) -> Option<Ends> {
    if before == after {
        return None;
    }
    let equal = common_prefix(before, after);
    let prefix =
        memchr::memrchr(b'\n', &before[..equal]).map_or(0, |newline| newline + 1);
    let (old, new) = (&before[prefix..], &after[prefix..]);
    let equal = common_suffix(old, new);
    let begins_line =
        |rest: &[u8]| rest.len() == equal || rest[rest.len() - equal - 1] == b'\n';
    let suffix = if begins_line(old) && begins_line(new) {
        equal
    } else {
        let tail = &old[old.len() - equal..];
        memchr::memchr(b'\n', tail).map_or(0, |newline| equal - newline - 1)
    };
    Some(Ends { prefix, suffix })
}

fn common_prefix(one: &[u8], two: &[u8]) -> usize {
    const BLOCK: usize = 256;
    let limit = one.len().min(two.len());
    let mut at = 0;
    while at + BLOCK <= limit && one[at..at + BLOCK] == two[at..at + BLOCK] {
        at += BLOCK;
    }
    at + one[at..limit].iter().zip(&two[at..limit]).take_while(|(a, b)| a == b).count()
}

fn common_suffix(one: &[u8], two: &[u8]) -> usize {
    const BLOCK: usize = 256;
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
fn one_sided(
    before: &[u8],
    after: &[u8],
    ends: &Ends,
    first_line: u32,
    space: WhiteSpace,
) -> Vec<Hunk> {
    let grew = after.len() > before.len();
    let file = if grew { after } else { before };
    let block = &file[ends.prefix..file.len() - ends.suffix];
    let lines = count_lines(block);
    let start = slide::place_block(file, ends.prefix, block.len(), first_line, space);
    let filled = LineRange { start, end: start + lines };
    let empty = LineRange { start, end: start };
    if grew {
        vec![Hunk { before: empty, after: filled }]
    } else {
        vec![Hunk { before: filled, after: empty }]
    }
}

/// Reads the hunks off the marked lines.
fn collect(old: &Records<'_>, new: &Records<'_>) -> Vec<Hunk> {
    let mut hunks = Vec::new();
    let (mut at_old, mut at_new) = (0, 0);
    loop {
        let (from_old, from_new) = (at_old, at_new);
        while old.is_changed(at_old) {
            at_old += 1;
        }
        while new.is_changed(at_new) {
            at_new += 1;
        }
        if at_old > from_old || at_new > from_new {
            hunks.push(Hunk {
                before: LineRange { start: from_old, end: at_old },
                after: LineRange { start: from_new, end: at_new },
            });
        }
        if at_old >= old.len() || at_new >= new.len() {
            return hunks;
        }
        at_old += 1;
        at_new += 1;
    }
}

#[cfg(test)]
mod tests;
