//! Facts of an earlier run with the same tip and the same options, and records of what
//! commits did for runs with another tip.
//!
//! Neither messages nor addresses are kept: people are kept as the commits that name
//! them, and read from there again.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::attested::Sources;
use super::authors::{self, Named};
use super::{Aside, ScanOptions, context};
use crate::cache;
use crate::facts::{Author, FACTS_VERSION, Facts};
use crate::history::layout::looks_like_repository;
use crate::history::mark::{FileMark, PackMark};
use crate::history::objects::{ObjectKind, ObjectReader};
use crate::history::open::{Opened, Tip};
use crate::history::pulls::PullHeads;
use crate::history::{CommitIdx, ObjectId, commit};
use crate::identity::Mailmap;
use crate::limits;
use crate::lines::records::{Records, may_heal};
use crate::problem::Gaps;
use crate::provenance::{self, Rules};
use crate::untrusted::Untrusted;

/// What kept facts answer to: everything that could change one of them.
#[derive(Serialize)]
struct Question<'a> {
    facts_version: u32,
    tool_version: &'a str,
    limits: Vec<u64>,
    options: ScanOptions,
    rules: u64,
    repository: [FileMark; 2],
    branch: &'a [u8],
    tip: Option<ObjectId>,
    shallow: &'a [ObjectId],
    pulls: &'a PullHeads,
    sources: Option<&'a Sources>,
    remarks: Gaps,
}

/// Where facts and records are kept, and what they answer to.
pub(super) struct Place<'a> {
    folder: &'a Path,
    facts: (String, Vec<u8>),
    records: (String, Vec<u8>),
}

/// Holds that what is kept cannot have been brought by a repository.
///
/// # Errors
///
/// When it can, in words.
pub(super) fn check_place(options: &ScanOptions) -> Result<(), String> {
    let Some(folder) = options.cache_folder.as_deref() else { return Ok(()) };
    cache::check_place(folder, looks_like_repository).map_err(|why| why.in_words())
}

/// The place of the facts of a repository; `None` when nothing is to be kept.
pub(super) fn place<'a>(
    opened: &Opened,
    tip: &Tip,
    options: &'a ScanOptions,
    Aside { pulls, sources, .. }: Aside<'_>,
) -> Option<Place<'a>> {
    let folder = options.cache_folder.as_deref()?;
    let asked = ScanOptions {
        cache_folder: None,
        jobs: None,
        // Their digest stands for them.
        provenance_rules: None,
        ..options.clone()
    };
    let rules = provenance::digest(options.provenance_rules.as_deref());
    // However it was named: what is asked about is a folder.
    let path = opened.git_folder().as_os_str().as_encoded_bytes();
    // One file for each repository and way of asking: a new tip takes the place of
    // the old one.
    let way = postcard::to_stdvec(&(path, &asked, rules)).ok()?;
    let name = format!("{:032x}.facts", xxhash_rust::xxh3::xxh3_128(&way));
    let mut remarks = Gaps::default();
    opened.remark(&mut remarks);
    let question = Question {
        facts_version: FACTS_VERSION,
        tool_version: env!("CARGO_PKG_VERSION"),
        limits: limits::LIMITS.iter().map(|limit| limit.value).collect(),
        options: asked,
        rules,
        repository: opened.marks().ok()?,
        branch: &tip.name,
        tip: tip.commit,
        shallow: opened.shallow(),
        pulls,
        sources: Some(sources),
        remarks,
    };
    let facts = (name, postcard::to_stdvec(&question).ok()?);
    // Records are of commits, whichever branch leads to them, and until when.
    let asked = ScanOptions {
        rev: None,
        as_of: None,
        landing_events: Vec::new(),
        // Neither do they know of copies.
        clone_history: false,
        // Nor of functions.
        function_history: false,
        // Nor of files.
        tip_files: false,
        ..question.options
    };
    let way = postcard::to_stdvec(&(path, &asked)).ok()?;
    let name = format!("{:032x}.records", xxhash_rust::xxh3::xxh3_128(&way));
    // Each says itself which versions it was made of, whatever pull requests there are.
    let no_pulls = PullHeads::new();
    let question = Question {
        options: asked,
        // They say nothing of what commits did.
        rules: 0,
        branch: &[],
        tip: None,
        pulls: &no_pulls,
        sources: None,
        remarks: Gaps::default(),
        ..question
    };
    let records = (name, postcard::to_stdvec(&question).ok()?);
    Some(Place { folder, facts, records })
}

