//! What a message says it takes back, in every spelling that git, forges and people use.

use super::Intent;
use super::names::{Names, strip_word};
use crate::history::pulls::split_subject;

/// What a message says it takes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What it says it does.
    pub intent: Intent,
    /// What it names.
    pub names: Names,
    /// The subject that it quotes.
    pub subject: Option<Vec<u8>>,
    /// Whether it names something, or quotes a subject in quotes: `revert: drop the wrapper`
    /// may quote a subject, or say what it does.
    pub is_sure: bool,
    /// Whether all of it is said of steps within the change, as in the list of commits that
    /// forges put below the title of a squash.
    pub is_step: bool,
}

/// Reads a message; `None` when it says nothing of the kind.
pub fn said(message: &[u8]) -> Option<Said> {
    let lower = message.to_ascii_lowercase();
    let words: [&[u8]; 6] =
        [b"revert", b"reapply", b"reland", b"re-land", b"back", b"undo"];
    if !words.iter().any(|word| memchr::memmem::find(&lower, word).is_some()) {
        return None;
    }
    let subject = first_line(message);
    let spoken = of_subject(subject);
    let quoted = spoken.and_then(|spoken| quoted(spoken.rest));
    let (mut names, steps) = of_body(message, split_subject(subject).1.is_some());
    if let Some(spoken) = spoken {
        names.read(quoted.map_or(spoken.rest, |quoted| quoted.text));
    }
    let has_title = spoken.is_some_and(|spoken| spoken.intent != Intent::Candidate);
    let is_step = names.is_empty() && !steps.is_empty() && !has_title;
    if names.is_empty() {
        names = steps;
    }
    if spoken.is_none() && names.is_empty() {
        return None;
    }
    let is_named = !names.is_empty() && !is_step;
    let intent = match spoken.map(|spoken| spoken.intent) {
        None => Intent::Revert,
        Some(Intent::Candidate) if is_named => Intent::Revert,
        Some(intent) => intent,
    };
    let subject = quoted.map(|quoted| quoted.text.to_vec());
    let is_sure = is_named || quoted.is_some_and(|quoted| quoted.is_in_quotes);
    Some(Said { intent, names, subject, is_sure, is_step })
}

/// The first line of a message.
pub(super) fn first_line(message: &[u8]) -> &[u8] {
    message.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii()
}

/// A subject without the number that a squash puts at its end: `… (#12)`.
pub(super) fn without_number(subject: &[u8]) -> &[u8] {
    split_subject(subject).0
}

/// The subject that the subject of a revert quotes.
pub(super) fn reverted_subject(subject: &[u8]) -> Option<&[u8]> {
    let spoken = of_subject(subject).filter(|one| one.intent == Intent::Revert)?;
    quoted(spoken.rest).map(|quoted| quoted.text)
}

/// What a subject says, and what follows the word that says so.
#[derive(Clone, Copy)]
struct Spoken<'s> {
    intent: Intent,
    rest: &'s [u8],
}

/// A subject that another quotes.
#[derive(Clone, Copy)]
struct Quoted<'s> {
    text: &'s [u8],
    is_in_quotes: bool,
}

const WORDS: [(&[u8], Intent); 15] = [
    (b"reverted", Intent::Revert),
    (b"reverts", Intent::Revert),
    (b"reverting", Intent::Revert),
    (b"revert", Intent::Revert),
    (b"partially revert", Intent::Revert),
    (b"partial revert of", Intent::Revert),
    (b"reapply", Intent::Reland),
    (b"reland", Intent::Reland),
    (b"re-land", Intent::Reland),
    (b"back out", Intent::Candidate),
    (b"backout", Intent::Candidate),
    (b"backed out", Intent::Candidate),
    (b"rollback", Intent::Candidate),
    (b"roll back", Intent::Candidate),
    (b"undo", Intent::Candidate),
];

fn of_subject(subject: &[u8]) -> Option<Spoken<'_>> {
    let subject = strip_word(subject, b"fixup! ").unwrap_or(subject);
    spoken(subject).or_else(|| spoken(behind_area(subject)?))
}

fn spoken(text: &[u8]) -> Option<Spoken<'_>> {
    WORDS.iter().find_map(|&(word, intent)| {
        let rest = strip_word(text, word)?;
        // `revert(core): x` is a conventional commit; `reverting` is another word.
        let ends = |byte: &u8| !(byte.is_ascii_alphanumeric() || b"-_".contains(byte));
        rest.first().is_none_or(ends).then_some(Spoken { intent, rest })
    })
}

/// What follows the area that a subject begins with: `[core] …`, `core: …`, `fix(core): …`.
fn behind_area(subject: &[u8]) -> Option<&[u8]> {
    if subject.starts_with(b"[") {
        let end = memchr::memchr(b']', subject)?;
        return Some(subject[end + 1..].trim_ascii_start());
    }
    let end = memchr::memmem::find(subject, b": ")?;
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./()!".contains(byte);
    subject[..end].iter().all(is_word).then(|| &subject[end + 2..])
}

