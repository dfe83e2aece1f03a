//! A small seeded generator of pseudo-random numbers, for permutation tests and
//! simulations. Not for secrets.

use std::f64::consts::TAU;

use crate::units::count_to_f64;

/// xoshiro256++ by Blackman and Vigna (2019, public domain), seeded by their
/// `SplitMix64` as they recommend. The same seed gives the same numbers on every
/// machine.
#[derive(Debug, Clone)]
pub struct Rng {
    state: [u64; 4],
}

impl Rng {
    /// A generator whose whole sequence follows from `seed`.
    pub fn seeded(seed: u64) -> Self {
        let mut split_mix = seed;
        Self { state: std::array::from_fn(|_| next_split_mix(&mut split_mix)) }
    }

    /// Returns 64 uniform bits.
    pub fn next_u64(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let shifted = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= shifted;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// Returns a uniform number in [0, 1), a multiple of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        count_to_f64(self.next_u64() >> 11) / count_to_f64(1 << 53)
    }

    /// Returns a uniform number below `n`; 0 when `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        // The high half of a 128-bit product: Lemire (2019) without its rejection
        // step; the bias is below n / 2^64.
        let product = u128::from(self.next_u64()) * u128::from(n);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// Returns a standard exponential number.
    pub fn exponential(&mut self) -> f64 {
        -(1.0 - self.uniform()).ln()
    }

    /// Returns a standard normal number (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        (2.0 * self.exponential()).sqrt() * (TAU * self.uniform()).cos()
    }
}

fn next_split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_published_one() {
        // The first outputs of the authors' C code from the state 1, 2, 3, 4.
        let mut rng = Rng { state: [1, 2, 3, 4] };
        let expected =
            [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386];
        assert_eq!(expected.map(|_| rng.next_u64()), expected);
        // And of their SplitMix64 from the seed 1234567.
        let mut seed = 1_234_567;
        assert_eq!(next_split_mix(&mut seed), 6_457_827_717_110_365_317);
        assert_eq!(next_split_mix(&mut seed), 3_203_168_211_198_807_973);
    }

    #[test]
    fn numbers_have_the_moments_of_their_distributions() {
        let mut rng = Rng::seeded(1);
        let n = 20_000;
        let (mut uniform, mut exponential, mut normal, mut square) = (0.0, 0.0, 0.0, 0.0);
        for _ in 0..n {
            uniform += rng.uniform();
            exponential += rng.exponential();
            let z = rng.normal();
            normal += z;
            square += z * z;
            assert!(rng.below(7) < 7);
        }
        let n = f64::from(n);
        assert!((uniform / n - 0.5).abs() < 0.01);
        assert!((exponential / n - 1.0).abs() < 0.03);
        assert!((normal / n).abs() < 0.03);
        assert!((square / n - 1.0).abs() < 0.05);
        assert_eq!(rng.below(0), 0);
    }
}
