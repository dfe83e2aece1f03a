//! Spend → the places in the code that it may have gone to. Exports know people and days,
//! not repositories: a person's spend is divided over what they wrote in its week and the
//! next, in proportion to the lines that landed. What cannot be divided so stays a figure
//! of its own; it is never spread over the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::{Lines, Panel, Spent};
use crate::file_class::FileClass;
use crate::identity::IdentityId;
use crate::units::{IsoWeek, count_to_f64};
use crate::untrusted::Untrusted;

/// A place in the code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CodePlace {
    /// The number of the repository.
    pub repository: usize,
    /// The top-level directory, or `.`.
    pub area: Untrusted,
    /// What the files are for: the kind of work.
    pub class: FileClass,
}

/// Lines of one place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct PlacedLines {
    /// Countable lines of any kind that landed.
    pub(super) landed: u64,
    /// The code among them.
    pub(super) code: Lines,
}

/// What went to one group of places.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Allocated {
    /// How much, in units of the measure.
    pub amount: f64,
    /// Countable lines that landed there in the weeks looked at.
    pub landed_lines: f64,
    /// Lines of code among them.
    pub code_lines: f64,
    /// Those of the code of which it is not known yet whether they last.
    pub undecided_lines: f64,
    /// Those known to have lasted.
    pub standing_lines: f64,
    /// Who spent and wrote.
    pub people: BTreeSet<IdentityId>,
    /// In which person-weeks.
    pub person_weeks: BTreeSet<(IdentityId, IsoWeek)>,
}

impl Allocated {
    /// Lines of code that lasted, those that cannot be judged yet taken to last as often as
    /// the others; `None` when none can be judged.
    pub fn durable_lines(&self) -> Option<f64> {
        let decided = self.code_lines - self.undecided_lines;
        if self.code_lines <= 0.0 {
            return Some(0.0);
        }
        (decided > 0.0).then(|| self.standing_lines / decided * self.code_lines)
    }

    /// Adds another group; weeks and people that are in both count once.
    pub fn add(&mut self, other: &Self) {
        self.amount += other.amount;
        self.landed_lines += other.landed_lines;
        self.code_lines += other.code_lines;
        self.undecided_lines += other.undecided_lines;
        self.standing_lines += other.standing_lines;
        self.people.extend(&other.people);
        self.person_weeks.extend(&other.person_weeks);
    }
}

/// Spend divided over groups of places.
#[derive(Debug, Clone, PartialEq)]
pub struct Allocation<K> {
    /// What went to each.
    pub groups: BTreeMap<K, Allocated>,
    /// Spend of people who landed no lines in its week and the next.
    pub unallocated: Allocated,
}

impl Panel {
    /// Divides the spend of people in some weeks. `key` names the group of a place and a
    /// record's tool and model.
    pub fn allocate<K: Ord>(
        &self,
        weeks: &RangeInclusive<IsoWeek>,
        key: impl Fn(&CodePlace, &Spent) -> K,
    ) -> Allocation<K> {
        self.allocate_if(weeks, |_| true, key)
    }

    /// The same of spend that is held against lines: that of weeks whose lines count, since
    /// the whole spend is known.
    pub fn allocate_told<K: Ord>(
        &self,
        weeks: &RangeInclusive<IsoWeek>,
        key: impl Fn(&CodePlace, &Spent) -> K,
    ) -> Allocation<K> {
        let is_told = |one: &Spent| self.coverage.tells(one.person, one.first.week());
        self.allocate_if(weeks, is_told, key)
    }

    fn allocate_if<K: Ord>(
        &self,
        weeks: &RangeInclusive<IsoWeek>,
        wanted: impl Fn(&Spent) -> bool,
        key: impl Fn(&CodePlace, &Spent) -> K,
    ) -> Allocation<K> {
        let mut all =
            Allocation { groups: BTreeMap::new(), unallocated: Allocated::default() };
        let spent = self.spent.iter().filter(|one| weeks.contains(&one.first.week()));
        for one in spent.filter(|one| wanted(one)) {
            let (person, week) = (one.person, one.first.week());
            let lines = self.lines_by_place(person, week);
            let landed: u64 = lines.values().map(|lines| lines.landed).sum();
            let amount = self.measure.to_f64(one.amount);
            if landed == 0 {
                all.unallocated.amount += amount;
                all.unallocated.people.insert(person);
                all.unallocated.person_weeks.insert((person, week));
                continue;
            }
            for (place, lines) in lines {
                let key = key(&self.places[place as usize], one);
                let group = all.groups.entry(key).or_default();
                group.amount +=
                    amount * count_to_f64(lines.landed) / count_to_f64(landed);
                group.people.insert(person);
                group.person_weeks.insert((person, week));
            }
        }
        all
    }

