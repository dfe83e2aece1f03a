//! What formats share in reading: the rows of a table, the rows of pages of an API, and
//! one value after another.

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::framing::Source;
use super::json::Object;
use super::numbers;
use super::record::{Draft, Flag, TokenCounts};
use super::table::{Head, Row};
use super::{Context, Parsed};
use crate::problem::GapKind;
use crate::units::Usd;

/// A row of a table with its columns by name. A column that is not there is blank.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'r> {
    /// The header.
    pub head: &'r Head,
    /// The row.
    pub row: &'r Row,
}

impl<'r> Cells<'r> {
    /// A field without white space around it.
    pub fn get(&self, name: &str) -> &'r str {
        let column = self.head.column(name);
        column.map_or("", |column| self.row.fields[column].trim())
    }

    /// A count; blank is `None`.
    pub fn count(&self, name: &str) -> Result<Option<u64>, &'static str> {
        numbers::count(self.get(name), self.head.decimal_sign())
    }

    /// An amount in dollars; blank and words that stand for none are `None`.
    pub fn dollars(&self, name: &str) -> Result<Option<Usd>, &'static str> {
        numbers::dollars(self.get(name), self.head.decimal_sign())
    }

    /// A decimal of any unit, in billionths.
    pub fn nanos(&self, name: &str) -> Result<Option<i128>, &'static str> {
        numbers::nanos(self.get(name), self.head.decimal_sign())
    }
}

/// Reads a table whose rows are one record each, or, where `read` gives `None`, none
/// that counts.
pub fn each_row(
    source: &mut Source<'_>,
    parsed: &mut Parsed<'_>,
    mut read: impl FnMut(&Cells<'_>, &mut Parsed<'_>) -> Result<Option<Draft>, &'static str>,
) {
    let Source::Table(table) = source else { return };
    while let Some(row) = table.next_row() {
        match row {
            Ok(row) => {
                let cells = Cells { head: &table.head, row: &row };
                let draft = read(&cells, parsed);
                if let Some(draft) = draft.transpose() {
                    parsed.push(row.line, draft);
                }
            }
            Err((line, why)) => parsed.push(line, Err(why)),
        }
    }
}

/// Reads one value after another, each an object; `read` adds what it holds.
pub fn each_value(
    source: &mut Source<'_>,
    parsed: &mut Parsed<'_>,
    mut read: impl FnMut(&Object<'_>, u64, &mut Parsed<'_>) -> Result<(), &'static str>,
) {
    let Source::Values(values) = source else { return };
    while let Some(item) = values.next() {
        let position = item.position;
        let done = item.value.and_then(Object::parse);
        if let Err(why) = done.and_then(|value| read(&value, position, parsed)) {
            parsed.push(position, Err(why));
        }
    }
}

/// How the pages of an API are laid out.
#[derive(Debug, Clone, Copy)]
pub struct Pages {
    /// The names its array of rows may have: the first that is there.
    pub arrays: &'static [&'static str],
    /// Whether values that are no pages are rows: some tools save the rows alone.
    pub bare_rows: bool,
}

/// One row of a page.
#[derive(Debug, Clone, Copy)]
pub struct PageRow<'p> {
    /// The page it stands on; the row itself where rows were saved alone.
    pub page: &'p Object<'p>,
    /// The row.
    pub row: &'p Object<'p>,
    /// Its 1-based number, counted over all pages.
    pub position: u64,
}

/// Reads the rows of all pages; `read` adds what each holds. Says so when the last page
/// tells of more.
pub fn each_page_row(
    source: &mut Source<'_>,
    parsed: &mut Parsed<'_>,
    pages: Pages,
    read: impl FnMut(PageRow<'_>, &mut Parsed<'_>) -> Result<(), &'static str>,
) {
    each_in_pages(source, parsed, pages, |text| Object::record(text), read);
}

/// The same of pages whose rows are buckets of many records: one may be as long as a page.
pub fn each_bucket(
    source: &mut Source<'_>,
    parsed: &mut Parsed<'_>,
    pages: Pages,
    read: impl FnMut(PageRow<'_>, &mut Parsed<'_>) -> Result<(), &'static str>,
) {
    each_in_pages(source, parsed, pages, |text| Object::parse(text), read);
}

