//! Which deleted file a created file comes from. Two answers are needed: `git blame`
//! follows each created file on its own, so that one deleted file may feed two, while
//! `git diff -M` gives each deleted file to one created file at most.

use std::collections::{BTreeMap, HashMap};

use crate::history::ObjectId;
use crate::history::objects::{ObjectKind, ObjectReader};
use crate::history::tree::EntryKind;
use crate::limits;
use crate::lines::similarity::{
    self, Pieces, RENAME_SCORE, SAME_NAME_SCORE, sizes_too_different,
};
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

/// Deleted files, ready to be looked up by what they hold and by their names.
#[derive(Debug)]
struct Sources<'a> {
    files: &'a [Candidate<'a>],
    /// Lists of files that are equal, or that are equal and have one name.
    lists: Vec<Vec<usize>>,
    by_content: HashMap<(EntryKind, ObjectId), usize>,
    by_content_and_name: HashMap<(EntryKind, ObjectId, &'a [u8]), usize>,
    /// File names and the one file that has it, or `None` when several have.
    by_name: BTreeMap<&'a [u8], Option<usize>>,
}

impl<'a> Sources<'a> {
    fn new(files: &'a [Candidate<'a>]) -> Self {
        let mut lists: Vec<Vec<usize>> = Vec::new();
        let (mut by_content, mut by_content_and_name) =
            (HashMap::default(), HashMap::default());
        for (index, file) in files.iter().enumerate() {
            let name = file_name(file.path);
            let all = *by_content.entry((file.kind, file.blob)).or_insert(lists.len());
            lists.resize_with(lists.len().max(all + 1), Vec::new);
            let key = (file.kind, file.blob, name);
            let named = *by_content_and_name.entry(key).or_insert(lists.len());
            lists.resize_with(lists.len().max(named + 1), Vec::new);
            lists[all].push(index);
            lists[named].push(index);
        }
        let by_name = unique_names(files, 0..files.len());
        Self { files, lists, by_content, by_content_and_name, by_name }
    }

    /// The numbers of the lists of those that are equal to a file: first those that
    /// have its name too.
    fn equal(&self, target: &Candidate<'_>) -> impl Iterator<Item = usize> + use<> {
        let key = (target.kind, target.blob, file_name(target.path));
        let named = self.by_content_and_name.get(&key).copied();
        named.into_iter().chain(self.by_content.get(&(target.kind, target.blob)).copied())
    }

    /// The first that is equal, of those with the same name if there are any.
    fn follow_equal(&self, target: &Candidate<'_>) -> Option<usize> {
        self.equal(target).next().and_then(|list| self.lists[list].first().copied())
    }
}

/// How much one commit may make us compare, for all of its parents together.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    bytes: u64,
    pieces: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { bytes: limits::RENAME_BYTES.value, pieces: limits::RENAME_PIECES.value }
    }
}

impl Budget {
    /// Pays for looking at something `times` times; false when there is no more.
    pub(crate) fn pay(&mut self, times: u64) -> bool {
        let left = self.pieces.checked_sub(times);
        self.pieces = left.unwrap_or(0);
        left.is_some()
    }
}

