//! Bad input, bad places, and what is promised about both.

use std::collections::BTreeMap;
use std::fs;
use std::io::pipe;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use crate::git::{Repository, git_in};
use crate::harness::Place;
use crate::random_history;

/// The commands that read a repository, with what they need besides its path.
const READERS: [&[&str]; 4] =
    [&["report"], &["lines"], &["facts", "--output", "tables"], &["doctor"]];

/// The command with a repository's path.
fn on<'a>(command: &[&'a str], path: &'a str) -> Vec<&'a str> {
    let (name, rest) = command.split_first().expect("a command has a name");
    [name, path].into_iter().chain(rest.iter().copied()).collect()
}

#[test]
fn a_path_that_does_not_exist_is_an_error_of_one_line() {
    let place = Place::new();
    for command in READERS {
        place.run(on(command, "nowhere")).refused(3, "'nowhere'");
    }
}

#[test]
fn a_directory_without_a_repository_is_an_error_of_one_line() {
    let place = Place::new();
    for command in READERS {
        place.run(on(command, "home")).refused(3, "[E-NOREPO]");
    }
}

#[test]
fn a_revision_that_is_not_there_is_an_error_of_one_line() {
    let place = Place::new();
    let _repository = Repository::fixture(&place, "rewrite");
    let nowhere = "0".repeat(40);
    for command in &READERS[..3] {
        for rev in ["gone", "refs/heads/gone", "-x", ":/regex", "HEAD~1", &nowhere] {
            let rev = format!("--rev={rev}");
            let arguments = on(command, "rewrite").into_iter().chain([rev.as_str()]);
            place.run(arguments).refused(3, "[E-");
        }
    }
}

#[test]
fn wrong_flags_are_exit_status_2() {
    let place = Place::new();
    let _repository = Repository::fixture(&place, "rewrite");
    let wrong: [&[&str]; 6] = [
        &[],
        &["no-such-command"],
        &["report", "rewrite", "--no-such-flag"],
        &["report", "rewrite", "--as-of", "yesterday"],
        &["lines", "rewrite", "--jobs", "0"],
        &["facts", "rewrite"],
    ];
    for arguments in wrong {
        let run = place.run(arguments).ended(2);
        assert!(run.stdout.is_empty(), "{arguments:?}: {}", run.out());
        assert!(!run.stderr.is_empty(), "{arguments:?} says nothing");
    }
}

#[test]
fn a_file_that_is_no_export_is_an_error_of_one_line_without_its_content() {
    let place = Place::new();
    let _file = place.write("secret.txt", "root:x:0:0\nhunter2 hunter2\n");
    let run = place.run(["usage", "secret.txt"]);
    run.refused(3, "secret.txt");
    assert!(!run.stderr.contains("hunter2"), "content is shown: {}", run.stderr);
    place.run(["usage", "missing.csv"]).refused(3, "missing.csv");
}

#[test]
fn an_answer_that_cannot_be_written_is_an_error_of_one_line() {
    let place = Place::new();
    let _repository = Repository::fixture(&place, "rewrite");
    let _file = place.write("file", "in the way");
    let unwritable: [&[&str]; 4] = [
        &["report", "rewrite", "--format", "json", "--output", "file/report.json"],
        &["lines", "rewrite", "--output", "no/such/folder/lines.tsv"],
        &["lines", "rewrite", "--output", "home"],
        &["facts", "rewrite", "--output", "file"],
    ];
    for arguments in unwritable {
        place.run(arguments).refused(3, "[E-OUTPUT]");
    }
    assert_eq!(fs::read(place.path("file")).expect("it is still there"), b"in the way");
}

#[test]
fn an_output_file_is_written_whole_and_alone() {
    let place = Place::new();
    let _repository = Repository::fixture(&place, "rewrite");
    let direct = place.run(["lines", "rewrite"]).ended(0);
    fs::create_dir(place.path("out")).expect("the directory is ours");
    let run = place.run(["lines", "rewrite", "--output", "out/lines.tsv"]).ended(0);
    assert!(run.stdout.is_empty(), "the answer is in the file");
    assert_eq!(
        fs::read(place.path("out/lines.tsv")).expect("it was written"),
        direct.stdout
    );
    assert_eq!(snapshot(&place.path("out")).len(), 1, "nothing else is left there");
}

#[test]
fn an_empty_repository_has_nothing_to_say_and_that_is_no_error() {
    let place = Place::new();
    let _repository = Repository::empty(&place, "empty");
    for command in READERS {
        drop(place.run(on(command, "empty")).ended(0));
    }
    let run = place.run(["report", "empty"]).ended(0);
    assert!(run.out().contains("no commits yet"), "{}", run.out());
    assert!(
        place.run(["lines", "empty"]).ended(0).stdout.is_empty(),
        "there are no lines"
    );
}

