use super::*;

fn span(entry_days: f64, exit_days: f64, died: bool, lines: u64) -> Lifespan {
    Lifespan { entry_days, exit_days, died, lines, cluster: 0, change: 0 }
}

fn is_near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9 * (1.0 + b.abs())
}

/// The 200 random data sets that outside oracles were run on. The change of a row is its
/// place in the set modulo five.
pub(in crate::stats) fn random_sets() -> Vec<Vec<Lifespan>> {
    let text = include_str!("../../../fixtures/stats/kaplan_meier.tsv");
    let row = |(at, line): (u32, &str)| {
        let columns: Vec<&str> = line.split('\t').collect();
        let number = |i: usize| columns[i].parse::<f64>().unwrap();
        let lines = columns[4].parse().unwrap();
        let row = span(number(1), number(2), columns[3] == "1", lines);
        Lifespan { change: at % 5, ..row }
    };
    let rows = |set: &str| {
        let rows = set.lines().filter(|line| line.starts_with("row"));
        (0..).zip(rows).map(row).collect::<Vec<_>>()
    };
    let mut sets: Vec<_> = text.split("\nset").map(rows).collect();
    sets.retain(|set| !set.is_empty());
    sets
}

/// The rows of a fixture that begins with comments.
pub(in crate::stats) fn numbers(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| line.split('\t').collect())
}

#[test]
fn curves_equal_those_of_lifelines() {
    let sets = random_sets();
    assert_eq!(sets.len(), 200);
    let (mut at_set, mut n_values) = (0, 0);
    for columns in numbers(include_str!("../../../fixtures/stats/kaplan_meier.tsv")) {
        let number = |i: usize| columns[i].parse::<f64>().unwrap();
        let curve = || kaplan_meier(&sets[at_set]);
        match columns[0] {
            "row" => continue,
            "at" => assert!(is_near(curve().at(number(1)), number(2)), "{at_set}"),
            "rmst" => assert!(is_near(curve().rmst(number(1)), number(2)), "{at_set}"),
            "half" => match curve().half_life() {
                HalfLife::Reached(days) => assert!(is_near(days, number(1)), "{at_set}"),
                HalfLife::NotReached { .. } => assert!(number(1).is_infinite()),
            },
            _ => at_set += 1,
        }
        n_values += 1;
    }
    assert!(at_set == 200 && n_values > 1_400);
}

#[test]
fn curves_of_changes_equal_those_of_lifelines() {
    let sets = random_sets();
    let text = include_str!("../../../fixtures/stats/kaplan_meier_by_change.tsv");
    let mut n_values = 0;
    for columns in numbers(text) {
        let number = |i: usize| columns[i].parse::<f64>().unwrap();
        let set = &sets[columns[0].parse::<usize>().unwrap()];
        let curve = weighted_kaplan_meier(set, Weighting::Changes);
        let ours = match columns[1] {
            "at" => curve.at(number(2)),
            _ => curve.rmst(number(2)),
        };
        assert!(is_near(ours, number(3)), "{columns:?}: {ours}");
        n_values += 1;
    }
    assert_eq!(n_values, 1_384);
}

/// Greenwood's variance of S(age), which takes every line for a witness of its own. Here
/// to be compared with other programs; no interval of ours rests on it.
pub(in crate::stats) fn greenwood(curve: &Curve, age_days: f64) -> f64 {
    let steps = curve.steps.iter().take_while(|step| step.age_days <= age_days);
    let term = |step: &Step| {
        let (r, d) = (count_to_f64(step.at_risk), count_to_f64(step.deaths));
        if step.deaths == 0 { 0.0 } else { d / (r * (r - d)) }
    };
    curve.at(age_days).powi(2) * steps.map(term).sum::<f64>()
}

#[test]
fn greenwoods_variance_equals_that_of_statsmodels() {
    let sets = random_sets();
    let mut n_values = 0;
    for columns in numbers(include_str!("../../../fixtures/stats/greenwood.tsv")) {
        let number = |i: usize| columns[i].parse::<f64>().unwrap();
        let curve = kaplan_meier(&sets[columns[0].parse::<usize>().unwrap()]);
        let ours = greenwood(&curve, number(1));
        assert!((ours / number(2) - 1.0).abs() < 1e-9, "{columns:?}: {ours}");
        n_values += 1;
    }
    assert_eq!(n_values, 1_090);
}

/// Freireich et al. (1963): weeks of remission under 6-mercaptopurine, censored
/// where false.
pub(in crate::stats) const MERCAPTOPURINE: [(f64, bool, u64); 17] = [
    (6.0, true, 3),
    (6.0, false, 1),
    (7.0, true, 1),
    (9.0, false, 1),
    (10.0, true, 1),
    (10.0, false, 1),
    (11.0, false, 1),
    (13.0, true, 1),
    (16.0, true, 1),
    (17.0, false, 1),
    (19.0, false, 1),
    (20.0, false, 1),
    (22.0, true, 1),
    (23.0, true, 1),
    (25.0, false, 1),
    (32.0, false, 2),
    (34.0, false, 2),
];

#[test]
fn remission_under_mercaptopurine_is_the_textbook_curve() {
    let spans = MERCAPTOPURINE.map(|(age, died, n)| span(0.0, age, died, n));
    let curve = kaplan_meier(&spans);
    // Table of any survival text, such as Klein and Moeschberger (2003), table 4.1.
    let expected = [
        (6.0, 21, 0.857),
        (7.0, 17, 0.807),
        (10.0, 15, 0.753),
        (13.0, 12, 0.690),
        (16.0, 11, 0.627),
        (22.0, 7, 0.538),
        (23.0, 6, 0.448),
    ];
    for (age, at_risk, survival) in expected {
        assert!((curve.at(age) - survival).abs() < 0.0005, "week {age}");
        assert_eq!(curve.at_risk(age), at_risk);
        let step = curve.steps.iter().find(|step| step.age_days >= age).unwrap();
        assert_eq!(step.at_risk, at_risk);
    }
    assert_eq!(curve.half_life(), HalfLife::Reached(23.0));
}

