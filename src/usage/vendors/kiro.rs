//! The daily user report of Kiro: credits and messages by person, day and client.
//!
//! Columns as in kiro.dev's documentation and `apache/devlake`. The price of a credit is
//! the plan's, so that no money is reckoned.

use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::record::{
    Account, AccountKind, Activity, Credits, Draft, Flag, Granularity, Period, record_id,
    text,
};
use crate::usage::rows::{Cells, each_row};
use crate::usage::{Context, Format, Parsed};

/// The CSV that AWS writes to a bucket every day.
pub static FORMAT: Format = Format {
    name: "kiro.user_report",
    tier: 2,
    about: "Kiro user report (CSV in S3): credits by user and day",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    sample.has_columns(&["userid", "client_type", "credits_used"])
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_row(source, parsed, |cells, _| read_row(cells, context).map(Some));
}

fn read_row(cells: &Cells<'_>, context: &Context<'_>) -> Result<Draft, &'static str> {
    let day = context.bounds.us_day(cells.get("date"))?;
    let user = identity_center_id(cells.get("userid"));
    if user.is_empty() {
        return Err("a row without user");
    }
    let mut draft = super::draft(cells.row.line, "aws", "kiro");
    draft.period = Some(Period::of_day(day));
    draft.facets.granularity = Granularity::Day;
    draft.facets.account =
        Account { kind: AccountKind::User, account_id: text(user), ..Account::default() };
    let client = cells.get("client_type").to_uppercase();
    draft.facets.surface = text(match client.as_str() {
        "KIRO_CLI" => "cli",
        "KIRO_IDE" | "PLUGIN" => "ide",
        _ => "other",
    });
    draft.facets.model = only_model(cells)?;
    let is_auto = draft.facets.model.as_ref().is_some_and(|m| m.bytes() == b"auto");
    draft.flags.insert_if(is_auto, Flag::AutoModel);
    let unit = Untrusted::from("kiro_credit");
    draft.credits = cells.nanos("credits_used")?.map(|nanos| Credits { nanos, unit });
    draft.activity = Activity {
        sessions: cells.count("chat_conversations")?,
        prompts: cells.count("total_messages")?,
        ..Activity::default()
    };
    let parts = [
        day.0.to_string(),
        user.to_owned(),
        client,
        cells.get("subscription_tier").to_uppercase(),
        cells.get("profileid").to_owned(),
    ];
    draft.record_id = record_id(FORMAT.name, &parts.each_ref().map(String::as_str));
    Ok(draft)
}

/// The id of a person, with or without the directory `d-xxxxxxxxxx.` before it.
pub(super) fn identity_center_id(user: &str) -> &str {
    let user = user.trim();
    match user.split_once('.') {
        Some((directory, id)) if directory.starts_with("d-") => id,
        _ => user,
    }
}

/// The model, where all messages went to one: each has a column of its own.
fn only_model(cells: &Cells<'_>) -> Result<Option<Untrusted>, &'static str> {
    let mut models = Vec::new();
    for name in &cells.head.names {
        let Some(model) = name.strip_suffix("_messages") else { continue };
        if model != "total" && cells.count(name)?.is_some_and(|count| count > 0) {
            models.push(model);
        }
    }
    Ok(match models.as_slice() {
        [model] => text(model),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::UsageRecord;

    fn one(row: &str) -> UsageRecord {
        let head = "UserId,Date,Client_Type,Credits_Used,Total_Messages,auto_messages,opus_messages";
        let text = format!("{head}\n{row}\n");
        crate::usage::tests::read_as(&FORMAT, &text).records.remove(0)
    }

    #[test]
    fn a_person_is_the_same_with_the_directory_and_without() {
        let long = one("d-1234567890.00-01,2026-10-05,KIRO_CLI,18.75,41,0,41");
        let short = one("00-01,10-05-2026,KIRO_CLI,18.75,41,0,41");
        assert_eq!(long.record_id, short.record_id);
        assert_eq!(long.facets, short.facets);
        assert_eq!(long.credits().unwrap().nanos, 18_750_000_000);
    }

    #[test]
    fn the_model_is_known_where_all_messages_went_to_one() {
        let model = |row| one(row).facets.model.clone();
        assert_eq!(model("u,2026-10-05,KIRO_IDE,1,3,0,3"), Some(Untrusted::from("opus")));
        assert_eq!(model("u,2026-10-05,KIRO_IDE,1,3,2,1"), None);
        let auto = one("u,2026-10-05,KIRO_IDE,1,3,3,");
        assert!(auto.flags.contains(Flag::AutoModel));
    }
}
