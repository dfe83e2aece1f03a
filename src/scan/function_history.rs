//! Which functions each landing of the parsed window touched.
//!
//! Which lines came and went, and where they stood, is in the book of lines already; only
//! the versions that landings changed are parsed, for where their functions are. A
//! function is its qualified name in its file, and a file is followed through renames as
//! its lines are.

mod lines;
mod outlines;

use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::clone_history::{Landing, windows};
use crate::error::Error;
use crate::facts::{
    Before, FunctionChangeFacts, FunctionHistoryFacts, FunctionsFacts,
    LandingFunctionsFacts,
};
use crate::file_class::{self, FileClass};
use crate::history::objects::ReadWork;
use crate::history::open::Opened;
use crate::limits::FUNCTION_HISTORY_VERSIONS;
use crate::lines::schedule::{Progress, TrackedHistory};
use crate::lines::versions::{Graph, Step};
use crate::problem::{GapKind, Gaps};
use crate::syntax::{self, Function};
use crate::units::{Timestamp, len_to_u64};
use crate::untrusted::Untrusted;
use lines::{Came, Lines, Went};
use outlines::{Key, Outline, Outlines};

/// What landings did to a function so far.
struct Touched {
    landings: u32,
    first: u32,
    last: u32,
    added: u64,
    deleted: u64,
    before: Before,
    /// How old lines were that went, in days.
    ages: Vec<u32>,
}

/// A file that stands, under whatever name.
#[derive(Default)]
struct File {
    /// The version whose functions are kept.
    held: Option<Key>,
    functions: FxHashMap<Untrusted, Touched>,
}

/// Follows the landings from a mainline number on, and says of the functions of the
/// table which of them touched it. `clock` has the time of each landing.
pub(super) fn follow(
    opened: &Opened,
    (history, clock): (&TrackedHistory, &[Timestamp]),
    from: u32,
    table: &FunctionsFacts,
    gaps: &mut Gaps,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(FunctionHistoryFacts, ReadWork), Error> {
    let graph = &history.graph;
    let mut landings = landings(graph, from);
    let lines = Lines::new(history, clock, from);
    let n_versions = |(_, steps): &Landing| {
        steps.iter().map(|step| len_to_u64(versions(graph, &lines, step).len())).sum()
    };
    let most = FUNCTION_HISTORY_VERSIONS.value;
    let from = within_limit(&mut landings, n_versions, (from, most), gaps);
    let mut followed = Followed {
        graph,
        lines: &lines,
        outlines: Outlines::default(),
        files: FxHashMap::default(),
        landings: Vec::new(),
    };
    let mut read = ReadWork::default();
    for window in windows(&landings) {
        let steps = window.iter().flat_map(|(_, steps)| steps);
        let wanted = steps.flat_map(|step| versions(graph, &lines, step));
        read.add(outlines::read(opened, &mut followed.outlines, wanted, progress)?);
        for (landing, steps) in window {
            followed.land(*landing, steps);
            progress(Progress::Settled(u64::from(*landing)));
        }
        followed.forget();
    }
    let changes = followed.changes(table);
    Ok((FunctionHistoryFacts { from, changes, landings: followed.landings }, read))
}

/// The landings from a mainline number on.
fn landings(graph: &Graph, from: u32) -> Vec<Landing> {
    let mut by_landing: BTreeMap<u32, Vec<Step>> = BTreeMap::new();
    for step in &graph.steps {
        if let Some(landing) = step.landing.filter(|&landing| landing >= from) {
            by_landing.entry(landing).or_default().push(*step);
        }
    }
    by_landing.into_iter().collect()
}

/// Leaves out the oldest landings until no more than `most` versions are left to parse;
/// returns the first that is not left out.
fn within_limit(
    landings: &mut Vec<Landing>,
    n_versions: impl Fn(&Landing) -> u64,
    (from, most): (u32, u64),
    gaps: &mut Gaps,
) -> u32 {
    let mut left = most;
    let fits = |landing: &&Landing| {
        let n = n_versions(landing);
        let fits = n <= left;
        left = left.saturating_sub(n);
        fits
    };
    let kept = landings.iter().rev().take_while(fits).count();
    let over = landings.len() - kept;
    let Some((last, _)) = over.checked_sub(1).map(|last| &landings[last]) else {
        return from;
    };
    let from = last + 1;
    let why = "too many versions to parse; the latest landings were followed for the functions \
               that they touched";
    gaps.add_many(GapKind::OverLimit, why, b"functions", len_to_u64(over));
    landings.drain(..over);
    from
}

/// The versions of a step whose functions are asked for.
fn versions(graph: &Graph, lines: &Lines, step: &Step) -> Vec<Key> {
    let is_touched = step.landing.is_some_and(|landing| lines.touch(landing, step));
    let of = |path, version| key(graph, path, version).filter(|_| is_touched);
    let (old, new) = (of(step.old_path, step.old), of(step.path, step.new));
    old.into_iter().chain(new).collect()
}

/// Stands for what a version holds; `None` for files that have no functions.
fn key(graph: &Graph, path: u32, version: Option<u32>) -> Option<Key> {
    let path = &graph.paths[path as usize];
    let language = syntax::language_of(path)?;
    let version = version.filter(|_| file_class::by_path(path).is_countable())?;
    Some((graph.versions[version as usize].blob, language))
}

struct Followed<'h> {
    graph: &'h Graph,
    lines: &'h Lines,
    outlines: Outlines,
    /// By the number of the path that each has now.
    files: FxHashMap<u32, File>,
    landings: Vec<LandingFunctionsFacts>,
}

