//! Rows of tables → NDJSON or CSV, sorted as they come, one type a table.

use std::io::{self, Write};

use serde::Serialize;

use super::json;

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// One JSON object a line.
    Ndjson,
    /// Comma-separated, with a header.
    Csv,
}

/// One cell of a row.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// Unknown or absent.
    Null,
    /// A count.
    Count(u64),
    /// A part of a whole.
    Share(f64),
    /// Yes or no.
    Flag(bool),
    /// Text, some of it from outside.
    Text(String),
    /// Several texts.
    List(Vec<String>),
}

impl Cell {
    /// Text, or nothing.
    pub fn text(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.into()))
    }

    /// A count, or nothing.
    pub fn count(count: Option<u64>) -> Self {
        count.map_or(Self::Null, Self::Count)
    }

    fn to_csv(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Count(count) => count.to_string(),
            Self::Share(share) => share.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::Text(text) => {
                crate::untrusted::Untrusted::from(text.as_str()).to_csv_cell()
            }
            Self::List(texts) => {
                crate::untrusted::Untrusted::from(texts.join(" ").as_str()).to_csv_cell()
            }
        }
    }
}

/// Writes a table: the names of its columns and its rows.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write(
    columns: &[&str],
    rows: impl Iterator<Item = Vec<Cell>>,
    format: TableFormat,
    to: &mut dyn Write,
) -> io::Result<()> {
    match format {
        TableFormat::Ndjson => {
            for row in rows {
                let object = Object(columns, &row);
                json::write_row(&object, to)?;
            }
            Ok(())
        }
        TableFormat::Csv => {
            let mut writer = csv::WriterBuilder::new()
                .quote_style(csv::QuoteStyle::NonNumeric)
                .from_writer(to);
            writer.write_record(columns)?;
            for row in rows {
                writer.write_record(row.iter().map(Cell::to_csv))?;
            }
            writer.flush()
        }
    }
}

/// A row as an object, its keys in the order of the columns.
struct Object<'r>(&'r [&'r str], &'r [Cell]);

impl Serialize for Object<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().zip(self.1))
    }
}
