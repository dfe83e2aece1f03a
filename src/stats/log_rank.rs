//! Do two cohorts die at the same pace? The log-rank comparison, with the score
//! of a cluster as one piece of evidence.
//!
//! With g = 1 in the first cohort and 0 in the second, r_1j of r_j at risk and
//! d_j dead at age j, the score of a line is
//!
//! ```text
//! sum_j (g - r_1j / r_j) * (dead at j - at risk at j * d_j / r_j)
//! ```
//!
//! and lines of a cluster add up. All scores together are the observed deaths of
//! the first cohort minus the expected ones. The textbook chi-square takes lines
//! for independent, which they are not; here Z = sum of scores / root of the sum
//! of their squares (Lin and Wei 1989; Spiekerman and Lin 1998).

use crate::stats::clusters::{self, ClusteredBy, Ids, Support, Weighting};
use crate::stats::kaplan_meier::{Curve, kaplan_meier};
use crate::stats::lifespan::Lifespan;
use crate::stats::sign_flip::{SignFlip, sign_flip};
use crate::stats::student_t;
use crate::stats::why_none::WhyNone;
use crate::units::{count_to_f64, len_to_u64};

/// The comparison of two cohorts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogRank {
    /// Lines of the first cohort that died.
    pub observed: u64,
    /// Lines of the first cohort that would have died at the common pace.
    pub expected: f64,
    /// The standardised score; above 0 the first cohort dies faster.
    pub z: Option<f64>,
    /// Two-sided p of Z under Student's t with one degree less than clusters.
    pub p: Option<f64>,
    /// The same question answered by flipping the signs of cluster scores.
    pub sign_flip: Option<SignFlip>,
    /// Clusters with lines in either cohort.
    pub n_clusters: u64,
    /// What stands behind the first cohort.
    pub first_support: Support,
    /// What stands behind the second cohort.
    pub second_support: Support,
    /// Why there is no Z.
    pub reason: Option<WhyNone>,
}

/// Compares two cohorts, whose clusters are numbered alike. `seed` is for the sign
/// flips of many clusters.
pub fn log_rank(first: &[Lifespan], second: &[Lifespan], seed: u64) -> LogRank {
    let by = clusters::choose(first).max(clusters::choose(second));
    let support = |cohort: &[Lifespan]| {
        clusters::support(cohort, &clusters::weights(cohort, Weighting::Lines), by)
    };
    let (first_support, second_support) = (support(first), support(second));
    let ids = Ids::of(first, by).union(&Ids::of(second, by));
    let pace = Pace::new(first, second);
    let scores = scores(&pace, [first, second], &ids, by);
    let total: f64 = scores.iter().sum();
    let observed = deaths(first);
    let mut result = LogRank {
        observed,
        expected: count_to_f64(observed) - total,
        z: None,
        p: None,
        sign_flip: None,
        n_clusters: ids.len(),
        first_support,
        second_support,
        reason: first_support
            .why_no_interval()
            .or_else(|| second_support.why_no_interval()),
    };
    let squares: f64 = scores.iter().map(|score| score * score).sum();
    if result.reason.is_none() && squares <= 0.0 {
        result.reason = Some(WhyNone::NoDeaths);
    }
    if result.reason.is_none() {
        let z = total / squares.sqrt();
        result.z = Some(z);
        result.p = student_t::two_sided_p(z, len_to_u64(scores.len()) - 1);
        result.sign_flip = sign_flip(&scores, seed);
    }
    result
}

fn deaths(cohort: &[Lifespan]) -> u64 {
    let died = cohort.iter().filter(|span| span.is_observed() && span.died);
    died.map(|span| span.lines).sum()
}

/// The common pace of death, and who was at risk of it, summed up by age.
#[derive(Debug)]
struct Pace {
    /// Ages with a death in either cohort, ascending.
    ages: Vec<f64>,
    /// The first cohort's share of those at risk, at each age.
    share: Vec<f64>,
    /// The sum of d/r over the ages before each, and over all.
    hazard: Vec<f64>,
    /// The same sum, each term times the first cohort's share.
    shared_hazard: Vec<f64>,
}

