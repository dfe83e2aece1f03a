//! The shape of the house, held by tests: what crate borders do elsewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::git::FIXTURES;
use crate::harness::Place;

/// Where each dependency may be named: a stage that can do without one stays a pure
/// function.
const HOMES: &[(&str, &[&str])] = &[
    ("rustix::", &["src/history/"]),
    ("git2::", &["src/history/hash.rs", "src/demo/repository.rs"]),
    ("tree_sitter", &["src/syntax.rs", "src/syntax/"]),
    ("walkdir::", &["src/discover.rs"]),
    ("clap::", &["src/cli.rs"]),
    (
        "rayon::",
        &["src/scan.rs", "src/scan/", "src/lines/schedule.rs", "src/pipeline/exports.rs"],
    ),
    (
        "flate2::",
        &[
            "src/history/inflate.rs",
            "src/history/loose.rs",
            "src/fuzzing/",
            "src/usage/unpack.rs",
        ],
    ),
    ("kuva::", &["src/render/html/charts.rs"]),
    ("maud::", &["src/render/html.rs", "src/render/html/"]),
    // Written there; each other module has the tables as rows.
    ("use parquet::", &["src/render/parquet.rs"]),
    ("zip::", &["src/usage/unpack.rs"]),
    ("postcard::", &["src/worker.rs", "src/scan/", "src/lines/records.rs"]),
    ("indicatif::", &["src/main.rs"]),
    ("signal_hook::", &["src/main.rs"]),
    ("SystemTime::now", &["src/main.rs"]),
    ("unsafe {", &[]),
    ("unsafe fn", &[]),
    ("unsafe impl", &[]),
];

/// How many packages `Cargo.lock` may hold, ours among them. More is a decision.
const MOST_PACKAGES: usize = 183;

/// A source file: its path from the top, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The text without comments and without the tests at its end.
    fn code(&self) -> String {
        let product =
            self.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let is_code = |line: &&str| !line.trim_start().starts_with("//");
        product.lines().filter(is_code).map(|line| format!("{line}\n")).collect()
    }

    /// Whether all of it is tests.
    fn is_tests(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }
}

pub(crate) fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(top().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// All files below a folder, by their paths from the top.
fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting: Vec<PathBuf> = vec![top().join(folder)];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).expect("the folder is there") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let path = path.strip_prefix(top()).expect("it is below the top");
                found.push(path.to_str().expect("our names are plain").to_owned());
            }
        }
    }
    found.sort();
    found
}

fn sources(folder: &str) -> Vec<Source> {
    let paths = files(folder).into_iter().filter(|path| path.ends_with(".rs"));
    let sources = paths.map(|path| Source { text: read(&path), path });
    sources.collect()
}

/// Words of a text that are set between backticks.
fn quoted(text: &str) -> Vec<&str> {
    let lines = text.lines().filter(|line| !line.starts_with("```"));
    lines.flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn each_dependency_is_named_in_its_home_alone() {
    for source in sources("src") {
        for (name, homes) in HOMES {
            let at_home = homes.iter().any(|home| source.path.starts_with(home));
            let strays = source.code().contains(name) && !source.is_tests() && !at_home;
            assert!(
                !strays,
                "{} names {name}, which is at home in {homes:?}",
                source.path
            );
        }
    }
}

/// The modules of the library, in the order of `lib.rs`.
fn modules() -> Vec<String> {
    let text = read("src/lib.rs");
    let names =
        text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

/// The top modules that a text names after `crate::`, alone or in a list in braces.
fn used(code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            Some(list) => names.extend(first_names(list)),
            None => names.extend(name_at_start(after)),
        }
    }
    names
}

fn name_at_start(text: &str) -> Option<String> {
    let is_name = |character: &char| character.is_ascii_lowercase() || *character == '_';
    let name: String = text.trim_start().chars().take_while(is_name).collect();
    (!name.is_empty()).then_some(name)
}

/// The name each item of a list begins with; the list ends at its closing brace.
fn first_names(list: &str) -> Vec<String> {
    let mut names: Vec<String> = name_at_start(list).into_iter().collect();
    let mut depth = 0;
    for (at, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.extend(name_at_start(&list[at + 1..])),
            _ => {}
        }
    }
    names
}

#[test]
fn names_after_crate_are_found_in_every_spelling() {
    let code = "use crate::lines::{self, diff};\nuse crate::{error, history::{ObjectId}, units};\n\
                fn f() { crate::stats::mean(&crate::limits::LIMITS) }";
    let wanted = ["error", "history", "limits", "lines", "stats", "units"];
    assert_eq!(used(code).into_iter().collect::<Vec<_>>(), wanted);
}

#[test]
fn a_module_uses_only_modules_listed_above_it() {
    let modules = modules();
    assert!(modules.len() > 10, "lib.rs lists the modules: {modules:?}");
    for source in sources("src").into_iter().filter(|source| !source.is_tests()) {
        let inside = source.path.trim_start_matches("src/");
        let name = inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs");
        let Some(place) = modules.iter().position(|module| module == name) else {
            assert!(["lib", "main"].contains(&name), "lib.rs does not list {name}");
            continue;
        };
        for used in used(&source.code()) {
            let above = modules[..=place].contains(&used);
            assert!(above || !modules.contains(&used), "{} uses {used}", source.path);
        }
    }
}

#[test]
fn no_module_is_a_mod_rs() {
    for folder in ["src", "tests"] {
        assert!(files(folder).iter().all(|path| !path.ends_with("/mod.rs")), "{folder}");
    }
}

