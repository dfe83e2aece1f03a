//! How coarsely figures of groups are shown, so that two reports cannot be subtracted.
//!
//! Whoever holds two reports that differ by one person, one week or one repository knows
//! the difference of every figure in them. So figures of groups are multiples of a grain
//! at least as large as what any such difference can be where fewer than five people are
//! behind it: rounding hides as much as they did. It is the rule of tables of business
//! statistics that no contributor's part may be told from a total (rounding to a base no
//! smaller than the largest contributions). Totals of the whole scope are exact: the bill
//! is known anyway.

use std::collections::{BTreeMap, BTreeSet};

use super::small_groups::LEAST_PEOPLE;
use crate::identity::IdentityId;
use crate::panel::Panel;
use crate::units::IsoWeek;

/// What figures are multiples of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grain {
    /// Figures are exact: they are somebody's own.
    Exact,
    /// Figures are multiples of this many units.
    Step(i128),
}

impl Grain {
    /// The grain of a report's amounts.
    pub(super) fn of(panel: &Panel, own: bool) -> Self {
        let moved = moved_by_repository(panel);
        // Of five people or more a difference may tell.
        let few = moved.into_iter().filter(|amounts| amounts.len() < LEAST_PEOPLE);
        let parts = by_week(panel).into_iter().chain(few);
        Self::of_amounts(by_account(panel).into_iter(), parts, own)
    }

    /// The grain of amounts that are divided over places: without one repository some of
    /// each go to others, of whoever worked in both.
    pub(super) fn of_allocations(panel: &Panel, own: bool) -> Self {
        let parts = by_week(panel).into_iter().chain(moved_by_repository(panel));
        Self::of_amounts(by_account(panel).into_iter(), parts, own)
    }

    /// The grain of amounts, of each person one; and of the same amounts as far as they
    /// are of one week or one repository, person by person.
    pub(super) fn of_amounts(
        people: impl Iterator<Item = i128>,
        parts: impl Iterator<Item = Vec<i128>>,
        own: bool,
    ) -> Self {
        let person = people.max().unwrap_or(0);
        let few = parts.map(of_few).max().unwrap_or(0);
        if own { Self::Exact } else { Self::Step(step_at_least(few.max(person))) }
    }

    /// The grain of counts, given what each person has of them in each week and each
    /// repository: no less than what any person has, and any four have of one week or of
    /// one repository.
    pub(super) fn of_counts<P: Ord + Copy>(
        counts: impl Iterator<Item = (P, IsoWeek, usize, u64)>,
        own: bool,
    ) -> Self {
        if own {
            return Self::Exact;
        }
        let mut people: BTreeMap<P, i128> = BTreeMap::new();
        let mut weeks: BTreeMap<IsoWeek, BTreeMap<P, i128>> = BTreeMap::new();
        let mut repositories: BTreeMap<usize, BTreeMap<P, i128>> = BTreeMap::new();
        for (person, week, repository, count) in counts {
            let count = i128::from(count);
            *people.entry(person).or_default() += count;
            *weeks.entry(week).or_default().entry(person).or_default() += count;
            let there = repositories.entry(repository).or_default();
            *there.entry(person).or_default() += count;
        }
        // What five people or more have of a repository may be told. What is all there is
        // goes with the repository, and nothing is left to be subtracted from.
        let is_one = repositories.len() < 2;
        let few = repositories.into_values().filter(|there| there.len() < LEAST_PEOPLE);
        let few = few.filter(|_| !is_one);
        let parts =
            weeks.into_values().chain(few).map(|part| part.into_values().collect());
        Self::of_amounts(people.into_values(), parts, own)
    }

    /// The grain of lines of code that people landed.
    pub(super) fn of_lines(panel: &Panel, own: bool) -> Self {
        Self::of_counts(panel.code_lines(), own)
    }

    /// The grain of numbers of person-weeks. Without a repository go the weeks of those who
    /// landed nothing elsewhere.
    pub(super) fn of_weeks(panel: &Panel, own: bool) -> Self {
        let mut homes: BTreeMap<IdentityId, BTreeSet<usize>> = BTreeMap::new();
        for ((person, _), repositories) in &panel.landed {
            homes.entry(*person).or_default().extend(repositories);
        }
        let home = |person: &IdentityId| {
            let homes = homes.get(person)?;
            homes.first().copied().filter(|_| homes.len() == 1)
        };
        let elsewhere = panel.n_repositories;
        let counts = panel
            .weeks
            .keys()
            .map(|(person, week)| (*person, *week, home(person).unwrap_or(elsewhere), 1));
        Self::of_counts(counts, own)
    }

