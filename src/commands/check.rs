//! `check`: does this change add slop?

use crate::cli::{CheckArgs, CheckFormat};
use crate::error::{Error, Exit};
use crate::output;
use crate::pipeline::{self, Outside};
use crate::render::{
    check_github, check_gitlab, check_json, check_markdown, check_sarif, check_text,
};
use crate::request;

pub(super) fn run(args: &CheckArgs, outside: &Outside<'_>) -> Result<Exit, Error> {
    let (request, outputs) = request::check(args)?;
    let report = pipeline::check(&request, outside)?;
    for (format, target) in &outputs {
        let mut answer = Vec::new();
        let made = match format {
            CheckFormat::Json => check_json::write(&report, &mut answer),
            CheckFormat::Text => check_text::write(&report, &mut answer),
            CheckFormat::Markdown => check_markdown::write(&report, &mut answer),
            CheckFormat::Github => check_github::write(&report, &mut answer),
            CheckFormat::Sarif => check_sarif::write(&report, &mut answer),
            CheckFormat::Gitlab => check_gitlab::write(&report, &mut answer),
        };
        if *format == CheckFormat::Text {
            answer = output::colored(answer, request.color, target.is_some());
        }
        output::write(target.as_deref(), |to| made.and_then(|()| to.write_all(&answer)))?;
    }
    if !report.complete {
        let n = report.gaps.iter().filter(|gap| gap.incomplete).count();
        return Err(Error::input(
            "E-UNANALYSED",
            "the change could not be judged",
            &match n {
                1 => "one part of it could not be looked at, named in the answer"
                    .to_owned(),
                n => {
                    format!("{n} parts of it could not be looked at, named in the answer")
                }
            },
            "mend them, or have the policy of the base let these paths pass",
        ));
    }
    Ok(if report.is_broken() { Exit::Gate } else { Exit::Done })
}
