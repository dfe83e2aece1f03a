//! Links and submodules of a change: what they lead to is not in the tree, and is code that
//! nobody can look at.

use std::collections::BTreeSet;

use super::Reading;
use super::files::Pair;
use crate::history::tree::EntryKind;
use crate::problem::GapKind;
use crate::syntax::language_of;

/// Names links and submodules that take the place of code, or bring it along. A submodule
/// that was there before and stands at another commit now is a remark: it is as the version
/// of a dependency.
pub(super) fn name(reading: &mut Reading<'_>, pairs: &[Pair]) {
    let gone: BTreeSet<Vec<u8>> = pairs.iter().filter_map(code_that_went).collect();
    for pair in pairs.iter() {
        let Some((path, kind, _)) = &pair.new else { continue };
        let old = pair.old.as_ref().map(|(_, kind, _)| *kind);
        let why = match kind {
            EntryKind::File | EntryKind::Directory => continue,
            EntryKind::Submodule if old == Some(EntryKind::Submodule) => {
                let why =
                    "submodule that the change sets to another commit, not looked into";
                reading.remarks.add(GapKind::IgnoredFeature, why, path);
                continue;
            }
            EntryKind::Submodule => "a submodule stands where code could",
            EntryKind::Symlink => {
                let is_code = language_of(path).is_some() || old == Some(EntryKind::File);
                if !is_code && !has_below(&gone, path) {
                    continue;
                }
                "a link stands where code would"
            }
        };
        reading.cannot(path, why);
    }
}

/// The path of a file of code that is no longer there.
fn code_that_went(pair: &Pair) -> Option<Vec<u8>> {
    let (path, kind, _) = pair.old.as_ref()?;
    let stays = pair.new.as_ref().is_some_and(|(new, ..)| new == path);
    let is_code = *kind == EntryKind::File && language_of(path).is_some();
    (is_code && !stays).then(|| path.clone())
}

fn has_below(paths: &BTreeSet<Vec<u8>>, folder: &[u8]) -> bool {
    let folder = [folder, b"/"].concat();
    paths.range(folder.clone()..).next().is_some_and(|path| path.starts_with(&folder))
}
