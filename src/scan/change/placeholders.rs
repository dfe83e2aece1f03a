//! What stands in for code, as far as the change adds it.

use super::facts::AddedPlaceholder;
use super::files::{Changed, Version};
use super::{functions, texts};
use crate::syntax::{Inside, Placeholder, PlaceholderKind};

/// The placeholders that a change adds to a file. One that stands where another of its kind
/// went was there before, in other words; and a line that was somewhere else is the same
/// one only if the line before or after it came along.
pub(super) fn added(file: &Changed) -> Vec<AddedPlaceholder> {
    let Some((inside, text)) =
        file.new.as_ref().and_then(|new| Some((inside(new)?, new.text.as_ref()?)))
    else {
        return Vec::new();
    };
    let declares_only = file.path().ends_with(b".pyi");
    let mut former = former(file);
    let mut is_new = |one: &&Placeholder| {
        if !texts::holds(&file.added, one.line) || has_moved(file, one.line) {
            return false;
        }
        let is_declared = declares_only && one.kind == PlaceholderKind::Stub;
        !is_declared && !takes_place(file, one, &mut former)
    };
    let found: Vec<&Placeholder> =
        inside.placeholders.iter().filter(&mut is_new).collect();
    let row = |it: &Placeholder| AddedPlaceholder {
        kind: it.kind,
        line: it.line + 1,
        symbol: functions::around(inside, it.line),
        is_test: it.is_test || file.is_test(),
        digest: text.digest(it.line),
    };
    found.into_iter().map(row).collect()
}

fn inside(version: &Version) -> Option<&Inside> {
    version.parsed.as_ref().map(|(_, inside)| inside)
}

fn has_moved(file: &Changed, line: u32) -> bool {
    let is_moved = |line: u32| file.moved_here.binary_search(&line).is_ok();
    is_moved(line) && (is_moved(line + 1) || line.checked_sub(1).is_some_and(is_moved))
}

/// The placeholders of the version before that went, by the hunk that took them.
fn former(file: &Changed) -> Vec<(usize, PlaceholderKind)> {
    let old = file.old.as_ref().and_then(inside);
    let list = old.map_or(&[][..], |inside| &inside.placeholders);
    let hunk_of = |one: &Placeholder| {
        let mut hunks = file.hunks.iter();
        let at = hunks
            .position(|hunk| (hunk.before.start..hunk.before.end).contains(&one.line))?;
        Some((at, one.kind))
    };
    list.iter().filter_map(hunk_of).collect()
}

/// Whether a placeholder stands where one of its kind went; that is then spent.
fn takes_place(
    file: &Changed,
    one: &Placeholder,
    former: &mut Vec<(usize, PlaceholderKind)>,
) -> bool {
    let mut hunks = file.hunks.iter();
    let hunk =
        hunks.position(|hunk| (hunk.after.start..hunk.after.end).contains(&one.line));
    let spent = hunk.and_then(|at| former.iter().position(|it| *it == (at, one.kind)));
    spent.map(|at| former.swap_remove(at)).is_some()
}
