//! Observations of Langfuse, with the traces they belong to where these are there too.
//!
//! Fields as in Langfuse's API types. Classes of tokens are keys that programs choose:
//! they are disjoint if the total is their sum, which it is in Langfuse's own libraries.

use std::collections::HashMap;

use super::{embedded, person, shown, vendor_of_model};
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{
    Draft, Flag, TokenCounts, record_id, text, total as total_of,
};
use crate::usage::rows::each_page_row;
use crate::usage::{Context, Format, Parsed, dates};

/// JSON or JSONL of observations, and of traces.
pub static FORMAT: Format = Format {
    name: "langfuse.observations",
    tier: 3,
    about: "Langfuse: observations as JSON or JSONL, with their traces to know the users",
    recognizes,
    parse,
};

/// Whose a trace is: the user and the session.
type Traces = HashMap<String, (String, Option<Untrusted>)>;

fn recognizes(sample: Sample<'_>) -> bool {
    let is_observation = |row: &Object<'_>| {
        row.has("usageDetails") && (row.has("traceId") || row.has("trace_id"))
    };
    sample.any_object(is_observation) || sample.any_row("data", is_observation)
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    let mut traces = Traces::new();
    let mut waiting: Vec<(String, Draft)> = Vec::new();
    each_page_row(source, parsed, super::ROWS, |row, _| {
        let object = row.row;
        let trace = either(object, "traceId", "trace_id")?;
        let Some(trace) = trace else {
            return read_trace(object, &mut traces);
        };
        if let Some(draft) = read_observation(object, row.position, context)? {
            waiting.push((trace, draft));
        }
        Ok(())
    });
    for (trace, mut draft) in waiting {
        if let Some((user, session)) = traces.get(&trace) {
            if draft.facets.account.key().is_none() {
                draft.facets.account = person(user);
            }
            let known = draft.facets.session_id.take();
            draft.facets.session_id = known.or_else(|| session.clone());
        }
        parsed.push(draft.position, Ok(draft));
    }
}

fn either(
    object: &Object<'_>,
    name: &str,
    other: &str,
) -> Result<Option<String>, &'static str> {
    Ok(object.text(name)?.or(object.text(other)?))
}

fn read_trace(object: &Object<'_>, traces: &mut Traces) -> Result<(), &'static str> {
    let id = object.text("id")?.ok_or("neither an observation nor a trace")?;
    let user = either(object, "userId", "user_id")?.unwrap_or_default();
    let session = either(object, "sessionId", "session_id")?;
    traces.insert(id, (user, session.as_deref().and_then(text)));
    Ok(())
}

/// Reads one observation; `None` for those that call no model.
fn read_observation(
    object: &Object<'_>,
    position: u64,
    context: &Context<'_>,
) -> Result<Option<Draft>, &'static str> {
    let kind = object.text("type")?.unwrap_or_default();
    if !matches!(kind.as_str(), "GENERATION" | "EMBEDDING") {
        return Ok(None);
    }
    let id = object.text("id")?.ok_or("an observation without an id")?;
    let start = either(object, "startTime", "start_time")?;
    let start = start.ok_or("an observation without startTime")?;
    let mut draft = Draft::new(position);
    draft.record_id = record_id(FORMAT.name, &[&id]);
    draft.period = Some(dates::event(context.bounds.moment_utc(&start)?));
    draft.facets.tool = Some(Untrusted::from("api"));
    draft.facets.model = object.untrusted("model")?;
    draft.facets.vendor = vendor_of_model(&shown(draft.facets.model.as_ref()));
    draft.facets.account =
        person(&either(object, "userId", "user_id")?.unwrap_or_default());
    let session = either(object, "sessionId", "session_id")?;
    draft.facets.session_id = session.as_deref().and_then(text);
    // Metadata may be anything: what is no object says nothing of ours.
    let metadata = embedded(object, "metadata").unwrap_or_default();
    if let Ok(metadata) = Object::parse(&metadata) {
        draft.facets.branch = metadata.untrusted("git_branch").ok().flatten();
        let repo = ["git_repository", "repository", "repo"];
        draft.facets.repo =
            repo.iter().find_map(|name| metadata.untrusted(name).ok().flatten());
    }
    draft.tokens = read_tokens(object)?;
    let costs = object.object("costDetails")?.unwrap_or_default();
    let cost = costs.dollars("total")?.or(object.dollars("calculatedTotalCost")?);
    draft.cost.estimated = cost;
    let failed = object.text("level")?.as_deref() == Some("ERROR");
    draft.flags.insert_if(failed, Flag::Errored);
    draft.requests = Some(u64::from(!failed));
    Ok(Some(draft))
}

