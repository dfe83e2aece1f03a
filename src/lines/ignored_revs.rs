//! Commits that are to be looked through: formatting done by hand or by tools, listed
//! in a `.git-blame-ignore-revs` file.

use crate::history::ObjectId;
use crate::lines::edits::band::Band;
use crate::lines::edits::chain::{Columns, Link, heaviest_chain};
use crate::lines::edits::n_common;
use crate::lines::tokens::is_space;
use crate::units::{len_to_u32, len_to_u64};

/// The part of a line that is compared, in bytes.
const MOST_LINE_BYTES: usize = 4_096;
/// About how many pairs of letters are compared in one hunk before lines are compared
/// with those at about the same place only.
const MOST_COMPARED: u64 = 1 << 24;

/// Returns the commits named in a `.git-blame-ignore-revs` file, in its order, and the
/// numbers, from 1 on, of its lines that name none. As git reads it: one full name a
/// line, `#` begins a comment, blank lines are allowed.
pub fn parse(text: &[u8]) -> (Vec<ObjectId>, Vec<u32>) {
    let (mut named, mut bad_lines) = (Vec::new(), Vec::new());
    for (number, line) in (1_usize..).zip(text.split(|&byte| byte == b'\n')) {
        let end = memchr::memchr(b'#', line).unwrap_or(line.len());
        let name = line[..end].trim_ascii();
        if name.is_empty() {
            continue;
        }
        match ObjectId::from_hex(name) {
            Some(id) => named.push(id),
            None => bad_lines.push(len_to_u32(number)),
        }
    }
    (named, bad_lines)
}

/// For a hunk of a commit that is to be looked through: each line that came, and the
/// line that went it most likely stands for, in the order of the lines that came. One
/// line that went may stand behind several that came. A line that has nothing in common
/// with any is left out: it is new.
///
/// Lines are as alike as they have pairs of neighbouring bytes in common, white space
/// and case aside, if at least half of those of the shorter line are common. Of all ways
/// to assign lines in order, the one with the greatest sum is taken. Lines left over go
/// with the line most like them anywhere in the hunk, if half of their own pairs are
/// common. The rule is in the spirit of `git blame --ignore-rev`, and not the same. At
/// most 2^24 pairs are compared, or else a number in proportion to the bytes.
pub fn inherit(went: &[&[u8]], came: &[&[u8]]) -> Vec<(u32, u32)> {
    inherit_counted(went, came, &mut 0)
}

/// As [`inherit`], and adds to `n_compared` the pairs of neighbouring bytes of all lines
/// that were compared with each other.
fn inherit_counted(
    went: &[&[u8]],
    came: &[&[u8]],
    n_compared: &mut u64,
) -> Vec<(u32, u32)> {
    if went.is_empty() || came.is_empty() {
        return Vec::new();
    }
    let (went, came) = (letter_pairs(went), letter_pairs(came));
    let costs = |lines: &[Vec<u16>]| -> Vec<u64> {
        lines.iter().map(|line| len_to_u64(line.len()) + 1).collect()
    };
    let cost = |row: u64, n_columns: u64, columns: u64| {
        row.saturating_mul(n_columns).saturating_add(columns)
    };
    let band = Band::widest(&costs(&came), &costs(&went), cost, MOST_COMPARED);
    let mut links = Vec::new();
    for (row, column) in band.pairs() {
        let (one, two) = (&came[row as usize], &went[column as usize]);
        *n_compared += len_to_u64(one.len()) + len_to_u64(two.len());
        let common = n_common(one, two);
        if common > 0 && 2 * common >= one.len().min(two.len()) {
            links.push(Link { row, column, weight: len_to_u64(common) });
        }
    }
    let mut heirs: Vec<Option<u32>> = vec![None; came.len()];
    for link in heaviest_chain(&links, Columns::Often) {
        heirs[link.row as usize] = Some(link.column);
    }
    for links in links.chunk_by(|one, two| one.row == two.row) {
        let row = links[0].row as usize;
        if heirs[row].is_none() {
            heirs[row] = most_alike(links, came[row].len());
        }
    }
    let found = (0..).zip(heirs).filter_map(|(line, heir)| Some((line, heir?)));
    found.collect()
}

