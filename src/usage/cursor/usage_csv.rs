//! The usage CSV of Cursor's dashboard: one row an event.
//!
//! The four token columns are disjoint, whatever their names say: in published exports
//! `Total Tokens` is their sum.

use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::record::{
    Account, AccountKind, Credits, Draft, Flag, TokenCounts, record_id, text,
};
use crate::usage::rows::{Cells, each_row};
use crate::usage::{Context, Format, Parsed, dates};

/// Personal and team exports of all ages, also those that count requests.
pub static FORMAT: Format = Format {
    name: "cursor.usage_csv",
    tier: 1,
    about: "Cursor dashboard → Usage → Export CSV, personal or team",
    recognizes,
    parse,
};

const CACHE_WRITE: &str = "input (w/ cache write)";
const INPUT: &str = "input (w/o cache write)";

fn recognizes(sample: Sample<'_>) -> bool {
    sample.has_columns(&[
        "date",
        "model",
        CACHE_WRITE,
        INPUT,
        "cache read",
        "output tokens",
    ])
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_row(source, parsed, |cells, _| read_row(cells, context).map(Some));
}

fn read_row(cells: &Cells<'_>, context: &Context<'_>) -> Result<Draft, &'static str> {
    let moment = context.bounds.moment(cells.get("date"))?;
    let mut draft = Draft::new(cells.row.line);
    draft.period = Some(dates::event(moment));
    draft.facets.vendor = Some(Untrusted::from("cursor"));
    draft.facets.tool = Some(Untrusted::from("cursor"));
    draft.facets.model = text(cells.get("model"));
    draft.facets.session_id = text(cells.get("cloud agent id"));
    draft.tokens = read_tokens(cells)?;
    draft.facets.account = read_account(cells.get("user"));
    let kind = cells.get("kind").to_lowercase();
    let errored = kind.starts_with("errored") || kind.starts_with("aborted");
    for (holds, flag) in [
        (errored, Flag::Errored),
        (kind == "free", Flag::Free),
        (kind == "user api key", Flag::Byok),
        (kind.starts_with("included"), Flag::Included),
        (!cells.get("cloud agent id").is_empty(), Flag::Headless),
        (!cells.get("automation id").is_empty(), Flag::Headless),
        (matches!(cells.get("model"), "auto" | "default"), Flag::AutoModel),
    ] {
        draft.flags.insert_if(holds, flag);
    }
    draft.requests = Some(u64::from(!errored));
    read_money(cells, &kind, &mut draft)?;
    draft.record_id = id_of(&draft, moment.millis);
    Ok(draft)
}

fn read_tokens(cells: &Cells<'_>) -> Result<TokenCounts, &'static str> {
    Ok(TokenCounts {
        input: cells.count(INPUT)?,
        cache_write: cells.count(CACHE_WRITE)?,
        cache_read: cells.count("cache read")?,
        output: cells.count("output tokens")?,
        reported_total: cells.count("total tokens")?,
        ..TokenCounts::default()
    })
}

/// Reads what the event cost. The oldest exports have the value and the bill in two
/// columns; later ones have the value alone, which is also the bill on demand; plans
/// that count requests have no money at all.
fn read_money(
    cells: &Cells<'_>,
    kind: &str,
    draft: &mut Draft,
) -> Result<(), &'static str> {
    draft.cost.list = cells.dollars("cost")?;
    if cells.head.has(&["cost to you"]) {
        draft.cost.billed = cells.dollars("cost to you")?;
    } else if matches!(kind, "on-demand" | "usage-based") {
        draft.cost.billed = draft.cost.list;
    }
    let unit = Untrusted::from("cursor_request");
    draft.credits = cells.nanos("requests")?.map(|nanos| Credits { nanos, unit });
    Ok(())
}

/// The person of a team export; a personal export does not name its own.
fn read_account(user: &str) -> Account {
    if user.contains('@') {
        return Account::of_email(user);
    }
    Account { kind: AccountKind::Unknown, display_name: text(user), ..Account::default() }
}

/// Cursor gives events no id: the millisecond, the person, the model and the tokens
/// are one.
fn id_of(draft: &Draft, millis: i64) -> [u8; 16] {
    let tokens = &draft.tokens;
    let counts = [tokens.cache_write, tokens.input, tokens.cache_read, tokens.output]
        .map(|count| count.map(|count| count.to_string()).unwrap_or_default());
    let account = &draft.facets.account;
    let user = account.email.as_ref().or(account.display_name.as_ref());
    let shown = |text: Option<&Untrusted>| {
        text.map(|text| text.to_json_text().into_owned()).unwrap_or_default()
    };
    let (user, model) = (shown(user), shown(draft.facets.model.as_ref()));
    let millis = millis.to_string();
    let mut parts = vec![millis.as_str(), user.as_str(), model.as_str()];
    parts.extend(counts.iter().map(String::as_str));
    record_id(FORMAT.name, &parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> crate::usage::Export {
        crate::usage::tests::read_as(&FORMAT, text)
    }

    const HEADER: &str = "Date,User,Kind,Model,Max Mode,Input (w/ Cache Write),\
        Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,";

    fn one(last_column: &str, kind: &str, value: &str) -> crate::usage::UsageRecord {
        let row = format!(
            "2026-10-05T09:15:30.512Z,ada.okafor@example.com,{kind},auto,No,1615,2,187200,1506,190323,{value}\n"
        );
        let mut parsed = read(&format!("{HEADER}{last_column}\n{row}"));
        assert!(parsed.gaps.is_empty(), "the four columns are disjoint");
        parsed.records.remove(0)
    }

    #[test]
    fn only_events_on_demand_are_billed() {
        let billed =
            |kind, value| one("Cost", kind, value).cost().billed.map(|c| c.to_string());
        assert_eq!(billed("On-Demand", "$0.12"), Some("0.12".to_owned()));
        assert_eq!(billed("Included", "0.12"), None);
        assert_eq!(billed("Included", "Included"), None);
        let included = one("Cost", "Included", "0.12");
        assert_eq!(included.cost().list.unwrap().to_string(), "0.12");
        assert!(included.flags.contains(Flag::Included));
    }

    #[test]
    fn a_plan_of_requests_has_requests_in_place_of_money() {
        let record = one("Requests", "Included", "2.5");
        assert!(record.cost().is_unknown());
        assert_eq!(record.credits().unwrap().nanos, 2_500_000_000);
        assert_eq!(record.requests(), Some(1));
    }

    #[test]
    fn an_event_that_failed_is_no_request_and_no_money() {
        let record = one("Cost", "\"Errored, No Charge\"", "-");
        assert_eq!(record.requests(), Some(0));
        assert!(record.cost().is_unknown());
    }

    #[test]
    fn the_same_event_has_one_id_in_every_version_of_the_export() {
        let new = HEADER.replace("Kind", "Cloud Agent ID,Automation ID,Kind") + "Cost\n";
        let row = "2026-10-05T09:15:30.512Z,Ada.Okafor@example.com,,,On-Demand,auto,No,\"1,615\",2,187200,1506,190323,1\n";
        let parsed = read(&(new + row));
        assert_eq!(parsed.records[0].record_id, one("Cost", "Included", "-").record_id);
    }
}
