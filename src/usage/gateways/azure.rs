//! The table `ApiManagementGatewayLlmLog` of Azure API Management.
//!
//! Columns as documented at learn.microsoft.com. A request has several rows where its
//! messages are logged too; each repeats its counts, so that the largest count. The table
//! names nobody, and of the prompt it does not tell what came from the cache.

use std::collections::BTreeMap;

use super::{book_on_organization, raise, unsplit};
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Draft, Granularity, TokenCounts, record_id, text};
use crate::usage::rows::each_page_row;
use crate::usage::{Context, Format, Parsed, dates};

/// JSON rows of a query.
pub static FORMAT: Format = Format {
    name: "azure.apim_llm_log",
    tier: 3,
    about: "Azure API Management: rows of ApiManagementGatewayLlmLog as JSON",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    const COLUMNS: [&str; 3] = ["CorrelationId", "PromptTokens", "TimeGenerated"];
    let is_row = |row: &Object<'_>| {
        let kind = row.text("Type").ok().flatten();
        kind.as_deref() == Some("ApiManagementGatewayLlmLog")
            || COLUMNS.iter().all(|column| row.has(column))
    };
    sample.any_object(is_row) || sample.any_row("data", is_row)
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    let mut requests: BTreeMap<String, Draft> = BTreeMap::new();
    each_page_row(source, parsed, super::ROWS, |row, _| {
        let (id, draft) = read_row(row.row, row.position, context)?;
        match requests.get_mut(&id) {
            Some(known) => merge(known, draft),
            None => {
                requests.insert(id, draft);
            }
        }
        Ok(())
    });
    let mut requests: Vec<Draft> = requests.into_values().collect();
    requests.sort_by_key(|draft| draft.position);
    for draft in requests {
        parsed.push(draft.position, Ok(draft));
    }
}

fn read_row(
    row: &Object<'_>,
    position: u64,
    context: &Context<'_>,
) -> Result<(String, Draft), &'static str> {
    let id = row.text("CorrelationId")?.or(row.text("RequestId")?);
    let id = id.ok_or("a request without CorrelationId")?;
    let time = row.text("TimeGenerated")?.ok_or("a row without TimeGenerated")?;
    let mut draft = Draft::new(position);
    draft.record_id = record_id(FORMAT.name, &[&id]);
    draft.period = Some(dates::event(context.bounds.moment_utc(&time)?));
    draft.facets.granularity = Granularity::Event;
    draft.facets.vendor = Some(Untrusted::from("azure"));
    draft.facets.tool = Some(Untrusted::from("api"));
    let model = row.text("ModelName")?.unwrap_or_default();
    draft.facets.model = text(&model).or(row.untrusted("DeploymentName")?);
    book_on_organization(&mut draft);
    draft.requests = Some(1);
    draft.tokens = unsplit(
        row.count("PromptTokens")?,
        row.count("CompletionTokens")?,
        row.count("TotalTokens")?,
    );
    Ok((id, draft))
}

/// Rows of one request repeat its counts, or leave them out.
fn merge(known: &mut Draft, row: Draft) {
    let TokenCounts { input_unsplit, output, reported_total, .. } = row.tokens;
    raise(&mut known.tokens.input_unsplit, input_unsplit);
    raise(&mut known.tokens.output, output);
    raise(&mut known.tokens.reported_total, reported_total);
    known.period = known.period.min(row.period);
    let model = known.facets.model.take();
    known.facets.model = model.or(row.facets.model);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_request_are_one_record_with_its_largest_counts() {
        let row = |sequence: u8, prompt: &str| {
            format!(
                r#"{{"CorrelationId":"c","TimeGenerated":"2026-10-05T13:50:00Z",
                "SequenceNumber":{sequence},"PromptTokens":{prompt},"ModelName":"m"}}"#
            )
        };
        let text = [row(1, "null"), row(0, "3000"), row(2, "0")].concat();
        let export = crate::usage::tests::read_as(&FORMAT, &text);
        assert_eq!(export.records.len(), 1);
        assert_eq!(export.records[0].tokens().input_unsplit, Some(3_000));
    }
}
