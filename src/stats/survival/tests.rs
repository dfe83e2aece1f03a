use super::*;
use crate::stats::rng::Rng;

/// So many people, each with four changes whose lines live about `mean_days`, all
/// followed for up to 400 days.
pub(in crate::stats) fn team(seed: u64, people: u32, mean_days: f64) -> Vec<Lifespan> {
    let mut rng = Rng::seeded(seed);
    let mut spans = Vec::new();
    for change in 0..people * 4 {
        let cluster = change / 4;
        let pace = mean_days * (0.3 * rng.normal()).exp();
        let end = 380.0 + 20.0 * rng.uniform();
        for _ in 0..30 {
            let death = rng.exponential() * pace;
            let (exit_days, died) = (death.min(end), death < end);
            let lines = rng.below(5) + 1;
            spans.push(Lifespan {
                entry_days: 0.0,
                exit_days,
                died,
                lines,
                cluster,
                change,
            });
        }
    }
    spans
}

#[test]
fn a_team_of_ten_gets_intervals_by_person_that_hold_their_estimates() {
    let spans = team(1, 10, 300.0);
    let all = survival_at(&spans, &HORIZONS_DAYS, Weighting::Lines);
    assert_eq!(all.len(), 7);
    for at in all {
        assert_eq!(at.reason, None, "{at:?}");
        assert_eq!(at.support.clustered_by, ClusteredBy::Person);
        assert_eq!((at.support.n_people, at.support.n_changes), (10, 40));
        let value = at.value.unwrap();
        assert!(at.low.unwrap() < value && value < at.high.unwrap());
        let truth = (-f64::from(at.horizon_days) / 300.0).exp();
        assert!((value - truth).abs() < 0.1, "{at:?}");
        assert!(at.support.allows_verdict());
    }
}

#[test]
fn the_interval_is_the_jackknife_over_people_by_hand() {
    let spans = team(2, 9, 100.0);
    let at = survival_at(&spans, &[30], Weighting::Lines)[0];
    let transform = |s: f64| (-s.ln()).ln();
    let without = |person: u32| {
        let rest: Vec<_> =
            spans.iter().filter(|s| s.cluster != person).copied().collect();
        transform(crate::stats::kaplan_meier(&rest).at(30.0))
    };
    let left_out: Vec<f64> = (0..9).map(without).collect();
    let mean = left_out.iter().sum::<f64>() / 9.0;
    let squares: f64 = left_out.iter().map(|f| (f - mean).powi(2)).sum();
    let half_width = 2.306_004_135 * (8.0 / 9.0 * squares).sqrt();
    let low = (-(transform(at.value.unwrap()) + half_width).exp()).exp();
    let high = (-(transform(at.value.unwrap()) - half_width).exp()).exp();
    assert!((at.low.unwrap() - low).abs() < 1e-8);
    assert!((at.high.unwrap() - high).abs() < 1e-8);
}

/// Half of the changes are older than the window, and enter at an age.
pub(in crate::stats) fn windowed(
    seed: u64,
    people: u32,
    mean_days: f64,
) -> Vec<Lifespan> {
    let mut spans = team(seed, people, mean_days);
    for span in spans.iter_mut().filter(|span| span.change % 2 == 1) {
        span.entry_days = f64::from(span.change * 13 % 200);
    }
    spans
}

