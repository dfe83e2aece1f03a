//! Light and heavy use, for description: how much spend, and how many lines, are in weeks
//! after much of it. Inference uses spend itself, never tiers.

use std::collections::BTreeSet;

use serde::Serialize;

use super::grain::Grain;
use super::small_groups::{self, LEAST_PEOPLE};
use crate::identity::IdentityId;
use crate::panel::{Panel, Row};
use crate::stats::tiers::{SpendingWeek, Tier};
use crate::stats::{WhyNone, concentration, tiers};
use crate::units::{count_to_f64, len_to_u64};

/// Use by tier, and how much of it is in few weeks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TiersReport {
    /// How tiers are made.
    pub how: &'static str,
    /// The median and the 90th percentile of spend in four weeks, rounded.
    pub bounds: Option<(f64, f64)>,
    /// Each tier with five people or more; smaller ones together.
    pub tiers: Vec<TierReport>,
    /// Why there are none.
    pub reason: Option<&'static str>,
    /// How much is in the tenth of person-weeks with most spend.
    pub concentration: ConcentrationReport,
}

/// Person-weeks of one tier.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TierReport {
    /// `none`, `light`, `medium`, `heavy`, `unknown`, or `put_together`.
    pub tier: &'static str,
    /// People with such weeks.
    pub people: u64,
    /// Mature person-weeks, rounded.
    pub person_weeks: u64,
    /// Lines written in them that landed, rounded.
    pub landed_lines: u64,
    /// Those that lasted, rounded.
    pub durable_lines: u64,
}

/// How much is in the tenth of person-weeks with most spend. Concentration is not waste.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct ConcentrationReport {
    /// Its share of spend, rounded; `None` with a reason.
    pub spend_share: Option<f64>,
    /// Its share of durable lines, rounded.
    pub lines_share: Option<f64>,
    /// Person-weeks in all, rounded.
    pub n_person_weeks: u64,
    /// People with weeks in that tenth; 0 where nothing is shown.
    pub n_people: u64,
    /// Why there is none.
    pub reason: Option<&'static str>,
}

const HOW: &str = "by the spend of the four weeks before: light up to the median of person-weeks with \
                   any, medium up to their 90th percentile, heavy above";
const FEW: &str = "fewer than five people are behind it, or a few weigh too much in it";

/// Describes the mature person-weeks of a panel.
pub(super) fn report(panel: &Panel, own: bool) -> TiersReport {
    let rows: Vec<Row> = panel
        .rows()
        .rows
        .into_iter()
        .filter(|row| row.durable_lines[panel.age].is_some())
        .collect();
    let before: Vec<Option<f64>> =
        rows.iter().map(|row| row.exposure.previous_4_weeks).collect();
    let found = tiers(&before);
    let people: BTreeSet<IdentityId> = rows.iter().map(|row| row.person).collect();
    let is_few = !own && people.len() < LEAST_PEOPLE;
    let bounds = found.bounds.filter(|_| !is_few);
    TiersReport {
        how: HOW,
        bounds: bounds.map(|(median, upper)| (two_digits(median), two_digits(upper))),
        tiers: match bounds {
            Some(_) => by_tier(panel, &rows, &found.tiers, own),
            None => Vec::new(),
        },
        reason: if is_few { Some(FEW) } else { found.reason.map(WhyNone::message) },
        concentration: concentrated(panel, &rows, own),
    }
}

/// A bound as it is shown: it is that of a few person-weeks, and no more is needed.
fn two_digits(value: f64) -> f64 {
    super::grain::round_by_share(value, 0.1)
}

