//! Which lines of one side of a hunk are compared with which of the other when all with
//! all would be too much: those at about the same place.

use std::ops::Range;

use crate::units::{len_to_u32, len_to_u64};

/// The columns each row is compared with: those beside the diagonal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Band {
    rows: usize,
    columns: usize,
    /// How many columns before and behind the diagonal.
    width: usize,
}

impl Band {
    /// Returns the widest band, of the whole table, a half of it, a quarter and so on,
    /// whose cost is at most `most`, or else the diagonal alone. `cost` is that of one
    /// row: of what it costs itself, of how many columns it is compared with, and of
    /// what they cost.
    pub(crate) fn widest(
        row_costs: &[u64],
        column_costs: &[u64],
        cost: impl Fn(u64, u64, u64) -> u64,
        most: u64,
    ) -> Self {
        let mut sums = vec![0_u64];
        for &column in column_costs {
            sums.push(sums[sums.len() - 1].saturating_add(column));
        }
        let (rows, columns) = (row_costs.len(), column_costs.len());
        let mut band = Self { rows, columns, width: columns };
        let cost_of = |band: Self| {
            row_costs.iter().enumerate().fold(0_u64, |total, (row, &row_cost)| {
                let beside = band.columns_of(row);
                let columns_cost = sums[beside.end] - sums[beside.start];
                let n_columns = len_to_u64(beside.len());
                total.saturating_add(cost(row_cost, n_columns, columns_cost))
            })
        };
        while band.width > 0 && cost_of(band) > most {
            band.width /= 2;
        }
        band
    }

    /// Whether columns are left out.
    pub(crate) fn is_narrow(self) -> bool {
        self.width < self.columns
    }

    /// The columns a row is compared with.
    pub(crate) fn columns_of(self, row: usize) -> Range<usize> {
        let (first, last) = (self.diagonal(row), self.diagonal(row + 1));
        let end = last.max(first + 1).saturating_add(self.width).min(self.columns);
        first.saturating_sub(self.width).min(end)..end
    }

    /// All pairs of a row and a column.
    pub(crate) fn pairs(self) -> impl Iterator<Item = (u32, u32)> {
        (0..self.rows).flat_map(move |row| {
            let columns = self.columns_of(row);
            columns.map(move |column| (len_to_u32(row), len_to_u32(column)))
        })
    }

    fn diagonal(self, row: usize) -> usize {
        (row * self.columns).checked_div(self.rows).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn band(rows: usize, columns: usize, most: u64) -> Band {
        let ones = |n| vec![1; n];
        Band::widest(&ones(rows), &ones(columns), |row, _, beside| row * beside, most)
    }

    #[test]
    fn a_table_that_costs_little_is_compared_whole() {
        let whole = band(3, 4, 12);
        assert!(!whole.is_narrow());
        assert_eq!(whole.pairs().count(), 12);
        assert!(band(3, 4, 11).is_narrow());
    }

    #[test]
    fn a_narrow_band_has_every_row_and_column_and_keeps_to_its_cost() {
        for (rows, columns) in [(1_000, 1_000), (10, 1_000), (1_000, 10), (7, 1)] {
            let narrow = band(rows, columns, 5_000);
            let pairs: Vec<_> = narrow.pairs().collect();
            assert!(pairs.len() <= 5_000.max(rows + columns), "{rows} {columns}");
            for row in 0..rows {
                assert!(!narrow.columns_of(row).is_empty(), "{rows} {columns} {row}");
            }
            let mut seen = vec![false; columns];
            pairs.iter().for_each(|pair| seen[pair.1 as usize] = true);
            assert!(seen.iter().all(|&seen| seen), "{rows} {columns}");
        }
    }

    #[test]
    fn no_rows_or_no_columns_make_no_pairs() {
        assert_eq!(band(0, 5, 9).pairs().count(), 0);
        assert_eq!(band(5, 0, 9).pairs().count(), 0);
    }
}
