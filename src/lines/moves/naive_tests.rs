//! The rule written down plainly, in time no one has, as an oracle.

use std::collections::BTreeSet;
use std::ops::Range;

use super::*;
use crate::stats::rng::Rng;
use crate::units::len_to_u32;

/// A run: two blocks, where it begins in each, and its lines.
type PlainRun = (usize, usize, usize, usize, usize);

/// Tries every pair of places for the best run, until none is left.
fn by_trying(went: &[Block<'_>], came: &[Block<'_>]) -> Vec<Moved> {
    let (mut from_taken, mut to_taken) = (BTreeSet::new(), BTreeSet::new());
    let mut moves = Vec::new();
    loop {
        let mut best: Option<([usize; 8], PlainRun)> = None;
        for (x, i) in places(went) {
            for (y, j) in places(came) {
                let equal = |&n: &usize| {
                    let (a, b) = (went[x].marks.get(i + n), came[y].marks.get(j + n));
                    let is_free = !from_taken.contains(&(x, i + n))
                        && !to_taken.contains(&(y, j + n));
                    a.is_some() && a == b && is_free
                };
                let run = (x, i, y, j, (0..).take_while(equal).count());
                if let Some(rank) = rank(&went[x], &came[y], run)
                    && best.is_none_or(|(known, _)| rank < known)
                {
                    best = Some((rank, run));
                }
            }
        }
        let Some((_, (x, i, y, j, lines))) = best else { break };
        from_taken.extend((i..i + lines).map(|line| (x, line)));
        to_taken.extend((j..j + lines).map(|line| (y, line)));
        let place = |a, b| (len_to_u32(a), len_to_u32(b));
        moves.push(Moved {
            from: place(x, i),
            to: place(y, j),
            lines: len_to_u32(lines),
        });
    }
    moves.sort_unstable();
    moves
}

fn places(blocks: &[Block<'_>]) -> impl Iterator<Item = (usize, usize)> {
    blocks
        .iter()
        .enumerate()
        .flat_map(|(at, block)| (0..block.marks.len()).map(move |line| (at, line)))
}

/// The place of a run in the order of choice, if it may be chosen. Of runs that end
/// alike, the one that begins first is the longest there is.
fn rank(one: &Block<'_>, two: &Block<'_>, run: PlainRun) -> Option<[usize; 8]> {
    let (x, i, y, j, lines) = run;
    let marks = &one.marks[i..i + lines];
    let countable = marks.iter().filter(|mark| mark.is_countable()).count();
    let letters: u32 = marks.iter().map(|mark| mark.letters()).sum();
    let apart = match (one.file == two.file, directory(one.path) == directory(two.path)) {
        (true, _) => 0,
        (false, true) => 1,
        (false, false) => 2,
    };
    let least_letters = if apart == 0 { 20 } else { 40 };
    let distance = (one.start as usize + i).abs_diff(two.start as usize + j);
    let is_enough = countable >= 3 && letters >= least_letters;
    let more_first = |n: usize| usize::MAX - n;
    is_enough
        .then(|| [more_first(countable), apart, distance, x, i, y, j, more_first(lines)])
}

#[derive(Debug)]
struct MadeUp {
    file: u32,
    path: &'static str,
    start: u32,
    marks: Vec<LineMark>,
}

impl MadeUp {
    fn borrowed(&self) -> Block<'_> {
        let path = self.path.as_bytes();
        Block { file: self.file, path, start: self.start, marks: &self.marks }
    }
}

/// Blocks of few different lines, in the order of path and line.
fn made_up(rng: &mut Rng, start: u32, n_lines: Range<u64>) -> Vec<MadeUp> {
    let lines = ["alphabetical()", "betabetabeta", "betabeta", "}"];
    let mut blocks = Vec::new();
    for (file, path) in [(0, "d/a"), (1, "d/b"), (2, "e/c")] {
        for at in 0..rng.below(3) {
            let n = n_lines.start + rng.below(n_lines.end - n_lines.start);
            let mut line = || lines[usize::try_from(rng.below(4)).unwrap()].as_bytes();
            let marks = (0..n).map(|_| LineMark::of(line())).collect();
            let start = start + u32::try_from(at).unwrap() * 20;
            blocks.push(MadeUp { file, path, start, marks });
        }
    }
    blocks
}

fn borrowed(blocks: &[MadeUp]) -> Vec<Block<'_>> {
    blocks.iter().map(MadeUp::borrowed).collect()
}

#[test]
fn a_search_that_tries_everything_finds_the_same_runs() {
    let mut rng = Rng::seeded(11);
    let mut n_moves = 0;
    for _ in 0..400 {
        let (went, came) = (made_up(&mut rng, 0, 0..24), made_up(&mut rng, 7, 0..24));
        let (went, came) = (borrowed(&went), borrowed(&came));
        let mut search = Search::new(&went, &came);
        let (seeds, _) = seeds::seeds(&search.from, &search.to);
        let mut runs = search.grow(&seeds);
        let taken = search.take_longest_first(&mut runs);
        let mut moves: Vec<Moved> =
            taken.into_iter().map(|run| search.as_moved(run)).collect();
        moves.sort_unstable();
        assert_eq!(moves, by_trying(&went, &came));
        n_moves += moves.len();
    }
    assert!(n_moves > 300, "{n_moves}");
}
