//! Lines as instances: what the book says of one line, together with the lines that it
//! went on as, becomes one lifetime.
//!
//! A line that moved or was reformatted keeps its birth and its origin. A line that was
//! edited died and has a successor. A line that repeats others is marked as a copy
//! while they stand, and as a re-landing when they are gone.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::file_class::FileClass;
use crate::history::CommitIdx;
use crate::lines::attested;
use crate::lines::book::{Book, Came, Exit, Fate, Left, Link, Mark, Stand};
use crate::lines::lookback::{self, LookbackWork};
use crate::lines::runs::Run;
use crate::lines::undone::{self, Effect, Life};
use crate::problem::{GapKind, Gaps};
use crate::syntax::LineKind;
use crate::units::{Timestamp, len_to_u64};

/// Lines that one landing brings in, or removes, beyond which it is a bulk event: an
/// import, a move of vendored code, a clean-up. Reported apart.
pub const BULK_LINES: u64 = 10_000;

/// The least lines of an import of files that were elsewhere before: with fewer, a file
/// was copied, or brought back under another name.
pub const IMPORT_LINES: u64 = 1_000;

/// Why a line is no longer there.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[repr(u8)]
pub enum DeathCause {
    /// Replaced by lines of the person who had written it.
    ModifiedSelf,
    /// Replaced by lines of somebody else, or of nobody known.
    ModifiedOther,
    /// Removed, with nothing in its place.
    Deleted,
    /// Its whole file was removed.
    FileDeleted,
    /// Removed by a bulk event: an import, or more than 10,000 countable lines.
    Bulk,
    /// Removed by a commit that takes back the one that brought it in.
    Reverted,
    /// Put together with other lines by a change of form: it is no longer a line of its
    /// own, but what it says stands. This censors and does not kill.
    Reformatted,
    /// Its file became unreadable: it may live on, so this censors and does not kill.
    Unreadable,
}

impl DeathCause {
    /// Whether the line is known to be gone, and not only out of sight.
    pub fn is_death(self) -> bool {
        !matches!(self, Self::Unreadable | Self::Reformatted)
    }

    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ModifiedSelf => "modified_self",
            Self::ModifiedOther => "modified_other",
            Self::Deleted => "deleted",
            Self::FileDeleted => "file_deleted",
            Self::Bulk => "bulk",
            Self::Reverted => "reverted",
            Self::Reformatted => "reformatted",
            Self::Unreadable => "unreadable",
        }
    }
}

/// What new lines have to do with other lines.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
)]
pub struct Birth {
    /// They are edited from lines that died in the same hunk, and live on for those in
    /// survival by lineage.
    pub edited: bool,
    /// The same lines stood elsewhere when they landed.
    pub copied: bool,
    /// The same lines had landed before and had died.
    pub relanded: bool,
    /// They are pieces of older lines that a change of form took apart.
    pub reformatted: bool,
}

/// What all lines of a row have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lifetime {
    /// The number of the path where they stood last.
    pub path: u32,
    /// The commit that wrote them.
    pub origin: CommitIdx,
    /// The mainline number of the commit that brought them in.
    pub landing: u32,
    /// What kind of lines they were then.
    pub kind: LineKind,
    /// What their file was for then.
    pub class: FileClass,
    /// Whether they may be older than they seem.
    pub birth_unknown: bool,
    /// What they had to do with other lines.
    pub birth: Birth,
    /// Who wrote them by a record; 0 where none says.
    pub mark: Mark,
    /// The mainline number of the commit that removed them, and why; `None` while
    /// they stand: censored, not immortal.
    pub death: Option<(u32, DeathCause)>,
    /// The person whose lines stand in their place.
    pub overwritten_by: Option<u32>,
    /// The mainline number at which the last line that they were edited into went;
    /// `None` while one stands.
    pub lineage_death: Option<u32>,
}

/// A file at the tip, line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingFile {
    /// The number of its path.
    pub path: u32,
    /// For each run of lines the commit that wrote it and the mainline number of the
    /// commit that brought it in.
    pub runs: Vec<(u32, CommitIdx, u32)>,
}

