//! Code that stands in several places at the tip, as it is reported.

use std::collections::BTreeMap;

use serde::Serialize;

use super::breakdown::quarter;
use super::clone_history::{self, CloneHistoryReport};
use crate::clones::Density;
use crate::facts::{CloneFacts, DebtFacts, DuplicationFacts, Facts, PresetFacts};
use crate::units::{count_to_f64, len_to_u64};

/// How many of the largest classes are listed.
const LARGEST: usize = 5;

/// How many places of a class are listed.
const PLACES: usize = 4;

/// Code that stands in several places at the tip.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DuplicationReport {
    /// What counts as a clone: `default` is 50 tokens on 5 countable lines at least, names,
    /// strings and numbers apart. Never to be compared with other presets.
    pub preset: String,
    /// Files compared: those of parsed languages that are nobody's data and not generated.
    pub files: u64,
    /// Lines of code that tests no other code.
    pub product: DensityReport,
    /// Lines of code that does.
    pub tests: DensityReport,
    /// How many different pieces stand in several places.
    pub classes: u64,
    /// The largest of them that are not all tests, by their tokens times the places beyond
    /// the first; of those that begin in the same lines the first.
    pub largest: Vec<CloneReport>,
    /// What other presets count of the same files: each counts something else, and none
    /// stands in a row with another.
    pub other_presets: Vec<PresetReport>,
    /// Who wrote the lines compared, those of code that tests no other code.
    pub debt: DebtReport,
    /// What landings did to duplication; `None` unless asked for.
    pub history: Option<CloneHistoryReport>,
}

/// What one preset counts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PresetReport {
    /// `sonar`: 100 tokens on 10 lines at least, strings and numbers apart; `gitclear`: 5
    /// equal lines at least.
    pub preset: String,
    /// Lines of code that tests no other code.
    pub product: DensityReport,
    /// Lines of code that does.
    pub tests: DensityReport,
}

/// Lines that stand at the tip, by who wrote them and when they landed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DebtReport {
    /// AI-marked lines.
    pub ai_marked: DensityReport,
    /// All others.
    pub unmarked: DensityReport,
    /// Both by the quarter in which they landed, in its order.
    pub by_quarter: Vec<QuarterDebtReport>,
}

/// Lines that landed in one quarter and stand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuarterDebtReport {
    /// The quarter, such as `2026-Q3`.
    pub quarter: String,
    /// All lines of it.
    pub all: DensityReport,
    /// The AI-marked ones among them.
    pub ai_marked: DensityReport,
}

/// Lines, and how many of them stand elsewhere too.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DensityReport {
    /// Lines with a letter or digit.
    pub countable_lines: u64,
    /// Those of them all of whose tokens are in a clone.
    pub duplicated_lines: u64,
    /// Their share; `None` without lines.
    pub share: Option<f64>,
}

/// A piece of code that stands in several places.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CloneReport {
    /// 1 where the places differ in layout and comments alone, 2 where in names, strings or
    /// numbers too.
    pub clone_type: u8,
    /// Its tokens.
    pub tokens: u32,
    /// How many places there are.
    pub n_places: u64,
    /// The first of them: path, first and last line.
    pub places: Vec<String>,
}

/// Makes the report; `None` where nothing was compared.
pub(super) fn report(facts: &Facts) -> Option<DuplicationReport> {
    let DuplicationFacts { preset, files, product, tests, classes, others, debt } =
        facts.duplication.as_ref()?;
    let is_product = |one: &&CloneFacts| one.places.iter().any(|place| !place.is_test);
    let mut largest: Vec<&CloneFacts> = classes.iter().filter(is_product).collect();
    largest.sort_by_key(|one| std::cmp::Reverse(weight(one)));
    let mut listed: Vec<&CloneFacts> = Vec::new();
    for one in largest {
        if listed.len() < LARGEST && !listed.iter().any(|other| begin_alike(one, other)) {
            listed.push(one);
        }
    }
    let report = |one: &&CloneFacts| CloneReport {
        clone_type: one.clone_type,
        tokens: one.tokens,
        n_places: len_to_u64(one.places.len()),
        places: one.places.iter().take(PLACES).map(|place| shown(facts, place)).collect(),
    };
    Some(DuplicationReport {
        preset: preset.clone(),
        files: *files,
        product: density(*product),
        tests: density(*tests),
        classes: len_to_u64(classes.len()),
        largest: listed.iter().map(report).collect(),
        other_presets: others.iter().map(preset_report).collect(),
        debt: debt_report(facts, debt),
        history: clone_history::report(facts),
    })
}

fn preset_report(one: &PresetFacts) -> PresetReport {
    PresetReport {
        preset: one.preset.clone(),
        product: density(one.product),
        tests: density(one.tests),
    }
}

fn debt_report(facts: &Facts, debt: &[DebtFacts]) -> DebtReport {
    let mut by_quarter: BTreeMap<String, [Density; 2]> = BTreeMap::new();
    let mut all = [Density::default(); 2];
    for one in debt.iter().filter(|one| !one.is_test) {
        let side = usize::from(facts.is_ai_marked_line(one.origin, one.mark));
        all[side] = all[side].and(one.lines);
        let landed = facts.mainline[one.landing as usize].time;
        if let Some(quarter) = quarter(landed) {
            let sides = by_quarter.entry(quarter).or_default();
            sides[side] = sides[side].and(one.lines);
        }
    }
    let row = |(quarter, [unmarked, marked]): (String, [Density; 2])| QuarterDebtReport {
        quarter,
        all: density(unmarked.and(marked)),
        ai_marked: density(marked),
    };
    DebtReport {
        ai_marked: density(all[1]),
        unmarked: density(all[0]),
        by_quarter: by_quarter.into_iter().map(row).collect(),
    }
}

/// Whether the first places of two pieces share lines.
fn begin_alike(one: &CloneFacts, other: &CloneFacts) -> bool {
    let (Some(one), Some(other)) = (one.places.first(), other.places.first()) else {
        return false;
    };
    one.path == other.path && one.start < other.end && other.start < one.end
}

fn weight(one: &CloneFacts) -> u64 {
    u64::from(one.tokens) * len_to_u64(one.places.len().saturating_sub(1))
}

fn shown(facts: &Facts, place: &crate::facts::ClonePlace) -> String {
    let path = facts.paths[place.path as usize].to_json_text();
    format!("{path}:{}-{}", place.start + 1, place.end)
}

fn density(lines: Density) -> DensityReport {
    let Density { countable_lines: countable, duplicated_lines: duplicated } = lines;
    DensityReport {
        countable_lines: countable,
        duplicated_lines: duplicated,
        share: (countable > 0)
            .then(|| count_to_f64(duplicated) / count_to_f64(countable)),
    }
}
