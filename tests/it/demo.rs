//! The demo: what was planted comes out of the report on it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value;

use crate::git::Repository;
use crate::harness::Place;

const REPOSITORIES: [&str; 4] = ["bookings", "tidetable", "fareoracle", "deckbot"];
const AS_OF: &str = "2026-03-29";

/// The demo, written once for all tests here, with what it said.
fn demo() -> &'static (Place, String) {
    static DEMO: OnceLock<(Place, String)> = OnceLock::new();
    DEMO.get_or_init(|| {
        let place = Place::new();
        let said = place.run(["demo", "--output", "demo"]).ended(0).out();
        (place, said)
    })
}

/// What a command says of it, as programs read it.
fn ask(command: &str, more: &[&str]) -> Value {
    let (place, _) = demo();
    let mut run =
        place.command([command].iter().chain(more).chain(&["--format", "json"]));
    run.current_dir(place.path("demo"));
    let run = crate::harness::finish(&mut run, b"", place.root()).ended(0);
    serde_json::from_slice(&run.stdout).expect("it is JSON")
}

/// The report that the page shows.
fn whole() -> &'static Value {
    static WHOLE: OnceLock<Value> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let mut arguments = REPOSITORIES.to_vec();
        arguments.extend(["--usage", "usage", "--people", "people.csv"]);
        arguments.extend(["--teams", "teams.csv", "--as-of", AS_OF]);
        ask("report", &arguments)
    })
}

/// The whole report in one of its formats.
pub(crate) fn shown(format: &str) -> String {
    static SHOWN: OnceLock<()> = OnceLock::new();
    let (place, _) = demo();
    SHOWN.get_or_init(|| {
        let mut arguments = vec!["report"];
        arguments.extend(REPOSITORIES);
        arguments.extend(["--usage", "usage", "--people", "people.csv"]);
        arguments.extend(["--teams", "teams.csv", "--as-of", AS_OF]);
        let formats = ["text", "html", "markdown", "csv", "json"];
        let outputs = formats.map(|format| format!("../shown.{format}"));
        for (format, output) in formats.iter().zip(&outputs) {
            arguments.extend(["--format", format, "--output", output]);
        }
        let mut run = place.command(arguments);
        run.current_dir(place.path("demo"));
        let _run = crate::harness::finish(&mut run, b"", place.root()).ended(0);
    });
    std::fs::read_to_string(place.path(&format!("shown.{format}"))).expect("it is there")
}

/// What `explain` answers to an id and the paths behind it; to an id alone, of all.
pub(crate) fn explained(id_and_paths: &[&str]) -> Value {
    let mut arguments = id_and_paths.to_vec();
    if let [_] = id_and_paths {
        arguments.extend(REPOSITORIES);
    }
    arguments.extend(["--people", "people.csv", "--as-of", AS_OF]);
    ask("explain", &arguments)
}

/// Runs a command that was printed, as it would be pasted.
#[track_caller]
pub(crate) fn git_runs(command: &str) {
    let (place, _) = demo();
    crate::explain::run_printed(&place.path("demo"), command);
}

fn repository(name: &str) -> &'static Value {
    let all = whole()["repositories"].as_array().expect("they are a list");
    let found = all.iter().find(|one| one["path"] == name);
    found.unwrap_or_else(|| panic!("{name} is not in the report"))
}

/// The share of lines that stand at an age.
#[track_caller]
fn share(of: &Value, days: &str) -> f64 {
    let value = &of["survival"][days]["value"];
    value.as_f64().unwrap_or_else(|| panic!("no share at {days} days: {of}"))
}

/// All files below a folder with their bytes.
fn files(folder: &Path, into: &mut BTreeMap<String, Vec<u8>>, top: &Path) {
    for entry in std::fs::read_dir(folder).expect("it is ours") {
        let path = entry.expect("it is ours").path();
        if path.is_dir() {
            files(&path, into, top);
        } else {
            let name = path.strip_prefix(top).expect("it is below").to_str();
            let name = name.expect("names are plain").to_owned();
            into.insert(name, std::fs::read(&path).expect("it is ours"));
        }
    }
}

