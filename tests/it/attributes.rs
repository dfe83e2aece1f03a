//! Attributes in the tree: as git reads them, and as they were where lines landed.

use std::fmt::Write;

use slopnexus::history::attributes::{AttributeFile, State, attributes_of};
use slopnexus::problem::Gaps;

use crate::git::Repository;
use crate::harness::Place;
use crate::random_history::Numbers;

/// Attributes that the random files name; `m` and `n` are macros in some of them.
const NAMES: [&str; 5] = ["linguist-generated", "a", "b-c", "m", "n"];
const FOLDERS: [&str; 4] = ["", "x", "x/y", "[x]"];
const SEEDS: u64 = 60;

/// Pieces that patterns are made of, and pieces that paths are made of.
const PATTERN_PIECES: [&str; 34] = [
    "*",
    "*",
    "**",
    "***",
    "/",
    "/",
    "/**/",
    "**/",
    "?",
    "x",
    "x",
    "y",
    "y",
    "a.c",
    ".c",
    ".",
    "[xy]",
    "[!x]",
    "[^y]",
    "[a-z]",
    "[z-a]",
    "[]x]",
    "[x",
    "[[:alpha:]]",
    "[![:punct:]x]",
    "[[:no:]]",
    "[[:]",
    "[\\]x]",
    "[x-\\z]",
    "\\x",
    "\\*",
    "\\/",
    "\\",
    "-",
];
const PATH_PIECES: [&str; 13] =
    ["x", "x", "y", "y", "/", "/", "/", "a.c", ".c", "*", "[", "]", "z"];

fn pieces(numbers: &mut Numbers, from: &[&str], most: usize) -> String {
    (0..=numbers.below(most)).map(|_| *numbers.pick(from)).collect()
}

fn state(numbers: &mut Numbers) -> String {
    let sign = *numbers.pick(&["", "", "", "", "-", "!", "-", "!"]);
    let value = *numbers.pick(&["", "", "", "=", "=true", "=false", "=1=2"]);
    format!("{sign}{}{value}", numbers.pick(&NAMES))
}

/// Without `**` after anything but a slash: before 2.52, git took such stars for
/// folders when nothing but letters stood before them, against its manual.
fn without_inner_stars(pattern: &str) -> String {
    let mut plain = String::new();
    for letter in pattern.chars() {
        let inner = plain.ends_with('*') && !matches!(plain.as_str(), "*" | "**");
        let folders = plain.ends_with("/*") || plain.ends_with("/**");
        if letter != '*' || !inner || folders {
            plain.push(letter);
        }
    }
    plain
}

fn line(numbers: &mut Numbers) -> String {
    let states: Vec<String> = (0..=numbers.below(3)).map(|_| state(numbers)).collect();
    let states = states.join(*numbers.pick(&[" ", "\t", "  ", " \r"]));
    let pattern = without_inner_stars(&pattern(numbers));
    match numbers.below(24) {
        0 => format!("[attr]m {states}"),
        1 => format!("[attr]n m {states}"),
        2 => format!("\"{pattern}\" {states}"),
        3 => format!("\"\\170/{pattern}\\t\\\"\" {states}"),
        4 => format!("  {pattern}\t{states}"),
        5 => format!("#{pattern} {states}"),
        6 => format!("!{pattern} {states}"),
        7 => format!("{pattern} {states} ="),
        8 => format!("{pattern} {states}\r"),
        9 => format!("{pattern} {states} --a"),
        _ => format!("{pattern} {states}"),
    }
}

/// Anything, or a path with some of its bytes replaced, so that it often fits one.
fn pattern(numbers: &mut Numbers) -> String {
    if numbers.below(3) == 0 {
        return pieces(numbers, &PATTERN_PIECES, 5);
    }
    let whole = path(numbers);
    let path = match whole.rsplit_once('/') {
        Some((_, name)) if numbers.below(2) == 0 => name,
        _ => &whole,
    };
    let mut pattern = String::new();
    for letter in path.chars() {
        match numbers.below(4) {
            0 => {
                let piece = numbers.pick(&PATTERN_PIECES);
                pattern.push_str(piece);
            }
            _ => pattern.push(letter),
        }
    }
    pattern
}

