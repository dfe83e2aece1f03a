//! Every number leads back to commits: what `explain` says, and what git says when the
//! commands it prints are run.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use serde_json::Value;

use crate::git::{Repository, TreeFile, git_in};
use crate::harness::Place;
use crate::oracle::for_each_seed;
use crate::random_history;

/// An id to explain: what it begins with, a path, what follows.
fn id(before: &str, path: &[u8], after: &str) -> OsString {
    OsString::from_vec([before.as_bytes(), path, after.as_bytes()].concat())
}

/// The explanation of an id, for programs.
#[track_caller]
fn explained(place: &Place, id: impl AsRef<OsStr>, rest: &[&str]) -> Value {
    let mut arguments = vec![OsStr::new("explain"), id.as_ref()];
    arguments.extend(rest.iter().chain(&["--format", "json"]).map(OsStr::new));
    let run = place.run(arguments).ended(0);
    serde_json::from_slice(&run.stdout).expect("it is JSON")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("no count: {value}"))
}

fn rows(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

/// The words that a shell makes of a command: plain ones, `'…'`, and `$'…'` with octal
/// escapes.
fn words(command: &str) -> Vec<OsString> {
    let bytes = command.as_bytes();
    let (mut found, mut word, mut at) = (Vec::new(), Vec::new(), 0);
    while at < bytes.len() {
        let is_escaped = bytes[at..].starts_with(b"$'");
        match bytes[at] {
            b' ' => found.push(std::mem::take(&mut word)),
            b'\'' | b'$' => {
                at += if is_escaped { 2 } else { 1 };
                while bytes[at] != b'\'' {
                    if is_escaped && bytes[at] == b'\\' {
                        let digits = &command[at + 1..at + 4];
                        word.push(u8::from_str_radix(digits, 8).expect("it is octal"));
                        at += 4;
                    } else {
                        word.push(bytes[at]);
                        at += 1;
                    }
                }
            }
            b'\\' => {
                at += 1;
                word.push(bytes[at]);
            }
            byte => word.push(byte),
        }
        at += 1;
    }
    found.push(word);
    found.into_iter().map(OsString::from_vec).collect()
}

/// What git answers to a command that was printed.
#[track_caller]
fn answer(place: &Place, command: &Value) -> Vec<u8> {
    run_printed(place.root(), text(&command["command"]))
}

/// The same in some folder.
#[track_caller]
pub(crate) fn run_printed(folder: &Path, command: &str) -> Vec<u8> {
    assert!(command.bytes().all(|byte| byte >= b' '), "it is one line: {command:?}");
    let words = words(command);
    let fetches = words[0].to_str().and_then(|word| word.split_once('='));
    let (name, value) = fetches.expect("it says what git may fetch");
    assert_eq!(words[1], "git");
    let mut git = git_in(folder);
    let run = git.env(name, value).args(&words[2..]).output().expect("git is installed");
    let stderr = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{command}: {stderr}");
    run.stdout
}

/// The command that shows this.
#[track_caller]
fn command<'v>(explained: &'v Value, shows: &str) -> &'v Value {
    let found = rows(&explained["commands"]).iter().find(|one| one["shows"] == shows);
    found.unwrap_or_else(|| panic!("no command shows {shows:?}: {explained}"))
}

