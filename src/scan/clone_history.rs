//! What each landing did to duplication: pasted, repeated, moved and resolved lines.
//!
//! The fingerprints of the tree are kept from landing to landing, and only what a landing
//! changed is read. Which lines came and went stands in the book of lines already; lines
//! of which only the form changed did neither.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::clones::is_compared;
use crate::clones::{
    FileChange, Index, IndexedFile, Preset, SearchSteps, TokenStream, births,
};
use crate::error::Error;
use crate::facts::CloneBirthFacts;
use crate::file_class::{self, FileClass};
use crate::history::ObjectId;
use crate::history::objects::{ObjectKind, ReadWork};
use crate::history::open::Opened;
use crate::limits::CLONE_HISTORY_STEPS;
use crate::lines::book::Left;
use crate::lines::schedule::{Progress, TrackedHistory};
use crate::lines::versions::{Graph, Step};
use crate::problem::{GapKind, Gaps};
use crate::syntax::{self, Fallback, LanguageId, Parsers};
use crate::units::len_to_u64;

/// How many versions are read before they are needed, at least; those of one landing
/// are read together.
const AHEAD_VERSIONS: usize = 256;

/// What a file is compared by, or why it is not.
type Stream = Result<Arc<TokenStream>, Fallback>;

/// Versions by their content and language.
type Streams = BTreeMap<(ObjectId, LanguageId), Stream>;

