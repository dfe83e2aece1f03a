//! The exports: where every record went, what has a price, and usage by month, tool and
//! model.

use super::{Block, Cell, Choice, Table, safe};
use crate::render::number::big_count;
use crate::render::sentences;
use crate::render::usage_text::{row_amounts, row_name};
use crate::report::usage_context::{RoundedTo, UsageRow};
use crate::report::{EntryReport, UsageReport};
use crate::units::count_to_f64;

/// How many rows a table has.
const MOST_ROWS: usize = 200;

pub(super) fn blocks(usage: &UsageReport) -> Vec<Block> {
    let mut blocks = vec![ledger(usage)];
    blocks.extend(sentences::reconciled(usage).into_iter().map(Block::Text));
    blocks.extend(sentences::priced(usage, safe).into_iter().map(Block::Text));
    blocks.extend(context(usage));
    blocks
}

/// Where every record of the exports went.
fn ledger(usage: &UsageReport) -> Block {
    let columns =
        ["records that are", "#records", "#tokens", "#billed, USD", "#list price, USD"];
    let caption = "The ledger of the exports: it adds up, to the token and to the cent";
    let mut table = Table::new(caption, &columns);
    let ledger = &usage.ledger;
    for (name, entry) in [
        ("seen", Some(&ledger.seen)),
        ("= kept", Some(&ledger.kept)),
        ("+ seen before in another export", Some(&ledger.shadowed)),
        ("+ rejected", Some(&ledger.rejected)),
        ("of those kept: of people", ledger.assigned.as_ref()),
        ("of those kept: of services", ledger.service.as_ref()),
        ("of those kept: of nobody known", ledger.unassigned.as_ref()),
    ] {
        table.rows.extend(entry.map(|entry| entry_row(name, entry)));
    }
    Block::Table(table)
}

fn entry_row(name: &str, entry: &EntryReport) -> Vec<Cell> {
    let money = |usd: &Option<String>| {
        usd.as_deref().map_or_else(|| Cell::text("unknown"), |usd| Cell::amount(usd, 2))
    };
    let tokens = entry.tokens.map_or_else(
        || Cell::text("unknown"),
        |tokens| Cell::number(big_count(tokens), tokens.to_string().parse().ok()),
    );
    vec![
        Cell::text(name),
        Cell::count(entry.records),
        tokens,
        money(&entry.billed_usd),
        money(&entry.list_usd),
    ]
}

/// Usage by month, tool and model, as coarsely as it may be told.
fn context(usage: &UsageReport) -> Vec<Block> {
    let of = &usage.context;
    if of.months.is_empty() {
        return Vec::new();
    }
    let groups = [("month", &of.months), ("tool", &of.tools), ("model", &of.models)];
    let told = |rows: &&Vec<UsageRow>| !rows.iter().all(|row| row.put_together);
    let shown = groups.iter().filter(|(_, rows)| told(rows));
    let options: Vec<(String, Vec<Block>)> = shown
        .map(|(name, rows)| {
            let table = context_table(name, rows, of.rounded_to.as_ref());
            let mut blocks = vec![Block::Table(table)];
            blocks.extend(super::more(rows.len().saturating_sub(MOST_ROWS)));
            ((*name).to_owned(), blocks)
        })
        .collect();
    let hidden = groups.iter().filter(|(_, rows)| !told(rows));
    let hidden = hidden.map(|(name, _)| {
        let text =
            format!("Usage by {name} is not shown: few people are behind most of it.");
        Block::Text(text)
    });
    let hidden: Vec<Block> = hidden.collect();
    if options.is_empty() {
        return hidden;
    }
    let about = Block::Text(sentences::ABOUT_VALUE.to_owned());
    let choice = Block::Choice(Choice { label: "Usage by", options });
    std::iter::once(choice).chain(hidden).chain([about]).collect()
}

fn context_table(name: &str, rows: &[UsageRow], rounded_to: Option<&RoundedTo>) -> Table {
    let rounded = if rounded_to.is_some() { ", rounded" } else { "" };
    let caption = format!("Usage by {name}{rounded}");
    let columns = [name, "#records", "#tokens", "#billed, USD", "#value, USD"];
    let mut table = Table::new(caption, &columns);
    for row in rows.iter().take(MOST_ROWS) {
        let parse =
            |usd: &Option<String>| usd.as_deref().and_then(|usd| usd.parse().ok());
        let values = [
            Some(count_to_f64(row.records)),
            row.tokens.and_then(|n| n.to_string().parse().ok()),
            parse(&row.billed_usd),
            parse(&row.value_usd),
        ];
        let amounts = row_amounts(row, rounded_to);
        let cells = amounts.into_iter().zip(values).map(|(text, value)| {
            Cell::number(text.unwrap_or_else(|| "unknown".to_owned()), value)
        });
        table.push(std::iter::once(Cell::text(row_name(row))).chain(cells).collect());
    }
    table
}
