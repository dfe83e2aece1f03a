//! Where each line comes from: ours equals git's, on told histories and on random ones.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::git::{FIXTURES, Reach, Repository};
use crate::harness::Place;
use crate::random_history;

/// How many random histories are compared, unless `SLOPNEXUS_SEEDS` says otherwise.
const SEEDS: u64 = 60;

/// Origins of the lines of each file, in order.
type Origins = BTreeMap<Vec<u8>, Vec<String>>;

/// Calls `check` with every seed, on all cores, and fails with what it found.
pub(crate) fn for_each_seed(check: impl Fn(u64) -> Result<(), String> + Sync) {
    for_seeds(SEEDS, check);
}

/// The same with another number of histories, unless `SLOPNEXUS_SEEDS` says otherwise.
pub(crate) fn for_seeds(seeds: u64, check: impl Fn(u64) -> Result<(), String> + Sync) {
    let wanted = std::env::var("SLOPNEXUS_SEEDS").ok();
    let n_seeds = wanted
        .map_or(seeds, |wanted| wanted.parse().expect("SLOPNEXUS_SEEDS is a number"));
    let next = AtomicU64::new(0);
    let work = || {
        let mut failures = String::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= n_seeds {
                return failures;
            }
            if let Err(why) = check(seed) {
                _ = writeln!(failures, "seed {seed}: {why}");
            }
        }
    };
    let n_threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let failures: String = thread::scope(|threads| {
        let workers: Vec<_> = (0..n_threads).map(|_| threads.spawn(work)).collect();
        workers
            .into_iter()
            .map(|worker| {
                // One that panics is a failure, and takes no other's verdict with it.
                let panicked = |_| "a check panicked: see above\n".to_owned();
                worker.join().unwrap_or_else(panicked)
            })
            .collect()
    });
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn lines_of_every_fixture_are_those_of_git_blame() {
    let place = Place::new();
    for (name, _) in FIXTURES {
        let repository = Repository::fixture(&place, name);
        for reach in [Reach::All, Reach::FirstParents] {
            let compared = compare(&place, &repository, reach);
            assert_eq!(compared, Ok(()), "fixture {name}, {reach:?}");
        }
    }
}

#[test]
fn lines_of_random_histories_are_those_of_git_blame() {
    for_each_seed(|seed| {
        let place = Place::new();
        let stream = random_history::stream(seed);
        compare(&place, &Repository::import(&place, "random", &stream), Reach::All)
    });
}

#[test]
fn lines_of_the_mainline_alone_are_those_of_git_blame_along_first_parents() {
    for_each_seed(|seed| {
        let place = Place::new();
        let stream = random_history::stream(seed);
        let repository = Repository::import(&place, "random", &stream);
        compare(&place, &repository, Reach::FirstParents)
    });
}

