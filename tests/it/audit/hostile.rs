//! Repositories that mean harm, or are none: each is one row, with a reason.

use std::fs;
use std::os::unix::fs::symlink;

use super::{AS_OF, History, Value, audit, code, file, parsed, tiny};
use crate::git::Repository;
use crate::harness::Place;

/// Names that are something else where they are shown.
const NAMES: [&str; 5] = [
    "<img src=x onerror=alert(1)>",
    "=HYPERLINK(\"https:example.org\")",
    "gpj.\u{202e}evil",
    "\u{1b}]52;c;aGk=\u{7}",
    "::error file=x::y\n##[error]z",
];

fn named(place: &Place) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (seed, name) in (1..).zip(NAMES) {
        let name = format!("fleet/{name}");
        let secret = "password = \"q8Zr2LxV9tKw4NmB7sYd3PfH\"\n";
        let main = "if __name__ == '__main__':\n    pass\n";
        let inner =
            format!("{}.py", NAMES[seed as usize - 1].replace(['\n', '/', '"'], "_"));
        let inner = if inner.starts_with('"') { "plain.py".to_owned() } else { inner };
        let files = [file(&inner, code(seed, 70) + secret + main)];
        History::default().commit(0, "ada", "begin", &files).done(place, &name);
        names.push(name);
    }
    names
}

/// Everything that a fleet may hold and that is no project.
fn broken(place: &Place) {
    let at = |name: &str| place.path(&format!("fleet/{name}"));
    // No commit.
    Repository::empty(place, "fleet/empty");
    // A `.git` that leads elsewhere, into a repository that was not asked for.
    tiny(place, "elsewhere", 3);
    fs::create_dir(at("leads")).expect("the directory is ours");
    let target = format!("gitdir: {}\n", place.path("elsewhere").display());
    fs::write(at("leads").join(".git"), target).expect("the directory is ours");
    // One that is a link.
    fs::create_dir(at("linked")).expect("the directory is ours");
    symlink(place.path("elsewhere"), at("linked").join(".git")).expect("links work");
    // One that is neither.
    fs::create_dir(at("garbage")).expect("the directory is ours");
    fs::write(at("garbage").join(".git"), [0xff; 64]).expect("the directory is ours");
    // A repository inside of the files of another is content.
    tiny(place, "fleet/outer", 4);
    let inner = at("outer").join("worktree");
    fs::create_dir(&inner).expect("the directory is ours");
    fs::rename(place.path("elsewhere"), inner.join(".git")).expect("both are ours");
    tiny(place, "elsewhere", 3);
    // A branch that names no commit that is here.
    tiny(place, "fleet/lost", 5);
    let id = "1234567890".repeat(4);
    let reference = at("lost").join("refs/heads/main");
    fs::write(reference, format!("{id}\n")).expect("the directory is ours");
    fs::remove_file(at("lost").join("packed-refs")).ok();
}

/// A file above what is read, links that lead out, and a submodule.
fn huge(place: &Place) {
    let bytes = "x".repeat(65 << 20);
    let time = "1767225600 +0000";
    let mut stream = format!(
        "commit refs/heads/main\nauthor a <a@example.org> {time}\n\
         committer a <a@example.org> {time}\ndata 1\na\n\
         M 120000 inline passwd\ndata 11\n/etc/passwd\n\
         M 120000 inline up\ndata 5\n../..\n\
         M 160000 {} module\n\
         M 100644 inline .gitmodules\ndata 41\n[submodule \"module\"]\n\turl = ext::sh -c id\n\
         M 100644 inline big.py\ndata {}\n",
        "12".repeat(20),
        bytes.len()
    );
    stream += &bytes;
    stream += "\nM 100644 inline app.py\n";
    let app = code(6, 70);
    stream += &format!("data {}\n{app}\n", app.len());
    Repository::import(place, "fleet/huge", stream.as_bytes());
}

/// All rows, whatever they are of: the repository, and why it is no unit.
fn rows(answer: &Value) -> Vec<(String, Option<String>)> {
    let text = |value: &Value| value.as_str().expect("it is a text").to_owned();
    let list = |of: &str| answer[of].as_array().expect("it is a list").clone();
    let mut rows: Vec<_> =
        list("units").iter().map(|one| (text(&one["repository"]), None)).collect();
    for of in ["broken", "empty"] {
        rows.extend(
            list(of)
                .iter()
                .map(|one| (text(&one["repository"]), Some(text(&one["why"])))),
        );
    }
    rows.sort();
    rows
}

#[test]
fn whatever_a_fleet_holds_is_one_row_and_has_a_reason_where_it_is_no_unit() {
    let place = Place::new();
    fs::create_dir(place.path("fleet")).expect("the directory is ours");
    let good = named(&place);
    broken(&place);
    huge(&place);
    let answer = audit(&place, &[]);
    let rows = rows(&answer);
    let why = |name: &str| {
        let found: Vec<_> =
            rows.iter().filter(|one| one.0 == format!("fleet/{name}")).collect();
        assert_eq!(found.len(), 1, "{name}: {rows:#?}");
        found[0].1.clone().unwrap_or_default()
    };
    assert!(why("empty").contains("no commit"), "{rows:#?}");
    assert!(why("leads").contains("[E-REDIRECT]"), "{rows:#?}");
    for name in ["linked", "garbage", "lost"] {
        assert!(why(name).contains("[E-"), "{name}: {rows:#?}");
    }
    assert_eq!(why("outer"), "");
    assert_eq!(why("huge"), "");
    for name in &good {
        assert!(rows.iter().any(|one| &one.0 == name && one.1.is_none()), "{name:?}");
    }
    assert_eq!(rows.len(), good.len() + 7, "{rows:#?}");
    assert_eq!(answer["complete"], false);
    let gaps = answer["gaps"].as_array().expect("it is a list");
    assert!(gaps.iter().any(|one| one["scope"] == "fleet/huge"), "{gaps:#?}");
}

#[test]
fn names_that_mean_harm_are_text_in_every_answer() {
    let place = Place::new();
    fs::create_dir(place.path("fleet")).expect("the directory is ours");
    named(&place);
    let run = |format: &str| {
        let format = format!("--format={format}");
        let run = place.run([
            "audit",
            "fleet",
            AS_OF,
            "--threshold=least_age_days=0",
            "--threshold=poc_shape_signals=0",
            &format,
        ]);
        run.ended(0).out()
    };
    for format in ["text", "csv", "markdown", "html", "json"] {
        let out = run(format);
        let is_shown = |c: char| c == '\n' || !c.is_control();
        // JSON is read by programs, which see text in it as text.
        let is_safe = |c: char| is_shown(c) && (c != '\u{202e}' || format == "json");
        assert!(out.chars().all(is_safe), "{format}: {out}");
        assert!(!out.lines().any(|line| line.trim_start().starts_with("::")), "{format}");
        if format != "json" {
            assert!(!out.contains("##[error]"), "{format}: {out}");
        }
        if format == "html" || format == "markdown" {
            assert!(!out.contains("<img"), "{format}: {out}");
        }
        // The secret that stands in each of them is counted and never shown.
        assert!(!out.contains("q8Zr2LxV9tKw4NmB7sYd3PfH"), "{format}: {out}");
    }
    let mut reader = csv::Reader::from_reader(run("csv").into_bytes().leak() as &[u8]);
    for row in reader.records() {
        let row = row.expect("it is a table");
        for cell in &row {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
        }
    }
    let units = parsed(&run("json"))["units"].as_array().expect("it is a list").len();
    assert_eq!(units, NAMES.len());
}
