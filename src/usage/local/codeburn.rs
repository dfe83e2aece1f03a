//! Exports of codeburn, which adds up the logs of many tools: its records, one call of a
//! model each. Its other tables are sums of these, and are not read.
//!
//! Columns as its code writes them (`getagentseal/codeburn`, `src/export.ts`, 2026-08).
//! Amounts are estimates in the currency it shows; only the JSON says which that is.

use super::set_agent;
use crate::problem::GapKind;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::numbers::{DecimalSign, count, dollars};
use crate::usage::record::{Draft, Flag, TokenCounts, record_id, text};
use crate::usage::rows::{each_row, each_value};
use crate::usage::{Context, Format, Parsed, dates};

/// `records.csv`, or the JSON with its `records`.
pub static FORMAT: Format = Format {
    name: "codeburn.export",
    tier: 3,
    about: "codeburn export: the JSON, or records.csv",
    recognizes,
    parse,
};

const SCHEMA: &str = "codeburn.export.";

/// Tools whose thinking is inside their output; that of all others is beside it.
const THINKING_INSIDE: [&str; 3] = ["claude", "codex", "copilot"];

fn recognizes(sample: Sample<'_>) -> bool {
    let columns =
        ["sessionid", "timestamp", "provider", "inputtokens", "cachereadtokens"];
    let is_export = |value: &Object<'_>| {
        let schema = value.text("schema").ok().flatten();
        schema.is_some_and(|schema| schema.starts_with(SCHEMA))
    };
    sample.has_columns(&columns) || sample.any_object(is_export)
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    match source {
        Source::Table(_) => each_row(source, parsed, |cells, parsed| {
            let field = |name: &str| Ok(cells.get(&name.to_lowercase()).to_owned());
            let row =
                Row { field: &field, sign: cells.head.decimal_sign(), in_usd: false };
            row.read(cells.row.line, context, parsed).map(Some)
        }),
        Source::Values(_) => each_value(source, parsed, |export, _, parsed| {
            read_export(export, context, parsed)
        }),
    }
}

fn read_export(
    export: &Object<'_>,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) -> Result<(), &'static str> {
    if !export.has("records") {
        return Err("an export without records: make it with a later version");
    }
    let currency = export.object("currency")?.unwrap_or_default().text("code")?;
    let in_usd = currency.as_deref() == Some("USD");
    for (position, text) in (1..).zip(export.array("records")?) {
        let draft = Object::record(text.get()).and_then(|record| {
            let field = |name: &str| match record.is_true(name) {
                true => Ok("true".to_owned()),
                false => Ok(record.text(name)?.unwrap_or_default()),
            };
            let sign = DecimalSign::Point;
            Row { field: &field, sign, in_usd }.read(position, context, parsed)
        });
        parsed.push(position, draft);
    }
    Ok(())
}

/// A record, whether of a table or an object.
struct Row<'r> {
    /// A field by its name; empty where there is none.
    field: &'r dyn Fn(&str) -> Result<String, &'static str>,
    sign: DecimalSign,
    in_usd: bool,
}

