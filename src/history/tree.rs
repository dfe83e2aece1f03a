//! Trees: reading one, and comparing two by walking both at once. Equal subtrees are
//! never opened, which is what makes a long history cheap.

use std::sync::Arc;

use crate::history::objects::{ObjectBytes, ObjectKind, ObjectReader, Unreadable};
use crate::history::{ObjectId, ObjectMap};
use crate::limits;

/// What an entry of a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A regular file, executable or not.
    File,
    /// A directory.
    Directory,
    /// A symbolic link: never source.
    Symlink,
    /// A submodule: one opaque unit.
    Submodule,
}

/// One entry of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// What it is.
    pub kind: EntryKind,
    /// Its name, one path component.
    pub name: &'a [u8],
    /// The object it names.
    pub id: ObjectId,
}

/// Returns the entries of a tree object, or `None` if it is damaged.
pub fn parse(data: &[u8]) -> Option<Vec<Entry<'_>>> {
    let mut entries = Vec::new();
    let mut rest = data;
    while !rest.is_empty() {
        let (entry, tail) = split_first(rest)?;
        entries.push(entry);
        rest = tail;
    }
    Some(entries)
}

/// Returns the first entry and what comes after it, or `None` if it is damaged.
fn split_first(data: &[u8]) -> Option<(Entry<'_>, &[u8])> {
    let space = memchr::memchr(b' ', data)?;
    let end = space + memchr::memchr(0, &data[space..])?;
    let id = ObjectId::from_raw(data.get(end + 1..end + 21)?)?;
    let kind = entry_kind(&data[..space])?;
    Some((Entry { kind, name: &data[space + 1..end], id }, &data[end + 21..]))
}

/// As [`split_first`], with no entry when there is none left.
fn first_entry(data: &[u8]) -> Option<(Option<Entry<'_>>, &[u8])> {
    if data.is_empty() {
        return Some((None, data));
    }
    split_first(data).map(|(entry, rest)| (Some(entry), rest))
}

/// Returns how many bytes at the start of two trees are the same whole entries, how
/// many entries these are, and where the last of them begins. Only modes as git writes them are taken for equal;
/// others are left to [`split_first`].
pub(crate) fn equal_entries(old: &[u8], new: &[u8]) -> (usize, u64, usize) {
    const MODES: [&[u8]; 4] = [b"100644 ", b"100755 ", b"40000 ", b"120000 "];
    let (mut at, mut entries, mut last) = (0, 0, 0);
    while MODES.iter().any(|mode| old[at..].starts_with(mode))
        && let Some(nul) = memchr::memchr(0, &old[at..])
        && let end = at + nul + 21
        && let (Some(one), Some(two)) = (old.get(at..end), new.get(at..end))
        && one == two
    {
        last = at;
        at = end;
        entries += 1;
    }
    (at, entries, last)
}

/// Whether an entry may follow the one before it. Names come once, in git's order, and
/// are single components; a tree that breaks this would name one path twice.
fn may_follow(before: Option<&Entry<'_>>, entry: &Entry<'_>) -> bool {
    let sound = !entry.name.is_empty() && !entry.name.contains(&b'/');
    let after = before.is_none_or(|before| {
        sort_key(before).cmp(sort_key(entry)).is_lt() && before.name != entry.name
    });
    sound && after
}

fn entry_kind(mode: &[u8]) -> Option<EntryKind> {
    let digits = std::str::from_utf8(mode).ok()?;
    Some(match u32::from_str_radix(digits, 8).ok()? & 0o170_000 {
        0o040_000 => EntryKind::Directory,
        0o120_000 => EntryKind::Symlink,
        0o160_000 => EntryKind::Submodule,
        0o100_000 => EntryKind::File,
        _ => return None,
    })
}

/// One path that differs between two trees. Directories never appear: only what is in
/// them does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathChange {
    /// The whole path.
    pub path: Vec<u8>,
    /// What stood there before.
    pub old: Option<(EntryKind, ObjectId)>,
    /// What stands there after.
    pub new: Option<(EntryKind, ObjectId)>,
    /// Whether the side on which nothing stands could not be read: something may.
    pub out_of_sight: bool,
}

