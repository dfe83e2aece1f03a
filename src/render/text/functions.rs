//! Functions and placeholders, for people in a terminal.

use std::io::{self, Write};

use super::super::number::{count, count_of, percent};
use super::{DIM, paragraph, safe, section, unbroken};
use crate::report::{
    FunctionsReport, HotspotReport, PlaceholderRates, Report, SizesReport,
};

pub(super) fn write(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let found: Vec<_> = report
        .repositories
        .iter()
        .filter_map(|one| Some((one, one.functions.as_ref()?)))
        .filter(|(_, found)| found.product.functions + found.tests.functions > 0)
        .collect();
    if found.is_empty() {
        return Ok(());
    }
    section(to, "Functions")?;
    for (repository, found) in found {
        let name = if report.repositories.len() > 1 {
            format!("{}: ", unbroken(&repository.path))
        } else {
            String::new()
        };
        let text = format!("{name}{} {}", sizes(found), placeholders(found));
        paragraph(to, "  ", &text)?;
        if report.repositories.len() == 1 && !found.hotspots.is_empty() {
            let head = format!("{:>9}{:>7}{:>10}", "landings", "lines", "cognitive");
            writeln!(
                to,
                "\n  {DIM}{head}  hard to follow, and left lines in often{DIM:#}"
            )?;
            found.hotspots.iter().take(5).try_for_each(|one| hotspot(one, to))?;
        }
    }
    Ok(())
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
    let landings = count(one.standing_landings.into());
    let (lines, cognitive) = (count(one.lines.into()), count(one.cognitive.into()));
    let (name, place) = (safe(&one.name), safe(&one.place));
    writeln!(to, "  {landings:>9}{lines:>7}{cognitive:>10}  {name}  {place}")
}
