//! Copies that were planted are found in other names, and habits of a framework link nobody;
//! who stands on whom is found by what files name.

use std::fmt::Write as _;

use super::{AS_OF, Files, History, Value, audit, file, parsed};
use crate::harness::Place;

/// Numbers that look like chance and are the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
        (self.0 >> 33) % n
    }

    fn of<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[usize::try_from(self.below(words.len() as u64)).expect("it is small")]
    }
}

/// A program of a shape of its own, in names of its own.
fn program(shape: u64, names: &str, n_functions: u32) -> String {
    let mut chance = Chance(shape * 7_919 + 17);
    let mut text = String::new();
    for n in 0..n_functions {
        let _ = writeln!(text, "def {names}_{n}(left_{names}, right_{names}):");
        for at in 0..5 + chance.below(6) {
            let name = format!("{names}_value_{at}");
            let signs = ["+", "-", "*", "//", "%"];
            let (one, two) = (chance.of(&signs), chance.of(&signs));
            let (limit, other) = (chance.below(90), chance.below(9));
            let compare = chance.of(&["<", ">", "==", "!=", "<=", ">="]);
            let call = chance.of(&["len", "sum", "max", "min", "sorted", "abs"]);
            let line = match chance.below(7) {
                0 => format!("{name} = left_{names} {one} {limit} {two} right_{names}"),
                1 => format!("{name} = {call}([left_{names}, {limit}]) {one} {other}"),
                2 => format!(
                    "if left_{names} {compare} {limit}:\n        return right_{names} {one} {other}"
                ),
                3 => format!(
                    "for {name} in range({limit}):\n        right_{names} {one}= {name}"
                ),
                4 => format!(
                    "{name} = {{'{names}': left_{names}, 'b': [{limit}, {other}]}}"
                ),
                5 => format!(
                    "while right_{names} {compare} {limit}:\n        right_{names} {one}= 1\n        break"
                ),
                _ => format!(
                    "{name} = [each {one} {other} for each in {call}([right_{names}])]"
                ),
            };
            let _ = writeln!(text, "    {line}");
        }
        let _ = writeln!(text, "    return left_{names}\n\n");
    }
    text
}

const LICENCE: &str = "# Copyright of nobody in particular. Permission is hereby granted, free\n\
                       # of charge, to any person obtaining a copy of this software.\n\n";

/// A project on a framework that brings files of its own.
fn on_framework(own: u64) -> History {
    let name =
        ["red", "green", "blue", "white"][usize::try_from(own).expect("small") % 4];
    let files = [
        file("manage.py", LICENCE.to_owned() + &program(50, "site", 6)),
        file("site/settings.py", LICENCE.to_owned() + &program(51, "site", 14)),
        file("site/helpers.py", LICENCE.to_owned() + &program(52, "site", 10)),
        file("site/own.py", LICENCE.to_owned() + &program(60 + own, name, 40)),
    ];
    let day = 20 + 10 * u32::try_from(own).expect("it is small");
    History::default().commit(day, "eve", "begin", &files)
}

fn poc_and_copy(place: &Place) {
    let in_names = |names: &str| {
        [("a.py", 1), ("b.py", 2), ("c.py", 3)]
            .map(|(path, shape)| (path, program(shape, names, 14)))
    };
    let mut mended = program(1, "trial", 14);
    mended += "def added(left, right):\n    if left is None:\n        return right\n    return left\n";
    History::default()
        .commit(5, "ada", "try it", &in_names("trial"))
        .commit(150, "ada", "fix rounding of nothing", &[file("a.py", mended)])
        .done(place, "fleet/trial");
    History::default()
        .commit(100, "bob", "new service", &in_names("service"))
        .commit(130, "bob", "more", &[file("own.py", program(9, "service", 12))])
        .done(place, "fleet/service");
}

fn lineage(answer: &Value) -> Vec<Value> {
    answer["lineage"].as_array().expect("it is a list").clone()
}