/// The digits of a commit at the start of each line of `git blame` or `git log`. Git
/// names files without quotes, so that one whose name has a line feed takes two lines.
fn blamed(answer: &[u8]) -> Vec<String> {
    let first = |line: &[u8]| {
        let word = line.split(|&byte| byte == b' ').next().unwrap_or_default();
        String::from_utf8_lossy(word).trim_start_matches('^').to_owned()
    };
    let is_commit = |word: &String| {
        word.len() >= 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    answer.split(|&byte| byte == b'\n').map(first).filter(is_commit).collect()
}

/// The line of a file, without its end.
fn content(file: &TreeFile, line: usize) -> &[u8] {
    file.content.split(|&byte| byte == b'\n').nth(line - 1).expect("it has that line")
}

const WROTE: &str = "the commit that wrote the line";
const LANDED: &str = "how it landed";

#[test]
fn lines_of_random_histories_lead_to_the_commits_that_git_names() {
    for_each_seed(|seed| {
        let place = Place::new();
        let stream = random_history::stream(seed);
        let repository = Repository::import(&place, "random", &stream);
        let tip = repository.tip();
        let mut files = repository.files(&tip);
        files.retain(|file| file.is_text() && file.n_lines() > 0);
        let mut numbers = random_history::Numbers(seed);
        for _ in 0..2.min(files.len()) {
            let file = &files[numbers.below(files.len())];
            let line = 1 + numbers.below(file.n_lines());
            let explained = explained(
                &place,
                id("line:", &file.path, &format!(":{line}")),
                &["random", "--exact"],
            );
            let origin = text(&explained["line"]["origin"]["id"]);
            if repository.blame(&tip, &file.path)[line - 1] != origin {
                return Err(format!("another origin than {origin}"));
            }
            let wrote = command(&explained, WROTE);
            let named = blamed(&answer(&place, wrote));
            if wrote["names"] != origin
                || named.len() != 1
                || !origin.starts_with(&named[0])
            {
                return Err(format!("{wrote} names {named:?}"));
            }
            let shown = answer(&place, command(&explained, LANDED));
            let added = [b"\n+", content(file, line)].concat();
            let landing = text(&explained["line"]["landing"]["id"]);
            if !shown.starts_with(format!("commit {landing}\n").as_bytes())
                || memchr::memmem::find(&shown, &added).is_none()
            {
                return Err(format!("{explained} does not show how it landed"));
            }
        }
        Ok(())
    });
}

/// The numbers of the lines that a diff without context removes, from 1.
fn removed(diff: &[u8]) -> Vec<usize> {
    let heads =
        diff.split(|&byte| byte == b'\n').filter(|line| line.starts_with(b"@@ -"));
    let lines = |head: &[u8]| {
        let head = String::from_utf8_lossy(head).into_owned();
        let range = head[4..].split(' ').next().expect("a range").to_owned();
        let (start, n) = range.split_once(',').unwrap_or((&range, "1"));
        let start: usize = start.parse().expect("a number");
        start..start + n.parse::<usize>().expect("a number")
    };
    heads.flat_map(lines).collect()
}

/// Lines that died by the commit that wrote them, as `explain` says.
fn died_by_origin(explained: &Value) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for row in rows(&explained["deaths"]["rows"]) {
        *sums.entry(text(&row["origin"]).to_owned()).or_insert(0) += count(&row["lines"]);
    }
    sums
}

/// The same as git says: the lines that the printed diff removes, by what the printed
/// blame says of them.
fn removed_by_origin(
    place: &Place,
    explained: &Value,
    commits: &[String],
) -> BTreeMap<String, u64> {
    let gone = removed(&answer(place, command(explained, "the lines that went")));
    let blame = command(explained, "the commits that had written them");
    let blamed = blamed(&answer(place, blame));
    let mut sums = BTreeMap::new();
    for line in gone {
        let digits = &blamed[line - 1];
        let commit = commits.iter().find(|id| id.starts_with(digits.as_str()));
        *sums.entry(commit.expect("git knows it").clone()).or_insert(0) += 1;
    }
    sums
}

#[test]
fn deaths_of_random_histories_are_the_lines_that_git_removes() {
    for_each_seed(|seed| {
        let place = Place::new();
        let stream = random_history::stream(seed);
        let repository = Repository::import(&place, "random", &stream);
        let commits = repository.words(["rev-list", "HEAD"]);
        let mainline = repository.mainline();
        let mut numbers = random_history::Numbers(seed);
        for _ in 0..2.min(mainline.len() - 1) {
            let number = 1 + numbers.below(mainline.len() - 1);
            let (before, commit) = (&mainline[number - 1], &mainline[number]);
            let all =
                explained(&place, format!("deaths:{commit}"), &["random", "--exact"]);
            let dead: Vec<&str> = rows(&all["deaths"]["rows"])
                .iter()
                .map(|row| text(&row["path"]))
                .collect();
            // What is no file any more, but something else, is for git to tell.
            let tree = repository.git(["ls-tree", "-r", "-z", commit]);
            let is_odd = |path: &[u8]| {
                let at = [b"\t", path, b"\0"].concat();
                let place = memchr::memmem::find(&tree, &at);
                place.is_some_and(|place| &tree[place - 52..place - 47] != b"10064")
            };
            let mut files = repository.files(before);
            files.retain(|file| {
                let path = String::from_utf8_lossy(&file.path);
                file.is_text() && dead.contains(&path.as_ref()) && !is_odd(&file.path)
            });
            for file in files.iter().take(2) {
                let id = id(&format!("deaths:{}:", &commit[..12]), &file.path, "");
                let explained = explained(&place, id, &["random", "--exact"]);
                let ours = died_by_origin(&explained);
                let theirs = removed_by_origin(&place, &explained, &commits);
                if ours != theirs {
                    return Err(format!("{explained}: git says {theirs:?}"));
                }
            }
        }
        Ok(())
    });
}

