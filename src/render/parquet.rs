//! Rows of tables → Parquet: typed columns that a program reads alone.

use std::io::{self, Write};
use std::mem;
use std::sync::Arc;

use parquet::basic::{
    Compression, ConvertedType, GzipLevel, LogicalType, Repetition, TimeUnit,
    Type as Physical,
};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{
    SerializedColumnWriter, SerializedFileWriter, SerializedRowGroupWriter,
};
use parquet::schema::types::{Type, TypePtr};

use super::tables::{Cell, Column, Kind, Table};

/// Rows of one row group: readers skip whole groups, and a group is held while it is
/// filled.
const GROUP_ROWS: usize = 65_536;

/// Bytes of text after which a row group ends earlier.
const GROUP_TEXT_BYTES: usize = 1 << 25;

/// Bytes of the distinct texts of a column in one row group: ids of as many commits as
/// a row group has rows.
const DICTIONARY_BYTES: usize = GROUP_ROWS * 48;

/// Writes a table. What is held at a time is one row group.
///
/// # Errors
///
/// When `to` cannot be written, or a cell is not of the type of its column.
pub(super) fn write(
    table: &Table<'_>,
    rows: impl Iterator<Item = Vec<Cell>>,
    to: &mut dyn Write,
) -> io::Result<()> {
    let schema = schema(table.columns).map_err(failed)?;
    let properties = Arc::new(properties(table));
    // The crate wants a writer of its own; what it has written is handed on.
    let mut file =
        SerializedFileWriter::new(Vec::new(), schema, properties).map_err(failed)?;
    let mut group = Group::new(table.columns);
    for row in rows {
        group.push(row)?;
        if group.is_full() {
            group.flush(&mut file).map_err(failed)?;
            file.flush()?;
            to.write_all(&mem::take(file.inner_mut()))?;
        }
    }
    if group.rows > 0 {
        group.flush(&mut file).map_err(failed)?;
    }
    to.write_all(&file.into_inner().map_err(failed)?)
}

fn failed(why: ParquetError) -> io::Error {
    io::Error::other(why)
}

/// How a table is written: for every reader, and the same bytes for the same rows. Gzip
/// takes a third less room here than Snappy, which would be one more dependency.
fn properties(table: &Table<'_>) -> WriterProperties {
    let about = |key: &str, value: &str| KeyValue::new(key.to_owned(), value.to_owned());
    let created_by = concat!("slopnexus version ", env!("CARGO_PKG_VERSION"));
    WriterProperties::builder()
        .set_created_by(created_by.to_owned())
        .set_key_value_metadata(Some(vec![
            about("slopnexus.schema", table.schema),
            about("slopnexus.table", table.name),
        ]))
        .set_compression(Compression::GZIP(GzipLevel::default()))
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .build()
}

/// The schema of a table: everything may be absent.
fn schema(columns: &[Column]) -> Result<TypePtr> {
    let fields = columns.iter().map(|column| field(column).map(Arc::new));
    let fields = fields.collect::<Result<Vec<_>>>()?;
    let schema = Type::group_type_builder("schema").with_fields(fields).build()?;
    Ok(Arc::new(schema))
}

