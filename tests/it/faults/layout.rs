//! Repositories whose parts are elsewhere, or somebody else's, and the search for them.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;

use super::{gaps, replace, report, says, small};
use crate::git::{Repository, git_in};
use crate::harness::{Place, Run, finish};

/// Runs git in a directory of the place, which must succeed.
#[track_caller]
fn git(place: &Place, folder: &str, arguments: &[&str]) {
    let names = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"];
    let allow = ["-c", "protocol.file.allow=always"];
    let mut command = git_in(&place.path(folder));
    let output = command.args(names).args(allow).args(arguments).output();
    let output = output.expect("git is installed");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {stderr}");
}

/// The lines that stand in a repository.
#[track_caller]
fn lines(place: &Place, path: &str) -> Run {
    place.run(["lines", path, "--exact"]).ended(0)
}

/// A place with a folder `asked` and a folder `other`, with a repository of three
/// commits in `other/r` whose tree is checked out.
fn two_folders() -> Place {
    let place = super::fresh();
    for name in ["asked", "other"] {
        fs::create_dir(place.path(name)).expect("the place is ours");
    }
    let _repository = small(&place, "origin");
    git(&place, "other", &["clone", "-q", "../origin", "r"]);
    place
}

/// Holds that what is at `asked/r` is refused while only that was asked for, and read
/// when `other` was asked for as well, which is then said with `code`.
#[track_caller]
fn check_redirect(place: &Place, code: &str) {
    for path in ["asked", "asked/r"] {
        place.run(["report", path]).refused(3, "[E-REDIRECT]");
        place.run(["lines", path]).refused(3, "[E-REDIRECT]");
    }
    let run = place.run(["report", "asked", "other", "--format", "json"]).ended(0);
    let report: serde_json::Value =
        serde_json::from_slice(&run.stdout).expect("the report is JSON");
    says(&report, code, true);
}

#[test]
fn where_a_repository_really_is_stands_in_the_report() {
    let place = two_folders();
    let moved = "other/r/real";
    fs::rename(place.path("other/r/.git"), place.path(moved)).expect("it is ours");
    place.write("other/r/.git", "gitdir: real\n");
    let report = report(&place, "other");
    says(&report, "W-REDIRECT", true);
    let gap = &report["gaps"].as_array().expect("gaps are listed")[0];
    let real = place.path(moved).canonicalize().expect("it is there");
    assert_eq!(gap["first"], real.to_str().expect("our names are plain"));
    let doctor = place.run(["doctor", "other"]).ended(0).out();
    assert!(doctor.contains("W-REDIRECT"), "{doctor}");
}

#[test]
fn a_file_that_leads_to_another_repository_is_followed_only_if_that_was_asked_for() {
    let place = two_folders();
    fs::create_dir(place.path("asked/r")).expect("the place is ours");
    place.write("asked/r/.git", "gitdir: ../../other/r/.git\n");
    check_redirect(&place, "W-ONCE");
}

#[test]
fn a_link_to_another_repository_is_followed_only_if_that_was_asked_for() {
    let place = two_folders();
    fs::create_dir(place.path("asked/r")).expect("the place is ours");
    symlink(place.path("other/r/.git"), place.path("asked/r/.git")).expect("it is ours");
    check_redirect(&place, "W-ONCE");
}

#[test]
fn a_common_folder_elsewhere_is_followed_only_if_that_was_asked_for() {
    let place = two_folders();
    fs::create_dir_all(place.path("asked/r/.git")).expect("the place is ours");
    place.write("asked/r/.git/HEAD", "ref: refs/heads/main\n");
    place.write("asked/r/.git/commondir", "../../../other/r/.git\n");
    check_redirect(&place, "W-ONCE");
}

#[test]
fn linked_objects_are_followed_only_if_that_was_asked_for() {
    let place = two_folders();
    git(&place, "asked", &["clone", "-q", "../origin", "r"]);
    fs::remove_dir_all(place.path("asked/r/.git/objects")).expect("the place is ours");
    symlink(place.path("other/r/.git/objects"), place.path("asked/r/.git/objects"))
        .expect("the place is ours");
    check_redirect(&place, "W-ONCE");
}

#[test]
fn borrowed_objects_are_followed_only_if_that_was_asked_for() {
    let place = two_folders();
    git(&place, "asked", &["clone", "-q", "--shared", "../other/r", "r"]);
    check_redirect(&place, "W-REDIRECT");
}

#[test]
fn repositories_that_borrow_in_a_circle_are_read() {
    let place = two_folders();
    git(&place, "asked", &["clone", "-q", "--shared", "../other/r", "r"]);
    let back = place.path("asked/r/.git/objects");
    fs::write(
        place.path("other/r/.git/objects/info/alternates"),
        format!("# a circle\n{}\n/nowhere\n", back.display()),
    )
    .expect("the place is ours");
    drop(place.run(["report", "asked", "other"]).ended(0));
}

