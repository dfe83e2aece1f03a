//! Engagement of people in the Claude Enterprise Analytics API: sessions, messages, lines
//! and commits by day, and no tokens.
//!
//! Fields as documented at platform.claude.com, `api/admin/analytics/users`; the keys
//! differ from those of the Claude Code Analytics API. The day stands in the request
//! alone: the name of the file tells it, else the day of the last activity is taken.

use super::{account_of, draft_of, id_of, whole_file};
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Account, Activity, Granularity, Period};
use crate::usage::rows::{PageRow, Pages, each_page_row};
use crate::usage::{Context, Format, Parsed};

/// Pages of `users` under `analytics`.
pub static FORMAT: Format = Format {
    name: "anthropic.enterprise_users",
    tier: 2,
    about: "Claude Enterprise Analytics API, users, one day a file named after the day",
    recognizes,
    parse,
};

const PAGES: Pages = Pages { arrays: &["data"], bare_rows: false };

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_row("data", |row| row.has("user") && row.has("claude_code_metrics"))
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_page_row(source, parsed, PAGES, |row, parsed| read_row(&row, context, parsed));
}

fn read_row(
    row: &PageRow<'_>,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) -> Result<(), &'static str> {
    let user = row.row.object("user")?.ok_or("a row without user")?;
    let account = account_of(&user)?;
    let period = when(row.row, context)?;
    let tools = [
        ("claude_code", read_claude_code(row.row)?),
        ("chat", read_messages(row.row, "chat_metrics")?),
        ("cowork", read_messages(row.row, "cowork_metrics")?),
    ];
    for (tool, activity) in tools {
        if activity != Activity::default() {
            push(tool, activity, &account, period, row.position, parsed);
        }
    }
    Ok(())
}

fn push(
    tool: &str,
    activity: Activity,
    account: &Account,
    period: (Period, Granularity),
    position: u64,
    parsed: &mut Parsed<'_>,
) {
    let mut draft = draft_of(position, period);
    draft.facets.account = account.clone();
    draft.facets.tool = Some(Untrusted::from(tool));
    draft.activity = activity;
    let who = account.account_id.as_ref().or(account.email.as_ref());
    let who = who.map_or_else(String::new, |who| who.to_json_text().into_owned());
    draft.record_id = id_of(&FORMAT, &draft, &[who, tool.to_owned()]);
    parsed.push(position, Ok(draft));
}

fn when(
    row: &Object<'_>,
    context: &Context<'_>,
) -> Result<(Period, Granularity), &'static str> {
    match row.text("last_activity_date")? {
        Some(day) if context.period.is_none() => context.bounds.day_or_event(&day),
        _ => whole_file(context),
    }
}

fn read_claude_code(row: &Object<'_>) -> Result<Activity, &'static str> {
    let mut activity = Activity::default();
    let Some(metrics) = row.object("claude_code_metrics")? else { return Ok(activity) };
    if let Some(core) = metrics.object("core_metrics")? {
        activity.sessions = core.count("distinct_session_count")?;
        activity.commits = core.count("commit_count")?;
        activity.pull_requests = core.count("pull_request_count")?;
        if let Some(lines) = core.object("lines_of_code")? {
            activity.lines_added = lines.count("added_count")?;
            activity.lines_removed = lines.count("removed_count")?;
        }
    }
    let Some(actions) = metrics.object("tool_actions")? else { return Ok(activity) };
    for (_, action) in actions.fields() {
        let action = Object::parse(action.get())?;
        let add = |sum: &mut Option<u64>, more: Option<u64>| {
            *sum = more.map(|more| sum.unwrap_or(0).saturating_add(more)).or(*sum);
        };
        add(&mut activity.accepts, action.count("accepted_count")?);
        add(&mut activity.rejects, action.count("rejected_count")?);
    }
    Ok(activity)
}

fn read_messages(row: &Object<'_>, name: &str) -> Result<Activity, &'static str> {
    let Some(metrics) = row.object(name)? else { return Ok(Activity::default()) };
    let sessions = metrics.count("distinct_conversation_count")?;
    Ok(Activity {
        sessions: sessions.or(metrics.count("distinct_session_count")?),
        prompts: metrics.count("message_count")?,
        ..Activity::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"{"data":[{"user":{"id":"u","email_address":"A@example.com"},
        "claude_code_metrics":{"core_metrics":{"commit_count":6,"lines_of_code":{"added_count":2}},
        "tool_actions":{"edit_tool":{"accepted_count":4,"rejected_count":1},
        "new_tool":{"accepted_count":3}}},"chat_metrics":{"message_count":12},
        "last_activity_date":"2026-10-09"}]}"#;

    #[test]
    fn each_tool_has_its_own_activity() {
        let export = crate::usage::tests::read_as(&FORMAT, PAGE);
        let found: Vec<_> =
            export.records.iter().map(crate::usage::UsageRecord::activity).collect();
        assert_eq!((found[0].accepts, found[0].commits), (Some(7), Some(6)));
        assert_eq!((found[0].prompts, found[1].prompts), (None, Some(12)));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn the_day_that_was_asked_for_goes_before_the_last_activity() {
        let period = crate::usage::dates::period_in_name("users-2026-10-05.json");
        let context = Context { period, ..Context::default() };
        let asked = crate::usage::tests::read_with(&FORMAT, PAGE, &context);
        assert_eq!(asked.records[0].period, period);
        let last = crate::usage::tests::read_as(&FORMAT, PAGE);
        assert_ne!(last.records[0].period, period);
    }
}
