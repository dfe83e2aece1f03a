//! The tables as Parquet: every cell is that of the NDJSON, in the type of its column,
//! and every column is documented.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use parquet::basic::{Compression, LogicalType, Type as Physical};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, ListAccessor};
use serde_json::Value;
use slopnexus::render::tables::{self, Cell, Column, Kind, Table, TableFormat};

use crate::git::{FIXTURES, Repository};
use crate::harness::Place;
use crate::tidy::top;

const TABLES: usize = 13;

/// Writes the tables of a repository in both formats, and one that cannot be read
/// beside it.
fn write_tables(place: &Place, repository: &Path) {
    for format in ["ndjson", "parquet"] {
        let arguments = ["facts", "--function-history", "--clone-history", "--format"];
        let arguments = arguments.map(Into::into).into_iter().chain([
            format.into(),
            repository.as_os_str().to_owned(),
            "--output".into(),
            "tables".into(),
        ]);
        drop(place.run(arguments).ended(0));
    }
}

/// The names of the tables.
fn table_names(place: &Place) -> Vec<String> {
    let entries = fs::read_dir(place.path("tables")).expect("they were written");
    let names = entries.map(|entry| entry.expect("it can be read").file_name());
    let names = names
        .filter_map(|name| Some(name.to_str()?.strip_suffix(".parquet")?.to_owned()));
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn reader(place: &Place, table: &str) -> SerializedFileReader<File> {
    let path = place.path(&format!("tables/{table}.parquet"));
    let file = File::open(path).expect("it was written");
    SerializedFileReader::new(file).expect("it is Parquet")
}

/// A cell as NDJSON has it.
fn to_json(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(flag) => (*flag).into(),
        Field::Long(count) => (*count).into(),
        Field::Double(share) => (*share).into(),
        Field::Str(text) => text.as_str().into(),
        Field::TimestampMillis(moment) => {
            jiff::Timestamp::from_millisecond(*moment).expect("a date").to_string().into()
        }
        Field::ListInternal(list) => {
            let texts = (0..list.len()).map(|at| list.get_string(at).cloned());
            texts.collect::<Result<Vec<_>, _>>().expect("a list of texts").into()
        }
        other => panic!("no table has {other:?}"),
    }
}

#[test]
fn every_cell_of_parquet_is_that_of_ndjson() {
    let mut rows_of: BTreeMap<String, usize> = BTreeMap::new();
    for (name, _) in FIXTURES {
        let place = Place::new();
        let repository = Repository::fixture(&place, name);
        write_tables(&place, &repository.path);
        assert_eq!(table_names(&place).len(), TABLES);
        for table in table_names(&place) {
            let text = fs::read_to_string(place.path(&format!("tables/{table}.ndjson")));
            let text = text.expect("it was written");
            let mut lines = text.lines();
            let reader = reader(&place, &table);
            for row in reader.get_row_iter(None).expect("it has rows") {
                let row = row.expect("it can be read");
                let ours: serde_json::Map<String, Value> = row
                    .get_column_iter()
                    .map(|(column, field)| (column.clone(), to_json(field)))
                    .collect();
                let wanted = lines.next().expect("no row too many");
                let wanted: Value = serde_json::from_str(wanted).expect("it is JSON");
                assert_eq!(Value::Object(ours), wanted, "{name}: {table}");
                *rows_of.entry(table.clone()).or_default() += 1;
            }
            assert_eq!(lines.next(), None, "{name}: {table} has all rows");
        }
    }
    for table in ["commits", "changes", "lifetimes", "line_operations"] {
        assert!(rows_of.get(table).is_some_and(|rows| *rows > 10), "{rows_of:?}");
    }
}

#[test]
fn a_parquet_file_says_what_it_is_and_what_its_row_groups_hold() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "rewrite");
    write_tables(&place, &repository.path);
    for table in table_names(&place) {
        let reader = reader(&place, &table);
        let file = reader.metadata().file_metadata();
        let about = file.key_value_metadata().expect("it says what it is");
        let about: Vec<(&str, Option<&str>)> =
            about.iter().map(|one| (one.key.as_str(), one.value.as_deref())).collect();
        let wanted = [
            ("slopnexus.schema", Some("slopnexus.facts/1")),
            ("slopnexus.table", Some(table.as_str())),
        ];
        assert_eq!(about, wanted);
        assert!(file.created_by().is_some_and(|by| by.starts_with("slopnexus version ")));
        for group in reader.metadata().row_groups() {
            for column in group.columns() {
                assert_ne!(column.compression(), Compression::UNCOMPRESSED);
                let statistics = column.statistics().expect("it has statistics");
                let nulls = statistics.null_count_opt().expect("nulls are counted");
                let rows = u64::try_from(group.num_rows()).expect("a count");
                let all_null = nulls == rows || column.column_path().parts().len() > 1;
                assert!(all_null || statistics.min_bytes_opt().is_some(), "{column:?}");
            }
        }
    }
}

