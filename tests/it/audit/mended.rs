//! What planted repositories once showed to be wrong.

use super::{AS_OF, Files, History, Value, audit, code, file, operated, parsed, unit};
use crate::harness::Place;

fn fleet(place: &Place) {
    std::fs::create_dir(place.path("fleet")).expect("the directory is ours");
}

fn one(place: &Place, name: &str, files: Files<'_>) {
    History::default()
        .commit(0, "ada", "begin", files)
        .done(place, &format!("fleet/{name}"));
}

fn signal<'a>(answer: &'a Value, name: &str, id: &str) -> &'a Value {
    let all = unit(answer, name)["signals"].as_array().expect("it has signals");
    all.iter().find(|one| one["id"] == id).expect("it is asked")
}

#[test]
fn a_prototype_in_production_is_one_also_where_its_code_stands_in_a_package() {
    let place = Place::new();
    fleet(&place);
    let main = "if __name__ == '__main__':\n    pass\n";
    let stubs = "def later():\n    raise NotImplementedError\n\n\n".repeat(8);
    let mut files = vec![
        file("parcel/__main__.py", main),
        file("parcel/stubs.py", stubs),
        file("README.md", "# Parcel PoC\n"),
    ];
    let parts = ["parcel/a.py", "parcel/b.py", "parcel/c.py", "parcel/d.py"];
    files.extend((1..).zip(parts).map(|(seed, path)| file(path, code(seed, 60))));
    files.extend(operated());
    one(&place, "packaged", &files);
    let answer = audit(&place, &[]);
    assert_eq!(answer["units"].as_array().map(Vec::len), Some(1), "{answer:#}");
    assert_eq!(unit(&answer, "fleet/packaged")["class"], "poc_in_production");
}

#[test]
fn no_secret_is_shown_wherever_it_stands() {
    let place = Place::new();
    fleet(&place);
    // Made of parts, so that this file holds none.
    let key = ["AKIA", "QYLPMN5HHHFPZAM2"].concat();
    let token = ["ghp_", "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"].concat();
    one(
        &place,
        "leak",
        &[
            file("app.py", code(1, 70)),
            file(
                "README.rst",
                format!("Running {key}\n=======\n\nSet {key} and run it.\n"),
            ),
            file(
                ".github/workflows/ci.yml",
                format!(
                    "jobs:\n  a:\n    steps:\n      - run: mvn -Dsonar.token={token} verify\n"
                ),
            ),
            file(
                ".env",
                format!("API_KEY={}\n", ["q8Zr2LmX0vTb7", "KcWn4YpDs6HgJ1fE"].concat()),
            ),
            file("compose.yaml", format!("services:\n  a:\n    image: x.io/{token}/b\n")),
        ],
    );
    for format in ["json", "text", "html", "markdown", "csv"] {
        let format = format!("--format={format}");
        let run = place.run(["audit", "fleet", AS_OF, &format]).ended(0);
        for secret in [&*key, &*token, "q8Zr2LmX0vTb7"] {
            assert!(!run.out().contains(secret), "{format}: {}", run.out());
        }
    }
    let answer = audit(&place, &[]);
    assert_eq!(signal(&answer, "fleet/leak", "Q5")["state"], "yes");
    assert_eq!(signal(&answer, "fleet/leak", "Q2")["state"], "no");
}

#[test]
fn a_clock_that_runs_ahead_does_not_make_the_others_old() {
    let place = Place::new();
    fleet(&place);
    one(&place, "good", &[file("app.py", code(1, 70))]);
    let alone = parsed(&place.run(["audit", "fleet", "--format=json"]).ended(0).out());
    History::default()
        .commit(27_000, "eve", "from the year 2099", &[file("app.py", code(2, 70))])
        .done(&place, "fleet/ahead");
    let beside = parsed(&place.run(["audit", "fleet", "--format=json"]).ended(0).out());
    assert_eq!(beside["as_of"], alone["as_of"]);
    assert_eq!(unit(&beside, "fleet/good"), unit(&alone, "fleet/good"));
}

