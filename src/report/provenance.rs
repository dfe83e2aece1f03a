//! What is known of AI in commits and lines: the marks, how they change with time, what
//! squashes lose of them, and how much they miss where something better is known.
//!
//! A commit without a mark is not human. So each comparison of marked and unmarked code
//! comes with the recall of the marks, as far as it can be measured here.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::filter::Filter;
use super::small_groups::LEAST_PEOPLE;
use crate::cohorts::CommitRef;
use crate::facts::{CommitFacts, Facts, RecordFacts};
use crate::history::CommitIdx;
use crate::identity::IdentityId;
use crate::provenance::{AiClass, EvidenceLevel};
use crate::units::{Timestamp, UtcDay, count_to_f64, len_to_u32, len_to_u64};

/// Why a rate of marks is no rate of use.
const MARKS_CHANGE: &str = "Tools change the marks they leave, and people switch them off: a change in \
                            this rate is not a change in use.";

/// What is known of AI in commits and lines.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProvenanceReport {
    /// Commits of the time looked at, without merges and without those that are here only
    /// as commits of pull requests.
    pub commits: u64,
    /// Commits by class, by all evidence there is.
    pub by_class: BTreeMap<&'static str, u64>,
    /// The same by author, committer and message alone.
    pub by_class_of_marks: BTreeMap<&'static str, u64>,
    /// Commits by the AI tools that took part.
    pub by_tool: BTreeMap<String, u64>,
    /// Commits by the models that are named.
    pub by_model: BTreeMap<String, u64>,
    /// AI-marked commits that name a model.
    pub with_model: u64,
    /// Commits by month of the committer's date.
    pub by_month: Vec<MonthReport>,
    /// What a rate of marks does not say.
    pub about_rates: &'static str,
    /// Landed lines that count, by how strong what is known of who wrote them is.
    pub lines_by_level: BTreeMap<&'static str, u64>,
    /// What squashes did to marks; `None` where no head of a pull request is here.
    pub squashes: Option<SquashedMarks>,
    /// What records say of lines; `None` without records of lines.
    pub records: Option<RecordsReport>,
    /// Records of lines of commits that are neither on this branch nor in a pull request
    /// whose head is here.
    pub records_elsewhere: u64,
    /// How much of what records know the marks show.
    pub recall: RecallReport,
    /// How often people who used AI on a day left a mark on what they wrote that day.
    pub days: Option<DaysReport>,
    /// Files that show that tools are configured: context, and evidence for no commit.
    pub signals: Vec<SignalReport>,
    /// What should be known before marked and unmarked code are compared.
    pub warnings: Vec<String>,
}

/// Marks in a month.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MonthReport {
    /// `2026-01`.
    pub month: String,
    /// Commits that are no bot's.
    pub commits: u64,
    /// Those of them with a mark of their own.
    pub marked: u64,
}

/// What squashes did to marks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct SquashedMarks {
    /// Squashed pull requests whose commits are here.
    pub pull_requests: u64,
    /// Those with a marked commit.
    pub with_marks: u64,
    /// Those of these whose squash has no mark.
    pub lost: u64,
    /// Those of these whose squash has one, though not all of the commits do.
    pub claims_too_much: u64,
    /// Squashes with a mark, though no commit of theirs has one.
    pub gained: u64,
    /// Commits of pull requests with a marked commit.
    pub commits: u64,
    /// Those of them that are marked.
    pub marked_commits: u64,
}

/// What records say of lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct RecordsReport {
    /// Commits with a record of lines.
    pub commits: u64,
    /// Lines that records list as an agent's, whoever added them.
    pub listed_ai: u64,
    /// Lines that those commits added.
    pub added: u64,
    /// Those of them that are an agent's.
    pub ai: u64,
    /// Those of them that are a person's.
    pub human: u64,
    /// Share of the listed lines that their commits added.
    pub precision: Option<f64>,
    /// Share of the added lines that records speak of.
    pub coverage: Option<f64>,
}

