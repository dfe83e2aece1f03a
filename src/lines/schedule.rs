//! Schedules the tracker over threads. What comes out does not depend on how many.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::error::Error;
use crate::history::CommitIdx;
use crate::history::objects::{ObjectReader, ReadWork};
use crate::history::open::Opened;
use crate::history::tree::TreeCache;
use crate::history::walk::History;
use crate::limits;
use crate::lines::attested;
use crate::lines::contents::KindReader;
use crate::lines::diff::DiffWork;
use crate::lines::instances::Links;
use crate::lines::landings;
use crate::lines::records::{Recorder, Records};
use crate::lines::room::Room;
use crate::lines::tracker::{self, Stopped, Tools, TrackOptions, Tracked};
use crate::lines::versions::{self, Builder, CommitDelta, Graph, Lineage};
use crate::problem::{Gap, GapKind, Gaps};
use crate::units::{len_to_u32, len_to_u64};

/// How far the work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Commits read.
    Commits(u64),
    /// Commits compared with their parents, of how many.
    Compared(u64, u64),
    /// Commits placed in the graph of versions, of how many.
    Placed(u64, u64),
    /// Commits classified, of how many.
    Classified(u64, u64),
    /// Records of who wrote lines read.
    Records(u64),
    /// Files at the tip parsed, of how many.
    Parsed(u64, u64),
    /// File versions worked through, of how many.
    Versions(u64, u64),
    /// Mainline commits looked through for lines that moved, of how many.
    Moves(u64, u64),
    /// Steps of making lifetimes of what was found.
    Settled(u64),
}

/// What the whole history has to say about its lines.
#[derive(Debug, Default)]
pub struct TrackedHistory {
    /// Versions, steps and paths.
    pub graph: Graph,
    /// All lineages together, each table in a fixed order.
    pub tracked: Tracked,
    /// Which lines go on as others: reformatted ones and moved ones.
    pub links: Links,
    /// Objects read.
    pub read: ReadWork,
    /// Trees read.
    pub trees_read: u64,
    /// What the next run shall know, if anything is kept.
    pub records: Option<Recorder>,
}

/// Makes a kind reader; one for each thread at a time.
pub type KindReaders<'a> = dyn Fn(&Graph) -> Box<KindReader<'a>> + Sync + 'a;

/// Readers of one repository, handed to threads and taken back.
struct Pool<'o> {
    opened: &'o Opened,
    free: Mutex<Vec<(ObjectReader<'o>, TreeCache)>>,
}

