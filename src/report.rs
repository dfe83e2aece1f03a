//! The finished answer: everything that renderers show, and nothing they need to
//! compute. These are the types that other programs read; a change of a number is a
//! breaking change.

mod adoption;
mod association;
mod breakdown;
mod build;
mod churn;
mod comparison;
mod clone_history;
mod duplication;
mod functions;
mod filter;
mod grain;
#[cfg(test)]
mod large;
mod line_operations;
mod money;
pub mod people;
mod outliers;
mod overlap;
mod places;
mod provenance;
mod reverts;
mod rework;
mod small_groups;
mod spend;
mod survival;
mod tiers;
pub mod usage_context;

use std::collections::BTreeMap;

use serde::Serialize;

pub use association::{AssociationReport, CheckReport, EstimateReport};
pub use breakdown::{BreakdownReport, GroupReport, GroupsReport};
pub use build::{Inputs, build, gap_reports};
pub use churn::{ByWhom, ChurnReport};
pub use clone_history::{CloneBirthReport, CloneHistoryReport, MonthBirthReport};
pub use comparison::{
    ComparisonReport, DifferenceReport, GroupsBehind, LogRankReport, StandardisedReport,
};
pub use duplication::{
    CloneReport, DebtReport, DensityReport, DuplicationReport, PresetReport,
    QuarterDebtReport,
};
pub use functions::{
    FunctionHistoryReport, FunctionsReport, GrowthReport, HotspotReport,
    PlaceholderRates, SizesReport, TestedMonthReport,
};
pub use line_operations::{LineOperationsReport, MonthOperations, OperationsReport};
pub use money::{
    CostReport, EntryReport, LedgerReport, UsageFile, UsageReport, export_name,
};
pub use outliers::{FlagReport, OutliersReport};
pub use overlap::OverlapReport;
pub use places::{PlaceReport, PlacesReport};
pub use provenance::{
    DaysReport, MonthReport, ProvenanceReport, RecallReport, RecordsReport, SignalReport,
    SquashedMarks,
};
pub use reverts::{LatencyReport, RevertRate, RevertsReport};
pub use rework::{NotComputed, ReworkReport, ReworkShare};
pub use small_groups::{FEW_PEOPLE, LEAST_PEOPLE};
pub use spend::{RuleReport, RulesReport, SpendReport, SpendRow, YieldReport};
pub use survival::{
    CurvePoint, HalfLifeReport, MeanLifeReport, SensitivityReport, SurvivalPoint,
    SurvivalReport,
};
pub use tiers::{ConcentrationReport, TierReport, TiersReport};

use crate::facts::{LifetimeFacts, SquashFacts};
use crate::verdict::Verdict;

/// The version of the report's shape.
pub const REPORT_SCHEMA: &str = "slopnexus.report/1";

/// What a report is for, printed in each.
pub const PURPOSE: &str = "for budgets and practices, not for personnel decisions";

/// The finished answer.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// [`REPORT_SCHEMA`].
    pub schema: &'static str,
    /// The program.
    pub tool: Tool,
    /// [`PURPOSE`].
    pub purpose: &'static str,
    /// The latest end of observation, RFC 3339.
    pub as_of: Option<String>,
    /// What went in.
    pub inputs: InputsReport,
    /// Whether nothing that should have been counted is missing.
    pub complete: bool,
    /// What was left out.
    pub gaps: Vec<GapReport>,
    /// Each repository.
    pub repositories: Vec<RepositoryReport>,
    /// All repositories together.
    pub survival: SurvivalReport,
    /// Lines standing, by the year they landed.
    pub composition: Vec<YearReport>,
    /// The exports; `None` when none were given.
    pub usage: Option<UsageReport>,
    /// Where the spend went; `None` when it cannot be measured.
    pub spend: Option<SpendReport>,
    /// Where in the code the spend may have gone; `None` when it cannot be measured.
    pub spend_by_place: Option<PlacesReport>,
    /// Places where spend left unusually few or many durable lines; `None` when spend cannot
    /// be measured, and of somebody's own.
    pub outliers: Option<OutliersReport>,
    /// Light and heavy use, for description; `None` when it cannot be measured.
    pub tiers: Option<TiersReport>,
    /// What is known of AI in commits and lines, and how much the marks miss.
    pub provenance: ProvenanceReport,
    /// What was taken back.
    pub reverts: RevertsReport,
    /// What landings did to lines, by month; `None` with `--exact`.
    pub line_operations: Option<LineOperationsReport>,
    /// Groups of code side by side.
    pub cohorts: Vec<CohortReport>,
    /// How much they differ, and whether this data could tell.
    pub cohort_comparison: ComparisonReport,
    /// The lines of people who later left marks beside those of people who never did, from
    /// before the first mark: what differs there is not of AI. `None` where nobody left one,
    /// or one of the two wrote nothing.
    pub before_adoption: Option<ComparisonReport>,
    /// Changes that are in no cohort because they are imports rather than work.
    pub bulk: BulkReport,
    /// The largest top-level directories, at most twelve, the largest first.
    pub areas: Vec<AreaReport>,
    /// How long lines live by when they landed and where they stand.
    pub breakdown: BreakdownReport,
    /// Whether spend and durable lines go together.
    pub association: AssociationReport,
    /// The answers.
    pub verdicts: Vec<Verdict>,
    /// What this report cannot say.
    pub limits: Vec<&'static str>,
}

