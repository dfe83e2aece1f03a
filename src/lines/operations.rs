//! What each landing did to lines, in the seven words that are in use for it: added,
//! deleted, updated, moved, copied, find-and-replaced, and no-op.
//!
//! Every line that came and every line that went has one of them, so that they add up to
//! what `git diff --numstat -w -M` counts against the first parent.

use std::ops::AddAssign;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::file_class::FileClass;
use crate::lines::book::{Book, Came, Fate, Left, Link};
use crate::lines::edits::substitution;
use crate::lines::instances::Links;
use crate::lines::marks::LineMark;

/// From how many edits of one landing on the same substitution is a find-and-replace.
pub const LEAST_REPLACED: u32 = 3;

/// What was done to lines, in lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operations {
    /// Came, and none of the others.
    pub added: u64,
    /// Went, and none of the others.
    pub deleted: u64,
    /// Came edited from one that went in the same place.
    pub updated: u64,
    /// Came where they went elsewhere in the same landing.
    pub moved: u64,
    /// Came, and stood elsewhere before, and still do.
    pub copied: u64,
    /// Were edited, as others of the landing were, by one and the same substitution.
    pub replaced: u64,
    /// Came for one that went and of which the form alone differs.
    pub reformatted: u64,
    /// Came and are blank, or pieces of others since a change of form.
    pub no_op_added: u64,
    /// Went and were blank, or went into others by a change of form.
    pub no_op_deleted: u64,
    /// Stand on; their white space changed. Git does not count them with `-w`.
    pub respaced: u64,
    /// Came, and may be older than they seem: history is cut, or was unreadable.
    pub unknown_added: u64,
    /// Went out of sight with a file that became unreadable.
    pub unknown_deleted: u64,
}

impl Operations {
    /// Lines that came, as `git diff --numstat -w` counts them.
    #[must_use]
    pub fn inserted(&self) -> u64 {
        self.both_sides()
            + self.added
            + self.copied
            + self.no_op_added
            + self.unknown_added
    }

    /// Lines that went, likewise.
    #[must_use]
    pub fn removed(&self) -> u64 {
        self.both_sides() + self.deleted + self.no_op_deleted + self.unknown_deleted
    }

    /// Lines of which nothing changed but the form, and blank ones.
    #[must_use]
    pub fn no_op(&self) -> u64 {
        self.reformatted + self.no_op_added + self.no_op_deleted + self.respaced
    }

    /// Lines that came for others, one for one.
    fn both_sides(&self) -> u64 {
        self.updated + self.moved + self.replaced + self.reformatted
    }
}

impl AddAssign for Operations {
    fn add_assign(&mut self, other: Self) {
        self.added += other.added;
        self.deleted += other.deleted;
        self.updated += other.updated;
        self.moved += other.moved;
        self.copied += other.copied;
        self.replaced += other.replaced;
        self.reformatted += other.reformatted;
        self.no_op_added += other.no_op_added;
        self.no_op_deleted += other.no_op_deleted;
        self.respaced += other.respaced;
        self.unknown_added += other.unknown_added;
        self.unknown_deleted += other.unknown_deleted;
    }
}

/// What one landing did to lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LandingOperations {
    /// In files whose lines count.
    pub counted: Operations,
    /// In all others: generated, vendored, locks.
    pub excluded: Operations,
}

impl LandingOperations {
    fn of(&mut self, class: FileClass) -> &mut Operations {
        if class.is_countable() { &mut self.counted } else { &mut self.excluded }
    }
}

