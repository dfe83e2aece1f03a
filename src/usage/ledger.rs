//! Where every record, token and dollar of the exports went: seen = kept + shadowed +
//! rejected, and kept = assigned + service + unassigned, to the token and to the cent.

use std::collections::BTreeSet;

use super::precedence::Covered;
use super::record::{Account, Granularity, Period, UsageRecord};
use super::{Export, Rejected, entire, place};
use crate::error::Error;
use crate::problem::{GapKind, Gaps};
use crate::units::{Usd, len_to_u64};
use crate::untrusted::Untrusted;

/// A column of the ledger. What is not known of a record adds nothing to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Entry {
    /// How many records.
    pub records: u64,
    /// Their tokens of all classes.
    pub tokens: u128,
    /// What was billed for them.
    pub billed: Usd,
    /// What they would cost at list price.
    pub list: Usd,
    /// What vendors and tools reckon they cost.
    pub estimated: Usd,
    /// What a table of prices says they cost.
    pub computed: Usd,
}

/// The ledger of all exports together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Every record in the files.
    pub seen: Entry,
    /// What the report counts.
    pub kept: Entry,
    /// What is the same consumption as a record that is kept.
    pub shadowed: Entry,
    /// What could not be read, with nothing but its number; and what was read and
    /// contradicts another record.
    pub rejected: Entry,
    /// Of the kept, what is a person's; `None` until identities are known.
    pub assigned: Option<Entry>,
    /// Of the kept, what no person stands behind.
    pub service: Option<Entry>,
    /// Of the kept, what nobody could be found for.
    pub unassigned: Option<Entry>,
}

/// A record and the export it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept<'a> {
    /// The export.
    pub file: &'a Untrusted,
    /// The record.
    pub record: &'a UsageRecord,
}

/// Exports after nothing in them is counted twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled<'a> {
    /// What counts, by time, then by id.
    pub kept: Vec<Kept<'a>>,
    /// The same consumption again: evidence, but no sums.
    pub shadowed: Vec<Kept<'a>>,
    /// Records that were read and contradict others, with the reason.
    pub rejected: Vec<(Kept<'a>, Rejected)>,
    /// Where it all went.
    pub ledger: Ledger,
    /// What is to be said about it.
    pub gaps: Gaps,
}

/// Who a record belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// A person.
    Person,
    /// A service, an automation, a shared key: nobody in particular.
    Service,
    /// Nobody was found.
    Nobody,
}

/// Settles exports whose accounts are compared as they are written.
/// `sum_sources` says that no two formats show the same consumption.
pub fn settle(exports: &[Export], sum_sources: bool) -> Result<Settled<'_>, Error> {
    settle_as(exports, sum_sources, &Account::key)
}

/// Settles exports whose accounts are compared by the person they belong to.
pub fn settle_as<'a>(
    exports: &'a [Export],
    sum_sources: bool,
    person: &dyn Fn(&Account) -> Option<Vec<u8>>,
) -> Result<Settled<'a>, Error> {
    let all = exports.iter().flat_map(|export| {
        export.records.iter().map(|record| Kept { file: &export.file, record })
    });
    let mut settled = Settled {
        kept: all.collect(),
        shadowed: Vec::new(),
        rejected: Vec::new(),
        ledger: Ledger::default(),
        gaps: Gaps::default(),
    };
    settled.ledger.seen = Entry::of(&settled.kept);
    let n_rejected = exports.iter().map(|export| len_to_u64(export.rejected.len())).sum();
    settled.ledger.seen.records += n_rejected;
    settled.shadow_repeats();
    settled.shadow_sessions();
    settled.reject_overlaps();
    if !sum_sources {
        settled.shadow_other_formats(person);
    }
    settled.close(n_rejected)?;
    Ok(settled)
}

