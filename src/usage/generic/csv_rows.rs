//! The generic CSV: a time column, an identity column, a measure column, and whatever
//! else there is.

use std::collections::HashMap;

use super::fields::{FIELDS, Field, Role, field_named, names};
use super::{FORMAT, given_id, map_error, settle_total};
use crate::error::Error;
use crate::problem::GapKind;
use crate::untrusted::Untrusted;
use crate::usage::framing::Source;
use crate::usage::numbers::{self, DecimalSign};
use crate::usage::record::{
    Account, AccountKind, Activity, Credits, Draft, Granularity, Period, TokenCounts,
    lower, record_id, text, tool_id, vendor_of_tool,
};
use crate::usage::table::{Head, Row, column_name};
use crate::usage::{Context, DateBounds, Parsed};

/// Columns that hold what people typed. They are not read, and that is said.
const PRIVATE: [&str; 6] =
    ["prompt", "prompt_text", "message", "messages", "content", "response"];

/// Where each field stands in the rows of one table.
struct Columns<'t> {
    head: &'t Head,
    /// For each of [`FIELDS`], its column.
    places: Vec<Option<usize>>,
    /// Columns that tell records apart, by name: their order does not count.
    dimensions: Vec<(&'t str, usize)>,
}

pub(super) fn recognizes(head: &Head) -> bool {
    let has = |role| {
        FIELDS.iter().any(|field| field.role == role && place_of(head, field).is_some())
    };
    has(Role::Time) && has(Role::Identity) && has(Role::Measure)
}

pub(super) fn parse(
    source: &mut Source<'_>,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) {
    let Source::Table(table) = source else { return };
    let head = table.head.clone();
    if head.names.iter().any(|name| PRIVATE.contains(&name.as_str())) {
        let why = "a column that may hold what people typed is not read";
        parsed.remark(GapKind::IgnoredFeature, 1, why);
    }
    let columns = Columns::of(&head);
    let mut known = HashMap::new();
    while let Some(row) = table.next_row() {
        match row {
            Ok(row) => {
                let draft = read_row(&columns, &row, &context.bounds, parsed);
                let has_own_id = !columns.cell(&row, "record_id").is_empty();
                match draft {
                    Ok(draft) if !has_own_id => push_sum(draft, &mut known, parsed),
                    draft => parsed.push(row.line, draft),
                }
            }
            Err((line, why)) => parsed.push(line, Err(why)),
        }
    }
}

/// Adds a row to the one of the same day, account and tool in this file: rows that are
/// told apart by nothing but their amounts are requests of a log that tells no time. One
/// that is the same to the last amount is the same row twice.
fn push_sum(draft: Draft, known: &mut HashMap<[u8; 16], usize>, parsed: &mut Parsed<'_>) {
    let (position, place) = (draft.position, parsed.records.len());
    parsed.push(position, Ok(draft));
    let Some(id) = parsed.records.get(place).map(|record| record.record_id) else {
        return;
    };
    let first = *known.entry(id).or_insert(place);
    if first == place
        || parsed.records[first].measures() == parsed.records[place].measures()
    {
        return;
    }
    let Some(more) = parsed.records.pop() else { return };
    if let Err(why) = parsed.records[first].add(&more) {
        parsed.reject(position, why);
    }
}

/// Gives the columns of a foreign table the names of our fields, by pairs of column
/// and field. A pair written the other way round is understood where only that way
/// makes sense.
pub fn map_columns(mut head: Head, map: &[(String, String)]) -> Result<Head, Error> {
    let mut renamed = head.names.clone();
    for (column, name) in map {
        let (column, name) = (column_name(column), column_name(name));
        let (place, field) = match (head.column(&column), field_named(&name)) {
            (Some(place), Some(field)) => (place, field),
            _ => match (head.column(&name), field_named(&column)) {
                (Some(place), Some(field)) => (place, field),
                (_, None) if field_named(&name).is_none() => {
                    let hint = format!("map to one of: {}", names());
                    return Err(map_error("there is no such field", &hint));
                }
                _ => {
                    return Err(map_error(
                        "a column it names is not in the file",
                        "write each as COLUMN=FIELD, with the column as in the header",
                    ));
                }
            },
        };
        renamed[place] = field.name.to_owned();
    }
    head.names = renamed;
    if recognizes(&head) {
        return Ok(head);
    }
    Err(map_error(
        "it leaves the time, the person or the amount without a column",
        "map at least one column each to date, email (or login, user) and cost_usd (or total_tokens)",
    ))
}

