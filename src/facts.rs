//! Facts: all one repository has to say, as plain tables. What a worker returns, what
//! `facts` writes, and what every later stage reads.

pub mod counted;
mod duplication;
mod functions;
mod known;
mod line_operations;
mod reverts;
mod tip;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::attestation::{Attester, Writer};
use crate::file_class::FileClass;
use crate::history::{CommitIdx, ObjectId};
use crate::lines::book::Mark;
pub use duplication::{
    CloneBirthFacts, CloneFacts, ClonePlace, DebtFacts, DuplicationFacts, PresetFacts,
};
pub use functions::{
    Before, FunctionChangeFacts, FunctionFacts, FunctionHistoryFacts, FunctionsFacts,
    LandingFunctionsFacts, LinesByPlace, PlaceholderFacts, StandingLandings,
};
pub use known::{AiShare, OperatorBy, PulledFacts, RecordFacts};
pub use line_operations::{LineOperationFacts, Operations};
pub use reverts::{RevertFacts, RevertKind};
pub use tip::{
    DependencyFacts, ManifestFacts, PrintFacts, SignFacts, SignKind, TipFacts,
    TipFileFacts,
};

pub use crate::lines::instances::Birth;
use crate::lines::instances::DeathCause;
use crate::problem::Gaps;
use crate::provenance::{EvidenceLevel, Provenance};
use crate::syntax::LineKind;
use crate::units::Timestamp;
use crate::untrusted::Untrusted;

/// The version of these tables. Frames of another version are not read.
pub const FACTS_VERSION: u32 = 14;

/// All one repository has to say.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Facts {
    /// The version of the tables.
    pub version: u32,
    /// The path it was named by.
    pub path: Untrusted,
    /// The branch that was judged.
    pub branch: Untrusted,
    /// The commit at its tip, or at the end of observation if that is earlier; `None`
    /// without commits.
    pub tip: Option<ObjectId>,
    /// The end of observation; `None` without commits.
    pub as_of: Option<Timestamp>,
    /// Whether lines are those of `git blame`: nothing passed over, no rule applied.
    pub exact: bool,
    /// Whether the mainline alone was read: what a merge brought counts as written by it.
    pub first_parent_origins: bool,
    /// The first moment from which landings were parsed for kinds of lines; `None`
    /// when none were.
    pub parsed_since: Option<Timestamp>,
    /// The commits; parents come before children.
    pub commits: Vec<CommitFacts>,
    /// The first-parent chain.
    pub mainline: Vec<Landing>,
    /// The people: name and address after the mailmap of the tip.
    pub people: Vec<Author>,
    /// The paths that tables name by number.
    pub paths: Vec<Untrusted>,
    /// Records of lines of commits that are not here.
    pub records_elsewhere: u64,
    /// Who wrote lines, by records: what the marks of lifetimes stand for, from 1 on.
    pub writers: Vec<Attester>,
    /// What became of the lines.
    pub lifetimes: Vec<LifetimeFacts>,
    /// How many landings have a time that was given for them; `None` when none could.
    pub landings_by_event: Option<u64>,
    /// What became of landings whose subjects name a pull request; `None` when no heads
    /// of any are here, or lines are those of `git blame`.
    pub squashes: Option<SquashFacts>,
    /// What commits say they take back, and what landings undid without saying so.
    pub reverts: Vec<RevertFacts>,
    /// What landings did to lines, in the order of landings; empty when lines are those of
    /// `git blame`.
    pub line_operations: Vec<LineOperationFacts>,
    /// Code that stands in several places at the tip; `None` when nothing was compared.
    pub duplication: Option<DuplicationFacts>,
    /// What landings did to that, in their order; `None` unless asked for.
    pub clone_births: Option<Vec<CloneBirthFacts>>,
    /// What each commit changed; empty unless asked for.
    pub changes: Vec<ChangeFacts>,
    /// The lines at the tip; empty unless asked for.
    pub standing: Vec<StandingFacts>,
    /// Records of AI sessions that the repository itself holds.
    pub checkpoints: Vec<CheckpointFacts>,
    /// The definitions at the tip, by language.
    pub definitions: Vec<DefinitionCount>,
    /// The functions and placeholders at the tip; `None` when nothing was parsed.
    pub functions: Option<FunctionsFacts>,
    /// What landings did to functions; `None` unless asked for.
    pub function_history: Option<FunctionHistoryFacts>,
    /// What stands at the tip beside lines; `None` unless asked for.
    pub tip_files: Option<TipFacts>,
    /// Files that show that AI tools are configured here: context, and evidence for no
    /// commit.
    pub signals: Vec<SignalFacts>,
    /// Whether a tool is told here to leave no mark: how that is said; `None` when
    /// nothing is.
    pub marks_off: Option<String>,
    /// What stands at the tip and has no lines: links and submodules; `None` when
    /// unknown.
    pub links: Option<LinkCounts>,
    /// Blobs that changed, and those of them that could be read.
    pub blobs: Coverage,
    /// What was left out.
    pub gaps: Gaps,
    /// What it cost to find out; of kept facts, in the run that did.
    pub work: Work,
    /// Whether an earlier run had kept them.
    pub cache: CacheUse,
}

