//! Lines of made-up repositories, whose survival is known.
//!
//! Authors differ, their commits differ more, one commit in seven is wiped out whole,
//! sizes are heavy-tailed, and commits are followed for different times.

use crate::stats::rng::Rng;
use crate::stats::standardisation::{StratumLifespan, standardised_difference};
use crate::stats::{Lifespan, Weighting, log_rank, survival_at, survival_difference};
use crate::units::len_to_f64;

const AUTHOR_SPREAD: f64 = 0.5;
const COMMIT_SPREAD: f64 = 0.7;
const MEAN_DAYS: f64 = 200.0;
const WIPED: f64 = 0.15;
/// The age at which survival is asked for.
pub const HORIZON_DAYS: u32 = 90;

/// True survival of a repository's lines at the horizon.
pub fn truth() -> f64 {
    survival_after(f64::from(HORIZON_DAYS) / MEAN_DAYS)
}

/// The mean of exp(-hazard * e^(spread * z)) over the normal z of authors and commits
/// together, by the midpoint rule; wiped commits have nothing left by then.
fn survival_after(hazard: f64) -> f64 {
    let spread = AUTHOR_SPREAD.hypot(COMMIT_SPREAD);
    let (mut mean, mut mass) = (0.0, 0.0);
    for i in 0..4_000 {
        let z = (f64::from(i) + 0.5) / 250.0 - 8.0;
        let density = (-0.5 * z * z).exp();
        mean += density * (-hazard * (spread * z).exp()).exp();
        mass += density;
    }
    (1.0 - WIPED) * mean / mass
}

/// Draws a repository of so many authors.
pub fn repository(rng: &mut Rng, authors: u32) -> Vec<Lifespan> {
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
    let follow_up = 30 + usize::try_from(rng.below(370)).unwrap_or(0);
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
        spans.push(span(len_to_f64(day), true, lines));
    }
    if alive > 0 {
        spans.push(span(len_to_f64(follow_up), false, alive));
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

/// Whether the interval of survival holds the truth; `None` without an interval.
pub fn interval_holds_truth(authors: u32, truth: f64, seed: u64) -> Option<bool> {
    let spans = repository(&mut Rng::seeded(seed), authors);
    let at = survival_at(&spans, &[HORIZON_DAYS], Weighting::Lines)[0];
    let (low, high) = at.low.zip(at.high)?;
    Some(low <= truth && truth <= high)
}

/// Whether two repositories of the same kind are told apart: by the interval of the
/// difference and by the log-rank test with signs flipped; `None` without both.
pub fn same_are_told_apart(authors: u32, seed: u64) -> Option<bool> {
    let mut rng = Rng::seeded(seed);
    let first = repository(&mut rng, authors);
    let mut second = repository(&mut rng, authors);
    for one in &mut second {
        one.cluster += authors;
        one.change += 1_000_000;
    }
    let difference = survival_difference(&first, &second, HORIZON_DAYS, Weighting::Lines);
    let (low, high) = difference.low.zip(difference.high)?;
    let p = log_rank(&first, &second, seed).sign_flip?.p;
    Some((low > 0.0 || high < 0.0) && p < 0.05)
}

/// What was seen of two cohorts that differ by a known amount and work in other places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConfoundedOutcome {
    /// The true difference in survival, with the places of the first cohort.
    pub truth: f64,
    /// The standardised estimate.
    pub standardised: f64,
    /// The estimate that does not look at places.
    pub naive: f64,
    /// Whether the standardised interval holds the truth.
    pub holds: Option<bool>,
}

/// Mean days of life in four strata, two directories by two quarters.
const STRATUM_DAYS: [f64; 4] = [60.0, 110.0, 220.0, 400.0];
/// Where a commit of the first cohort goes, of ten; the second goes the other way.
const FIRST_GOES: [u64; 4] = [1, 1, 3, 5];
/// The first cohort's lines live so much longer.
const LONGER: f64 = 1.25;

/// Draws two cohorts of so many authors each and compares them at 30 days.
pub fn confounded(authors: u32, seed: u64) -> Option<ConfoundedOutcome> {
    let mut rng = Rng::seeded(seed);
    let first = cohort(&mut rng, 0..authors, LONGER, false);
    let second = cohort(&mut rng, authors..2 * authors, 1.0, true);
    let got = standardised_difference(&first, &second, 30.0);
    let plain = |rows: &[StratumLifespan]| -> Vec<Lifespan> {
        rows.iter().map(|row| row.lifespan).collect()
    };
    let naive =
        survival_difference(&plain(&first), &plain(&second), 30, Weighting::Lines)
            .value?;
    let truth = true_difference(&first);
    let interval = got.low.zip(got.high);
    let holds = interval.map(|(low, high)| low <= truth && truth <= high);
    Some(ConfoundedOutcome { truth, standardised: got.value?, naive, holds })
}

fn true_difference(first: &[StratumLifespan]) -> f64 {
    let (mut sum, mut lines) = (0.0, 0.0);
    for (stratum, days) in (0..).zip(STRATUM_DAYS) {
        let own = first.iter().filter(|row| row.stratum == stratum);
        let own = crate::units::count_to_f64(own.map(|row| row.lifespan.lines).sum());
        let at = |days: f64| survival_without_wipes(30.0 / days);
        sum += own * (at(days * LONGER) - at(days));
        lines += own;
    }
    sum / lines
}

/// Here wipes come with the pace of the rest, so that 30 days need no special care.
fn survival_without_wipes(hazard: f64) -> f64 {
    survival_after(hazard) / (1.0 - WIPED)
}

fn cohort(
    rng: &mut Rng,
    authors: std::ops::Range<u32>,
    longer: f64,
    is_reversed: bool,
) -> Vec<StratumLifespan> {
    let mut rows = Vec::new();
    let mut change = authors.start * 1_000;
    for cluster in authors {
        let author = AUTHOR_SPREAD * rng.normal();
        for _ in 0..30 + rng.below(20) {
            let stratum = stratum(rng, is_reversed);
            let days = STRATUM_DAYS[usize::try_from(stratum).unwrap_or(0)] * longer;
            let pace = (author + COMMIT_SPREAD * rng.normal()).exp() / days;
            change += 1;
            for _ in 0..10 + rng.below(20) {
                let (death, end) =
                    (rng.exponential() / pace, 40.0 + 100.0 * rng.uniform());
                let lifespan = Lifespan {
                    entry_days: 0.0,
                    exit_days: death.min(end),
                    died: death <= end,
                    lines: 1,
                    cluster,
                    change,
                };
                rows.push(StratumLifespan { stratum, lifespan });
            }
        }
    }
    rows
}

fn stratum(rng: &mut Rng, is_reversed: bool) -> u32 {
    let mut left = rng.below(10);
    let mut stratum = 0;
    for weight in FIRST_GOES {
        if left < weight {
            break;
        }
        left -= weight;
        stratum += 1;
    }
    if is_reversed { 3 - stratum } else { stratum }
}
