//! Marks in a file → the kind of each of its lines.

use std::cmp::Reverse;
use std::ops::Range;

use super::LineKind;
use super::marks::Marks;
use super::text::{is_alphanumeric, is_white, line_ranges, text_kind};

/// Returns the kind of each line: of those that apply, the first of blank, trivial,
/// comment or documentation, import, data, code.
pub(super) fn line_kinds(bytes: &[u8], marks: &Marks) -> Vec<LineKind> {
    let unvalued = |ranges: &[Range<usize>]| {
        Sweep::over(ranges.iter().map(|range| (range.clone(), false)).collect())
    };
    let mut sweeps = Sweeps {
        comments: Sweep::over(marks.comments.clone()),
        imports: unvalued(&marks.imports),
        data: unvalued(&marks.data),
    };
    let mut kinds = Vec::with_capacity(super::n_lines(bytes));
    for line in line_ranges(bytes) {
        let line = line.start + byte_order_mark(&bytes[..line.end], line.start)..line.end;
        kinds.push(match text_kind(&bytes[line.clone()]) {
            LineKind::Text => sweeps.kind(bytes, line),
            without_letters => without_letters,
        });
    }
    kinds
}

/// How many bytes of a byte order mark stand at this place: three at the start of some
/// files, which parsers skip.
fn byte_order_mark(bytes: &[u8], place: usize) -> usize {
    if place == 0 && bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }
}

/// Where the lines are within each sort of marks.
struct Sweeps {
    comments: Sweep,
    imports: Sweep,
    data: Sweep,
}

impl Sweeps {
    /// The kind of a line that has letters or digits.
    fn kind(&mut self, bytes: &[u8], line: Range<usize>) -> LineKind {
        let mut place = next(bytes, line.clone(), is_white, false);
        let mut all_doc = true;
        while let Some(at) = place {
            let Some((comment, is_doc)) = self.comments.at(at) else { break };
            all_doc &= is_doc;
            place = next(bytes, comment.end..line.end, is_white, false);
        }
        let Some(first_token) = place else {
            return if all_doc { LineKind::Doc } else { LineKind::Comment };
        };
        if self.imports.at(first_token).is_some() {
            LineKind::Import
        } else if self.is_data(bytes, line) {
            LineKind::Data
        } else {
            LineKind::Code
        }
    }

    /// Whether all letters and digits of a line lie in data. Brackets and commas outside
    /// do not make it code: most tables end with some.
    fn is_data(&mut self, bytes: &[u8], line: Range<usize>) -> bool {
        let mut place = next(bytes, line.clone(), is_alphanumeric, true);
        while let Some(at) = place {
            let Some((data, _)) = self.data.at(at) else { return false };
            place = next(bytes, data.end..line.end, is_alphanumeric, true);
        }
        true
    }
}

/// The first place in a range whose byte is (or is not) of a sort.
fn next(
    bytes: &[u8],
    range: Range<usize>,
    is_of_sort: fn(u8) -> bool,
    wanted: bool,
) -> Option<usize> {
    let start = range.start;
    let found = bytes.get(range)?.iter().position(|&byte| is_of_sort(byte) == wanted)?;
    Some(start + found)
}

/// Ranges in order, asked about places that only grow.
struct Sweep {
    /// Apart from each other, by their start.
    ranges: Vec<(Range<usize>, bool)>,
    /// The first range that does not end before the last place asked about.
    current: usize,
}

impl Sweep {
    /// Ranges of syntax lie inside or apart from each other. Of those inside another the
    /// outer one stays; of two equal ones, the one whose value is `true`.
    fn over(mut ranges: Vec<(Range<usize>, bool)>) -> Self {
        ranges.sort_by_key(|(range, value)| (range.start, Reverse((range.end, *value))));
        ranges.dedup_by(|(later, _), (kept, _)| later.start < kept.end);
        Self { ranges, current: 0 }
    }

    /// The range that holds a place, and its value.
    fn at(&mut self, place: usize) -> Option<(Range<usize>, bool)> {
        while self.ranges.get(self.current)?.0.end <= place {
            self.current += 1;
        }
        let (range, value) = &self.ranges[self.current];
        (range.start <= place).then(|| (range.clone(), *value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the kind of each line of a text, in which `«…»` is a comment, `‹…›`
    /// documentation, `⟨…⟩` an import and `⟦…⟧` data.
    fn check(marked: &str, expected: &str) {
        let mut marks = Marks::default();
        let (mut bytes, mut open) = (Vec::new(), Vec::new());
        for character in marked.chars() {
            match character {
                '«' | '‹' | '⟨' | '⟦' => open.push(bytes.len()),
                '»' => marks.comments.push((open.pop().unwrap()..bytes.len(), false)),
                '›' => marks.comments.push((open.pop().unwrap()..bytes.len(), true)),
                '⟩' => marks.imports.push(open.pop().unwrap()..bytes.len()),
                '⟧' => marks.data.push(open.pop().unwrap()..bytes.len()),
                other => bytes.extend(other.to_string().bytes()),
            }
        }
        let kinds: Vec<_> =
            line_kinds(&bytes, &marks).into_iter().map(LineKind::as_str).collect();
        assert_eq!(kinds.join(" "), expected, "{marked:?}");
    }

    #[test]
    fn a_comment_line_holds_nothing_but_comments() {
        check("«a»", "comment");
        check(" «a» \t«b» \r\n", "comment");
        check("«a» ;", "code");
        check("x «a»", "code");
        check("«a\nb\n\n  c» d", "comment comment blank code");
        check("«a\nb»", "comment comment");
    }

    #[test]
    fn documentation_with_a_comment_beside_it_is_a_comment() {
        check("‹a›", "doc");
        check("«‹a›»", "doc");
        check("‹a› «b»", "comment");
        check("«a» ‹b›", "comment");
    }

    #[test]
    fn an_import_line_begins_inside_an_import() {
        check("⟨use a;⟩ b", "import");
        check("b ⟨use a;⟩", "code");
        check("«c» ⟨use a;⟩", "import");
        check("⟨use {\n a,\n};⟩", "import import trivial");
        check("⟨use {\n «all of it»\n a};⟩", "import comment import");
    }

    #[test]
    fn a_data_line_has_its_letters_and_digits_in_data() {
        check("x = ⟦[1,\n 2,\n 3]⟧;", "code data data");
        check("x = ⟦[1,\n 2]⟧ + y", "code code");
        check("⟦⟦[1]⟧,\n 2⟧, ⟦3⟧", "data data");
    }

    #[test]
    fn lines_without_letters_are_blank_or_trivial_wherever_they_lie() {
        check("⟦\"a\n\n--\n\"⟧", "data blank trivial trivial");
        check("‹/**\n * a\n */›", "trivial doc trivial");
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_line() {
        check("\u{feff}«a»", "comment");
        check("\u{feff}\n\u{feff}", "blank code");
    }
}
