//! Why a number is not given.

/// Why an estimate or its interval is missing. The counts that failed stand
/// beside it in the estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WhyNone {
    /// No line was ever observed.
    NoLines,
    /// Too few lines were followed to that age.
    TooFewLinesAtRisk,
    /// Too few clusters were followed to that age.
    TooFewClustersAtRisk,
    /// Too few clusters for an interval.
    TooFewClusters,
    /// A few clusters hold most of the lines.
    UnevenClusters,
    /// Every line survived, so the spread between clusters cannot be seen.
    NoDeaths,
    /// No line survived, so the spread between clusters cannot be seen.
    NoSurvivors,
    /// Without one of the clusters the estimate lies at its limit (0 or 1).
    OneClusterDecides,
    /// An end of the interval lies beyond what was followed.
    EndNotReached,
    /// The denominator of a ratio is zero.
    NothingSpent,
    /// The numerator of a ratio is zero.
    NothingDurable,
    /// The values do not vary, so there is nothing to associate.
    NoVariation,
    /// A number could not be computed: the input is not finite, or an iteration
    /// did not settle.
    NotComputable,
}

impl WhyNone {
    /// The name used in machine-readable output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoLines => "no_lines",
            Self::TooFewLinesAtRisk => "too_few_lines_at_risk",
            Self::TooFewClustersAtRisk => "too_few_clusters_at_risk",
            Self::TooFewClusters => "too_few_clusters",
            Self::UnevenClusters => "uneven_clusters",
            Self::NoDeaths => "no_deaths",
            Self::NoSurvivors => "no_survivors",
            Self::OneClusterDecides => "one_cluster_decides",
            Self::EndNotReached => "end_not_reached",
            Self::NothingSpent => "nothing_spent",
            Self::NothingDurable => "nothing_durable",
            Self::NoVariation => "no_variation",
            Self::NotComputable => "not_computable",
        }
    }

    /// The reason as a phrase for people, in lower case and without a full stop.
    pub fn message(self) -> &'static str {
        match self {
            Self::NoLines => "no line was observed",
            Self::TooFewLinesAtRisk => {
                "not observed yet: fewer than 200 lines, or than 5% of the cohort, \
                 were followed to this age"
            }
            Self::TooFewClustersAtRisk => {
                "not observed yet: fewer than 5 people or changes have lines that old"
            }
            Self::TooFewClusters => "no interval: it needs at least 6 people or changes",
            Self::UnevenClusters => {
                "no interval: a few people or changes hold most of the lines \
                 (effective number below 4)"
            }
            Self::NoDeaths => "no interval: no line has died by this age",
            Self::NoSurvivors => "no interval: no line is left at this age",
            Self::OneClusterDecides => {
                "no interval: without one of the people or changes, all lines survive \
                 or none does"
            }
            Self::EndNotReached => {
                "no upper end, or none at all: it lies beyond what was followed"
            }
            Self::NothingSpent => "no ratio: nothing was spent",
            Self::NothingDurable => "no interval: nothing durable without one person",
            Self::NoVariation => "the values do not vary",
            Self::NotComputable => "could not be computed from these numbers",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_fit_for_machines() {
        let all = [
            WhyNone::NoLines,
            WhyNone::TooFewLinesAtRisk,
            WhyNone::TooFewClustersAtRisk,
            WhyNone::TooFewClusters,
            WhyNone::UnevenClusters,
            WhyNone::NoDeaths,
            WhyNone::NoSurvivors,
            WhyNone::OneClusterDecides,
            WhyNone::EndNotReached,
            WhyNone::NothingSpent,
            WhyNone::NothingDurable,
            WhyNone::NoVariation,
            WhyNone::NotComputable,
        ];
        let names: std::collections::BTreeSet<_> =
            all.iter().map(|why| why.as_str()).collect();
        assert_eq!(names.len(), all.len());
        for why in all {
            assert!(why.as_str().bytes().all(|b| b == b'_' || b.is_ascii_lowercase()));
            assert!(!why.message().is_empty() && !why.message().ends_with('.'));
        }
    }
}
