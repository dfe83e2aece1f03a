//! Code that stands in several places, for people in a terminal.

use std::io::{self, Write};

use super::super::number::{count, percent};
use super::super::sentences::OfFew;
use super::{DIM, paragraph, safe, section, unbroken};
use crate::report::{
    CloneHistoryReport, CloneReport, DensityReport, DuplicationReport, Report,
};

pub(super) fn write(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let of_few = OfFew::of(report);
    let found: Vec<_> = report
        .repositories
        .iter()
        .enumerate()
        .filter(|(at, _)| !of_few.hides_counts(*at))
        .filter_map(|(at, one)| {
            Some((one, one.duplication.as_ref()?, of_few.hides_lives(at)))
        })
        .filter(|(_, found, _)| found.classes > 0)
        .collect();
    if found.is_empty() {
        return Ok(());
    }
    section(to, "What stands in several places")?;
    let n_hidden = found.len().saturating_sub(super::MOST_REPOSITORIES);
    let shown = found.into_iter().take(super::MOST_REPOSITORIES);
    for (repository, found, is_of_few) in shown {
        let of = |density: &DensityReport| {
            let share = density.share.map_or("an unknown share".to_owned(), percent);
            format!(
                "{} of {} lines ({share})",
                count(density.duplicated_lines),
                count(density.countable_lines)
            )
        };
        let name = if report.repositories.len() > 1 {
            format!("{}: ", unbroken(&repository.path))
        } else {
            String::new()
        };
        let text = format!(
            "{name}{} of product code, {} of tests, in {} that stand in two places or more: 50 \
             tokens on 5 lines at least, names, strings and numbers apart.",
            of(&found.product),
            of(&found.tests),
            super::super::number::count_of(found.classes, "piece", "pieces"),
        );
        paragraph(to, "  ", &text)?;
        paragraph(to, "  ", &beside(found, is_of_few))?;
        if let Some(history) = &found.history {
            history_lines(history, to)?;
        }
        if report.repositories.len() == 1 {
            writeln!(to, "\n  {DIM}{:>7}{:>8}  the largest{DIM:#}", "tokens", "places")?;
            found.largest.iter().try_for_each(|one| largest(one, to))?;
        }
    }
    super::more(n_hidden, to)
}

fn largest(one: &CloneReport, to: &mut dyn Write) -> io::Result<()> {
    for (at, place) in one.places.iter().take(2).enumerate() {
        let (tokens, places) = match at {
            0 => (count(u64::from(one.tokens)), count(one.n_places)),
            _ => (String::new(), String::new()),
        };
        writeln!(to, "  {tokens:>7}{places:>8}  {}", safe(place))?;
    }
    Ok(())
}

/// Who wrote it, and what other presets count.
fn beside(found: &DuplicationReport, is_of_few: bool) -> String {
    let share = |one: &DensityReport| {
        let share = one.share.map_or("unknown".to_owned(), percent);
        format!("{share} of {}", count(one.countable_lines))
    };
    let debt = &found.debt;
    let mut text = match is_of_few {
        true => "By AI mark: withheld, few people.".to_owned(),
        false => format!(
            "Of the lines standing, AI-marked: {}; all others: {}.",
            share(&debt.ai_marked),
            share(&debt.unmarked)
        ),
    };
    for one in &found.other_presets {
        text.push_str(&format!(
            " By the preset {}: {}.",
            one.preset,
            share(&one.product)
        ));
    }
    text
}

fn history_lines(history: &CloneHistoryReport, to: &mut dyn Write) -> io::Result<()> {
    writeln!(
        to,
        "\n  {DIM}{:<12}{:>9}{:>9}{:>9}{:>10}{:>8}{:>10}{:>12}{DIM:#}",
        "landed",
        "landings",
        "added",
        "copied",
        "repeated",
        "moved",
        "resolved",
        "copy share"
    )?;
    let months = history.by_month.iter().map(|one| (one.month.as_str(), &one.births));
    let sides = [("AI-marked", &history.ai_marked), ("others", &history.unmarked)];
    for (name, births) in months.chain(sides) {
        writeln!(
            to,
            "  {name:<12}{:>9}{:>9}{:>9}{:>10}{:>8}{:>10}{:>12}",
            count(births.n_landings),
            count(births.added_lines),
            count(births.copied_lines),
            count(births.repeated_lines),
            count(births.moved_lines),
            count(births.resolved_lines),
            births.copy_share.map_or("-".to_owned(), percent),
        )?;
    }
    Ok(())
}
