//! `lines`: where does each line standing at the tip come from?

use std::io::{self, IsTerminal, Write};
use std::os::unix::ffi::OsStrExt;

use serde::Serialize;

use crate::cli::{LinesArgs, LinesFormat};
use crate::error::{Error, Exit};
use crate::facts::{Facts, StandingFacts};
use crate::output;
use crate::pipeline::{self, Outside};
use crate::render::json;
use crate::report::gap_reports;
use crate::request;
use crate::untrusted::Untrusted;

pub(super) fn run(args: &LinesArgs, outside: &Outside<'_>) -> Result<Exit, Error> {
    let request = request::lines(args)?;
    let gathered = pipeline::gather(&request, outside)?;
    // Remarks on the search, such as on a second worktree, stand in nobody's way.
    let is_whole = gathered.gaps.iter().all(|(_, gaps)| gaps.is_complete());
    let only = Some(gathered.repositories.as_slice()).filter(|_| is_whole);
    let Some([facts]) = only else {
        let error = Error::usage(
            "E-ONEREPO",
            "cannot list lines",
            "there is more than one repository below the path, or not all of it can be searched",
            "name one of them",
        );
        return Err(error.at(args.repository.as_os_str().as_bytes()));
    };
    let wanted: Vec<&[u8]> =
        args.path.iter().map(|path| trimmed(path.as_bytes())).collect();
    let for_terminal = args.output.is_none() && io::stdout().is_terminal();
    let quote = match for_terminal {
        true => Untrusted::to_git_quoted_for_terminal,
        false => Untrusted::to_git_quoted,
    };
    output::write(args.output.as_deref(), |to| {
        let files = facts.standing.iter().filter(|file| {
            let path = facts.paths[file.path as usize].bytes();
            wanted.is_empty() || wanted.iter().any(|wanted| is_at_or_below(path, wanted))
        });
        files
            .into_iter()
            .try_for_each(|file| write_file(facts, file, (args.format, quote), to))
    })?;
    let gaps = gap_reports(&facts.path.to_json_text(), &facts.gaps);
    super::end(&gaps, request.strict, request.warnings)
}

fn trimmed(path: &[u8]) -> &[u8] {
    let path = path.strip_prefix(b"./").unwrap_or(path);
    path.strip_suffix(b"/").unwrap_or(path)
}

fn is_at_or_below(path: &[u8], wanted: &[u8]) -> bool {
    let rest = path.strip_prefix(wanted);
    wanted.is_empty()
        || wanted == b"."
        || rest.is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
}

/// A line as a JSON object.
#[derive(Serialize)]
struct Row<'r> {
    path: &'r str,
    line: u64,
    origin: &'r str,
    landing: &'r str,
}

fn write_file(
    facts: &Facts,
    file: &StandingFacts,
    (format, quote): (LinesFormat, fn(&Untrusted) -> Vec<u8>),
    to: &mut dyn Write,
) -> io::Result<()> {
    let path = &facts.paths[file.path as usize];
    let (quoted, text) = (quote(path), path.to_table_path());
    let mut line = 0;
    for (lines, origin, landing) in &file.runs {
        let origin = facts.commits[origin.at()].id.to_string();
        let landing = facts.mainline[*landing as usize].commit;
        let landing = facts.commits[landing.at()].id.to_string();
        for _ in 0..*lines {
            line += 1;
            match format {
                LinesFormat::Tsv => {
                    to.write_all(&quoted)?;
                    writeln!(to, "\t{line}\t{origin}\t{landing}")?;
                }
                LinesFormat::Ndjson => {
                    let row =
                        Row { path: &text, line, origin: &origin, landing: &landing };
                    json::write_row(&row, to)?;
                }
            }
        }
    }
    Ok(())
}
