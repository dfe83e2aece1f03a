//! The same set by another algorithm: maximal repeats are the intervals of a suffix array
//! (Abouelhoda, Kurtz, Ohlebusch 2004) that differ in what stands to their left.

use std::collections::BTreeSet;

use super::*;
use crate::clones::classes::repeats;

/// A repeat: its length, and the file and token of each place.
type Found = (usize, Vec<(usize, usize)>);

/// The files of an index one after the other, each behind a number of its own.
struct Text {
    ranks: Vec<usize>,
    /// Where each file begins.
    starts: Vec<usize>,
}

impl Text {
    fn of(index: &Index) -> Self {
        let files: Vec<&[u64]> = index.files().map(|(it, _)| index.keys(it)).collect();
        let mut known: Vec<u64> = files.concat();
        known.sort_unstable();
        known.dedup();
        let (mut ranks, mut starts) = (Vec::new(), Vec::new());
        for (at, keys) in files.iter().enumerate() {
            ranks.push(at);
            starts.push(ranks.len());
            let rank = |key: &u64| files.len() + known.binary_search(key).unwrap();
            ranks.extend(keys.iter().map(rank));
        }
        ranks.push(files.len() + known.len());
        Self { ranks, starts }
    }

    fn place(&self, at: usize) -> (usize, usize) {
        let file = self.starts.partition_point(|&start| start <= at) - 1;
        (file, at - self.starts[file])
    }

    /// All suffixes in order, by doubling what is compared.
    fn suffixes(&self) -> Vec<usize> {
        let n = self.ranks.len();
        let mut ranks = self.ranks.clone();
        let mut order: Vec<usize> = (0..n).collect();
        let mut length = 1;
        loop {
            let key = |&at: &usize| (ranks[at], ranks.get(at + length).map(|it| it + 1));
            order.sort_by_cached_key(key);
            let mut next = vec![0; n];
            for pair in order.windows(2) {
                let grows = usize::from(key(&pair[0]) != key(&pair[1]));
                next[pair[1]] = next[pair[0]] + grows;
            }
            ranks = next;
            if ranks[order[n - 1]] == n - 1 {
                return order;
            }
            length *= 2;
        }
    }

    /// How much each suffix has in common with the one before it in order (Kasai).
    fn common(&self, order: &[usize]) -> Vec<usize> {
        let mut place = vec![0; order.len()];
        for (at, &suffix) in order.iter().enumerate() {
            place[suffix] = at;
        }
        let mut common = vec![0; order.len()];
        let mut known: usize = 0;
        for suffix in 0..order.len() {
            let Some(before) = place[suffix].checked_sub(1) else {
                known = 0;
                continue;
            };
            let other = order[before];
            while self.ranks.get(suffix + known) == self.ranks.get(other + known)
                && suffix.max(other) + known < self.ranks.len()
            {
                known += 1;
            }
            common[place[suffix]] = known;
            known = known.saturating_sub(1);
        }
        common
    }
}

fn by_suffix_array(index: &Index) -> BTreeSet<Found> {
    let text = Text::of(index);
    let order = text.suffixes();
    let common = text.common(&order);
    let least = index.rule().tokens;
    let mut found = BTreeSet::new();
    // Open intervals: what they have in common, and where they begin.
    let mut open: Vec<(usize, usize)> = Vec::new();
    for at in 1..=order.len() {
        let now = common.get(at).copied().unwrap_or(0);
        let mut start = at - 1;
        while let Some(&(tokens, from)) = open.last().filter(|(tokens, _)| *tokens > now)
        {
            open.pop();
            start = from;
            if tokens >= least {
                found.extend(repeat(&text, &order[from..at], tokens, least));
            }
        }
        if open.last().is_none_or(|&(tokens, _)| tokens < now) {
            open.push((now, start));
        }
    }
    found
}

