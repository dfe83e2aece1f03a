//! The versions of all files and which came from which: one graph for the whole
//! history, made from the comparison of trees alone, before any file is read.
//!
//! A version is a file as one commit wrote it. Who wrote its lines follows from the
//! versions it came from and nothing else, so files that never met, by merge or by
//! rename, can be worked on independently.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::history::objects::{ObjectReader, ReadWork, Unreadable};
use crate::history::tree::{self, EntryKind, PathChange, TreeCache, UnreadableFolder};
use crate::history::walk::{Commit, History};
use crate::history::{CommitIdx, ObjectId};
use crate::lines::path_map::{MOST_PATHS, PathMap};
use crate::lines::records::{self, DeltaRecord, FileRecord, Part, Recorder, Records};
use crate::lines::renames::{self, Budget, Candidate, Renames};
use crate::problem::{GapKind, Gaps};
use crate::units::{len_to_u32, len_to_u64};

/// What one commit did to one file, against its first parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDelta {
    /// The path.
    pub path: Vec<u8>,
    /// The blob before, if a regular file stood there.
    pub old: Option<ObjectId>,
    /// The blob after, if a regular file stands there.
    pub new: Option<ObjectId>,
    /// For a created file: the delta of the deleted file that `git blame` follows.
    pub followed: Option<usize>,
    /// For a created file: the delta of the deleted file that `git diff -M` pairs.
    pub paired: Option<usize>,
    /// Whether the file may have come from, or gone to, where nothing could be read:
    /// what looks like a birth or a death may be none.
    pub out_of_sight: bool,
}

/// Files of a commit, by number, and the paths of a parent that they came from.
pub type Sources = Vec<(usize, Vec<u8>)>;

/// What one commit did to all files, against its first parent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommitDelta {
    /// The files, in git's order of paths.
    pub files: Vec<FileDelta>,
    /// For each parent other than the first: which of the files came from which path of
    /// it; `None` when that is still to be found out.
    pub others: Option<Vec<Sources>>,
    /// Directories that could not be read before or after, and whether after.
    pub unreadable: Vec<(Vec<u8>, bool)>,
    /// Whether everything could be read that was looked at, files that may have been
    /// renamed among it.
    pub is_whole: bool,
    /// The layer of the records that it is taken from, if it is.
    pub layer: Option<u32>,
    /// What could not be compared.
    pub gaps: Gaps,
}

/// Compares a commit with its first parent and finds renames.
pub fn delta(
    reader: &mut ObjectReader<'_>,
    cache: &mut TreeCache,
    history: &History,
    commit: &Commit,
) -> CommitDelta {
    let mut gaps = Gaps::default();
    let failures = reader.failures;
    let parent = commit.first_parent().map(|parent| history.commits[parent.at()].tree);
    let (changes, unreadable) = compare_trees(reader, cache, parent, commit, &mut gaps);
    let (deleted, created) =
        (created_or_deleted(&changes, false), created_or_deleted(&changes, true));
    let sources = candidates(&changes, &deleted);
    let targets = candidates(&changes, &created);
    let mut budget = Budget::default();
    let renames = renames::find(reader, &sources, &targets, &mut budget);
    if renames.over_limit {
        let why =
            "too many renamed files to compare their content; equal files were paired";
        gaps.add(GapKind::OverLimit, why, commit.id.to_string().as_bytes());
    }
    let mut files: Vec<FileDelta> = changes.iter().map(file_delta).collect();
    apply_renames(&mut files, &renames, &deleted, &created);
    if !unreadable.is_empty() {
        doubt_unpaired(&mut files, &deleted, &created);
    }
    let is_whole = reader.failures == failures && unreadable.is_empty();
    CommitDelta { files, others: None, unreadable, is_whole, layer: None, gaps }
}

