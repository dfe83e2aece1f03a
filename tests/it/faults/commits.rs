//! Commits and trees that git lists and others stumble over.

use std::fmt::Write;
use std::fs;

use super::objects_by_hand as hand;
use super::{gaps, report, says, small};
use crate::git::Repository;
use crate::harness::Place;

/// The rows of the table of commits.
fn commits(place: &Place) -> Vec<serde_json::Value> {
    drop(place.run(["facts", "r", "--output", "tables"]).ended(0));
    let text = fs::read_to_string(place.path("tables/commits.ndjson"));
    let text = text.expect("it was written");
    text.lines().map(|row| serde_json::from_str(row).expect("a row is JSON")).collect()
}

/// How many commits git lists.
fn n_listed(repository: &Repository) -> usize {
    repository.words(["rev-list", "HEAD"]).len()
}

/// Puts a commit on top whose text after the parent is `rest`, and another on top of
/// that, and returns its id.
fn put(repository: &Repository, rest: &str) -> String {
    let tip = repository.tip();
    let tree = repository.words(["rev-parse", "HEAD~1^{tree}"]).remove(0);
    let text = format!("tree {tree}\nparent {tip}\n{rest}");
    let odd = hand::loose(repository, "commit", text.as_bytes());
    let tree = repository.words(["rev-parse", "HEAD^{tree}"]).remove(0);
    let top = hand::commit(repository, &hand::id(&tree), &[odd], 30);
    hand::set_branch(repository, &top);
    hand::hex(&odd)
}

#[test]
fn a_commit_that_does_not_say_who_or_when_is_kept_and_that_is_unknown() {
    let good = "Ana <ana@example.com> 1701000000 +0000";
    for (odd, what) in [
        (format!("committer {good}\n\nm\n"), "author"),
        (format!("author \ncommitter {good}\n\nm\n"), "author"),
        (format!("author Ana 1701000000 +0000\ncommitter {good}\n\nm\n"), "author"),
        (
            format!("author Ana <ana@x> soon +0000\ncommitter {good}\n\nm\n"),
            "author_time",
        ),
        (format!("author Ana <ana@x>\ncommitter {good}\n\nm\n"), "author_time"),
        (
            format!(
                "author Ana <ana@x> 99999999999999999999 +0000\ncommitter {good}\n\nm\n"
            ),
            "author_time",
        ),
        (format!("author {good}\n\nm\n"), "committer_time"),
        // Of this one git itself would not list the parents.
        (String::new(), "author"),
    ] {
        let place = super::fresh();
        let repository = small(&place, "r");
        let id = put(&repository, &odd);
        let rows = commits(&place);
        assert_eq!(rows.len(), 14, "{odd:?}");
        let row = rows.iter().find(|row| row["id"] == id.as_str());
        assert!(row.expect("it is kept")[what].is_null(), "{odd:?}: {row:?}");
        says(&report(&place, "r"), "W-COMMIT", true);
    }
}

#[test]
fn dates_before_1970_and_after_9999_are_unknown_and_end_nothing() {
    for seconds in ["-1", "253402300800", "9223372036854775807", "9223372036854775808"] {
        let place = super::fresh();
        let repository = small(&place, "r");
        let who = format!("Ana <ana@example.com> {seconds} +0000");
        let id = put(&repository, &format!("author {who}\ncommitter {who}\n\nm\n"));
        let rows = commits(&place);
        assert_eq!(rows.len(), n_listed(&repository), "{seconds}");
        let row = rows.iter().find(|row| row["id"] == id.as_str());
        assert!(row.expect("it is kept")["author_time"].is_null(), "{seconds}");
        says(&report(&place, "r"), "W-COMMIT", true);
    }
}

