//! People of a history, numbered: the mailmap of the tip applied to authors and to
//! those whose work an agent's commit is.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::facts::Author;
use crate::history::objects::{ObjectKind, ObjectReader};
use crate::history::tree::{self, EntryKind};
use crate::history::walk::{Commit, History};
use crate::identity::Mailmap;
use crate::problem::{GapKind, Gaps};
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
    let Ok(root) = reader.read(tip.tree, ObjectKind::Tree) else { return none() };
    let entries = tree::parse(&root).unwrap_or_default();
    let found = entries.iter().find(|entry| entry.name == b".mailmap");
    let Some(entry) = found else { return none() };
    if entry.kind != EntryKind::File {
        gaps.add(GapKind::SideFile, "no plain file, left out", b".mailmap");
        return none();
    }
    match reader.read(entry.id, ObjectKind::Blob) {
        Ok(text) => Mailmap::parse(&text, gaps),
        Err(why) => {
            gaps.add(GapKind::SideFile, why.why(), b".mailmap");
            none()
        }
    }
}

/// Numbers the people in the order of their addresses and names.
pub(super) fn number(
    history: &History,
    provenance: &[Provenance],
    mailmap: &Mailmap,
) -> Result<Numbered, Error> {
    let rules = Rules::embedded()?;
    let mut known: BTreeMap<(Vec<u8>, Vec<u8>), Author> = BTreeMap::new();
    let mut see = |name: &[u8], email: &[u8]| {
        let raw = (name.to_vec(), email.to_vec());
        let author = known.entry(raw.clone()).or_insert_with(|| {
            let (mapped_name, mapped_email) = mailmap.map(name, email);
            Author {
                name: Untrusted::from(mapped_name.as_ref()),
                email: Untrusted::from(mapped_email.as_ref()),
                is_automation: rules.kind_of(name, email) != PersonKind::Person,
            }
        });
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
    Ok(Numbered { people, columns })
}
