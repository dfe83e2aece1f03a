//! What Windsurf's Cascade did for one person: lines by day, and messages and credits by
//! run. The person was named in the question and is not in the answer: the name of the
//! file may tell.
//!
//! Fields as `faros-ai/airbyte-connectors` reads them from `CascadeAnalytics`; all numbers
//! are strings. `promptsUsed` is taken for hundredths of a credit.

use serde_json::value::RawValue;

use super::{email_in, field, stem};
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{
    Account, Activity, Credits, Draft, Granularity, Period, record_id, text,
};
use crate::usage::rows::each_value;
use crate::usage::{Context, Format, Parsed};

/// Answers of the API.
pub static FORMAT: Format = Format {
    name: "windsurf.cascade",
    tier: 3,
    about: "Windsurf API, CascadeAnalytics of one person: lines, messages, credits",
    recognizes,
    parse,
};

const LINES: &str = "cascadeLines";
const RUNS: &str = "cascadeRuns";
const TOOLS: &str = "cascadeToolUsage";

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_row("queryResults", |result| {
        [LINES, RUNS, TOOLS].iter().any(|name| result.has(name))
    })
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    let mut position = 0;
    each_value(source, parsed, |page, _, parsed| {
        if !page.has("queryResults") {
            return Err("an answer without results");
        }
        for result in page.objects("queryResults")? {
            for (name, read) in [(LINES, read_lines as Read), (RUNS, read_run)] {
                for row in rows_of(&result, name)? {
                    position += 1;
                    let draft = Object::record(row.get())
                        .and_then(|row| read(&row, position, context));
                    parsed.push(position, draft);
                }
            }
        }
        Ok(())
    });
}

type Read = fn(&Object<'_>, u64, &Context<'_>) -> Result<Draft, &'static str>;

/// The rows of a result, which stand in an object of the same name.
fn rows_of<'r>(
    result: &Object<'r>,
    name: &str,
) -> Result<Vec<&'r RawValue>, &'static str> {
    match result.object(name) {
        Ok(Some(inner)) => inner.array(name),
        Ok(None) => Ok(Vec::new()),
        Err(_) => result.array(name),
    }
}

fn read_lines(
    row: &Object<'_>,
    position: u64,
    context: &Context<'_>,
) -> Result<Draft, &'static str> {
    let mut draft = read_day(row, position, context)?;
    draft.activity = Activity {
        lines_suggested: row.count("linesSuggested")?,
        lines_added: row.count("linesAccepted")?,
        ..Activity::default()
    };
    draft.record_id = id_of(&draft, context, &["lines"]);
    Ok(draft)
}

fn read_run(
    row: &Object<'_>,
    position: u64,
    context: &Context<'_>,
) -> Result<Draft, &'static str> {
    let mut draft = read_day(row, position, context)?;
    let (model, mode) = (field(row, "model")?, field(row, "mode")?);
    let cascade = field(row, "cascadeId")?;
    draft.facets.model = text(&model);
    draft.facets.session_id = text(&cascade);
    draft.activity.prompts = row.count("messagesSent")?;
    let unit = Untrusted::from("windsurf_prompt_credit");
    let used = row.nanos("promptsUsed")?;
    draft.credits = used.map(|hundredths| Credits { nanos: hundredths / 100, unit });
    draft.record_id = id_of(&draft, context, &["run", &cascade, &model, &mode]);
    Ok(draft)
}

fn read_day(
    row: &Object<'_>,
    position: u64,
    context: &Context<'_>,
) -> Result<Draft, &'static str> {
    let day = row.text("day")?.ok_or("a row without day")?;
    let (period, granularity) = context.bounds.day_or_event(&day)?;
    let mut draft = super::draft(position, "cognition", "windsurf");
    draft.period = Some(match granularity {
        Granularity::Day => period,
        _ => Period::of_day(period.start.day()),
    });
    draft.facets.granularity = Granularity::Day;
    draft.facets.account =
        email_in(context.file_name).map(Account::of_email).unwrap_or_default();
    Ok(draft)
}

fn id_of(draft: &Draft, context: &Context<'_>, more: &[&str]) -> [u8; 16] {
    let start = draft.period.map(|period| period.start.0.to_string()).unwrap_or_default();
    let whose = stem(context.file_name).to_lowercase();
    let parts = [&[start.as_str(), whose.as_str()], more].concat();
    record_id(FORMAT.name, &parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::tests::read_with;

    #[test]
    fn a_run_has_hundredths_of_credits_and_a_day_has_lines_and_both_their_own_ids() {
        let text = r#"{"queryResults":[{"cascadeLines":{"cascadeLines":[{"day":"2026-10-05T00:00:00Z","linesSuggested":"912","linesAccepted":"604"}]}},{"cascadeRuns":{"cascadeRuns":[{"day":"2026-10-05T00:00:00Z","messagesSent":"33","promptsUsed":"4150"}]}}]}"#;
        let context = Context { file_name: "lin@example.com.json", ..Context::default() };
        let export = read_with(&FORMAT, text, &context);
        assert_eq!(export.records[0].activity().lines_added, Some(604));
        assert_eq!(export.records[1].credits().unwrap().nanos, 41_500_000_000);
        assert_ne!(export.records[0].record_id, export.records[1].record_id);
        let key = export.records[0].facets.account.key();
        assert_eq!(key.unwrap(), b"email:lin@example.com");
        let other = Context { file_name: "ada@example.com.json", ..Context::default() };
        let other = read_with(&FORMAT, text, &other);
        assert_ne!(export.records[0].record_id, other.records[0].record_id);
    }
}
