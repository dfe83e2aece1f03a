//! From facts, usage and people to the finished answer.

use std::collections::{BTreeMap, BTreeSet};

use super::adoption;
use super::association;
use super::breakdown;
use super::comparison::{self, ComparisonReport};
use super::duplication;
use super::filter::Filter;
use super::functions;
use super::grain::Grain;
use super::line_operations;
use super::money::UsageReport;
use super::outliers;
use super::overlap;
use super::places;
use super::provenance;
use super::reverts;
use super::small_groups;
use super::spend;
use super::survival::{self, SurvivalReport};
use super::tiers;
use super::{
    AreaReport, AssociationReport, BulkReport, CohortReport, EstimateReport, GapReport,
    InputsReport, LinesReport, PURPOSE, REPORT_SCHEMA, Report, RepositoryReport, Tool,
    WorkReport, YearReport,
};
use crate::cohorts::{Cohort, Reading, Scope};
use crate::facts::{Coverage, Facts, LifetimeFacts};
use crate::identity::IdentityId;
use crate::panel::Panel;
use crate::problem::{GapKind, Gaps};
use crate::stats::Weighting;
use crate::units::{SECONDS_PER_DAY, Timestamp, UtcDay, count_to_f64, len_to_u64};
use crate::verdict::{self, Evidence, Numbers, Said, Verdict};

/// Everything a report is made of.
#[derive(Debug)]
pub struct Inputs<'i> {
    /// The repositories and their people.
    pub scope: &'i Scope<'i>,
    /// The exports and their ledger, if any were given.
    pub usage: Option<UsageReport>,
    /// The person-weeks, if spend can be measured.
    pub panel: Option<Panel>,
    /// The days on which people used AI.
    pub spend_days: BTreeSet<(IdentityId, UtcDay)>,
    /// Gaps by where they are: repositories that failed, exports.
    pub gaps: Vec<(String, Gaps)>,
    /// Landings before this moment are left out of the estimates.
    pub since: Option<Timestamp>,
    /// Whether the usage is that of one person who asked for it.
    pub own: bool,
    /// The options that change numbers.
    pub options: BTreeMap<&'static str, String>,
}

/// Makes the report.
pub fn build(inputs: Inputs<'_>) -> Report {
    let scope = inputs.scope;
    let filter = Filter { scope, since: inputs.since };
    let gaps = all_gaps(scope, &inputs.gaps, inputs.panel.as_ref(), inputs.own);
    let (association, verdict) = judge(&inputs);
    let exports = inputs.usage.iter().flat_map(|usage| &usage.files);
    let survival = survival::report(&filter, |_, _| true);
    let (cohorts, cohort_comparison) = cohorts(&filter);
    Report {
        schema: REPORT_SCHEMA,
        tool: Tool { name: "slopnexus", version: env!("CARGO_PKG_VERSION") },
        purpose: PURPOSE,
        as_of: rfc3339(scope.repositories.iter().filter_map(|facts| facts.as_of).max()),
        inputs: InputsReport {
            clock: if inputs.options.contains_key("landing_events") {
                CLOCK_BY_EVENT
            } else {
                CLOCK
            },
            time_zone: "UTC, ISO weeks",
            options: inputs.options,
            delayed_entry: inputs.since.map(|_| DELAYED_ENTRY),
            filtered_lines: filter.left_out(),
            filtered_files: filtered_files(scope),
            exports: exports.map(|file| file.file.clone()).collect(),
        },
        complete: gaps.iter().all(|gap| !gap.incomplete),
        gaps,
        repositories: (0..scope.repositories.len())
            .map(|at| repository(&filter, at, &survival))
            .collect(),
        survival,
        composition: composition(&filter),
        usage: inputs.usage,
        spend: inputs.panel.as_ref().map(|panel| spend::report(panel, inputs.own)),
        spend_by_place: inputs
            .panel
            .as_ref()
            .map(|panel| places::report(scope, panel, inputs.own)),
        outliers: inputs
            .panel
            .as_ref()
            .filter(|_| !inputs.own)
            .map(|panel| outliers::report(scope, panel)),
        tiers: inputs.panel.as_ref().map(|panel| tiers::report(panel, inputs.own)),
        provenance: provenance::report(&filter, &inputs.spend_days, inputs.own),
        reverts: reverts::report(&filter),
        line_operations: line_operations::report(&filter),
        cohorts,
        cohort_comparison,
        before_adoption: adoption::report(&filter),
        bulk: bulk(&filter),
        areas: areas(&filter),
        breakdown: breakdown::report(&filter),
        association,
        verdicts: vec![verdict],
        limits: LIMITS.to_vec(),
    }
}

