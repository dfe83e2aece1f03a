//! `report`: did the tokens buy code that lasted?

use crate::cli::{ReportArgs, ReportFormat};
use crate::error::{Error, Exit};
use crate::output;
use crate::pipeline::{self, Outside};
use crate::render::{html, json, markdown, report_csv, text};
use crate::request;

pub(super) fn run(args: &ReportArgs, outside: &Outside<'_>) -> Result<Exit, Error> {
    let (repository, exports, outputs) = request::report(args)?;
    let report = pipeline::report(&repository, &exports, outside)?;
    for (format, target) in &outputs {
        let mut answer = Vec::new();
        let made = match format {
            ReportFormat::Json => json::write(&report, &mut answer),
            ReportFormat::Text => text::write(&report, &mut answer),
            ReportFormat::Html => html::write(&report, &mut answer),
            ReportFormat::Markdown => markdown::write(&report, &mut answer),
            ReportFormat::Csv => report_csv::write(&report, &mut answer),
        };
        if *format == ReportFormat::Text {
            answer = output::colored(answer, repository.color, target.is_some());
        }
        output::write(target.as_deref(), |to| made.and_then(|()| to.write_all(&answer)))?;
    }
    super::end(&report.gaps, repository.strict, repository.warnings)
}