/// Where a part of a tree could not be read, a file that came may have been there, and
/// one that went may be there now. Of renames, only equal files are believed: what is
/// like a file may be less like it than what is not seen.
fn doubt_unpaired(files: &mut [FileDelta], deleted: &[usize], created: &[usize]) {
    for &index in created {
        let blob = files[index].new;
        let is_equal = |source: &usize| files[*source].old == blob;
        let followed = files[index].followed.filter(is_equal);
        let paired = files[index].paired.filter(is_equal);
        (files[index].followed, files[index].paired) = (followed, paired);
    }
    let paired: BTreeSet<usize> = files.iter().filter_map(|file| file.paired).collect();
    for index in deleted.iter().chain(created) {
        let is_paired = paired.contains(index) || files[*index].paired.is_some();
        files[*index].out_of_sight |= !is_paired;
    }
}

/// What an earlier run found out about a commit.
pub(crate) fn recorded_delta(
    records: &Records,
    history: &History,
    commit: &Commit,
) -> Option<CommitDelta> {
    let question = delta_question(history, commit)?;
    let (delta, layer): (DeltaRecord, u32) =
        records.get(commit.id, Part::Delta, question)?;
    let n_files = delta.files.len();
    let path = |number: u32| records.path(number).map(<[u8]>::to_vec);
    let index = |index: Option<u32>| match index.map(|index| index as usize) {
        Some(index) if index >= n_files => None,
        index => Some(index),
    };
    let file = |file: &FileRecord| {
        Some(FileDelta {
            path: path(file.path)?,
            old: file.old,
            new: file.new,
            followed: index(file.followed)?,
            paired: index(file.paired)?,
            out_of_sight: false,
        })
    };
    let from = |moved: &Vec<(u32, u32)>| -> Option<Sources> {
        moved
            .iter()
            .map(|&(file, source)| Some((index(Some(file))??, path(source)?)))
            .collect()
    };
    let others: Option<Vec<_>> = delta.others.iter().map(from).collect();
    Some(CommitDelta {
        files: delta.files.iter().map(file).collect::<Option<_>>()?,
        others: Some(others.filter(|all| all.len() == commit.other_parents().len())?),
        unreadable: Vec::new(),
        is_whole: true,
        layer: Some(layer),
        gaps: Gaps::default(),
    })
}

/// What the files of a commit follow from, beside the commit itself: the parents that
/// are here.
fn delta_question(history: &History, commit: &Commit) -> Option<u64> {
    let parents = commit.parents.iter().map(|parent| history.commits[parent.at()].id);
    let parents: Vec<ObjectId> = parents.collect();
    records::question(&(parents, commit.first_parent().is_some()))
}

fn compare_trees(
    reader: &mut ObjectReader<'_>,
    cache: &mut TreeCache,
    old: Option<ObjectId>,
    commit: &Commit,
    gaps: &mut Gaps,
) -> (Vec<PathChange>, Vec<(Vec<u8>, bool)>) {
    let compared = tree::compare(reader, cache, old, Some(commit.tree));
    let (changes, unreadable) = match compared {
        Ok(found) => (found.changes, found.unreadable),
        // Nothing is known, not even what is out of sight: all stays as it was.
        Err(why) => {
            let words = "trees over the limits, changes in them are left out";
            gaps.add(why.gap(), words, commit.id.to_string().as_bytes());
            (Vec::new(), Vec::new())
        }
    };
    // What could not be read before was counted where it came.
    for UnreadableFolder { path, why, .. } in unreadable.iter().filter(|one| one.after) {
        let words = match why {
            Unreadable::TooLarge => {
                "directory over the limits, changes in it are left out"
            }
            Unreadable::Missing => {
                "directory is not in this repository, changes in it are left out"
            }
            Unreadable::Corrupt => "directory is damaged, changes in it are left out",
        };
        let mut place = commit.id.to_string().into_bytes();
        place.push(b':');
        place.extend(path);
        gaps.add(why.gap(), words, &place);
    }
    (changes, unreadable.into_iter().map(|one| (one.path, one.after)).collect())
}

/// What renames are found among: the side of each of these changes that is there.
fn candidates<'a>(changes: &'a [PathChange], wanted: &[usize]) -> Vec<Candidate<'a>> {
    let candidate = |&index: &usize| {
        let change = &changes[index];
        let (kind, blob) = change.old.or(change.new)?;
        Some(Candidate { path: &change.path, kind, blob })
    };
    wanted.iter().filter_map(candidate).collect()
}

