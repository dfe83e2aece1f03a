//! Paths → facts, several workers at a time.

use std::path::PathBuf;
use std::sync::Mutex;

use super::{Outside, TrustedFolders};
use crate::discover::discover;
use crate::error::{Error, Exit};
use crate::facts::{CacheUse, Facts};
use crate::lines::schedule::Progress;
use crate::problem::{GapKind, Gaps};
use crate::request::RepositoryRequest;
use crate::scan::ScanOptions;
use crate::untrusted::Untrusted;
use crate::worker;

/// What came of the repositories.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The facts of those that could be analysed, by path.
    pub repositories: Vec<Facts>,
    /// Gaps by place: repositories that could not.
    pub gaps: Vec<(String, Gaps)>,
    /// The repositories that could not be analysed, and why.
    pub broken: Vec<(String, String)>,
}

/// Has a worker analyse each repository. One that fails is a gap, as long as another
/// succeeds.
///
/// # Errors
///
/// When there is no repository, or none could be analysed, or the run was stopped.
pub fn gather(
    request: &RepositoryRequest,
    outside: &Outside<'_>,
) -> Result<Gathered, Error> {
    let mut search_gaps = Gaps::default();
    let paths = discover(&request.paths, &mut search_gaps)?;
    let mut gathered = gather_from(&paths, request, outside)?;
    if !search_gaps.is_empty() {
        gathered.gaps.push(("search".to_owned(), search_gaps));
    }
    Ok(gathered)
}

/// The same of repositories that are found already.
///
/// # Errors
///
/// When none could be analysed, or the run was stopped.
pub(super) fn gather_from(
    paths: &[PathBuf],
    request: &RepositoryRequest,
    outside: &Outside<'_>,
) -> Result<Gathered, Error> {
    let results = run_all(paths, request, outside);
    if outside.stop.load(std::sync::atomic::Ordering::Relaxed) {
        let error = Error::input(
            "E-STOPPED",
            "the run was stopped",
            "a signal asked for it",
            "run it again",
        );
        return Err(Error { exit: Exit::Interrupted, ..error });
    }
    if request.warnings {
        warn_of_cache(&results, outside);
    }
    let mut gathered = Gathered::default();
    let mut first_error = None;
    for (path, result) in paths.iter().zip(results) {
        match result {
            Ok(facts) => gathered.repositories.push(facts),
            Err(error) => {
                let place = path.as_os_str().as_encoded_bytes();
                let mut gaps = Gaps::default();
                let kind = if error.code == "E-WORKER" {
                    GapKind::Worker
                } else {
                    GapKind::Repository
                };
                gaps.add(
                    kind,
                    &format!("{}: {} [{}]", error.what, error.why, error.code),
                    place,
                );
                let place = String::from_utf8_lossy(place).into_owned();
                let why = format!("{}: {} [{}]", error.what, error.why, error.code);
                gathered.broken.push((place.clone(), why));
                gathered.gaps.push((place, gaps));
                first_error = first_error.or(Some(error));
            }
        }
    }
    match first_error {
        Some(error) if gathered.repositories.is_empty() => Err(error),
        _ => Ok(gathered),
    }
}

/// Says once that nothing could be kept for the next run.
fn warn_of_cache(results: &[Result<Facts, Error>], outside: &Outside<'_>) {
    let fault = results.iter().flatten().find_map(|facts| match &facts.cache {
        CacheUse::Unwritable(why) => Some(why),
        CacheUse::None | CacheUse::Kept | CacheUse::Resumed => None,
    });
    if let Some(why) = fault {
        let why = Untrusted::from(why.as_str()).to_terminal();
        (outside.warn)(&format!(
            "nothing is kept for the next run: {why}; see --cache-dir and --no-cache \
             [W-CACHE]"
        ));
    }
}

fn run_all(
    paths: &[PathBuf],
    request: &RepositoryRequest,
    outside: &Outside<'_>,
) -> Vec<Result<Facts, Error>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = request.options.jobs.unwrap_or(cores);
    let at_once = jobs.min(paths.len()).max(1);
    let threads = (jobs / at_once).max(1);
    let options = ScanOptions { jobs: Some(threads), ..request.options.clone() };
    let request = RepositoryRequest { options, ..request.clone() };
    let trusted = TrustedFolders::of_this_user();
    let next = Mutex::new(0..paths.len());
    let results: Mutex<Vec<Option<Result<Facts, Error>>>> =
        Mutex::new(paths.iter().map(|_| None).collect());
    let work = || {
        while let Some(number) = next.lock().ok().and_then(|mut next| next.next()) {
            let path = &paths[number];
            let options = ScanOptions {
                allow_foreign_owner: request.options.allow_foreign_owner
                    || trusted.holds(path),
                ..request.options.clone()
            };
            let roots = &request.paths;
            let task = worker::Task { path, roots, options: &options };
            let result = run_one(task, (number, paths.len()), outside);
            if let Ok(mut results) = results.lock() {
                results[number] = Some(result);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..at_once {
            // A thread that the system refuses leaves more to the others.
            let started = std::thread::Builder::new().spawn_scoped(scope, work);
            drop(started);
        }
        work();
    });
    let lost = || {
        Error::input(
            "E-WORKER",
            "the analysis failed",
            "a thread was lost",
            "run it again",
        )
    };
    let results = results.into_inner().unwrap_or_default();
    results.into_iter().map(|result| result.unwrap_or_else(|| Err(lost()))).collect()
}

/// Runs a worker; `at` is its number and how many there are.
fn run_one(
    task: worker::Task<'_>,
    at: (usize, usize),
    outside: &Outside<'_>,
) -> Result<Facts, Error> {
    let name = Untrusted::from(task.path.as_os_str().as_encoded_bytes());
    let prefix = if at.1 > 1 { format!("{}/{} ", at.0 + 1, at.1) } else { String::new() };
    let mut show = |progress: Progress| {
        let words = words(progress);
        (outside.progress)(&format!("{prefix}{}  {words}", name.to_terminal()));
    };
    worker::run(task, outside.stop, &mut show)
}

/// How far a worker has come, in words.
pub(super) fn words(progress: Progress) -> String {
    match progress {
        Progress::Commits(n) => format!("reading commits: {n}"),
        Progress::Compared(n, of) => format!("comparing commits: {n} of {of}"),
        Progress::Placed(n, of) => format!("ordering versions: {n} of {of} commits"),
        Progress::Records(n) => format!("reading records of lines: {n}"),
        Progress::Classified(n, of) => format!("reading messages: {n} of {of}"),
        Progress::Parsed(n, of) => format!("parsing files: {n} of {of}"),
        Progress::Versions(n, of) => format!("following lines: {n} of {of} versions"),
        Progress::Moves(n, of) => format!("finding moves: {n} of {of} commits"),
        Progress::Settled(n) => format!("making lifetimes: {n}"),
    }
}
