//! Lines that the change deletes and that landed only shortly before.

use std::collections::{BTreeMap, BTreeSet};

use super::Reading;
use super::facts::YoungLines;
use super::files::{Changed, pairs};
use super::landings::{Landing, Landings, authors, authors_of_change, file_at};
use super::range::Range;
use super::texts::{self, Text};
use crate::history::ObjectId;
use crate::history::objects::{ObjectBytes, ObjectKind};
use crate::history::tree::EntryKind;
use crate::lines::schedule::Progress;
use crate::problem::GapKind;
use crate::units::len_to_u64;

/// How many looks at a path of a landing are taken.
const MOST_LOOKS: usize = 200_000;

/// What was found.
#[derive(Default)]
pub(super) struct Young {
    pub(super) rows: Vec<YoungLines>,
    /// How many lines of each landing the change deletes, by its place in the list: all
    /// that count, comments, tests and moved ones too, as in [`Effect`].
    pub(super) lost_of: BTreeMap<usize, u64>,
}

/// Finds them, following each file back through the landings.
pub(super) fn find(
    reading: &mut Reading<'_>,
    landings: &Landings,
    range: &Range,
    files: &mut [Changed],
) -> Young {
    let own = authors_of_change(range);
    let young = landings.young();
    let mut is_own: BTreeMap<usize, bool> = BTreeMap::new();
    let mut found = Young::default();
    let mut n_looks = 0;
    for file in files.iter().filter(|file| file.is_judged() && file.old.is_some()) {
        let Some(old) = &file.old else { continue };
        let Some(text) = &old.text else { continue };
        let gone = file.deleted.iter().cloned().flatten();
        let gone: Vec<u32> = gone.filter(|line| text.counts(*line)).collect();
        if gone.is_empty() {
            continue;
        }
        n_looks += young.len();
        if n_looks > MOST_LOOKS {
            let why = "too many files and landings to find out when lines landed";
            reading.remarks.add(GapKind::SearchLimit, why, &old.path);
            break;
        }
        (reading.progress)(Progress::Moves(len_to_u64(n_looks), 0));
        let origins = origins(reading, young, &old.path, old.blob, text);
        let of = |line: u32| origins.get(line as usize).copied().flatten();
        if !file.is_test() {
            for landing in gone.iter().filter_map(|line| of(*line)) {
                *found.lost_of.entry(landing).or_default() += 1;
            }
        }
        let lost = file.lost_lines();
        if lost.is_empty() {
            continue;
        }
        let mut row = YoungLines {
            path: old.path.as_slice().into(),
            deleted: len_to_u64(lost.len()),
            young: 0,
            by_same_author: 0,
            first_line: None,
            last_line: None,
            landings: Vec::new(),
        };
        let mut brought: BTreeSet<usize> = BTreeSet::new();
        for line in lost {
            let Some(landing) = of(line) else { continue };
            row.young += 1;
            row.first_line.get_or_insert(line + 1);
            row.last_line = Some(line + 1);
            brought.insert(landing);
            let by_own = *is_own.entry(landing).or_insert_with(|| {
                let who = authors(reading, &young[landing]);
                who.iter().any(|who| own.contains(who))
            });
            row.by_same_author += u64::from(by_own);
        }
        row.landings = brought.iter().map(|&at| young[at].id).collect();
        found.rows.push(row);
    }
    found
}

