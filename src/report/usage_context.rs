//! Usage by month, tool and model: context, and nothing that is said of code.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::Serialize;

use super::small_groups;
use crate::units::{Usd, len_to_u32, len_to_u64};
use crate::untrusted::Untrusted;
use crate::usage::{Account, Facets, Kept};

/// Usage broken down three ways. Each adds up to what is kept; parts with fewer than five
/// accounts behind them are put together.
#[derive(Debug, Clone, Serialize)]
pub struct UsageContext {
    /// By calendar month in UTC of the first moment of each record.
    pub months: Vec<UsageRow>,
    /// By tool.
    pub tools: Vec<UsageRow>,
    /// By model, as exported.
    pub models: Vec<UsageRow>,
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
    /// Which of the three, and how many records each: `list 12, computed 3`.
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
    /// than `least_people` are put together.
    pub fn new(
        kept: &[Kept<'_>],
        person: &dyn Fn(&Account) -> Option<Vec<u8>>,
        least_people: usize,
    ) -> Self {
        let month = |kept: &Kept<'_>| {
            let day = kept.record.period?.start.day().to_iso()?;
            day.get(..7).map(Untrusted::from)
        };
        let people = &numbers(kept, person);
        Self {
            months: rows(parts(kept, people, month), least_people),
            tools: rows(
                parts(kept, people, |kept| kept.record.facets.tool.clone()),
                least_people,
            ),
            models: rows(
                parts(kept, people, |kept| kept.record.facets.model.clone()),
                least_people,
            ),
        }
    }
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

fn rows(parts: Parts, least_people: usize) -> Vec<UsageRow> {
    let (names, parts): (Vec<_>, Vec<Part>) = parts.into_iter().unzip();
    let people: Vec<&BTreeSet<u32>> = parts.iter().map(|part| &part.people).collect();
    // A whole of few people is shown as a whole; it is only never divided.
    let (mut shown, hidden) = small_groups::divide_at(&people, least_people);
    shown.sort_unstable();
    let mut rows: Vec<UsageRow> = shown
        .into_iter()
        .map(|at| {
            let name = names[at].as_ref().map(|name| name.to_json_text().into_owned());
            parts[at].row(name, false)
        })
        .collect();
    if !hidden.is_empty() {
        let mut rest = Part::default();
        for at in hidden {
            rest.merge(&parts[at]);
        }
        rows.push(rest.row(None, true));
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

    fn row(&self, name: Option<String>, put_together: bool) -> UsageRow {
        let text = |usd: Option<Usd>| usd.map(|usd| usd.to_string());
        let basis: Vec<String> =
            self.basis.iter().map(|(basis, count)| format!("{basis} {count}")).collect();
        UsageRow {
            name,
            put_together,
            records: self.records,
            people: len_to_u64(self.people.len()),
            tokens: self.tokens,
            billed_usd: text(self.billed),
            value_usd: text(self.value),
            value_basis: basis.join(", "),
        }
    }
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
