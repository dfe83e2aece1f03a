//! Reports of ccusage, which adds up the logs of many tools: by day, week, month, session
//! or block of five hours.
//!
//! Shapes as its code writes them (`ryoppippi/ccusage`, 2026-06), which differ from its
//! documentation; that one is read too. Days are of the machine's time zone. Amounts are
//! tokens times a table of prices, an estimate; what the table does not know costs 0 and
//! is taken as unknown. Rows of models and the row they add up to are never both counted.

use super::{account_of_file, set_agent};
use crate::problem::GapKind;
use crate::units::{Usd, UtcDay};
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{
    Account, Draft, Flag, Granularity, Period, TokenCounts, record_id, text,
};
use crate::usage::rows::each_value;
use crate::usage::{Context, Format, Parsed, dates};

/// Reports of all agents and periods.
pub static FORMAT: Format = Format {
    name: "ccusage.report",
    tier: 1,
    about: "ccusage daily|weekly|monthly|session|blocks --json",
    recognizes,
    parse,
};

/// The arrays of rows, and by what their rows are counted.
const ARRAYS: [(&str, By); 5] = [
    ("daily", By::Day),
    ("weekly", By::Week),
    ("monthly", By::Month),
    ("session", By::Session),
    ("sessions", By::Session),
];

/// What a row adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Day,
    Week,
    Month,
    Session,
    Block,
}

impl By {
    /// The name it has in ids, and the key that tells which one a row is of.
    fn name(self) -> &'static str {
        match self {
            Self::Day => "date",
            Self::Week => "week",
            Self::Month => "month",
            Self::Session => "sessionId",
            Self::Block => "id",
        }
    }
}

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(|value| {
        let has_rows = ARRAYS.iter().any(|(name, _)| is_list(value, name));
        let is_block =
            |block: &Object<'_>| block.has("isGap") || block.has("tokenCounts");
        value.has("totals") && (has_rows || value.has("projects"))
            || is_list(value, "data") && value.has("summary") && value.has("type")
            || is_list(value, "entries") && value.has("totalCost")
            || value.objects("blocks").is_ok_and(|blocks| blocks.iter().any(is_block))
    })
}

fn is_list(value: &Object<'_>, name: &str) -> bool {
    value.get(name).is_some_and(|list| list.get().starts_with('['))
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    let account = account_of_file(context.file_name);
    let mut reader = Reader { context, account, position: 0 };
    each_value(source, parsed, |report, _, parsed| reader.read(report, parsed));
}

/// What the rows of a report share.
struct Reader<'c> {
    context: &'c Context<'c>,
    /// Whose it is, if the file is called after somebody.
    account: Account,
    /// Rows so far.
    position: u64,
}

/// One row of a model, or of a sum that is not divided by models.
#[derive(Debug, Default)]
struct Part {
    model: Option<Untrusted>,
    tokens: TokenCounts,
    cost: Option<Usd>,
}

