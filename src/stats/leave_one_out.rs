//! The survival curve without each cluster in turn, at fixed ages.
//!
//! Doing it plainly (drop a cluster, sort, estimate, repeat) costs clusters times
//! rows; a million rows and thousands of clusters forbid it. Here rows are sorted
//! once. Let r_j be at risk and d_j die at the j-th age with a death, and let
//! cluster g have ρ of those at risk. Without g the curve is the product of
//!
//! ```text
//! 1 - (d_j - d_gj) / (r_j - ρ_j)
//! ```
//!
//! and g's own rows change ρ, and take deaths away, at few ages only:
//!
//! ```text
//! deaths   d_0 d_1 d_2 d_3 d_4 d_5 d_6 d_7 d_8 ...
//! ρ         7   7   7   7   4   4   4   4   0      g lost 3 at age 3, 4 at age 7
//!           <- gap ->  own  <- gap ->  own <- gap
//! ```
//!
//! Own ages are done one by one: all clusters together have no more of them than
//! there are rows. In a gap ρ is constant and d_gj is 0, so the product over the
//! gap is one function of ρ alone, whichever cluster asks. A tree over blocks of
//! ages holds that function for each node as a power series in ρ/m, where m is
//! the fewest left over in the node. It is used where ρ <= m/32 (ten terms then
//! leave an error of 32^-10, about 10^-15); elsewhere the walk goes down to the
//! node's children, at last to single ages. At no age can more than 32 clusters
//! hold more than a 32nd of the lines, so the whole takes about
//! rows * log(rows) + 32 * ages steps. It is the far-field idea of fast summation
//! (Greengard and Rokhlin 1987) in one dimension.
//!
//! The area below the curve goes along: a run of ages turns (S, area) into
//! (S * P, area + S * A), and P and A are both kept as series.

use crate::stats::clusters::{ClusteredBy, Ids};
use crate::stats::kaplan_meier::factor;
use crate::stats::lifespan::Lifespan;
use crate::stats::risk_table::{RiskStep, RiskTable, risk_table};

mod tree;

use tree::{Death, State, Tree};

/// The ages asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ages<'a> {
    /// Ages in days, ascending, at which survival is wanted.
    pub(super) horizons_days: &'a [f64],
    /// The age in days up to which the restricted mean is wanted.
    pub(super) tau_days: f64,
}

/// The curve with one cluster left out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LeftOut {
    /// Survival at each age asked for.
    pub(super) survival: Vec<f64>,
    /// The restricted mean in days.
    pub(super) rmst: f64,
}

/// Returns the curve without each of `ids`, in their order. A cluster without
/// lines here leaves the curve as it is.
pub(super) fn leave_one_out(
    lifespans: &[Lifespan],
    weights: &[u64],
    (ids, clustered_by): (&Ids, ClusteredBy),
    ages: Ages<'_>,
) -> Vec<LeftOut> {
    let deaths = deaths(&risk_table(lifespans, weights), ages);
    let mut initial = vec![0_u64; usize::try_from(ids.len()).unwrap_or(0)];
    let mut events = Vec::with_capacity(lifespans.len());
    for (lifespan, &weight) in lifespans.iter().zip(weights) {
        let cluster = ids.index(clustered_by.id(lifespan));
        let Some(cluster) = cluster.filter(|_| lifespan.is_observed()) else { continue };
        if lifespan.is_watched_from_birth() {
            initial[cluster] += weight;
        }
        push_events(&mut events, &deaths, cluster, lifespan, weight);
    }
    events.sort_unstable_by_key(|event| (event.cluster, event.at));
    let walk =
        Walk { tree: Tree::of(&deaths), cuts: cuts(&deaths, ages), deaths: &deaths };
    let mut events = events.as_slice();
    let mut curves = Vec::with_capacity(initial.len());
    for (cluster, at_risk) in initial.into_iter().enumerate() {
        let n = events.partition_point(|event| event.cluster <= cluster);
        let (own, rest) = events.split_at(n);
        events = rest;
        curves.push(walk.without(own, at_risk, first_area(&deaths, ages)));
    }
    curves
}

/// What one cluster's rows do before, or at, the death with index `at`.
#[derive(Debug, Clone, Copy)]
struct Event {
    cluster: usize,
    at: usize,
    /// Weight that comes under observation before that age.
    enters: u64,
    /// Weight that leaves observation alive before that age.
    leaves: u64,
    /// Weight that dies at that age.
    dies: u64,
}

