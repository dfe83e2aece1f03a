//! Repositories that others work on meanwhile.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use super::stream;
use crate::git::Repository;
use crate::harness::{Place, Run};

/// Runs the program while `disturb` goes on, until both have been at it several times.
fn disturbed(
    place: &Place,
    arguments: &[&str],
    disturb: impl Fn(u32) + Sync,
) -> Vec<Run> {
    let over = AtomicBool::new(false);
    let rounds = AtomicU32::new(0);
    thread::scope(|threads| {
        let other = threads.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                disturb(rounds.fetch_add(1, Ordering::Relaxed));
            }
        });
        let mut runs = Vec::new();
        while !other.is_finished()
            && (runs.len() < 3 || rounds.load(Ordering::Relaxed) < 5)
        {
            runs.push(place.run(arguments));
        }
        over.store(true, Ordering::Relaxed);
        other.join().expect("git does what it is told");
        runs
    })
}

fn large(place: &Place) -> Repository {
    Repository::import(place, "r", &stream(300, 2_000))
}

#[test]
fn to_repack_and_prune_meanwhile_changes_nothing() {
    let place = super::fresh();
    let repository = large(&place);
    for arguments in
        [&["lines", "r", "--exact"][..], &["report", "r", "--format", "json"]]
    {
        let control = place.run(arguments).ended(0);
        let runs = disturbed(&place, arguments, |round| {
            let window = format!("--window={}", round % 5);
            repository.git(["repack", "-adfq", &window, "--depth=50"]);
            repository.git(["prune", "--expire=now"]);
            repository.git(["pack-refs", "--all", "--prune"]);
        });
        for run in runs {
            assert!(run == control, "{}", run.stderr);
        }
    }
}

/// What was loose when the scan began is in a pack a moment later.
#[test]
fn to_pack_loose_objects_meanwhile_changes_nothing() {
    let place = super::fresh();
    let repository = large(&place);
    let arguments = ["lines", "r", "--exact"];
    let control = place.run(arguments).ended(0);
    let runs = disturbed(&place, &arguments, |round| {
        if round % 2 == 0 {
            repository.git(["repack", "-adkq"]);
            repository.git(["prune-packed"]);
        } else {
            let pack = super::pack_file(&repository, ".pack");
            let bytes = std::fs::read(pack).expect("it is there");
            repository.git_with_input(["unpack-objects", "-q"], &bytes);
        }
    });
    for run in runs {
        assert!(run == control, "{}", run.stderr);
    }
}

/// Which commit is judged is asked once, at the start.
#[test]
fn to_push_meanwhile_gives_one_tip_or_the_other() {
    let place = super::fresh();
    let repository = large(&place);
    let arguments = ["lines", "r", "--exact"];
    let tips = [repository.tip(), repository.words(["rev-parse", "HEAD~7"]).remove(0)];
    let controls = [&tips[0], &tips[1]].map(|tip| {
        repository.git(["update-ref", "refs/heads/main", tip]);
        place.run(arguments).ended(0)
    });
    assert!(controls[0] != controls[1], "they differ");
    let runs = disturbed(&place, &arguments, |round| {
        let tip = &tips[usize::from(round % 2 == 0)];
        repository.git(["update-ref", "refs/heads/main", tip]);
        repository.git(["pack-refs", "--all"]);
    });
    for run in runs {
        assert!(controls.contains(&run), "{}", run.stderr);
    }
}

/// What was found to be inside is what is read.
#[test]
fn to_turn_the_repository_into_a_link_elsewhere_meanwhile_shows_nothing_of_it() {
    let place = super::fresh();
    let elsewhere = Repository::import(&place, "elsewhere", &stream(40, 90));
    std::fs::create_dir_all(place.path("asked/r")).expect("the place is ours");
    let inside = Repository::import(&place, "asked/r/inside", &stream(30, 50));
    let link = place.path("asked/r/.git");
    let turn = |to: &Repository| {
        let next = place.path("asked/next");
        std::os::unix::fs::symlink(&to.path, &next).expect("the place is ours");
        std::fs::rename(&next, &link).expect("the place is ours");
    };
    turn(&inside);
    let arguments = ["lines", "asked/r", "--exact"];
    turn(&elsewhere);
    place.run(arguments).refused(3, "[E-REDIRECT]");
    turn(&inside);
    let control = place.run(arguments).ended(0);
    let runs = disturbed(&place, &arguments, |round| {
        turn(if round % 2 == 0 { &elsewhere } else { &inside });
    });
    for run in runs {
        assert!(run == control || run.status == Some(3), "{}", run.stderr);
    }
}
