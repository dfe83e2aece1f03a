//! AI-marked lines beside unmarked ones: how much they differ, and whether this data
//! could tell. The two differ in tasks, people and places, which nothing here adjusts
//! for, so the strongest thing said is a description.

use std::collections::BTreeMap;

use serde::Serialize;

use super::overlap::{OverlapReport, Strata};
use super::small_groups::FEW_PEOPLE;
use crate::cohorts::Cohort;
use crate::stats::clusters::VERDICT_GATE;
use crate::stats::jackknife::detectable_on;
use crate::stats::{
    Difference, Support, Weighting, WhyNone, log_rank, mean_life_difference,
    standardised_difference, survival_difference,
};
use crate::verdict::Level;

/// Two cohorts beside each other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparisonReport {
    /// The first cohort.
    pub first: &'static str,
    /// The second.
    pub second: &'static str,
    /// The difference in the share still there, first less second, by age in days.
    pub survival: BTreeMap<String, DifferenceReport>,
    /// The difference in mean days alive out of the first 90.
    pub mean_life: DifferenceReport,
    /// The difference in the share still there with strata held equal, by age in days:
    /// language, kind of file, top-level directory and quarter of landing.
    pub standardised: BTreeMap<String, StandardisedReport>,
    /// Whether the two die at the same pace.
    pub log_rank: LogRankReport,
    /// How much of the first cohort has comparable lines in the second; `None` where
    /// nobody asked.
    pub overlap: Option<OverlapReport>,
    /// How far the evidence goes: V0 or V1. `None` where a difference is seen: it is a
    /// description of lines that were not compared like with like.
    pub level: Option<Level>,
    /// What can be said.
    pub sentence: String,
    /// What this does not adjust for.
    pub not_adjusted_for: &'static str,
}

/// A number of the first cohort less that of the second.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DifferenceReport {
    /// The unit of the values.
    pub unit: &'static str,
    /// The age.
    pub window_days: u32,
    /// The difference; `None` when one of the two is not observed.
    pub value: Option<f64>,
    /// The interval's lower end.
    pub low: Option<f64>,
    /// The interval's upper end.
    pub high: Option<f64>,
    /// The number of the first cohort.
    pub first: Option<f64>,
    /// The number of the second.
    pub second: Option<f64>,
    /// The smallest difference that 80 of 100 such data sets would show.
    pub mde: Option<f64>,
    /// Groups with lines in either cohort; those in both are left out of both at once.
    pub n_groups: u64,
    /// Groups, and the effective number of them, in the first cohort.
    pub first_groups: GroupsBehind,
    /// The same of the second.
    pub second_groups: GroupsBehind,
    /// What those groups are: `person` or `change`.
    pub clustered_by: &'static str,
    /// Whether a verdict could rest on both.
    pub allows_verdict: bool,
    /// Why the value or its interval is missing.
    pub reason: Option<&'static str>,
}

/// A difference with strata held equal: each stratum counts as much as it does in the
/// first cohort.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StandardisedReport {
    /// The difference; `None` when strata are too few or too small.
    pub value: Option<f64>,
    /// The interval's lower end.
    pub low: Option<f64>,
    /// The interval's upper end.
    pub high: Option<f64>,
    /// The share of the first cohort still there, in strata that both have.
    pub first: Option<f64>,
    /// That of the second, its strata weighted as the first's.
    pub second: Option<f64>,
    /// The share of the first cohort's lines in such strata.
    pub overlap: Option<f64>,
    /// Whether that is enough to call the two comparable.
    pub is_comparable: bool,
    /// Strata in it.
    pub n_strata: u64,
    /// Groups in it.
    pub n_groups: u64,
    /// The effective number of them, the smaller of the two cohorts'.
    pub g_eff: f64,
    /// Why the value or its interval is missing.
    pub reason: Option<&'static str>,
}

impl StandardisedReport {
    fn of(strata: &Strata, days: u32) -> Self {
        let [first, second] = strata;
        let one = standardised_difference(first, second, f64::from(days));
        Self {
            value: one.value,
            low: one.low,
            high: one.high,
            first: one.first,
            second: one.second,
            overlap: one.overlap,
            is_comparable: one.is_comparable,
            n_strata: one.n_strata,
            n_groups: one.n_clusters,
            g_eff: one.effective_clusters,
            reason: one.reason.map(WhyNone::message),
        }
    }