/// Returns the changes that create or delete a path outright. A file that
/// took the place of a link, or gave way to one, is neither for git's renames; nor is
/// one that may be there on both sides.
fn created_or_deleted(changes: &[PathChange], created: bool) -> Vec<usize> {
    let wanted = |change: &PathChange| {
        if created {
            change.old.is_none() && change.new.is_some()
        } else {
            change.new.is_none() && change.old.is_some()
        }
    };
    let is_known = |index: &usize| !changes[*index].out_of_sight;
    (0..changes.len()).filter(is_known).filter(|&index| wanted(&changes[index])).collect()
}

fn file_delta(change: &PathChange) -> FileDelta {
    FileDelta {
        path: change.path.clone(),
        old: change.old_file(),
        new: change.new_file(),
        followed: None,
        paired: None,
        out_of_sight: change.out_of_sight,
    }
}

fn apply_renames(
    files: &mut [FileDelta],
    renames: &Renames,
    deleted: &[usize],
    created: &[usize],
) {
    for (target, &index) in created.iter().enumerate() {
        files[index].followed = renames.followed[target].map(|source| deleted[source]);
        files[index].paired = renames.paired[target].map(|source| deleted[source]);
    }
}

/// A file as one commit wrote it.
#[derive(Debug, Clone, Copy)]
pub struct Version {
    /// The number of its path when it was written.
    pub path: u32,
    /// Its content.
    pub blob: ObjectId,
    /// The commit that wrote it.
    pub commit: CommitIdx,
    /// Its number among the files of that commit.
    pub file: u32,
    /// Whether it may have come from where nothing could be read: lines that are in no
    /// version that is known may be older.
    pub out_of_sight: bool,
    /// Its first edge in `Graph::origins`.
    first_origin: u32,
    /// How many edges it has there.
    n_origins: u32,
}

/// What one commit did to one file, for the ledger of lives (mainline commits) or for
/// counting changed lines.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The commit.
    pub commit: CommitIdx,
    /// Its number on the mainline, if it is there.
    pub landing: Option<u32>,
    /// The number of the file among those of the commit.
    pub file: u32,
    /// The path before; differs from `path` for a rename.
    pub old_path: u32,
    /// The path after; of a deletion, the path that went.
    pub path: u32,
    /// The version before, if there was one.
    pub old: Option<u32>,
    /// The version after, if there is one.
    pub new: Option<u32>,
    /// Whether a version may have stood before, or may stand after, where nothing could
    /// be read.
    pub out_of_sight: bool,
}

/// All versions and steps of a history.
#[derive(Debug, Default)]
pub struct Graph {
    /// Paths by number, in the order they appear in history.
    pub paths: Vec<Vec<u8>>,
    /// The versions; each comes after those it came from.
    pub versions: Vec<Version>,
    /// The versions each version came from, in the order of the commit's parents.
    origins: Vec<u32>,
    /// The steps, in the order of commits.
    pub steps: Vec<Step>,
    /// What stands at the tip: path and version.
    pub tip: Vec<(u32, u32)>,
    /// Versions that a squash landed as a pull request left them: the last version they
    /// came from is that of its head.
    squashed: FxHashSet<u32>,
}

impl Graph {
    /// Whether the last version that this one came from is that of a pull request which
    /// was squashed: the same content, in which only the lines of its own commits count.
    pub fn is_squashed(&self, version: u32) -> bool {
        self.squashed.contains(&version)
    }

    /// The versions that `version` came from.
    pub fn origins(&self, version: u32) -> &[u32] {
        let version = &self.versions[version as usize];
        let first = version.first_origin as usize;
        &self.origins[first..first + version.n_origins as usize]
    }
}

