//! How long lines lived, grouped by count.

/// Lines that were born in one change and left observation together, at the same
/// age and in the same way. Lines are counted here, never expanded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lifespan {
    /// Age in days at which the lines came under observation; 0 means from birth,
    /// anything above is delayed entry.
    pub entry_days: f64,
    /// Age in days at which they died, or were last seen alive.
    pub exit_days: f64,
    /// Whether they died then; otherwise they were still alive (censored).
    pub died: bool,
    /// How many lines these are.
    pub lines: u64,
    /// The person they belong to: a dense index.
    pub cluster: u32,
    /// The change they landed with: a dense index.
    pub change: u32,
}

impl Lifespan {
    /// Whether the lines were under observation at any age at all. The others
    /// (no lines, no finite age, left before they entered) enter no estimate and
    /// are counted as left out.
    pub fn is_observed(&self) -> bool {
        self.lines > 0
            && self.entry_days.is_finite()
            && self.exit_days.is_finite()
            && self.exit_days >= 0.0
            && (self.is_watched_from_birth() || self.entry_days < self.exit_days)
    }

    /// Whether the lines were at risk of being seen to die at `age_days`: inside
    /// (entry, exit], and from birth on also at age 0.
    ///
    /// Lines that die in the second they land are deaths at age 0. They must
    /// count: they are the extreme of churn.
    pub fn is_at_risk(&self, age_days: f64) -> bool {
        self.is_observed()
            && age_days <= self.exit_days
            && (self.entry_days < age_days
                || self.is_watched_from_birth() && age_days >= 0.0)
    }

    /// Whether entry was not delayed.
    pub(super) fn is_watched_from_birth(&self) -> bool {
        self.entry_days <= 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(entry_days: f64, exit_days: f64) -> Lifespan {
        Lifespan { entry_days, exit_days, died: true, lines: 1, cluster: 0, change: 0 }
    }

    #[test]
    fn the_risk_set_is_open_at_entry_and_closed_at_exit() {
        let delayed = span(2.0, 5.0);
        assert!(!delayed.is_at_risk(2.0));
        assert!(delayed.is_at_risk(2.1) && delayed.is_at_risk(5.0));
        assert!(!delayed.is_at_risk(5.1));
    }

    #[test]
    fn lines_that_die_as_they_land_are_at_risk_at_age_zero() {
        assert!(span(0.0, 0.0).is_at_risk(0.0));
        assert!(!span(3.0, 3.0).is_observed());
        assert!(!span(0.0, -1.0).is_observed());
        assert!(!span(0.0, f64::NAN).is_observed());
        assert!(!Lifespan { lines: 0, ..span(0.0, 1.0) }.is_observed());
    }
}
