//! Usage and spend as they are reported: tokens are integers, money is a decimal
//! string in US dollars, exact; absent is null and never zero.

use std::collections::BTreeSet;

use serde::Serialize;

use super::GapReport;
use super::small_groups;
use super::usage_context::{Grains, UsageContext};
use crate::units::{Timestamp, Usd, len_to_u64};
use crate::usage::prices::Pricing;
use crate::usage::{Account, Cost, Entry, Export, Settled, TokenSums};

/// The version of this shape.
pub(super) const USAGE_SCHEMA: &str = "slopnexus.usage-report/1";

/// What is in the exports, and where every record went.
#[derive(Debug, Clone, Serialize)]
pub struct UsageReport {
    /// The version of this shape.
    pub schema: &'static str,
    /// Each export.
    pub files: Vec<UsageFile>,
    /// Where every record went.
    pub ledger: LedgerReport,
    /// Formats that show the same consumption, and their sums of the same days.
    pub reconciliations: Vec<ReconciliationReport>,
    /// What the tokens cost at list price, and what has no price.
    pub prices: PricesReport,
    /// What is kept, by month, tool and model.
    pub context: UsageContext,
    /// Who is behind each of the files.
    #[serde(skip)]
    people_of_files: Vec<BTreeSet<Vec<u8>>>,
}

/// Two formats that show the same consumption.
#[derive(Debug, Clone, Serialize)]
pub struct ReconciliationReport {
    /// The format that counts.
    pub kept_format: &'static str,
    /// The format that does not.
    pub shadowed_format: &'static str,
    /// What counts, on the days on which the other shows the same; `None` in reports that
    /// others read, since few people may be behind it.
    pub kept: Option<EntryReport>,
    /// What does not, likewise.
    pub shadowed: Option<EntryReport>,
}

/// What tokens cost at list price.
#[derive(Debug, Clone, Serialize)]
pub struct PricesReport {
    /// The date of the prices; `None` of a table that tells none.
    pub date: Option<String>,
    /// Records that were priced.
    pub priced_records: u64,
    /// Models that are not in the table, by their tokens.
    pub unpriced_models: Vec<UnpricedModel>,
    /// Records with tokens that name no model.
    pub records_without_model: u64,
    /// Records whose tokens are not told apart by class.
    pub records_without_classes: u64,
}

/// A model without a price.
#[derive(Debug, Clone, Serialize)]
pub struct UnpricedModel {
    /// Its name, as exported.
    pub model: String,
    /// Records of it.
    pub records: u64,
    /// Tokens of it.
    pub tokens: u128,
}

impl PricesReport {
    /// Leaves of the models without a price only how many they are, and their sums: who
    /// uses one may be one person.
    fn put_models_together(&mut self) {
        let models = &self.unpriced_models;
        if models.is_empty() {
            return;
        }
        let together = UnpricedModel {
            model: format!("{} models", models.len()),
            records: models.iter().map(|one| one.records).sum(),
            tokens: models.iter().map(|one| one.tokens).sum(),
        };
        self.unpriced_models = vec![together];
    }
}

/// Who is behind the records of an export.
fn people_of(
    export: &Export,
    person: &dyn Fn(&Account) -> Option<Vec<u8>>,
) -> BTreeSet<Vec<u8>> {
    let accounts: BTreeSet<&Account> =
        export.records.iter().map(|record| &record.facets.account).collect();
    accounts.into_iter().filter_map(person).collect()
}

impl From<&Pricing> for PricesReport {
    fn from(pricing: &Pricing) -> Self {
        let mut models: Vec<UnpricedModel> = pricing
            .unpriced
            .iter()
            .map(|(model, (records, tokens))| UnpricedModel {
                model: model.to_json_text().into_owned(),
                records: *records,
                tokens: *tokens,
            })
            .collect();
        models.sort_by(|one, two| {
            two.tokens.cmp(&one.tokens).then_with(|| one.model.cmp(&two.model))
        });
        Self {
            date: pricing.date.clone(),
            priced_records: pricing.priced,
            unpriced_models: models,
            records_without_model: pricing.without_model,
            records_without_classes: pricing.unsplit,
        }
    }
}

/// One export.
#[derive(Debug, Clone, Serialize)]
pub struct UsageFile {
    /// Its name.
    pub file: String,
    /// Its format.
    pub format: &'static str,
    /// How well the format is looked after.
    pub tier: u8,
    /// Records read.
    pub records: u64,
    /// Records that could not be read.
    pub rejected: u64,
    /// The time it covers.
    pub period: PeriodReport,
    /// Its tokens.
    pub tokens: TokensReport,
    /// Its money.
    pub cost_usd: CostReport,
    #[serde(skip)]
    cost: Cost,
    /// The vendor's own units.
    pub credits: Vec<CreditsReport>,
    /// The accounts it names.
    pub people: u64,
    /// Why its figures are not shown, if they are not.
    pub left_out: Option<&'static str>,
    /// What was left out of it, or is to be said about it.
    pub problems: Vec<GapReport>,
}

