//! Functions that a change made longer or more complex, or added.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{FunctionChange, FunctionSize};
use super::files::Changed;
use super::texts;
use crate::syntax::{Function, Inside};
use crate::untrusted::Untrusted;

/// Fills in the functions of files that grew. One that went elsewhere within the change is
/// compared with what it was there.
pub(super) fn compare(files: &mut [Changed]) {
    let mut gone: BTreeMap<Vec<u8>, FunctionSize> = BTreeMap::new();
    for file in files.iter() {
        let (old, new) = (functions(file, false), functions(file, true));
        let names: BTreeSet<&[u8]> = new.iter().map(|it| it.name.bytes()).collect();
        for one in old.iter().filter(|it| !names.contains(it.name.bytes())) {
            let larger = |known: &mut FunctionSize| {
                let size = size(one);
                known.cognitive = known.cognitive.max(size.cognitive);
                known.code_lines = known.code_lines.max(size.code_lines);
            };
            let own = own_name(one.name.bytes()).to_vec();
            gone.entry(own).and_modify(larger).or_insert_with(|| size(one));
        }
    }
    for file in files {
        let old: BTreeMap<&[u8], FunctionSize> =
            functions(file, false).iter().map(|it| (it.name.bytes(), size(it))).collect();
        let change = |it: &Function| {
            let name = it.name.bytes();
            let before = old.get(name).or_else(|| gone.get(own_name(name))).copied();
            if before.is_none() && !is_mostly_new(file, it) {
                return None;
            }
            let after = size(it);
            let grew = before.is_none_or(|before| {
                after.cognitive > before.cognitive || after.code_lines > before.code_lines
            });
            grew.then(|| FunctionChange {
                name: it.name.clone(),
                first_line: it.lines.start + 1,
                last_line: it.lines.end.max(it.lines.start + 1),
                before,
                after,
                is_test: it.is_test || file.is_test(),
            })
        };
        let changes = functions(file, true).iter().filter_map(change).collect();
        file.functions = changes;
    }
}

/// Whether most of a function came with the change: else it has another name, and was there.
fn is_mostly_new(file: &Changed, function: &Function) -> bool {
    let Some(new) = &file.new else { return true };
    let lines = function.lines.clone();
    let is_code = |line: &u32| {
        let parsed = new.parsed.as_ref().map(|(parsed, _)| &parsed.kinds);
        let kind = parsed.and_then(|kinds| kinds.get(*line as usize));
        kind.is_some_and(|kind| kind.is_countable())
    };
    let n_lines = lines.clone().filter(is_code).count();
    let is_new = |line: &u32| {
        is_code(line)
            && texts::holds(&file.added, *line)
            && file.moved_here.binary_search(line).is_err()
    };
    2 * lines.filter(is_new).count() >= n_lines
}

fn functions(file: &Changed, is_new: bool) -> &[Function] {
    let version = if is_new { &file.new } else { &file.old };
    let inside = version.as_ref().and_then(|it| it.parsed.as_ref());
    inside.map_or(&[], |(_, inside)| &inside.functions)
}

fn size(function: &Function) -> FunctionSize {
    FunctionSize {
        cognitive: function.complexity.cognitive,
        code_lines: function.code_lines,
    }
}

/// The last part of a name, without the number of one that is there several times.
fn own_name(name: &[u8]) -> &[u8] {
    let start = memchr::memrchr(b'.', name).map_or(0, |dot| dot + 1);
    let end = memchr::memchr(b'#', &name[start..]).map_or(name.len(), |at| start + at);
    &name[start..end]
}

/// The name of the innermost function around a line.
pub(super) fn around(inside: &Inside, line: u32) -> Option<Untrusted> {
    let around = inside.functions.iter().filter(|it| it.lines.contains(&line));
    around.min_by_key(|it| it.lines.end - it.lines.start).map(|it| it.name.clone())
}

#[cfg(test)]
mod tests {
    use super::own_name;

    #[test]
    fn a_function_keeps_its_own_name_wherever_it_stands() {
        assert_eq!(own_name(b"Shape.area#2"), b"area");
        assert_eq!(own_name(b"area"), b"area");
    }
}
