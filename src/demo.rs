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

/// The repositories, in the folder of the organisation.
pub const REPOSITORIES: [&str; 4] = ["bookings", "tidetable", "fareoracle", "deckbot"];
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
    let usage = folder.join(USAGE);
    std::fs::create_dir_all(&usage).map_err(|why| unwritable(&why, &usage))?;
    for manner in manners::MANNERS {
        let path = folder.join(manner.repository);
        repository::write(&path, &simulation::commits(manner))?;
    }
    for (name, text) in exports::files() {
        put(&usage.join(name), &text)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repositories_that_are_named_are_those_that_are_made() {
        let made: Vec<&str> =
            manners::MANNERS.iter().map(|manner| manner.repository).collect();
        assert_eq!(made, REPOSITORIES);
        let planted = planned::PLANNED.iter().map(|planned| planned.repository);
        assert!(planted.clone().all(|name| made.contains(&name)));
    }

    #[test]
    fn history_begins_with_its_first_week_and_ends_before_the_observation() {
        for manner in manners::MANNERS {
            let commits = simulation::commits(manner);
            let times: Vec<_> = commits.iter().map(|commit| commit.time).collect();
            assert!(times.is_sorted(), "{}", manner.repository);
            let days: Vec<_> =
                times.iter().filter_map(|time| time.day().to_iso()).collect();
            assert!(
                days.iter().all(|day| day.as_str() <= AS_OF),
                "{}",
                manner.repository
            );
        }
    }
}
