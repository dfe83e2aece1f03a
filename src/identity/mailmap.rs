//! git's mailmap: names and addresses as a project wants them, as
//! `git check-mailmap` gives them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::limits::CONTROL_FILE_BYTES;
use crate::problem::{GapKind, Gaps};
use crate::units::len_to_u64;

/// A mailmap, read. Like git it compares names and addresses without regard to the
/// case of ASCII letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mailmap {
    by_email: BTreeMap<Vec<u8>, Entry>,
}

/// What is known of one address as commits have it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Entry {
    /// What applies whatever the name.
    simple: Proper,
    /// What applies to one name only.
    by_name: BTreeMap<Vec<u8>, Proper>,
}

/// What replaces a name and an address; `None` leaves it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Proper {
    name: Option<Vec<u8>>,
    email: Option<Vec<u8>>,
}

/// A name, where given, and an address.
type NameAndEmail<'a> = (Option<&'a [u8]>, &'a [u8]);

impl Mailmap {
    /// Reads a mailmap. Lines that are neither comments nor mappings are left out and
    /// counted, as is what lies beyond the limit of control files.
    pub fn parse(text: &[u8], gaps: &mut Gaps) -> Self {
        let mut map = Self::default();
        for (number, line) in
            (1_u64..).zip(within_limit(text, gaps).split(|b| *b == b'\n'))
        {
            if line.starts_with(b"#") || line.trim_ascii().is_empty() {
                continue;
            }
            let Some((first, rest)) = name_and_email(line, false) else {
                let place = format!(".mailmap:{number}");
                let why = "a line without an address in <>";
                gaps.add(GapKind::SideFile, why, place.as_bytes());
                continue;
            };
            map.add(first, name_and_email(rest, true).map(|(second, _)| second));
        }
        map
    }

    /// The proper name and address of somebody.
    pub fn map<'a>(
        &'a self,
        name: &'a [u8],
        email: &'a [u8],
    ) -> (Cow<'a, [u8]>, Cow<'a, [u8]>) {
        let unmapped = (Cow::Borrowed(name), Cow::Borrowed(email));
        let Some(entry) = self.by_email.get(&email.to_ascii_lowercase()) else {
            return unmapped;
        };
        let own = entry.by_name.get(&name.to_ascii_lowercase());
        let proper = own.unwrap_or(&entry.simple);
        (
            proper.name.as_deref().map_or(unmapped.0, Cow::Borrowed),
            proper.email.as_deref().map_or(unmapped.1, Cow::Borrowed),
        )
    }

    /// Takes in a line. With one address, that is the commits' and the name is proper;
    /// with two, the first is proper and the second the commits'.
    fn add(&mut self, first: NameAndEmail<'_>, second: Option<NameAndEmail<'_>>) {
        let (proper_name, first_email) = first;
        let (commit_name, commit_email, proper_email) = match second {
            Some((name, email)) => (name, email, Some(first_email)),
            None => (None, first_email, None),
        };
        let entry = self.by_email.entry(commit_email.to_ascii_lowercase()).or_default();
        let proper = Proper {
            name: proper_name.map(<[u8]>::to_vec),
            email: proper_email.map(<[u8]>::to_vec),
        };
        match commit_name {
            Some(name) => {
                entry.by_name.insert(name.to_ascii_lowercase(), proper);
            }
            // A later line replaces what it gives and leaves the rest.
            None => {
                let known = std::mem::take(&mut entry.simple);
                entry.simple = Proper {
                    name: proper.name.or(known.name),
                    email: proper.email.or(known.email),
                };
            }
        }
    }
}

/// The part of a mailmap that is read: whole lines up to the limit.
fn within_limit<'a>(text: &'a [u8], gaps: &mut Gaps) -> &'a [u8] {
    let limit = usize::try_from(CONTROL_FILE_BYTES.value).unwrap_or(usize::MAX);
    if text.len() <= limit {
        return text;
    }
    let end = text[..limit].iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
    let n_lines = text[end..].iter().filter(|byte| **byte == b'\n').count();
    let why = "lines of a mailmap beyond CONTROL_FILE_BYTES";
    gaps.add_many(GapKind::SideFile, why, b".mailmap", len_to_u64(n_lines).max(1));
    &text[..end]
}

/// Reads `Name <address>` at the beginning of a line and gives what is left.
fn name_and_email(line: &[u8], may_be_empty: bool) -> Option<(NameAndEmail<'_>, &[u8])> {
    let open = line.iter().position(|byte| *byte == b'<')?;
    let length = line[open + 1..].iter().position(|byte| *byte == b'>')?;
    let email = &line[open + 1..open + 1 + length];
    if email.is_empty() && !may_be_empty {
        return None;
    }
    let name = trim(&line[..open]);
    let name = (!name.is_empty()).then_some(name);
    Some(((name, email), &line[open + length + 2..]))
}

/// Trims what git holds for blank: space, tab, line feed, carriage return.
fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = text {
        text = rest;
    }
    while let [rest @ .., b' ' | b'\t' | b'\n' | b'\r'] = text {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row: name, address, and what `git check-mailmap` made of them.
    #[test]
    fn names_and_addresses_are_those_of_git() {
        let mut gaps = Gaps::default();
        let text = include_bytes!("../../fixtures/identities/mailmap");
        let map = Mailmap::parse(text, &mut gaps);
        let table = include_str!("../../fixtures/identities/mailmap.expected");
        let rows = table.lines().filter(|line| !line.starts_with('#'));
        let mut n_rows = 0;
        for row in rows {
            let (given, expected) = row.split_once(" => ").unwrap();
            let ((name, email), _) = name_and_email(given.as_bytes(), true).unwrap();
            let name = name.unwrap_or_default();
            let (name, email) = map.map(name, email);
            let blank = if name.is_empty() { "" } else { " " };
            let (name, email) =
                (String::from_utf8_lossy(&name), String::from_utf8_lossy(&email));
            assert_eq!(format!("{name}{blank}<{email}>"), expected, "{given}");
            n_rows += 1;
        }
        assert!(n_rows > 20, "{n_rows} rows");
    }

    #[test]
    fn lines_that_say_nothing_are_counted_and_comments_are_not() {
        let mut gaps = Gaps::default();
        Mailmap::parse(b"# a\n\nRosa rosa@example.com\nRosa <>\nRosa <r@e>\n", &mut gaps);
        let counts: Vec<u64> = gaps.list().iter().map(|gap| gap.count).collect();
        assert_eq!(counts, [2]);
        assert_eq!(gaps.list()[0].first.bytes(), b".mailmap:3");
    }

    #[test]
    fn a_mailmap_over_the_limit_is_read_up_to_it() {
        let mut gaps = Gaps::default();
        let line = "Rosa Lind <rosa@example.com> <rosa@old.example.com>\n";
        let limit = usize::try_from(CONTROL_FILE_BYTES.value).unwrap();
        let n_lines = limit / line.len() + 10;
        let map = Mailmap::parse(line.repeat(n_lines).as_bytes(), &mut gaps);
        assert_eq!(&*map.map(b"r", b"ROSA@old.example.com").0, b"Rosa Lind");
        assert!((9..=11).contains(&gaps.list()[0].count), "{gaps:?}");
    }
}
