//! Text from repositories and exports. It has no `Display`: to show it, name the
//! sink, and the sink's encoder makes it harmless there.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Bytes that somebody else chose: a path, a name, a message, a field.
///
/// The serialised form is for frames between our own processes and for the
/// cache; what other programs read goes through an encoder.
#[derive(
    Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Untrusted(pub Vec<u8>);

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Untrusted({:?})", String::from_utf8_lossy(&self.0))
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl From<&[u8]> for Untrusted {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl Untrusted {
    /// The bytes as they came, for comparing and parsing, never for showing.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// For a terminal or a log: control characters, invisible and direction-changing
    /// characters and invalid UTF-8 become visible escapes, and the openings of CI
    /// workflow commands are broken up, wherever a line may begin.
    pub fn to_terminal(&self) -> String {
        let mut shown = String::with_capacity(self.0.len());
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                push_visible(&mut shown, character);
            }
            for byte in chunk.invalid() {
                shown.push_str(&format!("\\x{byte:02x}"));
            }
        }
        let shown = shown
            .replace("##[", "#\\u{23}[")
            .replace("##vso[", "#\\u{23}vso[")
            .replace("##teamcity[", "#\\u{23}teamcity[");
        without_commands(shown)
    }

    /// For JSON text: the string as UTF-8, invalid bytes as U+FFFD. Escaping is the
    /// JSON writer's; [`Self::is_utf8`] tells whether anything was replaced.
    pub fn to_json_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// For a command to be run in a shell: one word, whatever is in it. What a terminal
    /// would not show as it is becomes an octal escape between `$'` and `'`, which
    /// bash, zsh and POSIX of 2024 read.
    pub fn to_shell_word(&self) -> String {
        let is_plain =
            |byte: &u8| byte.is_ascii_alphanumeric() || b"_./-+,:@%".contains(byte);
        let shown = self.to_terminal();
        if shown.as_bytes() != self.0 {
            return self.to_escaped_word();
        }
        if !shown.is_empty() && self.0.iter().all(is_plain) {
            return shown;
        }
        format!("'{}'", shown.replace('\'', r"'\''"))
    }

    /// A path for tab-separated output that a terminal shows: quoted as git quotes it
    /// with `core.quotePath=true`, if a terminal would show anything but its letters.
    pub fn to_git_quoted_for_terminal(&self) -> Vec<u8> {
        if self.to_terminal().as_bytes() == self.0 {
            return self.to_git_quoted();
        }
        quoted(&self.0, |byte| byte >= 0x80)
    }

    /// A path for a table: as it is, but one that is no UTF-8 as git quotes it with
    /// `core.quotePath=true`, and so is one that begins with a quote, so that no two paths
    /// are written alike.
    pub fn to_table_path(&self) -> Cow<'_, str> {
        match std::str::from_utf8(&self.0) {
            Ok(text) if !text.starts_with('"') => text.into(),
            _ => String::from_utf8_lossy(&quoted(&self.0, |byte| byte >= 0x80))
                .into_owned()
                .into(),
        }
    }

    fn to_escaped_word(&self) -> String {
        let mut word = String::from("$'");
        for &byte in &self.0 {
            match byte {
                b'\'' | b'\\' | b'#' => word.push_str(&format!("\\{byte:03o}")),
                b' '..=b'~' => word.push(char::from(byte)),
                _ => word.push_str(&format!("\\{byte:03o}")),
            }
        }
        word.push('\'');
        word
    }

    /// Whether the bytes are valid UTF-8.
    pub fn is_utf8(&self) -> bool {
        std::str::from_utf8(&self.0).is_ok()
    }

    /// For a spreadsheet cell: text that a spreadsheet would run as a formula gets
    /// a leading apostrophe (CWE-1236). Some pass over white space before it.
    pub fn to_csv_cell(&self) -> String {
        let text = String::from_utf8_lossy(&self.0);
        let starts_formula = text.starts_with(['\t', '\r', '\n'])
            || text.trim_start().starts_with([
                '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
            ]);
        if starts_formula { format!("'{text}") } else { text.into_owned() }
    }

    /// A path for tab-separated output, quoted as git quotes it with
    /// `core.quotePath=false`: only when it holds a byte below 0x20, DEL, a quote
    /// or a backslash. The bytes of other characters stay as they are.
    pub fn to_git_quoted(&self) -> Vec<u8> {
        let needs_quotes =
            |byte: &u8| *byte < 0x20 || *byte == 0x7f || matches!(byte, b'"' | b'\\');
        if !self.0.iter().any(needs_quotes) {
            return self.0.clone();
        }
        quoted(&self.0, |_| false)
    }
}

/// Bytes in quotes, as C has them; `is_octal` says which beside those that have to be
/// written as a number.
fn quoted(bytes: &[u8], is_octal: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut quoted = vec![b'"'];
    for &byte in bytes {
        match byte {
            b'\x07' => quoted.extend(b"\\a"),
            b'\x08' => quoted.extend(b"\\b"),
            b'\t' => quoted.extend(b"\\t"),
            b'\n' => quoted.extend(b"\\n"),
            b'\x0b' => quoted.extend(b"\\v"),
            b'\x0c' => quoted.extend(b"\\f"),
            b'\r' => quoted.extend(b"\\r"),
            b'"' => quoted.extend(b"\\\""),
            b'\\' => quoted.extend(b"\\\\"),
            byte if byte < 0x20 || byte == 0x7f || is_octal(byte) => {
                quoted.extend(format!("\\{byte:03o}").bytes());
            }
            byte => quoted.push(byte),
        }
    }
    quoted.push(b'"');
    quoted
}

