//! Files in which package managers are told what a project is → what it is called and
//! needs. Nothing is run: what a program would have to say stays unknown.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::Regex;
use serde_json::Value as Json;
use toml::{Table, Value};

use crate::facts::{DependencyFacts, ManifestFacts};
use crate::limits;
use crate::units::len_to_u64;
use crate::untrusted::Untrusted;

/// The package manager that a file is of.
pub(crate) fn system_of(path: &[u8]) -> Option<&'static str> {
    let name = path.rsplit(|&byte| byte == b'/').next()?;
    Some(match name {
        b"Cargo.toml" => "cargo",
        b"package.json" => "npm",
        b"pyproject.toml" | b"setup.py" | b"setup.cfg" | b"Pipfile" => "python",
        b"go.mod" => "go",
        b"pom.xml" => "maven",
        b"build.gradle" | b"build.gradle.kts" => "gradle",
        b"Gemfile" => "ruby",
        b"composer.json" => "composer",
        b"mix.exs" => "mix",
        b"Package.swift" => "swift",
        b"pubspec.yaml" => "pub",
        b"build.sbt" => "sbt",
        b"deno.json" => "deno",
        name if name.starts_with(b"requirements") && name.ends_with(b".txt") => "python",
        name if name.ends_with(b".csproj") => "nuget",
        name if name.ends_with(b".gemspec") => "ruby",
        _ => return None,
    })
}

/// Reads a manifest; `None` when the file is none.
pub(super) fn read(number: u32, path: &[u8], bytes: &[u8]) -> Option<ManifestFacts> {
    let system = system_of(path)?;
    let mut manifest = ManifestFacts {
        path: number,
        system: system.to_owned(),
        name: None,
        has_licence: false,
        has_maintainer: false,
        is_read: false,
        dependencies: Vec::new(),
    };
    let fits = len_to_u64(bytes.len()) <= limits::CONTROL_FILE_BYTES.value;
    let Some(text) = std::str::from_utf8(bytes).ok().filter(|_| fits) else {
        return Some(manifest);
    };
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
    let read = match name {
        b"Cargo.toml" => cargo(text, &mut manifest),
        b"package.json" => npm(text, &mut manifest, "dependencies", "devDependencies"),
        b"composer.json" => npm(text, &mut manifest, "require", "require-dev"),
        b"pyproject.toml" => pyproject(text, &mut manifest),
        b"go.mod" => go(text, &mut manifest),
        _ if name.starts_with(b"requirements") => requirements(text, &mut manifest),
        b"Gemfile" => by_pattern(text, gem(), &mut manifest),
        name if name.ends_with(b".gemspec") => by_pattern(text, gemspec(), &mut manifest),
        b"pom.xml" => by_pattern(text, maven(), &mut manifest),
        b"build.gradle" | b"build.gradle.kts" => {
            by_pattern(text, gradle(), &mut manifest)
        }
        _ => None,
    };
    manifest.is_read = read.is_some();
    find_lines(text, &mut manifest);
    manifest.has_licence |= text.to_ascii_lowercase().contains("licen");
    Some(manifest)
}

/// Where a dependency comes from: text of a manifest.
#[derive(Clone, Copy)]
enum From<'t> {
    /// Some versions of a registry.
    Versions(&'t str),
    /// A repository, at one of its commits or wherever it is.
    Repository(&'t str, bool),
    /// A path beside it.
    Path,
}

/// Reads what stands for a version: in several systems it may be a repository.
fn from(version: &str) -> From<'_> {
    let version = version.trim();
    let is_path = ["workspace:", "file:", "link:", "path:"];
    if is_path.iter().any(|prefix| version.starts_with(prefix)) {
        return From::Path;
    }
    let is_link = version.contains("://") || version.contains("git@");
    let is_short = ["github:", "gitlab:", "bitbucket:"];
    if is_link || is_short.iter().any(|prefix| version.starts_with(prefix)) {
        return From::Repository(version, version.contains('#'));
    }
    From::Versions(version)
}

fn add(manifest: &mut ManifestFacts, name: &str, from: From<'_>, is_dev: bool) {
    let (is_unbounded, is_exact, repository) = match from {
        From::Versions(version) => {
            let version = version.trim();
            let is_digit = |c: char| c.is_ascii_digit();
            let is_any = matches!(version, "" | "*" | "latest" | "x" | ">=0");
            (is_any, version.starts_with("==") || version.starts_with(is_digit), None)
        }
        From::Repository(link, is_fixed) => (!is_fixed, is_fixed, owner_and_name(link)),
        From::Path => (false, false, None),
    };
    manifest.dependencies.push(DependencyFacts {
        name: Untrusted::from(name),
        line: None,
        repository: repository.as_deref().map(Untrusted::from),
        is_unbounded,
        is_exact,
        is_dev,
        is_local: matches!(from, From::Path),
    });
}

