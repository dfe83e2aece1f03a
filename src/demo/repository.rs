//! Commits → a bare repository. Writes objects through libgit2, so that no git need be
//! there, and the few other files itself, so that no configuration decides anything.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use git2::{Buf, Odb, Oid, Repository, Signature, Time};

use super::people::PEOPLE;
use super::simulation::Commit;
use crate::error::Error;
use crate::units::Timestamp;

const CONFIG: &str = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n";

/// Writes a bare repository with one branch, `main`, and one pack.
pub(super) fn write(path: &Path, commits: &[Commit]) -> Result<(), Error> {
    make(path, commits).map_err(|why| {
        let hint = "name a new or empty folder with --output, with space left";
        Error::input("E-OUTPUT", "cannot write a repository", &why, hint)
            .at(path.as_os_str().as_encoded_bytes())
    })
}

fn make(path: &Path, commits: &[Commit]) -> Result<(), String> {
    let words = |why: std::io::Error| crate::error::io_words(&why);
    for folder in ["objects/info", "objects/pack", "refs/heads", "refs/tags"] {
        std::fs::create_dir_all(path.join(folder)).map_err(words)?;
    }
    std::fs::write(path.join("HEAD"), "ref: refs/heads/main\n").map_err(words)?;
    std::fs::write(path.join("config"), CONFIG).map_err(words)?;
    let tip = objects(path, commits).map_err(|why| why.message().to_owned())?;
    if let Some(tip) = tip {
        std::fs::write(path.join("refs/heads/main"), format!("{tip}\n"))
            .map_err(words)?;
    }
    Ok(())
}

/// Writes the objects into one pack, and returns the last commit.
fn objects(path: &Path, commits: &[Commit]) -> Result<Option<Oid>, git2::Error> {
    let repository = Repository::open_bare(path)?;
    let database = repository.odb()?;
    // Objects are kept in memory until all are there.
    let _memory = database.add_new_mempack_backend(1_000)?;
    let mut files: BTreeMap<String, Oid> = BTreeMap::new();
    let mut tip = None;
    for commit in commits {
        for (path, text) in &commit.files {
            files.insert(path.clone(), repository.blob(text.as_bytes())?);
        }
        let tree = tree(&repository, &files, "")?;
        let by = (commit.person, commit.time);
        let main: Vec<Oid> = tip.into_iter().collect();
        let written = put(&repository, by, &commit.message, tree, &main)?;
        tip = Some(written);
        if let Some(merge) = &commit.merge {
            let parents: Vec<Oid> = main.into_iter().chain([written]).collect();
            let by = (merge.person, merge.time);
            tip = Some(put(&repository, by, &merge.message, tree, &parents)?);
        }
    }
    if let Some(tip) = tip {
        pack(&repository, &database, tip)?;
    }
    Ok(tip)
}

/// Writes all that a commit leads to into one pack. On one thread: with several it depends
/// on which is faster what is written as the difference from what.
fn pack(
    repository: &Repository,
    database: &Odb<'_>,
    tip: Oid,
) -> Result<(), git2::Error> {
    let mut walk = repository.revwalk()?;
    walk.push(tip)?;
    let mut builder = repository.packbuilder()?;
    builder.set_threads(1);
    builder.insert_walk(&mut walk)?;
    let mut bytes = Buf::new();
    builder.write_buf(&mut bytes)?;
    let mut writer = database.packwriter()?;
    writer
        .write_all(&bytes)
        .map_err(|why| git2::Error::from_str(&crate::error::io_words(&why)))?;
    writer.commit()?;
    Ok(())
}

/// Writes the trees of the files below a folder, whose name ends with `/` or is empty.
fn tree(
    repository: &Repository,
    files: &BTreeMap<String, Oid>,
    folder: &str,
) -> Result<Oid, git2::Error> {
    let mut builder = repository.treebuilder(None)?;
    let mut last_folder = "";
    for (path, blob) in files.range(folder.to_owned()..) {
        let Some(rest) = path.strip_prefix(folder) else { break };
        match rest.split_once('/') {
            None => drop(builder.insert(rest, *blob, 0o100_644)?),
            Some((name, _)) if name == last_folder => {}
            Some((name, _)) => {
                let inner = tree(repository, files, &format!("{folder}{name}/"))?;
                builder.insert(name, inner, 0o040_000)?;
                last_folder = name;
            }
        }
    }
    builder.write()
}

fn put(
    repository: &Repository,
    (person, time): (usize, Timestamp),
    message: &str,
    tree: Oid,
    parents: &[Oid],
) -> Result<Oid, git2::Error> {
    let person = &PEOPLE[person];
    let by = Signature::new(person.name, &person.address(), &Time::new(time.0, 0))?;
    let tree = repository.find_tree(tree)?;
    let parents = parents
        .iter()
        .map(|id| repository.find_commit(*id))
        .collect::<Result<Vec<_>, _>>()?;
    let parents: Vec<_> = parents.iter().collect();
    repository.commit(None, &by, &by, message, &tree, &parents)
}
