//! The `amount` CSV of DeepSeek's platform: one row a day, key, model and type of amount.
//!
//! Columns as in published exports. Each row is a record with one class of tokens, or
//! with the number of requests.

use super::key;
use crate::untrusted::Untrusted;
use crate::usage::framing::Source;
use crate::usage::record::{Draft, record_id, text};
use crate::usage::rows::{Cells, each_row};
use crate::usage::{Context, Format, Parsed};

/// The file of amounts in the archive; that of costs may be in another currency.
pub static FORMAT: Format = Format {
    name: "deepseek.amount",
    tier: 3,
    about: "DeepSeek platform → Usage → Export: amount-*.csv",
    recognizes: |sample| {
        sample.has_columns(&["type", "price", "amount", "start_time_iso"])
    },
    parse,
};

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_row(source, parsed, |cells, _| read_row(cells, context).map(Some));
}

fn read_row(cells: &Cells<'_>, context: &Context<'_>) -> Result<Draft, &'static str> {
    const KEY: [&str; 7] = [
        "user_id",
        "start_time_iso",
        "end_time_iso",
        "model",
        "api_key_name",
        "api_key",
        "type",
    ];
    let mut draft = Draft::new(cells.row.line);
    let (start, end) = (cells.get("start_time_iso"), cells.get("end_time_iso"));
    let (period, granularity) = context.bounds.range(start, end)?;
    draft.period = Some(period);
    draft.facets.granularity = granularity;
    draft.facets.vendor = Some(Untrusted::from("deepseek"));
    draft.facets.model = text(cells.get("model"));
    draft.facets.account = key(cells.get("api_key_name"), cells.get("api_key"));
    let amount = cells.count("amount")?;
    if amount.is_none() {
        return Err("a row without an amount");
    }
    let place = match cells.get("type") {
        "input_cache_hit_tokens" => &mut draft.tokens.cache_read,
        "input_cache_miss_tokens" => &mut draft.tokens.input,
        "output_tokens" => &mut draft.tokens.output,
        "request_count" => &mut draft.requests,
        _ => return Err("a type of amount that is not known"),
    };
    *place = amount;
    draft.record_id = record_id(FORMAT.name, &KEY.map(|name| cells.get(name)));
    Ok(draft)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_apart_and_unknown_ones_rejected() {
        let text = "user_id,start_time_iso,end_time_iso,model,api_key_name,api_key,type,price,amount\n\
            u,2026-10-05T00:00:00Z,2026-10-06T00:00:00Z,m,k,,request_count,0,7\n\
            u,2026-10-05T00:00:00Z,2026-10-06T00:00:00Z,m,k,,input_cache_hit_tokens,0,9\n\
            u,2026-10-05T00:00:00Z,2026-10-06T00:00:00Z,m,k,,images,0,9\n";
        let export = crate::usage::tests::read_as(&FORMAT, text);
        assert_eq!(export.n_rejected, 1);
        assert_eq!(export.records[0].requests(), Some(7));
        assert_eq!(export.records[1].tokens().cache_read, Some(9));
        assert_ne!(export.records[0].record_id, export.records[1].record_id);
    }
}
