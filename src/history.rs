//! Repository → commits, trees and blobs as owned plain data. The only place that
//! knows how git stores them.
//!
//! Objects, refs, the walk, the commit parser and the comparison of trees are ours,
//! because one odd commit must not end a history and because nothing in a repository
//! may decide what is measured, or lead us elsewhere.

pub mod attributes;
pub mod commit;
pub mod config;
pub mod control_file;
mod cost;
pub mod folder;
pub(crate) mod hash;
mod inflate;
pub mod landing_events;
pub mod layout;
mod loose;
pub mod objects;
pub mod open;
mod owner;
pub mod mark;
mod pack;
#[cfg(any(test, fuzzing))]
pub(crate) mod probe;
mod refs;
pub mod pulls;
pub mod revision;
pub mod tree;
pub mod walk;

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::{Deserialize, Serialize};

/// The name of an object: its SHA-1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectId(pub [u8; 20]);

/// Something for each of many objects. Ids are chosen by whoever made the repository,
/// and a hash that they could foresee would make one long list of it.
pub type ObjectMap<V> = HashMap<ObjectId, V>;

/// Many objects; as [`ObjectMap`].
pub type ObjectSet = HashSet<ObjectId>;

impl ObjectId {
    /// Reads 40 hexadecimal digits; anything else is `None`.
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        if hex.len() != 40 {
            return None;
        }
        let mut bytes = [0; 20];
        for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
            let digit = |hex: u8| char::from(hex).to_digit(16);
            *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()?;
        }
        Some(Self(bytes))
    }

    /// Reads 20 raw bytes, as trees hold them.
    pub fn from_raw(raw: &[u8]) -> Option<Self> {
        Some(Self(raw.try_into().ok()?))
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The place of a commit in `History::commits`: parents come before children.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct CommitIdx(pub u32);

impl CommitIdx {
    /// As an index into a column of commits.
    pub fn at(self) -> usize {
        self.0 as usize
    }
}
