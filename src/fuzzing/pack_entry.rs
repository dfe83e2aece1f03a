//! Packs: entries, deltas, and the index that leads to them.

use super::loose_object::{LIMIT, deflated};
use crate::history::ObjectId;
use crate::history::objects::ObjectKind;
use crate::history::probe::read_pack;
use crate::units::{len_to_u32, len_to_u64};

/// How many entries a made-up pack may have.
const MOST_ENTRIES: usize = 12;

/// After an even first byte stand the length of an index in two bytes, the index and
/// the pack, as they are. After an odd one stand entries, of which a pack is made: each
/// object is the one that following its deltas one by one gives, whatever was read
/// before.
pub fn pack_entry(data: &[u8]) {
    let Some((&mode, data)) = data.split_first() else { return };
    if mode % 2 == 0 {
        let Some((len, files)) = data.split_at_checked(2) else { return };
        let len = usize::from(len[0]) << 8 | usize::from(len[1]);
        let (index, pack) = files.split_at(len.min(files.len()));
        let ids: Vec<ObjectId> = (0..=255).map(|byte| ObjectId([byte; 20])).collect();
        drop(read_pack(index, pack, &ids, LIMIT));
        return;
    }
    let entries = entries(data);
    let (index, pack) = written(&entries);
    let numbers = (0..entries.len()).chain((0..entries.len()).rev());
    let ids: Vec<ObjectId> = numbers.clone().map(id).collect();
    let read = read_pack(&index, &pack, &ids, LIMIT);
    for (number, read) in numbers.zip(read) {
        let read = read.expect("the index has it");
        let read = read.ok().map(|(kind, bytes)| (kind, bytes.to_vec()));
        assert_eq!(read, resolved(&entries, number, &mut Vec::new()));
    }
}

/// An entry as it is made up.
#[derive(Debug)]
struct Entry<'a> {
    base: Base,
    /// What its stream holds.
    payload: &'a [u8],
    /// Whether its head claims a byte more than the stream holds.
    claims_more: bool,
    /// Whether the last byte of its stream is missing.
    is_cut: bool,
}

/// What an entry is made from.
#[derive(Debug, Clone, Copy)]
enum Base {
    Whole(ObjectKind),
    /// The entry of this number, before it, by its place.
    Offset(usize),
    /// The entry of this number, anywhere, by its id; the number may be none's.
    Id(usize),
}

fn id(number: usize) -> ObjectId {
    ObjectId([u8::try_from(number).expect("there are few"); 20])
}

/// Four bytes and what they say follows make an entry.
fn entries(mut data: &[u8]) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    while let Some((&[kind, base, flags, len], rest)) = data.split_first_chunk()
        && entries.len() < MOST_ENTRIES
    {
        let (payload, rest) = rest.split_at(usize::from(len).min(rest.len()));
        let base = usize::from(base);
        let base = match (kind % 7, entries.len()) {
            (0, _) => Base::Whole(ObjectKind::Commit),
            (1, _) => Base::Whole(ObjectKind::Tree),
            (2, _) => Base::Whole(ObjectKind::Blob),
            (3, _) => Base::Whole(ObjectKind::Tag),
            (4 | 5, before @ 1..) => Base::Offset(base % before),
            (_, before) => Base::Id(base % (before + 3)),
        };
        let (claims_more, is_cut) = (flags & 7 == 1, flags & 7 == 2);
        entries.push(Entry { base, payload, claims_more, is_cut });
        data = rest;
    }
    entries
}

