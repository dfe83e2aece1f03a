//! Whoever holds two reports that differ by one person, one week or one repository learns
//! no figure about fewer than five people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::git::Repository;
use crate::harness::Place;

const PEOPLE: u64 = 16;
const WEEKS: u64 = 20;
const REPOSITORIES: u64 = 3;
/// 2025-01-06, a Monday.
const START: u64 = 1_736_121_600;
const DAY: u64 = 86_400;

/// What somebody spent on a Monday, in cents; nothing in some weeks.
fn cents(person: u64, week: u64) -> u64 {
    let mixed = (person * 7_919 + week * 104_729 + 13) * 2_654_435_761 % 1_000_003;
    if mixed.is_multiple_of(7) { 0 } else { 500 + mixed % 2_500 + 150 * (person % 5) }
}

/// The export of all, but for a person or a week.
fn export(without_person: Option<u64>, without_week: Option<u64>) -> String {
    let mut csv = "date,email,tool,model,cost_usd,cost_basis,input_tokens\n".to_owned();
    for week in (0..WEEKS).filter(|week| Some(*week) != without_week) {
        for person in (0..PEOPLE).filter(|person| Some(*person) != without_person) {
            let cents = cents(person, week);
            if cents == 0 {
                continue;
            }
            let day = jiff_day(week);
            let tool = ["claude_code", "cursor"][usize::from(person % 3 == 0)];
            let _ = writeln!(
                csv,
                "{day},p{person}@example.com,{tool},m-{},{}.{:02},billed,{}",
                (person + week) % 2,
                cents / 100,
                cents % 100,
                cents * 91
            );
        }
    }
    csv
}

/// The Monday of a week, as a date.
fn jiff_day(week: u64) -> String {
    let (mut day, mut month) = (6 + week * 7, 0);
    let lengths = [31, 28, 31, 30, 31, 30, 31];
    while day > lengths[month] {
        day -= lengths[month];
        month += 1;
    }
    format!("2025-{:02}-{day:02}", month + 1)
}

/// A repository in which a third of the people write each week, and others now and then.
fn stream(repository: u64) -> String {
    let mut stream = String::new();
    let mut files: BTreeMap<u64, String> = BTreeMap::new();
    for week in 0..WEEKS + 16 {
        for person in 0..PEOPLE {
            let is_home = person % REPOSITORIES == repository;
            let is_guest = (person + week) % 5 == repository;
            if week < WEEKS && !is_home && !is_guest || week >= WEEKS && person > 0 {
                continue;
            }
            let time = START + week * 7 * DAY + DAY + person * 60;
            let text = files.entry(person).or_default();
            for line in 0..3 + (person * week) % 7 {
                let _ = writeln!(text, "value_{person}_{week}_{line} = {repository}");
            }
            let who = format!("P{person} <p{person}@example.com> {time} +0000");
            let _ = write!(
                stream,
                "commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata 1\nc\n\
                 M 100644 inline area{}/m{person}.py\ndata {}\n{text}\n",
                person % 2,
                text.len()
            );
        }
    }
    stream
}

fn report(place: &Place, repositories: &[&str], export: &str) -> Value {
    place.write("usage.csv", export);
    let mut arguments = vec!["report"];
    arguments.extend(repositories);
    arguments.extend(["--usage", "usage.csv", "--format", "json"]);
    let run = place.run(&arguments).ended(0);
    serde_json::from_slice(&run.stdout).expect("it is JSON")
}

/// The parts of a report that use spend.
const OF_SPEND: [&str; 5] =
    ["/spend", "/spend_by_place", "/tiers", "/association", "/usage/context"];

/// Figures that are exact: totals of the whole scope, and counts of people. Of a row of
/// which there is no other, the whole is shown.
const EXACT: [&str; 9] = [
    "/spend/counted",
    "/spend/n_people",
    "/spend/n_weeks",
    "/people",
    "/n_people",
    "/n_weeks",
    "/spend/durable_yield/g_eff",
    "/association/gates/people/found",
    "/association/gates/effective_people/found",
];

/// All numbers below a value, by their path; rows by what they are of.
fn numbers(value: &Value, path: &str, found: &mut BTreeMap<String, f64>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                numbers(value, &format!("{path}/{name}"), found);
            }
        }
        Value::Array(rows) => {
            for (at, row) in rows.iter().enumerate() {
                let names = [
                    "place",
                    "id",
                    "tier",
                    "repository",
                    "area",
                    "kind",
                    "tool",
                    "model",
                    "name",
                ];
                let mut name: Vec<&str> =
                    names.iter().filter_map(|name| row.get(*name)?.as_str()).collect();
                let number = at.to_string();
                if name.is_empty() {
                    name.push(&number);
                }
                numbers(row, &format!("{path}/{}", name.join("+")), found);
            }
        }
        Value::Number(number) => {
            found.insert(path.to_owned(), number.as_f64().expect("it is a number"));
        }
        Value::String(text) => {
            if let Ok(number) = text.parse::<f64>() {
                found.insert(path.to_owned(), number);
            }
        }
        Value::Bool(_) | Value::Null => {}
    }
}

fn of_spend(report: &Value) -> BTreeMap<String, f64> {
    let mut found = BTreeMap::new();
    for part in OF_SPEND {
        numbers(report.pointer(part).unwrap_or(&Value::Null), part, &mut found);
    }
    found
}

