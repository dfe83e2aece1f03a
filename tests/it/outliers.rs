//! Places planted to leave unusually few, and unusually many, durable lines.

use std::fmt::Write as _;

use serde_json::Value;

use crate::git::Repository;
use crate::harness::Place;

const AREAS: u64 = 12;
const PEOPLE_AN_AREA: u64 = 6;
const WEEKS: u64 = 18;
/// 2025-01-06, a Monday.
const START: u64 = 1_736_121_600;
const DAY: u64 = 86_400;
/// The place that is unlike the others.
const ODD: u64 = 3;

/// What is odd about it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Odd {
    /// It spends four times as much, and little of it lands.
    Little,
    /// It leaves six times the lines for the same spend.
    Much,
}

fn noise(one: u64, other: u64) -> u64 {
    (one * 7_919 + other * 104_729 + 13) * 2_654_435_761 % 1_000_003
}

/// Ninety days of follow-up behind eighteen weeks in which everybody works in their area.
fn stream(odd: Odd) -> String {
    let mut stream = String::new();
    let mut commit = |time: u64, person: u64, path: &str, text: &str| {
        let who = format!("P{person} <p{person}@example.com> {time} +0000");
        let _ = write!(
            stream,
            "commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata 1\nc\n\
             M 100644 inline {path}\ndata {}\n{text}\n",
            text.len()
        );
    };
    let mut files =
        vec![String::new(); usize::try_from(AREAS * PEOPLE_AN_AREA).expect("few")];
    for week in 0..WEEKS {
        for person in 0..AREAS * PEOPLE_AN_AREA {
            let area = person / PEOPLE_AN_AREA;
            // Places differ, and so do their spans of weeks.
            let lines = 8 + noise(person, week) % 10 + (area * 5 + week / 8 * 3) % 9;
            let lines = match (area, odd) {
                (ODD, Odd::Little) => 1,
                (ODD, Odd::Much) => lines * 6,
                _ => lines,
            };
            let text = &mut files[usize::try_from(person).expect("few")];
            for line in 0..lines {
                let _ = writeln!(
                    text,
                    "value_{person}_{week}_{line} = {}",
                    noise(line, week)
                );
            }
            let path = format!("area{area:02}/m{person}.py");
            commit(START + week * 7 * DAY + DAY + person * 60, person, &path, text);
        }
    }
    commit(START + (WEEKS * 7 + 100) * DAY, 0, "README", "the end\n");
    stream
}

fn export(odd: Odd) -> String {
    let mut csv = "date,email,tool,model,cost_usd,cost_basis\n".to_owned();
    for week in 0..WEEKS {
        // Mondays from 2025-01-06: of January to May.
        let (mut day, mut month) = (6 + week * 7, 1);
        for length in [31, 28, 31, 30] {
            if day > length && month < 5 {
                day -= length;
                month += 1;
            } else {
                break;
            }
        }
        for person in 0..AREAS * PEOPLE_AN_AREA {
            let cents = 2_000 + noise(week, person) % 2_000;
            let is_odd = person / PEOPLE_AN_AREA == ODD && odd == Odd::Little;
            let cents = if is_odd { cents * 4 } else { cents };
            let _ = writeln!(
                csv,
                "2025-{month:02}-{day:02},p{person}@example.com,cursor,m-1,{}.{:02},billed",
                cents / 100,
                cents % 100
            );
        }
    }
    csv
}

fn outliers(odd: Odd) -> Value {
    let place = Place::new().without_cache();
    Repository::import(&place, "app", stream(odd).as_bytes());
    place.write("usage.csv", export(odd));
    let run =
        place.run(["report", "app", "--usage", "usage.csv", "--format=json"]).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    let found = report["outliers"].clone();
    assert_eq!(found["reason"], Value::Null);
    assert_eq!(found["n_units_tested"], AREAS, "{}", found["not_tested"]);
    assert_eq!(found["n_tests"], 2 * AREAS);
    assert!(found["innocent_reasons"].as_array().is_some_and(|all| all.len() >= 6));
    assert_eq!(found["flags"].as_array().map(Vec::len), Some(1), "{}", found["flags"]);
    assert_eq!(found["flags"][0]["area"], "area03");
    found["flags"][0].clone()
}

#[test]
fn a_place_that_spends_much_and_keeps_little_raises_a_question_and_no_other_does() {
    let flag = outliers(Odd::Little);
    assert_eq!(flag["flag"], "little_durable_code");
    assert_eq!(flag["exemplars"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_place_of_unusually_durable_use_is_shown_with_commits_to_learn_from() {
    let flag = outliers(Odd::Much);
    assert_eq!(flag["flag"], "unusually_durable");
    assert_eq!(flag["exemplars"].as_array().map(Vec::len), Some(3));
}
