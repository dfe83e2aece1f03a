//! Consumption of Devin in ACUs by day, of one person or of all. The person is named in
//! the address of the question and not in the answer: the name of the file may tell.
//!
//! Fields as in docs.devin.ai: v3 has a list of days by product, v2 a map of days. The price
//! of an ACU is the contract's. A day begins at 08:00 UTC; it counts as the UTC day that
//! most of it lies in.

use super::{email_in, field, stem};
use crate::problem::GapKind;
use crate::units::UtcDay;
use crate::untrusted::Untrusted;
use crate::usage::dates;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{
    Account, Credits, Draft, Flag, Granularity, Period, record_id, text,
};
use crate::usage::rows::each_value;
use crate::usage::{Context, Format, Parsed};

/// Answers of the API.
pub static FORMAT: Format = Format {
    name: "devin.consumption",
    tier: 3,
    about: "Devin API, consumption/daily: ACUs by day and product",
    recognizes,
    parse,
};

/// The products, with the tool and the surface each is.
const PRODUCTS: [(&str, &str, &str); 4] = [
    ("devin", "devin", "cloud_agent"),
    ("cascade", "windsurf", "ide"),
    ("terminal", "devin", "cli"),
    ("review", "devin", "code_review"),
];

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(|value| value.has("total_acus") && value.has("consumption_by_date"))
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    let mut position = 0;
    each_value(source, parsed, |value, _, parsed| {
        let days = value.get("consumption_by_date").ok_or("an answer without days")?;
        let days = days.get();
        let before = parsed.records.len();
        let rejected = parsed.n_rejected;
        if days.starts_with('{') {
            let days = Object::parse(days)?;
            for (day, _) in days.fields() {
                position += 1;
                let draft = days.nanos(day).and_then(|acus| {
                    let day = context.bounds.day(day)?;
                    Ok(draft_of(day, acus, "", position, context))
                });
                parsed.push(position, draft);
            }
        } else {
            for row in value.array("consumption_by_date")? {
                position += 1;
                let row = Object::record(row.get());
                let done = row.and_then(|row| read_day(&row, position, context, parsed));
                if let Err(why) = done {
                    parsed.reject(position, why);
                }
            }
        }
        if parsed.n_rejected == rejected {
            check_total(value, before, position, parsed)?;
        }
        Ok(())
    });
}

/// Reads a day of v3: a record a product, or one where the products are not the sum.
fn read_day(
    row: &Object<'_>,
    position: u64,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) -> Result<(), &'static str> {
    let date = field(row, "date")?;
    if date.is_empty() {
        return Err("a row without date");
    }
    let day = if date.contains('-') {
        context.bounds.day(&date)?
    } else {
        dates::event(context.bounds.epoch(&date)?).start.day()
    };
    let whole = row.nanos("acus")?;
    let products = row.object("acus_by_product")?.unwrap_or_default();
    let mut parts = Vec::new();
    let mut sum = 0;
    for (product, _) in products.fields() {
        let Some(acus) = products.nanos(product)? else { continue };
        sum += acus;
        if acus != 0 {
            parts.push((product, acus));
        }
    }
    if parts.is_empty() || whole.is_some_and(|whole| whole != sum) {
        parsed.push(position, Ok(draft_of(day, whole, "", position, context)));
        return Ok(());
    }
    for (product, acus) in parts {
        let draft = draft_of(day, Some(acus), product, position, context);
        parsed.push(position, Ok(draft));
    }
    Ok(())
}

fn draft_of(
    day: UtcDay,
    acus: Option<i128>,
    product: &str,
    position: u64,
    context: &Context<'_>,
) -> Draft {
    let known = PRODUCTS.iter().find(|(name, ..)| *name == product);
    let mut draft = super::draft(position, "cognition", "devin");
    draft.period = Some(Period::of_day(day));
    draft.flags.insert(Flag::TzAssumed);
    let facets = &mut draft.facets;
    facets.granularity = Granularity::Day;
    facets.account =
        email_in(context.file_name).map(Account::of_email).unwrap_or_default();
    // A sum of all products is of no one tool.
    facets.tool = known.and_then(|(_, tool, _)| text(tool));
    facets.surface = known.and_then(|(.., surface)| text(surface));
    let unit = Untrusted::from("acu");
    draft.credits = acus.map(|nanos| Credits { nanos, unit });
    let whose = stem(context.file_name).to_lowercase();
    let parts = [&whose, &day.0.to_string(), product];
    draft.record_id = record_id(FORMAT.name, &parts);
    draft
}

/// Says so where the days are not the sum that is told.
fn check_total(
    value: &Object<'_>,
    before: usize,
    position: u64,
    parsed: &mut Parsed<'_>,
) -> Result<(), &'static str> {
    let Some(told) = value.nanos("total_acus")? else { return Ok(()) };
    let credits = parsed.records[before..].iter().filter_map(|record| record.credits());
    let sum: i128 = credits.map(|credits| credits.nanos).sum();
    // The sum is made of binary fractions.
    if sum.abs_diff(told) > 1_000_000 {
        let why = "the days of an answer are not the sum that it tells";
        parsed.remark(GapKind::TokenMismatch, position.max(1), why);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::tests::{read_as, read_with};

    #[test]
    fn products_are_tools_of_their_own_and_a_day_is_where_most_of_it_lies() {
        let export = read_as(
            &FORMAT,
            r#"{"total_acus":4.1,"consumption_by_date":[{"date":1791187200,"acus":4.1,"acus_by_product":{"devin":3.6,"cascade":0.5,"review":0.0}}]}"#,
        );
        let tools: Vec<_> =
            export.records.iter().map(|r| (r.facets.tool.clone(), r.credits())).collect();
        assert_eq!(tools.len(), 2);
        assert_eq!(tools[0].0, Some(Untrusted::from("windsurf")));
        assert_eq!(tools[1].1.unwrap().nanos, 3_600_000_000);
        let day = UtcDay::from_ymd(2026, 10, 5).unwrap();
        assert_eq!(export.records[0].period, Some(Period::of_day(day)));
        assert!(export.gaps.is_empty());
    }

    #[test]
    fn the_map_of_the_older_version_is_read_and_its_other_views_are_not() {
        let export = read_as(
            &FORMAT,
            r#"{"total_acus":3,"consumption_by_date":{"2026-10-05":1.5,"2026-10-06":"1.5"},"consumption_by_user":{"u":3}}"#,
        );
        assert_eq!(export.records.len(), 2);
        assert_eq!(export.records[0].facets.tool, None);
        assert!(export.gaps.is_empty());
    }

    #[test]
    fn days_that_are_not_the_sum_are_said_so() {
        let export = read_as(
            &FORMAT,
            r#"{"total_acus":9,"consumption_by_date":[{"date":1791187200,"acus":4.1}]}"#,
        );
        assert_eq!(export.gaps.list()[0].kind, GapKind::TokenMismatch);
    }

    #[test]
    fn files_of_two_people_are_two_and_a_second_download_is_not() {
        let text =
            r#"{"total_acus":1,"consumption_by_date":[{"date":1791187200,"acus":1}]}"#;
        let id = |file_name| {
            let context = Context { file_name, ..Context::default() };
            read_with(&FORMAT, text, &context).records[0].record_id
        };
        assert_eq!(id("ada.json"), id("ada (1).json"));
        assert_ne!(id("ada.json"), id("lin.json"));
    }
}
