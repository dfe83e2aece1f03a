//! Directories that cannot be read in the middle of a history: what is in them is out of
//! sight until they can be read again, and no line is said to be born or dead meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use super::objects_by_hand::{self as hand, Id};
use crate::git::{Repository, TreeFile, in_tables};
use crate::harness::Place;
use crate::oracle::for_seeds;
use crate::random_history::{self, Numbers};

/// How many random histories are damaged, unless `SLOPNEXUS_SEEDS` says otherwise.
const SEEDS: u64 = 30;

/// The file of an object.
fn file_of(repository: &Repository, id: &str) -> std::path::PathBuf {
    repository.path.join("objects").join(&id[..2]).join(&id[2..])
}

/// Rows of the table `lifetimes`.
fn lifetimes(place: &Place, name: &str) -> Result<Vec<Value>, String> {
    let facts = ["facts", name, "--exact", "--no-syntax", "--output", "tables"];
    let run = place.run(facts);
    if run.status != Some(0) {
        return Err(format!("facts ended with {:?}: {}", run.status, run.stderr));
    }
    let text = fs::read_to_string(place.path("tables/lifetimes.ndjson"));
    let text = text.map_err(|error| error.to_string())?;
    let rows = text.lines().map(serde_json::from_str);
    rows.collect::<Result<_, _>>().map_err(|error| error.to_string())
}

/// A history made by hand: each commit is the files of `src`, where `!` says that the
/// directory is to be lost, and those beside it.
struct History {
    place: Place,
    repository: Repository,
    commits: Vec<Id>,
}

type Files<'f> = &'f [(&'f str, &'f str)];

impl History {
    fn new() -> Self {
        let place = super::fresh();
        let repository = Repository::empty(&place, "r");
        Self { place, repository, commits: Vec::new() }
    }

    fn folder(&self, files: Files<'_>, more: &[(&str, &[u8], Id)]) -> Id {
        let blobs: Vec<(&str, Id)> = files
            .iter()
            .map(|(name, lines)| {
                let text: String =
                    lines.split(' ').map(|line| format!("{line}\n")).collect();
                (*name, hand::loose(&self.repository, "blob", text.as_bytes()))
            })
            .collect();
        let mut entries: Vec<(&str, &[u8], Id)> =
            blobs.iter().map(|(name, id)| ("100644", name.as_bytes(), *id)).collect();
        entries.extend(more);
        entries.sort_by_key(|entry| entry.1);
        hand::loose(&self.repository, "tree", &hand::tree(&entries))
    }

    /// Commits on top of others and returns the trees: the root and `src`.
    fn commit(
        &mut self,
        parents: &[usize],
        src: Files<'_>,
        beside: Files<'_>,
    ) -> [Id; 2] {
        let src = self.folder(src, &[]);
        let root = self.folder(beside, &[("40000", b"src", src)]);
        let parents: Vec<Id> =
            parents.iter().map(|&parent| self.commits[parent]).collect();
        let number = u32::try_from(self.commits.len()).expect("there are few");
        let commit = hand::commit(&self.repository, &root, &parents, number);
        hand::set_branch(&self.repository, &commit);
        self.commits.push(commit);
        [root, src]
    }

    fn lose(&self, id: &Id) {
        fs::remove_file(file_of(&self.repository, &hand::hex(id))).expect("it is loose");
    }

    /// Holds what becomes of the lines: path, landing, death, cause, whether the birth
    /// is unknown, and how many.
    #[track_caller]
    fn check(&self, expected: &[&str]) {
        let rows = lifetimes(&self.place, "r").expect("it can be reported");
        let number = |id: &Value| {
            let id = id.as_str().unwrap_or("-");
            let found = self.commits.iter().position(|commit| hand::hex(commit) == id);
            found.map_or("-".to_owned(), |number| number.to_string())
        };
        let mut found: Vec<String> = rows
            .iter()
            .map(|row| {
                format!(
                    "{} {}..{} {} {}× {}",
                    row["path"].as_str().expect("a path"),
                    number(&row["landing"]),
                    number(&row["death"]),
                    row["cause"].as_str().unwrap_or("stands"),
                    row["lines"],
                    if row["birth_unknown"] == true { "unknown" } else { "born" },
                )
            })
            .collect();
        found.sort();
        assert_eq!(found, expected);
        let report = super::report(&self.place, "r");
        super::says(&report, "W-MISSING", false);
    }
}

#[test]
fn lines_below_a_lost_directory_are_out_of_sight_until_it_is_back() {
    let mut history = History::new();
    history.commit(&[], &[("a", "a1 a2 a3"), ("b", "b1 b2")], &[("top", "t1 t2 t3")]);
    let src = &[("a", "a1 x2 a3"), ("b", "b1 b2")];
    let [_, lost] = history.commit(&[0], src, &[("top", "t1 t2 t3")]);
    // The directory is as it was: nothing is known to have happened in it.
    history.commit(&[1], src, &[("top", "t1 t3")]);
    history.commit(&[2], &[("a", "a1 x2"), ("b", "b1 b2")], &[("top", "t1 t3")]);
    history.commit(&[3], &[("a", "a1 x2"), ("b", "b1")], &[("top", "t1 t3")]);
    history.lose(&lost);
    history.check(&[
        "src/a 0..1 unreadable 3× born",
        "src/a 3..- stands 2× unknown",
        "src/b 0..1 unreadable 2× born",
        "src/b 3..- stands 1× unknown",
        "src/b 3..4 deleted 1× unknown",
        "top 0..- stands 2× born",
        "top 0..2 deleted 1× born",
    ]);
}

