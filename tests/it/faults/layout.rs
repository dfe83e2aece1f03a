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

/// Puts links to the same places of `other/r` in a repository that has nothing else,
/// whose branch is where that of the other is.
fn linked(place: &Place, names: &[&str]) {
    git(place, "asked", &["init", "-q", "-b", "main", "r"]);
    let mut tip = git_in(&place.path("other/r"));
    let tip = tip.args(["rev-parse", "HEAD"]).output().expect("git is installed");
    let heads = place.path("asked/r/.git/refs/heads");
    fs::write(heads.join("main"), tip.stdout).expect("the place is ours");
    for name in names {
        let link = place.path("asked/r/.git").join(name);
        if link.is_dir() {
            fs::remove_dir_all(&link).expect("the place is ours");
        } else {
            fs::create_dir_all(link.parent().expect("it has one")).expect("it is ours");
        }
        symlink(place.path("other/r/.git").join(name), link).expect("it is ours");
    }
}

/// The paths of files below a folder of `other/r/.git`, from there.
fn below(place: &Place, folder: &str) -> Vec<String> {
    let git = place.path("other/r/.git");
    let found = walkdir::WalkDir::new(git.join(folder)).into_iter();
    let files = found.map(|entry| entry.expect("it is ours"));
    let files = files.filter(|entry| entry.file_type().is_file());
    let path = |entry: walkdir::DirEntry| {
        let path = entry.path().strip_prefix(&git).expect("it is below").to_owned();
        path.to_str().expect("git's names are plain").to_owned()
    };
    files.map(path).collect()
}

/// Holds that a repository of nothing but these links is refused with `code`.
#[track_caller]
fn check_linked(place: &Place, names: &[String], code: &str) {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert!(!names.is_empty(), "there is something to lead to");
    linked(place, &names);
    for command in ["report", "lines"] {
        place.run([command, "asked/r"]).refused(3, code);
    }
}

#[test]
fn links_to_refs_of_another_repository_are_not_followed() {
    let place = two_folders();
    check_linked(&place, &["refs/heads".to_owned()], "[E-BRANCH]");
    let place = two_folders();
    git(&place, "other/r", &["pack-refs", "--all"]);
    check_linked(&place, &["packed-refs".to_owned()], "[E-TRAP]");
}

#[test]
fn links_to_packs_of_another_repository_are_not_followed() {
    let place = two_folders();
    git(&place, "other/r", &["repack", "-adq"]);
    check_linked(&place, &below(&place, "objects/pack"), "[E-TIP]");
}

#[test]
fn links_to_loose_objects_of_another_repository_are_not_followed() {
    let place = two_folders();
    let files = below(&place, "objects");
    let folders: std::collections::BTreeSet<String> =
        files.iter().map(|name| name[..10].to_owned()).collect();
    check_linked(&place, &files, "[E-TIP]");
    fs::remove_dir_all(place.path("asked/r")).expect("the place is ours");
    let folders: Vec<String> = folders.into_iter().collect();
    check_linked(&place, &folders, "[E-TIP]");
}

#[test]
fn a_link_among_packs_or_folders_of_objects_is_said_to_be_left_out() {
    let place = two_folders();
    let control = lines(&place, "other/r");
    for name in ["objects/pack/pack-1.idx", "objects/zz", "objects/ff"] {
        let link = place.path("other/r/.git").join(name);
        if link.exists() {
            continue;
        }
        symlink("/nowhere", &link).expect("the place is ours");
        let is_place_of_objects = name != "objects/zz";
        let report = report(&place, "other");
        assert_eq!(
            gaps(&report).contains_key("W-CORRUPT"),
            is_place_of_objects,
            "{name}"
        );
        let run = place.run(["lines", "other/r", "--exact"]).ended(0);
        assert_eq!(run.stdout, control.stdout, "{name}");
        fs::remove_file(&link).expect("the place is ours");
    }
}

#[test]
fn a_link_in_what_is_borrowed_from_is_followed_only_if_that_was_asked_for() {
    let place = two_folders();
    git(&place, "other/r", &["repack", "-adq"]);
    git(&place, "asked", &["init", "-q", "--bare", "lender"]);
    let packs = place.path("asked/lender/objects/pack");
    fs::remove_dir(&packs).expect("the place is ours");
    symlink(place.path("other/r/.git/objects/pack"), packs).expect("it is ours");
    git(&place, "asked", &["clone", "-q", "--shared", "../other/r", "r"]);
    place.write("asked/r/.git/objects/info/alternates", "../../../lender/objects\n");
    place.run(["report", "asked/r", "asked/lender"]).refused(3, "[E-REDIRECT]");
    let run = place.run(["lines", "asked/r", "--exact"]);
    run.refused(3, "[E-REDIRECT]");
}

/// Bare repositories `asked/b0`, `asked/b1` and so on, and what each borrows from.
fn lenders(place: &Place, borrows: &[&[&str]]) {
    for (number, from) in borrows.iter().enumerate() {
        let name = format!("b{number}");
        git(place, "asked", &["init", "-q", "--bare", "-b", "main", &name]);
        let folders: String =
            from.iter().map(|from| format!("../../{from}/objects\n")).collect();
        let file = format!("asked/{name}/objects/info/alternates");
        if !folders.is_empty() {
            place.write(&file, folders);
        }
    }
    let tip = git_in(&place.path("other/r")).args(["rev-parse", "HEAD"]).output();
    let tip = tip.expect("git is installed").stdout;
    place.write("asked/b0/refs/heads/main", tip);
}

