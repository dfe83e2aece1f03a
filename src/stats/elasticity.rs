//! By how much durable lines go up with spend, within persons: an elasticity of 0.3
//! means that doubling 1 + spend goes with 2^0.3 times the lines.

use crate::stats::clusters::{effective_number, why_no_interval};
use crate::stats::jackknife::{self, minimal_detectable_effect};
use crate::stats::person_week::{PersonWeek, dense, sound};
use crate::stats::poisson::{self, CountPanel, Fit};
use crate::stats::sign_flip::sign_flip;
use crate::stats::survival::ends;
use crate::stats::why_none::WhyNone;
use crate::units::{len_to_u32, len_to_u64};

/// Up to so many persons the fit is made anew without each; above, by one step of
/// Newton's method from the fit of all, whose error falls with the square of their
/// number.
pub const REFIT_UP_TO: usize = 100;

/// The elasticity of durable lines to spend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Elasticity {
    /// The slope on ln(1 + spend).
    pub value: Option<f64>,
    /// The lower end of its 95% interval.
    pub low: Option<f64>,
    /// The upper end of its 95% interval.
    pub high: Option<f64>,
    /// Its standard error, by leaving out one person at a time.
    pub standard_error: Option<f64>,
    /// The smallest true elasticity that would have been seen in 80 of 100 such
    /// studies.
    pub smallest_visible: Option<f64>,
    /// p of no slope at all: the signs of persons' scores are flipped.
    pub p: Option<f64>,
    /// Whether all signs were tried.
    pub p_is_exact: bool,
    /// Whether each person was left out by one step, and not by a fit of its own.
    pub is_one_step: bool,
    /// Persons that enter.
    pub n_persons: u64,
    /// The effective number of them, by lines.
    pub effective_persons: f64,
    /// Weeks that enter.
    pub n_weeks: u64,
    /// Person-weeks that enter.
    pub n_rows: u64,
    /// Persons left out because they have no durable line: they tell nothing of when.
    pub persons_without_lines: u64,
    /// Weeks left out because nobody has a durable line in them.
    pub weeks_without_lines: u64,
    /// Persons left out because they have one week only.
    pub persons_with_one_week: u64,
    /// Rows left out because a number is negative or not finite, or there twice.
    pub rows_left_out: u64,
    /// Why the value, or else the interval, is missing.
    pub reason: Option<WhyNone>,
}

/// Estimates the elasticity: expected lines = exp(person + week + e * ln(1 + spend)), by
/// Poisson pseudo-likelihood (Santos Silva and Tenreyro 2006), which has a place for
/// weeks without lines. `seed` is for the sign flips of many persons.
///
/// The interval comes from leaving out one person at a time (Student's t on G - 1),
/// p from flipping the signs of persons' effective scores at a slope of zero
/// (Hemerik, Goeman and Finos 2020).
pub fn elasticity(rows: &[PersonWeek], seed: u64) -> Elasticity {
    let kept = sound(rows);
    let (panel, mut result) = prepare(&kept);
    result.rows_left_out = len_to_u64(rows.len() - kept.len());
    if panel.counts.is_empty() {
        let has_lines = kept.iter().any(|row| row.durable_lines > 0.0);
        let none = if has_lines { WhyNone::TooFewClusters } else { WhyNone::NoLines };
        result.reason = Some(none);
        return result;
    }
    match poisson::fit(&panel) {
        Ok(fit) => result.value = Some(fit.slope).filter(|slope| slope.is_finite()),
        Err(why) => result.reason = Some(why),
    }
    if result.reason.is_none() {
        result.reason = why_no_interval(result.n_persons, result.effective_persons);
    }
    if result.n_persons >= crate::stats::rank_association::MIN_PERSONS {
        test(&mut result, &panel, seed);
    }
    if result.reason.is_none() {
        enclose(&mut result, &panel);
    }
    result
}

