//! A run that is killed loses nothing, and what it had finished is not done again.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::SystemTime;

use super::{AS_OF, tinies, tiny};
use crate::harness::{Place, Run};

const N: u32 = 6;
const ARGUMENTS: [&str; 6] =
    ["audit", "fleet", AS_OF, "--format=json", "--jobs=1", "--cache-dir=kept"];

/// What is kept of whole repositories: by name which file it is, and when it was written.
fn kept(place: &Place) -> BTreeMap<String, (u64, SystemTime)> {
    let Ok(folder) = fs::read_dir(place.path("kept")) else { return BTreeMap::new() };
    let mut found = BTreeMap::new();
    for entry in folder {
        let entry = entry.expect("the directory is ours");
        let name = entry.file_name().into_string().expect("names of ours are plain");
        if name.ends_with(".facts")
            && let Ok(data) = entry.metadata()
        {
            let written = data.modified().expect("the system knows");
            found.insert(name, (data.ino(), written));
        }
    }
    found
}

/// Kills a run as soon as so much is kept.
fn kill_at(place: &Place, n_kept: usize) {
    let mut child = place.command(ARGUMENTS).spawn().expect("the program was built");
    while kept(place).len() < n_kept {
        if child.try_wait().expect("it is our child").is_some() {
            break;
        }
        std::thread::yield_now();
    }
    child.kill().expect("it is our child, ended or not");
    child.wait().expect("it is our child");
}

/// How many repositories a run read anew, by what it says.
fn read_anew(run: &Run) -> usize {
    let line = run.stderr.lines().find(|line| line.starts_with("note: "));
    let words = line.expect("it says so").split(' ').nth(1);
    words.and_then(|word| word.parse().ok()).expect("it begins with a number")
}

#[test]
fn a_run_that_was_killed_is_taken_up_where_it_was() {
    let whole = Place::new();
    tinies(&whole, "fleet", N);
    let answer = whole.run(ARGUMENTS).ended(0);
    assert_eq!(read_anew(&answer), N as usize);
    for n_kept in 0..N as usize {
        let place = Place::new();
        tinies(&place, "fleet", N);
        kill_at(&place, n_kept);
        let before = kept(&place);
        assert!(before.len() >= n_kept);
        let again = place.run(ARGUMENTS).ended(0);
        assert_eq!(again.out(), answer.out(), "killed with {n_kept} kept");
        // A worker may have come to its end after the kill: never is more read anew than
        // was not kept, and what was kept is not written again.
        assert!(read_anew(&again) <= N as usize - before.len(), "{}", again.stderr);
        let after = kept(&place);
        assert!(before.iter().all(|(name, file)| after.get(name) == Some(file)));
        assert_eq!(after.len(), N as usize);
        let last = place.run(ARGUMENTS).ended(0);
        assert_eq!((read_anew(&last), last.out()), (0, answer.out()));
    }
}

#[test]
fn only_what_changed_is_read_anew() {
    let place = Place::new();
    let names = tinies(&place, "fleet", N);
    assert_eq!(read_anew(&place.run(ARGUMENTS).ended(0)), N as usize);
    fs::remove_dir_all(place.path(&names[2])).expect("it is ours");
    tiny(&place, &names[2], 77);
    assert_eq!(read_anew(&place.run(ARGUMENTS).ended(0)), 1);
    assert_eq!(read_anew(&place.run(ARGUMENTS).ended(0)), 0);
}
