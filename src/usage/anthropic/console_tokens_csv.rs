//! The usage CSV of the Claude Console: tokens by day or hour, key, workspace and model.
//!
//! Older exports lack the last columns, and people hand over some without the columns of
//! the cache: what is not there is unknown.

use super::{columns, draft_of, id_of, measured, read_console_key};
use crate::usage::framing::{Sample, Source};
use crate::usage::record::{Draft, Granularity, Period, TokenCounts, text};
use crate::usage::rows::{Cells, each_row};
use crate::usage::{Context, Format, Parsed, dates};

/// `claude_api_tokens_….csv`.
pub static FORMAT: Format = Format {
    name: "anthropic.console_tokens_csv",
    tier: 2,
    about: "Claude Console → Usage → Export (claude_api_tokens….csv)",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    sample.has_columns(&["usage_date_utc", "usage_input_tokens_no_cache"])
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_row(source, parsed, |cells, _| read_row(cells, context).map(Some));
}

fn read_row(cells: &Cells<'_>, context: &Context<'_>) -> Result<Draft, &'static str> {
    let period = day_or_hour(cells.get("usage_date_utc"), context)?;
    let mut draft = draft_of(cells.row.line, period);
    read_console_key(cells, &mut draft);
    draft.facets.model = text(cells.get("model_version"));
    let written = [
        cells.count("usage_input_tokens_cache_write_5m")?,
        cells.count("usage_input_tokens_cache_write_1h")?,
    ];
    draft.tokens = TokenCounts {
        input: cells.count("usage_input_tokens_no_cache")?,
        cache_read: cells.count("usage_input_tokens_cache_read")?,
        cache_write: written.into_iter().flatten().reduce(|sum, part| sum + part),
        cache_write_1h: written[1],
        output: cells.count("usage_output_tokens")?,
        ..TokenCounts::default()
    };
    let names = [
        "model_version",
        "api_key",
        "workspace",
        "usage_type",
        "context_window",
        "inference_geo",
        "speed",
    ];
    draft.record_id = id_of(&FORMAT, &draft, &columns(cells, &names));
    measured(draft)
}

/// A day, or the hour that begins at a time, of UTC.
fn day_or_hour(
    text: &str,
    context: &Context<'_>,
) -> Result<(Period, Granularity), &'static str> {
    if text.len() <= 10 {
        return Ok((Period::of_day(context.bounds.day(text)?), Granularity::Day));
    }
    let start = context.bounds.moment_utc(text)?;
    let end = dates::Moment { millis: start.millis.saturating_add(3_600_000) };
    context.bounds.between(start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_an_hour_and_what_was_cut_out_is_unknown() {
        let text = "usage_date_utc,model_version,api_key,usage_input_tokens_no_cache\n\
            2026-03-31 02:00,m,,5\n";
        let export = crate::usage::tests::read_as(&FORMAT, text);
        let record = &export.records[0];
        assert_eq!(record.facets.granularity, Granularity::Hour);
        assert_eq!(record.tokens().cache_read, None);
        assert!(record.flags.contains(crate::usage::Flag::OrgLevel));
    }
}
