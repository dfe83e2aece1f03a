//! The words of code, for comparing it with other code: keywords and operators, names,
//! strings and numbers. Comments, documentation, imports, attributes and long literal
//! lists are left out.
//!
//! What the grammar cannot follow, and files of languages without one, are cut by a
//! plain scanner instead: no word of theirs is told from another.

use std::borrow::Cow;
use std::ops::Range;

use tree_sitter::Tree;

use super::parsers::{Parsers, check_size};
use super::shape::shape;
use super::{Fallback, LanguageId};

mod kinds;
mod marks;
mod scanner;
mod walk;

#[cfg(test)]
mod tests;

use marks::Marked;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LexemeKind {
    /// A keyword, an operator, a bracket, a type that the language knows by name; and
    /// every word of a text that was not parsed.
    Plain,
    /// A name that somebody chose.
    Identifier,
    /// The name of what is called.
    Callee,
    /// A string, whole.
    String,
    /// A number.
    Number,
}

/// A word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lexeme {
    /// What it is.
    pub kind: LexemeKind,
    /// Its first byte.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
    /// The line it begins on, 0-based.
    pub line: u32,
}

impl Lexeme {
    /// What it says.
    pub fn text<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        &bytes[self.start as usize..self.end as usize]
    }
}

/// The words of a version of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lexemes {
    /// The words, in the order of the text.
    pub list: Vec<Lexeme>,
    /// The lines of code that tests other code: 0-based half-open ranges in order.
    pub tests: Vec<Range<u32>>,
    /// Why the grammar was not used; `None` if it was, or if there is none. A version
    /// that is too large or minified has no words then.
    pub fallback: Option<Fallback>,
}

/// Languages whose grammar can lose its way at a comment, by how far it is indented. A
/// version with errors is read again without comments there.
const INDENTED: [&str; 1] = ["Python"];

impl Parsers {
    /// Returns the words of a version of a file. Never fails; the same bytes give the
    /// same answer on any machine.
    pub fn lexemes(&mut self, language: Option<LanguageId>, bytes: &[u8]) -> Lexemes {
        if let Err(fallback) = check_size(bytes) {
            return Lexemes { fallback: Some(fallback), ..Lexemes::default() };
        }
        let Some(language) = language else { return scanned(bytes, None) };
        self.parsed_lexemes(language, bytes)
            .unwrap_or_else(|fallback| scanned(bytes, Some(fallback)))
    }

    fn parsed_lexemes(
        &mut self,
        language: LanguageId,
        bytes: &[u8],
    ) -> Result<Lexemes, Fallback> {
        let marking = marks::marking(language).ok_or(Fallback::NoGrammar)?;
        let mut tree: Tree = self.tree(language, bytes)?;
        let mut bytes = Cow::Borrowed(bytes);
        if tree.root_node().has_error() && INDENTED.contains(&language.language().name) {
            let blank = walk::without_comments(&tree, &bytes);
            let other = self.tree(language, &blank)?;
            if shape(&other)?.error_bytes < shape(&tree)?.error_bytes {
                (tree, bytes) = (other, Cow::Owned(blank));
            }
        }
        let list = walk::words(kinds::kinds(language), &tree, &bytes)?;
        let Marked { left_out, kinds, tests } =
            marks::marked(marking, &tree, &bytes, self.cursor())?;
        let list = marks::without(list, &left_out);
        Ok(Lexemes { list: marks::renamed(list, &kinds), tests, fallback: None })
    }
}

fn scanned(bytes: &[u8], fallback: Option<Fallback>) -> Lexemes {
    let mut list = Vec::new();
    scanner::scan(bytes, 0..bytes.len(), 0, &mut list);
    Lexemes { list, tests: Vec::new(), fallback }
}
