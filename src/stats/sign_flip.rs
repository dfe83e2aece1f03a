//! The sign-flip test: could so large a sum come from values that are as likely
//! to be positive as negative?

use crate::stats::rng::Rng;
use crate::units::{count_to_f64, len_to_u64};

/// Up to this many values, all signs are tried; else signs are drawn.
pub const EXACT_UP_TO: usize = 20;
/// How many signs are drawn.
pub const DRAWS: u64 = 9_999;

/// The outcome of a sign-flip test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignFlip {
    /// The share of sign vectors with a sum at least as far from zero.
    pub p: f64,
    /// Whether all sign vectors were tried.
    pub is_exact: bool,
}

/// Tests whether the values of independent clusters are centred on zero, two-sided
/// (Fisher 1935). With G values, p is at least 2 / 2^G. `seed` matters only above
/// [`EXACT_UP_TO`] values. `None` without values, or if one is not finite.
pub fn sign_flip(values: &[f64], seed: u64) -> Option<SignFlip> {
    if values.is_empty() || !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    let size: f64 = values.iter().map(|value| value.abs()).sum();
    // Sums that are equal on paper differ by rounding; they count as equal.
    let threshold = values.iter().sum::<f64>().abs() - 1e-12 * size;
    let is_exact = values.len() <= EXACT_UP_TO;
    let p = if is_exact {
        exact(values, threshold)
    } else {
        drawn(values, threshold, &mut Rng::seeded(seed))
    };
    Some(SignFlip { p, is_exact })
}

// All sums of one half of the values, and all of the other: every sum of the whole
// is one of each, so 2^G sums cost one addition each.
fn exact(values: &[f64], threshold: f64) -> f64 {
    let (left, right) = values.split_at(values.len() / 2);
    let (left, right) = (all_sums(left), all_sums(right));
    let beyond = |x: &f64| right.iter().filter(|&y| (x + y).abs() >= threshold).count();
    let n_beyond = left.iter().map(beyond).map(len_to_u64).sum();
    count_to_f64(n_beyond) / count_to_f64(len_to_u64(left.len() * right.len()))
}

fn all_sums(values: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0];
    for value in values {
        sums = sums.iter().flat_map(|sum| [sum + value, sum - value]).collect();
    }
    sums
}

// The observed signs are one of the draws (Phipson and Smyth 2010), so p is never 0.
fn drawn(values: &[f64], threshold: f64, rng: &mut Rng) -> f64 {
    let n_beyond = (0..DRAWS).filter(|_| draw(values, rng).abs() >= threshold).count();
    count_to_f64(len_to_u64(n_beyond) + 1) / count_to_f64(DRAWS + 1)
}

fn draw(values: &[f64], rng: &mut Rng) -> f64 {
    let mut sum = 0.0;
    for chunk in values.chunks(64) {
        let mut signs = rng.next_u64();
        for value in chunk {
            sum += if signs & 1 == 0 { *value } else { -value };
            signs >>= 1;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_of_one_sign_are_as_unlikely_as_can_be() {
        for n in 1..=20_u32 {
            let values = vec![0.7; usize::try_from(n).unwrap()];
            let test = sign_flip(&values, 0).unwrap();
            assert!(test.is_exact);
            assert!((test.p - 2.0 / 2.0_f64.powf(f64::from(n))).abs() < 1e-15, "{n}");
        }
    }

    #[test]
    fn all_signs_of_three_values_are_counted() {
        // |±1±2±4| >= |1-2+4| = 3: 7, 5, 3 on either side; only 1 is smaller.
        let test = sign_flip(&[1.0, -2.0, 4.0], 0).unwrap();
        assert!((test.p - 0.75).abs() < 1e-15);
    }

    #[test]
    fn drawn_signs_come_near_the_exact_share() {
        let values: Vec<f64> = (0..20).map(|i| f64::from(i % 7) - 2.1).collect();
        let exact = sign_flip(&values, 0).unwrap().p;
        let threshold = values.iter().sum::<f64>().abs() - 1e-9;
        let drawn = drawn(&values, threshold, &mut Rng::seeded(5));
        assert!((exact - drawn).abs() < 0.02, "{exact} {drawn}");
    }

    #[test]
    fn many_values_are_drawn_the_same_way_for_the_same_seed() {
        let values: Vec<f64> = (0..100).map(|i| f64::from(i % 9) - 3.5).collect();
        let test = sign_flip(&values, 9).unwrap();
        assert!(!test.is_exact && test.p > 0.0);
        assert_eq!(sign_flip(&values, 9).unwrap(), test);
        let zeros = sign_flip(&[0.0; 30], 1).unwrap();
        assert!((zeros.p - 1.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_is_no_test() {
        assert_eq!(sign_flip(&[], 1), None);
        assert_eq!(sign_flip(&[f64::NAN], 1), None);
    }
}
