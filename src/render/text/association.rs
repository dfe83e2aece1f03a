//! Whether weeks of more spend went with more durable lines, for a terminal.

use std::io::{self, Write};

use super::{DIM, paragraph, safe, section};
use crate::render::number::{count, count_of};
use crate::render::sentences;
use crate::report::{AssociationReport, EstimateReport, Report};

/// Writes the estimate and everything beside it, where there is any.
pub(super) fn write(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let one = &report.association;
    if one.status == "not_computable" {
        return Ok(());
    }
    section(to, "Did weeks of more spend bring more lines that lasted?")?;
    gates(one, to)?;
    if one.rank_association.value.is_none() {
        let why = one.rank_association.reason.unwrap_or("too little is known");
        return paragraph(to, "  ", &format!("No estimate: {why}."));
    }
    let text = format!(
        "Held against the lines of a week: {}. {}, {}; people's levels and the weeks' are \
         taken out, and people are never compared.",
        one.exposure,
        count_of(one.n_people, "person", "people"),
        count_of(one.n_weeks, "week", "weeks"),
    );
    writeln!(to)?;
    paragraph(to, "  ", &text)?;
    writeln!(
        to,
        "  {DIM}{:<34}{:>7}  {:<17}{:>6}{:>7}{DIM:#}",
        "", "", "95%", "p", "people"
    )?;
    row("rank association within people", &one.rank_association, to)?;
    row("elasticity", &one.elasticity, to)?;
    if one.checks.is_empty() {
        return Ok(());
    }
    writeln!(to, "  beside it, all of it always:")?;
    for check in &one.checks {
        row(sentences::check(check), &check.estimate, to)?;
    }
    if let Some(p) = one.circular_shift_p {
        writeln!(to, "    {:<57}{p:>6}", "spend turned round in time")?;
    }
    if let Some(text) = sentences::estimates_rounded(one) {
        write!(to, "{DIM}")?;
        paragraph(to, "  ", &text)?;
        write!(to, "{DIM:#}")?;
    }
    Ok(())
}

/// Use by tier, and how much of it is in few weeks.
pub(super) fn tiers(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let Some(one) = report.tiers.as_ref().filter(|one| !one.tiers.is_empty()) else {
        return Ok(());
    };
    let mature = "Mature person-weeks by the spend of the four weeks before them (description \
                  only):";
    writeln!(to)?;
    paragraph(to, "  ", mature)?;
    writeln!(
        to,
        "  {DIM}{:<14}{:>8}{:>14}{:>14}{:>14}{DIM:#}",
        "", "people", "person-weeks", "lines landed", "lasted"
    )?;
    let rough = |n: u64| sentences::rough_count(n, sentences::is_own(report));
    for tier in &one.tiers {
        writeln!(
            to,
            "  {:<14}{:>8}{:>14}{:>14}{:>14}",
            tier.tier.replace('_', " "),
            count(tier.people),
            rough(tier.person_weeks),
            rough(tier.landed_lines),
            rough(tier.durable_lines)
        )?;
    }
    if let Some(text) = sentences::concentration(one) {
        paragraph(to, "  ", &text)?;
    }
    Ok(())
}

/// Places where spend left unusually few or many durable lines.
pub(super) fn outliers(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let Some(one) = report.outliers.as_ref().filter(|one| one.reason.is_none()) else {
        return Ok(());
    };
    section(to, "Where spend left unusually few or many lines that lasted")?;
    let text = format!(
        "{} with five people or more were looked at, in two spans of eight weeks, both ways \
         ({} tests, false discovery rate {:.0}%).",
        count_of(one.n_units_tested, "place", "places"),
        count(one.n_tests),
        one.rate * 100.0
    );
    paragraph(to, "  ", &text)?;
    if one.flags.is_empty() {
        return paragraph(to, "  ", "None stands out.");
    }
    for flag in &one.flags {
        let place = format!("{}: {}", safe(&flag.repository), safe(&flag.area));
        let ratio = flag.ratio.map_or("?".to_owned(), |ratio| format!("{ratio:.1}"));
        let text = match flag.flag {
            "little_durable_code" => format!(
                "{place}: spend with little durable code in this repository: {ratio} times \
                 what other places let expect, {}.",
                count_of(flag.people, "person", "people")
            ),
            _ => format!(
                "{place}: unusually durable: {ratio} times what other places let expect, {}; \
                 to learn from: {}.",
                count_of(flag.people, "person", "people"),
                flag.exemplars.join(", ")
            ),
        };
        paragraph(to, "  ", &text)?;
    }
    let text = format!("It may well be: {}.", one.innocent_reasons.join("; "));
    paragraph(to, "  ", &text)
}

fn gates(one: &AssociationReport, to: &mut dyn Write) -> io::Result<()> {
    let met = one.gates.iter().filter(|gate| gate.passed).count();
    let text = format!(
        "{} of {} conditions are met for saying anything.",
        count(crate::units::len_to_u64(met)),
        count(crate::units::len_to_u64(one.gates.len()))
    );
    paragraph(to, "  ", &text)
}

fn row(name: &str, one: &EstimateReport, to: &mut dyn Write) -> io::Result<()> {
    let Some(value) = one.value else {
        return writeln!(
            to,
            "    {name:<32}{:>7}  {}",
            "-",
            one.reason.unwrap_or("unknown")
        );
    };
    let interval = match (one.low, one.high) {
        (Some(low), Some(high)) => format!("{low:+.2} to {high:+.2}"),
        _ => "no interval".to_owned(),
    };
    let p = one.p.map_or("-".to_owned(), |p| p.to_string());
    let people = one.n_people;
    writeln!(to, "    {name:<32}{value:>+7.2}  {interval:<17}{p:>6}{people:>7}")
}
