//! The queries of a language, compiled once a process and shared by all threads.

use std::sync::OnceLock;

use tree_sitter::{Query, QueryError};

use super::complexity::Part;
use super::lexemes::LexemeKind;
use super::{DefinitionKind, LANGUAGES, Language, LanguageId, PlaceholderKind};

/// What a capture of a query marks. The names are listed in `queries/README.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Capture {
    Definition(DefinitionKind),
    Name,
    Comment,
    Doc,
    /// Code whose comments right above it are documentation.
    Documented,
    Import,
    DataList,
    DataText,
    Test,
    /// An attribute of test code.
    TestAttribute,
    /// A word of another kind than its name says; `None` is left out of comparisons.
    Lexeme(Option<LexemeKind>),
    /// What adds to the complexity of a function.
    Part(Part),
    /// What definitions inside are named after, without being a definition.
    Scope,
    /// A piece of the name of the scope of the same pattern.
    ScopeName,
    Placeholder(PlaceholderKind),
    /// Code in which a function without a body of its own is meant so.
    Allowed,
    /// Looked at by a predicate of its own pattern only.
    Private,
}

impl Capture {
    /// The names queries may use, and what they mean.
    pub(super) const VOCABULARY: [(&'static str, Self); 43] = [
        ("definition.function", Self::Definition(DefinitionKind::Function)),
        ("definition.method", Self::Definition(DefinitionKind::Method)),
        ("definition.class", Self::Definition(DefinitionKind::Class)),
        ("definition.module", Self::Definition(DefinitionKind::Module)),
        ("name", Self::Name),
        ("comment", Self::Comment),
        ("doc", Self::Doc),
        ("documented", Self::Documented),
        ("import", Self::Import),
        ("data.list", Self::DataList),
        ("data.text", Self::DataText),
        ("test", Self::Test),
        ("test.attribute", Self::TestAttribute),
        ("left_out", Self::Lexeme(None)),
        ("plain", Self::Lexeme(Some(LexemeKind::Plain))),
        ("identifier", Self::Lexeme(Some(LexemeKind::Identifier))),
        ("callee", Self::Lexeme(Some(LexemeKind::Callee))),
        ("string", Self::Lexeme(Some(LexemeKind::String))),
        ("number", Self::Lexeme(Some(LexemeKind::Number))),
        ("branch", Self::Part(Part::Branch)),
        ("else_if", Self::Part(Part::ElseIf)),
        ("else", Self::Part(Part::Else)),
        ("loop", Self::Part(Part::Loop)),
        ("switch", Self::Part(Part::Switch)),
        ("case", Self::Part(Part::Case)),
        ("catch", Self::Part(Part::Catch)),
        ("ternary", Self::Part(Part::Ternary)),
        ("decision", Self::Part(Part::Decision)),
        ("boolean", Self::Part(Part::Boolean)),
        ("and", Self::Part(Part::And)),
        ("or", Self::Part(Part::Or)),
        ("jump", Self::Part(Part::Jump)),
        ("nested", Self::Part(Part::Nested)),
        ("function_value", Self::Part(Part::FunctionValue)),
        ("declaration", Self::Part(Part::Declaration)),
        ("parameter", Self::Part(Part::Parameter)),
        ("scope", Self::Scope),
        ("scope.name", Self::ScopeName),
        ("placeholder.stub", Self::Placeholder(PlaceholderKind::Stub)),
        ("placeholder.swallowed", Self::Placeholder(PlaceholderKind::Swallowed)),
        ("placeholder.unwrap", Self::Placeholder(PlaceholderKind::Unwrap)),
        ("placeholder.todo", Self::Placeholder(PlaceholderKind::Todo)),
        ("placeholder.allowed", Self::Allowed),
    ];

    /// Returns what a capture of this name marks; `None` if it is not in the vocabulary.
    pub(super) fn named(name: &str) -> Option<Self> {
        if name.starts_with('_') {
            return Some(Self::Private);
        }
        Self::VOCABULARY.iter().find(|(known, _)| *known == name).map(|(_, it)| *it)
    }
}

/// All queries of a language in one, so that a tree is walked once.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) query: Query,
    /// What each capture of the query marks, by its index.
    pub(super) captures: Vec<Capture>,
}

impl Compiled {
    fn of(language: &Language) -> Result<Self, QueryError> {
        Self::of_sources(language, &language.queries().map(|(_, source)| source))
    }

    /// Compiles queries of a language as one.
    pub(super) fn of_sources(
        language: &Language,
        sources: &[&str],
    ) -> Result<Self, QueryError> {
        let source = sources.join("\n");
        let query = Query::new(&(language.grammar)(), &source)?;
        let capture = |name: &&str| Capture::named(name).unwrap_or(Capture::Private);
        let captures = query.capture_names().iter().map(capture).collect();
        Ok(Self { query, captures })
    }
}

impl Language {
    /// What functions are read by beside the other queries, with its purpose.
    pub(super) fn function_queries(&self) -> [(&'static str, &'static str); 2] {
        [("complexity", self.complexity), ("placeholders", self.placeholders)]
    }

    /// Every query that kinds of lines and definitions are read by, with its purpose, the
    /// definitions first: where two patterns take the same code, the earlier one names it.
    pub(super) fn queries(&self) -> [(&'static str, &'static str); 5] {
        [
            ("definitions", self.definitions),
            ("comments", self.comments),
            ("imports", self.imports),
            ("data", self.data),
            ("tests", self.tests),
        ]
    }
}

/// Returns the queries of a language with those for functions, compiled on first use.
pub(super) fn compiled_whole(language: LanguageId) -> Option<&'static Compiled> {
    static COMPILED: [OnceLock<Option<Compiled>>; LANGUAGES.len()] =
        [const { OnceLock::new() }; LANGUAGES.len()];
    let compile = || {
        let row = language.language();
        let queries = row.queries().into_iter().chain(row.function_queries());
        let sources: Vec<_> = queries.map(|(_, source)| source).collect();
        Compiled::of_sources(row, &sources).ok()
    };
    COMPILED[language.index()].get_or_init(compile).as_ref()
}

/// Returns the queries of a language, compiled on first use: that takes milliseconds,
/// and most repositories use few languages. `None` if they do not fit the grammar,
/// which a test rules out.
pub(super) fn compiled(language: LanguageId) -> Option<&'static Compiled> {
    static COMPILED: [OnceLock<Option<Compiled>>; LANGUAGES.len()] =
        [const { OnceLock::new() }; LANGUAGES.len()];
    COMPILED[language.index()]
        .get_or_init(|| Compiled::of(language.language()).ok())
        .as_ref()
}
