//! The usage report of the Claude Enterprise Analytics API by person: one row a person
//! and product, over the whole range or a bucket of time.
//!
//! Fields as documented at platform.claude.com, `api/admin/analytics/usage`. It covers
//! people with seats; what the organisation used as a whole is another report, and the
//! two are never added.

use super::{
    account_of, dimensions, draft_of, id_of, mark_provisional, measured, period_of,
    tokens_of, tool_of,
};
use crate::usage::framing::{Sample, Source};
use crate::usage::record::Draft;
use crate::usage::rows::{PageRow, Pages, each_page_row};
use crate::usage::{Context, Format, Parsed};

/// Pages of `user_usage_report`.
pub static FORMAT: Format = Format {
    name: "anthropic.enterprise_user_usage",
    tier: 1,
    about: "Claude Enterprise Analytics API, user_usage_report, best by bucket_width=1d",
    recognizes,
    parse,
};

pub(super) const PAGES: Pages = Pages { arrays: &["data"], bare_rows: false };

/// What tells rows of one person and period apart. Groups of people are none of it: a
/// person in two groups has the same consumption in both.
pub(super) const DIMENSIONS: [&str; 8] = [
    "product",
    "model",
    "context_window",
    "inference_geo",
    "speed",
    "cost_type",
    "token_type",
    "slack_channel_id",
];

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_row("data", |row| row.has("actor") && row.has("uncached_input_tokens"))
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_page_row(source, parsed, PAGES, |row, parsed| {
        let mut draft = read_dimensions(&row, context)?;
        draft.tokens = tokens_of(row.row)?;
        draft.record_id = id_of_row(&FORMAT, &draft, &row)?;
        parsed.push(row.position, measured(draft));
        Ok(())
    });
}

/// What rows of usage and of cost share.
pub(super) fn read_dimensions(
    row: &PageRow<'_>,
    context: &Context<'_>,
) -> Result<Draft, &'static str> {
    let mut draft = draft_of(row.position, period_of(row.row, context)?);
    let actor = row.row.object("actor")?.ok_or("a row without actor")?;
    draft.facets.account = account_of(&actor)?;
    draft.facets.tool = row.row.text("product")?.and_then(|product| tool_of(&product));
    draft.facets.model = row.row.untrusted("model")?;
    draft.requests = row.row.count("requests")?;
    mark_provisional(row.page, &mut draft)?;
    Ok(draft)
}

/// The id of a row by its person, its period and its dimensions.
pub(super) fn id_of_row(
    format: &Format,
    draft: &Draft,
    row: &PageRow<'_>,
) -> Result<[u8; 16], &'static str> {
    let account = &draft.facets.account;
    let who = account.account_id.as_ref().or(account.email.as_ref());
    let mut parts = vec![who.map_or_else(String::new, |w| w.to_json_text().into_owned())];
    parts.extend(dimensions(row.row, &DIMENSIONS)?);
    Ok(id_of(format, draft, &parts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::{AccountKind, Export, Flag, Granularity};

    fn read(row: &str, refreshed: &str) -> Export {
        let page = format!(
            r#"{{"data":[{row}],"data_refreshed_at":"{refreshed}","has_more":false}}"#
        );
        let period = crate::usage::dates::period_in_name("2026-10-01-to-2026-10-31");
        let context = Context { period, ..Context::default() };
        crate::usage::tests::read_with(&FORMAT, &page, &context)
    }

    const ROW: &str = r#"{"actor":{"type":"user_actor","user_id":"u1","email":null,
        "name":"Deleted User","deleted":true},"starting_at":null,"ending_at":null,
        "product":"claude_code","model":null,"uncached_input_tokens":3,
        "cache_creation":{"ephemeral_1h_input_tokens":4,"ephemeral_5m_input_tokens":5},
        "total_tokens":12,"rbac_group_id":"g1"}"#;

    #[test]
    fn a_range_that_only_the_request_had_is_that_of_the_file() {
        let record = &read(ROW, "2026-12-31T00:00:00Z").records[0];
        assert_eq!(record.facets.granularity, Granularity::Month);
        assert_eq!(record.tokens().cache_write, Some(9));
        assert_eq!(record.facets.account.kind, AccountKind::DeletedUser);
        assert_eq!(record.facets.account.display_name, None);
    }

    #[test]
    fn what_may_still_be_revised_is_provisional() {
        let flagged =
            |refreshed| read(ROW, refreshed).records[0].flags.contains(Flag::Provisional);
        assert!(flagged("2026-11-30T23:59:59Z"));
        assert!(!flagged("2026-12-01T00:00:00Z"));
    }

    #[test]
    fn a_person_in_two_groups_has_used_once() {
        let rows = format!("{ROW},{}", ROW.replace("g1", "g2"));
        let export = [read(&rows, "2026-12-31T00:00:00Z")];
        assert_eq!(crate::usage::settle(&export, false).unwrap().ledger.kept.tokens, 12);
    }
}
