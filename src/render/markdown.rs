//! The report as Markdown, for a wiki or the summary of a step in CI. What comes from
//! outside is text there and nothing else: no links, no markup, no mentions.

use std::io::{self, Write};

use super::markdown_text::escaped;
use super::page::{self, Block, Cell, Column, Figure, Page, Table};
use crate::audit::AuditReport;
use crate::report::Report;

/// Writes the report.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    write_page(&page::page(report), to)
}

/// Writes the audit of a fleet.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write_audit(report: &AuditReport, to: &mut dyn Write) -> io::Result<()> {
    write_page(&page::fleet::page(report), to)
}

fn write_page(page: &Page, to: &mut dyn Write) -> io::Result<()> {
    heading(page, to)?;
    for section in &page.sections {
        writeln!(to, "\n## {}", escaped(section.title))?;
        section.blocks.iter().try_for_each(|block| write_block(block, to))?;
    }
    writeln!(to, "\n---\n\n{}", escaped(&page.colophon))
}

fn heading(page: &Page, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "# slopnexus: {}", escaped(&page.subject))?;
    match &page.as_of {
        Some(as_of) => writeln!(to, "\nAs of {}.", escaped(as_of)),
        None => Ok(()),
    }
}

fn write_block(block: &Block, to: &mut dyn Write) -> io::Result<()> {
    match block {
        Block::Lead(text) => writeln!(to, "\n**{}**", escaped(text)),
        Block::Text(text) => writeln!(to, "\n{}", escaped(text)),
        Block::Warning(text) => writeln!(to, "\n> **Mind:** {}", escaped(text)),
        Block::Table(table) => write_table(table, to),
        Block::Chart(chart) => {
            writeln!(to, "\n{}", escaped(&chart.description))?;
            write_table(&chart.table, to)
        }
        Block::Figures(figures) => {
            writeln!(to)?;
            figures.iter().try_for_each(|figure| write_figure(figure, to))
        }
        Block::Choice(choice) => {
            // Each of them has its name in the captions of its tables.
            let mut all = choice.options.iter().flat_map(|(_, blocks)| blocks);
            all.try_for_each(|block| write_block(block, to))
        }
        Block::Terms(terms) => {
            writeln!(to)?;
            terms.iter().try_for_each(|(term, meaning)| {
                writeln!(to, "- **{}**: {}", escaped(term), escaped(meaning))
            })
        }
    }
}

fn write_figure(figure: &Figure, to: &mut dyn Write) -> io::Result<()> {
    let Figure { value, label, support } = figure;
    writeln!(to, "- **{}** {} ({})", escaped(value), escaped(label), escaped(support))
}

fn write_table(table: &Table, to: &mut dyn Write) -> io::Result<()> {
    if table.rows.is_empty() {
        return Ok(());
    }
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let rule = |column: &Column| if column.is_number { "--:" } else { "---" };
    let names = table.columns.iter().map(|column| escaped(&column.name));
    writeln!(to, "\n**{}**\n", escaped(&table.caption))?;
    writeln!(to, "{}", line(names.collect()))?;
    writeln!(
        to,
        "{}",
        line(table.columns.iter().map(|one| rule(one).to_owned()).collect())
    )?;
    for row in &table.rows {
        let cells = row.iter().map(|cell: &Cell| escaped(&cell.text));
        writeln!(to, "{}", line(cells.collect()))?;
    }
    Ok(())
}
