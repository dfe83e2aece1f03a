//! Person-weeks of made-up teams.
//!
//! Who is able spends more and writes more. Spend and output both rise over time and
//! share good and bad weeks. Both depend on their own past. Some weeks are without
//! spend, some without lines, some are missing. None of this is an association within
//! persons and weeks; `elasticity` alone is.

use crate::stats::association::AssociationRow;
use crate::stats::rng::Rng;
use crate::units::count_to_f64;

/// Persons and weeks of the teams that are looked at.
pub const CELLS: [(u32, u32); 5] = [(8, 12), (12, 12), (20, 12), (12, 26), (20, 26)];

/// What is done to usage before it is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disturbance {
    /// Nothing.
    None,
    /// One person in eight cannot be found in the repositories, and drops out.
    Unmatched,
    /// Days are local: up to a seventh of each week is booked a week later.
    LocalTime,
    /// People are away for days and whole weeks, in which they neither spend nor write;
    /// of the days that they work, four in five leave a trace.
    PartTime,
}

/// A made-up team.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PanelTruth {
    /// Persons.
    pub persons: u32,
    /// Weeks.
    pub weeks: u32,
    /// By how much expected lines go with 1 + spend of two weeks, both in logs.
    pub elasticity: f64,
    /// What is done to usage.
    pub disturbance: Disturbance,
}

/// Spread of a person's weeks of output around its level, in logs.
const OUTPUT_SPREAD: f64 = 1.2;
/// How much of last week's deviation is left: usage, then output.
const MEMORY: (f64, f64) = (0.6, 0.5);
const WITHOUT_LINES: f64 = 0.15;
const WITHOUT_SPEND: f64 = 0.15;
/// Weeks before and after, for windows of spend.
const MARGIN: usize = 4;

/// Draws a team.
pub fn panel(rng: &mut Rng, truth: &PanelTruth) -> Vec<AssociationRow> {
    let n = usize::try_from(truth.weeks).unwrap_or(0);
    let common: Vec<f64> = (0..n + 2 * MARGIN).map(|_| 0.3 * rng.normal()).collect();
    let mut rows = Vec::new();
    for person in 0..truth.persons {
        let ability = rng.normal();
        let spend = spend(rng, ability, &common);
        let seen = match truth.disturbance {
            Disturbance::LocalTime => booked_late(rng, &spend),
            Disturbance::None | Disturbance::Unmatched | Disturbance::PartTime => {
                spend.clone()
            }
        };
        let lines = lines(rng, ability, &common, &spend, truth.elasticity);
        let mut own = match truth.disturbance {
            Disturbance::PartTime => {
                let (spend, lines, days) = part_time(rng, &spend, &lines);
                person_rows(rng, person, &spend, &lines, Some(&days))
            }
            _ => person_rows(rng, person, &seen, &lines, None),
        };
        let is_lost =
            truth.disturbance == Disturbance::Unmatched && rng.uniform() < 0.125;
        if !is_lost {
            rows.append(&mut own);
        }
    }
    rows
}

/// Numbers that depend on the one before, with a spread of one.
fn with_memory(rng: &mut Rng, n: usize, memory: f64) -> Vec<f64> {
    let mut value = rng.normal();
    let fresh = (1.0 - memory * memory).sqrt();
    let mut next = || {
        value = memory * value + fresh * rng.normal();
        value
    };
    (0..n).map(|_| next()).collect()
}

fn trend(week: usize, n: usize) -> f64 {
    crate::units::len_to_f64(week) / crate::units::len_to_f64(n)
}

fn spend(rng: &mut Rng, ability: f64, common: &[f64]) -> Vec<f64> {
    let level = 1.5 + 0.5 * ability + 0.5 * rng.normal();
    let deviations = with_memory(rng, common.len(), MEMORY.0);
    let (mut is_off, stays_off) = (rng.uniform() < WITHOUT_SPEND, 0.6);
    // Spells without spend, in the long run WITHOUT_SPEND of the weeks.
    let turns_off = WITHOUT_SPEND * (1.0 - stays_off) / (1.0 - WITHOUT_SPEND);
    let weeks = deviations.iter().zip(common).enumerate();
    weeks
        .map(|(week, (deviation, common))| {
            is_off = rng.uniform() < if is_off { stays_off } else { turns_off };
            let log = level + trend(week, deviations.len()) + common + 0.8 * deviation;
            if is_off { 0.0 } else { log.exp() }
        })
        .collect()
}

