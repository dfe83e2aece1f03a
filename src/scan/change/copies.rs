//! Added lines that stand elsewhere, too: in the tree where the change begins, changed or
//! not, or at another place that it adds.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::base_index::{BaseIndex, Candidate};
use super::base_tree::BaseTree;
use super::facts::Copied;
use super::files::{Changed, Version};
use super::{Reading, functions, texts};
use crate::clones::{
    BirthCounts, CloneType, FileChange, Index, IndexedFile, Origin, Partner, Preset,
    SearchSteps, TokenStream, births,
};
use crate::file_class::{self, FileClass};
use crate::history::ObjectId;
use crate::history::objects::{ObjectBytes, ObjectKind};
use crate::limits::CLONE_HISTORY_STEPS;
use crate::lines::schedule::Progress;
use crate::problem::GapKind;
use crate::syntax::{LanguageId, Parsers};

const PRESET: Preset = Preset::Default;

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) product: BirthCounts,
    pub(super) tests: BirthCounts,
    pub(super) copies: Vec<Copied>,
}

/// The streams of both sides of a file.
struct Streams {
    old: Option<Arc<TokenStream>>,
    new: Option<Arc<TokenStream>>,
}

/// Finds them. What of the tree before cannot be compared is a remark; what of the change
/// cannot be is named.
pub(super) fn find(
    reading: &mut Reading<'_>,
    base: &BaseTree,
    index: &BaseIndex,
    files: &[Changed],
) -> Found {
    let judged: Vec<&Changed> = files.iter().filter(|file| file.is_judged()).collect();
    let done = AtomicU64::new(0);
    let streams = |file: &&Changed| {
        (reading.progress)(Progress::Settled(done.fetch_add(1, Ordering::Relaxed) + 1));
        streams(file)
    };
    let streams: Vec<Streams> = judged.par_iter().map(streams).collect();
    let mut prints: HashSet<u32> = HashSet::new();
    for (file, streams) in judged.iter().zip(&streams) {
        if let Some(new) = &streams.new {
            prints.extend(new.fingerprints_near(PRESET, &file.added));
        }
    }
    let mut tree = Index::new(PRESET);
    for (path, file) in others(reading, base, &index.candidates(&prints)) {
        tree.insert(&path, file);
    }
    for (file, streams) in judged.iter().zip(&streams) {
        if let (Some(old), Some(stream)) = (&file.old, &streams.old) {
            let stream = Arc::clone(stream);
            tree.insert(&old.path, IndexedFile { stream, is_test: file.is_test() });
        }
    }
    let changes: Vec<FileChange<'_>> = judged
        .iter()
        .zip(&streams)
        .map(|(file, streams)| change(file, streams))
        .collect();
    let mut steps = SearchSteps { left: CLONE_HISTORY_STEPS.value };
    let found = births(&mut tree, &changes, &mut steps);
    for gap in found.gaps.list().into_iter().chain(tree.gaps().list()) {
        reading.remarks.add_many(
            GapKind::SearchLimit,
            &gap.why,
            gap.first.bytes(),
            gap.count,
        );
    }
    if steps.left == 0 {
        reading.cannot(b"", "it repeats itself too often to be compared");
    }
    let of_path: BTreeMap<&[u8], (&Changed, &Streams)> = judged
        .iter()
        .zip(&streams)
        .map(|(file, it)| (file.path(), (*file, it)))
        .collect();
    let copied = |partner: &Partner| {
        let (file, streams) = of_path.get(partner.path.bytes())?;
        copied(file, streams.new.as_deref()?, partner)
    };
    Found {
        product: found.product,
        tests: found.tests,
        copies: found.evidence.iter().filter_map(copied).collect(),
    }
}

fn streams(file: &Changed) -> Streams {
    let mut parsers = Parsers::new();
    let mut stream = |version: &Option<Version>| {
        let version = version.as_ref()?;
        let text = version.text.as_ref().filter(|_| version.parsed.is_some())?;
        let language = crate::syntax::language_of(&version.path);
        TokenStream::read(&mut parsers, language, &text.bytes, PRESET).ok().map(Arc::new)
    };
    Streams { old: stream(&file.old), new: stream(&file.new) }
}

fn change<'c>(file: &'c Changed, streams: &Streams) -> FileChange<'c> {
    let after = file.new.as_ref().zip(streams.new.as_ref()).map(|(new, stream)| {
        let stream = Arc::clone(stream);
        (new.path.as_slice(), IndexedFile { stream, is_test: file.is_test() })
    });
    FileChange {
        before: file.old.as_ref().map(|old| old.path.as_slice()),
        after,
        added: &file.added,
        moved: &[],
        reformed: &[],
        deleted: &file.deleted,
        gone_on: &[],
        is_unseen: false,
    }
}

/// The other files that may have something in common with the change.
fn others(
    reading: &mut Reading<'_>,
    base: &BaseTree,
    candidates: &[Candidate<'_>],
) -> Vec<(Vec<u8>, IndexedFile)> {
    let mut read: Vec<(Vec<u8>, LanguageId, ObjectBytes)> = Vec::new();
    let mut bytes_of: BTreeMap<ObjectId, ObjectBytes> = BTreeMap::new();
    for one in candidates {
        let bytes = match bytes_of.get(&one.blob) {
            Some(bytes) => ObjectBytes::clone(bytes),
            None => match reading.reader.read(one.blob, ObjectKind::Blob) {
                Ok(bytes) => bytes,
                Err(why) => {
                    let words = "file where the change begins that cannot be read to be \
                                 compared with";
                    reading.remarks.add(why.gap(), words, one.path);
                    continue;
                }
            },
        };
        bytes_of.insert(one.blob, ObjectBytes::clone(&bytes));
        read.push((one.path.to_vec(), one.language, bytes));
    }
    let file = |(path, language, bytes): (Vec<u8>, LanguageId, ObjectBytes)| {
        let mut parsers = Parsers::new();
        let stream =
            TokenStream::read(&mut parsers, Some(language), &bytes, PRESET).ok()?;
        let class = file_class::of_version(&path, b"", base.said(&path));
        let is_test = class == FileClass::Test;
        Some((path, IndexedFile { stream: Arc::new(stream), is_test }))
    };
    read.into_par_iter().filter_map(file).collect()
}

fn copied(file: &Changed, stream: &TokenStream, partner: &Partner) -> Option<Copied> {
    let in_base = match partner.origin {
        Origin::Copied => true,
        Origin::Repeated => false,
        Origin::Moved | Origin::Edited => return None,
    };
    let (parsed, inside) = file.new.as_ref()?.parsed.as_ref()?;
    let lines = partner.lines.clone();
    Some(Copied {
        path: partner.path.clone(),
        first_line: lines.start + 1,
        last_line: lines.end.max(lines.start + 1),
        symbol: functions::around(inside, lines.start),
        added_lines: partner.added_lines,
        of_path: partner.of_path.clone(),
        of_first_line: partner.of_lines.start + 1,
        of_last_line: partner.of_lines.end.max(partner.of_lines.start + 1),
        in_base,
        is_renamed: partner.clone_type == CloneType::Two,
        tokens: partner.tokens,
        is_test: file.is_test() || texts::holds(&parsed.tests, lines.start),
        digest: stream.digest(lines),
    })
}
