//! What spend is measured in: the amount that a record says, in one unit for all.

use crate::identity::Match;
use crate::units::Usd;
use crate::usage::Kept;

/// What spend is measured in, in the order of preference. Kinds are never mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Money on the invoice.
    BilledUsd,
    /// Money at list prices, or the vendor's own estimate of it.
    ListUsd,
    /// Tokens weighted like prices: input 1, cache write 1.25, cache read 0.1,
    /// output 5.
    WeightedTokens,
}

impl Measure {
    /// All measures, the preferred first.
    pub const ALL: [Self; 3] = [Self::BilledUsd, Self::ListUsd, Self::WeightedTokens];

    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BilledUsd => "billed_usd",
            Self::ListUsd => "list_usd",
            Self::WeightedTokens => "weighted_tokens",
        }
    }

    /// The amount of a record, exact: nano-dollars or hundredths of weighted tokens.
    /// `None` when the record does not say.
    pub(super) fn of(self, kept: &Kept<'_>) -> Option<i128> {
        match self {
            Self::BilledUsd => kept.cost().billed.map(|usd| usd.0),
            Self::ListUsd => {
                let cost = kept.cost();
                cost.list.or(cost.estimated).or(cost.computed).map(|usd| usd.0)
            }
            Self::WeightedTokens => weighted_tokens(kept),
        }
    }

    /// An exact amount in the unit people read: dollars or weighted tokens.
    pub fn to_f64(self, exact: i128) -> f64 {
        match self {
            Self::BilledUsd | Self::ListUsd => Usd(exact).to_f64(),
            Self::WeightedTokens => Usd(exact * 10_000_000).to_f64(),
        }
    }
}

fn weighted_tokens(kept: &Kept<'_>) -> Option<i128> {
    let tokens = kept.tokens();
    tokens.total()?;
    let part = |count: Option<u64>, hundredths: i128| {
        count.map_or(0, |count| i128::from(count) * hundredths)
    };
    Some(
        part(tokens.input, 100)
            + part(tokens.input_unsplit, 100)
            + part(tokens.unclassified, 100)
            + part(tokens.cache_write, 125)
            + part(tokens.cache_read, 10)
            + part(tokens.output, 500),
    )
}

/// A record that counts, and whom it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Spend<'u> {
    /// The record, as far as it counts.
    pub kept: Kept<'u>,
    /// Whom its account belongs to.
    pub owner: Match,
    /// Whether a repository holds it, rather than an export that was given.
    pub from_repository: bool,
}

/// Chooses the most preferred measure that nearly all usage carries: at least 95 of
/// 100 records that say anything. Exports that were given decide; only without any do
/// the sessions decide that repositories hold.
pub fn choose_measure(spend: &[Spend<'_>]) -> Option<Measure> {
    let given: Vec<Kept<'_>> = records(spend, false);
    let found = records(spend, true);
    let deciding = if given.is_empty() { found } else { given };
    let says =
        |kept: &Kept<'_>| Measure::ALL.iter().any(|measure| measure.of(kept).is_some());
    let all = deciding.iter().copied().filter(says).count();
    let carries = |measure: &Measure| {
        let with = deciding.iter().filter(|one| measure.of(one).is_some()).count();
        with > 0 && with * 100 >= all * 95
    };
    Measure::ALL.into_iter().find(carries)
}

fn records<'u>(spend: &[Spend<'u>], from_repository: bool) -> Vec<Kept<'u>> {
    let wanted = spend.iter().filter(|one| one.from_repository == from_repository);
    wanted.map(|one| one.kept).collect()
}
