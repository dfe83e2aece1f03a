//! Threads of Amp: one JSON document each. Its ledger of usage counts, and lacks what
//! came from the cache, which the answer it led to has; old threads have the answers only.

use std::collections::HashMap;

use super::{draft_at, epoch_in, moment_in};
use crate::untrusted::Untrusted;
use crate::usage::dates::Moment;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Credits, Draft, record_id, text};
use crate::usage::rows::each_value;
use crate::usage::{Context, Format, Parsed};

/// Threads one after another or in arrays.
pub static FORMAT: Format = Format {
    name: "amp.thread",
    tier: 3,
    about: "Amp threads: ~/.local/share/amp/threads/T-*.json",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(|thread| {
        let id = thread.text("id").ok().flatten().unwrap_or_default();
        thread.has("usageLedger") || (id.starts_with("T-") && thread.has("messages"))
    })
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_value(source, parsed, |value, position, parsed| {
        let thread = Thread::read(value, position, context)?;
        let ledger = value.object("usageLedger")?.unwrap_or_default();
        let mut events = ledger.array("events")?;
        let messages = value.array("messages")?;
        let mut caches = HashMap::new();
        if events.is_empty() {
            events = messages;
        } else {
            caches = read_caches(&messages)?;
        }
        for event in events {
            let draft = Object::parse(event.get())
                .and_then(|event| thread.event(&event, &mut caches));
            if let Some(draft) = draft.transpose() {
                parsed.push(position, draft);
            }
        }
        Ok(())
    });
}

struct Thread<'c> {
    id: String,
    created: Option<Moment>,
    position: u64,
    context: &'c Context<'c>,
}

/// What an answer wrote to the cache and read from it.
type Cache = [Option<u64>; 2];

impl<'c> Thread<'c> {
    fn read(
        value: &Object<'_>,
        position: u64,
        context: &'c Context<'c>,
    ) -> Result<Self, &'static str> {
        let id = value.text("id")?.ok_or("a thread without an id")?;
        let created = epoch_in(value, "created", &context.bounds)?;
        Ok(Self { id, created, position, context })
    }

    /// Reads an event of the ledger, or a message where there is none; `None` where it
    /// used nothing.
    fn event(
        &self,
        event: &Object<'_>,
        caches: &mut HashMap<String, Cache>,
    ) -> Result<Option<Draft>, &'static str> {
        if let Some(usage) = event.object("usage")? {
            let id = event.text("messageId")?;
            let mut draft = self.draft(&usage, id)?;
            let tokens = &mut draft.tokens;
            tokens.input = usage.count("inputTokens")?;
            tokens.output = usage.count("outputTokens")?;
            [tokens.cache_write, tokens.cache_read] = read_cache(&usage)?;
            tokens.reported_total = usage.count("totalTokens")?;
            return Ok(draft.has_measure().then_some(draft));
        }
        let Some(counts) = event.object("tokens")? else { return Ok(None) };
        let mut draft = self.draft(event, event.text("id")?)?;
        let tokens = &mut draft.tokens;
        tokens.input = counts.count("input")?;
        tokens.output = counts.count("output")?;
        // An answer belongs to one event, so its cache counts once.
        let answer = event.text("toMessageId")?.and_then(|id| caches.remove(&id));
        [tokens.cache_write, tokens.cache_read] = answer.unwrap_or_default();
        if (tokens.input, tokens.output) == (None, None) {
            tokens.unclassified = counts.count("total")?;
        }
        Ok(draft.has_measure().then_some(draft))
    }

    fn draft(
        &self,
        what: &Object<'_>,
        id: Option<String>,
    ) -> Result<Draft, &'static str> {
        let moment = moment_in(what, "timestamp", &self.context.bounds)?;
        let moment = moment.or(self.created).ok_or("an event without a time")?;
        let mut draft = draft_at(self.position, moment, "amp");
        draft.facets.vendor = Some(Untrusted::from("amp"));
        draft.facets.model = what.untrusted("model")?;
        draft.facets.session_id = text(&self.id);
        draft.requests = Some(1);
        let unit = Untrusted::from("amp_credit");
        draft.credits = what.nanos("credits")?.map(|nanos| Credits { nanos, unit });
        let id = id.unwrap_or_else(|| moment.millis.to_string());
        draft.record_id = record_id(FORMAT.name, &[&self.id, &id]);
        Ok(draft)
    }
}

fn read_cache(usage: &Object<'_>) -> Result<Cache, &'static str> {
    let write = usage.count("cacheCreationInputTokens")?;
    Ok([write, usage.count("cacheReadInputTokens")?])
}

/// What each answer did with the cache, by its id.
fn read_caches(
    messages: &[&serde_json::value::RawValue],
) -> Result<HashMap<String, Cache>, &'static str> {
    let mut caches = HashMap::new();
    for message in messages {
        let message = Object::parse(message.get())?;
        if let (Some(id), Some(usage)) =
            (message.text("messageId")?, message.object("usage")?)
        {
            caches.insert(id, read_cache(&usage)?);
        }
    }
    Ok(caches)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::tests::read_as;

    const USAGE: &str = r#""usage":{"model":"m","timestamp":"2026-10-05T14:00:10Z","inputTokens":1,"outputTokens":2,"cacheCreationInputTokens":3,"cacheReadInputTokens":4,"totalTokens":10,"credits":0.5}"#;

    fn thread(ledger: &str) -> crate::usage::Export {
        let text = format!(
            r#"{{"id":"T-1","created":1791208800000,"messages":[{{"messageId":0,"role":"user"}},{{"messageId":1,"role":"assistant",{USAGE}}}]{ledger}}}"#
        );
        read_as(&FORMAT, &text)
    }

    fn ledger(events: &str) -> String {
        format!(r#","usageLedger":{{"events":[{events}]}}"#)
    }

    #[test]
    fn the_ledger_counts_and_the_answers_tell_of_the_cache_once() {
        let event = r#"{"id":"e","timestamp":"2026-10-05T14:00:10Z","tokens":{"input":1,"output":2},"toMessageId":1}"#;
        assert_eq!(thread(&ledger(event)).tokens().total(), Some(10));
        let two = format!("{event},{}", event.replace("\"e\"", "\"f\""));
        assert_eq!(thread(&ledger(&two)).tokens().total(), Some(13));
    }

    #[test]
    fn without_a_ledger_the_answers_count() {
        assert_eq!(thread("").tokens().total(), Some(10));
        assert_eq!(thread(&ledger("")).records.len(), 1);
    }

    #[test]
    fn a_total_alone_is_of_no_class() {
        let event = r#"{"id":"e","tokens":{"total":9}}"#;
        let export = thread(&ledger(event));
        assert_eq!(export.records[0].tokens().unclassified, Some(9));
        assert_eq!(export.period().unwrap().start.0, 1_791_208_800);
    }
}
