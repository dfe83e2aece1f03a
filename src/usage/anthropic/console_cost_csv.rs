//! The cost CSV of the Claude Console: dollars by day, key and kind of token. It has no
//! tokens, as the usage CSV has no dollars.

use super::{columns, draft_of, id_of, read_console_key};
use crate::usage::framing::{Sample, Source};
use crate::usage::record::{Draft, Granularity, Period, text};
use crate::usage::rows::{Cells, each_row};
use crate::usage::{Context, Format, Parsed};

/// `claude_api_cost_….csv`.
pub static FORMAT: Format = Format {
    name: "anthropic.console_cost_csv",
    tier: 2,
    about: "Claude Console → Cost → Export (claude_api_cost….csv)",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    sample.has_columns(&["usage_date_utc", "token_type", "cost_usd"])
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_row(source, parsed, |cells, _| read_row(cells, context).map(Some));
}

fn read_row(cells: &Cells<'_>, context: &Context<'_>) -> Result<Draft, &'static str> {
    let day = context.bounds.day(cells.get("usage_date_utc"))?;
    let mut draft = draft_of(cells.row.line, (Period::of_day(day), Granularity::Day));
    read_console_key(cells, &mut draft);
    draft.facets.model = text(cells.get("model"));
    draft.cost.billed = cells.dollars("cost_usd")?;
    draft.cost.list = cells.dollars("list_price_usd")?;
    if draft.cost.is_unknown() {
        return Err("a row without an amount");
    }
    let names = [
        "model",
        "workspace",
        "api_key",
        "api_key_id",
        "usage_type",
        "context_window",
        "token_type",
        "cost_type",
        "inference_geo",
        "speed",
    ];
    draft.record_id = id_of(&FORMAT, &draft, &columns(cells, &names));
    Ok(draft)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_are_no_amount() {
        let text = "usage_date_utc,model,api_key,token_type,cost_usd,list_price_usd\n\
            2026-10-05,Claude Opus 4.5,k,output,1.5,--\n";
        let cost = crate::usage::tests::read_as(&FORMAT, text).records[0].cost();
        assert_eq!((cost.billed.unwrap().to_string(), cost.list), ("1.50".into(), None));
    }
}
