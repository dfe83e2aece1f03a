//! Git identities into people, and accounts to people.

use std::collections::{BTreeMap, BTreeSet};

use super::accounts::Directory;
use super::map::{MapKind, MapRow};
use super::{AccountKey, GitPerson, IdentityId, People, Person, folded};
use crate::units::len_to_u32;
use crate::untrusted::Untrusted;

/// The domain of GitHub's private addresses.
const PRIVATE_DOMAIN: &str = "@users.noreply.github.com";

/// Finds out who is who. The order of the inputs does not show in the answer but for
/// the order of its columns.
pub fn resolve(git: &[GitPerson], accounts: &[AccountKey], map: &[MapRow]) -> People {
    let emails: Vec<Option<String>> = git.iter().map(email_of_person).collect();
    let groups = groups(emails.iter().flatten(), map);
    let mut persons: Vec<Person> = groups.members.iter().map(person).collect();
    // The map's own word for a person goes before the alphabet.
    for person in &mut persons {
        if let Some(chosen) = person.addresses.iter().find(|a| groups.chosen.contains(*a))
        {
            person.canonical.clone_from(chosen);
        }
    }
    add_mapped_logins(&mut persons, map);
    persons.sort_by(|one, other| one.canonical.cmp(&other.canonical));
    let id_of = ids(&persons);
    let mut git_person = Vec::with_capacity(git.len());
    for (identity, email) in git.iter().zip(&emails) {
        let id = email.as_ref().and_then(|email| id_of.get(email).copied());
        if let Some((place, id)) = id {
            persons[place].commits += identity.commits;
            persons[place].names.insert(Untrusted(identity.name.clone()));
            git_person.push(Some(id));
        } else {
            git_person.push(None);
        }
    }
    let directory = Directory::new(&persons, map, &groups.disputed);
    let account: Vec<_> =
        accounts.iter().map(|account| directory.find(account)).collect();
    let suggestions = directory.suggestions(accounts, &account);
    People { persons, git_person, account, suggestions, disputed: groups.disputed }
}

/// Logins that the map gives somebody are theirs whether or not commits show them.
fn add_mapped_logins(persons: &mut [Person], map: &[MapRow]) {
    for row in map.iter().filter(|row| row.kind == MapKind::GithubLogin) {
        let owns = |person: &&mut Person| person.addresses.contains(&row.canonical_email);
        if let Some(person) = persons.iter_mut().find(owns) {
            person.logins.insert(folded(row.value.as_bytes()));
        }
    }
}

/// The address of a git identity in lower case; `None` for automation and for those
/// without one.
fn email_of_person(identity: &GitPerson) -> Option<String> {
    let email = folded(&identity.email);
    let is_person = !identity.is_automation && !email.is_empty() && !is_bot_email(&email);
    is_person.then_some(email)
}

/// Whether an address is that of one of GitHub's apps.
pub(super) fn is_bot_email(email: &str) -> bool {
    email.strip_suffix(PRIVATE_DOMAIN).is_some_and(|account| account.ends_with("[bot]"))
}

/// The account of a private address: its number, where given, and its login.
pub(super) fn private_account(email: &str) -> Option<(Option<&str>, &str)> {
    let account = email.strip_suffix(PRIVATE_DOMAIN)?;
    match account.split_once('+') {
        Some((id, login)) if !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()) => {
            Some((Some(id), login))
        }
        Some(_) | None => Some((None, account)),
    }
}

/// Addresses that belong together.
#[derive(Debug)]
struct Groups {
    members: Vec<BTreeSet<String>>,
    /// Addresses that the map calls canonical.
    chosen: BTreeSet<String>,
    /// Addresses that the map gives to two people.
    disputed: BTreeSet<String>,
}

fn groups<'a>(emails: impl Iterator<Item = &'a String>, map: &[MapRow]) -> Groups {
    let emails: BTreeSet<&String> = emails.collect();
    let given = given(&emails, map);
    let owners: BTreeSet<String> = map
        .iter()
        .filter(|row| !row.canonical_email.starts_with('@'))
        .map(|row| row.canonical_email.clone())
        .collect();
    let is_disputed = |email: &String| given.get(email).is_some_and(|by| by.len() > 1);
    let mut joins = Joins::default();
    for email in emails.into_iter().chain(&owners).filter(|email| !is_disputed(email)) {
        joins.add(email);
    }
    for (email, by) in given.iter().filter(|(email, _)| !is_disputed(email)) {
        for owner in by.iter().filter(|owner| !is_disputed(owner)) {
            joins.join(email, owner);
        }
    }
    join_private_addresses(&mut joins, &given);
    Groups {
        members: joins.groups(),
        chosen: owners.into_iter().filter(|owner| !given.contains_key(owner)).collect(),
        disputed: given.keys().filter(|email| is_disputed(email)).cloned().collect(),
    }
}