#[test]
fn a_file_that_comes_or_goes_beside_a_lost_directory_may_have_been_moved() {
    let mut history = History::new();
    let src = &[("a", "a1 a2")];
    history.commit(&[], src, &[("gone", "g1 g2"), ("top", "t1 t2")]);
    let [_, lost] =
        history.commit(&[0], &[("a", "a1"), ("g", "g1 g2")], &[("top", "t1")]);
    history.commit(&[1], src, &[("new", "n1"), ("top", "t1")]);
    history.commit(&[2], src, &[("newer", "m1"), ("top", "t1")]);
    history.lose(&lost);
    history.check(&[
        "gone 0..1 unreadable 2× born",
        "new 2..3 file_deleted 1× unknown",
        "newer 3..- stands 1× born",
        "src/a 0..1 unreadable 2× born",
        "src/a 2..- stands 2× unknown",
        "top 0..- stands 1× born",
        "top 0..1 deleted 1× born",
    ]);
}

#[test]
fn a_lost_root_is_a_lost_directory_that_has_everything() {
    let mut history = History::new();
    history.commit(&[], &[("a", "a1")], &[("top", "t1 t2")]);
    let [lost, _] = history.commit(&[0], &[("a", "a2")], &[("top", "t1")]);
    history.commit(&[1], &[("a", "a2")], &[("top", "t1 t3")]);
    history.lose(&lost);
    history.check(&[
        "src/a 0..1 unreadable 1× born",
        "src/a 2..- stands 1× unknown",
        "top 0..1 unreadable 2× born",
        "top 2..- stands 2× unknown",
    ]);
}

#[test]
fn what_a_lost_directory_of_a_branch_held_has_an_unknown_birth_where_it_lands() {
    let mut history = History::new();
    history.commit(&[], &[("a", "a1 a2")], &[]);
    let [_, lost] = history.commit(&[0], &[("a", "a1 a2 b3")], &[]);
    history.commit(&[0], &[("a", "a0 a1 a2")], &[]);
    history.commit(&[2, 1], &[("a", "a0 a1 a2 b3")], &[]);
    history.lose(&lost);
    history.check(&[
        "src/a 0..- stands 2× born",
        "src/a 2..- stands 1× born",
        "src/a 3..- stands 1× unknown",
    ]);
}

#[test]
fn a_directory_that_is_lost_for_good_stays_out_of_sight() {
    let mut history = History::new();
    history.commit(&[], &[("a", "a1 a2")], &[("top", "t1")]);
    let [_, lost] = history.commit(&[0], &[("a", "a1")], &[("top", "t1")]);
    history.commit(&[1], &[("a", "a1")], &[("top", "t1 t2")]);
    history.lose(&lost);
    history.check(&[
        "src/a 0..1 unreadable 2× born",
        "top 0..- stands 1× born",
        "top 2..- stands 1× born",
    ]);
}

/// Lines that were born for sure, and that died for sure, by path and commit.
fn events(rows: &[Value]) -> [BTreeMap<String, u64>; 2] {
    let [mut births, mut deaths] = [BTreeMap::new(), BTreeMap::new()];
    for row in rows {
        let lines = row["lines"].as_u64().expect("lines are counted");
        if row["birth_unknown"] == false {
            *births.entry(row["landing"].to_string()).or_default() += lines;
        }
        if row["cause"].as_str().is_some_and(|cause| cause != "unreadable") {
            *deaths.entry(row["death"].to_string()).or_default() += lines;
        }
    }
    [births, deaths]
}

/// Takes any one directory but those of the tip from a history.
fn lose_one(repository: &Repository, seed: u64) -> Option<String> {
    let at_tip: BTreeSet<String> = repository
        .words(["rev-list", "--objects", "--no-object-names", "HEAD^{tree}"])
        .into_iter()
        .collect();
    let all = repository.words(["rev-list", "--objects", "--no-object-names", "HEAD"]);
    let trees: Vec<String> = all
        .into_iter()
        .filter(|id| !at_tip.contains(id))
        .filter(|id| repository.words(["cat-file", "-t", id]) == ["tree"])
        .collect();
    if trees.is_empty() {
        return None;
    }
    let lost = Numbers(seed).pick(&trees).clone();
    fs::remove_file(file_of(repository, &lost)).expect("it is loose");
    Some(lost)
}

#[test]
fn a_history_with_a_lost_directory_tells_no_birth_and_no_death_that_the_whole_does_not() {
    for_seeds(SEEDS, |seed| {
        let place = super::fresh();
        let stream = random_history::stream(seed);
        let repository = Repository::import_loose(&place, "random", &stream);
        let whole = events(&lifetimes(&place, "random")?);
        let files = repository.files("HEAD");
        let Some(lost) = lose_one(&repository, seed) else { return Ok(()) };
        let rows = lifetimes(&place, "random")?;
        for (known, whole) in events(&rows).iter().zip(&whole) {
            let more =
                known.iter().find(|(at, n)| whole.get(*at).is_none_or(|all| all < n));
            if let Some(more) = more {
                return Err(format!(
                    "without {lost}: {more:?}, of {:?}",
                    whole.get(more.0)
                ));
            }
        }
        let mut standing: BTreeMap<String, u64> = BTreeMap::new();
        for row in rows.iter().filter(|row| row["death"].is_null()) {
            let path = row["path"].as_str().expect("a path").to_owned();
            *standing.entry(path).or_default() += row["lines"].as_u64().expect("a count");
        }
        let lines = |file: &TreeFile| (in_tables(&file.path), file.n_lines() as u64);
        let mut expected: BTreeMap<String, u64> = BTreeMap::new();
        for (path, n_lines) in files.iter().map(lines).filter(|(_, n)| *n > 0) {
            *expected.entry(path).or_default() += n_lines;
        }
        if standing == expected {
            Ok(())
        } else {
            Err(format!("without {lost}: {standing:?} stand, git has {expected:?}"))
        }
    });
}
