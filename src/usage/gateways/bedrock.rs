//! The model invocation log of Amazon Bedrock, from S3 or from CloudWatch.
//!
//! Fields as documented at docs.aws.amazon.com, `model-invocation-logging`. The classes
//! of tokens are disjoint; there is no money in it.

use super::embedded;
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Account, AccountKind, Draft, Flag, lower, record_id, text};
use crate::usage::rows::each_value;
use crate::usage::{Context, Format, Parsed, dates};

/// Lines of S3, or events of CloudWatch with such a line in them.
pub static FORMAT: Format = Format {
    name: "aws.bedrock_invocation_log",
    tier: 2,
    about: "Amazon Bedrock: model invocation log, from S3 or CloudWatch",
    recognizes,
    parse,
};

/// The names that lists of CloudWatch events have.
const EVENTS: [&str; 2] = ["events", "logEvents"];

/// The names that the line in an event has.
const MESSAGES: [&str; 2] = ["message", "@message"];

fn recognizes(sample: Sample<'_>) -> bool {
    let is_wrapped = |event: &Object<'_>| {
        message_of(event).is_some_and(|line| {
            Object::parse(&line).is_ok_and(|line| is_invocation(&line))
        })
    };
    sample.any_object(|object| is_invocation(object) || is_wrapped(object))
        || EVENTS.iter().any(|list| sample.any_row(list, is_wrapped))
}

fn is_invocation(object: &Object<'_>) -> bool {
    let kind = object.text("schemaType").ok().flatten();
    kind.as_deref() == Some("ModelInvocationLog")
}

fn message_of(event: &Object<'_>) -> Option<String> {
    let name = MESSAGES.into_iter().find(|name| event.has(name))?;
    embedded(event, name).ok()
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_value(source, parsed, |object, position, parsed| {
        let Some(list) = EVENTS.iter().find(|list| object.has(list)) else {
            return read_line(object, position, context, parsed);
        };
        for event in object.objects(list)? {
            if let Err(why) = read_line(&event, position, context, parsed) {
                parsed.reject(position, why);
            }
        }
        Ok(())
    });
}

/// Reads one line, bare or within an event.
fn read_line(
    object: &Object<'_>,
    position: u64,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) -> Result<(), &'static str> {
    let draft = if is_invocation(object) {
        read_invocation(object, position, context)?
    } else {
        let line = message_of(object).ok_or("a line that is no model invocation")?;
        let line = Object::parse(&line)?;
        if !is_invocation(&line) {
            return Err("a line that is no model invocation");
        }
        read_invocation(&line, position, context)?
    };
    parsed.push(position, Ok(draft));
    Ok(())
}

fn read_invocation(
    line: &Object<'_>,
    position: u64,
    context: &Context<'_>,
) -> Result<Draft, &'static str> {
    let id = line.text("requestId")?.ok_or("an invocation without requestId")?;
    let mut draft = Draft::new(position);
    draft.record_id = record_id(FORMAT.name, &[&id]);
    let time = line.text("timestamp")?.ok_or("an invocation without timestamp")?;
    draft.period = Some(dates::event(context.bounds.moment(&time)?));
    draft.facets.vendor = Some(Untrusted::from("aws"));
    draft.facets.tool = Some(Untrusted::from("api"));
    draft.facets.model = text(&model_of(&line.text("modelId")?.unwrap_or_default()));
    draft.facets.workspace = line.untrusted("accountId")?;
    let identity = line.object("identity")?.unwrap_or_default();
    draft.facets.account = account_of(&identity.text("arn")?.unwrap_or_default());
    let failed = line.get("errorCode").is_some();
    draft.flags.insert_if(failed, Flag::Errored);
    draft.requests = Some(u64::from(!failed));
    if let Some(input) = line.object("input")? {
        draft.tokens.input = input.count("inputTokenCount")?;
        draft.tokens.cache_read = input.count("cacheReadInputTokenCount")?;
        draft.tokens.cache_write = input.count("cacheWriteInputTokenCount")?;
    }
    if let Some(output) = line.object("output")? {
        draft.tokens.output = output.count("outputTokenCount")?;
    }
    Ok(draft)
}

/// The model in an ARN or an id: without the region before it and the version after it.
fn model_of(id: &str) -> String {
    let name = id.rsplit('/').next().unwrap_or_default();
    // An id is `region.maker.model` or `maker.model`; no maker is called as a region is.
    const REGIONS: [&str; 8] = ["us", "eu", "apac", "global", "jp", "au", "ca", "us-gov"];
    let name = match name.split_once('.') {
        Some((region, rest)) if REGIONS.contains(&region) => rest,
        _ => name,
    };
    let unversioned = name.rfind("-v").map(|at| name.split_at(at));
    let is_version = |text: &str| {
        let text = text.strip_prefix("-v").unwrap_or_default();
        text.starts_with(|digit: char| digit.is_ascii_digit())
            && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
    };
    match unversioned {
        Some((model, version)) if is_version(version) => model.to_owned(),
        _ => name.to_owned(),
    }
}

/// The principal; a person where the session of an assumed role is called by an address.
fn account_of(arn: &str) -> Account {
    let mut account = Account { principal: text(arn), ..Account::default() };
    let session = arn.rsplit('/').next().filter(|name| name.contains('@'));
    if let Some(session) = session.filter(|_| arn.contains(":assumed-role/")) {
        account.kind = AccountKind::User;
        account.email = lower(session);
    }
    account
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_lose_their_region_and_their_version_and_nothing_else() {
        for (id, model) in [
            (
                "anthropic.claude-haiku-4-5-20251001-v1:0",
                "anthropic.claude-haiku-4-5-20251001",
            ),
            (
                "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
                "anthropic.claude-sonnet-4-5-20250929",
            ),
            (
                "arn:aws:bedrock:us-east-1:111122223333:inference-profile/global.amazon.nova-pro-v1:0",
                "amazon.nova-pro",
            ),
            ("deepseek.v3-v1:0", "deepseek.v3"),
            ("arn:aws:bedrock:us-east-1:111122223333:provisioned-model/abc123", "abc123"),
        ] {
            assert_eq!(model_of(id), model);
        }
    }

    #[test]
    fn only_the_session_of_a_role_is_a_person() {
        let role = "arn:aws:sts::111122223333:assumed-role/Devs/Lin.Zhou@example.com";
        assert_eq!(account_of(role).key().unwrap(), b"email:lin.zhou@example.com");
        let user = "arn:aws:iam::111122223333:user/bedrock-ci";
        assert_eq!(account_of(user).kind, AccountKind::Unknown);
        assert!(account_of(user).key().unwrap().starts_with(b"principal:arn:aws:iam"));
    }
}
