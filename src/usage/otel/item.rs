//! What telemetry says of one event, span or point: its own attributes, then those of its
//! scope and of its resource.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::units::Usd;
use crate::untrusted::Untrusted;
use crate::usage::dates::Moment;
use crate::usage::json::Object;
use crate::usage::numbers::{self, DecimalSign};
use crate::usage::record::{Account, AccountKind, Draft, lower, text};

/// Attributes by key, as the text that was written.
#[derive(Debug, Default)]
pub(super) struct Attributes(BTreeMap<String, String>);

/// One event, span or point of a metric.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'i> {
    /// What it is called: an event, a span or a metric.
    pub name: &'i str,
    /// Where it stands in the file.
    pub position: u64,
    /// When it ended.
    pub moment: Moment,
    /// Its attributes, those of its scope, and those of its resource.
    pub levels: [&'i Attributes; 3],
}

/// Whose telemetry it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    ClaudeCode,
    Codex,
    GeminiCli,
    /// Any other program.
    Other,
}

impl Attributes {
    /// The attributes of an object: a list of keys with values, or a plain map of them.
    /// Lists and maps within are passed over: nothing of ours is in them.
    pub(super) fn of(object: &Object<'_>) -> Result<Self, &'static str> {
        let mut attributes = Self::default();
        let Some(written) = object.get("attributes") else { return Ok(attributes) };
        if written.get().starts_with('{') {
            for (key, value) in Object::parse(written.get())?.fields() {
                attributes.add(key.to_owned(), scalar(value))?;
            }
            return Ok(attributes);
        }
        for pair in object.objects("attributes")? {
            let key = pair.text("key")?.ok_or("an attribute without a key")?;
            attributes.add(key, pair.get("value").and_then(any_value))?;
        }
        Ok(attributes)
    }

    fn add(&mut self, key: String, value: Option<String>) -> Result<(), &'static str> {
        let Some(value) = value else { return Ok(()) };
        match self.0.insert(key, value.clone()) {
            Some(other) if other != value => Err("an attribute that is given twice"),
            _ => Ok(()),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// All of them, in the order of their keys.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter()
    }
}

/// The text of a typed value: `{"intValue": "388"}`.
fn any_value(value: &RawValue) -> Option<String> {
    const NAMES: [&str; 8] = [
        "stringValue",
        "intValue",
        "doubleValue",
        "boolValue",
        "string_value",
        "int_value",
        "double_value",
        "bool_value",
    ];
    if !value.get().starts_with('{') {
        return scalar(value);
    }
    let typed = Object::parse(value.get()).ok()?;
    NAMES.iter().find_map(|name| scalar(typed.get(name)?))
}

/// The text of a string, a number or a truth value.
fn scalar(value: &RawValue) -> Option<String> {
    let written = value.get();
    match written.as_bytes().first()? {
        b'"' => serde_json::from_str(written).ok(),
        b'{' | b'[' | b'n' => None,
        _ => Some(written.to_owned()),
    }
}

/// The string that an event's body may be.
pub(super) fn body_text(object: &Object<'_>) -> Option<String> {
    object.get("body").and_then(any_value)
}

/// A field under the name of the specification, or under that of the protocol buffers.
pub(super) fn field<'a>(
    object: &Object<'a>,
    name: &str,
    other: &str,
) -> Option<&'a RawValue> {
    object.get(name).or_else(|| object.get(other))
}

/// The text of such a field.
pub(super) fn field_text(
    object: &Object<'_>,
    name: &str,
    other: &str,
) -> Result<Option<String>, &'static str> {
    let given = if object.has(name) { name } else { other };
    object.text(given)
}

impl<'i> Item<'i> {
    /// An attribute: its own, else of its scope, else of its resource.
    pub(super) fn get(&self, key: &str) -> Option<&'i str> {
        self.levels.iter().find_map(|level| level.get(key))
    }

    /// The first that is there of several attributes.
    pub(super) fn first(&self, keys: &[&str]) -> Option<&'i str> {
        keys.iter().find_map(|key| self.get(key))
    }

    /// An attribute, or nothing.
    pub(super) fn or_blank(&self, key: &str) -> &'i str {
        self.get(key).unwrap_or_default()
    }

    /// A count under the first of these names.
    pub(super) fn count(&self, keys: &[&str]) -> Result<Option<u64>, &'static str> {
        numbers::count(self.first(keys).unwrap_or_default(), DecimalSign::Point)
    }

    /// An amount in dollars.
    pub(super) fn dollars(&self, key: &str) -> Result<Option<Usd>, &'static str> {
        numbers::dollars(self.or_blank(key), DecimalSign::Point)
    }

    /// Whose telemetry it is, as its resource says.
    pub(super) fn service(&self) -> Service {
        let name = self.or_blank("service.name").to_lowercase();
        match name.as_str() {
            name if name.starts_with("claude-code") || name == "claude_code" => {
                Service::ClaudeCode
            }
            name if name.starts_with("codex") => Service::Codex,
            name if name.starts_with("gemini-cli") || name == "gemini_cli" => {
                Service::GeminiCli
            }
            _ => Service::Other,
        }
    }

    /// A record with what every tool writes alike: who, where, under which budget.
    pub(super) fn draft(&self, vendor: &str, tool: &str) -> Draft {
        let text_of = |keys: &[&str]| self.first(keys).and_then(text);
        let mut draft = Draft::new(self.position);
        draft.facets.account = self.account();
        draft.facets.vendor = lower(vendor);
        draft.facets.tool = text(tool);
        draft.facets.repo = text_of(&["vcs.repository.url.full", "vcs.repository.name"]);
        draft.facets.branch = text_of(&["vcs.ref.head.name"]);
        draft.facets.workspace = text_of(&["team.id", "cost_center", "department"]);
        draft
    }

    /// The person: what the tool says of its login, else what the resource says.
    fn account(&self) -> Account {
        let named = self.get("enduser.id");
        let is_address = |id: &&str| id.contains('@');
        let email = self.get("user.email").or(named.filter(is_address));
        let id = self.first(&["user.account_id", "user.account_uuid"]);
        let id = id.or(named.filter(|id| !is_address(id)));
        let mut account = Account {
            email: email.and_then(lower),
            account_id: id.and_then(text),
            ..Account::default()
        };
        if account.key().is_some() {
            account.kind = AccountKind::User;
        }
        account
    }
}

/// Text of a record for the parts of an id.
pub(super) fn shown(text: Option<&Untrusted>) -> String {
    text.map(|text| text.to_json_text().into_owned()).unwrap_or_default()
}
