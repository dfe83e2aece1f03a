//! Which lines are counted, and which are estimated from.

use std::collections::BTreeMap;

use crate::cohorts::{self, Reading, Scope, View};
use crate::facts::LifetimeFacts;
use crate::units::Timestamp;

/// Which lines are estimated from.
pub(super) struct Filter<'f> {
    pub(super) scope: &'f Scope<'f>,
    /// When observation begins.
    pub(super) since: Option<Timestamp>,
}

impl Filter<'_> {
    /// Whether lines count at all.
    pub(super) fn counts(&self, repository: usize, lifetime: &LifetimeFacts) -> bool {
        self.scope.repositories[repository].exact || lifetime.is_countable()
    }

    /// Whether lines landed in the time looked at.
    fn is_recent(&self, repository: usize, lifetime: &LifetimeFacts) -> bool {
        let facts = &self.scope.repositories[repository];
        let landed = cohorts::landing_time(facts, lifetime);
        self.since.is_none_or(|since| landed.is_some_and(|landed| landed >= since))
    }

    /// Whether lines count and landed in the time looked at.
    pub(super) fn takes(&self, repository: usize, lifetime: &LifetimeFacts) -> bool {
        self.counts(repository, lifetime) && self.is_recent(repository, lifetime)
    }

    /// Whether lines count and were there in the time looked at: they landed in it, or
    /// stood when it began.
    pub(super) fn watches(&self, repository: usize, lifetime: &LifetimeFacts) -> bool {
        let facts = &self.scope.repositories[repository];
        let last = match lifetime.death {
            Some((death, _)) => facts.mainline.get(death as usize).map(|one| one.time),
            None => facts.as_of,
        };
        let stood = self.since.is_none_or(|since| last.is_some_and(|last| last > since));
        self.counts(repository, lifetime)
            && (stood || self.is_recent(repository, lifetime))
    }

    /// Whether lines are older than the time looked at, and stood when it began.
    pub(super) fn enters_late(&self, repository: usize, one: &LifetimeFacts) -> bool {
        self.watches(repository, one) && !self.is_recent(repository, one)
    }

    /// How lives are read.
    pub(super) fn view(&self, reading: Reading) -> View {
        View { since: self.since, reading }
    }

    /// Lines that are not estimated from, by reason.
    pub(super) fn left_out(&self) -> BTreeMap<&'static str, u64> {
        let mut left_out = BTreeMap::new();
        for (repository, lifetime) in self.scope.lifetimes() {
            let reason = if !self.counts(repository, lifetime) {
                if lifetime.class.is_countable() {
                    lifetime.kind.as_str()
                } else {
                    lifetime.class.as_str()
                }
            } else if lifetime.birth_unknown {
                "birth_unknown"
            } else if lifetime.birth.relanded {
                "landed_again"
            } else if lifetime.birth.reformatted {
                "reformatted"
            } else if !self.watches(repository, lifetime) {
                "gone_before_since"
            } else {
                continue;
            };
            *left_out.entry(reason).or_insert(0) += lifetime.lines;
        }
        left_out
    }
}
