//! Tests of looking back: stories, and a search that tries everything.

use super::*;
use crate::stats::rng::Rng;

/// Landings and their lines.
type Text<'a> = (u32, &'a str);

fn found(
    blocks: &[Text<'_>],
    is_new: impl Fn(u32, u32) -> bool,
    death_of: impl Fn(u32, u32) -> Option<u32>,
) -> Vec<Repeat> {
    let marks: Vec<Vec<LineMark>> = blocks.iter().map(|block| marks(block.1)).collect();
    let landed: Vec<Landed<'_>> = blocks
        .iter()
        .zip(&marks)
        .map(|(&(landing, _), marks)| Landed { landing, marks })
        .collect();
    repeats(&landed, is_new, |block, line| death_of(block, line).map(death))
}

fn death(landing: u32) -> End {
    End { landing, is_death: true }
}

fn marks(text: &str) -> Vec<LineMark> {
    text.lines().map(|line| LineMark::of(line.as_bytes())).collect()
}

fn all_stand(_: u32, _: u32) -> Option<u32> {
    None
}

fn all_new(_: u32, _: u32) -> bool {
    true
}

const FUNCTION: &str = "fn greet(name: &str) {\n\n    let text = hello(name);\n    print(text);\n    done(text, name);\n}\n";

fn repeat(block: u32, start: u32, lines: u32, of: (u32, u32), alive: bool) -> Repeat {
    Repeat { block, start, lines, of, alive }
}

#[test]
fn what_stands_is_copied_and_what_is_gone_lands_again() {
    let later = format!("other();\n{FUNCTION}");
    let blocks = [(1, FUNCTION), (5, later.as_str())];
    assert_eq!(found(&blocks, all_new, all_stand), [repeat(1, 1, 6, (0, 0), true)]);
    for (death, alive) in [(4, false), (5, false), (6, true)] {
        let repeats = found(&blocks, all_new, |block, _| (block == 0).then_some(death));
        assert_eq!(repeats, [repeat(1, 1, 6, (0, 0), alive)], "{death}");
    }
}

#[test]
fn a_run_of_which_a_part_stands_is_told_in_pieces() {
    let death_of = |block, line| (block == 0 && line >= 4).then_some(2);
    let repeats = found(&[(1, FUNCTION), (3, FUNCTION)], all_new, death_of);
    assert_eq!(repeats, [repeat(1, 0, 4, (0, 0), true), repeat(1, 4, 2, (0, 4), false)]);
}

#[test]
fn lines_of_one_landing_do_not_repeat_each_other() {
    assert_eq!(found(&[(1, FUNCTION), (1, FUNCTION)], all_new, all_stand), []);
    let thrice = [(1, FUNCTION), (2, FUNCTION), (2, FUNCTION)];
    let of: Vec<_> = found(&thrice, all_new, all_stand).iter().map(|r| r.of).collect();
    assert_eq!(of, [(0, 0), (0, 0)]);
}

#[test]
fn lines_that_moved_neither_repeat_nor_are_repeated() {
    let blocks = [(1, FUNCTION), (2, FUNCTION)];
    for moved in [0, 1] {
        assert_eq!(found(&blocks, |block, _| block != moved, all_stand), []);
    }
    // The lines behind one that moved are too few.
    assert_eq!(found(&blocks, |_, line| line != 3, all_stand), []);
}

#[test]
fn short_runs_are_accidents() {
    let short = "let alpha = 1;\nlet beta = 2;\nlet gamma = 3;\n";
    assert_eq!(found(&[(1, short), (2, short)], all_new, all_stand), []);
    let two = format!("{}\n{}\n", "alpha".repeat(9), "beta".repeat(9));
    assert_eq!(found(&[(1, &two), (2, &two)], all_new, all_stand), []);
}

#[test]
fn of_equal_places_one_that_stands_is_taken_then_the_first() {
    let blocks = [(1, FUNCTION), (2, FUNCTION), (3, FUNCTION), (9, FUNCTION)];
    let of = |death_of: fn(u32, u32) -> Option<u32>| {
        found(&blocks, all_new, death_of).last().map(|repeat| repeat.of.0)
    };
    assert_eq!(of(all_stand), Some(0));
    assert_eq!(of(|block, _| (block == 0).then_some(4)), Some(1));
    assert_eq!(of(|block, _| (block < 9).then_some(4)), Some(0));
}

#[test]
fn lines_that_land_over_and_over_cost_a_bounded_number_of_steps() {
    let text = "the_same_line(over, and, over)\n".repeat(500);
    let marks = marks(&text);
    let blocks: Vec<Landed<'_>> =
        (0..100).map(|landing| Landed { landing, marks: &marks }).collect();
    let mut work = LookbackWork::default();
    let stand = |_, _| None;
    let repeats = repeats_counted(&blocks, all_new, stand, &|| {}, &mut work);
    assert_eq!(repeats.iter().map(|repeat| repeat.lines).sum::<u32>(), 99 * 500);
    assert!(work.crowded > 0);
    assert!(work.steps <= 2 * u64::from(MOST_PLACES) * work.lines, "{work:?}");
}

#[test]
fn what_is_like_lines_out_of_sight_is_neither_a_copy_nor_a_re_landing() {
    let marks = marks(FUNCTION);
    let blocks: Vec<Landed<'_>> =
        [1, 4, 9].map(|landing| Landed { landing, marks: &marks }).into();
    // The first went out of sight at 3, the second died at 7.
    let ends = [End { landing: 3, is_death: false }, death(7)];
    let end_of = |block: u32, _| ends.get(block as usize).copied();
    let found = repeats(&blocks, all_new, end_of);
    assert_eq!(found, [repeat(2, 0, 6, (1, 0), false)]);
    let end_of = |_, line| (line < 2).then_some(ends[0]);
    let found = repeats(&blocks[..2], all_new, end_of);
    assert_eq!(found, [repeat(1, 2, 4, (0, 2), true)]);
}

#[test]
fn runs_with_too_few_letters_are_walked_once_and_not_at_each_of_their_lines() {
    // 39 letters, each with many lines below it that do not count.
    let block = format!("a\n{}", "}\n".repeat(20)).repeat(39);
    let marks: Vec<Vec<LineMark>> =
        (0..100).map(|n| marks(&format!("{block}u{n}\n"))).collect();
    let blocks: Vec<Landed<'_>> =
        (0..).zip(&marks).map(|(landing, marks)| Landed { landing, marks }).collect();
    let mut work = LookbackWork::default();
    let stand = |_, _| None;
    assert_eq!(repeats_counted(&blocks, all_new, stand, &|| {}, &mut work), []);
    assert_eq!(work.unfinished, 0);
    // Each run begins at each of its letters, on a diagonal of its own.
    assert!(work.steps < 3 * u64::from(MOST_PLACES) * work.lines, "{work:?}");
}

#[test]
fn a_search_that_comes_to_its_bound_on_work_ends_and_is_counted() {
    let block = format!("a\n{}", "}\n".repeat(4_000)).repeat(12);
    let marks = marks(&block);
    let blocks: Vec<Landed<'_>> =
        (0..30).map(|landing| Landed { landing, marks: &marks }).collect();
    let mut work = LookbackWork::default();
    let stand = |_, _| None;
    assert_eq!(repeats_counted(&blocks, all_new, stand, &|| {}, &mut work), []);
    let bound = STEPS_PER_LINE * work.lines;
    let one_more = u64::from(MOST_PLACES) * len_to_u64(marks.len());
    assert!(work.unfinished > 0 || work.steps < bound, "{work:?}");
    assert!(work.steps <= bound + one_more, "{work:?}");
}

#[test]
fn lines_whose_hashes_share_low_bits_alone_take_no_place() {
    // So few slots that every line shares one with others.
    let mut texts = vec![FUNCTION.to_owned()];
    texts.extend((0..400).map(|n| format!("first_{n}()\nsecond_{n}()\nthird_{n}()\n")));
    texts.push(FUNCTION.to_owned());
    let marks: Vec<Vec<LineMark>> = texts.iter().map(|text| marks(text)).collect();
    let blocks: Vec<Landed<'_>> =
        (0..).zip(&marks).map(|(landing, marks)| Landed { landing, marks }).collect();
    let mut past = Past::new(&blocks, all_new, |_, _| None, &|| {});
    past.newest = vec![0];
    for block in 0..401 {
        let seeds = past.seeds_of(block);
        past.add(block, &seeds);
    }
    let (seeds, mut found) = (past.seeds_of(401), Vec::new());
    past.look_up(401, &seeds, &mut found);
    assert_eq!(found, [repeat(401, 0, 6, (0, 0), true)]);
    assert_eq!(past.crowded, 0);
}

/// The rule written down plainly.
fn by_trying(
    blocks: &[Landed<'_>],
    is_new: impl Fn(u32, u32) -> bool,
    death_of: impl Fn(u32, u32) -> Option<u32>,
) -> Vec<Repeat> {
    let mut found = Vec::new();
    let line_of = |at: (usize, usize)| {
        let mark = *blocks[at.0].marks.get(at.1)?;
        is_new(len_to_u32(at.0), len_to_u32(at.1)).then_some(mark)
    };
    for (b, block) in blocks.iter().enumerate() {
        let stood = |at: (usize, usize)| {
            let death = death_of(len_to_u32(at.0), len_to_u32(at.1));
            death.is_none_or(|death| death > block.landing)
        };
        let (mut at, mut done) = (0, 0);
        while at < block.marks.len() {
            let mut runs = Vec::new();
            for (c, earlier) in blocks.iter().enumerate() {
                for of in 0..earlier.marks.len() {
                    let equal = |n: &usize| {
                        let line = line_of((b, at + n));
                        line.is_some() && line == line_of((c, of + n))
                    };
                    let lines = (0..).take_while(equal).count();
                    let before = |n: &usize| {
                        let (line, of) = (at.checked_sub(*n), of.checked_sub(*n));
                        let line = line.filter(|&line| line >= done);
                        line.zip(of).is_some_and(|(line, of)| {
                            let line = line_of((b, line));
                            line.is_some() && line == line_of((c, of))
                        })
                    };
                    let before = (1..).take_while(before).count();
                    let run = &block.marks[at..at + lines];
                    if run.first().is_none_or(|mark| !mark.is_countable()) {
                        continue;
                    }
                    let countable = run.iter().filter(|mark| mark.is_countable()).count();
                    let (of, lines) = (of - before, lines + before);
                    let run = &block.marks[at - before..at - before + lines];
                    let letters: u32 = run.iter().map(|mark| mark.letters()).sum();
                    if earlier.landing < block.landing && countable >= 3 && letters >= 40
                    {
                        let first = std::cmp::Reverse((c, of));
                        runs.push((countable, lines, stood((c, of)), first, before));
                    }
                }
            }
            let Some((_, lines, _, of, before)) = runs.into_iter().max() else {
                at += 1;
                continue;
            };
            for n in 0..lines {
                let of = (of.0.0, of.0.1 + n);
                found.push((b, at - before + n, of, stood(of)));
            }
            at += lines - before;
            done = at;
        }
    }
    let as_repeat = |&(b, line, of, alive): &(usize, usize, (usize, usize), bool)| {
        let of = (len_to_u32(of.0), len_to_u32(of.1));
        repeat(len_to_u32(b), len_to_u32(line), 1, of, alive)
    };
    found.iter().map(as_repeat).collect()
}

#[test]
fn a_search_that_tries_everything_finds_the_same_repeats() {
    let mut rng = Rng::seeded(17);
    let lines = ["alphabetical_and_more()", "betabetabetabeta", "gammagamma()", "}"];
    let mut n_lines = 0;
    for _ in 0..300 {
        let mut landing = 0;
        let mut texts = Vec::new();
        for _ in 0..rng.below(10) {
            landing += u32::try_from(rng.below(3)).unwrap();
            let n = rng.below(30);
            let mut line = || lines[usize::try_from(rng.below(4)).unwrap()];
            let text: Vec<&str> = (0..n).map(|_| line()).collect();
            texts.push((landing, marks(&text.join("\n"))));
        }
        let blocks: Vec<Landed<'_>> = texts
            .iter()
            .map(|(landing, marks)| Landed { landing: *landing, marks })
            .collect();
        let seed = rng.next_u64();
        let draw = |block: u32, line: u32, n: u64| {
            Rng::seeded(seed ^ u64::from(block * 100 + line)).below(n)
        };
        let is_new = |block, line| draw(block, line, 25) > 0;
        let death_of = |block, line: u32| {
            let death = u32::try_from(draw(block, line / 5 + 50, 20)).unwrap();
            Some(death).filter(|&death| death > 3)
        };
        let mut single = Vec::new();
        let end_of = |block, line| death_of(block, line).map(death);
        for found in repeats(&blocks, is_new, end_of) {
            single.extend((0..found.lines).map(|n| {
                let of = (found.of.0, found.of.1 + n);
                repeat(found.block, found.start + n, 1, of, found.alive)
            }));
        }
        assert_eq!(single, by_trying(&blocks, is_new, death_of));
        n_lines += single.len();
    }
    assert!(n_lines > 500, "{n_lines}");
}
