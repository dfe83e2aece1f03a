//! A change → the verdict of a check.

use super::repositories::words;
use super::{Outside, TrustedFolders};
use crate::check::{self, CheckReport, Settled};
use crate::error::{Error, Exit};
use crate::facts::CacheUse;
use crate::lines::schedule::Progress;
use crate::request::CheckRequest;
use crate::scan::change::ChangeOptions;
use crate::untrusted::Untrusted;
use crate::worker;

/// Does this change add slop? A repository and two commits in, a verdict out.
///
/// # Errors
///
/// When the change cannot be read, or the run was stopped.
pub fn check(
    request: &CheckRequest,
    outside: &Outside<'_>,
) -> Result<CheckReport, Error> {
    // 1. What the change does, from a worker.
    let path = &request.repository;
    let options = ChangeOptions {
        allow_foreign_owner: request.options.allow_foreign_owner
            || TrustedFolders::of_this_user().holds(path),
        ..request.options.clone()
    };
    let name = Untrusted::from(path.as_os_str().as_encoded_bytes());
    let mut show = |progress: Progress| {
        (outside.progress)(&format!("{}  {}", name.to_terminal(), words(progress)));
    };
    let place = (path.as_path(), std::slice::from_ref(path));
    let change = worker::run_change(place, &options, outside.stop, &mut show);
    if outside.stop.load(std::sync::atomic::Ordering::Relaxed) {
        let why = "a signal asked for it";
        let error = Error::input("E-STOPPED", "the run was stopped", why, "run it again");
        return Err(Error { exit: Exit::Interrupted, ..error });
    }
    let change = change?;
    if let CacheUse::Unwritable(why) = &change.cache
        && request.warnings
    {
        let why = Untrusted::from(why.as_str()).to_terminal();
        (outside.warn)(&format!(
            "nothing is kept for the next run: {why}; see --cache-dir and --no-cache \
             [W-CACHE]"
        ));
    }

    // 2. What the rules have against it, and what of that counts.
    let findings = check::judge(&change, &|_, _, _| None);
    let settled = Settled::by_default(findings, &change);

    // 3. The answer.
    Ok(check::report(name.to_json_text().into_owned(), &change, settled))
}
