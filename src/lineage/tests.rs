use super::links::{Kinship, Link, links};
use super::sketch::{FileChange, Print, Sketch, SketchFile};
use crate::units::{SECONDS_PER_DAY, Timestamp};

fn day(n: i64) -> Timestamp {
    Timestamp(n * SECONDS_PER_DAY)
}

/// A unit of three files, whose fingerprints stand there since a day each.
fn sketch(id: u64, prints: impl IntoIterator<Item = (u64, i64)>) -> Sketch {
    let print = |(n, (hash, since)): (u32, (u64, i64))| Print {
        hash,
        file: n % 3,
        lines: (n * 6, n * 6 + 6),
        since: day(since),
    };
    let mut prints: Vec<Print> = (0..).zip(prints).map(print).collect();
    prints.sort_by_key(|it| it.hash);
    let file = |n: u32| SketchFile { path: format!("f{n}.py"), changes: Vec::new() };
    Sketch {
        below: None,
        begun: prints.iter().map(|it| it.since).min(),
        prints,
        files: (0..3).map(file).collect(),
        mainline: vec![(id, day(0))],
    }
}

fn since(hashes: std::ops::Range<u64>, day: i64) -> impl Iterator<Item = (u64, i64)> {
    hashes.map(move |hash| (hash, day))
}

fn only(sketches: &[Sketch]) -> Link {
    let found = links(sketches);
    assert_eq!(found.len(), 1, "{found:#?}");
    found.into_iter().next().expect("there is one")
}

#[test]
fn a_copy_is_the_younger_one_whichever_comes_first() {
    let poc = sketch(1, since(0..60, 5));
    let copy = sketch(2, since(20..60, 100).chain(since(1_000..1_030, 160)));
    for (sketches, first) in [([poc.clone(), copy.clone()], 0), ([copy, poc], 1)] {
        let link = only(&sketches);
        assert_eq!(link.kinship, Kinship::BeganAsCopy);
        assert_eq!((link.first, link.second), (first, 1 - first));
        assert_eq!((link.prints, link.at), (40, Some(day(100))));
        assert!((link.shares[0] - 40.0 / 60.0).abs() < 1e-9);
        assert!((link.shares[1] - 40.0 / 70.0).abs() < 1e-9);
    }
}

#[test]
fn code_that_came_later_was_taken_over_and_dates_may_say_nothing() {
    let poc = sketch(1, since(0..60, 5));
    let late = sketch(2, since(100..160, 10).chain(since(0..40, 200)));
    assert_eq!(only(&[poc.clone(), late]).kinship, Kinship::TookOver);
    let same = sketch(2, since(0..60, 5));
    assert_eq!(only(&[poc.clone(), same]).kinship, Kinship::Shares);
    // One history has one date for all that is older than its fork.
    let fork = sketch(1, since(0..60, 5));
    assert_eq!(only(&[poc, fork]).kinship, Kinship::OneHistory);
}

#[test]
fn what_many_unrelated_units_have_links_none_of_them() {
    // A template of 30 in projects with 70 of their own.
    let project =
        |n: u64| sketch(n, since(0..30, 5).chain(since(n * 100..n * 100 + 70, 9)));
    let fleet: Vec<Sketch> = (1..=3).map(project).collect();
    assert_eq!(links(&fleet), []);
    // Copies of one another are one family: a fourth and fifth copy hide nothing.
    let copy = |n: u64| sketch(n, since(0..60, 5 * i64::try_from(n).unwrap()));
    let copies: Vec<Sketch> = (1..=5).map(copy).collect();
    assert_eq!(links(&copies).len(), 10);
}

#[test]
fn little_in_common_is_no_link() {
    let one = sketch(1, since(0..200, 5));
    // Eleven are below the least, and twelve of a hundred below the least share.
    let few = sketch(2, since(0..11, 50).chain(since(900..920, 50)));
    assert_eq!(links(&[one.clone(), few]), []);
    let small_share = sketch(2, since(0..12, 50).chain(since(900..990, 50)));
    assert_eq!(links(&[one.clone(), small_share]), []);
    let mut one_file = sketch(2, since(0..20, 50));
    one_file.prints.iter_mut().for_each(|it| it.file = 0);
    assert_eq!(links(&[one, one_file]), []);
}

#[test]
fn of_samples_only_what_both_would_have_kept_is_compared() {
    let mut large = sketch(1, since(0..50, 5));
    large.below = Some(50);
    // Half of it is above what the other kept, so that nothing is known of it.
    let small = sketch(2, since(0..50, 100).chain(since(1_000..1_050, 100)));
    let link = only(&[large, small]);
    assert!((link.shares[1] - 1.0).abs() < 1e-9, "{link:?}");
}

#[test]
fn a_mend_is_missing_where_the_copy_was_not_touched_since() {
    let change = |at: i64, commit: &str, is_mend| FileChange {
        time: day(at),
        commit: commit.to_owned(),
        is_mend,
    };
    let mut poc = sketch(1, since(0..60, 5));
    let mut copy = sketch(2, since(0..60, 100));
    poc.files[0].changes = vec![
        change(50, "before", true),
        change(150, "mend", true),
        change(160, "x", false),
    ];
    poc.files[1].changes = vec![change(150, "mended on both", true)];
    copy.files[0].changes = vec![change(100, "copy", false)];
    copy.files[1].changes = vec![change(151, "late", false)];
    copy.files[2].changes = vec![change(170, "own mend", true)];
    let fixes = only(&[poc, copy]).missing_fixes;
    let rows: Vec<(&str, bool)> =
        fixes.iter().map(|it| (it.commit.as_str(), it.is_in_first)).collect();
    assert_eq!(rows, [("own mend", false), ("mend", true)]);
}
