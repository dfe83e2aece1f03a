//! Telemetry of Gemini CLI: an event a response, or a running count by type.
//!
//! Names as in the telemetry pages of `google-gemini/gemini-cli`. The input contains what
//! came from the cache; thoughts are beside the output, tool tokens beside the input.

use super::gather::{Amounts, Gathered};
use super::item::Item;
use super::points::Measure;
use crate::usage::record::{Draft, Flag, TokenCounts, record_id, text, total};
use crate::usage::rows::divide_input;
use crate::usage::{Format, Parsed, dates};

/// Events, metrics, or both: then the events count. Also what the tool writes to a file
/// itself, where attributes are a plain map.
pub static FORMAT: Format = Format {
    name: "otel.gemini_cli",
    tier: 2,
    about: "OpenTelemetry of Gemini CLI as OTLP/JSON, or its telemetry outfile",
    recognizes: |sample| super::recognizes(sample, &["\"gemini_cli.", "\"gemini-cli\""]),
    parse: super::parse,
};

/// The running count of tokens.
pub(super) const METRIC: &str = "gemini_cli.token.usage";

/// What a record of Gemini CLI begins with.
pub(super) fn base(item: &Item<'_>) -> Draft {
    let mut draft = item.draft("google", "gemini_cli");
    draft.facets.session_id = item.get("session.id").and_then(text);
    draft.facets.model = item.first(&["model", "gen_ai.request.model"]).and_then(text);
    draft
}

pub(super) fn read_event(
    item: &Item<'_>,
    parsed: &mut Parsed<'_>,
    gathered: &mut Gathered,
) -> Result<(), &'static str> {
    if item.name != "gemini_cli.api_response" {
        return Ok(());
    }
    let mut draft = base(item);
    draft.period = Some(dates::event(item.moment));
    draft.requests = Some(1);
    let input = item.count(&["input_token_count"])?;
    let output = item.count(&["output_token_count"])?;
    if input.is_none() && output.is_none() {
        return Err("an event of a response without token counts");
    }
    let read = item.count(&["cached_content_token_count"])?;
    let mut tokens = TokenCounts::default();
    divide_input(&mut tokens, input, read, None, (item.position, parsed));
    add_beside(&mut tokens, item.count(&["tool_token_count"])?);
    tokens.output = total(&[output, item.count(&["thoughts_token_count"])?]);
    tokens.reported_total = item.count(&["total_token_count"])?;
    draft.tokens = tokens;
    draft.flags.insert_if(item.get("error").is_some(), Flag::Errored);
    let millis = item.moment.millis.to_string();
    let parts = [
        item.or_blank("session.id"),
        item.or_blank("prompt_id"),
        &millis,
        item.or_blank("input_token_count"),
        item.or_blank("output_token_count"),
    ];
    draft.record_id = record_id(FORMAT.name, &parts);
    gathered.add(item, FORMAT.name, 0, draft);
    Ok(())
}

/// What a point of the running count counts.
pub(super) fn measure(item: &Item<'_>) -> Result<Option<Measure>, &'static str> {
    Ok(Some(match item.or_blank("type") {
        "input" => Measure::Input,
        "output" => Measure::Output,
        "cache" => Measure::CacheRead,
        "thought" => Measure::Thoughts,
        "tool" => Measure::Tool,
        _ => return Err("a type of tokens that is not known"),
    }))
}

pub(super) fn tokens_of_points(
    amounts: &Amounts,
    position: u64,
    parsed: &mut Parsed<'_>,
) -> TokenCounts {
    let count = |measure| amounts.count(measure);
    let (input, read) = (count(Measure::Input), count(Measure::CacheRead));
    let mut tokens = TokenCounts::default();
    divide_input(&mut tokens, input, read, None, (position, parsed));
    add_beside(&mut tokens, count(Measure::Tool));
    tokens.output = total(&[count(Measure::Output), count(Measure::Thoughts)]);
    tokens
}

/// Adds what tools put beside the prompt.
fn add_beside(tokens: &mut TokenCounts, tool: Option<u64>) {
    match tokens.input_unsplit {
        Some(_) => tokens.input_unsplit = total(&[tokens.input_unsplit, tool]),
        None => tokens.input = total(&[tokens.input, tool]),
    }
}
