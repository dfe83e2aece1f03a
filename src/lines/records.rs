//! What each commit did, kept for the next run: which files it changed, and what came
//! of comparing their versions. All of it follows from the commit and its parents, so
//! a run that meets the commit again can take it over instead of reading blobs.
//!
//! A record carries a number made of everything it was an answer to. One that answers
//! to something else is not taken, and what was made while an object could not be read
//! is never recorded: it may be here another time.

use std::collections::HashMap;
use std::ops::Range;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::file_class::FileClass;
use crate::history::{CommitIdx, ObjectId};
use crate::lines::diff::Hunk;
use crate::lines::marks::LineMark;
use crate::problem::{GapKind, Gaps};
use crate::syntax::LineKind;
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
}

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
    /// One's own bytes are 0, then follow the others.
    part_of_work: usize,
    start: usize,
    end: usize,
}

impl Recorder {
    /// Adds a record. What cannot be written is not recorded.
    pub(crate) fn add(
        &mut self,
        (commit, part): (CommitIdx, Part),
        question: u64,
        record: &impl Serialize,
    ) {
        let start = self.bytes.len();
        let bytes = std::mem::take(&mut self.bytes);
        let Ok(bytes) = postcard::to_extend(record, bytes) else { return };
        self.bytes = bytes;
        let end = self.bytes.len();
        self.entries.push(Entry { commit, part, question, part_of_work: 0, start, end });
    }

    /// Adds a record of an earlier run again.
    fn add_again(
        &mut self,
        (commit, part): (CommitIdx, Part),
        question: u64,
        record: &[u8],
    ) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(record);
        let end = self.bytes.len();
        self.entries.push(Entry { commit, part, question, part_of_work: 0, start, end });
        self.taken += 1;
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

/// What is kept of a commit: each part, the question it answers, how many bytes it has.
type Parts = Vec<(Part, u64, u32)>;

/// The table of contents of what is kept.
#[derive(Serialize, Deserialize)]
struct Index {
    paths: Vec<Vec<u8>>,
    commits: Vec<(ObjectId, Parts)>,
    definitions: Vec<(ObjectId, DefinitionsRecord)>,
}

#[derive(Debug, Clone, Copy)]
struct Kept {
    part: Part,
    question: u64,
    start: usize,
    end: usize,
}

/// Records of earlier runs.
#[derive(Debug, Default)]
pub struct Records {
    bytes: Vec<u8>,
    paths: Vec<Vec<u8>>,
    /// Which of the entries are of a commit.
    commits: HashMap<ObjectId, Range<usize>>,
    entries: Vec<Kept>,
    definitions: HashMap<(ObjectId, String), DefinitionsRecord>,
}

impl Records {
    /// Reads records that [`write`] wrote; `None` when they do not hold together.
    pub(crate) fn read(bytes: Vec<u8>) -> Option<Self> {
        let (index, rest) = postcard::take_from_bytes::<Index>(&bytes).ok()?;
        let mut at = bytes.len() - rest.len();
        let mut commits = HashMap::new();
        let mut entries: Vec<Kept> = Vec::new();
        for (id, parts) in index.commits {
            let first = entries.len();
            for (part, question, length) in parts {
                let start = at;
                at = at.checked_add(length as usize)?;
                entries.push(Kept { part, question, start, end: at });
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
            .map(|(blob, count)| ((blob, count.language.clone()), count));
        let definitions = definitions.collect();
        Some(Self { bytes, paths: index.paths, commits, entries, definitions })
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
        let found = postcard::from_bytes(record).ok()?;
        recorder.add_again((commit, part), question, record);
        Some(found)
    }

    /// As [`Records::take`], without writing it down.
    pub(crate) fn get<T: DeserializeOwned>(
        &self,
        id: ObjectId,
        part: Part,
        question: u64,
    ) -> Option<T> {
        postcard::from_bytes(self.find(id, part, question)?).ok()
    }

    fn find(&self, id: ObjectId, part: Part, question: u64) -> Option<&[u8]> {
        let parts = &self.entries[self.commits.get(&id)?.clone()];
        let entry = parts[parts.binary_search_by_key(&part, |entry| entry.part).ok()?];
        (entry.question == question).then(|| &self.bytes[entry.start..entry.end])
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
/// paths of these numbers.
///
/// # Errors
///
/// When they cannot be put into bytes.
pub(crate) fn write(
    mut recorder: Recorder,
    ids: impl Fn(CommitIdx) -> ObjectId,
    paths: &[Vec<u8>],
    definitions: Vec<(ObjectId, DefinitionsRecord)>,
) -> Result<Vec<u8>, postcard::Error> {
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
            parts.push((entry.part, entry.question, length));
        }
    }
    let index = Index { paths: paths.to_vec(), commits, definitions };
    let mut bytes = postcard::to_stdvec(&index)?;
    bytes.reserve_exact(
        recorder.entries.iter().map(|entry| entry.end - entry.start).sum(),
    );
    for entry in &recorder.entries {
        bytes.extend_from_slice(recorder.record(entry));
    }
    Ok(bytes)
}
