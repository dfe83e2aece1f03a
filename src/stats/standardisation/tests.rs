use super::*;
use crate::stats::rng::Rng;
use crate::stats::student_t;

/// So many people with changes in each stratum, living so long on average.
fn cohort(
    rng: &mut Rng,
    people: std::ops::Range<u32>,
    of: &[(u32, u32, f64)],
) -> Vec<StratumLifespan> {
    let mut rows = Vec::new();
    for person in people {
        for &(stratum, lines, mean_days) in of {
            for line in 0..lines {
                let death = mean_days * rng.exponential();
                let lifespan = Lifespan {
                    entry_days: 0.0,
                    exit_days: death.min(120.0 + f64::from(line % 7)),
                    died: death < 120.0,
                    lines: 1 + u64::from(line % 3),
                    cluster: person,
                    change: person * 10 + stratum,
                };
                rows.push(StratumLifespan { stratum, lifespan });
            }
        }
    }
    rows
}

fn lives(
    rows: &[StratumLifespan],
    keep: impl Fn(&StratumLifespan) -> bool,
) -> Vec<Lifespan> {
    rows.iter().filter(|row| keep(row)).map(|row| row.lifespan).collect()
}

/// The definition, spelled out.
fn plain(
    first: &[StratumLifespan],
    second: &[StratumLifespan],
    strata: &[u32],
    age: f64,
) -> f64 {
    let (mut sum, mut weight) = (0.0, 0.0);
    for &stratum in strata {
        let own = |rows: &[StratumLifespan]| lives(rows, |row| row.stratum == stratum);
        let (first, second) = (own(first), own(second));
        let lines = count_to_f64(n_lines(&first));
        let of = |lives: &[Lifespan]| kaplan_meier(lives).at(age);
        sum += lines * (of(&first) - of(&second));
        weight += lines;
    }
    sum / weight
}

#[test]
fn it_is_the_weighted_mean_with_clusters_left_out_of_both_by_hand() {
    let mut rng = Rng::seeded(1);
    // Some people are in both cohorts.
    let first = cohort(&mut rng, 0..10, &[(1, 12, 90.0), (2, 30, 40.0)]);
    let second = cohort(&mut rng, 6..18, &[(1, 25, 80.0), (2, 8, 50.0), (3, 9, 10.0)]);
    let got = standardised_difference(&first, &second, 30.0);
    let value = plain(&first, &second, &[1, 2], 30.0);
    assert!((got.value.unwrap() - value).abs() < 1e-12);
    let without = |person: u32| {
        let rest = |rows: &[StratumLifespan]| -> Vec<StratumLifespan> {
            rows.iter().filter(|row| row.lifespan.cluster != person).copied().collect()
        };
        plain(&rest(&first), &rest(&second), &[1, 2], 30.0)
    };
    let left_out: Vec<f64> = (0..18).map(without).collect();
    let error = jackknife::standard_error(&left_out).unwrap();
    // Ten people of one size in the first cohort.
    let half_width = student_t::quantile(0.975, 9).unwrap() * error;
    assert!((got.high.unwrap() - value - half_width).abs() < 1e-9, "{got:?}");
    assert_eq!((got.n_clusters, got.n_strata, got.n_strata_of_first), (18, 2, 2));
    assert_eq!((got.overlap, got.is_comparable), (Some(1.0), true));
}

#[test]
fn strata_that_only_one_cohort_has_are_left_out_and_counted() {
    let mut rng = Rng::seeded(2);
    let first = cohort(&mut rng, 0..10, &[(1, 9, 90.0), (2, 30, 40.0)]);
    let second = cohort(&mut rng, 20..30, &[(1, 25, 80.0)]);
    let got = standardised_difference(&first, &second, 30.0);
    assert_eq!((got.n_strata, got.n_strata_of_first), (1, 2));
    assert!((got.overlap.unwrap() - 180.0 / 780.0).abs() < 1e-12, "{got:?}");
    assert!(!got.is_comparable && got.value.is_some());
}

#[test]
fn cohorts_without_common_strata_are_not_compared() {
    let mut rng = Rng::seeded(3);
    let first = cohort(&mut rng, 0..10, &[(1, 12, 90.0)]);
    let second = cohort(&mut rng, 0..10, &[(2, 12, 90.0)]);
    let got = standardised_difference(&first, &second, 30.0);
    assert_eq!((got.value, got.reason), (None, Some(WhyNone::NoOverlap)));
    assert_eq!(got.overlap, Some(0.0));
    let nobody = standardised_difference(&[], &[], 30.0);
    assert_eq!((nobody.overlap, nobody.reason), (None, Some(WhyNone::NoOverlap)));
}

#[test]
fn few_people_get_no_interval() {
    let mut rng = Rng::seeded(4);
    let first = cohort(&mut rng, 0..3, &[(1, 40, 90.0)]);
    let second = cohort(&mut rng, 3..5, &[(1, 40, 90.0)]);
    let got = standardised_difference(&first, &second, 30.0);
    assert!(got.value.is_some() && got.low.is_none());
    assert_eq!(got.reason, Some(WhyNone::TooFewClusters));
    assert_eq!(got.clustered_by, ClusteredBy::Change);
}
