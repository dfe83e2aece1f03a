//! Checkpoints of the Entire CLI: the tokens that went into one commit, kept in the
//! repository itself. A commit names its checkpoint in the trailer `Entire-Checkpoint`.
//!
//! Layout as in `entireio/cli`: the `metadata.json` at the root of a checkpoint holds
//! the sum of the sessions, `N/metadata.json` one session each. They are never added.

use super::dates::{self, DateBounds};
use super::framing::{Sample, Source};
use super::json::{Object, Values};
use super::record::{
    Account, Draft, Flag, Granularity, Period, TokenCounts, lower, record_id, text,
    tool_id, vendor_of_tool,
};
use super::rows::each_value;
use super::{Context, Format, Parsed, UsageRecord};
use crate::units::Timestamp;
use crate::untrusted::Untrusted;

/// Checkpoint metadata as files: roots, sessions, or both.
pub static FORMAT: Format = Format {
    name: "repo.entire_checkpoint",
    tier: 2,
    about: "metadata.json of a checkpoint, branch entire/checkpoints/v1",
    recognizes,
    parse,
};

/// How deep subagents of subagents are followed.
const SUBAGENT_DEPTH: u32 = 4;

/// A checkpoint as it lies in a repository, with the commit that names it.
#[derive(Debug, Clone, Copy)]
pub struct FoundCheckpoint<'a> {
    /// Its `metadata.json`.
    pub metadata: &'a [u8],
    /// The `metadata.json` of each of its sessions, in order.
    pub sessions: &'a [&'a [u8]],
    /// The commit whose trailer names it, in full hex; empty when none does.
    pub commit: &'a str,
    /// The address of that commit's author; empty when there is none.
    pub author_email: &'a str,
    /// When that commit was written: the time of checkpoints that hold none.
    pub author_time: Option<Timestamp>,
    /// The name of the repository.
    pub repo: &'a Untrusted,
}

/// Reads a checkpoint found in a repository. `None` when it holds no token counts.
/// Its tokens are those of the root, or of the sessions where the root has none; the
/// agent and the time are those of the first session that names them.
pub fn read_checkpoint(
    found: &FoundCheckpoint<'_>,
    bounds: &DateBounds,
) -> Result<Option<Draft>, &'static str> {
    let Some(mut record) = read_metadata(found.metadata, bounds)? else {
        return Ok(None);
    };
    let root_has_tokens = record.tokens.total().is_some();
    for session in found.sessions {
        let Some(session) = read_metadata(session, bounds)? else { continue };
        record.period = record.period.or(session.period);
        record.facets.tool = record.facets.tool.or(session.facets.tool);
        record.facets.vendor = record.facets.vendor.or(session.facets.vendor);
        record.facets.model = record.facets.model.or(session.facets.model);
        record.facets.session_id = record.facets.session_id.or(session.facets.session_id);
        if !root_has_tokens {
            add(&mut record.tokens, &session.tokens);
            add_count(&mut record.requests, session.requests);
            record.flags.extend(session.flags);
        }
    }
    if record.tokens.total().is_none() {
        return Ok(None);
    }
    let checkpoint = record.facets.checkpoint_id.clone().unwrap_or_default();
    record.record_id = record_id(FORMAT.name, &[&checkpoint.to_json_text()]);
    let at = |start: Timestamp| Period { start, end: Timestamp(start.0 + 1) };
    record.period = record.period.or(found.author_time.map(at));
    record.facets.commit = text(found.commit);
    record.facets.account = Account::of_email(found.author_email);
    record.facets.repo = Some(found.repo.clone());
    Ok(Some(record))
}

/// Whether a record is one session of a checkpoint, not the checkpoint itself.
pub fn is_session(record: &UsageRecord) -> bool {
    let Some(checkpoint) = &record.facets.checkpoint_id else { return false };
    record.record_id != record_id(FORMAT.name, &[&checkpoint.to_json_text()])
}

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(|value| value.has("token_usage") && value.has("checkpoint_id"))
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_value(source, parsed, |object, position, parsed| {
        let draft = read_object(object, position, &context.bounds)?;
        if draft.tokens.total().is_none() {
            return Err("a checkpoint without token counts");
        }
        parsed.push(position, Ok(draft));
        Ok(())
    });
}

/// Reads one metadata file. `None` when it is not one value.
fn read_metadata(
    bytes: &[u8],
    bounds: &DateBounds,
) -> Result<Option<Draft>, &'static str> {
    let mut values = Values::of(bytes);
    let Some(item) = values.next() else { return Ok(None) };
    let draft = read_object(&Object::record(item.value?)?, 1, bounds)?;
    match values.next() {
        None => Ok(Some(draft)),
        Some(_) => Err("several values where one is expected"),
    }
}

