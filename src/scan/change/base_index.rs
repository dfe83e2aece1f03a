//! By what the files where a change begins are looked for when code is compared with them:
//! a few hashes a file, kept from run to run by content.
//!
//! A clone of an added line and a file have one such hash in common, so only files that have
//! are read and compared word by word.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::base_tree::BaseTree;
use super::{ChangeOptions, Reading};
use crate::cache;
use crate::clones::{Preset, TokenStream};
use crate::error::Error;
use crate::facts::CacheUse;
use crate::file_class::{self, FileClass};
use crate::history::ObjectId;
use crate::history::attributes::Asserted;
use crate::history::layout::looks_like_repository;
use crate::history::objects::ObjectKind;
use crate::history::open::Opened;
use crate::limits;
use crate::lines::schedule::Progress;
use crate::problem::GapKind;
use crate::syntax::{self, LanguageId, Parsers};
use crate::units::len_to_u64;

/// The version of what is kept.
const VERSION: u32 = 1;

/// What a file is looked for by.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Row {
    state: State,
    has_tests: bool,
    prints: Vec<u32>,
}

/// Whether a file is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    Compared,
    /// It does not count.
    Uncounted,
    /// It is too large, or minified.
    NotComparable,
}

/// What a row follows from: a content, and a hash of its path and what is said of it.
type Key = (ObjectId, u64);

/// What earlier runs found out.
pub(super) struct Known {
    rows: HashMap<Key, Row>,
    place: Option<Place>,
    refused: Option<String>,
}

struct Place {
    folder: std::path::PathBuf,
    name: String,
    question: Vec<u8>,
}

/// The files that code is compared with.
pub(super) struct BaseIndex {
    /// By path: the content, the language, whether it tests other code, and its hashes.
    files: Vec<(Vec<u8>, ObjectId, LanguageId, Row)>,
    /// Whether some of them test other code.
    pub(super) has_tests: bool,
}

/// A file that may have something in common with the change.
pub(super) struct Candidate<'i> {
    pub(super) path: &'i [u8],
    pub(super) blob: ObjectId,
    pub(super) language: LanguageId,
}

/// Looks for what earlier runs have kept.
///
/// # Errors
///
/// When the question to it cannot be put into words.
pub(super) fn open(opened: &Opened, options: &ChangeOptions) -> Result<Known, Error> {
    let none = |refused| Known { rows: HashMap::new(), place: None, refused };
    let Some(folder) = options.cache_folder.clone() else { return Ok(none(None)) };
    if let Err(why) = cache::check_place(&folder, looks_like_repository) {
        return Ok(none(Some(why.in_words())));
    }
    let path = opened.git_folder().as_os_str().as_encoded_bytes();
    let name = format!("{:032x}.prints", xxh3_128(path));
    let values: Vec<u64> = limits::LIMITS.iter().map(|limit| limit.value).collect();
    let marks = opened.marks().ok();
    let question =
        postcard::to_stdvec(&(VERSION, env!("CARGO_PKG_VERSION"), values, marks));
    let question = question.map_err(|why| fault(&why.to_string()))?;
    let bytes = cache::load(&folder, &name, &question);
    let rows: Option<Vec<(Key, Row)>> =
        bytes.and_then(|bytes| postcard::from_bytes(&bytes).ok());
    let rows = rows.unwrap_or_default().into_iter().collect();
    Ok(Known { rows, place: Some(Place { folder, name, question }), refused: None })
}

fn fault(why: &str) -> Error {
    let hint = "run with --no-cache, and report this as a bug";
    Error::input("E-CACHE", "what was found cannot be kept", why, hint)
}

/// A file that has no row yet.
struct Wanted<'b> {
    path: &'b [u8],
    blob: ObjectId,
    language: LanguageId,
    said: Asserted,
    key: Key,
}

/// Finds out the rest, and keeps all of it for the next run.
///
/// # Errors
///
/// When reading cost more than it may.
pub(super) fn fill(
    opened: &Opened,
    known: Known,
    base: &BaseTree,
    reading: &mut Reading<'_>,
) -> Result<(BaseIndex, CacheUse), Error> {
    let Known { mut rows, place, refused } = known;
    let wanted: Vec<Wanted<'_>> =
        base.files.iter().filter_map(|(path, blob)| wanted(base, path, *blob)).collect();
    let missing: Vec<&Wanted<'_>> =
        wanted.iter().filter(|it| !rows.contains_key(&it.key)).collect();
    let had = rows.len();
    let is_new = !missing.is_empty();
    let found = read(opened, &missing, reading)?;
    rows.extend(found);
    let mut index = BaseIndex { files: Vec::new(), has_tests: false };
    let mut current: BTreeMap<Key, Row> = BTreeMap::new();
    for one in &wanted {
        let Some(row) = rows.get(&one.key) else { continue };
        current.insert(one.key, row.clone());
        match row.state {
            State::Uncounted => continue,
            State::NotComparable => {
                let why = "file where the change begins that is too large or minified to be \
                           compared with";
                reading.remarks.add(GapKind::SearchLimit, why, one.path);
            }
            State::Compared => {}
        }
        let is_test = file_class::of_version(one.path, b"", one.said) == FileClass::Test;
        index.has_tests |= is_test || row.has_tests;
        index.files.push((one.path.to_vec(), one.blob, one.language, row.clone()));
    }
    let mut kept = match refused {
        Some(why) => CacheUse::Unwritable(why),
        None if had == 0 => CacheUse::None,
        None if is_new => CacheUse::Resumed,
        None => CacheUse::Kept,
    };
    if let Some(place) = place.filter(|_| is_new)
        && let Err(why) = keep(&place, rows, current)
    {
        kept = CacheUse::Unwritable(why);
    }
    Ok((index, kept))
}

