//! Telemetry by the conventions for generative AI that any program may follow.
//!
//! Names as in the OpenTelemetry registry, `gen_ai.*`. The input should contain what came
//! from the cache and went into it; not every program does so, and where it cannot, the
//! counts are taken as disjoint.

use super::gather::{Amounts, Gathered};
use super::item::{Item, Service};
use super::points::{Measure, format_of};
use super::requests::has_own;
use crate::usage::record::{
    AccountKind, Draft, Flag, TokenCounts, record_id, text, vendor_of_provider,
};
use crate::usage::{Format, dates};

/// Spans, events or the histogram of tokens: the best of them that is there.
pub static FORMAT: Format = Format {
    name: "otel.genai",
    tier: 2,
    about: "OpenTelemetry of any program with gen_ai attributes, as OTLP/JSON",
    recognizes: |sample| {
        super::recognizes(sample, &["gen_ai.usage.", "gen_ai.client.token.usage"])
    },
    parse: super::parse,
};

/// The histogram of tokens.
pub(super) const METRIC: &str = "gen_ai.client.token.usage";

/// The event that tells of one operation.
const EVENT: &str = "gen_ai.client.inference.operation.details";

/// Operations that call a model; others contain such, or call none.
const CALLS: [&str; 3] = ["chat", "text_completion", "generate_content"];

const INPUT: [&str; 2] = ["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"];
const OUTPUT: [&str; 2] =
    ["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"];
const READ: [&str; 2] =
    ["gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens"];
const WRITE: [&str; 2] = [
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
];

/// What a record begins with.
pub(super) fn base(item: &Item<'_>) -> Draft {
    let provider = item.first(&["gen_ai.provider.name", "gen_ai.system"]);
    let vendor = provider.and_then(vendor_of_provider);
    let (own_vendor, tool) = match item.service() {
        Service::ClaudeCode => ("anthropic", "claude_code"),
        Service::Codex => ("openai", "codex"),
        Service::GeminiCli => ("google", "gemini_cli"),
        Service::Other => ("", "api"),
    };
    let mut draft = item.draft(own_vendor, tool);
    draft.facets.vendor = draft.facets.vendor.or(vendor);
    draft.facets.model =
        item.first(&["gen_ai.response.model", "gen_ai.request.model"]).and_then(text);
    draft.facets.session_id =
        item.first(&["gen_ai.conversation.id", "session.id"]).and_then(text);
    let account = &mut draft.facets.account;
    if account.key().is_none() && !has_own(item.service()) {
        account.account_id = item.get("user.id").and_then(text);
        if account.account_id.is_some() {
            account.kind = AccountKind::User;
        }
    }
    draft
}

pub(super) fn read_event(
    item: &Item<'_>,
    span: &[String; 2],
    gathered: &mut Gathered,
) -> Result<(), &'static str> {
    if item.name != EVENT || item.first(&INPUT).or(item.first(&OUTPUT)).is_none() {
        return Ok(());
    }
    if !item.get("gen_ai.operation.name").is_some_and(|name| CALLS.contains(&name)) {
        return Ok(());
    }
    let draft = read_call(item, span)?;
    gathered.add(item, format_of(item.service()), 3, draft);
    Ok(())
}

pub(super) fn read_span(
    item: &Item<'_>,
    ids: &[String; 2],
    failed: bool,
    gathered: &mut Gathered,
) -> Result<(), &'static str> {
    // Before the conventions had a name for it, one instrumentation had its own.
    match item.first(&["gen_ai.operation.name", "llm.request.type"]) {
        // What contains calls repeats their tokens.
        Some(name) if !CALLS.contains(&name) && name != "completion" => return Ok(()),
        Some(_) => {}
        None => return Err("a span that does not say whether it calls a model"),
    }
    let mut draft = read_call(item, ids)?;
    draft.flags.insert_if(failed || item.get("error.type").is_some(), Flag::Errored);
    gathered.add(item, format_of(item.service()), 2, draft);
    Ok(())
}

fn read_call(item: &Item<'_>, ids: &[String; 2]) -> Result<Draft, &'static str> {
    let mut draft = base(item);
    draft.period = Some(dates::event(item.moment));
    draft.requests = Some(1);
    let (read, write) = (item.count(&READ)?, item.count(&WRITE)?);
    draft.tokens = TokenCounts::of_prompt(item.count(&INPUT)?, read, write).0;
    draft.tokens.output = item.count(&OUTPUT)?;
    if draft.tokens.total().is_none() {
        return Err("a call of a model without token counts");
    }
    let millis = item.moment.millis.to_string();
    let [trace, span] = ids.each_ref().map(String::as_str);
    let when = if span.is_empty() { millis.as_str() } else { "" };
    let parts = [trace, span, when, item.or_blank("gen_ai.response.id")];
    draft.record_id = record_id(FORMAT.name, &parts);
    Ok(draft)
}

/// What a point of the histogram counts.
pub(super) fn measure(item: &Item<'_>) -> Result<Option<Measure>, &'static str> {
    let name = item.get("gen_ai.operation.name");
    if name.is_some_and(|name| !CALLS.contains(&name)) {
        return Ok(None);
    }
    Ok(Some(match item.or_blank("gen_ai.token.type") {
        "input" => Measure::Input,
        "output" => Measure::Output,
        _ => return Err("a type of tokens that is not known"),
    }))
}

/// The histogram does not tell what came from the cache.
pub(super) fn tokens_of_points(amounts: &Amounts) -> TokenCounts {
    TokenCounts {
        input_unsplit: amounts.count(Measure::Input),
        output: amounts.count(Measure::Output),
        ..TokenCounts::default()
    }
}
