//! What landings did to lines, month by month, as it is reported.

use std::collections::BTreeMap;

use serde::Serialize;

use super::filter::Filter;
use crate::facts::Operations;
use crate::units::{Timestamp, UtcDay, count_to_f64, len_to_u64};

/// What landings did to the lines of files that count, blank lines among them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LineOperationsReport {
    /// What the words mean, and where they stop.
    pub about: &'static str,
    /// All months together.
    pub total: OperationsReport,
    /// By month of the landing, UTC; months without a landing are left out.
    pub by_month: Vec<MonthOperations>,
    /// Landings left out because they are imports rather than work.
    pub bulk_landings: u64,
    /// Lines that came or went in files that do not count: generated, vendored, locks.
    pub excluded_lines: u64,
}

/// What was done in one month.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MonthOperations {
    /// `2026-01`.
    pub month: String,
    /// What was done to how many lines.
    #[serde(flatten)]
    pub operations: OperationsReport,
}

/// What was done to how many lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct OperationsReport {
    /// All of the seven together.
    pub changed: u64,
    /// Came new.
    pub added: u64,
    /// Went, and nothing like them came in their place.
    pub deleted: u64,
    /// Changed in part.
    pub updated: u64,
    /// Went at one place and came at another.
    pub moved: u64,
    /// Came, and stood elsewhere and still do.
    pub copied: u64,
    /// Changed in part, as at least two others of the landing, by the same substitution.
    pub find_and_replaced: u64,
    /// Blank, or changed in form alone.
    pub no_op: u64,
    /// Of unknown birth, or out of sight: in none of the seven.
    pub unknown: u64,
    /// Copied lines among those copied or moved; `None` without any.
    pub copy_share: Option<f64>,
}

/// What the figures are.
const ABOUT: &str = "every line that a landing brought, removed or changed against its first parent, in \
                     one of seven words; published figures with these words are made by other rules";

/// Makes the report; `None` where lines are taken as they are.
pub(super) fn report(filter: &Filter<'_>) -> Option<LineOperationsReport> {
    let mut months: BTreeMap<String, Operations> = BTreeMap::new();
    let mut total = Operations::default();
    let (mut excluded_lines, mut bulk_landings) = (0, 0);
    for facts in filter.scope.repositories {
        let mut bulk = Vec::new();
        for row in &facts.line_operations {
            let landing = facts.mainline[row.landing as usize];
            if filter.since.is_some_and(|since| landing.time < since) {
                continue;
            }
            if landing.is_bulk {
                bulk.push(row.landing);
            } else if row.counted {
                total += row.operations;
                if let Some(month) = month(landing.time) {
                    *months.entry(month).or_default() += row.operations;
                }
            } else {
                excluded_lines += row.operations.inserted() + row.operations.removed();
            }
        }
        bulk.dedup();
        bulk_landings += len_to_u64(bulk.len());
    }
    let is_exact = filter.scope.repositories.iter().all(|facts| facts.exact);
    let row = |(month, operations)| MonthOperations {
        month,
        operations: operations_report(operations),
    };
    (!is_exact).then(|| LineOperationsReport {
        about: ABOUT,
        total: operations_report(total),
        by_month: months.into_iter().map(row).collect(),
        bulk_landings,
        excluded_lines,
    })
}

/// The month of a moment; `None` beyond the calendar.
fn month(time: Timestamp) -> Option<String> {
    UtcDay::to_iso(time.day())?.get(..7).map(str::to_owned)
}

fn operations_report(of: Operations) -> OperationsReport {
    let Operations { added, deleted, updated, moved, copied, replaced, .. } = of;
    let no_op = of.no_op();
    let relocated = moved + copied;
    OperationsReport {
        changed: added + deleted + updated + moved + copied + replaced + no_op,
        added,
        deleted,
        updated,
        moved,
        copied,
        find_and_replaced: replaced,
        no_op,
        unknown: of.unknown_added + of.unknown_deleted,
        copy_share: (relocated > 0)
            .then(|| count_to_f64(copied) / count_to_f64(relocated)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seven_add_up_to_what_changed_and_the_unknown_are_beside_them() {
        let of = Operations {
            added: 1,
            deleted: 2,
            updated: 4,
            moved: 8,
            copied: 24,
            replaced: 32,
            reformatted: 64,
            no_op_added: 128,
            no_op_deleted: 256,
            respaced: 512,
            unknown_added: 1_024,
            unknown_deleted: 2_048,
        };
        let report = operations_report(of);
        assert_eq!((report.no_op, report.unknown), (960, 3_072));
        assert_eq!(report.changed, 1 + 2 + 4 + 8 + 24 + 32 + 960);
        assert_eq!(report.copy_share, Some(0.75));
        assert_eq!(operations_report(Operations::default()).copy_share, None);
    }

    #[test]
    fn months_are_those_of_utc() {
        assert_eq!(month(Timestamp(1_767_225_599)).as_deref(), Some("2025-12"));
        assert_eq!(month(Timestamp(1_767_225_600)).as_deref(), Some("2026-01"));
        assert_eq!(month(Timestamp(i64::MAX)), None);
    }
}
