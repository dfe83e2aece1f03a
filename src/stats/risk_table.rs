//! Who was at risk, who died and who was last seen alive, age by age.

use crate::stats::lifespan::Lifespan;

/// One age at which lines left observation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RiskStep {
    /// The age in days.
    pub(super) age_days: f64,
    /// Lines at risk just before it.
    pub(super) lines_at_risk: u64,
    /// Lines that died at it.
    pub(super) lines_died: u64,
    /// Lines last seen alive at it.
    pub(super) lines_censored: u64,
    /// Weight at risk just before it.
    pub(super) weight_at_risk: u64,
    /// Weight that died at it.
    pub(super) weight_died: u64,
}

/// All ages at which lines left observation, ascending and distinct.
#[derive(Debug, Clone, Default)]
pub(super) struct RiskTable {
    /// One row an age.
    pub(super) steps: Vec<RiskStep>,
    /// Lines watched from birth.
    pub(super) lines_from_birth: u64,
    /// Ages of delayed entry, ascending, with the lines that had entered by then,
    /// those watched from birth included.
    pub(super) entered: Vec<(f64, u64)>,
    /// Lifespans that were never under observation.
    pub(super) rows_left_out: u64,
    /// Lines of those.
    pub(super) lines_left_out: u64,
}

/// Sorts lifespans into a table of ages, given their `weights`: one sort of the
/// exits, one of the delayed entries, one walk over both.
pub(super) fn risk_table(lifespans: &[Lifespan], weights: &[u64]) -> RiskTable {
    let mut table = RiskTable::default();
    let mut exits: Vec<(&Lifespan, u64)> = Vec::with_capacity(lifespans.len());
    for (lifespan, &weight) in lifespans.iter().zip(weights) {
        if lifespan.is_observed() {
            exits.push((lifespan, weight));
        } else {
            table.rows_left_out += 1;
            table.lines_left_out += lifespan.lines;
        }
    }
    exits.sort_unstable_by(|(a, _), (b, _)| a.exit_days.total_cmp(&b.exit_days));
    let mut entries = exits.clone();
    entries.sort_unstable_by(|(a, _), (b, _)| a.entry_days.total_cmp(&b.entry_days));
    let n_from_birth = entries.partition_point(|(a, _)| a.is_watched_from_birth());
    let delayed = entries.split_off(n_from_birth);
    table.lines_from_birth = entries.iter().map(|(span, _)| span.lines).sum();
    table.entered = entered(table.lines_from_birth, &delayed);
    let weight_from_birth = entries.iter().map(|(_, weight)| weight).sum();
    table.steps = walk(table.lines_from_birth, weight_from_birth, &delayed, &exits);
    table
}

fn entered(from_birth: u64, delayed: &[(&Lifespan, u64)]) -> Vec<(f64, u64)> {
    let mut total = from_birth;
    let cumulate = |(span, _): &(&Lifespan, u64)| {
        total += span.lines;
        (span.entry_days, total)
    };
    delayed.iter().map(cumulate).collect()
}

fn walk(
    mut lines: u64,
    mut weight: u64,
    delayed: &[(&Lifespan, u64)],
    exits: &[(&Lifespan, u64)],
) -> Vec<RiskStep> {
    let mut steps = Vec::new();
    let mut entries = delayed.iter().peekable();
    for group in exits.chunk_by(|(a, _), (b, _)| a.exit_days >= b.exit_days) {
        let age_days = group[0].0.exit_days;
        while let Some((span, gain)) =
            entries.next_if(|(span, _)| span.entry_days < age_days)
        {
            lines += span.lines;
            weight += gain;
        }
        let mut step = RiskStep {
            age_days,
            lines_at_risk: lines,
            lines_died: 0,
            lines_censored: 0,
            weight_at_risk: weight,
            weight_died: 0,
        };
        for &(span, loss) in group {
            lines -= span.lines;
            weight -= loss;
            if span.died {
                step.lines_died += span.lines;
                step.weight_died += loss;
            } else {
                step.lines_censored += span.lines;
            }
        }
        steps.push(step);
    }
    steps
}
