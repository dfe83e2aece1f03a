//! For whom, and of which weeks, exports tell the spend. An export tells of the weeks from
//! its first record to its last, and of the tools that are in it. Of a person who ever used
//! a tool, a week that no export of that tool reaches is not known, whatever other tools
//! tell of it: to take it for nothing would make zeros where there was spend.

use std::collections::{BTreeMap, BTreeSet};

use super::{Measured, Spend, weeks_of};
use crate::identity::{IdentityId, Match};
use crate::units::IsoWeek;
use crate::untrusted::Untrusted;
use crate::usage::entire;
use crate::usage::local::is_own_log;

/// The weeks of which spend is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Those that any export covers.
    weeks: BTreeSet<IsoWeek>,
    /// Those of people in exports: covered by every tool that they ever used.
    people: BTreeMap<IdentityId, BTreeSet<IsoWeek>>,
}

/// The tool; the format where the export does not name any.
type Tool<'u> = (Option<&'u Untrusted>, &'static str);
/// From the first week to the last.
type Span = (IsoWeek, IsoWeek);

/// What one export holds.
#[derive(Default)]
struct Export<'u> {
    span: Option<Span>,
    accounts: BTreeSet<Vec<u8>>,
    tools: BTreeSet<Tool<'u>>,
    people: BTreeSet<(IdentityId, Tool<'u>)>,
    /// Whether it is a log of somebody's own machine.
    is_own_log: bool,
}

impl Coverage {
    /// What records cover, of the weeks that are looked at.
    pub(super) fn of(measured: &[Measured<'_>], holds: impl Fn(IsoWeek) -> bool) -> Self {
        let exports = exports(measured);
        let mut by_tool: BTreeMap<Tool<'_>, BTreeSet<IsoWeek>> = BTreeMap::new();
        let mut own: BTreeMap<(IdentityId, Tool<'_>), Vec<Span>> = BTreeMap::new();
        let mut weeks = BTreeSet::new();
        for export in exports.values() {
            let Some(span) = export.span else { continue };
            weeks.extend(all_of(span));
            if export.accounts.len() > 1 {
                // One that tells of several people tells of everybody.
                for tool in &export.tools {
                    by_tool.entry(*tool).or_default().extend(all_of(span));
                }
            }
            for one in &export.people {
                let log = own.entry(*one).or_default();
                if export.accounts.len() > 1 {
                    continue;
                }
                // Somebody's own log is in many files, a session each: it has no gaps.
                // Two exports of a month that only one person is in say nothing of the
                // months between.
                match log.last_mut().filter(|_| export.is_own_log) {
                    Some(before) => *before = joined(*before, span),
                    None => log.push(span),
                }
            }
        }
        let nothing = BTreeSet::new();
        let mut people: BTreeMap<IdentityId, BTreeSet<IsoWeek>> = BTreeMap::new();
        for ((person, tool), spans) in own {
            let of_tool = by_tool.get(&tool).unwrap_or(&nothing);
            let log = spans.into_iter().flat_map(all_of);
            let told: BTreeSet<IsoWeek> = of_tool.iter().copied().chain(log).collect();
            people
                .entry(person)
                .and_modify(|weeks| weeks.retain(|week| told.contains(week)))
                .or_insert(told);
        }
        weeks.retain(|week| holds(*week));
        people.values_mut().for_each(|weeks| weeks.retain(|week| holds(*week)));
        Self { weeks, people }
    }

    /// Takes out what spend of no known amount, or of no known week, leaves unknown: the weeks
    /// that such a record may be of, or all of them where it says no time. To keep them would
    /// make too little, or nothing, of what was spent there.
    pub(super) fn without(mut self, spend: &Spend<'_>, amount: Option<i128>) -> Self {
        let Match::Person(person, _) = spend.owner else { return self };
        let span = spend.kept.record.period.map(weeks_of);
        let is_one_week = span.is_some_and(|(first, last)| first == last);
        if amount == Some(0) || (amount.is_some() && is_one_week) {
            return self;
        }
        let told = self.people.entry(person).or_insert_with(|| self.weeks.clone());
        match span {
            Some((first, last)) => told.retain(|week| *week < first || *week > last),
            None => told.clear(),
        }
        self
    }

    /// Weeks of which all is told of everybody.
    #[cfg(test)]
    pub(super) fn of_all(weeks: impl Iterator<Item = IsoWeek>) -> Self {
        Self { weeks: weeks.collect(), people: BTreeMap::new() }
    }

    /// The weeks that any export covers.
    pub fn weeks(&self) -> &BTreeSet<IsoWeek> {
        &self.weeks
    }

    /// Whether the whole spend of a person in a week is known. Who is in no export spent
    /// nothing in the weeks of any.
    pub fn tells(&self, person: IdentityId, week: IsoWeek) -> bool {
        self.people.get(&person).unwrap_or(&self.weeks).contains(&week)
    }
}

fn exports<'u>(measured: &[Measured<'u>]) -> BTreeMap<&'u Untrusted, Export<'u>> {
    let mut exports: BTreeMap<&Untrusted, Export<'_>> = BTreeMap::new();
    for one in measured {
        let Some(week) = one.week else { continue };
        let record = one.spend.kept.record;
        let facets = &record.facets;
        let export = exports.entry(one.spend.kept.file).or_default();
        let span = export.span.map_or((week, week), |span| joined(span, (week, week)));
        export.span = Some(span);
        let format = if facets.tool.is_some() { "" } else { record.format };
        let tool = (facets.tool.as_ref(), format);
        export.tools.insert(tool);
        export.is_own_log =
            is_own_log(record.format) || record.format == entire::FORMAT.name;
        export.accounts.insert(super::destinations::account_key(&one.spend));
        if let Match::Person(person, _) = one.spend.owner {
            export.people.insert((person, tool));
        }
    }
    exports
}