impl<'a> Settled<'a> {
    /// Divides what is kept among persons, services and nobody.
    pub fn assign(&mut self, party: &dyn Fn(&UsageRecord) -> Party) -> Result<(), Error> {
        let mut parts = [Entry::default(); 3];
        for kept in &self.kept {
            let part = match party(kept.record) {
                Party::Person => 0,
                Party::Service => 1,
                Party::Nobody => 2,
            };
            parts[part].add_record(kept.record);
        }
        self.ledger.assigned = Some(parts[0]);
        self.ledger.service = Some(parts[1]);
        self.ledger.unassigned = Some(parts[2]);
        self.ledger.check()
    }

    /// Keeps one of the records with the same id: the one that measures most, since
    /// the export of a day that was not over yet shows less of it.
    fn shadow_repeats(&mut self) {
        // Cached: a key is costly, and every record is compared some twenty times.
        self.kept.sort_by_cached_key(repeat_order);
        let mut winner: Option<Kept<'a>> = None;
        let (gaps, shadowed) = (&mut self.gaps, &mut self.shadowed);
        self.kept.retain(|kept| {
            let same = winner.filter(|w| w.record.record_id == kept.record.record_id);
            let Some(first) = same else {
                winner = Some(*kept);
                return true;
            };
            if first.record.measures() != kept.record.measures() {
                let why = "the same record with other amounts; the larger is kept";
                let at = place(kept.file, kept.record.position);
                gaps.add(GapKind::UsageRecord, why, &at);
            }
            shadowed.push(*kept);
            false
        });
    }

    /// A checkpoint is the sum of its sessions: where both are given, only it counts.
    fn shadow_sessions(&mut self) {
        let of_entire = |kept: &&Kept<'a>| kept.record.format == entire::FORMAT.name;
        let entire_records = self.kept.iter().filter(of_entire);
        let roots: BTreeSet<&Untrusted> = entire_records
            .filter(|kept| !entire::is_session(kept.record))
            .filter_map(|kept| kept.record.checkpoint_id.as_ref())
            .collect();
        self.shadow_where(|kept| {
            of_entire(&kept)
                && entire::is_session(kept.record)
                && kept.record.checkpoint_id.as_ref().is_some_and(|id| roots.contains(id))
        });
    }

    /// Sums over weeks and longer that overlap in part cannot be told apart: the
    /// earliest and longest stays, the ones that overlap it are rejected.
    fn reject_overlaps(&mut self) {
        let (mut coarse, rest): (Vec<_>, Vec<_>) =
            self.kept.drain(..).partition(|kept| is_coarse(kept.record));
        self.kept = rest;
        coarse.sort_by_cached_key(overlap_order);
        let mut last: Option<Kept<'a>> = None;
        for kept in coarse {
            let clash = last.is_some_and(|last| overlaps(last.record, kept.record));
            if clash {
                let why = "its period overlaps that of another record in part";
                let at = place(kept.file, kept.record.position);
                self.gaps.add(GapKind::UsageRecord, why, &at);
                let rejected = Rejected { position: kept.record.position, why };
                self.rejected.push((kept, rejected));
            } else {
                last = Some(kept);
                self.kept.push(kept);
            }
        }
    }

    fn shadow_other_formats(&mut self, person: &dyn Fn(&Account) -> Option<Vec<u8>>) {
        let mut covered = Covered::default();
        for kept in &self.kept {
            covered.add(kept.record, person(&kept.record.account));
        }
        self.shadow_where(|kept| {
            covered.shadows(kept.record, person(&kept.record.account))
        });
    }