impl Reader<'_> {
    fn read(
        &mut self,
        report: &Object<'_>,
        parsed: &mut Parsed<'_>,
    ) -> Result<(), &'static str> {
        if is_list(report, "data") {
            let by = match report.text("type")?.as_deref() {
                Some("daily") => By::Day,
                Some("weekly") => By::Week,
                Some("monthly") => By::Month,
                Some("session") => By::Session,
                _ => return Err("a report of a type that is not known"),
            };
            return self.read_rows(report, "data", (by, ""), parsed);
        }
        if is_list(report, "entries") {
            return self.read_entries(report, parsed);
        }
        if let Some(projects) = report.object("projects")? {
            for (name, _) in projects.fields() {
                self.read_rows(&projects, name, (By::Day, name), parsed)?;
            }
        }
        self.read_rows(report, "blocks", (By::Block, ""), parsed)?;
        for (name, by) in ARRAYS {
            self.read_rows(report, name, (by, ""), parsed)?;
        }
        Ok(())
    }

    fn read_rows(
        &mut self,
        report: &Object<'_>,
        name: &str,
        (by, project): (By, &str),
        parsed: &mut Parsed<'_>,
    ) -> Result<(), &'static str> {
        for row in report.array(name)? {
            self.position += 1;
            let row = Object::record(row.get());
            let done = row.and_then(|row| self.read_row(&row, (by, project), parsed));
            if let Err(why) = done {
                parsed.reject(self.position, why);
            }
        }
        Ok(())
    }

    fn read_row(
        &self,
        row: &Object<'_>,
        (by, project): (By, &str),
        parsed: &mut Parsed<'_>,
    ) -> Result<(), &'static str> {
        // A stretch in which nothing happened.
        if row.is_true("isGap") {
            return Ok(());
        }
        let mut whole = Draft::new(self.position);
        whole.facets.account = self.account.clone();
        let which = match row.text(by.name())? {
            Some(which) => which,
            None => row.text("period")?.ok_or("a row without a period")?,
        };
        self.read_when(row, (by, &which), &mut whole)?;
        let project = row.text("project")?.unwrap_or_else(|| project.to_owned());
        set_place(row, &project, &mut whole)?;
        let mut key = vec![by.name().to_owned(), which, project];
        key.extend(self.owner());
        let parts = parts_of(row)?;
        check_sum(row, &parts, self.position, parsed)?;
        for part in parts {
            let mut draft = whole.clone();
            set_tool(row, part.model.as_ref(), &mut draft)?;
            finish(part, &key, &mut draft);
            parsed.push(self.position, Ok(draft));
        }
        Ok(())
    }

    /// Whose it is, for the id: two people have the same days.
    fn owner(&self) -> Option<String> {
        let named = self.account.email.as_ref();
        let named = named.map(|email| email.to_json_text().into_owned());
        named.or_else(|| self.context.owner.map(str::to_lowercase))
    }

    /// Sets the period of a row: of a session, the day on which it was active last.
    fn read_when(
        &self,
        row: &Object<'_>,
        (by, which): (By, &str),
        draft: &mut Draft,
    ) -> Result<(), &'static str> {
        let bounds = &self.context.bounds;
        let (period, granularity) = match by {
            By::Day => (Period::of_day(bounds.day(which)?), Granularity::Day),
            By::Week => {
                let first = bounds.day(which)?;
                let end = UtcDay(first.0.saturating_add(7)).start();
                (Period { start: first.start(), end }, Granularity::Week)
            }
            By::Month => bounds.day_or_month(which)?,
            By::Session => {
                draft.facets.session_id = text(session_of(which));
                let last = last_activity(row)?.ok_or("a session without lastActivity")?;
                let is_day = last.trim().len() <= 10;
                draft.flags.insert_if(is_day, Flag::TzAssumed);
                let day = if is_day {
                    bounds.day(&last)?
                } else {
                    dates::event(bounds.moment(&last)?).start.day()
                };
                (Period::of_day(day), Granularity::Session)
            }
            By::Block => {
                let start = row.text("startTime")?.unwrap_or_default();
                let end = row.text("endTime")?.unwrap_or_default();
                draft.flags.insert_if(row.is_true("isActive"), Flag::Provisional);
                bounds.range(&start, &end)?
            }
        };
        let is_local = matches!(by, By::Day | By::Week | By::Month);
        draft.flags.insert_if(is_local, Flag::TzAssumed);
        draft.period = Some(period);
        draft.facets.granularity = granularity;
        Ok(())
    }

    /// Reads the requests of one session.
    fn read_entries(
        &mut self,
        report: &Object<'_>,
        parsed: &mut Parsed<'_>,
    ) -> Result<(), &'static str> {
        let session = report.text("sessionId")?.unwrap_or_default();
        for entry in report.array("entries")? {
            self.position += 1;
            let draft = Object::record(entry.get())
                .and_then(|entry| self.read_entry(&entry, &session));
            parsed.push(self.position, draft);
        }
        Ok(())
    }

    fn read_entry(
        &self,
        entry: &Object<'_>,
        session: &str,
    ) -> Result<Draft, &'static str> {
        let mut draft = Draft::new(self.position);
        draft.facets.account = self.account.clone();
        let time = entry.text("timestamp")?.ok_or("a request without a time")?;
        let moment = self.context.bounds.moment(&time)?;
        draft.period = Some(dates::event(moment));
        draft.facets.session_id = text(session);
        draft.requests = Some(1);
        let part = Part {
            model: entry.untrusted("model")?,
            tokens: tokens_of(entry)?,
            cost: cost_of(entry)?,
        };
        set_tool(entry, part.model.as_ref(), &mut draft)?;
        let mut key = vec!["entry".to_owned(), session.to_owned()];
        key.push(moment.millis.to_string());
        let tokens = &part.tokens;
        for count in [tokens.input, tokens.output, tokens.cache_read, tokens.cache_write]
        {
            key.push(count.map(|count| count.to_string()).unwrap_or_default());
        }
        finish(part, &key, &mut draft);
        if draft.tokens.total().is_some() { Ok(draft) } else { Err(NO_TOKENS) }
    }
}

