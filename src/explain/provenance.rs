//! Why a commit counts as AI-marked or not: every piece of evidence with its place, what
//! records say of its lines, and what follows.

use std::collections::BTreeMap;

use serde::Serialize;

use super::commit::{self, CommitAnswer, LineCounts};
use super::git_command::{Git, GitCommand};
use super::{Answer, Answered, CommitPrefix, lookup};
use crate::error::Error;
use crate::facts::{AiShare, CommitFacts, Facts, OperatorBy};
use crate::history::CommitIdx;
use crate::provenance::{AiClass, Place, Squash};

/// Why a commit is what it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProvenanceAnswer {
    /// The commit.
    pub commit: CommitAnswer,
    /// Its class by author, committer and message alone.
    pub class_by_marks: &'static str,
    /// How strong what is known of those of its lines is that no record speaks of: E0
    /// nothing, E1 a record, E2 the commit is marked, E3 its pull request is.
    pub evidence_level: &'static str,
    /// Whether it is a squash: `none`, `single` or `multi`.
    pub squash: &'static str,
    /// Whether a person's statement that no AI was used stands beside stronger marks.
    pub contradicted: bool,
    /// Where the person whose work and bill it is comes from.
    pub operator: &'static str,
    /// The share of its lines that may be an agent's.
    pub ai_share: Option<AiShare>,
    /// What a record says of its lines.
    pub record: Option<RecordAnswer>,
    /// Commits of its pull request, without bots, and those of them that are marked.
    pub pull_request: Option<PulledAnswer>,
    /// The lines that it wrote and that landed, by what is known of them.
    pub lines: Vec<LineRow>,
    /// What decides, in words.
    pub because: Vec<String>,
}

/// What a record says of the lines of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordAnswer {
    /// The id of the rule that says where such records lie.
    pub record: String,
    /// Whether it speaks of single lines, and not of how many there are.
    pub of_lines: bool,
    /// Lines that it lists as an agent's, whoever added them.
    pub listed_ai: u64,
    /// Lines that it lists as a person's.
    pub listed_human: u64,
    /// Lines that the commit added.
    pub added: u64,
    /// Those of them that are an agent's.
    pub ai: u64,
    /// Those of them that are a person's.
    pub human: u64,
}

/// The commits of a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PulledAnswer {
    /// All, without merges.
    pub commits: u64,
    /// Those that are marked.
    pub marked: u64,
}

/// Lines of a commit of which the same is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineRow {
    /// How strong that is.
    pub level: &'static str,
    /// Who wrote them, by a record.
    pub writer: Option<&'static str>,
    /// The tool.
    pub tool: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// Whether they are in the cohort AI-marked.
    pub ai_marked: bool,
    /// How many.
    #[serde(flatten)]
    pub counts: LineCounts,
}

pub(super) fn explain(
    repositories: &[Facts],
    prefix: &CommitPrefix,
) -> Result<Answered, Error> {
    let (at, idx) = lookup::commit(repositories, prefix)?;
    let facts = &repositories[at];
    let one = &facts.commits[idx.at()];
    let message = GitCommand {
        shows: "what it says of itself",
        command: Git::new(facts).message(idx),
        names: Some(one.id.to_string()),
    };
    let mut commands = vec![message];
    if one.record.as_ref().is_some_and(|record| record.record == "git-ai.v3") {
        commands.push(GitCommand {
            shows: "the lines that the record lists",
            command: Git::new(facts).note(idx, "ai"),
            names: None,
        });
    }
    Ok(Answered {
        id: format!("provenance:{}", one.id),
        repository: Some(at),
        answer: Answer::Provenance(answer(facts, idx)),
        commands,
    })
}

