//! What may be said, in the only sentences allowed. A verdict is about weeks of the same
//! people, never about people, and says what it does not measure.

use super::{Gate, ID, Level, Verdict, gates_failed};
use crate::stats::{Decision, Finding, WhyNone, decision::Reason};

/// An estimate as it is shown: rounded.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Numbers {
    /// The estimate.
    pub value: Option<f64>,
    /// The lower end of its 95% interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// The smallest true value that would have been seen.
    pub mde: Option<f64>,
}

/// What a verdict names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Said {
    /// Repositories.
    pub repositories: usize,
    /// The Mondays of the first and the last week that exports cover and whose lines are
    /// known to have lasted or not.
    pub period: (String, String),
    /// What spend is counted in: an elasticity is one to 1 + spend in this unit.
    pub scale: &'static str,
    /// People who enter.
    pub people: u64,
    /// Weeks that enter.
    pub weeks: u64,
    /// The age at which a line counts, in days.
    pub days: u32,
    /// Whether the association, before it was rounded, is below zero.
    pub is_negative: bool,
    /// The within-person rank association.
    pub rank: Numbers,
    /// The elasticity.
    pub elasticity: Numbers,
    /// Elasticities within this distance from zero are called none.
    pub bound: f64,
    /// The placebo: next month's spend, beside this month's.
    pub placebo: Option<f64>,
    /// The share of spend without landed lines.
    pub unattributed: Option<f64>,
}

/// What every verdict about an association ends with.
const NOT_MEASURED: &str = "This is an association; it does not measure people, review, support or design \
                            work.";

/// The verdict that a decision allows.
pub fn from_decision(gates: &[Gate], decision: &Decision, said: &Said) -> Verdict {
    let (level, sentence) = match decision.finding {
        Finding::Associated => (Level::V3, associated(said)),
        Finding::NoneLarger => (Level::V2, none_larger(said)),
        Finding::NotEnoughEvidence | Finding::NotComputable => {
            return not_enough(gates, decision, said);
        }
    };
    Verdict {
        id: ID,
        level,
        sentence,
        because: decision.reasons.iter().map(in_words).collect(),
        needed: Vec::new(),
        mde: said.elasticity.mde,
    }
}

fn not_enough(gates: &[Gate], decision: &Decision, said: &Said) -> Verdict {
    let (failed, mut because, mut needed) = gates_failed(gates);
    let why = if because.is_empty() {
        because.extend(decision.reasons.iter().map(in_words));
        needed.push("more people or more weeks".to_owned());
        let reasons = decision.reasons.iter().filter(|reason| speaks_against(reason));
        let words: Vec<String> = reasons.map(in_words).take(2).collect();
        format!("{}: {}", figures(said), words.join(", and "))
    } else {
        failed
    };
    let mde = said.elasticity.mde.map_or(String::new(), |mde| {
        format!(" The smallest elasticity this data could have shown: {mde:.1}.")
    });
    Verdict {
        id: ID,
        level: Level::V1,
        sentence: format!("Not enough evidence: {why}.{mde}"),
        because,
        needed,
        mde: said.elasticity.mde,
    }
}

fn associated(said: &Said) -> String {
    let more = if said.is_negative { "fewer" } else { "more" };
    let placebo = said.placebo.map_or(String::new(), |value| {
        format!(" Next month's spend, which cannot have helped: {value:+.2}.")
    });
    format!(
        "{}: weeks with higher AI spend had {more} lines {} ({}).{}{placebo} {NOT_MEASURED}{}",
        scope(said),
        lasting(said),
        figures(said),
        doubling(said),
        unattributed(said)
    )
}

fn none_larger(said: &Said) -> String {
    format!(
        "{}: weeks with higher AI spend had neither more nor fewer lines {} than elasticities \
         within {:.2} of none allow ({}). {NOT_MEASURED}{}",
        scope(said),
        lasting(said),
        said.bound,
        figures(said),
        unattributed(said)
    )
}

