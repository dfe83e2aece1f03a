//! Where commits are found by what messages say of them.

use std::collections::{BTreeMap, BTreeSet};

use super::message::{first_line, reverted_subject, without_number};
use super::names::{IdRange, PullName, pull};
use super::targets::MOST_TARGETS;
use super::{FoundBy, Intent, Row, Said};
use crate::history::pulls::{self, split_subject};

/// Where commits are found by what can be said of them.
pub(super) struct Index<'r> {
    /// Ids in order, with their places.
    ids: Vec<(&'r str, usize)>,
    /// Landings by the number of their pull request, in order.
    pulls: BTreeMap<u64, Vec<usize>>,
    /// Commits by subject, without numbers at its end, and merges by the title that they
    /// give below theirs, in order; with those numbers.
    subjects: BTreeMap<&'r [u8], Titled>,
    /// Reverts by the subjects that theirs quote, likewise; with the numbers quoted.
    reverts: BTreeMap<&'r [u8], Titled>,
    /// The first landing of a pull request of each number and title.
    titled_pulls: BTreeMap<(u64, &'r [u8]), usize>,
    /// The places of landings.
    landings: BTreeMap<u32, usize>,
    /// The names of this repository, in lower case.
    names: BTreeSet<&'r [u8]>,
}

/// The places of commits with one title, in order: messages cost little, and thousands may
/// have the same, so that none is looked for one by one.
#[derive(Debug, Default)]
struct Titled {
    all: Vec<usize>,
    /// Those with each number at the end of the title.
    by_number: BTreeMap<Option<u64>, Vec<usize>>,
}

impl Titled {
    fn push(&mut self, at: usize, number: Option<u64>) {
        self.all.push(at);
        self.by_number.entry(number).or_default().push(at);
    }

    /// The latest before a place.
    fn latest(&self, by: usize) -> Option<usize> {
        latest(&self.all, by)
    }

    /// The latest before a place that has this number, or none.
    fn latest_of(&self, number: Option<u64>, by: usize) -> Option<usize> {
        latest(self.by_number.get(&number)?, by)
    }
}

/// The latest before a place, of places in order.
fn latest(places: &[usize], by: usize) -> Option<usize> {
    let n_before = places.partition_point(|&at| at < by);
    places[..n_before].last().copied()
}

impl<'r> Index<'r> {
    pub(super) fn new(rows: &[Row<'r>], said: &'r [(usize, Said)]) -> Self {
        let mut index = Self {
            ids: rows.iter().enumerate().map(|(at, row)| (row.id, at)).collect(),
            pulls: BTreeMap::new(),
            subjects: BTreeMap::new(),
            reverts: BTreeMap::new(),
            titled_pulls: BTreeMap::new(),
            landings: BTreeMap::new(),
            names: BTreeSet::new(),
        };
        index.ids.sort_unstable();
        for (at, row) in rows.iter().enumerate() {
            index.add(at, row);
        }
        index.names =
            said.iter().flat_map(|(by, said)| index.own_names(said, *by)).collect();
        index
    }

    fn add(&mut self, at: usize, row: &Row<'r>) {
        let subject = first_line(row.message);
        if row.is_landing {
            self.landings.insert(row.landing, at);
            if let Some(pull) = number_of(row) {
                self.pulls.entry(pull).or_default().push(at);
            }
        }
        if row.is_of_pull || (row.is_merge && !row.is_landing) {
            return;
        }
        let (title, number) = split_subject(subject);
        let titles =
            [Some((title, number)), title_below(row).map(|at| (at, number_of(row)))];
        for (title, number) in titles.into_iter().flatten() {
            self.subjects.entry(title).or_default().push(at, number);
            if let Some(pull) = number_of(row).filter(|_| row.is_landing) {
                self.titled_pulls.entry((pull, title)).or_insert(at);
            }
        }
        if let Some((quoted, number)) = reverted_subject(subject).map(split_subject) {
            self.reverts.entry(quoted).or_default().push(at, number);
        }
    }

    /// The names that a message gives to this repository: it quotes the title of a pull
    /// request, and the one here with the number that it gives has that title. A clone does
    /// not say whose it is, and a fork has another name.
    fn own_names(&self, said: &'r Said, by: usize) -> Vec<&'r [u8]> {
        let Some(quoted) = &said.subject else { return Vec::new() };
        let title = without_number(quoted);
        let is_here = |pull: &PullName| {
            self.titled_pulls.get(&(pull.number, title)).is_some_and(|&at| at < by)
        };
        let pulls = said.names.pulls.iter().filter(|pull| is_here(pull));
        pulls.filter_map(|pull| pull.repository.as_deref()).collect()
    }

    /// The commit whose id begins so, if there is one alone and it comes before. Of a
    /// commit that is on no branch any more, the squash of its pull request is meant.
    pub(super) fn by_id(
        &self,
        rows: &[Row<'_>],
        id: &str,
        by: usize,
    ) -> Option<(usize, FoundBy)> {
        let at = self.place_of(id)?;
        let is_within = rows[at].landing == rows[by].landing;
        if rows[at].is_of_pull && !is_within {
            let squash = *self.landings.get(&rows[at].landing)?;
            return (squash < by).then_some((squash, FoundBy::PullCommit));
        }
        (at < by).then_some((at, FoundBy::Id))
    }

    fn place_of(&self, id: &str) -> Option<usize> {
        let first = self.ids.partition_point(|known| known.0 < id);
        let mut found =
            self.ids[first..].iter().take_while(|known| known.0.starts_with(id));
        let (_, at) = found.next()?;
        found.next().is_none().then_some(*at)
    }

    /// The landings of a range.
    pub(super) fn in_range(
        &self,
        rows: &[Row<'_>],
        range: &IdRange,
        by: usize,
    ) -> Vec<(usize, FoundBy)> {
        let landing = |id: &str| self.place_of(id).map(|at| rows[at].landing);
        let (Some(first), Some(last)) = (landing(&range.first), landing(&range.last))
        else {
            return Vec::new();
        };
        let first = if range.with_first { first } else { first + 1 };
        if first > last {
            return Vec::new();
        }
        let places = self.landings.range(first..=last).map(|(_, at)| *at);
        let places = places.filter(|&at| at < by).take(MOST_TARGETS);
        places.map(|at| (at, FoundBy::Id)).collect()
    }

    /// The latest earlier landing of a pull request of this repository.
    pub(super) fn by_pull(&self, pull: &PullName, by: usize) -> Option<(usize, FoundBy)> {
        let name = pull.repository.as_deref();
        if name.is_some_and(|name| !self.names.contains(name)) {
            return None;
        }
        self.by_number(pull.number, by)
    }

    fn by_number(&self, number: u64, by: usize) -> Option<(usize, FoundBy)> {
        Some((latest(self.pulls.get(&number)?, by)?, FoundBy::PullNumber))
    }

    /// The latest earlier commit with this subject. Of one that brings back, that is the
    /// commit that took it back, if there is one. A number at its end is that of the pull
    /// request, whatever else has the same title.
    pub(super) fn by_subject(
        &self,
        quoted: &[u8],
        intent: Intent,
        by: usize,
    ) -> Option<(usize, FoundBy)> {
        let (title, number) = split_subject(quoted);
        let titled = self.subjects.get(title);
        let same = || match number {
            None => titled?.latest(by),
            Some(_) => titled?.latest_of(number, by),
        };
        let found = (intent == Intent::Reland)
            .then(|| self.revert_of(title, number, by))
            .flatten()
            .or_else(same)
            // The number may be a part of the title.
            .or_else(|| self.subjects.get(quoted)?.latest(by))
            .map(|at| (at, FoundBy::Subject));
        let without = || Some((titled?.latest_of(None, by)?, FoundBy::Subject));
        found.or_else(|| self.by_number(number?, by)).or_else(without)
    }

    /// The latest earlier revert that quotes this title, and no other number.
    fn revert_of(&self, title: &[u8], number: Option<u64>, by: usize) -> Option<usize> {
        let titled = self.reverts.get(title)?;
        match number {
            None => titled.latest(by),
            Some(_) => titled.latest_of(number, by).max(titled.latest_of(None, by)),
        }
    }
}

/// The number of the pull request that a landing is of: `… (#12)`, or what a merge says.
fn number_of(row: &Row<'_>) -> Option<u64> {
    let subject = first_line(row.message);
    let starts = [&b"Merge pull request #"[..], b"Auto merge of #"];
    if let Some(rest) = starts.iter().find_map(|start| subject.strip_prefix(*start)) {
        return pulls::number(rest.split(|&byte| byte == b' ').next()?);
    }
    let of_gitlab = || {
        const SEE: &[u8] = b"\nSee merge request ";
        let at = memchr::memmem::find(row.message, SEE).filter(|_| row.is_merge)?;
        pull(&row.message[at + SEE.len()..]).map(|pull| pull.number)
    };
    split_subject(subject).1.or_else(of_gitlab)
}

/// The title that a merge of a pull request gives below its subject.
fn title_below<'r>(row: &Row<'r>) -> Option<&'r [u8]> {
    let is_of_pull = row.is_merge && number_of(row).is_some();
    let mut lines =
        row.message.split(|&byte| byte == b'\n').skip(1).map(<[u8]>::trim_ascii);
    lines.find(|line| !line.is_empty()).filter(|_| is_of_pull)
}
