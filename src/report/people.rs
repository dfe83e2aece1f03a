//! Who in the exports is who in git: for the one who keeps the map of people, and for
//! nobody else. Names are shown, since matching them is the question; no spend of a person
//! is.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::cohorts::{CommitRef, Scope};
use crate::identity::{IdentityId, Match, MatchedBy, People, Suggestion};
use crate::teams::Teams;
use crate::units::{Usd, count_to_f64, len_to_u64};
use crate::untrusted::Untrusted;
use crate::usage::{Account, Kept, Settled};

/// The version of this shape.
const PEOPLE_SCHEMA: &str = "slopnexus.people/1";

/// Who is who.
#[derive(Debug, Clone, Serialize)]
pub struct PeopleReport {
    /// The version of this shape.
    pub schema: &'static str,
    /// Accounts that are a person's, and by what.
    pub matched: Vec<MatchedAccount>,
    /// Accounts that are nobody's yet, those first on which most hangs.
    pub unmatched: Vec<UnmatchedAccount>,
    /// Services, automation, shared keys: never a person's.
    pub services: Vec<UnmatchedAccount>,
    /// Authors without any usage.
    pub without_usage: Vec<Author>,
    /// How much is known of how much.
    pub coverage: Coverage,
    /// Everybody with commits, with their team, where teams were given.
    pub teams: Vec<TeamMember>,
    /// Addresses that the map gives to two people, and that are nobody's therefore.
    pub disputed: Vec<String>,
}

/// An account that is a person's.
#[derive(Debug, Clone, Serialize)]
pub struct MatchedAccount {
    /// The account, by its strongest key.
    pub account: String,
    /// The person, by address.
    pub person: String,
    /// What the match rests on.
    pub by: &'static str,
    /// The person of the account's login, where it is another than that of its address.
    pub also: Option<String>,
}

/// An account that is nobody's.
#[derive(Debug, Clone, Serialize)]
pub struct UnmatchedAccount {
    /// The account, by its strongest key; empty for records that name none.
    pub account: String,
    /// The kind of key, as the map of people has it; `None` where nothing can be mapped.
    pub kind: Option<&'static str>,
    /// The key, as the map of people has it.
    pub value: Option<String>,
    /// Why it is nobody's.
    pub why: &'static str,
    /// Records of it that count.
    pub records: u64,
    /// Their tokens; `None` where no record gives any.
    pub tokens: Option<u128>,
    /// Their bill.
    pub billed_usd: Option<String>,
    /// Their value: list price, else estimate, else tokens times prices.
    pub value_usd: Option<String>,
    /// A person of the same name, by address. Nothing is done by it.
    pub suggestion: Option<String>,
}

/// An author.
#[derive(Debug, Clone, Serialize)]
pub struct Author {
    /// The person, by address.
    pub person: String,
    /// Commits.
    pub commits: u64,
}

/// Somebody and their team.
#[derive(Debug, Clone, Serialize)]
pub struct TeamMember {
    /// The person, by address.
    pub person: String,
    /// The team; `None` for somebody who is in none.
    pub team: Option<String>,
}

/// How much is known of how much; `None` where there is nothing.
#[derive(Debug, Clone, Serialize)]
pub struct Coverage {
    /// What the shares are of: `billed_usd`, `value_usd`, `tokens`.
    pub measure: &'static str,
    /// Share of it that is a person's.
    pub assigned: Option<f64>,
    /// Share that is a service's.
    pub service: Option<f64>,
    /// Share that is nobody's.
    pub unassigned: Option<f64>,
    /// Share of landed lines whose author has usage.
    pub lines: Option<f64>,
    /// People with usage.
    pub n_with_usage: u64,
    /// Authors.
    pub n_authors: u64,
}

/// What hangs on an account.
#[derive(Debug, Clone, Default)]
struct Amounts {
    records: u64,
    tokens: Option<u128>,
    billed: Option<Usd>,
    value: Option<Usd>,
}

