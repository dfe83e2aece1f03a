//! The age by which half of the lines are dead, with the ages at which the limits of
//! the survival curve cross one half: the interval of Brookmeyer and Crowley (1982),
//! here by inverting the jackknife interval of survival.

use std::collections::BTreeMap;

use crate::stats::clusters::{self, Ids, Support, Weighting};
use crate::stats::jackknife::{self, Interval};
use crate::stats::kaplan_meier::HalfLife;
use crate::stats::lifespan::Lifespan;
use crate::stats::survival::{Cohort, largest_observed_age};
use crate::stats::why_none::WhyNone;

/// A half-life and its interval. Either end can be known without the other, and the
/// lower one before the half-life itself is reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HalfLifeEstimate {
    /// The half-life as far as lines were followed; `None` if too few were at all.
    pub half_life: Option<HalfLife>,
    /// The age in days at which the lower limit of survival falls to one half.
    pub low: Option<f64>,
    /// The age in days at which the upper limit falls to one half.
    pub high: Option<f64>,
    /// What stands behind it.
    pub support: Support,
    /// Why the half-life or an end of its interval is missing.
    pub reason: Option<WhyNone>,
}

/// Estimates the half-life of lines, up to the largest observed age.
pub fn half_life(lifespans: &[Lifespan]) -> HalfLifeEstimate {
    let by = clusters::choose(lifespans);
    let cohort = Cohort::new(lifespans, Weighting::Lines, by);
    let mut estimate = HalfLifeEstimate {
        half_life: None,
        low: None,
        high: None,
        support: cohort.support,
        reason: cohort.why_not_observed(0.0),
    };
    let Some(last) = largest_observed_age(lifespans) else {
        estimate.reason = estimate.reason.or(Some(WhyNone::TooFewLinesAtRisk));
        return estimate;
    };
    estimate.half_life = Some(cohort.curve.half_life_until(last));
    estimate.reason = cohort.support.why_no_interval();
    if estimate.reason.is_some() {
        return estimate;
    }
    let mut limits = Limits::new(&cohort, last);
    let ends = [limits.crossing(|limit| limit.low), limits.crossing(|limit| limit.high)];
    [estimate.low, estimate.high] = ends.map(|end| end.ok().flatten());
    let missing = |end: &Result<Option<f64>, WhyNone>| match end {
        Ok(Some(_)) => None,
        Ok(None) => Some(WhyNone::EndNotReached),
        Err(why) => Some(*why),
    };
    estimate.reason = ends.iter().find_map(missing);
    estimate
}

/// The limits of a survival curve at the ages where it falls.
struct Limits<'c> {
    cohort: &'c Cohort<'c>,
    ids: Ids,
    /// Ages in days with a death, ascending.
    ages: Vec<f64>,
    known: BTreeMap<usize, Result<Interval, WhyNone>>,
}

/// At how many ages limits are made at once: one walk over the lines serves them all.
const AT_ONCE: usize = 64;

impl<'c> Limits<'c> {
    fn new(cohort: &'c Cohort<'c>, last_days: f64) -> Self {
        let steps = cohort.curve.steps.iter();
        let fall = steps.filter(|step| step.deaths > 0 && step.age_days <= last_days);
        let ages = fall.map(|step| step.age_days).collect();
        Self { cohort, ids: cohort.ids(), ages, known: BTreeMap::new() }
    }

    /// The first age at which `end` of the interval is one half or less; `None` if it
    /// stays above. Narrows down between the last age looked at above and the first
    /// below: limits fall with the curve, so that nothing hides between.
    fn crossing(&mut self, end: fn(&Interval) -> f64) -> Result<Option<f64>, WhyNone> {
        let (mut from, mut to) = (0, self.ages.len());
        let mut is_below_somewhere = false;
        while from < to {
            let places = spread(from, to);
            self.make(&places);
            let is_below = |place: &usize| matches!(&self.known[place], Ok(limits) if end(limits) <= 0.5 + 1e-12);
            match places.iter().position(is_below) {
                Some(at) => {
                    is_below_somewhere = true;
                    to = places[at];
                    from = at.checked_sub(1).map_or(from, |before| places[before] + 1);
                }
                None => from = to,
            }
        }
        if !is_below_somewhere {
            return Ok(None);
        }
        // Where there are no limits just before, they may have crossed earlier.
        let before = to.checked_sub(1).and_then(|before| self.known.get(&before));
        match before {
            Some(Err(why)) => Err(*why),
            _ => Ok(self.ages.get(to).copied()),
        }
    }

