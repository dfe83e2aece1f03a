//! Our own format, `slopnexus.usage/1`: a CSV for whatever we do not read natively, and
//! NDJSON of records already normalised.

use super::framing::{Sample, Source};
use super::record::{TokenCounts, record_id};
use super::{Context, Format, Parsed};
use crate::error::Error;

pub mod fields;
pub mod write;
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

fn recognizes(sample: Sample<'_>) -> bool {
    match sample {
        Sample::Table(head) => csv_rows::recognizes(head),
        Sample::Values(_) => sample.any_object(json_lines::recognizes),
    }
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    match source {
        Source::Table(_) => csv_rows::parse(source, context, parsed),
        Source::Values(_) => json_lines::parse(source, context, parsed),
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
