//! What estimates make of one made-up team.

use super::naive;
use super::panels::{Disturbance, PanelTruth, panel, with_strangers};
use crate::stats::benjamini_hochberg::discoveries;
use crate::stats::decision::{Finding, GatesSeen, decide};
use crate::stats::durable_yield::yield_bounds;
use crate::stats::person_week::PersonWeek;
use crate::stats::rank_association::rank_association;
use crate::stats::rng::Rng;
use crate::stats::{Check, association};

/// What was seen in one team. `None` is no answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// p of readings that are known to go wrong: all rows together; yield with spend;
    /// Poisson as if lines were independent; Poisson with a sandwich over persons.
    pub naive_p: [Option<f64>; 4],
    /// p of the primary estimate.
    pub primary_p: Option<f64>,
    /// Its interval.
    pub primary: Option<(f64, f64)>,
    /// p of the score of the elasticity, with signs flipped.
    pub score_p: Option<f64>,
    /// The elasticity.
    pub elasticity: Option<f64>,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
    /// p of the shifts in time.
    pub shift_p: Option<f64>,
    /// p of the placebo.
    pub placebo_p: Option<f64>,
    /// What may be said, with all gates met.
    pub finding: Finding,
    /// The smallest visible association and elasticity.
    pub smallest_visible: (Option<f64>, Option<f64>),
    /// Whether the bounds of a yield hold it, with spend that nobody is known for.
    pub bounds_hold: bool,
}

/// Draws a team and looks at it.
pub fn look(truth: &PanelTruth, seed: u64) -> Outcome {
    let mut rng = Rng::seeded(seed);
    let rows = panel(&mut rng, truth);
    let main: Vec<PersonWeek> = rows
        .iter()
        .map(|row| PersonWeek {
            person: row.person,
            week: row.week,
            spend: row.spend,
            durable_lines: row.durable_lines,
        })
        .collect();
    let found = association(&rows, seed);
    let poisson = naive::poisson_model_and_sandwich(&main);
    let placebo =
        found.checks.iter().find(|line| line.check == Check::PlaceboBesideSpend);
    Outcome {
        naive_p: [
            naive::pooled_spearman(&main),
            naive::yield_with_spend(&main),
            poisson.map(|(model, _)| model),
            poisson.map(|(_, sandwich)| sandwich),
        ],
        primary_p: found.primary.p,
        primary: found.primary.low.zip(found.primary.high),
        score_p: found.elasticity.p,
        elasticity: found.elasticity.value,
        interval: found.elasticity.low.zip(found.elasticity.high),
        shift_p: found.circular_shift.p,
        placebo_p: placebo.and_then(|line| line.p),
        finding: decide(&GatesSeen::default(), &found, None).finding,
        smallest_visible: (
            found.primary.smallest_visible,
            found.elasticity.smallest_visible,
        ),
        bounds_hold: bounds_hold(&mut rng),
    }
}

fn bounds_hold(rng: &mut Rng) -> bool {
    let [lines, matched, unmatched, strangers] = with_strangers(rng);
    let truth = lines / (matched + unmatched);
    yield_bounds(lines, matched, unmatched + strangers)
        .is_some_and(|bounds| bounds.low <= truth && truth <= bounds.high)
}

/// Whether any of so many teams without an association is a discovery at a rate of
/// 10%.
pub fn any_of_family(teams: u64, (persons, weeks): (u32, u32), seed: u64) -> bool {
    let truth =
        PanelTruth { persons, weeks, elasticity: 0.0, disturbance: Disturbance::None };
    let p = |team: u64| {
        let rows = panel(&mut Rng::seeded(super::seed_of(seed, team, 0)), &truth);
        let main: Vec<PersonWeek> = rows
            .iter()
            .map(|row| PersonWeek {
                person: row.person,
                week: row.week,
                spend: row.spend,
                durable_lines: row.durable_lines,
            })
            .collect();
        rank_association(&main, seed).p.unwrap_or(f64::NAN)
    };
    let p: Vec<f64> = (0..teams).map(p).collect();
    discoveries(&p, 0.10).into_iter().any(|found| found)
}
