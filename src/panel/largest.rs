//! The largest landings: an association that a few of them make is one of these few, and
//! whoever lands everything at once must not look better for it, nor worse.

use std::collections::{BTreeMap, BTreeSet};

use super::is_panel_line;
use crate::cohorts::Scope;

/// One landing in this many is among the largest.
const ONE_IN: usize = 100;

/// A landing: the number of its repository, and its own.
pub(super) type Landing = (usize, u32);

/// The hundredth of all landings of code that have the most lines, and at least one; of
/// equals those that come first.
pub(super) fn largest_landings(scope: &Scope<'_>) -> BTreeSet<Landing> {
    let mut lines: BTreeMap<Landing, u64> = BTreeMap::new();
    for (repository, lifetime) in scope.lifetimes() {
        if lifetime.is_countable() && is_panel_line(lifetime) {
            *lines.entry((repository, lifetime.landing)).or_default() += lifetime.lines;
        }
    }
    largest(&lines)
}

fn largest(lines: &BTreeMap<Landing, u64>) -> BTreeSet<Landing> {
    let mut landings: Vec<(&Landing, &u64)> = lines.iter().collect();
    landings.sort_by(|one, two| two.1.cmp(one.1).then(one.0.cmp(two.0)));
    let n = landings.len().div_ceil(ONE_IN);
    landings.into_iter().take(n).map(|(landing, _)| *landing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_landing_in_a_hundred_is_among_the_largest_and_at_least_one() {
        let of = |n: u32| {
            let lines = (0..n).map(|at| ((0, at), u64::from(at % 150))).collect();
            largest(&lines).into_iter().map(|(_, at)| at).collect::<Vec<_>>()
        };
        assert_eq!(of(0), [0; 0]);
        assert_eq!(of(3), [2]);
        assert_eq!(of(100), [99]);
        assert_eq!(of(101), [99, 100]);
        assert_eq!(of(300), [148, 149, 299], "the first of equals");
    }
}
