//! The finished answer of the fleet audit: a row a unit, with all that it rests on.

mod ties;

use std::collections::BTreeMap;
use std::mem;

use serde::Serialize;

use crate::dependence::{self, Ties};
use crate::facts::Facts;
use crate::lineage::{self, Sketch};
use crate::report::{self, GapReport, Tool};
use crate::triage::inventory::{self, UnitPath};
use crate::triage::rule::Measures;
use crate::triage::{
    self, Asked, Class, Inventory, Judgement, QuarterReport, Signal, State, Thresholds,
    Unit,
};
use crate::units::{Timestamp, count_to_f64, seconds_to_days};

pub use ties::{FixReport, KinReport, NeedReport};

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
    /// Units with a common past, by name; never part of the class.
    pub lineage: Vec<KinReport>,
    /// Repositories in which nothing stands that could be judged.
    pub empty: Vec<BrokenReport>,
    /// Repositories that could not be read.
    pub broken: Vec<BrokenReport>,
    /// Lines of the inventory that name no unit of these, or might name several.
    pub unplaced: Vec<String>,
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
    /// Days since the last change by a person, or by nobody known; `None` without any.
    pub quiet_days: Option<f64>,
    /// The share of the lines standing that carry a mark of AI; beside the class, and
    /// never part of it. No mark is not human. `None` without lines.
    pub ai_marked_share: Option<f64>,
    /// How it grew, by quarter in which something of the product landed or went.
    pub growth: Vec<QuarterReport>,
    /// How many units of the fleet stand on it: beside the class, and never part of it.
    pub n_needed_by: usize,
    /// Which, and where they say so.
    pub needed_by: Vec<NeedReport>,
    /// On how many units of the fleet it stands.
    pub n_needs: usize,
    /// Which, and where it says so.
    pub needs: Vec<NeedReport>,
    /// The rule: the class again, its conditions, what would change it.
    pub judgement: Judgement,
    /// All signals.
    pub signals: Vec<Signal>,
}

/// A repository that is no unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BrokenReport {
    /// Where it is.
    pub repository: String,
    /// Why.
    pub why: String,
}

/// What is left of a repository once its facts were let go: what its rows are made of.
#[derive(Debug, Clone)]
pub struct Digest {
    /// When its last commit landed; `None` without any.
    pub newest: Option<Timestamp>,
    /// What was left out.
    pub gaps: Vec<GapReport>,
    units: Vec<UnitDigest>,
    empty: Option<BrokenReport>,
}

/// What is left of a unit.
#[derive(Debug, Clone)]
struct UnitDigest {
    row: UnitReport,
    asked: Asked,
    sketch: Sketch,
    ties: Ties,
}

/// What the fleet is judged by.
#[derive(Debug)]
pub struct Inputs<'i> {
    /// The repositories that could be read.
    pub repositories: Vec<Digest>,
    /// The day of the audit; `None` when nothing ever landed.
    pub as_of: Option<Timestamp>,
    /// What runs in production; `None` when nobody said.
    pub inventory: Option<&'i Inventory>,
    /// What counts as much.
    pub thresholds: &'i Thresholds,
    /// Those that could not be read.
    pub broken: Vec<BrokenReport>,
    /// What was left out.
    pub gaps: Vec<GapReport>,
}

/// The newest landing of a fleet; `None` without any. One that is dated after `latest` is
/// not asked: a single clock that runs ahead would make all the others old.
pub fn newest(repositories: &[Digest], latest: Option<Timestamp>) -> Option<Timestamp> {
    let is_past = |at: &Timestamp| latest.is_none_or(|latest| *at <= latest);
    repositories.iter().filter_map(|one| one.newest).filter(is_past).max()
}

/// Makes of a repository what is held of it.
pub fn digest(facts: &Facts, thresholds: &Thresholds) -> Digest {
    let units = triage::units(facts);
    let digest = |one: &Unit<'_>| UnitDigest {
        row: row(one),
        asked: Asked::of(one, thresholds),
        sketch: Sketch::of(one),
        ties: Ties::of(one),
    };
    Digest {
        newest: facts.mainline.last().map(|last| last.time),
        gaps: report::gap_reports(&facts.path.to_json_text(), &facts.gaps),
        units: units.iter().map(digest).collect(),
        empty: units.is_empty().then(|| BrokenReport {
            repository: facts.path.to_json_text().into_owned(),
            why: match facts.commits.is_empty() {
                true => "no commit is there until the day of the audit".to_owned(),
                false => "nothing could be read at its tip".to_owned(),
            },
        }),
    }
}

