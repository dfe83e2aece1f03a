//! LiteLLM's sums by the day: the table `LiteLLM_DailyUserSpend`, and
//! `GET /user/daily/activity`.
//!
//! A day is the sum over all tools that used the proxy, so that none is named.

use super::litellm_spend_logs::vendor_of;
use super::{Row, book_on_organization, each_of, key, measured, person};
use crate::problem::GapKind;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{
    Draft, Granularity, Period, TokenCounts, record_id, text, vendor_of_provider,
};
use crate::usage::rows::{Pages, each_page_row};
use crate::usage::{Context, Format, Parsed};

/// The table, as CSV or JSON.
pub static USER_SPEND: Format = Format {
    name: "litellm.daily_user_spend",
    tier: 2,
    about: "LiteLLM: the table LiteLLM_DailyUserSpend as CSV or JSON",
    recognizes: recognizes_table,
    parse: parse_table,
};

/// Pages of the API.
pub static ACTIVITY: Format = Format {
    name: "litellm.daily_activity",
    tier: 2,
    about: "LiteLLM: GET /user/daily/activity",
    recognizes: recognizes_pages,
    parse: parse_pages,
};

fn recognizes_table(sample: Sample<'_>) -> bool {
    const COLUMNS: [&str; 4] =
        ["date", "spend", "successful_requests", "custom_llm_provider"];
    let is_row = |row: &Object<'_>| COLUMNS.iter().all(|column| row.has(column));
    sample.has_columns(&COLUMNS)
        || sample.any_object(is_row)
        || sample.any_row("data", is_row)
}

fn parse_table(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_of(source, parsed, |row, position| read_row(row, position, context));
}

fn read_row(
    row: &Row<'_>,
    position: u64,
    context: &Context<'_>,
) -> Result<Draft, &'static str> {
    const KEY: [&str; 7] = [
        "user_id",
        "date",
        "api_key",
        "model",
        "custom_llm_provider",
        "mcp_namespaced_tool_name",
        "endpoint",
    ];
    let day = context.bounds.day(&row.text("date")?)?;
    let mut draft = Draft::new(position);
    draft.period = Some(Period::of_day(day));
    draft.facets.granularity = Granularity::Day;
    let model = row.text("model")?;
    draft.facets.model = text(&model);
    draft.facets.vendor = vendor_of(&row.text("custom_llm_provider")?, &model);
    let of_key = key("", &row.text("api_key")?);
    let mut account = person(&row.text("user_id")?);
    account.api_key_id.clone_from(&of_key.api_key_id);
    let is_person = account.email.is_some() || account.account_id.is_some();
    draft.facets.account = if is_person { account } else { of_key };
    read_amounts(&mut draft, row)?;
    let parts: Result<Vec<String>, _> = KEY.iter().map(|name| row.text(name)).collect();
    let parts = parts?;
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    draft.record_id = record_id(USER_SPEND.name, &parts);
    measured(draft)
}

/// What both shapes count alike.
fn read_amounts(draft: &mut Draft, row: &Row<'_>) -> Result<(), &'static str> {
    let read = row.count("cache_read_input_tokens")?;
    let write = row.count("cache_creation_input_tokens")?;
    draft.tokens = TokenCounts::of_prompt(row.count("prompt_tokens")?, read, write).0;
    draft.tokens.output = row.count("completion_tokens")?;
    draft.tokens.reported_total = row.count("total_tokens")?;
    draft.cost.estimated = row.dollars("spend")?;
    let requests = row.count("successful_requests")?;
    draft.requests = requests.or(row.count("api_requests")?);
    Ok(())
}

fn recognizes_pages(sample: Sample<'_>) -> bool {
    sample.any_row("results", |row| {
        let metrics = row.object("metrics").ok().flatten();
        row.has("date") && metrics.is_some_and(|metrics| metrics.has("spend"))
    })
}

fn parse_pages(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    const PAGES: Pages = Pages { arrays: &["results"], bare_rows: false };
    each_page_row(source, parsed, PAGES, |row, parsed| {
        read_day(row.row, row.position, context, parsed)
    });
}

/// A part of a day: of a model, of a key, or of both.
struct Part<'a> {
    model: String,
    key: String,
    value: Object<'a>,
}

/// Reads one day. Its breakdowns are views of the same: the finest that says whose it is
/// counts, and nothing beside it.
fn read_day(
    row: &Object<'_>,
    position: u64,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) -> Result<(), &'static str> {
    let date = row.text("date")?.ok_or("a row without date")?;
    let period = Period::of_day(context.bounds.day(&date)?);
    let metrics = row.object("metrics")?.ok_or("a day without metrics")?;
    let breakdown = row.object("breakdown")?.unwrap_or_default();
    let providers = breakdown.object("providers")?.unwrap_or_default();
    let mut providers = providers.fields().map(|(name, _)| name);
    let only = providers.next().filter(|_| providers.next().is_none());
    let models = breakdown.object("models")?.unwrap_or_default();
    let keys = breakdown.object("api_keys")?.unwrap_or_default();
    let parts = parts_of(&models, &keys)?;
    let whole = Part {
        model: String::new(),
        key: String::new(),
        value: Object::parse(row.text_of_whole())?,
    };
    let is_whole = parts.is_empty();
    let parts = if is_whole { vec![whole] } else { parts };
    let mut sum = 0_u64;
    for part in &parts {
        let mut draft = Draft::new(position);
        draft.period = Some(period);
        draft.facets.granularity = Granularity::Day;
        draft.facets.model = text(&part.model);
        draft.facets.vendor =
            only.and_then(vendor_of_provider).or_else(|| vendor_of("", &part.model));
        let metadata = part.value.object("metadata")?.unwrap_or_default();
        let alias = metadata.text("key_alias")?.unwrap_or_default();
        draft.facets.account = key(&alias, &part.key);
        draft.facets.workspace = metadata.untrusted("team_id")?;
        if is_whole {
            book_on_organization(&mut draft);
        }
        let own =
            part.value.object("metrics")?.ok_or("a part of a day without metrics")?;
        read_amounts(&mut draft, &Row::Object(&own))?;
        draft.record_id = record_id(ACTIVITY.name, &[&date, &part.model, &part.key]);
        sum += draft.tokens.total().unwrap_or(0);
        parsed.push(position, measured(draft));
    }
    let told = metrics.count("total_tokens")?;
    if told.is_some_and(|told| told != sum) && !is_whole {
        let why = "the parts of a day do not add up to the day";
        parsed.remark(GapKind::TokenMismatch, position, why);
    }
    Ok(())
}

/// The parts by model and key where models are told by key, else those by key.
fn parts_of<'a>(
    models: &'a Object<'a>,
    keys: &'a Object<'a>,
) -> Result<Vec<Part<'a>>, &'static str> {
    let mut parts = Vec::new();
    for (model, value) in models.fields() {
        let value = Object::parse(value.get())?;
        let Some(by_key) = value.get("api_key_breakdown") else {
            parts.clear();
            break;
        };
        for (key, value) in Object::parse(by_key.get())?.fields() {
            let (model, key) = (model.to_owned(), key.to_owned());
            parts.push(Part { model, key, value: Object::parse(value.get())? });
        }
    }
    if parts.is_empty() {
        for (key, value) in keys.fields() {
            let (model, key) = (String::new(), key.to_owned());
            parts.push(Part { model, key, value: Object::parse(value.get())? });
        }
    }
    Ok(parts)
}
