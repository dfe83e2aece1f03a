//! Which commits are meant by what messages say they take back.

use std::collections::BTreeMap;

use super::message::{reverted_subject, without_number};
use super::{FoundBy, Intent, bug_links, said};
use crate::history::pulls;

/// How many targets ranges may lead to, all together: messages cost little, and each can
/// name all that landed.
const MOST_TARGETS: usize = 100_000;

/// A commit, in an order in which parents come before children.
#[derive(Debug, Clone, Copy)]
pub struct Row<'r> {
    /// Its id, in hexadecimal digits.
    pub id: &'r str,
    /// Its message.
    pub message: &'r [u8],
    /// The mainline number of the commit that brought it in.
    pub landing: u32,
    /// Whether it is that commit.
    pub is_landing: bool,
    /// Whether it is here only as a commit of a pull request.
    pub is_of_pull: bool,
    /// Whether it has several parents.
    pub is_merge: bool,
}

/// A commit that says it takes another back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The commit, by its place.
    pub by: usize,
    /// What it says it does.
    pub intent: Intent,
    /// What it takes back, by place; `None` when that is not found.
    pub target: Option<(usize, FoundBy)>,
}

/// Where commits are found by what can be said of them.
struct Index<'r> {
    /// Ids in order, with their places.
    ids: Vec<(&'r str, usize)>,
    /// Landings by the number of their pull request, in order.
    pulls: BTreeMap<u64, Vec<usize>>,
    /// Commits by subject, without numbers at its end, in order.
    subjects: BTreeMap<&'r [u8], Vec<usize>>,
    /// Reverts by the subjects that theirs quote, in order.
    reverts: BTreeMap<&'r [u8], Vec<usize>>,
    /// The places of landings.
    landings: BTreeMap<u32, usize>,
}

