//! Which units of a fleet stand on which: by the packages, images and repositories that
//! manifests, workflows and files of infrastructure name. Names are matched whole, so what
//! is loaded while it runs, or named in a way that is computed, is not seen.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::facts::{DependencyFacts, ManifestFacts, SignFacts, SignKind};
use crate::triage::{Unit, unit_name};

/// How many things that it names are held of one unit.
const MOST_NEEDS: usize = 5_000;

/// What a unit is known by, and what it names.
#[derive(Debug, Clone, Default)]
pub struct Ties {
    /// The path of the repository.
    repository: String,
    /// Whether it is the top of it.
    is_top: bool,
    /// Where the repository was cloned from: `owner/name`.
    origin: Option<String>,
    /// Package managers and what it is called there.
    packages: BTreeSet<(String, String)>,
    /// Whether it builds a container.
    is_container: bool,
    needs: Vec<Need>,
}

/// Something that a unit names.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Need {
    how: How,
    name: String,
    /// Whether it stands beside it in the same repository.
    is_local: bool,
    path: String,
    /// Counted from 1.
    line: Option<u32>,
}

/// By what one unit stands on another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// A package that a manifest needs, of a package manager.
    Package(String),
    /// A repository that a manifest, a workflow or a file of infrastructure names.
    Repository,
    /// An image that is built upon or run.
    Image,
}

/// One unit that stands on another, by the numbers of both.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The one that is needed.
    pub needed: usize,
    /// The one that needs it.
    pub by: usize,
    /// By what.
    pub how: How,
    /// The file that says so, in the repository of the one that needs it.
    pub path: String,
    /// The line, counted from 1; `None` when none is known.
    pub line: Option<u32>,
    /// What stands there.
    pub name: String,
}

impl Ties {
    /// Reads them off a unit.
    pub fn of(unit: &Unit<'_>) -> Self {
        let package = |it: &ManifestFacts| {
            let name = it.name.as_ref()?.to_json_text();
            Some((it.system.clone(), plain_name(&it.system, &name)))
        };
        let mut needs: Vec<Need> =
            unit.manifests().flat_map(|manifest| needs_of(unit, manifest)).collect();
        for (kind, how) in
            [(SignKind::Image, How::Image), (SignKind::Uses, How::Repository)]
        {
            needs.extend(unit.signs(kind).map(|one| need(unit, one, how.clone())));
        }
        needs.truncate(MOST_NEEDS);
        let is_container = |one: &SignFacts| one.word.bytes() == b"a container is built";
        Self {
            repository: unit.facts.path.to_json_text().into_owned(),
            is_top: unit.root.is_empty(),
            origin: unit.tip.origin.as_ref().map(|it| it.to_json_text().to_lowercase()),
            packages: unit.manifests().filter_map(package).collect(),
            is_container: unit.signs(SignKind::Operation).any(is_container),
            needs,
        }
    }

    /// `owner/name`: where it was cloned from, else the last two parts of its path.
    fn slug(&self) -> Option<String> {
        if let Some(origin) = &self.origin {
            return Some(origin.clone());
        }
        let path = self.repository.trim_end_matches('/').trim_end_matches("/.git");
        let mut parts = path.rsplit('/');
        let name = parts.next()?.trim_end_matches(".git");
        let owner = parts.next().filter(|it| !it.is_empty())?;
        Some(format!("{owner}/{name}").to_lowercase())
    }
}

fn needs_of(unit: &Unit<'_>, manifest: &ManifestFacts) -> Vec<Need> {
    let path = unit.path(manifest.path);
    let need = |one: &DependencyFacts| {
        let line = one.line.map(|line| line.saturating_add(1));
        let name = plain_name(&manifest.system, &one.name.to_json_text());
        let how = How::Package(manifest.system.clone());
        let (path, is_local) = (path.clone(), one.is_local);
        let package = Need { how, name, is_local, path: path.clone(), line };
        let repository = one.repository.as_ref().map(|it| Need {
            how: How::Repository,
            name: it.to_json_text().to_lowercase(),
            is_local: false,
            path,
            line,
        });
        std::iter::once(package).chain(repository)
    };
    manifest.dependencies.iter().flat_map(need).collect()
}

fn need(unit: &Unit<'_>, one: &SignFacts, how: How) -> Need {
    Need {
        how,
        name: one.word.to_json_text().to_lowercase(),
        is_local: false,
        path: unit.path(one.path),
        line: one.line.map(|line| line.saturating_add(1)),
    }
}

/// A name as its package manager compares it.
fn plain_name(system: &str, name: &str) -> String {
    match system {
        "python" => name.to_lowercase().replace(['_', '.'], "-"),
        "cargo" => name.replace('_', "-"),
        _ => name.to_owned(),
    }
}

/// Finds which units stand on which, in the order of those that are needed.
pub fn edges(units: &[Ties]) -> Vec<Edge> {
    let names = Names::of(units);
    let mut found = BTreeSet::new();
    for (by, unit) in units.iter().enumerate() {
        for one in &unit.needs {
            let Some(needed) = names.find(units, unit, one).filter(|&it| it != by) else {
                continue;
            };
            found.insert(Edge {
                needed,
                by,
                how: one.how.clone(),
                path: one.path.clone(),
                line: one.line,
                name: one.name.clone(),
            });
        }
    }
    found.into_iter().collect()
}

/// What each unit is called; `None` for what several are.
struct Names<'u> {
    packages: BTreeMap<(&'u str, &'u str), Option<usize>>,
    repositories: BTreeMap<String, Option<usize>>,
    /// Units that build a container, by the name of their repository.
    containers: BTreeMap<&'u str, Option<usize>>,
}

