//! The weeks of the organisation, and how much of its week each person gives to AI.

use crate::stats::rng::Rng;
use crate::units::{SECONDS_PER_DAY, Timestamp, UtcDay};

/// How many weeks there are.
pub(super) const WEEKS: u32 = 60;
/// The first week that the exports cover.
pub(super) const FIRST_BILLED_WEEK: u32 = 10;

/// Everything follows from it.
const SEED: u64 = 0x7e57_0000_0000_0001;

/// A generator for one purpose: other purposes and numbers give other sequences.
pub(super) fn rng(purpose: u64, number: u64) -> Rng {
    Rng::seeded(SEED ^ (purpose << 40) ^ number)
}

/// A day: the first week begins on Monday, 2025-02-03.
pub(super) fn day(week: u32, weekday: u32) -> UtcDay {
    const FIRST_MONDAY: UtcDay = UtcDay(20_122);
    let days = week * 7 + weekday;
    UtcDay(i32::try_from(days).map_or(FIRST_MONDAY.0, |days| FIRST_MONDAY.0 + days))
}

/// A moment of a day, in minutes after midnight.
pub(super) fn moment(day: UtcDay, minute: u64) -> Timestamp {
    let seconds = i64::try_from(minute * 60).unwrap_or(0) % SECONDS_PER_DAY;
    Timestamp(day.start().0 + seconds)
}

/// What somebody's week is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Load {
    /// Whether they are away.
    pub(super) is_away: bool,
    /// How much they use AI, 0 to 9. Work follows it, and so does the bill.
    pub(super) ai: u64,
}

/// The week of the person of a number.
pub(super) fn load(person: u64, week: u32) -> Load {
    let mut rng = rng(1, person * 1_000 + u64::from(week));
    let is_away = rng.below(9) == 0;
    let season = season(person, week);
    let ai = if rng.below(6) == 0 { 0 } else { 1 + season + rng.below(6) };
    Load { is_away, ai: if is_away { 0 } else { ai } }
}

/// How much of AI a person's six weeks of one task are, 0 to 3.
fn season(person: u64, week: u32) -> u64 {
    rng(5, person * 1_000 + u64::from((week + 3) / 6)).below(4)
}

/// Takes one of several.
pub(super) fn pick<'t, T>(rng: &mut Rng, from: &'t [T]) -> Option<&'t T> {
    let at = rng.below(crate::units::len_to_u64(from.len()));
    from.get(usize::try_from(at).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_week_begins_on_the_monday_it_says_and_the_last_ends_the_observation() {
        assert_eq!(day(0, 0), UtcDay::from_ymd(2025, 2, 3).expect("a day"));
        assert_eq!(day(WEEKS - 1, 6).to_iso().as_deref(), Some(crate::demo::AS_OF));
        assert_eq!(day(0, 0).week().monday(), day(0, 0));
    }
}
