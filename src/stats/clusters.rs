//! Lines that live and die together: who they belong to, and how many
//! independent pieces of evidence they make.

use crate::stats::lifespan::Lifespan;
use crate::stats::why_none::WhyNone;
use crate::units::{count_to_f64, len_to_u64};

/// From this many people on, people are the clusters.
pub const MIN_PEOPLE: u64 = 8;
/// The fewest clusters, and effective clusters, an interval is shown for.
pub const INTERVAL_GATE: (u64, f64) = (6, 4.0);
/// The fewest clusters, and effective clusters, a verdict may rest on.
pub const VERDICT_GATE: (u64, f64) = (8, 6.0);

/// What was left out, one at a time, to make an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClusteredBy {
    /// All lines of one person.
    Person,
    /// All lines of one landed change: people may differ more than such an
    /// interval shows.
    Change,
}

impl ClusteredBy {
    /// The name used in machine-readable output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Change => "change",
        }
    }

    /// The cluster of a lifespan under this choice.
    pub(super) fn id(self, lifespan: &Lifespan) -> u32 {
        match self {
            Self::Person => lifespan.cluster,
            Self::Change => lifespan.change,
        }
    }
}

/// What the average of a survival curve is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weighting {
    /// Every line counts the same: what happens to code.
    Lines,
    /// Every change counts the same, shared among its lines: what happens to
    /// changes. A few giant changes do not dominate this one.
    Changes,
}

/// How much evidence stands behind an estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Support {
    /// Lines observed.
    pub n_lines: u64,
    /// Changes they landed with.
    pub n_changes: u64,
    /// People they belong to.
    pub n_people: u64,
    /// What was left out, one at a time, for the interval.
    pub clustered_by: ClusteredBy,
    /// How many such clusters there are.
    pub n_clusters: u64,
    /// How many equally large clusters would weigh the same: (sum n)^2 / sum n^2
    /// (Kish 1965), with n the weight of a cluster; 0 without lines.
    pub effective_clusters: f64,
}

impl Support {
    /// Whether there is enough to show an interval.
    pub fn allows_interval(&self) -> bool {
        self.passes(INTERVAL_GATE)
    }

    /// Whether there is enough to let a verdict rest on it.
    pub fn allows_verdict(&self) -> bool {
        self.passes(VERDICT_GATE)
    }

    /// Why there is no interval, or `None` if there can be one.
    pub(super) fn why_no_interval(&self) -> Option<WhyNone> {
        why_no_interval(self.n_clusters, self.effective_clusters)
    }

    fn passes(&self, (clusters, effective): (u64, f64)) -> bool {
        self.n_clusters >= clusters && self.effective_clusters >= effective
    }
}

/// Why there is no interval over so many clusters, or `None` if there can be one.
pub(super) fn why_no_interval(n_clusters: u64, effective: f64) -> Option<WhyNone> {
    if n_clusters < INTERVAL_GATE.0 {
        Some(WhyNone::TooFewClusters)
    } else if effective < INTERVAL_GATE.1 {
        Some(WhyNone::UnevenClusters)
    } else {
        None
    }
}

/// Returns the cluster to leave out for these lifespans: people if there are
/// at least [`MIN_PEOPLE`], else changes.
pub fn choose(lifespans: &[Lifespan]) -> ClusteredBy {
    let n_people = Ids::of(lifespans, ClusteredBy::Person).len();
    if n_people >= MIN_PEOPLE { ClusteredBy::Person } else { ClusteredBy::Change }
}

/// Returns (sum n)^2 / sum n^2, the effective number of clusters of these sizes;
/// 0 if there is nothing in them.
pub fn effective_number(sizes: &[f64]) -> f64 {
    let sum: f64 = sizes.iter().sum();
    let squares: f64 = sizes.iter().map(|size| size * size).sum();
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

/// Counts the evidence in `lifespans`, given their `weights`.
pub(super) fn support(
    lifespans: &[Lifespan],
    weights: &[u64],
    clustered_by: ClusteredBy,
) -> Support {
    let ids = Ids::of(lifespans, clustered_by);
    let mut sizes = vec![0; ids.0.len()];
    let mut n_lines = 0;
    for (lifespan, weight) in observed(lifespans, weights) {
        n_lines += lifespan.lines;
        if let Some(index) = ids.index(clustered_by.id(lifespan)) {
            sizes[index] += weight;
        }
    }
    let sizes: Vec<f64> = sizes.into_iter().map(count_to_f64).collect();
    Support {
        n_lines,
        n_changes: Ids::of(lifespans, ClusteredBy::Change).len(),
        n_people: Ids::of(lifespans, ClusteredBy::Person).len(),
        clustered_by,
        n_clusters: ids.len(),
        effective_clusters: effective_number(&sizes),
    }
}

/// Returns the weight of each lifespan as a whole number, so that sums are exact
/// and do not depend on their order.
///
/// By line it is the number of lines. By change, all observed lines of a change
/// share 2^40 units: rounding moves no share by more than 10^-12.
pub(super) fn weights(lifespans: &[Lifespan], weighting: Weighting) -> Vec<u64> {
    match weighting {
        Weighting::Lines => lifespans.iter().map(|lifespan| lifespan.lines).collect(),
        Weighting::Changes => change_weights(lifespans),
    }
}

fn change_weights(lifespans: &[Lifespan]) -> Vec<u64> {
    let ids = Ids::of(lifespans, ClusteredBy::Change);
    let mut sizes = vec![0_u64; ids.0.len()];
    let index = |lifespan: &Lifespan| {
        ids.index(lifespan.change).filter(|_| lifespan.is_observed())
    };
    for lifespan in lifespans {
        if let Some(index) = index(lifespan) {
            sizes[index] += lifespan.lines;
        }
    }
    let weight = |lifespan: &Lifespan| {
        let size = u128::from(sizes[index(lifespan)?]);
        u64::try_from(((u128::from(lifespan.lines) << 40) + size / 2) / size).ok()
    };
    lifespans.iter().map(|lifespan| weight(lifespan).unwrap_or(0)).collect()
}

/// The lifespans that enter an estimate, with their weights.
pub(super) fn observed<'a>(
    lifespans: &'a [Lifespan],
    weights: &'a [u64],
) -> impl Iterator<Item = (&'a Lifespan, u64)> {
    let pairs = lifespans.iter().zip(weights.iter().copied());
    pairs.filter(|(lifespan, _)| lifespan.is_observed())
}

