//! The history: every commit reachable from the tip, parents first, and the mainline.

use rustc_hash::FxHashSet;

use crate::history::commit::{self, RawCommit, Signature};
use crate::history::landing_events::LandingEvent;
use crate::history::objects::{ObjectKind, ObjectReader, Unreadable};
use crate::history::{CommitIdx, ObjectId, ObjectMap, ObjectSet};
use crate::limits;
use crate::problem::{GapKind, Gaps};
use crate::units::{Timestamp, len_to_u32};

/// A commit as plain data.
#[derive(Debug, Clone)]
pub struct Commit {
    /// Its id.
    pub id: ObjectId,
    /// Its tree.
    pub tree: ObjectId,
    /// The parents that are here, in order.
    pub parents: Vec<CommitIdx>,
    /// How many parents it has, here or not.
    pub n_parents: usize,
    /// Whether the first of them is here; without it the mainline ends at this commit.
    has_first_parent: bool,
    /// Whether a parent is missing or beyond a shallow boundary: what this commit
    /// seems to add may be older.
    pub is_cut: bool,
    /// For a commit that is here only as one of a pull request: the number of that.
    pub pull: Option<u64>,
    /// For a commit of the mainline: the head of the pull request that was squashed into
    /// it. It is no parent, but tells who wrote lines.
    pub squashed_head: Option<CommitIdx>,
    /// `None` when unknown.
    pub author: Option<Signature>,
    /// `None` when unknown.
    pub committer: Option<Signature>,
    /// The message, cut at the limit.
    pub message: Vec<u8>,
}

impl Commit {
    /// The first parent, if it is here: what came before on the branch.
    pub fn first_parent(&self) -> Option<CommitIdx> {
        self.parents.first().copied().filter(|_| self.has_first_parent)
    }

    /// The other parents that are here: what a merge brings in.
    pub fn other_parents(&self) -> &[CommitIdx] {
        &self.parents[usize::from(self.first_parent().is_some())..]
    }

    /// When it was committed; `None` when unknown.
    pub fn committer_time(&self) -> Option<Timestamp> {
        self.committer.as_ref().and_then(|who| who.seconds).map(Timestamp)
    }
}

/// All commits reachable from one tip.
#[derive(Debug, Default)]
pub struct History {
    /// The commits; parents come before children.
    pub commits: Vec<Commit>,
    /// The first-parent chain, from the root to the tip.
    pub mainline: Vec<CommitIdx>,
    /// For each mainline commit its time on the clock of the branch: the latest
    /// committer time so far, or time given, so that the clock never runs backwards.
    pub clock: Vec<Timestamp>,
    /// How many of those commits have a time that was given.
    pub n_given_times: usize,
}

impl History {
    /// For each commit the mainline number of the commit that brought it in: the first
    /// of which it is an ancestor. Commits stand in the order in which the mainline
    /// reached them, so that is the next mainline commit.
    pub fn landings(&self) -> Vec<u32> {
        let mut landings = Vec::with_capacity(self.commits.len());
        for (number, idx) in (0..).zip(&self.mainline) {
            landings.resize(idx.at() + 1, number);
        }
        landings
    }
}

/// Which commits are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All that can be reached from the tip.
    All,
    /// The mainline alone: of each commit the first parent.
    FirstParents,
}

/// Reads the history of `tip`. Its clock does not run yet: see [`run_clock`].
pub fn read(
    reader: &mut ObjectReader<'_>,
    tip: ObjectId,
    reach: Reach,
    shallow: &[ObjectId],
    gaps: &mut Gaps,
    progress: &mut dyn FnMut(u64),
) -> History {
    let mut walk = Walk {
        reader,
        reach,
        shallow: shallow.iter().copied().collect(),
        gaps,
        raw: ObjectMap::default(),
        placed: ObjectMap::default(),
        n_loaded: 0,
        history: History::default(),
    };
    walk.from(tip, progress);
    let mut history = walk.history;
    history.mainline = mainline(&history.commits);
    history
}

/// The times that are known for mainline commits, better than by their dates.
pub type GivenTimes = ObjectMap<Timestamp>;

/// Sets the clock of the branch: mainline commits landed at the times given, and those
/// without one when they were committed, but none before an earlier one.
pub fn run_clock(history: &mut History, given: &GivenTimes, gaps: &mut Gaps) {
    let is_given = |idx: &&CommitIdx| given.contains_key(&history.commits[idx.at()].id);
    history.n_given_times = history.mainline.iter().filter(is_given).count();
    history.clock = clock(history, given, gaps);
}

struct Walk<'w, 'r> {
    reader: &'w mut ObjectReader<'r>,
    reach: Reach,
    shallow: ObjectSet,
    gaps: &'w mut Gaps,
    /// Commits read and waiting for their parents; `None` for unreadable ones.
    raw: ObjectMap<Option<RawCommit>>,
    placed: ObjectMap<CommitIdx>,
    /// How many commits were asked for; those of a long branch wait for its root.
    n_loaded: u64,
    history: History,
}

