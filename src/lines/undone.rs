//! Landings that were undone by what another did, whatever its message says: most of the
//! lines that one brought in went with the other, and most of what it had removed came
//! back.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::lines::book::{Book, Came};
use crate::lines::marks::LineMark;
use crate::units::{SECONDS_PER_DAY, Timestamp};

/// How long after a landing another can undo it, in days.
pub const UNDO_DAYS: i64 = 90;

/// How long after a landing a mend is a hotfix, in hours.
pub const HOTFIX_HOURS: i64 = 72;

/// How one landing undid another.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Undo {
    /// At least 95 of 100 lines went and came back, and little else changed.
    Full,
    /// At least half.
    Partial,
    /// At least 95 of 100 lines went with their files, and it had removed nothing: it may
    /// have been undone, or have served its time.
    Removal,
}

impl Undo {
    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Partial => "partial",
            Self::Removal => "removal",
        }
    }
}

/// What one landing did to the lines of another. All lines are those that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Effect {
    /// The earlier landing.
    pub target: u32,
    /// The later one.
    pub by: u32,
    /// Lines that the earlier one brought.
    pub born: u64,
    /// Lines of the earlier one that stood before the later.
    pub alive: u64,
    /// Those of them that went with it.
    pub killed: u64,
    /// Those of these that went with their files.
    pub with_files: u64,
    /// Lines that the earlier one removed.
    pub deleted: u64,
    /// Those of them that came back with the later.
    pub restored: u64,
    /// All lines that came or went with the later one.
    pub changed: u64,
    /// All lines that went with it.
    pub died: u64,
}

impl Effect {
    /// Whether, and how, that undid the earlier one, if no message says that it takes it
    /// back. Where nothing could come back, all that speaks for it is that lines went: then
    /// hardly any others may have come, or they were rewritten.
    pub fn undo(&self) -> Option<Undo> {
        let share = if self.deleted < 3 { 95 } else { 80 };
        let is_most_of_it = at_least(self.killed + self.restored, share, self.changed);
        let all_went = self.killed > 0 && at_least(self.killed, 95, self.alive);
        let all_back = at_least(self.restored, 95, self.deleted);
        if all_went && all_back && self.killed + self.restored >= 3 && is_most_of_it {
            let is_removal =
                self.deleted == 0 && at_least(self.with_files, 95, self.killed);
            return Some(if is_removal { Undo::Removal } else { Undo::Full });
        }
        let half_went = self.killed > 0 && at_least(self.killed, 50, self.alive);
        let half_back = self.deleted < 3 || at_least(self.restored, 50, self.deleted);
        let is_enough = self.killed + self.restored >= 5;
        let is_removal = self.deleted < 3 && at_least(self.with_files, 95, self.killed);
        (half_went && half_back && is_enough && is_most_of_it && !is_removal)
            .then_some(Undo::Partial)
    }

    /// Whether, and how, that undid the earlier one, if a message says that it takes it
    /// back: however few lines that are, and whatever else the change does.
    pub fn undo_as_said(&self) -> Option<Undo> {
        let went = |percent| match self.born {
            0 => true,
            _ => self.killed > 0 && at_least(self.killed, percent, self.alive),
        };
        let back = |percent| at_least(self.restored, percent, self.deleted);
        if self.killed + self.restored == 0 {
            None
        } else if went(95) && back(95) {
            Some(Undo::Full)
        } else {
            let half_back = back(50) || (self.deleted < 3 && self.killed > 0);
            (went(50) && half_back).then_some(Undo::Partial)
        }
    }
}

/// Whether a part is so many of a hundred of all, at the least.
fn at_least(part: u64, percent: u64, all: u64) -> bool {
    part * 100 >= percent * all
}

/// What is known of a line: when it came, when it went for good, and whether with its
/// file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Life {
    /// The mainline number with which it went; `None` while it stands, or when it is not
    /// known to be gone.
    pub(crate) death: Option<u32>,
    /// Whether its file went.
    pub(crate) with_file: bool,
}

/// Pairs of landings: an earlier, and a later.
pub(crate) type Pairs = BTreeSet<(u32, u32)>;

