//! The audit as a table for spreadsheets: a row a unit, a column a signal. Nothing in it
//! is a formula.

use std::io::{self, Write};

use crate::audit::AuditReport;
use crate::triage::SignalId;
use crate::untrusted::Untrusted;

/// Writes the table.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write(report: &AuditReport, to: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(to);
    let mut names: Vec<&str> = vec![
        "class",
        "repository",
        "root",
        "decision",
        "code_lines",
        "test_lines",
        "age_days",
        "quiet_days",
        "ai_marked_share",
        "reason",
        "needed_by_units",
        "needs_units",
    ];
    names.extend(SignalId::ALL.map(SignalId::as_str));
    csv.write_record(&names).map_err(io::Error::other)?;
    let number =
        |value: Option<f64>| value.map_or_else(String::new, |it| format!("{it:.4}"));
    for one in &report.units {
        let mut row = vec![
            one.class.as_str().to_owned(),
            cell(&one.repository),
            cell(&one.root),
            one.decision.unwrap_or_default().to_owned(),
            one.code_lines.to_string(),
            one.test_lines.to_string(),
            number(one.age_days),
            number(one.quiet_days),
            number(one.ai_marked_share),
            String::new(),
            one.n_needed_by.to_string(),
            one.n_needs.to_string(),
        ];
        row.extend(one.signals.iter().map(|it| it.state.as_str().to_owned()));
        csv.write_record(&row).map_err(io::Error::other)?;
    }
    let apart = report.broken.iter().map(|one| ("broken", one));
    for (word, one) in apart.chain(report.empty.iter().map(|one| ("empty", one))) {
        let mut row = vec![String::new(); names.len()];
        row[0] = word.to_owned();
        row[1] = cell(&one.repository);
        row[9] = cell(&one.why);
        csv.write_record(&row).map_err(io::Error::other)?;
    }
    csv.flush()
}

fn cell(text: &str) -> String {
    let shown = Untrusted::from(text).to_terminal();
    Untrusted::from(shown.as_str()).to_csv_cell()
}