#[test]
fn landings_of_random_histories_add_up_and_bring_the_commits_that_git_lists() {
    for_each_seed(|seed| {
        let place = Place::new();
        let stream = random_history::stream(seed);
        let repository = Repository::import(&place, "random", &stream);
        let mainline = repository.mainline();
        let commit = &mainline[random_history::Numbers(seed).below(mainline.len())];
        let explained = explained(&place, &commit[..12], &["random"]);
        let landing = &explained["landing"];
        let sum = |list: &Value, of: &dyn Fn(&Value) -> u64| -> u64 {
            rows(list).iter().map(of).sum()
        };
        let born = count(&landing["born"]["lines"]);
        let died = sum(&landing["deaths"], &|row| count(&row["lines"]));
        let by_commit = sum(&landing["commits"], &|row| count(&row["born"]["lines"]));
        let standing = count(&landing["standing"]["lines"]);
        if (born, born) != (standing + died, by_commit) {
            return Err(format!("{landing} does not add up"));
        }
        let shown = answer(&place, command(&explained, "the commits that it brought in"));
        let shown = blamed(&shown);
        let ours: Vec<&str> = rows(&landing["commits"])
            .iter()
            .filter(|row| row["came_with_it"] == true)
            .map(|row| text(&row["id"]))
            .collect();
        let is_ours =
            |digits: &String| ours.iter().any(|id| id.starts_with(digits.as_str()));
        if shown.len() != ours.len() || !shown.iter().all(is_ours) {
            return Err(format!("{ours:?} is not {shown:?}"));
        }
        drop(answer(
            &place,
            command(&explained, "the lines that git counts as added and deleted"),
        ));
        Ok(())
    });
}

#[test]
fn to_indent_a_line_is_not_to_write_it_and_git_says_so_with_the_printed_flags() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "white_space");
    let [start, indent] = &repository.mainline()[..] else { panic!("two commits") };
    let explained = explained(&place, "line:a.py:2", &["white_space"]);
    let line = &explained["line"];
    assert_eq!(line["origin"]["id"], *start);
    assert_eq!(line["blame_origin"], *indent);
    assert_eq!(line["moved_by"], *indent);
    let commands = rows(&explained["commands"]);
    assert_eq!(commands[0]["names"], *indent);
    assert!(indent.starts_with(&blamed(&answer(&place, &commands[0]))[0]));
    assert!(start.starts_with(&blamed(&answer(&place, &commands[1]))[1]));
}

/// A commit of a stream: when, whose, what it says, and the files as they are then.
fn commit(
    stream: &mut String,
    day: i64,
    who: &str,
    message: &str,
    files: &[(&str, &str)],
) {
    let seconds = 1_700_000_000 + day * 86_400;
    let who = format!("{who} <{who}@example.com> {seconds} +0000");
    let _ = write!(
        stream,
        "commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata {}\n{message}\n",
        message.len()
    );
    for (path, content) in files {
        let _ =
            writeln!(stream, "M 100644 inline {path}\ndata {}\n{content}", content.len());
    }
    stream.push('\n');
}

