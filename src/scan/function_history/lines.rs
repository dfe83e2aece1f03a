//! The lines that came and went, by landing and path.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::lines::book::{Book, Left};
use crate::lines::instances::Links;
use crate::lines::schedule::TrackedHistory;
use crate::lines::versions::Step;
use crate::units::{SECONDS_PER_DAY, Timestamp};

/// A line that came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Came {
    /// Where it stands, from 0 on.
    pub(super) at: u32,
    /// Whether it goes on for no other.
    pub(super) is_new: bool,
}

/// A line that went.
#[derive(Debug, Clone, Copy)]
pub(super) struct Went {
    /// Where it stood, from 0 on.
    pub(super) at: u32,
    /// Whether it goes on as another: it moved, or only its form changed.
    pub(super) goes_on: bool,
    /// How old it was, in days; `None` when unknown.
    days: Option<u32>,
}

impl Went {
    /// How old it was, in days, if it is gone for good and that is known.
    pub(super) fn age(&self) -> Option<u32> {
        self.days.filter(|_| !self.goes_on)
    }
}

/// Landing and path.
type Place = (u32, u32);

/// All lines that came and went.
#[derive(Default)]
pub(super) struct Lines {
    came: BTreeMap<Place, Vec<Came>>,
    went: BTreeMap<Place, Vec<Went>>,
    /// How many came and went with each landing.
    totals: FxHashMap<u32, (u64, u64)>,
}

impl Lines {
    /// Those of landings from a number on.
    pub(super) fn new(history: &TrackedHistory, clock: &[Timestamp], from: u32) -> Self {
        let (book, links) = (&history.tracked.book, &history.links);
        let mut lines = Self::default();
        lines.add_came(book, links, from);
        lines.add_went(book, links, clock, from);
        let Self { came, went, .. } = &mut lines;
        came.values_mut().for_each(|of| of.sort_unstable_by_key(|one| one.at));
        went.values_mut().for_each(|of| of.sort_unstable_by_key(|one| one.at));
        lines
    }

    fn add_came(&mut self, book: &Book, links: &Links, from: u32) {
        for came in book.came.iter().filter(|came| came.landing >= from) {
            let lines = (came.first..).zip(came.start..came.start + came.lines);
            let one = |(line, at)| Came {
                at,
                is_new: links.is_first(line) && !links.is_split(line),
            };
            let place = (came.landing, came.path);
            self.came.entry(place).or_default().extend(lines.map(one));
            self.totals.entry(came.landing).or_default().0 += u64::from(came.lines);
        }
    }

    fn add_went(&mut self, book: &Book, links: &Links, clock: &[Timestamp], from: u32) {
        for fate in &book.fates {
            let gone = fate.exit.filter(|exit| exit.landing >= from);
            // What is out of sight may not be gone.
            let Some(exit) = gone.filter(|exit| exit.left != Left::Unreadable) else {
                continue;
            };
            let lines = fate.stand.line..fate.stand.line + fate.lines;
            let one = |(line, at): (u32, u32)| Went {
                at,
                goes_on: links.next(line).is_some() || links.is_joined(line),
                days: born(book, links, line)
                    .and_then(|birth| days_between(clock, birth, exit.landing)),
            };
            let place = (exit.landing, fate.path);
            let went = lines.zip(exit.start..).map(one);
            self.went.entry(place).or_default().extend(went);
            self.totals.entry(exit.landing).or_default().1 += u64::from(fate.lines);
        }
    }

    /// Whether a landing brought lines into a file, or removed some.
    pub(super) fn touch(&self, landing: u32, step: &Step) -> bool {
        self.came.contains_key(&(landing, step.path))
            || self.went.contains_key(&(landing, step.old_path))
    }

    /// A line that came, for tests that ask for no more.
    #[cfg(test)]
    pub(super) fn add_line(&mut self, landing: u32, path: u32) {
        self.came.entry((landing, path)).or_default().push(Came { at: 0, is_new: true });
    }

    /// The lines that came into a file with a landing, in order.
    pub(super) fn came(&self, landing: u32, path: u32) -> &[Came] {
        self.came.get(&(landing, path)).map_or(&[], Vec::as_slice)
    }

    /// The lines that went from a file with a landing, in order.
    pub(super) fn went(&self, landing: u32, path: u32) -> &[Went] {
        self.went.get(&(landing, path)).map_or(&[], Vec::as_slice)
    }

    /// How many lines came and went with a landing, in all files.
    pub(super) fn total(&self, landing: u32) -> (u64, u64) {
        self.totals.get(&landing).copied().unwrap_or_default()
    }
}

/// The landing with which a line came, or the first that it goes on for; `None` when it
/// may be older.
fn born(book: &Book, links: &Links, line: u32) -> Option<u32> {
    let first = links.first(line);
    let after = book.came.partition_point(|came| came.first <= first);
    let is_known = !book.lines.get(first as usize)?.birth_unknown;
    Some(book.came.get(after.checked_sub(1)?)?.landing).filter(|_| is_known)
}

fn days_between(clock: &[Timestamp], birth: u32, death: u32) -> Option<u32> {
    let time = |landing: u32| clock.get(landing as usize).map(|time| time.0);
    let seconds = time(death)?.saturating_sub(time(birth)?);
    u32::try_from(seconds / SECONDS_PER_DAY).ok()
}
