//! Files in which package managers are told what a project is → what it is called and
//! needs. Nothing is run: what a program would have to say stays unknown.

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
        b"pom.xml" => by_pattern(text, maven(), &mut manifest),
        b"build.gradle" | b"build.gradle.kts" => {
            by_pattern(text, gradle(), &mut manifest)
        }
        _ => None,
    };
    manifest.is_read = read.is_some();
    manifest.has_licence |= text.to_ascii_lowercase().contains("licen");
    Some(manifest)
}

fn add(
    manifest: &mut ManifestFacts,
    name: &str,
    version: &str,
    is_dev: bool,
    local: bool,
) {
    let version = version.trim();
    manifest.dependencies.push(DependencyFacts {
        name: Untrusted::from(name),
        is_unbounded: !local && matches!(version, "" | "*" | "latest" | "x" | ">=0"),
        is_dev,
        is_local: local,
    });
}

fn cargo(text: &str, manifest: &mut ManifestFacts) -> Option<()> {
    let table: Table = text.parse().ok()?;
    let package = table.get("package").and_then(Value::as_table);
    manifest.name = package.and_then(|it| it.get("name")?.as_str()).map(Untrusted::from);
    for (section, is_dev) in [
        ("dependencies", false),
        ("build-dependencies", true),
        ("dev-dependencies", true),
    ] {
        let here = table.get(section).and_then(Value::as_table);
        for (name, value) in here.into_iter().flatten() {
            let (version, local) = match value {
                Value::String(version) => (version.as_str(), false),
                Value::Table(it) => (
                    it.get("version").or_else(|| it.get("git")).map_or(
                        if it.contains_key("workspace") { "workspace" } else { "" },
                        |it| it.as_str().unwrap_or("?"),
                    ),
                    it.contains_key("path"),
                ),
                _ => ("?", false),
            };
            add(manifest, name, version, is_dev, local);
        }
    }
    Some(())
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
            let is_local = ["workspace:", "file:", "link:"]
                .iter()
                .any(|prefix| version.starts_with(prefix));
            add(manifest, name, version, is_dev, is_local);
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
        add(manifest, name, version, false, false);
    }
    let tabled = poetry.and_then(|it| it.get("dependencies")?.as_table());
    for (name, value) in tabled.into_iter().flatten().filter(|it| it.0 != "python") {
        add(manifest, name, value.as_str().unwrap_or("?"), false, false);
    }
    Some(())
}

fn requirements(text: &str, manifest: &mut ManifestFacts) -> Option<()> {
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', '-']) {
            continue;
        }
        let (name, version) = requirement(line.split(" #").next().unwrap_or(line));
        add(manifest, name, version, false, false);
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
            add(manifest, name, version, false, false);
        }
    }
    Some(())
}

/// The names that a pattern finds; versions stay unread, and so are taken to be bounds.
fn by_pattern(text: &str, names: &Regex, manifest: &mut ManifestFacts) -> Option<()> {
    for found in names.captures_iter(text) {
        if let Some(name) = found.get(1) {
            add(manifest, name.as_str(), "?", false, false);
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

fn maven() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    pattern(&CELL, r"(?s)<dependency>.*?<artifactId>([^<]+)</artifactId>")
}

fn gradle() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    pattern(
        &CELL,
        r#"(?m)^\s*(?:api|implementation|compileOnly|runtimeOnly)[ (]+["']([^"']+)["']"#,
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
