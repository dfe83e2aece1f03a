//! What a change does to manifests: which dependencies they ask for, and whether the lock
//! file that belongs to them follows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::base_tree::BaseTree;
use super::facts::ManifestChange;
use super::files::Changed;
use super::texts::Text;
use crate::file_class::{self, FileClass};
use crate::untrusted::Untrusted;

/// A package manager.
struct Ecosystem {
    name: &'static str,
    manifest: &'static str,
    locks: &'static [&'static str],
    read: fn(&[u8]) -> Option<Wanted>,
    /// Whether its lock file repeats which versions are asked for, not only which there are.
    locks_wishes: bool,
}

/// Dependencies by name, with what is asked of them.
type Wanted = BTreeMap<String, String>;

const ECOSYSTEMS: &[Ecosystem] = &[
    Ecosystem {
        name: "cargo",
        manifest: "Cargo.toml",
        locks: &["Cargo.lock"],
        read: cargo,
        locks_wishes: false,
    },
    Ecosystem {
        name: "npm",
        manifest: "package.json",
        locks: &[
            "package-lock.json",
            "npm-shrinkwrap.json",
            "pnpm-lock.yaml",
            "yarn.lock",
            "bun.lock",
            "bun.lockb",
        ],
        read: npm,
        locks_wishes: true,
    },
    Ecosystem {
        name: "python",
        manifest: "pyproject.toml",
        locks: &["uv.lock", "poetry.lock", "pdm.lock"],
        read: python,
        locks_wishes: true,
    },
    Ecosystem {
        name: "go",
        manifest: "go.mod",
        locks: &["go.sum"],
        read: go,
        locks_wishes: false,
    },
    Ecosystem {
        name: "composer",
        manifest: "composer.json",
        locks: &["composer.lock"],
        read: composer,
        locks_wishes: true,
    },
];

fn ecosystem(path: &[u8]) -> Option<&'static Ecosystem> {
    let name = path.rsplit(|&byte| byte == b'/').next()?;
    ECOSYSTEMS.iter().find(|it| it.manifest.as_bytes() == name)
}

/// Whether a path is that of a manifest that is read.
pub(super) fn is_manifest(path: &[u8]) -> bool {
    ecosystem(path).is_some()
}

/// Reads the manifests of a change, by path. Those of tests, examples and of other people's
/// code are nobody's projects.
pub(super) fn read(
    base: &BaseTree,
    files: &[Changed],
) -> BTreeMap<Vec<u8>, ManifestChange> {
    let changed: BTreeSet<&[u8]> =
        files.iter().filter(|file| file.new.is_some()).map(Changed::path).collect();
    let manifest = |file: &Changed| {
        let path = file.path();
        let ecosystem = ecosystem(path)?;
        let class = file_class::of_version(path, b"", base.said(path));
        if class == FileClass::Test || !class.is_countable() || is_sample(path) {
            return None;
        }
        let new = file.new.as_ref()?.text.as_ref()?;
        let wanted = |text: &Text| (ecosystem.read)(&text.bytes);
        let before = match &file.old {
            None => Wanted::new(),
            Some(old) => wanted(old.text.as_ref()?)?,
        };
        let change = compare(ecosystem, &before, &wanted(new)?);
        let change = with_locks(change, base, &changed, ecosystem, path);
        let is_new_root = file.old.is_none() && !has_manifest(base, folder(path));
        Some((path.to_vec(), ManifestChange { is_new_root, ..change }))
    };
    files.iter().filter_map(manifest).collect()
}

/// Whether a path says that it shows how something is used.
fn is_sample(path: &[u8]) -> bool {
    const WORDS: [&[u8]; 9] = [
        b"example",
        b"examples",
        b"sample",
        b"samples",
        b"demo",
        b"demos",
        b"fixtures",
        b"templates",
        b"benches",
    ];
    path.split(|&byte| byte == b'/').any(|part| WORDS.contains(&part))
}

fn folder(path: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', path).map_or(b"", |slash| &path[..=slash])
}