/// Landings with one parent whose subjects end in the number of a pull request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SquashFacts {
    /// How many there are.
    pub landings: u64,
    /// Those of them for which the head of that pull request is here.
    pub with_head: u64,
    /// Those of them whose files, one at least, are as that head has them: their lines are of the
    /// commits of the pull request.
    pub recovered: u64,
    /// Lines that count and are of such commits, all that ever landed.
    pub lines: u64,
}

impl SquashFacts {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            landings: self.landings + other.landings,
            with_head: self.with_head + other.with_head,
            recovered: self.recovered + other.recovered,
            lines: self.lines + other.lines,
        }
    }
}

/// What a run had of earlier ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CacheUse {
    /// Nothing.
    #[default]
    None,
    /// All facts.
    Kept,
    /// What most commits did; the facts were put together anew.
    Resumed,
    /// Nothing, and it could keep nothing for the next: why not.
    Unwritable(String),
}

impl Facts {
    /// How many files had lines that do not count because of what the files are, by
    /// class (none where lines are exact), and how many links and submodules stand at
    /// the tip.
    pub fn filtered_files(&self) -> BTreeMap<&'static str, u64> {
        let is_excluded = |one: &&LifetimeFacts| !self.exact && !one.class.is_countable();
        let excluded = self.lifetimes.iter().filter(is_excluded);
        let files: BTreeSet<(FileClass, u32)> =
            excluded.map(|one| (one.class, one.path)).collect();
        let mut counts = BTreeMap::new();
        for (class, _) in files {
            *counts.entry(class.as_str()).or_insert(0) += 1;
        }
        let LinkCounts { symlinks, submodules } = self.links.unwrap_or_default();
        let links = [("symlink", symlinks), ("submodule", submodules)];
        counts.extend(links.into_iter().filter(|(_, count)| *count > 0));
        counts
    }

    /// For each commit the lines that it wrote and that landed.
    pub fn landed_lines(&self) -> Vec<u64> {
        let mut lines = vec![0; self.commits.len()];
        for one in &self.lifetimes {
            lines[one.origin.at()] += one.lines;
        }
        lines
    }

    /// Who wrote lines, by a record of them.
    pub fn writer(&self, lifetime: &LifetimeFacts) -> Option<&Attester> {
        self.writers.get(usize::from(lifetime.mark).checked_sub(1)?)
    }

    /// How strong what is known of who wrote lines is.
    pub fn evidence_level(&self, lifetime: &LifetimeFacts) -> EvidenceLevel {
        match self.writer(lifetime) {
            Some(_) => EvidenceLevel::E1,
            None => self.commits[lifetime.origin.at()].provenance.level,
        }
    }

    /// Whether lines belong to the cohort "AI-marked": a record of them names an agent, or
    /// none speaks of them and their commit, or its pull request, is marked.
    pub fn is_ai_marked(&self, lifetime: &LifetimeFacts) -> bool {
        self.is_ai_marked_line(lifetime.origin, lifetime.mark)
    }

    /// The same of lines that a commit wrote, with what a record says of them.
    pub fn is_ai_marked_line(&self, origin: CommitIdx, mark: Mark) -> bool {
        let writer = usize::from(mark).checked_sub(1).and_then(|at| self.writers.get(at));
        match writer {
            Some(writer) => writer.writer == Writer::Ai,
            None => self.commits[origin.at()].provenance.level != EvidenceLevel::E0,
        }
    }

    /// Whether every number that stands for a row of another table does, and rows come in
    /// the order promised. Tables that come from outside of this process, out of a file or
    /// from a worker, are asked once; who reads them later need not.
    pub fn is_sound(&self) -> bool {
        /// More than git can count on one machine; sums of them cannot overflow.
        const MOST_LINES: u64 = 1 << 48;
        let is_commit = |one: CommitIdx| one.at() < self.commits.len();
        let is_landing = |one: u32| (one as usize) < self.mainline.len();
        let is_person =
            |one: Option<u32>| one.is_none_or(|one| (one as usize) < self.people.len());
        let is_path = |one: u32| (one as usize) < self.paths.len();
        let commit = |(at, one): (usize, &CommitFacts)| {
            one.parents.iter().all(|parent| parent.at() < at)
                && is_person(one.author)
                && is_person(one.operator)
                && is_landing(one.landing)
                && one.record.as_ref().is_none_or(|record| {
                    record
                        .ai
                        .checked_add(record.human)
                        .is_some_and(|sum| sum <= record.written)
                })
                && [one.author_time, one.committer_time].iter().all(is_time)
        };
        let lifetime = |one: &LifetimeFacts| {
            is_commit(one.origin)
                && is_landing(one.landing)
                && one.death.is_none_or(|(at, _)| at >= one.landing && is_landing(at))
                && is_path(one.path)
                && is_person(one.overwritten_by)
                && one.lineage_death.is_none_or(is_landing)
                && usize::from(one.mark) <= self.writers.len()
        };
        let debt = |one: &DebtFacts| {
            is_commit(one.origin)
                && is_landing(one.landing)
                && usize::from(one.mark) <= self.writers.len()
        };
        let place = |one: &ClonePlace| is_path(one.path);
        let tip = |it: &TipFacts| {
            const MOST_FILE_LINES: u64 = 1 << 32;
            it.files.iter().all(|one| {
                is_path(one.path) && one.code_lines.max(one.test_lines) < MOST_FILE_LINES
            }) && it.manifests.iter().all(|one| is_path(one.path))
                && it.signs.iter().all(|one| is_path(one.path))
                && it
                    .prints
                    .iter()
                    .all(|one| is_path(one.path) && is_landing(one.landing))
                && it.prints.is_sorted_by_key(|one| one.hash)
                && it.prints.iter().all(|one| one.end.saturating_sub(one.start) < 1 << 20)
                && it.mends.is_sorted()
        };
        let n_functions = self.functions.as_ref().map_or(0, |it| it.functions.len());
        let function_change = |one: &FunctionChangeFacts| {
            (one.function as usize) < n_functions
                && is_landing(one.first)
                && is_landing(one.last)
        };
        let change = |one: &ChangeFacts| {
            is_commit(one.commit) && is_path(one.path) && one.old_path.is_none_or(is_path)
        };
        let standing = |one: &StandingFacts| {
            let lines =
                one.runs.iter().try_fold(0_u32, |sum, run| sum.checked_add(run.0));
            let run = |run: &(u32, CommitIdx, u32)| is_commit(run.1) && is_landing(run.2);
            lines.is_some() && is_path(one.path) && one.runs.iter().all(run)
        };
        let lines =
            self.lifetimes.iter().try_fold(0_u64, |sum, one| sum.checked_add(one.lines));
        self.commits.iter().enumerate().all(commit)
            && self.mainline.iter().all(|one| is_commit(one.commit))
            && self.mainline.iter().all(|one| is_time(&Some(one.time)))
            && self.mainline.is_sorted_by_key(|one| one.time)
            && is_time(&self.as_of)
            && is_time(&self.parsed_since)
            && self.lifetimes.iter().all(lifetime)
            && lines.is_some_and(|lines| lines <= MOST_LINES)
            && self.signals.iter().all(|one| one.since.is_none_or(is_landing))
            && self
                .reverts
                .iter()
                .all(|one| is_commit(one.by) && one.target.is_none_or(is_commit))
            && self.line_operations.iter().all(|one| is_landing(one.landing))
            && self.changes.iter().all(change)
            && self.duplication.iter().flat_map(|one| &one.debt).all(debt)
            && self
                .duplication
                .iter()
                .flat_map(|one| &one.classes)
                .all(|class| class.places.iter().all(place))
            && self.clone_births.iter().flatten().all(|one| is_landing(one.landing))
            && self.function_history.iter().all(|it| {
                it.changes.iter().all(function_change)
                    && it.landings.iter().all(|one| is_landing(one.landing))
            })
            && self.standing.iter().all(standing)
            && self.tip_files.iter().all(tip)
    }
}

