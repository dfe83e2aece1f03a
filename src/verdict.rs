//! Estimates → a verdict, by a table of gates. The vocabulary is fixed: what cannot be
//! computed (V0), not enough evidence (V1), and, once associations are estimated, none
//! larger than a bound (V2), associated (V3), consistent with a cause (V4).

mod sentences;

use serde::Serialize;

pub use sentences::{Numbers, Said, from_decision, in_words};

/// How far the evidence goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Level {
    /// Not computable: data is missing.
    V0,
    /// Not enough evidence.
    V1,
    /// No association larger than a stated size.
    V2,
    /// Associated.
    V3,
    /// Consistent with a causal effect.
    V4,
}

/// One condition for saying anything about spend and durable lines.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gate {
    /// Its name, for programs.
    pub id: &'static str,
    /// What it asks, for people: `people with at least 8 mature weeks`.
    pub asks: &'static str,
    /// The number it needs.
    pub needed: f64,
    /// The number there is; `None` when it cannot be known.
    pub found: Option<f64>,
    /// Whether the number is a share, shown in percent.
    pub is_share: bool,
    /// Whether it is met.
    pub passed: bool,
}

/// What the gates look at. `None` is unknown and meets no gate.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Evidence {
    /// People with at least 8 mature weeks.
    pub people_with_8_weeks: u64,
    /// Mature person-weeks with spend.
    pub weeks_with_spend: u64,
    /// Effective number of people behind the lines.
    pub effective_people: Option<f64>,
    /// Share of spend whose account is a person of these repositories.
    pub spend_coverage: Option<f64>,
    /// Share of the changed blobs that could be read.
    pub blob_coverage: Option<f64>,
    /// Share of the lines of the person with most of them.
    pub largest_share: Option<f64>,
    /// Mature person-weeks: those with full follow-up.
    pub mature_weeks: u64,
}

/// People with mature weeks that a verdict needs.
pub const NEEDED_PEOPLE: u64 = 8;
/// Mature weeks that each of them needs.
pub const NEEDED_WEEKS: u64 = 8;

/// The gate of how much spend is of known people.
pub const SPEND_COVERAGE: &str = "spend_coverage";

/// The gates, in the order they are shown.
pub fn gates(evidence: &Evidence) -> Vec<Gate> {
    let count = |id, asks, needed: f64, found: u64| {
        let found = crate::units::count_to_f64(found);
        let passed = found >= needed;
        Gate { id, asks, needed, found: Some(found), is_share: false, passed }
    };
    let least = |id, asks, needed: f64, found: Option<f64>, is_share| {
        let passed = found.is_some_and(|found| found >= needed);
        Gate { id, asks, needed, found, is_share, passed }
    };
    let largest = evidence.largest_share;
    vec![
        count(
            "follow_up",
            "mature person-weeks, whose work had time to land and to last",
            1.0,
            evidence.mature_weeks,
        ),
        count(
            "people",
            "people with at least 8 mature weeks",
            crate::units::count_to_f64(NEEDED_PEOPLE),
            evidence.people_with_8_weeks,
        ),
        count(
            "person_weeks",
            "mature person-weeks with spend",
            60.0,
            evidence.weeks_with_spend,
        ),
        least(
            "effective_people",
            "people behind the lines, in effect",
            5.0,
            evidence.effective_people,
            false,
        ),
        least(
            SPEND_COVERAGE,
            "share of spend that belongs to people of these repositories",
            0.80,
            evidence.spend_coverage,
            true,
        ),
        least(
            "blob_coverage",
            "share of changed file versions that could be read",
            0.95,
            evidence.blob_coverage,
            true,
        ),
        Gate {
            id: "largest_person",
            asks: "share of the lines that one person wrote",
            needed: 0.50,
            // A figure about one person is never shown, met or not.
            found: None,
            is_share: true,
            passed: largest.is_some_and(|share| share <= 0.50),
        },
    ]
}

