//! What landings did to duplication, as it is reported.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::clones::BirthCounts;
use crate::facts::{CloneBirthFacts, Facts};
use crate::units::{count_to_f64, len_to_u64};

/// What landings did to duplication, in code that tests no other code.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CloneHistoryReport {
    /// Landings that are bulk events, which count nowhere here.
    pub bulk_landings: u64,
    /// Landings of which half the countable lines or more are AI-marked.
    pub ai_marked: CloneBirthReport,
    /// All others.
    pub unmarked: CloneBirthReport,
    /// All of them by the month in which they landed, in its order.
    pub by_month: Vec<MonthBirthReport>,
}

/// What the landings of a month did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MonthBirthReport {
    /// The month, such as `2026-07`.
    pub month: String,
    /// What they did.
    #[serde(flatten)]
    pub births: CloneBirthReport,
}

/// What some landings did. All lines are countable ones of files that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CloneBirthReport {
    /// Landings that added or resolved a line.
    pub n_landings: u64,
    /// Lines added; those of which only the form changed are not.
    pub added_lines: u64,
    /// Of these, copies of code that stood in the tree and still does.
    pub copied_lines: u64,
    /// Of these, code that the landing itself brought twice.
    pub repeated_lines: u64,
    /// Of these, text that the landing removed elsewhere.
    pub moved_lines: u64,
    /// Lines of clones that are gone and did not move, or stand alone now.
    pub resolved_lines: u64,
    /// Copied and repeated lines for each line added; `None` without any.
    pub new_dup_density: Option<f64>,
    /// Copied lines for each line copied or moved; `None` without any.
    pub copy_share: Option<f64>,
}

/// Makes the report; `None` where landings were not followed.
pub(super) fn report(facts: &Facts) -> Option<CloneHistoryReport> {
    // What a landing did to tests alone is not told here.
    let is_of_product = |one: &&CloneBirthFacts| {
        one.product.added_lines + one.product.resolved_lines() > 0
    };
    let rows: Vec<&CloneBirthFacts> =
        facts.clone_births.as_ref()?.iter().filter(is_of_product).collect();
    let is_bulk = |one: &&CloneBirthFacts| facts.mainline[one.landing as usize].is_bulk;
    let marked = marked_landings(facts);
    let mut by_month: BTreeMap<String, (u64, BirthCounts)> = BTreeMap::new();
    let mut sides = [(0, BirthCounts::default()); 2];
    for one in rows.iter().copied().filter(|one| !is_bulk(one)) {
        let add = |sum: &mut (u64, BirthCounts)| {
            *sum = (sum.0 + 1, sum.1.and(one.product));
        };
        add(&mut sides[usize::from(marked[one.landing as usize])]);
        let day = facts.mainline[one.landing as usize].time.to_rfc3339();
        if let Some(month) = day.as_deref().and_then(|day| day.get(..7)) {
            add(by_month.entry(month.to_owned()).or_default());
        }
    }
    let month = |(month, sum)| MonthBirthReport { month, births: births(sum) };
    Some(CloneHistoryReport {
        bulk_landings: len_to_u64(rows.iter().copied().filter(is_bulk).count()),
        ai_marked: births(sides[1]),
        unmarked: births(sides[0]),
        by_month: by_month.into_iter().map(month).collect(),
    })
}

/// For each landing whether half its countable lines or more are AI-marked.
fn marked_landings(facts: &Facts) -> Vec<bool> {
    let mut lines = vec![(0_u64, 0_u64); facts.mainline.len()];
    for one in facts.lifetimes.iter().filter(|one| one.is_countable()) {
        let (all, marked) = &mut lines[one.landing as usize];
        *all += one.lines;
        *marked += if facts.is_ai_marked(one) { one.lines } else { 0 };
    }
    lines.into_iter().map(|(all, marked)| all > 0 && marked * 2 >= all).collect()
}

fn births((n_landings, counts): (u64, BirthCounts)) -> CloneBirthReport {
    let share =
        |part: u64, of: u64| (of > 0).then(|| count_to_f64(part) / count_to_f64(of));
    let BirthCounts { added_lines, moved_lines, copied_lines, repeated_lines, .. } =
        counts;
    CloneBirthReport {
        n_landings,
        added_lines,
        copied_lines,
        repeated_lines,
        moved_lines,
        resolved_lines: counts.resolved_lines(),
        new_dup_density: share(copied_lines + repeated_lines, added_lines),
        copy_share: share(copied_lines, copied_lines + moved_lines),
    }
}
