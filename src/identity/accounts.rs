//! Accounts of exports to people.

use std::collections::{BTreeMap, BTreeSet};

use super::map::{MapKind, MapRow};
use super::people::is_bot_email;
use super::{
    AccountKey, AccountKind, Claims, IdentityId, Match, MatchedBy, Person, Suggestion,
    folded,
};
use crate::units::len_to_u32;

/// Words in the name of a key that tell of a machine or of many hands.
const SHARED_WORDS: &[&str] = &[
    "actions",
    "automation",
    "bot",
    "buildkite",
    "cd",
    "ci",
    "cicd",
    "circleci",
    "cron",
    "deploy",
    "deployment",
    "github",
    "gitlab",
    "jenkins",
    "pipeline",
    "prod",
    "production",
    "runner",
    "server",
    "service",
    "shared",
    "staging",
    "svc",
    "team",
    "workflow",
];

/// What Claude Code calls the keys it makes: this, the local part of an address, and
/// four characters after the last underscore.
const CLAUDE_CODE_KEY: &str = "claude_code_key_";

/// By what accounts find people. Every key may be claimed by several.
#[derive(Debug)]
pub(super) struct Directory<'p> {
    disputed: &'p BTreeSet<String>,
    by_email: Claims<String>,
    by_login: Claims<String>,
    by_local_part: Claims<String>,
    by_name: Claims<String>,
    by_map: Claims<(MapKind, String)>,
    /// What domains stand for, and those whose addresses may have a `+`.
    aliases: BTreeMap<String, String>,
    plus: BTreeSet<String>,
}

impl<'p> Directory<'p> {
    pub(super) fn new(
        persons: &'p [Person],
        map: &[MapRow],
        disputed: &'p BTreeSet<String>,
    ) -> Self {
        let mut directory = Self {
            disputed,
            by_email: BTreeMap::new(),
            by_login: BTreeMap::new(),
            by_local_part: BTreeMap::new(),
            by_name: BTreeMap::new(),
            by_map: BTreeMap::new(),
            aliases: BTreeMap::new(),
            plus: BTreeSet::new(),
        };
        for (place, person) in persons.iter().enumerate() {
            directory.add(IdentityId(len_to_u32(place)), person);
        }
        for row in map {
            let domain = row.canonical_email.clone();
            if row.kind == MapKind::DomainAlias {
                directory.aliases.insert(fold(&row.value), domain.clone());
            } else if row.kind == MapKind::PlusAddresses {
                directory.plus.insert(domain);
            }
            let owner = directory.by_email.get(&row.canonical_email).cloned();
            let kind = kind_of_key(row.kind);
            let value = comparable(kind, &row.value);
            let claims = directory.by_map.entry((kind, value)).or_default();
            claims.extend(owner.iter().flatten());
        }
        directory
    }

    fn add(&mut self, id: IdentityId, person: &Person) {
        for email in &person.addresses {
            self.by_email.entry(email.clone()).or_default().insert(id);
            if let Some((local_part, _)) = email.split_once('@') {
                self.by_local_part.entry(local_part.to_owned()).or_default().insert(id);
            }
        }
        for login in &person.logins {
            self.by_login.entry(login.clone()).or_default().insert(id);
        }
        for name in &person.names {
            let name = one_spaced(&folded(name.bytes()));
            self.by_name.entry(name).or_default().insert(id);
        }
    }

    /// Whose an account is. The first key that anybody claims decides.
    pub(super) fn find(&self, account: &AccountKey) -> Match {
        if is_service(account) {
            return Match::Service;
        }
        let email = account.email.as_deref().map(fold);
        let by_map = self.claims_by_map(account);
        if let Some(found) = decide(&by_map, MatchedBy::Map) {
            return found;
        }
        if account.api_key_name.as_deref().is_some_and(is_shared_key) {
            return Match::Service;
        }
        if email.as_ref().is_some_and(|email| self.disputed.contains(email)) {
            return Match::Ambiguous;
        }
        let login = account.login.as_deref().map(fold);
        let principal = account.account_id.as_deref().and_then(email_of_principal);
        let local_part = account.api_key_name.as_deref().and_then(local_part_of_key);
        let alias = email.as_deref().and_then(|email| self.alias_of(email));
        let tries = [
            (&self.by_email, email, MatchedBy::Email),
            (&self.by_login, login, MatchedBy::Login),
            (&self.by_email, alias, MatchedBy::Alias),
            (&self.by_email, principal, MatchedBy::Principal),
            (&self.by_local_part, local_part, MatchedBy::KeyName),
        ];
        tries
            .into_iter()
            .filter_map(|(claims, key, by)| decide(claims.get(&key?)?, by))
            .next()
            .unwrap_or(Match::Unmatched)
    }

    /// The address that another stands for, as the map has it: of another domain, or
    /// without what follows its `+`.
    fn alias_of(&self, email: &str) -> Option<String> {
        let (local, domain) = email.split_once('@')?;
        let given = format!("@{domain}");
        let domain = self.aliases.get(&given).unwrap_or(&given);
        let has_plus = self.plus.contains(domain) || self.plus.contains(&given);
        let local = if has_plus { local.split('+').next()? } else { local };
        let alias = format!("{local}{domain}");
        (alias != email).then_some(alias)
    }

