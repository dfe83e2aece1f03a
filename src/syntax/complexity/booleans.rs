//! Operators of conditions → runs of the same one.
//!
//! `a && b && c` is one run and `a && b || c` two. Brackets do not end a run: `a && (b &&
//! c)` is one, and nor do comments. Anything else does: `a && !(b && c)` is two.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Part;

/// An expression of operators that the sweep is in.
struct Open {
    range: Range<usize>,
    /// Which condition it is part of.
    condition: usize,
}

/// What tells whether one expression is an operand of another.
struct Between<'b> {
    bytes: &'b [u8],
    /// Where operators begin and end.
    edges: FxHashSet<usize>,
    /// Where comments end that begin at a byte, and the other way round.
    comment_ends: FxHashMap<usize, usize>,
    comment_starts: FxHashMap<usize, usize>,
}

/// Returns where the first operator of each run stands. `parts` are in the order of where
/// they begin, outer ones first.
pub(super) fn run_starts(
    bytes: &[u8],
    parts: &[(Range<usize>, Part)],
    comments: &[Range<usize>],
) -> FxHashSet<usize> {
    let operators = parts.iter().filter(|(_, part)| is_operator(*part));
    let between = Between {
        bytes,
        edges: operators.flat_map(|(range, _)| [range.start, range.end]).collect(),
        comment_ends: comments.iter().map(|it| (it.start, it.end)).collect(),
        comment_starts: comments.iter().map(|it| (it.end, it.start)).collect(),
    };
    let mut open: Vec<Open> = Vec::new();
    let mut n_conditions = 0;
    // Condition, place and kind of each operator.
    let mut operators: Vec<(usize, usize, Part)> = Vec::new();
    for (range, part) in parts {
        while open.pop_if(|it| it.range.end <= range.start).is_some() {}
        let around = open.last();
        if *part == Part::Boolean {
            let same = around.filter(|it| between.is_operand(&it.range, range));
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

impl Between<'_> {
    /// Whether nothing but brackets, comments and white space stands between an
    /// expression and the operators, or the ends, of the one around it.
    fn is_operand(&self, around: &Range<usize>, inner: &Range<usize>) -> bool {
        let is_edge = |at: usize| {
            at == around.start || at == around.end || self.edges.contains(&at)
        };
        let is_between =
            |byte: &u8, bracket: u8| *byte == bracket || byte.is_ascii_whitespace();
        let mut start = inner.start;
        while !is_edge(start) {
            let comment = self.comment_starts.get(&start).filter(|&&at| at < start);
            let before = self.bytes[..start].last();
            if comment.is_none() && !before.is_some_and(|byte| is_between(byte, b'(')) {
                return false;
            }
            start = comment.copied().unwrap_or(start - 1);
        }
        let mut end = inner.end;
        while !is_edge(end) {
            let comment = self.comment_ends.get(&end).filter(|&&at| at > end);
            let behind = self.bytes.get(end);
            if comment.is_none() && !behind.is_some_and(|byte| is_between(byte, b')')) {
                return false;
            }
            end = comment.copied().unwrap_or(end + 1);
        }
        true
    }
}