/// Finds the pairs of landings in which the later took away a good part of what the
/// earlier had brought: half within [`UNDO_DAYS`], or three tenths of all that the later
/// took within [`HOTFIX_HOURS`]; and what became of the lines in those that messages name
/// (`said`), whenever. Of one that brings back what was taken back it also tells what it did
/// to others that had taken back the same. `counts` tells whether a line counts and is new,
/// `life` what became of it, `clock` the times of landings.
pub(crate) fn effects(
    book: &Book,
    (clock, said): (&[Timestamp], &Pairs),
    counts: impl Fn(u32, &Came) -> bool,
    life: impl Fn(u32) -> Life,
) -> Vec<Effect> {
    let mut born = vec![0_u64; clock.len()];
    let mut died = vec![0_u64; clock.len()];
    let mut pairs: BTreeMap<(u32, u32), (u64, u64)> = BTreeMap::new();
    let each = |tell: &mut dyn FnMut(u32, u32, Life)| {
        for came in &book.came {
            let lines = came.first..came.first + came.lines;
            for line in lines.filter(|&line| counts(line, came)) {
                tell(line, came.landing, life(line));
            }
        }
    };
    each(&mut |_, landing, life| {
        born[landing as usize] += 1;
        if let Some(death) = life.death {
            died[death as usize] += 1;
            let pair = pairs.entry((landing, death)).or_default();
            pair.0 += 1;
            pair.1 += u64::from(life.with_file);
        }
    });
    let sums = Sums { born, died, pairs };
    let mut found = sums.candidates(clock, said);
    restore(&mut found, book, &each);
    let mut others = sums.others(&found, said);
    restore(&mut others, book, &each);
    found.extend(others);
    found.sort_by_key(|pair| (pair.target, pair.by));
    found
}

/// The most takers of one landing that are looked at when it is brought back.
const MOST_TAKERS: usize = 8;

/// Lines of landings, and of pairs of them.
struct Sums {
    /// Lines that each landing brought.
    born: Vec<u64>,
    /// Lines that it took.
    died: Vec<u64>,
    /// Lines of the first that the second took, and those of them that went with their
    /// files.
    pairs: BTreeMap<(u32, u32), (u64, u64)>,
}

impl Sums {
    /// The pairs to look at, before it is known what came back.
    fn candidates(&self, clock: &[Timestamp], said: &Pairs) -> Vec<Effect> {
        let mut found = Vec::new();
        let mut gone = (u32::MAX, 0);
        for (&(target, by), &(killed, _)) in &self.pairs {
            if gone.0 != target {
                gone = (target, 0);
            }
            let alive = self.born[target as usize] - gone.1;
            gone.1 += killed;
            let seconds = clock[by as usize].0.saturating_sub(clock[target as usize].0);
            let is_undo = seconds <= UNDO_DAYS * SECONDS_PER_DAY && killed * 2 >= alive;
            let died = self.died[by as usize];
            let is_quick = seconds <= HOTFIX_HOURS * 3_600 && killed * 10 >= died * 3;
            let is_said = said.contains(&(target, by));
            if by > target && (is_undo || is_quick || is_said) {
                found.push(self.effect((target, by), alive));
            }
        }
        // Of what only took lines nothing can go.
        let only_took = |pair: &&(u32, u32)| self.born[pair.0 as usize] == 0;
        let said = said.iter().filter(|pair| pair.0 < pair.1).filter(only_took);
        found.extend(said.map(|&pair| self.effect(pair, 0)));
        found
    }

    fn effect(&self, (target, by): (u32, u32), alive: u64) -> Effect {
        let (killed, with_files) =
            self.pairs.get(&(target, by)).copied().unwrap_or_default();
        let died = self.died[by as usize];
        Effect {
            target,
            by,
            born: self.born[target as usize],
            alive,
            killed,
            with_files,
            deleted: self.died[target as usize],
            restored: 0,
            changed: self.born[by as usize] + died,
            died,
        }
    }

    /// Where a message says that it brings something back, or takes back what took it: the
    /// pairs of all else that had taken back the same, with it.
    fn others(&self, found: &[Effect], said: &Pairs) -> Vec<Effect> {
        let mut takers: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let mut taken: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for pair in found {
            let is_said = said.contains(&(pair.target, pair.by));
            if pair.undo().is_some() || (is_said && pair.undo_as_said().is_some()) {
                takers.entry(pair.target).or_default().push(pair.by);
                taken.entry(pair.by).or_default().push(pair.target);
            }
        }
        let known: Pairs = found.iter().map(|pair| (pair.target, pair.by)).collect();
        let mut others = Pairs::new();
        for &(target, by) in said {
            let of_target = taken.get(&target).into_iter().flatten().chain([&target]);
            for original in of_target.take(MOST_TAKERS) {
                let all = takers.get(original).into_iter().flatten();
                let before = all.filter(|&&taker| taker > *original && taker < by);
                others.extend(before.take(MOST_TAKERS).map(|&taker| (taker, by)));
            }
        }
        others.retain(|pair| !known.contains(pair));
        others
            .into_iter()
            .map(|pair| self.effect(pair, self.alive_before(pair)))
            .collect()
    }

    /// Lines of a landing that stood before another.
    fn alive_before(&self, (target, by): (u32, u32)) -> u64 {
        let gone = self.pairs.range((target, 0)..(target, by)).map(|(_, sums)| sums.0);
        self.born[target as usize] - gone.sum::<u64>()
    }
}

