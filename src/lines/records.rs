//! What each commit did, kept for the next run: which files it changed, and what came
//! of comparing their versions. All of it follows from the commit and its parents, so
//! a run that meets the commit again can take it over instead of reading blobs.
//!
//! A record carries a number made of everything it was an answer to. One that answers
//! to something else is not taken, and what was made while an object could not be read
//! is never recorded: it may be here another time.
//!
//! Directories and files in packs are taken at the word of the pack, so what came of them
//! is believed for as long as the pack is there. Records come in layers: each was made of
//! the packs of those before it and of some more. Where packs go, as when git puts small
//! ones together, the layers that need them go, and those before them stay.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::file_class::FileClass;
use crate::history::mark::PackMark;
use crate::history::{CommitIdx, ObjectId};
use crate::lines::diff::Hunk;
use crate::lines::marks::LineMark;
use crate::problem::{GapKind, Gaps};
use crate::syntax::{Inside, LineKind};
use crate::units::len_to_u32;

/// What is recorded of a commit: of its files together, or of one of them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub(crate) enum Part {
    /// Which files it changed: a [`DeltaRecord`].
    Delta,
    /// The version of this file that it wrote: a [`VersionRecord`].
    Version(u32),
    /// What it did to this file: a [`StepRecord`].
    Step(u32),
}

/// The files of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeltaRecord {
    /// Each of them, in git's order of paths.
    pub(crate) files: Vec<FileRecord>,
    /// For each parent other than the first: which of the files came from which path
    /// of it.
    pub(crate) others: Vec<Vec<(u32, u32)>>,
}

/// One file of a commit. Paths are numbers in the table of the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileRecord {
    pub(crate) path: u32,
    pub(crate) old: Option<ObjectId>,
    pub(crate) new: Option<ObjectId>,
    pub(crate) followed: Option<u32>,
    pub(crate) paired: Option<u32>,
}

/// A version of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VersionRecord {
    /// How many lines it has; `None` for a binary one.
    pub(crate) lines: Option<u32>,
    /// What changed since each version that it came from.
    pub(crate) hunks: Vec<Vec<Hunk>>,
    /// What was left out.
    pub(crate) gaps: Gaps,
}

/// What was done to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StepRecord {
    /// Added and deleted lines, if they were counted; `None` inside for binary files.
    pub(crate) counts: Option<Option<(u32, u32)>>,
    /// What changed, unless the version that came says the same.
    pub(crate) hunks: Option<Vec<Hunk>>,
    /// Lines that stand on and of which the white space alone changed.
    pub(crate) respaced: u32,
    /// What is known of the lines that came, if any came.
    pub(crate) text: Option<StepText>,
    /// What was left out.
    pub(crate) gaps: Gaps,
}

/// What the text of a landing says of the lines that came with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StepText {
    /// What their file is for.
    pub(crate) class: FileClass,
    /// The kind of each, in order; missing ones are text.
    pub(crate) kinds: Vec<LineKind>,
    /// What is remembered of each; empty when lines are taken as they are.
    pub(crate) marks: Vec<LineMark>,
    /// Lines that went and the lines that they are now, by their places in the file.
    pub(crate) carried: Vec<(u32, u32)>,
    /// Lines that went and the lines that they were edited into, likewise.
    pub(crate) edited: Vec<(u32, u32)>,
    /// What each edit replaced by what, as a number.
    pub(crate) substitutions: Vec<u32>,
    /// Lines that went into others by a change of form, by their places before.
    pub(crate) joined: Vec<u32>,
    /// Lines that are pieces of others since a change of form, by their places now.
    pub(crate) split: Vec<u32>,
}

/// The definitions of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DefinitionsRecord {
    /// The name of the language it was parsed as.
    pub(crate) language: String,
    /// Functions and methods.
    pub(crate) functions: u64,
    /// Classes and what is like them.
    pub(crate) classes: u64,
    /// What is in its functions, and what stands in for code.
    pub(crate) inside: Inside,
    /// Whether it was parsed: otherwise nothing is known of it.
    pub(crate) is_parsed: bool,
    /// Whether its first lines or the length of its lines say that a program wrote it.
    pub(crate) looks_generated: bool,
    /// The number of the layer.
    pub(crate) layer: u32,
}

/// The layer of what was found out in this run.
pub(crate) const NEW: u32 = u32::MAX;

/// Whether something was left out that could be there another time, or should be: a
/// fault of ours is not believed again.
pub(crate) fn may_heal(gaps: &Gaps) -> bool {
    gaps.list().iter().any(|gap| {
        matches!(
            gap.kind,
            GapKind::MissingObject
                | GapKind::CorruptObject
                | GapKind::HistoryCut
                | GapKind::Unbalanced
        )
    })
}

