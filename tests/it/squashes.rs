//! Squashed pull requests whose heads are kept as refs: who wrote the lines is told by
//! the commits of the pull request, and nothing else changes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::git::Repository;
use crate::harness::Place;

const DAY: u64 = 86_400;
const START: u64 = 1_735_776_000;
const A: &str = "def go():\n    return 1\n";
const A_LANDED: &str = "def go():\n    check()\n    return 1\n";
const B_FIRST: &str = "def check():\n    ask()\n";
const B_LANDED: &str = "def check():\n    ask()\n    answer()\n";

/// A stream for `git fast-import` in the making.
struct Stream(String, u64);

impl Stream {
    /// A commit by `who` on a branch, made of its parent's files and these.
    fn commit(
        &mut self,
        (branch, from): (&str, Option<u64>),
        (who, subject): (&str, &str),
        files: &[(&str, &str)],
    ) -> u64 {
        self.1 += 1;
        let mark = self.1;
        let stamp = format!("{who} <{who}@example.org> {} +0000", START + mark * DAY);
        let _ = write!(
            self.0,
            "commit {branch}\nmark :{mark}\nauthor {stamp}\ncommitter {stamp}\ndata {}\n{subject}\n",
            subject.len()
        );
        if let Some(from) = from {
            let _ = writeln!(self.0, "from :{from}");
        }
        for (path, text) in files {
            let _ =
                writeln!(self.0, "M 100644 inline {path}\ndata {}\n{text}", text.len());
        }
        self.0.push('\n');
        mark
    }
}

#[test]
fn how_git_keeps_refs_changes_nothing() {
    let place = Place::new();
    let repository = squashed(&place, &AS_LANDED);
    let head = repository.words(["rev-parse", "refs/pull/7/head"]).remove(0);
    repository.git(["update-ref", "-d", "refs/pull/7/head"]);
    for (name, is_head) in [
        ("refs/pull/7/head", true),
        ("refs/merge-requests/7/head", true),
        ("refs/remotes/origin/pr/7", true),
        // A branch of somebody's, or of a remote whose name has a slash.
        ("refs/remotes/my/fork/pr/7", false),
    ] {
        repository.git(["update-ref", name, &head]);
        let said = || {
            let asked = ["report", "squashed", "--format=json", "--no-cache"];
            let run = place.run(asked).ended(0);
            serde_json::from_slice::<Value>(&run.stdout).expect("it is JSON")
        };
        let loose = said();
        repository.git(["pack-refs", "--all", "--prune"]);
        assert_eq!(said(), loose, "{name}");
        let with_head = &loose["repositories"][0]["squashes"]["with_head"];
        assert_eq!(with_head.as_u64().is_some_and(|n| n > 0), is_head, "{name}");
        repository.git(["update-ref", "-d", name]);
    }
}

/// Where the pull request leaves its files.
struct Head {
    from_start: bool,
    a: &'static str,
    b: &'static str,
}

const AS_LANDED: Head = Head { from_start: true, a: A_LANDED, b: B_LANDED };

/// ```text
/// main             ana: start ── merger: Check (#7) ── cal: answer twice
/// refs/pull/7/head       └─ ben: check ── cal: answer
/// ```
/// The squash has both files as the head in [`AS_LANDED`] has them. Cal's line of the
/// pull request is rewritten by Cal at the end.
fn squashed(place: &Place, head: &Head) -> Repository {
    let mut stream = Stream(String::new(), 0);
    let main = "refs/heads/main";
    let pull = "refs/pull/7/head";
    let start = stream.commit((main, None), ("ana", "start"), &[("a.py", A)]);
    let from = head.from_start.then_some(start);
    let first = [("a.py", head.a), ("b.py", B_FIRST)];
    let one = stream.commit((pull, from), ("ben", "check"), &first);
    stream.commit((pull, Some(one)), ("cal", "answer"), &[("b.py", head.b)]);
    let landed = [("a.py", A_LANDED), ("b.py", B_LANDED)];
    let squash = stream.commit((main, Some(start)), ("merger", "Check (#7)"), &landed);
    let later = B_LANDED.replace("answer()", "answer(2)");
    stream.commit((main, Some(squash)), ("cal", "answer twice"), &[("b.py", &later)]);
    Repository::import(place, "squashed", stream.0.as_bytes())
}

/// The rows of `lines`, with subjects for ids.
fn lines(place: &Place, repository: &Repository, more: &[&str]) -> Vec<String> {
    let run = place.run(["lines", "squashed"].iter().chain(more)).ended(0);
    let log = repository.git(["log", "--all", "--format=%H %s"]);
    let mut told = run.out();
    for line in String::from_utf8_lossy(&log).lines() {
        let (id, subject) = line.split_once(' ').expect("the format has a space");
        told = told.replace(id, subject);
    }
    told.lines().map(|row| row.replace('\t', " | ")).collect()
}

