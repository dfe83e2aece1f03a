//! Objects that others may be deltas of, kept for a while.

use std::collections::HashMap;
use std::sync::Arc;

use crate::history::objects::{ObjectBytes, ObjectKind};
use crate::history::pack::buffers::Buffers;
use crate::units::len_to_u32;

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

/// The objects used latest. They stand in a ring from the latest to the one that has
/// waited longest, which goes when there is no room.
#[derive(Debug, Default)]
pub(super) struct BaseCache {
    slots: HashMap<Place, u32>,
    /// The ring begins and ends at slot 0, which holds nothing.
    ring: Vec<Slot>,
    free: Vec<u32>,
    bytes: usize,
}

#[derive(Debug)]
struct Slot {
    place: Place,
    made: Option<Made>,
    newer: u32,
    older: u32,
}

impl BaseCache {
    /// How many bytes of objects are kept.
    const MOST_BYTES: usize = 32 << 20;
    /// What an object costs besides its bytes, roughly.
    const SLOT_BYTES: usize = 128;

    pub(super) fn get(&mut self, place: Place) -> Option<Made> {
        let slot = *self.slots.get(&place)?;
        let made = self.ring[slot as usize].made.clone();
        self.take_out(slot);
        self.put_first(slot);
        made
    }

    /// Keeps an object; the buffers of those that go are given to `buffers`.
    pub(super) fn insert(&mut self, place: Place, made: Made, buffers: &mut Buffers) {
        let bytes = made.bytes.len() + Self::SLOT_BYTES;
        if bytes > Self::MOST_BYTES / 2 || self.slots.contains_key(&place) {
            return;
        }
        if self.ring.is_empty() {
            self.ring.push(Slot { place: (0, 0), made: None, newer: 0, older: 0 });
        }
        self.bytes += bytes;
        while self.bytes > Self::MOST_BYTES {
            self.drop_oldest(buffers);
        }
        let full = Slot { place, made: Some(made), newer: 0, older: 0 };
        let slot = if let Some(slot) = self.free.pop() {
            self.ring[slot as usize] = full;
            slot
        } else {
            self.ring.push(full);
            len_to_u32(self.ring.len() - 1)
        };
        self.slots.insert(place, slot);
        self.put_first(slot);
    }

    fn drop_oldest(&mut self, buffers: &mut Buffers) {
        let oldest = self.ring[0].newer;
        let slot = &mut self.ring[oldest as usize];
        let (place, made) = (slot.place, slot.made.take());
        let Some(made) = made else {
            self.bytes = 0;
            return;
        };
        self.bytes -= made.bytes.len() + Self::SLOT_BYTES;
        // Somebody may still read it.
        if let Ok(bytes) = Arc::try_unwrap(made.bytes) {
            buffers.give(bytes);
        }
        self.slots.remove(&place);
        self.take_out(oldest);
        self.free.push(oldest);
    }

    fn take_out(&mut self, slot: u32) {
        let Slot { newer, older, .. } = self.ring[slot as usize];
        self.ring[newer as usize].older = older;
        self.ring[older as usize].newer = newer;
    }

    fn put_first(&mut self, slot: u32) {
        let first = self.ring[0].older;
        self.ring[slot as usize].newer = 0;
        self.ring[slot as usize].older = first;
        self.ring[first as usize].newer = slot;
        self.ring[0].older = slot;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(bytes: usize) -> Made {
        let bytes = Arc::new(vec![0; bytes]);
        Made { kind: ObjectKind::Blob, bytes, chain_bytes: 0 }
    }

    #[test]
    fn what_was_used_latest_stays_and_memory_is_bounded() {
        let (mut cache, mut buffers) = (BaseCache::default(), Buffers::default());
        for at in 0..100 {
            cache.insert((0, at), made(1 << 20), &mut buffers);
            assert!(cache.get((0, 0)).is_some(), "the first is used all the time");
        }
        assert!(cache.bytes <= BaseCache::MOST_BYTES);
        let kept: Vec<u64> =
            (0..100).filter(|&at| cache.get((0, at)).is_some()).collect();
        assert_eq!(kept.first(), Some(&0));
        assert_eq!(kept[1..], (100 - 30..100).collect::<Vec<u64>>());
        assert_eq!(cache.ring.len(), kept.len() + 1, "places are used again");
    }

    #[test]
    fn what_would_push_out_most_others_is_not_kept() {
        let (mut cache, mut buffers) = (BaseCache::default(), Buffers::default());
        cache.insert((0, 1), made(BaseCache::MOST_BYTES / 2), &mut buffers);
        assert!(cache.get((0, 1)).is_none());
    }
}
