//! Fingerprints: of the hashes of all short sequences, those that are least among their
//! neighbours (winnowing: Schleimer, Wilkerson, Aiken, SIGMOD 2003).

use std::collections::VecDeque;

use super::Rule;
use crate::units::len_to_u32;

/// What the hashes are polynomials of.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// A fingerprint and the token it begins at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fingerprint {
    pub(super) hash: u64,
    pub(super) offset: u32,
}

/// Returns the hash of each sequence of `gram` tokens, rolling from one to the next.
pub(super) fn gram_hashes(keys: &[u64], gram: usize) -> impl Iterator<Item = u64> {
    let top = (1..gram).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let add = |hash: u64, key: u64| hash.wrapping_mul(BASE).wrapping_add(key);
    let begun = gram.min(keys.len()).saturating_sub(1);
    let mut hash = keys[..begun].iter().fold(0, |hash, &key| add(hash, key));
    let ends = keys.get(begun..).unwrap_or(&[]);
    let is_long = keys.len() >= gram;
    keys.iter().zip(ends).take_while(move |_| is_long).map(move |(&first, &last)| {
        hash = add(hash, last);
        let whole = hash;
        hash = hash.wrapping_sub(first.wrapping_mul(top));
        mixed(whole)
    })
}

/// Spreads what differs over all bits: those of a polynomial are weak at the low end.
fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^ (hash >> 32)
}

/// Returns the fingerprints that are kept, in order. Any [`Rule::tokens`] tokens in a row
/// have one among them, and which it is depends on these tokens alone.
pub(super) fn fingerprints(keys: &[u64], rule: Rule) -> Vec<Fingerprint> {
    let window = rule.window();
    let mut kept: Vec<Fingerprint> = Vec::with_capacity(2 * keys.len() / window);
    // Those that may still be the least: each is less than all before it are.
    let mut waiting: VecDeque<Fingerprint> = VecDeque::with_capacity(window);
    for (at, hash) in gram_hashes(keys, rule.gram).enumerate() {
        // Of equals the last is kept.
        while waiting.pop_back_if(|before| before.hash >= hash).is_some() {}
        waiting.push_back(Fingerprint { hash, offset: len_to_u32(at) });
        let Some(first) = (at + 1).checked_sub(window) else { continue };
        while waiting.pop_front_if(|one| (one.offset as usize) < first).is_some() {}
        if let Some(least) = waiting.front()
            && kept.last() != Some(least)
        {
            kept.push(*least);
        }
    }
    kept
}

/// Whether the fingerprint at a token is kept wherever these tokens stand, whatever is
/// around them.
pub(super) fn is_always_kept(keys: &[u64], offset: usize, rule: Rule) -> bool {
    let reach = rule.window() - 1;
    let start = offset.saturating_sub(reach);
    let end = keys.len().min(offset + reach + rule.gram);
    let hashes: Vec<u64> = gram_hashes(&keys[start..end], rule.gram).collect();
    let Some((before, [own, after @ ..])) = hashes.split_at_checked(offset - start)
    else {
        return false;
    };
    let n_before = before.iter().rev().take_while(|hash| *hash >= own).count();
    let n_after = after.iter().take_while(|hash| *hash > own).count();
    n_before + n_after >= reach
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clones::Preset;

    fn keys(n: usize, seed: u64) -> Vec<u64> {
        let mut state = seed;
        let mut next = || {
            state = mixed(state.wrapping_add(BASE));
            state % 7
        };
        (0..n).map(|_| next()).collect()
    }

    #[test]
    fn hashes_that_roll_are_those_of_each_sequence_alone() {
        let keys = keys(60, 1);
        let rolled: Vec<u64> = gram_hashes(&keys, 5).collect();
        let alone: Vec<u64> =
            keys.windows(5).flat_map(|gram| gram_hashes(gram, 5)).collect();
        assert_eq!(rolled, alone);
        for n in 0..5 {
            assert_eq!(gram_hashes(&keys[..n], 5).count(), 0);
        }
    }

    #[test]
    fn every_sequence_of_the_length_asked_for_has_a_fingerprint_that_is_always_kept() {
        for preset in Preset::ALL {
            let rule = preset.rule();
            let keys = keys(600, 2);
            let kept = fingerprints(&keys, rule);
            for start in 0..=keys.len() - rule.tokens {
                let inside = &keys[start..start + rule.tokens];
                let last = start + rule.tokens - rule.gram;
                let always = kept.iter().filter(|one| {
                    let at = one.offset as usize;
                    (start..=last).contains(&at)
                        && is_always_kept(inside, at - start, rule)
                });
                assert_eq!(always.count(), 1, "{preset:?} at {start}");
            }
        }
    }
}