impl PathChange {
    /// The blob before, if it was a regular file.
    pub fn old_file(&self) -> Option<ObjectId> {
        self.old.filter(|(kind, _)| *kind == EntryKind::File).map(|(_, id)| id)
    }

    /// The blob after, if it is a regular file.
    pub fn new_file(&self) -> Option<ObjectId> {
        self.new.filter(|(kind, _)| *kind == EntryKind::File).map(|(_, id)| id)
    }
}

/// A directory that could not be read before, after, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableFolder {
    /// Its path; that of the root is empty.
    pub path: Vec<u8>,
    /// Why.
    pub why: Unreadable,
    /// Whether it is the directory after that could not be read.
    pub after: bool,
}

/// What a comparison found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TreeChanges {
    /// The paths that differ, in git's order of paths.
    pub changes: Vec<PathChange>,
    /// Directories that could not be read, and why: what is in them is not compared,
    /// and what is on the other side is out of sight here.
    pub unreadable: Vec<UnreadableFolder>,
}

/// Reads trees and remembers the latest, since neighbours in history share most.
#[derive(Debug, Default)]
pub struct TreeCache {
    young: ObjectMap<ObjectBytes>,
    old: ObjectMap<ObjectBytes>,
    young_bytes: usize,
    /// How many trees were read from the repository.
    pub trees_read: u64,
}

impl TreeCache {
    /// How many bytes of trees one generation may hold.
    const GENERATION_BYTES: usize = 8 << 20;

    /// Returns the bytes of a tree.
    ///
    /// # Errors
    ///
    /// As [`ObjectReader::read`].
    pub fn read(
        &mut self,
        reader: &mut ObjectReader<'_>,
        id: ObjectId,
    ) -> Result<ObjectBytes, Unreadable> {
        if let Some(data) = self.young.get(&id) {
            return Ok(Arc::clone(data));
        }
        let data = if let Some(data) = self.old.remove(&id) {
            data
        } else {
            self.trees_read += 1;
            reader.read(id, ObjectKind::Tree)?
        };
        self.young_bytes += data.len();
        if self.young_bytes > Self::GENERATION_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = data.len();
        }
        self.young.insert(id, Arc::clone(&data));
        Ok(data)
    }
}

/// What visiting one entry of a tree costs, in bytes of content read; on the high side.
const ENTRY_BYTES: u64 = 256;

/// Compares two trees; an absent one is empty.
///
/// # Errors
///
/// When the comparison is over the limits on entries or on work: there is then no
/// answer at all. Damage is part of the answer.
pub fn compare(
    reader: &mut ObjectReader<'_>,
    cache: &mut TreeCache,
    old: Option<ObjectId>,
    new: Option<ObjectId>,
) -> Result<TreeChanges, Unreadable> {
    let mut walk = Walk {
        reader,
        cache,
        path: Vec::new(),
        found: TreeChanges::default(),
        entries: 0,
        is_blind: false,
    };
    if old != new {
        let done = walk.open(old, new, 0);
        walk.reader.spend(walk.entries * ENTRY_BYTES)?;
        done?;
    }
    Ok(walk.found)
}

fn slice(tree: Option<&ObjectBytes>) -> Option<&[u8]> {
    tree.map(|tree| tree.as_slice())
}

struct Walk<'w, 'r> {
    reader: &'w mut ObjectReader<'r>,
    cache: &'w mut TreeCache,
    path: Vec<u8>,
    found: TreeChanges,
    entries: u64,
    /// Whether one side of what is compared could not be read.
    is_blind: bool,
}

impl Walk<'_, '_> {
    fn directories(
        &mut self,
        old: Option<&[u8]>,
        new: Option<&[u8]>,
        depth: u64,
    ) -> Result<(), Unreadable> {
        if depth > limits::TREE_DEPTH.value {
            self.left_out(Unreadable::TooLarge, new.is_some());
            return Ok(());
        }
        let found = (self.found.changes.len(), self.found.unreadable.len());
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
        if self.merge(old, new, depth)?.is_none() {
            // Damage further on spoils what was read before it.
            self.found.changes.truncate(found.0);
            self.found.unreadable.truncate(found.1);
            let sound = |tree| if is_sound(tree) { tree } else { &[] };
            self.left_out(Unreadable::Corrupt, !is_sound(new));
            self.is_blind_for(|walk| walk.merge(sound(old), sound(new), depth))?;
        }
        Ok(())
    }

