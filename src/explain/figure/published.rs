//! The figure as the report has it.

use std::collections::BTreeMap;

use crate::cohorts::Scope;
use crate::error::Error;
use crate::explain::Question;
use crate::explain::id::{CohortName, FigureId, Measure};
use crate::report::{self, Inputs, Report, SurvivalPoint, SurvivalReport};

/// Makes the report and takes the figure from it, with the place of the repository if it
/// is of one alone.
pub(super) fn figure(
    scope: &Scope<'_>,
    question: Question<'_>,
    id: &FigureId,
) -> Result<(SurvivalPoint, Option<usize>), Error> {
    let report = report::build(Inputs {
        scope,
        usage: None,
        panel: None,
        spend_days: std::collections::BTreeSet::new(),
        gaps: question.gaps.to_vec(),
        since: question.since,
        own: false,
        options: BTreeMap::new(),
    });
    let cohort = |name: &str| {
        report.cohorts.iter().find(|one| one.name == name).map(|one| &one.survival)
    };
    let lives = match &id.cohort {
        CohortName::All => Some(&report.survival),
        CohortName::AiMarked => cohort("AI-marked"),
        CohortName::Unmarked => cohort("unmarked"),
        CohortName::Area(area) => {
            return area_figure(scope, &report, id, &area.to_json_text());
        }
    };
    let point = lives.and_then(|lives| points(lives, id.measure).get(&key(id)));
    point.map(|point| (point.clone(), None)).ok_or_else(|| {
        let ages = lives.map(|lives| ages(points(lives, id.measure)));
        not_there(&format!("it has {} days", ages.unwrap_or_default()))
    })
}

fn points(lives: &SurvivalReport, measure: Measure) -> &BTreeMap<String, SurvivalPoint> {
    match measure {
        Measure::Survival => &lives.survival,
        Measure::Churn => &lives.churn.points,
    }
}

fn key(id: &FigureId) -> String {
    id.days.to_string()
}

fn ages(points: &BTreeMap<String, SurvivalPoint>) -> String {
    let mut ages: Vec<u32> = points.values().map(|point| point.window_days).collect();
    ages.sort_unstable();
    ages.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn not_there(hint: &str) -> Error {
    let why = "the report has no such figure";
    Error::input("E-NOTFOUND", "cannot explain", why, hint)
}

/// The largest areas have a figure at 90 days each; the breakdown has others, where
/// enough people wrote them.
fn area_figure(
    scope: &Scope<'_>,
    report: &Report,
    id: &FigureId,
    area: &str,
) -> Result<(SurvivalPoint, Option<usize>), Error> {
    if id.measure == Measure::Churn {
        return Err(not_there("of areas it has survival alone"));
    }
    let [facts] = scope.repositories else {
        return Err(not_there("areas are explained in one repository: name one alone"));
    };
    let repository = facts.path.to_json_text();
    let listed = report
        .areas
        .iter()
        .filter(|_| id.days == 90)
        .find(|one| one.area == area && one.repository == repository);
    let row = || report.breakdown.by_area.rows.iter().find(|row| row.name == area);
    let point = match listed {
        Some(area) => Some(&area.survival_90),
        None => row().and_then(|row| row.survival.get(&key(id))),
    };
    point.map(|point| (point.clone(), Some(0))).ok_or_else(|| {
        let areas: Vec<&str> = report.areas.iter().map(|one| one.area.as_str()).collect();
        let rows: Vec<&str> =
            report.breakdown.by_area.rows.iter().map(|row| row.name.as_str()).collect();
        not_there(&format!(
            "at 90 days it has {}; at 30 and 90, where five people wrote them, {}",
            list(&areas),
            list(&rows)
        ))
    })
}

fn list(names: &[&str]) -> String {
    let safe = |name: &&str| crate::untrusted::Untrusted::from(*name).to_terminal();
    let names: Vec<String> = names.iter().map(safe).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
