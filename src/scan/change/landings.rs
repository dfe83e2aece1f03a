//! What landed shortly before a change began: the first parents of where it begins.

use std::collections::BTreeSet;

use super::range::Range;
use super::{RETURN_DAYS, Reading, YOUNG_DAYS};
use crate::history::ObjectId;
use crate::history::commit::{self, RawCommit};
use crate::history::objects::{ObjectBytes, ObjectKind};
use crate::history::open::Opened;
use crate::history::tree::{self, EntryKind};
use crate::lines::schedule::Progress;
use crate::units::{SECONDS_PER_DAY, len_to_u64};

/// How many landings are looked at.
const MOST_LANDINGS: usize = 20_000;

/// A landing.
#[derive(Debug, Clone)]
pub(super) struct Landing {
    pub(super) id: ObjectId,
    pub(super) commit: RawCommit,
    /// The tree before it; `None` for the first of all.
    pub(super) tree_before: Option<ObjectId>,
    /// How many seconds before the beginning of the change it landed; none is less than 0.
    pub(super) age_seconds: i64,
}

/// The landings before a change.
pub(super) struct Landings {
    /// Those of the last [`RETURN_DAYS`] days, the latest first.
    pub(super) list: Vec<Landing>,
}

impl Landings {
    /// Those of the last [`YOUNG_DAYS`] days, the latest first.
    pub(super) fn young(&self) -> &[Landing] {
        let most = i64::from(YOUNG_DAYS) * SECONDS_PER_DAY;
        let n = self.list.partition_point(|landing| landing.age_seconds < most);
        &self.list[..n]
    }
}

/// Reads them. Ages are counted from the landing that the change begins at, which whoever
/// wrote the change did not date.
pub(super) fn before(
    opened: &Opened,
    reading: &mut Reading<'_>,
    range: &Range,
) -> Landings {
    let most_seconds = i64::from(RETURN_DAYS) * SECONDS_PER_DAY;
    let mut list: Vec<Landing> = Vec::new();
    let mut start = None;
    let mut next = Some(range.merge_base);
    let mut age_seconds = 0;
    while let Some(id) = next.take() {
        let Some(commit) = read_commit(reading, id) else {
            let why = "a commit of the weeks before the change cannot be read";
            reading.cannot(b"", why);
            break;
        };
        let time = commit.committer.as_ref().and_then(|it| it.seconds);
        let start = *start.get_or_insert(time.unwrap_or(i64::MAX));
        // The clock never runs backwards.
        age_seconds =
            time.map_or(age_seconds, |it| start.saturating_sub(it).max(age_seconds));
        if age_seconds >= most_seconds || list.len() >= MOST_LANDINGS {
            break;
        }
        let is_cut = opened.shallow().contains(&id) && !commit.parents.is_empty();
        if is_cut && age_seconds < i64::from(YOUNG_DAYS) * SECONDS_PER_DAY {
            let why = "the clone is shallow and hides what landed in the weeks before: fetch \
                       the whole history";
            reading.cannot(b"", why);
        }
        if is_cut {
            break;
        }
        next = commit.parents.first().copied();
        let tree_before =
            next.and_then(|parent| read_commit(reading, parent)).map(|it| it.tree);
        list.push(Landing { id, commit, tree_before, age_seconds });
        (reading.progress)(Progress::Commits(len_to_u64(list.len())));
    }
    Landings { list }
}

pub(super) fn read_commit(reading: &mut Reading<'_>, id: ObjectId) -> Option<RawCommit> {
    commit::parse(&reading.reader.read(id, ObjectKind::Commit).ok()?)
}

/// The regular file at a path of a tree.
pub(super) fn file_at(
    reading: &mut Reading<'_>,
    tree: ObjectId,
    path: &[u8],
) -> Option<ObjectId> {
    let mut folder = tree;
    let mut parts = path.split(|&byte| byte == b'/').peekable();
    while let Some(name) = parts.next() {
        let bytes: ObjectBytes = reading.trees.read(&mut reading.reader, folder).ok()?;
        let entries = tree::parse(&bytes)?;
        let entry = entries.iter().find(|entry| entry.name == name)?;
        match (entry.kind, parts.peek()) {
            (EntryKind::File, None) => return Some(entry.id),
            (EntryKind::Directory, Some(_)) => folder = entry.id,
            _ => return None,
        }
    }
    None
}

/// The addresses of who wrote a landing: of a merge, of what it brought in.
pub(super) fn authors(reading: &mut Reading<'_>, landing: &Landing) -> Vec<Vec<u8>> {
    let brought = landing.commit.parents.get(1).copied();
    let commit = match brought.and_then(|id| read_commit(reading, id)) {
        Some(commit) => commit,
        None => landing.commit.clone(),
    };
    commit.author.map(|who| who.email.to_ascii_lowercase()).into_iter().collect()
}

/// The addresses of who wrote a change.
pub(super) fn authors_of_change(range: &Range) -> BTreeSet<Vec<u8>> {
    let commits = range.commits.values().filter(|it| it.parents.len() < 2);
    let author = |commit: &RawCommit| {
        commit.author.as_ref().map(|who| who.email.to_ascii_lowercase())
    };
    commits.filter_map(author).collect()
}
