//! Where a block of changed lines stands when it could stand in several places: an
//! added line equal to its neighbour may be either of the two. Git prefers to line a
//! block up with a block of the other version, and else looks at indentation.

use std::ops::Range;

use crate::lines::diff::LineRange;
use crate::lines::tokens::{self, Lines, Records};

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
    /// The block that begins at `start`.
    fn at(file: &Records<'_>, start: u32) -> Self {
        let mut block = Self { start, end: start };
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
    let tokens = file.lines.tokens;
    tokens[one as usize] == tokens[two as usize]
}

fn settle_one(file: &mut Records<'_>, other: &Records<'_>) {
    // The lines before the first change stand side by side. A block of the other version
    // may already have slid up, above what is between the equal ends.
    let start = file.unchanged_from(0).min(other.unchanged_from(0));
    let mut block = Block::at(file, start);
    let mut beside = Block::at(other, start);
    loop {
        if !block.is_empty() {
            settle_block(file, other, &mut block, &mut beside);
        }
        // Behind the middle there are no blocks, except such as have slid there.
        if block.start > file.middle.1 || !block.next(file) {
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
        Some(best_end(file.lines, highest_end, block.end, lines))
    };
    while best_end.map_or(beside.is_empty(), |best| block.end > best) {
        if !block.slide_up(file) {
            return;
        }
        beside.previous(other);
    }
}

/// Returns the first line of a lone block of added or removed lines after it has
/// found its place.
pub(crate) fn place_block(file: Lines<'_>, block: LineRange) -> u32 {
    let (tokens, lines) = (file.tokens, block.lines());
    let same = |one: u32, two: u32| tokens[one as usize] == tokens[two as usize];
    let mut lowest = block.start;
    while lowest + lines < file.len() && same(lowest, lowest + lines) {
        lowest += 1;
    }
    let mut highest = block.start;
    while highest > 0 && same(highest - 1, highest + lines - 1) {
        highest -= 1;
    }
    if lowest == highest {
        return block.start;
    }
    best_end(file, highest + lines, lowest + lines, lines) - lines
}

impl Lines<'_> {
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
fn best_end(text: Lines<'_>, highest_end: u32, lowest_end: u32, lines: u32) -> u32 {
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

fn add_edge(text: Lines<'_>, edge: u32, score: &mut Score) {
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