/// Judges every unit of a fleet.
pub fn build(inputs: Inputs<'_>) -> AuditReport {
    let Inputs { repositories, as_of, inventory, thresholds, broken, gaps } = inputs;
    let day = as_of.unwrap_or(Timestamp(0));
    let empty = repositories.iter().filter_map(|one| one.empty.clone()).collect();
    let mut all: Vec<UnitDigest> =
        repositories.into_iter().flat_map(|one| one.units).collect();
    let names: Vec<String> = all.iter().map(|one| one.row.name()).collect();
    let take = |one: &mut UnitDigest| mem::take(&mut one.sketch);
    let sketches: Vec<Sketch> = all.iter_mut().map(take).collect();
    let ties: Vec<Ties> = all.iter_mut().map(|one| mem::take(&mut one.ties)).collect();
    let paths: Vec<UnitPath<'_>> =
        all.iter().map(|one| (&*one.row.repository, &*one.row.root)).collect();
    let listed = inventory::place(inventory, &paths);
    let judge = |(at, one)| judged(one, day, thresholds, listed.signal(at));
    let mut units: Vec<UnitReport> = all.into_iter().enumerate().map(judge).collect();
    ties::add_needs(&mut units, &dependence::edges(&ties), &names);
    units.sort_by(|a, b| {
        let key =
            |one: &UnitReport| (one.class, one.repository.clone(), one.root.clone());
        key(a).cmp(&key(b))
    });
    let mut classes = BTreeMap::new();
    for one in &units {
        *classes.entry(one.class.as_str()).or_insert(0) += 1;
    }
    let rows = thresholds.rows().iter();
    AuditReport {
        schema: AUDIT_SCHEMA,
        tool: Tool { name: "slopnexus", version: env!("CARGO_PKG_VERSION") },
        purpose: "for decisions on code: adopt, fence or retire; says nothing of people",
        as_of: as_of.and_then(Timestamp::to_rfc3339),
        complete: broken.is_empty() && !gaps.iter().any(|it| it.incomplete),
        thresholds: rows
            .map(|one| ThresholdReport {
                name: one.name,
                value: one.value,
                decides: one.decides,
            })
            .collect(),
        classes,
        units,
        lineage: ties::kin(&lineage::links(&sketches), &names),
        empty,
        broken,
        unplaced: listed.unplaced,
        gaps,
    }
}

/// The row of a unit, not judged yet.
fn row(unit: &Unit<'_>) -> UnitReport {
    UnitReport {
        repository: unit.facts.path.to_json_text().into_owned(),
        root: unit.root.clone(),
        tip: unit.facts.tip.map(|tip| tip.to_string()),
        class: Class::Unclear,
        decision: None,
        code_lines: unit.code_lines(),
        test_lines: unit.test_lines(),
        age_days: None,
        quiet_days: None,
        ai_marked_share: ai_marked_share(unit),
        growth: triage::growth::by_quarter(unit),
        n_needed_by: 0,
        needed_by: Vec::new(),
        n_needs: 0,
        needs: Vec::new(),
        judgement: Judgement::default(),
        signals: Vec::new(),
    }
}

fn judged(
    one: UnitDigest,
    as_of: Timestamp,
    at: &Thresholds,
    listed: Signal,
) -> UnitReport {
    let days = |time: Timestamp| seconds_to_days((as_of.0 - time.0).max(0));
    let UnitDigest { row, asked, .. } = one;
    let age_days = asked.dated.begun.map(days);
    let quiet_days = asked.dated.last_touched().map(days);
    let signals = asked.signals(as_of, at, listed);
    let measures = Measures {
        code_lines: row.code_lines,
        age_days: age_days.unwrap_or(0.0),
        quiet_days: quiet_days.unwrap_or(f64::INFINITY),
    };
    let judgement = triage::judge(&signals, measures, at);
    UnitReport {
        class: judgement.class,
        decision: decision(judgement.class),
        age_days,
        quiet_days,
        judgement,
        signals,
        ..row
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
