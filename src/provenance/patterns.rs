//! Many patterns over one text, in one pass.

use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

/// The most memory one compiled pattern may take, in bytes.
const COMPILED_BYTES: usize = 16 << 20;

/// A list of patterns that are matched together; places in the list are kept.
#[derive(Debug, Clone)]
pub(super) struct Patterns {
    /// All patterns with word boundaries weakened to ASCII. On a text beyond ASCII
    /// the regex engine gives up its fast automaton at a Unicode word boundary.
    set: RegexSet,
    /// The pattern as written, where weakening changed it: it confirms a hit.
    exact: Vec<Option<Regex>>,
}

impl Patterns {
    /// Compiles patterns, each with whether it is case-sensitive.
    pub(super) fn compile(sources: &[(String, bool)]) -> Result<Self, regex::Error> {
        let flagged = sources.iter().map(|(source, case_sensitive)| {
            let flags = if *case_sensitive { "" } else { "(?i)" };
            format!("{flags}{}", weaken_word_boundaries(source))
        });
        let set = RegexSetBuilder::new(flagged)
            .size_limit(COMPILED_BYTES * 4)
            .dfa_size_limit(COMPILED_BYTES)
            .build()?;
        let exact = sources
            .iter()
            .map(|(source, case_sensitive)| {
                let is_weakened = weaken_word_boundaries(source) != *source;
                is_weakened.then(|| compile_one(source, *case_sensitive)).transpose()
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { set, exact })
    }

    /// The places of the patterns that match, in order.
    pub(super) fn hits(&self, text: &[u8]) -> Vec<usize> {
        // Nearly nothing matches, and asking whether anything does is cheaper.
        if !self.set.is_match(text) {
            return Vec::new();
        }
        let confirmed = |place: &usize| match &self.exact[*place] {
            Some(exact) => exact.is_match(text),
            None => true,
        };
        self.set.matches(text).into_iter().filter(confirmed).collect()
    }
}

/// Compiles one pattern.
pub(super) fn compile_one(
    source: &str,
    case_sensitive: bool,
) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source)
        .case_insensitive(!case_sensitive)
        .size_limit(COMPILED_BYTES)
        .build()
}

/// Makes each Unicode word boundary an ASCII one. Beside an ASCII letter or digit,
/// wherever the first holds the second does: the result matches more, never less.
fn weaken_word_boundaries(source: &str) -> String {
    let mut weakened = String::with_capacity(source.len());
    let mut characters = source.chars();
    while let Some(character) = characters.next() {
        weakened.push(character);
        if character != '\\' {
            continue;
        }
        match characters.next() {
            Some('b') => {
                weakened.pop();
                weakened.push_str(r"(?-u:\b)");
            }
            Some(escaped) => weakened.push(escaped),
            None => {}
        }
    }
    weakened
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_word_boundaries_are_weakened() {
        assert_eq!(weaken_word_boundaries(r"\bai\b"), r"(?-u:\b)ai(?-u:\b)");
        assert_eq!(weaken_word_boundaries(r"\\b\d"), r"\\b\d");
    }

    #[test]
    fn a_letter_beyond_ascii_still_belongs_to_its_word() {
        let patterns = Patterns::compile(&[(r"\bai\b".to_owned(), false)]).unwrap();
        assert_eq!(patterns.hits("no éAI".as_bytes()), Vec::<usize>::new());
        assert_eq!(patterns.hits("é AI".as_bytes()), [0]);
    }
}