/// How times are read.
const CLOCK: &str =
    "landing: committer time of the mainline, running maximum; usage: author time";

/// How times are read where some are given for landings.
const CLOCK_BY_EVENT: &str = "landing: time given for it, else committer time of the mainline, \
                              running maximum; usage: author time";

/// What is done with lines older than the time looked at.
const DELAYED_ENTRY: &str = "lines that landed before the time looked at and stood when it began are \
                             followed from then on, at the age they had (delayed entry); \
                             those gone by then are left out; counts of lines are of those \
                             that landed in it";

/// What no report of this program can say.
const LIMITS: &[&str] = &[
    "Unmarked is not human: most AI use leaves no mark in git.",
    "Review, reading, debugging and design leave no lines: spend without lines is unattributed, not wasted.",
    "Cohorts differ in tasks, people and directories: a difference between them is a description, not an effect.",
    "A line that lasts need not be good, and a line that goes need not have been a mistake.",
];

/// Files of all repositories that were left out.
fn filtered_files(scope: &Scope<'_>) -> BTreeMap<&'static str, u64> {
    let mut sum = BTreeMap::new();
    for facts in scope.repositories {
        for (class, files) in facts.filtered_files() {
            *sum.entry(class).or_insert(0) += files;
        }
    }
    sum
}

fn rfc3339(time: Option<Timestamp>) -> Option<String> {
    time.and_then(Timestamp::to_rfc3339)
}

fn all_gaps(
    scope: &Scope<'_>,
    others: &[(String, Gaps)],
    panel: Option<&Panel>,
    own: bool,
) -> Vec<GapReport> {
    let mut join = Gaps::default();
    if let Some(panel) = panel {
        let why =
            "record without an amount in the measure of this report, not in its spend";
        join.add_many(GapKind::NotMeasured, why, b"", panel.unmeasured_records);
        note_early_ends(scope, &mut join);
        let why = "line whose dates cannot both be right, not in the join";
        // Where even a rounded number would tell of somebody, that there are some is said.
        match spend::suspect_lines(panel, own) {
            Some(n_lines) => join.add_many(GapKind::WorkTimeSuspect, why, b"", n_lines),
            None => {
                let why = "lines whose dates cannot both be right, not in the join; how many \
                           is not shown, since few people wrote them";
                join.add_many(GapKind::WorkTimeSuspect, why, b"", 1);
            }
        }
    }
    let of_repositories = scope
        .repositories
        .iter()
        .flat_map(|facts| gap_reports(&facts.path.to_json_text(), &facts.gaps));
    let of_others = others.iter().flat_map(|(scope, gaps)| gap_reports(scope, gaps));
    of_repositories.chain(of_others).chain(gap_reports("join", &join)).collect()
}

/// Notes repositories that end the time that can be joined long before another would.
fn note_early_ends(scope: &Scope<'_>, gaps: &mut Gaps) {
    /// As long as work may take to land.
    const MOST_SECONDS: i64 = 28 * SECONDS_PER_DAY;
    let ends =
        || scope.repositories.iter().filter_map(|facts| Some((facts, facts.as_of?)));
    let Some(last) = ends().map(|(_, end)| end.0).max() else { return };
    let why = "repository whose history ends four weeks or more before another's: later weeks \
               are not joined with spend, since nobody knows what landed there; where nothing \
               did, say so with --as-of";
    for (facts, end) in ends() {
        if last - end.0 >= MOST_SECONDS {
            gaps.add(GapKind::EndsEarly, why, facts.path.bytes());
        }
    }
}

/// Returns gaps as they are reported, for one repository or export.
pub fn gap_reports(scope: &str, gaps: &Gaps) -> Vec<GapReport> {
    let report = |gap: crate::problem::Gap| GapReport {
        code: gap.kind.code(),
        scope: scope.to_owned(),
        why: gap.why,
        count: gap.count,
        first: gap.first.to_json_text().into_owned(),
        incomplete: gap.kind.makes_incomplete(),
    };
    gaps.list().into_iter().map(report).collect()
}

fn repository(
    filter: &Filter<'_>,
    at: usize,
    of_all: &SurvivalReport,
) -> RepositoryReport {
    let facts = &filter.scope.repositories[at];
    let lives = match filter.scope.repositories {
        [_] => of_all.clone(),
        _ => survival::report(filter, |number, _| number == at),
    };
    let landing =
        |landing: Option<&crate::facts::Landing>| rfc3339(landing.map(|one| one.time));
    RepositoryReport {
        path: facts.path.to_json_text().into_owned(),
        branch: facts.branch.to_json_text().into_owned(),
        tip: facts.tip.map(|tip| tip.to_string()),
        as_of: rfc3339(facts.as_of),
        commits: len_to_u64(facts.commits.len()),
        landings: len_to_u64(facts.mainline.len()),
        landings_by_event: facts.landings_by_event,
        squashes: facts.squashes,
        first_landing: landing(facts.mainline.first()),
        last_landing: landing(facts.mainline.last()),
        lines: lines(facts.lifetimes.iter().filter(|one| filter.takes(at, one))),
        late_entries: filter.since.map(|_| {
            lines(facts.lifetimes.iter().filter(|one| filter.enters_late(at, one)))
        }),
        survival: lives.survival,
        survival_by_change: lives.survival_by_change,
        half_life: lives.half_life,
        mean_life: lives.mean_life,
        churn: lives.churn,
        sensitivity: lives.sensitivity,
        deaths_by_cause: tally(facts, |one| {
            Some(one.death?.1.as_str()).filter(|_| filter.watches(at, one))
        }),
        births_by_kind: tally(facts, |one| {
            Some(one.kind.as_str()).filter(|_| filter.takes(at, one))
        }),
        commits_by_ai_class: ai_classes(facts),
        commits_by_tool: tools(facts),
        definitions: facts.definitions.clone(),
        duplication: duplication::report(facts),
        functions: functions::report(facts),
        blobs: facts.blobs,
        work: WorkReport {
            versions: facts.work.versions,
            versions_parsed: facts.work.versions_parsed,
            records: facts.work.records,
            bytes_compared: facts.work.bytes_compared,
            lines_hashed: facts.work.lines_hashed,
        },
    }
}

fn lines<'l>(lifetimes: impl Iterator<Item = &'l LifetimeFacts>) -> LinesReport {
    let mut sum = LinesReport::default();
    lifetimes.for_each(|lifetime| sum.add(lifetime));
    sum
}

