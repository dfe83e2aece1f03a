//! What is known of the files where a change begins, kept from run to run by content.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::ChangeOptions;
use super::words::Words;
use crate::cache;
use crate::error::Error;
use crate::history::ObjectId;
use crate::history::layout::looks_like_repository;
use crate::history::open::Opened;
use crate::limits;

/// The version of what is kept.
const VERSION: u32 = 2;

/// What a file is looked for by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) words: Words,
    pub(super) state: State,
}

/// What is known of a file besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    /// It does not count.
    Uncounted,
    /// Nothing: it was not parsed by now.
    Unparsed,
    /// It is too large to be compared, or minified.
    NotComparable,
    /// It can be compared.
    Comparable {
        /// Whether some of it tests other code.
        has_tests: bool,
        /// Hashes of which it has one in common with each clone of its code.
        prints: Vec<u32>,
    },
}

/// What a row follows from: a content, and a hash of its path and what is said of it.
pub(super) type Key = (ObjectId, u64);

/// Rows, and where they are kept.
pub(super) struct Known {
    pub(super) rows: HashMap<Key, Row>,
    place: Option<Place>,
    /// Why nothing is kept.
    pub(super) refused: Option<String>,
}

struct Place {
    folder: PathBuf,
    name: String,
    question: Vec<u8>,
}

/// Looks for what earlier runs have kept. What a row says follows from a content alone, so
/// that a clone of the repository at the same path may take it over.
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
    let question = postcard::to_stdvec(&(VERSION, env!("CARGO_PKG_VERSION"), values));
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

impl Known {
    /// Keeps the rows, if there is a place; `current` are those of this run. Those of other
    /// trees stay as long as they are not many more.
    pub(super) fn keep(self, current: &BTreeMap<Key, Row>) -> Result<(), String> {
        let Some(place) = self.place else { return Ok(()) };
        let most = current.len() * 2 + 1_000;
        let mut list: Vec<(&Key, &Row)> = current.iter().collect();
        let others = self.rows.iter().filter(|(key, _)| !current.contains_key(key));
        if self.rows.len() <= most {
            list.extend(others);
        }
        list.sort_by_key(|(key, _)| **key);
        let bytes = postcard::to_stdvec(&list).map_err(|why| why.to_string())?;
        let stored = cache::store(&place.folder, &place.name, &place.question, &bytes);
        stored.map_err(|why| why.in_words())
    }
}
