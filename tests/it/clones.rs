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

/// A commit: its day, its message and the files as they stand then.
type PlannedCommit<'c> = (u32, &'c str, &'c [(&'c str, String)]);

/// A history of the mainline.
fn history(commits: &[PlannedCommit<'_>]) -> String {
    let mut stream = String::new();
    for (day, message, files) in commits {
        let time = 1_767_225_600 + i64::from(*day) * 86_400;
        let _ = write!(
            stream,
            "commit refs/heads/main\ncommitter A <a@example.org> {time} +0000\ndata {}\n\
             {message}\ndeleteall\n",
            message.len()
        );
        for (path, text) in *files {
            let _ =
                writeln!(stream, "M 100644 inline {path}\ndata {}\n{text}", text.len());
        }
    }
    stream
}

fn rows(place: &Place, table: &str) -> Vec<Value> {
    let rows = std::fs::read_to_string(place.path(&format!("tables/{table}.ndjson")));
    let rows = rows.expect("it was written");
    rows.lines().map(|row| serde_json::from_str(row).expect("it is JSON")).collect()
}

/// Two functions that share nothing but their last word.
fn first() -> String {
    function("sum_up", "orders", 0)
}

fn second() -> String {
    "def spread(points, width):\n    rows = {}\n    while points:\n        \
     point = points.pop()\n        rows.setdefault(point // width, []).append(point)\n    \
     for row in sorted(rows):\n        yield row, [str(one) for one in rows[row]]\n        \
     rows[row] = len(rows[row]) or None\n    print(width, file=sys.stderr)\n    \
     return rows\n"
        .to_owned()
}

/// Pasted on day 31, repeated on day 32, moved on day 59 and cleaned up on day 60.
fn planted() -> String {
    let lone = "def alone(x):\n    return os.path.join(x, str(x))\n".to_owned();
    let (one, two) = (first(), second());
    let marked = "Paste\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n";
    history(&[
        (0, "Begin\n", &[("a.py", one.clone()), ("l.py", lone.clone())]),
        (
            31,
            marked,
            &[("a.py", one.clone()), ("b.py", one.clone()), ("l.py", lone.clone())],
        ),
        (
            32,
            "Repeat\n",
            &[
                ("a.py", one.clone()),
                ("b.py", one.clone()),
                ("c.py", two.clone()),
                ("d.py", format!("import os\n\n\n{two}")),
                ("l.py", lone.clone()),
            ],
        ),
        (
            59,
            "Move\n",
            &[
                ("a.py", one.clone()),
                ("b.py", one.clone()),
                ("c.py", two.clone()),
                ("l.py", format!("{lone}\n\n{two}")),
            ],
        ),
        (60, "Clean\n", &[("a.py", one), ("c.py", two), ("l.py", lone)]),
    ])
}

#[test]
fn what_landings_copied_repeated_moved_and_cleaned_up_is_told_by_month() {
    let place = Place::new();
    Repository::import(&place, "app", planted().as_bytes());
    let run = place.run(["report", "app", "--format=json", "--clone-history"]).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    let found = &report["repositories"][0]["duplication"]["history"];
    let months: Vec<[&Value; 6]> = found["by_month"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| {
            [
                "month",
                "added_lines",
                "copied_lines",
                "repeated_lines",
                "moved_lines",
                "resolved_lines",
            ]
            .map(|name| &one[name])
        })
        .collect();
    let expected = [
        [json!("2026-01"), json!(13), json!(0), json!(0), json!(0), json!(0)],
        // Both functions of the second landing are new, and repeat each other.
        [json!("2026-02"), json!(32), json!(11), json!(20), json!(0), json!(0)],
        [json!("2026-03"), json!(10), json!(0), json!(0), json!(10), json!(42)],
    ];
    let expected: Vec<[&Value; 6]> =
        expected.iter().map(<[Value; 6]>::each_ref).collect();
    assert_eq!(months, expected);
    assert_eq!(found["ai_marked"]["copied_lines"], 11);
    assert_eq!(found["ai_marked"]["copy_share"], 1.0);
    assert_eq!(found["unmarked"]["copied_lines"], 0);
    // Unless asked for, nothing is said of it.
    let run = place.run(["report", "app", "--format=json"]).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    assert_eq!(report["repositories"][0]["duplication"]["history"], Value::Null);
}

#[test]
fn landings_say_the_same_whenever_the_end_of_observation_comes() {
    let place = Place::new();
    Repository::import(&place, "app", planted().as_bytes());
    let of = |more: &[&str]| {
        let args = ["facts", "app", "--output=tables", "--clone-history"];
        place.run(args.iter().chain(more)).ended(0).out();
        rows(&place, "clone_births")
    };
    let all = of(&["--no-cache"]);
    assert_eq!(all.len(), 10);
    // A year back from an earlier end begins at an earlier landing, and one from a later
    // end after the first.
    let early = of(&["--no-cache", "--as-of=2026-03-01"]);
    assert_eq!(early[..], all[..early.len()]);
    assert!(early.len() == 8);
    for more in [&["--cache-dir=kept", "--as-of=2026-03-01"][..], &["--cache-dir=kept"]] {
        let again = of(more);
        assert_eq!(again[..], all[..again.len()]);
    }
}

#[test]
fn lines_that_stand_twice_are_those_of_the_landings_and_marks_that_brought_them() {
    let place = Place::new();
    let stream = planted();
    let end = stream.find("Repeat").expect("it is there");
    let end = stream[..end].rfind("commit refs").expect("it is there");
    Repository::import(&place, "app", &stream.as_bytes()[..end]);
    place.run(["facts", "app", "--output=tables"]).ended(0).out();
    let rows: Vec<[Value; 4]> = rows(&place, "duplication")
        .iter()
        .map(|row| {
            ["landing_time", "ai_marked", "countable_lines", "duplicated_lines"]
                .map(|name| row[name].clone())
        })
        .collect();
    let expected = [
        [json!("2026-01-01T00:00:00Z"), json!(false), json!(13), json!(11)],
        [json!("2026-02-01T00:00:00Z"), json!(true), json!(11), json!(11)],
    ];
    assert_eq!(rows, expected);
    let run = place.run(["report", "app", "--format=json"]).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    let found = &report["repositories"][0]["duplication"];
    assert_eq!(found["product"]["countable_lines"], 24);
    assert_eq!(found["debt"]["ai_marked"]["share"], 1.0);
    assert_eq!(found["debt"]["by_quarter"][0]["quarter"], "2026-Q1");
    assert_eq!(found["debt"]["by_quarter"][0]["all"]["duplicated_lines"], 22);
    let presets: Vec<&Value> = found["other_presets"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["product"]["duplicated_lines"])
        .collect();
    // Too short for one, and equal line by line for the other.
    assert_eq!(presets, [&json!(0), &json!(22)]);
}

#[test]
fn equal_files_of_two_languages_are_read_each_in_its_own() {
    let place = Place::new();
    let (one, other) = (function("sum_up", "orders", 0), function("add_all", "bills", 7));
    let files = [("a.py", one.clone()), ("b.py", other), ("z.rs", one)];
    let stream = history(&[(0, "Begin\n", &files)]);
    Repository::import(&place, "app", stream.as_bytes());
    let run = place.run(["report", "app", "--format=json"]).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    let found = &report["repositories"][0]["duplication"];
    assert_eq!(found["largest"][0]["places"], json!(["a.py:1-11", "b.py:1-11"]));
}

/// Four files, of which two are equal and the third is a copy of them with something
/// added, which then becomes what it is told, and comes back.
fn lost_and_found(lost: &str) -> String {
    let lone = "def alone(x):\n    return os.path.join(x, str(x))\n".to_owned();
    let longer = format!("{}\n{}", first(), second());
    let changed = format!("{longer}\nLAST = 1\n");
    let files =
        |at: &str| [("a.py", first()), ("b.py", at.to_owned()), ("l.py", lone.clone())];
    history(&[
        (0, "Begin\n", &files(&longer)),
        (31, "Lose\n", &files(lost)),
        (59, "Find\n", &files(&changed)),
        (90, "Clean\n", &files("")),
    ])
}

/// For each month the lines that landings added, copied and resolved.
fn months_of(place: &Place) -> Vec<[Value; 4]> {
    let args = ["report", "app", "--format=json", "--clone-history", "--no-cache"];
    let run = place.run(args).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    assert_ne!(report["gaps"], json!([]));
    let months = report["repositories"][0]["duplication"]["history"]["by_month"].clone();
    let names = ["month", "added_lines", "copied_lines", "resolved_lines"];
    let month = |one: &Value| names.map(|name| one[name].clone());
    months.as_array().expect("a list").iter().map(month).collect()
}

#[test]
fn clones_in_a_file_that_cannot_be_read_for_a_while_are_neither_resolved_nor_new() {
    let place = Place::new();
    let stream = lost_and_found("LOST = 1\n");
    let repository = Repository::import_loose(&place, "app", stream.as_bytes());
    let id = repository.words(["rev-parse", "HEAD~2:b.py"]).remove(0);
    let object = repository.path.join("objects").join(&id[..2]).join(&id[2..]);
    std::fs::remove_file(object).expect("it is loose");
    let expected = [
        [json!("2026-01"), json!(34), json!(0), json!(0)],
        [json!("2026-04"), json!(0), json!(0), json!(22)],
    ];
    assert_eq!(months_of(&place), expected);
}

#[test]
fn clones_in_a_file_that_becomes_too_large_are_resolved_as_far_as_they_are_gone() {
    let place = Place::new();
    // Few lines, or the landing would be a bulk event.
    let large = format!("LARGE = \"{}\"\n", "x".repeat(250)).repeat(9_000);
    let longer = format!("{}\n{}", first(), second());
    Repository::import(&place, "app", lost_and_found(&(longer + &large)).as_bytes());
    let months = months_of(&place);
    assert_eq!(months.len(), 3, "{months:?}");
    assert!(months.iter().all(|month| month[0] != "2026-02"), "{months:?}");
}
