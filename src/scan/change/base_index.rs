//! The files where a change begins that code of it is compared with.
//!
//! A file that holds a clone of an added line has its words, and one of a few hashes of its
//! code. So only files with the words are parsed, and only files that have a hash as well
//! are compared token by token.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::Reading;
use super::base_rows::{Key, Known, Row, State};
use super::base_tree::BaseTree;
use super::words::{Sought, Words};
use crate::clones::{Preset, TokenStream};
use crate::error::Error;
use crate::facts::CacheUse;
use crate::file_class::{self, FileClass};
use crate::history::ObjectId;
use crate::history::attributes::Asserted;
use crate::history::objects::{ObjectBytes, ObjectKind, ObjectReader, Unreadable};
use crate::history::open::Opened;
use crate::lines::schedule::Progress;
use crate::problem::GapKind;
use crate::syntax::{self, LanguageId, Parsers};
use crate::units::len_to_u64;

const PRESET: Preset = Preset::Default;

/// How many files a thread takes at once.
const SLICE_FILES: usize = 16;

/// What is looked for.
#[derive(Default)]
pub(super) struct Question {
    /// The words of added lines.
    pub(super) words: Sought,
    /// Hashes of them: each clone has one.
    pub(super) prints: HashSet<u32>,
    /// Whether it matters whether there are tests.
    pub(super) asks_tests: bool,
    /// Whether to parse every file, whatever its words.
    pub(super) parses_all: bool,
}

/// A file that may have something in common with the change.
pub(super) struct Candidate {
    pub(super) path: Vec<u8>,
    pub(super) stream: Arc<TokenStream>,
}

/// What was found.
pub(super) struct BaseIndex {
    /// The files that code is compared with, in the order of their paths.
    pub(super) candidates: Vec<Candidate>,
    /// Whether there are tests, as far as it matters.
    pub(super) has_tests: bool,
}

/// A file of code that counts, by its path.
struct Wanted<'b> {
    path: &'b [u8],
    blob: ObjectId,
    language: LanguageId,
    said: Asserted,
    key: Key,
}

/// What a look at a file gave.
struct Look {
    /// Its row, unless that was known.
    row: Option<Row>,
    /// Whether it can hold what is looked for.
    fits: bool,
    /// Its tokens, if it was parsed and has one of the hashes.
    stream: Option<Arc<TokenStream>>,
}

/// Finds the files, and keeps what was found for the next run.
///
/// # Errors
///
/// When reading cost more than it may.
pub(super) fn find(
    opened: &Opened,
    mut known: Known,
    (base, question): (&BaseTree, &Question),
    reading: &mut Reading<'_>,
) -> Result<(BaseIndex, CacheUse), Error> {
    let had_rows = !known.rows.is_empty();
    let wanted: Vec<Wanted<'_>> =
        base.files.iter().filter_map(|(path, blob)| wanted(base, path, *blob)).collect();
    let search = Search { opened, question };
    let mut looks = Vec::new();
    if !question.words.is_empty() {
        let fits = |words: &Words| question.fits(words);
        looks = search.look(&wanted, &known, reading, &fits)?;
    }
    let mut has_news = take_rows(&wanted, &mut looks, &mut known);
    let chosen = chosen(&wanted, &looks, &known, question);
    let candidates = search.streams(&wanted, chosen, &mut looks, reading)?;
    remark_not_comparable(&wanted, &looks, &known, reading);
    let mut has_tests = wanted.iter().any(Wanted::is_test);
    if question.asks_tests && !has_tests {
        let (found, parsed) = search.tests(&wanted, &mut known, reading)?;
        (has_tests, has_news) = (found, has_news || parsed);
    }
    let index = BaseIndex { candidates, has_tests };
    Ok((index, keep(known, &wanted, (had_rows, has_news))))
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

impl Wanted<'_> {
    /// Whether all of it is code that tests other code, by its path.
    fn is_test(&self) -> bool {
        file_class::of_version(self.path, b"", self.said) == FileClass::Test
    }
}

impl Question {
    fn fits(&self, words: &Words) -> bool {
        self.parses_all || self.words.can_be_in(words)
    }

    fn has_one_of(&self, prints: &[u32]) -> bool {
        prints.iter().any(|print| self.prints.contains(print))
    }
}