/// A number for everything that a record answers to.
pub(crate) fn question(what: &impl Serialize) -> Option<u64> {
    Some(xxh3_64(&postcard::to_stdvec(what).ok()?))
}

/// Records of one part of the work, in the order in which they were made.
#[derive(Debug, Clone, Default)]
pub struct Recorder {
    entries: Vec<Entry>,
    /// The records themselves; those of other parts of the work follow one's own.
    bytes: Vec<u8>,
    others: Vec<Vec<u8>>,
    /// How many of them were taken over from an earlier run.
    pub(crate) taken: u64,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    commit: CommitIdx,
    part: Part,
    question: u64,
    layer: u32,
    /// One's own bytes are 0, then follow the others.
    part_of_work: usize,
    start: usize,
    end: usize,
}

impl Recorder {
    /// Adds a record of this run. What cannot be written is not recorded.
    pub(crate) fn add(
        &mut self,
        key: (CommitIdx, Part),
        question: u64,
        record: &impl Serialize,
    ) {
        self.add_to(NEW, key, question, record);
    }

    /// Adds a record to a layer.
    pub(crate) fn add_to(
        &mut self,
        layer: u32,
        (commit, part): (CommitIdx, Part),
        question: u64,
        record: &impl Serialize,
    ) {
        let start = self.bytes.len();
        let bytes = std::mem::take(&mut self.bytes);
        let Ok(bytes) = postcard::to_extend(record, bytes) else { return };
        self.bytes = bytes;
        self.push((commit, part), question, layer, start);
    }

    /// Adds a record of an earlier run again.
    fn add_again(
        &mut self,
        key: (CommitIdx, Part),
        question: u64,
        (layer, record): (u32, &[u8]),
    ) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(record);
        self.push(key, question, layer, start);
        self.taken += 1;
    }

    fn push(
        &mut self,
        (commit, part): (CommitIdx, Part),
        question: u64,
        layer: u32,
        start: usize,
    ) {
        let (part_of_work, end) = (0, self.bytes.len());
        let entry = Entry { commit, part, question, layer, part_of_work, start, end };
        self.entries.push(entry);
    }

    /// How many records were taken over from an earlier run.
    pub(crate) fn taken(&self) -> u64 {
        self.taken
    }

    /// Adds the records of another part of the work.
    pub(crate) fn append(&mut self, other: Self) {
        let first = self.others.len() + 1;
        self.others.push(other.bytes);
        self.others.extend(other.others);
        self.entries.extend(
            other
                .entries
                .into_iter()
                .map(|entry| Entry { part_of_work: entry.part_of_work + first, ..entry }),
        );
        self.taken += other.taken;
    }

    fn record(&self, entry: &Entry) -> &[u8] {
        let bytes = match entry.part_of_work.checked_sub(1) {
            None => &self.bytes,
            Some(other) => &self.others[other],
        };
        &bytes[entry.start..entry.end]
    }
}

/// What is kept of a commit: each part, the question it answers, how many bytes it has,
/// and its layer.
type Parts = Vec<(Part, u64, u32, u32)>;

/// The table of contents of what is kept.
#[derive(Serialize, Deserialize)]
struct Index {
    /// The packs that each layer needs besides those of the layers before it.
    layers: Vec<BTreeSet<PackMark>>,
    paths: Vec<Vec<u8>>,
    commits: Vec<(ObjectId, Parts)>,
    definitions: Vec<(ObjectId, DefinitionsRecord)>,
}

#[derive(Debug, Clone, Copy)]
struct Kept {
    part: Part,
    question: u64,
    layer: u32,
    start: usize,
    end: usize,
}

/// Records of earlier runs.
#[derive(Debug, Default)]
pub struct Records {
    bytes: Vec<u8>,
    /// The packs that they were made of, layer by layer.
    layers: Vec<BTreeSet<PackMark>>,
    paths: Vec<Vec<u8>>,
    /// Which of the entries are of a commit.
    commits: HashMap<ObjectId, Range<usize>>,
    entries: Vec<Kept>,
    definitions: HashMap<(ObjectId, String), DefinitionsRecord>,
}

