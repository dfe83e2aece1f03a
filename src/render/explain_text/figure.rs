//! A figure and what it is made of, in a terminal.

use std::io::{self, Write};

use super::{day_of, short};
use crate::explain::{Contribution, FigureAnswer};
use crate::render::number::{count, count_of, percent, survival};
use crate::render::text::{DIM, paragraph, section};

/// Writes the section.
pub(super) fn write(figure: &FigureAnswer, to: &mut dyn Write) -> io::Result<()> {
    section(to, "The figure")?;
    let what = match figure.measure {
        "churn" => "are gone",
        _ => "are still there",
    };
    let reason = figure.figure.reason.unwrap_or("not observed yet");
    let text = match figure.figure.value {
        None => format!("{} days after landing: {reason}.", figure.days),
        Some(_) => format!(
            "{} days after landing, {} of lines {what}.",
            figure.days,
            survival(&figure.figure)
        ),
    };
    paragraph(to, "  ", &text)?;
    lines(figure, to)?;
    section(to, "What it is made of")?;
    ages(figure, to)?;
    causes(figure, to)?;
    let title = format!(
        "The largest of {} that brought lines in",
        count_of(figure.n_landings, "commit", "commits")
    );
    section(to, &title)?;
    contributions(&figure.landings, to)?;
    if figure.n_deaths == 0 {
        return Ok(());
    }
    let title = format!(
        "The heaviest of {} at which lines died by then",
        count_of(figure.n_deaths, "commit", "commits")
    );
    section(to, &title)?;
    contributions(&figure.deaths, to)
}

fn lines(figure: &FigureAnswer, to: &mut dyn Write) -> io::Result<()> {
    let lines = figure.lines;
    let late = match lines.entered_later {
        0 => String::new(),
        n => format!(", older when observation began {}", count(n)),
    };
    let text = format!(
        "{} in the cohort: died by then {}, last seen alive younger {}, followed further {}{late}.",
        count_of(lines.cohort, "line", "lines"),
        count(lines.died),
        count(lines.left),
        count(lines.outlived)
    );
    paragraph(to, "  ", &text)
}

fn ages(figure: &FigureAnswer, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "  {DIM}{:>8}  {:>10}  days of age{DIM:#}", "died", "last seen")?;
    for band in &figure.ages {
        writeln!(
            to,
            "  {:>8}  {:>10}  {} to {}",
            count(band.died),
            count(band.left),
            band.from_days,
            band.to_days
        )?;
    }
    Ok(())
}

fn share(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), percent)
}

fn causes(figure: &FigureAnswer, to: &mut dyn Write) -> io::Result<()> {
    if figure.died_by_cause.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n  {DIM}{:>8}  {:>10}  cause{DIM:#}", "died", "of all")?;
    for (cause, died) in &figure.died_by_cause {
        writeln!(to, "  {:>8}  {:>10}  {cause}", count(died.lines), share(died.share))?;
    }
    Ok(())
}

fn contributions(rows: &[Contribution], to: &mut dyn Write) -> io::Result<()> {
    writeln!(
        to,
        "  {DIM}{:>8} {:>8}  {:>7}  {:>10}  {:<12}what to explain next{DIM:#}",
        "lines", "died", "of all", "without it", "on"
    )?;
    for row in rows {
        let kind = row.id.split(':').next().unwrap_or_default();
        writeln!(
            to,
            "  {:>8} {:>8}  {:>7}  {:>10}  {:<12}{kind}:{}",
            count(row.lines),
            count(row.died),
            share(row.share),
            share(row.value_without),
            day_of(row.time.as_deref()),
            short(&row.commit)
        )?;
    }
    Ok(())
}