impl Followed<'_> {
    fn land(&mut self, landing: u32, steps: &[Step]) {
        let mut row = LandingFunctionsFacts::of(landing);
        for step in steps {
            let file = self.files.remove(&step.old_path).filter(|_| step.old.is_some());
            let mut file = file.unwrap_or_default();
            self.step(step, &mut file, &mut row);
            if let Some(new) = step.new {
                file.held = key(self.graph, step.path, Some(new));
                self.files.insert(step.path, file);
            }
        }
        let (came, went) = self.lines.total(landing);
        row.added.not_parsed = came - row.added.functions - row.added.outside;
        row.deleted.not_parsed = went - row.deleted.functions - row.deleted.outside;
        if came + went > 0 {
            self.landings.push(row);
        }
    }

    fn step(&self, step: &Step, file: &mut File, row: &mut LandingFunctionsFacts) {
        let outline = |path, version| {
            self.outlines.get(&key(self.graph, path, version)?)?.as_deref()
        };
        let (old, new) = (outline(step.old_path, step.old), outline(step.path, step.new));
        let before = |name: &Untrusted| match old {
            Some(old) => old.function(name).map_or(Before::New, was),
            None if step.old.is_none() && !step.out_of_sight => Before::New,
            None => Before::Unknown,
        };
        let landing = row.landing;
        if let Some(old) = old {
            let went = self.lines.went(landing, step.old_path);
            let functions = went.iter().filter(|one| old.is_in_function(one.at)).count();
            row.deleted.functions += len_to_u64(functions);
            row.deleted.outside += len_to_u64(went.len() - functions);
            let dead = || went.iter().filter(|one| !one.goes_on).map(|one| one.at);
            self.mark(step.old_path, old, dead, row);
            for function in &old.functions {
                let within = within(went, |one| one.at, &function.lines);
                if !within.is_empty() {
                    let touched = touch(file, function, landing, before);
                    touched.deleted += len_to_u64(within.len());
                    touched.ages.extend(within.iter().filter_map(Went::age));
                }
            }
        }
        if let Some(new) = new {
            let came = self.lines.came(landing, step.path);
            let functions = came.iter().filter(|one| new.is_in_function(one.at)).count();
            row.added.functions += len_to_u64(functions);
            row.added.outside += len_to_u64(came.len() - functions);
            let born = || came.iter().filter(|one| one.is_new).map(|one| one.at);
            self.mark(step.path, new, born, row);
            for function in &new.functions {
                let within: &[Came] = within(came, |one| one.at, &function.lines);
                if !within.is_empty() {
                    let touched = touch(file, function, landing, before);
                    touched.added += len_to_u64(within.len());
                }
            }
        }
    }

    /// Says whether lines are code of the product or of tests.
    fn mark<I: Iterator<Item = u32>>(
        &self,
        path: u32,
        outline: &Outline,
        lines: impl Fn() -> I,
        row: &mut LandingFunctionsFacts,
    ) {
        let class = file_class::by_path(&self.graph.paths[path as usize]);
        let product = lines().any(|line| is_in(&outline.product, line));
        let tests = lines().any(|line| is_in(&outline.tests, line));
        match class {
            FileClass::Product => {
                row.product |= product;
                row.tests |= tests;
            }
            FileClass::Test => row.tests |= product || tests,
            _ => {}
        }
    }

    /// Forgets versions that no file has any more.
    fn forget(&mut self) {
        let held: FxHashSet<Key> =
            self.files.values().filter_map(|file| file.held).collect();
        self.outlines.retain(|key, _| held.contains(key));
    }

    /// What became of the functions at the tip that were touched, in their order.
    fn changes(&mut self, table: &FunctionsFacts) -> Vec<FunctionChangeFacts> {
        let mut changes = Vec::new();
        for (number, one) in (0..).zip(&table.functions) {
            let file = self.files.get_mut(&one.path);
            let touched = file.and_then(|file| file.functions.remove(&one.function.name));
            changes.extend(touched.map(|touched| change(number, touched)));
        }
        changes
    }
}

