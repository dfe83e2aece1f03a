//! The lives of the lines of a made-up history, under names that do not change when the
//! ids of its commits do.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::git::Repository;
use crate::harness::Place;
use crate::random_history::commits::{self, Commit};

/// A row of a table; commits go by the first line of their message.
pub(super) type Row = serde_json::Map<String, Value>;

/// Rows and how many lines each stands for.
pub(super) type Sums = BTreeMap<String, u64>;

/// How lines are taken: as `git blame` has them, and as a report has them.
pub(super) const WAYS: [&[&str]; 2] = [&["--exact", "--no-syntax"], &["--no-syntax"]];

/// The columns that name commits.
const COMMITS: [&str; 6] =
    ["id", "origin", "landing", "death", "lineage_death", "parents"];

/// A history that the program told the tables of.
#[derive(Debug)]
pub(super) struct Told<'p> {
    place: &'p Place,
    /// Its folder.
    name: &'p str,
    way: &'p [&'p str],
    names: BTreeMap<String, String>,
    /// The table `lifetimes`.
    pub(super) lives: Vec<Row>,
    /// The table `commits`.
    pub(super) commits: Vec<Row>,
}

/// Makes a history and asks the program about it.
pub(super) fn tell<'p>(
    place: &'p Place,
    name: &'p str,
    commits: &[Commit],
    way: &'p [&'p str],
) -> Result<Told<'p>, String> {
    let stream = commits::stream(commits);
    let folder = place.path(name);
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| error.to_string())?;
    }
    let repository = Repository::import(place, name, &stream);
    let run = place.run(["facts", name, "--output", "tables"].iter().chain(way));
    if run.status != Some(0) {
        return Err(format!("facts ended with {:?}: {}", run.status, run.stderr));
    }
    let names = names(&repository);
    let (lives, commits) =
        (rows(place, "lifetimes", &names)?, rows(place, "commits", &names)?);
    Ok(Told { place, name, way, names, lives, commits })
}

impl Told<'_> {
    /// The report; commits go by name there, too.
    pub(super) fn report(&self) -> Result<Value, String> {
        let report = ["report", self.name, "--format=json"];
        let run = self.place.run(report.iter().chain(self.way));
        if run.status != Some(0) {
            return Err(format!("report ended with {:?}: {}", run.status, run.stderr));
        }
        let mut report =
            run.out().replace(&format!("\"{}\"", self.name), "\"a repository\"");
        for (id, name) in &self.names {
            report = report.replace(id, name).replace(&id[..12], name);
        }
        serde_json::from_str(&report).map_err(|error| error.to_string())
    }
}

/// The name of each commit, by its id.
fn names(repository: &Repository) -> BTreeMap<String, String> {
    let log = repository.git(["log", "--all", "--format=%H %s"]);
    let log = String::from_utf8_lossy(&log).into_owned();
    let split =
        |line: &str| line.split_once(' ').map(|(id, name)| (id.into(), name.into()));
    log.lines().filter_map(split).collect()
}

fn rows(
    place: &Place,
    table: &str,
    names: &BTreeMap<String, String>,
) -> Result<Vec<Row>, String> {
    let text = fs::read_to_string(place.path(&format!("tables/{table}.ndjson")));
    let text = text.map_err(|error| format!("{table}: {error}"))?;
    let read = |line: &str| {
        let mut row: Row = serde_json::from_str(line)?;
        row.remove("repo");
        for column in COMMITS {
            if let Some(value) = row.get_mut(column) {
                name(value, names);
            }
        }
        Ok(row)
    };
    let rows: Result<Vec<Row>, serde_json::Error> = text.lines().map(read).collect();
    rows.map_err(|error| format!("{table}: {error}"))
}

fn name(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::String(id) => {
            if let Some(name) = names.get(id) {
                id.clone_from(name);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| name(value, names)),
        _ => {}
    }
}

/// Adds up the lines of rows that are equal once `change` has been at them; rows that it
/// refuses are left out.
pub(super) fn sums(rows: &[Row], change: impl Fn(&mut Row) -> bool) -> Sums {
    let mut sums = Sums::new();
    for row in rows {
        let mut row = row.clone();
        if change(&mut row) {
            let lines = row.remove("lines").and_then(|lines| lines.as_u64());
            let key = serde_json::to_string(&row).expect("rows are JSON");
            *sums.entry(key).or_default() += lines.unwrap_or(1);
        }
    }
    sums
}

/// The rows as they are.
pub(super) fn as_they_are(_: &mut Row) -> bool {
    true
}

/// Leaves columns out.
pub(super) fn without(row: &mut Row, columns: &[&str]) {
    for column in columns {
        assert!(row.remove(*column).is_some(), "there is no column {column}");
    }
}

/// What a column holds; nothing when it is empty.
pub(super) fn text<'r>(row: &'r Row, column: &str) -> &'r str {
    row[column].as_str().unwrap_or("")
}

/// Holds that two tables are the same.
pub(super) fn same<K: Ord + std::fmt::Debug>(
    what: &str,
    one: &BTreeMap<K, u64>,
    two: &BTreeMap<K, u64>,
) -> Result<(), String> {
    let only = |one: &BTreeMap<K, u64>, two: &BTreeMap<K, u64>| -> String {
        let rows = one.iter().filter(|(row, n)| two.get(row) != Some(n));
        rows.take(6).map(|(row, n)| format!("\n    {n} × {row:?}")).collect()
    };
    let (before, after) = (only(one, two), only(two, one));
    if before.is_empty() && after.is_empty() {
        return Ok(());
    }
    Err(format!("{what}: only before:{before}\n  only after:{after}"))
}