impl Graph {
    /// Whether the version that a step leads to says as well what changed in the step:
    /// it was written by this commit, from the version that stood there.
    pub(crate) fn says_of_step(&self, step: Step) -> bool {
        let Some(new) = step.new else { return true };
        let facts = self.versions[new as usize];
        let is_own = (facts.commit, facts.file) == (step.commit, step.file);
        step.old.is_none_or(|old| is_own && self.origins(new).contains(&old))
    }
}

/// Builds the graph, commit by commit.
pub struct Builder<'h, 'r> {
    history: &'h History,
    reader: ObjectReader<'r>,
    cache: TreeCache,
    graph: Graph,
    /// Their numbers. Paths are of the repository's choosing: no plain hash will do.
    path_numbers: HashMap<Vec<u8>, u32>,
    states: Vec<Option<PathMap>>,
    /// For each commit the directories that cannot be read.
    unreadable: Vec<Rc<BTreeSet<Vec<u8>>>>,
    children_left: Vec<u32>,
    landings: Vec<Option<u32>>,
    /// Whether to make steps for commits off the mainline too.
    all_steps: bool,
    /// What each commit did, for the next run; `None` when nothing is kept.
    recorder: Option<Recorder>,
    /// What was left out.
    pub gaps: Gaps,
}

impl std::fmt::Debug for Builder<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder").finish_non_exhaustive()
    }
}

/// What happens to one file of a commit, decided before the state changes.
struct Decision {
    path: u32,
    new: Option<u32>,
}

impl<'h, 'r> Builder<'h, 'r> {
    /// An empty graph.
    pub fn new(
        history: &'h History,
        reader: ObjectReader<'r>,
        all_steps: bool,
        recorder: Option<Recorder>,
    ) -> Self {
        let n = history.commits.len();
        let mut children_left = vec![0; n];
        for commit in &history.commits {
            for parent in commit.parents.iter().chain(&commit.squashed_head) {
                children_left[parent.at()] += 1;
            }
        }
        let mut landings = vec![None; n];
        for (number, idx) in (0..).zip(&history.mainline) {
            landings[idx.at()] = Some(number);
        }
        Self {
            history,
            reader,
            cache: TreeCache::default(),
            graph: Graph::default(),
            path_numbers: HashMap::new(),
            states: vec![None; n],
            unreadable: Vec::with_capacity(n),
            children_left,
            landings,
            all_steps,
            recorder,
            gaps: Gaps::default(),
        }
    }

    /// Adds the next commit. Commits come in the order of the history.
    pub fn add(&mut self, idx: CommitIdx, delta: &CommitDelta) {
        let mut gaps = delta.gaps.clone();
        let history = self.history;
        let commit = &history.commits[idx.at()];
        let first = commit.first_parent();
        let before = first.map(|parent| Rc::clone(&self.unreadable[parent.at()]));
        self.unreadable.push(unreadable_now(before.unwrap_or_default(), delta));
        let others = self.other_parents(idx, delta, &mut gaps);
        let decisions: Vec<Option<Decision>> = (0..delta.files.len())
            .map(|index| self.decide(idx, first, &others, delta, index))
            .collect();
        self.add_steps(idx, first, delta, &decisions);
        let is_whole = delta.is_whole && others.iter().all(|parent| parent.is_whole);
        if gaps.is_empty() && is_whole {
            self.record(idx, delta, &others);
        }
        self.gaps.merge(&gaps);
        let mut state = first.map(|parent| self.take_state(parent)).unwrap_or_default();
        for decision in decisions.into_iter().flatten() {
            state.set(decision.path, decision.new);
        }
        for parent in others {
            self.release(parent.commit);
        }
        if let Some(head) = commit.squashed_head {
            self.release(head);
        }
        self.states[idx.at()] = Some(state);
    }

    /// What was read so far: objects, and trees.
    pub fn work(&self) -> (ReadWork, u64) {
        (self.reader.work, self.cache.trees_read)
    }

    /// Ends the graph at the tip.
    pub fn finish(mut self) -> (Graph, Gaps, Option<Recorder>) {
        if let Some(state) = self.states.last().and_then(Option::as_ref) {
            self.graph.tip = state.entries();
        }
        (self.graph, self.gaps, self.recorder)
    }

