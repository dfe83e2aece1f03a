//! Which lines died at a commit.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::commit::{self, CommitAnswer, DiffCount, LineCounts};
use super::git_command::{Git, GitCommand};
use super::id::CommitPrefix;
use super::{Answer, Answered, landing};
use crate::error::Error;
use crate::facts::{Facts, LifetimeFacts};
use crate::history::CommitIdx;
use crate::lines::instances::DeathCause;
use crate::untrusted::Untrusted;

/// Which lines died at a commit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeathsAnswer {
    /// The commit that was asked about, if a merge brought it in: lines die when it
    /// lands.
    pub asked: Option<CommitAnswer>,
    /// The mainline commit that removed them.
    pub landing: CommitAnswer,
    /// Whether it is a bulk event.
    pub is_bulk: bool,
    /// The path asked about; `None` for all.
    pub path: Option<String>,
    /// What git counts there.
    pub diff: DiffCount,
    /// Lines that died.
    pub died: LineCounts,
    /// Lines that git counts as deleted and that did not die: they moved, or changed
    /// only their form.
    pub went_on_lines: Option<u64>,
    /// Lines by cause.
    pub by_cause: BTreeMap<&'static str, LineCounts>,
    /// The lines, put together where they have all in common: by path, the oldest first.
    pub rows: Vec<DeathRow>,
}

/// Lines that died alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeathRow {
    /// Where they stood.
    pub path: String,
    /// Why they died.
    pub cause: &'static str,
    /// The commit that wrote them.
    pub origin: String,
    /// The mainline commit that had brought them in.
    pub landing: String,
    /// When that was.
    pub landing_time: Option<String>,
    /// How old they were.
    pub age_days: f64,
    /// Whether they were edited into lines that took their place.
    pub edited: bool,
    /// How many.
    #[serde(flatten)]
    pub counts: LineCounts,
}

/// What lines that died alike have in common, in the order they are shown.
type Key = (u32, u32, CommitIdx, DeathCause, bool);

pub(super) fn explain(
    repositories: &[Facts],
    prefix: &CommitPrefix,
    path: Option<&Untrusted>,
) -> Result<Answered, Error> {
    let (at, asked, number) = landing::find(repositories, prefix)?;
    let facts = &repositories[at];
    let path = path.map(|path| path_before(facts, number, path)).transpose()?;
    let id = commit::landing_id(facts, number);
    let rows = rows(facts, number, path);
    Ok(Answered {
        id: match path.map(|path| facts.paths[path as usize].to_json_text()) {
            Some(path) => format!("deaths:{id}:{path}"),
            None => format!("deaths:{id}"),
        },
        repository: Some(at),
        commands: commands(facts, number, path, &rows),
        answer: Answer::Deaths(answer(facts, asked, (number, path), &rows)),
    })
}

/// The number of the path that a file had before a landing: that of its lines which
/// died there.
fn path_before(facts: &Facts, landing: u32, path: &Untrusted) -> Result<u32, Error> {
    let number = (0..).zip(&facts.paths).find(|(_, known)| *known == path);
    let Some((number, _)) = number else {
        let why = "no file was ever there";
        let hint =
            "write the path from the top of the repository, as it was before the commit";
        let error = Error::input("E-NOTFOUND", "cannot explain", why, hint);
        return Err(error.at(path.bytes()));
    };
    let commit = facts.mainline[landing as usize].commit;
    Ok(*commit::renames(facts, commit).get(&number).unwrap_or(&number))
}