/// The line that has the most in common, half of all at least; the first of equals.
fn most_alike(links: &[Link], n_pairs: usize) -> Option<u32> {
    let best = links.iter().rev().max_by_key(|link| link.weight)?;
    (2 * best.weight >= len_to_u64(n_pairs)).then_some(best.column)
}

/// The pairs of neighbouring bytes of each line, sorted.
fn letter_pairs(lines: &[&[u8]]) -> Vec<Vec<u16>> {
    let pairs = |line: &&[u8]| {
        let inked: Vec<u8> = line
            .iter()
            .take(MOST_LINE_BYTES)
            .filter(|&&byte| !is_space(byte))
            .map(u8::to_ascii_lowercase)
            .collect();
        let mut pairs: Vec<u16> =
            inked.windows(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        if let [alone] = inked[..] {
            pairs.push(u16::from(alone));
        }
        pairs.sort_unstable();
        pairs
    };
    lines.iter().map(pairs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heirs(went: &[&str], came: &[&str]) -> Vec<(u32, u32)> {
        let went: Vec<&[u8]> = went.iter().map(|line| line.as_bytes()).collect();
        let came: Vec<&[u8]> = came.iter().map(|line| line.as_bytes()).collect();
        inherit(&went, &came)
    }

    #[test]
    fn a_file_of_commits_to_ignore_is_read_as_git_reads_it() {
        let one = "1111111111111111111111111111111111111111";
        let two = "ABCDEF0123456789abcdef0123456789abcdef01";
        let text =
            format!("# black\n{one}\n\n  {two}  # again\r\nHEAD\n{one}0\n1111\n{one}");
        let (named, bad) = parse(text.as_bytes());
        let id = |hex: &str| ObjectId::from_hex(hex.as_bytes()).unwrap();
        assert_eq!(named, [id(one), id(two), id(one)]);
        assert_eq!(bad, [5, 6, 7]);
        assert_eq!(parse(b""), (vec![], vec![]));
    }

    #[test]
    fn a_line_that_was_split_stands_behind_all_its_parts() {
        let went = ["result = compute(alpha, beta, gamma)"];
        let came = ["result = compute(", "    alpha,", "    beta,", "    gamma,", ")"];
        assert_eq!(heirs(&went, &came), [(0, 0), (1, 0), (2, 0), (3, 0)]);
    }

    #[test]
    fn a_line_that_was_joined_stands_for_the_part_most_like_it() {
        let went = ["x = [", "    1,", "    2,", "    another_value,", "]"];
        let came = ["x = [1, 2, another_value]"];
        assert_eq!(heirs(&went, &came), [(0, 3)]);
    }

    #[test]
    fn lines_renamed_in_place_keep_their_place() {
        let went = ["int old_a = 1;", "int old_b = 2;", "int old_c = 3;"];
        let came = ["int new_a = 1;", "int new_b = 2;", "int new_c = 3;"];
        assert_eq!(heirs(&went, &came), [(0, 0), (1, 1), (2, 2)]);
    }

    #[test]
    fn a_line_like_none_is_new() {
        assert_eq!(heirs(&["alpha = 1"], &["zzz", "alpha = 2"]), [(1, 0)]);
        assert_eq!(heirs(&["a b"], &["", "xyz"]), []);
    }

    #[test]
    fn lines_that_changed_places_are_found_out_of_order() {
        let (one, two) = ("import operating_system", "from collections take deque");
        assert_eq!(heirs(&[one, two], &[two, one]), [(0, 1), (1, 0)]);
    }

    #[test]
    fn a_large_hunk_costs_in_proportion_to_its_bytes() {
        let cost = |n_lines: u32| {
            let lines: Vec<Vec<u8>> = (0..n_lines)
                .map(|n| format!("row({n:5}, {n:5});").into_bytes())
                .collect();
            let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
            let mut n_compared = 0;
            let found = inherit_counted(&lines, &lines, &mut n_compared);
            assert_eq!(found, (0..n_lines).map(|n| (n, n)).collect::<Vec<_>>());
            n_compared
        };
        let (one, two) = (cost(10_000), cost(20_000));
        // Each line with each would be 20,000 times 20,000 times 34.
        assert!(two < 2 * MOST_COMPARED, "{two}");
        assert!(two < 3 * one, "{one} {two}");
    }
}
