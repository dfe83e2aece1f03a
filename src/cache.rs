//! What an earlier run found out, kept in files: each with what it answers to, its
//! length and its checksum. Whatever does not verify is as good as not there.
//!
//! A checksum is no seal: who can write a file can write that too. So nothing is believed
//! that another user could have written, and nothing is kept where one could.
//!
//! Files are written beside their place and put there in one step, so that a run that
//! is killed at any moment leaves the old file or the new one, and runs beside each
//! other need no lock: the last to finish wins, and both wrote the truth.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_128;

use crate::limits;
use crate::units::len_to_u64;

/// The first bytes of each file; the number counts versions of this layout.
const MAGIC: &[u8; 16] = b"slopnexus cache1";
const HEADER_BYTES: usize = 16 + 8 + 8 + 16;

/// Why nothing can be kept.
#[derive(Debug)]
pub enum Fault {
    /// The folder is somebody else's, or others can write there.
    NotOurs(&'static str),
    /// The system refused.
    System(io::Error),
}

impl From<io::Error> for Fault {
    fn from(why: io::Error) -> Self {
        Self::System(why)
    }
}

impl Fault {
    /// The reason, for people.
    pub fn in_words(&self) -> String {
        match self {
            Self::NotOurs(why) => (*why).to_owned(),
            Self::System(why) => crate::error::io_words(why),
        }
    }
}

/// Who may write.
const OTHERS_WRITE: u32 = 0o022;

/// Holds that only the user of this process can write something.
fn check_ours(data: &Metadata) -> Result<(), Fault> {
    if data.uid() != own_user()? {
        return Err(Fault::NotOurs("the cache folder belongs to another user"));
    }
    if data.mode() & OTHERS_WRITE != 0 {
        return Err(Fault::NotOurs("other users can write in the cache folder"));
    }
    Ok(())
}

/// The user of this process: whoever makes a pipe owns it.
///
/// # Errors
///
/// When the system gives no pipe.
pub fn own_user() -> io::Result<u32> {
    let (end, _) = io::pipe()?;
    Ok(File::from(OwnedFd::from(end)).metadata()?.uid())
}

/// Reads what is kept under `name`, if it answers to exactly this `key`, and if nobody
/// else can have written it.
pub fn load(folder: &Path, name: &str, key: &[u8]) -> Option<Vec<u8>> {
    check_ours(&folder.metadata().ok()?).ok()?;
    let mut file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC)
        .open(folder.join(name))
        .ok()?;
    let data = file.metadata().ok()?;
    if !data.is_file() || data.len() > limits::CACHE_FILE_BYTES.value {
        return None;
    }
    check_ours(&data).ok()?;
    let mut header = [0; HEADER_BYTES];
    file.read_exact(&mut header).ok()?;
    let number = |at: usize| -> Option<u64> {
        Some(u64::from_le_bytes(header.get(at..at + 8)?.try_into().ok()?))
    };
    let (key_bytes, content_bytes) = (number(16)?, number(24)?);
    let whole = key_bytes.checked_add(content_bytes)?;
    let is_ours = header.starts_with(MAGIC)
        && key_bytes == len_to_u64(key.len())
        && whole.checked_add(len_to_u64(HEADER_BYTES))? == data.len();
    if !is_ours {
        return None;
    }
    let mut rest = Vec::new();
    file.take(whole).read_to_end(&mut rest).ok()?;
    let checksum = u128::from_le_bytes(header[32..].try_into().ok()?);
    if len_to_u64(rest.len()) != whole || xxh3_128(&rest) != checksum {
        return None;
    }
    let content = rest.split_off(key.len());
    (rest == key).then_some(content)
}

/// Keeps `content` under `name`, as the answer to `key`.
///
/// # Errors
///
/// When it cannot be written, or others can write there; what was kept before is still
/// there.
pub fn store(folder: &Path, name: &str, key: &[u8], content: &[u8]) -> Result<(), Fault> {
    let whole = key.len() + content.len() + HEADER_BYTES;
    if len_to_u64(whole) > limits::CACHE_FILE_BYTES.value {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "over the limit").into());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    check_ours(&folder.metadata()?)?;
    remove_leftovers(folder, name)?;
    let beside = folder.join(format!(".{name}.{}.part", std::process::id()));
    let written = write_new(&beside, key, content)
        .and_then(|()| std::fs::rename(&beside, folder.join(name)));
    if let Err(why) = written {
        // It may never have come to be; what counts is why it was not put in place.
        return match std::fs::remove_file(&beside) {
            Ok(()) | Err(_) => Err(why.into()),
        };
    }
    File::open(folder)?.sync_all()?;
    Ok(make_room(folder, name, limits::CACHE_BYTES.value)?)
}

/// What the names of our files end in.
const ENDINGS: [&str; 2] = ["facts", "records"];

/// Removes our files until no more than so many bytes are kept: those that were written
/// longest ago first, and the one of this name last.
fn make_room(folder: &Path, name: &str, most_bytes: u64) -> io::Result<()> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        let data = match path.symlink_metadata() {
            // Another run made room at the same time.
            Err(why) if why.kind() == io::ErrorKind::NotFound => continue,
            data => data?,
        };
        if data.is_file() && ending.is_some_and(|ending| ENDINGS.contains(&ending)) {
            let is_new = path.file_name().is_some_and(|file| file == name);
            files.push((is_new, data.modified()?, path, data.len()));
        }
    }
    files.sort();
    let mut bytes: u64 = files.iter().map(|file| file.3).sum();
    for (_, _, path, len) in files {
        if bytes <= most_bytes {
            break;
        }
        remove(&path)?;
        bytes -= len;
    }
    Ok(())
}

