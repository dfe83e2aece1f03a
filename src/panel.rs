//! Facts × usage × people → person-weeks. Usage is joined on the work clock: the week
//! a line was written, by its author's date; whether it lasted is read on the landing
//! clock. Mixing the two is the most common silent error in this field.

use std::collections::{BTreeMap, BTreeSet};

use crate::cohorts::{self, CommitRef, Scope};
use crate::identity::{IdentityId, Match};
use crate::syntax::LineKind;
use crate::units::{IsoWeek, SECONDS_PER_DAY, Timestamp, Usd, count_to_f64};
use crate::usage::UsageRecord;

/// How long after its week work may still land and count for it, in days.
pub const LANDING_DAYS: u32 = 28;

/// What spend is measured in, in the order of preference. Kinds are never mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Money on the invoice.
    BilledUsd,
    /// Money at list prices, or the vendor's own estimate of it.
    ListUsd,
    /// Tokens weighted like prices: input 1, cache write 1.25, cache read 0.1,
    /// output 5.
    WeightedTokens,
}

impl Measure {
    /// All measures, the preferred first.
    pub const ALL: [Self; 3] = [Self::BilledUsd, Self::ListUsd, Self::WeightedTokens];

    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BilledUsd => "billed_usd",
            Self::ListUsd => "list_usd",
            Self::WeightedTokens => "weighted_tokens",
        }
    }

    /// The amount of a record, exact: nano-dollars or hundredths of weighted tokens.
    /// `None` when the record does not say.
    fn of(self, record: &UsageRecord) -> Option<i128> {
        match self {
            Self::BilledUsd => record.cost.billed.map(|usd| usd.0),
            Self::ListUsd => {
                let cost = &record.cost;
                cost.list.or(cost.estimated).or(cost.computed).map(|usd| usd.0)
            }
            Self::WeightedTokens => weighted_tokens(record),
        }
    }

    /// An exact amount in the unit people read: dollars or weighted tokens.
    pub fn to_f64(self, exact: i128) -> f64 {
        match self {
            Self::BilledUsd | Self::ListUsd => Usd(exact).to_f64(),
            Self::WeightedTokens => Usd(exact * 10_000_000).to_f64(),
        }
    }
}

fn weighted_tokens(record: &UsageRecord) -> Option<i128> {
    let tokens = &record.tokens;
    tokens.total()?;
    let part = |count: Option<u64>, hundredths: i128| {
        count.map_or(0, |count| i128::from(count) * hundredths)
    };
    Some(
        part(tokens.input, 100)
            + part(tokens.input_unsplit, 100)
            + part(tokens.unclassified, 100)
            + part(tokens.cache_write, 125)
            + part(tokens.cache_read, 10)
            + part(tokens.output, 500),
    )
}

/// A record that counts, and whom it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Spend<'u> {
    /// The record.
    pub record: &'u UsageRecord,
    /// Whom its account belongs to.
    pub owner: Match,
}

/// Chooses the most preferred measure that nearly all usage carries: at least 95 of
/// 100 records that say anything.
pub fn choose_measure(spend: &[Spend<'_>]) -> Option<Measure> {
    let says = |record: &UsageRecord| {
        Measure::ALL.iter().any(|measure| measure.of(record).is_some())
    };
    let all = spend.iter().filter(|one| says(one.record)).count();
    let carries = |measure: &Measure| {
        let with = spend.iter().filter(|one| measure.of(one.record).is_some()).count();
        with > 0 && with * 100 >= all * 95
    };
    Measure::ALL.into_iter().find(carries)
}

/// One person's week.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PersonWeek {
    /// What was spent in it, exact.
    pub spend: i128,
    /// Countable lines written in it that landed.
    pub landed_lines: u64,
    /// Those of them known to stand at the age asked about.
    pub durable_lines: u64,
    /// Those of them of which that cannot be known yet.
    pub undecided_lines: u64,
}

/// Where spend went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Destinations {
    /// All spend that the measure can tell, exact.
    pub seen: i128,
    /// In weeks of people who landed lines written in that or the following week.
    pub tied: i128,
    /// In weeks of people in these repositories without any such line.
    pub untied: i128,
    /// In weeks whose work may still land.
    pub too_recent: i128,
    /// Of accounts that are nobody's in these repositories, or of more than one.
    pub nobody: i128,
    /// Of services, automation and shared keys.
    pub service: i128,
    /// Of records without a date, or with one longer than a week.
    pub undated: i128,
}

/// The panel of person-weeks.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// What spend is measured in.
    pub measure: Measure,
    /// The age at which a line counts as durable, in days.
    pub durable_days: u32,
    /// The person-weeks inside the time that the exports cover.
    pub weeks: BTreeMap<(IdentityId, IsoWeek), PersonWeek>,
    /// The last week that is mature: its work had time to land and to last.
    pub last_mature: IsoWeek,
    /// The first and the last week that the exports cover.
    pub covered: (IsoWeek, IsoWeek),
    /// Where spend went.
    pub destinations: Destinations,
    /// Lines whose author has usage, and all lines written in covered weeks.
    pub lines_with_usage: (u64, u64),
    /// Lines left out because their dates cannot both be right.
    pub suspect_lines: u64,
}

