//! Activity of OpenRouter: one row a generation, or sums by the day as CSV and JSON.
//!
//! Columns as in published exports, fields as documented at openrouter.ai. Prompts contain
//! what came from the cache. OpenRouter bills in dollars; what a user's own key paid
//! elsewhere stands beside.

use super::{Row, book_on_organization, key, measured};
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::record::{
    Draft, Flag, Granularity, Period, TokenCounts, record_id, text, tool_id,
    tool_of_client,
};
use crate::usage::rows::{Cells, Pages, divide_input, each_page_row, each_row};
use crate::usage::{Context, Format, Parsed, dates};

/// One row a generation.
pub static GENERATIONS: Format = Format {
    name: "openrouter.generations_csv",
    tier: 2,
    about: "OpenRouter dashboard → Activity → Export, by generation",
    recognizes: |sample| sample.has_columns(&["generation_id", "model_permaslug"]),
    parse: parse_generations,
};

/// One row a day and model.
pub static DAILY: Format = Format {
    name: "openrouter.daily_csv",
    tier: 2,
    about: "OpenRouter dashboard → Activity → Export, by day",
    recognizes: |sample| sample.has_columns(&["date", "slug", "usage", "byok usage"]),
    parse: parse_daily,
};

/// The API of the last thirty days.
pub static ACTIVITY: Format = Format {
    name: "openrouter.activity_json",
    tier: 2,
    about: "OpenRouter: GET /api/v1/activity",
    recognizes: recognizes_activity,
    parse: parse_activity,
};

fn parse_generations(
    source: &mut Source<'_>,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) {
    each_row(source, parsed, |cells, parsed| {
        read_generation(cells, context, parsed).map(Some)
    });
}

fn read_generation(
    cells: &Cells<'_>,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) -> Result<Draft, &'static str> {
    let id = cells.get("generation_id");
    if id.is_empty() {
        return Err("a generation without an id");
    }
    let mut draft = Draft::new(cells.row.line);
    draft.record_id = record_id(GENERATIONS.name, &[id]);
    let created = context.bounds.moment_utc(cells.get("created_at"))?;
    draft.period = Some(dates::event(created));
    draft.facets.vendor = Some(Untrusted::from("openrouter"));
    let app = cells.get("app_name");
    let tool = tool_of_client(app).or_else(|| tool_id(app));
    draft.facets.tool = Some(tool.unwrap_or_else(|| Untrusted::from("api")));
    draft.facets.model = text(cells.get("model_permaslug"));
    // The caller may write anything into `user`: only the key is a fact.
    draft.facets.account = key(cells.get("api_key_name"), "");
    let read = cells.count("tokens_cached")?;
    let place = (cells.row.line, parsed);
    let mut tokens = TokenCounts::default();
    divide_input(&mut tokens, cells.count("tokens_prompt")?, read, None, place);
    tokens.output = cells.count("tokens_completion")?;
    draft.tokens = tokens;
    draft.requests = Some(1);
    draft.cost.billed = cells.dollars("cost_total")?;
    let elsewhere = cells.dollars("byok_usage_inference")?;
    paid_elsewhere(&mut draft, elsewhere);
    let cancelled = cells.get("cancelled").eq_ignore_ascii_case("true");
    draft.flags.insert_if(cancelled, Flag::Errored);
    Ok(draft)
}

/// What was paid with the user's own key is on another bill: here it is an estimate.
fn paid_elsewhere(draft: &mut Draft, amount: Option<crate::units::Usd>) {
    let amount = amount.filter(|amount| amount.0 != 0);
    draft.flags.insert_if(amount.is_some(), Flag::Byok);
    draft.cost.estimated = amount;
}

fn parse_daily(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_row(source, parsed, |cells, _| {
        let row = Row::Cells(*cells);
        let slug = cells.get("slug");
        let names = ["prompt tokens", "completion tokens"];
        let mut draft = read_day(&row, cells.row.line, context, names)?;
        draft.facets.model = text(slug);
        draft.cost.billed = cells.dollars("usage")?;
        paid_elsewhere(&mut draft, cells.dollars("byok usage")?);
        draft.record_id = record_id(DAILY.name, &[&day_of(&draft), slug]);
        measured(draft).map(Some)
    });
}

fn recognizes_activity(sample: Sample<'_>) -> bool {
    sample.any_row("data", |row| row.has("model_permaslug") && row.has("usage"))
}

fn parse_activity(
    source: &mut Source<'_>,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) {
    const PAGES: Pages = Pages { arrays: &["data"], bare_rows: false };
    each_page_row(source, parsed, PAGES, |page, parsed| {
        let row = Row::Object(page.row);
        let names = ["prompt_tokens", "completion_tokens"];
        let mut draft = read_day(&row, page.position, context, names)?;
        draft.facets.model = text(&row.text("model")?);
        draft.cost.billed = row.dollars("usage")?;
        paid_elsewhere(&mut draft, row.dollars("byok_usage_inference")?);
        let parts = [
            day_of(&draft),
            row.text("model_permaslug")?,
            row.text("endpoint_id")?,
            row.text("provider_name")?,
        ];
        let parts = parts.each_ref().map(String::as_str);
        draft.record_id = record_id(ACTIVITY.name, &parts);
        parsed.push(page.position, measured(draft));
        Ok(())
    });
}

/// What both sums by the day have: nobody's name, all tools together, and a prompt of
/// which the cached share is unknown.
fn read_day(
    row: &Row<'_>,
    position: u64,
    context: &Context<'_>,
    [prompt, completion]: [&str; 2],
) -> Result<Draft, &'static str> {
    let mut draft = Draft::new(position);
    let date = row.text("date")?;
    let day = match date.strip_suffix(" 00:00:00") {
        Some(day) => context.bounds.day(day)?,
        None => context.bounds.day(&date)?,
    };
    draft.period = Some(Period::of_day(day));
    draft.facets.granularity = Granularity::Day;
    draft.facets.vendor = Some(Untrusted::from("openrouter"));
    draft.requests = row.count("requests")?;
    draft.tokens.input_unsplit = row.count(prompt)?;
    draft.tokens.output = row.count(completion)?;
    book_on_organization(&mut draft);
    Ok(draft)
}