#[test]
fn a_function_that_moved_leads_to_who_wrote_it_and_to_the_commit_that_moved_it() {
    let function = "def ready_to_leave(harbour, ship):\n    tide = harbour.tide_at(ship.berth)\n    \
                    crew = ship.crew_on_board()\n    return tide > ship.draught and crew\n";
    let other = "import harbour\nimport ship\nnothing_else = harbour.nothing()\n";
    let mut stream = String::new();
    commit(&mut stream, 0, "ana", "start", &[("a.py", &format!("{function}{other}"))]);
    commit(&mut stream, 3, "ben", "move", &[("a.py", other), ("b.py", function)]);
    let place = Place::new();
    let repository = Repository::import(&place, "moved", stream.as_bytes());
    let [start, mover] = &repository.mainline()[..] else { panic!("two commits") };
    let explained = explained(&place, "line:b.py:2", &["moved"]);
    let line = &explained["line"];
    assert_eq!(
        (&line["origin"]["id"], &line["landing"]["id"]),
        (&Value::from(start.as_str()), &Value::from(start.as_str()))
    );
    assert_eq!(line["moved_by"], *mover);
    let commands = rows(&explained["commands"]);
    assert!(mover.starts_with(&blamed(&answer(&place, &commands[0]))[0]));
    assert!(start.starts_with(&blamed(&answer(&place, &commands[1]))[1]));
    assert_eq!(line["moved_from"][0]["path"], "a.py");
    assert_eq!(line["moved_from"][0]["left"], *mover);
    assert_eq!(line["moved_from"][0]["lines"], 4);
    let shown = answer(&place, command(&explained, "how lines left and came"));
    let shown = String::from_utf8_lossy(&shown).into_owned();
    for sign in ['-', '+'] {
        assert!(shown.contains(&format!("\n{sign}    tide = harbour")), "{shown}");
    }
    let who = command(&explained, "who had written the lines that left");
    assert!(blamed(&answer(&place, who)).iter().all(|id| start.starts_with(id.as_str())));
    let deaths = self::explained(&place, format!("deaths:{mover}"), &["moved"]);
    assert_eq!(deaths["deaths"]["died"]["lines"], 0);
    assert_eq!(deaths["deaths"]["went_on_lines"], 4);
}

#[test]
fn a_line_of_a_renamed_file_landed_under_the_old_name() {
    let place = Place::new();
    let _repository = Repository::fixture(&place, "rename");
    let explained = explained(&place, "line:lib/a.py:1", &["rename"]);
    assert_eq!(explained["line"]["landed_in"], "a.py");
    let shown = command(&explained, LANDED);
    assert!(text(&shown["command"]).ends_with(" -- a.py"), "{shown}");
    assert!(String::from_utf8_lossy(&answer(&place, shown)).contains("\n+++ b/a.py\n"));
}

#[test]
fn a_commit_of_a_branch_is_explained_by_the_merge_that_brought_it() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "conflict");
    let merge = repository.tip();
    let side = repository.words(["rev-parse", "HEAD^2"]).remove(0);
    let explained = explained(&place, &side[..7], &["conflict"]);
    assert_eq!(explained["id"], format!("landing:{merge}"));
    assert_eq!(explained["landing"]["asked"]["id"], side);
    assert_eq!(explained["landing"]["landing"]["id"], merge);
    let deaths = self::explained(&place, format!("deaths:{side}"), &["conflict"]);
    assert_eq!(deaths["id"], format!("deaths:{merge}"));
    assert_eq!(deaths["deaths"]["by_cause"]["modified_self"]["lines"], 1);
}

