//! What a change does to what landed shortly before.

use super::judge::{Draft, Judged, lines, percent};
use super::{Finding, Measured, Related, Side};
use crate::scan::change::YoungLines;
use crate::units::{count_to_f64, seconds_to_days};

/// How many commits are named with a finding.
const MOST_COMMITS: usize = 10;

/// `young-code-rewritten`
pub(super) fn young_code_rewritten(judged: &Judged<'_>) -> Vec<Finding> {
    let change = judged.change;
    if !change.taken_back.is_empty() {
        return Vec::new();
    }
    let sum = |of: fn(&YoungLines) -> u64| change.young.iter().map(of).sum::<u64>();
    let (deleted, young) = (sum(|row| row.deleted), sum(|row| row.young));
    let share = percent(young, deleted);
    let max_share = judged.overall("max_share");
    if count_to_f64(young) < judged.overall("min_lines") || share <= max_share {
        return Vec::new();
    }
    let most = |row: &&YoungLines| (row.young, std::cmp::Reverse(row.path.clone()));
    let Some(row) = change.young.iter().max_by_key(most) else { return Vec::new() };
    let own = percent(sum(|row| row.by_same_author), young);
    let mut landings: Vec<_> =
        change.young.iter().flat_map(|row| &row.landings).copied().collect();
    landings.sort_unstable();
    landings.dedup();
    let commits = landings.iter().take(MOST_COMMITS);
    vec![judged.finding(Draft {
        path: &row.path,
        lines: row.first_line.zip(row.last_line),
        side: Side::Base,
        symbol: None,
        message: format!(
            "of {} of code that the change deletes or rewrites, {young} ({share:.0}%) landed \
             less than 21 days before, {own:.0}% of these by an author of this change",
            lines(deleted)
        ),
        measured: Some(Measured { value: share, threshold: max_share, unit: "%" }),
        related: commits.map(|id| Related::Commit(id.to_string())).collect(),
        words: &[],
    })]
}

/// `revert-of-fresh-work`
pub(super) fn revert_of_fresh_work(judged: &Judged<'_>) -> Vec<Finding> {
    let least = judged.overall("min_days");
    let taken = judged.change.taken_back.iter().filter_map(|one| {
        let days = seconds_to_days(one.age_seconds);
        (days < least).then_some((one, days))
    });
    taken
        .map(|(one, days)| {
            let how = match one.is_said {
                true => "its message says so",
                false => "all that it added goes and all that it deleted is back",
            };
            judged.finding(Draft {
                path: &one.path,
                lines: None,
                side: Side::Base,
                symbol: None,
                message: format!(
                    "the change takes back what landed {days:.1} days before: {how}"
                ),
                measured: Some(Measured { value: days, threshold: least, unit: "days" }),
                related: vec![Related::Commit(one.landing.to_string())],
                words: &[],
            })
        })
        .collect()
}

/// `returned-after-revert`
pub(super) fn returned_after_revert(judged: &Judged<'_>) -> Vec<Finding> {
    let least = judged.overall("min_share");
    let returned = judged.change.returned.iter().filter_map(|one| {
        let share = percent(one.lines, one.taken_lines);
        (share >= least).then_some((one, share))
    });
    returned
        .map(|(one, share)| {
            let days = seconds_to_days(one.age_seconds);
            judged.finding(Draft {
                path: &one.path,
                lines: None,
                side: Side::Head,
                symbol: None,
                message: format!(
                    "{} ({share:.0}%) of what was taken back {days:.1} days before come back",
                    lines(one.lines)
                ),
                measured: Some(Measured { value: share, threshold: least, unit: "%" }),
                related: vec![Related::Commit(one.taken_by.to_string())],
                words: &[],
            })
        })
        .collect()
}
