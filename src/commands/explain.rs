//! `explain`: which commits and lines is this number made of?

use crate::cli::{AnswerFormat, ExplainArgs};
use crate::error::{Error, Exit};
use crate::explain::{self, Id, Question};
use crate::facts::Facts;
use crate::output;
use crate::pipeline::{self, Outside};
use crate::render::{explain_text, json};
use crate::request::{self, RepositoryRequest};

pub(super) fn run(args: &ExplainArgs, outside: &Outside<'_>) -> Result<Exit, Error> {
    let (id, request, people) = request::explain(args)?;
    let gathered = pipeline::gather(&request, outside)?;
    let as_blamed = match &id {
        Id::Line { path, line } if !request.options.exact => {
            let at = explain::repository_of_line(&gathered.repositories, path, *line)
                .map_err(|error| named(error, args))?;
            Some(as_blamed(&request, &gathered.repositories[at], outside)?)
        }
        _ => None,
    };
    let explanation = explain::explain(Question {
        id: &id,
        repositories: &gathered.repositories,
        as_blamed: as_blamed.as_ref(),
        gaps: &gathered.gaps,
        people: &people,
        since: request.since,
    })
    .map_err(|error| named(error, args))?;
    let mut answer = Vec::new();
    let made = match args.format {
        AnswerFormat::Json => json::write(&explanation, &mut answer),
        AnswerFormat::Text => {
            let made = explain_text::write(&explanation, &mut answer);
            answer = output::colored(answer, request.color, args.output.is_some());
            made
        }
    };
    output::write(args.output.as_deref(), |to| {
        made.and_then(|()| to.write_all(&answer))
    })?;
    super::end(&explanation.gaps, request.strict, request.warnings)
}

/// The error with what was asked.
fn named(error: Error, args: &ExplainArgs) -> Error {
    error.at(args.id.as_encoded_bytes())
}

/// Reads the repositories again, and takes one of them: lines as `git blame` has them.
fn as_blamed(
    request: &RepositoryRequest,
    facts: &Facts,
    outside: &Outside<'_>,
) -> Result<Facts, Error> {
    let mut request = RepositoryRequest { warnings: false, ..request.clone() };
    request.options.exact = true;
    request.options.changes = false;
    request.options.no_marks = true;
    request.options.clones = false;
    request.options.clone_history = false;
    request.options.function_history = false;
    request.options.parsed_days = None;
    let mut again = pipeline::gather(&request, outside)?.repositories;
    again.retain(|one| one.path == facts.path);
    again.pop().ok_or_else(|| {
        let why = "the repository changed while it was read";
        Error::input("E-CHANGED", "cannot explain", why, "run it again")
    })
}
