//! `Assisted-by: …` and its kin: the value tells an AI from a person or a checker.

use regex::bytes::Regex;

use super::file::DisclosureRow;
use super::message;
use super::patterns::{compile_one, source};
use super::people::{PeopleRules, Who};
use super::row::Row;
use super::rules::KeyRules;
use super::words::Words;
use super::{Confidence, Role};
use crate::error::Error;

/// A key by which people disclose.
#[derive(Debug, Clone)]
pub(super) struct Disclosure {
    pub(super) id: String,
    pub(super) role: Role,
    confidence: Confidence,
    value_ai: Regex,
    value_human: Option<Regex>,
    value_person: Option<Regex>,
    value_tool: Option<Regex>,
}

/// What a value says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// AI took part.
    Ai { tool: String, models: Vec<String>, confidence: Confidence },
    /// No AI took part.
    Human(Confidence),
    /// Nothing about AI: a person, a static analyser, an empty field.
    Nothing,
}

pub(super) fn compile(
    rows: Vec<Row<DisclosureRow>>,
) -> Result<KeyRules<Disclosure>, Error> {
    let keys: Vec<_> = rows.iter().map(|row| source(row, &row.rule.key)).collect();
    let rules = rows.into_iter().map(compile_row).collect::<Result<_, Error>>()?;
    KeyRules::compile(&keys, rules)
}

fn compile_row(row: Row<DisclosureRow>) -> Result<Disclosure, Error> {
    let compile = |pattern: &String| compile_one(&source(&row, pattern));
    let rule = &row.rule;
    Ok(Disclosure {
        role: rule.role,
        confidence: rule.confidence,
        value_ai: compile(&rule.value_ai)?,
        value_human: rule.value_human.as_ref().map(compile).transpose()?,
        value_person: rule.value_person.as_ref().map(compile).transpose()?,
        value_tool: rule.value_tool.as_ref().map(compile).transpose()?,
        id: row.id,
    })
}

impl Disclosure {
    /// Reads a value.
    pub(super) fn read(&self, value: &[u8], people: &PeopleRules, words: &Words) -> Said {
        let fits = |pattern: &Option<Regex>| {
            pattern.as_ref().is_some_and(|pattern| pattern.is_match(value))
        };
        if value.is_empty() {
            return Said::Nothing;
        }
        if fits(&self.value_human) {
            return Said::Human(self.confidence);
        }
        let person = message::person(value);
        let models = words.models(person.name);
        let known = match people.who(person.name, person.email) {
            Who::Agent(agent) if !person.email.is_empty() => Some(agent.tool.as_str()),
            Who::Agent(_) | Who::Bot(_) | Who::Person => None,
        };
        // Keys that speak of AI themselves take any value; the others also name people.
        let names_people = self.value_person.is_some();
        let is_ai = match known {
            Some(_) => true,
            None if !names_people => self.value_ai.is_match(value),
            None if !person.email.is_empty() => models.iter().any(|m| m.has_version),
            None => {
                let is_person = fits(&self.value_person) && !fits(&self.value_tool);
                self.value_ai.is_match(value) && !is_person
            }
        };
        if !is_ai {
            return Said::Nothing;
        }
        let is_named = known.filter(|tool| !tool.starts_with("from-"));
        let tool = is_named.unwrap_or_else(|| words.tool(person.name, &models));
        let has_placeholder = message::has_placeholder(value);
        Said::Ai {
            tool: tool.to_owned(),
            models: models.into_iter().map(|model| model.name).collect(),
            confidence: if has_placeholder { Confidence::Low } else { self.confidence },
        }
    }
}
