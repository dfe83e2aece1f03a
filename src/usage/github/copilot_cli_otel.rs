//! Telemetry of Copilot that was written to a file: flat spans and logs, one a line, with
//! the attributes of OpenTelemetry's conventions for generative AI. Messages in them are
//! not read.
//!
//! Read as in `ryoppippi/ccusage`. One request can be told several times, as a `chat` span,
//! in logs and in the sum of the agent's span: of one trace or answer the first of these
//! counts. The input includes what was read from and written to the cache.

use std::collections::HashSet;

use memchr::memmem;

use super::field;
use crate::untrusted::Untrusted;
use crate::usage::dates::{self, Moment};
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Draft, Granularity, TokenCounts, record_id, text};
use crate::usage::{Context, DateBounds, Format, Parsed};

/// A file of spans and logs.
pub static FORMAT: Format = Format {
    name: "github.copilot_cli.otel",
    tier: 2,
    about: "Copilot CLI with COPILOT_OTEL_EXPORTER_TYPE=file: ~/.copilot/otel/*.jsonl",
    recognizes,
    parse,
};

/// How a request is told, what is told best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Telling {
    ChatSpan,
    InferenceLog,
    TurnLog,
    AgentSpan,
}

/// What a record was made of.
struct Candidate {
    telling: Telling,
    trace: String,
    response: String,
}

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(|line| {
        let attributes = line.object("attributes").ok().flatten();
        !line.has("resourceSpans")
            && attributes.is_some_and(|attributes| {
                attributes.has("gen_ai.operation.name")
                    || attributes.has("github.copilot.interaction_id")
            })
    })
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    let Source::Values(values) = source else { return };
    let first = parsed.records.len();
    let mut candidates = Vec::new();
    while let Some(item) = values.next() {
        let position = item.position;
        let read = item.value.and_then(|line| {
            // Metrics and spans of tools have no tokens.
            if memmem::find(line.as_bytes(), b"gen_ai.usage.").is_none() {
                return Ok(None);
            }
            read_line(&Object::parse(line)?, position, &context.bounds)
        });
        let n_records = parsed.records.len();
        match read {
            Ok(Some((candidate, draft))) => {
                parsed.push(position, Ok(draft));
                if parsed.records.len() > n_records {
                    candidates.push(candidate);
                }
            }
            Ok(None) => {}
            Err(why) => parsed.reject(position, why),
        }
    }
    drop_told_better(parsed, first, &candidates);
}

/// Takes out what is told better elsewhere.
fn drop_told_better(parsed: &mut Parsed<'_>, first: usize, candidates: &[Candidate]) {
    let mut told: HashSet<(bool, &str)> = HashSet::new();
    let mut drop = vec![false; candidates.len()];
    let tellings =
        [Telling::ChatSpan, Telling::InferenceLog, Telling::TurnLog, Telling::AgentSpan];
    for telling in tellings {
        let of_this =
            || candidates.iter().enumerate().filter(|(_, c)| c.telling == telling);
        let ids = |candidate: &'_ Candidate| {
            [(true, candidate.trace.clone()), (false, candidate.response.clone())]
        };
        for (at, candidate) in of_this() {
            drop[at] = ids(candidate).iter().any(|(is_trace, id)| {
                !id.is_empty() && told.contains(&(*is_trace, id.as_str()))
            });
        }
        for (_, candidate) in of_this() {
            told.insert((true, &candidate.trace));
            told.insert((false, &candidate.response));
        }
    }
    let mut at = 0;
    parsed.records.retain(|_| {
        at += 1;
        at <= first || !drop.get(at - first - 1).is_some_and(|drop| *drop)
    });
}