fn joined(one: Span, other: Span) -> Span {
    (one.0.min(other.0), one.1.max(other.1))
}

fn all_of((first, last): Span) -> impl Iterator<Item = IsoWeek> {
    (first.0..=last.0).map(IsoWeek)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::identity::MatchedBy;
    use crate::units::UtcDay;
    use crate::usage::precedence::Parts;
    use crate::usage::record::{Account, Draft, Period};
    use crate::usage::{Kept, UsageRecord};

    /// The file, the tool, the person and the week of a record.
    type One = (&'static str, &'static str, u32, i32);

    /// The weeks, of the first twelve, in which a person's spend is known.
    fn told(records: &[One], person: u32) -> Vec<i32> {
        let read: Vec<(Untrusted, UsageRecord, u32, IsoWeek)> = records
            .iter()
            .map(|&(file, tool, person, week)| {
                let mut draft = Draft::new(1);
                draft.facets.tool = Some(Untrusted::from(tool));
                draft.facets.account =
                    Account::of_email(&format!("p{person}@example.com"));
                let monday = UtcDay(IsoWeek(week).monday().0);
                draft.period = Some(Period::of_day(monday));
                let facets = Arc::new(std::mem::take(&mut draft.facets));
                let format = match tool {
                    "claude_code" => "claude_code.transcript",
                    _ => "slopnexus.usage",
                };
                let record = UsageRecord::new(format, draft, facets).unwrap();
                (Untrusted::from(file), record, person, IsoWeek(week))
            })
            .collect();
        let measured: Vec<Measured<'_>> = read
            .iter()
            .map(|(file, record, person, week)| Measured {
                spend: Spend {
                    kept: Kept { file, record, parts: Parts::ALL },
                    owner: Match::Person(IdentityId(*person), MatchedBy::Email),
                    from_repository: false,
                },
                amount: 1,
                week: Some(*week),
            })
            .collect();
        let coverage = Coverage::of(&measured, |_| true);
        let tells = |week: &i32| coverage.tells(IdentityId(person), IsoWeek(*week));
        (0..12).filter(tells).collect()
    }

    #[test]
    fn a_week_without_records_inside_an_export_is_nothing_spent() {
        let all = [("a", "cursor", 1, 2), ("a", "cursor", 2, 5)];
        assert_eq!(told(&all, 1), [2, 3, 4, 5]);
        assert_eq!(told(&all, 2), [2, 3, 4, 5]);
    }

    #[test]
    fn where_one_tool_of_a_person_is_not_exported_their_spend_is_not_known() {
        let all = [
            ("a", "cursor", 1, 0),
            ("a", "cursor", 3, 4),
            ("b", "claude_code", 1, 0),
            ("b", "claude_code", 2, 9),
        ];
        assert_eq!(told(&all, 1), [0, 1, 2, 3, 4], "of both tools");
        assert_eq!(told(&all, 2), (0..=9).collect::<Vec<_>>(), "of one");
        assert_eq!(told(&all, 3), [0, 1, 2, 3, 4]);
        assert_eq!(told(&all, 9), (0..=9).collect::<Vec<_>>(), "in no export");
    }

    #[test]
    fn what_is_between_two_exports_of_a_tool_is_not_known() {
        let all = [
            ("january", "cursor", 1, 0),
            ("january", "cursor", 2, 3),
            ("march", "cursor", 1, 8),
            ("march", "cursor", 2, 9),
        ];
        assert_eq!(told(&all, 1), [0, 1, 2, 3, 8, 9]);
        let of_one = [("january", "cursor", 1, 0), ("march", "cursor", 1, 8)];
        assert_eq!(told(&of_one, 1), [0, 8]);
    }

    #[test]
    fn what_was_spent_at_no_known_time_or_by_no_known_amount_makes_weeks_unknown() {
        let day = |week: i32| UtcDay(IsoWeek(week).monday().0);
        let record = |period: Option<Period>| {
            let mut draft = Draft::new(1);
            draft.period = period;
            let facets = Arc::new(std::mem::take(&mut draft.facets));
            UsageRecord::new("slopnexus.usage", draft, facets).unwrap()
        };
        let whose = IdentityId(1);
        let left = |record: &UsageRecord, amount: Option<i128>| {
            let file = Untrusted::from("a");
            let spend = Spend {
                kept: Kept { file: &file, record, parts: Parts::ALL },
                owner: Match::Person(whose, MatchedBy::Email),
                from_repository: false,
            };
            let all = Coverage::of_all((0..6).map(IsoWeek)).without(&spend, amount);
            assert!((0..6).all(|week| all.tells(IdentityId(2), IsoWeek(week))));
            let tells = |week: &i32| all.tells(whose, IsoWeek(*week));
            (0..6).filter(tells).collect::<Vec<_>>()
        };
        let all: Vec<i32> = (0..6).collect();
        let one = record(Some(Period::of_day(day(2))));
        assert_eq!(left(&one, Some(7)), all);
        assert_eq!(left(&one, Some(0)), all);
        assert_eq!(left(&one, None), [0, 1, 3, 4, 5]);
        let period = Period { start: day(1).start(), end: day(4).start() };
        let long = record(Some(period));
        assert_eq!(left(&long, Some(7)), [0, 4, 5]);
        assert_eq!(left(&long, Some(0)), all, "nothing was spent, whenever it was");
        assert_eq!(left(&record(None), Some(7)), [0; 0]);
    }

    #[test]
    fn the_sessions_of_one_person_are_a_log_without_gaps_and_tell_of_nobody_else() {
        let all = [
            ("first", "claude_code", 1, 1),
            ("second", "claude_code", 1, 6),
            ("other", "claude_code", 2, 3),
        ];
        assert_eq!(told(&all, 1), [1, 2, 3, 4, 5, 6]);
        assert_eq!(told(&all, 2), [3]);
    }
}
