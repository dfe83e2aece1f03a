//! Packs: many objects in one file, most of them as deltas of others.
//!
//! Nothing in a pack is believed: sizes are checked before anything is inflated, no
//! object on a chain of deltas may be over the limit, and a chain may neither meet
//! itself nor grow without end. Files are read, not mapped: a pack that is cut off
//! meanwhile is a damaged one, and no signal.

mod base_cache;
mod buffers;
mod delta;
mod file;
mod index;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::history::ObjectId;
use crate::history::inflate::{Inflated, Inflater};
use crate::history::objects::{ObjectBytes, ObjectKind, Unreadable};
use crate::history::pack::base_cache::{BaseCache, Made, Place};
use crate::history::pack::buffers::Buffers;
pub(super) use crate::history::pack::file::{Pack, list_packs};
use crate::limits;
use crate::units::len_to_u64;

/// What an entry is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EntryKind {
    Whole(ObjectKind),
    /// A delta of the entry that begins there.
    Delta(u64),
}

/// The head of an entry, and where the stream after it is.
#[derive(Debug, Clone)]
struct Entry {
    kind: EntryKind,
    /// Where the entry begins.
    offset: u64,
    /// How long the stream is when it is inflated.
    size: u64,
    /// Where the stream stands in the pack.
    stream: Range<u64>,
    /// How much of it is at hand: a range of `PackReader::heads`.
    head: Range<usize>,
}

/// Reads objects from packs; one for each thread.
#[derive(Debug)]
pub(super) struct PackReader {
    inflater: Inflater,
    cache: BaseCache,
    buffers: Buffers,
    /// Entries that lead to nothing readable, so that they are followed only once.
    refused: HashMap<Place, Unreadable>,
    /// The first bytes of the entries on the way to a base.
    heads: Vec<u8>,
    /// The deltas on that way, and the latest of them inflated.
    chain: Vec<Entry>,
    delta: Vec<u8>,
    /// Bytes read of entries and made of them, since somebody asked.
    work: u64,
}

impl PackReader {
    /// What following one entry costs besides, in bytes; on the high side.
    const ENTRY_WORK: u64 = 1 << 10;

    /// How much of an entry is read at once.
    const HEAD_BYTES: u64 = 16 << 10;
    /// How many bytes of heads are kept; what is beyond is read again.
    const MOST_HEADS: usize = 4 << 20;
    /// How much of a long stream is read at once.
    const STREAM_BYTES: u64 = 256 << 10;

    /// How much room for inflated deltas is kept.
    const DELTA_BYTES: usize = 1 << 20;

    pub(super) fn new() -> Self {
        Self {
            inflater: Inflater::new(),
            cache: BaseCache::default(),
            buffers: Buffers::default(),
            refused: HashMap::default(),
            heads: Vec::new(),
            chain: Vec::new(),
            delta: Vec::new(),
            work: 0,
        }
    }

    /// How many bytes were read of entries and made of them since this was asked last,
    /// whatever came of it.
    pub(super) fn take_work(&mut self) -> u64 {
        std::mem::take(&mut self.work)
    }

    /// Reads the object whose entry begins at `offset`, if it and all it is made from
    /// are within `limit` bytes.
    pub(super) fn read(
        &mut self,
        pack: &Pack,
        offset: u64,
        limit: u64,
    ) -> Result<(ObjectKind, ObjectBytes), Unreadable> {
        self.chain.clear();
        self.heads.clear();
        match self.follow(pack, offset, limit) {
            Ok(made) => Ok((made.kind, made.bytes)),
            Err(why) => {
                let place = |entry: &Entry| ((pack.number, entry.offset), why);
                self.refused.extend(self.chain.iter().map(place));
                Err(why)
            }
        }
    }

