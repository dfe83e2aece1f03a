//! Comments that let a finding pass: `// slopnexus: allow(rule-id) the reason`.
//!
//! Such a comment stands on the line of the finding, or alone on the line above it; those
//! for a whole file stand alone within its first ten lines. The mark comes first in the
//! comment, and a reason follows it: without one it allows nothing.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;

use super::baseline::path_of;
use crate::check::{Finding, Side};
use crate::limits;
use crate::units::len_to_u32;
use crate::untrusted::Untrusted;

const MARK: &[u8] = b"slopnexus:";

/// What comments of the languages that we read begin with, and lines within them. A mark in
/// a text that looks like one is taken for a comment: whoever can write it there can write
/// a comment as well, and both are listed.
const OPENINGS: &[&[u8]] = &[
    b"//", b"///", b"//!", b"#", b"--", b"/*", b"/**", b"*", b"<!--", b"{/*", b"{#", b";",
];

/// What they end with.
const CLOSINGS: &[&str] = &["*/}", "*/", "-->", "#}"];

/// Where a comment for a whole file may stand.
const FIRST_LINES: u32 = 10;

/// The longest reason that is kept, in bytes.
const REASON_BYTES: usize = 500;

/// The comments of the changed files, as they stand at the end of the change.
#[derive(Debug, Clone, Default)]
pub struct Suppressions {
    files: BTreeMap<Untrusted, BTreeMap<u32, Comment>>,
    /// The same paths as entries of a baseline have them.
    paths: BTreeSet<String>,
    n: u64,
    /// How many were beyond the limit.
    pub(super) n_over: u64,
}

/// One comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comment {
    pub(super) rules: Vec<String>,
    /// `None` when none is given.
    pub(super) reason: Option<Untrusted>,
    /// Whether nothing else stands on its line.
    is_alone: bool,
    /// Whether the change adds it.
    pub(super) is_new: bool,
}

impl Suppressions {
    /// Reads a file of the head. `is_added` says of a line, from 1, whether the change adds
    /// it. Files that were looked at and have no comments belong here as well: an entry of a
    /// baseline can only be stale where somebody looked.
    pub fn add_file(
        &mut self,
        path: &Untrusted,
        text: &[u8],
        is_added: impl Fn(u32) -> bool,
    ) {
        self.paths.insert(path_of(path));
        // Nearly no file has any, and finding none takes one look.
        if memmem::find(text, MARK).is_none() {
            return;
        }
        let mut comments = BTreeMap::new();
        for (place, line) in text.split(|&byte| byte == b'\n').enumerate() {
            let Some(comment) = comment(line) else { continue };
            if self.n >= limits::SUPPRESSIONS.value {
                self.n_over += 1;
                continue;
            }
            self.n += 1;
            let number = len_to_u32(place + 1);
            comments.insert(number, Comment { is_new: is_added(number), ..comment });
        }
        self.files.insert(path.clone(), comments);
    }

    /// Says that a file was looked at which is gone, or is no text.
    pub fn add_path(&mut self, path: &Untrusted) {
        self.paths.insert(path_of(path));
    }

    /// Whether a file was looked at, by its path as an entry of a baseline has it.
    pub fn has_looked_at(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    /// The comment that is for a finding, with its line; one with a reason rather than one
    /// without.
    pub(super) fn of(&self, finding: &Finding) -> Option<(u32, &Comment)> {
        if finding.side == Side::Base {
            return None;
        }
        let comments = self.files.get(&finding.place.path)?;
        let is_for = |(_, comment): &(u32, &Comment)| {
            comment.rules.iter().any(|rule| rule == finding.rule)
        };
        let mut found: Vec<(u32, &Comment)> = match finding.place.first_line {
            Some(line) => at_line(comments, line),
            None => {
                let first = comments.range(..=FIRST_LINES).map(|(at, one)| (*at, one));
                first.filter(|(_, comment)| comment.is_alone).collect()
            }
        };
        found.retain(is_for);
        let with_reason = found.iter().find(|(_, comment)| comment.reason.is_some());
        with_reason.or(found.first()).copied()
    }

    /// The rules that comments name, each with where it does so.
    pub(super) fn named(&self) -> impl Iterator<Item = (&Untrusted, u32, &str)> {
        self.files.iter().flat_map(|(path, comments)| {
            comments.iter().flat_map(move |(line, comment)| {
                comment.rules.iter().map(move |rule| (path, *line, rule.as_str()))
            })
        })
    }
}

/// The comments on a line and those that stand alone right above it, one below the other.
fn at_line(comments: &BTreeMap<u32, Comment>, line: u32) -> Vec<(u32, &Comment)> {
    let mut found: Vec<(u32, &Comment)> =
        comments.get(&line).map(|comment| (line, comment)).into_iter().collect();
    let mut above = line;
    while let Some(comment) = above.checked_sub(1).and_then(|at| comments.get(&at)) {
        if !comment.is_alone {
            break;
        }
        above -= 1;
        found.push((above, comment));
    }
    found
}

/// The comment of a line, if it has one of ours.
fn comment(line: &[u8]) -> Option<Comment> {
    let mut from = 0;
    while let Some(at) = memmem::find(&line[from..], MARK).map(|at| at + from) {
        let (before, after) = (&line[..at], &line[at + MARK.len()..]);
        if let Some(is_alone) = opening(before)
            && let Some((rules, reason)) = allowance(after)
        {
            return Some(Comment { rules, reason, is_alone, is_new: false });
        }
        from = at + MARK.len();
    }
    None
}

/// Whether the comment is alone on its line; `None` when no comment begins right before.
fn opening(before: &[u8]) -> Option<bool> {
    let before = before.trim_ascii();
    let fits = OPENINGS.iter().filter(|opening| before.ends_with(opening));
    let longest = fits.max_by_key(|opening| opening.len())?;
    Some(before.len() == longest.len())
}

/// ` allow(a, b) reason` → the rules and the reason.
fn allowance(text: &[u8]) -> Option<(Vec<String>, Option<Untrusted>)> {
    let text = text.trim_ascii_start().strip_prefix(b"allow")?;
    let text = text.trim_ascii_start().strip_prefix(b"(")?;
    let end = memchr::memchr(b')', text)?;
    let names = text[..end].split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
    let rules: Option<Vec<String>> = names.map(rule_id).collect();
    Some((rules?, reason(&text[end + 1..])))
}

/// A name that can be one of a rule.
fn rule_id(name: &[u8]) -> Option<String> {
    let is_sign =
        |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    let is_id = (1..=64).contains(&name.len()) && name.iter().all(is_sign);
    is_id.then(|| String::from_utf8_lossy(name).into_owned())
}

/// What is said for it: at least one word that a person can read.
fn reason(text: &[u8]) -> Option<Untrusted> {
    let text = String::from_utf8_lossy(&text[..text.len().min(REASON_BYTES)]);
    let mut text = text.trim();
    for closing in CLOSINGS {
        text = text.strip_suffix(closing).unwrap_or(text).trim_end();
    }
    let text = text.trim_start_matches(|sign: char| {
        sign.is_whitespace() || matches!(sign, ':' | '-' | '–' | '—' | ',')
    });
    let n_letters = text.chars().filter(|letter| letter.is_alphanumeric()).count();
    (n_letters >= 3).then(|| Untrusted::from(text))
}

#[cfg(test)]
mod tests {
    use super::super::judge::made;
    use super::*;

