//! What a commit brought into the mainline, and what became of it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::commit::{self, CommitAnswer, DiffCount, LineCounts};
use super::git_command::{Git, GitCommand};
use super::id::CommitPrefix;
use super::lookup;
use super::{Answer, Answered};
use crate::error::Error;
use crate::facts::Facts;
use crate::history::CommitIdx;

/// What a commit brought in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LandingAnswer {
    /// The commit that was asked about, if a merge brought it in.
    pub asked: Option<CommitAnswer>,
    /// The mainline commit.
    pub landing: CommitAnswer,
    /// Whether it is a bulk event.
    pub is_bulk: bool,
    /// What git counts in it.
    pub diff: DiffCount,
    /// Lines that were born with it.
    pub born: LineCounts,
    /// Those that stand.
    pub standing: LineCounts,
    /// Lines that git counts as added and that are no new ones: they moved, or changed
    /// only their form.
    pub went_on_lines: Option<u64>,
    /// Born lines that are edited from lines that died here.
    pub edited_lines: u64,
    /// Born lines that also stood elsewhere.
    pub copied_lines: u64,
    /// Born lines that had landed before and had died.
    pub relanded_lines: u64,
    /// Born lines, by their kind.
    pub born_by_kind: BTreeMap<&'static str, u64>,
    /// What became of the others, in order of time.
    pub deaths: Vec<LaterDeath>,
    /// Lines that died here: older ones.
    pub removed: LineCounts,
    /// The commits it brought in, and others that wrote lines of it: those that wrote the
    /// most lines first.
    pub commits: Vec<BroughtCommit>,
}

/// Lines of a landing that died at one commit of one cause.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LaterDeath {
    /// The mainline commit that removed them.
    pub death: String,
    /// When.
    pub time: Option<String>,
    /// How old they were.
    pub age_days: f64,
    /// Why.
    pub cause: &'static str,
    /// How many.
    #[serde(flatten)]
    pub counts: LineCounts,
}

/// A commit that wrote lines of a landing, or came with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BroughtCommit {
    /// Its id.
    pub id: String,
    /// Whether it came with this landing; else it wrote lines that are here for another
    /// reason, as when two branches brought the same.
    pub came_with_it: bool,
    /// What it says of AI, as a class.
    pub ai_class: &'static str,
    /// Lines that it wrote and that were born here.
    pub born: LineCounts,
    /// Those that stand.
    pub standing: LineCounts,
}

/// Finds the landing of a commit: its repository, the commit if it is another, and
/// the number of the landing.
pub(super) fn find(
    repositories: &[Facts],
    prefix: &CommitPrefix,
) -> Result<(usize, Option<CommitIdx>, u32), Error> {
    let (at, commit) = lookup::commit(repositories, prefix)?;
    let facts = &repositories[at];
    let landing = facts.commits[commit.at()].landing;
    let is_other = facts.mainline[landing as usize].commit != commit;
    Ok((at, is_other.then_some(commit), landing))
}

pub(super) fn explain(
    repositories: &[Facts],
    prefix: &CommitPrefix,
) -> Result<Answered, Error> {
    let (at, asked, landing) = find(repositories, prefix)?;
    let facts = &repositories[at];
    Ok(Answered {
        id: format!("landing:{}", commit::landing_id(facts, landing)),
        repository: Some(at),
        answer: Answer::Landing(answer(facts, asked, landing)),
        commands: commands(facts, landing),
    })
}

fn answer(facts: &Facts, asked: Option<CommitIdx>, landing: u32) -> LandingAnswer {
    let at = facts.mainline[landing as usize];
    let diff = commit::diff_count(facts, at.commit, |_| true);
    let mut answer = LandingAnswer {
        asked: asked.map(|asked| commit::answer(facts, asked)),
        landing: commit::answer(facts, at.commit),
        is_bulk: at.is_bulk,
        diff,
        born: LineCounts::default(),
        standing: LineCounts::default(),
        went_on_lines: None,
        edited_lines: 0,
        copied_lines: 0,
        relanded_lines: 0,
        born_by_kind: BTreeMap::new(),
        deaths: deaths(facts, landing),
        removed: LineCounts::default(),
        commits: brought(facts, landing),
    };
    for one in &facts.lifetimes {
        if one.death.is_some_and(|(death, _)| death == landing) {
            answer.removed.add(facts, one);
        }
        if one.landing != landing {
            continue;
        }
        answer.born.add(facts, one);
        if one.death.is_none() {
            answer.standing.add(facts, one);
        }
        *answer.born_by_kind.entry(one.kind.as_str()).or_insert(0) += one.lines;
        let count = |is: bool| if is { one.lines } else { 0 };
        answer.edited_lines += count(one.birth.edited);
        answer.copied_lines += count(one.birth.copied);
        answer.relanded_lines += count(one.birth.relanded);
    }
    answer.went_on_lines = diff.added.checked_sub(answer.born.lines);
    answer
}

fn deaths(facts: &Facts, landing: u32) -> Vec<LaterDeath> {
    let mut sums: BTreeMap<_, LineCounts> = BTreeMap::new();
    for one in facts.lifetimes.iter().filter(|one| one.landing == landing) {
        if let Some(death) = one.death {
            sums.entry(death).or_default().add(facts, one);
        }
    }
    let row = |((death, cause), counts): ((u32, _), LineCounts)| {
        let cause: crate::lines::instances::DeathCause = cause;
        LaterDeath {
            death: commit::landing_id(facts, death),
            time: commit::landing_time(facts, death),
            age_days: commit::days_between(facts, landing, death),
            cause: cause.as_str(),
            counts,
        }
    };
    sums.into_iter().map(row).collect()
}

fn brought(facts: &Facts, landing: u32) -> Vec<BroughtCommit> {
    let mut sums: BTreeMap<CommitIdx, (LineCounts, LineCounts)> = (0..)
        .zip(&facts.commits)
        .filter(|(_, commit)| commit.landing == landing)
        .map(|(number, _)| (CommitIdx(number), Default::default()))
        .collect();
    for one in facts.lifetimes.iter().filter(|one| one.landing == landing) {
        let (born, standing) = sums.entry(one.origin).or_default();
        born.add(facts, one);
        if one.death.is_none() {
            standing.add(facts, one);
        }
    }
    let mut rows: Vec<_> = sums.into_iter().collect();
    rows.sort_by_key(|(commit, (born, _))| (std::cmp::Reverse(born.lines), *commit));
    let row = |(commit, (born, standing)): (CommitIdx, _)| {
        let one = &facts.commits[commit.at()];
        BroughtCommit {
            id: one.id.to_string(),
            came_with_it: one.landing == landing,
            ai_class: one.provenance.class.as_str(),
            born,
            standing,
        }
    };
    rows.into_iter().map(row).collect()
}

fn commands(facts: &Facts, landing: u32) -> Vec<GitCommand> {
    let git = Git::new(facts);
    let commit = facts.mainline[landing as usize].commit;
    let none =
        |shows: &'static str, command: String| GitCommand { shows, command, names: None };
    let mut commands = vec![
        none("the lines that git counts as added and deleted", git.numstat(commit)),
        none("the commits that it brought in", git.brought(commit)),
    ];
    let said = &facts.commits[commit.at()];
    if !said.provenance.evidence.is_empty() {
        commands.push(GitCommand {
            shows: "what it says of itself",
            command: git.message(commit),
            names: Some(said.id.to_string()),
        });
    }
    commands
}
