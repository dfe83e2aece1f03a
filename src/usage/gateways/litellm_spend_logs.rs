//! LiteLLM's log of requests: the table `LiteLLM_SpendLogs`, or `GET /spend/logs`.
//!
//! Columns as in LiteLLM's schema. The prompt contains what came from the cache and went
//! into it, unless it is smaller; the spend is what the proxy reckons.

use super::{Row, each_of, key, person};
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{
    Account, Draft, Flag, TokenCounts, record_id, text, tool_of_client,
    vendor_of_provider,
};
use crate::usage::{Context, Format, Parsed, dates};

/// JSON rows, pages of them, or the table as CSV.
pub static FORMAT: Format = Format {
    name: "litellm.spend_logs",
    tier: 2,
    about: "LiteLLM: GET /spend/logs, or the table LiteLLM_SpendLogs as CSV",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    let is_row = |row: &Object<'_>| {
        row.has("request_id") && row.has("spend") && row.has("call_type")
    };
    sample.has_columns(&["request_id", "starttime", "spend"])
        || sample.any_object(is_row)
        || sample.any_row("data", is_row)
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_of(source, parsed, |row, position| read_row(row, position, context));
}

fn read_row(
    row: &Row<'_>,
    position: u64,
    context: &Context<'_>,
) -> Result<Draft, &'static str> {
    let id = row.text("request_id")?;
    if id.is_empty() {
        return Err("a request without an id");
    }
    let metadata = row.json("metadata")?;
    let metadata = match metadata.trim() {
        "" => Object::default(),
        given => Object::parse(given).map_err(|_| "metadata that is not JSON")?,
    };
    let mut draft = Draft::new(position);
    draft.record_id = record_id(FORMAT.name, &[&id]);
    let start = context.bounds.moment_utc(&row.text("startTime")?)?;
    draft.period = Some(dates::event(start));
    let model = row.text("model")?;
    draft.facets.model = text(&model);
    draft.facets.vendor = vendor_of(&row.text("custom_llm_provider")?, &model);
    draft.facets.tool = Some(tool_of_tags(&row.json("request_tags")?));
    draft.facets.session_id = text(&row.text("session_id")?);
    let team = metadata.text("user_api_key_team_alias")?.unwrap_or_default();
    draft.facets.workspace = text(&team).or(text(&row.text("team_id")?));
    draft.facets.account = read_account(row, &metadata)?;
    draft.tokens = read_tokens(row, &metadata)?;
    draft.cost.estimated = row.dollars("spend")?;
    let failed = row.text("status")?.eq_ignore_ascii_case("failure");
    let from_cache = row.text("cache_hit")?.eq_ignore_ascii_case("true");
    draft.flags.insert_if(failed, Flag::Errored);
    // The proxy answered by itself: no model was called.
    draft.flags.insert_if(from_cache, Flag::Free);
    draft.requests = Some(u64::from(!failed && !from_cache));
    Ok(draft)
}

/// The provider that the proxy called, else the one before the name of the model.
pub(super) fn vendor_of(provider: &str, model: &str) -> Option<Untrusted> {
    let prefix = model.split_once('/').map_or("", |(prefix, _)| prefix);
    vendor_of_provider(if provider.is_empty() { prefix } else { provider })
}

/// What the client says it is, in the tag that the proxy makes of it.
fn tool_of_tags(tags: &str) -> Untrusted {
    let agent = tags.split("User-Agent:").nth(1).unwrap_or_default();
    let agent = agent.split(['"', ',', ']']).next().unwrap_or_default();
    tool_of_client(agent).unwrap_or_else(|| Untrusted::from("api"))
}

/// The address of the key's owner, the user if it is one, then the key. Who called the
/// caller is never asked: anybody may write anything there.
fn read_account(row: &Row<'_>, metadata: &Object<'_>) -> Result<Account, &'static str> {
    let email = metadata.text("user_api_key_user_email")?.unwrap_or_default();
    let user = row.text("user")?;
    let alias = metadata.text("user_api_key_alias")?.unwrap_or_default();
    let of_key = key(&alias, &row.text("api_key")?);
    let address = [email.as_str(), user.as_str()].into_iter().find(|a| a.contains('@'));
    let mut account = match address {
        Some(address) => person(address),
        None if of_key.api_key_name.is_some() || user.is_empty() => return Ok(of_key),
        None => person(&user),
    };
    account.api_key_name = of_key.api_key_name;
    account.api_key_id = of_key.api_key_id;
    Ok(account)
}

