//! What landings did over time: lines changed, copied, moved and taken back.

use super::{Block, Cell, Chart, Drawing, Section, Table};
use crate::render::sentences::{self, OfFew};
use crate::report::{
    CloneBirthReport, CloneHistoryReport, MonthOperations, OperationsReport, Report,
    RevertRate, RevertsReport,
};
use crate::units::count_to_f64;

/// How many months are drawn.
const MOST_MONTHS: usize = 24;

pub(super) fn section(report: &Report) -> Section {
    let mut blocks = Vec::new();
    if let Some(found) = &report.line_operations
        && let Some(text) = sentences::line_operations(found)
    {
        blocks.push(Block::Text(text));
        let first = found.by_month.len().saturating_sub(MOST_MONTHS);
        blocks.push(operations(&found.by_month[first..], &found.total));
    }
    blocks.extend(clone_history(report));
    blocks.extend(reverts(&report.reverts));
    Section { id: "operations", title: "What happened to lines", blocks }
}

/// The operations with their names.
type Named = (&'static str, fn(&OperationsReport) -> u64);

const OPERATIONS: [Named; 7] = [
    ("added", |of| of.added),
    ("deleted", |of| of.deleted),
    ("updated", |of| of.updated),
    ("moved", |of| of.moved),
    ("copied", |of| of.copied),
    ("find-and-replaced", |of| of.find_and_replaced),
    ("no-op", |of| of.no_op),
];

fn operations(months: &[MonthOperations], total: &OperationsReport) -> Block {
    let columns: Vec<String> = std::iter::once("month".to_owned())
        .chain(OPERATIONS.iter().map(|(name, _)| format!("#{name}")))
        .collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut table = Table::new("Lines by what landings did to them", &columns);
    let row = |name: &str, of: &OperationsReport| {
        let cells = OPERATIONS.iter().map(|(_, get)| Cell::count(get(of)));
        std::iter::once(Cell::text(name)).chain(cells).collect::<Vec<Cell>>()
    };
    for month in months {
        table.push(row(&month.month, &month.operations));
    }
    table.push(row("all time", total));
    let part = |get: fn(&OperationsReport) -> u64| {
        months.iter().map(|month| count_to_f64(get(&month.operations))).collect()
    };
    Block::Chart(Chart {
        title: "What landings did to lines, by month".to_owned(),
        description:
            "For each month the lines that landings changed, by what they did to \
                      them."
                .to_owned(),
        drawing: Drawing::Stacks {
            labels: months.iter().map(|month| month.month.clone()).collect(),
            parts: OPERATIONS
                .iter()
                .map(|(name, get)| ((*name).to_owned(), part(*get)))
                .collect(),
            unit: "lines",
        },
        table,
    })
}

/// How many repositories have a table of their own.
const MOST_TABLES: usize = 24;

/// Copies over history, where they were followed.
fn clone_history(report: &Report) -> Vec<Block> {
    let of_few = OfFew::of(report);
    let found = report.repositories.iter().enumerate();
    let found = found.filter(|(at, _)| !of_few.hides_counts(*at));
    let found = found
        .filter_map(|(_, one)| Some((one, one.duplication.as_ref()?.history.as_ref()?)));
    let tables: Vec<Block> = found
        .map(|(one, history)| {
            Block::Table(births(&super::name(report, &one.path), history))
        })
        .collect();
    let n_hidden = tables.len().saturating_sub(MOST_TABLES);
    tables.into_iter().take(MOST_TABLES).chain(super::more(n_hidden)).collect()
}

/// What landings did to copies, with names.
type NamedBirths = (&'static str, fn(&CloneBirthReport) -> u64);

const BIRTHS: [NamedBirths; 6] = [
    ("#landings", |of| of.n_landings),
    ("#added", |of| of.added_lines),
    ("#copied", |of| of.copied_lines),
    ("#repeated", |of| of.repeated_lines),
    ("#moved", |of| of.moved_lines),
    ("#resolved", |of| of.resolved_lines),
];

fn births(name: &str, history: &CloneHistoryReport) -> Table {
    let mut columns = vec!["landed"];
    columns.extend(BIRTHS.iter().map(|(name, _)| *name));
    columns.push("#copy share");
    let mut table =
        Table::new(format!("{name}: copies by the month they landed"), &columns);
    let months = history.by_month.iter().map(|one| (one.month.as_str(), &one.births));
    // A cut history is cut in all formats alike: the latest months are shown.
    let n_months = history.by_month.len();
    let months = months.skip(n_months.saturating_sub(MOST_MONTHS));
    let sides = [("AI-marked", &history.ai_marked), ("others", &history.unmarked)];
    for (name, births) in months.chain(sides) {
        let mut row = vec![Cell::text(name)];
        row.extend(BIRTHS.iter().map(|(_, of)| Cell::count(of(births))));
        row.push(Cell::share(births.copy_share));
        table.push(row);
    }
    table
}

fn reverts(found: &RevertsReport) -> Vec<Block> {
    let Some(text) = sentences::reverts(found) else { return Vec::new() };
    let columns = [
        "landings",
        "#within days",
        "#landings followed",
        "#taken back",
        "#per 1,000",
        "95% interval",
    ];
    let mut table = Table::new("Landings taken back", &columns);
    for (name, rates) in [
        ("all", &found.rates),
        ("AI-marked", &found.ai_marked),
        ("unmarked", &found.unmarked),
    ] {
        let mut rates: Vec<&RevertRate> = rates.values().collect();
        rates.sort_by_key(|rate| rate.window_days);
        table.rows.extend(rates.into_iter().map(|rate| rate_row(name, rate)));
    }
    let mut blocks = vec![Block::Text(text)];
    blocks.extend(sentences::revert_latency(found).map(Block::Text));
    blocks.extend([Block::Table(table), Block::Text(sentences::beside_reverts(found))]);
    blocks
}

fn rate_row(name: &str, rate: &RevertRate) -> Vec<Cell> {
    let ends = match (rate.low, rate.high) {
        (Some(low), Some(high)) => format!("{low:.1} to {high:.1} ({})", rate.interval),
        _ => format!("none: {}", rate.reason.unwrap_or("unknown")),
    };
    let value =
        rate.per_1000.map_or_else(|| "unknown".to_owned(), |it| format!("{it:.1}"));
    vec![
        Cell::text(name),
        Cell::count(rate.window_days.into()),
        Cell::count(rate.landings),
        Cell::count(rate.reverted),
        Cell::number(value, rate.per_1000),
        Cell::text(ends),
    ]
}
