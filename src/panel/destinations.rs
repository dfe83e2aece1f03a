//! Where spend went: parts that add up to all that is counted.

use std::collections::BTreeMap;

use super::{LANDING_DAYS, Measured, Panel, Spend, last_week_before};
use crate::identity::Match;
use crate::units::{IsoWeek, Timestamp};

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
    /// The accounts it came from, and how much of it: people by their number, others by
    /// their own key.
    pub accounts: BTreeMap<Vec<u8>, i128>,
}

impl Panel {
    /// Whether a record is of a time that is not looked at, however long it is.
    fn is_outside(&self, one: &Measured<'_>) -> bool {
        let Some(period) = one.spend.kept.record.period else { return false };
        let (first, last) =
            (period.start.day().week(), Timestamp(period.end.0 - 1).day().week());
        let ends_before =
            self.window.since.is_some_and(|since| last < since.day().week());
        ends_before || first > self.window.as_of.day().week()
    }

    /// Says of each record where its spend went.
    pub(super) fn place_spend(&mut self, measured: &[Measured<'_>]) {
        let last_landed = last_week_before(self.window.as_of, LANDING_DAYS);
        for one in measured {
            if self.is_outside(one) {
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
                        .any(|week| self.landed.contains_key(&(person, *week)));
                    if landed {
                        Destination::Tied
                    } else if week > last_landed {
                        Destination::TooRecent
                    } else {
                        Destination::Untied
                    }
                }
            };
            let account = account_key(&one.spend);
            if let (true, Some(week)) = (place != Destination::Service, one.week) {
                let of_week = self.by_week.entry(week).or_default();
                *of_week.entry(account.clone()).or_default() += one.amount.abs();
            }
            let placed = self.destinations.entry(place).or_default();
            placed.amount += one.amount;
            *placed.accounts.entry(account).or_default() += one.amount;
        }
    }
}

/// What tells accounts apart when they are counted. Those without any key count as one,
/// so that people are never taken for more than they may be.
pub(super) fn account_key(spend: &Spend<'_>) -> Vec<u8> {
    match spend.owner {
        Match::Person(person, _) => format!("person {}", person.0).into_bytes(),
        Match::Service | Match::Ambiguous | Match::Unmatched => {
            spend.kept.record.facets.account.key().unwrap_or_default()
        }
    }
}
