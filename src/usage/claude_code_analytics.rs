//! The Claude Code Analytics API of Anthropic: one row an actor, a day, a terminal.
//!
//! Fields as documented at platform.claude.com, `usage_report/claude_code`. Amounts are
//! estimates at list price in cents, also for people with a subscription.

use serde_json::value::RawValue;

use super::dates::DateBounds;
use super::framing::Source;
use super::json::{Item, Object};
use super::record::{
    Account, AccountKind, Flag, Granularity, Period, UsageRecord, lower, record_id, text,
};
use super::{Format, Parsed};
use crate::problem::GapKind;
use crate::untrusted::Untrusted;

/// Pages of the API, one after another or in arrays.
pub static FORMAT: Format = Format {
    name: "anthropic.claude_code_analytics",
    tier: 1,
    about: "Claude Code Analytics API: one usage_report/claude_code JSON a day",
    recognizes,
    parse,
};

fn recognizes(source: &Source<'_>) -> bool {
    let Source::Values(values) = source else { return false };
    values.objects().any(|page| {
        let rows = page.array("data").unwrap_or_default();
        rows.iter().take(20).any(|row| {
            Object::parse(row.get())
                .is_ok_and(|row| row.has("actor") && row.has("core_metrics"))
        })
    })
}

fn parse(source: &Source<'_>, bounds: &DateBounds) -> Parsed {
    let mut parsed = Parsed::default();
    let Source::Values(values) = source else { return parsed };
    let (mut position, mut page_begins, mut has_more) = (0, 0, false);
    for item in &values.items {
        page_begins = parsed.records.len();
        match page(item) {
            Ok((rows, more)) => {
                has_more = more;
                for row in rows {
                    position += 1;
                    read_row(row, position, bounds, &mut parsed);
                }
            }
            Err(why) => {
                position += 1;
                parsed.push(position, Err(why));
            }
        }
    }
    // Only the last page tells: the ones before it were followed.
    if has_more {
        let why = "the last page says that more pages follow";
        parsed.remark(GapKind::IncompleteExport, position.max(1), why);
        for record in &mut parsed.records[page_begins..] {
            record.flags.insert(Flag::IncompletePage);
        }
    }
    parsed
}