fn place_of(head: &Head, field: &Field) -> Option<usize> {
    let names = std::iter::once(&field.name).chain(field.aliases);
    names.copied().find_map(|name| head.column(name))
}

impl<'t> Columns<'t> {
    fn of(head: &'t Head) -> Self {
        let places = FIELDS.iter().map(|field| place_of(head, field)).collect();
        let named = head.names.iter().enumerate().filter_map(|(place, name)| {
            match field_named(name) {
                Some(field) => {
                    let measures = [Role::Measure, Role::Activity].contains(&field.role);
                    (!measures).then_some((field.name, place))
                }
                None => (!name.is_empty()).then_some((name.as_str(), place)),
            }
        });
        let mut dimensions: Vec<(&str, usize)> = named.collect();
        dimensions.sort_unstable();
        Self { head, places, dimensions }
    }

    fn cell<'r>(&self, row: &'r Row, name: &str) -> &'r str {
        let field = FIELDS.iter().position(|field| field.name == name);
        let place = field.and_then(|field| self.places[field]);
        place.map_or("", |place| row.fields[place].trim())
    }

    fn count(&self, row: &Row, name: &str) -> Result<Option<u64>, &'static str> {
        numbers::count(self.cell(row, name), self.sign())
    }

    fn sign(&self) -> DecimalSign {
        self.head.decimal_sign()
    }
}

fn read_row(
    columns: &Columns<'_>,
    row: &Row,
    bounds: &DateBounds,
    parsed: &mut Parsed<'_>,
) -> Result<Draft, &'static str> {
    let cell = |name| columns.cell(row, name);
    let mut record = Draft::new(row.line);
    let (period, granularity) = read_period(&cell, bounds)?;
    record.period = Some(period);
    record.facets.granularity = granularity;
    record.facets.account = read_account(&cell);
    record.facets.tool = tool_id(cell("tool"));
    let vendor_of_tool = || record.facets.tool.as_ref().and_then(vendor_of_tool);
    record.facets.vendor = lower(cell("vendor")).or_else(vendor_of_tool);
    record.facets.model = text(cell("model"));
    record.facets.session_id = text(cell("session_id"));
    record.facets.repo = text(cell("repo"));
    record.facets.commit = lower(cell("commit"));
    record.facets.cwd = text(cell("cwd"));
    record.facets.branch = text(cell("branch"));
    record.facets.surface = lower(cell("surface"));
    record.facets.workspace = text(cell("cost_center"));
    record.requests = columns.count(row, "requests")?;
    record.tokens = read_tokens(columns, row, parsed)?;
    read_money(columns, row, &mut record)?;
    record.record_id = id_of(columns, row);
    record.activity = read_activity(columns, row)?;
    if record.has_measure() { Ok(record) } else { Err("a row without any amount") }
}

fn read_period<'r>(
    cell: &impl Fn(&'static str) -> &'r str,
    bounds: &DateBounds,
) -> Result<(Period, Granularity), &'static str> {
    match (cell("period_start"), cell("period_end"), cell("date")) {
        ("", "", "") => Err("a row without a date"),
        ("", "", day) => bounds.day_or_event(day),
        ("", _, _) => Err("a period without a start"),
        (moment, "", _) => bounds.day_or_event(moment),
        (start, end, _) => bounds.range(start, end),
    }
}

