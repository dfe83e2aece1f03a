//! Functions and placeholders at the tip, and tests that change with code, as they are
//! reported. Of code, never of people.

mod placeholders;
mod sizes;
mod tested;

#[cfg(test)]
mod tests;

use serde::Serialize;

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
    /// Functions of the product where the most landings left lines in what is hardest to
    /// follow: by the number of such landings times cognitive complexity.
    pub hotspots: Vec<HotspotReport>,
    /// What stands in for code that is not written, or hides that it failed.
    pub placeholders: PlaceholdersReport,
    /// Landings that touched code of the product, and those of them that touched tests,
    /// by month, as far as kinds of lines are known.
    pub tested_by_month: Vec<TestedMonthReport>,
    /// The share of the lines of tests that stand in files that are no tests as a whole:
    /// changes of these are not seen in `tested_by_month`. `None` without tests.
    pub inline_test_share: Option<f64>,
}

/// Makes the report; `None` where nothing was parsed.
pub(super) fn report(facts: &Facts) -> Option<FunctionsReport> {
    let found = facts.functions.as_ref()?;
    Some(FunctionsReport {
        files: found.files,
        not_parsed: found.not_parsed,
        product: sizes::sizes(&found.functions, found.product_lines, false),
        tests: sizes::sizes(&found.functions, found.test_lines, true),
        hotspots: sizes::hotspots(facts, &found.functions),
        placeholders: placeholders::report(facts, found),
        tested_by_month: tested::months(facts),
        inline_test_share: share(found.inline_test_lines, found.test_lines),
    })
}

/// The share that some are of all; `None` without any.
fn share(some: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| count_to_f64(some) / count_to_f64(all))
}
