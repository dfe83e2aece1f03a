//! What a change does to duplication: lines copied from what stands, repeated inside the
//! change, or moved; and lines that stand alone now, or are gone.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::index::{Index, IndexedFile};
use super::matches::{Match, Missed, SearchSteps, matches};
use super::{CloneType, TokenStream};
use crate::problem::{GapKind, Gaps};
use crate::untrusted::Untrusted;

/// What a change did to one file.
#[derive(Debug, Clone)]
pub struct FileChange<'a> {
    /// Where the file was; `None` if it is new.
    pub before: Option<&'a [u8]>,
    /// Where it is, and what it holds; `None` if it is gone, or not compared any more.
    pub after: Option<(&'a [u8], IndexedFile)>,
    /// Whether it may still be there, where it cannot be compared: of its lines then only
    /// those went that are said to, the others are partners still, and whether what
    /// equals them was copied or moved is unknown.
    pub is_unseen: bool,
    /// Lines of the new version that came: 0-based half-open ranges in order.
    pub added: &'a [Range<u32>],
    /// Of these, lines that are known already to have moved here.
    pub moved: &'a [Range<u32>],
    /// Of these, lines of which only the form changed: they are not new.
    pub reformed: &'a [Range<u32>],
    /// Lines of the old version that went, in the same way. Of a file that is gone, all
    /// lines went, whatever stands here.
    pub deleted: &'a [Range<u32>],
    /// Of these, lines that are known already to go on elsewhere or in another form: they
    /// explain no more lines, and are not resolved.
    pub gone_on: &'a [Range<u32>],
}

/// Where an added line was met before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// In text of the tree that the change deletes, in the same words.
    Moved,
    /// In text that the change deletes, in other names, strings or numbers.
    Edited,
    /// In the tree, where it still stands after the change.
    Copied,
    /// In another place that the change adds.
    Repeated,
}

/// Countable lines of one side of a change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BirthCounts {
    /// Lines added.
    pub added_lines: u64,
    /// Of these: text of the change's own deletions, word for word.
    pub moved_lines: u64,
    /// Of these: text of its own deletions in other names, strings or numbers.
    pub edited_lines: u64,
    /// Of these: copies of what was there and still is.
    pub copied_lines: u64,
    /// Of these: repeated inside the change.
    pub repeated_lines: u64,
    /// Lines of clones in the tree before that are gone and did not move.
    pub resolved_gone_lines: u64,
    /// Lines of clones in the tree before that still stand, alone.
    pub resolved_alone_lines: u64,
}

impl BirthCounts {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            added_lines: self.added_lines + other.added_lines,
            moved_lines: self.moved_lines + other.moved_lines,
            edited_lines: self.edited_lines + other.edited_lines,
            copied_lines: self.copied_lines + other.copied_lines,
            repeated_lines: self.repeated_lines + other.repeated_lines,
            resolved_gone_lines: self.resolved_gone_lines + other.resolved_gone_lines,
            resolved_alone_lines: self.resolved_alone_lines + other.resolved_alone_lines,
        }
    }

    /// Lines of clones that are gone, or stand alone now.
    pub fn resolved_lines(&self) -> u64 {
        self.resolved_gone_lines + self.resolved_alone_lines
    }
}

/// Added lines and where they were met before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    /// What that makes of them.
    pub origin: Origin,
    /// The file that holds them.
    pub path: Untrusted,
    /// The lines of the whole match, 0-based and half-open.
    pub lines: Range<u32>,
    /// Of these, how many the change added and nothing before in this list explains.
    pub added_lines: u64,
    /// Where they were met: of moved, edited and copied lines in the tree before the
    /// change, of repeated ones in the tree after it.
    pub of_path: Untrusted,
    /// The lines there.
    pub of_lines: Range<u32>,
    /// How many tokens are equal.
    pub tokens: u32,
    /// In what the two differ.
    pub clone_type: CloneType,
}

