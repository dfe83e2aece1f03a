//! What the queries of a language mark in one tree, as byte ranges and rows.

use std::collections::BTreeMap;
use std::ops::Range;

use tree_sitter::{Node, QueryCursor, QueryMatch, StreamingIterator, Tree};

use super::attributes::attributed_rows;
use super::compiled::{Capture, Compiled};
use super::complexity::Part;
use super::lexemes::LexemeKind;
use super::{DefinitionKind, Fallback, PlaceholderKind};

/// Literal lists with more elements than this are data.
const ELEMENTS_OF_CODE: u32 = 20;

/// How many matches may be open at once; each costs something at every node. Ordinary
/// code stays below a tenth of it.
const OPEN_MATCHES: u32 = 1_024;

/// What was marked. Byte ranges are in no order and may overlap.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Comments and documentation; `true` for the latter.
    pub(super) comments: Vec<(Range<usize>, bool)>,
    /// The rows of each comment that is no documentation by itself, and its place above.
    pub(super) comment_rows: Vec<(Range<usize>, usize)>,
    /// The first rows of code whose comments right above are documentation.
    pub(super) documented: Vec<usize>,
    pub(super) imports: Vec<Range<usize>>,
    /// Long literal lists and strings of several lines.
    pub(super) data: Vec<Range<usize>>,
    /// Long literal lists that may hold definitions.
    pub(super) lists: Vec<Range<usize>>,
    /// Of the data the long literal lists.
    pub(super) data_lists: Vec<Range<usize>>,
    /// Words of another kind than their names say; `None` is left out of comparisons.
    pub(super) lexemes: Vec<(Range<usize>, Option<LexemeKind>)>,
    pub(super) definitions: Vec<MarkedDefinition>,
    /// Rows of test code.
    pub(super) tests: Vec<Range<usize>>,
    /// Attributes that say that what follows them is test code.
    pub(super) test_attributes: Vec<Range<usize>>,
    /// What adds to the complexity of functions.
    pub(super) parts: Vec<(Range<usize>, Part)>,
    /// What definitions inside are named after, with where those names stand.
    pub(super) scopes: Vec<(Range<usize>, Range<usize>)>,
    /// What stands in for code, with the row it begins on.
    pub(super) placeholders: Vec<(Range<usize>, usize, PlaceholderKind)>,
    /// Where a function without a body of its own is meant so.
    pub(super) allowed: Vec<Range<usize>>,
}

/// A definition as one pattern saw it.
#[derive(Debug)]
pub(super) struct MarkedDefinition {
    pub(super) bytes: Range<usize>,
    /// The place of the pattern among all: the first to match names the definition.
    pub(super) pattern: usize,
    pub(super) kind: DefinitionKind,
    pub(super) name: Range<usize>,
    pub(super) rows: Range<usize>,
}

/// Returns what the queries mark in a tree; nodes deeper than `depth` levels are not
/// looked at. One walk, without recursion.
pub(super) fn marks(
    compiled: &Compiled,
    tree: &Tree,
    bytes: &[u8],
    depth: u32,
    cursor: &mut QueryCursor,
) -> Result<Marks, Fallback> {
    let mut marks = Marks::default();
    cursor.set_max_start_depth(Some(depth));
    cursor.set_match_limit(OPEN_MATCHES);
    let mut matches = cursor.matches(&compiled.query, tree.root_node(), bytes);
    while let Some(found) = matches.next() {
        marks.add(compiled, found);
    }
    drop(matches);
    marks.document();
    marks.sort_out_lists();
    marks.tests.extend(attributed_rows(tree, &mut marks.test_attributes));
    // Over the limit, matches are dropped without a word.
    if cursor.did_exceed_match_limit() { Err(Fallback::TooMuchWork) } else { Ok(marks) }
}