/// Whether times can be added and subtracted; git's go further than clocks do.
fn is_time(time: &Option<Timestamp>) -> bool {
    const FURTHEST_SECONDS: u64 = 1 << 61;
    time.is_none_or(|time| time.0.unsigned_abs() <= FURTHEST_SECONDS)
}

/// Entries of a tree that are no files of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkCounts {
    /// Symbolic links: they are never followed, and their targets are not read.
    pub symlinks: u64,
    /// Submodules: repositories of their own.
    pub submodules: u64,
}

/// A commit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CommitFacts {
    /// Its id.
    pub id: ObjectId,
    /// Its parents that are here.
    pub parents: Vec<CommitIdx>,
    /// The author's number among the people; `None` when unknown.
    pub author: Option<u32>,
    /// The number of the person whose work and bill it is; differs from the author
    /// where an agent is the author. `None` when unknown.
    pub operator: Option<u32>,
    /// When it was written.
    pub author_time: Option<Timestamp>,
    /// When it was committed.
    pub committer_time: Option<Timestamp>,
    /// The mainline number of the commit that brought it in.
    pub landing: u32,
    /// For a commit that is here only as one of a pull request: the number of that.
    pub pull: Option<u64>,
    /// Whether it stands for a pull request that a forge squashed: a mainline commit with
    /// one parent whose subject ends in a number. Its author time is that of the merge.
    pub is_squash: bool,
    /// What it says about AI.
    pub provenance: Provenance,
    /// What a record says of its lines.
    pub record: Option<RecordFacts>,
    /// Of a squash whose pull request is here: how many commits that has, and how many of
    /// them are marked.
    pub pulled: Option<PulledFacts>,
    /// Where the person whose work it is comes from.
    pub operator_by: OperatorBy,
    /// The ids of AI sessions that its message names.
    pub checkpoint_ids: Vec<String>,
}

