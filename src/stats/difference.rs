//! How much two cohorts differ, with clusters left out of both at once.

use crate::stats::clusters::{self, ClusteredBy, Support, Weighting};
use crate::stats::jackknife;
use crate::stats::leave_one_out::LeftOut;
use crate::stats::lifespan::Lifespan;
use crate::stats::survival::{Cohort, ends};
use crate::stats::why_none::WhyNone;
use crate::units::len_to_u64;

/// A number of the first cohort minus the same number of the second.
///
/// A cluster with lines in both is left out of both at once: its lines on either
/// side are no independent evidence. So clusters must be numbered alike in both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The difference, or `None` if one of the cohorts is not observed that long.
    pub value: Option<f64>,
    /// The lower end of its 95% interval.
    pub low: Option<f64>,
    /// The upper end of its 95% interval.
    pub high: Option<f64>,
    /// The number of the first cohort.
    pub first: Option<f64>,
    /// The number of the second cohort.
    pub second: Option<f64>,
    /// The standard error of the difference.
    pub standard_error: Option<f64>,
    /// The degrees of freedom of the interval: [`jackknife::difference_df`]; 0 without one.
    pub degrees_of_freedom: u64,
    /// Clusters with lines in either cohort.
    pub n_clusters: u64,
    /// What stands behind the first cohort's number.
    pub first_support: Support,
    /// What stands behind the second cohort's number.
    pub second_support: Support,
    /// Why the value, or else the interval, is missing.
    pub reason: Option<WhyNone>,
}

impl Difference {
    /// Whether both cohorts have enough clusters to let a verdict rest on them.
    pub fn allows_verdict(&self) -> bool {
        self.low.is_some()
            && self.first_support.allows_verdict()
            && self.second_support.allows_verdict()
    }
}

/// Estimates the difference in survival at `horizon_days`, first minus second.
pub fn survival_difference(
    first: &[Lifespan],
    second: &[Lifespan],
    horizon_days: u32,
    weighting: Weighting,
) -> Difference {
    let age = f64::from(horizon_days);
    difference(
        (first, second),
        weighting,
        age,
        |cohort| cohort.curve.at(age),
        |curve| curve.survival[0],
    )
}

/// Estimates the difference in restricted mean life up to `tau_days` in days, first
/// minus second.
pub fn mean_life_difference(
    first: &[Lifespan],
    second: &[Lifespan],
    tau_days: f64,
    weighting: Weighting,
) -> Difference {
    difference(
        (first, second),
        weighting,
        tau_days,
        |cohort| cohort.curve.rmst(tau_days),
        |curve| curve.rmst,
    )
}

fn difference(
    (first, second): (&[Lifespan], &[Lifespan]),
    weighting: Weighting,
    age_days: f64,
    full: impl Fn(&Cohort<'_>) -> f64,
    without: impl Fn(&LeftOut) -> f64,
) -> Difference {
    let by = choose(first, second);
    let first = Cohort::new(first, weighting, by);
    let second = Cohort::new(second, weighting, by);
    let ids = first.ids().union(&second.ids());
    let unobserved = |cohort: &Cohort<'_>| cohort.why_not_observed(age_days);
    let value = |cohort: &Cohort<'_>| match unobserved(cohort) {
        Some(_) => None,
        None => Some(full(cohort)),
    };
    let thin = |cohort: &Cohort<'_>| cohort.support.why_no_interval();
    let either = |why: &dyn Fn(&Cohort<'_>) -> Option<WhyNone>| {
        why(&first).or_else(|| why(&second))
    };
    let mut estimate = Difference {
        value: value(&first).zip(value(&second)).map(|(a, b)| a - b),
        low: None,
        high: None,
        first: value(&first),
        second: value(&second),
        standard_error: None,
        degrees_of_freedom: 0,
        n_clusters: ids.len(),
        first_support: first.support,
        second_support: second.support,
        reason: either(&unobserved).or_else(|| either(&thin)),
    };
    let Some(value) = estimate.value.filter(|_| estimate.reason.is_none()) else {
        return estimate;
    };
    let curves = |cohort: &Cohort<'_>| cohort.leave_one_out(&ids, &[age_days], age_days);
    let pairs = curves(&first).into_iter().zip(curves(&second));
    let left_out: Vec<f64> = pairs.map(|(a, b)| without(&a) - without(&b)).collect();
    debug_assert_eq!(len_to_u64(left_out.len()), estimate.n_clusters);
    estimate.standard_error = jackknife::standard_error(&left_out);
    let effective =
        first.support.effective_clusters.min(second.support.effective_clusters);
    estimate.degrees_of_freedom =
        jackknife::difference_df(estimate.n_clusters, effective);
    let interval = jackknife::difference_interval(value, &left_out, effective);
    (estimate.low, estimate.high, estimate.reason) = ends(interval);
    estimate
}

/// People if both cohorts have enough of them, else changes.
fn choose(first: &[Lifespan], second: &[Lifespan]) -> ClusteredBy {
    clusters::choose(first).max(clusters::choose(second))
}

#[cfg(test)]
mod tests;
