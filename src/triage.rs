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
pub mod dated;
pub mod growth;
pub mod inventory;
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

pub use dated::Dated;
pub use growth::QuarterReport;
pub use inventory::Inventory;
pub use rule::{Class, Judgement, judge};
pub use signal::{Evidence, Signal, SignalId, State};
pub use thresholds::{THRESHOLDS, Thresholds};
pub use unit::{Unit, units};

use crate::units::Timestamp;
use activity::Activity;

/// Asks a unit for every signal that no day changes.
fn lasting(unit: &Unit<'_>, activity: &Activity, at: &Thresholds) -> Vec<Signal> {
    let mut all = shape::signals(unit, activity, at);
    all.extend(readiness::signals(unit, at));
    all.extend(sprawl::signals(unit, at));
    all.extend(production::signals(unit));
    all.push(sustained::reviewed(unit, at));
    let tested = [SignalId::Q1, SignalId::Q2].map(|id| signal::state_of(&all, id));
    all.push(sustained::both_fine(tested));
    all
}

/// What is left of a unit when its repository was let go.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What has to be known to ask for the rest.
    pub dated: Dated,
    lasting: Vec<Signal>,
}

impl Asked {
    /// Asks a unit for all that can be asked before the day of the audit is known.
    pub fn of(unit: &Unit<'_>, at: &Thresholds) -> Self {
        let activity = activity::of(unit);
        let lasting = lasting(unit, &activity, at);
        Self { dated: Dated::of(unit, &activity), lasting }
    }

    /// All signals on that day, in the order of their names; `listed` is what the
    /// inventory says of it.
    pub fn signals(
        self,
        as_of: Timestamp,
        at: &Thresholds,
        listed: Signal,
    ) -> Vec<Signal> {
        let mut all = self.lasting;
        all.push(listed);
        all.extend(self.dated.signals(as_of, at));
        all.sort_by_key(|one| one.id);
        all
    }
}

/// The last part of the path of a repository that says something.
pub fn unit_name(path: &str) -> &str {
    let parts = path.trim_end_matches('/').rsplit('/');
    let says = |part: &&str| !matches!(*part, "" | "." | ".." | ".git" | "repo");
    let name = parts.clone().find(says).unwrap_or(path);
    name.strip_suffix(".git").unwrap_or(name)
}

fn self_named() -> &'static regex::Regex {
    static WORDS: std::sync::OnceLock<regex::Regex> = std::sync::OnceLock::new();
    WORDS.get_or_init(|| {
        let words = crate::scan::signals::patterns::SELF_NAMED;
        regex::Regex::new(words).expect("a pattern of ours is one; a test compiles each")
    })
}