/// A commit of the mainline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landing {
    /// The commit.
    pub commit: CommitIdx,
    /// Its time on the clock of the branch, which never runs backwards.
    pub time: Timestamp,
    /// Whether it is a bulk event: an import, or more than 10,000 countable lines.
    pub is_bulk: bool,
}

/// A person as a history names them, after the mailmap.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Author {
    /// The name.
    pub name: Untrusted,
    /// The address.
    pub email: Untrusted,
    /// Whether the raw identity is an agent or a bot.
    pub is_automation: bool,
}

/// Lines that share everything: born together, and the same became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifetimeFacts {
    /// The commit that wrote them.
    pub origin: CommitIdx,
    /// The mainline number of the commit that brought them in.
    pub landing: u32,
    /// The mainline number of the commit that removed them, and why; `None` while they
    /// stand.
    pub death: Option<(u32, DeathCause)>,
    /// The number of the path where they stood last.
    pub path: u32,
    /// What kind of lines they were when they landed.
    pub kind: LineKind,
    /// What kind of file they landed in.
    pub class: FileClass,
    /// Whether they may be older than they seem.
    pub birth_unknown: bool,
    /// The number of the person whose lines stand in their place; `None` when nothing
    /// does, or nobody is known.
    pub overwritten_by: Option<u32>,
    /// The mainline number at which the last of the lines that they were edited into
    /// was removed; that of their own death when they were not edited; `None` while
    /// one of them stands.
    pub lineage_death: Option<u32>,
    /// How they came to be born.
    pub birth: Birth,
    /// Who wrote them by a record: the number of a writer, from 1 on; 0 where none says.
    pub mark: Mark,
    /// How many.
    pub lines: u64,
}

impl LifetimeFacts {
    /// Whether these lines count as somebody's work.
    pub fn is_countable(&self) -> bool {
        self.kind.is_countable() && self.class.is_countable()
    }
}

/// What a commit did to a file, against its first parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeFacts {
    /// The commit.
    pub commit: CommitIdx,
    /// The number of the path.
    pub path: u32,
    /// The number of the path before, for a rename.
    pub old_path: Option<u32>,
    /// `A`, `D`, `M` or `R`.
    pub status: ChangeStatus,
    /// Lines added and deleted as `git diff --numstat -M` counts; `None` for binary or
    /// unreadable files.
    pub lines: Option<(u32, u32)>,
}

/// What happened to a file, in git's letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeStatus {
    /// It was created.
    Added,
    /// It was deleted.
    Deleted,
    /// Its content changed.
    Modified,
    /// It was renamed, and perhaps changed.
    Renamed,
}

impl ChangeStatus {
    /// Git's letter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "A",
            Self::Deleted => "D",
            Self::Modified => "M",
            Self::Renamed => "R",
        }
    }
}

