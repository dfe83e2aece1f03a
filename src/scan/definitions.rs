//! Definitions at the tip, counted by language.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::kinds::Kinds;
use crate::error::Error;
use crate::facts::DefinitionCount;
use crate::history::ObjectId;
use crate::history::objects::{ObjectKind, ReadWork};
use crate::history::open::Opened;
use crate::lines::schedule::Progress;
use crate::lines::versions::Graph;
use crate::syntax::{self, DefinitionKind, LanguageId};
use crate::units::len_to_u64;

/// Counts the definitions of the files at the tip whose language is parsed. A file
/// that cannot be read is a gap already, where its lines are.
pub(super) fn count(
    opened: &Opened,
    graph: &Graph,
    kinds: &Kinds<'_>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(Vec<DefinitionCount>, ReadWork), Error> {
    const SLICE_FILES: usize = 64;
    let wanted: Vec<(LanguageId, ObjectId)> = graph
        .tip
        .iter()
        .filter_map(|&(path, version)| {
            let language = syntax::language_of(&graph.paths[path as usize])?;
            Some((language, graph.versions[version as usize].blob))
        })
        .collect();
    let done = AtomicU64::new(0);
    let total = len_to_u64(wanted.len());
    let tick =
        || progress(Progress::Parsed(done.fetch_add(1, Ordering::Relaxed) + 1, total));
    let slices: Vec<Result<(Vec<DefinitionCount>, ReadWork), Error>> = wanted
        .par_chunks(SLICE_FILES)
        .map(|slice| count_slice(opened, kinds, slice, &tick))
        .collect();
    let mut total: BTreeMap<String, DefinitionCount> = BTreeMap::new();
    let mut read = ReadWork::default();
    for slice in slices {
        let (counts, work) = slice?;
        read.add(work);
        for count in counts {
            let sum = total.entry(count.language.clone()).or_insert_with(|| {
                DefinitionCount { files: 0, functions: 0, classes: 0, ..count.clone() }
            });
            sum.files += count.files;
            sum.functions += count.functions;
            sum.classes += count.classes;
        }
    }
    Ok((total.into_values().collect(), read))
}

fn count_slice(
    opened: &Opened,
    kinds: &Kinds<'_>,
    slice: &[(LanguageId, ObjectId)],
    tick: &dyn Fn(),
) -> Result<(Vec<DefinitionCount>, ReadWork), Error> {
    let mut reader = opened.reader()?;
    let mut counts = Vec::new();
    for &(language, blob) in slice {
        tick();
        let Ok(bytes) = reader.read(blob, ObjectKind::Blob) else { continue };
        let parsed = kinds.with(|parsers| parsers.read(language, &bytes));
        let of = |wanted: &[DefinitionKind]| {
            let found =
                parsed.definitions.iter().filter(|one| wanted.contains(&one.kind));
            len_to_u64(found.count())
        };
        counts.push(DefinitionCount {
            language: language.language().name.to_owned(),
            files: 1,
            functions: of(&[DefinitionKind::Function, DefinitionKind::Method]),
            classes: of(&[DefinitionKind::Class]),
        });
    }
    Ok((counts, reader.work))
}