fn by_tier(
    panel: &Panel,
    rows: &[Row],
    tier_of: &[Option<Tier>],
    own: bool,
) -> Vec<TierReport> {
    const ALL: [(Tier, &str); 5] = [
        (Tier::None, "none"),
        (Tier::Light, "light"),
        (Tier::Medium, "medium"),
        (Tier::Heavy, "heavy"),
        (Tier::Unknown, "unknown"),
    ];
    let members: Vec<(&'static str, Vec<&Row>)> = ALL
        .into_iter()
        .map(|(tier, name)| {
            let of_tier = rows.iter().zip(tier_of).filter(|(_, one)| **one == Some(tier));
            (name, of_tier.map(|(row, _)| row).collect::<Vec<&Row>>())
        })
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    let people: Vec<BTreeSet<IdentityId>> = members
        .iter()
        .map(|(_, rows)| rows.iter().map(|row| row.person).collect())
        .collect();
    let least = if own { 1 } else { LEAST_PEOPLE };
    let (mut shown, hidden) =
        small_groups::divide_at(&people.iter().collect::<Vec<_>>(), least);
    shown.sort_unstable();
    let grains = (Grain::of_lines(panel, own), Grain::of_weeks(panel, own));
    let mut reports: Vec<TierReport> = shown
        .iter()
        .map(|&at| tier(members[at].0, &members[at].1, panel, grains))
        .collect();
    if !hidden.is_empty() {
        let together: Vec<&Row> =
            hidden.iter().flat_map(|&at| members[at].1.iter().copied()).collect();
        reports.push(tier("put_together", &together, panel, grains));
    }
    reports
}

fn tier(
    name: &'static str,
    rows: &[&Row],
    panel: &Panel,
    (lines, weeks): (Grain, Grain),
) -> TierReport {
    let people: BTreeSet<IdentityId> = rows.iter().map(|row| row.person).collect();
    let sum = |of: &dyn Fn(&Row) -> u64| {
        lines.round_count(rows.iter().map(|row| of(row)).sum())
    };
    TierReport {
        tier: name,
        people: len_to_u64(people.len()),
        person_weeks: weeks.round_count(len_to_u64(rows.len())),
        landed_lines: sum(&|row| row.landed_lines),
        durable_lines: sum(&|row| row.durable_lines[panel.age].unwrap_or(0)),
    }
}

fn concentrated(panel: &Panel, rows: &[Row], own: bool) -> ConcentrationReport {
    let weeks: Vec<SpendingWeek> = rows
        .iter()
        .filter_map(|row| {
            Some(SpendingWeek {
                person: row.person.0,
                spend: row.exposure.this_week?,
                durable_lines: count_to_f64(row.durable_lines[panel.age]?),
            })
        })
        .collect();
    let found = concentration(&weeks);
    let last = panel.last_mature(panel.age);
    let mature = panel.spent.iter().filter(|one| one.last.week() <= last);
    let all: i128 = mature.map(|one| one.amount).sum();
    let grain = Grain::of(panel, own);
    let people = usize::try_from(found.n_persons_in_tenth).unwrap_or(usize::MAX);
    let is_shown = own || (people >= LEAST_PEOPLE && grain.divides(all));
    let step = grain.step().map_or(0.0, |step| {
        (panel.measure.to_f64(step) / panel.measure.to_f64(all)).max(0.01)
    });
    // The share of lines is as coarse as a few people's part of them.
    let all_lines: f64 = weeks.iter().map(|week| week.durable_lines).sum();
    let lines_step = Grain::of_lines(panel, own).step().map_or(0.0, |step| {
        let step = u64::try_from(step).map_or(f64::INFINITY, count_to_f64);
        (step / all_lines.max(1.0)).max(0.01)
    });
    let shown = |share: Option<f64>, step: f64| {
        // A tenth of few people is theirs.
        share.filter(|_| is_shown).map(|share| match own {
            true => share,
            false => super::spend::rounded_share(share, step),
        })
    };
    ConcentrationReport {
        spend_share: shown(found.spend_share, step),
        lines_share: shown(found.lines_share.filter(|_| lines_step <= 0.5), lines_step),
        n_person_weeks: Grain::of_weeks(panel, own).round_count(found.n_rows),
        n_people: if is_shown { found.n_persons_in_tenth } else { 0 },
        reason: match (is_shown, found.reason) {
            (true, reason) => reason.map(WhyNone::message),
            (false, _) => Some(FEW),
        },
    }
}
