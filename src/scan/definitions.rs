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
use crate::lines::records::{self, DefinitionsRecord, Records};
use crate::lines::schedule::Progress;
use crate::lines::versions::Graph;
use crate::syntax::{self, DefinitionKind, LanguageId};
use crate::units::len_to_u64;

/// Definitions by blob.
pub(super) type Counted = Vec<(ObjectId, DefinitionsRecord)>;

/// Counts the definitions of the files at the tip whose language is parsed, by blob. A
/// file that cannot be read is a gap already, where its lines are.
pub(super) fn count(
    opened: &Opened,
    graph: &Graph,
    kinds: &Kinds<'_>,
    known: &Records,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(Counted, ReadWork), Error> {
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
    let slices: Result<Vec<(Vec<_>, ReadWork)>, Error> = wanted
        .par_chunks(SLICE_FILES)
        .map(|slice| count_slice(opened, kinds, slice, known, &tick))
        .collect();
    let (mut counts, mut read) = (Vec::new(), ReadWork::default());
    for (found, work) in slices? {
        counts.extend(found);
        read.add(work);
    }
    Ok((counts, read))
}

/// Sums of all files, by language.
pub(super) fn sum(counts: &[(ObjectId, DefinitionsRecord)]) -> Vec<DefinitionCount> {
    let mut total: BTreeMap<&str, DefinitionCount> = BTreeMap::new();
    for (_, count) in counts {
        let sum = total.entry(&count.language).or_insert_with(|| DefinitionCount {
            language: count.language.clone(),
            files: 0,
            functions: 0,
            classes: 0,
        });
        sum.files += 1;
        sum.functions += count.functions;
        sum.classes += count.classes;
    }
    total.into_values().collect()
}

fn count_slice(
    opened: &Opened,
    kinds: &Kinds<'_>,
    slice: &[(LanguageId, ObjectId)],
    known: &Records,
    tick: &dyn Fn(),
) -> Result<(Counted, ReadWork), Error> {
    let mut reader = opened.reader()?;
    let mut counts = Vec::new();
    for &(language, blob) in slice {
        tick();
        if let Some(count) = known.definitions(blob, language.language().name) {
            counts.push((blob, count.clone()));
            continue;
        }
        let Ok(bytes) = reader.read(blob, ObjectKind::Blob) else { continue };
        let parsed = kinds.with(|parsers| parsers.read(language, &bytes));
        let of = |wanted: &[DefinitionKind]| {
            let found =
                parsed.definitions.iter().filter(|one| wanted.contains(&one.kind));
            len_to_u64(found.count())
        };
        let count = DefinitionsRecord {
            language: language.language().name.to_owned(),
            functions: of(&[DefinitionKind::Function, DefinitionKind::Method]),
            classes: of(&[DefinitionKind::Class]),
            layer: records::NEW,
        };
        counts.push((blob, count));
    }
    Ok((counts, reader.work))
}
