//! What tokens cost at list price: a table of prices, and records priced by it.
//!
//! Plans and discounts make two people's bills for the same tokens differ by any factor;
//! at list price they can be compared. The table that comes with the program is a dated
//! snapshot in the shape of LiteLLM's `model_prices_and_context_window.json`; another in
//! that shape can take its place. A model that is not in it has no price: it is never
//! taken for another one.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Export;
use super::json::Object;
use super::numbers;
use super::record::{Facets, Flag, Granularity, TokenCounts, UsageRecord};
use crate::error::Error;
use crate::units::Usd;
use crate::untrusted::Untrusted;

/// The snapshot, of the date in its head.
const SNAPSHOT: &str = include_str!("prices.json");

/// Above how many tokens read by one request a model may cost more.
const LONG_REQUEST_TOKENS: u64 = 200_000;

/// Prices of models in millionths of a millionth of a dollar for one token.
#[derive(Debug, Clone)]
pub struct PriceTable {
    /// The date of the snapshot; `None` of a table that tells none.
    pub date: Option<String>,
    prices: BTreeMap<String, Price>,
}

/// What one token of each class costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Price {
    usual: Classes,
    long: Option<Classes>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Classes {
    input: i128,
    cache_read: i128,
    cache_write: i128,
    cache_write_1h: i128,
    output: i128,
}

/// What pricing came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pricing {
    /// The date of the prices, where the table tells one.
    pub date: Option<String>,
    /// Records that were priced.
    pub priced: u64,
    /// Models without a price, with how many records and tokens have none for it.
    pub unpriced: BTreeMap<Untrusted, (u64, u128)>,
    /// Records with tokens that name no model.
    pub without_model: u64,
    /// Records whose tokens are not told apart by class, which cost differently.
    pub unsplit: u64,
}

/// Why a record has no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unpriced {
    NoTokens,
    Unsplit,
    NoModel,
    UnknownModel,
}

impl PriceTable {
    /// The prices that come with the program.
    ///
    /// # Panics
    ///
    /// Never: a test reads them.
    pub fn snapshot() -> Self {
        Self::parse(SNAPSHOT.as_bytes()).expect("the snapshot is well-formed")
    }

    /// Reads a table. It is configuration: what is wrong with it stops the run. Entries
    /// without prices for tokens, such as those of images, are passed by.
    ///
    /// # Errors
    ///
    /// When it is not JSON of that shape.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        let bad = |why: &str| {
            let hint = "give a JSON object of models, each with input_cost_per_token and \
                        output_cost_per_token in dollars";
            Error::usage("E-PRICES", "cannot read the prices", why, hint)
        };
        let text = std::str::from_utf8(text).map_err(|_| bad("it is not UTF-8"))?;
        let models = Object::parse(text).map_err(bad)?;
        let mut table = Self { date: None, prices: BTreeMap::new() };
        for (name, entry) in models.fields() {
            let entry = Object::parse(entry.get()).map_err(bad)?;
            if name == "snapshot" {
                table.date = entry.text("date").map_err(bad)?;
            } else if let Some(price) = read_price(&entry).map_err(bad)? {
                table.prices.insert(name.to_lowercase(), price);
            }
        }
        if table.prices.is_empty() {
            return Err(bad("it has no price for a token"));
        }
        Ok(table)
    }

    /// The price of a model under any of the names that vendors have for it.
    fn price(&self, model: &str) -> Option<&Price> {
        let model = model.trim().to_lowercase();
        let as_given = self.prices.get(&model);
        as_given.or_else(|| self.prices.get(&canonical_name(&model)))
    }
}