/// A table of one count and one list, as a reader of its bytes sees it.
fn written(rows: impl Iterator<Item = Vec<Cell>>) -> io::Result<Vec<(Value, Value)>> {
    let columns = [
        Column { name: "count", kind: Kind::Count },
        Column { name: "list", kind: Kind::List },
    ];
    let table = Table { name: "made_up", schema: "none", columns: &columns };
    let mut file = tempfile::tempfile()?;
    tables::write(&table, rows, TableFormat::Parquet, &mut file)?;
    let reader = SerializedFileReader::new(file).expect("it is Parquet");
    let rows = reader.get_row_iter(None).expect("it has rows").map(|row| {
        let row = row.expect("it can be read");
        let mut cells = row.get_column_iter().map(|(_, field)| to_json(field));
        (cells.next().expect("a count"), cells.next().expect("a list"))
    });
    Ok(rows.collect())
}

#[test]
fn lists_that_are_absent_empty_and_long_come_back_across_row_groups() {
    let list = |number: u64| match number % 5 {
        0 => None,
        length => {
            Some((1..length).map(|at| format!("{number}.{at}")).collect::<Vec<_>>())
        }
    };
    let numbers = || 0..150_000_u64;
    let rows = numbers().map(|number| {
        let count = Cell::count((number % 3 != 0).then_some(number));
        vec![count, list(number).map_or(Cell::Null, Cell::List)]
    });
    let found = written(rows).expect("the rows fit the columns");
    assert_eq!(found.len(), 150_000);
    for (number, (count, texts)) in numbers().zip(found) {
        let wanted = if number % 3 == 0 { Value::Null } else { number.into() };
        assert_eq!((count, texts), (wanted, list(number).into()));
    }
}

#[test]
fn a_cell_of_another_type_than_its_column_is_refused() {
    let row = vec![Cell::Text("3".to_owned()), Cell::Null];
    assert!(written([row].into_iter()).is_err());
    let row = vec![Cell::Count(u64::MAX), Cell::Null];
    assert!(written([row].into_iter()).is_err());
}

/// The rows of tables with columns in `docs/facts.md`, by table.
fn documented() -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(top().join("docs/facts.md")).expect("it is there");
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut table = None;
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            let name = title.strip_prefix('`').and_then(|rest| rest.split('`').next());
            table = name.map(str::to_owned);
        }
        let cell = line.strip_prefix("| `").and_then(|rest| rest.split(" | ").next());
        if let (Some(table), Some(cell)) = (&table, cell) {
            let names = cell.trim_end_matches('`').split("`, `").map(str::to_owned);
            tables.entry(table.clone()).or_default().extend(names);
        }
    }
    tables
}

#[test]
fn every_column_of_every_table_is_documented_and_no_other() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "rewrite");
    write_tables(&place, &repository.path);
    let mut documented = documented();
    for table in table_names(&place) {
        let reader = reader(&place, &table);
        let schema = reader.metadata().file_metadata().schema().clone();
        let columns = schema.get_fields().iter().map(|one| one.name().to_owned());
        let mut columns: Vec<String> = columns.collect();
        let mut wanted = documented.remove(&table).unwrap_or_default();
        columns.sort();
        wanted.sort();
        assert_eq!(columns, wanted, "docs/facts.md on {table}");
    }
    assert_eq!(documented.into_keys().collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn times_are_times_and_counts_are_numbers_in_parquet() {
    let place = Place::new();
    let repository = Repository::fixture(&place, "rewrite");
    write_tables(&place, &repository.path);
    let type_of = |table: &str, column: &str| {
        let reader = reader(&place, table);
        let schema = reader.metadata().file_metadata().schema().clone();
        let field = schema.get_fields().iter().find(|one| one.name() == column);
        let field = field.expect("the table has the column");
        let info = field.get_basic_info();
        let physical = field.is_primitive().then(|| field.get_physical_type());
        (physical, info.logical_type_ref().cloned())
    };
    let (physical, logical) = type_of("commits", "landing_time");
    assert_eq!(physical, Some(Physical::INT64));
    assert!(matches!(logical, Some(LogicalType::Timestamp(_))), "{logical:?}");
    assert_eq!(type_of("lifetimes", "lines"), (Some(Physical::INT64), None));
    assert_eq!(type_of("lifetimes", "edited"), (Some(Physical::BOOLEAN), None));
    assert_eq!(type_of("commits", "ai_share_low"), (Some(Physical::DOUBLE), None));
    let text = (Some(Physical::BYTE_ARRAY), Some(LogicalType::String));
    assert_eq!(type_of("lifetimes", "path"), text);
    assert_eq!(type_of("commits", "parents"), (None, Some(LogicalType::List)));
}
