//! `demo`: a made-up organisation to try the program on, and the report on it.

use std::path::Path;

use crate::cli::{DemoArgs, ExportArgs, ReportArgs, ReportFormat, RepositoryArgs};
use crate::demo::{self, AS_OF, PAGE, PEOPLE, REPOSITORIES, TEAMS, USAGE};
use crate::error::{Error, Exit};
use crate::output;
use crate::pipeline::Outside;

pub(super) fn run(args: &DemoArgs, outside: &Outside<'_>) -> Result<Exit, Error> {
    (outside.progress)("writing the demo");
    demo::write(&args.output)?;
    super::report::run(&report(&args.output), outside)?;
    let words = demo::closing_words(&args.output);
    output::write(None, |to| to.write_all(words.as_bytes()))?;
    Ok(Exit::Done)
}

/// The report on what was written. Nothing is kept, and no variable of the environment
/// decides anything: the page is the same for everybody.
fn report(folder: &Path) -> ReportArgs {
    ReportArgs {
        paths: vec![folder.join(REPOSITORIES)],
        usage: vec![folder.join(USAGE)],
        me: None,
        format: vec![ReportFormat::Html],
        output: vec![folder.join(PAGE)],
        repository: RepositoryArgs {
            as_of: Some(AS_OF.to_owned()),
            no_cache: true,
            quiet: true,
            ..RepositoryArgs::default()
        },
        exports: ExportArgs {
            people: Some(folder.join(PEOPLE)),
            teams: Some(folder.join(TEAMS)),
            ..ExportArgs::default()
        },
    }
}
