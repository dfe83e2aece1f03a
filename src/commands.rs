//! The commands: each turns arguments into a request, runs the pipeline and writes the
//! answer.

mod demo;
mod baseline;
mod check;
mod audit;
mod doctor;
mod explain;
mod facts;
mod lines;
mod people;
mod report;
mod usage;

use std::io::Write;

use crate::cli::{Cli, Command};
use crate::error::{Error, Exit};
use crate::limits::LIMITS;
use crate::output;
use crate::pipeline::Outside;

/// Runs a command.
///
/// # Errors
///
/// What stops the run, with the exit status it ends with.
pub fn run(cli: &Cli, outside: &Outside<'_>) -> Result<Exit, Error> {
    match &cli.command {
        Command::Report(args) => report::run(args, outside),
        Command::Check(args) => check::run(args, outside),
        Command::Baseline(args) => baseline::run(args, outside),
        Command::Lines(args) => lines::run(args, outside),
        Command::Facts(args) => facts::run(args, outside),
        Command::Audit(args) => audit::run(args, outside),
        Command::Usage(args) => usage::run(args, outside),
        Command::People(args) => people::run(args, outside),
        Command::Explain(args) => explain::run(args, outside),
        Command::Demo(args) => demo::run(args, outside),
        Command::Doctor(args) => doctor::run(args, outside),
        Command::Limits => limits(),
        Command::Worker => worker(),
    }
}

fn limits() -> Result<Exit, Error> {
    output::write(None, |to| {
        for limit in LIMITS {
            writeln!(
                to,
                "{:<24}{:>14}  {}",
                limit.name.to_lowercase(),
                limit.value,
                limit.why
            )?;
        }
        Ok(())
    })?;
    Ok(Exit::Done)
}

fn worker() -> Result<Exit, Error> {
    crate::worker::serve(std::io::stdin(), std::io::stdout()).map_err(|why| {
        let hint = "this command is for the program itself";
        Error::input("E-WORKER", "cannot serve", &crate::error::io_words(&why), hint)
    })?;
    Ok(Exit::Done)
}

/// Tells on standard error what was left out, one line for each kind, and whether that
/// ends the run under `--strict`.
fn end(
    gaps: &[crate::report::GapReport],
    strict: bool,
    warnings: bool,
) -> Result<Exit, Error> {
    let incomplete = gaps.iter().filter(|gap| gap.incomplete);
    if warnings {
        let mut stderr = anstream::stderr().lock();
        for gap in incomplete.clone() {
            let safe = |text: &str| crate::untrusted::Untrusted::from(text).to_terminal();
            let (scope, why, first) =
                (safe(&gap.scope), safe(&gap.why), safe(&gap.first));
            let line = format!(
                "warning: {scope}: {} × {why} (first: {first}) [{}]",
                gap.count, gap.code
            );
            // Nobody may be reading; the answer is written already.
            if writeln!(stderr, "{line}").is_err() {
                break;
            }
        }
    }
    let n_kinds = incomplete.count();
    if strict && n_kinds > 0 {
        return Err(Error::input(
            "E-STRICT",
            "the answer is incomplete",
            &match n_kinds {
                1 => "it has gaps of one kind, listed in it".to_owned(),
                _ => format!("it has gaps of {n_kinds} kinds, listed in it"),
            },
            "mend them, or run without --strict",
        ));
    }
    Ok(Exit::Done)
}
