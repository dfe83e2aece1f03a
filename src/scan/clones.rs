//! Code that stands in several places at the tip.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::clones::{CloneClass, CloneType, Index, IndexedFile, Preset, TokenStream};
use crate::error::Error;
use crate::facts::{CloneFacts, ClonePlace, DuplicationFacts};
use crate::file_class::{self, FileClass};
use crate::history::ObjectId;
use crate::history::objects::{ObjectKind, ReadWork};
use crate::history::open::Opened;
use crate::lines::schedule::Progress;
use crate::lines::versions::Graph;
use crate::problem::{GapKind, Gaps};
use crate::syntax::{self, Fallback, LanguageId, Parsers};
use crate::units::{len_to_u32, len_to_u64};

/// The preset of reports.
const PRESET: Preset = Preset::Default;

/// A file at the tip that is compared.
struct Wanted {
    path: u32,
    blob: ObjectId,
    language: LanguageId,
}

/// Finds the clones among the files at the tip whose language is parsed and that count.
/// A file that cannot be read is a gap already, where its lines are.
pub(super) fn find(
    opened: &Opened,
    graph: &Graph,
    gaps: &mut Gaps,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(DuplicationFacts, ReadWork), Error> {
    let wanted = wanted(graph);
    let (streams, read) = read(opened, &wanted, progress)?;
    let mut index = Index::new(PRESET);
    let mut numbers: BTreeMap<&[u8], u32> = BTreeMap::new();
    for one in &wanted {
        let path = graph.paths[one.path as usize].as_slice();
        match streams.get(&one.blob) {
            Some(Ok(stream)) => {
                let is_test = file_class::by_path(path) == FileClass::Test;
                let file = IndexedFile { stream: Arc::clone(stream), is_test };
                index.insert(path, file);
                numbers.insert(path, one.path);
            }
            Some(Err(_)) => {
                let why = "file too large or minified to be compared with others";
                gaps.add(GapKind::ParserFallback, why, path);
            }
            None => {}
        }
        progress(Progress::Settled(u64::from(one.path)));
    }
    let found = index.duplication();
    gaps.merge(&found.gaps);
    let path_of = |file: u32| {
        let path = found.files.get(file as usize)?;
        numbers.get(path.bytes()).copied()
    };
    let class = |class: &CloneClass| class_facts(class, &path_of);
    let facts = DuplicationFacts {
        preset: PRESET.as_str().to_owned(),
        files: len_to_u64(found.files.len()),
        product: found.product,
        tests: found.tests,
        classes: found.classes.iter().filter_map(class).collect(),
    };
    Ok((facts, read))
}

fn wanted(graph: &Graph) -> Vec<Wanted> {
    let of = |&(path, version): &(u32, u32)| {
        let bytes = graph.paths[path as usize].as_slice();
        let counts = file_class::by_path(bytes).is_countable();
        let language = syntax::language_of(bytes).filter(|_| counts)?;
        Some(Wanted { path, blob: graph.versions[version as usize].blob, language })
    };
    graph.tip.iter().filter_map(of).collect()
}

/// The streams of blobs, each read once.
type Streams = BTreeMap<ObjectId, Result<Arc<TokenStream>, Fallback>>;

fn read(
    opened: &Opened,
    wanted: &[Wanted],
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(Streams, ReadWork), Error> {
    const SLICE_FILES: usize = 64;
    let blobs: BTreeMap<ObjectId, LanguageId> =
        wanted.iter().map(|one| (one.blob, one.language)).collect();
    let blobs: Vec<(ObjectId, LanguageId)> = blobs.into_iter().collect();
    let (done, total) = (AtomicU64::new(0), len_to_u64(blobs.len()));
    let slices: Result<Vec<(Streams, ReadWork)>, Error> = blobs
        .par_chunks(SLICE_FILES)
        .map(|slice| {
            let mut reader = opened.reader()?;
            let mut parsers = Parsers::new();
            let mut streams = Streams::new();
            for &(blob, language) in slice {
                progress(Progress::Parsed(
                    done.fetch_add(1, Ordering::Relaxed) + 1,
                    total,
                ));
                let Ok(bytes) = reader.read(blob, ObjectKind::Blob) else { continue };
                let stream =
                    TokenStream::read(&mut parsers, Some(language), &bytes, PRESET);
                streams.insert(blob, stream.map(Arc::new));
            }
            Ok((streams, reader.work))
        })
        .collect();
    let (mut streams, mut work) = (Streams::new(), ReadWork::default());
    for (found, read) in slices? {
        streams.extend(found);
        work.add(read);
    }
    Ok((streams, work))
}

fn class_facts(
    class: &CloneClass,
    path_of: &impl Fn(u32) -> Option<u32>,
) -> Option<CloneFacts> {
    let place = |one: &crate::clones::Instance| {
        Some(ClonePlace {
            path: path_of(one.file)?,
            start: one.lines.start,
            end: one.lines.end,
            countable: one.countable_lines,
            is_test: one.is_test,
        })
    };
    let places: Option<Vec<ClonePlace>> = class.instances.iter().map(place).collect();
    Some(CloneFacts {
        clone_type: match class.clone_type {
            CloneType::One => 1,
            CloneType::Two => 2,
        },
        tokens: len_to_u32(class.tokens as usize),
        places: places?,
    })
}