impl Walk<'_, '_> {
    /// Goes down the first parents first, so that a branch is placed as a whole.
    fn from(&mut self, tip: ObjectId, progress: &mut dyn FnMut(u64)) {
        let mut path: Vec<(ObjectId, usize)> = Vec::new();
        if self.load(tip) {
            path.push((tip, 0));
        }
        while let Some((id, next)) = path.last_mut() {
            // What a shallow clone ends at has no parents, even if they are here.
            let raw = self.raw.get(id).and_then(Option::as_ref);
            let parents = raw
                .filter(|_| !self.shallow.contains(id))
                .map(|raw| followed(&raw.parents, self.reach));
            let parent = parents.and_then(|parents| parents.get(*next)).copied();
            *next += 1;
            match parent {
                Some(parent) => {
                    let id = *id;
                    if self.is_new(id, parent) && self.load(parent) {
                        path.push((parent, 0));
                    }
                }
                None => {
                    let id = *id;
                    path.pop();
                    self.place(id);
                    progress(u64::from(len_to_u32(self.history.commits.len())));
                }
            }
        }
    }

    /// Whether a parent was not met before. One that waits for its own parents is its
    /// own ancestor, which cuts the history there.
    fn is_new(&mut self, id: ObjectId, parent: ObjectId) -> bool {
        if matches!(self.raw.get(&parent), Some(Some(_))) {
            let why = "history is cut at a commit that is its own ancestor";
            self.gaps.add(GapKind::HistoryCut, why, id.to_string().as_bytes());
        }
        !self.placed.contains_key(&parent) && !self.raw.contains_key(&parent)
    }

    /// Reads a commit; false when it cannot be read, which cuts the history there.
    fn load(&mut self, id: ObjectId) -> bool {
        self.n_loaded += 1;
        let read = if self.n_loaded > limits::COMMITS.value {
            Err(Unreadable::TooLarge)
        } else {
            self.reader.read(id, ObjectKind::Commit)
        };
        let parsed =
            read.and_then(|data| commit::parse(&data).ok_or(Unreadable::Corrupt));
        let raw = match parsed {
            Ok(raw) => Some(raw),
            Err(why) => {
                let words = format!("history is cut at a commit that is {}", why.why());
                self.gaps.add(GapKind::HistoryCut, &words, id.to_string().as_bytes());
                None
            }
        };
        let found = raw.is_some();
        self.raw.insert(id, raw);
        found
    }

    fn place(&mut self, id: ObjectId) {
        let Some(Some(raw)) = self.raw.remove(&id) else { return };
        let at_boundary = self.shallow.contains(&id);
        let parents: Vec<CommitIdx> = if at_boundary {
            Vec::new()
        } else {
            followed(&raw.parents, self.reach)
                .iter()
                .filter_map(|parent| self.placed.get(parent).copied())
                .collect()
        };
        let n_followed = followed(&raw.parents, self.reach).len();
        let is_cut = parents.len() < n_followed || raw.lost_parents;
        if raw.lost_parents {
            let why = "history is cut at a commit with parents that cannot be read";
            self.gaps.add(GapKind::HistoryCut, why, id.to_string().as_bytes());
        }
        let has_first_parent = !at_boundary
            && raw.parents.first().is_some_and(|first| self.placed.contains_key(first));
        if at_boundary && is_cut {
            let why = "shallow clone; what is older is unknown: fetch with full depth";
            self.gaps.add(GapKind::HistoryCut, why, id.to_string().as_bytes());
        }
        let dated = |who: &Option<Signature>| {
            who.as_ref().is_some_and(|who| who.seconds.is_some())
        };
        if !dated(&raw.author) || !dated(&raw.committer) {
            let why = "author, committer or a date cannot be read and counts as unknown";
            self.gaps.add(GapKind::CommitField, why, id.to_string().as_bytes());
        }
        self.placed.insert(id, CommitIdx(len_to_u32(self.history.commits.len())));
        self.history.commits.push(Commit {
            id,
            tree: raw.tree,
            n_parents: raw.parents.len(),
            parents,
            has_first_parent,
            is_cut,
            pull: None,
            squashed_head: None,
            author: raw.author,
            committer: raw.committer,
            message: raw.message,
        });
    }
}

/// The commits of a pull request that a mainline commit stands for.
#[derive(Debug)]
pub struct Squashed {
    /// The mainline commit.
    pub landing: CommitIdx,
    /// The number of the pull request.
    pub pull: u64,
    /// The commits that are not in the history, parents first, the head last.
    pub commits: Vec<(ObjectId, RawCommit)>,
}

