//! The usage CSV of Cursor's dashboard: one row an event.
//!
//! The four token columns are disjoint, whatever their names say: in published exports
//! `Total Tokens` is their sum.

use super::dates::{self, DateBounds};
use super::framing::Source;
use super::numbers;
use super::record::{
    Account, AccountKind, Credits, Flag, TokenCounts, UsageRecord, record_id, text,
};
use super::table::{Row, Table};
use super::{Format, Parsed};
use crate::untrusted::Untrusted;

/// Personal and team exports of all ages, also those that count requests.
pub static FORMAT: Format = Format {
    name: "cursor.usage_csv",
    tier: 1,
    about: "Cursor dashboard → Usage → Export CSV, personal or team",
    recognizes,
    parse,
};

const CACHE_WRITE: &str = "input (w/ cache write)";
const INPUT: &str = "input (w/o cache write)";

fn recognizes(source: &Source<'_>) -> bool {
    matches!(source, Source::Table(table)
        if table.has(&["date", "model", CACHE_WRITE, INPUT, "cache read", "output tokens"]))
}

fn parse(source: &Source<'_>, bounds: &DateBounds) -> Parsed {
    let mut parsed = Parsed::default();
    let Source::Table(table) = source else { return parsed };
    for row in table.rows() {
        match row {
            Ok(row) => parsed.push(row.line, read_row(table, &row, bounds)),
            Err((line, why)) => parsed.push(line, Err(why)),
        }
    }
    parsed
}

fn read_row(
    table: &Table<'_>,
    row: &Row,
    bounds: &DateBounds,
) -> Result<UsageRecord, &'static str> {
    let cell =
        |name: &str| table.column(name).map_or("", |column| row.fields[column].as_str());
    let moment = bounds.moment(cell("date"))?;
    let mut record = UsageRecord::new(FORMAT.name, row.line);
    record.period = Some(dates::event(moment));
    record.vendor = Some(Untrusted::from("cursor"));
    record.tool = Some(Untrusted::from("cursor"));
    record.model = text(cell("model"));
    record.session_id = text(cell("cloud agent id"));
    record.tokens = read_tokens(table, &cell)?;
    record.account = read_account(cell("user"));
    let kind = cell("kind").trim().to_lowercase();
    record.flags = [
        (kind.starts_with("errored") || kind.starts_with("aborted"), Flag::Errored),
        (kind == "free", Flag::Free),
        (kind == "user api key", Flag::Byok),
        (kind.starts_with("included"), Flag::Included),
        (!cell("cloud agent id").trim().is_empty(), Flag::Headless),
        (!cell("automation id").trim().is_empty(), Flag::Headless),
        (matches!(cell("model").trim(), "auto" | "default"), Flag::AutoModel),
    ]
    .into_iter()
    .filter_map(|(holds, flag)| holds.then_some(flag))
    .collect();
    record.requests = Some(u64::from(!record.flags.contains(&Flag::Errored)));
    read_money(table, &cell, &kind, &mut record)?;
    record.record_id = id_of(&record, moment.millis);
    Ok(record)
}

fn read_tokens<'r>(
    table: &Table<'_>,
    cell: &impl Fn(&str) -> &'r str,
) -> Result<TokenCounts, &'static str> {
    let count = |name| numbers::count(cell(name), table.decimal_sign());
    Ok(TokenCounts {
        input: count(INPUT)?,
        cache_write: count(CACHE_WRITE)?,
        cache_read: count("cache read")?,
        output: count("output tokens")?,
        reported_total: count("total tokens")?,
        ..TokenCounts::default()
    })
}

/// Reads what the event cost. The oldest exports have the value and the bill in two
/// columns; later ones have the value alone, which is also the bill on demand; plans
/// that count requests have no money at all.
fn read_money<'r>(
    table: &Table<'_>,
    cell: &impl Fn(&str) -> &'r str,
    kind: &str,
    record: &mut UsageRecord,
) -> Result<(), &'static str> {
    let sign = table.decimal_sign();
    record.cost.list = numbers::dollars(cell("cost"), sign)?;
    if table.has(&["cost to you"]) {
        record.cost.billed = numbers::dollars(cell("cost to you"), sign)?;
    } else if matches!(kind, "on-demand" | "usage-based") {
        record.cost.billed = record.cost.list;
    }
    let unit = Untrusted::from("cursor_request");
    let requests = numbers::nanos(cell("requests"), sign)?;
    record.credits = requests.map(|nanos| Credits { nanos, unit });
    Ok(())
}