/// An answer to the question of the product, with its reasons.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// What it is about.
    pub id: &'static str,
    /// How far the evidence goes.
    pub level: Level,
    /// The answer in one sentence.
    pub sentence: String,
    /// Why: one reason each.
    pub because: Vec<String>,
    /// What would have to be different for more to be said.
    pub needed: Vec<String>,
    /// The smallest elasticity this data could have shown; `None` when it cannot be
    /// told.
    pub mde: Option<f64>,
}

const ID: &str = "spend_and_durable_lines";

/// V0: something is missing altogether.
pub fn not_computable(why: &str, needed: &str) -> Verdict {
    Verdict {
        id: ID,
        level: Level::V0,
        sentence: format!("Not computable: {why}."),
        because: vec![why.to_owned()],
        needed: vec![needed.to_owned()],
        mde: None,
    }
}

/// Not enough evidence, with every gate that failed.
fn gates_failed(gates: &[Gate]) -> (String, Vec<String>, Vec<String>) {
    let failed: Vec<&Gate> = gates.iter().filter(|gate| !gate.passed).collect();
    let because: Vec<String> = failed.iter().map(|gate| reason(gate)).collect();
    let needed: Vec<String> = failed
        .iter()
        .map(|gate| format!("{}: {}", gate.asks, show(gate, Some(gate.needed))))
        .collect();
    const SHOWN: usize = 2;
    let rest = because.len().saturating_sub(SHOWN);
    let more = match rest {
        0 => String::new(),
        1 => ", and one more gate failed".to_owned(),
        rest => format!(", and {rest} more gates failed"),
    };
    let shown: Vec<&str> = because.iter().take(SHOWN).map(String::as_str).collect();
    (format!("{}{more}", shown.join(", ")), because, needed)
}

/// `3 people with at least 8 mature weeks (8 needed)`.
fn reason(gate: &Gate) -> String {
    let (found, needed) = (show(gate, gate.found), show(gate, Some(gate.needed)));
    if gate.id == "largest_person" {
        format!("one person wrote more than {needed} of the lines, or that is unknown")
    } else if gate.is_share || gate.found.is_none() {
        format!("{}: {found} ({needed} needed)", gate.asks)
    } else {
        format!("{found} {} ({needed} needed)", gate.asks)
    }
}

fn show(gate: &Gate, value: Option<f64>) -> String {
    match value {
        None => "unknown".to_owned(),
        Some(share) if gate.is_share => format!("{:.0}%", share * 100.0),
        Some(count) if count.fract().abs() < f64::EPSILON => format!("{count:.0}"),
        Some(count) => format!("{count:.1}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plenty() -> Evidence {
        Evidence {
            people_with_8_weeks: 12,
            weeks_with_spend: 120,
            effective_people: Some(8.0),
            spend_coverage: Some(0.97),
            blob_coverage: Some(1.0),
            largest_share: Some(0.2),
            mature_weeks: 130,
        }
    }

    #[test]
    fn a_small_team_is_told_what_is_missing_and_nothing_else() {
        let evidence = Evidence { people_with_8_weeks: 3, ..plenty() };
        let (why, because, needed) = gates_failed(&gates(&evidence));
        assert_eq!(why, "3 people with at least 8 mature weeks (8 needed)");
        assert_eq!((because.len(), needed.len()), (1, 1));
    }

    #[test]
    fn what_is_unknown_meets_no_gate() {
        let evidence = Evidence { spend_coverage: None, ..plenty() };
        let failed: Vec<_> = gates(&evidence)
            .into_iter()
            .filter(|gate| !gate.passed)
            .map(|gate| gate.id)
            .collect();
        assert_eq!(failed, ["spend_coverage"]);
    }

    #[test]
    fn one_person_with_most_lines_is_no_evidence() {
        let evidence = Evidence { largest_share: Some(0.51), ..plenty() };
        let (why, ..) = gates_failed(&gates(&evidence));
        assert!(why.contains("more than 50%"), "{why}");
        assert!(!why.contains("51%"), "that is a figure about one person");
    }
}