    /// Everybody to whom the map gives one of the account's keys.
    fn claims_by_map(&self, account: &AccountKey) -> BTreeSet<IdentityId> {
        let keys = [
            (MapKind::GitEmail, &account.email),
            (MapKind::GithubLogin, &account.login),
            (MapKind::AccountId, &account.account_id),
            (MapKind::ApiKeyName, &account.api_key_name),
            (MapKind::ApiKeyId, &account.api_key_id),
            (MapKind::DisplayName, &account.display_name),
        ];
        keys.into_iter()
            .filter_map(|(kind, key)| {
                self.by_map.get(&(kind, comparable(kind, key.as_ref()?)))
            })
            .flatten()
            .copied()
            .collect()
    }

    /// What a reader may want to put into the map.
    pub(super) fn suggestions(
        &self,
        accounts: &[AccountKey],
        found: &[Match],
    ) -> Vec<Suggestion> {
        let suggestion = |(place, found): (usize, &Match)| {
            let account = &accounts[place];
            match *found {
                Match::Unmatched => {
                    let name = one_spaced(&fold(account.display_name.as_deref()?));
                    let person = only(self.by_name.get(&name)?)?;
                    Some(Suggestion::SameName { account: place, person })
                }
                Match::Person(person, MatchedBy::Email) => {
                    let login = fold(account.login.as_deref()?);
                    let other = only(self.by_login.get(&login)?)?;
                    let suggestion =
                        Suggestion::SameAccount { account: place, person, other };
                    (other != person).then_some(suggestion)
                }
                Match::Person(..) | Match::Service | Match::Ambiguous => None,
            }
        };
        found.iter().enumerate().filter_map(suggestion).collect()
    }
}

/// One claim is a match, several are none.
fn decide(claims: &BTreeSet<IdentityId>, by: MatchedBy) -> Option<Match> {
    match only(claims) {
        Some(person) => Some(Match::Person(person, by)),
        None => (!claims.is_empty()).then_some(Match::Ambiguous),
    }
}

fn only(claims: &BTreeSet<IdentityId>) -> Option<IdentityId> {
    claims.first().copied().filter(|_| claims.len() == 1)
}

/// Whether an export or the account's own name says that it is nobody's.
fn is_service(account: &AccountKey) -> bool {
    let is_bot = |login: &String| fold(login).ends_with("[bot]");
    match account.kind {
        AccountKind::ServiceAccount
        | AccountKind::Automation
        | AccountKind::Organization => true,
        AccountKind::User | AccountKind::ApiKey | AccountKind::Unknown => {
            account.email.as_deref().map(fold).is_some_and(|email| is_bot_email(&email))
                || account.login.as_ref().is_some_and(is_bot)
        }
    }
}

/// Whether the name of a key tells of a machine or of many hands.
fn is_shared_key(name: &str) -> bool {
    let name = fold(name);
    let mut words = name.split(|character: char| !character.is_alphanumeric());
    !name.starts_with(CLAUDE_CODE_KEY) && words.any(|word| SHARED_WORDS.contains(&word))
}

/// The local part of the address in the name of a key that Claude Code made.
fn local_part_of_key(name: &str) -> Option<String> {
    let name = fold(name);
    let (local_part, tail) = name.strip_prefix(CLAUDE_CODE_KEY)?.rsplit_once('_')?;
    (tail.len() == 4 && !local_part.is_empty()).then(|| local_part.to_owned())
}

/// The address at the end of an ARN: the session that a role was assumed for.
fn email_of_principal(principal: &str) -> Option<String> {
    let (_, session) = principal.strip_prefix("arn:")?.rsplit_once('/')?;
    session.contains('@').then(|| fold(session))
}

/// The keys of accounts under which the map's kinds are found.
fn kind_of_key(kind: MapKind) -> MapKind {
    match kind {
        // Exports have one field for every vendor's id.
        MapKind::OpenaiUserId | MapKind::IamArn => MapKind::AccountId,
        MapKind::GitEmail
        | MapKind::GithubLogin
        | MapKind::AccountId
        | MapKind::ApiKeyName
        | MapKind::ApiKeyId
        | MapKind::DisplayName
        | MapKind::DomainAlias
        | MapKind::PlusAddresses => kind,
    }
}

/// A value as it is compared: ids by every letter, what people type without case.
fn comparable(kind: MapKind, value: &str) -> String {
    match kind {
        MapKind::AccountId
        | MapKind::OpenaiUserId
        | MapKind::ApiKeyId
        | MapKind::IamArn => value.trim().to_owned(),
        MapKind::GitEmail
        | MapKind::GithubLogin
        | MapKind::ApiKeyName
        | MapKind::DisplayName
        | MapKind::DomainAlias
        | MapKind::PlusAddresses => fold(value),
    }
}

fn fold(text: &str) -> String {
    folded(text.as_bytes())
}

fn one_spaced(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}