/// Prices all records of all exports that can be: tokens times prices, exact, rounded to
/// the nearest billionth of a dollar.
pub fn apply(exports: &mut [Export], table: &PriceTable) -> Pricing {
    let mut pricing = Pricing { date: table.date.clone(), ..Pricing::default() };
    let mut known: BTreeMap<*const Facets, Option<Price>> = BTreeMap::new();
    let records = exports.iter_mut().flat_map(|export| &mut export.records);
    for record in records {
        let price = *known.entry(Arc::as_ptr(&record.facets)).or_insert_with(|| {
            let model = record.facets.model.as_ref()?;
            table.price(&model.to_json_text()).copied()
        });
        match cost(record, price) {
            Ok(cost) => {
                record.set_computed(cost);
                pricing.priced += 1;
            }
            Err(Unpriced::NoTokens) => {}
            Err(Unpriced::Unsplit) => pricing.unsplit += 1,
            Err(Unpriced::NoModel) => pricing.without_model += 1,
            Err(Unpriced::UnknownModel) => {
                let model = record.facets.model.clone().unwrap_or_default();
                let (records, tokens) = pricing.unpriced.entry(model).or_insert((0, 0));
                *records += 1;
                *tokens += u128::from(record.tokens().total().unwrap_or(0));
            }
        }
    }
    pricing
}

fn cost(record: &UsageRecord, price: Option<Price>) -> Result<Usd, Unpriced> {
    let tokens = record.tokens();
    if tokens.total().is_none_or(|total| total == 0) {
        return Err(Unpriced::NoTokens);
    }
    if tokens.input_unsplit.is_some() || tokens.unclassified.is_some() {
        return Err(Unpriced::Unsplit);
    }
    if record.facets.model.is_none() {
        return Err(Unpriced::NoModel);
    }
    let price = price.ok_or(Unpriced::UnknownModel)?;
    let read = [tokens.input, tokens.cache_read, tokens.cache_write];
    let read: u64 = read.into_iter().flatten().sum();
    let one_request = record.facets.granularity == Granularity::Event;
    let is_long = one_request && read > LONG_REQUEST_TOKENS;
    let classes = price.long.filter(|_| is_long).unwrap_or(price.usual);
    let picos = classes.cost(&tokens);
    // Halves away from zero; no price and no count is negative.
    Ok(if record.flags.contains(Flag::Errored) {
        Usd::ZERO
    } else {
        Usd((picos + 500) / 1_000)
    })
}

impl Classes {
    fn cost(&self, tokens: &TokenCounts) -> i128 {
        let part =
            |count: Option<u64>, price: i128| i128::from(count.unwrap_or(0)) * price;
        let hour = tokens.cache_write_1h.unwrap_or(0);
        let short = tokens.cache_write.unwrap_or(0).saturating_sub(hour);
        part(tokens.input, self.input)
            + part(tokens.cache_read, self.cache_read)
            + part(Some(short), self.cache_write)
            + part(Some(hour), self.cache_write_1h)
            + part(tokens.output, self.output)
    }
}

fn read_price(entry: &Object<'_>) -> Result<Option<Price>, &'static str> {
    let Some(usual) = read_classes(entry, "", None)? else { return Ok(None) };
    let long = read_classes(entry, "_above_200k_tokens", Some(&usual))?;
    Ok(Some(Price { usual, long }))
}

/// Reads the prices of one tier. What a table does not tell of the cache is taken as the
/// makers have it: reading costs a tenth of the input, keeping for five minutes a quarter
/// more than it where the maker charges for it at all, and for an hour twice as much.
fn read_classes(
    entry: &Object<'_>,
    tier: &str,
    usual: Option<&Classes>,
) -> Result<Option<Classes>, &'static str> {
    let price = |name: &str| -> Result<Option<i128>, &'static str> {
        match entry.text(&format!("{name}{tier}"))? {
            Some(text) => numbers::picos(&text)?
                .filter(|price| *price >= 0)
                .map(Some)
                .ok_or("a price that is no amount"),
            None => Ok(None),
        }
    };
    let (input, output) =
        (price("input_cost_per_token")?, price("output_cost_per_token")?);
    let (Some(input), Some(output)) = (input, output) else { return Ok(None) };
    let write = price("cache_creation_input_token_cost")?;
    let hour = price("cache_creation_input_token_cost_above_1hr")?;
    let charged = write.is_some() || usual.is_some_and(|u| u.cache_write != u.input);
    Ok(Some(Classes {
        input,
        cache_read: price("cache_read_input_token_cost")?.unwrap_or(input / 10),
        cache_write: write.unwrap_or(input),
        cache_write_1h: hour.unwrap_or(if charged { input * 2 } else { input }),
        output,
    }))
}

