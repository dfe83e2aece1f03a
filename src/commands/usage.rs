//! `usage`: what is in these exports, and does every dollar tie out?

use crate::cli::{ReportFormat, UsageArgs};
use crate::error::{Error, Exit};
use crate::output;
use crate::pipeline::{self, Outside};
use crate::render::{json, usage_text};
use crate::report::gap_reports;
use crate::request;

pub(super) fn run(args: &UsageArgs, outside: &Outside<'_>) -> Result<Exit, Error> {
    let request = request::usage(args)?;
    let (usage, gaps) = pipeline::usage_report(&request, outside)?;
    output::write(args.output.as_deref(), |to| match args.format {
        ReportFormat::Json => json::write(&usage, to),
        ReportFormat::Text => usage_text::write(&usage, to),
    })?;
    let mut problems: Vec<_> =
        usage.files.iter().flat_map(|file| file.problems.clone()).collect();
    problems.extend(gap_reports("ledger", &gaps));
    super::end(&problems, args.strict, true)
}
