//! A check as a comment on a pull request: at most fifteen lines, and two when there is
//! nothing to say. The first line is a mark by which the caller finds its own comment again,
//! to update or delete it. Nobody is named.

use std::io::{self, Write};

use super::findings::{
    by_level, by_rule, counting, not_judged, passed, place, sentence, short_id,
    side_words,
};
use super::markdown_text::{code, cut, escaped};
use super::number::{count, count_of};
use crate::check::{CheckReport, Finding, Level};
use crate::units::len_to_u64;

/// The first line.
pub const MARKER: &str = "<!-- slopnexus check -->";

/// The second and last when all is well.
pub const NOTHING_TO_SAY: &str = "slopnexus: nothing to say.";

/// How many findings, rules and notes are shown; the rest is counted. With the other seven
/// lines there are fifteen.
const FINDINGS: usize = 6;
const RULES: usize = 5;
const NOTES: usize = 2;

/// How many letters of a name from outside, of a message and of a note.
const NAME_LETTERS: usize = 200;
const MESSAGE_LETTERS: usize = 400;

/// Writes the comment.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write(report: &CheckReport, to: &mut dyn Write) -> io::Result<()> {
    let found = counting(report);
    writeln!(to, "{MARKER}")?;
    if report.complete && found.is_empty() && report.notes.is_empty() {
        return writeln!(to, "{NOTHING_TO_SAY}");
    }
    writeln!(to, "**{}**\n", escaped(&headline(report, &found)))?;
    for (finding, level) in found.iter().take(FINDINGS) {
        writeln!(to, "{}", line(finding, *level))?;
    }
    if found.len() > FINDINGS {
        writeln!(to, "- {}", rest(&found[FINDINGS..]))?;
    }
    if !found.is_empty() {
        writeln!(to)?;
    }
    writeln!(to, "{}", what_was_judged(report))?;
    for note in report.notes.iter().take(NOTES) {
        writeln!(to, "- {}", escaped(&sentence(&cut(note, MESSAGE_LETTERS))))?;
    }
    match report.notes.len().saturating_sub(NOTES) {
        0 => Ok(()),
        more => writeln!(to, "- {} in the full answer.", notes(more)),
    }
}

fn notes(n: usize) -> String {
    count_of(len_to_u64(n), "more note", "more notes")
}

fn headline(report: &CheckReport, found: &[(&Finding, Level)]) -> String {
    let levels = by_level(found);
    match (not_judged(report), report.is_broken()) {
        (Some(why), _) if levels.is_empty() => format!("slopnexus: {why}."),
        (Some(why), _) => format!("slopnexus: {why}. Found so far: {levels}."),
        (None, true) => format!("slopnexus: this change is stopped. {levels}."),
        (None, false) if found.is_empty() => "slopnexus: this change passes.".to_owned(),
        (None, false) => format!("slopnexus: this change passes with {levels}."),
    }
}

fn line(finding: &Finding, level: Level) -> String {
    let level = match level {
        Level::Error => "**error**",
        Level::Warning => "warning",
        Level::Note | Level::Off => "note",
    };
    let symbol = match &finding.symbol {
        Some(symbol) => format!(" in {}", code(symbol, NAME_LETTERS)),
        None => String::new(),
    };
    let message = escaped(&sentence(&cut(&finding.message, MESSAGE_LETTERS)));
    let place = code(&place(&finding.place), NAME_LETTERS);
    let side = side_words(finding);
    format!("- {level} `{}` at {place}{symbol}{side}: {message}", finding.rule)
}

fn rest(left: &[(&Finding, Level)]) -> String {
    let rules = by_rule(left);
    let shown =
        rules.iter().take(RULES).map(|(rule, n)| format!("`{rule}` {}", count(*n)));
    let mut parts: Vec<String> = shown.collect();
    if rules.len() > RULES {
        let more = len_to_u64(rules.len() - RULES);
        parts.push(count_of(more, "other rule", "other rules"));
    }
    let n = count(len_to_u64(left.len()));
    format!("{n} more: {}", parts.join(", "))
}

fn what_was_judged(report: &CheckReport) -> String {
    let size = report.size;
    let passed = match passed(report) {
        Some(words) => format!(" Not counted: {words}."),
        None => String::new(),
    };
    format!(
        "Judged: {} in {}, {} added and {} deleted, from `{}` to `{}` against the base `{}`.{passed}",
        count_of(size.files, "file", "files"),
        count_of(size.commits, "commit", "commits"),
        count_of(size.added_lines, "line", "lines"),
        count(size.deleted_lines),
        short_id(&report.merge_base),
        short_id(&report.head),
        short_id(&report.base),
    )
}