    /// The nearest multiple; of two as near, the larger.
    pub(super) fn round(self, amount: i128) -> i128 {
        match self {
            Self::Exact => amount,
            Self::Step(step) => (2 * amount + step).div_euclid(2 * step) * step,
        }
    }

    /// The largest multiple that is no larger.
    pub(super) fn floor(self, amount: i128) -> i128 {
        match self {
            Self::Exact => amount,
            Self::Step(step) => amount.div_euclid(step) * step,
        }
    }

    /// The same of a count.
    pub(super) fn round_count(self, count: u64) -> u64 {
        // Counts are never negative, nor larger than twice what they were.
        u64::try_from(self.round(i128::from(count))).unwrap_or(0)
    }

    /// The same of tokens.
    pub(super) fn round_tokens(self, tokens: u128) -> u128 {
        let tokens = i128::try_from(tokens).unwrap_or(i128::MAX / 4);
        self.round(tokens).unsigned_abs()
    }

    /// Whether parts of a whole this large can be told from nothing and from all of it.
    pub(super) fn divides(self, whole: i128) -> bool {
        match self {
            Self::Exact => true,
            Self::Step(step) => whole >= 2 * step,
        }
    }

    /// The step; `None` where figures are exact.
    pub(super) fn step(self) -> Option<i128> {
        match self {
            Self::Exact => None,
            Self::Step(step) => Some(step),
        }
    }
}

/// What each account spent.
fn by_account(panel: &Panel) -> Vec<i128> {
    let mut accounts: BTreeMap<&[u8], i128> = BTreeMap::new();
    for placed in panel.destinations.values() {
        for (account, amount) in &placed.accounts {
            *accounts.entry(account).or_default() += amount.abs();
        }
    }
    accounts.into_values().collect()
}

/// What accounts spent in each week, whether or not they are anybody's here.
fn by_week(panel: &Panel) -> Vec<Vec<i128>> {
    let weeks = panel.by_week.values();
    weeks.map(|accounts| accounts.values().copied().collect()).collect()
}

/// For each repository, what of each person's spend would be told to have gone elsewhere
/// without it: three groups, of weeks tied through it alone, and of people who are in no
/// other, with landed lines and without.
fn moved_by_repository(panel: &Panel) -> Vec<Vec<i128>> {
    if panel.n_repositories < 2 {
        return Vec::new();
    }
    let mut homes: BTreeMap<IdentityId, BTreeSet<usize>> = BTreeMap::new();
    for ((person, _), repositories) in &panel.landed {
        homes.entry(*person).or_default().extend(repositories);
    }
    let mut moved: BTreeMap<(usize, u8), BTreeMap<IdentityId, i128>> = BTreeMap::new();
    for ((person, week), cell) in &panel.weeks {
        let Some(home) = homes.get(person) else { continue };
        let weeks = [*week, IsoWeek(week.0.saturating_add(1))];
        let tied: BTreeSet<usize> = weeks
            .iter()
            .filter_map(|week| panel.landed.get(&(*person, *week)))
            .flatten()
            .copied()
            .collect();
        let group = match (home.len(), tied.len()) {
            (1, 0) => 0,
            (1, _) => 1,
            (_, 1) => 2,
            _ => continue,
        };
        let repository = if group == 2 { tied.first() } else { home.first() };
        let Some(&repository) = repository else { continue };
        let amounts = moved.entry((repository, group)).or_default();
        *amounts.entry(*person).or_default() += cell.spend.abs();
    }
    moved.into_values().map(|amounts| amounts.into_values().collect()).collect()
}

/// The most that fewer than five people have together.
fn of_few(mut amounts: Vec<i128>) -> i128 {
    amounts.sort_unstable_by(|one, two| two.cmp(one));
    amounts.iter().take(LEAST_PEOPLE - 1).sum()
}

/// The least of 1, 2, 5, 10, 20, … that is no less.
fn step_at_least(amount: i128) -> i128 {
    let mut power: i128 = 1;
    loop {
        for digit in [1, 2, 5] {
            if digit * power >= amount {
                return digit * power;
            }
        }
        // Amounts are sums of exports, far from the largest number there is.
        power = power.saturating_mul(10);
    }
}

