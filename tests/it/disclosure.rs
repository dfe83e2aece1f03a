//! Whoever holds two reports that differ by one person, one week or one repository learns
//! no figure about fewer than five people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use crate::git::Repository;
use crate::harness::Place;

const PEOPLE: u64 = 16;
const WEEKS: u64 = 20;
const REPOSITORIES: u64 = 3;
/// Accounts that are nobody's in the repositories.
const STRANGERS: std::ops::Range<u64> = 100..103;
/// People who wrote one line long ago, and use AI every week.
const IDLE: std::ops::Range<u64> = 200..202;
/// 2025-01-06, a Monday.
const START: u64 = 1_736_121_600;
const DAY: u64 = 86_400;

/// What somebody spent on a Monday, in cents; nothing in some weeks.
fn cents(person: u64, week: u64) -> u64 {
    let mixed = (person * 7_919 + week * 104_729 + 13) * 2_654_435_761 % 1_000_003;
    // Strangers spend more than anybody.
    let more = if STRANGERS.contains(&person) { 3_000 } else { 0 };
    if mixed.is_multiple_of(7) {
        0
    } else {
        500 + mixed % 2_500 + 150 * (person % 5) + more
    }
}

/// How many lines somebody writes in a week in a repository.
fn lines(person: u64, week: u64, repository: u64) -> u64 {
    let is_home = person % REPOSITORIES == repository;
    let is_guest = (person + week) % 5 == repository;
    if week < WEEKS && (is_home || is_guest) { 3 + (person * week) % 7 } else { 0 }
}

