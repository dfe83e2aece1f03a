use super::*;
use crate::stats::rng::Rng;

/// One stored panel and what statsmodels says of it.
#[derive(Default)]
pub(in crate::stats) struct Stored {
    pub(in crate::stats) rows: Vec<PersonWeek>,
    slope: f64,
    model_error: f64,
    n_rows: u64,
    without: Vec<f64>,
    jackknife: f64,
    scores: Vec<f64>,
}

pub(in crate::stats) fn stored() -> Vec<Stored> {
    let mut sets = vec![Stored::default()];
    for line in include_str!("../../../fixtures/stats/elasticity.tsv").lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let number = |i: usize| columns[i].parse::<f64>().unwrap();
        let set = sets.last_mut().unwrap();
        match columns[0] {
            "row" => set.rows.push(PersonWeek {
                person: columns[1].parse().unwrap(),
                week: columns[2].parse().unwrap(),
                spend: number(3),
                durable_lines: number(4),
            }),
            "slope" => {
                (set.slope, set.model_error) = (number(1), number(2));
                set.n_rows = columns[3].parse().unwrap();
            }
            "without" => set.without.push(number(2)),
            "jackknife" => set.jackknife = number(1),
            "score" => set.scores.push(number(2)),
            "set" => sets.push(Stored::default()),
            _ => assert!(line.starts_with('#'), "{line}"),
        }
    }
    sets.pop();
    sets
}

fn assert_near(got: f64, expected: f64, what: &str) {
    assert!(
        (got - expected).abs() < 1e-6 * (1.0 + expected.abs()),
        "{what}: {got} {expected}"
    );
}

#[test]
fn slopes_errors_and_scores_equal_those_of_dummies_in_statsmodels() {
    let sets = stored();
    assert_eq!(sets.len(), 8);
    for set in &sets {
        let (panel, counts) = prepare(&sound(&set.rows));
        assert_eq!(counts.n_rows, set.n_rows);
        let fit = poisson::fit(&panel).unwrap();
        assert_near(fit.slope, set.slope, "slope");
        assert_near(fit.information.sqrt().recip(), set.model_error, "model error");
        let left_out = slopes_without_one(&fit, &panel, false).unwrap();
        for (got, expected) in left_out.iter().zip(&set.without) {
            assert_near(*got, *expected, "without one");
        }
        assert_near(
            jackknife::standard_error(&left_out).unwrap(),
            set.jackknife,
            "jackknife",
        );
        let null = poisson::fit_without_slope(&panel).unwrap();
        assert!(null.slope.abs() < 1e-300);
        assert_eq!(null.scores.len(), set.scores.len());
        for (got, expected) in null.scores.iter().zip(&set.scores) {
            assert_near(*got, *expected, "score");
        }
        let sum: f64 = fit.scores.iter().sum();
        assert!(sum.abs() < 1e-5, "scores add up to nothing at the peak: {sum}");
    }
}

#[test]
fn who_cannot_tell_is_left_out_and_counted() {
    let set = &stored()[3];
    let result = elasticity(&set.rows, 1);
    assert_eq!((result.persons_without_lines, result.weeks_without_lines), (1, 1));
    assert_eq!(result.n_persons, 7);
    assert_near(result.value.unwrap(), set.slope, "slope");
    let mut rows = set.rows.clone();
    let one = PersonWeek { person: 99, week: 1, spend: 3.0, durable_lines: 8.0 };
    rows.push(one);
    rows.push(PersonWeek { spend: -1.0, week: 2, ..one });
    let result = elasticity(&rows, 1);
    assert_eq!((result.persons_with_one_week, result.rows_left_out), (1, 1));
    assert_near(result.value.unwrap(), set.slope, "slope");
}

pub(super) fn panel(
    rng: &mut Rng,
    persons: u32,
    weeks: i32,
    slope: f64,
) -> Vec<PersonWeek> {
    let mut rows = Vec::new();
    for person in 0..persons {
        let level = rng.normal();
        for week in 0..weeks {
            if rng.uniform() < 0.1 {
                continue;
            }
            let spend = (1.0 + level + rng.normal()).exp();
            let noise = 0.6 * rng.normal();
            let lines = (3.0 + level + slope * spend.ln_1p() + noise).exp().floor();
            rows.push(PersonWeek { person, week, spend, durable_lines: lines });
        }
    }
    rows
}

