//! What stands at the tip and is no file of its own.

use crate::facts::LinkCounts;
use crate::history::objects::ObjectReader;
use crate::history::tree::{self, EntryKind, TreeCache};
use crate::history::walk::Commit;

/// Counts the links and submodules of a commit's tree; `None` when it cannot be read.
/// What cannot be read further down is a gap already, where its files are compared.
pub(super) fn count(
    reader: &mut ObjectReader<'_>,
    tip: Option<&Commit>,
) -> Option<LinkCounts> {
    let tree = tip?.tree;
    let mut cache = TreeCache::default();
    let found = tree::compare(reader, &mut cache, None, Some(tree)).ok()?;
    if found.unreadable.iter().any(|folder| folder.path.is_empty()) {
        return None;
    }
    let of = |wanted: EntryKind| {
        let kinds = found.changes.iter().filter_map(|change| change.new);
        crate::units::len_to_u64(kinds.filter(|(kind, _)| *kind == wanted).count())
    };
    Some(LinkCounts {
        symlinks: of(EntryKind::Symlink),
        submodules: of(EntryKind::Submodule),
    })
}