    /// Writes down what a commit did.
    fn record(&mut self, idx: CommitIdx, delta: &CommitDelta, others: &[OtherParent]) {
        let Some(recorder) = &mut self.recorder else { return };
        let number = |path: &[u8]| self.path_numbers.get(path).copied();
        let index = |index: Option<usize>| index.map(len_to_u32);
        let file = |file: &FileDelta| {
            Some(FileRecord {
                path: number(&file.path)?,
                old: file.old,
                new: file.new,
                followed: index(file.followed),
                paired: index(file.paired),
            })
        };
        let from = |parent: &OtherParent| -> Option<Vec<(u32, u32)>> {
            let moved = parent.sources.iter();
            moved.map(|(file, path)| Some((len_to_u32(*file), number(path)?))).collect()
        };
        // Without a number for one of the paths there is nothing to write.
        let files: Option<Vec<_>> = delta.files.iter().map(file).collect();
        let others: Option<Vec<_>> = others.iter().map(from).collect();
        let question = delta_question(self.history, &self.history.commits[idx.at()]);
        if let (Some(files), Some(others), Some(question)) = (files, others, question) {
            let record = DeltaRecord { files, others };
            let layer = delta.layer.unwrap_or(records::NEW);
            recorder.add_to(layer, (idx, Part::Delta), question, &record);
            recorder.taken += u64::from(delta.layer.is_some());
        }
    }

    /// The parent's state, copied only while other children still need it.
    fn take_state(&mut self, parent: CommitIdx) -> PathMap {
        self.children_left[parent.at()] -= 1;
        let state = &mut self.states[parent.at()];
        let taken = if self.children_left[parent.at()] == 0 {
            state.take()
        } else {
            state.clone()
        };
        taken.unwrap_or_default()
    }

    fn release(&mut self, parent: CommitIdx) {
        self.children_left[parent.at()] -= 1;
        if self.children_left[parent.at()] == 0 {
            self.states[parent.at()] = None;
        }
    }

    fn path_number(&mut self, path: &[u8]) -> Option<u32> {
        if let Some(&number) = self.path_numbers.get(path) {
            return Some(number);
        }
        let number = len_to_u32(self.graph.paths.len());
        if number >= MOST_PATHS {
            let why = "more than 16 million paths; this one is left out";
            self.gaps.add(GapKind::OverLimit, why, path);
            return None;
        }
        self.graph.paths.push(path.to_vec());
        self.path_numbers.insert(path.to_vec(), number);
        Some(number)
    }

    fn version_at(&self, commit: Option<CommitIdx>, path: &[u8]) -> Option<u32> {
        let number = self.path_numbers.get(path)?;
        self.states[commit?.at()].as_ref()?.get(*number)
    }

    fn decide(
        &mut self,
        idx: CommitIdx,
        first: Option<CommitIdx>,
        others: &[OtherParent],
        delta: &CommitDelta,
        index: usize,
    ) -> Option<Decision> {
        let file = &delta.files[index];
        let path = self.path_number(&file.path)?;
        let Some(blob) = file.new else { return Some(Decision { path, new: None }) };
        let here = self.version_at(first, &file.path);
        if file.old == Some(blob) && here.is_some() {
            return Some(Decision { path, new: here });
        }
        let same =
            |graph: &Graph, version: u32| graph.versions[version as usize].blob == blob;
        for parent in others {
            let there = self.version_at(Some(parent.commit), &file.path);
            if let Some(version) = there.filter(|&version| same(&self.graph, version)) {
                return Some(Decision { path, new: Some(version) });
            }
        }
        let mut out_of_sight = file.out_of_sight;
        let mut origins = Vec::new();
        let source = file.followed.map(|source| delta.files[source].path.as_slice());
        let from_first = here.or_else(|| self.version_at(first, source?));
        origins.extend(from_first.map(|version| (version, here.is_none())));
        for parent in others {
            let there = self.version_at(Some(parent.commit), &file.path);
            let moved = there.or_else(|| parent.moved.get(&index).copied());
            origins.extend(moved.map(|version| (version, there.is_none())));
            out_of_sight |= moved.is_none()
                && self.may_have(parent.commit, &file.path, from_first.is_none());
        }
        let whole = origins
            .iter()
            .find(|(version, renamed)| *renamed && same(&self.graph, *version));
        if let Some((version, _)) = whole {
            return Some(Decision { path, new: Some(*version) });
        }
        let mut origins: Vec<u32> =
            origins.into_iter().map(|(version, _)| version).collect();
        let head = self.history.commits[idx.at()].squashed_head;
        let squashed = head
            .and_then(|head| self.version_at(Some(head), &delta.files[index].path))
            .filter(|&version| same(&self.graph, version));
        origins.extend(squashed);
        let file = len_to_u32(index);
        let new = self.add_version((idx, file), path, blob, &origins);
        self.graph.versions[new as usize].out_of_sight = out_of_sight;
        if squashed.is_some() {
            self.graph.squashed.insert(new);
        }
        Some(Decision { path, new: Some(new) })
    }

