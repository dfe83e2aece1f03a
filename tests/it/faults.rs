//! What goes wrong, built: damaged, hostile and unusual repositories, and trouble with
//! the system. Each must come to a documented end, and say what was left out.

mod bombs;
mod commits;
mod layout;
mod objects;
pub(crate) mod objects_by_hand;
mod process;
mod races;
mod refs;
mod trees;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::git::Repository;
use crate::harness::Place;

/// A place where nothing is kept from one run to the next: what is asked for again
/// must be read again.
fn fresh() -> Place {
    Place::new().without_cache()
}

/// What the program answers about a repository, without what it says was left out.
#[derive(Debug, Clone, PartialEq)]
struct Answer {
    lines: Vec<u8>,
    report: Value,
}

/// The answer about a repository, which must be to be had.
#[track_caller]
fn answer(place: &Place, name: &str) -> Answer {
    let lines = place.run(["lines", name, "--exact"]).ended(0).stdout;
    let mut report = report(place, name);
    for key in ["gaps", "complete"] {
        report.as_object_mut().expect("a report is an object").remove(key);
    }
    Answer { lines, report }
}

/// The report on a repository, which must be to be had.
#[track_caller]
fn report(place: &Place, name: &str) -> Value {
    let run = place.run(["report", name, "--format", "json"]).ended(0);
    serde_json::from_slice(&run.stdout).expect("the report is JSON")
}

/// The codes of what was left out, and how often.
fn gaps(report: &Value) -> BTreeMap<String, u64> {
    let gaps = report["gaps"].as_array().expect("gaps are listed");
    let mut counts = BTreeMap::new();
    for gap in gaps {
        let code = gap["code"].as_str().expect("a gap has a code").to_owned();
        *counts.entry(code).or_insert(0) += gap["count"].as_u64().expect("and a count");
    }
    counts
}

/// Holds that a report says `code`, and whether it counts as complete.
#[track_caller]
fn says(report: &Value, code: &str, is_complete: bool) {
    let gaps = gaps(report);
    assert!(gaps.contains_key(code), "{code} is not in {gaps:?}");
    assert_eq!(report["complete"], is_complete, "{gaps:?}");
}

/// A stream for `git fast-import` of a branch of `n_commits`, a day apart, each of
/// which changes one of three files of `n_lines` lines here and there.
fn stream(n_commits: usize, n_lines: usize) -> Vec<u8> {
    let mut files = [(); 3].map(|()| {
        (0..n_lines).map(|line| format!("let a{line} = {line};")).collect::<Vec<_>>()
    });
    let mut text = String::new();
    for number in 0..n_commits {
        let file = &mut files[number % 3];
        for at in (number % 7..n_lines).step_by(41) {
            file[at] = format!("let b{at} = {number};");
        }
        if number % 5 == 4 {
            file.insert(number % n_lines, format!("more({number});"));
        }
        let content = file.join("\n") + "\n";
        let time = 1_700_000_000 + number * 86_400;
        let who = format!("Ana <ana@example.com> {time} +0000");
        let path = number % 3;
        write!(
            text,
            "commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata 2\nm\n\
             M 100644 inline src/f{path}.rs\ndata {}\n{content}\n",
            content.len()
        )
        .expect("text takes anything");
    }
    text.into_bytes()
}

/// A repository of 12 commits, all of its objects loose.
fn small(place: &Place, name: &str) -> Repository {
    Repository::import(place, name, &stream(12, 60))
}

/// The same with all of its objects in one pack.
fn packed(place: &Place, name: &str) -> Repository {
    let repository = small(place, name);
    repository.git(["repack", "-adq"]);
    repository
}

/// The one file below `objects/pack` that ends in `end`.
fn pack_file(repository: &Repository, end: &str) -> std::path::PathBuf {
    let folder = repository.path.join("objects/pack");
    let entries = fs::read_dir(folder).expect("it is there");
    let mut paths = entries.map(|entry| entry.expect("it can be read").path());
    paths
        .find(|path| path.to_string_lossy().ends_with(end))
        .unwrap_or_else(|| panic!("there is no {end}"))
}

/// Replaces a file, which git may have made read-only.
fn replace(path: &Path, content: impl AsRef<[u8]>) {
    if path.symlink_metadata().is_ok() {
        fs::remove_file(path).expect("the directory is ours");
    }
    fs::write(path, content).expect("the directory is ours");
}

/// Says why a test tests nothing here.
#[expect(clippy::print_stderr, reason = "whoever runs the tests must see it")]
fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}
