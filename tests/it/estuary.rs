//! `fixtures/orgs/estuary`: exports of three vendors, six people and a bot, from the files
//! to the ledger and the report.

use serde_json::Value;

use crate::git::Repository;
use crate::harness::Place;

const EXPORTS: [&str; 4] =
    ["claude-code-1.json", "claude-code-2.json", "cursor.csv", "copilot.csv"];

fn estuary() -> Place {
    let place = Place::new();
    let read = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/orgs/estuary/");
        std::fs::read(format!("{folder}{name}")).expect("it is there")
    };
    Repository::import(&place, "estuary", &read("repo.fi"));
    for name in EXPORTS.iter().chain(&["people.csv", "teams.csv"]) {
        place.write(name, read(name));
    }
    place
}

fn ask(place: &Place, command: &str, exports: &[&str]) -> Value {
    let mut arguments = vec![command, "estuary", "--format", "json"];
    arguments.extend(["--people", "people.csv", "--teams", "teams.csv"]);
    for export in exports {
        arguments.extend(["--usage", export]);
    }
    let run = place.run(arguments).ended(0);
    serde_json::from_str(&run.out()).expect("it is JSON")
}

#[test]
fn every_record_of_three_vendors_is_a_persons_or_a_bots_by_the_evidence_its_readme_tells()
{
    let place = estuary();
    let people = ask(&place, "people", &EXPORTS);
    let matched: Vec<(&str, &str)> = people["matched"]
        .as_array()
        .expect("it is a list")
        .iter()
        .map(|one| {
            (one["person"].as_str().expect("text"), one["by"].as_str().expect("text"))
        })
        .collect();
    let expected = [
        ("12345678+samiwu-ex@users.noreply.github.com", "login"),
        ("ada.okafor@example.com", "email"),
        ("lin.zhou@example.com", "email"),
        ("marco.reyes@example.com", "key_name"),
        ("marco.reyes@example.com", "email"),
        ("noor.haddad@example.com", "email"),
        ("tove.berg@example.com", "map"),
    ];
    assert_eq!(matched, expected);
    assert_eq!(people["unmatched"].as_array().map(Vec::len), Some(0));
    assert_eq!(people["services"][0]["account"], "github_login estuary-ci[bot]");
    assert_eq!(people["without_usage"].as_array().map(Vec::len), Some(0));
    assert_eq!(people["teams"].as_array().map(Vec::len), Some(6));
}

#[test]
fn the_ledger_of_three_vendors_is_that_of_the_readme_whatever_the_order_of_the_files() {
    let place = estuary();
    let report = ask(&place, "report", &EXPORTS);
    let ledger = &report["usage"]["ledger"];
    assert_eq!(ledger["kept"]["records"], 132);
    assert_eq!(ledger["kept"]["tokens"], 3_098_472);
    assert_eq!(ledger["kept"]["billed_usd"], "17.82");
    assert_eq!(ledger["kept"]["list_usd"], "21.42");
    assert_eq!(ledger["kept"]["estimated_usd"], "7.32");
    assert_eq!(ledger["shadowed"]["records"], 0);
    assert_eq!(ledger["unassigned"], Value::Null);
    assert_eq!(ledger["service"]["records"], 12);
    // Tools have two people each, and none is shown for itself; months are whole.
    assert_eq!(report["usage"]["context"]["tools"][0]["put_together"], true);
    assert_eq!(report["usage"]["context"]["months"].as_array().map(Vec::len), Some(3));
    assert_eq!(report["spend"]["line_coverage"], 1.0);
    let same_team = &report["survival"]["churn"]["by_whom"]["21"]["same_team"];
    assert_eq!(same_team, 0.0, "teams are known: {same_team}");
    let mut reversed = EXPORTS;
    reversed.reverse();
    let again = ask(&place, "report", &reversed);
    assert_eq!(again["usage"]["ledger"], report["usage"]["ledger"]);
    assert_eq!(again["spend"], report["spend"]);
    let twice = ask(&place, "report", &[&EXPORTS[..], &EXPORTS[..]].concat());
    assert_eq!(twice["usage"]["ledger"]["kept"], ledger["kept"]);
    assert_eq!(twice["spend"], report["spend"]);
}
