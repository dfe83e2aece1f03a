//! How much a record measures: tokens, money, vendors' own units, and what a tool says it
//! did.

use crate::units::Usd;
use crate::untrusted::Untrusted;

/// What a tool says it did. Lines here were written by a tool, not seen in git.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Activity {
    /// Sessions or threads.
    pub sessions: Option<u64>,
    /// Prompts, messages or turns of a person.
    pub prompts: Option<u64>,
    /// Lines that were suggested.
    pub lines_suggested: Option<u64>,
    /// Lines that were accepted or written.
    pub lines_added: Option<u64>,
    /// Lines that were removed.
    pub lines_removed: Option<u64>,
    /// Suggestions taken.
    pub accepts: Option<u64>,
    /// Suggestions turned down.
    pub rejects: Option<u64>,
    /// Lines that the commit named by the record added, whoever wrote them.
    pub lines_committed: Option<u64>,
    /// Commits made by the tool.
    pub commits: Option<u64>,
    /// Pull requests made by the tool.
    pub pull_requests: Option<u64>,
}

impl Activity {
    /// Adds what else the tool did.
    pub fn add(&mut self, more: &Self) {
        let pairs = [
            (&mut self.sessions, more.sessions),
            (&mut self.prompts, more.prompts),
            (&mut self.lines_suggested, more.lines_suggested),
            (&mut self.lines_added, more.lines_added),
            (&mut self.lines_removed, more.lines_removed),
            (&mut self.accepts, more.accepts),
            (&mut self.rejects, more.rejects),
            (&mut self.lines_committed, more.lines_committed),
            (&mut self.commits, more.commits),
            (&mut self.pull_requests, more.pull_requests),
        ];
        for (sum, count) in pairs {
            *sum = total(&[*sum, count]);
        }
    }
}

/// The sum of the counts that are known; `None` when none is.
pub fn total(counts: &[Option<u64>]) -> Option<u64> {
    counts.iter().copied().flatten().reduce(u64::saturating_add)
}

/// Tokens by class. The classes are disjoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenCounts {
    /// Read by the model, neither from nor into the cache.
    pub input: Option<u64>,
    /// Read from the cache.
    pub cache_read: Option<u64>,
    /// Written to the cache.
    pub cache_write: Option<u64>,
    /// Written by the model, its reasoning included.
    pub output: Option<u64>,
    /// Read by the model, with an unknown share from the cache.
    pub input_unsplit: Option<u64>,
    /// Tokens of which only the sum is known.
    pub unclassified: Option<u64>,
    /// Of those written to the cache, what is kept there for an hour, which costs more.
    /// Part of [`Self::cache_write`], never added.
    pub cache_write_1h: Option<u64>,
    /// The sum the source prints, to check ours against. Never added.
    pub reported_total: Option<u64>,
}

impl TokenCounts {
    /// The sum of all classes, or `None` when none is known.
    pub fn total(&self) -> Option<u64> {
        let classes = [
            self.input,
            self.cache_read,
            self.cache_write,
            self.output,
            self.input_unsplit,
            self.unclassified,
        ];
        // Each count is below 10^15, so six of them cannot overflow.
        classes.into_iter().flatten().reduce(|total, count| total + count)
    }

    /// The classes of a prompt that should contain what came from the cache and went
    /// into it, and whether it does. One that is too small to is taken as it is. Where
    /// nothing is told of the cache, its share of the prompt is unknown.
    pub fn of_prompt(
        prompt: Option<u64>,
        cache_read: Option<u64>,
        cache_write: Option<u64>,
    ) -> (Self, bool) {
        let mut tokens = Self { cache_read, cache_write, ..Self::default() };
        if cache_read.is_none() && cache_write.is_none() {
            tokens.input_unsplit = prompt;
            return (tokens, true);
        }
        // Each count is below 10^15, so the two cannot overflow.
        let cached = cache_read.unwrap_or(0) + cache_write.unwrap_or(0);
        let rest = prompt.and_then(|prompt| prompt.checked_sub(cached));
        tokens.input = rest.or(prompt);
        (tokens, prompt.is_none() || rest.is_some())
    }

    /// Whether the source's own sum contradicts ours by more than 0.5 % and by more
    /// than two tokens: the cheapest sign that a vendor changed its meaning.
    pub fn contradicts_total(&self) -> bool {
        let (Some(total), Some(reported)) = (self.total(), self.reported_total) else {
            return false;
        };
        let off = total.abs_diff(reported);
        off > 2 && u128::from(off) * 200 > u128::from(reported)
    }
}

/// Sums of tokens by class, exact however many records there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TokenSums {
    /// Read by the model, neither from nor into the cache.
    pub input: Option<u128>,
    /// Read from the cache.
    pub cache_read: Option<u128>,
    /// Written to the cache.
    pub cache_write: Option<u128>,
    /// Written by the model.
    pub output: Option<u128>,
    /// Read by the model, with an unknown share from the cache.
    pub input_unsplit: Option<u128>,
    /// Tokens of which only the sum is known.
    pub unclassified: Option<u128>,
}

impl TokenSums {
    /// Adds the tokens of a record.
    pub fn add(&mut self, tokens: &TokenCounts) {
        let pairs = [
            (&mut self.input, tokens.input),
            (&mut self.cache_read, tokens.cache_read),
            (&mut self.cache_write, tokens.cache_write),
            (&mut self.output, tokens.output),
            (&mut self.input_unsplit, tokens.input_unsplit),
            (&mut self.unclassified, tokens.unclassified),
        ];
        for (sum, count) in pairs {
            if let Some(count) = count {
                *sum = Some(sum.unwrap_or(0) + u128::from(count));
            }
        }
    }

    /// The sum of all classes, or `None` when none is known.
    pub fn total(&self) -> Option<u128> {
        let classes = [
            self.input,
            self.cache_read,
            self.cache_write,
            self.output,
            self.input_unsplit,
            self.unclassified,
        ];
        classes.into_iter().flatten().reduce(|total, sum| total + sum)
    }
}

/// Money in US dollars, by what it means. The four are never added to each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cost {
    /// What the invoice gets.
    pub billed: Option<Usd>,
    /// What it would cost at list price.
    pub list: Option<Usd>,
    /// What the vendor or the tool reckons.
    pub estimated: Option<Usd>,
    /// Tokens times a table of prices.
    pub computed: Option<Usd>,
}

impl Cost {
    /// Whether no amount is known.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }

    /// Adds another amount of each meaning.
    pub fn add(&mut self, more: &Self) {
        let pairs = [
            (&mut self.billed, more.billed),
            (&mut self.list, more.list),
            (&mut self.estimated, more.estimated),
            (&mut self.computed, more.computed),
        ];
        for (sum, amount) in pairs {
            if let Some(amount) = amount {
                *sum = Some(sum.unwrap_or(Usd::ZERO) + amount);
            }
        }
    }
}

/// An amount of a vendor's own unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Credits {
    /// Billionths of one unit.
    pub nanos: i128,
    /// The unit: `github_ai_credit`, `cursor_request`, ….
    pub unit: Untrusted,
}
