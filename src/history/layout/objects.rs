//! The folders of objects: that of the repository, and those it borrows from.

use std::collections::{BTreeSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use rustix::fs::FileType;

use super::{Steps, broken, plain};
use crate::error::Error;
use crate::history::folder::{Closed, Folder};
use crate::limits;
use crate::units::len_to_u64;

/// A folder of objects. Where its parts are is settled once.
#[derive(Debug, Clone)]
pub struct ObjectFolder {
    folder: Arc<Folder>,
    /// The folder of packs, when a link stands in its place.
    linked_packs: Option<Arc<Folder>>,
}

impl ObjectFolder {
    /// One whose packs are in it.
    #[cfg(any(test, fuzzing))]
    pub(in crate::history) fn plain(folder: Arc<Folder>) -> Self {
        Self { folder, linked_packs: None }
    }

    /// The folder itself.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The names of what stands among the packs.
    ///
    /// # Errors
    ///
    /// When there is no such folder, or it cannot be listed.
    pub fn list_packs(&self) -> Result<Vec<(OsString, FileType)>, Closed> {
        self.packs()?.list()
    }

    /// When the packs were changed last; `None` when it cannot be told.
    pub fn packs_changed(&self) -> Option<SystemTime> {
        self.packs().ok()?.metadata().ok()?.modified().ok()
    }

    /// Opens a file among the packs.
    ///
    /// # Errors
    ///
    /// When there is no plain file of that name.
    pub fn open_pack(&self, name: &OsStr) -> Result<File, Closed> {
        match &self.linked_packs {
            Some(packs) => packs.file(Path::new(name)),
            None => self.folder.file(&Path::new("pack").join(name)),
        }
    }

    fn packs(&self) -> Result<Arc<Folder>, Closed> {
        match &self.linked_packs {
            Some(packs) => Ok(Arc::clone(packs)),
            None => self.folder.folder(Path::new("pack")),
        }
    }
}

/// Finds the folders of objects, the nearest first, each once. git follows borrowing
/// as deep: `alternates nesting too deep` is what it says of more.
pub(super) fn find(
    own: Arc<Folder>,
    steps: &mut Steps<'_>,
) -> Result<Vec<ObjectFolder>, Error> {
    /// The number of the last step at which more may be borrowed.
    const DEPTH: usize = 5;
    let mut found = Vec::new();
    let mut seen = BTreeSet::from([own.path().to_path_buf()]);
    // Nearest first: a folder counts at its least depth, whatever leads there as well.
    let mut waiting = VecDeque::from([(own, 0)]);
    while let Some((folder, depth)) = waiting.pop_front() {
        let linked_packs = steps.linked(&folder, "objects/pack", Path::new("pack"))?;
        if depth <= DEPTH {
            for lender in lenders(&folder, steps)? {
                if seen.insert(lender.path().to_path_buf()) {
                    let by = "the file objects/info/alternates";
                    steps.take(by, lender.path(), false)?;
                    waiting.push_back((lender, depth + 1));
                }
            }
        }
        if len_to_u64(seen.len()) > limits::OBJECT_FOLDERS.value {
            return Err(broken("it borrows objects from too many folders"));
        }
        found.push(ObjectFolder { folder, linked_packs });
    }
    Ok(found)
}

/// The folders that one borrows from. One that is not there lends nothing.
fn lenders(folder: &Folder, steps: &mut Steps<'_>) -> Result<Vec<Arc<Folder>>, Error> {
    let info = steps.linked(folder, "objects/info", Path::new("info"))?;
    let (holder, file) = match &info {
        Some(info) => (info.as_ref(), Path::new("alternates")),
        None => (folder, Path::new("info/alternates")),
    };
    if holder.kind(file) == Err(Closed::Absent) {
        return Ok(Vec::new());
    }
    let text = plain(holder, file, "objects/info/alternates")?;
    let lines = text.split(|&byte| byte == b'\n');
    let named = lines.filter(|line| !line.is_empty() && line[0] != b'#');
    let mut lenders = Vec::new();
    for line in named {
        match Folder::open(&folder.path().join(OsStr::from_bytes(line))) {
            Ok(lender) => lenders.push(lender),
            Err(Closed::Absent) => {}
            Err(Closed::Denied) => return Err(super::unreadable()),
            Err(Closed::NotPlain | Closed::Failed) => {
                return Err(crate::history::control_file::failed("borrowed objects"));
            }
        }
        if len_to_u64(lenders.len()) > limits::OBJECT_FOLDERS.value {
            return Err(broken("it borrows objects from too many folders"));
        }
    }
    Ok(lenders)
}