fn path(numbers: &mut Numbers) -> String {
    let text = pieces(numbers, &PATH_PIECES, 6);
    let parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "x".to_owned() } else { parts.join("/") }
}

/// A commit with these files of attributes at its tip.
fn stream(files: &[(String, String)]) -> Vec<u8> {
    let mut stream = String::from("commit refs/heads/main\n");
    stream.push_str("committer R <r@example.com> 1700000000 +0000\ndata 0\n");
    for (path, text) in files {
        write!(stream, "M 100644 inline \"{path}\"\ndata {}\n{text}\n", text.len())
            .expect("a string takes text");
    }
    stream.into_bytes()
}

/// What git says, one word for each path and name.
fn git_says(repository: &Repository, paths: &[String]) -> Vec<String> {
    let mut arguments = vec!["check-attr", "--source=HEAD", "-z", "--stdin"];
    arguments.extend(NAMES);
    let input: String = paths.iter().map(|path| format!("{path}\0")).collect();
    let answer = repository.git_with_input(arguments, input.as_bytes());
    let answer = String::from_utf8(answer).expect("all of it is ASCII");
    let fields: Vec<&str> = answer.split('\0').collect();
    fields.chunks_exact(3).map(|field| field[2].to_owned()).collect()
}

fn we_say(files: &[(String, String)], path: &str) -> Vec<String> {
    let read: Vec<(&str, AttributeFile)> = files
        .iter()
        .map(|(name, text)| {
            let folder = name.trim_end_matches(".gitattributes").trim_end_matches('/');
            let file = AttributeFile::parse(text.as_bytes(), b"", &mut Gaps::default());
            (folder, file)
        })
        .filter(|(folder, _)| {
            folder.is_empty() || path.starts_with(&format!("{folder}/"))
        })
        .collect();
    let files: Vec<(&[u8], &AttributeFile)> =
        read.iter().map(|(folder, file)| (folder.as_bytes(), file)).collect();
    let known = attributes_of(&files, path.as_bytes());
    let word = |name: &&str| match known.get(name.as_bytes()) {
        None | Some(State::Unspecified) => "unspecified".to_owned(),
        Some(State::Set) => "set".to_owned(),
        Some(State::Unset) => "unset".to_owned(),
        Some(State::Value(value)) => String::from_utf8_lossy(value).into_owned(),
    };
    NAMES.iter().map(word).collect()
}

#[test]
fn attributes_of_random_files_are_those_of_git() {
    let place = Place::new();
    let mut said = std::collections::BTreeMap::new();
    for seed in 0..SEEDS {
        let mut numbers = Numbers(seed);
        let files: Vec<(String, String)> = FOLDERS
            .iter()
            .map(|folder| {
                let lines: Vec<String> =
                    (0..numbers.below(12)).map(|_| line(&mut numbers)).collect();
                let slash = if folder.is_empty() { "" } else { "/" };
                (format!("{folder}{slash}.gitattributes"), lines.join("\n"))
            })
            .collect();
        let paths: Vec<String> = (0..80).map(|_| path(&mut numbers)).collect();
        let repository = Repository::import(&place, &seed.to_string(), &stream(&files));
        let answers = git_says(&repository, &paths);
        for (path, wanted) in paths.iter().zip(answers.chunks_exact(NAMES.len())) {
            for word in wanted {
                *said.entry(word.clone()).or_insert(0) += 1;
            }
            assert_eq!(we_say(&files, path), wanted, "seed {seed}: {path}: {files:#?}");
        }
    }
    let enough = ["set", "unset", "true", ""].map(|word| said.get(word).copied());
    assert!(enough.iter().all(|n| n.is_some_and(|n| n > 50)), "{said:?}");
}

