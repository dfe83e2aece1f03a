//! The generic NDJSON: one normalised record a line, with its `schema`.

use super::{FORMAT, given_id, settle_total};
use crate::untrusted::Untrusted;
use crate::usage::framing::Source;
use crate::usage::json::Object;
use crate::usage::record::{
    Account, AccountKind, Activity, Cost, Credits, Draft, FLAGS, Flags, Granularity,
    lower, record_id, text, tool_id, vendor_of_tool,
};
use crate::usage::rows::each_value;
use crate::usage::{Context, DateBounds, Parsed};

/// What `schema` begins with, whatever the version.
const SCHEMA: &str = "slopnexus.usage/";

/// The major version read here.
const VERSION: &str = "1";

pub(super) fn recognizes(object: &Object<'_>) -> bool {
    let schema = object.text("schema").ok().flatten();
    schema.is_some_and(|schema| schema.starts_with(SCHEMA))
}

pub(super) fn parse(
    source: &mut Source<'_>,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) {
    each_value(source, parsed, |object, position, parsed| {
        let draft = Object::record(object.text_of_whole())
            .and_then(|object| read_object(&object, position, &context.bounds));
        parsed.push(position, draft);
        Ok(())
    });
}

fn read_object(
    object: &Object<'_>,
    position: u64,
    bounds: &DateBounds,
) -> Result<Draft, &'static str> {
    let schema = object.text("schema")?.unwrap_or_default();
    let version = schema.strip_prefix(SCHEMA).ok_or("a record without a schema")?;
    if version.split('.').next() != Some(VERSION) {
        return Err("a record of another major version than slopnexus.usage/1");
    }
    let mut record = Draft::new(position);
    read_what(object, &mut record)?;
    read_when(object, &mut record, bounds)?;
    record.facets.account = read_account(object)?;
    record.requests = object.count("requests")?;
    read_tokens(object, &mut record)?;
    read_money(object, &mut record)?;
    record.activity = read_activity(object)?;
    record.flags = read_flags(object)?;
    record.record_id = id_of(object, &record)?;
    if record.has_measure() { Ok(record) } else { Err("a record without any amount") }
}

fn read_what(object: &Object<'_>, record: &mut Draft) -> Result<(), &'static str> {
    let field = |name| Ok::<_, &str>(object.text(name)?.and_then(|value| text(&value)));
    record.facets.source_format = field("source_format")?;
    record.facets.tool = object.text("tool")?.and_then(|tool| tool_id(&tool));
    let vendor = object.text("vendor")?.and_then(|vendor| lower(&vendor));
    // A vendor that is null is unknown, not left out.
    let of_tool = record.facets.tool.as_ref().filter(|_| !object.has("vendor"));
    record.facets.vendor = vendor.or_else(|| of_tool.and_then(vendor_of_tool));
    record.facets.model = field("model")?;
    record.facets.session_id = field("session_id")?;
    record.facets.repo = field("repo")?;
    record.facets.commit = field("commit_sha")?.or(field("commit")?);
    record.facets.checkpoint_id = field("checkpoint_id")?;
    record.facets.cwd = field("cwd")?;
    record.facets.branch = field("git_branch")?;
    record.facets.surface = field("surface")?;
    record.facets.workspace = field("workspace")?;
    Ok(())
}

fn read_when(
    object: &Object<'_>,
    record: &mut Draft,
    bounds: &DateBounds,
) -> Result<(), &'static str> {
    let start = object.text("period_start")?;
    let end = object.text("period_end")?;
    let (period, granularity) = match (start, end) {
        (Some(start), Some(end)) => {
            let (period, granularity) = bounds.range(&start, &end)?;
            (Some(period), granularity)
        }
        (Some(start), None) => {
            let (period, granularity) = bounds.day_or_event(&start)?;
            (Some(period), granularity)
        }
        // One that is null is unknown, as of a checkpoint that no commit names.
        (None, None) if object.has("period_start") => (None, Granularity::Event),
        (None, _) => return Err("a record without period_start"),
    };
    record.period = period;
    record.facets.granularity = match object.text("granularity")?.as_deref() {
        Some("event") => Granularity::Event,
        Some("minute") => Granularity::Minute,
        Some("hour") => Granularity::Hour,
        Some("day") => Granularity::Day,
        Some("week") => Granularity::Week,
        Some("month") => Granularity::Month,
        Some("session") => Granularity::Session,
        Some("range") => Granularity::Range,
        Some(_) => return Err("a granularity that is not known"),
        None => granularity,
    };
    Ok(())
}

