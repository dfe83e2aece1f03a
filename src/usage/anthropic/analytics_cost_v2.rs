//! The cost report of the newer Claude analytics API: flat rows, amounts in fractions of
//! a cent, after discounts and before credits.

use super::analytics_usage_v2::{PAGES, has_rows, read_group};
use super::read_cost;
use crate::usage::framing::{Sample, Source};
use crate::usage::rows::each_page_row;
use crate::usage::{Context, Format, Parsed};

/// Pages of `analytics/cost`, or its rows alone.
pub static FORMAT: Format = Format {
    name: "anthropic.analytics_cost_v2",
    tier: 2,
    about: "Claude Analytics API (beta), analytics/cost",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    has_rows(sample, "cost")
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_page_row(source, parsed, PAGES, |row, parsed| {
        let cost = row.row.object("cost")?.ok_or("a row without cost")?;
        let mut draft = read_group(&FORMAT, &row, context)?;
        read_cost(&cost, &mut draft, parsed)?;
        draft.requests = cost.count("requests")?;
        parsed.push(row.position, Ok(draft));
        Ok(())
    });
}