/// What the rest of the history says of landings and commits.
#[derive(Debug, Default)]
pub struct Context {
    /// For each commit the person whose work it is.
    pub persons: Vec<Option<u32>>,
    /// For each landing the commit.
    pub mainline: Vec<CommitIdx>,
    /// For each landing the time, on the clock of the branch.
    pub clock: Vec<Timestamp>,
    /// For each landing the commits that it says it takes back.
    pub taken_back: BTreeMap<u32, BTreeSet<CommitIdx>>,
    /// Pairs of landings, of which the later says that it takes back the earlier.
    pub said: undone::Pairs,
    /// Landings, and the paths they created with content that had stood at another path
    /// and never at this one.
    pub imported: FxHashSet<(u32, u32)>,
    /// Files at the tip of which it is asked who wrote some lines: by path, for each line
    /// a number for what is asked of it, 0 for nothing.
    pub asked: FxHashMap<u32, Vec<u8>>,
}

/// Who wrote a line that stands, and when it landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Standing {
    /// The mainline number of the commit that brought it in.
    pub landing: u32,
    /// The commit that wrote it.
    pub origin: CommitIdx,
    /// Who wrote it by a record; 0 where none says.
    pub mark: Mark,
    /// The number of what was asked.
    pub asked: u8,
}

/// Everything known of lines.
#[derive(Debug, Default)]
pub struct Settled {
    /// The lifetimes, in order, with their numbers of lines.
    pub lifetimes: BTreeMap<Lifetime, u64>,
    /// The files at the tip, if asked for.
    pub standing: Vec<StandingFile>,
    /// The lines that were asked about, with their numbers.
    pub asked: BTreeMap<Standing, u64>,
    /// For each landing whether it is a bulk event.
    pub is_bulk: Vec<bool>,
    /// What landings did to the lines of others; empty when lines are taken as they are.
    pub effects: Vec<Effect>,
    /// Which line goes on as which.
    pub links: Links,
    /// For each line whether it repeats lines that stood elsewhere; empty when lines are
    /// taken as they are.
    pub copied: Vec<bool>,
    /// What could not be looked for.
    pub gaps: Gaps,
}

/// Nothing.
const NONE: u32 = u32::MAX;

/// Which line goes on as which. Empty when lines are taken as they are.
#[derive(Debug, Default)]
pub struct Links {
    /// The line that this one goes on as.
    next: Vec<u32>,
    /// The first line of those that this one goes on for: itself if it is new.
    root: Vec<u32>,
    /// The line that this one was edited into.
    successor: Vec<u32>,
    /// Whether this line was edited from another.
    is_edited: Vec<bool>,
    /// Whether this line went into others by a change of form.
    is_joined: Vec<bool>,
    /// Whether this line is a piece of another since a change of form.
    is_split: Vec<bool>,
}

impl Links {
    /// The links that the tracker found: lines of which only the form changed.
    pub fn new(book: &Book) -> Self {
        if book.marks.is_empty() {
            return Self::default();
        }
        let n = book.next_line();
        let lines = book.lines.len();
        let mut links = Self {
            next: vec![NONE; lines],
            root: (0..n).collect(),
            successor: vec![NONE; lines],
            is_edited: vec![false; lines],
            is_joined: vec![false; lines],
            is_split: vec![false; lines],
        };
        for &line in &book.joined {
            links.is_joined[line as usize] = true;
        }
        for &line in &book.split {
            links.is_split[line as usize] = true;
        }
        links.carry(&book.carried);
        links
    }

    /// Adds lines that go on as others. Each line can do so once.
    pub fn carry(&mut self, found: &[Link]) {
        for &Link { from, to } in found {
            let (at, then) = (from as usize, to as usize);
            if self.next[at] == NONE && self.root[then] == to {
                self.next[at] = to;
                self.root[then] = from;
            }
        }
    }

    /// Adds edits between lines that do not go on in another way.
    fn edit(&mut self, found: &[Link]) {
        for &Link { from, to } in found {
            let (at, then) = (from as usize, to as usize);
            let free = self.next[at] == NONE && self.root[then] == to;
            if free && self.successor[at] == NONE && !self.is_edited[then] {
                self.successor[at] = to;
                self.is_edited[then] = true;
            }
        }
    }

