//! The cost report of the Claude Enterprise Analytics API by person. Amounts are in
//! fractions of a cent: what is billed, and what it would be at list price. With seats
//! only what goes beyond them is billed.

use super::enterprise_user_usage::{PAGES, id_of_row, read_dimensions};
use super::read_cost;
use crate::usage::framing::{Sample, Source};
use crate::usage::rows::each_page_row;
use crate::usage::{Context, Format, Parsed};

/// Pages of `user_cost_report`.
pub static FORMAT: Format = Format {
    name: "anthropic.enterprise_user_cost",
    tier: 1,
    about: "Claude Enterprise Analytics API, user_cost_report, best by bucket_width=1d",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_row("data", |row| row.has("actor") && row.has("list_amount"))
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_page_row(source, parsed, PAGES, |row, parsed| {
        let mut draft = read_dimensions(&row, context)?;
        read_cost(row.row, &mut draft, parsed)?;
        draft.record_id = id_of_row(&FORMAT, &draft, &row)?;
        parsed.push(row.position, Ok(draft));
        Ok(())
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_split_by_kind_of_token_is_several_records() {
        let row = |kind: &str| {
            format!(
                r#"{{"actor":{{"user_id":"u"}},"starting_at":"2026-10-05T00:00:00Z",
                "ending_at":"2026-10-06T00:00:00Z","token_type":"{kind}",
                "amount":"41280.000000","list_amount":"41280.5","requests":null}}"#
            )
        };
        let page = format!(r#"{{"data":[{},{}]}}"#, row("a"), row("b"));
        let export = crate::usage::tests::read_as(&FORMAT, &page);
        assert_eq!(export.records[0].cost().billed.unwrap().to_string(), "412.80");
        assert_eq!(export.records[0].requests(), None);
        assert_ne!(export.records[0].record_id, export.records[1].record_id);
    }
}
