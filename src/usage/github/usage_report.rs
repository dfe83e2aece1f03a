//! The summarised and the detailed usage report of GitHub's billing pages, for all that
//! GitHub sells: only the rows of Copilot's use are records. No tokens, no model.
//!
//! Columns as in docs.github.com, billing reports.

use super::{SEAT, credits, day, is_copilot, is_seat, set_account, workspace};
use crate::problem::GapKind;
use crate::usage::framing::{Sample, Source};
use crate::usage::record::{Draft, Period, record_id, text};
use crate::usage::rows::{Cells, Sums, each_row};
use crate::usage::{Context, Format, Parsed};

/// The CSV, with people or without.
pub static FORMAT: Format = Format {
    name: "github.billing.usage_report",
    tier: 3,
    about: "GitHub → Billing → usage report (CSV): its rows of Copilot",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    sample.has_columns(&["date", "sku", "applied_cost_per_quantity"])
        && !sample.has_columns(&["model"])
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    let mut sums = Sums::default();
    each_row(source, parsed, |cells, parsed| {
        if !is_copilot(cells.get("product"), cells.get("sku")) {
            return Ok(None);
        }
        if is_seat(cells.get("unit_type")) {
            parsed.remark(GapKind::UsageRecord, cells.row.line, SEAT);
            return Ok(None);
        }
        sums.push(parsed, read_row(cells, context)?);
        Ok(None)
    });
}

fn read_row(cells: &Cells<'_>, context: &Context<'_>) -> Result<Draft, &'static str> {
    let day = day(cells.get("date"), &context.bounds)?;
    let mut draft = super::draft(cells.row.line);
    draft.period = Some(Period::of_day(day));
    set_account(&mut draft, cells.get("username"), cells.get("organization"));
    draft.facets.repo = text(cells.get("repository"));
    draft.facets.workspace = workspace(cells);
    draft.credits = credits(cells.get("unit_type"), cells.nanos("quantity")?);
    draft.cost.list = cells.dollars("gross_amount")?;
    draft.cost.billed = cells.dollars("net_amount")?;
    let names = ["username", "sku", "organization", "repository", "workflow_path"];
    let mut parts = vec![day.0.to_string()];
    parts.extend(names.map(|name| cells.get(name).to_lowercase()));
    parts.push(cells.get("cost_center_name").to_owned());
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    draft.record_id = record_id(FORMAT.name, &parts);
    Ok(draft)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_copilots_use_is_read_and_its_seats_are_left_out_and_said_so() {
        let export = crate::usage::tests::read_as(
            &FORMAT,
            "date,product,sku,quantity,unit_type,applied_cost_per_quantity,gross_amount,net_amount,organization\n\
             2026-10-05,actions,actions_linux,44,Minutes,0.008,0.352,0,example-org\n\
             2026-10-05,copilot,copilot_for_business,1,user-months,19,19,19,example-org\n\
             10/5/26,Copilot,copilot_ai_credit,2,ai-credits,0.01,0.02,0.02,example-org\n",
        );
        assert_eq!((export.records.len(), export.n_rejected), (1, 0));
        assert_eq!(export.cost().billed.unwrap().to_string(), "0.02");
        assert_eq!(export.gaps.list()[0].why, SEAT);
        assert_eq!(export.records[0].facets.tool, None);
    }
}
