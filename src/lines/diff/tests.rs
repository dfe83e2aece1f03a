//! Tests of the difference: stories whose answer git gives too, and laws.

use super::*;
use crate::stats::rng::Rng;

/// Writes hunks as git writes them: `-2,1 +2,0`.
fn hunks(before: &str, after: &str, space: WhiteSpace) -> String {
    let side = |range: LineRange| {
        let start = if range.is_empty() { range.start } else { range.start + 1 };
        format!("{start},{}", range.lines())
    };
    let found =
        diff(before.as_bytes(), after.as_bytes(), space, &mut DiffWork::default());
    let shown: Vec<String> = found
        .iter()
        .map(|hunk| format!("-{} +{}", side(hunk.before), side(hunk.after)))
        .collect();
    shown.join(" | ")
}

#[track_caller]
fn check(before: &str, after: &str, expected: &str) {
    assert_eq!(hunks(before, after, WhiteSpace::Exact), expected);
}

#[test]
fn equal_versions_have_no_hunk() {
    check("a\nb\n", "a\nb\n", "");
    check("", "", "");
}

#[test]
fn lines_are_added_removed_and_replaced() {
    check("a\nb\n", "a\nx\nb\n", "-1,0 +2,1");
    check("a\nx\nb\n", "a\nb\n", "-2,1 +1,0");
    check("a\nb\nc\n", "a\nx\ny\nc\n", "-2,1 +2,2");
    check("", "a\n", "-0,0 +1,1");
    check("a\n", "", "-1,1 +0,0");
}

#[test]
fn a_missing_newline_at_the_end_makes_another_line() {
    check("a\nb", "a\nb\n", "-2,1 +2,1");
    check("a", "a\nb", "-1,1 +1,2");
}

/// From `git diff -U0` of the same versions: the added block could begin at any of its
/// lines, and git lets it begin where the indentation does.
#[test]
fn a_block_that_could_stand_in_several_places_stands_where_git_puts_it() {
    let before = "fn a() {\n    one();\n}\n\nfn c() {\n    three();\n}\n";
    let after = "fn a() {\n    one();\n}\n\nfn b() {\n    two();\n}\n\nfn c() {\n    three();\n}\n";
    check(before, after, "-4,0 +5,4");
    check("x\nx\nx\n", "x\nx\nx\nx\n", "-3,0 +4,1");
}

#[test]
fn white_space_counts_only_when_it_is_asked_for() {
    let (before, after) = ("if a:\n  b\nend\n", "if a:\n    b\nend\n");
    assert_eq!(hunks(before, after, WhiteSpace::Exact), "-2,1 +2,1");
    assert_eq!(hunks(before, after, WhiteSpace::Ignored), "");
    assert_eq!(hunks("a\r\nb\r\n", "a\nb\n", WhiteSpace::Ignored), "");
}

#[test]
fn what_git_cuts_off_at_the_end_cannot_be_slid_into() {
    // 200 equal lines follow: more than a block of 1,024 bytes. Git leaves the line in
    // which the first whole block begins, and nothing behind it takes part.
    let tail = "the same line again\n".repeat(200);
    let (before, after) =
        (format!("a\n{tail}"), format!("a\nthe same line again\n{tail}"));
    let found = hunks(&before, &after, WhiteSpace::Exact);
    let git = "-48,0 +49,1";
    assert_eq!(found, git);
}

/// Random versions of few different lines, so that much repeats.
fn version(rng: &mut Rng, lines: u64) -> Vec<u8> {
    const WORDS: [&str; 6] = ["a\n", "b\n", "  a\n", "}\n", "\n", "longer line\n"];
    let mut text = String::new();
    for _ in 0..rng.below(lines) {
        text.push_str(WORDS[usize::try_from(rng.below(6)).unwrap()]);
    }
    if rng.below(4) == 0 {
        text.push_str("no end");
    }
    text.into_bytes()
}

#[test]
fn hunks_turn_one_version_into_the_other_and_keep_only_equal_lines() {
    let mut rng = Rng::seeded(7);
    for _ in 0..3_000 {
        let (before, after) = (version(&mut rng, 40), version(&mut rng, 40));
        let found = diff(&before, &after, WhiteSpace::Exact, &mut DiffWork::default());
        let old: Vec<&[u8]> = tokens::split_lines(&before).collect();
        let new: Vec<&[u8]> = tokens::split_lines(&after).collect();
        let mut made: Vec<&[u8]> = Vec::new();
        let mut at = 0;
        for hunk in &found {
            let (start, end) = (hunk.before.start as usize, hunk.before.end as usize);
            assert!(start >= at, "hunks are in order");
            made.extend(&old[at..start]);
            assert_eq!(made.len(), hunk.after.start as usize);
            made.extend(&new[hunk.after.start as usize..hunk.after.end as usize]);
            at = end;
        }
        made.extend(&old[at..]);
        assert_eq!(made, new);
    }
}
