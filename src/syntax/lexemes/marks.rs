//! What the queries of a language say of its words: which are left out, which are the
//! names of what is called, which are tests.

use std::ops::Range;
use std::sync::OnceLock;

use tree_sitter::{QueryCursor, Tree};

use super::{Lexeme, LexemeKind};
use crate::limits::SYNTAX_DEPTH;
use crate::syntax::compiled::Compiled;
use crate::syntax::definitions::tests;
use crate::syntax::marks::marks;
use crate::syntax::{Fallback, LANGUAGES, LanguageId};
use crate::units::len_to_u32;

/// The query of each language that has one, by its name in the table of languages. A
/// language without goes by the names of its kinds, and has no callees.
pub(super) const QUERIES: [(&str, &str); 7] = [
    ("Rust", include_str!("../../../queries/rust/clones.scm")),
    ("Python", include_str!("../../../queries/python/clones.scm")),
    ("JavaScript", include_str!("../../../queries/javascript/clones.scm")),
    ("JSX", include_str!("../../../queries/javascript/clones.scm")),
    ("TypeScript", include_str!("../../../queries/javascript/clones.scm")),
    ("TSX", include_str!("../../../queries/javascript/clones.scm")),
    ("Go", include_str!("../../../queries/go/clones.scm")),
];

/// What the queries say of one version of a file.
#[derive(Debug)]
pub(super) struct Marked {
    /// What is left out: ranges of bytes in order, apart from each other.
    pub(super) left_out: Vec<Range<u32>>,
    /// What is of another kind than its name says, by where it begins.
    pub(super) kinds: Vec<(Range<u32>, LexemeKind)>,
    /// The lines of test code.
    pub(super) tests: Vec<Range<u32>>,
}

/// Returns the queries of a language, compiled on first use; `None` if they do not fit
/// the grammar, which a test rules out.
pub(super) fn marking(language: LanguageId) -> Option<&'static Compiled> {
    static COMPILED: [OnceLock<Option<Compiled>>; LANGUAGES.len()] =
        [const { OnceLock::new() }; LANGUAGES.len()];
    let compile = || {
        let row = language.language();
        let own = QUERIES.iter().find(|(name, _)| *name == row.name);
        let own = own.map_or("", |(_, query)| query);
        let sources = [row.comments, row.imports, row.data, row.tests, own];
        Compiled::of_sources(row, &sources).ok()
    };
    COMPILED[language.index()].get_or_init(compile).as_ref()
}

/// Returns what the queries say of a tree.
pub(super) fn marked(
    compiled: &Compiled,
    tree: &Tree,
    bytes: &[u8],
    cursor: &mut QueryCursor,
) -> Result<Marked, Fallback> {
    let depth = u32::try_from(SYNTAX_DEPTH.value).unwrap_or(u32::MAX);
    let mut marks = marks(compiled, tree, bytes, depth, cursor)?;
    let to_u32 = |range: &Range<usize>| len_to_u32(range.start)..len_to_u32(range.end);
    let docs = marks.comments.iter().map(|(range, _)| to_u32(range));
    let others = marks.imports.iter().chain(&marks.data_lists).map(to_u32);
    let mut left_out: Vec<Range<u32>> = docs.chain(others).collect();
    let mut kinds = Vec::new();
    for (range, kind) in &marks.lexemes {
        match kind {
            Some(kind) => kinds.push((to_u32(range), *kind)),
            None => left_out.push(to_u32(range)),
        }
    }
    kinds.sort_by_key(|(range, kind)| (range.start, range.end, *kind));
    Ok(Marked { left_out: merged(left_out), kinds, tests: tests(&mut marks) })
}

fn merged(mut ranges: Vec<Range<u32>>) -> Vec<Range<u32>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<u32>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// Leaves out the words that begin in a range.
pub(super) fn without(mut list: Vec<Lexeme>, left_out: &[Range<u32>]) -> Vec<Lexeme> {
    let mut ranges = left_out.iter().peekable();
    list.retain(|word| {
        while ranges.next_if(|range| range.end <= word.start).is_some() {}
        ranges.peek().is_none_or(|range| word.start < range.start)
    });
    list
}

/// Gives words other kinds. What is marked whole becomes one word.
pub(super) fn renamed(
    mut list: Vec<Lexeme>,
    kinds: &[(Range<u32>, LexemeKind)],
) -> Vec<Lexeme> {
    let mut marks = kinds.iter().peekable();
    // Where the last word ends that was made of several.
    let mut whole_end = 0;
    list.retain_mut(|word| {
        if word.start < whole_end {
            return false;
        }
        while marks.next_if(|(range, _)| range.start < word.start).is_some() {}
        while let Some((range, kind)) =
            marks.next_if(|(range, _)| range.start == word.start)
        {
            word.kind = *kind;
            word.end = word.end.max(range.end);
            whole_end = word.end;
        }
        true
    });
    list
}