/// A time from and to; half-open.
#[derive(Debug, Clone, Serialize)]
pub struct PeriodReport {
    /// RFC 3339.
    pub start: Option<String>,
    /// RFC 3339.
    pub end: Option<String>,
}

/// Tokens by class; the classes do not overlap.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct TokensReport {
    /// Input that was neither read from nor written to a cache.
    pub input: Option<u128>,
    /// Input of which that is not said.
    pub input_unsplit: Option<u128>,
    /// Read from a cache.
    pub cache_read: Option<u128>,
    /// Written to a cache.
    pub cache_write: Option<u128>,
    /// Output, reasoning included.
    pub output: Option<u128>,
    /// Tokens of which only the total is said.
    pub unclassified: Option<u128>,
    /// Their sum.
    pub total: Option<u128>,
}

impl From<TokenSums> for TokensReport {
    fn from(tokens: TokenSums) -> Self {
        Self {
            input: tokens.input,
            input_unsplit: tokens.input_unsplit,
            cache_read: tokens.cache_read,
            cache_write: tokens.cache_write,
            output: tokens.output,
            unclassified: tokens.unclassified,
            total: tokens.total(),
        }
    }
}

/// Money by meaning, never added up across meanings.
#[derive(Debug, Clone, Serialize)]
pub struct CostReport {
    /// On the invoice.
    pub billed: Option<String>,
    /// At list prices.
    pub list: Option<String>,
    /// The vendor's or the tool's estimate.
    pub estimated: Option<String>,
    /// From tokens and a price list.
    pub computed: Option<String>,
}

impl From<Cost> for CostReport {
    fn from(cost: Cost) -> Self {
        let text = |usd: Option<Usd>| usd.map(|usd| usd.to_string());
        Self {
            billed: text(cost.billed),
            list: text(cost.list),
            estimated: text(cost.estimated),
            computed: text(cost.computed),
        }
    }
}

/// An amount in a vendor's own unit.
#[derive(Debug, Clone, Serialize)]
pub struct CreditsReport {
    /// The amount, exact.
    pub amount: String,
    /// The unit.
    pub unit: String,
}

/// Where every record went: seen = kept + shadowed + rejected, and kept = assigned +
/// service + unassigned, to the token and to the cent.
#[derive(Debug, Clone, Serialize)]
pub struct LedgerReport {
    /// Everything in the exports.
    pub seen: EntryReport,
    /// What counts.
    pub kept: EntryReport,
    /// The same consumption seen again.
    pub shadowed: EntryReport,
    /// What could not be read, or contradicts what was.
    pub rejected: EntryReport,
    /// Kept and a person's; `None` until people are known, and in a report that others
    /// read, where it may be that of a few.
    pub assigned: Option<EntryReport>,
    /// Kept and a service's.
    pub service: Option<EntryReport>,
    /// Kept and nobody's; `None` likewise.
    pub unassigned: Option<EntryReport>,
}

/// One line of the ledger.
#[derive(Debug, Clone, Serialize)]
pub struct EntryReport {
    /// Records.
    pub records: u64,
    /// Tokens; `None` when no record gives any.
    pub tokens: Option<u128>,
    /// Money on the invoice.
    pub billed_usd: Option<String>,
    /// Money at list prices.
    pub list_usd: Option<String>,
    /// Estimates of vendors and tools.
    pub estimated_usd: Option<String>,
    /// Tokens times a table of prices.
    pub computed_usd: Option<String>,
}

/// What tells two accounts of one person: of people, and of all that may be somebody's.
type PeopleAndAccounts<'f> =
    (&'f dyn Fn(&Account) -> Option<Vec<u8>>, &'f dyn Fn(&Account) -> Option<Vec<u8>>);

impl UsageReport {
    /// The same for a report that others read: exports have no names, and figures of
    /// those with fewer than five accounts, or `least_people` of them, are left out, since
    /// such a file is often one person's.
    pub fn without_small_files(mut self, least_people: usize) -> Self {
        let people: Vec<&BTreeSet<Vec<u8>>> = self.people_of_files.iter().collect();
        let (_, hidden) = small_groups::divide_at(&people, least_people);
        let is_divided = least_people > 1 && self.files.len() > 1;
        let grains = self.context.grains;
        for (at, file) in self.files.iter_mut().enumerate() {
            if is_divided {
                file.round(grains);
            }
            file.file = export_name(at + 1);
            for problem in &mut file.problems {
                problem.scope = export_name(at + 1);
                problem.first = String::new();
            }
            if hidden.contains(&at) {
                file.tokens = TokenSums::default().into();
                file.cost_usd = Cost::default().into();
                file.credits = Vec::new();
                file.left_out = Some(
                    "fewer than five people, here or in another file that could be told \
                     by subtraction: figures are in the ledger only",
                );
            }
        }
        if least_people > 1 {
            // Which part is whose depends on the repositories and the map: of a few people
            // these are not sums of the exports, and where the spend went says it rounded.
            (self.ledger.assigned, self.ledger.unassigned) = (None, None);
            for one in &mut self.reconciliations {
                (one.kept, one.shadowed) = (None, None);
            }
            self.prices.put_models_together();
        }
        self
    }

