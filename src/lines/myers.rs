//! Which lines changed: the linear-space search of Myers, with git's bounds on effort.

use crate::lines::tokens::Records;
use crate::units::len_to_u64;

/// A run of equal lines longer than this is a good place to split at.
const GOOD_SNAKE_LINES: i32 = 20;
/// From this cost on, a good snake ends the search early.
const EARLY_END_COST: i32 = 256;
/// How far beyond its cost a path must have come to end the search early.
const EARLY_END_FACTOR: i32 = 4;
/// The least cost at which the search gives up.
const LEAST_LAST_COST: i32 = 256;
/// No line counts as frequent below this many occurrences, at most.
const MOST_FREQUENT: u32 = 1_024;
/// How far around a frequent line its neighbourhood is looked at.
const NEIGHBOURHOOD_LINES: usize = 100;

/// With fewer lines without a match than this, these prevail around no frequent line:
/// see [`is_among_unmatched`], where two or more frequent lines count a quarter.
pub(crate) const LEAST_PREVAILING: usize = 7;

/// Marks the changed lines of both versions. `counts` says how often each line of the
/// middle stands in the older and in the newer version. False when that would take more
/// than `most_steps`: then nothing is known of the middle.
pub(crate) fn mark_changes(
    old: &mut Records<'_>,
    new: &mut Records<'_>,
    counts: &[[u32; 2]],
    most_steps: u64,
) -> bool {
    let one = Kept::select(old, |token| counts[token as usize][1]);
    let two = Kept::select(new, |token| counts[token as usize][0]);
    let mut search = Search::new(&one.tokens, &two.tokens, most_steps);
    search.run(whole(&one), whole(&two), false);
    if search.steps_left == 0 {
        return false;
    }
    let (old_changed, new_changed) = (search.old_changed, search.new_changed);
    for (&line, _) in one.lines.iter().zip(&old_changed).filter(|(_, changed)| **changed)
    {
        old.set_changed(line, true);
    }
    for (&line, _) in two.lines.iter().zip(&new_changed).filter(|(_, changed)| **changed)
    {
        new.set_changed(line, true);
    }
    true
}

/// The lines of one version that can be matched at all. Lines without a match, and
/// frequent lines among such lines, are marked as changed right away.
struct Kept {
    tokens: Vec<u32>,
    lines: Vec<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Matches {
    None,
    Some,
    Many,
}

impl Kept {
    fn select(file: &mut Records<'_>, in_other: impl Fn(u32) -> u32) -> Self {
        let (first, last) = file.middle;
        let frequent = rough_square_root(file.len()).min(MOST_FREQUENT);
        let tokens = &file.lines.tokens[first as usize..last as usize];
        let matches: Vec<Matches> = tokens
            .iter()
            .map(|&token| match in_other(token) {
                0 => Matches::None,
                count if count >= frequent => Matches::Many,
                _ => Matches::Some,
            })
            .collect();
        let room = tokens.len();
        let mut kept =
            Self { tokens: Vec::with_capacity(room), lines: Vec::with_capacity(room) };
        for (line, (at, &matched)) in (first..last).zip(matches.iter().enumerate()) {
            let keep = match matched {
                Matches::None => false,
                Matches::Some => true,
                Matches::Many => !is_among_unmatched(&matches, at),
            };
            if keep {
                kept.tokens.push(tokens[at]);
                kept.lines.push(line);
            } else {
                file.set_changed(line, true);
            }
        }
        kept
    }
}

/// Whether the frequent line `at` stands between lines without a match, and those
/// clearly prevail around it.
fn is_among_unmatched(matches: &[Matches], at: usize) -> bool {
    let first = at.saturating_sub(NEIGHBOURHOOD_LINES);
    let last = (at + NEIGHBOURHOOD_LINES).min(matches.len() - 1);
    let above = tally(matches[first..at].iter().rev());
    if above.0 == 0 {
        return false;
    }
    let below = tally(matches[at + 1..=last].iter());
    if below.0 == 0 {
        return false;
    }
    let unmatched = above.0 + below.0;
    // The line itself counts once on either side.
    let frequent = above.1 + below.1 + 2;
    frequent * 4 < frequent + unmatched
}

/// Counts lines without a match and frequent lines up to the first ordinary one.
fn tally<'a>(matches: impl Iterator<Item = &'a Matches>) -> (usize, usize) {
    let (mut unmatched, mut frequent) = (0, 0);
    for matched in matches {
        match matched {
            Matches::None => unmatched += 1,
            Matches::Many => frequent += 1,
            Matches::Some => break,
        }
    }
    (unmatched, frequent)
}

