//! From where on something counts as much: one table, which a user may change and every
//! answer prints.

use crate::error::Error;

/// A threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// Its name, with its unit at the end.
    pub name: &'static str,
    /// Its value unless it is given.
    pub value: f64,
    /// What it decides.
    pub decides: &'static str,
}

/// All of them.
pub const THRESHOLDS: &[Threshold] = &[
    row("least_code_lines", 300.0, "below it a unit is too small"),
    row("least_age_days", 30.0, "below it a unit is too young"),
    row("p1_burst_share", 0.70, "P1: least share of lines in the best 14 days"),
    row("p1_least_age_days", 60.0, "P1: least age"),
    row("p2_silent_days", 60.0, "P2: least days without a change by a person"),
    row("p3_second_share", 0.10, "P3: share that the second person stays below"),
    row("p4_giant_lines", 1000.0, "P4: lines above which a change is giant"),
    row("p4_giant_share", 0.50, "P4: least share of lines in giant changes"),
    row("p5_survival_30", 0.70, "P5: share alive after 30 days that it stays below"),
    row("p5_half_life_days", 90.0, "P5: half-life that it stays below"),
    row("p5_least_lines", 500.0, "P5: least lines followed for 30 days"),
    row("p5_least_changes", 10.0, "P5: least changes that these lines came in"),
    row("p6_per_1000_lines", 3.0, "P6: least placeholders in 1,000 lines"),
    row("q1_test_share", 0.10, "Q1: least test lines to code lines"),
    row("q1_co_change_share", 0.15, "Q1: least share of code changes with a test"),
    row("q1_change_lines", 20.0, "Q1: least lines of a code change that counts"),
    row("w1_entry_points", 3.0, "W1: least programs, which doubled in 90 days"),
    row("w3_per_1000_lines", 10.0, "W3: least direct dependencies in 1,000 lines"),
    row("w4_duplication_share", 0.15, "W4: least share of lines standing twice"),
    row("z1_people", 3.0, "Z1: least people"),
    row("z1_changes", 5.0, "Z1: least changes of each in 180 days"),
    row("z2_months", 6.0, "Z2: least of the last 12 months with a change"),
    row("z3_reviewed_share", 0.50, "Z3: least share of reviewed landings"),
    row("poc_shape_signals", 4.0, "PoC: least P"),
    row("sprawl_signals", 2.0, "Slopnexus: least of W1, W3, W4"),
    row("deficits", 3.0, "Slopnexus and PoC in production: least Q"),
    row("production_signals", 2.0, "PoC in production: least X"),
    row("most_vetoes", 1.0, "PoC and Slopnexus: most Z"),
    row("active_days", 60.0, "Slopnexus: most days since the last change"),
    row("unknown_share", 0.30, "Unclear: share of unknown signals above it"),
];

const fn row(name: &'static str, value: f64, decides: &'static str) -> Threshold {
    Threshold { name, value, decides }
}

/// The thresholds of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Thresholds(Vec<Threshold>);

impl Default for Thresholds {
    fn default() -> Self {
        Self(THRESHOLDS.to_vec())
    }
}

impl Thresholds {
    /// The value of one; the names are those of the table.
    pub fn get(&self, name: &str) -> f64 {
        let found = self.0.iter().find(|one| one.name == name);
        found.map_or(f64::NAN, |one| one.value)
    }

    /// All, in the order of the table.
    pub fn rows(&self) -> &[Threshold] {
        &self.0
    }

    /// Changes one, given as `name=value`.
    ///
    /// # Errors
    ///
    /// When there is none of that name, or the value is no number from 0 on.
    pub fn set(&mut self, text: &str) -> Result<(), Error> {
        let refused = |why: &str| {
            let hint = "write it as p4_giant_lines=2000; every answer lists the names";
            Error::usage("E-THRESHOLD", "cannot use --threshold", why, hint)
        };
        let (name, value) =
            text.split_once('=').ok_or_else(|| refused("it is not NAME=VALUE"))?;
        let value: f64 = value.parse().map_err(|_| refused("its value is no number"))?;
        if !value.is_finite() || value < 0.0 {
            return Err(refused("its value is below 0 or has no end"));
        }
        let found = self.0.iter_mut().find(|one| one.name == name);
        found.ok_or_else(|| refused("there is no threshold of this name"))?.value = value;
        Ok(())
    }
}
