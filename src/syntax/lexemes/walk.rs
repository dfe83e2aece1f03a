//! A syntax tree → its words, in one walk without recursion.

use tree_sitter::{Node, Tree};

use super::kinds::NodeKind;
use super::scanner::scan;
use super::{Lexeme, LexemeKind};
use crate::syntax::shape::LookAhead;
use crate::syntax::text::is_white;
use crate::syntax::{Fallback, n_lines};
use crate::units::len_to_u32;

/// How many words a line has, roughly.
const WORDS_PER_LINE: usize = 8;

/// Returns the words of a tree, or says that queries over it would take too long.
pub(super) fn words(
    kinds: &[NodeKind],
    tree: &Tree,
    bytes: &[u8],
) -> Result<Vec<Lexeme>, Fallback> {
    let room = WORDS_PER_LINE * n_lines(bytes);
    let mut reader = Reader { kinds, bytes, list: Vec::with_capacity(room), end: 0 };
    let mut look_ahead = LookAhead::new();
    let mut cursor = tree.walk();
    // Below a node that is read as one, everything is only counted.
    let mut whole: Option<usize> = None;
    loop {
        let node = cursor.node();
        look_ahead.count(node)?;
        if whole.is_none() && reader.is_whole(node) {
            whole = Some(look_ahead.level());
        }
        if cursor.goto_first_child() {
            look_ahead.enter();
            continue;
        }
        if whole.is_none() {
            reader.push(node, LexemeKind::Plain);
        }
        loop {
            if whole == Some(look_ahead.level()) {
                whole = None;
            }
            if cursor.goto_next_sibling() {
                break;
            }
            if !cursor.goto_parent() {
                reader.read_between(bytes.len(), len_to_u32(n_lines(bytes)));
                return Ok(reader.list);
            }
            look_ahead.leave();
        }
    }
}

/// Returns the text with blanks in place of its comments, byte by byte.
pub(super) fn without_comments(tree: &Tree, bytes: &[u8]) -> Vec<u8> {
    let mut text = bytes.to_vec();
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        if node.is_named() && node.kind().contains("comment") {
            let comment = &mut text[node.byte_range()];
            comment.iter_mut().filter(|byte| !is_white(**byte)).for_each(|it| *it = b' ');
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return text;
            }
        }
    }
}

struct Reader<'b> {
    kinds: &'b [NodeKind],
    bytes: &'b [u8],
    list: Vec<Lexeme>,
    /// Where the last word or comment ended.
    end: usize,
}

impl Reader<'_> {
    /// Reads a node whose children are not to be read; false for any other.
    fn is_whole(&mut self, node: Node<'_>) -> bool {
        if node.is_error() {
            return self.read_error(node);
        }
        let kind = self.kinds.get(usize::from(node.kind_id()));
        match kind.unwrap_or(&NodeKind::Inner) {
            NodeKind::Inner => return false,
            NodeKind::Identifier if node.child_count() > 0 => return false,
            NodeKind::Identifier => self.push(node, LexemeKind::Identifier),
            NodeKind::String => self.push(node, LexemeKind::String),
            NodeKind::Number => self.push(node, LexemeKind::Number),
            NodeKind::Comment => {
                self.read_between(node.start_byte(), row(node));
                self.end = self.end.max(node.end_byte());
            }
        }
        true
    }

    /// What the grammar could not follow is scanned.
    fn read_error(&mut self, node: Node<'_>) -> bool {
        self.read_between(node.start_byte(), row(node));
        scan(self.bytes, node.byte_range(), row(node), &mut self.list);
        self.end = self.end.max(node.end_byte());
        true
    }

    fn push(&mut self, node: Node<'_>, kind: LexemeKind) {
        let (start, end, line) = (node.start_byte(), node.end_byte(), row(node));
        self.read_between(start, line);
        // A word that the grammar only supposes has no bytes.
        if end > start {
            let (start, end) = (len_to_u32(start), len_to_u32(end));
            self.list.push(Lexeme { kind, start, end, line });
        }
        self.end = self.end.max(end);
    }

    /// Scans what the grammar has no node for, up to a byte on a line.
    fn read_between(&mut self, start: usize, line: u32) {
        let between = self.bytes.get(self.end..start).unwrap_or(&[]);
        let is_ink = |byte: &u8| !is_white(*byte) && *byte != b'\\';
        if between.iter().any(is_ink) {
            let line_feeds = len_to_u32(memchr::memchr_iter(b'\n', between).count());
            let first = line.saturating_sub(line_feeds);
            scan(self.bytes, self.end..start, first, &mut self.list);
        }
    }
}

fn row(node: Node<'_>) -> u32 {
    len_to_u32(node.start_position().row)
}
