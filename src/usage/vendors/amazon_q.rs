//! The daily user activity report of Amazon Q Developer: lines and messages by person. No
//! tokens, no credits.
//!
//! Columns as in the documentation of AWS and in `apache/devlake`.

use super::kiro::identity_center_id;
use crate::usage::framing::{Sample, Source};
use crate::usage::record::{
    Account, AccountKind, Activity, Draft, Granularity, Period, record_id, text, total,
};
use crate::usage::rows::{Cells, each_row};
use crate::usage::{Context, Format, Parsed};

/// The CSV that AWS writes to a bucket every day.
pub static FORMAT: Format = Format {
    name: "amazonq.by_user",
    tier: 2,
    about: "Amazon Q Developer, by_user_analytic (CSV in S3): activity by user and day",
    recognizes,
    parse,
};

/// Lines that were taken over from the tool, feature by feature.
const ADDED: [&str; 7] = [
    "chat_aicodelines",
    "inline_aicodelines",
    "codefix_acceptedlines",
    "dev_acceptedlines",
    "docgeneration_acceptedlineadditions",
    "inlinechat_acceptedlineadditions",
    "testgeneration_acceptedlines",
];

/// Suggestions taken.
const ACCEPTS: [&str; 4] = [
    "inline_acceptancecount",
    "inlinechat_acceptanceeventcount",
    "codefix_acceptanceeventcount",
    "dev_acceptanceeventcount",
];

fn recognizes(sample: Sample<'_>) -> bool {
    sample.has_columns(&["userid", "date", "chat_aicodelines"])
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
    let mut draft = super::draft(cells.row.line, "aws", "amazon_q");
    draft.period = Some(Period::of_day(day));
    draft.facets.granularity = Granularity::Day;
    draft.facets.account =
        Account { kind: AccountKind::User, account_id: text(user), ..Account::default() };
    draft.activity = Activity {
        prompts: cells.count("chat_messagessent")?,
        lines_added: sum(cells, &ADDED)?,
        lines_removed: cells.count("inlinechat_acceptedlinedeletions")?,
        accepts: sum(cells, &ACCEPTS)?,
        rejects: cells.count("inlinechat_rejectioneventcount")?,
        ..Activity::default()
    };
    draft.record_id = record_id(FORMAT.name, &[&day.0.to_string(), user]);
    Ok(draft)
}

fn sum(cells: &Cells<'_>, names: &[&str]) -> Result<Option<u64>, &'static str> {
    let counts: Result<Vec<_>, _> = names.iter().map(|name| cells.count(name)).collect();
    Ok(total(&counts?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_all_features_are_added_up_and_columns_that_are_not_there_are_unknown() {
        let export = crate::usage::tests::read_as(
            &FORMAT,
            "UserId,Date,Chat_AICodeLines,Chat_MessagesSent,Inline_AICodeLines,Inline_AcceptanceCount,Inline_SuggestionsCount\n\
             d-1.u1,10-05-2025,120,9,58,17,61\n",
        );
        let record = &export.records[0];
        let activity = record.activity();
        assert_eq!(
            (activity.lines_added, activity.accepts, activity.prompts),
            (Some(178), Some(17), Some(9))
        );
        assert_eq!((activity.rejects, activity.lines_removed), (None, None));
        assert_eq!(record.facets.account.key().unwrap(), b"account:u1");
    }
}