    /// Follows the lines back to the first, once all links are there. `blocks` are in
    /// the order of landings, so that what a line goes on for is settled before it.
    fn settle_roots(&mut self, blocks: &[&Came]) {
        for line in blocks.iter().flat_map(|came| lines_of(came)) {
            if let Some(&before) = self.root.get(line as usize) {
                self.root[line as usize] = self.root[before as usize];
            }
        }
    }

    /// The line that `line` goes on as.
    pub fn next(&self, line: u32) -> Option<u32> {
        self.next.get(line as usize).copied().filter(|&next| next != NONE)
    }

    /// Whether a line goes on for no other.
    pub fn is_first(&self, line: u32) -> bool {
        self.root(line) == line
    }

    /// The first line of those that a line goes on for: itself where it is new.
    pub fn first(&self, mut line: u32) -> u32 {
        while !self.is_first(line) {
            line = self.root(line);
        }
        line
    }

    fn root(&self, line: u32) -> u32 {
        self.root.get(line as usize).copied().unwrap_or(line)
    }

    /// The line that `line` was edited into.
    pub fn successor(&self, line: u32) -> Option<u32> {
        self.successor.get(line as usize).copied().filter(|&next| next != NONE)
    }

    /// Whether a line went into others by a change of form.
    pub fn is_joined(&self, line: u32) -> bool {
        self.is_joined.get(line as usize) == Some(&true)
    }

    /// Whether a line is a piece of another since a change of form.
    pub fn is_split(&self, line: u32) -> bool {
        self.is_split.get(line as usize) == Some(&true)
    }
}

fn lines_of(came: &Came) -> std::ops::Range<u32> {
    came.first..came.first + came.lines
}

/// Makes lifetimes of the book. `links` has what moved; edits are added here. Calls
/// `tick` after each landing and each change, so that progress can be told from a hang.
pub fn settle(
    book: &Book,
    mut links: Links,
    context: &Context,
    tick: &dyn Fn(),
) -> Settled {
    let mut blocks: Vec<&Came> = book.came.iter().collect();
    blocks.sort_by_key(|came| came.landing);
    if !links.next.is_empty() {
        links.edit(&book.edited);
        links.settle_roots(&blocks);
    }
    let ends = Ends::new(book, &links, &blocks);
    tick();
    let (repeats, gaps) = repeats(book, &links, (&blocks, &ends), tick);
    let is_new = |came: &Came| lines_of(came).any(|line| links.is_first(line));
    let has_new = book.came.iter().map(is_new).collect();
    let marks = attested::by_line(&book.attested, book.lines.len());
    let settler = Settler { book, links, context, ends, repeats, has_new, marks };
    let is_bulk = settler.bulk_births();
    let bulk_deaths = settler.bulk_deaths(&is_bulk);
    tick();
    let mut lifetimes = BTreeMap::new();
    for fate in &book.fates {
        settler.add_lifetimes(fate, &bulk_deaths, &mut lifetimes);
        tick();
    }
    let standing = book
        .standing
        .iter()
        .map(|(path, runs)| settler.standing_file(*path, runs))
        .collect();
    let asked = settler.asked();
    let effects = settler.effects();
    let Settler { links, repeats: Repeats { copied, .. }, .. } = settler;
    Settled { lifetimes, standing, asked, is_bulk, effects, links, copied, gaps }
}

/// Where lines end, by number. Empty when lines are taken as they are.
struct Ends {
    /// The commit that had written a line when it left its file.
    origin: Vec<CommitIdx>,
    /// The mainline number at which a line left, or what it went on as.
    death: Vec<u32>,
    /// The same of its successors.
    lineage: Vec<u32>,
    /// Whether a line, or what it went on as, is not known to be gone: it went out of
    /// sight, or into other lines.
    is_censored: Vec<bool>,
    /// Whether a line, or what it went on as, went with its file.
    with_file: Vec<bool>,
}

