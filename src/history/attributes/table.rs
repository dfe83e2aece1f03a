//! Which attributes were in force when: made once for a history, asked for every file
//! that lands.

use std::collections::{BTreeMap, HashMap};

use super::{AttributeFile, FILE_NAME, State, attributes_of};
use crate::history::objects::{ObjectKind, ObjectReader};
use crate::history::{ObjectId, ObjectMap};
use crate::limits::{ATTRIBUTE_BYTES, CONTROL_FILE_BYTES};
use crate::problem::{GapKind, Gaps};
use crate::units::len_to_u64;

/// A `.gitattributes` file that a mainline commit wrote or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeChange {
    /// The number of the commit on the mainline.
    pub landing: u32,
    /// The folder of the file, as [`folder`] gives it.
    pub folder: Vec<u8>,
    /// What the file holds from there on; `None` when it is gone, or no plain file.
    pub blob: Option<ObjectId>,
}

/// The folder whose attributes a path gives, without a slash at its end; `None` when
/// it is no file of attributes.
pub fn folder(path: &[u8]) -> Option<&[u8]> {
    let folder = path.strip_suffix(FILE_NAME)?;
    if folder.is_empty() { Some(folder) } else { folder.strip_suffix(b"/") }
}

/// What the attributes say that hosts of repositories know: true, false, or nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asserted {
    /// `linguist-generated`, or `gitlab-generated`.
    pub generated: Option<bool>,
    /// `linguist-vendored`
    pub vendored: Option<bool>,
    /// `linguist-documentation`
    pub documentation: Option<bool>,
}

/// The attributes of a history's mainline.
#[derive(Debug, Default)]
pub struct AttributeTable {
    files: Vec<AttributeFile>,
    /// For each folder what is in force from a landing on: the number of a file.
    by_folder: BTreeMap<Vec<u8>, Vec<(u32, Option<usize>)>>,
}

impl AttributeTable {
    /// Reads the files of a history. Changes come in the order of the mainline. What
    /// cannot be read gives no attributes and is a gap.
    pub fn read(
        changes: impl IntoIterator<Item = AttributeChange>,
        reader: &mut ObjectReader<'_>,
        gaps: &mut Gaps,
    ) -> Self {
        let mut table = Self::default();
        let mut known: ObjectMap<Option<usize>> = HashMap::default();
        let mut bytes = 0;
        for change in changes {
            let file = change.blob.and_then(|blob| {
                let file = known.entry(blob).or_insert_with(|| {
                    table.read_file(blob, &change.folder, &mut bytes, reader, gaps)
                });
                *file
            });
            table.add(change.folder, change.landing, file);
        }
        table
    }

    fn read_file(
        &mut self,
        blob: ObjectId,
        folder: &[u8],
        bytes: &mut u64,
        reader: &mut ObjectReader<'_>,
        gaps: &mut Gaps,
    ) -> Option<usize> {
        let place = [folder, b"/".as_slice(), FILE_NAME].concat();
        let place = place.strip_prefix(b"/").unwrap_or(&place);
        let text = match reader.read(blob, ObjectKind::Blob) {
            Ok(text) => text,
            Err(why) => {
                gaps.add(GapKind::SideFile, why.why(), place);
                return None;
            }
        };
        *bytes += len_to_u64(text.len()).min(CONTROL_FILE_BYTES.value);
        if *bytes > ATTRIBUTE_BYTES.value {
            gaps.add(GapKind::SideFile, "attributes beyond ATTRIBUTE_BYTES", place);
            return None;
        }
        self.files.push(AttributeFile::parse(&text, place, gaps));
        Some(self.files.len() - 1)
    }

    fn add(&mut self, folder: Vec<u8>, landing: u32, file: Option<usize>) {
        self.by_folder.entry(folder).or_default().push((landing, file));
    }

    /// What is said of a path at a landing.
    pub fn at(&self, path: &[u8], landing: u32) -> Asserted {
        if self.by_folder.is_empty() {
            return Asserted::default();
        }
        let ends = std::iter::once(0).chain(memchr::memchr_iter(b'/', path));
        let files: Vec<(&[u8], &AttributeFile)> = ends
            .filter_map(|end| {
                let history = self.by_folder.get(&path[..end])?;
                let later = history.partition_point(|(from, _)| *from <= landing);
                let (_, file) = history.get(later.checked_sub(1)?)?;
                Some((&path[..end], &self.files[(*file)?]))
            })
            .collect();
        asserted(&attributes_of(&files, path))
    }
}

fn asserted(attributes: &HashMap<&[u8], &State>) -> Asserted {
    let of = |name: &[u8]| {
        attributes.get(name).and_then(|state| match state {
            State::Set => Some(true),
            State::Unset => Some(false),
            State::Value(value) if value == b"true" => Some(true),
            State::Value(value) if value == b"false" => Some(false),
            State::Value(_) | State::Unspecified => None,
        })
    };
    Asserted {
        generated: of(b"linguist-generated").or_else(|| of(b"gitlab-generated")),
        vendored: of(b"linguist-vendored"),
        documentation: of(b"linguist-documentation"),
    }
}
