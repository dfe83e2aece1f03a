//! Transcripts of Claude Code: the JSONL that it keeps of each session, one event a line.
//! Only answers of a model say what they used; all else, and what is said in them, is
//! stepped over.
//!
//! Fields as in files of versions 1.0 to 2.1, which public readers agree on
//! (`ryoppippi/ccusage`, `getagentseal/codeburn`). One answer stands in several lines: one
//! for each block of it, and again in each session that was resumed from this one. They
//! are one record, of the line that counts most.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use memchr::memmem::Finder;

use crate::problem::GapKind;
use crate::untrusted::Untrusted;
use crate::usage::anthropic::cache_write_of;
use crate::usage::dates;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{
    Draft, Flag, Granularity, Period, TokenCounts, UsageRecord, record_id,
};
use crate::usage::{Context, Format, Parsed};

/// Transcripts of one session or of many.
pub static FORMAT: Format = Format {
    name: "claude_code.transcript",
    tier: 1,
    about: "Claude Code transcripts: ~/.claude/projects, as it is or zipped",
    recognizes,
    parse,
};

/// What stands in place of a model where none was asked.
const NO_MODEL: &str = "<synthetic>";

const NO_JSON: &str = "a line that is not JSON or is cut off";

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(|line| {
        let is_event = line.has("sessionId") && line.has("isSidechain");
        let is_head = line.has("summary") && line.has("leafUuid")
            || line.has("snapshot") && line.has("isSnapshotUpdate");
        is_event || is_head || is_answer(line)
    })
}

/// Whether it is an answer that says what it used.
fn is_answer(line: &Object<'_>) -> bool {
    let kind = line.text("type").ok().flatten();
    let has_usage = || {
        let message = line.object("message").ok().flatten();
        let usage = message.and_then(|message| message.object("usage").ok().flatten());
        usage.is_some_and(|usage| usage.has("input_tokens"))
    };
    kind.as_deref() == Some("assistant") && line.has("sessionId") && has_usage()
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    let Source::Values(values) = source else { return };
    let needles = ["\"usage\"", "\"assistant\""].map(Finder::new);
    let may_count =
        |text: &str| needles.iter().all(|needle| needle.find(text.as_bytes()).is_some());
    let mut known = HashMap::new();
    while let Some(item) = values.next() {
        let position = item.position;
        let line = match item.value {
            Ok(text) if may_count(text) => Object::parse(text),
            Ok(text) if is_closed(text) => continue,
            Ok(_) => Err(NO_JSON),
            Err(why) => Err(why),
        };
        // Where a program is killed or a disk is full, lines are lost: no more is.
        let Ok(line) = line else {
            parsed.remark(GapKind::UsageRecord, position, NO_JSON);
            continue;
        };
        match read_line(&line, position, context) {
            Ok(Some(draft)) => push(draft, &mut known, parsed),
            Ok(None) => {}
            Err(why) => parsed.reject(position, why),
        }
    }
}

/// Whether it begins and ends as an object does.
fn is_closed(text: &str) -> bool {
    let text = text.trim_ascii();
    text.starts_with('{') && text.ends_with('}')
}

/// Keeps one record of an answer: the one that counts most, rather not one that a
/// subagent was given to read again.
fn push(draft: Draft, known: &mut HashMap<[u8; 16], usize>, parsed: &mut Parsed<'_>) {
    let last = parsed.records.len();
    parsed.push(draft.position, Ok(draft));
    let records = &mut parsed.records;
    let Some(record) = records.get(last) else { return };
    match known.entry(record.record_id) {
        Entry::Vacant(place) => {
            place.insert(last);
        }
        Entry::Occupied(place) => {
            let place = *place.get();
            if order(&records[last]) > order(&records[place]) {
                records.swap_remove(place);
            } else {
                records.truncate(last);
            }
        }
    }
}

fn order(record: &UsageRecord) -> impl Ord + use<> {
    (record.amount_order(), !record.flags.contains(Flag::Subagent))
}

