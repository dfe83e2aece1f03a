//! The report for people in a terminal. It begins with the answer.

mod association;
mod duplication;
mod functions;
mod line_operations;
mod lives;
mod marks;
mod plot;
mod reverts;

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::number::{count, count_of, decimal, rough, survival};
use super::sentences::{self, short_name};
use super::usage_text;
use crate::report::{
    PlacesReport, Report, RepositoryReport, RulesReport, SpendReport, SpendRow,
};
use crate::units::len_to_u64;
use crate::untrusted::Untrusted;

const WIDTH: usize = 80;
pub(super) const TITLE: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const WARN: Style = AnsiColor::Yellow.on_default();

/// Writes the report.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    headline(report, to)?;
    answer(report, to)?;
    if report.repositories.iter().all(|repository| repository.tip.is_none()) {
        return left_out(report, to);
    }
    money_line(report, to)?;
    association::tiers(report, to)?;
    association::write(report, to)?;
    association::outliers(report, to)?;
    usage(report, to)?;
    lives::write(report, to)?;
    composition(report, to)?;
    marks::write(report, to)?;
    reverts::write(&report.reverts, to)?;
    line_operations::write(report, to)?;
    duplication::write(report, to)?;
    functions::write(report, to)?;
    areas(report, to)?;
    lives::breakdown(report, to)?;
    left_out(report, to)?;
    how_to_read(report, to)
}

/// Text from outside, safe for a terminal.
pub(super) fn safe(text: &str) -> String {
    Untrusted::from(text).to_terminal()
}

/// How many repositories have a paragraph of their own.
const MOST_REPOSITORIES: usize = 24;

/// How many gaps have a paragraph.
const MOST_GAPS: usize = 60;

/// What is said of rows that have no room.
fn more(n_hidden: usize, to: &mut dyn Write) -> io::Result<()> {
    match n_hidden {
        0 => Ok(()),
        n => writeln!(to, "  and {} more: see --format json", count(len_to_u64(n))),
    }
}

pub(super) fn section(to: &mut dyn Write, title: &str) -> io::Result<()> {
    writeln!(to, "\n{TITLE}{title}{TITLE:#}")
}

/// Stands for a space at which no line ends. Text from outside cannot hold it: no
/// character has this number, and encoders write it as a number.
const JOINT: char = '\u{fdd0}';

/// Text from outside for a paragraph: it stays in one line, so that none begins with it.
pub(super) fn unbroken(text: &str) -> String {
    safe(text).replace(' ', &JOINT.to_string())
}

/// Writes text at a readable width.
pub(super) fn paragraph(to: &mut dyn Write, indent: &str, text: &str) -> io::Result<()> {
    let mut line = String::from(indent);
    for word in text.split([' ', '\n']).filter(|word| !word.is_empty()) {
        let word = word.replace(JOINT, " ");
        if line.len() + word.len() + 1 > WIDTH && line.trim() != "" {
            writeln!(to, "{}", line.trim_end())?;
            line = String::from(indent);
        }
        line.push_str(&word);
        line.push(' ');
    }
    writeln!(to, "{}", line.trim_end())
}