impl Pace {
    fn new(first: &[Lifespan], second: &[Lifespan]) -> Self {
        let both = kaplan_meier(&[first, second].concat());
        let first: Curve = kaplan_meier(first);
        let mut pace = Self {
            ages: Vec::new(),
            share: Vec::new(),
            hazard: vec![0.0],
            shared_hazard: vec![0.0],
        };
        let (mut hazard, mut shared_hazard) = (0.0, 0.0);
        for step in both.steps.iter().filter(|step| step.deaths > 0) {
            let at_risk = count_to_f64(step.at_risk);
            let share = count_to_f64(first.at_risk(step.age_days)) / at_risk;
            let pace_here = count_to_f64(step.deaths) / at_risk;
            hazard += pace_here;
            shared_hazard += share * pace_here;
            pace.ages.push(step.age_days);
            pace.share.push(share);
            pace.hazard.push(hazard);
            pace.shared_hazard.push(shared_hazard);
        }
        pace
    }

    /// The score of one line of a cohort, `group` being 1 for the first and 0 for
    /// the second.
    fn score(&self, lifespan: &Lifespan, group: f64) -> f64 {
        let after = |age: f64| self.ages.partition_point(|&death| death <= age);
        let from =
            if lifespan.is_watched_from_birth() { 0 } else { after(lifespan.entry_days) };
        let to = after(lifespan.exit_days);
        let expected = group * (self.hazard[to] - self.hazard[from])
            - (self.shared_hazard[to] - self.shared_hazard[from]);
        if lifespan.died { group - self.share[to - 1] - expected } else { -expected }
    }
}