/// A repository of 3 commits, and where its objects of the middle commit are.
fn damaged(place: &Place, what: &str, damage: fn(&Path)) {
    let repository = Repository::fixture(place, "rewrite");
    let id = repository.words(["rev-parse", what]).remove(0);
    let object = repository.path.join("objects").join(&id[..2]).join(&id[2..]);
    assert!(object.exists(), "small imports are loose objects");
    damage(&object);
}

fn cut_short(object: &Path) {
    let bytes = fs::read(object).expect("it is there");
    fs::remove_file(object).expect("the repository is ours");
    fs::write(object, &bytes[..bytes.len() / 2]).expect("the repository is ours");
}

fn delete(object: &Path) {
    fs::remove_file(object).expect("the repository is ours");
}

fn spoil(object: &Path) {
    fs::remove_file(object).expect("the repository is ours");
    fs::write(object, "this was never compressed").expect("the repository is ours");
}

/// What was left out is said on standard error and counted in the answer; the rest is
/// read; under `--strict` it is exit status 3.
#[track_caller]
fn check_left_out(what: &str, damage: fn(&Path), code: &str) {
    let place = Place::new();
    damaged(&place, what, damage);
    for command in READERS {
        let run = place.run(on(command, "rewrite")).ended(0);
        let said = format!("{}{}", run.stderr, run.out());
        assert!(said.contains(code), "{command:?} does not say {code}: {said}");
    }
    let report = place.run(["report", "rewrite", "--format", "json"]).ended(0);
    let report: serde_json::Value =
        serde_json::from_slice(&report.stdout).expect("the report is JSON");
    assert_eq!(report["complete"], false, "{code}");
    let gaps = report["gaps"].as_array().expect("gaps are listed");
    assert!(gaps.iter().any(|gap| gap["code"] == code), "{code} is not in {gaps:?}");
    for command in &READERS[..3] {
        let strict = on(command, "rewrite").into_iter().chain(["--strict"]);
        drop(place.run(strict).ended(3));
    }
}

#[test]
fn a_missing_file_version_is_a_gap_and_not_the_end() {
    check_left_out("HEAD~1:a.py", delete, "W-MISSING");
}

#[test]
fn a_missing_directory_is_a_gap_and_not_the_end() {
    check_left_out("HEAD~1^{tree}", delete, "W-MISSING");
}

#[test]
fn a_missing_commit_is_where_history_is_cut() {
    check_left_out("HEAD~1", delete, "W-SHALLOW");
}

#[test]
fn a_file_version_cut_short_is_a_gap_and_does_not_hang() {
    check_left_out("HEAD~1:a.py", cut_short, "W-CORRUPT");
}

#[test]
fn a_directory_cut_short_is_a_gap_and_does_not_hang() {
    check_left_out("HEAD~1^{tree}", cut_short, "W-CORRUPT");
}

#[test]
fn a_commit_cut_short_is_where_history_is_cut_and_does_not_hang() {
    check_left_out("HEAD~1", cut_short, "W-SHALLOW");
}

#[test]
fn a_spoilt_file_version_at_the_tip_is_a_gap() {
    check_left_out("HEAD:a.py", spoil, "W-CORRUPT");
}

#[test]
fn a_spoilt_tip_is_an_error_of_one_line() {
    for damage in [delete, cut_short, spoil] {
        let place = Place::new();
        damaged(&place, "HEAD", damage);
        for command in &READERS[..3] {
            place.run(on(command, "rewrite")).refused(3, "[E-TIP]");
        }
    }
}

#[test]
fn a_shallow_clone_says_where_its_history_ends() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "rewrite");
    let from = format!("file://{}", repository.path.display());
    repository.git(["clone", "--quiet", "--bare", "--depth", "1", &from, "../shallow"]);
    let run = place.run(["report", "shallow"]).ended(0);
    assert!(run.stderr.contains("W-SHALLOW"), "{}", run.stderr);
    let run = place.run(["lines", "shallow", "--exact"]).ended(0);
    let tip = repository.tip();
    assert_eq!(run.out(), format!("a.py\t1\t{tip}\t{tip}\na.py\t2\t{tip}\t{tip}\n"));
}

