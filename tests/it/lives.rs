//! What a report says of lives that were planted: a made-up history whose every line has
//! a known age at death.

use std::fmt::Write as _;

use serde_json::Value;

use crate::git::{FIXTURES, Repository};
use crate::harness::Place;

pub(crate) const N_DAYS: usize = 200;
const N_PEOPLE: usize = 10;
/// 1 January 2025.
pub(crate) const FIRST_DAY: usize = 1_735_689_600;

/// Every day at noon one of ten people in turn lands a file of 30 lines, removes 10 lines
/// of the file of ten days ago, their own, and 5 of that of 25 days ago, somebody else's.
pub(crate) fn planted() -> String {
    let mut stream = String::new();
    for day in 0..N_DAYS {
        let person = day % N_PEOPLE;
        let time = FIRST_DAY + day * 86_400 + 43_200;
        let who = format!("Somebody {person} <p{person}@example.org> {time} +0000");
        let mut text = format!(
            "commit refs/heads/main\nmark :{}\nauthor {who}\ncommitter {who}\ndata 0\n",
            day + 1
        );
        if day > 0 {
            let _ = writeln!(text, "from :{day}");
        }
        let files =
            [(Some(day), 30), (day.checked_sub(10), 20), (day.checked_sub(25), 15)];
        for (born, n_lines) in files {
            let Some(born) = born else { continue };
            let lines: String = (0..n_lines)
                .map(|line| format!("value_{born}_{line} = {line}\n"))
                .collect();
            let _ = write!(
                text,
                "M 100644 inline src/f{born}.py\ndata {}\n{lines}\n",
                lines.len()
            );
        }
        stream.push_str(&text);
        stream.push('\n');
    }
    stream.push_str("reset HEAD\nfrom refs/heads/main\n");
    stream
}

fn report(arguments: &[&str]) -> Value {
    let place = Place::new();
    Repository::import(&place, "planted", planted().as_bytes());
    let all = ["report", "planted", "--format", "json"];
    let run = place.run(all.iter().chain(arguments)).ended(0);
    serde_json::from_slice(&run.stdout).expect("it is JSON")
}

fn is(value: &Value, expected: f64) {
    let found = value.as_f64().unwrap_or_else(|| panic!("no number: {value}"));
    assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
}

#[test]
fn planted_lives_come_out_as_they_were_planted() {
    let report = report(&[]);
    let repository = &report["repositories"][0];
    assert_eq!(repository["lines"]["births"], 6_000);
    assert_eq!(repository["lines"]["deaths"], 190 * 10 + 175 * 5);
    assert_eq!(repository["late_entries"], Value::Null);
    let survival = &repository["survival"];
    for (days, expected) in
        [("7", 1.0), ("14", 2.0 / 3.0), ("21", 2.0 / 3.0), ("90", 0.5)]
    {
        is(&survival[days]["value"], expected);
        is(&repository["survival_by_change"][days]["value"], expected);
    }
    assert_eq!(survival["90"]["n_people"], 10);
    assert_eq!(survival["90"]["clustered_by"], "person");
    is(&survival["90"]["g_eff"], 10.0);
    // A third lives 10 days, a sixth 25, and the rest all of them.
    is(&repository["mean_life"]["value"], 10.0 / 3.0 + 25.0 / 6.0 + 45.0);
    is(&repository["half_life"]["days"], 25.0);
    // All people's lines die alike, so leaving one out changes nothing.
    is(&repository["half_life"]["low"], 25.0);
}

