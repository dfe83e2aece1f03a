//! The whole flow, in the order it happens. Reads top to bottom.

mod change;
mod audit;
mod commit_feed;
mod exports;
mod repositories;
mod trusted;

use std::collections::{BTreeMap, BTreeSet};

pub use audit::audit;
pub use change::{baseline, check};
pub use exports::read_exports;
pub use repositories::{Gathered, gather};
pub use trusted::TrustedFolders;

use crate::cohorts::{self, Scope};
use crate::error::Error;
use crate::facts::Facts;
use crate::identity::{self, AccountKey, GitPerson, IdentityId, MapRow, Match, People};
use crate::panel::{self, Panel, Spend, Window};
use crate::report::people::{self, PeopleReport};
use crate::report::{self, Inputs, LEAST_PEOPLE, Report, UsageReport};
use crate::request::{ExportRequest, RepositoryRequest};
use crate::units::{Timestamp, UtcDay};
use crate::untrusted::Untrusted;
use crate::usage::prices::{self, PriceTable, Pricing};
use crate::usage::{self, Account, Export, Party, Settled, UsageRecord};
use crate::worker::Stop;

use exports::Members;

/// What the outside world gives: the only place where a run meets it.
pub struct Outside<'o> {
    /// Set when the run shall end.
    pub stop: &'o Stop,
    /// Shows how far the work has come.
    pub progress: &'o (dyn Fn(&str) + Sync),
    /// Tells what the user should know beside the answer.
    pub warn: &'o (dyn Fn(&str) + Sync),
    /// Tells what is good to know and no trouble.
    pub note: &'o (dyn Fn(&str) + Sync),
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
    let Gathered { mut repositories, gaps, .. } = gather(repository, outside)?;

    // 2. What the exports have to say, and the records that repositories hold.
    let mut usage = read_usage(exports, outside, &repositories)?;

    // 3. Who is who; with `--me` nobody else's usage is looked at.
    let git = cohorts::git_people(&repositories);
    let who = Who::of(&usage.exports, &git, &exports.people);
    if let Some(me) = exports.me.as_deref().map(address_of_me).transpose()? {
        who.keep_only(&me, &mut usage.exports)?;
    }

    let feed_gaps = commit_feed::apply(&mut repositories, &usage.exports);

    // 4. Nothing twice, and every token and cent accounted for.
    let person = |account: &Account| who.key(account);
    let mut settled = usage::settle_as(&usage.exports, exports.sum_sources, &person)?;
    settled.assign(&|record: &UsageRecord| who.party(&record.facets.account))?;

    // 5. Spend meets lines, by person and week.
    let spend: Vec<Spend<'_>> = settled
        .kept
        .iter()
        .map(|kept| Spend {
            kept: *kept,
            owner: who.owner(&kept.record.facets.account),
            from_repository: kept.record.format == usage::entire::FORMAT.name
                && kept.record.facets.repo.is_some(),
        })
        .collect();
    let scope = Scope::new(&repositories, &who.people)
        .with_teams(exports.teams.of_people(&who.people));
    let panel = join(&scope, &spend, repository.since);

    // 6. The answer.
    let mut gaps = gaps;
    let export_gaps = (1..)
        .zip(&usage.exports)
        .map(|(number, one)| (report::export_name(number), one.gaps.without_places()));
    gaps.extend(export_gaps.filter(|(_, gaps)| !gaps.is_empty()));
    gaps.push(("commits of exports".to_owned(), feed_gaps));
    gaps.push(("ledger".to_owned(), settled.gaps.without_places()));
    Ok(report::build(Inputs {
        scope: &scope,
        usage: (!usage.exports.is_empty()).then(|| {
            let least_people = if exports.me.is_some() { 1 } else { LEAST_PEOPLE };
            let people = |account: &Account| who.person(account);
            let somebody = |account: &Account| match who.party(account) {
                Party::Service => None,
                Party::Person | Party::Nobody => who.key(account),
            };
            UsageReport::new(
                &usage.exports,
                &settled,
                &usage.pricing,
                (&people, &somebody),
                least_people,
            )
            .without_small_files(least_people)
        }),
        panel,
        spend_days: spend_days(&spend),
        gaps,
        since: repository.since,
        own: exports.me.is_some(),
        options: options(repository, exports),
    }))
}

