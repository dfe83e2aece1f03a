//! What an earlier run found out, kept in files: each with what it answers to, its
//! length and its checksum. Whatever does not verify is as good as not there.
//!
//! A checksum is no seal: who can write a file can write that too. So nothing is believed
//! that another user could have written or a repository have brought, and nothing is kept
//! where one could: folder and files are of this user, and for nobody else to read or
//! write, as no checkout leaves them; the folder is in no repository; and no link of
//! another user leads there.
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
    /// The folder is somebody else's, or others can get at it.
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

/// What others may do.
const OTHERS: u32 = 0o077;

/// Holds that something is for the user of this process alone.
fn check_ours(data: &Metadata) -> Result<(), Fault> {
    if data.uid() != own_user()? {
        return Err(Fault::NotOurs("the cache folder belongs to another user"));
    }
    if data.mode() & OTHERS != 0 {
        let why = "other users can get at the cache folder; make it one of mode 0700";
        return Err(Fault::NotOurs(why));
    }
    Ok(())
}

/// Holds that a folder can be one to keep things in, whether it is there or not:
/// `is_repository` says of folders above it what they are.
///
/// # Errors
///
/// When a repository could have brought it, or a link of another user leads there.
pub fn check_place(
    folder: &Path,
    is_repository: impl Fn(&Path) -> bool,
) -> Result<(), Fault> {
    let folder = std::path::absolute(folder)?;
    let own = own_user()?;
    let mut there = None;
    for above in folder.ancestors() {
        let Ok(data) = above.symlink_metadata() else { continue };
        there = there.or(Some(above));
        let is_trusted = data.uid() == own || data.uid() == SUPERUSER;
        if data.is_symlink() && !is_trusted {
            let why = "a link of another user leads to the cache folder";
            return Err(Fault::NotOurs(why));
        }
    }
    let Some(there) = there else { return Ok(()) };
    // What is not there yet will be made below what is.
    if std::fs::canonicalize(there)?.ancestors().any(is_repository) {
        let why = "the cache folder is in a repository, which could have brought it";
        return Err(Fault::NotOurs(why));
    }
    Ok(())
}

/// The user whose links lead where the system is set up to have them lead.
const SUPERUSER: u32 = 0;

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
    let mut file = open(&folder.join(name)).ok()?;
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
const ENDINGS: [&str; 3] = ["facts", "records", "prints"];
/// What is before that: a number of so many digits.
const NAME_DIGITS: usize = 32;
/// What all our files begin with, whatever their version.
const ANY_MAGIC: &[u8] = b"slopnexus cache";

/// Whether a file is one of ours, by its name and by what it begins with.
fn is_ours(path: &Path) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let text = |part: Option<&std::ffi::OsStr>| part?.to_str().map(str::to_owned);
    let (Some(stem), Some(ending)) = (text(path.file_stem()), text(path.extension()))
    else {
        return false;
    };
    let mut head = [0; ANY_MAGIC.len()];
    ENDINGS.contains(&ending.as_str())
        && stem.len() == NAME_DIGITS
        && stem.bytes().all(is_digit)
        && open(path).is_ok_and(|mut file| file.read_exact(&mut head).is_ok())
        && head == *ANY_MAGIC
}

/// Opens what may be something else than a file of ours.
fn open(path: &Path) -> io::Result<File> {
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC;
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// Removes our files until no more than so many bytes are kept: those that were written
/// longest ago first, and the one of this name last.
fn make_room(folder: &Path, name: &str, most_bytes: u64) -> io::Result<()> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let data = match path.symlink_metadata() {
            // Another run made room at the same time.
            Err(why) if why.kind() == io::ErrorKind::NotFound => continue,
            data => data?,
        };
        if data.is_file() && is_ours(&path) {
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
        let folder = tempfile::tempdir().unwrap();
        set_mode(folder.path(), 0o700);
        folder
    }

    fn set_mode(path: &Path, mode: u32) {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(path, mode).unwrap();
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
    fn what_others_can_get_at_is_not_believed_and_nothing_is_kept_there() {
        let outer = folder();
        let folder = outer.path().join("kept");
        store(&folder, "x", b"key", b"content").unwrap();
        for (folder_mode, file_mode, is_there) in
            [(0o700, 0o600, true), (0o755, 0o600, false), (0o710, 0o600, false)]
        {
            set_mode(&folder, folder_mode);
            set_mode(&folder.join("x"), file_mode);
            assert_eq!(load(&folder, "x", b"key").is_some(), is_there, "{folder_mode:o}");
            let stored = store(&folder, "x", b"key", b"content");
            assert_eq!(stored.is_ok(), is_there, "{folder_mode:o}");
        }
        set_mode(&folder, 0o700);
        for file_mode in [0o640, 0o604, 0o644, 0o620, 0o602] {
            set_mode(&folder.join("x"), file_mode);
            assert_eq!(load(&folder, "x", b"key"), None, "{file_mode:o}");
        }
    }

    #[test]
    fn what_was_written_longest_ago_goes_when_there_is_too_much() {
        let folder = folder();
        let at = |name: &str| folder.path().join(name);
        let name = |digit: &str, ending: &str| format!("{}.{ending}", digit.repeat(32));
        let ours = [name("b", "facts"), name("a", "records"), name("c", "facts")];
        // Names like ours, or a beginning like ours, do not make a file ours.
        let theirs = [name("d", "facts"), name("e", "bak"), "my.records".to_owned()];
        let ages = [1, 3, 2, 9, 9, 9];
        for (age, name) in ages.into_iter().zip(ours.iter().chain(&theirs)) {
            let is_like_ours = *name != theirs[0];
            let head = if is_like_ours { &MAGIC[..] } else { &[0; 16] };
            std::fs::write(at(name), [head, &[0; 84]].concat()).unwrap();
            let written = std::time::SystemTime::UNIX_EPOCH
                + std::time::Duration::from_secs(90 - age);
            File::open(at(name)).unwrap().set_modified(written).unwrap();
        }
        let left = || ours.iter().filter(|name| at(name).exists()).collect::<Vec<_>>();
        let [one, new, oldest] = &ours;
        make_room(folder.path(), new, 300).unwrap();
        assert_eq!(left(), [one, new, oldest]);
        make_room(folder.path(), new, 299).unwrap();
        assert_eq!(left(), [one, new], "the oldest but the new one went");
        make_room(folder.path(), new, 0).unwrap();
        assert_eq!(left().len(), 0);
        assert!(theirs.iter().all(|name| at(name).exists()), "what is not ours stays");
    }

    #[test]
    fn a_folder_in_a_repository_is_none_to_keep_things_in() {
        let folder = folder();
        let inner = folder.path().join("a/b");
        let root = std::fs::canonicalize(folder.path()).unwrap();
        assert!(check_place(&inner, |_| false).is_ok(), "it need not be there");
        assert!(check_place(&inner, |above| above == root).is_err());
        std::fs::create_dir_all(&inner).unwrap();
        assert!(check_place(&inner, |above| above == root.join("a")).is_err());
        // However it is reached.
        std::os::unix::fs::symlink(&inner, folder.path().join("link")).unwrap();
        let linked = folder.path().join("link/c");
        assert!(check_place(&linked, |above| above == root.join("a")).is_err());
        assert!(check_place(&linked, |_| false).is_ok());
    }

    #[test]
    fn a_link_in_the_way_is_not_followed() {
        let folder = folder();
        store(folder.path(), "real", b"key", b"content").unwrap();
        std::os::unix::fs::symlink("real", folder.path().join("x")).unwrap();
        assert_eq!(load(folder.path(), "x", b"key"), None);
    }
}
