//! The ledger of exports for people in a terminal.

use std::io::{self, Write};

use super::number::{big_count, count};
use crate::report::{EntryReport, UsageFile, UsageReport};
use crate::untrusted::Untrusted;

/// Writes what is in the exports and where every record went.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write(usage: &UsageReport, to: &mut dyn Write) -> io::Result<()> {
    for file in &usage.files {
        write_file(file, to)?;
    }
    writeln!(to, "Ledger")?;
    writeln!(
        to,
        "  {:<12}{:>10}{:>18}{:>16}{:>16}{:>16}",
        "", "records", "tokens", "billed USD", "list USD", "estimated USD"
    )?;
    let ledger = &usage.ledger;
    let rows = [
        ("seen", Some(&ledger.seen)),
        ("= kept", Some(&ledger.kept)),
        ("+ shadowed", Some(&ledger.shadowed)),
        ("+ rejected", Some(&ledger.rejected)),
        ("kept", ledger.assigned.as_ref().map(|_| &ledger.kept)),
        ("= people", ledger.assigned.as_ref()),
        ("+ services", ledger.service.as_ref()),
        ("+ nobody", ledger.unassigned.as_ref()),
    ];
    for (name, entry) in rows {
        if let Some(entry) = entry {
            write_entry(name, entry, to)?;
        }
    }
    writeln!(to, "  It adds up, to the token and to the cent.")
}

fn write_entry(name: &str, entry: &EntryReport, to: &mut dyn Write) -> io::Result<()> {
    let amount =
        |amount: &Option<String>| amount.clone().unwrap_or_else(|| "-".to_owned());
    writeln!(
        to,
        "  {name:<12}{:>10}{:>18}{:>16}{:>16}{:>16}",
        count(entry.records),
        entry.tokens.map_or("-".to_owned(), big_count),
        amount(&entry.billed_usd),
        amount(&entry.list_usd),
        amount(&entry.estimated_usd),
    )
}

fn write_file(file: &UsageFile, to: &mut dyn Write) -> io::Result<()> {
    writeln!(
        to,
        "{}  {} (tier {}), {} records, {} accounts",
        Untrusted::from(file.file.as_str()).to_terminal(),
        file.format,
        file.tier,
        count(file.records),
        count(file.people)
    )?;
    if let (Some(start), Some(end)) = (&file.period.start, &file.period.end) {
        writeln!(to, "  from {start} to {end}")?;
    }
    let tokens = &file.tokens;
    let parts = [
        ("input", tokens.input),
        ("input, cache unknown", tokens.input_unsplit),
        ("cache read", tokens.cache_read),
        ("cache write", tokens.cache_write),
        ("output", tokens.output),
        ("unclassified", tokens.unclassified),
    ];
    let known: Vec<String> = parts
        .iter()
        .filter_map(|(name, tokens)| Some(format!("{name} {}", big_count((*tokens)?))))
        .collect();
    if let Some(total) = tokens.total {
        writeln!(to, "  tokens {}: {}", big_count(total), known.join(", "))?;
    }
    let cost = &file.cost_usd;
    for (name, amount) in [
        ("billed", &cost.billed),
        ("list price", &cost.list),
        ("estimated", &cost.estimated),
        ("computed", &cost.computed),
    ] {
        if let Some(amount) = amount {
            writeln!(to, "  {name} USD {amount}")?;
        }
    }
    for problem in &file.problems {
        let first = Untrusted::from(problem.first.as_str()).to_terminal();
        writeln!(
            to,
            "  {} {} × {} (first: {first})",
            problem.code,
            count(problem.count),
            problem.why
        )?;
    }
    writeln!(to)
}
