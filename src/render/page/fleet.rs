//! The audit as a page.

use super::{Block, Cell, Page, Section, Table, day, safe};
use crate::audit::{AuditReport, BrokenReport, UnitReport};
use crate::render::audit_text::{answer, counts, place, would_change};
use crate::render::audit_ties;
use crate::triage::State;
use crate::units::len_to_u64;

/// Puts the audit in order.
pub(in crate::render) fn page(report: &AuditReport) -> Page {
    let flagged: Vec<&UnitReport> =
        report.units.iter().filter(|one| one.decision.is_some()).collect();
    let mut sections = vec![
        Section {
            id: "answer",
            title: "Answer",
            blocks: vec![Block::Lead(answer(report))],
        },
        Section {
            id: "units",
            title: "Units",
            blocks: vec![Block::Table(units(report)), Block::Table(quadrants(report))],
        },
    ];
    if !flagged.is_empty() {
        let blocks = flagged.iter().flat_map(|one| sheet(one)).collect();
        sections.push(Section { id: "decisions", title: "Decisions", blocks });
    }
    let ties = ties(report);
    if !ties.is_empty() {
        sections.push(Section { id: "ties", title: "Ties in the fleet", blocks: ties });
    }
    let apart = [
        ("Repositories that could not be read", &report.broken),
        ("Repositories without anything to judge", &report.empty),
    ];
    let apart = apart.into_iter().filter(|it| !it.1.is_empty());
    let mut blocks: Vec<Block> =
        apart.map(|it| Block::Table(no_units(it.0, it.1))).collect();
    if !report.unplaced.is_empty() {
        let lines: Vec<String> = report.unplaced.iter().map(|one| safe(one)).collect();
        blocks.push(Block::Text(format!(
            "In the inventory, and not found here or not clear: {}.",
            lines.join(", ")
        )));
    }
    if !blocks.is_empty() {
        sections.push(Section { id: "broken", title: "Left out", blocks });
    }
    sections.push(Section {
        id: "thresholds",
        title: "Thresholds",
        blocks: vec![Block::Table(thresholds(report))],
    });
    Page {
        subject: "fleet audit".to_owned(),
        as_of: report.as_of.as_deref().map(|time| day(time).to_owned()),
        sections,
        colophon: format!(
            "Made by {} {} {}. This page asks nothing of any network.",
            report.tool.name, report.tool.version, report.purpose
        ),
    }
}

/// Dependence against readiness: what others or production stand on, and lacks much, comes
/// first.
fn quadrants(report: &AuditReport) -> Table {
    let caption = "Dependence against readiness: relied on are units that others of the \
                   fleet stand on, or with at least 2 signs of production; lacking, those \
                   with at least 3 deficits";
    let mut table = Table::new(caption, &["relied on", "lacking", "#units", "which"]);
    let is_relied =
        |one: &UnitReport| one.n_needed_by > 0 || one.of('X', State::Yes).count() >= 2;
    let is_lacking = |one: &UnitReport| one.of('Q', State::Yes).count() >= 3;
    let word = |is: bool| if is { "yes" } else { "no" };
    for (relied, lacking) in [(true, true), (true, false), (false, true), (false, false)]
    {
        let of =
            |one: &&UnitReport| is_relied(one) == relied && is_lacking(one) == lacking;
        let names: Vec<String> =
            report.units.iter().filter(of).map(|one| safe(&one.name())).collect();
        table.push(vec![
            Cell::text(word(relied)),
            Cell::text(word(lacking)),
            Cell::count(len_to_u64(names.len())),
            Cell::text(names.join(", ")),
        ]);
    }
    table
}

