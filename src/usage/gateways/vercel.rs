//! The report of Vercel's AI Gateway: sums by the day and by what was asked for.
//!
//! Fields as documented at vercel.com, `GET /v1/report`. Inputs are taken to contain what
//! came from the cache and went into it where they can. Vercel bills.

use super::{book_on_organization, measured, person};
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{
    Draft, Flag, Granularity, Period, TokenCounts, record_id, text,
};
use crate::usage::rows::{Pages, each_page_row};
use crate::usage::{Context, Format, Parsed};

/// Pages of one way to group; another way would show the same again.
pub static FORMAT: Format = Format {
    name: "vercel.ai_gateway",
    tier: 3,
    about: "Vercel AI Gateway: GET /v1/report with date_part=day and one group_by",
    recognizes,
    parse,
};

const PAGES: Pages = Pages { arrays: &["results"], bare_rows: false };

/// By what rows may be grouped beside the day.
const GROUPS: [&str; 5] = ["model", "user", "tag", "provider", "credential_type"];

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_row("results", |row| row.has("day") && row.has("total_cost"))
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    let mut grouped: Option<[bool; 5]> = None;
    each_page_row(source, parsed, PAGES, |row, parsed| {
        let groups = GROUPS.map(|group| row.row.has(group));
        if *grouped.get_or_insert(groups) != groups {
            return Err("rows grouped in another way, which show the same use again");
        }
        parsed.push(row.position, read_row(row.row, row.position, context));
        Ok(())
    });
}

fn read_row(
    row: &Object<'_>,
    position: u64,
    context: &Context<'_>,
) -> Result<Draft, &'static str> {
    let day = row.text("day")?.ok_or("a row without day")?;
    let mut draft = Draft::new(position);
    draft.period = Some(Period::of_day(context.bounds.day(&day)?));
    draft.facets.granularity = Granularity::Day;
    draft.facets.vendor = Some(Untrusted::from("vercel"));
    draft.facets.model = row.untrusted("model")?;
    draft.facets.workspace = row.untrusted("tag")?;
    draft.facets.account = person(&row.text("user")?.unwrap_or_default());
    if draft.facets.account.key().is_none() {
        book_on_organization(&mut draft);
    }
    let read = row.count("cached_input_tokens")?;
    let write = row.count("cache_creation_input_tokens")?;
    draft.tokens = TokenCounts::of_prompt(row.count("input_tokens")?, read, write).0;
    draft.tokens.output = row.count("output_tokens")?;
    draft.requests = row.count("request_count")?;
    draft.cost.billed = row.dollars("total_cost")?;
    let credential = row.text("credential_type")?.unwrap_or_default();
    draft.flags.insert_if(credential.eq_ignore_ascii_case("byok"), Flag::Byok);
    let mut parts = vec![day.trim().to_owned()];
    for group in GROUPS {
        parts.push(
            text(&row.text(group)?.unwrap_or_default())
                .map_or_else(String::new, |text| text.to_json_text().into_owned()),
        );
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    draft.record_id = record_id(FORMAT.name, &parts);
    measured(draft)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_use_grouped_another_way_is_not_added() {
        let text = r#"{"results":[{"day":"2026-10-05","user":"u","total_cost":1},
            {"day":"2026-10-05","user":"v","total_cost":2}]}
            {"results":[{"day":"2026-10-05","model":"m","total_cost":3}]}"#;
        let export = crate::usage::tests::read_as(&FORMAT, text);
        assert_eq!((export.records.len(), export.n_rejected), (2, 1));
        assert_eq!(export.cost().billed.unwrap().to_string(), "3.00");
    }

    #[test]
    fn an_input_too_small_to_contain_the_cache_does_not_contain_it() {
        let row = |input| {
            let text = format!(
                r#"{{"results":[{{"day":"2026-10-05","total_cost":1,"input_tokens":{input},
                "cached_input_tokens":40,"cache_creation_input_tokens":10}}]}}"#
            );
            crate::usage::tests::read_as(&FORMAT, &text).records[0].tokens().input
        };
        assert_eq!(row(60), Some(10));
        assert_eq!(row(30), Some(30));
    }
}
