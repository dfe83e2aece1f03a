//! Sketches → which of them have a common past.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::FLOORS;
use super::fixes::{self, MissingFix};
use super::sketch::{Print, Sketch};
use crate::units::{Timestamp, len_to_f64};

/// How two units are akin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kinship {
    /// Their histories begin with the same commit.
    OneHistory,
    /// Most of what is left of the first days of one is older in the other.
    BeganAsCopy,
    /// What both have is older in one.
    TookOver,
    /// Both have it, and dates do not say who had it first.
    Shares,
}

/// Two units with a common past.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The unit that had it first, or either.
    pub first: usize,
    /// The other.
    pub second: usize,
    /// How they are akin.
    pub kinship: Kinship,
    /// When what is in common stood in the second for the first time; of one history its
    /// last common commit that is known.
    pub at: Option<Timestamp>,
    /// Fingerprints in common.
    pub prints: usize,
    /// Lines of the second that these are made of.
    pub lines: usize,
    /// The shares of the fingerprints of the first and of the second that are in common.
    pub shares: [f64; 2],
    /// Where to look: path and first line, counted from 1, in the first and in the second.
    pub places: Vec<[(String, u32); 2]>,
    /// What was mended in a file on one side and not touched on the other since.
    pub missing_fixes: Vec<MissingFix>,
}

/// What two sketches have in common: places among the fingerprints of each.
type Common = Vec<(usize, usize)>;

/// Pairs of units with something in common.
type Commons = BTreeMap<(usize, usize), Common>;

/// Finds the units that are akin, each pair once, by their numbers.
pub fn links(sketches: &[Sketch]) -> Vec<Link> {
    let held = holders(sketches);
    let raw = commons(sketches, &held, &|_| true);
    let families = families(sketches, &raw);
    let says = |units: &[usize]| {
        let of: BTreeSet<usize> = units.iter().map(|&unit| families[unit]).collect();
        of.len() <= FLOORS.most_families
    };
    let mut found: Vec<Link> = commons(sketches, &held, &says)
        .iter()
        .filter_map(|(&pair, common)| link(sketches, pair, common))
        .collect();
    found.sort_by_key(|it| (it.first, it.second));
    found
}

/// The units that have each fingerprint that more than one has.
fn holders(sketches: &[Sketch]) -> BTreeMap<u64, Vec<usize>> {
    let mut held: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (unit, sketch) in sketches.iter().enumerate() {
        for print in &sketch.prints {
            held.entry(print.hash).or_default().push(unit);
        }
    }
    held.retain(|_, units| units.len() > 1);
    held
}

/// For each pair of units what they have in common of what says something. Of a sample
/// only what both would have kept is compared.
fn commons(
    sketches: &[Sketch],
    held: &BTreeMap<u64, Vec<usize>>,
    says: &dyn Fn(&[usize]) -> bool,
) -> Commons {
    let place = |unit: usize, hash: u64| {
        sketches[unit].prints.binary_search_by_key(&hash, |print| print.hash).ok()
    };
    let mut found = Commons::new();
    let few = held.iter().filter(|it| it.1.len() <= FLOORS.most_units);
    for (&hash, units) in few.filter(|it| says(it.1)) {
        for (n, &a) in units.iter().enumerate() {
            for &b in &units[n + 1..] {
                if let (Some(one), Some(other)) = (place(a, hash), place(b, hash)) {
                    found.entry((a, b)).or_default().push((one, other));
                }
            }
        }
    }
    found
}

/// How many fingerprints of a sketch the other would have kept, had it had them.
fn comparable(one: &Sketch, other: &Sketch) -> usize {
    let below = one.below.unwrap_or(u64::MAX).min(other.below.unwrap_or(u64::MAX));
    one.prints.partition_point(|print| print.hash < below)
}

/// The share of each side that is in common.
fn shares(one: &Sketch, other: &Sketch, n: usize) -> [f64; 2] {
    [(one, other), (other, one)].map(|(of, beside)| match comparable(of, beside) {
        0 => 0.0,
        all => len_to_f64(n) / len_to_f64(all),
    })
}

/// For each unit the least number of its family. Units of one family have most of one of
/// them in common, or one history: they count once.
fn families(sketches: &[Sketch], raw: &Commons) -> Vec<usize> {
    let mut family: Vec<usize> = (0..sketches.len()).collect();
    for (&(a, b), common) in raw {
        let (one, other) = (&sketches[a], &sketches[b]);
        let [of_one, of_other] = shares(one, other, common.len());
        let is_most = of_one.max(of_other) >= FLOORS.family_share;
        if is_one_history(one, other) || is_most && is_enough(one, other, common) {
            let (to, from) = (family[a].min(family[b]), family[a].max(family[b]));
            family.iter_mut().filter(|it| **it == from).for_each(|it| *it = to);
        }
    }
    family
}

fn is_one_history(one: &Sketch, other: &Sketch) -> bool {
    let first = |sketch: &Sketch| sketch.mainline.first().map(|it| it.0);
    first(one).is_some() && first(one) == first(other)
}

