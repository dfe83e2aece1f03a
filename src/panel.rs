//! Facts × usage × people → person-weeks. Usage is joined on the work clock: the week
//! a line was written, by its author's date; whether it lasted is read on the landing
//! clock. Mixing the two is the most common silent error in this field.

mod allocation;
mod coverage;
mod destinations;
mod largest;
mod measure;
#[cfg(test)]
pub(crate) mod made_up;
#[cfg(test)]
mod permutations;
mod rows;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use crate::cohorts::{self, CommitRef, Scope};
use crate::facts::{Facts, LifetimeFacts};
use crate::file_class::{self, FileClass};
use crate::history::CommitIdx;
use crate::identity::{IdentityId, Match};
use crate::syntax::LineKind;
use crate::units::{IsoWeek, SECONDS_PER_DAY, Timestamp, UtcDay, len_to_u32, len_to_u64};
use crate::untrusted::Untrusted;
use crate::usage::UsageRecord;
use crate::usage::record::Period;
use allocation::PlacedLines;
use largest::largest_landings;

pub use allocation::{Allocated, Allocation, CodePlace};
pub use coverage::Coverage;
pub use destinations::{Destination, Placed};
pub use measure::{Measure, Spend, choose_measure};
pub use rows::{Exposure, Row, Rows};
pub use rules::{RULES, Rule, RuleShares};

/// How long after its week work may still land and count for it, in days.
pub const LANDING_DAYS: u32 = 28;

/// The ages at which it is asked whether lines still stand, in days.
pub const AGES_DAYS: [u32; 4] = [7, 14, 30, 90];

/// Lines that landed, and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lines {
    /// Countable lines of code that landed.
    pub landed: u64,
    /// Those of them known to stand at each of [`AGES_DAYS`].
    pub standing: [u64; AGES_DAYS.len()],
    /// Those of which that cannot be known yet.
    pub undecided: [u64; AGES_DAYS.len()],
}

impl Lines {
    fn add(&mut self, other: &Self) {
        self.landed += other.landed;
        for age in 0..AGES_DAYS.len() {
            self.standing[age] += other.standing[age];
            self.undecided[age] += other.undecided[age];
        }
    }
}

/// One person's week.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PersonWeek {
    /// What was spent in it, exact.
    pub spend: i128,
    /// Lines written in it.
    pub lines: Lines,
    /// Those of them that landed in bulk events.
    pub bulk: Lines,
    /// Those of them that landed in bulk events or in the largest landings.
    pub largest: Lines,
}

/// What a person spent from one day to another, both in one week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spent {
    /// Who.
    pub person: IdentityId,
    /// The first day.
    pub first: UtcDay,
    /// The last day.
    pub last: UtcDay,
    /// The number of the tool in [`Panel::names`]; `None` when the export does not say.
    pub tool: Option<u32>,
    /// The number of the model, likewise.
    pub model: Option<u32>,
    /// How much, exact.
    pub amount: i128,
}

/// The time that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The earliest moment, if one was asked for.
    pub since: Option<Timestamp>,
    /// The end of observation: of several repositories the earliest, since beyond it
    /// nobody knows what became of lines there.
    pub as_of: Timestamp,
}

impl Window {
    fn holds(&self, week: IsoWeek) -> bool {
        let first = self.since.map(|since| since.day().week());
        first.is_none_or(|first| week >= first) && week <= self.as_of.day().week()
    }
}