/// The records of earlier runs that were made of packs that are there; empty when there
/// are none.
pub(super) fn load_records(place: &Place<'_>, packs: &BTreeSet<PackMark>) -> Records {
    let (name, key) = &place.records;
    let bytes = cache::load(place.folder, name, key);
    bytes.and_then(|bytes| Records::read(bytes, packs)).unwrap_or_default()
}

/// What is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The packs that they were made of. What a pack says is taken at its word, for as
    /// long as it is there.
    packs: BTreeSet<PackMark>,
    /// The facts, without people and without what lies on other branches.
    facts: Facts,
    /// For each person a commit that names them.
    people: Vec<Named>,
}

/// Returns the facts that were kept, if they are there with the packs that they were made
/// of, and every person can be named.
pub(super) fn load(
    place: &Place<'_>,
    rules: &Rules,
    there: &BTreeSet<PackMark>,
    reader: &mut ObjectReader<'_>,
) -> Option<Facts> {
    let (name, key) = &place.facts;
    let bytes = cache::load(place.folder, name, key)?;
    let Kept { packs, mut facts, people } = postcard::from_bytes(&bytes).ok()?;
    if !packs.is_subset(there) {
        return None;
    }
    facts.people = name_people(&facts, &people, rules, reader)?;
    Some(facts).filter(Facts::is_sound)
}

fn name_people(
    facts: &Facts,
    people: &[Named],
    rules: &Rules,
    reader: &mut ObjectReader<'_>,
) -> Option<Vec<Author>> {
    let mut read = |at: CommitIdx| -> Option<commit::RawCommit> {
        let id = facts.commits.get(at.at())?.id;
        commit::parse(&reader.read(id, ObjectKind::Commit).ok()?)
    };
    let Some(tip) = facts.commits.len().checked_sub(1) else {
        return Some(Vec::new());
    };
    let tip = read(CommitIdx(crate::units::len_to_u32(tip)))?;
    let raw: Option<Vec<_>> =
        people.iter().map(|named| Some((read(named.commit)?, named))).collect();
    // The gaps that its text leaves are among those kept. That it cannot be read is none of
    // them.
    let mut known_gaps = Gaps::default();
    let failures = reader.failures;
    let mailmap =
        match context::read_root_file(reader, tip.tree, b".mailmap", &mut known_gaps) {
            Some(text) => Mailmap::parse(&text, &mut known_gaps),
            None => Mailmap::parse(b"", &mut known_gaps),
        };
    if reader.failures > failures {
        return None;
    }
    let author = |(commit, named): &(commit::RawCommit, &Named)| {
        authors::named(rules, &mailmap, commit, named)
    };
    let found: Option<Vec<Author>> = raw.iter().flatten().map(author).collect();
    // They were numbered in order; anything else is another world.
    let is_whole = |found: &Vec<Author>| {
        found.len() == people.len() && found.is_sorted_by(|one, two| one < two)
    };
    found.filter(|found| raw.is_some() && is_whole(found))
}

/// Keeps facts and records for the next run; facts only with the packs that they were made
/// of, which there are not when an object could not be read, wherever that shows: one that
/// is missing now can be there tomorrow.
///
/// # Errors
///
/// When they cannot be written, in words.
pub(super) fn keep(
    place: &Place<'_>,
    facts: &Facts,
    records: Option<Vec<u8>>,
    packs: Option<BTreeSet<PackMark>>,
) -> Result<(), String> {
    let in_words = |why: cache::Fault| why.in_words();
    if let Some(bytes) = records {
        let (name, key) = &place.records;
        cache::store(place.folder, name, key, &bytes).map_err(in_words)?;
    }
    let Some(packs) = packs.filter(|_| !may_heal(&facts.gaps)) else { return Ok(()) };
    let Some(people) = authors::naming_commits(facts) else { return Ok(()) };
    let facts = Facts {
        people: Vec::new(),
        checkpoints: Vec::new(),
        path: Untrusted::default(),
        ..facts.clone()
    };
    let bytes = postcard::to_stdvec(&Kept { packs, facts, people })
        .map_err(|why| format!("the facts cannot be kept ({why})"))?;
    let (name, key) = &place.facts;
    cache::store(place.folder, name, key, &bytes).map_err(in_words)
}
