//! The ledger of exports for people in a terminal.

use std::io::{self, Write};

use super::number::{big_count, count, count_of, rough_decimal};
use super::sentences;
use super::text::{paragraph, safe, section};
use crate::report::usage_context::{RoundedTo, UsageContext, UsageRow};
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
    let shown = money_columns(&ledger.seen);
    let names: String = shown.iter().map(|column| format!("{:>15}", column.0)).collect();
    writeln!(to, "  {:<11}{:>9}{:>17}{names}", "", "records", "tokens")?;
    for (name, entry) in rows {
        if let Some(entry) = entry {
            write_entry(name, entry, &shown, to)?;
        }
    }
    writeln!(to, "  It adds up, to the token and to the cent.")?;
    details(usage, to)
}

/// Writes what was shown twice, what has a price, and usage by month, tool and model.
///
/// # Errors
///
/// When `to` cannot be written.
pub(super) fn details(usage: &UsageReport, to: &mut dyn Write) -> io::Result<()> {
    reconciliations(usage, to)?;
    prices(usage, to)?;
    context(&usage.context, to)
}

/// The sums of formats that show the same, side by side.
fn reconciliations(usage: &UsageReport, to: &mut dyn Write) -> io::Result<()> {
    let said = sentences::reconciled(usage);
    if said.is_empty() {
        return Ok(());
    }
    section(to, "The same consumption, shown twice and counted once")?;
    said.iter().try_for_each(|text| paragraph(to, "  ", text))
}

/// Which tokens have a price, and which have none.
fn prices(usage: &UsageReport, to: &mut dyn Write) -> io::Result<()> {
    let said = sentences::priced(usage, safe);
    if said.is_empty() {
        return Ok(());
    }
    section(to, "Computed: tokens times list prices")?;
    said.iter().try_for_each(|text| paragraph(to, "  ", text))
}

fn context(context: &UsageContext, to: &mut dyn Write) -> io::Result<()> {
    let groups = [
        ("month", &context.months),
        ("tool", &context.tools),
        ("model", &context.models),
    ];
    if context.months.is_empty() {
        return Ok(());
    }
    section(to, "Usage by month, tool and model")?;
    if groups.iter().all(|(_, rows)| rows.iter().all(|row| row.put_together)) {
        let text = "Not shown: fewer than five people are behind it, or a few weigh too much in it.";
        return paragraph(to, "  ", text);
    }
    context_line(["", "records", "tokens", "billed USD", "value USD"], to)?;
    for (what, rows) in groups {
        if rows.iter().all(|row| row.put_together) {
            writeln!(
                to,
                "  By {what}: not shown, since few people are behind most of it."
            )?;
            continue;
        }
        for row in rows {
            context_row(row, context.rounded_to.as_ref(), to)?;
        }
        writeln!(to)?;
    }
    paragraph(to, "  ", sentences::ABOUT_VALUE)
}

fn context_row(
    row: &UsageRow,
    rounded_to: Option<&RoundedTo>,
    to: &mut dyn Write,
) -> io::Result<()> {
    let name = shortened(&row_name(row));
    let cells = row_amounts(row, rounded_to)
        .map(|amount| amount.unwrap_or_else(|| "-".to_owned()));
    let [records, tokens, billed, value] = &cells;
    context_line([&name, records, tokens, billed, value], to)
}

/// What a row of usage is of.
pub(super) fn row_name(row: &UsageRow) -> String {
    match (&row.name, row.put_together) {
        (Some(name), _) => safe(name),
        (None, true) => "put together, under 5 people".to_owned(),
        (None, false) => "not said".to_owned(),
    }
}

/// Its records, tokens, what was billed and what it is worth; what rounding left nothing
/// of is less than its step.
pub(super) fn row_amounts(
    row: &UsageRow,
    rounded_to: Option<&RoundedTo>,
) -> [Option<String>; 4] {
    let step = |of: fn(&RoundedTo) -> Option<&str>| rounded_to.and_then(of);
    let records = step(|to| Some(&to.records_rounded_to));
    let tokens = step(|to| Some(&to.tokens_rounded_to));
    let billed = step(|to| to.billed_usd_rounded_to.as_deref());
    let value = step(|to| to.value_usd_rounded_to.as_deref());
    let money = |usd: &Option<String>, step: Option<&str>| {
        usd.as_deref().map(|usd| rough_decimal(usd, step, 2))
    };
    [
        Some(rough_decimal(&row.records.to_string(), records, 0)),
        row.tokens.map(|n| rough_decimal(&n.to_string(), tokens, 0)),
        money(&row.billed_usd, billed),
        money(&row.value_usd, value),
    ]
}

fn context_line(cells: [&str; 5], to: &mut dyn Write) -> io::Result<()> {
    let [name, records, tokens, billed, value] = cells;
    writeln!(to, "  {name:<28}{records:>8}{tokens:>17}{billed:>11}{value:>11}")
}

/// A name that fits its column.
fn shortened(name: &str) -> String {
    const WIDTH: usize = 28;
    if name.chars().count() <= WIDTH {
        return name.to_owned();
    }
    name.chars().take(WIDTH - 1).chain(['…']).collect()
}

/// A column of money: its title, and where it stands in an entry.
type MoneyColumn = (&'static str, fn(&EntryReport) -> &Option<String>);

/// The columns of money that any export gives.
fn money_columns(seen: &EntryReport) -> Vec<MoneyColumn> {
    let columns: [MoneyColumn; 4] = [
        ("billed USD", |entry| &entry.billed_usd),
        ("list USD", |entry| &entry.list_usd),
        ("estimated USD", |entry| &entry.estimated_usd),
        ("computed USD", |entry| &entry.computed_usd),
    ];
    columns.into_iter().filter(|(_, of)| of(seen).is_some()).collect()
}

fn write_entry(
    name: &str,
    entry: &EntryReport,
    shown: &[MoneyColumn],
    to: &mut dyn Write,
) -> io::Result<()> {
    let tokens = entry.tokens.map_or("-".to_owned(), big_count);
    let money: String = shown
        .iter()
        .map(|(_, of)| format!("{:>15}", of(entry).as_deref().unwrap_or("-")))
        .collect();
    writeln!(to, "  {name:<11}{:>9}{tokens:>17}{money}", count(entry.records))
}

fn write_file(file: &UsageFile, to: &mut dyn Write) -> io::Result<()> {
    writeln!(
        to,
        "{}  {} (tier {}), {}, {}",
        Untrusted::from(file.file.as_str()).to_terminal(),
        file.format,
        file.tier,
        count_of(file.records, "record", "records"),
        count_of(file.people, "account", "accounts")
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