/// How much of what records know the marks show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct RecallReport {
    /// Commits in which a record gives lines to an agent.
    pub commits: u64,
    /// Those of them that carry a mark of their own.
    pub marked_commits: u64,
    /// Share of these commits that do.
    pub of_commits: Option<f64>,
    /// Lines that records give to an agent.
    pub ai_lines: u64,
    /// Those of them in marked commits.
    pub marked_lines: u64,
    /// Share of these lines.
    pub of_lines: Option<f64>,
    /// Why it cannot be measured.
    pub reason: Option<&'static str>,
}

/// How often people who used AI on a day left a mark on what they wrote that day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct DaysReport {
    /// People behind these days; `None` where they are fewer than five.
    pub n_people: Option<u64>,
    /// Days of people with usage, by exports that speak of single days, and with commits.
    pub with_commits: Option<u64>,
    /// Those of these with a marked commit.
    pub with_marks: Option<u64>,
    /// Share of days with usage and commits on which no commit is marked.
    pub unmarked_share: Option<f64>,
    /// Why it is not shown.
    pub reason: Option<&'static str>,
}

/// Files that show that a tool is configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignalReport {
    /// The repository.
    pub repository: String,
    /// The rule.
    pub signal: String,
    /// How many such files stand at the tip.
    pub files: u64,
    /// When the first of them landed.
    pub since: Option<String>,
}

/// A commit with its repository.
type Placed<'f> = (usize, CommitIdx, &'f CommitFacts);

/// Makes the report. `days` are those on which people used AI.
pub(super) fn report(
    filter: &Filter<'_>,
    days: &BTreeSet<(IdentityId, UtcDay)>,
    own: bool,
) -> ProvenanceReport {
    let commits = commits(filter);
    let squashes = squashed_marks(&commits);
    // Records may be of the commits of a pull request, which are here as those alone.
    let recorded = recorded(filter);
    let records = records(&recorded);
    let recall = recall(&recorded);
    let is_in = |day: &&(IdentityId, UtcDay)| {
        filter.since.is_none_or(|since| day.1 >= since.day())
    };
    let days: BTreeSet<(IdentityId, UtcDay)> =
        days.iter().filter(is_in).copied().collect();
    let days = (!days.is_empty()).then(|| spend_days(filter, &commits, &days, own));
    let mut report = ProvenanceReport {
        commits: len_to_u64(commits.len()),
        by_class: tally(&commits, |one| vec![one.provenance.class.as_str()]),
        by_class_of_marks: tally(&commits, |one| vec![one.provenance.by_marks.as_str()]),
        by_tool: named(&commits, |one| &one.provenance.tools),
        by_model: named(&commits, |one| &one.provenance.models),
        with_model: len_to_u64(
            commits.iter().filter(|one| is_marked(one.2) && names_model(one.2)).count(),
        ),
        by_month: months(&commits),
        about_rates: MARKS_CHANGE,
        lines_by_level: lines_by_level(filter),
        squashes,
        records,
        records_elsewhere: filter
            .scope
            .repositories
            .iter()
            .map(|facts| facts.records_elsewhere)
            .sum(),
        recall,
        days,
        signals: signals(filter.scope.repositories),
        warnings: Vec::new(),
    };
    report.warnings = warnings(&report, filter.scope.repositories);
    report
}

/// The commits that speak for themselves.
fn commits<'f>(filter: &Filter<'f>) -> Vec<Placed<'f>> {
    let repositories = filter.scope.repositories.iter().enumerate();
    let is_in = |one: &CommitFacts| one.pull.is_none() && speaks(filter, one);
    repositories
        .flat_map(|(at, facts)| {
            let numbered = facts.commits.iter().enumerate();
            numbered.map(move |(number, one)| (at, CommitIdx(len_to_u32(number)), one))
        })
        .filter(|(_, _, one)| is_in(one))
        .collect()
}

/// The commits of the time looked at that records speak of.
fn recorded<'f>(filter: &Filter<'f>) -> Vec<&'f CommitFacts> {
    let all = filter.scope.repositories.iter().flat_map(|facts| &facts.commits);
    all.filter(|one| one.record.is_some() && speaks(filter, one)).collect()
}

/// Whether a commit is of the time looked at, and no merge: those speak for others.
fn speaks(filter: &Filter<'_>, one: &CommitFacts) -> bool {
    let is_recent =
        |since: Timestamp| one.committer_time.is_some_and(|time| time >= since);
    one.parents.len() < 2 && filter.since.is_none_or(is_recent)
}

