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
    let mut look_ahead = LookAhead::new();
    // Where the last error ended; those inside it are counted with it.
    let mut error_end = 0;
    loop {
        let node = cursor.node();
        look_ahead.count(node)?;
        shape.error_bytes += new_error_bytes(node, &mut error_end);
        shape.depth = shape.depth.max(look_ahead.level());
        if cursor.goto_first_child() {
            look_ahead.enter();
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Ok(shape);
            }
            look_ahead.leave();
        }
    }
}

/// How much looking ahead queries may need, counted along a walk.
#[derive(Debug)]
pub(super) struct LookAhead {
    nodes: u64,
    /// How many unnamed siblings stand in a row, on each level.
    runs: Vec<u64>,
}

impl LookAhead {
    /// A walk that begins at the root.
    pub(super) fn new() -> Self {
        Self { nodes: 0, runs: vec![0] }
    }

    /// Counts a node of this level, or says that queries would take too long.
    pub(super) fn count(&mut self, node: Node<'_>) -> Result<(), Fallback> {
        if let Some(run) = self.runs.last_mut() {
            *run = if node.is_named() { 0 } else { *run + 1 };
            self.nodes += *run;
        }
        if self.nodes > LOOK_AHEAD { Err(Fallback::TooMuchWork) } else { Ok(()) }
    }

    /// Goes down to the children of a node.
    pub(super) fn enter(&mut self) {
        self.runs.push(0);
    }

    /// Goes back up.
    pub(super) fn leave(&mut self) {
        self.runs.pop();
    }

    /// How many levels below the root; the cursor would count them anew each time.
    pub(super) fn level(&self) -> usize {
        self.runs.len() - 1
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