const UNRECOVERED: [&str; 6] = [
    "a.py | 1 | start | start",
    "a.py | 2 | Check (#7) | Check (#7)",
    "a.py | 3 | start | start",
    "b.py | 1 | Check (#7) | Check (#7)",
    "b.py | 2 | Check (#7) | Check (#7)",
    "b.py | 3 | answer twice | answer twice",
];

fn report(place: &Place) -> Value {
    let run = place.run(["report", "squashed", "--format=json"]).ended(0);
    serde_json::from_slice(&run.stdout).expect("it is JSON")
}

/// Lifetimes by landing, death and path, whoever wrote the lines.
fn lives(place: &Place) -> BTreeMap<String, u64> {
    assert_eq!(place.run(["facts", "squashed", "--output=tables"]).ended(0).out(), "");
    let rows = std::fs::read_to_string(place.path("tables/lifetimes.ndjson"));
    let mut lives = BTreeMap::new();
    for row in rows.expect("it was written").lines() {
        let row: Value = serde_json::from_str(row).expect("it is JSON");
        let key = ["path", "landing", "death", "kind", "file_class", "birth_unknown"]
            .map(|name| row[name].to_string());
        *lives.entry(key.join(" ")).or_default() +=
            row["lines"].as_u64().expect("a count");
    }
    lives
}

/// Holds that the head tells nothing, for this reason, and that no commit of it is known.
#[track_caller]
fn check_not_recovered(place: &Place, repository: &Repository, why: &str) {
    let report = report(place);
    let gaps = report["gaps"].as_array().expect("a list");
    let told: Vec<&str> = gaps
        .iter()
        .filter(|gap| gap["code"] == "W-PULL")
        .filter_map(|gap| gap["why"].as_str())
        .collect();
    assert_eq!(told.len(), 1, "{gaps:?}");
    assert!(told[0].contains(why), "{told:?}");
    assert_eq!(report["complete"], true, "no line is missing");
    let one = &report["repositories"][0];
    assert_eq!((&one["commits"], &one["landings"]), (&3.into(), &3.into()));
    let expected =
        serde_json::json!({"landings": 1, "with_head": 1, "recovered": 0, "lines": 0});
    assert_eq!(one["squashes"], expected);
    assert_eq!(lines(place, repository, &[]), UNRECOVERED);
}

#[test]
fn lines_of_a_squash_are_of_the_commits_of_its_pull_request() {
    let place = Place::new();
    let repository = squashed(&place, &AS_LANDED);
    let expected = [
        "a.py | 1 | start | start",
        "a.py | 2 | check | Check (#7)",
        "a.py | 3 | start | start",
        "b.py | 1 | check | Check (#7)",
        "b.py | 2 | check | Check (#7)",
        "b.py | 3 | answer twice | answer twice",
    ];
    assert_eq!(lines(&place, &repository, &[]), expected);
    assert_eq!(lines(&place, &repository, &["--exact"]), UNRECOVERED);
    assert_eq!(lines(&place, &repository, &["--first-parent-origins"]), UNRECOVERED);
    let report = report(&place);
    let one = &report["repositories"][0];
    let expected =
        serde_json::json!({"landings": 1, "with_head": 1, "recovered": 1, "lines": 4});
    assert_eq!(one["squashes"], expected);
    assert_eq!(one["deaths_by_cause"]["modified_self"], 1, "Cal's own line");
    assert_eq!(report["gaps"], serde_json::json!([]));
    let text = place.run(["report", "squashed"]).ended(0).out();
    let words = "Of 1 landing whose subjects name a pull request, 1 could be led back";
    assert!(
        text.split_whitespace().collect::<Vec<_>>().join(" ").contains(words),
        "{text}"
    );
}

