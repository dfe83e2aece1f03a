//! The best way to pair two rows of things in order, of weighed pairs.

/// A pair that may be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Link {
    /// The place on the one side.
    pub(crate) row: u32,
    /// The place on the other side.
    pub(crate) column: u32,
    /// What it is worth; more than zero.
    pub(crate) weight: u64,
}

/// How often a column may be chosen. A row is always chosen once at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Columns {
    /// Once at most.
    Once,
    /// Any number of times.
    Often,
}

/// Returns the links whose rows increase and whose columns never decrease and that are
/// together worth the most. `links` are in the order of row, then column; of chains
/// worth the same, the one that is met first wins. Takes n log n steps.
pub(crate) fn heaviest_chain(links: &[Link], columns: Columns) -> Vec<Link> {
    let n_columns = links.iter().map(|link| link.column as usize + 1).max().unwrap_or(0);
    let mut best = Maxima::new(n_columns + 1);
    let mut before: Vec<Option<usize>> = Vec::with_capacity(links.len());
    let mut totals: Vec<u64> = Vec::with_capacity(links.len());
    let mut first_of_row = 0;
    for (at, link) in links.iter().enumerate() {
        if links[first_of_row].row != link.row {
            for (earlier, &total) in (first_of_row..).zip(&totals[first_of_row..]) {
                best.raise(links[earlier].column, total, earlier);
            }
            first_of_row = at;
        }
        let end = link.column + u32::from(columns == Columns::Often);
        let known = best.below(end);
        before.push(known.map(|(_, link)| link));
        totals.push(link.weight + known.map_or(0, |(total, _)| total));
    }
    let mut last = None;
    for (at, &total) in totals.iter().enumerate() {
        if last.is_none_or(|known| total > totals[known]) {
            last = Some(at);
        }
    }
    let mut chain = Vec::new();
    while let Some(at) = last {
        chain.push(links[at]);
        last = before[at];
    }
    chain.reverse();
    chain
}

/// The greatest total met so far among columns below any: a tree of sums, with maxima
/// (Fenwick, *A New Data Structure for Cumulative Frequency Tables*, 1994).
#[derive(Debug)]
struct Maxima(Vec<Option<(u64, usize)>>);

impl Maxima {
    fn new(n_columns: usize) -> Self {
        Self(vec![None; n_columns + 1])
    }

    fn raise(&mut self, column: u32, total: u64, link: usize) {
        let mut at = column as usize + 1;
        while at < self.0.len() {
            if is_better((total, link), self.0[at]) {
                self.0[at] = Some((total, link));
            }
            at += at & at.wrapping_neg();
        }
    }

    fn below(&self, column: u32) -> Option<(u64, usize)> {
        let mut at = column as usize;
        let mut best = None;
        while at > 0 {
            if let Some(known) = self.0[at]
                && is_better(known, best)
            {
                best = Some(known);
            }
            at &= at - 1;
        }
        best
    }
}

/// Whether a total is greater than another, or as great and met earlier.
fn is_better(one: (u64, usize), other: Option<(u64, usize)>) -> bool {
    other.is_none_or(|other| one.0 > other.0 || (one.0 == other.0 && one.1 < other.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::rng::Rng;

    fn worth(links: &[Link]) -> u64 {
        links.iter().map(|link| link.weight).sum()
    }

    /// Tries every subset in order.
    fn best_of_all(links: &[Link], columns: Columns, chosen: &mut Vec<Link>) -> u64 {
        let Some((&link, rest)) = links.split_first() else { return worth(chosen) };
        let mut best = best_of_all(rest, columns, chosen);
        let fits = chosen.last().is_none_or(|last| {
            last.row < link.row
                && (last.column < link.column
                    || (columns == Columns::Often && last.column == link.column))
        });
        if fits {
            chosen.push(link);
            best = best.max(best_of_all(rest, columns, chosen));
            chosen.pop();
        }
        best
    }

    #[test]
    fn no_other_chain_of_small_random_tables_is_worth_more() {
        let mut rng = Rng::seeded(1);
        for columns in [Columns::Once, Columns::Often] {
            for _ in 0..500 {
                let (n_rows, n_columns) = (rng.below(6), rng.below(6));
                let mut links = Vec::new();
                for row in 0..u32::try_from(n_rows).unwrap() {
                    for column in 0..u32::try_from(n_columns).unwrap() {
                        if rng.below(2) == 0 {
                            let weight = 1 + rng.below(5);
                            links.push(Link { row, column, weight });
                        }
                    }
                }
                links.truncate(16);
                let chain = heaviest_chain(&links, columns);
                assert_eq!(worth(&chain), best_of_all(&links, columns, &mut Vec::new()));
                for pair in chain.windows(2) {
                    assert!(pair[0].row < pair[1].row, "{chain:?}");
                    let step = pair[1].column.checked_sub(pair[0].column).unwrap();
                    assert!(step > 0 || columns == Columns::Often, "{chain:?}");
                }
            }
        }
    }

    #[test]
    fn of_equal_chains_the_first_is_chosen() {
        let link = |row, column| Link { row, column, weight: 1 };
        let links = [link(0, 1), link(1, 0), link(1, 1), link(2, 0)];
        assert_eq!(heaviest_chain(&links, Columns::Once), [link(0, 1)]);
    }
}
