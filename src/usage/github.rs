//! Exports of GitHub: Copilot's reports and bills, and the logs of its command line.
//!
//! Bills and metrics cover Copilot in editors, on the command line and in the cloud
//! together and do not say which, so that their records name no tool.

use super::DateBounds;
use super::dates;
use super::json::Object;
use super::record::{
    Account, AccountKind, Credits, Draft, Flag, Granularity, lower, text,
};
use super::rows::Cells;
use crate::units::UtcDay;
use crate::untrusted::Untrusted;

pub mod ai_usage_report;
pub mod premium_requests;
pub mod copilot_users;
pub mod usage_items;
pub mod usage_report;
pub mod org_report;
pub mod seats;
pub mod copilot_cli_events;
pub mod copilot_cli_otel;

/// What Copilot is billed in since June 2026: a hundredth of a dollar.
const AI_CREDIT: &str = "github_ai_credit";
/// What it was billed in before.
const PREMIUM_REQUEST: &str = "github_premium_request";

/// A record of GitHub of which nothing else is known.
fn draft(position: u64) -> Draft {
    let mut draft = Draft::new(position);
    draft.facets.vendor = Some(Untrusted::from("github"));
    draft.facets.granularity = Granularity::Day;
    draft
}

/// Sets whose it is: the person's, or the organisation's where no login is given.
fn set_account(draft: &mut Draft, login: &str, organization: &str) {
    draft.facets.account = match lower(login) {
        login @ Some(_) => {
            Account { kind: AccountKind::User, login, ..Account::default() }
        }
        None => {
            draft.flags.insert(Flag::OrgLevel);
            let display_name = text(organization);
            Account {
                kind: AccountKind::Organization,
                display_name,
                ..Account::default()
            }
        }
    };
}

/// Sets the model and what its name tells beside.
fn set_model(draft: &mut Draft, model: &str) {
    draft.facets.model = text(model);
    let model = model.trim().to_lowercase();
    draft.flags.insert_if(model == "auto" || model.starts_with("auto:"), Flag::AutoModel);
    if model.starts_with("code review") {
        draft.facets.surface = Some(Untrusted::from("code_review"));
    }
}

/// Reads the day of a bill: as GitHub writes it, as a spreadsheet does, or a moment.
fn day(text: &str, bounds: &DateBounds) -> Result<UtcDay, &'static str> {
    if text.contains('T') {
        return Ok(dates::event(bounds.moment_utc(text)?).start.day());
    }
    bounds.us_day(text)
}

/// An amount of what Copilot is billed in; other units are none of Copilot's use.
fn credits(unit_type: &str, nanos: Option<i128>) -> Option<Credits> {
    let unit = match plain(unit_type).as_str() {
        "ai credits" | "ai credit" => AI_CREDIT,
        "requests" | "request" | "premium requests" => PREMIUM_REQUEST,
        _ => return None,
    };
    nanos.map(|nanos| Credits { nanos, unit: Untrusted::from(unit) })
}

/// Whether a row of a bill for everything GitHub sells is one of Copilot's.
fn is_copilot(product: &str, sku: &str) -> bool {
    let sku = plain(sku);
    plain(product) == "copilot"
        || ["copilot", "premium request", "ai credit"]
            .iter()
            .any(|word| sku.contains(word))
}

/// Whether it pays for seats, by the month, and not for use.
fn is_seat(unit_type: &str) -> bool {
    let unit = plain(unit_type).replace(' ', "");
    unit.starts_with("usermonth") || unit.starts_with("seat")
}

/// Why a row that pays for seats is no record.
const SEAT: &str = "a row for seats of Copilot, which are no use, is left out";

/// Lower case, with words apart by single spaces.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace(['_', '-'], " ")
}

/// The cost centre that pays, else the organisation.
fn workspace(cells: &Cells<'_>) -> Option<Untrusted> {
    text(cells.get("cost_center_name")).or_else(|| text(cells.get("organization")))
}

/// A text field without white space around it; blank when it is absent.
fn field(row: &Object<'_>, name: &str) -> Result<String, &'static str> {
    Ok(row.text(name)?.unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_copilot_and_of_its_seats_are_told_by_name() {
        for (product, sku) in [
            ("copilot", "copilot_ai_credit"),
            ("Copilot", "Copilot AI Credits"),
            ("spark", "spark_premium_request"),
        ] {
            assert!(is_copilot(product, sku), "{product} {sku}");
        }
        assert!(!is_copilot("actions", "actions_linux"));
        assert!(is_seat("user-months") && is_seat("UserMonths"));
        assert!(!is_seat("ai-credits"));
    }

    #[test]
    fn use_without_a_login_is_the_organisations() {
        let mut one = draft(1);
        set_account(&mut one, " ", "example-org");
        assert_eq!(one.facets.account.kind, AccountKind::Organization);
        assert_eq!(one.facets.account.key(), None);
        assert!(one.flags.contains(Flag::OrgLevel));
        set_account(&mut one, "AdaOkafor-ex", "example-org");
        assert_eq!(one.facets.account.key().unwrap(), b"login:adaokafor-ex");
    }
}