fn scope(said: &Said) -> String {
    let repositories = match said.repositories {
        1 => "this repository".to_owned(),
        n => format!("{n} repositories"),
    };
    let (first, last) = &said.period;
    format!(
        "In {repositories}, weeks of {first} to {last}, {} people, {} weeks",
        said.people, said.weeks
    )
}

/// Lines are durable from thirty days on.
fn lasting(said: &Said) -> String {
    if said.days >= 30 {
        format!("that were durable: still there after {} days", said.days)
    } else {
        format!("that were still there after {} days", said.days)
    }
}

fn figures(said: &Said) -> String {
    let rank = &said.rank;
    match (rank.value, rank.low, rank.high) {
        (Some(value), Some(low), Some(high)) => format!(
            "within-person rank association {value:+.2}, 95% CI {low:+.2} to {high:+.2}"
        ),
        (Some(value), ..) => {
            format!("within-person rank association {value:+.2}, no interval")
        }
        _ => "no within-person rank association can be told".to_owned(),
    }
}

fn doubling(said: &Said) -> String {
    let one = &said.elasticity;
    let (Some(value), Some(low), Some(high)) = (one.value, one.low, one.high) else {
        return String::new();
    };
    let times = 2_f64.powf(value);
    let diminishing =
        if high < 1.0 && value > 0.0 { ": diminishing returns" } else { "" };
    format!(
        " Elasticity to 1 + spend in {}: {value:.2} ({low:.2} to {high:.2}). Doubling 1 + spend \
         went with about {times:.2} times the lines{diminishing}.",
        said.scale
    )
}

fn unattributed(said: &Said) -> String {
    said.unattributed.map_or(String::new(), |share| {
        format!(
            " Spend without landed lines: about {:.0}% (unattributed, not wasted).",
            share * 100.0
        )
    })
}

/// Whether a reason is one for saying less.
fn speaks_against(reason: &Reason) -> bool {
    !matches!(
        reason,
        Reason::IntervalExcludesZero | Reason::PSmall(_) | Reason::WithinBound
    )
}

/// A reason in words.
pub fn in_words(reason: &Reason) -> String {
    let why = |why: &WhyNone| why.message();
    match reason {
        Reason::Missing(name) => format!("missing: {}", name.replace('_', " ")),
        Reason::GateFailed(name) => format!("not met: {}", name.replace('_', " ")),
        Reason::NoEstimate(none) => why(none).to_owned(),
        Reason::IntervalHoldsZero => "the interval holds zero".to_owned(),
        Reason::IntervalExcludesZero => "the interval does not hold zero".to_owned(),
        Reason::PTooLarge(_) => "chance alone would do it too often".to_owned(),
        Reason::PSmall(_) => "chance alone would seldom do it".to_owned(),
        Reason::SignDiffers(check) => {
            format!("another reading has the other sign ({})", name(check.as_str()))
        }
        Reason::ElasticitySignDiffers => "the elasticity has the other sign".to_owned(),
        Reason::CheckMissing(check, none) => {
            format!("a reading could not be made ({}): {}", name(check.as_str()), why(none))
        }
        Reason::ElasticityMissing(none) => format!("no elasticity: {}", why(none)),
        Reason::SmallPs { small, of } => {
            format!("{small} of {of} readings are clear of chance")
        }
        Reason::PlaceboNotZero => {
            "next month's spend, which cannot have helped, goes with the lines as well".to_owned()
        }
        Reason::BetweenDiffersFromWithin => {
            "heavy users differ from light users; within the same person the relation is the \
             other way"
                .to_owned()
        }
        Reason::AlsoTurnedRound(_) => {
            "with spend turned round in time, which means nothing, the relation is as strong too \
             often"
                .to_owned()
        }
        Reason::OnlyThroughDays => "with days of work held equal little is left: both may \
                                    only follow the time people worked"
            .to_owned(),
        Reason::WithinBound => "the elasticity lies within the bound called none".to_owned(),
        Reason::NotWithinBound => {
            "the elasticity may lie outside the bound called none".to_owned()
        }
    }
}