fn tally(
    facts: &Facts,
    name: impl Fn(&LifetimeFacts) -> Option<&'static str>,
) -> BTreeMap<&'static str, u64> {
    let mut sums = BTreeMap::new();
    for lifetime in &facts.lifetimes {
        if let Some(name) = name(lifetime) {
            *sums.entry(name).or_insert(0) += lifetime.lines;
        }
    }
    sums
}

fn ai_classes(facts: &Facts) -> BTreeMap<&'static str, u64> {
    let mut classes = BTreeMap::new();
    for commit in &facts.commits {
        *classes.entry(commit.provenance.class.as_str()).or_insert(0) += 1;
    }
    classes
}

fn tools(facts: &Facts) -> BTreeMap<String, u64> {
    let mut tools = BTreeMap::new();
    let marked = facts.commits.iter().filter(|one| one.provenance.class.is_marked());
    for tool in marked.flat_map(|commit| &commit.provenance.tools) {
        *tools.entry(tool.clone()).or_insert(0) += 1;
    }
    tools
}

fn composition(filter: &Filter<'_>) -> Vec<YearReport> {
    let mut years: BTreeMap<i16, (u64, u64)> = BTreeMap::new();
    for (repository, lifetime) in filter.scope.lifetimes() {
        if !filter.takes(repository, lifetime) {
            continue;
        }
        let facts = &filter.scope.repositories[repository];
        let Some(time) = crate::cohorts::landing_time(facts, lifetime) else { continue };
        let Some(year) = time.year() else { continue };
        let (landed, alive) = years.entry(year).or_default();
        *landed += lifetime.lines;
        if lifetime.death.is_none() {
            *alive += lifetime.lines;
        }
    }
    let to_report = |(year, (landed, alive))| YearReport { year, landed, alive };
    years.into_iter().map(to_report).collect()
}

