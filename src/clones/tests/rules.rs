//! What counts and what does not.

use super::*;

/// A function of `n` statements that calls what no other seed calls.
fn function(seed: u64, n: usize) -> String {
    let mut random = Random(seed);
    let mut text = format!("def f{seed}(a, b):\n");
    for _ in 0..n {
        let (one, two) = (random.below(1 << 20), random.below(1 << 20));
        text.push_str(&format!("    a = b.call_{one}(a[b], other_{two}(b + 1))\n"));
    }
    text
}

fn lines(class: &CloneClass) -> Vec<(u32, Range<u32>)> {
    class.instances.iter().map(|it| (it.file, it.lines.clone())).collect()
}

#[test]
fn a_class_has_all_places_of_a_function_and_the_lines_of_each() {
    let copy = function(1, 8);
    let files = [
        ("a.py", copy.clone()),
        ("b.py", format!("import os\n\n\n{}{copy}", function(2, 3))),
        ("c.py", function(3, 8)),
        ("d.py", format!("{}# behind\n{copy}", function(4, 2))),
    ];
    let found = index_of(&files, Preset::Default).duplication();
    assert_eq!(found.classes.len(), 1);
    assert_eq!(lines(&found.classes[0]), [(0, 0..9), (1, 7..16), (3, 4..13)]);
    assert_eq!(found.classes[0].clone_type, CloneType::One);
    let product =
        Density { countable_lines: 9 + 1 + 4 + 9 + 9 + 3 + 1 + 9, duplicated_lines: 27 };
    assert_eq!((found.product, found.tests), (product, Density::default()));
}

#[test]
fn what_more_places_have_in_common_is_a_class_of_its_own() {
    let (one, two) = (function(1, 8), function(2, 8));
    let files = [
        ("a.py", format!("{one}{two}")),
        ("b.py", format!("{one}{two}")),
        ("c.py", two.clone()),
    ];
    let found = index_of(&files, Preset::Default).duplication();
    let classes: Vec<_> = found.classes.iter().map(lines).collect();
    assert_eq!(
        classes,
        [vec![(0, 0..18), (1, 0..18)], vec![(0, 9..18), (1, 9..18), (2, 0..9)]]
    );
}

#[test]
fn instances_that_say_the_same_are_told_from_those_that_do_not() {
    let copy = function(1, 8);
    let files = [
        ("a.py", copy.clone()),
        ("b.py", copy.replace("a[b]", "c[d]")),
        ("c.py", copy.clone()),
        ("d.py", copy.replace("a[b]", "c[d]")),
    ];
    let found = index_of(&files, Preset::Default).duplication();
    assert_eq!(found.classes.len(), 1);
    assert_eq!(found.classes[0].clone_type, CloneType::Two);
    let same: Vec<u32> = found.classes[0].instances.iter().map(|it| it.same_as).collect();
    assert_eq!(same, [0, 1, 0, 1]);
}

#[test]
fn tests_are_counted_apart() {
    let copy = function(1, 8);
    let rust = "#[cfg(test)]\nmod tests {\n    fn f(a: A) {\n".to_owned()
        + &(0..9)
            .map(|at| format!("        a.call_{at}(b[{at}], c + {at}).d();\n"))
            .collect::<String>()
        + "    }\n}\n";
    let mut index =
        index_of(&[("a.py", copy.clone()), ("x.rs", rust.clone())], Preset::Default);
    let file = file_of("tests/b.py", &copy, Preset::Default);
    index.insert(b"tests/b.py", IndexedFile { is_test: true, ..file });
    index.insert(b"y.rs", file_of("y.rs", &rust, Preset::Default));
    let found = index.duplication();
    assert_eq!(found.product, Density { countable_lines: 9, duplicated_lines: 9 });
    // Of each Rust file all lines with letters but the attribute.
    assert_eq!(
        found.tests,
        Density { countable_lines: 9 + 24, duplicated_lines: 9 + 22 }
    );
    let is_test: Vec<bool> = found.classes.iter().map(CloneClass::is_test).collect();
    assert_eq!(is_test, [false, true]);
}

#[test]
fn what_repeats_in_a_row_is_no_clone_of_itself() {
    let rows: String =
        (0..200).map(|at| format!("table.add(\"a{at}\", {at}, b{at})\n")).collect();
    assert_eq!(
        index_of(&[("a.py", rows.clone())], Preset::Default).duplication().classes,
        []
    );
    // Nor are two such tables clones of each other: they share a pattern, not code.
    let files = [("a.py", rows.clone()), ("b.py", rows)];
    assert_eq!(index_of(&files, Preset::Default).duplication().classes, []);
    // But a function that stands three times in a row is a clone.
    let files = [("a.py", function(1, 8).repeat(3))];
    let found = index_of(&files, Preset::Default).duplication();
    assert_eq!(
        found.classes.iter().map(lines).collect::<Vec<_>>(),
        [[(0, 0..9), (0, 9..18), (0, 18..27)]]
    );
}

