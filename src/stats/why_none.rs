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
    /// There is no finite slope: where lines are, the covariate is as high (or as low)
    /// as it gets.
    Separated,
    /// Without one of the people there is no estimate.
    OnePersonDecides,
    /// The numbers that this would be made of were not given.
    NotGiven,
    /// Too few units to say what to expect of one.
    TooFewUnits,
    /// Too few weeks with spend to sort them.
    TooFewWeeks,
    /// Half of the weeks with spend, or more, have nearly the same.
    NoSpread,
    /// The two cohorts have no comparable lines.
    NoOverlap,
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
            Self::Separated => "separated",
            Self::OnePersonDecides => "one_person_decides",
            Self::NotGiven => "not_given",
            Self::TooFewUnits => "too_few_units",
            Self::TooFewWeeks => "too_few_weeks",
            Self::NoSpread => "no_spread",
            Self::NoOverlap => "no_overlap",
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
            Self::Separated => {
                "no finite estimate: lines are only where spend is as high, or as low, as \
                 it gets"
            }
            Self::OnePersonDecides => {
                "no interval: without one of the people there is no estimate"
            }
            Self::NotGiven => "not given",
            Self::TooFewUnits => "nothing to expect: it needs at least 8 units",
            Self::TooFewWeeks => "no tiers: fewer than 20 person-weeks have spend",
            Self::NoSpread => {
                "no tiers: the median of person-weeks with spend is their 90th percentile"
            }
            Self::NoOverlap => {
                "not comparable: no stratum has enough lines and people of both"
            }
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
            WhyNone::Separated,
            WhyNone::OnePersonDecides,
            WhyNone::NotGiven,
            WhyNone::TooFewUnits,
            WhyNone::TooFewWeeks,
            WhyNone::NoSpread,
            WhyNone::NoOverlap,
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