/// Each number again without each person, from the start; and the interval of these.
#[test]
fn intervals_equal_those_of_a_brute_force_loop() {
    use crate::stats::kaplan_meier::weighted_kaplan_meier;
    let near = |a: Option<f64>, b: f64| (a.unwrap() - b).abs() < 1e-9;
    for (seed, weighting) in [(21, Weighting::Lines), (22, Weighting::Changes)] {
        let spans = windowed(seed, 11, 120.0);
        let curves: Vec<Curve> = (0..11)
            .map(|person| {
                let rest: Vec<_> =
                    spans.iter().filter(|s| s.cluster != person).copied().collect();
                weighted_kaplan_meier(&rest, weighting)
            })
            .collect();
        for at in survival_at(&spans, &HORIZONS_DAYS[..5], weighting) {
            let age = f64::from(at.horizon_days);
            let left_out: Vec<f64> = curves.iter().map(|curve| curve.at(age)).collect();
            let interval =
                jackknife::survival_interval(at.value.unwrap(), &left_out).unwrap();
            assert!(near(at.low, interval.low) && near(at.high, interval.high));
        }
        let mean = mean_life(&spans, 90.0, weighting);
        let left_out: Vec<f64> = curves.iter().map(|curve| curve.rmst(90.0)).collect();
        let interval =
            jackknife::natural_interval(mean.value.unwrap(), &left_out).unwrap();
        assert!(near(mean.low, interval.low) && near(mean.high, interval.high));
    }
}

/// With a window of a month in a project of many years, nearly all lines are older. What
/// is known of the young ones is no less for that.
#[test]
fn many_older_lines_do_not_hide_the_age_of_new_ones() {
    let mut spans = team(24, 10, 300.0);
    let older = team(25, 10, 300.0).into_iter().map(|span| Lifespan {
        entry_days: 800.0,
        exit_days: 830.0,
        lines: span.lines * 100,
        ..span
    });
    spans.extend(older);
    let at = survival_at(&spans, &[30, 820], Weighting::Lines);
    assert_eq!(at[0].reason, None, "{:?}", at[0]);
    assert_eq!(at[1].reason, Some(WhyNone::TooFewLinesAtRisk), "nobody came that far");
}

#[test]
fn a_small_team_is_clustered_by_change() {
    let at = survival_at(&team(3, 4, 100.0), &[30], Weighting::Lines)[0];
    assert_eq!(at.support.clustered_by, ClusteredBy::Change);
    assert_eq!(at.support.n_clusters, 16);
    assert!(at.low.is_some());
}

#[test]
fn few_clusters_get_an_estimate_without_an_interval() {
    let mut spans = team(4, 2, 100.0);
    spans.retain(|span| span.change < 5);
    let at = survival_at(&spans, &[7], Weighting::Lines)[0];
    assert!(at.value.is_some());
    assert_eq!((at.low, at.high, at.reason), (None, None, Some(WhyNone::TooFewClusters)));
    assert!(!at.support.allows_interval());
}

#[test]
fn an_age_that_few_lines_have_reached_is_not_observed() {
    let followed = |days: f64, lines, cluster| Lifespan {
        entry_days: 0.0,
        exit_days: days,
        died: false,
        lines,
        cluster,
        change: cluster,
    };
    let mut spans: Vec<_> = (0..10).map(|c| followed(20.0, 20, c)).collect();
    let reason = |spans: &[Lifespan], age| {
        let at = survival_at(spans, &[age], Weighting::Lines)[0];
        assert_eq!(at.value.is_none(), at.reason != Some(WhyNone::NoDeaths));
        at.reason
    };
    // 200 lines reach day 14; none reaches day 21.
    assert_eq!(reason(&spans, 14), Some(WhyNone::NoDeaths));
    assert_eq!(reason(&spans, 21), Some(WhyNone::TooFewLinesAtRisk));
    spans[0].lines = 19;
    assert_eq!(reason(&spans, 14), Some(WhyNone::TooFewLinesAtRisk));
    // Enough lines, but less than a twentieth of the cohort.
    spans[0].lines = 20;
    spans.extend((0..10).map(|c| followed(10.0, 380, c)));
    assert_eq!(reason(&spans, 14), Some(WhyNone::NoDeaths));
    spans.push(followed(10.0, 1, 3));
    assert_eq!(reason(&spans, 14), Some(WhyNone::TooFewLinesAtRisk));
    // Enough lines, of too few people.
    let mut spans: Vec<_> = (0..10).map(|c| followed(10.0, 20, c)).collect();
    spans.extend((0..4).map(|c| followed(20.0, 200, c)));
    assert_eq!(reason(&spans, 14), Some(WhyNone::TooFewClustersAtRisk));
    assert_eq!(reason(&[], 14), Some(WhyNone::NoLines));
}

