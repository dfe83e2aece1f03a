//! Lines as small numbers: two lines have the same number exactly when they are equal.

use xxhash_rust::xxh3::xxh3_64;

use crate::lines::diff::WhiteSpace;
use crate::units::len_to_u32;

/// A line that equals none between the ends.
const ELSEWHERE: u32 = u32::MAX;

/// Whether git takes `byte` for white space.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether two lines are equal under `space`.
pub(crate) fn same_line(one: &[u8], two: &[u8], space: WhiteSpace) -> bool {
    match space {
        WhiteSpace::Exact => one == two,
        WhiteSpace::Ignored => {
            let inked = |line: &[u8]| {
                line.iter().copied().filter(|&byte| !is_space(byte)).collect::<Vec<_>>()
            };
            one == two || inked(one) == inked(two)
        }
    }
}

/// Returns the lines of `bytes`, each with its `\n`.
pub(crate) fn split_lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1);
        let (line, tail) = rest.split_at(end);
        rest = tail;
        Some(line)
    })
}

/// Gives equal lines equal numbers: a hash table with open addressing, since one is
/// filled for every comparison and must cost no more than its lines.
struct Interner<'a> {
    space: WhiteSpace,
    /// Places of the table: the number of a line plus one, or zero.
    slots: Vec<u32>,
    /// For each number the hash and the line that has it.
    known: Vec<(u64, &'a [u8])>,
    inked: Vec<u8>,
}

impl<'a> Interner<'a> {
    /// An empty table for at most `lines` different lines.
    fn new(space: WhiteSpace, lines: usize) -> Self {
        let size = (lines * 2).next_power_of_two();
        Self { space, slots: vec![0; size], known: Vec::new(), inked: Vec::new() }
    }

    fn hash(&mut self, line: &[u8]) -> u64 {
        match self.space {
            WhiteSpace::Exact => xxh3_64(line),
            WhiteSpace::Ignored => {
                self.inked.clear();
                self.inked.extend(line.iter().filter(|&&byte| !is_space(byte)));
                xxh3_64(&self.inked)
            }
        }
    }

    /// The number of an equal line, or the free slot where it would stand.
    fn find(&self, hash: u64, line: &[u8]) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let mut slot = low_bits(hash) & mask;
        loop {
            let Some(class) = self.slots[slot].checked_sub(1) else { return Err(slot) };
            let (known_hash, known) = self.known[class as usize];
            if known_hash == hash && same_line(known, line, self.space) {
                return Ok(class);
            }
            slot = (slot + 1) & mask;
        }
    }

    fn intern(&mut self, line: &'a [u8]) -> u32 {
        let hash = self.hash(line);
        match self.find(hash, line) {
            Ok(class) => class,
            Err(slot) => {
                self.known.push((hash, line));
                let next = len_to_u32(self.known.len());
                self.slots[slot] = next;
                next - 1
            }
        }
    }

    fn look_up(&mut self, line: &[u8]) -> u32 {
        let hash = self.hash(line);
        self.find(hash, line).unwrap_or(ELSEWHERE)
    }

    fn classes(&self) -> u32 {
        len_to_u32(self.known.len())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "any bits of a hash will do")]
fn low_bits(hash: u64) -> usize {
    hash as usize
}

/// The lines between the equal ends of two versions.
pub(crate) struct Middle<'a> {
    interner: Interner<'a>,
    old: Vec<u32>,
    new: Vec<u32>,
    shared: bool,
}

impl<'a> Middle<'a> {
    pub(crate) fn new(old: &'a [u8], new: &'a [u8], space: WhiteSpace) -> Self {
        let lines = memchr::memchr_iter(b'\n', old).count()
            + memchr::memchr_iter(b'\n', new).count();
        let mut interner = Interner::new(space, lines + 2);
        let old: Vec<u32> = split_lines(old).map(|line| interner.intern(line)).collect();
        let old_classes = interner.classes();
        let new: Vec<u32> = split_lines(new).map(|line| interner.intern(line)).collect();
        let shared = new.iter().any(|&class| class < old_classes);
        Self { interner, old, new, shared }
    }

    pub(crate) fn shares_a_line(&self) -> bool {
        self.shared
    }