fn each_in_pages(
    source: &mut Source<'_>,
    parsed: &mut Parsed<'_>,
    pages: Pages,
    row_of: for<'t> fn(&'t str) -> Result<Object<'t>, &'static str>,
    mut read: impl FnMut(PageRow<'_>, &mut Parsed<'_>) -> Result<(), &'static str>,
) {
    let Source::Values(values) = source else { return };
    let (mut position, mut last_page, mut is_more, mut n_pages) = (0, 0, false, 0_u64);
    let mut told = Told::default();
    while let Some(item) = values.next() {
        let page = item.value.and_then(Object::parse);
        last_page = parsed.records.len();
        let rows =
            page.as_ref().map_err(|why| *why).and_then(|page| rows_of(page, pages));
        match (&page, rows) {
            (Ok(page), Ok(rows)) => {
                n_pages += 1;
                is_more = says_more(page);
                told.note(page);
                for text in rows {
                    position += 1;
                    let row = row_of(text);
                    let done = row.and_then(|row| {
                        read(PageRow { page, row: &row, position }, parsed)
                    });
                    if let Err(why) = done {
                        parsed.push(position, Err(why));
                    }
                }
            }
            (Err(_), Ok(_)) => {}
            (_, Err(why)) => {
                position += 1;
                parsed.push(position, Err(why));
            }
        }
    }
    // Only the last page tells: the ones before it were followed.
    if is_more || told.is_missing(n_pages, position) {
        let why = "the last page says that more pages follow";
        parsed.remark(GapKind::IncompleteExport, position.max(1), why);
        for record in &mut parsed.records[last_page..] {
            record.flags.insert(Flag::IncompletePage);
        }
    }
}

fn rows_of<'p>(page: &Object<'p>, pages: Pages) -> Result<Vec<&'p str>, &'static str> {
    if let Some(name) = pages.arrays.iter().find(|name| page.has(name)) {
        return Ok(page.array(name)?.into_iter().map(RawValue::get).collect());
    }
    if page.has("error") {
        return Err("an error message of the API instead of a page");
    }
    if pages.bare_rows {
        return Ok(vec![page.text_of_whole()]);
    }
    Err("a page without data")
}

fn says_more(page: &Object<'_>) -> bool {
    let pagination = page.object("pagination").ok().flatten();
    page.is_true("has_more")
        || page.get("next_page").is_some()
        || page.get("next_page_cursor").is_some()
        || pagination.is_some_and(|page| {
            page.is_true("hasNextPage") || page.get("next_page_cursor").is_some()
        })
}

/// What pages say of how many there are.
#[derive(Debug, Default)]
struct Told {
    pages: Option<u64>,
    rows: Option<u64>,
}

impl Told {
    fn note(&mut self, page: &Object<'_>) {
        let count = |name| page.count(name).ok().flatten();
        self.pages = self.pages.max(count("totalPages"));
        self.rows =
            self.rows.max(count("totalUsageEventsCount")).max(count("totalCount"));
        self.rows = self.rows.max(count("total_seats"));
    }

    fn is_missing(&self, n_pages: u64, n_rows: u64) -> bool {
        self.pages.is_some_and(|told| told > n_pages)
            || self.rows.is_some_and(|told| told > n_rows)
    }
}

/// Where the records of an export are by their ids, for exports that give one key in
/// several rows: what such rows measure is added up, since it is not the same twice.
#[derive(Debug, Default)]
pub struct Sums(HashMap<[u8; 16], usize>);

impl Sums {
    /// Adds a record to the one of the same id, or as a new one.
    pub fn push(&mut self, parsed: &mut Parsed<'_>, draft: Draft) {
        let (position, id, place) =
            (draft.position, draft.record_id, parsed.records.len());
        parsed.push(position, Ok(draft));
        if parsed.records.len() == place {
            return;
        }
        let first = *self.0.entry(id).or_insert(place);
        if first == place {
            return;
        }
        let Some(more) = parsed.records.pop() else { return };
        if let Err(why) = parsed.records[first].add(&more) {
            parsed.reject(position, why);
        }
    }
}

/// The period of records whose export gives none: what the user said, else what the name
/// of the file says.
pub fn period_of_file(context: &Context<'_>) -> Result<super::Period, &'static str> {
    context.period.ok_or(
        "no date in the row and none in the name of the file: give --period FROM..TO",
    )
}

/// Divides an input that includes what was read from the cache and written to it: `None`
/// of both leaves it undivided. What the cache is said to have beyond the input is cut
/// off, and said so.
pub fn divide_input(
    tokens: &mut TokenCounts,
    input: Option<u64>,
    cache_read: Option<u64>,
    cache_write: Option<u64>,
    (position, parsed): (u64, &mut Parsed<'_>),
) {
    let Some(input) = input else {
        (tokens.cache_read, tokens.cache_write) = (cache_read, cache_write);
        return;
    };
    if cache_read.is_none() && cache_write.is_none() {
        tokens.input_unsplit = Some(input);
        return;
    }
    tokens.cache_read = cache_read.map(|read| read.min(input));
    let rest = input - tokens.cache_read.unwrap_or(0);
    tokens.cache_write = cache_write.map(|write| write.min(rest));
    tokens.input = Some(rest - tokens.cache_write.unwrap_or(0));
    if (tokens.cache_read, tokens.cache_write) != (cache_read, cache_write) {
        let why = "more from or into the cache than there is input; cut off at the input";
        parsed.remark(GapKind::TokenMismatch, position, why);
    }
}
