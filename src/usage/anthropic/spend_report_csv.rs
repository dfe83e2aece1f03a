//! The spend report of Claude for teams and enterprises: one row a person, a product and
//! a model over the whole range, which only the name of the file tells.
//!
//! Columns as described at support.claude.com (article 12883420) and as read by public
//! importers. Seats include a quota, so that the report shows what went beyond it: a
//! person without a row is not an idle one.

use super::{columns, draft_of, id_of, measured, set_organization, tool_of, whole_file};
use crate::usage::framing::{Sample, Source};
use crate::usage::record::{Account, AccountKind, Draft, TokenCounts, lower, text};
use crate::usage::rows::{Cells, each_row};
use crate::usage::{Context, Format, Parsed};

/// Reports of all ages: 17 columns, 9, or fewer.
pub static FORMAT: Format = Format {
    name: "anthropic.spend_report_csv",
    tier: 1,
    about: "claude.ai admin → Analytics → Export spend report (CSV, do not rename)",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    sample.has_columns(&["total_net_spend_usd", "product", "model"])
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_row(source, parsed, |cells, _| read_row(cells, context));
}

fn read_row(
    cells: &Cells<'_>,
    context: &Context<'_>,
) -> Result<Option<Draft>, &'static str> {
    let mut draft = draft_of(cells.row.line, whole_file(context)?);
    draft.requests = cells.count("total_requests")?;
    draft.tokens = read_tokens(cells)?;
    draft.cost.billed = cells.dollars("total_net_spend_usd")?;
    draft.cost.list = cells.dollars("total_gross_spend_usd")?;
    let of_service = is_of_service(cells);
    if of_service && is_nothing(&draft) {
        return Ok(None);
    }
    if of_service {
        set_organization(&mut draft);
    } else {
        draft.facets.account = read_account(cells)?;
        draft.facets.tool = tool_of(cells.get("product"));
        draft.facets.model = text(cells.get("model"));
    }
    // The address is in every version of the report, the ids are not.
    let account = &draft.facets.account;
    let who = account.email.as_ref().or(account.account_id.as_ref());
    let who = who.or(account.display_name.as_ref());
    let mut parts = vec![who.map_or_else(String::new, |w| w.to_json_text().into_owned())];
    let names = ["product", "model", "slack_channel_id", "teams_channel_id"];
    parts.extend(columns(cells, &names));
    draft.record_id = id_of(&FORMAT, &draft, &parts);
    measured(draft).map(Some)
}

/// Classes, or in reports of nine columns prompts with an unknown share from the cache.
fn read_tokens(cells: &Cells<'_>) -> Result<TokenCounts, &'static str> {
    let parts = [
        cells.count("total_cache_write_5m_tokens")?,
        cells.count("total_cache_write_1h_tokens")?,
    ];
    let mut tokens = TokenCounts {
        input: cells.count("total_uncached_input_tokens")?,
        cache_read: cells.count("total_cache_read_tokens")?,
        cache_write_1h: parts[1],
        cache_write: parts.into_iter().flatten().reduce(|sum, part| sum + part),
        ..TokenCounts::default()
    };
    let prompt = cells.count("total_prompt_tokens")?;
    let is_split = tokens.total().is_some();
    tokens.output = cells.count("total_completion_tokens")?;
    if is_split {
        tokens.reported_total = prompt.map(|prompt| prompt + tokens.output.unwrap_or(0));
    } else {
        tokens.input_unsplit = prompt;
    }
    Ok(tokens)
}

/// Whether it is what the organisation's own services used, in whichever column that is
/// said: it moves about.
fn is_of_service(cells: &Cells<'_>) -> bool {
    cells.row.fields.iter().any(|field| field.trim().starts_with("(org service"))
}

fn is_nothing(draft: &Draft) -> bool {
    let amounts = [draft.cost.billed, draft.cost.list];
    draft.requests.unwrap_or(0) == 0
        && draft.tokens.total().unwrap_or(0) == 0
        && amounts.into_iter().flatten().all(|amount| amount.0 == 0)
}

fn read_account(cells: &Cells<'_>) -> Result<Account, &'static str> {
    let email = [cells.get("user_email"), cells.get("email")].concat();
    let id = [cells.get("user_id"), cells.get("account_uuid")];
    let id = id.into_iter().find(|id| !id.is_empty()).unwrap_or_default();
    let is_address = email.contains('@');
    let account = Account {
        kind: if email.starts_with('(') || email.is_empty() && id.is_empty() {
            AccountKind::DeletedUser
        } else {
            AccountKind::User
        },
        email: lower(&email).filter(|_| is_address),
        account_id: text(id),
        display_name: text(&email).filter(|_| !is_address),
        ..Account::default()
    };
    let is_named = account.key().is_some() || account.display_name.is_some();
    is_named.then_some(account).ok_or("a row without person")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Export;
    use crate::usage::dates::period_in_name;

    const NINE: &str = "user_email,account_uuid,product,model,total_requests,\
        total_prompt_tokens,total_completion_tokens,total_net_spend_usd,\
        total_gross_spend_usd";

    fn read(text: &str) -> Export {
        let period = period_in_name("spend-report-2026-10-01-to-2026-10-31.csv");
        let context = Context { period, ..Context::default() };
        crate::usage::tests::read_with(&FORMAT, text, &context)
    }

    #[test]
    fn without_columns_for_the_cache_prompts_stay_one_sum() {
        let row = "a@example.com,u,Claude Code,m,1,100,5,\"1,204.11\",$1204.11\n";
        let tokens = read(&format!("{NINE}\n{row}")).records[0].tokens();
        assert_eq!((tokens.input, tokens.input_unsplit), (None, Some(100)));
    }

    #[test]
    fn a_report_that_lost_its_name_needs_a_period() {
        let row = format!("{NINE}\na@example.com,u,Chat,m,1,100,5,1,1\n");
        let export = crate::usage::tests::read_as(&FORMAT, &row);
        assert_eq!((export.records.len(), export.n_rejected), (0, 1));
        assert!(export.gaps.list()[0].why.contains("--period"));
    }

    #[test]
    fn what_services_used_is_the_organisations_and_nothing_of_it_is_no_record() {
        let rows = "(org service usage),,(org service),(other),,0,0,0.0,0.0\n\
            ,(org service usage),(org service),(other),3,10,1,0.50,0.50\n";
        let export = read(&format!("{NINE}\n{rows}"));
        assert_eq!((export.records.len(), export.n_rejected), (1, 0));
        let account = &export.records[0].facets.account;
        assert_eq!((account.kind, account.key()), (AccountKind::Organization, None));
    }

    #[test]
    fn a_person_has_one_id_in_reports_of_all_ages() {
        let old = read(&format!("{NINE}\nA@example.com,,Chat,m,1,100,5,1,1\n"));
        let new =
            read(&format!("{NINE},user_id\na@example.com,u,Chat,m,1,100,5,1,1,i\n"));
        assert_eq!(old.records[0].record_id, new.records[0].record_id);
    }
}
