//! A repository → its units: the whole of it, and every project within it that has a
//! manifest of its own, or a program with some code around it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::cohorts;
use crate::facts::{
    Facts, Landing, LifetimeFacts, ManifestFacts, SignFacts, SignKind, TipFacts,
    TipFileFacts,
};
use crate::file_class::FileClass;
use crate::identity::{self, GitPerson, IdentityId};
use crate::syntax;
use crate::units::{Timestamp, len_to_u64};

/// A project: a folder of a repository with what is not of a project further down.
#[derive(Debug)]
pub struct Unit<'f> {
    /// The repository.
    pub facts: &'f Facts,
    /// What stands at its tip.
    pub tip: &'f TipFacts,
    /// The folder, empty for the top.
    pub root: String,
    /// Whether other units stand below.
    pub has_units_below: bool,
    /// Its files at the tip.
    pub files: Vec<&'f TipFileFacts>,
    /// Its lines that count, dead and alive, by landing.
    pub lifetimes: Vec<&'f LifetimeFacts>,
    /// For each path of the repository whether it is of this unit.
    pub has_path: Vec<bool>,
    /// For each identity of the history whose it is: a number for a person, `None` for a
    /// machine.
    pub person_of: Rc<Vec<Option<u64>>>,
}

/// How many files of code a folder with a program needs to be a project.
const LEAST_CODE_FILES: usize = 5;

/// Finds the units of a repository, the top first and then by path. Units without a line
/// of code are left out where there are others.
pub fn units(facts: &Facts) -> Vec<Unit<'_>> {
    let Some(tip) = &facts.tip_files else { return Vec::new() };
    let roots: Vec<String> = roots(facts, tip).into_iter().collect();
    let unit_of: Vec<usize> =
        facts.paths.iter().map(|path| of(&roots, path.bytes())).collect();
    let person_of = Rc::new(people(facts));
    let mut units: Vec<Unit<'_>> = (0..roots.len())
        .map(|at| Unit {
            facts,
            tip,
            root: roots[at].clone(),
            has_units_below: roots
                .iter()
                .any(|it| it != &roots[at] && is_in(&roots[at], it)),
            files: Vec::new(),
            lifetimes: Vec::new(),
            has_path: unit_of.iter().map(|&of| of == at).collect(),
            person_of: Rc::clone(&person_of),
        })
        .collect();
    for file in &tip.files {
        units[unit_of[file.path as usize]].files.push(file);
    }
    for one in facts.lifetimes.iter().filter(|one| one.is_countable()) {
        units[unit_of[one.path as usize]].lifetimes.push(one);
    }
    units.iter_mut().for_each(|unit| unit.lifetimes.sort_by_key(|one| one.landing));
    if units.len() > 1 {
        let has_code: Vec<bool> =
            units.iter().map(|unit| unit.code_lines() > 0).collect();
        if has_code.contains(&true) {
            let mut has_code = has_code.into_iter();
            units.retain(|_| has_code.next().unwrap_or(true));
        }
    }
    units
}

/// Who is who: one person may have several names and addresses.
fn people(facts: &Facts) -> Vec<Option<u64>> {
    let git = cohorts::git_people(std::slice::from_ref(facts));
    let known = identity::resolve(&git, &[], &[]);
    let n_persons = len_to_u64(known.persons.len());
    let who = |(at, (one, person)): (u64, (&GitPerson, &Option<IdentityId>))| {
        let address = String::from_utf8_lossy(&one.email).trim().to_lowercase();
        match person {
            Some(id) => Some(u64::from(id.0)),
            None if one.is_automation => None,
            // Those without an address, and of addresses of two people, stand alone.
            None if address.is_empty() || known.disputed.contains(&address) => {
                Some(n_persons + at)
            }
            None if !address.contains("[bot]") => Some(n_persons + at),
            None => None,
        }
    };
    (0..).zip(git.iter().zip(&known.git_person)).map(who).collect()
}

/// The folders in which projects stand.
fn roots(facts: &Facts, tip: &TipFacts) -> BTreeSet<String> {
    let path = |number: u32| facts.paths[number as usize].to_json_text();
    let mut roots = BTreeSet::from([String::new()]);
    for one in &tip.manifests {
        let path = path(one.path);
        let folder = folder_of(&path);
        if !is_aside(folder) {
            roots.insert(folder.to_owned());
        }
    }
    let mut programs: BTreeMap<String, usize> = BTreeMap::new();
    for one in tip.signs.iter().filter(|one| one.kind == SignKind::EntryPoint) {
        let path = path(one.path);
        let folder = top_of(&path);
        let covered = roots.iter().any(|root| !root.is_empty() && is_in(root, folder));
        if !folder.is_empty() && !covered && !is_aside(folder) {
            programs.insert(folder.to_owned(), 0);
        }
    }
    for file in tip.files.iter().filter(|file| file.code_lines > 0) {
        if let Some(n) = programs.get_mut(top_of(&path(file.path))) {
            *n += 1;
        }
    }
    programs.retain(|_, n| *n >= LEAST_CODE_FILES);
    // Sources of the one project at the top are no projects of their own.
    let is_sources = |folder: &str| {
        matches!(
            folder,
            "src"
                | "lib"
                | "cmd"
                | "app"
                | "bin"
                | "scripts"
                | "tools"
                | "internal"
                | "pkg"
                | "builtin"
        )
    };
    programs.retain(|folder, _| !is_sources(folder));
    // What a manifest at the top speaks of is the code below it; and a single folder of
    // code is the project, with what stands around it.
    let is_one = tip.manifests.iter().any(|one| folder_of(&path(one.path)).is_empty());
    if !is_one && programs.len() > 1 {
        roots.extend(programs.into_keys());
    }
    roots
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |it| it.0)
}

