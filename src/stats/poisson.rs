//! Counts that follow a covariate: the expected count = exp(person + week + slope * covariate),
//! by Poisson pseudo-likelihood, without a dummy for anybody.
//!
//! Given the rest, a person's level has a closed form; put in, what is left is the
//! likelihood of how each person's total falls on the weeks (Hausman, Hall and
//! Griliches 1984), which has one peak and as many unknowns as there are weeks, and
//! one. Newton's method climbs it. The counts need not be Poisson, only their mean
//! must be right (Gourieroux, Monfort and Trognon 1984), as long as errors come from
//! persons and not from the model.

use std::ops::Range;

use crate::stats::cholesky::{Cholesky, dot};
use crate::stats::why_none::WhyNone;

/// Newton's method gives up after so many steps.
const MAX_STEPS: u32 = 100;
/// It has arrived when the slope moves by less than this.
const TOLERANCE: f64 = 1e-9;
/// A slope that has taken the covariate's effect this far, in logs, runs away.
const RUNAWAY: f64 = 60.0;

/// A panel, person by person.
#[derive(Debug, Clone)]
pub struct CountPanel {
    /// The rows of each person, in order.
    pub(super) persons: Vec<Range<usize>>,
    /// The week of each row: a dense index, ascending within a person.
    pub(super) weeks: Vec<usize>,
    /// How many weeks there are.
    pub(super) n_weeks: usize,
    /// What is counted; never negative.
    pub(super) counts: Vec<f64>,
    /// What it is thought to follow.
    pub(super) covariate: Vec<f64>,
}

/// The peak of the likelihood.
#[derive(Debug, Clone)]
pub struct Fit {
    /// What the log of the mean gains for one more of the covariate.
    pub slope: f64,
    /// What the model would know of the slope if counts were Poisson and
    /// independent, which lines are not: one over the square of the error it claims.
    pub information: f64,
    /// Each person's part of the slope's score, with person and week effects taken
    /// out of the covariate; they add up to zero at the peak.
    pub scores: Vec<f64>,
    weeks: Vec<f64>,
    hessian: Cholesky,
}

/// Where on the likelihood something is looked at.
#[derive(Debug, Clone)]
struct Point {
    weeks: Vec<f64>,
    slope: f64,
}

/// Who is looked at.
#[derive(Debug, Clone, Copy)]
struct Who {
    /// The person left out, if one is.
    left_out: Option<usize>,
    /// Whether the slope is estimated, or held where it is.
    slope_is_free: bool,
}

/// One person's rows at a point.
#[derive(Debug)]
struct Shares {
    total: f64,
    /// How the total is expected to fall on the person's weeks; adds up to one.
    expected: Vec<f64>,
    log_likelihood: f64,
}

/// Fits the slope.
///
/// # Errors
///
/// There is none if levels determine the covariate, or if the likelihood has no peak.
pub fn fit(panel: &CountPanel) -> Result<Fit, WhyNone> {
    let start = Point { weeks: vec![0.0; panel.n_weeks], slope: 0.0 };
    climb(panel, start, Who { left_out: None, slope_is_free: true })
}

/// The fit with a slope of zero: its scores tell what a slope would explain.
///
/// # Errors
///
/// As [`fit`].
pub fn fit_without_slope(panel: &CountPanel) -> Result<Fit, WhyNone> {
    let start = Point { weeks: vec![0.0; panel.n_weeks], slope: 0.0 };
    climb(panel, start, Who { left_out: None, slope_is_free: false })
}

impl Fit {
    /// The slope without one person, found from here.
    ///
    /// # Errors
    ///
    /// As [`fit`].
    pub(super) fn slope_without(
        &self,
        panel: &CountPanel,
        person: usize,
    ) -> Result<f64, WhyNone> {
        let start = Point { weeks: self.weeks.clone(), slope: self.slope };
        let who = Who { left_out: Some(person), slope_is_free: true };
        Ok(climb(panel, start, who)?.slope)
    }

    /// The slope without one person after a single step of Newton's method from here:
    /// near enough when there are many.
    ///
    /// With A the Hessian of all and B that of the person, (A - B) v = -score is
    /// solved by conjugate gradients with A as the preconditioner: what one of many
    /// persons changes is little.
    pub(super) fn slope_one_step_without(
        &self,
        panel: &CountPanel,
        person: usize,
    ) -> f64 {
        let n = panel.n_weeks;
        let point = Point { weeks: self.weeks.clone(), slope: self.slope };
        let shares = shares(panel, person, &point, |_| true);
        let mut right = vec![0.0; n + 1];
        add_gradient(panel, person, &shares, &mut right);
        right.iter_mut().for_each(|value| *value = -*value);
        let product =
            |v: &[f64], along: &[f64]| along_without(panel, person, &shares, v, along);
        self.slope + conjugate_gradients(&self.hessian, right, product)[n]
    }
}

