//! Where a line standing at the tip comes from.

use std::collections::BTreeMap;

use serde::Serialize;

use super::commit::{self, CommitAnswer};
use super::git_command::{Git, GitCommand};
use super::lookup::{self, Standing};
use super::{Answer, Answered, Question};
use crate::error::Error;
use crate::facts::{ChangeStatus, Facts};
use crate::history::CommitIdx;
use crate::untrusted::Untrusted;

/// Where a line comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LineAnswer {
    /// Its path.
    pub path: String,
    /// Its number, from 1.
    pub line: u32,
    /// The commit that wrote it.
    pub origin: CommitAnswer,
    /// The mainline commit that brought it in.
    pub landing: CommitAnswer,
    /// Whether that was a bulk event.
    pub is_bulk: bool,
    /// Its age at the end of observation, in days since it landed.
    pub age_days: Option<f64>,
    /// The path that its file had when it landed; `None` for a line that moved: it may
    /// have stood anywhere.
    pub landed_in: Option<String>,
    /// The commit that `git blame` names.
    pub blame_origin: String,
    /// The number of the pull request that was squashed and one of whose commits wrote
    /// it, if its head tells so: `git blame` then names the squash.
    pub pull_request: Option<u64>,
    /// The mainline commit that moved it, or changed only its form, if `git blame` names
    /// another commit than the one that wrote it.
    pub moved_by: Option<String>,
    /// Where lines of the same commit and landing stood until then, or where they first
    /// left, if they moved more than once: the line was one of them.
    pub moved_from: Vec<MovedFrom>,
    /// The lines that stand in this file from the same commit and landing: it is one
    /// of them.
    pub same_lines: Vec<SameLines>,
}

/// Lines of a commit that stand in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SameLines {
    /// What kind of lines they were when they landed.
    pub kind: &'static str,
    /// What their file was for then.
    pub file_class: &'static str,
    /// Whether figures count them.
    pub counted: bool,
    /// Whether they are edited from lines that died with their landing.
    pub edited: bool,
    /// Whether the same lines stood elsewhere when they landed.
    pub copied: bool,
    /// Whether the same lines had landed before and had died.
    pub relanded: bool,
    /// Whether they may be older than they seem.
    pub birth_unknown: bool,
    /// How many.
    pub lines: u64,
}

/// A place that lines left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovedFrom {
    /// The path.
    pub path: String,
    /// The mainline commit with which they left.
    pub left: String,
    /// How many of the same origin and landing left there.
    pub lines: u64,
}

/// The places listed at most.
const MOST_PLACES: usize = 3;

/// A line, as it is counted and as `git blame` has it.
struct Found<'f> {
    facts: &'f Facts,
    path: &'f Untrusted,
    line: u32,
    here: Standing,
    blame_origin: CommitIdx,
    is_squashed: bool,
    moved_by: Option<u32>,
    /// Path, landing with which lines left it, and how many did.
    moved_from: Vec<(u32, u32, u64)>,
}

pub(super) fn explain(
    question: Question<'_>,
    path: &Untrusted,
    line: u32,
) -> Result<Answered, Error> {
    let at = lookup::line(question.repositories, path, line)?;
    let facts = &question.repositories[at];
    let blamed = question.as_blamed.unwrap_or(facts);
    let both =
        lookup::standing(facts, path, line).zip(lookup::standing(blamed, path, line));
    let Some((here, there)) = both.filter(|_| facts.tip == blamed.tip) else {
        let why = "the repository changed while it was read";
        return Err(Error::input("E-CHANGED", "cannot explain", why, "run it again"));
    };
    // Landings have the same numbers however lines are read; commits of pull requests
    // that were squashed are there only where git blame is not followed.
    let blame_origin = same_commit(blamed, there.origin, facts).unwrap_or(here.origin);
    let landing = facts.mainline[here.landing as usize].commit;
    let is_squashed =
        facts.commits[here.origin.at()].pull.is_some() && blame_origin == landing;
    let is_moved = here.origin != blame_origin && !is_squashed;
    let found = Found {
        facts,
        path,
        line,
        here,
        blame_origin,
        is_squashed,
        moved_by: is_moved.then_some(there.landing),
        moved_from: match same_commit(facts, here.origin, blamed).filter(|_| is_moved) {
            Some(origin) => left(blamed, Standing { origin, ..here }, there.landing),
            None => Vec::new(),
        },
    };
    let landed_in = if is_moved { None } else { path_at(facts, here.path, here.landing) };
    Ok(Answered {
        id: format!("line:{}:{line}", path.to_json_text()),
        repository: Some(at),
        commands: commands(&found, landed_in),
        answer: Answer::Line(answer(&found, landed_in)),
    })
}