/// Reads a line; `None` where it is no answer of a model.
fn read_line(
    line: &Object<'_>,
    position: u64,
    context: &Context<'_>,
) -> Result<Option<Draft>, &'static str> {
    let is_answer = line.text("type")?.as_deref() == Some("assistant");
    if !is_answer || line.is_true("isApiErrorMessage") {
        return Ok(None);
    }
    let Some(message) = line.object("message")? else { return Ok(None) };
    let Some(usage) = message.object("usage")? else { return Ok(None) };
    let model = message.untrusted("model")?;
    if model.as_ref().is_some_and(|model| model.bytes() == NO_MODEL.as_bytes()) {
        return Ok(None);
    }
    let mut draft = Draft::new(position);
    let (cache_write, cache_write_1h) = cache_write_of(&usage)?;
    draft.tokens = TokenCounts {
        input: usage.count("input_tokens")?,
        cache_read: usage.count("cache_read_input_tokens")?,
        cache_write,
        cache_write_1h,
        output: usage.count("output_tokens")?,
        ..TokenCounts::default()
    };
    if draft.tokens.total().is_none() {
        return Err("an answer without token counts");
    }
    draft.period = Some(when(line, context)?);
    draft.facets.model = model;
    read_where(line, &mut draft)?;
    draft.requests = Some(1);
    draft.cost.estimated = line.dollars("costUSD")?;
    draft.record_id = id_of(line, &message)?;
    Ok(Some(draft))
}

/// When the line was written; where it does not say, when its file was.
fn when(line: &Object<'_>, context: &Context<'_>) -> Result<Period, &'static str> {
    if let Some(time) = line.text("timestamp")? {
        return Ok(dates::event(context.bounds.moment(&time)?));
    }
    let modified = context.modified.ok_or("an answer without a time")?;
    let millis = modified.0.saturating_mul(1_000);
    Ok(dates::event(dates::Moment { millis }))
}

