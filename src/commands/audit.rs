//! `audit`: which of these projects are prototypes, which of those are in production?

use crate::cli::{AuditArgs, ReportFormat};
use crate::error::{Error, Exit};
use crate::output;
use crate::pipeline::{self, Outside};
use crate::render::{audit_csv, audit_text, html, json, markdown};
use crate::request;

pub(super) fn run(args: &AuditArgs, outside: &Outside<'_>) -> Result<Exit, Error> {
    let (request, outputs) = request::audit(args)?;
    let report = pipeline::audit(&request, outside)?;
    for (format, target) in &outputs {
        let mut answer = Vec::new();
        let made = match format {
            ReportFormat::Json => json::write(&report, &mut answer),
            ReportFormat::Text => audit_text::write(&report, &mut answer),
            ReportFormat::Html => html::write_audit(&report, &mut answer),
            ReportFormat::Markdown => markdown::write_audit(&report, &mut answer),
            ReportFormat::Csv => audit_csv::write(&report, &mut answer),
        };
        if *format == ReportFormat::Text {
            let color = request.repository.color;
            answer = output::colored(answer, color, target.is_some());
        }
        output::write(target.as_deref(), |to| made.and_then(|()| to.write_all(&answer)))?;
    }
    let repository = &request.repository;
    let done = super::end(&report.gaps, repository.strict, repository.warnings)?;
    let is_tripped = report.units.iter().any(|one| request.fail_on.contains(&one.class));
    if is_tripped {
        return Ok(Exit::Gate);
    }
    if !request.fail_on.is_empty() && !report.complete {
        // What could not be read may be what must not be there.
        return Err(Error::input(
            "E-GATE",
            "cannot tell whether the fleet is free of these classes",
            "not all of it could be read, as the answer lists",
            "mend what is listed, or leave it out with --exclude",
        ));
    }
    Ok(done)
}
