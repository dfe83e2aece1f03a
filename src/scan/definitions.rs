//! What the files at the tip define: counted by language, with what is in their functions.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::kinds::Kinds;
use crate::error::Error;
use crate::facts::DefinitionCount;
use crate::file_class;
use crate::history::ObjectId;
use crate::history::attributes::Asserted;
use crate::history::objects::{ObjectKind, ReadWork};
use crate::history::open::Opened;
use crate::lines::records::{self, DefinitionsRecord, Records};
use crate::lines::schedule::Progress;
use crate::lines::versions::Graph;
use crate::syntax::{self, DefinitionKind, LanguageId, Parsers};
use crate::units::len_to_u64;

/// A file at the tip whose language is parsed.
pub(super) struct TipFile {
    /// The number of its path.
    pub(super) path: u32,
    /// Its content.
    pub(super) blob: ObjectId,
    /// What that defines.
    pub(super) record: DefinitionsRecord,
}

/// A file that is wanted.
type Wanted = (u32, LanguageId, ObjectId);

/// Reads the definitions of the files at the tip whose language is parsed, in the order
/// of the numbers of their paths. A file that cannot be read is a gap already, where its
/// lines are.
pub(super) fn count(
    opened: &Opened,
    graph: &Graph,
    kinds: &Kinds<'_>,
    known: &Records,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(Vec<TipFile>, ReadWork), Error> {
    const SLICE_FILES: usize = 64;
    let wanted: Vec<Wanted> = graph
        .tip
        .iter()
        .filter_map(|&(path, version)| {
            let language = syntax::language_of(&graph.paths[path as usize])?;
            Some((path, language, graph.versions[version as usize].blob))
        })
        .collect();
    let done = AtomicU64::new(0);
    let total = len_to_u64(wanted.len());
    let tick =
        || progress(Progress::Parsed(done.fetch_add(1, Ordering::Relaxed) + 1, total));
    let slices: Result<Vec<(Vec<TipFile>, ReadWork)>, Error> = wanted
        .par_chunks(SLICE_FILES)
        .map(|slice| count_slice(opened, kinds, slice, known, &tick))
        .collect();
    let (mut files, mut read) = (Vec::new(), ReadWork::default());
    for (found, work) in slices? {
        files.extend(found);
        read.add(work);
    }
    Ok((files, read))
}

/// Sums of all files, by language.
pub(super) fn sum(files: &[TipFile]) -> Vec<DefinitionCount> {
    let mut total: BTreeMap<&str, DefinitionCount> = BTreeMap::new();
    for TipFile { record: count, .. } in files {
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
    slice: &[Wanted],
    known: &Records,
    tick: &dyn Fn(),
) -> Result<(Vec<TipFile>, ReadWork), Error> {
    let mut reader = opened.reader()?;
    let mut files = Vec::new();
    for &(path, language, blob) in slice {
        tick();
        let name = language.language().name;
        let record = if let Some(record) = known.definitions(blob, name) {
            record.clone()
        } else {
            let Ok(bytes) = reader.read(blob, ObjectKind::Blob) else { continue };
            kinds.with(|parsers| record(parsers, language, &bytes))
        };
        files.push(TipFile { path, blob, record });
    }
    Ok((files, reader.work))
}

fn record(
    parsers: &mut Parsers,
    language: LanguageId,
    bytes: &[u8],
) -> DefinitionsRecord {
    let (parsed, inside) = parsers.read_whole(language, bytes);
    let of = |wanted: &[DefinitionKind]| {
        let found = parsed.definitions.iter().filter(|one| wanted.contains(&one.kind));
        len_to_u64(found.count())
    };
    let row = language.language();
    // A path of which nothing but the language is known: other files have the same bytes.
    let path = format!("a.{}", row.extensions[0]);
    let class = file_class::of_version(path.as_bytes(), bytes, Asserted::default());
    DefinitionsRecord {
        language: row.name.to_owned(),
        functions: of(&[DefinitionKind::Function, DefinitionKind::Method]),
        classes: of(&[DefinitionKind::Class]),
        inside,
        is_parsed: parsed.fallback.is_none(),
        looks_generated: !class.is_countable(),
        layer: records::NEW,
    }
}