/// The last two parts of the path of a link to a repository. What stands before a `@` is
/// somebody's name and word, and is passed over.
pub(crate) fn owner_and_name(link: &str) -> Option<String> {
    let link = link.split(['#', '?']).next()?;
    let link = link.rsplit_once('@').map_or(link, |it| it.1);
    let mut parts = link.rsplit(['/', ':']).filter(|part| !part.is_empty());
    let name = parts.next()?.trim_end_matches(".git");
    let owner = parts.next()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_fine = |part: &str| !part.is_empty() && part.chars().all(is_plain);
    (is_fine(name) && is_fine(owner)).then(|| format!("{owner}/{name}"))
}

/// Finds the lines on which dependencies are named first.
fn find_lines(text: &str, manifest: &mut ManifestFacts) {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@/".contains(&byte);
    let mut first: BTreeMap<&str, u32> = BTreeMap::new();
    for (line, number) in text.lines().zip(0..) {
        let words = line.split(|c: char| !c.is_ascii() || !is_name(c as u8));
        for word in words {
            first.entry(word).or_insert(number);
            first.entry(word.trim_end_matches(['.', '-', '/'])).or_insert(number);
        }
    }
    for one in &mut manifest.dependencies {
        let name = one.name.to_json_text();
        let last = name.rsplit(':').nth(1).unwrap_or(&name);
        one.line = first.get(&*name).or_else(|| first.get(last)).copied();
    }
}

fn cargo(text: &str, manifest: &mut ManifestFacts) -> Option<()> {
    let table: Table = text.parse().ok()?;
    let package = table.get("package").and_then(Value::as_table);
    manifest.name = package.and_then(|it| it.get("name")?.as_str()).map(Untrusted::from);
    cargo_sections(&table, manifest);
    // What some targets need is needed.
    let targets = table.get("target").and_then(Value::as_table);
    for target in targets.into_iter().flatten().filter_map(|it| it.1.as_table()) {
        cargo_sections(target, manifest);
    }
    Some(())
}

fn cargo_sections(table: &Table, manifest: &mut ManifestFacts) {
    for (section, is_dev) in [
        ("dependencies", false),
        ("build-dependencies", true),
        ("dev-dependencies", true),
    ] {
        let here = table.get(section).and_then(Value::as_table);
        for (name, value) in here.into_iter().flatten() {
            let text = |it: &Table, key: &str| {
                it.get(key).and_then(Value::as_str).map(str::to_owned)
            };
            let package = value.as_table().and_then(|it| text(it, "package"));
            let name = package.as_deref().unwrap_or(name);
            let from = match value {
                Value::String(version) => From::Versions(version),
                Value::Table(it) if it.contains_key("path") => From::Path,
                Value::Table(it) if it.contains_key("workspace") => {
                    From::Versions("of the workspace")
                }
                Value::Table(it) => match (it.get("git"), it.get("version")) {
                    (Some(Value::String(link)), _) => {
                        let is_fixed = it.contains_key("rev") || it.contains_key("tag");
                        From::Repository(link, is_fixed)
                    }
                    (_, Some(Value::String(version))) => From::Versions(version),
                    _ => From::Versions(""),
                },
                _ => From::Versions("?"),
            };
            add(manifest, name, from, is_dev);
        }
    }
}

/// `package.json`, and `composer.json`, which has other names for the same.
fn npm(text: &str, manifest: &mut ManifestFacts, own: &str, dev: &str) -> Option<()> {
    let json: Json = serde_json::from_str(text).ok()?;
    manifest.name = json.get("name").and_then(Json::as_str).map(Untrusted::from);
    manifest.has_maintainer =
        json.get("maintainers").and_then(Json::as_array).is_some_and(|it| !it.is_empty());
    for (section, is_dev) in [(own, false), (dev, true)] {
        let here = json.get(section).and_then(Json::as_object);
        for (name, version) in here.into_iter().flatten() {
            // What the language itself must be is nothing that is needed.
            if name == "php" || name.starts_with("ext-") {
                continue;
            }
            let version = version.as_str().unwrap_or("?");
            add(manifest, name, from(version), is_dev);
        }
    }
    Some(())
}

