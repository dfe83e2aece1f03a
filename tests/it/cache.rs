//! What earlier runs kept: it may make a run shorter, and nothing else.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::Value;

use crate::faults::objects_by_hand as hand;
use crate::git::Repository;
use crate::harness::{Place, Run, finish};
use crate::random_history;

const ASKED: [&str; 5] = ["report", "rewrite", "--format", "json", "--cache-dir=kept"];

fn ask(place: &Place) -> Run {
    place.run(ASKED).ended(0)
}

/// The files that are kept.
fn kept(place: &Place) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(place.path("kept")) else { return Vec::new() };
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be listed").path()).collect();
    files.sort();
    files
}

/// The one file of this ending that is kept.
fn kept_file(place: &Place, ending: &str) -> PathBuf {
    let mut files = kept(place);
    files.retain(|file| file.extension().is_some_and(|found| found == ending));
    let [file] = files.try_into().expect("one file of this ending");
    file
}

/// The answer without what it cost, which is less when more was known.
fn answer(run: &Run) -> Value {
    let mut answer: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    for repository in answer["repositories"].as_array_mut().expect("repositories") {
        repository["work"] = Value::Null;
    }
    answer
}

#[test]
fn a_second_run_gives_the_same_bytes_and_a_new_tip_new_ones() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "rewrite");
    let first = ask(&place);
    let files = kept(&place);
    assert_eq!(files.len(), 2, "the facts of one repository, and its records");
    let read = || files.iter().map(|file| fs::read(file).expect("it was kept"));
    let before: Vec<_> = read().collect();
    assert_eq!(ask(&place), first);
    assert!(read().eq(before), "they were read, not made");
    repository.git(["update-ref", "HEAD", "HEAD~1"]);
    let older = ask(&place);
    assert_ne!(older.stdout, first.stdout, "the tip is another");
    let fresh = place.run(["report", "rewrite", "--format=json", "--no-cache"]);
    assert_eq!(answer(&fresh), answer(&older));
}

#[test]
fn a_run_after_new_commits_reads_only_what_is_new() {
    let place = Place::new();
    let stream = random_history::stream(7);
    let repository = Repository::import(&place, "random", &stream);
    let mainline = repository.mainline();
    let ask = |rev: &str, cache: &str| {
        let asked = ["report", "random", "--rev", rev, "--format=json", cache];
        let run = place.run(asked).ended(0);
        let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
        report["repositories"][0]["work"].clone()
    };
    let count = |work: &Value, what: &str| work[what].as_u64().expect("a count");
    let cold = ask("main", "--no-cache");
    ask(&mainline[mainline.len() - 2], "--cache-dir=kept");
    let warm = ask("main", "--cache-dir=kept");
    assert_eq!(count(&cold, "records"), 0);
    assert!(count(&warm, "records") > 0);
    for what in ["bytes_compared", "lines_hashed"] {
        assert!(count(&warm, what) * 4 < count(&cold, what), "{what}: {warm} of {cold}");
    }
}

#[test]
fn what_is_damaged_is_not_believed() {
    let place = Place::new();
    Repository::fixture(&place, "rewrite");
    let first = ask(&place);
    for ending in ["facts", "records"] {
        believe_no_damage(&place, &first, ending);
    }
}

fn believe_no_damage(place: &Place, first: &Run, ending: &str) {
    let file = kept_file(place, ending);
    let whole = fs::read(&file).expect("it can be read");
    let ask = |place: &Place| {
        if ending == "records" {
            // With its facts, a run would not look at the records.
            fs::remove_file(kept_file(place, "facts")).expect("the file is ours");
        }
        ask(place)
    };
    let first = answer(first);
    for at in (0..whole.len()).step_by(61) {
        let mut other = whole.clone();
        other[at] ^= 0x20;
        fs::write(&file, &other).expect("the file is ours");
        assert_eq!(answer(&ask(place)), first, "byte {at}");
    }
    fs::write(&file, &whole[..whole.len() / 2]).expect("the file is ours");
    assert_eq!(answer(&ask(place)), first, "cut off");
    assert_eq!(fs::read(&file).expect("it can be read").len(), whole.len(), "and mended");
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
        assert_eq!(answer(&run), answer(&first));
        assert_eq!(run.stderr, first.stderr);
    }
    assert_eq!(kept(&place).len(), 2, "two files and nothing half-written");
}

#[test]
fn no_address_and_no_message_is_kept_and_only_the_owner_can_read() {
    let place = Place::new();
    Repository::fixture(&place, "rewrite");
    assert!(!ask(&place).stdout.is_empty());
    let files = kept(&place);
    let bytes: Vec<u8> =
        files.iter().flat_map(|file| fs::read(file).expect("it can be read")).collect();
    for secret in ["ana@example.com", "ben@example.com", "Ana", "drop the log line"] {
        let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!found, "{secret} is kept");
    }
    for path in files.into_iter().chain([place.path("kept")]) {
        let mode = fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
    }
}