    /// Follows the deltas down to a whole object and makes them from there up. When
    /// that fails, those that cannot be made are left on the chain.
    fn follow(
        &mut self,
        pack: &Pack,
        offset: u64,
        limit: u64,
    ) -> Result<Made, Unreadable> {
        let (mut at, mut seen) = (offset, offset);
        let mut made = loop {
            if let Some(made) = self.cache.get((pack.number, at)) {
                break made;
            }
            if let Some(&why) = self.refused.get(&(pack.number, at)) {
                return Err(why);
            }
            let entry = self.entry(pack, at)?;
            if entry.size > limit {
                return Err(Unreadable::TooLarge);
            }
            match entry.kind {
                EntryKind::Whole(kind) => break self.whole(pack, &entry, kind)?,
                EntryKind::Delta(base) => {
                    at = base;
                    self.chain.push(entry);
                }
            }
            let depth = len_to_u64(self.chain.len());
            if depth > limits::DELTA_DEPTH.value {
                self.chain.truncate(1);
                return Err(Unreadable::TooLarge);
            }
            // A chain that meets itself comes back to one of the places marked at
            // depths that are powers of two.
            if at == seen {
                return Err(Unreadable::Corrupt);
            }
            if depth.is_power_of_two() {
                seen = at;
            }
        };
        if len_to_u64(made.bytes.len()) > limit {
            return Err(Unreadable::TooLarge);
        }
        for next in (0..self.chain.len()).rev() {
            self.chain.truncate(next + 1);
            made = self.apply(pack, &made, limit)?;
        }
        Ok(made)
    }

    /// Makes a whole object.
    fn whole(
        &mut self,
        pack: &Pack,
        entry: &Entry,
        kind: ObjectKind,
    ) -> Result<Made, Unreadable> {
        let size = usize::try_from(entry.size).map_err(|_| Unreadable::TooLarge)?;
        let mut bytes = self.buffers.take(size);
        self.inflate(pack, entry, &mut bytes)?;
        let made = Made { kind, bytes: Arc::new(bytes), chain_bytes: entry.size };
        self.cache.insert((pack.number, entry.offset), made.clone(), &mut self.buffers);
        Ok(made)
    }

    /// Makes the object of the last delta on the chain.
    fn apply(
        &mut self,
        pack: &Pack,
        base: &Made,
        limit: u64,
    ) -> Result<Made, Unreadable> {
        let Some(entry) = self.chain.last().cloned() else { return Ok(base.clone()) };
        let mut delta = std::mem::take(&mut self.delta);
        delta.clear();
        let inflated = self.inflate(pack, &entry, &mut delta);
        // What is to be made counts, also when it fails halfway.
        self.work += delta::sizes(&delta).map_or(0, |(sizes, _)| sizes.result.min(limit));
        let made = inflated.and_then(|()| make(base, &delta, limit, &mut self.buffers));
        if delta.capacity() <= Self::DELTA_BYTES {
            self.delta = delta;
        }
        let made = made?;
        self.cache.insert((pack.number, entry.offset), made.clone(), &mut self.buffers);
        Ok(made)
    }

    /// Reads the head of an entry.
    fn entry(&mut self, pack: &Pack, offset: u64) -> Result<Entry, Unreadable> {
        let end = pack.entry_end(offset).ok_or(Unreadable::Corrupt)?;
        if self.heads.len() > Self::MOST_HEADS {
            self.heads.clear();
            self.chain.iter_mut().for_each(|entry| entry.head = 0..0);
        }
        let start = self.heads.len();
        let wanted = (end - offset).min(Self::HEAD_BYTES);
        self.work += wanted + Self::ENTRY_WORK;
        pack.append(offset, wanted, &mut self.heads)?;
        let head = parse_head(&self.heads[start..]).ok_or(Unreadable::Corrupt)?;
        let (code, size, mut used) = head;
        let rest = &self.heads[start + used..];
        let kind = match code {
            1 => EntryKind::Whole(ObjectKind::Commit),
            2 => EntryKind::Whole(ObjectKind::Tree),
            3 => EntryKind::Whole(ObjectKind::Blob),
            4 => EntryKind::Whole(ObjectKind::Tag),
            6 => {
                let (back, bytes) = parse_back(rest).ok_or(Unreadable::Corrupt)?;
                used += bytes;
                EntryKind::Delta(offset.checked_sub(back).ok_or(Unreadable::Corrupt)?)
            }
            7 => {
                let id = rest.get(..20).and_then(ObjectId::from_raw);
                used += 20;
                let base = id.and_then(|id| pack.offset(id));
                EntryKind::Delta(base.ok_or(Unreadable::Corrupt)?)
            }
            _ => return Err(Unreadable::Corrupt),
        };
        let head = start + used..self.heads.len();
        Ok(Entry { kind, offset, size, stream: offset + len_to_u64(used)..end, head })
    }

