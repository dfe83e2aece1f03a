//! Usage by month, tool and model: context, and nothing that is said of code.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::Serialize;

use super::grain::Grain;
use super::small_groups;
use crate::units::{IsoWeek, Usd, len_to_u32, len_to_u64};
use crate::untrusted::Untrusted;
use crate::usage::{Account, Facets, Kept};

/// Usage broken down three ways. Each adds up to what is kept, but for rounding; parts with
/// fewer than five accounts behind them are put together.
#[derive(Debug, Clone, Serialize)]
pub struct UsageContext {
    /// By calendar month in UTC of the first moment of each record.
    pub months: Vec<UsageRow>,
    /// By tool.
    pub tools: Vec<UsageRow>,
    /// By model, as exported.
    pub models: Vec<UsageRow>,
    /// What the amounts of these rows are multiples of; none where they are exact.
    #[serde(flatten)]
    pub rounded_to: Option<RoundedTo>,
    #[serde(skip)]
    pub(super) grains: Grains,
}

/// What amounts are multiples of, so that two reports cannot be subtracted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoundedTo {
    /// Of records.
    pub records_rounded_to: String,
    /// Of tokens.
    pub tokens_rounded_to: String,
    /// Of money on the invoice; null where nothing is said of it.
    pub billed_usd_rounded_to: Option<String>,
    /// Of value; null where nothing is said of it.
    pub value_usd_rounded_to: Option<String>,
}

/// A part of what is kept.
#[derive(Debug, Clone, Serialize)]
pub struct UsageRow {
    /// What it is of; `None` for what the exports do not say.
    pub name: Option<String>,
    /// Whether it is several parts that are not shown for themselves.
    pub put_together: bool,
    /// Records.
    pub records: u64,
    /// Accounts or, where they are known, people.
    pub people: u64,
    /// Tokens of all classes; `None` when no record gives any.
    pub tokens: Option<u128>,
    /// Money on the invoice.
    pub billed_usd: Option<String>,
    /// What it is worth: the list price, else the estimate of the vendor or the tool,
    /// else tokens times a table of prices.
    pub value_usd: Option<String>,
    /// Which of the three: `list, computed`.
    pub value_basis: String,
}

/// A part as it is added up.
#[derive(Debug, Default)]
struct Part {
    records: u64,
    people: BTreeSet<u32>,
    tokens: Option<u128>,
    billed: Option<Usd>,
    value: Option<Usd>,
    basis: BTreeMap<&'static str, u64>,
}

impl UsageContext {
    /// Breaks down what is kept. `person` tells two accounts of one person; parts of fewer
    /// than `least_people` are put together. `weigh` does the same of all that may be
    /// somebody's, known or not: figures are as coarse as what any of them has.
    pub fn new(
        kept: &[Kept<'_>],
        person: &dyn Fn(&Account) -> Option<Vec<u8>>,
        weigh: &dyn Fn(&Account) -> Option<Vec<u8>>,
        least_people: usize,
    ) -> Self {
        let month = |kept: &Kept<'_>| {
            let day = kept.record.period?.start.day().to_iso()?;
            day.get(..7).map(Untrusted::from)
        };
        let people = &numbers(kept, person);
        let grains = &Grains::of(kept, &numbers(kept, weigh), least_people);
        let rows = |parts: Parts| rows(parts, grains, least_people);
        Self {
            months: rows(parts(kept, people, month)),
            tools: rows(parts(kept, people, |kept| kept.record.facets.tool.clone())),
            models: rows(parts(kept, people, |kept| kept.record.facets.model.clone())),
            rounded_to: grains.rounded_to(),
            grains: *grains,
        }
    }
}

/// How coarse the amounts of rows are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grains {
    /// Of tokens.
    pub(super) tokens: Grain,
    /// Of money on the invoice.
    pub(super) billed: Grain,
    /// Of value.
    pub(super) value: Grain,
    /// Of records.
    pub(super) records: Grain,
}