    /// A parent other than the first, of which an earlier run found out the renames.
    fn known_parent(
        &self,
        parent: CommitIdx,
        sources: &[(usize, Vec<u8>)],
    ) -> OtherParent {
        let version = |(index, path): &(usize, Vec<u8>)| {
            Some((*index, self.version_at(Some(parent), path)?))
        };
        let moved = sources.iter().filter_map(version).collect();
        // Where something cannot be read, files of before are taken to stand.
        let is_whole = self.unreadable[parent.at()].is_empty();
        OtherParent { commit: parent, sources: sources.to_vec(), moved, is_whole }
    }

    /// Whether a commit may have a file where nothing can be read: at this path, or
    /// anywhere.
    fn may_have(&self, commit: CommitIdx, path: &[u8], anywhere: bool) -> bool {
        let mut folders = self.unreadable[commit.at()].iter();
        folders.any(|folder| anywhere || is_in(path, folder))
    }

    /// Looks at the parents other than the first: which files were renamed since.
    fn other_parents(
        &mut self,
        idx: CommitIdx,
        delta: &CommitDelta,
        gaps: &mut Gaps,
    ) -> Vec<OtherParent> {
        let history = self.history;
        let parents = history.commits[idx.at()].other_parents();
        if let Some(known) = &delta.others {
            let known = parents.iter().zip(known);
            return known
                .map(|(&parent, files)| self.known_parent(parent, files))
                .collect();
        }
        let mut budget = Budget::default();
        let open = self.of_no_parent(idx, delta, &mut budget);
        let others = parents
            .iter()
            .map(|&parent| {
                let is_new = |index: &usize| {
                    let path = &delta.files[*index].path;
                    budget.pay(1) && self.version_at(Some(parent), path).is_none()
                };
                let wanted: Vec<usize> = open.iter().copied().filter(is_new).collect();
                if wanted.is_empty() {
                    return self.known_parent(parent, &[]);
                }
                self.other_parent(idx, (parent, wanted), delta, (gaps, &mut budget))
            })
            .collect();
        if !budget.pay(1) {
            let why = "too many files and parents to look for renames among them all";
            let id = history.commits[idx.at()].id.to_string();
            gaps.add(GapKind::OverLimit, why, id.as_bytes());
        }
        others
    }

