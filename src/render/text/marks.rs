//! What commits and records say about AI, how much the marks miss, and how marked and
//! unmarked lines live.

use std::io::{self, Write};

use super::super::number::{count, percent, survival};
use super::super::sentences::{self, day};
use super::{DIM, WARN, paragraph, plot, section, unbroken};
use crate::report::{CohortReport, MonthReport, ProvenanceReport, Report};

/// How many months are shown; JSON has all.
const MONTHS: usize = 12;

pub(super) fn write(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    section(to, "What is known of AI")?;
    let known = &report.provenance;
    for text in sentences::known_of_ai(known, unbroken) {
        paragraph(to, "  ", &text)?;
    }
    signals(known, to)?;
    months(known, to)?;
    write!(to, "{WARN}")?;
    known.warnings.iter().try_for_each(|warning| paragraph(to, "  ", warning))?;
    write!(to, "{WARN:#}")?;
    let has_first = report.cohorts.first().is_some_and(|one| one.survival.n_lines > 0);
    if sentences::n_marked(known) == 0 && !has_first {
        return Ok(());
    }
    cohorts(report, to)
}

fn signals(known: &ProvenanceReport, to: &mut dyn Write) -> io::Result<()> {
    let named: Vec<String> = known
        .signals
        .iter()
        .filter(|one| one.files > 0)
        .take(6)
        .map(|one| {
            let since = one.since.as_deref().map_or("?", day);
            format!("{} since {since}", one.signal.trim_start_matches("signal."))
        })
        .collect();
    if named.is_empty() {
        return Ok(());
    }
    let text = format!(
        "Configured here, which says nothing of any commit: {}.",
        named.join(", ")
    );
    paragraph(to, "  ", &text)
}

fn months(known: &ProvenanceReport, to: &mut dyn Write) -> io::Result<()> {
    let first = known.by_month.len().saturating_sub(MONTHS);
    let shown = &known.by_month[first..];
    if shown.iter().all(|month| month.marked == 0) {
        return Ok(());
    }
    writeln!(
        to,
        "\n  {DIM}{:<9}{:>9}{:>9}   share with a mark of their own, bots left out{DIM:#}",
        "month", "commits", "marked"
    )?;
    shown.iter().try_for_each(|month| month_row(month, to))?;
    paragraph(to, "  ", known.about_rates)
}

fn month_row(month: &MonthReport, to: &mut dyn Write) -> io::Result<()> {
    let share = crate::units::count_to_f64(month.marked)
        / crate::units::count_to_f64(month.commits.max(1));
    let row = format!(
        "  {:<9}{:>9}{:>9}   {:>6} {}",
        month.month,
        count(month.commits),
        count(month.marked),
        percent(share),
        plot::bar(share, 30)
    );
    writeln!(to, "{}", row.trim_end())
}

fn cohorts(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    writeln!(
        to,
        "\n  {DIM}{:<10}{:>9}{:>8}{:>7} {:<22}after 90 days{DIM:#}",
        "", "lines", "changes", "people", "after 30 days"
    )?;
    report.cohorts.iter().try_for_each(|cohort| cohort_row(cohort, to))?;
    let compared = &report.cohort_comparison.sentence;
    paragraph(to, "  ", compared)?;
    if let Some(before) = sentences::before_adoption(report) {
        paragraph(to, "  ", &before)?;
    }
    paragraph(to, "  ", &sentences::cohorts_differ(report))
}

fn cohort_row(cohort: &CohortReport, to: &mut dyn Write) -> io::Result<()> {
    let at = |days: &str| {
        cohort.survival.survival.get(days).map_or_else(|| "unknown".to_owned(), survival)
    };
    let one = &cohort.survival;
    writeln!(
        to,
        "  {:<10}{:>9}{:>8}{:>7} {:<22}{}",
        cohort.name,
        count(one.n_lines),
        count(one.n_changes),
        count(one.n_people),
        at("30"),
        at("90"),
    )
}
