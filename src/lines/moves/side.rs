//! All lines that went, or all that came, one after the other.

use super::Block;
use crate::lines::marks::grams::{GRAM_LINES, grams};
use crate::units::len_to_u32;

/// The lines of all blocks, in the order of path and line, so that the order in which
/// blocks are given cannot show. Before, between and behind blocks stands a line that
/// equals none.
#[derive(Debug)]
pub(super) struct Side<'a> {
    blocks: &'a [Block<'a>],
    /// The number of each block, in the order of path and line.
    order: Vec<u32>,
    /// Where each block begins, in the same order.
    starts: Vec<u32>,
    /// The key of each line.
    keys: Vec<u64>,
    /// How many countable lines and how many letters stand before each place.
    before: Vec<(u32, u64)>,
    /// The key of lines that equal none.
    none: u64,
}

impl<'a> Side<'a> {
    pub(super) fn new(blocks: &'a [Block<'a>], none: u64) -> Self {
        let mut order: Vec<u32> = (0..len_to_u32(blocks.len())).collect();
        order.sort_by_key(|&at| {
            let block = &blocks[at as usize];
            (block.path, block.start, block.file)
        });
        let lines: usize = blocks.iter().map(|block| block.marks.len() + 1).sum();
        let mut keys = Vec::with_capacity(lines + 1);
        let mut before = Vec::with_capacity(lines + 2);
        let mut starts = Vec::with_capacity(blocks.len());
        keys.push(none);
        before.extend([(0, 0), (0, 0)]);
        let (mut countable, mut letters) = (0, 0);
        for &at in &order {
            starts.push(len_to_u32(keys.len()));
            for mark in blocks[at as usize].marks {
                countable += u32::from(mark.is_countable());
                letters += u64::from(mark.letters());
                keys.push(mark.key());
                before.push((countable, letters));
            }
            keys.push(none);
            before.push((countable, letters));
        }
        Self { blocks, order, starts, keys, before, none }
    }

    /// Whether no run in here could be long enough.
    pub(super) fn is_too_short(&self) -> bool {
        self.before.last().is_none_or(|&(countable, _)| (countable as usize) < GRAM_LINES)
    }

    /// How many places there are.
    pub(super) fn len(&self) -> u32 {
        len_to_u32(self.keys.len())
    }

    pub(super) fn key(&self, at: u32) -> u64 {
        self.keys[at as usize]
    }

    /// Whether a line stands here that no run has taken.
    pub(super) fn is_free(&self, at: u32) -> bool {
        self.key(at) != self.none
    }

    pub(super) fn take(&mut self, at: u32, lines: u32) {
        self.keys[at as usize..(at + lines) as usize].fill(self.none);
    }

    /// How many countable lines and how many letters there are from a place on.
    pub(super) fn size(&self, at: u32, lines: u32) -> (u32, u64) {
        let (before, behind) =
            (self.before[at as usize], self.before[(at + lines) as usize]);
        (behind.0 - before.0, behind.1 - before.1)
    }

    fn rank_at(&self, at: u32) -> usize {
        self.starts.partition_point(|&start| start <= at).saturating_sub(1)
    }

    pub(super) fn block_at(&self, at: u32) -> &Block<'a> {
        &self.blocks[self.order[self.rank_at(at)] as usize]
    }

    /// The line number of a place in its file.
    pub(super) fn line_at(&self, at: u32) -> u32 {
        self.block_at(at).start.saturating_add(at - self.starts[self.rank_at(at)])
    }

    /// The number of the block of a place, and its line there.
    pub(super) fn place_of(&self, at: u32) -> (u32, u32) {
        let rank = self.rank_at(at);
        (self.order[rank], at - self.starts[rank])
    }

    /// Where seeds begin, with their hashes.
    pub(super) fn grams(&self) -> impl Iterator<Item = (u64, u32)> {
        self.order.iter().zip(&self.starts).flat_map(|(&at, &start)| {
            let marks = self.blocks[at as usize].marks;
            grams(marks).map(move |(line, hash)| (hash, start + line))
        })
    }
}