#[test]
fn a_pipe_where_a_file_should_be_is_refused_and_does_not_hang() {
    for name in ["config", "HEAD", "packed-refs", "shallow", "objects/info/alternates"] {
        let place = Place::new();
        let repository = Repository::fixture(&place, "rewrite");
        // Without a HEAD that is a file it is no bare repository; below `.git` it is one.
        fs::create_dir(place.path("tree")).expect("the directory is ours");
        fs::rename(&repository.path, place.path("tree/.git"))
            .expect("the directory is ours");
        let file = place.path("tree/.git").join(name);
        if file.exists() {
            fs::remove_file(&file).expect("the repository is ours");
        }
        let made =
            Command::new("mkfifo").arg(&file).status().expect("mkfifo is installed");
        assert!(made.success(), "mkfifo {name}");
        for command in &READERS[..3] {
            place.run(on(command, "tree")).refused(3, "[E-TRAP]");
        }
    }
}

#[test]
fn one_broken_repository_does_not_take_the_others_down() {
    let place = Place::new();
    fs::create_dir(place.path("all")).expect("the directory is ours");
    for name in ["rewrite", "rename", "conflict"] {
        let repository = Repository::fixture(&place, name);
        fs::rename(&repository.path, place.path("all").join(name)).expect("it is ours");
    }
    fs::write(place.path("all/rename/HEAD"), "nonsense").expect("the repository is ours");
    let run = place.run(["facts", "all", "--output", "tables"]).ended(0);
    assert!(run.stderr.contains("rename"), "{}", run.stderr);
    let rows = fs::read_to_string(place.path("tables/repositories.ndjson"));
    let rows = rows.expect("it was written");
    let failed: Vec<&str> =
        rows.lines().filter(|row| row.contains("\"tip\":null")).collect();
    assert_eq!(rows.lines().count(), 3, "the one that failed has a row too: {rows}");
    assert_eq!(failed.len(), 1, "{rows}");
    assert!(failed[0].contains("W-REPOSITORY 1"), "{}", failed[0]);
}

/// A tree that names one path twice must cost its own directory and no more.
#[test]
fn a_tree_with_one_name_twice_is_a_gap_and_not_the_end() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "rewrite");
    let blob = String::from_utf8(
        repository.git_with_input(["hash-object", "-w", "--stdin"], b"twice\n"),
    );
    let blob = blob.expect("an id").trim().to_owned();
    let raw: Vec<u8> = (0..blob.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&blob[at..at + 2], 16).expect("it is hex"))
        .collect();
    let entry = [b"100644 a\0".as_slice(), &raw].concat();
    let tree = repository.git_with_input(
        ["hash-object", "-t", "tree", "-w", "--stdin", "--literally"],
        &[entry.clone(), entry].concat(),
    );
    let tree = String::from_utf8(tree).expect("an id").trim().to_owned();
    let commit = repository.git([
        "-c",
        "user.name=Ada",
        "-c",
        "user.email=ada@example.com",
        "commit-tree",
        &tree,
        "-p",
        "main",
        "-m",
        "odd",
    ]);
    let commit = String::from_utf8(commit).expect("an id").trim().to_owned();
    repository.git(["update-ref", "refs/heads/main", &commit]);
    let run = place.run(["report", "rewrite", "--format", "json"]).ended(0);
    assert!(run.out().contains("\"complete\": false"), "{}", run.out());
    assert!(run.stderr.contains("[W-CORRUPT]"), "{}", run.stderr);
}

/// An empty ref is what a power cut leaves behind, not a young repository.
#[test]
fn a_branch_that_leads_nowhere_is_an_error_and_no_empty_repository() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "rewrite");
    fs::write(repository.path.join("refs/heads/main"), "").expect("it is ours");
    fs::remove_file(repository.path.join("packed-refs")).ok();
    place.run(["report", "rewrite"]).refused(3, "[E-BRANCH]");
}

#[test]
fn a_reader_that_goes_away_ends_the_run_quietly() {
    let place = Place::new();
    let _repository = Repository::fixture(&place, "rewrite");
    for arguments in
        [&["report", "rewrite"][..], &["lines", "rewrite"], &["--help"], &["limits"]]
    {
        let (reader, writer) = pipe().expect("the system has pipes");
        drop(reader);
        let mut command = place.command(arguments);
        command.stdout(writer);
        let output = command.output().expect("the program was built");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    }
}

/// What each file below a folder holds, and when and how it was last written.
fn snapshot(folder: &Path) -> BTreeMap<String, (Vec<u8>, i64, i64, u32)> {
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.expect("the folder is ours");
        let data = entry.metadata().expect("the folder is ours");
        if !data.is_dir() {
            let content = fs::read(entry.path()).expect("the folder is ours");
            let facts = (content, data.mtime(), data.mtime_nsec(), data.mode());
            files.insert(entry.path().display().to_string(), facts);
        }
    }
    files
}

