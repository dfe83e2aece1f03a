//! The commit parser. It takes every commit that git lists: what cannot be read is
//! `None`, never a default.

use crate::history::ObjectId;
use crate::limits;

/// Who did something, and when, as the commit says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name as written, not mapped.
    pub name: Vec<u8>,
    /// The address as written, not mapped.
    pub email: Vec<u8>,
    /// Seconds since 1970, or `None` when it is not a number.
    pub seconds: Option<i64>,
}

/// A commit as plain data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawCommit {
    /// Its tree.
    pub tree: ObjectId,
    /// Its parents, in order.
    pub parents: Vec<ObjectId>,
    /// `None` when the line is missing or has no address.
    pub author: Option<Signature>,
    /// `None` when the line is missing or has no address.
    pub committer: Option<Signature>,
    /// The message, cut at the limit.
    pub message: Vec<u8>,
    /// Whether a parent could not be read, or there are more than the limit.
    pub lost_parents: bool,
}

impl RawCommit {
    /// Parents come right after the tree; what comes later under that name is none.
    fn add_parent(&mut self, hex: &[u8]) {
        if self.author.is_some() || self.committer.is_some() {
            return;
        }
        let within = crate::units::len_to_u64(self.parents.len()) < limits::PARENTS.value;
        match ObjectId::from_hex(hex).filter(|_| within) {
            Some(parent) => self.parents.push(parent),
            None => self.lost_parents = true,
        }
    }
}

/// Reads a commit object; `None` when it has no tree, so that there is nothing to
/// measure.
pub fn parse(data: &[u8]) -> Option<RawCommit> {
    let mut commit = None;
    let mut rest = data;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let (line, tail) = rest.split_at(end);
        rest = tail.get(1..).unwrap_or_default();
        if line.is_empty() {
            break;
        }
        let (key, value) = split_at_space(line);
        match key {
            b"tree" if commit.is_none() => {
                commit = Some(empty(ObjectId::from_hex(value)?));
            }
            b"parent" => commit.as_mut()?.add_parent(value),
            b"author" => set_first(&mut commit.as_mut()?.author, value),
            b"committer" => set_first(&mut commit.as_mut()?.committer, value),
            _ => {}
        }
    }
    let mut commit = commit?;
    let cap = usize::try_from(limits::MESSAGE_BYTES.value).unwrap_or(usize::MAX);
    commit.message = rest[..rest.len().min(cap)].to_vec();
    Some(commit)
}

fn empty(tree: ObjectId) -> RawCommit {
    RawCommit {
        tree,
        parents: Vec::new(),
        author: None,
        committer: None,
        message: Vec::new(),
        lost_parents: false,
    }
}

fn set_first(slot: &mut Option<Signature>, value: &[u8]) {
    if slot.is_none() {
        *slot = parse_signature(value);
    }
}

fn split_at_space(line: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b' ', line) {
        Some(space) => (&line[..space], &line[space + 1..]),
        None => (line, b""),
    }
}

/// Reads `Name <address> seconds zone`. As git does, the address ends at the last
/// `>`, and the date is the first number after it.
fn parse_signature(value: &[u8]) -> Option<Signature> {
    let open = memchr::memchr(b'<', value)?;
    let close = memchr::memrchr(b'>', value).filter(|&close| close > open)?;
    let first_close = open + memchr::memchr(b'>', &value[open..])?;
    Some(Signature {
        name: value[..open].trim_ascii().to_vec(),
        email: value[open + 1..first_close].trim_ascii().to_vec(),
        seconds: parse_seconds(&value[close + 1..]),
    })
}

fn parse_seconds(tail: &[u8]) -> Option<i64> {
    let digits = tail.trim_ascii_start();
    let end =
        digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    let text = std::str::from_utf8(&digits[..end]).ok()?;
    let seconds: i64 = text.parse().ok()?;
    // Beyond the year 9999 no calendar follows; the date is as good as missing.
    (seconds <= 253_402_207_200).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";

    fn commit(rest: &str) -> RawCommit {
        parse(format!("{TREE}{rest}").as_bytes()).unwrap()
    }

    #[test]
    fn a_commit_without_an_author_is_kept_and_its_author_is_unknown() {
        let commit = commit("committer A <a@x> 12 +0000\n\nhello\n");
        assert_eq!(commit.author, None);
        assert_eq!(commit.committer.unwrap().seconds, Some(12));
        assert_eq!(commit.message, b"hello\n");
    }

    #[test]
    fn a_date_that_is_no_number_is_unknown_and_not_1970() {
        let commit = commit("author A <a@x> yesterday +0000\n\n");
        assert_eq!(commit.author.unwrap().seconds, None);
    }

    #[test]
    fn a_line_without_an_address_is_unknown() {
        assert_eq!(commit("author A 12 +0000\n\n").author, None);
    }

    #[test]
    fn signatures_and_unknown_headers_are_passed_over() {
        let commit = commit(
            "gpgsig -----BEGIN\n author X <x@x> 1 +0000\n -----END\nauthor A <a@x> 5 +0100\n\nm",
        );
        assert_eq!(commit.author.unwrap().name, b"A");
    }

    #[test]
    fn a_parent_that_is_no_id_is_lost_and_one_after_the_author_is_none() {
        let bad = commit("parent zzzz\nauthor A <a@x> 5 +0100\n\nm");
        assert!(bad.lost_parents && bad.parents.is_empty());
        let id = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
        let late = commit(&format!("author A <a@x> 5 +0100\nparent {id}\n\nm"));
        assert!(!late.lost_parents && late.parents.is_empty());
    }

    #[test]
    fn an_object_without_a_tree_is_no_commit() {
        assert_eq!(parse(b"author A <a@x> 5 +0100\n\nm"), None);
        assert_eq!(parse(b""), None);
    }
}
