//! The whole flow, in the order it happens. Reads top to bottom.

mod exports;
mod repositories;
mod trusted;

use std::collections::BTreeMap;

pub use exports::read_exports;
pub use repositories::{Gathered, gather};
pub use trusted::TrustedFolders;

use crate::cohorts::{self, Scope};
use crate::error::Error;
use crate::identity::{self, AccountKey, Match, People};
use crate::panel::{self, Panel, Spend, Window};
use crate::problem::Gaps;
use crate::report::{self, Inputs, Report, UsageReport};
use crate::request::{ExportRequest, RepositoryRequest};
use crate::units::Timestamp;
use crate::untrusted::Untrusted;
use crate::usage::{self, Account, Export, Party, UsageRecord};
use crate::worker::Stop;

/// What the outside world gives: the only place where a run meets it.
pub struct Outside<'o> {
    /// Set when the run shall end.
    pub stop: &'o Stop,
    /// Shows how far the work has come.
    pub progress: &'o (dyn Fn(&str) + Sync),
    /// Tells what the user should know beside the answer.
    pub warn: &'o (dyn Fn(&str) + Sync),
    /// The day of the run, a bound on dates in exports.
    pub today: Option<Timestamp>,
}

impl std::fmt::Debug for Outside<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outside").field("today", &self.today).finish_non_exhaustive()
    }
}

/// Did the tokens buy code that lasted? Repositories and exports in, an answer out.
///
/// # Errors
///
/// When nothing can be analysed, or an export is refused whole.
pub fn report(
    repository: &RepositoryRequest,
    exports: &ExportRequest,
    outside: &Outside<'_>,
) -> Result<Report, Error> {
    // 1. What the repositories have to say, each from a worker of its own.
    let Gathered { repositories, gaps } = gather(repository, outside)?;

    // 2. What the exports have to say, and the records that repositories hold.
    let mut exports_read = read_exports(exports, outside.today)?;
    exports_read.extend(repositories.iter().filter_map(exports::from_checkpoints));

    // 3. Who is who.
    let accounts = accounts(&exports_read);
    let keys: Vec<AccountKey> = accounts.iter().map(exports::account_key).collect();
    let people =
        identity::resolve(&cohorts::git_people(&repositories), &keys, &exports.people);
    let owners: BTreeMap<Account, Match> =
        accounts.into_iter().zip(people.account.iter().copied()).collect();

    // 4. Nothing twice, and every token and cent accounted for.
    let person = |account: &Account| person_key(account, &owners, &people);
    let mut settled = usage::settle_as(&exports_read, exports.sum_sources, &person)?;
    settled.assign(&|record: &UsageRecord| match owners.get(&record.facets.account) {
        Some(Match::Person(..)) => Party::Person,
        Some(Match::Service) => Party::Service,
        Some(Match::Ambiguous | Match::Unmatched) | None => Party::Nobody,
    })?;

    // 5. Spend meets lines, by person and week.
    let spend: Vec<Spend<'_>> = settled
        .kept
        .iter()
        .map(|kept| Spend {
            kept: *kept,
            owner: owners
                .get(&kept.record.facets.account)
                .copied()
                .unwrap_or(Match::Unmatched),
            from_repository: kept.record.format == usage::entire::FORMAT.name
                && kept.record.facets.repo.is_some(),
        })
        .collect();
    let scope = Scope::new(&repositories, &people);
    let panel = join(&scope, &spend, repository.since);

    // 6. The answer.
    let mut gaps = gaps;
    let export_gaps = (1..)
        .zip(&exports_read)
        .map(|(number, one)| (report::export_name(number), one.gaps.without_places()));
    gaps.extend(export_gaps.filter(|(_, gaps)| !gaps.is_empty()));
    gaps.push(("ledger".to_owned(), settled.gaps.clone()));
    Ok(report::build(Inputs {
        scope: &scope,
        usage: (!exports_read.is_empty()).then(|| {
            UsageReport::new(&exports_read, &settled.ledger).without_small_files()
        }),
        panel,
        gaps,
        since: repository.since,
        options: options(repository, exports),
    }))
}

