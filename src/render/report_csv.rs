//! The report as one table for spreadsheets: a row for each cell of its tables, so that it
//! can be pivoted. Nothing in it is a formula.

use std::io::{self, Write};

use super::page::{self, Block, Table};
use crate::report::Report;
use crate::untrusted::Untrusted;

/// The columns.
const COLUMNS: [&str; 6] = ["section", "table", "row", "column", "text", "value"];

/// Writes the report.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(to);
    csv.write_record(COLUMNS).map_err(io::Error::other)?;
    for section in &page::page(report).sections {
        for block in &section.blocks {
            write_block(section.id, block, &mut csv)?;
        }
    }
    csv.flush()
}

type Csv<'w> = csv::Writer<&'w mut dyn Write>;

fn write_block(section: &str, block: &Block, csv: &mut Csv<'_>) -> io::Result<()> {
    match block {
        Block::Table(table) => write_table(section, table, csv),
        Block::Chart(chart) => {
            said(section, &chart.description, csv)?;
            write_table(section, &chart.table, csv)
        }
        Block::Choice(choice) => {
            let mut all = choice.options.iter().flat_map(|(_, blocks)| blocks);
            all.try_for_each(|block| write_block(section, block, csv))
        }
        Block::Lead(text) | Block::Text(text) | Block::Warning(text) => {
            said(section, text, csv)
        }
        Block::Figures(figures) => {
            figures.iter().zip(1_u32..).try_for_each(|(figure, row)| {
                let (label, support) = (cell(&figure.label), cell(&figure.support));
                let (value, row) = (cell(&figure.value), row.to_string());
                csv.write_record([section, "figures", &row, &label, &value, ""])
                    .and_then(|()| {
                        csv.write_record([
                            section, "figures", &row, "support", &support, "",
                        ])
                    })
                    .map_err(io::Error::other)
            })
        }
        Block::Terms(_) => Ok(()),
    }
}

fn said(section: &str, text: &str, csv: &mut Csv<'_>) -> io::Result<()> {
    let cell = cell(text);
    csv.write_record([section, "", "", "said", cell.as_str(), ""])
        .map_err(io::Error::other)
}

fn write_table(section: &str, table: &Table, csv: &mut Csv<'_>) -> io::Result<()> {
    for (number, row) in table.rows.iter().enumerate() {
        let number = (number + 1).to_string();
        for (column, one) in table.columns.iter().zip(row) {
            let value = one.value.map_or_else(String::new, |value| value.to_string());
            let record = [
                section.to_owned(),
                cell(&table.caption),
                number.clone(),
                cell(&column.name),
                cell(&one.text),
                value,
            ];
            csv.write_record(&record).map_err(io::Error::other)?;
        }
    }
    Ok(())
}

/// Text that a spreadsheet shows and does not run.
fn cell(text: &str) -> String {
    Untrusted::from(text).to_csv_cell()
}