#[test]
fn the_demo_is_the_same_bytes_in_any_new_or_empty_folder() {
    let (place, _) = demo();
    let other = Place::new();
    std::fs::create_dir_all(other.path("else/where")).expect("it is ours");
    let _run = other.run(["demo", "--output", "else/where"]).ended(0);
    assert!(!other.path("slopnexus-demo").exists());
    let read = |folder: &Path| {
        let mut all = BTreeMap::new();
        files(folder, &mut all, folder);
        all
    };
    let (one, two) = (read(&place.path("demo")), read(&other.path("else/where")));
    assert!(one.len() > 20, "{:?}", one.keys());
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(two[name] == *bytes, "{name} differs");
    }
}

#[test]
fn the_demo_refuses_a_folder_with_anything_in_it() {
    let place = Place::new();
    place.write("file", "mine");
    place
        .run(["demo", "--output", "."])
        .refused(3, "it is not empty; name a new or empty");
    place.run(["demo", "--output", "file"]).refused(3, "cannot write the demo");
    assert_eq!(std::fs::read(place.path("file")).expect("it is there"), b"mine");
}

#[test]
fn git_finds_nothing_wrong_with_the_repositories_of_the_demo() {
    let (place, _) = demo();
    for name in REPOSITORIES {
        let repository = Repository { path: place.path("demo").join(name) };
        // git ends in failure over what it finds wrong.
        let _found = repository.git(["fsck", "--strict"]);
        let marks =
            repository.git(["log", "--format=%(trailers:key=co-authored-by,valueonly)"]);
        let marks = String::from_utf8(marks).expect("they are ASCII");
        assert!(marks.contains('@'), "{name} has no mark");
    }
}

#[test]
fn the_service_and_the_library_last_and_the_app_does_not() {
    for (name, least, most) in [
        ("bookings", 0.97, 1.0),
        ("tidetable", 0.95, 1.0),
        ("fareoracle", 0.35, 0.55),
        ("deckbot", 0.80, 1.0),
    ] {
        let found = share(repository(name), "90");
        assert!((least..=most).contains(&found), "{name}: {found}");
    }
}

#[test]
fn ai_marked_lines_go_sooner_in_the_app_and_last_in_the_library() {
    let cohorts = |name: &str| {
        let report = ask("report", &[name, "--as-of", AS_OF]);
        let at_90 = |cohort: usize| share(&report["cohorts"][cohort]["survival"], "90");
        let names = [0, 1].map(|cohort| report["cohorts"][cohort]["name"].clone());
        assert_eq!(names, ["AI-marked", "unmarked"]);
        let lines = &report["cohorts"][0]["survival"]["n_lines"];
        (at_90(0), at_90(1), lines.as_u64().expect("a number"))
    };
    let (marked, unmarked, _) = cohorts("fareoracle");
    assert!(marked + 0.3 < unmarked, "{marked} of marked and {unmarked} of other lines");
    let (marked, unmarked, lines) = cohorts("tidetable");
    assert!(marked > 0.95 && unmarked > 0.95, "{marked} and {unmarked}");
    let all = repository("tidetable")["lines"]["births"].as_u64().expect("a number");
    assert!(lines * 10 > all * 7, "agents wrote {lines} of {all}");
}

#[test]
fn the_app_alone_has_copies_stubs_swallowed_failures_and_no_tests() {
    let facts = ask_facts();
    let of = |table: &str, name: &str, holds: &dyn Fn(&Value) -> bool| {
        facts[table].iter().filter(|row| row["repo"] == name && holds(row)).count()
    };
    let is = |kind: &'static str| move |row: &Value| row["kind"] == kind;
    for kind in ["stub", "swallowed", "todo"] {
        assert!(of("placeholders", "fareoracle", &is(kind)) > 10, "{kind}");
        assert_eq!(of("placeholders", "bookings", &is(kind)), 0, "{kind}");
        assert_eq!(of("placeholders", "tidetable", &is(kind)), 0, "{kind}");
    }
    let is_test = |row: &Value| row["test"] == true;
    assert_eq!(of("functions", "fareoracle", &is_test), 0);
    assert!(of("functions", "tidetable", &is_test) > 500);
    assert!(of("clones", "fareoracle", &|_| true) > 20);
    assert_eq!(of("clones", "bookings", &|_| true), 0);
}

