//! A tree over runs of ages, each node a pair of power series.

use std::ops::Range;

use crate::stats::kaplan_meier::factor;
use crate::units::count_to_f64;

/// Ages in a leaf: below that, going age by age is as fast.
const LEAF: usize = 16;
/// Terms of a series.
const TERMS: usize = 10;
/// A series is used up to this fraction of its radius of convergence.
const REACH: f64 = 1.0 / 32.0;

type Series = [f64; TERMS];

/// An age with a death.
#[derive(Debug, Clone, Copy)]
pub(super) struct Death {
    pub(super) age_days: f64,
    /// Weight at risk just before it.
    pub(super) at_risk: u64,
    /// Weight that died at it.
    pub(super) died: u64,
    /// Days to the next death, as far as they lie before the restricted mean ends.
    pub(super) days_to_next: f64,
}

/// A curve on its way down.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    pub(super) survival: f64,
    /// The area below the curve so far, in days.
    pub(super) area: f64,
}

impl State {
    /// Takes one age: its factor, then its days.
    pub(super) fn step(&mut self, factor: f64, days: f64) {
        self.survival *= factor;
        self.area += self.survival * days;
    }
}

/// What a run of ages does to a curve, as functions of the weight ρ left out of
/// it all along.
#[derive(Debug, Clone)]
struct Node {
    /// m: the fewest left over at risk after any of the deaths.
    radius: f64,
    /// The sum of deaths over at risk. The bound on the error of the series holds
    /// while it is at most 1.
    hazard: f64,
    /// The product of all factors, in powers of ρ/m.
    product: Series,
    /// The area it adds for survival 1 at its start, in powers of ρ/m.
    area: Series,
}

impl Node {
    fn leaf(deaths: &[Death]) -> Self {
        let left_over = deaths.iter().map(|death| death.at_risk - death.died);
        let radius = count_to_f64(left_over.min().unwrap_or(0));
        let mut node =
            Self { radius, hazard: 0.0, product: [0.0; TERMS], area: [0.0; TERMS] };
        node.product[0] = 1.0;
        for death in deaths {
            let at_risk = count_to_f64(death.at_risk);
            let share = count_to_f64(death.died) / at_risk;
            // 1 - d / (r - ρ) = 1 - (d/r) * (1 + ρ/r + (ρ/r)^2 + ...)
            let mut carried = 0.0;
            for (term, area) in node.product.iter_mut().zip(&mut node.area) {
                carried = *term + carried * radius / at_risk;
                *term -= share * carried;
                *area += *term * death.days_to_next;
            }
            node.hazard += share;
        }
        node
    }

    fn join(first: &Self, second: &Self) -> Self {
        let radius = first.radius.min(second.radius);
        let product = rescale(&first.product, first.radius, radius);
        let second_area = rescale(&second.area, second.radius, radius);
        let mut area = rescale(&first.area, first.radius, radius);
        for (sum, more) in area.iter_mut().zip(multiply(&product, &second_area)) {
            *sum += more;
        }
        Self {
            radius,
            hazard: first.hazard + second.hazard,
            product: multiply(&product, &rescale(&second.product, second.radius, radius)),
            area,
        }
    }

    fn reaches(&self, weight: f64) -> bool {
        // With nothing left out, the first term is all there is, and exact.
        weight <= 0.0 || weight <= self.radius * REACH && self.hazard <= 1.0
    }

    fn apply(&self, weight: f64, state: &mut State) {
        let x = if weight > 0.0 { weight / self.radius } else { 0.0 };
        state.area += state.survival * evaluate(&self.area, x);
        state.survival *= evaluate(&self.product, x);
    }
}

fn evaluate(series: &Series, x: f64) -> f64 {
    series.iter().rev().fold(0.0, |sum, term| sum * x + term)
}

fn rescale(series: &Series, from: f64, to: f64) -> Series {
    let ratio = if from > 0.0 { to / from } else { 1.0 };
    let mut power = 1.0;
    series.map(|term| {
        let scaled = term * power;
        power *= ratio;
        scaled
    })
}

fn multiply(a: &Series, b: &Series) -> Series {
    let mut product = [0.0; TERMS];
    for (i, x) in a.iter().enumerate() {
        for (sum, y) in product[i..].iter_mut().zip(b) {
            *sum += x * y;
        }
    }
    product
}

/// The nodes of each level, leaves first; a node covers `LEAF << level` ages.
#[derive(Debug)]
pub(super) struct Tree {
    levels: Vec<Vec<Node>>,
}

impl Tree {
    /// Builds the tree over all deaths.
    pub(super) fn of(deaths: &[Death]) -> Self {
        let mut levels: Vec<Vec<Node>> =
            vec![deaths.chunks(LEAF).map(Node::leaf).collect()];
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            let join = |pair: &[Node]| match pair {
                [first, second] => Node::join(first, second),
                rest => rest[0].clone(),
            };
            let level = below.chunks(2).map(join).collect();
            levels.push(level);
        }
        Self { levels }
    }

    /// Takes a curve across a run of ages at which the cluster that is left out
    /// has `weight` at risk and no death.
    pub(super) fn apply(
        &self,
        deaths: &[Death],
        run: Range<usize>,
        weight: u64,
        state: &mut State,
    ) {
        if run.len() <= LEAF {
            each(&deaths[run], weight, state);
        } else {
            let walk = Descent { tree: self, deaths, run, weight };
            walk.descend(self.levels.len() - 1, 0, state);
        }
    }
}

fn each(deaths: &[Death], weight: u64, state: &mut State) {
    for death in deaths {
        state.step(factor(death.at_risk - weight, death.died), death.days_to_next);
    }
}

struct Descent<'a> {
    tree: &'a Tree,
    deaths: &'a [Death],
    run: Range<usize>,
    weight: u64,
}

impl Descent<'_> {
    fn descend(&self, level: usize, index: usize, state: &mut State) {
        let Some(node) = self.tree.levels[level].get(index) else { return };
        let first = (index * LEAF) << level;
        let last = (((index + 1) * LEAF) << level).min(self.deaths.len());
        let (start, end) = (first.max(self.run.start), last.min(self.run.end));
        if start >= end {
            return;
        }
        let is_whole = start == first && end == last;
        let weight = count_to_f64(self.weight);
        if is_whole && node.reaches(weight) {
            node.apply(weight, state);
        } else if level == 0 {
            each(&self.deaths[start..end], self.weight, state);
        } else {
            self.descend(level - 1, 2 * index, state);
            self.descend(level - 1, 2 * index + 1, state);
        }
    }
}
