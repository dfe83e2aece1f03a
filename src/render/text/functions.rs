//! Functions and placeholders, for people in a terminal.

use std::io::{self, Write};

use super::super::number::{count, count_of, percent};
use super::super::sentences::{self, OfFew};
use super::{DIM, paragraph, safe, section, unbroken};
use crate::report::{
    FunctionsReport, HotspotReport, PlaceholderRates, Report, SizesReport,
};

pub(super) fn write(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    if let Some(text) = sentences::not_parsed(report) {
        section(to, "Functions")?;
        return paragraph(to, "  ", text);
    }
    let of_few = OfFew::of(report);
    let found: Vec<_> = report
        .repositories
        .iter()
        .enumerate()
        .filter(|(at, _)| !of_few.hides_counts(*at))
        .filter_map(|(_, one)| Some((one, one.functions.as_ref()?)))
        .filter(|(_, found)| found.product.functions + found.tests.functions > 0)
        .collect();
    if found.is_empty() {
        return Ok(());
    }
    section(to, "Functions")?;
    let n_hidden = found.len().saturating_sub(super::MOST_REPOSITORIES);
    for (repository, found) in found.into_iter().take(super::MOST_REPOSITORIES) {
        let name = if report.repositories.len() > 1 {
            format!("{}: ", unbroken(&repository.path))
        } else {
            String::new()
        };
        let parts = [
            Some(sizes(found)),
            Some(placeholders(found)),
            sentences::function_history(found),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        paragraph(to, "  ", &format!("{name}{}", parts.join(" ")))?;
        if report.repositories.len() == 1 && !found.hotspots.is_empty() {
            hotspots(found, to)?;
        }
    }
    super::more(n_hidden, to)
}

/// The functions that are hard to follow and change often: all ten where landings were
/// followed.
fn hotspots(found: &FunctionsReport, to: &mut dyn Write) -> io::Result<()> {
    let head = format!("{:>9}{:>7}{:>10}", "landings", "lines", "cognitive");
    if found.history.is_none() {
        let what = "hard to follow, and left lines in often";
        writeln!(to, "\n  {DIM}{head}  {what}{DIM:#}")?;
        return found.hotspots.iter().take(5).try_for_each(|one| hotspot(one, to));
    }
    let what = "hard to follow, and touched often; days: the median age of what went";
    writeln!(to, "\n  {DIM}{head}{:>6}  {what}{DIM:#}", "days")?;
    found.hotspots.iter().try_for_each(|one| hotspot(one, to))
}

fn sizes(found: &FunctionsReport) -> String {
    let SizesReport { functions, lines, cognitive, long_share, hard_share, .. } =
        &found.product;
    let figure = |of: Option<u32>| of.map_or("?".to_owned(), |of| count(of.into()));
    let share = |of: Option<f64>| of.map_or("an unknown share".to_owned(), percent);
    format!(
        "{} of the product and {} of tests; of the product, half have at most {} lines and one \
         in ten more than {}; {} of the lines of code stand in functions of more than 60 lines, \
         {} in functions of a cognitive complexity over 15 (the median is {}).",
        count_of(*functions, "function", "functions"),
        count(found.tests.functions),
        figure(lines.median),
        figure(lines.p90),
        share(*long_share),
        share(*hard_share),
        figure(cognitive.median),
    )
}

fn placeholders(found: &FunctionsReport) -> String {
    let PlaceholderRates { code_lines, per_1000_lines, .. } = &found.placeholders.product;
    let rate = |kind: &str| {
        let rate = per_1000_lines.get(kind);
        rate.map_or("?".to_owned(), |rate| format!("{rate:.1}"))
    };
    format!(
        "For each 1,000 of its {} of code: {} stubs, {} failures that nothing is done about, {} \
         values taken for granted, {} comments of what is left to do.",
        count_of(*code_lines, "line", "lines"),
        rate("stub"),
        rate("swallowed"),
        rate("unwrap"),
        rate("todo"),
    )
}

fn hotspot(one: &HotspotReport, to: &mut dyn Write) -> io::Result<()> {
    let landings = count(one.landings.unwrap_or(one.standing_landings).into());
    let (lines, cognitive) = (count(one.lines.into()), count(one.cognitive.into()));
    let (name, place) = (safe(&one.name), safe(&one.place));
    write!(to, "  {landings:>9}{lines:>7}{cognitive:>10}")?;
    if one.landings.is_some() {
        let days = one.removed_median_days.map_or("-".to_owned(), |it| count(it.into()));
        write!(to, "{days:>6}")?;
    }
    writeln!(to, "  {name}  {place}")
}
