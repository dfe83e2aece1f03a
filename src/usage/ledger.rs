//! Where every record, token and dollar of the exports went: seen = kept + shadowed +
//! rejected, and kept = assigned + service + unassigned, to the token and to the cent.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::precedence::{Covered, Parts, Shadowing, format_of};
use super::record::{Account, Cost, Granularity, Period, TokenCounts, UsageRecord};
use super::{Export, entire, place};
use crate::error::Error;
use crate::problem::{GapKind, Gaps};
use crate::units::{Timestamp, Usd, UtcDay};
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

/// A record, or the part of it that is spoken of, and the export it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept<'a> {
    /// The export.
    pub file: &'a Untrusted,
    /// The record.
    pub record: &'a UsageRecord,
    /// The part of it.
    pub parts: Parts,
}

impl Kept<'_> {
    /// Its tokens; none is known where they are not the part that is spoken of.
    pub fn tokens(&self) -> TokenCounts {
        if self.parts.has(Parts::TOKENS) {
            self.record.tokens()
        } else {
            TokenCounts::default()
        }
    }

    /// Its money, likewise.
    pub fn cost(&self) -> Cost {
        let cost = self.record.cost();
        let value = |amount: Option<Usd>| amount.filter(|_| self.parts.has(Parts::VALUE));
        Cost {
            billed: cost.billed.filter(|_| self.parts.has(Parts::BILL)),
            list: value(cost.list),
            estimated: value(cost.estimated),
            computed: value(cost.computed),
        }
    }
}

/// The sums of two formats that show the same consumption, set beside each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// Which counts, and which does not.
    pub formats: Shadowing,
    /// What counts, of the days on which the other shows the same.
    pub kept: Entry,
    /// What does not.
    pub shadowed: Entry,
}

/// Exports after nothing in them is counted twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled<'a> {
    /// What counts, by time, then by id.
    pub kept: Vec<Kept<'a>>,
    /// The same consumption again: evidence, but no sums.
    pub shadowed: Vec<Kept<'a>>,
    /// Records that were read and contradict others, with the reason.
    pub rejected: Vec<(Kept<'a>, &'static str)>,
    /// Formats that show the same, with their sums.
    pub reconciliations: Vec<Reconciliation>,
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
        export.records.iter().map(|record| Kept {
            file: &export.file,
            record,
            parts: Parts::ALL,
        })
    });
    let mut settled = Settled {
        kept: all.collect(),
        shadowed: Vec::new(),
        rejected: Vec::new(),
        reconciliations: Vec::new(),
        ledger: Ledger::default(),
        gaps: Gaps::default(),
    };
    settled.ledger.seen = Entry::of(&settled.kept);
    let n_rejected = exports.iter().map(|export| export.n_rejected).sum();
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
            parts[part].add(kept);
        }
        self.ledger.assigned = Some(parts[0]);
        self.ledger.service = Some(parts[1]);
        self.ledger.unassigned = Some(parts[2]);
        self.ledger.check()
    }

    /// Keeps one of the records with the same id: the one that measures most, since
    /// the export of a day that was not over yet shows less of it.
    fn shadow_repeats(&mut self) {
        self.kept.sort_unstable_by(repeat_order);
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
            .filter_map(|kept| kept.record.facets.checkpoint_id.as_ref())
            .collect();
        if roots.is_empty() {
            return;
        }
        let is_shadowed = |kept: &Kept<'a>| {
            let checkpoint = kept.record.facets.checkpoint_id.as_ref();
            of_entire(&kept)
                && entire::is_session(kept.record)
                && checkpoint.is_some_and(|id| roots.contains(id))
        };
        let (shadowed, kept) =
            self.kept.drain(..).partition::<Vec<_>, _>(|kept| is_shadowed(kept));
        self.kept = kept;
        self.shadowed.extend(shadowed);
    }

    /// Sums over weeks and longer that overlap in part cannot be told apart: the
    /// earliest and longest stays, the ones that overlap it are rejected.
    fn reject_overlaps(&mut self) {
        let (mut coarse, rest): (Vec<_>, Vec<_>) =
            self.kept.drain(..).partition(|kept| is_coarse(kept.record));
        self.kept = rest;
        coarse.sort_by(|one, two| overlap_order(one).cmp(&overlap_order(two)));
        let mut last: Option<Kept<'a>> = None;
        for kept in coarse {
            let clash = last.is_some_and(|last| overlaps(last.record, kept.record));
            if clash {
                let why = "its period overlaps that of another record in part";
                let at = place(kept.file, kept.record.position);
                self.gaps.add(GapKind::UsageRecord, why, &at);
                self.rejected.push((kept, why));
            } else {
                last = Some(kept);
                self.kept.push(kept);
            }
        }
    }

    /// Takes out what another format shows too, and sets the sums of both side by side.
    fn shadow_other_formats(&mut self, person: &dyn Fn(&Account) -> Option<Vec<u8>>) {
        let source =
            |kept: &Kept<'_>| (kept.record.format, kept.record.facets.granularity);
        let sources: BTreeSet<_> = self.kept.iter().map(source).collect();
        if sources.len() < 2 && !self.has_normalised() {
            return;
        }
        let records: Vec<&UsageRecord> =
            self.kept.iter().map(|kept| kept.record).collect();
        let mut covered = Covered::of(&records, person);
        let mut beside: BTreeMap<Shadowing, (Entry, BTreeSet<UtcDay>)> = BTreeMap::new();
        let all = std::mem::take(&mut self.kept);
        for mut kept in all {
            let (parts, by) = covered.shadowed(kept.record);
            if let Some(formats) = by {
                let shadowed = Kept { parts, ..kept };
                let (sum, days) = beside.entry(formats).or_default();
                sum.add(&shadowed);
                days.extend(days_of(kept.record));
                self.shadowed.push(shadowed);
                if is_whole(&shadowed) {
                    continue;
                }
                kept.parts = kept.parts.without(parts);
            }
            self.kept.push(kept);
        }
        for (formats, (shadowed, days)) in beside {
            let kept = self.sum_of(&formats, &days);
            let is_more = shadowed.tokens * 10 > kept.tokens * 11
                || shadowed.billed.0 * 10 > kept.billed.0 * 11;
            if is_more {
                let why = format!(
                    "{} shows far more than {}, which is taken for the same and counts",
                    formats.shadowed, formats.winner
                );
                self.gaps.add(GapKind::UsageOverlap, &why, formats.shadowed.as_bytes());
            }
            self.reconciliations.push(Reconciliation { formats, kept, shadowed });
        }
    }

    /// Whether records of several formats came as one, after somebody normalised them.
    fn has_normalised(&self) -> bool {
        self.kept.iter().any(|kept| kept.record.facets.source_format.is_some())
    }

    /// What counts of the winner on the days on which the other shows the same.
    fn sum_of(&self, formats: &Shadowing, days: &BTreeSet<UtcDay>) -> Entry {
        let mut sum = Entry::default();
        for kept in &self.kept {
            let record = kept.record;
            if format_of(record) == formats.winner
                && record.facets.vendor == formats.vendor
                && days_of(record).any(|day| days.contains(&day))
            {
                sum.add(kept);
            }
        }
        sum
    }

    /// Puts all in order, adds up the columns and checks them against what was seen.
    fn close(&mut self, n_unread: u64) -> Result<(), Error> {
        self.kept.sort_unstable_by(by_shown_order);
        self.shadowed.sort_unstable_by(by_shown_order);
        self.rejected.sort_by(|one, two| by_shown_order(&one.0, &two.0));
        self.ledger.kept = Entry::of(&self.kept);
        self.ledger.shadowed = Entry::of(&self.shadowed);
        // A record of which a part counts is a record that counts, and only once.
        let partly = self.shadowed.iter().filter(|kept| !is_whole(kept)).count();
        self.ledger.shadowed.records -= crate::units::len_to_u64(partly);
        for (kept, _) in &self.rejected {
            self.ledger.rejected.add(kept);
        }
        self.ledger.rejected.records += n_unread;
        self.ledger.check()
    }
}

