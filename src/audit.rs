//! The finished answer of the fleet audit: a row a unit, with all that it rests on.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::facts::Facts;
use crate::report::{GapReport, Tool};
use crate::triage::rule::Measures;
use crate::triage::{self, Class, Judgement, Signal, State, Surroundings, Unit};
use crate::units::{Timestamp, count_to_f64, seconds_to_days};

/// The version of this answer.
pub const AUDIT_SCHEMA: &str = "slopnexus-audit-1";

/// The answer.
#[derive(Debug, Clone, Serialize)]
pub struct AuditReport {
    /// The version of its shape.
    pub schema: &'static str,
    /// What made it.
    pub tool: Tool,
    /// What it is for.
    pub purpose: &'static str,
    /// The day of the audit: as given, else the newest landing of the fleet.
    pub as_of: Option<String>,
    /// Whether nothing was left out.
    pub complete: bool,
    /// From where on something counts as much.
    pub thresholds: Vec<ThresholdReport>,
    /// How many units are of each class.
    pub classes: BTreeMap<&'static str, usize>,
    /// The units, by need of a decision and then by name.
    pub units: Vec<UnitReport>,
    /// Repositories that could not be read.
    pub broken: Vec<BrokenReport>,
    /// What was left out.
    pub gaps: Vec<GapReport>,
}

/// A threshold of the run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ThresholdReport {
    /// Its name, with its unit at the end.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
    /// What it decides.
    pub decides: &'static str,
}

/// A unit.
#[derive(Debug, Clone, Serialize)]
pub struct UnitReport {
    /// The repository, as it was named.
    pub repository: String,
    /// The folder in it, empty for the top.
    pub root: String,
    /// The commit that was judged.
    pub tip: Option<String>,
    /// The class.
    pub class: Class,
    /// What an owner has to decide; `None` where nothing is to be.
    pub decision: Option<&'static str>,
    /// Lines of code that tests none, at the tip.
    pub code_lines: u64,
    /// Lines of code that does.
    pub test_lines: u64,
    /// Days since the first line landed; `None` without any.
    pub age_days: Option<f64>,
    /// Days since the last change; `None` without any.
    pub quiet_days: Option<f64>,
    /// The share of the lines standing that carry a mark of AI; beside the class, and
    /// never part of it. No mark is not human. `None` without lines.
    pub ai_marked_share: Option<f64>,
    /// The rule: the class again, its conditions, what would change it.
    pub judgement: Judgement,
    /// All signals.
    pub signals: Vec<Signal>,
}

/// A repository that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BrokenReport {
    /// Where it is.
    pub repository: String,
    /// Why.
    pub why: String,
}

/// What the fleet is judged by.
#[derive(Debug)]
pub struct Inputs<'i> {
    /// The repositories that could be read.
    pub repositories: &'i [Facts],
    /// What is known beside them.
    pub around: Surroundings<'i>,
    /// Those that could not be read.
    pub broken: Vec<BrokenReport>,
    /// What was left out.
    pub gaps: Vec<GapReport>,
}

/// The newest landing of a fleet; `None` without any.
pub fn newest(repositories: &[Facts]) -> Option<Timestamp> {
    repositories.iter().filter_map(|facts| Some(facts.mainline.last()?.time)).max()
}

/// Judges every unit of a fleet.
pub fn build(inputs: Inputs<'_>) -> AuditReport {
    let around = &inputs.around;
    let of_one = |facts| triage::units(facts).into_iter().map(|one| unit(&one, around));
    let mut units: Vec<UnitReport> =
        inputs.repositories.iter().flat_map(of_one).collect();
    units.sort_by(|a, b| {
        let key =
            |one: &UnitReport| (one.class, one.repository.clone(), one.root.clone());
        key(a).cmp(&key(b))
    });
    let mut classes = BTreeMap::new();
    for one in &units {
        *classes.entry(one.class.as_str()).or_insert(0) += 1;
    }
    let rows = around.thresholds.rows().iter();
    AuditReport {
        schema: AUDIT_SCHEMA,
        tool: Tool { name: "slopnexus", version: env!("CARGO_PKG_VERSION") },
        purpose: "for decisions on code: adopt, fence or retire; says nothing of people",
        as_of: around.as_of.to_rfc3339(),
        complete: inputs.broken.is_empty() && !inputs.gaps.iter().any(|it| it.incomplete),
        thresholds: rows
            .map(|one| ThresholdReport {
                name: one.name,
                value: one.value,
                decides: one.decides,
            })
            .collect(),
        classes,
        units,
        broken: inputs.broken,
        gaps: inputs.gaps,
    }
}

fn unit(unit: &Unit<'_>, around: &Surroundings<'_>) -> UnitReport {
    let signals = triage::signals(unit, around);
    let days = |time: Timestamp| seconds_to_days((around.as_of.0 - time.0).max(0));
    let (age_days, quiet_days) = (unit.begun().map(days), unit.last_changed().map(days));
    let code_lines = unit.code_lines();
    let measures = Measures {
        code_lines,
        age_days: age_days.unwrap_or(0.0),
        quiet_days: quiet_days.unwrap_or(f64::INFINITY),
    };
    let judgement = triage::judge(&signals, measures, around.thresholds);
    UnitReport {
        repository: unit.facts.path.to_json_text().into_owned(),
        root: unit.root.clone(),
        tip: unit.facts.tip.map(|tip| tip.to_string()),
        class: judgement.class,
        decision: decision(judgement.class),
        code_lines,
        test_lines: unit.test_lines(),
        age_days,
        quiet_days,
        ai_marked_share: ai_marked_share(unit),
        judgement,
        signals,
    }
}

fn decision(class: Class) -> Option<&'static str> {
    match class {
        Class::PocInProduction => Some("adopt, fence or retire"),
        Class::Slopnexus => Some("give it an owner and bounds, or split it"),
        Class::Poc => Some("keep it out of production, or retire it"),
        Class::Unclear | Class::NotFlagged | Class::TooYoung | Class::TooSmall => None,
    }
}

fn ai_marked_share(unit: &Unit<'_>) -> Option<f64> {
    let alive = unit.lifetimes.iter().filter(|one| one.death.is_none());
    let (mut marked, mut all) = (0, 0);
    for one in alive {
        all += one.lines;
        marked += if unit.facts.is_ai_marked(one) { one.lines } else { 0 };
    }
    (all > 0).then(|| count_to_f64(marked) / count_to_f64(all))
}

impl UnitReport {
    /// The signals of one group that are in one state.
    pub fn of<'u>(
        &'u self,
        group: char,
        state: State,
    ) -> impl Iterator<Item = &'u Signal> + 'u {
        self.signals.iter().filter(move |one| {
            one.id.group() == group && one.state == state && one.id.is_used()
        })
    }

    /// What it is called: the repository, and the folder in it.
    pub fn name(&self) -> String {
        match self.root.as_str() {
            "" => self.repository.clone(),
            root => format!("{}/{root}", self.repository.trim_end_matches('/')),
        }
    }
}
