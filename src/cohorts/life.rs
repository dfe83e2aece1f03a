//! From when to when lines were seen, and whether they died: the clock of survival is
//! the landing, and there is more than one fair way to read a death.

use crate::facts::{Facts, LifetimeFacts};
use crate::lines::instances::DeathCause;
use crate::units::{SECONDS_PER_DAY, Timestamp};

/// What counts as the death of a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// A modified line is dead, as for `git blame`, and a removed file takes its lines
    /// along. The default.
    #[default]
    Exact,
    /// A modified line lives on in the lines it was edited into, which are then no new
    /// ones.
    Lineage,
    /// Lines whose file was removed, or that a bulk event removed, were last seen then:
    /// one large removal cannot move this curve.
    WithoutRemovals,
}

/// How lives are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct View {
    /// When observation begins. Lines that stood by then come under observation at the
    /// age they had, and those that were gone never do. `None`: at the first landing.
    pub since: Option<Timestamp>,
    /// What counts as a death.
    pub reading: Reading,
}

/// From when to when lines were seen, in seconds of age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// The age at which observation began; 0 is from landing on.
    pub from: i64,
    /// The age at death, or at which they were last seen alive.
    pub to: i64,
    /// Whether they died then.
    pub died: bool,
}

/// Returns when lines were seen; `None` if they were never, if nobody knows when they
/// were born, or if they are no first instance: what lands again after it died, and in
/// lineage what was edited from other lines.
pub fn seen(facts: &Facts, lifetime: &LifetimeFacts, view: View) -> Option<Seen> {
    let birth = lifetime.birth;
    let is_edit = view.reading == Reading::Lineage && birth.edited;
    if lifetime.birth_unknown || birth.relanded || birth.reformatted || is_edit {
        return None;
    }
    let landing = landing_time(facts, lifetime)?;
    let (end, died) = end(facts, lifetime, view.reading)?;
    let to = (end.0 - landing.0).max(0);
    let from = view.since.map_or(0, |since| (since.0 - landing.0).max(0));
    // The risk set is open at a delayed entry: who left by then was never seen.
    (from == 0 || to > from).then_some(Seen { from, to, died })
}

/// When lines were last seen, and whether they died then.
fn end(
    facts: &Facts,
    lifetime: &LifetimeFacts,
    reading: Reading,
) -> Option<(Timestamp, bool)> {
    let time = |number: u32| Some(facts.mainline.get(number as usize)?.time);
    let Some((death, cause)) = lifetime.death else {
        return Some((facts.as_of?, false));
    };
    match (reading, cause) {
        // They went out of sight: they may live on.
        (_, DeathCause::Unreadable | DeathCause::Reformatted) => {
            Some((time(death)?, false))
        }
        (Reading::WithoutRemovals, DeathCause::FileDeleted | DeathCause::Bulk) => {
            Some((time(death)?, false))
        }
        (Reading::Lineage, _) => match lifetime.lineage_death {
            Some(last) => Some((time(last)?, true)),
            None => Some((facts.as_of?, false)),
        },
        (Reading::Exact | Reading::WithoutRemovals, _) => Some((time(death)?, true)),
    }
}

/// Whether lines are known to stand at age `days`, known not to, or neither yet.
pub fn stands_at(facts: &Facts, lifetime: &LifetimeFacts, days: u32) -> Option<bool> {
    let landing = landing_time(facts, lifetime)?;
    let (end, died) = end(facts, lifetime, Reading::Exact)?;
    let seconds = (end.0 - landing.0).max(0);
    let age = i64::from(days) * SECONDS_PER_DAY;
    match (died, seconds >= age) {
        // A line that dies at exactly this age does not stand at it.
        (true, _) => Some(seconds > age),
        (false, true) => Some(true),
        (false, false) => None,
    }
}

/// The moment of a landing.
pub fn landing_time(facts: &Facts, lifetime: &LifetimeFacts) -> Option<Timestamp> {
    Some(facts.mainline.get(lifetime.landing as usize)?.time)
}

/// The moment of a death, if the lines are known to have died.
pub fn death_time(facts: &Facts, lifetime: &LifetimeFacts) -> Option<Timestamp> {
    let (death, cause) = lifetime.death?;
    let time = facts.mainline.get(death as usize)?.time;
    cause.is_death().then_some(time)
}
