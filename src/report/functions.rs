//! Functions and placeholders at the tip, and tests that change with code, as they are
//! reported. Of code, never of people.

mod history;
mod placeholders;
mod sizes;
mod tested;

#[cfg(test)]
mod tests;

use serde::Serialize;

pub use history::{FunctionHistoryReport, GrowthReport};
pub use placeholders::PlaceholderRates;
pub use sizes::{HotspotReport, SizesReport};
pub use tested::TestedMonthReport;

use crate::facts::Facts;
use crate::units::count_to_f64;
use placeholders::PlaceholdersReport;

/// What is said of the functions of a repository at its tip.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FunctionsReport {
    /// Files that were parsed: those of parsed languages that are nobody's data and not
    /// generated.
    pub files: u64,
    /// Such files that are too large, minified or too much work to parse.
    pub not_parsed: u64,
    /// Functions that test no other code.
    pub product: SizesReport,
    /// Functions that do.
    pub tests: SizesReport,
    /// Functions of the product where the most landings touched what is hardest to follow:
    /// by the number of such landings times cognitive complexity. Unless landings were
    /// followed, those count that left lines in it.
    pub hotspots: Vec<HotspotReport>,
    /// What landings did to functions of the product; `None` unless they were followed.
    pub history: Option<FunctionHistoryReport>,
    /// Why there is none.
    pub why_no_history: Option<&'static str>,
    /// What stands in for code that is not written, or hides that it failed.
    pub placeholders: PlaceholdersReport,
    /// Landings that touched code of the product, and those of them that touched tests,
    /// by month, as far as kinds of lines are known.
    pub tested_by_month: Vec<TestedMonthReport>,
    /// The share of the lines of tests that stand in files that are no tests as a whole:
    /// changes of these are seen in `tested_by_month` only if landings were followed.
    /// `None` without tests.
    pub inline_test_share: Option<f64>,
}

/// Why it is not known what landings did to functions.
const NOT_FOLLOWED: &str = "landings are not followed without --function-history";

/// Makes the report; `None` where nothing was parsed.
pub(super) fn report(facts: &Facts) -> Option<FunctionsReport> {
    let found = facts.functions.as_ref()?;
    let history = history::report(facts);
    Some(FunctionsReport {
        files: found.files,
        not_parsed: found.not_parsed,
        product: sizes::sizes(&found.functions, found.product_lines, false),
        tests: sizes::sizes(&found.functions, found.test_lines, true),
        hotspots: sizes::hotspots(facts, &found.functions),
        why_no_history: history.is_none().then_some(NOT_FOLLOWED),
        history,
        placeholders: placeholders::report(facts, found),
        tested_by_month: tested::months(facts),
        inline_test_share: share(found.inline_test_lines, found.test_lines),
    })
}

/// The share that some are of all; `None` without any.
fn share(some: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| count_to_f64(some) / count_to_f64(all))
}