/// A number rounded to a relative precision: the nearest multiple of the least of …, 0.1,
/// 0.2, 0.5, 1, … that is no less than `value * share`.
pub(super) fn round_by_share(value: f64, share: f64) -> f64 {
    let least = (value * share).abs();
    if least <= 0.0 || !least.is_finite() {
        return value;
    }
    let exponent = least.log10().floor();
    let power = 10_f64.powf(exponent);
    let digit = [1.0, 2.0, 5.0].into_iter().find(|digit| digit * power >= least);
    let digit = digit.unwrap_or(10.0);
    written((value / (digit * power)).round() * digit, exponent)
}

/// The number written with these digits before so many zeros, or behind them: dividing by a
/// whole power gives exactly the number that is written so.
fn written(digits: f64, exponent: f64) -> f64 {
    if exponent < 0.0 {
        digits / 10_f64.powf(-exponent)
    } else {
        digits * 10_f64.powf(exponent)
    }
}

/// The least number of one digit that is no smaller: 0.0131 is 0.02.
pub(super) fn round_up_to_a_digit(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return value;
    }
    let exponent = value.log10().floor();
    // What is a hair above a digit is that digit, as numbers on paper are.
    let digit = (value / 10_f64.powf(exponent) - 1e-9).ceil();
    written(digit, exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_rounded_to_the_nearest_step_and_negative_ones_too() {
        let grain = Grain::Step(20);
        let rounded: Vec<i128> =
            [0, 9, 10, 29, 30, -9, -11].map(|amount| grain.round(amount)).into();
        assert_eq!(rounded, [0, 0, 20, 20, 40, 0, -20]);
        assert_eq!(Grain::Exact.round(29), 29);
    }

    #[test]
    fn steps_are_one_two_and_five() {
        let steps: Vec<i128> = [0, 1, 2, 3, 7, 11, 21, 51, 101].map(step_at_least).into();
        assert_eq!(steps, [1, 1, 2, 5, 10, 20, 50, 100, 200]);
    }

    #[test]
    fn four_of_a_week_weigh_as_much_as_the_largest_four() {
        assert_eq!(of_few(vec![1, 9, 3, 2, 8, 7]), 27);
        assert_eq!(of_few(vec![]), 0);
    }

    #[test]
    fn ratios_are_as_coarse_as_what_they_are_made_of() {
        assert!((round_by_share(3.279, 0.05) - 3.2).abs() < 1e-12);
        assert!((round_by_share(0.0321, 0.2) - 0.03).abs() < 1e-12);
        assert!((round_by_share(412.0, 0.01) - 410.0).abs() < 1e-9);
        assert_eq!(round_by_share(0.0, 0.1).to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn counts_hide_what_four_people_have_of_a_week_or_of_a_repository() {
        let of = |counts: &[(u32, i32, usize, u64)]| {
            let counts = counts.iter();
            let counts =
                counts.map(|&(person, week, place, n)| (person, IsoWeek(week), place, n));
            Grain::of_counts(counts, false)
        };
        let week: Vec<_> = (0..6).map(|person| (person, 7, 0, 10)).collect();
        assert_eq!(of(&week), Grain::Step(50));
        // Four people, a week each, in a repository of their own: all of them go with it.
        let mut places: Vec<_> =
            (0..4).map(|person: u32| (person, person.cast_signed(), 1, 10)).collect();
        places.extend((4..40).map(|person: u32| (person, person.cast_signed(), 0, 1)));
        assert_eq!(of(&places), Grain::Step(50));
        // Of five people it may be told.
        places.push((90, 90, 1, 10));
        assert_eq!(of(&places), Grain::Step(10));
    }

    /// What `of` promises: take any few away, and no shown figure moves by more than a step.
    #[test]
    fn a_figure_moves_by_one_step_at_most_when_a_few_go() {
        let amounts: Vec<i128> = (1..40).map(|at| (at * 7919) % 97 + 1).collect();
        let grain = Grain::Step(step_at_least(of_few(amounts.clone())));
        let Some(step) = grain.step() else { panic!("it has a step") };
        let whole: i128 = amounts.iter().sum();
        for start in 0..amounts.len() - 4 {
            let gone: i128 = amounts[start..start + 4].iter().sum();
            let moved = grain.round(whole) - grain.round(whole - gone);
            assert!((0..=step).contains(&moved), "{moved} of {step}");
        }
    }
}
