//! The rules file as written.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Confidence, Role};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RulesFile {
    pub(super) schema: u32,
    pub(super) ruleset: String,
    pub(super) confidence: ConfidenceTable,
    pub(super) precedence: PrecedenceTable,
    pub(super) squash: SquashTable,
    #[serde(default)]
    pub(super) identity: Vec<IdentityRow>,
    #[serde(default)]
    pub(super) bot: Vec<BotRow>,
    #[serde(default)]
    pub(super) trailer: Vec<TrailerRow>,
    #[serde(default)]
    pub(super) disclosure: Vec<DisclosureRow>,
    #[serde(default)]
    pub(super) line: Vec<LineRow>,
    #[serde(default)]
    pub(super) human: Vec<HumanRow>,
    #[serde(default)]
    pub(super) subject: Vec<LineRow>,
    #[serde(default)]
    pub(super) branch: Vec<BranchRow>,
    #[serde(default)]
    pub(super) record: Vec<RecordRow>,
    #[serde(default)]
    pub(super) repo_signal: Vec<RepoSignalRow>,
    #[serde(default)]
    pub(super) tool_word: Vec<ToolWordRow>,
    #[serde(default)]
    pub(super) model: Vec<ModelRow>,
}

/// The probability each degree of confidence stands for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfidenceTable {
    pub(super) certain: f64,
    pub(super) high: f64,
    pub(super) medium: f64,
    pub(super) low: f64,
    pub(super) hint: f64,
}

/// Kinds of evidence, the strongest first.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PrecedenceTable {
    pub(super) order: Vec<Kind>,
}

/// A kind of evidence, for deciding between pieces that disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    LineRecord,
    AuthorIdentity,
    SessionTrailer,
    CoAuthor,
    Footer,
    DisclosureTrailer,
    AutofixOrReview,
    Prose,
    Branch,
    RepoSignal,
}

/// How a squash is recognised.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SquashTable {
    pub(super) subject_pr_suffix: String,
    pub(super) gitlab_mr_line: String,
    pub(super) bullet_line: String,
    pub(super) min_bullets: u32,
    pub(super) dash_rule: String,
    pub(super) git_squash_header: String,
}

/// Whether letter case matters to the patterns of a rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Case {
    Sensitive,
    #[default]
    Insensitive,
}

/// What an identity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum IdentityClass {
    Agent,
    Autofix,
    Reviewer,
    IdeMarker,
    Orchestrator,
}

/// A person-like identity that is an agent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IdentityRow {
    pub(super) id: String,
    pub(super) tool: String,
    pub(super) name: Option<String>,
    pub(super) email: String,
    pub(super) class: IdentityClass,
    pub(super) role: Role,
    pub(super) coauthor_role: Option<Role>,
    pub(super) committer_role: Option<Role>,
    pub(super) confidence: Confidence,
    #[serde(default)]
    pub(super) model_from_name: bool,
    /// The address is a person's own; the matched part of the name marks the agent.
    #[serde(default)]
    pub(super) person_in_name: bool,
    /// First and last day, both included, on which the marker proves little.
    pub(super) distrust_committer_dates: Option<[String; 2]>,
    #[serde(default)]
    pub(super) case: Case,
    #[serde(default, rename = "seen")]
    _seen: IgnoredAny,
    #[serde(default, rename = "first_last")]
    _first_last: IgnoredAny,
    #[serde(default, rename = "basis")]
    _basis: IgnoredAny,
    #[serde(default, rename = "note")]
    _note: IgnoredAny,
}

/// An identity that is automation and no AI.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BotRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) email: String,
    #[serde(rename = "kind")]
    _kind: String,
    #[serde(default)]
    pub(super) case: Case,
    #[serde(default, rename = "seen")]
    _seen: IgnoredAny,
    #[serde(default, rename = "first_last")]
    _first_last: IgnoredAny,
    #[serde(default, rename = "basis")]
    _basis: IgnoredAny,
    #[serde(default, rename = "note")]
    _note: IgnoredAny,
}

/// A `Key: value` line that a tool writes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrailerRow {
    pub(super) id: String,
    pub(super) tool: String,
    pub(super) key: String,
    pub(super) value: String,
    pub(super) role: Role,
    pub(super) confidence: Confidence,
    #[serde(default)]
    pub(super) case: Case,
    #[serde(default, rename = "seen")]
    _seen: IgnoredAny,
    #[serde(default, rename = "first_last")]
    _first_last: IgnoredAny,
    #[serde(default, rename = "basis")]
    _basis: IgnoredAny,
    #[serde(default, rename = "note")]
    _note: IgnoredAny,
}

