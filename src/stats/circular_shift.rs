//! A second opinion on an association within persons: each person's spend is turned
//! round in time, so that it keeps its ups and downs but not their place.

use crate::stats::person_week::{PersonWeek, sound};
use crate::stats::rank_association::{MIN_PERSONS, OnePerson, fisher, within_persons};
use crate::stats::rng::Rng;
use crate::stats::spearman::mid_ranks;
use crate::stats::why_none::WhyNone;
use crate::units::{count_to_f64, len_to_f64, len_to_u64};

/// How many sets of turns are drawn.
pub const DRAWS: u64 = 9_999;

/// The outcome of turning spend round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CircularShift {
    /// The share of draws with a mean correlation at least as far from zero.
    pub p: Option<f64>,
    /// Draws made.
    pub n_draws: u64,
    /// Persons that enter.
    pub n_persons: u64,
    /// Person-weeks that enter.
    pub n_rows: u64,
    /// Why there is no p.
    pub reason: Option<WhyNone>,
}

/// Tests the rank association within persons by random circular shifts, one for each
/// person and draw. It holds for usage and output that depend on their own past,
/// which sign flips leave to the number of persons.
pub fn circular_shift(rows: &[PersonWeek], seed: u64) -> CircularShift {
    let panel = sound(rows);
    let none = |reason| CircularShift {
        p: None,
        n_draws: 0,
        n_persons: 0,
        n_rows: 0,
        reason: Some(reason),
    };
    let Some(within) = within_persons(&panel, None) else {
        return none(WhyNone::NotComputable);
    };
    let persons = &within.persons;
    let n_rows = persons.iter().map(|person| len_to_u64(person.spend.len())).sum();
    let counted = CircularShift {
        n_persons: len_to_u64(persons.len()),
        n_rows,
        ..none(WhyNone::TooFewClusters)
    };
    if counted.n_persons < MIN_PERSONS {
        return counted;
    }
    // A turn by k weeks is one of a person's few: all are computed once, and a draw
    // adds up one of each.
    let turns: Vec<Vec<f64>> = persons.iter().map(scores_of_turns).collect();
    let observed: f64 = turns.iter().map(|of_person| of_person[0]).sum();
    let p = share_beyond(&turns, observed, &mut Rng::seeded(seed));
    CircularShift { p: Some(p), n_draws: DRAWS, reason: None, ..counted }
}

// What was observed is one of the draws (Phipson and Smyth 2010).
fn share_beyond(turns: &[Vec<f64>], observed: f64, rng: &mut Rng) -> f64 {
    let size: f64 = turns.iter().flatten().map(|score| score.abs()).sum();
    let threshold = observed.abs() - 1e-12 * size;
    let mut n_beyond = 1;
    for _ in 0..DRAWS {
        let mut sum = 0.0;
        for of_person in turns {
            let turn = rng.below(len_to_u64(of_person.len()));
            sum += of_person[usize::try_from(turn).unwrap_or(0)];
        }
        n_beyond += u64::from(sum.abs() >= threshold);
    }
    count_to_f64(n_beyond) / count_to_f64(DRAWS + 1)
}

/// The score for each turn, beginning with none. A person enters only if both
/// series vary, so no length is zero.
fn scores_of_turns(person: &OnePerson) -> Vec<f64> {
    let centred = |values: &[f64]| {
        let ranks = mid_ranks(values);
        let mean = 0.5 * (len_to_f64(ranks.len()) + 1.0);
        ranks.into_iter().map(|rank| rank - mean).collect::<Vec<f64>>()
    };
    let (spend, lines) = (centred(&person.spend), centred(&person.lines));
    let square = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>();
    let size = (square(&spend) * square(&lines)).sqrt();
    let n = spend.len();
    let twice = [spend.as_slice(), &spend].concat();
    let score = |turn: usize| {
        let turned = &twice[turn..turn + n];
        fisher(crate::stats::cholesky::dot(turned, &lines) / size)
    };
    (0..n).map(score).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::rank_association;

    fn panel(seed: u64, effect: f64) -> Vec<PersonWeek> {
        let mut rng = Rng::seeded(seed);
        let mut rows = Vec::new();
        for person in 0..10 {
            for week in 0..20 {
                let spend = rng.exponential() * 10.0;
                let lines = (3.0 + effect * spend.ln_1p() + rng.normal()).exp();
                rows.push(PersonWeek { person, week, spend, durable_lines: lines });
            }
        }
        rows
    }

    #[test]
    fn an_association_is_lost_by_turning() {
        let test = circular_shift(&panel(1, 0.8), 5);
        assert!(test.p.unwrap() < 0.001, "{test:?}");
        assert_eq!((test.n_persons, test.n_rows, test.n_draws), (10, 200, DRAWS));
        let none = circular_shift(&panel(2, 0.0), 5);
        assert!(none.p.unwrap() > 0.05, "{none:?}");
        assert_eq!(circular_shift(&panel(2, 0.0), 5), none);
    }

    #[test]
    fn no_turn_is_the_rank_association_itself() {
        let rows = panel(3, 0.4);
        let within = within_persons(&sound(&rows), None).unwrap();
        let scores: Vec<f64> =
            within.persons.iter().map(|person| scores_of_turns(person)[0]).collect();
        let mean = scores.iter().sum::<f64>() / 10.0;
        let value = rank_association(&rows, 1).value.unwrap();
        assert!((mean.tanh() - value).abs() < 1e-12);
    }

    #[test]
    fn few_persons_are_not_turned() {
        let mut rows = panel(4, 0.0);
        rows.retain(|row| row.person < 5);
        let test = circular_shift(&rows, 1);
        assert_eq!((test.p, test.reason), (None, Some(WhyNone::TooFewClusters)));
        assert_eq!(test.n_persons, 5);
    }
}
