//! The tables of functions and placeholders at the tip, and of what landings did to
//! functions.

use super::columns;
use super::{Tables, commit_id, landing_id, path, repo, time};
use crate::error::Error;
use crate::facts::{
    Before, Facts, FunctionChangeFacts, FunctionFacts, FunctionsFacts,
    LandingFunctionsFacts, PlaceholderFacts,
};
use crate::render::tables::Cell;

pub(super) fn functions(tables: &Tables<'_>) -> Result<(), Error> {
    let rows = tables.repositories.iter().flat_map(|facts| {
        let found = facts.functions.iter().flat_map(|it| &it.functions);
        found.map(move |one| function_row(facts, one))
    });
    tables.write("functions", columns::FUNCTIONS, rows)
}

pub(super) fn placeholders(tables: &Tables<'_>) -> Result<(), Error> {
    let rows = tables.repositories.iter().flat_map(|facts| {
        let found = facts.functions.iter().flat_map(|it| &it.placeholders);
        found.map(move |one| placeholder_row(facts, one))
    });
    tables.write("placeholders", columns::PLACEHOLDERS, rows)
}

pub(super) fn function_changes(tables: &Tables<'_>) -> Result<(), Error> {
    let rows = tables.repositories.iter().flat_map(|facts| {
        let history = facts.functions.as_ref().zip(facts.function_history.as_ref());
        history.into_iter().flat_map(move |(table, history)| {
            history.changes.iter().map(move |one| change_row(facts, table, one))
        })
    });
    tables.write("function_changes", columns::FUNCTION_CHANGES, rows)
}

pub(super) fn function_landings(tables: &Tables<'_>) -> Result<(), Error> {
    let rows = tables.repositories.iter().flat_map(|facts| {
        let landings = facts.function_history.iter().flat_map(|it| &it.landings);
        landings.map(move |one| landing_row(facts, one))
    });
    tables.write("function_landings", columns::FUNCTION_LANDINGS, rows)
}

fn change_row(
    facts: &Facts,
    table: &FunctionsFacts,
    one: &FunctionChangeFacts,
) -> Vec<Cell> {
    let function = &table.functions[one.function as usize];
    let it = &function.function;
    let (is_new, before) = match one.before {
        Before::New => (Cell::Flag(true), None),
        Before::Unknown => (Cell::Null, None),
        Before::Was { cyclomatic, cognitive, code_lines } => {
            (Cell::Flag(false), Some([cyclomatic, cognitive, code_lines]))
        }
    };
    let count = |of: Option<u32>| of.map_or(Cell::Null, |of| Cell::Count(of.into()));
    let was = |which: usize| count(before.map(|before| before[which]));
    let at = |landing: u32| time(Some(facts.mainline[landing as usize].time));
    vec![
        repo(facts),
        path(facts, function.path),
        Cell::Text(it.name.to_json_text().into_owned()),
        Cell::Flag(it.is_test),
        Cell::Count(one.landings.into()),
        Cell::Count(one.added),
        Cell::Count(one.deleted),
        landing_id(facts, one.first),
        at(one.first),
        landing_id(facts, one.last),
        at(one.last),
        is_new,
        was(0),
        Cell::Count(it.complexity.cyclomatic.into()),
        was(1),
        Cell::Count(it.complexity.cognitive.into()),
        was(2),
        Cell::Count(it.code_lines.into()),
        Cell::Count(one.removed_lines),
        count(one.removed_median_days),
    ]
}

fn landing_row(facts: &Facts, one: &LandingFunctionsFacts) -> Vec<Cell> {
    let landing = facts.mainline[one.landing as usize];
    let places = [one.added, one.deleted];
    let counts = places.map(|of| [of.functions, of.outside, of.not_parsed]);
    let mut row = vec![
        repo(facts),
        landing_id(facts, one.landing),
        time(Some(landing.time)),
        Cell::Flag(landing.is_bulk),
        Cell::Flag(one.product),
        Cell::Flag(one.tests),
    ];
    row.extend(counts.concat().into_iter().map(Cell::Count));
    row
}

fn function_row(facts: &Facts, one: &FunctionFacts) -> Vec<Cell> {
    let it = &one.function;
    let landing = |of: Option<u32>| of.map_or(Cell::Null, |of| landing_id(facts, of));
    let last = one.landings.map(|it| it.last);
    vec![
        repo(facts),
        path(facts, one.path),
        Cell::Text(it.name.to_json_text().into_owned()),
        Cell::Text(it.kind.as_str().to_owned()),
        Cell::Count(u64::from(it.lines.start) + 1),
        Cell::Count(it.lines.end.into()),
        Cell::Count(u64::from(it.lines.end - it.lines.start)),
        Cell::Count(it.code_lines.into()),
        Cell::Count(it.complexity.cyclomatic.into()),
        Cell::Count(it.complexity.cognitive.into()),
        Cell::Count(it.complexity.depth.into()),
        Cell::Count(it.complexity.parameters.into()),
        Cell::Flag(it.is_test),
        one.landings.map_or(Cell::Null, |it| Cell::Count(it.n.into())),
        landing(one.landings.map(|it| it.first)),
        landing(last),
        time(last.map(|last| facts.mainline[last as usize].time)),
    ]
}

fn placeholder_row(facts: &Facts, one: &PlaceholderFacts) -> Vec<Cell> {
    let origin = one.origin;
    vec![
        repo(facts),
        path(facts, one.path),
        Cell::Count(u64::from(one.line) + 1),
        Cell::Text(one.kind.as_str().to_owned()),
        Cell::Flag(one.is_test),
        origin.map_or(Cell::Null, |(commit, _)| Cell::Text(commit_id(facts, commit))),
        origin.map_or(Cell::Null, |(_, landing)| landing_id(facts, landing)),
    ]
}