fn rows(facts: &Facts, landing: u32, path: Option<u32>) -> Vec<(Key, LineCounts)> {
    let mut sums: BTreeMap<Key, LineCounts> = BTreeMap::new();
    let wanted = |one: &&LifetimeFacts| path.is_none_or(|path| one.path == path);
    for one in facts.lifetimes.iter().filter(wanted) {
        let Some((death, cause)) = one.death.filter(|(death, _)| *death == landing)
        else {
            continue;
        };
        let edited = one.lineage_death != Some(death);
        let key = (one.path, one.landing, one.origin, cause, edited);
        sums.entry(key).or_default().add(facts, one);
    }
    let mut rows: Vec<(Key, LineCounts)> = sums.into_iter().collect();
    rows.sort_by(|(one, _), (other, _)| {
        let path = |key: &Key| &facts.paths[key.0 as usize];
        path(one).cmp(path(other)).then_with(|| one.cmp(other))
    });
    rows
}

fn answer(
    facts: &Facts,
    asked: Option<CommitIdx>,
    (landing, path): (u32, Option<u32>),
    rows: &[(Key, LineCounts)],
) -> DeathsAnswer {
    let at = facts.mainline[landing as usize];
    let diff = commit::diff_count(facts, at.commit, |change| {
        path.is_none_or(|path| change.old_path.unwrap_or(change.path) == path)
    });
    let mut died = LineCounts::default();
    let mut by_cause: BTreeMap<&'static str, LineCounts> = BTreeMap::new();
    for ((.., cause, _), counts) in rows {
        for sum in [&mut died, by_cause.entry(cause.as_str()).or_default()] {
            sum.lines += counts.lines;
            sum.counted += counts.counted;
        }
    }
    DeathsAnswer {
        asked: asked.map(|asked| commit::answer(facts, asked)),
        landing: commit::answer(facts, at.commit),
        is_bulk: at.is_bulk,
        path: path.map(|path| facts.paths[path as usize].to_json_text().into_owned()),
        diff,
        died,
        went_on_lines: diff.deleted.checked_sub(died.lines),
        by_cause,
        rows: rows.iter().map(|row| death_row(facts, landing, row)).collect(),
    }
}

fn death_row(
    facts: &Facts,
    death: u32,
    ((path, landing, origin, cause, edited), counts): &(Key, LineCounts),
) -> DeathRow {
    DeathRow {
        path: facts.paths[*path as usize].to_json_text().into_owned(),
        cause: cause.as_str(),
        origin: facts.commits[origin.at()].id.to_string(),
        landing: commit::landing_id(facts, *landing),
        landing_time: commit::landing_time(facts, *landing),
        age_days: commit::days_between(facts, *landing, death),
        edited: *edited,
        counts: *counts,
    }
}

/// How many files have commands of their own, when all are asked about.
const MOST_FILES: usize = 3;

fn commands(
    facts: &Facts,
    landing: u32,
    path: Option<u32>,
    rows: &[(Key, LineCounts)],
) -> Vec<GitCommand> {
    let git = Git::new(facts);
    let commit = facts.mainline[landing as usize].commit;
    let mut lines: BTreeMap<u32, u64> = path.map(|path| (path, 0)).into_iter().collect();
    for ((path, ..), counts) in rows {
        *lines.entry(*path).or_insert(0) += counts.lines;
    }
    let mut files: Vec<(u32, u64)> = lines.into_iter().collect();
    files.sort_by_key(|&(path, lines)| (Reverse(lines), &facts.paths[path as usize]));
    let mut commands = Vec::new();
    let mut push = |shows: &'static str, command: String| {
        commands.push(GitCommand { shows, command, names: None });
    };
    if path.is_none() {
        push("the lines that git counts as deleted", git.numstat(commit));
    }
    let renames = commit::renames(facts, commit);
    for &(old, lines) in files.iter().take(MOST_FILES) {
        let is_new = |(_, from): &(&u32, &u32)| **from == old;
        let new = renames.iter().find(is_new).map(|(new, _)| *new);
        let paths: Vec<&Untrusted> = [Some(old), new]
            .into_iter()
            .flatten()
            .map(|path| &facts.paths[path as usize])
            .collect();
        push("the lines that went", git.diff(commit, &paths));
        if lines > 0 {
            let blame = git.blame_before(commit, &facts.paths[old as usize]);
            push("the commits that had written them", blame);
        }
    }
    commands
}
