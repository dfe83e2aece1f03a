//! The usage report of the newer Claude analytics API: flat rows, each with the group it
//! is of.
//!
//! Rows and groups as documented at platform.claude.com,
//! `manage-claude/usage-cost-analytics-api`. Names within `usage` are taken to be those of
//! the older reports; a row that has none of them is rejected.

use super::{
    account_of, draft_of, id_of, measured, period_of, set_organization, tokens_of,
    tool_of,
};
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Account, AccountKind, Draft, text};
use crate::usage::rows::{PageRow, Pages, each_page_row};
use crate::usage::{Context, Format, Parsed};

/// Pages of `analytics/usage`, or its rows alone.
pub static FORMAT: Format = Format {
    name: "anthropic.analytics_usage_v2",
    tier: 2,
    about: "Claude Analytics API (beta), analytics/usage",
    recognizes,
    parse,
};

pub(super) const PAGES: Pages = Pages { arrays: &["data"], bare_rows: true };

fn recognizes(sample: Sample<'_>) -> bool {
    has_rows(sample, "usage")
}

/// Whether there are rows with a group and what is measured of it.
pub(super) fn has_rows(sample: Sample<'_>, measure: &str) -> bool {
    let is_row =
        |row: &Object<'_>| row.has("group") && row.has(measure) && row.has("starting_at");
    sample.any_row("data", is_row) || sample.any_object(is_row)
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_page_row(source, parsed, PAGES, |row, parsed| {
        let usage = row.row.object("usage")?.ok_or("a row without usage")?;
        let mut draft = read_group(&FORMAT, &row, context)?;
        draft.tokens = tokens_of(&usage)?;
        draft.requests = usage.count("requests")?;
        parsed.push(row.position, measured(draft));
        Ok(())
    });
}

/// What rows of usage and of cost share: the period and the group, of which only that is
/// given which was asked for.
pub(super) fn read_group(
    format: &Format,
    row: &PageRow<'_>,
    context: &Context<'_>,
) -> Result<Draft, &'static str> {
    let mut draft = draft_of(row.position, period_of(row.row, context)?);
    let Some(group) = row.row.object("group")? else {
        set_organization(&mut draft);
        draft.record_id = id_of(format, &draft, &[]);
        return Ok(draft);
    };
    match read_account(&group)? {
        Some(account) => draft.facets.account = account,
        None => set_organization(&mut draft),
    }
    draft.facets.tool = group.text("product")?.and_then(|product| tool_of(&product));
    draft.facets.model = group.untrusted("model")?;
    draft.facets.session_id = group.untrusted("session_id")?;
    draft.facets.workspace = group.untrusted("workspace_id")?;
    draft.record_id = id_of(format, &draft, &parts_of(&group, &draft)?);
    Ok(draft)
}

/// Whose it is. An actor is an object, or its address or id alone.
fn read_account(group: &Object<'_>) -> Result<Option<Account>, &'static str> {
    let api_key_id = group.untrusted("api_key_id")?;
    let actor = group.get("actor");
    let mut account = match actor {
        Some(actor) if actor.get().starts_with('{') => {
            account_of(&Object::parse(actor.get())?)?
        }
        Some(_) => account_of_text(&group.text("actor")?.unwrap_or_default()),
        None if api_key_id.is_some() => {
            Account { kind: AccountKind::ApiKey, ..Account::default() }
        }
        None => return Ok(None),
    };
    account.api_key_id = account.api_key_id.or(api_key_id);
    if group.text("actor_type")?.is_some_and(|kind| kind.starts_with("service")) {
        account.kind = AccountKind::ServiceAccount;
    }
    Ok(Some(account))
}

fn account_of_text(actor: &str) -> Account {
    if actor.contains('@') {
        return Account::of_email(actor);
    }
    Account { kind: AccountKind::User, account_id: text(actor), ..Account::default() }
}

/// All of the group but the groups of people, which overlap.
fn parts_of(group: &Object<'_>, draft: &Draft) -> Result<Vec<String>, &'static str> {
    let account = &draft.facets.account;
    let who = account.account_id.as_ref().or(account.email.as_ref());
    let mut parts = vec![who.map_or_else(String::new, |w| w.to_json_text().into_owned())];
    let names = group.fields().map(|(name, _)| name);
    for name in names.filter(|name| *name != "actor" && !name.starts_with("rbac_")) {
        if let Some(value) = group.text(name)? {
            parts.extend([name.to_owned(), value]);
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(group: &str, usage: &str) -> String {
        format!(
            r#"{{"starting_at":"2026-11-03T00:00:00Z","ending_at":"2026-11-04T00:00:00Z",
            "group":{group},"usage":{usage}}}"#
        )
    }

    #[test]
    fn rows_alone_are_read_and_an_actor_may_be_text() {
        let rows = [
            row(r#"{"actor":"Ada@example.com"}"#, r#"{"output_tokens":1}"#),
            row(r#"{"actor":"user_1"}"#, r#"{"output_tokens":1}"#),
            row(r#"{"actor":null,"product":null}"#, r#"{"output_tokens":1}"#),
        ];
        let text = format!("[{}]", rows.join(","));
        let export = crate::usage::tests::read_as(&FORMAT, &text);
        let keys: Vec<Option<Vec<u8>>> =
            export.records.iter().map(|r| r.facets.account.key()).collect();
        let expected = [
            Some(b"email:ada@example.com".to_vec()),
            Some(b"account:user_1".to_vec()),
            None,
        ];
        assert_eq!(keys, expected);
    }

    #[test]
    fn other_names_within_usage_are_rejected_and_not_taken_for_nothing() {
        let text = format!(r#"{{"data":[{}]}}"#, row("{}", r#"{"tokens_out":1}"#));
        let export = crate::usage::tests::read_as(&FORMAT, &text);
        assert_eq!((export.records.len(), export.n_rejected), (0, 1));
    }

    #[test]
    fn groups_of_people_overlap_and_all_else_is_apart() {
        let ids: Vec<[u8; 16]> = [
            r#"{"actor":"u","rbac_group_id":"a"}"#,
            r#"{"actor":"u","rbac_group_id":"b"}"#,
            r#"{"actor":"u","environment_id":"a"}"#,
            r#"{"actor":"u","environment_id":"b"}"#,
        ]
        .iter()
        .map(|group| {
            let text = format!("[{}]", row(group, r#"{"output_tokens":1}"#));
            crate::usage::tests::read_as(&FORMAT, &text).records[0].record_id
        })
        .collect();
        assert_eq!(ids[0], ids[1]);
        assert_ne!(ids[2], ids[3]);
    }
}
