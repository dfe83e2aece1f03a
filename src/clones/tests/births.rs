//! What a change does to duplication.

use super::*;

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
            added: &edit.added,
            moved: &[],
            deleted: &edit.deleted,
        })
        .collect();
    (births(&mut index, &changes), index)
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
        added: &[0..9],
        moved: &[0..4],
        deleted: &[],
    };
    let births = births(&mut index, &[change]);
    let counts = BirthCounts {
        added_lines: 9,
        moved_lines: 4,
        copied_lines: 5,
        ..BirthCounts::default()
    };
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
            added: &added,
            moved: &[],
            deleted: &deleted,
        };
        let old = index.duplication().product;
        let counts = births(&mut index, &[change]).product;
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
