//! The files of packs: found, opened once, and read in pieces.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::history::ObjectId;
use crate::history::folder::Closed;
use crate::history::layout::ObjectFolder;
use crate::history::mark::{FileMark, PackMark};
use crate::history::objects::Unreadable;
use crate::history::pack::index::PackIndex;
use crate::limits;

/// A pack and its index.
#[derive(Debug)]
pub(in crate::history) struct Pack {
    pub(in crate::history) mark: PackMark,
    /// Whether an object was read from it.
    is_used: AtomicBool,
    /// Its number among the packs of the repository, for good.
    pub(super) number: u32,
    folder: ObjectFolder,
    name: OsString,
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
/// What ends an index.
const CHECKSUMS_BYTES: usize = 40;

/// What is among the packs.
#[derive(Debug, Default)]
pub(in crate::history) struct ListedPacks {
    pub(in crate::history) packs: Vec<Arc<Pack>>,
    /// Indexes that are there and of no use: they, or their packs, are links, pipes,
    /// damaged, over the limit, or may not be read.
    pub(in crate::history) strange: Vec<PathBuf>,
}

/// Lists the packs of object folders, and keeps those of `known` that are among them.
pub(in crate::history) fn list_packs(
    folders: &[ObjectFolder],
    known: &[Arc<Pack>],
) -> ListedPacks {
    let mut listed = ListedPacks { packs: known.to_vec(), strange: Vec::new() };
    for folder in folders {
        let named = folder.folder().path().join("pack");
        let names = match folder.list_packs() {
            Ok(names) => names,
            Err(Closed::Absent) => continue,
            Err(_) => {
                listed.strange.push(named);
                continue;
            }
        };
        let is_index =
            |name: &OsString| Path::new(name).extension() == Some(OsStr::new("idx"));
        for (name, _) in names.into_iter().filter(|(name, _)| is_index(name)) {
            if listed.packs.iter().any(|pack| pack.is(folder, &name)) {
                continue;
            }
            let number = crate::units::len_to_u32(listed.packs.len());
            match Pack::open(folder, &name, number) {
                Ok(Some(pack)) => listed.packs.push(Arc::new(pack)),
                Ok(None) | Err(Closed::Denied | Closed::NotPlain | Closed::Failed) => {
                    listed.strange.push(named.join(&name));
                }
                // A repack takes one file after the other away.
                Err(Closed::Absent) => {}
            }
        }
    }
    listed
}

impl Pack {
    /// Opens a pack by the name of its index; `None` when one of them is damaged.
    fn open(
        folder: &ObjectFolder,
        index: &OsStr,
        number: u32,
    ) -> Result<Option<Self>, Closed> {
        let name = Path::new(index).with_extension("pack").into_os_string();
        let index_file = folder.open_pack(index)?;
        let file = folder.open_pack(&name)?;
        let mut data = Vec::new();
        let limit = limits::PACK_INDEX_BYTES.value;
        index_file.take(limit + 1).read_to_end(&mut data).map_err(|_| Closed::Failed)?;
        if crate::units::len_to_u64(data.len()) > limit {
            return Ok(None);
        }
        let Some(index) = PackIndex::parse(&data) else { return Ok(None) };
        let Some(end) = check_pack(&file, index.n_objects()) else { return Ok(None) };
        let stands = file.metadata().map_err(|_| Closed::Failed)?;
        let path = folder.folder().path().join("pack").join(&name);
        let checksums = &data[data.len().saturating_sub(CHECKSUMS_BYTES)..];
        let mark = PackMark::new(FileMark::new(&path, &stands), stands.len(), checksums);
        let file = Some(file).filter(|_| (number as usize) < MOST_OPEN);
        let (folder, is_used) = (folder.clone(), AtomicBool::new(false));
        Ok(Some(Self { mark, is_used, number, folder, name, file, end, index }))
    }

    /// Says that an object was read from it.
    pub(in crate::history) fn use_it(&self) {
        // Most often it is known: threads then share what none of them writes.
        if !self.is_used() {
            self.is_used.store(true, Ordering::Relaxed);
        }
    }

    /// Whether an object was read from it.
    pub(in crate::history) fn is_used(&self) -> bool {
        self.is_used.load(Ordering::Relaxed)
    }

    fn is(&self, folder: &ObjectFolder, index: &OsStr) -> bool {
        let stem = Path::new(index).file_stem();
        Path::new(&self.name).file_stem() == stem
            && self.folder.folder().path() == folder.folder().path()
    }

    /// How many bytes it takes in store.
    pub(in crate::history) fn stored(&self) -> u64 {
        self.end
    }

    /// Where the entry of an object begins, if the pack has it.
    pub(in crate::history) fn offset(&self, id: ObjectId) -> Option<u64> {
        self.index.offset(id)
    }

    /// The objects whose ids begin with these digits.
    pub(in crate::history) fn beginning_with<'p>(
        &'p self,
        digits: &'p str,
    ) -> impl Iterator<Item = ObjectId> + 'p {
        self.index.beginning_with(digits)
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
            None => (self.folder.open_pack(&self.name).ok())
                .and_then(|file| file.read_exact_at(&mut to[start..], offset).ok()),
        };
        read.ok_or(Unreadable::Corrupt)
    }
}

/// Where the last entry of a pack ends, when its head is sound.
fn check_pack(file: &File, n_objects: usize) -> Option<u64> {
    let mut header = [0; 12];
    file.read_exact_at(&mut header, 0).ok()?;
    let n_objects = crate::units::len_to_u32(n_objects).to_be_bytes();
    let version = &header[4..8];
    let sound = header.starts_with(b"PACK")
        && (version == [0, 0, 0, 2] || version == [0, 0, 0, 3])
        && header[8..] == n_objects;
    let end = file.metadata().ok()?.len().checked_sub(TRAILER_BYTES)?;
    (sound && end >= HEADER_BYTES).then_some(end)
}
