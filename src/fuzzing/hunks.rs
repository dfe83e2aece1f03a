//! Two versions of a file and the hunks between them.

use crate::lines::diff::{DiffWork, Hunk, LineRange, WhiteSpace, count_lines, diff};

/// The two ways in which versions are compared.
pub(super) const SPACES: [WhiteSpace; 2] = [WhiteSpace::Exact, WhiteSpace::Ignored];

/// After the first byte stand two versions, parted by a NUL: as they are, or with one
/// line for each byte, which makes equal lines likely.
pub fn hunks(data: &[u8]) {
    let Some((&mode, data)) = data.split_first() else { return };
    let (before, after) = super::split_at(data, 0);
    if mode % 2 == 0 {
        check_both(before, after);
    } else {
        check_both(&spelled(before), &spelled(after));
    }
}

fn check_both(before: &[u8], after: &[u8]) {
    for space in SPACES {
        let hunks = diff(before, after, space, &mut DiffWork::default());
        check(before, after, space, &hunks);
        if before == after {
            assert!(hunks.is_empty());
        }
    }
}

/// A line for each byte: few letters, and white space around them.
fn spelled(bytes: &[u8]) -> Vec<u8> {
    let spell = |byte: &u8| {
        let indent = " ".repeat(usize::from(byte >> 6));
        format!("{indent}{}\n", char::from(b'a' + byte % 24))
    };
    bytes.iter().flat_map(|byte| spell(byte).into_bytes()).collect()
}

/// The lines of a version, each with its end.
pub(super) fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|&byte| byte == b'\n').collect()
}

/// Whether two lines are the same to a comparison.
pub(super) fn same(one: &[u8], two: &[u8], space: WhiteSpace) -> bool {
    let inked = |line: &[u8]| -> Vec<u8> {
        line.iter().copied().filter(|byte| !b" \t\r\n".contains(byte)).collect()
    };
    one == two || (space == WhiteSpace::Ignored && inked(one) == inked(two))
}

/// Hunks stand in order, apart, and none is empty; the lines between them are equal; and
/// the older version with the hunks applied is the newer.
pub(super) fn check(before: &[u8], after: &[u8], space: WhiteSpace, hunks: &[Hunk]) {
    let (old, new) = (lines(before), lines(after));
    assert_eq!(count_lines(before) as usize, old.len());
    let at = |range: LineRange| (range.start as usize, range.end as usize);
    let (mut old_end, mut new_end) = (0, 0);
    let mut patched: Vec<&[u8]> = Vec::new();
    let ends = LineRange { start: count_lines(before), end: count_lines(before) };
    let new_ends = LineRange { start: count_lines(after), end: count_lines(after) };
    let last = Hunk { before: ends, after: new_ends };
    for (number, hunk) in hunks.iter().chain([&last]).enumerate() {
        let (old_start, old_stop) = at(hunk.before);
        let (new_start, new_stop) = at(hunk.after);
        assert!(old_start <= old_stop && new_start <= new_stop);
        let is_end = number == hunks.len();
        assert!(is_end || old_start < old_stop || new_start < new_stop);
        assert!(is_end || number == 0 || old_start > old_end, "hunks touch");
        assert_eq!(old_start - old_end, new_start - new_end);
        let kept = old[old_end..old_start].iter().zip(&new[new_end..new_start]);
        for (one, two) in kept {
            assert!(same(one, two, space), "lines between hunks differ");
        }
        patched.extend(&old[old_end..old_start]);
        patched.extend(&new[new_start..new_stop]);
        (old_end, new_end) = (old_stop, new_stop);
    }
    assert_eq!(patched.len(), new.len());
    assert!(patched.iter().zip(&new).all(|(one, two)| same(one, two, space)));
}
