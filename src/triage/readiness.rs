//! Q: what a project lacks to be relied on. Yes is a deficit.

use std::collections::{BTreeMap, BTreeSet};

use super::shape::percent;
use super::signal::{Evidence, Signal, SignalId, State};
use super::thresholds::Thresholds;
use super::unit::Unit;
use crate::facts::{ManifestFacts, SignFacts, SignKind};
use crate::file_class::FileClass;
use crate::teams::Teams;
use crate::units::{count_to_f64, len_to_u64};

/// Asks for Q1 to Q9.
pub fn signals(unit: &Unit<'_>, at: &Thresholds) -> Vec<Signal> {
    vec![
        few_tests(unit, at),
        no_workflow(unit),
        no_owner(unit),
        no_lock(unit),
        secrets(unit),
        Signal::unknown(SignalId::Q6, "this version cannot tell"),
        no_page(unit),
        unbounded(unit),
        no_licence(unit),
    ]
}

fn few_tests(unit: &Unit<'_>, at: &Thresholds) -> Signal {
    let (code, own) = (unit.code_lines(), unit.test_lines());
    let (named, aside) = tests_elsewhere(unit);
    let tests = own + named;
    if code == 0 {
        return Signal::unknown(SignalId::Q1, "there is no code");
    }
    let (least, least_changes) = (at.get("q1_test_share"), at.get("q1_co_change_share"));
    let share = count_to_f64(tests) / count_to_f64(code);
    let (with, of) = co_changes(unit, at.get("q1_change_lines"));
    let changes = (of > 0).then(|| count_to_f64(with) / count_to_f64(of));
    let threshold = format!(
        "below {} of the lines, or of the changes below {}",
        percent(least),
        percent(least_changes)
    );
    let value = format!(
        "{tests} lines of tests to {code} of code ({}); {with} of {of} code changes came \
         with tests",
        percent(share)
    );
    let is_little = share < least;
    if is_little && aside > 0 {
        let why = format!("{value}; {aside} lines of tests beside it may test it");
        return Signal::unknown(SignalId::Q1, why);
    }
    let is = is_little || changes.is_some_and(|share| share < least_changes);
    Signal::new(SignalId::Q1, State::of(is), value, threshold, Vec::new())
}

/// Lines of tests outside of a unit that stands in a folder: those in folders that name
/// it, and those in folders of tests at the top of the repository, which may test it.
fn tests_elsewhere(unit: &Unit<'_>) -> (u64, u64) {
    if unit.root.is_empty() {
        return (0, 0);
    }
    let last = unit.root.rsplit('/').next().unwrap_or_default();
    let (mut named, mut aside) = (0, 0);
    let others = unit.tip.files.iter().filter(|file| !unit.has_path[file.path as usize]);
    for file in others.filter(|file| file.class == FileClass::Test) {
        let path = unit.path(file.path);
        let (folders, _) = path.rsplit_once('/').unwrap_or_default();
        let top = folders.split('/').next().unwrap_or_default();
        if folders.split('/').any(|folder| super::production::names(folder, last)) {
            named += file.test_lines;
        } else if matches!(top, "test" | "tests" | "spec" | "specs" | "t") {
            aside += file.test_lines;
        }
    }
    (named, aside)
}

