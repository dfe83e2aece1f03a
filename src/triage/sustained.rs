//! Z: signs of lasting care. More than one of them, and nothing is flagged.

use std::collections::BTreeSet;

use super::activity::Activity;
use super::shape::percent;
use super::signal::{Evidence, Signal, SignalId, State};
use super::unit::Unit;
use super::{Surroundings, Thresholds};
use crate::units::{SECONDS_PER_DAY, Timestamp, count_to_f64, len_to_u64};

/// Asks for Z1 to Z4; `tested` is what is known of Q1 and Q2.
pub fn signals(
    unit: &Unit<'_>,
    activity: &Activity,
    around: &Surroundings<'_>,
    tested: [State; 2],
) -> Vec<Signal> {
    let at = around.thresholds;
    vec![
        people(activity, around),
        months(activity, around),
        reviewed(unit, at),
        both_fine(tested),
    ]
}

fn days_before(time: Timestamp, days: i64) -> Timestamp {
    Timestamp(time.0.saturating_sub(days * SECONDS_PER_DAY))
}

fn people(activity: &Activity, around: &Surroundings<'_>) -> Signal {
    const DAYS: i64 = 180;
    let (people, changes) =
        (around.thresholds.get("z1_people"), around.thresholds.get("z1_changes"));
    let counts = activity.by_person(days_before(around.as_of, DAYS));
    let many = counts.iter().filter(|&&n| count_to_f64(n) >= changes).count();
    let is = count_to_f64(len_to_u64(many)) >= people;
    let threshold = format!("{people:.0} people with {changes:.0} changes in 180 days");
    if !is && activity.nobodys > 0 {
        return Signal::unknown(SignalId::Z1, "it is not known whose all changes are");
    }
    let value = format!("{many} of {} people", counts.len());
    Signal::new(SignalId::Z1, State::of(is), value, threshold, Vec::new())
}

fn months(activity: &Activity, around: &Surroundings<'_>) -> Signal {
    /// A twelfth of a year of 365 days, in seconds.
    const MONTH_SECONDS: i64 = 365 * SECONDS_PER_DAY / 12;
    let least = around.thresholds.get("z2_months");
    let months: BTreeSet<i64> = activity
        .changes
        .iter()
        .map(|one| (around.as_of.0 - one.1.0).div_euclid(MONTH_SECONDS))
        .filter(|month| (0..12).contains(month))
        .collect();
    let n = len_to_u64(months.len());
    let is = State::of(count_to_f64(n) >= least);
    let value = format!("{n} of the last 12 months");
    Signal::new(SignalId::Z2, is, value, format!("{least:.0} months"), Vec::new())
}

/// Merges and squashed pull requests. Who only looked leaves no mark, so none of them is
/// unknown and not no.
fn reviewed(unit: &Unit<'_>, at: &Thresholds) -> Signal {
    let least = at.get("z3_reviewed_share");
    let landings: BTreeSet<u32> = unit.lifetimes.iter().map(|one| one.landing).collect();
    let came_so = |landing: &&u32| {
        let commit = unit.landing(**landing).commit;
        let commit = &unit.facts.commits[commit.at()];
        commit.parents.len() > 1 || commit.is_squash || commit.pull.is_some()
    };
    let through: Vec<u32> = landings.iter().filter(came_so).copied().collect();
    if through.is_empty() {
        return Signal::unknown(SignalId::Z3, "no landing is a merge or a pull request");
    }
    let share = count_to_f64(len_to_u64(through.len()))
        / count_to_f64(len_to_u64(landings.len()));
    let evidence = through
        .iter()
        .rev()
        .take(1)
        .map(|&one| {
            let id = unit.facts.commits[unit.landing(one).commit.at()].id.to_string();
            Evidence::commit(id, "the last of them")
        })
        .collect();
    let value = format!(
        "{} of {} landings are merges or pull requests",
        through.len(),
        landings.len()
    );
    Signal::new(SignalId::Z3, State::of(share >= least), value, percent(least), evidence)
}

fn both_fine(tested: [State; 2]) -> Signal {
    let state = match tested {
        [State::No, State::No] => State::Yes,
        [State::Yes, _] | [_, State::Yes] => State::No,
        _ => State::Unknown,
    };
    let words = tested.map(|state| match state {
        State::Yes => "a deficit",
        State::No => "fine",
        State::Unknown => "unknown",
    });
    let value = format!("Q1 is {}, Q2 is {}", words[0], words[1]);
    Signal::new(SignalId::Z4, state, value, "both fine", Vec::new())
}
