//! A commit message as lines of evidence: cut, trimmed, unescaped, unquoted.

use std::borrow::Cow;

use crate::limits::MESSAGE_BYTES;

/// The longest key of a `Key: value` line, in bytes.
const KEY_BYTES: usize = 40;

/// How git begins a line of a message that undoes a commit.
const REVERTS: &[u8] = b"This reverts commit ";

/// Messages of at most this many lines may be one line with `\n` spelt out.
const SPELT_OUT_LINES: usize = 3;

/// The part of a message that is read: all of it but for hostile lengths.
pub(super) fn readable(message: &[u8]) -> &[u8] {
    let limit = usize::try_from(MESSAGE_BYTES.value).unwrap_or(usize::MAX);
    &message[..message.len().min(limit)]
}

/// The lines of a message without their ends, counted from 1.
pub(super) fn lines(message: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut rest = Some(message);
    let next = move || {
        let text = rest?;
        let end = memchr::memchr(b'\n', text);
        rest = end.map(|end| &text[end + 1..]);
        Some(&text[..end.unwrap_or(text.len())])
    };
    (1..).zip(std::iter::from_fn(next))
}

/// The first line of a message that is not blank, trimmed, as git takes its subject.
pub(super) fn subject(message: &[u8]) -> (u32, &[u8]) {
    for (number, line) in lines(message) {
        if !line.trim_ascii().is_empty() {
            return (number, line.trim_ascii());
        }
    }
    (1, b"")
}

/// One line of a message's body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BodyLine<'a> {
    /// Its place in the message, counted from 1.
    pub(super) number: u32,
    /// The line without blanks at either end; escapes are resolved.
    pub(super) text: Cow<'a, [u8]>,
}

/// The lines of the body that speak for the commit itself, without blank ones.
pub(super) fn body_lines(message: &[u8]) -> Vec<BodyLine<'_>> {
    let (subject_number, subject_line) = subject(message);
    let mut quotes = Quotes::new(subject_line, message);
    let is_spelt_out = !quotes.is_revert && is_spelt_out(message.trim_ascii_end());
    let mut found = Vec::new();
    for (number, line) in lines(message) {
        if number < subject_number || line.trim_ascii().is_empty() {
            continue;
        }
        if is_spelt_out {
            push_spelt_out(number, line, number == subject_number, &mut found);
        } else if number > subject_number && !quotes.holds(line) {
            found.push(BodyLine { number, text: unescape(line.trim_ascii()) });
        }
    }
    found
}

/// Whether some tool wrote the ends of lines as `\n`, two characters. Longer
/// messages that hold those speak about code.
fn is_spelt_out(message: &[u8]) -> bool {
    let n_line_ends = message.iter().filter(|byte| **byte == b'\n').count();
    n_line_ends < SPELT_OUT_LINES && contains(message, br"\n")
}

/// Splits a line at every `\n` that some tool wrote as two characters.
fn push_spelt_out<'a>(
    number: u32,
    line: &'a [u8],
    is_subject: bool,
    lines: &mut Vec<BodyLine<'a>>,
) {
    let mut rest = line;
    let mut is_first = true;
    loop {
        let end = rest.windows(2).position(|pair| pair == br"\n");
        let piece = rest[..end.unwrap_or(rest.len())].trim_ascii();
        let is_of_subject = is_first && is_subject;
        if !piece.is_empty() && !is_of_subject {
            lines.push(BodyLine { number, text: unescape(piece) });
        }
        let Some(end) = end else { break };
        rest = &rest[end + 2..];
        is_first = false;
    }
}

/// Resolves `\uXXXX`, which some tools leave in messages, pairs of surrogates too.
pub(super) fn unescape(line: &[u8]) -> Cow<'_, [u8]> {
    if !line.contains(&b'\\') || !contains(line, br"\u") {
        return Cow::Borrowed(line);
    }
    let mut resolved = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(&byte) = rest.first() {
        match escaped_character(rest) {
            Some(character) => {
                let mut buffer = [0; 4];
                resolved.extend(character.encode_utf8(&mut buffer).as_bytes());
                rest = &rest[6 * character.len_utf16()..];
            }
            None => {
                resolved.push(byte);
                rest = &rest[1..];
            }
        }
    }
    Cow::Owned(resolved)
}