#[test]
fn a_revert_leads_to_both_commits_and_to_the_lines_that_git_shows() {
    let base: String = (0..20).map(|n| format!("base = compute({n})\n")).collect();
    let with: String = (0..9).map(|n| format!("fresh = compute({n}, {n})\n")).collect();
    let with = format!("{base}{with}");
    let mut stream = String::new();
    commit(&mut stream, 0, "ana", "start", &[("a.py", &base)]);
    commit(&mut stream, 1, "ana", "Add fresh", &[("a.py", &with)]);
    commit(&mut stream, 3, "ben", "Revert \"Add fresh\"", &[("a.py", &base)]);
    let place = Place::new();
    let repository = Repository::import(&place, "back", stream.as_bytes());
    let [_, original, revert] = &repository.mainline()[..] else {
        panic!("three commits")
    };
    for asked in [original, revert] {
        let explained = explained(&place, format!("revert:{asked}"), &["back"]);
        let row = &explained["revert"]["rows"][0];
        assert_eq!(
            (&row["by"], &row["target"]),
            (&(**revert).into(), &(**original).into())
        );
        assert_eq!(
            (&row["found_by"], &row["effect"]),
            (&"subject".into(), &"full".into())
        );
        assert_eq!(
            (count(&row["lines"]["killed"]), count(&row["lines"]["alive"])),
            (9, 9)
        );
        let says = command(&explained, "what the later commit says");
        assert!(answer(&place, says).starts_with(format!("commit {revert}").as_bytes()));
        let says = command(&explained, "what the earlier commit says");
        assert!(
            answer(&place, says).starts_with(format!("commit {original}").as_bytes())
        );
        // A change that takes back another is that one upside down.
        let later = answer(&place, command(&explained, "the later change"));
        let earlier =
            answer(&place, command(&explained, "the earlier change, upside down"));
        let lines = |diff: &[u8]| {
            let text = String::from_utf8_lossy(diff).into_owned();
            let lines = text.lines().filter(|line| line.starts_with("-fresh"));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!((lines(&later), lines(&later).len()), (lines(&earlier), 9));
    }
    let run = place.run(["explain", &format!("revert:{revert}"), "back"]).ended(0);
    assert!(run.out().contains("found by its subject. The lines agree: in full."));
}

#[test]
fn what_an_edit_replaced_died_and_was_edited() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "rewrite");
    let second = &repository.mainline()[1];
    let explained = explained(&place, format!("deaths:{second}:a.py"), &["rewrite"]);
    let row = &explained["deaths"]["rows"][0];
    assert_eq!(row["cause"], "modified_other");
    assert_eq!(row["lines"], 1);
    let died = died_by_origin(&explained);
    let commits = repository.words(["rev-list", "HEAD"]);
    assert_eq!(removed_by_origin(&place, &explained, &commits), died);
}

/// Nine people write 60 lines each, a day apart. A third of them cleans 20 of those
/// lines up, 12 days later; the last file is too young for that to be seen.
fn town(place: &Place) -> Repository {
    let lines = |person: usize, from: usize| {
        let line = |n: usize| format!("value_{person}_{n} = {}\n", n * 7 + person);
        (from..60).map(line).collect::<String>()
    };
    let mut stream = String::new();
    let mut day = 0;
    for person in 0..9 {
        let mark = if person < 5 {
            "\n\nCo-Authored-By: Claude <noreply@anthropic.com>"
        } else {
            ""
        };
        let (who, path) = (format!("p{person}"), format!("src/f{person}.py"));
        let message = format!("write{mark}");
        commit(&mut stream, day, &who, &message, &[(&path, &lines(person, 0))]);
        day += 1;
    }
    for person in (0..9).step_by(3) {
        day += 2;
        let (who, path) = (format!("p{person}"), format!("src/f{person}.py"));
        commit(&mut stream, day, &who, "clean", &[(&path, &lines(person, 20))]);
    }
    commit(&mut stream, 37, "p1", "last", &[("src/top.py", &lines(11, 30))]);
    Repository::import(place, "town", stream.as_bytes())
}

/// A row of the table of lifetimes: age at the end in days, whether it died, lines, and
/// the commits of both.
type Life = (f64, bool, u64, String, String);

/// The lifetimes that figures count, from the tables.
fn lives(place: &Place, name: &str) -> Vec<Life> {
    drop(place.run(["facts", name, "--output", "tables"]).ended(0));
    let table = |name: &str| {
        let file = place.path(&format!("tables/{name}.ndjson"));
        let table = std::fs::read_to_string(file).expect("it was written");
        let rows = table.lines().map(|row| serde_json::from_str(row).expect("JSON"));
        rows.collect::<Vec<Value>>()
    };
    let seconds = |time: &Value| {
        let time: jiff::Timestamp = text(time).parse().expect("it is RFC 3339");
        time.as_second()
    };
    let landed: BTreeMap<String, i64> = table("commits")
        .iter()
        .map(|row| (text(&row["id"]).to_owned(), seconds(&row["landing_time"])))
        .collect();
    let end = seconds(&table("repositories")[0]["as_of"]);
    let wanted = |row: &&Value| {
        row["counted"] == true
            && row["birth_unknown"] == false
            && row["relanded"] == false
    };
    let life = |row: &Value| {
        let landing = text(&row["landing"]).to_owned();
        let death = row["death"].as_str().unwrap_or_default().to_owned();
        let last = landed.get(&death).copied().unwrap_or(end);
        #[expect(clippy::cast_precision_loss, reason = "few seconds")]
        let age = (last - landed[&landing]) as f64 / 86_400.0;
        (age, !death.is_empty(), count(&row["lines"]), landing, death)
    };
    table("lifetimes").iter().filter(wanted).map(life).collect()
}

