//! The tokens of code, so written that what a formatter changes leaves them equal.
//!
//! Comments, white space, trailing commas and parentheses around an expression are left
//! out. What these said about structure is kept another way: where a node of the syntax
//! tree begins and ends is a token, too, so that `(a + b) * c` and `a + b * c` differ,
//! and so do blocks of Python.

use std::ops::Range;

use tree_sitter::{Node, Tree};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::parsers::{Parsers, check_size};
use super::{LanguageId, n_lines};
use crate::limits::SYNTAX_DEPTH;
use crate::units::len_to_u32;

mod strings;
mod lines;
mod rules;
mod token_trees;

use rules::{Quotes, Rules, rules_of};
use token_trees::{Behind, TokenTree};

/// How deep lists of imports are put in order.
const SORTED_LEVELS: usize = 16;

/// A token of code, or the beginning or end of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeToken {
    /// A hash of what it says. Two tokens with one hash say the same.
    pub hash: u64,
    /// The line it begins on, `None` for the beginning or end of a node.
    pub line: Option<u32>,
}

/// Returns the tokens of a version of a file, in the order of the text but for imports,
/// which are sorted. `None` where the text cannot be parsed within the limits, and in
/// Python where it cannot be without errors. Where the grammar cannot follow other
/// languages, every token says something, whatever it stands in.
pub fn code_tokens(language: LanguageId, bytes: &[u8]) -> Option<Vec<CodeToken>> {
    check_size(bytes).ok()?;
    let tree = Parsers::new().tree(language, bytes).ok()?;
    let rules = rules_of(language.language().name)?;
    // What belongs to which block is said by the tree alone there.
    if rules.quotes == Quotes::Python && tree.root_node().has_error() {
        return None;
    }
    let reader = Reader::new(rules, bytes);
    reader.read(&tree)
}

/// A node whose children are being read.
#[derive(Debug)]
struct Level<'t> {
    node: Node<'t>,
    /// Where its tokens begin.
    start: usize,
    /// Where its children were put, as far as they may change places, with their kinds.
    parts: Vec<(u16, Range<usize>)>,
    n_commas: u32,
    n_named: u32,
    /// The kinds of the last child and of the one before.
    last_kinds: [&'t str; 2],
    /// Whether a child was a statement and not a value.
    has_statement: bool,
    /// Whether it says nothing but what its children say.
    is_transparent: bool,
    /// What of Rust is not parsed, if it is that.
    tree: TokenTree,
}

/// White space between two tokens, where it says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    /// Which blanks they are, as a hash.
    Blank(u64),
    /// Some that breaks the line; how the next begins says nothing.
    Line,
}

impl Gap {
    fn hash(self) -> u64 {
        match self {
            Self::None => end_hash("gap", 0),
            Self::Blank(blanks) => end_hash("gap", blanks.max(2)),
            Self::Line => end_hash("gap", 1),
        }
    }
}

struct Reader<'t, 'b> {
    rules: &'static Rules,
    bytes: &'b [u8],
    tokens: Vec<CodeToken>,
    levels: Vec<Level<'t>>,
    /// A comma that stands at the end of its list or not, and the level it is on.
    comma: Option<(usize, CodeToken)>,
    /// Where the last token or comment ended.
    end: usize,
    /// The white space since the last token, as far as it was read past a comment.
    gap: Gap,
    /// The last leaf, with the row it ended on.
    last_leaf: (Range<usize>, usize),
    /// Whether a statement ended behind the last leaf.
    ended_statement: bool,
    /// On how many levels around there are lists of imports.
    sorted_levels: usize,
    /// On how many levels around leaves alone say what is said.
    leaves_levels: usize,
    /// On how many levels around the grammar could not follow.
    error_levels: usize,
    /// Whether the open comma is one that a closing brace stands for.
    is_brace_comma: bool,
    /// Where the tokens of braces are that say nothing if a value ends with them.
    braces: Option<[usize; 4]>,
}

impl<'t, 'b> Reader<'t, 'b> {
    fn new(rules: &'static Rules, bytes: &'b [u8]) -> Self {
        Self {
            rules,
            bytes,
            tokens: Vec::with_capacity(4 * n_lines(bytes)),
            levels: Vec::new(),
            comma: None,
            end: 0,
            gap: Gap::None,
            last_leaf: (0..0, 0),
            ended_statement: false,
            sorted_levels: 0,
            leaves_levels: 0,
            error_levels: 0,
            is_brace_comma: false,
            braces: None,
        }
    }

