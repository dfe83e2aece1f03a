//! Which share of lines is dead by an age, and of what: the estimator of Aalen and
//! Johansen (1978) for competing causes. Shares of all causes add up to 1 - S, which
//! one curve for each cause, with the others as censorings, would not.

use crate::stats::kaplan_meier::Curve;
use crate::stats::lifespan::Lifespan;
use crate::units::count_to_f64;

/// Returns for each age, and at it for each cause, the share of lines dead of that
/// cause by then. `causes` has one number below `n_causes` for each lifespan, `curve` is
/// that of the same lifespans by line, and ages ascend.
pub fn cumulative_incidence(
    (lifespans, causes): (&[Lifespan], &[usize]),
    n_causes: usize,
    curve: &Curve,
    ages_days: &[f64],
) -> Vec<Vec<f64>> {
    let mut deaths = vec![vec![0_u64; n_causes]; curve.steps.len()];
    for (lifespan, &cause) in lifespans.iter().zip(causes) {
        if lifespan.is_observed() && lifespan.died {
            let before = |age: f64| age < lifespan.exit_days;
            let step = curve.steps.partition_point(|step| before(step.age_days));
            deaths[step][cause] += lifespan.lines;
        }
    }
    let mut dead = vec![0.0; n_causes];
    let (mut before, mut next) = (1.0, 0);
    let mut at = Vec::with_capacity(ages_days.len());
    for &age in ages_days {
        while let Some(step) = curve.steps.get(next).filter(|one| one.age_days <= age) {
            for (share, &died) in dead.iter_mut().zip(&deaths[next]) {
                if died > 0 {
                    *share += before * count_to_f64(died) / count_to_f64(step.at_risk);
                }
            }
            (before, next) = (step.survival, next + 1);
        }
        at.push(dead.clone());
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::kaplan_meier;
    use crate::stats::kaplan_meier::tests::random_sets;

    #[test]
    fn shares_of_all_causes_add_up_to_what_is_gone() {
        for set in random_sets() {
            let causes: Vec<usize> = (0..set.len()).map(|row| row * 7 % 3).collect();
            let curve = kaplan_meier(&set);
            let ages = [0.0, 7.0, 30.0, 90.0, 365.0];
            let by_cause = cumulative_incidence((&set, &causes), 3, &curve, &ages);
            for (age, shares) in ages.into_iter().zip(&by_cause) {
                let gone = shares.iter().sum::<f64>();
                assert!((gone - (1.0 - curve.at(age))).abs() < 1e-12, "age {age}");
            }
        }
    }

    #[test]
    fn without_censoring_shares_are_counts() {
        let span = |exit_days, died, lines| Lifespan {
            entry_days: 0.0,
            exit_days,
            died,
            lines,
            cluster: 0,
            change: 0,
        };
        let spans = [span(1.0, true, 2), span(2.0, true, 3), span(9.0, false, 5)];
        let curve = kaplan_meier(&spans);
        let shares = cumulative_incidence((&spans, &[1, 0, 0]), 2, &curve, &[1.5, 3.0]);
        let expected = [[0.0, 0.2], [0.3, 0.2]];
        for (shares, expected) in shares.iter().zip(expected) {
            for (share, expected) in shares.iter().zip(expected) {
                assert!((share - expected).abs() < 1e-12, "{shares:?}");
            }
        }
    }

    #[test]
    fn causes_compete_as_in_a_table_done_by_hand() {
        // 10 at risk, 2 die of the first cause; 3 are censored; of 5 at risk 1 dies of
        // the second: 0.2, and 0.8 / 5.
        let span = |exit_days, died, lines| Lifespan {
            entry_days: 0.0,
            exit_days,
            died,
            lines,
            cluster: 0,
            change: 0,
        };
        let spans = [
            span(1.0, true, 2),
            span(2.0, false, 3),
            span(3.0, true, 1),
            span(4.0, false, 4),
        ];
        let curve = kaplan_meier(&spans);
        let shares =
            cumulative_incidence((&spans, &[0, 0, 1, 0]), 2, &curve, &[5.0]).remove(0);
        assert!((shares[0] - 0.2).abs() < 1e-12 && (shares[1] - 0.16).abs() < 1e-12);
    }
}
