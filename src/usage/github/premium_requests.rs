//! The premium request reports of GitHub, from before Copilot was billed in credits: one
//! row a person, day and model, and until December 2025 one row a request. No tokens.
//!
//! Columns as in docs.github.com, billing reports.

use super::{credits, day, set_account, set_model, workspace};
use crate::usage::dates;
use crate::usage::framing::{Sample, Source};
use crate::usage::record::{Draft, Granularity, Period, record_id, text};
use crate::usage::rows::{Cells, Sums, each_row};
use crate::usage::{Context, Format, Parsed};

/// The CSV of both ages.
pub static FORMAT: Format = Format {
    name: "github.copilot.premium_requests",
    tier: 2,
    about: "GitHub → Billing → premium request usage report (CSV), until May 2026",
    recognizes,
    parse,
};

const LEGACY: [&str; 3] = ["timestamp", "requests used", "exceeds monthly quota"];

fn recognizes(sample: Sample<'_>) -> bool {
    let matches = |names: &[&str]| sample.has_columns(names);
    matches(&LEGACY)
        || (matches(&["exceeds_quota", "username"]) && !matches(&["aic_quantity"]))
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    let mut sums = Sums::default();
    each_row(source, parsed, |cells, parsed| {
        let is_legacy = cells.head.has(&LEGACY);
        let draft = if is_legacy { read_request } else { read_day };
        sums.push(parsed, draft(cells, context)?);
        Ok(None)
    });
}

/// A row of a person's day.
fn read_day(cells: &Cells<'_>, context: &Context<'_>) -> Result<Draft, &'static str> {
    let day = day(cells.get("date"), &context.bounds)?;
    let mut draft = super::draft(cells.row.line);
    draft.period = Some(Period::of_day(day));
    set_account(&mut draft, cells.get("username"), cells.get("organization"));
    set_model(&mut draft, cells.get("model"));
    draft.facets.repo = text(cells.get("repository"));
    draft.facets.workspace = workspace(cells);
    draft.credits = credits(cells.get("unit_type"), cells.nanos("quantity")?);
    draft.cost.list = cells.dollars("gross_amount")?;
    draft.cost.billed = cells.dollars("net_amount")?;
    // The rows within the quota and those beyond it are apart.
    let parts = [
        day.0.to_string(),
        cells.get("username").to_lowercase(),
        cells.get("sku").to_lowercase(),
        cells.get("model").to_owned(),
        cells.get("exceeds_quota").to_lowercase(),
        cells.get("organization").to_lowercase(),
        cells.get("repository").to_lowercase(),
        cells.get("cost_center_name").to_owned(),
    ];
    draft.record_id = record_id(FORMAT.name, &parts.each_ref().map(String::as_str));
    Ok(draft)
}

/// A row of one request, which may count as a fraction of one, or as several.
fn read_request(cells: &Cells<'_>, context: &Context<'_>) -> Result<Draft, &'static str> {
    let moment = context.bounds.moment_utc(cells.get("timestamp"))?;
    let mut draft = super::draft(cells.row.line);
    draft.period = Some(dates::event(moment));
    draft.facets.granularity = Granularity::Event;
    set_account(&mut draft, cells.get("user"), "");
    set_model(&mut draft, cells.get("model"));
    draft.credits = credits("requests", cells.nanos("requests used")?);
    let parts = [
        moment.millis.to_string(),
        cells.get("user").to_lowercase(),
        cells.get("model").to_owned(),
    ];
    draft.record_id = record_id(FORMAT.name, &parts.each_ref().map(String::as_str));
    Ok(draft)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::tests::read_as;

    #[test]
    fn fractions_of_requests_are_kept_and_a_quota_may_be_a_word() {
        let export = read_as(
            &FORMAT,
            "date,username,model,quantity,unit_type,gross_amount,net_amount,exceeds_quota,total_monthly_quota\n\
             2026-04-14,a,m,0.33,requests,0.0132,0.0132,True,Unlimited\n\
             2026-04-14,a,m,0.33,requests,0.0132,0,False,Unlimited\n",
        );
        assert_eq!((export.records.len(), export.n_rejected), (2, 0));
        let credits = export.records[0].credits().unwrap();
        assert_eq!(credits.nanos, 330_000_000);
        assert_eq!(credits.unit.bytes(), super::super::PREMIUM_REQUEST.as_bytes());
        assert_eq!(export.records[0].requests(), None);
    }

    #[test]
    fn two_requests_of_one_second_are_two() {
        let row = "2025-08-14T10:31:02Z,A-ex,claude-sonnet-4,1.00,FALSE,300\n";
        let head = "Timestamp,User,Model,Requests Used,Exceeds Monthly Quota,Total Monthly Quota\n";
        let export = read_as(&FORMAT, &format!("{head}{row}{row}"));
        assert_eq!(export.records.len(), 1);
        assert_eq!(export.records[0].credits().unwrap().nanos, 2_000_000_000);
    }
}
