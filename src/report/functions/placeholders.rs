//! What stands in for code, as a rate of lines of code.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::facts::{Facts, FunctionsFacts, PlaceholderFacts};
use crate::history::CommitIdx;
use crate::report::breakdown::quarter;
use crate::syntax::PlaceholderKind;
use crate::units::count_to_f64;

/// Rates of placeholders by where they stand and who wrote them. Those by quarter and by
/// mark are of the product.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlaceholdersReport {
    /// In code that tests no other code.
    pub product: PlaceholderRates,
    /// In code that does.
    pub tests: PlaceholderRates,
    /// By the quarter in which the lines landed, in order of time.
    pub by_landing_quarter: BTreeMap<String, PlaceholderRates>,
    /// In lines of commits that say that AI took part.
    pub ai_marked: PlaceholderRates,
    /// In all other lines of which it is known who wrote them.
    pub unmarked: PlaceholderRates,
}

/// How many placeholders stand in how many lines.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PlaceholderRates {
    /// Lines of code and imports.
    pub code_lines: u64,
    /// Placeholders, by kind.
    pub n: BTreeMap<&'static str, u64>,
    /// For each thousand lines of code; empty without lines.
    pub per_1000_lines: BTreeMap<&'static str, f64>,
}

/// Makes the report.
pub(super) fn report(facts: &Facts, found: &FunctionsFacts) -> PlaceholdersReport {
    let quarter = |landing: u32| {
        facts.mainline.get(landing as usize).and_then(|it| quarter(it.time))
    };
    let is_marked =
        |commit: CommitIdx| facts.commits[commit.at()].provenance.class.is_marked();
    let mut by_landing_quarter: BTreeMap<String, PlaceholderRates> = BTreeMap::new();
    let mut by_mark = [PlaceholderRates::default(), PlaceholderRates::default()];
    for &(commit, landing, lines) in &found.product_origins {
        if let Some(quarter) = quarter(landing) {
            by_landing_quarter.entry(quarter).or_default().code_lines += lines;
        }
        by_mark[usize::from(is_marked(commit))].code_lines += lines;
    }
    let product = || found.placeholders.iter().filter(|one| !one.is_test);
    let of_known = product().filter_map(|one| Some((one, one.origin?)));
    for (one, (commit, landing)) in of_known {
        if let Some(quarter) = quarter(landing) {
            by_landing_quarter.entry(quarter).or_default().add(one);
        }
        by_mark[usize::from(is_marked(commit))].add(one);
    }
    let [unmarked, ai_marked] = by_mark.map(PlaceholderRates::rated);
    let tests = found.placeholders.iter().filter(|one| one.is_test);
    PlaceholdersReport {
        product: rates(found.product_lines, product()),
        tests: rates(found.test_lines, tests),
        by_landing_quarter: by_landing_quarter
            .into_iter()
            .map(|(quarter, one)| (quarter, one.rated()))
            .collect(),
        ai_marked,
        unmarked,
    }
}

fn rates<'p>(
    code_lines: u64,
    placeholders: impl Iterator<Item = &'p PlaceholderFacts>,
) -> PlaceholderRates {
    let mut rates = PlaceholderRates { code_lines, ..PlaceholderRates::default() };
    placeholders.for_each(|one| rates.add(one));
    rates.rated()
}

impl PlaceholderRates {
    fn add(&mut self, one: &PlaceholderFacts) {
        *self.n.entry(one.kind.as_str()).or_default() += 1;
    }

    /// With every kind, and the rates.
    fn rated(mut self) -> Self {
        for kind in PlaceholderKind::ALL {
            let n = *self.n.entry(kind.as_str()).or_default();
            if self.code_lines > 0 {
                let rate = 1_000.0 * count_to_f64(n) / count_to_f64(self.code_lines);
                self.per_1000_lines.insert(kind.as_str(), rate);
            }
        }
        self
    }
}