/// Builds the panel; `None` without spend that can be measured and dated.
pub fn build(
    scope: &Scope<'_>,
    spend: &[Spend<'_>],
    measure: Measure,
    as_of: Timestamp,
    durable_days: u32,
) -> Option<Panel> {
    let weekly: Vec<(Spend<'_>, i128, Option<IsoWeek>)> = spend
        .iter()
        .filter_map(|one| Some((*one, measure.of(one.record)?, week_of(one.record))))
        .collect();
    let weeks = weekly.iter().filter_map(|(_, _, week)| *week);
    let covered = (weeks.clone().min()?, weeks.max()?);
    let mut panel = Panel {
        measure,
        durable_days,
        weeks: BTreeMap::new(),
        last_mature: last_week_before(as_of, durable_days + LANDING_DAYS),
        covered,
        destinations: Destinations::default(),
        lines_with_usage: (0, 0),
        suspect_lines: 0,
    };
    panel.add_lines(scope);
    panel.add_spend(&weekly);
    panel.place_spend(&weekly, last_week_before(as_of, LANDING_DAYS));
    Some(panel)
}

/// The week of a record that does not last longer than one.
fn week_of(record: &UsageRecord) -> Option<IsoWeek> {
    let period = record.period?;
    let first = period.start.day().week();
    let last = Timestamp(period.end.0 - 1).day().week();
    (first == last).then_some(first)
}

/// The last week that ended at least `days` before `as_of`.
fn last_week_before(as_of: Timestamp, days: u32) -> IsoWeek {
    let latest_end = Timestamp(as_of.0 - i64::from(days) * SECONDS_PER_DAY);
    IsoWeek(latest_end.day().week().0 - 1)
}

impl Panel {
    fn add_lines(&mut self, scope: &Scope<'_>) {
        for (repository, lifetime) in scope.lifetimes() {
            if !is_panel_line(lifetime.kind)
                || !lifetime.is_countable()
                || lifetime.birth_unknown
            {
                continue;
            }
            let facts = &scope.repositories[repository];
            let origin = &facts.commits[lifetime.origin.at()];
            let (Some(written), Some(landed)) =
                (origin.author_time, cohorts::landing_time(facts, lifetime))
            else {
                continue;
            };
            if is_suspect(written, landed) {
                self.suspect_lines += lifetime.lines;
                continue;
            }
            let week = written.day().week();
            if week < self.covered.0 || week > self.covered.1 {
                continue;
            }
            self.lines_with_usage.1 += lifetime.lines;
            let at = CommitRef { repository, commit: lifetime.origin };
            let Some(person) = scope.person(at) else { continue };
            let cell = self.weeks.entry((person, week)).or_default();
            cell.landed_lines += lifetime.lines;
            match cohorts::stands_at(facts, lifetime, self.durable_days) {
                Some(true) => cell.durable_lines += lifetime.lines,
                Some(false) => {}
                None => cell.undecided_lines += lifetime.lines,
            }
        }
    }

    fn add_spend(&mut self, weekly: &[(Spend<'_>, i128, Option<IsoWeek>)]) {
        for (spend, amount, week) in weekly {
            if let (Match::Person(person, _), Some(week)) = (spend.owner, week) {
                self.weeks.entry((person, *week)).or_default().spend += amount;
            }
        }
        let users: BTreeSet<IdentityId> = self.users().collect();
        let lines = self.weeks.iter().filter(|((person, _), _)| users.contains(person));
        self.lines_with_usage.0 = lines.map(|(_, cell)| cell.landed_lines).sum();
    }

    fn place_spend(
        &mut self,
        weekly: &[(Spend<'_>, i128, Option<IsoWeek>)],
        last_landed: IsoWeek,
    ) {
        let mut to = Destinations::default();
        for (spend, amount, week) in weekly {
            to.seen += amount;
            let place = match (spend.owner, week) {
                (Match::Service, _) => &mut to.service,
                (Match::Ambiguous | Match::Unmatched, _) => &mut to.nobody,
                (Match::Person(..), None) => &mut to.undated,
                (Match::Person(person, _), Some(week)) => {
                    let next = IsoWeek(week.0 + 1);
                    let landed = [*week, next].iter().any(|week| {
                        self.weeks
                            .get(&(person, *week))
                            .is_some_and(|cell| cell.landed_lines > 0)
                    });
                    if landed {
                        &mut to.tied
                    } else if *week > last_landed {
                        &mut to.too_recent
                    } else {
                        &mut to.untied
                    }
                }
            };
            *place += amount;
        }
        self.destinations = to;
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

    /// The mature person-weeks of people with usage.
    pub fn mature(&self) -> impl Iterator<Item = (IdentityId, IsoWeek, PersonWeek)> {
        let users: BTreeSet<IdentityId> = self.users().collect();
        self.weeks
            .iter()
            .filter(move |((person, week), _)| {
                *week <= self.last_mature && users.contains(person)
            })
            .map(|((person, week), cell)| (*person, *week, *cell))
    }

    /// The share of spend whose account is a person of these repositories.
    pub fn spend_coverage(&self) -> Option<f64> {
        let to = &self.destinations;
        let matched = to.tied + to.untied + to.too_recent + to.undated;
        share(self.measure.to_f64(matched), self.measure.to_f64(to.seen))
    }

    /// The share of lines written in covered weeks whose author has usage.
    pub fn line_coverage(&self) -> Option<f64> {
        let (with, all) = self.lines_with_usage;
        share(count_to_f64(with), count_to_f64(all))
    }
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

/// Code, imports, and what was not parsed: not comments, documentation or data.
fn is_panel_line(kind: LineKind) -> bool {
    matches!(kind, LineKind::Code | LineKind::Import | LineKind::Text)
}

/// Whether a line was written more than a day after it landed, or more than a year
/// before: its dates are those of a broken clock or of an import.
fn is_suspect(written: Timestamp, landed: Timestamp) -> bool {
    const YEAR_DAYS: i64 = 365;
    written.0 > landed.0 + SECONDS_PER_DAY
        || written.0 < landed.0 - YEAR_DAYS * SECONDS_PER_DAY
}