fn read_tokens(
    row: &Row<'_>,
    metadata: &Object<'_>,
) -> Result<TokenCounts, &'static str> {
    let (mut read, mut write) = (None, None);
    for name in ["usage_object", "additional_usage_values"] {
        let Some(usage) = metadata.object(name)? else { continue };
        let details = usage.object("prompt_tokens_details")?.unwrap_or_default();
        let given = usage.count("cache_read_input_tokens")?;
        read = read.or(given).or(details.count("cached_tokens")?);
        write = write.or(usage.count("cache_creation_input_tokens")?);
    }
    let mut tokens = TokenCounts::of_prompt(row.count("prompt_tokens")?, read, write).0;
    tokens.output = row.count("completion_tokens")?;
    tokens.reported_total = row.count("total_tokens")?;
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::tests::read_as;

    fn one(fields: &str) -> crate::usage::UsageRecord {
        let row = format!(
            r#"{{"request_id":"r","call_type":"acompletion","spend":0.1,
            "startTime":"2026-10-05 13:00:00.12","prompt_tokens":100,{fields}}}"#
        );
        read_as(&FORMAT, &row).records.remove(0)
    }

    fn key_of(fields: &str) -> String {
        let key = one(fields).facets.account.key().unwrap_or_default();
        String::from_utf8(key).unwrap()
    }

    #[test]
    fn the_owner_of_the_key_comes_before_the_user_and_the_key_and_the_caller_never() {
        let metadata = r#""metadata":{"user_api_key_user_email":"Lin@example.com",
            "user_api_key_alias":"lin-laptop"},"user":"ada@example.com""#;
        assert_eq!(key_of(metadata), "email:lin@example.com");
        let user = r#""user":"ada@example.com","end_user":"eve@example.com""#;
        assert_eq!(key_of(user), "email:ada@example.com");
        let alias = r#""metadata":"{\"user_api_key_alias\":\"ci\"}","user":"u-1""#;
        assert_eq!(key_of(alias), "key:ci");
        assert_eq!(key_of(r#""end_user":"eve@example.com""#), "");
    }

    #[test]
    fn a_prompt_too_small_to_contain_the_cache_does_not_contain_it() {
        let usage = |read| {
            let fields = format!(
                r#""metadata":{{"usage_object":{{"cache_read_input_tokens":{read}}}}}"#
            );
            one(&fields).tokens().input
        };
        assert_eq!(usage(40), Some(60));
        assert_eq!(usage(140), Some(100));
        assert_eq!(one(r#""model":"m""#).tokens().input_unsplit, Some(100));
    }

    #[test]
    fn the_client_tells_the_tool_and_the_provider_the_vendor() {
        let facets = |fields| {
            let facets = (*one(fields).facets).clone();
            (facets.vendor.unwrap(), facets.tool.unwrap())
        };
        let claude = r#""request_tags":["User-Agent: claude-cli/2.1 (external, cli)"],
            "custom_llm_provider":"bedrock","model":"anthropic/claude-sonnet-4-5""#;
        assert_eq!(facets(claude), ("aws".into(), "claude_code".into()));
        let plain = r#""model":"anthropic/claude-sonnet-4-5""#;
        assert_eq!(facets(plain), ("anthropic".into(), "api".into()));
    }

    #[test]
    fn what_failed_or_came_from_the_proxys_cache_is_no_request() {
        assert_eq!(one(r#""status":"failure""#).requests(), Some(0));
        let cached = one(r#""cache_hit":"True""#);
        assert_eq!(cached.requests(), Some(0));
        assert!(cached.flags.contains(Flag::Free));
        assert_eq!(one(r#""cache_hit":"False""#).requests(), Some(1));
    }
}
