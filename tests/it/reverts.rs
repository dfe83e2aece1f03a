//! What was taken back: planted reverts of every kind are found, and nothing else is.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::git::Repository;
use crate::harness::Place;

const DAY: u64 = 86_400;
const START: u64 = 1_735_776_000;

/// A history in the making: one file a name, whose lines are replaced whole.
#[derive(Default)]
struct Stream {
    text: String,
    mark: u64,
    day: u64,
}

impl Stream {
    /// Adds a commit on the mainline, so many days after the one before.
    fn commit(
        &mut self,
        days: u64,
        message: &str,
        files: &[(&str, Option<&str>)],
    ) -> u64 {
        self.mark += 1;
        self.day += days;
        let (mark, time) = (self.mark, START + self.day * DAY);
        let who = ["ana", "ben", "cal"][usize::try_from(mark % 3).expect("small")];
        let stamp = format!("{who} <{who}@example.org> {time} +0000");
        let _ = write!(
            self.text,
            "commit refs/heads/main\nmark :{mark}\nauthor {stamp}\ncommitter {stamp}\ndata {}\n{message}\n",
            message.len()
        );
        if mark > 1 {
            let _ = writeln!(self.text, "from :{}", mark - 1);
        }
        for (path, text) in files {
            let _ = match text {
                Some(text) => writeln!(
                    self.text,
                    "M 100644 inline {path}\ndata {}\n{text}",
                    text.len()
                ),
                None => writeln!(self.text, "D {path}"),
            };
        }
        self.text.push('\n');
        mark
    }
}

/// Lines of one topic, from one number to another.
fn lines(topic: &str, from: u32, to: u32) -> String {
    (from..to).map(|n| format!("{topic} statement number {n} of this file\n")).collect()
}

fn rows(place: &Place) -> Vec<Value> {
    assert_eq!(place.run(["facts", "app", "--output=tables"]).ended(0).out(), "");
    let text = std::fs::read_to_string(place.path("tables/reverts.ndjson"));
    let text = text.expect("it was written");
    text.lines().map(|row| serde_json::from_str(row).expect("it is JSON")).collect()
}

/// Kind, how it was found, effect; by the subjects of both commits.
fn told(place: &Place, repository: &Repository) -> Vec<(String, String, String)> {
    let log = repository.git(["log", "--all", "--format=%H %s"]);
    let log = String::from_utf8(log).expect("the subjects are ours");
    let subjects: BTreeMap<&str, &str> =
        log.lines().filter_map(|line| line.split_once(' ')).collect();
    let subject = |id: &Value| match id.as_str() {
        Some(id) => subjects[id].to_owned(),
        None => "?".to_owned(),
    };
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let row = |row: &Value| {
        let how = format!(
            "{} {} {}",
            word(&row["kind"]),
            word(&row["found_by"]),
            word(&row["effect"])
        );
        (subject(&row["by"]), subject(&row["target"]), how)
    };
    rows(place).iter().map(row).collect()
}

fn expected(rows: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    rows.iter()
        .map(|(by, target, how)| ((*by).into(), (*target).into(), (*how).into()))
        .collect()
}

#[test]
fn reverts_are_told_by_messages_and_by_lines() {
    let place = Place::new();
    let mut stream = Stream::default();
    let base = lines("base", 0, 40);
    let changed = |from: u32, to: u32, topic: &str| {
        [lines("base", 0, from), lines(topic, 0, to - from), lines("base", to, 40)]
            .concat()
    };
    stream.commit(1, "start", &[("a.txt", Some(&base)), ("z.txt", Some("zeta\n"))]);
    // Said, by subject.
    stream.commit(1, "Add one (#3)", &[("a.txt", Some(&changed(5, 15, "one")))]);
    stream.commit(2, "Revert \"Add one (#3)\" (#4)", &[("a.txt", Some(&base))]);
    // Not said.
    stream.commit(1, "Add two", &[("a.txt", Some(&changed(20, 30, "two")))]);
    stream.commit(5, "Clean up", &[("a.txt", Some(&base))]);
    // By half, and said by the number of the pull request.
    stream.commit(1, "Add three (#7)", &[("a.txt", Some(&changed(10, 20, "three")))]);
    let half =
        [lines("base", 0, 10), lines("three", 0, 4), lines("base", 14, 40)].concat();
    stream.commit(3, "Soften\n\nReverts owner/app#7", &[("a.txt", Some(&half))]);
    // A revert of a revert brings it back.
    stream.commit(1, "Reapply \"Add one\"", &[("z.txt", Some("zeta\nomega\n"))]);
    // A candidate by name alone does nothing.
    stream.commit(1, "Undo the menu", &[("z.txt", Some("zeta\nomega\npsi\n"))]);
    // Too late for what nobody says.
    stream.commit(1, "Add four", &[("b.txt", Some(&lines("four", 0, 12)))]);
    stream.commit(120, "Drop it", &[("b.txt", None)]);
    // A new file that went again.
    stream.commit(1, "Add five", &[("c.txt", Some(&lines("five", 0, 12)))]);
    stream.commit(1, "Remove c", &[("c.txt", None)]);
    // Nowhere to be found.
    stream.commit(1, "Revert \"No such\"", &[("z.txt", Some("zeta\n"))]);
    let repository = Repository::import(&place, "app", stream.text.as_bytes());
    assert_eq!(
        told(&place, &repository),
        expected(&[
            ("Revert \"Add one (#3)\" (#4)", "Add one (#3)", "revert subject full"),
            ("Clean up", "Add two", "silent - full"),
            ("Soften", "Add three (#7)", "revert pull_number partial"),
            ("Reapply \"Add one\"", "Revert \"Add one (#3)\" (#4)", "reland subject -"),
            ("Remove c", "Add five", "silent - removal"),
            ("Revert \"No such\"", "?", "revert - -"),
        ])
    );
    let run = place.run(["report", "app", "--format=json"]).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    let reverts = &report["reverts"];
    let number = |name: &str| reverts[name].as_u64();
    assert_eq!((number("said"), number("resolved")), (Some(3), Some(2)));
    assert_eq!(
        (number("silent"), number("removals"), number("relands")),
        (Some(1), Some(1), Some(1))
    );
    assert_eq!(reverts["found_by"], json!({"subject": 1, "pull_number": 1}));
    // `Add one` was brought back, so that two of the landings followed stay undone.
    assert_eq!(reverts["rates"]["30"]["reverted"], 2);
    assert_eq!(number("longest_chain"), Some(2));
    assert_eq!(reverts["latency_days"], json!({"n": 3, "median": 3.0, "p90": 5.0}));
}