impl<'u> Names<'u> {
    fn of(units: &'u [Ties]) -> Self {
        let mut packages = BTreeMap::new();
        let (mut repositories, mut containers) = (BTreeMap::new(), BTreeMap::new());
        for (at, unit) in units.iter().enumerate() {
            for (system, name) in &unit.packages {
                add(&mut packages, (system.as_str(), name.as_str()), at);
            }
            if unit.is_top {
                if let Some(slug) = unit.slug() {
                    add(&mut repositories, slug, at);
                }
                if unit.is_container {
                    add(&mut containers, unit_name(&unit.repository), at);
                }
            }
        }
        Self { packages, repositories, containers }
    }

    fn find(&self, units: &[Ties], by: &Ties, need: &Need) -> Option<usize> {
        let found = match &need.how {
            How::Package(system) => self.package(system, &need.name),
            How::Repository => self.repositories.get(&need.name).copied().flatten(),
            How::Image => self.image(&need.name),
        }?;
        // What stands beside it cannot be another repository's.
        let is_beside = units[found].repository == by.repository;
        (!need.is_local || is_beside).then_some(found)
    }

    fn package(&self, system: &str, name: &str) -> Option<usize> {
        if system != "go" {
            return self.packages.get(&(system, name)).copied().flatten();
        }
        // A package of Go is a folder of a module.
        let mut name = name;
        loop {
            if let Some(found) = self.packages.get(&(system, name)) {
                return *found;
            }
            name = name.rsplit_once('/')?.0;
        }
    }

    /// `registry/owner/name:tag`, or `registry/name` of a registry that is not public.
    fn image(&self, name: &str) -> Option<usize> {
        const PUBLIC: [&str; 8] = [
            "docker.io",
            "ghcr.io",
            "quay.io",
            "gcr.io",
            "mcr.microsoft.com",
            "public.ecr.aws",
            "registry.k8s.io",
            "registry.gitlab.com",
        ];
        let name = name.split('@').next()?;
        let (path, last) = name.rsplit_once('/')?;
        let last = last.split(':').next()?;
        let owner = path.rsplit('/').next()?;
        if let Some(found) = self.repositories.get(&format!("{owner}/{last}")) {
            return *found;
        }
        let is_registry = !path.contains('/') && path.contains(['.', ':']);
        let is_private = is_registry && !PUBLIC.contains(&path);
        self.containers.get(last).copied().flatten().filter(|_| is_private)
    }
}

fn add<K: Ord>(to: &mut BTreeMap<K, Option<usize>>, key: K, unit: usize) {
    to.entry(key).and_modify(|known| *known = None).or_insert(Some(unit));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(repository: &str) -> Ties {
        Ties { repository: repository.to_owned(), is_top: true, ..Ties::default() }
    }

    fn needs(how: How, name: &str) -> Vec<Need> {
        let path = "file".to_owned();
        let name = name.to_owned();
        vec![Need { how, name, is_local: false, path, line: Some(3) }]
    }

    /// Who is needed when the last unit names something.
    fn needed(units: &[Ties], how: How, name: &str) -> Vec<usize> {
        let by = Ties { needs: needs(how, name), ..unit("f/last") };
        let all: Vec<Ties> = units.iter().cloned().chain([by]).collect();
        let found = edges(&all);
        assert!(found.iter().all(|it| it.by == units.len() && it.line == Some(3)));
        found.into_iter().map(|it| it.needed).collect()
    }

    #[test]
    fn packages_are_found_by_their_manager_and_whole_names() {
        let package = |system: &str, name: &str| {
            BTreeSet::from([(system.to_owned(), name.to_owned())])
        };
        let units = [
            Ties { packages: package("npm", "@acme/pay"), ..unit("f/pay") },
            Ties { packages: package("go", "acme.io/route"), ..unit("f/route") },
            Ties { packages: package("cargo", "twin"), ..unit("f/a") },
            Ties { packages: package("cargo", "twin"), ..unit("f/b") },
        ];
        let of = |system: &str| How::Package(system.to_owned());
        assert_eq!(needed(&units, of("npm"), "@acme/pay"), [0]);
        assert!(needed(&units, of("npm"), "pay").is_empty());
        assert!(needed(&units, of("python"), "@acme/pay").is_empty());
        assert_eq!(needed(&units, of("go"), "acme.io/route/inner"), [1]);
        assert!(needed(&units, of("go"), "acme.io/router").is_empty());
        // Which of two it is, nobody can tell.
        assert!(needed(&units, of("cargo"), "twin").is_empty());
    }

    #[test]
    fn repositories_and_images_are_found_by_owner_and_name() {
        let origin = Some("acme/pay".to_owned());
        let units = [
            Ties { origin, is_container: true, ..unit("somewhere/pay-service") },
            Ties { is_container: true, ..unit("f/checkout") },
        ];
        assert_eq!(needed(&units, How::Repository, "acme/pay"), [0]);
        assert!(needed(&units, How::Repository, "actions/checkout").is_empty());
        assert_eq!(needed(&units, How::Repository, "f/checkout"), [1]);
        assert_eq!(needed(&units, How::Image, "ghcr.io/acme/pay:1.2"), [0]);
        assert_eq!(needed(&units, How::Image, "registry.acme.io/checkout:1"), [1]);
        assert!(needed(&units, How::Image, "quay.io/checkout:1").is_empty());
        assert!(needed(&units, How::Image, "checkout").is_empty());
        assert!(needed(&units, How::Image, "other/checkout").is_empty());
    }
}
