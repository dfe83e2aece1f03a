//! Functions and placeholders at the tip, from a history to the report and the tables.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::git::Repository;
use crate::harness::Place;

/// A commit of files, later than those before it.
fn commit(
    stream: &mut String,
    day: u32,
    author: &str,
    message: &str,
    files: &[(&str, &str)],
) {
    let time = 1_767_225_600 + 86_400 * day;
    let _ = write!(
        stream,
        "commit refs/heads/main\nauthor {author} <{author}@example.org> {time} +0000\n\
         committer {author} <{author}@example.org> {time} +0000\ndata {}\n{message}\n",
        message.len()
    );
    for (path, text) in files {
        if text.is_empty() {
            let _ = writeln!(stream, "D {path}");
        } else {
            let _ =
                writeln!(stream, "M 100644 inline {path}\ndata {}\n{text}", text.len());
        }
    }
}

/// A function that grows by a branch, is touched once more, and moves with its file.
fn repository(place: &Place) -> Repository {
    let small = "def pay(order):\n    total = order.total\n    return total\n";
    let grown = "def pay(order):\n    total = order.total\n    if order.items and order.paid:\n        \
                 total -= order.paid\n    return total\n";
    let last = "def pay(order):\n    total = order.total\n    if order.items and order.paid:\n        \
                total -= order.paid\n    else:\n        total = 0  # TODO: taxes\n    return total\n";
    let stub = "def refund(order):\n    raise NotImplementedError\n\n\n\
                def close(order):\n    try:\n        order.close()\n    except ValueError:\n        \
                pass\n";
    let test = "def test_pay():\n    assert pay(3)\n";
    let mut stream = String::new();
    commit(&mut stream, 0, "a", "one", &[("app/pay.py", small)]);
    commit(
        &mut stream,
        40,
        "a",
        "two",
        &[("app/pay.py", grown), ("tests/test_pay.py", test)],
    );
    let message = "three\n\nCo-authored-by: Claude <noreply@anthropic.com>";
    commit(&mut stream, 41, "b", message, &[("app/pay.py", last), ("app/stub.py", stub)]);
    commit(&mut stream, 42, "b", "four", &[("app/pay.py", ""), ("app/money.py", last)]);
    Repository::import(place, "app", stream.as_bytes())
}

fn table(place: &Place, name: &str) -> Vec<Value> {
    let rows = std::fs::read_to_string(place.path(&format!("tables/{name}.ndjson")));
    let rows = rows.expect("it was written");
    rows.lines().map(|row| serde_json::from_str(row).expect("it is JSON")).collect()
}

#[test]
fn a_function_that_grew_and_moved_has_its_figures_and_the_landings_of_its_lines() {
    let place = Place::new();
    let repository = repository(&place);
    place.run(["facts", "app", "--output=tables"]).ended(0).out();
    let rows = table(&place, "functions");
    let names: Vec<_> =
        rows.iter().map(|row| (row["path"].as_str(), row["name"].as_str())).collect();
    let expected = [
        (Some("app/money.py"), Some("pay")),
        (Some("app/stub.py"), Some("refund")),
        (Some("app/stub.py"), Some("close")),
        (Some("tests/test_pay.py"), Some("test_pay")),
    ];
    assert_eq!(names, expected);
    let pay = &rows[0];
    let figures =
        ["lines", "code_lines", "cyclomatic", "cognitive", "depth", "parameters"];
    assert_eq!(figures.map(|name| pay[name].as_u64()), [7, 7, 3, 3, 1, 1].map(Some));
    // Lines of all three stand in it, although the file has another name since.
    assert_eq!(pay["standing_landings"], 3);
    let commits = repository.words(["rev-list", "--reverse", "main"]);
    assert_eq!(pay["first_landing"], json!(commits[0]));
    assert_eq!(pay["last_landing"], json!(commits[2]));
    assert_eq!(pay["last_landing_time"], "2026-02-11T00:00:00Z");
    assert_eq!((&pay["test"], &rows[3]["test"]), (&json!(false), &json!(true)));
}

