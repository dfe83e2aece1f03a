//! Marks in a file → how complex its functions are.
//!
//! *Cyclomatic complexity* (McCabe, "A Complexity Measure", 1976, with each operator of a
//! condition counted, as he proposes for compound predicates): 1, and 1 for each branch,
//! loop, handler, conditional expression, case that is not a plain default, guard, clause
//! of a comprehension, and `&&` or `||`. A named function inside another has its own.
//!
//! *Cognitive complexity* (Campbell, "Cognitive Complexity: a new way of measuring
//! understandability", SonarSource 2018): 1 for each branch, loop, switch, handler and
//! conditional expression, and 1 more for each of these, or function, that it stands in;
//! 1 for each `else`, `else if`, jump to a label, and run of the same operator in a
//! condition. A function inside another, named or not, counts for both. Recursion, which
//! the paper adds 1 for, is not counted: whom a call reaches is not resolved here. What
//! stands in the condition of a structure counts as standing in it.

use std::ops::Range;

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use crate::units::len_to_u32;

mod booleans;

/// What adds to the complexity of a function. The names are listed in
/// `queries/README.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Branch,
    ElseIf,
    Else,
    Loop,
    Switch,
    Case,
    Catch,
    Ternary,
    Decision,
    Boolean,
    And,
    Or,
    Jump,
    Nested,
    FunctionValue,
    Declaration,
    Parameter,
}

/// How complex a function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complexity {
    /// Paths through it that do not depend on each other.
    pub cyclomatic: u32,
    /// How hard it is to follow.
    pub cognitive: u32,
    /// How many branches, loops, switches, handlers and functions stand one in another,
    /// the innermost being no function.
    pub depth: u32,
    /// What stands in its list of parameters, as written.
    pub parameters: u32,
}

/// Returns the complexity of each function, given as its bytes in the order of where they
/// begin, outer ones first.
pub(super) fn complexities(
    bytes: &[u8],
    functions: &[Range<usize>],
    parts: &mut Vec<(Range<usize>, Part)>,
    comments: &[Range<usize>],
) -> Vec<Complexity> {
    parts.sort_by_key(|(range, part)| (range.start, std::cmp::Reverse(range.end), *part));
    // A list of alternatives may match the same code more than once.
    parts.dedup();
    let starts = booleans::run_starts(bytes, parts, comments);
    let mut sweep = Sweep::new(functions.len());
    let mut next = 0;
    for group in parts.chunk_by(|one, other| one.0 == other.0) {
        let range = &group[0].0;
        // A function comes before what begins where it does and ends sooner.
        while let Some(function) = functions.get(next).filter(|it| {
            it.start < range.start || (it.start == range.start && it.end >= range.end)
        }) {
            sweep.function(next, function);
            next += 1;
        }
        sweep.close_before(range.start);
        sweep.node(range, group, &starts);
    }
    for (place, function) in functions.iter().enumerate().skip(next) {
        sweep.function(place, function);
    }
    sweep.close_before(usize::MAX);
    sweep.done
}

/// A function that the sweep is in.
#[derive(Debug)]
struct Frame {
    place: usize,
    end: usize,
    /// How many structures and functions were open when it began, itself among them
    /// unless it is the outermost.
    base: u32,
    cyclomatic: u32,
    parameters: u32,
    /// Over its structures and those of functions inside, the sum of one more than what
    /// was open around each; and how many they are. Less `base` for each, that is what
    /// they add, so that a function inside is added to this one at no cost.
    weight: u64,
    n_weighed: u64,
    flat: u64,
    /// One more than what was open around the deepest structure.
    deepest: u32,
}

/// One walk over what is marked, in the order of the text; without recursion.
struct Sweep {
    frames: Vec<Frame>,
    /// Where open structures and functions without a name end.
    nests: Vec<usize>,
    /// Named functions that stand in others.
    inner_functions: u32,
    done: Vec<Complexity>,
}

impl Sweep {
    fn new(n_functions: usize) -> Self {
        let none = Complexity { cyclomatic: 1, cognitive: 0, depth: 0, parameters: 0 };
        let done = vec![none; n_functions];
        Self { frames: Vec::new(), nests: Vec::new(), inner_functions: 0, done }
    }

    fn nesting(&self) -> u32 {
        len_to_u32(self.nests.len()) + self.inner_functions
    }

    fn function(&mut self, place: usize, range: &Range<usize>) {
        self.close_before(range.start);
        self.inner_functions += u32::from(!self.frames.is_empty());
        self.frames.push(Frame {
            place,
            end: range.end,
            base: self.nesting(),
            cyclomatic: 1,
            parameters: 0,
            weight: 0,
            n_weighed: 0,
            flat: 0,
            deepest: 0,
        });
    }

    /// Leaves what ends at or before a byte.
    fn close_before(&mut self, start: usize) {
        while let Some(frame) = self.frames.pop_if(|frame| frame.end <= start) {
            while self.nests.pop_if(|end| *end <= frame.end).is_some() {}
            self.finish(&frame);
        }
        while self.nests.pop_if(|end| *end <= start).is_some() {}
    }

    fn finish(&mut self, frame: &Frame) {
        let nested = frame.n_weighed * u64::from(frame.base);
        let cognitive = frame.weight.saturating_sub(nested) + frame.flat;
        self.done[frame.place] = Complexity {
            cyclomatic: frame.cyclomatic,
            cognitive: u32::try_from(cognitive).unwrap_or(u32::MAX),
            depth: frame.deepest.saturating_sub(frame.base),
            parameters: frame.parameters,
        };
        if let Some(outer) = self.frames.last_mut() {
            self.inner_functions -= 1;
            outer.weight += frame.weight;
            outer.n_weighed += frame.n_weighed;
            outer.flat += frame.flat;
            outer.deepest = outer.deepest.max(frame.deepest);
        }
    }

    /// Counts a node of the function around it. Code outside functions has no complexity.
    fn node(
        &mut self,
        range: &Range<usize>,
        group: &[(Range<usize>, Part)],
        run_starts: &FxHashSet<usize>,
    ) {
        let has = |wanted: Part| group.iter().any(|(_, part)| *part == wanted);
        let around = self.nesting();
        let Some(frame) = self.frames.last_mut() else { return };
        // The structure that an `else if` goes on is open already.
        let is_structure = |part: Part| !(part == Part::Branch && has(Part::ElseIf));
        let mut nests = has(Part::Nested) && !has(Part::FunctionValue);
        for part in group.iter().map(|(_, part)| *part).filter(|part| is_structure(*part))
        {
            match part {
                Part::Branch
                | Part::Loop
                | Part::Switch
                | Part::Catch
                | Part::Ternary => {
                    frame.cyclomatic += u32::from(part != Part::Switch);
                    frame.weight += u64::from(around) + 1;
                    frame.n_weighed += 1;
                    frame.deepest = frame.deepest.max(around + 1);
                    nests = true;
                }
                Part::ElseIf | Part::Case | Part::Decision => frame.cyclomatic += 1,
                Part::Else | Part::Jump => frame.flat += 1,
                Part::And | Part::Or => {
                    frame.cyclomatic += 1;
                    frame.flat += u64::from(run_starts.contains(&range.start));
                }
                // Those of a function without a name inside are none of this one's.
                Part::Parameter => frame.parameters += u32::from(around == frame.base),
                Part::Boolean
                | Part::Nested
                | Part::FunctionValue
                | Part::Declaration => {}
            }
        }
        if nests {
            self.nests.push(range.end);
        }
    }
}
