//! Findings with their standing → the answer.

use super::{ChangeSize, CheckReport, Finding, Standing};
use crate::report::{GapReport, Tool, gap_reports};
use crate::scan::change::ChangeFacts;
use crate::units::len_to_u64;

/// What a policy made of the findings.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settled {
    /// The findings with their standing, in their order.
    pub findings: Vec<(Finding, Standing)>,
    /// What to know of how they were sorted.
    pub notes: Vec<String>,
}

/// How much of what counts a change changes: files that a program or somebody else wrote are
/// no reason to hold it to shares.
pub fn countable_size(change: &ChangeFacts) -> ChangeSize {
    let counted = || change.files.iter().filter(|file| file.class.is_countable());
    ChangeSize {
        files: len_to_u64(counted().count()),
        added_lines: counted().map(|file| file.added_lines).sum(),
        deleted_lines: counted().map(|file| file.deleted_lines).sum(),
        commits: change.commits,
    }
}

/// Puts the answer together.
pub fn report(repository: String, change: &ChangeFacts, settled: Settled) -> CheckReport {
    let sum = |of: fn(&crate::scan::change::ChangedFile) -> u64| {
        change.files.iter().map(of).sum::<u64>()
    };
    let mut notes = settled.notes;
    notes.extend(notes_of(change));
    CheckReport {
        tool: Tool { name: "slopnexus", version: env!("CARGO_PKG_VERSION") },
        repository,
        base: change.base.to_string(),
        head: change.head.to_string(),
        merge_base: change.merge_base.to_string(),
        size: ChangeSize {
            files: len_to_u64(change.files.len()),
            added_lines: sum(|file| file.added_lines),
            deleted_lines: sum(|file| file.deleted_lines),
            commits: change.commits,
        },
        findings: settled.findings,
        notes,
        gaps: gaps(change),
        complete: change.unanalysed.is_empty(),
    }
}

fn notes_of(change: &ChangeFacts) -> Vec<String> {
    let mut notes = Vec::new();
    if change.other_merge_bases > 0 {
        notes.push(format!(
            "base and head have {} best common ancestors; the latest was taken",
            change.other_merge_bases + 1
        ));
    }
    let marked = change.files.iter().filter(|file| file.marks_itself).count();
    if marked > 0 {
        notes.push(format!(
            "files that only this change marks as generated, judged as any other: {marked}"
        ));
    }
    let unknown = change.files.iter().filter(|file| file.may_be_code).count();
    if unknown > 0 {
        notes.push(format!(
            "files that may be code and have no name of a known language, which no rule \
             looks at: {unknown}"
        ));
    }
    notes
}

/// What of the change could not be looked at, and what else was left out, which leaves the
/// verdict as it is.
fn gaps(change: &ChangeFacts) -> Vec<GapReport> {
    let of_change = change.unanalysed.iter().map(|one| GapReport {
        code: "W-UNANALYSED",
        scope: "change".to_owned(),
        why: one.why.clone(),
        count: 1,
        first: one.path.to_json_text().into_owned(),
        incomplete: true,
    });
    let others = gap_reports("base", &change.remarks).into_iter();
    let others = others.map(|gap| GapReport { incomplete: false, ..gap });
    of_change.chain(others).collect()
}
