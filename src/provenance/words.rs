//! Tools and models by the words people use for them.

use std::ops::Range;

use regex::bytes::Regex;

use super::file::{Case, ModelRow, ToolWordRow};
use super::patterns::compile_one;
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
        tools: Vec<ToolWordRow>,
        models: Vec<ModelRow>,
    ) -> Result<Self, Error> {
        let compile = |id: &str, source: &str, case: Case| {
            compile_one(source, case == Case::Sensitive)
                .map_err(|error| super::bad_rule(id, &error))
        };
        let tools = tools
            .into_iter()
            .map(|row| Ok((compile(&row.tool, &row.pattern, row.case)?, row.tool)))
            .map(|row| row.map(|(pattern, tool)| (tool, pattern)))
            .collect::<Result<_, Error>>()?;
        let models = models
            .into_iter()
            .map(|row| {
                let pattern = compile(&row.id, &row.pattern, row.case)?;
                Ok(ModelPattern { id: row.id, vendor: row.vendor, pattern })
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

    /// The ids of the rules that a text fits, each alone.
    #[cfg(test)]
    pub(super) fn model_rules(&self, text: &[u8]) -> std::collections::BTreeSet<String> {
        let fits = |model: &&ModelPattern| model.pattern.is_match(text);
        self.models.iter().filter(fits).map(|model| model.id.clone()).collect()
    }

    /// The first tool of the table that a text names outside the names of models:
    /// a model does not tell which tool ran it.
    pub(super) fn tool(&self, text: &[u8], models: &[NamedModel]) -> &str {
        let mut rest = text[..text.len().min(SEARCHED_BYTES)].to_vec();
        for model in models {
            rest[model.place.clone()].fill(b'.');
        }
        let named = self.tools.iter().find(|(_, pattern)| pattern.is_match(&rest));
        named.map_or(UNKNOWN_TOOL, |(tool, _)| tool)
    }
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