/// Finds what each commit takes back. A commit that names several has a row for each; one
/// that names a target in several ways has one row, by the first way that leads to one. The
/// number is of ranges that were left out, since they lead to too many.
pub fn resolve(rows: &[Row<'_>]) -> (Vec<Taken>, u64) {
    let mut n_left_out = 0;
    let index = Index::new(rows);
    let mut found = Vec::new();
    for (by, row) in rows.iter().enumerate().filter(|(_, row)| !row.is_merge) {
        let Some(said) = said(row.message) else { continue };
        let mut targets: Vec<(usize, FoundBy)> =
            said.ids.iter().filter_map(|id| index.by_id(rows, id, by)).collect();
        for (first, last) in &said.ranges {
            if targets.len() + found.len() > MOST_TARGETS {
                n_left_out += 1;
                continue;
            }
            targets.extend(index.in_range(rows, first, last, by));
        }
        if targets.is_empty() {
            targets =
                said.pulls.iter().filter_map(|pull| index.by_pull(*pull, by)).collect();
        }
        if targets.is_empty()
            && let Some(subject) = &said.subject
        {
            targets.extend(index.by_subject(rows, subject, said.intent, by));
        }
        targets.sort_unstable();
        targets.dedup_by_key(|target| target.0);
        if targets.is_empty() {
            found.push(Taken { by, intent: said.intent, target: None });
        }
        // A subject that is found was quoted.
        let intent = match said.intent {
            Intent::Candidate => Intent::Revert,
            intent => intent,
        };
        let taken = |target| Taken { by, intent, target: Some(target) };
        found.extend(targets.into_iter().map(taken));
    }
    (found, n_left_out)
}

/// Finds the commits that messages say brought in the faults they mend: which mends which,
/// by place.
pub fn resolve_links(rows: &[Row<'_>]) -> Vec<(usize, usize, FoundBy)> {
    let index = Index::new(rows);
    let mut found = Vec::new();
    for (by, row) in rows.iter().enumerate().filter(|(_, row)| !row.is_merge) {
        let links = bug_links(row.message);
        let ids = links.ids.iter().filter_map(|id| index.by_id(rows, id, by));
        let pulls = links.pulls.iter().filter_map(|pull| index.by_pull(*pull, by));
        let mut targets: Vec<(usize, FoundBy)> = ids.chain(pulls).collect();
        targets.sort_unstable();
        targets.dedup_by_key(|target| target.0);
        found
            .extend(targets.into_iter().map(|(target, found_by)| (by, target, found_by)));
    }
    found
}

impl<'r> Index<'r> {
    fn new(rows: &[Row<'r>]) -> Self {
        let mut index = Self {
            ids: rows.iter().enumerate().map(|(at, row)| (row.id, at)).collect(),
            pulls: BTreeMap::new(),
            subjects: BTreeMap::new(),
            reverts: BTreeMap::new(),
            landings: BTreeMap::new(),
        };
        index.ids.sort_unstable();
        for (at, row) in rows.iter().enumerate() {
            let subject = subject(row.message);
            if row.is_landing {
                index.landings.insert(row.landing, at);
                if let Some(pull) = number_of(subject) {
                    index.pulls.entry(pull).or_default().push(at);
                }
            }
            if !row.is_of_pull {
                index.subjects.entry(without_number(subject)).or_default().push(at);
                if let Some(quoted) = reverted_subject(subject) {
                    index.reverts.entry(quoted).or_default().push(at);
                }
            }
        }
        index
    }

    /// The commit whose id begins so, if there is one alone and it comes before. Of a
    /// commit that is on no branch any more, the squash of its pull request is meant.
    fn by_id(&self, rows: &[Row<'_>], id: &str, by: usize) -> Option<(usize, FoundBy)> {
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

    /// The landings after the first id, up to the second.
    fn in_range(
        &self,
        rows: &[Row<'_>],
        first: &str,
        last: &str,
        by: usize,
    ) -> Vec<(usize, FoundBy)> {
        let landing = |id: &str| self.place_of(id).map(|at| rows[at].landing);
        let (Some(first), Some(last)) = (landing(first), landing(last)) else {
            return Vec::new();
        };
        if first >= last {
            return Vec::new();
        }
        let places = self.landings.range(first + 1..=last).map(|(_, at)| *at);
        let places = places.filter(|&at| at < by).take(MOST_TARGETS);
        places.map(|at| (at, FoundBy::Id)).collect()
    }

    fn by_pull(&self, pull: u64, by: usize) -> Option<(usize, FoundBy)> {
        let places = self.pulls.get(&pull)?;
        let at = places.iter().rev().find(|&&at| at < by)?;
        Some((*at, FoundBy::PullNumber))
    }

    /// The latest earlier commit with this subject. Of one that brings back, that is the
    /// commit that took it back, if there is one.
    fn by_subject(
        &self,
        rows: &[Row<'_>],
        subject: &[u8],
        intent: Intent,
        by: usize,
    ) -> Option<(usize, FoundBy)> {
        let latest = |known: &BTreeMap<&[u8], Vec<usize>>| {
            let places = known.get(without_number(subject))?;
            places.iter().rev().find(|&&at| at < by && !rows[at].is_merge).copied()
        };
        let found = match intent {
            Intent::Reland => latest(&self.reverts).or_else(|| latest(&self.subjects)),
            Intent::Revert | Intent::Candidate => latest(&self.subjects),
        };
        found.map(|at| (at, FoundBy::Subject))
    }
}

fn subject(message: &[u8]) -> &[u8] {
    message.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii()
}

/// The number of the pull request that a landing is of: `… (#12)`, or
/// `Merge pull request #12 from …`.
fn number_of(subject: &[u8]) -> Option<u64> {
    match subject.strip_prefix(b"Merge pull request #") {
        Some(rest) => pulls::number(rest.split(|&byte| byte == b' ').next()?),
        None => pulls::split_subject(subject).1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids of 40 digits that begin with these.
    fn id(start: &str) -> String {
        format!("{start:0<40}")
    }

    /// What each message takes back; ids begin with `a0`, `a1` and so on, padded to eight.
    fn resolved(messages: &[&str]) -> Vec<(usize, Option<(usize, FoundBy)>)> {
        let ids: Vec<String> =
            (0..messages.len()).map(|at| id(&format!("a{at:07}"))).collect();
        let rows: Vec<Row<'_>> = messages
            .iter()
            .zip(&ids)
            .zip(0..)
            .map(|((message, id), landing)| Row {
                id,
                message: message.as_bytes(),
                landing,
                is_landing: true,
                is_of_pull: false,
                is_merge: message.starts_with("Merge"),
            })
            .collect();
        resolve(&rows).0.into_iter().map(|taken| (taken.by, taken.target)).collect()
    }

    #[test]
    fn ids_go_before_numbers_and_numbers_before_subjects() {
        let found = resolved(&[
            "Add a (#3)",
            "Add b (#4)",
            "Add a (#5)",
            "Revert \"Add a\"\n\nThis reverts commit a0000000.\nReverts o/n#4",
            "Revert \"Add a\"\n\nThis reverts commit ffffffff.\nReverts o/n#4",
            "Revert \"Add a (#3)\"",
            "Revert \"No such\"",
        ]);
        assert_eq!(
            found,
            [
                (3, Some((0, FoundBy::Id))),
                (4, Some((1, FoundBy::PullNumber))),
                (5, Some((2, FoundBy::Subject))),
                (6, None),
            ]
        );
    }

    #[test]
    fn a_reland_takes_back_the_revert() {
        let found = resolved(&[
            "Add a",
            "Revert \"Add a\"",
            "Reapply \"Add a\"",
            "Revert \"Reapply \"Add a\"\"",
        ]);
        assert_eq!(
            found,
            [
                (1, Some((0, FoundBy::Subject))),
                (2, Some((1, FoundBy::Subject))),
                (3, Some((2, FoundBy::Subject))),
            ]
        );
    }

    #[test]
    fn a_commit_of_a_pull_request_stands_for_its_squash() {
        let (first, pulled) = (id("aaaaaaaa"), id("bbbbbbbb"));
        let (squash, revert) = (id("cccccccc"), id("dddddddd"));
        let row = |id, message, landing, is_landing, is_of_pull| Row {
            id,
            message,
            landing,
            is_landing,
            is_of_pull,
            is_merge: false,
        };
        let message = b"Drop it\n\nThis reverts commit bbbbbbbb.";
        let rows = [
            row(&first, b"start", 0, true, false),
            row(&pulled, b"step", 1, false, true),
            row(&squash, b"Add (#7)", 1, true, false),
            row(&revert, message, 2, true, false),
        ];
        let expected = Taken {
            by: 3,
            intent: Intent::Revert,
            target: Some((2, FoundBy::PullCommit)),
        };
        assert_eq!(resolve(&rows).0, [expected]);
    }

    #[test]
    fn digits_that_several_ids_begin_with_name_none() {
        let found = resolved(&["x", "y", "z\n\nThis reverts commit a000000."]);
        assert_eq!(found, [(2, None)]);
    }

    #[test]
    fn a_range_is_all_that_landed_in_it() {
        let found = resolved(&[
            "a",
            "b",
            "c",
            "d\n\nThis reverts commits in range a0000000..a0000002.",
        ]);
        assert_eq!(found, [(3, Some((1, FoundBy::Id))), (3, Some((2, FoundBy::Id)))]);
    }

    #[test]
    fn ranges_lead_to_a_bounded_number_of_targets() {
        let start: Vec<String> = (0..2_000).map(|n| format!("work {n}")).collect();
        let range = "x\n\nThis reverts commits in range a0000000..a0001999.".to_owned();
        let messages: Vec<String> =
            start.into_iter().chain(std::iter::repeat_n(range, 200)).collect();
        let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
        let n_targets = resolved(&messages).iter().filter(|row| row.1.is_some()).count();
        assert!((100_000..103_000).contains(&n_targets), "{n_targets}");
    }
}
