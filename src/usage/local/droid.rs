//! Settings of a session of Droid, with the sum of its tokens and one moment. Classes
//! are disjoint; thinking is beside the output.

use super::{draft_at, moment_in, shown, time_of_file, vendor_of_provider};
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Draft, Flag, Granularity, record_id, text};
use crate::usage::rows::each_value;
use crate::usage::{Context, Format, Parsed};

/// One session a file.
pub static FORMAT: Format = Format {
    name: "droid.settings",
    tier: 3,
    about: "Droid sessions: ~/.factory/sessions/**/*.settings.json",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(|settings| {
        let usage = settings.object("tokenUsage").ok().flatten();
        usage.is_some_and(|usage| usage.has("cacheCreationTokens"))
            && (settings.has("providerLock") || settings.has("model"))
    })
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_value(source, parsed, |settings, position, parsed| {
        let draft = read_settings(settings, position, context)?;
        parsed.push(position, Ok(draft));
        Ok(())
    });
}

fn read_settings(
    settings: &Object<'_>,
    position: u64,
    context: &Context<'_>,
) -> Result<Draft, &'static str> {
    let usage = settings.object("tokenUsage")?.ok_or("a session without tokens")?;
    let moment = moment_in(settings, "providerLockTimestamp", &context.bounds)?;
    let mut draft = match moment {
        Some(moment) => draft_at(position, moment, "droid"),
        None => {
            let mut draft = Draft::new(position);
            draft.period = Some(time_of_file(context)?.0);
            draft.facets.tool = Some(Untrusted::from("droid"));
            draft
        }
    };
    draft.facets.granularity = Granularity::Session;
    let session = session_in_name(context.file_name);
    draft.facets.session_id = text(session);
    let model = settings.text("model")?.unwrap_or_default();
    draft.facets.model = text(&model);
    let provider = settings.text("providerLock")?.unwrap_or_default();
    // Models of the user's own are paid to their provider.
    let is_own = model.starts_with("custom:");
    draft.flags.insert_if(is_own, Flag::Byok);
    let factory = || Some(Untrusted::from("factory"));
    draft.facets.vendor = if is_own { vendor_of_provider(&provider) } else { factory() };
    let tokens = &mut draft.tokens;
    tokens.input = usage.count("inputTokens")?;
    tokens.cache_write = usage.count("cacheCreationTokens")?;
    tokens.cache_read = usage.count("cacheReadTokens")?;
    let thinking = usage.count("thinkingTokens")?.unwrap_or(0);
    tokens.output = usage.count("outputTokens")?.map(|output| output + thinking);
    tokens.reported_total = usage.count("totalTokens")?;
    if tokens.total().is_none() {
        tokens.unclassified = tokens.reported_total;
    }
    tokens.total().ok_or("a session without token counts")?;
    // Its sums grow with the session, so they are no part of what it is.
    let moment = shown(moment.map(|moment| moment.millis));
    draft.record_id = record_id(FORMAT.name, &[session, &moment, &provider]);
    Ok(draft)
}

/// The session that a file is named after; blank where it has another name.
fn session_in_name(name: &str) -> &str {
    let name = name.rsplit('/').next().unwrap_or_default();
    name.strip_suffix(".settings.json").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Timestamp;
    use crate::usage::tests::read_with;

    fn read(text: &str, file_name: &str) -> crate::usage::Export {
        let modified = Some(Timestamp(1_791_158_400));
        let context = Context { file_name, modified, ..Context::default() };
        read_with(&FORMAT, text, &context)
    }

    const SETTINGS: &str = r#"{"model":"m","providerLock":"anthropic","providerLockTimestamp":"2026-10-05T15:00:00Z","tokenUsage":{"inputTokens":1,"outputTokens":2,"cacheCreationTokens":3,"cacheReadTokens":4,"thinkingTokens":5}}"#;

    #[test]
    fn thinking_is_output_and_a_session_that_grew_is_the_same() {
        let one = read(SETTINGS, "logs/a.settings.json");
        assert_eq!(one.records[0].tokens().output, Some(7));
        assert_eq!(one.records[0].facets.session_id, Some(Untrusted::from("a")));
        let more = read(&SETTINGS.replace(":2,", ":20,"), "a.settings.json");
        assert_eq!(one.records[0].record_id, more.records[0].record_id);
        let other = read(SETTINGS, "b.settings.json");
        assert_ne!(one.records[0].record_id, other.records[0].record_id);
    }

    #[test]
    fn without_a_moment_the_time_is_that_of_the_file() {
        let text = SETTINGS.replace("\"2026-10-05T15:00:00Z\"", "null");
        let start = read(&text, "x").records[0].period.unwrap().start;
        assert_eq!(start, Timestamp(1_791_158_400));
    }

    #[test]
    fn models_of_ones_own_are_paid_to_their_provider() {
        let own = read(&SETTINGS.replace("\"m\"", "\"custom:m\""), "x");
        let record = &own.records[0];
        assert!(record.flags.contains(Flag::Byok));
        assert_eq!(record.facets.vendor, Some(Untrusted::from("anthropic")));
    }
}
