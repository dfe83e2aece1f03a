//! The lines that a figure is made of, and what each weighs in it.

use std::collections::BTreeMap;

use crate::cohorts::{self, Reading, Scope, View};
use crate::explain::commit;
use crate::explain::id::CohortName;
use crate::facts::{Facts, LifetimeFacts};
use crate::file_class::area_of;
use crate::lines::instances::DeathCause;
use crate::stats::{Curve, Lifespan, kaplan_meier};
use crate::units::{Timestamp, count_to_f64, seconds_to_days};

use super::FigureLines;

/// Which lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cohort<'c> {
    /// What they have in common.
    pub(super) name: &'c CohortName,
    /// The only repository they are in, if so.
    pub(super) only: Option<usize>,
    /// When observation begins.
    pub(super) since: Option<Timestamp>,
}

/// A mainline commit of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The place of the repository.
    pub(super) repository: usize,
    /// The number of the mainline commit.
    pub(super) landing: u32,
}

/// Lines that share everything, and how long they were seen to live.
#[derive(Debug, Clone, Copy)]
struct Row {
    span: Lifespan,
    landing: Place,
    death: Option<(Place, DeathCause)>,
    /// The share of the cohort that one of them takes along when it dies; 0 for those
    /// that do not by the age looked at.
    weight: f64,
}

/// Sums over lines.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sum {
    /// Lines.
    pub(super) lines: u64,
    /// Those that died by the age.
    pub(super) died: u64,
    /// The share of the cohort that is gone by that.
    pub(super) share: f64,
}

/// The lines of a cohort.
#[derive(Debug)]
pub(super) struct Parts<'f> {
    pub(super) repositories: &'f [Facts],
    rows: Vec<Row>,
    age_days: f64,
    curve: Curve,
}

impl<'f> Parts<'f> {
    /// Takes the lines of a cohort as the report takes them: those that count, as far as
    /// they were seen.
    pub(super) fn of(scope: &Scope<'f>, cohort: &Cohort<'_>, days: u32) -> Self {
        let view = View { since: cohort.since, reading: Reading::Exact };
        let is_in = |at: usize, one: &LifetimeFacts| {
            cohort.only.is_none_or(|only| only == at)
                && is_in(scope, cohort.name, at, one)
        };
        let all = scope.lifetimes().filter(|(at, one)| is_in(*at, one));
        let mut rows: Vec<Row> = all
            .filter_map(|(at, one)| row(scope.repositories, (at, one), view))
            .collect();
        let spans: Vec<Lifespan> = rows.iter().map(|row| row.span).collect();
        let curve = kaplan_meier(&spans);
        let age_days = f64::from(days);
        for row in rows.iter_mut().filter(|row| has_died(&row.span, age_days)) {
            row.weight = weight(&curve, row.span.exit_days);
        }
        Self { repositories: scope.repositories, rows, age_days, curve }
    }

    /// The share still there at the age.
    pub(super) fn survival(&self) -> f64 {
        self.curve.at(self.age_days)
    }

    /// The lines by what is known of them at the age.
    pub(super) fn lines(&self) -> FigureLines {
        let mut lines = FigureLines::default();
        for Row { span, .. } in &self.rows {
            lines.cohort += span.lines;
            let part = if has_died(span, self.age_days) {
                &mut lines.died
            } else if span.exit_days < self.age_days {
                &mut lines.left
            } else if span.is_at_risk(self.age_days) {
                &mut lines.outlived
            } else {
                &mut lines.entered_later
            };
            *part += span.lines;
        }
        lines
    }

    /// Lines that died, and that were last seen alive, above one age up to another.
    pub(super) fn between(&self, from_days: u32, to_days: u32) -> (u64, u64) {
        let (from, to) = (f64::from(from_days), f64::from(to_days));
        let is_within = |age: f64| (age > from || from_days == 0) && age <= to;
        let within = self.rows.iter().filter(|row| is_within(row.span.exit_days));
        within.fold((0, 0), |(died, left), Row { span, .. }| match span.died {
            true => (died + span.lines, left),
            // Who is seen at the very age that is asked about outlives it.
            false if span.exit_days < self.age_days => (died, left + span.lines),
            false => (died, left),
        })
    }