impl Ends {
    fn new(book: &Book, links: &Links, blocks: &[&Came]) -> Self {
        let n = links.next.len();
        let mut ends = Self {
            origin: vec![CommitIdx(NONE); n],
            death: vec![NONE; n],
            lineage: Vec::new(),
            is_censored: vec![false; n],
            with_file: vec![false; n],
        };
        if n == 0 {
            return ends;
        }
        for fate in &book.fates {
            let unreadable = fate.exit.is_some_and(|exit| exit.left == Left::Unreadable);
            let with_file = fate.exit.is_some_and(|exit| exit.left == Left::FileDeleted);
            for line in fate.stand.line..fate.stand.line + fate.lines {
                let is_joined = links.is_joined[line as usize];
                ends.is_censored[line as usize] = unreadable || is_joined;
                ends.with_file[line as usize] = with_file;
                ends.origin[line as usize] = fate.stand.origin;
                ends.death[line as usize] = fate.exit.map_or(NONE, |exit| exit.landing);
            }
        }
        ends.lineage = ends.death.clone();
        // What a line goes on as landed later, so that its end is known before.
        for line in blocks.iter().rev().flat_map(|came| lines_of(came)) {
            let at = line as usize;
            if let Some(next) = links.next(line) {
                ends.death[at] = ends.death[next as usize];
                ends.is_censored[at] = ends.is_censored[next as usize];
                ends.with_file[at] = ends.with_file[next as usize];
                ends.lineage[at] = ends.lineage[next as usize];
            } else if let Some(next) = links.successor(line) {
                ends.lineage[at] = ends.lineage[next as usize];
            }
        }
        ends
    }
}

/// For each line whether it repeats lines that stood elsewhere, or had died.
#[derive(Default)]
struct Repeats {
    copied: Vec<bool>,
    relanded: Vec<bool>,
}

fn repeats(
    book: &Book,
    links: &Links,
    (blocks, ends): (&[&Came], &Ends),
    tick: &dyn Fn(),
) -> (Repeats, Gaps) {
    let n = links.next.len();
    if n == 0 {
        return (Repeats::default(), Gaps::default());
    }
    let mut found = Repeats { copied: vec![false; n], relanded: vec![false; n] };
    let landed: Vec<lookback::Landed<'_>> = blocks
        .iter()
        .map(|came| {
            let lines = came.first as usize..(came.first + came.lines) as usize;
            lookback::Landed { landing: came.landing, marks: &book.marks[lines] }
        })
        .collect();
    let line_at = |block: u32, line: u32| blocks[block as usize].first + line;
    let is_new = |block, line| links.is_first(line_at(block, line));
    let end_of = |block, line| {
        let at = line_at(block, line) as usize;
        let landing = Some(ends.death[at]).filter(|&death| death != NONE)?;
        Some(lookback::End { landing, is_death: !ends.is_censored[at] })
    };
    let mut work = LookbackWork::default();
    for repeat in lookback::repeats_counted(&landed, is_new, end_of, tick, &mut work) {
        let first = line_at(repeat.block, repeat.start) as usize;
        let marked = if repeat.alive { &mut found.copied } else { &mut found.relanded };
        marked[first..first + repeat.lines as usize].fill(true);
    }
    let why = "lines that landed too often before to look at all of it; the newest were looked \
               at for copies and re-landings";
    let mut gaps = Gaps::default();
    gaps.add_many(GapKind::SearchLimit, why, b"", work.crowded);
    let why = "places not looked up for copies and re-landings, since too many lines that \
               landed are alike";
    gaps.add_many(GapKind::SearchLimit, why, b"", work.unfinished);
    (found, gaps)
}

struct Settler<'b> {
    book: &'b Book,
    links: Links,
    context: &'b Context,
    ends: Ends,
    repeats: Repeats,
    /// For each block of the book whether a line of it goes on for no other.
    has_new: Vec<bool>,
    /// For each line who wrote it by a record; empty where none says.
    marks: Vec<Mark>,
}