/// Solves (A - B) v = `right`, where `product` gives vᵀ(A - B)'s action as described
/// at its caller.
fn conjugate_gradients(
    preconditioner: &Cholesky,
    mut left: Vec<f64>,
    product: impl Fn(&[f64], &[f64]) -> Vec<f64>,
) -> Vec<f64> {
    let mut v = vec![0.0; left.len()];
    let mut ahead = preconditioner.solve(&left);
    let mut direction = ahead.clone();
    // A times the direction is carried along instead of being multiplied out.
    let mut a_direction = left.clone();
    let mut size = dot(&left, &ahead);
    let goal = size * 1e-20;
    for _ in 0..50 {
        if size <= goal || size <= 0.0 {
            break;
        }
        let image = product(&direction, &a_direction);
        let curvature = dot(&direction, &image);
        if curvature <= 0.0 {
            break;
        }
        let step = size / curvature;
        add(&mut v, step, &direction);
        add(&mut left, -step, &image);
        ahead = preconditioner.solve(&left);
        let next = dot(&left, &ahead);
        let turn = next / size;
        size = next;
        for ((d, a), (z, r)) in
            direction.iter_mut().zip(&mut a_direction).zip(ahead.iter().zip(&left))
        {
            *d = z + turn * *d;
            *a = r + turn * *a;
        }
    }
    v
}

fn add(to: &mut [f64], times: f64, of: &[f64]) {
    to.iter_mut().zip(of).for_each(|(value, other)| *value += times * other);
}

/// A v - B v, given A v: B is the person's part of the Hessian.
fn along_without(
    panel: &CountPanel,
    person: usize,
    shares: &Shares,
    v: &[f64],
    a_v: &[f64],
) -> Vec<f64> {
    let n = panel.n_weeks;
    let rows = panel.persons[person].clone();
    let tilt = |row: usize| v[panel.weeks[row]] + v[n] * panel.covariate[row];
    let pairs = || rows.clone().zip(&shares.expected);
    let mean: f64 = pairs().map(|(row, share)| share * tilt(row)).sum();
    let mut image = a_v.to_vec();
    for (row, share) in pairs() {
        let part = shares.total * share * (tilt(row) - mean);
        image[panel.weeks[row]] -= part;
        image[n] -= part * panel.covariate[row];
    }
    image
}

fn climb(panel: &CountPanel, mut at: Point, who: Who) -> Result<Fit, WhyNone> {
    let n = panel.n_weeks;
    let has_lines = weeks_with_lines(panel, who.left_out);
    let mut height = height(panel, &at, who, &has_lines);
    let mut was_there = false;
    for n_steps in 0..MAX_STEPS {
        let (gradient, matrix) = slopes_and_bends(panel, &at, who, &has_lines);
        let hessian = Cholesky::of(matrix, n + 1);
        if who.slope_is_free && hessian.left_over(n) <= 0.0 {
            // What varied at the start still does, but where no lines are left to be.
            let is_level = n_steps == 0;
            return Err(if is_level { WhyNone::NoVariation } else { WhyNone::Separated });
        }
        let mut step = newton_step(&hessian, &gradient, who);
        let gain = dot(&step, &gradient);
        if !gain.is_finite() {
            return Err(WhyNone::NotComputable);
        }
        // Near the peak a step squares what is left, so one more than needed is exact.
        let is_there = gain <= 1e-10 * (1.0 + height.abs())
            && step[n].abs() < TOLERANCE * (1.0 + at.slope.abs());
        if is_there && was_there {
            let scores = scores(panel, &at, &hessian, &has_lines);
            let information = hessian.left_over(n);
            let Point { weeks, slope } = at;
            return Ok(Fit { slope, information, scores, weeks, hessian });
        }
        was_there = is_there;
        let mut next = moved(&at, &step);
        let mut next_height = self::height(panel, &next, who, &has_lines);
        // The peak is one, but a whole step may jump over it.
        while next_height < height - 1e-10 * (1.0 + height.abs()) {
            step.iter_mut().for_each(|part| *part *= 0.5);
            next = moved(&at, &step);
            next_height = self::height(panel, &next, who, &has_lines);
        }
        (at, height) = (next, next_height);
        if !height.is_finite() || is_running_away(panel, at.slope) {
            return Err(WhyNone::Separated);
        }
    }
    Err(WhyNone::Separated)
}

fn newton_step(hessian: &Cholesky, gradient: &[f64], who: Who) -> Vec<f64> {
    let n = gradient.len() - 1;
    if who.slope_is_free {
        return hessian.solve(gradient);
    }
    // With the slope held, the last unknown must not take part: its equation is made
    // to say that it is zero.
    let mut gradient = gradient.to_vec();
    gradient[n] = dot(&hessian.on_those_before(n), &gradient[..n]);
    let mut step = hessian.solve(&gradient);
    step[n] = 0.0;
    step
}

fn moved(at: &Point, step: &[f64]) -> Point {
    let mut weeks = at.weeks.clone();
    add(&mut weeks, 1.0, step);
    Point { weeks, slope: at.slope + step[at.weeks.len()] }
}

