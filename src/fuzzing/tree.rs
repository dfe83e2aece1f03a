//! Raw trees.

use crate::history::tree::{self, Entry, EntryKind};

/// Entries of a tree that was read can be written and read again. And
/// what is taken for the equal start of two trees is that, entry by entry.
pub fn tree(data: &[u8]) {
    let Some((&place, data)) = data.split_first() else { return };
    if let Some(entries) = tree::parse(data) {
        let written: Vec<u8> = entries.iter().flat_map(written).collect();
        assert_eq!(tree::parse(&written).as_ref(), Some(&entries));
    }
    let mut other = data.to_vec();
    if let Some(last) = other.len().checked_sub(1) {
        let place = last * usize::from(place) / 255;
        other[place] ^= 1;
    }
    for (one, two) in [(data, other.as_slice()), (data, data), (&other, data)] {
        let (bytes, n_entries, last) = tree::equal_entries(one, two);
        assert_eq!(one[..bytes], two[..bytes]);
        let entries = tree::parse(&one[..bytes]).expect("only whole entries are equal");
        assert_eq!(crate::units::len_to_u64(entries.len()), n_entries);
        // The last of them begins where it is said to.
        let end = tree::parse(&one[last..bytes]);
        assert_eq!(end.unwrap_or_default(), entries[entries.len().saturating_sub(1)..]);
    }
}

fn written(entry: &Entry<'_>) -> Vec<u8> {
    let mode: &[u8] = match entry.kind {
        EntryKind::File => b"100644",
        EntryKind::Directory => b"40000",
        EntryKind::Symlink => b"120000",
        EntryKind::Submodule => b"160000",
    };
    [mode, b" ", entry.name, b"\0", &entry.id.0].concat()
}
