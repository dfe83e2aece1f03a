//! Reading objects: loose ones and packs by ourselves, what is left by libgit2.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::SystemTime;

use crate::history::ObjectId;
use crate::history::loose::LooseObjects;
use crate::history::pack::{Pack, PackReader, list_packs};
use crate::limits;

/// The content of an object; cheap to share.
pub type ObjectBytes = Arc<Vec<u8>>;

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
    pub(super) fn name(self) -> &'static str {
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

/// Where the objects of one repository are.
#[derive(Debug)]
pub struct ObjectStore {
    folders: Vec<PathBuf>,
    loose: LooseObjects,
    packs: RwLock<Packs>,
}

/// The packs as they were listed.
#[derive(Debug, Clone, Default)]
struct Packs {
    packs: Arc<Vec<Arc<Pack>>>,
    /// When each folder of packs was changed last.
    changed: Vec<Option<SystemTime>>,
}

impl ObjectStore {
    /// Lists the objects of an object folder and of its alternates.
    pub fn list(objects: &Path) -> Self {
        let folders = object_folders(objects);
        let loose = LooseObjects::list(&folders);
        let packs = RwLock::new(Packs::default().listed_again(&folders));
        Self { folders, loose, packs }
    }

    fn packs(&self) -> Packs {
        self.packs.read().map_or_else(|_| Packs::default(), |packs| packs.clone())
    }

    /// The packs that are there now, if they are not those of `known`.
    fn newer_packs(&self, known: &Packs) -> Option<Packs> {
        if last_changed(&self.folders) == known.changed {
            return None;
        }
        let mut packs = self.packs.write().ok()?;
        // Another thread may have been first.
        if last_changed(&self.folders) != packs.changed {
            *packs = packs.listed_again(&self.folders);
        }
        Some(packs.clone())
    }
}

impl Packs {
    fn listed_again(&self, folders: &[PathBuf]) -> Self {
        let changed = last_changed(folders);
        Self { packs: Arc::new(list_packs(folders, &self.packs)), changed }
    }
}

fn last_changed(folders: &[PathBuf]) -> Vec<Option<SystemTime>> {
    let changed = |folder: &PathBuf| folder.join("pack").metadata().ok()?.modified().ok();
    folders.iter().map(changed).collect()
}

/// An object folder and its alternates, and theirs.
fn object_folders(objects: &Path) -> Vec<PathBuf> {
    /// As deep as libgit2 follows them.
    const DEPTH: usize = 5;
    let mut folders = Vec::new();
    let mut waiting = vec![(objects.to_path_buf(), 0)];
    let mut seen = HashSet::new();
    while let Some((folder, depth)) = waiting.pop() {
        let real = std::fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone());
        if !seen.insert(real) {
            continue;
        }
        if depth < DEPTH {
            let next = alternates(&folder).into_iter().map(|path| (path, depth + 1));
            waiting.extend(next);
        }
        folders.push(folder);
    }
    folders
}

fn alternates(objects: &Path) -> Vec<PathBuf> {
    let file = objects.join("info").join("alternates");
    let Some(text) = super::open::read_control_file(&file) else { return Vec::new() };
    let lines = text.split(|&byte| byte == b'\n');
    let wanted = lines.filter(|line| !line.is_empty() && line[0] != b'#');
    wanted.map(|line| objects.join(OsStr::from_bytes(line))).collect()
}

/// What reading cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadWork {
    /// Objects read whole.
    pub objects: u64,
    /// Blobs among them.
    pub blobs: u64,
    /// Bytes of all of them.
    pub bytes: u64,
}

impl ReadWork {
    /// Adds what another reader read.
    pub fn add(&mut self, other: Self) {
        self.objects += other.objects;
        self.blobs += other.blobs;
        self.bytes += other.bytes;
    }
}

/// Reads the objects of one repository; one for each thread.
pub struct ObjectReader<'a> {
    repository: git2::Repository,
    store: &'a ObjectStore,
    packs: Packs,
    /// Which of the packs had the latest object: the next is likely to be there too.
    latest: usize,
    pack_reader: PackReader,
    /// What was read so far.
    pub work: ReadWork,
}

