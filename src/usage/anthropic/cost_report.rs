//! The cost report of the Claude Admin API: what is billed by day, in cents as a decimal
//! string. It names nobody, and leaves out what priority capacity costs.
//!
//! Fields as documented at platform.claude.com, `api/admin/cost_report`.

use super::{
    dimensions, draft_of, each_result, id_of, period_of, read_cost, set_organization,
};
use crate::usage::framing::{Sample, Source};
use crate::usage::{Context, Format, Parsed};

/// Pages of `cost_report`.
pub static FORMAT: Format = Format {
    name: "anthropic.cost_report",
    tier: 2,
    about: "Claude Admin API, cost_report",
    recognizes,
    parse,
};

const DIMENSIONS: [&str; 8] = [
    "workspace_id",
    "description",
    "cost_type",
    "model",
    "service_tier",
    "token_type",
    "context_window",
    "inference_geo",
];

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_result(
        |_| true,
        |result| {
            let texts = result.get("amount").is_some_and(|a| a.get().starts_with('"'));
            texts && result.has("cost_type") && !result.has("list_amount")
        },
    )
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_result(source, parsed, |row, parsed| {
        let mut draft = draft_of(row.position, period_of(row.bucket, context)?);
        set_organization(&mut draft);
        draft.facets.model = row.row.untrusted("model")?;
        draft.facets.workspace = row.row.untrusted("workspace_id")?;
        read_cost(row.row, &mut draft, parsed)?;
        draft.record_id = id_of(&FORMAT, &draft, &dimensions(row.row, &DIMENSIONS)?);
        parsed.push(row.position, Ok(draft));
        Ok(())
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_in_cents() {
        let page = r#"{"data":[{"starting_at":"2026-10-05T00:00:00Z",
            "ending_at":"2026-10-06T00:00:00Z","results":[
            {"amount":"123.45","currency":"USD","cost_type":null},
            {"amount":"1","currency":"EUR","cost_type":"tokens"}]}]}"#;
        let export = crate::usage::tests::read_as(&FORMAT, page);
        assert_eq!(export.cost().billed.unwrap().to_string(), "1.2345");
        assert!(export.gaps.list()[0].why.contains("currency"));
    }
}
