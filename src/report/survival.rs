//! Survival as it is reported: each number with its window, n, effective clusters, and
//! its interval or the reason why there is none.

use std::collections::BTreeMap;

use serde::Serialize;

use super::churn::{self, ChurnReport};
use super::filter::Filter;
use super::small_groups::FEW_PEOPLE;
use crate::cohorts::{Cohort, Reading};
use crate::facts::LifetimeFacts;
use crate::stats::{
    self, Curve, HORIZONS_DAYS, HalfLife, Lifespan, Support, SurvivalAt, Weighting,
    WhyNone, kaplan_meier, largest_observed_age, survival_at,
};

/// The share of lines at one age.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SurvivalPoint {
    /// The unit of the values.
    pub unit: &'static str,
    /// The age.
    pub window_days: u32,
    /// The estimate; `None` when it is not observed yet.
    pub value: Option<f64>,
    /// The interval's lower end.
    pub low: Option<f64>,
    /// The interval's upper end.
    pub high: Option<f64>,
    /// Lines in the cohort.
    pub n_lines: u64,
    /// Changes that brought them in.
    pub n_changes: u64,
    /// People who wrote them.
    pub n_people: u64,
    /// Lines still followed at this age; `None` when the value is not shown.
    pub at_risk_lines: Option<u64>,
    /// Groups that may live and die together: people and bots, or changes.
    pub n_groups: u64,
    /// The effective number of independent groups.
    pub g_eff: f64,
    /// What those groups are: `person` or `change`.
    pub clustered_by: &'static str,
    /// Why the value or the interval is missing.
    pub reason: Option<&'static str>,
}

impl SurvivalPoint {
    fn new(at: &SurvivalAt, weighting: Weighting, n_people: u64) -> Self {
        Self {
            unit: match weighting {
                Weighting::Lines => "share of lines",
                Weighting::Changes => "share of lines, every change counting the same",
            },
            window_days: at.horizon_days,
            value: at.value,
            low: at.low,
            high: at.high,
            n_lines: at.support.n_lines,
            n_changes: at.support.n_changes,
            n_people,
            n_groups: at.support.n_clusters,
            at_risk_lines: Some(at.at_risk_lines),
            g_eff: at.support.effective_clusters,
            clustered_by: at.support.clustered_by.as_str(),
            reason: at.reason.map(WhyNone::message),
        }
    }

    /// The same without what became of the lines, which too few people wrote.
    pub(super) fn withheld(&self) -> Self {
        Self {
            value: None,
            low: None,
            high: None,
            at_risk_lines: None,
            reason: Some(FEW_PEOPLE),
            ..self.clone()
        }
    }

    /// The share that is gone at this age.
    pub(super) fn churned(&self) -> Self {
        Self {
            value: self.value.map(|value| 1.0 - value),
            low: self.high.map(|high| 1.0 - high),
            high: self.low.map(|low| 1.0 - low),
            ..self.clone()
        }
    }
}

/// The age by which half of the lines are gone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HalfLifeReport {
    /// In days; `None` when it was not reached.
    pub days: Option<f64>,
    /// The interval's lower end: where the lower limit of survival falls to one half.
    /// It may be known before the half-life is.
    pub low: Option<f64>,
    /// The interval's upper end: where the upper limit does.
    pub high: Option<f64>,
    /// The share still there at the last age observed, if it was not reached.
    pub survival: Option<f64>,
    /// That age in days.
    pub age_days: Option<f64>,
    /// Lines it is read from.
    pub n_lines: u64,
    /// Groups that may live and die together.
    pub n_groups: u64,
    /// The effective number of independent groups.
    pub g_eff: f64,
    /// What those groups are: `person` or `change`.
    pub clustered_by: &'static str,
    /// How the interval is made.
    pub method: &'static str,
    /// Why the half-life or an end of its interval is missing.
    pub reason: Option<&'static str>,
}

/// Where the interval of a half-life comes from.
const HALF_LIFE_METHOD: &str = "the ages at which the limits of the jackknife interval \
                                of survival fall to one half (Brookmeyer and Crowley 1982)";

/// How many days lines live out of their first ones: restricted mean survival time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MeanLifeReport {
    /// The unit of the values.
    pub unit: &'static str,
    /// The first days that are looked at: 90, or as many as are observed.
    pub window_days: f64,
    /// The mean.
    pub value: Option<f64>,
    /// The interval's lower end.
    pub low: Option<f64>,
    /// The interval's upper end.
    pub high: Option<f64>,
    /// Lines in the cohort.
    pub n_lines: u64,
    /// Groups that may live and die together.
    pub n_groups: u64,
    /// The effective number of independent groups.
    pub g_eff: f64,
    /// What those groups are: `person` or `change`.
    pub clustered_by: &'static str,
    /// Why the value or its interval is missing.
    pub reason: Option<&'static str>,
}

