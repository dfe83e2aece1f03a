//! What landings did to functions, as it is reported.

use serde::Serialize;

use crate::facts::{Before, Facts, FunctionChangeFacts, FunctionFacts};
use crate::units::len_to_u64;

/// Functions of the product that landings of the followed time touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunctionHistoryReport {
    /// Landings that were followed.
    pub landings: u64,
    /// Functions at the tip that were touched.
    pub touched: u64,
    /// Those of them that came in that time.
    pub new: u64,
    /// Those of which it is not known what they were before.
    pub unknown: u64,
    /// Those that stood before: how their cognitive complexity changed.
    pub cognitive: GrowthReport,
    /// How their lines of code and imports did.
    pub code_lines: GrowthReport,
}

/// How a figure of functions changed from before their first touch to the tip.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct GrowthReport {
    /// How many functions there are.
    pub n: u64,
    /// Those of them of which it grew by more than a quarter; from nothing to anything too.
    pub grew: u64,
    /// Those of which it shrank by more than a quarter.
    pub shrank: u64,
    /// The sum before.
    pub before: u64,
    /// The sum at the tip.
    pub after: u64,
}

/// A function at the tip and what landings did to it.
type Changed<'f> = (&'f FunctionFacts, &'f FunctionChangeFacts);

/// The functions that were touched; none unless landings were followed.
pub(super) fn changed(facts: &Facts) -> impl Iterator<Item = Changed<'_>> {
    let both = facts.functions.as_ref().zip(facts.function_history.as_ref());
    both.into_iter().flat_map(|(table, history)| {
        let changes = history.changes.iter();
        changes.map(|one| (&table.functions[one.function as usize], one))
    })
}

/// Makes the report; `None` unless landings were followed.
pub(super) fn report(facts: &Facts) -> Option<FunctionHistoryReport> {
    let from = facts.function_history.as_ref()?.from as usize;
    let mut report = FunctionHistoryReport {
        landings: len_to_u64(facts.mainline.len().saturating_sub(from)),
        touched: 0,
        new: 0,
        unknown: 0,
        cognitive: GrowthReport::default(),
        code_lines: GrowthReport::default(),
    };
    for (function, change) in changed(facts).filter(|(one, _)| !one.function.is_test) {
        report.touched += 1;
        match change.before {
            Before::New => report.new += 1,
            Before::Unknown => report.unknown += 1,
            Before::Was { cognitive, code_lines, .. } => {
                let now = &function.function;
                report.cognitive.add(cognitive, now.complexity.cognitive);
                report.code_lines.add(code_lines, now.code_lines);
            }
        }
    }
    Some(report)
}

impl GrowthReport {
    fn add(&mut self, before: u32, after: u32) {
        let (before, after) = (u64::from(before), u64::from(after));
        self.n += 1;
        self.grew += u64::from(4 * after > 5 * before);
        self.shrank += u64::from(4 * after < 3 * before);
        self.before += before;
        self.after += after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_more_or_less_is_no_growth_and_something_for_nothing_is() {
        let mut growth = GrowthReport::default();
        for (before, after) in [(4, 5), (4, 6), (4, 3), (4, 2), (0, 0), (0, 1)] {
            growth.add(before, after);
        }
        let expected = GrowthReport { n: 6, grew: 2, shrank: 1, before: 16, after: 17 };
        assert_eq!(growth, expected);
    }
}