/// Takes out what cannot tell, and counts it. Neither changes what the other is made
/// of: persons without lines add nothing to a week, and weeks without to a person.
pub(super) fn prepare(kept: &[PersonWeek]) -> (CountPanel, Elasticity) {
    let persons = dense(kept.iter().map(|row| row.person));
    let weeks = dense(kept.iter().map(|row| row.week));
    let has_lines = |labels: &[u32]| {
        let mut has =
            vec![false; labels.iter().max().map_or(0, |&last| last as usize + 1)];
        for (row, &label) in kept.iter().zip(labels) {
            has[label as usize] |= row.durable_lines > 0.0;
        }
        has
    };
    let (by_person, by_week) = (has_lines(&persons), has_lines(&weeks));
    let mut n_rows = vec![0_u32; by_person.len()];
    let tells =
        |row: &usize| by_person[persons[*row] as usize] && by_week[weeks[*row] as usize];
    for row in (0..kept.len()).filter(tells) {
        n_rows[persons[row] as usize] += 1;
    }
    let enters = |row: &usize| tells(row) && n_rows[persons[*row] as usize] > 1;
    let chosen: Vec<&PersonWeek> =
        (0..kept.len()).filter(enters).map(|row| &kept[row]).collect();
    let panel = count_panel(&chosen);
    let count = |has: &[bool]| len_to_u64(has.iter().filter(|has| !**has).count());
    let single = len_to_u64(n_rows.iter().filter(|n| **n == 1).count());
    let result = empty(&panel, count(&by_person), count(&by_week), single);
    (panel, result)
}

fn count_panel(rows: &[&PersonWeek]) -> CountPanel {
    let weeks = dense(rows.iter().map(|row| row.week));
    let mut persons = Vec::new();
    let mut start = 0;
    for group in rows.chunk_by(|a, b| a.person == b.person) {
        persons.push(start..start + group.len());
        start += group.len();
    }
    CountPanel {
        persons,
        n_weeks: weeks.iter().max().map_or(0, |&last| last as usize + 1),
        weeks: weeks.iter().map(|&week| week as usize).collect(),
        counts: rows.iter().map(|row| row.durable_lines).collect(),
        covariate: rows.iter().map(|row| row.spend.ln_1p()).collect(),
    }
}

fn empty(panel: &CountPanel, persons: u64, weeks: u64, single: u64) -> Elasticity {
    let sum = |rows: &std::ops::Range<usize>| panel.counts[rows.clone()].iter().sum();
    let sizes: Vec<f64> = panel.persons.iter().map(sum).collect();
    Elasticity {
        value: None,
        low: None,
        high: None,
        standard_error: None,
        smallest_visible: None,
        p: None,
        p_is_exact: false,
        is_one_step: false,
        n_persons: len_to_u64(panel.persons.len()),
        effective_persons: effective_number(&sizes),
        n_weeks: len_to_u64(panel.n_weeks),
        n_rows: len_to_u64(panel.counts.len()),
        persons_without_lines: persons,
        weeks_without_lines: weeks,
        persons_with_one_week: single,
        rows_left_out: 0,
        reason: None,
    }
}

/// The test needs no slope, so it is made even where a slope runs away.
fn test(result: &mut Elasticity, panel: &CountPanel, seed: u64) {
    let Ok(fit) = poisson::fit_without_slope(panel) else { return };
    if fit.information <= 0.0 {
        return;
    }
    if let Some(test) = sign_flip(&fit.scores, seed) {
        (result.p, result.p_is_exact) = (Some(test.p), test.is_exact);
    }
}

fn enclose(result: &mut Elasticity, panel: &CountPanel) {
    let Some(value) = result.value else { return };
    result.is_one_step = panel.persons.len() > REFIT_UP_TO;
    let left_out = match poisson::fit(panel) {
        Ok(fit) => slopes_without_one(&fit, panel, result.is_one_step),
        Err(why) => Err(why),
    };
    let Ok(left_out) = left_out else {
        result.reason = Some(WhyNone::OnePersonDecides);
        return;
    };
    (result.low, result.high, result.reason) =
        ends(jackknife::natural_interval(value, &left_out));
    result.standard_error =
        jackknife::standard_error(&left_out).filter(|_| result.low.is_some());
    let n = u64::from(len_to_u32(left_out.len()));
    result.smallest_visible =
        result.standard_error.and_then(|se| minimal_detectable_effect(se, n));
}

fn slopes_without_one(
    fit: &Fit,
    panel: &CountPanel,
    is_one_step: bool,
) -> Result<Vec<f64>, WhyNone> {
    let without = |person| match is_one_step {
        true => Ok(fit.slope_one_step_without(panel, person)),
        false => fit.slope_without(panel, person),
    };
    (0..panel.persons.len()).map(without).collect()
}

#[cfg(test)]
pub(in crate::stats) mod tests;
