//! Records as rows of FOCUS 1.2, for the tools in which bills are looked at.
//!
//! A record becomes one row for each class of its tokens, without money, and one row for
//! each meaning of its money, without tokens: no column may be added up to something that
//! no source said. The standard wants an amount in every cost column; where a row is of
//! something else, it is 0. `EffectiveCost` and `ContractedCost` are what was billed.
//! Estimates and computed costs have no column in the standard and stand in their own.

use std::io;

use crate::units::Timestamp;
use crate::untrusted::Untrusted;
use crate::usage::ledger::Kept;

/// The columns, in the order of the alphabet as in the standard, our own after them.
pub const COLUMNS: [&str; 34] = [
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "EffectiveCost",
    "InvoiceIssuerName",
    "ListCost",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "ServiceCategory",
    "ServiceName",
    "SkuId",
    "SkuMeter",
    "SubAccountId",
    "SubAccountName",
    "Tags",
    "x_ComputedCost",
    "x_CostBasis",
    "x_EstimatedCost",
    "x_Model",
    "x_RecordId",
];

/// What a row has that others of its record have not.
#[derive(Debug, Default)]
struct Charge {
    /// The class of tokens and how many; `None` for rows of money.
    meter: Option<(&'static str, u64)>,
    /// What the money means: blank for rows of tokens.
    basis: &'static str,
    billed: String,
    list: String,
    estimated: String,
    computed: String,
}

/// Writes what counts of these records, with a header.
pub fn write(records: &[Kept<'_>], to: &mut dyn io::Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(to);
    table.write_record(COLUMNS)?;
    for kept in records {
        for charge in charges(kept) {
            table.write_record(row(kept, &charge))?;
        }
    }
    table.flush()
}

fn charges(kept: &Kept<'_>) -> Vec<Charge> {
    let (tokens, cost) = (kept.tokens(), kept.cost());
    let classes = [
        ("Input Tokens", tokens.input),
        ("Cache Read Tokens", tokens.cache_read),
        ("Cache Write Tokens", tokens.cache_write),
        ("Output Tokens", tokens.output),
        ("Unsplit Input Tokens", tokens.input_unsplit),
        ("Tokens", tokens.unclassified),
    ];
    let mut charges = Vec::new();
    for (meter, count) in classes {
        let Some(count) = count else { continue };
        charges.push(Charge { meter: Some((meter, count)), ..Charge::default() });
    }
    let amounts = [
        ("billed", cost.billed),
        ("list", cost.list),
        ("estimated", cost.estimated),
        ("computed", cost.computed),
    ];
    for (basis, amount) in amounts {
        let Some(amount) = amount else { continue };
        let mut charge = Charge { basis, ..Charge::default() };
        let place = match basis {
            "billed" => &mut charge.billed,
            "list" => &mut charge.list,
            "estimated" => &mut charge.estimated,
            _ => &mut charge.computed,
        };
        *place = amount.to_string();
        charges.push(charge);
    }
    charges
}

fn row(kept: &Kept<'_>, charge: &Charge) -> Vec<String> {
    COLUMNS.iter().map(|column| cell(kept, charge, column)).collect()
}

fn cell(kept: &Kept<'_>, charge: &Charge, column: &str) -> String {
    let facets = &kept.record.facets;
    let period = kept.record.period;
    let moment = |at: Option<Timestamp>| at.and_then(Timestamp::to_rfc3339);
    let named = |text: &Option<Untrusted>| match text {
        Some(text) => text.to_csv_cell(),
        None => "unknown".to_owned(),
    };
    let or_zero = |amount: &str| if amount.is_empty() { "0" } else { amount }.to_owned();
    let count = charge.meter.map(|(_, count)| count.to_string());
    let unit = charge.meter.map(|_| "Tokens".to_owned());
    let optional = match column {
        "BilledCost" | "ContractedCost" | "EffectiveCost" => {
            Some(or_zero(&charge.billed))
        }
        "ListCost" => Some(or_zero(&charge.list)),
        "BillingCurrency" => Some("USD".to_owned()),
        "BillingPeriodStart" => moment(period.and_then(|p| month(p.start).0)),
        "BillingPeriodEnd" => moment(period.and_then(|p| month(p.start).1)),
        "ChargePeriodStart" => moment(period.map(|period| period.start)),
        "ChargePeriodEnd" => moment(period.map(|period| period.end)),
        "ChargeCategory" => Some("Usage".to_owned()),
        "ChargeFrequency" => Some("Usage-Based".to_owned()),
        "ChargeDescription" => Some(description(charge)),
        "ConsumedQuantity" | "PricingQuantity" => count,
        "ConsumedUnit" | "PricingUnit" => unit,
        "BillingAccountId" | "BillingAccountName" | "InvoiceIssuerName"
        | "ProviderName" | "PublisherName" => Some(named(&facets.vendor)),
        "ServiceCategory" => Some("AI and Machine Learning".to_owned()),
        "ServiceName" => Some(named(&facets.tool)),
        "SkuId" | "SkuMeter" => charge.meter.map(|(meter, _)| meter.to_owned()),
        "SubAccountId" | "SubAccountName" => {
            facets.workspace.as_ref().map(Untrusted::to_csv_cell)
        }
        "Tags" => Some(tags(kept)),
        "x_ComputedCost" => Some(charge.computed.clone()),
        "x_CostBasis" => Some(charge.basis.to_owned()),
        "x_EstimatedCost" => Some(charge.estimated.clone()),
        "x_Model" => facets.model.as_ref().map(Untrusted::to_csv_cell),
        "x_RecordId" => Some(hex(&kept.record.record_id)),
        _ => None,
    };
    optional.unwrap_or_default()
}

fn description(charge: &Charge) -> String {
    match charge.meter {
        Some((meter, _)) => meter.to_owned(),
        None => format!("Cost, {}", charge.basis),
    }
}

/// The record's person, model and tool: the standard has no columns for them.
fn tags(kept: &Kept<'_>) -> String {
    let facets = &kept.record.facets;
    let account = &facets.account;
    let key = account.key().map(Untrusted);
    let user = account.email.as_ref().or(key.as_ref());
    let repo = facets.repo.as_ref();
    let all = [
        ("user", user),
        ("model", facets.model.as_ref()),
        ("tool", facets.tool.as_ref()),
        ("repo", repo),
    ];
    let mut tags = serde_json::Map::new();
    for (name, value) in all {
        let Some(value) = value else { continue };
        tags.insert(name.to_owned(), value.to_json_text().into());
    }
    serde_json::Value::Object(tags).to_string()
}

/// The calendar month of a moment: its first moment, and that of the next.
fn month(moment: Timestamp) -> (Option<Timestamp>, Option<Timestamp>) {
    let first = |days: i64| {
        let moment = jiff::Timestamp::from_second(moment.0).ok()?;
        let date = moment.to_zoned(jiff::tz::TimeZone::UTC).date().first_of_month();
        let date = date.checked_add(jiff::Span::new().months(days)).ok()?;
        let zoned = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(Timestamp(zoned.timestamp().as_second()))
    };
    (first(0), first(1))
}

fn hex(id: &[u8; 16]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
