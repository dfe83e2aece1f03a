//! Who in the exports is who in git, through the program.

use serde_json::Value;

use crate::git::Repository;
use crate::harness::Place;

const USAGE: &str = "date,email,user,api_key_name,tool,total_tokens,cost_usd,cost_basis\n\
    2026-01-05,ana@example.com,,,api,100,1.50,billed\n\
    2026-01-05,,user-77,,api,200,2.50,billed\n\
    2026-01-05,,,ci-deploy,api,300,4.00,billed\n";

fn harbour(place: &Place) {
    let stream = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/orgs/harbour/repo.fi");
    Repository::import(place, "harbour", &std::fs::read(stream).expect("it is there"));
    place.write("usage.csv", USAGE);
}

fn people(place: &Place, more: &[&str]) -> Value {
    let arguments = ["people", "harbour", "--usage", "usage.csv", "--format", "json"];
    let run = place.run([&arguments, more].concat()).ended(0);
    serde_json::from_str(&run.out()).expect("it is JSON")
}

#[test]
fn each_account_is_a_persons_a_services_or_nobodys_and_what_hangs_on_it_is_told() {
    let place = Place::new();
    harbour(&place);
    let answer = people(&place, &[]);
    assert_eq!(answer["matched"][0]["person"], "ana@example.com");
    assert_eq!(answer["matched"][0]["by"], "email");
    assert_eq!(answer["unmatched"][0]["account"], "account_id user-77");
    assert_eq!(answer["unmatched"][0]["billed_usd"], "2.50");
    assert_eq!(answer["services"][0]["value"], "ci-deploy");
    assert_eq!(answer["without_usage"][0]["person"], "ben@example.com");
    assert_eq!(answer["coverage"]["assigned"], 1.5 / 8.0);
    let text = answer.to_string();
    assert!(!text.contains("1.50"), "the spend of a person is in no answer: {text}");
}

#[test]
fn a_map_is_written_to_be_filled_in_and_taken_back() {
    let place = Place::new();
    harbour(&place);
    let arguments = ["people", "harbour", "--usage", "usage.csv", "--format", "map"];
    let map = place.run(arguments).ended(0).out();
    assert!(map.contains("\n#,account_id,user-77\n"), "{map}");
    // As it comes it says nothing of anybody; filled in, it is believed.
    place.write("people.csv", &map);
    let before = people(&place, &["--people", "people.csv"]);
    assert_eq!(before["matched"].as_array().map(Vec::len), Some(1));
    let filled =
        map.replace("#,account_id,user-77", "ben@example.com,account_id,user-77");
    place.write("people.csv", &filled);
    let after = people(&place, &["--people", "people.csv"]);
    assert_eq!(after["matched"][1]["person"], "ben@example.com");
    assert_eq!(after["matched"][1]["by"], "map");
    assert_eq!(after["unmatched"].as_array().map(Vec::len), Some(0));
}

#[test]
fn who_asks_for_their_own_sees_their_own_and_nobody_elses() {
    let place = Place::new();
    harbour(&place);
    let report = |more: &[&str]| {
        let arguments = ["report", "harbour", "--usage", "usage.csv", "--format", "json"];
        place.run([&arguments, more].concat())
    };
    let own = report(&["--me", "Ana@example.com"]).ended(0);
    let own: Value = serde_json::from_str(&own.out()).expect("it is JSON");
    assert_eq!(own["usage"]["ledger"]["seen"]["billed_usd"], "1.50");
    assert_eq!(own["usage"]["context"]["tools"][0]["name"], "api");
    assert_eq!(own["spend"]["counted"], "1.50");
    report(&["--me", "nobody@example.com"]).refused(3, "no record of the exports");
    report(&["--me"]).refused(2, "git's configuration has no user.email");
    place.write("home/.gitconfig", "[user]\n\temail = ana@example.com\n");
    let mine = report(&["--me"]).ended(0).out();
    assert_eq!(
        serde_json::from_str::<Value>(&mine).expect("it is JSON")["spend"],
        own["spend"]
    );
}

#[test]
fn everybody_is_shown_with_their_team_where_teams_are_given() {
    let place = Place::new();
    harbour(&place);
    place.write("teams.csv", "team,kind,value\nquay,email,ana@example.com\n");
    let answer = people(&place, &["--teams", "teams.csv"]);
    assert_eq!(answer["teams"][0]["team"], Value::Null);
    assert_eq!(answer["teams"][1]["team"], "quay");
}

#[test]
fn a_report_names_no_file_of_exports_since_files_are_called_after_people() {
    let place = Place::new();
    harbour(&place);
    // The same record with two amounts: the ledger has something to say of both files.
    for (name, cost) in [("ana-one.csv", "1"), ("ana-two.csv", "2")] {
        let row =
            format!("date,email,cost_usd\n2026-01-05,ana@example.com,{cost}\nx,y,z\n");
        place.write(name, row);
    }
    let usage = ["--usage", "ana-one.csv", "--usage", "ana-two.csv"];
    let run =
        place.run([&["report", "harbour", "--format", "json"], &usage[..]].concat());
    let run = run.ended(0);
    let report: Value = serde_json::from_str(&run.out()).expect("it is JSON");
    let gaps = report["gaps"].to_string();
    assert!(gaps.contains("W-RECORD"), "nothing was to be said: {gaps}");
    assert!(!run.out().contains("ana-") && !run.stderr.contains("ana-"), "{gaps}");
}
