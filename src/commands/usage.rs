//! `usage`: what is in these exports, and does every dollar tie out?

use crate::cli::{Color, ReportFormat, UsageArgs};
use crate::error::{Error, Exit};
use crate::output;
use crate::pipeline::{self, Outside};
use crate::problem::Gaps;
use crate::render::{json, usage_text};
use crate::report::{GapReport, UsageReport, gap_reports};
use crate::request;

pub(super) fn run(args: &UsageArgs, outside: &Outside<'_>) -> Result<Exit, Error> {
    let request = request::usage(args)?;
    let problems = pipeline::usage_report(&request, outside, |usage, settled| {
        let mut answer = Vec::new();
        let made = match args.format {
            ReportFormat::Json => json::write(usage, &mut answer),
            ReportFormat::Text => usage_text::write(usage, &mut answer),
        };
        if args.format == ReportFormat::Text {
            answer = output::colored(answer, Color::Auto, args.output.is_some());
        }
        output::write(args.output.as_deref(), |to| {
            made.and_then(|()| to.write_all(&answer))
        })?;
        Ok(problems(usage, &settled.gaps))
    })?;
    super::end(&problems, args.strict, true)
}

fn problems(usage: &UsageReport, gaps: &Gaps) -> Vec<GapReport> {
    let mut problems: Vec<GapReport> =
        usage.files.iter().flat_map(|file| file.problems.clone()).collect();
    problems.extend(gap_reports("ledger", gaps));
    problems
}