/// Four landings: code; attributes that call it generated; more code and a link in the
/// place of a file of attributes; and attributes that take it back.
const STORY: &str = "\
commit refs/heads/main
committer R <r@example.com> 1700000000 +0000
data 0
M 100644 inline src/a.rs
data <<END
fn a() {}
END
M 100644 inline src/vendor/c.rs
data <<END
fn c() {}
END

commit refs/heads/main
committer R <r@example.com> 1700000100 +0000
data 0
M 100644 inline .gitattributes
data <<END
*.rs linguist-generated=true
END
M 100644 inline src/a.rs
data <<END
fn a() {}
fn b() {}
END

commit refs/heads/main
committer R <r@example.com> 1700000200 +0000
data 0
M 120000 inline src/.gitattributes
data <<END
a.rs -linguist-vendo
END
M 100644 inline src/d.rs
data <<END
fn d() {}
END

commit refs/heads/main
committer R <r@example.com> 1700000300 +0000
data 0
R .gitattributes attributes
M 100644 inline src/.gitattributes
data <<END
* -linguist-vendored
END
M 100644 inline src/e.rs
data <<END
fn e() {}
END
M 100644 inline src/vendor/f.rs
data <<END
fn f() {}
END
M 120000 inline link
data 1
x
M 160000 0d7de8c633399cab7bb52722c3077586e1882a36 module
M 100644 inline vendor/g.rs
data <<END
fn g() {}
END
";

#[test]
fn a_line_has_the_class_that_attributes_gave_where_it_landed() {
    let place = Place::new();
    let _repository = Repository::import(&place, "story", STORY.as_bytes());
    drop(place.run(["facts", "story", "--output", "tables"]).ended(0));
    let table = std::fs::read_to_string(place.path("tables/lifetimes.ndjson"));
    let table = table.expect("facts wrote it");
    let mut classes = std::collections::BTreeMap::new();
    for row in table.lines() {
        let row: serde_json::Value = serde_json::from_str(row).expect("rows are JSON");
        let word = |name: &str| row[name].as_str().expect("it is text").to_owned();
        if word("path").ends_with(".rs") {
            *classes.entry((word("path"), word("file_class"))).or_insert(0) +=
                row["lines"].as_u64().expect("it is a count");
        }
    }
    let wanted = [
        ("src/a.rs", "generated", 1),
        ("src/a.rs", "product", 1),
        ("src/d.rs", "generated", 1),
        ("src/e.rs", "product", 1),
        ("src/vendor/c.rs", "vendored", 1),
        ("src/vendor/f.rs", "product", 1),
        ("vendor/g.rs", "vendored", 1),
    ];
    let wanted = wanted.map(|(path, class, n)| ((path.to_owned(), class.to_owned()), n));
    assert_eq!(classes.into_iter().collect::<Vec<_>>(), wanted);
}

#[test]
fn a_report_counts_the_files_and_lines_that_it_leaves_out() {
    let place = Place::new();
    let _repository = Repository::import(&place, "story", STORY.as_bytes());
    let inputs = |flags: &[&str]| {
        let arguments = ["report", "story", "--format", "json"].iter().chain(flags);
        let report = place.run(arguments).ended(0).out();
        let report: serde_json::Value =
            serde_json::from_str(&report).expect("it is JSON");
        report["inputs"].clone()
    };
    let usual = inputs(&[]);
    let files = serde_json::json!({
        "generated": 2, "submodule": 1, "symlink": 1, "vendored": 2
    });
    assert_eq!(usual["filtered_files"], files);
    assert_eq!(usual["filtered_lines"]["generated"], 2);
    assert_eq!(usual["filtered_lines"]["vendored"], 2);
    let exact = inputs(&["--exact"]);
    assert_eq!(
        exact["filtered_files"],
        serde_json::json!({"submodule": 1, "symlink": 1})
    );
    assert!(exact["filtered_lines"].get("generated").is_none(), "{exact}");
}
