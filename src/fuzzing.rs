//! What must hold of any bytes at all: the checks that fuzz targets (`fuzz/`) and the
//! replay of their corpora share. Compiled for tests and for fuzzing alone.
//!
//! Each check takes what the fuzzer made up, and panics when a promise is broken.

mod attributes;
mod commit;
mod history;
mod hunks;
mod loose_object;
mod mailmap;
mod pack_entry;
mod tree;

pub use attributes::attributes;
pub use commit::commit;
pub use history::history;
pub use hunks::hunks;
pub use loose_object::loose_object;
pub use mailmap::mailmap;
pub use pack_entry::pack_entry;
pub use tree::tree;

use crate::problem::GapKind;
use crate::untrusted::Untrusted;
use crate::usage::{ReadOptions, read_export};

/// What must hold of any bytes.
pub type Check = fn(&[u8]);

/// Every target by its name, which is that of its corpus in `fixtures/fuzz/` too.
pub const TARGETS: &[(&str, Check)] = &[
    ("attributes", attributes),
    ("commit", commit),
    ("history", history),
    ("hunks", hunks),
    ("loose_object", loose_object),
    ("mailmap", mailmap),
    ("pack_entry", pack_entry),
    ("tree", tree),
    ("usage", usage),
];

/// An export of any format: all that is rejected is counted, beside what is said of
/// records that were read, and reading it again gives the same.
pub fn usage(data: &[u8]) {
    let name = Untrusted::from(b"export".as_slice());
    let read = || read_export(&name, data, &ReadOptions::default());
    let Ok(export) = read() else { return };
    let rejected = export.gaps.list().into_iter();
    let rejected = rejected.filter(|gap| gap.kind == GapKind::UsageRecord);
    let n_rejected: u64 = rejected.map(|gap| gap.count).sum();
    assert!(n_rejected >= export.n_rejected);
    assert_eq!(Some(export), read().ok());
}

/// Splits what a fuzzer made up at the first `byte`.
fn split_at(data: &[u8], byte: u8) -> (&[u8], &[u8]) {
    match memchr::memchr(byte, data) {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, b""),
    }
}

#[cfg(test)]
mod tests;
