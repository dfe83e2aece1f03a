use super::*;
use crate::stats::rng::Rng;

fn unit(unit: u32, window: UnitWindow) -> Unit {
    Unit {
        unit,
        earlier: window,
        later: window,
        spend_coverage: Some(0.95),
        churn: Some(0.1),
        revert_rate: Some(0.01),
        duplication: Some(0.05),
    }
}

/// Units whose lines follow their spend, some 20% more or less.
fn units(n: u32) -> Vec<Unit> {
    let mut rng = Rng::seeded(3);
    let mut window = |i: u32| {
        let spend = 100.0 * f64::from(i + 1);
        let lines = 40.0 * spend.ln_1p() * (0.2 * rng.normal()).exp() * 30.0;
        UnitWindow { spend, durable_lines: lines.floor(), person_weeks: 30.0 }
    };
    let both = |i| (window(i), window(i));
    let windows: Vec<_> = (0..n).map(both).collect();
    let pair = |(i, (earlier, later))| Unit { earlier, later, ..unit(i, earlier) };
    (0..n).zip(windows).map(pair).collect()
}

fn multiply(unit: &mut Unit, times: f64) {
    for window in [&mut unit.earlier, &mut unit.later] {
        window.durable_lines = (window.durable_lines * times).floor();
    }
}

/// Whether a unit spends less than half of the least of all others, or more than twice the
/// most.
fn is_far(unit: &Unit, units: &[Unit]) -> bool {
    let spend = |unit: &Unit| unit.earlier.spend + 1.0;
    let own = spend(unit);
    let others = units.iter().map(spend).filter(|spend| (spend - own).abs() > 1e-9);
    let (low, high) = others.fold((f64::INFINITY, 0.0_f64), |(low, high), spend| {
        (low.min(spend), high.max(spend))
    });
    own < low / 2.0 || own > high * 2.0
}

/// A unit that spends several times what all others do, which spend much alike.
#[test]
fn far_from_all_others_a_slope_is_not_believed_beyond_reason() {
    let window = |spend: f64, durable_lines: f64| UnitWindow {
        spend,
        durable_lines,
        person_weeks: 48.0,
    };
    let units: Vec<Unit> = (0..12_u32)
        .map(|i| {
            // Those that spend a little more have fewer lines, by chance.
            let spend = 1_400.0 + 10.0 * f64::from(i);
            let lines = 900.0 - 20.0 * f64::from(i) + 37.0 * f64::from(i % 3);
            unit(i, if i == 3 { window(6_000.0, 48.0) } else { window(spend, lines) })
        })
        .collect();
    let found = expectations(&units, |unit| unit.earlier);
    let expected = found[3].expected.unwrap();
    assert!((600.0..1_000.0).contains(&expected), "{expected}");
    assert!(found[3].high.unwrap() < LITTLE, "{:?}", found[3]);
}

#[test]
fn what_is_expected_of_a_unit_equals_what_others_say() {
    let (mut units, mut expected, mut n, mut far) = (Vec::new(), Vec::new(), 0, 0);
    for line in include_str!("../../../fixtures/stats/expected_lines.tsv").lines() {
        if line == "set" {
            let found = expectations(&units, |unit| unit.earlier);
            for ((unit, got), wanted) in units.iter().zip(&found).zip(&expected) {
                if is_far(unit, &units) {
                    // There we believe less of a slope than the other program does.
                    far += 1;
                    continue;
                }
                let got = [got.expected, got.theta, got.ratio, got.low, got.high];
                for (got, wanted) in got.iter().zip::<&Vec<f64>>(wanted) {
                    let distance = got.unwrap() / wanted - 1.0;
                    assert!(distance.abs() < 1e-6, "{got:?} {wanted}");
                    n += 1;
                }
            }
            (units, expected) = (Vec::new(), Vec::new());
        } else if !line.starts_with('#') {
            let columns: Vec<f64> =
                line.split('\t').map(|text| text.parse().unwrap()).collect();
            let window = UnitWindow {
                spend: columns[0],
                durable_lines: columns[1],
                person_weeks: columns[2],
            };
            units.push(unit(0, window));
            expected.push(columns[3..].to_vec());
        }
    }
    assert!(n > 150 && far < 10, "{n} compared, {far} far");
}

