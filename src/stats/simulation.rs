//! Repositories with a known truth: does a 95% interval hold it as often as it
//! says?
//!
//! Authors differ, their commits differ more, one commit in seven is wiped out
//! whole, sizes are heavy-tailed, and commits are followed for different times.

use crate::stats::rng::Rng;
use crate::stats::{Lifespan, Weighting, kaplan_meier, survival_at};

mod planted;
use crate::units::count_to_f64;

const AUTHOR_SPREAD: f64 = 0.5;
const COMMIT_SPREAD: f64 = 0.7;
const MEAN_DAYS: f64 = 200.0;
const WIPED: f64 = 0.15;
const HORIZON_DAYS: u32 = 90;

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

/// True survival at the horizon: the mean of exp(-days / mean * e^(spread * z))
/// over the normal z of authors and commits together, by the midpoint rule; wiped
/// commits have nothing left by then.
pub(crate) fn truth() -> f64 {
    let spread = AUTHOR_SPREAD.hypot(COMMIT_SPREAD);
    let days = f64::from(HORIZON_DAYS) / MEAN_DAYS;
    let (mut mean, mut mass) = (0.0, 0.0);
    for i in 0..4_000 {
        let z = (f64::from(i) + 0.5) / 250.0 - 8.0;
        let density = (-0.5 * z * z).exp();
        mean += density * (-days * (spread * z).exp()).exp();
        mass += density;
    }
    (1.0 - WIPED) * mean / mass
}

pub(crate) fn repository(rng: &mut Rng, authors: u32) -> Vec<Lifespan> {
    let mut spans = Vec::new();
    let mut change = 0;
    for cluster in 0..authors {
        let author = AUTHOR_SPREAD * rng.normal();
        for _ in 0..8 + rng.below(20) {
            let pace = (author + COMMIT_SPREAD * rng.normal()).exp() / MEAN_DAYS;
            commit(rng, &mut spans, pace, (cluster, change));
            change += 1;
        }
    }
    spans
}

/// Adds the lines of one commit, counted by the day they left observation.
fn commit(rng: &mut Rng, spans: &mut Vec<Lifespan>, pace: f64, id: (u32, u32)) {
    let follow_up = 30 + usize::try_from(rng.below(370)).unwrap();
    let is_wiped = rng.uniform() < WIPED;
    let wipe = if is_wiped { 60.0 * rng.uniform() } else { f64::INFINITY };
    let mut size = (3.0 + 1.2 * rng.normal()).exp().min(3_000.0);
    let mut deaths = vec![0; follow_up + 1];
    let mut alive = 0;
    while size > 0.0 {
        let day = (rng.exponential() / pace).min(wipe).ceil();
        match deaths.get_mut(day_index(day)) {
            Some(count) => *count += 1,
            None => alive += 1,
        }
        size -= 1.0;
    }
    let span = |day, died, lines| Lifespan {
        entry_days: 0.0,
        exit_days: day,
        died,
        lines,
        cluster: id.0,
        change: id.1,
    };
    for (day, &lines) in deaths.iter().enumerate().filter(|(_, lines)| **lines > 0) {
        spans.push(span(count_to_f64(day.try_into().unwrap()), true, lines));
    }
    if alive > 0 {
        spans.push(span(count_to_f64(follow_up.try_into().unwrap()), false, alive));
    }
}

/// Whole days as an index; days beyond any follow-up stay beyond it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the number is whole and between 0 and 1000"
)]
fn day_index(day: f64) -> usize {
    day.clamp(0.0, 1_000.0) as usize
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