fn has_manifest(base: &BaseTree, folder: &[u8]) -> bool {
    let path = |it: &Ecosystem| [folder, it.manifest.as_bytes()].concat();
    ECOSYSTEMS.iter().any(|it| base.files.contains_key(&path(it)))
}

fn compare(ecosystem: &Ecosystem, before: &Wanted, after: &Wanted) -> ManifestChange {
    let is_new = |name: &&String| !before.contains_key(*name);
    let has_other_wish = before.keys().any(|name| before.get(name) != after.get(name));
    let names = |names: Vec<&String>| names.iter().map(|it| it.as_str().into()).collect();
    let added: Vec<&String> = after.keys().filter(is_new).collect();
    ManifestChange {
        ecosystem: ecosystem.name.to_owned(),
        must_show_in_lock: !added.is_empty()
            || (ecosystem.locks_wishes && has_other_wish),
        others: names(after.keys().filter(|it| before.contains_key(*it)).collect()),
        added: names(added),
        ..ManifestChange::default()
    }
}

/// The lock files of the nearest folder that has one, the manifest's own first.
fn with_locks(
    change: ManifestChange,
    base: &BaseTree,
    changed: &BTreeSet<&[u8]>,
    ecosystem: &Ecosystem,
    path: &[u8],
) -> ManifestChange {
    let mut here = folder(path);
    loop {
        let lock = |name: &&str| [here, name.as_bytes()].concat();
        let all: Vec<Vec<u8>> = ecosystem.locks.iter().map(lock).collect();
        let is_changed = all.iter().any(|lock| changed.contains(lock.as_slice()));
        let there: Vec<Vec<u8>> =
            all.into_iter().filter(|lock| base.files.contains_key(lock)).collect();
        if is_changed || !there.is_empty() {
            let locks = there.into_iter().map(Untrusted).collect();
            return ManifestChange { locks, lock_is_changed: is_changed, ..change };
        }
        if here.is_empty() {
            return change;
        }
        here = folder(&here[..here.len() - 1]);
    }
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn cargo(bytes: &[u8]) -> Option<Wanted> {
    const SECTIONS: [&str; 3] =
        ["dependencies", "dev-dependencies", "build-dependencies"];
    let root: toml::Table = text(bytes)?.parse().ok()?;
    let mut wanted = Wanted::new();
    let mut add = |table: &toml::Table| {
        for section in SECTIONS {
            let Some(list) = table.get(section).and_then(toml::Value::as_table) else {
                continue;
            };
            wanted.extend(
                list.iter().map(|(name, wish)| (name.clone(), format!("{wish:?}"))),
            );
        }
    };
    add(&root);
    let targets = root.get("target").and_then(toml::Value::as_table);
    for target in targets.into_iter().flat_map(|it| it.values()) {
        target.as_table().into_iter().for_each(&mut add);
    }
    Some(wanted)
}

fn npm(bytes: &[u8]) -> Option<Wanted> {
    json(bytes, &["dependencies", "devDependencies", "optionalDependencies"])
}

fn composer(bytes: &[u8]) -> Option<Wanted> {
    json(bytes, &["require", "require-dev"])
}

fn json(bytes: &[u8], sections: &[&str]) -> Option<Wanted> {
    let root: Value = serde_json::from_slice(bytes).ok()?;
    let lists = sections.iter().filter_map(|section| root.get(section)?.as_object());
    let wish = |(name, wish): (&String, &Value)| (name.clone(), wish.to_string());
    Some(lists.flat_map(|list| list.iter().map(wish)).collect())
}

fn python(bytes: &[u8]) -> Option<Wanted> {
    let root: toml::Table = text(bytes)?.parse().ok()?;
    let at = |path: &[&str]| -> Option<&toml::Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(root.get(*first)?, |value, key| value.get(key))
    };
    let mut wanted = Wanted::new();
    let mut lists: Vec<&toml::Value> =
        at(&["project", "dependencies"]).into_iter().collect();
    for groups in [&["project", "optional-dependencies"][..], &["dependency-groups"]] {
        let groups = at(groups).and_then(toml::Value::as_table);
        lists.extend(groups.into_iter().flat_map(|it| it.values()));
    }
    for wish in lists.into_iter().filter_map(toml::Value::as_array).flatten() {
        if let Some(wish) = wish.as_str() {
            let is_name = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
            let end = wish.find(|it| !is_name(it)).unwrap_or(wish.len());
            let name = wish[..end].to_ascii_lowercase().replace(['_', '.'], "-");
            wanted.insert(name, wish.to_owned());
        }
    }
    let mut tables: Vec<&toml::Value> =
        at(&["tool", "poetry", "dependencies"]).into_iter().collect();
    let groups = at(&["tool", "poetry", "group"]).and_then(toml::Value::as_table);
    let groups = groups.into_iter().flat_map(|it| it.values());
    tables.extend(groups.filter_map(|group| group.get("dependencies")));
    for (name, wish) in tables.into_iter().filter_map(toml::Value::as_table).flatten() {
        wanted.insert(name.to_ascii_lowercase().replace('_', "-"), format!("{wish:?}"));
    }
    Some(wanted)
}