    /// Looks at one of them, for these files of the commit, which are new against it.
    fn other_parent(
        &mut self,
        idx: CommitIdx,
        (parent, wanted): (CommitIdx, Vec<usize>),
        delta: &CommitDelta,
        (gaps, budget): (&mut Gaps, &mut Budget),
    ) -> OtherParent {
        let commit = &self.history.commits[idx.at()];
        let tree = self.history.commits[parent.at()].tree;
        let (reader, cache) = (&mut self.reader, &mut self.cache);
        let failures = reader.failures;
        // What cannot be read was counted against the first parent.
        let mut known = Gaps::default();
        let (changes, unreadable) =
            compare_trees(reader, cache, Some(tree), commit, &mut known);
        if unreadable.is_empty() {
            gaps.merge(&known);
        }
        let is_readable = unreadable.is_empty();
        let deleted = created_or_deleted(&changes, false);
        let sources = candidates(&changes, &deleted);
        let created: BTreeSet<&[u8]> = created_or_deleted(&changes, true)
            .into_iter()
            .map(|index| changes[index].path.as_slice())
            .collect();
        let is_created =
            |index: &usize| created.contains(delta.files[*index].path.as_slice());
        let wanted: Vec<usize> = wanted.into_iter().filter(is_created).collect();
        let candidate = |&index: &usize| {
            let file = &delta.files[index];
            let (path, kind) = (file.path.as_slice(), EntryKind::File);
            file.new.map(|blob| Candidate { path, kind, blob })
        };
        let targets: Vec<Candidate<'_>> = wanted.iter().filter_map(candidate).collect();
        let (followed, over) =
            renames::follow_one_by_one(&mut self.reader, &sources, &targets, budget);
        if over {
            let why = "too many renamed files to compare their content; equal files were paired";
            gaps.add(GapKind::OverLimit, why, commit.id.to_string().as_bytes());
        }
        let source = |(index, source): (usize, Option<usize>)| {
            Some((index, sources[source?].path.to_vec()))
        };
        let sources: Vec<_> =
            wanted.into_iter().zip(followed).filter_map(source).collect();
        let parent = self.known_parent(parent, &sources);
        let is_whole = parent.is_whole && is_readable && self.reader.failures == failures;
        OtherParent { is_whole, ..parent }
    }

    /// The files of a merge that are no parent's whole.
    fn of_no_parent(
        &self,
        idx: CommitIdx,
        delta: &CommitDelta,
        budget: &mut Budget,
    ) -> Vec<usize> {
        let commit = &self.history.commits[idx.at()];
        if commit.other_parents().is_empty() {
            return Vec::new();
        }
        let is_wanted = |&index: &usize| {
            let file = &delta.files[index];
            let Some(blob) = file.new else { return false };
            let is_kept = file.old == Some(blob)
                && self.version_at(commit.first_parent(), &file.path).is_some();
            let is_whole = |&parent: &CommitIdx| {
                let there = self.version_at(Some(parent), &file.path);
                there.is_some_and(|version| {
                    self.graph.versions[version as usize].blob == blob
                })
            };
            let n_parents = len_to_u64(commit.other_parents().len());
            !is_kept
                && budget.pay(n_parents)
                && !commit.other_parents().iter().any(is_whole)
        };
        (0..delta.files.len()).filter(is_wanted).collect()
    }

    fn add_version(
        &mut self,
        (commit, file): (CommitIdx, u32),
        path: u32,
        blob: ObjectId,
        origins: &[u32],
    ) -> u32 {
        let number = len_to_u32(self.graph.versions.len());
        self.graph.versions.push(Version {
            path,
            blob,
            commit,
            file,
            out_of_sight: false,
            first_origin: len_to_u32(self.graph.origins.len()),
            n_origins: len_to_u32(origins.len()),
        });
        self.graph.origins.extend_from_slice(origins);
        number
    }

    fn add_steps(
        &mut self,
        idx: CommitIdx,
        first: Option<CommitIdx>,
        delta: &CommitDelta,
        decisions: &[Option<Decision>],
    ) {
        let landing = self.landings[idx.at()];
        let is_pulled = self.history.commits[idx.at()].pull.is_some();
        if landing.is_none() && (!self.all_steps || is_pulled) {
            return;
        }
        let moved: BTreeSet<usize> =
            delta.files.iter().filter_map(|file| file.paired).collect();
        for (index, (file, decision)) in delta.files.iter().zip(decisions).enumerate() {
            let Some(decision) = decision else { continue };
            if file.new.is_none() && moved.contains(&index) {
                continue;
            }
            let source = file.paired.map_or(file, |source| &delta.files[source]);
            let old = source.old.and_then(|_| self.version_at(first, &source.path));
            let old_path = self.path_numbers.get(&source.path).copied();
            if old.is_none() && decision.new.is_none() {
                continue;
            }
            self.graph.steps.push(Step {
                commit: idx,
                landing,
                file: len_to_u32(index),
                old_path: old_path.unwrap_or(decision.path),
                path: decision.path,
                old,
                new: decision.new,
                out_of_sight: file.out_of_sight,
            });
        }
    }
}

