//! JSON: strict, UTF-8, keys in the order of the types.

use std::io::{self, Write};

use serde::Serialize;

/// Writes one document, with a newline at its end. Openings of CI workflow commands
/// are broken up, so that an answer in a log is only text.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write(value: &impl Serialize, to: &mut dyn Write) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(io::Error::other)?;
    to.write_all(disarm(&text).as_bytes())?;
    to.write_all(b"\n")
}

/// Writes one row of a table that has one JSON object a line.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write_row(value: &impl Serialize, to: &mut dyn Write) -> io::Result<()> {
    let text = serde_json::to_string(value).map_err(io::Error::other)?;
    to.write_all(disarm(&text).as_bytes())?;
    to.write_all(b"\n")
}

/// Inside JSON, `#[` and `#vso[` stand in strings only, where an escape is the same.
fn disarm(text: &str) -> String {
    text.replace("##[", "#\\u0023[").replace("##vso[", "#\\u0023vso[")
}
