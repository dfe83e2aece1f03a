//! Which groups of people are shown, and which are put together so that no figure is
//! that of a few.

use std::collections::{BTreeMap, BTreeSet};

/// The least people behind a figure that breaks something down.
pub const LEAST_PEOPLE: usize = 5;

/// Why a figure is not shown.
pub const FEW_PEOPLE: &str = "fewer than five people wrote these lines";

/// Divides groups, by their places in `people`, into those shown and those put together,
/// because fewer than five people are behind them. What is put together must have five
/// people behind it too, or one could subtract: the smallest of the others join it, the
/// first of equals. When that is not enough, all are put together, and even so fewer
/// than five may be behind them.
pub(super) fn divide<P: Ord>(people: &[&BTreeSet<P>]) -> (Vec<usize>, Vec<usize>) {
    divide_at(people, LEAST_PEOPLE)
}

/// The same for another number of people: one where somebody looks at their own.
pub(super) fn divide_at<P: Ord>(
    people: &[&BTreeSet<P>],
    least: usize,
) -> (Vec<usize>, Vec<usize>) {
    let (mut shown, mut hidden): (Vec<usize>, Vec<usize>) =
        (0..people.len()).partition(|&group| people[group].len() >= least);
    while !hidden.is_empty() && together(people, &hidden) < least {
        let smallest = shown.iter().min_by_key(|&&group| (people[group].len(), group));
        let Some(&smallest) = smallest else { break };
        shown.retain(|&group| group != smallest);
        hidden.push(smallest);
    }
    (shown, hidden)
}

/// The same for the parts of several wholes, each of which is shown beside them: within
/// each whole, what is not shown has five people behind it or is all of it. A group is
/// given with its whole.
pub(super) fn divide_within<W: Ord, P: Ord>(
    groups: &[(W, &BTreeSet<P>)],
) -> (Vec<usize>, Vec<usize>) {
    let mut wholes: BTreeMap<&W, Vec<usize>> = BTreeMap::new();
    for (at, (whole, _)) in groups.iter().enumerate() {
        wholes.entry(whole).or_default().push(at);
    }
    let (mut shown, mut hidden) = (Vec::new(), Vec::new());
    for members in wholes.into_values() {
        let people: Vec<&BTreeSet<P>> = members.iter().map(|&at| groups[at].1).collect();
        let (some, others) = divide(&people);
        shown.extend(some.into_iter().map(|member| members[member]));
        hidden.extend(others.into_iter().map(|member| members[member]));
    }
    (shown, hidden)
}

/// How many people are behind these groups together.
pub(super) fn together<P: Ord>(people: &[&BTreeSet<P>], groups: &[usize]) -> usize {
    let all: BTreeSet<&P> = groups.iter().flat_map(|&group| people[group]).collect();
    all.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn divided(groups: &[&[u32]]) -> (Vec<usize>, Vec<usize>) {
        let people: Vec<BTreeSet<u32>> =
            groups.iter().map(|group| group.iter().copied().collect()).collect();
        divide(&people.iter().collect::<Vec<_>>())
    }

    #[test]
    fn a_group_of_few_takes_another_along_so_that_nobody_can_subtract() {
        let (shown, hidden) = divided(&[&[1, 2, 3, 4, 5, 6, 7], &[1, 2, 3, 4, 5], &[9]]);
        assert_eq!((shown, hidden), (vec![0], vec![2, 1]));
    }

    #[test]
    fn a_part_of_few_people_hides_another_of_its_own_whole() {
        let of = |people: &[u32]| people.iter().copied().collect::<BTreeSet<u32>>();
        let (many, few) = (of(&[1, 2, 3, 4, 5, 6]), of(&[1]));
        // The third has many in another whole: there nothing is taken along.
        let groups = [(1, &many), (1, &few), (2, &many), (3, &few)];
        let (mut shown, mut hidden) = divide_within(&groups);
        shown.sort_unstable();
        hidden.sort_unstable();
        assert_eq!((shown, hidden), (vec![2], vec![0, 1, 3]));
    }

    #[test]
    fn the_same_few_people_in_many_groups_are_still_few() {
        let few: &[u32] = &[1, 2, 3];
        assert_eq!(divided(&[few, few, few]), (vec![], vec![0, 1, 2]));
    }

    #[test]
    fn small_groups_that_make_five_people_together_hide_no_other() {
        let (shown, hidden) = divided(&[&[1, 2, 3, 4, 5], &[6, 7, 8], &[9, 10]]);
        assert_eq!((shown, hidden), (vec![0], vec![1, 2]));
        assert_eq!(divided(&[]), (vec![], vec![]));
    }
}