fn read_account(object: &Object<'_>) -> Result<Account, &'static str> {
    let Some(identity) = object.object("identity")? else {
        return Ok(Account::default());
    };
    let field = |name| Ok::<_, &str>(identity.text(name)?.unwrap_or_default());
    Ok(Account {
        kind: match field("kind")?.as_str() {
            "user" => AccountKind::User,
            "api_key" => AccountKind::ApiKey,
            "service_account" => AccountKind::ServiceAccount,
            "automation" => AccountKind::Automation,
            "organization" => AccountKind::Organization,
            "deleted_user" => AccountKind::DeletedUser,
            _ => AccountKind::Unknown,
        },
        email: lower(&field("email")?),
        login: lower(&field("login")?),
        account_id: text(&field("account_id")?),
        display_name: text(&field("display_name")?),
        api_key_name: text(&field("api_key_name")?),
        api_key_id: text(&field("api_key_id")?),
        principal: text(&field("principal")?),
    })
}

fn read_tokens(object: &Object<'_>, record: &mut Draft) -> Result<(), &'static str> {
    let Some(tokens) = object.object("tokens")? else { return Ok(()) };
    record.tokens.input = tokens.count("input")?;
    record.tokens.cache_read = tokens.count("cache_read")?;
    record.tokens.cache_write = tokens.count("cache_write")?;
    record.tokens.cache_write_1h = tokens.count("cache_write_1h")?;
    record.tokens.output = tokens.count("output")?;
    record.tokens.input_unsplit = tokens.count("input_unsplit")?;
    record.tokens.unclassified = tokens.count("unclassified")?;
    settle_total(&mut record.tokens, tokens.count("reported_total")?);
    Ok(())
}

fn read_money(object: &Object<'_>, record: &mut Draft) -> Result<(), &'static str> {
    if let Some(cost) = object.object("cost")? {
        record.cost = Cost {
            billed: cost.dollars("billed_usd")?,
            list: cost.dollars("list_usd")?,
            estimated: cost.dollars("estimated_usd")?,
            computed: cost.dollars("computed_usd")?,
        };
    }
    if let Some(credits) = object.object("credits")? {
        let unit = credits.text("unit")?.and_then(|unit| lower(&unit));
        let unit = unit.ok_or("credits without a unit")?;
        record.credits = credits.nanos("amount")?.map(|nanos| Credits { nanos, unit });
    }
    Ok(())
}

fn read_activity(object: &Object<'_>) -> Result<Activity, &'static str> {
    let Some(activity) = object.object("activity")? else {
        return Ok(Activity::default());
    };
    Ok(Activity {
        sessions: activity.count("sessions")?,
        prompts: activity.count("prompts")?,
        lines_suggested: activity.count("lines_suggested")?,
        lines_added: activity.count("lines_added")?,
        lines_removed: activity.count("lines_removed")?,
        lines_committed: activity.count("lines_committed")?,
        accepts: activity.count("accepts")?,
        rejects: activity.count("rejects")?,
        commits: activity.count("commits_by_tool")?,
        pull_requests: activity.count("pull_requests_by_tool")?,
    })
}

/// The flags we know; a later version may have more.
fn read_flags(object: &Object<'_>) -> Result<Flags, &'static str> {
    let given = object.array("flags")?;
    let mut flags = Flags::default();
    for (name, flag) in FLAGS {
        let is_given = given.iter().any(|text| text.get().trim_matches('"') == *name);
        flags.insert_if(is_given, *flag);
    }
    Ok(flags)
}

/// The id a record gives itself, or all that tells it apart.
fn id_of(object: &Object<'_>, record: &Draft) -> Result<[u8; 16], &'static str> {
    if let Some(id) = object.text("record_id")?.filter(|id| !id.trim().is_empty()) {
        return Ok(given_id(id.trim()));
    }
    let shown = |text: &Option<Untrusted>| {
        text.as_ref().map(|text| text.to_json_text().into_owned()).unwrap_or_default()
    };
    let account = record.facets.account.key().map(Untrusted);
    let mut parts = vec![shown(&account)];
    for name in ["source_format", "period_start", "period_end", "request_id", "cwd"] {
        parts.push(object.text(name)?.unwrap_or_default());
    }
    let fields = [
        &record.facets.vendor,
        &record.facets.tool,
        &record.facets.model,
        &record.facets.session_id,
        &record.facets.repo,
        &record.facets.commit,
        &record.facets.checkpoint_id,
    ];
    parts.extend(fields.map(shown));
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Ok(record_id(FORMAT.name, &parts))
}