    /// One walk, without recursion.
    fn read(mut self, tree: &'t Tree) -> Option<Vec<CodeToken>> {
        let mut cursor = tree.walk();
        loop {
            let node = cursor.node();
            if self.enter(node) && cursor.goto_first_child() {
                self.open(node);
                if self.levels.len() as u64 > SYNTAX_DEPTH.value {
                    return None;
                }
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    self.tokens.retain(|token| token.hash != DROPPED);
                    return Some(self.tokens);
                }
                self.close();
            }
        }
    }

    /// Reads a node that is a token or is left out; true if its children are to be read.
    fn enter(&mut self, node: Node<'t>) -> bool {
        let kind = node.kind();
        if self.rules.is_left_out(node, self.parent_kind()) {
            self.gap = self.gap.max(self.gap_before(node)).max(Gap::Blank(0));
            self.end = node.end_byte();
            return false;
        }
        let is_text = self.rules.tag_text.contains(&kind);
        let is_string = self.rules.strings.contains(&kind) || self.is_in_template();
        let is_atom =
            is_text || node.is_extra() || (is_string && kind != "template_substitution");
        if !is_atom && node.child_count() > 0 {
            return true;
        }
        if !is_text && !self.is_in_template() && self.is_white(node) {
            // The end of a line, where a grammar has a token for it.
            return false;
        }
        self.read_between(node);
        self.read_line_break(node);
        self.note_child(node);
        if is_text {
            self.settle_open_comma();
            let row = len_to_u32(node.start_position().row);
            strings::push_tag_text(&self.bytes[node.byte_range()], row, &mut self.tokens);
        } else if is_atom {
            let before = self.tokens.len();
            self.read_string(node);
            self.note_part(node, before);
        } else if node.end_byte() > node.start_byte() {
            self.read_leaf(node);
        }
        self.end = node.end_byte();
        self.last_leaf = (node.byte_range(), node.end_position().row);
        // A semicolon that says nothing leaves what was said of its statement.
        self.ended_statement &= kind == ";";
        false
    }

    /// Whether what is read is in a template, behind its first quote: white space is said.
    fn is_in_template(&self) -> bool {
        self.levels.last().is_some_and(|level| {
            level.node.kind() == "template_string" && !level.last_kinds[0].is_empty()
        })
    }

    fn is_white(&self, node: Node<'t>) -> bool {
        let text = &self.bytes[node.byte_range()];
        !text.is_empty() && text.iter().all(|&byte| super::text::is_white(byte))
    }

    fn gap_before(&self, node: Node<'t>) -> Gap {
        let between = self.bytes.get(self.end..node.start_byte()).unwrap_or(&[]);
        match between {
            [] => Gap::None,
            _ if between.contains(&b'\n') => Gap::Line,
            blanks => Gap::Blank(xxh3_64(blanks)),
        }
    }

    /// Says that a line breaks before a leaf where that may end a statement of JavaScript:
    /// after words that want the rest on their line, before operators that do, and before
    /// what would go on with the expression above.
    fn read_line_break(&mut self, node: Node<'t>) {
        let (last, last_row) = (self.last_leaf.0.clone(), self.last_leaf.1);
        let breaks =
            self.rules.lines_end_statements && node.start_position().row > last_row;
        let (last, next) = (&self.bytes[last], &self.bytes[node.byte_range()]);
        let is_said = self.ended_statement || self.parent_kind().starts_with("jsx_");
        if breaks && !is_said && lines::may_end_statement(last, next) {
            self.push(end_hash("line", 1), None);
        }
    }

    fn parent_kind(&self) -> &'t str {
        self.levels.last().map_or("", |level| level.node.kind())
    }

    /// What the grammar has no node for counts as a token of its own.
    fn read_between(&mut self, node: Node<'t>) {
        let start = node.start_byte();
        let between = self.bytes.get(self.end..start).unwrap_or(&[]);
        let gaps_count = self.rules.gaps_count;
        if gaps_count {
            let gap = self.gap.max(self.gap_before(node));
            self.gap = Gap::None;
            // Before the first token there is nothing to be apart from.
            if !self.tokens.iter().all(|token| token.line.is_none()) {
                self.push(gap.hash(), None);
            }
        }
        if (self.is_in_template() || node.kind() == "${") && !between.is_empty() {
            let row = self.last_leaf.1;
            strings::push_lines(between, len_to_u32(row), &mut self.tokens);
            return;
        }
        // A directive ends with its line, unless a backslash has it go on.
        let is_directive = self.rules.directives.contains(&node.kind());
        if is_directive && between.contains(&b'\n') {
            self.push(end_hash("line", 1), None);
        }
        let is_ink = |byte: &u8| {
            let says_something = gaps_count || is_directive || *byte != b'\\';
            !super::text::is_white(*byte) && says_something
        };
        if between.iter().any(is_ink) {
            let ink: Vec<u8> = between.iter().copied().filter(is_ink).collect();
            self.push(xxh3_64(&ink), Some(node.start_position().row));
        }
    }

    fn note_child(&mut self, node: Node<'t>) {
        let is_move = self.rules.bare_trees
            && node.kind() == "identifier"
            && &self.bytes[node.byte_range()] == b"move";
        let kind = if is_move { token_trees::MOVE } else { node.kind() };
        if let Some(level) = self.levels.last_mut() {
            level.n_named += u32::from(node.is_named());
            level.tree.note(kind, level.last_kinds[0]);
            level.last_kinds = [kind, level.last_kinds[0]];
        }
    }

    /// Notes what may change places with its neighbours.
    fn note_part(&mut self, node: Node<'t>, start: usize) {
        let end = self.tokens.len();
        if let Some(level) = self.levels.last_mut() {
            level.parts.push((node.kind_id(), start..end));
        }
    }

    fn read_leaf(&mut self, node: Node<'t>) {
        let kind = node.kind();
        let text = &self.bytes[node.byte_range()];
        let (parent, last) = self.around();
        let row = node.start_position().row;
        let level = self.levels.len();
        if kind == "," && self.is_brace_comma {
            self.comma = None;
        }
        self.is_brace_comma = false;
        self.settle_braces(matches!(kind, "," | ";" | ")" | "]" | "}"));
        if let Some((comma_level, comma)) = self.comma {
            let closes = matches!(kind, ")" | "]" | "}")
                || (kind == ">" && parent != "token_tree");
            let is_idle =
                self.rules.trailing_commas.is_none_or(|lists| lists.contains(&parent));
            let is_idle = is_idle && self.error_levels == 0;
            let ends_list = comma_level == level && closes && is_idle;
            self.settle_comma(comma, ends_list);
        }
        let is_list_comma = kind == "," && parent != "use_list";
        // A comma behind nothing stands for an element that is left out.
        let is_behind_element = !matches!(last, "" | "," | "[" | "(" | "{");
        let around = self.levels.last().is_some_and(|level| level.is_transparent);
        let is_dropped = if self.error_levels > 0 {
            false
        } else if self.leaves_levels > 0 && matches!(kind, "(" | ")") {
            around
        } else {
            self.rules.is_dropped_leaf(kind, parent, last, around)
        };
        if is_list_comma && is_behind_element && !is_dropped {
            if let Some(level) = self.levels.last_mut() {
                level.n_commas += 1;
            }
            let token = CodeToken { hash: xxh3_64(text), line: Some(len_to_u32(row)) };
            self.comma = Some((level, token));
            return;
        }
        if is_dropped {
            return;
        }
        if kind == ";"
            && let Some(level) = self.levels.last_mut()
        {
            level.has_statement = true;
        }
        let before = self.tokens.len();
        if self.rules.numbers.contains(&kind) {
            self.push(xxh3_64(&text.to_ascii_lowercase()), Some(row));
        } else {
            self.push(xxh3_64(text), Some(row));
        }
        if node.is_named() {
            self.note_part(node, before);
        }
    }

    /// The kind of the node around, and of the child before the one being read.
    fn around(&self) -> (&'t str, &'t str) {
        let parent = self.levels.last();
        parent.map_or(("", ""), |level| (level.node.kind(), level.last_kinds[1]))
    }

    fn settle_comma(&mut self, comma: CodeToken, ends_list: bool) {
        self.comma = None;
        let makes_tuple = self.levels.last().is_some_and(|level| {
            level.n_commas == 1 && self.rules.comma_counts.contains(&level.node.kind())
        });
        if !ends_list || makes_tuple {
            self.tokens.push(comma);
        }
    }

    fn read_string(&mut self, node: Node<'t>) {
        self.settle_braces(false);
        self.settle_open_comma();
        let text = &self.bytes[node.byte_range()];
        let is_doc = self.levels.last().is_some_and(|level| {
            level.node.kind() == "expression_statement" && level.node.child_count() == 1
        });
        let row = len_to_u32(node.start_position().row);
        let in_tag = self.parent_kind() == "jsx_attribute";
        match self.rules.quotes {
            Quotes::Python => strings::push_python(text, is_doc, row, &mut self.tokens),
            Quotes::JavaScript if node.kind() == "string" => {
                strings::push_javascript(text, in_tag, row, &mut self.tokens);
            }
            Quotes::JavaScript | Quotes::Kept => {
                strings::push_lines(text, row, &mut self.tokens);
            }
        }
    }

    /// A comma before anything but the end of its list stays.
    fn settle_open_comma(&mut self) {
        if let Some((_, comma)) = self.comma {
            self.settle_comma(comma, false);
        }
    }

    fn open(&mut self, node: Node<'t>) {
        self.settle_braces(false);
        self.settle_open_comma();
        let tree = self.token_tree(node);
        self.note_child(node);
        if node.kind() == "use_list" {
            self.sorted_levels += 1;
        }
        let start = self.tokens.len();
        let parent = self.parent_kind();
        // Where leaves alone say what is said, parentheses do, but around the whole.
        let is_transparent = self.rules.is_transparent(node, parent)
            && (self.leaves_levels == 0 || self.rules.leaves_alone.contains(&parent))
            && self.error_levels == 0;
        if !is_transparent && !self.is_in_use() && self.leaves_levels == 0 {
            self.push(end_hash(self.rules.alias(node.kind()), 1), None);
        } else if node.kind() == "use_list" {
            // Until it is known whether it has several elements.
            self.tokens.push(CodeToken { hash: DROPPED, line: None });
        }
        self.leaves_levels += usize::from(self.says_all_by_leaves(node));
        self.error_levels += usize::from(is_lost(node));
        self.levels.push(Level {
            node,
            start,
            parts: Vec::new(),
            n_commas: 0,
            n_named: 0,
            last_kinds: [""; 2],
            has_statement: false,
            is_transparent,
            tree,
        });
    }

    fn token_tree(&self, node: Node<'t>) -> TokenTree {
        let Some(around) = self.levels.last().filter(|_| self.rules.bare_trees) else {
            return TokenTree::default();
        };
        let is_call = around.node.kind() == "macro_invocation";
        let first = node.child(0).map_or("", |first| first.kind());
        around.tree.inside(is_call, first, around.last_kinds)
    }

    fn says_all_by_leaves(&self, node: Node<'_>) -> bool {
        is_lost(node) || self.rules.leaves_alone.contains(&node.kind())
    }

    fn is_in_use(&self) -> bool {
        let around = |level: &Level<'_>| level.node.kind() == "use_declaration";
        self.levels.iter().rev().take(2 * SORTED_LEVELS).any(around)
    }

    fn close(&mut self) {
        if let Some((level, comma)) = self.comma {
            self.settle_comma(comma, level == self.levels.len());
        }
        let Some(level) = self.levels.pop() else { return };
        let kind = level.node.kind();
        self.ended_statement |= self.rules.ends_statement(kind);
        let may_sort = self.error_levels == 0;
        if kind == "use_list" {
            let is_list = level.parts.len() > 1 && self.sorted_levels <= SORTED_LEVELS;
            if is_list && may_sort {
                let parts: Vec<Range<usize>> =
                    level.parts.iter().map(|(_, part)| part.clone()).collect();
                self.sort(&parts);
            }
            self.mark_list(&level);
            self.sorted_levels -= 1;
        } else if may_sort {
            self.sort_runs(&level);
        }
        self.leaves_levels -= usize::from(self.says_all_by_leaves(level.node));
        self.error_levels -= usize::from(is_lost(level.node));
        if !level.is_transparent && !self.is_in_use() && self.leaves_levels == 0 {
            self.push(end_hash(self.rules.alias(kind), 2), None);
        }
        if self.error_levels == 0 {
            self.drop_braces(&level);
        }
        if let Some(parent) = self.levels.last_mut() {
            parent.has_statement |= (level.has_statement
                && kind == "expression_statement")
                || self.rules.statements.contains(&kind);
            // A module with a body is not a mere declaration.
            let stays = kind == "mod_item" && !level.has_statement;
            let kind = if stays { 0 } else { level.node.kind_id() };
            parent.parts.push((kind, level.start..self.tokens.len()));
        }
    }

    /// Says where a list of imports with several elements begins and ends.
    fn mark_list(&mut self, level: &Level<'t>) {
        if level.parts.len() > 1 {
            self.tokens[level.start].hash = end_hash("use_list", 1);
            self.push(end_hash("use_list", 2), None);
        }
    }

    /// Puts neighbouring imports in order.
    fn sort_runs(&mut self, level: &Level<'t>) {
        let is_sorted = |kind: u16| {
            let language = level.node.language();
            let name = language.node_kind_for_id(kind);
            name.is_some_and(|name| self.rules.sorted.contains(&name))
        };
        let runs: Vec<Vec<Range<usize>>> = level
            .parts
            .chunk_by(|one, two| one.0 == two.0 && one.1.end == two.1.start)
            .filter(|run| run.len() > 1 && is_sorted(run[0].0))
            .map(|run| run.iter().map(|(_, part)| part.clone()).collect())
            .collect();
        for run in runs {
            self.sort(&run);
        }
    }

    /// Puts parts that stand side by side in the order of their hashes.
    fn sort(&mut self, parts: &[Range<usize>]) {
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return };
        let span = first.start..last.end;
        let mut pieces: Vec<Vec<CodeToken>> =
            parts.iter().map(|part| self.tokens[part.clone()].to_vec()).collect();
        pieces.sort_by(|one, two| hashes(one).cmp(hashes(two)));
        self.tokens.splice(span, pieces.into_iter().flatten());
    }

    /// Leaves out the braces around a single value where they say nothing.
    fn drop_braces(&mut self, level: &Level<'t>) {
        let parent = self.parent_kind();
        let is_bare = level.node.kind() == "block"
            && self.rules.bare_block_parents.contains(&parent)
            && level.n_named == 1
            && !level.has_statement;
        // In the body of a macro, which is not parsed, what stands behind an arrow or the
        // parameters of a closure and holds neither statements nor a list.
        let is_bare_tree = level.node.kind() == "token_tree"
            && parent == "token_tree"
            && level.node.child(0).is_some_and(|brace| brace.kind() == "{")
            && level.n_named > 0
            && level.n_commas == 0
            && !level.has_statement;
        let end = self.tokens.len();
        let braces = || [level.start, level.start + 1, end - 2, end - 1];
        match level.tree.behind() {
            _ if is_bare => self.drop_tokens(braces()),
            Behind::Arrow if is_bare_tree => {
                // The next arm begins behind it, as it does behind a comma.
                let line = self.tokens.iter().rev().find_map(|token| token.line);
                let comma = CodeToken { hash: xxh3_64(b","), line };
                self.comma = Some((self.levels.len(), comma));
                self.is_brace_comma = true;
                self.drop_tokens(braces());
            }
            Behind::Closure if is_bare_tree => self.braces = Some(braces()),
            _ => {}
        }
    }

    /// Leaves out the braces around the value of a closure in a macro if the value ends
    /// with them: `|a| {b + c} * d` is not `|a| b + c * d`.
    fn settle_braces(&mut self, ends_value: bool) {
        if let Some(braces) = self.braces.take().filter(|_| ends_value) {
            self.drop_tokens(braces);
        }
    }

    fn drop_tokens(&mut self, tokens: [usize; 4]) {
        for at in tokens {
            self.tokens[at].hash = DROPPED;
        }
    }

    fn push(&mut self, hash: u64, row: Option<usize>) {
        self.settle_open_comma();
        // No hash is that of a token that was dropped.
        let hash = hash.max(DROPPED + 1);
        self.tokens.push(CodeToken { hash, line: row.map(len_to_u32) });
    }
}

/// The hash of a token that is left out after all.
const DROPPED: u64 = 0;

fn hashes(tokens: &[CodeToken]) -> impl Iterator<Item = u64> {
    tokens.iter().map(|token| token.hash)
}

fn end_hash(kind: &str, end: u64) -> u64 {
    xxh3_64_with_seed(kind.as_bytes(), end)
}

/// Whether the grammar cannot follow a node, or made up a token in it that is not there.
fn is_lost(node: Node<'_>) -> bool {
    let mut cursor = node.walk();
    node.is_error()
        || (node.has_error()
            && node.children(&mut cursor).any(|child| child.is_missing()))
}

#[cfg(test)]
mod tests;
