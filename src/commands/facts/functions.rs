//! The tables of functions and placeholders at the tip.

use super::{Tables, commit_id, landing_id, path, repo, time};
use crate::error::Error;
use crate::facts::{Facts, FunctionFacts, PlaceholderFacts};
use crate::render::tables::Cell;

const FUNCTIONS: [&str; 17] = [
    "repo",
    "path",
    "name",
    "kind",
    "first_line",
    "last_line",
    "lines",
    "code_lines",
    "cyclomatic",
    "cognitive",
    "depth",
    "parameters",
    "test",
    "standing_landings",
    "first_landing",
    "last_landing",
    "last_landing_time",
];

const PLACEHOLDERS: [&str; 7] =
    ["repo", "path", "line", "kind", "test", "commit", "landing"];

pub(super) fn functions(tables: &Tables<'_>) -> Result<(), Error> {
    let rows = tables.repositories.iter().flat_map(|facts| {
        let found = facts.functions.iter().flat_map(|it| &it.functions);
        found.map(move |one| function_row(facts, one))
    });
    tables.write("functions", &FUNCTIONS, rows)
}

pub(super) fn placeholders(tables: &Tables<'_>) -> Result<(), Error> {
    let rows = tables.repositories.iter().flat_map(|facts| {
        let found = facts.functions.iter().flat_map(|it| &it.placeholders);
        found.map(move |one| placeholder_row(facts, one))
    });
    tables.write("placeholders", &PLACEHOLDERS, rows)
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