/// Survival, had lives been read otherwise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SensitivityReport {
    /// A modified line lives on in the lines it was edited into.
    pub lineage: BTreeMap<String, SurvivalPoint>,
    /// Lines whose file was removed, or that a bulk event removed, were last seen then.
    pub without_removals: BTreeMap<String, SurvivalPoint>,
    /// Lines that are edits of others: no new ones in `lineage`.
    pub edited_lines: u64,
    /// New lines that also stood elsewhere when they landed; they are in all readings.
    pub copied_lines: u64,
    /// Lines that landed again after they had died: in no reading, the first instance is.
    pub landed_again_lines: u64,
}

/// A point of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurvePoint {
    /// The age in days.
    pub age_days: f64,
    /// The share still there.
    pub survival: f64,
    /// The interval's lower end; `None` where there is none.
    pub low: Option<f64>,
    /// The interval's upper end.
    pub high: Option<f64>,
    /// Lines followed to this age.
    pub at_risk_lines: u64,
}

/// How long the lines of a cohort live.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SurvivalReport {
    /// Lines in the cohort.
    pub n_lines: u64,
    /// Changes that brought them in.
    pub n_changes: u64,
    /// People who wrote them.
    pub n_people: u64,
    /// The share still there, by age in days.
    pub survival: BTreeMap<String, SurvivalPoint>,
    /// The same with every change counting the same: what happens to changes.
    pub survival_by_change: BTreeMap<String, SurvivalPoint>,
    /// The share gone, by age in days, and by whom; rework as others define it.
    pub churn: ChurnReport,
    /// The half-life.
    pub half_life: HalfLifeReport,
    /// Mean days alive out of the first 90.
    pub mean_life: MeanLifeReport,
    /// Survival, had lives been read otherwise.
    pub sensitivity: SensitivityReport,
    /// The Kaplan-Meier curve, as far as it is observed, at up to 75 ages.
    pub curve: Vec<CurvePoint>,
}

impl SurvivalReport {
    /// The same without what became of the lines, which too few people wrote: sizes stay.
    pub(super) fn withheld(self) -> Self {
        let points = |points: &BTreeMap<String, SurvivalPoint>| {
            points.iter().map(|(key, point)| (key.clone(), point.withheld())).collect()
        };
        Self {
            survival: points(&self.survival),
            survival_by_change: points(&self.survival_by_change),
            churn: ChurnReport {
                points: points(&self.churn.points),
                by_whom: BTreeMap::new(),
                rework: Vec::new(),
            },
            half_life: HalfLifeReport {
                days: None,
                low: None,
                high: None,
                survival: None,
                age_days: None,
                reason: Some(FEW_PEOPLE),
                ..self.half_life
            },
            mean_life: MeanLifeReport {
                value: None,
                low: None,
                high: None,
                reason: Some(FEW_PEOPLE),
                ..self.mean_life
            },
            sensitivity: SensitivityReport {
                lineage: points(&self.sensitivity.lineage),
                without_removals: points(&self.sensitivity.without_removals),
                ..self.sensitivity
            },
            curve: Vec::new(),
            ..self
        }
    }
}

/// Estimates the survival of the lines that `wanted` takes, if they count.
pub(super) fn report(
    filter: &Filter<'_>,
    wanted: impl Fn(usize, &LifetimeFacts) -> bool,
) -> SurvivalReport {
    let takes =
        |at: usize, one: &LifetimeFacts| filter.watches(at, one) && wanted(at, one);
    let cohort = filter.scope.cohort(filter.view(Reading::Exact), takes);
    let lifespans = &cohort.lifespans;
    let curve = kaplan_meier(lifespans);
    let survival = points(&cohort, &HORIZONS_DAYS, Weighting::Lines);
    let support = survival.values().next();
    SurvivalReport {
        n_lines: support.map_or(0, |point| point.n_lines),
        n_changes: support.map_or(0, |point| point.n_changes),
        n_people: cohort.n_people(),
        survival_by_change: points(&cohort, &HORIZONS_DAYS, Weighting::Changes),
        churn: churn::report(filter, &cohort, (&curve, &survival), &wanted),
        half_life: half_life(lifespans),
        mean_life: mean_life(lifespans),
        sensitivity: sensitivity(filter, takes),
        curve: drawn(&curve, lifespans),
        survival,
    }
}

