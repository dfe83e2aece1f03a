//! Lines as small numbers: two lines have the same number exactly when they are equal.
//!
//! The numbers are kept with each version, and a version is read beside the one it
//! came from: the lines that both have in one piece are found by comparing bytes and
//! take their numbers over, so that only lines that came are hashed.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::history::objects::ObjectBytes;
use crate::lines::diff::{LineRange, WhiteSpace};
use crate::units::len_to_u32;

/// Whether git takes `byte` for white space.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether two lines are equal under `space`.
fn same_line(one: &[u8], two: &[u8], space: WhiteSpace) -> bool {
    let is_ink = |byte: &&u8| !is_space(**byte);
    let inked =
        |one: &[u8], two: &[u8]| one.iter().filter(is_ink).eq(two.iter().filter(is_ink));
    one == two || (space == WhiteSpace::Ignored && inked(one, two))
}

/// Returns the lines of `bytes`, each with its `\n`.
#[cfg(test)]
pub(crate) fn split_lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|&byte| byte == b'\n')
}

/// A line that has a number.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// One half of its hash says where it is looked for,
    place: u32,
    /// the other whether it may be the line.
    hash: u32,
    /// Where it ends in the text.
    end: usize,
}

/// The numbers of all lines met so far.
#[derive(Debug)]
pub(crate) struct Lexicon {
    space: WhiteSpace,
    /// Another for each lexicon, so that nobody can write lines that all have one hash.
    /// Numbers are given in the order of meeting, and do not depend on it.
    seed: u64,
    /// Places of a hash table with open addressing: a number plus one, or zero.
    slots: Vec<u32>,
    /// What is known of the line of each number.
    known: Vec<Known>,
    /// The lines one after the other: a hash alone does not make lines equal.
    text: Vec<u8>,
    inked: Vec<u8>,
    /// For each number how often it stands in the older and in the newer version, while
    /// two are compared; all zero in between.
    pub(crate) counts: Vec<[u32; 2]>,
    /// Lines that were hashed.
    pub(crate) lines_hashed: u64,
}

impl Lexicon {
    /// Knows no line yet.
    pub(crate) fn new(space: WhiteSpace) -> Self {
        Self {
            space,
            seed: RandomState::new().hash_one(()),
            slots: vec![0; 64],
            known: Vec::new(),
            text: Vec::new(),
            inked: Vec::new(),
            counts: Vec::new(),
            lines_hashed: 0,
        }
    }

    /// When lines count as equal.
    pub(crate) fn space(&self) -> WhiteSpace {
        self.space
    }

    /// How many bytes it holds, roughly.
    pub(crate) fn bytes(&self) -> usize {
        // A number costs its entry, two to four places, and its counts.
        self.text.len() + self.known.len() * 40
    }

    fn hash(&mut self, line: &[u8]) -> u64 {
        self.lines_hashed += 1;
        match self.space {
            WhiteSpace::Exact => xxh3_64_with_seed(line, self.seed),
            WhiteSpace::Ignored => {
                self.inked.clear();
                self.inked.extend(line.iter().filter(|&&byte| !is_space(byte)));
                xxh3_64_with_seed(&self.inked, self.seed)
            }
        }
    }

    fn line(&self, number: usize) -> &[u8] {
        let start = number.checked_sub(1).map_or(0, |before| self.known[before].end);
        &self.text[start..self.known[number].end]
    }

    fn number(&mut self, line: &[u8]) -> u32 {
        let hash = self.hash(line);
        // The slot is made of other bits than those that are kept.
        let (place, hash) = (low_bits(hash), low_bits(hash >> 32));
        let mask = self.slots.len() - 1;
        let mut slot = place as usize & mask;
        while let Some(number) = self.slots[slot].checked_sub(1) {
            let known = number as usize;
            if self.known[known].hash == hash
                && same_line(self.line(known), line, self.space)
            {
                return number;
            }
            slot = (slot + 1) & mask;
        }
        self.text.extend_from_slice(line);
        self.known.push(Known { place, hash, end: self.text.len() });
        self.counts.push([0, 0]);
        let next = len_to_u32(self.known.len());
        self.slots[slot] = next;
        if self.known.len() * 2 > self.slots.len() {
            self.grow();
        }
        next - 1
    }

