//! What the rest of a history says of lines that land and go: whose work a commit is,
//! what it takes back, what it imports, and which commits change form alone.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::authors::Numbered;
use crate::history::objects::{ObjectKind, ObjectReader};
use crate::history::tree::{self, EntryKind};
use crate::history::walk::{Commit, History};
use crate::history::{CommitIdx, ObjectId};
use crate::limits;
use crate::lines::ignored_revs;
use crate::lines::instances::Context;
use crate::lines::versions::Graph;
use crate::problem::{GapKind, Gaps};
use crate::reverts::{Intent, Taken};
use crate::units::{len_to_u32, len_to_u64};

/// Gathers what the history says of landings and commits.
pub(super) fn read(
    history: &History,
    people: &Numbered,
    graph: &Graph,
    taken: &[Taken],
    asked: FxHashMap<u32, Vec<u8>>,
) -> Context {
    let person = |&(author, operator): &(Option<u32>, Option<u32>)| operator.or(author);
    Context {
        persons: people.columns.iter().map(person).collect(),
        mainline: history.mainline.clone(),
        clock: history.clock.clone(),
        taken_back: taken_back(history, taken),
        said: said(history, taken),
        imported: imported(graph),
        asked,
    }
}

/// The landings that messages say, or may say, are taken back, with those that say so.
fn said(history: &History, taken: &[Taken]) -> BTreeSet<(u32, u32)> {
    let landings = history.landings();
    let pair = |one: &Taken| Some((landings[one.target?.0], landings[one.by]));
    taken.iter().filter_map(pair).collect()
}

/// For each landing the commits that messages of the commits it brings in say they
/// take back.
fn taken_back(history: &History, taken: &[Taken]) -> BTreeMap<u32, BTreeSet<CommitIdx>> {
    let landings = history.landings();
    let mut found: BTreeMap<u32, BTreeSet<CommitIdx>> = BTreeMap::new();
    for one in taken.iter().filter(|one| one.intent != Intent::Candidate) {
        if let Some((target, _)) = one.target {
            let target = CommitIdx(len_to_u32(target));
            found.entry(landings[one.by]).or_default().insert(target);
        }
    }
    found
}

/// Landings, and the paths that they created with content that another file of the
/// mainline had had before, and never this one: what is back where it was is restored,
/// not imported.
fn imported(graph: &Graph) -> FxHashSet<(u32, u32)> {
    let landed = graph.steps.iter().filter_map(|step| {
        let (landing, new) = (step.landing?, step.new?);
        let is_created = step.old.is_none() && !step.out_of_sight;
        let blob = graph.versions[new as usize].blob;
        Some(Blob { landing, path: step.path, blob, is_created })
    });
    imports(landed)
}

/// A file that one landing left with this content.
struct Blob {
    landing: u32,
    path: u32,
    blob: ObjectId,
    is_created: bool,
}

/// Picks imports from all that landed, in order.
fn imports(landed: impl Iterator<Item = Blob>) -> FxHashSet<(u32, u32)> {
    let mut known: HashSet<ObjectId> = HashSet::new();
    let mut known_at: HashSet<(ObjectId, u32)> = HashSet::new();
    let mut found = FxHashSet::default();
    let mut waiting: (u32, Vec<(ObjectId, u32)>) = (0, Vec::new());
    for Blob { landing, path, blob, is_created } in landed {
        if waiting.0 != landing {
            known.extend(waiting.1.iter().map(|(blob, _)| *blob));
            known_at.extend(waiting.1.drain(..));
            waiting.0 = landing;
        }
        let was_elsewhere = known.contains(&blob) && !known_at.contains(&(blob, path));
        if is_created && was_elsewhere {
            found.insert((landing, path));
        }
        waiting.1.push((blob, path));
    }
    found
}

/// The landings of which every commit with one parent stands in
/// `.git-blame-ignore-revs` at the root of the tip's tree.
pub(super) fn form_landings(
    reader: &mut ObjectReader<'_>,
    history: &History,
    tip: Option<&Commit>,
    gaps: &mut Gaps,
) -> FxHashSet<u32> {
    const FILE: &[u8] = b".git-blame-ignore-revs";
    let Some(text) = tip.and_then(|tip| read_root_file(reader, tip.tree, FILE, gaps))
    else {
        return FxHashSet::default();
    };
    let (ids, bad_lines) = ignored_revs::parse(&text);
    for line in bad_lines {
        let place = format!("{}:{line}", String::from_utf8_lossy(FILE));
        gaps.add(GapKind::SideFile, "no commit id, line left out", place.as_bytes());
    }
    let ids: HashSet<ObjectId> = ids.into_iter().collect();
    let mut form = FxHashSet::default();
    let mut others = FxHashSet::default();
    for (commit, landing) in history.commits.iter().zip(history.landings()) {
        if commit.n_parents <= 1 && commit.pull.is_none() {
            let side = if ids.contains(&commit.id) { &mut form } else { &mut others };
            side.insert(landing);
        }
    }
    form.retain(|landing| !others.contains(landing));
    form
}

/// Reads a plain file at the root of a tree; `None` when there is none, or
/// none that can be read, which is a gap.
pub(super) fn read_root_file(
    reader: &mut ObjectReader<'_>,
    tree: ObjectId,
    name: &[u8],
    gaps: &mut Gaps,
) -> Option<Vec<u8>> {
    let root = match reader.read(tree, ObjectKind::Tree) {
        Ok(root) => root,
        Err(why) => {
            gaps.add(why.gap(), "the root directory of the tip cannot be read", name);
            return None;
        }
    };
    let Some(entries) = tree::parse(&root) else {
        let why = "the root directory of the tip is damaged";
        gaps.add(GapKind::CorruptObject, why, name);
        return None;
    };
    let entry = entries.iter().find(|entry| entry.name == name)?;
    if entry.kind != EntryKind::File {
        gaps.add(GapKind::SideFile, "no plain file, left out", name);
        return None;
    }
    match reader.read(entry.id, ObjectKind::Blob) {
        Ok(text) if len_to_u64(text.len()) > limits::CONTROL_FILE_BYTES.value => {
            gaps.add(GapKind::SideFile, "larger than CONTROL_FILE_BYTES, left out", name);
            None
        }
        Ok(text) => Some(text.to_vec()),
        Err(why) => {
            gaps.add(GapKind::SideFile, why.why(), name);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_elsewhere_is_imported_and_what_is_back_where_it_was_is_not() {
        let id = |digit: &str| ObjectId::from_hex(digit.repeat(40).as_bytes()).unwrap();
        let row = |landing, path, digit: &str, is_created| Blob {
            landing,
            path,
            blob: id(digit),
            is_created,
        };
        let landed = [
            row(0, 7, "a", true),
            // Twice in one landing is new twice.
            row(0, 8, "a", true),
            row(1, 9, "a", true),
            row(2, 7, "b", false),
            // Back at its place, whatever stood there since and elsewhere.
            row(3, 7, "a", true),
            row(4, 7, "b", true),
            row(5, 8, "b", true),
            row(6, 9, "b", false),
        ];
        let found = imports(landed.into_iter());
        assert_eq!(found, FxHashSet::from_iter([(1, 9), (5, 8)]));
    }
}
