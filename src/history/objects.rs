//! Reading objects: the header first, loose objects by ourselves, packs by libgit2.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::history::ObjectId;
use crate::limits;

/// What kind of object is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// A commit.
    Commit,
    /// A directory.
    Tree,
    /// A file.
    Blob,
    /// An annotated tag.
    Tag,
}

impl ObjectKind {
    fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }

    fn of(kind: git2::ObjectType) -> Option<Self> {
        match kind {
            git2::ObjectType::Commit => Some(Self::Commit),
            git2::ObjectType::Tree => Some(Self::Tree),
            git2::ObjectType::Blob => Some(Self::Blob),
            git2::ObjectType::Tag => Some(Self::Tag),
            git2::ObjectType::Any => None,
        }
    }
}

/// Why an object could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unreadable {
    /// It is not in the repository.
    Missing,
    /// It is there but damaged, or not of the kind it should be.
    Corrupt,
    /// It is larger than the limit.
    TooLarge,
}

impl Unreadable {
    /// The reason in words.
    pub fn why(self) -> &'static str {
        match self {
            Self::Missing => "not in this repository, and not fetched",
            Self::Corrupt => "damaged, or not what it should be",
            Self::TooLarge => "over the size limit",
        }
    }

    /// The kind of gap this leaves.
    pub fn gap(self) -> crate::problem::GapKind {
        match self {
            Self::Missing => crate::problem::GapKind::MissingObject,
            Self::Corrupt => crate::problem::GapKind::CorruptObject,
            Self::TooLarge => crate::problem::GapKind::OverLimit,
        }
    }
}

/// Which loose objects there are, listed once.
///
/// libgit2 1.9.7 reads a loose object that is cut off in an endless loop, so these
/// are never given to it.
#[derive(Debug, Clone, Default)]
pub struct LooseObjects {
    folders: Vec<PathBuf>,
    known: HashSet<ObjectId>,
}

impl LooseObjects {
    /// Lists the loose objects of an object folder and of its alternates.
    pub fn list(objects: &Path) -> Self {
        let mut loose = Self::default();
        let mut waiting = vec![(objects.to_path_buf(), 0)];
        let mut seen = HashSet::new();
        while let Some((folder, depth)) = waiting.pop() {
            let real = std::fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone());
            if !seen.insert(real) {
                continue;
            }
            loose.list_folder(&folder);
            // As deep as libgit2 follows them.
            if depth < 5 {
                let next = alternates(&folder).into_iter().map(|path| (path, depth + 1));
                waiting.extend(next);
            }
            loose.folders.push(folder);
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

    fn read(
        &self,
        id: ObjectId,
        limit: u64,
    ) -> Option<Result<(ObjectKind, Vec<u8>), Unreadable>> {
        if !self.known.contains(&id) {
            return None;
        }
        let hex = id.to_string();
        let mut paths =
            self.folders.iter().map(|folder| folder.join(&hex[..2]).join(&hex[2..]));
        let path =
            paths.find(|path| path.symlink_metadata().is_ok_and(|data| data.is_file()));
        Some(path.map_or(Err(Unreadable::Missing), |path| read_loose(&path, id, limit)))
    }
}

fn alternates(objects: &Path) -> Vec<PathBuf> {
    let file = objects.join("info").join("alternates");
    let Some(text) = super::open::read_control_file(&file) else { return Vec::new() };
    let lines = text.split(|&byte| byte == b'\n');
    let wanted = lines.filter(|line| !line.is_empty() && line[0] != b'#');
    wanted.map(|line| objects.join(String::from_utf8_lossy(line).as_ref())).collect()
}

/// Reads one loose object: header, cap, length and hash are checked.
fn read_loose(
    path: &Path,
    id: ObjectId,
    limit: u64,
) -> Result<(ObjectKind, Vec<u8>), Unreadable> {
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
    if whole { Ok((kind, data)) } else { Err(Unreadable::Corrupt) }
}

fn parse_loose_header(head: &[u8]) -> Option<(ObjectKind, u64)> {
    let text = std::str::from_utf8(head).ok()?;
    let (kind, len) = text.split_once(' ')?;
    let kinds = [ObjectKind::Commit, ObjectKind::Tree, ObjectKind::Blob, ObjectKind::Tag];
    let kind = kinds.into_iter().find(|known| known.name() == kind)?;
    Some((kind, len.parse().ok()?))
}

/// What reading cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadWork {
    /// Objects read whole.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Reads the objects of one repository; one for each thread.
pub struct ObjectReader<'a> {
    repository: git2::Repository,
    loose: &'a LooseObjects,
    /// What was read so far.
    pub work: ReadWork,
}

impl std::fmt::Debug for ObjectReader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ObjectReader").field("work", &self.work).finish_non_exhaustive()
    }
}

impl<'a> ObjectReader<'a> {
    pub(super) fn new(repository: git2::Repository, loose: &'a LooseObjects) -> Self {
        Self { repository, loose, work: ReadWork::default() }
    }

    /// Reads one object of the kind wanted, if it is within the limit.
    ///
    /// # Errors
    ///
    /// [`Unreadable`] says why not; the object is then a gap, not the end.
    pub fn read(
        &mut self,
        id: ObjectId,
        wanted: ObjectKind,
    ) -> Result<Vec<u8>, Unreadable> {
        let limit = match wanted {
            ObjectKind::Blob => limits::BLOB_BYTES.value,
            ObjectKind::Commit | ObjectKind::Tree | ObjectKind::Tag => {
                limits::OBJECT_BYTES.value
            }
        };
        let (kind, data) = match self.loose.read(id, limit) {
            Some(found) => found?,
            None => self.read_packed(id, limit)?,
        };
        if kind != wanted {
            return Err(Unreadable::Corrupt);
        }
        self.work.objects += 1;
        self.work.bytes += crate::units::len_to_u64(data.len());
        Ok(data)
    }

    fn read_packed(
        &self,
        id: ObjectId,
        limit: u64,
    ) -> Result<(ObjectKind, Vec<u8>), Unreadable> {
        let oid = git2::Oid::from_bytes(&id.0).map_err(|_| Unreadable::Corrupt)?;
        let odb = self.repository.odb().map_err(|_| Unreadable::Corrupt)?;
        let (len, kind) = odb.read_header(oid).map_err(|error| reason(&error))?;
        if crate::units::len_to_u64(len) > limit {
            return Err(Unreadable::TooLarge);
        }
        let object = odb.read(oid).map_err(|error| reason(&error))?;
        let kind = ObjectKind::of(kind).ok_or(Unreadable::Corrupt)?;
        Ok((kind, object.data().to_vec()))
    }
}

fn reason(error: &git2::Error) -> Unreadable {
    if error.code() == git2::ErrorCode::NotFound {
        Unreadable::Missing
    } else {
        Unreadable::Corrupt
    }
}