impl<'o> Pool<'o> {
    fn with<T>(
        &self,
        work: impl FnOnce(&mut ObjectReader<'o>, &mut TreeCache) -> T,
    ) -> Result<T, Error> {
        let free = self.free.lock().map_or(None, |mut free| free.pop());
        let mut one = match free {
            Some(one) => one,
            None => (self.opened.reader()?, TreeCache::default()),
        };
        let result = work(&mut one.0, &mut one.1);
        if let Ok(mut free) = self.free.lock() {
            free.push(one);
        }
        Ok(result)
    }

    fn work(self) -> (ReadWork, u64) {
        let readers = self.free.into_inner().unwrap_or_default();
        let mut read = ReadWork::default();
        let mut trees_read = 0;
        for (reader, cache) in readers {
            read.add(reader.work);
            trees_read += cache.trees_read;
        }
        (read, trees_read)
    }
}

/// Tracks all lines of a history. Records of earlier runs that do not go together with
/// what can be read now (an object is lost since, say) count for nothing.
///
/// # Errors
///
/// When the repository vanishes.
pub fn track_history(
    opened: &Opened,
    history: &History,
    options: &TrackOptions,
    kinds: &KindReaders<'_>,
    records: Option<&Records>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<TrackedHistory, Error> {
    let found = track_all(opened, history, options, kinds, records, progress)?;
    let is_unbalanced = |gap: &Gap| gap.kind == GapKind::Unbalanced;
    if records.is_none_or(Records::is_empty)
        || !found.tracked.gaps.list().iter().any(is_unbalanced)
    {
        return Ok(found);
    }
    let TrackedHistory { read, trees_read, .. } = found;
    let none = Records::default();
    let mut found = track_all(opened, history, options, kinds, Some(&none), progress)?;
    found.read.add(read);
    found.trees_read += trees_read;
    Ok(found)
}

fn track_all(
    opened: &Opened,
    history: &History,
    options: &TrackOptions,
    kinds: &KindReaders<'_>,
    records: Option<&Records>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<TrackedHistory, Error> {
    let pool = Pool { opened, free: Mutex::new(Vec::new()) };
    let Built { graph, mut gaps, recorder, read, trees_read } =
        build_graph(&pool, history, options.counts, records, progress)?;
    let lineages = versions::lineages(&graph);
    let marks = attested::by_version(&options.attested, &graph);
    let total = len_to_u64(graph.versions.len());
    let done = AtomicU64::new(0);
    let track = |lineage: &Lineage, room: &Room| {
        let mut read_kinds = kinds(&graph);
        let tick = || {
            let now = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress(Progress::Versions(now, total));
        };
        let tracked = pool.with(|reader, _| {
            let kinds = &mut *read_kinds;
            let marks = &marks;
            let tools = Tools { reader, kinds, records, marks, room, tick: &tick };
            tracker::track(history, &graph, lineage, options, tools)
        })?;
        match tracked {
            Ok(tracked) => Ok(Some(tracked)),
            Err(Stopped::Unbalanced(why)) => Ok(Some(unbalanced(&graph, lineage, &why))),
            Err(Stopped::TooManyLines) => Ok(None),
        }
    };
    let room = Room::new(limits::LANDED_LINES.value);
    let results: Result<Option<Vec<Tracked>>, Error> = lineages
        .par_iter()
        .with_max_len(1)
        .map(|lineage| track(lineage, &room))
        .collect();
    let results = match results? {
        Some(results) => results,
        None => within_limit(&graph, &lineages, track)?,
    };
    let mut tracked = Tracked { records: recorder, ..Tracked::default() };
    for result in results {
        merge(&mut tracked, result);
    }
    gaps.merge(&tracked.gaps);
    tracked.gaps = gaps;
    let path = |number: u32| &graph.paths[number as usize];
    tracked.book.standing.sort_by(|one, two| path(one.0).cmp(path(two.0)));
    tracked.counts.sort_unstable_by_key(|counted| counted.step);
    tracked.written.sort_unstable();
    let (mut all_read, all_trees_read) = pool.work();
    all_read.add(read);
    let (read, trees_read) = (all_read, all_trees_read + trees_read);
    let (links, unfound) = find_links(&tracked, &graph, history.mainline.len(), progress);
    tracked.gaps.merge(&unfound);
    let records = tracked.records.take();
    Ok(TrackedHistory { graph, tracked, links, read, trees_read, records })
}

/// Works through lineages one after the other, where there is no room for the lines of
/// all: those for which there is none left are left out, whatever the number of threads.
fn within_limit(
    graph: &Graph,
    lineages: &[Lineage],
    track: impl Fn(&Lineage, &Room) -> Result<Option<Tracked>, Error>,
) -> Result<Vec<Tracked>, Error> {
    let mut left = limits::LANDED_LINES.value;
    let mut results = Vec::new();
    for lineage in lineages {
        let tracked = track(lineage, &Room::new(left))?;
        let tracked = tracked.unwrap_or_else(|| without_room(graph, lineage));
        left = left.saturating_sub(len_to_u64(tracked.book.lines.len()));
        results.push(tracked);
    }
    Ok(results)
}

/// The files of a lineage are left out, and said to be.
fn without_room(graph: &Graph, lineage: &Lineage) -> Tracked {
    let mut tracked = Tracked::default();
    let path = |version: &u32| graph.versions[*version as usize].path;
    let paths: BTreeSet<u32> = lineage.versions.iter().map(path).collect();
    for path in paths {
        let why = "files left out, since more lines landed than LANDED_LINES";
        tracked.gaps.add(GapKind::OverLimit, why, &graph.paths[path as usize]);
    }
    tracked
}

/// Finds which lines go on as others, landing by landing.
fn find_links(
    tracked: &Tracked,
    graph: &Graph,
    n_landings: usize,
    progress: &(dyn Fn(Progress) + Sync),
) -> (Links, Gaps) {
    let book = &tracked.book;
    let mut links = Links::new(book);
    let mut gaps = Gaps::default();
    if book.marks.is_empty() {
        return (links, gaps);
    }
    let landings = landings::by_landing(book, n_landings);
    let (done, total) = (AtomicU64::new(0), len_to_u64(landings.len()));
    let moved: Vec<_> = landings
        .par_iter()
        .map(|landing| {
            let moved = landings::moved(book, &graph.paths, &links, landing);
            progress(Progress::Moves(done.fetch_add(1, Ordering::Relaxed) + 1, total));
            moved
        })
        .collect();
    for (found, unfound) in moved {
        links.carry(&found);
        gaps.merge(&unfound);
    }
    (links, gaps)
}

/// Files whose books do not balance are left out, and said to be: a fault of ours must
/// not take the rest of the repository along.
fn unbalanced(graph: &Graph, lineage: &Lineage, why: &str) -> Tracked {
    let mut tracked = Tracked::default();
    let first = lineage.versions.first();
    let path = first.map(|version| graph.versions[*version as usize].path);
    let place = path.map_or(&b""[..], |path| &graph.paths[path as usize]);
    let words = format!("files left out, since their lines do not add up: {why}");
    tracked.gaps.add(GapKind::Unbalanced, &words, place);
    tracked
}

fn merge(all: &mut Tracked, one: Tracked) {
    all.book.append(one.book);
    all.counts.extend(one.counts);
    all.written.extend(one.written);
    all.gaps.merge(&one.gaps);
    add_work(&mut all.work, one.work);
    if let (Some(all), Some(one)) = (&mut all.records, one.records) {
        all.append(one);
    }
    all.blobs.0 += one.blobs.0;
    all.blobs.1 += one.blobs.1;
}

fn add_work(all: &mut DiffWork, one: DiffWork) {
    all.bytes_compared += one.bytes_compared;
    all.lines_hashed += one.lines_hashed;
    all.given_up += one.given_up;
}

/// The graph, and what adding commits to it took.
struct Built {
    graph: Graph,
    gaps: Gaps,
    recorder: Option<Recorder>,
    read: ReadWork,
    trees_read: u64,
}

/// Compares commits with their parents in windows, so that memory stays bounded, and
/// adds each window to the graph. The last answer is what adding them took: objects read,
/// and trees.
fn build_graph(
    pool: &Pool<'_>,
    history: &History,
    all_steps: bool,
    records: Option<&Records>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Built, Error> {
    const WINDOW_COMMITS: usize = 8_192;
    const SLICE_COMMITS: usize = 256;
    let recorder = records.map(|_| Recorder::default());
    let mut builder = Builder::new(history, pool.opened.reader()?, all_steps, recorder);
    let total = len_to_u64(history.commits.len());
    let done = AtomicU64::new(0);
    for (window, commits) in history.commits.chunks(WINDOW_COMMITS).enumerate() {
        let deltas: Vec<Result<Vec<CommitDelta>, Error>> = commits
            .par_chunks(SLICE_COMMITS)
            .with_max_len(1)
            .map(|slice| {
                pool.with(|reader, cache| {
                    let delta = |commit| {
                        let known = records.and_then(|records| {
                            versions::recorded_delta(records, history, commit)
                        });
                        let delta = known.unwrap_or_else(|| {
                            versions::delta(reader, cache, history, commit)
                        });
                        let now = done.fetch_add(1, Ordering::Relaxed) + 1;
                        progress(Progress::Compared(now, total));
                        delta
                    };
                    slice.iter().map(delta).collect()
                })
            })
            .collect();
        let mut idx = len_to_u32(window * WINDOW_COMMITS);
        for slice in deltas {
            for delta in slice? {
                builder.add(CommitIdx(idx), &delta);
                idx += 1;
                progress(Progress::Placed(u64::from(idx), total));
            }
        }
    }
    let (read, trees_read) = builder.work();
    let (graph, gaps, recorder) = builder.finish();
    Ok(Built { graph, gaps, recorder, read, trees_read })
}
