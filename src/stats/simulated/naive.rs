//! Readings that see what is not there, for comparison.

use crate::stats::elasticity::prepare;
use crate::stats::person_week::{PersonWeek, sound};
use crate::stats::spearman::spearman;
use crate::stats::{poisson, student_t};
use crate::units::len_to_u64;

/// p of the rank correlation of all rows, as if they were independent.
pub(super) fn pooled_spearman(rows: &[PersonWeek]) -> Option<f64> {
    let pairs: Vec<(f64, f64)> =
        rows.iter().map(|row| (row.spend, row.durable_lines)).collect();
    spearman_p(&pairs)
}

/// The same of lines for a unit of spend, with spend: one divides by the other.
pub(super) fn yield_with_spend(rows: &[PersonWeek]) -> Option<f64> {
    let spending = rows.iter().filter(|row| row.spend > 0.0);
    let pairs: Vec<(f64, f64)> =
        spending.map(|row| (row.spend, row.durable_lines / row.spend)).collect();
    spearman_p(&pairs)
}

fn spearman_p(pairs: &[(f64, f64)]) -> Option<f64> {
    let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let r = spearman(&x, &y)?;
    let df = len_to_u64(pairs.len()).checked_sub(2)?;
    let t = r * (crate::units::count_to_f64(df) / (1.0 - r * r)).sqrt();
    student_t::two_sided_p(t, df)
}

/// p of the elasticity with the errors that the Poisson model claims, and with those
/// of its sandwich over persons (CR1) compared with Student's t on G - 1.
pub(super) fn poisson_model_and_sandwich(rows: &[PersonWeek]) -> Option<(f64, f64)> {
    let (panel, _) = prepare(&sound(rows));
    let fit = poisson::fit(&panel).ok()?;
    let n = len_to_u64(fit.scores.len());
    let df = n.checked_sub(1).filter(|df| *df > 0)?;
    let model = student_t::two_sided_p(fit.slope * fit.information.sqrt(), 1_000_000)?;
    let squares: f64 = fit.scores.iter().map(|score| score * score).sum();
    let n = crate::units::count_to_f64(n);
    let error = (n / (n - 1.0) * squares).sqrt() / fit.information;
    Some((model, student_t::two_sided_p(fit.slope / error, df)?))
}