#[test]
fn churn_is_split_by_who_removed_the_lines() {
    let report = report(&[]);
    let churn = &report["repositories"][0]["churn"];
    is(&churn["30"]["value"], 0.5);
    let whom = &churn["by_whom"]["30"];
    is(&whom["same_author"], 1.0 / 3.0);
    is(&whom["others"], 1.0 / 6.0);
    is(&whom["revert"], 0.0);
    is(&whom["unknown"], 0.0);
    let rework = &churn["rework"][0];
    assert_eq!(
        (&rework["added_lines"], &rework["removed_lines"]),
        (&6_000.into(), &2_775.into())
    );
    let ids: Vec<&str> = rework["shares"]
        .as_array()
        .expect("they are a list")
        .iter()
        .map(|share| share["id"].as_str().expect("it has a name"))
        .collect();
    assert_eq!(ids[..2], ["gitclear_like_14", "linearb_like_21"]);
    assert_eq!(rework["shares"][0]["numerator_lines"], 1_900);
    assert_eq!(rework["shares"][0]["denominator_lines"], 8_775);
    assert!(
        rework["warning"]
            .as_str()
            .is_some_and(|text| text.contains("None is comparable"))
    );
}

/// The window opens on the hundredth day, at midnight. What stood then is followed at the
/// age it had: as lines of all ages die as planted, survival is the same.
#[test]
fn a_window_changes_who_is_watched_and_not_how_long_lines_live() {
    let report = report(&["--since", "2025-04-11"]);
    let repository = &report["repositories"][0];
    assert_eq!(repository["lines"]["births"], 100 * 30);
    // Files of the last 10 days are whole, those of the 15 before lack 10 lines.
    let late = &repository["late_entries"];
    assert_eq!(late["births"], 10 * 30 + 15 * 20 + 75 * 15);
    assert_eq!(late["deaths"], 10 * 10 + 25 * 5);
    assert_eq!(report["inputs"]["filtered_lines"]["gone_before_since"], 90 * 10 + 75 * 5);
    for (days, expected) in [("7", 1.0), ("14", 2.0 / 3.0), ("30", 0.5), ("90", 0.5)] {
        is(&repository["survival"][days]["value"], expected);
    }
    is(&repository["churn"]["by_whom"]["30"]["others"], 1.0 / 6.0);
    let deaths = &repository["deaths_by_cause"]["deleted"];
    assert_eq!(deaths, 100 * 10 + 100 * 5, "those of older lines among them");
    let text = report["inputs"]["delayed_entry"].as_str();
    assert!(text.is_some_and(|text| text.contains("at the age they had")));
}

#[test]
fn groups_add_up_and_those_of_few_people_are_put_together() {
    let report = report(&[]);
    let breakdown = &report["breakdown"];
    let rows = |key: &str| breakdown[key]["rows"].as_array().expect("a list").clone();
    let names: Vec<Value> =
        rows("by_landing_quarter").iter().map(|row| row["name"].clone()).collect();
    assert_eq!(names, ["2025-Q1", "2025-Q2", "2025-Q3"]);
    let births: u64 = rows("by_landing_quarter")
        .iter()
        .filter_map(|row| row["lines"]["births"].as_u64())
        .sum();
    assert_eq!(births, 6_000);
    let language = &rows("by_language")[0];
    assert_eq!(language["name"], "Python");
    is(&language["survival"]["90"]["value"], 0.5);
    is(&language["death_shares"]["deleted"], 1.0);
    assert_eq!(breakdown["least_people"], 5);
}

#[test]
fn no_line_of_a_report_is_wider_than_a_terminal() {
    let place = Place::new();
    Repository::import(&place, "planted", planted().as_bytes());
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/orgs/harbour/");
    let read =
        |name: &str| std::fs::read(format!("{folder}{name}")).expect("it is there");
    Repository::import(&place, "harbour", &read("repo.fi"));
    place.write("usage.csv", read("usage.csv"));
    let names = FIXTURES.iter().map(|(name, _)| *name);
    for name in names.clone() {
        let _repository = Repository::fixture(&place, name);
    }
    for name in names.chain(["planted", "harbour"]) {
        let run = place.run(["report", name, "--usage", "usage.csv"]).ended(0);
        for line in run.out().lines() {
            assert!(line.chars().count() <= 80, "{name}: {line}");
        }
    }
}
