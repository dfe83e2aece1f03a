//! The outline of a tree, in one walk of linear cost: what has to be known before
//! queries are run over it.

use tree_sitter::{Node, Tree};

use super::Fallback;

/// How much looking ahead a query may need, in nodes. Before it enters a node, a query
/// looks for a later named sibling, so a run of *n* brackets costs *n*²; ordinary code
/// has runs of two or three.
const LOOK_AHEAD: u64 = 50_000_000;

/// The outline of a tree.
#[derive(Debug)]
pub(super) struct Shape {
    /// How many levels lie below the root.
    pub(super) depth: usize,
    /// Bytes inside nodes the grammar could not follow.
    pub(super) error_bytes: usize,
}

/// Returns the outline of a tree, walked without recursion, or says that queries over it
/// would take too long.
pub(super) fn shape(tree: &Tree) -> Result<Shape, Fallback> {
    let mut cursor = tree.walk();
    let mut shape = Shape { depth: 0, error_bytes: 0 };
    let mut look_ahead = 0;
    // How many unnamed siblings stand in a row, on each level.
    let mut runs = vec![0_u64];
    // Where the last error ended; those inside it are counted with it.
    let mut error_end = 0;
    loop {
        let node = cursor.node();
        if let Some(run) = runs.last_mut() {
            *run = if node.is_named() { 0 } else { *run + 1 };
            look_ahead += *run;
        }
        if look_ahead > LOOK_AHEAD {
            return Err(Fallback::TooMuchWork);
        }
        shape.error_bytes += new_error_bytes(node, &mut error_end);
        // The cursor would count its levels anew each time.
        shape.depth = shape.depth.max(runs.len() - 1);
        if cursor.goto_first_child() {
            runs.push(0);
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Ok(shape);
            }
            runs.pop();
        }
    }
}

/// How many bytes of an error are not part of an earlier one.
fn new_error_bytes(node: Node<'_>, error_end: &mut usize) -> usize {
    if !node.is_error() {
        return 0;
    }
    let start = node.start_byte().max(*error_end);
    *error_end = node.end_byte().max(*error_end);
    node.end_byte().saturating_sub(start)
}
