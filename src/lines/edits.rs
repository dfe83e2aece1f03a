//! Lines that were edited: of the lines of one hunk, which that came are what became of
//! which that went.

use xxhash_rust::xxh3::xxh3_64;

use crate::lines::edits::band::Band;
use crate::lines::edits::chain::{Columns, Link, heaviest_chain};
use crate::lines::marks::is_letter;
use crate::units::len_to_u64;

pub(crate) mod band;
pub(crate) mod chain;
pub mod substitution;

/// Lines with more tokens pair with none.
const MOST_TOKENS: usize = 1_000;
/// About how many pairs of tokens are compared in one hunk before lines are compared
/// with those at about the same place only.
const MOST_COMPARED: u64 = 1 << 24;
/// The unit in which similarities are added up.
const WHOLE: u64 = 1 << 20;

/// What pairing cost, and where it was narrowed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EditWork {
    /// Pairs of lines that were compared.
    pub pairs_compared: u64,
    /// Hunks too large to compare each line with each: lines were compared with those
    /// at about the same place.
    pub narrowed_hunks: u64,
    /// Lines with too many tokens to be compared.
    pub overlong_lines: u64,
}

/// Pairs lines that went with lines that came in one hunk, in order, where at least
/// 60 % of the tokens are common in order: twice the common tokens, over the tokens of
/// both lines. Of all ways to pair them, the one with the greatest sum of similarities;
/// of equals, the first. Both places strictly increase. A line without letters and
/// digits pairs with none.
///
/// A token is an identifier or number, or a single byte of punctuation. At most 2^24
/// pairs of tokens are compared, or else 1,000 for each token, whichever is more.
pub fn pair_edits(went: &[&[u8]], came: &[&[u8]]) -> Vec<(u32, u32)> {
    pair_edits_counted(went, came, &mut EditWork::default())
}

/// As [`pair_edits`], and says what it cost.
pub fn pair_edits_counted(
    went: &[&[u8]],
    came: &[&[u8]],
    work: &mut EditWork,
) -> Vec<(u32, u32)> {
    if went.is_empty() || came.is_empty() {
        return Vec::new();
    }
    let mut read = |lines: &[&[u8]]| -> Vec<Line> {
        lines.iter().map(|line| Line::read(line, work)).collect()
    };
    let (went, came) = (read(went), read(came));
    let costs = |lines: &[Line]| {
        lines.iter().map(|line| len_to_u64(line.tokens.len()) + 1).collect()
    };
    let (went_costs, came_costs): (Vec<u64>, Vec<u64>) = (costs(&went), costs(&came));
    let cost = |row: u64, _, columns: u64| row.saturating_mul(columns);
    let band = Band::widest(&went_costs, &came_costs, cost, MOST_COMPARED);
    work.narrowed_hunks += u64::from(band.is_narrow());
    let mut links = Vec::new();
    for (row, column) in band.pairs() {
        work.pairs_compared += 1;
        if let Some(weight) = similarity(&went[row as usize], &came[column as usize]) {
            links.push(Link { row, column, weight });
        }
    }
    let chain = heaviest_chain(&links, Columns::Once);
    chain.into_iter().map(|link| (link.row, link.column)).collect()
}

/// The tokens of a line, as hashes; none of a line that pairs with none.
#[derive(Debug)]
struct Line {
    tokens: Vec<u64>,
    sorted: Vec<u64>,
}

impl Line {
    fn read(line: &[u8], work: &mut EditWork) -> Self {
        let mut found = tokens(line);
        let mut hashes = Vec::new();
        if line.iter().any(|&byte| is_letter(byte)) {
            hashes.extend(found.by_ref().take(MOST_TOKENS).map(xxh3_64));
            if found.next().is_some() {
                work.overlong_lines += 1;
                hashes.clear();
            }
        }
        let mut sorted = hashes.clone();
        sorted.sort_unstable();
        Self { tokens: hashes, sorted }
    }
}

/// Identifiers, numbers, and single bytes of punctuation.
fn tokens(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let in_word = |byte: u8| is_letter(byte) || byte == b'_';
    line.chunk_by(move |&one, &two| in_word(one) && in_word(two))
        .filter(|token| !token[0].is_ascii_whitespace() && token[0] != b'\x0b')
}

/// How similar two lines are, in parts of [`WHOLE`], if they are similar enough.
fn similarity(one: &Line, two: &Line) -> Option<u64> {
    let total = one.tokens.len() + two.tokens.len();
    let is_enough = |common: usize| common > 0 && 10 * common >= 3 * total;
    // Two cheap bounds before the search.
    if !is_enough(one.tokens.len().min(two.tokens.len()))
        || !is_enough(n_common(&one.sorted, &two.sorted))
    {
        return None;
    }
    let common = n_common_in_order(&one.tokens, &two.tokens);
    is_enough(common).then(|| 2 * len_to_u64(common) * WHOLE / len_to_u64(total))
}

/// How many elements two sorted columns have in common.
pub(crate) fn n_common<T: Ord>(one: &[T], two: &[T]) -> usize {
    let (mut at_one, mut at_two, mut common) = (0, 0, 0);
    while let (Some(a), Some(b)) = (one.get(at_one), two.get(at_two)) {
        common += usize::from(a == b);
        at_one += usize::from(a <= b);
        at_two += usize::from(b <= a);
    }
    common
}

