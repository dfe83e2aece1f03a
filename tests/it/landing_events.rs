//! Times of landings that a team gives, because it knows when commits were deployed.

use std::fmt::Write as _;

use serde_json::Value;

use crate::git::Repository;
use crate::harness::Place;
use crate::lives::{FIRST_DAY, N_DAYS, planted};

const NOON: usize = 43_200;

/// A report on `repository` with the events of a file.
fn report(place: &Place, repository: &str, more: &[&str]) -> Value {
    let all = ["report", repository, "--format=json", "--landing-events=deployed.csv"];
    let run = place.run(all.iter().chain(more)).ended(0);
    serde_json::from_slice(&run.stdout).expect("it is JSON")
}

/// How many gaps of landing events there are, by the beginning of the reason.
fn unused(report: &Value, why: &str) -> u64 {
    let gaps = report["gaps"].as_array().expect("gaps are a list").iter();
    let events = gaps.filter(|gap| gap["code"] == "W-EVENT");
    let told =
        events.filter(|gap| gap["why"].as_str().is_some_and(|text| text.contains(why)));
    told.filter_map(|gap| gap["count"].as_u64()).sum()
}

/// Days of a history that is deployed on every seventh day.
fn deployed_weekly(repository: &Repository, n_digits: usize) -> String {
    let mut rows = String::from("commit,time\n");
    for (day, id) in repository.mainline().iter().enumerate() {
        let time = FIRST_DAY + day.div_ceil(7) * 7 * 86_400 + NOON;
        let _ = writeln!(rows, "{},{time}", &id[..n_digits]);
    }
    rows
}

/// A third of each file dies ten days later: of the files of day 1 to 4 after the last
/// deployment that is one deployment later, of the others two. Files of the last three days were
/// deployed at the end, and of the seven before none died: 197 files of 30 lines were
/// followed for 7 days, and in 27 weeks 4 files lost 10 lines by then.
#[test]
fn ages_are_counted_from_the_times_given() {
    let place = Place::new();
    let repository = Repository::import(&place, "planted", planted().as_bytes());
    place.write("deployed.csv", deployed_weekly(&repository, 12));
    let report = report(&place, "planted", &[]);
    let one = &report["repositories"][0];
    let found = one["survival"]["7"]["value"].as_f64().expect("it is known");
    let expected = 1.0 - f64::from(27 * 4 * 10) / f64::from(197 * 30);
    assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
    assert_eq!(one["lines"]["births"], 6_000, "what landed is the same");
    assert_eq!(one["lines"]["deaths"], 190 * 10 + 175 * 5);
    assert_eq!(one["as_of"], "2025-07-23T12:00:00Z", "day 203, when the last landed");
    assert_eq!(one["landings_by_event"], N_DAYS);
    assert_eq!(report["inputs"]["options"]["landing_events"], "deployed.csv");
    assert_eq!(report["complete"], true);
    let text = place.run(["report", "planted", "--landing-events=deployed.csv"]).ended(0);
    let note = "The landing times of 200 of 200 landings are from deployed.csv";
    assert!(text.out().contains(note), "{}", text.out());
}

#[test]
fn events_of_commits_off_the_mainline_are_counted_and_not_used() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "conflict");
    let mainline = repository.mainline();
    let side = repository.words(["rev-parse", "HEAD^2"]).remove(0);
    let rows = [
        format!("{},2026-01-01T00:00:00Z", mainline[1]),
        format!("{side},2026-01-01T00:00:00Z"),
        "0123456789abcdef,2026-01-01T00:00:00Z".to_owned(),
        "fedcba9,0".to_owned(),
    ];
    place.write("deployed.csv", format!("commit,time\n{}\n", rows.join("\n")));
    let report = report(&place, "conflict", &[]);
    assert_eq!(unused(&report, "came by a merge"), 1);
    assert_eq!(unused(&report, "not of this branch"), 2);
    assert_eq!(report["complete"], true, "no line is missing");
    let one = &report["repositories"][0];
    assert_eq!((&one["landings_by_event"], &one["landings"]), (&1.into(), &3.into()));
    // The merge was committed before, and the clock of the branch does not run backwards.
    assert_eq!(one["as_of"], "2026-01-01T00:00:00Z");
    let lifted = report["gaps"].as_array().expect("a list").iter();
    assert_eq!(lifted.filter(|gap| gap["code"] == "W-CLOCK").count(), 1);
}

#[test]
fn a_row_that_makes_no_sense_is_an_error_of_one_line() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "rewrite");
    let rows = format!(
        "commit,time\n{},1735776000\n{},soon\n",
        repository.tip(),
        "a".repeat(40)
    );
    place.write("deployed.csv", rows);
    let line = ["explain", "line:a.py:1", "rewrite"];
    let asked: [&[&str]; 4] = [
        &["report", "rewrite"],
        &["lines", "rewrite"],
        &["facts", "rewrite", "--output=out"],
        &line,
    ];
    for asked in asked {
        let run = place.run(asked.iter().chain(&["--landing-events=deployed.csv"]));
        run.refused(2, "'deployed.csv': line 3: its time is neither");
        place
            .run(asked.iter().chain(&["--landing-events=none.csv"]))
            .refused(2, "[E-EVENTS]");
    }
}

#[test]
fn what_was_kept_for_other_events_is_not_used() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "rewrite");
    let tip = repository.tip();
    let mut seen = Vec::new();
    for day in ["2025-02-01", "2025-02-02", "2025-02-01"] {
        place.write("deployed.csv", format!("commit,time\n{tip},{day}T00:00:00Z\n"));
        let report = report(&place, "rewrite", &[]);
        assert_eq!(report["as_of"], format!("{day}T00:00:00Z"));
        seen.push(report);
    }
    assert_eq!(seen[0], seen[2]);
}

#[test]
fn what_is_deployed_after_the_end_of_observation_has_not_landed() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "rewrite");
    let tip = repository.tip();
    place.write("deployed.csv", format!("commit,time\n{tip},2025-03-01T00:00:00Z\n"));
    let report = report(&place, "rewrite", &["--as-of=2025-02-01"]);
    let one = &report["repositories"][0];
    assert_eq!((&one["landings_by_event"], &one["landings"]), (&0.into(), &2.into()));
    assert_eq!(unused(&report, ""), 0, "it is on the mainline, but later");
}

#[test]
fn tables_and_explanations_have_the_times_given() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "rewrite");
    let tip = repository.tip();
    place.write("deployed.csv", format!("commit,time\n{tip},2025-03-01T00:00:00Z\n"));
    let flag = "--landing-events=deployed.csv";
    assert_eq!(
        place.run(["facts", "rewrite", "--output=tables", flag]).ended(0).out(),
        ""
    );
    let read = |name: &str| -> Vec<Value> {
        let rows = std::fs::read_to_string(place.path(name)).expect("it was written");
        rows.lines().map(|row| serde_json::from_str(row).expect("it is JSON")).collect()
    };
    let commits = read("tables/commits.ndjson");
    assert_eq!(commits[2]["landing_time"], "2025-03-01T00:00:00Z");
    assert_eq!(commits[2]["committer_time"], "2025-01-23T00:00:00Z");
    assert_eq!(read("tables/repositories.ndjson")[0]["landings_by_event"], 1);
    let told = place.run(["explain", &tip, "rewrite", flag]).ended(0).out();
    assert!(told.contains("2025-03-01"), "{told}");
    assert!(told.contains("(--landing-events): git shows others"), "{told}");
}
