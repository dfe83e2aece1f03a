//! Signals → a class. Nothing but counts of yes, so that anybody can apply it by hand.

use serde::Serialize;

use super::signal::{Signal, SignalId, State};
use super::thresholds::Thresholds;
use crate::units::len_to_f64;

/// What a project is in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// It has the shape of something made quickly, or grows sideways; it lacks what it
    /// takes to be relied on; and it runs in production. Adopt, fence or retire it.
    PocInProduction,
    /// It grows sideways, lacks much, and is worked on.
    Slopnexus,
    /// It was made quickly and left.
    Poc,
    /// Too much is unknown.
    #[default]
    Unclear,
    /// Neither of all this.
    NotFlagged,
    /// Every project begins as a burst by one person.
    TooYoung,
    /// There is hardly any code.
    TooSmall,
}

impl Class {
    /// All, by need of a decision.
    pub const ALL: [Self; 7] = [
        Self::PocInProduction,
        Self::Slopnexus,
        Self::Poc,
        Self::Unclear,
        Self::NotFlagged,
        Self::TooYoung,
        Self::TooSmall,
    ];

    /// The name for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PocInProduction => "poc_in_production",
            Self::Slopnexus => "slopnexus",
            Self::Poc => "poc",
            Self::Unclear => "unclear",
            Self::NotFlagged => "not_flagged",
            Self::TooYoung => "too_young",
            Self::TooSmall => "too_small",
        }
    }

    /// The name for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::PocInProduction => "PoC in production",
            Self::Slopnexus => "Slopnexus",
            Self::Poc => "PoC",
            Self::Unclear => "unclear",
            Self::NotFlagged => "not flagged",
            Self::TooYoung => "too young",
            Self::TooSmall => "too small",
        }
    }
}

/// How old and large a unit is, and when it last changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    /// Lines of code that tests none.
    pub code_lines: u64,
    /// Days since the first line landed.
    pub age_days: f64,
    /// Days since the last change.
    pub quiet_days: f64,
}

/// A condition of the rule: how many of which signals are yes, and how many decide.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// What is counted.
    pub of: &'static str,
    /// How many are yes.
    pub yes: usize,
    /// How many are unknown.
    pub unknown: usize,
    /// How many are asked for: at least, or at most for vetoes.
    pub needed: f64,
    /// Whether it holds.
    pub holds: bool,
}

/// What the rule says of a unit.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Judgement {
    /// The class.
    pub class: Class,
    /// The conditions.
    pub conditions: Vec<Condition>,
    /// What else would give another class: one signal, what it would have to be, and the
    /// class then.
    pub would_change: Vec<Change>,
}

/// A signal that would change the class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which one.
    pub signal: SignalId,
    /// What it would have to be.
    pub to: State,
    /// The class then.
    pub class: Class,
}

/// `n` things, in words.
pub fn n_of(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Applies the rule.
pub fn judge(signals: &[Signal], measures: Measures, at: &Thresholds) -> Judgement {
    let states: Vec<(SignalId, State)> =
        signals.iter().map(|one| (one.id, one.state)).collect();
    let (class, conditions) = decide(&states, measures, at);
    let mut would_change = Vec::new();
    for (place, &(id, state)) in states.iter().enumerate().filter(|it| it.1.0.is_used()) {
        for to in [State::Yes, State::No] {
            if to == state {
                continue;
            }
            let mut other = states.clone();
            other[place].1 = to;
            let (then, _) = decide(&other, measures, at);
            if then != class {
                would_change.push(Change { signal: id, to, class: then });
            }
        }
    }
    Judgement { class, conditions, would_change }
}

fn decide(
    states: &[(SignalId, State)],
    measures: Measures,
    at: &Thresholds,
) -> (Class, Vec<Condition>) {
    let count = |groups: &[char], wanted: State| {
        let is = |id: SignalId| id.is_used() && groups.contains(&id.group());
        states.iter().filter(|(id, state)| is(*id) && *state == wanted).count()
    };
    let condition = |of, groups: &[char], name: &str, at_most: bool| {
        let (yes, unknown) = (count(groups, State::Yes), count(groups, State::Unknown));
        let needed = at.get(name);
        let holds =
            if at_most { len_to_f64(yes) <= needed } else { len_to_f64(yes) >= needed };
        Condition { of, yes, unknown, needed, holds }
    };
    let shape = condition("P1 to P7", &['P'], "poc_shape_signals", false);
    let sprawl = condition("W1, W3, W4", &['W'], "sprawl_signals", false);
    let deficits = condition("Q1 to Q9", &['Q'], "deficits", false);
    let production = condition("X1 to X6", &['X'], "production_signals", false);
    let vetoes = condition("Z1 to Z4, at most", &['Z'], "most_vetoes", true);
    let used = states.iter().filter(|it| it.0.is_used()).count();
    let unknown =
        states.iter().filter(|it| it.0.is_used() && it.1 == State::Unknown).count();
    let is_active = measures.quiet_days <= at.get("active_days");
    let poc = shape.holds && vetoes.holds;
    let slopnexus = sprawl.holds && deficits.holds && is_active && vetoes.holds;
    let class =
        if crate::units::count_to_f64(measures.code_lines) < at.get("least_code_lines") {
            Class::TooSmall
        } else if measures.age_days < at.get("least_age_days") {
            Class::TooYoung
        } else if len_to_f64(unknown) > at.get("unknown_share") * len_to_f64(used) {
            Class::Unclear
        } else if (poc || slopnexus) && production.holds && deficits.holds {
            Class::PocInProduction
        } else if slopnexus {
            Class::Slopnexus
        } else if poc {
            Class::Poc
        } else {
            Class::NotFlagged
        };
    (class, vec![shape, sprawl, deficits, production, vetoes])
}
