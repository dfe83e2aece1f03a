//! The Claude Code Analytics API of Anthropic: one row an actor, a day, a terminal.
//!
//! Fields as documented at platform.claude.com, `usage_report/claude_code`. Amounts are
//! estimates at list price in cents, also for people with a subscription.

use serde_json::value::RawValue;

use crate::problem::GapKind;
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{
    Account, AccountKind, Activity, Draft, Granularity, Period, lower, record_id, text,
};
use crate::usage::rows::{Pages, each_page_row};
use crate::usage::{Context, Format, Parsed};

/// Pages of the API, one after another or in arrays.
pub static FORMAT: Format = Format {
    name: "anthropic.claude_code_analytics",
    tier: 1,
    about: "Claude Code Analytics API: one usage_report/claude_code JSON a day",
    recognizes,
    parse,
};

const PAGES: Pages = Pages { arrays: &["data"], bare_rows: false };

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_row("data", |row| row.has("actor") && row.has("core_metrics"))
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_page_row(source, parsed, PAGES, |row, parsed| {
        read_row(row.row, row.position, context, parsed)
    });
}

/// What all model rows of one actor, day and terminal share.
struct Actor {
    period: Period,
    account: Account,
    /// The parts of the record's id before the model.
    key: Vec<String>,
}

fn read_row(
    row: &Object<'_>,
    position: u64,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) -> Result<(), &'static str> {
    let actor = read_actor(row, context)?;
    let models = row.array("model_breakdown")?;
    // What the tool did is told of the row, not of its models: it counts once.
    let mut activity = read_activity(row)?;
    if models.is_empty() {
        let mut draft = draft_of(&actor, "", position);
        draft.activity = activity;
        parsed.push(position, Ok(draft));
    }
    for model in models {
        let mut draft = read_model(model, &actor, position, parsed);
        if let Ok(draft) = &mut draft {
            draft.activity = std::mem::take(&mut activity);
        }
        parsed.push(position, draft);
    }
    Ok(())
}

fn read_activity(row: &Object<'_>) -> Result<Activity, &'static str> {
    let mut activity = Activity::default();
    if let Some(metrics) = row.object("core_metrics")? {
        activity.sessions = metrics.count("num_sessions")?;
        activity.commits = metrics.count("commits_by_claude_code")?;
        activity.pull_requests = metrics.count("pull_requests_by_claude_code")?;
        if let Some(lines) = metrics.object("lines_of_code")? {
            activity.lines_added = lines.count("added")?;
            activity.lines_removed = lines.count("removed")?;
        }
    }
    let Some(actions) = row.object("tool_actions")? else { return Ok(activity) };
    for (_, action) in actions.fields() {
        let Ok(action) = Object::parse(action.get()) else { continue };
        let add = |sum: &mut Option<u64>, more: Option<u64>| {
            *sum = more.map(|more| sum.unwrap_or(0).saturating_add(more)).or(*sum);
        };
        add(&mut activity.accepts, action.count("accepted")?);
        add(&mut activity.rejects, action.count("rejected")?);
    }
    Ok(activity)
}

fn read_actor(row: &Object<'_>, context: &Context<'_>) -> Result<Actor, &'static str> {
    let date = row.text("date")?.ok_or("a row without date")?;
    let (period, grain) = context.bounds.day_or_event(&date)?;
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
    parsed: &mut Parsed<'_>,
) -> Result<Draft, &'static str> {
    let row = Object::parse(model.get())?;
    let mut draft = draft_of(actor, &row.text("model")?.unwrap_or_default(), position);
    if let Some(tokens) = row.object("tokens")? {
        draft.tokens.input = tokens.count("input")?;
        draft.tokens.output = tokens.count("output")?;
        draft.tokens.cache_read = tokens.count("cache_read")?;
        draft.tokens.cache_write = tokens.count("cache_creation")?;
    }
    if let Some(cost) = row.object("estimated_cost")? {
        let currency = cost.text("currency")?;
        if currency.is_none_or(|currency| currency.eq_ignore_ascii_case("USD")) {
            draft.cost.estimated = cost.cents("amount")?;
        } else {
            let why = "an amount in another currency than US dollars is left out";
            parsed.remark(GapKind::UsageRecord, position, why);
        }
    }
    Ok(draft)
}

fn draft_of(actor: &Actor, model: &str, position: u64) -> Draft {
    let mut parts: Vec<&str> = actor.key.iter().map(String::as_str).collect();
    parts.push(model);
    let mut draft = Draft::new(position);
    draft.record_id = record_id(FORMAT.name, &parts);
    draft.period = Some(actor.period);
    draft.facets.granularity = Granularity::Day;
    draft.facets.account = actor.account.clone();
    draft.facets.vendor = Some(Untrusted::from("anthropic"));
    draft.facets.tool = Some(Untrusted::from("claude_code"));
    draft.facets.model = text(model);
    draft
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Export;
    use crate::usage::record::Flag;

    fn read(text: &str) -> Export {
        crate::usage::tests::read_as(&FORMAT, text)
    }

    const ROW: &str = r#"{"date":"2026-10-05T00:00:00Z",
        "actor":{"type":"user_actor","email_address":" Ada.Okafor@example.com"},
        "core_metrics":{},"model_breakdown":[{"model":"m","tokens":{"input":1},
        "estimated_cost":{"currency":"USD","amount":1.47}}]}"#;

    #[test]
    fn a_cent_is_a_hundredth_of_a_dollar() {
        let parsed = read(&format!(r#"{{"data":[{ROW}]}}"#));
        let record = &parsed.records[0];
        assert_eq!(record.cost().estimated.unwrap().to_string(), "0.0147");
        assert_eq!(
            record.facets.account.email,
            Some(Untrusted::from("ada.okafor@example.com"))
        );
        assert_eq!(record.tokens().output, None);
    }

    #[test]
    fn only_the_last_page_tells_whether_pages_are_missing() {
        let page =
            |more| format!(r#"{{"data":[{ROW}],"has_more":{more},"next_page":null}}"#);
        assert!(read(&(page(true) + &page(false))).gaps.is_empty());
        let cut = read(&(page(false) + &page(true)));
        assert_eq!(cut.gaps.list()[0].kind, GapKind::IncompleteExport);
        let flagged: Vec<bool> =
            cut.records.iter().map(|r| r.flags.contains(Flag::IncompletePage)).collect();
        assert_eq!(flagged, [false, true]);
    }

    #[test]
    fn another_currency_is_left_out_and_said_so() {
        let parsed = read(&format!(r#"{{"data":[{}]}}"#, ROW.replace("USD", "EUR")));
        assert_eq!(parsed.records[0].cost().estimated, None);
        assert_eq!(parsed.gaps.list().len(), 1);
    }

    #[test]
    fn a_bad_model_row_does_not_take_its_neighbours() {
        let bad = r#"{"model":"n","tokens":{"input":-1}},{"model":"m""#;
        let parsed =
            read(&format!(r#"{{"data":[{}]}}"#, ROW.replace(r#"{"model":"m""#, bad)));
        assert_eq!(parsed.records.len(), 1);
        assert_eq!(parsed.gaps.list()[0].why, "a negative count");
    }
}
