//! Sentences of exports: what they show twice, and which tokens have a price.

use super::Encode;
use crate::render::number::{big_count, count_of};
use crate::report::{EntryReport, UsageReport};

/// How many models are named.
const MOST_MODELS: usize = 8;

/// Formats that show the same, side by side; empty where none do.
pub(in crate::render) fn reconciled(usage: &UsageReport) -> Vec<String> {
    let mut said: Vec<String> = usage
        .reconciliations
        .iter()
        .map(|one| match (&one.kept, &one.shadowed) {
            (Some(kept), Some(shadowed)) => format!(
                "{} counts with {}; {} shows, on the same days, {}.",
                one.kept_format,
                amounts(kept),
                one.shadowed_format,
                amounts(shadowed)
            ),
            _ => format!(
                "{} counts, and {} shows the same; slopnexus usage has the sums.",
                one.kept_format, one.shadowed_format
            ),
        })
        .collect();
    if !said.is_empty() {
        let text = "If these are different accounts of yours, and not the same seen twice, say \
                    so with --sum-sources.";
        said.push(text.to_owned());
    }
    said
}

/// What an entry holds, in words.
fn amounts(entry: &EntryReport) -> String {
    let money = |name: &str, usd: &Option<String>| {
        let usd =
            usd.as_ref().filter(|usd| !usd.trim_start_matches(['0', '.']).is_empty());
        usd.map(|usd| format!("USD {usd} {name}"))
    };
    let parts = [
        entry
            .tokens
            .filter(|tokens| *tokens > 0)
            .map(|t| format!("{} tokens", big_count(t))),
        money("billed", &entry.billed_usd),
        money("at list price", &entry.list_usd),
        money("estimated", &entry.estimated_usd),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "no amounts".to_owned() } else { parts.join(", ") }
}

/// Which tokens have a price, and which have none; empty where none was asked for.
pub(in crate::render) fn priced(usage: &UsageReport, encode: Encode) -> Vec<String> {
    let prices = &usage.prices;
    let nothing = prices.priced_records == 0
        && prices.unpriced_models.is_empty()
        && prices.records_without_model == 0
        && prices.records_without_classes == 0;
    if nothing {
        return Vec::new();
    }
    let date = prices.date.as_deref().unwrap_or("no date");
    let records = count_of(prices.priced_records, "record", "records");
    let mut said = vec![format!("{records} priced, with prices of {}.", encode(date))];
    let models = prices.unpriced_models.iter();
    let named: Vec<String> = models
        .take(MOST_MODELS)
        .map(|one| format!("{} ({} tokens)", encode(&one.model), big_count(one.tokens)))
        .collect();
    let more = prices.unpriced_models.len().saturating_sub(MOST_MODELS);
    if !named.is_empty() {
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        said.push(format!("No price is known for {}{more}.", named.join(", ")));
    }
    for (count, why) in [
        (prices.records_without_model, "no model"),
        (prices.records_without_classes, "no classes of tokens, which cost differently"),
    ] {
        if count > 0 {
            let records = count_of(count, "record", "records");
            said.push(format!("{records} with {why}: not priced."));
        }
    }
    said
}

/// What is said below usage by month, tool and model.
pub(in crate::render) const ABOUT_VALUE: &str = "Value is the list price where the export has it, else the vendor's own estimate, else \
     tokens times list prices; it is no bill.";