/// The character that `text` begins with in the form `\uXXXX`, or twice that.
fn escaped_character(text: &[u8]) -> Option<char> {
    let units = [escaped_unit(text)?, text.get(6..).and_then(escaped_unit).unwrap_or(0)];
    char::decode_utf16(units).next()?.ok()
}

/// The UTF-16 unit of a `\uXXXX` that `text` begins with.
fn escaped_unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(br"\u")?.get(..4)?;
    let digits = std::str::from_utf8(digits).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

/// Tells which lines of a revert quote the commit that is undone. Elsewhere `>`
/// and indents are layout: squashes indent the messages they collect.
struct Quotes {
    is_revert: bool,
    is_in_original: bool,
}

impl Quotes {
    fn new(subject: &[u8], message: &[u8]) -> Self {
        let lower = subject.to_ascii_lowercase();
        let is_revert = lower.starts_with(b"revert ")
            || lower.starts_with(b"revert:")
            || lower.starts_with(b"reapply ")
            || contains(message, REVERTS)
                && lines(message).any(|(_, line)| line.trim_ascii().starts_with(REVERTS));
        Self { is_revert, is_in_original: false }
    }

    fn holds(&mut self, line: &[u8]) -> bool {
        if !self.is_revert {
            return false;
        }
        // "Original commit message:", "Original change's description:": what follows
        // is the other commit's, to the end, as nothing marks where it stops.
        let trimmed = line.trim_ascii();
        let lower = trimmed.to_ascii_lowercase();
        self.is_in_original |= lower.starts_with(b"original ")
            && [&b"message"[..], b"description", b"commit", b"change"]
                .iter()
                .any(|word| contains(&lower, word))
            && lower.contains(&b':');
        self.is_in_original
            || matches!(trimmed.first(), Some(b'>' | b'|'))
            || line.starts_with(b"    ")
            || line.starts_with(b"\t")
    }
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(text, word).is_some()
}

/// A `Key: value` line after one leading run of blanks, bullets and quote marks.
/// The key is a run of ASCII letters, digits and hyphens, and is given in lower case.
pub(super) fn key_and_value(line: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let line = strip_leading_marks(line);
    let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let length = line.iter().take(KEY_BYTES + 1).take_while(|byte| is_key(byte)).count();
    let value = line[length..].trim_ascii_start().strip_prefix(b":")?.trim_ascii();
    let fits = length > 0 && length <= KEY_BYTES;
    fits.then(|| (line[..length].to_ascii_lowercase(), value))
}

fn strip_leading_marks(line: &[u8]) -> &[u8] {
    let is_mark = |byte: &u8| {
        matches!(byte, b' ' | b'\t' | b'*' | b'-' | b'>' | b'\'' | b'"' | b'`')
    };
    let marks = line.iter().take_while(|byte| is_mark(byte)).count();
    &line[marks..]
}

/// A person as a trailer names them. Either part may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NamedPerson<'a> {
    pub(super) name: &'a [u8],
    pub(super) email: &'a [u8],
}

/// Reads `Name <address>`, and what people make of it: a missing closing bracket,
/// missing brackets, no address.
pub(super) fn person(value: &[u8]) -> NamedPerson<'_> {
    // The first brackets that hold an address, else the first brackets: templates
    // leave words in brackets too.
    let brackets = || (0..value.len()).filter(|place| value[*place] == b'<');
    let holds_address = |place: &usize| bracketed(value, *place).contains(&b'@');
    if let Some(open) = brackets().find(holds_address).or_else(|| brackets().next()) {
        let email = bracketed(value, open).trim_ascii();
        return NamedPerson { name: trim_name(&value[..open]), email };
    }
    let last = value.split(u8::is_ascii_whitespace).next_back().unwrap_or(b"");
    if last.contains(&b'@') {
        let name = &value[..value.len() - last.len()];
        return NamedPerson { name: trim_name(name), email: last };
    }
    NamedPerson { name: trim_name(value), email: b"" }
}