#[test]
fn a_run_that_is_killed_at_any_moment_leaves_what_the_next_can_use() {
    let place = Place::new();
    Repository::import(&place, "random", &random_history::stream(11));
    let asked = ["report", "random", "--format=json", "--cache-dir=kept"];
    let whole = place.run(["report", "random", "--format=json", "--no-cache"]).ended(0);
    for wait in 0..12 {
        if !kept(&place).is_empty() {
            fs::remove_dir_all(place.path("kept")).expect("the folder is ours");
        }
        let mut run = place.command(asked).spawn().expect("the program starts");
        // It is killed when there is something in the folder, or a little later.
        for _ in 0..wait * 2_000 {
            if kept(&place).len() > wait % 3 {
                break;
            }
            std::thread::yield_now();
        }
        run.kill().expect("it is ours");
        run.wait().expect("it ends");
        let after = place.run(asked).ended(0);
        assert_eq!(answer(&after), answer(&whole), "killed at moment {wait}");
        assert_eq!(after.stderr, whole.stderr);
    }
}

#[test]
fn a_disk_that_is_full_is_one_warning_and_the_same_answer() {
    let place = Place::new();
    Repository::fixture(&place, "rewrite");
    let whole = place.run(["report", "rewrite", "--format=json", "--no-cache"]).ended(0);
    // No file may grow beyond one block of 512 bytes; the signal that comes with it is
    // ignored, as on a full disk there is none.
    let mut shell = place.command(["report", "rewrite"]);
    let program = shell.get_program().to_owned();
    shell = {
        let mut limited = std::process::Command::new("/bin/sh");
        limited
            .args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\""])
            .arg(program)
            .args(ASKED)
            .current_dir(place.root())
            .env_clear()
            .env("HOME", place.path("home"))
            .env("NO_COLOR", "1")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        limited
    };
    let run = finish(&mut shell, b"", place.root()).ended(0);
    assert_eq!(run.stdout, whole.stdout);
    assert_eq!(run.stderr.matches("[W-CACHE]").count(), 1, "{}", run.stderr);
    assert_eq!(kept(&place).len(), 0, "nothing half-written stays");
}

/// A repository in which Ben changed every line of a file, as whoever made its packs
/// wants to hide: for that file a pack has what Ana wrote.
fn forged(place: &Place, name: &str) -> Repository {
    let repository = honest(place, name);
    let blob = hand::id(&repository.words(["rev-parse", "main:a.rs"]).remove(0));
    let hex = hand::hex(&blob);
    let file = repository.path.join("objects").join(&hex[..2]).join(&hex[2..]);
    fs::remove_file(file).expect("it is loose");
    let before = repository.git(["cat-file", "blob", "main~1:a.rs"]);
    let mut pack = hand::Pack::default();
    pack.whole(blob, hand::BLOB, &before);
    pack.write(&repository);
    repository
}

fn honest(place: &Place, name: &str) -> Repository {
    let text = |more: &str| {
        (0..9).map(|n| format!("let value_{n} = {n}{more};\n")).collect::<String>()
    };
    let stream = version(1, "ana", &text("")) + &version(2, "ben", &text(" + 1"));
    Repository::import_loose(place, name, stream.as_bytes())
}

/// A commit that writes a file, for `git fast-import`.
fn version(day: u32, who: &str, text: &str) -> String {
    let when = 1_700_000_000 + 86_400 * day;
    let by = format!("{who} <{who}@example.com> {when} +0000");
    let len = text.len();
    format!(
        "commit refs/heads/main\ncommitter {by}\ndata 4\nText\nM 100644 inline a.rs\n\
         data {len}\n{text}\n"
    )
}

/// What is said of `r`, with what is kept and without.
fn said_of(place: &Place, folder: &std::path::Path, name: &str) -> [Value; 2] {
    ["--cache-dir=../kept", "--no-cache"].map(|cache| {
        let mut run = place.command(["report", name, "--format=json", cache]);
        let run = finish(run.current_dir(folder), b"", place.root()).ended(0);
        assert_eq!(run.stderr, "");
        answer(&run)
    })
}

#[test]
fn what_a_forged_pack_said_is_forgotten_with_the_pack() {
    let place = Place::new();
    fs::create_dir(place.path("in")).expect("the folder is ours");
    let repository = forged(&place, "in/r");
    let inside = place.path("in");
    let [false_one, _] = said_of(&place, &inside, "r");
    // The pack goes, and the object comes from somewhere honest.
    fs::remove_dir_all(repository.path.join("objects/pack")).expect("it is ours");
    fs::create_dir(repository.path.join("objects/pack")).expect("it is ours");
    let other = honest(&place, "other");
    let blob = repository.words(["rev-parse", "main:a.rs"]).remove(0);
    let data = other.git(["cat-file", "blob", &blob]);
    hand::loose(&repository, "blob", &data);
    let [kept, true_one] = said_of(&place, &inside, "r");
    assert_ne!(false_one, true_one, "it was false");
    assert_eq!(kept, true_one);
    // Nor from records, with another tip.
    let who = ["-c", "user.name=cal", "-c", "user.email=cal@example.org"];
    let made = ["commit-tree", "-p", "main", "-m", "More", "main^{tree}"];
    let tip = repository.words(who.iter().chain(&made)).remove(0);
    repository.git(["update-ref", "refs/heads/main", &tip]);
    let [kept, true_one] = said_of(&place, &inside, "r");
    assert_eq!(kept, true_one);
}

