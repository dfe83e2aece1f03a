//! Codex for enterprises: one row a day and person, in credits. Its clients and its
//! models are two views of the same total, so tokens are those of the clients.

use super::PAGES;
use super::period_of;
use crate::problem::GapKind;
use crate::units::Timestamp;
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{
    Account, AccountKind, Credits, Draft, Flag, TokenCounts, lower, record_id, text,
};
use crate::usage::rows::{PageRow, each_page_row};
use crate::usage::{Context, Format, Parsed};

/// Pages of the analytics API, one after another or in arrays.
pub static FORMAT: Format = Format {
    name: "openai.codex_enterprise_usage",
    tier: 2,
    about: "Codex Enterprise analytics API: workspaces/{id}/usage pages",
    recognizes,
    parse,
};

/// By how much credits may be off before it is said, in billionths: they are rounded.
const CREDITS_OFF: u128 = 10_000_000;

/// How long after a day its figures may still grow, in seconds.
const SETTLES_AFTER: i64 = 5 * 86_400;

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_row("data", |row| {
        let totals = row.object("totals").ok().flatten();
        row.has("clients") && totals.is_some_and(|totals| totals.has("credits"))
    })
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_page_row(source, parsed, PAGES, |row, parsed| {
        let draft = read_row(row, context, parsed)?;
        parsed.push(row.position, Ok(draft));
        Ok(())
    });
}