fn headline(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let as_of =
        report.as_of.as_deref().map_or("", |time| time.split('T').next().unwrap_or(time));
    let names: Vec<String> = report.repositories.iter().take(3).map(name).collect();
    let more = report.repositories.len().saturating_sub(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    write!(to, "{TITLE}slopnexus{TITLE:#}  {}{more}", names.join(", "))?;
    if as_of.is_empty() {
        writeln!(to)
    } else {
        writeln!(to, "{DIM}  as of {as_of}{DIM:#}")
    }
}

fn name(repository: &RepositoryReport) -> String {
    let branch = repository.branch.trim_start_matches("refs/heads/");
    let branch = branch.trim_start_matches("refs/remotes/");
    format!("{} ({})", safe(&repository.path), safe(branch))
}

/// Three sentences: what lasted, what the money has to do with it, how sure that is.
fn answer(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    section(to, "Did it last?")?;
    let said = sentences::answer(report, unbroken);
    said.iter().try_for_each(|text| paragraph(to, "  ", text))
}

fn money_line(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    section(to, sentences::money_title(report))?;
    let Some(spend) = &report.spend else {
        return paragraph(to, "  ", sentences::no_spend(report));
    };
    let text = format!(
        "in {}; weeks of {} to {}",
        spend.unit,
        spend.first_week.as_deref().unwrap_or("?"),
        spend.last_week.as_deref().unwrap_or("?"),
    );
    dim(&text, to)?;
    let amount = decimal(&spend.counted, spend.shown_places);
    writeln!(to, "  {amount:>14}  100.0%  counted, nothing twice")?;
    spend.rows.iter().try_for_each(|row| spend_row(spend, row, to))?;
    if let Some(text) = sentences::spend_rounded(spend) {
        dim(&text, to)?;
    }
    for text in sentences::outside_of_sums(spend) {
        paragraph(to, "  ", &text)?;
    }
    rules(&spend.rules, spend.durable_yield.window_days, to)?;
    if let Some(places) = &report.spend_by_place {
        by_place(report, places, to)?;
    }
    durable_yield(spend, to)
}

/// Text that is not what matters most.
fn dim(text: &str, to: &mut dyn Write) -> io::Result<()> {
    write!(to, "{DIM}")?;
    paragraph(to, "  ", text)?;
    write!(to, "{DIM:#}")
}

/// The same spend under several rules, as a range.
fn rules(rules: &RulesReport, days: u32, to: &mut dyn Write) -> io::Result<()> {
    let Some(text) = sentences::rules(rules, days) else { return Ok(()) };
    writeln!(to)?;
    paragraph(to, "  ", &text)?;
    for rule in &rules.rules {
        let [tied, durable] =
            [rule.tied, rule.durable].map(|share| rough(share, rules.rounded_to));
        writeln!(to, "  {tied:>7}{durable:>9}  {}", rule.about)?;
    }
    Ok(())
}

/// How many rows of places are shown.
const MOST_PLACES: usize = 8;

/// Where in the code the spend may have gone.
fn by_place(
    report: &Report,
    places: &PlacesReport,
    to: &mut dyn Write,
) -> io::Result<()> {
    // Of rows that are all less than a step nothing is said.
    let rows = &places.by_area_and_kind;
    if rows.len() < 2 || rows.iter().all(|row| row.share <= 0.0) {
        return Ok(());
    }
    writeln!(to)?;
    paragraph(to, "  ", &sentences::by_place(places))?;
    for row in places.by_area_and_kind.iter().take(MOST_PLACES) {
        let name = if row.put_together {
            "put together, as a part has under 5 people".to_owned()
        } else {
            let area = row.area.as_deref().map_or(String::new(), safe);
            let repository = row.repository.as_deref();
            let repository =
                repository.map_or(String::new(), |path| short_name(report, path, safe));
            format!("{repository}/{area} ({})", row.kind.unwrap_or("unknown"))
        };
        let people = count_of(row.people, "person", "people");
        let share = rough(row.share, places.shares_rounded_to);
        writeln!(to, "  {share:>7}  {name:<45}{people}")?;
    }
    let rest = places.by_area_and_kind.len().saturating_sub(MOST_PLACES);
    if rest > 0 {
        let rest = count(len_to_u64(rest));
        writeln!(to, "  and {rest} more: see spend_by_place in --format json")?;
    }
    Ok(())
}

/// Where every record went, how much of it is known of whom, and what it was spent on:
/// context, and nothing that is said of code.
fn usage(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let Some(usage) = &report.usage else { return Ok(()) };
    section(to, "The usage behind it")?;
    let ledger = &usage.ledger;
    let text = format!(
        "{} seen = {} counted + {} seen before in another export + {} rejected. It adds up, \
         to the token and to the cent.",
        count_of(ledger.seen.records, "record", "records"),
        count(ledger.kept.records),
        count(ledger.shadowed.records),
        count(ledger.rejected.records),
    );
    paragraph(to, "  ", &text)?;
    if let Some(spend) = &report.spend {
        paragraph(to, "  ", &sentences::coverage(report, spend))?;
    }
    usage_text::details(usage, to)
}

fn spend_row(spend: &SpendReport, row: &SpendRow, to: &mut dyn Write) -> io::Result<()> {
    let bar = row.share.map_or(String::new(), |share| plot::bar(share, 9));
    let (amount, shown) = sentences::spend_part(spend, row);
    let words = sentences::place(row.place);
    let row = format!("  {amount:>14}  {shown:>6}  {words:<45}{bar}");
    writeln!(to, "{}", row.trim_end())
}

fn durable_yield(spend: &SpendReport, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to)?;
    paragraph(to, "  ", &sentences::durable_yield(spend))
}