fn read_line(
    line: &Object<'_>,
    position: u64,
    bounds: &DateBounds,
) -> Result<Option<(Candidate, Draft)>, &'static str> {
    let Some(attributes) = line.object("attributes")? else { return Ok(None) };
    let Some(telling) = telling(line, &attributes)? else { return Ok(None) };
    let tokens = read_tokens(&attributes)?;
    if matches!(tokens.total(), None | Some(0)) {
        return Ok(None);
    }
    let moment = read_time(line, bounds)?;
    let trace = id_of(line, "traceId")?;
    let response = field(&attributes, "gen_ai.response.id")?;
    let mut draft = super::draft(position);
    draft.period = Some(dates::event(moment));
    draft.tokens = tokens;
    draft.requests = (telling != Telling::AgentSpan).then_some(1);
    set_facets(&mut draft, &attributes)?;
    let session = draft.facets.session_id.as_ref();
    let session =
        session.map(|session| session.to_json_text().into_owned()).unwrap_or_default();
    // Logs and spans of one request have the ids of one span.
    let parts = [
        format!("{telling:?}"),
        trace.clone(),
        id_of(line, "spanId")?,
        response.clone(),
        session,
        moment.millis.to_string(),
        field(&attributes, "turn.index")?,
    ];
    draft.record_id = record_id(FORMAT.name, &parts.each_ref().map(String::as_str));
    Ok(Some((Candidate { telling, trace, response }, draft)))
}

/// Sets tool, model and session.
fn set_facets(draft: &mut Draft, attributes: &Object<'_>) -> Result<(), &'static str> {
    let first = |names: &[&str]| -> Result<Option<Untrusted>, &'static str> {
        for name in names {
            if let Some(value) = attributes.untrusted(name)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    };
    let model = first(&["gen_ai.response.model", "gen_ai.request.model"])?;
    let session = first(&[
        "gen_ai.conversation.id",
        "copilot_chat.session_id",
        "copilot_chat.chat_session_id",
        "session.id",
        "github.copilot.interaction_id",
    ])?;
    // Copilot in an editor writes files of the same form.
    let in_editor =
        attributes.fields().any(|(name, _)| name.starts_with("copilot_chat."));
    let (tool, surface) =
        if in_editor { ("copilot", "ide") } else { ("copilot_cli", "cli") };
    let facets = &mut draft.facets;
    facets.granularity = Granularity::Event;
    facets.tool = text(tool);
    facets.surface = text(surface);
    facets.model = model;
    facets.session_id = session;
    Ok(())
}

/// How a line tells of a request; `None` if it does not.
fn telling(
    line: &Object<'_>,
    attributes: &Object<'_>,
) -> Result<Option<Telling>, &'static str> {
    let is_span = match field(line, "type")?.as_str() {
        "" => line.has("name") && (line.has("spanId") || line.has("startTime")),
        kind => kind == "span",
    };
    if is_span {
        let (name, operation) =
            (field(line, "name")?, field(attributes, "gen_ai.operation.name")?);
        let is = |kind: &str| {
            operation == kind
                || (operation.is_empty() && name.split(' ').next() == Some(kind))
        };
        return Ok(match () {
            () if is("chat") => Some(Telling::ChatSpan),
            () if is("invoke_agent") => Some(Telling::AgentSpan),
            () => None,
        });
    }
    Ok(match field(attributes, "event.name")?.as_str() {
        "gen_ai.client.inference.operation.details" => Some(Telling::InferenceLog),
        "copilot_chat.agent.turn" => Some(Telling::TurnLog),
        _ => None,
    })
}