    /// The same without its values, for a reason.
    fn without_values(self, reason: Option<&'static str>) -> Self {
        Self {
            value: None,
            low: None,
            high: None,
            first: None,
            second: None,
            reason,
            ..self
        }
    }
}

/// What stands behind one of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GroupsBehind {
    /// Lines.
    pub n_lines: u64,
    /// Groups that may live and die together.
    pub n_groups: u64,
    /// The effective number of independent groups.
    pub g_eff: f64,
}

/// The log-rank comparison with the score of a group as one piece of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LogRankReport {
    /// Lines of the first cohort that died.
    pub observed_deaths: u64,
    /// Those that would have at the common pace; `None` when it is not shown.
    pub expected_deaths: Option<f64>,
    /// The standardised score; above 0 the first cohort dies faster.
    pub z: Option<f64>,
    /// Two-sided, by Student's t over groups.
    pub p: Option<f64>,
    /// Two-sided, by flipping the signs of the groups' scores: the one to read.
    pub sign_flip_p: Option<f64>,
    /// Whether all signs were tried, or some drawn.
    pub sign_flip_is_exact: Option<bool>,
    /// Groups with lines in either cohort.
    pub n_groups: u64,
    /// Why there is none.
    pub reason: Option<&'static str>,
}

/// The ages differences are reported at.
const AGES_DAYS: [u32; 3] = [7, 30, 90];
/// The seed of drawn signs: any number, but always the same one.
const SEED: u64 = 1;
/// Below this, chance alone is an unlikely reason.
const SMALL_P: f64 = 0.05;

const NOT_ADJUSTED: &str = "language, kind of file, directory, quarter, task, who uses AI, and AI \
                            use that left no mark";

