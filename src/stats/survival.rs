//! Survival of a cohort at fixed ages, and its restricted mean, with intervals.

use std::collections::{BTreeMap, BTreeSet};

use crate::stats::clusters::{self, ClusteredBy, Ids, Support, Weighting};
use crate::stats::jackknife::{self, Interval};
use crate::stats::kaplan_meier::Curve;
use crate::stats::leave_one_out::{Ages, LeftOut, leave_one_out};
use crate::stats::lifespan::Lifespan;
use crate::stats::risk_table::risk_table;
use crate::stats::why_none::WhyNone;

/// The ages survival is reported at, in days.
pub const HORIZONS_DAYS: [u32; 7] = [7, 14, 21, 30, 90, 180, 365];
/// An age counts as observed if at least so many lines are at risk,
pub const MIN_LINES_AT_RISK: u64 = 200;
/// and at least one in so many of those watched from birth on,
pub const MIN_SHARE_AT_RISK: u64 = 20;
/// of at least so many clusters.
pub const MIN_CLUSTERS_AT_RISK: u64 = 5;

/// The share of a cohort's lines that outlive an age.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SurvivalAt {
    /// The age in days.
    pub horizon_days: u32,
    /// The share, or `None` if the age is not observed.
    pub value: Option<f64>,
    /// The lower end of its 95% interval.
    pub low: Option<f64>,
    /// The upper end of its 95% interval.
    pub high: Option<f64>,
    /// The fewest lines at risk on the way to this age.
    pub at_risk_lines: u64,
    /// The clusters with lines at risk just before this age.
    pub at_risk_clusters: u64,
    /// What stands behind it.
    pub support: Support,
    /// Why the value, or else the interval, is missing.
    pub reason: Option<WhyNone>,
}

/// The mean days a cohort's lines live within their first `tau_days`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanLife {
    /// The age in days at which counting stops.
    pub tau_days: f64,
    /// The mean in days, or `None` if that age is not observed.
    pub value: Option<f64>,
    /// The lower end of its 95% interval.
    pub low: Option<f64>,
    /// The upper end of its 95% interval.
    pub high: Option<f64>,
    /// What stands behind it.
    pub support: Support,
    /// Why the value, or else the interval, is missing.
    pub reason: Option<WhyNone>,
}

/// Estimates survival at each of `horizons_days`; the answer is in order of age,
/// each age once.
pub fn survival_at(
    lifespans: &[Lifespan],
    horizons_days: &[u32],
    weighting: Weighting,
) -> Vec<SurvivalAt> {
    let cohort = Cohort::new(lifespans, weighting, clusters::choose(lifespans));
    let horizons: BTreeSet<u32> = horizons_days.iter().copied().collect();
    let ages: Vec<f64> = horizons.iter().copied().map(f64::from).collect();
    let left_out = match cohort.support.why_no_interval() {
        Some(_) => Vec::new(),
        None => cohort.leave_one_out(&cohort.ids(), &ages, 0.0),
    };
    let at = |(i, horizon_days): (usize, u32)| {
        let without: Vec<f64> = left_out.iter().map(|curve| curve.survival[i]).collect();
        cohort.survival_at(horizon_days, &without)
    };
    horizons.into_iter().enumerate().map(at).collect()
}

/// Estimates the restricted mean life up to `tau_days`.
pub fn mean_life(
    lifespans: &[Lifespan],
    tau_days: f64,
    weighting: Weighting,
) -> MeanLife {
    let cohort = Cohort::new(lifespans, weighting, clusters::choose(lifespans));
    let estimate = MeanLife {
        tau_days,
        value: None,
        low: None,
        high: None,
        support: cohort.support,
        reason: cohort.why_not_observed(tau_days),
    };
    if estimate.reason.is_some() {
        return estimate;
    }
    let value = cohort.curve.rmst(tau_days);
    let interval = cohort.interval(|| {
        let left_out = cohort.leave_one_out(&cohort.ids(), &[], tau_days);
        let left_out: Vec<f64> = left_out.iter().map(|curve| curve.rmst).collect();
        jackknife::natural_interval(value, &left_out)
    });
    let (low, high, reason) = ends(interval);
    // No line lives less than no day, or more than all of them.
    let clamp = |end: f64| end.clamp(0.0, tau_days);
    let (low, high) = (low.map(clamp), high.map(clamp));
    MeanLife { value: Some(value), low, high, reason, ..estimate }
}