/// Makes the report of accounts and what became of each.
pub fn report(
    scope: &Scope<'_>,
    people: &People,
    accounts: &[(Account, Match)],
    settled: &Settled<'_>,
    teams: &Teams,
) -> PeopleReport {
    let mut amounts: BTreeMap<&Account, Amounts> = BTreeMap::new();
    for kept in &settled.kept {
        amounts.entry(&kept.record.facets.account).or_default().add(kept);
    }
    let users: BTreeSet<IdentityId> = accounts
        .iter()
        .filter_map(|(_, found)| match found {
            Match::Person(id, _) => Some(*id),
            Match::Service | Match::Ambiguous | Match::Unmatched => None,
        })
        .collect();
    let unmatched = |wanted: &dyn Fn(Match) -> Option<&'static str>| {
        let mut rows: Vec<(Amounts, UnmatchedAccount)> = Vec::new();
        for (at, (account, found)) in accounts.iter().enumerate() {
            let Some(why) = wanted(*found) else { continue };
            let amount = amounts.get(account).cloned().unwrap_or_default();
            let row = unmatched_account(account, why, &amount, suggestion(people, at));
            rows.push((amount, row));
        }
        rows.sort_by_key(|(amounts, _)| std::cmp::Reverse(amounts.order()));
        rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>()
    };
    PeopleReport {
        schema: PEOPLE_SCHEMA,
        matched: matched(people, accounts),
        unmatched: unmatched(&|found| match found {
            Match::Ambiguous => Some("could be several people"),
            Match::Unmatched => Some("nobody of these repositories or of the map"),
            Match::Service | Match::Person(..) => None,
        }),
        services: unmatched(&|found| {
            (found == Match::Service).then_some("a service, automation or a shared key")
        }),
        without_usage: without_usage(people, &users),
        coverage: coverage(scope, people, &users, settled),
        teams: team_members(people, teams),
        disputed: people.disputed.iter().cloned().collect(),
    }
}

impl Amounts {
    fn add(&mut self, kept: &Kept<'_>) {
        let cost = kept.cost();
        let add = |sum: &mut Option<Usd>, usd: Option<Usd>| {
            if let Some(usd) = usd {
                *sum = Some(sum.unwrap_or(Usd::ZERO) + usd);
            }
        };
        self.records += 1;
        if let Some(tokens) = kept.tokens().total() {
            self.tokens = Some(self.tokens.unwrap_or(0) + u128::from(tokens));
        }
        add(&mut self.billed, cost.billed);
        add(&mut self.value, cost.list.or(cost.estimated).or(cost.computed));
    }

    fn order(&self) -> (Option<Usd>, Option<Usd>, Option<u128>, u64) {
        (self.billed, self.value, self.tokens, self.records)
    }
}

/// The key an account is known by, its kind in the map of people, and how it is shown.
fn key_of(account: &Account) -> Option<(&'static str, &Untrusted)> {
    let keys = [
        ("git_email", &account.email),
        ("github_login", &account.login),
        ("account_id", &account.account_id),
        ("iam_arn", &account.principal),
        ("api_key_name", &account.api_key_name),
        ("api_key_id", &account.api_key_id),
        ("display_name", &account.display_name),
    ];
    keys.into_iter().find_map(|(kind, value)| Some((kind, value.as_ref()?)))
}

fn shown(account: &Account) -> String {
    key_of(account)
        .map_or(String::new(), |(kind, value)| format!("{kind} {}", value.to_json_text()))
}

fn canonical(people: &People, id: IdentityId) -> String {
    people.person(id).map(|person| person.canonical.clone()).unwrap_or_default()
}

fn matched(people: &People, accounts: &[(Account, Match)]) -> Vec<MatchedAccount> {
    let also = |at: usize| {
        people.suggestions.iter().find_map(|suggestion| match suggestion {
            Suggestion::SameAccount { account, other, .. } if *account == at => {
                Some(canonical(people, *other))
            }
            Suggestion::SameAccount { .. } | Suggestion::SameName { .. } => None,
        })
    };
    let row = |(at, (account, found)): (usize, &(Account, Match))| match *found {
        Match::Person(id, by) => Some(MatchedAccount {
            account: shown(account),
            person: canonical(people, id),
            by: MatchedBy::as_str(by),
            also: also(at),
        }),
        Match::Service | Match::Ambiguous | Match::Unmatched => None,
    };
    let mut rows: Vec<MatchedAccount> =
        accounts.iter().enumerate().filter_map(row).collect();
    rows.sort_by(|one, two| {
        (&one.person, &one.account).cmp(&(&two.person, &two.account))
    });
    rows
}

