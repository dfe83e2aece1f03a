//! The heads of pull requests, which forges keep as refs: `refs/pull/N/head` on GitHub,
//! `refs/merge-requests/N/head` on GitLab, and `refs/remotes/*/pr/N` where a clone fetches
//! them so. The name of that remote has no slash: else it could be a branch of another.

use std::collections::BTreeMap;

use crate::history::ObjectId;
use crate::history::refs::Refs;
use crate::limits;
use crate::problem::{GapKind, Gaps};
use crate::units::len_to_u64;

/// The heads of pull requests by their numbers.
pub type PullHeads = BTreeMap<u64, ObjectId>;

/// Finds all heads. Where several refs are of one number, the first by its name counts.
pub(super) fn heads(refs: Refs<'_>, gaps: &mut Gaps) -> PullHeads {
    let limit = limits::PULL_HEADS.value;
    let mut found: BTreeMap<(u64, Vec<u8>), ObjectId> = BTreeMap::new();
    let is_over = refs.find_packed(|name, id| {
        if let Some(number) = number_of(name) {
            found.insert((number, name.to_vec()), id);
        }
        len_to_u64(found.len()) > limit
    });
    let Ok(is_over) = is_over else {
        gaps.add(GapKind::PullHead, "refs can no longer be read", b"packed-refs");
        return PullHeads::new();
    };
    // A file of its own is newer than the list.
    let mut names = Vec::new();
    let is_over = is_over.is_some() || !list_loose(refs, limit, &mut names);
    if is_over || len_to_u64(found.len() + names.len()) > limit {
        let why = "more heads of pull requests than the limit: none is used";
        gaps.add(GapKind::PullHead, why, b"");
        return PullHeads::new();
    }
    for name in names {
        if let (Some(number), Some(id)) = (number_of(&name), refs.read_loose(&name)) {
            found.insert((number, name), id);
        }
    }
    let mut heads = PullHeads::new();
    for ((number, _), id) in found {
        heads.entry(number).or_insert(id);
    }
    heads
}

/// The number of the pull request whose head a ref is.
fn number_of(name: &[u8]) -> Option<u64> {
    let of_forge = [b"refs/pull/".as_slice(), b"refs/merge-requests/"]
        .iter()
        .find_map(|folder| name.strip_prefix(*folder)?.strip_suffix(b"/head"));
    let of_remote = || {
        let rest = name.strip_prefix(b"refs/remotes/")?;
        let mut parts = rest.rsplitn(3, |&byte| byte == b'/');
        let (number, folder, remote) = (parts.next()?, parts.next()?, parts.next()?);
        let is_one_name = !remote.is_empty() && !remote.contains(&b'/');
        (folder == b"pr" && is_one_name).then_some(number)
    };
    number(of_forge.or_else(of_remote)?)
}

/// A number as forges write it.
pub fn number(digits: &[u8]) -> Option<u64> {
    const MOST_DIGITS: usize = 18;
    let is_plain = digits.iter().all(u8::is_ascii_digit) && digits.first() != Some(&b'0');
    let text = std::str::from_utf8(digits).ok()?;
    text.parse().ok().filter(|_| is_plain && digits.len() <= MOST_DIGITS)
}

/// A subject without the number of a pull request that forges put at its end, and that
/// number: `Add a thing (#12)`.
pub fn split_subject(subject: &[u8]) -> (&[u8], Option<u64>) {
    let subject = subject.trim_ascii_end();
    let found = || {
        let start = memchr::memrchr(b'(', subject)?;
        let digits = subject[start..].strip_prefix(b"(#")?.strip_suffix(b")")?;
        Some((subject[..start].trim_ascii_end(), number(digits)?))
    };
    found().map_or((subject, None), |(title, number)| (title, Some(number)))
}

/// Lists the names of refs that are files of their own and can be heads; false when
/// there are more entries than the limit. Links are not followed.
fn list_loose(refs: Refs<'_>, limit: u64, names: &mut Vec<Vec<u8>>) -> bool {
    let mut n_seen = 0;
    for forge in ["refs/pull", "refs/merge-requests"] {
        for number in refs.names_in(forge.as_bytes()) {
            n_seen += 1;
            names.push([forge.as_bytes(), b"/", &number, b"/head"].concat());
            if n_seen > limit {
                return false;
            }
        }
    }
    for remote in refs.names_in(b"refs/remotes") {
        let below = [b"refs/remotes/", remote.as_slice(), b"/pr"].concat();
        for number in refs.names_in(&below) {
            n_seen += 1;
            names.push([&below, b"/".as_slice(), &number].concat());
            if n_seen > limit {
                return false;
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_known_by_the_names_that_forges_and_clones_give_them() {
        for (name, expected) in [
            ("refs/pull/12/head", Some(12)),
            ("refs/merge-requests/7/head", Some(7)),
            ("refs/remotes/origin/pr/3", Some(3)),
            ("refs/remotes/my/fork/pr/3", None),
            ("refs/pull/12/merge", None),
            ("refs/pull/012/head", None),
            ("refs/pull/1x/head", None),
            ("refs/pull//head", None),
            ("refs/pull/9999999999999999999999/head", None),
            ("refs/remotes/pr/3", None),
            ("refs/remotes/origin/topic/3", None),
            ("refs/heads/pull/12/head", None),
        ] {
            assert_eq!(number_of(name.as_bytes()), expected, "{name}");
        }
    }
}