fn push_events(
    events: &mut Vec<Event>,
    deaths: &[Death],
    cluster: usize,
    lifespan: &Lifespan,
    weight: u64,
) {
    let none = Event { cluster, at: 0, enters: 0, leaves: 0, dies: 0 };
    // At risk at ages in (entry, exit].
    let after = |age: f64| deaths.partition_point(|death| death.age_days <= age);
    if !lifespan.is_watched_from_birth() {
        let at = after(lifespan.entry_days);
        events.push(Event { at, enters: weight, ..none });
    }
    let end = after(lifespan.exit_days);
    if lifespan.died && end > 0 && is_at(&deaths[end - 1], lifespan.exit_days) {
        events.push(Event { at: end - 1, dies: weight, ..none });
    } else {
        events.push(Event { at: end, leaves: weight, ..none });
    }
}

// False only for deaths later than the last age asked for, which the list of
// deaths leaves out.
fn is_at(death: &Death, age_days: f64) -> bool {
    death.age_days >= age_days
}

/// The ages with a death, as far as they matter for what is asked.
fn deaths(table: &RiskTable, ages: Ages<'_>) -> Vec<Death> {
    let last = ages.horizons_days.iter().copied().fold(ages.tau_days, f64::max);
    let steps = table.steps.iter().filter(|step| step.weight_died > 0);
    let steps: Vec<_> = steps.take_while(|step| step.age_days <= last).collect();
    let until = |i: usize| steps.get(i).map_or(ages.tau_days, |step| step.age_days);
    let death = |(i, step): (usize, &&RiskStep)| {
        let end = until(i + 1).min(ages.tau_days);
        Death {
            age_days: step.age_days,
            at_risk: step.weight_at_risk,
            died: step.weight_died,
            days_to_next: (end - step.age_days).max(0.0),
        }
    };
    steps.iter().enumerate().map(death).collect()
}

/// The area below the curve up to the first death.
fn first_area(deaths: &[Death], ages: Ages<'_>) -> f64 {
    deaths.first().map_or(ages.tau_days, |death| death.age_days.min(ages.tau_days))
}

/// For each age asked for, the number of deaths up to it; ascending.
fn cuts(deaths: &[Death], ages: Ages<'_>) -> Vec<usize> {
    let up_to = |&age: &f64| deaths.partition_point(|death| death.age_days <= age);
    ages.horizons_days.iter().map(up_to).collect()
}

#[derive(Debug)]
struct Walk<'a> {
    deaths: &'a [Death],
    tree: Tree,
    cuts: Vec<usize>,
}

impl Walk<'_> {
    /// Walks down the ages without one cluster, given its events in order and its
    /// weight at risk from the start.
    fn without(&self, own: &[Event], mut at_risk: u64, first_area: f64) -> LeftOut {
        let mut state = State { survival: 1.0, area: first_area };
        let mut survival = Vec::with_capacity(self.cuts.len());
        let mut at = 0;
        for group in own.chunk_by(|a, b| a.at == b.at) {
            self.cross(&mut state, &mut survival, at..group[0].at, at_risk);
            at = group[0].at;
            let sum = |of: fn(&Event) -> u64| group.iter().map(of).sum::<u64>();
            at_risk = at_risk + sum(|event| event.enters) - sum(|event| event.leaves);
            let dies = sum(|event| event.dies);
            if dies > 0 {
                self.cut(&mut survival, at, state);
                let death = self.deaths[at];
                let others = death.at_risk - at_risk;
                state.step(factor(others, death.died - dies), death.days_to_next);
                at_risk -= dies;
                at += 1;
            }
        }
        self.cross(&mut state, &mut survival, at..self.deaths.len(), at_risk);
        survival.resize(self.cuts.len(), state.survival);
        LeftOut { survival, rmst: state.area }
    }

    /// Crosses a gap, stopping at the ages asked for.
    fn cross(
        &self,
        state: &mut State,
        survival: &mut Vec<f64>,
        gap: std::ops::Range<usize>,
        at_risk: u64,
    ) {
        let mut at = gap.start;
        while at < gap.end {
            self.cut(survival, at, *state);
            let next = self.cuts.get(survival.len()).map_or(gap.end, |&cut| cut);
            let next = next.min(gap.end);
            self.tree.apply(self.deaths, at..next, at_risk, state);
            at = next;
        }
    }

    /// Notes survival for all ages asked for that lie before the death `at`.
    fn cut(&self, survival: &mut Vec<f64>, at: usize, state: State) {
        while self.cuts.get(survival.len()).is_some_and(|&cut| cut <= at) {
            survival.push(state.survival);
        }
    }
}

#[cfg(test)]
mod tests;