/// What is in the exports, and does every dollar tie out? The answer is handed to `show`
/// together with the records it is made of.
///
/// # Errors
///
/// When an export is refused whole, or the ledger does not tie out; or what `show` returns.
pub fn usage_report<T>(
    request: &ExportRequest,
    outside: &Outside<'_>,
    show: impl FnOnce(&UsageReport, &Settled<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let usage = read_usage(request, outside, &[])?;
    let who = Who::of(&usage.exports, &[], &request.people);
    let person = |account: &Account| who.key(account);
    let mut settled = usage::settle_as(&usage.exports, request.sum_sources, &person)?;
    if request.has_people {
        settled.assign(&|record: &UsageRecord| who.party(&record.facets.account))?;
    }
    let report = UsageReport::new(
        &usage.exports,
        &settled,
        &usage.pricing,
        (&person, &person),
        LEAST_PEOPLE,
    );
    show(&report, &settled)
}

/// Who in the exports is who in git, and who is nobody?
///
/// # Errors
///
/// When nothing can be analysed, or an export is refused whole.
pub fn people_report(
    repository: &RepositoryRequest,
    request: &ExportRequest,
    outside: &Outside<'_>,
) -> Result<PeopleReport, Error> {
    let Gathered { repositories, .. } = gather(repository, outside)?;
    let usage = read_usage(request, outside, &repositories)?;
    let git = cohorts::git_people(&repositories);
    let who = Who::of(&usage.exports, &git, &request.people);
    let person = |account: &Account| who.key(account);
    let mut settled = usage::settle_as(&usage.exports, request.sum_sources, &person)?;
    settled.assign(&|record: &UsageRecord| who.party(&record.facets.account))?;
    let scope = Scope::new(&repositories, &who.people);
    Ok(people::report(&scope, &who.people, &who.accounts, &settled, &request.teams))
}

/// Exports, priced.
#[derive(Debug)]
struct Usage {
    exports: Vec<Export>,
    pricing: Pricing,
}

/// Reads the exports and the records that repositories hold, and prices them.
fn read_usage(
    request: &ExportRequest,
    outside: &Outside<'_>,
    repositories: &[Facts],
) -> Result<Usage, Error> {
    let mut exports = read_exports(request, outside.today)?;
    exports.extend(repositories.iter().filter_map(exports::from_checkpoints));
    let pricing = match &request.prices {
        Some(prices) => prices::apply(&mut exports, prices),
        None => prices::apply(&mut exports, &PriceTable::snapshot()),
    };
    Ok(Usage { exports, pricing })
}

/// Who the accounts of exports are.
struct Who {
    people: People,
    /// Each account, and what became of it, in a fixed order.
    accounts: Vec<(Account, Match)>,
    /// The address of each, where it or a list of members tells one.
    addresses: Vec<Option<String>>,
    place: BTreeMap<Account, usize>,
}

impl Who {
    fn of(exports: &[Export], git: &[GitPerson], map: &[MapRow]) -> Self {
        let records = exports.iter().flat_map(|export| &export.records);
        let accounts: BTreeSet<&Account> =
            records.map(|record| &record.facets.account).collect();
        let accounts: Vec<Account> = accounts.into_iter().cloned().collect();
        let members = Members::of(exports);
        let keys: Vec<AccountKey> =
            accounts.iter().map(|account| members.key_of(account)).collect();
        let people = identity::resolve(git, &keys, map);
        let place = (0..).zip(&accounts).map(|(at, one)| (one.clone(), at)).collect();
        let matches = people.account.iter().copied();
        let addresses = keys.into_iter().map(|key| key.email).collect();
        let accounts = accounts.into_iter().zip(matches).collect();
        Self { accounts, addresses, place, people }
    }

    fn owner(&self, account: &Account) -> Match {
        let at = self.place.get(account).copied();
        at.map_or(Match::Unmatched, |at| self.accounts[at].1)
    }

    fn party(&self, account: &Account) -> Party {
        match self.owner(account) {
            Match::Person(..) => Party::Person,
            Match::Service => Party::Service,
            Match::Ambiguous | Match::Unmatched => Party::Nobody,
        }
    }

    /// Leaves of the exports what is one person's alone. The member lists stay.
    fn keep_only(&self, address: &str, exports: &mut Vec<Export>) -> Result<(), Error> {
        let is_me = |account: &Account| match self.owner(account) {
            Match::Person(id, _) => {
                self.people.person(id).is_some_and(|one| one.addresses.contains(address))
            }
            Match::Service | Match::Ambiguous | Match::Unmatched => false,
        };
        for export in exports.iter_mut() {
            export.records.retain(|record| is_me(&record.facets.account));
        }
        exports.retain(|export| !export.records.is_empty());
        if exports.is_empty() {
            return Err(Error::input(
                "E-ME",
                "cannot show your own usage",
                "no record of the exports is of a person with this address",
                "see with slopnexus people who is who, or give another address",
            ));
        }
        Ok(())
    }

    /// What two accounts of one person have in common; else the account's own key.
    fn key(&self, account: &Account) -> Option<Vec<u8>> {
        match self.owner(account) {
            Match::Person(id, _) => {
                let person = self.people.person(id)?;
                Some([b"person:", person.canonical.as_bytes()].concat())
            }
            Match::Service | Match::Ambiguous | Match::Unmatched => {
                let at = self.place.get(account).copied();
                let address = at.and_then(|at| self.addresses[at].as_ref());
                match address {
                    Some(address) => {
                        Some(format!("email:{}", address.to_lowercase()).into())
                    }
                    None => account.key(),
                }
            }
        }
    }

    /// The same of people alone, for figures that need five of them.
    fn person(&self, account: &Account) -> Option<Vec<u8>> {
        match self.owner(account) {
            Match::Person(..) => self.key(account),
            Match::Service | Match::Ambiguous | Match::Unmatched => None,
        }
    }
}

/// The address of the one who asks for their own: the one given, else that of git's
/// configuration.
fn address_of_me(given: &str) -> Result<String, Error> {
    let known = match given {
        "" => TrustedFolders::address_of_this_user(),
        given => Some(given.to_owned()).filter(|address| address.contains('@')),
    };
    known.map(|address| address.trim().to_lowercase()).ok_or_else(|| {
        let why = match given {
            "" => "no address is given, and git's configuration has no user.email",
            _ => "it is no address",
        };
        Error::usage(
            "E-ME",
            "cannot use --me",
            why,
            "give the address your commits carry",
        )
    })
}

/// Chooses the measure and builds the panel.
fn join(
    scope: &Scope<'_>,
    spend: &[Spend<'_>],
    since: Option<Timestamp>,
) -> Option<Panel> {
    let measure = panel::choose_measure(spend)?;
    let as_of = scope.repositories.iter().filter_map(|facts| facts.as_of).min()?;
    panel::build(scope, spend, measure, Window { since, as_of })
}

/// The days on which people used AI, by exports that speak of one day. Records that a
/// repository holds are found by the marks of its commits, and cannot tell what these miss.
fn spend_days(spend: &[Spend<'_>]) -> BTreeSet<(IdentityId, UtcDay)> {
    let of = |one: &Spend<'_>| {
        let Match::Person(person, _) = one.owner else { return None };
        let period = one.kept.record.period?;
        let is_of_one_day = period.start.day() == Timestamp(period.end.0 - 1).day();
        is_of_one_day.then(|| (person, period.start.day()))
    };
    spend.iter().filter(|one| !one.from_repository).filter_map(of).collect()
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
    if scan.clone_history {
        options.insert("clone_history", "true".to_owned());
    }
    if scan.function_history {
        options.insert("function_history", "true".to_owned());
    }
    if exports.me.is_some() {
        options.insert("me", "true".to_owned());
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
    if let Some(file) = &repository.provenance_rules {
        let file = Untrusted::from(file.as_os_str().as_encoded_bytes());
        options.insert("provenance_rules", file.to_json_text().into_owned());
    }
    for (name, time) in [("as_of", scan.as_of), ("since", repository.since)] {
        if let Some(time) = time.and_then(Timestamp::to_rfc3339) {
            options.insert(name, time);
        }
    }
    options
}
