//! Logs as Portkey's export job writes them.
//!
//! Names as in `Portkey-AI/openapi`. The cost is Portkey's reckoning, likely in cents as
//! in its other reports; units of a request are its tokens.

use super::{embedded, measured, person, unsplit};
use crate::problem::GapKind;
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Draft, Flag, record_id, vendor_of_provider};
use crate::usage::rows::each_page_row;
use crate::usage::{Context, Format, Parsed, dates};

/// JSONL of a job that was asked for the fields.
pub static FORMAT: Format = Format {
    name: "portkey.logs",
    tier: 3,
    about: "Portkey: logs export job, JSONL",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    let is_log = |row: &Object<'_>| {
        row.has("ai_org") && (row.has("req_units") || row.has("total_units"))
    };
    sample.any_object(is_log) || sample.any_row("data", is_log)
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_page_row(source, parsed, super::ROWS, |row, parsed| {
        let draft = read_log(row.row, row.position, context, parsed);
        parsed.push(row.position, draft);
        Ok(())
    });
}

fn read_log(
    row: &Object<'_>,
    position: u64,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) -> Result<Draft, &'static str> {
    let id = row.text("id")?.or(row.text("trace_id")?).ok_or("a log without an id")?;
    let created = row.text("created_at")?.ok_or("a log without a time")?;
    let mut draft = Draft::new(position);
    draft.record_id = record_id(FORMAT.name, &[&id]);
    draft.period = Some(dates::event(context.bounds.moment_utc(&created)?));
    draft.facets.vendor = vendor_of_provider(&row.text("ai_org")?.unwrap_or_default());
    draft.facets.tool = Some(Untrusted::from("api"));
    draft.facets.model = row.untrusted("ai_model")?;
    let metadata = embedded(row, "metadata")?;
    if let Ok(metadata) = Object::parse(&metadata) {
        let user = metadata.text("_user").ok().flatten().unwrap_or_default();
        draft.facets.account = person(&user);
    }
    let (prompt, total) = (row.count("req_units")?, row.count("total_units")?);
    draft.tokens = unsplit(prompt, row.count("res_units")?, total);
    if draft.tokens.total().is_none() {
        draft.tokens.unclassified = total;
    }
    let currency = row.text("cost_currency")?;
    if currency.is_none_or(|currency| currency.eq_ignore_ascii_case("USD")) {
        draft.cost.estimated = row.cents("cost")?;
    } else {
        let why = "an amount in another currency than US dollars is left out";
        parsed.remark(GapKind::UsageRecord, position, why);
    }
    let failed = row.get("is_success").is_some_and(|given| given.get() == "false");
    draft.flags.insert_if(failed, Flag::Errored);
    draft.requests = Some(u64::from(!failed));
    measured(draft)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_cents_and_other_currencies_are_left_out() {
        let row = |currency| {
            format!(
                r#"{{"id":"p","created_at":"2026-10-05T13:40:00Z","ai_org":"openai",
                "req_units":1,"cost":0.675,"cost_currency":"{currency}"}}"#
            )
        };
        let read = |currency| crate::usage::tests::read_as(&FORMAT, &row(currency));
        let cost = read("USD").records[0].cost();
        assert_eq!(cost.estimated.unwrap().to_string(), "0.00675");
        let euro = read("EUR");
        assert!(euro.records[0].cost().is_unknown());
        assert_eq!(euro.gaps.list().len(), 1);
    }
}
