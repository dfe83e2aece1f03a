//! Records as our own NDJSON, `slopnexus.usage/1`: what is read of it is what was
//! written. `docs/usage-record.schema.json` describes a line.

use std::io;

use serde_json::{Map, Value};

use super::FORMAT;
use crate::untrusted::Untrusted;
use crate::usage::ledger::Kept;
use crate::usage::precedence::Parts;
use crate::usage::record::{
    Account, AccountKind, Activity, Cost, Credits, Facets, Granularity, TokenCounts,
};

/// What is written of our version.
const SCHEMA: &str = "slopnexus.usage/1";

/// Writes what counts of these records, one a line. One that measures nothing has no
/// line.
pub fn write(records: &[Kept<'_>], to: &mut dyn io::Write) -> io::Result<()> {
    for kept in records {
        let Some(line) = line(kept) else { continue };
        serde_json::to_writer(&mut *to, &line)?;
        to.write_all(b"\n")?;
    }
    to.flush()
}

fn line(kept: &Kept<'_>) -> Option<Value> {
    let record = kept.record;
    let facets = &record.facets;
    let has_calls = kept.parts.has(Parts::CALLS);
    let requests = record.requests().filter(|_| has_calls);
    let credits = record.credits().filter(|_| has_calls);
    let measures = [
        ("requests", requests.map(Value::from)),
        ("tokens", tokens_of(&kept.tokens())),
        ("cost", cost_of(&kept.cost())),
        ("credits", credits.map(credits_of)),
        ("activity", activity_of(&record.activity())),
    ];
    if measures.iter().all(|(_, value)| value.is_none()) {
        return None;
    }
    let mut line = Map::new();
    line.insert("schema".to_owned(), SCHEMA.into());
    line.insert("record_id".to_owned(), hex(&record.record_id).into());
    let format = facets.source_format.as_ref().map(shown);
    let own = Some(record.format.into()).filter(|_| record.format != FORMAT.name);
    put(&mut line, "source_format", format.or(own));
    // Null says that no day is known; a line without the field is an error.
    let start = record.period.and_then(|period| period.start.to_rfc3339());
    line.insert("period_start".to_owned(), start.into());
    let end = record.period.and_then(|period| period.end.to_rfc3339());
    put(&mut line, "period_end", end.map(Value::from));
    put(&mut line, "granularity", Some(granularity(facets.granularity).into()));
    put(&mut line, "identity", Some(identity(&facets.account)));
    // Without a vendor the tool would tell one.
    line.insert("vendor".to_owned(), facets.vendor.as_ref().map(shown).into());
    for (name, text) in texts(facets) {
        put(&mut line, name, text.as_ref().map(shown));
    }
    for (name, value) in measures {
        put(&mut line, name, value);
    }
    let flags: Vec<Value> = record.flags.names().map(Value::from).collect();
    put(&mut line, "flags", (!flags.is_empty()).then(|| flags.into()));
    Some(Value::Object(line))
}

fn put(map: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        map.insert(name.to_owned(), value);
    }
}

fn texts(facets: &Facets) -> [(&'static str, &Option<Untrusted>); 10] {
    [
        ("tool", &facets.tool),
        ("surface", &facets.surface),
        ("model", &facets.model),
        ("session_id", &facets.session_id),
        ("repo", &facets.repo),
        ("cwd", &facets.cwd),
        ("git_branch", &facets.branch),
        ("commit_sha", &facets.commit),
        ("checkpoint_id", &facets.checkpoint_id),
        ("workspace", &facets.workspace),
    ]
}

fn shown(text: &Untrusted) -> Value {
    text.to_json_text().into()
}

fn hex(id: &[u8; 16]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn granularity(granularity: Granularity) -> &'static str {
    match granularity {
        Granularity::Event => "event",
        Granularity::Minute => "minute",
        Granularity::Hour => "hour",
        Granularity::Day => "day",
        Granularity::Week => "week",
        Granularity::Month => "month",
        Granularity::Session => "session",
        Granularity::Range => "range",
    }
}

fn identity(account: &Account) -> Value {
    let kind = match account.kind {
        AccountKind::User => "user",
        AccountKind::ApiKey => "api_key",
        AccountKind::ServiceAccount => "service_account",
        AccountKind::Automation => "automation",
        AccountKind::Organization => "organization",
        AccountKind::DeletedUser => "deleted_user",
        AccountKind::Unknown => "unknown",
    };
    let mut identity = Map::new();
    identity.insert("kind".to_owned(), kind.into());
    for (name, text) in [
        ("email", &account.email),
        ("login", &account.login),
        ("account_id", &account.account_id),
        ("display_name", &account.display_name),
        ("api_key_name", &account.api_key_name),
        ("api_key_id", &account.api_key_id),
        ("principal", &account.principal),
    ] {
        put(&mut identity, name, text.as_ref().map(shown));
    }
    Value::Object(identity)
}

/// An object of what is known; `None` when nothing is.
fn object(fields: &[(&str, Option<Value>)]) -> Option<Value> {
    let mut map = Map::new();
    for (name, value) in fields {
        put(&mut map, name, value.clone());
    }
    (!map.is_empty()).then_some(Value::Object(map))
}

fn tokens_of(tokens: &TokenCounts) -> Option<Value> {
    let count = |count: Option<u64>| count.map(Value::from);
    object(&[
        ("input", count(tokens.input)),
        ("cache_read", count(tokens.cache_read)),
        ("cache_write", count(tokens.cache_write)),
        ("cache_write_1h", count(tokens.cache_write_1h)),
        ("output", count(tokens.output)),
        ("input_unsplit", count(tokens.input_unsplit)),
        ("unclassified", count(tokens.unclassified)),
    ])
}

/// Money as text: a number would be read as a fraction of two.
fn cost_of(cost: &Cost) -> Option<Value> {
    let amount = |amount: Option<crate::units::Usd>| {
        amount.map(|amount| Value::from(amount.to_string()))
    };
    object(&[
        ("billed_usd", amount(cost.billed)),
        ("list_usd", amount(cost.list)),
        ("estimated_usd", amount(cost.estimated)),
        ("computed_usd", amount(cost.computed)),
    ])
}

fn credits_of(credits: &Credits) -> Value {
    // Billionths of a unit are written as those of a dollar are.
    let amount = crate::units::Usd(credits.nanos).to_string();
    serde_json::json!({ "amount": amount, "unit": shown(&credits.unit) })
}

fn activity_of(activity: &Activity) -> Option<Value> {
    let count = |count: Option<u64>| count.map(Value::from);
    object(&[
        ("sessions", count(activity.sessions)),
        ("prompts", count(activity.prompts)),
        ("lines_suggested", count(activity.lines_suggested)),
        ("lines_added", count(activity.lines_added)),
        ("lines_removed", count(activity.lines_removed)),
        ("lines_committed", count(activity.lines_committed)),
        ("accepts", count(activity.accepts)),
        ("rejects", count(activity.rejects)),
        ("commits_by_tool", count(activity.commits)),
        ("pull_requests_by_tool", count(activity.pull_requests)),
    ])
}

#[cfg(test)]
mod tests;
