//! Person-weeks → rows of numbers that the statistics take: how much was spent by then,
//! and how many of the lines written in it lasted.

use std::collections::{BTreeMap, BTreeSet};

use super::{AGES_DAYS, Panel, PersonWeek};
use crate::identity::IdentityId;
use crate::units::{IsoWeek, count_to_f64, len_to_u64};

/// Spend around a week. `None` where exports do not cover all of that time: what is not
/// known is not zero.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Exposure {
    /// In the week and the one before: two weeks, so that work which is committed later
    /// than it was begun, and days of another time zone, are with it.
    pub trailing_2_weeks: Option<f64>,
    /// In the week alone.
    pub this_week: Option<f64>,
    /// In the week before alone.
    pub last_week: Option<f64>,
    /// In the week and the three before.
    pub trailing_4_weeks: Option<f64>,
    /// In the four weeks after: what cannot have written these lines.
    pub next_4_weeks: Option<f64>,
}

/// One person in one week in which they were there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Who.
    pub person: IdentityId,
    /// When the lines were written.
    pub week: IsoWeek,
    /// What was spent.
    pub exposure: Exposure,
    /// Lines of the week that landed.
    pub landed_lines: f64,
    /// Those that stood at each of [`AGES_DAYS`]; `None` where the week is not mature.
    pub durable_lines: [Option<f64>; AGES_DAYS.len()],
    /// The same without bulk events.
    pub durable_lines_without_bulk: [Option<f64>; AGES_DAYS.len()],
}

/// All rows, and the weeks that are none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// By person, then by week.
    pub rows: Vec<Row>,
    /// Weeks left out because the person was away: neither commits nor usage for two
    /// weeks or longer.
    pub absent_weeks: u64,
}

/// So many weeks without any trace are an absence.
const ABSENCE_WEEKS: usize = 2;

impl Panel {
    /// The rows of people with usage in the weeks that exports cover. A week without
    /// spend or lines is one with zeros while its person is there, from their first trace
    /// to their last.
    pub fn rows(&self) -> Rows {
        let users: BTreeSet<IdentityId> = self.users().collect();
        let mut traces: BTreeMap<IdentityId, BTreeSet<IsoWeek>> = BTreeMap::new();
        let spending = self.weeks.iter().filter(|(_, cell)| cell.spend != 0);
        let active = self.active.iter().chain(spending.map(|(key, _)| key));
        for (person, week) in active.filter(|(person, _)| users.contains(person)) {
            traces.entry(*person).or_default().insert(*week);
        }
        let mut found = Rows::default();
        for (person, traces) in traces {
            let (there, absent) = weeks_there(&traces);
            let is_covered = |week: &&IsoWeek| self.covered.contains(week);
            found.absent_weeks += len_to_u64(absent.iter().filter(is_covered).count());
            let there = there.iter().filter(is_covered);
            found.rows.extend(there.map(|week| self.row(person, *week)));
        }
        found
    }

    fn row(&self, person: IdentityId, week: IsoWeek) -> Row {
        let cell = self.weeks.get(&(person, week)).copied().unwrap_or_default();
        let all = |age: usize| self.durable(&cell, age, week).map(count_to_f64);
        let ordinary = |age: usize| {
            let durable = self.durable(&cell, age, week)?;
            Some(count_to_f64(durable - cell.bulk.standing[age]))
        };
        let spend = |from: i32, to: i32| self.spend_between(person, week, (from, to));
        Row {
            person,
            week,
            exposure: Exposure {
                trailing_2_weeks: spend(-1, 0),
                this_week: spend(0, 0),
                last_week: spend(-1, -1),
                trailing_4_weeks: spend(-3, 0),
                next_4_weeks: spend(1, 4),
            },
            landed_lines: count_to_f64(cell.lines.landed),
            durable_lines: std::array::from_fn(all),
            durable_lines_without_bulk: std::array::from_fn(ordinary),
        }
    }

    /// Lines that stood at an age, of a week of which all is known.
    fn durable(&self, cell: &PersonWeek, age: usize, week: IsoWeek) -> Option<u64> {
        let is_mature = week <= self.last_mature(age) && cell.lines.undecided[age] == 0;
        is_mature.then_some(cell.lines.standing[age])
    }

    /// Spend of a person from one week to another, counted from `week`.
    fn spend_between(
        &self,
        person: IdentityId,
        week: IsoWeek,
        (from, to): (i32, i32),
    ) -> Option<f64> {
        let mut sum = 0;
        for offset in from..=to {
            let week = IsoWeek(week.0.checked_add(offset)?);
            if !self.covered.contains(&week) {
                return None;
            }
            sum += self.weeks.get(&(person, week)).map_or(0, |cell| cell.spend);
        }
        Some(self.measure.to_f64(sum))
    }
}

/// The weeks from the first trace to the last, and which of them are absences.
fn weeks_there(traces: &BTreeSet<IsoWeek>) -> (Vec<IsoWeek>, Vec<IsoWeek>) {
    let (mut there, mut absent) = (Vec::new(), Vec::new());
    let mut last: Option<IsoWeek> = None;
    for &week in traces {
        if let Some(last) = last {
            let between: Vec<IsoWeek> = (last.0 + 1..week.0).map(IsoWeek).collect();
            let is_absence = between.len() >= ABSENCE_WEEKS;
            if is_absence { &mut absent } else { &mut there }.extend(between);
        }
        there.push(week);
        last = Some(week);
    }
    (there, absent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_week_without_a_trace_is_a_zero_and_two_are_an_absence() {
        let traces = [1, 3, 4, 7].map(IsoWeek).into_iter().collect();
        let (there, absent) = weeks_there(&traces);
        assert_eq!(there, [1, 2, 3, 4, 7].map(IsoWeek));
        assert_eq!(absent, [5, 6].map(IsoWeek));
    }
}
