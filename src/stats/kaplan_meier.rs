//! The survival curve of lines: the product-limit estimator of Kaplan and Meier
//! (1958), with delayed entry.

use crate::stats::clusters::{self, Weighting};
use crate::stats::lifespan::Lifespan;
use crate::stats::risk_table::{RiskTable, risk_table};
use crate::units::count_to_f64;

/// One age at which lines left observation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The age in days.
    pub age_days: f64,
    /// Lines at risk just before it.
    pub at_risk: u64,
    /// Lines that died at it.
    pub deaths: u64,
    /// Lines last seen alive at it. Deaths come before censorings of equal age.
    pub censored: u64,
    /// The share of lines that outlive this age.
    pub survival: f64,
}

/// The estimated share of lines still alive, by age.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The ages at which lines left observation, ascending and distinct.
    pub steps: Vec<Step>,
    /// Lines observed.
    pub n_lines: u64,
    /// Lifespans left out, because they were never under observation.
    pub rows_left_out: u64,
    /// Lines of those.
    pub lines_left_out: u64,
    /// Lines watched from birth.
    pub lines_from_birth: u64,
    /// Ages of delayed entry and the lines that had entered by then.
    entered: Vec<(f64, u64)>,
    /// Lines that had left after so many steps, and the fewest at risk until then.
    left: Vec<(u64, u64)>,
}

/// The age by which half of the lines are dead.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum HalfLife {
    /// The smallest age in days with survival of one half or less.
    Reached(f64),
    /// The curve stays above one half as far as it goes; it is not extrapolated.
    NotReached {
        /// Survival at the last age observed.
        survival: f64,
        /// That age in days.
        age_days: f64,
    },
}

/// Estimates the survival curve of lines, each line counting the same.
pub fn kaplan_meier(lifespans: &[Lifespan]) -> Curve {
    weighted_kaplan_meier(lifespans, Weighting::Lines)
}

/// Estimates the survival curve under a weighting. Counts in the steps are of
/// lines under either.
pub fn weighted_kaplan_meier(lifespans: &[Lifespan], weighting: Weighting) -> Curve {
    Curve::of(risk_table(lifespans, &clusters::weights(lifespans, weighting)))
}

impl Curve {
    /// Takes the product of 1 - deaths / at risk down the table.
    pub(super) fn of(table: RiskTable) -> Self {
        let mut curve = Self {
            steps: Vec::with_capacity(table.steps.len()),
            n_lines: table.entered.last().map_or(table.lines_from_birth, |last| last.1),
            rows_left_out: table.rows_left_out,
            lines_left_out: table.lines_left_out,
            lines_from_birth: table.lines_from_birth,
            entered: table.entered,
            left: vec![(0, table.lines_from_birth)],
        };
        let mut survival = 1.0;
        let (mut left, mut least) = (0, table.lines_from_birth);
        for step in &table.steps {
            survival *= factor(step.weight_at_risk, step.weight_died);
            curve.steps.push(Step {
                age_days: step.age_days,
                at_risk: step.lines_at_risk,
                deaths: step.lines_died,
                censored: step.lines_censored,
                survival,
            });
            left += step.lines_died + step.lines_censored;
            let by = curve.entered.partition_point(|entry| entry.0 <= step.age_days);
            least = least.min(curve.entered_lines(by) - left);
            curve.left.push((left, least));
        }
        curve
    }

    /// The share of lines that outlive `age_days`. After the last step it stays
    /// where it is; whether that is worth showing, [`Curve::at_risk`] tells.
    pub fn at(&self, age_days: f64) -> f64 {
        let n = self.steps.partition_point(|step| step.age_days <= age_days);
        n.checked_sub(1).map_or(1.0, |last| self.steps[last].survival)
    }

    /// Lines at risk just before `age_days`: entered earlier, not yet left.
    pub fn at_risk(&self, age_days: f64) -> u64 {
        if age_days < 0.0 {
            return 0;
        }
        let entered = self.entered.partition_point(|entry| entry.0 < age_days);
        self.entered_lines(entered) - self.left[self.steps_before(age_days)].0
    }

    /// The fewest lines at risk at any age up to just before `age_days`. Without
    /// delayed entry these are the lines at risk at that age. With it, a thin
    /// risk set at an early age makes all later survival doubtful.
    pub fn fewest_at_risk(&self, age_days: f64) -> u64 {
        if age_days < 0.0 { 0 } else { self.left[self.steps_before(age_days)].1 }
    }

    /// The age by which half of the lines are dead.
    pub fn half_life(&self) -> HalfLife {
        self.half_life_until(f64::INFINITY)
    }

    /// The half-life, if it is reached up to `age_days`. Later steps, where hardly
    /// any line is followed, are not looked at.
    pub fn half_life_until(&self, age_days: f64) -> HalfLife {
        // A product of fractions that is one half on paper can come out a rounding
        // error above it.
        let is_half = |survival: f64| survival <= 0.5 + 1e-12;
        let observed = self.steps.iter().take_while(|step| step.age_days <= age_days);
        let mut end = HalfLife::NotReached { survival: 1.0, age_days: 0.0 };
        for step in observed {
            if is_half(step.survival) {
                return HalfLife::Reached(step.age_days);
            }
            end =
                HalfLife::NotReached { survival: step.survival, age_days: step.age_days };
        }
        end
    }

    /// The mean days lived in the first `tau_days` of life: the area below the
    /// curve up to that age (restricted mean survival time).
    pub fn rmst(&self, tau_days: f64) -> f64 {
        let (mut area, mut age, mut survival) = (0.0, 0.0, 1.0);
        for step in self.steps.iter().take_while(|step| step.age_days < tau_days) {
            area += survival * (step.age_days - age);
            (age, survival) = (step.age_days, step.survival);
        }
        area + survival * (tau_days - age).max(0.0)
    }

    fn steps_before(&self, age_days: f64) -> usize {
        self.steps.partition_point(|step| step.age_days < age_days)
    }

    fn entered_lines(&self, n_entries: usize) -> u64 {
        n_entries
            .checked_sub(1)
            .map_or(self.lines_from_birth, |last| self.entered[last].1)
    }
}

/// The share of those at risk that does not die; 1 when no one is at risk.
pub(super) fn factor(at_risk: u64, deaths: u64) -> f64 {
    if deaths == 0 {
        return 1.0;
    }
    count_to_f64(at_risk - deaths) / count_to_f64(at_risk)
}

#[cfg(test)]
pub(in crate::stats) mod tests;
