//! Marks in a file → its functions, what they are called from outside, and how long and
//! complex they are.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use super::complexity::{Complexity, Part, complexities};
use super::definitions::lines;
use super::marks::{MarkedDefinition, Marks};
use super::placeholders::{Placeholder, is_in, placeholders};
use super::{DefinitionKind, LineKind, Parsed};
use crate::untrusted::Untrusted;

/// A function or method that has a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// What it is: a function or a method.
    pub kind: DefinitionKind,
    /// Its name after those of what it stands in, with dots between: `Shape.area`. Of
    /// several with one name in a file, the later ones have a number: `area#2`.
    pub name: Untrusted,
    /// Its lines, 0-based and half-open.
    pub lines: Range<u32>,
    /// Those of them that are code or import.
    pub code_lines: u32,
    /// How complex it is.
    pub complexity: Complexity,
    /// Whether it is code that tests other code, apart from what the path says.
    pub is_test: bool,
}

/// What is in the functions of a file, and what stands in for code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inside {
    /// The functions, by where they begin, the outer ones first.
    pub functions: Vec<Function>,
    /// The placeholders, in the order of the text.
    pub placeholders: Vec<Placeholder>,
    /// Lines of code and imports that test other code, apart from what the path says.
    pub test_code_lines: u32,
    /// All other lines of code and imports: 0-based half-open ranges in order, apart
    /// from each other.
    pub code: Vec<Range<u32>>,
}

/// Returns what is in the functions of a file. The definitions of `marks` are in order
/// and apart.
pub(super) fn inside(bytes: &[u8], mut marks: Marks, parsed: &Parsed) -> Inside {
    let declared = declarations(&marks);
    let names = qualified_names(bytes, &marks);
    let is_function = |it: &MarkedDefinition| {
        matches!(it.kind, DefinitionKind::Function | DefinitionKind::Method)
            && !declared.contains(&it.bytes)
    };
    let marked: Vec<(usize, &MarkedDefinition)> =
        marks.definitions.iter().enumerate().filter(|(_, it)| is_function(it)).collect();
    let ranges: Vec<Range<usize>> =
        marked.iter().map(|(_, it)| it.bytes.clone()).collect();
    let comments: Vec<Range<usize>> =
        marks.comments.iter().map(|(range, _)| range.clone()).collect();
    let complexities = complexities(bytes, &ranges, &mut marks.parts, &comments);
    let code = CodeLines::of(&parsed.kinds);
    let function = |(&(place, it), complexity): (&(usize, &MarkedDefinition), _)| {
        let lines = lines(&it.rows);
        Function {
            kind: it.kind,
            name: Untrusted::from(names[place].as_slice()),
            code_lines: code.within(&lines),
            complexity,
            is_test: is_in(&parsed.tests, lines.start),
            lines,
        }
    };
    let functions: Vec<Function> =
        marked.iter().zip(complexities).map(function).collect();
    let placeholders = placeholders(&mut marks, &parsed.tests);
    Inside {
        functions,
        placeholders,
        test_code_lines: parsed.tests.iter().map(|range| code.within(range)).sum(),
        code: product_code(parsed),
    }
}

/// The lines of code and imports that test no other code.
fn product_code(parsed: &Parsed) -> Vec<Range<u32>> {
    let mut ranges: Vec<Range<u32>> = Vec::new();
    for (line, kind) in (0..).zip(&parsed.kinds) {
        if !is_code(*kind) || is_in(&parsed.tests, line) {
            continue;
        }
        match ranges.last_mut() {
            Some(last) if last.end == line => last.end += 1,
            _ => ranges.push(line..line + 1),
        }
    }
    ranges
}

fn is_code(kind: LineKind) -> bool {
    matches!(kind, LineKind::Code | LineKind::Import)
}

/// The code that only says that a function is somewhere.
fn declarations(marks: &Marks) -> FxHashSet<Range<usize>> {
    let parts = marks.parts.iter();
    let declared = parts.filter(|(_, part)| *part == Part::Declaration);
    declared.map(|(range, _)| range.clone()).collect()
}

/// What definitions are called after what they stand in, in their order.
fn qualified_names(bytes: &[u8], marks: &Marks) -> Vec<Vec<u8>> {
    // A scope comes before the definition of the same code.
    let scopes = marks.scopes.iter().map(|(range, name)| (range, 0, name, None));
    let definitions = marks.definitions.iter().enumerate();
    let definitions = definitions.map(|(at, it)| (&it.bytes, 1, &it.name, Some(at)));
    let mut all: Vec<_> = scopes.chain(definitions).collect();
    all.sort_by_key(|(range, rank, name, _)| {
        (range.start, Reverse(range.end), *rank, name.start)
    });
    let mut names = vec![Vec::new(); marks.definitions.len()];
    let mut open: Vec<(usize, Vec<u8>)> = Vec::new();
    let mut seen: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
    for (range, _, name, definition) in all {
        while open.pop_if(|(end, _)| *end <= range.start).is_some() {}
        let mut full = open.last().map_or_else(Vec::new, |(_, outer)| outer.clone());
        if !full.is_empty() {
            full.push(b'.');
        }
        full.extend(bytes[name.clone()].iter().take(MOST_NAME_BYTES));
        full.truncate(MOST_QUALIFIED_BYTES);
        if let Some(place) = definition {
            let n = seen.entry(full.clone()).or_default();
            *n += 1;
            names[place] = full.clone();
            if *n > 1 {
                names[place].extend(format!("#{n}").bytes());
            }
        }
        open.push((range.end, full));
    }
    names
}

/// Names of more bytes are cut: a name is text from outside.
const MOST_NAME_BYTES: usize = 200;

/// As many bytes a name with all that it stands in may have.
const MOST_QUALIFIED_BYTES: usize = 800;

/// How many lines of code stand before each line.
struct CodeLines(Vec<u32>);

impl CodeLines {
    fn of(kinds: &[LineKind]) -> Self {
        let mut sum = 0;
        let mut sums = vec![0];
        for kind in kinds {
            sum += u32::from(is_code(*kind));
            sums.push(sum);
        }
        Self(sums)
    }

    fn within(&self, lines: &Range<u32>) -> u32 {
        let at = |line: u32| self.0[(line as usize).min(self.0.len() - 1)];
        at(lines.end) - at(lines.start)
    }
}

#[cfg(test)]
mod tests;