/// The names of the cohorts.
const MARKED: &str = "AI-marked";
const UNMARKED: &str = "unmarked";

/// AI-marked and unmarked lines side by side. Bulk events are in neither.
fn cohorts(filter: &Filter<'_>) -> (Vec<CohortReport>, ComparisonReport) {
    let scope = filter.scope;
    let is_in = |wanted: bool| {
        move |at: usize, one: &LifetimeFacts| {
            !scope.is_bulk(at, one) && scope.repositories[at].is_ai_marked(one) == wanted
        }
    };
    let [marked, unmarked] = [true, false].map(|wanted| {
        scope.cohort(filter.view(Reading::Exact), |at, one| {
            filter.watches(at, one) && is_in(wanted)(at, one)
        })
    });
    // A cohort of nobody has nothing to say of anybody.
    let people: Vec<&BTreeSet<IdentityId>> = [&marked, &unmarked]
        .into_iter()
        .filter(|cohort| !cohort.lifespans.is_empty())
        .map(|cohort| &cohort.people)
        .collect();
    let is_shown = people.len() < 2 || small_groups::divide(&people).1.is_empty();
    let survival = |wanted: bool| match survival::report(filter, is_in(wanted)) {
        survival if is_shown => survival,
        survival => survival.withheld(),
    };
    let reports = vec![
        CohortReport {
            name: MARKED,
            about: "lines that a record gives to an agent; and, where none speaks of them, lines of commits, \
                    or of pull requests, that name an AI author, co-author, session or helper",
            survival: survival(true),
        },
        CohortReport {
            name: UNMARKED,
            about: "all other lines; unmarked is not human",
            survival: survival(false),
        },
    ];
    let overlap = overlap::report(filter, |at, one| {
        let is_bulk = scope.is_bulk(at, one);
        (!is_bulk).then(|| scope.repositories[at].is_ai_marked(one))
    });
    let comparison =
        comparison::report((MARKED, &marked), (UNMARKED, &unmarked), Some(overlap));
    (reports, if is_shown { comparison } else { comparison.withheld() })
}

/// Changes that bring in so much that they are imports rather than work.
fn bulk(filter: &Filter<'_>) -> BulkReport {
    let scope = filter.scope;
    let in_bulk = scope
        .lifetimes()
        .filter(|(at, one)| filter.takes(*at, one) && scope.is_bulk(*at, one));
    BulkReport {
        more_than_lines: crate::cohorts::BULK_LINES,
        changes: scope.n_bulk(),
        lines: in_bulk.map(|(_, one)| one.lines).sum(),
    }
}

/// How many areas are listed.
const MOST_AREAS: usize = 12;