fn write_new(path: &Path, key: &[u8], content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC)
        .open(path)?;
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    hash.update(key);
    hash.update(content);
    file.write_all(MAGIC)?;
    file.write_all(&len_to_u64(key.len()).to_le_bytes())?;
    file.write_all(&len_to_u64(content.len()).to_le_bytes())?;
    file.write_all(&hash.digest128().to_le_bytes())?;
    file.write_all(key)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Removes a file, unless another run has done so.
fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Removes what runs that were killed left beside the file.
fn remove_leftovers(folder: &Path, name: &str) -> io::Result<()> {
    let start = format!(".{name}.");
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let file_name = entry.file_name();
        let process = file_name.to_str().and_then(|name| {
            name.strip_prefix(&start)?.strip_suffix(".part")?.parse::<u32>().ok()
        });
        let Some(process) = process else { continue };
        let runs = process != std::process::id()
            && PathBuf::from(format!("/proc/{process}")).exists();
        if !runs {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn what_was_kept_is_found_under_its_key_alone() {
        let folder = folder();
        let inner = folder.path().join("a/b");
        store(&inner, "x", b"key", b"content").unwrap();
        assert_eq!(load(&inner, "x", b"key"), Some(b"content".to_vec()));
        assert_eq!(load(&inner, "x", b"kez"), None);
        assert_eq!(load(&inner, "x", b"ke"), None);
        assert_eq!(load(&inner, "y", b"key"), None);
        store(&inner, "x", b"key2", b"").unwrap();
        assert_eq!(load(&inner, "x", b"key"), None);
        assert_eq!(load(&inner, "x", b"key2"), Some(Vec::new()));
    }

    #[test]
    fn a_file_that_was_cut_or_has_one_other_bit_is_not_there() {
        let folder = folder();
        let path = folder.path().join("x");
        store(folder.path(), "x", b"key", b"some content").unwrap();
        let whole = std::fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            assert_eq!(load(folder.path(), "x", b"key"), None, "cut at {cut}");
        }
        for bit in 0..whole.len() * 8 {
            let mut other = whole.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&path, &other).unwrap();
            assert_eq!(load(folder.path(), "x", b"key"), None, "bit {bit}");
        }
        std::fs::write(&path, [&whole[..], b"x"].concat()).unwrap();
        assert_eq!(load(folder.path(), "x", b"key"), None);
    }

    #[test]
    fn what_a_killed_run_left_behind_is_removed() {
        let folder = folder();
        // No process has the number 0.
        let left = folder.path().join(".x.0.part");
        std::fs::write(&left, b"half").unwrap();
        let other = folder.path().join(".y.0.part");
        std::fs::write(&other, b"of another file").unwrap();
        store(folder.path(), "x", b"key", b"content").unwrap();
        assert!(!left.exists() && other.exists());
    }

    #[test]
    fn what_others_can_write_is_not_believed_and_nothing_is_kept_there() {
        use std::os::unix::fs::PermissionsExt;
        let outer = folder();
        let folder = outer.path().join("kept");
        store(&folder, "x", b"key", b"content").unwrap();
        let set = |path: &Path, mode: u32| {
            std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
        };
        for (folder_mode, file_mode, is_there) in
            [(0o755, 0o644, true), (0o775, 0o600, false), (0o707, 0o600, false)]
        {
            set(&folder, folder_mode);
            set(&folder.join("x"), file_mode);
            assert_eq!(load(&folder, "x", b"key").is_some(), is_there, "{folder_mode:o}");
            let stored = store(&folder, "x", b"key", b"content");
            assert_eq!(stored.is_ok(), is_there, "{folder_mode:o}");
        }
        set(&folder, 0o700);
        for file_mode in [0o620, 0o602] {
            set(&folder.join("x"), file_mode);
            assert_eq!(load(&folder, "x", b"key"), None, "{file_mode:o}");
        }
    }

    #[test]
    fn what_was_written_longest_ago_goes_when_there_is_too_much() {
        let folder = folder();
        let at = |name: &str| folder.path().join(name);
        for (age, name) in [(1, "b.facts"), (3, "a.records"), (2, "c.facts"), (9, "d")] {
            std::fs::write(at(name), [0; 100]).unwrap();
            let written = std::time::SystemTime::UNIX_EPOCH
                + std::time::Duration::from_secs(90 - age);
            File::open(at(name)).unwrap().set_modified(written).unwrap();
        }
        let left = || {
            let found = ["a.records", "b.facts", "c.facts", "d"];
            found.into_iter().filter(|name| at(name).exists()).collect::<Vec<_>>()
        };
        make_room(folder.path(), "a.records", 300).unwrap();
        assert_eq!(left(), ["a.records", "b.facts", "c.facts", "d"]);
        make_room(folder.path(), "a.records", 299).unwrap();
        assert_eq!(left(), ["a.records", "b.facts", "d"], "the oldest but the new one");
        make_room(folder.path(), "a.records", 0).unwrap();
        assert_eq!(left(), ["d"], "what is not ours stays");
    }

    #[test]
    fn a_link_in_the_way_is_not_followed() {
        let folder = folder();
        store(folder.path(), "real", b"key", b"content").unwrap();
        std::os::unix::fs::symlink("real", folder.path().join("x")).unwrap();
        assert_eq!(load(folder.path(), "x", b"key"), None);
    }
}
