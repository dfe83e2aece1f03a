//! How long lines live, in a terminal: the curve, what else it could be, and who ended
//! them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{DIM, paragraph, plot, section};
use crate::render::number::{count, percent, survival};
use crate::render::sentences;
use crate::report::{
    GroupReport, GroupsReport, Report, ReworkReport, ReworkShare, SurvivalPoint,
    SurvivalReport,
};
use crate::units::count_to_f64;

/// From this difference on, what happens to changes is told beside what happens to lines.
const TELLING_POINTS: f64 = 0.05;

/// Shares of fewer lines than these are in no table.
const FEWEST_LINES: u64 = crate::stats::survival::MIN_LINES_AT_RISK;

/// Writes the section.
pub(super) fn write(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let lives = &report.survival;
    section(to, "How long lines live")?;
    plot::curve(&lives.curve, to)?;
    writeln!(
        to,
        "  {DIM}{:>8}   {:<26}{:>12}{DIM:#}",
        "age", "still there (95%)", "followed"
    )?;
    let mut points: Vec<_> = lives.survival.values().collect();
    points.sort_by_key(|point| point.window_days);
    for point in points {
        let age = format!("{} days", point.window_days);
        let followed = point.at_risk_lines.map_or_else(String::new, count);
        writeln!(to, "  {age:>8}   {:<26}{followed:>12}", survival(point))?;
    }
    support(lives, to)?;
    otherwise(lives, to)?;
    churn(lives, to)?;
    deaths(report, to)?;
    match lives.churn.rework.last() {
        Some(rework) if rework.added_lines + rework.removed_lines >= FEWEST_LINES => {
            rework_table(rework, to)
        }
        _ => Ok(()),
    }
}

/// What stands behind the curve, and the mean life.
fn support(lives: &SurvivalReport, to: &mut dyn Write) -> io::Result<()> {
    let said = sentences::support(lives).into_iter().chain(sentences::mean_life(lives));
    said.into_iter().try_for_each(|text| paragraph(to, "  ", &text))
}

/// The same ages, had lives been read otherwise.
fn otherwise(lives: &SurvivalReport, to: &mut dyn Write) -> io::Result<()> {
    let is_observed = |points: &BTreeMap<String, SurvivalPoint>| {
        points.get("30").is_some_and(|point| point.value.is_some())
    };
    if !is_observed(&lives.survival) {
        return Ok(());
    }
    let mut rows = vec![
        ("as above", &lives.survival),
        ("an edited line lives on", &lives.sensitivity.lineage),
        ("but for removed files and bulk", &lives.sensitivity.without_removals),
    ];
    let differs = |(key, point): (&String, &SurvivalPoint)| {
        let other = lives.survival_by_change.get(key).and_then(|other| other.value);
        let pair = point.value.zip(other);
        pair.is_some_and(|(one, other)| (one - other).abs() > TELLING_POINTS)
    };
    if lives.survival.iter().any(differs) {
        rows.push(("every change counting the same", &lives.survival_by_change));
    }
    writeln!(
        to,
        "\n  {DIM}{:<33}{:<23}after 90 days{DIM:#}",
        "Read otherwise", "after 30 days"
    )?;
    for (name, points) in rows {
        let at = |days: &str| points.get(days).map_or_else(String::new, survival);
        let (month, quarter) = (at("30"), at("90"));
        writeln!(to, "  {name:<33}{month:<23}{quarter}")?;
    }
    match sentences::landed_again(lives) {
        Some(text) => paragraph(to, "  ", &text),
        None => Ok(()),
    }
}

fn churn(lives: &SurvivalReport, to: &mut dyn Write) -> io::Result<()> {
    let Some(text) = sentences::churn(lives) else { return Ok(()) };
    writeln!(to)?;
    paragraph(to, "  ", &text)
}

fn deaths(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let rows = sentences::deaths(report);
    let total: u64 = rows.iter().map(|row| row.1).sum();
    if total == 0 {
        return Ok(());
    }
    writeln!(to, "\n  What became of the {} lines that stand no more:", count(total))?;
    for (words, lines) in rows {
        let share = count_to_f64(lines) / count_to_f64(total);
        let (lines, percent) = (count(lines), percent(share));
        let bar = plot::bar(share, 20);
        writeln!(to, "  {lines:>12}  {percent:>6}  {words:<34}{bar}")?;
    }
    Ok(())
}

