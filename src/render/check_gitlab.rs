//! A check as GitLab's Code Quality report: one JSON array. Fingerprints are unique in it,
//! since GitLab shows equal ones once.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::findings::{counting, sentence, side_words, write_json};
use super::markdown_text::cut;
use crate::check::{CheckReport, Finding, Level};

/// How many letters of a message, and of a name in it.
const MESSAGE_LETTERS: usize = 1_000;
const NAME_LETTERS: usize = 200;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// Writes the report; an empty array when nothing counts. That a change could not be
/// judged has no place here: the exit status says it.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write(report: &CheckReport, to: &mut dyn Write) -> io::Result<()> {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let mut issues = Vec::new();
    for (finding, level) in counting(report) {
        let n = seen.entry(&finding.fingerprint).or_default();
        *n += 1;
        issues.push(issue(finding, level, *n));
    }
    write_json(&issues, to)
}

fn issue(finding: &Finding, level: Level, ordinal: u32) -> Issue {
    let symbol = match &finding.symbol {
        Some(symbol) => format!(" in {}", cut(&symbol.to_terminal(), NAME_LETTERS)),
        None => String::new(),
    };
    let message = sentence(&cut(&finding.message, MESSAGE_LETTERS));
    // GitLab does not show the name of the check.
    let side = side_words(finding);
    let path = finding.place.path.to_table_path().into_owned();
    Issue {
        description: format!("{}{symbol}{side}: {message}", finding.rule),
        check_name: finding.rule,
        fingerprint: match ordinal {
            1 => finding.fingerprint.clone(),
            n => format!("{}-{n}", finding.fingerprint),
        },
        severity: match level {
            Level::Error => "critical",
            Level::Warning => "minor",
            Level::Note | Level::Off => "info",
        },
        location: Location {
            path,
            lines: Lines { begin: finding.place.first_line.unwrap_or(1) },
        },
    }
}
