//! Every rule says what it fits and what it does not: whether that is so.

use super::disclosure::Said;
use super::file::RulesFile;
use super::message;
use super::row::Row;
use super::rules::Rules;
use super::{bad_example, squash};
use crate::error::Error;

/// The kinds of rules that have patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Identity,
    Bot,
    Trailer,
    Disclosure,
    Line,
    Human,
    Subject,
    Branch,
    RepoSignal,
    ToolWord,
    Model,
    Squash,
}

/// A rule, by its place in the file, with its examples.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case<'f> {
    pub(super) table: Table,
    /// Counted within its table.
    place: usize,
    pub(super) id: &'f str,
    pub(super) example: &'f [String],
    pub(super) counter_example: &'f [String],
}

/// All rules of a file that have patterns.
pub(super) fn cases(file: &RulesFile) -> impl Iterator<Item = Case<'_>> {
    let squash = file.squash.as_ref().map(squash::rows);
    of_table(Table::Identity, &file.identity)
        .chain(of_table(Table::Bot, &file.bot))
        .chain(of_table(Table::Trailer, &file.trailer))
        .chain(of_table(Table::Disclosure, &file.disclosure))
        .chain(of_table(Table::Line, &file.line))
        .chain(of_table(Table::Human, &file.human))
        .chain(of_table(Table::Subject, &file.subject))
        .chain(of_table(Table::Branch, &file.branch))
        .chain(of_table(Table::RepoSignal, &file.repo_signal))
        .chain(of_table(Table::ToolWord, &file.tool_word))
        .chain(of_table(Table::Model, &file.model))
        .chain(squash.into_iter().flat_map(|rows| of_table(Table::Squash, rows)))
}

fn of_table<'f, T: 'f>(
    table: Table,
    rows: impl IntoIterator<Item = &'f Row<T>>,
) -> impl Iterator<Item = Case<'f>> {
    (0..).zip(rows).map(move |(place, row)| Case {
        table,
        place,
        id: &row.id,
        example: &row.example,
        counter_example: &row.counter_example,
    })
}

/// Holds that rules fit their examples and none of their counter-examples, each rule
/// looked at alone.
pub(super) fn check<'f>(
    rules: &Rules,
    cases: impl Iterator<Item = Case<'f>>,
) -> Result<(), Error> {
    for case in cases {
        let fits = |text: &&String| fits(rules, case.table, case.place, text.as_bytes());
        if let Some(text) = case.example.iter().find(|text| !fits(text)) {
            return Err(bad_example(case.id, "does not fit its example", text));
        }
        if let Some(text) = case.counter_example.iter().find(fits) {
            return Err(bad_example(case.id, "fits its counter-example", text));
        }
    }
    Ok(())
}

/// Whether one rule fits a text, whichever rules come before it.
fn fits(rules: &Rules, table: Table, place: usize, text: &[u8]) -> bool {
    match table {
        Table::Identity | Table::Bot => {
            let person = message::person(text);
            let is_bot = table == Table::Bot;
            rules.people.fits(is_bot, place, person.name, person.email)
        }
        Table::Trailer | Table::Disclosure => message::key_and_value(text)
            .is_some_and(|(key, value)| fits_value(rules, table, place, &key, value)),
        Table::Line | Table::Human => {
            let is_statement = table == Table::Human;
            rules.lines.fits(is_statement, place, &message::unescape(text.trim_ascii()))
        }
        Table::Subject => rules.subjects.fits(false, place, text.trim_ascii()),
        Table::Branch => rules.branches.fits(place, text),
        Table::RepoSignal => rules.paths.fits(place, text),
        Table::ToolWord => rules.words.names_tool(place, text),
        Table::Model => rules.words.names_model(place, text),
        Table::Squash => rules.squash.fits(place, text),
    }
}

/// Whether the rule for a key fits its value. A disclosure is fitted by what says that
/// AI took part.
fn fits_value(
    rules: &Rules,
    table: Table,
    place: usize,
    key: &[u8],
    value: &[u8],
) -> bool {
    if table == Table::Trailer {
        return rules
            .trailers
            .one(place, key)
            .is_some_and(|rule| rule.value.is_match(value));
    }
    rules.disclosures.one(place, key).is_some_and(|rule| {
        matches!(rule.read(value, &rules.people, &rules.words), Said::Ai { .. })
    })
}
