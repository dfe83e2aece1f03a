//! Which groups of people are shown, and which are put together so that no figure is
//! that of a few.

use std::collections::BTreeSet;

/// The least people behind a figure that breaks something down.
pub(super) const LEAST_PEOPLE: usize = 5;

/// Divides groups, by their places in `people`, into those shown and those put together,
/// because fewer than five people are behind them. What is put together must have five
/// people behind it too, or one could subtract: the smallest of the others join it, the
/// first of equals. When that is not enough, all are put together, and even so fewer
/// than five may be behind them.
pub(super) fn divide<P: Ord>(people: &[&BTreeSet<P>]) -> (Vec<usize>, Vec<usize>) {
    let (mut shown, mut hidden): (Vec<usize>, Vec<usize>) =
        (0..people.len()).partition(|&group| people[group].len() >= LEAST_PEOPLE);
    while !hidden.is_empty() && together(people, &hidden) < LEAST_PEOPLE {
        let smallest = shown.iter().min_by_key(|&&group| (people[group].len(), group));
        let Some(&smallest) = smallest else { break };
        shown.retain(|&group| group != smallest);
        hidden.push(smallest);
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
