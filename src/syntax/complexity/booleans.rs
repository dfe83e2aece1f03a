//! Operators of conditions → runs of the same one.
//!
//! `a && b && c` is one run and `a && b || c` two. Brackets do not end a run: `a && (b &&
//! c)` is one. Anything else does: `a && !(b && c)` is two.

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::Part;

/// An expression of operators that the sweep is in.
struct Open {
    range: Range<usize>,
    /// Which condition it is part of.
    condition: usize,
}

/// Returns where the first operator of each run stands. `parts` are in the order of where
/// they begin, outer ones first.
pub(super) fn run_starts(
    bytes: &[u8],
    parts: &[(Range<usize>, Part)],
) -> FxHashSet<usize> {
    let mut edges = FxHashSet::default();
    for (range, _) in parts.iter().filter(|(_, part)| is_operator(*part)) {
        edges.extend([range.start, range.end]);
    }
    let mut open: Vec<Open> = Vec::new();
    let mut n_conditions = 0;
    // Condition, place and kind of each operator.
    let mut operators: Vec<(usize, usize, Part)> = Vec::new();
    for (range, part) in parts {
        while open.pop_if(|it| it.range.end <= range.start).is_some() {}
        let around = open.last();
        if *part == Part::Boolean {
            let same = around.filter(|it| is_operand(bytes, &it.range, range, &edges));
            let condition = same.map_or(n_conditions, |it| it.condition);
            n_conditions += usize::from(condition == n_conditions);
            open.push(Open { range: range.clone(), condition });
        } else if is_operator(*part)
            && let Some(around) = around
        {
            operators.push((around.condition, range.start, *part));
        }
    }
    operators.sort_unstable();
    let mut starts = FxHashSet::default();
    let mut last = None;
    for (condition, start, part) in operators {
        if last.replace((condition, part)) != Some((condition, part)) {
            starts.insert(start);
        }
    }
    starts
}

fn is_operator(part: Part) -> bool {
    matches!(part, Part::And | Part::Or)
}

/// Whether nothing but brackets and white space stands between an expression and the
/// operators, or the ends, of the one around it.
fn is_operand(
    bytes: &[u8],
    around: &Range<usize>,
    inner: &Range<usize>,
    edges: &FxHashSet<usize>,
) -> bool {
    let is_edge =
        |at: usize| at == around.start || at == around.end || edges.contains(&at);
    let is_between =
        |byte: u8, bracket: u8| byte == bracket || byte.is_ascii_whitespace();
    let mut start = inner.start;
    while !is_edge(start) {
        if !is_between(bytes[start - 1], b'(') {
            return false;
        }
        start -= 1;
    }
    let mut end = inner.end;
    while !is_edge(end) {
        if !is_between(bytes[end], b')') {
            return false;
        }
        end += 1;
    }
    true
}