/// What stands between the bracket at `open` and the next one, or the end. Stopping
/// at either kind keeps a line of nothing but brackets cheap.
fn bracketed(value: &[u8], open: usize) -> &[u8] {
    let rest = &value[open + 1..];
    let end = rest.iter().position(|byte| matches!(byte, b'<' | b'>'));
    &rest[..end.unwrap_or(rest.len())]
}

fn trim_name(name: &[u8]) -> &[u8] {
    let mut name = name.trim_ascii();
    while let [b'"' | b'\'' | b'`', inner @ .., b'"' | b'\'' | b'`'] = name {
        name = inner.trim_ascii();
    }
    name
}

/// Whether a blank in a template was left open: `${…}` or a word in angle brackets.
pub(super) fn has_placeholder(value: &[u8]) -> bool {
    let has_bracketed_word = (0..value.len()).any(|place| {
        let word = || bracketed(value, place);
        value[place] == b'<' && !word().is_empty() && !word().contains(&b'@')
    });
    contains(value, b"${") || has_bracketed_word
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(message: &str) -> Vec<(u32, String)> {
        let text = |line: BodyLine<'_>| {
            (line.number, String::from_utf8(line.text.into_owned()).unwrap())
        };
        body_lines(message.as_bytes()).into_iter().map(text).collect()
    }

    #[test]
    fn lines_keep_their_place_in_the_message() {
        assert_eq!(
            texts("\nsubject\n\n  a  \r\n\nb\n"),
            [(4, "a".to_owned()), (6, "b".to_owned())]
        );
    }

    #[test]
    fn a_one_line_body_with_spelt_out_line_ends_is_cut_at_them() {
        assert_eq!(
            texts(r"fix\n\nwhy\nKey: value"),
            [(1, "why".to_owned()), (1, "Key: value".to_owned())]
        );
    }

    #[test]
    fn escaped_characters_are_resolved_and_broken_escapes_left() {
        assert_eq!(*unescape(br"\ud83e\udd16 by"), *"🤖 by".as_bytes());
        assert_eq!(*unescape(br"\ud83e \u00e9 \uZZ"), *r"\ud83e é \uZZ".as_bytes());
    }

    #[test]
    fn the_quoted_text_of_a_revert_is_not_read() {
        let message = "Revert \"x\"\n\nThis reverts commit abc.\n> A: 1\n    B: 2\nC: 3\n\
            Original change's description:\nD: 4";
        let read: Vec<String> =
            texts(message).into_iter().map(|(_, text)| text).collect();
        assert_eq!(read, ["This reverts commit abc.", "C: 3"]);
    }

    #[test]
    fn people_are_read_with_broken_or_missing_brackets() {
        let read = |value: &'static str| {
            let person = person(value.as_bytes());
            (person.name.to_vec(), person.email.to_vec())
        };
        assert_eq!(read("Ana B <a@b.c>"), (b"Ana B".to_vec(), b"a@b.c".to_vec()));
        assert_eq!(read("Crush <crush@x"), (b"Crush".to_vec(), b"crush@x".to_vec()));
        assert_eq!(read("Ana a@b.c"), (b"Ana".to_vec(), b"a@b.c".to_vec()));
        assert_eq!(read("Claude"), (b"Claude".to_vec(), b"".to_vec()));
    }

    #[test]
    fn keys_may_follow_bullets_and_quote_marks() {
        let (key, value) = key_and_value(b"> * Co-Authored-By : Ana").unwrap();
        assert_eq!((key.as_slice(), value), (&b"co-authored-by"[..], &b"Ana"[..]));
        assert!(key_and_value(b"see the docs: here").is_none());
        assert!(key_and_value(b": nothing").is_none());
    }

    #[test]
    fn open_blanks_of_templates_are_seen() {
        assert!(has_placeholder(b"<Model-Name> via Crush <crush@charm.land>"));
        assert!(has_placeholder(b"Claude Code (${DIR})"));
        assert!(!has_placeholder(b"GLM via Crush <crush@charm.land>"));
    }
}
