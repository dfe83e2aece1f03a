//! What landings did to lines, in the words that are in use for it.

use serde::{Deserialize, Serialize};

pub use crate::lines::operations::Operations;

/// What one landing did to the lines of one sort of files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineOperationFacts {
    /// The mainline number of the landing.
    pub landing: u32,
    /// Whether the files are those whose lines count; else they are all others.
    pub counted: bool,
    /// How many lines it did what to.
    pub operations: Operations,
}
