//! What a message says it takes back, in every spelling that git, forges and people use.

use super::Intent;
use crate::history::pulls::{self, split_subject};

/// The fewest digits of an id: fewer are words and numbers.
const FEWEST_DIGITS: usize = 7;

/// How many targets one message may name.
const MOST_TARGETS: usize = 1_000;

/// What a message says it takes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What it says it does.
    pub intent: Intent,
    /// The first digits of ids, in lower case, in order.
    pub ids: Vec<String>,
    /// Ranges of commits: after the first id, up to the second.
    pub ranges: Vec<(String, String)>,
    /// The numbers of pull requests.
    pub pulls: Vec<u64>,
    /// The subject that it quotes.
    pub subject: Option<Vec<u8>>,
}

/// Reads a message; `None` when it says nothing of the kind.
pub fn said(message: &[u8]) -> Option<Said> {
    let subject = message.split(|&byte| byte == b'\n').next()?.trim_ascii();
    let lower = message.to_ascii_lowercase();
    let has = |word: &[u8]| memchr::memmem::find(&lower, word).is_some();
    let words: [&[u8]; 7] =
        [b"revert", b"reapply", b"reland", b"re-land", b"back", b"rollback", b"undo"];
    if !words.iter().any(|word| has(word)) {
        return None;
    }
    let (intent, quoted) = of_subject(subject);
    let mut said = Said {
        intent: intent.unwrap_or(Intent::Revert),
        ids: Vec::new(),
        ranges: Vec::new(),
        pulls: Vec::new(),
        subject: quoted.map(<[u8]>::to_vec),
    };
    for line in message.split(|&byte| byte == b'\n').skip(1) {
        of_line(line, &mut said);
    }
    let names_none =
        said.ids.is_empty() && said.pulls.is_empty() && said.ranges.is_empty();
    said.intent = match said.intent {
        Intent::Candidate if !names_none => Intent::Revert,
        // `revert: drop the wrapper` may quote a subject, or say what it does.
        Intent::Revert if names_none && !is_in_quotes(subject) => Intent::Candidate,
        intent => intent,
    };
    (intent.is_some() || !names_none).then_some(said)
}

fn is_in_quotes(subject: &[u8]) -> bool {
    subject.contains(&b'"')
}

/// A subject without the number that a squash puts at its end: `… (#12)`.
pub(super) fn without_number(subject: &[u8]) -> &[u8] {
    split_subject(subject).0
}

/// The subject that the subject of a revert quotes, without the number at its end.
pub(super) fn reverted_subject(subject: &[u8]) -> Option<&[u8]> {
    match of_subject(subject) {
        (Some(Intent::Revert), quoted) => quoted.map(without_number),
        _ => None,
    }
}

/// What a subject says, and the subject that it quotes.
fn of_subject(subject: &[u8]) -> (Option<Intent>, Option<&[u8]>) {
    let subject = strip_word(subject, b"fixup! ").unwrap_or(subject);
    for (words, intent) in [
        (&[&b"revert"[..], b"reverted", b"reverts", b"reverting"][..], Intent::Revert),
        (&[&b"reapply"[..], b"reland", b"re-land"][..], Intent::Reland),
        (
            &[&b"back out"[..], b"backout", b"rollback", b"roll back", b"undo"][..],
            Intent::Candidate,
        ),
    ] {
        // The longest first: `reverts` is no `revert` with an `s` behind it.
        for word in words.iter().rev() {
            let Some(rest) = strip_word(subject, word) else { continue };
            let Some(first) = rest.first() else { return (Some(intent), None) };
            // `revert(core): x` is a conventional commit; `reverting` is another word.
            if first.is_ascii_alphanumeric() || *first == b'-' || *first == b'_' {
                continue;
            }
            return (Some(intent), quoted(rest));
        }
    }
    (None, None)
}

/// What follows a word at the start, whatever its case.
pub(super) fn strip_word<'s>(text: &'s [u8], word: &[u8]) -> Option<&'s [u8]> {
    let start = text.get(..word.len())?;
    start.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}