/// The panel of person-weeks.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// What spend is measured in.
    pub measure: Measure,
    /// The place among [`AGES_DAYS`] of the age at which a line counts as durable.
    pub age: usize,
    /// The time that is looked at.
    pub window: Window,
    /// The person-weeks inside the time that the exports cover.
    pub weeks: BTreeMap<(IdentityId, IsoWeek), PersonWeek>,
    /// The lines of people by the day they were written on, whether or not exports cover it.
    pub days: BTreeMap<(IdentityId, UtcDay), Lines>,
    /// What people spent, by days.
    pub spent: Vec<Spent>,
    /// Names of tools and models.
    pub names: Vec<Untrusted>,
    /// Places in the code.
    pub places: Vec<CodePlace>,
    /// Lines of people by week and the number of the place.
    placed_lines: BTreeMap<(IdentityId, IsoWeek, u32), PlacedLines>,
    /// The days of weeks on which people wrote commits of any kind, or used AI: a bit a day.
    active: BTreeMap<(IdentityId, IsoWeek), u8>,
    /// The weeks of which exports tell the spend, and of whom. In the others nothing is
    /// known of it, which is not the same as nothing.
    pub coverage: Coverage,
    /// What each account spent in each week, matched or not, services left out.
    pub by_week: BTreeMap<IsoWeek, BTreeMap<Vec<u8>, i128>>,
    /// Where spend went.
    pub destinations: BTreeMap<Destination, Placed>,
    /// Spend of nobody in mature weeks.
    pub nobody_mature: i128,
    /// Records that do not say how much they are in this measure.
    pub unmeasured_records: u64,
    /// Records before or after the time that was asked about.
    pub outside_records: u64,
    /// Lines whose author has usage, and all lines written in covered weeks.
    pub lines_with_usage: (u64, u64),
    /// Lines left out because their dates cannot both be right: of whom, of which week and
    /// which repository.
    pub suspect_lines: BTreeMap<(Option<IdentityId>, IsoWeek, usize), u64>,
    /// Lines of code of people in covered weeks: those of squashes whose own commits could
    /// not be read, and all of them.
    pub squashed_lines: (u64, u64),
    /// How many repositories are looked at.
    pub n_repositories: usize,
    /// People and weeks in which lines were written that landed, covered or not, and the
    /// numbers of the repositories that they landed in.
    pub landed: BTreeMap<(IdentityId, IsoWeek), BTreeSet<usize>>,
}

/// A record that the measure can tell: its amount and its week.
struct Measured<'u> {
    spend: Spend<'u>,
    amount: i128,
    week: Option<IsoWeek>,
}

/// The ages that may be asked for, the preferred first: the later ones are for histories
/// too short to have followed any week for longer.
const DURABLE_AGES: [usize; 3] = [2, 1, 0];