impl Grains {
    fn of(kept: &[Kept<'_>], people: &Numbers, least_people: usize) -> Self {
        let own = least_people <= 1;
        // By person, and by person and week: tokens, money billed, value, records.
        let mut all: BTreeMap<u32, [i128; 4]> = BTreeMap::new();
        let mut weeks: BTreeMap<(IsoWeek, u32), [i128; 4]> = BTreeMap::new();
        for one in kept {
            let facets = Arc::as_ptr(&one.record.facets);
            let Some(person) = people.get(&facets).copied().flatten() else { continue };
            let amounts = amounts(one);
            let week = one.record.period.map(|period| period.start.day().week());
            let of_week = week.map(|week| weeks.entry((week, person)).or_default());
            for sums in
                [Some(all.entry(person).or_default()), of_week].into_iter().flatten()
            {
                for (sum, amount) in sums.iter_mut().zip(amounts) {
                    *sum += amount;
                }
            }
        }
        let grain = |column: usize| {
            let people = all.values().map(|sums| sums[column]);
            let mut by_week: BTreeMap<IsoWeek, Vec<i128>> = BTreeMap::new();
            for ((week, _), sums) in &weeks {
                by_week.entry(*week).or_default().push(sums[column]);
            }
            Grain::of_amounts(people, by_week.into_values(), own)
        };
        Self { tokens: grain(0), billed: grain(1), value: grain(2), records: grain(3) }
    }

    /// Whether parts of a whole can be told from nothing and from all of it: else a few
    /// people weigh too much in it.
    fn divide(&self, whole: &Part) -> bool {
        let usd = |usd: Option<Usd>| usd.map_or(0, |usd| usd.0);
        let columns = [
            (self.tokens, to_i128(whole.tokens.unwrap_or(0))),
            (self.billed, usd(whole.billed)),
            (self.value, usd(whole.value)),
            (self.records, i128::from(whole.records)),
        ];
        columns.iter().all(|(grain, whole)| *whole == 0 || grain.divides(*whole))
    }

    fn rounded_to(&self) -> Option<RoundedTo> {
        // A step of one nano-dollar is that of nothing at all.
        let usd = |grain: Grain| {
            grain.step().filter(|step| *step > 1).map(|step| Usd(step).to_string())
        };
        Some(RoundedTo {
            records_rounded_to: self.records.step()?.to_string(),
            tokens_rounded_to: self.tokens.step()?.to_string(),
            billed_usd_rounded_to: usd(self.billed),
            value_usd_rounded_to: usd(self.value),
        })
    }
}

/// Tokens, money billed and value of a record, zero of what it does not say; and itself.
fn amounts(kept: &Kept<'_>) -> [i128; 4] {
    let cost = kept.cost();
    let value = cost.list.or(cost.estimated).or(cost.computed);
    let usd = |usd: Option<Usd>| usd.map_or(0, |usd| usd.0.abs());
    [kept.tokens().total().map_or(0, i128::from), usd(cost.billed), usd(value), 1]
}

type Parts = BTreeMap<Option<Untrusted>, Part>;

/// A number for each person, by what records share: telling people apart is costly, and
/// there are far fewer of these than records.
type Numbers = HashMap<*const Facets, Option<u32>>;

fn numbers(kept: &[Kept<'_>], person: &dyn Fn(&Account) -> Option<Vec<u8>>) -> Numbers {
    let mut known: HashMap<Vec<u8>, u32> = HashMap::new();
    let mut numbers = Numbers::new();
    for one in kept {
        let facets = &one.record.facets;
        numbers.entry(Arc::as_ptr(facets)).or_insert_with(|| {
            let next = len_to_u32(known.len());
            // Whoever is not known to be somebody counts as nobody.
            let key = person(&facets.account)?;
            Some(*known.entry(key).or_insert(next))
        });
    }
    numbers
}

fn parts(
    kept: &[Kept<'_>],
    people: &Numbers,
    name: impl Fn(&Kept<'_>) -> Option<Untrusted>,
) -> Parts {
    let mut parts = Parts::new();
    for one in kept {
        let person = people.get(&Arc::as_ptr(&one.record.facets)).copied().flatten();
        parts.entry(name(one)).or_default().add(one, person);
    }
    parts
}

fn rows(parts: Parts, grains: &Grains, least_people: usize) -> Vec<UsageRow> {
    let (names, parts): (Vec<_>, Vec<Part>) = parts.into_iter().unzip();
    let people: Vec<&BTreeSet<u32>> = parts.iter().map(|part| &part.people).collect();
    // A whole of few people is shown as a whole; it is only never divided.
    let (mut shown, mut hidden) = small_groups::divide_at(&people, least_people);
    let mut whole = Part::default();
    parts.iter().for_each(|part| whole.merge(part));
    if !grains.divide(&whole) {
        hidden.append(&mut shown);
    }
    shown.sort_unstable();
    // What is all of it is as exact as the ledger is.
    let exact = &Grains {
        tokens: Grain::Exact,
        billed: Grain::Exact,
        value: Grain::Exact,
        records: Grain::Exact,
    };
    let is_all = shown.len() + usize::from(!hidden.is_empty()) <= 1;
    let grains = if is_all { exact } else { grains };
    let mut rows: Vec<UsageRow> = shown
        .into_iter()
        .map(|at| {
            let name = names[at].as_ref().map(|name| name.to_json_text().into_owned());
            parts[at].row((name, false), grains)
        })
        .collect();
    if !hidden.is_empty() {
        let mut rest = Part::default();
        for at in hidden {
            rest.merge(&parts[at]);
        }
        rows.push(rest.row((None, true), grains));
    }
    rows
}

impl Part {
    fn add(&mut self, kept: &Kept<'_>, person: Option<u32>) {
        let cost = kept.cost();
        let tokens = kept.tokens().total().map(u128::from);
        self.records += 1;
        self.people.extend(person);
        self.tokens = sum(self.tokens, tokens);
        self.billed = money(self.billed, cost.billed);
        let bases = [
            ("list", cost.list),
            ("estimated", cost.estimated),
            ("computed", cost.computed),
        ];
        let known = bases.into_iter().find_map(|(basis, usd)| Some((basis, usd?)));
        if let Some((basis, usd)) = known {
            self.value = money(self.value, Some(usd));
            *self.basis.entry(basis).or_default() += 1;
        }
    }

    fn merge(&mut self, other: &Self) {
        self.records += other.records;
        self.people.extend(&other.people);
        self.tokens = sum(self.tokens, other.tokens);
        self.billed = money(self.billed, other.billed);
        self.value = money(self.value, other.value);
        for (basis, count) in &other.basis {
            *self.basis.entry(basis).or_default() += count;
        }
    }

    fn row(
        &self,
        (name, put_together): (Option<String>, bool),
        grains: &Grains,
    ) -> UsageRow {
        let text = |usd: Option<Usd>, grain: Grain| {
            usd.map(|usd| Usd(grain.round(usd.0)).to_string())
        };
        let basis: Vec<String> =
            self.basis.keys().map(|basis| (*basis).to_owned()).collect();
        UsageRow {
            name,
            put_together,
            records: grains.records.round_count(self.records),
            people: len_to_u64(self.people.len()),
            tokens: self.tokens.map(|tokens| grains.tokens.round_tokens(tokens)),
            billed_usd: text(self.billed, grains.billed),
            value_usd: text(self.value, grains.value),
            value_basis: basis.join(", "),
        }
    }
}

/// Tokens as amounts are. More than fit are more than can be counted in a lifetime.
fn to_i128(tokens: u128) -> i128 {
    i128::try_from(tokens).unwrap_or(i128::MAX / 4)
}

fn sum(one: Option<u128>, other: Option<u128>) -> Option<u128> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one + other),
        (one, other) => one.or(other),
    }
}

fn money(one: Option<Usd>, other: Option<Usd>) -> Option<Usd> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one + other),
        (one, other) => one.or(other),
    }
}
