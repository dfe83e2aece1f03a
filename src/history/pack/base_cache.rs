//! Objects that others may be deltas of, kept for a while.

use rustc_hash::FxHashMap;

use crate::history::objects::{ObjectBytes, ObjectKind};

/// An entry of a pack: the number of the pack, and where the entry begins.
pub(super) type Place = (u32, u64);

/// An object made from its entry.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) kind: ObjectKind,
    pub(super) bytes: ObjectBytes,
    /// Bytes of all objects on the chain of deltas down to it, itself included.
    pub(super) chain_bytes: u64,
}

/// The latest objects, in two generations: when the younger is full, the older goes.
#[derive(Debug, Default)]
pub(super) struct BaseCache {
    young: FxHashMap<Place, Made>,
    old: FxHashMap<Place, Made>,
    young_bytes: usize,
}

impl BaseCache {
    /// How many bytes of objects one generation may hold.
    const GENERATION_BYTES: usize = 32 << 20;

    pub(super) fn get(&mut self, place: Place) -> Option<Made> {
        if let Some(made) = self.young.get(&place) {
            return Some(made.clone());
        }
        let made = self.old.remove(&place)?;
        self.insert(place, made.clone());
        Some(made)
    }

    pub(super) fn insert(&mut self, place: Place, made: Made) {
        let bytes = made.bytes.len();
        if bytes > Self::GENERATION_BYTES / 2 {
            return;
        }
        if self.young_bytes + bytes > Self::GENERATION_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes += bytes;
        self.young.insert(place, made);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn made(bytes: usize) -> Made {
        let bytes = Arc::new(vec![0; bytes]);
        Made { kind: ObjectKind::Blob, bytes, chain_bytes: 0 }
    }

    #[test]
    fn what_was_used_lately_stays_and_memory_is_bounded() {
        let mut cache = BaseCache::default();
        for at in 0..100 {
            cache.insert((0, at), made(1 << 20));
            assert!(cache.get((0, 0)).is_some(), "the first is used all the time");
        }
        assert!(cache.get((0, 1)).is_none());
        assert!(cache.young.len() + cache.old.len() <= 64);
        cache.insert((0, 200), made(BaseCache::GENERATION_BYTES));
        assert!(cache.get((0, 200)).is_none(), "it would push out everything else");
    }
}
