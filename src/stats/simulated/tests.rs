use super::*;
use crate::stats::decision::Finding;
use crate::stats::wilson;

fn outcomes((persons, weeks): (u32, u32), elasticity: f64, runs: u64) -> Vec<Outcome> {
    let truth = PanelTruth { persons, weeks, elasticity, disturbance: Disturbance::None };
    (0..runs).map(|run| look(&truth, seed_of(1, 1, run))).collect()
}

fn share(hits: impl Iterator<Item = Option<bool>>) -> (u64, u64) {
    hits.flatten().fold((0, 0), |(hits, all), hit| (hits + u64::from(hit), all + 1))
}

/// Whether so many hits are what a rate of at most `rate` may give, three times in a
/// thousand aside.
fn is_at_most((hits, all): (u64, u64), rate: f64) -> bool {
    let expected = rate * crate::units::count_to_f64(all);
    let spread = (expected * (1.0 - rate)).sqrt();
    crate::units::count_to_f64(hits) <= expected + 3.0 * spread
}

#[test]
fn without_an_association_little_is_found_and_naive_readings_find_much() {
    let runs = outcomes((12, 12), 0.0, 100);
    let below = |p: &dyn Fn(&Outcome) -> Option<f64>| {
        share(runs.iter().map(|run| p(run).map(|p| p < 0.05)))
    };
    assert!(is_at_most(below(&|run| run.primary_p), 0.05));
    assert!(is_at_most(below(&|run| run.shift_p), 0.06));
    assert!(is_at_most(below(&|run| run.placebo_p), 0.06));
    let found = share(runs.iter().map(|run| Some(run.finding == Finding::Associated)));
    assert!(is_at_most(found, 0.05), "{found:?}");
    // All rows together, and lines as if they were independent.
    assert!(below(&|run| run.naive_p[0]).0 > 30 && below(&|run| run.naive_p[2]).0 > 70);
    assert!(runs.iter().all(|run| run.bounds_hold));
}

#[test]
fn intervals_of_a_planted_elasticity_hold_it() {
    for elasticity in [0.0, 0.3, 1.0] {
        let runs = outcomes((20, 12), elasticity, 50);
        let holds = |(low, high): (f64, f64)| low <= elasticity && elasticity <= high;
        let (held, shown) = share(runs.iter().map(|run| run.interval.map(holds)));
        assert!(shown > 20, "{shown}");
        let (_, upper) = wilson(held, shown).unwrap();
        assert!(upper > 0.90, "{held} of {shown} at {elasticity}");
    }
}

/// Who is away neither spends nor writes: that alone is no finding.
#[test]
fn time_off_is_no_association() {
    let truth = PanelTruth {
        persons: 20,
        weeks: 26,
        elasticity: 0.0,
        disturbance: Disturbance::PartTime,
    };
    let runs: Vec<Outcome> =
        (0..120).map(|run| look(&truth, seed_of(9, 1, run))).collect();
    let found = share(runs.iter().map(|run| Some(run.finding == Finding::Associated)));
    assert!(is_at_most(found, 0.05), "{found:?}");
    // Taken by itself the estimate does see something: the days of work.
    let alone = share(runs.iter().map(|run| run.primary_p.map(|p| p < 0.05)));
    assert!(!is_at_most(alone, 0.05), "{alone:?}");
}

#[test]
fn what_is_looked_for_in_the_wrong_place_is_put_right_by_strata() {
    let found: Vec<_> =
        (0..12).filter_map(|run| lives::confounded(12, seed_of(3, 2, run))).collect();
    assert_eq!(found.len(), 12);
    let mean = |of: &dyn Fn(&lives::ConfoundedOutcome) -> f64| {
        found.iter().map(of).sum::<f64>() / 12.0
    };
    let standardised = mean(&|one| one.standardised - one.truth);
    let naive = mean(&|one| one.naive - one.truth);
    // One such difference has a standard error of about .06.
    assert!(standardised.abs() < 0.05, "{standardised}");
    assert!(naive > 0.1, "{naive}");
}

#[test]
fn families_of_nothing_are_seldom_flagged() {
    let units: Vec<_> =
        (0..40).map(|run| units::look(20, 4.0, true, seed_of(5, 3, run))).collect();
    let flags = share(units.iter().map(|one| Some(one.any_flag)));
    assert!(is_at_most(flags, 0.10), "{flags:?}");
    let teams =
        share((0..40).map(|run| Some(any_of_family(20, (8, 12), seed_of(5, 4, run)))));
    assert!(is_at_most(teams, 0.10), "{teams:?}");
}

#[test]
fn the_same_seed_draws_the_same_team() {
    assert_eq!(outcomes((8, 12), 0.3, 2), outcomes((8, 12), 0.3, 2));
    assert_ne!(seed_of(1, 2, 3), seed_of(1, 3, 2));
}
