//! Where a block of changed lines stands when it could stand in several places: an
//! added line equal to its neighbour may be either of the two. Git prefers to line a
//! block up with a block of the other version, and else looks at indentation.

use std::ops::Range;

use crate::lines::diff::WhiteSpace;
use crate::lines::tokens::{self, Records};
use crate::units::len_to_u32;

/// The most positions that are weighed.
const MOST_POSITIONS: u32 = 100;
/// Deeper indentation counts as this deep.
const MOST_INDENT: i32 = 200;
/// More blank lines in a row count as this many.
const MOST_BLANKS: i32 = 20;

// The weights git found on hand-rated examples (git's diff-slider-tools).
const START_OF_FILE: i32 = 1;
const END_OF_FILE: i32 = 21;
const BLANK_LINE: i32 = -30;
const BLANK_LINE_AFTER: i32 = 6;
const INDENT: (i32, i32) = (-4, 10);
const OUTDENT: (i32, i32) = (24, 17);
const DEDENT: (i32, i32) = (23, 17);
const INDENT_WEIGHT: i32 = 60;

/// Settles the place of every block of both versions.
pub(crate) fn settle(old: &mut Records<'_>, new: &mut Records<'_>) {
    settle_one(old, new);
    settle_one(new, old);
}

/// A run of changed lines; an empty one stands between two unchanged lines.
#[derive(Clone, Copy)]
struct Block {
    start: u32,
    end: u32,
}

impl Block {
    fn first(file: &Records<'_>) -> Self {
        let mut block = Self { start: 0, end: 0 };
        block.grow_down(file);
        block
    }

    fn is_empty(self) -> bool {
        self.start == self.end
    }

    fn lines(self) -> u32 {
        self.end - self.start
    }

    fn grow_down(&mut self, file: &Records<'_>) {
        while file.is_changed(self.end) {
            self.end += 1;
        }
    }

    fn next(&mut self, file: &Records<'_>) -> bool {
        if self.end == file.len() {
            return false;
        }
        self.start = self.end + 1;
        self.end = self.start;
        self.grow_down(file);
        true
    }

    fn previous(&mut self, file: &Records<'_>) {
        self.end = self.start.saturating_sub(1);
        self.start = self.end;
        while file.is_changed_before(self.start) {
            self.start -= 1;
        }
    }

    fn slide_up(&mut self, file: &mut Records<'_>) -> bool {
        if self.start == 0 || !same_token(file, self.start - 1, self.end - 1) {
            return false;
        }
        self.start -= 1;
        self.end -= 1;
        file.set_changed(self.start, true);
        file.set_changed(self.end, false);
        while file.is_changed_before(self.start) {
            self.start -= 1;
        }
        true
    }

    fn slide_down(&mut self, file: &mut Records<'_>) -> bool {
        if self.end >= file.len() || !same_token(file, self.start, self.end) {
            return false;
        }
        file.set_changed(self.start, false);
        file.set_changed(self.end, true);
        self.start += 1;
        self.end += 1;
        self.grow_down(file);
        true
    }
}

fn same_token(file: &Records<'_>, one: u32, two: u32) -> bool {
    file.tokens[one as usize] == file.tokens[two as usize]
}

fn settle_one(file: &mut Records<'_>, other: &Records<'_>) {
    let mut block = Block::first(file);
    let mut beside = Block::first(other);
    loop {
        if !block.is_empty() {
            settle_block(file, other, &mut block, &mut beside);
        }
        if !block.next(file) {
            return;
        }
        beside.next(other);
    }
}

/// Slides a block as far up and down as it goes, merging it with blocks it meets,
/// and leaves it at the best place. `beside` follows in the other version.
fn settle_block(
    file: &mut Records<'_>,
    other: &Records<'_>,
    block: &mut Block,
    beside: &mut Block,
) {
    let mut highest_end;
    let mut meets_other;
    let mut lines;
    loop {
        lines = block.lines();
        while block.slide_up(file) {
            beside.previous(other);
        }
        highest_end = block.end;
        meets_other = !beside.is_empty();
        while block.slide_down(file) {
            beside.next(other);
            meets_other |= !beside.is_empty();
        }
        if lines == block.lines() {
            break;
        }
    }
    if block.end == highest_end {
        return;
    }
    let best_end = if meets_other {
        None
    } else {
        let text = Text { bytes: file.bytes, starts: &file.starts };
        Some(best_end(&text, highest_end, block.end, lines))
    };
    while best_end.map_or(beside.is_empty(), |best| block.end > best) {
        if !block.slide_up(file) {
            return;
        }
        beside.previous(other);
    }
}

