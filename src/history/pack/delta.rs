//! Deltas: an object written as what it copies from another and what it adds.

/// The sizes a delta begins with, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DeltaSizes {
    /// Of the object it copies from.
    pub(super) base: u64,
    /// Of the object it makes.
    pub(super) result: u64,
}

/// Returns the sizes and the instructions that follow, or `None` if it is damaged.
pub(super) fn sizes(delta: &[u8]) -> Option<(DeltaSizes, &[u8])> {
    let (base, rest) = size(delta)?;
    let (result, rest) = size(rest)?;
    Some((DeltaSizes { base, result }, rest))
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
fn size(data: &[u8]) -> Option<(u64, &[u8])> {
    let mut size = 0_u64;
    for (at, &byte) in data.iter().enumerate().take(9) {
        size |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((size, &data[at + 1..]));
        }
    }
    None
}

/// Makes the object of `len` bytes that instructions make of `base`, in an empty
/// buffer; `None` if they are damaged or make another length, of which no more than
/// `len` bytes are made.
pub(super) fn apply(
    base: &[u8],
    mut instructions: &[u8],
    len: usize,
    made: &mut Vec<u8>,
) -> Option<()> {
    while let Some((&first, rest)) = instructions.split_first() {
        let (part, rest) = if first & 0x80 == 0 {
            rest.split_at_checked(usize::from(first)).filter(|_| first != 0)?
        } else {
            let (start, copied, rest) = copy(first, rest)?;
            (base.get(start..start.checked_add(copied)?)?, rest)
        };
        if part.len() > len - made.len() {
            return None;
        }
        made.extend_from_slice(part);
        instructions = rest;
    }
    (made.len() == len).then_some(())
}

/// Where a copy starts, how long it is, and what follows: the bits of its first byte
/// say which bytes of both are there.
fn copy(first: u8, mut rest: &[u8]) -> Option<(usize, usize, &[u8])> {
    let mut field = |bits: u8, bytes: u32| {
        let mut value = 0;
        for at in 0..bytes {
            if bits >> at & 1 == 1 {
                let (&byte, after) = rest.split_first()?;
                value |= usize::from(byte) << (8 * at);
                rest = after;
            }
        }
        Some(value)
    };
    let start = field(first & 0x0f, 4)?;
    let copied = field(first >> 4 & 0x07, 3)?;
    Some((start, if copied == 0 { 0x1_0000 } else { copied }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(base: &[u8], instructions: &[u8], len: usize) -> Option<Vec<u8>> {
        let mut made = Vec::new();
        let whole = super::apply(base, instructions, len, &mut made);
        assert!(made.len() <= len);
        whole.map(|()| made)
    }

    #[test]
    fn instructions_copy_and_add() {
        // Copies bytes 1..4, adds "XY", copies byte 0.
        let delta = [0x91, 1, 3, 2, b'X', b'Y', 0x90, 1];
        assert_eq!(apply(b"abcdef", &delta, 6), Some(b"bcdXYa".to_vec()));
        assert_eq!(apply(b"abcdef", &delta, 5), None);
        assert_eq!(apply(b"abcdef", &delta, 7), None);
        assert_eq!(apply(b"abc", &delta, 6), None, "the base is too short");
    }

    #[test]
    fn a_copy_without_a_length_has_64_kib() {
        let base = vec![7; 0x1_0001];
        assert_eq!(apply(&base, &[0x81, 1], 0x1_0000), Some(vec![7; 0x1_0000]));
    }

    #[test]
    fn damaged_instructions_are_none() {
        for damaged in [&[0][..], &[0x91, 1], &[5, b'a'], &[0xff, 1, 2, 3]] {
            assert_eq!(apply(b"abcdef", damaged, 6), None, "{damaged:?}");
        }
    }

    #[test]
    fn sizes_come_first() {
        let expected = DeltaSizes { base: 300, result: 5 };
        assert_eq!(sizes(&[0xac, 0x02, 5, 1]), Some((expected, &[1][..])));
        assert_eq!(sizes(&[0xac]), None);
        assert_eq!(sizes(&[0xff; 12]), None);
    }
}