/// Follows the landings from a mainline number on. A landing that changed no line that
/// is compared has no row.
pub(super) fn follow(
    opened: &Opened,
    history: &TrackedHistory,
    from: u32,
    gaps: &mut Gaps,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(Vec<CloneBirthFacts>, ReadWork), Error> {
    let graph = &history.graph;
    let (before, landings) = landings(graph, from);
    let lines = Lines::new(history, from);
    let (mut read, mut rows) = (ReadWork::default(), Vec::new());
    let mut left_out = BTreeSet::new();
    let first: Vec<(u32, u32)> = before.into_iter().collect();
    let (streams, work) = read_streams(opened, graph, first.iter().copied(), progress)?;
    read.add(work);
    left_out.extend(not_compared(&streams));
    let mut index = Index::new(Preset::Default);
    let mut unread = FxHashSet::default();
    for &(path, version) in &first {
        match file(graph, &streams, path, version) {
            Seen::Compared(file) => index.insert(&graph.paths[path as usize], file),
            Seen::Unread => drop(unread.insert(path)),
            Seen::TooLarge | Seen::NotCompared => {}
        }
    }
    drop(streams);
    let mut steps = SearchSteps { left: CLONE_HISTORY_STEPS.value };
    for window in windows(&landings) {
        let wanted = window.iter().flat_map(|(_, steps)| steps);
        let wanted = wanted.filter_map(|step| Some((step.path, step.new?)));
        let (streams, work) = read_streams(opened, graph, wanted, progress)?;
        read.add(work);
        left_out.extend(not_compared(&streams));
        for (landing, changed) in window {
            let changes =
                changes(graph, &streams, &lines, (*landing, changed), &mut unread);
            let found = births(&mut index, &changes, &mut steps);
            gaps.merge(&found.gaps);
            progress(Progress::Settled(u64::from(*landing)));
            let row = CloneBirthFacts {
                landing: *landing,
                product: found.product,
                tests: found.tests,
            };
            rows.extend(Some(row).filter(CloneBirthFacts::says_something));
        }
    }
    gaps.merge(&index.gaps());
    for blob in left_out {
        let why = "version too large or minified to be compared with others";
        gaps.add(GapKind::ParserFallback, why, blob.to_string().as_bytes());
    }
    Ok((rows, read))
}

/// The contents that were read and cannot be compared. What cannot be read is a gap
/// already, where its lines are.
fn not_compared(streams: &Streams) -> impl Iterator<Item = ObjectId> {
    streams.iter().filter(|(_, stream)| stream.is_err()).map(|((blob, _), _)| *blob)
}

/// A landing and what it did to files.
pub(super) type Landing = (u32, Vec<Step>);

/// The tree before a landing, by path and version, and the landings from it on.
fn landings(graph: &Graph, from: u32) -> (BTreeMap<u32, u32>, Vec<Landing>) {
    let mut by_landing: BTreeMap<u32, Vec<Step>> = BTreeMap::new();
    for step in &graph.steps {
        if let Some(landing) = step.landing {
            by_landing.entry(landing).or_default().push(*step);
        }
    }
    let later = by_landing.split_off(&from);
    let mut tree = BTreeMap::new();
    for steps in by_landing.values() {
        for step in steps.iter().filter(|step| step.old.is_some()) {
            tree.remove(&step.old_path);
        }
        for step in steps {
            if let Some(new) = step.new {
                tree.insert(step.path, new);
            }
        }
    }
    (tree, later.into_iter().collect())
}

/// Landings in groups of [`AHEAD_VERSIONS`] versions and more.
pub(super) fn windows(landings: &[Landing]) -> Vec<&[Landing]> {
    let mut windows = Vec::new();
    let (mut start, mut n_versions) = (0, 0);
    for (at, (_, steps)) in landings.iter().enumerate() {
        n_versions += steps.len();
        if n_versions >= AHEAD_VERSIONS || at + 1 == landings.len() {
            windows.push(&landings[start..=at]);
            (start, n_versions) = (at + 1, 0);
        }
    }
    windows
}

/// Reads versions of files that are compared, each content once.
fn read_streams(
    opened: &Opened,
    graph: &Graph,
    versions: impl Iterator<Item = (u32, u32)>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(Streams, ReadWork), Error> {
    const SLICE_FILES: usize = 16;
    let wanted = versions.filter_map(|(path, version)| {
        Some((graph.versions[version as usize].blob, language(graph, path)?))
    });
    let wanted: BTreeSet<_> = wanted.collect();
    let wanted: Vec<_> = wanted.into_iter().collect();
    let slices: Result<Vec<(Streams, ReadWork)>, Error> = wanted
        .par_chunks(SLICE_FILES)
        .map(|slice| {
            let mut reader = opened.reader()?;
            let mut parsers = Parsers::new();
            let mut streams = Streams::new();
            for (at, &key) in slice.iter().enumerate() {
                progress(Progress::Settled(len_to_u64(at)));
                let Ok(bytes) = reader.read(key.0, ObjectKind::Blob) else { continue };
                let (language, preset) = (Some(key.1), Preset::Default);
                let found = TokenStream::read(&mut parsers, language, &bytes, preset);
                streams.insert(key, found.map(Arc::new));
            }
            Ok((streams, reader.work))
        })
        .collect();
    let (mut streams, mut work) = (Streams::new(), ReadWork::default());
    for (found, read) in slices? {
        streams.extend(found);
        work.add(read);
    }
    Ok((streams, work))
}

fn language(graph: &Graph, path: u32) -> Option<LanguageId> {
    let path = &graph.paths[path as usize];
    syntax::language_of(path).filter(|_| is_compared(path))
}

/// A version of a file, as far as it can be compared.
enum Seen {
    Compared(IndexedFile),
    /// Its words are not known, and of its lines which came and went.
    TooLarge,
    /// Nothing of it is known.
    Unread,
    /// Files like it are not compared.
    NotCompared,
}

fn file(graph: &Graph, streams: &Streams, path: u32, version: u32) -> Seen {
    let Some(language) = language(graph, path) else { return Seen::NotCompared };
    let blob = graph.versions[version as usize].blob;
    match streams.get(&(blob, language)) {
        None => Seen::Unread,
        Some(Err(_)) => Seen::TooLarge,
        Some(Ok(stream)) => {
            let class = file_class::by_path(&graph.paths[path as usize]);
            let is_test = class == FileClass::Test;
            Seen::Compared(IndexedFile { stream: Arc::clone(stream), is_test })
        }
    }
}

/// Lines by landing and path: ranges in order.
type Ranges = FxHashMap<(u32, u32), Vec<Range<u32>>>;

/// Which lines came and went.
#[derive(Default)]
struct Lines {
    added: Ranges,
    /// Those of them that went elsewhere with the same landing.
    moved: Ranges,
    /// Those of them of which only the form changed.
    reformed: Ranges,
    /// By the path that they went from.
    deleted: Ranges,
    /// Those of them that go on elsewhere or in another form.
    gone_on: Ranges,
}

impl Lines {
    fn new(history: &TrackedHistory, from: u32) -> Self {
        let mut lines = Self::default();
        lines.came(history, from);
        lines.went(history, from);
        let Self { added, moved, reformed, deleted, gone_on } = &mut lines;
        for ranges in [added, moved, reformed, deleted, gone_on] {
            ranges.values_mut().for_each(join);
        }
        lines
    }

    fn came(&mut self, history: &TrackedHistory, from: u32) {
        let (book, links) = (&history.tracked.book, &history.links);
        let carried = book.carried.iter().map(|link| link.to);
        let reformed: FxHashSet<u32> =
            carried.chain(book.split.iter().copied()).collect();
        for came in book.came.iter().filter(|came| came.landing >= from) {
            let key = (came.landing, came.path);
            add(&mut self.added, key, came.start..came.start + came.lines);
            for (line, at) in (came.first..).zip(came.start..came.start + came.lines) {
                if reformed.contains(&line) {
                    add(&mut self.reformed, key, at..at + 1);
                } else if !links.is_first(line) {
                    add(&mut self.moved, key, at..at + 1);
                }
            }
        }
    }

    fn went(&mut self, history: &TrackedHistory, from: u32) {
        let (book, links) = (&history.tracked.book, &history.links);
        let joined: FxHashSet<u32> = book.joined.iter().copied().collect();
        for fate in &book.fates {
            let gone = fate.exit.filter(|exit| exit.landing >= from);
            // What is out of sight may not be gone.
            let Some(exit) = gone.filter(|exit| exit.left != Left::Unreadable) else {
                continue;
            };
            let key = (exit.landing, fate.path);
            add(&mut self.deleted, key, exit.start..exit.start + fate.lines);
            let lines = fate.stand.line..fate.stand.line + fate.lines;
            for (line, at) in lines.zip(exit.start..) {
                if links.next(line).is_some() || joined.contains(&line) {
                    add(&mut self.gone_on, key, at..at + 1);
                }
            }
        }
    }
}

fn add(ranges: &mut Ranges, key: (u32, u32), range: Range<u32>) {
    let ranges = ranges.entry(key).or_default();
    match ranges.last_mut() {
        Some(last) if last.end == range.start => last.end = range.end,
        _ => ranges.push(range),
    }
}

/// Puts ranges in order, and those that touch together.
fn join(ranges: &mut Vec<Range<u32>>) {
    ranges.sort_by_key(|range| range.start);
    ranges.dedup_by(|next, last| {
        let touches = next.start <= last.end;
        if touches {
            last.end = last.end.max(next.end);
        }
        touches
    });
}

/// What a landing did to the files that are compared. `unread` has the paths whose
/// contents cannot be read: what stands there when they can be again is not known to be
/// new.
fn changes<'c>(
    graph: &'c Graph,
    streams: &Streams,
    lines: &'c Lines,
    (landing, steps): (u32, &[Step]),
    unread: &mut FxHashSet<u32>,
) -> Vec<FileChange<'c>> {
    // Two files can seem to come from one; its lines go on in the first.
    let mut left: FxHashSet<u32> = FxHashSet::default();
    let mut changes = Vec::new();
    for step in steps {
        let is_same = step.old_path == step.path
            && step.old.zip(step.new).is_some_and(|(old, new)| {
                graph.versions[old as usize].blob == graph.versions[new as usize].blob
            });
        if is_same {
            continue;
        }
        let was_there = step.old.is_some() && left.insert(step.old_path);
        let path = &graph.paths[step.path as usize];
        let of = |ranges: &'c Ranges, path: u32| {
            ranges.get(&(landing, path)).map_or(&[][..], Vec::as_slice)
        };
        let was_unread = unread.remove(&step.old_path) | unread.remove(&step.path);
        let after = match step.new {
            Some(new) => file(graph, streams, step.path, new),
            None if step.out_of_sight => Seen::Unread,
            None => Seen::NotCompared,
        };
        if matches!(after, Seen::Unread) {
            unread.insert(step.path);
        }
        let is_unseen = matches!(after, Seen::Unread | Seen::TooLarge);
        let after = match after {
            Seen::Compared(file) => Some((path.as_slice(), file)),
            Seen::TooLarge | Seen::Unread | Seen::NotCompared => None,
        };
        let added = if was_unread { &[] } else { of(&lines.added, step.path) };
        changes.push(FileChange {
            before: was_there.then_some(&graph.paths[step.old_path as usize]),
            after,
            is_unseen,
            added,
            moved: of(&lines.moved, step.path),
            reformed: of(&lines.reformed, step.path),
            deleted: of(&lines.deleted, step.old_path),
            gone_on: of(&lines.gone_on, step.old_path),
        });
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_touch_are_one_whatever_their_order() {
        let mut ranges = vec![5..7, 1..2, 2..4, 6..9, 20..21];
        join(&mut ranges);
        assert_eq!(ranges, [1..4, 5..9, 20..21]);
    }

    #[test]
    fn landings_are_read_ahead_in_groups_and_each_is_in_one() {
        let landing = |at: u32| (at, vec![step(); 100]);
        let landings: Vec<Landing> = (0..7).map(landing).collect();
        let sizes: Vec<usize> = windows(&landings).iter().map(|it| it.len()).collect();
        assert_eq!(sizes, [3, 3, 1]);
        assert!(windows(&[]).is_empty());
    }

    fn step() -> Step {
        Step {
            commit: crate::history::CommitIdx(0),
            landing: Some(0),
            file: 0,
            old_path: 0,
            path: 0,
            old: None,
            new: None,
            out_of_sight: false,
        }
    }
}