/// Counts the lines that the earlier landing of each pair removed and the later brought.
fn restore(
    found: &mut [Effect],
    book: &Book,
    each: &impl Fn(&mut dyn FnMut(u32, u32, Life)),
) {
    let targets: FxHashSet<u32> = found.iter().map(|pair| pair.target).collect();
    let later: FxHashSet<u32> = found.iter().map(|pair| pair.by).collect();
    let mut removed: FxHashMap<u32, FxHashMap<LineMark, u64>> = FxHashMap::default();
    let mut brought: FxHashMap<u32, FxHashMap<LineMark, u64>> = FxHashMap::default();
    each(&mut |line, landing, life| {
        let mark = book.marks[line as usize];
        if let Some(death) = life.death.filter(|death| targets.contains(death)) {
            *removed.entry(death).or_default().entry(mark).or_insert(0) += 1;
        }
        if later.contains(&landing) {
            *brought.entry(landing).or_default().entry(mark).or_insert(0) += 1;
        }
    });
    for pair in found {
        let (Some(removed), Some(brought)) =
            (removed.get(&pair.target), brought.get(&pair.by))
        else {
            continue;
        };
        // The smaller of the two counts of each text; the sum has no order.
        let both =
            |(mark, n): (&LineMark, &u64)| brought.get(mark).map_or(0, |m| *n.min(m));
        let restored: u64 = count(removed.iter().map(both));
        pair.restored = restored;
    }
}

/// A sum, whose order does not matter.
fn count(numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Effect = Effect {
        target: 0,
        by: 1,
        born: 0,
        alive: 0,
        killed: 0,
        with_files: 0,
        deleted: 0,
        restored: 0,
        changed: 0,
        died: 0,
    };

    #[test]
    fn how_much_went_and_came_back_tells_what_was_done() {
        let undo = |alive, killed, deleted, restored, changed| {
            Effect { alive, killed, deleted, restored, changed, ..NONE }.undo()
        };
        assert_eq!(undo(10, 10, 10, 10, 20), Some(Undo::Full));
        assert_eq!(undo(10, 10, 10, 10, 26), None, "most of it is something else");
        assert_eq!(undo(100, 95, 20, 19, 120), Some(Undo::Full));
        assert_eq!(undo(10, 6, 10, 5, 12), Some(Undo::Partial));
        assert_eq!(undo(10, 6, 10, 4, 11), None, "too little came back");
        assert_eq!(undo(2, 2, 0, 0, 2), None, "two lines are too few");
        assert_eq!(undo(3, 3, 0, 0, 3), Some(Undo::Full));
        assert_eq!(undo(0, 0, 5, 5, 5), None, "nothing of it went");
    }

    #[test]
    fn what_only_added_is_undone_by_what_only_removes_and_else_rewritten() {
        let undo = |killed, changed| {
            Effect { born: 20, alive: 20, killed, changed, ..NONE }.undo()
        };
        assert_eq!(undo(20, 20), Some(Undo::Full));
        assert_eq!(undo(20, 21), Some(Undo::Full), "one other line");
        assert_eq!(undo(20, 22), None, "two lines say it anew");
        assert_eq!(undo(12, 12), Some(Undo::Partial));
        assert_eq!(undo(12, 14), None);
        // Two removed lines that came back say little; three say more.
        let mixed = Effect { born: 20, alive: 20, killed: 20, changed: 26, ..NONE };
        assert_eq!(Effect { deleted: 2, restored: 2, ..mixed }.undo(), None);
        assert_eq!(Effect { deleted: 3, restored: 3, ..mixed }.undo(), Some(Undo::Full));
    }

    #[test]
    fn of_what_a_message_takes_back_few_lines_say_enough() {
        let undo = |born, alive, killed, deleted, restored| {
            Effect { born, alive, killed, deleted, restored, changed: 99, ..NONE }
                .undo_as_said()
        };
        assert_eq!(undo(1, 1, 1, 0, 0), Some(Undo::Full));
        assert_eq!(undo(0, 0, 0, 5, 5), Some(Undo::Full), "it had only removed");
        assert_eq!(undo(10, 10, 6, 10, 6), Some(Undo::Partial));
        assert_eq!(undo(10, 10, 4, 0, 0), None);
        assert_eq!(undo(10, 0, 0, 2, 2), None, "its lines were gone before");
        assert_eq!(undo(0, 0, 0, 5, 0), None, "nothing came back");
    }

    #[test]
    fn lines_that_went_with_their_files_may_have_served_their_time() {
        let removed = Effect { alive: 9, killed: 9, with_files: 9, changed: 9, ..NONE };
        assert_eq!(removed.undo(), Some(Undo::Removal));
        let undone = Effect { deleted: 2, restored: 2, changed: 11, ..removed };
        assert_eq!(undone.undo(), Some(Undo::Full));
        let half = Effect { alive: 12, ..removed };
        assert_eq!(half.undo(), None);
    }
}
