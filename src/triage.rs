//! What a project is in: made quickly and left, growing sideways, in production, cared
//! for. Signals that are each yes, no or unknown, and a rule that everybody can apply
//! by hand. There is no score.
//!
//! ```text
//! Facts -> units -> signals (value, threshold, evidence) -> class, and what would change it
//! ```
//!
//! What nobody can know is unknown and never no. Neither who wrote the code nor what it
//! cost is a signal: a prototype made by hand is a prototype.

pub mod activity;
pub mod production;
pub mod readiness;
pub mod rule;
pub mod shape;
pub mod signal;
pub mod sprawl;
pub mod sustained;
pub mod thresholds;
pub mod unit;

#[cfg(test)]
mod tests;

pub use rule::{Class, Judgement, judge};
pub use signal::{Evidence, Signal, SignalId, State};
pub use thresholds::{THRESHOLDS, Thresholds};
pub use unit::{Unit, units};

use std::collections::BTreeSet;

use crate::units::Timestamp;

/// What is known beside a repository.
#[derive(Debug, Clone)]
pub struct Surroundings<'s> {
    /// The day of the audit.
    pub as_of: Timestamp,
    /// What runs in production: paths of units as the inventory names them; `None`
    /// without an inventory.
    pub inventory: Option<&'s BTreeSet<String>>,
    /// What counts as much.
    pub thresholds: &'s Thresholds,
}

/// Asks for every signal of a unit, in the order of their names.
pub fn signals(unit: &Unit<'_>, around: &Surroundings<'_>) -> Vec<Signal> {
    let activity = activity::of(unit, around.as_of);
    let readiness = readiness::signals(unit, around.thresholds);
    let mut all = shape::signals(unit, &activity, around);
    all.extend(readiness);
    all.extend(sprawl::signals(unit, around));
    all.extend(production::signals(unit, around));
    let tested = [SignalId::Q1, SignalId::Q2].map(|id| signal::state_of(&all, id));
    all.extend(sustained::signals(unit, &activity, around, tested));
    all
}

/// The last part of the path of a repository that says something.
pub fn unit_name(path: &str) -> &str {
    let parts = path.trim_end_matches('/').rsplit('/');
    let says = |part: &&str| !matches!(*part, "" | "." | ".." | ".git" | "repo");
    let name = parts.clone().find(says).unwrap_or(path);
    name.strip_suffix(".git").unwrap_or(name)
}

/// The names by which an inventory may mean a unit.
fn names(unit: &Unit<'_>) -> Vec<String> {
    let path = unit.facts.path.to_json_text();
    let path = path.trim_end_matches('/').trim_start_matches("./");
    let tops = [path, unit_name(path)];
    if unit.root.is_empty() {
        return tops.map(str::to_owned).to_vec();
    }
    tops.map(|top| format!("{top}/{}", unit.root)).to_vec()
}

fn self_named() -> &'static regex::Regex {
    static WORDS: std::sync::OnceLock<regex::Regex> = std::sync::OnceLock::new();
    WORDS.get_or_init(|| {
        let words = crate::scan::signals::patterns::SELF_NAMED;
        regex::Regex::new(words).expect("a pattern of ours is one; a test compiles each")
    })
}