#[test]
fn a_commit_of_2_000_parents_and_one_of_a_large_message_are_read() {
    let place = super::fresh();
    let repository = small(&place, "r");
    let tip = hand::id(&repository.tip());
    let tree = hand::id(&repository.words(["rev-parse", "HEAD^{tree}"]).remove(0));
    let mut parents = vec![tip];
    parents.extend(
        (0..2_000).map(|number| hand::commit(&repository, &tree, &[tip], 20 + number)),
    );
    let octopus = hand::commit(&repository, &tree, &parents, 3_000);
    let who = "Ana <ana@example.com> 2001000000 +0000";
    let text = format!(
        "tree {}\nparent {}\nauthor {who}\ncommitter {who}\n\n{}",
        hand::hex(&tree),
        hand::hex(&octopus),
        "many words\n".repeat(1_000_000)
    );
    let top = hand::loose(&repository, "commit", text.as_bytes());
    hand::set_branch(&repository, &top);
    assert_eq!(commits(&place).len(), 12 + 2_000 + 2);
    assert!(report(&place, "r")["complete"].as_bool().expect("a flag"));
}

#[test]
fn histories_that_begin_apart_are_all_counted() {
    let place = super::fresh();
    let repository = small(&place, "r");
    let tip = hand::id(&repository.tip());
    let tree = hand::id(&repository.words(["rev-parse", "HEAD^{tree}"]).remove(0));
    let root = hand::commit(&repository, &tree, &[], 1);
    let other = hand::commit(&repository, &tree, &[root], 2);
    // The same parent twice, and a parent that is an ancestor of the other.
    let merge = hand::commit(&repository, &tree, &[tip, other, root, tip], 20);
    hand::set_branch(&repository, &merge);
    assert_eq!(commits(&place).len(), n_listed(&repository));
    assert_eq!(commits(&place).len(), 15);
    assert!(gaps(&report(&place, "r")).keys().all(|code| code == "W-CLOCK"));
}

/// Names that no checkout would write are counted, shown with care, and lead nowhere.
#[test]
fn hostile_names_in_a_tree_are_counted_and_lead_nowhere() {
    let place = super::fresh();
    let secret = place.write("secret.rs", "let hunter2;\n");
    let repository = small(&place, "r");
    let blob = hand::loose(&repository, "blob", b"let a;\n");
    let names: [&[u8]; 7] =
        [b"\x1b[31m.rs", b"..", b".git", b"CON.rs", b"a\nb.rs", b"aux\xff.rs", b"~root"];
    let mut entries: Vec<_> = names.iter().map(|name| ("100644", *name, blob)).collect();
    entries.sort_by_key(|entry| entry.1);
    let tree = hand::loose(&repository, "tree", &hand::tree(&entries));
    let tip = hand::id(&repository.tip());
    hand::set_branch(&repository, &hand::commit(&repository, &tree, &[tip], 20));
    let lines = place.run(["lines", "r"]).ended(0);
    assert_eq!(lines.out().lines().count(), names.len());
    assert!(!lines.out().contains('\x1b'), "escapes reach the terminal");
    assert!(!place.run(["report", "r"]).ended(0).out().contains('\x1b'));
    assert_eq!(fs::read(secret).expect("it is there"), b"let hunter2;\n");
}

#[test]
fn a_name_with_a_slash_spoils_its_directory_alone() {
    for name in [&b"/etc/passwd"[..], b"a/b", b""] {
        let place = super::fresh();
        let repository = small(&place, "r");
        let blob = hand::loose(&repository, "blob", b"let a;\n");
        let bad =
            hand::loose(&repository, "tree", &hand::tree(&[("100644", name, blob)]));
        let tree = hand::tree(&[("40000", b"bad", bad), ("100644", b"good.rs", blob)]);
        let tree = hand::loose(&repository, "tree", &tree);
        let tip = hand::id(&repository.tip());
        hand::set_branch(&repository, &hand::commit(&repository, &tree, &[tip], 20));
        says(&report(&place, "r"), "W-CORRUPT", false);
        let lines = place.run(["lines", "r"]).ended(0).out();
        assert!(lines.starts_with("good.rs\t1\t"), "{lines}");
        assert_eq!(lines.lines().count(), 1);
    }
}

