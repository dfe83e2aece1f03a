//! Many patterns over one text, in one pass.

use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::bad_rule;
use super::row::{Case, Row};
use crate::error::Error;

/// The most memory one compiled pattern may take, in bytes.
const COMPILED_BYTES: usize = 1 << 20;

/// The most memory that patterns may take which are compiled together, in bytes.
const TOGETHER_BYTES: usize = 16 << 20;

/// The most memory that matching patterns together may take, in bytes.
const MATCHING_BYTES: usize = 16 << 20;

/// A pattern as written.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// The id of its rule, for errors.
    pub(super) rule: String,
    pub(super) pattern: String,
    pub(super) case: Case,
}

/// A pattern of a rule.
pub(super) fn source<T>(row: &Row<T>, pattern: &str) -> Source {
    Source { rule: row.id.clone(), pattern: pattern.to_owned(), case: row.case }
}

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
    /// Compiles patterns.
    pub(super) fn compile(sources: &[Source]) -> Result<Self, Error> {
        let Ok(set) = together(sources) else { return Err(first_bad(sources)) };
        let exact = sources
            .iter()
            .map(|source| {
                let is_weakened =
                    weaken_word_boundaries(&source.pattern) != source.pattern;
                is_weakened.then(|| compile_one(source)).transpose()
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { set, exact })
    }

    /// Whether the pattern at a place matches.
    pub(super) fn hit(&self, place: usize, text: &[u8]) -> bool {
        self.hits(text).binary_search(&place).is_ok()
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
pub(super) fn compile_one(source: &Source) -> Result<Regex, Error> {
    RegexBuilder::new(&source.pattern)
        .case_insensitive(source.case == Case::Insensitive)
        .size_limit(COMPILED_BYTES)
        .build()
        .map_err(|error| bad_rule(&source.rule, &error))
}

/// Compiles patterns into one automaton.
fn together(sources: &[Source]) -> Result<RegexSet, regex::Error> {
    let flagged = sources.iter().map(|source| {
        let flags = if source.case == Case::Sensitive { "" } else { "(?i)" };
        format!("{flags}{}", weaken_word_boundaries(&source.pattern))
    });
    RegexSetBuilder::new(flagged)
        .size_limit(TOGETHER_BYTES)
        .dfa_size_limit(MATCHING_BYTES)
        .build()
}

/// Holds that patterns are well formed, and are not too large together, which bounds
/// what compiling each of them alone can cost.
pub(super) fn check_together(sources: &[Source]) -> Result<(), Error> {
    if together(sources).is_ok() { Ok(()) } else { Err(first_bad(sources)) }
}

/// The error of patterns that cannot be compiled together, naming the first rule with
/// which they cannot. Found by halving: each try is bounded, and few are made.
fn first_bad(sources: &[Source]) -> Error {
    let (mut good, mut bad) = (0, sources.len());
    while good + 1 < bad {
        let middle = usize::midpoint(good, bad);
        if together(&sources[..middle]).is_ok() { good = middle } else { bad = middle }
    }
    let Some(source) = sources.get(bad.saturating_sub(1)) else {
        return bad_rule("the file", &"it has no patterns");
    };
    match together(std::slice::from_ref(source)).err() {
        Some(error) => bad_rule(&source.rule, &error),
        None => bad_rule(
            &source.rule,
            &"its pattern and those before it are too large together",
        ),
    }
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
        let source = Source {
            rule: "r".to_owned(),
            pattern: r"\bai\b".to_owned(),
            case: Case::Insensitive,
        };
        let patterns = Patterns::compile(&[source]).unwrap();
        assert_eq!(patterns.hits("no éAI".as_bytes()), Vec::<usize>::new());
        assert_eq!(patterns.hits("é AI".as_bytes()), [0]);
    }
}