/// The share that outlives an age, one age at a time: Kaplan and Meier (1958).
fn survival(lives: &[Life], days: f64) -> f64 {
    let mut ages: Vec<f64> =
        lives.iter().filter(|life| life.1 && life.0 <= days).map(|life| life.0).collect();
    ages.sort_by(f64::total_cmp);
    ages.dedup();
    let sum = |wanted: &dyn Fn(&&Life) -> bool| {
        let lines: u64 = lives.iter().filter(wanted).map(|life| life.2).sum();
        f64::from(u32::try_from(lines).expect("few lines"))
    };
    let step = |age: f64| {
        let died = sum(&|life| life.1 && life.0.total_cmp(&age).is_eq());
        1.0 - died / sum(&|life| life.0 >= age)
    };
    ages.into_iter().map(step).product()
}

#[track_caller]
fn near(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap_or_else(|| panic!("no number: {value}"));
    assert!((value - expected).abs() < 1e-12, "{value} is not {expected}");
}

#[test]
fn a_figure_is_that_of_the_report_and_of_the_lines_it_is_made_of() {
    let place = Place::new();
    let _repository = town(&place);
    let report = place.run(["report", "town", "--format", "json"]).ended(0);
    let report: Value = serde_json::from_slice(&report.stdout).expect("it is JSON");
    let figures = [
        ("survival:30", &report["survival"]["survival"]["30"]),
        ("survival:14:all", &report["survival"]["survival"]["14"]),
        ("churn:21", &report["survival"]["churn"]["21"]),
        ("survival:30:ai_marked", &report["cohorts"][0]["survival"]["survival"]["30"]),
        ("churn:30:unmarked", &report["cohorts"][1]["survival"]["churn"]["30"]),
        ("survival:90:area:src", &report["areas"][0]["survival_90"]),
    ];
    for (id, published) in figures {
        let figure = &explained(&place, id, &["town"])["figure"];
        assert_eq!(&figure["figure"], published, "{id}");
        let lines = &figure["lines"];
        assert_eq!(lines["cohort"], published["n_lines"], "{id}");
        let parts =
            ["died", "left", "outlived", "entered_later"].map(|part| &lines[part]);
        let sum: u64 = parts.into_iter().map(count).sum();
        assert_eq!(sum, count(&lines["cohort"]), "{id}: {lines}");
        let bands: u64 =
            rows(&figure["ages"]).iter().map(|band| count(&band["died"])).sum();
        assert_eq!(bands, count(&lines["died"]), "{id}");
    }
}

#[test]
fn what_a_figure_is_made_of_is_what_the_table_of_lifetimes_adds_up_to() {
    let place = Place::new();
    let _repository = town(&place);
    let figure = explained(&place, "survival:30", &["town"])["figure"].clone();
    let lives = lives(&place, "town");
    let died: u64 =
        lives.iter().filter(|life| life.1 && life.0 <= 30.0).map(|life| life.2).sum();
    assert_eq!((died, count(&figure["lines"]["died"])), (60, 60));
    let value = survival(&lives, 30.0);
    near(&figure["figure"]["value"], value);
    let shares = |list: &Value| -> f64 {
        rows(list).iter().map(|row| row["share"].as_f64().expect("a share")).sum()
    };
    near(&Value::from(shares(&figure["deaths"])), 1.0 - value);
    near(&figure["died_by_cause"]["deleted"]["share"], 1.0 - value);
    assert_eq!(rows(&figure["landings"]).len(), 10);
    assert_eq!(rows(&figure["deaths"]).len(), 3);
    for row in rows(&figure["landings"]) {
        let mut others = lives.clone();
        others.retain(|life| life.3 != text(&row["commit"]));
        near(&row["value_without"], survival(&others, 30.0));
    }
    for row in rows(&figure["deaths"]) {
        let mut seen = lives.clone();
        for life in seen.iter_mut().filter(|life| life.4 == text(&row["commit"])) {
            life.1 = false;
        }
        near(&row["value_without"], survival(&seen, 30.0));
    }
}