impl Entry {
    fn of(records: &[Kept<'_>]) -> Self {
        let mut entry = Self::default();
        for kept in records {
            entry.add(kept);
        }
        entry
    }

    /// Adds what is spoken of a record.
    pub fn add(&mut self, kept: &Kept<'_>) {
        let cost = kept.cost();
        self.records += 1;
        self.tokens += u128::from(kept.tokens().total().unwrap_or(0));
        self.billed += cost.billed.unwrap_or(Usd::ZERO);
        self.list += cost.list.unwrap_or(Usd::ZERO);
        self.estimated += cost.estimated.unwrap_or(Usd::ZERO);
        self.computed += cost.computed.unwrap_or(Usd::ZERO);
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
fn repeat_order(one: &Kept<'_>, two: &Kept<'_>) -> Ordering {
    one.record.record_id.cmp(&two.record.record_id).then_with(|| {
        let unknown = |kept: &Kept<'_>| {
            let facets = &kept.record.facets;
            [
                kept.record.period.is_none(),
                facets.commit.is_none(),
                facets.account.key().is_none(),
            ]
        };
        let amounts = two.record.amount_order().cmp(&one.record.amount_order());
        let content = || (unknown(one), one.record).cmp(&(unknown(two), two.record));
        amounts.then_with(content).then_with(|| one.file.cmp(two.file))
    })
}

fn by_shown_order(one: &Kept<'_>, two: &Kept<'_>) -> Ordering {
    let key = |kept: &Kept<'_>| (kept.record.period, kept.record.record_id);
    let place = |kept: &Kept<'_>| (kept.record.position, kept.parts);
    key(one)
        .cmp(&key(two))
        .then_with(|| one.file.cmp(two.file))
        .then_with(|| place(one).cmp(&place(two)))
}

/// Whether all that a record has is spoken of.
fn is_whole(kept: &Kept<'_>) -> bool {
    kept.parts.has(Parts::of(kept.record))
}

/// The UTC days of a record that is not over more than a year.
fn days_of(record: &UsageRecord) -> impl Iterator<Item = UtcDay> + use<> {
    const MOST_DAYS: i32 = 400;
    let days = record.period.map_or(0..0, |period| {
        let first = period.start.day().0;
        let end = Timestamp(period.end.0 - 1).day().0 + 1;
        first..end.min(first.saturating_add(MOST_DAYS))
    });
    days.map(UtcDay)
}

/// Whether a record sums up more than one day.
fn is_coarse(record: &UsageRecord) -> bool {
    matches!(
        record.facets.granularity,
        Granularity::Week | Granularity::Month | Granularity::Range
    ) && record.period.is_some_and(|period| period.single_day().is_none())
}

/// What two sums must share to be sums of the same thing.
fn dimensions<'k>(record: &'k UsageRecord) -> impl Ord + use<'k> {
    let facets = &*record.facets;
    let source = (record.format, &facets.source_format);
    let what = (&facets.vendor, &facets.tool, &facets.surface, &facets.model);
    let place = (&facets.session_id, &facets.repo, &facets.commit, &facets.workspace);
    (source, &facets.account, what, place)
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
