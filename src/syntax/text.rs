//! Lines of files whose syntax is not read: blank, trivial, or text.

use super::LineKind;

/// What a byte says about its line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ByteKind {
    White,
    Punctuation,
    Alphanumeric,
}

/// What each byte says about its line. Every byte of a character outside ASCII
/// counts as alphanumeric: most are letters, and the encoding may be unknown.
const BYTE_KINDS: [ByteKind; 256] = byte_kinds();

const fn byte_kinds() -> [ByteKind; 256] {
    let mut kinds = [ByteKind::Punctuation; 256];
    let mut byte = 0;
    while byte < 256 {
        // The cast keeps its value: the loop ends at 255.
        kinds[byte] = match byte {
            0x09..=0x0d | 0x20 => ByteKind::White,
            0x30..=0x39 | 0x41..=0x5a | 0x61..=0x7a | 0x80..=0xff => {
                ByteKind::Alphanumeric
            }
            _ => ByteKind::Punctuation,
        };
        byte += 1;
    }
    kinds
}

/// Whether a byte is white space: space, tab, carriage return, line feed, vertical
/// tab or form feed.
pub(super) fn is_white(byte: u8) -> bool {
    BYTE_KINDS[usize::from(byte)] == ByteKind::White
}

/// Whether a byte is an ASCII letter or digit, or part of a character outside ASCII.
pub(super) fn is_alphanumeric(byte: u8) -> bool {
    BYTE_KINDS[usize::from(byte)] == ByteKind::Alphanumeric
}

/// Returns what kind of line this is, as text: [`LineKind::Blank`],
/// [`LineKind::Trivial`] or [`LineKind::Text`]. Its line end may be there or not.
pub fn text_kind(line: &[u8]) -> LineKind {
    let mut kind = LineKind::Blank;
    for &byte in line {
        match BYTE_KINDS[usize::from(byte)] {
            ByteKind::White => {}
            ByteKind::Punctuation => kind = LineKind::Trivial,
            ByteKind::Alphanumeric => return LineKind::Text,
        }
    }
    kind
}

/// Returns the kind of every line as text, in order. Lines end at `\n`, as in git; a
/// last line without one counts unless it is empty.
pub fn text_kinds(bytes: &[u8]) -> Vec<LineKind> {
    let mut kinds = Vec::with_capacity(n_lines(bytes));
    kinds.extend(line_ranges(bytes).map(|line| text_kind(&bytes[line])));
    kinds
}

/// Returns how many lines there are: line feeds, and a last line without one.
pub fn n_lines(bytes: &[u8]) -> usize {
    let unended = bytes.last().is_some_and(|&last| last != b'\n');
    memchr::memchr_iter(b'\n', bytes).count() + usize::from(unended)
}

/// The byte range of each line, its line feed left out.
pub(super) fn line_ranges(bytes: &[u8]) -> impl Iterator<Item = std::ops::Range<usize>> {
    let unended = bytes.last().is_some_and(|&last| last != b'\n');
    let ends = memchr::memchr_iter(b'\n', bytes).chain(unended.then_some(bytes.len()));
    ends.scan(0, |start, end| Some(std::mem::replace(start, end + 1)..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_blank_or_trivial_only_without_any_letter_or_digit() {
        let expected = [
            (&b""[..], LineKind::Blank),
            (b" \t\x0b\x0c\r\n", LineKind::Blank),
            (b"  });", LineKind::Trivial),
            (b"\0", LineKind::Trivial),
            (b"----- 1", LineKind::Text),
            (b"_", LineKind::Trivial),
            ("é".as_bytes(), LineKind::Text),
            (b"\xff", LineKind::Text),
        ];
        for (line, kind) in expected {
            assert_eq!(text_kind(line), kind, "{line:?}");
        }
    }

    #[test]
    fn lines_are_counted_as_git_counts_them() {
        let counts = [("", 0), ("\n", 1), ("a", 1), ("a\n", 1), ("a\nb", 2), ("\n\n", 2)];
        for (text, n) in counts {
            assert_eq!(n_lines(text.as_bytes()), n, "{text:?}");
            assert_eq!(text_kinds(text.as_bytes()).len(), n, "{text:?}");
        }
        // A lone carriage return ends no line.
        assert_eq!(text_kinds(b"a\rb\r\n.\r\n"), [LineKind::Text, LineKind::Trivial]);
    }

    #[test]
    fn a_file_has_the_kinds_of_its_lines() {
        // Every text of length 0 to 6 over one byte of each sort.
        let alphabet = b" .a\n";
        for length in 0..=6_u32 {
            for number in 0..4_usize.pow(length) {
                let digit = |place| number / 4_usize.pow(place) % 4;
                let text: Vec<u8> =
                    (0..length).map(|place| alphabet[digit(place)]).collect();
                let by_line: Vec<_> =
                    text.split_inclusive(|&byte| byte == b'\n').map(text_kind).collect();
                assert_eq!(text_kinds(&text), by_line, "{text:?}");
            }
        }
    }
}
