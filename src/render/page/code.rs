//! The code as it stands: functions, what stands in for code, and what stands twice.

use super::{Block, Cell, Section, Table, name, safe};
use crate::report::{DensityReport, DuplicationReport, FunctionsReport, Report};

/// How many repositories and hotspots have rows.
const MOST_ROWS: usize = 200;

pub(super) fn section(report: &Report) -> Section {
    let mut blocks = Vec::new();
    blocks.extend(duplication(report));
    blocks.extend(functions(report));
    blocks.extend(hotspots(report));
    blocks.extend(placeholders(report));
    Section { id: "code", title: "The code as it stands", blocks }
}

fn duplication(report: &Report) -> Vec<Block> {
    let columns = [
        "repository",
        "#product lines",
        "#of them in several places",
        "#share",
        "#test lines",
        "#share of tests",
        "#AI-marked lines",
        "#share of AI-marked",
        "#all other lines",
        "#share of all others",
    ];
    let caption = "What stands in several places: 50 tokens on 5 lines at least, names, \
                   strings and numbers apart";
    let mut table = Table::new(caption, &columns);
    let mut largest = Table::new(
        "The largest pieces that stand in several places",
        &["#tokens", "#places", "where"],
    );
    for (name, found) in with(report, |one| one.duplication.as_ref()).take(MOST_ROWS) {
        table.push(density_row(&name, found));
        if report.repositories.len() > 1 {
            continue;
        }
        for one in &found.largest {
            let places: Vec<String> =
                one.places.iter().map(|place| safe(place)).collect();
            largest.push(vec![
                Cell::count(one.tokens.into()),
                Cell::count(one.n_places),
                Cell::text(places.join(", ")),
            ]);
        }
    }
    let tables = [table, largest].into_iter().filter(|table| !table.rows.is_empty());
    tables.map(Block::Table).collect()
}

/// The parts that repositories have, with their names.
fn with<'r, T: 'r>(
    report: &'r Report,
    part: impl Fn(&'r crate::report::RepositoryReport) -> Option<&'r T> + 'r,
) -> impl Iterator<Item = (String, &'r T)> {
    report
        .repositories
        .iter()
        .filter_map(move |one| Some((name(report, &one.path), part(one)?)))
}

fn density_row(name: &str, found: &DuplicationReport) -> Vec<Cell> {
    let share = |density: &DensityReport| Cell::share(density.share);
    vec![
        Cell::text(name),
        Cell::count(found.product.countable_lines),
        Cell::count(found.product.duplicated_lines),
        share(&found.product),
        Cell::count(found.tests.countable_lines),
        share(&found.tests),
        Cell::count(found.debt.ai_marked.countable_lines),
        share(&found.debt.ai_marked),
        Cell::count(found.debt.unmarked.countable_lines),
        share(&found.debt.unmarked),
    ]
}

fn functions(report: &Report) -> Option<Block> {
    let columns = [
        "repository",
        "#functions",
        "#of tests",
        "#half have at most, lines",
        "#a tenth more than, lines",
        "#code in functions over 60 lines",
        "#code in functions of cognitive complexity over 15",
    ];
    let mut table = Table::new("Functions of the product", &columns);
    for (name, found) in with(report, |one| one.functions.as_ref()).take(MOST_ROWS) {
        let sizes = &found.product;
        let figure =
            |of: Option<u32>| of.map_or_else(Cell::default, |it| Cell::count(it.into()));
        table.push(vec![
            Cell::text(name),
            Cell::count(sizes.functions),
            Cell::count(found.tests.functions),
            figure(sizes.lines.median),
            figure(sizes.lines.p90),
            Cell::share(sizes.long_share),
            Cell::share(sizes.hard_share),
        ]);
    }
    (!table.rows.is_empty()).then_some(Block::Table(table))
}

fn hotspots(report: &Report) -> Option<Block> {
    let columns = [
        "function",
        "where",
        "#landings",
        "#lines",
        "#cognitive complexity",
        "#median age of what went, days",
    ];
    let is_followed = with(report, |one| one.functions.as_ref())
        .any(|(_, found): (_, &FunctionsReport)| found.history.is_some());
    let caption = if is_followed {
        "Hard to follow, and touched often"
    } else {
        "Hard to follow, and left lines in by many landings"
    };
    let mut table = Table::new(caption, &columns);
    let several = report.repositories.len() > 1;
    let found = with(report, |one| one.functions.as_ref());
    let found = found.flat_map(|(repository, found): (String, &FunctionsReport)| {
        found.hotspots.iter().map(move |one| (repository.clone(), one))
    });
    for (repository, one) in found.take(MOST_ROWS) {
        let days = one.removed_median_days;
        table.push(vec![
            Cell::text(safe(&one.name)),
            Cell::text(if several {
                format!("{repository}: {}", safe(&one.place))
            } else {
                safe(&one.place)
            }),
            Cell::count(one.landings.unwrap_or(one.standing_landings).into()),
            Cell::count(one.lines.into()),
            Cell::count(one.cognitive.into()),
            days.map_or_else(Cell::default, |days| Cell::count(days.into())),
        ]);
    }
    (!table.rows.is_empty()).then_some(Block::Table(table))
}

fn placeholders(report: &Report) -> Option<Block> {
    let kinds = [
        ("stub", "#stubs"),
        ("swallowed", "#failures nothing is done about"),
        ("unwrap", "#values taken for granted"),
        ("todo", "#comments of what is left to do"),
    ];
    let mut columns = vec!["code", "#lines of code"];
    columns.extend(kinds.iter().map(|kind| kind.1));
    let mut table =
        Table::new("What stands in for code, per 1,000 lines of it", &columns);
    for (name, found) in with(report, |one| one.functions.as_ref()).take(MOST_ROWS) {
        let of = &found.placeholders;
        for (part, rates) in [
            ("product", &of.product),
            ("tests", &of.tests),
            ("AI-marked", &of.ai_marked),
            ("unmarked", &of.unmarked),
        ] {
            let rate = |kind: &str| rates.per_1000_lines.get(kind).copied();
            let cell = |rate: Option<f64>| {
                Cell::number(
                    rate.map_or_else(|| "unknown".to_owned(), |it| format!("{it:.1}")),
                    rate,
                )
            };
            let mut row = vec![
                Cell::text(format!("{name}: {part}")),
                Cell::count(rates.code_lines),
            ];
            row.extend(kinds.iter().map(|kind| cell(rate(kind.0))));
            table.push(row);
        }
    }
    (!table.rows.is_empty()).then_some(Block::Table(table))
}
