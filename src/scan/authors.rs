//! People of a history, numbered: the mailmap of the tip applied to authors and to
//! those whose work an agent's commit is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::facts::{Author, Facts, OperatorBy};
use crate::history::CommitIdx;
use crate::history::commit::RawCommit;
use crate::history::objects::ObjectReader;
use crate::history::walk::{Commit, History};
use crate::identity::Mailmap;
use crate::problem::Gaps;
use crate::provenance::{PersonKind, Provenance, Rules};
use crate::units::len_to_u32;
use crate::untrusted::Untrusted;

/// People, and for each commit the numbers of its author and its operator.
pub(super) struct Numbered {
    pub(super) people: Vec<Author>,
    pub(super) columns: Vec<(Option<u32>, Option<u32>)>,
}

/// Reads `.mailmap` at the root of the tip's tree, never from a working tree.
pub(super) fn read_mailmap(
    reader: &mut ObjectReader<'_>,
    tip: Option<&Commit>,
    gaps: &mut Gaps,
) -> Mailmap {
    let none = || Mailmap::parse(b"", &mut Gaps::default());
    let Some(tip) = tip else { return none() };
    match super::context::read_root_file(reader, tip.tree, b".mailmap", gaps) {
        Some(text) => Mailmap::parse(&text, gaps),
        None => none(),
    }
}

/// Numbers the people in the order of their addresses and names.
pub(super) fn number(
    history: &History,
    rules: &Rules,
    provenance: &[Provenance],
    mailmap: &Mailmap,
) -> Numbered {
    let mut known: BTreeMap<(Vec<u8>, Vec<u8>), Author> = BTreeMap::new();
    let mut see = |name: &[u8], email: &[u8]| {
        let raw = (name.to_vec(), email.to_vec());
        let author = known
            .entry(raw.clone())
            .or_insert_with(|| person(rules, mailmap, name, email));
        author.clone()
    };
    let mut columns = Vec::new();
    for (commit, provenance) in history.commits.iter().zip(provenance) {
        let author = commit.author.as_ref().map(|who| see(&who.name, &who.email));
        let operator = provenance.operator.as_ref().map(|(name, email)| see(name, email));
        columns.push((author, operator));
    }
    let mut people: Vec<Author> = known.into_values().collect();
    people.sort();
    people.dedup();
    let number = |author: Author| people.binary_search(&author).ok().map(len_to_u32);
    let columns = columns
        .into_iter()
        .map(|(author, operator)| (author.and_then(number), operator.and_then(number)))
        .collect();
    Numbered { people, columns }
}

/// A commit that names a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Named {
    /// The commit.
    pub(super) commit: CommitIdx,
    /// Whether as the person whose work and bill it is; else as its author.
    pub(super) as_operator: bool,
}

/// For each person the first commit that names them; `None` if one is never named.
pub(super) fn naming_commits(facts: &Facts) -> Option<Vec<Named>> {
    let mut found: Vec<Option<Named>> = vec![None; facts.people.len()];
    for (number, commit) in (0..).zip(&facts.commits) {
        let operator = commit.operator.filter(|_| commit.operator_by == OperatorBy::Text);
        for (person, as_operator) in [(commit.author, false), (operator, true)] {
            if let Some(person) = person {
                let named = Named { commit: CommitIdx(number), as_operator };
                found[person as usize].get_or_insert(named);
            }
        }
    }
    found.into_iter().collect()
}

/// The person that a commit names.
pub(super) fn named(
    rules: &Rules,
    mailmap: &Mailmap,
    commit: &RawCommit,
    named: &Named,
) -> Option<Author> {
    if named.as_operator {
        let (name, email) = super::classify_raw(rules, commit).operator?;
        return Some(person(rules, mailmap, &name, &email));
    }
    let who = commit.author.as_ref()?;
    Some(person(rules, mailmap, &who.name, &who.email))
}

fn person(rules: &Rules, mailmap: &Mailmap, name: &[u8], email: &[u8]) -> Author {
    let (mapped_name, mapped_email) = mailmap.map(name, email);
    Author {
        name: Untrusted::from(mapped_name.as_ref()),
        email: Untrusted::from(mapped_email.as_ref()),
        is_automation: rules.kind_of(name, email) != PersonKind::Person,
    }
}
