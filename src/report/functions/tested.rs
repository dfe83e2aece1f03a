//! How often tests change with code.

use std::collections::BTreeMap;

use serde::Serialize;

use super::share;
use crate::facts::{Facts, FunctionHistoryFacts, LifetimeFacts};
use crate::file_class::FileClass;
use crate::syntax::LineKind;
use crate::units::Timestamp;

/// Landings of a month that touched code of the product.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TestedMonthReport {
    /// The month, `2026-09`, in UTC.
    pub month: String,
    /// Landings that brought in or removed lines of code or imports of the product.
    pub product_landings: u64,
    /// Those of them that brought in or removed such lines of tests: of files of tests and,
    /// if landings were followed, of tests in other files.
    pub with_tests: u64,
    /// Their share.
    pub share: Option<f64>,
}

/// Counts landings by month, as far as kinds of lines that come are known: lines that
/// landed earlier have no kind, and what removed nothing but those is not seen. A bulk
/// event is no landing here.
pub(super) fn months(facts: &Facts) -> Vec<TestedMonthReport> {
    let Some(since) = facts.parsed_since else { return Vec::new() };
    let touched = match &facts.function_history {
        Some(history) => by_lines(history, facts.mainline.len()),
        None => by_files(facts),
    };
    let mut months: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for (landing, (product, tests)) in facts.mainline.iter().zip(&touched) {
        let is_seen = landing.time >= since && !landing.is_bulk && *product;
        if let Some(month) = month(landing.time).filter(|_| is_seen) {
            let sum = months.entry(month).or_default();
            sum.0 += 1;
            sum.1 += u64::from(*tests);
        }
    }
    let report = |(month, (product_landings, with_tests))| TestedMonthReport {
        month,
        product_landings,
        with_tests,
        share: share(with_tests, product_landings),
    };
    months.into_iter().map(report).collect()
}

/// Whether each landing touched the product and whether it touched tests, by what files
/// are for.
fn by_files(facts: &Facts) -> Vec<(bool, bool)> {
    let mut touched = vec![(false, false); facts.mainline.len()];
    let mut touch = |landing: u32, one: &LifetimeFacts| {
        if let Some(touched) = touched.get_mut(landing as usize) {
            touched.0 |= one.class == FileClass::Product;
            touched.1 |= one.class == FileClass::Test;
        }
    };
    let is_code =
        |one: &&LifetimeFacts| matches!(one.kind, LineKind::Code | LineKind::Import);
    for one in facts.lifetimes.iter().filter(is_code) {
        touch(one.landing, one);
        if let Some((landing, _)) = one.death {
            touch(landing, one);
        }
    }
    touched
}

/// The same by what lines are for.
fn by_lines(history: &FunctionHistoryFacts, n_landings: usize) -> Vec<(bool, bool)> {
    let mut touched = vec![(false, false); n_landings];
    for one in &history.landings {
        if let Some(touched) = touched.get_mut(one.landing as usize) {
            *touched = (one.product, one.tests);
        }
    }
    touched
}

fn month(time: Timestamp) -> Option<String> {
    Some(time.day().to_iso()?.get(..7)?.to_owned())
}
