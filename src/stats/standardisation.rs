//! Survival of one cohort beside that of another, stratum by stratum: what the second
//! would look like if its lines were spread over places and times as the first's are.

use std::collections::{BTreeMap, BTreeSet};

use crate::stats::clusters::{Ids, effective_number, why_no_interval};
use crate::stats::jackknife;
use crate::stats::kaplan_meier::kaplan_meier;
use crate::stats::leave_one_out::{Ages, leave_one_out};
use crate::stats::lifespan::Lifespan;
use crate::stats::survival::ends;
use crate::stats::why_none::WhyNone;
use crate::stats::{ClusteredBy, clusters};
use crate::units::{count_to_f64, len_to_u64};

/// A stratum is kept with at least so many lines,
pub const MIN_LINES: u64 = 50;
/// and so many clusters, in both cohorts.
pub const MIN_CLUSTERS: u64 = 2;
/// With less of the first cohort's lines in kept strata the cohorts do not work on
/// comparable code.
pub const MIN_OVERLAP: f64 = 0.6;

/// Lines and the stratum they belong to: anything that both cohorts may have in
/// common, such as language, kind of file, directory and quarter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StratumLifespan {
    /// The stratum, numbered alike in both cohorts.
    pub stratum: u32,
    /// The lines.
    pub lifespan: Lifespan,
}

/// The difference in survival with strata held equal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StandardisedDifference {
    /// First less second, both with the first's spread over strata.
    pub value: Option<f64>,
    /// The lower end of its 95% interval.
    pub low: Option<f64>,
    /// The upper end of its 95% interval.
    pub high: Option<f64>,
    /// Survival of the first cohort in kept strata.
    pub first: Option<f64>,
    /// Survival of the second, standardised.
    pub second: Option<f64>,
    /// The share of the first cohort's lines that is in kept strata.
    pub overlap: Option<f64>,
    /// Whether that is enough to call the cohorts comparable.
    pub is_comparable: bool,
    /// Strata kept.
    pub n_strata: u64,
    /// Strata with lines of the first cohort.
    pub n_strata_of_first: u64,
    /// What is left out, one at a time, for the interval.
    pub clustered_by: ClusteredBy,
    /// Clusters with lines in kept strata of either cohort.
    pub n_clusters: u64,
    /// The effective number of them, the smaller of the two cohorts'.
    pub effective_clusters: f64,
    /// Why the value, or else the interval, is missing.
    pub reason: Option<WhyNone>,
}

/// A stratum that both cohorts have.
#[derive(Debug)]
struct Stratum {
    first: Vec<Lifespan>,
    second: Vec<Lifespan>,
}

/// Estimates the difference in survival at `age_days`, first less second, by direct
/// standardisation: each stratum's curves are weighted by the first cohort's lines in
/// it. Weights and curves change as clusters are left out; which strata are kept does
/// not.
pub fn standardised_difference(
    first: &[StratumLifespan],
    second: &[StratumLifespan],
    age_days: f64,
) -> StandardisedDifference {
    let first_strata = by_stratum(first);
    let mut second_strata = by_stratum(second);
    let n_strata_of_first = len_to_u64(first_strata.len());
    let by = choose(first, second);
    let all_lines: u64 = first_strata.values().map(|lines| n_lines(lines)).sum();
    let kept: Vec<Stratum> = first_strata
        .into_iter()
        .filter_map(|(stratum, first)| {
            let second = second_strata.remove(&stratum)?;
            let stratum = Stratum { first, second };
            is_kept(&stratum, by, age_days).then_some(stratum)
        })
        .collect();
    let kept_lines: u64 = kept.iter().map(|stratum| n_lines(&stratum.first)).sum();
    let overlap =
        (all_lines > 0).then(|| count_to_f64(kept_lines) / count_to_f64(all_lines));
    let ids = ids(&kept, by);
    let effective = effective(&kept, &ids, by);
    let mut result = StandardisedDifference {
        value: None,
        low: None,
        high: None,
        first: None,
        second: None,
        overlap,
        is_comparable: overlap.is_some_and(|overlap| overlap >= MIN_OVERLAP),
        n_strata: len_to_u64(kept.len()),
        n_strata_of_first,
        clustered_by: by,
        n_clusters: ids.len(),
        effective_clusters: effective,
        reason: kept.is_empty().then_some(WhyNone::NoOverlap),
    };
    if !kept.is_empty() {
        estimate(&mut result, &kept, &ids, age_days);
    }
    result
}

fn by_stratum(rows: &[StratumLifespan]) -> BTreeMap<u32, Vec<Lifespan>> {
    let mut strata: BTreeMap<u32, Vec<Lifespan>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.lifespan.is_observed()) {
        strata.entry(row.stratum).or_default().push(row.lifespan);
    }
    strata
}

/// People if both cohorts have enough of them, else changes.
fn choose(first: &[StratumLifespan], second: &[StratumLifespan]) -> ClusteredBy {
    let of = |rows: &[StratumLifespan]| {
        clusters::choose(&rows.iter().map(|row| row.lifespan).collect::<Vec<_>>())
    };
    of(first).max(of(second))
}

fn n_lines(lifespans: &[Lifespan]) -> u64 {
    lifespans.iter().map(|one| one.lines).sum()
}

