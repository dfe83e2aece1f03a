//! Facts × usage × people → person-weeks. Usage is joined on the work clock: the week
//! a line was written, by its author's date; whether it lasted is read on the landing
//! clock. Mixing the two is the most common silent error in this field.

use std::collections::{BTreeMap, BTreeSet};

use crate::cohorts::{self, CommitRef, Scope};
use crate::facts::LifetimeFacts;
use crate::file_class::FileClass;
use crate::identity::{IdentityId, Match};
use crate::syntax::LineKind;
use crate::units::{IsoWeek, SECONDS_PER_DAY, Timestamp, Usd, count_to_f64, len_to_u64};
use crate::usage::{Kept, UsageRecord};

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
    fn of(self, kept: &Kept<'_>) -> Option<i128> {
        match self {
            Self::BilledUsd => kept.cost().billed.map(|usd| usd.0),
            Self::ListUsd => {
                let cost = kept.cost();
                cost.list.or(cost.estimated).or(cost.computed).map(|usd| usd.0)
            }
            Self::WeightedTokens => weighted_tokens(kept),
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

fn weighted_tokens(kept: &Kept<'_>) -> Option<i128> {
    let tokens = kept.tokens();
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
    /// The record, as far as it counts.
    pub kept: Kept<'u>,
    /// Whom its account belongs to.
    pub owner: Match,
    /// Whether a repository holds it, rather than an export that was given.
    pub from_repository: bool,
}

/// Chooses the most preferred measure that nearly all usage carries: at least 95 of
/// 100 records that say anything. Exports that were given decide; only without any do
/// the sessions decide that repositories hold.
pub fn choose_measure(spend: &[Spend<'_>]) -> Option<Measure> {
    let given: Vec<Kept<'_>> = records(spend, false);
    let found = records(spend, true);
    let deciding = if given.is_empty() { found } else { given };
    let says =
        |kept: &Kept<'_>| Measure::ALL.iter().any(|measure| measure.of(kept).is_some());
    let all = deciding.iter().copied().filter(says).count();
    let carries = |measure: &Measure| {
        let with = deciding.iter().filter(|one| measure.of(one).is_some()).count();
        with > 0 && with * 100 >= all * 95
    };
    Measure::ALL.into_iter().find(carries)
}

fn records<'u>(spend: &[Spend<'u>], from_repository: bool) -> Vec<Kept<'u>> {
    let wanted = spend.iter().filter(|one| one.from_repository == from_repository);
    wanted.map(|one| one.kept).collect()
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

/// Where spend can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Destination {
    /// In weeks of people who landed lines written in that or the following week.
    Tied,
    /// In weeks of people in these repositories without any such line.
    Untied,
    /// In weeks whose work may still land.
    TooRecent,
    /// Sessions in a repository that no commit of the judged branch names.
    NotLanded,
    /// Of accounts that could be more than one person's.
    Ambiguous,
    /// Of accounts that are nobody's in these repositories.
    Nobody,
    /// Of services, automation and shared keys.
    Service,
    /// Of records without a date, or with one longer than a week.
    Undated,
}

impl Destination {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 8] = [
        Self::Tied,
        Self::Untied,
        Self::TooRecent,
        Self::NotLanded,
        Self::Nobody,
        Self::Ambiguous,
        Self::Service,
        Self::Undated,
    ];
}

/// What went to one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placed {
    /// How much, exact.
    pub amount: i128,
    /// The accounts it came from: people by their number, others by their own key.
    pub accounts: BTreeSet<Vec<u8>>,
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
    /// The age at which a line counts as durable, in days.
    pub durable_days: u32,
    /// The person-weeks inside the time that the exports cover.
    pub weeks: BTreeMap<(IdentityId, IsoWeek), PersonWeek>,
    /// The last week that is mature: its work had time to land and to last.
    pub last_mature: IsoWeek,
    /// The weeks that the exports cover: those with any record. In the others nothing
    /// is known of the spend, which is not the same as nothing.
    pub covered: BTreeSet<IsoWeek>,
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
    /// Lines left out because their dates cannot both be right.
    pub suspect_lines: u64,
    /// People and weeks in which lines were written that landed, covered or not.
    landed: BTreeSet<(IdentityId, IsoWeek)>,
}

/// A record that the measure can tell: its amount and its week.
struct Measured<'u> {
    spend: Spend<'u>,
    amount: i128,
    week: Option<IsoWeek>,
}

