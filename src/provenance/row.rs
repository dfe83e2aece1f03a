//! What all rules have: an id, texts that they fit and do not fit, and what is known of
//! where they come from.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

/// A rule: what all rules have, and what its kind has.
#[derive(Debug, Clone)]
pub(super) struct Row<T> {
    /// By which evidence names it.
    pub(super) id: String,
    /// Whether letter case matters to its patterns.
    pub(super) case: Case,
    /// Texts that it must fit, written as what the rule reads.
    pub(super) example: Vec<String>,
    /// Texts that come near and that it must not fit.
    pub(super) counter_example: Vec<String>,
    /// What its kind has.
    pub(super) rule: T,
}

/// Whether letter case matters to the patterns of a rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Case {
    Sensitive,
    #[default]
    Insensitive,
}

/// The keys that every rule may have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Common {
    id: String,
    #[serde(default)]
    case: Case,
    #[serde(default)]
    example: Vec<String>,
    #[serde(default)]
    counter_example: Vec<String>,
    #[serde(rename = "seen")]
    _seen: Option<[u64; 3]>,
    #[serde(rename = "seen_merges")]
    _seen_merges: Option<[u64; 2]>,
    #[serde(rename = "seen_repos")]
    _seen_repos: Option<u64>,
    #[serde(rename = "branch_commits_marked_unmarked")]
    _branch_commits: Option<[u64; 2]>,
    #[serde(rename = "first_last")]
    _first_last: Option<[String; 2]>,
    #[serde(rename = "basis")]
    _basis: Option<Basis>,
    #[serde(rename = "note")]
    _note: Option<String>,
}

/// The names of [`Common`]'s keys.
const COMMON: [&str; 11] = [
    "id",
    "case",
    "example",
    "counter_example",
    "seen",
    "seen_merges",
    "seen_repos",
    "branch_commits_marked_unmarked",
    "first_last",
    "basis",
    "note",
];

/// How a rule is known.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Basis {
    Corpus,
    Source,
    Docs,
    Secondhand,
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Row<T> {
    /// Keys that neither all rules nor this kind has are an error, as is a rule without
    /// examples; what is wrong is said with the id of the rule.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut own = toml::Table::deserialize(deserializer)?;
        let id = own.get("id").and_then(toml::Value::as_str).map(str::to_owned);
        let Some(id) = id else { return Err(D::Error::custom("a rule has no `id`")) };
        let in_rule =
            |why: &dyn std::fmt::Display| D::Error::custom(format!("rule `{id}`: {why}"));
        let common: toml::Table =
            COMMON.iter().filter_map(|key| own.remove_entry(*key)).collect();
        let common: Common = common.try_into().map_err(|error| in_rule(&error))?;
        let rule = own.try_into().map_err(|error| in_rule(&error))?;
        if common.example.is_empty() || common.counter_example.is_empty() {
            let why = "it wants an `example`, a text that it fits, and a \
                       `counter_example`, one that comes near and does not";
            return Err(in_rule(&why));
        }
        let Common { id, case, example, counter_example, .. } = common;
        Ok(Self { id, case, example, counter_example, rule })
    }
}