    pub(crate) fn old_lines(&self) -> u32 {
        len_to_u32(self.old.len())
    }

    pub(crate) fn new_lines(&self) -> u32 {
        len_to_u32(self.new.len())
    }

    pub(crate) fn lines(&self) -> u64 {
        (self.old.len() + self.new.len()) as u64
    }

    /// Completes both versions with their equal ends.
    pub(crate) fn into_records(
        mut self,
        before: &'a [u8],
        after: &'a [u8],
        prefix: usize,
        suffix: usize,
    ) -> (Records<'a>, Records<'a>) {
        let mut outside = |bytes: &[u8]| -> Vec<u32> {
            split_lines(bytes).map(|line| self.interner.look_up(line)).collect()
        };
        let head = outside(&before[..prefix]);
        let tail = outside(&before[before.len() - suffix..]);
        let classes = self.interner.classes();
        let whole = |middle: &[u32]| -> Vec<u32> {
            [head.as_slice(), middle, tail.as_slice()].concat()
        };
        let (old, new) = (whole(&self.old), whole(&self.new));
        let mut first = 0;
        while first < old.len().min(new.len())
            && same(&old, &new, first, first, head.len())
        {
            first += 1;
        }
        let mut last = 0;
        let limit = old.len().min(new.len()) - first;
        while last < limit && same_from_end(&old, &new, last, tail.len()) {
            last += 1;
        }
        let ends = (len_to_u32(first), len_to_u32(last));
        (
            Records::new(before, old, classes, ends),
            Records::new(after, new, classes, ends),
        )
    }
}

/// Whether line `at` is equal in both; below `head` it is by construction.
fn same(old: &[u32], new: &[u32], at_old: usize, at_new: usize, head: usize) -> bool {
    at_old < head || (old[at_old] == new[at_new] && old[at_old] != ELSEWHERE)
}

fn same_from_end(old: &[u32], new: &[u32], last: usize, tail: usize) -> bool {
    let (one, two) = (old[old.len() - 1 - last], new[new.len() - 1 - last]);
    last < tail || (one == two && one != ELSEWHERE)
}

/// One version as numbered lines, each marked as changed or not.
pub(crate) struct Records<'a> {
    /// The text, for indentation.
    pub(crate) bytes: &'a [u8],
    /// Where each line begins.
    pub(crate) starts: Vec<u32>,
    /// The number of each line.
    pub(crate) tokens: Vec<u32>,
    /// How often each number occurs in this version.
    pub(crate) occurrences: Vec<u32>,
    /// The lines between the equal ends: half-open.
    pub(crate) middle: (u32, u32),
    /// Whether each line is changed, with one unchanged line on either side.
    changed: Vec<bool>,
}

impl<'a> Records<'a> {
    fn new(bytes: &'a [u8], tokens: Vec<u32>, classes: u32, ends: (u32, u32)) -> Self {
        let mut occurrences = vec![0; classes as usize];
        for &token in tokens.iter().filter(|&&token| token != ELSEWHERE) {
            occurrences[token as usize] += 1;
        }
        let n_lines = tokens.len();
        Self {
            bytes,
            starts: line_starts(bytes),
            tokens,
            occurrences,
            middle: (ends.0, len_to_u32(n_lines) - ends.1),
            changed: vec![false; n_lines + 2],
        }
    }

    pub(crate) fn len(&self) -> u32 {
        len_to_u32(self.tokens.len())
    }

    pub(crate) fn is_changed(&self, line: u32) -> bool {
        self.changed[line as usize + 1]
    }

    /// Whether the line before `line` is changed; before the first there is none.
    pub(crate) fn is_changed_before(&self, line: u32) -> bool {
        self.changed[line as usize]
    }

    pub(crate) fn set_changed(&mut self, line: u32, changed: bool) {
        self.changed[line as usize + 1] = changed;
    }
}

/// Returns where each line begins, and the end.
pub(crate) fn line_starts(bytes: &[u8]) -> Vec<u32> {
    let mut starts = vec![0];
    starts
        .extend(memchr::memchr_iter(b'\n', bytes).map(|newline| len_to_u32(newline + 1)));
    if starts.last() != Some(&len_to_u32(bytes.len())) {
        starts.push(len_to_u32(bytes.len()));
    }
    starts
}
