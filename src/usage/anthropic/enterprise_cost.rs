//! The cost report of the Claude Enterprise Analytics API for a whole organisation, by
//! buckets of time, in fractions of a cent.

use super::enterprise_usage::read_dimensions;
use super::enterprise_user_usage::DIMENSIONS;
use super::{dimensions, each_result, id_of, read_cost};
use crate::usage::framing::{Sample, Source};
use crate::usage::{Context, Format, Parsed};

/// Pages of `cost_report` under `analytics`.
pub static FORMAT: Format = Format {
    name: "anthropic.enterprise_cost",
    tier: 2,
    about: "Claude Enterprise Analytics API, cost_report",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_result(|_| true, |result| result.has("list_amount"))
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_result(source, parsed, |row, parsed| {
        let mut draft = read_dimensions(row, context)?;
        read_cost(row.row, &mut draft, parsed)?;
        draft.record_id = id_of(&FORMAT, &draft, &dimensions(row.row, &DIMENSIONS)?);
        parsed.push(row.position, Ok(draft));
        Ok(())
    });
}
