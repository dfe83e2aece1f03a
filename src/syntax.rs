//! What the lines of a file are and which definitions it holds: bytes in, plain data
//! out. The only home of tree-sitter; none of its types shows outside.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::untrusted::Untrusted;

mod language;
mod text;
mod compiled;
mod shape;
mod attributes;
mod marks;
mod classify;
mod definitions;
mod complexity;
mod placeholders;
mod functions;
mod parsers;
mod leaves;
mod lexemes;

pub use complexity::Complexity;
pub use functions::{Function, Inside};
pub use language::{LANGUAGES, Language, LanguageId, language_of};
pub use leaves::{CodeToken, code_tokens};
pub use lexemes::{Lexeme, LexemeKind, Lexemes};
pub use parsers::Parsers;
pub use placeholders::{Placeholder, PlaceholderKind};
pub use text::{n_lines, text_kind, text_kinds};

#[cfg(test)]
mod tests;

/// What a line is. The numbers are those of the cache and of frames; they stay.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[repr(u8)]
pub enum LineKind {
    /// Nothing but white space.
    Blank = 0,
    /// No letter and no digit: brackets, rulers, empty comments.
    Trivial = 1,
    /// Anything of a parsed language that is none of the others.
    Code = 2,
    /// Nothing but comment, not all of it documentation.
    Comment = 3,
    /// Nothing but documentation: doc comments, docstrings.
    Doc = 4,
    /// Begins inside an import statement.
    Import = 5,
    /// All its letters and digits lie in a long literal list or in a string of
    /// several lines.
    Data = 6,
    /// A line with letters or digits, of a file that was not parsed.
    Text = 7,
}

impl LineKind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Blank,
        Self::Trivial,
        Self::Code,
        Self::Comment,
        Self::Doc,
        Self::Import,
        Self::Data,
        Self::Text,
    ];

    /// Returns the kind of a number, `None` where no kind has it.
    pub fn from_u8(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The word for it in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::Trivial => "trivial",
            Self::Code => "code",
            Self::Comment => "comment",
            Self::Doc => "doc",
            Self::Import => "import",
            Self::Data => "data",
            Self::Text => "text",
        }
    }

    /// Whether a line of this kind counts at all: it has a letter or a digit.
    pub fn is_countable(self) -> bool {
        !matches!(self, Self::Blank | Self::Trivial)
    }
}

/// What sort of thing a definition defines.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum DefinitionKind {
    /// A function of its own, or a macro.
    Function,
    /// A function of a class, a trait or an implementation.
    Method,
    /// A class, structure, enumeration, union or trait.
    Class,
    /// A named part of a file that holds definitions.
    Module,
}

impl DefinitionKind {
    /// The word for it in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Method => "method",
            Self::Class => "class",
            Self::Module => "module",
        }
    }
}

/// A named piece of code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// What it defines.
    pub kind: DefinitionKind,
    /// Its name, as written.
    pub name: Untrusted,
    /// Its lines, 0-based and half-open, from its first keyword to its end.
    pub lines: Range<u32>,
}

/// Why a file was not parsed. Its lines then count as text.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Fallback {
    /// Larger than the limit `PARSED_BYTES`.
    TooLarge,
    /// Lines longer in the mean than the limit `PARSED_MEAN_LINE_BYTES`.
    Minified,
    /// More work than the limit `PARSE_MILLIS` stands for.
    TooMuchWork,
    /// The parser refused the grammar, or the grammar a query: a fault of ours.
    NoGrammar,
}

impl Fallback {
    /// Why, in words for a gap.
    pub fn why(self) -> &'static str {
        match self {
            Self::TooLarge => "too large to parse",
            Self::Minified => "lines too long to parse, probably minified",
            Self::TooMuchWork => "too much work to parse",
            Self::NoGrammar => "grammar or query cannot be used",
        }
    }
}

/// Why a part of a file was not looked at, in words for a gap; see [`Parsed::too_deep`].
pub const TOO_DEEP: &str = "nested too deep to look at; what lies deeper counts as code";

/// What one version of a file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The kind of each line.
    pub kinds: Vec<LineKind>,
    /// The definitions, by where they begin, the outer ones first.
    pub definitions: Vec<Definition>,
    /// The lines of code that tests other code: 0-based half-open ranges in order,
    /// apart from each other. What the path says of tests is not known here.
    pub tests: Vec<Range<u32>>,
    /// Why the file was not parsed; `None` if it was.
    pub fallback: Option<Fallback>,
    /// Whether more than half of the bytes lie where the grammar could not follow.
    /// Kinds and definitions are then guesses.
    pub mostly_errors: bool,
    /// Whether parts lie deeper than the limit `SYNTAX_DEPTH`. What they hold was not
    /// looked at; it counts as code.
    pub too_deep: bool,
}

impl Parsed {
    /// The lines of a file that is not parsed.
    fn as_text(bytes: &[u8], fallback: Fallback) -> Self {
        Self { kinds: text_kinds(bytes), fallback: Some(fallback), ..Self::default() }
    }
}
