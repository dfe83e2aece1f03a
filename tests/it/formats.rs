//! Commits that only format: of code in two forms, no line dies in either direction.

use std::collections::BTreeMap;

use crate::git::Repository;
use crate::harness::Place;

fn sample(form: &str, extension: &str) -> String {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/formats");
    let path = folder.join(format!("{form}.{extension}"));
    std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{path:?}: {why}"))
}

/// A stream for `git fast-import` of commits that each write one file whole.
fn stream(path: &str, texts: &[String]) -> Vec<u8> {
    let mut stream = String::new();
    for (day, text) in texts.iter().enumerate() {
        let time = 1_735_776_000 + day * 86_400;
        let who = format!("Ana <ana@example.com> {time} +0000");
        stream += &format!(
            "commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata 2\nm\n\
             M 100644 inline {path}\ndata {}\n{text}\n",
            text.len()
        );
    }
    stream.into_bytes()
}

/// How many countable lines ended, by the cause that the table `lifetimes` gives, and how
/// many came with the second commit that go on for no other.
fn ended(path: &str, texts: &[String]) -> (BTreeMap<String, u64>, u64) {
    let place = Place::new();
    let repository = Repository::import(&place, "made", &stream(path, texts));
    let tip = repository.tip();
    let run = place.run(["facts", "made", "--output", "tables"]).ended(0);
    assert_eq!(run.out(), "", "the answer is in the tables");
    let rows = std::fs::read_to_string(place.path("tables/lifetimes.ndjson"));
    let (mut causes, mut born) = (BTreeMap::new(), 0);
    for row in rows.expect("the table was written").lines() {
        let row: serde_json::Value = serde_json::from_str(row).expect("rows are JSON");
        let lines = row["lines"].as_u64().expect("lines are counted");
        let counts = !matches!(row["kind"].as_str(), Some("blank" | "trivial"));
        if let Some(cause) = row["cause"].as_str().filter(|_| counts) {
            *causes.entry(cause.to_owned()).or_insert(0) += lines;
        }
        let is_new = row["landing"] == tip.as_str() && row["reformatted"] != true;
        born += if is_new && counts { lines } else { 0 };
    }
    (causes, born)
}

#[test]
fn no_line_of_code_in_another_form_dies_and_none_is_born() {
    for extension in ["rs", "py", "ts", "js", "go"] {
        let forms = ["before", "after"].map(|form| sample(form, extension));
        let path = format!("src/sample.{extension}");
        for texts in [forms.clone(), [forms[1].clone(), forms[0].clone()]] {
            let (mut causes, born) = ended(&path, &texts);
            causes.remove("reformatted");
            assert!(causes.is_empty(), "{extension}: {causes:?}");
            assert_eq!(born, 0, "{extension}");
        }
    }
}

#[test]
fn a_line_that_says_something_else_dies_in_a_commit_that_formats_the_rest() {
    for (extension, old, new) in [
        ("rs", "take(most)", "skip(most)"),
        ("py", "reverse=False", "reverse=True"),
        ("ts", "a.name.localeCompare", "b.name.localeCompare"),
        ("js", "a.name.localeCompare", "b.name.localeCompare"),
        ("go", "found[:most]", "found[most:]"),
    ] {
        let after = sample("after", extension);
        assert_eq!(after.matches(old).count(), 1, "{extension}");
        let texts = [sample("before", extension), after.replace(old, new)];
        let (causes, born) = ended(&format!("src/sample.{extension}"), &texts);
        let dead: u64 = causes
            .iter()
            .filter(|(cause, _)| *cause != "reformatted")
            .map(|(_, lines)| lines)
            .sum();
        assert!(dead > 0 && born > 0, "{extension}: {causes:?}, {born} born");
    }
}