    /// Reports exports and their ledger.
    pub fn new(
        exports: &[Export],
        settled: &Settled<'_>,
        pricing: &Pricing,
        (person, weigh): PeopleAndAccounts<'_>,
        least_people: usize,
    ) -> Self {
        let ledger = &settled.ledger;
        let known = Known::of(exports);
        let entry = |entry: &Entry| known.entry(entry);
        let reconciliations = settled.reconciliations.iter();
        Self {
            schema: USAGE_SCHEMA,
            files: exports.iter().map(usage_file).collect(),
            ledger: LedgerReport {
                seen: entry(&ledger.seen),
                kept: entry(&ledger.kept),
                shadowed: entry(&ledger.shadowed),
                rejected: known.rejected(&ledger.rejected, exports),
                assigned: ledger.assigned.as_ref().map(entry),
                service: ledger.service.as_ref().map(entry),
                unassigned: ledger.unassigned.as_ref().map(entry),
            },
            reconciliations: reconciliations
                .map(|one| ReconciliationReport {
                    kept_format: one.formats.winner,
                    shadowed_format: one.formats.shadowed,
                    kept: Some(entry(&one.kept)),
                    shadowed: Some(entry(&one.shadowed)),
                })
                .collect(),
            prices: pricing.into(),
            context: UsageContext::new(&settled.kept, person, weigh, least_people),
            people_of_files: exports.iter().map(|one| people_of(one, person)).collect(),
        }
    }
}

/// Which figures the exports give at all: the others are null, not zero.
struct Known {
    tokens: bool,
    cost: Cost,
}

impl Known {
    fn of(exports: &[Export]) -> Self {
        let mut cost = Cost::default();
        for export in exports {
            cost.add(&export.cost());
        }
        Self {
            tokens: exports.iter().any(|export| export.tokens().total().is_some()),
            cost,
        }
    }

    /// What was rejected: the amounts of rows that could not be read are not known.
    fn rejected(&self, entry: &Entry, exports: &[Export]) -> EntryReport {
        let unread = exports.iter().any(|export| export.n_rejected > 0);
        let known = self.entry(entry);
        if !unread {
            return known;
        }
        EntryReport {
            tokens: None,
            billed_usd: None,
            list_usd: None,
            estimated_usd: None,
            computed_usd: None,
            ..known
        }
    }

    fn entry(&self, entry: &Entry) -> EntryReport {
        let money = |known: Option<Usd>, usd: Usd| known.map(|_| usd.to_string());
        EntryReport {
            records: entry.records,
            tokens: self.tokens.then_some(entry.tokens),
            billed_usd: money(self.cost.billed, entry.billed),
            list_usd: money(self.cost.list, entry.list),
            estimated_usd: money(self.cost.estimated, entry.estimated),
            computed_usd: money(self.cost.computed, entry.computed),
        }
    }
}

impl UsageFile {
    /// Rounds what is one of several parts.
    fn round(&mut self, grains: Grains) {
        self.records = grains.records.round_count(self.records);
        let tokens = &mut self.tokens;
        for count in [
            &mut tokens.input,
            &mut tokens.input_unsplit,
            &mut tokens.cache_read,
            &mut tokens.cache_write,
            &mut tokens.output,
            &mut tokens.unclassified,
            &mut tokens.total,
        ] {
            *count = count.map(|count| grains.tokens.round_tokens(count));
        }
        let cost = &mut self.cost;
        cost.billed = cost.billed.map(|usd| Usd(grains.billed.round(usd.0)));
        for usd in [&mut cost.list, &mut cost.estimated, &mut cost.computed] {
            *usd = usd.map(|usd| Usd(grains.value.round(usd.0)));
        }
        self.cost_usd = (*cost).into();
        // Of a vendor's own units nobody's part is known.
        self.credits = Vec::new();
    }
}

/// The name of an export in a report: its number, since names can hold those of people.
pub fn export_name(number: usize) -> String {
    format!("export {number}")
}

fn usage_file(export: &Export) -> UsageFile {
    let time = |time: Option<Timestamp>| time.and_then(Timestamp::to_rfc3339);
    let period = export.period();
    UsageFile {
        file: export.file.to_json_text().into_owned(),
        format: export.format,
        tier: export.tier,
        records: len_to_u64(export.records.len()),
        rejected: export.n_rejected,
        period: PeriodReport {
            start: time(period.map(|period| period.start)),
            end: time(period.map(|period| period.end)),
        },
        tokens: export.tokens().into(),
        cost_usd: export.cost().into(),
        cost: export.cost(),
        credits: export
            .credits()
            .into_iter()
            .map(|(unit, nanos)| CreditsReport {
                amount: Usd(nanos).to_string(),
                unit: unit.to_json_text().into_owned(),
            })
            .collect(),
        people: len_to_u64(export.n_accounts()),
        left_out: None,
        problems: super::build::gap_reports(&export.file.to_json_text(), &export.gaps),
    }
}