/// The step that a figure is a multiple of, as the report states it.
fn step(report: &Value, path: &str) -> Option<f64> {
    let text = |pointer: &str| report.pointer(pointer)?.as_str()?.parse::<f64>().ok();
    let number = |pointer: &str| report.pointer(pointer)?.as_f64();
    let end = path.rsplit('/').next().unwrap_or_default();
    match end {
        "records" => text("/usage/context/records_rounded_to"),
        "tokens" => text("/usage/context/tokens_rounded_to"),
        "billed_usd" => text("/usage/context/billed_usd_rounded_to"),
        "amount" if path.starts_with("/spend/rows") => text("/spend/rounded_to"),
        _ if path.starts_with("/spend/rules") => number("/spend/rules/rounded_to"),
        "value" | "low" | "high" | "mde" if path.starts_with("/association") => {
            number("/association/rounded_to")
        }
        _ => None,
    }
}

/// The least that counts and shares may be rounded to where the report states no step: what
/// somebody has of them here. Of every row's share the amount is looked at.
fn least_step(path: &str) -> Option<f64> {
    let end = path.rsplit('/').next().unwrap_or_default();
    if end.contains("person_weeks") || path.contains("/gates/") || end == "absent_weeks" {
        Some(10.0)
    } else if end.contains("lines") && !end.contains("share") {
        Some(50.0)
    } else {
        None
    }
}

/// Whether it is a multiple of 1, 2, 5, 10, 20, … that is no smaller than `least`.
fn is_multiple_of_a_step(value: f64, least: f64) -> bool {
    let steps =
        (0..9).flat_map(|power| [1.0, 2.0, 5.0].map(|one| one * 10_f64.powi(power)));
    let mut large = steps.filter(|step| *step >= least && *step <= value.max(least));
    large.any(|step| (value / step - (value / step).round()).abs() < 1e-9)
}

/// How many digits it is written with.
fn n_digits(value: f64) -> usize {
    let written = format!("{:e}", (value * 1e9).round() / 1e9);
    let mantissa = written.split('e').next().expect("it has a mantissa").to_owned();
    mantissa.chars().filter(char::is_ascii_digit).count()
}

/// What fewer than five people did makes the difference of two reports; nothing in them may
/// differ by an amount that tells it. Returns how many figures differ at all.
fn compare(whole: &Value, part: &Value, what: &str) -> usize {
    let (one, other) = (of_spend(whole), of_spend(part));
    let mut n_differing = 0;
    for (path, value) in &one {
        let Some(beside) = other.get(path) else { continue };
        if (value - beside).abs() < 1e-9 {
            continue;
        }
        n_differing += 1;
        if EXACT.iter().any(|exact| path.ends_with(exact)) || path.contains("rounded_to")
        {
            continue;
        }
        if let Some(step) = step(whole, path) {
            let multiple = value / step;
            assert!(
                (multiple - multiple.round()).abs() < 1e-6
                    || (value - one["/spend/counted"]).abs() < 1e-6,
                "{what}: {path} is {value}, no multiple of {step}"
            );
        } else {
            let is_coarse = match least_step(path) {
                Some(least) => is_multiple_of_a_step(*value, least),
                None if path.ends_with("/share") => true,
                None => n_digits(*value) <= 2,
            };
            assert!(is_coarse, "{what}: {path} is {value} and {beside}: too fine");
        }
    }
    n_differing
}

#[test]
fn two_reports_that_differ_by_a_few_people_tell_nothing_of_them() {
    let place = Place::new().without_cache();
    for repository in 0..REPOSITORIES {
        let stream = stream(repository);
        Repository::import(&place, &format!("r{repository}"), stream.as_bytes());
    }
    let all = ["r0", "r1", "r2"];
    let whole = report(&place, &all, &export(None, None));
    let step: f64 = whole["spend"]["rounded_to"]
        .as_str()
        .expect("it is rounded")
        .parse()
        .expect("number");
    let of_person = |person: u64| (0..WEEKS).map(|week| cents(person, week)).sum::<u64>();
    let of_week = |week: u64| {
        let mut all: Vec<u64> = (0..PEOPLE).map(|person| cents(person, week)).collect();
        all.sort_unstable();
        all.iter().rev().take(4).sum::<u64>()
    };
    let people = (0..PEOPLE).map(of_person);
    let largest = people.chain((0..WEEKS).map(of_week)).max().expect("there are some");
    let largest = f64::from(u32::try_from(largest).expect("it is small"));
    assert!(step * 100.0 >= largest, "{step} of {largest} cents");
    let mut n_differing = 0;
    for person in [0, 7, PEOPLE - 1] {
        let part = report(&place, &all, &export(Some(person), None));
        n_differing += compare(&whole, &part, &format!("without person {person}"));
    }
    for week in [0, 9, WEEKS - 1] {
        let part = report(&place, &all, &export(None, Some(week)));
        n_differing += compare(&whole, &part, &format!("without week {week}"));
    }
    let part = report(&place, &["r0", "r1"], &export(None, None));
    n_differing += compare(&whole, &part, "without a repository");
    assert!(n_differing > 20, "{n_differing}: the comparison looks at something");
}

#[test]
fn where_one_person_weighs_most_nothing_is_divided() {
    let place = Place::new().without_cache();
    Repository::import(&place, "r0", stream(0).as_bytes());
    let mut csv = export(None, None);
    csv.push_str("2025-03-03,p0@example.com,cursor,m-1,90000.00,billed,1\n");
    let report = report(&place, &["r0"], &csv);
    let spend = &report["spend"];
    assert_eq!(spend["rows"].as_array().map(Vec::len), Some(1), "{}", spend["rows"]);
    assert_eq!(spend["durable_yield"]["value"], Value::Null);
    assert_eq!(spend["rules"]["tied"], Value::Null);
    assert_eq!(report["spend_by_place"]["by_area_and_kind"], serde_json::json!([]));
    assert_eq!(report["tiers"]["concentration"]["spend_share"], Value::Null);
}
