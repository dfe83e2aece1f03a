//! What else is known of a record, as a set.

/// What else is known of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// The request failed or was stopped.
    Errored,
    /// Nothing was charged.
    Free,
    /// Paid for with the user's own key.
    Byok,
    /// Covered by a plan.
    Included,
    /// Nobody was watching: a cloud agent or an automation.
    Headless,
    /// Part of it was spent by subagents.
    Subagent,
    /// The tool chose the model.
    AutoModel,
    /// The whole organisation's.
    OrgLevel,
    /// Spread by a rule, not measured.
    Allocated,
    /// More pages followed that were not given.
    IncompletePage,
    /// The tokens are reckoned, not counted.
    EstimatedTokens,
    /// The source's own sum contradicts its parts.
    TotalMismatch,
    /// Its day is of a time zone the source does not name; UTC was taken.
    TzAssumed,
    /// The vendor may still revise it.
    Provisional,
}

/// All flags with their names in the normalised form.
pub const FLAGS: &[(&str, Flag)] = &[
    ("errored", Flag::Errored),
    ("free", Flag::Free),
    ("byok", Flag::Byok),
    ("included", Flag::Included),
    ("headless", Flag::Headless),
    ("subagent", Flag::Subagent),
    ("auto_model", Flag::AutoModel),
    ("org_level", Flag::OrgLevel),
    ("allocated", Flag::Allocated),
    ("incomplete_page", Flag::IncompletePage),
    ("estimated_tokens", Flag::EstimatedTokens),
    ("total_mismatch", Flag::TotalMismatch),
    ("tz_assumed", Flag::TzAssumed),
    ("provisional", Flag::Provisional),
];

/// A set of flags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flags(u32);

impl Flags {
    /// Adds a flag.
    pub fn insert(&mut self, flag: Flag) {
        self.0 |= 1 << (flag as u32);
    }

    /// Adds a flag where it holds.
    pub fn insert_if(&mut self, holds: bool, flag: Flag) {
        if holds {
            self.insert(flag);
        }
    }

    /// Adds all flags of another set.
    pub fn extend(&mut self, others: Self) {
        self.0 |= others.0;
    }

    /// Whether a flag is there.
    pub fn contains(self, flag: Flag) -> bool {
        self.0 & (1 << (flag as u32)) != 0
    }

    /// The names of the flags that are there, in the order of [`FLAGS`].
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        FLAGS.iter().filter(move |(_, flag)| self.contains(*flag)).map(|(name, _)| *name)
    }
}
