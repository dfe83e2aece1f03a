//! Telemetry of Claude Code: an event a request, or metrics of the same.
//!
//! Names as documented at code.claude.com, `monitoring-usage`. The classes of tokens are
//! disjoint, thinking is output; amounts are the client's estimates in dollars.

use super::gather::{Amounts, Gathered};
use super::item::{Item, shown};
use super::points::Measure;
use crate::units::Usd;
use crate::usage::Format;
use crate::usage::dates;
use crate::usage::json::Object;
use crate::usage::record::{Draft, Flag, TokenCounts, lower, record_id, text};

/// Metrics, events, or both: then the events count.
pub static FORMAT: Format = Format {
    name: "otel.claude_code",
    tier: 2,
    about: "OpenTelemetry of Claude Code as OTLP/JSON, from a Collector's file exporter",
    recognizes: |sample| super::recognizes(sample, &["claude_code.", "\"claude-code"]),
    parse: super::parse,
};

/// The metrics that are read.
pub(super) const METRICS: [&str; 7] = [
    "claude_code.token.usage",
    "claude_code.cost.usage",
    "claude_code.lines_of_code.count",
    "claude_code.commit.count",
    "claude_code.pull_request.count",
    "claude_code.session.count",
    "claude_code.code_edit_tool.decision",
];

/// What a record of Claude Code begins with, and who called the model.
pub(super) fn base<'i>(item: &Item<'i>) -> (Draft, &'i str) {
    let mut draft = item.draft("anthropic", "claude_code");
    draft.facets.session_id = item.get("session.id").and_then(text);
    draft.facets.model = item.get("model").and_then(text);
    let caller = item.or_blank("query_source");
    let is_subagent = caller == "subagent" || caller.starts_with("agent:");
    draft.flags.insert_if(is_subagent, Flag::Subagent);
    (draft, caller)
}

pub(super) fn read_event(
    item: &Item<'_>,
    gathered: &mut Gathered,
) -> Result<(), &'static str> {
    match item.name {
        "claude_code.api_request" => {
            let draft = read_request(item)?;
            gathered.add(item, FORMAT.name, 0, draft);
        }
        "claude_code.tool_result" => {
            if let Some(draft) = read_commit(item) {
                gathered.add_commit(FORMAT.name, draft);
            }
        }
        _ => {}
    }
    Ok(())
}

fn read_request(item: &Item<'_>) -> Result<Draft, &'static str> {
    let (mut draft, _) = base(item);
    draft.period = Some(dates::event(item.moment));
    draft.requests = Some(1);
    draft.tokens = TokenCounts {
        input: item.count(&["input_tokens"])?,
        output: item.count(&["output_tokens"])?,
        cache_read: item.count(&["cache_read_tokens"])?,
        cache_write: item.count(&["cache_creation_tokens"])?,
        ..TokenCounts::default()
    };
    if draft.tokens.total().is_none() {
        return Err("an event of a request without token counts");
    }
    let micros = item.count(&["cost_usd_micros"])?;
    let micros = micros.map(|micros| Usd(i128::from(micros) * 1_000));
    draft.cost.estimated = item.dollars("cost_usd")?.or(micros);
    let session = item.or_blank("session.id");
    draft.record_id = match item.first(&["request_id", "client_request_id"]) {
        Some(request) => record_id(FORMAT.name, &["request", request]),
        None => {
            let millis = item.moment.millis.to_string();
            let sequence = item.get("event.sequence").unwrap_or(&millis);
            record_id(FORMAT.name, &["event", session, sequence])
        }
    };
    Ok(draft)
}

/// The commit that a tool call made, where the tool's parameters are logged.
fn read_commit(item: &Item<'_>) -> Option<Draft> {
    let parameters = Object::parse(item.get("tool_parameters")?).ok()?;
    let commit = lower(&parameters.text("git_commit_id").ok()??)?;
    let (mut draft, _) = base(item);
    draft.period = Some(dates::event(item.moment));
    draft.activity.commits = Some(1);
    let id = shown(Some(&commit));
    draft.record_id =
        record_id(FORMAT.name, &["commit", item.or_blank("session.id"), &id]);
    draft.facets.commit = Some(commit);
    Some(draft)
}

/// What a point of a metric counts.
pub(super) fn measure(item: &Item<'_>) -> Result<Option<Measure>, &'static str> {
    let measure = match (item.name, item.or_blank("type")) {
        ("claude_code.token.usage", "input") => Measure::Input,
        ("claude_code.token.usage", "output") => Measure::Output,
        ("claude_code.token.usage", "cacheRead") => Measure::CacheRead,
        ("claude_code.token.usage", "cacheCreation") => Measure::CacheWrite,
        ("claude_code.cost.usage", _) => Measure::Cost,
        ("claude_code.lines_of_code.count", "added") => Measure::LinesAdded,
        ("claude_code.lines_of_code.count", "removed") => Measure::LinesRemoved,
        ("claude_code.commit.count", _) => Measure::Commits,
        ("claude_code.pull_request.count", _) => Measure::PullRequests,
        ("claude_code.session.count", _) => Measure::Sessions,
        ("claude_code.code_edit_tool.decision", _) => match item.or_blank("decision") {
            "accept" => Measure::Accepts,
            "reject" => Measure::Rejects,
            _ => return Err("a decision that is neither accept nor reject"),
        },
        _ => return Err("a type of tokens or lines that is not known"),
    };
    Ok(Some(measure))
}

/// The classes of points: disjoint as they are.
pub(super) fn tokens(amounts: &Amounts) -> TokenCounts {
    TokenCounts {
        input: amounts.count(Measure::Input),
        output: amounts.count(Measure::Output),
        cache_read: amounts.count(Measure::CacheRead),
        cache_write: amounts.count(Measure::CacheWrite),
        ..TokenCounts::default()
    }
}
