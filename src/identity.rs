//! Who is who: which git addresses and which accounts of exports are one person.
//!
//! Two git addresses are one person through the mailmap, through the operator's own
//! map, or because they are GitHub's private addresses of one account; never because
//! names look alike. An account finds its person, in this order: by the map, by its
//! address, by its login, by the address in a principal, by the name that Claude Code
//! gives its keys. Names as shown give suggestions only.

use std::collections::{BTreeMap, BTreeSet};

use crate::untrusted::Untrusted;

mod accounts;
mod mailmap;
mod map;
mod people;
mod pseudonym;

#[cfg(test)]
mod tests;

pub use mailmap::Mailmap;
pub use map::{MapKind, MapRow, parse_map};
pub use people::resolve;
pub use pseudonym::pseudonym;

/// The place of a person in [`People::persons`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityId(pub u32);

/// Somebody in a history, after the mailmap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitPerson {
    /// The name.
    pub name: Vec<u8>,
    /// The address.
    pub email: Vec<u8>,
    /// How many commits carry both.
    pub commits: u64,
    /// Whether the raw identity is known to be an agent or a bot. Addresses of
    /// GitHub's apps are known to be without it.
    pub is_automation: bool,
}

/// Whose an account is, as its export says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountKind {
    /// A person's.
    User,
    /// A key's; a person may stand behind it.
    ApiKey,
    /// A service account's: never a person's.
    ServiceAccount,
    /// Automation's: never a person's.
    Automation,
    /// The whole organization's: never a person's.
    Organization,
    /// The export does not say.
    #[default]
    Unknown,
}

/// All by which an export names an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountKey {
    /// Its address.
    pub email: Option<String>,
    /// Its login on the forge.
    pub login: Option<String>,
    /// The vendor's id of it, or a principal of the cloud (an ARN).
    pub account_id: Option<String>,
    /// The name of its key.
    pub api_key_name: Option<String>,
    /// The vendor's id of its key.
    pub api_key_id: Option<String>,
    /// Its name as shown.
    pub display_name: Option<String>,
    /// Whose it is.
    pub kind: AccountKind,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The address that stands for the person, in lower case: that of the map where
    /// there is one, else the first by the alphabet, private addresses last.
    pub canonical: String,
    /// All addresses, in lower case.
    pub addresses: BTreeSet<String>,
    /// All logins on the forge, in lower case.
    pub logins: BTreeSet<String>,
    /// All names in histories.
    pub names: BTreeSet<Untrusted>,
    /// How many commits carry one of the addresses.
    pub commits: u64,
}

/// How an account found its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatchedBy {
    /// By a row of the map.
    Map,
    /// By its address.
    Email,
    /// By its login.
    Login,
    /// By the address that the map says its own stands for.
    Alias,
    /// By the address in its principal.
    Principal,
    /// By the address in the name of its key.
    KeyName,
}

impl MatchedBy {
    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::Email => "email",
            Self::Login => "login",
            Self::Alias => "alias",
            Self::Principal => "principal",
            Self::KeyName => "key_name",
        }
    }
}

/// What became of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// It is a person's.
    Person(IdentityId, MatchedBy),
    /// It is a service, a shared key or automation: nobody's.
    Service,
    /// It could be of more than one person: assigned to none.
    Ambiguous,
    /// Nobody of these histories or of the map.
    Unmatched,
}

/// Who may be whom, for a reader to decide: nothing is done by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suggestion {
    /// An unmatched account is shown under the name of a person.
    SameName {
        /// Its place in the list of accounts.
        account: usize,
        /// The person.
        person: IdentityId,
    },
    /// An account's address is of one person and its login of another.
    SameAccount {
        /// Its place in the list of accounts.
        account: usize,
        /// The person of the address, who has the account.
        person: IdentityId,
        /// The person of the login.
        other: IdentityId,
    },
}

/// Everybody, and what belongs to whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    /// All people, by canonical address: [`IdentityId`] is the place here.
    pub persons: Vec<Person>,
    /// The person of each git identity, in its order; `None` for automation,
    /// for those without an address and for disputed addresses.
    pub git_person: Vec<Option<IdentityId>>,
    /// What became of each account, in its order.
    pub account: Vec<Match>,
    /// What a reader may want to put into the map, in order.
    pub suggestions: Vec<Suggestion>,
    /// Addresses that the map gives to two people: in lower case, assigned to none of
    /// them.
    pub disputed: BTreeSet<String>,
}

impl People {
    /// The person, if there is one of this id.
    pub fn person(&self, id: IdentityId) -> Option<&Person> {
        self.persons.get(usize::try_from(id.0).ok()?)
    }
}

/// Text from outside as it is compared and shown in tables: in lower case, bytes that
/// are not UTF-8 as visible escapes, so that different bytes stay different.
fn folded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.trim_ascii().utf8_chunks() {
        text.push_str(&chunk.valid().to_lowercase());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// The same key for the same thing, several things for one key: what is not unique
/// decides nothing.
type Claims<K> = BTreeMap<K, BTreeSet<IdentityId>>;