/// The clusters that occur among observed lifespans, in ascending order.
#[derive(Debug)]
pub(super) struct Ids(Vec<u32>);

impl Ids {
    /// Collects the clusters of these lifespans.
    pub(super) fn of(lifespans: &[Lifespan], clustered_by: ClusteredBy) -> Self {
        let observed = lifespans.iter().filter(|lifespan| lifespan.is_observed());
        Self::collect(observed.map(|span| clustered_by.id(span)).collect())
    }

    /// Collects the clusters with lines at risk at an age.
    pub(super) fn at_risk(
        lifespans: &[Lifespan],
        clustered_by: ClusteredBy,
        age_days: f64,
    ) -> Self {
        let at_risk = lifespans.iter().filter(|span| span.is_at_risk(age_days));
        Self::collect(at_risk.map(|span| clustered_by.id(span)).collect())
    }

    fn collect(mut ids: Vec<u32>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        Self(ids)
    }

    /// The clusters that occur in either.
    pub(super) fn union(&self, other: &Self) -> Self {
        Self::collect([self.0.as_slice(), &other.0].concat())
    }

    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        len_to_u64(self.0.len())
    }

    /// The place of a cluster among them, if it occurs.
    pub(super) fn index(&self, id: u32) -> Option<usize> {
        self.0.binary_search(&id).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(cluster: u32, change: u32, lines: u64) -> Lifespan {
        Lifespan { entry_days: 0.0, exit_days: 9.0, died: true, lines, cluster, change }
    }

    #[test]
    fn equal_clusters_count_in_full_and_a_giant_counts_as_one() {
        assert!((effective_number(&[5.0; 9]) - 9.0).abs() < 1e-12);
        assert!(effective_number(&[1e6, 1.0, 1.0]) < 1.001);
        assert!(effective_number(&[]).abs() < 1e-12);
    }

    #[test]
    fn people_are_the_clusters_from_eight_on() {
        let of = |n: u32| (0..n).map(|person| span(person, 7, 1)).collect::<Vec<_>>();
        assert_eq!(choose(&of(8)), ClusteredBy::Person);
        assert_eq!(choose(&of(7)), ClusteredBy::Change);
    }

    #[test]
    fn support_counts_lines_changes_people_and_clusters_apart() {
        let spans = [
            span(0, 1, 30),
            span(0, 2, 10),
            span(5, 2, 20),
            Lifespan { exit_days: f64::NAN, ..span(9, 9, 99) },
        ];
        let weights = weights(&spans, Weighting::Lines);
        let support = support(&spans, &weights, ClusteredBy::Change);
        assert_eq!((support.n_lines, support.n_changes, support.n_people), (60, 2, 2));
        assert_eq!(support.n_clusters, 2);
        assert!((support.effective_clusters - 2.0).abs() < 1e-12);
        assert!(!support.allows_interval());
    }

    #[test]
    fn the_gates_need_both_many_clusters_and_even_ones() {
        let support = |n_clusters, effective_clusters| Support {
            n_lines: 1,
            n_changes: 1,
            n_people: 1,
            clustered_by: ClusteredBy::Person,
            n_clusters,
            effective_clusters,
        };
        assert!(support(6, 4.0).allows_interval());
        assert!(!support(5, 5.0).allows_interval());
        assert!(!support(60, 3.9).allows_interval());
        assert!(support(8, 6.0).allows_verdict());
        assert!(!support(7, 7.0).allows_verdict());
        assert!(!support(80, 5.9).allows_verdict());
        assert_eq!(support(5, 5.0).why_no_interval(), Some(WhyNone::TooFewClusters));
        assert_eq!(support(9, 2.0).why_no_interval(), Some(WhyNone::UnevenClusters));
    }

    #[test]
    fn every_change_has_the_same_weight_whatever_its_size() {
        let spans = [span(0, 1, 1), span(0, 1, 2), span(0, 2, 400)];
        let weights = weights(&spans, Weighting::Changes);
        assert_eq!(weights[0] + weights[1], 1 << 40);
        assert_eq!(weights[2], 1 << 40);
    }
}