#[test]
fn a_file_that_leads_nowhere_is_refused_without_its_content() {
    for text in
        ["hunter2 hunter2", "gitdir: /nowhere/hunter2", "gitdir: ", "gitdir: .\n", ""]
    {
        let place = super::fresh();
        fs::create_dir(place.path("r")).expect("the place is ours");
        place.write("r/.git", text);
        for command in ["report", "lines"] {
            let run = place.run([command, "r"]);
            run.refused(3, "[E-");
            assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
        }
    }
}

#[test]
fn a_pipe_or_a_broken_link_in_place_of_dot_git_is_refused_and_does_not_hang() {
    let place = super::fresh();
    for name in ["pipe", "link"] {
        fs::create_dir(place.path(name)).expect("the place is ours");
    }
    let mut mkfifo = std::process::Command::new("mkfifo");
    assert!(
        mkfifo.arg(place.path("pipe/.git")).status().expect("it is installed").success()
    );
    symlink("nowhere", place.path("link/.git")).expect("the place is ours");
    for name in ["pipe", "link"] {
        place.run(["report", name]).refused(3, "[E-");
    }
}

#[test]
fn a_linked_worktree_is_read_wherever_it_is_and_named() {
    let place = two_folders();
    git(&place, "other/r", &["worktree", "add", "-q", "-b", "side", "../../asked/r"]);
    assert_eq!(lines(&place, "asked/r"), lines(&place, "other/r"));
    let report = report(&place, "asked");
    says(&report, "W-REDIRECT", true);
    assert_eq!(gaps(&report)["W-REDIRECT"], 2, "the folder and the common one");
}

#[test]
fn a_worktree_that_its_repository_does_not_know_is_refused() {
    let place = two_folders();
    git(&place, "other/r", &["worktree", "add", "-q", "-b", "side", "../../asked/r"]);
    fs::create_dir(place.path("asked/copy")).expect("the place is ours");
    fs::copy(place.path("asked/r/.git"), place.path("asked/copy/.git"))
        .expect("it is ours");
    place.run(["report", "asked/copy"]).refused(3, "[E-REDIRECT]");
    // A folder made to look as if it were kept by a repository elsewhere.
    let fake = place.path("asked/worktrees/x");
    fs::create_dir_all(&fake).expect("the place is ours");
    fs::create_dir(place.path("asked/fake")).expect("the place is ours");
    place.write("asked/fake/.git", "gitdir: ../worktrees/x\n");
    fs::write(fake.join("HEAD"), "ref: refs/heads/main\n").expect("the place is ours");
    fs::write(
        fake.join("gitdir"),
        format!("{}\n", place.path("asked/fake/.git").display()),
    )
    .expect("the place is ours");
    fs::write(
        fake.join("commondir"),
        format!("{}\n", place.path("other/r/.git").display()),
    )
    .expect("the place is ours");
    place.run(["report", "asked/fake"]).refused(3, "[E-REDIRECT]");
}

#[test]
fn a_submodule_is_read_where_its_repository_keeps_it() {
    let place = two_folders();
    let origin = place.path("origin");
    let origin = origin.to_str().expect("our names are plain");
    git(&place, "other/r", &["submodule", "--quiet", "add", origin, "part"]);
    assert_eq!(lines(&place, "other/r/part"), lines(&place, "origin"));
    says(&report(&place, "other/r/part"), "W-REDIRECT", true);
}

#[test]
fn worktrees_of_one_repository_are_counted_once_and_that_is_said() {
    let place = two_folders();
    fs::rename(place.path("other/r"), place.path("asked/z")).expect("the place is ours");
    git(&place, "asked/z", &["worktree", "add", "-q", "-b", "side", "../a"]);
    symlink(place.path("asked"), place.path("again")).expect("the place is ours");
    for paths in [&["asked"][..], &["asked/a", "asked/z"], &["asked", "asked/a", "again"]]
    {
        let arguments = ["report", "--format", "json"].iter().chain(paths);
        let run = place.run(arguments).ended(0);
        let report: serde_json::Value =
            serde_json::from_slice(&run.stdout).expect("the report is JSON");
        assert_eq!(
            report["repositories"].as_array().expect("a list").len(),
            1,
            "{paths:?}"
        );
        says(&report, "W-ONCE", true);
    }
    // The main one is taken, though the other comes first; and that is one repository.
    assert_eq!(lines(&place, "asked"), lines(&place, "asked/z"));
    let doctor = place.run(["doctor", "asked"]).ended(0).out();
    assert!(doctor.contains("W-ONCE"), "{doctor}");
}

#[test]
fn a_bare_repository_in_a_working_tree_is_content() {
    let place = two_folders();
    git(&place, "other/r", &["clone", "-q", "--bare", "../../origin", "hidden"]);
    let run = place.run(["report", "other", "--format", "json"]).ended(0);
    let report: serde_json::Value =
        serde_json::from_slice(&run.stdout).expect("the report is JSON");
    assert_eq!(report["repositories"].as_array().expect("a list").len(), 1);
}

