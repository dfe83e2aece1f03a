//! The files of packs: found, opened once, and read in pieces.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::history::ObjectId;
use crate::history::objects::Unreadable;
use crate::history::pack::index::PackIndex;
use crate::limits;

/// A pack and its index.
#[derive(Debug)]
pub(in crate::history) struct Pack {
    /// Its number among the packs of the repository, for good.
    pub(super) number: u32,
    path: PathBuf,
    /// Open for as long as the repository is, so that a repack takes nothing away.
    /// Packs beyond the first few are opened whenever they are read.
    file: Option<File>,
    /// Where the last entry ends.
    end: u64,
    index: PackIndex,
}

/// How many packs are held open.
const MOST_OPEN: usize = 64;
/// What stands before the first entry and after the last.
const HEADER_BYTES: u64 = 12;
const TRAILER_BYTES: u64 = 20;

/// Lists the packs of object folders, and keeps those of `known` that are among them.
/// Those that cannot be read are left out: they are for libgit2 to judge.
pub(in crate::history) fn list_packs(
    folders: &[PathBuf],
    known: &[Arc<Pack>],
) -> Vec<Arc<Pack>> {
    let mut packs = known.to_vec();
    for folder in folders {
        for path in index_paths(&folder.join("pack")) {
            if packs.iter().any(|pack| pack.path == path.with_extension("pack")) {
                continue;
            }
            let number = crate::units::len_to_u32(packs.len());
            packs.extend(Pack::open(&path, number).map(Arc::new));
        }
    }
    packs
}

/// The indexes in a folder, in the order of their names.
fn index_paths(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension() == Some(OsStr::new("idx"))).collect();
    paths.sort();
    paths
}

/// Opens a plain file; a pipe in its place must not block.
fn open_plain(path: &Path) -> Option<File> {
    let file =
        OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path).ok()?;
    file.metadata().ok()?.is_file().then_some(file)
}

impl Pack {
    fn open(index_path: &Path, number: u32) -> Option<Self> {
        let index_file = open_plain(index_path)?;
        let mut data = Vec::new();
        let limit = limits::PACK_INDEX_BYTES.value;
        index_file.take(limit + 1).read_to_end(&mut data).ok()?;
        if crate::units::len_to_u64(data.len()) > limit {
            return None;
        }
        let index = PackIndex::parse(&data)?;
        let path = index_path.with_extension("pack");
        let file = open_plain(&path)?;
        let mut header = [0; 12];
        file.read_exact_at(&mut header, 0).ok()?;
        let n_objects = crate::units::len_to_u32(index.n_objects()).to_be_bytes();
        let version = &header[4..8];
        let sound = header.starts_with(b"PACK")
            && (version == [0, 0, 0, 2] || version == [0, 0, 0, 3])
            && header[8..] == n_objects;
        let end = file.metadata().ok()?.len().checked_sub(TRAILER_BYTES)?;
        let file = Some(file).filter(|_| (number as usize) < MOST_OPEN);
        (sound && end >= HEADER_BYTES).then_some(Self { number, path, file, end, index })
    }

    /// Where the entry of an object begins, if the pack has it.
    pub(in crate::history) fn offset(&self, id: ObjectId) -> Option<u64> {
        self.index.offset(id)
    }

    /// Where the entry that begins at `offset` ends; `None` if none begins there.
    pub(super) fn entry_end(&self, offset: u64) -> Option<u64> {
        self.index.next_offset(offset, self.end).filter(|_| offset >= HEADER_BYTES)
    }

    /// Reads `len` bytes from `offset` on, to the end of `to`.
    pub(super) fn append(
        &self,
        offset: u64,
        len: u64,
        to: &mut Vec<u8>,
    ) -> Result<(), Unreadable> {
        let start = to.len();
        let len = usize::try_from(len).map_err(|_| Unreadable::TooLarge)?;
        to.resize(start + len, 0);
        let read = match &self.file {
            Some(file) => file.read_exact_at(&mut to[start..], offset).ok(),
            None => open_plain(&self.path)
                .and_then(|file| file.read_exact_at(&mut to[start..], offset).ok()),
        };
        read.ok_or(Unreadable::Corrupt)
    }
}
