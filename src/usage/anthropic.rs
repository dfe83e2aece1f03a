//! Exports of Anthropic: the Console, Claude for teams and enterprises, Claude Code.
//!
//! What the reports share is here: token classes that are disjoint, amounts in fractions
//! of a cent, people as actors.

use super::framing::Source;
use super::json::Object;
use super::record::{
    Account, AccountKind, Draft, Flag, Granularity, Period, TokenCounts, lower,
    record_id, text, tool_id,
};
use super::rows::{Cells, PageRow, Pages, each_bucket, period_of_file};
use super::{Context, DateBounds, Format, Parsed};
use crate::problem::GapKind;
use crate::untrusted::Untrusted;

pub mod analytics_cost_v2;
pub mod analytics_usage_v2;
pub mod claude_code_analytics;
pub mod claude_code_team_csv;
pub mod console_cost_csv;
pub mod console_tokens_csv;
pub mod cost_report;
pub mod enterprise_cost;
pub mod enterprise_usage;
pub mod enterprise_user_cost;
pub mod enterprise_user_usage;
pub mod enterprise_users;
pub mod messages_usage;
pub mod organization_users;
pub mod spend_report_csv;

/// For how many days Anthropic may still revise what an organisation used.
const REVISED_DAYS: i64 = 30;

/// A row with its place and its period, billed by Anthropic.
fn draft_of(position: u64, (period, granularity): (Period, Granularity)) -> Draft {
    let mut draft = Draft::new(position);
    draft.period = Some(period);
    draft.facets.granularity = granularity;
    draft.facets.vendor = Some(Untrusted::from("anthropic"));
    draft
}

/// The period that a row or a bucket tells; where it tells none, that of the file: the
/// range of a report stands in the request alone.
fn period_of(
    row: &Object<'_>,
    context: &Context<'_>,
) -> Result<(Period, Granularity), &'static str> {
    match (row.text("starting_at")?, row.text("ending_at")?) {
        (Some(start), Some(end)) => context.bounds.range(&start, &end),
        (None, None) => whole_file(context),
        _ => Err("a period with one end"),
    }
}

/// The period of a file whose rows have none.
fn whole_file(context: &Context<'_>) -> Result<(Period, Granularity), &'static str> {
    let period = period_of_file(context)?;
    Ok((period, super::dates::grain(period)))
}

/// Marks a row as one that may still change, by the time at which the page was made.
fn mark_provisional(page: &Object<'_>, draft: &mut Draft) -> Result<(), &'static str> {
    let Some(refreshed) = page.text("data_refreshed_at")? else { return Ok(()) };
    let refreshed = DateBounds::default().moment(&refreshed)?.millis / 1_000;
    let settled = refreshed - REVISED_DAYS * 86_400;
    let open = draft.period.is_some_and(|period| period.end.0 > settled);
    draft.flags.insert_if(open, Flag::Provisional);
    Ok(())
}

/// Token counts as reports have them since 2025. What was written to the cache is told
/// by how long it is kept; thinking is part of the output.
fn tokens_of(row: &Object<'_>) -> Result<TokenCounts, &'static str> {
    let (cache_write, cache_write_1h) = cache_write_of(row)?;
    Ok(TokenCounts {
        input: row.count("uncached_input_tokens")?,
        cache_read: row.count("cache_read_input_tokens")?,
        cache_write,
        cache_write_1h,
        output: row.count("output_tokens")?,
        reported_total: row.count("total_tokens")?,
        ..TokenCounts::default()
    })
}

/// What was written to the cache, and what of it for an hour: the breakdown by how long it
/// is kept, and only where there is none the flat count, whose breakdown it is.
pub(super) fn cache_write_of(
    usage: &Object<'_>,
) -> Result<(Option<u64>, Option<u64>), &'static str> {
    let flat = usage.count("cache_creation_input_tokens")?;
    let Some(parts) = usage.object("cache_creation")? else { return Ok((flat, None)) };
    let hour = parts.count("ephemeral_1h_input_tokens")?;
    let parts = [parts.count("ephemeral_5m_input_tokens")?, hour];
    // Each is below 10^15.
    let sum = parts.into_iter().flatten().reduce(|sum, part| sum + part);
    Ok((sum.or(flat), hour))
}

/// One result of a bucket of time.
#[derive(Clone, Copy)]
struct Bucketed<'p> {
    /// The page the bucket stands on.
    page: &'p Object<'p>,
    /// The bucket, which tells the time.
    bucket: &'p Object<'p>,
    /// The result.
    row: &'p Object<'p>,
    /// Its 1-based number, counted over all buckets and pages.
    position: u64,
}

/// Reads the results of all buckets of all pages; a bucket may have none. A result that
/// cannot be read does not take the others of its bucket with it.
fn each_result(
    source: &mut Source<'_>,
    parsed: &mut Parsed<'_>,
    mut read: impl FnMut(&Bucketed<'_>, &mut Parsed<'_>) -> Result<(), &'static str>,
) {
    const PAGES: Pages = Pages { arrays: &["data"], bare_rows: false };
    let mut position = 0;
    each_bucket(source, parsed, PAGES, |PageRow { page, row: bucket, .. }, parsed| {
        if !bucket.has("results") {
            return Err("a bucket without results");
        }
        for text in bucket.array("results")? {
            position += 1;
            let row = Object::record(text.get());
            let done = row.and_then(|row| {
                read(&Bucketed { page, bucket, row: &row, position }, parsed)
            });
            if let Err(why) = done {
                parsed.push(position, Err(why));
            }
        }
        Ok(())
    });
}

/// Reads the amounts of a row, in cents and fractions of a cent.
fn read_cost(
    row: &Object<'_>,
    draft: &mut Draft,
    parsed: &mut Parsed<'_>,
) -> Result<(), &'static str> {
    let currency = row.text("currency")?;
    if currency.is_none_or(|currency| currency.eq_ignore_ascii_case("USD")) {
        draft.cost.billed = row.cents("amount")?;
        draft.cost.list = row.cents("list_amount")?;
        if draft.cost.is_unknown() {
            return Err("a row without an amount");
        }
    } else {
        let why = "an amount in another currency than US dollars is left out";
        parsed.remark(GapKind::UsageRecord, draft.position, why);
    }
    Ok(())
}