/// Estimates at some ages, by age.
pub(super) fn points(
    cohort: &Cohort,
    horizons_days: &[u32],
    weighting: Weighting,
) -> BTreeMap<String, SurvivalPoint> {
    let n_people = cohort.n_people();
    survival_at(&cohort.lifespans, horizons_days, weighting)
        .iter()
        .map(|at| {
            let point = SurvivalPoint::new(at, weighting, n_people);
            (at.horizon_days.to_string(), point)
        })
        .collect()
}

fn half_life(lifespans: &[Lifespan]) -> HalfLifeReport {
    let estimate = stats::half_life(lifespans);
    let Support { n_lines, n_clusters, effective_clusters, clustered_by, .. } =
        estimate.support;
    let (days, survival, age_days) = match estimate.half_life {
        Some(HalfLife::Reached(days)) => (Some(days), None, None),
        Some(HalfLife::NotReached { survival, age_days }) => {
            (None, Some(survival), Some(age_days))
        }
        None => (None, None, None),
    };
    HalfLifeReport {
        days,
        low: estimate.low,
        high: estimate.high,
        survival,
        age_days,
        n_lines,
        n_groups: n_clusters,
        g_eff: effective_clusters,
        clustered_by: clustered_by.as_str(),
        method: HALF_LIFE_METHOD,
        reason: estimate.reason.map(WhyNone::message),
    }
}

/// The first days that mean life is taken over.
const MEAN_LIFE_DAYS: f64 = 90.0;

fn mean_life(lifespans: &[Lifespan]) -> MeanLifeReport {
    let observed = largest_observed_age(lifespans);
    let window_days = observed.map_or(MEAN_LIFE_DAYS, |last| last.min(MEAN_LIFE_DAYS));
    let mean = stats::mean_life(lifespans, window_days, Weighting::Lines);
    MeanLifeReport {
        unit: "days",
        window_days,
        value: mean.value,
        low: mean.low,
        high: mean.high,
        n_lines: mean.support.n_lines,
        n_groups: mean.support.n_clusters,
        g_eff: mean.support.effective_clusters,
        clustered_by: mean.support.clustered_by.as_str(),
        reason: mean.reason.map(WhyNone::message),
    }
}

fn sensitivity(
    filter: &Filter<'_>,
    takes: impl Fn(usize, &LifetimeFacts) -> bool,
) -> SensitivityReport {
    let read = |reading| {
        let cohort = filter.scope.cohort(filter.view(reading), &takes);
        points(&cohort, &HORIZONS_DAYS, Weighting::Lines)
    };
    let count = |is: fn(&LifetimeFacts) -> bool| {
        let all = filter.scope.lifetimes();
        all.filter(|(at, one)| is(one) && takes(*at, one)).map(|(_, one)| one.lines).sum()
    };
    SensitivityReport {
        lineage: read(Reading::Lineage),
        without_removals: read(Reading::WithoutRemovals),
        edited_lines: count(|one| one.birth.edited),
        copied_lines: count(|one| one.birth.copied),
        landed_again_lines: count(|one| one.birth.relanded),
    }
}

/// Reads the curve at evenly spaced days, and at the ages that are reported, before which
/// most happens; no further than it is observed.
fn drawn(curve: &Curve, lifespans: &[Lifespan]) -> Vec<CurvePoint> {
    const POINTS: u32 = 60;
    let Some(last) = largest_observed_age(lifespans) else { return Vec::new() };
    let days =
        (1..=u32::MAX).take_while(|&day| f64::from(day) <= last).last().unwrap_or(0);
    let mut ages: Vec<u32> = (0..=POINTS)
        .map(|at| u64::from(days) * u64::from(at) / u64::from(POINTS))
        .filter_map(|age| u32::try_from(age).ok())
        .chain([1, 2, 3, 5, 10, 45, 60].into_iter().chain(HORIZONS_DAYS))
        .filter(|&age| age <= days)
        .collect();
    ages.sort_unstable();
    ages.dedup();
    let points = survival_at(lifespans, &ages, Weighting::Lines);
    let point = |at: &SurvivalAt| {
        let age_days = f64::from(at.horizon_days);
        let survival = curve.at(age_days);
        let at_risk_lines = curve.at_risk(age_days);
        CurvePoint { age_days, survival, low: at.low, high: at.high, at_risk_lines }
    };
    points.iter().map(point).collect()
}