/// Landings with so many lines of code, and those of them that touched tests too.
fn co_changes(unit: &Unit<'_>, least_lines: f64) -> (u64, u64) {
    let code: BTreeSet<u32> = unit
        .files
        .iter()
        .filter(|file| file.code_lines > 0)
        .map(|file| file.path)
        .collect();
    // Files with tests of their own within count as tests that were touched.
    let inline: BTreeSet<u32> = unit
        .files
        .iter()
        .filter(|file| file.code_lines > 0 && file.test_lines > 0)
        .map(|file| file.path)
        .collect();
    let mut landings: BTreeMap<u32, (u64, bool)> = BTreeMap::new();
    for one in &unit.lifetimes {
        let row = landings.entry(one.landing).or_default();
        row.1 |= one.class == FileClass::Test || inline.contains(&one.path);
        if one.class == FileClass::Product && code.contains(&one.path) {
            row.0 += one.lines;
        }
        if let Some((death, _)) = one.death {
            landings.entry(death).or_default().1 |= one.class == FileClass::Test;
        }
    }
    // Tests of a project may stand beside its folder.
    let elsewhere: BTreeSet<u32> = if unit.root.is_empty() {
        BTreeSet::new()
    } else {
        let tests = unit.facts.lifetimes.iter().filter(|it| it.class == FileClass::Test);
        tests.map(|one| one.landing).collect()
    };
    let large = landings.iter().filter(|it| count_to_f64(it.1.0) >= least_lines);
    let (mut with, mut of) = (0, 0);
    for (landing, (_, tests)) in large {
        of += 1;
        with += u64::from(*tests || elsewhere.contains(landing));
    }
    (with, of)
}

fn no_workflow(unit: &Unit<'_>) -> Signal {
    let evidence: Vec<Evidence> = unit
        .signs_anywhere(SignKind::RunsTests)
        .map(|one| {
            Evidence::file(&unit.path(one.path), one.line, one.word.to_json_text())
        })
        .collect();
    let value = match evidence.len() {
        0 => "no workflow here runs any; one elsewhere would not be seen".to_owned(),
        n => super::rule::n_of(n, "line that does", "lines that do"),
    };
    Signal::new(SignalId::Q2, State::of(evidence.is_empty()), value, "none", evidence)
}

fn no_owner(unit: &Unit<'_>) -> Signal {
    let mut evidence = Vec::new();
    let mut rules = String::new();
    let of_rules =
        |one: &&SignFacts| matches!(one.kind, SignKind::Owner | SignKind::Unowned);
    for one in unit.tip.signs.iter().filter(of_rules) {
        // Who it is does not matter, and is not told.
        let is_owned = one.kind == SignKind::Owner;
        let owner = if is_owned { "@owner" } else { "" };
        let word = one.word.to_json_text().into_owned();
        rules += &format!("{word} {owner}\n");
        if is_owned {
            evidence.push(Evidence::file(&unit.path(one.path), one.line, word));
        }
    }
    let teams = Teams::parse(rules.as_bytes()).unwrap_or_default();
    let owned = |file: &&&crate::facts::TipFileFacts| {
        teams.of_path(&unit.path(file.path)).is_some()
    };
    let code = unit.files.iter().filter(|file| file.code_lines > 0);
    if !code.clone().any(|file| owned(&file)) {
        evidence.clear();
    }
    let names =
        ["maintainers", "maintainers.md", "owners", "maintainers.txt", "owners.md"];
    for file in &unit.tip.files {
        let path = unit.path(file.path);
        let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        if names.contains(&name.as_str()) && unit.is_at_or_above(file.path) {
            evidence.push(Evidence::file(&path, None, "names maintainers"));
        }
    }
    for one in unit.manifests().filter(|one| one.has_maintainer) {
        evidence.push(Evidence::file(&unit.path(one.path), None, "names maintainers"));
    }
    let value = match evidence.len() {
        0 => "neither owners nor maintainers are named".to_owned(),
        n => super::rule::n_of(n, "entry", "entries"),
    };
    Signal::new(SignalId::Q3, State::of(evidence.is_empty()), value, "none", evidence)
}

/// Package managers, and the lock files of each.
const LOCKED: &[(&str, &[&str])] = &[
    ("cargo", &["cargo.lock"]),
    (
        "npm",
        &[
            "package-lock.json",
            "yarn.lock",
            "pnpm-lock.yaml",
            "bun.lock",
            "bun.lockb",
            "npm-shrinkwrap.json",
            "deno.lock",
        ],
    ),
    ("go", &["go.sum"]),
    ("ruby", &["gemfile.lock", "gems.locked"]),
    ("composer", &["composer.lock"]),
    (
        "python",
        &[
            "poetry.lock",
            "uv.lock",
            "pdm.lock",
            "pipfile.lock",
            "pylock.toml",
            "conda-lock.yml",
            "pixi.lock",
        ],
    ),
];