impl std::fmt::Debug for ObjectReader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ObjectReader").field("work", &self.work).finish_non_exhaustive()
    }
}

impl<'a> ObjectReader<'a> {
    pub(super) fn new(repository: git2::Repository, store: &'a ObjectStore) -> Self {
        Self {
            repository,
            store,
            packs: store.packs(),
            latest: 0,
            pack_reader: PackReader::new(),
            work: ReadWork::default(),
        }
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
    ) -> Result<ObjectBytes, Unreadable> {
        let limit = match wanted {
            ObjectKind::Blob => limits::BLOB_BYTES.value,
            ObjectKind::Commit | ObjectKind::Tree | ObjectKind::Tag => {
                limits::OBJECT_BYTES.value
            }
        };
        let (kind, data) = self.find(id, limit)?;
        if kind != wanted {
            return Err(Unreadable::Corrupt);
        }
        self.work.objects += 1;
        self.work.blobs += u64::from(kind == ObjectKind::Blob);
        self.work.bytes += crate::units::len_to_u64(data.len());
        Ok(data)
    }

    /// Looks for a sound copy of an object everywhere. One that is damaged in one place
    /// may be whole in another.
    fn find(
        &mut self,
        id: ObjectId,
        limit: u64,
    ) -> Result<(ObjectKind, ObjectBytes), Unreadable> {
        let failure = match self.store.loose.read(id, limit) {
            Some(Ok(found)) => return Ok(found),
            Some(Err(why)) => Some(why),
            None => None,
        };
        let mut found = self.read_packed(id, limit);
        if !matches!(found, Some(Ok(_)))
            && let Some(newer) = self.store.newer_packs(&self.packs)
        {
            self.packs = newer;
            found = self.read_packed(id, limit);
        }
        match (found, failure) {
            (Some(Ok(found)), _) => Ok(found),
            // What is known to be damaged is nothing for libgit2, which can hang on it.
            (Some(Err(why)), _) | (None, Some(why)) => Err(why),
            (None, None) => self.read_otherwise(id, limit),
        }
    }

    /// Reads an object from the packs; `None` when none of them has it.
    fn read_packed(
        &mut self,
        id: ObjectId,
        limit: u64,
    ) -> Option<Result<(ObjectKind, ObjectBytes), Unreadable>> {
        let packs = Arc::clone(&self.packs.packs);
        let mut failure = None;
        let others = (0..packs.len()).filter(|&at| at != self.latest);
        for at in std::iter::once(self.latest).chain(others) {
            let Some(pack) = packs.get(at) else { continue };
            let Some(offset) = pack.offset(id) else { continue };
            match self.pack_reader.read(pack, offset, limit) {
                Ok(found) => {
                    self.latest = at;
                    return Some(Ok(found));
                }
                Err(why) => failure = Some(Err(why)),
            }
        }
        failure
    }

    /// Reads what is in no pack that we can read, and was not there as a loose object.
    fn read_otherwise(
        &self,
        id: ObjectId,
        limit: u64,
    ) -> Result<(ObjectKind, ObjectBytes), Unreadable> {
        let oid = git2::Oid::from_bytes(&id.0).map_err(|_| Unreadable::Corrupt)?;
        let odb = self.repository.odb().map_err(|_| Unreadable::Corrupt)?;
        let (len, kind) = odb.read_header(oid).map_err(|error| reason(&error))?;
        if crate::units::len_to_u64(len) > limit {
            return Err(Unreadable::TooLarge);
        }
        let object = odb.read(oid).map_err(|error| reason(&error))?;
        let kind = ObjectKind::of(kind).ok_or(Unreadable::Corrupt)?;
        Ok((kind, Arc::new(object.data().to_vec())))
    }
}

fn reason(error: &git2::Error) -> Unreadable {
    if error.code() == git2::ErrorCode::NotFound {
        Unreadable::Missing
    } else {
        Unreadable::Corrupt
    }
}
