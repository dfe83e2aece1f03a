//! Before the first mark of AI: people who later left one beside those who never did.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::git::Repository;
use crate::harness::Place;

/// 2024-01-01, a Monday.
const START: u64 = 1_704_067_200;
const DAY: u64 = 86_400;
const WEEKS: u64 = 40;
/// The week of the first mark.
const FIRST_MARK: u64 = 30;

/// Twelve people; the lines of every second one last, half of those of the others go after
/// a week, all the time. Some leave marks from a week on.
fn stream(adopts: impl Fn(u64) -> bool) -> String {
    let mut stream = String::new();
    let mut files: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for week in 0..WEEKS {
        for person in 0..12_u64 {
            let time = START + week * 7 * DAY + person * 3_600;
            let lines = files.entry(person).or_default();
            if person % 2 == 1 {
                let n_kept = lines.len().saturating_sub(5);
                lines.truncate(n_kept);
            }
            for line in 0..10 {
                lines.push(format!("value_{person}_{week}_{line} = compute({line})"));
            }
            let text = lines.join("\n") + "\n";
            let mark = if week >= FIRST_MARK && adopts(person) {
                "c\n\nCo-authored-by: Claude <noreply@anthropic.com>\n"
            } else {
                "c\n"
            };
            let who = format!("P{person} <p{person}@example.com> {time} +0000");
            let _ = write!(
                stream,
                "commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata {}\n{mark}\
                 M 100644 inline area/m{person}.py\ndata {}\n{text}\n",
                mark.len(),
                text.len()
            );
        }
    }
    stream
}

fn before(adopts: impl Fn(u64) -> bool) -> Value {
    let place = Place::new().without_cache();
    Repository::import(&place, "r", stream(adopts).as_bytes());
    let run = place.run(["report", "r", "--format", "json"]).ended(0);
    let mut report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    report["before_adoption"].take()
}

#[test]
fn people_who_differed_before_there_was_ai_are_told_to_have_differed() {
    let differ = before(|person| person % 2 == 0);
    let after_30_days = &differ["survival"]["30"];
    let value = after_30_days["value"].as_f64().expect("it is told");
    assert!((value - 0.5).abs() < 0.05, "all against half of them: {after_30_days}");
    // Six people are too few to be the groups of an interval: changes are.
    assert_eq!(after_30_days["first_groups"]["n_groups"], 6 * 30);
    // Thirty weeks of ten lines each, of six people.
    assert_eq!(after_30_days["first_groups"]["n_lines"], 6 * 30 * 10);
    let alike = before(|person| person < 6);
    let value = alike["survival"]["30"]["value"].as_f64().expect("it is told");
    assert!(value.abs() < 0.05, "{}", alike["survival"]["30"]);
}

#[test]
fn without_marks_or_with_few_people_nothing_is_told_of_the_time_before() {
    assert_eq!(before(|_| false), Value::Null);
    let few = before(|person| person < 2);
    assert_eq!(few["survival"]["30"]["value"], Value::Null);
    assert_eq!(
        few["survival"]["30"]["reason"],
        "fewer than five people wrote these lines"
    );
}