fn areas(filter: &Filter<'_>) -> Vec<AreaReport> {
    let mut births: BTreeMap<(usize, Vec<u8>), u64> = BTreeMap::new();
    for (repository, lifetime) in filter.scope.lifetimes() {
        if filter.takes(repository, lifetime) && lifetime.death.is_none() {
            let area = area(&filter.scope.repositories[repository], lifetime);
            *births.entry((repository, area.to_vec())).or_insert(0) += lifetime.lines;
        }
    }
    let mut largest: Vec<_> = births.into_iter().collect();
    largest.sort_by_key(|(key, lines)| (std::cmp::Reverse(*lines), key.clone()));
    largest.truncate(MOST_AREAS);
    let cohorts = filter.scope.cohorts_by(filter.view(Reading::Exact), |at, one| {
        let facts = &filter.scope.repositories[at];
        filter.watches(at, one).then(|| (at, area(facts, one)))
    });
    let shown = shown_areas(&cohorts);
    let nothing = Cohort::default();
    largest
        .into_iter()
        .filter_map(|((at, name), _)| {
            let key = (at, name.as_slice());
            let cohort = cohorts.get(&key).unwrap_or(&nothing);
            area_report(filter, key, cohort, shown.contains(&key))
        })
        .collect()
}

/// The areas of which may be said what became of their lines. One that is all of its
/// repository says no more than that.
fn shown_areas<'f>(
    cohorts: &BTreeMap<(usize, &'f [u8]), Cohort>,
) -> BTreeSet<(usize, &'f [u8])> {
    let keys: Vec<&(usize, &[u8])> = cohorts.keys().collect();
    let groups: Vec<(usize, &BTreeSet<IdentityId>)> =
        cohorts.iter().map(|((at, _), cohort)| (*at, &cohort.people)).collect();
    let (mut shown, _) = small_groups::divide_within(&groups);
    let is_alone = |at: usize| keys.iter().filter(|key| key.0 == keys[at].0).count() == 1;
    shown.extend((0..keys.len()).filter(|&at| is_alone(at)));
    shown.into_iter().map(|at| *keys[at]).collect()
}

fn area<'f>(facts: &'f Facts, lifetime: &LifetimeFacts) -> &'f [u8] {
    let path = facts.paths[lifetime.path as usize].bytes();
    crate::file_class::area_of(path)
}

fn area_report(
    filter: &Filter<'_>,
    (at, name): (usize, &[u8]),
    cohort: &Cohort,
    is_shown: bool,
) -> Option<AreaReport> {
    let facts = &filter.scope.repositories[at];
    let inside = |one: &&LifetimeFacts| filter.takes(at, one) && area(facts, one) == name;
    let survival = survival::points(cohort, &[90], Weighting::Lines);
    let survival_90 = survival.into_values().next()?;
    Some(AreaReport {
        repository: facts.path.to_json_text().into_owned(),
        area: String::from_utf8_lossy(name).into_owned(),
        lines: lines(facts.lifetimes.iter().filter(inside)),
        survival_90: if is_shown { survival_90 } else { survival_90.withheld() },
    })
}

fn judge(inputs: &Inputs<'_>) -> (AssociationReport, Verdict) {
    let (scope, panel, own) = (inputs.scope, inputs.panel.as_ref(), inputs.own);
    let blobs = blob_coverage(scope);
    let evidence = panel.map_or_else(Evidence::default, |panel| evidence(panel, blobs));
    let mut gates = verdict::gates(&evidence);
    if let Some(panel) = panel {
        show_coverage(&mut gates, spend::spend_coverage(panel, own));
        show_weeks(&mut gates, Grain::of_weeks(panel, own));
    }
    let judged = association::report(panel, gates, own);
    let Some((panel, decision)) = panel.zip(judged.decision) else {
        let verdict = if inputs.usage.is_some() {
            verdict::not_computable(
                "no one measure (billed dollars, list dollars, tokens) is in 95% of the records, or none is dated in the time looked at",
                "exports with a day and the same kind of amount for each record",
            )
        } else {
            verdict::not_computable(
                "no usage export was given, so nothing is known of the spend",
                "an export of AI usage, given with --usage",
            )
        };
        return (judged.report, verdict);
    };
    let mut report = judged.report;
    report.reasons = decision.reasons.iter().map(verdict::in_words).collect();
    let shown = said(scope, panel, &report);
    let verdict = verdict::from_decision(&report.gates, &decision, &shown);
    (report, verdict)
}

