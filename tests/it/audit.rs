//! A planted fleet comes out of the audit as planted.

mod flags;
mod hostile;
mod mended;
mod resumed;
mod ties;

use std::fmt::Write as _;

use serde_json::Value;

use crate::git::Repository;
use crate::harness::Place;

/// The day of the audit, counted from the first of January 2026.
const AUDIT_DAY: u32 = 300;
const AS_OF: &str = "--as-of=2026-10-28";

type Files<'f> = &'f [(&'f str, String)];

/// A history that is written commit by commit.
#[derive(Default)]
struct History(String);

impl History {
    fn commit(mut self, day: u32, author: &str, message: &str, files: Files<'_>) -> Self {
        let time = 1_767_225_600 + 86_400 * day;
        let _ = write!(
            self.0,
            "commit refs/heads/main\nauthor {author} <{author}@example.org> {time} +0000\n\
             committer {author} <{author}@example.org> {time} +0000\ndata {}\n{message}\n",
            message.len()
        );
        for (path, text) in files {
            let _ =
                writeln!(self.0, "M 100644 inline {path}\ndata {}\n{text}", text.len());
        }
        self
    }

    fn done(self, place: &Place, name: &str) {
        Repository::import(place, name, self.0.as_bytes());
    }
}

/// So many lines of functions, which differ from those of another seed.
fn code(seed: u32, n_functions: u32) -> String {
    let mut text = String::new();
    for n in 0..n_functions {
        let word = format!("{}{}", WORDS[(seed + n) as usize % 7], seed * 100 + n);
        let _ = write!(
            text,
            "def make_{word}(first, second_{seed}):\n    total_{n} = first * {} + second_{seed}\n    \
             if total_{n} > {}:\n        return first - total_{n}\n    return total_{n} + {}\n\n\n",
            seed * 7 + n * 3 + 1,
            seed + n * 11,
            n * 17 + seed
        );
    }
    text
}

const WORDS: [&str; 7] = ["bill", "order", "route", "price", "stock", "letter", "parcel"];

fn tests(seed: u32, n: u32) -> String {
    let mut text = String::new();
    for n in 0..n {
        let _ = write!(
            text,
            "def test_{seed}_{n}():\n    assert make_{n}({n}, {seed}) == {n}\n\n\n"
        );
    }
    text
}

fn file(path: &str, text: impl Into<String>) -> (&str, String) {
    (path, text.into())
}

/// A prototype: one person, two days, placeholders, and a name that says so.
fn prototype(extra: Files<'_>, message: &str) -> History {
    let stubs = "def later():\n    raise NotImplementedError\n\n\n".repeat(8);
    let mut files = vec![
        file("app.py", code(1, 120)),
        file("more.py", code(2, 120)),
        file("stubs.py", stubs),
        file("README.md", "# Parcel PoC\n\nTries parcels.\n"),
    ];
    files.extend(extra.iter().cloned());
    History::default().commit(0, "ada", message, &files).commit(
        1,
        "ada",
        message,
        &[file("app2.py", code(3, 150))],
    )
}

/// A service that several people keep changing, with tests and a workflow.
fn healthy(message: &str) -> History {
    let mut history = History::default().commit(
        0,
        "ada",
        "begin",
        &[
            file("README.md", "# Orders\n\nTakes orders.\n\n## Running\n\nRun it.\n"),
            file(
                ".github/workflows/ci.yml",
                "jobs:\n  test:\n    steps:\n      - run: pytest\n",
            ),
            file("CODEOWNERS", "* @example/orders\n"),
            file(
                "pyproject.toml",
                "[project]\nname = \"orders\"\ndependencies = [\"flask>=3\"]\n",
            ),
            file("uv.lock", "version = 1\n"),
            file("Dockerfile", "FROM python:3.13\n"),
            file("main.py", "if __name__ == '__main__':\n    pass\n"),
        ],
    );
    for week in 0..40 {
        let who = ["ada", "bob", "cyd"][week as usize % 3];
        let (module, test) =
            (format!("part{week}.py"), format!("tests/test_part{week}.py"));
        let files = [(&*module, code(week + 10, 6)), (&*test, tests(week + 10, 6))];
        history = history.commit(7 * week + 7, who, message, &files);
    }
    history
}

/// Production signs: a container, a workflow that deploys, a host.
fn operated() -> Vec<(&'static str, String)> {
    vec![
        file("Dockerfile", "FROM python:3.13\nCOPY . .\n"),
        file(
            "deploy/ingress.yaml",
            "kind: Ingress\nspec:\n  rules:\n    - host: parcels.acme-parcels.io\n",
        ),
        file("requirements.txt", "flask\nstripe\n"),
        file(
            ".github/workflows/ship.yml",
            "jobs:\n  ship:\n    environment: production\n    steps:\n      - run: fly deploy\n",
        ),
    ]
}

/// Programs that doubled in the last months, with two libraries for one job and no tests.
fn sprawling() -> History {
    let main = "\nif __name__ == '__main__':\n    print(1)\n";
    let program = |seed| code(seed, 20) + main;
    let mut history = History::default().commit(
        10,
        "ada",
        "begin",
        &[
            file("one.py", program(1)),
            file("requirements.txt", "requests\nhttpx\narrow\npendulum\n"),
        ],
    );
    for (at, path) in ["two.py", "three.py", "four.py"].iter().enumerate() {
        let at = u32::try_from(at).expect("there are three");
        let files = [(*path, program(at + 2))];
        history = history.commit(AUDIT_DAY - 40 + 5 * at, "bob", "more", &files);
    }
    history
}

fn fleet(place: &Place) {
    std::fs::create_dir(place.path("fleet")).expect("the directory is ours");
    let marked = "more\n\nCo-Authored-By: Claude <noreply@anthropic.com>";
    healthy("more").done(place, "fleet/healthy");
    healthy(marked).done(place, "fleet/agents");
    prototype(&[], marked).done(place, "fleet/parcel");
    prototype(&[], "by hand").done(place, "fleet/handmade");
    prototype(&operated(), "ship it").done(place, "fleet/operated");
    sprawling().done(place, "fleet/sprawl");
    History::default()
        .commit(AUDIT_DAY - 10, "ada", "begin", &[file("app.py", code(4, 200))])
        .done(place, "fleet/young");
    History::default()
        .commit(0, "ada", "begin", &[file("app.py", code(5, 5))])
        .done(place, "fleet/small");
    prototype(&[], "later broken").done(place, "fleet/broken");
    let objects = place.path("fleet/broken/.git/objects");
    let objects =
        if objects.exists() { objects } else { place.path("fleet/broken/objects") };
    std::fs::remove_dir_all(&objects).expect("the import made objects");
    std::fs::create_dir(objects).expect("the directory is ours");
}

fn audit(place: &Place, more: &[&str]) -> Value {
    let mut arguments = vec!["audit", "fleet", AS_OF, "--format=json"];
    arguments.extend(more);
    parsed(&place.run(arguments).ended(0).out())
}

fn parsed(answer: &str) -> Value {
    serde_json::from_str(answer).expect("it is JSON")
}

/// A repository of a few lines, which is a row and quickly read.
fn tiny(place: &Place, name: &str, seed: u32) {
    let files = [file("app.py", code(seed, 4))];
    History::default().commit(seed, "ada", "begin", &files).done(place, name);
}

/// A folder with so many of them.
fn tinies(place: &Place, folder: &str, n: u32) -> Vec<String> {
    std::fs::create_dir(place.path(folder)).expect("the directory is ours");
    let names: Vec<String> = (0..n).map(|n| format!("{folder}/r{n}")).collect();
    (1..).zip(&names).for_each(|(seed, name)| tiny(place, name, seed));
    names
}

/// The names of the units, in order.
fn names(answer: &Value) -> Vec<String> {
    classes(answer).into_iter().map(|one| one.0).collect()
}

fn classes(answer: &Value) -> Vec<(String, String)> {
    let units = answer["units"].as_array().expect("it has units");
    let text = |value: &Value| value.as_str().expect("it is a text").to_owned();
    units.iter().map(|one| (text(&one["repository"]), text(&one["class"]))).collect()
}

fn unit<'a>(answer: &'a Value, name: &str) -> &'a Value {
    let units = answer["units"].as_array().expect("it has units");
    units.iter().find(|one| one["repository"] == name).expect("it is there")
}