const NO_TOKENS: &str = "a row without token counts";

fn finish(part: Part, key: &[String], draft: &mut Draft) {
    let shown = |text: &Option<Untrusted>| {
        text.as_ref().map(|text| text.to_json_text().into_owned()).unwrap_or_default()
    };
    let mut parts: Vec<String> = key.to_vec();
    parts.extend([shown(&draft.facets.tool), shown(&part.model)]);
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    draft.record_id = record_id(FORMAT.name, &parts);
    draft.facets.model = part.model;
    draft.tokens = part.tokens;
    draft.cost.estimated = part.cost;
}

/// Sets the project, whose name has lost its separators, or the directory.
fn set_place(
    row: &Object<'_>,
    project: &str,
    draft: &mut Draft,
) -> Result<(), &'static str> {
    let metadata = row.object("metadata")?.unwrap_or_default();
    let path = row.text("projectPath")?.or(metadata.text("projectPath")?);
    let path = path.unwrap_or_else(|| project.to_owned());
    if path.starts_with('/') {
        draft.facets.cwd = text(&path);
    } else {
        draft.facets.workspace = text(&path).filter(|_| path != "Unknown Project");
    }
    Ok(())
}

/// The id of a session. Codex has the path of its file, which ends with it.
fn session_of(which: &str) -> &str {
    const UUID: usize = 36;
    let file = which.rsplit('/').next().unwrap_or(which);
    let start = file.len().checked_sub(UUID).filter(|_| file.starts_with("rollout-"));
    start.and_then(|start| file.get(start..)).unwrap_or(which)
}

fn last_activity(row: &Object<'_>) -> Result<Option<String>, &'static str> {
    let metadata = row.object("metadata")?.unwrap_or_default();
    Ok(row.text("lastActivity")?.or(metadata.text("lastActivity")?))
}

/// Sets the tool, and with it who bills. A report of one tool does not name it: that of
/// Claude Code has models of Claude, that of Codex rows of a shape of its own. A sum of
/// several tools is of none.
fn set_tool(
    row: &Object<'_>,
    model: Option<&Untrusted>,
    draft: &mut Draft,
) -> Result<(), &'static str> {
    let agent = row.text("agent")?;
    let agent = match agent.as_deref() {
        Some("all") => only_agent(row)?,
        Some(_) => agent,
        None if is_of_codex(row) => Some("codex".to_owned()),
        None => {
            let is_claude = |model: &Untrusted| {
                memchr::memmem::find(&model.bytes().to_ascii_lowercase(), b"claude")
                    .is_some()
            };
            model.is_none_or(is_claude).then(|| "claude".to_owned())
        }
    };
    if let Some(agent) = agent {
        set_agent(
            if agent == "copilot" { "copilot_cli" } else { &agent },
            &mut draft.facets,
        );
    }
    Ok(())
}

