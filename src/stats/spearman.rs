//! Rank correlation.

use crate::units::{len_to_f64, len_to_u64};

/// Returns Spearman's rank correlation of `x` and `y`, with equal values sharing
/// the mean of their ranks; `None` if the lengths differ, a value is not a number,
/// or one side does not vary.
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    let is_sound = |values: &[f64]| !values.iter().any(|value| value.is_nan());
    if x.len() != y.len() || !is_sound(x) || !is_sound(y) {
        return None;
    }
    pearson(&mid_ranks(x), &mid_ranks(y))
}

/// The rank of each value, from 1; equal values share the mean of theirs.
pub(super) fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for equal in order.chunk_by(|&a, &b| values[a] >= values[b]) {
        let rank = len_to_f64(before) + 0.5 * (len_to_f64(equal.len()) + 1.0);
        equal.iter().for_each(|&index| ranks[index] = rank);
        before += equal.len();
    }
    ranks
}

// Ranks are multiples of one half, so these sums are exact.
fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / len_to_f64(values.len());
    let (mean_x, mean_y) = (mean(x), mean(y));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (a, b) in x.iter().zip(y) {
        let (a, b) = (a - mean_x, b - mean_y);
        xx += a * a;
        yy += b * b;
        xy += a * b;
    }
    let size = (xx * yy).sqrt();
    (size > 0.0).then(|| (xy / size).clamp(-1.0, 1.0))
}

/// Returns the number of distinct values.
pub(super) fn n_distinct(values: &[f64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    len_to_u64(sorted.chunk_by(|a, b| a >= b).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlations_with_ties_equal_those_of_scipy() {
        let mut n = 0;
        for line in include_str!("../../fixtures/stats/spearman.tsv").lines() {
            if line.starts_with('#') {
                continue;
            }
            let column = |text: &str| -> Vec<f64> {
                text.split(' ').map(|number| number.parse().unwrap()).collect()
            };
            let columns: Vec<Vec<f64>> = line.split('\t').map(column).collect();
            let got = spearman(&columns[1], &columns[2]).unwrap();
            assert!((got - columns[0][0]).abs() < 1e-12, "{line}: {got}");
            n += 1;
        }
        assert!(n > 50, "{n}");
    }

    #[test]
    fn what_does_not_vary_has_no_correlation() {
        assert_eq!(spearman(&[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0]), None);
        assert_eq!(spearman(&[1.0, 2.0], &[1.0]), None);
        assert_eq!(spearman(&[], &[]), None);
        assert_eq!(spearman(&[1.0, f64::NAN], &[1.0, 2.0]), None);
    }

    #[test]
    fn zero_and_minus_zero_are_one_value() {
        assert_eq!(n_distinct(&[0.0, -0.0, 2.0]), 2);
        assert_eq!(mid_ranks(&[0.0, -0.0, 2.0]), [1.5, 1.5, 3.0]);
    }
}
