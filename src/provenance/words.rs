//! Tools and models by the words people use for them.

use std::ops::Range;

use regex::bytes::Regex;

use super::file::{ModelRow, ToolWordRow};
use super::patterns::{compile_one, source};
use super::row::Row;
use crate::error::Error;

/// The tool of a text that names only a model, or nothing known.
pub(super) const UNKNOWN_TOOL: &str = "unknown-agent";

/// How much of a text is searched for names, in bytes: values are short, and finding
/// which names overlap takes the square of their number.
const SEARCHED_BYTES: usize = 1_024;

/// What names tools and models.
#[derive(Debug, Clone)]
pub(super) struct Words {
    tools: Vec<(String, Regex)>,
    models: Vec<ModelPattern>,
}

#[derive(Debug, Clone)]
struct ModelPattern {
    id: String,
    vendor: String,
    pattern: Regex,
}

/// A model named in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedModel {
    /// The model as `family-version-variant`, in lower case: `claude-opus-4.6`.
    pub(super) name: String,
    /// Whether a version was given.
    pub(super) has_version: bool,
    place: Range<usize>,
}

impl Words {
    pub(super) fn compile(
        tools: Vec<Row<ToolWordRow>>,
        models: Vec<Row<ModelRow>>,
    ) -> Result<Self, Error> {
        let tools = tools
            .into_iter()
            .map(|row| {
                let pattern = compile_one(&source(&row, &row.rule.pattern))?;
                Ok((row.rule.tool, pattern))
            })
            .collect::<Result<_, Error>>()?;
        let models = models
            .into_iter()
            .map(|row| {
                let pattern = compile_one(&source(&row, &row.rule.pattern))?;
                Ok(ModelPattern { id: row.id, vendor: row.rule.vendor, pattern })
            })
            .collect::<Result<_, Error>>()?;
        Ok(Self { tools, models })
    }

    /// The models a text names, each place once: the first rule that fits takes it.
    pub(super) fn models(&self, text: &[u8]) -> Vec<NamedModel> {
        let text = &text[..text.len().min(SEARCHED_BYTES)];
        let mut named: Vec<NamedModel> = Vec::new();
        for model in &self.models {
            for captures in model.pattern.captures_iter(text) {
                let Some(found) = captures.get(0) else { continue };
                let overlaps = |other: &NamedModel| {
                    found.start() < other.place.end && other.place.start < found.end()
                };
                if !named.iter().any(overlaps) {
                    let part = |name: &str| {
                        captures.name(name).map(|part| lower(part.as_bytes()))
                    };
                    named.push(NamedModel {
                        name: model.name(
                            part("family"),
                            part("version"),
                            part("variant"),
                        ),
                        has_version: captures.name("version").is_some(),
                        place: found.range(),
                    });
                }
            }
        }
        named.sort_by_key(|model| model.place.start);
        named
    }

    /// Whether one rule for models fits a text.
    pub(super) fn names_model(&self, rule: usize, text: &[u8]) -> bool {
        self.models[rule].pattern.is_match(text)
    }

    /// Whether one rule for tools fits a text.
    pub(super) fn names_tool(&self, rule: usize, text: &[u8]) -> bool {
        is_outside(&self.tools[rule].1, text, &self.models(text))
    }

    /// The first tool of the table that a text names outside the names of models:
    /// a model does not tell which tool ran it.
    pub(super) fn tool(&self, text: &[u8], models: &[NamedModel]) -> &str {
        let text = &text[..text.len().min(SEARCHED_BYTES)];
        let named = self.tools.iter().find(|(_, tool)| is_outside(tool, text, models));
        named.map_or(UNKNOWN_TOOL, |(tool, _)| tool)
    }
}

/// Whether a pattern fits a text somewhere else than within the name of a model. "Qwen
/// Code" is more than the name of a model.
fn is_outside(pattern: &Regex, text: &[u8], models: &[NamedModel]) -> bool {
    pattern.find_iter(text).any(|found| {
        let holds = |model: &NamedModel| {
            model.place.start <= found.start() && found.end() <= model.place.end
        };
        !models.iter().any(holds)
    })
}

impl Words {
    /// Whether a text is the name of a tool from its first letter to its last.
    pub(super) fn is_tool(&self, text: &[u8]) -> bool {
        self.tools.iter().any(|(_, pattern)| is_all(pattern, text))
    }

    /// The same of models.
    pub(super) fn is_model(&self, text: &[u8]) -> bool {
        self.models.iter().any(|model| is_all(&model.pattern, text))
    }
}

fn is_all(pattern: &Regex, text: &[u8]) -> bool {
    pattern.find(text).is_some_and(|found| found.range() == (0..text.len()))
}

impl ModelPattern {
    /// The name of a model from the parts a pattern caught.
    fn name(
        &self,
        family: Option<String>,
        version: Option<String>,
        variant: Option<String>,
    ) -> String {
        let mut name = family.unwrap_or_else(|| self.id.clone()).replace(' ', "-");
        if self.vendor == "anthropic" {
            name.insert_str(0, "claude-");
        }
        if let Some(version) = version {
            // "Kimi K2" is one word by its maker's own spelling.
            if !name.ends_with("-k") {
                name.push('-');
            }
            name.push_str(&plain_version(&version));
        }
        if let Some(variant) = variant {
            name.push('-');
            name.push_str(variant.trim_matches([' ', '-']));
        }
        name
    }
}

/// `4-6` is version 4.6, but the second part of `4-20250514` is a date.
fn plain_version(version: &str) -> String {
    match version.split_once(['-', '.']) {
        Some((major, minor)) if minor.len() > 2 => major.to_owned(),
        Some((major, minor)) => format!("{major}.{minor}"),
        None => version.to_owned(),
    }
}

fn lower(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).to_lowercase()
}
