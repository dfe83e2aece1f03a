//! What landings did to lines, for people in a terminal.

use std::io::{self, Write};

use super::super::number::count;
use super::super::sentences;
use super::{DIM, paragraph, section};
use crate::report::{OperationsReport, Report};

/// How many months are shown.
const MONTHS: usize = 12;

pub(super) fn write(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let Some(found) = report.line_operations.as_ref() else { return Ok(()) };
    let Some(text) = sentences::line_operations(found) else { return Ok(()) };
    section(to, "What happened to lines")?;
    paragraph(to, "  ", &text)?;
    writeln!(
        to,
        "\n  {DIM}{:<8}{:>9}{:>9}{:>9}{:>9}{:>9}{:>10}{:>9}{DIM:#}",
        "month", "added", "deleted", "updated", "moved", "copied", "replaced", "no-op"
    )?;
    let latest = found.by_month.len().saturating_sub(MONTHS);
    for month in &found.by_month[latest..] {
        row(&month.month, &month.operations, to)?;
    }
    let all = if latest > 0 { "all time" } else { "all" };
    row(all, &found.total, to)
}

fn row(name: &str, of: &OperationsReport, to: &mut dyn Write) -> io::Result<()> {
    let OperationsReport { added, deleted, updated, moved, copied, .. } = *of;
    let mut row = format!("  {name:<8}");
    for lines in [added, deleted, updated, moved, copied] {
        row.push_str(&format!("{:>9}", count(lines)));
    }
    writeln!(to, "{row}{:>10}{:>9}", count(of.find_and_replaced), count(of.no_op))
}
