use super::*;
use crate::stats::rng::Rng;

/// Persons differ in level, weeks in season; lines answer to spend by `effect`.
fn panel(rng: &mut Rng, persons: u32, weeks: i32, effect: f64) -> Vec<PersonWeek> {
    let mut rows = Vec::new();
    for person in 0..persons {
        let level = rng.normal();
        for week in 0..weeks {
            let season = f64::from(week) * 0.1;
            let zeal = rng.normal();
            let spend = if rng.uniform() < 0.15 {
                0.0
            } else {
                (1.0 + level + season + zeal).exp()
            };
            let noise = rng.normal();
            let lines = (3.0 + level + season + effect * spend.ln_1p() + noise).exp();
            rows.push(PersonWeek { person, week, spend, durable_lines: lines.floor() });
        }
    }
    rows
}

#[test]
fn spend_that_goes_with_lines_is_seen() {
    let rows = panel(&mut Rng::seeded(1), 14, 26, 1.0);
    let result = rank_association(&rows, 1);
    assert!(result.value.unwrap() > 0.3);
    assert!(result.low.unwrap() > 0.0 && result.p.unwrap() < 0.01);
    assert!(result.p_is_exact);
    assert_eq!((result.n_persons, result.n_weeks, result.reason), (14, 26, None));
    assert!(result.smallest_visible.unwrap() < 0.5);
}

#[test]
fn levels_and_seasons_in_common_are_no_association() {
    let mut rng = Rng::seeded(2);
    let runs = 400;
    let (mut within, mut pooled) = (0, 0);
    for _ in 0..runs {
        let rows = panel(&mut rng, 10, 12, 0.0);
        within += u32::from(rank_association(&rows, 1).p.unwrap() < 0.05);
        pooled += u32::from(pooled_p(&rows) < 0.05);
    }
    // Over 2,000 such panels the rate is .06, so 24 are expected; 40 is more than
    // three standard errors above.
    assert!(within < 40, "{within} of {runs}");
    // Taking all rows together sees what is not there nearly every time.
    assert!(pooled > 300, "{pooled} of {runs}");
}

/// p of the rank correlation of all rows as if they were independent.
fn pooled_p(rows: &[PersonWeek]) -> f64 {
    let column = |of: fn(&PersonWeek) -> f64| rows.iter().map(of).collect::<Vec<_>>();
    let r = spearman(&column(|row| row.spend), &column(|row| row.durable_lines)).unwrap();
    let df = len_to_u64(rows.len()) - 2;
    let t = r * (crate::units::count_to_f64(df) / (1.0 - r * r)).sqrt();
    student_t::two_sided_p(t, df).unwrap()
}

#[test]
fn the_estimate_is_the_definition_spelled_out() {
    let rows = panel(&mut Rng::seeded(3), 7, 9, 0.5);
    let result = rank_association(&rows, 1);
    // Without holes, one sweep frees both of levels.
    let free = |of: &dyn Fn(&PersonWeek) -> f64| -> Vec<f64> {
        let mean = |keep: &dyn Fn(&PersonWeek) -> bool| {
            let values: Vec<f64> =
                rows.iter().filter(|row| keep(row)).map(|row| of(row).ln_1p()).collect();
            values.iter().sum::<f64>() / len_to_f64(values.len())
        };
        rows.iter()
            .map(|row| {
                of(row).ln_1p()
                    - mean(&|r| r.person == row.person)
                    - mean(&|r| r.week == row.week)
                    + mean(&|_| true)
            })
            .collect()
    };
    let (spend, lines) = (free(&|row| row.spend), free(&|row| row.durable_lines));
    let scores = (0..7).map(|person: usize| {
        let weeks = person * 9..(person + 1) * 9;
        spearman(&spend[weeks.clone()], &lines[weeks]).unwrap().clamp(-0.99, 0.99).atanh()
    });
    let scores: Vec<f64> = scores.collect();
    let mean = scores.iter().sum::<f64>() / 7.0;
    let variance = scores.iter().map(|a| (a - mean).powi(2)).sum::<f64>() / 6.0;
    let half_width = 2.446_911_85 * (variance / 7.0).sqrt();
    assert!((result.value.unwrap() - mean.tanh()).abs() < 1e-12);
    assert!((result.low.unwrap() - (mean - half_width).tanh()).abs() < 1e-8);
    assert!((result.high.unwrap() - (mean + half_width).tanh()).abs() < 1e-8);
    let visible = (2.446_911_85 + 0.905_703_3) * (variance / 7.0).sqrt();
    assert!((result.smallest_visible.unwrap() - visible.tanh()).abs() < 1e-6);
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let rows = panel(&mut Rng::seeded(4), 10, 15, 1.0);
    let mut reversed = rows.clone();
    reversed.reverse();
    let (a, b) = (rank_association(&rows, 1), rank_association(&reversed, 1));
    assert!((a.value.unwrap() - b.value.unwrap()).abs() < 1e-12);
    assert!((a.p.unwrap() - b.p.unwrap()).abs() < 1e-12);
}

#[test]
fn who_is_left_out_is_counted_by_reason() {
    let mut rows = panel(&mut Rng::seeded(5), 9, 12, 0.5);
    rows.retain(|row| row.person != 0 || row.week < 7);
    for row in rows.iter_mut().filter(|row| row.person == 1) {
        row.spend = f64::from(row.week % 2);
    }
    rows[20].spend = f64::NAN;
    rows[40].durable_lines = -1.0;
    let result = rank_association(&rows, 1);
    assert_eq!(result.persons_with_few_weeks, 1);
    assert_eq!(result.persons_without_variation, 1);
    assert_eq!((result.n_persons, result.rows_left_out), (7, 2));
}

#[test]
fn few_persons_get_no_interval_and_no_p() {
    let rows = panel(&mut Rng::seeded(6), 5, 12, 2.0);
    let result = rank_association(&rows, 1);
    assert!(result.value.is_some());
    assert_eq!((result.low, result.p), (None, None));
    assert_eq!(result.reason, Some(WhyNone::TooFewClusters));
    let nobody = rank_association(&[], 1);
    assert_eq!((nobody.value, nobody.reason), (None, Some(WhyNone::TooFewClusters)));
}

#[test]
fn weeks_alike_for_everyone_tie_whatever_the_order_of_rows() {
    let mut rows = panel(&mut Rng::seeded(7), 9, 10, 0.5);
    // Holes, so that levels are found by sweeps and not at once.
    rows.retain(|row| (row.person + row.week.unsigned_abs()) % 5 != 0);
    let again: Vec<_> =
        rows.iter().map(|r| PersonWeek { week: r.week + 50, ..*r }).collect();
    rows.extend(again);
    let once = rank_association(&rows, 1);
    assert_eq!(once.n_persons, 9);
    for turn in 1..20 {
        rows.rotate_left(7 * turn);
        let turned = rank_association(&rows, 1);
        assert!((once.value.unwrap() - turned.value.unwrap()).abs() < 1e-12);
    }
}
