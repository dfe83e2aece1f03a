//! What `codex exec --json` prints. The usage at the end of a turn is that of the whole
//! thread so far, so the last counts; there is no time and no model in it.

use std::collections::HashMap;

use super::{Latest, each_entry, shown, time_of_file};
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Draft, record_id, text};
use crate::usage::rows::divide_input;
use crate::usage::{Context, Format, Parsed};

/// The printed lines, of one run or several.
pub static FORMAT: Format = Format {
    name: "codex.exec_json",
    tier: 3,
    about: "what codex exec --json prints",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    const KINDS: [&str; 3] = ["thread.started", "turn.started", "turn.completed"];
    sample.any_object(|line| {
        let kind = line.text("type").ok().flatten();
        kind.is_some_and(|kind| KINDS.contains(&kind.as_str()))
    })
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    const WORDS: [&str; 2] = ["\"thread.started\"", "\"turn.completed\""];
    let mut thread = String::new();
    let mut threads = HashMap::new();
    let mut known = Latest::default();
    each_entry(source, parsed, &WORDS, |line, position, parsed| {
        match line.text("type")?.as_deref() {
            Some("thread.started") => {
                thread = line.text("thread_id")?.unwrap_or_default();
            }
            Some("turn.completed") => {
                let Some(usage) = line.object("usage")? else { return Ok(()) };
                let so_far = threads.entry(thread.clone()).or_default();
                let draft =
                    read_usage(&usage, &thread, so_far, context, (position, parsed))?;
                known.push(parsed, draft);
            }
            _ => {}
        }
        Ok(())
    });
}

/// How often the sum of a thread began anew, and the sum.
type SoFar = (u64, u64);

fn read_usage(
    usage: &Object<'_>,
    thread: &str,
    so_far: &mut SoFar,
    context: &Context<'_>,
    (position, parsed): (u64, &mut Parsed<'_>),
) -> Result<Draft, &'static str> {
    let (period, granularity) = time_of_file(context)?;
    let mut draft = Draft::new(position);
    draft.period = Some(period);
    draft.facets.granularity = granularity;
    draft.facets.vendor = Some(Untrusted::from("openai"));
    draft.facets.tool = Some(Untrusted::from("codex"));
    draft.facets.surface = Some(Untrusted::from("cli"));
    draft.facets.session_id = text(thread);
    let input = usage.count("input_tokens")?;
    let cached = usage.count("cached_input_tokens")?;
    let cache_write = usage.count("cache_write_input_tokens")?;
    draft.tokens.output = usage.count("output_tokens")?;
    divide_input(&mut draft.tokens, input, cached, cache_write, (position, parsed));
    let total = draft.tokens.total().ok_or("a turn without token counts")?;
    so_far.0 += u64::from(total < so_far.1);
    so_far.1 = total;
    // A thread without a name is known by its time alone.
    let start =
        if thread.is_empty() { shown(Some(period.start.0)) } else { shown(None::<u8>) };
    draft.record_id =
        record_id(FORMAT.name, &[thread.trim(), &start, &so_far.0.to_string()]);
    Ok(draft)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Timestamp;
    use crate::usage::tests::{read_as, read_with};

    const STARTED: &str = "{\"type\":\"thread.started\",\"thread_id\":\"t\"}\n";

    fn turn(input: u64) -> String {
        format!(
            "{{\"type\":\"turn.completed\",\"usage\":{{\"input_tokens\":{input},\"cached_input_tokens\":4,\"output_tokens\":1}}}}\n"
        )
    }

    fn totals(text: &str) -> Vec<u64> {
        let context =
            Context { modified: Some(Timestamp(1_791_158_400)), ..Context::default() };
        let export = read_with(&FORMAT, text, &context);
        export.records.iter().map(|record| record.tokens().total().unwrap()).collect()
    }

    #[test]
    fn a_turn_tells_the_sum_of_its_thread() {
        assert_eq!(totals(&format!("{STARTED}{}{}", turn(10), turn(30))), [31]);
        let other = STARTED.replace("\"t\"", "\"u\"");
        assert_eq!(
            totals(&format!("{STARTED}{}{other}{}", turn(10), turn(30))),
            [11, 31]
        );
        assert_eq!(totals(&format!("{STARTED}{}{}", turn(30), turn(10))), [31, 11]);
    }

    #[test]
    fn the_time_is_that_of_the_file_or_none_is_made_up() {
        let export = read_as(&FORMAT, &(STARTED.to_owned() + &turn(10)));
        assert_eq!((export.records.len(), export.n_rejected), (0, 1));
        let context =
            Context { modified: Some(Timestamp(1_791_158_400)), ..Context::default() };
        let export = read_with(&FORMAT, &turn(10), &context);
        assert_eq!(export.records[0].period.unwrap().start, Timestamp(1_791_158_400));
        assert_eq!(export.records[0].facets.model, None);
    }
}