/// The rows of a page, and whether another page follows.
fn page<'a>(item: &Item<'a>) -> Result<(Vec<&'a RawValue>, bool), &'static str> {
    let page = Object::parse(item.value?)?;
    if !page.has("data") {
        let saved_error = page.has("error");
        return Err(if saved_error {
            "an error message of the API instead of a page"
        } else {
            "a page without data"
        });
    }
    Ok((page.array("data")?, page.is_true("has_more") || page.get("next_page").is_some()))
}

/// What all model rows of one actor, day and terminal share.
struct Actor {
    period: Period,
    account: Account,
    /// The parts of the record's id before the model.
    key: Vec<String>,
}

fn read_row(row: &RawValue, position: u64, bounds: &DateBounds, parsed: &mut Parsed) {
    let read = Object::record(row.get()).and_then(|row| {
        let actor = read_actor(&row, bounds)?;
        Ok((actor, row.array("model_breakdown")?))
    });
    let (actor, models) = match read {
        Ok(read) => read,
        Err(why) => return parsed.push(position, Err(why)),
    };
    if models.is_empty() {
        parsed.push(position, Ok(record_of(&actor, "", position)));
    }
    for model in models {
        let record = read_model(model, &actor, position, parsed);
        parsed.push(position, record);
    }
}

fn read_actor(row: &Object<'_>, bounds: &DateBounds) -> Result<Actor, &'static str> {
    let date = row.text("date")?.ok_or("a row without date")?;
    let (period, grain) = bounds.day_or_event(&date)?;
    if grain != Granularity::Day {
        return Err("a date that is not a UTC day");
    }
    let actor = row.object("actor")?.ok_or("a row without actor")?;
    let email = actor.text("email_address")?.unwrap_or_default();
    let api_key_name = actor.text("api_key_name")?.unwrap_or_default();
    let kind = match actor.text("type")?.as_deref() {
        Some("user_actor") => AccountKind::User,
        Some("api_actor") => AccountKind::ApiKey,
        _ => AccountKind::Unknown,
    };
    let account = Account {
        kind,
        email: lower(&email),
        api_key_name: text(&api_key_name),
        ..Account::default()
    };
    // The organisation is part of it: one person may work for two.
    let mut key = vec![
        period.start.0.to_string(),
        row.text("organization_id")?.unwrap_or_default(),
        email.trim().to_lowercase(),
        api_key_name.trim().to_owned(),
    ];
    key.push(row.text("terminal_type")?.unwrap_or_default());
    key.push(row.is_true("is_remote").to_string());
    key.push(row.text("customer_type")?.unwrap_or_default());
    Ok(Actor { period, account, key })
}

fn read_model(
    model: &RawValue,
    actor: &Actor,
    position: u64,
    parsed: &mut Parsed,
) -> Result<UsageRecord, &'static str> {
    let row = Object::parse(model.get())?;
    let mut record = record_of(actor, &row.text("model")?.unwrap_or_default(), position);
    if let Some(tokens) = row.object("tokens")? {
        record.tokens.input = tokens.count("input")?;
        record.tokens.output = tokens.count("output")?;
        record.tokens.cache_read = tokens.count("cache_read")?;
        record.tokens.cache_write = tokens.count("cache_creation")?;
    }
    if let Some(cost) = row.object("estimated_cost")? {
        let currency = cost.text("currency")?;
        if currency.is_none_or(|currency| currency.eq_ignore_ascii_case("USD")) {
            record.cost.estimated = cost.cents("amount")?;
        } else {
            let why = "an amount in another currency than US dollars is left out";
            parsed.remark(GapKind::UsageRecord, position, why);
        }
    }
    Ok(record)
}

fn record_of(actor: &Actor, model: &str, position: u64) -> UsageRecord {
    let mut parts: Vec<&str> = actor.key.iter().map(String::as_str).collect();
    parts.push(model);
    let mut record = UsageRecord::new(FORMAT.name, position);
    record.record_id = record_id(FORMAT.name, &parts);
    record.period = Some(actor.period);
    record.granularity = Granularity::Day;
    record.account = actor.account.clone();
    record.vendor = Some(Untrusted::from("anthropic"));
    record.tool = Some(Untrusted::from("claude_code"));
    record.model = text(model);
    record
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::json::Values;

    fn read(text: &str) -> Parsed {
        parse(&Source::Values(Values::split(text.as_bytes())), &DateBounds::default())
    }

    const ROW: &str = r#"{"date":"2026-10-05T00:00:00Z",
        "actor":{"type":"user_actor","email_address":" Ada.Okafor@example.com"},
        "core_metrics":{},"model_breakdown":[{"model":"m","tokens":{"input":1},
        "estimated_cost":{"currency":"USD","amount":1.47}}]}"#;

    #[test]
    fn a_cent_is_a_hundredth_of_a_dollar() {
        let parsed = read(&format!(r#"{{"data":[{ROW}]}}"#));
        let record = &parsed.records[0];
        assert_eq!(record.cost.estimated.unwrap().to_string(), "0.0147");
        assert_eq!(record.account.email, Some(Untrusted::from("ada.okafor@example.com")));
        assert_eq!(record.tokens.output, None);
    }

    #[test]
    fn only_the_last_page_tells_whether_pages_are_missing() {
        let page =
            |more| format!(r#"{{"data":[{ROW}],"has_more":{more},"next_page":null}}"#);
        assert!(read(&(page(true) + &page(false))).remarks.is_empty());
        let cut = read(&(page(false) + &page(true)));
        assert_eq!(cut.remarks[0].kind, GapKind::IncompleteExport);
        let flagged: Vec<bool> =
            cut.records.iter().map(|r| r.flags.contains(&Flag::IncompletePage)).collect();
        assert_eq!(flagged, [false, true]);
    }

    #[test]
    fn another_currency_is_left_out_and_said_so() {
        let parsed = read(&format!(r#"{{"data":[{}]}}"#, ROW.replace("USD", "EUR")));
        assert_eq!(parsed.records[0].cost.estimated, None);
        assert_eq!(parsed.remarks.len(), 1);
    }

    #[test]
    fn a_bad_model_row_does_not_take_its_neighbours() {
        let bad = r#"{"model":"n","tokens":{"input":-1}},{"model":"m""#;
        let parsed =
            read(&format!(r#"{{"data":[{}]}}"#, ROW.replace(r#"{"model":"m""#, bad)));
        assert_eq!(parsed.records.len(), 1);
        assert_eq!(parsed.rejected[0].why, "a negative count");
    }
}