/// The addresses that the map gives to somebody else than themselves: by name, or as
/// the private address of a login.
type Given = BTreeMap<String, BTreeSet<String>>;

fn given(emails: &BTreeSet<&String>, map: &[MapRow]) -> Given {
    let mut given = Given::new();
    let mut give = |email: String, owner: &String| {
        if email != *owner {
            given.entry(email).or_default().insert(owner.clone());
        }
    };
    for row in map {
        let value = folded(row.value.as_bytes());
        if row.kind == MapKind::GitEmail {
            give(value, &row.canonical_email);
        } else if row.kind == MapKind::GithubLogin {
            let is_of_login =
                |email: &str| private_account(email).is_some_and(|(_, l)| l == value);
            for email in emails.iter().filter(|email| is_of_login(email)) {
                give((*email).clone(), &row.canonical_email);
            }
        }
    }
    given
}

/// Joins the private addresses of one GitHub account. The number is the account; a
/// login can be given up and taken by somebody else, so one that was seen with two
/// numbers joins nothing. What the map says of an address goes before.
fn join_private_addresses(joins: &mut Joins, mapped: &Given) {
    let mut by_id: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut by_login: BTreeMap<String, (BTreeSet<String>, Vec<String>)> = BTreeMap::new();
    for email in joins.addresses() {
        let Some((id, login)) = private_account(&email) else { continue };
        let (ids, of_login) = by_login.entry(login.to_owned()).or_default();
        if let Some(id) = id {
            ids.insert(id.to_owned());
            by_id.entry(id.to_owned()).or_default().push(email.clone());
        }
        of_login.push(email.clone());
    }
    let unique = by_login.into_values().filter(|(ids, _)| ids.len() < 2);
    for same in by_id.into_values().chain(unique.map(|(_, emails)| emails)) {
        let owners: BTreeSet<&String> =
            same.iter().filter_map(|email| mapped.get(email)).flatten().collect();
        for email in same.iter().skip(1).filter(|_| owners.len() < 2) {
            joins.join(&same[0], email);
        }
    }
}

/// Addresses joined into groups, each with its representative.
#[derive(Debug, Default)]
struct Joins {
    parent: BTreeMap<String, String>,
}

impl Joins {
    fn add(&mut self, email: &str) {
        if !self.parent.contains_key(email) {
            self.parent.insert(email.to_owned(), email.to_owned());
        }
    }

    fn addresses(&self) -> Vec<String> {
        self.parent.keys().cloned().collect()
    }

    fn root(&self, email: &str) -> String {
        let mut at = email;
        while let Some(parent) = self.parent.get(at).filter(|parent| *parent != at) {
            at = parent;
        }
        at.to_owned()
    }

    fn join(&mut self, one: &str, other: &str) {
        self.add(one);
        self.add(other);
        let (one, other) = (self.root(one), self.root(other));
        // The smaller is the root, so that the order of joins cannot show.
        let (root, child) = if one <= other { (one, other) } else { (other, one) };
        self.parent.insert(child, root);
    }

    fn groups(&self) -> Vec<BTreeSet<String>> {
        let mut groups: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for email in self.parent.keys() {
            groups.entry(self.root(email)).or_default().insert(email.clone());
        }
        groups.into_values().collect()
    }
}

/// A person of these addresses. Commits and names are filled in later.
fn person(addresses: &BTreeSet<String>) -> Person {
    let accounts = addresses.iter().filter_map(|email| private_account(email));
    let is_public = |email: &&String| private_account(email).is_none();
    let canonical = addresses.iter().find(is_public).or(addresses.first());
    Person {
        canonical: canonical.cloned().unwrap_or_default(),
        logins: accounts.map(|(_, login)| login.to_owned()).collect(),
        addresses: addresses.clone(),
        names: BTreeSet::new(),
        commits: 0,
    }
}

fn ids(persons: &[Person]) -> BTreeMap<String, (usize, IdentityId)> {
    let of_person = |(place, person): (usize, &Person)| {
        let id = IdentityId(len_to_u32(place));
        person.addresses.clone().into_iter().map(move |email| (email, (place, id)))
    };
    persons.iter().enumerate().flat_map(of_person).collect()
}
