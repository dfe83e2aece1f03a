//! All sequences of tokens that stand in several places and cannot be made longer
//! without losing one: the maximal repeats of a tree.
//!
//! Each such sequence has a fingerprint that is kept wherever it stands. So the places of
//! one fingerprint are taken together: as far as all of them go on alike to the right
//! they are one set, which parts where they differ; each of these sets is parted again by
//! what stands to the left. The cost is that of the tokens compared, and not of pairs.

use std::collections::HashSet;

use super::fingerprints::is_always_kept;
use super::index::{Index, Place};
use super::{CloneWork, Rule};
use crate::limits::{CLONE_PLACES, CLONE_STEPS_PER_TOKEN};
use crate::units::{len_to_u32, len_to_u64};

/// A sequence that stands in several places.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Repeat {
    /// How many tokens it has.
    pub(super) tokens: u32,
    /// Where it begins, by file and token; files are in the order of their paths.
    pub(super) places: Vec<Place>,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    pub(super) list: Vec<Repeat>,
    pub(super) work: CloneWork,
    /// Fingerprints whose places were not all compared, because the search had ended at
    /// its bound on work.
    pub(super) unfinished: u64,
}

/// The steps that are always allowed, however small the tree.
const LEAST_STEPS: u64 = 1 << 26;
/// Of the steps, how many the places of one fingerprint may take: a part this large.
const PART_STEPS: u64 = 16;

/// Returns all maximal repeats of an index that are as long as its preset asks for. No
/// two places of one share tokens: of one that overlaps itself there is its period with
/// all places, at its beginning and at its end, if that is long enough; and the whole of
/// it with places that are apart, if it is as long as these allow: from the first place
/// on, and where the period is too short from the last one back, too.
pub(super) fn repeats(index: &Index) -> Repeats {
    let mut search = Search::new(index);
    for (_, entry) in index.files() {
        for &(number, _) in &entry.samples {
            search.look_at(number);
        }
    }
    search.found.work.tokens = index.n_tokens();
    search.found.work.fingerprints = index.n_fingerprints();
    search.found.work.steps = search.steps;
    // What is left of one that overlaps itself may have been found by itself, too.
    search.found.list.sort_unstable();
    search.found.list.dedup();
    search.found
}

/// Places whose tokens agree, on one side of a fingerprint so far.
#[derive(Debug)]
struct Group {
    places: Vec<Place>,
    /// How many tokens of the side are known to agree.
    known: usize,
}

struct Search<'i> {
    index: &'i Index,
    rule: Rule,
    /// The tokens of each file, by its number.
    keys: Vec<&'i [u64]>,
    /// The place of each file in the order of paths, by its number.
    ranks: Vec<u32>,
    /// Whether the places of a fingerprint are known to give nothing new.
    is_done: Vec<bool>,
    /// What was found: where it begins first, and how long it is.
    seen: HashSet<(Place, u32)>,
    steps: u64,
    most_steps: u64,
    n_places: u64,
    found: Repeats,
}

impl<'i> Search<'i> {
    fn new(index: &'i Index) -> Self {
        let n_files = index.files().map(|(number, _)| number + 1).max().unwrap_or(0);
        let mut ranks = vec![0; n_files as usize];
        for (rank, (number, _)) in (0..).zip(index.files()) {
            ranks[number as usize] = rank;
        }
        Self {
            index,
            rule: index.rule(),
            keys: (0..n_files).map(|number| index.keys(number)).collect(),
            ranks,
            is_done: vec![false; index.places.len()],
            seen: HashSet::new(),
            steps: 0,
            most_steps: index.n_tokens() * CLONE_STEPS_PER_TOKEN.value + LEAST_STEPS,
            n_places: 0,
            found: Repeats::default(),
        }
    }

    fn look_at(&mut self, number: u32) {
        let done = std::mem::replace(&mut self.is_done[number as usize], true);
        let places = &self.index.places[number as usize];
        if done || places.len() < 2 {
            return;
        }
        let mut places = places.clone();
        places.sort_unstable_by_key(|place| self.in_order(*place));
        let part = self.most_steps / PART_STEPS;
        let limit = self.most_steps.min(self.steps.saturating_add(part));
        self.part_right(places, limit);
        self.found.unfinished += u64::from(self.is_over(limit));
    }

    fn in_order(&self, place: Place) -> (u32, u32) {
        (self.ranks[place.file as usize], place.offset)
    }

    fn is_over(&self, limit: u64) -> bool {
        self.steps > limit || self.n_places > CLONE_PLACES.value
    }

