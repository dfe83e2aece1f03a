//! Which files can hold code of a change, told by their words, before any is parsed.
//!
//! A clone differs from its other places in names, strings and numbers at most. So a file
//! that holds one has each keyword of it, and the name of each thing that it calls, word
//! for word. Whatever else is between them (comments, imports, lists of data), a file
//! without one of these words cannot hold it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::texts;
use crate::clones::TokenStream;

/// The least tokens of a clone.
const CLONE_TOKENS: usize = 50;

/// Beyond so many tokens near added lines every file is taken for one that can hold some:
/// to look through them for each file would cost more than to parse it.
const MOST_TOKENS: usize = 1 << 15;

/// Hashes of the words of a file, ascending: runs of letters, digits and `_`, as long as
/// they can be made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Words(Vec<u32>);

impl Words {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut list: Vec<u32> = hashes(bytes).map(low_bits).collect();
        list.sort_unstable();
        list.dedup();
        Self(list)
    }

    fn has(&self, word: u32) -> bool {
        self.0.binary_search(&word).is_ok()
    }
}

/// The hash of each word. Words are hashed as the keys of tokens are.
fn hashes(bytes: &[u8]) -> impl Iterator<Item = u64> {
    let is_word =
        |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    let parts = bytes.split(move |byte| !is_word(byte));
    parts.filter(|word| !word.is_empty()).map(xxh3_64)
}

/// Code that is looked for.
#[derive(Debug, Default)]
pub(super) struct Sought {
    /// The words that are asked for, each once, and the place of each.
    words: Vec<u32>,
    places: HashMap<u32, usize>,
    /// The tokens near added lines, stretch by stretch.
    stretches: Vec<Vec<Token>>,
    n_tokens: usize,
}

/// A token of it.
#[derive(Debug, Clone, Copy)]
struct Token {
    /// The place of its word among those that are asked for; `None` if any will do.
    word: Option<usize>,
    is_added: bool,
}

impl Sought {
    /// Adds the added lines of a file: 0-based ranges in order.
    pub(super) fn add(
        &mut self,
        stream: &TokenStream,
        bytes: &[u8],
        added: &[Range<u32>],
    ) {
        // Of the keys these are of words. Others are of signs, and of any name at all.
        let own: HashSet<u64> = hashes(bytes).collect();
        let (keys, lines) = stream.keys_and_lines();
        let at = |line: u32| lines.partition_point(|it| *it < line);
        let added_at: Vec<Range<usize>> =
            added.iter().map(|it| at(it.start)..at(it.end)).collect();
        for stretch in near(&added_at, keys.len()) {
            self.n_tokens += stretch.len();
            let token = |at: usize| {
                let is_word = own.contains(&keys[at]);
                let word = is_word.then(|| self.place(low_bits(keys[at])));
                Token { word, is_added: texts::holds(added, lines[at]) }
            };
            let tokens = stretch.map(token).collect();
            self.stretches.push(tokens);
        }
    }

    fn place(&mut self, word: u32) -> usize {
        let next = self.words.len();
        let place = *self.places.entry(word).or_insert(next);
        if place == next {
            self.words.push(word);
        }
        place
    }

    /// Whether nothing is looked for.
    pub(super) fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }

    /// Whether a file with these words can hold a clone of an added line.
    pub(super) fn can_be_in(&self, words: &Words) -> bool {
        if self.n_tokens > MOST_TOKENS {
            return true;
        }
        let is_there: Vec<bool> = self.words.iter().map(|it| words.has(*it)).collect();
        self.stretches.iter().any(|stretch| {
            let is_lost = |token: &Token| token.word.is_some_and(|word| !is_there[word]);
            stretch.split(is_lost).any(|run| {
                run.len() >= CLONE_TOKENS && run.iter().any(|token| token.is_added)
            })
        })
    }
}