/// What a verdict names, as coarsely as it is shown.
fn said(scope: &Scope<'_>, panel: &Panel, report: &AssociationReport) -> Said {
    let monday = |week: Option<&crate::units::IsoWeek>| {
        week.and_then(|week| week.monday().to_iso()).unwrap_or_default()
    };
    let numbers = |one: &EstimateReport| Numbers {
        value: one.value,
        low: one.low,
        high: one.high,
        mde: one.mde,
    };
    let check = |id: &str| {
        let line = report.checks.iter().find(|line| line.id == id)?;
        line.estimate.value
    };
    Said {
        repositories: scope.repositories.len(),
        period: panel.mature_period().map_or_else(Default::default, |(first, last)| {
            (monday(Some(&first)), monday(Some(&last)))
        }),
        scale: spend::scale(panel.measure),
        people: report.n_people,
        weeks: report.n_weeks,
        days: report.window_days,
        is_negative: report.is_negative,
        rank: numbers(&report.rank_association),
        elasticity: numbers(&report.elasticity),
        bound: report.equivalence_bound,
        placebo: check("placebo_beside_spend"),
        unattributed: spend::unattributed(panel),
    }
}

/// Shows coverage as coarsely as all figures of spend, on the side of the gate that it is
/// on.
fn show_coverage(gates: &mut [verdict::Gate], shown: Option<f64>) {
    let coverage = gates.iter_mut().find(|gate| gate.id == verdict::SPEND_COVERAGE);
    let Some(gate) = coverage else { return };
    gate.found = shown.map(|shown| {
        if gate.passed { shown.max(gate.needed) } else { shown.min(gate.needed - 0.01) }
    });
}

/// Shows numbers of person-weeks as coarsely, likewise; and a whole number of effective
/// people.
fn show_weeks(gates: &mut [verdict::Gate], weeks: Grain) {
    for gate in gates {
        let Some(found) = gate.found else { continue };
        let shown = match (gate.id, weeks.step()) {
            (_, None) => found,
            ("effective_people", _) => found.round(),
            ("follow_up" | "person_weeks", Some(step)) => {
                // Steps of weeks are small numbers, exact as floating point.
                let step = i32::try_from(step).map_or(1.0, f64::from);
                (found / step).round() * step
            }
            _ => found,
        };
        gate.found = Some(if gate.passed {
            shown.max(gate.needed)
        } else {
            shown.min(gate.needed - 1.0).max(0.0)
        });
    }
}

fn blob_coverage(scope: &Scope<'_>) -> Option<f64> {
    let sum = |of: fn(&Coverage) -> u64| {
        scope.repositories.iter().map(|facts| of(&facts.blobs)).sum()
    };
    Coverage { wanted: sum(|one| one.wanted), found: sum(|one| one.found) }.share()
}

fn evidence(panel: &Panel, blob_coverage: Option<f64>) -> Evidence {
    let mut weeks: BTreeMap<IdentityId, u64> = BTreeMap::new();
    let mut lines: BTreeMap<IdentityId, u64> = BTreeMap::new();
    let mut with_spend = 0;
    for (person, _, cell) in panel.mature() {
        *weeks.entry(person).or_insert(0) += 1;
        *lines.entry(person).or_insert(0) += cell.lines.landed;
        with_spend += u64::from(cell.spend > 0);
    }
    let sizes: Vec<f64> = lines.values().map(|lines| count_to_f64(*lines)).collect();
    let total: f64 = sizes.iter().sum();
    let largest = sizes.iter().copied().fold(0.0, f64::max);
    let squares: f64 = sizes.iter().map(|size| size * size).sum();
    let enough = weeks.values().filter(|weeks| **weeks >= verdict::NEEDED_WEEKS);
    Evidence {
        people_with_8_weeks: len_to_u64(enough.count()),
        weeks_with_spend: with_spend,
        effective_people: (squares > 0.0).then(|| total * total / squares),
        spend_coverage: panel.spend_coverage(),
        blob_coverage,
        largest_share: (total > 0.0).then(|| largest / total),
        mature_weeks: weeks.values().sum(),
    }
}

#[cfg(test)]
mod few_people_tests;