/// Finds where created files come from. Both lists are in git's order of paths.
///
/// Git pairs equal files first, then files that alone keep their name, and compares
/// what is left of both with each other unless that is too much.
pub fn find(
    reader: &mut ObjectReader<'_>,
    deleted: &[Candidate<'_>],
    created: &[Candidate<'_>],
    budget: &mut Budget,
) -> Renames {
    let none = || vec![None; created.len()];
    if deleted.is_empty() || created.is_empty() {
        return Renames { followed: none(), paired: none(), over_limit: false };
    }
    let sources = Sources::new(deleted);
    let equal = Renames {
        followed: created.iter().map(|target| sources.follow_equal(target)).collect(),
        paired: pair_equal(&sources, created),
        over_limit: false,
    };
    let is_open = |found: &Vec<Option<usize>>| found.iter().any(Option::is_none);
    if !is_open(&equal.paired) && !is_open(&equal.followed) {
        return equal;
    }
    let mut scores = Scores::new(reader, budget);
    let mut renames = equal.clone();
    let mut used = vec![false; deleted.len()];
    for source in renames.paired.iter().flatten() {
        used[*source] = true;
    }
    pair_same_names(&mut scores, deleted, created, &mut renames.paired, &mut used);
    let named = renames.clone();
    compare_open(&mut scores, &sources, created, &mut used, &mut renames);
    if scores.is_over { Renames { over_limit: true, ..named } } else { renames }
}

/// Compares the files that are left: each created one with every deleted one.
fn compare_open(
    scores: &mut Scores<'_, '_>,
    sources: &Sources<'_>,
    created: &[Candidate<'_>],
    used: &mut [bool],
    renames: &mut Renames,
) {
    let deleted = sources.files;
    let n_open = renames.paired.iter().filter(|source| source.is_none()).count();
    let n_unused = used.iter().filter(|used| !**used).count();
    let pairs_too_many = too_many(n_open, n_unused);
    let follows_too_many = too_many(1, deleted.len());
    renames.over_limit = pairs_too_many || follows_too_many;
    let mut candidates = Vec::new();
    for (number, target) in created.iter().enumerate() {
        let to_pair = renames.paired[number].is_none() && !pairs_too_many;
        let to_follow = renames.followed[number].is_none() && !follows_too_many;
        let by_name = to_follow.then(|| follow_name(scores, sources, *target)).flatten();
        if scores.is_over || !(to_pair || (to_follow && by_name.is_none())) {
            renames.followed[number] = renames.followed[number].or(by_name);
            continue;
        }
        let row = scores.row(deleted, *target);
        if to_follow {
            let best = || best_four(&row, deleted, *target, None, number);
            renames.followed[number] =
                by_name.or_else(|| best().first().map(|pair| pair.source));
        }
        if to_pair {
            candidates.extend(best_four(&row, deleted, *target, Some(used), number));
        }
    }
    // Equal scores keep their order: the created file that comes first.
    candidates.sort_by_key(|pair| std::cmp::Reverse((pair.score, pair.same_name)));
    for pair in candidates {
        if renames.paired[pair.target].is_none() && !used[pair.source] {
            renames.paired[pair.target] = Some(pair.source);
            used[pair.source] = true;
        }
    }
}

/// As `Renames::followed`, for files that are followed one by one: how many there are
/// does not matter, and none are paired. The second answer is whether some could not
/// be compared because there is too much to compare.
pub fn follow_one_by_one(
    reader: &mut ObjectReader<'_>,
    deleted: &[Candidate<'_>],
    created: &[Candidate<'_>],
    budget: &mut Budget,
) -> (Vec<Option<usize>>, bool) {
    if deleted.is_empty() || created.is_empty() {
        return (vec![None; created.len()], false);
    }
    let sources = Sources::new(deleted);
    let mut scores = Scores::new(reader, budget);
    let over = too_many(1, deleted.len());
    let mut follow = |(number, target): (usize, &Candidate<'_>)| {
        let equal = sources.follow_equal(target);
        if equal.is_some() || over || scores.is_over {
            return equal;
        }
        let found = follow_name(&mut scores, &sources, *target).or_else(|| {
            let row = scores.row(deleted, *target);
            let best = best_four(&row, deleted, *target, None, number);
            best.first().map(|pair| pair.source)
        });
        found.filter(|_| !scores.is_over)
    };
    let followed = created.iter().enumerate().map(&mut follow).collect();
    (followed, over || scores.is_over)
}

fn too_many(created: usize, deleted: usize) -> bool {
    let most = limits::RENAME_CANDIDATES.value;
    len_to_u64(created) * len_to_u64(deleted) > most * most
}

/// Pairs equal files, each deleted one once.
fn pair_equal(sources: &Sources<'_>, created: &[Candidate<'_>]) -> Vec<Option<usize>> {
    let mut used = vec![false; sources.files.len()];
    // How many at the start of each list are known to be used.
    let mut passed = vec![0; sources.lists.len()];
    let mut pair = |target: &Candidate<'_>| {
        let source = sources.equal(target).find_map(|number| {
            let list = &sources.lists[number];
            while list.get(passed[number]).is_some_and(|&source| used[source]) {
                passed[number] += 1;
            }
            list.get(passed[number]).copied()
        })?;
        used[source] = true;
        Some(source)
    };
    created.iter().map(&mut pair).collect()
}

fn file_name(path: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', path).map_or(path, |slash| &path[slash + 1..])
}

/// Similarity scores of one commit: each file is cut into pieces once.
struct Scores<'s, 'r> {
    reader: &'s mut ObjectReader<'r>,
    /// The pieces of files; `None` for files that cannot be read.
    pieces: HashMap<ObjectId, Option<Pieces>>,
    budget: &'s mut Budget,
    /// Whether there was more to compare than the budget allows. Scores are then wrong.
    is_over: bool,
}

impl<'s, 'r> Scores<'s, 'r> {
    fn new(reader: &'s mut ObjectReader<'r>, budget: &'s mut Budget) -> Self {
        Self { reader, pieces: HashMap::new(), budget, is_over: false }
    }

    fn load(&mut self, blob: ObjectId) {
        if self.is_over || self.pieces.contains_key(&blob) {
            return;
        }
        // An unreadable file is similar to nothing; it is counted where its lines are
        // missing.
        let pieces = self.reader.read(blob, ObjectKind::Blob).ok().map(|bytes| {
            let left = self.budget.bytes.checked_sub(len_to_u64(bytes.len()));
            self.is_over |= left.is_none();
            self.budget.bytes = left.unwrap_or(0);
            Pieces::of(&bytes)
        });
        self.pieces.insert(blob, pieces);
    }

    fn between(&mut self, one: Candidate<'_>, two: Candidate<'_>) -> u64 {
        /// To look at two files costs about as much as to compare this many pieces.
        const LOOK: u64 = 8;
        self.is_over |= !self.budget.pay(LOOK);
        if self.is_over || (one.kind, two.kind) != (EntryKind::File, EntryKind::File) {
            return 0;
        }
        self.load(one.blob);
        self.load(two.blob);
        let pieces = (self.pieces.get(&one.blob), self.pieces.get(&two.blob));
        let (Some(Some(one)), Some(Some(two))) = pieces else { return 0 };
        if sizes_too_different(one.bytes(), two.bytes()) {
            return 0;
        }
        self.is_over |= !self.budget.pay(similarity::cost(one, two));
        if self.is_over {
            return 0;
        }
        similarity::score(one, two)
    }

    /// The scores of a created file with every deleted one.
    fn row(&mut self, deleted: &[Candidate<'_>], target: Candidate<'_>) -> Vec<u64> {
        deleted.iter().map(|source| self.between(*source, target)).collect()
    }
}

/// A deleted file that alone has the name of a created one, if it is similar enough to
/// be taken without a look at others.
fn follow_name(
    scores: &mut Scores<'_, '_>,
    sources: &Sources<'_>,
    target: Candidate<'_>,
) -> Option<usize> {
    let only = (*sources.by_name.get(file_name(target.path))?)?;
    let score = scores.between(sources.files[only], target);
    (score >= SAME_NAME_SCORE).then_some(only)
}

struct Pair {
    score: u64,
    same_name: bool,
    source: usize,
    target: usize,
}

/// The candidates for a created file that are similar enough, best first, by its
/// `scores`; deleted files that are `used` are none.
///
/// Git keeps four places, and the order of the places decides between equal scores: a
/// source takes the first of the worst places, be what it displaces similar or not.
fn best_four(
    scores: &[u64],
    deleted: &[Candidate<'_>],
    created: Candidate<'_>,
    used: Option<&[bool]>,
    target: usize,
) -> Vec<Pair> {
    const PLACES: usize = 4;
    let rank = |pair: &Pair| (pair.score, pair.same_name);
    let mut best: Vec<Pair> = Vec::with_capacity(PLACES);
    for (source, (&score, candidate)) in scores.iter().zip(deleted).enumerate() {
        if used.is_some_and(|used| used[source]) {
            continue;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn files(paths: &[(String, u8)]) -> Vec<Candidate<'_>> {
        paths
            .iter()
            .map(|(path, blob)| Candidate {
                path: path.as_bytes(),
                kind: EntryKind::File,
                blob: ObjectId([*blob; 20]),
            })
            .collect()
    }

    fn named(folder: &str, names: &[(&str, u8)]) -> Vec<(String, u8)> {
        names.iter().map(|(name, blob)| (format!("{folder}/{name}"), *blob)).collect()
    }

    #[test]
    fn equal_files_are_paired_by_name_first_and_once_each() {
        let old = named("old", &[("a", 1), ("b", 1), ("c", 2)]);
        let new = named("new", &[("b", 1), ("x", 1), ("y", 1), ("c", 3)]);
        let (old, new) = (files(&old), files(&new));
        let sources = Sources::new(&old);
        assert_eq!(pair_equal(&sources, &new), [Some(1), Some(0), None, None]);
        let followed: Vec<_> =
            new.iter().map(|file| sources.follow_equal(file)).collect();
        assert_eq!(followed, [Some(1), Some(0), Some(0), None]);
    }

    #[test]
    fn a_hundred_thousand_equal_files_are_paired_in_order() {
        let many = |folder: &str| -> Vec<(String, u8)> {
            (0..100_000).map(|number| (format!("{folder}/{number}"), 7)).collect()
        };
        let (old, new) = (many("old"), many("new/n"));
        let paired = pair_equal(&Sources::new(&files(&old)), &files(&new));
        assert!(paired.into_iter().eq((0..100_000).map(Some)));
    }
}