#[test]
fn placeholders_have_their_lines_and_the_commits_that_wrote_them() {
    let place = Place::new();
    let repository = repository(&place);
    place.run(["facts", "app", "--output=tables"]).ended(0).out();
    let third = &repository.words(["rev-list", "--reverse", "main"])[2];
    let rows: Vec<_> = table(&place, "placeholders")
        .iter()
        .map(|row| (row["path"].clone(), row["line"].clone(), row["kind"].clone()))
        .collect();
    let expected = [
        (json!("app/money.py"), json!(6), json!("todo")),
        (json!("app/stub.py"), json!(2), json!("stub")),
        (json!("app/stub.py"), json!(8), json!("swallowed")),
    ];
    assert_eq!(rows, expected);
    for row in table(&place, "placeholders") {
        assert_eq!((&row["commit"], &row["landing"]), (&json!(third), &json!(third)));
    }
}

#[test]
fn the_report_says_how_many_placeholders_stand_in_how_many_lines_and_who_marked_them() {
    let place = Place::new();
    let _repository = repository(&place);
    let run = place.run(["report", "app", "--format=json"]).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    let found = &report["repositories"][0]["functions"];
    assert_eq!((&found["files"], &found["not_parsed"]), (&json!(3), &json!(0)));
    let sizes = ["functions", "code_lines", "long_functions"];
    assert_eq!(sizes.map(|name| found["product"][name].as_u64()), [3, 14, 0].map(Some));
    assert_eq!(sizes.map(|name| found["tests"][name].as_u64()), [1, 2, 0].map(Some));
    assert_eq!(found["product"]["lines"], json!({"median": 5, "p90": 7, "max": 7}));
    let placeholders = &found["placeholders"];
    assert_eq!(placeholders["product"]["code_lines"], 14);
    assert_eq!(
        placeholders["product"]["n"],
        json!({"stub": 1, "swallowed": 1, "todo": 1, "unwrap": 0})
    );
    // The third commit is marked: two of seven lines of one function, and the file of stubs.
    let marked = &placeholders["ai_marked"];
    assert_eq!((&marked["code_lines"], &marked["n"]["stub"]), (&json!(9), &json!(1)));
    assert_eq!(placeholders["unmarked"]["code_lines"], 5);
    assert_eq!(placeholders["unmarked"]["n"]["todo"], 0);
    assert_eq!(placeholders["by_landing_quarter"]["2026-Q1"]["code_lines"], 14);
    // Of the landings of February one touched tests; the last only moved lines.
    let months = &found["tested_by_month"];
    assert_eq!(
        months[0],
        json!({"month": "2026-01", "product_landings": 1, "with_tests": 0, "share": 0.0})
    );
    assert_eq!(
        months[1],
        json!({"month": "2026-02", "product_landings": 2, "with_tests": 1, "share": 0.5})
    );
    assert_eq!(found["hotspots"][0]["name"], "pay");
    assert_eq!(found["hotspots"][0]["place"], "app/money.py:1-7");
}

#[test]
fn without_syntax_nothing_is_said_of_functions() {
    let place = Place::new();
    let _repository = repository(&place);
    let run = place.run(["report", "app", "--format=json", "--no-syntax"]).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    assert_eq!(report["repositories"][0]["functions"], Value::Null);
    place.run(["facts", "app", "--output=tables", "--no-syntax"]).ended(0).out();
    assert_eq!(table(&place, "functions"), Vec::<Value>::new());
}

#[test]
fn what_an_earlier_run_found_of_functions_is_taken_over() {
    let place = Place::new();
    let repository = repository(&place);
    let commits = repository.words(["rev-list", "main"]);
    let tables = |place: &Place, how: [&str; 2]| {
        place.run(["facts", "app", "--output=tables"].iter().chain(&how)).ended(0).out();
        [table(place, "functions"), table(place, "placeholders")]
    };
    let first = tables(&place, ["--cache-dir=kept", &format!("--rev={}", commits[1])]);
    assert_eq!(first[0][0]["path"], "app/pay.py");
    let resumed = tables(&place, ["--cache-dir=kept", "--rev=main"]);
    assert_eq!(resumed, tables(&place, ["--no-cache", "--rev=main"]));
    assert_eq!(resumed[0][0]["path"], "app/money.py");
}
