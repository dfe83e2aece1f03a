//! What the rest of a history says of lines that land and go: whose work a commit is,
//! what it takes back, what it imports, and which commits change form alone.

use std::collections::{BTreeMap, HashMap, HashSet};

use rustc_hash::FxHashSet;

use super::authors::Numbered;
use crate::history::objects::{ObjectKind, ObjectReader};
use crate::history::tree::{self, EntryKind};
use crate::history::walk::{Commit, History};
use crate::history::{CommitIdx, ObjectId};
use crate::lines::ignored_revs;
use crate::lines::instances::Context;
use crate::lines::versions::Graph;
use crate::problem::{GapKind, Gaps};

/// Gathers what the history says of landings and commits.
pub(super) fn read(history: &History, people: &Numbered, graph: &Graph) -> Context {
    let person = |&(author, operator): &(Option<u32>, Option<u32>)| operator.or(author);
    Context {
        persons: people.columns.iter().map(person).collect(),
        mainline: history.mainline.clone(),
        taken_back: taken_back(history),
        imported: imported(graph),
    }
}

/// For each landing the commits that messages of the commits it brings in say they
/// take back: the line that `git revert` writes.
fn taken_back(history: &History) -> BTreeMap<u32, Vec<CommitIdx>> {
    let numbers: HashMap<ObjectId, CommitIdx> = (0..)
        .zip(&history.commits)
        .map(|(idx, commit)| (commit.id, CommitIdx(idx)))
        .collect();
    let mut found: BTreeMap<u32, Vec<CommitIdx>> = BTreeMap::new();
    for (commit, landing) in history.commits.iter().zip(history.landings()) {
        let known = reverted_ids(&commit.message).filter_map(|id| numbers.get(&id));
        for &target in known {
            found.entry(landing).or_default().push(target);
        }
    }
    found
}

/// The ids that a message names in lines like `This reverts commit <id>.`
fn reverted_ids(message: &[u8]) -> impl Iterator<Item = ObjectId> {
    const WORDS: &[u8] = b"This reverts commit ";
    const HEX_DIGITS: usize = 40;
    message.split(|&byte| byte == b'\n').filter_map(|line| {
        let rest = line.strip_prefix(WORDS)?;
        ObjectId::from_hex(rest.get(..HEX_DIGITS)?)
    })
}

/// For each landing the paths that it created with content that another file of the
/// mainline had had before.
fn imported(graph: &Graph) -> BTreeMap<u32, Vec<u32>> {
    let mut known: HashSet<ObjectId> = HashSet::new();
    let mut found: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut waiting: (u32, Vec<ObjectId>) = (0, Vec::new());
    for step in &graph.steps {
        let (Some(landing), Some(new)) = (step.landing, step.new) else { continue };
        if waiting.0 != landing {
            known.extend(waiting.1.drain(..));
            waiting.0 = landing;
        }
        let blob = graph.versions[new as usize].blob;
        if step.old.is_none() && !step.out_of_sight && known.contains(&blob) {
            found.entry(landing).or_default().push(step.path);
        }
        waiting.1.push(blob);
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
    let root = reader.read(tree, ObjectKind::Tree).ok()?;
    let entries = tree::parse(&root).unwrap_or_default();
    let entry = entries.iter().find(|entry| entry.name == name)?;
    if entry.kind != EntryKind::File {
        gaps.add(GapKind::SideFile, "no plain file, left out", name);
        return None;
    }
    match reader.read(entry.id, ObjectKind::Blob) {
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
    fn a_revert_is_known_by_the_line_that_git_writes() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let message = format!("Revert \"x\"\n\nThis reverts commit {id}.\n");
        let found: Vec<String> =
            reverted_ids(message.as_bytes()).map(|id| id.to_string()).collect();
        assert_eq!(found, [id]);
        let quoted = format!("See `This reverts commit {id}`, and 'This reverts' too");
        assert_eq!(reverted_ids(quoted.as_bytes()).count(), 0);
    }
}