#[test]
fn a_figure_leads_on_to_deaths_that_git_shows() {
    let place = Place::new();
    let repository = town(&place);
    let commits = repository.words(["rev-list", "HEAD"]);
    let figure = explained(&place, "survival:30", &["town"]);
    let heaviest = &figure["figure"]["deaths"][0];
    let deaths = explained(&place, text(&heaviest["id"]), &["town"]);
    assert_eq!(deaths["deaths"]["died"]["lines"], heaviest["lines"]);
    assert_eq!(removed_by_origin(&place, &deaths, &commits), died_by_origin(&deaths));
    for command in rows(&figure["commands"]) {
        assert!(!answer(&place, command).is_empty(), "{command}");
    }
}

#[test]
fn observation_that_begins_late_changes_a_figure_as_it_does_the_reports() {
    let place = Place::new();
    let _repository = town(&place);
    let since = ["town", "--since", "2023-11-19"];
    let figure = explained(&place, "survival:21", &since)["figure"].clone();
    let run = place.run(["report", "town", "--since", "2023-11-19", "--format", "json"]);
    let report: Value = serde_json::from_slice(&run.ended(0).stdout).expect("it is JSON");
    assert_eq!(figure["figure"], report["survival"]["survival"]["21"]);
    assert!(figure["figure"]["value"].is_f64(), "{}", figure["figure"]);
}

#[test]
fn a_figure_that_is_not_observed_has_no_shares() {
    let place = Place::new();
    let _repository = Repository::fixture(&place, "rewrite");
    let figure = explained(&place, "survival:7", &["rewrite"])["figure"].clone();
    assert_eq!(figure["figure"]["value"], Value::Null);
    assert_eq!(figure["landings"][0]["value_without"], Value::Null);
    assert!(figure["figure"]["reason"].is_string());
}

#[test]
fn what_is_no_id_or_means_nothing_or_two_things_is_an_error_of_one_line() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "rewrite");
    let tip = repository.tip();
    let on = |id: &str| place.run(["explain", id, "rewrite"]);
    on("HEAD").refused(2, "line:PATH:N, landing:COMMIT, deaths:COMMIT[:PATH]");
    on("survival:31").refused(2, "7, 14, 21, 30, 90, 180, 365");
    on("survival:30:team").refused(2, "ai_marked");
    on("churn:90").refused(3, "7, 14, 21, 30 days");
    on("survival:90:area:none").refused(3, "at 90 days it has .;");
    on("0000000").refused(3, "[E-NOTFOUND]");
    on("line:a.py:9").refused(3, "its lines are 1 to 2");
    on("line:b.py:1").refused(3, "no text file stands there");
    on(&format!("deaths:{tip}:b.py")).refused(3, "no file was ever there");
    let _copy = Repository::fixture(&place, "conflict");
    std::fs::rename(place.path("conflict"), place.path("other")).expect("it is ours");
    let both = place.run(["explain", "line:a.py:1", "rewrite", "other"]);
    both.refused(2, "it means several: other, rewrite");
    let _copy = Repository::fixture(&place, "conflict");
    let commit = format!("landing:{}", repository_of(&place, "other"));
    let same = place.run(["explain", &commit, "conflict", "other"]);
    same.refused(2, "these repositories have the same commit: name one of them");
    let one = place.run(["explain", &tip[..7], "rewrite", "other"]).ended(0);
    assert!(one.out().contains(&tip[..12]), "{}", one.out());
}

/// The commit at the tip of a repository that was made before.
fn repository_of(place: &Place, name: &str) -> String {
    let run = git_in(&place.path(name)).args(["rev-parse", "HEAD"]).output();
    let answer = run.expect("git is installed").stdout;
    String::from_utf8(answer).expect("it is digits").trim().to_owned()
}