/// Enough lines and clusters, and somebody still watched at that age.
fn is_kept(stratum: &Stratum, by: ClusteredBy, age_days: f64) -> bool {
    [&stratum.first, &stratum.second].into_iter().all(|lifespans| {
        n_lines(lifespans) >= MIN_LINES
            && Ids::of(lifespans, by).len() >= MIN_CLUSTERS
            && lifespans.iter().any(|one| one.exit_days >= age_days)
    })
}

fn ids(kept: &[Stratum], by: ClusteredBy) -> Ids {
    let all: Vec<Lifespan> = kept
        .iter()
        .flat_map(|stratum| [&stratum.first, &stratum.second])
        .flatten()
        .copied()
        .collect();
    Ids::of(&all, by)
}

fn effective(kept: &[Stratum], ids: &Ids, by: ClusteredBy) -> f64 {
    let of = |side: fn(&Stratum) -> &Vec<Lifespan>| {
        let mut sizes = vec![0.0; usize::try_from(ids.len()).unwrap_or(0)];
        for one in kept.iter().flat_map(side) {
            if let Some(index) = ids.index(by.id(one)) {
                sizes[index] += count_to_f64(one.lines);
            }
        }
        effective_number(&sizes)
    };
    of(|stratum| &stratum.first).min(of(|stratum| &stratum.second))
}

fn estimate(
    result: &mut StandardisedDifference,
    kept: &[Stratum],
    ids: &Ids,
    age_days: f64,
) {
    let total: f64 =
        kept.iter().map(|stratum| count_to_f64(n_lines(&stratum.first))).sum();
    let mean = |side: fn(&Stratum) -> &Vec<Lifespan>| {
        let part = |stratum: &Stratum| {
            let weight = count_to_f64(n_lines(&stratum.first)) / total;
            weight * kaplan_meier(side(stratum)).at(age_days)
        };
        kept.iter().map(part).sum::<f64>()
    };
    let (first, second) =
        (mean(|stratum| &stratum.first), mean(|stratum| &stratum.second));
    (result.first, result.second) = (Some(first), Some(second));
    result.value = Some(first - second);
    result.reason = why_no_interval(result.n_clusters, result.effective_clusters);
    if result.reason.is_none() {
        let left_out = without_one(kept, ids, result.clustered_by, age_days);
        (result.low, result.high, result.reason) = match left_out {
            Some(left_out) => {
                let effective = result.effective_clusters;
                ends(jackknife::difference_interval(first - second, &left_out, effective))
            }
            None => ends(Err(WhyNone::OnePersonDecides)),
        };
    }
}

/// The difference without each cluster in turn; `None` if one has all of the first
/// cohort. Only the strata that a cluster has lines in change without it.
fn without_one(
    kept: &[Stratum],
    ids: &Ids,
    by: ClusteredBy,
    age_days: f64,
) -> Option<Vec<f64>> {
    let n = usize::try_from(ids.len()).unwrap_or(0);
    let (mut weights, mut sums) = (vec![0.0; n], vec![0.0; n]);
    for stratum in kept {
        let all = n_lines(&stratum.first);
        let full = kaplan_meier(&stratum.first).at(age_days)
            - kaplan_meier(&stratum.second).at(age_days);
        let of_first = survival_without(&stratum.first, by, age_days);
        let of_second = survival_without(&stratum.second, by, age_days);
        let own = own_lines(&stratum.first, by);
        let (full_first, full_second) = (
            kaplan_meier(&stratum.first).at(age_days),
            kaplan_meier(&stratum.second).at(age_days),
        );
        let touched: BTreeSet<u32> =
            of_first.keys().chain(of_second.keys()).copied().collect();
        let count = count_to_f64(all);
        weights.iter_mut().for_each(|weight| *weight += count);
        sums.iter_mut().for_each(|sum| *sum += count * full);
        for id in touched {
            let Some(index) = ids.index(id) else { continue };
            let left = count_to_f64(all - own.get(&id).copied().unwrap_or(0));
            let first = of_first.get(&id).copied().unwrap_or(full_first);
            let second = of_second.get(&id).copied().unwrap_or(full_second);
            weights[index] += left - count;
            sums[index] += left * (first - second) - count * full;
        }
    }
    let pairs = sums.iter().zip(&weights);
    pairs.map(|(sum, weight)| (*weight > 0.5).then(|| sum / weight)).collect()
}

fn own_lines(lifespans: &[Lifespan], by: ClusteredBy) -> BTreeMap<u32, u64> {
    let mut lines = BTreeMap::new();
    for one in lifespans {
        *lines.entry(by.id(one)).or_default() += one.lines;
    }
    lines
}

/// Survival without each of the clusters that occur.
fn survival_without(
    lifespans: &[Lifespan],
    by: ClusteredBy,
    age_days: f64,
) -> BTreeMap<u32, f64> {
    let ids = Ids::of(lifespans, by);
    let weights: Vec<u64> = lifespans.iter().map(|one| one.lines).collect();
    let ages = Ages { horizons_days: &[age_days], tau_days: age_days };
    let curves = leave_one_out(lifespans, &weights, (&ids, by), ages);
    let distinct: BTreeSet<u32> = lifespans.iter().map(|one| by.id(one)).collect();
    distinct.into_iter().zip(curves).map(|(id, curve)| (id, curve.survival[0])).collect()
}

#[cfg(test)]
mod tests;
