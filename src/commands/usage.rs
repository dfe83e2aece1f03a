//! `usage`: what is in these exports, and does every dollar tie out?

use crate::cli::{Color, UsageArgs, UsageFormat};
use crate::error::{Error, Exit};
use crate::output;
use crate::pipeline::{self, Outside};
use crate::problem::Gaps;
use crate::render::{json, usage_text};
use crate::report::{GapReport, UsageReport, gap_reports};
use crate::request;
use crate::usage::{focus, generic};

pub(super) fn run(args: &UsageArgs, outside: &Outside<'_>) -> Result<Exit, Error> {
    let request = request::usage(args)?;
    let problems = pipeline::usage_report(&request, outside, |usage, settled| {
        let mut answer = Vec::new();
        let made = match args.format {
            UsageFormat::Json => json::write(usage, &mut answer),
            UsageFormat::Text => usage_text::write(usage, &mut answer),
            UsageFormat::Ndjson | UsageFormat::Focus => Ok(()),
        };
        if args.format == UsageFormat::Text {
            answer = output::colored(answer, Color::Auto, args.output.is_some());
        }
        output::write(args.output.as_deref(), |to| {
            made?;
            match args.format {
                UsageFormat::Ndjson => generic::write::write(&settled.kept, to),
                UsageFormat::Focus => focus::write::write(&settled.kept, to),
                UsageFormat::Json | UsageFormat::Text => to.write_all(&answer),
            }
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