/// The tables of the facts that are asked of here.
fn ask_facts() -> BTreeMap<&'static str, Vec<Value>> {
    let (place, _) = demo();
    let mut arguments = vec!["facts"];
    arguments.extend(REPOSITORIES);
    arguments.extend(["--as-of", AS_OF, "--output", "../facts"]);
    let mut run = place.command(arguments);
    run.current_dir(place.path("demo"));
    let _run = crate::harness::finish(&mut run, b"", place.root()).ended(0);
    let table = |name: &'static str| {
        let text = std::fs::read_to_string(place.path(&format!("facts/{name}.ndjson")));
        let text = text.expect("the table is there");
        let rows = text.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        (name, rows.collect())
    };
    ["placeholders", "functions", "clones"].map(table).into()
}

#[test]
fn others_depend_on_the_app_and_its_owner_has_left() {
    let (place, _) = demo();
    let git = |name: &str, arguments: &[&str]| {
        let repository = Repository { path: place.path("demo").join(name) };
        String::from_utf8(repository.git(arguments)).expect("it is ASCII")
    };
    let shown = |path: &str| git("bookings", &["show", &format!("main:{path}")]);
    assert!(shown("bookings/prices.py").contains("from fareoracle"));
    assert!(shown("pyproject.toml").contains("\"fareoracle\""));
    assert!(shown("deploy/production.yaml").contains("/fareoracle:latest"));
    assert_eq!(git("fareoracle", &["show", "main:CODEOWNERS"]), "* lou@example.org\n");
    let last = git("fareoracle", &["log", "-1", "--author=lou@", "--format=%as"]);
    assert!(last.as_str() < "2026-01", "{last}");
    assert!(repository("fareoracle")["last_landing"].as_str() > Some("2026-03"));
}

#[test]
fn the_spike_is_a_prototype_that_nobody_has_touched_for_months() {
    let last = repository("deckbot")["last_landing"].as_str();
    assert!(last < Some("2025-08"), "{last:?}");
    let (place, _) = demo();
    let spike = Repository { path: place.path("demo/deckbot") };
    let readme = spike.git(["show", "main:README.md"]);
    assert!(String::from_utf8_lossy(&readme).contains("Prototype"));
}

/// Cents of the sums of a column of dollars, by the rows themselves.
fn cents(text: &str, column: usize, holds: impl Fn(&str) -> bool) -> u64 {
    let rows = text.lines().skip(1).filter(|line| holds(line));
    let amounts = rows.map(|line| {
        let cell = line.split(',').nth(column).expect("the column is there");
        let digits = cell.trim_matches('"').replace('.', "");
        digits.parse::<u64>().expect("dollars with two places")
    });
    amounts.sum()
}

fn dollars(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

#[test]
fn every_dollar_of_the_three_vendors_ties_out_and_weeks_in_two_files_count_once() {
    let (place, _) = demo();
    let read = |name: &str| {
        std::fs::read_to_string(place.path(&format!("demo/usage/{name}"))).expect("it is")
    };
    let (copilot, first, second) =
        (read("copilot.csv"), read("cursor-1.csv"), read("cursor-2.csv"));
    let claude: Value = serde_json::from_str(&read("claude.json")).expect("JSON");
    let rows = claude["data"].as_array().expect("they are a list");
    let amounts = rows.iter().map(|row| row["amount"].as_str().expect("text"));
    let claude: u64 = amounts
        .map(|amount| {
            let cents = amount.strip_suffix(".000000").expect("whole cents");
            cents.parse::<u64>().expect("cents")
        })
        .sum();
    let (cursor, both) =
        (cents(&second, 10, |_| true), cents(&second, 10, |row| first.contains(row)));
    let once =
        claude + cents(&copilot, 10, |_| true) + cents(&first, 10, |_| true) + cursor
            - both;
    let ledger = &whole()["usage"]["ledger"];
    assert!(both > 10_000);
    assert_eq!(ledger["kept"]["billed_usd"], dollars(once));
    assert_eq!(ledger["shadowed"]["billed_usd"], dollars(both));
    assert_eq!(ledger["rejected"]["records"], 0);
    let of = |login: &'static str| {
        dollars(cents(&copilot, 10, move |row| row.contains(login)))
    };
    assert_eq!(ledger["service"]["billed_usd"], of("tern-ci[bot]"));
    // One account is nobody's: what it cost is in no report.
    assert_eq!(ledger["unassigned"], Value::Null);
    let contractor = of("zed-contractor");
    for format in ["html", "markdown", "csv", "text", "json"] {
        let said = shown(format);
        assert!(said.len() > 10_000, "{format}");
        assert!(!said.contains(&contractor), "{format} tells {contractor}");
    }
}

