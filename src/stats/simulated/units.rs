//! Made-up teams as units, of which none differs but as teams do.

use crate::stats::outliers::{Unit, UnitWindow, outliers};
use crate::stats::rng::Rng;

/// What was seen in one family of units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FamilyOutcome {
    /// Whether a test of any unit was a discovery.
    pub any_discovery: bool,
    /// Whether any unit was flagged.
    pub any_flag: bool,
}

/// Looks at so many units, whose lines follow spend and differ by a gamma factor with
/// mean one and variance 1 / `theta`: in each window another, or the same in both.
pub fn look(n_units: u32, theta: f64, is_lasting: bool, seed: u64) -> FamilyOutcome {
    let mut rng = Rng::seeded(seed);
    let units: Vec<Unit> =
        (0..n_units).map(|id| unit(&mut rng, id, theta, is_lasting)).collect();
    let found = outliers(&units, 10.0);
    let is_found = |p: Option<f64>| p.is_some_and(|p| p <= crate::stats::outliers::RATE);
    FamilyOutcome {
        any_discovery: found
            .units
            .iter()
            .any(|unit| is_found(unit.adjusted_p_few) || is_found(unit.adjusted_p_many)),
        any_flag: found.units.iter().any(|unit| unit.flag.is_some()),
    }
}

fn unit(rng: &mut Rng, id: u32, theta: f64, is_lasting: bool) -> Unit {
    let level = 4.0 + rng.normal();
    let mut factor = gamma(rng, theta) / theta;
    let person_weeks = (40.0 + 40.0 * rng.uniform()).round();
    let mut window = || {
        let spend = (level + 0.3 * rng.normal()).exp();
        if !is_lasting {
            factor = gamma(rng, theta) / theta;
        }
        let lines = 10.0 * person_weeks * (1.0 + spend).powf(0.3) * factor;
        UnitWindow { spend, durable_lines: lines.round(), person_weeks }
    };
    let (earlier, later) = (window(), window());
    Unit {
        unit: id,
        earlier,
        later,
        spend_coverage: Some(1.0),
        churn: Some(rng.uniform()),
        revert_rate: Some(rng.uniform()),
        duplication: Some(rng.uniform()),
    }
}

/// A gamma number of this shape, at least one, and scale 1 (Marsaglia and Tsang 2000).
fn gamma(rng: &mut Rng, shape: f64) -> f64 {
    let d = shape.max(1.0) - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = rng.normal();
        let v = (1.0 + c * x).powi(3);
        if v > 0.0 && (1.0 - rng.uniform()).ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}
