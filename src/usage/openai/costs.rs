//! What an organisation was billed: one row a day, project and line item, as pages of
//! the API or as the CSV of the dashboard. No person is named.

use super::{Dimensions, PAGES, id_of, mentions, period_of, period_of_cells};
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Draft, Granularity, Period};
use crate::usage::rows::{Cells, each_bucket, each_row};
use crate::usage::{Context, Format, Parsed};

/// Pages of the API, or the table.
pub static FORMAT: Format = Format {
    name: "openai.costs",
    tier: 2,
    about: "OpenAI organization costs API, or its CSV of costs",
    recognizes,
    parse,
};

const ANOTHER_CURRENCY: &str = "an amount in another currency than US dollars";

fn recognizes(sample: Sample<'_>) -> bool {
    mentions(sample, "\"organization.costs.result\"")
        || sample.has_columns(&["start_time_iso", "amount_value"])
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    if matches!(source, Source::Table(_)) {
        return each_row(source, parsed, |cells, _| read_row(cells, context));
    }
    each_bucket(source, parsed, PAGES, |row, parsed| {
        if !row.row.has("results") {
            return Err("a bucket without results");
        }
        for result in row.row.array("results")? {
            let draft = Object::record(result.get()).and_then(|result| {
                let when = period_of(row.row, &context.bounds)?;
                read_result(&result, draft_of(row.position, when))
            });
            parsed.push(row.position, draft);
        }
        Ok(())
    });
}

fn draft_of(position: u64, (period, granularity): (Period, Granularity)) -> Draft {
    let mut draft = Draft::new(position);
    draft.period = Some(period);
    draft.facets.granularity = granularity;
    draft
}

fn read_result(result: &Object<'_>, mut draft: Draft) -> Result<Draft, &'static str> {
    let amount = result.object("amount")?.ok_or("a row without amount")?;
    if amount.text("currency")?.is_some_and(|name| !name.eq_ignore_ascii_case("usd")) {
        return Err(ANOTHER_CURRENCY);
    }
    draft.cost.billed = amount.dollars("value")?;
    let field = |name| Ok::<_, &str>(result.text(name)?.unwrap_or_default());
    finish(
        draft,
        &field("line_item")?,
        Dimensions {
            project: field("project_id")?,
            key: field("api_key_id")?,
            ..Dimensions::default()
        },
    )
}

fn read_row(
    cells: &Cells<'_>,
    context: &Context<'_>,
) -> Result<Option<Draft>, &'static str> {
    // A day without costs has its dates and nothing else.
    if cells.get("amount_value").is_empty() && cells.get("amount_currency").is_empty() {
        return Ok(None);
    }
    let when = period_of_cells(cells, &context.bounds)?;
    let mut draft = draft_of(cells.row.line, when);
    let currency = cells.get("amount_currency");
    if !(currency.is_empty() || currency.eq_ignore_ascii_case("usd")) {
        return Err(ANOTHER_CURRENCY);
    }
    draft.cost.billed = cells.dollars("amount_value")?;
    let project = cells.get("project_id").to_owned();
    let dimensions = Dimensions { project, ..Dimensions::default() };
    finish(draft, cells.get("line_item"), dimensions).map(Some)
}

fn finish(
    mut draft: Draft,
    line_item: &str,
    mut dimensions: Dimensions,
) -> Result<Draft, &'static str> {
    if draft.cost.billed.is_none() {
        return Err("a row without amount");
    }
    draft.record_id = id_of(FORMAT.name, draft.period, &dimensions, &[line_item]);
    dimensions.model = model_of(line_item).to_owned();
    dimensions.fill(&mut draft);
    Ok(draft)
}

/// The model of a line item such as `gpt-5.1-codex, cached input`; other items, such as
/// searches, have none.
fn model_of(line_item: &str) -> &str {
    let parts = line_item.rsplit_once(", ");
    let of_tokens =
        parts.filter(|(_, what)| what.contains("input") || what.contains("output"));
    of_tokens.map_or("", |(model, _)| model)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Export;

    fn read(amount: &str) -> Export {
        let text = format!(
            r#"{{"data":[{{"start_time":1791158400,"end_time":1791244800,"results":[{{"object":"organization.costs.result","amount":{amount},"line_item":"gpt-5.1-codex, output"}}]}}]}}"#
        );
        crate::usage::tests::read_as(&FORMAT, &text)
    }

    #[test]
    fn amounts_are_dollars_and_exact() {
        let billed = |amount: &str| read(amount).cost().billed.map(|usd| usd.to_string());
        assert_eq!(
            billed(r#"{"value":0.68125,"currency":"usd"}"#),
            Some("0.68125".to_owned())
        );
        assert_eq!(billed(r#"{"value":1.2e-05}"#), Some("0.000012".to_owned()));
        assert_eq!(billed(r#"{"value":"-2.5"}"#), Some("-2.50".to_owned()));
    }

    #[test]
    fn another_currency_is_no_dollars() {
        let export = read(r#"{"value":1,"currency":"eur"}"#);
        assert_eq!((export.records.len(), export.n_rejected), (0, 1));
    }

    #[test]
    fn only_items_of_tokens_name_a_model() {
        assert_eq!(model_of("gpt-4o-2024-08-06, cached input"), "gpt-4o-2024-08-06");
        assert_eq!(model_of("web search, tool calls"), "");
        assert_eq!(model_of(""), "");
    }
}
