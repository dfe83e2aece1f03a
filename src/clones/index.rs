//! The fingerprints of a tree, kept up to date file by file.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::fingerprints::fingerprints;
use super::{Preset, Rule, TokenStream};
use crate::limits::CLONE_TOKENS;
use crate::problem::{GapKind, Gaps};
use crate::units::{len_to_u32, len_to_u64};

/// A file as it is put into an index.
#[derive(Debug, Clone)]
pub struct IndexedFile {
    /// Its tokens. Files that are equal may share them.
    pub stream: Arc<TokenStream>,
    /// Whether all of it tests other code.
    pub is_test: bool,
}

impl IndexedFile {
    /// Whether a line is code that tests other code.
    pub(super) fn is_test(&self, line: u32) -> bool {
        self.is_test || self.stream.is_test(line)
    }
}

/// A token of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    /// The number of the file.
    pub(super) file: u32,
    /// The place of the token in its stream.
    pub(super) offset: u32,
}

/// A file in an index.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) path: Vec<u8>,
    pub(super) file: IndexedFile,
    /// Its fingerprints: the number of each, and the token it begins at.
    pub(super) samples: Vec<(u32, u32)>,
}

impl Entry {
    pub(super) fn stream(&self) -> &TokenStream {
        &self.file.stream
    }
}

/// The fingerprints of a tree under one preset. What it answers depends on the files it
/// holds, and not on how they came in.
#[derive(Debug)]
pub struct Index {
    preset: Preset,
    /// Files by their numbers; a number is used again when its file is gone.
    entries: Vec<Option<Entry>>,
    by_path: BTreeMap<Vec<u8>, u32>,
    unused: Vec<u32>,
    /// The number of each fingerprint that a file has. Whoever writes the files can
    /// choose them, so they are hashed again, with a secret.
    numbers: HashMap<u64, u32>,
    /// For each number where it stands, in no order, and the fingerprint.
    pub(super) places: Vec<Vec<Place>>,
    hashes: Vec<u64>,
    unused_numbers: Vec<u32>,
    tokens: u64,
    /// Files that did not fit.
    left_out: BTreeMap<Vec<u8>, u64>,
}

impl Index {
    /// Holds no file yet.
    pub fn new(preset: Preset) -> Self {
        Self {
            preset,
            entries: Vec::new(),
            by_path: BTreeMap::new(),
            unused: Vec::new(),
            numbers: HashMap::new(),
            places: Vec::new(),
            hashes: Vec::new(),
            unused_numbers: Vec::new(),
            tokens: 0,
            left_out: BTreeMap::new(),
        }
    }

    /// The preset it was made for; streams must have been read with it.
    pub fn preset(&self) -> Preset {
        self.preset
    }

    pub(super) fn rule(&self) -> Rule {
        self.preset.rule()
    }

    /// How many tokens it holds.
    pub fn n_tokens(&self) -> u64 {
        self.tokens
    }

    /// How many fingerprints it holds.
    pub fn n_fingerprints(&self) -> u64 {
        self.files().map(|(_, entry)| len_to_u64(entry.samples.len())).sum()
    }

    /// Puts a file in, in the place of what was at its path. A file that would make it
    /// larger than the limit `CLONE_TOKENS` is left out, which [`Index::gaps`] says.
    pub fn insert(&mut self, path: &[u8], file: IndexedFile) {
        self.remove(path);
        let n_tokens = len_to_u64(file.stream.n_tokens());
        if self.tokens + n_tokens > CLONE_TOKENS.value {
            self.left_out.insert(path.to_vec(), n_tokens);
            return;
        }
        self.tokens += n_tokens;
        let number = self.unused.pop().unwrap_or_else(|| {
            self.entries.push(None);
            len_to_u32(self.entries.len() - 1)
        });
        let mut samples = Vec::new();
        for kept in fingerprints(&file.stream.keys, self.rule()) {
            let hash_number = self.number_of(kept.hash);
            let place = Place { file: number, offset: kept.offset };
            self.places[hash_number as usize].push(place);
            samples.push((hash_number, kept.offset));
        }
        self.by_path.insert(path.to_vec(), number);
        let entry = Entry { path: path.to_vec(), file, samples };
        self.entries[number as usize] = Some(entry);
    }

    fn number_of(&mut self, hash: u64) -> u32 {
        if let Some(&number) = self.numbers.get(&hash) {
            return number;
        }
        let number = self.unused_numbers.pop().unwrap_or_else(|| {
            self.places.push(Vec::new());
            self.hashes.push(0);
            len_to_u32(self.places.len() - 1)
        });
        self.hashes[number as usize] = hash;
        self.numbers.insert(hash, number);
        number
    }

    /// Takes a file out; false if it was not there.
    pub fn remove(&mut self, path: &[u8]) -> bool {
        if self.left_out.remove(path).is_some() {
            return true;
        }
        let Some(file) = self.by_path.remove(path) else { return false };
        let Some(entry) = self.entries[file as usize].take() else { return false };
        self.tokens -= len_to_u64(entry.stream().n_tokens());
        // A fingerprint may be there many times, and is then looked for but once.
        let mut numbers: Vec<u32> = entry.samples.iter().map(|&(it, _)| it).collect();
        numbers.sort_unstable();
        numbers.dedup();
        for number in numbers {
            let places = &mut self.places[number as usize];
            places.retain(|place| place.file != file);
            if places.is_empty() {
                *places = Vec::new();
                self.numbers.remove(&self.hashes[number as usize]);
                self.unused_numbers.push(number);
            }
        }
        self.unused.push(file);
        true
    }

    /// The number of a file.
    pub(super) fn number_at(&self, path: &[u8]) -> Option<u32> {
        self.by_path.get(path).copied()
    }

    /// A file by its number.
    pub(super) fn entry(&self, number: u32) -> Option<&Entry> {
        self.entries.get(number as usize)?.as_ref()
    }

    /// All files, in the order of their paths, with their numbers.
    pub(super) fn files(&self) -> impl Iterator<Item = (u32, &Entry)> {
        self.by_path.values().filter_map(|&number| Some((number, self.entry(number)?)))
    }

    /// Where a fingerprint stands.
    pub(super) fn places_of(&self, hash: u64) -> &[Place] {
        let number = self.numbers.get(&hash);
        number.map_or(&[], |&number| &self.places[number as usize])
    }

    /// The tokens of a file, as they are compared; none if it is gone.
    pub(super) fn keys(&self, file: u32) -> &[u64] {
        self.entry(file).map_or(&[], |entry| &entry.stream().keys)
    }

    /// What was left out of it.
    pub fn gaps(&self) -> Gaps {
        let mut gaps = Gaps::default();
        for path in self.left_out.keys() {
            gaps.add(GapKind::OverLimit, "too much code to compare (CLONE_TOKENS)", path);
        }
        gaps
    }
}