    /// Walks both trees to their ends; `None` when one of them is damaged. Most entries
    /// are equal, and are passed over without a closer look.
    fn merge(
        &mut self,
        mut old: &[u8],
        mut new: &[u8],
        depth: u64,
    ) -> Result<Option<()>, Unreadable> {
        let (mut last_old, mut last_new) = (None, None);
        loop {
            let (same, entries, last) = equal_entries(old, new);
            if entries > 0 {
                let (Some(one), Some(two)) =
                    (split_first(&old[last..]), split_first(&new[last..]))
                else {
                    return Ok(None);
                };
                (last_old, last_new) = (Some(one.0), Some(two.0));
            }
            (old, new) = (&old[same..], &new[same..]);
            self.entries += entries + 1;
            if self.entries > limits::TREE_ENTRIES.value {
                return Err(Unreadable::TooLarge);
            }
            if old.is_empty() && new.is_empty() {
                return Ok(Some(()));
            }
            let (Some(one), Some(two)) = (first_entry(old), first_entry(new)) else {
                return Ok(None);
            };
            let (left, right) = pair(one.0.as_ref(), two.0.as_ref());
            if let Some(entry) = left {
                if !may_follow(last_old.as_ref(), entry) {
                    return Ok(None);
                }
                (old, last_old) = (one.1, Some(*entry));
            }
            if let Some(entry) = right {
                if !may_follow(last_new.as_ref(), entry) {
                    return Ok(None);
                }
                (new, last_new) = (two.1, Some(*entry));
            }
            self.entry(left, right, depth)?;
        }
    }

    fn entry(
        &mut self,
        old: Option<&Entry<'_>>,
        new: Option<&Entry<'_>>,
        depth: u64,
    ) -> Result<(), Unreadable> {
        let same =
            |one: &Entry<'_>, two: &Entry<'_>| one.id == two.id && one.kind == two.kind;
        if old.zip(new).is_some_and(|(one, two)| same(one, two)) {
            return Ok(());
        }
        let Some(name) = old.or(new).map(|entry| entry.name) else { return Ok(()) };
        let parent = self.path.len();
        if parent > 0 {
            self.path.push(b'/');
        }
        self.path.extend_from_slice(name);
        let directory = |entry: &&Entry<'_>| entry.kind == EntryKind::Directory;
        let leaf = |entry: &Entry<'_>| (entry.kind, entry.id);
        let (old_leaf, new_leaf) = (
            old.filter(|entry| !directory(entry)).map(leaf),
            new.filter(|entry| !directory(entry)).map(leaf),
        );
        if old_leaf.is_some() || new_leaf.is_some() {
            let path = self.path.clone();
            let (old, new, out_of_sight) = (old_leaf, new_leaf, self.is_blind);
            self.found.changes.push(PathChange { path, old, new, out_of_sight });
        }
        let (old_folder, new_folder) = (old.filter(directory), new.filter(directory));
        if old_folder.is_some() || new_folder.is_some() {
            self.open(
                old_folder.map(|entry| entry.id),
                new_folder.map(|entry| entry.id),
                depth + 1,
            )?;
        }
        self.path.truncate(parent);
        Ok(())
    }

    fn open(
        &mut self,
        old: Option<ObjectId>,
        new: Option<ObjectId>,
        depth: u64,
    ) -> Result<(), Unreadable> {
        if crate::units::len_to_u64(self.path.len()) > limits::PATH_BYTES.value {
            self.left_out(Unreadable::TooLarge, new.is_some());
            return Ok(());
        }
        let mut trees = [None, None];
        let mut failure = None;
        for (side, id) in [old, new].into_iter().enumerate() {
            let Some(id) = id else { continue };
            match self.cache.read(self.reader, id) {
                Ok(data) => trees[side] = Some(data),
                Err(why) => failure = Some((why, side == 1)),
            }
        }
        let [old, new] = &trees;
        let (old, new) = (slice(old.as_ref()), slice(new.as_ref()));
        let Some((why, after)) = failure else {
            return self.directories(old, new, depth);
        };
        self.left_out(why, after);
        self.is_blind_for(|walk| walk.directories(old, new, depth))
    }

