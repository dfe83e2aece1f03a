//! Counts that vary more than chance alone: variance = mean + mean^2 / theta.

use crate::stats::gamma::beta_at_most;

/// A unit that counts are observed of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Observed {
    /// What the count follows, in logs.
    pub(super) covariate: f64,
    /// The log of what it is proportional to.
    pub(super) offset: f64,
    /// The count.
    pub(super) count: f64,
}

/// mean = exp(level + slope * (covariate - centre) + offset).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Model {
    /// The mean covariate. Units that spend much alike could not be told apart from afar.
    pub(super) centre: f64,
    pub(super) level: f64,
    pub(super) slope: f64,
    /// `None` if the counts vary no more than chance alone.
    pub(super) theta: Option<f64>,
    /// Level and slope as the fit knows them: variances, and their covariance between.
    pub(super) variance: [f64; 3],
}

impl Model {
    pub(super) fn mean(&self, unit: &Observed) -> f64 {
        (self.level + self.slope * (unit.covariate - self.centre) + unit.offset).exp()
    }

    /// The variance of the log of the mean.
    pub(super) fn uncertainty(&self, unit: &Observed) -> f64 {
        let ([level, both, slope], x) = (self.variance, unit.covariate - self.centre);
        (level + 2.0 * both * x + slope * x * x).max(0.0)
    }
}

const MAX_ROUNDS: u32 = 500;

/// Slopes that are believed beyond what was seen: more of what a count follows brings no
/// fewer, and no more than in proportion.
const SLOPES: (f64, f64) = (0.0, 1.0);
/// Half as much, or twice, as was seen is far.
const FAR: f64 = std::f64::consts::LN_2;

/// Fits level, slope and theta: the first two by likelihood at a given theta, theta
/// where Pearson's chi-square equals its degrees of freedom (Breslow 1984), in turn.
/// Far from these units, where `at` may be, a slope that is not believed is the nearest that
/// is: units much alike tell little of a slope, and what is expected far from them would
/// be anything; so it is where one far unit leads the slope astray. `None` if the covariate does not vary or the rounds do not settle.
pub(super) fn fit(units: &[Observed], at: Option<f64>) -> Option<Model> {
    let seen = units.iter().map(|unit| unit.covariate);
    let (low, high) = seen.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
        (low.min(x), high.max(x))
    });
    let is_far = at.is_some_and(|at| at < low - FAR || at > high + FAR);
    let (least, most) = SLOPES;
    let free = settle(units, None)?;
    let is_believed = (least..=most).contains(&free.slope);
    if is_believed || !is_far && !is_led_astray(units, &free) {
        Some(free)
    } else {
        settle(units, Some(free.slope.clamp(least, most)))
    }
}

/// Whether no theta fits though the counts vary more than chance: one unit far from the
/// others is expected to have next to nothing, and has something.
fn is_led_astray(units: &[Observed], model: &Model) -> bool {
    let part = |unit: &Observed| {
        let mean = model.mean(unit);
        (unit.count - mean).powi(2) / mean
    };
    let freedom = crate::units::len_to_f64(units.len() - 2);
    model.theta.is_none() && units.iter().map(part).sum::<f64>() > freedom
}

/// Fits with a given slope, or with the one that fits.
fn settle(units: &[Observed], slope: Option<f64>) -> Option<Model> {
    let total: f64 = units.iter().map(|unit| unit.count).sum();
    let size: f64 = units.iter().map(|unit| unit.offset.exp()).sum();
    if units.len() < 3 || !(total > 0.0 && size > 0.0) {
        return None;
    }
    let covariates: f64 = units.iter().map(|unit| unit.covariate).sum();
    let start = Model {
        centre: covariates / crate::units::len_to_f64(units.len()),
        level: (total / size).ln(),
        slope: slope.unwrap_or(0.0),
        theta: None,
        variance: [0.0; 3],
    };
    let climb = |model: Model| match slope {
        None => climb(units, model),
        Some(_) => climb_level(units, model),
    };
    let mut model = climb(start)?;
    for _ in 0..MAX_ROUNDS {
        let Some(theta) = pearson_theta(units, &model) else {
            // Once there is no spread left, it is the model without that is meant.
            return climb(Model { theta: None, ..model });
        };
        let before = model.theta;
        model = climb(Model { theta: Some(theta), ..model })?;
        let moved = before.map_or(f64::INFINITY, |before| (theta / before).ln().abs());
        if moved < 1e-12 {
            return Some(model);
        }
    }
    None
}