fn read_row(
    at: PageRow<'_>,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) -> Result<Draft, &'static str> {
    let row = at.row;
    let (period, granularity) = period_of(row, &context.bounds)?;
    let mut draft = Draft::new(at.position);
    draft.period = Some(period);
    draft.facets.granularity = granularity;
    draft.facets.vendor = Some(Untrusted::from("openai"));
    draft.facets.tool = Some(Untrusted::from("codex"));
    draft.facets.account = read_account(row)?;
    let kind = draft.facets.account.kind;
    draft.flags.insert_if(kind == AccountKind::Organization, Flag::OrgLevel);
    let is_fresh =
        |modified: Timestamp| modified.0 < period.end.0.saturating_add(SETTLES_AFTER);
    draft.flags.insert_if(context.modified.is_some_and(is_fresh), Flag::Provisional);
    let clients = row.objects("clients")?;
    draft.tokens = read_tokens(&clients)?;
    draft.facets.surface = surface_of(&clients)?;
    draft.facets.model = only_model(row)?;
    read_totals(row, &clients, &mut draft, parsed)?;
    let account = &draft.facets.account;
    let user = account.account_id.as_ref().or(account.email.as_ref());
    let user = user.map(|user| user.to_json_text().into_owned()).unwrap_or_default();
    let (start, end) = (period.start.0.to_string(), period.end.0.to_string());
    draft.record_id = record_id(FORMAT.name, &[&start, &end, &user]);
    if draft.has_measure() { Ok(draft) } else { Err("a row without any amount") }
}

/// Whose it is. What names nobody is the organisation's, not that of whoever hands over
/// the export.
fn read_account(row: &Object<'_>) -> Result<Account, &'static str> {
    let actor = row.object("actor")?.unwrap_or_default();
    let field = |name| {
        let own = row.text(name)?;
        Ok::<_, &str>(own.or(actor.text(name)?).unwrap_or_default())
    };
    let mut account = Account {
        email: lower(&field("email")?),
        account_id: text(&field("user_id")?),
        ..Account::default()
    };
    let kind = actor.text("type")?.unwrap_or_default();
    account.kind = if account.key().is_none() {
        AccountKind::Organization
    } else if kind.contains("service") {
        AccountKind::ServiceAccount
    } else {
        AccountKind::User
    };
    Ok(account)
}

fn read_tokens(clients: &[Object<'_>]) -> Result<TokenCounts, &'static str> {
    let mut tokens = TokenCounts::default();
    let mut total = Some(0);
    for client in clients {
        let add = |sum: &mut Option<u64>, name| {
            if let Some(count) = client.count(name)? {
                *sum = Some(sum.unwrap_or(0).saturating_add(count));
            }
            Ok::<_, &str>(())
        };
        add(&mut tokens.input, "uncached_text_input_tokens")?;
        add(&mut tokens.cache_read, "cached_text_input_tokens")?;
        add(&mut tokens.output, "text_output_tokens")?;
        let own = client.count("text_total_tokens")?;
        total = total.zip(own).map(|(total, own): (u64, u64)| total.saturating_add(own));
    }
    tokens.reported_total = total.filter(|_| !clients.is_empty());
    Ok(tokens)
}

fn read_totals(
    row: &Object<'_>,
    clients: &[Object<'_>],
    draft: &mut Draft,
    parsed: &mut Parsed<'_>,
) -> Result<(), &'static str> {
    let Some(totals) = row.object("totals")? else {
        return Err("a row without totals");
    };
    let credits = totals.nanos("credits")?;
    let mut of_clients = Some(0);
    for client in clients {
        of_clients = of_clients.zip(client.nanos("credits")?).map(|(a, b)| a + b);
    }
    if let (Some(all), Some(parts), false) = (credits, of_clients, clients.is_empty())
        && all.abs_diff(parts) > CREDITS_OFF
    {
        let why = "the credits of the clients are not those of the row";
        parsed.remark(GapKind::TokenMismatch, draft.position, why);
    }
    let unit = Untrusted::from("codex_credit");
    draft.credits = credits.map(|nanos| Credits { nanos, unit });
    draft.activity.sessions = totals.count("threads")?;
    draft.activity.prompts = totals.count("turns")?;
    if let Some(lines) = row.object("code_attribution")? {
        draft.activity.lines_added = lines.count("lines_added")?;
        draft.activity.lines_removed = lines.count("lines_removed")?;
    }
    Ok(())
}

/// Where in Codex, if all of it was in one place.
fn surface_of(clients: &[Object<'_>]) -> Result<Option<Untrusted>, &'static str> {
    let [client] = clients else { return Ok(None) };
    let name = client.text("client_id")?.unwrap_or_default().to_lowercase();
    let surfaces = [("cli", "cli"), ("ide", "ide"), ("cloud", "cloud_agent")];
    let known = surfaces.iter().find(|(word, _)| name.split('_').any(|w| w == *word));
    Ok(known.map(|(_, surface)| Untrusted::from(*surface)))
}

/// The model, if there was one only.
fn only_model(row: &Object<'_>) -> Result<Option<Untrusted>, &'static str> {
    match row.objects("models")?.as_slice() {
        [model] => model.untrusted("model"),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Export;
    use crate::usage::tests::read_with;

    fn read(row: &str, modified: Option<i64>) -> Export {
        let context = Context { modified: modified.map(Timestamp), ..Context::default() };
        read_with(&FORMAT, &format!(r#"{{"data":[{row}]}}"#), &context)
    }

    const ROW: &str = r#"{"start_time":1791158400,"end_time":1791244800,
        "user_id":"user-a","email":"Lin.Zhou@example.com","totals":{"credits":4.5,"turns":3},
        "clients":[{"client_id":"CODEX_CLI","credits":4.5,"uncached_text_input_tokens":1,"cached_text_input_tokens":2,"text_output_tokens":3}],
        "models":[{"model":"m","credits":4.5,"text_output_tokens":3}]}"#;

    #[test]
    fn clients_and_models_are_two_views_of_one_total() {
        let export = read(ROW, None);
        assert_eq!(export.tokens().total(), Some(6));
        assert_eq!(export.records[0].credits().unwrap().nanos, 4_500_000_000);
        assert_eq!(export.records[0].facets.model, Some(Untrusted::from("m")));
        assert_eq!(export.records[0].facets.surface, Some(Untrusted::from("cli")));
    }

    #[test]
    fn what_names_nobody_is_not_the_owners() {
        let nobody =
            ROW.replace("\"user-a\"", "null").replace("\"Lin.Zhou@example.com\"", "null");
        let text = format!(r#"{{"data":[{nobody}]}}"#);
        let context = Context { owner: Some("ada@example.com"), ..Context::default() };
        let export = read_with(&FORMAT, &text, &context);
        let account = &export.records[0].facets.account;
        assert_eq!((account.kind, account.key()), (AccountKind::Organization, None));
    }

    #[test]
    fn a_day_may_grow_for_five_days() {
        let provisional = |modified| {
            let export = read(ROW, modified);
            export.records[0].flags.contains(Flag::Provisional)
        };
        assert!(!provisional(None));
        assert!(provisional(Some(1_791_244_800 + 86_400)));
        assert!(!provisional(Some(1_791_244_800 + 6 * 86_400)));
    }
}
