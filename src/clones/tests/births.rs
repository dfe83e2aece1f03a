//! What a change does to duplication.

use super::*;

/// Enough for any change here; what is taken from it is given back.
const PLENTY: SearchSteps = SearchSteps { left: 1 << 40 };

/// A function of eight statements of its own.
fn function(seed: u64) -> String {
    let mut random = Random(seed);
    let mut text = format!("def f{seed}(a, b):\n");
    for _ in 0..8 {
        let (one, two) = (random.below(1 << 20), random.below(1 << 20));
        text.push_str(&format!("    a = b.call_{one}(a[b], other_{two}(b + 1))\n"));
    }
    text
}

/// One file of a change, with what came and what went.
struct Edit {
    before: Option<&'static str>,
    after: Option<(&'static str, String)>,
    added: Vec<Range<u32>>,
    deleted: Vec<Range<u32>>,
}

fn judged(tree: &[(&str, String)], edits: &[Edit]) -> (Births, Index) {
    let mut index = index_of(tree, Preset::Default);
    let changes: Vec<FileChange<'_>> = edits
        .iter()
        .map(|edit| FileChange {
            before: edit.before.map(str::as_bytes),
            after: edit.after.as_ref().map(|(path, text)| {
                (path.as_bytes(), file_of(path, text, Preset::Default))
            }),
            is_unseen: false,
            added: &edit.added,
            moved: &[],
            reformed: &[],
            deleted: &edit.deleted,
            gone_on: &[],
        })
        .collect();
    (births(&mut index, &changes, &mut { PLENTY }), index)
}

fn added(path: &'static str, text: String) -> Edit {
    let lines = len_to_u32(text.lines().count());
    Edit {
        before: None,
        after: Some((path, text)),
        added: vec![0..lines],
        deleted: vec![],
    }
}

fn only(counts: BirthCounts, births: &Births) {
    assert_eq!((births.product, births.tests), (counts, BirthCounts::default()));
}

type Ranges = Vec<Range<u32>>;

#[test]
fn lines_that_still_stand_elsewhere_are_copied() {
    let tree = [("a.py", function(1) + &function(2))];
    let text =
        format!("import os\n{}{}", function(3), function(2).replace("a[b]", "c[d]"));
    let (births, _) = judged(&tree, &[added("b.py", text)]);
    only(
        BirthCounts { added_lines: 19, copied_lines: 9, ..BirthCounts::default() },
        &births,
    );
    assert_eq!(births.evidence.len(), 1);
    let shown = &births.evidence[0];
    assert_eq!((shown.origin, shown.added_lines), (Origin::Copied, 9));
    assert_eq!((shown.lines.clone(), shown.of_lines.clone()), (10..19, 9..18));
    assert_eq!((shown.path.bytes(), shown.of_path.bytes()), (&b"b.py"[..], &b"a.py"[..]));
    assert_eq!(shown.clone_type, CloneType::Two);
}

#[test]
fn lines_that_stand_twice_in_a_change_are_repeated() {
    let tree = [("a.py", function(1))];
    let edits = [added("b.py", function(2)), added("c.py", function(3) + &function(2))];
    let (births, _) = judged(&tree, &edits);
    only(
        BirthCounts { added_lines: 27, repeated_lines: 18, ..BirthCounts::default() },
        &births,
    );
}

#[test]
fn deleted_lines_that_come_elsewhere_are_moved_once() {
    let tree = [("a.py", function(1) + &function(2))];
    let cut = Edit {
        before: Some("a.py"),
        after: Some(("a.py", function(1))),
        added: vec![],
        deleted: vec![9..18],
    };
    let (births, _) = judged(&tree, &[cut, added("b.py", function(2))]);
    only(
        BirthCounts { added_lines: 9, moved_lines: 9, ..BirthCounts::default() },
        &births,
    );
    let cut = Edit { before: Some("a.py"), after: None, added: vec![], deleted: vec![] };
    let twice = [cut, added("b.py", function(2)), added("c.py", function(2))];
    let (births, _) = judged(&tree, &twice);
    // The second has no deleted text of its own, and repeats the first.
    let counts = BirthCounts {
        added_lines: 18,
        moved_lines: 9,
        repeated_lines: 9,
        ..BirthCounts::default()
    };
    only(counts, &births);
}

#[test]
fn a_line_edited_in_its_place_is_no_copy() {
    let edited = function(1).replacen("b + 1", "b + 2", 1);
    let edit = Edit {
        before: Some("a.py"),
        after: Some(("a.py", edited)),
        added: vec![1..2],
        deleted: vec![1..2],
    };
    // Not even when it stays a copy of another.
    let (births, _) = judged(&[("a.py", function(1)), ("b.py", function(1))], &[edit]);
    only(
        BirthCounts { added_lines: 1, edited_lines: 1, ..BirthCounts::default() },
        &births,
    );
}

#[test]
fn a_clone_that_goes_is_resolved_on_both_sides() {
    let tree =
        [("a.py", function(1) + &function(2)), ("b.py", function(2) + &function(3))];
    let cut = || Edit {
        before: Some("a.py"),
        after: Some(("a.py", function(1))),
        added: vec![],
        deleted: vec![9..18],
    };
    let (births, index) = judged(&tree, &[cut()]);
    let counts = BirthCounts {
        resolved_gone_lines: 9,
        resolved_alone_lines: 9,
        ..BirthCounts::default()
    };
    only(counts, &births);
    assert_eq!(index.duplication().classes, []);
    // With a third copy, the two that stay are no longer alone.
    let mut tree = tree.to_vec();
    tree.push(("c.py", function(2)));
    let (births, index) = judged(&tree, &[cut()]);
    only(BirthCounts { resolved_gone_lines: 9, ..BirthCounts::default() }, &births);
    assert_eq!(index.duplication().classes.len(), 1);
}

#[test]
fn a_partner_that_shifts_in_the_same_change_is_still_followed() {
    let tree = [("a.py", function(2)), ("b.py", function(2))];
    let edits = [
        Edit { before: Some("a.py"), after: None, added: vec![], deleted: vec![] },
        Edit {
            before: Some("b.py"),
            after: Some(("c.py", function(4) + &function(2))),
            added: vec![0..9],
            deleted: vec![],
        },
    ];
    let (births, _) = judged(&tree, &edits);
    let counts = BirthCounts {
        added_lines: 9,
        resolved_gone_lines: 9,
        resolved_alone_lines: 9,
        ..BirthCounts::default()
    };
    only(counts, &births);
}

#[test]
fn lines_known_to_have_moved_are_not_looked_for() {
    let tree = [("a.py", function(1))];
    let mut index = index_of(&tree, Preset::Default);
    let change = FileChange {
        before: None,
        after: Some((b"b.py", file_of("b.py", &function(1), Preset::Default))),
        is_unseen: false,
        added: &[0..9],
        moved: &[0..4],
        reformed: &[],
        deleted: &[],
        gone_on: &[],
    };
    let births = births(&mut index, &[change], &mut { PLENTY });
    let counts = BirthCounts {
        added_lines: 9,
        moved_lines: 4,
        copied_lines: 5,
        ..BirthCounts::default()
    };
    only(counts, &births);
}

#[test]
fn lines_that_go_on_elsewhere_or_in_another_form_are_neither_new_nor_resolved() {
    let tree = [("a.py", function(1)), ("b.py", function(1))];
    let mut index = index_of(&tree, Preset::Default);
    let changed = function(1).replace(" + 1", "  +  1");
    let changes = [
        FileChange {
            before: Some(b"a.py"),
            after: Some((b"a.py", file_of("a.py", &changed, Preset::Default))),
            is_unseen: false,
            added: &[1..9],
            moved: &[],
            reformed: &[1..9],
            deleted: &[1..9],
            gone_on: &[1..9],
        },
        // Lines that went on explain no copy of them.
        FileChange {
            before: None,
            after: Some((b"c.py", file_of("c.py", &function(1), Preset::Default))),
            is_unseen: false,
            added: &[0..9],
            moved: &[],
            reformed: &[],
            deleted: &[],
            gone_on: &[],
        },
    ];
    let births = births(&mut index, &changes, &mut { PLENTY });
    let counts =
        BirthCounts { added_lines: 9, copied_lines: 9, ..BirthCounts::default() };
    only(counts, &births);
}

#[test]
fn an_index_after_many_changes_is_that_of_the_last_tree() {
    let mut random = Random(5);
    let mut tree: std::collections::BTreeMap<String, String> =
        std::collections::BTreeMap::new();
    let mut index = Index::new(Preset::Default);
    for _ in 0..60 {
        let path = format!("{}.py", random.below(8));
        let text = (random.below(6) > 0).then(|| {
            (0..random.below(4)).map(|_| function(random.below(6))).collect::<String>()
        });
        let before = tree.get(&path).cloned();
        let n_lines = |text: &Option<String>| {
            text.as_ref().map_or(0, |it| len_to_u32(it.lines().count()))
        };
        let (added, deleted) = ([0..n_lines(&text)], [0..n_lines(&before)]);
        let change = FileChange {
            before: before.is_some().then_some(path.as_bytes()),
            after: text
                .as_ref()
                .map(|text| (path.as_bytes(), file_of(&path, text, Preset::Default))),
            is_unseen: false,
            added: &added,
            moved: &[],
            reformed: &[],
            deleted: &deleted,
            gone_on: &[],
        };
        let old = index.duplication().product;
        let counts = births(&mut index, &[change], &mut { PLENTY }).product;
        match text {
            Some(text) => drop(tree.insert(path, text)),
            None => drop(tree.remove(&path)),
        }
        let new = index.duplication().product;
        if counts.added_lines == 0 {
            let resolved = counts.resolved_gone_lines + counts.resolved_alone_lines;
            assert_eq!(old.duplicated_lines - new.duplicated_lines, resolved);
        }
        let files: Vec<(&str, String)> =
            tree.iter().map(|(path, text)| (path.as_str(), text.clone())).collect();
        assert_eq!(index.duplication(), index_of(&files, Preset::Default).duplication());
    }
}

/// The parts of one text that another does not have, line by line: those that are not in
/// the common beginning and end.
fn middle(one: &str, other: &str) -> Vec<Range<u32>> {
    let (one, other): (Vec<&str>, Vec<&str>) =
        (one.lines().collect(), other.lines().collect());
    let start = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let rest = one.len().min(other.len()) - start;
    let ends = one.iter().rev().zip(other.iter().rev()).take(rest);
    let end = one.len() - ends.take_while(|(one, other)| one == other).count();
    if start < end { vec![len_to_u32(start)..len_to_u32(end)] } else { Vec::new() }
}

#[test]
fn an_index_kept_up_to_date_judges_random_changes_as_one_of_the_whole_tree_does() {
    let mut n_found = BirthCounts::default();
    for seed in 0..40 {
        let mut random = Random(seed);
        let mut tree: std::collections::BTreeMap<String, String> =
            std::collections::BTreeMap::new();
        let mut kept = Index::new(Preset::Default);
        for _ in 0..12 {
            // Some files of the tree become others, go, or change places.
            let before = tree.clone();
            let mut renamed: Vec<(Option<String>, Option<String>)> = Vec::new();
            for number in 0..1 + random.below(3) {
                let path = format!("{}.py", (random.below(3) * 3 + number) % 6);
                if renamed.iter().any(|(one, two)| {
                    one.as_ref() == Some(&path) || two.as_ref() == Some(&path)
                }) {
                    continue;
                }
                let old = tree.remove(&path);
                let old = old.map(|_| path.clone());
                let new = (random.below(5) > 0).then(|| {
                    let n = random.below(5);
                    (0..n).map(|_| function(random.below(7))).collect::<String>()
                });
                if let Some(text) = new {
                    tree.insert(path.clone(), text);
                    renamed.push((old, Some(path)));
                } else {
                    renamed.push((old, None));
                }
            }
            let text = |tree: &std::collections::BTreeMap<String, String>,
                        path: &Option<String>| {
                path.as_ref().map(|path| tree[path].clone())
            };
            let lines: Vec<(Ranges, Ranges)> = renamed
                .iter()
                .map(|(old, new)| {
                    let (old, new) = (text(&before, old), text(&tree, new));
                    let old = old.unwrap_or_default();
                    let new = new.unwrap_or_default();
                    (middle(&new, &old), middle(&old, &new))
                })
                .collect();
            let changes: Vec<FileChange<'_>> = renamed
                .iter()
                .zip(&lines)
                .map(|((old, new), (added, deleted))| FileChange {
                    before: old.as_ref().map(String::as_bytes),
                    after: new.as_ref().map(|path| {
                        (path.as_bytes(), file_of(path, &tree[path], Preset::Default))
                    }),
                    is_unseen: false,
                    added,
                    moved: &[],
                    reformed: &[],
                    deleted,
                    gone_on: &[],
                })
                .collect();
            let whole: Vec<(&str, String)> =
                before.iter().map(|(path, text)| (path.as_str(), text.clone())).collect();
            let mut whole = index_of(&whole, Preset::Default);
            let wanted = births(&mut whole, &changes, &mut { PLENTY });
            let found = births(&mut kept, &changes, &mut { PLENTY });
            assert_eq!(found, wanted, "seed {seed}");
            n_found = n_found.and(found.product);
        }
    }
    let BirthCounts { moved_lines, copied_lines, repeated_lines, .. } = n_found;
    assert!(moved_lines > 100 && copied_lines > 100 && repeated_lines > 100);
    assert!(n_found.resolved_gone_lines > 100 && n_found.resolved_alone_lines > 100);
}

#[test]
fn lines_of_a_file_that_cannot_be_seen_any_more_are_not_resolved_and_explain_nothing() {
    let tree = [
        ("a.py", function(1) + &function(2)),
        ("b.py", function(1)),
        ("c.py", function(1)),
    ];
    let mut index = index_of(&tree, Preset::Default);
    let none = FileChange {
        before: None,
        after: None,
        is_unseen: false,
        added: &[],
        moved: &[],
        reformed: &[],
        deleted: &[],
        gone_on: &[],
    };
    let copy = file_of("d.py", &function(2), Preset::Default);
    let changes = [
        FileChange { before: Some(b"a.py"), is_unseen: true, ..none.clone() },
        FileChange { before: Some(b"b.py"), ..none.clone() },
        FileChange { after: Some((b"d.py", copy)), added: &[0..9], ..none },
    ];
    // The third may still have a partner, and whether the new lines moved is unknown.
    let found = births(&mut index, &changes, &mut { PLENTY });
    let wanted =
        BirthCounts { added_lines: 9, resolved_gone_lines: 9, ..BirthCounts::default() };
    only(wanted, &found);
    assert!(index.number_at(b"a.py").is_none());
}

#[test]
fn a_change_that_may_compare_nothing_more_says_so() {
    let tree = [("a.py", function(1))];
    let mut index = index_of(&tree, Preset::Default);
    let change = || FileChange {
        before: None,
        after: Some((b"b.py", file_of("b.py", &function(1), Preset::Default))),
        is_unseen: false,
        added: &[0..9],
        moved: &[],
        reformed: &[],
        deleted: &[],
        gone_on: &[],
    };
    let mut none = SearchSteps { left: 0 };
    let found = births(&mut index, &[change()], &mut none);
    only(BirthCounts { added_lines: 9, ..BirthCounts::default() }, &found);
    assert!(!found.gaps.is_empty());
    let mut allowed = PLENTY;
    let found = births(&mut index, &[change()], &mut allowed);
    assert!(found.gaps.is_empty() && allowed.left < PLENTY.left);
}