    fn grow(&mut self) {
        let mut slots = vec![0; self.slots.len() * 2];
        let mask = slots.len() - 1;
        for (next, known) in (1..).zip(&self.known) {
            let mut slot = known.place as usize & mask;
            while slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            slots[slot] = next;
        }
        self.slots = slots;
    }
}

#[expect(clippy::cast_possible_truncation, reason = "any bits of a hash will do")]
fn low_bits(hash: u64) -> u32 {
    hash as u32
}

/// A version of a file, cut into numbered lines.
#[derive(Debug)]
pub(crate) struct Text {
    bytes: ObjectBytes,
    /// Where each line begins, and the end.
    starts: Vec<u32>,
    /// For each lexicon the number of each line.
    tokens: Vec<Vec<u32>>,
}

impl Text {
    /// Numbers the lines of `bytes`, beside a version that is likely to have most of
    /// them; it must have been read with the same lexicons.
    pub(crate) fn read(
        bytes: ObjectBytes,
        beside: Option<&Self>,
        lexicons: &mut [Lexicon],
    ) -> Self {
        let room = beside.map_or(16, |beside| beside.starts.len() + 16);
        let mut starts = Vec::with_capacity(room);
        let mut tokens: Vec<Vec<u32>> =
            lexicons.iter().map(|_| Vec::with_capacity(room)).collect();
        starts.push(0);
        let tail = beside.map_or(0, |beside| beside.equal_tail(&bytes));
        let mut at = 0;
        // The next line of the other version.
        let mut line = 0;
        let end =
            beside.map_or(bytes.len(), |beside| bytes.len() - beside.tail_bytes(tail));
        while at < end {
            if let Some(beside) = beside {
                let lines = beside.equal_lines(line, &bytes[at..end]);
                let same = line..line + lines;
                beside.copy_lines(same.clone(), at, &mut starts, &mut tokens);
                at += (beside.starts[same.end] - beside.starts[same.start]) as usize;
                line = same.end;
            }
            if at == end {
                break;
            }
            let rest = &bytes[at..end];
            let len =
                memchr::memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1);
            let mut is_known = true;
            for (tokens, lexicon) in tokens.iter_mut().zip(&mut *lexicons) {
                let known = lexicon.known.len();
                tokens.push(lexicon.number(&rest[..len]));
                is_known &= lexicon.known.len() == known;
            }
            at += len;
            starts.push(len_to_u32(at));
            if let (Some(beside), Some(&token), true) =
                (beside, tokens[0].last(), is_known)
            {
                line += after_next(&beside.tokens[0][line..], token);
            }
        }
        if let Some(beside) = beside {
            let lines = beside.starts.len() - 1;
            beside.copy_lines(lines - tail..lines, end, &mut starts, &mut tokens);
        }
        Self { bytes, starts, tokens }
    }

    /// Adds lines of this version to one that has them at byte `at`.
    fn copy_lines(
        &self,
        lines: Range<usize>,
        at: usize,
        starts: &mut Vec<u32>,
        tokens: &mut [Vec<u32>],
    ) {
        let (from, to) = (self.starts[lines.start], len_to_u32(at));
        let ends = &self.starts[lines.start + 1..=lines.end];
        starts.extend(ends.iter().map(|known| known - from + to));
        for (tokens, known) in tokens.iter_mut().zip(&self.tokens) {
            tokens.extend_from_slice(&known[lines.clone()]);
        }
    }

    /// How many lines of this version stand at the end of `other` as well.
    fn equal_tail(&self, other: &[u8]) -> usize {
        let equal = common_suffix(&self.bytes, other);
        let start = self.bytes.len() - equal;
        let lines = &self.starts[..self.starts.len() - 1];
        let first = lines.partition_point(|&line| (line as usize) < start);
        // Where the equal bytes begin, a line of `other` may have begun before.
        let is_within = lines.get(first).is_some_and(|&line| line as usize == start)
            && other[..other.len() - equal].last().is_some_and(|&byte| byte != b'\n');
        lines.len() - first - usize::from(is_within)
    }

    /// How many bytes the last `lines` lines have.
    fn tail_bytes(&self, lines: usize) -> usize {
        self.bytes.len() - self.starts[self.starts.len() - 1 - lines] as usize
    }

    /// How many lines from `line` on stand at the start of `other`.
    fn equal_lines(&self, line: usize, other: &[u8]) -> usize {
        let start = self.starts[line] as usize;
        let equal = start + common_prefix(&self.bytes[start..], other);
        let ends = &self.starts[line + 1..];
        if ends.first().is_none_or(|&end| end as usize > equal) {
            return 0;
        }
        let lines = ends.partition_point(|&end| end as usize <= equal);
        // A last line without its end is another line where the text goes on.
        let is_cut = lines > 0
            && equal == self.bytes.len()
            && equal - start < other.len()
            && self.bytes[equal - 1] != b'\n';
        lines - usize::from(is_cut)
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many lines it has, as git counts them.
    pub(crate) fn n_lines(&self) -> u32 {
        len_to_u32(self.starts.len() - 1)
    }

    /// The bytes of some of its lines.
    pub(crate) fn block(&self, lines: LineRange) -> &[u8] {
        let start = |line: u32| self.starts[line as usize] as usize;
        &self.bytes[start(lines.start)..start(lines.end)]
    }

    /// How many bytes it holds in all.
    pub(crate) fn bytes_held(&self) -> usize {
        self.bytes.len() + 4 * self.starts.len() * (1 + self.tokens.len())
    }

    /// Its lines with the numbers of one lexicon.
    pub(crate) fn lines(&self, lexicon: usize) -> Lines<'_> {
        Lines { bytes: &self.bytes, starts: &self.starts, tokens: &self.tokens[lexicon] }
    }
}

