//! Where answers go: standard output, or a file that appears whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::cli::Color;
use crate::error::Error;

/// Takes the colours out of a text unless they are wanted: `auto` means a terminal
/// that can show them, unless `NO_COLOR` is set.
pub fn colored(text: Vec<u8>, color: Color, to_file: bool) -> Vec<u8> {
    let show = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let choice = anstream::AutoStream::choice(&io::stdout());
            !to_file && choice != anstream::ColorChoice::Never
        }
    };
    if show { text } else { anstream::adapter::strip_bytes(&text).into_vec() }
}

/// Writes an answer to `target`, or to standard output when there is none. A reader
/// that closes standard output early has what it wants: that is no error.
///
/// # Errors
///
/// When the answer cannot be written; a file then is as it was before.
pub fn write(
    target: Option<&Path>,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    match target {
        None => {
            let mut out = BufWriter::new(io::stdout().lock());
            let written = content(&mut out).and_then(|()| out.flush());
            match written {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                other => other.map_err(|error| unwritable(&error).at("standard output")),
            }
        }
        Some(path) => write_file(path, content)
            .map_err(|error| unwritable(&error).at(path.as_os_str().as_encoded_bytes())),
    }
}

fn unwritable(error: &io::Error) -> Error {
    let hint = "check the path, the permissions and the space left";
    let why = match error.kind() {
        io::ErrorKind::InvalidInput => "there is a link, or anything but a plain file",
        _ => {
            let why = crate::error::io_words(error);
            return Error::input("E-OUTPUT", WHAT, &why, hint);
        }
    };
    Error::input("E-OUTPUT", WHAT, why, "name another file; links are not followed")
}

const WHAT: &str = "cannot write the answer";

/// Writes beside the target, makes it last, and puts it in place in one step. Only the
/// owner can read it: it may hold what is said of single people.
fn write_file(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    if path.symlink_metadata().is_ok_and(|data| !data.is_file()) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a plain file"));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    };
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.part", std::process::id()));
    let beside = folder.join(beside);
    let file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    let placed = fill(file, content).and_then(|()| std::fs::rename(&beside, path));
    if placed.is_err() && beside.exists() {
        std::fs::remove_file(&beside)?;
    }
    placed?;
    File::open(&folder)?.sync_all()
}

fn fill(
    file: File,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    content(&mut out)?;
    out.flush()?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}
