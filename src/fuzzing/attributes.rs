//! Files of attributes, and their patterns.

use crate::history::attributes::{AttributeFile, State, attributes_of, folder};
use crate::problem::Gaps;

/// A path stands in the first line, a pattern in the second, a file in the others. Any
/// file is read, and the pattern fits as the manual says, followed to the letter.
pub fn attributes(data: &[u8]) {
    let (path, rest) = super::split_at(data, b'\n');
    let (pattern, text) = super::split_at(rest, b'\n');
    assert!(folder(path).is_none_or(|folder| path.starts_with(folder)));
    let file = AttributeFile::parse(text, b"", &mut Gaps::default());
    let deeper = AttributeFile::parse(rest, b"", &mut Gaps::default());
    let known = attributes_of(&[(b"", &file), (b"x", &deeper)], path);
    assert!(known.keys().all(|name| !name.is_empty()));

    let strange =
        |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, 0 | b'"' | b'#');
    let plain = !pattern.is_empty()
        && pattern.len() + path.len() < 200
        && !pattern.iter().any(strange)
        && !pattern.starts_with(b"[attr]")
        && !pattern.starts_with(b"\xef\xbb\xbf")
        && !path.starts_with(b"/")
        && !path.is_empty();
    let line = [pattern, b" attribute\n"].concat();
    let one = AttributeFile::parse(&line, b"", &mut Gaps::default());
    let found = attributes_of(&[(b"", &one)], path);
    let fits = found.get(b"attribute".as_slice()) == Some(&&State::Set);
    let mut steps = 20_000;
    if plain && let Some(expected) = by_the_manual(pattern, path, &mut steps) {
        assert_eq!(fits, expected);
    }
}

/// Whether a pattern of `gitattributes(5)` fits; `None` when that takes too long.
fn by_the_manual(pattern: &[u8], path: &[u8], steps: &mut u32) -> Option<bool> {
    if pattern.starts_with(b"!") || pattern.ends_with(b"/") {
        return Some(false);
    }
    if !pattern.contains(&b'/') {
        let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        return fits(pattern, 0, name, false, steps);
    }
    fits(pattern.strip_prefix(b"/").unwrap_or(pattern), 0, path, true, steps)
}

/// Whether what stands in the pattern from `at` on fits all of the text.
fn fits(
    pattern: &[u8],
    at: usize,
    text: &[u8],
    is_path: bool,
    steps: &mut u32,
) -> Option<bool> {
    *steps = steps.checked_sub(1)?;
    let Some(&first) = pattern.get(at) else { return Some(text.is_empty()) };
    let stars = pattern[at..].iter().take_while(|&&byte| byte == b'*').count();
    if stars > 0 {
        let rest = &pattern[at + stars..];
        let opens = at == 0 || pattern[at - 1] == b'/';
        let deep = is_path
            && stars > 1
            && opens
            && (rest.is_empty() || rest.starts_with(b"/") || rest.starts_with(b"\\/"));
        if deep
            && rest.starts_with(b"/")
            && fits(pattern, at + stars + 1, text, is_path, steps)?
        {
            return Some(true);
        }
        for taken in 0..=text.len() {
            if !deep && text[..taken].contains(&b'/') {
                break;
            }
            if fits(pattern, at + stars, &text[taken..], is_path, steps)? {
                return Some(true);
            }
        }
        return Some(false);
    }
    let (holds, end) = match first {
        b'?' => (text.first().is_some_and(|&byte| byte != b'/'), at + 1),
        b'[' => match set(pattern, at + 1, text.first().copied()) {
            Some((holds, end)) => (holds && text.first() != Some(&b'/'), end),
            None => (false, at),
        },
        b'\\' => {
            (pattern.get(at + 1).is_some_and(|byte| Some(byte) == text.first()), at + 2)
        }
        byte => (text.first() == Some(&byte), at + 1),
    };
    if !holds {
        return Some(false);
    }
    fits(pattern, end, &text[1..], is_path, steps)
}

/// Whether a byte is in a set, and where the set ends; `None` without an end.
fn set(pattern: &[u8], start: usize, byte: Option<u8>) -> Option<(bool, usize)> {
    let negated = matches!(pattern.get(start)?, b'!' | b'^');
    let mut at = start + usize::from(negated);
    let mut holds = false;
    let mut range_start = None;
    let mut is_first = true;
    while pattern.get(at)? != &b']' || is_first {
        is_first = false;
        if pattern[at..].starts_with(b"[:") {
            let close = at + 2 + memchr::memchr(b']', &pattern[at + 2..])?;
            let class = &pattern[at + 2..close];
            if let Some(class) = class.strip_suffix(b":") {
                holds |= in_class(class, byte)?;
                range_start = None;
                at = close + 1;
                continue;
            }
        }
        let is_range = pattern[at] == b'-'
            && range_start.is_some()
            && pattern.get(at + 1).is_some_and(|&next| next != b']');
        at += usize::from(is_range);
        at += usize::from(pattern[at] == b'\\');
        let member = *pattern.get(at)?;
        if is_range {
            holds |= range_start <= byte && byte <= Some(member);
            range_start = None;
        } else {
            holds |= byte == Some(member);
            range_start = Some(member);
        }
        at += 1;
    }
    Some((byte.is_some() && holds != negated, at + 1))
}

fn in_class(class: &[u8], byte: Option<u8>) -> Option<bool> {
    let byte = byte.unwrap_or(0x80);
    Some(match class {
        b"alnum" => byte.is_ascii_alphanumeric(),
        b"alpha" => byte.is_ascii_alphabetic(),
        b"blank" => byte == b' ' || byte == b'\t',
        b"cntrl" => byte.is_ascii_control(),
        b"digit" => byte.is_ascii_digit(),
        b"graph" => byte.is_ascii_graphic(),
        b"lower" => byte.is_ascii_lowercase(),
        b"print" => byte.is_ascii_graphic() || byte == b' ',
        b"punct" => byte.is_ascii_punctuation(),
        b"space" => b" \t\r\n".contains(&byte),
        b"upper" => byte.is_ascii_uppercase(),
        b"xdigit" => byte.is_ascii_hexdigit(),
        _ => return None,
    })
}
