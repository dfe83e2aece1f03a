//! Branches that lead nowhere, formats that are not understood, and configuration.

use std::fs;
use std::process::Command;

use super::{answer, replace, small};
use crate::git::{Repository, git_in};
use crate::harness::Place;

/// The commands that read one repository and must refuse it.
const READERS: [&[&str]; 3] =
    [&["report", "r"], &["lines", "r"], &["facts", "r", "--output", "tables"]];

/// Holds that a repository, spoilt so, is refused in one line with `words`.
#[track_caller]
fn check_refused(spoil: impl Fn(&Repository), words: &str) {
    let place = super::fresh();
    spoil(&small(&place, "r"));
    for command in READERS {
        let run = place.run(command);
        run.refused(3, words);
        assert!(!run.stderr.contains("hunter2"), "content is shown: {}", run.stderr);
    }
    let doctor = place.run(["doctor", "r"]).ended(3);
    assert!(doctor.out().contains(words.trim_end_matches(']')), "{}", doctor.out());
    assert!(!doctor.out().contains("hunter2"), "content is shown: {}", doctor.out());
}

fn mkfifo(path: &std::path::Path) {
    fs::remove_file(path).ok();
    let made = Command::new("mkfifo").arg(path).status().expect("mkfifo is installed");
    assert!(made.success(), "{}", path.display());
}

#[test]
fn a_head_that_makes_no_sense_is_refused() {
    for head in [
        "hunter2 hunter2\n",
        "",
        "ref: \n",
        "ref: hunter2\n",
        "ref: ../../hunter2\n",
        "ref: refs/../../hunter2\n",
        "ref: /hunter2\n",
        "ref: HEAD\n",
    ] {
        check_refused(
            |repository| replace(&repository.path.join("HEAD"), head),
            "[E-BRANCH]",
        );
    }
}

#[test]
fn a_circle_of_refs_is_refused() {
    check_refused(
        |repository| {
            let file = |name: &str| repository.path.join("refs/heads").join(name);
            replace(&file("main"), "ref: refs/heads/other\n");
            replace(&file("other"), "ref: refs/heads/main\n");
        },
        "[E-BRANCH]",
    );
}

#[test]
fn a_branch_at_no_commit_is_refused() {
    check_refused(
        |repository| replace(&repository.path.join("refs/heads/main"), "0".repeat(40)),
        "[E-TIP]",
    );
    check_refused(
        |repository| {
            let tree = repository.words(["rev-parse", "HEAD^{tree}"]).remove(0);
            replace(&repository.path.join("refs/heads/main"), tree);
        },
        "[E-TIP]",
    );
}

#[test]
fn a_pipe_or_a_link_in_place_of_a_branch_is_refused_and_does_not_hang() {
    check_refused(
        |repository| mkfifo(&repository.path.join("refs/heads/main")),
        "[E-BRANCH]",
    );
    check_refused(
        |repository| {
            let secret = repository.path.join("../secret");
            fs::write(&secret, "hunter2 hunter2\n").expect("the place is ours");
            let main = repository.path.join("refs/heads/main");
            fs::remove_file(&main).expect("the repository is ours");
            std::os::unix::fs::symlink(secret, main).expect("the repository is ours");
        },
        "[E-BRANCH]",
    );
}

#[test]
fn links_in_place_of_git_s_own_files_are_refused_without_their_content() {
    for name in ["config", "packed-refs", "shallow", "info/grafts"] {
        check_refused(
            |repository| {
                let secret = repository.path.join("../secret");
                fs::write(&secret, "hunter2 hunter2\n").expect("the place is ours");
                let file = repository.path.join(name);
                fs::remove_file(&file).ok();
                std::os::unix::fs::symlink(secret, file).expect("the repository is ours");
            },
            "[E-TRAP]",
        );
    }
}

#[test]
fn packed_refs_that_make_no_sense_matter_only_to_those_in_them() {
    let place = super::fresh();
    let repository = small(&place, "r");
    let control = answer(&place, "r");
    let garbage = [&b"hunter2\n\xff\xfe"[..], &[b'x'; 100_000], b"\n^\n^zz\n"].concat();
    replace(&repository.path.join("packed-refs"), &garbage);
    assert_eq!(control, answer(&place, "r"));
    fs::remove_file(repository.path.join("refs/heads/main")).expect("it is loose");
    let line = format!("\n{} refs/heads/main\n", hex_of_tip(&place));
    replace(
        &repository.path.join("packed-refs"),
        [&garbage[..], line.as_bytes()].concat(),
    );
    assert_eq!(control, answer(&place, "r"));
}

#[test]
fn a_list_of_refs_that_never_ends_is_refused() {
    check_refused(
        |repository| {
            let file = fs::File::create(repository.path.join("packed-refs"));
            let file = file.expect("the repository is ours");
            file.set_len((256 << 20) + 1).expect("it takes no room");
        },
        "[E-OPEN]",
    );
}