fn is_running_away(panel: &CountPanel, slope: f64) -> bool {
    let largest = panel.covariate.iter().fold(0.0_f64, |max, x| max.max(x.abs()));
    slope.abs() * largest > RUNAWAY
}

/// Without one person a week may have no lines left; it then says nothing.
fn weeks_with_lines(panel: &CountPanel, left_out: Option<usize>) -> Vec<bool> {
    let mut has_lines = vec![false; panel.n_weeks];
    for (person, rows) in panel.persons.iter().enumerate() {
        for row in rows.clone().filter(|_| left_out != Some(person)) {
            has_lines[panel.weeks[row]] |= panel.counts[row] > 0.0;
        }
    }
    has_lines
}

fn shares(
    panel: &CountPanel,
    person: usize,
    at: &Point,
    counts: impl Fn(usize) -> bool,
) -> Shares {
    let rows = panel.persons[person].clone();
    let linear: Vec<f64> = rows
        .clone()
        .map(|row| match counts(panel.weeks[row]) {
            true => at.weeks[panel.weeks[row]] + at.slope * panel.covariate[row],
            false => f64::NEG_INFINITY,
        })
        .collect();
    let top = linear.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut expected: Vec<f64> = linear.iter().map(|l| (l - top).exp()).collect();
    let sum: f64 = expected.iter().sum();
    let own = &panel.counts[rows];
    let total: f64 = own.iter().sum();
    // 0 * -infinity is nothing here.
    let likely = |(count, l): (&f64, &f64)| if *count > 0.0 { count * l } else { 0.0 };
    let explained: f64 = own.iter().zip(&linear).map(likely).sum();
    expected.iter_mut().for_each(|share| *share /= sum);
    Shares { total, expected, log_likelihood: explained - total * (top + sum.ln()) }
}

fn looked_at(panel: &CountPanel, who: Who) -> impl Iterator<Item = usize> {
    (0..panel.persons.len()).filter(move |&person| who.left_out != Some(person))
}

fn height(panel: &CountPanel, at: &Point, who: Who, has_lines: &[bool]) -> f64 {
    let of = |person| shares(panel, person, at, |week| has_lines[week]).log_likelihood;
    looked_at(panel, who).map(of).sum()
}

/// Gradient and negative Hessian, the slope last.
fn slopes_and_bends(
    panel: &CountPanel,
    at: &Point,
    who: Who,
    has_lines: &[bool],
) -> (Vec<f64>, Vec<f64>) {
    let size = panel.n_weeks + 1;
    let (mut gradient, mut matrix) = (vec![0.0; size], vec![0.0; size * size]);
    for person in looked_at(panel, who) {
        let shares = shares(panel, person, at, |week| has_lines[week]);
        add_gradient(panel, person, &shares, &mut gradient);
        add_bends(panel, person, &shares, &mut matrix);
    }
    (gradient, matrix)
}

fn add_gradient(panel: &CountPanel, person: usize, shares: &Shares, to: &mut [f64]) {
    for (row, share) in panel.persons[person].clone().zip(&shares.expected) {
        let surprise = panel.counts[row] - shares.total * share;
        to[panel.weeks[row]] += surprise;
        to[panel.n_weeks] += surprise * panel.covariate[row];
    }
}

fn add_bends(panel: &CountPanel, person: usize, shares: &Shares, to: &mut [f64]) {
    let (n, size) = (panel.n_weeks, panel.n_weeks + 1);
    let rows = panel.persons[person].clone();
    let (weeks, z) = (&panel.weeks[rows.clone()], &panel.covariate[rows]);
    let share = &shares.expected;
    let mean = dot(share, z);
    for (i, &week) in weeks.iter().enumerate() {
        let weight = shares.total * share[i];
        let line = &mut to[week * size..week * size + size];
        for (&earlier, other) in weeks[..=i].iter().zip(share) {
            line[earlier] -= weight * other;
        }
        line[week] += weight;
        to[n * size + week] += weight * (z[i] - mean);
        to[n * size + n] += weight * (z[i] - mean) * (z[i] - mean);
    }
}

/// Each person's part of the score of the slope, with the covariate freed of weeks;
/// a person's own level falls out, for their surprises add up to zero.
fn scores(
    panel: &CountPanel,
    at: &Point,
    hessian: &Cholesky,
    has_lines: &[bool],
) -> Vec<f64> {
    let by_week = hessian.on_those_before(panel.n_weeks);
    let score = |person: usize| {
        let shares = shares(panel, person, at, |week| has_lines[week]);
        let rows = panel.persons[person].clone().zip(&shares.expected);
        rows.map(|(row, share)| {
            let surprise = panel.counts[row] - shares.total * share;
            surprise * (panel.covariate[row] - by_week[panel.weeks[row]])
        })
        .sum()
    };
    (0..panel.persons.len()).map(score).collect()
}
