//! The histories in `fixtures/repos`, and what a person sees of them. Each is drawn at
//! the head of its stream.

use std::collections::BTreeMap;

use crate::git::Repository;
use crate::harness::Place;

/// Compares the rows of `lines`, commits shown by their subjects.
#[track_caller]
fn check_lines(name: &str, flags: &[&str], expected: &str) {
    let place = Place::new();
    let repository = Repository::fixture(&place, name);
    let run = place.run(["lines", name].iter().chain(flags)).ended(0);
    assert_eq!(told(&repository, &run.out()), expected.trim().replace("    ", ""));
}

/// Compares the table `lifetimes`, commits shown by their subjects.
#[track_caller]
fn check_lifetimes(name: &str, expected: &str) {
    let place = Place::new();
    let repository = Repository::fixture(&place, name);
    let run = place.run(["facts", name, "--output", "tables", "--exact"]).ended(0);
    assert_eq!(run.out(), "", "the answer is in the tables");
    let rows = std::fs::read_to_string(place.path("tables/lifetimes.ndjson"));
    let mut shown: BTreeMap<String, u64> = BTreeMap::new();
    for row in rows.expect("the table was written").lines() {
        let row: serde_json::Value = serde_json::from_str(row).expect("rows are JSON");
        let column = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
        let columns = ["path", "origin", "landing", "death", "cause"].map(column);
        *shown.entry(columns.join("\t")).or_default() +=
            row["lines"].as_u64().expect("lines are counted");
    }
    let rows = shown.iter().map(|(columns, lines)| format!("{columns}\t{lines}"));
    let told = told(&repository, &rows.collect::<Vec<_>>().join("\n"));
    let mut told: Vec<&str> = told.lines().collect();
    told.sort_unstable();
    assert_eq!(told.join("\n"), expected.trim().replace("    ", ""));
}

/// Rows with the subjects of commits for their ids, and bars for tabs.
fn told(repository: &Repository, rows: &str) -> String {
    let log = repository.git(["log", "--format=%H %s", "HEAD"]);
    let mut told = rows.trim_end().replace('\t', " | ");
    for line in String::from_utf8_lossy(&log).lines() {
        let (id, subject) = line.split_once(' ').expect("the format has a space");
        told = told.replace(id, subject);
    }
    told
}

#[test]
fn a_line_is_of_the_commit_that_wrote_it() {
    check_lines(
        "rewrite",
        &["--exact"],
        "
    a.py | 1 | start | start
    a.py | 2 | rewrite go | rewrite go
    ",
    );
}

#[test]
fn a_death_says_by_whose_hand() {
    check_lifetimes(
        "rewrite",
        "
    a.py | rewrite go | rewrite go | - | - | 1
    a.py | rewrite go | rewrite go | drop the log line | deleted | 1
    a.py | start | start | - | - | 1
    a.py | start | start | rewrite go | modified_other | 1
    ",
    );
}

#[test]
fn a_line_of_a_branch_lands_with_the_merge_and_a_settled_conflict_is_of_the_merge() {
    check_lines(
        "conflict",
        &["--exact"],
        "
    a.py | 1 | start | start
    a.py | 2 | Merge branch 'side' | Merge branch 'side'
    a.py | 3 | start | start
    a.py | 4 | side work | Merge branch 'side'
    ",
    );
}

#[test]
fn what_a_branch_rewrote_dies_once_and_when_it_lands() {
    check_lifetimes(
        "conflict",
        "
    a.py | Merge branch 'side' | Merge branch 'side' | - | - | 1
    a.py | main work | main work | Merge branch 'side' | modified_self | 1
    a.py | side work | Merge branch 'side' | - | - | 1
    a.py | start | start | - | - | 2
    a.py | start | start | main work | modified_self | 1
    ",
    );
}

#[test]
fn lines_of_a_renamed_file_come_along() {
    check_lines(
        "rename",
        &["--exact"],
        "
    lib/a.py | 1 | start | start
    lib/a.py | 2 | start | start
    lib/a.py | 3 | move a.py to lib | move a.py to lib
    lib/a.py | 4 | start | start
    lib/a.py | 5 | start | start
    ",
    );
}

#[test]
fn lines_of_a_file_that_came_back_are_new() {
    check_lines(
        "recreated",
        &["--exact"],
        "
    a.py | 1 | start | start
    b.py | 1 | bring b.py back | bring b.py back
    b.py | 2 | bring b.py back | bring b.py back
    ",
    );
    check_lifetimes(
        "recreated",
        "
    a.py | start | start | - | - | 1
    b.py | bring b.py back | bring b.py back | - | - | 2
    b.py | start | start | delete b.py | file_deleted | 2
    ",
    );
}

#[test]
fn of_two_equal_sources_of_a_file_it_is_the_one_git_takes() {
    check_lines(
        "rename_tie",
        &["--exact"],
        "
    f.py | 1 | copy b.py to e.py | copy b.py to e.py
    f.py | 2 | copy b.py to e.py | copy b.py to e.py
    f.py | 3 | copy b.py to e.py | copy b.py to e.py
    f.py | 4 | copy b.py to e.py | copy b.py to e.py
    f.py | 5 | copy b.py to e.py | copy b.py to e.py
    f.py | 6 | fold all into f.py | fold all into f.py
    ",
    );
}

#[test]
fn a_line_written_twice_lands_once_and_is_of_whom_the_merge_takes_it_from() {
    check_lines(
        "twice",
        &["--exact"],
        "
    a.py | 1 | start | start
    a.py | 2 | side work | main work
    a.py | 3 | side work | Merge branch 'side'
    ",
    );
    check_lifetimes(
        "twice",
        "
    a.py | side work | Merge branch 'side' | - | - | 1
    a.py | side work | main work | - | - | 1
    a.py | start | start | - | - | 1
    ",
    );
}

#[test]
fn to_indent_a_line_is_not_to_write_it_unless_exact() {
    check_lines(
        "white_space",
        &[],
        "
    a.py | 1 | start | start
    a.py | 2 | start | start
    ",
    );
    check_lines(
        "white_space",
        &["--exact"],
        "
    a.py | 1 | start | start
    a.py | 2 | indent | indent
    ",
    );
}

#[test]
fn lines_can_be_asked_of_one_path_and_in_json() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "recreated");
    let run = place
        .run(["lines", "recreated", "--path", "a.py", "--format", "ndjson"])
        .ended(0);
    let start = repository.mainline().remove(0);
    let row = format!(
        "{{\"path\":\"a.py\",\"line\":1,\"origin\":\"{start}\",\"landing\":\"{start}\"}}\n"
    );
    assert_eq!(run.out(), row);
}
