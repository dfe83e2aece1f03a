//! Parsers of one thread: a version of a file → what it holds.

use std::fmt;
use std::ops::ControlFlow;

use tree_sitter::{ParseOptions, ParseState, Parser, QueryCursor, Tree};

use super::classify::line_kinds;
use super::compiled::{Compiled, compiled, compiled_whole};
use super::definitions::{definitions, tests};
use super::functions::{Inside, inside};
use super::marks::{Marks, marks};
use super::shape::shape;
use super::{Fallback, LANGUAGES, LanguageId, Parsed, n_lines};
use crate::limits::{PARSE_MILLIS, PARSED_BYTES, PARSED_MEAN_LINE_BYTES, SYNTAX_DEPTH};

/// How much parsing a millisecond stands for, in units of 100 steps of the parser or of
/// [`CHUNK_BYTES`] read. Measured on ordinary Rust and Python, 75 to 93 on a machine of
/// 2026. Work is counted and not timed, so that the same version is read the same way on
/// any machine, loaded or not.
const WORK_PER_MILLI: u64 = 75;

/// How much of a version the parser reads at once. It reads anew what it looks at again,
/// so what it reads tells of work that its steps do not.
const CHUNK_BYTES: usize = 1024;

/// The parsers of one thread. The queries they use are shared by all threads.
pub struct Parsers {
    /// One for each language, made when it is first met.
    parsers: Vec<Option<Parser>>,
    cursor: QueryCursor,
}

impl fmt::Debug for Parsers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parsers").finish_non_exhaustive()
    }
}

impl Default for Parsers {
    fn default() -> Self {
        Self::new()
    }
}

impl Parsers {
    /// Makes the parsers of one thread; cheap until a language is met.
    pub fn new() -> Self {
        let parsers = LANGUAGES.iter().map(|_| None).collect();
        Self { parsers, cursor: QueryCursor::new() }
    }

    /// Returns what a version of a file holds. Never fails: what cannot be parsed counts
    /// as text, with the reason, and what the grammar cannot follow inside a file does
    /// not hide the rest of it. The same bytes give the same answer on any machine.
    pub fn read(&mut self, language: LanguageId, bytes: &[u8]) -> Parsed {
        self.parsed(language, bytes)
            .unwrap_or_else(|fallback| Parsed::as_text(bytes, fallback))
    }

    /// As [`Parsers::read`], with what is in its functions: of the same tree, in the same
    /// walk. There are none in what cannot be parsed.
    pub fn read_whole(&mut self, language: LanguageId, bytes: &[u8]) -> (Parsed, Inside) {
        self.whole(language, bytes).unwrap_or_else(|fallback| {
            (Parsed::as_text(bytes, fallback), Inside::default())
        })
    }

    fn parsed(&mut self, language: LanguageId, bytes: &[u8]) -> Result<Parsed, Fallback> {
        self.marked(compiled(language), language, bytes).map(|(parsed, _)| parsed)
    }

    fn whole(
        &mut self,
        language: LanguageId,
        bytes: &[u8],
    ) -> Result<(Parsed, Inside), Fallback> {
        let (parsed, marks) = self.marked(compiled_whole(language), language, bytes)?;
        let inside = inside(bytes, marks, &parsed);
        Ok((parsed, inside))
    }

    fn marked(
        &mut self,
        compiled: Option<&Compiled>,
        language: LanguageId,
        bytes: &[u8],
    ) -> Result<(Parsed, Marks), Fallback> {
        check_size(bytes)?;
        let compiled = compiled.ok_or(Fallback::NoGrammar)?;
        let tree = self.tree(language, bytes)?;
        let shape = shape(&tree)?;
        let depth = u32::try_from(SYNTAX_DEPTH.value).unwrap_or(u32::MAX);
        let mut marks = marks(compiled, &tree, bytes, depth, &mut self.cursor)?;
        let parsed = Parsed {
            kinds: line_kinds(bytes, &marks),
            definitions: definitions(bytes, &mut marks),
            tests: tests(&mut marks),
            fallback: None,
            mostly_errors: shape.error_bytes > bytes.len() / 2,
            too_deep: shape.depth > depth as usize,
        };
        Ok((parsed, marks))
    }

    /// What runs queries.
    pub(super) fn cursor(&mut self) -> &mut QueryCursor {
        &mut self.cursor
    }

    pub(super) fn tree(
        &mut self,
        language: LanguageId,
        bytes: &[u8],
    ) -> Result<Tree, Fallback> {
        let parser = match &mut self.parsers[language.index()] {
            Some(parser) => parser,
            unmade => unmade.insert(parser_of(language)?),
        };
        let budget = PARSE_MILLIS.value * WORK_PER_MILLI;
        let work = std::cell::Cell::new(0);
        let add_work = || {
            work.set(work.get() + 1);
            work.get() <= budget
        };
        // Once the budget is spent the text seems to end, which ends even a scan that
        // never looks at the clock of the parser.
        let mut chunk = |start: usize, _| {
            let end = bytes.len().min(start.saturating_add(CHUNK_BYTES));
            if add_work() { bytes.get(start..end).unwrap_or(&[]) } else { &[] }
        };
        let mut progress = |_: &ParseState| {
            if add_work() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let options = ParseOptions::new().progress_callback(&mut progress);
        let tree = parser.parse_with_options(&mut chunk, None, Some(options));
        match tree {
            Some(tree) if work.get() <= budget => Ok(tree),
            _ => {
                // Or the parser would go on with this version at the next one.
                parser.reset();
                Err(Fallback::TooMuchWork)
            }
        }
    }
}

fn parser_of(language: LanguageId) -> Result<Parser, Fallback> {
    let mut parser = Parser::new();
    let grammar = (language.language().grammar)();
    parser.set_language(&grammar).map_err(|_| Fallback::NoGrammar)?;
    Ok(parser)
}

pub(super) fn check_size(bytes: &[u8]) -> Result<(), Fallback> {
    let n_bytes = bytes.len() as u64;
    if n_bytes > PARSED_BYTES.value {
        return Err(Fallback::TooLarge);
    }
    if n_bytes > PARSED_MEAN_LINE_BYTES.value * n_lines(bytes) as u64 {
        return Err(Fallback::Minified);
    }
    Ok(())
}