/// Returns the power of two that is one bit beyond half the bits of `n`.
fn rough_square_root(n: u32) -> u32 {
    1 << (32 - n.leading_zeros()).div_ceil(2)
}

#[derive(Debug, Clone, Copy)]
struct Span {
    start: i32,
    end: i32,
}

fn whole(kept: &Kept) -> Span {
    Span { start: 0, end: to_i32(kept.tokens.len()) }
}

fn to_i32(len: usize) -> i32 {
    i32::try_from(len).unwrap_or(i32::MAX)
}

fn to_index(position: i32) -> usize {
    usize::try_from(position).unwrap_or(0)
}

/// Where a box is cut in two, and which parts deserve a search without shortcuts.
struct Cut {
    old: i32,
    new: i32,
    exact_before: bool,
    exact_after: bool,
}

/// How far each diagonal has been followed, from one corner. Diagonal `k` holds the
/// points with `old - new = k`.
struct Front {
    reach: Vec<i32>,
    /// Where diagonal 0 stands in `reach`.
    zero: i32,
    low: i32,
    high: i32,
}

impl Front {
    fn at(&self, diagonal: i32) -> i32 {
        self.reach[to_index(self.zero + diagonal)]
    }

    fn set(&mut self, diagonal: i32, reach: i32) {
        self.reach[to_index(self.zero + diagonal)] = reach;
    }

    fn begin(&mut self, diagonal: i32, reach: i32) {
        (self.low, self.high) = (diagonal, diagonal);
        self.set(diagonal, reach);
    }

    /// Widens by one diagonal on each side, or narrows where the box ends.
    fn widen(&mut self, lowest: i32, highest: i32, unreached: i32) {
        if self.low > lowest {
            self.low -= 1;
            self.set(self.low - 1, unreached);
        } else {
            self.low += 1;
        }
        if self.high < highest {
            self.high += 1;
            self.set(self.high + 1, unreached);
        } else {
            self.high -= 1;
        }
    }

    /// The diagonals of this round, from high to low.
    fn diagonals(&self) -> impl Iterator<Item = i32> + use<> {
        let (low, mut next) = (self.low, self.high);
        std::iter::from_fn(move || {
            let diagonal = next;
            next -= 2;
            (diagonal >= low).then_some(diagonal)
        })
    }

    fn covers(&self, diagonal: i32) -> bool {
        (self.low..=self.high).contains(&diagonal)
    }
}

struct Search<'a> {
    old: &'a [u32],
    new: &'a [u32],
    old_changed: Vec<bool>,
    new_changed: Vec<bool>,
    forward: Front,
    backward: Front,
    last_cost: i32,
    /// Diagonals and equal lines that may still be looked at.
    steps_left: u64,
}

impl<'a> Search<'a> {
    fn new(old: &'a [u32], new: &'a [u32], steps_left: u64) -> Self {
        let diagonals = old.len() + new.len() + 3;
        let front = || Front {
            reach: vec![0; diagonals + 1],
            zero: to_i32(new.len()) + 1,
            low: 0,
            high: 0,
        };
        let root = rough_square_root(u32::try_from(diagonals).unwrap_or(u32::MAX));
        Self {
            old,
            new,
            old_changed: vec![false; old.len()],
            new_changed: vec![false; new.len()],
            forward: front(),
            backward: front(),
            last_cost: i32::try_from(root).unwrap_or(i32::MAX).max(LEAST_LAST_COST),
            steps_left,
        }
    }

    fn same(&self, old: i32, new: i32) -> bool {
        self.old[to_index(old)] == self.new[to_index(new)]
    }

    /// Marks the changes inside a box: shrinks it by its equal corners, and cuts what
    /// is left in two until one side of each part is empty.
    fn run(&mut self, mut old: Span, mut new: Span, mut exact: bool) {
        loop {
            while old.start < old.end
                && new.start < new.end
                && self.same(old.start, new.start)
            {
                old.start += 1;
                new.start += 1;
            }
            while old.start < old.end
                && new.start < new.end
                && self.same(old.end - 1, new.end - 1)
            {
                old.end -= 1;
                new.end -= 1;
            }
            if old.start == old.end {
                self.new_changed[to_index(new.start)..to_index(new.end)].fill(true);
                return;
            }
            if new.start == new.end {
                self.old_changed[to_index(old.start)..to_index(old.end)].fill(true);
                return;
            }
            let cut = self.cut(old, new, exact);
            if self.steps_left == 0 {
                return;
            }
            let head = (Span { end: cut.old, ..old }, Span { end: cut.new, ..new });
            self.run(head.0, head.1, cut.exact_before);
            (old.start, new.start, exact) = (cut.old, cut.new, cut.exact_after);
        }
    }

