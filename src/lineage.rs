//! Where code of a fleet came from: units that began as a copy of another, that took code
//! over, that are one history; what has become of the copies, and what was mended on one
//! side alone.
//!
//! Units are compared by fingerprints of their code (winnowing: Schleimer, Wilkerson,
//! Aiken 2003), in which names, strings and numbers do not count. What many have says
//! nothing: a fingerprint that stands in three units that are no copies of each other is
//! of a framework or of habit, and is left out. Dates are those of histories, which
//! whoever writes a history can choose.

pub mod fixes;
pub mod links;
pub mod sketch;

#[cfg(test)]
mod tests;

pub use fixes::MissingFix;
pub use links::{Kinship, Link, links};
pub use sketch::Sketch;

/// From where on units are said to have code in common.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Floors {
    /// The least fingerprints in common.
    pub prints: usize,
    /// The least lines of the smaller unit that these are made of.
    pub lines: usize,
    /// The least files of it that these stand in.
    pub files: usize,
    /// Lines from which on one file is enough.
    pub lines_of_one_file: usize,
    /// The least share of the fingerprints of one unit.
    pub share: f64,
    /// The share from which on two units are of one family, which counts once.
    pub family_share: f64,
    /// How many families may have a fingerprint that says something.
    pub most_families: usize,
    /// How many units may have one that is looked at at all.
    pub most_units: usize,
    /// The share of what is in common that has to be older on one side.
    pub older_share: f64,
    /// How long the beginning of a unit is.
    pub first_days: f64,
    /// The share of what is left of the beginning that makes it a copy.
    pub first_share: f64,
}

/// The floors of this version, chosen for precision: a link that is told is one.
pub const FLOORS: Floors = Floors {
    prints: 12,
    lines: 60,
    files: 2,
    lines_of_one_file: 200,
    share: 0.20,
    family_share: 0.50,
    most_families: 2,
    most_units: 64,
    older_share: 0.80,
    first_days: 30.0,
    first_share: 0.50,
};
