//! Copilot's usage metrics by person: one row a person and day, in reports of one day and
//! of 28 days.
//!
//! Fields as in docs.github.com, copilot-usage-metrics, example schema; all are optional.
//! Tokens are given for the command line alone. Credits are of all use, and are not the
//! bill. The breakdowns in a row (`totals_by_…`) tell its sums again and are not read.

use super::{AI_CREDIT, field};
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{
    Account, AccountKind, Activity, Credits, Draft, Period, lower, record_id, text,
};
use crate::usage::rows::each_value;
use crate::usage::{Context, Format, Parsed};

/// Reports of one day.
pub static DAY: Format = Format {
    name: "github.copilot.users_1_day",
    tier: 1,
    about: "Copilot metrics, users-1-day: the NDJSON behind the download links",
    recognizes: |sample| is_users(sample, false),
    parse: |source, context, parsed| parse(DAY.name, source, context, parsed),
};

/// Reports of the last 28 days, in rows of one day as well.
pub static DAYS_28: Format = Format {
    name: "github.copilot.users_28_day",
    tier: 1,
    about: "Copilot metrics, users-28-day: the NDJSON behind the download links",
    recognizes: |sample| is_users(sample, true),
    parse: |source, context, parsed| parse(DAYS_28.name, source, context, parsed),
};

fn is_users(sample: Sample<'_>, of_28_days: bool) -> bool {
    const COUNTERS: [&str; 4] = [
        "ai_credits_used",
        "loc_suggested_to_add_sum",
        "user_initiated_interaction_count",
        "totals_by_ide",
    ];
    sample.any_object(|row| {
        row.has("user_login")
            && row.has("day")
            && COUNTERS.iter().any(|name| row.has(name))
            && row.has("report_start_day") == of_28_days
    })
}

fn parse(
    name: &'static str,
    source: &mut Source<'_>,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) {
    each_value(source, parsed, |row, position, parsed| {
        let draft = read_row(name, row, position, context)?;
        parsed.push(position, Ok(draft));
        Ok(())
    });
}

fn read_row(
    name: &'static str,
    row: &Object<'_>,
    position: u64,
    context: &Context<'_>,
) -> Result<Draft, &'static str> {
    let day = context.bounds.day(&row.text("day")?.ok_or("a row without day")?)?;
    let (login, user_id) = (field(row, "user_login")?, field(row, "user_id")?);
    if login.is_empty() && user_id.is_empty() {
        return Err("a row without a person");
    }
    let mut draft = super::draft(position);
    draft.period = Some(Period::of_day(day));
    draft.facets.account = Account {
        kind: AccountKind::User,
        login: lower(&login),
        account_id: text(&user_id),
        ..Account::default()
    };
    let cli = row.object("totals_by_cli")?.unwrap_or_default();
    let tokens = cli.object("token_usage")?.unwrap_or_default();
    draft.tokens.input_unsplit = tokens.count("prompt_tokens_sum")?;
    draft.tokens.output = tokens.count("output_tokens_sum")?;
    // A credit is a cent.
    draft.cost.list = row.cents("ai_credits_used")?;
    let unit = Untrusted::from(AI_CREDIT);
    draft.credits = row.nanos("ai_credits_used")?.map(|nanos| Credits { nanos, unit });
    draft.activity = read_activity(row, &cli)?;
    let organization = field(row, "organization_id")?;
    let whole =
        if organization.is_empty() { field(row, "enterprise_id")? } else { organization };
    let who = if user_id.is_empty() { login.to_lowercase() } else { user_id };
    draft.record_id = record_id(name, &[&day.0.to_string(), &who, &whole]);
    Ok(draft)
}

fn read_activity(row: &Object<'_>, cli: &Object<'_>) -> Result<Activity, &'static str> {
    Ok(Activity {
        sessions: cli.count("session_count")?,
        prompts: row.count("user_initiated_interaction_count")?,
        lines_suggested: row.count("loc_suggested_to_add_sum")?,
        lines_added: row.count("loc_added_sum")?,
        lines_removed: row.count("loc_deleted_sum")?,
        accepts: row.count("code_acceptance_activity_count")?,
        ..Activity::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::tests::read_as;

    #[test]
    fn a_day_without_activity_still_has_its_credits() {
        let row = r#"{"day":"2026-10-05","user_id":2,"user_login":"M-ex","loc_added_sum":0,"ai_credits_used":912.5}"#;
        let export = read_as(&DAY, row);
        let record = &export.records[0];
        assert_eq!(record.cost().list.unwrap().to_string(), "9.125");
        assert_eq!(record.cost().billed, None);
        assert_eq!(record.credits().unwrap().nanos, 912_500_000_000);
        assert_eq!(record.tokens().total(), None);
        assert_eq!(record.facets.account.key().unwrap(), b"login:m-ex");
    }

    #[test]
    fn overlapping_reports_give_a_day_of_a_person_one_id() {
        let row = |start: &str| {
            format!(
                r#"{{"day":"2026-10-05","user_id":2,"user_login":"a","organization_id":7,"report_start_day":"{start}"}}"#
            )
        };
        let ids = ["2026-09-08", "2026-09-09"]
            .map(|start| read_as(&DAYS_28, &row(start)).records[0].record_id);
        assert_eq!(ids[0], ids[1]);
    }

    #[test]
    fn breakdowns_are_not_added_to_what_they_break_down() {
        let row = r#"{"day":"2026-10-05","user_id":2,"loc_added_sum":5,"totals_by_ide":[{"loc_added_sum":5}],"totals_by_feature":[{"loc_added_sum":5}]}"#;
        let export = read_as(&DAY, row);
        assert_eq!(export.records[0].activity().lines_added, Some(5));
    }

    #[test]
    fn a_row_without_a_person_is_no_record() {
        assert_eq!(
            read_as(&DAY, r#"{"day":"2026-10-05","loc_added_sum":5}"#).n_rejected,
            1
        );
    }
}
