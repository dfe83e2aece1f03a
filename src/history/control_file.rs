//! Small files that git itself keeps: read whole, never through a link, never blocking
//! on a pipe.

use std::fs::OpenOptions;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::error::Error;
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
    /// A link, a pipe, a directory or a device.
    NotPlain,
    /// It is over the limit.
    TooLarge,
}

/// Reads a small plain file without following a link or blocking on a pipe.
pub fn read(path: &Path) -> ControlFile {
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path);
    let file = match opened {
        Ok(file) => file,
        Err(why) => return refused(path, &why),
    };
    match file.metadata() {
        Ok(data) if data.is_file() => {}
        Ok(_) => return ControlFile::NotPlain,
        Err(why) => return refused(path, &why),
    }
    let mut text = Vec::new();
    let limit = limits::CONTROL_FILE_BYTES.value;
    match file.take(limit + 1).read_to_end(&mut text) {
        Err(why) => refused(path, &why),
        Ok(_) if crate::units::len_to_u64(text.len()) > limit => ControlFile::TooLarge,
        Ok(_) => ControlFile::Text(text),
    }
}

fn refused(path: &Path, why: &io::Error) -> ControlFile {
    match why.kind() {
        io::ErrorKind::PermissionDenied => ControlFile::Denied,
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ControlFile::Absent,
        // A link, or a socket, which cannot be opened.
        _ if path.symlink_metadata().is_ok_and(|data| !data.is_file()) => {
            ControlFile::NotPlain
        }
        _ => ControlFile::Absent,
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
