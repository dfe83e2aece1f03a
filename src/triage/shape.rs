//! P: the shape of something that was made quickly and left.

use std::collections::{BTreeMap, BTreeSet};

use super::Thresholds;
use super::activity::Activity;
use super::signal::{Evidence, Signal, SignalId, State};
use super::unit::Unit;
use crate::cohorts::{View, seen};
use crate::facts::SignKind;
use crate::history::CommitIdx;
use crate::stats::{HalfLife, Lifespan, kaplan_meier};
use crate::syntax::PlaceholderKind;
use crate::units::{count_to_f64, len_to_u64, seconds_to_days};

/// Asks for P3 to P7; P1 and P2 are asked on the day of the audit.
pub fn signals(unit: &Unit<'_>, activity: &Activity, at: &Thresholds) -> Vec<Signal> {
    vec![
        one_mind(activity, at),
        giants(unit, at),
        short_life(unit, at),
        placeholders(unit, at),
        naming(unit),
    ]
}

/// A share in whole per cent.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

/// The changes with most lines.
pub(super) fn largest(unit: &Unit<'_>, n: usize) -> Vec<Evidence> {
    let mut sizes: Vec<(u64, CommitIdx)> =
        sizes(unit).into_iter().map(|(commit, lines)| (lines, commit)).collect();
    sizes.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let evidence = |&(lines, commit): &(u64, CommitIdx)| {
        let id = unit.facts.commits[commit.at()].id.to_string();
        Evidence::commit(id, format!("{lines} lines"))
    };
    sizes.iter().take(n).map(evidence).collect()
}

/// How many lines each commit brought into the unit.
fn sizes(unit: &Unit<'_>) -> BTreeMap<CommitIdx, u64> {
    let mut sizes: BTreeMap<CommitIdx, u64> = BTreeMap::new();
    for one in unit.code_lives() {
        *sizes.entry(one.origin).or_default() += one.lines;
    }
    sizes
}

fn one_mind(activity: &Activity, at: &Thresholds) -> Signal {
    let counts = activity.by_person();
    let total: u64 = counts.iter().sum();
    if total == 0 || activity.nobodys > total {
        return Signal::unknown(SignalId::P3, "it is not known who changed it");
    }
    let share = |n: usize| {
        count_to_f64(counts.get(n).copied().unwrap_or(0)) / count_to_f64(total)
    };
    let second = at.get("p3_second_share");
    let is = share(0) >= 0.5 && share(1) < second;
    let value = format!(
        "{total} changes by {}; the second largest part is {}",
        super::rule::n_of(counts.len(), "person", "people"),
        percent(share(1))
    );
    let threshold = format!("one with half of all, the second below {}", percent(second));
    Signal::new(SignalId::P3, State::of(is), value, threshold, Vec::new())
}

fn giants(unit: &Unit<'_>, at: &Thresholds) -> Signal {
    let (giant, least) = (at.get("p4_giant_lines"), at.get("p4_giant_share"));
    let sizes = sizes(unit);
    let total: u64 = sizes.values().sum();
    if total == 0 {
        return Signal::unknown(SignalId::P4, "no line landed");
    }
    let giants: Vec<u64> =
        sizes.values().copied().filter(|&lines| count_to_f64(lines) > giant).collect();
    let share = count_to_f64(giants.iter().sum()) / count_to_f64(total);
    let value = format!(
        "{} of the lines came in {} of {} changes",
        percent(share),
        giants.len(),
        sizes.len()
    );
    let threshold = format!("{} in changes above {giant:.0} lines", percent(least));
    let evidence = largest(unit, giants.len().min(5));
    Signal::new(SignalId::P4, State::of(share >= least), value, threshold, evidence)
}

