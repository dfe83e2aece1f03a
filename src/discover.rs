//! Paths → repositories, and directories → files that may be exports. The only home of
//! walkdir.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::error::Error;
use crate::history::layout::{self, is_git_folder, looks_like_repository};
use crate::limits;
use crate::problem::{GapKind, Gaps};
use crate::units::len_to_u64;

/// Finds the repositories that `paths` name: each a repository, or a directory to
/// search. What is inside a repository is not searched: a bare repository in a working
/// tree is content, not a repository of its own. Sorted, each once; of several
/// worktrees of one repository the main one, which is a remark.
///
/// # Errors
///
/// When a path does not exist, may not be read, or names no repository and holds none.
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
    Ok(each_once(found, paths, gaps))
}

/// A repository among those that have the same objects; the least is taken.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    /// Whether it has its objects from elsewhere on its own word alone, or on that of
    /// both sides; the one that has them itself comes first.
    standing: Standing,
    path: PathBuf,
    real: PathBuf,
}

/// By what right a repository has its objects.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Own,
    Agreed,
    Claimed,
}

/// Leaves one of those that have the same objects: their commits are the same, and
/// counting them twice would be wrong. One that leads outside of `roots`, or cannot be
/// told, stands for itself and fails alone.
fn each_once(
    mut found: Vec<PathBuf>,
    roots: &[PathBuf],
    gaps: &mut Gaps,
) -> Vec<PathBuf> {
    found.sort();
    let mut by_objects: BTreeMap<PathBuf, Vec<Claim>> = BTreeMap::new();
    for path in found {
        let real = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        let layout = layout::find(&path, roots).ok();
        let objects = layout.as_ref().and_then(layout::Layout::own_objects);
        let standing = match layout.as_ref().map(|layout| &layout.redirects) {
            Some(redirects) if redirects.is_empty() => Standing::Own,
            Some(redirects) if redirects.iter().all(|step| step.is_mutual) => {
                Standing::Agreed
            }
            Some(_) | None => Standing::Claimed,
        };
        let objects = objects.unwrap_or(&real).to_path_buf();
        let same = by_objects.entry(objects).or_default();
        // One repository in two spellings is one, and no news.
        if !same.iter().any(|known| known.real == real) {
            same.push(Claim { standing, path, real });
        }
    }
    let mut once = Vec::new();
    for mut same in by_objects.into_values() {
        same.sort();
        let mut same = same.into_iter().map(|claim| claim.path);
        once.extend(same.next());
        for other in same {
            let why = "shares its objects with a repository that is counted already";
            gaps.add(GapKind::CountedOnce, why, other.as_os_str().as_encoded_bytes());
        }
    }
    once.sort();
    once
}

fn discover_one(path: &Path, gaps: &mut Gaps) -> Result<Vec<PathBuf>, Error> {
    if looks_like_repository(path) {
        return Ok(vec![path.to_path_buf()]);
    }
    // A file is searched as well, and nothing is found.
    if let Err(why) = path.metadata().and_then(|data| match data.is_dir() {
        true => path.read_dir().map(drop),
        false => Ok(()),
    }) {
        let (code, why) = match why.kind() {
            io::ErrorKind::NotFound => ("E-NOREPO", "there is no such file or directory"),
            io::ErrorKind::PermissionDenied => ("E-PERM", "this user may not read it"),
            _ => ("E-NOREPO", "it cannot be read"),
        };
        let hint = "check the spelling and the permissions";
        let error = Error::input(code, "cannot find a repository", why, hint);
        return Err(error.at(path.as_os_str().as_encoded_bytes()));
    }
    let mut found = Vec::new();
    let depth = usize::try_from(limits::SEARCH_DEPTH.value).unwrap_or(usize::MAX);
    let mut walk = WalkDir::new(path).max_depth(depth).sort_by_file_name().into_iter();
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
                } else if entry.depth() == depth && has_folder(folder) {
                    let place = folder.as_os_str().as_encoded_bytes();
                    let why = "directory is too deep to be searched any further";
                    gaps.add(GapKind::Repository, why, place);
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

/// Whether a directory has directories in it; one that cannot be read may have some.
fn has_folder(folder: &Path) -> bool {
    let Ok(entries) = folder.read_dir() else { return true };
    entries.flatten().any(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
}

/// Files of a directory that may be exports.
#[derive(Debug, Default)]
pub struct ExportFiles {
    /// The files, sorted by path.
    pub files: Vec<PathBuf>,
    /// How many files have names that no export has.
    pub skipped: u64,
}

/// Finds the files below a directory that may be exports. Hidden files and directories
/// are passed by, and links are not followed.
///
/// # Errors
///
/// When the directory cannot be read, or holds too much.
pub fn export_files(path: &Path) -> Result<ExportFiles, String> {
    let depth = usize::try_from(limits::SEARCH_DEPTH.value).unwrap_or(usize::MAX);
    let is_shown = |entry: &walkdir::DirEntry| {
        entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".")
    };
    let walk = WalkDir::new(path).max_depth(depth).sort_by_file_name().into_iter();
    let mut found = ExportFiles::default();
    for entry in walk.filter_entry(is_shown) {
        let entry = entry.map_err(|why| match why.io_error() {
            Some(why) => crate::error::io_words(why),
            None => "it cannot be searched".to_owned(),
        })?;
        if !entry.file_type().is_file() {
            continue;
        }
        if may_be_export(entry.file_name().as_encoded_bytes()) {
            found.files.push(entry.into_path());
        } else {
            found.skipped += 1;
        }
        if len_to_u64(found.files.len()) > limits::USAGE_FILES.value {
            return Err("it holds more than 200,000 files".to_owned());
        }
    }
    Ok(found)
}

/// Whether exports have names that end so.
pub fn may_be_export(name: &[u8]) -> bool {
    const ENDINGS: [&[u8]; 10] = [
        b".csv", b".tsv", b".json", b".jsonl", b".ndjson", b".log", b".txt", b".prom",
        b".gz", b".zip",
    ];
    let name = name.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}