fn rework_table(rework: &ReworkReport, to: &mut dyn Write) -> io::Result<()> {
    let period = match rework.period {
        "last_365_days" => "the last 365 days",
        _ => "all that was looked at",
    };
    writeln!(to, "\n  Rework like others define it, over {period}:")?;
    writeln!(
        to,
        "  {DIM}{:<21}{:>7}{:>8}{:>8}{:>8}  within, share of{DIM:#}",
        "like", "share", "author", "others", "revert"
    )?;
    for share in &rework.shares {
        rework_row(share, to)?;
    }
    paragraph(to, "  ", rework.warning)
}

fn rework_row(share: &ReworkShare, to: &mut dyn Write) -> io::Result<()> {
    let Some((value, whom)) = share.value.zip(share.by_whom) else { return Ok(()) };
    let window = share
        .window_days
        .map_or_else(|| "any age".to_owned(), |days| format!("{days} days"));
    let of = match share.id {
        "faros_like" | "hatica_like_21" => "added",
        "popescu_like_21" => "each change",
        _ => "added + removed",
    };
    let parts = [value, whom.same_author, whom.others, whom.revert].map(percent);
    let [value, author, others, revert] = parts;
    writeln!(
        to,
        "  {:<21}{value:>7}{author:>8}{others:>8}{revert:>8}  {window}, {of}",
        share.like
    )
}

/// How many quarters, and how many of the other groups, are shown.
const MOST_QUARTERS: usize = 8;
const MOST_GROUPS: usize = 6;

/// Writes survival by when lines landed, in which language and in what kind of file.
pub(super) fn breakdown(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let breakdown = &report.breakdown;
    let quarters = &breakdown.by_landing_quarter;
    let latest = quarters.rows.len().saturating_sub(MOST_QUARTERS);
    let tables = [
        ("landed in", quarters, &quarters.rows[latest..]),
        ("language", &breakdown.by_language, top(&breakdown.by_language)),
        ("kind of file", &breakdown.by_file_class, top(&breakdown.by_file_class)),
    ];
    let mut tables = tables.into_iter().filter(|(_, _, rows)| rows.len() > 1).peekable();
    if tables.peek().is_none() {
        return Ok(());
    }
    section(to, "Where and when lines last")?;
    let mut without_row = 0;
    let mut is_first = true;
    for (title, groups, rows) in tables {
        if !is_first {
            writeln!(to)?;
        }
        is_first = false;
        without_row += groups.n_without_row;
        group_table(title, groups, rows, to)?;
    }
    if without_row > 0 {
        let text = format!(
            "Groups that fewer than {} people wrote have no row of their own.",
            breakdown.least_people
        );
        paragraph(to, "  ", &text)?;
    }
    Ok(())
}

fn top(groups: &GroupsReport) -> &[GroupReport] {
    &groups.rows[..groups.rows.len().min(MOST_GROUPS)]
}

fn group_table(
    title: &str,
    groups: &GroupsReport,
    rows: &[GroupReport],
    to: &mut dyn Write,
) -> io::Result<()> {
    writeln!(
        to,
        "  {DIM}{title:<15}{:>10}{:>7}  {:<22}after 90 days{DIM:#}",
        "lines", "people", "after 30 days"
    )?;
    for row in rows {
        group_row(&row.name, row, to)?;
    }
    match &groups.put_together {
        Some(together) if rows.len() == groups.rows.len() => {
            group_row("put together", together, to)
        }
        _ => Ok(()),
    }
}

fn group_row(name: &str, row: &GroupReport, to: &mut dyn Write) -> io::Result<()> {
    let at = |days: &str| row.survival.get(days).map_or_else(String::new, survival);
    let people = row.survival.values().next().map_or(0, |point| point.n_people);
    let name: String = super::safe(name).chars().take(14).collect();
    let (lines, people) = (count(row.lines.births), count(people));
    let (month, quarter) = (at("30"), at("90"));
    writeln!(to, "  {name:<15}{lines:>10}{people:>7}  {month:<22}{quarter}")
}