    /// Finds the point where a forward and a backward path meet, or a good enough one.
    fn cut(&mut self, old: Span, new: Span, exact: bool) -> Cut {
        let (lowest, highest) = (old.start - new.end, old.end - new.start);
        let start = old.start - new.start;
        let goal = old.end - new.end;
        let odd = (start - goal) & 1 != 0;
        self.forward.begin(start, old.start);
        self.backward.begin(goal, old.end);
        for cost in 1.. {
            self.forward.widen(lowest, highest, -1);
            let (met, snake_ahead) = self.step_forward(old, new, odd);
            if let Some(cut) = met {
                return cut;
            }
            self.backward.widen(lowest, highest, i32::MAX);
            let (met, snake_behind) = self.step_backward(old, new, odd);
            if let Some(cut) = met {
                return cut;
            }
            if self.steps_left == 0 {
                break;
            }
            if exact {
                continue;
            }
            if (snake_ahead || snake_behind)
                && cost > EARLY_END_COST
                && let Some(cut) = self
                    .good_snake_ahead(old, new, start, cost)
                    .or_else(|| self.good_snake_behind(old, new, goal, cost))
            {
                return cut;
            }
            if cost >= self.last_cost {
                break;
            }
        }
        self.furthest(old, new)
    }

    /// Follows every diagonal one change further from the start. Nearly all of a search
    /// is spent here and in [`Self::step_backward`].
    fn step_forward(&mut self, old: Span, new: Span, odd: bool) -> (Option<Cut>, bool) {
        let Front { reach: ahead, zero, low, high } = &mut self.forward;
        let (backward, zero) = (&self.backward, *zero);
        // Lines beyond the box are as good as different.
        let (old_lines, new_lines) =
            (&self.old[..to_index(old.end)], &self.new[..to_index(new.end)]);
        let (mut snake, mut steps) = (false, 0);
        let mut diagonal = *high;
        while diagonal >= *low {
            let at = to_index(zero + diagonal);
            let (left, right) = (ahead[at - 1], ahead[at + 1]);
            let from = if left >= right { left + 1 } else { right };
            let (mut line, mut other) = (to_index(from), to_index(from - diagonal));
            let mut reach = from;
            while let (Some(one), Some(two)) = (old_lines.get(line), new_lines.get(other))
                && one == two
            {
                (line, other, reach) = (line + 1, other + 1, reach + 1);
            }
            steps += 1 + to_index(reach - from);
            snake |= reach - from > GOOD_SNAKE_LINES;
            ahead[at] = reach;
            if odd && backward.covers(diagonal) && backward.reach[at] <= reach {
                return (Some(exact_cut(reach, diagonal)), snake);
            }
            diagonal -= 2;
        }
        self.steps_left = self.steps_left.saturating_sub(len_to_u64(steps));
        (None, snake)
    }

    fn step_backward(&mut self, old: Span, new: Span, odd: bool) -> (Option<Cut>, bool) {
        let Front { reach: behind, zero, low, high } = &mut self.backward;
        let (forward, zero) = (&self.forward, *zero);
        let (mut snake, mut steps) = (false, 0);
        let mut diagonal = *high;
        while diagonal >= *low {
            let at = to_index(zero + diagonal);
            let (left, right) = (behind[at - 1], behind[at + 1]);
            let from = if left < right { left } else { right - 1 };
            let mut reach = from;
            let room = (from - old.start).min(from - diagonal - new.start).max(0);
            let (line, other) = (to_index(from), to_index(from - diagonal));
            let room = to_index(room);
            if room > 0 {
                let before = self.old[line - room..line].iter().rev();
                let same = before.zip(self.new[other - room..other].iter().rev());
                for (one, two) in same {
                    if one != two {
                        break;
                    }
                    reach -= 1;
                }
            }
            steps += 1 + to_index(from - reach);
            snake |= from - reach > GOOD_SNAKE_LINES;
            behind[at] = reach;
            if !odd && forward.covers(diagonal) && reach <= forward.reach[at] {
                return (Some(exact_cut(reach, diagonal)), snake);
            }
            diagonal -= 2;
        }
        self.steps_left = self.steps_left.saturating_sub(len_to_u64(steps));
        (None, snake)
    }