fn pyproject(text: &str, manifest: &mut ManifestFacts) -> Option<()> {
    let table: Table = text.parse().ok()?;
    let project = table.get("project").and_then(Value::as_table);
    let poetry =
        table.get("tool").and_then(|it| it.get("poetry")).and_then(Value::as_table);
    let about = project.or(poetry);
    manifest.name = about.and_then(|it| it.get("name")?.as_str()).map(Untrusted::from);
    manifest.has_maintainer = about.is_some_and(|it| it.contains_key("maintainers"));
    let listed = project.and_then(|it| it.get("dependencies")?.as_array());
    for one in listed.into_iter().flatten().filter_map(Value::as_str) {
        let (name, version) = requirement(one);
        add(manifest, name, python_from(version), false);
    }
    // What is needed on demand, like what is for development.
    let extras = project.and_then(|it| it.get("optional-dependencies")?.as_table());
    let extras = extras.into_iter().flatten().filter_map(|it| it.1.as_array()).flatten();
    for one in extras.filter_map(Value::as_str) {
        let (name, version) = requirement(one);
        add(manifest, name, python_from(version), true);
    }
    let tabled = poetry.and_then(|it| it.get("dependencies")?.as_table());
    for (name, value) in tabled.into_iter().flatten().filter(|it| it.0 != "python") {
        let key = |key: &str| value.get(key).and_then(Value::as_str);
        let from = match value {
            Value::String(version) => From::Versions(version),
            Value::Table(it) if it.contains_key("path") => From::Path,
            _ => match (key("git"), key("version")) {
                (Some(link), _) => {
                    From::Repository(link, key("rev").or_else(|| key("tag")).is_some())
                }
                (None, version) => From::Versions(version.unwrap_or("?")),
            },
        };
        add(manifest, name, from, false);
    }
    Some(())
}

/// As [`from`], with `@` before what a requirement of Python comes from.
fn python_from(version: &str) -> From<'_> {
    match version.trim().strip_prefix('@') {
        // A `@` that is none of an address fixes what is taken.
        Some(link) => {
            let path = link.split("://").last().unwrap_or(link);
            let path = path.split_once('/').map_or(path, |it| it.1);
            From::Repository(
                link.rsplit_once('@')
                    .filter(|_| path.contains('@'))
                    .map_or(link, |it| it.0),
                path.contains('@'),
            )
        }
        None => From::Versions(version),
    }
}

fn requirements(text: &str, manifest: &mut ManifestFacts) -> Option<()> {
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', '-']) {
            continue;
        }
        let (name, version) = requirement(line.split(" #").next().unwrap_or(line));
        add(manifest, name, python_from(version), false);
    }
    Some(())
}

/// Name and rest of a requirement of Python.
fn requirement(text: &str) -> (&str, &str) {
    let text = text.split(';').next().unwrap_or(text).trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let rest = rest.trim_start();
    let version = match rest.strip_prefix('[') {
        Some(extra) => extra.split_once(']').map_or("", |it| it.1),
        None => rest,
    };
    (name, version)
}

fn go(text: &str, manifest: &mut ManifestFacts) -> Option<()> {
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("module ") {
            manifest.name = Some(Untrusted::from(name.trim()));
        }
        if line.starts_with("require (") {
            inside = true;
            continue;
        }
        inside &= line != ")";
        let one = if inside { Some(line) } else { line.strip_prefix("require ") };
        let Some(one) = one.filter(|one| !one.contains("// indirect")) else { continue };
        let mut words = one.split_whitespace();
        if let (Some(name), Some(version)) = (words.next(), words.next())
            && !name.starts_with("//")
        {
            add(manifest, name, From::Versions(version), false);
        }
    }
    Some(())
}

/// The names that a pattern finds; versions stay unread, and so are taken to be bounds.
fn by_pattern(text: &str, names: &Regex, manifest: &mut ManifestFacts) -> Option<()> {
    for found in names.captures_iter(text) {
        if let Some(name) = found.get(1) {
            add(manifest, name.as_str(), From::Versions("?"), false);
        }
    }
    Some(())
}

fn pattern(cell: &'static OnceLock<Regex>, text: &str) -> &'static Regex {
    cell.get_or_init(|| {
        Regex::new(text).expect("a pattern of ours is one; a test compiles each")
    })
}

fn gem() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    pattern(&CELL, r#"(?m)^\s*gem\s+["']([^"']+)["']"#)
}

/// What a gem needs where it runs, and not what developing it takes.
fn gemspec() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    pattern(&CELL, r#"(?m)^[^#\n]*\.add_(?:runtime_)?dependency[ \t(]+["']([^"']+)["']"#)
}

fn maven() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    pattern(&CELL, r"(?s)<dependency>.*?<artifactId>([^<]+)</artifactId>")
}