/// Returns the first line of a lone block of added or removed lines after it has
/// found its place. The block begins at byte `at`, on line `first_line`.
pub(crate) fn place_block(
    file: &[u8],
    at: usize,
    len: usize,
    first_line: u32,
    space: WhiteSpace,
) -> u32 {
    let block = &file[at..at + len];
    let last_start =
        memchr::memrchr(b'\n', &block[..len - 1]).map_or(0, |newline| newline + 1);
    let above = &file[..at];
    let line_above = &above
        [memchr::memrchr(b'\n', &above[..at.saturating_sub(1)]).map_or(0, |n| n + 1)..];
    let first_end = memchr::memchr(b'\n', block).map_or(len, |newline| newline + 1);
    let below = &file[at + len..];
    let line_below =
        &below[..memchr::memchr(b'\n', below).map_or(below.len(), |n| n + 1)];
    let up =
        !above.is_empty() && tokens::same_line(line_above, &block[last_start..], space);
    let down =
        !below.is_empty() && tokens::same_line(&block[..first_end], line_below, space);
    if !up && !down {
        return first_line;
    }
    slide_alone(file, first_line, crate::lines::diff::count_lines(block), space)
}

fn slide_alone(file: &[u8], first_line: u32, lines: u32, space: WhiteSpace) -> u32 {
    let starts = tokens::line_starts(file);
    let text = Text { bytes: file, starts: &starts };
    let same =
        |one: u32, two: u32| tokens::same_line(text.line(one), text.line(two), space);
    let mut lowest = first_line;
    while lowest + lines < text.len() && same(lowest, lowest + lines) {
        lowest += 1;
    }
    let mut highest = first_line;
    while highest > 0 && same(highest - 1, highest + lines - 1) {
        highest -= 1;
    }
    if lowest == highest {
        return first_line;
    }
    best_end(&text, highest + lines, lowest + lines, lines) - lines
}

/// The text of a version, for measuring indentation.
struct Text<'a> {
    bytes: &'a [u8],
    starts: &'a [u32],
}

impl Text<'_> {
    fn len(&self) -> u32 {
        if self.bytes.is_empty() { 0 } else { len_to_u32(self.starts.len() - 1) }
    }

    fn line(&self, line: u32) -> &[u8] {
        let line = line as usize;
        &self.bytes[self.starts[line] as usize..self.starts[line + 1] as usize]
    }

    /// Returns the indentation of a line in columns, or `None` for a blank line.
    fn indent(&self, line: u32) -> Option<i32> {
        let mut indent = 0;
        for &byte in self.line(line) {
            match byte {
                b' ' => indent += 1,
                b'\t' => indent += 8 - indent % 8,
                byte if tokens::is_space(byte) => {}
                _ => return Some(indent),
            }
            if indent >= MOST_INDENT {
                return Some(MOST_INDENT);
            }
        }
        None
    }

    /// Returns the indentation of the nearest line that is not blank, and how many
    /// blank lines come before it.
    fn nearest(&self, lines: impl Iterator<Item = u32>) -> (Option<i32>, i32) {
        let mut blanks = 0;
        for line in lines {
            if let Some(indent) = self.indent(line) {
                return (Some(indent), blanks);
            }
            blanks += 1;
            if blanks == MOST_BLANKS {
                return (Some(0), blanks);
            }
        }
        (None, blanks)
    }
}

/// How bad a place between two lines is for an edge of a block.
#[derive(Clone, Copy, Default)]
struct Score {
    indent: i32,
    penalty: i32,
}

/// Returns the end of the best place for a block that may end anywhere from
/// `highest_end` to `lowest_end`. Of equally good places the lowest wins.
fn best_end(text: &Text<'_>, highest_end: u32, lowest_end: u32, lines: u32) -> u32 {
    let first = highest_end
        .max(lowest_end.saturating_sub(lines + 1))
        .max(lowest_end.saturating_sub(MOST_POSITIONS));
    let mut best: Option<(Score, u32)> = None;
    for end in first..=lowest_end {
        let mut score = Score::default();
        add_edge(text, end, &mut score);
        add_edge(text, end - lines, &mut score);
        if best.is_none_or(|(known, _)| compare(score, known) <= 0) {
            best = Some((score, end));
        }
    }
    best.map_or(lowest_end, |(_, end)| end)
}

fn compare(one: Score, two: Score) -> i32 {
    let indent = (one.indent - two.indent).signum();
    INDENT_WEIGHT * indent + one.penalty - two.penalty
}

fn add_edge(text: &Text<'_>, edge: u32, score: &mut Score) {
    let at_end = edge >= text.len();
    let here = if at_end { None } else { text.indent(edge) };
    let (above, blanks_above) = text.nearest((0..edge).rev());
    let rest: Range<u32> = (edge + 1).min(text.len())..text.len();
    let (below, blanks_below) = text.nearest(rest);
    if above.is_none() && blanks_above == 0 {
        score.penalty += START_OF_FILE;
    }
    if at_end {
        score.penalty += END_OF_FILE;
    }
    let blanks_after = if here.is_none() { 1 + blanks_below } else { 0 };
    let blanks = blanks_above + blanks_after;
    score.penalty += BLANK_LINE * blanks + BLANK_LINE_AFTER * blanks_after;
    let indent = here.or(below);
    score.indent += indent.unwrap_or(-1);
    let (Some(indent), Some(above)) = (indent, above) else { return };
    let weights = if indent > above {
        INDENT
    } else if indent == above {
        return;
    } else if below.is_some_and(|below| below > indent) {
        OUTDENT
    } else {
        DEDENT
    };
    score.penalty += if blanks == 0 { weights.0 } else { weights.1 };
}
