//! Requests as Helicone exports them.
//!
//! Fields as in Helicone's type `HeliconeRequest`. What came from the cache is not told
//! apart; the cost is Helicone's reckoning in dollars.

use super::{embedded, measured, person, unsplit};
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{
    Draft, Flag, record_id, text, tool_of_client, vendor_of_provider,
};
use crate::usage::rows::each_page_row;
use crate::usage::{Context, Format, Parsed, dates};

/// JSON or JSONL of requests.
pub static FORMAT: Format = Format {
    name: "helicone.requests",
    tier: 3,
    about: "Helicone: export of requests as JSON or JSONL",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    let is_request =
        |row: &Object<'_>| row.has("request_created_at") && row.has("response_model");
    sample.any_object(is_request) || sample.any_row("data", is_request)
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_page_row(source, parsed, super::ROWS, |row, parsed| {
        parsed.push(row.position, read_request(row.row, row.position, context));
        Ok(())
    });
}

fn read_request(
    row: &Object<'_>,
    position: u64,
    context: &Context<'_>,
) -> Result<Draft, &'static str> {
    let id = row.text("request_id")?.ok_or("a request without an id")?;
    let created = row.text("request_created_at")?.ok_or("a request without a time")?;
    let mut draft = Draft::new(position);
    draft.record_id = record_id(FORMAT.name, &[&id]);
    draft.period = Some(dates::event(context.bounds.moment_utc(&created)?));
    let provider = row.text("provider")?.unwrap_or_default();
    draft.facets.vendor = vendor_of_provider(&provider);
    let model = row.untrusted("response_model")?.or(row.untrusted("request_model")?);
    draft.facets.model = model;
    draft.facets.account = person(&row.text("request_user_id")?.unwrap_or_default());
    read_properties(row, &mut draft)?;
    let prompt = row.count("prompt_tokens")?;
    let total = row.count("total_tokens")?;
    draft.tokens = unsplit(prompt, row.count("completion_tokens")?, total);
    draft.cost.estimated = row.dollars("costUSD")?;
    let status = row.count("response_status").unwrap_or(None);
    let failed = status.is_some_and(|status| status >= 400);
    draft.flags.insert_if(failed, Flag::Errored);
    draft.requests = Some(u64::from(!failed));
    measured(draft)
}

/// What programs put into headers of their own.
fn read_properties(row: &Object<'_>, draft: &mut Draft) -> Result<(), &'static str> {
    draft.facets.tool = Some(Untrusted::from("api"));
    for name in ["request_properties", "properties"] {
        let properties = embedded(row, name)?;
        let Ok(properties) = Object::parse(&properties) else { continue };
        let text_of = |name: &str| properties.text(name).ok().flatten();
        let fill = |facet: &mut Option<Untrusted>, name: &str| {
            *facet = facet.take().or_else(|| text_of(name).as_deref().and_then(text));
        };
        fill(&mut draft.facets.repo, "repo");
        fill(&mut draft.facets.branch, "branch");
        fill(&mut draft.facets.session_id, "Helicone-Session-Id");
        fill(&mut draft.facets.workspace, "team");
        if let Some(tool) = text_of("tool").as_deref().and_then(tool_of_client) {
            draft.facets.tool = Some(tool);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_failed_is_none_and_properties_name_the_repository() {
        let text = r#"{"request_id":"q","request_created_at":"2026-10-05T13:30:00Z",
            "response_model":"m","response_status":429,"prompt_tokens":0,
            "properties":"{\"repo\":\"example-org/payments\"}"}"#;
        let export = crate::usage::tests::read_as(&FORMAT, text);
        let record = &export.records[0];
        assert_eq!(record.requests(), Some(0));
        assert!(record.flags.contains(Flag::Errored));
        assert_eq!(record.facets.repo, Some(Untrusted::from("example-org/payments")));
    }
}
