//! Loose objects: one file each. They are listed once and read by ourselves.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::history::ObjectId;
use crate::history::objects::{ObjectBytes, ObjectKind, Unreadable};

/// Which loose objects there are, listed once.
///
/// libgit2 1.9.7 reads a loose object that is cut off in an endless loop, so these
/// are never given to it.
#[derive(Debug, Clone, Default)]
pub(super) struct LooseObjects {
    folders: Vec<PathBuf>,
    known: HashSet<ObjectId>,
}

impl LooseObjects {
    /// Lists the loose objects of object folders.
    pub(super) fn list(folders: &[PathBuf]) -> Self {
        let mut loose = Self { folders: folders.to_vec(), known: HashSet::new() };
        for folder in folders {
            loose.list_folder(folder);
        }
        loose
    }

    fn list_folder(&mut self, folder: &Path) {
        for first in 0..=255_u8 {
            let Ok(entries) = std::fs::read_dir(folder.join(format!("{first:02x}")))
            else {
                continue;
            };
            for entry in entries.flatten() {
                let hex = format!("{first:02x}{}", entry.file_name().to_string_lossy());
                self.known.extend(ObjectId::from_hex(hex.as_bytes()));
            }
        }
    }

    /// Reads an object, unless there was none when they were listed or it is gone
    /// since, into a pack.
    pub(super) fn read(
        &self,
        id: ObjectId,
        limit: u64,
    ) -> Option<Result<(ObjectKind, ObjectBytes), Unreadable>> {
        if !self.known.contains(&id) {
            return None;
        }
        let hex = id.to_string();
        let mut paths =
            self.folders.iter().map(|folder| folder.join(&hex[..2]).join(&hex[2..]));
        let path = paths
            .find(|path| path.symlink_metadata().is_ok_and(|data| data.is_file()))?;
        Some(read_loose(&path, id, limit))
    }
}

/// Reads one loose object: header, cap, length and hash are checked.
fn read_loose(
    path: &Path,
    id: ObjectId,
    limit: u64,
) -> Result<(ObjectKind, ObjectBytes), Unreadable> {
    let file = File::open(path).map_err(|_| Unreadable::Missing)?;
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
    let mut data = Vec::new();
    inflated.take(len + 1).read_to_end(&mut data).map_err(|_| Unreadable::Corrupt)?;
    let git_kind = match kind {
        ObjectKind::Commit => git2::ObjectType::Commit,
        ObjectKind::Tree => git2::ObjectType::Tree,
        ObjectKind::Blob => git2::ObjectType::Blob,
        ObjectKind::Tag => git2::ObjectType::Tag,
    };
    let hash =
        git2::Oid::hash_object(git_kind, &data).map_err(|_| Unreadable::Corrupt)?;
    let whole = crate::units::len_to_u64(data.len()) == len && hash.as_bytes() == id.0;
    if whole { Ok((kind, Arc::new(data))) } else { Err(Unreadable::Corrupt) }
}

fn parse_loose_header(head: &[u8]) -> Option<(ObjectKind, u64)> {
    let text = std::str::from_utf8(head).ok()?;
    let (kind, len) = text.split_once(' ')?;
    let kinds = [ObjectKind::Commit, ObjectKind::Tree, ObjectKind::Blob, ObjectKind::Tag];
    let kind = kinds.into_iter().find(|known| known.name() == kind)?;
    Some((kind, len.parse().ok()?))
}
