//! The fleet audit: directories → units, judged.

use std::path::{Path, PathBuf};

use super::Outside;
use super::repositories::{Gathered, gather_from};
use crate::audit::{self, AuditReport, BrokenReport, Inputs};
use crate::discover::discover;
use crate::error::Error;
use crate::problem::Gaps;
use crate::report;
use crate::request::{AuditRequest, RepositoryRequest};
use crate::triage::Surroundings;
use crate::units::Timestamp;

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

    // 2. What each has to say, from a worker of its own.
    let repository = RepositoryRequest { paths: roots, ..request.repository.clone() };
    let gathered: Gathered = gather_from(&found, &repository, outside)?;
    broken.extend(gathered.broken.into_iter().map(row));

    // 3. The day of the audit: no clock is asked.
    let as_of =
        repository.options.as_of.or_else(|| audit::newest(&gathered.repositories));

    // 4. The rule.
    let mut reports: Vec<report::GapReport> = gathered
        .repositories
        .iter()
        .flat_map(|facts| report::gap_reports(&facts.path.to_json_text(), &facts.gaps))
        .collect();
    reports.extend(report::gap_reports("search", &gaps));
    for (place, gaps) in &gathered.gaps {
        reports.extend(report::gap_reports(place, gaps));
    }
    Ok(audit::build(Inputs {
        repositories: &gathered.repositories,
        around: Surroundings {
            as_of: as_of.unwrap_or(Timestamp(0)),
            inventory: request.inventory.as_ref(),
            thresholds: &request.thresholds,
        },
        broken,
        gaps: reports,
    }))
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
    if found.is_empty() && request.shard.is_none() {
        let why = "--include and --exclude leave none";
        let hint = "loosen them";
        return Err(Error::input("E-NOREPO", "cannot audit", why, hint));
    }
    Ok((roots, found, broken))
}

fn is_wanted(path: &Path, request: &AuditRequest) -> bool {
    let text = String::from_utf8_lossy(path.as_os_str().as_encoded_bytes());
    let fits = |all: &[regex::Regex]| all.iter().any(|one| one.is_match(&text));
    let is_in_shard = request.shard.is_none_or(|(number, of)| {
        let hash = xxhash_rust::xxh3::xxh3_64(path.as_os_str().as_encoded_bytes());
        hash % u64::from(of) == u64::from(number - 1)
    });
    let is_included = request.include.is_empty() || fits(&request.include);
    is_included && !fits(&request.exclude) && is_in_shard
}