/// The person of a team export; a personal export does not name its own.
fn read_account(user: &str) -> Account {
    if user.contains('@') {
        return Account::of_email(user);
    }
    Account { kind: AccountKind::Unknown, display_name: text(user), ..Account::default() }
}

/// Cursor gives events no id: the millisecond, the person, the model and the tokens
/// are one.
fn id_of(record: &UsageRecord, millis: i64) -> [u8; 16] {
    let tokens = &record.tokens;
    let counts = [tokens.cache_write, tokens.input, tokens.cache_read, tokens.output]
        .map(|count| count.map(|count| count.to_string()).unwrap_or_default());
    let account = &record.account;
    let user = account.email.as_ref().or(account.display_name.as_ref());
    let shown = |text: Option<&Untrusted>| {
        text.map(|text| text.to_json_text().into_owned()).unwrap_or_default()
    };
    let (user, model) = (shown(user), shown(record.model.as_ref()));
    let millis = millis.to_string();
    let mut parts = vec![millis.as_str(), user.as_str(), model.as_str()];
    parts.extend(counts.iter().map(String::as_str));
    record_id(FORMAT.name, &parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Parsed {
        let table = Table::candidates(text.as_bytes()).remove(0);
        parse(&Source::Table(table), &DateBounds::default())
    }

    const HEADER: &str = "Date,User,Kind,Model,Max Mode,Input (w/ Cache Write),\
        Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,";

    fn one(last_column: &str, kind: &str, value: &str) -> UsageRecord {
        let row = format!(
            "2026-10-05T09:15:30.512Z,ada.okafor@example.com,{kind},auto,No,1615,2,187200,1506,190323,{value}\n"
        );
        let mut parsed = read(&format!("{HEADER}{last_column}\n{row}"));
        assert_eq!(parsed.rejected, []);
        assert_eq!(parsed.remarks, [], "the four columns are disjoint");
        parsed.records.remove(0)
    }

    #[test]
    fn only_events_on_demand_are_billed() {
        let billed =
            |kind, value| one("Cost", kind, value).cost.billed.map(|c| c.to_string());
        assert_eq!(billed("On-Demand", "$0.12"), Some("0.12".to_owned()));
        assert_eq!(billed("Included", "0.12"), None);
        assert_eq!(billed("Included", "Included"), None);
        let included = one("Cost", "Included", "0.12");
        assert_eq!(included.cost.list.unwrap().to_string(), "0.12");
        assert!(included.flags.contains(&Flag::Included));
    }

    #[test]
    fn a_plan_of_requests_has_requests_in_place_of_money() {
        let record = one("Requests", "Included", "2.5");
        assert!(record.cost.is_unknown());
        assert_eq!(record.credits.unwrap().nanos, 2_500_000_000);
        assert_eq!(record.requests, Some(1));
    }

    #[test]
    fn an_event_that_failed_is_no_request_and_no_money() {
        let record = one("Cost", "\"Errored, No Charge\"", "-");
        assert_eq!(record.requests, Some(0));
        assert!(record.cost.is_unknown());
    }

    #[test]
    fn the_same_event_has_one_id_in_every_version_of_the_export() {
        let new = HEADER.replace("Kind", "Cloud Agent ID,Automation ID,Kind") + "Cost\n";
        let row = "2026-10-05T09:15:30.512Z,Ada.Okafor@example.com,,,On-Demand,auto,No,\"1,615\",2,187200,1506,190323,1\n";
        let parsed = read(&(new + row));
        assert_eq!(parsed.records[0].record_id, one("Cost", "Included", "-").record_id);
    }
}