/// For each line of a version the landing that brought it in, `None` if it is older.
fn origins(
    reading: &mut Reading<'_>,
    landings: &[Landing],
    path: &[u8],
    blob: ObjectId,
    text: &Text,
) -> Vec<Option<usize>> {
    let mut origins: Vec<Option<usize>> = vec![None; text.n_lines() as usize];
    // For each line of the version looked at, the lines of the first that it became.
    let mut known: Vec<Option<u32>> = (0..text.n_lines()).map(Some).collect();
    let (mut path, mut blob, mut text) = (path.to_vec(), blob, text.clone());
    for (at, landing) in landings.iter().enumerate() {
        let before = match landing.tree_before {
            None => None,
            Some(tree) => file_at(reading, tree, &path)
                .map(|blob| (path.clone(), blob))
                .or_else(|| renamed(reading, tree, landing.commit.tree, &path)),
        };
        let Some((path_before, blob_before)) = before else {
            for line in known.iter().flatten() {
                origins[*line as usize] = Some(at);
            }
            return origins;
        };
        path = path_before;
        if blob_before == blob {
            continue;
        }
        let Ok(bytes) = reading.reader.read(blob_before, ObjectKind::Blob) else {
            let why = "a version of a file of the weeks before the change cannot be read";
            reading.remarks.add(GapKind::CorruptObject, why, &path);
            return origins;
        };
        let older = Text::new(bytes);
        let hunks = texts::hunks(&older, &text);
        let mut carried: Vec<Option<u32>> = vec![None; older.n_lines() as usize];
        let (mut from, mut to) = (0, 0);
        for hunk in &hunks {
            while from < hunk.before.start {
                carried[from as usize] = known[to as usize];
                (from, to) = (from + 1, to + 1);
            }
            for line in hunk.after.start..hunk.after.end {
                if let Some(line) = known[line as usize] {
                    origins[line as usize] = Some(at);
                }
            }
            (from, to) = (hunk.before.end, hunk.after.end);
        }
        while (from as usize) < carried.len() && (to as usize) < known.len() {
            carried[from as usize] = known[to as usize];
            (from, to) = (from + 1, to + 1);
        }
        (known, text, blob) = (carried, older, blob_before);
    }
    origins
}

/// Where a file that a landing created was before, if it was renamed.
fn renamed(
    reading: &mut Reading<'_>,
    before: ObjectId,
    after: ObjectId,
    path: &[u8],
) -> Option<(Vec<u8>, ObjectId)> {
    let found = pairs(&mut reading.reader, &mut reading.trees, Some(before), after)?;
    let is_it = |pair: &&super::files::Pair| {
        pair.new.as_ref().is_some_and(|(new, ..)| new == path)
    };
    let (path, kind, blob) = found.list.iter().find(is_it)?.old.clone()?;
    (kind == EntryKind::File).then_some((path, blob))
}

/// The lines of product code, with its comments, that a landing added and deleted, moved
/// or not, by their words.
pub(super) struct Effect {
    pub(super) added: u64,
    pub(super) deleted: Vec<u64>,
}

/// What a landing did to product code. `None` when its trees cannot be compared.
pub(super) fn effect(reading: &mut Reading<'_>, landing: &Landing) -> Option<Effect> {
    let found = pairs(
        &mut reading.reader,
        &mut reading.trees,
        landing.tree_before,
        landing.commit.tree,
    )?;
    let mut effect = Effect { added: 0, deleted: Vec::new() };
    for pair in found.list {
        let path =
            pair.new.as_ref().or(pair.old.as_ref()).map(|(path, ..)| path.clone())?;
        let class = crate::file_class::by_path(&path);
        let is_product =
            class.is_countable() && class != crate::file_class::FileClass::Test;
        if !is_product || crate::syntax::language_of(&path).is_none() {
            continue;
        }
        let mut text = |side: &Option<(Vec<u8>, EntryKind, ObjectId)>| match side {
            Some((_, EntryKind::File, blob)) => {
                reading.reader.read(*blob, ObjectKind::Blob).ok().map(Text::new)
            }
            _ => Some(Text::new(ObjectBytes::default())),
        };
        let (Some(old), Some(new)) = (text(&pair.old), text(&pair.new)) else { continue };
        let hunks = texts::hunks(&old, &new);
        let added = texts::ranges(&hunks, true).into_iter().flatten();
        effect.added += len_to_u64(added.filter(|line| new.counts(*line)).count());
        let deleted = texts::ranges(&hunks, false).into_iter().flatten();
        let deleted = deleted.filter(|line| old.counts(*line));
        effect.deleted.extend(deleted.map(|line| old.digest(line)));
    }
    Some(effect)
}
