//! `doctor`: can it run here, and what would be left out?

use std::io::{self, Write};

use crate::cli::DoctorArgs;
use crate::discover::discover;
use crate::error::{Error, Exit};
use crate::output;
use crate::pipeline::{Outside, TrustedFolders};
use crate::problem::Gaps;
use crate::report::gap_reports;
use crate::scan::ScanOptions;
use crate::untrusted::Untrusted;
use crate::worker;

/// One check and how it went.
struct Check {
    ok: bool,
    what: String,
    mend: String,
}

pub(super) fn run(args: &DoctorArgs, outside: &Outside<'_>) -> Result<Exit, Error> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut checks = vec![Check {
        ok: true,
        what: format!("{} cores, slopnexus {}", cores, env!("CARGO_PKG_VERSION")),
        mend: String::new(),
    }];
    let mut gaps = Gaps::default();
    let paths = discover(&args.paths, &mut gaps)?;
    let trusted = TrustedFolders::of_this_user();
    let mut n_readable = 0;
    for path in &paths {
        let options = ScanOptions {
            allow_foreign_owner: args.allow_foreign_owner || trusted.holds(path),
            checkpoints: true,
            ..ScanOptions::default()
        };
        let name = Untrusted::from(path.as_os_str().as_encoded_bytes()).to_terminal();
        let task = worker::Task { path, roots: &args.paths, options: &options };
        match worker::run(task, outside.stop, &mut |_| {}) {
            Err(error) => checks.push(Check {
                ok: false,
                what: format!("{name}: {}: {} [{}]", error.what, error.why, error.code),
                mend: error.hint,
            }),
            Ok(facts) => {
                checks.push(Check {
                    ok: true,
                    what: format!(
                        "{name}: {} commits, {} on the mainline, {} of {} file versions readable",
                        facts.commits.len(),
                        facts.mainline.len(),
                        facts.blobs.found,
                        facts.blobs.wanted
                    ),
                    mend: String::new(),
                });
                checks.extend(gap_checks(&name, &facts.gaps));
                n_readable += 1;
            }
        }
    }
    checks.extend(gap_checks("search", &gaps));
    output::write(None, |to| write(&checks, to))?;
    if outside.stop.load(std::sync::atomic::Ordering::Relaxed) {
        return Ok(Exit::Interrupted);
    }
    Ok(if n_readable == 0 { Exit::Input } else { Exit::Done })
}

fn gap_checks(name: &str, gaps: &Gaps) -> Vec<Check> {
    let check = |gap: crate::report::GapReport| Check {
        ok: !gap.incomplete,
        what: format!(
            "{name}: {} × {} (first: {}) [{}]",
            gap.count,
            Untrusted::from(gap.why.as_str()).to_terminal(),
            Untrusted::from(gap.first.as_str()).to_terminal(),
            gap.code
        ),
        mend: mend(gap.code).to_owned(),
    };
    gap_reports(name, gaps).into_iter().map(check).collect()
}

fn mend(code: &str) -> &'static str {
    match code {
        "W-SHALLOW" => "git fetch --unshallow",
        "W-MISSING" => "clone again without --filter, or git fetch --refetch",
        "W-CORRUPT" => "git fsck in a copy, then clone again",
        "W-COMMIT" => "nothing to do: what such commits do not say counts as unknown",
        "W-REDIRECT" => "nothing to do, if it is meant to be elsewhere",
        "W-SEARCH" => "nothing to do: counts of moved and edited lines are a little low",
        "W-ONCE" => "nothing to do: name it alone to have its own branch judged",
        "W-IGNORED" => "nothing to do: what is measured is what the commits say",
        "W-WORKER" => "run git fsck in a copy; if it is sound, report a bug",
        "W-SIZE" => "nothing to do: such files are counted as not readable",
        _ => "",
    }
}

fn write(checks: &[Check], to: &mut dyn Write) -> io::Result<()> {
    for check in checks {
        writeln!(to, "{}  {}", if check.ok { "ok  " } else { "gap " }, check.what)?;
        if !check.mend.is_empty() {
            writeln!(to, "        {}", check.mend)?;
        }
    }
    Ok(())
}