/// Reads tokens. Where the input is less than the cache's share of it, the counts are
/// disjoint: some instrumentations write them so.
fn read_tokens(attributes: &Object<'_>) -> Result<TokenCounts, &'static str> {
    let count = |name: &str| attributes.count(&format!("gen_ai.usage.{name}"));
    let input = count("input_tokens")?;
    let cache_read = count("cache_read.input_tokens")?;
    let cache_write = match count("cache_write.input_tokens")? {
        Some(count) => Some(count),
        None => count("cache_creation.input_tokens")?,
    };
    let cached = cache_read.unwrap_or(0).saturating_add(cache_write.unwrap_or(0));
    Ok(TokenCounts {
        input: input.map(|input| input.checked_sub(cached).unwrap_or(input)),
        cache_read,
        cache_write,
        output: count("output_tokens")?,
        ..TokenCounts::default()
    })
}

/// An id of a span, in the line or in its context.
fn id_of(line: &Object<'_>, name: &str) -> Result<String, &'static str> {
    let id = field(line, name)?;
    if !id.is_empty() {
        return Ok(id);
    }
    match line.object("spanContext")? {
        Some(context) => field(&context, name),
        None => Ok(id),
    }
}

/// When it ended, or began: `[seconds, nanoseconds]`, a number since 1970 or RFC 3339.
fn read_time(line: &Object<'_>, bounds: &DateBounds) -> Result<Moment, &'static str> {
    let names = ["endTime", "startTime", "hrTime", "timestamp", "time"];
    let name = names.into_iter().find(|name| line.get(name).is_some());
    let name = name.ok_or("a line without time")?;
    if let Ok(pair) = line.array(name) {
        let [seconds, nanos] = pair.as_slice() else {
            return Err("a time that is not seconds and nanoseconds");
        };
        return bounds.epoch(&format!("{}.{:0>9}", seconds.get(), nanos.get()));
    }
    let time = field(line, name)?;
    if time.contains('-') { bounds.moment(&time) } else { bounds.epoch(&time) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Export;

    fn line(kind: &str, name: &str, ids: &str, input: u64, more: &str) -> String {
        format!(
            r#"{{"type":"{kind}","name":"{name}",{ids},"endTime":[1791216009,500000000],"attributes":{{"gen_ai.operation.name":"{name}","gen_ai.usage.input_tokens":{input},"gen_ai.usage.output_tokens":1{more}}}}}"#
        ) + "\n"
    }

    fn read(text: &str) -> Export {
        crate::usage::tests::read_as(&FORMAT, text)
    }

    fn totals(export: &Export) -> Vec<Option<u64>> {
        export.records.iter().map(|record| record.tokens().total()).collect()
    }

    const T1: &str = r#""traceId":"t1","spanId":"a""#;
    const T2: &str = r#""traceId":"t2","spanId":"b""#;

    #[test]
    fn the_sum_of_an_agent_counts_only_where_its_requests_are_not_told() {
        let text = line("span", "invoke_agent", T1, 100, "")
            + &line("span", "chat", T1, 40, "")
            + &line("span", "invoke_agent", T2, 7, "");
        assert_eq!(totals(&read(&text)), [Some(41), Some(8)]);
        let log = line(
            "log",
            "x",
            T2,
            3,
            r#","event.name":"gen_ai.client.inference.operation.details""#,
        );
        assert_eq!(totals(&read(&(text + &log))), [Some(41), Some(4)]);
    }

    #[test]
    fn one_answer_told_by_a_span_and_by_a_log_of_another_trace_counts_once() {
        let answer = r#","gen_ai.response.id":"r1""#;
        let log = format!(
            r#"{answer},"event.name":"gen_ai.client.inference.operation.details""#
        );
        let text = line("log", "x", T2, 9, &log) + &line("span", "chat", T1, 9, answer);
        assert_eq!(totals(&read(&text)), [Some(10)]);
    }

    #[test]
    fn input_includes_the_cache_unless_it_cannot() {
        let cache = r#","gen_ai.usage.cache_read.input_tokens":30"#;
        let input = |input| {
            read(&line("span", "chat", T1, input, cache)).records[0].tokens().input
        };
        assert_eq!(input(40), Some(10));
        assert_eq!(input(20), Some(20));
    }

    #[test]
    fn a_span_of_a_tool_and_a_line_without_tokens_are_no_records() {
        let text =
            line("span", "execute_tool", T1, 4, "") + &line("span", "chat", T2, 0, "");
        let text = text.replace("output_tokens\":1", "output_tokens\":0");
        let export = read(&(text + "{\"type\":\"metric\"}\nnot json\n"));
        assert_eq!((export.records.len(), export.n_rejected), (0, 0));
    }

    #[test]
    fn copilot_in_an_editor_is_another_tool() {
        let text = line("span", "chat", T1, 4, r#","copilot_chat.session_id":"s""#);
        let facets = read(&text).records[0].facets.clone();
        assert_eq!(facets.tool, Some(Untrusted::from("copilot")));
        assert_eq!(facets.session_id, Some(Untrusted::from("s")));
    }
}
