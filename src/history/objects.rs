//! Reading objects: loose ones and those in packs.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::time::SystemTime;

use crate::history::cost::Cost;
use crate::history::layout::ObjectFolder;
use crate::history::loose::LooseObjects;
use crate::history::mark::PackMark;
use crate::history::pack::{Pack, PackReader, list_packs};
use crate::history::{ObjectId, hash};
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
    folders: Vec<ObjectFolder>,
    loose: LooseObjects,
    packs: RwLock<Packs>,
    /// What stands where objects should be and was left out when they were listed.
    strange: Vec<PathBuf>,
    /// What reading them cost so far.
    pub(super) cost: Cost,
    /// How often all readers together failed.
    failures: AtomicU64,
}

/// The packs as they were listed.
#[derive(Debug, Clone, Default)]
struct Packs {
    packs: Arc<Vec<Arc<Pack>>>,
    /// When each folder of packs was changed last.
    changed: Vec<Option<SystemTime>>,
}

impl ObjectStore {
    /// Lists the objects of folders.
    pub(super) fn list(folders: &[ObjectFolder]) -> Self {
        let mut loose = LooseObjects::list(folders);
        let changed = last_changed(folders);
        let listed = list_packs(folders, &[]);
        let mut strange = std::mem::take(&mut loose.strange);
        strange.extend(listed.strange);
        let packed: u64 = listed.packs.iter().map(|pack| pack.stored()).sum();
        let cost = Cost::new(packed.saturating_add(loose.stored()));
        let packs = Packs { packs: Arc::new(listed.packs), changed };
        let packs = RwLock::new(packs);
        let failures = AtomicU64::new(0);
        Self { folders: folders.to_vec(), loose, packs, strange, cost, failures }
    }

    /// What stands where objects should be and was left out.
    pub(super) fn strange(&self) -> &[PathBuf] {
        &self.strange
    }

    /// The packs that objects were read from.
    pub(super) fn used_packs(&self) -> BTreeSet<PackMark> {
        let packs = self.packs().packs;
        packs.iter().filter(|pack| pack.is_used()).map(|pack| pack.mark.clone()).collect()
    }

    /// The packs that there are.
    pub(super) fn all_packs(&self) -> BTreeSet<PackMark> {
        self.packs().packs.iter().map(|pack| pack.mark.clone()).collect()
    }

    /// The objects whose ids begin with these digits, in small letters.
    pub(super) fn beginning_with(&self, digits: &str) -> BTreeSet<ObjectId> {
        let mut found = self.loose.beginning_with(digits);
        for pack in self.packs().packs.iter() {
            found.extend(pack.beginning_with(digits));
        }
        found
    }

    /// How often an object was not there, or damaged, for all readers together.
    pub(super) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
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
        let changed = last_changed(&self.folders);
        if changed != packs.changed {
            let listed = list_packs(&self.folders, &packs.packs);
            *packs = Packs { packs: Arc::new(listed.packs), changed };
        }
        Some(packs.clone())
    }
}

fn last_changed(folders: &[ObjectFolder]) -> Vec<Option<SystemTime>> {
    folders.iter().map(ObjectFolder::packs_changed).collect()
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
    store: &'a ObjectStore,
    packs: Packs,
    /// Which of the packs had the latest object: the next is likely to be there too.
    latest: usize,
    pack_reader: PackReader,
    /// What was read so far.
    pub work: ReadWork,
    /// How often an object was not there, or damaged: whatever was made of that could be
    /// otherwise another time.
    pub failures: u64,
}

impl std::fmt::Debug for ObjectReader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ObjectReader").field("work", &self.work).finish_non_exhaustive()
    }
}