/// Keeps rows; those of other trees as long as they are not many more.
fn keep(
    place: &Place,
    rows: HashMap<Key, Row>,
    current: BTreeMap<Key, Row>,
) -> Result<(), String> {
    let most = current.len() * 2 + 1_000;
    let mut list: Vec<(Key, Row)> = if rows.len() <= most {
        rows.into_iter().collect()
    } else {
        current.into_iter().collect()
    };
    list.sort_by_key(|(key, _)| *key);
    let bytes = postcard::to_stdvec(&list).map_err(|why| why.to_string())?;
    let stored = cache::store(&place.folder, &place.name, &place.question, &bytes);
    stored.map_err(|why| why.in_words())
}

fn wanted<'b>(base: &BaseTree, path: &'b [u8], blob: ObjectId) -> Option<Wanted<'b>> {
    let language = syntax::language_of(path)?;
    let said = base.said(path);
    if !file_class::of_version(path, b"", said).is_countable() {
        return None;
    }
    let word = |said: Option<bool>| said.map_or(0_u8, |said| 1 + u8::from(said));
    let words = [word(said.generated), word(said.vendored), word(said.documentation)];
    let key = (blob, xxh3_64(&[path, &words].concat()));
    Some(Wanted { path, blob, language, said, key })
}

fn read(
    opened: &Opened,
    missing: &[&Wanted<'_>],
    reading: &mut Reading<'_>,
) -> Result<Vec<(Key, Row)>, Error> {
    const SLICE_FILES: usize = 16;
    let (done, total) = (AtomicU64::new(0), len_to_u64(missing.len()));
    let progress = reading.progress;
    type Found = (Vec<(Key, Row)>, Vec<(Vec<u8>, GapKind)>);
    let slices: Result<Vec<Found>, Error> = missing
        .par_chunks(SLICE_FILES)
        .map(|slice| {
            let mut reader = opened.reader()?;
            let mut parsers = Parsers::new();
            let (mut rows, mut lost) = (Vec::new(), Vec::new());
            for one in slice {
                progress(Progress::Parsed(
                    done.fetch_add(1, Ordering::Relaxed) + 1,
                    total,
                ));
                match reader.read(one.blob, ObjectKind::Blob) {
                    Ok(bytes) => rows.push((one.key, row(&mut parsers, one, &bytes))),
                    Err(why) => lost.push((one.path.to_vec(), why.gap())),
                }
            }
            Ok((rows, lost))
        })
        .collect();
    let mut rows = Vec::new();
    for (found, lost) in slices? {
        rows.extend(found);
        for (path, kind) in lost {
            let why =
                "file where the change begins that cannot be read to be compared with";
            reading.remarks.add(kind, why, &path);
        }
    }
    Ok(rows)
}

fn row(parsers: &mut Parsers, one: &Wanted<'_>, bytes: &[u8]) -> Row {
    let nothing = |state| Row { state, has_tests: false, prints: Vec::new() };
    if !file_class::of_version(one.path, bytes, one.said).is_countable() {
        return nothing(State::Uncounted);
    }
    let preset = Preset::Default;
    match TokenStream::read(parsers, Some(one.language), bytes, preset) {
        Err(_too_large) => nothing(State::NotComparable),
        Ok(stream) => Row {
            state: State::Compared,
            has_tests: stream.has_tests(),
            prints: stream.fingerprints(preset),
        },
    }
}

impl BaseIndex {
    /// The files that have one of these hashes: of each hash the first by path.
    pub(super) fn candidates(&self, prints: &HashSet<u32>) -> Vec<Candidate<'_>> {
        /// As many as are compared of what stands in many places.
        const MOST_FILES: u32 = 64;
        let mut seen: HashMap<u32, u32> = HashMap::new();
        let mut found = Vec::new();
        for (path, blob, language, row) in &self.files {
            let mut is_wanted = false;
            for print in row.prints.iter().filter(|print| prints.contains(print)) {
                let n = seen.entry(*print).or_default();
                *n += 1;
                is_wanted |= *n <= MOST_FILES;
            }
            if is_wanted {
                found.push(Candidate { path, blob: *blob, language: *language });
            }
        }
        found
    }
}
