//! The names by which messages tell commits and pull requests: ids, ranges of them, numbers,
//! and addresses of forges.

use crate::history::pulls;

/// The fewest digits of an id: fewer are words and numbers.
const FEWEST_DIGITS: usize = 7;

/// How many targets one message may name.
const MOST_NAMES: usize = 1_000;

/// A pull request as a message names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PullName {
    /// The repository that it says it is of, in lower case: `owner/name`.
    pub repository: Option<Vec<u8>>,
    /// Its number.
    pub number: u64,
}

/// A range of commits as git writes it: after the first, up to the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdRange {
    /// The first digits of the id before it.
    pub first: String,
    /// Those of its last.
    pub last: String,
    /// Whether the first is of it, as in `a^..b`.
    pub with_first: bool,
}

/// What a message names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The first digits of ids, in lower case, in order.
    pub ids: Vec<String>,
    /// Ranges of commits.
    pub ranges: Vec<IdRange>,
    /// Pull requests.
    pub pulls: Vec<PullName>,
}

impl Names {
    /// Whether nothing is named.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn len(&self) -> usize {
        self.ids.len() + self.ranges.len() + self.pulls.len()
    }

    /// Reads the names that a text begins with: what follows them is prose. Says whether
    /// the text ended while more could come.
    pub(super) fn read(&mut self, text: &[u8]) -> bool {
        let words = text.split(|byte| byte.is_ascii_whitespace() || *byte == b',');
        let mut is_open = true;
        for word in words.filter(|word| !word.is_empty()) {
            if self.len() > MOST_NAMES || !self.read_word(word) {
                return false;
            }
            is_open = !word.ends_with(b".");
        }
        is_open
    }

    /// Reads a word that names something, or that stands between names.
    fn read_word(&mut self, word: &[u8]) -> bool {
        const BETWEEN: [&[u8]; 18] = [
            b"commit",
            b"commits",
            b"commit(s)",
            b"the",
            b"range",
            b"in",
            b"changes",
            b"pull",
            b"request",
            b"merge",
            b"pr",
            b"prs",
            b"mr",
            b"and",
            b"&",
            b"parts",
            b"part",
            b"of",
        ];
        let plain = word.strip_suffix(b":").unwrap_or(word);
        if BETWEEN.iter().any(|one| one.eq_ignore_ascii_case(plain)) {
            return true;
        }
        let is_frame = |byte: &u8| b".;:()<>[]`'\"".contains(byte);
        let start = word.iter().position(|byte| !is_frame(byte)).unwrap_or(word.len());
        let end =
            word.iter().rposition(|byte| !is_frame(byte)).map_or(start, |at| at + 1);
        let word = &word[start..end];
        if let Some(range) = range(word) {
            self.ranges.push(range);
        } else if let Some(id) = id_alone(commit_of_address(word).unwrap_or(word)) {
            self.ids.push(id);
        } else if let Some(pull) = pull(word) {
            self.pulls.push(pull);
        } else {
            return false;
        }
        true
    }
}

/// The digits of an id.
pub(super) fn id(word: &str) -> Option<String> {
    let fits = (FEWEST_DIGITS..=40).contains(&word.len());
    (fits && word.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .then(|| word.to_ascii_lowercase())
}

/// The digits of an id. Seven letters alone may be a word: `defaced`, `acceded`.
fn id_alone(word: &[u8]) -> Option<String> {
    let is_word = word.len() == FEWEST_DIGITS && !word.iter().any(u8::is_ascii_digit);
    id(std::str::from_utf8(word).ok()?).filter(|_| !is_word)
}

/// `a..b`, or `a^..b` with the first.
fn range(word: &[u8]) -> Option<IdRange> {
    let dots = memchr::memmem::find(word, b"..")?;
    let (first, last) = (&word[..dots], &word[dots + 2..]);
    let last = last.strip_prefix(b".").unwrap_or(last);
    let before = first.strip_suffix(b"^").or(first.strip_suffix(b"~1"));
    Some(IdRange {
        first: id(std::str::from_utf8(before.unwrap_or(first)).ok()?)?,
        last: id(std::str::from_utf8(last).ok()?)?,
        with_first: before.is_some(),
    })
}

/// What follows `…/commit/` in the address of a forge.
fn commit_of_address(word: &[u8]) -> Option<&[u8]> {
    const FOLDER: &[u8] = b"/commit/";
    let at = memchr::memmem::find(word, FOLDER).filter(|_| is_address(word))?;
    let rest = &word[at + FOLDER.len()..];
    let end = rest.iter().position(|byte| !byte.is_ascii_hexdigit());
    Some(&rest[..end.unwrap_or(rest.len())])
}

fn is_address(word: &[u8]) -> bool {
    word.starts_with(b"https://") || word.starts_with(b"http://")
}

/// The pull request that a text begins with: `#12`, `owner/name#12`, `PR #12`, `pull request
/// #12`, `merge request group/name!12`, `https://host/owner/name/pull/12`.
pub(super) fn pull(text: &[u8]) -> Option<PullName> {
    let words = [&b"pull request "[..], b"merge request ", b"PR ", b"MR "];
    let text = words.iter().find_map(|word| strip_word(text, word)).unwrap_or(text);
    if is_address(text) {
        return pull_of_address(text);
    }
    let is_name = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/')
    };
    let name = text.iter().take_while(|byte| is_name(byte)).count();
    // The name of a repository has a slash; a word does not.
    if name > 0 && !text[..name].contains(&b'/') {
        return None;
    }
    let Some((b'#' | b'!', digits)) = text[name..].split_first() else { return None };
    let repository = (name > 0).then(|| text[..name].to_ascii_lowercase());
    Some(PullName { repository, number: leading_number(digits)? })
}

