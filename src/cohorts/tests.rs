use super::*;
use crate::facts::{Author, Birth, CommitFacts, Landing};
use crate::file_class::FileClass;
use crate::history::ObjectId;
use crate::lines::instances::DeathCause;
use crate::provenance::Provenance;
use crate::syntax::LineKind;
use crate::units::{SECONDS_PER_DAY, Timestamp};
use crate::untrusted::Untrusted;

/// A day of a made-up history.
pub(crate) fn on_day(day: i64) -> Timestamp {
    Timestamp(day * SECONDS_PER_DAY)
}

/// A history of one landing a day from day 0 to the last but one, by so many people in
/// turn, seen until `last_day`.
pub(crate) fn history(last_day: u32, n_people: u32) -> Facts {
    let commit = |day: u32| CommitFacts {
        id: ObjectId([0; 20]),
        parents: day.checked_sub(1).map(CommitIdx).into_iter().collect(),
        author: Some(day % n_people),
        operator: None,
        author_time: Some(on_day(day.into())),
        committer_time: Some(on_day(day.into())),
        landing: day,
        pull: None,
        is_squash: false,
        provenance: Provenance::default(),
        record: None,
        pulled: None,
        operator_by: crate::facts::OperatorBy::Text,
        checkpoint_ids: Vec::new(),
    };
    let landing = |day: u32| Landing {
        commit: CommitIdx(day),
        time: on_day(day.into()),
        is_bulk: false,
    };
    let author = |number: u32| Author {
        name: Untrusted::from("Somebody"),
        email: Untrusted::from(format!("p{number:03}@example.org").as_str()),
        is_automation: false,
    };
    Facts {
        as_of: Some(on_day(last_day.into())),
        commits: (0..last_day).map(commit).collect(),
        mainline: (0..last_day).map(landing).collect(),
        people: (0..n_people).map(author).collect(),
        paths: vec![Untrusted::from("src/a.rs"), Untrusted::from("docs/b.md")],
        ..Facts::default()
    }
}

/// Ten lines of code that landed on one day, and died on another if at all.
pub(crate) fn lines(landed: u32, died: Option<(u32, DeathCause)>) -> LifetimeFacts {
    LifetimeFacts {
        origin: CommitIdx(landed),
        landing: landed,
        death: died,
        path: 0,
        kind: LineKind::Code,
        class: FileClass::Product,
        birth_unknown: false,
        overwritten_by: None,
        lineage_death: died.map(|(day, _)| day),
        birth: Birth::default(),
        mark: 0,
        lines: 10,
    }
}

/// The people of some facts, resolved without accounts and without a map.
pub(crate) fn people(facts: &[Facts]) -> People {
    crate::identity::resolve(&git_people(facts), &[], &[])
}

const MODIFIED: DeathCause = DeathCause::ModifiedOther;

fn reading(reading: Reading) -> View {
    View { since: None, reading }
}

fn seen_days(lifetime: LifetimeFacts, view: View) -> Option<(i64, i64, bool)> {
    let seen = seen(&history(100, 2), &lifetime, view)?;
    Some((seen.from / SECONDS_PER_DAY, seen.to / SECONDS_PER_DAY, seen.died))
}

#[test]
fn lines_older_than_the_window_enter_at_the_age_they_had_and_never_at_zero() {
    let view = View { since: Some(on_day(40)), ..View::default() };
    let seen = |landed, died: Option<u32>| {
        seen_days(lines(landed, died.map(|day| (day, MODIFIED))), view)
    };
    assert_eq!(seen(10, Some(60)), Some((30, 50, true)));
    assert_eq!(seen(10, None), Some((30, 90, false)));
    assert_eq!(seen(10, Some(39)), None, "gone before the window");
    assert_eq!(seen(10, Some(40)), None, "gone as the window opens");
    assert_eq!(seen(40, Some(40)), Some((0, 0, true)), "landed as it opens");
    assert_eq!(seen(50, Some(60)), Some((0, 10, true)));
}

#[test]
fn an_edited_line_is_dead_in_one_reading_and_lives_on_in_the_other() {
    let first =
        LifetimeFacts { lineage_death: Some(70), ..lines(10, Some((30, MODIFIED))) };
    let edited = Birth { edited: true, ..Birth::default() };
    let second = LifetimeFacts { birth: edited, ..lines(30, Some((70, MODIFIED))) };
    let (exact, lineage) = (reading(Reading::Exact), reading(Reading::Lineage));
    assert_eq!(seen_days(first, exact), Some((0, 20, true)));
    assert_eq!(seen_days(second, exact), Some((0, 40, true)));
    assert_eq!(seen_days(first, lineage), Some((0, 60, true)));
    assert_eq!(seen_days(second, lineage), None, "no new line");
    let standing = LifetimeFacts { lineage_death: None, ..first };
    assert_eq!(seen_days(standing, lineage), Some((0, 90, false)));
    let unreadable = LifetimeFacts {
        death: Some((30, DeathCause::Unreadable)),
        lineage_death: None,
        ..first
    };
    assert_eq!(seen_days(unreadable, lineage), Some((0, 20, false)));
}

#[test]
fn removed_files_and_bulk_events_censor_in_the_reading_without_removals() {
    for cause in [DeathCause::FileDeleted, DeathCause::Bulk] {
        let lines = lines(10, Some((30, cause)));
        assert_eq!(seen_days(lines, reading(Reading::Exact)), Some((0, 20, true)));
        let without = reading(Reading::WithoutRemovals);
        assert_eq!(seen_days(lines, without), Some((0, 20, false)));
    }
    let modified = lines(10, Some((30, MODIFIED)));
    let without = reading(Reading::WithoutRemovals);
    assert_eq!(seen_days(modified, without), Some((0, 20, true)));
}

