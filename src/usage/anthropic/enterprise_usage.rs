//! The usage report of the Claude Enterprise Analytics API for a whole organisation, by
//! buckets of time. It contains what the report by person shows.

use super::enterprise_user_usage::DIMENSIONS;
use super::{
    Bucketed, dimensions, draft_of, each_result, id_of, mark_provisional, measured,
    period_of, set_organization, tokens_of, tool_of,
};
use crate::usage::framing::{Sample, Source};
use crate::usage::record::Draft;
use crate::usage::{Context, Format, Parsed};

/// Pages of `usage_report`.
pub static FORMAT: Format = Format {
    name: "anthropic.enterprise_usage",
    tier: 2,
    about: "Claude Enterprise Analytics API, usage_report",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_result(
        |page| page.has("data_refreshed_at"),
        |result| result.has("uncached_input_tokens"),
    )
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_result(source, parsed, |row, parsed| {
        let mut draft = read_dimensions(row, context)?;
        draft.tokens = tokens_of(row.row)?;
        draft.record_id = id_of(&FORMAT, &draft, &dimensions(row.row, &DIMENSIONS)?);
        parsed.push(row.position, measured(draft));
        Ok(())
    });
}

/// What results of usage and of cost share.
pub(super) fn read_dimensions(
    row: &Bucketed<'_>,
    context: &Context<'_>,
) -> Result<Draft, &'static str> {
    let mut draft = draft_of(row.position, period_of(row.bucket, context)?);
    set_organization(&mut draft);
    draft.facets.tool = row.row.text("product")?.and_then(|product| tool_of(&product));
    draft.facets.model = row.row.untrusted("model")?;
    draft.requests = row.row.count("requests")?;
    mark_provisional(row.page, &mut draft)?;
    Ok(draft)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::{Flag, read_export};

    #[test]
    fn results_of_later_buckets_are_found_behind_empty_ones() {
        let page = r#"{"data":[
            {"starting_at":"2026-10-04T00:00:00Z","ending_at":"2026-10-05T00:00:00Z","results":[]},
            {"starting_at":"2026-10-05T00:00:00Z","ending_at":"2026-10-06T00:00:00Z",
             "results":[{"product":"claude-in-slack","uncached_input_tokens":1},
                        {"product":"chat","uncached_input_tokens":-1}]}],
            "data_refreshed_at":"2026-10-07T02:00:00Z","has_more":false}"#;
        let name = crate::untrusted::Untrusted::from("x");
        let options = crate::usage::ReadOptions::default();
        let export = read_export(&name, page.as_bytes(), &options).unwrap();
        assert_eq!((export.format, export.n_rejected), (FORMAT.name, 1));
        let record = &export.records[0];
        assert_eq!(record.facets.tool.as_ref().unwrap().bytes(), b"claude_in_slack");
        assert!(record.flags.contains(Flag::OrgLevel));
    }

    #[test]
    fn buckets_without_any_result_are_an_export_without_records() {
        let page = r#"{"data":[{"starting_at":"2026-10-04T00:00:00Z",
            "ending_at":"2026-10-05T00:00:00Z","results":[]}],"has_more":false}"#;
        let name = crate::untrusted::Untrusted::from("x");
        let options = crate::usage::ReadOptions::default();
        let export = read_export(&name, page.as_bytes(), &options).unwrap();
        assert_eq!(export.format, crate::usage::EMPTY);
    }
}
