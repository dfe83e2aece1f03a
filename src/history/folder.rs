//! Folders held open: what was checked is what is read, whatever becomes of the path
//! meanwhile. Nothing below one is opened through a link, at whatever depth, and
//! nothing blocks.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{self as system, AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

/// A folder held open.
#[derive(Debug)]
pub struct Folder {
    handle: File,
    path: PathBuf,
}

/// Why something could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// It is not there.
    Absent,
    /// This user may not read it.
    Denied,
    /// A link, a pipe or a device stands there or on the way; or a folder in place of
    /// a file.
    NotPlain,
    /// The system failed.
    Failed,
}

/// Folders on the way need not be listed, and often may not be.
#[cfg(any(target_os = "linux", target_os = "android"))]
const ON_THE_WAY: OFlags = OFlags::PATH;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const ON_THE_WAY: OFlags = OFlags::RDONLY;

impl Folder {
    /// Opens the folder that a path leads to, through whatever links there are.
    ///
    /// # Errors
    ///
    /// When there is none, or the way changed meanwhile.
    pub fn open(path: &Path) -> Result<Arc<Self>, Closed> {
        let path = std::fs::canonicalize(path).map_err(|why| {
            // Without a number it is we who refuse: no path has such a name.
            Errno::from_io_error(&why).map_or(Closed::Absent, plain_reason)
        })?;
        // The real path has no links: one that came since must not be followed.
        let top = system::open("/", folder_flags(), Mode::empty());
        let below = path.strip_prefix("/").map_err(|_| Closed::Failed)?;
        let handle = descend(top.map_err(|_| Closed::Failed)?, below)?;
        Ok(Arc::new(Self { handle: File::from(handle), path }))
    }

    /// Its path when it was opened, without links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the system knows of it.
    ///
    /// # Errors
    ///
    /// When the system does not say.
    pub fn metadata(&self) -> io::Result<Metadata> {
        self.handle.metadata()
    }

    /// Opens a folder below it.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn folder(&self, below: &Path) -> Result<Arc<Self>, Closed> {
        let start = self.again()?;
        let handle = File::from(descend(start, below)?);
        Ok(Arc::new(Self { handle, path: self.path.join(below) }))
    }

    /// Opens a plain file below it, to be read.
    ///
    /// # Errors
    ///
    /// When there is none, or something else stands there.
    pub fn file(&self, below: &Path) -> Result<File, Closed> {
        self.in_parent(below, |parent, name| {
            let flags = OFlags::RDONLY
                | OFlags::NOFOLLOW
                | OFlags::NONBLOCK
                | OFlags::NOCTTY
                | OFlags::CLOEXEC;
            let opened = system::openat(parent, name, flags, Mode::empty());
            let file = File::from(opened.map_err(|why| closed(parent, name, why))?);
            match file.metadata() {
                Ok(data) if data.is_file() => Ok(file),
                Ok(_) => Err(Closed::NotPlain),
                Err(_) => Err(Closed::Failed),
            }
        })
    }

    /// What stands at a path below it; a link there is not followed.
    ///
    /// # Errors
    ///
    /// When nothing does, or it cannot be told.
    pub fn kind(&self, below: &Path) -> Result<FileType, Closed> {
        self.in_parent(below, kind)
    }

    /// The names in it, and what they are, by name.
    ///
    /// # Errors
    ///
    /// When it may not be listed, or the system fails.
    pub fn list(&self) -> Result<Vec<(OsString, FileType)>, Closed> {
        let mut names = Vec::new();
        for entry in system::Dir::new(self.listed()?).map_err(plain_reason)? {
            let entry = entry.map_err(plain_reason)?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            let kind = match entry.file_type() {
                // Some file systems do not say it here.
                FileType::Unknown => match kind(self.handle.as_fd(), name) {
                    Ok(kind) => kind,
                    Err(Closed::Absent) => continue,
                    Err(why) => return Err(why),
                },
                kind => kind,
            };
            names.push((name.to_owned(), kind));
        }
        names.sort_by(|one, two| one.0.cmp(&two.0));
        Ok(names)
    }

    /// Holds that it may be listed.
    ///
    /// # Errors
    ///
    /// When it may not.
    pub fn check_listed(&self) -> Result<(), Closed> {
        self.listed().map(drop)
    }

    fn listed(&self) -> Result<OwnedFd, Closed> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        system::openat(&self.handle, ".", flags, Mode::empty()).map_err(plain_reason)
    }

    fn again(&self) -> Result<OwnedFd, Closed> {
        self.handle.try_clone().map(OwnedFd::from).map_err(|_| Closed::Failed)
    }

    /// Does something with the last name of a path, in the folder that holds it.
    fn in_parent<T>(
        &self,
        below: &Path,
        work: impl FnOnce(BorrowedFd<'_>, &OsStr) -> Result<T, Closed>,
    ) -> Result<T, Closed> {
        let name = below.file_name().ok_or(Closed::Absent)?;
        match below.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            None => work(self.handle.as_fd(), name),
            Some(parent) => work(descend(self.again()?, parent)?.as_fd(), name),
        }
    }
}

fn folder_flags() -> OFlags {
    ON_THE_WAY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC
}

/// Goes down a path of plain folders.
fn descend(mut folder: OwnedFd, path: &Path) -> Result<OwnedFd, Closed> {
    for part in path.components() {
        let Component::Normal(name) = part else { return Err(Closed::NotPlain) };
        folder = system::openat(&folder, name, folder_flags(), Mode::empty())
            .map_err(|why| closed(folder.as_fd(), name, why))?;
    }
    Ok(folder)
}

fn kind(folder: BorrowedFd<'_>, name: &OsStr) -> Result<FileType, Closed> {
    let stat = system::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
    stat.map(|stat| FileType::from_raw_mode(stat.st_mode)).map_err(plain_reason)
}

/// Why a name in a folder could not be opened. Below a plain file there is nothing;
/// what is below a link is elsewhere.
fn closed(folder: BorrowedFd<'_>, name: &OsStr, why: Errno) -> Closed {
    match why {
        Errno::NOTDIR | Errno::LOOP => match kind(folder, name) {
            Ok(FileType::Symlink) => Closed::NotPlain,
            Ok(_) => Closed::Absent,
            Err(why) => why,
        },
        // A socket.
        Errno::NXIO => Closed::NotPlain,
        why => plain_reason(why),
    }
}

fn plain_reason(why: Errno) -> Closed {
    match why {
        Errno::NOENT | Errno::NOTDIR | Errno::NAMETOOLONG | Errno::INVAL => {
            Closed::Absent
        }
        Errno::ACCESS | Errno::PERM => Closed::Denied,
        Errno::LOOP => Closed::NotPlain,
        _ => Closed::Failed,
    }
}
