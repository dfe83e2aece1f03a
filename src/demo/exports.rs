//! The bills: what each person used in each week, in the formats of three vendors.

use std::ops::Range;

use super::calendar::{FIRST_BILLED_WEEK, WEEKS, day, load, rng};
use super::people::{PEOPLE, PRIVATE, Person, SERVICE_LOGIN, Tool, UNKNOWN_LOGIN, put};
use crate::units::UtcDay;

/// What was used on a day.
#[derive(Debug, Clone, Copy)]
struct Use {
    day: UtcDay,
    cents: u64,
    /// Differs from use to use, for amounts that are no matter.
    number: u64,
}

/// The first file of Cursor ends with this week.
const CURSOR_ENDS: u32 = 48;
/// The second begins with this one: four weeks are in both.
const CURSOR_BEGINS: u32 = 44;

/// The files, by their names.
pub(super) fn files() -> [(&'static str, String); 4] {
    [
        ("claude.json", claude()),
        ("copilot.csv", copilot()),
        ("cursor-1.csv", cursor(FIRST_BILLED_WEEK..CURSOR_ENDS)),
        ("cursor-2.csv", cursor(CURSOR_BEGINS..WEEKS)),
    ]
}

/// The users of a tool in some weeks, with what each used.
fn users(tool: Tool, weeks: Range<u32>) -> impl Iterator<Item = (&'static Person, Use)> {
    let numbered = (0..).zip(PEOPLE).filter(move |(_, one)| one.tool == Some(tool));
    numbered.flat_map(move |(number, one)| {
        let uses = weeks.clone().flat_map(move |week| uses(number, one, week));
        uses.map(move |used| (one, used))
    })
}

/// What a person used in a week, on one to three days.
fn uses(number: u64, person: &Person, week: u32) -> Vec<Use> {
    let has_begun = person.repository != "deckbot" || week >= 12;
    let is_there = has_begun && person.left_week.is_none_or(|left| week < left);
    let ai = load(number, week).ai;
    if !is_there || ai == 0 {
        return Vec::new();
    }
    let rate = if person.repository == "fareoracle" { 900 } else { 450 };
    let mut rng = rng(4, number * 1_000 + u64::from(week));
    let days = 1 + rng.below(3);
    let cents = (ai * rate + rng.below(200)) / days;
    let number = number * 100_000 + u64::from(week) * 10;
    let weekdays = (1..).zip(0..days);
    weekdays
        .map(|(weekday, one)| Use {
            day: day(week, weekday),
            cents,
            number: number + one,
        })
        .collect()
}

/// A day as vendors write it; every day of the calendar can be.
fn iso(day: UtcDay) -> String {
    day.to_iso().unwrap_or_default()
}

fn dollars(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// The cost report by person and day of the Claude Enterprise Analytics API.
fn claude() -> String {
    let users = users(Tool::Claude, FIRST_BILLED_WEEK..WEEKS);
    let rows: Vec<String> = users.map(|(one, used)| claude_row(one, used)).collect();
    format!(
        "{{\n\"data\": [\n{}\n],\n\"has_more\": false,\n\"next_page\": null,\n\
         \"organization_id\": \"tern\"\n}}\n",
        rows.join(",\n")
    )
}

fn claude_row(person: &Person, used: Use) -> String {
    let row = serde_json::json!({
        "actor": {
            "type": "user_actor",
            "user_id": format!("user_{}", person.name.to_lowercase()),
            "email": person.address(),
            "name": person.name,
            "deleted": false,
        },
        "starting_at": format!("{}T00:00:00Z", iso(used.day)),
        "ending_at": format!("{}T00:00:00Z", iso(UtcDay(used.day.0 + 1))),
        "product": "claude_code",
        "model": "claude-sonnet-4-5-20250929",
        "amount": format!("{}.000000", used.cents),
        "list_amount": format!("{}.000000", used.cents),
        "currency": "USD",
        "requests": 1 + used.cents / 7,
    });
    row.to_string()
}

/// The usage that Cursor's dashboard exports.
fn cursor(weeks: Range<u32>) -> String {
    let mut text = "\"Date\",\"User\",\"Kind\",\"Model\",\"Max Mode\",\"Input (w/ Cache \
                    Write)\",\"Input (w/o Cache Write)\",\"Cache Read\",\"Output \
                    Tokens\",\"Total Tokens\",\"Cost\"\n"
        .to_owned();
    for (person, used) in users(Tool::Cursor, weeks) {
        let (name, private) = PRIVATE;
        let user =
            if person.name == name { private.to_owned() } else { person.address() };
        let (input, output, read) =
            (used.cents * 20 + used.number % 97, used.cents * 30, used.cents * 900);
        let written = used.cents * 40;
        put(
            &mut text,
            &format!(
                "\"{}T{:02}:{:02}:00.000Z\",\"{user}\",\"On-Demand\",\"gpt-5.1-codex\",\"No\",\
                 \"{written}\",\"{input}\",\"{read}\",\"{output}\",\"{}\",\"{}\"",
                iso(used.day),
                8 + used.number % 9,
                used.number % 60,
                written + input + read + output,
                dollars(used.cents)
            ),
        );
    }
    text
}

/// GitHub's AI usage report: people, a machine, and somebody nobody knows.
fn copilot() -> String {
    let mut text = "date,username,product,sku,model,quantity,unit_type,\
                    applied_cost_per_quantity,gross_amount,discount_amount,net_amount,\
                    total_monthly_quota,organization,repository,cost_center_name,\
                    aic_quantity,aic_gross_amount,input,output,cache_read,cache_write\n"
        .to_owned();
    for (person, used) in users(Tool::Copilot, FIRST_BILLED_WEEK..WEEKS) {
        put(&mut text, &copilot_row(&person.login(), used));
    }
    for (login, cents, weekday) in [(SERVICE_LOGIN, 900, 4), (UNKNOWN_LOGIN, 700, 3)] {
        for week in FIRST_BILLED_WEEK..WEEKS {
            let cents = cents + 5 * u64::from(week);
            let number = u64::from(week);
            let used = Use { day: day(week, weekday), cents, number };
            put(&mut text, &copilot_row(login, used));
        }
    }
    text
}

/// A credit is a cent; nothing is discounted.
fn copilot_row(login: &str, used: Use) -> String {
    let (day, cents, amount) = (iso(used.day), used.cents, dollars(used.cents));
    format!(
        "{day},{login},copilot,copilot_ai_credit,Claude Sonnet 4.5,{cents},ai-credits,0.01,\
         {amount},0,{amount},3900,tern,,,0,0,{},{},{},{}",
        cents * 15 + used.number % 89,
        cents * 25,
        cents * 800,
        cents * 30
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_weeks_are_in_both_files_of_cursor() {
        let [.., (_, first), (_, second)] = files();
        let both = first.lines().skip(1).filter(|line| second.contains(line));
        let days: Vec<&str> = both.map(|line| &line[1..11]).collect();
        let weeks = |week: u32| iso(day(week, 0));
        assert!(days.len() > 12);
        let (from, to) = (weeks(CURSOR_BEGINS), weeks(CURSOR_ENDS));
        assert!(days.iter().all(|day| *day >= from.as_str() && *day < to.as_str()));
    }
}
