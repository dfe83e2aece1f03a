//! What is remembered of a line once its bytes are gone: enough to know it again
//! when it comes back or comes elsewhere.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::lines::tokens::is_space;

pub(crate) mod grams;

/// How many bits of a mark count letters; the others are a hash.
const LETTER_BITS: u32 = 8;
/// More letters count as this many.
const MOST_LETTERS: u32 = 255;
/// Lines up to this length are hashed without an allocation, in bytes.
const SHORT_LINE_BYTES: usize = 256;

/// What is remembered of a line, in 8 bytes. Lines that differ in white space alone
/// have equal marks; other lines have different ones but for one in 2^56, which bytes
/// made for it can reach.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct LineMark(u64);

impl LineMark {
    /// Returns the mark of a line, with or without its line end. White space is what
    /// git takes for it: spaces, tabs, carriage returns and line feeds.
    pub fn of(line: &[u8]) -> Self {
        let mut short = [0; SHORT_LINE_BYTES];
        if line.len() > SHORT_LINE_BYTES {
            let inked: Vec<u8> =
                line.iter().copied().filter(|&byte| !is_space(byte)).collect();
            return Self::of_inked(&inked);
        }
        let mut n_inked = 0;
        for &byte in line {
            // Overwritten by the next byte unless this one stays.
            short[n_inked] = byte;
            n_inked += usize::from(!is_space(byte));
        }
        Self::of_inked(&short[..n_inked])
    }

    fn of_inked(inked: &[u8]) -> Self {
        let mut letters = 0;
        for &byte in inked {
            letters += u32::from(is_letter(byte));
        }
        let letters = letters.min(MOST_LETTERS);
        Self(xxh3_64(inked) << LETTER_BITS | u64::from(letters))
    }

    /// A number that lines have in common when they differ in white space alone; below
    /// 2^56.
    pub fn key(self) -> u64 {
        self.0 >> LETTER_BITS
    }

    /// How many letters and digits the line has, at most 255. Each byte outside ASCII
    /// counts as one, because the encoding may be unknown.
    pub fn letters(self) -> u32 {
        u32::from(self.0.to_le_bytes()[0])
    }

    /// Whether the line has a letter or a digit.
    pub fn is_countable(self) -> bool {
        self.letters() > 0
    }
}

/// Whether a byte is an ASCII letter or digit, or part of a character outside ASCII.
pub(crate) fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::text_kind;

    #[test]
    fn lines_that_differ_in_white_space_alone_have_one_mark() {
        let plain = LineMark::of(b"if a == b {");
        for other in ["if a == b {\n", "\tif a==b{\r\n", "    i f  a == b  {"] {
            assert_eq!(LineMark::of(other.as_bytes()), plain, "{other:?}");
        }
        assert_ne!(LineMark::of(b"if a == c {").key(), plain.key());
    }

    #[test]
    fn letters_are_counted_up_to_255() {
        assert_eq!(LineMark::of(b"  });\n").letters(), 0);
        assert_eq!(LineMark::of(b"a_1 = 22").letters(), 4);
        assert_eq!(LineMark::of("é".as_bytes()).letters(), 2);
        for n in [255, 256, 257, 1_000] {
            assert_eq!(LineMark::of(&vec![b'a'; n]).letters(), 255, "{n}");
        }
    }

    #[test]
    fn a_long_line_has_the_mark_of_its_ink_as_a_short_one_has() {
        for n in 250..262 {
            let line = vec![b'a'; n];
            let mut spread = line.clone();
            spread.insert(n / 2, b' ');
            assert_eq!(LineMark::of(&spread), LineMark::of(&line), "{n}");
        }
    }

    #[test]
    fn a_line_is_countable_exactly_when_its_kind_is() {
        for line in [&b""[..], b" \t", b"}", b"_", b"a", b"9", b"\xff", b"\x0c", b"--"] {
            let countable = text_kind(line).is_countable();
            assert_eq!(LineMark::of(line).is_countable(), countable, "{line:?}");
        }
    }
}
