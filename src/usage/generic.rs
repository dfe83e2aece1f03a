//! Our own format, `slopnexus.usage/1`: a CSV for whatever we do not read natively, and
//! NDJSON of records already normalised.

use super::dates::DateBounds;
use super::framing::Source;
use super::record::{TokenCounts, UsageRecord, record_id};
use super::{Format, Parsed};
use crate::error::Error;

pub mod fields;
mod csv_rows;
mod json_lines;

pub use csv_rows::map_columns;

/// The CSV by its columns, the NDJSON by its `schema`.
pub static FORMAT: Format = Format {
    name: "slopnexus.usage",
    tier: 1,
    about: "a CSV with date, email, tool, total_tokens, cost_usd; or slopnexus NDJSON",
    recognizes,
    parse,
};

fn recognizes(source: &Source<'_>) -> bool {
    match source {
        Source::Table(table) => csv_rows::recognizes(table),
        Source::Values(values) => json_lines::recognizes(values),
    }
}

fn parse(source: &Source<'_>, bounds: &DateBounds) -> Parsed {
    match source {
        Source::Table(table) => csv_rows::parse(table, bounds),
        Source::Values(values) => json_lines::parse(values, bounds),
    }
}

/// The id a row gives itself: taken as it is where it is one of ours in hex, so that
/// what we normalised is known again.
fn given_id(id: &str) -> [u8; 16] {
    let ours =
        (id.len() == 32 && id.is_ascii()).then(|| u128::from_str_radix(id, 16).ok());
    match ours.flatten() {
        Some(id) => id.to_be_bytes(),
        None => record_id(FORMAT.name, &["record_id", id]),
    }
}

/// Whether a record measures anything.
fn has_measure(record: &UsageRecord) -> bool {
    record.tokens.total().is_some()
        || record.requests.is_some()
        || !record.cost.is_unknown()
        || record.credits.is_some()
}

/// Puts a total where it belongs: beside known classes it is a check, alone it is all
/// that is known.
fn settle_total(tokens: &mut TokenCounts, total: Option<u64>) {
    match tokens.total() {
        Some(_) => tokens.reported_total = total,
        None => tokens.unclassified = total,
    }
}

/// A map of columns that does not fit: wrong flags.
fn map_error(why: &str, hint: &str) -> Error {
    Error::usage("E-MAP", "cannot map the columns of a usage export", why, hint)
}
