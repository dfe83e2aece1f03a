//! The way of a change: from where it parts from its base to its head.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::{ChangeOptions, Reading};
use crate::error::Error;
use crate::history::commit::{self, RawCommit};
use crate::history::objects::{ObjectKind, ObjectReader};
use crate::history::open::Opened;
use crate::history::revision;
use crate::history::{ObjectId, ObjectMap, ObjectSet};
use crate::limits;
use crate::lines::schedule::Progress;
use crate::units::{len_to_u32, len_to_u64};

/// The way of a change.
pub(super) struct Range {
    pub(super) base: ObjectId,
    pub(super) head: ObjectId,
    pub(super) merge_base: ObjectId,
    /// How many other best common ancestors there are.
    pub(super) other_merge_bases: u32,
    /// The tree of the base: what decides how the change is judged. Whoever wrote the change
    /// chose where it begins, and could choose a commit that decides otherwise.
    pub(super) base_tree: ObjectId,
    /// The tree where it begins.
    pub(super) old_tree: ObjectId,
    /// The tree where it ends.
    pub(super) new_tree: ObjectId,
    pub(super) n_commits: u64,
    /// Its commits, by id: those that lead to the head and not to the base.
    pub(super) commits: BTreeMap<ObjectId, RawCommit>,
}

/// Finds it.
///
/// # Errors
///
/// When a revision is not there, or there is no common ancestor, or a shallow clone may hide
/// one.
pub(super) fn find(
    opened: &Opened,
    reading: &mut Reading<'_>,
    options: &ChangeOptions,
) -> Result<Range, Error> {
    let base = commit_of(opened, &options.base, "--base")?;
    let head = commit_of(opened, options.head.as_deref().unwrap_or("HEAD"), "--head")?;
    let shallow: ObjectSet = opened.shallow().iter().copied().collect();
    let mut walk = Walk::new(&mut reading.reader, shallow);
    walk.paint(base, OF_BASE)?;
    walk.paint(head, OF_HEAD)?;
    let mut n_seen = 0;
    while let Some(next) = walk.next_open() {
        walk.visit(next)?;
        n_seen += 1;
        (reading.progress)(Progress::Commits(n_seen));
    }
    let bests = walk.bests()?;
    let commits = walk.commits_of_head();
    let Some((&merge_base, others)) = bests.split_first() else {
        return Err(if walk.met_boundary { shallow_clone() } else { unrelated() });
    };
    if walk.boundary_is_open() {
        return Err(shallow_clone());
    }
    let tree = |id: ObjectId| walk.known.get(&id).map(|one| one.raw.tree);
    let (Some(base_tree), Some(old_tree), Some(new_tree)) =
        (tree(base), tree(merge_base), tree(head))
    else {
        return Err(unrelated());
    };
    Ok(Range {
        base,
        head,
        merge_base,
        other_merge_bases: len_to_u32(others.len()),
        base_tree,
        old_tree,
        new_tree,
        n_commits: len_to_u64(commits.len()),
        commits,
    })
}

fn commit_of(opened: &Opened, name: &str, flag: &str) -> Result<ObjectId, Error> {
    let refused = |why: &str| {
        let hint = format!(
            "fetch it with its history, and give a branch, a tag or the id of a commit with \
             {flag}"
        );
        Error::input("E-BASE", "cannot judge the change", why, &hint).at(name)
    };
    revision::find(opened, name).map_err(|error| match error.code {
        "E-REV" => refused(error.cause()),
        "E-TIP" => refused("the commit is not here, or cannot be read"),
        _ => error,
    })
}

fn unrelated() -> Error {
    Error::input(
        "E-BASE",
        "cannot judge the change",
        "base and head have no common ancestor",
        "name the branch that the change is for with --base",
    )
}

fn shallow_clone() -> Error {
    Error::input(
        "E-SHALLOW",
        "cannot judge the change",
        "the clone is shallow and may hide where base and head part",
        "fetch the whole history: git fetch --unshallow, or fetch-depth: 0 in CI",
    )
}

const OF_BASE: u8 = 1;
const OF_HEAD: u8 = 2;
/// Reached from a common ancestor: it can be no best one.
const STALE: u8 = 4;

struct Known {
    raw: RawCommit,
    marks: u8,
    is_waiting: bool,
}

/// From both ends at once, the latest commits first, as git does.
struct Walk<'w, 'r> {
    reader: &'w mut ObjectReader<'r>,
    shallow: ObjectSet,
    known: ObjectMap<Known>,
    waiting: BinaryHeap<(i64, ObjectId)>,
    /// How many of those that wait may still lead to something.
    n_open: usize,
    found: BTreeSet<ObjectId>,
    met_boundary: bool,
}