#[test]
fn one_person_under_two_names_is_one() {
    let place = Place::new();
    fleet(&place);
    let mut stream = String::new();
    let names = ["Ada L", "ada l", "Ada Lovelace"].iter().cycle();
    for (n, name) in (0_u32..9).zip(names) {
        let (time, text) = (1_767_225_600 + 86_400 * 9 * n, code(n + 1, 10));
        stream += &format!(
            "commit refs/heads/main\nauthor {name} <ADA@example.org> {time} +0000\n\
             committer {name} <ada@example.org> {time} +0000\ndata 1\nx\n\
             M 100644 inline a{n}.py\ndata {}\n{text}\n",
            text.len()
        );
    }
    crate::git::Repository::import(&place, "fleet/solo", stream.as_bytes());
    let answer = audit(&place, &[]);
    let p3 = signal(&answer, "fleet/solo", "P3");
    assert_eq!(p3["state"], "yes", "{p3:#}");
    assert!(p3["value"].as_str().is_some_and(|it| it.contains("1 person")), "{p3:#}");
}

#[test]
fn a_branch_that_is_called_test_runs_none_and_a_sentence_is_no_section() {
    let place = Place::new();
    fleet(&place);
    one(
        &place,
        "words",
        &[
            file("app.py", code(1, 70)),
            file("README.md", "# Words\n\nNobody knows how this is run.\n"),
            file(
                ".github/workflows/ci.yml",
                "on:\n  push:\n    branches: [test]\njobs:\n  test:\n    steps:\n      - run: echo hi\n",
            ),
        ],
    );
    let answer = audit(&place, &[]);
    assert_eq!(signal(&answer, "fleet/words", "Q2")["state"], "yes");
    assert_eq!(signal(&answer, "fleet/words", "Q7")["state"], "yes");
}

#[test]
fn scripts_that_test_count_and_what_developing_takes_is_not_needed() {
    let place = Place::new();
    fleet(&place);
    let gemfile = (0..9).fold(String::new(), |all, n| all + &format!("gem 'dev{n}'\n"));
    let script = format!("#!/bin/sh\n{}", "ask 1 || exit 1\n".repeat(80));
    let pulled = code(2, 40);
    one(
        &place,
        "gem",
        &[
            file("lib/a.py", code(1, 80)),
            file("lib/vendored/b.py", pulled),
            file("test/fast/it works", script),
            file("Gemfile", gemfile),
            file("a.gemspec", "s.add_dependency 'rack'\n"),
            file("LICENSES/MIT.txt", "Anybody may.\n"),
            file(
                ".github/workflows/docs.yml",
                "jobs:\n  a:\n    steps:\n      - run: aws s3 sync docs/html s3://pages\n",
            ),
        ],
    );
    let answer = audit(&place, &[]);
    let says = |id: &str, words: &str| {
        let one = signal(&answer, "fleet/gem", id);
        assert!(one["value"].as_str().is_some_and(|it| it.contains(words)), "{one:#}");
        one["state"].clone()
    };
    says("Q1", "81 lines of tests to 401 of code");
    says("W3", "1 direct dependencies");
    assert_eq!(says("X2", "no workflow deploys"), "no");
    assert_eq!(signal(&answer, "fleet/gem", "Q9")["state"], "no");
}

#[test]
fn bodies_of_a_protocol_are_no_stubs_whatever_its_module_is_called() {
    let place = Place::new();
    fleet(&place);
    let methods = (0..20).fold(String::new(), |all, n| {
        all + &format!("    def ask_{n}(self) -> int:\n        ...\n\n")
    });
    let protocol = format!("import typing as t\n\n\nclass Asks(t.Protocol):\n{methods}");
    one(&place, "kind", &[file("app.py", code(1, 70)), file("asks.py", protocol)]);
    let answer = audit(&place, &[]);
    let p6 = signal(&answer, "fleet/kind", "P6");
    assert!(p6["value"].as_str().is_some_and(|it| it.starts_with("0 in")), "{p6:#}");
}