/// Builds the panel; `None` without spend that can be measured and dated.
pub fn build(
    scope: &Scope<'_>,
    spend: &[Spend<'_>],
    measure: Measure,
    window: Window,
) -> Option<Panel> {
    let measured: Vec<Measured<'_>> = spend
        .iter()
        .filter_map(|&spend| {
            let amount = measure.of(&spend.kept)?;
            Some(Measured { spend, amount, week: week_of(spend.kept.record) })
        })
        .collect();
    let coverage = spend
        .iter()
        .fold(Coverage::of(&measured, |week| window.holds(week)), |coverage, spend| {
            coverage.without(spend, measure.of(&spend.kept))
        });
    if coverage.weeks().is_empty() {
        return None;
    }
    let mut panel = Panel {
        measure,
        age: DURABLE_AGES[0],
        window,
        weeks: BTreeMap::new(),
        days: BTreeMap::new(),
        spent: Vec::new(),
        names: Vec::new(),
        places: Vec::new(),
        placed_lines: BTreeMap::new(),
        active: BTreeMap::new(),
        coverage,
        by_week: BTreeMap::new(),
        destinations: BTreeMap::new(),
        nobody_mature: 0,
        unmeasured_records: len_to_u64(spend.len() - measured.len()),
        outside_records: 0,
        lines_with_usage: (0, 0),
        suspect_lines: BTreeMap::new(),
        squashed_lines: (0, 0),
        n_repositories: scope.repositories.len(),
        landed: BTreeMap::new(),
    };
    panel.add_activity(scope);
    panel.add_lines(scope);
    panel.add_spend(&measured);
    let followed =
        DURABLE_AGES.into_iter().find(|&age| panel.mature_at(age).next().is_some());
    panel.age = followed.unwrap_or(DURABLE_AGES[0]);
    panel.add_spend_of_nobody(&measured);
    panel.place_spend(&measured);
    Some(panel)
}

/// The week of a record that does not last longer than one.
fn week_of(record: &UsageRecord) -> Option<IsoWeek> {
    let (first, last) = weeks_of(record.period?);
    (first == last).then_some(first)
}

/// The first and last week of a time.
fn weeks_of(period: Period) -> (IsoWeek, IsoWeek) {
    (period.start.day().week(), Timestamp(period.end.0 - 1).day().week())
}

/// The first and last day of a record.
fn days_of(record: &UsageRecord) -> Option<(UtcDay, UtcDay)> {
    let period = record.period?;
    Some((period.start.day(), Timestamp(period.end.0 - 1).day()))
}

/// The last week that ended at least `days` before `as_of`.
fn last_week_before(as_of: Timestamp, days: u32) -> IsoWeek {
    let latest_end = Timestamp(as_of.0 - i64::from(days) * SECONDS_PER_DAY);
    IsoWeek(latest_end.day().week().0 - 1)
}

impl Panel {
    /// The age at which a line counts as durable, in days.
    pub fn durable_days(&self) -> u32 {
        AGES_DAYS[self.age]
    }

    /// Whether the day on which most lines were written is not known, since they were
    /// squashed and what was squashed cannot be read: a rule of structure, never of result.
    pub fn is_squash_clock(&self) -> bool {
        let (squashed, all) = self.squashed_lines;
        squashed * 2 > all
    }

    /// The last week whose work had time to land and to reach an age.
    pub fn last_mature(&self, age: usize) -> IsoWeek {
        last_week_before(self.window.as_of, AGES_DAYS[age] + LANDING_DAYS)
    }

    fn add_activity(&mut self, scope: &Scope<'_>) {
        for (repository, facts) in scope.repositories.iter().enumerate() {
            for (at, commit) in (0..).zip(&facts.commits) {
                let at = CommitRef { repository, commit: CommitIdx(at) };
                let (Some(person), Some(time)) = (scope.person(at), commit.author_time)
                else {
                    continue;
                };
                self.add_active(person, time.day());
            }
        }
    }

    fn add_active(&mut self, person: IdentityId, day: UtcDay) {
        let week = day.week();
        let weekday = day.0.saturating_sub(week.monday().0);
        *self.active.entry((person, week)).or_default() |= 1 << weekday.clamp(0, 6);
    }

    fn add_lines(&mut self, scope: &Scope<'_>) {
        let mut places: BTreeMap<CodePlace, u32> = BTreeMap::new();
        let largest = largest_landings(scope);
        for (repository, lifetime) in scope.lifetimes() {
            if !lifetime.is_countable() || lifetime.birth_unknown {
                continue;
            }
            let facts = &scope.repositories[repository];
            let origin = &facts.commits[lifetime.origin.at()];
            let (Some(written), Some(landed)) =
                (origin.author_time, cohorts::landing_time(facts, lifetime))
            else {
                continue;
            };
            let (day, week) = (written.day(), written.day().week());
            let at = CommitRef { repository, commit: lifetime.origin };
            let person = scope.person(at);
            if is_suspect(written, landed) {
                let of = (person, week, repository);
                *self.suspect_lines.entry(of).or_default() += lifetime.lines;
                continue;
            }
            if landed > self.window.as_of {
                // Of other repositories nobody knows what landed by then.
                continue;
            }
            if let Some(person) = person {
                self.landed.entry((person, week)).or_default().insert(repository);
            }
            // Any line that counts ties spend; only code can be durable code.
            let is_code = is_panel_line(lifetime);
            let lines =
                if is_code { lines_of(facts, lifetime) } else { Lines::default() };
            if let Some(person) = person {
                let path = facts.paths[lifetime.path as usize].bytes();
                let area = Untrusted::from(file_class::area_of(path));
                let next = len_to_u32(places.len());
                let place = CodePlace { repository, area, class: lifetime.class };
                let place = *places.entry(place).or_insert(next);
                let placed = self.placed_lines.entry((person, week, place)).or_default();
                placed.landed += lifetime.lines;
                placed.code.add(&lines);
            }
            if !is_code {
                continue;
            }
            let is_covered = match person {
                Some(person) => self.coverage.tells(person, week),
                None => self.coverage.weeks().contains(&week),
            };
            self.lines_with_usage.1 += if is_covered { lifetime.lines } else { 0 };
            let Some(person) = person else { continue };
            self.days.entry((person, day)).or_default().add(&lines);
            if is_covered {
                let is_squash = origin.is_squash;
                self.squashed_lines.0 += if is_squash { lifetime.lines } else { 0 };
                self.squashed_lines.1 += lifetime.lines;
                let cell = self.weeks.entry((person, week)).or_default();
                cell.lines.add(&lines);
                let is_bulk = scope.is_bulk(repository, lifetime);
                if is_bulk {
                    cell.bulk.add(&lines);
                }
                if is_bulk || largest.contains(&(repository, lifetime.landing)) {
                    cell.largest.add(&lines);
                }
            }
        }
        let mut places: Vec<(CodePlace, u32)> = places.into_iter().collect();
        places.sort_unstable_by_key(|(_, number)| *number);
        self.places = places.into_iter().map(|(place, _)| place).collect();
    }

    fn add_spend(&mut self, measured: &[Measured<'_>]) {
        let mut spent: BTreeMap<Spent, i128> = BTreeMap::new();
        let mut names: BTreeMap<Untrusted, u32> = BTreeMap::new();
        for one in measured {
            let Some(week) = one.week.filter(|week| self.window.holds(*week)) else {
                continue;
            };
            let Match::Person(person, _) = one.spend.owner else { continue };
            self.weeks.entry((person, week)).or_default().spend += one.amount;
            let record = one.spend.kept.record;
            let mut number = |name: &Option<Untrusted>| {
                let next = len_to_u32(names.len());
                let name = name.as_ref()?;
                Some(*names.entry(name.clone()).or_insert(next))
            };
            let facets = &record.facets;
            let (tool, model) = (number(&facets.tool), number(&facets.model));
            if let Some((first, last)) = days_of(record) {
                if first == last && one.amount != 0 {
                    self.add_active(person, first);
                }
                let of_days = Spent { person, first, last, tool, model, amount: 0 };
                *spent.entry(of_days).or_default() += one.amount;
            }
        }
        let mut names: Vec<(Untrusted, u32)> = names.into_iter().collect();
        names.sort_unstable_by_key(|(_, number)| *number);
        self.names = names.into_iter().map(|(name, _)| name).collect();
        self.spent =
            spent.into_iter().map(|(days, amount)| Spent { amount, ..days }).collect();
        let users: BTreeSet<IdentityId> = self.users().collect();
        let lines = self.weeks.iter().filter(|((person, _), _)| users.contains(person));
        self.lines_with_usage.0 = lines.map(|(_, cell)| cell.lines.landed).sum();
    }

    fn add_spend_of_nobody(&mut self, measured: &[Measured<'_>]) {
        let last = self.last_mature(self.age);
        for one in measured {
            let is_nobodys =
                matches!(one.spend.owner, Match::Ambiguous | Match::Unmatched);
            let holds = |week: IsoWeek| self.window.holds(week) && week <= last;
            if is_nobodys && one.week.is_some_and(holds) {
                self.nobody_mature += one.amount;
            }
        }
    }

    /// All spend that the measure can tell, exact.
    pub fn counted(&self) -> i128 {
        self.destinations.values().map(|placed| placed.amount).sum()
    }

    /// What went to one place, exact.
    pub fn amount(&self, place: Destination) -> i128 {
        self.destinations.get(&place).map_or(0, |placed| placed.amount)
    }

    /// The people with usage of their own, each once.
    pub fn users(&self) -> impl Iterator<Item = IdentityId> {
        let users: BTreeSet<IdentityId> = self
            .weeks
            .iter()
            .filter(|(_, cell)| cell.spend != 0)
            .map(|((person, _), _)| *person)
            .collect();
        users.into_iter()
    }

    /// The first and the last week that exports cover and whose lines are known to have
    /// lasted or not: what any figure of durable lines is of.
    pub fn mature_period(&self) -> Option<(IsoWeek, IsoWeek)> {
        let mut mature = self.coverage.weeks().range(..=self.last_mature(self.age));
        let first = *mature.next()?;
        Some((first, mature.next_back().copied().unwrap_or(first)))
    }

    /// Whether somebody used AI in a week or the one before: the spend that lines of the
    /// week are held against.
    pub fn spent_by(&self, person: IdentityId, week: IsoWeek) -> bool {
        [week, IsoWeek(week.0.saturating_sub(1))].into_iter().any(|week| {
            self.weeks.get(&(person, week)).is_some_and(|cell| cell.spend != 0)
        })
    }

    /// Code of people that landed, by whom it is, of which week and which repository.
    pub fn code_lines(
        &self,
    ) -> impl Iterator<Item = (IdentityId, IsoWeek, usize, u64)> + '_ {
        self.placed_lines.iter().map(|((person, week, place), lines)| {
            let repository = self.places[*place as usize].repository;
            (*person, *week, repository, lines.code.landed)
        })
    }

    /// The mature person-weeks of people with usage: of each line of them it is known
    /// whether it lasted.
    pub fn mature(&self) -> impl Iterator<Item = (IdentityId, IsoWeek, PersonWeek)> {
        self.mature_at(self.age)
    }

    fn mature_at(
        &self,
        age: usize,
    ) -> impl Iterator<Item = (IdentityId, IsoWeek, PersonWeek)> {
        let users: BTreeSet<IdentityId> = self.users().collect();
        let last = self.last_mature(age);
        self.weeks
            .iter()
            .filter(move |((person, week), cell)| {
                *week <= last
                    && cell.lines.undecided[age] == 0
                    && users.contains(person)
                    && self.coverage.tells(*person, *week)
            })
            .map(|((person, week), cell)| (*person, *week, *cell))
    }

    /// The spend whose account is a person of these repositories, exact.
    pub fn matched(&self) -> i128 {
        use Destination::{Tied, TooRecent, Undated, Untied};
        let places = [Tied, Untied, TooRecent, Undated];
        places.into_iter().map(|one| self.amount(one)).sum()
    }

    /// The share of spend whose account is a person of these repositories.
    pub fn spend_coverage(&self) -> Option<f64> {
        share(self.measure.to_f64(self.matched()), self.measure.to_f64(self.counted()))
    }
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

/// Lines that share a life, as a cell has them.
fn lines_of(facts: &Facts, lifetime: &LifetimeFacts) -> Lines {
    let mut lines = Lines { landed: lifetime.lines, ..Lines::default() };
    for (age, days) in AGES_DAYS.into_iter().enumerate() {
        match cohorts::stands_at(facts, lifetime, days) {
            Some(true) => lines.standing[age] = lifetime.lines,
            Some(false) => {}
            None => lines.undecided[age] = lifetime.lines,
        }
    }
    lines
}

/// Lines of code: of product and test files, and, where the kind was told, neither
/// comment nor documentation nor data. Of files that were not parsed it was not told.
fn is_panel_line(lifetime: &LifetimeFacts) -> bool {
    let is_code_file = matches!(lifetime.class, FileClass::Product | FileClass::Test);
    is_code_file
        && matches!(lifetime.kind, LineKind::Code | LineKind::Import | LineKind::Text)
}

/// Whether a line was written more than a day after it landed, or more than a year
/// before: its dates are those of a broken clock or of an import.
fn is_suspect(written: Timestamp, landed: Timestamp) -> bool {
    const YEAR_DAYS: i64 = 365;
    written.0 > landed.0 + SECONDS_PER_DAY
        || written.0 < landed.0 - YEAR_DAYS * SECONDS_PER_DAY
}
