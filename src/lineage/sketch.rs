//! What is held of a unit to compare it: fingerprints with dates, and what was last done
//! to each of its files. No code, and no names of people.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Facts, Landing};
use crate::triage::Unit;
use crate::units::Timestamp;

/// How many commits of the mainline are held, the first ones.
const MOST_COMMITS: usize = 4_096;
/// How many changes of a file are held, the last ones.
const MOST_CHANGES: usize = 32;

/// A unit to compare.
#[derive(Debug, Clone, Default)]
pub struct Sketch {
    /// Only fingerprints below this were kept; `None` when all were.
    pub below: Option<u64>,
    /// The fingerprints, in order; each once, with its oldest place.
    pub prints: Vec<Print>,
    /// The files that these stand in.
    pub files: Vec<SketchFile>,
    /// When its first line landed.
    pub begun: Option<Timestamp>,
    /// The first commits of the mainline: the beginnings of their ids, and when they landed.
    pub mainline: Vec<(u64, Timestamp)>,
}

/// A fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    /// What it is.
    pub hash: u64,
    /// The place of its file among the files.
    pub file: u32,
    /// The lines it is made of, 0-based and half-open.
    pub lines: (u32, u32),
    /// Since when it stands there.
    pub since: Timestamp,
}

/// A file with fingerprints.
#[derive(Debug, Clone, Default)]
pub struct SketchFile {
    /// Its path in the repository.
    pub path: String,
    /// The last changes of it, oldest first.
    pub changes: Vec<FileChange>,
}

/// A landing that changed a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// When.
    pub time: Timestamp,
    /// The commit that landed, in full.
    pub commit: String,
    /// Whether its subject says that something is mended.
    pub is_mend: bool,
}

impl Sketch {
    /// Makes the sketch of a unit.
    pub fn of(unit: &Unit<'_>) -> Self {
        let paths: BTreeSet<u32> = unit.tip.prints.iter().map(|it| it.path).collect();
        let is_own =
            |path: &u32| unit.has_path[*path as usize] && !is_scaffold(&unit.path(*path));
        let number: BTreeMap<u32, u32> =
            paths.into_iter().filter(is_own).zip(0..).collect();
        let mut prints: Vec<Print> = Vec::new();
        for one in &unit.tip.prints {
            let Some(&file) = number.get(&one.path) else { continue };
            let since = unit.landing(one.landing).time;
            let print =
                Print { hash: one.hash, file, lines: (one.start, one.end), since };
            match prints.last_mut().filter(|last| last.hash == print.hash) {
                Some(last) if last.since <= since => {}
                Some(last) => *last = print,
                None => prints.push(print),
            }
        }
        let mut changes = changes(unit, &number);
        let file = |(&path, at): (&u32, &u32)| SketchFile {
            path: unit.path(path),
            changes: changes.remove(at).unwrap_or_default(),
        };
        Self {
            below: unit.tip.prints_below,
            prints,
            files: number.iter().map(file).collect(),
            begun: unit.begun(),
            mainline: mainline(unit.facts),
        }
    }
}

/// The beginnings of the ids of the first landings.
fn mainline(facts: &Facts) -> Vec<(u64, Timestamp)> {
    let row = |landing: &Landing| {
        let [a, b, c, d, e, f, g, h, ..] = facts.commits[landing.commit.at()].id.0;
        (u64::from_be_bytes([a, b, c, d, e, f, g, h]), landing.time)
    };
    facts.mainline.iter().take(MOST_COMMITS).map(row).collect()
}

/// What was last done to files, by their numbers.
fn changes(
    unit: &Unit<'_>,
    number: &BTreeMap<u32, u32>,
) -> BTreeMap<u32, Vec<FileChange>> {
    let mut landings: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for one in &unit.lifetimes {
        let Some(&file) = number.get(&one.path) else { continue };
        let of_file = landings.entry(file).or_default();
        of_file.insert(one.landing);
        of_file.extend(one.death.filter(|it| it.1.is_death()).map(|it| it.0));
    }
    let change = |landing: u32| {
        let at = unit.landing(landing);
        let commit = unit.facts.commits[at.commit.at()].id.to_string();
        let is_mend = unit.tip.mends.binary_search(&landing).is_ok();
        FileChange { time: at.time, commit, is_mend }
    };
    let last = |of_file: BTreeSet<u32>| {
        let from = of_file.len().saturating_sub(MOST_CHANGES);
        of_file.into_iter().skip(from).map(change).collect()
    };
    landings.into_iter().map(|(file, of_file)| (file, last(of_file))).collect()
}

/// Names of files that frameworks write.
const SCAFFOLD: &[&str] = &[
    "manage.py",
    "wsgi.py",
    "asgi.py",
    "apps.py",
    "admin.py",
    "settings.py",
    "env.py",
    "setup.py",
    "conftest.py",
    "conf.py",
    "gulpfile.js",
    "reportwebvitals.js",
    "reportwebvitals.ts",
    "setuptests.js",
    "setuptests.ts",
    "serviceworker.js",
    "serviceworker.ts",
    "polyfills.ts",
    "karma.conf.js",
    "main.ts",
    "app.module.ts",
    "app.component.ts",
    "next-env.d.ts",
    "vite-env.d.ts",
    "server.php",
    "index.php",
    "program.cs",
    "startup.cs",
    "mavenwrapperdownloader.java",
    "application.rb",
    "environment.rb",
    "boot.rb",
    "puma.rb",
];

/// Folders of them.
const SCAFFOLD_FOLDERS: &[&str] = &[
    "migrations",
    "initializers",
    "environments",
    "config",
    "bootstrap",
    "generated",
    "gradle",
    ".storybook",
];

/// Whether frameworks write a file of this name, so that having it is no kinship.
fn is_scaffold(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
    SCAFFOLD.contains(&name)
        || name.contains(".config.")
        || name.starts_with('.')
        || folders.split('/').any(|folder| SCAFFOLD_FOLDERS.contains(&folder))
}