fn short_life(unit: &Unit<'_>, at: &Thresholds) -> Signal {
    const DAYS: f64 = 30.0;
    let mut lives = Vec::new();
    let mut changes = BTreeSet::new();
    for one in unit.code_lives() {
        let Some(seen) = seen(unit.facts, one, View::default()) else { continue };
        let exit_days = seconds_to_days(seen.to);
        if exit_days >= DAYS || seen.died {
            changes.insert(one.origin);
        }
        lives.push(Lifespan {
            entry_days: seconds_to_days(seen.from),
            exit_days,
            died: seen.died,
            lines: one.lines,
            cluster: 0,
            change: 0,
        });
    }
    let curve = kaplan_meier(&lives);
    let n = curve.at_risk(DAYS);
    let least = (at.get("p5_least_lines"), at.get("p5_least_changes"));
    let enough =
        count_to_f64(n) >= least.0 && count_to_f64(len_to_u64(changes.len())) >= least.1;
    if !enough {
        let why = format!(
            "{n} lines of {} changes are followed for 30 days; {:.0} of {:.0} are asked for",
            changes.len(),
            least.0,
            least.1
        );
        return Signal::unknown(SignalId::P5, why);
    }
    let (share, half) = (at.get("p5_survival_30"), at.get("p5_half_life_days"));
    let alive = curve.at(DAYS);
    let half_life = match curve.half_life() {
        HalfLife::Reached(days) => Some(days),
        HalfLife::NotReached { .. } => None,
    };
    let is = alive < share || half_life.is_some_and(|days| days < half);
    let half_life = half_life.map_or_else(
        || "half-life not reached".to_owned(),
        |days| format!("half-life {days:.0} days"),
    );
    let value = format!("{} alive after 30 days; {half_life}", percent(alive));
    let threshold =
        format!("below {}, or half-life below {half:.0} days", percent(share));
    Signal::new(SignalId::P5, State::of(is), value, threshold, Vec::new())
}

fn placeholders(unit: &Unit<'_>, at: &Thresholds) -> Signal {
    let (Some(table), lines) = (&unit.facts.functions, unit.code_lines()) else {
        return Signal::unknown(SignalId::P6, "nothing was parsed");
    };
    if lines == 0 {
        return Signal::unknown(SignalId::P6, "there is no code");
    }
    if !unit.is_parsed() {
        return Signal::unknown(
            SignalId::P6,
            "most of it is of no language that is parsed",
        );
    }
    let stands_in = |kind| matches!(kind, PlaceholderKind::Stub | PlaceholderKind::Todo);
    let mut evidence: Vec<Evidence> = table
        .placeholders
        .iter()
        .filter(|one| {
            unit.has_path[one.path as usize] && !one.is_test && stands_in(one.kind)
        })
        .map(|one| {
            Evidence::file(&unit.path(one.path), Some(one.line), one.kind.as_str())
        })
        .collect();
    evidence.extend(
        unit.signs(SignKind::PlaceholderText).map(|one| {
            Evidence::file(&unit.path(one.path), one.line, "placeholder text")
        }),
    );
    let least = at.get("p6_per_1000_lines");
    let density = count_to_f64(len_to_u64(evidence.len())) * 1000.0 / count_to_f64(lines);
    let value =
        format!("{} in {lines} lines of code: {density:.1} in 1,000", evidence.len());
    let threshold = format!("{least:.0} in 1,000");
    Signal::new(SignalId::P6, State::of(density >= least), value, threshold, evidence)
}

fn naming(unit: &Unit<'_>) -> Signal {
    let mut evidence = Vec::new();
    let path = unit.facts.path.to_json_text();
    let name = super::unit_name(&path);
    let named = |text: &str| {
        let words = text.replace(['_', '.'], "-");
        super::self_named().is_match(&words)
    };
    let place = if unit.root.is_empty() { name.to_owned() } else { unit.root.clone() };
    if named(&place) {
        evidence.push(Evidence::file(&place, None, "its name says so"));
    } else if named(name) {
        evidence.push(Evidence::file(name, None, "the name of the repository says so"));
    }
    evidence.extend(
        unit.signs_anywhere(SignKind::SelfNamed)
            .filter(|one| unit.is_at_or_above(one.path))
            .map(|one| {
                let word = one.word.to_json_text().to_ascii_lowercase();
                Evidence::file(&unit.path(one.path), one.line, format!("\"{word}\""))
            }),
    );
    let value = match evidence.len() {
        0 => "neither its name nor its README says so".to_owned(),
        _ => "it says so".to_owned(),
    };
    Signal::new(SignalId::P7, State::of(!evidence.is_empty()), value, "any", evidence)
}