fn booked_late(rng: &mut Rng, spend: &[f64]) -> Vec<f64> {
    let mut seen = spend.to_vec();
    for week in 1..spend.len() {
        let late = spend[week - 1] * rng.uniform() / 7.0;
        seen[week - 1] -= late;
        seen[week] += late;
    }
    seen
}

/// Takes days off: spend and lines are those of the days worked, of five. Returns the days
/// with a trace, too.
fn part_time(
    rng: &mut Rng,
    spend: &[f64],
    lines: &[f64],
) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let (mut seen, mut written, mut traces) = (Vec::new(), Vec::new(), Vec::new());
    for (spend, lines) in spend.iter().zip(lines) {
        let worked = match rng.uniform() {
            off if off < 0.12 => 0,
            part if part < 0.35 => 1 + rng.below(4),
            _ => 5,
        };
        let share = count_to_f64(worked) / 5.0;
        let (spend, lines) = (spend * share, (lines * share).floor());
        let seen_days = (0..worked).filter(|_| rng.uniform() < 0.8).count();
        let least = usize::from(spend > 0.0 || lines > 0.0);
        seen.push(spend);
        written.push(lines);
        traces.push(crate::units::len_to_f64(seen_days.max(least)));
    }
    (seen, written, traces)
}

fn lines(
    rng: &mut Rng,
    ability: f64,
    common: &[f64],
    spend: &[f64],
    elasticity: f64,
) -> Vec<f64> {
    let level = 2.0 + ability;
    let deviations = with_memory(rng, common.len(), MEMORY.1);
    (0..common.len())
        .map(|week| {
            let trailing = spend[week] + spend[week.saturating_sub(1)];
            let log = level
                + trend(week, common.len())
                + common[week]
                + OUTPUT_SPREAD * deviations[week]
                + elasticity * trailing.ln_1p();
            let count = poisson(rng, log.exp());
            if rng.uniform() < WITHOUT_LINES { 0.0 } else { count }
        })
        .collect()
}

/// A Poisson number: by multiplying up to 30, by the normal distribution above.
fn poisson(rng: &mut Rng, mean: f64) -> f64 {
    if mean > 30.0 {
        return (mean + mean.sqrt() * rng.normal()).round().max(0.0);
    }
    let (mut count, mut waited) = (0.0, rng.exponential());
    while waited < mean {
        waited += rng.exponential();
        count += 1.0;
    }
    count
}

fn person_rows(
    rng: &mut Rng,
    person: u32,
    spend: &[f64],
    lines: &[f64],
    days: Option<&[f64]>,
) -> Vec<AssociationRow> {
    let mut rows = Vec::new();
    let mut absent = 0;
    for at in MARGIN..spend.len() - MARGIN {
        // Holidays of two weeks, about one week in ten.
        if absent == 0 && rng.uniform() < 0.05 {
            absent = 2;
        }
        let share = 0.75 + 0.2 * rng.uniform();
        if absent > 0 {
            absent -= 1;
            continue;
        }
        let days = days.map(|days| days[at]);
        if days.is_some_and(|days| days <= 0.0) {
            // Without any trace there is no row.
            continue;
        }
        let sum = |from: usize, to: usize| Some(spend[from..to].iter().sum::<f64>());
        let two = spend[at] + spend[at - 1];
        rows.push(AssociationRow {
            person,
            week: i32::try_from(at).unwrap_or(i32::MAX),
            spend: two,
            durable_lines: lines[at],
            lines_at_other_age: Some((lines[at] * share).floor()),
            lines_without_bulk: Some(if share > 0.945 { 0.0 } else { lines[at] }),
            lines_without_largest: Some(if share > 0.935 { 0.0 } else { lines[at] }),
            spend_this_week: Some(spend[at]),
            spend_week_before: Some(spend[at - 1]),
            spend_two_weeks: Some(two),
            spend_four_weeks: sum(at - 3, at + 1),
            spend_next_month: sum(at + 1, at + 5),
            days,
        });
    }
    rows
}

/// What all spent and left: lines, spend that is matched, spend that is not though it
/// is theirs, and spend of strangers.
pub(super) fn with_strangers(rng: &mut Rng) -> [f64; 4] {
    let amount = |rng: &mut Rng| count_to_f64(rng.below(1_000));
    std::array::from_fn(|_| 1.0 + amount(rng))
}
