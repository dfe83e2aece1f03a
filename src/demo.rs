//! A made-up organisation, written as repositories and exports for anybody to try the
//! program on. People, code and spend follow from the tables here and a fixed seed: the
//! same bytes on every machine.

mod calendar;
mod code;
mod exports;
mod manners;
mod people;
mod planned;
mod repository;
mod simulation;
mod texts;

use std::io::ErrorKind;
use std::path::Path;

use crate::error::{Error, io_words};

pub use texts::closing_words;

/// The end of observation, for `--as-of`: the Sunday after the last week.
pub const AS_OF: &str = "2026-03-29";

/// The folder of the repositories, in that of the organisation.
pub const REPOSITORIES: &str = "repositories";
/// The folder of the exports.
pub const USAGE: &str = "usage";
/// The map of people.
pub const PEOPLE: &str = "people.csv";
/// Who is in which team.
pub const TEAMS: &str = "teams.csv";
/// The page that the report is written to.
pub const PAGE: &str = "report.html";

/// Writes the organisation into a folder, which is made if need be.
///
/// # Errors
///
/// When the folder holds anything, or cannot be written.
pub fn write(folder: &Path) -> Result<(), Error> {
    must_be_new(folder)?;
    for inner in [REPOSITORIES, USAGE] {
        let inner = folder.join(inner);
        std::fs::create_dir_all(&inner).map_err(|why| unwritable(&why, &inner))?;
    }
    for manner in manners::MANNERS {
        let path = folder.join(REPOSITORIES).join(manner.repository);
        repository::write(&path, &simulation::commits(manner))?;
    }
    for (name, text) in exports::files() {
        put(&folder.join(USAGE).join(name), &text)?;
    }
    put(&folder.join(PEOPLE), &people::map())?;
    put(&folder.join(TEAMS), &people::teams())?;
    put(&folder.join("README.md"), &texts::readme())
}

/// Holds that a folder is not there yet, or is empty.
fn must_be_new(folder: &Path) -> Result<(), Error> {
    let mut entries = match std::fs::read_dir(folder) {
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(()),
        Err(why) => return Err(unwritable(&why, folder)),
        Ok(entries) => entries,
    };
    if entries.next().is_none() {
        return Ok(());
    }
    let (why, hint) = ("it is not empty", "name a new or empty folder with --output");
    let place = folder.as_os_str().as_encoded_bytes();
    Err(Error::input("E-OUTPUT", "cannot write the demo", why, hint).at(place))
}

fn put(path: &Path, text: &str) -> Result<(), Error> {
    std::fs::write(path, text).map_err(|why| unwritable(&why, path))
}

fn unwritable(why: &std::io::Error, path: &Path) -> Error {
    let hint = "name a new or empty folder with --output, with space left";
    Error::input("E-OUTPUT", "cannot write the demo", &io_words(why), hint)
        .at(path.as_os_str().as_encoded_bytes())
}
