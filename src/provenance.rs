//! What a commit says about AI in its author, committer and message: class, tools,
//! models, role, confidence, the evidence, and the person whose work it is.
//!
//! Every rule is data: something a tool, a platform or a contributor writes about
//! itself. Nothing is inferred from the style of code, and silence proves nothing: a
//! commit without evidence is [`AiClass::Unknown`], never human.
//!
//! Merge commits have no evidence of their own. Whether a commit is a merge is not
//! in its text, so the caller leaves their class out of account.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::units::{Timestamp, UtcDay};
use crate::untrusted::Untrusted;

mod branch;
mod classify;
mod disclosure;
mod examples;
mod file;
mod memo;
mod message;
mod names;
mod operator;
mod patterns;
mod people;
mod row;
mod rules;
mod squash;
mod user;
mod words;

#[cfg(test)]
mod tests;

pub use branch::{BranchRule, merged_branch};
pub use people::PersonKind;
pub use rules::{Rules, digest};

/// What a commit says about itself, raw: as it is in the object, before any mailmap.
#[derive(Debug, Clone, Copy)]
pub struct CommitText<'a> {
    /// The author's name.
    pub author_name: &'a [u8],
    /// The author's address.
    pub author_email: &'a [u8],
    /// The committer's name.
    pub committer_name: &'a [u8],
    /// The committer's address.
    pub committer_email: &'a [u8],
    /// When it was committed, if known: some markers prove nothing in some weeks.
    pub committer_time: Option<Timestamp>,
    /// The whole message.
    pub message: &'a [u8],
}

/// The part AI has in a commit, by its own words.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum AiClass {
    /// An agent is the author.
    Authored,
    /// An agent is a co-author, or a session of one left its mark.
    Coauthored,
    /// A squash of several commits, some of which carry a mark.
    Mixed,
    /// A disclosure or an accepted fix says that AI helped.
    Assisted,
    /// AI reviewed; nothing says that it wrote.
    ReviewOnly,
    /// An agent committed what a person wrote.
    CommittedOnly,
    /// Automation that is no AI.
    Bot,
    /// A person says that no AI was used.
    DeclaredHuman,
    /// Nothing is said.
    Unknown,
}

impl AiClass {
    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authored => "authored",
            Self::Coauthored => "coauthored",
            Self::Mixed => "mixed",
            Self::Assisted => "assisted",
            Self::ReviewOnly => "review_only",
            Self::CommittedOnly => "committed_only",
            Self::Bot => "bot",
            Self::DeclaredHuman => "declared_human",
            Self::Unknown => "unknown",
        }
    }

    /// Whether a commit of this class belongs to the cohort "AI-marked". All other
    /// commits are "unmarked", not "human".
    pub fn is_marked(self) -> bool {
        matches!(self, Self::Authored | Self::Coauthored | Self::Mixed | Self::Assisted)
    }
}

/// What the evidence says an AI did.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It is the author.
    Author,
    /// It is a co-author.
    CoAuthor,
    /// A session of it made the commit.
    Session,
    /// It helped.
    Assisted,
    /// It reviewed.
    Reviewer,
    /// It committed the work of somebody else.
    Committer,
    /// It wrote, or is named in, the message only.
    Message,
    /// It found what is mended and wrote nothing.
    Reporter,
    /// It is automation and no AI.
    Automation,
    /// None: a person says so.
    Human,
}

impl Role {
    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::CoAuthor => "co-author",
            Self::Session => "session",
            Self::Assisted => "assisted",
            Self::Reviewer => "reviewer",
            Self::Committer => "committer",
            Self::Message => "message",
            Self::Reporter => "reporter",
            Self::Automation => "automation",
            Self::Human => "human",
        }
    }
}

/// How sure the evidence makes us that the tool took part in the commit. It is not
/// the share of lines that the tool wrote. [`Rules::probability`] gives the number.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Worth a remark; never decides a class.
    Hint,
    /// More often wrong than right.
    Low,
    /// Mostly right.
    Medium,
    /// Nearly always right.
    High,
    /// Recorded by the tool itself.
    Certain,
}

impl Confidence {
    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Certain => "certain",
        }
    }
}

/// Whether a message stands for several commits pressed into one.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Squash {
    /// No squash, as far as the message tells.
    None,
    /// A squash or merge request of, as far as the message tells, one commit.
    Single,
    /// A squash of several commits.
    Multi,
}

impl Squash {
    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Single => "single",
            Self::Multi => "multi",
        }
    }
}

/// Where in a commit a piece of evidence is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The author field.
    Author,
    /// The committer field.
    Committer,
    /// A `Co-authored-by` or `Co-developed-by` line.
    CoAuthor,
    /// Another `Key: value` line.
    Trailer,
    /// A line of the body.
    Line,
    /// The first line.
    Subject,
    /// The name of the branch that a merge brought it from.
    Branch,
    /// The commits of the pull request that was squashed into it.
    PullRequest,
    /// A record of a tool about the lines of the commit.
    Record,
}

