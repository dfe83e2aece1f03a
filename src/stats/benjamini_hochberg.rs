//! Many tests at once: the false discovery rate of Benjamini and Hochberg (1995).

use crate::units::len_to_f64;

/// Returns the adjusted p-values, in the order given: the smallest rate at which
/// each would be called a discovery. A p that is not a number stays one and is not
/// counted among the tests.
pub fn adjusted(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> =
        (0..p_values.len()).filter(|&i| !p_values[i].is_nan()).collect();
    order.sort_by(|&a, &b| p_values[b].total_cmp(&p_values[a]));
    let n_tests = len_to_f64(order.len());
    let mut adjusted = p_values.to_vec();
    let mut least = 1.0_f64;
    for (n_larger, &index) in order.iter().enumerate() {
        let rank = n_tests - len_to_f64(n_larger);
        least = least.min(p_values[index] * n_tests / rank);
        adjusted[index] = least;
    }
    adjusted
}

/// Tells for each p-value whether it is a discovery at false discovery rate `q`.
pub fn discoveries(p_values: &[f64], q: f64) -> Vec<bool> {
    adjusted(p_values).into_iter().map(|p| p <= q).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adjusted_values_equal_those_of_scipy() {
        let mut n = 0;
        for line in include_str!("../../fixtures/stats/benjamini_hochberg.tsv").lines() {
            let Some((p, expected)) = line.split_once('\t') else { continue };
            let numbers = |text: &str| -> Vec<f64> {
                text.split(' ').map(|number| number.parse().unwrap()).collect()
            };
            let got = adjusted(&numbers(p));
            for (got, expected) in got.iter().zip(numbers(expected)) {
                assert!((got - expected).abs() < 1e-12, "{line}");
            }
            n += 1;
        }
        assert_eq!(n, 20);
    }

    #[test]
    fn a_larger_p_can_be_a_discovery_thanks_to_smaller_ones() {
        // The example of the paper, at 0.05: four discoveries of fifteen.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459,
            0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
        ];
        let found = discoveries(&p, 0.05).into_iter().filter(|&found| found).count();
        assert_eq!(found, 4);
    }

    #[test]
    fn an_unknown_p_is_no_discovery_and_no_test() {
        assert_eq!(discoveries(&[0.04, f64::NAN], 0.05), [true, false]);
        assert!(adjusted(&[]).is_empty());
    }
}
