//! Telemetry of Codex: an event when a response is complete, and a histogram of turns.
//!
//! Names as `openai/codex` sends them. The input contains what came from the cache, the
//! output contains the reasoning, and `tool_token_count` is the sum of both, whatever it
//! is called.

use super::gather::{Amounts, Gathered};
use super::item::Item;
use super::points::Measure;
use crate::usage::record::{Draft, Flag, TokenCounts, record_id, text};
use crate::usage::rows::divide_input;
use crate::usage::{Format, Parsed, dates};

/// Events, the histogram, or both: then the events count.
pub static FORMAT: Format = Format {
    name: "otel.codex",
    tier: 2,
    about: "OpenTelemetry of Codex as OTLP/JSON, from a Collector's file exporter",
    recognizes: |sample| super::recognizes(sample, &["\"codex.", "\"codex_", "\"codex-"]),
    parse: super::parse,
};

/// The histogram of the tokens of a turn.
pub(super) const METRIC: &str = "codex.turn.token_usage";

/// What a record of Codex begins with.
pub(super) fn base(item: &Item<'_>) -> Draft {
    let mut draft = item.draft("openai", "codex");
    draft.facets.session_id = item.get("conversation.id").and_then(text);
    draft.facets.model = item.first(&["model", "slug"]).and_then(text);
    draft
}

pub(super) fn read_event(
    item: &Item<'_>,
    parsed: &mut Parsed<'_>,
    gathered: &mut Gathered,
) -> Result<(), &'static str> {
    if item.get("event.kind") != Some("response.completed") {
        return Ok(());
    }
    let mut draft = base(item);
    draft.period = Some(dates::event(item.moment));
    draft.requests = Some(1);
    let input = item.count(&["input_token_count"])?;
    let output = item.count(&["output_token_count"])?;
    let read = item.count(&["cached_token_count"])?;
    let write = item.count(&["cache_write_token_count"])?;
    if input.is_none() && output.is_none() {
        return Err("an event of a response without token counts");
    }
    divide_input(&mut draft.tokens, input, read, write, (item.position, parsed));
    draft.tokens.output = output;
    draft.tokens.reported_total = item.count(&["tool_token_count"])?;
    draft.flags.insert_if(item.get("error.message").is_some(), Flag::Errored);
    let millis = item.moment.millis.to_string();
    let parts = [
        item.or_blank("conversation.id"),
        &millis,
        item.or_blank("input_token_count"),
        item.or_blank("output_token_count"),
    ];
    draft.record_id = record_id(FORMAT.name, &parts);
    gathered.add(item, FORMAT.name, 0, draft);
    Ok(())
}

/// What a point of the histogram counts.
pub(super) fn measure(item: &Item<'_>) -> Result<Option<Measure>, &'static str> {
    Ok(Some(match item.or_blank("token_type") {
        "input" => Measure::Input,
        "output" => Measure::Output,
        "cached_input" => Measure::CacheRead,
        "cache_write_input" => Measure::CacheWrite,
        "total" => Measure::Total,
        "reasoning_output" => Measure::Part,
        _ => return Err("a type of tokens that is not known"),
    }))
}

pub(super) fn tokens_of_points(
    amounts: &Amounts,
    position: u64,
    parsed: &mut Parsed<'_>,
) -> TokenCounts {
    let [input, read, write] = [Measure::Input, Measure::CacheRead, Measure::CacheWrite]
        .map(|measure| amounts.count(measure));
    let mut tokens = TokenCounts::default();
    divide_input(&mut tokens, input, read, write, (position, parsed));
    tokens.output = amounts.count(Measure::Output);
    tokens.reported_total = amounts.count(Measure::Total);
    tokens
}
