//! What members of a team did on a day, of Cursor's Admin API: no tokens, no money.
//!
//! Fields as documented at cursor.com, `teams/daily-usage-data`. Members who did nothing
//! have rows of zeros, which are no records.

use crate::units::UtcDay;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Activity, Draft, Granularity, Period, record_id, total};
use crate::usage::rows::{Pages, each_page_row};
use crate::usage::{Context, Format, Parsed};

/// Pages of the API.
pub static FORMAT: Format = Format {
    name: "cursor.daily_usage",
    tier: 2,
    about: "Cursor Admin API, teams/daily-usage-data: activity by member and day",
    recognizes,
    parse,
};

const PAGES: Pages = Pages { arrays: &["data"], bare_rows: false };

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_row("data", |row| {
        row.has("acceptedLinesAdded") && row.has("composerRequests")
    })
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_page_row(source, parsed, PAGES, |row, parsed| {
        let draft = read_row(row.row, row.position, context)?;
        let activity = draft.activity;
        let counts = [
            draft.requests,
            activity.prompts,
            activity.accepts,
            activity.rejects,
            activity.lines_suggested,
            activity.lines_added,
            activity.lines_removed,
        ];
        if total(&counts) != Some(0) {
            parsed.push(row.position, Ok(draft));
        }
        Ok(())
    });
}

fn read_row(
    row: &Object<'_>,
    position: u64,
    context: &Context<'_>,
) -> Result<Draft, &'static str> {
    let email = row.text("email")?.unwrap_or_default();
    let user_id = row.text("userId")?.unwrap_or_default();
    if email.trim().is_empty() && user_id.is_empty() {
        return Err("a member without address and number");
    }
    let day = read_day(row, context)?;
    let mut draft = super::draft(position);
    draft.period = Some(Period::of_day(day));
    draft.facets.granularity = Granularity::Day;
    draft.facets.account = super::member(&email, &user_id);
    draft.requests =
        sum(row, &["subscriptionIncludedReqs", "usageBasedReqs", "apiKeyReqs"])?;
    draft.activity = Activity {
        prompts: sum(
            row,
            &["composerRequests", "chatRequests", "agentRequests", "cmdkUsages"],
        )?,
        lines_suggested: row.count("totalLinesAdded")?,
        lines_added: row.count("acceptedLinesAdded")?,
        lines_removed: row.count("acceptedLinesDeleted")?,
        accepts: sum(row, &["totalAccepts", "totalTabsAccepted"])?,
        rejects: row.count("totalRejects")?,
        ..Activity::default()
    };
    let who = if email.trim().is_empty() { user_id } else { email.trim().to_lowercase() };
    draft.record_id = record_id(FORMAT.name, &[&day.0.to_string(), &who]);
    Ok(draft)
}

/// The day by its name, or by the milliseconds of its midnight.
fn read_day(row: &Object<'_>, context: &Context<'_>) -> Result<UtcDay, &'static str> {
    if let Some(day) = row.text("day")? {
        return context.bounds.day(&day);
    }
    let midnight = row.text("date")?.ok_or("a row without date")?;
    Ok(crate::usage::dates::event(context.bounds.epoch(&midnight)?).start.day())
}

fn sum(row: &Object<'_>, names: &[&str]) -> Result<Option<u64>, &'static str> {
    let counts: Result<Vec<_>, _> = names.iter().map(|name| row.count(name)).collect();
    Ok(total(&counts?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(row: &str) -> crate::usage::Export {
        let page = format!(
            r#"{{"data":[{{"email":"ada.okafor@example.com","acceptedLinesAdded":0,"composerRequests":0,{row}}}]}}"#
        );
        crate::usage::tests::read_as(&FORMAT, &page)
    }

    #[test]
    fn a_member_who_did_nothing_is_no_record_and_no_fault() {
        let export = read(r#""day":"2026-10-05","usageBasedReqs":0"#);
        assert_eq!((export.records.len(), export.n_rejected), (0, 0));
    }

    #[test]
    fn the_day_and_the_milliseconds_of_its_midnight_mean_the_same() {
        let day = read(r#""day":"2026-10-05","usageBasedReqs":1"#);
        let millis = read(r#""date":1791158400000,"usageBasedReqs":1"#);
        assert_eq!(day.records[0].record_id, millis.records[0].record_id);
        assert_eq!(day.records[0].period, millis.records[0].period);
    }

    #[test]
    fn requests_are_counted_by_who_pays_and_prompts_by_how_they_were_asked() {
        let export = read(
            r#""day":"2026-10-05","usageBasedReqs":9,"subscriptionIncludedReqs":22,"chatRequests":4"#,
        );
        let record = &export.records[0];
        assert_eq!((record.requests(), record.activity().prompts), (Some(31), Some(4)));
        assert_eq!(record.tokens().total(), None);
    }
}
