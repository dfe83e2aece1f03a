//! Which repository, commit or line an id means. What means two things is refused with
//! both.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::facts::Facts;
use crate::history::{CommitIdx, ObjectId};
use crate::untrusted::Untrusted;

use super::id::CommitPrefix;

/// The most places that a message lists.
const MOST_LISTED: usize = 5;

/// A line that stands, and what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    /// The number of its path.
    pub(super) path: u32,
    /// The commit that wrote it.
    pub(super) origin: CommitIdx,
    /// The mainline number of the commit that brought it in.
    pub(super) landing: u32,
}

/// Finds the commit with these first digits: the place of its repository, and its own.
pub(super) fn commit(
    repositories: &[Facts],
    prefix: &CommitPrefix,
) -> Result<(usize, CommitIdx), Error> {
    let mut found = Vec::new();
    for (at, facts) in repositories.iter().enumerate() {
        let ids = (0..).zip(&facts.commits);
        let fitting = ids.filter(|(_, commit)| prefix.fits(commit.id.0));
        found.extend(fitting.map(|(number, _)| (at, CommitIdx(number))));
    }
    let listed = |(at, commit): &(usize, CommitIdx)| {
        let facts: &Facts = &repositories[*at];
        format!("{} in {}", facts.commits[commit.at()].id, facts.path.to_terminal())
    };
    let ids: BTreeSet<ObjectId> = found
        .iter()
        .map(|(at, commit): &(usize, CommitIdx)| {
            repositories[*at].commits[commit.at()].id
        })
        .collect();
    let hint = match ids.len() {
        0 | 1 => "these repositories have the same commit: name one of them",
        _ => "give more digits, or name one repository",
    };
    only(&found, (&listed, hint), || {
        let why = "no such commit is in the history that was judged";
        let hint =
            "name one that the tip reaches, or give --rev and --as-of as for the report";
        Error::input("E-NOTFOUND", "cannot explain", why, hint)
    })
}

/// Finds the repository in which a line stands.
pub(super) fn line(
    repositories: &[Facts],
    path: &Untrusted,
    line: u32,
) -> Result<usize, Error> {
    let with_file: Vec<usize> = (0..repositories.len())
        .filter(|&at| n_lines(&repositories[at], path).is_some())
        .collect();
    let with_line: Vec<usize> = with_file
        .iter()
        .copied()
        .filter(|&at| standing(&repositories[at], path, line).is_some())
        .collect();
    let listed = |at: &usize| repositories[*at].path.to_terminal();
    let hint = "name one of these repositories";
    only(&with_line, (&listed, hint), || {
        let (why, hint) = match with_file.first() {
            None => (
                "no text file stands there at the tip".to_owned(),
                "write the path from the top of the repository".to_owned(),
            ),
            Some(&at) => {
                let lines = n_lines(&repositories[at], path).unwrap_or_default();
                ("the file has no such line at the tip".to_owned(), {
                    format!("its lines are 1 to {lines}")
                })
            }
        };
        Error::input("E-NOTFOUND", "cannot explain", &why, &hint).at(path.bytes())
    })
}

/// The one thing found. Else why not: none, or several, which are listed.
fn only<T: Copy>(
    found: &[T],
    (listed, hint): (&dyn Fn(&T) -> String, &str),
    none: impl FnOnce() -> Error,
) -> Result<T, Error> {
    match found {
        [one] => Ok(*one),
        [] => Err(none()),
        several => {
            let mut names: Vec<String> =
                several.iter().take(MOST_LISTED).map(listed).collect();
            if several.len() > MOST_LISTED {
                names.push(format!("{} more", several.len() - MOST_LISTED));
            }
            let why = format!("it means several: {}", names.join(", "));
            Err(Error::usage("E-AMBIGUOUS", "cannot explain", &why, hint))
        }
    }
}

/// How many lines a file has at the tip; `None` when none of it is known.
fn n_lines(facts: &Facts, path: &Untrusted) -> Option<u32> {
    let file = facts.standing.iter().find(|file| is_at(facts, file.path, path))?;
    Some(file.runs.iter().map(|(lines, _, _)| lines).sum())
}

fn is_at(facts: &Facts, number: u32, path: &Untrusted) -> bool {
    facts.paths.get(number as usize).is_some_and(|known| known == path)
}

/// What is known of a line at the tip, counted from 1.
pub(super) fn standing(facts: &Facts, path: &Untrusted, line: u32) -> Option<Standing> {
    let file = facts.standing.iter().find(|file| is_at(facts, file.path, path))?;
    let mut end = 0;
    let run = file.runs.iter().find(|(lines, _, _)| {
        end += lines;
        line <= end
    });
    let &(_, origin, landing) = run.filter(|_| line > 0)?;
    Some(Standing { path: file.path, origin, landing })
}