#[test]
fn a_planted_fleet_comes_out_as_planted() {
    let place = Place::new();
    fleet(&place);
    let answer = audit(&place, &[]);
    let expected = [
        ("fleet/operated", "poc_in_production"),
        ("fleet/sprawl", "slopnexus"),
        ("fleet/handmade", "poc"),
        ("fleet/parcel", "poc"),
        ("fleet/agents", "not_flagged"),
        ("fleet/healthy", "not_flagged"),
        ("fleet/young", "too_young"),
        ("fleet/small", "too_small"),
    ];
    let expected = expected.map(|(name, class)| (name.to_owned(), class.to_owned()));
    assert_eq!(classes(&answer), expected, "{answer:#}");
    // The one that cannot be read is a row, and the answer is not complete.
    assert_eq!(answer["broken"][0]["repository"], "fleet/broken");
    assert_eq!(answer["complete"], false);
    // Marks of AI stand beside the class and do not move it.
    let share = |name: &str| unit(&answer, name)["ai_marked_share"].as_f64();
    assert_eq!(share("fleet/parcel"), Some(1.0));
    assert_eq!(share("fleet/handmade"), Some(0.0));
    assert!(share("fleet/agents").is_some_and(|it| it > 0.9));
    // A second run says the same, of what the first one kept.
    assert_eq!(audit(&place, &[]), answer);
}
