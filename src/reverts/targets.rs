//! Which commits are meant by what messages say they take back.

use super::index::Index;
use super::{FoundBy, Intent, Said, bug_links, said};

/// How many targets ranges may lead to, all together: messages cost little, and each can
/// name all that landed.
pub(super) const MOST_TARGETS: usize = 100_000;

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
    /// What it says it does; of what it may do, or says of a step within it, the lines decide.
    pub intent: Intent,
    /// What it takes back, by place; `None` when that is not found.
    pub target: Option<(usize, FoundBy)>,
}

/// Finds what each commit takes back. A commit that names several has a row for each; one
/// that names a target in several ways has one row, by the first way that leads to one. The
/// number is of ranges that were left out, since they lead to too many.
pub fn resolve(rows: &[Row<'_>]) -> (Vec<Taken>, u64) {
    let mut n_left_out = 0;
    let said = all_said(rows);
    let index = Index::new(rows, &said);
    let mut found = Vec::new();
    for (by, said) in &said {
        let mut targets = by_ids(rows, &index, said, *by);
        for range in &said.names.ranges {
            if targets.len() + found.len() > MOST_TARGETS {
                n_left_out += 1;
                continue;
            }
            targets.extend(index.in_range(rows, range, *by));
        }
        if targets.is_empty() {
            let pulls = said.names.pulls.iter();
            targets = pulls.filter_map(|pull| index.by_pull(pull, *by)).collect();
        }
        if targets.is_empty()
            && let Some(subject) = &said.subject
        {
            targets.extend(index.by_subject(subject, said.intent, *by));
        }
        targets.sort_unstable();
        targets.dedup_by_key(|target| target.0);
        found.extend(taken(rows, said, *by, targets));
    }
    (found, n_left_out)
}

/// What commits say, by their places. Merges speak of the branches they bring.
fn all_said(rows: &[Row<'_>]) -> Vec<(usize, Said)> {
    let own = rows.iter().enumerate().filter(|(_, row)| !row.is_merge);
    own.filter_map(|(by, row)| Some((by, said(row.message)?))).collect()
}

fn by_ids(
    rows: &[Row<'_>],
    index: &Index<'_>,
    said: &Said,
    by: usize,
) -> Vec<(usize, FoundBy)> {
    said.names.ids.iter().filter_map(|id| index.by_id(rows, id, by)).collect()
}

/// The rows of a commit. What is said of a step within a change says nothing sure of the
/// change; and who only may have quoted a subject has quoted the one that is found.
fn taken(
    rows: &[Row<'_>],
    said: &Said,
    by: usize,
    targets: Vec<(usize, FoundBy)>,
) -> Vec<Taken> {
    let is_step = said.is_step || rows[by].is_of_pull;
    if targets.is_empty() {
        let intent = match said.intent {
            intent if said.is_sure && !is_step => intent,
            Intent::Reland => return Vec::new(),
            _ if rows[by].is_of_pull => return Vec::new(),
            _ => Intent::Candidate,
        };
        return vec![Taken { by, intent, target: None }];
    }
    let row = |target: (usize, FoundBy)| {
        let is_within = rows[target.0].landing == rows[by].landing;
        let intent = if is_step && !is_within { Intent::Candidate } else { said.intent };
        Taken { by, intent, target: Some(target) }
    };
    targets.into_iter().map(row).collect()
}

/// Finds the commits that messages say brought in the faults they mend: which mends which,
/// by place.
pub fn resolve_links(rows: &[Row<'_>]) -> Vec<(usize, usize, FoundBy)> {
    let said = all_said(rows);
    let index = Index::new(rows, &said);
    let mut found = Vec::new();
    for (by, row) in rows.iter().enumerate().filter(|(_, row)| !row.is_merge) {
        let links = bug_links(row.message);
        let ids = links.ids.iter().filter_map(|id| index.by_id(rows, id, by));
        let pulls = links.pulls.iter().filter_map(|pull| index.by_pull(pull, by));
        let mut targets: Vec<(usize, FoundBy)> = ids.chain(pulls).collect();
        targets.sort_unstable();
        targets.dedup_by_key(|target| target.0);
        found
            .extend(targets.into_iter().map(|(target, found_by)| (by, target, found_by)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids of 40 digits that begin with these.
    fn id(start: &str) -> String {
        format!("{start:0<40}")
    }

    /// Ids that begin with `a0`, `a1` and so on, padded to eight, and rows without them.
    fn rows<'m>(messages: &[&'m str]) -> Vec<(String, Row<'m>)> {
        let row = |message: &'m str, landing| Row {
            id: "",
            message: message.as_bytes(),
            landing,
            is_landing: true,
            is_of_pull: false,
            is_merge: message.starts_with("Merge") || message.starts_with("Auto merge"),
        };
        let ids = (0..messages.len()).map(|at| id(&format!("a{at:07}")));
        ids.zip(messages.iter().zip(0..).map(|(message, at)| row(message, at))).collect()
    }

    /// What each message takes back.
    fn resolved(messages: &[&str]) -> Vec<(usize, Option<(usize, FoundBy)>)> {
        let rows = rows(messages);
        let rows: Vec<Row<'_>> =
            rows.iter().map(|(id, row)| Row { id, ..*row }).collect();
        resolve(&rows).0.into_iter().map(|taken| (taken.by, taken.target)).collect()
    }

    #[test]
    fn ids_go_before_numbers_and_numbers_before_subjects() {
        let found = resolved(&[
            "Add a (#3)",
            "Add b (#4)",
            "Add a (#5)",
            "Revert \"Add a\"\n\nThis reverts commit a0000000.\nReverts #4",
            "Revert \"Add a\"\n\nThis reverts commit ffffffff.\nReverts #4",
            "Revert \"Add a (#3)\"",
            "Revert \"No such\"",
        ]);
        assert_eq!(
            found,
            [
                (3, Some((0, FoundBy::Id))),
                (4, Some((1, FoundBy::PullNumber))),
                (5, Some((0, FoundBy::Subject))),
                (6, None),
            ]
        );
    }

    #[test]
    fn a_quoted_subject_with_a_number_is_of_that_pull_request() {
        let found = resolved(&[
            "Add a (#3)",
            "Add a (#5)",
            "Fix it (#4)",
            "Revert \"Add a (#3)\" (#6)",
            "Revert \"Add a\" (#7)",
            "Revert \"Fixed it (#4)\"",
            "Revert \"Add a (#9)\"",
            "Revert \"Revert \"Add a (#3)\" (#6)\" (#8)",
        ]);
        assert_eq!(
            found,
            [
                (3, Some((0, FoundBy::Subject))),
                (4, Some((1, FoundBy::Subject))),
                (5, Some((2, FoundBy::PullNumber))),
                (6, None),
                (7, Some((3, FoundBy::Subject))),
            ]
        );
    }

    #[test]
    fn a_pull_request_of_another_repository_is_not_here() {
        let plain = resolved(&["Add a (#3)", "x\n\nReverts #3"]);
        assert_eq!(plain, [(1, Some((0, FoundBy::PullNumber)))]);
        let other = resolved(&["Add a (#3)", "x\n\nReverts other/place#3"]);
        assert_eq!(other, [(1, None)]);
        let address = "x\n\nThis reverts https://forge.example/other/place/pull/3.";
        assert_eq!(resolved(&["Add a (#3)", address]), [(1, None)]);
    }

    #[test]
    fn the_name_of_the_repository_is_what_a_title_and_its_number_agree_on() {
        let found = resolved(&[
            "Add a (#3)",
            "Add b (#4)",
            "Revert \"Add a\"\n\nReverts Own/Name#3",
            "x\n\nReverts own/name#4",
            "Revert \"Add c\"\n\nReverts other/name#4",
        ]);
        assert_eq!(
            found,
            [
                (2, Some((0, FoundBy::PullNumber))),
                (3, Some((1, FoundBy::PullNumber))),
                (4, None),
            ]
        );
    }

    #[test]
    fn what_may_be_a_revert_stays_so_though_its_subject_is_found() {
        let intents = |messages: &[&str]| {
            let rows = rows(messages);
            let rows: Vec<Row<'_>> =
                rows.iter().map(|(id, row)| Row { id, ..*row }).collect();
            let taken = resolve(&rows).0.into_iter();
            taken
                .map(|one| (one.by, one.intent, one.target.map(|at| at.0)))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            intents(&[
                "Add a",
                "Back out \"Add a\"",
                "Undo: Add a",
                "revert: Add a",
                "revert: Add b",
                "Reland: add c",
                "Undo it\n\nThis reverts commit a0000000.",
            ]),
            [
                (1, Intent::Candidate, Some(0)),
                (2, Intent::Candidate, Some(0)),
                (3, Intent::Revert, Some(0)),
                (4, Intent::Candidate, None),
                (6, Intent::Revert, Some(0)),
            ]
        );
    }

    #[test]
    fn a_merge_is_found_by_its_title_and_its_number() {
        let found = resolved(&[
            "a",
            "Merge pull request #3 from ana/b\n\nAdd b",
            "Auto merge of #4 - ana:c, r=ben\n\nAdd c",
            "Merge branch 'd' into 'main'\n\nAdd d\n\nSee merge request group/app!5",
            "Revert \"Add b\"\n\nReverts own/name#3",
            "x\n\nReverts #4",
            "y\n\nReverts !5",
            "Revert \"Merge pull request #3 from ana/b\"",
        ]);
        let number = |at| Some((at, FoundBy::PullNumber));
        assert_eq!(
            found,
            [(4, number(1)), (5, number(2)), (6, number(3)), (7, number(1)),]
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
        let plain =
            resolved(&["a", "b", "c", "d\n\nThis reverts commits a0000000..a0000002."]);
        assert_eq!(plain, found);
        let whole =
            resolved(&["a", "b", "c", "d\n\nThis reverts commits a0000001^..a0000002."]);
        assert_eq!(whole, found);
    }

    #[test]
    fn a_step_within_a_squash_is_no_revert_of_its_own() {
        let steps = "Add b (#7)\n\n* Add c\n\n* Revert \"Add c\"\n\nThis reverts commit ";
        let unknown = format!("{steps}ffffffff.\n");
        let known = format!("{steps}a0000000.\n");
        let messages = ["Add a", unknown.as_str(), known.as_str()];
        let rows = rows(&messages);
        let rows: Vec<Row<'_>> =
            rows.iter().map(|(id, row)| Row { id, ..*row }).collect();
        let candidate = |by, target| Taken { by, intent: Intent::Candidate, target };
        assert_eq!(
            resolve(&rows).0,
            [candidate(1, None), candidate(2, Some((0, FoundBy::Id)))]
        );
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