/// Sums of usage by what its keys say.
#[derive(Default)]
struct Sums {
    input: Option<u64>,
    output: Option<u64>,
    /// Parts of the two that have keys of their own, and are neither read nor written.
    input_parts: Option<u64>,
    output_parts: Option<u64>,
    cache_read: Option<u64>,
    cache_write: Option<u64>,
    other: Option<u64>,
}

fn read_tokens(object: &Object<'_>) -> Result<TokenCounts, &'static str> {
    let usage = object.object("usageDetails")?.unwrap_or_default();
    let mut sums = Sums::default();
    for (name, _) in usage.fields().filter(|(name, _)| *name != "total") {
        let Some(count) = usage.count(name)? else { continue };
        let place = sums.place(name);
        *place = Some(place.unwrap_or(0).saturating_add(count));
    }
    let total = usage.count("total")?;
    let add = |parts: &[Option<u64>]| parts.iter().flatten().sum::<u64>();
    let cached = [sums.cache_read, sums.cache_write];
    let inside = add(&[sums.input_parts, sums.output_parts]) + add(&cached);
    let main = add(&[sums.input, sums.output]);
    let all = main + inside + add(&[sums.other]);
    // The total tells whether parts are contained in the whole, or beside it.
    let contains = inside > 0 && total == Some(main) && total != Some(all);
    if contains {
        let [read, write] = cached;
        let mut tokens = TokenCounts::of_prompt(sums.input, read, write).0;
        tokens.output = sums.output;
        tokens.reported_total = total;
        return Ok(tokens);
    }
    let mut tokens = TokenCounts {
        input: total_of(&[sums.input, sums.input_parts]),
        output: total_of(&[sums.output, sums.output_parts]),
        cache_read: sums.cache_read,
        cache_write: sums.cache_write,
        unclassified: sums.other,
        ..TokenCounts::default()
    };
    if tokens.total().is_none() {
        tokens.unclassified = total;
    } else {
        tokens.reported_total = total;
    }
    Ok(tokens)
}

impl Sums {
    /// Where a key is counted.
    fn place(&mut self, name: &str) -> &mut Option<u64> {
        let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
        match name {
            "input" | "input_tokens" | "prompt" | "prompt_tokens" => &mut self.input,
            "output" | "output_tokens" | "completion" | "completion_tokens" => {
                &mut self.output
            }
            _ if has(&["cache_creation", "cache_write"]) => &mut self.cache_write,
            _ if has(&["cache_read", "cached"]) => &mut self.cache_read,
            _ if has(&["output", "completion", "reasoning"]) => &mut self.output_parts,
            _ if has(&["input", "prompt"]) => &mut self.input_parts,
            _ => &mut self.other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(usage: &str) -> TokenCounts {
        let text = format!(r#"{{"usageDetails":{usage}}}"#);
        read_tokens(&Object::parse(&text).unwrap()).unwrap()
    }

    #[test]
    fn the_total_tells_whether_parts_are_beside_the_whole_or_in_it() {
        let beside = tokens(
            r#"{"input":10,"input_cached_tokens":90,"output":5,"output_reasoning_tokens":7,"total":112}"#,
        );
        assert_eq!((beside.input, beside.output), (Some(10), Some(12)));
        let within = tokens(
            r#"{"input":100,"input_cached_tokens":90,"output":12,"output_reasoning_tokens":7,"total":112}"#,
        );
        assert_eq!((within.input, within.output), (Some(10), Some(12)));
        assert_eq!(within.total(), beside.total());
    }

    #[test]
    fn a_total_that_fits_neither_is_said_to_contradict() {
        assert!(
            tokens(r#"{"input":10,"input_cached_tokens":90,"total":55}"#)
                .contradicts_total()
        );
        assert_eq!(tokens(r#"{"total":55}"#).unclassified, Some(55));
    }

    #[test]
    fn the_user_is_the_traces() {
        let text = concat!(
            r#"{"id":"o","traceId":"t","type":"GENERATION","startTime":"2026-10-05T13:00:00Z","usageDetails":{"input":1}}"#,
            "\n",
            r#"{"id":"s","traceId":"t","type":"SPAN","startTime":"2026-10-05T13:00:00Z","usageDetails":{}}"#,
            "\n",
            r#"{"id":"t","userId":"Lin.Zhou@example.com","sessionId":"s-1"}"#,
            "\n"
        );
        let export = crate::usage::tests::read_as(&FORMAT, text);
        assert_eq!(export.records.len(), 1);
        let facets = &export.records[0].facets;
        assert_eq!(facets.account.key().unwrap(), b"email:lin.zhou@example.com");
        assert_eq!(facets.session_id, Some(Untrusted::from("s-1")));
    }
}
