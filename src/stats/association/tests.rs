use super::*;
use crate::stats::rng::Rng;

/// Persons differ in level and weeks in season; what was spent in a week and the one
/// before goes with lines by `slope`.
pub(in crate::stats) fn rows(
    seed: u64,
    persons: u32,
    weeks: i32,
    slope: f64,
) -> Vec<AssociationRow> {
    let mut rng = Rng::seeded(seed);
    let mut rows = Vec::new();
    for person in 0..persons {
        let level = 0.5 * rng.normal();
        let spend: Vec<f64> =
            (0..weeks + 8).map(|_| (1.5 + level + 0.9 * rng.normal()).exp()).collect();
        for week in 0..weeks {
            let at = 4 + usize::try_from(week).unwrap();
            let two = spend[at] + spend[at - 1];
            let noise = 0.6 * rng.normal();
            let season = f64::from(week) * 0.05;
            let lines =
                (2.0 + level + season + slope * two.ln_1p() + noise).exp().floor();
            rows.push(AssociationRow {
                person,
                week,
                spend: two,
                durable_lines: lines,
                lines_at_other_age: Some((lines * (0.8 + 0.2 * rng.uniform())).floor()),
                lines_without_bulk: Some(lines),
                lines_without_largest: Some(lines),
                spend_this_week: Some(spend[at]),
                spend_week_before: Some(spend[at - 1]),
                spend_two_weeks: Some(two),
                spend_four_weeks: Some(spend[at - 3..=at].iter().sum()),
                spend_next_month: Some(spend[at + 1..=at + 4].iter().sum()),
                days: Some(f64::from(1 + (person + u32::try_from(at).unwrap()) % 5)),
            });
        }
    }
    rows
}

/// Nothing is not a number, and what is missing has a reason.
fn assert_whole(association: &Association) {
    let numbers = |all: &[Option<f64>]| all.iter().flatten().all(|x| x.is_finite());
    let p = &association.primary;
    assert!(numbers(&[
        p.value,
        p.low,
        p.high,
        p.p,
        p.standard_error,
        p.smallest_visible
    ]));
    assert!(p.low.is_some() || p.reason.is_some(), "{p:?}");
    let e = &association.elasticity;
    assert!(numbers(&[
        e.value,
        e.low,
        e.high,
        e.p,
        e.standard_error,
        e.smallest_visible
    ]));
    assert!(e.low.is_some() || e.reason.is_some(), "{e:?}");
    assert!(numbers(&[association.equivalence.p, association.circular_shift.p]));
    let shift = &association.circular_shift;
    assert!(shift.p.is_some() || shift.reason.is_some());
    assert_eq!(association.checks.len(), 15);
    for line in &association.checks {
        assert!(numbers(&[line.value, line.low, line.high, line.p]), "{line:?}");
        assert!(line.low.is_some() || line.reason.is_some(), "{line:?}");
    }
}

fn line(association: &Association, check: Check) -> CheckLine {
    *association.checks.iter().find(|line| line.check == check).unwrap()
}

#[test]
fn a_planted_association_shows_in_every_reading_but_the_placebo() {
    let association = association(&rows(2, 16, 26, 0.8), 7);
    assert_whole(&association);
    assert!(association.primary.low.unwrap() > 0.2);
    let elasticity = &association.elasticity;
    assert!(elasticity.low.unwrap() < 0.8 && elasticity.high.unwrap() > 0.8);
    for line in association.checks.iter().filter(|line| line.check.is_about_the_sign()) {
        assert!(line.value.unwrap() > 0.0, "{line:?}");
    }
    let placebo = line(&association, Check::PlaceboBesideSpend);
    assert!(placebo.low.unwrap() < 0.0 && placebo.high.unwrap() > 0.0, "{placebo:?}");
    assert!(association.circular_shift.p.unwrap() < 0.001);
}

#[test]
fn the_same_seed_gives_the_same_estimates() {
    let rows = rows(2, 24, 12, 0.3);
    assert_eq!(association(&rows, 3), association(&rows, 3));
    let mut turned = rows.clone();
    turned.reverse();
    assert_eq!(association(&turned, 3), association(&rows, 3));
}

#[test]
fn what_was_not_given_is_said_to_be_so() {
    let mut rows = rows(3, 12, 12, 0.3);
    for row in &mut rows {
        (row.lines_at_other_age, row.spend_next_month) = (None, None);
    }
    let association = association(&rows, 1);
    assert_whole(&association);
    for check in [Check::OtherAge, Check::Placebo, Check::PlaceboBesideSpend] {
        let line = line(&association, check);
        assert_eq!((line.value, line.reason), (None, Some(WhyNone::NotGiven)));
    }
}

#[test]
fn a_constant_series_has_no_estimate_anywhere() {
    let mut rows = rows(4, 12, 12, 0.3);
    for row in &mut rows {
        (row.spend, row.durable_lines) = (5.0, 9.0);
    }
    let association = association(&rows, 1);
    assert_whole(&association);
    assert_eq!((association.primary.value, association.elasticity.value), (None, None));
    assert_eq!(association.elasticity.reason, Some(WhyNone::NoVariation));
}

#[test]
fn usage_that_is_all_zero_has_no_estimate_anywhere() {
    let mut rows = rows(5, 12, 12, 0.3);
    for row in &mut rows {
        row.spend = 0.0;
        row.spend_this_week = Some(0.0);
        row.spend_four_weeks = Some(0.0);
    }
    let association = association(&rows, 1);
    assert_whole(&association);
    assert_eq!(association.primary.value, None);
    assert_eq!(association.primary.n_spending_weeks, 0);
    assert_eq!(line(&association, Check::Within).reason, Some(WhyNone::NoVariation));
}

#[test]
fn one_person_with_everything_is_no_interval() {
    let mut rows = rows(6, 12, 12, 0.3);
    for row in rows.iter_mut().filter(|row| row.person != 3) {
        (row.spend, row.durable_lines) = (0.0, 0.0);
    }
    let association = association(&rows, 1);
    assert_whole(&association);
    assert_eq!(association.primary.low, None);
    assert_eq!(association.elasticity.low, None);
    let alone: Vec<AssociationRow> =
        rows.iter().filter(|row| row.person == 3).copied().collect();
    assert_whole(&super::association(&alone, 1));
}

#[test]
fn negative_adjustments_and_missing_weeks_are_left_out_and_counted() {
    let mut rows = rows(7, 12, 20, 0.6);
    rows.retain(|row| (row.week * 7 + row.person.cast_signed()) % 5 != 0);
    rows[5].spend = -3.0;
    rows[50].durable_lines = f64::NAN;
    rows[60].spend_four_weeks = Some(-1.0);
    let association = association(&rows, 1);
    assert_whole(&association);
    assert_eq!(association.primary.rows_left_out, 2);
    assert_eq!(association.elasticity.rows_left_out, 2);
    assert!(association.primary.low.is_some());
    assert_whole(&super::association(&[], 1));
}