    /// The token this far to the right of a place, if the file has one.
    fn right(&self, place: Place, distance: usize) -> Option<u64> {
        let keys = self.keys[place.file as usize];
        keys.get(place.offset as usize + distance).copied()
    }

    /// The token this far to the left of a place, if the file has one; 0 is next to it.
    fn left(&self, place: Place, distance: usize) -> Option<u64> {
        let at = (place.offset as usize).checked_sub(distance + 1)?;
        self.keys[place.file as usize].get(at).copied()
    }

    fn part_right(&mut self, places: Vec<Place>, limit: u64) {
        let mut groups = vec![Group { places, known: 0 }];
        while let Some(group) = groups.pop() {
            if self.is_over(limit) {
                return;
            }
            let known = self.agree_right(&group);
            if known >= self.rule.gram {
                self.part_left(&group.places, known, limit);
            }
            let parts = parted(&group.places, |place| self.right(place, known));
            self.steps += len_to_u64(group.places.len());
            groups.extend(
                parts.into_iter().map(|places| Group { places, known: known + 1 }),
            );
        }
    }

    fn part_left(&mut self, places: &[Place], right: usize, limit: u64) {
        let mut groups = vec![Group { places: places.to_vec(), known: 0 }];
        while let Some(group) = groups.pop() {
            if self.is_over(limit) {
                return;
            }
            self.steps += len_to_u64(group.places.len());
            // What goes on alike to the right is met again where it does no more.
            let next = self.right(group.places[0], right);
            let goes_on = |place: &Place| self.right(*place, right) == next;
            if next.is_some() && group.places.iter().all(goes_on) {
                continue;
            }
            let known = self.agree_left(&group);
            self.note(&group.places, known, right);
            let parts = parted(&group.places, |place| self.left(place, known));
            groups.extend(
                parts.into_iter().map(|places| Group { places, known: known + 1 }),
            );
        }
    }

    /// How many tokens to the right of all places are the same.
    fn agree_right(&mut self, group: &Group) -> usize {
        let rest = |place: &Place| {
            let keys = self.keys[place.file as usize];
            keys.get(place.offset as usize + group.known..).unwrap_or(&[])
        };
        let (first, others) = (rest(&group.places[0]), &group.places[1..]);
        let shortest = group.places.iter().map(|place| rest(place).len()).min();
        let mut agree = shortest.unwrap_or(0);
        let mut steps = len_to_u64(others.len());
        for other in others {
            agree = common_prefix(&first[..agree], rest(other));
            steps += len_to_u64(agree);
        }
        self.steps += steps;
        group.known + agree
    }

    /// How many tokens to the left of all places are the same.
    fn agree_left(&mut self, group: &Group) -> usize {
        let rest = |place: &Place| {
            let end = (place.offset as usize).saturating_sub(group.known);
            &self.keys[place.file as usize][..end]
        };
        let (first, others) = (rest(&group.places[0]), &group.places[1..]);
        let shortest = group.places.iter().map(|place| rest(place).len()).min();
        let mut agree = shortest.unwrap_or(0);
        let mut steps = len_to_u64(others.len());
        for other in others {
            agree = common_suffix(&first[first.len() - agree..], rest(other));
            steps += len_to_u64(agree);
        }
        self.steps += steps;
        group.known + agree
    }

    /// Takes a sequence if it is long enough and has not been met.
    fn note(&mut self, places: &[Place], left: usize, right: usize) {
        let tokens = left + right;
        if tokens < self.rule.tokens {
            return;
        }
        let begin = |place: &Place| Place {
            file: place.file,
            offset: place.offset - len_to_u32(left),
        };
        let first = begin(&places[0]);
        let start = first.offset as usize;
        let sequence = &self.keys[first.file as usize][start..start + tokens];
        if !is_always_kept(sequence, left, self.rule)
            || !self.seen.insert((first, len_to_u32(tokens)))
        {
            return;
        }
        let begins: Vec<Place> = places.iter().map(begin).collect();
        self.skip_inside(&begins, tokens);
        // Its places will be looked at token by token.
        self.steps += len_to_u64(begins.len() * tokens);
        let period = least_shift(&begins).unwrap_or(tokens);
        if period >= tokens {
            self.keep(begins, tokens);
            return;
        }
        self.found.work.periodic += 1;
        let is_long = period >= self.rule.tokens;
        let last = if is_long { Vec::new() } else { last_apart(&begins, tokens) };
        for apart in [first_apart(&begins, tokens), last] {
            if self.cannot_go_on(&apart, tokens) {
                self.keep(apart, tokens);
            }
        }
        if is_long {
            self.keep(ends(&begins, tokens - period), period);
            self.keep(begins, period);
        }
    }

