//! Functions that grew, and what stands in for code.

use super::judge::{Draft, Judged};
use super::{Finding, Measured, Side};
use crate::scan::change::{FunctionChange, FunctionSize};
use crate::syntax::PlaceholderKind;

/// `placeholder-added`
pub(super) fn placeholder_added(judged: &Judged<'_>) -> Vec<Finding> {
    placeholders(judged, PlaceholderKind::Stub, "code that says it is not written yet")
}

/// `failure-swallowed`
pub(super) fn failure_swallowed(judged: &Judged<'_>) -> Vec<Finding> {
    let message = "a failure is caught here and nothing is done about it";
    placeholders(judged, PlaceholderKind::Swallowed, message)
}

/// `todo-added`
pub(super) fn todo_added(judged: &Judged<'_>) -> Vec<Finding> {
    let message = "a comment says something is left to do or makeshift";
    placeholders(judged, PlaceholderKind::Todo, message)
}

fn placeholders(
    judged: &Judged<'_>,
    kind: PlaceholderKind,
    message: &str,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &judged.change.files {
        let added = file.placeholders.iter();
        for one in added.filter(|one| one.kind == kind && !one.is_test) {
            findings.push(judged.finding(Draft {
                path: &file.path,
                lines: Some((one.line, one.line)),
                side: Side::Head,
                symbol: one.symbol.as_ref(),
                message: message.to_owned(),
                measured: None,
                related: Vec::new(),
                words: &[one.digest],
            }));
        }
    }
    findings
}

/// `complexity-jump`
pub(super) fn complexity_jump(judged: &Judged<'_>) -> Vec<Finding> {
    let what = ("cognitive complexity", "max_complexity");
    jumps(judged, what, |size| size.cognitive)
}

/// `length-jump`
pub(super) fn length_jump(judged: &Judged<'_>) -> Vec<Finding> {
    jumps(judged, ("lines", "max_lines"), |size| size.code_lines)
}

fn jumps(
    judged: &Judged<'_>,
    (unit, most): (&'static str, &str),
    of: impl Fn(FunctionSize) -> u32,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &judged.change.files {
        let most = judged.threshold(most, &file.path);
        let most_jump = judged.threshold("max_jump", &file.path);
        let is_jump = |it: &&FunctionChange| {
            let (before, after) = (it.before.map_or(0, &of), of(it.after));
            let jump = f64::from(after.saturating_sub(before));
            !it.is_test && f64::from(after) > most && jump > most_jump
        };
        let grown: Vec<&FunctionChange> = file.functions.iter().filter(is_jump).collect();
        let is_of_inner = |it: &FunctionChange| {
            let is_inside = |one: &&&FunctionChange| {
                one.first_line >= it.first_line
                    && one.last_line <= it.last_line
                    && one.name != it.name
            };
            let inner: u32 =
                grown.iter().filter(is_inside).map(|one| of(one.after)).sum();
            inner > 0 && f64::from(of(it.after).saturating_sub(inner)) <= most
        };
        // What only those within it make it, these are told for.
        for it in grown.iter().filter(|it| !is_of_inner(it)) {
            let after = of(it.after);
            let message = match it.before.map(&of) {
                None => format!("a new function has {} {after}", words(unit)),
                Some(before) => {
                    format!("a function has {} {after}, and had {before}", words(unit))
                }
            };
            let measured = Measured { value: f64::from(after), threshold: most, unit };
            findings.push(judged.finding(Draft {
                path: &file.path,
                lines: Some((it.first_line, it.last_line)),
                side: Side::Head,
                symbol: Some(&it.name),
                message,
                measured: Some(measured),
                related: Vec::new(),
                words: &[],
            }));
        }
    }
    findings
}

fn words(unit: &str) -> &str {
    if unit == "lines" {
        "a length in lines of code of"
    } else {
        "a cognitive complexity of"
    }
}
