//! Usage for billing of GitHub's REST API: sums by product and model over a day, a month
//! or a year, of one person where the question named one, else of the whole account.
//!
//! Fields as in docs.github.com, rest/billing/usage: `ai_credit/usage`,
//! `premium_request/usage` and `usage/summary`.

use super::{SEAT, credits, field, is_copilot, is_seat, set_account, set_model};
use crate::problem::GapKind;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Draft, Granularity, Period, record_id, text};
use crate::usage::rows::{PageRow, Pages, each_page_row};
use crate::usage::{Context, Format, Parsed};

/// One answer of the API, or several.
pub static FORMAT: Format = Format {
    name: "github.billing.usage_items",
    tier: 2,
    about: "GitHub REST API, settings/billing/…/usage: usageItems of one time period",
    recognizes,
    parse,
};

const PAGES: Pages = Pages { arrays: &["usageItems"], bare_rows: false };

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(|page| page.has("usageItems") && page.has("timePeriod"))
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_page_row(source, parsed, PAGES, |row, parsed| {
        let (product, sku) = (field(row.row, "product")?, field(row.row, "sku")?);
        if !is_copilot(&product, &sku) {
            return Ok(());
        }
        if is_seat(&field(row.row, "unitType")?) {
            parsed.remark(GapKind::UsageRecord, row.position, SEAT);
            return Ok(());
        }
        let draft = read_row(row, context)?;
        parsed.push(row.position, Ok(draft));
        Ok(())
    });
}

fn read_row(row: PageRow<'_>, context: &Context<'_>) -> Result<Draft, &'static str> {
    let PageRow { page, row, position } = row;
    let (period, granularity) = read_period(page, context)?;
    let (user, model) = (field(page, "user")?, field(row, "model")?);
    let organization = owner_of(page)?;
    let mut draft = super::draft(position);
    draft.period = Some(period);
    draft.facets.granularity = granularity;
    set_account(&mut draft, &user, &organization);
    set_model(&mut draft, &model);
    let repository = field(page, "repository")?;
    let cost_center = field(page, "costCenterId")?;
    draft.facets.repo = text(&repository);
    draft.facets.workspace = text(&organization);
    draft.credits = credits(&field(row, "unitType")?, row.nanos("grossQuantity")?);
    draft.cost.list = row.dollars("grossAmount")?;
    draft.cost.billed = row.dollars("netAmount")?;
    let parts = [
        period.start.0.to_string(),
        period.end.0.to_string(),
        organization.to_lowercase(),
        user.to_lowercase(),
        repository,
        cost_center,
        field(row, "sku")?.to_lowercase(),
        field(row, "unitType")?.to_lowercase(),
        model,
    ];
    draft.record_id = record_id(FORMAT.name, &parts.each_ref().map(String::as_str));
    Ok(draft)
}

/// Whose bill it is: an organisation's, an enterprise's, or of neither.
fn owner_of(page: &Object<'_>) -> Result<String, &'static str> {
    let organization = field(page, "organization")?;
    if organization.is_empty() { field(page, "enterprise") } else { Ok(organization) }
}

/// The day, the month or the year that was asked for.
fn read_period(
    page: &Object<'_>,
    context: &Context<'_>,
) -> Result<(Period, Granularity), &'static str> {
    let told = page.object("timePeriod")?.ok_or("a sum without its period")?;
    let number = |name| told.count(name);
    let year = number("year")?.ok_or("a sum without its year")?;
    match (number("month")?, number("day")?) {
        (Some(month), Some(day)) => {
            context.bounds.day_or_month(&format!("{year:04}-{month:02}-{day:02}"))
        }
        (Some(month), None) => {
            context.bounds.day_or_month(&format!("{year:04}-{month:02}"))
        }
        (None, None) => {
            let next = year.saturating_add(1);
            context.bounds.range(&format!("{year:04}-01-01"), &format!("{next:04}-01-01"))
        }
        (None, Some(_)) => Err("a day without its month"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::record::{AccountKind, Flag};
    use crate::usage::{Export, UsageRecord};

    fn read(page: &str) -> Export {
        let item = r#"{"product":"Copilot","sku":"Copilot AI Credits","model":"m","unitType":"ai-credits","grossQuantity":2.5,"grossAmount":0.025,"netAmount":0}"#;
        let text = format!(r#"{{{page},"usageItems":[{item}]}}"#);
        crate::usage::tests::read_as(&FORMAT, &text)
    }

    fn one(page: &str) -> UsageRecord {
        read(page).records.remove(0)
    }

    #[test]
    fn only_an_answer_for_one_person_is_a_persons() {
        let time = r#""timePeriod":{"year":2026,"month":10}"#;
        let all = one(&format!(r#"{time},"organization":"example-org""#));
        assert_eq!(all.facets.account.kind, AccountKind::Organization);
        assert!(all.flags.contains(Flag::OrgLevel));
        let person = one(&format!(r#"{time},"user":"Ada-ex""#));
        assert_eq!(person.facets.account.key().unwrap(), b"login:ada-ex");
        assert_ne!(all.record_id, person.record_id);
    }

    #[test]
    fn the_period_is_the_day_the_month_or_the_year_that_was_asked_for() {
        let grain = |time: &str| {
            let export = read(&format!(r#""timePeriod":{{{time}}}"#));
            export.records.first().map(|record| record.facets.granularity)
        };
        assert_eq!(grain(r#""year":2026,"month":10,"day":5"#), Some(Granularity::Day));
        assert_eq!(grain(r#""year":2026,"month":10"#), Some(Granularity::Month));
        assert_eq!(grain(r#""year":2026"#), Some(Granularity::Range));
        assert_eq!(grain(r#""year":2026,"month":13"#), None);
        assert_eq!(grain(r#""year":2026,"day":5"#), None);
    }
}
