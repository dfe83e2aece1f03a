//! Bills in the FinOps Open Cost and Usage Specification, 1.0 to 1.3: one row a charge.
//!
//! Columns as at focus.finops.org. There is no column for persons and none for classes of
//! tokens: persons come from tags, classes from the words of the meter.

use std::collections::HashMap;

use super::framing::{Sample, Source};
use super::json::Object;
use super::numbers::{self, DecimalSign};
use super::record::{
    Account, AccountKind, Draft, Flag, TokenCounts, lower, record_id, text,
    tool_of_client, vendor_of_provider,
};
use super::rows::{Cells, each_row};
use super::{Context, Format, Parsed};
use crate::problem::GapKind;

pub mod write;

/// A CSV of charges, of which those of AI services are read.
pub static FORMAT: Format = Format {
    name: "focus.1_x",
    tier: 3,
    about: "FOCUS 1.x cost and usage export of a cloud or of an AI vendor, CSV",
    recognizes,
    parse,
};

/// What tells one charge from others; the standard has no id for them.
const KEY: [&str; 19] = [
    "x_recordid",
    "x_costbasis",
    "billingaccountid",
    "subaccountid",
    "chargeperiodstart",
    "chargeperiodend",
    "chargeclass",
    "chargedescription",
    "servicename",
    "skuid",
    "skupriceid",
    "skumeter",
    "resourceid",
    "regionid",
    "pricingcategory",
    "commitmentdiscountid",
    "tags",
    "x_model",
    "x_tokentype",
];

fn recognizes(sample: Sample<'_>) -> bool {
    sample.has_columns(&["billedcost", "chargeperiodstart", "chargeperiodend"])
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    let mut seen: HashMap<[u8; 16], u64> = HashMap::new();
    each_row(source, parsed, |cells, parsed| {
        if let Some(why) = not_usage_of_ai(cells) {
            parsed.remark(GapKind::IgnoredFeature, cells.row.line, why);
            return Ok(None);
        }
        let mut draft = read_row(cells, context, parsed)?;
        let parts = KEY.map(|name| cells.get(name));
        let id = record_id(FORMAT.name, &parts);
        // Charges that nothing tells apart are told apart by their order.
        let times = seen.entry(id).or_insert(0);
        draft.record_id = match *times {
            0 => id,
            n => record_id(FORMAT.name, &[&parts.concat(), &n.to_string()]),
        };
        *times += 1;
        Ok(Some(draft))
    });
}

/// Why a row is no usage of AI, if so: bills have everything in them.
fn not_usage_of_ai(cells: &Cells<'_>) -> Option<&'static str> {
    let category = cells.get("chargecategory");
    if !category.is_empty() && !category.eq_ignore_ascii_case("usage") {
        return Some("a charge that is no usage: a purchase, a tax, a credit");
    }
    let service = cells.get("servicecategory");
    let is_ai = service.eq_ignore_ascii_case("AI and Machine Learning");
    if is_ai || unit_of(cells).is_some() {
        return None;
    }
    Some("a charge of another service than AI")
}

fn read_row(
    cells: &Cells<'_>,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) -> Result<Draft, &'static str> {
    let mut draft = Draft::new(cells.row.line);
    let (start, end) = (cells.get("chargeperiodstart"), cells.get("chargeperiodend"));
    let (period, granularity) = context.bounds.range(start, end)?;
    draft.period = Some(period);
    draft.facets.granularity = granularity;
    let first = |names: &[&str]| {
        let values = names.iter().map(|name| cells.get(name));
        values.into_iter().find(|value| !value.is_empty()).unwrap_or_default()
    };
    let provider = first(&["providername", "serviceprovidername", "invoiceissuername"]);
    draft.facets.vendor = vendor_of_provider(provider);
    let tags = cells.get("tags");
    let tags = if tags.is_empty() { Ok(Object::default()) } else { Object::parse(tags) };
    let tags = tags.map_err(|_| "tags that are no JSON object")?;
    let tag = |name: &str| tags.text(name).ok().flatten().unwrap_or_default();
    draft.facets.tool =
        tool_of_client(cells.get("servicename")).or_else(|| tool_of_client(&tag("tool")));
    draft.facets.model = text(cells.get("x_model")).or_else(|| text(&tag("model")));
    draft.facets.workspace = text(first(&["subaccountname", "subaccountid"]));
    let user = first(&["x_user", "x_useremail", "x_user_email"]);
    let tagged = ["user", "email", "user_email"].map(tag);
    let tagged = tagged.iter().find(|value| !value.trim().is_empty());
    let user = if user.is_empty() { tagged.map_or("", String::as_str) } else { user };
    draft.facets.account = account_of(user);
    if draft.facets.account.key().is_none() {
        draft.facets.account.kind = AccountKind::Organization;
        draft.flags.insert(Flag::OrgLevel);
    }
    read_amounts(cells, &mut draft, parsed)?;
    if draft.has_measure() { Ok(draft) } else { Err("a charge without any amount") }
}

fn read_amounts(
    cells: &Cells<'_>,
    draft: &mut Draft,
    parsed: &mut Parsed<'_>,
) -> Result<(), &'static str> {
    let line = cells.row.line;
    let currency = cells.get("billingcurrency");
    if currency.is_empty() || currency.eq_ignore_ascii_case("USD") {
        draft.cost.billed = cells.dollars("billedcost")?;
        draft.cost.list = cells.dollars("listcost")?;
        draft.cost.estimated = cells.dollars("x_estimatedcost")?;
        draft.cost.computed = cells.dollars("x_computedcost")?;
    } else {
        let why = "an amount in another currency than US dollars is left out";
        parsed.remark(GapKind::UsageRecord, line, why);
    }
    // A correction moves money of an earlier bill; its tokens were counted there.
    if cells.get("chargeclass").eq_ignore_ascii_case("correction") {
        return Ok(());
    }
    let Some((quantity, unit)) = unit_of(cells) else { return Ok(()) };
    let sign = cells.head.decimal_sign();
    let Some(amount) = quantity_of(quantity, unit.size, sign)? else { return Ok(()) };
    if unit.is_tokens {
        *class_of(cells, &mut draft.tokens) = Some(amount);
    } else {
        draft.requests = Some(amount);
    }
    Ok(())
}

/// What a quantity counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unit {
    /// How many tokens or requests one of it is.
    size: i128,
    is_tokens: bool,
}