impl Marks {
    fn add(&mut self, compiled: &Compiled, found: &QueryMatch<'_, '_>) {
        let mut definition = None;
        let mut name = None;
        let mut scope = None;
        let mut scope_name: Option<Range<usize>> = None;
        for captured in found.captures() {
            let node = captured.node;
            match compiled.captures[captured.index as usize] {
                Capture::Comment => {
                    self.comment_rows.push((rows(node), self.comments.len()));
                    self.comments.push((node.byte_range(), false));
                }
                Capture::Documented => self.documented.push(node.start_position().row),
                Capture::Doc => self.comments.push((node.byte_range(), true)),
                Capture::Import => self.imports.push(node.byte_range()),
                Capture::DataText if rows(node).len() > 1 => {
                    self.data.push(node.byte_range());
                }
                Capture::DataList if n_elements(node) > ELEMENTS_OF_CODE => {
                    self.lists.push(node.byte_range());
                }
                Capture::Lexeme(kind) => self.lexemes.push((node.byte_range(), kind)),
                Capture::Definition(kind) => definition = Some((kind, node)),
                Capture::Name => name = Some(node.byte_range()),
                Capture::TestAttribute => self.test_attributes.push(node.byte_range()),
                Capture::Test => self.tests.push(rows(node)),
                // Comments may stand between parameters.
                Capture::Part(Part::Parameter) if node.is_extra() => {}
                Capture::Part(part) => self.parts.push((node.byte_range(), part)),
                Capture::Scope => scope = Some(node.byte_range()),
                Capture::ScopeName => {
                    let start = scope_name.map_or(node.start_byte(), |name| name.start);
                    scope_name = Some(start..node.end_byte());
                }
                Capture::Placeholder(kind) => {
                    let row = node.start_position().row;
                    self.placeholders.push((node.byte_range(), row, kind));
                }
                Capture::Allowed => self.allowed.push(node.byte_range()),
                Capture::DataText | Capture::DataList | Capture::Private => {}
            }
        }
        if let (Some(scope), Some(name)) = (scope, scope_name) {
            self.scopes.push((scope, name));
        }
        if let (Some((kind, node)), Some(name)) = (definition, name) {
            self.definitions.push(MarkedDefinition {
                bytes: node.byte_range(),
                pattern: found.pattern_index,
                kind,
                name,
                rows: rows(node),
            });
        }
    }
}

impl Marks {
    /// Turns comments right above documented code into documentation: those that end on
    /// the row before it, those that end on the row before these, and so on.
    fn document(&mut self) {
        let mut by_end: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for (rows, place) in &self.comment_rows {
            by_end.insert(rows.end, (rows.start, *place));
        }
        for &first_row in &self.documented {
            let mut row = first_row;
            // Taken out, so that no comment is looked at twice.
            while let Some((start, place)) = by_end.remove(&row) {
                self.comments[place].1 = true;
                row = start;
            }
        }
    }

    /// A list of functions is code, however long it is.
    fn sort_out_lists(&mut self) {
        let mut starts: Vec<usize> =
            self.definitions.iter().map(|definition| definition.bytes.start).collect();
        starts.sort_unstable();
        for list in self.lists.drain(..) {
            let next = starts.partition_point(|&start| start < list.start);
            if starts.get(next).is_none_or(|&start| start >= list.end) {
                self.data.push(list.clone());
                self.data_lists.push(list);
            }
        }
    }
}

/// The rows a node has bytes on. A node that ends with a line feed has none on the next.
pub(super) fn rows(node: Node<'_>) -> Range<usize> {
    let (start, end) = (node.start_position(), node.end_position());
    let ends_before_row = end.column == 0 && end.row > start.row;
    start.row..end.row + usize::from(!ends_before_row)
}

/// How many elements a literal list has: as many as its commas divide it into, which
/// holds in the arguments of a macro, too, where elements are no nodes.
fn n_elements(node: Node<'_>) -> u32 {
    // A cheap bound first: every comma is a child.
    if node.child_count() <= ELEMENTS_OF_CODE {
        return 0;
    }
    let mut cursor = node.walk();
    let (mut n, mut after_comma) = (0, true);
    for child in node.children(&mut cursor) {
        match child.kind() {
            "," => after_comma = true,
            "[" | "]" | "(" | ")" | "{" | "}" => {}
            _ if child.is_extra() => {}
            _ => {
                n += u32::from(after_comma);
                after_comma = false;
            }
        }
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_ends_with_a_line_feed_has_no_bytes_on_the_next_row() {
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&tree_sitter_rust::LANGUAGE.into()).unwrap();
        let tree = parser.parse("/// A.\n/** B.\n */\n", None).unwrap();
        let child_rows = |place| rows(tree.root_node().child(place).unwrap());
        assert_eq!((child_rows(0), child_rows(1)), (0..1, 1..3));
    }
}
