//! Linear equations with a symmetric matrix that has no negative direction.

/// The factor L of A = L Lᵀ, lower left, row by row. Unknowns that the ones before
/// them already determine are held at zero.
#[derive(Debug, Clone)]
pub(super) struct Cholesky {
    n: usize,
    lower: Vec<f64>,
}

/// A pivot below this share of its diagonal element is zero but for rounding.
const NOTHING_LEFT: f64 = 1e-10;

impl Cholesky {
    /// Factors a matrix of `n` rows, of which the lower left is read.
    pub(super) fn of(mut matrix: Vec<f64>, n: usize) -> Self {
        for row in 0..n {
            let (above, rest) = matrix.split_at_mut(row * n);
            let own = &mut rest[..n];
            let diagonal = own[row];
            for column in 0..row {
                let other = &above[column * n..column * n + column];
                let rest = own[column] - dot(&own[..column], other);
                let pivot = above[column * n + column];
                own[column] = if pivot > 0.0 { rest / pivot } else { 0.0 };
            }
            let left = diagonal - dot(&own[..row], &own[..row]);
            let is_free = left > NOTHING_LEFT * diagonal && diagonal > f64::MIN_POSITIVE;
            own[row] = if is_free { left.sqrt() } else { 0.0 };
        }
        Self { n, lower: matrix }
    }

    /// What is left of the diagonal element once the unknowns before it are taken
    /// out; 0 if they determine it.
    pub(super) fn left_over(&self, row: usize) -> f64 {
        let pivot = self.lower[row * self.n + row];
        pivot * pivot
    }

    /// Solves A v = `right` for the unknowns that are determined.
    pub(super) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut v = right.to_vec();
        for row in 0..self.n {
            let own = &self.lower[row * self.n..=row * self.n + row];
            let rest = v[row] - dot(&own[..row], &v[..row]);
            v[row] = if own[row] > 0.0 { rest / own[row] } else { 0.0 };
        }
        self.back(&mut v, self.n);
        v
    }

    /// The coefficients of row `row` on the unknowns before it: what predicts it.
    pub(super) fn on_those_before(&self, row: usize) -> Vec<f64> {
        let mut v = self.lower[row * self.n..row * self.n + row].to_vec();
        self.back(&mut v, row);
        v
    }

    /// Solves Lᵀ x = v in place, for the first `n` unknowns.
    fn back(&self, v: &mut [f64], n: usize) {
        for row in (0..n).rev() {
            let own = &self.lower[row * self.n..=row * self.n + row];
            let value = if own[row] > 0.0 { v[row] / own[row] } else { 0.0 };
            v[row] = value;
            for (earlier, factor) in v[..row].iter_mut().zip(own) {
                *earlier -= factor * value;
            }
        }
    }
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    // Four sums side by side: the processor need not wait for the last addition.
    let mut sums = [0.0; 4];
    let (a_chunks, b_chunks) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest = a_chunks.remainder().iter().zip(b_chunks.remainder());
    let tail: f64 = rest.map(|(x, y)| x * y).sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
            *sum += x * y;
        }
    }
    sums.iter().sum::<f64>() + tail
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 5 unknowns from random rows; the fourth is the sum of the first two.
    fn matrix() -> Vec<f64> {
        let mut rng = crate::stats::rng::Rng::seeded(1);
        let mut matrix = vec![0.0; 25];
        for _ in 0..30 {
            let mut row: [f64; 5] = std::array::from_fn(|_| rng.normal());
            row[3] = row[0] + row[1];
            for i in 0..5 {
                for j in 0..5 {
                    matrix[i * 5 + j] += row[i] * row[j];
                }
            }
        }
        matrix
    }

    #[test]
    fn the_solution_solves_and_what_others_determine_is_zero() {
        let matrix = matrix();
        let factor = Cholesky::of(matrix.clone(), 5);
        let truth = [1.0, -2.0, 0.5, 0.0, 3.0];
        let right: Vec<f64> = matrix.chunks(5).map(|row| dot(row, &truth)).collect();
        for (got, expected) in factor.solve(&right).iter().zip(truth) {
            assert!((got - expected).abs() < 1e-9, "{got} {expected}");
        }
        assert!(factor.left_over(3).abs() < 1e-300 && factor.left_over(4) > 1.0);
        let on = factor.on_those_before(3);
        let expected = [1.0, 1.0, 0.0];
        assert!(on.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{on:?}");
    }
}