#[test]
fn every_path_named_in_architecture_exists() {
    let text = read("ARCHITECTURE.md");
    let ends = [".rs", ".toml", ".md", ".fi", ".scm", "/", "/run"];
    let is_path = |word: &&str| {
        ends.iter().any(|end| word.ends_with(end)) && !word.contains(['*', '<', ' ', '('])
    };
    let paths: Vec<&str> = quoted(&text).into_iter().filter(is_path).collect();
    assert!(paths.len() > 20, "the codemap names the files: {paths:?}");
    for path in paths {
        assert!(top().join(path).exists(), "ARCHITECTURE.md names {path}");
    }
}

#[test]
fn every_module_is_named_in_architecture() {
    let text = read("ARCHITECTURE.md");
    for module in modules() {
        let file = format!("src/{module}.rs");
        assert!(
            quoted(&text).contains(&file.as_str()),
            "{file} is not in ARCHITECTURE.md"
        );
    }
}

#[test]
fn every_test_named_in_architecture_exists() {
    let tests: String = sources("tests").into_iter().map(|source| source.text).collect();
    let unit_tests: String =
        sources("src").into_iter().map(|source| source.text).collect();
    for name in quoted(&read("ARCHITECTURE.md")) {
        let is_test = name.matches('_').count() > 3
            && name
                .chars()
                .all(|character| character.is_ascii_lowercase() || character == '_');
        let declared = format!("fn {name}()");
        let found = tests.contains(&declared) || unit_tests.contains(&declared);
        assert!(!is_test || found, "ARCHITECTURE.md names the test {name}");
    }
}

#[test]
fn every_file_in_tests_is_run() {
    // What opens the page in a browser is no Rust.
    let is_rust = |path: &&String| !path.starts_with("tests/browser/");
    let all = files("tests");
    for path in all.iter().filter(is_rust).filter(|path| *path != "tests/it/main.rs") {
        let (folder, file) = path.rsplit_once('/').expect("it is in a folder");
        let parent = match folder {
            "tests/it" => "tests/it/main.rs".to_owned(),
            other => format!("{other}.rs"),
        };
        let name = file.strip_suffix(".rs");
        let declared =
            name.is_some_and(|name| read(&parent).contains(&format!("mod {name};")));
        assert!(declared, "{path} is no module of {parent}");
    }
    assert!(read(".ci/run").contains("npm --prefix tests/browser test"));
}

#[test]
fn every_fixture_is_used() {
    let code: String = ["src", "tests"]
        .into_iter()
        .flat_map(sources)
        .map(|source| source.text)
        .collect();
    for path in files("fixtures") {
        let (folder, file) = path.rsplit_once('/').expect("fixtures are in folders");
        let stem = file.split('.').next().unwrap_or(file);
        let used = match folder {
            "fixtures/repos" => FIXTURES.iter().any(|(name, _)| *name == stem),
            // Tests go through the tables of formats and languages.
            "fixtures/languages" => read("src/syntax/language.rs")
                .to_lowercase()
                .contains(&format!("name: \"{stem}\"")),
            // Corpora are replayed by the table of targets.
            _ if folder.starts_with("fixtures/fuzz/") => {
                let target = folder.trim_start_matches("fixtures/fuzz/");
                code.contains(&format!("(\"{target}\", {target})"))
            }
            _ if folder.starts_with("fixtures/usage/") => {
                let format = folder.trim_start_matches("fixtures/usage/");
                code.contains(&format!("name: \"{format}\""))
            }
            _ => [path.as_str(), folder].iter().any(|name| code.contains(name)),
        };
        assert!(used, "{path} is used by no test");
    }
}

#[test]
fn every_fixture_repository_has_its_file() {
    for (name, _) in FIXTURES {
        assert!(top().join(format!("fixtures/repos/{name}.fi")).exists(), "{name}");
    }
}

#[test]
fn the_lock_file_holds_few_packages() {
    let packages = read("Cargo.lock").matches("[[package]]").count();
    assert!(packages <= MOST_PACKAGES, "{packages} packages, not {MOST_PACKAGES}");
}

/// The command lines shown in a text: in blocks for a shell, after the prompt in those
/// that show output, and between backticks.
fn command_lines(text: &str) -> Vec<String> {
    let mut block = None;
    let mut found = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("```"), block) {
            (Some(_), Some(_)) => block = None,
            (Some(language), None) => block = Some(language),
            (None, Some("sh")) => found.push(line.to_owned()),
            (None, Some(_)) => found.extend(line.strip_prefix("$ ").map(str::to_owned)),
            (None, None) => {}
        }
    }
    found.extend(quoted(text).into_iter().map(str::to_owned));
    found.retain(|line| line.starts_with("slopnexus "));
    found
}

#[test]
fn every_command_and_flag_named_in_the_readme_exists() {
    let place = Place::new();
    let lines = command_lines(&read("README.md"));
    assert!(!lines.is_empty(), "the README shows how to run it");
    for line in lines {
        // What follows a pipe or a redirection is not ours.
        let ours = line.split(['|', '>', '#', ';', '&']).next().unwrap_or_default();
        let words: Vec<&str> = ours.split_ascii_whitespace().skip(1).collect();
        let Some(command) = words.first().filter(|word| !word.starts_with('-')) else {
            continue;
        };
        let help = place.run([*command, "--help"]).ended(0).out();
        for flag in words.iter().filter(|word| word.starts_with("--")) {
            let flag = flag.split('=').next().unwrap_or_default();
            assert!(help.contains(flag), "README: {line}: there is no {flag}");
        }
    }
}

#[test]
fn every_check_of_continuous_integration_can_be_run() {
    use std::os::unix::fs::PermissionsExt;
    let data = fs::metadata(top().join(".ci/run")).expect(".ci/run is there");
    assert!(data.permissions().mode() & 0o111 != 0, ".ci/run is executable");
    assert!(read("README.md").contains("cargo test"), "the README says how to test");
}