fn answer(facts: &Facts, idx: CommitIdx) -> ProvenanceAnswer {
    let one = &facts.commits[idx.at()];
    let said = &one.provenance;
    ProvenanceAnswer {
        commit: commit::answer(facts, idx),
        class_by_marks: said.by_marks.as_str(),
        evidence_level: said.level.as_str(),
        squash: said.squash.as_str(),
        contradicted: said.is_contradicted,
        operator: match (one.operator, one.operator_by) {
            (None, _) => "unknown",
            (Some(_), OperatorBy::Text) => "named by the commit",
            (Some(_), OperatorBy::Record) => "named by a record",
            (Some(_), OperatorBy::Landing) => "whoever brought it to the mainline",
        },
        ai_share: one.ai_share(),
        record: one.record.as_ref().map(|record| RecordAnswer {
            record: record.record.clone(),
            of_lines: record.of_lines,
            listed_ai: record.listed_ai,
            listed_human: record.listed_human,
            added: record.written,
            ai: record.ai,
            human: record.human,
        }),
        pull_request: one
            .pulled
            .map(|pull| PulledAnswer { commits: pull.commits, marked: pull.marked }),
        lines: lines(facts, idx),
        because: because(one),
    }
}

fn lines(facts: &Facts, idx: CommitIdx) -> Vec<LineRow> {
    let mut rows: BTreeMap<u16, LineCounts> = BTreeMap::new();
    let mut level = BTreeMap::new();
    for one in facts.lifetimes.iter().filter(|one| one.origin == idx) {
        rows.entry(one.mark).or_default().add(facts, one);
        level.insert(one.mark, (facts.evidence_level(one), facts.is_ai_marked(one)));
    }
    let row = |(mark, counts): (u16, LineCounts)| {
        let writer = usize::from(mark).checked_sub(1).map(|at| &facts.writers[at]);
        let (level, ai_marked) = level[&mark];
        LineRow {
            level: level.as_str(),
            writer: writer.map(|writer| writer.writer.as_str()),
            tool: writer.and_then(|writer| writer.tool.clone()),
            model: writer.and_then(|writer| writer.model.clone()),
            ai_marked,
            counts,
        }
    };
    rows.into_iter().map(row).collect()
}

/// What decides, from the strongest on.
fn because(one: &CommitFacts) -> Vec<String> {
    let said = &one.provenance;
    let mut because = Vec::new();
    let mut say = |text: &str| because.push(text.to_owned());
    if one.parents.len() > 1 {
        say(
            "It is a merge: it speaks for the branch that it brings, not for lines of its own.",
        );
    }
    if said.class == AiClass::Bot {
        say(
            "Its author is automation that is no AI; what its message repeats is of what it \
             merges or updates.",
        );
    }
    if let Some(record) = &one.record {
        say(match (record.ai, record.of_lines) {
            (0, _) => "A record of its lines names no agent for any line that it added.",
            (_, true) => {
                "A record names the lines that an agent wrote; of those only the ones \
                          that this commit added count."
            }
            (_, false) => {
                "A tool counted how many of its lines an agent wrote; it does not say \
                           which."
            }
        });
    }
    if let Some(pull) = one.pulled {
        say(match pull.marked {
            0 => "No commit of its pull request is marked.",
            marked if marked == pull.commits => {
                "All commits of its pull request are marked."
            }
            _ => "Some commits of its pull request are marked, and some are not.",
        });
    } else if said.squash == Squash::Multi && said.by_marks.is_marked() {
        say(
            "It stands for several commits, and its marks for some of them: which is not known.",
        );
    }
    let has = |place: Place| said.evidence.iter().any(|found| found.place == place);
    if has(Place::Branch) {
        say(
            "A merge brought it from a branch that is named as a tool names branches: the \
             weakest evidence, which decides where nothing else does.",
        );
    }
    if said.is_contradicted {
        say("A statement that no AI was used stands beside stronger evidence.");
    }
    if said.evidence.is_empty() {
        say(
            "Nothing says that AI took part, and nothing says that it did not: unmarked is not \
             human.",
        );
    }
    because
}