fn name(id: &str) -> String {
    id.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said() -> Said {
        Said {
            repositories: 2,
            period: ("2026-01-05".to_owned(), "2026-06-29".to_owned()),
            scale: "dollars",
            people: 14,
            weeks: 26,
            days: 30,
            is_negative: false,
            rank: Numbers {
                value: Some(0.2),
                low: Some(0.1),
                high: Some(0.3),
                mde: None,
            },
            elasticity: Numbers {
                value: Some(0.34),
                low: Some(0.12),
                high: Some(0.56),
                mde: Some(0.3),
            },
            bound: 0.1,
            placebo: Some(0.0),
            unattributed: Some(0.2),
        }
    }

    fn verdict(finding: Finding, reasons: Vec<Reason>) -> Verdict {
        from_decision(&[], &Decision { finding, reasons }, &said())
    }

    #[test]
    fn an_association_is_said_with_its_size_and_with_what_it_is_not() {
        let verdict = verdict(Finding::Associated, vec![Reason::IntervalExcludesZero]);
        assert_eq!(verdict.level, Level::V3);
        for part in [
            "In 2 repositories, weeks of 2026-01-05 to 2026-06-29, 14 people, 26 weeks: ",
            "had more lines that were durable: still there after 30 days",
            "+0.20, 95% CI +0.10 to +0.30",
            "Elasticity to 1 + spend in dollars: 0.34 (0.12 to 0.56). Doubling 1 + spend",
            "about 1.27 times the lines: diminishing returns",
            "it does not measure people",
            "about 20% (unattributed, not wasted)",
        ] {
            assert!(verdict.sentence.contains(part), "{part}: {}", verdict.sentence);
        }
    }

    #[test]
    fn the_direction_is_that_of_the_estimate_before_it_is_rounded() {
        let rank = Numbers { value: Some(0.0), ..said().rank };
        let text = associated(&Said { is_negative: true, rank, ..said() });
        assert!(text.contains("had fewer lines"), "{text}");
    }

    #[test]
    fn durable_is_said_of_thirty_days_and_more_only() {
        let week = Said { days: 7, ..said() };
        assert_eq!(lasting(&week), "that were still there after 7 days");
        let text = associated(&week);
        assert!(!text.contains("durable"), "{text}");
    }

    #[test]
    fn silence_names_the_smallest_effect_that_could_have_been_seen() {
        let reasons = vec![Reason::IntervalHoldsZero, Reason::PTooLarge(0.3)];
        let verdict = verdict(Finding::NotEnoughEvidence, reasons);
        assert_eq!(verdict.level, Level::V1);
        assert!(verdict.sentence.starts_with("Not enough evidence: within-person"));
        assert!(
            verdict.sentence.ends_with("could have shown: 0.3."),
            "{}",
            verdict.sentence
        );
        assert!(!verdict.sentence.contains("more lines"));
    }

    #[test]
    fn no_association_larger_than_a_bound_is_a_finding_too() {
        let verdict = verdict(Finding::NoneLarger, vec![Reason::WithinBound]);
        assert_eq!(verdict.level, Level::V2);
        assert!(verdict.sentence.contains("neither more nor fewer"));
    }

    /// What no sentence may say of anybody.
    #[test]
    fn forbidden_words_are_in_no_sentence() {
        const FORBIDDEN: [&str; 6] =
            ["productive", "best", "worst", "lazy", "ranked", "causes"];
        let findings =
            [Finding::Associated, Finding::NoneLarger, Finding::NotEnoughEvidence];
        for finding in findings {
            let text = verdict(finding, vec![Reason::PlaceboNotZero]).sentence;
            for word in FORBIDDEN {
                assert!(!text.to_lowercase().contains(word), "{word}: {text}");
            }
            let wasted = text.matches("wasted").count();
            assert_eq!(wasted, text.matches("not wasted").count(), "{text}");
        }
    }
}