fn gradle() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    pattern(
        &CELL,
        r#"(?m)^\s*(?:api|implementation|compileOnly|runtimeOnly|compile|runtime)[ (]+["']([^"']+)["']"#,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str, text: &str) -> Vec<(String, bool, bool)> {
        let found = read(0, path.as_bytes(), text.as_bytes()).expect("it is a manifest");
        assert!(found.is_read);
        let row = |it: &DependencyFacts| {
            (it.name.to_json_text().into_owned(), it.is_unbounded, it.is_dev)
        };
        found.dependencies.iter().map(row).collect()
    }

    #[test]
    fn repositories_targets_and_tables_are_read_and_each_has_its_line() {
        let cargo = "[package]\nname='a'\n[dependencies]\nfoo = {git='https://u:p@h.io/acme/foo.git'}\n\
                     [target.'cfg(unix)'.dependencies]\nbar='*'\n";
        let found = read(0, b"Cargo.toml", cargo.as_bytes()).expect("it is a manifest");
        let row = |it: &DependencyFacts| {
            let repository =
                it.repository.as_ref().map(|it| it.to_json_text().into_owned());
            (repository, it.is_unbounded, it.line)
        };
        let rows: Vec<_> = found.dependencies.iter().map(row).collect();
        let foo = Some("acme/foo".to_owned());
        assert_eq!(rows, [(foo.clone(), true, Some(3)), (None, true, Some(5))]);
        let npm = r#"{"dependencies":
            {"foo":"github:acme/foo#v1", "bar":"git+ssh://git@h.io/acme/bar.git"}}"#;
        let found = read(0, b"package.json", npm.as_bytes()).expect("it is a manifest");
        let rows: Vec<_> = found.dependencies.iter().map(row).collect();
        let bar = Some("acme/bar".to_owned());
        assert_eq!(rows, [(bar, true, Some(1)), (foo.clone(), false, Some(1))]);
        let python = "[project]\nname='a'\ndependencies=['foo @ git+https://h.io/acme/foo.git@1a2b']";
        let found = read(0, b"pyproject.toml", python.as_bytes()).expect("it is one");
        let rows: Vec<_> = found.dependencies.iter().map(row).collect();
        assert_eq!(rows, [(foo, false, Some(2))]);
        assert_eq!(
            owner_and_name("https://user:secret@h.io/a/b.git"),
            Some("a/b".to_owned())
        );
        assert_eq!(owner_and_name("nothing"), None);
    }

    #[test]
    fn each_manager_is_asked_in_its_own_words() {
        let one = |name: &str, open: bool, dev: bool| (name.to_owned(), open, dev);
        let cargo = "[package]\nname='a'\n[dependencies]\nx='1'\ny='*'\n[dev-dependencies]\nz='1'";
        assert_eq!(
            names("Cargo.toml", cargo),
            [one("x", false, false), one("y", true, false), one("z", false, true)]
        );
        let npm = r#"{"name":"a","dependencies":{"x":"^1","y":"latest"}}"#;
        assert_eq!(
            names("web/package.json", npm),
            [one("x", false, false), one("y", true, false)]
        );
        assert_eq!(
            names("requirements.txt", "# all\nx==1.2\ny[z]\n-r other\n"),
            [one("x", false, false), one("y", true, false)]
        );
        let python =
            "[project]\nname='a'\ndependencies=['x>=1; python_version<\"3\"', 'y']";
        assert_eq!(
            names("pyproject.toml", python),
            [one("x", false, false), one("y", true, false)]
        );
        let go = "module m\nrequire (\n\tx/y v1.0.0\n\tz v1 // indirect\n)\n";
        assert_eq!(names("go.mod", go), [one("x/y", false, false)]);
        assert_eq!(names("Gemfile", "gem 'x', '1'\n"), [one("x", false, false)]);
        let gemspec = "s.add_dependency 'x', '~> 1'\ns.add_runtime_dependency(\"y\")\n\
                       # s.add_dependency 'no'\ns.add_development_dependency 'z'\n";
        assert_eq!(
            names("a.gemspec", gemspec),
            [one("x", false, false), one("y", false, false)]
        );
        assert_eq!(
            names(
                "pom.xml",
                "<dependency><groupId>g</groupId><artifactId>x</artifactId>"
            ),
            [one("x", false, false)]
        );
        assert_eq!(
            names("build.gradle", "  implementation 'g:x:1'\n"),
            [one("g:x:1", false, false)]
        );
    }
}
