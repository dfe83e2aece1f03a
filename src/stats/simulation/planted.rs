//! Lifetimes drawn from known distributions come out again.

use crate::stats::rng::Rng;
use crate::stats::student_t;
use crate::stats::{
    HORIZONS_DAYS, Lifespan, Weighting, mean_life, survival_at, survival_difference,
};

/// Lives with survival exp(-(age / scale)^shape): exponential for shape 1; below it the
/// young die first.
#[derive(Debug, Clone, Copy)]
struct Weibull {
    shape: f64,
    scale_days: f64,
}

const PLANTED: [Weibull; 3] = [
    Weibull { shape: 1.0, scale_days: 220.0 },
    Weibull { shape: 0.6, scale_days: 500.0 },
    Weibull { shape: 1.5, scale_days: 250.0 },
];

impl Weibull {
    fn survival(self, age_days: f64) -> f64 {
        (-(age_days / self.scale_days).powf(self.shape)).exp()
    }

    fn mean_life(self, tau_days: f64) -> f64 {
        let width = tau_days / 9_000.0;
        let middles = (0..9_000).map(|i| (f64::from(i) + 0.5) * width);
        middles.map(|age| self.survival(age) * width).sum()
    }

    /// Lines of twenty people, each with twelve changes of up to 60 lines, watched for 60
    /// to 900 days; with a window, a third of the changes is older than it.
    fn draw(self, rng: &mut Rng, has_window: bool) -> Vec<Lifespan> {
        let mut spans = Vec::new();
        for change in 0..240 {
            let end = 60.0 + 840.0 * rng.uniform();
            let is_older = has_window && rng.uniform() < 0.34;
            let entry_days = if is_older { end * rng.uniform() } else { 0.0 };
            for _ in 0..20 + rng.below(40) {
                let age = self.scale_days * rng.exponential().powf(1.0 / self.shape);
                let (exit_days, died) = (age.min(end), age <= end);
                let cluster = change / 12;
                let lines = 1;
                spans.push(Lifespan {
                    entry_days,
                    exit_days,
                    died,
                    lines,
                    cluster,
                    change,
                });
            }
        }
        spans
    }
}

/// How many standard errors of the jackknife over `n` clusters lie between a number and
/// the truth, both on the scale of the interval.
fn distance(value: f64, truth: f64, high: f64, n: u64) -> f64 {
    let t = student_t::quantile(0.975, n - 1).unwrap();
    (value - truth).abs() / ((high - value).abs() / t)
}

#[test]
fn planted_lifetimes_come_out_within_three_standard_errors_at_all_ages() {
    let cloglog = |survival: f64| (-survival.ln()).ln();
    let mut largest = 0.0_f64;
    for (planted, seed) in PLANTED.into_iter().zip(1..) {
        for has_window in [false, true] {
            let spans = planted.draw(&mut Rng::seeded(seed), has_window);
            for weighting in [Weighting::Lines, Weighting::Changes] {
                for at in survival_at(&spans, &HORIZONS_DAYS, weighting) {
                    let truth = planted.survival(at.horizon_days.into());
                    let distance = distance(
                        cloglog(at.value.unwrap()),
                        cloglog(truth),
                        cloglog(at.high.unwrap()),
                        at.support.n_clusters,
                    );
                    assert!(distance < 3.0, "{planted:?}, window {has_window}: {at:?}");
                    largest = largest.max(distance);
                }
                let mean = mean_life(&spans, 90.0, weighting);
                let truth = planted.mean_life(90.0);
                let value = mean.value.unwrap();
                assert!(distance(value, truth, mean.high.unwrap(), 20) < 3.0, "{mean:?}");
            }
        }
    }
    assert!(largest > 0.5, "the intervals are far too wide: {largest}");
}

/// What would come out if the older lines had entered at age 0.
#[test]
fn older_lines_taken_from_birth_on_would_seem_to_live_longer() {
    let planted = PLANTED[1];
    let spans = planted.draw(&mut Rng::seeded(5), true);
    let watched = spans.iter().filter(|span| span.is_observed());
    let wrong: Vec<_> =
        watched.map(|span| Lifespan { entry_days: 0.0, ..*span }).collect();
    let truth = planted.survival(90.0);
    let at = survival_at(&wrong, &[90], Weighting::Lines)[0];
    assert!(at.low.unwrap() > truth, "{at:?} and {truth}");
}

#[test]
fn a_planted_difference_comes_out_and_none_is_made_of_nothing() {
    let mut rng = Rng::seeded(8);
    let (first, second) =
        (PLANTED[0].draw(&mut rng, true), PLANTED[1].draw(&mut rng, true));
    let truth = PLANTED[0].survival(30.0) - PLANTED[1].survival(30.0);
    let found = survival_difference(&first, &second, 30, Weighting::Lines);
    assert!(found.low.unwrap() < truth && truth < found.high.unwrap(), "{found:?}");
    assert!(found.low.unwrap() > 0.0 && found.allows_verdict());
    let again = PLANTED[0].draw(&mut rng, false);
    let none = survival_difference(&first, &again, 30, Weighting::Lines);
    assert!(none.low.unwrap() < 0.0 && none.high.unwrap() > 0.0, "{none:?}");
}