fn read_where(line: &Object<'_>, draft: &mut Draft) -> Result<(), &'static str> {
    draft.facets.granularity = Granularity::Event;
    draft.facets.vendor = Some(Untrusted::from("anthropic"));
    draft.facets.tool = Some(Untrusted::from("claude_code"));
    draft.facets.session_id = line.untrusted("sessionId")?;
    draft.facets.cwd = line.untrusted("cwd")?;
    // A detached head is no branch.
    let branch = line.untrusted("gitBranch")?;
    draft.facets.branch = branch.filter(|branch| branch.bytes() != b"HEAD");
    draft.flags.insert_if(line.is_true("isSidechain"), Flag::Subagent);
    Ok(())
}

/// The id of an answer: the one the API gave it; without one that of its request, else
/// that of its line.
fn id_of(line: &Object<'_>, message: &Object<'_>) -> Result<[u8; 16], &'static str> {
    let ids = [
        ("message", message.text("id")?),
        ("request", line.text("requestId")?),
        ("line", line.text("uuid")?),
    ];
    let mut ids = ids.into_iter().filter_map(|(kind, id)| Some((kind, id?)));
    let (kind, id) =
        ids.find(|(_, id)| !id.trim().is_empty()).ok_or("an answer without any id")?;
    Ok(record_id(FORMAT.name, &[kind, id.trim()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Timestamp;
    use crate::usage::Export;

    fn read(text: &str) -> Export {
        crate::usage::tests::read_as(&FORMAT, text)
    }

    fn line(id: &str, request: &str, rest: &str, usage: &str) -> String {
        format!(
            "{{\"type\":\"assistant\",\"sessionId\":\"s\",\"requestId\":\"{request}\",\
             \"timestamp\":\"2026-10-05T09:00:05.100Z\",{rest}\"message\":{{\"id\":{id},\
             \"model\":\"m\",\"content\":[{{\"text\":\"hunter2\"}}],\"usage\":{usage}}}}}\n"
        )
    }

    #[test]
    fn an_answer_that_is_written_in_pieces_counts_once_at_its_largest() {
        let text = line("\"m1\"", "r1", "", r#"{"input_tokens":5,"output_tokens":2}"#)
            + &line("\"m1\"", "r1", "", r#"{"input_tokens":5,"output_tokens":90}"#)
            + &line("\"m1\"", "r2", "", r#"{"input_tokens":5,"output_tokens":9}"#);
        let export = read(&text);
        assert_eq!(export.records.len(), 1);
        assert_eq!(
            (export.records[0].tokens().output, export.records[0].position),
            (Some(90), 2)
        );
    }

    #[test]
    fn what_a_subagent_replays_is_its_parents() {
        let usage = r#"{"input_tokens":5}"#;
        let text = line("\"m1\"", "r1", "\"isSidechain\":true,", usage)
            + &line("\"m1\"", "r2", "\"isSidechain\":false,", usage);
        let export = read(&text);
        assert_eq!(export.records.len(), 1);
        assert!(!export.records[0].flags.contains(Flag::Subagent));
    }

    #[test]
    fn without_an_id_of_the_answer_its_request_tells_it_apart_then_its_line() {
        let usage = r#"{"input_tokens":5}"#;
        let text = line("null", "r1", "\"uuid\":\"u1\",", usage)
            + &line("null", "r1", "\"uuid\":\"u2\",", usage)
            + &line("null", "", "\"uuid\":\"u3\",", usage)
            + &line("null", "", "\"uuid\":\"u4\",", usage)
            + &line("null", "", "", usage);
        let export = read(&text);
        assert_eq!((export.records.len(), export.n_rejected), (3, 1));
    }

    #[test]
    fn the_breakdown_of_the_cache_replaces_its_sum() {
        let written = |usage: &str| {
            read(&line("\"m\"", "r", "", usage)).records[0].tokens().cache_write
        };
        let both = r#"{"cache_creation_input_tokens":9,
            "cache_creation":{"ephemeral_5m_input_tokens":5,"ephemeral_1h_input_tokens":4}}"#;
        assert_eq!(written(&both.replace('\n', "")), Some(9));
        assert_eq!(written(r#"{"cache_creation_input_tokens":9}"#), Some(9));
        let empty = r#"{"cache_creation_input_tokens":9,"cache_creation":{}}"#;
        assert_eq!(written(empty), Some(9));
        let none = r#"{"cache_creation_input_tokens":9,"cache_creation":null}"#;
        assert_eq!(written(none), Some(9));
    }

    #[test]
    fn garbage_between_lines_is_counted_and_rejects_nothing() {
        let good = line("\"m1\"", "r1", "", r#"{"input_tokens":5}"#);
        let other = "{\"type\":\"user\"}\n".repeat(4);
        let cut = good.trim_end().replace("}}}", "");
        let text = format!("{good}\u{1b}[0m npm warn\n{other}{cut}\n{{\"type\":\"us");
        let export = read(&text);
        assert_eq!((export.records.len(), export.n_rejected), (1, 0));
        assert_eq!((export.gaps.list().len(), export.gaps.list()[0].count), (1, 3));
    }

    #[test]
    fn answers_of_no_model_and_errors_are_no_records() {
        let usage = r#"{"input_tokens":5}"#;
        let text = line("\"m1\"", "r", "", usage).replace("\"m\"", "\"<synthetic>\"")
            + &line("\"m2\"", "r", "\"isApiErrorMessage\":true,", usage)
            + &line("\"m3\"", "r", "", usage)
                .replace("\"assistant\"", "\"user\",\"x\":\"assistant\"");
        let export = read(&text);
        assert_eq!((export.records.len(), export.n_rejected), (0, 0));
        assert!(export.gaps.is_empty());
    }

    #[test]
    fn a_line_without_a_time_has_that_of_its_file() {
        let text = line("\"m1\"", "r", "", r#"{"input_tokens":5}"#)
            .replace("\"2026-10-05T09:00:05.100Z\"", "null");
        assert_eq!(read(&text).n_rejected, 1);
        let context =
            Context { modified: Some(Timestamp(1_790_000_000)), ..Context::default() };
        let export = crate::usage::tests::read_with(&FORMAT, &text, &context);
        assert_eq!(export.records[0].period.unwrap().start, Timestamp(1_790_000_000));
    }
}
