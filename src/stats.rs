//! Columns of numbers in, estimates out. Knows nothing of git, people or money.
//!
//! Two ideas carry the module. Lines of code live and die together, so every
//! interval comes from deleting whole clusters (people, or changes), never from
//! counting lines as if they were independent. And an estimate that cannot be
//! made says why ([`WhyNone`]) instead of being made anyway.
//!
//! ```text
//! Lifespan ─┬─ kaplan_meier ──────────▶ Curve (S, half-life, restricted mean)
//!           ├─ cumulative_incidence ─▶ shares dead of each cause
//!           ├─ leave_one_out ─ jackknife ▶ SurvivalAt, MeanLife, HalfLifeEstimate, Difference
//!           └─ log_rank ──────────────▶ LogRank
//! PersonWeek ─ two_way ─ spearman ─ sign_flip ▶ RankAssociation ─┐
//!            ├ poisson ──────────── sign_flip ▶ Elasticity ──────┼▶ Association ─ decide ▶ Decision
//!            └ mundlak, circular_shift ──────────────────────────┘
//! ```

pub mod rng;
pub mod student_t;
pub mod why_none;
pub mod lifespan;
pub mod clusters;
pub mod risk_table;
pub mod kaplan_meier;
pub mod jackknife;
pub mod leave_one_out;
pub mod cumulative_incidence;
pub mod survival;
pub mod half_life;
pub mod difference;
pub mod ratio;
pub mod wilson;
pub mod sign_flip;
pub mod log_rank;
pub mod spearman;
pub mod two_way;
pub mod person_week;
pub mod rank_association;
mod cholesky;
pub mod poisson;
pub mod elasticity;
pub mod circular_shift;
pub mod mundlak;
pub mod equivalence;
pub mod association;
pub mod decision;
pub mod benjamini_hochberg;
pub mod gamma;
mod negative_binomial;
pub mod outliers;
pub mod tiers;
pub mod durable_yield;
pub mod standardisation;
pub mod simulated;

#[cfg(test)]
mod other_programs;
#[cfg(test)]
mod simulation;

pub use association::{
    Association, AssociationRow, Check, CheckLine, Scale, association,
};
pub use clusters::{ClusteredBy, Support, Weighting};
pub use cumulative_incidence::cumulative_incidence;
pub use decision::{Decision, Finding, GatesSeen, Reason, decide};
pub use difference::{Difference, mean_life_difference, survival_difference};
pub use durable_yield::{DurableYield, YieldWeek, durable_yield};
pub use elasticity::{Elasticity, elasticity};
pub use equivalence::{Equivalence, equivalence};
pub use half_life::{HalfLifeEstimate, half_life};
pub use kaplan_meier::{Curve, HalfLife, Step, kaplan_meier, weighted_kaplan_meier};
pub use lifespan::Lifespan;
pub use log_rank::{LogRank, log_rank};
pub use outliers::{Outliers, Unit, UnitOutlier, UnitWindow, outliers};
pub use person_week::PersonWeek;
pub use rank_association::{RankAssociation, rank_association};
pub use ratio::{Ratio, RatioPart, ratio_jackknife};
pub use standardisation::{
    StandardisedDifference, StratumLifespan, standardised_difference,
};
pub use survival::{
    HORIZONS_DAYS, MeanLife, SurvivalAt, largest_observed_age, mean_life, survival_at,
};
pub use tiers::{Concentration, Tier, Tiers, concentration, tiers};
pub use why_none::WhyNone;
pub use wilson::wilson;
