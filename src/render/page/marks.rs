//! What is known of AI, and how much the marks miss.

use super::{Block, Cell, Chart, Drawing, Section, Table, cut, name, safe, with_more};
use crate::render::sentences;
use crate::report::{ProvenanceReport, Report};
use crate::units::count_to_f64;

/// How many months are drawn.
const MOST_MONTHS: usize = 24;

/// How many tools, and how many things configured, have rows.
const MOST_ROWS: usize = 50;

pub(super) fn section(report: &Report) -> Section {
    let known = &report.provenance;
    let said = sentences::known_of_ai(known, safe);
    let mut blocks: Vec<Block> = said.into_iter().map(Block::Text).collect();
    blocks.extend(known.warnings.iter().map(|text| Block::Warning(safe(text))));
    blocks.extend(months(known));
    blocks.extend(tools(known));
    blocks.extend(signals(report));
    Section { id: "provenance", title: "What is known of AI", blocks }
}

fn months(known: &ProvenanceReport) -> Option<Block> {
    let shown = &known.by_month[known.by_month.len().saturating_sub(MOST_MONTHS)..];
    if shown.iter().all(|month| month.marked == 0) {
        return None;
    }
    let columns = ["month", "#commits", "#marked", "#share"];
    let mut table =
        Table::new("Commits with a mark of their own, bots left out", &columns);
    for month in shown {
        let share = count_to_f64(month.marked) / count_to_f64(month.commits.max(1));
        table.push(vec![
            Cell::text(month.month.clone()),
            Cell::count(month.commits),
            Cell::count(month.marked),
            Cell::share((month.commits > 0).then_some(share)),
        ]);
    }
    let part = |of: &dyn Fn(&crate::report::MonthReport) -> u64| {
        shown.iter().map(|month| count_to_f64(of(month))).collect::<Vec<f64>>()
    };
    Some(Block::Chart(Chart {
        title: "Commits by month, with and without a mark".to_owned(),
        description: known.about_rates.to_owned(),
        drawing: Drawing::Stacks {
            labels: shown.iter().map(|month| month.month.clone()).collect(),
            parts: vec![
                ("with a mark".to_owned(), part(&|one| one.marked)),
                (
                    "without".to_owned(),
                    part(&|one| one.commits.saturating_sub(one.marked)),
                ),
            ],
            unit: "commits",
        },
        table,
    }))
}

fn tools(known: &ProvenanceReport) -> Vec<Block> {
    let mut table =
        Table::new("Commits by the tool that they name", &["tool", "#commits"]);
    let mut tools: Vec<_> = known.by_tool.iter().collect();
    tools.sort_by_key(|(tool, commits)| (std::cmp::Reverse(**commits), *tool));
    let (tools, more) = cut(tools, MOST_ROWS);
    for (tool, commits) in tools {
        table.push(vec![Cell::text(safe(tool)), Cell::count(*commits)]);
    }
    with_more(table, more)
}

fn signals(report: &Report) -> Vec<Block> {
    let columns = ["repository", "configured", "#files", "since"];
    let mut table =
        Table::new("Configured here, which says nothing of any commit", &columns);
    let signals = report.provenance.signals.iter().filter(|one| one.files > 0);
    let (signals, more) = cut(signals, MOST_ROWS);
    for one in signals {
        table.push(vec![
            Cell::text(name(report, &one.repository)),
            Cell::text(safe(one.signal.trim_start_matches("signal."))),
            Cell::count(one.files),
            Cell::text(one.since.as_deref().map_or("?", super::day)),
        ]);
    }
    with_more(table, more)
}
