//! Lines that go on as others: what a move, a formatter, an edit, a revert and a copy
//! make of births, deaths and origins.

use std::collections::BTreeMap;

use crate::git::Repository;
use crate::harness::Place;

/// One change: its subject, its author, and files with their whole text; no text
/// removes the file.
type Change<'c> = (&'c str, &'c str, &'c [(&'c str, Option<String>)]);

/// A history of changes, a day apart, as a stream for `git fast-import`.
fn stream(changes: &[Change<'_>]) -> Vec<u8> {
    let mut stream = String::new();
    for (day, (subject, author, files)) in changes.iter().enumerate() {
        let who = format!(
            "{author} <{author}@example.com> {} +0000",
            1_735_776_000 + day * 86_400
        );
        stream += "commit refs/heads/main\n";
        stream += &format!("author {who}\ncommitter {who}\n");
        stream += &format!("data {}\n{subject}\n", subject.len());
        for (path, text) in *files {
            match text {
                Some(text) => {
                    stream +=
                        &format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len());
                }
                None => stream += &format!("D {path}\n"),
            }
        }
        stream += "\n";
    }
    stream.into_bytes()
}

/// Makes the history and returns where it is.
fn history(changes: &[Change<'_>]) -> (Place, Repository) {
    let place = Place::new();
    let repository = Repository::import(&place, "made", &stream(changes));
    (place, repository)
}

/// The rows of the table `lifetimes`: subjects of origin, landing and death, the cause
/// and marks, with numbers of lines.
fn lifetimes(place: &Place, repository: &Repository) -> BTreeMap<String, u64> {
    let run = place.run(["facts", "made", "--output", "tables"]).ended(0);
    assert_eq!(run.out(), "", "the answer is in the tables");
    let log = repository.git(["log", "--format=%H %s", "HEAD"]);
    let log = String::from_utf8_lossy(&log).into_owned();
    let subjects: BTreeMap<&str, &str> =
        log.lines().map(|line| line.split_once(' ').expect("a space")).collect();
    let rows = std::fs::read_to_string(place.path("tables/lifetimes.ndjson"));
    let mut shown = BTreeMap::new();
    for row in rows.expect("the table was written").lines() {
        let row: serde_json::Value = serde_json::from_str(row).expect("rows are JSON");
        let text = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
        let subject = |name: &str| {
            let id = text(name);
            subjects.get(id.as_str()).map_or(id.clone(), |&subject| subject.to_owned())
        };
        let marks = ["edited", "copied", "relanded", "reformatted"];
        let marks = marks.into_iter().filter(|mark| row[mark] == true);
        let columns = [
            text("path"),
            subject("origin"),
            subject("landing"),
            subject("death"),
            text("cause"),
            marks.collect::<Vec<_>>().join(","),
        ];
        *shown.entry(columns.join(" | ")).or_insert(0) +=
            row["lines"].as_u64().expect("lines are counted");
    }
    shown
}

#[track_caller]
fn check(changes: &[Change<'_>], expected: &[(&str, u64)]) {
    let (place, repository) = history(changes);
    let expected: BTreeMap<String, u64> =
        expected.iter().map(|(row, lines)| ((*row).to_owned(), *lines)).collect();
    assert_eq!(lifetimes(&place, &repository), expected);
}

/// A function of six lines that nothing else resembles.
fn function(name: &str) -> String {
    format!(
        "def {name}(first, second):\n    total_{name} = first + second\n    \
         if total_{name} > 40:\n        raise ValueError('{name} is over')\n    \
         return total_{name}\n\n"
    )
}

fn head(name: &str) -> String {
    format!("import os\nimport {name}\n\nLIMIT_OF_{name} = 7\n\n")
}

#[test]
fn a_function_that_moves_to_another_file_keeps_its_birth() {
    let both = head("alpha") + &function("one") + &function("two");
    check(
        &[
            ("start", "ana", &[("a.py", Some(both)), ("b.py", Some(head("beta")))]),
            (
                "move",
                "ben",
                &[
                    ("a.py", Some(head("alpha") + &function("two"))),
                    ("b.py", Some(head("beta") + &function("one"))),
                ],
            ),
        ],
        &[
            ("a.py | start | start | - | - | ", 11),
            ("b.py | start | start | - | - | ", 11),
        ],
    );
}

#[test]
fn a_function_that_moves_within_its_file_keeps_its_birth() {
    let long = |order: [&str; 4]| order.map(function).concat();
    check(
        &[
            ("start", "ana", &[("a.py", Some(long(["one", "two", "three", "four"])))]),
            ("move", "ben", &[("a.py", Some(long(["two", "three", "four", "one"])))]),
        ],
        &[("a.py | start | start | - | - | ", 24)],
    );
}

#[test]
fn a_function_that_leaves_a_file_that_is_renamed_keeps_the_birth_of_its_body() {
    let inner = |text: &str| {
        let lines = text.lines().map(|line| format!("    {line}").trim_end().to_owned());
        lines.map(|line| line + "\n").collect::<String>()
    };
    let rest = head("alpha") + &function("two") + &function("three");
    let one = function("one");
    let method = inner(&one).replace("def one(first", "def first_of_all(self, first");
    let class = "class Beta:\n    limit = 40\n\n".to_owned();
    let (place, repository) = history(&[
        (
            "start",
            "ana",
            &[("a.py", Some(rest.clone() + &one)), ("b.py", Some(head("beta") + &class))],
        ),
        (
            "move",
            "ben",
            &[
                ("a.py", None),
                ("c.py", Some(rest)),
                ("b.py", Some(head("beta") + &class + &method)),
            ],
        ),
    ]);
    let rows = lifetimes(&place, &repository);
    // Its first line has another name; the others stand.
    let ended: u64 = rows
        .iter()
        .filter(|(row, _)| !row.contains(" | - | - | "))
        .map(|(_, lines)| lines)
        .sum();
    assert_eq!(ended, 1, "{rows:?}");
    let moved: u64 = rows
        .iter()
        .filter(|(row, _)| row.starts_with("b.py | start | start | - | - | "))
        .map(|(_, lines)| lines)
        .sum();
    assert_eq!(moved, 5 + 3 + 5, "{rows:?}");
}

#[test]
fn a_formatter_kills_no_line() {
    let before = "def go(a, b):\n    call(a,\n         b)\n    return {'x': a, 'y': b}\n";
    let after = "def go(a, b):\n    call(\n        a,\n        b,\n    )\n    return {\"x\": a, \"y\": b}\n";
    let (place, repository) = history(&[
        ("start", "ana", &[("a.py", Some(before.to_owned()))]),
        ("format", "ben", &[("a.py", Some(after.to_owned()))]),
    ]);
    let rows = lifetimes(&place, &repository);
    for row in rows.keys() {
        let is_dead = row.contains("modified") || row.contains("deleted");
        assert!(!is_dead, "{rows:?}");
        let is_new = row.contains("| format | format |");
        assert!(!is_new || row.ends_with("reformatted"), "{rows:?}");
    }
    assert_eq!(rows.get("a.py | start | start | - | - | "), Some(&4), "{rows:?}");
}

#[test]
fn commits_named_in_git_blame_ignore_revs_kill_no_line() {
    let before = "alpha = compute(first, second)\nbeta = compute(third)\n";
    let after = "alpha  := compute [first, second]\nbeta := compute [third]\n";
    let mut changes: Vec<Change<'_>> = Vec::new();
    let start = [("a.txt", Some(before.to_owned()))];
    let form = [("a.txt", Some(after.to_owned()))];
    changes.push(("start", "ana", &start));
    changes.push(("form", "ben", &form));
    let (_place, known) = history(&changes);
    // The id does not depend on what comes later.
    let named = [(".git-blame-ignore-revs", Some(format!("# form\n{}\n", known.tip())))];
    let (place, repository) =
        history(&[changes[0], changes[1], ("name it", "ana", &named)]);
    let rows = lifetimes(&place, &repository);
    assert_eq!(rows.get("a.txt | start | start | - | - | "), Some(&2), "{rows:?}");
}

/// Holds that a commit kills no line of a file once it is named in
/// `.git-blame-ignore-revs`.
#[track_caller]
fn kills_none_when_named(path: &'static str, before: &str, after: &str) {
    let start = [(path, Some(before.to_owned()))];
    let form = [(path, Some(after.to_owned()))];
    let (_place, known) = history(&[("start", "ana", &start), ("form", "ben", &form)]);
    let named = [(".git-blame-ignore-revs", Some(format!("{}\n", known.tip())))];
    let (place, repository) = history(&[
        ("start", "ana", &start),
        ("form", "ben", &form),
        ("name it", "ana", &named),
    ]);
    let rows = lifetimes(&place, &repository);
    let ends = |row: &String| {
        let row: Vec<&str> = row.split(" | ").collect();
        row[3] != "-" && row[4] != "reformatted"
    };
    assert!(!rows.keys().any(ends), "{rows:?}");
    assert!(rows.keys().any(|row| row.contains("start | start | - | -")), "{rows:?}");
}

#[test]
fn a_list_joined_by_a_commit_to_be_ignored_kills_no_line() {
    let before =
        "items = [\n  one_thing,\n  two_things,\n  three_things,\n]\nother = 1\n";
    let after = "items = [one_thing, two_things, three_things]\nother = 1\n";
    kills_none_when_named("f.conf", before, after);
}

#[test]
fn a_comment_reflowed_by_a_commit_to_be_ignored_kills_no_line() {
    let before = "# one comment\n# of three\n# lines\ntotal = first(1,\n  2)\n";
    let after = "# one comment of three lines\ntotal = first(1, 2)\n";
    kills_none_when_named("a.py", before, after);
}

#[test]
fn lines_in_whose_place_others_moved_were_deleted() {
    let start = head("alpha") + &function("one") + &function("two");
    let moved = head("alpha") + &function("two") + &function("one");
    let old = "bob_has(this, line)\nand_this(one, too)\n";
    let (place, repository) = history(&[
        ("start", "ana", &[("a.py", Some(start.clone()))]),
        ("more", "bob", &[("a.py", Some(start + old))]),
        ("move", "cy", &[("a.py", Some(moved))]),
    ]);
    let rows = lifetimes(&place, &repository);
    assert_eq!(rows.get("a.py | start | start | - | - | "), Some(&17), "{rows:?}");
    assert_eq!(rows.get("a.py | more | more | move | deleted | "), Some(&2), "{rows:?}");
}

#[test]
fn an_edited_line_has_a_successor_and_an_unlike_one_has_not() {
    check(
        &[
            (
                "start",
                "ana",
                &[("a.txt", Some("keep\nlet total = first + second;\nend\n".to_owned()))],
            ),
            (
                "edit",
                "ben",
                &[("a.txt", Some("keep\nlet total = first + third;\nend\n".to_owned()))],
            ),
            (
                "replace",
                "ana",
                &[("a.txt", Some("keep\nnothing like it\nend\n".to_owned()))],
            ),
        ],
        &[
            ("a.txt | start | start | - | - | ", 2),
            ("a.txt | start | start | edit | modified_other | ", 1),
            ("a.txt | edit | edit | replace | modified_other | edited", 1),
            ("a.txt | replace | replace | - | - | ", 1),
        ],
    );
}

#[test]
fn what_is_reverted_and_lands_again_is_a_new_line_with_a_mark() {
    let base = head("alpha");
    let with = base.clone() + &function("one");
    let start = [("a.py", Some(base.clone()))];
    let add = [("a.py", Some(with.clone()))];
    let (_place, known) = history(&[("start", "ana", &start), ("add", "ben", &add)]);
    let revert = format!("Revert add\n\nThis reverts commit {}.", known.tip());
    let (place, repository) = history(&[
        ("start", "ana", &start),
        ("add", "ben", &add),
        (&revert, "ana", &start),
        ("again", "ben", &add),
    ]);
    let rows = lifetimes(&place, &repository);
    assert_eq!(
        rows.get("a.py | add | add | Revert add | reverted | "),
        Some(&6),
        "{rows:?}"
    );
    assert_eq!(rows.get("a.py | again | again | - | - | relanded"), Some(&6), "{rows:?}");
}

#[test]
fn a_copy_is_born_anew_and_marked_while_its_source_stands() {
    let (place, repository) = history(&[
        ("start", "ana", &[("a.py", Some(function("one") + &function("two")))]),
        ("copy", "ben", &[("b.py", Some(head("beta") + &function("one")))]),
    ]);
    let rows = lifetimes(&place, &repository);
    assert_eq!(rows.get("a.py | start | start | - | - | "), Some(&12), "{rows:?}");
    let copied = rows.get("b.py | copy | copy | - | - | copied").copied().unwrap_or(0);
    assert!((5..=6).contains(&copied), "{rows:?}");
}

#[test]
fn ten_thousand_lines_at_once_are_a_bulk_event() {
    let many: String = (0..10_002).map(|n| format!("row {n}\n")).collect();
    let (place, repository) = history(&[
        ("start", "ana", &[("a.txt", Some("one\n".to_owned()))]),
        ("import", "ben", &[("b.txt", Some(many))]),
        ("empty", "ana", &[("b.txt", Some("row 7\n".to_owned()))]),
    ]);
    let rows = lifetimes(&place, &repository);
    assert_eq!(
        rows.get("b.txt | import | import | empty | bulk | "),
        Some(&10_001),
        "{rows:?}"
    );
    let table = std::fs::read_to_string(place.path("tables/commits.ndjson"));
    let bulk: Vec<bool> = table
        .expect("the table was written")
        .lines()
        .map(|row| row.contains("\"bulk\":true"))
        .collect();
    assert_eq!(bulk, [false, true, false], "what a landing brings in decides");
}

/// Holds that a search ended at its limit, how often, and that nothing else is amiss.
#[track_caller]
fn says_limit(changes: &[Change<'_>], words: &str, times: u64) {
    let (place, _repository) = history(changes);
    let run = place.run(["report", "made", "--no-syntax", "--format=json"]).ended(0);
    let report: serde_json::Value =
        serde_json::from_slice(&run.stdout).expect("the report is JSON");
    let gaps = report["gaps"].as_array().expect("gaps are listed");
    let of = |gap: &&serde_json::Value| {
        gap["why"].as_str().is_some_and(|why| why.contains(words))
    };
    let [gap] = gaps.iter().filter(of).collect::<Vec<_>>()[..] else {
        panic!("{words:?} is not in {gaps:?}");
    };
    assert_eq!((&gap["code"], &gap["count"]), (&"W-SEARCH".into(), &times.into()));
    assert_eq!(report["complete"], true, "{gaps:?}");
}

#[test]
fn an_edited_line_that_is_too_long_to_compare_is_a_gap() {
    let long = |word: &str| format!("{}\n", format!("{word}, ").repeat(600));
    says_limit(
        &[
            ("start", "ana", &[("a.py", Some(head("alpha") + &long("one")))]),
            ("edit", "ana", &[("a.py", Some(head("alpha") + &long("two")))]),
        ],
        "line too long",
        2,
    );
}

#[test]
fn an_edit_of_too_many_lines_to_compare_each_with_each_is_a_gap() {
    let lines = |word: &str| -> String {
        (0..1_000).map(|line| format!("{word}_{line} = f({line}, {line})\n")).collect()
    };
    says_limit(
        &[
            ("start", "ana", &[("a.py", Some(head("alpha") + &lines("one")))]),
            ("edit", "ana", &[("a.py", Some(head("alpha") + &lines("two")))]),
        ],
        "hunk too large",
        1,
    );
}

#[test]
fn lines_that_moved_from_too_many_places_to_tell_are_a_gap() {
    let same = "the_same_line(over, and, over)\n".repeat(1_000);
    let (one, two) = (head("alpha") + &function("one"), head("beta"));
    says_limit(
        &[
            (
                "start",
                "ana",
                &[("a.py", Some(one.clone() + &same)), ("b.py", Some(two.clone()))],
            ),
            ("move", "ana", &[("a.py", Some(one)), ("b.py", Some(two + &same))]),
        ],
        "lines in too many places",
        1,
    );
}

#[test]
fn lines_that_landed_too_often_to_look_back_at_all_of_it_are_a_gap() {
    let copies: String = (0..80)
        .map(|copy| format!("number_{copy} = {copy}\n{}", function("one")))
        .collect();
    says_limit(
        &[
            ("start", "ana", &[("a.py", Some(copies))]),
            ("copy", "ana", &[("b.py", Some(head("beta") + &function("one")))]),
        ],
        "landed too often",
        1,
    );
}

/// Two lines of ana, one edited on a branch by bob and the other by herself, in one hunk
/// of the merge.
#[test]
fn a_line_in_a_merge_is_overwritten_by_who_wrote_the_line_in_its_place() {
    let place = Place::new();
    let text = |one: u32, two: u32| {
        format!(
            "head\nalpha = compute_first({one})\nbravo = compute_second({two})\ntail\n"
        )
    };
    let commit = |branch: &str, mark: u32, from: &str, who: &str, text: String| {
        let who = format!("{who} <{who}@example.com> {} +0000", 1_735_776_000 + mark);
        format!(
            "commit refs/heads/{branch}\nmark :{mark}\nauthor {who}\ncommitter {who}\n\
             data 1\n{mark}\n{from}M 100644 inline f.txt\ndata {}\n{text}\n",
            text.len()
        )
    };
    let stream = [
        commit("main", 1, "", "ana", text(1, 2)),
        commit("side", 2, "from :1\n", "bob", text(100, 2)),
        commit("side", 3, "from :2\n", "ana", text(100, 200)),
        commit("main", 4, "from :1\nmerge :3\n", "mia", text(100, 200)),
    ];
    let repository = Repository::import(&place, "made", stream.concat().as_bytes());
    let rows = lifetimes(&place, &repository);
    assert_eq!(rows.get("f.txt | 1 | 1 | 4 | modified_other | "), Some(&1), "{rows:?}");
    assert_eq!(rows.get("f.txt | 1 | 1 | 4 | modified_self | "), Some(&1), "{rows:?}");
}