/// What a change does to duplication.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Births {
    /// Lines of code that does not test other code.
    pub product: BirthCounts,
    /// Lines of code that does.
    pub tests: BirthCounts,
    /// What shows it; the longest matches first, each line explained once.
    pub evidence: Vec<Partner>,
    /// What was left out.
    pub gaps: Gaps,
}

/// Returns what a change does to the tree of an index, and applies the change to the
/// index. Each deleted line explains one added line at most; what is moved or edited is
/// no copy, even when other copies stand. Takes what it compares from `allowed`.
pub fn births(
    index: &mut Index,
    changes: &[FileChange<'_>],
    allowed: &mut SearchSteps,
) -> Births {
    let mut judge = Judge::new(changes, *allowed);
    judge.against_tree(index);
    judge.against_itself(index);
    let waiting = judge.partners_of_deleted(index);
    apply(index, changes);
    judge.count_alone(index, &waiting);
    lose_unseen(index, changes);
    judge.count_added();
    *allowed = judge.allowed;
    judge.told()
}

/// Applies what is known of the changes. What is not seen any more stays for now.
fn apply(index: &mut Index, changes: &[FileChange<'_>]) {
    let seen = changes.iter().filter(|change| !change.is_unseen);
    for path in seen.filter_map(|change| change.before) {
        index.remove(path);
    }
    for (path, file) in changes.iter().filter_map(|change| change.after.as_ref()) {
        index.insert(path, file.clone());
    }
}

/// Removes files that are not seen any more: later changes are not compared with them.
fn lose_unseen(index: &mut Index, changes: &[FileChange<'_>]) {
    let after = changes.iter().filter_map(|change| change.after.as_ref());
    let taken: BTreeSet<&[u8]> = after.map(|(path, _)| *path).collect();
    let unseen = changes.iter().filter(|change| change.is_unseen);
    let gone = unseen.filter_map(|change| change.before);
    for path in gone.filter(|path| !taken.contains(path)) {
        index.remove(path);
    }
}

/// A match of the new version of a change, in the tree or in the change itself.
struct Candidate {
    change: usize,
    found: Match,
    of_path: Vec<u8>,
}

/// Lines by their files.
type Lines = BTreeSet<(Vec<u8>, u32)>;

struct Judge<'c> {
    changes: &'c [FileChange<'c>],
    /// The change of each file that was there before.
    by_before: BTreeMap<&'c [u8], usize>,
    /// The change of each file that is there after.
    by_after: BTreeMap<&'c [u8], usize>,
    /// What each added line is, by change and line.
    origins: BTreeMap<(usize, u32), Origin>,
    /// Deleted lines that explain an added one.
    used: Lines,
    missed: Missed,
    allowed: SearchSteps,
    births: Births,
}

impl<'c> Judge<'c> {
    fn new(changes: &'c [FileChange<'c>], allowed: SearchSteps) -> Self {
        let before = |(at, change): (usize, &FileChange<'c>)| Some((change.before?, at));
        let after = |(at, change): (usize, &'c FileChange<'c>)| {
            change.after.as_ref().map(|(path, _)| (*path, at))
        };
        let moved = |(at, change): (usize, &FileChange<'c>)| {
            let lines = change.moved.iter().cloned().flatten();
            lines.map(move |line| ((at, line), Origin::Moved)).collect::<Vec<_>>()
        };
        let gone_on = |change: &FileChange<'c>| {
            let path = change.before.unwrap_or_default().to_vec();
            let lines = change.gone_on.iter().cloned().flatten();
            lines.map(move |line| (path.clone(), line)).collect::<Vec<_>>()
        };
        Self {
            changes,
            by_before: changes.iter().enumerate().filter_map(before).collect(),
            by_after: changes.iter().enumerate().filter_map(after).collect(),
            origins: changes.iter().enumerate().flat_map(moved).collect(),
            used: changes.iter().flat_map(gone_on).collect(),
            missed: Missed::default(),
            allowed,
            births: Births::default(),
        }
    }

    /// Moved, edited and copied lines.
    fn against_tree(&mut self, index: &Index) {
        let candidates = self.candidates(index, |_| None);
        for wanted in [Origin::Moved, Origin::Edited, Origin::Copied] {
            for candidate in &candidates {
                self.explain(index, candidate, wanted);
            }
        }
    }

    /// Repeated lines.
    fn against_itself(&mut self, tree: &Index) {
        let mut index = Index::new(tree.preset());
        for (path, file) in self.changes.iter().filter_map(|it| it.after.as_ref()) {
            index.insert(path, file.clone());
        }
        let candidates = self.candidates(&index, |path| index.number_at(path));
        for candidate in &candidates {
            self.explain(&index, candidate, Origin::Repeated);
        }
    }

    /// Matches of all new versions that have added lines, the longest first.
    fn candidates(
        &mut self,
        index: &Index,
        own: impl Fn(&[u8]) -> Option<u32>,
    ) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        for (change, it) in self.changes.iter().enumerate() {
            let Some((path, file)) = &it.after else { continue };
            let found = matches(
                index,
                &file.stream,
                own(path),
                (&mut self.missed, &mut self.allowed),
            );
            let has_added = |found: &Match| {
                let lines = lines_of(&file.stream, found.start, found.tokens);
                it.added
                    .iter()
                    .any(|added| added.start < lines.end && lines.start < added.end)
            };
            candidates.extend(found.into_iter().filter(has_added).map(|found| {
                let entry = index.entry(found.of.file);
                let of_path = entry.map_or(Vec::new(), |entry| entry.path.clone());
                Candidate { change, found, of_path }
            }));
        }
        candidates.sort_by(|one, two| {
            let key = |it: &Candidate| (it.change, it.found.start);
            let by_length = two.found.tokens.cmp(&one.found.tokens);
            by_length
                .then(key(one).cmp(&key(two)))
                .then_with(|| one.of_path.cmp(&two.of_path))
                .then(one.found.of.offset.cmp(&two.found.of.offset))
        });
        candidates
    }

    /// Explains the added lines of a match that are of one origin.
    fn explain(&mut self, index: &Index, candidate: &Candidate, wanted: Origin) {
        let Candidate { change, found, of_path } = candidate;
        let changes = self.changes;
        let Some((path, file)) = &changes[*change].after else { return };
        let Some(other) = index.entry(found.of.file) else { return };
        let stream = &file.stream;
        let mut n_explained = 0;
        for line in split_by_line(stream, *found) {
            let number = stream.lines[line.start];
            let is_new = stream.is_countable(number)
                && contains(changes[*change].added, number)
                && !contains(changes[*change].reformed, number)
                && !self.origins.contains_key(&(*change, number));
            if !is_new {
                continue;
            }
            let of = line.start - found.start as usize + found.of.offset as usize;
            let of = of..of + line.len();
            let is_same = stream.texts[line] == other.stream().texts[of.clone()];
            let of_lines: BTreeSet<u32> =
                other.stream().lines[of].iter().copied().collect();
            let origin = match wanted {
                Origin::Repeated => self.repeated(of_path, &of_lines),
                _ => self.origin_in_tree(of_path, &of_lines, is_same),
            };
            if origin != Some(wanted) {
                continue;
            }
            if matches!(wanted, Origin::Moved | Origin::Edited) {
                self.used.extend(of_lines.iter().map(|&line| (of_path.clone(), line)));
            }
            self.origins.insert((*change, number), wanted);
            n_explained += 1;
        }
        if n_explained > 0 {
            self.births.evidence.push(Partner {
                origin: wanted,
                path: Untrusted::from(*path),
                lines: lines_of(stream, found.start, found.tokens),
                added_lines: n_explained,
                of_path: Untrusted::from(&of_path[..]),
                of_lines: lines_of(other.stream(), found.of.offset, found.tokens),
                tokens: found.tokens,
                clone_type: clone_type(stream, other.stream(), *found),
            });
        }
    }

    /// What a line is that says what these lines of the tree say.
    fn origin_in_tree(
        &self,
        path: &[u8],
        lines: &BTreeSet<u32>,
        is_same: bool,
    ) -> Option<Origin> {
        let mut deleted = lines.iter().filter(|&&line| self.is_deleted(path, line));
        if deleted.clone().next().is_none() {
            return (!self.is_unseen(path)).then_some(Origin::Copied);
        }
        let is_used = |&line: &u32| self.used.contains(&(path.to_vec(), line));
        if deleted.any(is_used) {
            return None;
        }
        Some(if is_same { Origin::Moved } else { Origin::Edited })
    }

    /// A line repeats others of the change if all of these were added.
    fn repeated(&self, path: &[u8], lines: &BTreeSet<u32>) -> Option<Origin> {
        let change = &self.changes[*self.by_after.get(path)?];
        let all_added = lines.iter().all(|&line| contains(change.added, line));
        all_added.then_some(Origin::Repeated)
    }

    fn is_unseen(&self, path: &[u8]) -> bool {
        self.by_before.get(path).is_some_and(|&at| self.changes[at].is_unseen)
    }

    fn is_deleted(&self, path: &[u8], line: u32) -> bool {
        let change = self.by_before.get(path).map(|&at| &self.changes[at]);
        let is_gone = |it: &FileChange<'_>| it.after.is_none() && !it.is_unseen;
        change.is_some_and(|it| is_gone(it) || contains(it.deleted, line))
    }

    /// Counts lines of clones that are gone, and returns the lines that were their
    /// partners and still stand, by their files of the tree after the change.
    fn partners_of_deleted(&mut self, index: &Index) -> Lines {
        let mut gone = Lines::new();
        let mut partners = Lines::new();
        for path in self.by_before.keys().copied().collect::<Vec<_>>() {
            let Some(number) = index.number_at(path) else { continue };
            let Some(entry) = index.entry(number) else { continue };
            let stream = entry.stream();
            let found = matches(
                index,
                stream,
                Some(number),
                (&mut self.missed, &mut self.allowed),
            );
            for it in found {
                let Some(other) = index.entry(it.of.file) else { continue };
                let is_deleted = |line: &u32| self.is_deleted(path, *line);
                let deleted: BTreeSet<u32> =
                    tokens_lines(stream, it).filter(is_deleted).collect();
                let of = it.of.offset as usize..(it.of.offset + it.tokens) as usize;
                let whole = other.stream().whole_lines(of.clone());
                for (token, of) in (it.start as usize..).zip(of) {
                    if whole.contains(&of) && deleted.contains(&stream.lines[token]) {
                        let of = other.stream().lines[of];
                        partners.extend(self.after(&other.path, of));
                    }
                }
                gone.extend(deleted.into_iter().map(|line| (path.to_vec(), line)));
            }
        }
        let gone: Vec<_> = gone.difference(&self.used).cloned().collect();
        for (path, line) in &gone {
            let number = index.number_at(path);
            let is_test = number
                .and_then(|number| index.entry(number))
                .is_some_and(|entry| entry.file.is_test(*line));
            self.counts(is_test).resolved_gone_lines += 1;
        }
        partners
    }

    /// Where a line of the tree is after the change; `None` if it is gone.
    fn after(&self, path: &[u8], line: u32) -> Option<(Vec<u8>, u32)> {
        let Some(&change) = self.by_before.get(path) else {
            return Some((path.to_vec(), line));
        };
        let it = &self.changes[change];
        let (after, _) = it.after.as_ref()?;
        if self.is_deleted(path, line) {
            return None;
        }
        let before = |range: &&Range<u32>| range.end <= line;
        let n_deleted: u32 = it
            .deleted
            .iter()
            .take_while(before)
            .map(|range| range.end - range.start)
            .sum();
        let mut at = line - n_deleted;
        for added in it.added {
            if added.start > at {
                break;
            }
            at += added.end - added.start;
        }
        Some((after.to_vec(), at))
    }

    /// Counts those of the lines that are in no clone of the tree after the change.
    fn count_alone(&mut self, index: &Index, lines: &Lines) {
        let paths: BTreeSet<&Vec<u8>> = lines.iter().map(|(path, _)| path).collect();
        for path in paths {
            let Some(number) = index.number_at(path) else { continue };
            let Some(entry) = index.entry(number) else { continue };
            let stream = entry.stream();
            let found = matches(
                index,
                stream,
                Some(number),
                (&mut self.missed, &mut self.allowed),
            );
            let in_clones: BTreeSet<u32> =
                found.iter().flat_map(|it| tokens_lines(stream, *it)).collect();
            let of_path = (path.clone(), 0)..=(path.clone(), u32::MAX);
            for &(_, line) in lines.range(of_path) {
                if stream.is_countable(line) && !in_clones.contains(&line) {
                    let is_test = entry.file.is_test(line);
                    self.counts(is_test).resolved_alone_lines += 1;
                }
            }
        }
    }

    fn count_added(&mut self) {
        let changes = self.changes;
        for (at, change) in changes.iter().enumerate() {
            let Some((_, file)) = &change.after else { continue };
            let added = change.added.iter().flat_map(Range::clone);
            let is_new = |line: &u32| {
                file.stream.is_countable(*line) && !contains(change.reformed, *line)
            };
            for line in added.filter(is_new) {
                let origin = self.origins.get(&(at, line)).copied();
                let counts = self.counts(file.is_test(line));
                counts.added_lines += 1;
                match origin {
                    Some(Origin::Moved) => counts.moved_lines += 1,
                    Some(Origin::Edited) => counts.edited_lines += 1,
                    Some(Origin::Copied) => counts.copied_lines += 1,
                    Some(Origin::Repeated) => counts.repeated_lines += 1,
                    None => {}
                }
            }
        }
    }

    fn counts(&mut self, is_test: bool) -> &mut BirthCounts {
        if is_test { &mut self.births.tests } else { &mut self.births.product }
    }

    fn told(mut self) -> Births {
        let gaps = &mut self.births.gaps;
        let why = "places of clones beyond the first 64 were not compared";
        gaps.add_many(GapKind::SearchLimit, why, b"", self.missed.places);
        let why = "the search for clones ended at its bound on work";
        gaps.add_many(GapKind::SearchLimit, why, b"", self.missed.fingerprints);
        self.births
    }
}

