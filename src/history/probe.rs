//! Doors for `src/fuzzing.rs` into what is private here: files of a repository are
//! written to a folder of their own and read as they would be there.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::history::ObjectId;
use crate::history::cost::Cost;
use crate::history::folder::Folder;
pub(crate) use crate::history::hash::id_of;
use crate::history::layout::ObjectFolder;
use crate::history::loose::LooseObjects;
use crate::history::objects::{ObjectBytes, ObjectKind, Unreadable};
use crate::history::pack::{PackReader, list_packs};

/// What reading an object comes to.
pub(crate) type Read = Result<(ObjectKind, ObjectBytes), Unreadable>;

/// A folder that goes when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("slopnexus-probe-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder).expect("the name is ours");
        Self(folder)
    }

    fn write(&self, folder: &str, name: &str, content: &[u8]) {
        let folder = self.0.join(folder);
        fs::create_dir_all(&folder).expect("the folder is ours");
        fs::write(folder.join(name), content).expect("there is room");
    }

    fn objects(&self) -> ObjectFolder {
        ObjectFolder::plain(Folder::open(&self.0).expect("the folder is ours"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left over is left to the system.
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Reads a file as the loose object of each of these ids.
pub(crate) fn read_loose(file: &[u8], ids: &[ObjectId], limit: u64) -> Vec<Read> {
    let scratch = Scratch::new();
    for hex in ids.iter().map(ObjectId::to_string) {
        scratch.write(&hex[..2], &hex[2..], file);
    }
    let loose = LooseObjects::list(&[scratch.objects()]);
    let cost = Cost::new(0);
    let read =
        |id: &ObjectId| loose.read(*id, limit, &cost).unwrap_or(Err(Unreadable::Missing));
    ids.iter().map(read).collect()
}

/// Reads objects of a pack, one after the other with one reader; `None` where the pack
/// does not have one. No pack has none.
pub(crate) fn read_pack(
    index: &[u8],
    pack: &[u8],
    ids: &[ObjectId],
    limit: u64,
) -> Vec<Option<Read>> {
    let scratch = Scratch::new();
    scratch.write("pack", "pack-1.idx", index);
    scratch.write("pack", "pack-1.pack", pack);
    let packs = list_packs(&[scratch.objects()], &[]).packs;
    let mut reader = PackReader::new();
    let read = |id: &ObjectId| {
        let pack = packs.first()?;
        Some(reader.read(pack, pack.offset(*id)?, limit))
    };
    ids.iter().map(read).collect()
}
