//! The key of pseudonyms: made once, kept by the user, never in any output.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::error::Error;

const KEY_BYTES: usize = 32;

/// Reads the key, or makes it. Only its owner can read it.
pub(super) fn load(path: Option<&Path>) -> Result<[u8; KEY_BYTES], Error> {
    let path = match path {
        Some(path) => path.to_path_buf(),
        None => default_path()?,
    };
    let refuse = |why: String| {
        let hint = "name another file with --pseudonym-key";
        Error::input("E-KEY", "cannot use the key for pseudonyms", &why, hint)
            .at(path.as_os_str().as_encoded_bytes())
    };
    match std::fs::read(&path) {
        Ok(bytes) => bytes.as_slice().try_into().map_err(|_| {
            refuse(format!("it has {} bytes and not {KEY_BYTES}", bytes.len()))
        }),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => {
            make(&path).map_err(|why| refuse(why.kind().to_string()))
        }
        Err(why) => Err(refuse(why.kind().to_string())),
    }
}

fn default_path() -> Result<PathBuf, Error> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let folder = set("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| set("HOME").map(|home| PathBuf::from(home).join(".local/share")));
    folder.map(|folder| folder.join("slopnexus").join("pseudonym.key")).ok_or_else(|| {
        let why = "neither XDG_DATA_HOME nor HOME is set";
        let hint = "name a file with --pseudonym-key";
        Error::usage("E-KEY", "cannot find the key for pseudonyms", why, hint)
    })
}

fn make(path: &Path) -> std::io::Result<[u8; KEY_BYTES]> {
    let mut key = [0; KEY_BYTES];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut key)?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(&key)?;
    file.sync_all()?;
    Ok(key)
}
