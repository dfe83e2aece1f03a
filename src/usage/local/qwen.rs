//! Chats of Qwen Code: one event a line. Input includes what came from the cache;
//! thoughts are beside the output, unless the event's own total says they are in it.

use super::{Latest, draft_at, each_entry, moment_in};
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Draft, record_id};
use crate::usage::rows::divide_input;
use crate::usage::{Context, Format, Parsed};

/// One chat a file, or several one after another.
pub static FORMAT: Format = Format {
    name: "qwen.chat",
    tier: 3,
    about: "Qwen Code chats: ~/.qwen/projects/*/chats/*.jsonl",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(|line| {
        line.text("type").is_ok_and(|kind| kind.as_deref() == Some("assistant"))
            && line.has("usageMetadata")
    })
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    let mut known = Latest::default();
    each_entry(source, parsed, &["\"usageMetadata\""], |line, position, parsed| {
        if line.text("type")?.as_deref() != Some("assistant") {
            return Ok(());
        }
        let Some(usage) = line.object("usageMetadata")? else { return Ok(()) };
        if let Some(draft) = read_line(line, &usage, position, context, parsed)? {
            known.push(parsed, draft);
        }
        Ok(())
    });
}

fn read_line(
    line: &Object<'_>,
    usage: &Object<'_>,
    position: u64,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) -> Result<Option<Draft>, &'static str> {
    let moment = moment_in(line, "timestamp", &context.bounds)?;
    let moment = moment.ok_or("an answer without a time")?;
    let mut draft = draft_at(position, moment, "qwen_code");
    let session = line.text("sessionId")?.unwrap_or_default();
    draft.facets.session_id = super::text(&session);
    draft.facets.cwd = line.untrusted("cwd")?;
    draft.facets.branch = line.untrusted("gitBranch")?;
    let model = line.text("model")?.unwrap_or_default();
    // It can be used with models of anybody; only its own are known to be billed there.
    let is_own = model.to_lowercase().starts_with("qwen");
    draft.facets.vendor = is_own.then(|| Untrusted::from("alibaba"));
    draft.facets.model = super::text(&model);
    draft.requests = Some(1);
    let input = usage.count("promptTokenCount")?;
    let cached = usage.count("cachedContentTokenCount")?;
    let output = usage.count("candidatesTokenCount")?;
    let thoughts = usage.count("thoughtsTokenCount")?.unwrap_or(0);
    let total = usage.count("totalTokenCount")?;
    let is_inside = total == input.zip(output).map(|(input, output)| input + output);
    let beside = if is_inside { 0 } else { thoughts };
    divide_input(&mut draft.tokens, input, cached, None, (position, parsed));
    draft.tokens.output = output.map(|output| output + beside);
    draft.tokens.reported_total = total;
    if draft.tokens.total().is_none_or(|total| total == 0) {
        return Ok(None);
    }
    let id = line.text("uuid")?.unwrap_or_else(|| moment.millis.to_string());
    draft.record_id = record_id(FORMAT.name, &[&session, &id]);
    Ok(Some(draft))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::tests::read_as;

    fn output(total: u64) -> Option<u64> {
        let text = format!(
            r#"{{"uuid":"q","timestamp":"2026-10-05T15:10:00Z","type":"assistant","usageMetadata":{{"promptTokenCount":100,"candidatesTokenCount":20,"thoughtsTokenCount":7,"cachedContentTokenCount":60,"totalTokenCount":{total}}}}}"#
        );
        let export = read_as(&FORMAT, &text);
        assert!(export.gaps.is_empty());
        let tokens = export.records[0].tokens();
        assert_eq!((tokens.input, tokens.cache_read), (Some(40), Some(60)));
        tokens.output
    }

    #[test]
    fn the_total_tells_whether_thoughts_are_inside_the_output() {
        assert_eq!(output(127), Some(27));
        assert_eq!(output(120), Some(20));
    }
}