fn scores(
    pace: &Pace,
    cohorts: [&[Lifespan]; 2],
    ids: &Ids,
    by: ClusteredBy,
) -> Vec<f64> {
    let mut scores = vec![0.0; usize::try_from(ids.len()).unwrap_or(0)];
    for (cohort, group) in cohorts.into_iter().zip([1.0, 0.0]) {
        for lifespan in cohort.iter().filter(|span| span.is_observed()) {
            if let Some(index) = ids.index(by.id(lifespan)) {
                scores[index] +=
                    count_to_f64(lifespan.lines) * pace.score(lifespan, group);
            }
        }
    }
    scores
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::kaplan_meier::tests::{MERCAPTOPURINE, numbers, random_sets};
    use crate::stats::rng::Rng;

    const PLACEBO: [f64; 21] = [
        1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 4.0, 5.0, 5.0, 8.0, 8.0, 8.0, 8.0, 11.0, 11.0,
        12.0, 12.0, 15.0, 17.0, 22.0, 23.0,
    ];

    /// Every patient a cluster of their own.
    fn freireich() -> (Vec<Lifespan>, Vec<Lifespan>) {
        let mut next = 0..;
        let mut patient = |exit_days, died| {
            let cluster = next.next().unwrap();
            Lifespan {
                entry_days: 0.0,
                exit_days,
                died,
                lines: 1,
                cluster,
                change: cluster,
            }
        };
        let mut treated = Vec::new();
        for (age, died, n) in MERCAPTOPURINE {
            (0..n).for_each(|_| treated.push(patient(age, died)));
        }
        (treated, PLACEBO.iter().map(|&age| patient(age, true)).collect())
    }

    /// The textbook statistic, with Mantel's hypergeometric variance: right for
    /// independent patients, and here only to be compared with other programs.
    fn chi_square(first: &[Lifespan], second: &[Lifespan]) -> f64 {
        let excess = {
            let result = log_rank(first, second, 1);
            count_to_f64(result.observed) - result.expected
        };
        let curve = kaplan_meier(first);
        let both = kaplan_meier(&[first, second].concat());
        let variance = |step: &crate::stats::kaplan_meier::Step| {
            let (r, d) = (count_to_f64(step.at_risk), count_to_f64(step.deaths));
            let share = count_to_f64(curve.at_risk(step.age_days)) / r;
            if r > 1.0 { d * share * (1.0 - share) * (r - d) / (r - 1.0) } else { 0.0 }
        };
        excess.powi(2) / both.steps.iter().map(variance).sum::<f64>()
    }

    #[test]
    fn the_textbook_chi_square_of_the_remission_data_follows_from_our_counts() {
        let (treated, placebo) = freireich();
        let result = log_rank(&treated, &placebo, 1);
        assert_eq!(result.observed, 9);
        assert!((result.expected - 19.250_5).abs() < 1e-3, "{}", result.expected);
        let chi_square = chi_square(&treated, &placebo);
        // As computed by lifelines 0.30.3, logrank_test.
        assert!((chi_square - 16.792_940_989_216_547).abs() < 1e-9, "{chi_square}");
        assert!(result.z.unwrap() < -3.0 && result.p.unwrap() < 0.01);
    }

    #[test]
    fn the_textbook_chi_square_equals_that_of_other_programs() {
        let sets = random_sets();
        let mut n_pairs = 0;
        for columns in numbers(include_str!("../../fixtures/stats/log_rank.tsv")) {
            let set = |i: usize| &sets[columns[i].parse::<usize>().unwrap()];
            let expected: f64 = columns[2].parse().unwrap();
            let ours = chi_square(set(0), set(1));
            assert!((ours - expected).abs() < 1e-9 * (1.0 + expected), "{columns:?}");
            n_pairs += 1;
        }
        assert_eq!(n_pairs, 200);
    }

    fn random(rng: &mut Rng, pace: f64) -> Vec<Lifespan> {
        let tick = |days: f64| (days * 4.0).floor() / 4.0;
        (0..90)
            .map(|_| {
                let exit_days = tick(rng.exponential() * 50.0 / pace);
                let late = tick(rng.uniform() * exit_days);
                let cluster = u32::try_from(rng.below(12)).unwrap();
                let entry_days = if rng.uniform() < 0.3 { late } else { 0.0 };
                let died = rng.uniform() < 0.7;
                let lines = rng.below(30) + 1;
                Lifespan { entry_days, exit_days, died, lines, cluster, change: cluster }
            })
            .collect()
    }

    /// The double sum of the definition, over all lines and ages.
    fn by_definition(cohorts: [&[Lifespan]; 2], cluster: u32) -> f64 {
        let all = cohorts.concat();
        let count = |rows: &[Lifespan], age: f64, dead: bool| -> f64 {
            let counts = |span: &&Lifespan| {
                let dies_now = span.died && (span.exit_days - age).abs() < 1e-9;
                span.is_at_risk(age) && (!dead || dies_now)
            };
            count_to_f64(rows.iter().filter(counts).map(|span| span.lines).sum())
        };
        let mut ages: Vec<f64> = all
            .iter()
            .filter(|s| s.died && s.is_observed())
            .map(|s| s.exit_days)
            .collect();
        ages.sort_by(f64::total_cmp);
        ages.dedup();
        let mut score = 0.0;
        for (cohort, group) in cohorts.into_iter().zip([1.0, 0.0]) {
            let own: Vec<_> =
                cohort.iter().filter(|s| s.cluster == cluster).copied().collect();
            for &age in &ages {
                let (r, d) = (count(&all, age, false), count(&all, age, true));
                let share = count(cohorts[0], age, false) / r;
                let surplus = count(&own, age, true) - count(&own, age, false) * d / r;
                score += (group - share) * surplus;
            }
        }
        score
    }

    #[test]
    fn cluster_scores_are_those_of_the_definition() {
        let mut rng = Rng::seeded(17);
        let (first, second) = (random(&mut rng, 2.0), random(&mut rng, 1.0));
        let cohorts = [first.as_slice(), &second];
        let expected: Vec<f64> = (0..12).map(|c| by_definition(cohorts, c)).collect();
        let total: f64 = expected.iter().sum();
        let squares: f64 = expected.iter().map(|u| u * u).sum();
        let result = log_rank(&first, &second, 1);
        assert_eq!(result.n_clusters, 12);
        assert!((result.z.unwrap() - total / squares.sqrt()).abs() < 1e-9);
        let excess = count_to_f64(result.observed) - result.expected;
        assert!((excess - total).abs() < 1e-8);
        assert_eq!(result.sign_flip, sign_flip(&expected, 1));
    }

    #[test]
    fn counting_lines_twice_adds_no_evidence() {
        let mut rng = Rng::seeded(18);
        let (first, second) = (random(&mut rng, 1.3), random(&mut rng, 1.0));
        let twice = |rows: &[Lifespan]| {
            let double = |span: &Lifespan| Lifespan { lines: 2 * span.lines, ..*span };
            rows.iter().map(double).collect::<Vec<_>>()
        };
        let once = log_rank(&first, &second, 1).z.unwrap();
        let doubled = log_rank(&twice(&first), &twice(&second), 1).z.unwrap();
        assert!((once - doubled).abs() < 1e-9);
    }

    #[test]
    fn few_clusters_are_not_compared() {
        let (treated, placebo) = freireich();
        let result = log_rank(&treated[..5], &placebo, 1);
        assert_eq!((result.z, result.p), (None, None));
        assert_eq!(result.reason, Some(WhyNone::TooFewClusters));
    }
}
