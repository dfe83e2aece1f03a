//! Sessions of the Cline CLI: one document with the messages, of which the answers have
//! their tokens. Classes are disjoint.

use super::{Latest, draft_at, epoch_in, moment_in, time_of_file, vendor_of_provider};
use crate::units::Usd;
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Draft, record_id, text};
use crate::usage::rows::each_value;
use crate::usage::{Context, Format, Parsed};

/// One session a file.
pub static FORMAT: Format = Format {
    name: "cline.cli",
    tier: 3,
    about: "Cline CLI sessions: ~/.cline/data/sessions/*/*.messages.json",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_row("messages", |message| {
        let metrics = message.object("metrics").ok().flatten();
        metrics.is_some_and(|metrics| metrics.has("inputTokens"))
    })
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    let mut known = Latest::default();
    each_value(source, parsed, |session, position, parsed| {
        for (place, message) in session.array("messages")?.into_iter().enumerate() {
            let draft = Object::parse(message.get()).and_then(|message| {
                read_message(session, &message, (position, place), context)
            });
            match draft {
                Ok(Some(draft)) => known.push(parsed, draft),
                Ok(None) => {}
                Err(why) => parsed.reject(position, why),
            }
        }
        Ok(())
    });
}

fn read_message(
    session: &Object<'_>,
    message: &Object<'_>,
    (position, place): (u64, usize),
    context: &Context<'_>,
) -> Result<Option<Draft>, &'static str> {
    let Some(metrics) = message.object("metrics")? else { return Ok(None) };
    let moment = match epoch_in(message, "ts", &context.bounds)? {
        Some(moment) => Some(moment),
        None => moment_in(session, "updated_at", &context.bounds)?,
    };
    let mut draft = match moment {
        Some(moment) => draft_at(position, moment, "cline"),
        None => {
            let (period, granularity) = time_of_file(context)?;
            let mut draft = Draft::new(position);
            draft.period = Some(period);
            draft.facets.granularity = granularity;
            draft.facets.tool = Some(Untrusted::from("cline"));
            draft
        }
    };
    let model = message.object("modelInfo")?.unwrap_or_default();
    draft.facets.model = model.untrusted("id")?;
    let provider = model.text("provider")?.unwrap_or_default();
    draft.facets.vendor = vendor_of_provider(&provider);
    let id = session.text("sessionId")?.unwrap_or_default();
    draft.facets.session_id = text(&id);
    draft.facets.surface = Some(Untrusted::from("cli"));
    draft.requests = Some(1);
    let tokens = &mut draft.tokens;
    tokens.input = metrics.count("inputTokens")?;
    tokens.output = metrics.count("outputTokens")?;
    tokens.cache_read = metrics.count("cacheReadTokens")?;
    tokens.cache_write = metrics.count("cacheWriteTokens")?;
    let nothing = tokens.total().is_none_or(|total| total == 0);
    draft.cost.estimated = metrics.dollars("cost")?.filter(|cost| *cost != Usd::ZERO);
    if nothing && draft.cost.is_unknown() {
        return Ok(None);
    }
    let message_id = message.text("id")?.unwrap_or_else(|| place.to_string());
    draft.record_id = record_id(FORMAT.name, &[&id, &message_id]);
    Ok(Some(draft))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Timestamp;
    use crate::usage::Export;
    use crate::usage::tests::read_with;

    fn read(session: &str, message: &str) -> Export {
        let text = format!(
            r#"{{"sessionId":"s"{session},"messages":[{{"role":"user"}},{{"id":"m"{message},"metrics":{{"inputTokens":1,"outputTokens":2,"cost":0}}}}]}}"#
        );
        let modified = Some(Timestamp(1_791_158_400));
        read_with(&FORMAT, &text, &Context { modified, ..Context::default() })
    }

    #[test]
    fn the_time_is_of_the_message_else_of_the_session_else_of_the_file() {
        let updated = r#","updated_at":"2026-10-05T15:30:00Z""#;
        let start = |session, message| {
            let export = read(session, message);
            export.records[0].period.unwrap().start.0
        };
        assert_eq!(start(updated, r#","ts":1791205200123"#), 1_791_205_200);
        assert_eq!(start(updated, ""), 1_791_214_200);
        assert_eq!(start("", ""), 1_791_158_400);
    }

    #[test]
    fn a_cost_of_nothing_is_unknown() {
        assert!(read("", "").records[0].cost().is_unknown());
    }
}