    /// The end of a long equal run whose path has come unusually far.
    fn good_snake_ahead(
        &self,
        old: Span,
        new: Span,
        middle: i32,
        cost: i32,
    ) -> Option<Cut> {
        let mut best = (0, None);
        for diagonal in self.forward.diagonals() {
            let at_old = self.forward.at(diagonal);
            let at_new = at_old - diagonal;
            let come =
                (at_old - old.start) + (at_new - new.start) - (diagonal - middle).abs();
            let inside = (old.start + GOOD_SNAKE_LINES..old.end).contains(&at_old)
                && (new.start + GOOD_SNAKE_LINES..new.end).contains(&at_new);
            if come > EARLY_END_FACTOR * cost
                && come > best.0
                && inside
                && (1..=GOOD_SNAKE_LINES)
                    .all(|back| self.same(at_old - back, at_new - back))
            {
                best = (come, Some((at_old, at_new)));
            }
        }
        let (old, new) = best.1?;
        Some(Cut { old, new, exact_before: true, exact_after: false })
    }

    fn good_snake_behind(
        &self,
        old: Span,
        new: Span,
        middle: i32,
        cost: i32,
    ) -> Option<Cut> {
        let mut best = (0, None);
        for diagonal in self.backward.diagonals() {
            let at_old = self.backward.at(diagonal);
            let at_new = at_old - diagonal;
            let come =
                (old.end - at_old) + (new.end - at_new) - (diagonal - middle).abs();
            let inside = old.start < at_old
                && at_old <= old.end - GOOD_SNAKE_LINES
                && new.start < at_new
                && at_new <= new.end - GOOD_SNAKE_LINES;
            if come > EARLY_END_FACTOR * cost
                && come > best.0
                && inside
                && (0..GOOD_SNAKE_LINES).all(|on| self.same(at_old + on, at_new + on))
            {
                best = (come, Some((at_old, at_new)));
            }
        }
        let (old, new) = best.1?;
        Some(Cut { old, new, exact_before: false, exact_after: true })
    }

    /// Gives up looking for the meeting point: the furthest path, from either corner.
    fn furthest(&self, old: Span, new: Span) -> Cut {
        let mut ahead = (-1, -1);
        for diagonal in self.forward.diagonals() {
            let mut at_old = self.forward.at(diagonal).min(old.end);
            if at_old - diagonal > new.end {
                at_old = new.end + diagonal;
            }
            let sum = at_old + at_old - diagonal;
            if ahead.0 < sum {
                ahead = (sum, at_old);
            }
        }
        let mut behind = (i32::MAX, i32::MAX);
        for diagonal in self.backward.diagonals() {
            let mut at_old = self.backward.at(diagonal).max(old.start);
            if at_old - diagonal < new.start {
                at_old = new.start + diagonal;
            }
            let sum = at_old + at_old - diagonal;
            if sum < behind.0 {
                behind = (sum, at_old);
            }
        }
        if old.end + new.end - behind.0 < ahead.0 - (old.start + new.start) {
            let (sum, at_old) = ahead;
            Cut { old: at_old, new: sum - at_old, exact_before: true, exact_after: false }
        } else {
            let (sum, at_old) = behind;
            Cut { old: at_old, new: sum - at_old, exact_before: false, exact_after: true }
        }
    }
}

fn exact_cut(reach: i32, diagonal: i32) -> Cut {
    Cut { old: reach, new: reach - diagonal, exact_before: true, exact_after: true }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::lines::diff::WhiteSpace;
    use crate::lines::tokens::{Lexicon, Text};

    /// The changed lines of two versions without a common first or last line.
    fn changed(old: &str, new: &str, most_steps: u64) -> Option<(Vec<u32>, Vec<u32>)> {
        let mut lexicon = [Lexicon::new(WhiteSpace::Exact)];
        let mut read = |text: &str| Text::read(Arc::new(text.into()), None, &mut lexicon);
        let (old, new) = (read(old), read(new));
        let (old, new) = (old.lines(0), new.lines(0));
        let mut counts = vec![[0, 0]; old.tokens.len() + new.tokens.len()];
        old.tokens.iter().for_each(|&token| counts[token as usize][0] += 1);
        new.tokens.iter().for_each(|&token| counts[token as usize][1] += 1);
        let mut one = Records::new(old, (0, old.len()));
        let mut two = Records::new(new, (0, new.len()));
        let lines = |file: &Records<'_>| {
            (0..file.len()).filter(|&line| file.is_changed(line)).collect()
        };
        mark_changes(&mut one, &mut two, &counts, most_steps)
            .then(|| (lines(&one), lines(&two)))
    }

    #[test]
    fn a_search_within_its_steps_marks_what_changed_and_one_beyond_says_so() {
        let (old, new) = ("a\nb\nc\nd\n", "b\na\nd\nc\n");
        let (from, to) = changed(old, new, 1_000).unwrap();
        assert_eq!((from.len(), to.len()), (2, 2));
        assert_eq!(changed(old, new, 3), None);
    }
}