fn no_lock(unit: &Unit<'_>) -> Signal {
    let needing: Vec<&ManifestFacts> = unit
        .manifests()
        .filter(|one| one.dependencies.iter().any(|it| !it.is_local))
        .filter(|one| LOCKED.iter().any(|row| row.0 == one.system))
        .collect();
    let unread = unit.manifests().filter(|one| !one.is_read).count();
    if needing.is_empty() {
        return match unread {
            0 => {
                let value = "it needs nothing that a lock file would hold";
                Signal::new(SignalId::Q4, State::No, value, "", Vec::new())
            }
            n => Signal::unknown(
                SignalId::Q4,
                format!(
                    "{} could not be read",
                    super::rule::n_of(n, "manifest", "manifests")
                ),
            ),
        };
    }
    let missing: Vec<Evidence> = needing
        .iter()
        .filter(|one| !has_lock(unit, one))
        .map(|one| {
            let n =
                super::rule::n_of(one.dependencies.len(), "dependency", "dependencies");
            Evidence::file(&unit.path(one.path), None, format!("{n}, and no lock file"))
        })
        .collect();
    let value = format!("{} of {} manifests without one", missing.len(), needing.len());
    Signal::new(SignalId::Q4, State::of(!missing.is_empty()), value, "any", missing)
}

fn has_lock(unit: &Unit<'_>, manifest: &ManifestFacts) -> bool {
    let names =
        LOCKED.iter().find(|row| row.0 == manifest.system).map_or(&[][..], |it| it.1);
    let pinned = manifest.dependencies.iter().all(|one| one.is_local)
        || manifest.system == "python" && is_pinned(unit, manifest);
    pinned
        || unit.tip.files.iter().any(|file| {
            let path = unit.path(file.path).to_ascii_lowercase();
            let name = path.rsplit('/').next().unwrap_or_default();
            names.contains(&name) && unit.is_at_or_above(file.path)
        })
}

/// Whether a list of requirements of Python is itself a lock: by its name, as
/// `requirements.lock.txt`, or by taking one version of each alone.
fn is_pinned(unit: &Unit<'_>, manifest: &ManifestFacts) -> bool {
    let path = unit.path(manifest.path).to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_lock = name.split(['.', '-', '_']).any(|word| word == "lock");
    let is_list = name.starts_with("requirements") && name.ends_with(".txt");
    is_list && (is_lock || manifest.dependencies.iter().all(|one| one.is_exact))
}

fn secrets(unit: &Unit<'_>) -> Signal {
    let evidence: Vec<Evidence> = unit
        .signs(SignKind::Secret)
        .map(|one| {
            Evidence::file(&unit.path(one.path), one.line, one.word.to_json_text())
        })
        .collect();
    let value = match evidence.len() {
        0 => "none was found at the tip; the history was not searched".to_owned(),
        n if is_cut(&evidence) => format!("at least {n} places"),
        n => super::rule::n_of(n, "place", "places"),
    };
    Signal::new(SignalId::Q5, State::of(!evidence.is_empty()), value, "any", evidence)
}

/// Whether a file has so many places that no more of it were kept.
fn is_cut(evidence: &[Evidence]) -> bool {
    let mut counts: BTreeMap<&Option<String>, usize> = BTreeMap::new();
    evidence.iter().for_each(|one| *counts.entry(&one.path).or_default() += 1);
    counts.values().any(|&n| n >= crate::scan::signals::MOST_SIGNS)
}