#[test]
fn commands_run_no_program_that_a_repository_names_and_show_the_same_whatever_it_says() {
    let place = Place::new();
    let repository = town(&place);
    let mainline = repository.mainline();
    let ids = [
        "line:src/f1.py:1".to_owned(),
        format!("landing:{}", mainline[2]),
        format!("deaths:{}", mainline[10]),
        format!("deaths:{}:src/f3.py", mainline[10]),
        "survival:30".to_owned(),
    ];
    let commands: Vec<Value> = ids
        .iter()
        .flat_map(|id| rows(&explained(&place, id, &["town"])["commands"]).to_vec())
        .collect();
    assert!(commands.len() >= 10, "{commands:?}");
    let before: Vec<Vec<u8>> =
        commands.iter().map(|command| answer(&place, command)).collect();
    let ran = place.path("ran");
    let program =
        place.write("program", format!("#!/bin/sh\necho x >> '{}'\n", ran.display()));
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&program, mode).expect("it is ours");
    let ignored = place.write("ignored", mainline.join("\n"));
    let attributes = place.write("attributes", "*.py diff=odd\n");
    let (program, ignored) = (program.to_str().unwrap(), ignored.to_str().unwrap());
    for (name, value) in [
        ("diff.external", program),
        ("diff.odd.command", program),
        ("diff.odd.textconv", program),
        ("diff.odd.algorithm", "histogram"),
        ("diff.algorithm", "patience"),
        ("diff.indentHeuristic", "false"),
        ("core.attributesFile", attributes.to_str().unwrap()),
        ("core.fsmonitor", program),
        ("core.pager", program),
        ("pager.blame", program),
        ("gpg.program", program),
        ("log.showSignature", "true"),
        ("format.pretty", "%s"),
        ("blame.ignoreRevsFile", ignored),
    ] {
        repository.git(["config", name, value]);
    }
    for (command, before) in commands.iter().zip(before) {
        assert_eq!(answer(&place, command), before, "{command}");
        assert!(!ran.exists(), "{command}");
    }
    repository.git(["diff", "HEAD^1", "HEAD"]);
    assert!(ran.exists(), "without the flags git runs the program");
}

#[test]
fn who_is_who_is_what_the_report_was_told() {
    let place = Place::new();
    let _repository = town(&place);
    let mut map = String::from("canonical_email,kind,value\n");
    for person in 1..6 {
        map += &format!("p0@example.com,git_email,p{person}@example.com\n");
    }
    place.write("people.csv", &map);
    let report =
        place.run(["report", "town", "--format=json", "--people=people.csv"]).ended(0);
    let report: Value = serde_json::from_slice(&report.stdout).expect("it is JSON");
    let published = &report["survival"]["survival"]["30"];
    assert_eq!(published["n_people"], 4);
    let figure =
        &explained(&place, "survival:30", &["town", "--people=people.csv"])["figure"];
    assert_eq!(&figure["figure"], published);
    let alone = &explained(&place, "survival:30", &["town"])["figure"]["figure"];
    assert_eq!(alone["n_people"], 9);
    let few = ["explain", "survival:30:ai_marked", "town", "--people=people.csv"];
    place.run(few).refused(3, "fewer than five people wrote these lines");
}

#[test]
fn no_explanation_names_a_person() {
    let place = Place::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/orgs/harbour/");
    let stream = std::fs::read(format!("{folder}repo.fi")).expect("it is there");
    let repository = Repository::import(&place, "harbour", &stream);
    let merge = &repository.mainline()[3];
    let ids = [
        "line:tool.py:3".to_owned(),
        merge.clone(),
        format!("deaths:{merge}"),
        "survival:30".to_owned(),
    ];
    for id in ids {
        for format in ["text", "json"] {
            let run = place.run(["explain", &id, "harbour", "--format", format]).ended(0);
            let out = run.out().to_lowercase();
            for word in ["ana", "ben", "lind", "ode ", "example.com"] {
                assert!(!out.contains(word), "{word:?} is in {id} as {format}: {out}");
            }
        }
    }
}

#[test]
fn a_mark_of_ai_is_shown_with_its_rule_and_place() {
    let place = Place::new();
    let _repository = town(&place);
    let explained = explained(&place, "line:src/f1.py:1", &["town"]);
    let origin = &explained["line"]["origin"];
    assert_eq!(origin["ai_class"], "coauthored");
    assert_eq!(origin["tools"][0], "claude-code");
    assert_eq!(origin["evidence"][0]["place"], "co-author");
    let said = command(&explained, "what the commit that wrote it says of itself");
    let message = String::from_utf8_lossy(&answer(&place, said)).into_owned();
    let line = count(&origin["evidence"][0]["line"]);
    let body: Vec<&str> =
        message.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    let line = body[usize::try_from(line).expect("small") - 1];
    assert!(line.starts_with("Co-Authored-By: Claude"), "{message}");
}
