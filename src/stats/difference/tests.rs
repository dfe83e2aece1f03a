use super::*;
use crate::stats::kaplan_meier::kaplan_meier;
use crate::stats::survival::tests::team;

#[test]
fn people_in_both_cohorts_are_left_out_of_both_at_once() {
    let (first, second) = (team(1, 9, 60.0), team(2, 12, 120.0));
    let survival = survival_difference(&first, &second, 30, Weighting::Lines);
    let mean = mean_life_difference(&first, &second, 90.0, Weighting::Lines);
    let without = |spans: &[Lifespan], person: u32| {
        let rest: Vec<_> =
            spans.iter().filter(|s| s.cluster != person).copied().collect();
        kaplan_meier(&rest)
    };
    let error = |statistic: &dyn Fn(u32) -> f64| {
        let left_out: Vec<f64> = (0..12).map(statistic).collect();
        let mean = left_out.iter().sum::<f64>() / 12.0;
        let squares: f64 = left_out.iter().map(|f| (f - mean).powi(2)).sum();
        (11.0 / 12.0 * squares).sqrt()
    };
    let by_hand = error(&|p| without(&first, p).at(30.0) - without(&second, p).at(30.0));
    assert!((survival.standard_error.unwrap() - by_hand).abs() < 1e-12);
    let by_hand =
        error(&|p| without(&first, p).rmst(90.0) - without(&second, p).rmst(90.0));
    assert!((mean.standard_error.unwrap() - by_hand).abs() < 1e-10);
    // Twelve people are in both, but their lines differ in number.
    assert_eq!(mean.degrees_of_freedom, 7);
    let half_width = 2.364_624_25 * by_hand;
    assert!((mean.value.unwrap() - half_width - mean.low.unwrap()).abs() < 1e-6);
    assert_eq!(mean.n_clusters, 12);
    assert!(mean.high.unwrap() < 0.0 && mean.allows_verdict());
}

#[test]
fn a_cohort_does_not_differ_from_itself() {
    let spans = team(3, 10, 60.0);
    let difference = survival_difference(&spans, &spans, 30, Weighting::Changes);
    assert!(difference.value.unwrap().abs() < 1e-15);
    assert!(difference.standard_error.unwrap() < 1e-15);
}

#[test]
fn a_cohort_of_few_people_turns_both_to_changes() {
    let difference =
        survival_difference(&team(4, 4, 60.0), &team(5, 20, 60.0), 30, Weighting::Lines);
    assert_eq!(difference.first_support.clustered_by, ClusteredBy::Change);
    assert_eq!(difference.second_support.clustered_by, ClusteredBy::Change);
    assert!(difference.low.is_some());
}

#[test]
fn an_unobserved_cohort_has_no_difference() {
    let difference =
        survival_difference(&team(6, 9, 60.0), &team(7, 9, 60.0), 900, Weighting::Lines);
    assert_eq!((difference.value, difference.first), (None, None));
    assert_eq!(difference.reason, Some(WhyNone::TooFewLinesAtRisk));
    let none = survival_difference(&team(6, 9, 60.0), &[], 30, Weighting::Lines);
    assert!(none.first.is_some() && none.second.is_none() && none.value.is_none());
    assert_eq!(none.reason, Some(WhyNone::NoLines));
    assert!(!none.allows_verdict());
}
