//! Attributes → the rows of what they are attributes of.
//!
//! A query could follow an attribute to its item, but keeps a match open for each
//! attribute in a row, and a file of attributes would never end. This walk is linear.

use std::ops::Range;

use tree_sitter::{Node, Tree};

use super::marks::rows;

/// An attribute whose item has not come yet.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    row: usize,
    kind_id: u16,
}

/// Returns the rows from each attribute (given as byte ranges) to the end of its item:
/// the next sibling that is neither a comment nor another attribute.
pub(super) fn attributed_rows(
    tree: &Tree,
    attributes: &mut [Range<usize>],
) -> Vec<Range<usize>> {
    attributes.sort_by_key(|bytes| (bytes.start, bytes.end));
    let mut left = attributes.iter().peekable();
    let mut cursor = tree.walk();
    // The attribute that waits for its item, on each level; and how many wait.
    let mut waiting: Vec<Option<Waiting>> = vec![None];
    let mut n_waiting = 0;
    let mut found = Vec::new();
    // Attributes come in the order of the walk, so it ends soon after the last of them.
    while left.peek().is_some() || n_waiting > 0 {
        let node = cursor.node();
        let here = waiting.last_mut().expect("a level for the root and each below");
        if let Some(attribute) = here.take_if(|attribute| is_item(node, *attribute)) {
            found.push(attribute.row..rows(node).end);
            n_waiting -= 1;
        }
        if left.next_if(|next| **next == node.byte_range()).is_some() {
            if here.is_none() {
                let (row, kind_id) = (node.start_position().row, node.kind_id());
                *here = Some(Waiting { row, kind_id });
                n_waiting += 1;
            }
        } else if left.peek().is_some_and(|next| node.byte_range().contains(&next.start))
            && cursor.goto_first_child()
        {
            waiting.push(None);
            continue;
        }
        while !cursor.goto_next_sibling() {
            n_waiting -= usize::from(waiting.pop().flatten().is_some());
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
    found
}

fn is_item(node: Node<'_>, attribute: Waiting) -> bool {
    node.is_named() && !node.is_extra() && node.kind_id() != attribute.kind_id
}
