//! Two tools that were exported over different spans.

use std::fmt::Write as _;

use serde_json::Value;

use crate::git::Repository;
use crate::harness::Place;

const PEOPLE: u64 = 10;
const WEEKS: u64 = 16;
/// 2025-01-06, a Monday.
const START: u64 = 1_736_121_600;
const DAY: u64 = 86_400;

fn stream() -> String {
    let mut stream = String::new();
    for week in 0..WEEKS + 16 {
        for person in 0..PEOPLE {
            let time = START + week * 7 * DAY + DAY + person * 60;
            let who = format!("P{person} <p{person}@example.com> {time} +0000");
            let text = format!("value = {week}\n");
            let _ = write!(
                stream,
                "commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata 1\nc\n\
                 M 100644 inline m{person}_{week}.py\ndata {}\n{text}\n",
                text.len()
            );
        }
    }
    stream
}

/// What people spent on Mondays of the first weeks with one tool.
fn export(tool: &str, people: std::ops::Range<u64>, weeks: u64) -> String {
    let mut csv = "date,email,tool,cost_usd,cost_basis\n".to_owned();
    for week in 0..weeks {
        let (mut day, mut month) = (6 + week * 7, 1);
        for length in [31, 28, 31, 30] {
            if day > length {
                (day, month) = (day - length, month + 1);
            } else {
                break;
            }
        }
        for person in people.clone() {
            let cents = 10 + (person * 7 + week * 5) % 17;
            let _ = writeln!(
                csv,
                "2025-{month:02}-{day:02},p{person}@example.com,{tool},2.{cents},billed"
            );
        }
    }
    csv
}

#[test]
fn weeks_in_which_a_tool_of_somebody_was_not_exported_are_no_weeks_of_less_spend() {
    let place = Place::new().without_cache();
    Repository::import(&place, "app", stream().as_bytes());
    place.write("claude.csv", export("claude_code", 0..PEOPLE, WEEKS));
    place.write("cursor.csv", export("cursor", 0..5, WEEKS / 2));
    let of = |exports: &[&str]| -> Value {
        let mut arguments = vec!["report", "app", "--format", "json"];
        arguments.extend(exports.iter().flat_map(|one| ["--usage", *one]));
        let run = place.run(&arguments).ended(0);
        serde_json::from_slice(&run.stdout).expect("it is JSON")
    };
    let one = of(&["claude.csv"]);
    assert_eq!(one["spend"]["n_mature_person_weeks"], 160);
    assert_eq!(one["association"]["untold_weeks"], 0);
    // Five people have both tools, and of eight of their weeks one only is told.
    let both = of(&["claude.csv", "cursor.csv"]);
    assert_eq!(both["spend"]["n_mature_person_weeks"], 120);
    assert_eq!(both["association"]["untold_weeks"], 40);
    assert_eq!(both["spend"]["n_weeks"], WEEKS, "others are told of in all");
}