impl Records {
    /// Reads records that [`write`] wrote, those of layers whose packs are all among
    /// these; `None` when they do not hold together.
    pub(crate) fn read(bytes: Vec<u8>, packs: &BTreeSet<PackMark>) -> Option<Self> {
        let (mut index, rest) = postcard::take_from_bytes::<Index>(&bytes).ok()?;
        let n_layers = index.layers.iter().take_while(|one| one.is_subset(packs)).count();
        index.layers.truncate(n_layers);
        let is_there = |layer: u32| (layer as usize) < n_layers;
        let mut at = bytes.len() - rest.len();
        let mut commits = HashMap::new();
        let mut entries: Vec<Kept> = Vec::new();
        for (id, parts) in index.commits {
            let first = entries.len();
            for (part, question, length, layer) in parts {
                let start = at;
                at = at.checked_add(length as usize)?;
                if is_there(layer) {
                    entries.push(Kept { part, question, layer, start, end: at });
                }
            }
            if !entries[first..].is_sorted_by_key(|entry| entry.part) {
                return None;
            }
            commits.insert(id, first..entries.len());
        }
        if at != bytes.len() {
            return None;
        }
        let definitions = index
            .definitions
            .into_iter()
            .filter(|(_, count)| is_there(count.layer))
            .map(|(blob, count)| ((blob, count.language.clone()), count));
        let definitions = definitions.collect();
        let Index { layers, paths, .. } = index;
        Some(Self { bytes, layers, paths, commits, entries, definitions })
    }

    /// The packs that they were made of.
    pub(crate) fn packs(&self) -> BTreeSet<PackMark> {
        self.layers.iter().flatten().cloned().collect()
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The path of a number.
    pub(crate) fn path(&self, number: u32) -> Option<&[u8]> {
        self.paths.get(number as usize).map(Vec::as_slice)
    }

    /// What is known of a part of a commit, if it answers to this question; written
    /// down again with `recorder`.
    pub(crate) fn take<T: DeserializeOwned>(
        &self,
        id: ObjectId,
        (commit, part): (CommitIdx, Part),
        question: u64,
        recorder: &mut Recorder,
    ) -> Option<T> {
        let record = self.find(id, part, question)?;
        let found = postcard::from_bytes(record.1).ok()?;
        recorder.add_again((commit, part), question, record);
        Some(found)
    }

    /// As [`Records::take`], without writing it down; and its layer.
    pub(crate) fn get<T: DeserializeOwned>(
        &self,
        id: ObjectId,
        part: Part,
        question: u64,
    ) -> Option<(T, u32)> {
        let (layer, record) = self.find(id, part, question)?;
        Some((postcard::from_bytes(record).ok()?, layer))
    }

    fn find(&self, id: ObjectId, part: Part, question: u64) -> Option<(u32, &[u8])> {
        let parts = &self.entries[self.commits.get(&id)?.clone()];
        let entry = parts[parts.binary_search_by_key(&part, |entry| entry.part).ok()?];
        let record = || (entry.layer, &self.bytes[entry.start..entry.end]);
        (entry.question == question).then(record)
    }

    /// How many definitions a blob has.
    pub(crate) fn definitions(
        &self,
        blob: ObjectId,
        language: &str,
    ) -> Option<&DefinitionsRecord> {
        self.definitions.get(&(blob, language.to_owned()))
    }
}

/// Writes records so that [`Records::read`] finds them: of commits with these ids, with
/// paths of these numbers. What is new was made of what was `known`, and of the packs
/// `used`.
///
/// # Errors
///
/// When they cannot be put into bytes.
pub(crate) fn write(
    mut recorder: Recorder,
    (known, used): (&Records, &BTreeSet<PackMark>),
    ids: impl Fn(CommitIdx) -> ObjectId,
    paths: &[Vec<u8>],
    mut definitions: Vec<(ObjectId, DefinitionsRecord)>,
) -> Result<Vec<u8>, postcard::Error> {
    let mut layers = known.layers.clone();
    let more: BTreeSet<PackMark> = used.difference(&known.packs()).cloned().collect();
    if !more.is_empty() || layers.is_empty() {
        layers.push(more);
    }
    let newest = len_to_u32(layers.len() - 1);
    for (_, count) in &mut definitions {
        count.layer = count.layer.min(newest);
    }
    recorder.entries.sort_unstable_by_key(|entry| (entry.commit, entry.part));
    let mut commits: Vec<(ObjectId, Parts)> = Vec::new();
    let mut latest = None;
    for entry in &recorder.entries {
        if latest != Some(entry.commit) {
            commits.push((ids(entry.commit), Vec::new()));
            latest = Some(entry.commit);
        }
        if let Some((_, parts)) = commits.last_mut() {
            let length = len_to_u32(entry.end - entry.start);
            let layer = entry.layer.min(newest);
            parts.push((entry.part, entry.question, length, layer));
        }
    }
    let index = Index { layers, paths: paths.to_vec(), commits, definitions };
    let mut bytes = postcard::to_stdvec(&index)?;
    bytes.reserve_exact(
        recorder.entries.iter().map(|entry| entry.end - entry.start).sum(),
    );
    for entry in &recorder.entries {
        bytes.extend_from_slice(recorder.record(entry));
    }
    Ok(bytes)
}
