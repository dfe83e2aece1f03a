//! Consumption of Windsurf, in credits, by person and day or hour.
//!
//! Fields as in docs.devin.ai, `v2alpha/analytics/consumption`. Teams pay in prompt and flex
//! credits or in ACUs. Rows may be grouped by model, editor and product.

use super::field;
use crate::untrusted::Untrusted;
use crate::usage::dates::{self, Moment};
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{
    Account, AccountKind, Activity, Credits, Draft, Flag, Granularity, Period, lower,
    record_id, text,
};
use crate::usage::rows::{PageRow, Pages, each_page_row};
use crate::usage::{Context, Format, Parsed};

/// Pages of the API.
pub static FORMAT: Format = Format {
    name: "windsurf.consumption_v2",
    tier: 3,
    about: "Windsurf API, v2alpha/analytics/consumption: credits by user and day",
    recognizes,
    parse,
};

const PAGES: Pages = Pages { arrays: &["data"], bare_rows: false };

/// The kinds of credits and the units they are counted in.
const CREDITS: [(&str, &str); 3] = [
    ("prompt_credits", "windsurf_prompt_credit"),
    ("flex_credits", "windsurf_flex_credit"),
    ("billed_acus", "acu"),
];

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_row("data", |row| row.has("consumption") && row.has("timestamp"))
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_page_row(source, parsed, PAGES, |row, parsed| read_row(row, context, parsed));
}

fn read_row(
    row: PageRow<'_>,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) -> Result<(), &'static str> {
    let consumption =
        row.row.object("consumption")?.ok_or("a row without consumption")?;
    let mut amounts = Vec::new();
    for (name, unit) in CREDITS {
        let amount = consumption.nanos(name)?;
        amounts.extend(amount.map(|nanos| (nanos, unit)));
    }
    // A record has one unit: what is zero beside another is no record.
    let any = amounts.iter().any(|(nanos, _)| *nanos != 0);
    if any {
        amounts.retain(|(nanos, _)| *nanos != 0);
    } else {
        amounts.truncate(1);
    }
    let mut activity =
        Activity { prompts: consumption.count("message_count")?, ..Activity::default() };
    if amounts.is_empty() {
        let mut draft = read_draft(row, "", context)?;
        draft.activity = activity;
        parsed.push(row.position, Ok(draft));
    }
    for (nanos, unit) in amounts {
        let mut draft = read_draft(row, unit, context)?;
        draft.credits = Some(Credits { nanos, unit: Untrusted::from(unit) });
        draft.activity = std::mem::take(&mut activity);
        parsed.push(row.position, Ok(draft));
    }
    Ok(())
}

fn read_draft(
    row: PageRow<'_>,
    unit: &str,
    context: &Context<'_>,
) -> Result<Draft, &'static str> {
    let PageRow { page, row, position } = row;
    let timestamp = row.text("timestamp")?.ok_or("a row without timestamp")?;
    let (period, granularity) = read_period(&timestamp, context)?;
    let mut draft = super::draft(position, "cognition", "windsurf");
    draft.period = Some(period);
    draft.facets.granularity = granularity;
    draft.facets.account = read_account(row)?;
    let is_whole = draft.facets.account.kind == AccountKind::Organization;
    draft.flags.insert_if(is_whole, Flag::OrgLevel);
    draft.facets.model = match row.untrusted("model_uid")? {
        Some(model) => Some(model),
        None => row.untrusted("model")?,
    };
    let metadata = page.object("metadata")?.unwrap_or_default();
    let mut parts =
        vec![period.start.0.to_string(), field(&metadata, "team_id")?, unit.to_owned()];
    // All that the rows are grouped by, whatever it is called.
    for (name, value) in row.fields() {
        let is_text = !value.get().starts_with(['{', '[']) && value.get() != "null";
        if is_text && name != "timestamp" {
            parts.push(format!("{name}={}", field_text(row, name)));
        }
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    draft.record_id = record_id(FORMAT.name, &parts);
    Ok(draft)
}

fn field_text(row: &Object<'_>, name: &str) -> String {
    field(row, name).unwrap_or_default().to_lowercase()
}

/// A day, or the hour that begins at a moment; hours and days begin at midnight alike.
fn read_period(
    timestamp: &str,
    context: &Context<'_>,
) -> Result<(Period, Granularity), &'static str> {
    let (period, granularity) = match timestamp.trim().len() {
        ..=10 => context.bounds.day_or_month(timestamp)?,
        _ => context.bounds.day_or_event(timestamp)?,
    };
    if granularity != Granularity::Event {
        return Ok((period, granularity));
    }
    let start = context.bounds.moment(timestamp)?;
    if start.millis % 3_600_000 != 0 {
        return Ok((dates::event(start), Granularity::Event));
    }
    let end = Moment { millis: start.millis + 3_600_000 };
    context.bounds.between(start, end)
}

fn read_account(row: &Object<'_>) -> Result<Account, &'static str> {
    let (email, user) = (field(row, "user_email")?, field(row, "user_id")?);
    let kind = if email.is_empty() && user.is_empty() {
        AccountKind::Organization
    } else {
        AccountKind::User
    };
    Ok(Account {
        kind,
        email: lower(&email),
        account_id: text(&user),
        ..Account::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Export;

    fn read(row: &str) -> Export {
        crate::usage::tests::read_as(&FORMAT, &format!(r#"{{"data":[{{{row}}}]}}"#))
    }

    #[test]
    fn two_kinds_of_credits_are_two_records_and_the_messages_count_once() {
        let export = read(
            r#""timestamp":"2026-10-05","user_email":"A@example.com","consumption":{"prompt_credits":4.5,"flex_credits":2,"message_count":3}"#,
        );
        let units: Vec<_> = export
            .records
            .iter()
            .map(|record| (record.credits().unwrap().nanos, record.activity().prompts))
            .collect();
        assert_eq!(units, [(4_500_000_000, Some(3)), (2_000_000_000, None)]);
        assert_ne!(export.records[0].record_id, export.records[1].record_id);
    }

    #[test]
    fn credits_that_are_zero_are_known_and_one_record() {
        let export = read(
            r#""timestamp":"2026-10-05","user_id":"u","consumption":{"prompt_credits":0,"flex_credits":0}"#,
        );
        assert_eq!(export.records.len(), 1);
        assert_eq!(export.records[0].credits().unwrap().nanos, 0);
    }

    #[test]
    fn rows_by_the_hour_and_by_the_model_are_told_apart() {
        let row = |time: &str, model: &str| {
            read(&format!(
                r#""timestamp":"{time}","user_id":"u","model_uid":"{model}","consumption":{{"billed_acus":"1.25"}}"#
            ))
            .records
            .remove(0)
        };
        let hour = row("2026-10-05T14:00:00Z", "m");
        assert_eq!(hour.facets.granularity, Granularity::Hour);
        assert_eq!(hour.credits().unwrap().unit, Untrusted::from("acu"));
        assert_ne!(hour.record_id, row("2026-10-05T14:00:00Z", "n").record_id);
        assert_eq!(row("2026-10-05", "m").facets.granularity, Granularity::Day);
    }

    #[test]
    fn a_row_of_nobody_is_the_teams() {
        let export =
            read(r#""timestamp":"2026-10-05","consumption":{"prompt_credits":1}"#);
        assert!(export.records[0].flags.contains(Flag::OrgLevel));
    }
}