impl<'w, 'r> Walk<'w, 'r> {
    fn new(reader: &'w mut ObjectReader<'r>, shallow: ObjectSet) -> Self {
        Self {
            reader,
            shallow,
            known: ObjectMap::default(),
            waiting: BinaryHeap::new(),
            n_open: 0,
            found: BTreeSet::new(),
            met_boundary: false,
        }
    }

    fn paint(&mut self, id: ObjectId, marks: u8) -> Result<(), Error> {
        if !self.known.contains_key(&id) {
            let raw = self.load(id)?;
            self.known.insert(id, Known { raw, marks: 0, is_waiting: false });
        }
        let Some(known) = self.known.get_mut(&id) else { return Ok(()) };
        if known.marks & marks == marks {
            return Ok(());
        }
        let was_open = known.is_waiting && known.marks & STALE == 0;
        known.marks |= marks;
        let is_open = known.marks & STALE == 0;
        if !known.is_waiting {
            known.is_waiting = true;
            let time = known.raw.committer.as_ref().and_then(|it| it.seconds);
            self.waiting.push((time.unwrap_or(i64::MIN), id));
        }
        self.n_open = self.n_open + usize::from(is_open) - usize::from(was_open);
        Ok(())
    }

    fn load(&mut self, id: ObjectId) -> Result<RawCommit, Error> {
        let over = len_to_u64(self.known.len()) > limits::COMMITS.value;
        let read = self.reader.read(id, ObjectKind::Commit).ok().filter(|_| !over);
        let raw =
            read.and_then(|data| commit::parse(&data)).filter(|it| !it.lost_parents);
        raw.ok_or_else(|| {
            let why = "a commit on the way to where base and head part cannot be read";
            let hint = "fetch the whole history, and check it with 'git fsck'";
            Error::input("E-BASE", "cannot judge the change", why, hint)
                .at(id.to_string().as_str())
        })
    }

    /// The latest commit that waits, as long as one of them may lead to something.
    fn next_open(&mut self) -> Option<ObjectId> {
        if self.n_open == 0 {
            return None;
        }
        self.waiting.pop().map(|(_, id)| id)
    }

    fn visit(&mut self, id: ObjectId) -> Result<(), Error> {
        let Some(known) = self.known.get_mut(&id) else { return Ok(()) };
        known.is_waiting = false;
        let mut marks = known.marks;
        let parents = known.raw.parents.clone();
        if marks & STALE == 0 {
            self.n_open -= 1;
        }
        if marks == OF_BASE | OF_HEAD {
            self.found.insert(id);
            marks |= STALE;
        }
        if self.shallow.contains(&id) {
            self.met_boundary |= !parents.is_empty();
            return Ok(());
        }
        for parent in parents {
            self.paint(parent, marks)?;
        }
        Ok(())
    }

    /// The best common ancestors, the latest first.
    fn bests(&mut self) -> Result<Vec<ObjectId>, Error> {
        let is_best =
            |id: &ObjectId| self.known.get(id).is_some_and(|it| it.marks & STALE == 0);
        let mut bests: Vec<ObjectId> =
            self.found.iter().copied().filter(is_best).collect();
        if bests.len() > 1 {
            // With odd dates one can be behind another.
            while let Some((_, id)) = self.waiting.pop() {
                self.visit_stale(id)?;
            }
            bests.retain(|id| self.known.get(id).is_some_and(|it| it.marks & STALE == 0));
        }
        let time = |id: &ObjectId| {
            let known = self.known.get(id)?;
            known.raw.committer.as_ref()?.seconds
        };
        bests.sort_by_key(|id| (std::cmp::Reverse(time(id)), *id));
        Ok(bests)
    }

    fn visit_stale(&mut self, id: ObjectId) -> Result<(), Error> {
        let Some(known) = self.known.get_mut(&id) else { return Ok(()) };
        known.is_waiting = false;
        let parents = known.raw.parents.clone();
        let marks = known.marks;
        if self.shallow.contains(&id) {
            return Ok(());
        }
        for parent in parents {
            self.paint(parent, marks)?;
        }
        Ok(())
    }

    fn commits_of_head(&self) -> BTreeMap<ObjectId, RawCommit> {
        let of_head = |(id, known): (&ObjectId, &Known)| {
            (known.marks & (OF_BASE | STALE) == 0).then(|| (*id, known.raw.clone()))
        };
        self.known.iter().filter_map(of_head).collect()
    }

    /// Whether the history is cut at a commit of one side alone: a better ancestor may lie
    /// behind it.
    fn boundary_is_open(&self) -> bool {
        self.shallow.iter().any(|id| {
            let known = self.known.get(id);
            known.is_some_and(|it| {
                it.marks & STALE == 0
                    && it.marks != OF_BASE | OF_HEAD
                    && !it.raw.parents.is_empty()
            })
        })
    }
}