/// Places the commits of pull requests right before the mainline commits that stand for
/// them: they landed with these. `squashed` is in the order of the mainline. Commits
/// whose parents are neither in the history nor among these have lost them.
pub fn with_squashed(history: History, squashed: Vec<Squashed>) -> History {
    let History { commits, mainline, clock, n_given_times } = history;
    let mut placed: ObjectMap<CommitIdx> = ObjectMap::default();
    let mut moved: Vec<CommitIdx> = Vec::with_capacity(commits.len());
    let mut result: Vec<Commit> = Vec::with_capacity(commits.len());
    let mut squashed = squashed.into_iter().peekable();
    for (at, mut commit) in (0..).zip(commits) {
        while let Some(one) = squashed.next_if(|one| one.landing == CommitIdx(at)) {
            for (id, raw) in one.commits {
                let idx = CommitIdx(len_to_u32(result.len()));
                commit.squashed_head = Some(idx);
                result.push(pulled(id, raw, one.pull, &placed));
                placed.insert(id, idx);
            }
        }
        for parent in &mut commit.parents {
            *parent = moved[parent.at()];
        }
        let idx = CommitIdx(len_to_u32(result.len()));
        moved.push(idx);
        placed.insert(commit.id, idx);
        result.push(commit);
    }
    let mainline = mainline.into_iter().map(|idx| moved[idx.at()]).collect();
    History { commits: result, mainline, clock, n_given_times }
}

fn pulled(
    id: ObjectId,
    raw: RawCommit,
    pull: u64,
    placed: &ObjectMap<CommitIdx>,
) -> Commit {
    let parents: Vec<CommitIdx> =
        raw.parents.iter().filter_map(|parent| placed.get(parent).copied()).collect();
    Commit {
        id,
        tree: raw.tree,
        n_parents: raw.parents.len(),
        has_first_parent: raw.parents.first().is_some_and(|one| placed.contains_key(one)),
        is_cut: raw.lost_parents || parents.len() < raw.parents.len(),
        parents,
        pull: Some(pull),
        squashed_head: None,
        author: raw.author,
        committer: raw.committer,
        message: raw.message,
    }
}

/// The parents that are read.
fn followed(parents: &[ObjectId], reach: Reach) -> &[ObjectId] {
    match reach {
        Reach::All => parents,
        Reach::FirstParents => &parents[..parents.len().min(1)],
    }
}

fn mainline(commits: &[Commit]) -> Vec<CommitIdx> {
    let mut chain = Vec::new();
    let mut next = commits.len().checked_sub(1).map(|last| CommitIdx(len_to_u32(last)));
    while let Some(idx) = next {
        chain.push(idx);
        next = commits[idx.at()].first_parent();
    }
    chain.reverse();
    chain
}

/// The times that events give to mainline commits.
pub fn given_times(
    history: &History,
    events: &[LandingEvent],
    gaps: &mut Gaps,
) -> GivenTimes {
    let mut given = GivenTimes::default();
    if events.is_empty() {
        return given;
    }
    let id = |idx: &CommitIdx| history.commits[idx.at()].id;
    let mut known: Vec<CommitIdx> =
        (0..len_to_u32(history.commits.len())).map(CommitIdx).collect();
    known.sort_unstable_by_key(id);
    let mainline: FxHashSet<CommitIdx> = history.mainline.iter().copied().collect();
    for event in events {
        let why = match known[event.among(&known, id)] {
            [one] if mainline.contains(&one) => {
                given.insert(id(&one), event.time);
                continue;
            }
            [_] => "landing event of a commit that came by a merge, not used",
            [] => "landing event of a commit that is not of this branch, not used",
            [_, _, ..] => {
                "landing event of a commit that is not named by enough digits, not used"
            }
        };
        gaps.add(GapKind::LandingEvent, why, event.to_string().as_bytes());
    }
    given
}

fn clock(history: &History, given: &GivenTimes, gaps: &mut Gaps) -> Vec<Timestamp> {
    let mut latest: Option<i64> = None;
    let mut latest_is_given = false;
    let mut times = Vec::new();
    for idx in &history.mainline {
        let commit = &history.commits[idx.at()];
        let own_time = given.get(&commit.id).copied();
        let seconds = own_time.or_else(|| commit.committer_time()).map(|time| time.0);
        if let (Some(before), Some(now)) = (latest, seconds)
            && now < before
        {
            let why = match (latest_is_given, own_time) {
                (false, None) => {
                    "a mainline commit is dated before its parent; the parent's time is used"
                }
                (true, _) | (_, Some(_)) => {
                    "a mainline commit landed before an earlier one, by a landing event; the \
                     earlier one's time is used"
                }
            };
            gaps.add(GapKind::ClockLifted, why, commit.id.to_string().as_bytes());
        }
        if seconds > latest {
            (latest, latest_is_given) = (seconds, own_time.is_some());
        }
        times.push(latest);
    }
    // Before the first commit with a date nothing is known; its time serves.
    let first = times.iter().flatten().copied().next().unwrap_or(0);
    times.into_iter().map(|time| Timestamp(time.unwrap_or(first))).collect()
}
