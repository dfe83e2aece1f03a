//! The rows that spend and durable lines are compared by.

use std::collections::BTreeSet;

/// One person in one week; at most one row for each such pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PersonWeek {
    /// The person.
    pub person: u32,
    /// The week.
    pub week: i32,
    /// What was spent, in any one unit; known to be zero, not unknown.
    pub spend: f64,
    /// Lines that were durable.
    pub durable_lines: f64,
}

/// Returns the rows whose numbers can be used, by person and week: finite and not
/// negative, as a week is in which more was paid back than spent. Of several rows for
/// one person and week the first is kept.
pub(super) fn sound(rows: &[PersonWeek]) -> Vec<PersonWeek> {
    sound_indexes(rows).into_iter().map(|index| rows[index]).collect()
}

/// The places of [`sound`] rows.
pub(super) fn sound_indexes(rows: &[PersonWeek]) -> Vec<usize> {
    let keep = |&index: &usize| {
        is_sound(rows[index].spend) && is_sound(rows[index].durable_lines)
    };
    let mut kept: Vec<usize> = (0..rows.len()).filter(keep).collect();
    let key = |index: usize| (rows[index].person, rows[index].week);
    kept.sort_by_key(|&index| key(index));
    kept.dedup_by_key(|index| key(*index));
    kept
}

/// Whether an amount can be used.
pub(super) fn is_sound(amount: f64) -> bool {
    amount.is_finite() && amount >= 0.0
}

/// Returns the place of each label among the distinct ones.
pub(super) fn dense<T: Ord + Copy>(labels: impl Iterator<Item = T>) -> Vec<u32> {
    let labels: Vec<T> = labels.collect();
    let distinct: BTreeSet<T> = labels.iter().copied().collect();
    let distinct: Vec<T> = distinct.into_iter().collect();
    let place = |label: &T| distinct.partition_point(|other| other < label);
    labels.iter().map(|label| crate::units::len_to_u32(place(label))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_used_and_what_is_there_twice_is_left_out() {
        let row = |week, spend, durable_lines| PersonWeek {
            person: 3,
            week,
            spend,
            durable_lines,
        };
        let rows = [
            row(2, 5.0, 1.0),
            row(1, -0.5, 1.0),
            row(2, 9.0, 9.0),
            row(0, 1.0, f64::NAN),
        ];
        assert_eq!(sound(&rows), [row(2, 5.0, 1.0)]);
    }
}
