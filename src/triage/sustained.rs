//! Z: signs of lasting care. More than one of them, and nothing is flagged.

use std::collections::BTreeSet;

use super::Thresholds;
use super::shape::percent;
use super::signal::{Evidence, Signal, SignalId, State};
use super::unit::Unit;
use crate::facts::CommitFacts;
use crate::units::{count_to_f64, len_to_u64};

/// Z3: merges and squashed pull requests. Who only looked leaves no mark, so none of them
/// is unknown and not no; and so is a merge that brings nothing but what the one who merges
/// wrote, which may be a pull.
pub(super) fn reviewed(unit: &Unit<'_>, at: &Thresholds) -> Signal {
    let least = at.get("z3_reviewed_share");
    let landings: BTreeSet<u32> = unit.lifetimes.iter().map(|one| one.landing).collect();
    let commit = |landing: u32| &unit.facts.commits[unit.landing(landing).commit.at()];
    let of_others = with_work_of_others(unit);
    let is_merge = |landing: u32| commit(landing).parents.len() > 1;
    let is_pull = |landing: u32| {
        commit(landing).is_squash
            || commit(landing).pull.is_some()
            || is_merge(landing) && of_others.contains(&landing)
    };
    let all: Vec<u32> = landings.iter().copied().filter(|&one| is_pull(one)).collect();
    let open = landings.iter().filter(|&&one| !is_pull(one) && is_merge(one)).count();
    if all.is_empty() {
        return Signal::unknown(SignalId::Z3, "no landing is a merge or a pull request");
    }
    let share =
        |n: usize| count_to_f64(len_to_u64(n)) / count_to_f64(len_to_u64(landings.len()));
    let state = match share(all.len()) >= least {
        true => State::Yes,
        false if share(all.len() + open) >= least => State::Unknown,
        false => State::No,
    };
    let last = all
        .last()
        .map(|&one| Evidence::commit(commit(one).id.to_string(), "the last of them"));
    let value = format!(
        "{} of {} landings are merges or pull requests; {open} more bring only what the one \
         who merged wrote",
        all.len(),
        landings.len()
    );
    let evidence = last.into_iter().collect();
    Signal::new(SignalId::Z3, state, value, percent(least), evidence)
}

/// The landings that brought something by somebody else than who landed it.
fn with_work_of_others(unit: &Unit<'_>) -> BTreeSet<u32> {
    let commits = &unit.facts.commits;
    let is_other = |one: &&CommitFacts| {
        let landed = &commits[unit.landing(one.landing).commit.at()];
        let of = |who: Option<u32>| unit.person_of.get(who? as usize).copied().flatten();
        of(one.author).is_some() && of(one.author) != of(landed.author)
    };
    commits.iter().filter(is_other).map(|one| one.landing).collect()
}

/// Z4, by what is known of Q1 and Q2.
pub(super) fn both_fine(tested: [State; 2]) -> Signal {
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
