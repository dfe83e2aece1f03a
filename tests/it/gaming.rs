//! What changes how work looks and not what was done changes no figure of spend: commits cut
//! into pieces, blank lines and comments, code indented anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::git::Repository;
use crate::harness::Place;

const PEOPLE: u64 = 12;
const WEEKS: u64 = 20;
/// 2025-01-06, a Monday.
const START: u64 = 1_736_121_600;
const DAY: u64 = 86_400;

/// How somebody makes the same work look.
#[derive(Clone, Copy, PartialEq)]
enum Look {
    Plain,
    /// Each commit in pieces of one line.
    Pieces,
    /// With blank lines and comments between.
    Stretched,
    /// All of it indented anew, in a commit of each week.
    Indented,
}

/// Something that differs by person and week, below `n`.
fn mixed(person: u64, week: u64, n: u64) -> u64 {
    (person * 7_919 + week * 104_729 + 13) * 2_654_435_761 % 1_000_003 % n
}

fn export() -> String {
    let mut csv = "date,email,tool,cost_usd,cost_basis\n".to_owned();
    for week in 0..WEEKS {
        for person in 0..PEOPLE {
            let day = harness_day(week);
            let dollars = mixed(person, week, 40);
            let _ =
                writeln!(csv, "{day},p{person}@example.com,cursor,{dollars}.00,billed");
        }
    }
    csv
}

/// The Monday of a week, as a date.
fn harness_day(week: u64) -> String {
    let (mut day, mut month) = (6 + week * 7, 0);
    for length in [31, 28, 31, 30, 31, 30, 31] {
        if day <= length {
            break;
        }
        (day, month) = (day - length, month + 1);
    }
    format!("2025-{:02}-{day:02}", month + 1)
}

fn stream(look: Look) -> String {
    let mut stream = String::new();
    let mut files: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for week in 0..WEEKS + 10 {
        for person in 0..PEOPLE {
            if week >= WEEKS && person > 0 {
                continue;
            }
            let time = START + week * 7 * DAY + DAY + person * 3_600;
            let lines = files.entry(person).or_default();
            // Some of what was written does not last.
            let n_gone = usize::try_from(mixed(person, week, 4)).expect("it is small");
            lines.truncate(lines.len() - n_gone.min(lines.len()));
            for line in 0..2 + mixed(week, person, 7) {
                lines.push(format!("value_{person}_{week}_{line} = compute({line})"));
                if look == Look::Pieces {
                    commit(&mut stream, person, time + line, &text(lines, look, week));
                }
            }
            if look != Look::Pieces {
                commit(&mut stream, person, time, &text(lines, Look::Plain, week));
            }
            if !matches!(look, Look::Plain | Look::Pieces) {
                commit(&mut stream, person, time + 60, &text(lines, look, week));
            }
        }
    }
    stream
}

/// A file with these lines in a function.
fn text(lines: &[String], look: Look, week: u64) -> String {
    let indent = if look == Look::Indented && week.is_multiple_of(2) {
        "        "
    } else {
        "    "
    };
    let mut text = "def everything():\n".to_owned();
    for line in lines {
        if look == Look::Stretched {
            let _ = writeln!(text, "\n{indent}# It computes.");
        }
        let _ = writeln!(text, "{indent}{line}");
    }
    text
}

fn commit(stream: &mut String, person: u64, time: u64, text: &str) {
    let who = format!("P{person} <p{person}@example.com> {time} +0000");
    let _ = write!(
        stream,
        "commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata 1\nc\n\
         M 100644 inline area/m{person}.py\ndata {}\n{text}\n",
        text.len()
    );
}

/// What is said of spend.
fn of_spend(look: Look) -> Vec<(&'static str, Value)> {
    let place = Place::new().without_cache();
    Repository::import(&place, "r", stream(look).as_bytes());
    place.write("usage.csv", export());
    // The last commits of some looks are a minute later.
    let run = place.run([
        "report",
        "r",
        "--usage",
        "usage.csv",
        "--as-of",
        "2025-08-01",
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_slice(&run.ended(0).stdout).expect("it is JSON");
    let parts = ["spend", "spend_by_place", "tiers", "association", "verdicts"];
    parts.map(|part| (part, report[part].clone())).to_vec()
}

#[test]
fn the_same_work_that_looks_otherwise_has_the_same_figures_of_spend() {
    let plain = of_spend(Look::Plain);
    let estimate = &plain[3].1["rank_association"];
    assert!(estimate["value"].is_number(), "there is an estimate: {}", plain[3].1);
    assert!(plain[0].1["durable_yield"]["value"].is_number(), "{}", plain[0].1);
    for look in [Look::Pieces, Look::Stretched, Look::Indented] {
        for ((part, before), (_, after)) in plain.iter().zip(of_spend(look)) {
            assert_eq!(*before, after, "{part}");
        }
    }
}
