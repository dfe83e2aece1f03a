//! Usage events of Cursor's Admin API: one row an event, with the person and the cents.
//!
//! Fields as documented at cursor.com, `teams/filtered-usage-events`. The dashboard asks a
//! twin of it, whose rows stand under `usageEventsDisplay` and name the person by number.

use crate::untrusted::Untrusted;
use crate::usage::dates;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{
    Account, AccountKind, Credits, Draft, Flag, TokenCounts, record_id, text,
};
use crate::usage::rows::{Pages, each_page_row};
use crate::usage::{Context, Format, Parsed};

/// Pages of the API or of the dashboard.
pub static FORMAT: Format = Format {
    name: "cursor.filtered_usage_events",
    tier: 1,
    about: "Cursor Admin API, teams/filtered-usage-events: pages of usage events",
    recognizes,
    parse,
};

const PAGES: Pages =
    Pages { arrays: &["usageEvents", "usageEventsDisplay"], bare_rows: false };

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(|page| PAGES.arrays.iter().any(|array| page.has(array)))
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_page_row(source, parsed, PAGES, |row, parsed| {
        let draft = read_row(row.row, row.position, context)?;
        parsed.push(row.position, Ok(draft));
        Ok(())
    });
}

fn read_row(
    row: &Object<'_>,
    position: u64,
    context: &Context<'_>,
) -> Result<Draft, &'static str> {
    let time = row.text("timestamp")?.ok_or("an event without time")?;
    let moment = context.bounds.epoch(&time)?;
    let model = row.text("model")?.unwrap_or_default();
    let kind = read_kind(row)?;
    let mut draft = super::draft(position);
    draft.period = Some(dates::event(moment));
    draft.facets.account = read_account(row)?;
    draft.facets.model = text(&model);
    draft.facets.session_id = row.untrusted("conversationId")?;
    let errored = kind.starts_with("errored") || kind.starts_with("aborted");
    draft.requests = Some(u64::from(!errored));
    let is_whole = draft.facets.account.kind == AccountKind::Organization;
    let is_bugbot = row.is_true("isFreeBugbot");
    if is_bugbot {
        draft.facets.surface = Some(Untrusted::from("code_review"));
    }
    for (holds, flag) in [
        (errored, Flag::Errored),
        (kind.starts_with("free") || is_bugbot, Flag::Free),
        (kind.starts_with("included"), Flag::Included),
        (kind == "user api key", Flag::Byok),
        (row.is_true("isHeadless"), Flag::Headless),
        (is_whole, Flag::OrgLevel),
        (matches!(model.as_str(), "auto" | "default"), Flag::AutoModel),
    ] {
        draft.flags.insert_if(holds, flag);
    }
    let usage = row.object("tokenUsage")?.unwrap_or_default();
    draft.tokens = read_tokens(&usage)?;
    read_money(row, &usage, &kind, &mut draft)?;
    draft.record_id = id_of(&draft, moment.millis, &model);
    Ok(draft)
}