/// A row with tokens, or why it is none.
fn measured(draft: Draft) -> Result<Draft, &'static str> {
    if draft.has_measure() { Ok(draft) } else { Err("a row without any amount") }
}

/// The tool that a product is: the same id whether the product is written for people
/// (`Claude Code`) or for programs (`claude_code`, `claude-in-slack`).
fn tool_of(product: &str) -> Option<Untrusted> {
    match tool_id(product)?.bytes() {
        b"office_agents" => Some(Untrusted::from("office_agent")),
        _ => tool_id(product),
    }
}

/// A person as reports of organisations name them.
fn account_of(actor: &Object<'_>) -> Result<Account, &'static str> {
    let field = |names: [&str; 2]| {
        let value = actor.text(names[0])?.or(actor.text(names[1])?);
        Ok::<_, &str>(value.unwrap_or_default())
    };
    let deleted = actor.is_true("deleted");
    let kind = match actor.text("type")?.as_deref() {
        _ if deleted => AccountKind::DeletedUser,
        Some(kind) if kind.starts_with("api") => AccountKind::ApiKey,
        Some(kind) if kind.starts_with("service") => AccountKind::ServiceAccount,
        _ => AccountKind::User,
    };
    let account = Account {
        kind,
        email: lower(&field(["email", "email_address"])?),
        account_id: text(&field(["user_id", "id"])?),
        // What stands in place of the name of somebody who is gone is none.
        display_name: text(&field(["name", "display_name"])?).filter(|_| !deleted),
        api_key_name: text(&actor.text("api_key_name")?.unwrap_or_default()),
        api_key_id: text(&actor.text("api_key_id")?.unwrap_or_default()),
        ..Account::default()
    };
    if account.key().is_none() {
        return Err("an actor without address or id");
    }
    Ok(account)
}

/// An organisation as a whole: a row that names nobody.
fn set_organization(draft: &mut Draft) {
    draft.facets.account.kind = AccountKind::Organization;
    draft.flags.insert(Flag::OrgLevel);
}

/// The id of a row: its period, whose it is, and whatever else tells it from others.
fn id_of(format: &Format, draft: &Draft, rest: &[String]) -> [u8; 16] {
    let (start, end) = draft.period.map_or((0, 0), |p| (p.start.0, p.end.0));
    let (start, end) = (start.to_string(), end.to_string());
    let mut parts = vec![start.as_str(), end.as_str()];
    parts.extend(rest.iter().map(String::as_str));
    record_id(format.name, &parts)
}

/// The fields of a row that tell it from others, as text; absent ones are empty.
fn dimensions(row: &Object<'_>, names: &[&str]) -> Result<Vec<String>, &'static str> {
    names.iter().map(|name| Ok(row.text(name)?.unwrap_or_default())).collect()
}

/// The same of a table.
fn columns(cells: &Cells<'_>, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| cells.get(name).to_owned()).collect()
}

/// The key of a row of the Console, and the tool where key or workspace tell it: Claude
/// Code makes its keys and its workspace itself.
fn read_console_key(cells: &Cells<'_>, draft: &mut Draft) {
    let (key, workspace) = (cells.get("api_key"), cells.get("workspace"));
    draft.facets.workspace = text(workspace);
    draft.facets.account.api_key_name = text(key);
    draft.facets.account.api_key_id = text(cells.get("api_key_id"));
    draft.facets.account.kind = AccountKind::ApiKey;
    if draft.facets.account.key().is_none() {
        set_organization(draft);
    }
    if workspace == "Claude Code" || key.starts_with("claude_code_key_") {
        draft.facets.tool = Some(Untrusted::from("claude_code"));
    }
}