fn near(added: &[Range<usize>], n: usize) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for range in added.iter().filter(|range| !range.is_empty()) {
        let range =
            range.start.saturating_sub(CLONE_TOKENS)..n.min(range.end + CLONE_TOKENS);
        match found.last_mut() {
            Some(last) if range.start <= last.end => last.end = range.end,
            _ => found.push(range),
        }
    }
    found
}

#[expect(clippy::cast_possible_truncation, reason = "any bits of a hash will do")]
fn low_bits(hash: u64) -> u32 {
    hash as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clones::Preset;
    use crate::syntax::{LANGUAGES, LexemeKind, Parsers, language_of};

    fn code(call: &str, name: &str) -> String {
        (0..12).map(|at| format!("    {call}_{at}({name}, {at})\n")).collect()
    }

    fn sought(text: &str, added: Range<u32>) -> Sought {
        let language = language_of(b"a.py");
        let mut parsers = Parsers::new();
        let stream =
            TokenStream::read(&mut parsers, language, text.as_bytes(), Preset::Default);
        let mut sought = Sought::default();
        sought.add(&stream.expect("it is short"), text.as_bytes(), &[added]);
        sought
    }

    fn can_be_in(sought: &Sought, text: &str) -> bool {
        sought.can_be_in(&Words::of(text.as_bytes()))
    }

    #[test]
    fn names_may_differ_and_what_is_called_may_not() {
        let text = format!("def f(a):\n{}", code("step", "a"));
        let sought = sought(&text, 1..13);
        let there =
            format!("# x\ndef g(b):\n{}", code("step", "b").replace('\n', "  # y\n"));
        assert!(can_be_in(&sought, &there));
        assert!(!can_be_in(&sought, &there.replace("step_5", "stop_5")));
    }

    #[test]
    fn only_what_is_near_an_added_line_is_looked_for() {
        let lines: String = code("old", "a") + &code("new", "a");
        let text = format!("def f(a):\n{lines}");
        let (old, new) = (code("old", "b"), code("new", "b"));
        let some = sought(&text, 13..25);
        assert!(can_be_in(&some, &new));
        assert!(!can_be_in(&some, &old), "fewer tokens than a clone has at least");
        assert!(some.stretches.iter().all(|it| it.len() < 150), "{some:?}");
        let nothing = sought(&text, 0..0);
        assert!(nothing.is_empty() && !can_be_in(&nothing, &text));
    }

    #[test]
    fn the_least_tokens_are_those_of_a_clone() {
        assert_eq!(CLONE_TOKENS, Preset::Default.rule().tokens);
    }

    /// Or a file could hold a clone without having its words.
    #[test]
    fn every_keyword_and_callee_of_the_samples_is_a_word_of_the_text() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/languages");
        let mut n_words = 0;
        let mut parsers = Parsers::new();
        for path in files(std::path::Path::new(folder)) {
            let Some(language) = language_of(path.as_os_str().as_encoded_bytes()) else {
                continue;
            };
            let bytes = std::fs::read(&path).expect("it is ours");
            let words: HashSet<u64> = hashes(&bytes).collect();
            for lexeme in parsers.lexemes(Some(language), &bytes).list {
                let text = lexeme.text(&bytes);
                let is_any = matches!(
                    lexeme.kind,
                    LexemeKind::Identifier | LexemeKind::String | LexemeKind::Number
                );
                let is_word =
                    text.iter().all(|it| it.is_ascii_alphanumeric() || *it == b'_');
                if !is_any && is_word {
                    n_words += 1;
                    let text = String::from_utf8_lossy(text);
                    assert!(
                        words.contains(&xxh3_64(text.as_bytes())),
                        "{text} in {path:?}"
                    );
                }
            }
        }
        assert!(n_words > 100 * LANGUAGES.len() / 4, "{n_words}");
    }

    fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(folder).expect("it is ours");
        let paths = entries.map(|entry| entry.expect("it is ours").path());
        paths
            .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
            .collect()
    }
}
