use super::*;
use crate::cohorts::tests::{history, lines, people};
use crate::lines::instances::DeathCause;
use crate::provenance::{AiClass, EvidenceLevel};
use crate::report::FEW_PEOPLE;

/// Code by `n_people` people in turn, one landing a day; the first `few` of them also write
/// documentation, and their commits name an AI.
fn facts(n_people: u32, few: u32) -> Facts {
    let mut facts = history(1_200, n_people);
    let is_of_few = |day: u32| day % n_people < few;
    facts.lifetimes = (0..1_000)
        .flat_map(|day: u32| {
            let death = day.is_multiple_of(2).then_some((day + 20, DeathCause::Deleted));
            let code = lines(day, death);
            let docs = is_of_few(day).then_some(LifetimeFacts { path: 1, ..code });
            [Some(code), docs].into_iter().flatten()
        })
        .collect();
    for day in (0..1_200).filter(|&day| is_of_few(day)) {
        let provenance = &mut facts.commits[day as usize].provenance;
        provenance.class = AiClass::Coauthored;
        provenance.level = EvidenceLevel::E2;
    }
    facts
}

fn report(repositories: &[Facts]) -> Report {
    let people = people(repositories);
    let scope = Scope::new(repositories, &people);
    build(Inputs {
        scope: &scope,
        usage: None,
        panel: None,
        spend_days: BTreeSet::new(),
        gaps: Vec::new(),
        since: None,
        own: false,
        options: BTreeMap::new(),
    })
}

#[test]
fn what_became_of_lines_of_four_people_is_said_of_no_part_and_cannot_be_subtracted() {
    let report = report(&[facts(7, 4)]);
    assert!(report.survival.survival["90"].value.is_some(), "the whole is shown");
    assert_eq!(report.areas.len(), 2);
    for area in &report.areas {
        // Seven people wrote code: it is all less the documentation.
        let point = &area.survival_90;
        assert_eq!((point.value, point.at_risk_lines), (None, None), "{}", area.area);
        assert_eq!(point.reason, Some(FEW_PEOPLE));
        assert!(area.lines.births > 0 && area.lines.deaths > 0, "sizes stay");
    }
    for cohort in &report.cohorts {
        let lives = &cohort.survival;
        assert!(lives.n_lines > 0 && lives.n_people > 0, "sizes stay");
        assert!(lives.survival.values().all(|point| point.reason == Some(FEW_PEOPLE)));
        let text = serde_json::to_value(lives).expect("it is JSON");
        assert_eq!(shown_values(&text), 0, "{text}");
    }
    let text = serde_json::to_value(&report.cohort_comparison).expect("it is JSON");
    assert_eq!(shown_values(&text), 0, "{text}");
    assert!(report.cohort_comparison.sentence.contains("fewer than five people"));
}

/// How many fields tell an outcome.
fn shown_values(json: &serde_json::Value) -> usize {
    const OUTCOMES: [&str; 12] = [
        "value",
        "low",
        "high",
        "days",
        "survival",
        "first",
        "second",
        "mde",
        "p",
        "z",
        "at_risk_lines",
        "expected_deaths",
    ];
    match json {
        serde_json::Value::Object(fields) => fields
            .iter()
            .map(|(name, field)| {
                let is_outcome = OUTCOMES.contains(&name.as_str()) && field.is_number();
                usize::from(is_outcome) + shown_values(field)
            })
            .sum(),
        serde_json::Value::Array(items) => items.iter().map(shown_values).sum(),
        _ => 0,
    }
}

#[test]
fn parts_of_five_people_are_shown_and_so_is_a_whole_of_two() {
    let of_five = report(&[facts(10, 5)]);
    for area in &of_five.areas {
        assert!(area.survival_90.value.is_some(), "{}", area.area);
    }
    assert!(
        of_five.cohorts.iter().all(|one| { one.survival.survival["30"].value.is_some() })
    );
    let mut of_two = facts(2, 0);
    of_two.lifetimes.retain(|one| one.path == 0);
    let of_two = report(&[of_two]);
    assert!(of_two.survival.survival["90"].value.is_some());
    assert_eq!(of_two.areas[0].survival_90.value, of_two.survival.survival["90"].value);
    let unmarked = &of_two.cohorts[1].survival;
    assert!(unmarked.survival["90"].value.is_some(), "all is unmarked");
}

#[test]
fn an_area_of_few_hides_another_of_its_own_repository_though_others_have_many() {
    let (one, mut other) = (facts(7, 2), facts(7, 7));
    other.path = "other".into();
    let report = report(&[one, other]);
    let of = |path: &str| -> Vec<bool> {
        let areas = report.areas.iter().filter(|area| area.repository == path);
        areas.map(|area| area.survival_90.value.is_some()).collect()
    };
    assert_eq!(of(""), [false, false]);
    assert_eq!(of("other"), [true, true]);
    let rows: Vec<&str> =
        report.breakdown.by_area.rows.iter().map(|row| row.name.as_str()).collect();
    assert!(rows.iter().all(|name| name.starts_with("other: ")), "{rows:?}");
}
