//! What was left out: where, why, how much. Data, not an error.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::untrusted::Untrusted;

/// The kinds of things that can be left out. Each has a code that scripts may match.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum GapKind {
    /// A repository whose worker stopped early, hung or could not be started.
    Worker,
    /// A repository that could not be opened or has an unsupported format.
    Repository,
    /// The history is cut at a shallow boundary or a missing parent.
    HistoryCut,
    /// Merges whose side branches were not read, because that was asked for.
    FirstParentOrigins,
    /// An object that is not in the repository (a partial clone, say).
    MissingObject,
    /// An object that is there but cannot be read as what it should be.
    CorruptObject,
    /// A commit whose author, date or address could not be read.
    CommitField,
    /// A file version over a size limit.
    OverLimit,
    /// A search for moved, edited or repeated lines that ended at its limit: what it would
    /// have found counts as deleted and added.
    SearchLimit,
    /// Files whose lines do not add up: a fault of this program.
    Unbalanced,
    /// Mainline commits whose clock ran backwards and was lifted.
    ClockLifted,
    /// A landing event of a commit that is not on the mainline.
    LandingEvent,
    /// Squash landings whose lines stay their own, though the head of a pull request of
    /// their number is here.
    PullHead,
    /// Commits whose work date and landing date cannot both be right.
    WorkTimeSuspect,
    /// Versions a parser could not follow; their lines are counted as text.
    ParserFallback,
    /// A configuration-like file (mailmap, notes, checkpoint) that was left out.
    SideFile,
    /// Repository features present but ignored (replace refs, grafts).
    IgnoredFeature,
    /// Parts of a repository that are elsewhere, and were read there.
    Redirect,
    /// A repository that shares its objects with one that is counted already.
    CountedOnce,
    /// A file among exports that is none, or was not read.
    UsageFile,
    /// Consumption that an export shows beyond what another shows of the same, and that is
    /// not counted.
    UsageOverlap,
    /// A record of an export that was rejected.
    UsageRecord,
    /// An export that says it has more pages than were given.
    IncompleteExport,
    /// A token total that differs from the sum of its parts.
    TokenMismatch,
    /// Records that do not say how much they are in the measure of the report.
    NotMeasured,
    /// A repository whose history ends long before another's, and with it the time in which
    /// spend can be joined with lines.
    EndsEarly,
}

impl GapKind {
    /// The code shown with each gap.
    pub fn code(self) -> &'static str {
        match self {
            Self::Worker => "W-WORKER",
            Self::Repository => "W-REPOSITORY",
            Self::HistoryCut => "W-SHALLOW",
            Self::FirstParentOrigins => "W-FIRSTPARENT",
            Self::MissingObject => "W-MISSING",
            Self::CorruptObject => "W-CORRUPT",
            Self::CommitField => "W-COMMIT",
            Self::OverLimit => "W-SIZE",
            Self::SearchLimit => "W-SEARCH",
            Self::Unbalanced => "W-BALANCE",
            Self::ClockLifted => "W-CLOCK",
            Self::LandingEvent => "W-EVENT",
            Self::PullHead => "W-PULL",
            Self::WorkTimeSuspect => "W-WORKTIME",
            Self::ParserFallback => "W-PARSER",
            Self::SideFile => "W-SIDEFILE",
            Self::IgnoredFeature => "W-IGNORED",
            Self::Redirect => "W-REDIRECT",
            Self::CountedOnce => "W-ONCE",
            Self::UsageFile => "W-FILE",
            Self::UsageOverlap => "W-OVERLAP",
            Self::UsageRecord => "W-RECORD",
            Self::IncompleteExport => "W-PAGES",
            Self::TokenMismatch => "W-TOKENS",
            Self::NotMeasured => "W-MEASURE",
            Self::EndsEarly => "W-ENDS",
        }
    }

    /// Whether a figure computed beside such a gap is incomplete. The others are
    /// remarks: nothing that should have been counted is missing.
    pub fn makes_incomplete(self) -> bool {
        !matches!(
            self,
            Self::ClockLifted
                | Self::LandingEvent
                | Self::PullHead
                | Self::WorkTimeSuspect
                | Self::IgnoredFeature
                | Self::Redirect
                | Self::CountedOnce
                | Self::CommitField
                | Self::SearchLimit
        )
    }
}

/// One kind of gap: how often, and where first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// What kind of thing was left out.
    pub kind: GapKind,
    /// How many times.
    pub count: u64,
    /// Where the first of them is: a path, an id, a position.
    pub first: Untrusted,
    /// Why, in words of ours: never text of the input.
    pub why: String,
}

/// Gaps of one repository or export, by kind and reason, in a fixed order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gaps(BTreeMap<(GapKind, String), (u64, Untrusted)>);

impl Gaps {
    /// Notes one thing left out at `place`.
    pub fn add(&mut self, kind: GapKind, why: &str, place: &[u8]) {
        self.add_many(kind, why, place, 1);
    }

    /// Notes `count` things left out, the first of them at `place`.
    pub fn add_many(&mut self, kind: GapKind, why: &str, place: &[u8], count: u64) {
        if count == 0 {
            return;
        }
        self.0
            .entry((kind, why.to_owned()))
            .and_modify(|(known, first)| {
                *known += count;
                // The smallest place is kept, so that the order of work cannot show.
                if place < first.bytes() {
                    *first = Untrusted::from(place);
                }
            })
            .or_insert_with(|| (count, Untrusted::from(place)));
    }

    /// Takes over all gaps of `other`.
    pub fn merge(&mut self, other: &Self) {
        for ((kind, why), (count, first)) in &other.0 {
            self.add_many(*kind, why, first.bytes(), *count);
        }
    }

    /// The same without places, for sinks where places could name people.
    #[must_use]
    pub fn without_places(&self) -> Self {
        let nowhere = |(count, _): &(u64, Untrusted)| (*count, Untrusted::default());
        Self(self.0.iter().map(|(key, gap)| (key.clone(), nowhere(gap))).collect())
    }

    /// All gaps, by kind, then by reason.
    pub fn list(&self) -> Vec<Gap> {
        let to_gap =
            |((kind, why), (count, first)): (&(GapKind, String), &(u64, Untrusted))| {
                Gap { kind: *kind, count: *count, first: first.clone(), why: why.clone() }
            };
        self.0.iter().map(to_gap).collect()
    }

    /// Whether nothing was left out.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether nothing that should have been counted is missing.
    pub fn is_complete(&self) -> bool {
        self.0.keys().all(|(kind, _)| !kind.makes_incomplete())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_the_same_in_any_order() {
        let mut one = Gaps::default();
        one.add(GapKind::MissingObject, "not here", b"b");
        one.add(GapKind::MissingObject, "not here", b"a");
        let mut two = Gaps::default();
        two.add(GapKind::MissingObject, "not here", b"a");
        two.add(GapKind::MissingObject, "not here", b"b");
        assert_eq!(one, two);
        assert_eq!(one.list()[0].count, 2);
        assert!(!one.is_complete());
    }
}
