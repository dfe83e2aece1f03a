//! Ends of lines that may end a statement of JavaScript (ECMA-262, section 12.10,
//! "Automatic Semicolon Insertion").

use super::super::text::is_alphanumeric;

/// Words after which the end of a line may end the statement, or the member of a class.
const WORDS: &[&[u8]] = &[
    b"abstract",
    b"accessor",
    b"async",
    b"await",
    b"break",
    b"continue",
    b"declare",
    b"get",
    b"global",
    b"interface",
    b"let",
    b"module",
    b"namespace",
    b"of",
    b"return",
    b"set",
    b"static",
    b"throw",
    b"type",
    b"using",
    b"yield",
];

/// Whether it may say something that a line ends between two tokens. Where it is not
/// known, it may.
pub(super) fn may_end_statement(last: &[u8], next: &[u8]) -> bool {
    let may_end_expression = last
        .last()
        .is_some_and(|&byte| is_alphanumeric(byte) || b"_$)]}\"'`/+-!".contains(&byte));
    // What would go on with an expression, or with the one before it.
    let may_go_on =
        next.first().is_some_and(|byte| b"([`/+-*<!".contains(byte)) || next == b"=>";
    // Before what closes, a statement ends in any case, and an expression does not.
    if matches!(next, b")" | b"]" | b"}" | b"," | b";") {
        return false;
    }
    WORDS.contains(&last)
        || (may_end_expression && may_go_on)
        || matches!(last, b"++" | b"--")
}
