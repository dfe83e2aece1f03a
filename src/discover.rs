//! Paths → repositories. The only home of walkdir.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::error::Error;
use crate::history::open::{is_git_folder, looks_like_repository};
use crate::problem::{GapKind, Gaps};

/// How deep directories are searched for repositories, in levels.
const SEARCH_DEPTH: usize = 12;

/// Finds the repositories that `paths` name: each a repository, or a directory to
/// search. What is inside a repository is not searched: a bare repository in a working
/// tree is content, not a repository of its own. Sorted, each once.
///
/// # Errors
///
/// When a path does not exist, or names no repository and holds none.
pub fn discover(paths: &[PathBuf], gaps: &mut Gaps) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for path in paths {
        let here = discover_one(path, gaps)?;
        if here.is_empty() {
            let error = Error::input(
                "E-NOREPO",
                "cannot find a repository",
                "neither it nor a directory below it is one",
                "name the top of a working tree, a bare repository, or a directory above them",
            );
            return Err(error.at(path.as_os_str().as_encoded_bytes()));
        }
        found.extend(here);
    }
    found.sort();
    // One repository in two spellings is one.
    let mut seen = BTreeSet::new();
    found.retain(|path| {
        seen.insert(std::fs::canonicalize(path).unwrap_or_else(|_| path.clone()))
    });
    Ok(found)
}

fn discover_one(path: &Path, gaps: &mut Gaps) -> Result<Vec<PathBuf>, Error> {
    if looks_like_repository(path) {
        return Ok(vec![path.to_path_buf()]);
    }
    if let Err(why) = path.metadata() {
        let why = if why.kind() == std::io::ErrorKind::NotFound {
            "there is no such file or directory"
        } else {
            "it cannot be read"
        };
        let hint = "check the spelling and the permissions";
        let error = Error::input("E-NOREPO", "cannot find a repository", why, hint);
        return Err(error.at(path.as_os_str().as_encoded_bytes()));
    }
    let mut found = Vec::new();
    let mut walk =
        WalkDir::new(path).max_depth(SEARCH_DEPTH).sort_by_file_name().into_iter();
    while let Some(entry) = walk.next() {
        match entry {
            Ok(entry) if !entry.file_type().is_dir() => {}
            Ok(entry) if entry.file_name() == ".git" => walk.skip_current_dir(),
            Ok(entry) => {
                let folder = entry.path();
                if folder.join(".git").symlink_metadata().is_ok() || is_git_folder(folder)
                {
                    found.push(folder.to_path_buf());
                    walk.skip_current_dir();
                }
            }
            Err(error) => {
                let place = error.path().unwrap_or(path).as_os_str().as_encoded_bytes();
                gaps.add(GapKind::Repository, "directory cannot be searched", place);
            }
        }
    }
    Ok(found)
}
