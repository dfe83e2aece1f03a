//! What was mended in one of two files that are copies, and not in the other. Told only
//! where the other was not touched since, so that it cannot have been mended otherwise.

use std::collections::BTreeMap;

use super::sketch::{FileChange, Sketch};
use crate::units::{Timestamp, len_to_f64};

/// The share of the fingerprints of the smaller of two files from which on they are
/// copies.
const COPY_SHARE: f64 = 0.5;
/// The least fingerprints that two files have in common.
const LEAST_PRINTS: usize = 4;
/// How many are told of one pair of units.
const MOST_FIXES: usize = 20;

/// A change that says it mends something, in one of two copies alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingFix {
    /// Whether the first unit of the link has it.
    pub is_in_first: bool,
    /// The file that has it.
    pub path: String,
    /// When it landed.
    pub time: Timestamp,
    /// The commit that landed it, in full.
    pub commit: String,
    /// The file that was not touched since.
    pub missing_in: String,
}

/// Finds them among the common fingerprints of two units, from the moment on at which
/// both had these.
pub(super) fn missing(
    (first, second): (&Sketch, &Sketch),
    common: &[(usize, usize)],
    copied: Option<Timestamp>,
) -> Vec<MissingFix> {
    let Some(copied) = copied else { return Vec::new() };
    let mut pairs: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    for &(a, b) in common {
        *pairs.entry((first.prints[a].file, second.prints[b].file)).or_default() += 1;
    }
    let (in_first, in_second) = (by_file(first), by_file(second));
    let mut found = Vec::new();
    for ((a, b), n) in pairs {
        let least = in_first[&a].min(in_second[&b]);
        if n < LEAST_PRINTS || len_to_f64(n) < COPY_SHARE * len_to_f64(least) {
            continue;
        }
        let (one, other) = (&first.files[a as usize], &second.files[b as usize]);
        for (is_in_first, has, lacks) in [(true, one, other), (false, other, one)] {
            let row = |fix: &FileChange| MissingFix {
                is_in_first,
                path: has.path.clone(),
                time: fix.time,
                commit: fix.commit.clone(),
                missing_in: lacks.path.clone(),
            };
            let is_untouched = |fix: &FileChange| {
                lacks
                    .changes
                    .iter()
                    .all(|it| it.time < fix.time && it.commit != fix.commit)
            };
            let is_missing =
                |fix: &&FileChange| fix.is_mend && fix.time > copied && is_untouched(fix);
            found.extend(has.changes.iter().filter(is_missing).map(row));
        }
    }
    found.sort();
    found.truncate(MOST_FIXES);
    found
}

/// How many fingerprints each file has.
fn by_file(sketch: &Sketch) -> BTreeMap<u32, usize> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    sketch.prints.iter().for_each(|print| *counts.entry(print.file).or_default() += 1);
    counts
}