fn top_of(path: &str) -> &str {
    path.split_once('/').map_or("", |it| it.0)
}

fn is_aside(folder: &str) -> bool {
    let file = format!("{folder}/x.py");
    let class = crate::file_class::by_path(file.as_bytes());
    class != FileClass::Product
        || crate::scan::signals::patterns::is_aside(file.as_bytes())
}

fn is_in(root: &str, path: &str) -> bool {
    root.is_empty()
        || path
            .strip_prefix(root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The number of the unit of a path: the deepest that it stands in.
fn of(roots: &[String], path: &[u8]) -> usize {
    let path = String::from_utf8_lossy(path);
    let mut folder = folder_of(&path);
    loop {
        if let Ok(at) = roots.binary_search_by(|root| root.as_str().cmp(folder)) {
            return at;
        }
        folder = folder_of(folder);
    }
}

impl<'f> Unit<'f> {
    /// Lines of code that tests none.
    pub fn code_lines(&self) -> u64 {
        self.files.iter().map(|file| file.code_lines).sum()
    }

    /// Lines of code that does.
    pub fn test_lines(&self) -> u64 {
        self.files.iter().map(|file| file.test_lines).sum()
    }

    /// Whether most of its code is of languages that are parsed; of the others it is not
    /// known what stands in for code, or stands twice.
    pub fn is_parsed(&self) -> bool {
        let is_known = |file: &&&TipFileFacts| {
            syntax::language_of(self.facts.paths[file.path as usize].bytes()).is_some()
        };
        let known = self.files.iter().filter(is_known);
        2 * known.map(|file| file.code_lines).sum::<u64>() >= self.code_lines()
    }

    /// Its lines of code and of what it runs in: neither pages nor settings.
    pub fn code_lives(&self) -> impl Iterator<Item = &'f LifetimeFacts> + '_ {
        use FileClass::{Infrastructure, Product, Test};
        let is_code =
            |one: &&LifetimeFacts| matches!(one.class, Product | Test | Infrastructure);
        self.lifetimes.iter().copied().filter(is_code)
    }

    /// The name of a path.
    pub fn path(&self, number: u32) -> String {
        self.facts.paths[number as usize].to_json_text().into_owned()
    }

    /// Whether a path stands in its folder, or in one above it.
    pub fn is_at_or_above(&self, path: u32) -> bool {
        is_in(folder_of(&self.path(path)), &self.root)
    }

    /// Whether it stands in a folder.
    pub fn is_below(&self, folder: &str) -> bool {
        is_in(folder, &self.root)
    }

    /// Its signs of a kind.
    pub fn signs(&self, kind: SignKind) -> impl Iterator<Item = &'f SignFacts> + '_ {
        let is =
            move |one: &&SignFacts| one.kind == kind && self.has_path[one.path as usize];
        self.tip.signs.iter().filter(is)
    }

    /// The signs of a kind of the whole repository.
    pub fn signs_anywhere(&self, kind: SignKind) -> impl Iterator<Item = &'f SignFacts> {
        self.tip.signs.iter().filter(move |one| one.kind == kind)
    }

    /// Its manifests.
    pub fn manifests(&self) -> impl Iterator<Item = &'f ManifestFacts> + '_ {
        self.tip.manifests.iter().filter(|one| {
            self.has_path[one.path as usize] && !is_aside(folder_of(&self.path(one.path)))
        })
    }

    /// A landing.
    pub fn landing(&self, number: u32) -> &'f Landing {
        &self.facts.mainline[number as usize]
    }

    /// When its first line landed; `None` without any.
    pub fn begun(&self) -> Option<Timestamp> {
        self.lifetimes.first().map(|one| self.landing(one.landing).time)
    }

    /// When its last line landed or died.
    pub fn last_changed(&self) -> Option<Timestamp> {
        let last = |one: &&LifetimeFacts| one.death.map_or(one.landing, |it| it.0);
        let number = self.lifetimes.iter().map(last).max()?;
        Some(self.landing(number).time)
    }
}
