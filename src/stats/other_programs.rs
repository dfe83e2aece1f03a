//! Clustered statistics beside those that other programs make, of the same lines.

use super::difference::{Difference, mean_life_difference, survival_difference};
use super::jackknife::difference_df;
use super::kaplan_meier::tests::{numbers, random_sets};
use super::lifespan::Lifespan;
use super::log_rank::log_rank;
use super::ratio::{RatioPart, ratio_jackknife};
use super::sign_flip::sign_flip;
use super::standardisation::{StratumLifespan, standardised_difference};
use super::{Weighting, jackknife, kaplan_meier, student_t, wilson};

const FIXTURE: &str = include_str!("../../fixtures/stats/clusters.tsv");
/// Groups that rows are in, by their place in the set.
const CLUSTERS: u32 = 9;

fn sets() -> Vec<Vec<Lifespan>> {
    let numbered = |(at, one): (u32, Lifespan)| {
        let cluster = at % CLUSTERS;
        Lifespan { cluster, change: cluster, ..one }
    };
    let set = |set: Vec<Lifespan>| (0..).zip(set).map(numbered).collect();
    random_sets().into_iter().map(set).collect()
}

/// The rows of one kind, as numbers.
fn rows(kind: &str) -> Vec<Vec<f64>> {
    let of_kind = numbers(FIXTURE).filter(|columns| columns[0] == kind);
    let number = |text: &&str| text.parse::<f64>().unwrap();
    of_kind.map(|columns| columns[1..].iter().map(number).collect()).collect()
}

/// The place of a set.
fn place(number: f64) -> usize {
    (0..200).find(|at| crate::units::len_to_f64(*at) >= number).unwrap()
}

#[track_caller]
fn is_near(found: Option<f64>, expected: f64) {
    let found = found.unwrap();
    let distance = (found - expected).abs();
    assert!(distance < 1e-6 * (1.0 + expected.abs()), "{found} and {expected}");
}

/// The standard error behind an interval: theirs are on one degree less than clusters, ours
/// on those of the thinner cohort.
fn error((low, high): (f64, f64), df: u64) -> f64 {
    (high - low) / 2.0 / student_t::quantile(0.975, df).unwrap()
}

#[test]
fn the_band_of_a_curve_is_that_of_leaving_out_one_cluster_at_a_time() {
    let sets = sets();
    for row in rows("band") {
        let [set, age, expected, low, high] = row[..] else { panic!("{row:?}") };
        let set = &sets[place(set)];
        let without = |gone: u32| -> Vec<Lifespan> {
            set.iter().filter(|one| one.cluster != gone).copied().collect()
        };
        let left_out: Vec<f64> =
            (0..CLUSTERS).map(|gone| kaplan_meier(&without(gone)).at(age)).collect();
        let survival = kaplan_meier(set).at(age);
        let interval = jackknife::survival_interval(survival, &left_out).unwrap();
        is_near(Some(survival), expected);
        is_near(Some(interval.low), low);
        is_near(Some(interval.high), high);
    }
    assert_eq!(rows("band").len(), 32);
}

#[test]
fn differences_and_their_intervals_are_those_of_lifelines_left_out_by_clusters() {
    let sets = sets();
    let mut n_intervals = 0;
    let mut compare =
        |kind: &str, of: &dyn Fn(&[Lifespan], &[Lifespan]) -> Difference| {
            for row in rows(kind) {
                let [first, _, value, low, high] = row[..] else { panic!("{row:?}") };
                let first = place(first);
                let found = of(&sets[first], &sets[first + 1]);
                // Where few lines are left none is estimated.
                let Some(ends) = found.low.zip(found.high) else { continue };
                is_near(found.value, value);
                let df = found.degrees_of_freedom;
                is_near(
                    Some(error(ends, df)),
                    error((low, high), u64::from(CLUSTERS) - 1),
                );
                is_near(found.standard_error, error(ends, df));
                n_intervals += 1;
            }
        };
    compare("rmst", &|one, two| mean_life_difference(one, two, 20.0, Weighting::Lines));
    compare("survival", &|one, two| survival_difference(one, two, 20, Weighting::Lines));
    assert!(n_intervals >= 8, "{n_intervals}");
}