/// The id of the tip, from the lines of the answer.
fn hex_of_tip(place: &Place) -> String {
    let _again = Repository::import(place, "again", &super::stream(12, 60));
    let run = place.run(["report", "again", "--format", "json"]).ended(0);
    let report: serde_json::Value =
        serde_json::from_slice(&run.stdout).expect("the report is JSON");
    report["repositories"][0]["tip"].as_str().expect("it has a tip").to_owned()
}

#[test]
fn a_detached_head_locks_and_a_damaged_index_change_nothing() {
    let place = super::fresh();
    let repository = small(&place, "r");
    repository.git(["clone", "-q", ".", "../tree"]);
    let control = place.run(["lines", "tree", "--exact"]).ended(0);
    let tree = Repository { path: place.path("tree") };
    for name in [
        "index.lock",
        "HEAD.lock",
        "refs/heads/main.lock",
        "packed-refs.lock",
        "config.lock",
    ] {
        fs::write(tree.path.join(".git").join(name), "").expect("the directory is ours");
    }
    replace(&tree.path.join(".git/index"), "DIRC nonsense");
    assert_eq!(control, place.run(["lines", "tree", "--exact"]).ended(0));
    fs::remove_file(tree.path.join(".git/refs/remotes/origin/HEAD")).ok();
    fs::remove_file(tree.path.join(".git/HEAD.lock")).expect("it is ours");
    replace(&tree.path.join(".git/HEAD"), repository.tip());
    assert_eq!(control, place.run(["lines", "tree", "--exact"]).ended(0));
}

#[test]
fn a_repository_named_by_sha_256_is_refused_by_that_name() {
    let place = super::fresh();
    let init = git_in(place.root())
        .args(["init", "-q", "--bare", "--object-format=sha256", "r"])
        .status();
    assert!(init.expect("git is installed").success());
    for command in READERS {
        place.run(command).refused(3, "SHA-256, which is not supported yet");
        place.run(command).refused(3, "[E-FORMAT]");
    }
}

#[test]
fn a_repository_of_reftables_is_refused_by_that_name() {
    let place = super::fresh();
    let init = git_in(place.root())
        .args(["init", "-q", "--bare", "--ref-format=reftable", "r"])
        .status();
    if !init.expect("git is installed").success() {
        super::skipped("this git has no reftables");
        return;
    }
    for command in READERS {
        place.run(command).refused(3, "git refs migrate");
        place.run(command).refused(3, "[E-FORMAT]");
    }
}

#[test]
fn a_format_of_the_future_is_refused() {
    for config in [
        "[core]\n\trepositoryformatversion = 99\n",
        "[core]\n\trepositoryformatversion = hunter2\n",
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\thunter2 = true\n",
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = hunter2\n",
    ] {
        check_refused(
            |repository| replace(&repository.path.join("config"), config),
            "[E-FORMAT]",
        );
    }
}

#[test]
fn an_extension_that_is_understood_or_of_no_matter_changes_nothing() {
    let place = super::fresh();
    let repository = small(&place, "r");
    let control = answer(&place, "r");
    for config in [
        "",
        "[core]\n\trepositoryformatversion = 0\n[extensions]\n\twhatever = 1\n",
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tnoop = 1\n\tpartialClone = origin\n\
         \tobjectFormat = sha1\n\trefStorage = files\n\tworktreeConfig = true\n",
    ] {
        replace(&repository.path.join("config"), config);
        assert_eq!(control, answer(&place, "r"), "{config}");
    }
}

#[test]
fn configuration_that_is_none_is_refused_with_its_line_and_without_its_content() {
    check_refused(
        |repository| {
            replace(
                &repository.path.join("config"),
                "[core]\n\tbare = true\nhunter2 = = =\"\n",
            );
        },
        "line 3 of its config",
    );
    check_refused(
        |repository| replace(&repository.path.join("config"), vec![b'#'; 2 << 20]),
        "[E-TRAP]",
    );
}

/// Nothing that configuration includes is read: not even a pipe, which would block.
#[test]
fn what_configuration_includes_is_not_read() {
    let place = super::fresh();
    let repository = small(&place, "r");
    let control = answer(&place, "r");
    mkfifo(&place.path("pipe"));
    for included in
        [place.path("pipe"), repository.path.join("config"), place.path("gone")]
    {
        let config = format!(
            "[include]\n\tpath = {0}\n[includeIf \"gitdir:/\"]\n\tpath = {0}\n",
            included.display()
        );
        replace(&repository.path.join("config"), config);
        assert_eq!(control, answer(&place, "r"), "{}", included.display());
    }
}

#[test]
fn configuration_of_the_user_changes_nothing_however_damaged() {
    let place = super::fresh();
    let _repository = small(&place, "r");
    let control = answer(&place, "r");
    let config = place.path("home/.gitconfig");
    fs::write(&config, "hunter2 [[[\n").expect("the place is ours");
    assert_eq!(control, answer(&place, "r"));
    mkfifo(&config);
    assert_eq!(control, answer(&place, "r"));
    fs::remove_file(&config).expect("the place is ours");
    fs::create_dir(&config).expect("the place is ours");
    assert_eq!(control, answer(&place, "r"));
}