/// The directories that cannot be read after a commit.
fn unreadable_now(
    before: Rc<BTreeSet<Vec<u8>>>,
    delta: &CommitDelta,
) -> Rc<BTreeSet<Vec<u8>>> {
    if delta.unreadable.is_empty() {
        return before;
    }
    let mut now = BTreeSet::clone(&before);
    for (folder, _) in &delta.unreadable {
        now.retain(|known| known != folder && !is_in(known, folder));
    }
    let after = delta.unreadable.iter().filter(|(_, after)| *after);
    now.extend(after.map(|(folder, _)| folder.clone()));
    Rc::new(now)
}

/// Whether a path is in a folder; all are in the root, which has no name.
fn is_in(path: &[u8], folder: &[u8]) -> bool {
    let rest = path.strip_prefix(folder);
    folder.is_empty() || rest.is_some_and(|rest| rest.starts_with(b"/"))
}

/// A parent other than the first.
struct OtherParent {
    commit: CommitIdx,
    /// Files of the commit that were renamed since, and their paths before.
    sources: Sources,
    /// Whether all of its directories could be read, and files that may have been renamed.
    is_whole: bool,
    /// For files of the commit that were renamed since: which version they come from.
    moved: FxHashMap<usize, u32>,
}

/// Groups of versions and steps that have nothing to do with each other.
#[derive(Debug, Default)]
pub struct Lineage {
    /// Versions, in order.
    pub versions: Vec<u32>,
    /// Steps, in order.
    pub steps: Vec<u32>,
    /// What of it stands at the tip: path and version.
    pub tip: Vec<(u32, u32)>,
}

/// Splits the graph into lineages, largest first.
pub fn lineages(graph: &Graph) -> Vec<Lineage> {
    let mut groups = Groups((0..len_to_u32(graph.versions.len())).collect());
    for version in 0..len_to_u32(graph.versions.len()) {
        for &origin in graph.origins(version) {
            groups.join(version, origin);
        }
    }
    for step in &graph.steps {
        if let (Some(old), Some(new)) = (step.old, step.new) {
            groups.join(old, new);
        }
    }
    let mut by_root: FxHashMap<u32, usize> = FxHashMap::default();
    let mut lineages: Vec<Lineage> = Vec::new();
    let mut of = |groups: &mut Groups, version: u32, lineages: &mut Vec<Lineage>| {
        *by_root.entry(groups.root(version)).or_insert_with(|| {
            lineages.push(Lineage::default());
            lineages.len() - 1
        })
    };
    for version in 0..len_to_u32(graph.versions.len()) {
        let lineage = of(&mut groups, version, &mut lineages);
        lineages[lineage].versions.push(version);
    }
    for (number, step) in (0..).zip(&graph.steps) {
        let Some(version) = step.new.or(step.old) else { continue };
        let lineage = of(&mut groups, version, &mut lineages);
        lineages[lineage].steps.push(number);
    }
    for &(path, version) in &graph.tip {
        let lineage = of(&mut groups, version, &mut lineages);
        lineages[lineage].tip.push((path, version));
    }
    lineages.sort_by_key(|lineage| std::cmp::Reverse(lineage.versions.len()));
    lineages
}

/// Disjoint sets with path halving.
struct Groups(Vec<u32>);

impl Groups {
    fn root(&mut self, mut member: u32) -> u32 {
        while self.0[member as usize] != member {
            let above = self.0[self.0[member as usize] as usize];
            self.0[member as usize] = above;
            member = above;
        }
        member
    }

    fn join(&mut self, one: u32, two: u32) {
        let (one, two) = (self.root(one), self.root(two));
        // The smaller number is the root, so that the result does not depend on the
        // order of joins.
        self.0[one.max(two) as usize] = one.min(two);
    }
}
