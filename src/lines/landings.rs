//! What moved within one landing: lines that went at one place and came at another.

use crate::lines::book::{Book, Came, Fate, Left, Link};
use crate::lines::instances::Links;
use crate::lines::marks::LineMark;
use crate::lines::moves::{self, Block, MoveWork};
use crate::problem::{GapKind, Gaps};

/// The places in the book where lines went and came with one landing.
#[derive(Debug, Default)]
pub struct Landing {
    went: Vec<u32>,
    came: Vec<u32>,
}

/// Sorts the book by landing; landings in which lines only went or only came are left
/// out, since nothing can have moved there.
pub fn by_landing(book: &Book, n_landings: usize) -> Vec<Landing> {
    let mut landings: Vec<Landing> = Vec::new();
    landings.resize_with(n_landings, Landing::default);
    for (number, fate) in (0..).zip(&book.fates) {
        let exit = fate.exit.filter(|exit| exit.left != Left::Unreadable);
        if let Some(exit) = exit {
            landings[exit.landing as usize].went.push(number);
        }
    }
    for (number, came) in (0..).zip(&book.came) {
        landings[came.landing as usize].came.push(number);
    }
    landings.retain(|landing| !landing.went.is_empty() && !landing.came.is_empty());
    landings
}

/// Neighbouring lines and their numbers.
struct Stretch {
    file: u32,
    start: u32,
    marks: Vec<LineMark>,
    lines: Vec<u32>,
}

impl Stretch {
    fn block<'a>(&'a self, paths: &'a [Vec<u8>]) -> Block<'a> {
        let (file, start) = (self.file, self.start);
        Block { file, path: &paths[file as usize], start, marks: &self.marks }
    }
}

/// Finds the lines of a landing that moved, and says what could not be looked for.
pub fn moved(
    book: &Book,
    paths: &[Vec<u8>],
    links: &Links,
    landing: &Landing,
) -> (Vec<Link>, Gaps) {
    let went = went(book, links, landing);
    let came = came(book, links, landing);
    let (went_blocks, came_blocks): (Vec<_>, Vec<_>) = (
        went.iter().map(|stretch| stretch.block(paths)).collect(),
        came.iter().map(|stretch| stretch.block(paths)).collect(),
    );
    let mut found = Vec::new();
    let mut work = MoveWork::default();
    for run in moves::find_moves_counted(&went_blocks, &came_blocks, &mut work) {
        let from = &went[run.from.0 as usize].lines[run.from.1 as usize..];
        let to = &came[run.to.0 as usize].lines[run.to.1 as usize..];
        let pairs = from.iter().zip(to).take(run.lines as usize);
        found.extend(pairs.map(|(&from, &to)| Link { from, to }));
    }
    let place = came_blocks.first().map_or(&b""[..], |block| block.path);
    (found, limits_met(work, place))
}

fn limits_met(work: MoveWork, place: &[u8]) -> Gaps {
    let crowded = "lines in too many places to tell which of them moved where; some may count \
                   as deleted and added";
    let unfinished = "landing with too many equal lines to look for all moves; some lines \
                      count as deleted and added";
    let mut gaps = Gaps::default();
    gaps.add_many(GapKind::SearchLimit, crowded, place, work.crowded);
    gaps.add_many(GapKind::SearchLimit, unfinished, place, work.unfinished);
    gaps
}

fn went(book: &Book, links: &Links, landing: &Landing) -> Vec<Stretch> {
    let mut fates: Vec<&Fate> =
        landing.went.iter().map(|&number| &book.fates[number as usize]).collect();
    let place = |fate: &Fate| fate.exit.map(|exit| (exit.file, fate.path, exit.start));
    fates.sort_by_key(|fate| place(fate));
    let mut stretches = Stretches::default();
    for fate in fates {
        let Some(exit) = fate.exit else { continue };
        for (offset, line) in (0..).zip(fate.stand.line..fate.stand.line + fate.lines) {
            if links.next(line).is_none() {
                let at = (exit.file, fate.path, exit.start + offset);
                stretches.add(at, line, book.marks[line as usize]);
            }
        }
    }
    stretches.found
}

fn came(book: &Book, links: &Links, landing: &Landing) -> Vec<Stretch> {
    let mut blocks: Vec<&Came> =
        landing.came.iter().map(|&number| &book.came[number as usize]).collect();
    blocks.sort_by_key(|came| (came.path, came.start));
    let mut stretches = Stretches::default();
    for came in blocks {
        for (offset, line) in (0..).zip(came.first..came.first + came.lines) {
            if links.is_first(line) {
                let at = (came.path, came.path, came.start + offset);
                stretches.add(at, line, book.marks[line as usize]);
            }
        }
    }
    stretches.found
}

/// Neighbouring lines put together.
#[derive(Default)]
struct Stretches {
    found: Vec<Stretch>,
    next: Option<(u32, u32, u32)>,
}

impl Stretches {
    fn add(&mut self, at: (u32, u32, u32), line: u32, mark: LineMark) {
        let (file, path, start) = at;
        if self.next != Some(at) {
            let (marks, lines) = (Vec::new(), Vec::new());
            self.found.push(Stretch { file, start, marks, lines });
        }
        if let Some(last) = self.found.last_mut() {
            last.marks.push(mark);
            last.lines.push(line);
        }
        self.next = Some((file, path, start + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_that_ended_early_is_a_gap_of_its_own() {
        assert_eq!(limits_met(MoveWork::default(), b"a").list(), []);
        let work = MoveWork { crowded: 3, unfinished: 1, ..MoveWork::default() };
        let counts: Vec<u64> =
            limits_met(work, b"a").list().iter().map(|gap| gap.count).collect();
        assert_eq!(counts, [1, 3]);
    }
}