/// The number in `to` of a commit that has the number `idx` in `from`.
fn same_commit(from: &Facts, idx: CommitIdx, to: &Facts) -> Option<CommitIdx> {
    let id = from.commits[idx.at()].id;
    let at = to.commits.iter().position(|commit| commit.id == id);
    at.map(|at| CommitIdx(crate::units::len_to_u32(at)))
}

fn answer(found: &Found<'_>, landed_in: Option<&Untrusted>) -> LineAnswer {
    let Found { facts, here, .. } = found;
    let landing = facts.mainline[here.landing as usize];
    let id = |commit: CommitIdx| facts.commits[commit.at()].id.to_string();
    LineAnswer {
        path: found.path.to_json_text().into_owned(),
        line: found.line,
        origin: commit::answer(facts, here.origin),
        landing: commit::answer(facts, landing.commit),
        is_bulk: landing.is_bulk,
        age_days: facts.as_of.map(|end| end.days_since(landing.time)),
        landed_in: landed_in.map(|path| path.to_json_text().into_owned()),
        blame_origin: id(found.blame_origin),
        pull_request: facts.commits[here.origin.at()].pull,
        moved_by: found.moved_by.map(|mover| commit::landing_id(facts, mover)),
        moved_from: found
            .moved_from
            .iter()
            .map(|place| moved_from(facts, *place))
            .collect(),
        same_lines: same_lines(facts, *here),
    }
}

fn moved_from(facts: &Facts, (path, left, lines): (u32, u32, u64)) -> MovedFrom {
    MovedFrom {
        path: facts.paths[path as usize].to_json_text().into_owned(),
        left: commit::landing_id(facts, left),
        lines,
    }
}

/// Where lines of this origin and landing end for `git blame`: those that went with the
/// mover, else all that went before it; the most lines first.
fn left(blamed: &Facts, here: Standing, mover: u32) -> Vec<(u32, u32, u64)> {
    let mut sums: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    for one in &blamed.lifetimes {
        let is_same = (one.origin, one.landing) == (here.origin, here.landing);
        if let Some((death, _)) =
            one.death.filter(|(death, _)| is_same && *death <= mover)
        {
            *sums.entry((one.path, death)).or_insert(0) += one.lines;
        }
    }
    if sums.keys().any(|(_, death)| *death == mover) {
        sums.retain(|(_, death), _| *death == mover);
    }
    let mut places: Vec<(u32, u32, u64)> =
        sums.into_iter().map(|((path, death), lines)| (path, death, lines)).collect();
    places.sort_by_key(|&(path, death, lines)| (std::cmp::Reverse(lines), death, path));
    places.truncate(MOST_PLACES);
    places
}

fn same_lines(facts: &Facts, here: Standing) -> Vec<SameLines> {
    let mut groups = BTreeMap::new();
    let same = facts.lifetimes.iter().filter(|one| {
        let of = (one.path, one.origin, one.landing);
        one.death.is_none() && of == (here.path, here.origin, here.landing)
    });
    for one in same {
        let counted = commit::counts(facts, one);
        let key = (one.kind, one.class, counted, one.birth, one.birth_unknown);
        *groups.entry(key).or_insert(0) += one.lines;
    }
    let row = |((kind, class, counted, birth, birth_unknown), lines): (
        (crate::syntax::LineKind, crate::file_class::FileClass, bool, _, bool),
        u64,
    )| {
        let birth: crate::facts::Birth = birth;
        SameLines {
            kind: kind.as_str(),
            file_class: class.as_str(),
            counted,
            edited: birth.edited,
            copied: birth.copied,
            relanded: birth.relanded,
            birth_unknown,
            lines,
        }
    };
    groups.into_iter().map(row).collect()
}

