//! Lines that the change deletes and that landed only shortly before.

use std::collections::{BTreeMap, BTreeSet};

use super::Reading;
use super::facts::YoungLines;
use super::files::{Changed, pairs};
use super::landings::{Landing, Landings, authors, authors_of_change};
use super::origins::{self, Departures};
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
    let mut departures = Departures::new();
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
        let version = (old.path.as_slice(), old.blob, text);
        let origins = origins::origins(reading, young, &mut departures, version);
        let of = |line: u32| origins.get(line as usize).copied().unwrap_or_default();
        if !file.is_test() {
            for landing in gone.iter().filter_map(|line| of(*line).put_by) {
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
            let Some(landing) = of(line).written_by else { continue };
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
