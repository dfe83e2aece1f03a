//! Where the lines of a version of a file come from: the landings of the last weeks that
//! put them there, and those that wrote them.

use std::collections::BTreeMap;

use super::Reading;
use super::files::{Pair, pairs};
use super::landings::{Landing, file_at};
use super::texts::{self, Text};
use crate::history::ObjectId;
use crate::history::objects::ObjectKind;
use crate::history::tree::EntryKind;
use crate::lines::diff::Hunk;
use crate::problem::GapKind;

/// Fewer lines in a row are no move.
const LEAST_MOVED: usize = 3;
/// How many places are looked at from which a block can come.
const MOST_SOURCES: usize = 20;
/// How many other files the lines of one are followed into.
const MOST_TRACES: usize = 16;
/// Of how many landings it is found out what they moved.
const MOST_LANDINGS: usize = 300;

/// Where a line comes from, by the places of landings; `None` if it is older.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Origin {
    /// The landing that put it where it is, written anew or moved.
    pub(super) put_by: Option<usize>,
    /// The landing that wrote it.
    pub(super) written_by: Option<usize>,
}

/// What landings deleted, by their place in the list, as far as it was asked for.
pub(super) type Departures = BTreeMap<usize, Departed>;

/// The lines that a landing deleted, file by file, in their order.
#[derive(Default)]
pub(super) struct Departed {
    files: Vec<Gone>,
    /// The places of lines with the same words: the file, and the place in its list.
    by_words: BTreeMap<u64, Vec<(usize, usize)>>,
}

/// The lines that a landing deleted from a file, as it was before: numbers and words.
struct Gone {
    path: Vec<u8>,
    blob: ObjectId,
    lines: Vec<(u32, u64)>,
}

/// A version that is followed back, with the lines of the first that its lines became.
struct Trace {
    path: Vec<u8>,
    blob: ObjectId,
    text: Text,
    known: Vec<Option<u32>>,
    /// The first landing to look at.
    from: usize,
}

/// For each line of a version where it comes from. Blocks that a landing deletes at another
/// place go on there.
pub(super) fn origins(
    reading: &mut Reading<'_>,
    landings: &[Landing],
    departures: &mut Departures,
    (path, blob, text): (&[u8], ObjectId, &Text),
) -> Vec<Origin> {
    let mut origins = vec![Origin::default(); text.n_lines() as usize];
    let known = (0..text.n_lines()).map(Some).collect();
    let mut open =
        vec![Trace { path: path.to_vec(), blob, text: text.clone(), known, from: 0 }];
    let mut n_traces = 0;
    while let Some(trace) = open.pop() {
        n_traces += 1;
        let others = follow(reading, landings, departures, trace, &mut origins);
        if n_traces + open.len() < MOST_TRACES {
            open.extend(others);
        }
    }
    origins
}

/// Follows a version back through the landings; returns what goes on in other files, or at
/// other places.
fn follow(
    reading: &mut Reading<'_>,
    landings: &[Landing],
    departures: &mut Departures,
    mut trace: Trace,
    origins: &mut [Origin],
) -> Vec<Trace> {
    let mut others = Vec::new();
    for (at, landing) in landings.iter().enumerate().skip(trace.from) {
        let before = match landing.tree_before {
            None => None,
            Some(tree) => file_at(reading, tree, &trace.path)
                .map(|blob| (trace.path.clone(), blob))
                .or_else(|| renamed(reading, tree, landing.commit.tree, &trace.path)),
        };
        let Some((path, blob)) = before else {
            let all = 0..trace.text.n_lines();
            others
                .extend(arrived(reading, landings, departures, at, &trace, all, origins));
            return others;
        };
        trace.path = path;
        if blob == trace.blob {
            continue;
        }
        let Ok(bytes) = reading.reader.read(blob, ObjectKind::Blob) else {
            let why = "a version of a file of the weeks before the change cannot be read";
            reading.remarks.add(GapKind::CorruptObject, why, &trace.path);
            return others;
        };
        let older = Text::new(bytes);
        let hunks = texts::hunks(&older, &trace.text);
        let added = texts::ranges(&hunks, true).into_iter().flatten();
        others.extend(arrived(reading, landings, departures, at, &trace, added, origins));
        let known = carried(&hunks, &trace.known, older.n_lines());
        trace = Trace { blob, text: older, known, ..trace };
    }
    others
}

/// The lines of the first version that those of an older one became.
fn carried(hunks: &[Hunk], known: &[Option<u32>], n_lines: u32) -> Vec<Option<u32>> {
    let mut carried: Vec<Option<u32>> = vec![None; n_lines as usize];
    let (mut from, mut to) = (0, 0);
    for hunk in hunks {
        while from < hunk.before.start {
            carried[from as usize] = known[to as usize];
            (from, to) = (from + 1, to + 1);
        }
        (from, to) = (hunk.before.end, hunk.after.end);
    }
    while (from as usize) < carried.len() && (to as usize) < known.len() {
        carried[from as usize] = known[to as usize];
        (from, to) = (from + 1, to + 1);
    }
    carried
}

