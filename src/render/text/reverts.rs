//! What was taken back, for people in a terminal.

use std::io::{self, Write};

use super::super::number::count;
use super::super::sentences;
use super::{DIM, paragraph, section};
use crate::report::{RevertRate, RevertsReport};

pub(super) fn write(reverts: &RevertsReport, to: &mut dyn Write) -> io::Result<()> {
    let Some(text) = sentences::reverts(reverts) else { return Ok(()) };
    section(to, "What was taken back")?;
    paragraph(to, "  ", &text)?;
    if let Some(text) = sentences::revert_latency(reverts) {
        paragraph(to, "  ", &text)?;
    }
    writeln!(
        to,
        "\n  {DIM}{:<22}{:>9}{:>10}{:>11}   95% interval{DIM:#}",
        "taken back by then", "landings", "reverted", "per 1,000"
    )?;
    for (name, rates) in [
        ("all", &reverts.rates),
        ("AI-marked", &reverts.ai_marked),
        ("unmarked", &reverts.unmarked),
    ] {
        // In the order of ages, not of their spelling.
        let mut rates: Vec<&RevertRate> = rates.values().collect();
        rates.sort_by_key(|rate| rate.window_days);
        rates.into_iter().try_for_each(|rate| row(name, rate, to))?;
    }
    paragraph(to, "  ", &sentences::beside_reverts(reverts))
}

fn row(name: &str, rate: &RevertRate, to: &mut dyn Write) -> io::Result<()> {
    let label = format!("{name}, {} days", rate.window_days);
    let value = rate.per_1000.map_or("unknown".to_owned(), |value| format!("{value:.1}"));
    let ends = match (rate.low, rate.high) {
        (Some(low), Some(high)) => format!("{low:.1} to {high:.1} ({})", rate.interval),
        _ => format!("none: {}", rate.reason.unwrap_or("unknown")),
    };
    writeln!(
        to,
        "  {label:<22}{:>9}{:>10}{value:>11}   {ends}",
        count(rate.landings),
        count(rate.reverted)
    )
}