    /// Walks what is on one side while the other is out of sight.
    fn is_blind_for<T>(&mut self, walk: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.is_blind, true);
        let walked = walk(self);
        self.is_blind = before;
        walked
    }

    fn left_out(&mut self, why: Unreadable, after: bool) {
        self.found.unreadable.push(UnreadableFolder {
            path: self.path.clone(),
            why,
            after,
        });
    }
}

/// Whether a tree can be read to its end.
fn is_sound(mut tree: &[u8]) -> bool {
    let mut last = None;
    while !tree.is_empty() {
        let Some((entry, rest)) = split_first(tree) else { return false };
        if !may_follow(last.as_ref(), &entry) {
            return false;
        }
        (tree, last) = (rest, Some(entry));
    }
    true
}

/// Takes the entry that comes first in git's order, or both when they have the same
/// name. A directory sorts as if its name ended in a slash, so a file and a directory
/// of one name are two entries apart.
fn pair<'e, 'd>(
    old: Option<&'e Entry<'d>>,
    new: Option<&'e Entry<'d>>,
) -> (Option<&'e Entry<'d>>, Option<&'e Entry<'d>>) {
    let (Some(one), Some(two)) = (old, new) else { return (old, new) };
    match sort_key(one).cmp(sort_key(two)) {
        std::cmp::Ordering::Less => (old, None),
        std::cmp::Ordering::Greater => (None, new),
        std::cmp::Ordering::Equal => (old, new),
    }
}

fn sort_key<'e>(entry: &'e Entry<'_>) -> impl Iterator<Item = u8> + use<'e> {
    let slash = (entry.kind == EntryKind::Directory).then_some(b'/');
    entry.name.iter().copied().chain(slash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_tree_is_none_and_an_empty_one_is_empty() {
        assert_eq!(parse(b""), Some(Vec::new()));
        assert_eq!(parse(b"100644 a\0short"), None);
        assert_eq!(parse(b"999 a"), None);
    }

    #[test]
    fn equal_entries_end_where_the_trees_part() {
        let entry =
            |name: &str, id: u8| [b"100644 ", name.as_bytes(), &[0], &[id; 20]].concat();
        let old = [entry("a", 1), entry("b", 0), entry("c", 3)].concat();
        let new = [entry("a", 1), entry("b", 0), entry("c", 4)].concat();
        assert_eq!(
            equal_entries(&old, &new),
            (2 * entry("a", 1).len(), 2, entry("a", 1).len())
        );
        assert_eq!(
            equal_entries(&old, &old),
            (old.len(), 3, old.len() - entry("a", 1).len())
        );
        assert_eq!(equal_entries(&old[..old.len() - 1], &old).1, 2);
        assert_eq!(equal_entries(b"999 a", b"999 a"), (0, 0, 0));
    }

    #[test]
    fn names_come_once_and_in_order() {
        let entry = |name: &'static [u8]| Entry {
            kind: EntryKind::File,
            name,
            id: ObjectId([0; 20]),
        };
        assert!(may_follow(Some(&entry(b"a")), &entry(b"b")));
        assert!(!may_follow(Some(&entry(b"a")), &entry(b"a")));
        assert!(!may_follow(Some(&entry(b"b")), &entry(b"a")));
        assert!(!may_follow(None, &entry(b"a/b")));
        assert!(!may_follow(None, &entry(b"")));
    }

    #[test]
    fn a_directory_sorts_as_if_it_ended_in_a_slash() {
        let id = ObjectId([0; 20]);
        let file = Entry { kind: EntryKind::File, name: b"a.b", id };
        let folder = Entry { kind: EntryKind::Directory, name: b"a", id };
        assert_eq!(pair(Some(&folder), Some(&file)), (None, Some(&file)));
    }
}