fn read_object(
    object: &Object<'_>,
    position: u64,
    bounds: &DateBounds,
) -> Result<Draft, &'static str> {
    let checkpoint = object.text("checkpoint_id")?.unwrap_or_default();
    let mut record = Draft::new(position);
    record.facets.checkpoint_id = text(&checkpoint);
    if record.facets.checkpoint_id.is_none() {
        return Err("a checkpoint without an id");
    }
    record.facets.granularity = Granularity::Session;
    let session = object.text("session_id")?;
    record.facets.session_id = session.as_deref().and_then(text);
    let mut key = vec![checkpoint.trim()];
    key.extend(session.as_deref());
    record.record_id = record_id(FORMAT.name, &key);
    if let Some(created) = object.text("created_at")? {
        record.period = Some(dates::event(bounds.moment(&created)?));
    }
    record.facets.tool = object.text("agent")?.and_then(|agent| tool_id(&agent));
    record.facets.vendor = record.facets.tool.as_ref().and_then(vendor_of_tool);
    record.facets.model = object.text("model")?.and_then(|model| text(&model));
    record.facets.account.email =
        object.text("author_email")?.and_then(|email| lower(&email));
    if let Some(usage) = object.object("token_usage")? {
        read_usage(&usage, &mut record, SUBAGENT_DEPTH)?;
    }
    Ok(record)
}

/// Adds token counts to a record: the classes are disjoint, and what subagents spent
/// is not contained in them.
fn read_usage(
    usage: &Object<'_>,
    record: &mut Draft,
    depth: u32,
) -> Result<(), &'static str> {
    let tokens = TokenCounts {
        input: usage.count("input_tokens")?,
        cache_write: usage.count("cache_creation_tokens")?,
        cache_read: usage.count("cache_read_tokens")?,
        output: usage.count("output_tokens")?,
        ..TokenCounts::default()
    };
    add(&mut record.tokens, &tokens);
    add_count(&mut record.requests, usage.count("api_call_count")?);
    if let Some(subagents) = usage.object("subagent_tokens")? {
        let deeper = depth.checked_sub(1).ok_or("subagents nested too deeply")?;
        record.flags.insert(Flag::Subagent);
        read_usage(&subagents, record, deeper)?;
    }
    Ok(())
}

fn add(sum: &mut TokenCounts, more: &TokenCounts) {
    add_count(&mut sum.input, more.input);
    add_count(&mut sum.cache_write, more.cache_write);
    add_count(&mut sum.cache_read, more.cache_read);
    add_count(&mut sum.output, more.output);
}

/// Adds two counts of which either may be unknown.
fn add_count(sum: &mut Option<u64>, more: Option<u64>) {
    if let Some(more) = more {
        *sum = Some(sum.unwrap_or(0).saturating_add(more));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &[u8] = br#"{"checkpoint_id":"a3b2c4d5e6f7","sessions":[{},{}],
        "token_usage":{"input_tokens":5,"output_tokens":7,"api_call_count":3}}"#;
    const SESSION: &[u8] = br#"{"checkpoint_id":"a3b2c4d5e6f7","session_id":"s1",
        "agent":"Claude Code","created_at":"2026-10-05T10:00:00Z",
        "token_usage":{"input_tokens":2,"subagent_tokens":{"input_tokens":40}}}"#;
    const BARE: &[u8] = br#"{"checkpoint_id":"a3b2c4d5e6f7"}"#;
    const ANY: DateBounds = DateBounds { latest: None };

    fn found(metadata: &[u8], sessions: &[&[u8]]) -> Option<Draft> {
        let found = FoundCheckpoint {
            metadata,
            sessions,
            commit: "00ff",
            author_email: "Ada.Okafor@example.com",
            author_time: Some(Timestamp(1_790_000_000)),
            repo: &Untrusted::from("example-org/payments"),
        };
        read_checkpoint(&found, &ANY).unwrap()
    }

    #[test]
    fn a_root_and_its_sessions_are_never_added() {
        let record = found(ROOT, &[SESSION, SESSION]).unwrap();
        assert_eq!(record.tokens.total(), Some(12));
        assert_eq!(record.requests, Some(3));
        assert_eq!(record.facets.tool, Some(Untrusted::from("claude_code")));
        assert_eq!(record.period.unwrap().start, Timestamp(1_791_194_400));
    }

    #[test]
    fn sessions_stand_in_for_a_root_without_counts_and_subagents_are_added() {
        let record = found(BARE, &[SESSION]).unwrap();
        assert_eq!(record.tokens.total(), Some(42));
        assert!(record.flags.contains(Flag::Subagent));
    }

    #[test]
    fn a_checkpoint_without_counts_is_no_record_and_one_without_time_has_its_commits() {
        assert_eq!(found(BARE, &[]), None);
        let record = found(ROOT, &[]).unwrap();
        assert_eq!(record.period.unwrap().start, Timestamp(1_790_000_000));
        assert_eq!(record.facets.account.key().unwrap(), b"email:ada.okafor@example.com");
    }

    #[test]
    fn a_session_is_told_from_its_checkpoint() {
        let read = |bytes: &[u8]| {
            let export = crate::usage::tests::read_as(
                &FORMAT,
                std::str::from_utf8(bytes).unwrap(),
            );
            is_session(&export.records[0])
        };
        assert!(read(SESSION));
        assert!(!read(ROOT));
    }
}