/// Breaks up the openings of workflow commands of CI: two colons where a line begins, or
/// where one would if the text were wrapped.
fn without_commands(shown: String) -> String {
    if !shown.contains("::") {
        return shown;
    }
    let mut broken = String::with_capacity(shown.len() + 8);
    let mut rest = shown.as_str();
    while let Some(at) = rest.find("::") {
        let before = rest[..at].chars().next_back();
        let is_start = before.map_or(broken.is_empty(), char::is_whitespace);
        broken.push_str(&rest[..at]);
        broken.push_str(if is_start { ":\\u{3a}" } else { "::" });
        rest = &rest[at + 2..];
    }
    broken.push_str(rest);
    broken
}

fn push_visible(shown: &mut String, character: char) {
    if character.is_control() || is_invisible(character) {
        shown.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
    } else {
        shown.push(character);
    }
}

/// Whether a character changes the direction of others, ends a line, shows nothing
/// (`Default_Ignorable_Code_Point` of Unicode 16, `DerivedCoreProperties.txt`), or is
/// none.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        | '\u{fdd0}'..='\u{fdef}')
        || (u32::from(character) & 0xfffe) == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_never_sees_control_or_direction_characters() {
        let text = Untrusted(b"a\x1b[31m\xe2\x80\xae\xff##[x".to_vec());
        assert_eq!(text.to_terminal(), r"a\u{1b}[31m\u{202e}\xff#\u{23}[x");
        let hidden = [
            0x85, 0xad, 0x34f, 0x61c, 0x180e, 0x200b, 0x200f, 0x2028, 0x202e, 0x2060,
            0x2066, 0x206f, 0x3164, 0xfe0f, 0xfeff, 0xfff9, 0xe0041, 0xe01ef,
        ];
        for number in hidden {
            let text = char::from_u32(number).unwrap().to_string();
            let shown = Untrusted::from(text.as_str()).to_terminal();
            assert_eq!(shown, format!("\\u{{{number:x}}}"));
        }
        assert_eq!(Untrusted::from("aü 漢🙂").to_terminal(), "aü 漢🙂");
    }

    #[test]
    fn no_line_begins_with_a_command_of_ci_however_text_is_wrapped() {
        let shown = |text: &str| Untrusted::from(text).to_terminal();
        assert_eq!(shown("::error::x"), r":\u{3a}error::x");
        assert_eq!(shown("a ::stop-commands::x"), r"a :\u{3a}stop-commands::x");
        assert_eq!(shown("std::fs a::b"), "std::fs a::b");
        assert_eq!(shown(":::x ::::"), r":\u{3a}:x :\u{3a}::");
        let word = Untrusted::from("a ::x").to_shell_word();
        assert_eq!(word, "$'a ::x'", "it is data all the same");
    }

    #[test]
    fn paths_that_are_no_text_are_told_apart_in_tables() {
        let path = |bytes: &[u8]| Untrusted::from(bytes).to_table_path().into_owned();
        assert_eq!(path(b"\xff.py"), r#""\377.py""#);
        assert_eq!(path(b"\xfe.py"), r#""\376.py""#);
        assert_eq!(path(br#""\376.py""#), r#""\"\\376.py\"""#);
        assert_eq!(path("ü \n".as_bytes()), "ü \n");
    }

    #[test]
    fn a_terminal_sees_paths_as_git_quotes_them() {
        let shown = |text: &str| {
            let text = Untrusted::from(text).to_git_quoted_for_terminal();
            String::from_utf8(text).unwrap()
        };
        assert_eq!(shown("a b/ü"), "a b/ü");
        assert_eq!(shown("\u{85}"), r#""\302\205""#);
        assert_eq!(shown("ü\u{202e}"), r#""\303\274\342\200\256""#);
    }

    #[test]
    fn formulas_are_disarmed_in_cells() {
        assert_eq!(Untrusted::from("=1+1").to_csv_cell(), "'=1+1");
        for text in [" =1", "\n+1", "\r\n@x", "\u{a0}-1", "\t", "\u{ff1d}1"] {
            let cell = Untrusted::from(text).to_csv_cell();
            assert_eq!(cell, format!("'{text}"), "{text:?}");
        }
        assert_eq!(Untrusted::from("plain").to_csv_cell(), "plain");
        assert_eq!(Untrusted::from(" a=1").to_csv_cell(), " a=1");
    }

    #[test]
    fn a_shell_reads_one_word_and_a_terminal_sees_nothing_else() {
        let word = |bytes: &[u8]| Untrusted::from(bytes).to_shell_word();
        assert_eq!(word(b"src/a-b_c.rs"), "src/a-b_c.rs");
        assert_eq!(word(b""), "''");
        assert_eq!(word(b"a b;$(id)"), "'a b;$(id)'");
        assert_eq!(word(b"it's"), r"'it'\''s'");
        assert_eq!(word("ü".as_bytes()), "'ü'");
        assert_eq!(word(b"a\nb'\xff1"), r"$'a\012b\047\3771'");
        assert_eq!(word(b"##[x"), r"$'\043\043[x'");
        assert_eq!(word("\u{202e}".as_bytes()), r"$'\342\200\256'");
    }

    #[test]
    fn paths_are_quoted_as_git_quotes_them() {
        let quoted = |text: &str| {
            String::from_utf8(Untrusted::from(text).to_git_quoted()).unwrap()
        };
        assert_eq!(quoted("a b/ü"), "a b/ü");
        assert_eq!(quoted("a\t\"\u{1}"), r#""a\t\"\001""#);
    }
}