fn repeat(text: &Text, suffixes: &[usize], tokens: usize, least: usize) -> Vec<Found> {
    let left: BTreeSet<usize> = suffixes.iter().map(|at| text.ranks[at - 1]).collect();
    if left.len() == 1 {
        return Vec::new();
    }
    let mut places: Vec<(usize, usize)> =
        suffixes.iter().map(|&at| text.place(at)).collect();
    places.sort_unstable();
    // What overlaps itself is cut to its period.
    let neighbours = places.windows(2).filter(|two| two[0].0 == two[1].0);
    let period = neighbours.map(|two| two[1].1 - two[0].1).min();
    let period = period.unwrap_or(tokens).min(tokens);
    let mut found: Vec<Found> = Vec::new();
    if period < tokens {
        // Or has places that are apart, and cannot be made longer together.
        let n_beside = |kept: &[(usize, usize)], distance: &dyn Fn(usize) -> usize| {
            let beside = kept
                .iter()
                .map(|&(file, at)| text.ranks[distance(text.starts[file] + at)]);
            beside.collect::<BTreeSet<usize>>().len()
        };
        let backwards: Vec<(usize, usize)> = places.iter().rev().copied().collect();
        let orders = if period >= least { 1 } else { 2 };
        for order in [&places, &backwards].into_iter().take(orders) {
            let mut kept: Vec<(usize, usize)> = Vec::new();
            for &(file, at) in order {
                let is_near = |of: usize| at < of + tokens && of < at + tokens;
                if !kept.iter().any(|&(other, of)| other == file && is_near(of)) {
                    kept.push((file, at));
                }
            }
            kept.sort_unstable();
            let is_maximal = n_beside(&kept, &|at| at - 1) > 1
                && n_beside(&kept, &|at| at + tokens) > 1;
            found.extend((kept.len() > 1 && is_maximal).then_some((tokens, kept)));
        }
    }
    if period >= least {
        let behind: Vec<(usize, usize)> =
            places.iter().map(|&(file, at)| (file, at + tokens - period)).collect();
        found.extend([(period, behind), (period, places)]);
    }
    found
}

fn by_fingerprints(index: &Index) -> BTreeSet<Found> {
    let found = repeats(index);
    assert_eq!(found.unfinished, 0);
    let numbers: Vec<u32> = index.files().map(|(number, _)| number).collect();
    let rank = |file: u32| numbers.iter().position(|&number| number == file).unwrap();
    let n_found = found.list.len();
    let list: BTreeSet<Found> = found
        .list
        .into_iter()
        .map(|it| {
            let place = |it: &Place| (rank(it.file), it.offset as usize);
            (it.tokens as usize, it.places.iter().map(place).collect())
        })
        .collect();
    assert_eq!(list.len(), n_found, "each is found once");
    list
}

use crate::clones::index::Place;

/// Files of random tokens, with parts of them copied within and between.
fn random_files(random: &mut Random) -> Vec<Vec<u64>> {
    let n_files = 1 + random.index(6);
    let n_words = [2, 3, 10, 1_000][random.index(4)];
    let mut files: Vec<Vec<u64>> = (0..n_files)
        .map(|_| (0..random.index(300)).map(|_| random.below(n_words)).collect())
        .collect();
    for _ in 0..random.index(30) {
        let from = files[random.index(n_files)].clone();
        if from.is_empty() {
            continue;
        }
        let start = random.index(from.len());
        let len = (1 + random.index(200)).min(from.len() - start);
        let mut part = from[start..start + len].to_vec();
        if random.below(3) == 0 {
            let at = random.index(part.len());
            part[at] = random.below(n_words);
        }
        let to = &mut files[random.index(n_files)];
        let at = random.index(to.len() + 1);
        to.splice(at..at, part);
    }
    files
}

#[test]
fn fingerprints_find_what_a_suffix_array_finds_in_random_files() {
    let mut n_found = [0; 3];
    for seed in 0..3_000 {
        let mut random = Random(seed);
        let preset = Preset::ALL[random.index(3)];
        let files = random_files(&mut random);
        let mut index = Index::new(preset);
        // In another order than that of their paths, and some of them twice.
        for (at, keys) in files.iter().enumerate().rev() {
            let path = format!("{at:02}");
            if random.below(4) == 0 {
                index.insert(path.as_bytes(), made_up(&files[0], preset));
                index.insert(b"gone", made_up(&files[at / 2], preset));
            }
            index.insert(path.as_bytes(), made_up(keys, preset));
        }
        index.remove(b"gone");
        let (wanted, found) = (by_suffix_array(&index), by_fingerprints(&index));
        assert_eq!(found, wanted, "{preset:?}, seed {seed}");
        n_found[usize::from(preset == Preset::Sonar)
            + 2 * usize::from(preset == Preset::GitClear)] += found.len();
    }
    assert!(n_found.iter().all(|&n| n > 1_000), "{n_found:?}");
}

#[test]
#[ignore = "reads the tree that CLONES_TREE names"]
fn fingerprints_find_what_a_suffix_array_finds_in_a_tree() {
    for preset in Preset::ALL {
        let tree = measure::Tree::of_environment();
        let (index, _) = tree.index(preset);
        let (wanted, found) = (by_suffix_array(&index), by_fingerprints(&index));
        assert_eq!(found.len(), wanted.len(), "{preset:?}");
        assert!(found == wanted, "{preset:?}");
    }
}
