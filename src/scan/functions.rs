//! Functions and placeholders of the files at the tip, and the landings that brought in
//! what stands of them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::definitions::TipFile;
use crate::facts::{
    Facts, FunctionFacts, FunctionsFacts, PlaceholderFacts, StandingLandings,
};
use crate::file_class::{self, FileClass};
use crate::history::CommitIdx;
use crate::lines::versions::Graph;
use crate::syntax::{Function, Inside, Placeholder, PlaceholderKind};
use crate::units::len_to_u32;

/// Returns the functions and placeholders of the files that count. Those of one path
/// stand together, in the order of paths.
pub(super) fn table(files: &[TipFile], graph: &Graph) -> FunctionsFacts {
    let mut table = FunctionsFacts::default();
    let mut by_path: Vec<&TipFile> = files.iter().collect();
    by_path.sort_by_key(|file| &graph.paths[file.path as usize]);
    for file in by_path {
        let path = graph.paths[file.path as usize].as_slice();
        let class = file_class::by_path(path);
        if !class.is_countable() || file.record.looks_generated {
            continue;
        }
        if !file.record.is_parsed {
            table.not_parsed += 1;
            continue;
        }
        table.files += 1;
        add(&mut table, file, path, class == FileClass::Test);
    }
    table
}

fn add(table: &mut FunctionsFacts, file: &TipFile, path: &[u8], is_test_file: bool) {
    let Inside { functions, placeholders, test_code_lines, code } = &file.record.inside;
    let own: u64 = code.iter().map(|range| u64::from(range.end - range.start)).sum();
    let tests = u64::from(*test_code_lines);
    if is_test_file {
        table.test_lines += own + tests;
    } else {
        table.product_lines += own;
        table.test_lines += tests;
        table.inline_test_lines += tests;
    }
    let function = |it: &Function| FunctionFacts {
        path: file.path,
        function: Function { is_test: it.is_test || is_test_file, ..it.clone() },
        landings: None,
    };
    table.functions.extend(functions.iter().map(function));
    // In a file that only declares what is elsewhere, no body is to be written.
    let declares_only = path.ends_with(b".pyi");
    let counts = |it: &&Placeholder| !(declares_only && it.kind == PlaceholderKind::Stub);
    let placeholder = |it: &Placeholder| PlaceholderFacts {
        path: file.path,
        line: it.line,
        kind: it.kind,
        is_test: it.is_test || is_test_file,
        origin: None,
    };
    table.placeholders.extend(placeholders.iter().filter(counts).map(placeholder));
}

/// The lines of product code of each path at the tip.
pub(super) type ProductCode = Vec<(u32, Vec<Range<u32>>)>;

/// Returns the lines of product code of the files that [`table`] is of.
pub(super) fn product_code(files: &[TipFile], graph: &Graph) -> ProductCode {
    let is_product = |file: &&TipFile| {
        let class = file_class::by_path(&graph.paths[file.path as usize]);
        let counts = class.is_countable() && class != FileClass::Test;
        counts && !file.record.looks_generated
    };
    let code = |file: &TipFile| (file.path, file.record.inside.code.clone());
    files.iter().filter(is_product).map(code).collect()
}

/// Says which landings brought in what stands in functions, and who wrote the lines of
/// product code, by the lines at the tip.
pub(super) fn add_landings(facts: &mut Facts, code: &ProductCode) {
    let Some(table) = &mut facts.functions else { return };
    let standing: FxHashMap<u32, Origins> =
        facts.standing.iter().map(|file| (file.path, Origins::of(&file.runs))).collect();
    for one in &mut table.functions {
        let origins = standing.get(&one.path);
        one.landings = origins.and_then(|it| it.landings(&one.function));
    }
    for one in &mut table.placeholders {
        one.origin = standing.get(&one.path).and_then(|it| it.at(one.line));
    }
    let mut lines: BTreeMap<(CommitIdx, u32), u64> = BTreeMap::new();
    for (path, ranges) in code {
        let Some(origins) = standing.get(path) else { continue };
        for line in ranges.iter().flat_map(Clone::clone) {
            if let Some(origin) = origins.at(line) {
                *lines.entry(origin).or_default() += 1;
            }
        }
    }
    table.product_origins =
        lines.into_iter().map(|((commit, landing), n)| (commit, landing, n)).collect();
}

/// Who wrote the lines of a file: where each run begins, and of whom it is.
struct Origins {
    runs: Vec<(u32, CommitIdx, u32)>,
    end: u32,
}

impl Origins {
    fn of(runs: &[(u32, CommitIdx, u32)]) -> Self {
        let mut end = 0;
        let mut starts = Vec::with_capacity(runs.len());
        for &(lines, origin, landing) in runs {
            starts.push((end, origin, landing));
            end += lines;
        }
        Self { runs: starts, end }
    }

    fn at(&self, line: u32) -> Option<(CommitIdx, u32)> {
        let next = self.runs.partition_point(|run| run.0 <= line);
        let run = self.runs.get(next.checked_sub(1)?)?;
        (line < self.end).then_some((run.1, run.2))
    }

    fn landings(&self, function: &Function) -> Option<StandingLandings> {
        let lines = &function.lines;
        let first = self.runs.partition_point(|run| run.0 <= lines.start);
        let runs = self.runs.get(first.checked_sub(1)?..)?;
        let within = runs.iter().take_while(|run| run.0 < lines.end.min(self.end));
        let landings: BTreeSet<u32> = within.map(|run| run.2).collect();
        Some(StandingLandings {
            n: len_to_u32(landings.len()),
            first: *landings.first()?,
            last: *landings.last()?,
        })
    }
}
