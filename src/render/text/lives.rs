//! How long lines live, in a terminal: the curve, what else it could be, and who ended
//! them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{DIM, days_in_words, paragraph, plot, section};
use crate::render::number::{count, count_of, percent, survival};
use crate::report::{
    ByWhom, GroupReport, GroupsReport, HalfLifeReport, Report, ReworkReport, ReworkShare,
    SurvivalPoint, SurvivalReport,
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

/// The first sentence of a report: how much is there after the longest of the usual
/// ages, and the half-life.
pub(super) fn lasting(report: &Report) -> String {
    let at =
        |days: &str| report.survival.survival.get(days).filter(|one| one.value.is_some());
    let Some(point) = at("90").or_else(|| at("30")).or_else(|| at("7")) else {
        return "How long a line lives cannot be said yet: too little was followed for a week."
            .to_owned();
    };
    format!(
        "{} days after landing, {} of lines are still there.{}",
        point.window_days,
        survival(point),
        half_life(&report.survival.half_life)
    )
}

fn half_life(half: &HalfLifeReport) -> String {
    let interval = match (half.low, half.high) {
        (Some(low), Some(high)) => {
            format!("95% interval {} to {}", days_in_words(low), days_in_words(high))
        }
        (Some(low), None) => format!("at least {}", days_in_words(low)),
        _ => "no interval".to_owned(),
    };
    match (half.days, half.survival) {
        (Some(days), _) => {
            format!(" Half of them are gone after {} ({interval}).", days_in_words(days))
        }
        (None, Some(share)) => format!(
            " Half-life: not reached{}; {} are still there after {}, as far as this history \
             shows.",
            if half.low.is_some() { format!(" ({interval})") } else { String::new() },
            percent(share),
            days_in_words(half.age_days.unwrap_or_default())
        ),
        (None, None) => String::new(),
    }
}

/// What stands behind the curve, and the mean life.
fn support(lives: &SurvivalReport, to: &mut dyn Write) -> io::Result<()> {
    let Some(point) = lives.survival.get("30") else { return Ok(()) };
    let groups = match point.clustered_by {
        "person" => format!("{} people and bots", count(point.n_groups)),
        _ => count_of(point.n_groups, "change", "changes"),
    };
    let text = format!(
        "{} in {} by {}. {} over {groups}, who count as {:.1} independent ones{}.",
        count_of(point.n_lines, "line", "lines"),
        count_of(point.n_changes, "change", "changes"),
        count_of(point.n_people, "person", "people"),
        if point.low.is_some() { "Intervals are" } else { "An interval would be" },
        point.g_eff,
        point.reason.map_or(String::new(), |why| format!("; at 30 days {why}")),
    );
    paragraph(to, "  ", &text)?;
    let mean = &lives.mean_life;
    let Some(value) = mean.value else { return Ok(()) };
    let interval = match (mean.low, mean.high) {
        (Some(low), Some(high)) => format!(" (95% interval {low:.1} to {high:.1})"),
        _ => " (no interval)".to_owned(),
    };
    let window = mean.window_days;
    let text = format!(
        "Of its first {window:.0} days a line lives {value:.1} on average{interval}."
    );
    paragraph(to, "  ", &text)
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
    let again = lives.sensitivity.landed_again_lines;
    if again > 0 {
        let lines = count_of(again, "line", "lines");
        let text = format!(
            "{lines} landed again after they had died: the first instance counts."
        );
        paragraph(to, "  ", &text)?;
    }
    Ok(())
}

fn churn(lives: &SurvivalReport, to: &mut dyn Write) -> io::Result<()> {
    let Some((point, whom)) =
        lives.churn.points.get("21").zip(lives.churn.by_whom.get("21"))
    else {
        return Ok(());
    };
    writeln!(to)?;
    let ByWhom { same_author, others, same_team, revert, unknown } = whom;
    let team = same_team
        .map_or(String::new(), |share| format!(" ({} by the same team)", percent(share)));
    let text = format!(
        "Churn: {} of lines are gone 21 days after landing. By who wrote them {}, by others {}{team}, \
         taken back {}, by nobody known {}.",
        survival(point),
        percent(*same_author),
        percent(*others),
        percent(*revert),
        percent(*unknown)
    );
    paragraph(to, "  ", &text)
}

fn deaths(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let mut causes: BTreeMap<&str, u64> = BTreeMap::new();
    for repository in &report.repositories {
        for (cause, lines) in &repository.deaths_by_cause {
            *causes.entry(cause).or_insert(0) += lines;
        }
    }
    let total: u64 = causes.values().sum();
    if total == 0 {
        return Ok(());
    }
    let words = |cause: &str| match cause {
        "modified_self" => "rewritten by who wrote them",
        "modified_other" => "rewritten by somebody else",
        "deleted" => "removed, nothing in their place",
        "file_deleted" => "removed with their file",
        "bulk" => "removed by a bulk event",
        "reverted" => "taken back by a revert",
        _ => "in files that became unreadable",
    };
    let mut rows: Vec<_> = causes.into_iter().collect();
    rows.sort_by_key(|(cause, lines)| (std::cmp::Reverse(*lines), *cause));
    writeln!(to, "\n  What became of the {} lines that went:", count(total))?;
    for (cause, lines) in rows {
        let share = count_to_f64(lines) / count_to_f64(total);
        let (lines, percent) = (count(lines), percent(share));
        let (words, bar) = (words(cause), plot::bar(share, 20));
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
