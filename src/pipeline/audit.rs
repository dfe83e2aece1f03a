//! The fleet audit: directories → units, judged.

use std::path::{Path, PathBuf};

use super::Outside;
use super::repositories::each;
use crate::audit::{self, AuditReport, BrokenReport, Inputs};
use crate::discover::discover;
use crate::error::Error;
use crate::facts::Facts;
use crate::problem::Gaps;
use crate::report;
use crate::request::{AuditRequest, RepositoryRequest};
use crate::units::{SECONDS_PER_DAY, Timestamp};

/// Which of these repositories and projects are prototypes, which of those are in
/// production, and what needs a decision?
///
/// # Errors
///
/// When nothing can be analysed, or the run was stopped.
pub fn audit(
    request: &AuditRequest,
    outside: &Outside<'_>,
) -> Result<AuditReport, Error> {
    // 1. Where the repositories are. A place without any is a row of its own.
    let mut gaps = Gaps::default();
    let (roots, found, mut broken) = find(request, &mut gaps)?;

    // 2. What each has to say, from a worker of its own. Of its facts no more is held
    // than a row and what the day of the audit decides.
    let repository = RepositoryRequest { paths: roots, ..request.repository.clone() };
    let take = |facts: Facts| audit::digest(&facts, &request.thresholds);
    let each = each(&found, &repository, outside, &take)?;
    broken.extend(each.broken.into_iter().map(row));
    if repository.warnings && found.len() > 1 {
        (outside.note)(&again(found.len(), each.kept));
    }

    // 3. The day of the audit: no clock is asked but for what is dated after it.
    let latest = outside.today.map(|day| Timestamp(day.0 + 2 * SECONDS_PER_DAY));
    let newest = || audit::newest(&each.found, latest);
    let as_of = repository.options.as_of.or_else(newest);

    // 4. The rule.
    let mut reports: Vec<report::GapReport> =
        each.found.iter().flat_map(|one| one.gaps.clone()).collect();
    reports.extend(report::gap_reports("search", &gaps));
    for (place, gaps) in &each.gaps {
        reports.extend(report::gap_reports(place, gaps));
    }
    Ok(audit::build(Inputs {
        repositories: each.found,
        as_of,
        inventory: request.inventory.as_ref(),
        thresholds: &request.thresholds,
        broken,
        gaps: reports,
    }))
}

/// How much of the work an earlier run had done.
fn again(n: usize, kept: usize) -> String {
    format!("{} of {n} repositories were read anew, {kept} were known already", n - kept)
}

fn row((repository, why): (String, String)) -> BrokenReport {
    BrokenReport { repository, why }
}

type Found = (Vec<PathBuf>, Vec<PathBuf>, Vec<BrokenReport>);

/// The places that hold repositories, the repositories that are wanted, and places that
/// could not be searched.
fn find(request: &AuditRequest, gaps: &mut Gaps) -> Result<Found, Error> {
    let (mut roots, mut broken, mut first_error) = (Vec::new(), Vec::new(), None);
    for path in &request.repository.paths {
        match discover(std::slice::from_ref(path), &mut Gaps::default()) {
            Ok(_) => roots.push(path.clone()),
            Err(error) => {
                let place = String::from_utf8_lossy(path.as_os_str().as_encoded_bytes());
                let why = format!("{}: {} [{}]", error.what, error.why, error.code);
                broken.push(row((place.into_owned(), why)));
                first_error = first_error.or(Some(error));
            }
        }
    }
    if let Some(error) = first_error.filter(|_| roots.is_empty()) {
        return Err(error);
    }
    let mut found = discover(&roots, gaps)?;
    found.retain(|path| is_wanted(path, request));
    if found.is_empty() {
        let why = "--include and --exclude leave none";
        let hint = "loosen them";
        return Err(Error::input("E-NOREPO", "cannot audit", why, hint));
    }
    found.retain(|path| is_in_shard(path, request));
    Ok((roots, found, broken))
}

fn is_wanted(path: &Path, request: &AuditRequest) -> bool {
    let text = String::from_utf8_lossy(path.as_os_str().as_encoded_bytes());
    let fits = |all: &[regex::Regex]| all.iter().any(|one| one.is_match(&text));
    let is_included = request.include.is_empty() || fits(&request.include);
    is_included && !fits(&request.exclude)
}

fn is_in_shard(path: &Path, request: &AuditRequest) -> bool {
    request.shard.is_none_or(|(number, of)| {
        let name = name_below(path, &request.repository.paths);
        let hash = xxhash_rust::xxh3::xxh3_64(name.as_os_str().as_encoded_bytes());
        hash % u64::from(of) == u64::from(number - 1)
    })
}

/// What a repository is called below the place that was named, so that machines with
/// their fleets in other places divide them alike; of one that was named itself the last
/// part.
fn name_below<'p>(path: &'p Path, places: &[PathBuf]) -> &'p Path {
    let below = places.iter().filter_map(|place| path.strip_prefix(place).ok());
    let shortest = below.min_by_key(|rest| rest.components().count());
    let last = || path.file_name().map_or(path, Path::new);
    shortest.filter(|rest| !rest.as_os_str().is_empty()).unwrap_or_else(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_repository_is_that_below_the_place_that_was_named() {
        let name = |path: &str, places: &[&str]| {
            let places: Vec<PathBuf> = places.iter().map(PathBuf::from).collect();
            name_below(Path::new(path), &places).display().to_string()
        };
        assert_eq!(name("fleet/a/b", &["fleet"]), "a/b");
        assert_eq!(name("/runner/work/fleet/a/b", &["/runner/work/fleet/"]), "a/b");
        assert_eq!(name("./fleet/a/b", &["./fleet", "other"]), "a/b");
        assert_eq!(name("fleet/a", &["fleet/a"]), "a");
        assert_eq!(name("/x/a", &["/y"]), "a");
    }
}
