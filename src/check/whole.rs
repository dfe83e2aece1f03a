//! What is told of a change as a whole: its size, its tests, what it brings along.

use super::jobs;
use super::judge::{Draft, Judged, lines};
use super::{Finding, Measured, Place, Related, Side};
use crate::file_class::FileClass;
use crate::scan::change::ChangedFile;
use crate::units::{count_to_f64, len_to_f64};

/// How many other files are named with a finding.
const MOST_FILES: usize = 10;

/// `tests-left-behind`
pub(super) fn tests_left_behind(judged: &Judged<'_>) -> Vec<Finding> {
    let files = &judged.change.files;
    let size = |file: &ChangedFile| match is_beside_the_product(file.path.bytes()) {
        true => 0,
        false => file.added_product_lines,
    };
    let added: u64 = files.iter().map(size).sum();
    let tested: u64 = files.iter().map(|file| file.changed_test_lines).sum();
    let most = judged.overall("max_lines");
    if !judged.change.has_tests || tested > 0 || count_to_f64(added) <= most {
        return Vec::new();
    }
    let message =
        format!("{} of product code are added and no test is touched", lines(added));
    at_most(judged, size, message, (added, most, "lines"))
}

/// Whether a path leads into a folder of what shows, measures or helps to build, which
/// seldom has tests.
fn is_beside_the_product(path: &[u8]) -> bool {
    const FOLDERS: [&[u8]; 13] = [
        b".ci",
        b".circleci",
        b".github",
        b".gitlab",
        b"bench",
        b"benches",
        b"benchmark",
        b"benchmarks",
        b"demo",
        b"demos",
        b"example",
        b"examples",
        b"scripts",
    ];
    let mut folders = path.split(|&byte| byte == b'/').rev().skip(1);
    folders.any(|folder| FOLDERS.contains(&folder))
}

/// `giant-change`
pub(super) fn giant_change(judged: &Judged<'_>) -> Vec<Finding> {
    let size = |file: &ChangedFile| file.added_product_lines;
    let added: u64 = judged.change.files.iter().map(size).sum();
    let most = judged.overall("max_lines");
    if count_to_f64(added) <= most {
        return Vec::new();
    }
    let message = format!("{} of product code are added in one change", lines(added));
    at_most(judged, size, message, (added, most, "lines"))
}

/// `generated-in-review`
pub(super) fn generated_in_review(judged: &Judged<'_>) -> Vec<Finding> {
    let size = |file: &ChangedFile| {
        let is_bulk = matches!(
            file.class,
            FileClass::Generated | FileClass::Vendored | FileClass::Minified
        );
        let counts = (is_bulk || file.marks_itself) && !file.is_said_generated;
        if counts { file.added_lines } else { 0 }
    };
    let added: u64 = judged.change.files.iter().map(size).sum();
    let most = judged.overall("max_lines");
    if count_to_f64(added) <= most {
        return Vec::new();
    }
    let message = format!(
        "{} are added in generated or copied-in files that no attribute marks",
        lines(added)
    );
    at_most(judged, size, message, (added, most, "lines"))
}

/// A finding at the file that has most, with the next ones.
fn at_most(
    judged: &Judged<'_>,
    size: impl Fn(&ChangedFile) -> u64,
    message: String,
    (value, threshold, unit): (u64, f64, &'static str),
) -> Vec<Finding> {
    let mut files: Vec<&ChangedFile> =
        judged.change.files.iter().filter(|file| size(file) > 0).collect();
    files.sort_by_key(|file| (std::cmp::Reverse(size(file)), &file.path));
    let Some((first, others)) = files.split_first() else { return Vec::new() };
    let place = |file: &&ChangedFile| {
        let path = file.path.clone();
        Related::Lines(Place { path, first_line: None, last_line: None }, Side::Head)
    };
    vec![judged.finding(Draft {
        path: &first.path,
        lines: None,
        side: Side::Head,
        symbol: None,
        message,
        measured: Some(Measured { value: count_to_f64(value), threshold, unit }),
        related: others.iter().take(MOST_FILES).map(place).collect(),
        words: &[],
    })]
}

/// `dependency-without-lock`
pub(super) fn dependency_without_lock(judged: &Judged<'_>) -> Vec<Finding> {
    let manifests = judged.change.files.iter().filter_map(|file| {
        let manifest = file.manifest.as_ref()?;
        let is_behind = manifest.must_show_in_lock
            && !manifest.locks.is_empty()
            && !manifest.lock_is_changed;
        is_behind.then_some((file, manifest))
    });
    manifests
        .map(|(file, manifest)| {
            let lock = |path: &crate::untrusted::Untrusted| {
                let path = path.clone();
                let place = Place { path, first_line: None, last_line: None };
                Related::Lines(place, Side::Base)
            };
            judged.finding(Draft {
                path: &file.path,
                lines: None,
                side: Side::Head,
                symbol: None,
                message:
                    "the manifest asks for other dependencies, and its lock file is as \
                          before"
                        .to_owned(),
                measured: None,
                related: manifest.locks.iter().map(lock).collect(),
                words: &[],
            })
        })
        .collect()
}

/// `scope-sprawl`
pub(super) fn scope_sprawl(judged: &Judged<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let files = &judged.change.files;
    let is_new_root = |file: &&ChangedFile| {
        file.manifest.as_ref().is_some_and(|manifest| manifest.is_new_root)
    };
    let roots: Vec<&ChangedFile> = files.iter().filter(is_new_root).collect();
    let most = judged.overall("max_roots");
    if len_to_f64(roots.len()) > most {
        let others = roots.iter().skip(1).take(MOST_FILES).map(|file| {
            let path = file.path.clone();
            Related::Lines(Place { path, first_line: None, last_line: None }, Side::Head)
        });
        let value = len_to_f64(roots.len());
        findings.push(judged.finding(Draft {
            path: &roots[0].path,
            lines: None,
            side: Side::Head,
            symbol: None,
            message: format!("the change begins {} new projects", roots.len()),
            measured: Some(Measured { value, threshold: most, unit: "projects" }),
            related: others.collect(),
            words: &[],
        }));
    }
    for file in files {
        let Some(manifest) = file.manifest.as_ref() else { continue };
        for added in &manifest.added {
            if let Some(second) =
                jobs::second(&manifest.ecosystem, added, &manifest.others)
            {
                findings.push(judged.finding(Draft {
                    path: &file.path,
                    lines: None,
                    side: Side::Head,
                    symbol: Some(added),
                    message: format!(
                        "a second library for {}: the project has {} already",
                        second.job, second.has
                    ),
                    measured: None,
                    related: Vec::new(),
                    words: &[],
                }));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::is_beside_the_product;

    #[test]
    fn a_demo_is_known_by_its_folder_and_not_by_its_own_name() {
        for path in ["demos/chat/app.py", "web/examples/a.ts", ".github/scripts/x.py"] {
            assert!(is_beside_the_product(path.as_bytes()), "{path}");
        }
        for path in ["app/scripts.py", "demo.py", "src/benchmarking/a.rs", "src/a.rs"] {
            assert!(!is_beside_the_product(path.as_bytes()), "{path}");
        }
    }
}