/// A file at the tip, run by run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingFacts {
    /// The number of its path.
    pub path: u32,
    /// Lines, the commit that wrote them, and the mainline number of the commit that
    /// brought them in.
    pub runs: Vec<(u32, CommitIdx, u32)>,
}

/// A record of an AI session, found in the repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointFacts {
    /// Its id, as commits name it.
    pub id: String,
    /// Its `metadata.json`.
    pub metadata: Vec<u8>,
    /// The `metadata.json` of each of its sessions, cut down to what is read, in order.
    pub sessions: Vec<Vec<u8>>,
}

/// How many definitions of a language stand at the tip.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DefinitionCount {
    /// The language.
    pub language: String,
    /// Its files.
    pub files: u64,
    /// Functions and methods in them.
    pub functions: u64,
    /// Classes, structures, enumerations and traits in them.
    pub classes: u64,
}

/// Files of one kind that show that an AI tool is configured.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SignalFacts {
    /// The id of the rule.
    pub rule: String,
    /// How many of them stand at the tip.
    pub files: u64,
    /// The mainline number at which the first of them landed; `None` when it came where
    /// nothing could be read.
    pub since: Option<u32>,
}

/// How much of what is wanted was there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// What was wanted.
    pub wanted: u64,
    /// What was there.
    pub found: u64,
}

impl Coverage {
    /// The share that was there; `None` when nothing was wanted.
    pub fn share(self) -> Option<f64> {
        let share = crate::units::count_to_f64(self.found)
            / crate::units::count_to_f64(self.wanted);
        (self.wanted > 0).then_some(share)
    }
}

/// What the run did: exact on any machine, so that tests can hold budgets on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Commits walked.
    pub commits: u64,
    /// Trees read.
    pub trees_read: u64,
    /// Objects read, trees and commits among them.
    pub objects_read: u64,
    /// Blobs read, as often as they were.
    pub blobs_read: u64,
    /// Bytes of all objects read.
    pub bytes_read: u64,
    /// Versions of files.
    pub versions: u64,
    /// Bytes of versions compared.
    pub bytes_compared: u64,
    /// Lines hashed to compare them.
    pub lines_hashed: u64,
    /// Versions parsed.
    pub versions_parsed: u64,
    /// Comparisons and readings that an earlier run had recorded.
    pub records: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohorts::tests::{history, lines};

    fn facts() -> Facts {
        let mut facts = history(4, 2);
        facts.lifetimes = vec![lines(1, Some((3, DeathCause::Deleted)))];
        let change = ChangeFacts {
            commit: CommitIdx(3),
            path: 1,
            old_path: Some(0),
            status: ChangeStatus::Renamed,
            lines: None,
        };
        facts.changes = vec![change];
        facts.line_operations =
            vec![LineOperationFacts { landing: 3, ..Default::default() }];
        facts.standing =
            vec![StandingFacts { path: 1, runs: vec![(2, CommitIdx(3), 3)] }];
        facts
    }

    #[test]
    fn numbers_that_stand_for_nothing_are_found_in_every_table() {
        assert!(facts().is_sound());
        let faults: [fn(&mut Facts); 19] = [
            |facts| facts.commits[1].parents[0] = CommitIdx(1),
            |facts| facts.commits[1].author = Some(2),
            |facts| facts.commits[1].operator = Some(2),
            |facts| facts.commits[1].landing = 4,
            |facts| facts.commits[1].author_time = Some(Timestamp(i64::MIN)),
            |facts| facts.mainline[1].commit = CommitIdx(4),
            |facts| facts.mainline[1].time = Timestamp(-1),
            |facts| facts.as_of = Some(Timestamp(i64::MAX)),
            |facts| facts.lifetimes[0].origin = CommitIdx(4),
            |facts| facts.lifetimes[0].landing = 4,
            |facts| facts.lifetimes[0].death = Some((0, DeathCause::Deleted)),
            |facts| facts.lifetimes[0].path = 2,
            |facts| facts.lifetimes[0].overwritten_by = Some(2),
            |facts| facts.lifetimes[0].lineage_death = Some(4),
            |facts| facts.lifetimes[0].lines = u64::MAX,
            |facts| facts.changes[0].old_path = Some(2),
            |facts| facts.line_operations[0].landing = 4,
            |facts| facts.standing[0].runs[0].1 = CommitIdx(4),
            |facts| facts.people.clear(),
        ];
        for (number, fault) in faults.iter().enumerate() {
            let mut facts = facts();
            fault(&mut facts);
            assert!(!facts.is_sound(), "fault {number}");
        }
    }
}