#[test]
fn a_search_that_does_not_go_all_the_way_down_says_so() {
    let place = two_folders();
    let deep = place.path("other").join("d/".repeat(12));
    fs::create_dir_all(deep.join("e")).expect("the place is ours");
    fs::rename(place.path("origin"), deep.join("e/origin")).expect("the place is ours");
    let run = place.run(["report", "other", "--format", "json"]).ended(0);
    let report: serde_json::Value =
        serde_json::from_slice(&run.stdout).expect("the report is JSON");
    says(&report, "W-REPOSITORY", false);
    assert!(run.stderr.contains("too deep"), "{}", run.stderr);
    let limits = place.run(["limits"]).ended(0).out();
    assert!(limits.contains("search_depth"), "{limits}");
}

/// Whether this process may give files away and read everything; tests about other
/// users need it.
fn is_root(place: &Place) -> bool {
    let root = place.root().metadata().expect("it is ours").uid() == 0;
    if !root {
        super::skipped("only root can make files of other users");
    }
    root
}

fn give_away(path: &Path) {
    for entry in walkdir::WalkDir::new(path) {
        chown(entry.expect("it is ours").path(), Some(12_345), Some(12_345))
            .expect("root can");
    }
}

#[test]
fn a_repository_of_another_user_is_refused_unless_it_is_trusted() {
    let place = super::fresh();
    if !is_root(&place) {
        return;
    }
    let _repository = small(&place, "r");
    let run = |config: &str| {
        place.write("home/.gitconfig", config);
        let mut command = place.command(["report", "r"]);
        command.env("GIT_CONFIG_NOSYSTEM", "1");
        finish(&mut command, b"", place.root())
    };
    let own = run("");
    assert_eq!(own.status, Some(0), "{}", own.stderr);
    give_away(&place.path("r"));
    let real = place.path("r").canonicalize().expect("it is there");
    run("").refused(3, "[E-OWNER]");
    run("").refused(3, "uid 12345, running as 0");
    run("").refused(3, "git config --global --add safe.directory '[ROOT]/r'");
    run("[safe]\n\tdirectory = /elsewhere\n").refused(3, "[E-OWNER]");
    for value in
        ["*", &format!("{}", real.display()), &format!("{}/*", place.root().display())]
    {
        assert_eq!(run(&format!("[safe]\n\tdirectory = {value}\n")), own, "{value}");
    }
    drop(place.run(["report", "r", "--allow-foreign-owner"]).ended(0));
    // What a repository says of itself does not count.
    replace(&place.path("r/config"), "[safe]\n\tdirectory = *\n");
    run("").refused(3, "[E-OWNER]");
}

#[test]
fn a_part_of_another_user_is_enough_to_refuse() {
    let place = two_folders();
    if !is_root(&place) {
        return;
    }
    for part in ["other/r", "other/r/.git"] {
        chown(place.path(part), Some(12_345), None).expect("root can");
        place.run(["report", "other/r"]).refused(3, "[E-OWNER]");
        chown(place.path(part), Some(0), None).expect("root can");
    }
    git(&place, "other/r", &["worktree", "add", "-q", "-b", "side", "../../asked/r"]);
    give_away(&place.path("other/r"));
    place.run(["report", "asked/r"]).refused(3, "[E-OWNER]");
}

#[test]
fn what_may_not_be_read_is_refused_by_that_name() {
    let place = super::fresh();
    if !is_root(&place) {
        return;
    }
    let repository = small(&place, "r");
    fs::set_permissions(place.root(), fs::Permissions::from_mode(0o755))
        .expect("it is ours");
    give_away(&place.path("r"));
    let run = |path: &str| {
        let mut command = place.command(["report", path]);
        command.uid(12_345).gid(12_345);
        finish(&mut command, b"", place.root())
    };
    assert_eq!(run("r").status, Some(0), "{}", run("r").stderr);
    for part in ["HEAD", "config", "objects", "refs", "objects/pack", "."] {
        let path = repository.path.join(part);
        let before = path.metadata().expect("it is there").permissions();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("root can");
        run("r").refused(3, "'r'");
        run("r").refused(3, "[E-PERM]");
        fs::set_permissions(&path, before).expect("root can");
    }
}

/// A name that is no UTF-8 is a name.
#[test]
fn a_repository_whose_path_is_no_text_is_read() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let place = super::fresh();
    let repository = small(&place, "r");
    repository.git(["repack", "-adq"]);
    let control = lines(&place, "r");
    let odd = OsStr::from_bytes(b"caf\xe9");
    fs::rename(place.path("r"), place.root().join(odd)).expect("the place is ours");
    let run = place.run([OsStr::new("lines"), odd, OsStr::new("--exact")]).ended(0);
    assert_eq!(run, control);
}

/// A second copy of a repository is a repository of its own.
#[test]
fn clones_are_not_one_repository() {
    let place = two_folders();
    let _second = Repository { path: place.path("asked/r") };
    git(&place, "asked", &["clone", "-q", "../origin", "r"]);
    let run = place.run(["report", "asked", "other", "--format", "json"]).ended(0);
    let report: serde_json::Value =
        serde_json::from_slice(&run.stdout).expect("the report is JSON");
    assert_eq!(report["repositories"].as_array().expect("a list").len(), 2);
}