/// The quantity of a row and its unit: what was consumed, else what was priced.
fn unit_of<'r>(cells: &Cells<'r>) -> Option<(&'r str, Unit)> {
    let pairs =
        [("consumedquantity", "consumedunit"), ("pricingquantity", "pricingunit")];
    pairs.iter().find_map(|(quantity, unit)| {
        let unit = unit_named(cells.get(unit))?;
        let quantity = cells.get(quantity);
        (!quantity.is_empty()).then_some((quantity, unit))
    })
}

/// Reads `Tokens`, `1K Tokens`, `1000000 Tokens`, `Requests` and the like.
fn unit_named(written: &str) -> Option<Unit> {
    let words: Vec<String> = written.split_whitespace().map(str::to_lowercase).collect();
    let (size, name) = match words.as_slice() {
        [name] => ("1", name),
        [size, name] => (size.as_str(), name),
        [size, scale, name] if scale == "million" && size == "1" => ("1m", name),
        _ => return None,
    };
    let is_tokens = match name.as_str() {
        "token" | "tokens" => true,
        "request" | "requests" | "call" | "calls" => false,
        _ => return None,
    };
    let (digits, scale) = match size.char_indices().next_back()? {
        (at, 'k') => (&size[..at], 1_000),
        (at, 'm') => (&size[..at], 1_000_000),
        _ => (size, 1),
    };
    let digits = digits.replace([',', '_'], "");
    let number: i128 = digits.parse().ok().filter(|n| (1..=1_000_000_000).contains(n))?;
    Some(Unit { size: number * scale, is_tokens })
}

/// A quantity of a unit as a whole count.
fn quantity_of(
    written: &str,
    size: i128,
    sign: DecimalSign,
) -> Result<Option<u64>, &'static str> {
    const NANOS: i128 = 1_000_000_000;
    let Some(nanos) = numbers::nanos(written, sign)? else { return Ok(None) };
    // Both are below 10^25 and 10^16: no more than 38 digits can come of it.
    let all = nanos.checked_mul(size).ok_or("a quantity over 10^15")?;
    if all % NANOS != 0 {
        return Err("a quantity that is not a whole number of tokens");
    }
    numbers::count(&(all / NANOS).to_string(), DecimalSign::Point)
}

/// The class that the words of the meter mean.
fn class_of<'t>(cells: &Cells<'_>, tokens: &'t mut TokenCounts) -> &'t mut Option<u64> {
    let words = ["x_tokentype", "skumeter", "chargedescription", "skuid"];
    for name in words {
        let words = cells.get(name).to_lowercase().replace(['_', '-'], " ");
        let has = |any: &[&str]| any.iter().any(|word| words.contains(word));
        if has(&["cache write", "cache creation", "cachewrite", "cachecreation"]) {
            return &mut tokens.cache_write;
        }
        if has(&["uncached", "cache miss"]) {
            return &mut tokens.input;
        }
        if has(&["cache read", "cached", "cache hit", "cacheread"]) {
            return &mut tokens.cache_read;
        }
        if has(&["unsplit"]) {
            return &mut tokens.input_unsplit;
        }
        if has(&["output", "completion", "response"]) {
            return &mut tokens.output;
        }
        if has(&["input", "prompt"]) {
            return &mut tokens.input;
        }
    }
    &mut tokens.unclassified
}