fn composition(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    if report.composition.is_empty() {
        return Ok(());
    }
    section(to, "What stands, by the year it landed")?;
    let most =
        report.composition.iter().map(|year| year.landed).max().unwrap_or(1).max(1);
    writeln!(
        to,
        "  {DIM}{:>6}{:>12}{:>12}   █ stands  ░ went{DIM:#}",
        "year", "landed", "stands"
    )?;
    for year in &report.composition {
        let whole =
            crate::units::count_to_f64(year.landed) / crate::units::count_to_f64(most);
        let stands =
            crate::units::count_to_f64(year.alive) / crate::units::count_to_f64(most);
        let bar = plot::two_part_bar(stands, whole, 44);
        writeln!(
            to,
            "  {:>6}{:>12}{:>12}   {bar}",
            year.year,
            count(year.landed),
            count(year.alive)
        )?;
    }
    Ok(())
}

fn areas(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    if report.areas.len() < 2 {
        return Ok(());
    }
    section(to, "Where the lines are")?;
    writeln!(to, "  {DIM}{:>10}  {:<42}after 90 days{DIM:#}", "stands", "area")?;
    let several = report.repositories.len() > 1;
    for area in report.areas.iter().filter(|area| area.lines.alive > 0) {
        let name = if several {
            format!("{}: {}", safe(&area.repository), safe(&area.area))
        } else {
            safe(&area.area)
        };
        writeln!(
            to,
            "  {:>10}  {name:<42}{}",
            count(area.lines.alive),
            survival(&area.survival_90)
        )?;
    }
    Ok(())
}

fn left_out(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    section(to, "What was left out")?;
    if let Some(text) = sentences::filtered_lines(report) {
        paragraph(to, "  ", &text)?;
    }
    if report.gaps.is_empty() {
        return paragraph(
            to,
            "  ",
            "Nothing else: everything that was there could be read.",
        );
    }
    // What makes figures incomplete comes first.
    let (incomplete, other): (Vec<_>, Vec<_>) =
        report.gaps.iter().partition(|gap| gap.incomplete);
    for gap in incomplete.into_iter().chain(other).take(MOST_GAPS) {
        let style = if gap.incomplete { WARN } else { DIM };
        let first = if gap.first.is_empty() {
            String::new()
        } else {
            format!(" (first: {})", unbroken(&gap.first))
        };
        let text = format!("{} × {}{first}", count(gap.count), safe(&gap.why));
        write!(to, "{style}")?;
        paragraph(to, "  ", &format!("{} {text}", gap.code))?;
        write!(to, "{style:#}")?;
    }
    more(report.gaps.len().saturating_sub(MOST_GAPS), to)
}

fn how_to_read(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    section(to, "How to read this")?;
    for limit in &report.limits {
        paragraph(to, "  ", limit)?;
    }
    let text = "* Interval by change and not by person, since fewer than eight people wrote \
                these lines; people may differ more than it shows.";
    paragraph(to, "  ", text)?;
    let text = "No interval where a few people hold most of the lines: see g_eff and reason in \
                --format json.";
    paragraph(to, "  ", text)?;
    let text = format!(
        "Where a figure comes from: {} with survival:90:all, churn:21:ai_marked, \
         survival:90:area:DIR or a commit for the ID.",
        sentences::explain_command(report)
    );
    paragraph(to, "  ", &text)?;
    let text = format!("This report is {}.", report.purpose);
    paragraph(to, "  ", &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_paragraph_begins_inside_of_text_from_outside() {
        let name = format!("{} ::stop-commands::x  y", "a".repeat(70));
        let text = format!("1 × missing (first: {}) and so on", unbroken(&name));
        let mut shown = Vec::new();
        paragraph(&mut shown, "", &text).unwrap();
        let shown = String::from_utf8(shown).unwrap();
        assert!(!shown.lines().any(|line| line.trim_start().starts_with(':')), "{shown}");
        let name = name.replace(" ::", " :\\u{3a}");
        assert!(shown.lines().any(|line| line.contains(&name)), "{shown}");
    }
}
