//! What a file is for: what the attributes in the tree say, what its path says, and
//! what its lines look like.
//!
//! Whoever may write a tree can write its attributes, so they move lines between
//! classes that are counted side by side, and never out of sight. `binary`, `-diff` and
//! `-text` say how to show a file and not who wrote it; they change nothing here.

mod head;
mod path;

use serde::{Deserialize, Serialize};

use crate::history::attributes::Asserted;

/// What a file is for. The class of a line is that of its file when the line landed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[repr(u8)]
pub enum FileClass {
    /// Code of the product, and everything that is nothing below.
    Product,
    /// Code that tests other code.
    Test,
    /// Documentation.
    Docs,
    /// Configuration.
    Config,
    /// Builds, deployment and operations.
    Infrastructure,
    /// Written by a program.
    Generated,
    /// Somebody else's code, copied in.
    Vendored,
    /// A lock file of a package manager.
    Lock,
    /// Minified code.
    Minified,
    /// A stored expectation of a test.
    Snapshot,
    /// Data.
    Data,
    /// What Git LFS leaves in place of a large file.
    LfsPointer,
}

/// All classes, in the order of their numbers.
pub const FILE_CLASSES: [FileClass; 12] = [
    FileClass::Product,
    FileClass::Test,
    FileClass::Docs,
    FileClass::Config,
    FileClass::Infrastructure,
    FileClass::Generated,
    FileClass::Vendored,
    FileClass::Lock,
    FileClass::Minified,
    FileClass::Snapshot,
    FileClass::Data,
    FileClass::LfsPointer,
];

impl FileClass {
    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Test => "test",
            Self::Docs => "docs",
            Self::Config => "config",
            Self::Infrastructure => "infrastructure",
            Self::Generated => "generated",
            Self::Vendored => "vendored",
            Self::Lock => "lock",
            Self::Minified => "minified",
            Self::Snapshot => "snapshot",
            Self::Data => "data",
            Self::LfsPointer => "lfs_pointer",
        }
    }

    /// Whether its lines count as somebody's work.
    pub fn is_countable(self) -> bool {
        matches!(
            self,
            Self::Product | Self::Test | Self::Docs | Self::Config | Self::Infrastructure
        )
    }
}

/// Returns the class that the path alone gives.
pub fn by_path(path: &[u8]) -> FileClass {
    path::class(path, Asserted::default())
}

/// Returns the class of a version of a file. What the attributes say weighs most, then
/// what the path says, then what the lines look like; but a lock file stays one,
/// and so does what Git LFS put there.
pub fn of_version(path: &[u8], bytes: &[u8], said: Asserted) -> FileClass {
    let class = path::class(path, said);
    if class == FileClass::Lock {
        return class;
    }
    if is_lfs_pointer(bytes) {
        return FileClass::LfsPointer;
    }
    if !class.is_countable() {
        return class;
    }
    let is_docs = class == FileClass::Docs;
    if said.generated.is_none() && head::says_generated(path, bytes, is_docs) {
        FileClass::Generated
    } else if bytes.len() > LARGEST_DATA_BYTES && path::may_be_data(path) {
        FileClass::Data
    } else if said.generated.is_none() && !is_docs && is_minified(bytes) {
        FileClass::Minified
    } else {
        class
    }
}

/// Above it nobody wrote by hand what a program can read as data.
const LARGEST_DATA_BYTES: usize = 1_000_000;

/// Whether this is what Git LFS keeps in git: the text of its specification, which is
/// shorter than 1,024 bytes.
fn is_lfs_pointer(bytes: &[u8]) -> bool {
    bytes.len() < 1_024 && bytes.starts_with(b"version https://git-lfs.github.com/spec/v")
}

/// Whether the mean line is over 300 bytes, or one is over 5,000.
fn is_minified(bytes: &[u8]) -> bool {
    const MEAN_LINE_BYTES: usize = 300;
    const LONGEST_LINE_BYTES: usize = 5_000;
    let mut start = 0;
    let mut lines = 0;
    for newline in memchr::memchr_iter(b'\n', bytes) {
        if newline - start > LONGEST_LINE_BYTES {
            return true;
        }
        start = newline + 1;
        lines += 1;
    }
    let open = bytes.len() - start;
    let n_lines = lines + usize::from(open > 0);
    open > LONGEST_LINE_BYTES || bytes.len() - lines > n_lines * MEAN_LINE_BYTES
}

/// The top-level directory of a path, or `.` for files at the top.
pub(crate) fn area_of(path: &[u8]) -> &[u8] {
    memchr::memchr(b'/', path).map_or(b".", |slash| &path[..slash])
}

#[cfg(test)]
mod tests;
