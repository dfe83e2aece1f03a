//! The tree where a change begins: its files; and what the base says of how to read it.

use std::collections::BTreeMap;

use super::Reading;
use super::facts::Control;
use super::range::Range;
use crate::error::Error;
use crate::history::ObjectId;
use crate::history::attributes::{Asserted, AttributeChange, AttributeTable, folder};
use crate::history::objects::ObjectKind;
use crate::history::tree::{self, EntryKind};
use crate::limits;
use crate::units::len_to_u64;

/// The tree where a change begins, and what the tree of the base says of paths.
pub(super) struct BaseTree {
    /// The regular files where the change begins, by path.
    pub(super) files: BTreeMap<Vec<u8>, ObjectId>,
    attributes: AttributeTable,
}

impl BaseTree {
    /// Reads it. What cannot be read of it is a remark.
    ///
    /// # Errors
    ///
    /// When it is over the limits on trees.
    pub(super) fn read(reading: &mut Reading<'_>, range: &Range) -> Result<Self, Error> {
        let files = list(reading, range.old_tree)?;
        let decisive = if range.base_tree == range.old_tree {
            None
        } else {
            Some(list(reading, range.base_tree)?)
        };
        let decisive = decisive.as_ref().unwrap_or(&files);
        let change = |(path, blob): (&Vec<u8>, &ObjectId)| {
            let folder = folder(path)?.to_vec();
            Some(AttributeChange { landing: 0, folder, blob: Some(*blob) })
        };
        let attributes = AttributeTable::read(
            decisive.iter().filter_map(change),
            &[len_to_u64(decisive.len())],
            &mut reading.reader,
            &mut reading.remarks,
        );
        Ok(Self { files, attributes })
    }

    /// What attributes of the base say of a path.
    pub(super) fn said(&self, path: &[u8]) -> Asserted {
        self.attributes.at(path, 0)
    }

    /// The files at the root that say how to judge.
    pub(super) fn controls(
        &self,
        reading: &mut Reading<'_>,
        range: &Range,
        names: &[String],
    ) -> Vec<Control> {
        let mut root = |tree| root_of(reading, tree);
        let roots = [root(range.base_tree), root(range.old_tree), root(range.new_tree)];
        names.iter().map(|name| control(reading, name, &roots)).collect()
    }
}

/// The regular files of a tree.
fn list(
    reading: &mut Reading<'_>,
    tree: ObjectId,
) -> Result<BTreeMap<Vec<u8>, ObjectId>, Error> {
    let found = tree::compare(&mut reading.reader, &mut reading.trees, None, Some(tree));
    let found = found.map_err(|why| {
        let hint = "check the repository with 'git fsck'";
        Error::input("E-BASE", "cannot read the tree of the base", why.why(), hint)
    })?;
    for one in &found.unreadable {
        let why = "directory of the base that cannot be read";
        reading.remarks.add(one.why.gap(), why, &one.path);
    }
    let file = |one: tree::PathChange| one.new_file().map(|id| (one.path, id));
    Ok(found.changes.into_iter().filter_map(file).collect())
}

type Root = BTreeMap<Vec<u8>, (EntryKind, ObjectId)>;

fn root_of(reading: &mut Reading<'_>, tree: ObjectId) -> Root {
    let Ok(bytes) = reading.trees.read(&mut reading.reader, tree) else {
        return Root::new();
    };
    let entries = tree::parse(&bytes).unwrap_or_default();
    entries.iter().map(|it| (it.name.to_vec(), (it.kind, it.id))).collect()
}

fn control(reading: &mut Reading<'_>, name: &str, roots: &[Root; 3]) -> Control {
    let [decisive, before, after] =
        roots.each_ref().map(|root| root.get(name.as_bytes()));
    let mut control = Control {
        name: name.to_owned(),
        content: None,
        fault: None,
        is_changed: before != after,
    };
    match decisive {
        None => {}
        Some((EntryKind::File, blob)) => {
            match reading.reader.read(*blob, ObjectKind::Blob) {
                Ok(text) if len_to_u64(text.len()) > limits::CONTROL_FILE_BYTES.value => {
                    control.fault = Some("it is larger than CONTROL_FILE_BYTES".into());
                }
                Ok(text) => control.content = Some(text.to_vec()),
                Err(why) => control.fault = Some(why.why().to_owned()),
            }
        }
        Some(_) => control.fault = Some("it is no plain file".to_owned()),
    }
    control
}