/// Returns the place after the next line with this number, if it is near; else 0.
fn after_next(lines: &[u32], token: u32) -> usize {
    /// How far ahead a line is looked for when the versions part.
    const NEAR_LINES: usize = 128;
    const BLOCK: usize = 16;
    let near = &lines[..lines.len().min(NEAR_LINES)];
    // Whole blocks are compared faster than line by line.
    let has = |block: &&[u32]| block.iter().fold(false, |has, &one| has | (one == token));
    let Some(block) = near.chunks(BLOCK).position(|block| has(&block)) else { return 0 };
    let from = block * BLOCK;
    near[from..].iter().position(|&one| one == token).map_or(0, |at| from + at + 1)
}

/// Numbered lines of a version, from the first on.
#[derive(Clone, Copy)]
pub(crate) struct Lines<'a> {
    /// The text, for indentation.
    pub(crate) bytes: &'a [u8],
    /// Where each line begins, and the end.
    pub(crate) starts: &'a [u32],
    /// The number of each line.
    pub(crate) tokens: &'a [u32],
}

impl<'a> Lines<'a> {
    pub(crate) fn len(&self) -> u32 {
        len_to_u32(self.tokens.len())
    }

    /// Leaves out the lines from byte `end` on, where a line begins.
    pub(crate) fn up_to(self, end: usize) -> Self {
        let lines = self.starts.partition_point(|&start| (start as usize) < end);
        Self {
            bytes: &self.bytes[..end],
            starts: &self.starts[..=lines],
            tokens: &self.tokens[..lines],
        }
    }
}

/// One version while it is compared: each line is marked as changed or not.
pub(crate) struct Records<'a> {
    /// The lines.
    pub(crate) lines: Lines<'a>,
    /// The lines between the equal ends: half-open.
    pub(crate) middle: (u32, u32),
    /// One for each changed line, with one unchanged line on either side.
    changed: Vec<u8>,
}

impl<'a> Records<'a> {
    pub(crate) fn new(lines: Lines<'a>, middle: (u32, u32)) -> Self {
        Self { lines, middle, changed: vec![0; lines.tokens.len() + 2] }
    }

    pub(crate) fn len(&self) -> u32 {
        self.lines.len()
    }

    pub(crate) fn is_changed(&self, line: u32) -> bool {
        self.changed[line as usize + 1] != 0
    }