#[test]
fn sign_flips_are_those_of_scipy() {
    for row in rows("sign_flip") {
        is_near(sign_flip(&row[1..], 1).map(|found| found.p), row[0]);
    }
    assert_eq!(rows("sign_flip").len(), 24);
}

#[test]
fn shares_have_the_interval_of_scipy() {
    for row in rows("wilson") {
        let [hits, trials, low, high] = row[..] else { panic!("{row:?}") };
        let count = |number: f64| {
            (0..2_000).find(|n| crate::units::count_to_f64(*n) >= number).unwrap()
        };
        let found = wilson(count(hits), count(trials)).unwrap();
        is_near(Some(found.0), low);
        is_near(Some(found.1), high);
    }
    assert_eq!(rows("wilson").len(), 8);
}

#[test]
fn ratios_have_the_interval_of_leaving_out_one_person_at_a_time() {
    let mut n_intervals = 0;
    for row in rows("ratio") {
        let n = place(row[0]);
        let (above, below) = row[4..].split_at(n);
        let parts: Vec<RatioPart> = above
            .iter()
            .zip(below)
            .map(|(&numerator, &denominator)| RatioPart { numerator, denominator })
            .collect();
        let found = ratio_jackknife(&parts);
        is_near(found.value, row[1]);
        if found.low.is_some() {
            is_near(found.low, row[2]);
            is_near(found.high, row[3]);
            n_intervals += 1;
        }
    }
    assert!(n_intervals >= 8, "{n_intervals}");
}

#[test]
fn standardised_differences_are_those_of_curves_of_lifelines() {
    let sets = sets();
    let mut n_intervals = 0;
    for row in rows("standardised") {
        let [first, age, value, low, high] = row[..] else { panic!("{row:?}") };
        let first = place(first);
        let cohort = |from: usize| -> Vec<StratumLifespan> {
            let of = |stratum: u32| {
                let set = &sets[from + stratum as usize];
                set.iter().map(move |one| StratumLifespan { stratum, lifespan: *one })
            };
            (0..3).flat_map(of).collect()
        };
        let found = standardised_difference(&cohort(first), &cohort(first + 3), age);
        is_near(found.value, value);
        if let Some(ends) = found.low.zip(found.high) {
            let df = difference_df(found.n_clusters, found.effective_clusters);
            is_near(Some(error(ends, df)), error((low, high), u64::from(CLUSTERS) - 1));
            is_near(Some((ends.0 + ends.1) / 2.0), value);
            n_intervals += 1;
        }
    }
    assert!(n_intervals >= 8, "{n_intervals}");
}

#[test]
fn the_scores_of_clusters_add_up_to_those_of_a_proportional_hazards_model() {
    let sets = sets();
    let mut n_tested = 0;
    let excess = |first: f64, second: f64| {
        let ours = log_rank(&sets[place(first)], &sets[place(second)], 1);
        (crate::units::count_to_f64(ours.observed) - ours.expected, ours.z)
    };
    for row in rows("log_rank") {
        let [first, second, score, squares] = row[..] else { panic!("{row:?}") };
        let (ours, z) = excess(first, second);
        is_near(Some(ours), score);
        if z.is_some() {
            is_near(z, score / squares.sqrt());
            n_tested += 1;
        }
    }
    for row in rows("log_rank_late") {
        let [first, second, score] = row[..] else { panic!("{row:?}") };
        is_near(Some(excess(first, second).0), score);
    }
    assert_eq!((rows("log_rank").len(), rows("log_rank_late").len()), (34, 99));
    assert!(n_tested > 20, "{n_tested}");
}