fn change(function: u32, mut touched: Touched) -> FunctionChangeFacts {
    touched.ages.sort_unstable();
    let rank = touched.ages.len().div_ceil(2);
    FunctionChangeFacts {
        function,
        landings: touched.landings,
        added: touched.added,
        deleted: touched.deleted,
        first: touched.first,
        last: touched.last,
        before: touched.before,
        removed_median_days: rank
            .checked_sub(1)
            .and_then(|at| touched.ages.get(at).copied()),
        removed_lines: len_to_u64(touched.ages.len()),
    }
}

fn was(function: &Function) -> Before {
    Before::Was {
        cyclomatic: function.complexity.cyclomatic,
        cognitive: function.complexity.cognitive,
        code_lines: function.code_lines,
    }
}

fn touch<'f>(
    file: &'f mut File,
    function: &Function,
    landing: u32,
    before: impl Fn(&Untrusted) -> Before,
) -> &'f mut Touched {
    let new = || Touched {
        landings: 0,
        first: landing,
        last: landing,
        added: 0,
        deleted: 0,
        before: before(&function.name),
        ages: Vec::new(),
    };
    let touched = file.functions.entry(function.name.clone()).or_insert_with(new);
    touched.landings += u32::from(touched.landings == 0 || touched.last != landing);
    touched.last = landing;
    touched
}

/// Those of some lines in order that are in a range.
fn within<'l, L>(lines: &'l [L], at: impl Fn(&L) -> u32, range: &Range<u32>) -> &'l [L] {
    let start = lines.partition_point(|line| at(line) < range.start);
    let end = lines.partition_point(|line| at(line) < range.end);
    &lines[start..end.max(start)]
}

/// Whether a line is in one of some ranges in order and apart.
fn is_in(ranges: &[Range<u32>], line: u32) -> bool {
    let after = ranges.partition_point(|range| range.start <= line);
    after.checked_sub(1).is_some_and(|at| line < ranges[at].end)
}

#[cfg(test)]
mod tests;