fn suggestion(people: &People, at: usize) -> Option<String> {
    people.suggestions.iter().find_map(|suggestion| match suggestion {
        Suggestion::SameName { account, person } if *account == at => {
            Some(canonical(people, *person))
        }
        Suggestion::SameName { .. } | Suggestion::SameAccount { .. } => None,
    })
}

fn unmatched_account(
    account: &Account,
    why: &'static str,
    amounts: &Amounts,
    suggestion: Option<String>,
) -> UnmatchedAccount {
    let key = key_of(account);
    let text = |usd: Option<Usd>| usd.map(|usd| usd.to_string());
    UnmatchedAccount {
        account: shown(account),
        kind: key.map(|(kind, _)| kind),
        value: key.map(|(_, value)| value.to_json_text().into_owned()),
        why,
        records: amounts.records,
        tokens: amounts.tokens,
        billed_usd: text(amounts.billed),
        value_usd: text(amounts.value),
        suggestion,
    }
}

fn without_usage(people: &People, users: &BTreeSet<IdentityId>) -> Vec<Author> {
    let mut authors: Vec<Author> = (0_u32..)
        .zip(&people.persons)
        .filter(|(at, person)| person.commits > 0 && !users.contains(&IdentityId(*at)))
        .map(|(_, person)| Author {
            person: person.canonical.clone(),
            commits: person.commits,
        })
        .collect();
    authors.sort_by(|one, two| one.person.cmp(&two.person));
    authors
}

fn team_members(people: &People, teams: &Teams) -> Vec<TeamMember> {
    if teams.names.is_empty() {
        return Vec::new();
    }
    let mut members: Vec<TeamMember> = (0_u32..)
        .zip(&people.persons)
        .filter(|(_, person)| person.commits > 0)
        .map(|(at, person)| TeamMember {
            person: person.canonical.clone(),
            team: teams.of_person(people, IdentityId(at)).map(str::to_owned),
        })
        .collect();
    members.sort_by(|one, two| (&one.team, &one.person).cmp(&(&two.team, &two.person)));
    members
}

fn coverage(
    scope: &Scope<'_>,
    people: &People,
    users: &BTreeSet<IdentityId>,
    settled: &Settled<'_>,
) -> Coverage {
    let ledger = &settled.ledger;
    let kept = &ledger.kept;
    let (measure, of): (_, fn(&crate::usage::Entry) -> f64) = if kept.billed != Usd::ZERO
    {
        ("billed_usd", |entry| entry.billed.to_f64())
    } else if kept.list != Usd::ZERO {
        ("list_usd", |entry| entry.list.to_f64())
    } else {
        ("tokens", |entry| {
            Usd(i128::try_from(entry.tokens).unwrap_or(i128::MAX)).to_f64()
        })
    };
    let all = of(kept);
    let share = |entry: &Option<crate::usage::Entry>| {
        entry.as_ref().filter(|_| all > 0.0).map(|entry| of(entry) / all)
    };
    let (mut with, mut lines) = (0_u64, 0_u64);
    for (repository, lifetime) in scope.lifetimes() {
        if !lifetime.is_countable() {
            continue;
        }
        lines += lifetime.lines;
        let person = scope.person(CommitRef { repository, commit: lifetime.origin });
        if person.is_some_and(|person| users.contains(&person)) {
            with += lifetime.lines;
        }
    }
    Coverage {
        measure,
        assigned: share(&ledger.assigned),
        service: share(&ledger.service),
        unassigned: share(&ledger.unassigned),
        lines: (lines > 0).then(|| count_to_f64(with) / count_to_f64(lines)),
        n_with_usage: len_to_u64(users.len()),
        n_authors: len_to_u64(people.persons.iter().filter(|p| p.commits > 0).count()),
    }
}
