//! Commits and numbers of lines as all explanations show them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::facts::{ChangeFacts, ChangeStatus, Facts, LifetimeFacts};
use crate::history::CommitIdx;
use crate::provenance::{self, Confidence, EvidenceLevel, Role};
use crate::units::Timestamp;

/// A commit: when, how it landed, and what it says of AI. Who wrote it is for git to
/// show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommitAnswer {
    /// Its id.
    pub id: String,
    /// When it was written.
    pub author_time: Option<String>,
    /// The mainline commit that brought it in: itself, or a merge.
    pub landing: String,
    /// When that was, on the clock of the branch.
    pub landing_time: Option<String>,
    /// How many parents it has: more than one for a merge.
    pub parents: usize,
    /// What it says of AI, as a class.
    pub ai_class: &'static str,
    /// Whether its lines count as AI-marked, but for those that a record gives to a
    /// person.
    pub ai_marked: bool,
    /// The tools it names.
    pub tools: Vec<String>,
    /// The models it names.
    pub models: Vec<String>,
    /// What they did.
    pub role: Option<&'static str>,
    /// How sure that is.
    pub confidence: Option<&'static str>,
    /// The rules that fit, and where.
    pub evidence: Vec<EvidenceAnswer>,
}

/// A rule that fits a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvidenceAnswer {
    /// The id of the rule.
    pub rule: String,
    /// Where in the commit.
    pub place: &'static str,
    /// The first line of the message, from 1.
    pub line: Option<u32>,
    /// How often.
    pub count: u32,
}

/// Numbers of lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LineCounts {
    /// All lines.
    pub lines: u64,
    /// Those that figures count: no blank ones, none that nobody wrote.
    pub counted: u64,
}

impl LineCounts {
    pub(super) fn add(&mut self, facts: &Facts, lifetime: &LifetimeFacts) {
        self.lines += lifetime.lines;
        if counts(facts, lifetime) {
            self.counted += lifetime.lines;
        }
    }
}

/// Whether figures count these lines.
pub(super) fn counts(facts: &Facts, lifetime: &LifetimeFacts) -> bool {
    facts.exact || lifetime.is_countable()
}

/// What `git diff --numstat -M` says of a commit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct DiffCount {
    /// Files changed.
    pub files: u64,
    /// Lines added.
    pub added: u64,
    /// Lines deleted.
    pub deleted: u64,
    /// Files without numbers: binary, or not readable.
    pub files_without_lines: u64,
}

/// Sums up what a commit changed, as far as `wanted` takes it.
pub(super) fn diff_count(
    facts: &Facts,
    commit: CommitIdx,
    wanted: impl Fn(&ChangeFacts) -> bool,
) -> DiffCount {
    let mut sum = DiffCount::default();
    let changes = facts.changes.iter().filter(|change| change.commit == commit);
    for change in changes.filter(|change| wanted(change)) {
        sum.files += 1;
        match change.lines {
            Some((added, deleted)) => {
                sum.added += u64::from(added);
                sum.deleted += u64::from(deleted);
            }
            None => sum.files_without_lines += 1,
        }
    }
    sum
}

/// Describes a commit.
pub(super) fn answer(facts: &Facts, commit: CommitIdx) -> CommitAnswer {
    let one = &facts.commits[commit.at()];
    let said = &one.provenance;
    let evidence = |found: &provenance::Evidence| EvidenceAnswer {
        rule: found.rule.clone(),
        place: found.place.as_str(),
        line: found.line,
        count: found.count,
    };
    CommitAnswer {
        id: one.id.to_string(),
        author_time: one.author_time.and_then(Timestamp::to_rfc3339),
        landing: landing_id(facts, one.landing),
        landing_time: landing_time(facts, one.landing),
        parents: one.parents.len(),
        ai_class: said.class.as_str(),
        ai_marked: said.level != EvidenceLevel::E0,
        tools: said.tools.clone(),
        models: said.models.clone(),
        role: said.role.map(Role::as_str),
        confidence: said.confidence.map(Confidence::as_str),
        evidence: said.evidence.iter().map(evidence).collect(),
    }
}

/// The id of a mainline commit.
pub(super) fn landing_id(facts: &Facts, landing: u32) -> String {
    facts.commits[facts.mainline[landing as usize].commit.at()].id.to_string()
}

/// The moment of a landing.
pub(super) fn landing_time(facts: &Facts, landing: u32) -> Option<String> {
    facts.mainline[landing as usize].time.to_rfc3339()
}

/// Days from one landing to another.
pub(super) fn days_between(facts: &Facts, earlier: u32, later: u32) -> f64 {
    let time = |landing: u32| facts.mainline[landing as usize].time;
    time(later).days_since(time(earlier))
}

/// The renames of a commit: new path → old path, by their numbers.
pub(super) fn renames(facts: &Facts, commit: CommitIdx) -> BTreeMap<u32, u32> {
    let changes = facts.changes.iter().filter(|change| change.commit == commit);
    changes
        .filter(|change| change.status == ChangeStatus::Renamed)
        .filter_map(|change| Some((change.path, change.old_path?)))
        .collect()
}