#[test]
fn one_account_is_nobody_and_everybody_else_is_found() {
    let mut arguments = REPOSITORIES.to_vec();
    arguments.extend(["--usage", "usage", "--people", "people.csv", "--as-of", AS_OF]);
    let people = ask("people", &arguments);
    assert_eq!(people["unmatched"].as_array().map(Vec::len), Some(1));
    assert_eq!(people["unmatched"][0]["account"], "github_login zed-contractor");
    assert_eq!(people["matched"].as_array().map(Vec::len), Some(20));
    assert_eq!(people["services"][0]["account"], "github_login tern-ci[bot]");
    assert_eq!(people["without_usage"].as_array().map(Vec::len), Some(1));
}

#[test]
fn all_gates_are_met_and_weeks_of_more_spend_went_with_more_durable_lines() {
    let report = whole();
    let gates = report["association"]["gates"].as_array().expect("they are a list");
    assert!(gates.iter().all(|gate| gate["passed"] == true), "{gates:?}");
    assert_eq!(report["verdicts"][0]["level"], "V3", "{}", report["verdicts"][0]);
    assert!(report["association"]["n_people"].as_u64() >= Some(12));
    assert!(report["association"]["n_weeks"].as_u64() >= Some(30));
    let rows = report["spend"]["rows"].as_array().expect("they are a list");
    let unattributed = |row: &&Value| {
        !["tied_to_landed_lines", "too_recent"].iter().any(|place| row["place"] == *place)
    };
    let share: f64 =
        rows.iter().filter(unattributed).filter_map(|row| row["share"].as_f64()).sum();
    assert!(share > 0.02 && share < 0.2, "a part is tied to nothing: {rows:?}");
    assert_eq!(report["complete"], true);
}

#[test]
fn the_demo_says_what_to_look_at_and_its_readme_names_commands_that_run() {
    let (place, said) = demo();
    assert!(said.lines().all(|line| line.len() <= 90), "{said}");
    assert!(said.contains("demo/report.html") && said.contains("demo/README.md"));
    let readme = std::fs::read_to_string(place.path("demo/README.md")).expect("it is");
    let lines: Vec<&str> =
        readme.lines().filter_map(|line| line.strip_prefix("slopnexus ")).collect();
    assert!(lines.len() >= 6, "{lines:?}");
    for line in lines {
        let words = line.replace("--output facts", "--output ../more-facts");
        let mut run = place.command(words.split_ascii_whitespace());
        run.current_dir(place.path("demo"));
        let _run = crate::harness::finish(&mut run, b"", place.root()).ended(0);
    }
}

#[test]
fn the_page_of_the_demo_tells_the_same_as_the_report() {
    let (place, _) = demo();
    let page = std::fs::read_to_string(place.path("demo/report.html")).expect("it is");
    let sentence = whole()["verdicts"][0]["sentence"].as_str().expect("text");
    let start: String = sentence.chars().take_while(|one| *one != '+').collect();
    assert!(start.len() > 60 && page.contains(&start), "{start}");
    assert!(!page.contains("@example.org"), "people are nobody's business");
}