/// The subject that stands in quotes, with those in it; or after a colon, as in
/// `revert: add a thing` and `revert(core): add a thing`.
fn quoted(rest: &[u8]) -> Option<&[u8]> {
    let rest = without_number(rest);
    if let Some(open) = rest.iter().position(|&byte| byte == b'"')
        && rest[..open].iter().all(|byte| matches!(byte, b' ' | b':'))
        && let Some(close) = memchr::memrchr(b'"', rest)
        && close > open + 1
    {
        return Some(&rest[open + 1..close]);
    }
    let rest = match rest.strip_prefix(b"(") {
        Some(scope) => {
            let end = scope.iter().position(|&byte| byte == b')')?;
            scope[end + 1..].strip_prefix(b"!").unwrap_or(&scope[end + 1..])
        }
        None => rest,
    };
    let text = rest.strip_prefix(b":")?.trim_ascii();
    (!text.is_empty()).then_some(text)
}

/// Reads a line of the body.
fn of_line(line: &[u8], said: &mut Said) {
    let line = line.trim_ascii();
    if line.starts_with(b">")
        || said.ids.len() + said.pulls.len() + said.ranges.len() > MOST_TARGETS
    {
        return;
    }
    let line = line.strip_prefix(b"* ").or(line.strip_prefix(b"- ")).unwrap_or(line);
    let Some(rest) =
        strip_word(line, b"This reverts ").or(strip_word(line, b"This reverts:"))
    else {
        return of_forge_line(line, said);
    };
    let commits = [&b"commits in range "[..], b"the commits in range ", b"range "];
    if let Some(range) = commits.iter().find_map(|word| strip_word(rest, word)) {
        let text = String::from_utf8_lossy(range);
        let mut ends = text.trim_end_matches('.').splitn(2, "..");
        if let (Some(first), Some(last)) =
            (ends.next().and_then(id), ends.next().and_then(id))
        {
            said.ranges.push((first, last));
        }
        return;
    }
    let names = [&b"commits "[..], b"commit ", b"the commits ", b"changes "];
    let Some(rest) = names.iter().find_map(|word| strip_word(rest, word)) else {
        return of_pull(rest, said);
    };
    // `…, reversing changes made to <parent>.` of a merge names no second target.
    let end = memchr::memmem::find(rest, b"reversing").unwrap_or(rest.len());
    let text = String::from_utf8_lossy(&rest[..end]).into_owned();
    let words = text.split(|character: char| !character.is_ascii_alphanumeric());
    for word in words.filter(|word| !word.is_empty() && *word != "and") {
        // What follows the ids is prose.
        let Some(id) = id(word) else { break };
        said.ids.push(id);
    }
}