impl Row<'_> {
    fn count(&self, name: &str) -> Result<Option<u64>, &'static str> {
        count(&(self.field)(name)?, self.sign)
    }

    fn read(
        &self,
        position: u64,
        context: &Context<'_>,
        parsed: &mut Parsed<'_>,
    ) -> Result<Draft, &'static str> {
        let field = self.field;
        let mut draft = Draft::new(position);
        let moment = context.bounds.moment(&field("timestamp")?)?;
        draft.period = Some(dates::event(moment));
        let provider = field("provider")?;
        set_agent(&provider, &mut draft.facets);
        draft.facets.model = text(&field("model")?);
        draft.facets.session_id = text(&field("sessionId")?);
        let project = field("project")?;
        if project.starts_with('/') {
            draft.facets.cwd = text(&project);
        } else {
            draft.facets.workspace = text(&project);
        }
        let is_call = !matches!(field("supplementary")?.as_str(), "true" | "TRUE");
        draft.requests = Some(u64::from(is_call));
        let is_subagent = !field("subagentType")?.trim().is_empty();
        draft.flags.insert_if(is_subagent, Flag::Subagent);
        draft.tokens = self.tokens(&provider)?;
        if draft.tokens.total().is_none() {
            return Err("a record without token counts");
        }
        self.read_cost(&mut draft, parsed)?;
        draft.record_id = self.id(&provider, moment.millis, &draft.tokens)?;
        Ok(draft)
    }

    fn tokens(&self, provider: &str) -> Result<TokenCounts, &'static str> {
        let output = self.count("outputTokens")?;
        let thinking = self.count("reasoningTokens")?;
        let beside = thinking.filter(|_| !THINKING_INSIDE.contains(&provider));
        Ok(TokenCounts {
            input: self.count("inputTokens")?,
            cache_read: self.count("cacheReadTokens")?,
            cache_write: self.count("cacheWriteTokens")?,
            // Each is below 10^15.
            output: [output, beside].into_iter().flatten().reduce(|sum, part| sum + part),
            ..TokenCounts::default()
        })
    }

    fn read_cost(
        &self,
        draft: &mut Draft,
        parsed: &mut Parsed<'_>,
    ) -> Result<(), &'static str> {
        let cost = dollars(&(self.field)("cost")?, self.sign)?;
        if self.in_usd {
            draft.cost.estimated = cost;
        } else if cost.is_some() {
            let why = "an amount whose currency is another than US dollars, or not told, \
                       is left out";
            parsed.remark(GapKind::UsageRecord, draft.position, why);
        }
        Ok(())
    }

    /// Calls have no id: the moment, the session, the model and the tokens are one.
    fn id(
        &self,
        provider: &str,
        millis: i64,
        tokens: &TokenCounts,
    ) -> Result<[u8; 16], &'static str> {
        let counts = [tokens.input, tokens.cache_read, tokens.cache_write, tokens.output];
        let mut parts = vec![(self.field)("sessionId")?, millis.to_string()];
        parts.extend([provider.to_owned(), (self.field)("model")?]);
        parts.extend(counts.map(|c| c.map(|c| c.to_string()).unwrap_or_default()));
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        Ok(record_id(FORMAT.name, &parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Export;

    fn read(currency: &str, provider: &str) -> Export {
        let text = format!(
            r#"{{"schema":"codeburn.export.v2","currency":{{"code":"{currency}"}},
            "summary":[{{"Cost (USD)":9}}],"records":[{{"project":"/home/dev/x",
            "sessionId":"s","timestamp":"2026-10-05T09:00:00.000Z","provider":"{provider}",
            "model":"m","inputTokens":1,"outputTokens":2,"reasoningTokens":4,
            "cacheWriteTokens":8,"cacheReadTokens":16,"cost":0.5}}]}}"#
        );
        crate::usage::tests::read_as(&FORMAT, &text)
    }

    #[test]
    fn thinking_is_inside_the_output_of_some_tools_and_beside_that_of_others() {
        let output = |provider| read("USD", provider).tokens().output;
        assert_eq!(output("claude"), Some(2));
        assert_eq!(output("gemini"), Some(6));
    }

    #[test]
    fn amounts_of_another_currency_are_left_out_and_said() {
        let shown = read("USD", "claude").cost().estimated.unwrap().to_string();
        assert_eq!(shown, "0.50");
        let euros = read("EUR", "claude");
        assert_eq!((euros.cost().estimated, euros.gaps.list().len()), (None, 1));
    }

    #[test]
    fn a_table_and_the_json_have_the_same_records() {
        let table = "project,sessionId,timestamp,category,provider,subagentType,model,\
            inputTokens,outputTokens,reasoningTokens,cacheWriteTokens,cacheReadTokens,cost\n\
            /home/dev/x,s,2026-10-05T09:00:00.000Z,coding,claude,,m,1,2,4,8,16,0.5\n";
        let table = crate::usage::tests::read_as(&FORMAT, table);
        let json = read("USD", "claude");
        assert_eq!(table.records[0].record_id, json.records[0].record_id);
        assert_eq!(table.records[0].facets, json.records[0].facets);
    }
}
