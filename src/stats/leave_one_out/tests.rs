use super::*;
use crate::stats::clusters::{self, Weighting};
use crate::stats::kaplan_meier::Curve;
use crate::stats::rng::Rng;

const HORIZONS: [f64; 6] = [0.0, 7.0, 21.0, 90.0, 91.5, 365.0];
const TAU: f64 = 90.0;

struct Shape {
    rows: u32,
    clusters: u64,
    /// Share of rows in cluster 0, beyond its chance.
    giant: f64,
    delayed: f64,
    /// Ages are multiples of this, so that many coincide.
    tick_days: f64,
    max_lines: u64,
}

fn random(rng: &mut Rng, shape: &Shape) -> Vec<Lifespan> {
    let tick = |days: f64| (days / shape.tick_days).floor() * shape.tick_days;
    (0..shape.rows)
        .map(|_| {
            let drawn = u32::try_from(rng.below(shape.clusters)).unwrap();
            let exit_days = tick(rng.exponential() * 120.0);
            let late = tick(rng.uniform() * exit_days);
            Lifespan {
                entry_days: if rng.uniform() < shape.delayed { late } else { 0.0 },
                exit_days,
                died: rng.uniform() < 0.6,
                lines: rng.below(shape.max_lines) + 1,
                cluster: if rng.uniform() < shape.giant { 0 } else { drawn * 3 },
                change: u32::try_from(rng.below(u64::from(shape.rows))).unwrap(),
            }
        })
        .collect()
}

/// Drops each cluster, and estimates again from the start.
fn brute_force(
    spans: &[Lifespan],
    weights: &[u64],
    (ids, by): (&[u32], ClusteredBy),
) -> Vec<LeftOut> {
    let without = |&id: &u32| {
        let rows = spans.iter().zip(weights).filter(|(span, _)| by.id(span) != id);
        let (spans, weights): (Vec<Lifespan>, Vec<u64>) = rows.unzip();
        let curve = Curve::of(risk_table(&spans, &weights));
        LeftOut {
            survival: HORIZONS.iter().map(|&age| curve.at(age)).collect(),
            rmst: curve.rmst(TAU),
        }
    };
    ids.iter().map(without).collect()
}

/// Returns the largest distance between the fast way and the plain one.
fn distance(spans: &[Lifespan], weighting: Weighting, by: ClusteredBy) -> f64 {
    let weights = clusters::weights(spans, weighting);
    let ids = Ids::of(spans, by);
    let all: std::collections::BTreeSet<u32> =
        spans.iter().filter(|span| span.is_observed()).map(|span| by.id(span)).collect();
    let all: Vec<u32> = all.into_iter().collect();
    let ages = Ages { horizons_days: &HORIZONS, tau_days: TAU };
    let fast = leave_one_out(spans, &weights, (&ids, by), ages);
    let plain = brute_force(spans, &weights, (&all, by));
    assert_eq!(fast.len(), plain.len());
    let mut largest = 0.0_f64;
    for (fast, plain) in fast.iter().zip(&plain) {
        for (a, b) in fast.survival.iter().zip(&plain.survival) {
            largest = largest.max((a - b).abs());
        }
        largest = largest.max((fast.rmst - plain.rmst).abs() / TAU);
    }
    largest
}

#[test]
fn leaving_clusters_out_equals_estimating_again_without_them() {
    let mut rng = Rng::seeded(7);
    for case in 0..40 {
        let shape = Shape {
            rows: [3, 12, 60, 250][case % 4],
            clusters: [2, 6, 40][case % 3],
            giant: if case % 5 == 0 { 0.6 } else { 0.0 },
            delayed: if case % 2 == 0 { 0.0 } else { 0.3 },
            tick_days: if case % 7 < 4 { 1.0 } else { 1e-5 },
            max_lines: 40,
        };
        let spans = random(&mut rng, &shape);
        for weighting in [Weighting::Lines, Weighting::Changes] {
            for by in [ClusteredBy::Person, ClusteredBy::Change] {
                let distance = distance(&spans, weighting, by);
                assert!(
                    distance < 1e-12,
                    "case {case}, {weighting:?}, {by:?}: {distance}"
                );
            }
        }
    }
}

#[test]
fn the_series_are_as_exact_as_the_single_ages() {
    // Enough ages for a tree of eight levels, and clusters from tiny to half.
    let mut rng = Rng::seeded(11);
    for (giant, delayed) in [(0.0, 0.0), (0.5, 0.0), (0.2, 0.3)] {
        let shape = Shape {
            rows: 4_000,
            clusters: 60,
            giant,
            delayed,
            tick_days: 1e-6,
            max_lines: 300,
        };
        let spans = random(&mut rng, &shape);
        for weighting in [Weighting::Lines, Weighting::Changes] {
            let distance = distance(&spans, weighting, ClusteredBy::Person);
            assert!(distance < 1e-12, "{weighting:?}: {distance}");
        }
    }
}

#[test]
fn a_risk_set_that_is_refilled_all_the_time_keeps_the_series_exact() {
    // Lines of cluster 0 outlive everything; 620 others are replaced as they die,
    // so the hazard adds up while the risk set does not shrink.
    let mut rng = Rng::seeded(13);
    let forever = |lines, cluster| Lifespan {
        entry_days: 0.0,
        exit_days: 400.0,
        died: false,
        lines,
        cluster,
        change: 0,
    };
    let mut spans = vec![forever(19, 0)];
    for cluster in 1..621 {
        let mut entry_days = 0.0;
        while entry_days < 90.0 {
            let exit_days = entry_days + 12.0 * rng.exponential();
            let cluster = 1 + cluster % 7;
            let next = forever(1, cluster);
            spans.push(Lifespan { entry_days, exit_days, died: true, ..next });
            entry_days = exit_days;
        }
    }
    let distance = distance(&spans, Weighting::Lines, ClusteredBy::Person);
    assert!(distance < 1e-12, "{distance}");
}

#[test]
fn a_cluster_that_is_not_there_changes_nothing() {
    let mut rng = Rng::seeded(3);
    let shape = Shape {
        rows: 50,
        clusters: 5,
        giant: 0.0,
        delayed: 0.0,
        tick_days: 1.0,
        max_lines: 9,
    };
    let spans = random(&mut rng, &shape);
    let stranger = [Lifespan { cluster: 1, ..spans[0] }];
    let by = ClusteredBy::Person;
    let ids = Ids::of(&spans, by).union(&Ids::of(&stranger, by));
    let place = ids.index(1).unwrap();
    let weights = clusters::weights(&spans, Weighting::Lines);
    let ages = Ages { horizons_days: &HORIZONS, tau_days: TAU };
    let curves = leave_one_out(&spans, &weights, (&ids, by), ages);
    let curve = Curve::of(risk_table(&spans, &weights));
    assert!((curves[place].survival[3] - curve.at(90.0)).abs() < 1e-13);
    assert!((curves[place].rmst - curve.rmst(TAU)).abs() < 1e-11);
}

#[test]
fn no_lines_make_no_curves() {
    let ids = Ids::of(&[], ClusteredBy::Person);
    let ages = Ages { horizons_days: &HORIZONS, tau_days: TAU };
    assert!(leave_one_out(&[], &[], (&ids, ClusteredBy::Person), ages).is_empty());
}