impl<'a> ObjectReader<'a> {
    pub(super) fn new(store: &'a ObjectStore) -> Self {
        Self {
            store,
            packs: store.packs(),
            latest: 0,
            pack_reader: PackReader::new(),
            work: ReadWork::default(),
            failures: 0,
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
        let read = self.read_here(id, wanted);
        if matches!(read, Err(Unreadable::Missing | Unreadable::Corrupt)) {
            self.failures += 1;
            self.store.failures.fetch_add(1, Ordering::Relaxed);
        }
        read
    }

    fn read_here(
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
        // Beyond its limit nothing is read at all: the repository is refused.
        self.spend(0)?;
        let found = self.find(id, limit);
        let packed = self.pack_reader.take_work();
        let made =
            found.as_ref().map_or(0, |(_, data)| crate::units::len_to_u64(data.len()));
        self.spend(packed.saturating_add(made))?;
        let (kind, data) = found?;
        if kind != wanted {
            return Err(Unreadable::Corrupt);
        }
        self.work.objects += 1;
        self.work.blobs += u64::from(kind == ObjectKind::Blob);
        self.work.bytes += crate::units::len_to_u64(data.len());
        Ok(data)
    }

    /// Spends work on the repository, in bytes read or made.
    pub(super) fn spend(&self, bytes: u64) -> Result<(), Unreadable> {
        self.store.cost.spend(bytes)
    }

    /// Looks for a sound copy of an object everywhere. One that is damaged in one place
    /// may be whole in another.
    fn find(
        &mut self,
        id: ObjectId,
        limit: u64,
    ) -> Result<(ObjectKind, ObjectBytes), Unreadable> {
        let failure = match self.store.loose.read(id, limit, &self.store.cost) {
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
            (Some(Err(why)), _) | (None, Some(why)) => Err(why),
            (None, None) => self.read_unlisted(id, limit),
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
            match self
                .pack_reader
                .read(pack, offset, limit)
                .and_then(|read| named(id, read))
            {
                Ok(found) => {
                    self.latest = at;
                    pack.use_it();
                    return Some(Ok(found));
                }
                Err(why) => failure = Some(Err(why)),
            }
        }
        failure
    }

    /// Reads what was not there when objects were listed: it may have come since, and
    /// the empty tree is everywhere, as git has it.
    fn read_unlisted(
        &self,
        id: ObjectId,
        limit: u64,
    ) -> Result<(ObjectKind, ObjectBytes), Unreadable> {
        match self.store.loose.read_new(id, limit, &self.store.cost) {
            Some(read) => read,
            None if hash::id_of(ObjectKind::Tree, b"") == Some(id) => {
                Ok((ObjectKind::Tree, ObjectBytes::default()))
            }
            None => Err(Unreadable::Missing),
        }
    }
}

/// Holds that a commit or tag from a pack has the name it was asked for by. Directories
/// and file versions, which are most of the bytes, are taken at the pack's word, as git
/// takes all: to hash the directories of git's own history costs a third of its reading.
fn named(
    id: ObjectId,
    (kind, content): (ObjectKind, ObjectBytes),
) -> Result<(ObjectKind, ObjectBytes), Unreadable> {
    let is_taken = matches!(kind, ObjectKind::Blob | ObjectKind::Tree);
    if is_taken || hash::id_of(kind, &content) == Some(id) {
        Ok((kind, content))
    } else {
        Err(Unreadable::Corrupt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_read_once_reading_has_cost_too_much() {
        let store = ObjectStore::list(&[]);
        let mut reader = ObjectReader::new(&store);
        let empty = hash::id_of(ObjectKind::Tree, b"").unwrap();
        assert_eq!(reader.read(empty, ObjectKind::Tree), Ok(ObjectBytes::default()));
        let missing = hash::id_of(ObjectKind::Tree, b"x").unwrap();
        assert_eq!(reader.read(missing, ObjectKind::Tree), Err(Unreadable::Missing));
        assert_eq!(reader.spend(limits::READ_BYTES.value), Ok(()));
        assert_eq!(reader.spend(1), Err(Unreadable::TooLarge));
        assert_eq!(reader.read(empty, ObjectKind::Tree), Err(Unreadable::TooLarge));
        assert!(store.cost.is_over());
    }
}