/// Returns the largest age in days a cohort is observed up to, by the rule of
/// [`survival_at`]; `None` if it is not observed at all.
pub fn largest_observed_age(lifespans: &[Lifespan]) -> Option<f64> {
    let clustered_by = clusters::choose(lifespans);
    let cohort = Cohort::new(lifespans, Weighting::Lines, clustered_by);
    let ages: Vec<f64> = cohort.curve.steps.iter().map(|step| step.age_days).collect();
    // Lines at risk up to an age only ever become fewer; clusters may come back
    // by delayed entry, and then the first shortage is what counts.
    let n = ages.partition_point(|&age| cohort.has_lines_until(age));
    let mut last_exit = BTreeMap::new();
    for (span, _) in clusters::observed(lifespans, &cohort.weights) {
        let exit = last_exit.entry(clustered_by.id(span)).or_insert(span.exit_days);
        *exit = span.exit_days.max(*exit);
    }
    let mut exits: Vec<f64> = last_exit.into_values().collect();
    exits.sort_unstable_by(|a, b| b.total_cmp(a));
    let clusters_until = exits.get(usize::try_from(MIN_CLUSTERS_AT_RISK - 1).ok()?)?;
    let lines_until = ages.get(n.checked_sub(1)?)?;
    let age = lines_until.min(*clusters_until);
    cohort.why_not_observed(age).is_none().then_some(age)
}

/// A cohort with all that is computed from it once.
#[derive(Debug)]
pub(super) struct Cohort<'a> {
    lifespans: &'a [Lifespan],
    weights: Vec<u64>,
    pub(super) curve: Curve,
    pub(super) support: Support,
}

impl<'a> Cohort<'a> {
    pub(super) fn new(
        lifespans: &'a [Lifespan],
        weighting: Weighting,
        clustered_by: ClusteredBy,
    ) -> Self {
        let weights = clusters::weights(lifespans, weighting);
        let curve = Curve::of(risk_table(lifespans, &weights));
        let support = clusters::support(lifespans, &weights, clustered_by);
        Self { lifespans, weights, curve, support }
    }

    pub(super) fn ids(&self) -> Ids {
        Ids::of(self.lifespans, self.support.clustered_by)
    }

    /// The curve without each of `ids`.
    pub(super) fn leave_one_out(
        &self,
        ids: &Ids,
        horizons_days: &[f64],
        tau_days: f64,
    ) -> Vec<LeftOut> {
        let by = self.support.clustered_by;
        let ages = Ages { horizons_days, tau_days };
        leave_one_out(self.lifespans, &self.weights, (ids, by), ages)
    }

    /// Why the curve is not shown at `age_days`, or `None` if it may be.
    pub(super) fn why_not_observed(&self, age_days: f64) -> Option<WhyNone> {
        if self.support.n_lines == 0 {
            Some(WhyNone::NoLines)
        } else if !self.has_lines_until(age_days) {
            Some(WhyNone::TooFewLinesAtRisk)
        } else if self.clusters_at_risk(age_days) < MIN_CLUSTERS_AT_RISK {
            Some(WhyNone::TooFewClustersAtRisk)
        } else {
            None
        }
    }

    fn has_lines_until(&self, age_days: f64) -> bool {
        let fewest = self.curve.fewest_at_risk(age_days);
        fewest >= MIN_LINES_AT_RISK
            && fewest.saturating_mul(MIN_SHARE_AT_RISK) >= self.curve.lines_from_birth
    }

    fn clusters_at_risk(&self, age_days: f64) -> u64 {
        Ids::at_risk(self.lifespans, self.support.clustered_by, age_days).len()
    }

    /// Makes an interval if there are enough clusters for one.
    fn interval(
        &self,
        make: impl FnOnce() -> Result<Interval, WhyNone>,
    ) -> Result<Interval, WhyNone> {
        self.support.why_no_interval().map_or_else(make, Err)
    }

    fn survival_at(&self, horizon_days: u32, left_out: &[f64]) -> SurvivalAt {
        let age_days = f64::from(horizon_days);
        let estimate = SurvivalAt {
            horizon_days,
            value: None,
            low: None,
            high: None,
            at_risk_lines: self.curve.fewest_at_risk(age_days),
            at_risk_clusters: self.clusters_at_risk(age_days),
            support: self.support,
            reason: self.why_not_observed(age_days),
        };
        if estimate.reason.is_some() {
            return estimate;
        }
        let value = self.curve.at(age_days);
        let interval = self.interval(|| jackknife::survival_interval(value, left_out));
        let (low, high, reason) = ends(interval);
        SurvivalAt { value: Some(value), low, high, reason, ..estimate }
    }
}

/// Takes an interval apart.
pub(super) fn ends(
    interval: Result<Interval, WhyNone>,
) -> (Option<f64>, Option<f64>, Option<WhyNone>) {
    match interval {
        Ok(Interval { low, high }) => (Some(low), Some(high), None),
        Err(reason) => (None, None, Some(reason)),
    }
}

#[cfg(test)]
pub(in crate::stats) mod tests;
