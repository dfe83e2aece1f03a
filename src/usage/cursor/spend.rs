//! Spending of a team in the current billing cycle, of Cursor's Admin API.
//!
//! Fields as documented at cursor.com, `teams/spend`. It tells when the cycle began and
//! not when the file was made: the end is the user's word, or the time of the file.

use crate::units::Timestamp;
use crate::usage::dates::Moment;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Draft, Flag, Granularity, Period, record_id, text};
use crate::usage::rows::{PageRow, Pages, each_page_row};
use crate::usage::{Context, Format, Parsed};

/// Pages of the API.
pub static FORMAT: Format = Format {
    name: "cursor.spend",
    tier: 2,
    about: "Cursor Admin API, teams/spend: spending of the current cycle by member",
    recognizes,
    parse,
};

const PAGES: Pages = Pages { arrays: &["teamMemberSpend"], bare_rows: false };

/// No cycle is longer than the longest month.
const LONGEST_CYCLE: i64 = 31 * 86_400;

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(|page| page.has("teamMemberSpend"))
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_page_row(source, parsed, PAGES, |row, parsed| {
        let draft = read_row(row, context)?;
        parsed.push(row.position, Ok(draft));
        Ok(())
    });
}

fn read_row(row: PageRow<'_>, context: &Context<'_>) -> Result<Draft, &'static str> {
    let start =
        row.page.text("subscriptionCycleStart")?.ok_or("a cycle without start")?;
    let start = context.bounds.epoch(&start)?;
    let PageRow { row, position, .. } = row;
    let email = row.text("email")?.unwrap_or_default();
    let user_id = row.text("userId")?.unwrap_or_default();
    if email.trim().is_empty() && user_id.is_empty() {
        return Err("a member without address and number");
    }
    let mut draft = super::draft(position);
    draft.period = Some(cycle(start, context)?);
    draft.facets.granularity = Granularity::Range;
    draft.facets.account = super::member(&email, &user_id);
    draft.facets.account.display_name = row.text("name")?.as_deref().and_then(text);
    draft.cost.billed = row.cents("spendCents")?;
    draft.cost.list = read_value(row)?;
    // A cycle that goes on.
    draft.flags.insert(Flag::Provisional);
    let start = start.millis.to_string();
    let who = if email.trim().is_empty() { user_id } else { email.trim().to_lowercase() };
    draft.record_id = record_id(FORMAT.name, &[&start, &who]);
    Ok(draft)
}

/// What was spent on demand and out of the plan together.
fn read_value(row: &Object<'_>) -> Result<Option<crate::units::Usd>, &'static str> {
    if let Some(overall) = row.cents("overallSpendCents")? {
        return Ok(Some(overall));
    }
    let on_demand = row.cents("spendCents")?;
    let included = row.cents("includedSpendCents")?;
    Ok(included.map(|included| on_demand.unwrap_or_default() + included))
}

/// From the start of the cycle to the time of the file.
fn cycle(start: Moment, context: &Context<'_>) -> Result<Period, &'static str> {
    let start = Timestamp(start.millis.div_euclid(1_000));
    let longest = Timestamp(start.0 + LONGEST_CYCLE);
    let told = context.period.map(|period| period.end);
    let end = told.or(context.modified).ok_or(
        "a cycle that does not say when it was asked for: give --period FROM..TO",
    )?;
    if end <= start {
        return Err("a cycle that begins after the file was made");
    }
    Ok(Period { start, end: end.min(longest) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::tests::read_with;

    const START: i64 = 1_790_812_800;

    fn page(member: &str) -> String {
        format!(
            r#"{{"teamMemberSpend":[{{"email":"ada.okafor@example.com",{member}}}],"subscriptionCycleStart":{START}000}}"#
        )
    }

    fn at(modified: i64) -> Context<'static> {
        Context { modified: Some(Timestamp(modified)), ..Context::default() }
    }

    #[test]
    fn on_demand_is_the_bill_and_with_the_plan_it_is_the_value() {
        let export = read_with(
            &FORMAT,
            &page(r#""spendCents":1860,"overallSpendCents":5860"#),
            &at(START + 9),
        );
        let cost = export.records[0].cost();
        assert_eq!(cost.billed.unwrap().to_string(), "18.60");
        assert_eq!(cost.list.unwrap().to_string(), "58.60");
    }

    #[test]
    fn a_cycle_ends_when_the_file_was_made_and_is_no_longer_than_a_month() {
        let ends = |modified| {
            let export = read_with(&FORMAT, &page(r#""spendCents":1"#), &at(modified));
            export.records.first().and_then(|r| r.period).map(|p| p.end.0 - START)
        };
        assert_eq!(ends(START + 9), Some(9));
        assert_eq!(ends(START + 99 * 86_400), Some(LONGEST_CYCLE));
        assert_eq!(ends(START), None);
        let unknown = read_with(&FORMAT, &page(r#""spendCents":1"#), &Context::default());
        assert_eq!(unknown.n_rejected, 1);
    }

    #[test]
    fn the_same_cycle_asked_for_later_is_the_same_record() {
        let id = |modified| {
            read_with(&FORMAT, &page(r#""spendCents":1"#), &at(modified)).records[0]
                .record_id
        };
        assert_eq!(id(START + 9), id(START + 99));
    }
}