fn pull_of_address(address: &[u8]) -> Option<PullName> {
    let mut parts = memchr::memmem::find_iter(address, b"//");
    let path = &address[parts.next()? + 2..];
    let path = &path[memchr::memchr(b'/', path)? + 1..];
    let folders = [&b"/pull/"[..], b"/-/merge_requests/", b"/merge_requests/"];
    folders.into_iter().find_map(|folder| {
        let at = memchr::memmem::find(path, folder)?;
        Some(PullName {
            repository: Some(path[..at].to_ascii_lowercase()),
            number: leading_number(&path[at + folder.len()..])?,
        })
    })
}

fn leading_number(text: &[u8]) -> Option<u64> {
    let n = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    pulls::number(&text[..n])
}

/// What follows a word at the start, whatever its case.
pub(super) fn strip_word<'s>(text: &'s [u8], word: &[u8]) -> Option<&'s [u8]> {
    let start = text.get(..word.len())?;
    start.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Names {
        let mut names = Names::default();
        names.read(text.as_bytes());
        names
    }

    #[test]
    fn ids_are_read_up_to_the_prose() {
        for (text, expected) in [
            ("commit 0123456.", &["0123456"][..]),
            (
                "commits 0123456, 89abcdef and 00112233 because of c",
                &["0123456", "89abcdef", "00112233"],
            ),
            ("commit(s) 0123456, 89ABCDE", &["0123456", "89abcde"]),
            ("8e35e2f044a which seems to break 0123456", &["8e35e2f044a"]),
            ("parts of commit 0123456, reversing", &["0123456"]),
            ("commit https://forge.example/o/n/commit/0123456.", &["0123456"]),
            ("commit 012345", &[]),
            ("commit defaced", &[]),
            ("to the old way", &[]),
        ] {
            assert_eq!(read(text).ids, expected, "{text}");
        }
    }

    #[test]
    fn two_ids_with_dots_between_them_are_a_range() {
        let range = |text: &str| {
            let names = read(text);
            assert_eq!(names.ids, Vec::<String>::new(), "{text}");
            let range = names.ranges.into_iter().next().expect(text);
            (range.first, range.last, range.with_first)
        };
        let plain = ("0123456".to_owned(), "89abcde".to_owned(), false);
        assert_eq!(range("commits 0123456..89abcde"), plain);
        assert_eq!(range("commits in range 0123456..89abcde."), plain);
        assert_eq!(range("0123456...89abcde"), plain);
        assert_eq!(range("commits 0123456^..89abcde"), (plain.0, plain.1, true));
    }

    #[test]
    fn a_pull_request_keeps_the_name_of_its_repository() {
        let pulls = |text: &str| {
            let names = read(text).pulls.into_iter();
            let name = |pull: PullName| {
                let of = pull.repository.map(|name| String::from_utf8(name).unwrap());
                (of.unwrap_or_default(), pull.number)
            };
            names.map(name).collect::<Vec<_>>()
        };
        let one = |of: &str, number| vec![(of.to_owned(), number)];
        assert_eq!(pulls("#12."), one("", 12));
        assert_eq!(pulls("PR #12"), one("", 12));
        assert_eq!(pulls("Owner/Name#12."), one("owner/name", 12));
        assert_eq!(pulls("merge request group/app!9"), one("group/app", 9));
        assert_eq!(pulls("https://forge.example/o/n/pull/12 since"), one("o/n", 12));
        assert_eq!(
            pulls("<https://f.example/g/s/n/-/merge_requests/7>"),
            one("g/s/n", 7)
        );
        assert_eq!(pulls("#12, #13 and #14"), [12, 13, 14].map(|n| (String::new(), n)));
        assert_eq!(pulls("the fix of #12"), one("", 12)[..0]);
        assert_eq!(pulls("step#12"), one("", 12)[..0]);
    }
}
