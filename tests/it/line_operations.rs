//! What landings did to lines: sums against `git diff --numstat -w -M`, and a story in
//! which each of the seven words is used.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use serde_json::{Value, json};

use crate::git::{FIXTURES, Repository, TreeFile};
use crate::harness::Place;
use crate::oracle::for_each_seed;
use crate::random_history;

/// The rows of the table, by landing.
fn rows(place: &Place) -> BTreeMap<String, Vec<Value>> {
    let text = fs::read_to_string(place.path("tables/line_operations.ndjson"));
    let mut rows: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in text.expect("it was written").lines() {
        let row: Value = serde_json::from_str(line).expect("it is JSON");
        let landing = row["landing"].as_str().expect("it is text").to_owned();
        rows.entry(landing).or_default().push(row);
    }
    rows
}

/// Lines that came and went, by the sums of the rows of a landing.
fn sums(rows: &[Value]) -> (u64, u64) {
    let sum = |columns: &[&str]| -> u64 {
        let cells = rows.iter().flat_map(|row| columns.iter().map(move |one| &row[*one]));
        cells.map(|cell| cell.as_u64().expect("it is a count")).sum()
    };
    let both = sum(&["updated", "moved", "find_and_replaced", "reformatted"]);
    let came = sum(&["added", "copied", "no_op_added", "unknown_added"]);
    (both + came, both + sum(&["deleted", "no_op_deleted", "unknown_deleted"]))
}

/// What git counts without white space for the regular files of a commit against its
/// first parent: lines that came and went.
fn numstat(repository: &Repository, parent: Option<&str>, commit: &str) -> (u64, u64) {
    let asked = |form: &[&'static str]| -> Vec<String> {
        let root = if parent.is_some() { None } else { Some("--root") };
        let fixed = ["diff-tree", "-r", "--no-commit-id", "--no-abbrev", "-M", "-z"];
        let words = fixed.iter().chain(form).copied().chain(root);
        let answer = repository.git(words.chain(parent).chain([commit]));
        let fields = answer.split(|&byte| byte == 0);
        fields.map(|field| String::from_utf8_lossy(field).into_owned()).collect()
    };
    let mut counts: BTreeMap<String, Option<(u64, u64)>> = BTreeMap::new();
    let mut fields = asked(&["--numstat", "-w"]).into_iter();
    while let Some(stat) = fields.next().filter(|stat| !stat.is_empty()) {
        let stat: Vec<&str> = stat.splitn(3, '\t').collect();
        let mut renamed = || fields.by_ref().nth(1).expect("git names both paths");
        let path = if stat[2].is_empty() { renamed() } else { stat[2].to_owned() };
        counts.insert(path, stat[0].parse().ok().zip(stat[1].parse().ok()));
    }
    let mut fields = asked(&["--raw"]).into_iter();
    let mut sum = (0, 0);
    while let Some(head) = fields.next().filter(|head| !head.is_empty()) {
        let head: Vec<&str> = head.split(' ').collect();
        let renamed = usize::from(head[4].starts_with('R'));
        let path = fields.by_ref().nth(renamed).expect("git names the path");
        let lines = |side: usize| {
            let is_file =
                head[side].ends_with("100644") || head[side].ends_with("100755");
            let file = is_file.then(|| {
                let content = repository.git(["cat-file", "blob", head[2 + side]]);
                TreeFile { path: Vec::new(), content }
            });
            file.filter(TreeFile::is_text).map_or(0, |file| file.n_lines() as u64)
        };
        let is_regular = |side: usize| {
            !["120000", "160000"].contains(&&head[side][head[side].len() - 6..])
        };
        let changed = match counts.get(&path) {
            // A file that became a link is gone, a binary one has no lines.
            _ if head[4] == "T" => (lines(1), lines(0)),
            _ if !is_regular(0) || !is_regular(1) => (0, 0),
            Some(None) => (lines(1), lines(0)),
            Some(Some(counts)) => *counts,
            None => (0, 0),
        };
        sum = (sum.0 + changed.0, sum.1 + changed.1);
    }
    sum
}