/// The kind in lower case, as the Admin API words it: `USAGE_EVENT_KIND_USER_API_KEY` of
/// the dashboard is `user api key`.
fn read_kind(row: &Object<'_>) -> Result<String, &'static str> {
    let kind = match row.text("kind")? {
        Some(kind) => kind,
        None => row.text("kindLabel")?.unwrap_or_default(),
    };
    let kind = kind.trim().to_lowercase();
    let kind = kind.strip_prefix("usage_event_kind_").unwrap_or(&kind);
    Ok(kind.replace(['_', '-'], " "))
}

/// Who it was. The id of a service account is the word `null` where there is none.
fn read_account(row: &Object<'_>) -> Result<Account, &'static str> {
    let field = |name| -> Result<String, &'static str> {
        let value = row.text(name)?.unwrap_or_default().trim().to_owned();
        Ok(if value == "null" { String::new() } else { value })
    };
    let service = field("serviceAccountId")?;
    if !service.is_empty() {
        let account_id = text(&service);
        let kind = AccountKind::ServiceAccount;
        return Ok(Account { kind, account_id, ..Account::default() });
    }
    let (email, user) = (field("userEmail")?, field("owningUser")?);
    if !email.is_empty() {
        return Ok(Account::of_email(&email));
    }
    let kind = match (user.is_empty(), field("owningTeam")?.is_empty()) {
        (false, _) => AccountKind::User,
        (true, false) => AccountKind::Organization,
        (true, true) => AccountKind::Unknown,
    };
    Ok(Account { kind, account_id: text(&user), ..Account::default() })
}

fn read_tokens(usage: &Object<'_>) -> Result<TokenCounts, &'static str> {
    Ok(TokenCounts {
        input: usage.count("inputTokens")?,
        cache_write: usage.count("cacheWriteTokens")?,
        cache_read: usage.count("cacheReadTokens")?,
        output: usage.count("outputTokens")?,
        ..TokenCounts::default()
    })
}

/// Reads what the event is worth, which is also the bill where it is chargeable. What is
/// charged has the discount and Cursor's fee in it; older events have only the cost of
/// the model, or a price in dollars.
fn read_money(
    row: &Object<'_>,
    usage: &Object<'_>,
    kind: &str,
    draft: &mut Draft,
) -> Result<(), &'static str> {
    let charged = match row.cents("chargedCents")? {
        Some(charged) => Some(charged),
        None => usage.cents("totalCents")?,
    };
    draft.cost.list = match charged {
        Some(charged) => Some(charged),
        None => row.dollars("usageBasedCosts")?,
    };
    let is_chargeable = if row.get("isChargeable").is_some() {
        row.is_true("isChargeable")
    } else {
        kind == "usage based"
    };
    if is_chargeable {
        draft.cost.billed = draft.cost.list;
    }
    // Plans that count requests have no use for tokens, and the other way round.
    if !row.is_true("isTokenBasedCall") {
        let unit = Untrusted::from("cursor_request");
        draft.credits = row.nanos("requestsCosts")?.map(|nanos| Credits { nanos, unit });
    }
    Ok(())
}

/// Cursor gives events no id: the millisecond, the person, the model and the tokens
/// are one.
fn id_of(draft: &Draft, millis: i64, model: &str) -> [u8; 16] {
    let tokens = &draft.tokens;
    let counts = [tokens.input, tokens.output, tokens.cache_read]
        .map(|count| count.map(|count| count.to_string()).unwrap_or_default());
    let account = &draft.facets.account;
    let user = account.email.as_ref().or(account.account_id.as_ref());
    let user = user.map(|user| user.to_json_text().into_owned()).unwrap_or_default();
    let millis = millis.to_string();
    let mut parts = vec![millis.as_str(), user.as_str(), model];
    parts.extend(counts.iter().map(String::as_str));
    record_id(FORMAT.name, &parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::{Export, UsageRecord};

    fn read(text: &str) -> Export {
        crate::usage::tests::read_as(&FORMAT, text)
    }

    fn one(fields: &str) -> UsageRecord {
        let row = format!(
            r#"{{"timestamp":"1791191730512","model":"m","userEmail":"Ada.Okafor@example.com"{fields}}}"#
        );
        let mut export = read(&format!(r#"{{"usageEvents":[{row}]}}"#));
        assert_eq!(export.n_rejected, 0, "{fields}");
        export.records.remove(0)
    }

    #[test]
    fn what_is_charged_is_the_value_and_the_bill_only_where_it_is_chargeable() {
        let money = |fields| {
            let cost = one(fields).cost();
            [cost.list, cost.billed].map(|amount| amount.map(|amount| amount.to_string()))
        };
        let some = |amount: &str| Some(amount.to_owned());
        assert_eq!(
            money(r#","chargedCents":18.5872,"isChargeable":true"#),
            [some("0.185872"), some("0.185872")]
        );
        assert_eq!(
            money(r#","chargedCents":3.5,"isChargeable":false,"kind":"Usage-based""#),
            [some("0.035"), None]
        );
        assert_eq!(
            money(r#","chargedCents":3,"tokenUsage":{"totalCents":9}"#),
            [some("0.03"), None]
        );
        assert_eq!(
            money(
                r#","tokenUsage":{"totalCents":9},"kind":"USAGE_EVENT_KIND_USAGE_BASED""#
            ),
            [some("0.09"), some("0.09")]
        );
        assert_eq!(money(r#","usageBasedCosts":"-""#), [None, None]);
    }

    #[test]
    fn the_word_null_is_no_service_account() {
        let person = one(r#","serviceAccountId":"null""#);
        assert_eq!(person.facets.account.kind, AccountKind::User);
        let service = one(r#","serviceAccountId":"sa_1""#);
        assert_eq!(service.facets.account.kind, AccountKind::ServiceAccount);
        assert_eq!(service.facets.account.email, None);
    }

    #[test]
    fn the_dashboard_has_its_own_words_for_the_kinds() {
        let flag =
            |kind: &str, flag| one(&format!(r#","kind":"{kind}""#)).flags.contains(flag);
        assert!(flag("USAGE_EVENT_KIND_INCLUDED_IN_BUSINESS", Flag::Included));
        assert!(flag("Included in Business", Flag::Included));
        assert!(flag("USAGE_EVENT_KIND_FREE_CREDIT", Flag::Free));
        assert!(flag("USAGE_EVENT_KIND_USER_API_KEY", Flag::Byok));
        assert!(flag("Errored, Not Charged", Flag::Errored));
        assert_eq!(one(r#","kindLabel":"Errored, Not Charged""#).requests(), Some(0));
    }

    #[test]
    fn an_event_without_tokens_is_a_request_and_has_no_tokens_rather_than_none() {
        let record = one(r#","isTokenBasedCall":false,"requestsCosts":2.5"#);
        assert_eq!((record.tokens().total(), record.requests()), (None, Some(1)));
        assert_eq!(record.credits().unwrap().nanos, 2_500_000_000);
    }

    #[test]
    fn pages_that_shifted_while_events_arrived_give_an_event_one_id() {
        let whole = one(r#","tokenUsage":{"inputTokens":5}"#);
        let again = one(r#","tokenUsage":{"inputTokens":"5"},"maxMode":true"#);
        assert_eq!(whole.record_id, again.record_id);
        assert_ne!(whole.record_id, one(r#","tokenUsage":{"inputTokens":6}"#).record_id);
    }
}
