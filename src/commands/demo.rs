//! `demo`: a made-up organisation to try the program on, and the report on it.

use std::path::PathBuf;

use crate::cli::{DemoArgs, ExportArgs, ReportArgs, ReportFormat, RepositoryArgs};
use crate::demo::{self, AS_OF, PAGE, PEOPLE, REPOSITORIES, TEAMS, USAGE};
use crate::error::{Error, Exit, io_words};
use crate::output;
use crate::pipeline::Outside;

pub(super) fn run(args: &DemoArgs, outside: &Outside<'_>) -> Result<Exit, Error> {
    (outside.progress)("writing the demo");
    demo::write(&args.output)?;
    // From within, so that paths in the page are the same wherever the folder is.
    std::env::set_current_dir(&args.output).map_err(|why| {
        let hint = "check the permissions of the folder";
        Error::input("E-OUTPUT", "cannot enter the demo", &io_words(&why), hint)
            .at(args.output.as_os_str().as_encoded_bytes())
    })?;
    super::report::run(&report(), outside)?;
    let words = demo::closing_words(&args.output);
    output::write(None, |to| to.write_all(words.as_bytes()))?;
    Ok(Exit::Done)
}

/// The report on what was written, from within its folder. Nothing is kept, and no
/// variable of the environment decides anything: the page is the same for everybody.
fn report() -> ReportArgs {
    ReportArgs {
        paths: REPOSITORIES.map(PathBuf::from).to_vec(),
        usage: vec![PathBuf::from(USAGE)],
        me: None,
        format: vec![ReportFormat::Html],
        output: vec![PathBuf::from(PAGE)],
        repository: RepositoryArgs {
            as_of: Some(AS_OF.to_owned()),
            no_cache: true,
            quiet: true,
            ..RepositoryArgs::default()
        },
        exports: ExportArgs {
            people: Some(PathBuf::from(PEOPLE)),
            teams: Some(PathBuf::from(TEAMS)),
            ..ExportArgs::default()
        },
    }
}
