//! A made-up organisation through the whole flow: every figure is computed by hand in
//! `fixtures/orgs/harbour/README.md`.

use serde_json::Value;
use slopnexus::cohorts::{Scope, git_people};
use slopnexus::identity::{AccountKey, resolve};
use slopnexus::panel::{Destination, Measure, Spend, Window, build, choose_measure};
use slopnexus::scan::{ScanOptions, scan};
use slopnexus::units::Usd;
use slopnexus::usage::{Export, ReadOptions, UsageRecord, read_export, settle};

use crate::git::Repository;
use crate::harness::Place;

/// The report on the organisation, as programs read it.
fn harbour(arguments: &[&str]) -> Value {
    let place = Place::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/orgs/harbour/");
    let read =
        |name: &str| std::fs::read(format!("{folder}{name}")).expect("it is there");
    Repository::import(&place, "harbour", &read("repo.fi"));
    place.write("usage.csv", read("usage.csv"));
    place.write("cursor.csv", read("cursor.csv"));
    let mut all = vec!["report", "harbour", "--format", "json"];
    all.extend(arguments);
    let run = place.run(all).ended(0);
    serde_json::from_slice(&run.stdout).expect("it is JSON")
}

const BOTH: [&str; 4] = ["--usage", "usage.csv", "--usage", "cursor.csv"];

#[test]
fn lines_born_dead_and_alive_are_those_counted_by_hand() {
    let report = harbour(&BOTH);
    let repository = &report["repositories"][0];
    assert_eq!(repository["lines"]["births"], 11);
    assert_eq!(repository["lines"]["deaths"], 2);
    assert_eq!(repository["lines"]["alive"], 9);
    assert_eq!(repository["deaths_by_cause"]["modified_self"], 1);
    assert_eq!(repository["deaths_by_cause"]["deleted"], 1);
    assert_eq!(repository["commits_by_ai_class"]["coauthored"], 1);
    assert_eq!(report["cohorts"][0]["name"], "AI-marked");
    assert_eq!(report["cohorts"][0]["survival"]["n_lines"], 3);
    assert_eq!(report["cohorts"][1]["survival"]["n_lines"], 8);
    assert_eq!(report["as_of"], "2026-03-15T10:00:00Z");
    assert_eq!(report["complete"], true);
}

#[test]
fn every_dollar_is_accounted_for_and_the_repeated_row_counts_once() {
    let report = harbour(&BOTH);
    let ledger = &report["usage"]["ledger"];
    let billed = |entry: &str| ledger[entry]["billed_usd"].clone();
    assert_eq!(billed("seen"), "31.75");
    assert_eq!(billed("kept"), "29.75");
    assert_eq!(billed("shadowed"), "2.00");
    assert_eq!(billed("rejected"), "0.00");
    assert_eq!(billed("service"), "1.25");
    // Whose the rest is would tell of three people, and of one.
    assert_eq!(ledger["assigned"], Value::Null);
    assert_eq!(ledger["unassigned"], Value::Null);
    assert_eq!(ledger["seen"]["estimated_usd"], Value::Null, "nothing says so: not zero");
}

/// Three people spent: too few to say where it went, so the report shows the total and
/// what is nobody's in particular.
#[test]
fn parts_with_fewer_than_five_people_are_put_together() {
    let report = harbour(&BOTH);
    let spend = &report["spend"];
    assert_eq!(spend["measure"], "billed_usd");
    assert_eq!(spend["counted"], "29.75");
    let rows: Vec<(&str, &str)> = spend["rows"]
        .as_array()
        .expect("they are a list")
        .iter()
        .map(|row| (row["place"].as_str().unwrap(), row["amount"].as_str().unwrap()))
        .collect();
    assert_eq!(rows, [("groups_of_fewer_than_5", "28.50"), ("services", "1.25")]);
    assert_eq!(
        report["usage"]["files"][0]["file"], "export 1",
        "names can be those of people"
    );
    assert_eq!(report["usage"]["files"][0]["cost_usd"]["billed"], Value::Null);
}