/// One lender is reached by a short way and by one so long that nothing may be
/// borrowed at its end.
#[test]
fn a_lender_reached_by_two_ways_counts_at_the_shorter() {
    for first in [&["b1", "b6"][..], &["b6", "b1"]] {
        let place = two_folders();
        let b6 = "../other/r/.git";
        lenders(&place, &[first, &["b2"], &["b3"], &["b4"], &["b5"], &["b6"], &[b6]]);
        place.run(["lines", "asked/b0"]).refused(3, "[E-REDIRECT]");
        place.run(["lines", "asked"]).refused(3, "[E-REDIRECT]");
        let both = place.run(["report", "asked/b0", "asked", "other"]);
        assert_eq!(both.status, Some(0), "{}", both.stderr);
    }
}

#[test]
fn objects_are_borrowed_as_far_as_git_borrows_them() {
    let names = ["b1", "b2", "b3", "b4", "b5", "b6", "b7"];
    for (n_steps, is_near) in [(6, true), (7, false)] {
        let place = two_folders();
        let mut borrows: Vec<&[&str]> = names[..n_steps].chunks(1).collect();
        borrows.push(&[]);
        lenders(&place, &borrows);
        git(
            &place,
            &format!("asked/b{n_steps}"),
            &["fetch", "-q", "../../origin", "main"],
        );
        let known =
            git_in(&place.path("asked/b0")).args(["cat-file", "-e", "main"]).status();
        assert_eq!(known.expect("git is installed").success(), is_near);
        // The others have no commits.
        let run = place.run(["report", "asked", "--format", "json"]).ended(0);
        let report = serde_json::from_slice(&run.stdout).expect("the report is JSON");
        assert_eq!(
            gaps(&report).contains_key("W-REPOSITORY"),
            !is_near,
            "{}",
            run.stderr
        );
    }
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

/// What leads to the objects of a worktree's repository without being known there does
/// not take the worktree's place.
#[test]
fn a_repository_that_claims_the_objects_of_a_worktree_fails_alone() {
    let place = two_folders();
    git(&place, "other/r", &["worktree", "add", "-q", "-b", "side", "../../asked/z"]);
    git(&place, "asked", &["init", "-q", "a"]);
    let objects = place.path("asked/a/.git/objects");
    fs::remove_dir_all(&objects).expect("the place is ours");
    symlink(place.path("other/r/.git/objects"), objects).expect("it is ours");
    let run = place.run(["report", "asked", "--format", "json"]).ended(0);
    let report: serde_json::Value =
        serde_json::from_slice(&run.stdout).expect("the report is JSON");
    assert!(report["repositories"][0]["tip"].is_string(), "{report}");
    let tips = report["repositories"].as_array().expect("a list");
    assert_eq!(tips.iter().filter(|one| one["tip"].is_string()).count(), 1);
    says(&report, "W-REPOSITORY", false);
    assert!(run.stderr.contains("asked/a"), "{}", run.stderr);
    // Nor when both may be read.
    let all = place.run(["report", "asked", "other/r/.git/objects", "--format", "json"]);
    assert_ne!(all.status, Some(101), "{}", all.stderr);
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
    run("").refused(3, "git config --global --add safe.directory [ROOT]/r [E-OWNER]");
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

/// Who pastes the command that is printed runs that, and nothing of a name.
#[test]
fn the_command_that_trusts_a_repository_is_one_command_whatever_its_name() {
    let place = super::fresh();
    if !is_root(&place) {
        return;
    }
    let name = "x'; touch PWNED; echo '$(touch PWNED)";
    let _repository = small(&place, name);
    give_away(&place.path(name));
    let run = place.run(["report", name]);
    run.refused(3, "[E-OWNER]");
    let (_, command) = run.stderr.split_once(", or: ").expect("there is a command");
    let (command, _) = command.rsplit_once(" [E-OWNER]").expect("the code ends it");
    let git = place.write("bin/git", "#!/bin/sh\nprintf '%s\\n' \"$@\" > said\n");
    fs::set_permissions(git, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let root = place.root().to_str().expect("temporary directories have plain names");
    let status = std::process::Command::new("/bin/sh")
        .args(["-c", &command.replace("[ROOT]", root)])
        .env("PATH", format!("{}:/bin:/usr/bin", place.path("bin").display()))
        .current_dir(place.root())
        .status();
    assert!(status.expect("there is a shell").success(), "{command}");
    assert!(!place.path("PWNED").exists(), "{command}");
    let said = fs::read_to_string(place.path("said")).expect("git was run");
    let real = place.path(name).canonicalize().expect("it is there");
    assert_eq!(said.lines().last(), real.to_str());
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
    repository.git(["-c", "safe.directory=*", "pack-refs", "--all"]);
    let parts = ["HEAD", "config", "packed-refs", "objects", "refs", "objects/pack", "."];
    for part in parts {
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
