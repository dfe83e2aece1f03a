//! What somebody meant who wrote something else.

/// The name among those that exist that is nearest to what was written; `None` when none
/// is near: a third of its letters at most may differ.
pub(super) fn nearest<'n>(
    written: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    /// Nobody mistypes more, and the table of a distance grows with the square.
    const LONGEST: usize = 64;
    if written.len() > LONGEST {
        return None;
    }
    let with_distance = names.into_iter().map(|name| (distance(written, name), name));
    let (distance, name) = with_distance.min()?;
    (distance * 3 <= name.len().max(3)).then_some(name)
}

/// How many letters have to be put in, left out, replaced or swapped with their neighbour
/// to make one text the other (the optimal string alignment distance).
fn distance(left: &str, right: &str) -> usize {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let replaced = above[column] + usize::from(letter != other);
            let mut least = replaced.min(above[column + 1] + 1).min(line[column] + 1);
            let is_swapped = row > 0
                && column > 0
                && *letter == right[column - 1]
                && left[row - 1] == *other;
            if is_swapped {
                least = least.min(before[column - 1] + 1);
            }
            line.push(least);
        }
        before = std::mem::replace(&mut above, line);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_counts_letters_put_in_left_out_replaced_and_swapped() {
        let pairs = [
            ("", "abc", 3),
            ("abc", "abc", 0),
            ("kitten", "sitting", 3),
            ("ab", "ba", 1),
        ];
        for (left, right, wanted) in pairs {
            assert_eq!(distance(left, right), wanted, "{left} {right}");
            assert_eq!(distance(right, left), wanted, "{right} {left}");
        }
    }

    #[test]
    fn the_nearest_name_is_offered_when_it_is_near() {
        let names = ["new-duplication", "giant-change"];
        assert_eq!(nearest("new-duplicaton", names), Some("new-duplication"));
        assert_eq!(nearest("gaint_change", names), Some("giant-change"));
        assert_eq!(nearest("colour", names), None);
        assert_eq!(nearest(&"x".repeat(1 << 20), names), None);
    }
}
