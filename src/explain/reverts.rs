//! What a commit took back or brought back, and why that is said of it.

use serde::Serialize;

use super::commit::{self, CommitAnswer};
use super::git_command::{Git, GitCommand};
use super::id::CommitPrefix;
use super::lookup;
use super::{Answer, Answered};
use crate::error::Error;
use crate::facts::{Facts, RevertFacts};
use crate::history::CommitIdx;
use crate::lines::undone::Undo;
use crate::reverts::FoundBy;

/// What a commit took back, or what took it back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RevertAnswer {
    /// The commit that was asked about.
    pub asked: CommitAnswer,
    /// What it did to others, and others to it, in the order of those that did it.
    pub rows: Vec<RevertRow>,
}

/// What one commit did to the work of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RevertRow {
    /// What it did: `revert`, `reland`, `silent`, `hotfix`, `bug_link`.
    pub kind: &'static str,
    /// The commit that did it.
    pub by: String,
    /// When that landed.
    pub by_time: Option<String>,
    /// What it did it to; `None` where a message names what is not here.
    pub target: Option<String>,
    /// When that landed.
    pub target_time: Option<String>,
    /// How the target was found.
    pub found_by: Option<&'static str>,
    /// How far the lines agree that it was taken back; `None` where they do not.
    pub effect: Option<&'static str>,
    /// What became of the lines; `None` where too little did.
    pub lines: Option<RevertLines>,
}

/// Lines that count, of the two landings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RevertLines {
    /// Lines that the earlier brought and that stood before the later.
    pub alive: u64,
    /// Those of them that went with it.
    pub killed: u64,
    /// Lines that the earlier removed.
    pub deleted: u64,
    /// Those of them that came back with the later.
    pub restored: u64,
    /// All lines that came or went with the later.
    pub changed: u64,
}

pub(super) fn explain(
    repositories: &[Facts],
    prefix: &CommitPrefix,
) -> Result<Answered, Error> {
    let (at, asked) = lookup::commit(repositories, prefix)?;
    let facts = &repositories[at];
    let landing = |commit: CommitIdx| facts.commits[commit.at()].landing;
    let number = landing(asked);
    let is_asked = |commit: CommitIdx| {
        commit == asked
            || (landing(commit) == number
                && facts.mainline[number as usize].commit == asked)
    };
    let rows: Vec<&RevertFacts> = facts
        .reverts
        .iter()
        .filter(|one| is_asked(one.by) || one.target.is_some_and(is_asked))
        .collect();
    if rows.is_empty() {
        let why = "it takes nothing back, and nothing takes it back";
        let hint = "see what it brought in with landing:COMMIT";
        return Err(Error::input("E-NOTFOUND", "cannot explain", why, hint));
    }
    Ok(Answered {
        id: format!("revert:{}", facts.commits[asked.at()].id),
        repository: Some(at),
        commands: commands(facts, &rows),
        answer: Answer::Revert(RevertAnswer {
            asked: commit::answer(facts, asked),
            rows: rows.iter().map(|one| row(facts, one)).collect(),
        }),
    })
}

fn row(facts: &Facts, one: &RevertFacts) -> RevertRow {
    let id = |commit: CommitIdx| facts.commits[commit.at()].id.to_string();
    let time = |commit: CommitIdx| {
        commit::landing_time(facts, facts.commits[commit.at()].landing)
    };
    RevertRow {
        kind: one.kind.as_str(),
        by: id(one.by),
        by_time: time(one.by),
        target: one.target.map(id),
        target_time: one.target.and_then(time),
        found_by: one.found_by.map(FoundBy::as_str),
        effect: one.undo.map(Undo::as_str),
        lines: one.effect.map(|effect| RevertLines {
            alive: effect.alive,
            killed: effect.killed,
            deleted: effect.deleted,
            restored: effect.restored,
            changed: effect.changed,
        }),
    }
}

/// How many rows have commands of their own.
const MOST_ROWS: usize = 3;

fn commands(facts: &Facts, rows: &[&RevertFacts]) -> Vec<GitCommand> {
    let git = Git::new(facts);
    let mut commands: Vec<GitCommand> = Vec::new();
    let mut push = |shows, command, of: Option<CommitIdx>| {
        let names = of.map(|commit| facts.commits[commit.at()].id.to_string());
        let command = GitCommand { shows, command, names };
        if !commands.contains(&command) {
            commands.push(command);
        }
    };
    for one in rows.iter().take(MOST_ROWS) {
        push("what the later commit says", git.message(one.by), Some(one.by));
        if let Some(target) = one.target {
            push("what the earlier commit says", git.message(target), Some(target));
            push(
                "the earlier change, upside down",
                git.upside_down(landed(facts, target)),
                None,
            );
        }
        push("the later change", git.diff(landed(facts, one.by), &[]), None);
    }
    commands
}

/// The mainline commit that brought a commit in: lines come and go with that.
fn landed(facts: &Facts, commit: CommitIdx) -> CommitIdx {
    let landing = facts.commits[commit.at()].landing;
    facts.mainline[landing as usize].commit
}