    /// The lines of some weeks by group of places, of people who used AI in the week that
    /// they were written in or in the one before.
    pub fn add_lines_to<K: Ord>(
        &self,
        weeks: &RangeInclusive<IsoWeek>,
        groups: &mut BTreeMap<K, Allocated>,
        key: impl Fn(&CodePlace) -> K,
    ) {
        for ((person, week, place), lines) in &self.placed_lines {
            let is_covered = weeks.contains(week) && self.coverage.tells(*person, *week);
            if !is_covered || !self.spent_by(*person, *week) {
                continue;
            }
            let group = groups.entry(key(&self.places[*place as usize])).or_default();
            group.landed_lines += count_to_f64(lines.landed);
            group.code_lines += count_to_f64(lines.code.landed);
            group.undecided_lines += count_to_f64(lines.code.undecided[self.age]);
            group.standing_lines += count_to_f64(lines.code.standing[self.age]);
            group.people.insert(*person);
        }
    }

    /// The lines of a person in a week and the next, by place.
    fn lines_by_place(
        &self,
        person: IdentityId,
        week: IsoWeek,
    ) -> BTreeMap<u32, PlacedLines> {
        let mut sums: BTreeMap<u32, PlacedLines> = BTreeMap::new();
        let next = IsoWeek(week.0.saturating_add(1));
        let range = (person, week, 0)..=(person, next, u32::MAX);
        for ((_, _, place), lines) in self.placed_lines.range(range) {
            let sum = sums.entry(*place).or_default();
            sum.landed += lines.landed;
            sum.code.add(&lines.code);
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(code: f64, undecided: f64, standing: f64) -> Allocated {
        Allocated {
            code_lines: code,
            undecided_lines: undecided,
            standing_lines: standing,
            ..Allocated::default()
        }
    }

    #[test]
    fn lines_that_cannot_be_judged_yet_are_not_taken_for_gone() {
        assert_eq!(group(100.0, 0.0, 60.0).durable_lines(), Some(60.0));
        assert_eq!(group(100.0, 20.0, 60.0).durable_lines(), Some(75.0));
        assert_eq!(group(100.0, 100.0, 0.0).durable_lines(), None);
        assert_eq!(group(0.0, 0.0, 0.0).durable_lines(), Some(0.0));
    }

    #[test]
    fn a_week_in_two_groups_counts_once_when_they_are_put_together() {
        let week = (IdentityId(1), IsoWeek(2_900));
        let one =
            Allocated { person_weeks: BTreeSet::from([week]), ..Allocated::default() };
        let mut both = one.clone();
        both.add(&one);
        assert_eq!(both.person_weeks.len(), 1);
    }

    #[test]
    fn lines_count_in_weeks_of_use_and_the_week_after_only() {
        let mut panel = crate::panel::made_up::panel(1, 4, 1);
        let weeks: Vec<IsoWeek> = panel.coverage.weeks().iter().copied().collect();
        let lines = Lines { landed: 10, ..Lines::default() };
        for (at, week) in weeks.iter().enumerate() {
            let cell = panel.weeks.get_mut(&(IdentityId(0), *week)).unwrap();
            cell.spend = i128::from(at == 0);
        }
        let places = panel.placed_lines.values_mut();
        places.for_each(|one| *one = PlacedLines { landed: 10, code: lines });
        let mut groups: BTreeMap<(), Allocated> = BTreeMap::new();
        panel.add_lines_to(&(weeks[0]..=weeks[3]), &mut groups, |_| ());
        assert!((groups[&()].landed_lines - 20.0).abs() < 1e-9);
    }
}
