//! Copilot's usage metrics of a whole organisation or enterprise, by day: what the tool
//! did, and nothing of tokens, credits, money or people.
//!
//! Fields as in docs.github.com, copilot-usage-metrics. It is context: the sum of what the
//! reports by person show, and of people whom they leave out.

use super::{field, set_account};
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Activity, Draft, Period, record_id};
use crate::usage::rows::{PageRow, Pages, each_page_row};
use crate::usage::{Context, Format, Parsed};

/// Reports of one day or of 28 days.
pub static FORMAT: Format = Format {
    name: "github.copilot.org_report",
    tier: 3,
    about: "Copilot metrics of an organization or enterprise: day_totals, activity only",
    recognizes,
    parse,
};

const PAGES: Pages = Pages { arrays: &["day_totals"], bare_rows: false };

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(|page| page.has("day_totals"))
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_page_row(source, parsed, PAGES, |row, parsed| {
        let draft = read_row(row, context)?;
        parsed.push(row.position, Ok(draft));
        Ok(())
    });
}

fn read_row(row: PageRow<'_>, context: &Context<'_>) -> Result<Draft, &'static str> {
    let PageRow { page, row, position } = row;
    let day = context.bounds.day(&row.text("day")?.ok_or("a row without day")?)?;
    let id = |name| -> Result<String, &'static str> {
        let of_row = field(row, name)?;
        if of_row.is_empty() { field(page, name) } else { Ok(of_row) }
    };
    let (organization, enterprise) = (id("organization_id")?, id("enterprise_id")?);
    let mut draft = super::draft(position);
    draft.period = Some(Period::of_day(day));
    set_account(&mut draft, "", "");
    draft.activity = read_activity(row)?;
    draft.record_id =
        record_id(FORMAT.name, &[&day.0.to_string(), &organization, &enterprise]);
    Ok(draft)
}

fn read_activity(row: &Object<'_>) -> Result<Activity, &'static str> {
    let pulls = row.object("pull_requests")?.unwrap_or_default();
    Ok(Activity {
        prompts: row.count("user_initiated_interaction_count")?,
        lines_suggested: row.count("loc_suggested_to_add_sum")?,
        lines_added: row.count("loc_added_sum")?,
        lines_removed: row.count("loc_deleted_sum")?,
        accepts: row.count("code_acceptance_activity_count")?,
        pull_requests: pulls.count("total_created_by_copilot")?,
        ..Activity::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::record::{AccountKind, Flag};

    #[test]
    fn a_day_of_the_organisation_is_nobodys_and_has_no_tokens() {
        let export = crate::usage::tests::read_as(
            &FORMAT,
            r#"{"enterprise_id":"4242","day_totals":[{"day":"2026-10-05","loc_added_sum":655,"pull_requests":{"total_created":4,"total_created_by_copilot":1}}]}"#,
        );
        let record = &export.records[0];
        assert_eq!(record.facets.account.kind, AccountKind::Organization);
        assert!(record.flags.contains(Flag::OrgLevel));
        assert_eq!(record.activity().pull_requests, Some(1));
        assert_eq!((record.tokens().total(), record.requests()), (None, None));
    }
}
