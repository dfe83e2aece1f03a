//! What the Kimi CLI writes of a session: `wire.jsonl`. Classes are disjoint; the model
//! is not told. Subagents have files of their own, so what a session repeats of them does
//! not count.

use super::{Latest, draft_at, each_entry, epoch_in, shown};
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Draft, record_id};
use crate::usage::{Context, Format, Parsed};

/// One session a file, or several one after another.
pub static FORMAT: Format = Format {
    name: "kimi.wire",
    tier: 3,
    about: "Kimi CLI sessions: ~/.kimi/sessions/*/*/wire.jsonl",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(|line| {
        let message = line.object("message").ok().flatten();
        line.has("timestamp")
            && message.is_some_and(|message| {
                message.has("type")
                    && message.object("payload").is_ok_and(|payload| payload.is_some())
            })
    })
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    let mut known = Latest::default();
    each_entry(source, parsed, &["\"token_usage\""], |line, position, parsed| {
        let Some(message) = line.object("message")? else { return Ok(()) };
        if message.text("type")?.as_deref() != Some("StatusUpdate") {
            return Ok(());
        }
        let Some(status) = message.object("payload")? else { return Ok(()) };
        let Some(usage) = status.object("token_usage")? else { return Ok(()) };
        if let Some(draft) = read_usage(line, &status, &usage, position, context)? {
            known.push(parsed, draft);
        }
        Ok(())
    });
}

fn read_usage(
    line: &Object<'_>,
    status: &Object<'_>,
    usage: &Object<'_>,
    position: u64,
    context: &Context<'_>,
) -> Result<Option<Draft>, &'static str> {
    let moment = epoch_in(line, "timestamp", &context.bounds)?;
    let moment = moment.ok_or("a status without a time")?;
    let mut draft = draft_at(position, moment, "kimi_cli");
    draft.facets.vendor = Some(Untrusted::from("moonshot"));
    draft.requests = Some(1);
    let tokens = &mut draft.tokens;
    tokens.input = usage.count("input_other")?;
    tokens.cache_read = usage.count("input_cache_read")?;
    tokens.cache_write = usage.count("input_cache_creation")?;
    tokens.output = usage.count("output")?;
    tokens.reported_total = usage.count("total")?;
    if tokens.total().is_none_or(|total| total == 0) {
        return Ok(None);
    }
    let total = shown(tokens.total());
    let id = status.text("message_id")?.unwrap_or_default();
    let parts = if id.is_empty() {
        [moment.millis.to_string(), total]
    } else {
        [id, String::new()]
    };
    draft.record_id = record_id(FORMAT.name, &[&parts[0], &parts[1]]);
    Ok(Some(draft))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::tests::read_as;

    fn line(kind: &str, id: &str, output: u64) -> String {
        format!(
            "{{\"timestamp\":1791205200.25,\"message\":{{\"type\":\"{kind}\",\"payload\":{{{id}\"token_usage\":{{\"input_other\":1,\"input_cache_read\":2,\"input_cache_creation\":3,\"output\":{output}}}}}}}}}\n"
        )
    }

    #[test]
    fn a_message_counts_once_and_what_is_repeated_of_subagents_does_not() {
        let a = "\"message_id\":\"a\",";
        let text = line("StatusUpdate", a, 4)
            + &line("StatusUpdate", a, 5)
            + &line("StatusUpdate", "", 6)
            + &line("SubagentEvent", "", 7);
        let export = read_as(&FORMAT, &text);
        let totals: Vec<u64> = export
            .records
            .iter()
            .map(|record| record.tokens().total().unwrap())
            .collect();
        assert_eq!(totals, [11, 12]);
    }
}