/// The length of the longest common subsequence.
fn n_common_in_order(one: &[u64], two: &[u64]) -> usize {
    // `best[j]` is the length for what was read of `one` and the first j of `two`.
    let mut best = vec![0; two.len() + 1];
    for token in one {
        let mut diagonal = 0;
        for (at, other) in two.iter().enumerate() {
            let above = best[at + 1];
            best[at + 1] =
                if token == other { diagonal + 1 } else { above.max(best[at]) };
            diagonal = above;
        }
    }
    best[two.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::rng::Rng;

    fn pairs(went: &[&str], came: &[&str]) -> Vec<(u32, u32)> {
        let went: Vec<&[u8]> = went.iter().map(|line| line.as_bytes()).collect();
        let came: Vec<&[u8]> = came.iter().map(|line| line.as_bytes()).collect();
        pair_edits(&went, &came)
    }

    #[test]
    fn tokens_are_words_numbers_and_single_marks() {
        let found: Vec<&[u8]> =
            tokens(b"  let x_1 = f(\"\xc3\xa9\"); // ==\r\n").collect();
        let expected: [&[u8]; 14] = [
            b"let",
            b"x_1",
            b"=",
            b"f",
            b"(",
            b"\"",
            b"\xc3\xa9",
            b"\"",
            b")",
            b";",
            b"/",
            b"/",
            b"=",
            b"=",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_line_with_one_changed_word_is_the_same_line_edited() {
        let went = ["let total = price * count;", "return total;"];
        let came = ["// Both in cents.", "let total = price * amount;", "return total;"];
        assert_eq!(pairs(&went, &came), [(0, 1), (1, 2)]);
    }

    #[test]
    fn sixty_percent_is_enough_and_less_is_not() {
        // Three of five tokens on each side, then three of five and six.
        assert_eq!(pairs(&["a b c d e"], &["a b c x y"]), [(0, 0)]);
        assert_eq!(pairs(&["a b c d e"], &["a b c x y z"]), []);
        // As many, but not in order.
        assert_eq!(pairs(&["a b c d e"], &["c b a x y"]), []);
    }

    #[test]
    fn pairs_never_cross() {
        let (one, two) = ("alpha = 1", "completely other words here");
        assert_eq!(pairs(&[one, two], &[two, one]), [(0, 1)]);
        assert_eq!(pairs(&[one, one], &[one]), [(0, 0)]);
    }

    #[test]
    fn lines_without_letters_pair_with_none() {
        assert_eq!(pairs(&["}", "", "});"], &["}", "", "});"]), []);
    }

    #[test]
    fn overlong_lines_pair_with_none_and_are_counted() {
        let long = "a ".repeat(MOST_TOKENS + 1);
        let lines = [long.as_bytes()];
        let mut work = EditWork::default();
        assert_eq!(pair_edits_counted(&lines, &lines, &mut work), []);
        assert_eq!(work.overlong_lines, 2);
    }

    #[test]
    fn a_large_hunk_is_compared_beside_its_diagonal_and_is_counted() {
        let lines: Vec<Vec<u8>> =
            (0..3_000).map(|n| format!("row({n}, {n}, {n});").into_bytes()).collect();
        let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        let mut work = EditWork::default();
        let found = pair_edits_counted(&lines, &lines, &mut work);
        assert_eq!(found, (0..3_000).map(|n| (n, n)).collect::<Vec<_>>());
        assert_eq!(work.narrowed_hunks, 1);
        assert!(work.pairs_compared < 300_000, "{work:?}");
    }

    fn below(rng: &mut Rng, n: u64) -> usize {
        usize::try_from(rng.below(n)).unwrap()
    }

    fn strs(lines: &[String]) -> Vec<&str> {
        lines.iter().map(String::as_str).collect()
    }

    fn subsequence(one: &[u64], two: &[u64]) -> usize {
        match (one.split_first(), two.split_first()) {
            (Some((a, rest_one)), Some((b, rest_two))) if a == b => {
                1 + subsequence(rest_one, rest_two)
            }
            (Some((_, rest_one)), Some((_, rest_two))) => {
                subsequence(rest_one, two).max(subsequence(one, rest_two))
            }
            _ => 0,
        }
    }

    /// Tries every pairing in order.
    fn best_sum(went: &[Line], came: &[Line]) -> u64 {
        let (Some((one, rest_went)), Some((two, rest_came))) =
            (went.split_first(), came.split_first())
        else {
            return 0;
        };
        let apart = best_sum(rest_went, came).max(best_sum(went, rest_came));
        let common = subsequence(&one.tokens, &two.tokens);
        let total = one.tokens.len() + two.tokens.len();
        if common == 0 || 10 * common < 3 * total {
            return apart;
        }
        let weight = 2 * len_to_u64(common) * WHOLE / len_to_u64(total);
        apart.max(weight + best_sum(rest_went, rest_came))
    }

    #[test]
    fn no_other_pairing_of_small_random_hunks_is_better() {
        let mut rng = Rng::seeded(7);
        let mut n_pairs = 0;
        for _ in 0..400 {
            let mut hunk = || -> Vec<String> {
                let mut line = || -> String {
                    let tokens = ["a ", "b ", ", "];
                    (0..rng.below(6)).map(|_| tokens[below(&mut rng, 3)]).collect()
                };
                let n_lines = line().len() / 2;
                (0..n_lines).map(|_| line()).collect()
            };
            let (went, came) = (hunk(), hunk());
            let found = pairs(&strs(&went), &strs(&came));
            let read = |lines: &[String]| -> Vec<Line> {
                let mut work = EditWork::default();
                let read = |line: &String| Line::read(line.as_bytes(), &mut work);
                lines.iter().map(read).collect()
            };
            let (went, came) = (read(&went), read(&came));
            let sum: u64 = found
                .iter()
                .map(|&(a, b)| similarity(&went[a as usize], &came[b as usize]).unwrap())
                .sum();
            assert_eq!(sum, best_sum(&went, &came));
            assert!(found.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1));
            n_pairs += found.len();
        }
        assert!(n_pairs > 100, "{n_pairs}");
    }
}