fn is_marked(one: &CommitFacts) -> bool {
    one.provenance.class.is_marked()
}

fn names_model(one: &CommitFacts) -> bool {
    !one.provenance.models.is_empty()
}

fn tally<'f, K: Ord>(
    commits: &[Placed<'f>],
    keys: impl Fn(&'f CommitFacts) -> Vec<K>,
) -> BTreeMap<K, u64> {
    let mut counts = BTreeMap::new();
    for key in commits.iter().flat_map(|one| keys(one.2)) {
        *counts.entry(key).or_insert(0) += 1;
    }
    counts
}

fn named<'f>(
    commits: &[Placed<'f>],
    names: impl Fn(&'f CommitFacts) -> &'f Vec<String>,
) -> BTreeMap<String, u64> {
    let of = |one: &'f CommitFacts| {
        if is_marked(one) { names(one).clone() } else { Vec::new() }
    };
    tally(commits, of)
}

fn months(commits: &[Placed<'_>]) -> Vec<MonthReport> {
    let mut months: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for (_, _, one) in commits {
        let day = one.committer_time.map(Timestamp::day).and_then(UtcDay::to_iso);
        let Some(month) = day.as_deref().and_then(|day| day.get(..7)) else { continue };
        if one.provenance.class == AiClass::Bot {
            continue;
        }
        let counts = months.entry(month.to_owned()).or_default();
        counts.0 += 1;
        counts.1 += u64::from(one.provenance.by_marks.is_marked());
    }
    let row = |(month, (commits, marked))| MonthReport { month, commits, marked };
    months.into_iter().map(row).collect()
}

fn lines_by_level(filter: &Filter<'_>) -> BTreeMap<&'static str, u64> {
    let mut lines = BTreeMap::new();
    for (at, one) in filter.scope.lifetimes().filter(|(at, one)| filter.takes(*at, one)) {
        let level: EvidenceLevel = filter.scope.repositories[at].evidence_level(one);
        *lines.entry(level.as_str()).or_insert(0) += one.lines;
    }
    lines
}

fn squashed_marks(commits: &[Placed<'_>]) -> Option<SquashedMarks> {
    let mut sum = SquashedMarks::default();
    for (_, _, one) in commits {
        let Some(pull) = one.pulled else { continue };
        let is_marked = one.provenance.by_marks.is_marked();
        sum.pull_requests += 1;
        if pull.by_marks == 0 {
            sum.gained += u64::from(is_marked);
            continue;
        }
        sum.with_marks += 1;
        sum.lost += u64::from(!is_marked);
        sum.claims_too_much += u64::from(is_marked && pull.by_marks < pull.commits);
        sum.commits += pull.commits;
        sum.marked_commits += pull.by_marks;
    }
    (sum.pull_requests > 0).then_some(sum)
}

fn records(commits: &[&CommitFacts]) -> Option<RecordsReport> {
    let mut sum = RecordsReport::default();
    let records = commits.iter().filter_map(|one| one.record.as_ref());
    for record in records.filter(|record| record.of_lines) {
        sum.commits += 1;
        sum.listed_ai += record.listed_ai;
        sum.added += record.written;
        sum.ai += record.ai;
        sum.human += record.human;
    }
    sum.precision = share(sum.ai, sum.listed_ai);
    sum.coverage = share(sum.ai + sum.human, sum.added);
    (sum.commits > 0).then_some(sum)
}

fn share(part: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| count_to_f64(part) / count_to_f64(all))
}

fn recall(commits: &[&CommitFacts]) -> RecallReport {
    let mut sum = RecallReport::default();
    for one in commits {
        let is_own = |record: &&RecordFacts| record.ai > 0 && !found_by_mark(record);
        let Some(record) = one.record.as_ref().filter(is_own) else { continue };
        let is_marked = one.provenance.by_marks.is_marked();
        sum.commits += 1;
        sum.ai_lines += record.ai;
        if is_marked {
            sum.marked_commits += 1;
            sum.marked_lines += record.ai;
        }
    }
    sum.of_commits = share(sum.marked_commits, sum.commits);
    sum.of_lines = share(sum.marked_lines, sum.ai_lines);
    let has_others =
        || commits.iter().any(|one| one.record.as_ref().is_some_and(found_by_mark));
    sum.reason = (sum.commits == 0).then(|| match has_others() {
        true => "the records here are found by the marks themselves",
        false => "no record says of any line here that an agent wrote it",
    });
    sum
}

/// Whether a record is found by a mark in the message, so that it cannot tell what marks
/// miss.
fn found_by_mark(record: &RecordFacts) -> bool {
    record.record.starts_with("entire.")
}

fn spend_days(
    filter: &Filter<'_>,
    commits: &[Placed<'_>],
    days: &BTreeSet<(IdentityId, UtcDay)>,
    own: bool,
) -> DaysReport {
    let mut marked: BTreeMap<(IdentityId, UtcDay), bool> = BTreeMap::new();
    for &(repository, commit, one) in commits {
        let person = filter.scope.person(CommitRef { repository, commit });
        let Some(key) = person.zip(one.author_time.map(Timestamp::day)) else { continue };
        *marked.entry(key).or_default() |= one.provenance.by_marks.is_marked();
    }
    let with_commits: BTreeMap<&(IdentityId, UtcDay), bool> =
        days.iter().filter_map(|day| Some((day, *marked.get(day)?))).collect();
    // Those who did not commit say nothing here, and stand before nobody.
    let people: BTreeSet<IdentityId> = with_commits.keys().map(|day| day.0).collect();
    let all = len_to_u64(with_commits.len());
    let with_marks = len_to_u64(with_commits.values().filter(|marked| **marked).count());
    if people.len() < LEAST_PEOPLE && !own {
        let reason = Some("fewer than five people committed on days with usage");
        return DaysReport { reason, ..DaysReport::default() };
    }
    DaysReport {
        n_people: Some(len_to_u64(people.len())),
        with_commits: Some(all),
        with_marks: Some(with_marks),
        unmarked_share: share(all - with_marks, all),
        reason: (all == 0).then_some("nobody committed on a day with usage"),
    }
}

fn signals(repositories: &[Facts]) -> Vec<SignalReport> {
    let row = |facts: &Facts, one: &crate::facts::SignalFacts| SignalReport {
        repository: facts.path.to_json_text().into_owned(),
        signal: one.rule.clone(),
        files: one.files,
        since: one
            .since
            .and_then(|landing| facts.mainline[landing as usize].time.to_rfc3339()),
    };
    let of = |facts| {
        let facts: &Facts = facts;
        facts.signals.iter().map(move |one| row(facts, one))
    };
    repositories.iter().flat_map(of).collect()
}

/// What should be known before marked and unmarked code are compared.
fn warnings(report: &ProvenanceReport, repositories: &[Facts]) -> Vec<String> {
    const FEW_MARKS: f64 = 0.05;
    const LEAST_COMMITS: u64 = 20;
    let mut warnings = Vec::new();
    for facts in repositories {
        if let Some(how) = &facts.marks_off {
            let path = facts.path.to_json_text();
            warnings.push(format!("A tool is told to leave no marks in {path}: {how}."));
        }
    }
    let marked: u64 = report
        .by_class
        .iter()
        .filter(|(class, _)| {
            matches!(**class, "authored" | "coauthored" | "mixed" | "assisted")
        })
        .map(|(_, n)| n)
        .sum();
    let is_configured = report.signals.iter().any(|signal| signal.files > 0);
    if is_configured
        && share(marked, report.commits).is_some_and(|share| share < FEW_MARKS)
    {
        let text = "AI tools are configured here, and fewer than 5 % of the commits are marked: \
                    marks are probably left out, and unmarked code probably holds much of AI.";
        warnings.push(text.to_owned());
    }
    let is_measured = report.recall.commits >= LEAST_COMMITS;
    if is_measured && report.recall.of_lines.is_some_and(|recall| recall < 0.8) {
        let text = "Where it is known who wrote lines, the marks miss more than a fifth of those \
                    of agents: a difference between marked and unmarked code is understated.";
        warnings.push(text.to_owned());
    }
    warnings
}
