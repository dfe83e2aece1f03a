//! How much of one file is in another, as git scores it when it looks for renames:
//! the bytes of equal pieces, where a piece is a line or, of a longer one, 64 bytes.

use rustc_hash::FxHashMap;

/// The score of equal files; half of it makes a rename.
pub const FULL_SCORE: u64 = 60_000;
/// The least score of a rename: 50 %.
pub const RENAME_SCORE: u64 = FULL_SCORE / 2;
/// The least score of a rename that keeps its file name and is taken without
/// comparing others: 75 %.
pub const SAME_NAME_SCORE: u64 = RENAME_SCORE + (FULL_SCORE - RENAME_SCORE) / 2;

const PIECE_BYTES: u32 = 64;
const HASH_RANGE: u32 = 107_927;
/// As far as git looks for a NUL to tell binary files.
const BINARY_PROBE_BYTES: usize = 8_000;

/// The pieces of a file: for each hash how many bytes have it.
#[derive(Debug, Clone)]
pub struct Pieces {
    bytes: u64,
    by_hash: FxHashMap<u32, u64>,
}

/// Whether git takes the bytes for binary: a NUL among the first 8,000.
pub fn is_binary(bytes: &[u8]) -> bool {
    memchr::memchr(0, &bytes[..bytes.len().min(BINARY_PROBE_BYTES)]).is_some()
}

impl Pieces {
    /// Cuts a file into pieces.
    pub fn of(bytes: &[u8]) -> Self {
        let text = !is_binary(bytes);
        let mut by_hash = FxHashMap::default();
        let (mut one, mut two, mut len) = (0_u32, 0_u32, 0_u32);
        for (at, &byte) in bytes.iter().enumerate() {
            if text && byte == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            let before = one;
            one = (one << 7) ^ (two >> 25);
            two = (two << 7) ^ (before >> 25);
            one = one.wrapping_add(u32::from(byte));
            len += 1;
            if len < PIECE_BYTES && byte != b'\n' {
                continue;
            }
            *by_hash.entry(piece_hash(one, two)).or_insert(0) += u64::from(len);
            (one, two, len) = (0, 0, 0);
        }
        if len > 0 {
            *by_hash.entry(piece_hash(one, two)).or_insert(0) += u64::from(len);
        }
        Self { bytes: crate::units::len_to_u64(bytes.len()), by_hash }
    }

    /// How many bytes the file has.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

fn piece_hash(one: u32, two: u32) -> u32 {
    one.wrapping_add(two.wrapping_mul(0x61)) % HASH_RANGE
}

/// Whether the sizes alone rule out half the score.
pub fn sizes_too_different(one: u64, two: u64) -> bool {
    let (larger, smaller) = (one.max(two), one.min(two));
    larger * (FULL_SCORE - RENAME_SCORE) < (larger - smaller) * FULL_SCORE
}

/// Returns how many pieces are compared for the score of two files.
pub fn cost(source: &Pieces, target: &Pieces) -> u64 {
    1 + crate::units::len_to_u64(source.by_hash.len().min(target.by_hash.len()))
}

/// Returns how similar two files are, out of [`FULL_SCORE`].
pub fn score(source: &Pieces, target: &Pieces) -> u64 {
    if target.bytes == 0 || sizes_too_different(source.bytes, target.bytes) {
        return 0;
    }
    let (few, many) = if source.by_hash.len() < target.by_hash.len() {
        (&source.by_hash, &target.by_hash)
    } else {
        (&target.by_hash, &source.by_hash)
    };
    // A sum of minima: the order of the map cannot show.
    let copied: u64 =
        few.iter().filter_map(|(hash, bytes)| Some(*many.get(hash)?.min(bytes))).sum();
    copied * FULL_SCORE / source.bytes.max(target.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_files_have_the_full_score_and_strangers_none() {
        let one = Pieces::of(b"alpha\nbeta\n");
        assert_eq!(score(&one, &one), FULL_SCORE);
        assert_eq!(score(&one, &Pieces::of(b"gamma\ndelta\n")), 0);
    }

    #[test]
    fn line_endings_do_not_make_a_text_differ() {
        let (unix, dos) =
            (Pieces::of(b"alpha\nbeta\n"), Pieces::of(b"alpha\r\nbeta\r\n"));
        assert_eq!(score(&unix, &dos), 11 * FULL_SCORE / 13);
    }

    #[test]
    fn half_the_bytes_make_half_the_score() {
        let (one, two) = (Pieces::of(b"aaaa\nbbbb\n"), Pieces::of(b"aaaa\ncccc\n"));
        assert_eq!(score(&one, &two), RENAME_SCORE);
    }
}
