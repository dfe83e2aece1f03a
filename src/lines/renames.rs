//! Which deleted file a created file comes from. Two answers are needed: `git blame`
//! follows each created file on its own, so that one deleted file may feed two, while
//! `git diff -M` gives each deleted file to one created file at most.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::history::ObjectId;
use crate::history::objects::{ObjectKind, ObjectReader};
use crate::history::tree::EntryKind;
use crate::limits;
use crate::lines::similarity::{self, Pieces, RENAME_SCORE, SAME_NAME_SCORE};
use crate::units::len_to_u64;

/// A file that one commit deleted or created.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Its path.
    pub path: &'a [u8],
    /// What it is. Git looks at links and submodules too: they are like nothing but
    /// their equals, and yet they take places in its lists.
    pub kind: EntryKind,
    /// Its content.
    pub blob: ObjectId,
}

impl Candidate<'_> {
    fn content(&self) -> (EntryKind, ObjectId) {
        (self.kind, self.blob)
    }
}

/// For each created file the deleted file it comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renames {
    /// As `git blame` follows each: created index → deleted index.
    pub followed: Vec<Option<usize>>,
    /// As `git diff -M` pairs them, each deleted file once.
    pub paired: Vec<Option<usize>>,
    /// Whether there were too many pairs to compare their content.
    pub over_limit: bool,
}

/// The pieces of files that were compared, for the next comparison; `None` for files
/// that cannot be read.
pub type KnownPieces = FxHashMap<ObjectId, Option<Pieces>>;