/// The name a price stands under, of the names that vendors, clouds and editors have for
/// one model: without the cloud's path and region, the maker, the date, the version of the
/// cloud and the effort, which changes how many tokens are written and not what each costs.
fn canonical_name(model: &str) -> String {
    const EFFORTS: [&str; 7] =
        ["-thinking", "-minimal", "-low", "-medium", "-high", "-xhigh", "-max-mode"];
    const PREFIXES: [&str; 9] = [
        "us.",
        "eu.",
        "apac.",
        "jp.",
        "global.",
        "anthropic.",
        "openai.",
        "google.",
        "vertex_ai.",
    ];
    let model = model.strip_prefix("auto: ").unwrap_or(model);
    let mut name = model.rsplit('/').next().unwrap_or(model).replace([' ', '_'], "-");
    while let Some(rest) = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)) {
        name = rest.to_owned();
    }
    while let Some(rest) = EFFORTS.iter().find_map(|effort| name.strip_suffix(effort)) {
        name = rest.to_owned();
    }
    name = without_version(&name).to_owned();
    name = without_date(&name).to_owned();
    if let Some(claude) = name.strip_prefix("claude-") {
        return format!("claude-{}", claude_name(&claude.replace('.', "-")));
    }
    name
}

/// Drops the version a cloud gives: `-v1`, `-v1:0`, `:free` is another offer and stays.
fn without_version(name: &str) -> &str {
    let Some((rest, version)) = name.rsplit_once("-v") else { return name };
    let is_version = !version.is_empty()
        && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    if is_version { rest } else { name }
}

/// Drops a date: `-20250929`, `@20250929`, `-2025-09-29`.
fn without_date(name: &str) -> &str {
    for (length, separators) in [(9, 0), (11, 2)] {
        let Some((rest, date)) =
            name.len().checked_sub(length).and_then(|at| name.split_at_checked(at))
        else {
            continue;
        };
        let digits = date.bytes().filter(u8::is_ascii_digit).count();
        let dashes = date[1..].matches('-').count();
        let begins = date.starts_with(['-', '@']);
        if begins && digits == 8 && dashes == separators && date[1..].starts_with("20") {
            return rest;
        }
    }
    name
}

