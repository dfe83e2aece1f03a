//! Origins: for each line of a version the commit that wrote it, as `git blame` says.

use std::rc::Rc;

use crate::history::CommitIdx;
use crate::lines::book::{Mark, Stand};
use crate::lines::diff::Hunk;
use crate::lines::runs::{Label, Runs};

/// The commit that wrote a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The commit.
    pub(crate) commit: CommitIdx,
    /// Whether the line may be older, because history is cut or was unreadable there.
    pub(crate) unknown: bool,
    /// Who wrote it by a record of that commit; 0 where none says.
    pub(crate) mark: Mark,
}

impl Label for Origin {}

/// A version that another came from: the origins of its lines, and what changed.
pub(crate) type Side<'a> = (&'a Rc<Runs<Origin>>, &'a Rc<[Hunk]>);

/// The origins of a version of `lines` lines, from those of the versions it came from
/// and the hunks between: the first of them that has a line says who wrote it, and what
/// none has is the version's `own`.
pub(crate) fn merged(sides: &[Side<'_>], lines: u32, own: Origin) -> Runs<Origin> {
    match sides {
        [] => Runs::uniform(lines, own),
        [(origins, hunks)] => {
            let born = |_, lines, result: &mut Runs<Origin>| result.push(lines, own);
            origins.after(hunks, born, |_, _, _| {})
        }
        [(origins, hunks), others @ ..] => {
            let mut found = inherited(origins, hunks);
            for (origins, hunks) in others {
                found = first_known(&found, &inherited(origins, hunks));
            }
            let mut origins = Runs::default();
            for run in &found.0 {
                origins.push(run.lines, run.label.unwrap_or(own));
            }
            origins
        }
    }
}

/// The origins of the lines that a version has from one of several sources.
fn inherited(origins: &Runs<Origin>, hunks: &[Hunk]) -> Runs<Option<Origin>> {
    let mut labels = Runs::default();
    for run in &origins.0 {
        labels.push(run.lines, Some(run.label));
    }
    labels.after(hunks, |_, lines, result| result.push(lines, None), |_, _, _| {})
}

/// Keeps what is known and fills what is not.
fn first_known(
    known: &Runs<Option<Origin>>,
    more: &Runs<Option<Origin>>,
) -> Runs<Option<Origin>> {
    let mut merged = Runs::default();
    let mut more = more.reader();
    let mut end = 0;
    for run in &known.0 {
        end += run.lines;
        match run.label {
            Some(_) => {
                merged.push(run.lines, run.label);
                more.skip(end);
            }
            None => more.take(end, |lines, label| merged.push(lines, label)),
        }
    }
    merged
}

/// Gives lines the origins that `git blame` names now. Who wrote a line is a matter of
/// the whole history so far; when it landed is not.
pub(crate) fn relabeled(lives: &Runs<Stand>, origins: &Runs<Origin>) -> Runs<Stand> {
    let mut result = Runs::default();
    let mut reader = lives.reader();
    let mut end = 0;
    for run in &origins.0 {
        end += run.lines;
        let origin = run.label.commit;
        reader.take(end, |lines, stand| result.push(lines, Stand { origin, ..stand }));
    }
    result
}