#[test]
fn with_many_persons_one_step_is_as_good_as_a_fit_of_its_own() {
    let rows = panel(&mut Rng::seeded(3), 110, 12, 0.5);
    let result = elasticity(&rows, 1);
    assert!(result.is_one_step);
    let (panel, _) = prepare(&sound(&rows));
    let fit = poisson::fit(&panel).unwrap();
    let error = |is_one_step| {
        let slopes = slopes_without_one(&fit, &panel, is_one_step).unwrap();
        jackknife::standard_error(&slopes).unwrap()
    };
    let (one_step, full) = (error(true), error(false));
    assert!((one_step / full - 1.0).abs() < 0.02, "{one_step} {full}");
}

#[test]
fn a_planted_elasticity_is_found() {
    let result = elasticity(&panel(&mut Rng::seeded(4), 30, 26, 0.7), 1);
    let (low, high) = (result.low.unwrap(), result.high.unwrap());
    assert!(low < 0.7 && 0.7 < high && low > 0.4, "{result:?}");
    assert!(result.p.unwrap() < 0.001 && !result.p_is_exact);
    assert_eq!((result.reason, result.is_one_step), (None, false));
    assert!(result.smallest_visible.unwrap() < 0.4);
}

#[test]
fn lines_only_where_spend_is_highest_have_no_finite_slope() {
    let mut rows = panel(&mut Rng::seeded(5), 8, 12, 0.0);
    for row in &mut rows {
        let is_last = row.week == 11;
        row.spend =
            if is_last { 20.0 + f64::from(row.person) } else { f64::from(row.week) };
        row.durable_lines = 0.0;
    }
    // Each person's lines are in the week in which they spent most, at another time.
    for person in 0..8 {
        let week = i32::try_from(person).unwrap();
        let own = rows.iter_mut().filter(|row| row.person == person);
        for row in own {
            let is_peak = row.week == week;
            row.spend = if is_peak { 50.0 } else { 1.0 + row.spend % 3.0 };
            row.durable_lines = if is_peak { 30.0 } else { 0.0 };
        }
    }
    let result = elasticity(&rows, 1);
    assert_eq!((result.value, result.reason), (None, Some(WhyNone::Separated)));
    assert!(result.p.is_none_or(f64::is_finite));
}

#[test]
fn spend_that_levels_determine_has_no_elasticity() {
    let mut rows = panel(&mut Rng::seeded(6), 9, 12, 0.3);
    for row in &mut rows {
        row.spend = (f64::from(row.week) + f64::from(row.person)).exp_m1();
    }
    let result = elasticity(&rows, 1);
    assert_eq!((result.value, result.reason), (None, Some(WhyNone::NoVariation)));
    assert_eq!(result.p, None);
    rows.iter_mut().for_each(|row| row.spend = 0.0);
    let result = elasticity(&rows, 1);
    assert_eq!((result.value, result.reason), (None, Some(WhyNone::NoVariation)));
}

#[test]
fn one_person_with_everything_gives_no_interval() {
    let mut rows = panel(&mut Rng::seeded(7), 9, 12, 0.3);
    for row in rows.iter_mut().filter(|row| row.person == 4) {
        row.durable_lines *= 1e4;
    }
    let result = elasticity(&rows, 1);
    assert_eq!((result.low, result.reason), (None, Some(WhyNone::UnevenClusters)));
    for row in rows.iter_mut().filter(|row| row.person != 4) {
        row.durable_lines = 0.0;
    }
    // One person alone: weeks explain all.
    let result = elasticity(&rows, 1);
    assert_eq!((result.value, result.reason), (None, Some(WhyNone::NoVariation)));
    assert_eq!(result.persons_without_lines, 8);
}

#[test]
fn nothing_durable_is_no_elasticity() {
    let mut rows = panel(&mut Rng::seeded(8), 9, 12, 0.3);
    rows.iter_mut().for_each(|row| row.durable_lines = 0.0);
    let result = elasticity(&rows, 1);
    assert_eq!((result.value, result.reason), (None, Some(WhyNone::NoLines)));
    assert_eq!(elasticity(&[], 1).reason, Some(WhyNone::NoLines));
    rows.iter_mut().for_each(|row| row.durable_lines = f64::NAN);
    let result = elasticity(&rows, 1);
    assert_eq!(result.reason, Some(WhyNone::NoLines));
    assert_eq!(result.rows_left_out, len_to_u64(rows.len()));
}
