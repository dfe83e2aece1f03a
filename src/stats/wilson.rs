//! The interval of a share of independent trials.
//!
//! E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
//! Journal of the American Statistical Association 22 (1927), 209–212.

use crate::units::count_to_f64;

/// The 97.5 % point of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Returns the 95 % interval of the share `hits` / `trials`; `None` without trials.
pub fn wilson(hits: u64, trials: u64) -> Option<(f64, f64)> {
    if trials == 0 || hits > trials {
        return None;
    }
    let n = count_to_f64(trials);
    let share = count_to_f64(hits) / n;
    let squared = Z * Z;
    let middle = share + squared / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + squared / (4.0 * n * n)).sqrt();
    let scale = 1.0 + squared / n;
    let low = ((middle - spread) / scale).max(0.0);
    let high = ((middle + spread) / scale).min(1.0);
    Some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `scipy.stats.binomtest(hits, trials).proportion_ci(method="wilson")` has them.
    #[test]
    fn intervals_are_those_of_others() {
        let expected = [
            (0, 10, 0.0, 0.277_532_799_862_889),
            (1, 10, 0.017_876_213_095_072, 0.404_150_026_795_236),
            (5, 1_000, 0.002_137_535_527_324, 0.011_650_955_373_375),
        ];
        for (hits, trials, low, high) in expected {
            let found = wilson(hits, trials).unwrap();
            assert!((found.0 - low).abs() < 1e-9, "{hits} of {trials}: {found:?}");
            assert!((found.1 - high).abs() < 1e-9, "{hits} of {trials}: {found:?}");
        }
        assert_eq!(wilson(1, 0), None);
    }
}
