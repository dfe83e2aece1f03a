//! Code that stands in several places, from a repository to the report and the table.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::git::Repository;
use crate::harness::Place;

/// A function of Python whose names are made of these.
fn function(name: &str, argument: &str, number: u32) -> String {
    format!(
        "def {name}({argument}):\n    total = {number}\n    for item in {argument}:\n        \
         if item is None:\n            continue\n        if item.amount > {number}:\n            \
         total += item.amount * item.price\n        else:\n            \
         total -= item.refund(item.price)\n        log(item.name, total)\n    return total\n"
    )
}

fn repository(place: &Place) -> Repository {
    let one = function("sum_up", "orders", 0);
    let other = format!("import os\n\n\n{}", function("add_all", "bills", 7));
    let lone = "def alone(x):\n    return os.path.join(x, str(x))\n".to_owned();
    let files = [("app/one.py", one), ("app/other.py", other), ("app/lone.py", lone)];
    let mut stream =
        "commit refs/heads/main\ncommitter A <a@example.org> 1767225600 +0000\n\
                      data 1\nx\n"
            .to_owned();
    for (path, text) in files {
        let _ = writeln!(stream, "M 100644 inline {path}\ndata {}\n{text}", text.len());
    }
    Repository::import(place, "app", stream.as_bytes())
}

#[test]
fn a_copy_with_other_names_is_found_in_both_places() {
    let place = Place::new();
    let _repository = repository(&place);
    let run = place.run(["report", "app", "--format=json"]).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    let found = &report["repositories"][0]["duplication"];
    assert_eq!((&found["files"], &found["classes"]), (&json!(3), &json!(1)));
    assert_eq!(found["product"]["duplicated_lines"], 22);
    let largest = &found["largest"][0];
    assert_eq!((&largest["clone_type"], &largest["n_places"]), (&json!(2), &json!(2)));
    assert_eq!(largest["places"], json!(["app/one.py:1-11", "app/other.py:4-14"]));
    place.run(["facts", "app", "--output=tables"]).ended(0).out();
    let rows = std::fs::read_to_string(place.path("tables/clones.ndjson"));
    let rows = rows.expect("it was written");
    let rows: Vec<Value> =
        rows.lines().map(|row| serde_json::from_str(row).expect("it is JSON")).collect();
    let places: Vec<(&Value, &Value)> =
        rows.iter().map(|row| (&row["path"], &row["first_line"])).collect();
    let expected =
        [(&json!("app/one.py"), &json!(1)), (&json!("app/other.py"), &json!(4))];
    assert_eq!(places, expected);
    assert!(rows.iter().all(|row| row["clone_type"] == 2 && row["test"] == false));
}

#[test]
fn without_syntax_nothing_is_said_of_copies() {
    let place = Place::new();
    let _repository = repository(&place);
    let run = place.run(["report", "app", "--format=json", "--no-syntax"]).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    assert_eq!(report["repositories"][0]["duplication"], Value::Null);
}