/// The digits of an id.
pub(super) fn id(word: &str) -> Option<String> {
    let word = word.trim().trim_end_matches(['.', ',', ';']);
    let fits = (FEWEST_DIGITS..=40).contains(&word.len());
    (fits && word.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .then(|| word.to_ascii_lowercase())
}

/// `Reverts owner/name#12`, `Revert #12`: what the buttons of forges write.
fn of_forge_line(line: &[u8], said: &mut Said) {
    let rest = strip_word(line, b"Reverts ").or(strip_word(line, b"Revert "));
    if let Some(rest) = rest {
        of_pull(rest, said);
    }
}

/// Reads the number of a pull request at the start: `#12`, `owner/name#12`, `PR #12`,
/// `pull request #12`, `merge request group/name!12`.
fn of_pull(text: &[u8], said: &mut Said) {
    said.pulls.extend(pull(text));
}

/// The number of the pull request that a text begins with.
pub(super) fn pull(text: &[u8]) -> Option<u64> {
    let words = [&b"pull request "[..], b"merge request ", b"PR ", b"MR "];
    let text = words.iter().find_map(|word| strip_word(text, word)).unwrap_or(text);
    let is_name = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/')
    };
    let name = text.iter().take_while(|byte| is_name(byte)).count();
    // The name of a repository has a slash; a word does not.
    if name > 0 && !text[..name].contains(&b'/') {
        return None;
    }
    let Some((b'#' | b'!', digits)) = text[name..].split_first() else { return None };
    let n = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    pulls::number(&digits[..n])
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef01234567";

    /// Intent, ids, numbers and subject.
    type Read = (Intent, Vec<String>, Vec<u64>, Option<String>);

    fn read(message: &str) -> Option<Read> {
        let said = said(message.as_bytes())?;
        let subject = said.subject.map(|text| String::from_utf8(text).unwrap());
        Some((said.intent, said.ids, said.pulls, subject))
    }

    #[test]
    fn reverts_are_known_in_every_spelling() {
        let revert = |ids: &[&str], pulls: &[u64], subject: Option<&str>| {
            let ids = ids.iter().map(|id| (*id).to_owned()).collect();
            Some((Intent::Revert, ids, pulls.to_vec(), subject.map(str::to_owned)))
        };
        for (message, expected) in [
            (
                format!("Revert \"Add a\"\n\nThis reverts commit {ID}.\n"),
                revert(&[ID], &[], Some("Add a")),
            ),
            (
                "Revert \"Revert \"Add a\"\" (#14)".to_owned(),
                revert(&[], &[], Some("Revert \"Add a\"")),
            ),
            (
                "Revert \"Add a (#12)\" (#14)\n\nReverts owner/name#12\n".to_owned(),
                revert(&[], &[12], Some("Add a (#12)")),
            ),
            ("fixup! revert: \"Add a\"".to_owned(), revert(&[], &[], Some("Add a"))),
            ("Reverting \"Add a\"".to_owned(), revert(&[], &[], Some("Add a"))),
            (
                "Drop a and b\n\nThis reverts commits 0123456, 89abcdef and 00112233 because of c.\n"
                    .to_owned(),
                revert(&["0123456", "89abcdef", "00112233"], &[], None),
            ),
            (
                format!("Revert merge\n\nThis reverts commit {ID}, reversing\nchanges made to abcdefabcdef.\n"),
                revert(&[ID], &[], None),
            ),
            ("Fix\n\nThis reverts PR #7.\n".to_owned(), revert(&[], &[7], None)),
            (
                "x\n\nThis reverts merge request group/app!9\n".to_owned(),
                revert(&[], &[9], None),
            ),
            ("Undo it\n\nThis reverts commit 0123456.".to_owned(), revert(&["0123456"], &[], None)),
        ] {
            assert_eq!(read(&message), expected, "{message}");
        }
    }

    #[test]
    fn relands_and_candidates_are_told_apart() {
        let intent = |message: &str| read(message).map(|said| said.0);
        assert_eq!(intent("Reapply \"Add a\""), Some(Intent::Reland));
        assert_eq!(intent("Re-land: add a"), Some(Intent::Reland));
        assert_eq!(intent("Back out the change"), Some(Intent::Candidate));
        assert_eq!(intent("rollback deploy"), Some(Intent::Candidate));
        assert_eq!(intent("Reverted the thing"), Some(Intent::Candidate));
        let named = |message: &str| read(message).map(|said| (said.0, said.3));
        let found = Some((Intent::Candidate, Some("add a".to_owned())));
        assert_eq!(named("revert: add a"), found);
        assert_eq!(named("revert(core): add a"), found);
        assert_eq!(intent("Revert"), Some(Intent::Candidate));
    }

    #[test]
    fn what_only_speaks_of_reverts_is_none() {
        for message in [
            "Fix revert button",
            "Add reverting of edits",
            "revertible edits",
            "Explain\n\n> This reverts commit 0123456.",
            "Explain\n\nThis reverts to the old way",
            "Reverting-aware merge",
            "Undoable actions",
            "Explain\n\nRevert if needed",
        ] {
            assert_eq!(read(message), None, "{message}");
        }
    }

    #[test]
    fn ranges_are_ranges() {
        let said =
            said(b"Revert\n\nThis reverts commits in range 0123456..89abcde.\n").unwrap();
        assert_eq!(said.ranges, [("0123456".to_owned(), "89abcde".to_owned())]);
        assert_eq!(said.ids, Vec::<String>::new());
    }
}