/// Notes the lines that a landing put somewhere; returns what it only moved, to be followed
/// from where it stood.
fn arrived(
    reading: &mut Reading<'_>,
    landings: &[Landing],
    departures: &mut Departures,
    at: usize,
    trace: &Trace,
    added: impl Iterator<Item = u32>,
    origins: &mut [Origin],
) -> Vec<Trace> {
    let added: Vec<(u32, u32)> =
        added.filter_map(|line| Some((line, trace.known[line as usize]?))).collect();
    for (_, first) in &added {
        let origin = &mut origins[*first as usize];
        origin.put_by.get_or_insert(at);
        origin.written_by = Some(at);
    }
    let counted = added.iter().filter(|(line, _)| trace.text.counts(*line));
    let counted: Vec<(u32, u64)> =
        counted.map(|&(line, first)| (first, trace.text.digest(line))).collect();
    let is_known = departures.contains_key(&at);
    if counted.len() < LEAST_MOVED || (!is_known && departures.len() >= MOST_LANDINGS) {
        return Vec::new();
    }
    let departed =
        departures.entry(at).or_insert_with(|| departed(reading, &landings[at]));
    let mut found = Vec::new();
    for (file, lines) in departed.sources(&counted) {
        let Gone { path, blob, .. } = &departed.files[file];
        let Ok(bytes) = reading.reader.read(*blob, ObjectKind::Blob) else { continue };
        let text = Text::new(bytes);
        let mut known = vec![None; text.n_lines() as usize];
        for (line, first) in lines {
            known[line as usize] = Some(first);
            origins[first as usize].written_by = None;
        }
        found.push(Trace { path: path.clone(), blob: *blob, text, known, from: at + 1 });
    }
    found
}

impl Departed {
    /// Where blocks of lines stood before: by file, the line there and the line given.
    fn sources(&self, lines: &[(u32, u64)]) -> BTreeMap<usize, Vec<(u32, u32)>> {
        let mut found: BTreeMap<usize, Vec<(u32, u32)>> = BTreeMap::new();
        let mut at = 0;
        while at < lines.len() {
            let places = self.by_words.get(&lines[at].1).map_or(&[][..], Vec::as_slice);
            let length = |&&(file, place): &&(usize, usize)| {
                let there = &self.files[file].lines[place..];
                let pairs = there.iter().zip(&lines[at..]);
                pairs.take_while(|(one, other)| one.1 == other.1).count()
            };
            let places = places.iter().take(MOST_SOURCES);
            let best = places.map(|it| (length(&it), *it)).max_by_key(|it| it.0);
            let Some((length, (file, place))) =
                best.filter(|(length, _)| *length >= LEAST_MOVED)
            else {
                at += 1;
                continue;
            };
            let there = &self.files[file].lines[place..place + length];
            let here = &lines[at..at + length];
            let pairs = there.iter().zip(here).map(|(one, other)| (one.0, other.0));
            found.entry(file).or_default().extend(pairs);
            at += length;
        }
        found
    }

    fn add(&mut self, gone: Gone) {
        for (place, (_, words)) in gone.lines.iter().enumerate() {
            self.by_words.entry(*words).or_default().push((self.files.len(), place));
        }
        self.files.push(gone);
    }
}

/// What a landing deleted from code; nothing when its trees cannot be compared.
fn departed(reading: &mut Reading<'_>, landing: &Landing) -> Departed {
    let mut departed = Departed::default();
    let before = landing.tree_before;
    let found =
        pairs(&mut reading.reader, &mut reading.trees, before, landing.commit.tree);
    for Pair { old, new } in found.map(|found| found.list).unwrap_or_default() {
        let Some((path, EntryKind::File, blob)) = old else { continue };
        if crate::syntax::language_of(&path).is_none() {
            continue;
        }
        let mut text = |blob: ObjectId| {
            reading.reader.read(blob, ObjectKind::Blob).ok().map(Text::new)
        };
        let Some(old) = text(blob) else { continue };
        let new = match new {
            Some((_, EntryKind::File, blob)) => text(blob),
            _ => Some(Text::new(Default::default())),
        };
        let Some(new) = new else { continue };
        let gone = texts::ranges(&texts::hunks(&old, &new), false);
        let gone = gone.into_iter().flatten().filter(|line| old.counts(*line));
        let lines = gone.map(|line| (line, old.digest(line))).collect();
        departed.add(Gone { path, blob, lines });
    }
    departed
}

/// Where a file that a landing created was before, if it was renamed.
fn renamed(
    reading: &mut Reading<'_>,
    before: ObjectId,
    after: ObjectId,
    path: &[u8],
) -> Option<(Vec<u8>, ObjectId)> {
    let found = pairs(&mut reading.reader, &mut reading.trees, Some(before), after)?;
    let is_it = |pair: &&Pair| pair.new.as_ref().is_some_and(|(new, ..)| new == path);
    let (path, kind, blob) = found.list.iter().find(is_it)?.old.clone()?;
    (kind == EntryKind::File).then_some((path, blob))
}
