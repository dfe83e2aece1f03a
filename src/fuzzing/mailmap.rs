//! Mailmaps.

use crate::identity::Mailmap;
use crate::limits::CONTROL_FILE_BYTES;
use crate::problem::Gaps;
use crate::units::len_to_u64;

/// The name stands in the first line, the address in the second, the mailmap in the
/// others. The answer is that of reading the mailmap line by line for this one person.
pub fn mailmap(data: &[u8]) {
    let (name, rest) = super::split_at(data, b'\n');
    let (email, text) = super::split_at(rest, b'\n');
    let map = Mailmap::parse(text, &mut Gaps::default());
    if len_to_u64(text.len()) > CONTROL_FILE_BYTES.value {
        return;
    }
    let (found_name, found_email) = map.map(name, email);
    let expected = asked_line_by_line(text, name, email);
    assert_eq!((found_name.into_owned(), found_email.into_owned()), expected);
}

/// A name and an address, where given.
type Given = (Option<Vec<u8>>, Option<Vec<u8>>);

fn asked_line_by_line(text: &[u8], name: &[u8], email: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut whatever_the_name: Given = (None, None);
    let mut this_name: Option<Given> = None;
    for line in text.split(|&byte| byte == b'\n').filter(|line| !line.starts_with(b"#")) {
        let Some((first_name, first_email, rest)) = person(line) else { continue };
        if first_email.is_empty() {
            continue;
        }
        let (wanted_name, wanted_email, given) = match person(rest) {
            Some((second_name, second_email, _)) => {
                (second_name, second_email, (first_name, Some(first_email)))
            }
            None => (None, first_email, (first_name, None)),
        };
        if !wanted_email.eq_ignore_ascii_case(email) {
            continue;
        }
        match wanted_name {
            None => {
                whatever_the_name.0 = given.0.or(whatever_the_name.0);
                whatever_the_name.1 = given.1.or(whatever_the_name.1);
            }
            Some(wanted) if wanted.eq_ignore_ascii_case(name) => this_name = Some(given),
            Some(_) => {}
        }
    }
    let (proper_name, proper_email) = this_name.unwrap_or(whatever_the_name);
    (proper_name.unwrap_or(name.to_vec()), proper_email.unwrap_or(email.to_vec()))
}

/// A name, where given, an address, and what follows.
type Person<'a> = (Option<Vec<u8>>, Vec<u8>, &'a [u8]);

/// Reads `Name <address>`.
fn person(line: &[u8]) -> Option<Person<'_>> {
    let (before, rest) = line.split_at(memchr::memchr(b'<', line)?);
    let end = memchr::memchr(b'>', rest)?;
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r');
    let start = before.iter().position(|byte| !blank(byte));
    let last = before.iter().rposition(|byte| !blank(byte));
    let name = start.zip(last).map(|(start, last)| before[start..=last].to_vec());
    Some((name, rest[1..end].to_vec(), &rest[end + 1..]))
}