    fn shadow_where(&mut self, is_shadowed: impl Fn(&Kept<'a>) -> bool) {
        let (shadowed, kept) =
            self.kept.drain(..).partition::<Vec<_>, _>(|kept| is_shadowed(kept));
        self.kept = kept;
        self.shadowed.extend(shadowed);
    }

    /// Puts all in order, adds up the columns and checks them against what was seen.
    fn close(&mut self, n_unread: u64) -> Result<(), Error> {
        self.kept.sort_by_cached_key(shown_order);
        self.shadowed.sort_by_cached_key(shown_order);
        self.rejected.sort_by(|one, two| shown_order(&one.0).cmp(&shown_order(&two.0)));
        self.ledger.kept = Entry::of(&self.kept);
        self.ledger.shadowed = Entry::of(&self.shadowed);
        for (kept, _) in &self.rejected {
            self.ledger.rejected.add_record(kept.record);
        }
        self.ledger.rejected.records += n_unread;
        self.ledger.check()
    }
}

impl Entry {
    fn of(records: &[Kept<'_>]) -> Self {
        let mut entry = Self::default();
        for kept in records {
            entry.add_record(kept.record);
        }
        entry
    }

    fn add_record(&mut self, record: &UsageRecord) {
        self.records += 1;
        self.tokens += u128::from(record.tokens.total().unwrap_or(0));
        self.billed += record.cost.billed.unwrap_or(Usd::ZERO);
        self.list += record.cost.list.unwrap_or(Usd::ZERO);
        self.estimated += record.cost.estimated.unwrap_or(Usd::ZERO);
        self.computed += record.cost.computed.unwrap_or(Usd::ZERO);
    }

    fn sum(parts: &[Self]) -> Self {
        parts.iter().fold(Self::default(), |sum, part| Self {
            records: sum.records + part.records,
            tokens: sum.tokens + part.tokens,
            billed: sum.billed + part.billed,
            list: sum.list + part.list,
            estimated: sum.estimated + part.estimated,
            computed: sum.computed + part.computed,
        })
    }
}

impl Ledger {
    /// Checks that the columns add up; that they do not is a fault of the program.
    pub fn check(&self) -> Result<(), Error> {
        let seen = Entry::sum(&[self.kept, self.shadowed, self.rejected]);
        let parts = [self.assigned, self.service, self.unassigned];
        let known: Vec<Entry> = parts.into_iter().flatten().collect();
        let divided = known.is_empty() || Entry::sum(&known) == self.kept;
        if seen == self.seen && divided && [0, 3].contains(&known.len()) {
            return Ok(());
        }
        Err(Error::input(
            "E-LEDGER",
            "cannot tie out the usage ledger",
            "its columns do not add up to what was seen",
            "report this as a bug, with the output of slopnexus usage",
        ))
    }
}

/// Repeats of one record, the one to keep first. Content decides before files do, so
/// that their order and their names cannot change a sum.
fn repeat_order<'k>(kept: &Kept<'k>) -> impl Ord + use<'k> {
    let record = kept.record;
    let cost = &record.cost;
    let amounts = [cost.billed, cost.list, cost.estimated, cost.computed];
    let unknown = [
        record.period.is_none(),
        record.commit.is_none(),
        record.account.key().is_none(),
    ];
    (
        record.record_id,
        std::cmp::Reverse((record.tokens.total(), amounts, record.requests)),
        unknown,
        record,
        kept.file,
    )
}

fn shown_order<'k>(kept: &Kept<'k>) -> impl Ord + use<'k> {
    let record = kept.record;
    (record.period, record.record_id, kept.file, record.position)
}

/// Whether a record sums up more than one day.
fn is_coarse(record: &UsageRecord) -> bool {
    matches!(
        record.granularity,
        Granularity::Week | Granularity::Month | Granularity::Range
    ) && record.period.is_some_and(|period| period.single_day().is_none())
}

/// What two sums must share to be sums of the same thing.
fn dimensions<'k>(record: &'k UsageRecord) -> impl Ord + use<'k> {
    let source = (record.format, &record.source_format);
    let what = (&record.vendor, &record.tool, &record.model);
    (source, &record.account, what, (&record.session_id, &record.repo, &record.commit))
}

fn overlap_order<'k>(kept: &Kept<'k>) -> impl Ord + use<'k> {
    let period =
        kept.record.period.map(|Period { start, end }| (start, std::cmp::Reverse(end)));
    (dimensions(kept.record), period, kept.record.record_id)
}

/// Whether two sums of the same thing are over periods that overlap, yet differ.
fn overlaps(earlier: &UsageRecord, later: &UsageRecord) -> bool {
    let (Some(one), Some(two)) = (earlier.period, later.period) else { return false };
    dimensions(earlier).cmp(&dimensions(later)).is_eq()
        && one != two
        && two.start < one.end
}

#[cfg(test)]
mod tests;