    fn keep(&mut self, places: Vec<Place>, tokens: usize) {
        self.n_places += len_to_u64(places.len());
        self.found.list.push(Repeat { tokens: len_to_u32(tokens), places });
    }

    /// Whether at least two of these places differ on either side; else they are part
    /// of a longer sequence.
    fn cannot_go_on(&self, places: &[Place], tokens: usize) -> bool {
        let differ = |beside: &dyn Fn(Place) -> Option<u64>| {
            let first = places.first().and_then(|it| beside(*it));
            places.len() > 1
                && (first.is_none() || places.iter().any(|it| beside(*it) != first))
        };
        differ(&|place| self.right(place, tokens)) && differ(&|place| self.left(place, 0))
    }

    /// Fingerprints that stand inside a sequence, and nowhere else, give nothing new:
    /// what has them has all of the sequence.
    fn skip_inside(&mut self, begins: &[Place], tokens: usize) {
        let first = begins[0];
        let Some(entry) = self.index.entry(first.file) else { return };
        let end = first.offset as usize + tokens - self.rule.gram;
        let from = entry.samples.partition_point(|&(_, offset)| offset < first.offset);
        for &(number, offset) in &entry.samples[from..] {
            if offset as usize > end {
                return;
            }
            let places = &self.index.places[number as usize];
            if self.is_done[number as usize] || places.len() != begins.len() {
                continue;
            }
            self.steps += len_to_u64(places.len());
            let distance = offset - first.offset;
            let wanted = |begin: &Place| Place {
                file: begin.file,
                offset: begin.offset + distance,
            };
            let mut sorted = places.clone();
            sorted.sort_unstable_by_key(|place| self.in_order(*place));
            self.is_done[number as usize] = begins.iter().map(wanted).eq(sorted);
        }
    }
}

/// Parts places by a token beside them. Those that have none, or share it with no other
/// place, are left out.
fn parted(places: &[Place], token: impl Fn(Place) -> Option<u64>) -> Vec<Vec<Place>> {
    let mut beside: Vec<(u64, Place)> = places
        .iter()
        .filter_map(|&place| token(place).map(|token| (token, place)))
        .collect();
    beside.sort_by_key(|&(token, _)| token);
    let parts = beside.chunk_by(|one, two| one.0 == two.0);
    parts
        .filter(|part| part.len() > 1)
        .map(|part| part.iter().map(|&(_, place)| place).collect())
        .collect()
}

/// Of places in order the first, and each next one that shares no token with it.
fn first_apart(begins: &[Place], tokens: usize) -> Vec<Place> {
    apart(begins.iter(), tokens)
}

/// Of places in order the last, and each one before that shares no token with it.
fn last_apart(begins: &[Place], tokens: usize) -> Vec<Place> {
    let mut apart = apart(begins.iter().rev(), tokens);
    apart.reverse();
    apart
}

fn apart<'p>(begins: impl Iterator<Item = &'p Place>, tokens: usize) -> Vec<Place> {
    let mut apart: Vec<Place> = Vec::new();
    for place in begins {
        let overlaps = apart.last().is_some_and(|last| {
            let distance = last.offset.abs_diff(place.offset) as usize;
            last.file == place.file && distance < tokens
        });
        if !overlaps {
            apart.push(*place);
        }
    }
    apart
}

/// Places this many tokens further on.
fn ends(begins: &[Place], distance: usize) -> Vec<Place> {
    // <--period-->              at the beginning
    //      <------tokens------>
    //              <--period--> at the end
    let on = |it: &Place| Place { offset: it.offset + len_to_u32(distance), ..*it };
    begins.iter().map(on).collect()
}

/// How far apart those two places are that are nearest in one file.
fn least_shift(begins: &[Place]) -> Option<usize> {
    let neighbours = begins.windows(2).filter(|two| two[0].file == two[1].file);
    neighbours.map(|two| (two[1].offset - two[0].offset) as usize).min()
}

/// How many tokens two sequences have in common at the start.
pub(super) fn common_prefix(one: &[u64], two: &[u64]) -> usize {
    one.iter().zip(two).take_while(|(one, two)| one == two).count()
}

/// How many tokens two sequences have in common at the end.
pub(super) fn common_suffix(one: &[u64], two: &[u64]) -> usize {
    one.iter().rev().zip(two.iter().rev()).take_while(|(one, two)| one == two).count()
}