/// Moves new rows to the known ones; whether there are any.
fn take_rows(wanted: &[Wanted<'_>], looks: &mut [Look], known: &mut Known) -> bool {
    let mut has_some = false;
    for (one, look) in wanted.iter().zip(looks) {
        if let Some(row) = look.row.take() {
            known.rows.insert(one.key, row);
            has_some = true;
        }
    }
    has_some
}

/// The places of the files that have one of the hashes: of each hash the first by path.
fn chosen(
    wanted: &[Wanted<'_>],
    looks: &[Look],
    known: &Known,
    question: &Question,
) -> Vec<usize> {
    /// As many as are compared of what stands in many places.
    const MOST_FILES: u32 = 64;
    let mut seen: HashMap<u32, u32> = HashMap::new();
    let mut chosen = Vec::new();
    for (at, (one, _)) in wanted.iter().zip(looks).enumerate().filter(|(_, it)| it.1.fits)
    {
        let Some(State::Comparable { prints, .. }) =
            known.rows.get(&one.key).map(|row| &row.state)
        else {
            continue;
        };
        let mut is_chosen = false;
        for print in prints.iter().filter(|print| question.prints.contains(print)) {
            let n = seen.entry(*print).or_default();
            *n += 1;
            is_chosen |= *n <= MOST_FILES;
        }
        if is_chosen {
            chosen.push(at);
        }
    }
    chosen
}

fn remark_not_comparable(
    wanted: &[Wanted<'_>],
    looks: &[Look],
    known: &Known,
    reading: &mut Reading<'_>,
) {
    for (one, _) in wanted.iter().zip(looks).filter(|(_, look)| look.fits) {
        let row = known.rows.get(&one.key);
        if row.is_some_and(|row| row.state == State::NotComparable) {
            let why = "file where the change begins that is too large or minified to be \
                       compared with";
            reading.remarks.add(GapKind::SearchLimit, why, one.path);
        }
    }
}

/// Keeps what is known, if some of it is new.
fn keep(known: Known, wanted: &[Wanted<'_>], (had, has_news): (bool, bool)) -> CacheUse {
    if let Some(why) = known.refused {
        return CacheUse::Unwritable(why);
    }
    if has_news {
        let row = |one: &Wanted<'_>| Some((one.key, known.rows.get(&one.key)?.clone()));
        let current: BTreeMap<Key, Row> = wanted.iter().filter_map(row).collect();
        if let Err(why) = known.keep(&current) {
            return CacheUse::Unwritable(why);
        }
    }
    match (had, has_news) {
        (false, _) => CacheUse::None,
        (true, true) => CacheUse::Resumed,
        (true, false) => CacheUse::Kept,
    }
}

/// Looks at files of a repository.
struct Search<'s> {
    opened: &'s Opened,
    question: &'s Question,
}

impl Search<'_> {
    /// Looks at each of some files, in their order: those that fit are parsed.
    fn look(
        &self,
        wanted: &[Wanted<'_>],
        known: &Known,
        reading: &mut Reading<'_>,
        fits: &(dyn Fn(&Words) -> bool + Sync),
    ) -> Result<Vec<Look>, Error> {
        type Slice = (Vec<Look>, Vec<(Vec<u8>, GapKind)>);
        let (done, total) = (AtomicU64::new(0), len_to_u64(wanted.len()));
        let progress = reading.progress;
        let slice = |slice: &[Wanted<'_>]| -> Result<Slice, Error> {
            let (mut reader, mut parsers) = (self.opened.reader()?, Parsers::new());
            let (mut looks, mut lost) = (Vec::new(), Vec::new());
            for one in slice {
                let at = done.fetch_add(1, Ordering::Relaxed) + 1;
                progress(Progress::Parsed(at, total));
                let row = known.rows.get(&one.key);
                let look = self.look_at(&mut reader, &mut parsers, (one, row), fits);
                looks.push(look.unwrap_or_else(|why| {
                    lost.push((one.path.to_vec(), why));
                    Look { row: None, fits: false, stream: None }
                }));
            }
            Ok((looks, lost))
        };
        let slices: Result<Vec<Slice>, Error> =
            wanted.par_chunks(SLICE_FILES).map(slice).collect();
        let mut looks = Vec::new();
        for (found, lost) in slices? {
            looks.extend(found);
            lost.iter().for_each(|(path, kind)| remark_lost(reading, path, *kind));
        }
        Ok(looks)
    }

    fn look_at(
        &self,
        reader: &mut ObjectReader<'_>,
        parsers: &mut Parsers,
        (one, row): (&Wanted<'_>, Option<&Row>),
        fits: &(dyn Fn(&Words) -> bool + Sync),
    ) -> Result<Look, GapKind> {
        let nothing = |row| Ok(Look { row, fits: false, stream: None });
        let mut read =
            || reader.read(one.blob, ObjectKind::Blob).map_err(Unreadable::gap);
        let (words, bytes): (Words, ObjectBytes) = match row {
            Some(row) if row.state == State::Uncounted || !fits(&row.words) => {
                return nothing(None);
            }
            Some(row) if row.state != State::Unparsed => {
                return Ok(Look { row: None, fits: true, stream: None });
            }
            Some(row) => (row.words.clone(), read()?),
            None => {
                let bytes = read()?;
                (Words::of(&bytes), bytes)
            }
        };
        if !file_class::of_version(one.path, &bytes, one.said).is_countable() {
            let row = Row { words: Words::default(), state: State::Uncounted };
            return nothing(Some(row));
        }
        if !fits(&words) {
            return nothing(Some(Row { words, state: State::Unparsed }));
        }
        let (state, stream) = self.parsed(parsers, one, &bytes);
        Ok(Look { row: Some(Row { words, state }), fits: true, stream })
    }

    fn parsed(
        &self,
        parsers: &mut Parsers,
        one: &Wanted<'_>,
        bytes: &[u8],
    ) -> (State, Option<Arc<TokenStream>>) {
        match TokenStream::read(parsers, Some(one.language), bytes, PRESET) {
            Err(_too_large) => (State::NotComparable, None),
            Ok(stream) => {
                let prints = stream.fingerprints(PRESET);
                let is_wanted = self.question.has_one_of(&prints);
                let state = State::Comparable { has_tests: stream.has_tests(), prints };
                (state, is_wanted.then(|| Arc::new(stream)))
            }
        }
    }

    /// The tokens of some of the files.
    fn streams(
        &self,
        wanted: &[Wanted<'_>],
        chosen: Vec<usize>,
        looks: &mut [Look],
        reading: &mut Reading<'_>,
    ) -> Result<Vec<Candidate>, Error> {
        let mut streams: Vec<(usize, Option<Arc<TokenStream>>)> =
            chosen.into_iter().map(|at| (at, looks[at].stream.take())).collect();
        let lost: Result<Vec<Option<(usize, GapKind)>>, Error> = streams
            .par_iter_mut()
            .filter(|(_, stream)| stream.is_none())
            .map(|(at, stream)| {
                let (one, mut parsers) = (&wanted[*at], Parsers::new());
                let read = self.opened.reader()?.read(one.blob, ObjectKind::Blob);
                let bytes = match read {
                    Ok(bytes) => bytes,
                    Err(why) => return Ok(Some((*at, why.gap()))),
                };
                *stream = self.parsed(&mut parsers, one, &bytes).1;
                Ok(None)
            })
            .collect();
        for (at, kind) in lost?.into_iter().flatten() {
            remark_lost(reading, wanted[at].path, kind);
        }
        let candidate = |(at, stream): (usize, Option<Arc<TokenStream>>)| {
            Some(Candidate { path: wanted[at].path.to_vec(), stream: stream? })
        };
        Ok(streams.into_iter().filter_map(candidate).collect())
    }

    /// Whether code among the files tests other code, and whether some of it had to be
    /// parsed to know.
    fn tests(
        &self,
        wanted: &[Wanted<'_>],
        known: &mut Known,
        reading: &mut Reading<'_>,
    ) -> Result<(bool, bool), Error> {
        /// How many files are parsed before it is asked again.
        const STEP_FILES: usize = 4 * SLICE_FILES;
        let has_tests = |one: &Wanted<'_>, known: &Known| {
            let state = known.rows.get(&one.key).map(|row| &row.state);
            matches!(state, Some(State::Comparable { has_tests: true, .. }))
        };
        if wanted.iter().any(|one| has_tests(one, known)) {
            return Ok((true, false));
        }
        let mut has_parsed = false;
        for step in wanted.chunks(STEP_FILES) {
            let mut looks = self.look(step, known, reading, &|_| true)?;
            has_parsed |= take_rows(step, &mut looks, known);
            if step.iter().any(|one| has_tests(one, known)) {
                return Ok((true, has_parsed));
            }
        }
        Ok((false, has_parsed))
    }
}

fn remark_lost(reading: &mut Reading<'_>, path: &[u8], kind: GapKind) {
    let why = "file where the change begins that cannot be read to be compared with";
    reading.remarks.add(kind, why, path);
}