#[test]
fn a_clone_that_ends_in_a_row_of_repetitions_ends_where_the_row_does() {
    let rows: String =
        (0..9).map(|at| format!("    b.add(\"a{at}\", {at}, a)\n")).collect();
    let copy = function(1, 8) + &rows;
    let files = [
        ("a.py", copy.clone()),
        ("b.py", copy.clone() + "    return 1\n"),
        ("c.py", copy + "    yield a, b\n"),
    ];
    let found = index_of(&files, Preset::Default).duplication();
    let classes: Vec<_> = found.classes.iter().map(lines).collect();
    assert_eq!(classes, [[(0, 0..18), (1, 0..18), (2, 0..18)]]);
    // Of the row only what is compared is duplicated.
    assert_eq!(found.product.duplicated_lines, 3 * 12);
}

#[test]
fn every_line_of_clones_that_overlap_themselves_is_in_one() {
    // Three in a row and a half, so that the second place shares lines with the first.
    let [head, tail] = [function(1, 8), function(2, 8)];
    let part = format!("{head}{tail}");
    let lines_of_half = head.lines().count() + 4;
    let half: String = part.split_inclusive('\n').take(lines_of_half).collect();
    let files = [("a.py", format!("{part}{part}{half}"))];
    let found = index_of(&files, Preset::Default).duplication();
    let all = Density { countable_lines: 49, duplicated_lines: 49 };
    assert_eq!(found.product, all);
    // Nearly three times something short, and twice elsewhere.
    let row = |n: u32| {
        format!(
            "if i == {n}:\n        a.equal(r, {n}, 'a')\n        \
             a.equal(g.current, {n}, 'wrong')\n"
        )
    };
    let rows = |numbers: &[u32]| {
        let rows: Vec<String> = numbers.iter().map(|&n| row(n)).collect();
        format!("def f(i):\n    {}", rows.join("    el"))
    };
    let files = [("a.py", rows(&[0, 2, 3])), ("b.py", rows(&[2, 3]) + "    k()\n")];
    let found = index_of(&files, Preset::Default).duplication();
    let n_lines: Vec<usize> = found
        .lines
        .iter()
        .map(|lines| lines.iter().filter(|line| line.is_duplicated()).count())
        .collect();
    // Both places of the first that overlap, and not the lines that begin otherwise.
    assert!(n_lines[0] >= 8, "{n_lines:?}");
}

#[test]
fn presets_differ_in_what_may_differ_and_in_how_much_it_takes() {
    let copy = function(1, 20);
    let renamed = copy.replace("a[b]", "c[d]");
    let numbers = copy.replace("b + 1", "b + 2");
    let spaces = copy.replace(" = ", "  =  ");
    let found = |preset, other: &String| {
        let files = [("a.py", copy.clone()), ("b.py", other.clone())];
        let found = index_of(&files, preset).duplication();
        (found.classes.len(), found.product.duplicated_lines)
    };
    assert_eq!(found(Preset::Default, &renamed), (1, 42));
    assert_eq!(found(Preset::Default, &numbers), (1, 42));
    assert_eq!(found(Preset::Sonar, &renamed), (0, 0));
    assert_eq!(found(Preset::Sonar, &numbers), (1, 42));
    assert_eq!(found(Preset::GitClear, &numbers), (0, 0));
    assert_eq!(found(Preset::GitClear, &spaces), (1, 42));
    let short = function(1, 4);
    let files = [("a.py", short.clone()), ("b.py", short)];
    let n_classes = |preset| index_of(&files, preset).duplication().classes.len();
    assert_eq!(Preset::ALL.map(n_classes), [1, 0, 1]);
}

#[test]
fn the_answer_does_not_depend_on_how_files_came_in() {
    let files: Vec<(String, String)> = (0..12)
        .map(|at| {
            (
                format!("{at}.py"),
                format!("{}{}", function(at % 3, 9), function(at % 4, 9)),
            )
        })
        .collect();
    let mut one = Index::new(Preset::Default);
    for (path, text) in &files {
        one.insert(path.as_bytes(), file_of(path, text, Preset::Default));
    }
    let mut two = Index::new(Preset::Default);
    for (path, _) in files.iter().rev() {
        two.insert(path.as_bytes(), file_of(path, &function(7, 30), Preset::Default));
    }
    for (path, text) in files.iter().rev() {
        two.insert(path.as_bytes(), file_of(path, text, Preset::Default));
    }
    two.insert(b"gone.py", file_of("gone.py", &function(1, 30), Preset::Default));
    assert!(two.remove(b"gone.py") && !two.remove(b"gone.py"));
    assert_eq!(
        (one.n_tokens(), one.n_fingerprints()),
        (two.n_tokens(), two.n_fingerprints())
    );
    let found = one.duplication();
    assert!(found.classes.len() > 5);
    assert_eq!(found, two.duplication());
}
