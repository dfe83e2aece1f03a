//! A change → the verdict of a check.

use super::repositories::words;
use super::{Outside, TrustedFolders};
use std::collections::BTreeSet;

use crate::check::{self, CheckReport, Finding, RULES, Rule, Settled};
use crate::error::{Error, Exit};
use crate::facts::CacheUse;
use crate::lines::schedule::Progress;
use crate::policy::{self, Baseline, Policy, RuleId, Suppressions};
use crate::request::CheckRequest;
use crate::scan::change::{ChangeFacts, ChangeOptions};
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
    let mut change = read(request, outside)?;
    let judged = judge(&mut change)?;
    let name = Untrusted::from(request.repository.as_os_str().as_encoded_bytes());
    Ok(check::report(name.to_json_text().into_owned(), &change, judged.settled))
}

/// Which findings are known and may stay: a new baseline, or that of the base tightened.
///
/// # Errors
///
/// As [`check()`], and when part of the change cannot be looked at.
pub fn baseline(
    request: &CheckRequest,
    is_update: bool,
    outside: &Outside<'_>,
) -> Result<Baseline, Error> {
    let mut change = read(request, outside)?;
    let Judged { settled, findings, baseline, suppressions } = judge(&mut change)?;
    if !change.unanalysed.is_empty() {
        let why = "part of the change could not be looked at";
        let hint = "run `slopnexus check`, which names it";
        let what = "the baseline cannot be made";
        return Err(Error::input("E-UNANALYSED", what, why, hint));
    }
    Ok(match is_update {
        true => baseline.update(&findings, |path| suppressions.has_looked_at(path)),
        false => Baseline::of(&settled.findings),
    })
}

/// What a change does, from a worker.
fn read(request: &CheckRequest, outside: &Outside<'_>) -> Result<ChangeFacts, Error> {
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
    Ok(change)
}

/// What the rules have against a change, and by what it was judged.
struct Judged {
    settled: Settled,
    /// All findings, whatever became of them.
    findings: Vec<Finding>,
    baseline: Baseline,
    suppressions: Suppressions,
}

/// What the rules have against a change, and what of that counts: by the policy and the
/// baseline of the base.
fn judge(change: &mut ChangeFacts) -> Result<Judged, Error> {
    let policy = policy_before(change)?;
    let baseline = baseline_before(change)?;
    let thresholds =
        |rule: &Rule, name: &str, path: &[u8]| policy.threshold(rule.id, name, path);
    let findings = check::judge(change, &thresholds);
    let suppressions = suppressions(change);
    let size = check::countable_size(change);
    let (counted, mut notes) =
        policy::judge(findings.clone(), &policy, &baseline, &suppressions, size);
    notes.extend(policy::control_notes(&changed_paths(change)));
    notes.extend(let_pass(change, &policy));
    let settled = Settled { findings: counted, notes };
    Ok(Judged { settled, findings, baseline, suppressions })
}

/// All paths where a change did something, also to what is no plain file.
fn changed_paths(change: &ChangeFacts) -> BTreeSet<Untrusted> {
    let files = change.files.iter();
    let paths = files.flat_map(|file| [Some(&file.path), file.old_path.as_ref()]);
    let controls = change.controls.iter().filter(|control| control.is_changed);
    let controls = controls.map(|control| Untrusted::from(control.name.as_str()));
    paths.flatten().cloned().chain(controls).collect()
}

/// A file that says how to judge, as it stands at the base.
fn control<'c>(change: &'c ChangeFacts, name: &str) -> Result<Option<&'c [u8]>, Error> {
    let control = change.controls.iter().find(|control| control.name == name);
    let Some(control) = control else { return Ok(None) };
    if let Some(fault) = &control.fault {
        let hint = "mend it on the branch that the change is for";
        return Err(Error::input(
            "E-CONTROL",
            "the change cannot be judged",
            fault,
            hint,
        )
        .at(name.as_bytes()));
    }
    Ok(control.content.as_deref())
}

fn policy_before(change: &ChangeFacts) -> Result<Policy, Error> {
    let names: Vec<Vec<&str>> = RULES
        .iter()
        .map(|rule| rule.thresholds.iter().map(|one| one.name).collect())
        .collect();
    let rules = RULES.iter().zip(&names);
    let ids: Vec<RuleId<'_>> =
        rules.map(|(rule, names)| (rule.id, rule.level, names.as_slice())).collect();
    match control(change, policy::POLICY_FILE)? {
        Some(text) => policy::parse(text, &ids),
        None => Ok(Policy::built_in(&ids)),
    }
}

fn baseline_before(change: &ChangeFacts) -> Result<Baseline, Error> {
    match control(change, policy::BASELINE_FILE)? {
        Some(text) => Baseline::parse(text),
        None => Ok(Baseline::default()),
    }
}

/// The comments of changed files that speak to this program. Only lines that do are at hand:
/// they stand where they stood, and the others are empty.
fn suppressions(change: &ChangeFacts) -> Suppressions {
    let mut all = Suppressions::default();
    for file in &change.files {
        let last = file.marks.iter().map(|mark| mark.line).max().unwrap_or(0);
        let mut lines: Vec<&[u8]> = vec![b""; last as usize];
        for mark in &file.marks {
            if let Some(line) = lines.get_mut((mark.line as usize).saturating_sub(1)) {
                *line = mark.text.bytes();
            }
        }
        let added: BTreeSet<u32> = file
            .marks
            .iter()
            .filter(|mark| mark.is_added)
            .map(|mark| mark.line)
            .collect();
        all.add_file(&file.path, &lines.join(&b'\n'), |line| added.contains(&line));
    }
    all
}

/// Takes out what the policy says need not be looked at, and says how much that is.
fn let_pass(change: &mut ChangeFacts, policy: &Policy) -> Option<String> {
    let before = change.unanalysed.len();
    change.unanalysed.retain(|one| !policy.may_stay_unanalysed(one.path.bytes()));
    let n = before - change.unanalysed.len();
    (n > 0).then(|| {
        format!("changed files that could not be looked at, as the policy lets pass: {n}")
    })
}
