//! The key of pseudonyms: made once, kept by the user, never in any output.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::cache;
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
    match read(&path) {
        Ok(Ok(bytes)) => bytes
            .as_slice()
            .try_into()
            .map_err(|_| refuse(format!("it does not have {KEY_BYTES} bytes"))),
        Ok(Err(why)) => Err(refuse(why)),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => {
            make(&path).map_err(|why| refuse(crate::error::io_words(&why)))
        }
        Err(why) => Err(refuse(crate::error::io_words(&why))),
    }
}

/// Reads a file that is the user's alone; the inner error says why it is not. Who knows
/// the key can tell who is behind a pseudonym.
fn read(path: &Path) -> std::io::Result<Result<Vec<u8>, String>> {
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    let data = file.metadata()?;
    if !data.is_file() {
        return Ok(Err("it is no plain file".to_owned()));
    }
    let owner = data.uid();
    if owner != cache::own_user()? {
        return Ok(Err(format!("it belongs to another user (uid {owner})")));
    }
    if data.mode() & 0o077 != 0 {
        let mode = data.mode() & 0o777;
        return Ok(Err(format!(
            "others can use it (mode {mode:04o}); chmod 600 it if nobody has, or make a new one"
        )));
    }
    let mut bytes = Vec::new();
    file.take(crate::units::len_to_u64(KEY_BYTES) + 1).read_to_end(&mut bytes)?;
    Ok(Ok(bytes))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_others_can_use_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let made = load(Some(&path)).unwrap();
        assert_eq!(load(Some(&path)).unwrap(), made);
        for mode in [0o640, 0o604, 0o620] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            let error = load(Some(&path)).unwrap_err();
            assert!(error.why.contains(&format!("mode {mode:04o}")), "{error}");
        }
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o400)).unwrap();
        assert_eq!(load(Some(&path)).unwrap(), made);
        let folder = load(Some(folder.path())).unwrap_err();
        assert_eq!(folder.why, "it is no plain file");
    }
}
