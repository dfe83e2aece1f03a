use super::rule::{Class, Measures, judge};
use super::signal::{Signal, SignalId, State};
use super::thresholds::{THRESHOLDS, Thresholds};

const GROWN: Measures = Measures { code_lines: 5_000, age_days: 400.0, quiet_days: 5.0 };

fn judged(yes: &[SignalId], unknown: &[SignalId], measures: Measures) -> Class {
    let signals: Vec<Signal> = SignalId::ALL
        .iter()
        .map(|&id| {
            let state = if yes.contains(&id) {
                State::Yes
            } else if unknown.contains(&id) {
                State::Unknown
            } else {
                State::No
            };
            Signal::new(id, state, "", "", Vec::new())
        })
        .collect();
    judge(&signals, measures, &Thresholds::default()).class
}

use SignalId::{
    P1, P2, P3, P4, P5, Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8, Q9, W1, W2, W3, W4, W5, X1, X2,
    X3, X4, X5, Z1, Z2,
};

#[test]
fn the_rule_is_as_it_is_written() {
    let cases: [(&[SignalId], Class); 13] = [
        (&[], Class::NotFlagged),
        (&[P1, P2, P3], Class::NotFlagged),
        (&[P1, P2, P3, P4], Class::Poc),
        (&[P1, P2, P3, P4, Z1], Class::Poc),
        (&[P1, P2, P3, P4, Z1, Z2], Class::NotFlagged),
        (&[P1, P2, P3, P4, X1, X2], Class::Poc),
        (&[P1, P2, P3, P4, Q1, Q2, Q3], Class::Poc),
        (&[P1, P2, P3, P4, X1, X2, Q1, Q2, Q3], Class::PocInProduction),
        (&[W1, W3, Q1, Q2, Q3], Class::Slopnexus),
        (&[W1, W3, Q1, Q2], Class::NotFlagged),
        (&[W3, W4, Q1, Q2, Q3, X1, X5], Class::PocInProduction),
        // Deficits and production alone are no prototype.
        (&[Q1, Q2, Q3, Q4, Q5, Q7, Q8, Q9, X1, X2, X3, X4], Class::NotFlagged),
        // What this version cannot answer counts for nothing.
        (&[W1, W2, W5, Q1, Q2, Q6], Class::NotFlagged),
    ];
    for (yes, class) in cases {
        assert_eq!(judged(yes, &[], GROWN), class, "{yes:?}");
    }
}

#[test]
fn small_young_silent_and_unknown_units_are_named_so() {
    let flagged = &[P1, P2, P3, P4][..];
    let small = Measures { code_lines: 299, ..GROWN };
    assert_eq!(judged(flagged, &[], small), Class::TooSmall);
    let young = Measures { age_days: 29.9, ..GROWN };
    assert_eq!(judged(flagged, &[], young), Class::TooYoung);
    let quiet = Measures { quiet_days: 61.0, ..GROWN };
    assert_eq!(judged(&[W1, W3, Q1, Q2, Q3], &[], quiet), Class::NotFlagged);
    // 8 of 28 that are used are below 30 per cent, 9 are above it.
    let eight = &[P5, Q3, Q4, Q5, Q7, Q8, Q9, X1][..];
    assert_eq!(judged(flagged, eight, GROWN), Class::Poc);
    let nine = &[P5, Q3, Q4, Q5, Q7, Q8, Q9, X1, X2][..];
    assert_eq!(judged(flagged, nine, GROWN), Class::Unclear);
}

#[test]
fn what_would_change_the_class_is_named() {
    let signal = |id, state| Signal::new(id, state, "", "", Vec::new());
    let all: Vec<Signal> = SignalId::ALL
        .iter()
        .map(|&id| signal(id, State::of(matches!(id, P1 | P2 | P3))))
        .collect();
    let judgement = judge(&all, GROWN, &Thresholds::default());
    let names: Vec<&str> =
        judgement.would_change.iter().map(|one| one.signal.as_str()).collect();
    assert_eq!(names, ["P4", "P5", "P6", "P7"]);
    assert!(judgement.would_change.iter().all(|one| one.class == Class::Poc));
}

#[test]
fn thresholds_are_changed_by_name_and_nothing_else_is() {
    let mut thresholds = Thresholds::default();
    thresholds.set("p4_giant_lines=2000").expect("it is one of them");
    assert!((thresholds.get("p4_giant_lines") - 2000.0).abs() < 1e-9);
    for wrong in ["p4=1", "p4_giant_lines", "p4_giant_lines=x", "p4_giant_lines=-1"] {
        assert!(thresholds.set(wrong).is_err(), "{wrong}");
    }
    assert_eq!(thresholds.rows().len(), THRESHOLDS.len());
}