fn go(bytes: &[u8]) -> Option<Wanted> {
    let mut wanted = Wanted::new();
    let mut is_inside = false;
    for line in text(bytes)?.lines() {
        let line = line.split("//").next().unwrap_or_default().trim();
        if line == ")" {
            is_inside = false;
        } else if let Some(rest) = line.strip_prefix("require") {
            is_inside = rest.trim() == "(";
            add_go(&mut wanted, rest.trim());
        } else if is_inside {
            add_go(&mut wanted, line);
        }
    }
    Some(wanted)
}

fn add_go(wanted: &mut Wanted, line: &str) {
    if let Some((name, version)) = line.split_once(' ') {
        wanted.insert(name.to_owned(), version.trim().to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(wanted: Option<Wanted>) -> Vec<String> {
        wanted.expect("it can be read").into_keys().collect()
    }

    #[test]
    fn dependencies_are_read_wherever_a_manifest_may_name_them() {
        let text = b"[dependencies]\na = \"1\"\n[target.'cfg(unix)'.dev-dependencies]\n\
                     b = { version = \"2\" }\n[workspace.dependencies]\nc = \"3\"\n";
        assert_eq!(names(cargo(text)), ["a", "b"]);
        let text = br#"{"dependencies": {"a": "1"}, "peerDependencies": {"b": "1"}}"#;
        assert_eq!(names(npm(text)), ["a"]);
        let text = b"[project]\ndependencies = [\"A_b>=1\"]\n[dependency-groups]\n\
                     dev = [\"c\", {include-group = \"x\"}]\n[tool.poetry.dependencies]\nd = \"*\"\n";
        assert_eq!(names(python(text)), ["a-b", "c", "d"]);
        let text = b"module m\nrequire a/b v1\nrequire (\n\tc/d v2 // indirect\n)\n";
        assert_eq!(names(go(text)), ["a/b", "c/d"]);
    }

    #[test]
    fn a_manifest_that_cannot_be_read_asks_for_nothing_known() {
        assert_eq!(cargo(b"[dependencies"), None);
        assert_eq!(npm(b"{"), None);
        assert_eq!(npm(b"[]"), Some(Wanted::new()));
    }

    #[test]
    fn what_is_asked_for_anew_must_show_in_the_lock_file() {
        let wish = |pairs: &[(&str, &str)]| -> Wanted {
            pairs.iter().map(|(name, wish)| ((*name).into(), (*wish).into())).collect()
        };
        let (one, two) = (wish(&[("a", "1")]), wish(&[("a", "2")]));
        let must = |at: usize, before: &Wanted, after: &Wanted| {
            compare(&ECOSYSTEMS[at], before, after).must_show_in_lock
        };
        assert!(!must(0, &one, &two), "cargo's lock says which there are");
        assert!(must(1, &one, &two));
        assert!(must(0, &one, &wish(&[("a", "1"), ("b", "1")])));
        assert!(!must(1, &one, &one));
    }
}