/// What the report puts together, taken apart below it.
#[test]
fn spend_goes_where_the_hand_says() {
    let place = Place::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/orgs/harbour/");
    let read =
        |name: &str| std::fs::read(format!("{folder}{name}")).expect("it is there");
    let repository = Repository::import(&place, "harbour", &read("repo.fi"));
    let options = ScanOptions { parsed_days: Some(365), ..ScanOptions::default() };
    let roots = [repository.path.clone()];
    let facts = scan(&repository.path, &roots, &options, &|_| {});
    let facts = vec![facts.expect("it can be read")];
    let exports: Vec<Export> = ["usage.csv", "cursor.csv"]
        .map(|name| read_export(&name.into(), &read(name)[..], &ReadOptions::default()))
        .into_iter()
        .collect::<Result<_, _>>()
        .expect("they can be read");
    let settled = settle(&exports, false).expect("it ties out");
    let key = |record: &UsageRecord| AccountKey {
        email: record
            .facets
            .account
            .email
            .as_ref()
            .map(|email| email.to_json_text().into_owned()),
        api_key_name: record
            .facets
            .account
            .api_key_name
            .as_ref()
            .map(|key| key.to_json_text().into()),
        ..AccountKey::default()
    };
    let keys: Vec<AccountKey> =
        settled.kept.iter().map(|kept| key(kept.record)).collect();
    let people = resolve(&git_people(&facts), &keys, &[]);
    let scope = Scope::new(&facts, &people);
    let spend: Vec<Spend<'_>> = settled
        .kept
        .iter()
        .zip(&people.account)
        .map(|(kept, owner)| Spend { kept: *kept, owner: *owner, from_repository: false })
        .collect();
    let measure = choose_measure(&spend).expect("all records are billed");
    assert_eq!(measure, Measure::BilledUsd);
    let window = Window { since: None, as_of: facts[0].as_of.expect("it has commits") };
    let panel = build(&scope, &spend, measure, window).expect("it can be measured");
    let amount = |place| Usd(panel.amount(place)).to_string();
    assert_eq!(amount(Destination::Tied), "18.00");
    assert_eq!(amount(Destination::Untied), "6.00");
    assert_eq!(amount(Destination::TooRecent), "2.00");
    assert_eq!(amount(Destination::Nobody), "2.50");
    assert_eq!(amount(Destination::Service), "1.25");
    assert_eq!(Usd(panel.counted()).to_string(), "29.75");
    let mature: Vec<(u64, u64, String)> = panel
        .mature()
        .map(|(_, _, week)| {
            let durable = week.lines.standing[panel.age];
            (week.lines.landed, durable, Usd(week.spend).to_string())
        })
        .collect();
    assert_eq!(mature, [(4, 3, "11.00".to_owned()), (3, 2, "4.00".to_owned())]);
}

#[test]
fn the_yield_of_two_people_is_theirs_and_not_shown() {
    let report = harbour(&BOTH);
    let durable = &report["spend"]["durable_yield"];
    for field in ["value", "low", "bound_low", "durable_lines", "landed_lines", "spend"] {
        assert_eq!(durable[field], Value::Null, "{field}");
    }
    assert!(durable["reason"].as_str().is_some_and(|why| why.contains("five people")));
    let rules = &report["spend"]["rules"];
    assert_eq!(rules["tied"], Value::Null);
    assert!(rules["reason"].as_str().is_some_and(|why| why.contains("five people")));
}

#[test]
fn two_people_are_not_enough_evidence() {
    let report = harbour(&BOTH);
    let verdict = &report["verdicts"][0];
    assert_eq!(verdict["level"], "V1");
    assert!(verdict["sentence"].as_str().is_some_and(|one| one.contains("8 needed")));
    assert_eq!(report["association"]["status"], "gates_failed");
}

#[test]
fn without_an_export_nothing_is_said_of_spend() {
    let report = harbour(&[]);
    assert_eq!(report["usage"], Value::Null);
    assert_eq!(report["spend"], Value::Null);
    assert_eq!(report["verdicts"][0]["level"], "V0");
}

#[test]
fn the_order_of_exports_changes_nothing_but_their_order() {
    let there = harbour(&BOTH);
    let back = harbour(&["--usage", "cursor.csv", "--usage", "usage.csv"]);
    assert_eq!(there["spend"], back["spend"]);
    assert_eq!(there["usage"]["ledger"], back["usage"]["ledger"]);
}

#[test]
fn words_that_rank_people_are_in_no_report() {
    let place = Place::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/orgs/harbour/");
    let read =
        |name: &str| std::fs::read(format!("{folder}{name}")).expect("it is there");
    Repository::import(&place, "harbour", &read("repo.fi"));
    place.write("usage.csv", read("usage.csv"));
    for format in ["text", "json"] {
        let run = place
            .run(["report", "harbour", "--usage", "usage.csv", "--format", format])
            .ended(0);
        let text = run.out().to_lowercase();
        for word in ["productive", "best ", "worst", "lazy", "ana@", "ben@", "ana lind"] {
            assert!(!text.contains(word), "{word:?} is in the {format} report");
        }
    }
}
