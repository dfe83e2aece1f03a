use super::*;
use crate::cohorts::Scope;
use crate::cohorts::tests::{history, lines, on_day, people};

/// Ten lines each: gone after 10, 18, 50 and 5 days, two that stand, and ten of unknown
/// age that are gone.
fn facts() -> Vec<Facts> {
    let mut facts = history(100, 2);
    facts.lifetimes = vec![
        lines(0, Some((10, DeathCause::ModifiedSelf))),
        lines(20, Some((38, DeathCause::ModifiedOther))),
        lines(30, Some((80, DeathCause::Deleted))),
        lines(40, Some((45, DeathCause::Reverted))),
        lines(50, None),
        lines(50, None),
        LifetimeFacts {
            birth_unknown: true,
            ..lines(0, Some((60, DeathCause::Deleted)))
        },
        lines(52, Some((70, DeathCause::Unreadable))),
    ];
    vec![facts]
}

fn reports(since: Option<Timestamp>) -> Vec<ReworkReport> {
    let facts = facts();
    let people = people(&facts);
    let scope = Scope::new(&facts, &people);
    report(&Filter { scope: &scope, since }, &|_, _| true)
}

fn counts(report: &ReworkReport) -> Vec<(&'static str, u64, u64)> {
    let one = |share: &ReworkShare| {
        let counted = (share.numerator_lines, share.denominator_lines);
        (share.id, counted.0, counted.1)
    };
    report.shares.iter().map(one).collect()
}

#[test]
fn each_definition_counts_what_it_says() {
    let reports = reports(None);
    assert_eq!(reports.len(), 1, "a hundred days have no last year");
    let all = &reports[0];
    assert_eq!((all.added_lines, all.removed_lines), (70, 50));
    assert_eq!(all.unknown_age_lines, 10);
    let expected = [
        ("gitclear_like_14", 20, 120),
        ("linearb_like_21", 30, 120),
        ("code_climate_like_21", 20, 120),
        ("hatica_like_21", 10, 70),
        ("faros_like", 50, 70),
        // Of the changes of days 0, 20 and 40 all lines are gone, of 30 and 50 none;
        // whether those of day 52 stood on day 73 nobody knows.
        ("popescu_like_21", 30, 60),
    ];
    assert_eq!(counts(all), expected);
    assert!((all.shares[5].value.expect("five changes") - 0.6).abs() < 1e-12);
    for share in &all.shares {
        let whom = share.by_whom.expect("there is a denominator");
        let parts = whom.same_author + whom.others + whom.revert + whom.unknown;
        assert!((parts - share.value.expect("it too")).abs() < 1e-12, "{}", share.id);
    }
    let whom = all.shares[1].by_whom.expect("there is a denominator");
    let tens = [whom.same_author, whom.others, whom.revert].map(|share| share * 12.0);
    assert!(tens.iter().all(|lines| (lines - 1.0).abs() < 1e-12), "{whom:?}");
}

#[test]
fn removals_count_in_the_period_they_happen_whenever_the_lines_landed() {
    let report = &reports(Some(on_day(36)))[0];
    assert_eq!((report.added_lines, report.removed_lines), (40, 40));
    assert_eq!(report.start.as_deref(), Some("1970-02-06T00:00:00Z"));
    assert_eq!(counts(report)[1], ("linearb_like_21", 20, 80));
}

#[test]
fn a_history_of_years_is_told_for_its_last_year_too() {
    let mut facts = vec![history(1_000, 2)];
    facts[0].lifetimes = (0..900)
        .map(|day| lines(day, (day < 400).then_some((day + 3, DeathCause::Deleted))))
        .collect();
    let people = people(&facts);
    let scope = Scope::new(&facts, &people);
    let reports = report(&Filter { scope: &scope, since: None }, &|_, _| true);
    assert_eq!([reports[0].period, reports[1].period], ["all", "last_365_days"]);
    assert_eq!(counts(&reports[0])[0], ("gitclear_like_14", 4_000, 13_000));
    assert_eq!(counts(&reports[1])[0], ("gitclear_like_14", 0, 2_650));
}

#[test]
fn nothing_added_is_no_share() {
    let facts = vec![history(10, 2)];
    let people = people(&facts);
    let scope = Scope::new(&facts, &people);
    let reports = report(&Filter { scope: &scope, since: None }, &|_, _| true);
    assert!(reports[0].shares.iter().all(|share| share.value.is_none()));
}
