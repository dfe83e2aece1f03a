//! The audit for people in a terminal: what needs a decision comes first.

use std::io::{self, Write};

use super::audit_ties;
use super::number::count;
use super::text::{DIM, TITLE, WARN, paragraph, safe, section, unbroken};
use crate::audit::{AuditReport, BrokenReport, UnitReport};
use crate::triage::{Class, Evidence, Signal, State, THRESHOLDS};

/// Writes the answer.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write(report: &AuditReport, to: &mut dyn Write) -> io::Result<()> {
    headline(report, to)?;
    table(report, to)?;
    let flagged = report.units.iter().filter(|one| one.decision.is_some());
    flagged.into_iter().try_for_each(|one| detail(one, to))?;
    audit_ties::write(report, to)?;
    apart("Could not be read", &report.broken, to)?;
    apart("Nothing to judge", &report.empty, to)?;
    unplaced(report, to)?;
    closing(report, to)
}

/// What was found, in one sentence.
pub(super) fn answer(report: &AuditReport) -> String {
    let of = |class: Class| report.classes.get(class.as_str()).copied().unwrap_or(0);
    let parts: Vec<String> = Class::ALL
        .iter()
        .filter(|class| of(**class) > 0)
        .map(|class| format!("{} {}", of(*class), class.words()))
        .collect();
    let n = report.units.len();
    let units = if n == 1 { "unit" } else { "units" };
    let broken = match report.broken.len() {
        0 => String::new(),
        n => format!("; {n} could not be read"),
    };
    let broken = match report.empty.len() {
        0 => broken,
        n => format!("{broken}; {n} without anything to judge"),
    };
    match parts.as_slice() {
        [] => format!("No project was found{broken}."),
        parts => format!("{n} {units}: {}{broken}.", parts.join(", ")),
    }
}

fn headline(report: &AuditReport, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "{TITLE}{}{TITLE:#}", answer(report))?;
    let day = report.as_of.as_deref().and_then(|time| time.split('T').next());
    writeln!(to, "{DIM}as of {}; of code, never of people{DIM:#}", day.unwrap_or("?"))
}

/// How many signals of each group are yes.
pub(super) fn counts(unit: &UnitReport) -> [usize; 5] {
    ['P', 'W', 'Q', 'X', 'Z'].map(|group| unit.of(group, State::Yes).count())
}

fn table(report: &AuditReport, to: &mut dyn Write) -> io::Result<()> {
    if report.units.is_empty() {
        return Ok(());
    }
    section(to, "Units")?;
    writeln!(
        to,
        "  {:<18}{:>9}{:>7}{:>7}  {:>2} {:>2} {:>2} {:>2} {:>2} {:>2} {:>3}  unit",
        "class", "lines", "days", "AI", "P", "W", "Q", "X", "Z", "?", "on"
    )?;
    for one in &report.units {
        let [p, w, q, x, z] = counts(one);
        let used = one.signals.iter().filter(|it| it.id.is_used());
        let unknown = used.filter(|it| it.state == State::Unknown).count();
        let days = one.age_days.map_or_else(|| "-".to_owned(), |it| format!("{it:.0}"));
        let ai = one
            .ai_marked_share
            .map_or_else(|| "-".to_owned(), |share| format!("{:.0}%", share * 100.0));
        writeln!(
            to,
            "  {:<18}{:>9}{days:>7}{ai:>7}  {p:>2} {w:>2} {q:>2} {x:>2} {z:>2} {unknown:>2} {:>3}  {}",
            one.class.words(),
            count(one.code_lines),
            one.n_needed_by,
            safe(&one.name())
        )?;
    }
    let words = "P shape, W sprawl, Q deficits, X production, Z care: how many are yes; ? \
                 unknown. on: units of the fleet that stand on it. AI: lines standing with a mark of AI, which is no part of the class; \
                 no mark is not human.";
    paragraph(to, "  ", words)
}

