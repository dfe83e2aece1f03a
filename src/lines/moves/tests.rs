//! Tests of moves: stories, laws, and a search that tries everything.

use super::*;
use crate::stats::rng::Rng;

/// A block as text: its file, its path, its first line, its lines.
type TextBlock<'a> = (u32, &'a str, u32, &'a str);

fn found(went: &[TextBlock<'_>], came: &[TextBlock<'_>]) -> Vec<Moved> {
    found_with(went, came, &mut MoveWork::default())
}

fn found_with(
    went: &[TextBlock<'_>],
    came: &[TextBlock<'_>],
    work: &mut MoveWork,
) -> Vec<Moved> {
    let marks = |blocks: &[TextBlock<'_>]| -> Vec<Vec<LineMark>> {
        blocks.iter().map(|block| marks(block.3)).collect()
    };
    let (marks_went, marks_came) = (marks(went), marks(came));
    find_moves_counted(&blocks(went, &marks_went), &blocks(came, &marks_came), work)
}

fn marks(text: &str) -> Vec<LineMark> {
    text.lines().map(|line| LineMark::of(line.as_bytes())).collect()
}

fn blocks<'a>(of: &[TextBlock<'a>], marks: &'a [Vec<LineMark>]) -> Vec<Block<'a>> {
    let block =
        |(&(file, path, start, _), marks): (&TextBlock<'a>, &'a Vec<LineMark>)| Block {
            file,
            path: path.as_bytes(),
            start,
            marks,
        };
    of.iter().zip(marks).map(block).collect()
}

fn moved(from: (u32, u32), to: (u32, u32), lines: u32) -> Moved {
    Moved { from, to, lines }
}

const FUNCTION: &str = "fn greet(name: &str) {\n\n    let text = hello(name);\n    print(text);\n    done(text, name);\n}\n\n";

#[test]
fn a_function_moves_with_its_blank_lines_and_brackets() {
    let indented = FUNCTION.replace("\n    ", "\n        ");
    let came = format!("mod inner {{\n{indented}    other();\n");
    let moves = found(&[(1, "a.rs", 10, FUNCTION)], &[(1, "a.rs", 90, &came)]);
    assert_eq!(moves, [moved((0, 0), (0, 1), 7)]);
}

#[test]
fn a_run_across_files_needs_forty_letters_and_one_inside_a_file_twenty() {
    // Thirty letters.
    let text = "alphabetic();\nbetabetabe();\ngammagamma();\n";
    assert_eq!(found(&[(1, "a", 0, text)], &[(1, "a", 9, text)]).len(), 1);
    assert_eq!(found(&[(1, "a", 0, text)], &[(2, "b", 9, text)]).len(), 0);
    let longer = "alphabeticalphabetic();\nbetabetabe();\ngammagamma();\n";
    assert_eq!(found(&[(1, "a", 0, longer)], &[(2, "b", 9, longer)]).len(), 1);
}

#[test]
fn two_countable_lines_are_no_move_however_long() {
    let text = format!("{}\n\n{}\n}}\n", "alpha ".repeat(30), "beta ".repeat(30));
    assert_eq!(found(&[(1, "a", 0, &text)], &[(1, "a", 9, &text)]), []);
}

#[test]
fn the_nearest_of_equal_places_is_taken() {
    let far = (2, "elsewhere/b.rs", 10, FUNCTION);
    let directory = (3, "src/c.rs", 500, FUNCTION);
    let file = (1, "src/a.rs", 900, FUNCTION);
    let nearer = (1, "src/a.rs", 40, FUNCTION);
    let went = [(1, "src/a.rs", 10, FUNCTION)];
    let to = |came: &[TextBlock<'_>]| found(&went, came)[0].to.0;
    assert_eq!(to(&[far, directory]), 1);
    assert_eq!(to(&[far, directory, file]), 2);
    assert_eq!(to(&[file, nearer]), 1);
}

#[test]
fn a_line_moves_once_and_what_is_left_of_a_run_moves_elsewhere() {
    let lines: Vec<String> = (0..9).map(|n| format!("statement_{n}(argument)")).collect();
    let text = |range: std::ops::Range<usize>| lines[range].join("\n");
    // The first six go together, so the last three are what is left for the other.
    let (whole, first, last) = (text(0..9), text(0..6), text(4..9));
    let went = [(1, "a", 0, whole.as_str())];
    let came = [(1, "a", 50, first.as_str()), (1, "a", 90, last.as_str())];
    assert_eq!(found(&went, &came), [moved((0, 0), (0, 0), 6), moved((0, 6), (1, 2), 3)]);
}

#[test]
fn a_changed_line_frays_a_move_and_does_not_end_it() {
    let text = "first_line(of_this);\nsecond_line(of_this);\nthird_line(of_this);\n";
    let went = format!("{text}old_word();\nshort();\n");
    let came = format!("{text}new_word();\nshort();\n");
    let moves = found(&[(1, "a", 0, &went)], &[(2, "b", 0, &came)]);
    assert_eq!(moves, [moved((0, 0), (0, 0), 3), moved((0, 4), (0, 4), 1)]);
    // Before as well as behind, where a line was added or left out, but no further.
    let went = format!("short();\nold();\n{text}tail();\n");
    let came = format!("short();\n{text}a();\ntail();\nb();\nc();\nd();\n");
    let moves = found(&[(1, "a", 0, &went)], &[(2, "b", 0, &came)]);
    let (before, behind) = (moved((0, 0), (0, 0), 1), moved((0, 5), (0, 5), 1));
    assert_eq!(moves, [before, moved((0, 2), (0, 1), 3), behind]);
}

#[test]
fn runs_do_not_cross_from_one_block_to_the_next() {
    let lines: Vec<&str> = FUNCTION.lines().collect();
    let (top, bottom) = (lines[..3].join("\n"), lines[3..].join("\n"));
    let went = [(1, "a", 0, top.as_str()), (1, "a", 8, bottom.as_str())];
    assert_eq!(found(&went, &[(1, "a", 50, FUNCTION)]), []);
}

#[test]
fn nothing_moves_where_nothing_went_or_came() {
    assert_eq!(found(&[], &[(1, "a", 0, FUNCTION)]), []);
    assert_eq!(found(&[(1, "a", 0, FUNCTION)], &[]), []);
    assert_eq!(found(&[(1, "a", 0, "")], &[(1, "a", 0, "")]), []);
}

#[test]
fn crowded_lines_are_left_out_and_counted() {
    let text = "the_same_line(over, and, over)\n".repeat(1_000);
    let mut work = MoveWork::default();
    let moves = found_with(&[(1, "a", 0, &text)], &[(2, "b", 0, &text)], &mut work);
    assert_eq!(moves, []);
    assert_eq!((work.crowded, work.unfinished), (1, 0));
    // One line that is not crowded is enough to find the run.
    let text = format!("{text}a_line_of_its_own()\n");
    let moves = found_with(&[(1, "a", 0, &text)], &[(2, "b", 0, &text)], &mut work);
    assert_eq!(moves, [moved((0, 0), (0, 0), 1_001)]);
}

#[test]
fn a_header_that_is_in_every_file_moves_inside_its_file() {
    let header =
        "/* Copyright of somebody */\n/* All rights reserved */\n/* No warranty */\n";
    let paths: Vec<String> = (0..200).map(|n| format!("src/{n}.c")).collect();
    let at = |line| -> Vec<TextBlock<'_>> {
        (0..)
            .zip(&paths)
            .map(|(file, path)| (file, path.as_str(), line, header))
            .collect()
    };
    let moves = found(&at(0), &at(20));
    assert_eq!(moves.len(), 200);
    assert!(moves.iter().all(|moved| moved.from == moved.to));
}

/// Hostile input: work stays in proportion to lines.
#[test]
fn lines_made_to_be_alike_cost_a_bounded_number_of_steps() {
    let mut rng = Rng::seeded(3);
    for words in [1, 2, 3, 5, 20] {
        let mut text = |n| -> String {
            (0..n).map(|_| format!("word_number_{}\n", rng.below(words))).collect()
        };
        let (went, came) = (text(20_000), text(20_000));
        let mut work = MoveWork::default();
        found_with(&[(1, "a", 0, &went)], &[(1, "a", 9, &came)], &mut work);
        assert!(work.steps <= work.lines * (STEPS_PER_LINE + 1), "{words}: {work:?}");
    }
}

#[test]
fn the_order_of_blocks_changes_nothing() {
    let mut rng = Rng::seeded(5);
    for _ in 0..100 {
        let mut text = || -> String {
            (0..20).map(|_| format!("statement_{}()\n", rng.below(9))).collect()
        };
        let texts: [String; 8] = std::array::from_fn(|_| text());
        let block = |(line, text): (u32, &'_ String)| -> (u32, &str, u32, String) {
            let paths = ["d/a", "d/b", "e/c", "f"];
            let file = line % 4;
            (file, paths[file as usize], line * 10, text.clone())
        };
        let blocks: Vec<_> = (0..).zip(&texts).map(block).collect();
        let side = |order: [usize; 4]| {
            order.map(|at| {
                let (file, path, start, text) = &blocks[at];
                (*file, *path, *start, text.as_str())
            })
        };
        let straight = found(&side([0, 1, 2, 3]), &side([4, 5, 6, 7]));
        let mut back = found(&side([3, 2, 1, 0]), &side([7, 6, 5, 4]));
        for moved in &mut back {
            (moved.from.0, moved.to.0) = (3 - moved.from.0, 3 - moved.to.0);
        }
        back.sort_unstable();
        assert_eq!(straight, back);
    }
}
