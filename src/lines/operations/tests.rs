//! Tests of what was done to lines, on books written by hand.

use super::*;
use crate::history::CommitIdx;
use crate::lines::book::{Exit, LandedLine, Respaced, Stand};
use crate::lines::instances::{Context, settle};
use crate::syntax::LineKind;
use crate::units::Timestamp;

/// Adds lines that landed at `start` of a file.
fn land(book: &mut Book, (landing, path, start): (u32, u32, u32), lines: &[&str]) -> u32 {
    let first = book.next_line();
    let n_lines = u32::try_from(lines.len()).unwrap();
    let class = FileClass::Product;
    book.came.push(Came { first, lines: n_lines, landing, path, start, class });
    for line in lines {
        book.lines.push(LandedLine { kind: LineKind::Text, birth_unknown: false });
        book.marks.push(LineMark::of(line.as_bytes()));
    }
    first
}

/// Ends lines at a landing, or leaves them.
fn end(book: &mut Book, line: u32, lines: u32, landing: Option<u32>) {
    let stand = Stand { line, origin: CommitIdx(0) };
    let left = Left::Deleted;
    let exit = landing.map(|landing| Exit { landing, left, file: 0, start: 0 });
    book.fates.push(Fate { stand, lines, path: 0, exit });
}

/// What two landings did, by the book and by lines that moved.
fn found(book: &Book, moved: &[Link]) -> Vec<Operations> {
    let mut links = Links::new(book);
    links.carry(moved);
    let context = Context {
        persons: vec![None; 2],
        mainline: vec![CommitIdx(0), CommitIdx(1)],
        clock: vec![Timestamp(0), Timestamp(1)],
        ..Context::default()
    };
    let settled = settle(book, links, &context, &|| {});
    let found = find(book, &settled.links, &settled.copied, 2);
    assert!(found.iter().all(|one| one.excluded == Operations::default()));
    found.iter().map(|one| one.counted).collect()
}

const LONG: [&str; 3] =
    ["let total_of_prices = 0;", "for each_item in all_items {", "total += each_item;"];

#[test]
fn a_landing_that_only_adds_has_added_all_but_blank_lines() {
    let mut book = Book::default();
    let first = land(&mut book, (0, 0, 0), &["one", "", "}", "  \t"]);
    end(&mut book, first, 4, None);
    let expected = Operations { added: 2, no_op_added: 2, ..Operations::default() };
    assert_eq!(found(&book, &[]), [expected, Operations::default()]);
}

#[test]
fn lines_that_moved_are_neither_added_nor_deleted() {
    let mut book = Book::default();
    let old = land(&mut book, (0, 0, 0), &["one", "", "two"]);
    end(&mut book, old, 3, Some(1));
    let new = land(&mut book, (1, 1, 0), &["one", "", "new"]);
    end(&mut book, new, 3, None);
    let moved = [0, 1].map(|n| Link { from: old + n, to: new + n });
    let expected = Operations {
        added: 1,
        deleted: 1,
        moved: 1,
        no_op_added: 1,
        no_op_deleted: 1,
        ..Operations::default()
    };
    let second = found(&book, &moved)[1];
    assert_eq!(second, expected);
    assert_eq!((second.inserted(), second.removed()), (3, 3));
}

#[test]
fn lines_that_stand_elsewhere_are_copied_even_where_they_look_edited() {
    let mut book = Book::default();
    let stands = land(&mut book, (0, 0, 0), &LONG);
    end(&mut book, stands, 3, None);
    let old = land(&mut book, (0, 1, 0), &["let total = 0;", "b", "c"]);
    end(&mut book, old, 3, Some(1));
    let new = land(&mut book, (1, 1, 0), &LONG);
    end(&mut book, new, 3, None);
    book.edited = vec![Link { from: old, to: new }];
    book.substitutions = vec![7];
    let expected = Operations { copied: 3, deleted: 3, ..Operations::default() };
    assert_eq!(found(&book, &[])[1], expected);
}

#[test]
fn three_edits_of_one_landing_with_one_substitution_are_a_find_and_replace() {
    for (substitutions, replaced) in [
        ([7, 7, 7, 8, 0, 0], 3),
        ([7, 7, 8, 8, 0, 0], 0),
        ([0, 0, 0, 0, 0, 7], 0),
        ([7, 7, 7, 7, 7, 7], 6),
    ] {
        let mut book = Book::default();
        let old = land(&mut book, (0, 0, 0), &["a", "b", "c", "d", "e", "f"]);
        end(&mut book, old, 6, Some(1));
        let new = land(&mut book, (1, 0, 0), &["u", "v", "w", "x", "y", "z"]);
        end(&mut book, new, 6, None);
        book.edited = (0..6).map(|n| Link { from: old + n, to: new + n }).collect();
        book.substitutions = substitutions.to_vec();
        let expected =
            Operations { replaced, updated: 6 - replaced, ..Operations::default() };
        assert_eq!(found(&book, &[])[1], expected, "{substitutions:?}");
    }
}

#[test]
fn changes_of_form_and_of_white_space_are_no_op() {
    let mut book = Book::default();
    let old = land(&mut book, (0, 0, 0), &["call(", "one,", "two)", "other(three)"]);
    end(&mut book, old, 4, Some(1));
    let new = land(&mut book, (1, 0, 0), &["call(one, two)", "other(", "three)"]);
    end(&mut book, new, 3, None);
    book.carried = vec![Link { from: old, to: new }, Link { from: old + 3, to: new + 1 }];
    book.joined = vec![old + 1, old + 2];
    book.split = vec![new + 2];
    book.respaced = vec![Respaced { landing: 1, line: old, lines: 5 }];
    let expected = Operations {
        reformatted: 2,
        no_op_added: 1,
        no_op_deleted: 2,
        respaced: 5,
        ..Operations::default()
    };
    let second = found(&book, &[])[1];
    assert_eq!(second, expected);
    assert_eq!((second.inserted(), second.removed(), second.no_op()), (3, 4, 10));
}

#[test]
fn lines_of_files_that_do_not_count_are_apart() {
    let mut book = Book::default();
    let line = land(&mut book, (0, 0, 0), &["one"]);
    end(&mut book, line, 1, Some(1));
    book.came[0].class = FileClass::Lock;
    let found = find(&book, &Links::new(&book), &[], 2);
    let sides = |one: &LandingOperations| (one.counted, one.excluded.added);
    assert_eq!(
        found.iter().map(sides).collect::<Vec<_>>(),
        [(Operations::default(), 1), (Operations::default(), 0)]
    );
    assert_eq!(found[1].excluded.deleted, 1);
}
