//! Strings as tokens: one for each of their lines, so that each line has its own.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::CodeToken;
use crate::units::len_to_u32;

/// What a part of a string is; parts with the same bytes differ by it.
const TEXT: u64 = 11;
const DOC: u64 = 12;
const ENDS: u64 = 13;

/// Adds a token for each line of a literal. One that ends with a line feed has nothing on
/// the next line, so that its end is said by the line that it is on.
pub(super) fn push_lines(text: &[u8], row: u32, tokens: &mut Vec<CodeToken>) {
    let n_feeds = memchr::memchr_iter(b'\n', text).count();
    for (at, line) in text.split(|&byte| byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let is_end = line.is_empty() && at == n_feeds;
        let at = if is_end { at.saturating_sub(1) } else { at };
        push(line, TEXT, row + len_to_u32(at), tokens);
    }
}

/// Adds the tokens of a Python string. Which quotes it has says nothing, nor does the
/// case of its prefix but for `R`, nor a `u`; of documentation, no white space does.
pub(super) fn push_python(
    text: &[u8],
    is_doc: bool,
    row: u32,
    tokens: &mut Vec<CodeToken>,
) {
    let is_quote = |&byte: &u8| byte == b'"' || byte == b'\'';
    let start = text.iter().position(is_quote).unwrap_or(text.len());
    let (prefix, literal) = text.split_at(start);
    let mut ends: Vec<u8> = prefix
        .iter()
        .filter(|byte| !byte.eq_ignore_ascii_case(&b'u'))
        .map(|&byte| if byte == b'R' { byte } else { byte.to_ascii_lowercase() })
        .collect();
    let is_triple = literal.len() >= 6 && literal[..3].iter().all(|b| *b == literal[0]);
    let quotes = if is_triple { 3 } else { 1 };
    let body = literal.get(quotes..literal.len().saturating_sub(quotes)).unwrap_or(&[]);
    let is_raw = ends.iter().any(|byte| byte.eq_ignore_ascii_case(&b'r'));
    let body = if is_raw { body.to_vec() } else { without_escaped_quotes(body) };
    ends.push(if is_triple { b'3' } else { b'1' });
    push(&ends, ENDS, row, tokens);
    if is_doc {
        for (at, line) in body.split(|&byte| byte == b'\n').enumerate() {
            let ink: Vec<u8> = line
                .iter()
                .copied()
                .filter(|byte| !super::super::text::is_white(*byte))
                .collect();
            if !ink.is_empty() {
                push(&ink, DOC, row + len_to_u32(at), tokens);
            }
        }
    } else {
        push_lines(&body, row, tokens);
    }
    if is_triple {
        let last = text.iter().filter(|&&byte| byte == b'\n').count();
        push(&ends, ENDS, row + len_to_u32(last), tokens);
    }
}

/// Adds the tokens of a JavaScript string. Which quotes it has says nothing; in a tag,
/// a backslash is a character like others.
pub(super) fn push_javascript(
    text: &[u8],
    in_tag: bool,
    row: u32,
    tokens: &mut Vec<CodeToken>,
) {
    let body = text.get(1..text.len().saturating_sub(1)).unwrap_or(&[]);
    push(b"", ENDS, row, tokens);
    if in_tag {
        push_lines(body, row, tokens);
    } else {
        push_lines(&without_escaped_quotes(body), row, tokens);
    }
}

/// Adds a token for each word of text between tags. As JSX has it, the white space at
/// which its lines begin and end says nothing, nor do empty lines; between two lines
/// there is a space.
pub(super) fn push_tag_text(text: &[u8], row: u32, tokens: &mut Vec<CodeToken>) {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r');
    let n_lines = text.split(|&byte| byte == b'\n').count();
    for (at, line) in text.split(|&byte| byte == b'\n').enumerate() {
        let start =
            if at == 0 { 0 } else { line.iter().take_while(|b| is_blank(b)).count() };
        let line = &line[start..];
        let blank_end = line.iter().rev().take_while(|b| is_blank(b)).count();
        let end = if at + 1 == n_lines { line.len() } else { line.len() - blank_end };
        let line = &line[..end];
        if !line.is_empty() {
            for word in line.split(|&byte| byte == b' ') {
                push(word, TEXT, row + len_to_u32(at), tokens);
            }
        }
    }
}

/// The text with each escaped quote as the quote.
fn without_escaped_quotes(body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(body.len());
    let mut bytes = body.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match bytes.peek() {
            Some(b'"' | b'\'') if byte == b'\\' => {}
            Some(&next) if byte == b'\\' => {
                plain.extend([byte, next]);
                bytes.next();
            }
            _ => plain.push(byte),
        }
    }
    plain
}

fn push(text: &[u8], part: u64, row: u32, tokens: &mut Vec<CodeToken>) {
    let hash = xxh3_64_with_seed(text, part).max(super::DROPPED + 1);
    tokens.push(CodeToken { hash, line: Some(row) });
}
