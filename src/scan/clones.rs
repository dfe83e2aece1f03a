//! Code that stands in several places at the tip.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::signals::prints::FilePrints;
use crate::clones::{
    CloneClass, CloneType, Density, Duplication, Index, IndexedFile, LineUse, Preset,
    TokenStream,
};
use crate::error::Error;
use crate::facts::{CloneFacts, ClonePlace, DebtFacts, DuplicationFacts, PresetFacts};
use crate::file_class::{self, FileClass};
use crate::history::objects::{ObjectKind, ReadWork};
use crate::history::open::Opened;
use crate::history::{CommitIdx, ObjectId};
use crate::lines::book::Mark;
use crate::lines::instances::Standing;
use crate::lines::schedule::Progress;
use crate::lines::versions::Graph;
use crate::problem::{GapKind, Gaps};
use crate::syntax::{self, Fallback, LanguageId, Parsers};
use crate::units::{len_to_u32, len_to_u64};

/// The preset of reports, and those that stand beside it.
const PRESETS: [Preset; 3] = Preset::ALL;

/// A file at the tip that is compared.
struct Wanted {
    path: u32,
    content: (ObjectId, LanguageId),
}

/// What was found at the tip.
pub(super) struct Found {
    /// As facts, without who wrote the lines.
    pub(super) facts: DuplicationFacts,
    /// For each path compared a number for each line: what it is.
    pub(super) asked: FxHashMap<u32, Vec<u8>>,
    /// For each path compared its fingerprints; none unless asked for.
    pub(super) prints: Vec<FilePrints>,
}

/// Finds the clones among the files at the tip whose language is parsed and that count.
/// A file that cannot be read is a gap already, where its lines are.
pub(super) fn find(
    opened: &Opened,
    graph: &Graph,
    with_prints: bool,
    gaps: &mut Gaps,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(Found, ReadWork), Error> {
    let wanted = wanted(graph);
    let (streams, read) = read(opened, &wanted, progress)?;
    let numbers: BTreeMap<&[u8], u32> =
        wanted.iter().map(|one| (path_of(graph, one), one.path)).collect();
    for one in &wanted {
        if let Some(Err(_)) = streams.get(&one.content) {
            let why = "file too large or minified to be compared with others";
            gaps.add(GapKind::ParserFallback, why, path_of(graph, one));
        }
        progress(Progress::Settled(u64::from(one.path)));
    }
    let search = |at: usize| {
        let found = index(graph, &wanted, &streams, at).duplication();
        progress(Progress::Settled(len_to_u64(at)));
        found
    };
    // One after the other: each index is as large as the tree.
    let found = search(0);
    gaps.merge(&found.gaps);
    let other = |at: usize| {
        let Duplication { product, tests, gaps: missed, .. } = search(at);
        let preset = PRESETS[at].as_str().to_owned();
        (PresetFacts { preset, product, tests }, missed)
    };
    let others = (1..PRESETS.len()).map(|at| {
        let (other, missed) = other(at);
        gaps.merge(&missed);
        other
    });
    let others = others.collect();
    let number = |file: usize| {
        let path = found.files.get(file)?;
        numbers.get(path.bytes()).copied()
    };
    let class = |class: &CloneClass| class_facts(class, &number);
    let facts = DuplicationFacts {
        preset: PRESETS[0].as_str().to_owned(),
        files: len_to_u64(found.files.len()),
        product: found.product,
        tests: found.tests,
        classes: found.classes.iter().filter_map(class).collect(),
        others,
        debt: Vec::new(),
    };
    let asked = (0..).zip(&found.lines);
    let asked = asked.filter_map(|(file, lines)| {
        Some((number(file)?, lines.iter().copied().map(asked_of).collect()))
    });
    let asked = asked.collect();
    let prints = if with_prints { prints(&wanted, &streams) } else { Vec::new() };
    Ok((Found { facts, asked, prints }, read))
}

/// The fingerprints of each path.
fn prints(wanted: &[Wanted], streams: &Streams) -> Vec<FilePrints> {
    let of = |one: &Wanted| {
        let [stream, ..] = streams.get(&one.content)?.as_ref().ok()?;
        Some((one.path, stream.prints(PRESETS[0])))
    };
    wanted.iter().filter_map(of).collect()
}

fn path_of<'g>(graph: &'g Graph, one: &Wanted) -> &'g [u8] {
    &graph.paths[one.path as usize]
}

/// The files under one of the presets.
fn index(graph: &Graph, wanted: &[Wanted], streams: &Streams, at: usize) -> Index {
    let mut index = Index::new(PRESETS[at]);
    for one in wanted {
        let path = path_of(graph, one);
        if let Some(Ok(streams)) = streams.get(&one.content) {
            let is_test = file_class::by_path(path) == FileClass::Test;
            let stream = Arc::clone(&streams[at]);
            index.insert(path, IndexedFile { stream, is_test });
        }
    }
    index
}

/// A number for what a line is; 0 for one that does not count.
fn asked_of(line: LineUse) -> u8 {
    match line {
        LineUse::Uncounted => 0,
        LineUse::Alone => 1,
        LineUse::Duplicated => 2,
        LineUse::AloneInTest => 3,
        LineUse::DuplicatedInTest => 4,
    }
}

/// Who wrote the lines compared, and when they landed.
pub(super) fn debt(standing: &BTreeMap<Standing, u64>) -> Vec<DebtFacts> {
    let mut debt: BTreeMap<(u32, CommitIdx, Mark, bool), Density> = BTreeMap::new();
    for (one, &lines) in standing {
        let key = (one.landing, one.origin, one.mark, one.asked > 2);
        debt.entry(key).or_default().add(lines, one.asked % 2 == 0);
    }
    let row = |((landing, origin, mark, is_test), lines)| DebtFacts {
        landing,
        origin,
        mark,
        is_test,
        lines,
    };
    debt.into_iter().map(row).collect()
}

fn wanted(graph: &Graph) -> Vec<Wanted> {
    let of = |&(path, version): &(u32, u32)| {
        let bytes = graph.paths[path as usize].as_slice();
        let language = syntax::language_of(bytes).filter(|_| is_compared(bytes))?;
        let content = (graph.versions[version as usize].blob, language);
        Some(Wanted { path, content })
    };
    graph.tip.iter().filter_map(of).collect()
}

/// Whether a file counts, by its path.
pub(super) fn is_compared(path: &[u8]) -> bool {
    file_class::by_path(path).is_countable()
}

/// The streams of contents in their languages for all presets, each read once.
type Streams = BTreeMap<(ObjectId, LanguageId), Result<[Arc<TokenStream>; 3], Fallback>>;

fn read(
    opened: &Opened,
    wanted: &[Wanted],
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(Streams, ReadWork), Error> {
    const SLICE_FILES: usize = 64;
    let contents: BTreeSet<(ObjectId, LanguageId)> =
        wanted.iter().map(|one| one.content).collect();
    let contents: Vec<(ObjectId, LanguageId)> = contents.into_iter().collect();
    let (done, total) = (AtomicU64::new(0), len_to_u64(contents.len()));
    let slices: Result<Vec<(Streams, ReadWork)>, Error> = contents
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
                let found =
                    TokenStream::read_for(&mut parsers, Some(language), &bytes, PRESETS);
                streams.insert((blob, language), found.map(|found| found.map(Arc::new)));
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
    number: &impl Fn(usize) -> Option<u32>,
) -> Option<CloneFacts> {
    let place = |one: &crate::clones::Instance| {
        Some(ClonePlace {
            path: number(one.file as usize)?,
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