/// Finds where created files come from. Both lists are in git's order of paths.
pub fn find(
    reader: &mut ObjectReader<'_>,
    pieces: &mut KnownPieces,
    deleted: &[Candidate<'_>],
    created: &[Candidate<'_>],
) -> Renames {
    let none = || vec![None; created.len()];
    if deleted.is_empty() || created.is_empty() {
        return Renames { followed: none(), paired: none(), over_limit: false };
    }
    let mut renames = Renames { followed: none(), paired: none(), over_limit: false };
    find_exact(deleted, created, &mut renames);
    let open = renames
        .paired
        .iter()
        .filter(|source| source.is_none())
        .count()
        .max(renames.followed.iter().filter(|source| source.is_none()).count());
    if open == 0 {
        return renames;
    }
    let most = limits::RENAME_CANDIDATES.value;
    if len_to_u64(open) * len_to_u64(deleted.len()) > most * most {
        renames.over_limit = true;
        return renames;
    }
    let mut scores = Scores { reader, pieces };
    follow_each(&mut scores, deleted, created, &mut renames.followed);
    pair_all(&mut scores, deleted, created, &mut renames.paired);
    renames
}

fn find_exact(
    deleted: &[Candidate<'_>],
    created: &[Candidate<'_>],
    renames: &mut Renames,
) {
    let mut by_content: FxHashMap<(EntryKind, ObjectId), Vec<usize>> =
        FxHashMap::default();
    for (index, source) in deleted.iter().enumerate() {
        by_content.entry(source.content()).or_default().push(index);
    }
    let mut used = vec![false; deleted.len()];
    for (index, target) in created.iter().enumerate() {
        let Some(sources) = by_content.get(&target.content()) else { continue };
        let same_name =
            |&&source: &&usize| file_name(deleted[source].path) == file_name(target.path);
        let best = sources.iter().find(same_name).or(sources.first());
        renames.followed[index] = best.copied();
        let mut free = sources.iter().filter(|&&source| !used[source]);
        let first_free = free.clone().next();
        let best = free.find(same_name).or(first_free).copied();
        if let Some(source) = best {
            used[source] = true;
            renames.paired[index] = Some(source);
        }
    }
}

fn file_name(path: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', path).map_or(path, |slash| &path[slash + 1..])
}

/// Similarity scores, each file cut into pieces once.
struct Scores<'s, 'r> {
    reader: &'s mut ObjectReader<'r>,
    pieces: &'s mut KnownPieces,
}

impl Scores<'_, '_> {
    fn load(&mut self, blob: ObjectId) {
        let reader = &mut *self.reader;
        self.pieces.entry(blob).or_insert_with(|| {
            // An unreadable file is similar to nothing; it is counted where its
            // lines are missing.
            reader.read(blob, ObjectKind::Blob).ok().map(|bytes| Pieces::of(&bytes))
        });
    }

    fn between(&mut self, source: Candidate<'_>, target: Candidate<'_>) -> u64 {
        if (source.kind, target.kind) != (EntryKind::File, EntryKind::File) {
            return 0;
        }
        self.load(source.blob);
        self.load(target.blob);
        match (&self.pieces[&source.blob], &self.pieces[&target.blob]) {
            (Some(source), Some(target)) => similarity::score(source, target),
            _ => 0,
        }
    }
}

/// For each created file by itself: a deleted file that alone has its name, if it is
/// similar enough; else the most similar one, preferring its name, then the first.
fn follow_each(
    scores: &mut Scores<'_, '_>,
    deleted: &[Candidate<'_>],
    created: &[Candidate<'_>],
    followed: &mut [Option<usize>],
) {
    for (target, source) in created.iter().zip(followed) {
        if source.is_some() {
            continue;
        }
        let same_name = |candidate: &Candidate<'_>| {
            file_name(candidate.path) == file_name(target.path)
        };
        let mut named = (0..deleted.len()).filter(|&index| same_name(&deleted[index]));
        if let (Some(only), None) = (named.next(), named.next())
            && scores.between(deleted[only], *target) >= SAME_NAME_SCORE
        {
            *source = Some(only);
            continue;
        }
        let best = best_four(scores, deleted, *target, &[], 0);
        *source = best.first().map(|pair| pair.source);
    }
}

/// All created files at once: files that alone keep their name first, then by score.
fn pair_all(
    scores: &mut Scores<'_, '_>,
    deleted: &[Candidate<'_>],
    created: &[Candidate<'_>],
    paired: &mut [Option<usize>],
) {
    let mut used = vec![false; deleted.len()];
    for source in paired.iter().flatten() {
        used[*source] = true;
    }
    pair_same_names(scores, deleted, created, paired, &mut used);
    let mut candidates = Vec::new();
    for (target, _) in paired.iter().enumerate().filter(|(_, source)| source.is_none()) {
        candidates.extend(best_four(scores, deleted, created[target], &used, target));
    }
    // Equal scores keep their order: the created file that comes first.
    candidates.sort_by_key(|pair| std::cmp::Reverse((pair.score, pair.same_name)));
    for pair in candidates {
        if paired[pair.target].is_none() && !used[pair.source] {
            paired[pair.target] = Some(pair.source);
            used[pair.source] = true;
        }
    }
}

struct Pair {
    score: u64,
    same_name: bool,
    source: usize,
    target: usize,
}

/// The candidates for a created file that are similar enough, best first.
///
/// Git keeps four places, and the order of the places decides between equal scores: a
/// source takes the first of the worst places, be what it displaces similar or not.
fn best_four(
    scores: &mut Scores<'_, '_>,
    deleted: &[Candidate<'_>],
    created: Candidate<'_>,
    used: &[bool],
    target: usize,
) -> Vec<Pair> {
    const PLACES: usize = 4;
    let rank = |pair: &Pair| (pair.score, pair.same_name);
    let mut best: Vec<Pair> = Vec::with_capacity(PLACES);
    for (source, candidate) in deleted.iter().enumerate() {
        if used.get(source) == Some(&true) {
            continue;
        }
        let score = scores.between(*candidate, created);
        let same_name = file_name(candidate.path) == file_name(created.path);
        let pair = Pair { score, same_name, source, target };
        if best.len() < PLACES {
            best.push(pair);
            continue;
        }
        let mut worst = 0;
        for place in 1..PLACES {
            if rank(&best[place]) < rank(&best[worst]) {
                worst = place;
            }
        }
        if rank(&pair) > rank(&best[worst]) {
            best[worst] = pair;
        }
    }
    best.retain(|pair| pair.score >= RENAME_SCORE);
    best.sort_by_key(|pair| std::cmp::Reverse(rank(pair)));
    best
}

fn pair_same_names(
    scores: &mut Scores<'_, '_>,
    deleted: &[Candidate<'_>],
    created: &[Candidate<'_>],
    paired: &mut [Option<usize>],
    used: &mut [bool],
) {
    let open_targets = (0..created.len()).filter(|&index| paired[index].is_none());
    let targets = unique_names(created, open_targets);
    let open_sources = (0..deleted.len()).filter(|&index| !used[index]);
    let sources = unique_names(deleted, open_sources);
    for (name, source) in sources {
        let (Some(source), Some(Some(target))) = (source, targets.get(name).copied())
        else {
            continue;
        };
        if scores.between(deleted[source], created[target]) >= SAME_NAME_SCORE {
            paired[target] = Some(source);
            used[source] = true;
        }
    }
}

/// File names and the one file that has it, or `None` when several have.
fn unique_names<'a>(
    files: &[Candidate<'a>],
    wanted: impl Iterator<Item = usize>,
) -> BTreeMap<&'a [u8], Option<usize>> {
    let mut names = BTreeMap::new();
    for index in wanted {
        let only = names.entry(file_name(files[index].path)).or_insert(Some(index));
        if *only != Some(index) {
            *only = None;
        }
    }
    names
}