/// The path that a file had at a landing, followed back through the renames of the
/// mainline.
fn path_at(facts: &Facts, path: u32, landing: u32) -> Option<&Untrusted> {
    let mut old_paths = BTreeMap::new();
    for change in &facts.changes {
        if change.status == ChangeStatus::Renamed {
            old_paths.insert((change.commit, change.path), change.old_path?);
        }
    }
    let mut path = path;
    for later in facts.mainline.get(landing as usize + 1..)?.iter().rev() {
        path = *old_paths.get(&(later.commit, path)).unwrap_or(&path);
    }
    facts.paths.get(path as usize)
}

/// How a line moved: where it came, where it went, and who had written what stood there.
fn moves(found: &Found<'_>, mover: u32) -> Vec<GitCommand> {
    let facts = found.facts;
    let git = Git::new(facts);
    let came = path_at(facts, found.here.path, mover);
    let command =
        |shows: &'static str, command: String| GitCommand { shows, command, names: None };
    let mut commands = Vec::new();
    for &(path, left, _) in &found.moved_from {
        let from = &facts.paths[path as usize];
        let to = came.filter(|to| left == mover && *to != from);
        let paths: Vec<&Untrusted> = [from].into_iter().chain(to).collect();
        let commit = facts.mainline[left as usize].commit;
        commands.push(command("how lines left and came", git.diff(commit, &paths)));
        let who = "who had written the lines that left";
        commands.push(command(who, git.blame_before(commit, from)));
    }
    if commands.is_empty() {
        let mover = facts.mainline[mover as usize].commit;
        commands.push(command("how lines left and came", git.diff(mover, &[])));
    }
    commands
}

/// A path at a commit, and the one that the commit renamed: without both, git shows the
/// whole file as new.
fn with_old_name<'f>(
    facts: &'f Facts,
    commit: CommitIdx,
    path: &'f Untrusted,
) -> Vec<&'f Untrusted> {
    let renames = commit::renames(facts, commit);
    let of = |number: &u32| facts.paths.get(*number as usize);
    let old = renames.iter().find(|(new, _)| of(new) == Some(path));
    old.and_then(|(_, old)| of(old)).into_iter().chain([path]).collect()
}

fn commands(found: &Found<'_>, landed_in: Option<&Untrusted>) -> Vec<GitCommand> {
    let facts = found.facts;
    let git = Git::new(facts);
    let tip = facts.tip.map(|tip| tip.to_string()).unwrap_or_default();
    let id = |commit: CommitIdx| Some(facts.commits[commit.at()].id.to_string());
    let landing = facts.mainline[found.here.landing as usize].commit;
    let mut commands = vec![GitCommand {
        shows: if found.moved_by.is_some() {
            "the commit that moved the line or changed only its form: git blame ends there"
        } else if found.is_squashed {
            "the squash of the pull request whose commit wrote the line: git blame ends there"
        } else {
            "the commit that wrote the line"
        },
        command: git.blame_line(&tip, found.path, found.line),
        names: id(found.blame_origin),
    }];
    if let Some(mover) = found.moved_by {
        commands.push(GitCommand {
            shows: "how far git follows the lines of the file, by rules for moves that are not ours",
            command: git.blame_moves(&tip, found.path),
            names: None,
        });
        commands.extend(moves(found, mover));
    }
    let landed_in =
        landed_in.map_or(Vec::new(), |path| with_old_name(facts, landing, path));
    commands.push(GitCommand {
        shows: "how it landed",
        command: git.show(landing, &landed_in),
        names: id(landing),
    });
    let origin = &facts.commits[found.here.origin.at()];
    if landing != found.here.origin || !origin.provenance.evidence.is_empty() {
        commands.push(GitCommand {
            shows: "what the commit that wrote it says of itself",
            command: git.message(found.here.origin),
            names: id(found.here.origin),
        });
    }
    commands
}