/// A `Key: value` line by which a person discloses; the value decides.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DisclosureRow {
    pub(super) id: String,
    pub(super) key: String,
    pub(super) value_ai: String,
    pub(super) value_human: Option<String>,
    pub(super) value_person: Option<String>,
    pub(super) value_tool: Option<String>,
    pub(super) role: Role,
    pub(super) confidence: Confidence,
    #[serde(default)]
    pub(super) case: Case,
    #[serde(default, rename = "seen")]
    _seen: IgnoredAny,
    #[serde(default, rename = "first_last")]
    _first_last: IgnoredAny,
    #[serde(default, rename = "basis")]
    _basis: IgnoredAny,
    #[serde(default, rename = "note")]
    _note: IgnoredAny,
}

/// A whole line of the body, or the subject.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LineRow {
    pub(super) id: String,
    pub(super) tool: String,
    pub(super) pattern: String,
    pub(super) exclude: Option<String>,
    /// A person's name where the tool stands, unless the other pattern fits too.
    pub(super) person: Option<String>,
    pub(super) person_except: Option<String>,
    pub(super) role: Role,
    pub(super) confidence: Confidence,
    #[serde(default)]
    pub(super) case: Case,
    #[serde(default, rename = "seen")]
    _seen: IgnoredAny,
    #[serde(default, rename = "first_last")]
    _first_last: IgnoredAny,
    #[serde(default, rename = "basis")]
    _basis: IgnoredAny,
    #[serde(default, rename = "note")]
    _note: IgnoredAny,
}

/// A statement that no AI was used.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HumanRow {
    pub(super) id: String,
    pub(super) pattern: String,
    pub(super) confidence: Confidence,
    #[serde(default)]
    pub(super) case: Case,
    #[serde(default, rename = "seen")]
    _seen: IgnoredAny,
    #[serde(default, rename = "first_last")]
    _first_last: IgnoredAny,
    #[serde(default, rename = "basis")]
    _basis: IgnoredAny,
    #[serde(default, rename = "note")]
    _note: IgnoredAny,
}

/// A branch name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BranchRow {
    pub(super) id: String,
    pub(super) tool: String,
    pub(super) pattern: String,
    pub(super) confidence: Confidence,
    #[serde(default)]
    pub(super) case: Case,
    #[serde(default, rename = "seen_merges")]
    _seen_merges: IgnoredAny,
    #[serde(default, rename = "branch_commits_marked_unmarked")]
    _branch_commits_marked_unmarked: IgnoredAny,
    #[serde(default, rename = "seen")]
    _seen: IgnoredAny,
    #[serde(default, rename = "first_last")]
    _first_last: IgnoredAny,
    #[serde(default, rename = "basis")]
    _basis: IgnoredAny,
    #[serde(default, rename = "note")]
    _note: IgnoredAny,
}

/// A place where tools record lines or sessions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordRow {
    pub(super) id: String,
    #[serde(rename = "where")]
    _place: String,
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "granularity")]
    _granularity: String,
    #[serde(rename = "confidence")]
    _confidence: Confidence,
    #[serde(default, rename = "seen")]
    _seen: IgnoredAny,
    #[serde(default, rename = "first_last")]
    _first_last: IgnoredAny,
    #[serde(default, rename = "basis")]
    _basis: IgnoredAny,
    #[serde(default, rename = "note")]
    _note: IgnoredAny,
}

/// A path that shows a tool is configured in a repository.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RepoSignalRow {
    pub(super) id: String,
    #[serde(rename = "tool")]
    _tool: String,
    pub(super) path: String,
    #[serde(default)]
    pub(super) case: Case,
    #[serde(default, rename = "seen_repos")]
    _seen_repos: IgnoredAny,
    #[serde(default, rename = "seen")]
    _seen: IgnoredAny,
    #[serde(default, rename = "first_last")]
    _first_last: IgnoredAny,
    #[serde(default, rename = "basis")]
    _basis: IgnoredAny,
    #[serde(default, rename = "note")]
    _note: IgnoredAny,
}

/// The words people use for a tool.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToolWordRow {
    pub(super) tool: String,
    pub(super) pattern: String,
    #[serde(default)]
    pub(super) case: Case,
}

/// How a model is named.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelRow {
    pub(super) id: String,
    pub(super) pattern: String,
    pub(super) vendor: String,
    #[serde(default)]
    pub(super) case: Case,
}