#[test]
fn what_lands_again_and_what_was_born_unseen_has_no_life_to_measure() {
    let again = Birth { relanded: true, ..Birth::default() };
    let again = LifetimeFacts { birth: again, ..lines(10, None) };
    let unseen = LifetimeFacts { birth_unknown: true, ..lines(10, None) };
    for view in [Reading::Exact, Reading::Lineage, Reading::WithoutRemovals] {
        assert_eq!(seen_days(again, reading(view)), None);
        assert_eq!(seen_days(unseen, reading(view)), None);
    }
    let copied = Birth { copied: true, ..Birth::default() };
    let copied = LifetimeFacts { birth: copied, ..lines(10, None) };
    assert_eq!(seen_days(copied, View::default()), Some((0, 90, false)));
}

#[test]
fn who_removed_lines_is_the_person_whatever_name_the_history_has() {
    let mut facts = vec![history(100, 3)];
    // The third name is another address of the first person.
    let map = [crate::identity::MapRow {
        canonical_email: "p000@example.org".to_owned(),
        kind: crate::identity::MapKind::GitEmail,
        value: "p002@example.org".to_owned(),
    }];
    let merge = &mut facts[0].commits[63];
    merge.parents.push(CommitIdx(61));
    let mut other_side = merge.clone();
    (other_side.author, other_side.parents) = (Some(1), vec![CommitIdx(60)]);
    facts[0].commits.push(other_side);
    let people = crate::identity::resolve(&git_people(&facts), &[], &map);
    let scope = Scope::new(&facts, &people);
    let by = |cause, day, overwritten_by| {
        // Landed on day 0, by the first person.
        let lines = lines(0, Some((day, cause)));
        scope.removed_by(0, &LifetimeFacts { overwritten_by, ..lines })
    };
    let teams = |text: &str| {
        let text = format!("team,kind,value\n{text}");
        let teams = crate::teams::Teams::parse(text.as_bytes()).unwrap();
        let scope = Scope::new(&facts, &people).with_teams(teams.of_people(&people));
        let died = Some((5, DeathCause::ModifiedOther));
        let lines = LifetimeFacts { overwritten_by: Some(1), ..lines(0, died) };
        scope.removed_by(0, &lines)
    };
    let one = "core,email,p000@example.org\ncore,email,p001@example.org\n";
    assert_eq!(teams(one), RemovedBy::SameTeam);
    let two = "core,email,p000@example.org\nedge,email,p001@example.org\n";
    assert_eq!(teams(two), RemovedBy::Others);
    assert_eq!(by(DeathCause::ModifiedOther, 5, Some(2)), RemovedBy::SameAuthor);
    assert_eq!(by(DeathCause::ModifiedOther, 5, Some(1)), RemovedBy::Others);
    assert_eq!(by(DeathCause::ModifiedOther, 5, None), RemovedBy::Others);
    assert_eq!(by(DeathCause::ModifiedSelf, 5, None), RemovedBy::SameAuthor);
    assert_eq!(by(DeathCause::Reverted, 3, Some(0)), RemovedBy::Revert);
    // Removed with nothing in their place: by whom, the landing says.
    assert_eq!(by(DeathCause::Deleted, 2, None), RemovedBy::SameAuthor);
    assert_eq!(by(DeathCause::FileDeleted, 1, None), RemovedBy::Others);
    // A merge brought in what the second person wrote.
    assert_eq!(by(DeathCause::Deleted, 63, None), RemovedBy::Others);
    facts[0].commits[62].landing = 63;
    let scope = Scope::new(&facts, &people);
    let removed = scope.removed_by(0, &lines(0, Some((63, DeathCause::Deleted))));
    assert_eq!(removed, RemovedBy::Unknown, "two people's work at once");
}

#[test]
fn a_landing_that_is_marked_as_bulk_is_bulk_whatever_its_size() {
    let mut facts = vec![history(10, 2)];
    facts[0].mainline[4].is_bulk = true;
    facts[0].lifetimes = vec![lines(4, None), lines(5, None)];
    let people = people(&facts);
    let scope = Scope::new(&facts, &people);
    assert!(scope.is_bulk(0, &facts[0].lifetimes[0]));
    assert!(!scope.is_bulk(0, &facts[0].lifetimes[1]));
    assert_eq!(scope.n_bulk(), 1);
}

#[test]
fn cohorts_by_a_key_are_the_cohorts_of_its_answers() {
    let mut facts = vec![history(60, 4), history(60, 5)];
    for one in &mut facts {
        one.lifetimes = (0..50)
            .map(|day| lines(day, day.is_multiple_of(3).then_some((day + 7, MODIFIED))))
            .collect();
    }
    let people = people(&facts);
    let scope = Scope::new(&facts, &people);
    let parity = |at: usize, one: &LifetimeFacts| (at, one.landing % 2);
    let all = scope.cohorts_by(View::default(), |at, one| Some(parity(at, one)));
    assert_eq!(all.len(), 4);
    for (key, cohort) in all {
        let alone = scope.cohort(View::default(), |at, one| parity(at, one) == key);
        assert_eq!(cohort, alone);
        assert_eq!(cohort.removed_by.len(), cohort.lifespans.len());
        assert!(cohort.n_people() <= 5);
    }
}
