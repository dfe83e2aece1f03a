//! Where common runs may be: triples of lines that stand on both sides.

use rustc_hash::FxHashSet;

use super::side::Side;
use crate::lines::marks::grams::mix;
use crate::units::len_to_u64;

/// A triple in more places than this on a side is crowded: it does not tell which of
/// them moved where.
const MOST_PLACES: usize = 64;
/// The most pairs for each seed there is; from there on, triples are crowded sooner.
const PAIRS_PER_SEED: u64 = 4;
/// The pairs that are always allowed.
const LEAST_PAIRS: u64 = 1 << 16;

/// A place on each side with the same three lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seed {
    /// How far the places are apart: the sum of the second place and of what is left
    /// of the first side. Seeds of one run have it in common.
    pub(super) diagonal: u32,
    pub(super) from: u32,
    /// How many places the first side has.
    n_from: u32,
}

impl Seed {
    /// The place on the second side.
    pub(super) fn to(self) -> u32 {
        self.diagonal - (self.n_from - self.from)
    }
}

/// Hashes and places, in this order.
type Grams = Vec<(u64, u32)>;
type GramsPart<'g> = &'g [(u64, u32)];

/// Returns the seeds in order, and how many triples were too crowded to be seeds.
/// A triple that is crowded on the whole is tried once more inside each file.
pub(super) fn seeds(from: &Side<'_>, to: &Side<'_>) -> (Vec<Seed>, u64) {
    let (mut one, mut two) = common_grams(from, to);
    let most_pairs = LEAST_PAIRS.max(PAIRS_PER_SEED * len_to_u64(one.len() + two.len()));
    let mut pairs = Vec::new();
    let crowded = pair_up(&mut one, &mut two, most_pairs, &mut pairs);
    let in_file = |grams: &mut Grams, side: &Side<'_>| {
        for (hash, place) in grams.iter_mut() {
            *hash = mix(*hash, u64::from(side.block_at(*place).file));
        }
        grams.sort_unstable();
    };
    in_file(&mut one, from);
    in_file(&mut two, to);
    pair_up(&mut one, &mut two, most_pairs, &mut pairs);
    let n_from = from.len();
    let mut seeds: Vec<Seed> = pairs
        .into_iter()
        .map(|(from, to)| Seed { diagonal: to + (n_from - from), from, n_from })
        .collect();
    seeds.sort_unstable();
    (seeds, crowded)
}

/// The triples that stand on both sides, as far as the hashes of one can tell.
fn common_grams(from: &Side<'_>, to: &Side<'_>) -> (Grams, Grams) {
    let select = |side: &Side<'_>, known: &FxHashSet<u64>| {
        let mut grams: Grams =
            side.grams().filter(|(hash, _)| known.contains(hash)).collect();
        grams.sort_unstable();
        grams
    };
    let hashes = |grams: &Grams| grams.iter().map(|&(hash, _)| hash).collect();
    if from.len() <= to.len() {
        let two = select(to, &from.grams().map(|(hash, _)| hash).collect());
        (select(from, &hashes(&two)), two)
    } else {
        let one = select(from, &to.grams().map(|(hash, _)| hash).collect());
        let two = select(to, &hashes(&one));
        (one, two)
    }
}

/// Pairs all places of each triple that is not crowded; leaves those of the others, and
/// returns how many triples these are.
fn pair_up(
    one: &mut Grams,
    two: &mut Grams,
    most_pairs: u64,
    pairs: &mut Vec<(u32, u32)>,
) -> u64 {
    let groups = groups(one, two);
    let most_places = most_places(&groups, most_pairs);
    let (mut left_one, mut left_two) = (Grams::new(), Grams::new());
    let mut crowded = 0;
    for (places_one, places_two) in groups {
        if places_one.len().max(places_two.len()) > most_places {
            left_one.extend_from_slice(places_one);
            left_two.extend_from_slice(places_two);
            crowded += 1;
            continue;
        }
        for &(_, from) in places_one {
            pairs.extend(places_two.iter().map(|&(_, to)| (from, to)));
        }
    }
    (*one, *two) = (left_one, left_two);
    crowded
}

/// The places of each triple that stands on both sides.
fn groups<'g>(
    mut one: GramsPart<'g>,
    mut two: GramsPart<'g>,
) -> Vec<(GramsPart<'g>, GramsPart<'g>)> {
    let mut groups = Vec::new();
    while let (Some(&(first, _)), Some(&(second, _))) = (one.first(), two.first()) {
        let hash = first.min(second);
        let (group_one, rest_one) = split_at_hash(one, hash);
        let (group_two, rest_two) = split_at_hash(two, hash);
        if first == second {
            groups.push((group_one, group_two));
        }
        (one, two) = (rest_one, rest_two);
    }
    groups
}

fn split_at_hash(grams: GramsPart<'_>, hash: u64) -> (GramsPart<'_>, GramsPart<'_>) {
    let n = grams.iter().take_while(|&&(other, _)| other == hash).count();
    grams.split_at(n)
}

/// In how many places a triple may stand so that there are not too many pairs.
fn most_places(groups: &[(GramsPart<'_>, GramsPart<'_>)], most_pairs: u64) -> usize {
    let mut pairs_by_places = [0_u64; MOST_PLACES + 1];
    for (one, two) in groups {
        if let Some(pairs) = pairs_by_places.get_mut(one.len().max(two.len())) {
            *pairs += len_to_u64(one.len() * two.len());
        }
    }
    let mut sum = 0;
    let fits = |pairs: &&u64| {
        sum += **pairs;
        sum <= most_pairs
    };
    // Triples in no place have no pairs; they are counted first.
    pairs_by_places.iter().take_while(fits).count().saturating_sub(1)
}
