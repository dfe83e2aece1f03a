//! What a run says that goes on from what earlier ones found out: what it would say
//! without.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::git::Repository;
use crate::harness::Place;
use crate::oracle::for_seeds;
use crate::random_history::commits::{self, Commit, Entry};
use crate::random_history::{self, Numbers};

/// Ways of asking, each with records of its own.
const WAYS: [&[&str]; 3] = [
    &["report", "--format=json", "--clone-history"],
    &["facts", "--output=tables", "--function-history"],
    &["lines", "--format=ndjson", "--exact"],
];

/// What is said of the repository `r`, without what it cost to find out.
fn said(place: &Place, way: &[&str], more: &[&str]) -> Vec<u8> {
    let tables = place.path("tables");
    if tables.exists() {
        fs::remove_dir_all(&tables).expect("the folder is ours");
    }
    let run = place.run([way[0], "r"].iter().chain(&way[1..]).chain(more)).ended(0);
    match way[0] {
        "report" => {
            let mut answer: Value =
                serde_json::from_slice(&run.stdout).expect("it is JSON");
            for repository in answer["repositories"].as_array_mut().expect("a list") {
                repository["work"] = Value::Null;
            }
            answer.to_string().into_bytes()
        }
        "facts" => {
            let names = fs::read_dir(&tables).expect("they were written");
            let mut paths: Vec<PathBuf> =
                names.map(|entry| entry.expect("it can be listed").path()).collect();
            paths.sort();
            paths.iter().flat_map(|path| fs::read(path).expect("it is ours")).collect()
        }
        _ => run.stdout,
    }
}

/// Whether a run that may use what earlier ones kept says what one says that may not.
fn is_said_again(place: &Place, way: &[&str], more: &[&str]) -> bool {
    let again = said(place, way, &[more, &["--cache-dir=kept"]].concat());
    again == said(place, way, &[more, &["--no-cache"]].concat())
}

#[test]
fn a_run_that_goes_on_from_any_commit_says_what_one_run_says() {
    for_seeds(20, |seed| {
        let place = Place::new();
        let repository = Repository::import(&place, "r", &random_history::stream(seed));
        let commits = repository.words(["rev-list", "--all"]);
        let mut numbers = Numbers(seed);
        // Of any branch: what one mainline holds is off another, where parents of a merge
        // change places or a branch is moved to where it was merged.
        let mut revs = vec!["main".to_owned()];
        revs.extend((0..4).map(|_| numbers.pick(&commits).clone()));
        revs.push("main".to_owned());
        for way in WAYS {
            let differs = |rev: &&String| !is_said_again(&place, way, &["--rev", rev]);
            if let Some(rev) = revs.iter().find(differs) {
                return Err(format!("another {} of {rev}, of {revs:?}", way[0]));
            }
        }
        Ok(())
    });
}