fn check(place: &Place, repository: &Repository) -> Result<(), String> {
    let path = repository.path.to_str().expect("it is text");
    let run = place.run(["facts", path, "--output=tables"]);
    if run.status != Some(0) {
        return Err(format!("facts ended with {:?}: {}", run.status, run.stderr));
    }
    let mut ours = rows(place);
    let mut parent = None;
    for commit in repository.mainline() {
        let said = ours.remove(&commit).map_or((0, 0), |rows| sums(&rows));
        let theirs = numstat(repository, parent.as_deref(), &commit);
        if said != theirs {
            return Err(format!("{commit}: {said:?} came and went, git says {theirs:?}"));
        }
        parent = Some(commit);
    }
    if ours.is_empty() { Ok(()) } else { Err(format!("no landings: {:?}", ours.keys())) }
}

#[test]
fn operations_of_random_histories_add_up_to_what_git_counts_without_white_space() {
    for_each_seed(|seed| {
        let place = Place::new();
        let stream = random_history::stream(seed);
        check(&place, &Repository::import(&place, "random", &stream))
    });
}

#[test]
fn operations_of_every_fixture_add_up_to_what_git_counts_without_white_space() {
    let place = Place::new();
    for (name, _) in FIXTURES {
        let repository = Repository::fixture(&place, name);
        assert_eq!(check(&place, &repository), Ok(()), "fixture {name}");
    }
}

/// Commits of one branch, each a month after the other, with these files.
fn stream(commits: &[&[(&str, &str)]]) -> String {
    let mut stream = String::new();
    for (month, files) in (0..).zip(commits) {
        let time = 1_767_225_600 + month * 2_678_400;
        let _ = write!(
            stream,
            "commit refs/heads/main\ncommitter A <a@example.org> {time} +0000\ndata 1\nx\n"
        );
        for (path, text) in *files {
            let size = text.len();
            let _ = write!(stream, "M 100644 inline {path}\ndata {size}\n{text}\n");
        }
    }
    stream
}

const PRICES: &str = "def sum_of_prices(orders):\n    prices = [order.price for order in orders]\n    \
                      return sum(prices) + delivery_costs(orders)\n";
const CALLS: &str = "first = load_config(here)\nsecond = load_config(there)\n\nthird = load_config(home)\n\
                     limit_of_lines = 80\nprint(limit_of_lines)\n";

#[test]
fn each_of_the_seven_words_is_used_for_what_it_means() {
    let place = Place::new();
    let renamed = CALLS.replace("load_config", "read_settings").replace("80", "100");
    let shifted = format!("if True:\n    {}", renamed.replace('\n', "\n    ").trim_end());
    let (with_copy, moved) =
        (format!("import os\n\n{PRICES}"), format!("{PRICES}\nA = 1\n"));
    Repository::import(
        &place,
        "app",
        stream(&[
            &[("calls.py", CALLS), ("prices.py", PRICES), ("moved.py", "A = 1\n")],
            &[("calls.py", &renamed)],
            &[("copy.py", &with_copy)],
            &[("prices.py", ""), ("moved.py", &moved)],
            &[("calls.py", &format!("{shifted}\n"))],
        ])
        .as_bytes(),
    );
    let run = place.run(["report", "app", "--format=json", "--no-cache"]).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    let months = report["line_operations"]["by_month"].as_array().expect("a list");
    let words =
        ["added", "deleted", "updated", "moved", "copied", "find_and_replaced", "no_op"];
    let said: Vec<Vec<&Value>> = months
        .iter()
        .map(|month| words.iter().map(|word| &month[*word]).collect())
        .collect();
    assert_eq!(
        json!(said),
        json!([
            [9, 0, 0, 0, 0, 0, 1],
            [0, 0, 1, 0, 0, 3, 0],
            [1, 0, 0, 0, 3, 0, 1],
            [0, 0, 0, 3, 0, 0, 1],
            [1, 0, 0, 0, 0, 0, 6]
        ])
    );
    let text = place.run(["report", "app", "--no-cache"]).ended(0).out();
    assert!(text.contains("What happened to lines"), "{text}");
    assert!(
        text.contains(
            "  2026-02         0        0        1        0        0         3        0\n"
        ),
        "{text}"
    );
}

#[test]
fn where_lines_are_taken_as_they_are_nothing_is_said_of_operations() {
    let place = Place::new();
    Repository::import(&place, "app", stream(&[&[("prices.py", PRICES)]]).as_bytes());
    let run = place.run(["report", "app", "--format=json", "--exact"]).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    assert_eq!(report["line_operations"], Value::Null);
    place.run(["facts", "app", "--output=tables", "--exact"]).ended(0).out();
    assert!(rows(&place).is_empty());
}