#[test]
fn who_wrote_a_line_changes_neither_births_nor_deaths() {
    let place = Place::new();
    let repository = squashed(&place, &AS_LANDED);
    let with = lives(&place);
    let commits = std::fs::read_to_string(place.path("tables/commits.ndjson"));
    let commits = commits.expect("it was written");
    assert_eq!(commits.lines().count(), 5);
    assert_eq!(commits.matches(r#""pull_request":7"#).count(), 2);
    repository.git(["update-ref", "-d", "refs/pull/7/head"]);
    assert_eq!(lives(&place), with, "and what was kept is not used");
    assert_eq!(lines(&place, &repository, &[]), UNRECOVERED);
    assert_eq!(report(&place)["repositories"][0]["squashes"], Value::Null);
}

/// What a run knows of the old commits is taken over when commits, or heads, are new.
#[test]
fn what_was_known_without_a_head_serves_with_it() {
    let place = Place::new();
    let repository = squashed(&place, &AS_LANDED);
    let tip = repository.tip();
    let head = repository.words(["rev-parse", "refs/pull/7/head"]).remove(0);
    repository.git(["update-ref", "-d", "refs/pull/7/head"]);
    repository.git(["update-ref", "refs/heads/main", "main~1"]);
    assert_eq!(report(&place)["repositories"][0]["commits"], 2);
    repository.git(["update-ref", "refs/heads/main", &tip]);
    repository.git(["update-ref", "refs/pull/7/head", &head]);
    let resumed = report(&place);
    let asked = ["report", "squashed", "--format=json", "--no-cache"];
    let fresh = place.run(asked).ended(0);
    let fresh: Value = serde_json::from_slice(&fresh.stdout).expect("it is JSON");
    assert_eq!(fresh["repositories"][0]["squashes"]["recovered"], 1);
    let without_work = |mut report: Value| {
        report["repositories"][0]["work"].take();
        report
    };
    assert_eq!(without_work(resumed), without_work(fresh));
}

#[test]
fn a_head_tells_of_files_that_landed_as_it_has_them_only() {
    let place = Place::new();
    let repository =
        squashed(&place, &Head { b: "def other():\n    pass\n", ..AS_LANDED });
    let mut expected = UNRECOVERED;
    expected[1] = "a.py | 2 | check | Check (#7)";
    assert_eq!(lines(&place, &repository, &[]), expected);
}

#[test]
fn a_head_with_no_file_that_landed_tells_nothing() {
    let place = Place::new();
    let other = Head { a: "x = 1\n", b: "y = 1\n", ..AS_LANDED };
    let repository = squashed(&place, &other);
    check_not_recovered(&place, &repository, "no file landed as its pull request has it");
}

#[test]
fn a_head_of_another_history_is_not_believed() {
    let place = Place::new();
    let repository = squashed(&place, &Head { from_start: false, ..AS_LANDED });
    check_not_recovered(&place, &repository, "of another history");
}

#[test]
fn a_head_that_landed_before_or_lands_later_is_not_believed() {
    for (head, why) in [("main~2", "no commits of its own"), ("main", "landed later")] {
        let place = Place::new();
        let repository = squashed(&place, &AS_LANDED);
        repository.git(["update-ref", "refs/pull/7/head", head]);
        check_not_recovered(&place, &repository, why);
    }
}

#[test]
fn a_head_that_is_not_here_is_counted() {
    let place = Place::new();
    let repository = squashed(&place, &AS_LANDED);
    repository.git(["update-ref", "-d", "refs/pull/7/head"]);
    std::fs::create_dir_all(repository.path.join("refs/pull/7")).expect("it is ours");
    let head = repository.path.join("refs/pull/7/head");
    std::fs::write(&head, "1".repeat(40)).expect("it is ours");
    let report = report(&place);
    let gaps = report["gaps"].to_string();
    assert!(gaps.contains("objects of the pull request are not here"), "{gaps}");
    assert_eq!(report["repositories"][0]["commits"], 3);
}

#[test]
fn a_hundred_thousand_heads_are_no_trouble() {
    let place = Place::new();
    let repository = squashed(&place, &AS_LANDED);
    let head = repository.words(["rev-parse", "refs/pull/7/head"]).remove(0);
    repository.git(["pack-refs", "--all"]);
    let list = repository.path.join("packed-refs");
    let mut packed = std::fs::read_to_string(&list).expect("git wrote it");
    for number in 8..100_008 {
        let _ = writeln!(packed, "{head} refs/pull/{number}/head");
    }
    std::fs::write(&list, packed).expect("it is ours");
    let report = report(&place);
    assert_eq!(report["repositories"][0]["squashes"]["recovered"], 1);
    assert_eq!(report["repositories"][0]["commits"], 5);
}

#[test]
fn the_explanation_of_a_line_says_that_git_blame_ends_at_the_squash() {
    let place = Place::new();
    let repository = squashed(&place, &AS_LANDED);
    let run = place.run(["explain", "line:b.py:2", "squashed", "--format=json"]).ended(0);
    let told: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    let squash = repository.words(["rev-parse", "main~1"]).remove(0);
    let line = &told["line"];
    assert_eq!(line["pull_request"], 7);
    assert_eq!(line["blame_origin"], squash.as_str());
    assert_eq!(line["moved_by"], Value::Null);
    let wrote = repository.words(["rev-parse", "refs/pull/7/head~1"]).remove(0);
    assert_eq!(line["origin"]["id"], wrote.as_str());
    assert_eq!(told["commands"][0]["names"], squash.as_str());
    let text = place.run(["explain", "line:b.py:2", "squashed"]).ended(0).out();
    assert!(text.contains("git blame names the squash"), "{text}");
    assert!(text.contains("pull request 7"), "{text}");
}
