//! Logs and reports of what stands between programs and models: gateways, observers and
//! clouds. Who bills is their own word where they bill, else the provider they name.

use super::Parsed;
use super::framing::Source;
use super::json::Object;
use super::record::{Account, AccountKind, Draft, Flag, TokenCounts, text};
use super::rows::{Cells, Pages, each_page_row, each_row};
use crate::units::Usd;
use crate::untrusted::Untrusted;

pub mod azure;
pub mod bedrock;
pub mod deepseek;
pub mod helicone;
pub mod langfuse;
pub mod litellm_daily;
pub mod litellm_spend_logs;
pub mod openrouter;
pub mod portkey;
pub mod vercel;

/// Pages of rows, or the rows alone.
const ROWS: Pages = Pages { arrays: &["data"], bare_rows: true };

/// A row of a table or an object of a page: some gateways give the same as either.
#[derive(Debug, Clone, Copy)]
enum Row<'r> {
    Cells(Cells<'r>),
    Object(&'r Object<'r>),
}

impl Row<'_> {
    /// A field without white space around it; blank where there is none. Columns are
    /// found in lower case.
    fn text(&self, name: &str) -> Result<String, &'static str> {
        match self {
            Self::Cells(cells) => Ok(cells.get(&name.to_lowercase()).to_owned()),
            Self::Object(object) => {
                Ok(object.text(name)?.map_or_else(String::new, |t| t.trim().to_owned()))
            }
        }
    }

    fn count(&self, name: &str) -> Result<Option<u64>, &'static str> {
        match self {
            Self::Cells(cells) => cells.count(&name.to_lowercase()),
            Self::Object(object) => object.count(name),
        }
    }

    fn dollars(&self, name: &str) -> Result<Option<Usd>, &'static str> {
        match self {
            Self::Cells(cells) => cells.dollars(&name.to_lowercase()),
            Self::Object(object) => object.dollars(name),
        }
    }

    /// The JSON of a field that holds some, as a value or as text.
    fn json(&self, name: &str) -> Result<String, &'static str> {
        match self {
            Self::Object(object) => embedded(object, name),
            Self::Cells(_) => self.text(name),
        }
    }
}

/// The JSON of an object's field: the value itself, or the text of a string.
fn embedded(object: &Object<'_>, name: &str) -> Result<String, &'static str> {
    match object.get(name) {
        Some(value) if value.get().starts_with(['{', '[']) => Ok(value.get().to_owned()),
        _ => Ok(object.text(name)?.unwrap_or_default()),
    }
}

/// Reads the rows of a table, or of the pages of an API, or rows that were saved alone.
fn each_of(
    source: &mut Source<'_>,
    parsed: &mut Parsed<'_>,
    mut read: impl FnMut(&Row<'_>, u64) -> Result<Draft, &'static str>,
) {
    if let Source::Table(_) = source {
        each_row(source, parsed, |cells, _| {
            read(&Row::Cells(*cells), cells.row.line).map(Some)
        });
        return;
    }
    each_page_row(source, parsed, ROWS, |row, parsed| {
        parsed.push(row.position, read(&Row::Object(row.row), row.position));
        Ok(())
    });
}

/// The person of a field that holds an address or an opaque id.
fn person(user: &str) -> Account {
    if user.contains('@') {
        return Account::of_email(user);
    }
    let account_id = text(user);
    let kind = account_id.as_ref().map_or(AccountKind::Unknown, |_| AccountKind::User);
    Account { kind, account_id, ..Account::default() }
}

/// The account of a key, by its name and its id.
fn key(name: &str, id: &str) -> Account {
    let (api_key_name, api_key_id) = (text(name), text(id));
    let is_known = api_key_name.is_some() || api_key_id.is_some();
    let kind = if is_known { AccountKind::ApiKey } else { AccountKind::Unknown };
    Account { kind, api_key_name, api_key_id, ..Account::default() }
}

/// Books a record on the organisation: its source names nobody.
fn book_on_organization(draft: &mut Draft) {
    draft.facets.account =
        Account { kind: AccountKind::Organization, ..Account::default() };
    draft.flags.insert(Flag::OrgLevel);
}

/// The text of what an id is made of.
fn shown(text: Option<&Untrusted>) -> String {
    text.map(|text| text.to_json_text().into_owned()).unwrap_or_default()
}

/// Who bills for a model that is named alone, as its maker names it: the maker. Clouds
/// give models names of their own.
fn vendor_of_model(model: &str) -> Option<Untrusted> {
    const MAKERS: [(&str, &str); 7] = [
        ("claude-", "anthropic"),
        ("gpt-", "openai"),
        ("o1", "openai"),
        ("o3", "openai"),
        ("o4", "openai"),
        ("gemini-", "google"),
        ("deepseek-", "deepseek"),
    ];
    let model = model.trim().to_lowercase();
    if model.contains(['@', ':', '/']) {
        return None;
    }
    let maker = MAKERS.iter().find(|(start, _)| model.starts_with(start));
    maker.map(|(_, vendor)| Untrusted::from(*vendor))
}

/// Keeps the larger of two counts.
fn raise(kept: &mut Option<u64>, other: Option<u64>) {
    *kept = (*kept).max(other);
}

/// A request of which the log knows the sum of the prompt alone.
fn unsplit(
    prompt: Option<u64>,
    output: Option<u64>,
    reported_total: Option<u64>,
) -> TokenCounts {
    TokenCounts {
        input_unsplit: prompt,
        output,
        reported_total,
        ..TokenCounts::default()
    }
}

/// A record that measures something, or what is wrong with it.
fn measured(draft: Draft) -> Result<Draft, &'static str> {
    if draft.has_measure() { Ok(draft) } else { Err("a row without any amount") }
}
