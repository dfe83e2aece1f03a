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
}

/// What came of repositories that were let go one by one.
#[derive(Debug)]
pub(super) struct Each<T> {
    /// What was made of each that could be analysed, by path.
    pub(super) found: Vec<T>,
    /// Gaps by place: repositories that could not.
    pub(super) gaps: Vec<(String, Gaps)>,
    /// The repositories that could not be analysed, and why.
    pub(super) broken: Vec<(String, String)>,
    /// How many were known whole from an earlier run.
    pub(super) kept: usize,
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
    let Each { found, mut gaps, .. } = each(&paths, request, outside, &|facts| facts)?;
    if !search_gaps.is_empty() {
        gaps.push(("search".to_owned(), search_gaps));
    }
    Ok(Gathered { repositories: found, gaps })
}

/// The same of repositories that are found already, each of which is let go as soon as
/// `take` has made of it what is needed: no more are held than there are workers.
///
/// # Errors
///
/// When none could be analysed, or the run was stopped.
pub(super) fn each<T: Send>(
    paths: &[PathBuf],
    request: &RepositoryRequest,
    outside: &Outside<'_>,
    take: &(dyn Fn(Facts) -> T + Sync),
) -> Result<Each<T>, Error> {
    let results = run_all(paths, request, outside, take);
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
        warn_of_cache(results.iter().flatten().map(|done| &done.0), outside);
    }
    let (found, gaps, broken) = (Vec::new(), Vec::new(), Vec::new());
    let mut each = Each { found, gaps, broken, kept: 0 };
    let mut first_error = None;
    for (path, result) in paths.iter().zip(results) {
        match result {
            Ok((cache, made)) => {
                each.kept += usize::from(cache == CacheUse::Kept);
                each.found.push(made);
            }
            Err(error) => {
                each.leave_out(path.as_os_str().as_encoded_bytes(), &error);
                first_error = first_error.or(Some(error));
            }
        }
    }
    match first_error {
        Some(error) if each.found.is_empty() => Err(error),
        _ => Ok(each),
    }
}

impl<T> Each<T> {
    fn leave_out(&mut self, place: &[u8], error: &Error) {
        let kind = match error.code {
            "E-WORKER" => GapKind::Worker,
            _ => GapKind::Repository,
        };
        let why = format!("{}: {} [{}]", error.what, error.why, error.code);
        let mut gaps = Gaps::default();
        gaps.add(kind, &why, place);
        let place = String::from_utf8_lossy(place).into_owned();
        self.broken.push((place.clone(), why));
        self.gaps.push((place, gaps));
    }
}

/// Says once that nothing could be kept for the next run.
fn warn_of_cache<'c>(
    mut cached: impl Iterator<Item = &'c CacheUse>,
    outside: &Outside<'_>,
) {
    let fault = cached.find_map(|cache| match cache {
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

/// What was made of a repository, and whether an earlier run had kept it.
type Made<T> = Result<(CacheUse, T), Error>;

fn run_all<T: Send>(
    paths: &[PathBuf],
    request: &RepositoryRequest,
    outside: &Outside<'_>,
    take: &(dyn Fn(Facts) -> T + Sync),
) -> Vec<Made<T>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = request.options.jobs.unwrap_or(cores);
    let at_once = jobs.min(paths.len()).max(1);
    let threads = (jobs / at_once).max(1);
    let options = ScanOptions { jobs: Some(threads), ..request.options.clone() };
    let request = RepositoryRequest { options, ..request.clone() };
    let trusted = TrustedFolders::of_this_user();
    let next = Mutex::new(0..paths.len());
    let results: Mutex<Vec<Option<Made<T>>>> =
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
            let result = run_one(task, (number, paths.len()), outside)
                .map(|facts| (facts.cache.clone(), take(facts)));
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
