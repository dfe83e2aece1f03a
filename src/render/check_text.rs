//! The answer of a check for people in a terminal.

use std::io::{self, Write};

use super::text::{DIM, TITLE, WARN};
use crate::check::{CheckReport, Finding, Level, Place, Related, Standing};
use crate::untrusted::Untrusted;

/// How many findings of one rule are shown; JSON has all.
const MOST_OF_A_RULE: usize = 20;
/// How many gaps are shown.
const MOST_GAPS: usize = 20;

/// Writes it.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write(report: &CheckReport, to: &mut dyn Write) -> io::Result<()> {
    let mut shown = 0;
    let mut last = "";
    for (finding, standing) in &report.findings {
        shown = if finding.rule == last { shown + 1 } else { 1 };
        last = finding.rule;
        if shown <= MOST_OF_A_RULE {
            self::finding(finding, standing, to)?;
        } else if shown == MOST_OF_A_RULE + 1 {
            let all = report.findings.iter().filter(|(it, _)| it.rule == finding.rule);
            let rest = all.count() - MOST_OF_A_RULE;
            writeln!(to, "  {DIM}… and {rest} more of {}{DIM:#}", finding.rule)?;
        }
    }
    for note in &report.notes {
        writeln!(to, "note: {note}")?;
    }
    for gap in report.gaps.iter().filter(|gap| gap.incomplete).take(MOST_GAPS) {
        let place = Untrusted::from(gap.first.as_str()).to_terminal();
        writeln!(to, "{WARN}not judged:{WARN:#} {place}: {}", gap.why)?;
    }
    headline(report, to)
}

fn headline(report: &CheckReport, to: &mut dyn Write) -> io::Result<()> {
    let count = |level: Level| {
        let counts =
            |(_, standing): &&(Finding, Standing)| *standing == Standing::Counts(level);
        report.findings.iter().filter(counts).count()
    };
    let verdict = match (report.complete, report.is_broken()) {
        (false, _) => "could not be judged",
        (true, true) => "broken",
        (true, false) => "pass",
    };
    writeln!(
        to,
        "{TITLE}{verdict}{TITLE:#}: {} errors, {} warnings, {} notes in {} files, +{} −{} lines, \
         {} commits from {}",
        count(Level::Error),
        count(Level::Warning),
        count(Level::Note),
        report.size.files,
        report.size.added_lines,
        report.size.deleted_lines,
        report.size.commits,
        &report.merge_base[..12.min(report.merge_base.len())],
    )
}

fn finding(finding: &Finding, standing: &Standing, to: &mut dyn Write) -> io::Result<()> {
    let level = match standing {
        Standing::Counts(Level::Error) => "error",
        Standing::Counts(Level::Warning) => "warning",
        Standing::Counts(Level::Note | Level::Off) => "note",
        Standing::Baselined => "baselined",
        Standing::Suppressed { .. } => "suppressed",
        Standing::Exempt => "exempt",
    };
    let symbol = finding.symbol.as_ref().map(|it| format!(" {}", it.to_terminal()));
    writeln!(
        to,
        "{}{}: {level}: {} [{}]",
        place(&finding.place),
        symbol.unwrap_or_default(),
        finding.message,
        finding.rule
    )?;
    for related in &finding.related {
        let what = match related {
            Related::Lines(lines, _) => format!("also {}", place(lines)),
            Related::Commit(id) => format!("commit {id}"),
        };
        writeln!(to, "  {DIM}{what}{DIM:#}")?;
    }
    Ok(())
}

fn place(place: &Place) -> String {
    let path = place.path.to_terminal();
    match (place.first_line, place.last_line) {
        (Some(first), Some(last)) if last > first => format!("{path}:{first}-{last}"),
        (Some(first), _) => format!("{path}:{first}"),
        (None, _) => path,
    }
}