/// Compares two cohorts, whose groups are numbered alike.
pub(super) fn report(
    (first_name, first): (&'static str, &Cohort),
    (second_name, second): (&'static str, &Cohort),
    strata: Option<(OverlapReport, Strata)>,
) -> ComparisonReport {
    const STANDARDISED_DAYS: [u32; 2] = [30, 90];
    let (first, second) = (&first.lifespans, &second.lifespans);
    let difference = |days: u32| {
        let difference = survival_difference(first, second, days, Weighting::Lines);
        (days.to_string(), difference_report(&difference, "share of lines", days))
    };
    let mean = mean_life_difference(first, second, 90.0, Weighting::Lines);
    let ranks = log_rank(first, second, SEED);
    let survival: BTreeMap<String, DifferenceReport> =
        AGES_DAYS.into_iter().map(difference).collect();
    let standardised = |days: u32| {
        let (_, strata) = strata.as_ref()?;
        let one = StandardisedReport::of(strata, days);
        let days = days.to_string();
        // What is not observed as it is, is not observed with something held equal.
        let raw = survival.get(&days)?;
        let one = if raw.value.is_some() { one } else { one.without_values(raw.reason) };
        Some((days, one))
    };
    let standardised = STANDARDISED_DAYS.into_iter().filter_map(standardised).collect();
    let overlap = strata.map(|(overlap, _)| overlap);
    let log_rank = LogRankReport {
        observed_deaths: ranks.observed,
        expected_deaths: Some(ranks.expected),
        z: ranks.z,
        p: ranks.p,
        sign_flip_p: ranks.sign_flip.map(|test| test.p),
        sign_flip_is_exact: ranks.sign_flip.map(|test| test.is_exact),
        n_groups: ranks.n_clusters,
        reason: ranks.reason.map(WhyNone::message),
    };
    let names = (first_name, second_name);
    let (level, mut sentence) = judge(names, longest(&survival), &log_rank);
    if let Some(held_equal) = standardised_in_words(&standardised) {
        sentence.push_str(&held_equal);
    }
    if let Some(warning) = overlap.as_ref().and_then(OverlapReport::warning) {
        sentence.push_str(&warning);
    }
    ComparisonReport {
        first: first_name,
        second: second_name,
        survival,
        mean_life: difference_report(&mean, "days", 90),
        standardised,
        log_rank,
        overlap,
        level,
        sentence,
        not_adjusted_for: NOT_ADJUSTED,
    }
}

impl ComparisonReport {
    /// The same without what became of the lines, of which too few people wrote one side:
    /// sizes stay.
    pub(super) fn withheld(self) -> Self {
        let without = |one: DifferenceReport| DifferenceReport {
            value: None,
            low: None,
            high: None,
            first: None,
            second: None,
            mde: None,
            allows_verdict: false,
            reason: Some(FEW_PEOPLE),
            ..one
        };
        let survival = self.survival.into_iter();
        Self {
            survival: survival.map(|(key, one)| (key, without(one))).collect(),
            mean_life: without(self.mean_life),
            standardised: self
                .standardised
                .into_iter()
                .map(|(days, one)| (days, one.without_values(Some(FEW_PEOPLE))))
                .collect(),
            log_rank: LogRankReport {
                expected_deaths: None,
                z: None,
                p: None,
                sign_flip_p: None,
                sign_flip_is_exact: None,
                reason: Some(FEW_PEOPLE),
                ..self.log_rank
            },
            level: Some(Level::V0),
            sentence: format!(
                "Not shown: how long {} and {} lines live, since fewer than five people \
                 wrote one of them.",
                self.first, self.second
            ),
            ..self
        }
    }
}

/// The difference at the largest age that is observed in shared strata.
fn standardised_in_words(
    standardised: &BTreeMap<String, StandardisedReport>,
) -> Option<String> {
    let observed = ["90", "30"].iter().filter_map(|days| {
        let one = standardised.get(*days)?;
        Some((days, one.value?, one))
    });
    let (days, value, one) = observed.into_iter().next()?;
    let interval = match (one.low, one.high) {
        (Some(low), Some(high)) => {
            format!("95% CI {:+.1} to {:+.1}", low * 100.0, high * 100.0)
        }
        _ => one.reason.unwrap_or("no interval").to_owned(),
    };
    Some(format!(
        " With language, kind of file, directory and quarter held equal ({:.0}% of the first \
         have counterparts), after {days} days {:+.1} points ({interval}).",
        one.overlap.unwrap_or(0.0) * 100.0,
        value * 100.0
    ))
}

fn difference_report(
    difference: &Difference,
    unit: &'static str,
    window_days: u32,
) -> DifferenceReport {
    let groups = |support: &Support| GroupsBehind {
        n_lines: support.n_lines,
        n_groups: support.n_clusters,
        g_eff: support.effective_clusters,
    };
    let error = difference.standard_error.filter(|_| difference.low.is_some());
    DifferenceReport {
        unit,
        window_days,
        value: difference.value,
        low: difference.low,
        high: difference.high,
        first: difference.first,
        second: difference.second,
        mde: error.and_then(|se| detectable_on(se, difference.degrees_of_freedom)),
        n_groups: difference.n_clusters,
        first_groups: groups(&difference.first_support),
        second_groups: groups(&difference.second_support),
        clustered_by: difference.first_support.clustered_by.as_str(),
        allows_verdict: difference.allows_verdict(),
        reason: difference.reason.map(WhyNone::message),
    }
}

/// The difference at the largest age that is observed in both.
fn longest(survival: &BTreeMap<String, DifferenceReport>) -> Option<&DifferenceReport> {
    let observed = survival.values().filter(|one| one.value.is_some());
    observed.max_by_key(|one| one.window_days)
}

fn judge(
    (first, second): (&str, &str),
    difference: Option<&DifferenceReport>,
    ranks: &LogRankReport,
) -> (Option<Level>, String) {
    let Some(one) = difference else {
        let sentence = format!(
            "Not computable: {first} and {second} lines cannot be compared, since too few \
             lines of one of them were followed for a week."
        );
        return (Some(Level::V0), sentence);
    };
    if !one.allows_verdict {
        return (Some(Level::V1), too_few((first, second), one));
    }
    let (Some(value), Some(low), Some(high)) = (one.value, one.low, one.high) else {
        return (Some(Level::V1), too_few((first, second), one));
    };
    let p = ranks.sign_flip_p;
    let figures = format!(
        "after {} days {:+.1} points (95% CI {:+.1} to {:+.1}; log-rank with signs flipped \
         over {}: p {})",
        one.window_days,
        value * 100.0,
        low * 100.0,
        high * 100.0,
        groups(ranks.n_groups, one.clustered_by),
        p.map_or("unknown".to_owned(), |p| format!("{p:.3}")),
    );
    if (low > 0.0 || high < 0.0) && p.is_some_and(|p| p < SMALL_P) {
        let more = if value > 0.0 { "more" } else { "fewer" };
        let sentence = format!(
            "Of {first} lines {more} are still there than of {second} ones: {figures}. This \
             describes lines that were not compared like with like, and is no effect of AI."
        );
        return (None, sentence);
    }
    let mde = one.mde.map_or(String::new(), |mde| {
        format!(
            " The smallest difference this data could show: {:.1} points.",
            mde * 100.0
        )
    });
    let sentence = format!(
        "Not enough evidence that {first} and {second} lines differ: {figures}.{mde}"
    );
    (Some(Level::V1), sentence)
}

fn too_few((first, second): (&str, &str), one: &DifferenceReport) -> String {
    let behind = |name: &str, behind: &GroupsBehind| {
        format!(
            "{name}: {}, in effect {:.1}",
            groups(behind.n_groups, one.clustered_by),
            behind.g_eff
        )
    };
    let mde = one.mde.map_or(String::new(), |mde| {
        format!("; smallest difference this data could show: {:.1} points", mde * 100.0)
    });
    format!(
        "Not enough evidence to compare: {}; {} ({} and {} needed of each){mde}.",
        behind(first, &one.first_groups),
        behind(second, &one.second_groups),
        VERDICT_GATE.0,
        VERDICT_GATE.1,
    )
}

fn groups(n: u64, clustered_by: &str) -> String {
    match (clustered_by, n) {
        ("person", 1) => "1 person".to_owned(),
        ("person", n) => format!("{n} people and bots"),
        (_, 1) => "1 change".to_owned(),
        (_, n) => format!("{n} changes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Lifespan;
    use crate::stats::rng::Rng;

    /// Lines of so many people from `first` on, with four changes each.
    fn cohort(seed: u64, people: std::ops::Range<u32>, mean_days: f64) -> Cohort {
        let mut rng = Rng::seeded(seed);
        let mut lifespans = Vec::new();
        for change in people.start * 4..people.end * 4 {
            for _ in 0..40 {
                let death = rng.exponential() * mean_days;
                lifespans.push(Lifespan {
                    entry_days: 0.0,
                    exit_days: death.min(200.0),
                    died: death < 200.0,
                    lines: 1,
                    cluster: change / 4,
                    change,
                });
            }
        }
        Cohort { lifespans, ..Cohort::default() }
    }

    fn compared(first: &Cohort, second: &Cohort) -> ComparisonReport {
        report(("AI-marked", first), ("unmarked", second), None)
    }

    #[test]
    fn the_same_process_is_not_enough_evidence_and_says_what_could_be_seen() {
        let report = compared(&cohort(1, 0..10, 100.0), &cohort(2, 10..22, 100.0));
        assert_eq!(report.level, Some(Level::V1));
        let sentence = &report.sentence;
        assert!(sentence.starts_with("Not enough evidence that"), "{sentence}");
        assert!(sentence.contains("smallest difference this data could show"));
        assert!(report.log_rank.sign_flip_p.unwrap() > 0.05);
        assert!(report.survival["90"].mde.unwrap() > 0.0);
    }

    #[test]
    fn a_difference_that_is_seen_is_described_and_called_no_effect() {
        let report = compared(&cohort(3, 0..10, 60.0), &cohort(4, 10..22, 160.0));
        assert_eq!(report.level, None);
        let sentence = &report.sentence;
        assert!(sentence.starts_with("Of AI-marked lines fewer are"), "{sentence}");
        assert!(sentence.ends_with("is no effect of AI."), "{sentence}");
        assert!(report.log_rank.z.unwrap() > 2.0);
    }

    #[test]
    fn few_changes_are_not_enough_evidence_however_far_apart() {
        let mut first = cohort(5, 0..1, 5.0);
        first.lifespans.iter_mut().for_each(|one| one.lines = 3);
        first.lifespans.iter_mut().for_each(|one| one.change %= 7);
        let report = compared(&first, &cohort(6, 10..22, 400.0));
        assert_eq!(
            report.survival["30"].value.is_some(),
            report.level == Some(Level::V1)
        );
        assert!(report.sentence.contains("Not"), "{}", report.sentence);
        assert!(!report.sentence.contains("fewer"), "{}", report.sentence);
        let none = compared(&Cohort::default(), &first);
        assert_eq!(none.level, Some(Level::V0));
        assert!(none.sentence.starts_with("Not computable"), "{}", none.sentence);
    }
}
