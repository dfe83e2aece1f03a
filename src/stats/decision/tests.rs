use super::*;
use crate::stats::association::association;
use crate::stats::association::tests::rows;

fn planted() -> Association {
    association(&rows(2, 16, 26, 0.8), 7)
}

fn finding(association: &Association) -> (Finding, Vec<Reason>) {
    let decision = decide(&GatesSeen::default(), association, None);
    (decision.finding, decision.reasons)
}

#[test]
fn a_robust_association_is_called_one() {
    let (finding, reasons) = finding(&planted());
    assert_eq!(finding, Finding::Associated, "{reasons:?}");
    assert!(reasons.contains(&Reason::IntervalExcludesZero));
    assert!(reasons.contains(&Reason::NotWithinBound));
}

#[test]
fn missing_data_comes_before_failed_gates_and_both_before_estimates() {
    let failed = GatesSeen { failed: vec!["people"], ..GatesSeen::default() };
    let decision = decide(&failed, &planted(), None);
    assert_eq!(decision.finding, Finding::NotEnoughEvidence);
    assert_eq!(decision.reasons[0], Reason::GateFailed("people"));
    let missing = GatesSeen { missing: vec!["usage"], ..failed };
    let decision = decide(&missing, &planted(), None);
    assert_eq!(decision.finding, Finding::NotComputable);
    assert_eq!(
        decision.reasons,
        [Reason::Missing("usage"), Reason::GateFailed("people")]
    );
}

#[test]
fn one_reading_with_the_other_sign_is_enough_to_say_nothing() {
    for check in [Check::Within, Check::WithoutLargestPerson, Check::SpendWeekBefore] {
        let mut association = planted();
        let lines = association.checks.iter_mut();
        lines.filter(|l| l.check == check).for_each(|l| l.value = Some(-0.01));
        let (finding, reasons) = finding(&association);
        assert_eq!(finding, Finding::NotEnoughEvidence);
        assert!(reasons.contains(&Reason::SignDiffers(check)));
    }
    let mut association = planted();
    association.elasticity.value = Some(-0.3);
    assert_eq!(finding(&association).0, Finding::NotEnoughEvidence);
}

#[test]
fn a_reading_that_failed_blocks_and_one_that_was_not_given_does_not() {
    let mut association = planted();
    let lines = association.checks.iter_mut();
    for line in lines.filter(|line| line.check == Check::OtherAge) {
        (line.value, line.p, line.reason) = (None, None, Some(WhyNone::NotGiven));
    }
    assert_eq!(finding(&association).0, Finding::Associated);
    let lines = association.checks.iter_mut();
    for line in lines.filter(|line| line.check == Check::OtherAge) {
        line.reason = Some(WhyNone::TooFewClusters);
    }
    assert_eq!(finding(&association).0, Finding::NotEnoughEvidence);
}

#[test]
fn an_adjusted_p_counts_and_not_the_plain_one() {
    let decision = decide(&GatesSeen::default(), &planted(), Some(0.06));
    assert_eq!(decision.finding, Finding::NotEnoughEvidence);
    assert!(decision.reasons.contains(&Reason::PTooLarge(0.06)));
}

#[test]
fn most_readings_must_have_a_small_p() {
    let mut association = planted();
    let about: Vec<usize> = (0..association.checks.len())
        .filter(|&i| association.checks[i].check.is_about_the_sign())
        .collect();
    // 11 readings, the elasticity and the shifts: 6 of 13 are not most. The last two are
    // those about days of work, which must be clear by themselves.
    for &i in &about[..7] {
        association.checks[i].p = Some(0.2);
    }
    let (found, reasons) = finding(&association);
    assert_eq!(found, Finding::NotEnoughEvidence);
    assert!(reasons.contains(&Reason::SmallPs { small: 6, of: 13 }));
    association.checks[about[0]].p = Some(0.09);
    assert_eq!(finding(&association).0, Finding::Associated);
}

#[test]
fn what_is_not_clear_with_days_of_work_held_equal_blocks() {
    for check in [Check::BesideDays, Check::FullWeeks] {
        let mut association = planted();
        let lines = association.checks.iter_mut();
        for line in lines.filter(|line| line.check == check) {
            line.p = Some(0.2);
        }
        let (finding, reasons) = finding(&association);
        assert_eq!(finding, Finding::NotEnoughEvidence);
        assert!(reasons.contains(&Reason::OnlyThroughDays), "{reasons:?}");
    }
}

#[test]
fn what_turning_spend_round_in_time_shows_as_well_blocks() {
    let mut association = planted();
    assert_eq!(finding(&association).0, Finding::Associated);
    association.circular_shift.p = Some(0.06);
    let (finding, reasons) = finding(&association);
    assert_eq!(finding, Finding::NotEnoughEvidence);
    assert!(reasons.contains(&Reason::AlsoTurnedRound(0.06)), "{reasons:?}");
}

#[test]
fn a_placebo_that_is_not_nothing_blocks() {
    let mut association = planted();
    let placebo = association.checks.iter_mut();
    for line in placebo.filter(|line| line.check == Check::PlaceboBesideSpend) {
        (line.low, line.high) = (Some(0.02), Some(0.2));
    }
    let (finding, reasons) = finding(&association);
    assert_eq!(finding, Finding::NotEnoughEvidence);
    assert!(reasons.contains(&Reason::PlaceboNotZero));
}

#[test]
fn a_narrow_interval_around_nothing_is_none_larger() {
    let mut association = association(&rows(9, 16, 26, 0.0), 7);
    association.equivalence.is_within = Some(true);
    assert_eq!(finding(&association).0, Finding::NoneLarger);
    association.equivalence.is_within = Some(false);
    assert_eq!(finding(&association).0, Finding::NotEnoughEvidence);
    let failed = GatesSeen { failed: vec!["people"], ..GatesSeen::default() };
    association.equivalence.is_within = Some(true);
    assert_eq!(decide(&failed, &association, None).finding, Finding::NotEnoughEvidence);
}

#[test]
fn users_who_differ_otherwise_than_their_weeks_are_told_of() {
    let mut association = planted();
    let between = association.checks.iter_mut();
    for line in between.filter(|line| line.check == Check::Between) {
        (line.value, line.low, line.high) = (Some(-1.0), Some(-1.5), Some(-0.5));
    }
    let (finding, reasons) = finding(&association);
    assert_eq!(finding, Finding::Associated);
    assert!(reasons.contains(&Reason::BetweenDiffersFromWithin));
}