/// The tool of a row of all tools, where there is but one.
fn only_agent(row: &Object<'_>) -> Result<Option<String>, &'static str> {
    let Some(metadata) = row.object("metadata")? else { return Ok(None) };
    let agents = metadata.array("agents")?;
    let [agent] = agents.as_slice() else { return Ok(None) };
    Ok(serde_json::from_str(agent.get()).ok())
}

fn is_of_codex(row: &Object<'_>) -> bool {
    row.has("costUSD") && row.has("reasoningOutputTokens")
}

/// The rows of models of a row; where there are none, the row itself.
fn parts_of(row: &Object<'_>) -> Result<Vec<Part>, &'static str> {
    let mut parts = Vec::new();
    for model in row.objects("modelBreakdowns")? {
        let tokens = tokens_of(&model)?;
        parts.push(Part {
            model: model.untrusted("modelName")?,
            tokens,
            cost: cost_of(&model)?,
        });
    }
    let models = row.get("models").filter(|models| models.get().starts_with('{'));
    if let Some(models) = models.filter(|_| parts.is_empty()) {
        for (name, model) in Object::parse(models.get())?.fields() {
            let tokens = tokens_of(&Object::parse(model.get())?)?;
            parts.push(Part { model: text(name), tokens, cost: None });
        }
        // Its cost is told of the row alone.
        match parts.as_mut_slice() {
            [] => {}
            [one] => one.cost = cost_of(row)?,
            [_, _, ..] => parts.push(Part { cost: cost_of(row)?, ..Part::default() }),
        }
    }
    if parts.is_empty() {
        let counts = row.object("tokenCounts")?;
        let mut tokens = tokens_of(counts.as_ref().unwrap_or(row))?;
        tokens.reported_total = row.count("totalTokens")?;
        parts.push(Part { model: only_model(row)?, tokens, cost: cost_of(row)? });
    }
    if parts.iter().all(|part| part.tokens.total().is_none()) {
        return Err(NO_TOKENS);
    }
    Ok(parts)
}

/// Says so where the models of a row do not add up to it.
fn check_sum(
    row: &Object<'_>,
    parts: &[Part],
    position: u64,
    parsed: &mut Parsed<'_>,
) -> Result<(), &'static str> {
    let sum = parts.iter().filter_map(|part| part.tokens.total()).sum();
    let whole = TokenCounts {
        unclassified: Some(sum),
        reported_total: row.count("totalTokens")?,
        ..TokenCounts::default()
    };
    // A row alone is checked like any other.
    if parts.len() > 1 && whole.contradicts_total() {
        let why = "the models of a row do not add up to the total it gives";
        parsed.remark(GapKind::TokenMismatch, position, why);
    }
    Ok(())
}

/// The model of a row that is not divided, where there is but one.
fn only_model(row: &Object<'_>) -> Result<Option<Untrusted>, &'static str> {
    for name in ["modelsUsed", "models"] {
        if let [model] = row.array(name)?.as_slice() {
            let model: Option<String> = serde_json::from_str(model.get()).ok();
            return Ok(model.as_deref().and_then(text));
        }
    }
    Ok(None)
}

fn tokens_of(row: &Object<'_>) -> Result<TokenCounts, &'static str> {
    let written = row.count("cacheCreationTokens")?;
    let read = row.count("cacheReadTokens")?;
    Ok(TokenCounts {
        input: row.count("inputTokens")?,
        cache_read: read.or(row.count("cacheReadInputTokens")?),
        cache_write: written.or(row.count("cacheCreationInputTokens")?),
        output: row.count("outputTokens")?,
        ..TokenCounts::default()
    })
}

fn cost_of(row: &Object<'_>) -> Result<Option<Usd>, &'static str> {
    let mut cost = None;
    for name in ["cost", "totalCost", "costUSD"] {
        cost = cost.or(row.dollars(name)?);
    }
    // What has no price is said to cost nothing.
    Ok(cost.filter(|cost| *cost != Usd::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Export;

    fn read(text: &str) -> Export {
        crate::usage::tests::read_as(&FORMAT, text)
    }

    fn tools(export: &Export) -> Vec<Option<String>> {
        let shown = |tool: &Untrusted| tool.to_json_text().into_owned();
        export.records.iter().map(|r| r.facets.tool.as_ref().map(shown)).collect()
    }

    const DAY: &str = r#""date":"2026-10-05","period":"2026-10-05","inputTokens":3,
        "totalTokens":3,"totalCost":0"#;

    #[test]
    fn a_row_of_all_tools_is_of_a_tool_only_where_there_is_one() {
        let row = |agents: &str| {
            let text = format!(
                r#"{{"daily":[{{{DAY},"agent":"all","metadata":{{"agents":{agents}}}}}],"totals":{{}}}}"#
            );
            tools(&read(&text)).remove(0)
        };
        assert_eq!(row(r#"["codex"]"#).as_deref(), Some("codex"));
        assert_eq!(row(r#"["claude","codex"]"#), None);
    }

    #[test]
    fn what_has_no_price_costs_an_unknown_amount() {
        let export = read(&format!(r#"{{"daily":[{{{DAY}}}],"totals":{{}}}}"#));
        assert!(export.records[0].cost().is_unknown());
        assert!(export.records[0].flags.contains(Flag::TzAssumed));
    }

    #[test]
    fn the_cost_of_several_models_of_codex_is_counted_once() {
        let export = read(
            r#"{"weekly":[{"week":"2026-10-05","costUSD":1.5,"reasoningOutputTokens":0,
            "models":{"a":{"inputTokens":1},"b":{"inputTokens":2}}}],"totals":{}}"#,
        );
        assert_eq!(export.records.len(), 3);
        assert_eq!(export.cost().estimated.unwrap().to_string(), "1.50");
        assert_eq!(export.tokens().total(), Some(3));
        assert_eq!(tools(&export)[2].as_deref(), Some("codex"));
    }

    #[test]
    fn a_session_of_codex_has_the_id_its_rollout_has() {
        let path =
            "2026/10/05/rollout-2026-10-05T10-00-00-0199b0c0-0000-7000-8000-000000000001";
        assert_eq!(session_of(path), "0199b0c0-0000-7000-8000-000000000001");
        assert_eq!(session_of("-home-dev-x"), "-home-dev-x");
    }

    #[test]
    fn blocks_without_activity_and_sums_of_models_are_no_records() {
        let export = read(
            r#"{"blocks":[{"id":"gap-1","isGap":true},
            {"id":"2026-10-05T10:00:00.000Z","startTime":"2026-10-05T10:00:00.000Z",
             "endTime":"2026-10-05T15:00:00.000Z","isGap":false,"isActive":true,
             "tokenCounts":{"inputTokens":1,"outputTokens":2,"cacheCreationInputTokens":3,
             "cacheReadInputTokens":4},"totalTokens":10,"costUSD":0.5,"models":["claude-x"]}]}"#,
        );
        assert_eq!((export.records.len(), export.n_rejected), (1, 0));
        assert_eq!(export.tokens().total(), Some(10));
        assert!(export.records[0].flags.contains(Flag::Provisional));
        let period = export.records[0].period.unwrap();
        assert_eq!(period.end.0 - period.start.0, 5 * 3_600);
    }

    #[test]
    fn two_people_have_the_same_day_apart() {
        let text = format!(r#"{{"daily":[{{{DAY}}}],"totals":{{}}}}"#);
        let id = |file_name| {
            let context = Context { file_name, ..Context::default() };
            let export = crate::usage::tests::read_with(&FORMAT, &text, &context);
            (export.records[0].record_id, export.records[0].facets.account.key())
        };
        let (ada, lin) = (id("ada@example.com.json"), id("lin@example.com.json"));
        assert_ne!(ada.0, lin.0);
        assert_eq!(ada.1.unwrap(), b"email:ada@example.com");
    }

    #[test]
    fn models_that_do_not_add_up_are_kept_and_said() {
        let export = read(
            r#"{"daily":[{"date":"2026-10-05","totalTokens":100,"modelBreakdowns":[
            {"modelName":"claude-a","inputTokens":1},{"modelName":"gpt-5","inputTokens":2}]}],
            "totals":{}}"#,
        );
        assert_eq!(export.gaps.list()[0].kind, GapKind::TokenMismatch);
        assert_eq!(tools(&export), [Some("claude_code".to_owned()), None]);
    }
}
