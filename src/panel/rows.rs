//! Person-weeks → rows of numbers that the statistics take: how much was spent by then,
//! and how many of the lines written in it lasted.

use std::collections::{BTreeMap, BTreeSet};

use super::{AGES_DAYS, Lines, Panel, PersonWeek};
use crate::identity::IdentityId;
use crate::units::{IsoWeek, len_to_u64};

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
    /// In the four weeks before, without this one.
    pub previous_4_weeks: Option<f64>,
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
    /// Days of the week with commits of any kind or usage.
    pub active_days: u32,
    /// Lines of the week that landed.
    pub landed_lines: u64,
    /// Those that stood at each of [`AGES_DAYS`]; `None` where the week is not mature.
    pub durable_lines: [Option<u64>; AGES_DAYS.len()],
    /// The same without bulk events.
    pub durable_lines_without_bulk: [Option<u64>; AGES_DAYS.len()],
    /// The same without bulk events and the largest landings.
    pub durable_lines_without_largest: [Option<u64>; AGES_DAYS.len()],
}

/// All rows, and the weeks that are none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// By person, then by week.
    pub rows: Vec<Row>,
    /// Weeks left out because the person was away: neither commits nor usage.
    pub absent_weeks: u64,
    /// Weeks left out because the exports of some tool that the person uses do not reach
    /// them: what was spent in them is not known.
    pub untold_weeks: u64,
}

impl Panel {
    /// The rows of people with usage in the weeks that exports cover and that have any
    /// trace of them. A week without any is an absence and no row of zeros: who is away
    /// neither spends nor writes, and holidays alone would tie the two.
    pub fn rows(&self) -> Rows {
        let users: BTreeSet<IdentityId> = self.users().collect();
        let mut traces: BTreeMap<IdentityId, BTreeSet<IsoWeek>> = BTreeMap::new();
        let spending = self.weeks.iter().filter(|(_, cell)| cell.spend != 0);
        let active = self.active.keys().chain(spending.map(|(key, _)| key));
        for (person, week) in active.filter(|(person, _)| users.contains(person)) {
            traces.entry(*person).or_default().insert(*week);
        }
        let mut found = Rows::default();
        for (person, traces) in traces {
            let (Some(first), Some(last)) = (traces.first(), traces.last()) else {
                continue;
            };
            let covered = self.coverage.weeks().range(first..=last);
            let (told, untold): (Vec<&IsoWeek>, Vec<&IsoWeek>) =
                covered.partition(|week| self.coverage.tells(person, **week));
            let (there, absent): (Vec<&IsoWeek>, Vec<&IsoWeek>) =
                told.into_iter().partition(|week| traces.contains(week));
            found.absent_weeks += len_to_u64(absent.len());
            found.untold_weeks +=
                len_to_u64(untold.iter().filter(|week| traces.contains(week)).count());
            found.rows.extend(there.into_iter().map(|week| self.row(person, *week)));
        }
        found
    }

    fn row(&self, person: IdentityId, week: IsoWeek) -> Row {
        let cell = self.weeks.get(&(person, week)).copied().unwrap_or_default();
        let all = |age: usize| self.durable(&cell, age, week);
        let without = |left_out: Lines| {
            std::array::from_fn(|age: usize| {
                let durable = self.durable(&cell, age, week)?;
                Some(durable - left_out.standing[age])
            })
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
                previous_4_weeks: spend(-4, -1),
                next_4_weeks: spend(1, 4),
            },
            active_days: self
                .active
                .get(&(person, week))
                .map_or(0, |days| days.count_ones()),
            landed_lines: cell.lines.landed,
            durable_lines: std::array::from_fn(all),
            durable_lines_without_bulk: without(cell.bulk),
            durable_lines_without_largest: without(cell.largest),
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
            if !self.coverage.tells(person, week) {
                return None;
            }
            sum += self.weeks.get(&(person, week)).map_or(0, |cell| cell.spend);
        }
        Some(self.measure.to_f64(sum))
    }
}