/// A link in a tree is never source, and its target is never opened: neither as a
/// version nor as a mailmap.
#[test]
fn links_in_a_tree_are_not_followed() {
    let place = super::fresh();
    let _secret = place.write("secret", "Mallory <m@example.com> <ana@example.com>\n");
    let repository = small(&place, "r");
    let control = place.run(["report", "r", "--format", "json"]).ended(0);
    let control: serde_json::Value =
        serde_json::from_slice(&control.stdout).expect("the report is JSON");
    let target = place.path("secret");
    let target = target.to_str().expect("plain").as_bytes().to_vec();
    let link = hand::loose(&repository, "blob", &target);
    let src = hand::id(&repository.words(["rev-parse", "HEAD:src"]).remove(0));
    let tree = hand::tree(&[
        ("120000", b".mailmap", link),
        ("120000", b"link.rs", link),
        ("40000", b"src", src),
        ("160000", b"sub", link),
    ]);
    let tree = hand::loose(&repository, "tree", &tree);
    let tip = hand::id(&repository.tip());
    hand::set_branch(&repository, &hand::commit(&repository, &tree, &[tip], 13));
    let run = place.run(["report", "r", "--format", "json"]).ended(0);
    assert!(!run.out().contains("Mallory"), "{}", run.out());
    let report: serde_json::Value =
        serde_json::from_slice(&run.stdout).expect("the report is JSON");
    let lines = |report: &serde_json::Value| report["repositories"][0]["lines"].clone();
    assert!(lines(&report).is_object());
    assert_eq!(lines(&report)["alive"], lines(&control)["alive"]);
}

#[test]
fn replaced_commits_and_grafts_are_ignored_and_that_is_said() {
    let place = super::fresh();
    let repository = small(&place, "r");
    let control = super::answer(&place, "r");
    let middle = repository.words(["rev-parse", "HEAD~5"]).remove(0);
    let root = repository.words(["rev-parse", "HEAD~11"]).remove(0);
    fs::write(repository.path.join("info/grafts"), format!("{middle}\n"))
        .expect("the repository is ours");
    assert_eq!(n_listed(&repository), 6, "git believes it");
    assert_eq!(super::answer(&place, "r"), control);
    says(&report(&place, "r"), "W-IGNORED", true);
    fs::remove_file(repository.path.join("info/grafts")).expect("it is there");

    repository.git(["replace", &middle, &root]);
    assert_eq!(n_listed(&repository), 6, "git believes it");
    for pack in [false, true] {
        if pack {
            repository.git(["pack-refs", "--all"]);
        }
        assert_eq!(super::answer(&place, "r"), control);
        says(&report(&place, "r"), "W-IGNORED", true);
    }
}

#[test]
fn lines_at_a_shallow_boundary_are_nobodys() {
    let place = super::fresh();
    let repository = small(&place, "r");
    let from = format!("file://{}", repository.path.display());
    repository.git(["clone", "-q", "--bare", "--depth", "3", &from, "../shallow"]);
    drop(place.run(["facts", "shallow", "--output", "tables"]).ended(0));
    let rows = fs::read_to_string(place.path("tables/lifetimes.ndjson"));
    let rows = rows.expect("it was written");
    let boundary = repository.words(["rev-parse", "HEAD~2"]).remove(0);
    let mut n_lines = 0;
    for row in rows.lines() {
        let row: serde_json::Value = serde_json::from_str(row).expect("a row is JSON");
        let of_boundary = row["origin"] == boundary.as_str();
        assert_eq!(row["birth_unknown"], of_boundary, "{row}");
        n_lines += row["lines"].as_u64().filter(|_| of_boundary).unwrap_or(0);
    }
    assert!(n_lines > 150, "{n_lines}");
}

#[test]
fn a_boundary_that_makes_no_sense_is_refused_with_its_line() {
    let place = super::fresh();
    let repository = small(&place, "r");
    let mut text = String::new();
    writeln!(text, "{}\nhunter2 hunter2", repository.tip()).expect("text takes anything");
    fs::write(repository.path.join("shallow"), text).expect("the repository is ours");
    for command in ["report", "lines"] {
        let run = place.run([command, "r"]);
        run.refused(3, "line 2");
        assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    }
}