#[test]
fn reading_the_mainline_alone_is_said_everywhere() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "conflict");
    let flag = "--first-parent-origins";
    let merge = repository.tip();
    let run = place.run(["lines", "conflict", flag]).ended(0);
    assert!(run.out().contains(&format!("a.py\t4\t{merge}\t{merge}")), "{}", run.out());
    assert_eq!(run.stderr.matches("[W-FIRSTPARENT]").count(), 1, "{}", run.stderr);
    let report = place.run(["report", "conflict", "--format=json", flag]).ended(0);
    let report: serde_json::Value =
        serde_json::from_slice(&report.stdout).expect("it is JSON");
    assert_eq!(report["inputs"]["options"]["first_parent_origins"], "true");
    assert_eq!(report["repositories"][0]["commits"], 3);
    let gaps = report["gaps"].as_array().expect("a list");
    let codes: Vec<&str> = gaps.iter().filter_map(|gap| gap["code"].as_str()).collect();
    assert_eq!(codes, ["W-FIRSTPARENT"]);
    let text = place.run(["report", "conflict", flag]).ended(0).out();
    assert!(text.contains("Only the mainline was read"), "{text}");
    let told = place.run(["explain", "line:a.py:4", "conflict", flag]).ended(0).out();
    assert!(told.contains("Only the mainline was read"), "{told}");
    assert!(told.contains(" --first-parent -L 4,4 --root"), "{told}");
    let run = place.run(["facts", "conflict", "--output=tables", flag]).ended(0);
    assert_eq!(run.out(), "");
    let row = std::fs::read_to_string(place.path("tables/repositories.ndjson"))
        .expect("it was written");
    assert!(row.contains(r#""first_parent_origins":true"#), "{row}");
    assert!(row.contains("W-FIRSTPARENT 1"), "{row}");
}

#[test]
fn a_fixture_ends_at_the_commit_that_tests_may_quote() {
    let place = Place::new();
    for (name, tip) in FIXTURES {
        assert_eq!(Repository::fixture(&place, name).tip(), *tip, "fixture {name}");
    }
}

/// Compares `slopnexus lines --exact` with `git blame`, whole and line by line.
fn compare(place: &Place, repository: &Repository, reach: Reach) -> Result<(), String> {
    let asked = ["lines".as_ref(), repository.path.as_os_str(), "--exact".as_ref()];
    let more = match reach {
        Reach::All => "--no-syntax",
        Reach::FirstParents => "--first-parent-origins",
    };
    let run = place.run(asked.into_iter().chain([more.as_ref()]));
    if run.status != Some(0) {
        return Err(format!("ended with {:?}: {}", run.status, run.stderr));
    }
    let ours = parse(&run.stdout)?;
    let theirs = blame_all(repository, reach);
    let missing = theirs.keys().find(|path| !ours.contains_key(*path));
    let foreign = ours.keys().find(|path| !theirs.contains_key(*path));
    if let Some(path) = missing.or(foreign) {
        let who = if missing.is_some() { "git" } else { "slopnexus" };
        return Err(format!("only {who} has lines in {}", path.escape_ascii()));
    }
    for (path, theirs) in &theirs {
        let ours = &ours[path];
        let pairs = ours.iter().zip(theirs).enumerate();
        let mut different = pairs.filter(|(_, (ours, theirs))| ours != theirs);
        let n_different = different.clone().count();
        if let Some((line, (ours, theirs))) = different.next() {
            return Err(format!(
                "{}:{} is of {ours}, git says {theirs}; {n_different} lines of the file differ",
                path.escape_ascii(),
                line + 1
            ));
        }
        if ours.len() != theirs.len() {
            let (ours, theirs) = (ours.len(), theirs.len());
            return Err(format!(
                "{} has {ours} lines, not {theirs}",
                path.escape_ascii()
            ));
        }
    }
    Ok(())
}

fn blame_all(repository: &Repository, reach: Reach) -> Origins {
    // Binary files too: git blames them line by line like any other, and `--exact`
    // leaves nothing out.
    let files = repository.files("HEAD").into_iter().filter(|file| file.n_lines() > 0);
    files
        .map(|file| {
            let origins = repository.blame_along("HEAD", &file.path, reach);
            (file.path, origins)
        })
        .collect()
}

/// Reads the rows of `lines`, which must be sorted by path and number lines from 1.
fn parse(rows: &[u8]) -> Result<Origins, String> {
    let mut origins = Origins::new();
    let mut before: Option<(Vec<u8>, usize)> = None;
    for row in rows.split_inclusive(|&byte| byte == b'\n') {
        let shown = row.escape_ascii();
        let fields: Vec<&[u8]> =
            row.trim_ascii_end().split(|&byte| byte == b'\t').collect();
        let [path, line, origin, landing] = fields[..] else {
            return Err(format!("no row of four columns: {shown}"));
        };
        let path = unquote(path);
        let text = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
        let line: usize =
            text(line).parse().map_err(|_| format!("no line number: {shown}"))?;
        let follows = match &before {
            Some((last, at)) if *last == path => line == at + 1,
            Some((last, _)) => *last < path && line == 1,
            None => line == 1,
        };
        if !follows {
            return Err(format!("row is out of order: {shown}"));
        }
        if [origin, landing].iter().any(|id| id.len() != 40) {
            return Err(format!("no full commit id: {shown}"));
        }
        origins.entry(path.clone()).or_default().push(text(origin));
        before = Some((path, line));
    }
    Ok(origins)
}

/// Takes git's quotes off a path.
fn unquote(path: &[u8]) -> Vec<u8> {
    let Some(inner) = path.strip_prefix(b"\"").and_then(|path| path.strip_suffix(b"\""))
    else {
        return path.to_vec();
    };
    let mut bytes = Vec::new();
    let mut rest = inner;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.first() {
            Some(digit @ b'0'..=b'7') => {
                let value =
                    rest[1..3].iter().fold(u32::from(digit - b'0'), |value, digit| {
                        value * 8 + u32::from(digit - b'0')
                    });
                bytes.push(u8::try_from(value).expect("git writes bytes"));
                rest = &rest[3..];
            }
            Some(&letter) => {
                let code = match letter {
                    b'a' => 7,
                    b'b' => 8,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'v' => 11,
                    b'f' => 12,
                    b'r' => b'\r',
                    itself => itself,
                };
                bytes.push(code);
                rest = &rest[1..];
            }
            None => {}
        }
    }
    bytes
}