    /// Inflates the stream of an entry, which must have the length it says.
    fn inflate(
        &mut self,
        pack: &Pack,
        entry: &Entry,
        made: &mut Vec<u8>,
    ) -> Result<(), Unreadable> {
        let size = usize::try_from(entry.size).map_err(|_| Unreadable::TooLarge)?;
        made.reserve_exact(size);
        self.inflater.restart();
        let mut at = entry.stream.start + len_to_u64(entry.head.len());
        let mut state = self.inflater.feed(&self.heads[entry.head.clone()], made);
        let mut part = Vec::new();
        while state == Inflated::More && at < entry.stream.end {
            let wanted = (entry.stream.end - at).min(Self::STREAM_BYTES);
            part.clear();
            pack.append(at, wanted, &mut part)?;
            at += wanted;
            state = self.inflater.feed(&part, made);
        }
        self.work += len_to_u64(made.len());
        if state == Inflated::End && made.len() == size {
            Ok(())
        } else {
            Err(Unreadable::Corrupt)
        }
    }
}

/// Makes an object from the one it is a delta of.
fn make(
    base: &Made,
    delta: &[u8],
    limit: u64,
    buffers: &mut Buffers,
) -> Result<Made, Unreadable> {
    let (sizes, instructions) = delta::sizes(delta).ok_or(Unreadable::Corrupt)?;
    if sizes.base != len_to_u64(base.bytes.len()) {
        return Err(Unreadable::Corrupt);
    }
    let chain_bytes = base.chain_bytes.saturating_add(sizes.result);
    if sizes.result > limit || chain_bytes > limits::DELTA_CHAIN_BYTES.value {
        return Err(Unreadable::TooLarge);
    }
    let len = usize::try_from(sizes.result).map_err(|_| Unreadable::TooLarge)?;
    let mut bytes = buffers.take(len);
    delta::apply(&base.bytes, instructions, len, &mut bytes)
        .ok_or(Unreadable::Corrupt)?;
    Ok(Made { kind: base.kind, bytes: Arc::new(bytes), chain_bytes })
}

/// The type and the size of an entry, and how many bytes they take.
fn parse_head(data: &[u8]) -> Option<(u8, u64, usize)> {
    let first = *data.first()?;
    let mut size = u64::from(first & 0x0f);
    let (mut byte, mut at) = (first, 1);
    while byte & 0x80 != 0 {
        byte = *data.get(at)?;
        let shift = u32::try_from(4 + 7 * (at - 1)).ok()?;
        let bits = u64::from(byte & 0x7f);
        if shift >= 64 || bits << shift >> shift != bits {
            return None;
        }
        size |= bits << shift;
        at += 1;
    }
    Some((first >> 4 & 0x07, size, at))
}

/// How far back the base of a delta begins, and how many bytes that takes.
fn parse_back(data: &[u8]) -> Option<(u64, usize)> {
    let mut back = 0_u64;
    for (at, &byte) in data.iter().enumerate().take(10) {
        back = back.checked_mul(128)?.checked_add(u64::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            return (back > 0).then_some((back, at + 1));
        }
        back = back.checked_add(1)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_has_a_type_and_a_size() {
        assert_eq!(parse_head(&[0x35]), Some((3, 5, 1)));
        assert_eq!(parse_head(&[0xb5, 0x01]), Some((3, 0x15, 2)));
        assert_eq!(parse_head(&[0xb5]), None);
        assert_eq!(parse_head(&[0xff; 20]), None, "no size is that large");
    }

    #[test]
    fn a_base_stands_further_back() {
        assert_eq!(parse_back(&[5]), Some((5, 1)));
        assert_eq!(parse_back(&[0x80, 0]), Some((128, 2)));
        assert_eq!(parse_back(&[0]), None, "nothing is its own base");
        assert_eq!(parse_back(&[0x80]), None);
        assert_eq!(parse_back(&[0xff; 20]), None);
    }
}
