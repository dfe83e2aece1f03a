//! The CSV of the usage dashboard: the rows of the usage API as a table. A bucket
//! without traffic has its dates and nothing else.

use super::{Counts, Dimensions, id_of, period_of_cells};
use crate::usage::framing::{Sample, Source};
use crate::usage::record::Draft;
use crate::usage::rows::{Cells, each_row};
use crate::usage::{Context, Format, Parsed};

/// The table, its columns in any order.
pub static FORMAT: Format = Format {
    name: "openai.completions_csv",
    tier: 3,
    about: "OpenAI platform → Usage → Export: completions_usage CSV",
    recognizes,
    parse,
};

const DATES: [&str; 4] = ["start_time", "end_time", "start_time_iso", "end_time_iso"];

fn recognizes(sample: Sample<'_>) -> bool {
    sample.has_columns(&["start_time_iso", "num_model_requests"])
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_row(source, parsed, |cells, parsed| {
        let names = cells.head.names.iter().zip(&cells.row.fields);
        let mut rest = names.filter(|(name, _)| !DATES.contains(&name.as_str()));
        if rest.all(|(_, field)| field.trim().is_empty()) {
            return Ok(None);
        }
        read_row(cells, context, parsed).map(Some)
    });
}

fn read_row(
    cells: &Cells<'_>,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) -> Result<Draft, &'static str> {
    let mut draft = Draft::new(cells.row.line);
    let (period, granularity) = period_of_cells(cells, &context.bounds)?;
    draft.period = Some(period);
    draft.facets.granularity = granularity;
    let field = |name| cells.get(name).to_owned();
    let dimensions = Dimensions {
        project: field("project_id"),
        user: field("user_id"),
        key: field("api_key_id"),
        model: field("model"),
    };
    dimensions.fill(&mut draft);
    let counts = Counts {
        input: cells.count("input_tokens")?,
        cached: cells.count("input_cached_tokens")?,
        cache_write: cells.count("input_cache_write_tokens")?,
        uncached: cells.count("input_uncached_tokens")?,
        output: cells.count("output_tokens")?,
    };
    counts.fill(&mut draft, parsed)?;
    draft.requests = cells.count("num_model_requests")?;
    let more = [cells.get("batch").to_lowercase(), field("service_tier")];
    let more = more.each_ref().map(String::as_str);
    draft.record_id = id_of(FORMAT.name, draft.period, &dimensions, &more);
    Ok(draft)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "start_time,end_time,start_time_iso,end_time_iso,user_id,num_model_requests,input_tokens,input_cached_tokens,output_tokens\n";

    fn read(rows: &str) -> crate::usage::Export {
        crate::usage::tests::read_as(&FORMAT, &(HEADER.to_owned() + rows))
    }

    #[test]
    fn a_bucket_without_traffic_is_no_record_and_no_fault() {
        let export = read(
            "1791158400,1791244800,2026-10-05T00:00:00+00:00,2026-10-06T00:00:00+00:00,,,,,\n",
        );
        assert_eq!((export.records.len(), export.n_rejected), (0, 0));
    }

    #[test]
    fn seconds_that_a_spreadsheet_rounded_are_not_believed() {
        let rounded = "1.79116E+09,1.79124E+09,2026-10-05T00:00:00+00:00,2026-10-06T00:00:00+00:00,user-a,1,10,4,2\n";
        let export = read(rounded);
        assert_eq!(
            export.period().unwrap().single_day().unwrap().to_iso().unwrap(),
            "2026-10-05"
        );
        let without =
            rounded.replace("2026-10-05T00:00:00+00:00,2026-10-06T00:00:00+00:00", ",");
        assert_eq!(read(&without).n_rejected, 1);
    }
}
