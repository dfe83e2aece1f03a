//! The answer of a check for programs.

use std::io::{self, Write};

use serde::Serialize;

use crate::check::{
    CHECK_SCHEMA, ChangeSize, CheckReport, Finding, Level, Measured, Place, Related,
    Side, Standing,
};
use crate::report::{GapReport, Tool};
use crate::untrusted::Untrusted;

#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    tool: &'a Tool,
    verdict: &'static str,
    complete: bool,
    repository: &'a str,
    base: &'a str,
    head: &'a str,
    merge_base: &'a str,
    size: ChangeSize,
    findings: Vec<Row<'a>>,
    notes: &'a [String],
    gaps: &'a [GapReport],
}

#[derive(Serialize)]
struct Row<'a> {
    rule: &'static str,
    standing: &'static str,
    level: Option<Level>,
    reason: Option<String>,
    #[serde(flatten)]
    place: PlaceRow,
    side: Side,
    symbol: Option<String>,
    message: &'a str,
    measured: Option<Measured>,
    related: Vec<RelatedRow<'a>>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct PlaceRow {
    path: String,
    first_line: Option<u32>,
    last_line: Option<u32>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum RelatedRow<'a> {
    Lines {
        #[serde(flatten)]
        place: PlaceRow,
        side: Side,
    },
    Commit {
        commit: &'a str,
    },
}

/// Writes it.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write(report: &CheckReport, to: &mut dyn Write) -> io::Result<()> {
    let answer = Answer {
        schema: CHECK_SCHEMA,
        tool: &report.tool,
        verdict: verdict(report),
        complete: report.complete,
        repository: &report.repository,
        base: &report.base,
        head: &report.head,
        merge_base: &report.merge_base,
        size: report.size,
        findings: report.findings.iter().map(row).collect(),
        notes: &report.notes,
        gaps: &report.gaps,
    };
    super::json::write(&answer, to)
}

/// The word for what came of it.
fn verdict(report: &CheckReport) -> &'static str {
    match (report.complete, report.is_broken()) {
        (false, _) => "not_judged",
        (true, true) => "broken",
        (true, false) => "pass",
    }
}

fn row((finding, standing): &(Finding, Standing)) -> Row<'_> {
    let (word, level, reason) = match standing {
        Standing::Counts(level) => ("counts", Some(*level), None),
        Standing::Baselined => ("baselined", None, None),
        Standing::Suppressed { reason } => ("suppressed", None, Some(text(reason))),
        Standing::Exempt => ("exempt", None, None),
    };
    Row {
        rule: finding.rule,
        standing: word,
        level,
        reason,
        place: place(&finding.place),
        side: finding.side,
        symbol: finding.symbol.as_ref().map(text),
        message: &finding.message,
        measured: finding.measured,
        related: finding.related.iter().map(related).collect(),
        fingerprint: &finding.fingerprint,
    }
}

fn related(related: &Related) -> RelatedRow<'_> {
    match related {
        Related::Lines(lines, side) => {
            RelatedRow::Lines { place: place(lines), side: *side }
        }
        Related::Commit(id) => RelatedRow::Commit { commit: id },
    }
}

fn place(place: &Place) -> PlaceRow {
    PlaceRow {
        path: place.path.to_table_path().into_owned(),
        first_line: place.first_line,
        last_line: place.last_line,
    }
}

fn text(text: &Untrusted) -> String {
    text.to_json_text().into_owned()
}