/// The program that made the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// What went in.
#[derive(Debug, Clone, Serialize)]
pub struct InputsReport {
    /// How times were read.
    pub clock: &'static str,
    /// The time zone of days and weeks.
    pub time_zone: &'static str,
    /// The options that change numbers.
    pub options: BTreeMap<&'static str, String>,
    /// What was done with lines older than the time looked at; `None` when all of
    /// history was.
    pub delayed_entry: Option<&'static str>,
    /// Lines that were left out of the estimates, by reason.
    pub filtered_lines: BTreeMap<&'static str, u64>,
    /// Files with lines that were left out because of what the files are, by class; and
    /// links and submodules at the tips.
    pub filtered_files: BTreeMap<&'static str, u64>,
    /// The exports, as they were named.
    pub exports: Vec<String>,
}

/// One kind of thing that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GapReport {
    /// Its code.
    pub code: &'static str,
    /// Where: the repository or export.
    pub scope: String,
    /// Why.
    pub why: String,
    /// How often.
    pub count: u64,
    /// Where first.
    pub first: String,
    /// Whether figures are incomplete because of it.
    pub incomplete: bool,
}

/// One repository.
#[derive(Debug, Clone, Serialize)]
pub struct RepositoryReport {
    /// The path it was named by.
    pub path: String,
    /// The branch that was judged.
    pub branch: String,
    /// The commit at its tip.
    pub tip: Option<String>,
    /// The end of observation.
    pub as_of: Option<String>,
    /// Commits and mainline commits.
    pub commits: u64,
    /// Commits of the first-parent chain.
    pub landings: u64,
    /// Those of them whose time was given for them; `None` when no times were given.
    pub landings_by_event: Option<u64>,
    /// What became of landings whose subjects name a pull request; `None` when no heads
    /// of any are here.
    pub squashes: Option<SquashFacts>,
    /// First and last landing.
    pub first_landing: Option<String>,
    /// See [`Self::first_landing`].
    pub last_landing: Option<String>,
    /// Lines that landed in the time looked at: those that count unless `--exact`.
    pub lines: LinesReport,
    /// Lines that are older and stood when it began: followed from then on. `None` when
    /// all of history was looked at.
    pub late_entries: Option<LinesReport>,
    /// How long lines live.
    pub survival: BTreeMap<String, SurvivalPoint>,
    /// The same with every change counting the same.
    pub survival_by_change: BTreeMap<String, SurvivalPoint>,
    /// The half-life of a line.
    pub half_life: HalfLifeReport,
    /// Mean days alive out of the first 90.
    pub mean_life: MeanLifeReport,
    /// Share of lines dead by an age, by whom, and rework as others define it.
    pub churn: ChurnReport,
    /// Survival, had lives been read otherwise.
    pub sensitivity: SensitivityReport,
    /// Why lines died in the time looked at, older ones among them.
    pub deaths_by_cause: BTreeMap<&'static str, u64>,
    /// Lines by kind when they landed.
    pub births_by_kind: BTreeMap<&'static str, u64>,
    /// Commits by what they say about AI.
    pub commits_by_ai_class: BTreeMap<&'static str, u64>,
    /// Commits by the AI tool they name.
    pub commits_by_tool: BTreeMap<String, u64>,
    /// Definitions at the tip.
    pub definitions: Vec<crate::facts::DefinitionCount>,
    /// Code that stands in several places at the tip; `None` with `--no-syntax` and
    /// `--exact`.
    pub duplication: Option<DuplicationReport>,
    /// How long and complex functions are at the tip, what stands in for code, and how
    /// often tests change with code; `None` with `--no-syntax`.
    pub functions: Option<FunctionsReport>,
    /// File versions that changed, and those that could be read.
    pub blobs: crate::facts::Coverage,
    /// What it cost to find out.
    pub work: WorkReport,
}

/// What the run did that does not depend on threads: reads do, through what neighbours
/// had read before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WorkReport {
    /// File versions.
    pub versions: u64,
    /// Those of them that were parsed.
    pub versions_parsed: u64,
    /// Comparisons and readings that an earlier run had recorded.
    pub records: u64,
    /// Bytes of versions compared.
    pub bytes_compared: u64,
    /// Lines hashed to compare them.
    pub lines_hashed: u64,
}

/// Lines that landed, died and stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LinesReport {
    /// Lines that landed.
    pub births: u64,
    /// Lines that died.
    pub deaths: u64,
    /// Lines that stand: births less deaths.
    pub alive: u64,
    /// Lines of unknown birth among them.
    pub unknown_birth: u64,
}

impl LinesReport {
    fn add(&mut self, lifetime: &LifetimeFacts) {
        self.births += lifetime.lines;
        if lifetime.death.is_some() {
            self.deaths += lifetime.lines;
        } else {
            self.alive += lifetime.lines;
        }
        if lifetime.birth_unknown {
            self.unknown_birth += lifetime.lines;
        }
    }
}

/// Lines standing that landed in one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct YearReport {
    /// The year, UTC.
    pub year: i16,
    /// Lines that landed in it.
    pub landed: u64,
    /// Those that stand.
    pub alive: u64,
}

/// A group of code.
#[derive(Debug, Clone, Serialize)]
pub struct CohortReport {
    /// Its name: `AI-marked`, `unmarked`.
    pub name: &'static str,
    /// What is in it.
    pub about: &'static str,
    /// How long its lines live.
    pub survival: SurvivalReport,
}

/// Changes that bring in so much that they are imports rather than work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BulkReport {
    /// Imports, and changes with more countable lines than this.
    pub more_than_lines: u64,
    /// How many there are.
    pub changes: u64,
    /// Their lines.
    pub lines: u64,
}

/// A top-level directory of a repository.
#[derive(Debug, Clone, Serialize)]
pub struct AreaReport {
    /// The repository.
    pub repository: String,
    /// The directory, or `.` for files at the top.
    pub area: String,
    /// Its lines.
    pub lines: LinesReport,
    /// Share of lines still there after 90 days.
    pub survival_90: SurvivalPoint,
}
