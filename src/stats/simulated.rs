//! Data with a known truth, and what estimates make of it: how often a test sees what
//! is not there, and how often an interval holds what is.
//!
//! Nothing here is part of an answer. `examples/simulate.rs` runs it at length, the
//! tests run a small fixed part.

mod naive;
mod outcomes;
mod panels;

pub mod lives;
pub mod units;

pub use outcomes::{Outcome, any_of_family, look};
pub use panels::{CELLS, Disturbance, PanelTruth, panel};

/// The seed of one run of many: runs do not share numbers, whatever order they are
/// made in.
pub fn seed_of(seed: u64, cell: u64, run: u64) -> u64 {
    let mixed = seed ^ cell.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ run.rotate_left(32);
    crate::stats::rng::Rng::seeded(mixed).next_u64()
}

#[cfg(test)]
mod tests;