/// Builds the panel; `None` without spend that can be measured and dated.
pub fn build(
    scope: &Scope<'_>,
    spend: &[Spend<'_>],
    measure: Measure,
    window: Window,
    durable_days: u32,
) -> Option<Panel> {
    let measured: Vec<Measured<'_>> = spend
        .iter()
        .filter_map(|&spend| {
            let amount = measure.of(&spend.kept)?;
            Some(Measured { spend, amount, week: week_of(spend.kept.record) })
        })
        .collect();
    let weeks = measured.iter().filter_map(|one| one.week);
    let covered: BTreeSet<IsoWeek> = weeks.filter(|week| window.holds(*week)).collect();
    if covered.is_empty() {
        return None;
    }
    let mut panel = Panel {
        measure,
        durable_days,
        weeks: BTreeMap::new(),
        last_mature: last_week_before(window.as_of, durable_days + LANDING_DAYS),
        covered,
        destinations: BTreeMap::new(),
        nobody_mature: 0,
        unmeasured_records: len_to_u64(spend.len() - measured.len()),
        outside_records: 0,
        lines_with_usage: (0, 0),
        suspect_lines: 0,
        landed: BTreeSet::new(),
    };
    panel.add_lines(scope, window);
    panel.add_spend(&measured, window);
    panel.place_spend(&measured, window);
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
    fn add_lines(&mut self, scope: &Scope<'_>, window: Window) {
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
            if is_suspect(written, landed) {
                self.suspect_lines += lifetime.lines;
                continue;
            }
            let week = written.day().week();
            let at = CommitRef { repository, commit: lifetime.origin };
            let person = scope.person(at);
            if landed <= window.as_of {
                self.landed.extend(person.map(|person| (person, week)));
            }
            // Any line that counts ties spend; only code can be durable code.
            if !self.covered.contains(&week) || !is_panel_line(lifetime) {
                continue;
            }
            self.lines_with_usage.1 += lifetime.lines;
            let Some(person) = person else { continue };
            let cell = self.weeks.entry((person, week)).or_default();
            cell.landed_lines += lifetime.lines;
            match cohorts::stands_at(facts, lifetime, self.durable_days) {
                Some(true) => cell.durable_lines += lifetime.lines,
                Some(false) => {}
                None => cell.undecided_lines += lifetime.lines,
            }
        }
    }

    fn add_spend(&mut self, measured: &[Measured<'_>], window: Window) {
        for one in measured {
            let Some(week) = one.week.filter(|week| window.holds(*week)) else {
                continue;
            };
            match one.spend.owner {
                Match::Person(person, _) => {
                    self.weeks.entry((person, week)).or_default().spend += one.amount;
                }
                Match::Ambiguous | Match::Unmatched if week <= self.last_mature => {
                    self.nobody_mature += one.amount;
                }
                Match::Ambiguous | Match::Unmatched | Match::Service => {}
            }
        }
        let users: BTreeSet<IdentityId> = self.users().collect();
        let lines = self.weeks.iter().filter(|((person, _), _)| users.contains(person));
        self.lines_with_usage.0 = lines.map(|(_, cell)| cell.landed_lines).sum();
    }

    fn place_spend(&mut self, measured: &[Measured<'_>], window: Window) {
        let last_landed = last_week_before(window.as_of, LANDING_DAYS);
        for one in measured {
            if one.week.is_some_and(|week| !window.holds(week)) {
                self.outside_records += 1;
                continue;
            }
            let place = match (one.spend.owner, one.week) {
                (Match::Service, _) => Destination::Service,
                (Match::Ambiguous, _) => Destination::Ambiguous,
                (Match::Unmatched, _)
                    if one.spend.from_repository
                        && one.spend.kept.record.facets.commit.is_none() =>
                {
                    Destination::NotLanded
                }
                (Match::Unmatched, _) => Destination::Nobody,
                (Match::Person(..), None) => Destination::Undated,
                (Match::Person(person, _), Some(week)) => {
                    let next = IsoWeek(week.0 + 1);
                    let landed = [week, next]
                        .iter()
                        .any(|week| self.landed.contains(&(person, *week)));
                    if landed {
                        Destination::Tied
                    } else if week > last_landed {
                        Destination::TooRecent
                    } else {
                        Destination::Untied
                    }
                }
            };
            let placed = self.destinations.entry(place).or_default();
            placed.amount += one.amount;
            placed.accounts.insert(account_key(&one.spend));
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

    /// The mature person-weeks of people with usage: of each line of them it is known
    /// whether it lasted.
    pub fn mature(&self) -> impl Iterator<Item = (IdentityId, IsoWeek, PersonWeek)> {
        let users: BTreeSet<IdentityId> = self.users().collect();
        self.weeks
            .iter()
            .filter(move |((person, week), cell)| {
                *week <= self.last_mature
                    && cell.undecided_lines == 0
                    && users.contains(person)
            })
            .map(|((person, week), cell)| (*person, *week, *cell))
    }

    /// The share of spend whose account is a person of these repositories.
    pub fn spend_coverage(&self) -> Option<f64> {
        use Destination::{Tied, TooRecent, Undated, Untied};
        let matched: i128 = [Tied, Untied, TooRecent, Undated]
            .into_iter()
            .map(|one| self.amount(one))
            .sum();
        share(self.measure.to_f64(matched), self.measure.to_f64(self.counted()))
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

/// Lines of code: of product and test files, and, where the kind was told, neither
/// comment nor documentation nor data. Of files that were not parsed it was not told.
fn is_panel_line(lifetime: &LifetimeFacts) -> bool {
    let is_code_file = matches!(lifetime.class, FileClass::Product | FileClass::Test);
    is_code_file
        && matches!(lifetime.kind, LineKind::Code | LineKind::Import | LineKind::Text)
}

/// What tells accounts apart when they are counted. Those without any key count as one,
/// so that people are never taken for more than they may be.
fn account_key(spend: &Spend<'_>) -> Vec<u8> {
    match spend.owner {
        Match::Person(person, _) => format!("person {}", person.0).into_bytes(),
        Match::Service | Match::Ambiguous | Match::Unmatched => {
            spend.kept.record.facets.account.key().unwrap_or_default()
        }
    }
}

/// Whether a line was written more than a day after it landed, or more than a year
/// before: its dates are those of a broken clock or of an import.
fn is_suspect(written: Timestamp, landed: Timestamp) -> bool {
    const YEAR_DAYS: i64 = 365;
    written.0 > landed.0 + SECONDS_PER_DAY
        || written.0 < landed.0 - YEAR_DAYS * SECONDS_PER_DAY
}
