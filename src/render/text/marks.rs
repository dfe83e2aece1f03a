//! What commits and records say about AI, how much the marks miss, and how marked and
//! unmarked lines live.

use std::io::{self, Write};

use super::super::number::{count, count_of, percent, survival};
use super::super::sentences::{self, day};
use super::{DIM, WARN, paragraph, plot, section, unbroken};
use crate::report::{CohortReport, MonthReport, ProvenanceReport, Report};

/// How many months are shown; JSON has all.
const MONTHS: usize = 12;

pub(super) fn write(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    section(to, "What is known of AI")?;
    let known = &report.provenance;
    let marked = marked(known);
    paragraph(to, "  ", &marks(known, marked))?;
    records(known, to)?;
    squashes(known, to)?;
    days(known, to)?;
    signals(known, to)?;
    months(known, to)?;
    write!(to, "{WARN}")?;
    known.warnings.iter().try_for_each(|warning| paragraph(to, "  ", warning))?;
    write!(to, "{WARN:#}")?;
    let has_first = report.cohorts.first().is_some_and(|one| one.survival.n_lines > 0);
    if marked == 0 && !has_first {
        return Ok(());
    }
    cohorts(report, to)
}

fn marked(known: &ProvenanceReport) -> u64 {
    let classes = ["authored", "coauthored", "mixed", "assisted"];
    classes.iter().filter_map(|class| known.by_class.get(class)).sum()
}

fn marks(known: &ProvenanceReport, marked: u64) -> String {
    let mut tools: Vec<(&String, &u64)> = known.by_tool.iter().collect();
    tools.sort_by_key(|(tool, commits)| (std::cmp::Reverse(**commits), *tool));
    let named: Vec<String> = tools
        .iter()
        .take(5)
        .map(|(tool, n)| format!("{} {}", unbroken(tool), count(**n)))
        .collect();
    let named =
        if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) };
    format!(
        "In {} of {} an AI tool is known to have taken part{named}. The others say nothing, which \
         is not the same as human.",
        count(marked),
        count_of(known.commits, "commit", "commits"),
    )
}

/// What records know of lines, and how much of that the marks show.
fn records(known: &ProvenanceReport, to: &mut dyn Write) -> io::Result<()> {
    let share = |share: Option<f64>| share.map_or("an unknown share".to_owned(), percent);
    if let Some(records) = &known.records {
        let text = format!(
            "Records of lines are of {}. Of the {} that they list as an agent's, their \
             commits added {} ({}); of all lines that these commits added, {} are spoken of.",
            count_of(records.commits, "commit", "commits"),
            count_of(records.listed_ai, "line", "lines"),
            count(records.ai),
            share(records.precision),
            share(records.coverage),
        );
        paragraph(to, "  ", &text)?;
    }
    if known.records_elsewhere > 0 {
        let text = format!(
            "{} of commits that are neither on this branch nor in a pull request whose head is \
             here: fetching refs/pull/*/head may bring them in.",
            count_of(known.records_elsewhere, "more record is", "more records are"),
        );
        paragraph(to, "  ", &text)?;
    }
    let recall = &known.recall;
    let text = match recall.reason {
        Some(why) => format!("How much the marks miss is not known: {why}."),
        None => format!(
            "How much the marks show of what records know: {} of {} in which an agent wrote \
             lines carry a mark ({}), with {} of these lines.",
            count(recall.marked_commits),
            count_of(recall.commits, "commit", "commits"),
            share(recall.of_commits),
            share(recall.of_lines),
        ),
    };
    paragraph(to, "  ", &text)
}

fn squashes(known: &ProvenanceReport, to: &mut dyn Write) -> io::Result<()> {
    match sentences::squashed_marks(known) {
        Some(text) => paragraph(to, "  ", &text),
        None => Ok(()),
    }
}

fn days(known: &ProvenanceReport, to: &mut dyn Write) -> io::Result<()> {
    let Some(days) = &known.days else { return Ok(()) };
    let text = match (days.with_commits, days.with_marks, days.reason) {
        (Some(all), Some(marked), None) => format!(
            "Of {} with usage and commits, {} have no marked commit ({}).",
            count_of(all, "person-day", "person-days"),
            count(all - marked),
            days.unmarked_share.map_or("an unknown share".to_owned(), percent),
        ),
        (_, _, why) => format!(
            "How often people who used AI left a mark is not shown: {}.",
            why.unwrap_or("unknown")
        ),
    };
    paragraph(to, "  ", &text)
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
