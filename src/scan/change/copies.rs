//! Added lines that stand elsewhere, too: in the tree where the change begins, changed or
//! not, or at another place that it adds.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::base_index::{Candidate, Question};
use super::base_tree::BaseTree;
use super::facts::Copied;
use super::files::{Changed, Version};
use super::{Reading, functions, literals, texts};
use crate::clones::{
    BirthCounts, CloneType, FileChange, Index, IndexedFile, Origin, Partner, Preset,
    SearchSteps, TokenStream, births,
};
use crate::file_class::{self, FileClass};
use crate::limits::CLONE_HISTORY_STEPS;
use crate::lines::schedule::Progress;
use crate::problem::GapKind;
use crate::syntax::Parsers;
use crate::units::len_to_u64;

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

/// The code of a change, as it is compared.
pub(super) struct Code<'c> {
    judged: Vec<&'c Changed>,
    streams: Vec<Streams>,
}

/// Reads the code of a change.
pub(super) fn read<'c>(reading: &Reading<'_>, files: &'c [Changed]) -> Code<'c> {
    let judged: Vec<&Changed> = files.iter().filter(|file| file.is_judged()).collect();
    let done = AtomicU64::new(0);
    let streams = |file: &&Changed| {
        (reading.progress)(Progress::Settled(done.fetch_add(1, Ordering::Relaxed) + 1));
        streams(file)
    };
    let streams: Vec<Streams> = judged.par_iter().map(streams).collect();
    Code { judged, streams }
}

impl Code<'_> {
    /// By what to look for files that can hold clones of added lines.
    pub(super) fn question(&self) -> Question {
        let mut question = Question::default();
        for (file, streams) in self.judged.iter().zip(&self.streams) {
            let text = file.new.as_ref().and_then(|new| new.text.as_ref());
            if let (Some(stream), Some(text)) = (&streams.new, text) {
                question.words.add(stream, &text.bytes, &file.added);
                question.prints.extend(stream.fingerprints_near(PRESET, &file.added));
            }
        }
        question
    }
}

/// Finds them. What of the tree before cannot be compared is a remark; what of the change
/// cannot be is named.
pub(super) fn find(
    reading: &mut Reading<'_>,
    base: &BaseTree,
    candidates: Vec<Candidate>,
    code: &Code<'_>,
) -> Found {
    let Code { judged, streams } = code;
    let mut tree = Index::new(PRESET);
    for Candidate { path, stream } in candidates {
        let class = file_class::of_version(&path, b"", base.said(&path));
        tree.insert(&path, IndexedFile { stream, is_test: class == FileClass::Test });
    }
    for (file, streams) in judged.iter().zip(streams) {
        if let (Some(old), Some(stream)) = (&file.old, &streams.old) {
            let stream = Arc::clone(stream);
            tree.insert(&old.path, IndexedFile { stream, is_test: file.is_test() });
        }
    }
    let changes: Vec<FileChange<'_>> =
        judged.iter().zip(streams).map(|(file, streams)| change(file, streams)).collect();
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
    let of_path: BTreeMap<&[u8], (&Changed, &Streams)> =
        judged.iter().zip(streams).map(|(file, it)| (file.path(), (*file, it))).collect();
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

fn copied(file: &Changed, stream: &TokenStream, partner: &Partner) -> Option<Copied> {
    let in_base = match partner.origin {
        Origin::Copied => true,
        Origin::Repeated => false,
        Origin::Moved | Origin::Edited => return None,
    };
    let new = file.new.as_ref()?;
    let (_, inside) = new.parsed.as_ref()?;
    let lines = partner.lines.clone();
    // A test within them makes no test of the others.
    let is_product =
        |line: &u32| texts::holds(&file.added, *line) && file.is_product_line(new, *line);
    let is_test = !lines.clone().any(|line| is_product(&line));
    let text = new.text.as_ref()?;
    let is_data = |line: u32| {
        functions::around(inside, line).is_none() && literals::is_literal(text.line(line))
    };
    let product_lines =
        len_to_u64(lines.clone().filter(|it| is_product(it) && !is_data(*it)).count());
    Some(Copied {
        path: partner.path.clone(),
        first_line: lines.start + 1,
        last_line: lines.end.max(lines.start + 1),
        symbol: functions::around(inside, lines.start),
        added_lines: match is_test {
            true => partner.added_lines,
            false => partner.added_lines.min(product_lines),
        },
        of_path: partner.of_path.clone(),
        of_first_line: partner.of_lines.start + 1,
        of_last_line: partner.of_lines.end.max(partner.of_lines.start + 1),
        in_base,
        is_renamed: partner.clone_type == CloneType::Two,
        tokens: partner.tokens,
        is_test,
        digest: stream.digest(lines),
    })
}
