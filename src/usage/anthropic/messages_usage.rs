//! The usage report of the Messages API: tokens by buckets of time and by whatever the
//! request grouped them. It knows neither addresses nor money, and contains what Claude
//! Code used through the same organisation.
//!
//! Fields as documented at platform.claude.com, `usage_report/messages`.

use super::{
    dimensions, draft_of, each_result, id_of, measured, period_of, set_organization,
    tokens_of,
};
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Account, AccountKind};
use crate::usage::{Context, Format, Parsed};

/// Pages of `usage_report/messages`.
pub static FORMAT: Format = Format {
    name: "anthropic.messages_usage",
    tier: 2,
    about: "Claude Admin API, usage_report/messages, grouped by api_key_id or account_id",
    recognizes,
    parse,
};

/// What may tell results of one bucket apart; null unless it was asked for.
const DIMENSIONS: [&str; 9] = [
    "account_id",
    "api_key_id",
    "service_account_id",
    "workspace_id",
    "model",
    "service_tier",
    "context_window",
    "inference_geo",
    "speed",
];

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_result(
        |page| !page.has("data_refreshed_at"),
        |result| result.has("uncached_input_tokens"),
    )
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_result(source, parsed, |row, parsed| {
        let mut draft = draft_of(row.position, period_of(row.bucket, context)?);
        match read_account(row.row)? {
            Some(account) => draft.facets.account = account,
            None => set_organization(&mut draft),
        }
        draft.facets.model = row.row.untrusted("model")?;
        draft.facets.workspace = row.row.untrusted("workspace_id")?;
        draft.tokens = tokens_of(row.row)?;
        draft.record_id = id_of(&FORMAT, &draft, &dimensions(row.row, &DIMENSIONS)?);
        parsed.push(row.position, measured(draft));
        Ok(())
    });
}

/// Whose it is; `None` where the report was not grouped by it.
fn read_account(row: &Object<'_>) -> Result<Option<Account>, &'static str> {
    let person = row.untrusted("account_id")?;
    let service = row.untrusted("service_account_id")?;
    let api_key_id = row.untrusted("api_key_id")?;
    let kind = match (&person, &service, &api_key_id) {
        (Some(_), _, _) => AccountKind::User,
        (None, Some(_), _) => AccountKind::ServiceAccount,
        (None, None, Some(_)) => AccountKind::ApiKey,
        (None, None, None) => return Ok(None),
    };
    let account_id = person.or(service);
    Ok(Some(Account { kind, account_id, api_key_id, ..Account::default() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Granularity;

    #[test]
    fn what_was_not_grouped_is_the_organisations() {
        let bucket = |result: &str| {
            let page = format!(
                r#"{{"data":[{{"starting_at":"2026-10-05T03:00:00Z",
                "ending_at":"2026-10-05T04:00:00Z","results":[{result}]}}]}}"#
            );
            crate::usage::tests::read_as(&FORMAT, &page).records.remove(0)
        };
        let whole = bucket(r#"{"uncached_input_tokens":1,"api_key_id":null}"#);
        assert_eq!(whole.facets.account.kind, AccountKind::Organization);
        assert_eq!(whole.facets.granularity, Granularity::Hour);
        let service = bucket(r#"{"uncached_input_tokens":1,"service_account_id":"s"}"#);
        assert_eq!(service.facets.account.kind, AccountKind::ServiceAccount);
    }
}
