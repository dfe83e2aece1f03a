//! Words of any text, by a plain scanner that knows no language.
//!
//! A word is a run of letters, digits, `_` and bytes outside ASCII; a string is what
//! stands between two equal quotes on one line; every other byte that is not white space
//! is a word of its own. Left out are `/* … */`, `<!-- … -->`, what follows `//` (but
//! not in `://`), and lines that begin with `# `, `#!`, `##` or `-- `.

use std::ops::Range;

use super::{Lexeme, LexemeKind};
use crate::syntax::text::{is_alphanumeric, is_white};
use crate::units::len_to_u32;

/// Adds the words of a part of a text that begins on a line.
pub(super) fn scan(
    bytes: &[u8],
    part: Range<usize>,
    first_line: u32,
    list: &mut Vec<Lexeme>,
) {
    let text = &bytes[..part.end];
    let (mut at, mut line) = (part.start, first_line);
    while at < text.len() {
        if is_white(text[at]) {
            line += u32::from(text[at] == b'\n');
            at += 1;
            continue;
        }
        let comment = comment_end(text, at);
        let end = comment.unwrap_or_else(|| word_end(text, at));
        if comment.is_none() {
            let (start, end) = (len_to_u32(at), len_to_u32(end));
            list.push(Lexeme { kind: LexemeKind::Plain, start, end, line });
        }
        let line_feeds = memchr::memchr_iter(b'\n', &text[at..end]).count();
        line += len_to_u32(line_feeds);
        at = end;
    }
}

/// Where the comment ends that begins here, if one does.
fn comment_end(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at..];
    let line_end = || memchr::memchr(b'\n', rest).map_or(text.len(), |end| at + end);
    let past = |close: &[u8]| {
        let found = memchr::memmem::find(rest, close);
        found.map_or(text.len(), |found| at + found + close.len())
    };
    match rest {
        [b'/', b'*', ..] => Some(past(b"*/")),
        [b'<', b'!', b'-', b'-', ..] => Some(past(b"-->")),
        [b'/', b'/', ..] if text[..at].last() != Some(&b':') => Some(line_end()),
        [b'#', b' ' | b'!' | b'#' | b'\n', ..] | [b'-', b'-', b' ', ..]
            if begins_line(text, at) =>
        {
            Some(line_end())
        }
        _ => None,
    }
}

/// Whether nothing but white space stands before it on its line.
fn begins_line(text: &[u8], at: usize) -> bool {
    let before = text[..at].iter().rev().find(|&&byte| !matches!(byte, b' ' | b'\t'));
    before.is_none_or(|&byte| byte == b'\n')
}

fn word_end(text: &[u8], at: usize) -> usize {
    let is_word = |byte: &u8| is_alphanumeric(*byte) || *byte == b'_';
    let first = text[at];
    if is_word(&first) {
        let rest = text[at..].iter().position(|byte| !is_word(byte));
        return rest.map_or(text.len(), |len| at + len);
    }
    if matches!(first, b'"' | b'\'' | b'`') {
        return string_end(text, at).unwrap_or(at + 1);
    }
    at + 1
}

/// Where a string ends, if it does on its line.
fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\n' => return None,
            b'\\' => at += 2,
            _ if byte == text[start] => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<(&str, u32)> {
        let mut list = Vec::new();
        scan(text.as_bytes(), 0..text.len(), 0, &mut list);
        let word = |it: &Lexeme| (&text[it.start as usize..it.end as usize], it.line);
        list.iter().map(word).collect()
    }

    #[test]
    fn a_text_is_cut_into_words_strings_and_signs() {
        let text = "let größe_1 = \"a \\\" b\";\n'open\n";
        let wanted = [
            ("let", 0),
            ("größe_1", 0),
            ("=", 0),
            ("\"a \\\" b\"", 0),
            (";", 0),
            ("'", 1),
            ("open", 1),
        ];
        assert_eq!(words(text), wanted);
    }

    #[test]
    fn comments_of_common_languages_are_left_out_and_addresses_are_not() {
        let text =
            "/* a\n b */ x\n// c\n# d\n  -- e\ny <!-- f --> #z\n\"http://h\" s://t";
        let wanted = [
            ("x", 1),
            ("y", 5),
            ("#", 5),
            ("z", 5),
            ("\"http://h\"", 6),
            ("s", 6),
            (":", 6),
            ("/", 6),
            ("/", 6),
            ("t", 6),
        ];
        assert_eq!(words(text), wanted);
        assert_eq!(words("/* open"), []);
    }
}
