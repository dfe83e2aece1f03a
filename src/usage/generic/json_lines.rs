//! The generic NDJSON: one normalised record a line, with its `schema`.

use super::{FORMAT, given_id, has_measure, settle_total};
use crate::untrusted::Untrusted;
use crate::usage::Parsed;
use crate::usage::dates::DateBounds;
use crate::usage::json::{Item, Object, Values};
use crate::usage::record::{
    Account, AccountKind, Cost, Credits, Flag, Granularity, UsageRecord, lower,
    record_id, text, tool_id, vendor_of_tool,
};

/// What `schema` begins with, whatever the version.
const SCHEMA: &str = "slopnexus.usage/";

/// The major version read here.
const VERSION: &str = "1";

pub(super) fn recognizes(values: &Values<'_>) -> bool {
    values.objects().any(|object| {
        let schema = object.text("schema").ok().flatten();
        schema.is_some_and(|schema| schema.starts_with(SCHEMA))
    })
}

pub(super) fn parse(values: &Values<'_>, bounds: &DateBounds) -> Parsed {
    let mut parsed = Parsed::default();
    for item in &values.items {
        parsed.push(item.position, read_item(item, bounds));
    }
    parsed
}

fn read_item(item: &Item<'_>, bounds: &DateBounds) -> Result<UsageRecord, &'static str> {
    let object = Object::record(item.value?)?;
    let schema = object.text("schema")?.unwrap_or_default();
    let version = schema.strip_prefix(SCHEMA).ok_or("a record without a schema")?;
    if version.split('.').next() != Some(VERSION) {
        return Err("a record of another major version than slopnexus.usage/1");
    }
    let mut record = UsageRecord::new(FORMAT.name, item.position);
    read_what(&object, &mut record)?;
    read_when(&object, &mut record, bounds)?;
    record.account = read_account(&object)?;
    record.requests = object.count("requests")?;
    read_tokens(&object, &mut record)?;
    read_money(&object, &mut record)?;
    record.flags = read_flags(&object)?;
    record.record_id = id_of(&object, &record)?;
    if has_measure(&record) { Ok(record) } else { Err("a record without any amount") }
}

fn read_what(object: &Object<'_>, record: &mut UsageRecord) -> Result<(), &'static str> {
    let field = |name| Ok::<_, &str>(object.text(name)?.and_then(|value| text(&value)));
    record.source_format = field("source_format")?;
    record.tool = object.text("tool")?.and_then(|tool| tool_id(&tool));
    let vendor = object.text("vendor")?.and_then(|vendor| lower(&vendor));
    record.vendor = vendor.or_else(|| record.tool.as_ref().and_then(vendor_of_tool));
    record.model = field("model")?;
    record.session_id = field("session_id")?;
    record.repo = field("repo")?;
    record.commit = field("commit_sha")?.or(field("commit")?);
    record.checkpoint_id = field("checkpoint_id")?;
    Ok(())
}

fn read_when(
    object: &Object<'_>,
    record: &mut UsageRecord,
    bounds: &DateBounds,
) -> Result<(), &'static str> {
    let start = object.text("period_start")?;
    let end = object.text("period_end")?;
    let (period, granularity) = match (start, end) {
        (Some(start), Some(end)) => bounds.range(&start, &end)?,
        (Some(start), None) => bounds.day_or_event(&start)?,
        (None, _) => return Err("a record without period_start"),
    };
    record.period = Some(period);
    record.granularity = match object.text("granularity")?.as_deref() {
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
    })
}

fn read_tokens(
    object: &Object<'_>,
    record: &mut UsageRecord,
) -> Result<(), &'static str> {
    let Some(tokens) = object.object("tokens")? else { return Ok(()) };
    record.tokens.input = tokens.count("input")?;
    record.tokens.cache_read = tokens.count("cache_read")?;
    record.tokens.cache_write = tokens.count("cache_write")?;
    record.tokens.output = tokens.count("output")?;
    record.tokens.input_unsplit = tokens.count("input_unsplit")?;
    record.tokens.unclassified = tokens.count("unclassified")?;
    settle_total(&mut record.tokens, tokens.count("reported_total")?);
    Ok(())
}

fn read_money(object: &Object<'_>, record: &mut UsageRecord) -> Result<(), &'static str> {
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

/// The flags we know; a later version may have more.
fn read_flags(
    object: &Object<'_>,
) -> Result<std::collections::BTreeSet<Flag>, &'static str> {
    let known = |name: &str| {
        Some(match name {
            "errored" => Flag::Errored,
            "free" => Flag::Free,
            "byok" => Flag::Byok,
            "included" => Flag::Included,
            "headless" => Flag::Headless,
            "subagent" => Flag::Subagent,
            "auto_model" => Flag::AutoModel,
            "org_level" => Flag::OrgLevel,
            "allocated" => Flag::Allocated,
            "incomplete_page" => Flag::IncompletePage,
            "estimated_tokens" => Flag::EstimatedTokens,
            "total_mismatch" => Flag::TotalMismatch,
            _ => return None,
        })
    };
    let flags = object.array("flags")?;
    Ok(flags.iter().filter_map(|flag| known(flag.get().trim_matches('"'))).collect())
}

/// The id a record gives itself, or all that tells it apart.
fn id_of(object: &Object<'_>, record: &UsageRecord) -> Result<[u8; 16], &'static str> {
    if let Some(id) = object.text("record_id")?.filter(|id| !id.trim().is_empty()) {
        return Ok(given_id(id.trim()));
    }
    let shown = |text: &Option<Untrusted>| {
        text.as_ref().map(|text| text.to_json_text().into_owned()).unwrap_or_default()
    };
    let account = record.account.key().map(Untrusted);
    let mut parts = vec![shown(&account)];
    for name in ["source_format", "period_start", "period_end", "request_id", "cwd"] {
        parts.push(object.text(name)?.unwrap_or_default());
    }
    let fields = [
        &record.vendor,
        &record.tool,
        &record.model,
        &record.session_id,
        &record.repo,
        &record.commit,
        &record.checkpoint_id,
    ];
    parts.extend(fields.map(shown));
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Ok(record_id(FORMAT.name, &parts))
}
