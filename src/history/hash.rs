//! The name that content has.

use sha1::{Digest, Sha1};

use crate::history::ObjectId;
use crate::history::objects::ObjectKind;

/// The id of an object of this content.
pub(crate) fn id_of(kind: ObjectKind, content: &[u8]) -> ObjectId {
    let mut hash = Sha1::new();
    hash.update(format!("{} {}\0", kind.name(), content.len()));
    hash.update(content);
    ObjectId(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_tree_has_the_name_that_git_gives_it() {
        let id = id_of(ObjectKind::Tree, b"");
        assert_eq!(id.to_string(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    }
}