    fn read(text: &str) -> Suppressions {
        let mut suppressions = Suppressions::default();
        suppressions.add_file(&Untrusted::from("src/a.rs"), text.as_bytes(), |_| false);
        suppressions
    }

    /// The line of the comment that is for a finding of rule `a` at a line, and its reason.
    fn found(text: &str, line: Option<u32>) -> Option<(u32, Option<String>)> {
        let mut finding = made("a", 1, 1.0);
        finding.place.first_line = line;
        let suppressions = read(text);
        let (at, comment) = suppressions.of(&finding)?;
        let reason = comment.reason.as_ref().map(Untrusted::to_terminal);
        Some((at, reason))
    }

    #[test]
    fn a_comment_is_for_its_line_and_alone_for_the_next() {
        let own = "x(); // slopnexus: allow(a) as the vendor has it";
        let reason = Some("as the vendor has it".to_owned());
        assert_eq!(found(own, Some(1)), Some((1, reason.clone())));
        assert_eq!(found(&format!("{own}\ny();"), Some(2)), None, "it is not alone");
        let above = "# slopnexus: allow(b, a): as the vendor has it\nx()";
        assert_eq!(found(above, Some(2)), Some((1, reason.clone())));
        assert_eq!(found(above, Some(3)), None);
        let two = "// slopnexus: allow(a) as the vendor has it\n\
                   /* slopnexus: allow(b) another thing */\nx()";
        assert_eq!(found(two, Some(3)), Some((1, reason)));
    }

    #[test]
    fn a_comment_for_a_whole_file_stands_alone_at_its_top() {
        let text = "#!/bin/sh\n# slopnexus: allow(a) made by hand once\nx\n";
        assert_eq!(found(text, None).map(|(line, _)| line), Some(2));
        let late = format!("{}{text}", "\n".repeat(20));
        assert_eq!(found(&late, None), None);
    }

    #[test]
    fn without_a_reason_a_comment_has_none() {
        for text in [
            "// slopnexus: allow(a)",
            "// slopnexus:allow(a) --",
            "/* slopnexus: allow (a) */",
        ] {
            assert_eq!(found(text, Some(1)), Some((1, None)), "{text}");
        }
    }

    #[test]
    fn the_mark_comes_first_in_a_comment() {
        for text in [
            "// see slopnexus: allow(a) for more",
            "slopnexus: allow(a) for more",
            "let x = \"slopnexus: allow(a) for more\";",
            "// slopnexus: allow(*) for more",
            "// slopnexus: allow() for more",
            "// slopnexus: allow(a for more",
            "// slopnexus: deny(a) for more",
        ] {
            assert_eq!(found(text, Some(1)), None, "{text}");
        }
    }

    #[test]
    fn what_is_gone_cannot_be_allowed() {
        let mut finding = made("a", 1, 1.0);
        finding.side = Side::Base;
        finding.place.first_line = Some(1);
        assert!(read("// slopnexus: allow(a) for a reason").of(&finding).is_none());
    }

    #[test]
    fn comments_are_bounded_and_the_rest_is_counted() {
        let many = "# slopnexus: allow(a) for a reason\n".repeat(10_003);
        assert_eq!(read(&many).n_over, 3);
        let long = format!("# slopnexus: allow(a) {}", "é".repeat(10_000));
        let (_, reason) = found(&long, Some(1)).unwrap();
        assert!(reason.unwrap().len() < 600);
    }
}
