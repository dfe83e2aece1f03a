//! What ties units of a fleet to each other, for people in a terminal and on the page.

use std::io::{self, Write};

use super::text::{DIM, paragraph, safe, section};
use crate::audit::{AuditReport, FixReport, KinReport, NeedReport};

/// Writes it.
pub(super) fn write(report: &AuditReport, to: &mut dyn Write) -> io::Result<()> {
    if !report.lineage.is_empty() {
        section(to, "Where code came from")?;
        report.lineage.iter().try_for_each(|one| kin(one, to))?;
    }
    let needed: Vec<_> = report.units.iter().filter(|one| one.n_needed_by > 0).collect();
    if !needed.is_empty() {
        section(to, "Others stand on it")?;
    }
    for one in needed {
        writeln!(to, "  {}: {} of the fleet", safe(&one.name()), one.n_needed_by)?;
        const MOST: usize = 5;
        for it in one.needed_by.iter().take(MOST) {
            writeln!(to, "       {DIM}{}{DIM:#}", safe(&need(it)))?;
        }
    }
    Ok(())
}

fn kin(one: &KinReport, to: &mut dyn Write) -> io::Result<()> {
    paragraph(to, "  ", &safe(&said(one)))?;
    for [first, second] in &one.places {
        writeln!(to, "       {DIM}{} = {}{DIM:#}", safe(first), safe(second))?;
    }
    one.missing_fixes.iter().try_for_each(|it| paragraph(to, "       ", &safe(&fix(it))))
}

/// What is known of two units with a common past, in a sentence.
pub(super) fn said(one: &KinReport) -> String {
    let KinReport { first, second, .. } = one;
    let day = one.day.as_deref().unwrap_or("an unknown day");
    let how = match one.kinship {
        "one_history" => format!("{first} and {second} are one history until {day}"),
        "began_as_copy" => format!("{second} began as a copy of {first}, by {day}"),
        "took_over" => format!("{second} took code over from {first}, since {day}"),
        _ => format!(
            "{first} and {second} share code, and dates do not say who had it first"
        ),
    };
    format!(
        "{how}: {} lines; {:.0}% of the second still stands in the first, {:.0}% of the \
         first in the second",
        one.lines,
        one.share_of_second * 100.0,
        one.share_of_first * 100.0
    )
}

/// What was mended on one side alone, in a sentence.
pub(super) fn fix(one: &FixReport) -> String {
    format!(
        "mended in {} at {} by commit {} on {}, and {} of {} was not touched since",
        one.mended,
        one.path,
        &one.commit[..12.min(one.commit.len())],
        one.day.as_deref().unwrap_or("an unknown day"),
        one.missing_path,
        one.missing
    )
}

/// Who needs a unit, and where that is said.
pub(super) fn need(one: &NeedReport) -> String {
    let line = one.line.map_or_else(String::new, |line| format!(":{line}"));
    format!("{}, {}{line}: {} {}", one.unit, one.path, one.by, one.name)
}