/// Fisher scoring at the model's theta.
fn climb(units: &[Observed], mut model: Model) -> Option<Model> {
    for _ in 0..MAX_ROUNDS {
        let (mut g, mut h) = ([0.0; 2], [0.0; 3]);
        for unit in units {
            let mean = model.mean(unit);
            let spread = model.theta.map_or(1.0, |theta| 1.0 + mean / theta);
            let (surprise, weight) = ((unit.count - mean) / spread, mean / spread);
            let x = unit.covariate - model.centre;
            g = [g[0] + surprise, g[1] + surprise * x];
            h = [h[0] + weight, h[1] + weight * x, h[2] + weight * x * x];
        }
        let determinant = h[0] * h[2] - h[1] * h[1];
        if !determinant.is_finite() || determinant <= 1e-12 * h[0] * h[2] {
            return None;
        }
        let mut step = [
            (h[2] * g[0] - h[1] * g[1]) / determinant,
            (h[0] * g[1] - h[1] * g[0]) / determinant,
        ];
        // A first step from far away may be too long for exp.
        let reach =
            |unit: &Observed| (step[0] + step[1] * (unit.covariate - model.centre)).abs();
        let longest = units.iter().map(reach).fold(0.0, f64::max);
        if longest > 2.0 {
            step = step.map(|part| part * 2.0 / longest);
        }
        model.level += step[0];
        model.slope += step[1];
        model.variance = [h[2], -h[1], h[0]].map(|part| part / determinant);
        if longest < 1e-13 {
            return Some(model);
        } else if longest < 1e-10 {
            // As near as rounding lets it.
            let is_flat = g[0].abs() < 1e-7 * h[0] && g[1].abs() < 1e-7 * (h[0] + h[2]);
            return is_flat.then_some(model);
        }
    }
    None
}

/// The same for the level alone.
fn climb_level(units: &[Observed], mut model: Model) -> Option<Model> {
    for _ in 0..MAX_ROUNDS {
        let (mut g, mut h) = (0.0, 0.0);
        for unit in units {
            let mean = model.mean(unit);
            let spread = model.theta.map_or(1.0, |theta| 1.0 + mean / theta);
            g += (unit.count - mean) / spread;
            h += mean / spread;
        }
        if !(h.is_finite() && h > 0.0) {
            return None;
        }
        let step = (g / h).clamp(-2.0, 2.0);
        model.level += step;
        model.variance = [h.recip(), 0.0, 0.0];
        if step.abs() < 1e-12 {
            return Some(model);
        }
    }
    None
}

/// The theta at which the counts vary as they should; `None` if they vary less than
/// they should at any.
fn pearson_theta(units: &[Observed], model: &Model) -> Option<f64> {
    let excess = |log_theta: f64| {
        let theta = log_theta.exp();
        let part = |unit: &Observed| {
            let mean = model.mean(unit);
            (unit.count - mean).powi(2) / (mean + mean * mean / theta)
        };
        units.iter().map(part).sum::<f64>() - crate::units::len_to_f64(units.len() - 2)
    };
    let (mut low, mut high) = (1e-9_f64.ln(), 1e7_f64.ln());
    if !(excess(high) > 0.0 && excess(low) < 0.0) {
        return None;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        match excess(middle) < 0.0 {
            true => low = middle,
            false => high = middle,
        }
    }
    Some((0.5 * (low + high)).exp())
}

/// P(count or fewer) and P(count or more).
pub(super) fn tails(count: f64, mean: f64, theta: f64) -> (f64, f64) {
    let failure = theta / (theta + mean);
    let at_most = beta_at_most(failure, theta, count + 1.0);
    let at_least =
        if count > 0.0 { beta_at_most(1.0 - failure, count, theta) } else { 1.0 };
    (at_most, at_least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_equal_those_of_scipy() {
        let mut n = 0;
        for line in include_str!("../../fixtures/stats/negative_binomial.tsv").lines() {
            if line.starts_with('#') {
                continue;
            }
            let columns: Vec<f64> =
                line.split('\t').map(|text| text.parse().unwrap()).collect();
            let (at_most, at_least) = tails(columns[0], columns[1], columns[2]);
            assert!((at_most - columns[3]).abs() < 1e-9, "{line}: {at_most}");
            assert!((at_least - columns[4]).abs() < 1e-9, "{line}: {at_least}");
            n += 1;
        }
        assert_eq!(n, 180);
    }

    #[test]
    fn counts_that_do_not_vary_enough_have_no_theta() {
        let unit = |i: u32| Observed {
            covariate: f64::from(i % 5),
            offset: 0.0,
            count: 100.0 + f64::from(i % 3),
        };
        let units: Vec<Observed> = (0..12).map(unit).collect();
        assert_eq!(fit(&units, None).unwrap().theta, None);
        let same: Vec<Observed> =
            units.iter().map(|unit| Observed { covariate: 1.0, ..*unit }).collect();
        assert_eq!(fit(&same, None), None);
        let none: Vec<Observed> =
            units.iter().map(|unit| Observed { count: 0.0, ..*unit }).collect();
        assert_eq!(fit(&none, None), None);
    }
}
