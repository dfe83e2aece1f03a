//! What is left of a column of numbers when each person's level and each week's
//! level are taken out.

use crate::units::len_to_f64;

/// The sweeps stop when no value changes by more than this.
const TOLERANCE: f64 = 1e-10;
/// They give up after so many.
const MAX_SWEEPS: u32 = 10_000;

/// Returns the residuals of `values` after person and week effects, which are
/// dense indexes; `None` if the lengths differ, a value is not finite, or the
/// sweeps do not settle.
///
/// Person means and week means are subtracted in turn until nothing changes
/// (alternating projections: von Neumann 1949). In a panel without holes one sweep
/// is enough; with holes the result is that of least squares on dummies.
pub fn residuals(persons: &[u32], weeks: &[u32], values: &[f64]) -> Option<Vec<f64>> {
    if persons.len() != values.len() || weeks.len() != values.len() {
        return None;
    }
    let mut residuals = values.to_vec();
    for _ in 0..MAX_SWEEPS {
        let by_person = center(&mut residuals, persons);
        let by_week = center(&mut residuals, weeks);
        let change = by_person + by_week;
        if !change.is_finite() {
            return None;
        } else if change < TOLERANCE {
            return Some(residuals);
        }
    }
    None
}

/// Subtracts the mean of each group from its values, and returns the largest mean.
/// Not a number, if one of the values is not.
fn center(values: &mut [f64], groups: &[u32]) -> f64 {
    let n_groups = groups.iter().max().map_or(0, |&last| last as usize + 1);
    let mut sums = vec![(0.0, 0_usize); n_groups];
    for (value, &group) in values.iter().zip(groups) {
        let (sum, n) = &mut sums[group as usize];
        *sum += value;
        *n += 1;
    }
    let mut change = 0.0_f64;
    for (value, &group) in values.iter_mut().zip(groups) {
        let (sum, n) = sums[group as usize];
        let mean = sum / len_to_f64(n);
        *value -= mean;
        change = if mean.is_nan() { mean } else { change.max(mean.abs()) };
        if change.is_nan() {
            return change;
        }
    }
    change
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn residuals_equal_those_of_least_squares_on_dummies() {
        let (mut persons, mut weeks, mut values, mut expected) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut n_sets = 0;
        for line in include_str!("../../fixtures/stats/two_way.tsv").lines() {
            let columns: Vec<&str> = line.split('\t').collect();
            if line == "set" {
                let got = residuals(&persons, &weeks, &values).unwrap();
                for (got, expected) in got.iter().zip(&expected) {
                    let distance: f64 = got - expected;
                    assert!(distance.abs() < 1e-8, "set {n_sets}");
                }
                (persons, weeks) = (Vec::new(), Vec::new());
                (values, expected) = (Vec::new(), Vec::new());
                n_sets += 1;
            } else if !line.starts_with('#') {
                persons.push(columns[0].parse().unwrap());
                weeks.push(columns[1].parse().unwrap());
                values.push(columns[2].parse().unwrap());
                expected.push(columns[3].parse().unwrap());
            }
        }
        assert_eq!(n_sets, 6);
    }

    #[test]
    fn levels_of_persons_and_weeks_leave_nothing() {
        let persons = [0, 0, 0, 1, 1, 1];
        let weeks = [0, 1, 2, 0, 1, 2];
        let values = [1.0, 5.0, 2.0, 11.0, 15.0, 12.0];
        let left = residuals(&persons, &weeks, &values).unwrap();
        assert!(left.iter().all(|value| value.abs() < 1e-9));
    }

    #[test]
    fn what_is_not_a_number_has_no_residual() {
        assert_eq!(residuals(&[0, 1], &[0, 0], &[1.0, f64::NAN]), None);
        assert_eq!(residuals(&[0, 1], &[0, 0], &[f64::INFINITY, 1.0]), None);
        assert_eq!(residuals(&[0], &[0, 0], &[1.0, 2.0]), None);
        assert_eq!(residuals(&[], &[], &[]), Some(Vec::new()));
    }
}