/// Tells for each landing what it did to lines; nothing where lines are taken as they
/// are. `copied` says of each line whether it repeats lines that stand elsewhere.
///
/// The first of these that fits is what a line is: blank or reformatted (no-op), moved,
/// copied, find-and-replaced, updated, added or deleted. What came for what went is
/// counted once, in the file where it came.
pub fn find(
    book: &Book,
    links: &Links,
    copied: &[bool],
    n_landings: usize,
) -> Vec<LandingOperations> {
    if book.marks.is_empty() {
        return Vec::new();
    }
    let mut found = vec![LandingOperations::default(); n_landings];
    let teller = Teller::new(book, links, copied);
    for came in &book.came {
        let operations = found[came.landing as usize].of(came.class);
        for line in came.first..came.first + came.lines {
            *teller.came(operations, line, came.landing) += 1;
        }
    }
    for fate in &book.fates {
        let Some(exit) = fate.exit else { continue };
        for line in fate.stand.line..fate.stand.line + fate.lines {
            let class = came_with(book, line).class;
            let operations = found[exit.landing as usize].of(class);
            if let Some(count) = teller.went(operations, fate, line) {
                *count += 1;
            }
        }
    }
    for one in &book.respaced {
        let class = came_with(book, one.line).class;
        found[one.landing as usize].of(class).respaced += u64::from(one.lines);
    }
    found
}

/// The block that a line came with.
fn came_with(book: &Book, line: u32) -> &Came {
    let after = book.came.partition_point(|came| came.first <= line);
    &book.came[after - 1]
}

struct Teller<'b> {
    book: &'b Book,
    links: &'b Links,
    copied: &'b [bool],
    blank: LineMark,
    /// Lines that came for others of which the form alone changed.
    reformatted: FxHashSet<u32>,
    /// Lines that came edited, and by which substitution.
    edited: FxHashMap<u32, u32>,
    /// How often each landing made each substitution.
    substituted: FxHashMap<(u32, u32), u32>,
}

impl<'b> Teller<'b> {
    fn new(book: &'b Book, links: &'b Links, copied: &'b [bool]) -> Self {
        let holds = |link: &&Link| links.next(link.from) == Some(link.to);
        let reformatted = book.carried.iter().filter(holds).map(|link| link.to).collect();
        let mut teller = Self {
            book,
            links,
            copied,
            blank: LineMark::of(b""),
            reformatted,
            edited: FxHashMap::default(),
            substituted: FxHashMap::default(),
        };
        for (link, &by) in book.edited.iter().zip(&book.substitutions) {
            if links.successor(link.from) == Some(link.to) && !teller.is_copied(link.to) {
                teller.edited.insert(link.to, by);
                let landing = came_with(book, link.to).landing;
                *teller.substituted.entry((landing, by)).or_default() += 1;
            }
        }
        teller
    }

    fn is_copied(&self, line: u32) -> bool {
        self.copied.get(line as usize) == Some(&true)
    }

    fn is_blank(&self, line: u32) -> bool {
        self.book.marks[line as usize] == self.blank
    }

    fn came<'o>(&self, of: &'o mut Operations, line: u32, landing: u32) -> &'o mut u64 {
        if self.is_blank(line) || self.links.is_split(line) {
            return &mut of.no_op_added;
        }
        if self.reformatted.contains(&line) {
            return &mut of.reformatted;
        }
        if !self.links.is_first(line) {
            return &mut of.moved;
        }
        if self.is_copied(line) {
            return &mut of.copied;
        }
        let Some(&by) = self.edited.get(&line) else {
            let is_unknown = self.book.lines[line as usize].birth_unknown;
            return if is_unknown { &mut of.unknown_added } else { &mut of.added };
        };
        let times = self.substituted.get(&(landing, by)).copied().unwrap_or(0);
        if by != substitution::NONE && times >= LEAST_REPLACED {
            return &mut of.replaced;
        }
        &mut of.updated
    }

    /// `None` for a line that is counted where it came.
    fn went<'o>(
        &self,
        of: &'o mut Operations,
        fate: &Fate,
        line: u32,
    ) -> Option<&'o mut u64> {
        let next = self.links.next(line);
        let successor = self.links.successor(line);
        if next.is_some_and(|next| !self.is_blank(next) && !self.links.is_split(next))
            || successor.is_some_and(|next| self.edited.contains_key(&next))
        {
            return None;
        }
        if fate.exit.is_some_and(|exit| exit.left == Left::Unreadable) {
            return Some(&mut of.unknown_deleted);
        }
        if next.is_some() || self.is_blank(line) || self.links.is_joined(line) {
            return Some(&mut of.no_op_deleted);
        }
        Some(&mut of.deleted)
    }
}

#[cfg(test)]
mod tests;
