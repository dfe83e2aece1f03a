//! Which of two exports counts, where both show the same consumption.
//!
//! Vendors offer several reports of one consumption, and adding them counts it twice.
//! Two records are taken for the same consumption when they are of the same person,
//! vendor, tool and UTC day, measure the same kind of thing, and come from different
//! formats. The format listed first counts; the other is shadowed, never lost.

use std::collections::BTreeMap;

use super::record::UsageRecord;
use super::{claude_code_analytics, cursor_csv, entire, generic};
use crate::units::UtcDay;
use crate::untrusted::Untrusted;

/// Formats by how much their word counts: what the vendor's own report says of a
/// person's day covers more than evidence from single commits; a table somebody made
/// comes last.
pub static PRECEDENCE: &[&str] = &[
    claude_code_analytics::FORMAT.name,
    cursor_csv::FORMAT.name,
    entire::FORMAT.name,
    generic::FORMAT.name,
];

/// A part of the key of a group: known, or whatever it may be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part<T> {
    Known(T),
    Any,
}

type Product = (Option<Untrusted>, Option<Untrusted>);
type Group = (Part<Vec<u8>>, Product, Part<UtcDay>, bool);

/// The best rank that covers each group.
#[derive(Debug, Default)]
pub struct Covered(BTreeMap<Group, usize>);

impl Covered {
    /// Notes what a record covers.
    pub fn add(&mut self, record: &UsageRecord, person: Option<Vec<u8>>) {
        let (Some(person), Some(day)) = (person, day_of(record)) else { return };
        let rank = rank(record);
        // A checkpoint may lack its person or its day, and asks for any then.
        for person in [Part::Known(person), Part::Any] {
            for day in [Part::Known(day), Part::Any] {
                let group = (person.clone(), product(record), day, has_tokens(record));
                let best = self.0.entry(group).or_insert(rank);
                *best = (*best).min(rank);
            }
        }
    }

    /// Whether a format that counts for more shows the same consumption.
    pub fn shadows(&self, record: &UsageRecord, person: Option<Vec<u8>>) -> bool {
        let may_be_vague = record.format == entire::FORMAT.name;
        let person = person.map_or(Part::Any, Part::Known);
        let day = day_of(record).map_or(Part::Any, Part::Known);
        if !may_be_vague && (person == Part::Any || day == Part::Any) {
            return false;
        }
        let group = (person, product(record), day, has_tokens(record));
        self.0.get(&group).is_some_and(|best| *best < rank(record))
    }
}

/// The place in [`PRECEDENCE`], by the format a record had before it was normalised.
fn rank(record: &UsageRecord) -> usize {
    let place =
        |name: &[u8]| PRECEDENCE.iter().position(|known| known.as_bytes() == name);
    let source = record.source_format.as_ref().and_then(|source| place(source.bytes()));
    source.or_else(|| place(record.format.as_bytes())).unwrap_or(PRECEDENCE.len())
}

/// The UTC day a record lies in, if it is one.
fn day_of(record: &UsageRecord) -> Option<UtcDay> {
    record.period?.single_day()
}

/// Whether a record is about tokens; one with money alone shadows only its like.
fn has_tokens(record: &UsageRecord) -> bool {
    record.tokens.total().is_some()
}

/// Vendor and tool. A checkpoint that names no agent is of Claude Code, whose tokens
/// it counts as Claude Code counts them.
fn product(record: &UsageRecord) -> Product {
    if record.format == entire::FORMAT.name && record.tool.is_none() {
        return (
            Some(Untrusted::from("anthropic")),
            Some(Untrusted::from("claude_code")),
        );
    }
    (record.vendor.clone(), record.tool.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::FORMATS;
    use crate::usage::record::{Account, Period};

    fn record(format: &'static str, day: Option<i32>) -> UsageRecord {
        let mut record = UsageRecord::new(format, 1);
        record.vendor = Some(Untrusted::from("anthropic"));
        record.tool = Some(Untrusted::from("claude_code"));
        record.tokens.input = Some(1);
        record.period = day.map(|day| Period::of_day(UtcDay(day)));
        record
    }

    fn ada() -> Option<Vec<u8>> {
        Account::of_email("ada.okafor@example.com").key()
    }

    fn analytics_of_day_20000() -> Covered {
        let mut covered = Covered::default();
        covered.add(&record(claude_code_analytics::FORMAT.name, Some(20_000)), ada());
        covered
    }

    #[test]
    fn every_format_has_its_place() {
        for format in FORMATS {
            assert!(PRECEDENCE.contains(&format.name), "{}", format.name);
        }
        assert_eq!(PRECEDENCE.len(), FORMATS.len());
    }

    #[test]
    fn the_same_person_tool_and_day_count_once() {
        let covered = analytics_of_day_20000();
        let generic = |day| record(generic::FORMAT.name, Some(day));
        assert!(covered.shadows(&generic(20_000), ada()));
        assert!(!covered.shadows(&generic(20_001), ada()));
        assert!(
            !covered.shadows(
                &generic(20_000),
                Account::of_email("lin.zhou@example.com").key()
            )
        );
        let mut other = generic(20_000);
        other.tool = Some(Untrusted::from("api"));
        assert!(!covered.shadows(&other, ada()));
        let same = record(claude_code_analytics::FORMAT.name, Some(20_000));
        assert!(!covered.shadows(&same, ada()));
    }

    #[test]
    fn money_alone_is_not_shadowed_by_tokens() {
        let mut bill = record(generic::FORMAT.name, Some(20_000));
        bill.tokens.input = None;
        assert!(!analytics_of_day_20000().shadows(&bill, ada()));
    }

    #[test]
    fn only_a_checkpoint_may_be_vague() {
        let covered = analytics_of_day_20000();
        assert!(covered.shadows(&record(entire::FORMAT.name, None), None));
        assert!(covered.shadows(&record(entire::FORMAT.name, Some(20_000)), None));
        assert!(!covered.shadows(&record(entire::FORMAT.name, Some(20_001)), None));
        assert!(!covered.shadows(&record(generic::FORMAT.name, Some(20_000)), None));
    }
}
