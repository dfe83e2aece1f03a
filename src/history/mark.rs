//! What tells files and folders from others that had, or will have, their names.
//!
//! What directories and files in a pack say is taken at the pack's word, so whoever keeps
//! what was read there keeps the marks of these packs beside it.

use std::fs::Metadata;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// What tells one file or folder from others that had, or will have, its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileMark {
    /// Its path, without links.
    path: Vec<u8>,
    device: u64,
    inode: u64,
    /// When it was made, since 1970; where that is not known, when it was written. Git
    /// sets the latter anew when it is asked to write an object that a pack has.
    made: Option<Duration>,
}

impl FileMark {
    pub(super) fn new(path: &Path, data: &Metadata) -> Self {
        let made = data.created().or_else(|_| data.modified()).ok();
        let made = made.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
        let path = path.as_os_str().as_bytes().to_vec();
        Self { path, device: data.dev(), inode: data.ino(), made }
    }
}

/// What tells a pack from others. Nobody changes a pack in place: another one is another
/// file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PackMark {
    file: FileMark,
    /// The length of the pack in bytes.
    len: u64,
    /// The end of its index: what git calls the checksums of both.
    checksums: Vec<u8>,
}

impl PackMark {
    pub(super) fn new(file: FileMark, len: u64, checksums: &[u8]) -> Self {
        Self { file, len, checksums: checksums.to_vec() }
    }
}