/// Whether what is in common is enough to say anything: of the smaller side, in
/// fingerprints, lines and files.
fn is_enough(one: &Sketch, other: &Sketch, common: &Common) -> bool {
    let is_first = one.prints.len() <= other.prints.len();
    let smaller = if is_first { one } else { other };
    let places = common.iter().map(|it| if is_first { it.0 } else { it.1 });
    let prints: Vec<&Print> = places.map(|at| &smaller.prints[at]).collect();
    let files: BTreeSet<u32> = prints.iter().map(|print| print.file).collect();
    let lines = n_lines(&prints);
    prints.len() >= FLOORS.prints
        && lines >= FLOORS.lines
        && (files.len() >= FLOORS.files || lines >= FLOORS.lines_of_one_file)
}

/// How many lines fingerprints are made of, each once.
fn n_lines(prints: &[&Print]) -> usize {
    let lines = |it: &&Print| {
        let file = it.file;
        (it.lines.0..it.lines.1).map(move |line| (file, line))
    };
    prints.iter().flat_map(lines).collect::<BTreeSet<_>>().len()
}

/// What the common fingerprints of two units say of their past.
fn link(sketches: &[Sketch], (a, b): (usize, usize), common: &Common) -> Option<Link> {
    let (one, other) = (&sketches[a], &sketches[b]);
    let [of_one, of_other] = shares(one, other, common.len());
    if of_one.max(of_other) < FLOORS.share || !is_enough(one, other, common) {
        return None;
    }
    let (older, newer) = (older(one, other, common), older(other, one, &turned(common)));
    let is_history = is_one_history(one, other);
    let (first, second, common) = match newer && !is_history {
        true => (b, a, turned(common)),
        false => (a, b, common.clone()),
    };
    let (one, other) = (&sketches[first], &sketches[second]);
    let kinship = match (is_history, older || newer) {
        (true, _) => Kinship::OneHistory,
        (_, true) if began_as_copy(one, other, &common) => Kinship::BeganAsCopy,
        (_, true) => Kinship::TookOver,
        _ => Kinship::Shares,
    };
    let prints: Vec<&Print> = common.iter().map(|it| &other.prints[it.1]).collect();
    let at = match kinship {
        Kinship::OneHistory => last_common(one, other),
        _ => prints.iter().map(|print| print.since).min(),
    };
    Some(Link {
        first,
        second,
        kinship,
        at,
        prints: common.len(),
        lines: n_lines(&prints),
        shares: shares(one, other, common.len()),
        places: places(one, other, &common),
        missing_fixes: fixes::missing((one, other), &common, at),
    })
}

fn turned(common: &Common) -> Common {
    common.iter().map(|&(a, b)| (b, a)).collect()
}

/// Whether nearly all that is in common stood in the first before it stood in the second.
fn older(one: &Sketch, other: &Sketch, common: &Common) -> bool {
    let is = |it: &&(usize, usize)| one.prints[it.0].since < other.prints[it.1].since;
    let n = common.iter().filter(is).count();
    len_to_f64(n) >= FLOORS.older_share * len_to_f64(common.len())
}

/// Whether most of what is left of the first days of the second is in the first.
fn began_as_copy(one: &Sketch, other: &Sketch, common: &Common) -> bool {
    let Some(begun) = other.begun else { return false };
    let is_early = |print: &Print| print.since.days_since(begun) <= FLOORS.first_days;
    let compared = &other.prints[..comparable(other, one)];
    let early = compared.iter().filter(|print| is_early(print)).count();
    let shared = common.iter().filter(|it| is_early(&other.prints[it.1])).count();
    early > 0 && len_to_f64(shared) >= FLOORS.first_share * len_to_f64(early)
}

/// The last commit that two histories with one beginning have in common, as far as known.
fn last_common(one: &Sketch, other: &Sketch) -> Option<Timestamp> {
    let same = one.mainline.iter().zip(&other.mainline).take_while(|(a, b)| a.0 == b.0);
    same.last().map(|it| it.0.1)
}

/// Where to look: the first common place of the files that have most of them.
fn places(one: &Sketch, other: &Sketch, common: &Common) -> Vec<[(String, u32); 2]> {
    const MOST_PLACES: usize = 5;
    let mut files: BTreeMap<(u32, u32), (usize, [u32; 2])> = BTreeMap::new();
    for &(a, b) in common {
        let (a, b) = (&one.prints[a], &other.prints[b]);
        let lines = [a.lines.0, b.lines.0];
        let row = files.entry((a.file, b.file)).or_insert((0, lines));
        row.0 += 1;
        row.1 = row.1.min(lines);
    }
    let mut rows: Vec<_> = files.into_iter().collect();
    rows.sort_by_key(|it| (Reverse(it.1.0), it.0));
    let at = |sketch: &Sketch, file: u32, line: u32| {
        (sketch.files[file as usize].path.clone(), line.saturating_add(1))
    };
    let rows = rows.into_iter().take(MOST_PLACES);
    rows.map(|((a, b), (_, [x, y]))| [at(one, a, x), at(other, b, y)]).collect()
}