    /// Makes the limits at these ages, unless they are known.
    fn make(&mut self, places: &[usize]) {
        let new: Vec<usize> =
            places.iter().copied().filter(|at| !self.known.contains_key(at)).collect();
        if new.is_empty() {
            return;
        }
        let ages: Vec<f64> = new.iter().map(|&place| self.ages[place]).collect();
        let left_out = self.cohort.leave_one_out(&self.ids, &ages, 0.0);
        for (at, place) in new.into_iter().enumerate() {
            let without: Vec<f64> = left_out.iter().map(|one| one.survival[at]).collect();
            let survival = self.cohort.curve.at(ages[at]);
            let limits = match jackknife::survival_interval(survival, &without) {
                // Nothing is left at all, so both limits are below one half.
                Err(WhyNone::NoSurvivors) => Ok(Interval { low: 0.0, high: 0.0 }),
                limits => limits,
            };
            self.known.insert(place, limits);
        }
    }
}

/// Up to [`AT_ONCE`] places from `from` to just before `to`, the last one among them.
fn spread(from: usize, to: usize) -> Vec<usize> {
    let n = (to - from).min(AT_ONCE);
    (1..=n).map(|number| from + (to - from) * number / n - 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::survival::tests::team;
    use crate::stats::survival_at;

    /// The ends by making limits at every age.
    fn plain(spans: &[Lifespan]) -> [Option<f64>; 2] {
        let cohort = Cohort::new(spans, Weighting::Lines, clusters::choose(spans));
        let last = largest_observed_age(spans).unwrap();
        let mut limits = Limits::new(&cohort, last);
        let all: Vec<usize> = (0..limits.ages.len()).collect();
        limits.make(&all);
        let ends: [fn(&Interval) -> f64; 2] = [|limit| limit.low, |limit| limit.high];
        ends.map(|end| {
            let below = |place: &usize| {
                limits.known[place].as_ref().is_ok_and(|limit| end(limit) <= 0.5)
            };
            (0..limits.ages.len()).find(below).map(|place| limits.ages[place])
        })
    }

    #[test]
    fn its_ends_are_the_first_ages_whose_limits_are_below_one_half() {
        for seed in 0..12 {
            let spans = team(seed, 9 + u32::try_from(seed).unwrap() % 4, 120.0);
            let estimate = half_life(&spans);
            assert_eq!([estimate.low, estimate.high], plain(&spans), "seed {seed}");
            let Some(HalfLife::Reached(days)) = estimate.half_life else {
                panic!("reached, seed {seed}");
            };
            assert!(estimate.low.unwrap() <= days && days <= estimate.high.unwrap());
            assert_eq!(estimate.reason, None);
        }
    }

    #[test]
    fn a_whole_age_within_the_interval_is_one_whose_survival_may_be_one_half() {
        let spans = team(3, 10, 100.0);
        let estimate = half_life(&spans);
        let (low, high) = (estimate.low.unwrap(), estimate.high.unwrap());
        for age in 1..300_u32 {
            let at = survival_at(&spans, &[age], Weighting::Lines)[0];
            let Some((lower, upper)) = at.low.zip(at.high) else { continue };
            let inside = low <= f64::from(age) && f64::from(age) < high;
            assert_eq!(inside, lower <= 0.5 && upper > 0.5, "age {age}");
        }
    }

    #[test]
    fn an_end_beyond_what_was_followed_is_left_open() {
        let estimate = half_life(&team(1, 10, 640.0));
        assert!(matches!(estimate.half_life, Some(HalfLife::NotReached { .. })));
        assert!(estimate.low.is_some(), "{estimate:?}");
        assert_eq!(
            (estimate.high, estimate.reason),
            (None, Some(WhyNone::EndNotReached))
        );
    }

    #[test]
    fn few_changes_have_a_half_life_without_an_interval() {
        let mut spans = team(4, 2, 60.0);
        spans.retain(|span| span.change < 5);
        spans.iter_mut().for_each(|span| span.lines *= 10);
        let estimate = half_life(&spans);
        assert!(matches!(estimate.half_life, Some(HalfLife::Reached(_))));
        assert_eq!(
            (estimate.low, estimate.reason),
            (None, Some(WhyNone::TooFewClusters))
        );
        let none = half_life(&[]);
        assert_eq!((none.half_life, none.reason), (None, Some(WhyNone::NoLines)));
    }
}
