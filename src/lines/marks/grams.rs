//! Three countable lines in a row, as one number: the seeds from which common runs of
//! lines are grown.

use crate::lines::marks::LineMark;
use crate::units::len_to_u32;

/// How many countable lines make a seed.
pub(crate) const GRAM_LINES: usize = 3;

/// Returns for each countable line that has two more behind it where it stands and a
/// hash of everything from it to the second of those, lines that do not count included.
pub(crate) fn grams(marks: &[LineMark]) -> impl Iterator<Item = (u32, u64)> {
    let mut starts: [Option<(usize, u64)>; GRAM_LINES] = [None; GRAM_LINES];
    marks.iter().enumerate().filter_map(move |(at, mark)| {
        if mark.is_countable() {
            starts.rotate_right(1);
            starts[0] = Some((at, 0));
        }
        for (_, hash) in starts.iter_mut().flatten() {
            *hash = mix(*hash, mark.key());
        }
        let (start, hash) = starts[GRAM_LINES - 1]?;
        mark.is_countable().then(|| (len_to_u32(start), hash))
    })
}

/// Adds a number to a hash.
pub(crate) fn mix(hash: u64, number: u64) -> u64 {
    let product =
        (hash.rotate_left(26) ^ number ^ 0x51_7c).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ (product >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(text: &str) -> Vec<LineMark> {
        text.lines().map(|line| LineMark::of(line.as_bytes())).collect()
    }

    #[test]
    fn each_countable_line_with_two_more_behind_it_begins_a_seed() {
        let starts = |text| grams(&marks(text)).map(|(at, _)| at).collect::<Vec<_>>();
        assert_eq!(starts("a\nb\nc\nd"), [0, 1]);
        assert_eq!(starts("{\na\n\nb\n}\n}\nc\n;\nd\n"), [1, 3]);
        assert_eq!(starts("a\nb\n}\n"), [0_u32; 0]);
    }

    #[test]
    fn seeds_are_equal_when_all_their_lines_are() {
        let first = |text| grams(&marks(text)).next().map(|(_, hash)| hash);
        assert_eq!(first("a\n}\nb\nc\n"), first("a\n }\nb\nc\nd"));
        for other in ["a\nb\nc\n", "a\n{\nb\nc", "b\n}\na\nc", "a\n}\nb\nd"] {
            assert_ne!(first("a\n}\nb\nc\n"), first(other), "{other:?}");
        }
    }
}