fn field(column: &Column) -> Result<Type> {
    let optional = |physical, logical| {
        Type::primitive_type_builder(column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()
    };
    let time = LogicalType::timestamp(true, TimeUnit::MILLIS);
    match column.kind {
        Kind::Text => optional(Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Time => optional(Physical::INT64, Some(time)),
        Kind::Count => optional(Physical::INT64, None),
        Kind::Share => optional(Physical::DOUBLE, None),
        Kind::Flag => optional(Physical::BOOLEAN, None),
        Kind::List => list(column.name),
    }
}

/// A list of texts, with the three levels that the format asks for.
fn list(name: &str) -> Result<Type> {
    let element = Type::primitive_type_builder("element", Physical::BYTE_ARRAY)
        .with_repetition(Repetition::REQUIRED)
        .with_logical_type(Some(LogicalType::String))
        .build()?;
    let repeated = Type::group_type_builder("list")
        .with_repetition(Repetition::REPEATED)
        .with_fields(vec![Arc::new(element)])
        .build()?;
    Type::group_type_builder(name)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(Some(LogicalType::List))
        .with_converted_type(ConvertedType::LIST)
        .with_fields(vec![Arc::new(repeated)])
        .build()
}

/// The rows of a row group, column by column.
struct Group {
    columns: Vec<Chunk>,
    rows: usize,
    text_bytes: usize,
}

impl Group {
    fn new(columns: &[Column]) -> Self {
        let columns = columns.iter().map(Chunk::new).collect();
        Self { columns, rows: 0, text_bytes: 0 }
    }

    fn push(&mut self, row: Vec<Cell>) -> io::Result<()> {
        self.rows += 1;
        for (chunk, cell) in self.columns.iter_mut().zip(row) {
            self.text_bytes += chunk.push(cell)?;
        }
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.rows >= GROUP_ROWS || self.text_bytes >= GROUP_TEXT_BYTES
    }

    fn flush(&mut self, file: &mut SerializedFileWriter<Vec<u8>>) -> Result<()> {
        let mut group = file.next_row_group()?;
        for chunk in &mut self.columns {
            chunk.flush(&mut group)?;
        }
        group.close()?;
        (self.rows, self.text_bytes) = (0, 0);
        Ok(())
    }
}

/// What stands in one column of a row group. Levels say how much of a value is there:
/// a text 1 or, if absent, 0; a list 0 if absent, 1 if empty, else each element 2, and
/// all but the first repeat.
struct Chunk {
    values: Values,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

enum Values {
    Counts(Vec<i64>),
    Times(Vec<i64>),
    Shares(Vec<f64>),
    Flags(Vec<bool>),
    Texts(Vec<ByteArray>),
    Lists(Vec<ByteArray>),
}

impl Chunk {
    fn new(column: &Column) -> Self {
        let values = match column.kind {
            Kind::Text => Values::Texts(Vec::new()),
            Kind::Time => Values::Times(Vec::new()),
            Kind::Count => Values::Counts(Vec::new()),
            Kind::Share => Values::Shares(Vec::new()),
            Kind::Flag => Values::Flags(Vec::new()),
            Kind::List => Values::Lists(Vec::new()),
        };
        Self { values, definitions: Vec::new(), repetitions: Vec::new() }
    }

    /// Takes the cell of one row, and returns how many bytes of new text it has.
    fn push(&mut self, cell: Cell) -> io::Result<usize> {
        let mut bytes = 0;
        let mut definition = 1;
        match (&mut self.values, cell) {
            (_, Cell::Null) => definition = 0,
            (Values::Counts(all), Cell::Count(count)) => {
                all.push(i64::try_from(count).map_err(io::Error::other)?);
            }
            (Values::Times(all), Cell::Time(time)) => {
                all.push(time.0.saturating_mul(1000));
            }
            (Values::Shares(all), Cell::Share(share)) => all.push(share),
            (Values::Flags(all), Cell::Flag(flag)) => all.push(flag),
            (Values::Texts(all), Cell::Text(text)) => bytes = push_text(all, text),
            (Values::Lists(all), Cell::List(texts)) => {
                let more = texts.len().saturating_sub(1);
                definition = if texts.is_empty() { 1 } else { 2 };
                self.definitions.extend(std::iter::repeat_n(2, more));
                self.repetitions.push(0);
                self.repetitions.extend(std::iter::repeat_n(1, more));
                bytes = texts.into_iter().map(|text| push_text(all, text)).sum();
            }
            (_, cell) => {
                let why = format!("{cell:?} is not of the type of its column");
                return Err(io::Error::new(io::ErrorKind::InvalidData, why));
            }
        }
        if definition == 0 && matches!(self.values, Values::Lists(_)) {
            self.repetitions.push(0);
        }
        self.definitions.push(definition);
        Ok(bytes)
    }

    /// Writes the column, and is empty then.
    fn flush(&mut self, group: &mut SerializedRowGroupWriter<'_, Vec<u8>>) -> Result<()> {
        let levels = (self.definitions.as_slice(), self.repetitions.as_slice());
        let mut column = group
            .next_column()?
            .ok_or_else(|| ParquetError::General("a column too many".to_owned()))?;
        match &mut self.values {
            Values::Counts(all) | Values::Times(all) => {
                batch::<Int64Type>(&mut column, all, levels)?;
            }
            Values::Shares(all) => batch::<DoubleType>(&mut column, all, levels)?,
            Values::Flags(all) => batch::<BoolType>(&mut column, all, levels)?,
            Values::Texts(all) | Values::Lists(all) => {
                batch::<ByteArrayType>(&mut column, all, levels)?;
            }
        }
        self.definitions.clear();
        self.repetitions.clear();
        column.close()
    }
}

fn batch<T: parquet::data_type::DataType>(
    column: &mut SerializedColumnWriter<'_>,
    values: &mut Vec<T::T>,
    (definitions, repetitions): (&[i16], &[i16]),
) -> Result<()> {
    let repetitions = (!repetitions.is_empty()).then_some(repetitions);
    column.typed::<T>().write_batch(values, Some(definitions), repetitions)?;
    values.clear();
    Ok(())
}

/// Adds a text; one that repeats the last is held once, as most do in sorted rows.
fn push_text(all: &mut Vec<ByteArray>, text: String) -> usize {
    if let Some(last) = all.last().filter(|last| last.data() == text.as_bytes()) {
        let last = last.clone();
        all.push(last);
        return 0;
    }
    let bytes = text.len();
    all.push(ByteArray::from(text.into_bytes()));
    bytes
}