impl Place {
    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Committer => "committer",
            Self::CoAuthor => "co-author",
            Self::Trailer => "trailer",
            Self::Line => "line",
            Self::Subject => "subject",
            Self::Branch => "branch",
            Self::PullRequest => "pull-request",
            Self::Record => "record",
        }
    }
}

/// One rule that fits a commit, at one kind of place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Evidence {
    /// The id of the rule.
    pub rule: String,
    /// Where it fits.
    pub place: Place,
    /// The first line of the message it fits, counted from 1; `None` where it is not in
    /// the message.
    pub line: Option<u32>,
    /// How often it fits there. A squash that carries a trailer seven times had about
    /// seven marked commits. Of a pull request the marked commits, of a record the lines.
    pub count: u32,
}

/// How strong what is known of the lines of a commit is, where no record speaks of a line
/// itself. Usage of the author labels no line, and is no level here.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
)]
pub enum EvidenceLevel {
    /// Nothing is known.
    #[default]
    E0,
    /// A record of the line, or of all lines of the commit.
    E1,
    /// The commit itself is marked.
    E2,
    /// The pull request is: its branch, its other commits, or what a squash kept of them.
    E3,
}

impl EvidenceLevel {
    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::E0 => "E0",
            Self::E1 => "E1",
            Self::E2 => "E2",
            Self::E3 => "E3",
        }
    }
}

/// Everything a commit says about AI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The part AI has in it, by all evidence there is.
    pub class: AiClass,
    /// The same by author, committer and message alone.
    pub by_marks: AiClass,
    /// What is known of those of its lines that no record speaks of.
    pub level: EvidenceLevel,
    /// The tools that took that part, sorted, each once. Names are those of the rules.
    pub tools: Vec<String>,
    /// The models named, sorted, each once; empty when none is named.
    pub models: Vec<String>,
    /// What the strongest evidence says AI did; `None` without evidence.
    pub role: Option<Role>,
    /// How sure the evidence for the class is; `None` without evidence.
    pub confidence: Option<Confidence>,
    /// Whether it is a squash.
    pub squash: Squash,
    /// Whether a person's statement that no AI was used stands beside a mark that is
    /// stronger.
    pub is_contradicted: bool,
    /// All rules that fit, by rule and place.
    pub evidence: Vec<Evidence>,
    /// Name and address of the person whose work it is, raw, so that usage can be
    /// joined; `None` when the commit names no person.
    pub operator: Option<(Vec<u8>, Vec<u8>)>,
}

impl Provenance {
    /// Adds a tool that took part.
    pub fn add_tool(&mut self, tool: &str) {
        add_name(&mut self.tools, tool);
    }

    /// Adds a model that took part.
    pub fn add_model(&mut self, model: &str) {
        add_name(&mut self.models, model);
    }
}

/// Names stay sorted, each once.
fn add_name(names: &mut Vec<String>, name: &str) {
    if let Err(at) = names.binary_search_by(|known| known.as_str().cmp(name)) {
        names.insert(at, name.to_owned());
    }
}

impl Default for Provenance {
    /// Nothing said, and nobody known.
    fn default() -> Self {
        Self {
            class: AiClass::Unknown,
            by_marks: AiClass::Unknown,
            level: EvidenceLevel::E0,
            tools: Vec::new(),
            models: Vec::new(),
            role: None,
            confidence: None,
            squash: Squash::None,
            is_contradicted: false,
            evidence: Vec::new(),
            operator: None,
        }
    }
}

/// The error of a rules file that cannot be used.
fn bad_rule(rule: &str, why: &dyn std::fmt::Display) -> Error {
    Error::usage(
        "E-RULES",
        "cannot read the provenance rules",
        &format!("rule `{}`: {}", shown(rule), shown(&one_line(why))),
        "mend the rule, as docs/provenance-rules.md has it",
    )
}

/// The error of a rule that does not do what its example says.
fn bad_example(rule: &str, why: &str, example: &str) -> Error {
    let why = format!("rule `{}`: it {why} `{}`", shown(rule), shown(example));
    let hint = "mend the rule or its example";
    Error::usage("E-RULES", "cannot use the provenance rules", &why, hint)
}

/// A text of a rules file for people: it may hold anything, and be as long as the file.
fn shown(text: &str) -> String {
    const SHOWN_CHARACTERS: usize = 300;
    let short: String = text.chars().take(SHOWN_CHARACTERS).collect();
    Untrusted::from(short.as_bytes()).to_terminal()
}

/// Regex errors draw the pattern over several lines; errors of ours are one line.
fn one_line(why: &dyn std::fmt::Display) -> String {
    why.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads `YYYY-MM-DD`.
fn day(text: &str) -> Option<UtcDay> {
    let mut parts = text.splitn(3, '-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    UtcDay::from_ymd(year, month, parts.next()?.parse().ok()?)
}