impl Settler<'_> {
    fn came(&self, line: u32) -> &Came {
        let after = self.book.came.partition_point(|came| came.first <= line);
        &self.book.came[after - 1]
    }

    fn is_countable(&self, line: u32, class: FileClass) -> bool {
        class.is_countable() && self.book.lines[line as usize].kind.is_countable()
    }

    /// Whether each landing brings in so much, or so much that was there, that it is
    /// an import and not somebody's change.
    fn bulk_births(&self) -> Vec<bool> {
        let n = self.context.mainline.len();
        let mut born = vec![0_u64; n];
        let mut imported = vec![0_u64; n];
        for came in &self.book.came {
            let is_new = |line: &u32| {
                self.links.is_first(*line) && self.is_countable(*line, came.class)
            };
            let lines = len_to_u64(lines_of(came).filter(is_new).count());
            let landing = came.landing as usize;
            born[landing] += lines;
            if self.context.imported.contains(&(came.landing, came.path)) {
                imported[landing] += lines;
            }
        }
        // More than 80 % of the lines are in files whose content was elsewhere before.
        let is_bulk = |(born, imported): (&u64, &u64)| {
            let is_import = *imported >= IMPORT_LINES && imported * 5 > born * 4;
            *born > BULK_LINES || is_import
        };
        born.iter().zip(&imported).map(is_bulk).collect()
    }

    fn bulk_deaths(&self, is_bulk: &[bool]) -> Vec<bool> {
        let mut died = vec![0_u64; is_bulk.len()];
        for fate in &self.book.fates {
            let Some(exit) = fate.exit else { continue };
            let counts = |line: &u32| {
                self.links.next(*line).is_none()
                    && self.is_countable(*line, self.came(self.links.root(*line)).class)
            };
            let lines = fate.stand.line..fate.stand.line + fate.lines;
            died[exit.landing as usize] += len_to_u64(lines.filter(counts).count());
        }
        let both = died.iter().zip(is_bulk);
        both.map(|(died, is_bulk)| *died > BULK_LINES || *is_bulk).collect()
    }

    /// Who wrote the lines that are asked about. What stands of a file is in the book run
    /// by run, in its order.
    fn asked(&self) -> BTreeMap<Standing, u64> {
        let mut found = BTreeMap::new();
        let mut nexts: FxHashMap<u32, u32> = FxHashMap::default();
        for fate in self.book.fates.iter().filter(|fate| fate.exit.is_none()) {
            let Some(asked) = self.context.asked.get(&fate.path) else { continue };
            let next = nexts.entry(fate.path).or_default();
            let first = *next as usize;
            *next += fate.lines;
            let asked = asked.get(first..).unwrap_or(&[]);
            for (line, &asked) in
                (fate.stand.line..fate.stand.line + fate.lines).zip(asked)
            {
                if asked > 0 {
                    let one = self.standing(line, fate.stand.origin, asked);
                    *found.entry(one).or_insert(0) += 1;
                }
            }
        }
        found
    }

    fn standing(&self, line: u32, now: CommitIdx, asked: u8) -> Standing {
        let root = self.links.root(line);
        Standing {
            landing: self.came(root).landing,
            origin: self.origin(root, now, line),
            mark: self.marks.get(root as usize).copied().unwrap_or(0),
            asked,
        }
    }

    /// What landings did to the lines of others.
    fn effects(&self) -> Vec<Effect> {
        if self.links.next.is_empty() {
            return Vec::new();
        }
        let counts = |line: u32, came: &Came| {
            self.links.is_first(line) && self.is_countable(line, came.class)
        };
        let life = |line: u32| {
            let at = line as usize;
            let death = Some(self.ends.death[at])
                .filter(|&death| death != NONE && !self.ends.is_censored[at]);
            Life { death, with_file: self.ends.with_file[at] }
        };
        let pairs = (self.context.clock.as_slice(), &self.context.said);
        undone::effects(self.book, pairs, counts, life)
    }

    /// How lines left, seen together with the other files: where nothing but older lines
    /// came, which moved in or were reformatted, nobody wrote anything in their place.
    fn seen_whole(&self, exit: Exit) -> Exit {
        match exit.left {
            Left::Replaced { came, .. } if !self.has_new(came) => {
                Exit { left: Left::Deleted, ..exit }
            }
            _ => exit,
        }
    }

    /// Whether a line of the block that `first` begins goes on for no other.
    fn has_new(&self, first: u32) -> bool {
        let after = self.book.came.partition_point(|came| came.first <= first);
        self.has_new.get(after - 1).copied().unwrap_or(true)
    }

    /// Adds the lines of a fate, line by line: neighbours can have come from elsewhere.
    fn add_lifetimes(
        &self,
        fate: &Fate,
        bulk_deaths: &[bool],
        lifetimes: &mut BTreeMap<Lifetime, u64>,
    ) {
        let fate = &Fate { exit: fate.exit.map(|exit| self.seen_whole(exit)), ..*fate };
        let mut same: Option<(Lifetime, u64)> = None;
        for line in fate.stand.line..fate.stand.line + fate.lines {
            if self.links.next(line).is_some() {
                continue;
            }
            let lifetime = self.lifetime(fate, line, bulk_deaths);
            match &mut same {
                Some((known, lines)) if *known == lifetime => *lines += 1,
                _ => {
                    if let Some((known, lines)) = same.replace((lifetime, 1)) {
                        *lifetimes.entry(known).or_insert(0) += lines;
                    }
                }
            }
        }
        if let Some((known, lines)) = same {
            *lifetimes.entry(known).or_insert(0) += lines;
        }
    }

    fn lifetime(&self, fate: &Fate, line: u32, bulk_deaths: &[bool]) -> Lifetime {
        let root = self.links.root(line);
        let came = self.came(root);
        let landed = self.book.lines[root as usize];
        let origin = self.origin(root, fate.stand.origin, line);
        let is = |marks: &[bool]| marks.get(root as usize).copied().unwrap_or(false);
        let lineage = self.ends.lineage.get(line as usize).copied();
        let writer = fate.exit.and_then(|exit| match exit.left {
            Left::Replaced { by, .. } => self.context.persons[by.at()],
            Left::Deleted | Left::FileDeleted | Left::Unreadable => None,
        });
        let cause = |exit: Exit| {
            let is_bulk = bulk_deaths[exit.landing as usize];
            if self.links.is_joined.get(line as usize) == Some(&true) {
                return (exit.landing, DeathCause::Reformatted);
            }
            (exit.landing, self.cause(exit, origin, came.landing, is_bulk))
        };
        Lifetime {
            path: fate.path,
            origin,
            landing: came.landing,
            kind: landed.kind,
            class: came.class,
            birth_unknown: landed.birth_unknown,
            birth: Birth {
                edited: is(&self.links.is_edited),
                copied: is(&self.repeats.copied),
                relanded: is(&self.repeats.relanded),
                reformatted: is(&self.links.is_split),
            },
            mark: self.marks.get(root as usize).copied().unwrap_or(0),
            death: fate.exit.map(cause),
            overwritten_by: writer,
            lineage_death: lineage.map_or_else(
                || fate.exit.map(|exit| exit.landing),
                |end| Some(end).filter(|&end| end != NONE),
            ),
        }
    }

    /// Who wrote a line: of one that moved, who wrote it before it did.
    fn origin(&self, root: u32, now: CommitIdx, line: u32) -> CommitIdx {
        if root == line { now } else { self.ends.origin[root as usize] }
    }

    fn cause(
        &self,
        exit: Exit,
        origin: CommitIdx,
        landing: u32,
        is_bulk: bool,
    ) -> DeathCause {
        if exit.left == Left::Unreadable {
            return DeathCause::Unreadable;
        }
        let landed = self.context.mainline[landing as usize];
        let taken_back = self.context.taken_back.get(&exit.landing);
        let is_taken = |commits: &BTreeSet<CommitIdx>| {
            commits.contains(&origin) || commits.contains(&landed)
        };
        if taken_back.is_some_and(is_taken) {
            return DeathCause::Reverted;
        }
        match exit.left {
            Left::FileDeleted => DeathCause::FileDeleted,
            _ if is_bulk => DeathCause::Bulk,
            Left::Replaced { by, .. } => {
                let person = |commit: CommitIdx| self.context.persons[commit.at()];
                match (person(origin), person(by)) {
                    (Some(one), Some(two)) if one == two => DeathCause::ModifiedSelf,
                    _ => DeathCause::ModifiedOther,
                }
            }
            Left::Deleted | Left::Unreadable => DeathCause::Deleted,
        }
    }

    fn standing_file(&self, path: u32, runs: &[Run<Stand>]) -> StandingFile {
        let mut found: Vec<(u32, CommitIdx, u32)> = Vec::new();
        for run in runs {
            let Stand { line, origin } = run.label;
            for line in line..line + run.lines {
                let root = self.links.root(line);
                let (origin, landing) =
                    (self.origin(root, origin, line), self.came(root).landing);
                match found.last_mut() {
                    Some(last) if (last.1, last.2) == (origin, landing) => last.0 += 1,
                    _ => found.push((1, origin, landing)),
                }
            }
        }
        StandingFile { path, runs: found }
    }
}

#[cfg(test)]
mod tests;
