//! `people`: who in the exports is who in git, and who is nobody?

use crate::cli::{PeopleArgs, PeopleFormat};
use crate::error::{Error, Exit};
use crate::output;
use crate::pipeline::{self, Outside};
use crate::render::{json, people_text};
use crate::request;

pub(super) fn run(args: &PeopleArgs, outside: &Outside<'_>) -> Result<Exit, Error> {
    let (repository, exports) = request::people_of(args)?;
    let people = pipeline::people_report(&repository, &exports, outside)?;
    let mut answer = Vec::new();
    let made = match args.format {
        PeopleFormat::Json => json::write(&people, &mut answer),
        PeopleFormat::Text => people_text::write(&people, &mut answer),
        PeopleFormat::Map => people_text::write_map(&people, &mut answer),
    };
    if args.format == PeopleFormat::Text {
        answer = output::colored(answer, repository.color, args.output.is_some());
    }
    output::write(args.output.as_deref(), |to| {
        made.and_then(|()| to.write_all(&answer))
    })?;
    Ok(Exit::Done)
}