/// What is in the exports, and does every dollar tie out?
///
/// # Errors
///
/// When an export is refused whole, or the ledger does not tie out.
pub fn usage_report(
    request: &ExportRequest,
    outside: &Outside<'_>,
) -> Result<(UsageReport, Gaps), Error> {
    let exports = read_exports(request, outside.today)?;
    let accounts = accounts(&exports);
    let keys: Vec<AccountKey> = accounts.iter().map(exports::account_key).collect();
    let people = identity::resolve(&[], &keys, &request.people);
    let owners: BTreeMap<Account, Match> =
        accounts.into_iter().zip(people.account.iter().copied()).collect();
    let person = |account: &Account| person_key(account, &owners, &people);
    let mut settled = usage::settle_as(&exports, request.sum_sources, &person)?;
    if request.has_people {
        settled.assign(
            &|record: &UsageRecord| match owners.get(&record.facets.account) {
                Some(Match::Person(..)) => Party::Person,
                Some(Match::Service) => Party::Service,
                Some(Match::Ambiguous | Match::Unmatched) | None => Party::Nobody,
            },
        )?;
    }
    Ok((UsageReport::new(&exports, &settled.ledger), settled.gaps.clone()))
}

/// The accounts of all exports, each once, in a fixed order.
fn accounts(exports: &[Export]) -> Vec<Account> {
    let records = exports.iter().flat_map(|export| &export.records);
    let accounts: std::collections::BTreeSet<&Account> =
        records.map(|record| &record.facets.account).collect();
    let accounts: Vec<Account> = accounts.into_iter().cloned().collect();
    accounts
}

/// What two accounts of one person have in common; else the account's own key.
fn person_key(
    account: &Account,
    owners: &BTreeMap<Account, Match>,
    people: &People,
) -> Option<Vec<u8>> {
    match owners.get(account) {
        Some(Match::Person(id, _)) => {
            let person = people.person(*id)?;
            Some([b"person:", person.canonical.as_bytes()].concat())
        }
        _ => account.key(),
    }
}

/// Chooses the measure and the age that count as durable, and builds the panel. The
/// age falls back when the history is too short to have followed any week that far.
fn join(
    scope: &Scope<'_>,
    spend: &[Spend<'_>],
    since: Option<Timestamp>,
) -> Option<Panel> {
    const DURABLE_DAYS: [u32; 3] = [30, 14, 7];
    let measure = panel::choose_measure(spend)?;
    let as_of = scope.repositories.iter().filter_map(|facts| facts.as_of).min()?;
    let window = Window { since, as_of };
    let mut first = None;
    for days in DURABLE_DAYS {
        let panel = panel::build(scope, spend, measure, window, days)?;
        if panel.mature().next().is_some() {
            return Some(panel);
        }
        first = first.or(Some(panel));
    }
    first
}

fn options(
    repository: &RepositoryRequest,
    exports: &ExportRequest,
) -> BTreeMap<&'static str, String> {
    let scan = &repository.options;
    let mut options = BTreeMap::new();
    options.insert("exact", scan.exact.to_string());
    if scan.first_parent_origins {
        options.insert("first_parent_origins", "true".to_owned());
    }
    options.insert("sum_sources", exports.sum_sources.to_string());
    if let Some(days) = scan.parsed_days {
        options.insert("parsed_days", days.to_string());
    }
    if let Some(rev) = &scan.rev {
        options.insert("rev", rev.clone());
    }
    if let Some(file) = &repository.landing_events {
        let file = Untrusted::from(file.as_os_str().as_encoded_bytes());
        options.insert("landing_events", file.to_json_text().into_owned());
    }
    for (name, time) in [("as_of", scan.as_of), ("since", repository.since)] {
        if let Some(time) = time.and_then(Timestamp::to_rfc3339) {
            options.insert(name, time);
        }
    }
    options
}
