//! Findings with their standing → the answer.

use super::judge::least_lines_for_shares;
use super::rules::RULES;
use super::{ChangeSize, CheckReport, Finding, Level, Standing};
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

impl Settled {
    /// As the rules have it, where no policy says otherwise.
    pub fn by_default(findings: Vec<Finding>, change: &ChangeFacts) -> Self {
        let is_small = changed_lines(change) < least_lines_for_shares();
        let mut settled = Self::default();
        for finding in findings {
            let rule = RULES.iter().find(|rule| rule.id == finding.rule);
            let level = rule.map_or(Level::Error, |rule| rule.level);
            let is_exempt = is_small && rule.is_some_and(|rule| rule.is_share_based);
            let standing = match level {
                Level::Off => continue,
                _ if is_exempt => Standing::Exempt,
                level => Standing::Counts(level),
            };
            settled.findings.push((finding, standing));
        }
        if is_small {
            settled.notes.push(small_change(changed_lines(change)));
        }
        settled
    }
}

/// That the change was too small for some rules.
fn small_change(n: u64) -> String {
    format!(
        "the change is small ({} of {} lines): rules that compare shares do not count, here as \
         on any branch",
        n,
        least_lines_for_shares()
    )
}

/// Lines added and deleted in files that count.
fn changed_lines(change: &ChangeFacts) -> u64 {
    let counted = change.files.iter().filter(|file| file.class.is_countable());
    counted.map(|file| file.added_lines + file.deleted_lines).sum()
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
    if change.controls.iter().any(|control| control.is_changed) {
        let note = "the change touches what says how to judge; it is judged by what stood \
                    before";
        notes.push(note.to_owned());
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