fn no_page(unit: &Unit<'_>) -> Signal {
    let mut evidence: Vec<Evidence> = unit
        .signs_anywhere(SignKind::RunSection)
        .filter(|one| unit.is_at_or_above(one.path))
        .map(|one| {
            Evidence::file(&unit.path(one.path), one.line, one.word.to_json_text())
        })
        .collect();
    for file in &unit.tip.files {
        let path = unit.path(file.path);
        let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        let is_page =
            ["install", "running", "deploy", "contributing", "hacking", "usage"]
                .iter()
                .any(|word| name == *word || name.starts_with(&format!("{word}.")));
        if is_page && unit.is_at_or_above(file.path) {
            evidence.push(Evidence::file(&path, None, "a page of its own"));
        }
    }
    let value = match evidence.len() {
        0 => "no heading of a README, and no page of its own".to_owned(),
        n => super::rule::n_of(n, "section", "sections"),
    };
    Signal::new(SignalId::Q7, State::of(evidence.is_empty()), value, "none", evidence)
}

fn unbounded(unit: &Unit<'_>) -> Signal {
    let all: Vec<&ManifestFacts> = unit.manifests().collect();
    if !all.is_empty() && all.iter().all(|one| !one.is_read) {
        return Signal::unknown(SignalId::Q8, "no manifest could be read");
    }
    let mut evidence = Vec::new();
    for manifest in all {
        let own = manifest.dependencies.iter().filter(|it| !it.is_dev && it.is_unbounded);
        let path = unit.path(manifest.path);
        evidence.extend(own.map(|one| {
            Evidence::file(&path, None, format!("any {}", one.name.to_json_text()))
        }));
    }
    let n: usize = unit
        .manifests()
        .map(|one| {
            one.dependencies.iter().filter(|it| !it.is_dev && !it.is_local).count()
        })
        .sum();
    let value = format!("{} of {n} take any version", evidence.len());
    // Where a lock file is, it says which.
    let is = !evidence.is_empty() && no_lock(unit).state != State::No;
    Signal::new(SignalId::Q8, State::of(is), value, "any, without a lock file", evidence)
}

fn no_licence(unit: &Unit<'_>) -> Signal {
    let mut evidence: Vec<Evidence> = Vec::new();
    let mut vendored = 0;
    for file in &unit.tip.files {
        let path = unit.path(file.path);
        let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        let is = ["license", "licence", "copying", "unlicense", "notice"]
            .iter()
            .any(|word| name.starts_with(word))
            || holder_of_licences(&path).is_some();
        let is_here = unit.is_at_or_above(file.path)
            || holder_of_licences(&path).is_some_and(|it| unit.is_below(it));
        if is && is_here {
            evidence.push(Evidence::file(&path, None, "a licence or notice"));
        }
        let is_ours = unit.has_path[file.path as usize];
        vendored += usize::from(is_ours && file.class == FileClass::Vendored);
    }
    for one in unit.manifests().filter(|one| one.has_licence) {
        evidence.push(Evidence::file(&unit.path(one.path), None, "names a licence"));
    }
    if !evidence.is_empty() {
        return Signal::new(SignalId::Q9, State::No, "one is here", "none", evidence);
    }
    let n = len_to_u64(vendored);
    match n {
        0 => Signal::unknown(
            SignalId::Q9,
            "none is here; whether one is needed is not known",
        ),
        n => {
            let value = format!("none is here, and {n} files are somebody else's");
            Signal::new(SignalId::Q9, State::Yes, value, "none", Vec::new())
        }
    }
}

/// The folder in which a folder of licences stands that a file is in.
fn holder_of_licences(path: &str) -> Option<&str> {
    let (folder, _) = path.rsplit_once('/')?;
    let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
    let names = ["licenses", "licences"];
    names.iter().any(|it| name.eq_ignore_ascii_case(it)).then_some(above)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_licences_is_of_what_it_stands_in() {
        assert_eq!(holder_of_licences("LICENSES/MIT.txt"), Some(""));
        assert_eq!(holder_of_licences("a/licenses/BUSL_LICENSE"), Some("a"));
        assert_eq!(holder_of_licences("src/licenses.rs"), None);
        assert_eq!(holder_of_licences("LICENSE"), None);
    }
}
