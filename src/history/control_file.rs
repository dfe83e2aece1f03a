//! Small files that git itself keeps: read whole, never through a link, never blocking
//! on a pipe.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::Error;
use crate::history::folder::{Closed, Folder};
use crate::limits;

/// What came of reading one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlFile {
    /// Its content.
    Text(Vec<u8>),
    /// There is none.
    Absent,
    /// This user may not read it.
    Denied,
    /// A link, a pipe, a directory or a device; or a link on the way to it.
    NotPlain,
    /// It is over the limit.
    TooLarge,
    /// The system failed.
    Failed,
}

/// Reads a small plain file below a folder.
pub fn read(folder: &Folder, below: impl AsRef<Path>) -> ControlFile {
    match folder.file(below.as_ref()) {
        Ok(file) => content(file),
        Err(Closed::Absent) => ControlFile::Absent,
        Err(Closed::Denied) => ControlFile::Denied,
        Err(Closed::NotPlain) => ControlFile::NotPlain,
        Err(Closed::Failed) => ControlFile::Failed,
    }
}

/// Reads a small plain file of the user; its folder may be reached through links.
pub fn read_path(path: &Path) -> ControlFile {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return ControlFile::Absent;
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    match Folder::open(folder) {
        Ok(folder) => read(&folder, name),
        Err(Closed::Denied) => ControlFile::Denied,
        Err(Closed::Failed) => ControlFile::Failed,
        Err(Closed::Absent | Closed::NotPlain) => ControlFile::Absent,
    }
}

fn content(file: File) -> ControlFile {
    let mut text = Vec::new();
    let limit = limits::CONTROL_FILE_BYTES.value;
    match file.take(limit + 1).read_to_end(&mut text) {
        Err(_) => ControlFile::Failed,
        Ok(_) if crate::units::len_to_u64(text.len()) > limit => ControlFile::TooLarge,
        Ok(_) => ControlFile::Text(text),
    }
}

/// The refusal of something that should be a plain file.
pub fn trap(name: &str) -> Error {
    Error::input(
        "E-TRAP",
        "cannot open the repository",
        &format!("its {name} is not a plain file"),
        "it may be hostile; leave it out, or replace that entry by a plain file",
    )
}

/// The refusal of one that is over the limit.
pub fn too_large(name: &str) -> Error {
    Error::input(
        "E-TRAP",
        "cannot open the repository",
        &format!("its {name} is larger than 1 MiB"),
        "it may be hostile; leave it out",
    )
}

/// The refusal when the system fails.
pub fn failed(name: &str) -> Error {
    Error::input(
        "E-OPEN",
        "cannot open the repository",
        &format!("the system failed to open its {name}"),
        "check the disk, and the limits on open files",
    )
}