/// A commit: its branch, its parents, and files of so many lines.
type Planted<'p> = (&'p str, &'p [usize], &'p [(&'p str, usize)]);

fn planted(history: &[Planted<'_>]) -> Vec<u8> {
    let text = |n: usize| {
        let lines = (0..n).map(|line| format!("int value_{line} = {line};\n\n"));
        Entry::File { executable: false, content: lines.collect::<String>().into() }
    };
    let commit = |(at, &(branch, parents, files)): (i64, &Planted<'_>)| {
        let tree = files.iter().map(|&(path, n)| (path.as_bytes().to_vec(), text(n)));
        Commit {
            branch: branch.to_owned(),
            parents: parents.to_vec(),
            tree: tree.collect(),
            who: "Ana <ana@example.com>",
            time: 1_700_000_000 + at * 86_400,
            zones: ["+0000"; 2],
            message: "Change\n".to_owned(),
        }
    };
    commits::stream(&(0..).zip(history).map(commit).collect::<Vec<_>>())
}

#[test]
fn what_was_on_a_branch_is_found_out_again_where_the_branch_becomes_the_mainline() {
    let place = Place::new();
    // A branch is merged, goes on, takes the mainline in, and is moved in its place.
    let (old, new, other) = (("base.c", 3), ("tests/a.c", 4), ("other.c", 5));
    let stream = planted(&[
        ("main", &[], &[old]),
        ("topic", &[0], &[old, new]),
        ("main", &[0], &[old, other]),
        ("main", &[2, 1], &[old, new, other]),
        ("topic", &[1], &[("base.c", 4), new]),
        ("topic", &[4, 3], &[("base.c", 4), new, other]),
    ]);
    Repository::import(&place, "r", &stream);
    for way in WAYS {
        for rev in ["main", "topic", "main"] {
            assert!(is_said_again(&place, way, &["--rev", rev]), "{} of {rev}", way[0]);
        }
    }
}

/// Where a loose object is.
fn object_file(repository: &Repository, what: &str) -> PathBuf {
    let id = repository.words(["rev-parse", what]).remove(0);
    repository.path.join("objects").join(&id[..2]).join(&id[2..])
}

/// Takes an object away, asks, and asks again when it is back.
#[track_caller]
fn check_healed(place: &Place, repository: &Repository, lost: &str) {
    let (there, away) = (object_file(repository, lost), place.path("away"));
    for way in &WAYS[..2] {
        fs::rename(&there, &away).expect("it is loose");
        assert!(is_said_again(place, way, &[]), "{} without {lost}", way[0]);
        assert!(is_said_again(place, way, &[]), "{} again without {lost}", way[0]);
        fs::rename(&away, &there).expect("it is ours");
        assert!(is_said_again(place, way, &[]), "{} with {lost} again", way[0]);
    }
}

#[test]
fn what_was_said_without_an_object_is_not_said_when_it_is_back() {
    let (old, moved) = (("a.c", 9), ("vendor/a.c", 9));
    let history: [Planted<'_>; 5] = [
        ("main", &[], &[old, (".mailmap", 1), (".gitattributes", 2)]),
        // A file moves and changes a little: to know it takes the content.
        ("main", &[0], &[("b.c", 8), ("tests/x.c", 3), (".gitattributes", 3)]),
        ("main", &[1], &[("b.c", 8), moved, ("tests/x.c", 4), (".gitattributes", 3)]),
        ("topic", &[1], &[("tests/y.c", 3), ("b.c", 8), (".gitattributes", 3)]),
        ("main", &[2, 3], &[moved, ("tests/y.c", 4), (".mailmap", 1)]),
    ];
    for lost in [
        "main~1:vendor/a.c",
        "main~2:b.c",
        "main~2:tests/x.c",
        "topic:tests/y.c",
        "main:.mailmap",
        "main~1:.gitattributes",
        "main~2:tests",
        "main~1^{tree}",
        "main~2",
        "topic",
    ] {
        let place = Place::new();
        let repository = Repository::import_loose(&place, "r", &planted(&history));
        check_healed(&place, &repository, lost);
    }
}

#[test]
fn a_squash_is_told_by_its_pull_request_as_soon_as_its_head_is_here() {
    let place = Place::new();
    let history: [Planted<'_>; 2] =
        [("main", &[], &[("a.c", 3)]), ("pull", &[0], &[("a.c", 3), ("b.c", 4)])];
    let repository = Repository::import_loose(&place, "r", &planted(&history));
    repository.git(["update-ref", "refs/pull/7/head", "pull"]);
    let who = ["-c", "user.name=cal", "-c", "user.email=cal@example.org"];
    let made = ["commit-tree", "-p", "main", "-m", "Add (#7)", "pull^{tree}"];
    let squash = repository.words(who.iter().chain(&made)).remove(0);
    repository.git(["update-ref", "refs/heads/main", &squash]);
    repository.git(["update-ref", "-d", "refs/heads/pull"]);
    check_healed(&place, &repository, "refs/pull/7/head");
}

#[test]
fn lines_of_a_version_that_is_lost_since_do_not_go_on_as_those_of_the_next() {
    let place = Place::new();
    let history: [Planted<'_>; 3] = [
        ("main", &[], &[("a.c", 5), ("b.c", 2)]),
        ("main", &[0], &[("a.c", 6), ("b.c", 2)]),
        ("main", &[1], &[("a.c", 9), ("b.c", 2)]),
    ];
    let repository = Repository::import_loose(&place, "r", &planted(&history));
    let (there, away) = (object_file(&repository, "main~1:a.c"), place.path("away"));
    let before = repository.words(["rev-parse", "main~1"]).remove(0);
    for way in WAYS {
        assert!(
            is_said_again(&place, way, &["--rev", &before]),
            "{}: it is here",
            way[0]
        );
        fs::rename(&there, &away).expect("it is loose");
        assert!(is_said_again(&place, way, &[]), "{}: it is lost", way[0]);
        fs::rename(&away, &there).expect("it is ours");
        assert!(is_said_again(&place, way, &[]), "{}: it is back", way[0]);
    }
}

#[test]
fn a_mailmap_that_is_lost_since_names_nobody() {
    let place = Place::new();
    let repository = Repository::import_loose(&place, "r", &{
        let mut stream = planted(&[("main", &[], &[("a.c", 5)])]);
        let map = "Anna <anna@example.com> <ana@example.com>\n";
        let head =
            "commit refs/heads/main\ncommitter Ben <ben@example.com> 1700100000 +0000";
        let rest =
            format!("data 4\nMap\nM 100644 inline .mailmap\ndata {}\n{map}\n", map.len());
        stream.extend(format!("{head}\n{rest}").into_bytes());
        stream
    });
    let run = |cache| {
        let run = place.run(["facts", "r", "--output=tables", cache]).ended(0);
        let commits = fs::read_to_string(place.path("tables/commits.ndjson"));
        fs::remove_dir_all(place.path("tables")).expect("the folder is ours");
        (commits.expect("it was written"), run.stderr.contains("[W-SIDEFILE]"))
    };
    let before = run("--cache-dir=kept");
    assert!(!before.1, "it is there");
    fs::remove_file(object_file(&repository, "main:.mailmap")).expect("it is loose");
    let after = run("--cache-dir=kept");
    assert_ne!(before.0, after.0, "they have other pseudonyms");
    assert!(after.1, "and it is said that it is lost");
    assert_eq!(after, run("--no-cache"));
}
