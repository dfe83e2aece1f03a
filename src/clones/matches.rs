//! One version of a file against an index: pairs of equal sequences.

use std::collections::HashMap;

use super::TokenStream;
use super::classes::{common_prefix, common_suffix};
use super::fingerprints::fingerprints;
use super::index::{Index, Place};
use crate::limits::CLONE_STEPS_PER_TOKEN;
use crate::units::{len_to_u32, len_to_u64};

/// How many places of one fingerprint are compared: the first by path.
const MOST_PLACES: usize = 64;
/// The steps that are always allowed, however short the file.
const LEAST_STEPS: u64 = 1 << 24;

/// A sequence of a file that stands in a file of an index, too, made as long as it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    /// Its first token in the file.
    pub(super) start: u32,
    /// How many tokens it has.
    pub(super) tokens: u32,
    /// Where it begins in the index.
    pub(super) of: Place,
}

/// How much may still be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchSteps {
    /// Tokens and places.
    pub left: u64,
}

/// What was left out of a comparison.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Missed {
    /// Places beyond those that were compared.
    pub(super) places: u64,
    /// Fingerprints that were not looked up.
    pub(super) fingerprints: u64,
}

/// Returns the sequences of a file that stand in an index, in the order of the file.
/// `own` is the number of the file in the index, if that has this very version: then it
/// is no match of itself, and of a sequence that overlaps itself the period is.
pub(super) fn matches(
    index: &Index,
    stream: &TokenStream,
    own: Option<u32>,
    (missed, allowed): (&mut Missed, &mut SearchSteps),
) -> Vec<Match> {
    let mut found = Vec::new();
    let mut ends: HashMap<(u32, i64), u32> = HashMap::new();
    let n_tokens = len_to_u64(stream.n_tokens());
    let most_steps = n_tokens * CLONE_STEPS_PER_TOKEN.value + LEAST_STEPS;
    let most_steps = most_steps.min(allowed.left);
    let mut steps = 0;
    let kept = fingerprints(&stream.keys, index.rule());
    for (at, fingerprint) in kept.iter().enumerate() {
        if steps >= most_steps {
            missed.fingerprints += len_to_u64(kept.len() - at);
            break;
        }
        let offset = fingerprint.offset;
        let places = first_places(index, index.places_of(fingerprint.hash), missed);
        steps += 1 + len_to_u64(places.len());
        for place in places {
            let shift = i64::from(place.offset) - i64::from(offset);
            let is_itself = own == Some(place.file) && shift == 0;
            if is_itself
                || ends.get(&(place.file, shift)).is_some_and(|&end| offset < end)
            {
                continue;
            }
            let mut found_here = extended(index, stream, offset, place);
            steps += u64::from(found_here.tokens);
            ends.insert((place.file, shift), found_here.start + found_here.tokens);
            if own == Some(place.file) {
                // Of what overlaps itself, the period.
                let period = place.offset.abs_diff(offset);
                found_here.tokens = found_here.tokens.min(period);
            }
            if is_long(index, stream, found_here) {
                found.push(found_here);
            }
        }
    }
    allowed.left = allowed.left.saturating_sub(steps);
    found.sort_by_key(|it| {
        (it.start, std::cmp::Reverse(it.tokens), path(index, it.of), it.of.offset)
    });
    found
}

fn path(index: &Index, place: Place) -> &[u8] {
    index.entry(place.file).map_or(&[], |entry| &entry.path)
}

fn first_places(index: &Index, places: &[Place], missed: &mut Missed) -> Vec<Place> {
    let mut places = places.to_vec();
    if places.len() > MOST_PLACES {
        missed.places += len_to_u64(places.len() - MOST_PLACES);
        let order = |one: &Place, two: &Place| {
            let (path_one, path_two) = (path(index, *one), path(index, *two));
            path_one.cmp(path_two).then(one.offset.cmp(&two.offset))
        };
        places.select_nth_unstable_by(MOST_PLACES, order);
        places.truncate(MOST_PLACES);
    }
    places
}

fn extended(index: &Index, stream: &TokenStream, offset: u32, place: Place) -> Match {
    let (own, other) = (&stream.keys, index.keys(place.file));
    let (at, of) = (offset as usize, place.offset as usize);
    let left = len_to_u32(common_suffix(&own[..at], &other[..of]));
    let right = len_to_u32(common_prefix(&own[at..], &other[of..]));
    let of = Place { file: place.file, offset: place.offset - left };
    Match { start: offset - left, tokens: left + right, of }
}

/// Whether a match is long enough on both sides.
fn is_long(index: &Index, stream: &TokenStream, it: Match) -> bool {
    let rule = index.rule();
    let Some(other) = index.entry(it.of.file) else { return false };
    let has_lines = |stream: &TokenStream, start: u32| {
        let range = start as usize..(start + it.tokens) as usize;
        len_to_u32(stream.lines_of(range).count()) >= rule.lines
    };
    it.tokens as usize >= rule.tokens
        && has_lines(stream, it.start)
        && has_lines(other.stream(), it.of.offset)
}
