//! Patterns of paths in a policy. They are those of `gitattributes(5)`, read and matched by
//! the code that is held against git, so that nobody has to learn a third kind.

use crate::history::attributes::{AttributeFile, State, attributes_of};
use crate::problem::Gaps;

/// The longest pattern, in bytes; git's own reader ends at 2,047 a line.
const LONGEST: usize = 512;

/// What a path that fits is given inside [`AttributeFile`].
const FITS: &str = "fits";

/// Patterns, of which a path may fit any.
#[derive(Debug, Clone, Default)]
pub(super) struct Patterns {
    texts: Vec<String>,
    file: AttributeFile,
}

impl PartialEq for Patterns {
    fn eq(&self, other: &Self) -> bool {
        self.texts == other.texts
    }
}

impl Patterns {
    /// Patterns that were checked, each by [`complaint`].
    pub(super) fn new(texts: Vec<String>) -> Self {
        let line = |text: &String| {
            // A folder is all that is in it.
            let deep = if text.ends_with('/') { "**" } else { "" };
            format!("\"{}{deep}\" {FITS}\n", text.replace('"', "\\\""))
        };
        let rules: String = texts.iter().map(line).collect();
        // Their number and length are bounded where they are read.
        let file = AttributeFile::parse(rules.as_bytes(), b"", &mut Gaps::default());
        Self { texts, file }
    }

    /// Whether a path fits one of them.
    pub(super) fn fit(&self, path: &[u8]) -> bool {
        let said = attributes_of(&[(b"".as_slice(), &self.file)], path);
        said.get(FITS.as_bytes()) == Some(&&State::Set)
    }
}

/// What is wrong with a pattern, and what to do; `None` when it is one.
pub(super) fn complaint(text: &str) -> Option<(&'static str, &'static str)> {
    let is_open = text.rfind('[').is_some_and(|at| !text[at..].contains(']'));
    if text.is_empty() || text.len() > LONGEST {
        Some(("a pattern has 1 to 512 bytes", "shorten it or leave it out"))
    } else if text.contains('\\') || text.chars().any(char::is_control) {
        Some(("a pattern has no backslash and no control characters", "write `/`"))
    } else if text.starts_with('!') {
        Some(("a pattern cannot negate", "write a later section with other levels"))
    } else if text.starts_with("./") || text.split('/').any(|part| part == "..") {
        Some(("paths begin at the top of the tree", "leave `./` and `..` out"))
    } else if is_open {
        Some(("a `[` is not closed", "close it with `]`"))
    } else if text.starts_with("[attr]") {
        Some(("this is no pattern of paths", "write a path"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_in_gitattributes() {
        let fits = |pattern: &str, path: &str| {
            assert_eq!(complaint(pattern), None, "{pattern}");
            Patterns::new(vec![pattern.to_owned()]).fit(path.as_bytes())
        };
        assert!(fits("*.gen.rs", "a/b/x.gen.rs"));
        assert!(fits("legacy/", "legacy/a/b.py") && !fits("legacy/", "x/legacy/b.py"));
        assert!(fits("legacy/**", "legacy/a/b.py"));
        assert!(fits("src/*.rs", "src/a.rs") && !fits("src/*.rs", "src/a/b.rs"));
        assert!(fits("**/tests/**", "a/tests/b/c.py"));
        assert!(fits("a b\"c.py", "a b\"c.py"));
        assert!(!Patterns::default().fit(b"a"));
    }

    #[test]
    fn what_is_no_pattern_is_not_taken_for_one() {
        for text in ["", "!a", "a\\b", "./a", "a/../b", "a[bc", "a\nb", "[attr]x"] {
            assert!(complaint(text).is_some(), "{text:?}");
        }
        assert_eq!(complaint("src/[ab].rs"), None);
    }
}