fn detail(one: &UnitReport, to: &mut dyn Write) -> io::Result<()> {
    section(to, &safe(&one.name()))?;
    let decision = one.decision.unwrap_or_default();
    writeln!(to, "  {WARN}{}{WARN:#}: {decision}", one.class.words())?;
    for group in ['P', 'W', 'Q', 'X', 'Z'] {
        one.of(group, State::Yes).try_for_each(|it| signal(it, to))?;
    }
    let unknown: Vec<&str> = one
        .signals
        .iter()
        .filter(|it| it.state == State::Unknown && it.id.is_used())
        .map(|it| it.id.as_str())
        .collect();
    if !unknown.is_empty() {
        paragraph(to, "  ", &format!("Unknown: {}.", unknown.join(", ")))?;
    }
    paragraph(to, "  ", &would_change(one))
}

fn signal(one: &Signal, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "  {} {}", one.id.as_str(), one.id.meaning())?;
    let said = format!("{} (from {} on)", unbroken(&one.value), unbroken(&one.threshold));
    let said = if one.threshold == "any" || one.threshold == "none" {
        unbroken(&one.value)
    } else {
        said
    };
    paragraph(to, "       ", &said)?;
    const MOST: usize = 3;
    for it in one.evidence.iter().take(MOST) {
        writeln!(to, "       {DIM}{}{DIM:#}", safe(&place(it)))?;
    }
    match one.n_evidence.saturating_sub(MOST) {
        0 => Ok(()),
        more => writeln!(to, "       {DIM}and {more} more{DIM:#}"),
    }
}

/// Evidence as `path:line: what`, or a commit.
pub(super) fn place(one: &Evidence) -> String {
    match (&one.path, one.line, &one.commit) {
        (Some(path), Some(line), _) => format!("{path}:{line}: {}", one.what),
        (Some(path), None, _) => format!("{path}: {}", one.what),
        (None, _, Some(commit)) => {
            format!("commit {}: {}", &commit[..12.min(commit.len())], one.what)
        }
        (None, _, None) => one.what.clone(),
    }
}

/// What would give another class, in a sentence.
pub(super) fn would_change(one: &UnitReport) -> String {
    let all = &one.judgement.would_change;
    if all.is_empty() {
        return "No single signal would change the class.".to_owned();
    }
    let parts: Vec<String> = all
        .iter()
        .map(|it| {
            format!("{} {} ({})", it.signal.as_str(), it.to.as_str(), it.class.words())
        })
        .collect();
    format!("One of these would change the class: {}.", parts.join(", "))
}

/// Repositories that are no unit, each with the reason.
fn apart(title: &str, rows: &[BrokenReport], to: &mut dyn Write) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    section(to, title)?;
    rows.iter().try_for_each(|one| {
        writeln!(to, "  {WARN}{}{WARN:#}: {}", safe(&one.repository), safe(&one.why))
    })
}

/// What was said to run somewhere, and is no unit here.
fn unplaced(report: &AuditReport, to: &mut dyn Write) -> io::Result<()> {
    if report.unplaced.is_empty() {
        return Ok(());
    }
    section(to, "In the inventory, and not found here or not clear")?;
    report.unplaced.iter().try_for_each(|one| writeln!(to, "  {}", safe(one)))
}

fn closing(report: &AuditReport, to: &mut dyn Write) -> io::Result<()> {
    section(to, "Thresholds")?;
    for (one, known) in report.thresholds.iter().zip(THRESHOLDS) {
        let is_known = (one.value - known.value).abs() < f64::EPSILON;
        let given =
            if is_known { String::new() } else { format!(", not {}", known.value) };
        writeln!(to, "  {:<22}{:>8}  {}{given}", one.name, one.value, one.decides)?;
    }
    paragraph(
        to,
        "",
        "Nothing here is a score. What is not found is not proof of absence: a signal that \
         nobody can answer is unknown, and Q6, W2 and W5 are not asked by this version.",
    )
}