#[test]
fn two_repositories_with_one_name_do_not_share_what_is_kept() {
    let place = Place::new();
    for folder in ["evil", "good"] {
        fs::create_dir(place.path(folder)).expect("the folder is ours");
    }
    forged(&place, "evil/r");
    honest(&place, "good/r");
    for name in ["r", "./r/."] {
        let [_, false_one] = said_of(&place, &place.path("evil"), name);
        let [kept, true_one] = said_of(&place, &place.path("good"), name);
        assert_eq!(kept, true_one);
        assert_ne!(false_one, true_one);
    }
}

#[test]
fn after_a_fetch_records_are_taken_over_and_after_a_repack_they_are_made_anew() {
    let place = Place::new();
    let text = |lines: u32| {
        (0..lines).map(|n| format!("let value_{n} = {};\n", n * n)).collect::<String>()
    };
    let stream: String =
        (1..40).map(|day| version(day, "ana", &text(5 + day * 3 % 40))).collect();
    let source = Repository::import(&place, "source", stream.as_bytes());
    let repository = Repository::empty(&place, "r");
    // Each fetch makes a pack, as fetches of many objects do.
    repository.git(["config", "fetch.unpackLimit", "1"]);
    repository.git(["config", "gc.auto", "0"]);
    let mainline = source.mainline();
    let fetch = |at: usize| {
        source.git(["update-ref", "refs/heads/part", &mainline[at]]);
        let from = source.path.to_str().expect("a plain name").to_owned();
        repository.git(["fetch", "--quiet", &from, "+part:main"]);
    };
    let records = || {
        let asked = ["report", "r", "--format=json", "--cache-dir=kept"];
        let report: Value = serde_json::from_slice(&place.run(asked).ended(0).stdout)
            .expect("it is JSON");
        report["repositories"][0]["work"]["records"].as_u64().expect("a count")
    };
    fetch(mainline.len() / 2);
    assert_eq!(records(), 0);
    fetch(mainline.len() - 3);
    let of_first = records();
    assert!(of_first > 0);
    fetch(mainline.len() - 1);
    let of_both = records();
    assert!(of_both > of_first, "{of_both} of {of_first}");
    // The later packs become one: what needs the first alone is still believed.
    let packs = fs::read_dir(repository.path.join("objects/pack")).expect("it is there");
    let mut packs: Vec<(u64, PathBuf)> = packs
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "pack"))
        .map(|path| (fs::metadata(&path).expect("it is there").len(), path))
        .collect();
    packs.sort();
    let (_, largest) = packs.pop().expect("there are packs");
    assert_eq!(packs.len(), 2);
    fs::write(largest.with_extension("keep"), "").expect("the repository is ours");
    repository.git(["repack", "-a", "-d", "-q"]);
    repository.git(["update-ref", "refs/heads/main", &mainline[mainline.len() - 2]]);
    let of_kept = records();
    assert!(0 < of_kept && of_kept <= of_first, "{of_kept} of {of_first}");
    fs::remove_file(largest.with_extension("keep")).expect("the repository is ours");
    repository.git(["repack", "-a", "-d", "-q"]);
    assert_eq!(records(), 0, "all packs are others");
}

#[test]
fn a_folder_in_a_repository_is_not_used_and_that_is_said() {
    let place = Place::new();
    Repository::fixture(&place, "rewrite");
    let first = place.run(["report", "rewrite", "--format=json", "--no-cache"]).ended(0);
    let asked = ["report", "rewrite", "--format=json", "--cache-dir=rewrite/kept"];
    let run = place.run(asked).ended(0);
    assert_eq!(run.stdout, first.stdout);
    assert_eq!(run.stderr.matches("[W-CACHE]").count(), 1, "{}", run.stderr);
    assert!(run.stderr.contains("in a repository"), "{}", run.stderr);
    assert!(!place.path("rewrite/kept").exists(), "nothing is written there");
    // Whoever made the folder.
    fs::create_dir(place.path("outer")).expect("the folder is ours");
    fs::write(place.path("outer/.git"), "gitdir: elsewhere").expect("it is ours");
    let asked = ["report", "rewrite", "--format=json", "--cache-dir=outer/a/kept"];
    let run = place.run(asked).ended(0);
    assert_eq!(run.stdout, first.stdout);
    assert!(run.stderr.contains("in a repository"), "{}", run.stderr);
}