#[test]
fn both_directions_are_found_and_most_units_are_not() {
    let mut units = units(20);
    multiply(&mut units[18], 0.02);
    multiply(&mut units[2], 5.0);
    let found = outliers(&units, 50.0);
    assert_eq!((found.n_units_tested, found.n_tests), (20, 40));
    let flags: Vec<_> =
        found.units.iter().filter_map(|u| Some((u.unit, u.flag?))).collect();
    assert_eq!(flags, [(2, Flag::UnusuallyDurable), (18, Flag::LittleDurable)]);
    let little = &found.units[18];
    assert!(little.earlier.high.unwrap() < 0.5 && little.adjusted_p_few.unwrap() < 0.1);
}

#[test]
fn every_condition_alone_keeps_a_flag_from_being_raised() {
    let mut all = units(20);
    multiply(&mut all[18], 0.05);
    let flag = |units: &[Unit], floor| outliers(units, floor).units[18].clone();
    assert_eq!(flag(&all, 50.0).flag, Some(Flag::LittleDurable));
    assert_eq!(flag(&all, 5_000.0).little_unmet, [Unmet::Floor]);
    let mut uncovered = all.clone();
    uncovered[18].spend_coverage = Some(0.89);
    assert_eq!(flag(&uncovered, 50.0).little_unmet, [Unmet::Coverage]);
    uncovered[18].spend_coverage = None;
    assert_eq!(flag(&uncovered, 50.0).little_unmet, [Unmet::Coverage]);
    let mut once = all.clone();
    once[18].later = units(20)[18].later;
    let once = flag(&once, 50.0).little_unmet;
    assert!(once.contains(&Unmet::Interval) && once.contains(&Unmet::Discovery));
    let mut churning = units(20);
    multiply(&mut churning[18], 20.0);
    assert_eq!(flag(&churning, 50.0).flag, Some(Flag::UnusuallyDurable));
    churning[18].churn = Some(0.2);
    churning[18].duplication = None;
    let unmet = flag(&churning, 50.0).unusual_unmet;
    assert_eq!(unmet, [Unmet::Churn, Unmet::Duplication]);
}

#[test]
fn few_or_unusable_units_have_no_expectation() {
    let found = outliers(&units(7), 0.0);
    assert_eq!(found.n_units_tested, 0);
    assert!(found.units.iter().all(|u| u.earlier.reason == Some(WhyNone::TooFewUnits)));
    let mut units = units(12);
    units[3].earlier.durable_lines = -5.0;
    units[4].later.person_weeks = 0.0;
    let found = outliers(&units, 0.0);
    assert_eq!(found.n_units_tested, 10);
    assert_eq!(found.units[3].earlier.reason, Some(WhyNone::NotGiven));
    assert_eq!(found.units[3].adjusted_p_few, None);
    for unit in &mut units {
        (unit.earlier.durable_lines, unit.later.durable_lines) = (0.0, 0.0);
    }
    let found = outliers(&units, 0.0);
    assert!(found.units.iter().all(|u| u.later.ratio.is_none() && u.flag.is_none()));
    assert_eq!(found.units[0].earlier.reason, Some(WhyNone::NoLines));
}

#[test]
fn a_unit_without_lines_still_has_an_upper_end() {
    let mut units = units(12);
    (units[5].earlier.durable_lines, units[5].later.durable_lines) = (0.0, 0.0);
    let found = outliers(&units, 0.0);
    let own = found.units[5].earlier;
    assert!(own.high.unwrap() > 0.0 && own.p_many.unwrap() > 0.99);
    assert!(own.p_few.unwrap() < 0.01);
}

#[test]
fn percentiles_lie_between_values_by_proportion() {
    let values = [4.0, 1.0, f64::NAN, 3.0, 2.0];
    assert!((percentile(&values, 0.5).unwrap() - 2.5).abs() < 1e-12);
    assert!((percentile(&values, 0.75).unwrap() - 3.25).abs() < 1e-12);
    assert!((percentile(&values, 1.0).unwrap() - 4.0).abs() < 1e-12);
    assert_eq!(percentile(&[], 0.5), None);
}
