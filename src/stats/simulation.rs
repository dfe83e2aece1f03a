//! Repositories with a known truth: does a 95% interval hold it as often as it
//! says?

use crate::stats::rng::Rng;
use crate::stats::simulated::lives::{HORIZON_DAYS, repository, truth};
use crate::stats::{Lifespan, Weighting, kaplan_meier, survival_at};

mod planted;

/// How often intervals were shown, and held the truth.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    pub(crate) shown: u32,
    pub(crate) by_person: u32,
    /// The interval that takes every line for a witness of its own.
    pub(crate) by_line: u32,
}

impl Coverage {
    pub(crate) fn of_people(&self) -> f64 {
        f64::from(self.by_person) / f64::from(self.shown)
    }

    pub(crate) fn of_lines(&self) -> f64 {
        f64::from(self.by_line) / f64::from(self.shown)
    }
}

/// Counts over `runs` simulated repositories of so many authors.
pub(crate) fn coverage(authors: u32, runs: u32, seed: u64) -> Coverage {
    let truth = truth();
    let mut rng = Rng::seeded(seed);
    let mut coverage = Coverage::default();
    for _ in 0..runs {
        let spans = repository(&mut rng, authors);
        let at = survival_at(&spans, &[HORIZON_DAYS], Weighting::Lines)[0];
        let (Some(low), Some(high)) = (at.low, at.high) else { continue };
        coverage.shown += 1;
        coverage.by_person += u32::from(low <= truth && truth <= high);
        let (low, high) = greenwood(&spans);
        coverage.by_line += u32::from(low <= truth && truth <= high);
    }
    coverage
}

/// The textbook interval: Greenwood's variance on the scale log(-log s), as if
/// lines were independent.
fn greenwood(spans: &[Lifespan]) -> (f64, f64) {
    let curve = kaplan_meier(spans);
    let horizon = f64::from(HORIZON_DAYS);
    let survival = curve.at(horizon);
    let error = kaplan_meier::tests::greenwood(&curve, horizon).sqrt() / survival;
    let half_width = 1.959_964 * error / survival.ln().abs();
    let center = (-survival.ln()).ln();
    let back = |f: f64| (-f.exp()).exp();
    (back(center + half_width), back(center - half_width))
}

#[test]
fn intervals_by_person_hold_the_truth_and_intervals_by_line_do_not() {
    let coverage = coverage(12, 100, 1);
    assert!(coverage.shown > 90, "{coverage:?}");
    // 95% of 100 with a Monte Carlo error of 2 points, and a known lack of some
    // points with few people.
    let by_person = coverage.of_people();
    assert!((0.87..=0.99).contains(&by_person), "{by_person}");
    assert!(coverage.of_lines() < 0.35, "{coverage:?}");
}
