//! Loose objects: one file each. They are listed once.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::FileType;

use crate::history::cost::Cost;
use crate::history::folder::Closed;
use crate::history::hash;
use crate::history::layout::ObjectFolder;
use crate::history::objects::{ObjectBytes, ObjectKind, Unreadable};
use crate::history::{ObjectId, ObjectSet};

/// Which loose objects there are, listed once.
#[derive(Debug, Clone, Default)]
pub(super) struct LooseObjects {
    folders: Vec<ObjectFolder>,
    known: ObjectSet,
    /// What stands in place of folders of objects and is none.
    pub(super) strange: Vec<PathBuf>,
}

impl LooseObjects {
    /// How many bytes they take in store, roughly: a block of the file system each.
    pub(super) fn stored(&self) -> u64 {
        crate::units::len_to_u64(self.known.len()) << 12
    }

    /// Those whose ids begin with these digits.
    pub(super) fn beginning_with(&self, digits: &str) -> BTreeSet<ObjectId> {
        let is_it = |id: &&ObjectId| id.to_string().starts_with(digits);
        self.known.iter().filter(is_it).copied().collect()
    }

    /// Lists the loose objects of object folders.
    pub(super) fn list(folders: &[ObjectFolder]) -> Self {
        let mut loose = Self { folders: folders.to_vec(), ..Self::default() };
        for folder in folders {
            for first in 0..=255_u8 {
                loose.list_some(folder, first);
            }
        }
        loose
    }

    /// Lists those whose names begin with a byte.
    fn list_some(&mut self, folder: &ObjectFolder, first: u8) {
        let prefix = format!("{first:02x}");
        let below = Path::new(&prefix);
        match folder.folder().folder(below).and_then(|folder| folder.list()) {
            Ok(names) => self.known.extend(names.iter().filter_map(|(name, _)| {
                let hex = [prefix.as_bytes(), name.as_encoded_bytes()].concat();
                ObjectId::from_hex(&hex)
            })),
            Err(Closed::Absent) if !self.is_strange(folder, below) => {}
            Err(_) => self.strange.push(folder.folder().path().join(below)),
        }
    }

    fn is_strange(&self, folder: &ObjectFolder, below: &Path) -> bool {
        let kind = folder.folder().kind(below);
        !matches!(kind, Ok(FileType::Directory) | Err(Closed::Absent))
    }

    /// Reads an object, unless there was none when they were listed or it is gone
    /// since, into a pack.
    pub(super) fn read(
        &self,
        id: ObjectId,
        limit: u64,
        cost: &Cost,
    ) -> Option<Result<(ObjectKind, ObjectBytes), Unreadable>> {
        if self.known.contains(&id) { self.read_new(id, limit, cost) } else { None }
    }

    /// As [`LooseObjects::read`], also when there was none when they were listed.
    pub(super) fn read_new(
        &self,
        id: ObjectId,
        limit: u64,
        cost: &Cost,
    ) -> Option<Result<(ObjectKind, ObjectBytes), Unreadable>> {
        let hex = id.to_string();
        let below = Path::new(&hex[..2]).join(&hex[2..]);
        let mut failure = None;
        for folder in &self.folders {
            let read = match folder.folder().file(&below) {
                Ok(file) => read_loose(file, id, limit, cost),
                Err(Closed::Absent) => continue,
                // What stands there is no object, and is never opened again.
                Err(Closed::Denied | Closed::NotPlain | Closed::Failed) => {
                    Err(Unreadable::Corrupt)
                }
            };
            match read {
                Ok(found) => return Some(Ok(found)),
                Err(why) => failure = Some(Err(why)),
            }
        }
        failure
    }
}

/// Reads one loose object: header, cap, length and hash are checked.
fn read_loose(
    file: File,
    id: ObjectId,
    limit: u64,
    cost: &Cost,
) -> Result<(ObjectKind, ObjectBytes), Unreadable> {
    let mut inflated = flate2::read::ZlibDecoder::new(file);
    let mut head = Vec::new();
    let mut byte = [0];
    while head.len() < 32 {
        inflated.read_exact(&mut byte).map_err(|_| Unreadable::Corrupt)?;
        if byte[0] == 0 {
            break;
        }
        head.push(byte[0]);
    }
    let (kind, len) = parse_loose_header(&head).ok_or(Unreadable::Corrupt)?;
    if len > limit {
        return Err(Unreadable::TooLarge);
    }
    cost.spend(len)?;
    let mut data = Vec::new();
    inflated.take(len + 1).read_to_end(&mut data).map_err(|_| Unreadable::Corrupt)?;
    let whole = crate::units::len_to_u64(data.len()) == len
        && hash::id_of(kind, &data) == Some(id);
    if whole { Ok((kind, Arc::new(data))) } else { Err(Unreadable::Corrupt) }
}

fn parse_loose_header(head: &[u8]) -> Option<(ObjectKind, u64)> {
    let text = std::str::from_utf8(head).ok()?;
    let (kind, len) = text.split_once(' ')?;
    let kinds = [ObjectKind::Commit, ObjectKind::Tree, ObjectKind::Blob, ObjectKind::Tag];
    let kind = kinds.into_iter().find(|known| known.name() == kind)?;
    Some((kind, len.parse().ok()?))
}
