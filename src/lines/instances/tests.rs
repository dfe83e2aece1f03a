//! Tests of lifetimes, on books written by hand.

use super::*;
use crate::lines::book::LandedLine;
use crate::lines::marks::LineMark;

const ANA: u32 = 0;
const BEN: u32 = 1;

/// Adds a block of lines that landed at `start` of a file, one word each.
fn land(book: &mut Book, (landing, path, start): (u32, u32, u32), words: &[&str]) -> u32 {
    let first = book.next_line();
    let lines = u32::try_from(words.len()).unwrap();
    let class = FileClass::Product;
    book.came.push(Came { first, lines, landing, path, start, class });
    for word in words {
        book.lines.push(LandedLine { kind: LineKind::Text, birth_unknown: false });
        book.marks
            .push(LineMark::of(format!("{word}_of_a_line_that_is_long").as_bytes()));
    }
    first
}

/// Adds the end of lines that commit `origin` wrote.
fn end(
    book: &mut Book,
    line: u32,
    (lines, origin): (u32, u32),
    exit: Option<(u32, Left)>,
) {
    let stand = Stand { line, origin: CommitIdx(origin) };
    let exit = exit.map(|(landing, left)| Exit { landing, left, file: 0, start: 0 });
    book.fates.push(Fate { stand, lines, path: 0, exit });
}

/// As many landings as persons, each of one commit and one person.
fn context(persons: &[u32]) -> Context {
    Context {
        persons: persons.iter().copied().map(Some).collect(),
        mainline: (0..).zip(persons).map(|(commit, _)| CommitIdx(commit)).collect(),
        clock: (0..).zip(persons).map(|(day, _)| Timestamp(day * 86_400)).collect(),
        ..Context::default()
    }
}

fn settled(book: &Book, context: &Context) -> Settled {
    let mut links = Links::new(book);
    links.carry(&[]);
    settle(book, links, context, &|| {})
}

const WORDS: [&str; 4] = ["alpha", "beta", "gamma", "delta"];

#[test]
fn where_nothing_but_older_lines_came_nobody_is_named() {
    for (carried, cause, by) in [
        (0, DeathCause::ModifiedOther, Some(BEN)),
        (3, DeathCause::ModifiedOther, Some(BEN)),
        (4, DeathCause::Deleted, None),
    ] {
        let mut book = Book::default();
        let old = land(&mut book, (0, 0, 0), &WORDS);
        let gone = land(&mut book, (0, 0, 9), &["one", "two"]);
        let came = land(&mut book, (1, 0, 4), &WORDS);
        let links = (0..carried).map(|n| Link { from: old + n, to: came + n });
        book.carried = links.collect();
        let replaced = Left::Replaced { by: CommitIdx(1), came };
        end(&mut book, old, (4, 0), Some((1, Left::Deleted)));
        end(&mut book, gone, (2, 0), Some((1, replaced)));
        end(&mut book, came, (4, 1), None);
        let settled = settled(&book, &context(&[ANA, BEN]));
        let row = |(one, lines): (&Lifetime, &u64)| {
            (*lines == 2).then_some((one.death, one.overwritten_by))
        };
        let rows: Vec<_> = settled.lifetimes.iter().filter_map(row).collect();
        assert_eq!(rows, [(Some((1, cause)), by)], "{carried}");
    }
}

#[test]
fn lines_are_re_landed_when_they_had_died_and_not_when_they_had_gone_out_of_sight() {
    for (left, is_joined, relanded) in [
        (Left::Deleted, false, true),
        (Left::FileDeleted, false, true),
        (Left::Unreadable, false, false),
        (Left::Deleted, true, false),
    ] {
        let mut book = Book::default();
        let first = land(&mut book, (0, 0, 0), &WORDS);
        let again = land(&mut book, (2, 0, 0), &WORDS);
        end(&mut book, first, (4, 0), Some((1, left)));
        end(&mut book, again, (4, 2), None);
        book.joined.extend((first..again).filter(|_| is_joined));
        let settled = settled(&book, &context(&[ANA, ANA, ANA]));
        let births: Vec<Birth> = settled.lifetimes.keys().map(|one| one.birth).collect();
        assert_eq!(births.len(), 2);
        assert!(births.iter().all(|birth| !birth.copied), "{births:?}");
        let is_marked = births.iter().any(|birth| birth.relanded);
        assert_eq!(is_marked, relanded, "{left:?} {is_joined}");
    }
}

#[test]
fn an_import_of_what_was_elsewhere_is_bulk_from_a_thousand_lines_on() {
    for (n_lines, is_bulk) in [(999, false), (1_000, true)] {
        let mut book = Book::default();
        let first = land(&mut book, (1, 7, 0), &vec!["word"; n_lines]);
        end(&mut book, first, (u32::try_from(n_lines).unwrap(), 1), None);
        let mut context = context(&[ANA, BEN]);
        context.imported.insert((1, 7));
        assert_eq!(settled(&book, &context).is_bulk, [false, is_bulk]);
    }
}

#[test]
fn a_revert_is_known_by_either_commit_however_many_it_names() {
    let mut book = Book::default();
    let line = land(&mut book, (0, 0, 0), &["one"]);
    end(&mut book, line, (1, 0), Some((1, Left::Deleted)));
    let mut context = context(&[ANA, BEN]);
    for (named, cause) in [(0, DeathCause::Reverted), (1, DeathCause::Deleted)] {
        context.taken_back.insert(1, BTreeSet::from([CommitIdx(named)]));
        let settled = settled(&book, &context);
        let deaths: Vec<_> = settled.lifetimes.keys().map(|one| one.death).collect();
        assert_eq!(deaths, [Some((1, cause))]);
    }
}
