//! The repositories, a row each.

use super::{Block, Cell, Section, Table, lives, safe};
use crate::report::Report;

/// How many repositories have a row in a page; the tables of facts have all.
const MOST_ROWS: usize = 500;

pub(super) fn section(report: &Report) -> Section {
    let columns = [
        "repository",
        "tip",
        "#commits",
        "#lines that landed",
        "#stand",
        "#still there after 30 days (95%)",
        "#after 90 days (95%)",
        "last landing",
    ];
    let mut table = Table::new("What was read", &columns);
    for one in report.repositories.iter().take(MOST_ROWS) {
        let tip = one.tip.as_deref().and_then(|tip| tip.get(..12)).unwrap_or("none");
        table.push(vec![
            Cell::text(safe(&one.path)),
            Cell::text(tip),
            Cell::count(one.commits),
            Cell::count(one.lines.births),
            Cell::count(one.lines.alive),
            lives::point_cell(one.survival.get("30")),
            lives::point_cell(one.survival.get("90")),
            Cell::text(one.last_landing.as_deref().map_or("", super::day)),
        ]);
    }
    let mut blocks = vec![Block::Table(table)];
    let more = report.repositories.len().saturating_sub(MOST_ROWS);
    if more > 0 {
        blocks.push(Block::Text(format!("{more} more are in --format json.")));
    }
    Section { id: "repositories", title: "The repositories", blocks }
}
