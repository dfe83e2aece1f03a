//! Where a repository holds records of who wrote which lines, and what they say of the
//! commits of its history.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::attestation::{self, Attestation, Attester, Names, Trace, Writer};
use crate::history::objects::{ObjectBytes, ObjectKind, ObjectReader, Unreadable};
use crate::history::open::Opened;
use crate::history::tree::{self, EntryKind, TreeCache};
use crate::history::walk::{Commit, History};
use crate::history::{CommitIdx, ObjectId, ObjectMap, commit};
use crate::limits;
use crate::lines::attested::{Attested, Written};
use crate::lines::book::Mark;
use crate::lines::schedule::Progress;
use crate::problem::{GapKind, Gaps};
use crate::provenance::Rules;
use crate::units::{len_to_u32, len_to_u64};

/// The notes of git-ai. Its `refs/notes/ai-remote/` hold copies of them.
const NOTES: &str = "refs/notes/ai";

/// The files of its first versions, one a commit.
const LEGACY: &str = "refs/ai/authorship/";

/// The notes of Agent Trace, by tools that keep it there.
const TRACE_NOTES: &str = "refs/notes/agent-trace";

/// Where Agent Trace lies in a tree.
const TRACES: &[u8] = b".agent-trace/traces.jsonl";

/// Notes of tools that keep records which are not read, by the beginnings of their names.
const UNREAD: [&str; 6] = [
    "refs/notes/whogitit",
    "refs/notes/ai-blame",
    "refs/notes/exceeds-ink",
    "refs/notes/claude-conversations",
    "refs/notes/agent",
    "refs/notes/vibe",
];

/// The refs that lead to records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Sources {
    notes: Option<ObjectId>,
    legacy: BTreeMap<Vec<u8>, ObjectId>,
    trace_notes: Option<ObjectId>,
}

/// Finds the refs that lead to records.
pub(super) fn sources(opened: &Opened, gaps: &mut Gaps) -> Sources {
    let mut failed = |name: &str| {
        let why = "refs can no longer be read";
        gaps.add(GapKind::SideFile, why, name.as_bytes());
    };
    let mut at = |name: &str| match opened.find_ref(name) {
        Ok(found) => found,
        Err(_) => {
            failed(name);
            None
        }
    };
    let (notes, trace_notes) = (at(NOTES), at(TRACE_NOTES));
    let mut below = |folder: &str| match opened.refs_below(folder, limits::RECORDS.value)
    {
        Ok(Some(found)) => found,
        Ok(None) => {
            let why = "more refs than the limit: none of them is read";
            gaps.add(GapKind::SideFile, why, folder.as_bytes());
            BTreeMap::new()
        }
        Err(_) => {
            gaps.add(GapKind::SideFile, "refs can no longer be read", folder.as_bytes());
            BTreeMap::new()
        }
    };
    let legacy = below(LEGACY);
    for name in below("refs/notes/").keys() {
        let is_unread = |start: &str| name.starts_with(start.as_bytes());
        if name != TRACE_NOTES.as_bytes() && UNREAD.iter().any(|start| is_unread(start)) {
            let why = "notes of an AI tool in a format that is not read: its lines count as \
                       unmarked";
            gaps.add(GapKind::SideFile, why, name);
        }
    }
    Sources { notes, legacy, trace_notes }
}

/// What records say of one commit, before it is known which lines the commit wrote.
#[derive(Debug, Clone, Default)]
pub(super) struct Listed {
    /// The id of the rule.
    pub(super) record: String,
    /// Lines that it lists as an agent's.
    pub(super) ai: u64,
    /// Lines that it lists as a person's.
    pub(super) human: u64,
    /// Who ran the tool: `Name <address>`.
    pub(super) operator: Option<Vec<u8>>,
    /// Lines that the commit wrote, by mark: 0 is for those that nothing is said of.
    pub(super) written: BTreeMap<Mark, u64>,
}

/// What all records say.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// The writers, by their marks less one.
    pub(super) writers: Vec<Attester>,
    /// The lines, for the tracker.
    pub(super) attested: Attested,
    /// The commits.
    pub(super) commits: BTreeMap<CommitIdx, Listed>,
    /// How many records are of commits that are not here.
    pub(super) elsewhere: u64,
}