/// `4-5-sonnet` and `sonnet-4-5` are one name; that of the third generation has the number
/// first in prices, and both stand in the table.
fn claude_name(name: &str) -> String {
    let parts: Vec<&str> = name.split('-').collect();
    let numbers =
        parts.iter().take_while(|part| part.bytes().all(|b| b.is_ascii_digit())).count();
    let family = parts.get(numbers).filter(|_| numbers > 0 && parts.len() == numbers + 1);
    match family {
        Some(family) => format!("{family}-{}", parts[..numbers].join("-")),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Draft;

    fn record(model: &str, tokens: TokenCounts) -> UsageRecord {
        let mut draft = Draft::new(1);
        draft.facets.model = super::super::record::text(model);
        draft.tokens = tokens;
        let facets = Arc::new(draft.facets.clone());
        UsageRecord::new("x", draft, facets).unwrap()
    }

    fn computed(model: &str, tokens: TokenCounts) -> Result<String, Unpriced> {
        let record = record(model, tokens);
        let price = PriceTable::snapshot().price(model).copied();
        cost(&record, price).map(|usd| usd.to_string())
    }

    #[test]
    fn a_million_tokens_cost_what_the_maker_prints() {
        let all = TokenCounts {
            input: Some(100_000),
            cache_read: Some(1_000_000),
            cache_write: Some(50_000),
            output: Some(10_000),
            ..TokenCounts::default()
        };
        // 0.1 × 5 + 1 × 0.5 + 0.05 × 6.25 + 0.01 × 25
        let batch = TokenCounts { ..all };
        assert_eq!(computed("claude-opus-4-5-20251101", batch).unwrap(), "1.5625");
        let hour = TokenCounts { cache_write_1h: Some(50_000), ..all };
        // Keeping it for an hour costs 10 for each million, not 6.25.
        assert_eq!(computed("claude-opus-4-5-20251101", hour).unwrap(), "1.75");
    }

    #[test]
    fn a_long_request_costs_more_where_the_maker_says_so_and_a_sum_of_a_day_does_not() {
        let tokens = TokenCounts { input: Some(300_000), ..TokenCounts::default() };
        assert_eq!(computed("claude-sonnet-4-5", tokens).unwrap(), "1.80");
        assert_eq!(computed("claude-opus-4-5", tokens).unwrap(), "1.50");
        let mut day = record("claude-sonnet-4-5", tokens);
        Arc::make_mut(&mut day.facets).granularity = Granularity::Day;
        let price = PriceTable::snapshot().price("claude-sonnet-4-5").copied();
        assert_eq!(cost(&day, price).unwrap().to_string(), "0.90");
    }

    #[test]
    fn one_model_is_found_under_all_its_names_and_no_other_under_them() {
        for name in [
            "claude-sonnet-4-5-20250929",
            "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "anthropic/claude-4.5-sonnet-20250929",
            "anthropic/claude-sonnet-4.5",
            "claude-sonnet-4-5@20250929",
            "claude-4.5-sonnet-thinking",
            "Claude Sonnet 4.5",
            "Auto: Claude Sonnet 4.5",
        ] {
            assert_eq!(
                canonical_name(&name.to_lowercase()),
                "claude-sonnet-4-5",
                "{name}"
            );
        }
        assert_eq!(canonical_name("gpt-5.1-codex-high"), "gpt-5.1-codex");
        assert_eq!(canonical_name("gpt-4o-2024-11-20"), "gpt-4o");
        let table = PriceTable::snapshot();
        for name in
            ["claude", "claude-opus-9", "composer-1", "auto", "gpt-5.1-codex-turbo", ""]
        {
            assert_eq!(table.price(name), None, "{name}");
        }
    }

    #[test]
    fn what_cannot_be_priced_has_no_price_and_a_reason() {
        let some = TokenCounts { input: Some(1), ..TokenCounts::default() };
        let unsplit = TokenCounts { input_unsplit: Some(1), ..TokenCounts::default() };
        assert_eq!(computed("claude-opus-4-5", unsplit), Err(Unpriced::Unsplit));
        assert_eq!(computed("composer-1", some), Err(Unpriced::UnknownModel));
        assert_eq!(computed("", some), Err(Unpriced::NoModel));
        assert_eq!(computed("", TokenCounts::default()), Err(Unpriced::NoTokens));
    }

    #[test]
    fn a_table_of_the_users_takes_the_place_of_ours_and_what_is_wrong_with_it_is_said() {
        let text =
            br#"{"mine": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06},
            "image": {"output_cost_per_image": 0.04}}"#;
        let table = PriceTable::parse(text).unwrap();
        let price = table.price("Mine").unwrap().usual;
        assert_eq!(
            (price.input, price.cache_read, price.cache_write),
            (1_000_000, 100_000, 1_000_000)
        );
        assert_eq!(price.cache_write_1h, 1_000_000);
        for text in [
            "[]",
            "{}",
            r#"{"a": {"input_cost_per_token": "x", "output_cost_per_token": 1}}"#,
        ] {
            assert_eq!(
                PriceTable::parse(text.as_bytes()).unwrap_err().code,
                "E-PRICES",
                "{text}"
            );
        }
    }
}