/// Common pasts, and who stands on whom.
fn ties(report: &AuditReport) -> Vec<Block> {
    let mut kin = Table::new(
        "Where code came from, by fingerprints of code and dates of histories",
        &["what is known", "where to look", "mended on one side alone"],
    );
    for one in &report.lineage {
        let places: Vec<String> =
            one.places.iter().map(|[a, b]| safe(&format!("{a} = {b}"))).collect();
        let fixes: Vec<String> =
            one.missing_fixes.iter().map(|it| safe(&audit_ties::fix(it))).collect();
        kin.push(vec![
            Cell::text(safe(&audit_ties::said(one))),
            Cell::text(places.join("; ")),
            Cell::text(fixes.join("; ")),
        ]);
    }
    let mut needs = Table::new(
        "Others stand on it: packages, images and repositories by their whole names",
        &["unit", "#units on it", "which, and where they say so"],
    );
    for one in report.units.iter().filter(|one| one.n_needed_by > 0) {
        let rows: Vec<String> =
            one.needed_by.iter().map(|it| safe(&audit_ties::need(it))).collect();
        needs.push(vec![
            Cell::text(safe(&one.name())),
            Cell::count(len_to_u64(one.n_needed_by)),
            Cell::text(rows.join("; ")),
        ]);
    }
    let tables = [kin, needs].into_iter().filter(|table| !table.rows.is_empty());
    tables.map(Block::Table).collect()
}

fn no_units(caption: &str, rows: &[BrokenReport]) -> Table {
    let mut table = Table::new(caption, &["repository", "why"]);
    for one in rows {
        table.push(vec![Cell::text(safe(&one.repository)), Cell::text(safe(&one.why))]);
    }
    table
}

fn units(report: &AuditReport) -> Table {
    let mut table = Table::new(
        "How many signals are yes: P shape, W sprawl, Q deficits, X production, Z care. \
         The AI mark is no part of the class",
        &[
            "class",
            "unit",
            "#code lines",
            "#age in days",
            "#AI-marked",
            "#P",
            "#W",
            "#Q",
            "#X",
            "#Z",
            "#unknown",
        ],
    );
    for one in &report.units {
        let unknown = one.signals.iter().filter(|it| it.id.is_used());
        let unknown = unknown.filter(|it| it.state == State::Unknown).count();
        let days = one.age_days.map_or_else(String::new, |it| format!("{it:.0}"));
        let mut row = vec![
            Cell::text(one.class.words()),
            Cell::text(safe(&one.name())),
            Cell::count(one.code_lines),
            Cell::number(days, one.age_days),
            Cell::share(one.ai_marked_share),
        ];
        row.extend(counts(one).map(|n| Cell::count(len_to_u64(n))));
        row.push(Cell::count(len_to_u64(unknown)));
        table.push(row);
    }
    table
}

/// What a decision is made by: the signals that are yes and unknown, and where to look.
fn sheet(one: &UnitReport) -> Vec<Block> {
    let caption = format!(
        "{}: {}. {}",
        safe(&one.name()),
        one.class.words(),
        one.decision.unwrap_or_default()
    );
    let mut table = Table::new(
        caption,
        &["signal", "what it says", "known", "value", "threshold", "where"],
    );
    for it in one.signals.iter().filter(|it| it.id.is_used() && it.state != State::No) {
        let places: Vec<String> =
            it.evidence.iter().map(|one| safe(&place(one))).collect();
        table.push(vec![
            Cell::text(it.id.as_str()),
            Cell::text(it.id.meaning()),
            Cell::text(it.state.as_str()),
            Cell::text(safe(&it.value)),
            Cell::text(safe(&it.threshold)),
            Cell::text(places.join("; ")),
        ]);
    }
    vec![Block::Table(table), Block::Text(would_change(one)), Block::Table(growth(one))]
}

/// How a unit grew: the quarter in which one product became five.
fn growth(one: &UnitReport) -> Table {
    let caption = format!(
        "{} by quarter: programs that still stand, folders and lines of the product",
        safe(&one.name())
    );
    let columns = ["quarter", "#programs", "#folders", "#product lines"];
    let mut table = Table::new(caption, &columns);
    for row in &one.growth {
        table.push(vec![
            Cell::text(row.quarter.clone()),
            Cell::count(len_to_u64(row.programs)),
            Cell::count(len_to_u64(row.folders)),
            Cell::count(row.product_lines),
        ]);
    }
    table
}

fn thresholds(report: &AuditReport) -> Table {
    let mut table =
        Table::new("From where on something counts", &["name", "#value", "decides"]);
    for one in &report.thresholds {
        table.push(vec![
            Cell::text(one.name),
            Cell::number(one.value.to_string(), Some(one.value)),
            Cell::text(one.decides),
        ]);
    }
    table
}