/// The person of a tag: an address, a key as we write it, or an opaque id.
fn account_of(user: &str) -> Account {
    let user = user.trim().trim_start_matches('\'');
    let (kind, value) = user.split_once(':').unwrap_or(("", user));
    let mut account = Account { kind: AccountKind::User, ..Account::default() };
    match kind {
        "email" => account.email = lower(value),
        "login" => account.login = lower(value),
        "account" => account.account_id = text(value),
        "principal" => account.principal = text(value),
        "key" => account.api_key_name = text(value),
        "key_id" => account.api_key_id = text(value),
        _ if user.contains('@') => account.email = lower(user),
        _ => account.account_id = text(user),
    }
    if account.api_key_name.is_some() || account.api_key_id.is_some() {
        account.kind = AccountKind::ApiKey;
    }
    account
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::tests::read_as;

    const HEADER: &str = "ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ServiceCategory,BillingCurrency,BilledCost,ListCost,EffectiveCost,ConsumedQuantity,ConsumedUnit,SkuMeter,Tags\n";
    const DAY: &str = "2026-10-05T00:00:00Z,2026-10-06T00:00:00Z";

    fn read(rows: &str) -> crate::usage::Export {
        read_as(&FORMAT, &(HEADER.to_owned() + rows))
    }

    #[test]
    fn units_are_read_with_their_size() {
        let size = |unit| unit_named(unit).map(|unit| (unit.size, unit.is_tokens));
        assert_eq!(size("Tokens"), Some((1, true)));
        assert_eq!(size("1000000 Tokens"), Some((1_000_000, true)));
        assert_eq!(size("1K tokens"), Some((1_000, true)));
        assert_eq!(size("1M Tokens"), Some((1_000_000, true)));
        assert_eq!(size("Requests"), Some((1, false)));
        assert_eq!(size("GB"), None);
        assert_eq!(size("1 Token-Hours"), None);
    }

    #[test]
    fn meters_tell_the_class_and_what_is_effective_is_never_added() {
        let row = |meter| {
            let text = format!(
                "{DAY},Usage,AI and Machine Learning,USD,1,2,4,5,Tokens,{meter},\n"
            );
            let export = read(&text);
            assert_eq!(export.cost().billed.unwrap().to_string(), "1.00");
            assert_eq!(export.cost().list.unwrap().to_string(), "2.00");
            export.records[0].tokens()
        };
        assert_eq!(row("Input Tokens").input, Some(5));
        assert_eq!(row("Uncached input").input, Some(5));
        assert_eq!(row("Cached input").cache_read, Some(5));
        assert_eq!(row("Cache write 5m").cache_write, Some(5));
        assert_eq!(row("Output Tokens").output, Some(5));
        assert_eq!(row("Tokens").unclassified, Some(5));
    }

    #[test]
    fn what_is_no_usage_of_ai_is_counted_and_not_read() {
        let rows = format!(
            "{DAY},Tax,AI and Machine Learning,USD,1,1,1,,,,\n\
             {DAY},Usage,Storage,USD,1,1,1,5,GB,,\n\
             {DAY},Usage,AI and Machine Learning,EUR,1,1,1,5,Tokens,Output,\n"
        );
        let export = read(&rows);
        assert_eq!((export.records.len(), export.n_rejected), (1, 0));
        assert!(export.records[0].cost().is_unknown());
        assert_eq!(export.gaps.list().len(), 3);
    }

    #[test]
    fn charges_that_nothing_tells_apart_are_not_one_charge() {
        let row = format!("{DAY},Usage,AI and Machine Learning,USD,1,1,1,5,Tokens,o,\n");
        let export = read(&(row.clone() + &row));
        assert_ne!(export.records[0].record_id, export.records[1].record_id);
        let again = read(&(row.clone() + &row));
        assert_eq!(export.records[1].record_id, again.records[1].record_id);
    }

    #[test]
    fn part_of_a_token_is_an_error() {
        let row = format!("{DAY},Usage,,USD,1,1,1,5.5,Tokens,o,\n");
        assert_eq!(read(&row).n_rejected, 1);
        let row = format!("{DAY},Usage,,USD,1,1,1,0.0038,1000000 Tokens,output,\n");
        assert_eq!(read(&row).records[0].tokens().output, Some(3_800));
    }
}
