//! What earlier runs kept: it may make a run shorter, and nothing else.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::git::Repository;
use crate::harness::{Place, Run};

const ASKED: [&str; 5] = ["report", "rewrite", "--format", "json", "--cache-dir=kept"];

fn ask(place: &Place) -> Run {
    place.run(ASKED).ended(0)
}

/// The files that are kept.
fn kept(place: &Place) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(place.path("kept")) else { return Vec::new() };
    entries.map(|entry| entry.expect("the folder can be listed").path()).collect()
}

#[test]
fn a_second_run_gives_the_same_bytes_and_a_new_tip_new_ones() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "rewrite");
    let first = ask(&place);
    let files = kept(&place);
    assert_eq!(files.len(), 1, "the facts of one repository");
    let before = fs::read(&files[0]).expect("it was kept");
    assert_eq!(ask(&place), first);
    assert_eq!(fs::read(&files[0]).expect("it is kept"), before, "it was read, not made");
    repository.git(["update-ref", "HEAD", "HEAD~1"]);
    let older = ask(&place);
    assert_ne!(older.stdout, first.stdout, "the tip is another");
    assert_eq!(place.run(["report", "rewrite", "--format=json", "--no-cache"]), older);
}

#[test]
fn what_is_damaged_is_not_believed() {
    let place = Place::new();
    Repository::fixture(&place, "rewrite");
    let first = ask(&place);
    let file = kept(&place).pop().expect("something was kept");
    let whole = fs::read(&file).expect("it can be read");
    for at in (0..whole.len()).step_by(61) {
        let mut other = whole.clone();
        other[at] ^= 0x20;
        fs::write(&file, &other).expect("the file is ours");
        assert_eq!(ask(&place), first, "byte {at}");
    }
    fs::write(&file, &whole[..whole.len() / 2]).expect("the file is ours");
    assert_eq!(ask(&place), first, "cut off");
    assert_eq!(fs::read(&file).expect("it can be read"), whole, "and mended");
}

#[test]
fn a_cache_that_cannot_be_written_is_one_warning_and_the_same_answer() {
    let place = Place::new();
    Repository::fixture(&place, "rewrite");
    let first = place.run(["report", "rewrite", "--format=json", "--no-cache"]).ended(0);
    assert_eq!(kept(&place).len(), 0, "nothing is kept with --no-cache");
    // A plain file stands where the folder should be, which stops even a superuser.
    place.write("kept", "in the way");
    let run = ask(&place);
    assert_eq!(run.stdout, first.stdout);
    assert_eq!(run.stderr.matches("[W-CACHE]").count(), 1, "{}", run.stderr);
}

#[test]
fn runs_beside_each_other_and_their_leftovers_do_not_matter() {
    let place = Place::new();
    Repository::fixture(&place, "rewrite");
    let first = place.run(["report", "rewrite", "--format=json", "--no-cache"]).ended(0);
    let runs: Vec<Run> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..4).map(|_| scope.spawn(|| ask(&place))).collect();
        asking.into_iter().map(|run| run.join().expect("the run is over")).collect()
    });
    for run in runs {
        assert_eq!(run.stdout, first.stdout);
        assert_eq!(run.stderr, first.stderr);
    }
    assert_eq!(kept(&place).len(), 1, "one file and nothing half-written");
}

#[test]
fn no_address_and_no_message_is_kept_and_only_the_owner_can_read() {
    let place = Place::new();
    Repository::fixture(&place, "rewrite");
    assert!(!ask(&place).stdout.is_empty());
    let file = kept(&place).pop().expect("something was kept");
    let bytes = fs::read(&file).expect("it can be read");
    for secret in ["ana@example.com", "ben@example.com", "Ana", "drop the log line"] {
        let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!found, "{secret} is kept");
    }
    for path in [file, place.path("kept")] {
        let mode = fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
    }
}
