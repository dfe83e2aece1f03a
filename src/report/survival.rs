//! Survival as it is reported: each number with its window, n, effective clusters, and
//! its interval or the reason why there is none.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cohorts::Cohort;
use crate::stats::{
    HORIZONS_DAYS, HalfLife, Lifespan, SurvivalAt, Weighting, kaplan_meier,
    largest_observed_age, mean_life, survival_at,
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
    /// Lines still followed at this age.
    pub at_risk_lines: u64,
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
    fn new(at: &SurvivalAt, n_people: u64) -> Self {
        Self {
            unit: "share of lines",
            window_days: at.horizon_days,
            value: at.value,
            low: at.low,
            high: at.high,
            n_lines: at.support.n_lines,
            n_changes: at.support.n_changes,
            n_people,
            n_groups: at.support.n_clusters,
            at_risk_lines: at.at_risk_lines,
            g_eff: at.support.effective_clusters,
            clustered_by: at.support.clustered_by.as_str(),
            reason: at.reason.map(crate::stats::WhyNone::message),
        }
    }

    /// The share that is gone at this age.
    fn churned(&self) -> Self {
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
    /// The share still there at the last age observed, if it was not reached.
    pub survival: Option<f64>,
    /// That age in days.
    pub age_days: Option<f64>,
    /// Lines it is read from.
    pub n_lines: u64,
    /// Why there is no interval.
    pub reason: &'static str,
}

/// Why half-lives have no interval.
const NO_INTERVAL: &str = "no interval is estimated for a half-life; see the ages";

/// A point of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurvePoint {
    /// The age in days.
    pub age_days: f64,
    /// The share still there.
    pub survival: f64,
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
    /// The share gone, by age in days.
    pub churn: BTreeMap<String, SurvivalPoint>,
    /// The half-life.
    pub half_life: HalfLifeReport,
    /// Mean days alive out of the first 90, with its interval.
    pub mean_days_of_90: Option<f64>,
    /// See [`Self::mean_days_of_90`].
    pub mean_days_of_90_low: Option<f64>,
    /// See [`Self::mean_days_of_90`].
    pub mean_days_of_90_high: Option<f64>,
    /// Why the value or its interval is missing.
    pub mean_days_of_90_reason: Option<&'static str>,
    /// The Kaplan-Meier curve, as far as it is observed, at up to 60 ages.
    pub curve: Vec<CurvePoint>,
}

/// The ages churn is reported for.
const CHURN_DAYS: [u32; 4] = [7, 14, 21, 30];

/// Estimates the survival of a cohort.
pub(super) fn report(cohort: &Cohort) -> SurvivalReport {
    let lifespans = &cohort.lifespans;
    let points = points(cohort, &HORIZONS_DAYS);
    let churn = churn_of(&points);
    let support = points.values().next();
    let mean = mean_life(lifespans, 90.0, Weighting::Lines);
    SurvivalReport {
        n_lines: support.map_or(0, |point| point.n_lines),
        n_changes: support.map_or(0, |point| point.n_changes),
        n_people: cohort.n_people,
        churn,
        half_life: half_life(lifespans),
        mean_days_of_90: mean.value,
        mean_days_of_90_low: mean.low,
        mean_days_of_90_high: mean.high,
        mean_days_of_90_reason: mean.reason.map(crate::stats::WhyNone::message),
        curve: curve(lifespans),
        survival: points,
    }
}

/// Estimates at some ages; keys sort by age.
pub(super) fn points(
    cohort: &Cohort,
    horizons_days: &[u32],
) -> BTreeMap<String, SurvivalPoint> {
    survival_at(&cohort.lifespans, horizons_days, Weighting::Lines)
        .iter()
        .map(|at| (at.horizon_days.to_string(), SurvivalPoint::new(at, cohort.n_people)))
        .collect()
}

pub(super) fn churn_of(
    points: &BTreeMap<String, SurvivalPoint>,
) -> BTreeMap<String, SurvivalPoint> {
    points
        .iter()
        .filter(|(_, point)| CHURN_DAYS.contains(&point.window_days))
        .map(|(key, point)| (key.clone(), point.churned()))
        .collect()
}

pub(super) fn half_life(lifespans: &[Lifespan]) -> HalfLifeReport {
    let unknown = HalfLifeReport {
        days: None,
        survival: None,
        age_days: None,
        n_lines: lifespans.iter().map(|one| one.lines).sum(),
        reason: "too little was followed",
    };
    let Some(last) = largest_observed_age(lifespans) else { return unknown };
    let unknown = HalfLifeReport { reason: NO_INTERVAL, ..unknown };
    match kaplan_meier(lifespans).half_life_until(last) {
        HalfLife::Reached(days) => HalfLifeReport { days: Some(days), ..unknown },
        HalfLife::NotReached { survival, age_days } => HalfLifeReport {
            days: None,
            survival: Some(survival),
            age_days: Some(age_days),
            ..unknown
        },
    }
}

/// Reads the curve at evenly spaced ages, no further than it is observed.
fn curve(lifespans: &[Lifespan]) -> Vec<CurvePoint> {
    const POINTS: u32 = 60;
    let Some(last) = largest_observed_age(lifespans) else { return Vec::new() };
    let curve = kaplan_meier(lifespans);
    let point = |number: u32| {
        let age_days = last * f64::from(number) / f64::from(POINTS);
        let survival = curve.at(age_days);
        CurvePoint { age_days, survival, at_risk_lines: curve.at_risk(age_days) }
    };
    (0..=POINTS).map(point).collect()
}
