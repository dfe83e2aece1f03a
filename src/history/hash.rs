//! The name that content has. Of libgit2 only this is used to read: it names objects as
//! git does, and finds out content that was made for two objects to have one name.

use crate::history::ObjectId;
use crate::history::objects::ObjectKind;

/// The id of an object of this content; `None` for content made to collide with other.
pub(crate) fn id_of(kind: ObjectKind, content: &[u8]) -> Option<ObjectId> {
    let kind = match kind {
        ObjectKind::Commit => git2::ObjectType::Commit,
        ObjectKind::Tree => git2::ObjectType::Tree,
        ObjectKind::Blob => git2::ObjectType::Blob,
        ObjectKind::Tag => git2::ObjectType::Tag,
    };
    let id = git2::Oid::hash_object(kind, content).ok()?;
    ObjectId::from_raw(id.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_tree_has_the_name_that_git_gives_it() {
        let id = id_of(ObjectKind::Tree, b"").map(|id| id.to_string());
        assert_eq!(id.as_deref(), Some("4b825dc642cb6eb9a060e54bf8d69288fbee4904"));
    }

    #[test]
    fn each_kind_has_names_of_its_own() {
        let blob = id_of(ObjectKind::Blob, b"hello\n").map(|id| id.to_string());
        assert_eq!(blob.as_deref(), Some("ce013625030ba8dba906f756967f9e9ca394464a"));
        assert_ne!(id_of(ObjectKind::Tag, b""), id_of(ObjectKind::Commit, b""));
    }
}