    /// Whether the line before `line` is changed; before the first there is none.
    pub(crate) fn is_changed_before(&self, line: u32) -> bool {
        self.changed[line as usize] != 0
    }

    pub(crate) fn set_changed(&mut self, line: u32, changed: bool) {
        self.changed[line as usize + 1] = u8::from(changed);
    }

    /// How many lines from `line` on are not changed.
    pub(crate) fn unchanged_from(&self, line: u32) -> u32 {
        let rest = &self.changed[line as usize + 1..];
        // The mark after the last line is none of a line.
        len_to_u32(memchr::memchr(1, rest).unwrap_or(rest.len() - 1))
    }
}

/// Texts are compared in blocks, of these sizes in turn.
const BLOCKS: [usize; 3] = [4_096, 256, 8];

/// How many bytes two texts have in common at the start.
pub(crate) fn common_prefix(one: &[u8], two: &[u8]) -> usize {
    let limit = one.len().min(two.len());
    let mut at = 0;
    for block in BLOCKS {
        while at + block <= limit && one[at..at + block] == two[at..at + block] {
            at += block;
        }
    }
    at + one[at..limit].iter().zip(&two[at..limit]).take_while(|(a, b)| a == b).count()
}

/// How many bytes two texts have in common at the end.
pub(crate) fn common_suffix(one: &[u8], two: &[u8]) -> usize {
    let limit = one.len().min(two.len());
    let (one, two) = (&one[one.len() - limit..], &two[two.len() - limit..]);
    let mut left = limit;
    for block in BLOCKS {
        while left >= block && one[left - block..left] == two[left - block..left] {
            left -= block;
        }
    }
    let rest = one[..left].iter().rev().zip(two[..left].iter().rev());
    limit - left + rest.take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn numbers(
        lexicon: &mut [Lexicon],
        before: &str,
        after: &str,
    ) -> (Vec<u32>, Vec<u32>) {
        let old = Text::read(Arc::new(before.into()), None, lexicon);
        let new = Text::read(Arc::new(after.into()), Some(&old), lexicon);
        let alone = Text::read(Arc::new(after.into()), None, lexicon);
        assert_eq!((&new.starts, &new.tokens), (&alone.starts, &alone.tokens));
        assert_eq!(new.n_lines(), crate::lines::diff::count_lines(after.as_bytes()));
        (old.tokens[0].clone(), new.tokens[0].clone())
    }

    #[test]
    fn a_version_read_beside_another_has_the_numbers_it_would_have_alone() {
        let mut lexicon = [Lexicon::new(WhiteSpace::Exact)];
        let texts = [
            "",
            "a",
            "a\n",
            "ab",
            "\na\n",
            "xa\n",
            "a\na\n",
            "a\nb\n",
            "a\nb",
            "b\na\n",
            "x\na\nb\nc\ny\n",
            "\n\n",
        ];
        for before in texts {
            for after in texts {
                numbers(&mut lexicon, before, after);
            }
        }
        let (_, new) = numbers(&mut lexicon, "p\nq", "p\nqr\np\n");
        assert_eq!((new[0] == new[2], new[0] == new[1]), (true, false));
    }

    #[test]
    fn lines_that_differ_in_white_space_have_one_number_only_when_it_is_ignored() {
        let texts = ("a b\n", "ab \n");
        let (old, new) =
            numbers(&mut [Lexicon::new(WhiteSpace::Exact)], texts.0, texts.1);
        assert_ne!(old, new);
        let (old, new) =
            numbers(&mut [Lexicon::new(WhiteSpace::Ignored)], texts.0, texts.1);
        assert_eq!(old, new);
    }

    #[test]
    fn numbers_stay_when_the_table_grows() {
        let mut lexicon = [Lexicon::new(WhiteSpace::Exact)];
        let many: String = (0..1_000).map(|line| format!("{line}\n")).collect();
        let first = Text::read(Arc::new(many.clone().into()), None, &mut lexicon);
        let again = Text::read(Arc::new(many.into()), None, &mut lexicon);
        assert_eq!(first.tokens, again.tokens);
        assert_eq!(first.tokens[0], (0..1_000).collect::<Vec<u32>>());
    }
}
