//! Messages of OpenCode, one JSON document each. Classes are disjoint; reasoning is
//! beside the output. A cost of nothing is that of a subscription, and says nothing.

use super::{Latest, draft_at, each_entry, epoch_in, shown, vendor_of_provider};
use crate::units::Usd;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Draft, Flag, record_id};
use crate::usage::{Context, Format, Parsed};

/// Messages one after another, one a line or in arrays.
pub static FORMAT: Format = Format {
    name: "opencode.message",
    tier: 2,
    about: "OpenCode messages: storage/message/**/*.json, or the data of its table",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(|message| {
        let tokens = message.object("tokens").ok().flatten();
        message.has("modelID") && tokens.is_some_and(|tokens| tokens.has("cache"))
    })
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    let mut known = Latest::default();
    each_entry(source, parsed, &["\"tokens\""], |message, position, parsed| {
        if let Some(draft) = read_message(message, position, context)? {
            known.push(parsed, draft);
        }
        Ok(())
    });
}

fn read_message(
    message: &Object<'_>,
    position: u64,
    context: &Context<'_>,
) -> Result<Option<Draft>, &'static str> {
    let role = message.text("role")?;
    let Some(tokens) = message.object("tokens")? else { return Ok(None) };
    if role.is_some_and(|role| role != "assistant") {
        return Ok(None);
    }
    let time = message.object("time")?.unwrap_or_default();
    let moment = epoch_in(&time, "created", &context.bounds)?;
    let moment = moment.ok_or("a message without a time")?;
    let mut draft = draft_at(position, moment, "opencode");
    let provider = message.text("providerID")?.unwrap_or_default();
    draft.facets.vendor = vendor_of_provider(&provider);
    draft.facets.model = message.untrusted("modelID")?;
    draft.facets.session_id = message.untrusted("sessionID")?;
    let path = message.object("path")?.unwrap_or_default();
    draft.facets.cwd = path.untrusted("cwd")?;
    draft.flags.insert_if(message.get("error").is_some(), Flag::Errored);
    draft.requests = Some(1);
    draft.cost.estimated = message.dollars("cost")?.filter(|cost| *cost != Usd::ZERO);
    read_tokens(&tokens, &mut draft)?;
    let nothing = draft.tokens.total().is_none_or(|total| total == 0);
    if nothing && draft.cost.is_unknown() {
        return Ok(None);
    }
    // The rows of its table hold no id; a moment of a session and model is one.
    let id = message.text("id")?.unwrap_or_default();
    let parts = if id.is_empty() {
        let counts = [draft.tokens.input, draft.tokens.output, draft.tokens.cache_read];
        let counts = counts.map(shown).join(",");
        vec![
            id,
            moment.millis.to_string(),
            message.text("modelID")?.unwrap_or_default(),
            counts,
        ]
    } else {
        vec![id]
    };
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    draft.record_id = record_id(FORMAT.name, &parts);
    Ok(Some(draft))
}

fn read_tokens(counts: &Object<'_>, draft: &mut Draft) -> Result<(), &'static str> {
    let tokens = &mut draft.tokens;
    tokens.input = counts.count("input")?;
    let reasoning = counts.count("reasoning")?.unwrap_or(0);
    tokens.output = counts.count("output")?.map(|output| output + reasoning);
    if let Some(cache) = counts.object("cache")? {
        tokens.cache_read = cache.count("read")?;
        tokens.cache_write = cache.count("write")?;
    }
    let total = counts.count("total")?;
    if tokens.total().is_none() {
        tokens.unclassified = total;
    }
    tokens.reported_total = total;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Export;
    use crate::usage::tests::read_as;

    const MESSAGE: &str = r#"{"id":"msg_a","sessionID":"s","role":"assistant","providerID":"github-copilot","modelID":"m","cost":0,"time":{"created":1791205200000},"tokens":{"input":1,"output":2,"reasoning":3,"cache":{"read":4,"write":5}}}"#;

    fn read(text: &str) -> Export {
        read_as(&FORMAT, text)
    }

    #[test]
    fn reasoning_is_added_and_no_cost_is_unknown() {
        let export = read(MESSAGE);
        let record = &export.records[0];
        assert_eq!(record.tokens().total(), Some(15));
        assert_eq!(record.tokens().output, Some(5));
        assert!(record.cost().is_unknown());
        assert_eq!(record.facets.vendor.as_ref().unwrap().bytes(), b"github");
    }

    #[test]
    fn a_message_is_one_by_its_id_and_without_it_by_its_moment() {
        let twice = format!("{MESSAGE}\n{MESSAGE}\n");
        assert_eq!(read(&twice).records.len(), 1);
        let rows = twice.replace("\"id\":\"msg_a\",\"sessionID\":\"s\",", "");
        assert_eq!(read(&rows).records.len(), 1);
        let other = MESSAGE.replace("205200000", "205200001");
        assert_eq!(
            read(&format!("{MESSAGE}\n{}\n", other.replace("msg_a", "msg_b")))
                .records
                .len(),
            2
        );
    }

    #[test]
    fn messages_of_people_count_nothing() {
        let export = read(&format!("{}\n", MESSAGE.replace("assistant", "user")));
        assert_eq!((export.records.len(), export.n_rejected), (0, 0));
    }
}