/// The subject that stands in quotes, with those in it; or after a colon, as in
/// `revert: add a thing` and `revert(core): add a thing`.
fn quoted(rest: &[u8]) -> Option<Quoted<'_>> {
    let rest = without_number(rest);
    if let Some(open) = rest.iter().position(|&byte| byte == b'"')
        && rest[..open].iter().all(|byte| matches!(byte, b' ' | b':'))
    {
        let close = memchr::memrchr(b'"', rest).filter(|&close| close > open + 1)?;
        let ends = rest[close + 1..].trim_ascii().is_empty();
        return Some(Quoted { text: &rest[open + 1..close], is_in_quotes: ends });
    }
    let rest = match rest.strip_prefix(b"(") {
        Some(scope) => {
            let end = scope.iter().position(|&byte| byte == b')')?;
            scope[end + 1..].strip_prefix(b"!").unwrap_or(&scope[end + 1..])
        }
        None => rest,
    };
    let text = rest.strip_prefix(b":")?.trim_ascii();
    (!text.is_empty()).then_some(Quoted { text, is_in_quotes: false })
}

/// What the body says it takes back: the change as a whole, and steps within it.
fn of_body(message: &[u8], is_squash: bool) -> (Names, Names) {
    let (mut whole, mut steps) = (Names::default(), Names::default());
    let mut in_steps = false;
    let mut goes_on = false;
    for line in message.split(|&byte| byte == b'\n').skip(1) {
        // An indented line is of a quoted log.
        let is_quoted = line.starts_with(b"    ") || line.starts_with(b"\t");
        let line = line.trim_ascii();
        if is_quoted || line.starts_with(b">") {
            continue;
        }
        let point = line.strip_prefix(b"* ");
        let text = point.or(line.strip_prefix(b"- ")).unwrap_or(line);
        let says = says(text);
        // The list of a squash is of its steps; so is what stands below each of them.
        in_steps |= point.is_some() && (is_squash || spoken(text).is_some());
        let is_step = in_steps || (text.len() < line.len() && says.is_some_and(|s| s.1));
        let names = if is_step { &mut steps } else { &mut whole };
        goes_on = match says {
            Some((text, _)) => names.read(text),
            None => goes_on && !text.is_empty() && names.read(text),
        };
    }
    (whole, steps)
}

/// What follows the words by which a line says that it takes something back, and whether
/// those are the words of forges, which lists of changes have as well.
fn says(line: &[u8]) -> Option<(&[u8], bool)> {
    const WHOLE: [&[u8]; 6] = [
        b"This reverts",
        b"This partially reverts",
        b"This commit reverts",
        b"This change reverts",
        b"This PR reverts",
        b"Partially reverts",
    ];
    let after = |rest: &'_ [u8]| rest.first().is_none_or(|byte| b" :".contains(byte));
    let found = WHOLE.iter().find_map(|words| strip_word(line, words));
    if let Some(rest) = found.filter(|rest| after(rest)) {
        return Some((rest.strip_prefix(b":").unwrap_or(rest), false));
    }
    // In the middle of a sentence they are small.
    let rest = line.strip_prefix(b"Reverts ").or(line.strip_prefix(b"Revert "))?;
    Some((rest, true))
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
        let pulls = said.names.pulls.iter().map(|pull| pull.number).collect();
        let intent = if said.is_sure { said.intent } else { Intent::Candidate };
        Some((intent, said.names.ids, pulls, subject))
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
        assert_eq!(intent("Re-land: add a"), Some(Intent::Candidate));
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
    fn steps_of_a_squash_are_told_apart_from_what_it_does() {
        let read = |message: &str| {
            let said = said(message.as_bytes()).expect(message);
            (said.is_sure, said.is_step, said.names.ids.len() + said.names.pulls.len())
        };
        let steps = "* Add b\n\n* Revert \"Add a\"\n\nThis reverts commit 0123456.\n";
        assert_eq!(read(&format!("Add b (#7)\n\n{steps}")), (false, true, 1));
        assert_eq!(read(&format!("Revert \"Add a\" (#7)\n\n{steps}")), (true, false, 1));
        assert_eq!(read("Bump x\n\n- Revert #12 by @y\n"), (false, true, 1));
        // Points of a text that are no list of commits.
        let text = "Drop a\n\n* slow\n* wrong\n\nThis reverts commit 0123456.";
        assert_eq!(read(text), (true, false, 1));
    }

    #[test]
    fn an_area_may_stand_before_what_a_subject_says() {
        let subject = |message: &str| {
            let said = said(message.as_bytes())?;
            Some((
                said.is_sure,
                String::from_utf8(said.subject.unwrap_or_default()).unwrap(),
            ))
        };
        let add = Some((true, "Add a".to_owned()));
        assert_eq!(subject("[core] Revert \"Add a\" (#7)"), add);
        assert_eq!(subject("fix(core): Revert \"Add a\""), add);
        assert_eq!(subject("Partially revert \"Add a\""), add);
        assert_eq!(subject("Use \"x: y\": revert \"Add a\""), None);
        // Quotes that go on are prose.
        let prose = Some((false, "x".to_owned()));
        assert_eq!(subject("Revert \"x\" to what it was"), prose);
        assert_eq!(subject("Revert use of \"x\""), Some((false, String::new())));
    }

    #[test]
    fn names_may_go_on_in_the_next_lines() {
        let text = "Drop\n\nThis reverts commits:\n- 0123456\n- 89abcde\n\nfedcba9 stays";
        assert_eq!(said(text.as_bytes()).unwrap().names.ids, ["0123456", "89abcde"]);
        let text = "Drop\n\nThis reverts commit 0123456.\n89abcde stays";
        assert_eq!(said(text.as_bytes()).unwrap().names.ids, ["0123456"]);
    }
}