#[test]
fn a_copy_in_other_names_is_found_and_a_framework_or_a_licence_is_none() {
    let place = Place::new();
    std::fs::create_dir(place.path("fleet")).expect("the directory is ours");
    poc_and_copy(&place);
    (0..4).for_each(|own| {
        on_framework(own).done(&place, &format!("fleet/project{own}"));
    });
    let answer = audit(&place, &[]);
    let links = lineage(&answer);
    assert_eq!(links.len(), 1, "{links:#?}");
    let link = &links[0];
    assert_eq!(link["kinship"], "began_as_copy");
    assert_eq!(
        (&link["first"], &link["second"]),
        (&"fleet/trial".into(), &"fleet/service".into())
    );
    assert_eq!(link["day"], "2026-04-11");
    assert!(link["share_of_first"].as_f64() > Some(0.9), "{link:#}");
    assert!(link["places"].as_array().is_some_and(|it| it.len() == 3), "{link:#}");
    // What was mended after the copy, in the file that the copy did not touch.
    let fixes = link["missing_fixes"].as_array().expect("it is a list");
    assert_eq!(fixes.len(), 1, "{fixes:#?}");
    assert_eq!(fixes[0]["mended"], "fleet/trial");
    assert_eq!(fixes[0]["missing_path"], "a.py");
    // Facts that were kept say the same.
    assert_eq!(lineage(&audit(&place, &[])), links);
    let text = place.run(["audit", "fleet", AS_OF]).ended(0).out();
    assert!(text.contains("fleet/service began as a copy of fleet/trial"), "{text}");
}

#[test]
fn two_projects_on_one_framework_are_not_akin() {
    let place = Place::new();
    std::fs::create_dir(place.path("fleet")).expect("the directory is ours");
    (0..2).for_each(|own| {
        on_framework(own).done(&place, &format!("fleet/project{own}"));
    });
    assert_eq!(lineage(&audit(&place, &[])), Vec::<Value>::new());
}

/// A project with some code and files that name others.
fn project(place: &Place, name: &str, files: Files<'_>) {
    let mut all = vec![file("app.py", program(name.len() as u64, "app", 4))];
    all.extend(files.iter().cloned());
    History::default().commit(1, "ada", "begin", &all).done(place, name);
}

#[test]
fn who_stands_on_whom_is_told_with_the_line_that_says_so() {
    let place = Place::new();
    std::fs::create_dir_all(place.path("fleet/acme")).expect("the directory is ours");
    project(
        &place,
        "fleet/acme/bricks",
        &[file("package.json", "{\n  \"name\": \"@acme/bricks\"\n}\n")],
    );
    project(
        &place,
        "fleet/acme/web",
        &[
            file(
                "package.json",
                "{\n  \"name\": \"web\",\n  \"dependencies\": {\n    \"left\": \"1\",\n    \"@acme/bricks\": \"^2\"\n  }\n}\n",
            ),
            file("Dockerfile", "FROM node:22\nCOPY . .\n"),
        ],
    );
    project(
        &place,
        "fleet/acme/ops",
        &[
            file(
                "compose.yaml",
                "services:\n  web:\n    image: ghcr.io/acme/web:3\n  db:\n    image: other/bricks\n",
            ),
            file(
                ".github/workflows/ci.yml",
                "jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: acme/checkout@v1\n",
            ),
        ],
    );
    project(&place, "fleet/acme/checkout", &[]);
    let run = place.run(["audit", "fleet", AS_OF, "--format=json"]).ended(0);
    let answer = parsed(&run.out());
    let rows = |name: &str| -> Vec<String> {
        let name = format!("fleet/acme/{name}");
        let units = answer["units"].as_array().expect("it has units");
        let unit = units.iter().find(|one| one["repository"] == name);
        let rows = unit.expect("it is there")["needed_by"].as_array().expect("a list");
        let row = |one: &Value| {
            format!("{} {}:{}", one["unit"], one["path"], one["line"]).replace('"', "")
        };
        rows.iter().map(row).collect()
    };
    assert_eq!(rows("bricks"), ["fleet/acme/web package.json:5"]);
    assert_eq!(rows("web"), ["fleet/acme/ops compose.yaml:3"]);
    assert_eq!(rows("checkout"), ["fleet/acme/ops .github/workflows/ci.yml:5"]);
    assert_eq!(rows("ops"), Vec::<String>::new());
}