#[test]
fn a_mend_of_fresh_lines_is_a_hotfix_and_no_revert() {
    let place = Place::new();
    let mut stream = Stream::default();
    stream.commit(1, "start", &[("a.txt", Some(&lines("base", 0, 30)))]);
    let fresh = [lines("base", 0, 30), lines("fresh", 0, 20)].concat();
    stream.commit(5, "Add fresh", &[("a.txt", Some(&fresh))]);
    let mended =
        [lines("base", 0, 30), lines("fresh", 0, 15), lines("better", 0, 5)].concat();
    stream.commit(2, "Fix the fresh", &[("a.txt", Some(&mended))]);
    let late = mended.replace("better statement number 4", "best statement number 4");
    stream.commit(9, "Fix it again, broken by #3", &[("a.txt", Some(&late))]);
    let repository = Repository::import(&place, "app", stream.text.as_bytes());
    assert_eq!(
        told(&place, &repository),
        expected(&[("Fix the fresh", "Add fresh", "hotfix - -")])
    );
}

/// Planted reverts among unrelated work: message variants, squashed, partial, silent,
/// reverts of reverts, relands with changes.
#[test]
fn planted_reverts_are_found_and_unrelated_work_is_not() {
    let place = Place::new();
    let mut stream = Stream::default();
    let mut planted = 0_u64;
    let base = |n: u64| lines(&format!("base{n}"), 0, 30);
    let mut files = String::new();
    for n in 0..40 {
        let path = format!("f{n}.txt");
        let _ = writeln!(files, "{path}");
        stream.commit(1, &format!("start {n}"), &[(&path, Some(&base(n)))]);
    }
    for n in 0..40_u64 {
        let path = format!("f{n}.txt");
        let topic = format!("new{n}");
        let text = [
            lines(&format!("base{n}"), 0, 10),
            lines(&topic, 0, 8),
            lines(&format!("base{n}"), 16, 30),
        ]
        .concat();
        let subject = format!("Change {n} (#{})", 100 + n);
        stream.commit(1, &subject, &[(&path, Some(&text))]);
        // Other work in between.
        let other = format!("o{n}.txt");
        stream.commit(
            1,
            &format!("Other {n}"),
            &[(&other, Some(&lines(&format!("other{n}"), 0, 9)))],
        );
        let message = match n % 5 {
            0 => format!("Revert \"{subject}\""),
            1 => format!("Back to the old way\n\nReverts owner/app#{}", 100 + n),
            2 => "Simplify".to_owned(),
            3 => format!("revert: Change {n}"),
            _ => {
                // No revert: the new lines are edited, as work goes.
                let edited = text.replace("statement number 2", "sentence number 2");
                stream.commit(2, &format!("Polish {n}"), &[(&path, Some(&edited))]);
                continue;
            }
        };
        planted += 1;
        stream.commit(2, &message, &[(&path, Some(&base(n)))]);
    }
    let repository = Repository::import(&place, "app", stream.text.as_bytes());
    let told = told(&place, &repository);
    let reverts = told
        .iter()
        .filter(|row| row.2.starts_with("revert") || row.2.starts_with("silent"));
    let right = reverts
        .clone()
        .filter(|(_, target, how)| target.starts_with("Change") && how.ends_with("full"));
    let (n_found, n_right) = (reverts.count(), right.count());
    assert_eq!(u64::try_from(n_right).expect("few"), planted, "{told:?}");
    assert_eq!(n_found, n_right, "nothing else is one");
}
