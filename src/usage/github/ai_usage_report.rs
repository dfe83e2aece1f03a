//! The AI usage report of GitHub's billing pages: one row a person, day and model.
//!
//! Columns as in docs.github.com, billing reports. Copilot is billed in AI credits since
//! June 2026. In the two months before, the same file counted premium requests and
//! previewed the credits in columns of their own. Token columns are disjoint.

use super::{credits, day, set_account, set_model, workspace};
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::record::{Draft, Period, TokenCounts, record_id, text, tool_id};
use crate::usage::rows::{Cells, Sums, each_row};
use crate::usage::{Context, Format, Parsed};

/// The CSV that GitHub sends a link to.
pub static FORMAT: Format = Format {
    name: "github.copilot.ai_usage_report",
    tier: 1,
    about: "GitHub → Billing and licensing → AI usage → Get usage report (CSV)",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    sample.has_columns(&["date", "username", "aic_quantity"])
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    // The file can repeat a key: each row is more of the same.
    let mut sums = Sums::default();
    each_row(source, parsed, |cells, parsed| {
        sums.push(parsed, read_row(cells, context)?);
        Ok(None)
    });
}

fn read_row(cells: &Cells<'_>, context: &Context<'_>) -> Result<Draft, &'static str> {
    let day = day(cells.get("date"), &context.bounds)?;
    let mut draft = super::draft(cells.row.line);
    draft.period = Some(Period::of_day(day));
    set_account(&mut draft, cells.get("username"), cells.get("organization"));
    set_model(&mut draft, cells.get("model"));
    draft.facets.tool = other_tool(cells.get("product"));
    draft.facets.repo = text(cells.get("repository"));
    draft.facets.workspace = workspace(cells);
    draft.tokens = TokenCounts {
        input: cells.count("input")?,
        cache_read: cells.count("cache_read")?,
        cache_write: cells.count("cache_write")?,
        output: cells.count("output")?,
        ..TokenCounts::default()
    };
    read_money(cells, &mut draft)?;
    // Amounts are no part of it: a report made later in the day shows more of the same.
    let parts = [
        day.0.to_string(),
        cells.get("username").to_lowercase(),
        cells.get("product").to_lowercase(),
        cells.get("sku").to_lowercase(),
        cells.get("model").to_owned(),
        cells.get("organization").to_lowercase(),
        cells.get("repository").to_lowercase(),
        cells.get("cost_center_name").to_owned(),
    ];
    draft.record_id = record_id(FORMAT.name, &parts.each_ref().map(String::as_str));
    Ok(draft)
}

/// What else than Copilot is billed in AI credits.
fn other_tool(product: &str) -> Option<Untrusted> {
    tool_id(product).filter(|product| product.bytes() != b"copilot")
}

/// Reads credits and money. Rows that count premium requests preview what they would be
/// in credits, which is what they can be compared by; they were billed as requests.
fn read_money(cells: &Cells<'_>, draft: &mut Draft) -> Result<(), &'static str> {
    let unit = cells.get("unit_type");
    draft.credits = credits(unit, cells.nanos("quantity")?);
    draft.cost.list = cells.dollars("gross_amount")?;
    draft.cost.billed = cells.dollars("net_amount")?;
    let preview = cells.nanos("aic_quantity")?.filter(|nanos| *nanos != 0);
    if preview.is_some() && super::plain(unit) == "requests" {
        draft.credits = credits("ai-credits", preview);
        draft.cost.list = cells.dollars("aic_gross_amount")?.or(draft.cost.list);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Export;
    use crate::usage::record::{AccountKind, Flag};

    const HEADER: &str = "date,username,product,sku,model,quantity,unit_type,gross_amount,net_amount,organization,repository,cost_center_name,aic_quantity,aic_gross_amount,input,output,cache_read,cache_write\n";

    fn read(rows: &str) -> Export {
        crate::usage::tests::read_as(&FORMAT, &format!("{HEADER}{rows}"))
    }

    #[test]
    fn rows_of_one_key_are_added_up_and_not_taken_for_repeats() {
        let row = "6/1/26,Ada-ex,copilot,copilot_ai_credit,m,1.5,ai-credits,0.015,0,o,,,0,0,1,2,3,4\n";
        let export = read(&row.repeat(3));
        assert_eq!(export.records.len(), 1);
        let record = &export.records[0];
        assert_eq!(record.tokens().total(), Some(30));
        assert_eq!(record.credits().unwrap().nanos, 4_500_000_000);
        assert_eq!(record.cost().list.unwrap().to_string(), "0.045");
        assert_eq!(record.position, 2);
    }

    #[test]
    fn credits_are_previewed_only_in_rows_that_count_requests() {
        let export = read(
            "2026-05-01,a,copilot,s,m,2,requests,0.08,0.08,o,,,31,0.31,,,,\n\
             2026-06-02,a,copilot,s,m,2,ai-credits,0.02,0.02,o,,,31,0.31,,,,\n",
        );
        let amounts = |at: usize| {
            let record = &export.records[at];
            let cost = record.cost();
            (
                record.credits().unwrap().nanos / 1_000_000_000,
                cost.list.unwrap().to_string(),
                cost.billed.unwrap().to_string(),
            )
        };
        assert_eq!(amounts(0), (31, "0.31".to_owned(), "0.08".to_owned()));
        assert_eq!(amounts(1), (2, "0.02".to_owned(), "0.02".to_owned()));
        assert_eq!(export.records[0].tokens().total(), None);
    }

    #[test]
    fn use_without_a_person_is_the_organisations_and_a_model_may_be_chosen_for_one() {
        let export = read(
            "2026-10-05,,copilot,s,Code Review model,1,ai-credits,0.01,0,o,o/r,,0,0,,,,\n\
             2026-10-05,A-ex,copilot,s,Auto: Claude Haiku 4.5,1,ai-credits,0.01,0,o,,,0,0,,,,\n",
        );
        let review = &export.records[0];
        assert_eq!(review.facets.account.kind, AccountKind::Organization);
        assert_eq!(review.facets.surface, Some(Untrusted::from("code_review")));
        assert!(export.records[1].flags.contains(Flag::AutoModel));
    }

    #[test]
    fn a_report_made_later_in_the_day_shows_the_same_record_and_more_of_it() {
        let row = |quantity| {
            format!("2026-10-05,a,copilot,s,m,{quantity},ai-credits,1,1,o,,,0,0,,,,\n")
        };
        assert_eq!(
            read(&row(1)).records[0].record_id,
            read(&row(9)).records[0].record_id
        );
    }
}