/// An index of the second format, and its pack.
fn written(entries: &[Entry<'_>]) -> (Vec<u8>, Vec<u8>) {
    let n = len_to_u32(entries.len());
    let mut pack = [b"PACK".as_slice(), &2_u32.to_be_bytes(), &n.to_be_bytes()].concat();
    let mut offsets: Vec<usize> = Vec::new();
    for entry in entries {
        let start = pack.len();
        let code = match entry.base {
            Base::Whole(ObjectKind::Commit) => 1,
            Base::Whole(ObjectKind::Tree) => 2,
            Base::Whole(ObjectKind::Blob) => 3,
            Base::Whole(ObjectKind::Tag) => 4,
            Base::Offset(_) => 6,
            Base::Id(_) => 7,
        };
        pack.extend(head(code, entry.payload.len() + usize::from(entry.claims_more)));
        match entry.base {
            Base::Whole(_) => {}
            Base::Offset(base) => pack.extend(back(start - offsets[base])),
            Base::Id(base) => pack.extend(id(base).0),
        }
        let mut stream = deflated(entry.payload);
        stream.truncate(stream.len() - usize::from(entry.is_cut));
        pack.extend(stream);
        offsets.push(start);
    }
    pack.extend([0; 20]);
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for first in 0..256 {
        index.extend(n.min(first + 1).to_be_bytes());
    }
    (0..entries.len()).for_each(|number| index.extend(id(number).0));
    index.resize(index.len() + 4 * entries.len(), 0);
    for offset in offsets {
        index.extend(len_to_u32(offset).to_be_bytes());
    }
    // Two checksums that nobody checks.
    index.extend([0; 40]);
    (index, pack)
}

/// Type and size: four bits of it, then seven a byte.
fn head(code: u8, size: usize) -> Vec<u8> {
    let low = |size: usize, bits: u32| u8::try_from(size % (1 << bits)).expect("it fits");
    let mut bytes = vec![code << 4 | low(size, 4)];
    let mut rest = size >> 4;
    while rest > 0 {
        *bytes.last_mut().expect("there is one") |= 0x80;
        bytes.push(low(rest, 7));
        rest >>= 7;
    }
    bytes
}

/// A distance, seven bits a byte, the highest first, each further byte one more.
fn back(distance: usize) -> Vec<u8> {
    let low = |rest: usize| u8::try_from(rest % 128).expect("it fits");
    let mut bytes = vec![low(distance)];
    let mut rest = distance >> 7;
    while rest > 0 {
        rest -= 1;
        bytes.push(0x80 | low(rest));
        rest >>= 7;
    }
    bytes.reverse();
    bytes
}

/// The object of an entry, by its deltas one by one; `None` when there is none.
fn resolved(
    entries: &[Entry<'_>],
    number: usize,
    way: &mut Vec<usize>,
) -> Option<(ObjectKind, Vec<u8>)> {
    let entry = entries.get(number)?;
    if entry.claims_more || entry.is_cut || way.contains(&number) {
        return None;
    }
    way.push(number);
    let base = match entry.base {
        Base::Whole(kind) => return Some((kind, entry.payload.to_vec())),
        Base::Offset(base) | Base::Id(base) => base,
    };
    let (kind, base) = resolved(entries, base, way)?;
    Some((kind, patched(&base, entry.payload)?))
}

/// Applies a delta as `gitformat-pack(5)` describes it.
fn patched(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
    let mut rest = delta.iter().copied();
    let mut size = || -> Option<u64> {
        let (mut size, mut shift) = (0, 0);
        loop {
            let byte = rest.next()?;
            size |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return Some(size);
            }
            if shift > 56 {
                return None;
            }
        }
    };
    let (base_size, result_size) = (size()?, size()?);
    if base_size != len_to_u64(base.len()) || result_size > LIMIT {
        return None;
    }
    let mut made = Vec::new();
    while let Some(first) = rest.next() {
        if first == 0 {
            return None;
        }
        if first < 0x80 {
            for _ in 0..first {
                made.push(rest.next()?);
            }
            continue;
        }
        let mut fields = [0_usize; 7];
        for (bit, field) in fields.iter_mut().enumerate() {
            if first >> bit & 1 == 1 {
                *field = usize::from(rest.next()?);
            }
        }
        let number =
            |bytes: &[usize]| bytes.iter().rev().fold(0, |sum, byte| sum << 8 | byte);
        let (start, len) = (number(&fields[..4]), number(&fields[4..]));
        let len = if len == 0 { 0x1_0000 } else { len };
        made.extend_from_slice(base.get(start..start + len)?);
        if len_to_u64(made.len()) > result_size {
            return None;
        }
    }
    (len_to_u64(made.len()) == result_size).then_some(made)
}
