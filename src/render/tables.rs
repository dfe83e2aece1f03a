//! Rows of tables → NDJSON, CSV or Parquet, sorted as they come, one type a table.

use std::io::{self, Write};

use serde::Serialize;

use super::{json, parquet};
use crate::units::Timestamp;

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// One JSON object a line.
    Ndjson,
    /// Comma-separated, with a header.
    Csv,
    /// Typed columns in compressed row groups.
    Parquet,
}

impl TableFormat {
    /// What the names of its files end in.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

/// A table: what it is called and which columns it has.
#[derive(Debug, Clone, Copy)]
pub struct Table<'t> {
    /// Its name.
    pub name: &'t str,
    /// The version of its columns.
    pub schema: &'t str,
    /// Its columns, in the order of the cells of a row.
    pub columns: &'t [Column],
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What its cells are, where they are not absent.
    pub kind: Kind,
}

/// The type of a column; [`Cell`] has the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the cell of the same name")]
pub enum Kind {
    Count,
    Share,
    Flag,
    Time,
    Text,
    List,
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
    /// A moment that a calendar can show.
    Time(#[serde(serialize_with = "rfc3339")] Timestamp),
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

    /// A moment, or nothing: also where no calendar can show it.
    pub fn time(time: Option<Timestamp>) -> Self {
        time.filter(|time| time.year().is_some()).map_or(Self::Null, Self::Time)
    }

    fn to_csv(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Count(count) => count.to_string(),
            Self::Share(share) => share.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::Time(time) => time.to_rfc3339().unwrap_or_default(),
            Self::Text(text) => {
                crate::untrusted::Untrusted::from(text.as_str()).to_csv_cell()
            }
            Self::List(texts) => {
                crate::untrusted::Untrusted::from(texts.join(" ").as_str()).to_csv_cell()
            }
        }
    }
}

fn rfc3339<S: serde::Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    time.to_rfc3339().serialize(to)
}

/// Writes a table.
///
/// # Errors
///
/// When `to` cannot be written, or a row does not fit the columns.
pub fn write(
    table: &Table<'_>,
    rows: impl Iterator<Item = Vec<Cell>>,
    format: TableFormat,
    to: &mut dyn Write,
) -> io::Result<()> {
    let mut misfits = 0_u64;
    let rows = rows.inspect(|row| misfits += u64::from(row.len() != table.columns.len()));
    write_rows(table, rows, format, to)?;
    match misfits {
        0 => Ok(()),
        n => Err(io::Error::other(format!("{n} rows do not fit the columns"))),
    }
}

fn write_rows(
    table: &Table<'_>,
    rows: impl Iterator<Item = Vec<Cell>>,
    format: TableFormat,
    to: &mut dyn Write,
) -> io::Result<()> {
    match format {
        TableFormat::Ndjson => {
            for row in rows {
                let object = Object(table.columns, &row);
                json::write_row(&object, to)?;
            }
            Ok(())
        }
        TableFormat::Csv => {
            let mut writer = csv::WriterBuilder::new()
                .quote_style(csv::QuoteStyle::NonNumeric)
                .from_writer(to);
            writer.write_record(table.columns.iter().map(|column| column.name))?;
            for row in rows {
                writer.write_record(row.iter().map(Cell::to_csv))?;
            }
            writer.flush()
        }
        TableFormat::Parquet => parquet::write(table, rows, to),
    }
}

/// A row as an object, its keys in the order of the columns.
struct Object<'r>(&'r [Column], &'r [Cell]);

impl Serialize for Object<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|column| column.name).zip(self.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_with_a_cell_too_many_or_too_few_is_an_error_in_every_format() {
        let columns = ["a", "b"].map(|name| Column { name, kind: Kind::Count });
        let table = Table { name: "t", schema: "t/1", columns: &columns };
        let formats = [TableFormat::Ndjson, TableFormat::Csv, TableFormat::Parquet];
        for format in formats {
            for n_cells in [1, 2, 3] {
                let rows = [vec![Cell::Count(1); 2], vec![Cell::Count(1); n_cells]];
                let written = write(&table, rows.into_iter(), format, &mut Vec::new());
                assert_eq!(written.is_ok(), n_cells == 2, "{format:?} {n_cells}");
            }
        }
    }
}
