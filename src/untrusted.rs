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
    /// workflow commands are broken up.
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
        shown.replace("##[", "#\\u{23}[").replace("##vso[", "#\\u{23}vso[")
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
    /// a leading apostrophe (CWE-1236).
    pub fn to_csv_cell(&self) -> String {
        let text = String::from_utf8_lossy(&self.0);
        let starts_formula = text.starts_with([
            '=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}',
            '\u{ff20}',
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
        let mut quoted = vec![b'"'];
        for &byte in &self.0 {
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
                byte if byte < 0x20 || byte == 0x7f => {
                    quoted.extend(format!("\\{byte:03o}").bytes());
                }
                byte => quoted.push(byte),
            }
        }
        quoted.push(b'"');
        quoted
    }
}

fn push_visible(shown: &mut String, character: char) {
    let hidden = character.is_control()
        || matches!(character,
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fdd0}'..='\u{fdef}')
        || (u32::from(character) & 0xfffe) == 0xfffe;
    if hidden {
        shown.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
    } else {
        shown.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_never_sees_control_or_direction_characters() {
        let text = Untrusted(b"a\x1b[31m\xe2\x80\xae\xff##[x".to_vec());
        assert_eq!(text.to_terminal(), r"a\u{1b}[31m\u{202e}\xff#\u{23}[x");
    }

    #[test]
    fn formulas_are_disarmed_in_cells() {
        assert_eq!(Untrusted::from("=1+1").to_csv_cell(), "'=1+1");
        assert_eq!(Untrusted::from("plain").to_csv_cell(), "plain");
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