#[test]
fn deaths_come_before_censorings_of_the_same_age() {
    let curve = kaplan_meier(&[span(0.0, 5.0, true, 1), span(0.0, 5.0, false, 1)]);
    let step = curve.steps[0];
    assert_eq!((step.at_risk, step.deaths, step.censored), (2, 1, 1));
    assert!((step.survival - 0.5).abs() < 1e-12);
}

#[test]
fn lines_that_die_as_they_land_count_as_deaths_at_age_zero() {
    let curve = kaplan_meier(&[span(0.0, 0.0, true, 1), span(0.0, 9.0, false, 3)]);
    assert!((curve.at(0.0) - 0.75).abs() < 1e-12);
    assert_eq!(curve.at_risk(0.0), 4);
}

#[test]
fn a_late_entry_is_not_at_risk_before_and_at_its_entry() {
    let spans = [
        span(0.0, 4.0, true, 1),
        span(0.0, 9.0, false, 1),
        span(4.0, 8.0, true, 2),
        span(2.0, 9.0, false, 6),
    ];
    let curve = kaplan_meier(&spans);
    assert_eq!(curve.n_lines, 10);
    let at_risk: Vec<u64> = curve.steps.iter().map(|step| step.at_risk).collect();
    assert_eq!(at_risk, [8, 9, 7]);
    for age in [0.0, 1.0, 2.0, 2.5, 4.0, 5.0, 8.0, 8.5, 9.0, 9.5] {
        let counted = spans.iter().filter(|span| span.is_at_risk(age));
        let counted: u64 = counted.map(|span| span.lines).sum();
        assert_eq!(curve.at_risk(age), counted, "age {age}");
    }
    assert_eq!(curve.at_risk(-1.0), 0);
    // Only the first two were there from birth.
    assert_eq!(curve.fewest_at_risk(5.0), 2);
}

#[test]
fn without_delayed_entry_the_fewest_at_risk_are_those_at_risk() {
    let spans =
        [span(0.0, 3.0, true, 2), span(0.0, 5.0, false, 4), span(0.0, 9.0, true, 1)];
    let curve = kaplan_meier(&spans);
    for age in [0.0, 3.0, 3.1, 5.0, 6.0, 9.0, 10.0] {
        assert_eq!(curve.fewest_at_risk(age), curve.at_risk(age), "age {age}");
    }
}

#[test]
fn a_half_life_that_is_not_reached_is_not_guessed() {
    let curve = kaplan_meier(&[span(0.0, 5.0, true, 4), span(0.0, 30.0, false, 6)]);
    let end = HalfLife::NotReached { survival: 0.6, age_days: 30.0 };
    assert_eq!(curve.half_life(), end);
    let none = HalfLife::NotReached { survival: 1.0, age_days: 0.0 };
    assert_eq!(kaplan_meier(&[]).half_life(), none);
}

#[test]
fn a_half_life_after_the_last_age_looked_at_is_not_reached() {
    let curve = kaplan_meier(&[span(0.0, 5.0, true, 4), span(0.0, 30.0, true, 6)]);
    assert_eq!(curve.half_life(), HalfLife::Reached(30.0));
    let end = HalfLife::NotReached { survival: 0.6, age_days: 5.0 };
    assert_eq!(curve.half_life_until(29.0), end);
}

#[test]
fn one_half_is_reached_in_spite_of_rounding() {
    // 59/60 * 58/59 * ... * 30/31 is one half on paper, and so on.
    for n in 1..60_u32 {
        let mut spans: Vec<_> =
            (1..=n).map(|age| span(0.0, age.into(), true, 1)).collect();
        spans.push(span(0.0, 99.0, false, n.into()));
        assert_eq!(kaplan_meier(&spans).half_life(), HalfLife::Reached(n.into()));
    }
}

#[test]
fn what_was_never_observed_is_left_out_and_counted() {
    let spans = [
        span(0.0, 2.0, true, 5),
        span(3.0, 3.0, true, 7),
        span(0.0, f64::NAN, true, 2),
        span(0.0, -4.0, true, 1),
    ];
    let curve = kaplan_meier(&spans);
    assert_eq!((curve.n_lines, curve.rows_left_out, curve.lines_left_out), (5, 3, 10));
}

#[test]
fn grouping_lines_changes_nothing() {
    let grouped = [span(0.0, 2.0, true, 3), span(0.0, 7.0, false, 2)];
    let single: Vec<_> = grouped
        .iter()
        .flat_map(|group| {
            vec![Lifespan { lines: 1, ..*group }; group.lines.try_into().unwrap()]
        })
        .collect();
    assert_eq!(kaplan_meier(&grouped), kaplan_meier(&single));
}

#[test]
fn a_giant_change_does_not_dominate_the_curve_of_changes() {
    let giant = Lifespan { change: 1, ..span(0.0, 3.0, true, 900) };
    let small = |change| Lifespan { change, ..span(0.0, 9.0, false, 10) };
    let spans = [giant, small(2), small(3), small(4)];
    assert!((kaplan_meier(&spans).at(5.0) - 30.0 / 930.0).abs() < 1e-12);
    let changes = weighted_kaplan_meier(&spans, Weighting::Changes);
    assert!((changes.at(5.0) - 0.75).abs() < 1e-12);
    assert_eq!(changes.steps[0].at_risk, 930);
}