/// The export of all, but for a person or a week.
fn export(without_person: Option<u64>, without_week: Option<u64>) -> String {
    let mut csv = "date,email,tool,model,cost_usd,cost_basis,input_tokens\n".to_owned();
    for week in (0..WEEKS).filter(|week| Some(*week) != without_week) {
        let all = (0..PEOPLE).chain(STRANGERS).chain(IDLE);
        for person in all.filter(|person| Some(*person) != without_person) {
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

/// A repository in which a third of the people write each week, and others now and then;
/// some of it with dates that cannot be right.
fn stream(repository: u64) -> String {
    let mut stream = String::new();
    let mut files: BTreeMap<u64, String> = BTreeMap::new();
    for week in 0..WEEKS + 16 {
        for person in (0..PEOPLE).chain(IDLE) {
            let is_early = IDLE.contains(&person) && week == 0;
            let is_end = week >= WEEKS && person == 0;
            let n_lines = match (is_early, is_end) {
                (false, false) => lines(person, week, repository),
                _ => 1,
            };
            if n_lines == 0 || IDLE.contains(&person) && !is_early {
                continue;
            }
            let time = START + week * 7 * DAY + DAY + person * 60;
            let text = files.entry(person).or_default();
            for line in 0..n_lines {
                let _ = writeln!(text, "value_{person}_{week}_{line} = {repository}");
            }
            let who = format!("P{person} <p{person}@example.com> {time} +0000");
            // The clock of some is two years slow in some weeks.
            let is_slow = person % 4 == 1 && week % 6 == 2;
            let written = time - if is_slow { 730 * DAY } else { 0 };
            let _ = write!(
                stream,
                "commit refs/heads/main\nauthor P{person} <p{person}@example.com> {written} +0000\n\
                 committer {who}\ndata 1\nc\n\
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

/// Figures that may be exact wherever they stand: totals of the whole scope, since the bill
/// is known anyway, and counts of people and of calendar weeks.
const EXACT: [&str; 5] = [
    "/spend/counted",
    "/spend/n_weeks",
    "/spend/durable_yield/g_eff",
    "/association/gates/people/found",
    "/association/gates/effective_people/found",
];

/// Names of such figures, wherever they stand.
const EXACT_NAMES: [&str; 4] = ["people", "n_people", "n_weeks", "accounts"];

/// Parts of a report that are sums of the exports as they were given, which whoever gave them
/// has; of the prices, the one row is all usage there is.
const OF_EXPORTS: [&str; 8] = [
    "/usage/files",
    "/usage/ledger/seen",
    "/usage/ledger/kept",
    "/usage/ledger/shadowed",
    "/usage/ledger/rejected",
    "/usage/ledger/service",
    "/exports",
    "/usage/prices/unpriced_models/2 models",
];

/// Texts that are names.
const NAMES: [&str; 5] = ["/repository", "/area", "/path", "/tip", "/name"];

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
            } else if !NAMES.iter().any(|name| path.ends_with(name)) {
                for (at, number) in numbers_in(text).into_iter().enumerate() {
                    found.insert(format!("{path}/words {at}"), number);
                }
            }
        }
        Value::Bool(_) | Value::Null => {}
    }
}

/// The numbers that stand in a sentence, as they are written: `12,000` is one, and what
/// stands in a name or in a date is none.
fn numbers_in(text: &str) -> Vec<f64> {
    let words = text.split(|one: char| one.is_whitespace() || "()%;:".contains(one));
    words
        .map(|word| word.trim_matches(['.', ',', '+']).replace(',', ""))
        .filter_map(|word| word.parse().ok())
        .collect()
}

/// All numbers of a report.
fn all_of(report: &Value) -> BTreeMap<String, f64> {
    let mut found = BTreeMap::new();
    numbers(report, "", &mut found);
    found
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// Cents.
    Money,
    /// A share of the money of everybody.
    ShareOfMoney,
    /// Lines of code.
    Lines,
    /// A share of lines.
    ShareOfLines,
    /// Person-weeks.
    Weeks,
    /// Tokens.
    Tokens,
    /// Records.
    Records,
    /// A share, a slope, a rate: two digits at most.
    Statistic,
    /// What no rule knows: it may not differ.
    Unknown,
}

/// Where statistics stand.
const STATISTICS: [&str; 5] = [
    "/association/",
    "/outliers/",
    "/spend/durable_yield/",
    "/tiers/bounds/",
    "/verdicts/",
];

/// What the number at a path counts; nothing is known of a path without a rule.
fn kind(path: &str) -> Kind {
    let end = path.rsplit('/').next().unwrap_or_default();
    let is_gate = path.contains("/gates/");
    match end {
        "amount" | "spend" | "billed_usd" | "value_usd" | "list_usd" => Kind::Money,
        "share" if path.starts_with("/spend") => Kind::ShareOfMoney,
        _ if path.starts_with("/spend/rules/") => Kind::ShareOfMoney,
        "spend_share" => Kind::ShareOfMoney,
        "lines_share" => Kind::ShareOfLines,
        "spend_coverage" => Kind::ShareOfMoney,
        "found" if path.contains("/gates/spend_coverage") => Kind::ShareOfMoney,
        "line_coverage" => Kind::ShareOfLines,
        "found" if is_gate => Kind::Weeks,
        "absent_weeks" | "untold_weeks" => Kind::Weeks,
        "tokens" => Kind::Tokens,
        "records" => Kind::Records,
        _ if end.contains("person_weeks") => Kind::Weeks,
        "count" if path.contains("/gaps/") => Kind::Lines,
        _ if end.ends_with("_lines") => Kind::Lines,
        _ if STATISTICS.iter().any(|part| path.starts_with(part)) => Kind::Statistic,
        _ => Kind::Unknown,
    }
}

/// The most that one person, four of one week, or fewer than five who are in one repository
/// alone have of anything.
struct Most {
    cents: f64,
    lines: f64,
    weeks: f64,
    all_lines: f64,
}

impl Most {
    fn of_fixture() -> Self {
        let everybody: Vec<u64> = (0..PEOPLE).chain(STRANGERS).chain(IDLE).collect();
        let most = |of: &dyn Fn(u64, u64) -> u64| {
            let person = |person: &u64| (0..WEEKS).map(|week| of(*person, week)).sum();
            let week = |week: u64| {
                let mut all: Vec<u64> =
                    everybody.iter().map(|person| of(*person, week)).collect();
                all.sort_unstable();
                all.iter().rev().take(4).sum::<u64>()
            };
            let people = everybody.iter().map(person);
            let largest: u64 = people.chain((0..WEEKS).map(week)).max().expect("some");
            let all: u64 = everybody.iter().map(person).sum();
            (as_f64(largest), as_f64(all))
        };
        let written = |person: u64, week: u64| {
            let is_suspect = person % 4 == 1 && week % 6 == 2;
            let all = (0..REPOSITORIES).map(|place| lines(person, week, place));
            if person >= PEOPLE || is_suspect { 0 } else { all.sum() }
        };
        let (cents, _) = most(&cents);
        let (lines, all_lines) = most(&written);
        // Those of the idle, one in each repository.
        let all_lines = all_lines + as_f64(2 * REPOSITORIES);
        Self { cents, lines, weeks: as_f64(WEEKS), all_lines }
    }

    /// The least that figures of a kind may be multiples of.
    fn of(&self, kind: Kind) -> Option<f64> {
        match kind {
            Kind::Money => Some(self.cents / 100.0),
            Kind::ShareOfMoney => Some(self.cents / 100.0),
            Kind::Lines => Some(self.lines),
            Kind::ShareOfLines => Some(self.lines),
            Kind::Weeks => Some(self.weeks),
            Kind::Tokens => Some(self.cents * 91.0),
            Kind::Records => Some(self.weeks - 5.0),
            Kind::Statistic | Kind::Unknown => None,
        }
    }
}

fn as_f64(count: u64) -> f64 {
    f64::from(u32::try_from(count).expect("it is small"))
}

/// Whether it is a multiple of 1, 2, 5, 10, 20, … that is no smaller than `least`.
fn is_multiple_of_a_step(value: f64, least: f64) -> bool {
    let steps =
        (0..9).flat_map(|power| [1.0, 2.0, 5.0].map(|one| one * 10_f64.powi(power)));
    let mut large =
        steps.filter(|step| *step >= least && *step <= value.max(least * 5.0));
    large.any(|step| (value / step - (value / step).round()).abs() < 1e-6)
}

/// How many digits it is written with.
fn n_digits(value: f64) -> usize {
    let written = format!("{:e}", (value * 1e9).round() / 1e9);
    let mantissa = written.split('e').next().expect("it has a mantissa").to_owned();
    mantissa.chars().filter(char::is_ascii_digit).count()
}

/// What stands in the way of showing a figure that differs between two reports.
struct Judge<'j> {
    most: Most,
    /// Whether a figure is the same without any spend.
    is_fact_of_code: &'j dyn Fn(&str) -> bool,
}

impl Judge<'_> {
    /// Whether a figure is so coarse, or so well known, that it may differ;
    /// where `counted` is all that is counted in its report.
    fn may_differ(&self, path: &str, value: f64, counted: f64) -> bool {
        let last = path.rsplit('/').next().unwrap_or_default();
        let is_exact = EXACT.contains(&path)
            || EXACT_NAMES.contains(&last)
            || OF_EXPORTS.iter().any(|part| path.starts_with(part))
            || last.contains("rounded_to");
        is_exact || self.is_coarse(path, value, counted)
    }

    fn is_coarse(&self, path: &str, value: f64, counted: f64) -> bool {
        let of = kind(path);
        let Some(least) = self.most.of(of) else {
            return of == Kind::Statistic && n_digits(value) <= 2;
        };
        let whole = match of {
            Kind::ShareOfMoney => counted,
            Kind::ShareOfLines => self.most.all_lines,
            Kind::Money => {
                let is_all = (value - counted).abs() < 1e-6;
                return is_all || is_multiple_of_a_step(value, least);
            }
            _ => return is_multiple_of_a_step(value, least),
        };
        // The gate's own number tells which side of it the share is on.
        let is_edge = path.contains("/gates/")
            && [0.8, 0.79].iter().any(|edge| (value - edge).abs() < 1e-9);
        // Rounded as the amount was, or as a share.
        is_edge
            || (value - 1.0).abs() < 1e-9
            || is_multiple_of_a_step(value * whole, least)
            || [0.05, 0.1, 0.2, 0.25, 0.5].iter().any(|step| {
                step * whole >= least
                    && ((value / step).round() * step - value).abs() < 1e-9
            })
    }

    /// What fewer than five people did makes the difference of two reports; no number in
    /// either may differ by an amount that tells it, nor stand in one alone. Returns those
    /// that do, and how many differ at all.
    fn compare(&self, whole: &Value, part: &Value, what: &str) -> (usize, Vec<String>) {
        let (one, other) = (all_of(whole), all_of(part));
        let paths: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
        let mut faults = Vec::new();
        let mut n_differing = 0;
        for path in paths {
            let values = [one.get(path).copied(), other.get(path).copied()];
            let is_same = match values {
                [Some(one), Some(other)] => (one - other).abs() < 1e-9,
                _ => false,
            };
            if is_same || (self.is_fact_of_code)(path) {
                continue;
            }
            n_differing += 1;
            let is_shown_in = |report: &BTreeMap<String, f64>, value: Option<f64>| {
                value.is_none_or(|value| {
                    self.may_differ(path, value, report["/spend/counted"])
                })
            };
            if !is_shown_in(&one, values[0]) || !is_shown_in(&other, values[1]) {
                let of = kind(path);
                faults.push(format!("{what}: {path} is {values:?}: {of:?} too fine"));
            }
        }
        (n_differing, faults)
    }
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
    let run = place.run(["report", "r0", "r1", "r2", "--format", "json"]).ended(0);
    let bare = all_of(&serde_json::from_slice(&run.stdout).expect("it is JSON"));
    // Spend changes no fact of code: what is the same without any is none of it.
    let with_spend = all_of(&whole);
    let is_fact_of_code = |path: &str| {
        bare.get(path)
            .zip(with_spend.get(path))
            .is_some_and(|(one, two)| one.total_cmp(two).is_eq())
    };
    let judge = Judge { most: Most::of_fixture(), is_fact_of_code: &is_fact_of_code };
    let people = [0, 7, PEOPLE - 1, STRANGERS.start, IDLE.start];
    let mut parts: Vec<(String, Value)> = people
        .map(|person| {
            let what = format!("without person {person}");
            (what, report(&place, &all, &export(Some(person), None)))
        })
        .into();
    for week in [0, 9, WEEKS - 1] {
        let part = report(&place, &all, &export(None, Some(week)));
        parts.push((format!("without week {week}"), part));
    }
    for some in [["r0", "r1"], ["r0", "r2"], ["r1", "r2"]] {
        let part = report(&place, &some, &export(None, None));
        parts.push((format!("only {some:?}"), part));
    }
    let (mut n_differing, mut faults) = (0, Vec::new());
    for (what, part) in &parts {
        let (n, found) = judge.compare(&whole, part, what);
        n_differing += n;
        faults.extend(found);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(n_differing > 60, "{n_differing}: the comparison looks at something");
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