fn read_account<'r>(cell: &impl Fn(&'static str) -> &'r str) -> Account {
    let user = cell("user");
    // A `user` column holds addresses as often as ids.
    let (address, id) = if user.contains('@') { (user, "") } else { ("", user) };
    let mut account = Account {
        kind: AccountKind::User,
        email: lower(cell("email")).or_else(|| lower(address)),
        login: lower(cell("login")),
        account_id: text(id),
        api_key_name: text(cell("api_key_name")),
        ..Account::default()
    };
    let named = account.email.is_some() || account.login.is_some();
    account.kind = match (named || account.account_id.is_some(), &account.api_key_name) {
        (true, _) => AccountKind::User,
        (false, Some(_)) => AccountKind::ApiKey,
        (false, None) => AccountKind::Unknown,
    };
    account
}

fn read_tokens(
    columns: &Columns<'_>,
    row: &Row,
    parsed: &mut Parsed<'_>,
) -> Result<TokenCounts, &'static str> {
    let count = |name| columns.count(row, name);
    let mut tokens = TokenCounts {
        input: count("input_tokens")?,
        cache_read: count("cache_read_tokens")?,
        cache_write: count("cache_write_tokens")?,
        output: count("output_tokens")?,
        ..TokenCounts::default()
    };
    if let Some(prompt) = count("prompt_tokens")? {
        if tokens.input.is_some() {
            return Err(
                "both input_tokens and prompt_tokens, of which only one can hold",
            );
        }
        if tokens.cache_read.is_none() && tokens.cache_write.is_none() {
            tokens.input_unsplit = Some(prompt);
        } else {
            // Prompt tokens contain what came from the cache and went into it.
            let cached = tokens.cache_read.unwrap_or(0) + tokens.cache_write.unwrap_or(0);
            tokens.input = Some(prompt.saturating_sub(cached));
            if cached > prompt {
                let why =
                    "more cached tokens than prompt_tokens, which should contain them";
                parsed.remark(GapKind::TokenMismatch, row.line, why);
            }
        }
    }
    settle_total(&mut tokens, count("total_tokens")?);
    Ok(tokens)
}

fn read_activity(columns: &Columns<'_>, row: &Row) -> Result<Activity, &'static str> {
    let count = |name| columns.count(row, name);
    Ok(Activity {
        sessions: count("sessions")?,
        prompts: count("prompts")?,
        lines_added: count("lines_added")?.or(count("lines_accepted")?),
        ..Activity::default()
    })
}

fn read_money(
    columns: &Columns<'_>,
    row: &Row,
    record: &mut Draft,
) -> Result<(), &'static str> {
    let amount = numbers::dollars(columns.cell(row, "cost_usd"), columns.sign())?;
    match columns.cell(row, "cost_basis").to_lowercase().as_str() {
        "billed" => record.cost.billed = amount,
        "list" => record.cost.list = amount,
        "" | "estimated" => record.cost.estimated = amount,
        "computed" => record.cost.computed = amount,
        _ => {
            return Err("a cost_basis that is none of billed, list, estimated, computed");
        }
    }
    let credits = numbers::nanos(columns.cell(row, "credits"), columns.sign())?;
    let unit = lower(columns.cell(row, "credit_unit"));
    let unit = unit.unwrap_or_else(|| Untrusted::from("credit"));
    record.credits = credits.map(|nanos| Credits { nanos, unit });
    Ok(())
}

/// The id a row gives itself, or all that tells it apart: every column that is not a
/// measure.
fn id_of(columns: &Columns<'_>, row: &Row) -> [u8; 16] {
    let id = columns.cell(row, "record_id");
    if !id.is_empty() {
        return given_id(id);
    }
    let mut parts = Vec::new();
    for (name, place) in &columns.dimensions {
        let value = row.fields[*place].trim().to_lowercase();
        if !value.is_empty() {
            parts.push((*name).to_owned());
            parts.push(value);
        }
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    record_id(FORMAT.name, &parts)
}

#[cfg(test)]
mod tests;
