//! The rules file as written: what each kind of rule has, beside what all rules have
//! (`row.rs`).

use serde::Deserialize;

use super::row::Row;
use super::{Confidence, Role};

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RulesFile {
    pub(super) schema: u32,
    pub(super) ruleset: String,
    pub(super) confidence: Option<ConfidenceTable>,
    pub(super) precedence: Option<PrecedenceTable>,
    pub(super) squash: Option<SquashTable>,
    #[serde(default)]
    pub(super) identity: Vec<Row<IdentityRow>>,
    #[serde(default)]
    pub(super) bot: Vec<Row<BotRow>>,
    #[serde(default)]
    pub(super) trailer: Vec<Row<TrailerRow>>,
    #[serde(default)]
    pub(super) disclosure: Vec<Row<DisclosureRow>>,
    #[serde(default)]
    pub(super) line: Vec<Row<LineRow>>,
    #[serde(default)]
    pub(super) human: Vec<Row<HumanRow>>,
    #[serde(default)]
    pub(super) subject: Vec<Row<LineRow>>,
    #[serde(default)]
    pub(super) branch: Vec<Row<BranchRow>>,
    #[serde(default)]
    pub(super) record: Vec<RecordRow>,
    #[serde(default)]
    pub(super) repo_signal: Vec<Row<RepoSignalRow>>,
    #[serde(default)]
    pub(super) tool_word: Vec<Row<ToolWordRow>>,
    #[serde(default)]
    pub(super) model: Vec<Row<ModelRow>>,
}

impl RulesFile {
    /// The tools that rules name: the kind of the rule, its id, the tool.
    pub(super) fn tools(&self) -> Vec<(&'static str, &str, &str)> {
        fn of<'f, T: 'f>(
            kind: &'static str,
            rows: &'f [Row<T>],
            tool: impl Fn(&'f T) -> &'f String,
        ) -> impl Iterator<Item = (&'static str, &'f str, &'f str)> {
            rows.iter().map(move |row| (kind, row.id.as_str(), tool(&row.rule).as_str()))
        }
        of("identity", &self.identity, |rule| &rule.tool)
            .chain(of("trailer", &self.trailer, |rule| &rule.tool))
            .chain(of("line", &self.line, |rule| &rule.tool))
            .chain(of("subject", &self.subject, |rule| &rule.tool))
            .chain(of("branch", &self.branch, |rule| &rule.tool))
            .chain(of("repo_signal", &self.repo_signal, |rule| &rule.tool))
            .chain(of("tool_word", &self.tool_word, |rule| &rule.tool))
            .collect()
    }
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
#[derive(Debug, Clone, Deserialize)]
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
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SquashTable {
    pub(super) min_bullets: u32,
    pub(super) subject_pr_suffix: Row<SquashRow>,
    pub(super) gitlab_mr_line: Row<SquashRow>,
    pub(super) bullet_line: Row<SquashRow>,
    pub(super) dash_rule: Row<SquashRow>,
    pub(super) git_squash_header: Row<SquashRow>,
}

/// One thing that squashes have. Letter case matters to it, unless it says otherwise.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SquashRow {
    pub(super) pattern: String,
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
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IdentityRow {
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
}

/// An identity that is automation and no AI.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BotRow {
    pub(super) name: String,
    pub(super) email: String,
    #[serde(rename = "kind")]
    _kind: String,
}

/// A `Key: value` line that a tool writes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrailerRow {
    pub(super) tool: String,
    pub(super) key: String,
    pub(super) value: String,
    pub(super) role: Role,
    pub(super) confidence: Confidence,
}

/// A `Key: value` line by which a person discloses; the value decides.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DisclosureRow {
    pub(super) key: String,
    pub(super) value_ai: String,
    pub(super) value_human: Option<String>,
    pub(super) value_person: Option<String>,
    pub(super) value_tool: Option<String>,
    pub(super) role: Role,
    pub(super) confidence: Confidence,
}

/// A whole line of the body, or the subject.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LineRow {
    pub(super) tool: String,
    pub(super) pattern: String,
    pub(super) exclude: Option<String>,
    /// A person's name where the tool stands, unless the other pattern fits too.
    pub(super) person: Option<String>,
    pub(super) person_except: Option<String>,
    pub(super) role: Role,
    pub(super) confidence: Confidence,
}

/// A statement that no AI was used.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HumanRow {
    pub(super) pattern: String,
    pub(super) exclude: Option<String>,
    pub(super) confidence: Confidence,
}

/// A branch name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BranchRow {
    pub(super) tool: String,
    pub(super) pattern: String,
    pub(super) confidence: Confidence,
}

/// A place where tools record lines or sessions. It has no pattern: a program reads it.
#[derive(Debug, Clone, Deserialize)]
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
}

/// A path that shows a tool is configured in a repository.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RepoSignalRow {
    pub(super) tool: String,
    pub(super) path: String,
}

/// The words people use for a tool.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToolWordRow {
    pub(super) tool: String,
    pub(super) pattern: String,
}

/// How a model is named.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelRow {
    pub(super) pattern: String,
    pub(super) vendor: String,
}
