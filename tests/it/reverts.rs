//! What was taken back: planted reverts of every kind are found, and nothing else is.

mod planted;

use std::collections::{BTreeMap, BTreeSet};
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
    stream.commit(
        1,
        "start",
        &[("a.txt", Some(&base)), ("o.txt", Some(&base)), ("z.txt", Some("zeta\n"))],
    );
    // Said, by subject.
    stream.commit(1, "Add one (#3)", &[("o.txt", Some(&changed(5, 15, "one")))]);
    stream.commit(2, "Revert \"Add one (#3)\" (#4)", &[("o.txt", Some(&base))]);
    // Not said.
    stream.commit(1, "Add two", &[("a.txt", Some(&changed(20, 30, "two")))]);
    stream.commit(5, "Clean up", &[("a.txt", Some(&base))]);
    // By half, and said by the number of a pull request, of a repository that may be another.
    stream.commit(1, "Add three (#7)", &[("a.txt", Some(&changed(10, 20, "three")))]);
    let half =
        [lines("base", 0, 10), lines("three", 0, 4), lines("base", 14, 40)].concat();
    stream.commit(3, "Soften\n\nReverts owner/app#7", &[("a.txt", Some(&half))]);
    // A revert of a revert brings it back.
    let again = changed(5, 15, "one");
    stream.commit(1, "Reapply \"Add one\"", &[("o.txt", Some(&again))]);
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
            ("Soften", "Add three (#7)", "revert lines partial"),
            (
                "Reapply \"Add one\"",
                "Revert \"Add one (#3)\" (#4)",
                "reland subject full"
            ),
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
    assert_eq!(reverts["found_by"], json!({"subject": 1, "lines": 1}));
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

/// Two landings take back a half each, and a third brings all of it back.
#[test]
fn halves_that_are_brought_back_together_leave_nothing_taken_back() {
    let place = Place::new();
    let mut stream = Stream::default();
    let base = lines("base", 0, 40);
    let with = |from: u32, to: u32| [base.clone(), lines("one", from, to)].concat();
    stream.commit(1, "start", &[("a.txt", Some(&base))]);
    stream.commit(1, "Add one", &[("a.txt", Some(&with(0, 12)))]);
    stream.commit(2, "Revert \"Add one\"", &[("a.txt", Some(&with(0, 6)))]);
    stream.commit(2, "Revert \"Add one\", all of it", &[("a.txt", Some(&base))]);
    stream.commit(2, "Reapply \"Add one\"", &[("a.txt", Some(&with(0, 12)))]);
    stream.commit(99, "Other", &[("b.txt", Some(&lines("other", 0, 9)))]);
    let repository = Repository::import(&place, "app", stream.text.as_bytes());
    let (first, second) = ("Revert \"Add one\"", "Revert \"Add one\", all of it");
    assert_eq!(
        told(&place, &repository),
        expected(&[
            (first, "Add one", "revert subject partial"),
            (second, "Add one", "revert subject full"),
            ("Reapply \"Add one\"", first, "reland lines full"),
            ("Reapply \"Add one\"", second, "reland subject full"),
        ])
    );
    let run = place.run(["report", "app", "--format=json"]).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    let rate = &report["reverts"]["rates"]["30"];
    // The start and the original: what takes back and brings back is no new work.
    assert_eq!((&rate["landings"], &rate["reverted"]), (&json!(2), &json!(0)));
}

#[test]
fn a_revert_of_what_is_not_here_is_told_once_by_its_lines() {
    let place = Place::new();
    let mut stream = Stream::default();
    let base = lines("base", 0, 30);
    let with = |topic: &str| [base.clone(), lines(topic, 0, 12)].concat();
    stream.commit(1, "start", &[("a.txt", Some(&base))]);
    stream.commit(1, "Add one", &[("a.txt", Some(&with("one")))]);
    let unknown = "Revert \"Some title\"\n\nThis reverts commit 0123456789abcdef.";
    stream.commit(2, unknown, &[("a.txt", Some(&base))]);
    stream.commit(1, "Add two", &[("a.txt", Some(&with("two")))]);
    stream.commit(2, "Back out the addition", &[("a.txt", Some(&base))]);
    let repository = Repository::import(&place, "app", stream.text.as_bytes());
    assert_eq!(
        told(&place, &repository),
        expected(&[
            ("Revert \"Some title\"", "Add one", "revert lines full"),
            ("Back out the addition", "Add two", "revert lines full"),
        ])
    );
    let run = place.run(["report", "app", "--format=json"]).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    let reverts = &report["reverts"];
    assert_eq!((&reverts["said"], &reverts["silent"]), (&json!(2), &json!(0)));
    assert_eq!(reverts["by_effect"], json!({"full": 2}));
}

/// The least share of each kind that must be found, and that must be right, in percent.
const LEAST_PERCENT: usize = 95;

#[test]
fn of_planted_reverts_nearly_all_are_found_and_nearly_nothing_else() {
    let place = Place::new();
    let town = planted::town(&place);
    let truth = town.truth();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let told: BTreeSet<planted::Told> = rows(&place)
        .iter()
        .filter(|row| row["effect"] != "removal" && !row["target"].is_null())
        .map(|row| ["by", "target", "kind", "effect"].map(|name| word(&row[name])))
        .filter(|[_, _, kind, _]| ["revert", "silent", "reland"].contains(&kind.as_str()))
        .map(|[by, target, kind, effect]| (by, target, kind, effect))
        .collect();
    // Planted, found, told.
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for (at, rows) in [(0, &truth), (2, &told)] {
        for row in rows {
            counts.entry(town.labels[&row.0]).or_default()[at] += 1;
        }
    }
    for row in truth.intersection(&told) {
        counts.entry(town.labels[&row.0]).or_default()[1] += 1;
    }
    let is_enough = |part: usize, all: usize| part * 100 >= LEAST_PERCENT * all;
    let is_good = |[planted, found, told]: &[usize; 3]| {
        is_enough(*found, *planted) && is_enough(*found, *told)
    };
    let bad: Vec<_> = counts.iter().filter(|(_, counts)| !is_good(counts)).collect();
    let wrong: Vec<_> = truth.symmetric_difference(&told).take(6).collect();
    assert!(bad.is_empty(), "planted, found, told: {bad:?} of {counts:?}; {wrong:?}");
    assert!(truth.len() >= 400, "{}", truth.len());
}
