//! Which version stands at each path, for one commit. Copies share what they have in
//! common, so that every commit that is still needed can keep a map of its own.

use std::rc::Rc;

const BITS: u32 = 6;
const FAN_OUT: usize = 1 << BITS;
const LEVELS: u32 = 4;

/// The most paths one history may have: 16 million.
pub const MOST_PATHS: u32 = 1 << (BITS * LEVELS);

/// No version stands there.
const NONE: u32 = u32::MAX;

#[derive(Debug, Clone)]
enum Level {
    Inner(Vec<Option<Rc<Self>>>),
    Leaf(Vec<u32>),
}

/// A map from path number to version number.
#[derive(Debug, Clone, Default)]
pub struct PathMap(Option<Rc<Level>>);

impl PathMap {
    /// The version at `path`.
    pub fn get(&self, path: u32) -> Option<u32> {
        let mut level = self.0.as_deref()?;
        let mut shift = BITS * LEVELS;
        loop {
            shift -= BITS;
            let slot = slot(path, shift);
            match level {
                Level::Inner(below) => level = below[slot].as_deref()?,
                Level::Leaf(versions) => {
                    return Some(versions[slot]).filter(|version| *version != NONE);
                }
            }
        }
    }

    /// Puts `version` at `path`, or takes away what stands there.
    pub fn set(&mut self, path: u32, version: Option<u32>) {
        if version.is_none() && self.get(path).is_none() {
            return;
        }
        let shift = BITS * (LEVELS - 1);
        let root = self.0.get_or_insert_with(|| Rc::new(empty(shift)));
        set_below(Rc::make_mut(root), shift, path, version.unwrap_or(NONE));
    }

    /// All paths with their versions, by path number.
    pub fn entries(&self) -> Vec<(u32, u32)> {
        let mut found = Vec::new();
        if let Some(root) = &self.0 {
            collect(root, 0, &mut found);
        }
        found
    }
}

fn slot(path: u32, shift: u32) -> usize {
    (path >> shift) as usize & (FAN_OUT - 1)
}

fn empty(shift: u32) -> Level {
    if shift == 0 {
        Level::Leaf(vec![NONE; FAN_OUT])
    } else {
        Level::Inner(vec![None; FAN_OUT])
    }
}

fn set_below(level: &mut Level, shift: u32, path: u32, version: u32) {
    let slot = slot(path, shift);
    match level {
        Level::Leaf(versions) => versions[slot] = version,
        Level::Inner(below) => {
            let next = shift - BITS;
            let child = below[slot].get_or_insert_with(|| Rc::new(empty(next)));
            set_below(Rc::make_mut(child), next, path, version);
        }
    }
}

fn collect(level: &Level, prefix: u32, found: &mut Vec<(u32, u32)>) {
    match level {
        Level::Leaf(versions) => {
            let standing = (0..).zip(versions).filter(|(_, version)| **version != NONE);
            found.extend(
                standing.map(|(slot, version)| ((prefix << BITS) | slot, *version)),
            );
        }
        Level::Inner(below) => {
            for (slot, child) in (0..).zip(below) {
                if let Some(child) = child {
                    collect(child, (prefix << BITS) | slot, found);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_does_not_see_what_changes_in_the_original() {
        let mut map = PathMap::default();
        map.set(5, Some(1));
        map.set(70_000, Some(2));
        let copy = map.clone();
        map.set(5, Some(9));
        map.set(70_000, None);
        assert_eq!((copy.get(5), copy.get(70_000)), (Some(1), Some(2)));
        assert_eq!((map.get(5), map.get(70_000)), (Some(9), None));
        assert_eq!(copy.entries(), vec![(5, 1), (70_000, 2)]);
    }
}