/// Reads the records of the commits of a history. Of several of one commit the most exact
/// counts: notes, then what the first versions wrote, then traces.
pub(super) fn read(
    (reader, sources): (&mut ObjectReader<'_>, &Sources),
    history: &History,
    rules: &Rules,
    gaps: &mut Gaps,
    progress: &(dyn Fn(Progress) + Sync),
) -> Records {
    let mut reading = Reading {
        reader,
        history,
        names: Names::new(rules),
        progress,
        n_read: 0,
        cache: TreeCache::default(),
        known: (0..)
            .zip(&history.commits)
            .map(|(at, one)| (one.id, CommitIdx(at)))
            .collect(),
        marks: BTreeMap::new(),
        found: Records::default(),
        gaps,
    };
    reading.notes(sources.notes);
    reading.legacy(&sources.legacy);
    reading.trace_notes(sources.trace_notes);
    reading.traces_at_tip();
    reading.found
}

impl Records {
    /// Takes over which lines the commits wrote.
    pub(super) fn count(&mut self, written: &[Written]) {
        for one in written {
            if let Some(listed) = self.commits.get_mut(&one.commit) {
                *listed.written.entry(one.mark).or_insert(0) += one.lines;
            }
        }
    }

    /// The writer that a mark stands for.
    pub(super) fn writer(&self, mark: Mark) -> Option<&Attester> {
        self.writers.get(usize::from(mark).checked_sub(1)?)
    }
}

struct Reading<'r, 'o> {
    reader: &'r mut ObjectReader<'o>,
    history: &'r History,
    names: Names<'r>,
    progress: &'r (dyn Fn(Progress) + Sync),
    n_read: u64,
    cache: TreeCache,
    known: ObjectMap<CommitIdx>,
    marks: BTreeMap<Attester, Mark>,
    found: Records,
    gaps: &'r mut Gaps,
}

impl Reading<'_, '_> {
    fn left_out(&mut self, why: &str, place: &[u8]) {
        self.gaps.add(GapKind::SideFile, why, place);
    }

    fn notes(&mut self, tip: Option<ObjectId>) {
        for (commit, blob) in self.notes_of(tip, NOTES) {
            if let Some(bytes) = self.record(blob) {
                let found = attestation::note(&bytes, &mut self.names);
                self.add(commit, &found, "git-ai.v3");
            }
        }
    }

    fn legacy(&mut self, refs: &BTreeMap<Vec<u8>, ObjectId>) {
        for (name, &blob) in refs {
            let Some(id) = ObjectId::from_hex(&name[LEGACY.len()..]) else {
                self.left_out("record of who wrote lines that names no commit", name);
                continue;
            };
            let commit = self.known.get(&id).copied();
            self.found.elsewhere += u64::from(commit.is_none());
            let Some(commit) = commit.filter(|one| !self.found.commits.contains_key(one))
            else {
                continue;
            };
            if let Some(bytes) = self.record(blob) {
                let found = attestation::legacy(&bytes, &mut self.names);
                self.add(commit, &found, "git-ai.legacy");
            }
        }
    }

    fn trace_notes(&mut self, tip: Option<ObjectId>) {
        for (commit, blob) in self.notes_of(tip, TRACE_NOTES) {
            let is_known = self.found.commits.contains_key(&commit);
            if let Some(bytes) = self.record(blob).filter(|_| !is_known) {
                let (traces, senseless) = attestation::traces(&bytes, &mut self.names);
                let mut found = Attestation::default();
                found.senseless = senseless;
                traces.into_iter().for_each(|trace| append(&mut found, trace));
                self.add(commit, &found, "agent-trace");
            }
        }
    }

    /// The notes of commits of the history, by the tree that their ref leads to.
    fn notes_of(
        &mut self,
        tip: Option<ObjectId>,
        name: &str,
    ) -> Vec<(CommitIdx, ObjectId)> {
        let Some(tip) = tip else { return Vec::new() };
        let root = self.reader.read(tip, ObjectKind::Commit).ok();
        let root = root.and_then(|data| commit::parse(&data));
        let found = root.and_then(|root| {
            tree::compare(self.reader, &mut self.cache, None, Some(root.tree)).ok()
        });
        let Some(found) = found else {
            self.left_out("notes cannot be read", name.as_bytes());
            return Vec::new();
        };
        for folder in &found.unreadable {
            self.left_out("part of the notes cannot be read", &folder.path);
        }
        let mut elsewhere = 0;
        let mut note = |change: &tree::PathChange| {
            let hex: Vec<u8> =
                change.path.iter().copied().filter(|&byte| byte != b'/').collect();
            let (id, blob) = (ObjectId::from_hex(&hex)?, change.new_file()?);
            let commit = self.known.get(&id).copied();
            elsewhere += u64::from(commit.is_none());
            Some((commit?, blob))
        };
        let mut notes: Vec<_> = found.changes.iter().filter_map(&mut note).collect();
        self.found.elsewhere += elsewhere;
        notes.sort_unstable();
        notes.dedup_by_key(|note| note.0);
        notes
    }

    /// Reads a record.
    fn record(&mut self, blob: ObjectId) -> Option<ObjectBytes> {
        self.n_read += 1;
        (self.progress)(Progress::Records(self.n_read));
        let bytes = match self.reader.read(blob, ObjectKind::Blob) {
            Ok(bytes) => bytes,
            Err(why) => {
                self.left_out(why.why(), blob.to_string().as_bytes());
                return None;
            }
        };
        if len_to_u64(bytes.len()) > limits::RECORD_BYTES.value {
            let why = "record of who wrote lines over the size limit, left out";
            self.left_out(why, blob.to_string().as_bytes());
            return None;
        }
        Some(bytes)
    }

    fn add(&mut self, commit: CommitIdx, found: &Attestation, record: &str) {
        let place = self.history.commits[commit.at()].id.to_string();
        let why = "parts of records of who wrote lines make no sense, and are left out";
        self.gaps.add_many(GapKind::SideFile, why, place.as_bytes(), found.senseless);
        let marks: Vec<Option<Mark>> =
            found.writers.iter().map(|writer| self.mark(writer)).collect();
        if marks.iter().any(Option::is_none) {
            let why =
                "more writers than the limit: lines of the others count as unmarked";
            self.left_out(why, place.as_bytes());
        }
        let mut listed = Listed {
            record: record.to_owned(),
            operator: found.operator.clone(),
            ..Listed::default()
        };
        let files = self.found.attested.entry(commit).or_default();
        for file in &found.files {
            let lines = attestation::apart(&file.ranges, &found.writers, |by| marks[by]);
            for one in &lines {
                let n = u64::from(one.end - one.start);
                let writer = self.found.writers.get(usize::from(one.mark) - 1);
                match writer.map(|writer| writer.writer) {
                    Some(Writer::Ai) => listed.ai += n,
                    Some(Writer::Human) => listed.human += n,
                    None => {}
                }
            }
            // A path that is named twice keeps what was said first.
            files.entry(file.path.clone()).or_insert(lines);
        }
        self.found.commits.entry(commit).or_insert(listed);
    }

    /// The mark of a writer; `None` when there are too many.
    fn mark(&mut self, writer: &Attester) -> Option<Mark> {
        if let Some(mark) = self.marks.get(writer) {
            return Some(*mark);
        }
        if len_to_u64(self.found.writers.len()) >= limits::WRITERS.value {
            return None;
        }
        self.found.writers.push(writer.clone());
        let mark = Mark::try_from(self.found.writers.len()).ok()?;
        self.marks.insert(writer.clone(), mark);
        Some(mark)
    }

    /// The traces that stand in the tree of the tip. Each counts for the first commit
    /// after its revision that changed the file.
    fn traces_at_tip(&mut self) {
        let Some(tip) = self.history.commits.last() else { return };
        let Some(blob) = self.file_at(tip.tree, TRACES) else { return };
        let Some(bytes) = self.record(blob) else { return };
        let (traces, senseless) = attestation::traces(&bytes, &mut self.names);
        let why = "parts of records of who wrote lines make no sense, and are left out";
        self.gaps.add_many(GapKind::SideFile, why, TRACES, senseless);
        let mut by_commit: BTreeMap<CommitIdx, BTreeMap<Vec<u8>, Vec<Trace>>> =
            BTreeMap::new();
        let mut budget = limits::RECORD_STEPS.value;
        let mut unplaced = 0;
        let mut landed: BTreeMap<(ObjectId, Vec<u8>), Option<CommitIdx>> =
            BTreeMap::new();
        for trace in traces {
            let place = trace.revision.map(|revision| (revision, trace.path.clone()));
            let commit = place.and_then(|place| {
                if let Some(known) = landed.get(&place) {
                    return *known;
                }
                (self.progress)(Progress::Records(self.n_read));
                let found = self.landing_of(place.0, &place.1, &mut budget);
                landed.insert(place, found);
                found
            });
            match commit.filter(|one| !self.found.commits.contains_key(one)) {
                Some(commit) => {
                    let files = by_commit.entry(commit).or_default();
                    files.entry(trace.path.clone()).or_default().push(trace);
                }
                None => unplaced += 1,
            }
        }
        let why = "records of edits for which no commit is found that holds them";
        self.gaps.add_many(GapKind::SideFile, why, TRACES, unplaced);
        for (commit, files) in by_commit {
            let mut found = Attestation::default();
            files.into_values().flatten().for_each(|trace| append(&mut found, trace));
            self.add(commit, &found, "agent-trace");
        }
    }

    /// The first commit after `revision` that changed the file at `path`; `None` where
    /// branches changed it each on its own: nothing says which of them is meant.
    fn landing_of(
        &mut self,
        revision: ObjectId,
        path: &[u8],
        budget: &mut u64,
    ) -> Option<CommitIdx> {
        let history = self.history;
        let start = *self.known.get(&revision)?;
        // Those that come after, and whether they come after the first change as well.
        let mut after: BTreeMap<CommitIdx, bool> = BTreeMap::from([(start, false)]);
        let mut first = None;
        for at in start.0 + 1..len_to_u32(history.commits.len()) {
            *budget = budget.checked_sub(1)?;
            let commit = &history.commits[at as usize];
            let mut before = commit.parents.iter().filter_map(|one| after.get(one));
            let Some(&is_later) = before.next() else { continue };
            let is_later = is_later || before.any(|is_later| *is_later);
            let at = CommitIdx(at);
            let is_change = !is_later && self.changes(commit, path, budget)?;
            if is_change && first.replace(at).is_some() {
                return None;
            }
            after.insert(at, is_later || is_change);
        }
        first
    }

    /// Whether a commit, not a merge, changed the file at a path; `None` when the budget
    /// is spent.
    fn changes(
        &mut self,
        commit: &Commit,
        path: &[u8],
        budget: &mut u64,
    ) -> Option<bool> {
        const LOOK_STEPS: u64 = 1_000;
        *budget = budget.checked_sub(LOOK_STEPS)?;
        if commit.n_parents > 1 {
            return Some(false);
        }
        let before = commit.first_parent().map(|one| self.history.commits[one.at()].tree);
        let now = self.file_at(commit.tree, path);
        Some(now.is_some() && now != before.and_then(|tree| self.file_at(tree, path)))
    }

    /// The file at a path of a tree; `None` where there is none, or it cannot be read.
    fn file_at(&mut self, tree: ObjectId, path: &[u8]) -> Option<ObjectId> {
        let mut folder = tree;
        let mut names = path.split(|&byte| byte == b'/').peekable();
        while let Some(name) = names.next() {
            let data: Result<ObjectBytes, Unreadable> =
                self.cache.read(self.reader, folder);
            let data = data.ok()?;
            let entries = tree::parse(&data)?;
            let entry = entries.iter().find(|entry| entry.name == name)?;
            match (entry.kind, names.peek()) {
                (EntryKind::Directory, Some(_)) => folder = entry.id,
                (EntryKind::File, None) => return Some(entry.id),
                _ => return None,
            }
        }
        None
    }
}

/// Adds a trace to what is known of its commit; those of one file come together.
fn append(found: &mut Attestation, trace: Trace) {
    let places: Vec<usize> =
        trace.writers.into_iter().map(|writer| found.by(writer)).collect();
    let ranges = trace
        .ranges
        .into_iter()
        .map(|range| attestation::LineRange { by: places[range.by], ..range });
    match found.files.last_mut().filter(|file| file.path == trace.path) {
        Some(file) => file.ranges.extend(ranges),
        None => found.files.push(attestation::AttestedFile {
            path: trace.path,
            ranges: ranges.collect(),
        }),
    }
}