fn day_of(draft: &Draft) -> String {
    draft.period.map_or_else(String::new, |period| period.start.0.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::GapKind;
    use crate::usage::tests::read_as;

    const HEADER: &str = "generation_id,created_at,cost_total,byok_usage_inference,\
        tokens_prompt,tokens_completion,tokens_cached,model_permaslug,user,api_key_name,app_name\n";

    #[test]
    fn a_generation_is_the_keys_and_never_the_callers_word() {
        let row = "gen-1,2026-10-05 13:00:00.7,0.1,0,100,5,40,m,eve@example.com,lin-laptop,Claude Code\n";
        let export = read_as(&GENERATIONS, &(HEADER.to_owned() + row));
        let facets = &export.records[0].facets;
        assert_eq!(facets.account.key().unwrap(), b"key:lin-laptop");
        assert_eq!(facets.tool, Some(Untrusted::from("claude_code")));
        assert_eq!(export.records[0].tokens().input, Some(60));
    }

    #[test]
    fn what_a_users_own_key_paid_is_no_bill_of_openrouter() {
        let row = "gen-1,2026-10-05T13:00:00Z,0.001,0.2,10,5,,m,,k,Roo Code\n";
        let export = read_as(&GENERATIONS, &(HEADER.to_owned() + row));
        let record = &export.records[0];
        assert_eq!(record.cost().billed.unwrap().to_string(), "0.001");
        assert_eq!(record.cost().estimated.unwrap().to_string(), "0.20");
        assert!(record.flags.contains(Flag::Byok));
        assert_eq!(record.tokens().input_unsplit, Some(10));
    }

    #[test]
    fn more_cached_tokens_than_prompt_are_said_so() {
        let row = "gen-1,2026-10-05T13:00:00Z,0.1,0,10,5,40,m,,k,\n";
        let export = read_as(&GENERATIONS, &(HEADER.to_owned() + row));
        assert_eq!(export.records[0].tokens().input, Some(0));
        assert_eq!(export.gaps.list()[0].kind, GapKind::TokenMismatch);
    }
}