fn contains(ranges: &[Range<u32>], line: u32) -> bool {
    let next = ranges.partition_point(|range| range.end <= line);
    ranges.get(next).is_some_and(|range| range.contains(&line))
}

/// The lines from the first that lies in some tokens whole to the last.
fn lines_of(stream: &TokenStream, start: u32, tokens: u32) -> Range<u32> {
    stream.span_of(start as usize..(start + tokens) as usize)
}

/// The countable lines all of whose tokens are in a match.
fn tokens_lines(stream: &TokenStream, found: Match) -> impl Iterator<Item = u32> {
    stream.lines_of(found.start as usize..(found.start + found.tokens) as usize)
}

/// The tokens of a match, line by line; lines that it has a part of only are left out.
fn split_by_line(stream: &TokenStream, found: Match) -> Vec<Range<usize>> {
    let tokens = found.start as usize..(found.start + found.tokens) as usize;
    let whole = stream.whole_lines(tokens);
    let mut parts = Vec::new();
    let mut at = whole.start;
    for line in stream.lines[whole].chunk_by(|one, two| one == two) {
        parts.push(at..at + line.len());
        at += line.len();
    }
    parts
}

fn clone_type(one: &TokenStream, two: &TokenStream, found: Match) -> CloneType {
    let (start, of) = (found.start as usize, found.of.offset as usize);
    let n_tokens = found.tokens as usize;
    let is_one = one.texts[start..start + n_tokens] == two.texts[of..of + n_tokens];
    if is_one { CloneType::One } else { CloneType::Two }
}