/// A clone with a working tree.
fn working_tree(place: &Place, repository: &Repository) {
    let clone = git_in(place.root())
        .args(["clone", "--quiet"])
        .arg(&repository.path)
        .arg("tree")
        .output()
        .expect("git is installed");
    assert!(clone.status.success(), "{}", String::from_utf8_lossy(&clone.stderr));
}

#[test]
fn nothing_is_written_into_a_repository() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "conflict");
    working_tree(&place, &repository);
    // What git itself would take for a reason to write.
    fs::write(place.path("tree/a.py"), "changed\n").expect("the directory is ours");
    fs::write(place.path("tree/new.py"), "new\n").expect("the directory is ours");
    let before = snapshot(&place.path("tree"));
    for command in READERS {
        drop(place.run(on(command, "tree")).ended(0));
    }
    assert!(before == snapshot(&place.path("tree")), "a file changed, came or went");
}

#[test]
fn nothing_in_a_repository_is_executed() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "conflict");
    working_tree(&place, &repository);
    let trap = format!("touch {}", place.path("executed").display());
    let config = format!(
        "[core]\n\tfsmonitor = {trap}\n\tsshCommand = {trap}\n\tpager = {trap}\n\
         [diff \"trap\"]\n\ttextconv = {trap}\n\tcommand = {trap}\n\
         [filter \"trap\"]\n\tclean = {trap}\n\tsmudge = {trap}\n\trequired = true\n\
         [log]\n\tshowSignature = true\n[gpg]\n\tprogram = {trap}\n"
    );
    let path = place.path("tree/.git/config");
    let before = fs::read_to_string(&path).expect("git wrote it");
    fs::write(&path, before + &config).expect("the repository is ours");
    fs::write(place.path("tree/.gitattributes"), "* diff=trap filter=trap\n")
        .expect("the directory is ours");
    for command in READERS {
        drop(place.run(on(command, "tree")).ended(0));
    }
    assert!(!place.path("executed").exists(), "something of the repository was run");
}

/// All answers about the repository `random` in this place, one after the other.
fn answers(place: &Place, flags: &[&str]) -> Vec<u8> {
    let mut all = Vec::new();
    for command in [&["report", "random", "--format", "json"][..], &["lines", "random"]] {
        all.extend(place.run(command.iter().chain(flags)).ended(0).stdout);
    }
    let facts = ["facts", "random", "--output", "tables"];
    drop(place.run(facts.iter().chain(flags)).ended(0));
    for (name, (content, ..)) in snapshot(&place.path("tables")) {
        all.extend([name.as_bytes(), &content].concat());
    }
    all
}

#[test]
fn threads_do_not_change_a_byte() {
    for seed in 0..4 {
        let place = Place::new();
        let _repository =
            Repository::import(&place, "random", &random_history::stream(seed));
        let alone = answers(&place, &["--jobs", "1"]);
        assert!(alone == answers(&place, &["--jobs", "4"]), "seed {seed}");
        assert!(alone == answers(&place, &[]), "seed {seed}");
    }
}

#[test]
fn how_git_packs_does_not_change_a_byte() {
    for seed in 0..4 {
        let place = Place::new();
        let repository =
            Repository::import(&place, "random", &random_history::stream(seed));
        let loose = answers(&place, &[]);
        repository.git(["repack", "-adfq", "--depth=50"]);
        repository.git(["pack-refs", "--all"]);
        repository.git(["commit-graph", "write", "--reachable"]);
        assert!(loose == answers(&place, &[]), "seed {seed}");
    }
}

#[test]
fn a_clone_with_a_working_tree_has_the_lines_of_the_bare_one() {
    let place = Place::new();
    let repository = Repository::import(&place, "random", &random_history::stream(7));
    // Not checked out: some of its paths no file system takes.
    repository.git(["clone", "--quiet", "--no-checkout", ".", "../tree"]);
    let bare = place.run(["lines", "random", "--exact"]).ended(0);
    assert_eq!(bare, place.run(["lines", "tree", "--exact"]).ended(0));
}

#[test]
fn a_tag_of_a_tag_is_followed_to_its_commit() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "rewrite");
    let names = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"];
    let tag = |name, of| {
        let words = ["tag", "-a", "-m", "a tag", name, of];
        repository.git(names.iter().chain(&words));
    };
    tag("inner", "HEAD~1");
    tag("outer", "inner");
    let id = repository.words(["rev-parse", "HEAD~1"]).remove(0);
    let by_id = place.run(["lines", "rewrite", "--rev", &id]).ended(0);
    assert!(!by_id.stdout.is_empty(), "there are lines");
    assert_eq!(by_id, place.run(["lines", "rewrite", "--rev", "outer"]).ended(0));
}