    /// Sums by the commit that brought lines in.
    pub(super) fn by_landing(&self) -> BTreeMap<Place, Sum> {
        self.sums(|row| Some(row.landing))
    }

    /// Sums by the commit at which lines died by the age.
    pub(super) fn by_death(&self) -> BTreeMap<Place, Sum> {
        self.sums(|row| Some(row.death.filter(|_| self.counts(row))?.0))
    }

    /// Sums of lines that died by the age, by cause.
    pub(super) fn by_cause(&self) -> BTreeMap<DeathCause, Sum> {
        self.sums(|row| Some(row.death.filter(|_| self.counts(row))?.1))
    }

    fn counts(&self, row: &Row) -> bool {
        has_died(&row.span, self.age_days)
    }

    fn sums<K: Ord>(&self, key: impl Fn(&Row) -> Option<K>) -> BTreeMap<K, Sum> {
        let mut sums: BTreeMap<K, Sum> = BTreeMap::new();
        for row in &self.rows {
            let Some(key) = key(row) else { continue };
            let sum = sums.entry(key).or_default();
            sum.lines += row.span.lines;
            if self.counts(row) {
                sum.died += row.span.lines;
                sum.share += row.weight * count_to_f64(row.span.lines);
            }
        }
        sums
    }

    /// The share still there, had this landing not been.
    pub(super) fn without_landing(&self, landing: Place) -> f64 {
        let others = self.rows.iter().filter(|row| row.landing != landing);
        let spans: Vec<Lifespan> = others.map(|row| row.span).collect();
        kaplan_meier(&spans).at(self.age_days)
    }

    /// The share still there, had the lines that died at a commit been last seen then.
    pub(super) fn without_death(&self, place: Place) -> f64 {
        let is_here = |row: &Row| row.death.is_some_and(|(death, _)| death == place);
        let span =
            |row: &Row| Lifespan { died: row.span.died && !is_here(row), ..row.span };
        let spans: Vec<Lifespan> = self.rows.iter().map(span).collect();
        kaplan_meier(&spans).at(self.age_days)
    }
}

fn has_died(span: &Lifespan, age_days: f64) -> bool {
    span.died && span.exit_days <= age_days
}

/// The curve just before an age, shared among the lines at risk at it.
fn weight(curve: &Curve, age_days: f64) -> f64 {
    let at = curve.steps.partition_point(|step| step.age_days < age_days);
    let before = at.checked_sub(1).map_or(1.0, |last| curve.steps[last].survival);
    before / count_to_f64(curve.steps[at].at_risk)
}

fn is_in(
    scope: &Scope<'_>,
    cohort: &CohortName,
    at: usize,
    lifetime: &LifetimeFacts,
) -> bool {
    let facts = &scope.repositories[at];
    let is_marked = || facts.is_ai_marked(lifetime);
    commit::counts(facts, lifetime)
        && match cohort {
            CohortName::All => true,
            CohortName::AiMarked => !scope.is_bulk(at, lifetime) && is_marked(),
            CohortName::Unmarked => !scope.is_bulk(at, lifetime) && !is_marked(),
            CohortName::Area(area) => {
                area_of(facts.paths[lifetime.path as usize].bytes()) == area.bytes()
            }
        }
}

fn row(
    repositories: &[Facts],
    (repository, lifetime): (usize, &LifetimeFacts),
    view: View,
) -> Option<Row> {
    let seen = cohorts::seen(&repositories[repository], lifetime, view)?;
    let place = |landing: u32| Place { repository, landing };
    Some(Row {
        span: Lifespan {
            entry_days: seconds_to_days(seen.from),
            exit_days: seconds_to_days(seen.to),
            died: seen.died,
            lines: lifetime.lines,
            cluster: 0,
            change: 0,
        },
        landing: place(lifetime.landing),
        death: lifetime.death.map(|(death, cause)| (place(death), cause)),
        weight: 0.0,
    })
}