#[test]
fn a_thin_start_makes_later_survival_unobserved() {
    // 1,000 lines watched from day 5 on, 10 before: the first ten decide S(5).
    let mut spans: Vec<_> =
        team(5, 10, 300.0).into_iter().filter(|span| span.exit_days > 5.0).collect();
    spans.iter_mut().skip(10).for_each(|span| span.entry_days = 5.0);
    let at = survival_at(&spans, &[30], Weighting::Lines)[0];
    assert_eq!((at.value, at.reason), (None, Some(WhyNone::TooFewLinesAtRisk)));
    assert!(at.at_risk_lines < 200);
}

#[test]
fn deaths_of_one_person_alone_give_no_interval() {
    let mut spans = team(6, 10, 300.0);
    for span in spans.iter_mut().filter(|span| span.cluster != 3) {
        (span.exit_days, span.died) = (390.0, false);
    }
    let at = survival_at(&spans, &[90], Weighting::Lines)[0];
    assert!(at.value.unwrap() < 1.0);
    assert_eq!((at.low, at.reason), (None, Some(WhyNone::OneClusterDecides)));
}

#[test]
fn the_order_of_rows_does_not_change_a_bit() {
    let spans = team(7, 10, 80.0);
    let mut shuffled = spans.clone();
    shuffled.reverse();
    shuffled.rotate_left(333);
    for weighting in [Weighting::Lines, Weighting::Changes] {
        let once = survival_at(&spans, &HORIZONS_DAYS, weighting);
        assert_eq!(once, survival_at(&shuffled, &HORIZONS_DAYS, weighting));
        let mean = mean_life(&spans, 90.0, weighting);
        assert_eq!(mean, mean_life(&shuffled, 90.0, weighting));
    }
}

#[test]
fn mean_life_lies_in_its_interval_and_within_its_days() {
    let spans = team(8, 12, 60.0);
    let mean = mean_life(&spans, 90.0, Weighting::Lines);
    let value = mean.value.unwrap();
    // Of exponential lives with mean 60 days.
    assert!((value - 60.0 * (1.0 - (-1.5_f64).exp())).abs() < 6.0, "{value}");
    assert!(mean.low.unwrap() < value && value < mean.high.unwrap());
    assert!(mean.low.unwrap() >= 0.0 && mean.high.unwrap() <= 90.0);
    let late = mean_life(&spans, 900.0, Weighting::Lines);
    assert_eq!((late.value, late.reason), (None, Some(WhyNone::TooFewLinesAtRisk)));
}

#[test]
fn the_largest_observed_age_is_the_last_that_is_shown() {
    let spans = team(9, 10, 300.0);
    let age = largest_observed_age(&spans).unwrap();
    assert!(age > 300.0, "{age}");
    assert!(mean_life(&spans, age, Weighting::Lines).value.is_some());
    assert!(mean_life(&spans, age + 1e-6, Weighting::Lines).value.is_none());
    assert_eq!(largest_observed_age(&[]), None);
    assert_eq!(largest_observed_age(&spans[..20]), None);
}

#[test]
fn ages_asked_for_in_any_order_are_answered_in_order() {
    let spans = team(10, 10, 80.0);
    let ordered = survival_at(&spans, &[7, 30, 90], Weighting::Lines);
    assert_eq!(survival_at(&spans, &[90, 7, 30, 7], Weighting::Lines), ordered);
    assert!(ordered[0].value > ordered[1].value && ordered[1].value > ordered[2].value);
}

#[test]
fn no_interval_of_mean_life_leaves_the_days_there_are() {
    let mut spans = team(11, 10, 9_000.0);
    for span in spans.iter_mut().filter(|span| span.cluster == 0) {
        (span.exit_days, span.died) = (1.0, true);
    }
    let mean = mean_life(&spans, 90.0, Weighting::Lines);
    assert!(mean.value.unwrap() < 85.0);
    assert!((mean.high.unwrap() - 90.0).abs() < 1e-12);
}
